//! Global efficiency, mean distance and diameter.

use crate::centrality::closeness::{DISTANCE_PARAM, DistanceConfig, reach_both_ways};
use crate::kernel::ratio::ratio_or_status;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How near firms are to each other along the flows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Efficiency {
    /// Mean of one over the distance, over all ordered pairs; an error with fewer than two nodes.
    pub efficiency_global: Result<f64, Status>,
    /// Mean distance, over the pairs that are joined; an error if none is.
    pub mean_distance: Result<f64, Status>,
    /// The largest distance of a pair that is joined; an error if none is.
    pub diameter: Result<f64, Status>,
}

/// How near firms are to each other along the flows: mean nearness of all pairs, mean and largest distance of those
/// that are joined.
///
/// # Formula
/// `E = 1/(n (n − 1)) Σ_{i≠j} 1/d(i, j)` with `1/∞ = 0`; mean and maximum of the finite `d(i, j)`.
/// # Source
/// Latora and Marchiori (2001).
/// # Input and result
/// Three numbers. Efficiency in hops is at most 1. Self-loops are not used.
/// # Cost
/// `O(nm)` time in hops, 512 searches at once, `O(nm + n² log n)` with lengths; `O(n)` memory a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::resilience::efficiency::efficiency;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 3.0), (1, 2, 3.0)])?;
/// let e = efficiency(&graph, &Default::default(), &NoProgress)?;
/// assert_eq!(e.efficiency_global, Ok(2.5 / 6.0));
/// assert_eq!((e.mean_distance, e.diameter), (Ok(4.0 / 3.0), Ok(2.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn efficiency(
    graph: &SupplyGraph,
    config: &DistanceConfig,
    progress: &dyn Progress,
) -> Result<Efficiency, MetricError> {
    let n = graph.n_nodes() as f64;
    let both = reach_both_ways(graph, config.distance, "efficiency", progress)?;
    let reach = &both.out;
    let joined = reach.count.iter().sum::<u64>() as f64;
    let farthest = reach.farthest.iter().copied().fold(0.0, f64::max);
    Ok(Efficiency {
        efficiency_global: match graph.n_nodes() {
            0 | 1 => Err(Status::InsufficientN),
            _ => Ok((0.0 + reach.inverse.iter().sum::<f64>()) / (n * (n - 1.0))),
        },
        mean_distance: ratio_or_status(reach.distance.iter().sum(), joined),
        diameter: if joined > 0.0 { Ok(farthest) } else { Err(Status::ZeroDenominator) },
    })
}

/// [`efficiency()`] behind the registry.
pub struct EfficiencyMetric;

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "efficiency_global",
        Unit::PerHop,
        "Mean of one over the distance along the flows, over all ordered pairs.",
    ),
    ColumnSpec::number("mean_distance", Unit::Hop, "Mean distance of the pairs that are joined."),
    ColumnSpec::number("diameter", Unit::Hop, "Largest distance of a pair that is joined."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "efficiency",
    family: Family::Resilience,
    summary: "How near firms are to each other along the flows, on average and at most.",
    formula: "E = Σ_{i≠j} 1/d(i, j) / (n(n−1)), 1/∞ = 0; mean and maximum of the finite d(i, j)",
    source: "Latora and Marchiori (2001)",
    reading: "High efficiency = goods and shocks have few steps to go. Compare it before and after a loss. Mean distance \
              and diameter leave out pairs that are not joined. Self-loops are not used.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths",
    needs: &[],
    params: &[DISTANCE_PARAM],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: false,
};

impl Metric for EfficiencyMetric {
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
        let e = efficiency(graph, &params.decode()?, progress)?;
        let figures: Vec<Figure> = FIGURES
            .iter()
            .zip([e.efficiency_global, e.mean_distance, e.diameter])
            .map(|(spec, value)| Figure::new(spec, value))
            .collect();
        Ok(vec![network_summary(&figures)])
    }
}
