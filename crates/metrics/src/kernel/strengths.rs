//! What nodes sell and buy, on all threads, to the last bit as the graph itself adds it up.

use palenque_graph::{CompensatedSum, NodeIndex, SupplyGraph};
use rayon::prelude::*;

/// Nodes a thread adds up at a stretch.
const NODES: usize = 256;

/// [`SupplyGraph::out_strengths`].
pub(crate) fn out_strengths(graph: &SupplyGraph) -> Vec<f64> {
    let nodes = (0..graph.n_nodes()).into_par_iter().with_min_len(NODES);
    nodes.map(|node| graph.out_strength(NodeIndex::new(node))).collect()
}

/// [`SupplyGraph::in_strengths`]: where every row is full, each thread adds up columns of its own.
pub(crate) fn in_strengths(graph: &SupplyGraph) -> Vec<f64> {
    let n = graph.n_nodes();
    if n < NODES || graph.n_edges() < n * n {
        return graph.in_strengths();
    }
    let mut sums = vec![CompensatedSum::default(); n];
    sums.par_chunks_mut(NODES).enumerate().for_each(|(c, sums)| {
        for row in graph.flows().chunks_exact(n) {
            sums.iter_mut().zip(&row[c * NODES..]).for_each(|(sum, &flow)| sum.add(flow));
        }
    });
    sums.into_iter().map(CompensatedSum::value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_graph() {
        let n = 300_u32;
        let flow = |i: u32, j: u32| 1.0 / f64::from(1 + (i * 7919 + j * 104_729) % 9973);
        for gap in [u32::MAX, 5] {
            let cells = (0..n).flat_map(|i| (0..n).map(move |j| (i, j, flow(i, j))));
            let cells = cells.filter(|&(i, j, _)| (i, j) != (gap, gap));
            let graph = SupplyGraph::from_flows((0..n).map(|i| format!("s{i}")), cells);
            let graph = graph.expect("a good graph");
            assert_eq!(out_strengths(&graph), graph.out_strengths());
            assert_eq!(in_strengths(&graph), graph.in_strengths());
        }
    }
}
