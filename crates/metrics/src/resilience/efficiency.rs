//! Global efficiency, mean distance and diameter.

use crate::centrality::closeness::{DistanceConfig, reach_out};
use crate::centrality::sampling::{SAMPLE_PARAMS, SampleConfig, interval, sampled_figure};
use crate::kernel::bfs::Ways;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::reach_sampling::sampled_pairs;
use crate::kernel::vertex_diameter::vertex_diameter_at_most;
use crate::summary::exact_figures;
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
    let out = reach_out(graph, config.distance, "efficiency", progress)?;
    let reach = &out.0;
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

/// [`efficiency()`] in hops from a sample of nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampledEfficiency {
    /// The estimates; the diameter is the largest distance that was seen.
    pub estimate: Efficiency,
    /// How far the efficiency is off at most, with the probability that was asked for.
    pub error: f64,
    /// No distance is larger than this.
    pub diameter_at_most: f64,
    /// How many nodes distances were taken to.
    pub n_samples: usize,
}

/// [`efficiency()`] in hops from the distances to a sample of nodes: with probability `1 − delta`, the efficiency is off by no
/// more than `epsilon`. The mean distance has no such bound, and the diameter bounds from below and above.
///
/// # Formula
/// The mean of `1/d` and of the finite `d` over all pairs of a node and one of `ln(2/δ)/(2ε²)` that are drawn.
/// # Source
/// Hoeffding (1963) for the number; Borassi and Natale (2019) for the upper bound of the diameter.
/// # Errors
/// [`ParamError::Value`](crate::ParamError::Value) unless `0 < epsilon < 1` and `0 < delta < 1`, and for lengths other than
/// hops; [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::resilience::efficiency::efficiency_sampled;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 3.0), (1, 2, 3.0)])?;
/// let e = efficiency_sampled(&graph, &Default::default(), &NoProgress)?;
/// let exact = 2.5 / 6.0;
/// assert!((e.estimate.efficiency_global.unwrap() - exact).abs() <= e.error);
/// assert_eq!((e.estimate.diameter, e.diameter_at_most), (Ok(2.0), 2.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn efficiency_sampled(
    graph: &SupplyGraph,
    config: &SampleConfig,
    progress: &dyn Progress,
) -> Result<SampledEfficiency, MetricError> {
    config.check()?;
    let n = graph.n_nodes() as f64;
    let diameter_at_most = vertex_diameter_at_most(graph).saturating_sub(1) as f64;
    if n < 2.0 {
        let estimate = Efficiency {
            efficiency_global: Err(Status::InsufficientN),
            mean_distance: Err(Status::ZeroDenominator),
            diameter: Err(Status::ZeroDenominator),
        };
        return Ok(SampledEfficiency { estimate, error: 0.0, diameter_at_most, n_samples: 0 });
    }
    let (ways, precision) = (Ways::out(graph), config.precision(1));
    let sums = sampled_pairs(ways, precision, "efficiency of a sample", progress)?;
    let pairs = sums.n_samples as f64 * (n - 1.0);
    let joined = sums.count > 0;
    Ok(SampledEfficiency {
        estimate: Efficiency {
            efficiency_global: Ok(sums.inverse / pairs),
            mean_distance: ratio_or_status(sums.distance, sums.count as f64),
            diameter: if joined { Ok(sums.farthest) } else { Err(Status::ZeroDenominator) },
        },
        error: config.epsilon,
        diameter_at_most,
        n_samples: sums.n_samples,
    })
}

/// [`efficiency()`] and [`efficiency_sampled()`] behind the registry.
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
              and diameter leave out pairs that are not joined. Self-loops are not used. Large networks are sampled: the efficiency \
              has an interval, the diameter bounds.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths; sampled, ln(2/δ)/(2ε²) searches",
    needs: &[],
    params: &SAMPLE_PARAMS,
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
        let config: SampleConfig = params.decode()?;
        if !config.chooses_sampled_distances(graph) {
            let e = efficiency(graph, &DistanceConfig { distance: config.distance }, progress)?;
            let figures =
                exact_figures(&FIGURES, [e.efficiency_global, e.mean_distance, e.diameter]);
            return Ok(vec![network_summary(&figures)]);
        }
        let sampled = efficiency_sampled(graph, &config, progress)?;
        let Efficiency { efficiency_global, mean_distance, diameter } = sampled.estimate;
        let around = |value| interval(value, sampled.error);
        let intervals = [
            efficiency_global.ok().map(around),
            None,
            diameter.ok().map(|seen| (seen, sampled.diameter_at_most)),
        ];
        let values = FIGURES.iter().zip([efficiency_global, mean_distance, diameter]);
        let figures: Vec<Figure> = values
            .zip(intervals)
            .map(|((spec, value), interval)| {
                let figure = Figure { interval, ..Figure::new(spec, value) };
                sampled_figure(figure, &config, sampled.n_samples)
            })
            .collect();
        Ok(vec![network_summary(&figures)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn a_sample_is_as_near_as_promised() {
        let n = 700_u32;
        let flows: Vec<_> = (0..3 * n).map(|i| (i % n, (i * i + 7 * i + i / n) % n, 1.0)).collect();
        let graph =
            SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows).expect("a good graph");
        let exact = efficiency(&graph, &DistanceConfig::default(), &NoProgress).expect("done");
        for seed in 1..4 {
            let config = SampleConfig { seed, epsilon: 0.02, ..SampleConfig::default() };
            let found = efficiency_sampled(&graph, &config, &NoProgress).expect("done");
            let off = |of: fn(&Efficiency) -> Result<f64, Status>| {
                (of(&found.estimate).expect("defined") - of(&exact).expect("defined")).abs()
            };
            assert!(off(|e| e.efficiency_global) <= found.error);
            assert!(off(|e| e.mean_distance) < 0.5);
            let diameter = exact.diameter.expect("defined");
            assert!(found.estimate.diameter.expect("defined") <= diameter);
            assert!(diameter <= found.diameter_at_most);
        }
    }
}
