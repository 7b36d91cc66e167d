//! Closeness.

use super::sampling::{
    BothWays, SAMPLE_PARAMS, SampleConfig, Sampled, sampled_both_ways, sampling_figure,
};
use crate::kernel::adjacency::Adjacency;
use crate::kernel::bfs::{self, Reach, Ways};
use crate::kernel::dijkstra::weighted_reach;
use crate::kernel::distance::Distance;
use crate::kernel::reach_sampling::{Estimate, Moments};
use crate::kernel::vertex_diameter::vertex_diameter_at_most;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};
use std::any::Any;
use std::sync::Arc;

/// What to measure distances by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistanceConfig {
    /// What an edge's length is.
    pub distance: Distance,
}

pub(crate) const DISTANCE_PARAM: ParamSpec = ParamSpec {
    name: "distance",
    default: "hops",
    meaning: "length of an edge: `hops` = 1, `inv` = 1 / flow, `inv_norm` = mean positive flow / flow",
};

/// Closeness of every node to its suppliers and to its customers, direct and indirect.
#[derive(Clone, Debug, PartialEq)]
pub struct Closeness {
    /// By distances into the node: how close its suppliers are.
    pub closeness_in: Vec<f64>,
    /// By distances out of the node: how close its customers are.
    pub closeness_out: Vec<f64>,
}

/// How near a firm is to all its direct and indirect suppliers (`in`) and customers (`out`).
///
/// # Formula
/// `C(u) = r/(n − 1) · r / Σ_{v ∈ R} d`, where `R` are the `r` other nodes with a finite distance `d(u, v)`
/// (`out`) or `d(v, u)` (`in`): Freeman's closeness among the nodes that are reached, times the share of nodes
/// that are. A node that reaches nobody has 0.
/// # Source
/// Freeman (1978); Wasserman and Faust (1994), p. 201, for networks that are not connected.
/// # Input and result
/// One value per node, in node order, in one over the unit of the lengths. Self-loops are not used.
/// # Cost
/// In hops `O(nm)` time, 512 searches at once; with lengths `O(nm + n² log n)`. `O(n)` memory a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// In the chain a → b → c, c is bought from by both others at distances 1 and 2.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::closeness::{DistanceConfig, closeness};
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let c = closeness(&graph, &DistanceConfig::default(), &NoProgress)?;
/// assert_eq!(c.closeness_in, [0.0, 0.5, 2.0 / 3.0]); // c: 2/2 · 2/(1 + 2)
/// assert_eq!(c.closeness_out, [2.0 / 3.0, 0.5, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn closeness(
    graph: &SupplyGraph,
    config: &DistanceConfig,
    progress: &dyn Progress,
) -> Result<Closeness, MetricError> {
    let wasserman_faust = |reach: &Reach| {
        let others = graph.n_nodes().saturating_sub(1) as f64;
        let value = |(&r, &sum): (&u64, &f64)| {
            let r = r as f64;
            if r > 0.0 { (r / others) * (r / sum) } else { 0.0 }
        };
        reach.count.iter().zip(&reach.distance).map(value).collect()
    };
    let into = reach_into(graph, config.distance, "closeness", progress)?;
    let out = reach_out(graph, config.distance, "closeness", progress)?;
    Ok(Closeness { closeness_in: wasserman_faust(&into.0), closeness_out: wasserman_faust(&out.0) })
}

/// [`closeness()`] in hops from and to a sample of nodes: with probability `1 − delta`, no value is off by more than
/// `epsilon`. Where that takes all nodes, the values are exact.
///
/// # Formula
/// `C = (r/n)² / D · n/(n − 1)` from the share `r/n` of the sample that is reached and the mean distance `D`, what is not
/// reached counted as 0. Both have bounds by their observed variance, and `C` what these leave it.
/// # Source
/// Eppstein and Wang (2004); Maurer and Pontil (2009).
/// # Input and result
/// As [`closeness()`], with an error per node. The same seed gives the same sample on any number of threads.
/// # Cost
/// At most `O(ln(n/δ)/ε²)` searches, 512 at once; `O(n)` memory a thread.
/// # Errors
/// [`ParamError::Value`](crate::ParamError::Value) unless `0 < epsilon < 1` and `0 < delta < 1`, and for lengths other than
/// hops; [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::closeness::closeness_sampled;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let c = closeness_sampled(&graph, &Default::default(), &NoProgress)?;
/// assert_eq!(c.estimate.closeness_in[1], 0.5); // so few that all are taken
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn closeness_sampled(
    graph: &SupplyGraph,
    config: &SampleConfig,
    progress: &dyn Progress,
) -> Result<Sampled<Closeness>, MetricError> {
    let n = graph.n_nodes();
    let farthest = vertex_diameter_at_most(graph).max(1) as f64;
    let value = |moments: &Moments, u: usize, log: f64| {
        let (share, distance) = (moments.reached(u, log), moments.distance(u, farthest, log));
        let others = n as f64 / (n as f64 - 1.0);
        // Nobody is nearer than a step: C is at most the share.
        let of = |share: f64, distance: f64| {
            let share = share.clamp(0.0, 1.0);
            if distance > share { others * share * share / distance } else { others * share }
        };
        let mean = if share.mean > 0.0 { of(share.mean, distance.mean) } else { 0.0 };
        let most = of(share.mean + share.error, distance.mean - distance.error);
        let least = of(share.mean - share.error, distance.mean + distance.error);
        Estimate { mean, error: (most - mean).max(mean - least) }
    };
    let sampled = sampled_both_ways(graph, config, 2, "closeness of a sample", progress, value)?;
    Ok(match sampled {
        Some(BothWays { into, out, error, n_samples }) => Sampled {
            estimate: Closeness { closeness_in: into, closeness_out: out },
            error,
            n_samples,
        },
        None => Sampled::exact(closeness(graph, &DistanceConfig::default(), progress)?, n),
    })
}

