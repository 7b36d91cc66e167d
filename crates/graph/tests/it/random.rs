//! Random supply graphs for property tests.

use palenque_graph::SupplyGraph;
use proptest::prelude::*;

/// Records `(seller, buyer, flow)` over `n` nodes, in any order, with repeats and self-loops. Flows are
/// multiples of an eighth, so that their sums are exact in any order.
pub(crate) type Records = Vec<(u32, u32, f64)>;

pub(crate) fn records(max_nodes: u32, max_records: usize) -> impl Strategy<Value = (u32, Records)> {
    (1..=max_nodes).prop_flat_map(move |n| {
        let record = (0..n, 0..n, (1..=800_u32).prop_map(|x| f64::from(x) / 8.0));
        (Just(n), prop::collection::vec(record, 0..=max_records))
    })
}

pub(crate) fn ids(n: u32) -> Vec<String> {
    (0..n).map(|i| format!("firm {i}")).collect()
}

pub(crate) fn graph_of(n: u32, records: &[(u32, u32, f64)]) -> SupplyGraph {
    SupplyGraph::from_flows(ids(n), records.iter().copied()).expect("a good graph")
}

/// A graph of up to 24 nodes and 120 records.
pub(crate) fn graph() -> impl Strategy<Value = SupplyGraph> {
    records(24, 120).prop_map(|(n, records)| graph_of(n, &records))
}

/// Every edge as `(seller, buyer, flow)`, in edge order.
pub(crate) fn edge_list(graph: &SupplyGraph) -> Records {
    let row = |u: usize| graph.out_range(u).map(move |e| (u as u32, e));
    (0..graph.n_nodes())
        .flat_map(row)
        .map(|(u, e)| (u, graph.targets()[e], graph.flows()[e]))
        .collect()
}
