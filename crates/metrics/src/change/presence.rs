//! Which firms are there in a period.

use palenque_graph::SupplyGraph;

/// Whether each firm is there: it trades, be it with itself, or has output. A firm of another period of the panel does neither.
pub(super) fn present(graph: &SupplyGraph) -> Vec<bool> {
    let output = graph.nodes().number("output");
    let makes = |u: usize| output.and_then(|x| x.get(u)).is_some_and(|x| x > 0.0);
    let trades = |u| !graph.out_range(u).is_empty() || !graph.in_range(u).is_empty();
    (0..graph.n_nodes()).map(|u| trades(u) || makes(u)).collect()
}
