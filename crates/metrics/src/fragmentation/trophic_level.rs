//! Trophic levels: stages as the flows themselves tell them.

use crate::kernel::laplacian::{Potentials, potentials};
use crate::kernel::ratio::ratio;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The trophic levels of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct TrophicLevels {
    /// `h`, by node; the lowest of each weak component is 0, as is an isolate.
    pub level: Vec<f64>,
    /// `h_j − h_i`, by edge.
    pub rise: Vec<f64>,
    /// `F0`, from 0, all edges rise by 1, to 1; `None` without flow between different nodes.
    pub incoherence: Option<f64>,
    /// Whether each node trades with no other.
    pub is_isolate: Vec<bool>,
}

/// How far along the chain each node is, as the flows tell it: the levels that come closest to rising by 1 along
/// every edge.
///
/// # Formula
/// With self-loops left out, `u = s_in + s_out` and `g = s_in − s_out`, solve `(diag(u) − Z − Zᵀ) h = g`: the least
/// squares of `Σ_ij Z_ij (h_j − h_i − 1)²`. The system is singular once for each weak component; the lowest level of
/// each is set to 0. `F0 = Σ_ij Z_ij (h_j − h_i − 1)² / Σ_ij Z_ij`.
/// # Source
/// MacKay, Johnson and Sansom (2020).
/// # Input and result
/// One level per node and one rise per edge, in units of one step of the chain. An isolate has level 0 and is marked.
/// A self-loop rises by 0 and counts nowhere. `F0` is 0 for a perfectly layered network and 1 for a directed cycle.
/// # Cost
/// `O((n + m) k)` time for `k` iterations of conjugate gradients, about the square root of the condition number;
/// trees are exact in `O(n)`. `O(n + m)` memory. Each level is within 10⁻¹² of what its neighbours' imply.
/// # Errors
/// [`MetricError::NotConverged`]; [`MetricError::Cancelled`].
/// # Example
/// A chain with a short cut: the middle one stays half-way, and no edge rises by just 1.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::trophic_level::trophic_levels;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["grower", "still", "shop"], flows)?;
/// let levels = trophic_levels(&graph, &NoProgress)?;
/// assert!((levels.level[1] - 2.0 / 3.0).abs() < 1e-12);
/// assert!((levels.level[2] - 4.0 / 3.0).abs() < 1e-12);
/// assert!((levels.incoherence.unwrap_or(0.0) - 1.0 / 9.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trophic_levels(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<TrophicLevels, MetricError> {
    let Potentials { values: level, is_tied } = potentials(graph, progress)?;
    let ends = |i: usize| graph.out_range(i).map(move |e| (i, graph.targets()[e] as usize, e));
    let edges = || (0..graph.n_nodes()).flat_map(ends);
    let rise: Vec<f64> = edges().map(|(i, j, _)| level[j] - level[i]).collect();
    // Relative to the largest flow, so that no square or sum overflows.
    let largest = graph.flows().iter().copied().fold(0.0, f64::max);
    let (mut strain, mut total) = (0.0, 0.0);
    for (_, _, e) in edges().filter(|(i, j, _)| i != j) {
        let flow = graph.flows()[e] / largest;
        strain += flow * (rise[e] - 1.0).powi(2);
        total += flow;
    }
    let is_isolate = is_tied.into_iter().map(|tied| !tied).collect();
    Ok(TrophicLevels { level, rise, incoherence: ratio(strain, total), is_isolate })
}

/// [`trophic_levels`] behind the registry.
pub struct TrophicLevel;

static LEVEL: ColumnSpec = ColumnSpec::number(
    "trophic_level",
    Unit::Level,
    "How far along the chain the flows place the node; the lowest of each weak component is 0.",
);

static RISE: ColumnSpec =
    ColumnSpec::number("trophic_rise", Unit::Level, "The buyer's trophic level less the seller's.");

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "trophic_incoherence_F0",
        Unit::One,
        "Mean squared distance of the rise from 1, by flow: 0 = layered, 1 = directed cycle.",
    ),
    ColumnSpec::number("trophic_directedness", Unit::One, "1 less the incoherence."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "trophic_level",
    family: Family::Fragmentation,
    summary: "How far along the chain a firm is, as the flows themselves tell it.",
    formula: "(diag(u) − Z − Z') h = g, u = s_in + s_out, g = s_in − s_out, min h = 0 in each weak component; \
              F0 = Σ Z_ij (h_j − h_i − 1)² / Σ Z_ij; directedness = 1 − F0",
    source: "MacKay, Johnson and Sansom (2020)",
    reading: "Low = near the first suppliers, high = near final users: a stage number from the data, where stages \
              are not known. Every edge should climb by 1. Self-loops are left out.",
    cost: "O((n + m) k) time for k iterations of conjugate gradients",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &[LEVEL] },
        Output { table: TableId::EdgeMetrics, columns: &[RISE] },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for TrophicLevel {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let levels = trophic_levels(graph, progress)?;
        let isolates = (0..graph.n_nodes() as u32).filter(|&i| levels.is_isolate[i as usize]);
        let status = isolates.map(|i| (i, Status::Isolate)).collect();
        let level = Column { status, ..Column::new(&LEVEL, Values::F64(levels.level)) };
        let incoherence = levels.incoherence.ok_or(Status::ZeroDenominator);
        let [f0, directedness] = &FIGURES;
        Ok(vec![
            Table::new(TableId::NodeMetrics, vec![level]),
            Table::new(TableId::EdgeMetrics, vec![Column::new(&RISE, Values::F64(levels.rise))]),
            network_summary(&[
                Figure::new(f0, incoherence),
                Figure::new(directedness, incoherence.map(|f0| 1.0 - f0)),
            ]),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    fn levels(n: u32, flows: &[(u32, u32, f64)]) -> TrophicLevels {
        let ids = (0..n).map(|i| format!("n{i}"));
        let graph = SupplyGraph::from_flows(ids, flows.iter().copied()).expect("a good graph");
        trophic_levels(&graph, &NoProgress).expect("converges")
    }

    #[test]
    fn a_tree_is_layered_exactly() {
        let t = levels(5, &[(0, 1, 0.1), (1, 2, 0.3), (3, 2, 7.0), (2, 4, 1e-9)]);
        assert_eq!(t.level, [0.0, 1.0, 2.0, 1.0, 3.0]);
        assert_eq!(t.incoherence, Some(0.0));
    }

    #[test]
    fn a_pair_that_trades_both_ways_rises_by_its_net_share() {
        let t = levels(2, &[(0, 1, 3.0), (1, 0, 1.0)]);
        assert_eq!(t.level, [0.0, 0.5]);
        assert_eq!(t.incoherence, Some(0.75));
    }

    #[test]
    fn a_cycle_has_one_level_and_full_incoherence() {
        let t = levels(3, &[(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)]);
        assert_eq!(t.level, [0.0; 3]);
        assert_eq!(t.incoherence, Some(1.0));
    }

    #[test]
    fn isolates_are_marked_and_self_loops_are_no_tie() {
        let t = levels(3, &[(0, 0, 5.0), (1, 2, 1.0)]);
        assert_eq!(t.is_isolate, [true, false, false]);
        assert_eq!(t.level, [0.0, 0.0, 1.0]);
        assert_eq!(t.incoherence, Some(0.0));
    }
}
