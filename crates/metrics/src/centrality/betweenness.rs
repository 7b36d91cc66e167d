//! Betweenness of nodes and of edges.

use super::closeness::DistanceConfig;
use super::sampling::{SAMPLE_PARAMS, SampleConfig, Sampled, sampling_figure};
use crate::kernel::adjacency::Adjacency;
use crate::kernel::brandes::path_shares;
use crate::kernel::path_sampling::sampled_path_shares;
use crate::kernel::reach_sampling::Precision;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Betweenness before and after division by the number of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Betweenness {
    /// By node: `Σ_{s ≠ v ≠ t} σ_st(v) / σ_st`.
    pub node_raw: Vec<f64>,
    /// By edge: `Σ_{s ≠ t} σ_st(e) / σ_st`.
    pub edge_raw: Vec<f64>,
}

impl Betweenness {
    /// By node, over the `(n − 1)(n − 2)` ordered pairs of others; `None` with fewer than three nodes.
    #[must_use]
    pub fn node(&self) -> Option<Vec<f64>> {
        let n = self.node_raw.len() as f64;
        (n >= 3.0).then(|| self.node_raw.iter().map(|b| b / ((n - 1.0) * (n - 2.0))).collect())
    }

    /// By edge, over the `n(n − 1)` ordered pairs.
    #[must_use]
    pub fn edge(&self) -> Vec<f64> {
        let n = self.node_raw.len() as f64;
        self.edge_raw.iter().map(|b| b / (n * (n - 1.0)).max(1.0)).collect()
    }
}

/// How often a firm, or a tie between two, lies on the shortest ways between others.
///
/// # Formula
/// `b(v) = Σ_{s ≠ v ≠ t} σ_st(v) / σ_st` over ordered pairs, where `σ_st` counts the shortest paths from s to t and
/// `σ_st(v)` those through v; for an edge, those over it. Lengths within a relative `1e-10` are equal.
/// # Source
/// Freeman (1977); Brandes (2001, 2008).
/// # Input and result
/// One value per node and one per edge, in their order: numbers of pairs, fractions where paths are shared. In a
/// network whose edges all go both ways, every pair counts twice. Self-loops are on no shortest path.
/// # Cost
/// `O(nm)` time in hops, `O(nm + n² log n)` with lengths; `O(n + m)` memory for each of a few chunks of 64
/// sources a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// In a diamond, each of the two middle firms is on half of the ways across.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::betweenness::betweenness;
/// # use palenque_metrics::centrality::closeness::DistanceConfig;
/// let flows = [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?;
/// let b = betweenness(&graph, &DistanceConfig::default(), &NoProgress)?;
/// assert_eq!(b.node_raw, [0.0, 0.5, 0.5, 0.0]);
/// assert_eq!(b.edge_raw, [1.5; 4]); // a–b: the pair itself, and half of a–d
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn betweenness(
    graph: &SupplyGraph,
    config: &DistanceConfig,
    progress: &dyn Progress,
) -> Result<Betweenness, MetricError> {
    let lengths = config.distance.lengths(graph);
    let shares = path_shares(Adjacency::customers(graph), lengths.as_deref(), progress)?;
    Ok(Betweenness { node_raw: shares.node, edge_raw: shares.edge })
}

/// [`betweenness()`] in hops from a sample: with probability `1 − delta`, no node's share of pairs and no edge's is off by
/// more than `epsilon`.
///
/// # Formula
/// Draws ordered pairs, and for each that is joined one of its shortest paths, all alike; the share of the paths through `v` is
/// the estimate. The number of samples is fixed by the longest shortest path, `0.5/ε² (⌊log₂(D − 1)⌋ + 1 + ln(4/δ))`, or less
/// where bounds for every single node and edge hold before.
/// # Source
/// Riondato and Kornaropoulos (2016); Borassi and Natale (2019).
/// # Input and result
/// As [`betweenness()`], with an error per node. The same seed gives the same sample on any number of threads.
/// # Cost
/// At most `O(ln(D/δ)/ε²)` searches from both ends of a pair; `O(n + m)` memory.
/// # Errors
/// [`ParamError::Value`](crate::ParamError::Value) unless `0 < epsilon < 1` and `0 < delta < 1`, and for lengths other than hops; [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::{betweenness::betweenness_sampled, sampling::SampleConfig};
/// let flows = [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?;
/// let config = SampleConfig { epsilon: 0.01, ..SampleConfig::default() };
/// let b = betweenness_sampled(&graph, &config, &NoProgress)?;
/// let shares = b.estimate.node().expect("more than two nodes");
/// assert!((shares[1] - 0.5 / 6.0).abs() <= b.error[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn betweenness_sampled(
    graph: &SupplyGraph,
    config: &SampleConfig,
    progress: &dyn Progress,
) -> Result<Sampled<Betweenness>, MetricError> {
    config.check()?;
    let n = graph.n_nodes() as f64;
    let pairs = n * (n - 1.0);
    // Errors are wanted over the pairs of others, of which there are fewer.
    let of_others = if n > 2.0 { n / (n - 2.0) } else { 1.0 };
    let precision = config.precision(1);
    let precision = Precision { epsilon: config.epsilon / of_others, ..precision };
    let sampled = sampled_path_shares(graph, precision, progress)?;
    let raw = |shares: Vec<f64>| shares.into_iter().map(|share| share * pairs).collect();
    Ok(Sampled {
        error: sampled.node_error.into_iter().map(|error| error * of_others).collect(),
        estimate: Betweenness {
            node_raw: raw(sampled.shares.node),
            edge_raw: raw(sampled.shares.edge),
        },
        n_samples: sampled.n_samples,
    })
}

