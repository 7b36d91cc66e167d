//! What an edge's length is, and when two lengths are the same.

use palenque_graph::SupplyGraph;

/// What an edge's length is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// Every edge is one step long.
    #[default]
    Hops,
    /// `1 / flow`: ten times the flow is a tenth of the length. An edge without flow leads nowhere.
    Inv,
    /// `w̄ / flow`, where `w̄` is the mean positive flow between different nodes: free of units.
    InvNorm,
}

/// Lengths within this relative difference are equal: sums of the same reciprocals in another order differ in
/// their last digits.
pub const TIE_TOLERANCE: f64 = 1e-10;

/// Whether two path lengths are equal, up to rounding.
pub(crate) fn tied(a: f64, b: f64) -> bool {
    (a - b).abs() <= TIE_TOLERANCE * a.max(b)
}

impl Distance {
    /// Lengths by edge number; `None` where every edge is one step. An edge that cannot be walked is infinitely
    /// long.
    ///
    /// Source: Opsahl, Agneessens and Skvoretz (2010) for the division by the mean.
    pub(crate) fn lengths(self, graph: &SupplyGraph) -> Option<Vec<f64>> {
        let scale = match self {
            Self::Hops => return None,
            Self::Inv => 1.0,
            Self::InvNorm => mean_flow_between_nodes(graph),
        };
        Some(graph.flows().iter().map(|&flow| scale / flow).collect())
    }
}

fn mean_flow_between_nodes(graph: &SupplyGraph) -> f64 {
    let others = |u| graph.customers(u).filter(move |&(v, flow)| v != u && flow > 0.0);
    let count: usize = graph.node_indices().map(|u| others(u).count()).sum();
    let sum: f64 = graph.node_indices().flat_map(others).map(|(_, flow)| flow).sum();
    sum / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalised_lengths_have_no_unit() {
        let flows = |c: f64| [(0, 1, c), (1, 0, 3.0 * c), (1, 1, 100.0 * c), (2, 0, 0.0)];
        let graph = |c| SupplyGraph::from_flows(["a", "b", "c"], flows(c)).expect("a good graph");
        let lengths = |c| Distance::InvNorm.lengths(&graph(c)).expect("weighted");
        assert_eq!(lengths(1.0), lengths(1024.0));
        assert_eq!(lengths(1.0)[..2], [2.0, 2.0 / 3.0]); // the self-loop is not in the mean
        assert!(lengths(1.0)[3].is_infinite()); // no flow, no way
    }

    #[test]
    fn sums_of_thirds_are_tied_in_any_order() {
        let (a, b): (f64, f64) = (0.1 + 0.2, 0.3);
        assert!(a > b && tied(a, b));
        assert!(!tied(0.3, 0.300_000_001));
    }
}
