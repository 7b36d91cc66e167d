//! The largest weakly connected part.

use super::induced;
use crate::{Panel, SupplyGraph};
use petgraph::graph::NodeIndex;
use petgraph::unionfind::UnionFind;

/// The largest weakly connected component: nodes joined when the direction of edges is ignored. Of several largest
/// ones, that of the smallest node number. Nodes keep their order; no flow is cut.
///
/// # Cost
/// `O(n + m α(n))`.
///
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::largest_component};
///
/// let flows = [(0, 1, 1.0), (3, 2, 1.0), (3, 4, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e"], flows)?;
/// let core = largest_component(&graph);
/// assert_eq!(core.ids().iter().collect::<Vec<_>>(), ["c", "d", "e"]);
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn largest_component(graph: &SupplyGraph) -> SupplyGraph {
    induced(graph, &largest(graph.n_nodes(), [graph]))
}

/// In every period, the nodes of the largest weakly connected component of all periods together.
///
/// # Panics
/// Never: the periods of the result have the same nodes.
///
/// # Example
/// ```
/// use palenque_graph::{Panel, SupplyGraph, transform::largest_component_panel};
///
/// let year = |flow| SupplyGraph::from_flows(["a", "b", "c", "d"], [flow]).expect("a good graph");
/// let panel = Panel::new([("2020".into(), year((0, 1, 1.0))), ("2021".into(), year((1, 2, 1.0)))])?;
/// let joined = largest_component_panel(&panel);
/// assert_eq!(joined.last().n_nodes(), 3); // a, b, c: `c` has no edge yet in 2020
/// # Ok::<(), palenque_graph::PanelError>(())
/// ```
#[must_use]
pub fn largest_component_panel(panel: &Panel) -> Panel {
    let nodes = largest(panel.last().n_nodes(), panel.iter().map(|(_, graph)| graph));
    let periods = panel.iter().map(|(name, graph)| (name.into(), induced(graph, &nodes)));
    Panel::new(periods).expect("the same nodes in every period")
}

/// The nodes of the largest component of the union of some graphs over the same nodes.
fn largest<'a>(n: usize, graphs: impl IntoIterator<Item = &'a SupplyGraph>) -> Vec<NodeIndex> {
    let mut components = UnionFind::<u32>::new(n);
    for graph in graphs {
        for seller in 0..n {
            for edge in graph.out_range(seller) {
                components.union(seller as u32, graph.targets()[edge]);
            }
        }
    }
    let component_of = components.into_labeling();
    let mut sizes = vec![0_usize; n];
    for &component in &component_of {
        sizes[component as usize] += 1;
    }
    let size_of = |node: usize| sizes[component_of[node] as usize];
    // `max_by_key` takes the last of equals, so the nodes are walked backwards.
    let Some(first) = (0..n).rev().max_by_key(|&node| size_of(node)) else {
        return Vec::new();
    };
    let in_it = |&node: &usize| component_of[node] == component_of[first];
    (0..n).filter(in_it).map(NodeIndex::new).collect()
}