/// [`betweenness()`] or [`betweenness_sampled()`], as is asked for or as the size says; and whether it is a sample.
pub(crate) fn exact_or_sampled(
    graph: &SupplyGraph,
    config: &SampleConfig,
    progress: &dyn Progress,
) -> Result<(Sampled<Betweenness>, bool), MetricError> {
    let n = graph.n_nodes();
    if config.chooses_sample(|| n as f64 * graph.n_edges() as f64 > EXACT_UP_TO) {
        return Ok((betweenness_sampled(graph, config, progress)?, true));
    }
    let distance = DistanceConfig { distance: config.distance };
    Ok((Sampled::exact(betweenness(graph, &distance, progress)?, n), false))
}

/// [`betweenness()`] and [`betweenness_sampled()`] behind the registry.
pub struct BetweennessMetric;

/// Exact betweenness of networks with more nodes times edges than this takes longer than a minute.
const EXACT_UP_TO: f64 = 2e10;

static NODE_COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "betweenness",
        Unit::One,
        "Share of the ordered pairs of others whose shortest paths lead through the node.",
    ),
    ColumnSpec::number(
        "betweenness_raw",
        Unit::Count,
        "Ordered pairs of others whose shortest paths lead through the node.",
    ),
    ColumnSpec::flag("betweenness_approx", "Whether betweenness was estimated from a sample."),
    ColumnSpec::number(
        "betweenness_error",
        Unit::One,
        "How far `betweenness` is off at most, if it was estimated; 0 if not.",
    ),
];

static EDGE_COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "edge_betweenness",
        Unit::One,
        "Share of the ordered pairs whose shortest paths lead over the edge.",
    ),
    ColumnSpec::number(
        "edge_betweenness_raw",
        Unit::Count,
        "Ordered pairs whose shortest paths lead over the edge.",
    ),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "betweenness_error_max",
    Unit::One,
    "How far the betweenness of any node is off at most; 0 if it is exact.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "betweenness",
    family: Family::Centrality,
    summary: "How often a firm, or a tie, lies on the shortest ways from suppliers to customers.",
    formula: "b(v) = Σ_{s≠v≠t} σ_st(v)/σ_st over ordered pairs; ÷ (n−1)(n−2). Edges: ÷ n(n−1)",
    source: "Freeman (1977); Brandes (2001, 2008); Riondato and Kornaropoulos (2016) and Borassi and Natale (2019) for samples",
    reading: "High = a bridge. Paths follow the flows. Edges that go both ways count every pair twice. Says \
              nothing about volumes. Self-loops are not used. Lengths within 1e-10 are equal. Large networks are \
              sampled: with probability 1 − delta no value is off by more than its error.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths; sampled, O(ln(D/δ)/ε²) searches",
    needs: &[],
    params: &SAMPLE_PARAMS,
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &NODE_COLUMNS },
        Output { table: TableId::EdgeMetrics, columns: &EDGE_COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for BetweennessMetric {
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
        let n = graph.n_nodes();
        let (sampled, is_sampled) = exact_or_sampled(graph, &config, progress)?;
        let figure = sampling_figure(&FIGURES[0], &config, &sampled);
        let Sampled { estimate: b, error: errors, .. } = sampled;
        let [share, raw, approximate, error] = &NODE_COLUMNS;
        let shares: Vec<Result<f64, Status>> = match b.node() {
            Some(values) => values.into_iter().map(Ok).collect(),
            None => vec![Err(Status::InsufficientN); n],
        };
        let nodes = vec![
            Column::from_results(share, shares),
            Column::new(raw, Values::F64(b.node_raw.clone())),
            Column::new(approximate, Values::Bool(vec![Some(is_sampled); n])),
            Column::new(error, Values::F64(errors)),
        ];
        let [edge_share, edge_raw] = &EDGE_COLUMNS;
        let edges = vec![
            Column::new(edge_share, Values::F64(b.edge())),
            Column::new(edge_raw, Values::F64(b.edge_raw)),
        ];
        Ok(vec![
            Table::new(TableId::NodeMetrics, nodes),
            Table::new(TableId::EdgeMetrics, edges),
            network_summary(&[figure]),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn two_nodes_are_too_few_to_be_between() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]).expect("a good graph");
        let b =
            betweenness(&graph, &DistanceConfig::default(), &NoProgress).expect("not cancelled");
        assert_eq!(b.node(), None);
        assert_eq!(b.edge(), [0.5]);
    }
}
