//! Harmonic closeness.

use super::closeness::{DistanceConfig, reach_into, reach_out};
use super::sampling::{
    BothWays, HARMONIC_PARAMS, Method, SampleConfig, Sampled, sampled_both_ways, sampling_figure,
};
use crate::kernel::bfs::{Reach, Ways};
use crate::kernel::hyperball::{Balls, balls};
use crate::kernel::reach_sampling::{Estimate, Moments};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
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
    let mean = |reach: &Reach| reach.inverse.iter().map(|sum| sum / others).collect();
    let into = reach_into(graph, config.distance, "harmonic closeness", progress)?;
    let out = reach_out(graph, config.distance, "harmonic closeness", progress)?;
    Ok(Harmonic { harmonic_in: mean(&into.0), harmonic_out: mean(&out.0) })
}

/// [`harmonic()`] in hops from and to a sample of nodes: with probability `1 − delta`, no value is off by more than
/// `epsilon`. Where that takes all nodes, the values are exact.
///
/// # Formula
/// The mean of `1/d` over the sample, times `n/(n − 1)`, with a bound by its observed variance.
/// # Source
/// Eppstein and Wang (2004); Maurer and Pontil (2009).
/// # Input and result
/// As [`harmonic()`], with an error per node. The same seed gives the same sample on any number of threads.
/// # Cost
/// At most `O(ln(n/δ)/ε²)` searches, 512 at once; `O(n)` memory a thread.
/// # Errors
/// [`ParamError::Value`](crate::ParamError::Value) unless `0 < epsilon < 1` and `0 < delta < 1`, and for lengths other than
/// hops; [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::harmonic::harmonic_sampled;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let h = harmonic_sampled(&graph, &Default::default(), &NoProgress)?;
/// assert_eq!(h.estimate.harmonic_in[2], 0.75); // so few that all are taken
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn harmonic_sampled(
    graph: &SupplyGraph,
    config: &SampleConfig,
    progress: &dyn Progress,
) -> Result<Sampled<Harmonic>, MetricError> {
    let n = graph.n_nodes();
    let others = n as f64 / (n as f64 - 1.0);
    let value = |moments: &Moments, u: usize, log: f64| {
        let Estimate { mean, error } = moments.inverse(u, log);
        Estimate { mean: mean * others, error: error * others }
    };
    let what = "harmonic closeness of a sample";
    Ok(match sampled_both_ways(graph, config, 1, what, progress, value)? {
        Some(BothWays { into, out, error, n_samples }) => Sampled {
            estimate: Harmonic { harmonic_in: into, harmonic_out: out },
            error,
            n_samples,
        },
        None => Sampled::exact(harmonic(graph, &DistanceConfig::default(), progress)?, n),
    })
}

/// [`harmonic()`] in hops by counters of how many nodes are within each distance of every node, all at once.
///
/// # Formula
/// `H(u) = 1/(n − 1) · Σ_t (|B_t| − |B_{t−1}|)/t`, with `|B_t|` the number of nodes within `t` steps, estimated by a counter of
/// `registers` bytes.
/// # Source
/// Boldi and Vigna (2013), `HyperBall`; Ertl (2017) for reading a counter.
/// # Input and result
/// As [`harmonic()`], with an error per node: the sum and 1 have a relative standard deviation `s` of about `1.04/√registers`, so that
/// with `k = s/√delta` the value of a node is off by more than `k/(1 − k)` times that with probability `delta` at most (Chebyshev),
/// for each node by itself.
/// The same seed gives the same values on any number of threads.
/// # Cost
/// `O((n + m) · registers / 16)` operations a level of distance, for some ten levels; `2 n · registers` bytes.
/// # Errors
/// [`ParamError::Value`](crate::ParamError::Value) unless `registers` is a power of two from 16 to 4096, `0 < epsilon < 1`
/// and `0 < delta < 1`, and for lengths other than hops; [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::harmonic::harmonic_hyperball;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let h = harmonic_hyperball(&graph, &Default::default(), &NoProgress)?;
/// let (found, error) = (h.estimate.harmonic_in[2], h.error[2]);
/// assert!((found - 0.75).abs() < error && error < 0.35);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn harmonic_hyperball(
    graph: &SupplyGraph,
    config: &SampleConfig,
    progress: &dyn Progress,
) -> Result<Sampled<Harmonic>, MetricError> {
    config.check_estimate()?;
    let n = graph.n_nodes();
    let others = n.saturating_sub(1).max(1) as f64;
    let what = "harmonic closeness by counters";
    let one_way = |ways| balls(ways, config.registers, config.seed, what, progress);
    let (into, out) = (one_way(Ways::into(graph))?, one_way(Ways::out(graph))?);
    let k = into.deviation / config.delta.sqrt();
    let share = if k < 1.0 { k / (1.0 - k) } else { f64::INFINITY };
    let error = into.inverse.iter().zip(&out.inverse).map(|(&a, &b)| match a.max(b) {
        // No value is below 0 or above 1.
        sum if sum > 0.0 => (share * (sum + 1.0) / others).min(1.0),
        _ => 0.0,
    });
    let error = error.collect();
    let mean = |balls: Balls| balls.inverse.into_iter().map(|sum| sum / others).collect();
    let estimate = Harmonic { harmonic_in: mean(into), harmonic_out: mean(out) };
    Ok(Sampled { estimate, error, n_samples: n })
}

