//! Harmonic closeness.

use super::closeness::{DISTANCE_PARAM, DistanceConfig, reach_both_ways};
use crate::kernel::bfs::Reach;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Harmonic closeness of every node to its suppliers and to its customers, direct and indirect.
#[derive(Clone, Debug, PartialEq)]
pub struct Harmonic {
    /// By distances into the node: how close its suppliers are.
    pub harmonic_in: Vec<f64>,
    /// By distances out of the node: how close its customers are.
    pub harmonic_out: Vec<f64>,
}

/// The mean nearness of all other firms as suppliers (`in`) and as customers (`out`), unreachable ones counted
/// as infinitely far.
///
/// # Formula
/// `H(u) = 1/(n − 1) · Σ_{v ≠ u} 1/d`, where `d` is `d(u, v)` (`out`) or `d(v, u)` (`in`) and `1/∞ = 0`.
/// # Source
/// Marchiori and Latora (2000); Boldi and Vigna (2014).
/// # Input and result
/// One value per node, in node order, in one over the unit of the lengths: at most 1 in hops, possibly more with
/// other lengths. Self-loops are not used.
/// # Cost
/// As [`closeness`](super::closeness::closeness()).
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::{closeness::DistanceConfig, harmonic::harmonic};
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let h = harmonic(&graph, &DistanceConfig::default(), &NoProgress)?;
/// assert_eq!(h.harmonic_in, [0.0, 0.5, 0.75]); // c: (1/1 + 1/2) / 2
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn harmonic(
    graph: &SupplyGraph,
    config: &DistanceConfig,
    progress: &dyn Progress,
) -> Result<Harmonic, MetricError> {
    let others = graph.n_nodes().saturating_sub(1).max(1) as f64;
    let mean = |reach: Reach| reach.inverse.into_iter().map(|sum| sum / others).collect();
    let (into, out) = reach_both_ways(graph, config.distance, "harmonic closeness", progress)?;
    Ok(Harmonic { harmonic_in: mean(into), harmonic_out: mean(out) })
}

/// [`harmonic()`] behind the registry.
pub struct HarmonicMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "harmonic_in",
        Unit::PerHop,
        "Mean of one over the distance from every other node; 0 from nodes that never arrive.",
    ),
    ColumnSpec::number(
        "harmonic_out",
        Unit::PerHop,
        "Mean of one over the distance to every other node; 0 to nodes that are never reached.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "harmonic",
    family: Family::Centrality,
    summary: "How near a firm is on average to all others, as their customer and as their supplier.",
    formula: "H(u) = 1/(n−1) · Σ_{v≠u} 1/d, with 1/∞ = 0",
    source: "Marchiori and Latora (2000); Boldi and Vigna (2014)",
    reading: "High = few steps away from many. in = distances from suppliers, out = distances to customers. \
              Needs no correction where parts are not connected. Self-loops are not used.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths",
    needs: &[],
    params: &[DISTANCE_PARAM],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for HarmonicMetric {
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
        let h = harmonic(graph, &params.decode()?, progress)?;
        let [harmonic_in, harmonic_out] = &COLUMNS;
        let columns = vec![
            Column::new(harmonic_in, Values::F64(h.harmonic_in)),
            Column::new(harmonic_out, Values::F64(h.harmonic_out)),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
