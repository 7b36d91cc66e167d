//! The nouns of palenque: [`SupplyGraph`] and its [`SupplyGraphBuilder`], [`Panel`], node and edge
//! columns, [`Table`], [`Diagnostic`] and [`Progress`]; and [`transform`], graph in, graph out.
//!
//! # Direction
//! An edge `u → v` means *u supplies v*. Its flow is what `v` pays `u` in one period (or a volume), so the
//! flows are the transactions matrix `Z[u][v]`. Outgoing edges are sales, incoming edges are purchases;
//! *upstream* is towards suppliers.
//!
//! This crate reads and writes nothing: no files, no data frames. Threads do nothing here but build a graph.
//!
//! # Example
//! ```
//! use palenque_graph::SupplyGraph;
//!
//! let graph = SupplyGraph::from_flows(
//!     ["grower", "distiller", "bottler"],
//!     [(0, 1, 60.0), (1, 2, 110.0), (0, 1, 5.0)],
//! )
//! .expect("three known nodes");
//! assert_eq!(graph.n_edges(), 2); // parallel records are summed
//! let grower = graph.node_named("grower").expect("a node of the graph");
//! assert_eq!(graph.out_strength(grower), 65.0);
//! ```

pub mod accounts;
mod adjacency;
mod builder;
pub mod codes;
mod columns;
mod dealt;
pub mod diagnostic;
mod ids;
mod memo;
mod panel;
mod progress;
mod relation;
mod satellite;
mod share;
mod side_table;
mod sum;
mod supply_graph;
pub mod table;
pub mod transform;
pub mod visit;

pub use builder::{BuildError, Built, Duplicates, SupplyGraphBuilder};
pub use columns::{Columns, FinalDemand, NumberColumn, TextColumn};
pub use diagnostic::{Diagnostic, Diagnostics, Location, Severity, Snippet};
pub use ids::{IdLookup, Ids};
pub use panel::{Panel, PanelError, PeriodPair};
pub use petgraph::graph::{EdgeIndex, NodeIndex};
pub use progress::{NoProgress, Progress};
pub use relation::Relation;
pub use satellite::Satellite;
pub use side_table::SideTable;
pub use sum::CompensatedSum;
pub use supply_graph::SupplyGraph;
pub use table::{Table, TableId};