/// [`harmonic()`], [`harmonic_sampled()`] and [`harmonic_hyperball()`] behind the registry.
pub struct HarmonicMetric;

static COLUMNS: [ColumnSpec; 3] = [
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
    ColumnSpec::number(
        "harmonic_error",
        Unit::PerHop,
        "How far the harmonic closeness of the node is off at most, if it was estimated; 0 if not.",
    ),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "harmonic_error_max",
    Unit::PerHop,
    "How far the harmonic closeness of any node is off at most; 0 if it is exact.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "harmonic",
    family: Family::Centrality,
    summary: "How near a firm is on average to all others, as their customer and as their supplier.",
    formula: "H(u) = 1/(n−1) · Σ_{v≠u} 1/d, with 1/∞ = 0",
    source: "Marchiori and Latora (2000); Boldi and Vigna (2014); Eppstein and Wang (2004) for samples; Boldi and Vigna (2013) \
             for `hyperball`",
    reading: "High = few steps away from many. in = distances from suppliers, out = distances to customers. \
              Needs no correction where parts are not connected. Self-loops are not used. Large networks are sampled: with \
              probability 1 − delta no value is off by more than its error. `method = hyperball` is rougher and much \
              faster: there the probability holds for each firm by itself.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths; sampled, O(ln(n/δ)/ε²) searches; by counters, \
           O((n + m) · registers / 16) a level",
    needs: &[],
    params: &HARMONIC_PARAMS,
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
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
        let config: SampleConfig = params.decode()?;
        let sampled = if config.method == Method::Hyperball {
            harmonic_hyperball(graph, &config, progress)?
        } else if config.chooses_sampled_distances(graph) {
            harmonic_sampled(graph, &config, progress)?
        } else {
            let distance = DistanceConfig { distance: config.distance };
            Sampled::exact(harmonic(graph, &distance, progress)?, graph.n_nodes())
        };
        let figure = sampling_figure(&FIGURES[0], &config, &sampled);
        let Harmonic { harmonic_in, harmonic_out } = sampled.estimate;
        let columns = COLUMNS.iter().zip([harmonic_in, harmonic_out, sampled.error]);
        let columns = columns.map(|(spec, values)| Column::new(spec, Values::F64(values)));
        let nodes = Table::new(TableId::NodeMetrics, columns.collect());
        Ok(vec![nodes, network_summary(&[figure])])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::centrality::closeness::{closeness, closeness_sampled};
    use crate::kernel::draws::Draws;
    use palenque_graph::NoProgress;

    #[test]
    fn samples_are_as_near_as_promised() {
        let n = 12_000_u32;
        let mut draws = Draws(23);
        let mut draw = |n| draws.below(n);
        let flows: Vec<_> = (0..4 * n).map(|_| (draw(n), draw(n) / (1 + draw(9)), 1.0)).collect();
        let graph =
            SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows).expect("a good graph");
        let config = SampleConfig { epsilon: 0.05, ..SampleConfig::default() };
        let sampled = harmonic_sampled(&graph, &config, &NoProgress).expect("done");
        let exact = harmonic(&graph, &DistanceConfig::default(), &NoProgress).expect("done");
        assert!(sampled.n_samples < n as usize / 2, "{}", sampled.n_samples);
        let pairs = [
            (&sampled.estimate.harmonic_in, &exact.harmonic_in),
            (&sampled.estimate.harmonic_out, &exact.harmonic_out),
        ];
        let closeness_config = DistanceConfig::default();
        let near = closeness_sampled(&graph, &config, &NoProgress).expect("done");
        let exact = closeness(&graph, &closeness_config, &NoProgress).expect("done");
        assert!(near.n_samples < n as usize, "{}", near.n_samples);
        let more = [
            (&near.estimate.closeness_in, &exact.closeness_in),
            (&near.estimate.closeness_out, &exact.closeness_out),
        ];
        let all = pairs.map(|pair| (pair, &sampled.error)).into_iter();
        for ((found, exact), errors) in all.chain(more.map(|pair| (pair, &near.error))) {
            let mut bias = 0.0;
            for ((found, exact), error) in found.iter().zip(exact).zip(errors) {
                assert!(*error <= 0.05 && (found - exact).abs() <= *error, "{found} {exact}");
                bias += (found - exact) / f64::from(n);
            }
            assert!(bias.abs() < 0.005, "{bias}");
        }
    }
}
