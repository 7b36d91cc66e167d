//! Graph in, new graph out: [`aggregate`], [`filter_nodes`], [`filter_edges`], [`induced`],
//! [`largest_component`], [`reverse`], [`backbone`].
//!
//! Columns of nodes and edges, final demand, other relations and the unit come along; each function says how.
//!
//! # Accounts across a cut
//! Leaving out nodes or edges ([`induced`], [`filter_nodes`], [`filter_edges`], [`backbone`]) does not change
//! what the remaining firms produced. Where the graph has accounts (a node column `output`, `final_demand`,
//! `value_added` or `imports`), what a firm sold along an edge that is cut becomes part of its `final_demand`, and
//! what it bought along one part of its `imports`, as for a region whose outside is not modelled. So
//! `x_i = Σ_j Z_ij + f_i` and `v_j = x_j − Σ_i Z_ij − imp_j` still hold, with the same `x` and `v`. A block of final
//! demand by category gets one category more, [`OUTSIDE`]. A graph without accounts gets none.
//!
//! # Panels
//! [`aggregate_panel`] and [`largest_component_panel`] look at all periods at once, so that the periods keep one
//! list of nodes. The others treat a period by itself: [`Panel::map`](crate::Panel::map) and
//! [`Panel::try_map`](crate::Panel::try_map).

mod aggregate;
mod backbone;
mod component;
mod filter;
mod part;
mod reverse;

pub use aggregate::{MISSING, aggregate, aggregate_into, aggregate_panel};
pub use backbone::{Disparity, backbone, disparity};
pub use component::{largest_component, largest_component_panel};
pub use filter::{filter_edges, filter_nodes, induced};
pub use part::OUTSIDE;
pub use reverse::reverse;

use crate::{BuildError, PanelError};

/// Why a graph could not be transformed.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum TransformError {
    /// The column to group by is not there.
    #[error("there is no text column `{column}` to group by; the nodes have {}", listed(known))]
    NoColumn {
        /// The column asked for.
        column: String,
        /// The text columns that there are.
        known: Vec<String>,
    },
    /// A sum over a group is more than a number can hold.
    #[error("`{column}` of group `{group}` adds up to infinity")]
    Overflow {
        /// What was added.
        column: String,
        /// The group.
        group: String,
    },
    /// A significance level out of its range.
    #[error("alpha is {0}, not a number above 0 and at most 1")]
    Alpha(f64),
    /// The parts do not make a graph.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The periods do not make a panel.
    #[error(transparent)]
    Panel(#[from] PanelError),
}

fn listed(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|c| format!("`{c}`")).collect();
    if quoted.is_empty() { "none".into() } else { quoted.join(", ") }
}
