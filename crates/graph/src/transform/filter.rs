//! Some nodes, or some edges, of a graph.

use super::part::part;
use crate::SupplyGraph;
use petgraph::graph::{EdgeIndex, NodeIndex};

/// The nodes of a list, in that order, with all edges between them.
///
/// # Result
/// Columns, final demand and relations of the nodes and edges that stay; ties of relations to nodes left out are
/// dropped. Flows across the cut become final demand and imports ([accounts across a
/// cut](crate::transform#accounts-across-a-cut)). On a [`Panel`](crate::Panel), the same list for every period.
///
/// # Cost
/// `O(n + m)`.
///
/// # Panics
/// If a node is not there, or twice in the list, or the accounts of a node add up to infinity.
///
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::induced};
///
/// let chain = SupplyGraph::from_flows(["grower", "distiller", "bottler"], [(0, 1, 60.0), (1, 2, 110.0)])?
///     .with_number("output", [Some(60.0), Some(115.0), Some(200.0)])
///     .with_number("final_demand", [Some(0.0), Some(5.0), Some(200.0)]);
/// let valley = induced(&chain, &[0.into(), 1.into()]);
/// assert_eq!(valley.n_edges(), 1);
/// // What the distiller sold to the bottler now leaves the network:
/// assert_eq!(valley.nodes().number("final_demand").and_then(|f| f.get(1)), Some(115.0));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn induced(graph: &SupplyGraph, nodes: &[NodeIndex]) -> SupplyGraph {
    part(graph, nodes, |_| true)
}

/// The nodes for which a test holds, in their order, with all edges between them: [`induced`] on that list.
///
/// # Panics
/// If the accounts of a node add up to infinity.
///
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::filter_nodes};
///
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 1.0), (2, 1, 1.0)])?
///     .with_text("region", [Some("in"), Some("in"), Some("out")]);
/// let region = graph.nodes().text("region").expect("just added");
/// let inside = filter_nodes(&graph, |node| region.get(node.index()) == Some("in"));
/// assert_eq!((inside.n_nodes(), inside.n_edges()), (2, 1));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn filter_nodes(graph: &SupplyGraph, mut keep: impl FnMut(NodeIndex) -> bool) -> SupplyGraph {
    let nodes: Vec<NodeIndex> = graph.node_indices().filter(|&node| keep(node)).collect();
    induced(graph, &nodes)
}

/// All nodes, with the edges for which a test holds.
///
/// # Result
/// Node columns and relations as they were; flows on edges left out become final demand and imports ([accounts
/// across a cut](crate::transform#accounts-across-a-cut)).
///
/// # Cost
/// `O(n + m)`.
///
/// # Panics
/// If the accounts of a node add up to infinity.
///
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::filter_edges};
///
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 0.5), (1, 0, 7.0)])?;
/// let large = filter_edges(&graph, |edge| graph.flow(edge) >= 1.0);
/// assert_eq!((large.n_nodes(), large.flows()), (2, &[7.0][..]));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn filter_edges(graph: &SupplyGraph, keep: impl FnMut(EdgeIndex) -> bool) -> SupplyGraph {
    let nodes: Vec<NodeIndex> = graph.node_indices().collect();
    part(graph, &nodes, keep)
}