/// What each node is reached from.
pub(crate) struct ReachInto(pub(crate) Reach);

/// What each node reaches.
pub(crate) struct ReachOut(pub(crate) Reach);

pub(crate) fn reach_into(
    graph: &SupplyGraph,
    distance: Distance,
    what: &str,
    progress: &dyn Progress,
) -> Result<Arc<ReachInto>, MetricError> {
    let Some(lengths) = distance.lengths(graph) else {
        return once(graph, || bfs::reach(Ways::into(graph), what, progress).map(ReachInto));
    };
    let purchases: Vec<f64> = graph.in_edges().iter().map(|&e| lengths[e as usize]).collect();
    let reach = weighted_reach(Adjacency::suppliers(graph), &purchases, what, progress)?;
    Ok(Arc::new(ReachInto(reach)))
}

pub(crate) fn reach_out(
    graph: &SupplyGraph,
    distance: Distance,
    what: &str,
    progress: &dyn Progress,
) -> Result<Arc<ReachOut>, MetricError> {
    let Some(lengths) = distance.lengths(graph) else {
        return once(graph, || bfs::reach(Ways::out(graph), what, progress).map(ReachOut));
    };
    let reach = weighted_reach(Adjacency::customers(graph), &lengths, what, progress)?;
    Ok(Arc::new(ReachOut(reach)))
}

/// Distances in hops are searched once for all indices that are made of them.
fn once<T: Any + Send + Sync>(
    graph: &SupplyGraph,
    search: impl FnOnce() -> Result<T, MetricError>,
) -> Result<Arc<T>, MetricError> {
    if let Some(known) = graph.memoised() {
        return Ok(known);
    }
    let found = Arc::new(search()?);
    graph.memoise(&found);
    Ok(found)
}

/// [`closeness()`] and [`closeness_sampled()`] behind the registry.
pub struct ClosenessMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "closeness_in",
        Unit::PerHop,
        "How close the direct and indirect suppliers are; 0 where there are none.",
    ),
    ColumnSpec::number(
        "closeness_out",
        Unit::PerHop,
        "How close the direct and indirect customers are; 0 where there are none.",
    ),
    ColumnSpec::number(
        "closeness_error",
        Unit::PerHop,
        "How far the closeness of the node is off at most, if it was estimated; 0 if not.",
    ),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "closeness_error_max",
    Unit::PerHop,
    "How far the closeness of any node is off at most; 0 if it is exact.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "closeness",
    family: Family::Centrality,
    summary: "How near a firm is to all its direct and indirect suppliers and customers.",
    formula: "C(u) = r/(n−1) · r/Σ d over the r other nodes at a finite distance d",
    source: "Freeman (1978); Wasserman and Faust (1994), p. 201; Eppstein and Wang (2004) for samples",
    reading: "High = few steps away from many. in = distances from suppliers, out = distances to customers. \
              0 = nobody there. Self-loops are not used. In a sparse chain the last buyers have out = 0; \
              harmonic closeness ranks them better. Large networks are sampled: with probability 1 − delta no value is \
              off by more than its error.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths; sampled, O(ln(n/δ)/ε²) searches",
    needs: &[],
    params: &SAMPLE_PARAMS,
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for ClosenessMetric {
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
        let sampled = if config.chooses_sampled_distances(graph) {
            closeness_sampled(graph, &config, progress)?
        } else {
            let distance = DistanceConfig { distance: config.distance };
            Sampled::exact(closeness(graph, &distance, progress)?, graph.n_nodes())
        };
        let figure = sampling_figure(&FIGURES[0], &config, &sampled);
        let Closeness { closeness_in, closeness_out } = sampled.estimate;
        let columns = COLUMNS.iter().zip([closeness_in, closeness_out, sampled.error]);
        let columns = columns.map(|(spec, values)| Column::new(spec, Values::F64(values)));
        let nodes = Table::new(TableId::NodeMetrics, columns.collect());
        Ok(vec![nodes, network_summary(&[figure])])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn an_edge_without_flow_is_a_step_but_not_a_way_for_goods() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 0.0)]).expect("a good graph");
        let out = |distance| {
            let config = DistanceConfig { distance };
            closeness(&graph, &config, &NoProgress).expect("not cancelled").closeness_out
        };
        assert_eq!(out(Distance::Hops), [1.0, 0.0]);
        assert_eq!(out(Distance::Inv), [0.0, 0.0]);
        assert_eq!(out(Distance::InvNorm), [0.0, 0.0]);
    }
}
