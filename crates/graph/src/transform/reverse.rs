//! Every edge turned round.

use crate::SupplyGraph;
use crate::adjacency::Incoming;
use crate::memo::Memo;

/// The graph with every edge turned round: buyers become sellers. Twice is the same graph again.
///
/// # Result
/// Nodes, their columns, final demand and the other relations stay as they are; edge columns follow their edges. The
/// accounts of the nodes fit the flows only on the side on which the arrows mean *supplies*: the use of this is a
/// graph whose arrows followed payments, or an index that is wanted upstream.
///
/// # Cost
/// `O(n + m)`.
///
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::reverse};
///
/// let paid = SupplyGraph::from_flows(["bottler", "distiller"], [(0, 1, 110.0)])?;
/// let sold = reverse(&paid);
/// assert!(sold.edge_between(1.into(), 0.into()).is_some());
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn reverse(graph: &SupplyGraph) -> SupplyGraph {
    // The columns of Z are the rows of its transpose, and the other way round.
    let mut in_edges = vec![0_u32; graph.n_edges()];
    for (&old, new) in graph.in_edges().iter().zip(0_u32..) {
        in_edges[old as usize] = new;
    }
    // Column v of the transpose is row v of Z, so its sources are the buyers of v.
    let incoming = Incoming {
        offsets: graph.out_offsets.to_vec(),
        sources: graph.targets.to_vec(),
        edges: in_edges,
    };
    SupplyGraph {
        ids: graph.ids.clone(),
        out_offsets: graph.in_offsets().into(),
        targets: graph.sources().into(),
        flows: graph.in_edges().iter().map(|&edge| graph.flows()[edge as usize]).collect(),
        incoming: incoming.into(),
        nodes: graph.nodes.clone(),
        edges: graph.edges.select(graph.in_edges()),
        final_demand: graph.final_demand.clone(),
        relations: graph.relations.clone(),
        satellites: graph.satellites.clone(),
        unit: graph.unit.clone(),
        memo: Memo::default(),
    }
}
