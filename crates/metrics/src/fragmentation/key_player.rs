//! Fragmentation after Borgatti: how far apart the nodes are.

use crate::centrality::closeness::reach_out;
use crate::centrality::sampling::{HOP_SAMPLE_PARAMS, SampleConfig, interval, sampled_figure};
use crate::kernel::adjacency::Mutual;
use crate::kernel::bfs::{Reach, Ways, reach};
use crate::kernel::components::weak;
use crate::kernel::distance::Distance;
use crate::kernel::reach_sampling::sampled_pairs;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The share of pairs of nodes that no trade joins: 0 = one piece, 1 = isolates only; `None` with fewer than two
/// nodes.
///
/// # Formula
/// `F = 1 − Σ_c s_c(s_c − 1) / (n(n − 1))` over the sizes of weak components.
/// # Source
/// Borgatti (2006).
/// # Input and result
/// One number. To see what the loss of firms does, take them out of the graph first: `n` counts those that remain.
/// Self-loops are not used.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::key_player::fragmentation;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 3.0)])?;
/// assert_eq!(fragmentation(&graph), Some(1.0 - 2.0 / 6.0)); // of six ordered pairs, two are joined
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn fragmentation(graph: &SupplyGraph) -> Option<f64> {
    let pairs = ordered_pairs(graph)?;
    let joined: f64 = weak(graph).sizes.iter().map(|&s| s as f64 * (s as f64 - 1.0)).sum();
    Some(1.0 - joined / pairs)
}

/// As [`fragmentation`], but pairs that are joined count the less, the farther apart they are.
///
/// # Formula
/// `DF = 1 − 1/(n(n − 1)) · Σ_{i ≠ j} 1/d_ij` over steps along edges of either direction (`undirected`) or along
/// the flows (`directed`), with `1/∞ = 0`.
/// # Source
/// Borgatti (2006); one less it is the global efficiency of Latora and Marchiori (2001).
/// # Cost
/// `O(nm)` time, 512 searches at once; `O(n)` memory a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::key_player::distance_fragmentation;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 3.0), (1, 2, 3.0)])?;
/// let df = distance_fragmentation(&graph, &NoProgress)?.expect("more than one node");
/// assert!((df.undirected - 1.0 / 6.0).abs() < 1e-15); // a and c are two steps apart
/// assert!((df.directed - (1.0 - 2.5 / 6.0)).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn distance_fragmentation(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Option<DistanceFragmentation>, MetricError> {
    let Some(pairs) = ordered_pairs(graph) else {
        return Ok(None);
    };
    let Some(undirected) = undirected_distance_fragmentation(graph, progress)? else {
        return Ok(None);
    };
    let directed = reach_out(graph, Distance::Hops, "distances along the flows", progress)?;
    Ok(Some(DistanceFragmentation {
        undirected,
        directed: one_less_efficiency(&directed.0, pairs),
    }))
}

/// The half of [`distance_fragmentation`] that goes along edges of either direction.
pub(crate) fn undirected_distance_fragmentation(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Option<f64>, MetricError> {
    let Some(pairs) = ordered_pairs(graph) else {
        return Ok(None);
    };
    let view = Mutual::of(graph);
    let reached = reach(Ways::both(view.adjacency()), "distances", progress)?;
    Ok(Some(one_less_efficiency(&reached, pairs)))
}

fn one_less_efficiency(reached: &Reach, pairs: f64) -> f64 {
    1.0 - reached.inverse.iter().sum::<f64>() / pairs
}

/// What [`distance_fragmentation`] returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistanceFragmentation {
    /// By steps along edges of either direction.
    pub undirected: f64,
    /// By steps along the flows.
    pub directed: f64,
}

fn ordered_pairs(graph: &SupplyGraph) -> Option<f64> {
    let n = graph.n_nodes() as f64;
    (n >= 2.0).then_some(n * (n - 1.0))
}

/// [`fragmentation`] and [`distance_fragmentation`] of the whole network, behind the registry.
pub struct KeyPlayer;

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "kpp_neg_F",
        Unit::One,
        "Share of pairs of nodes that no trade joins: 0 = one piece, 1 = isolates only.",
    ),
    ColumnSpec::number(
        "kpp_neg_DF",
        Unit::One,
        "One less the mean of one over the distance, along edges of either direction.",
    ),
    ColumnSpec::number(
        "kpp_neg_DF_dir",
        Unit::One,
        "One less the mean of one over the distance, along the flows.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "key_player",
    family: Family::Fragmentation,
    summary: "How fragmented the network is: the share of pairs that are not joined, or far apart.",
    formula: "F = 1 − Σ_c s_c(s_c−1)/(n(n−1)); DF = 1 − Σ_{i≠j} 1/d_ij / (n(n−1)), 1/∞ = 0",
    source: "Borgatti (2006); Latora and Marchiori (2001)",
    reading: "0 = all are joined (F) or neighbours (DF), 1 = nobody is. DF is at least F. _dir goes along the flows. \
              Self-loops are not used. DF of large networks is sampled, with an interval.",
    cost: "O(nm) time, 512 searches at once; sampled, ln(4/δ)/(2ε²) searches",
    needs: &[],
    params: &HOP_SAMPLE_PARAMS,
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: false,
};

impl Metric for KeyPlayer {
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
        let sampled = config.chooses_sampled_distances(graph) && graph.n_nodes() > 1;
        let (df, error, n_samples) = if sampled {
            let (df, n_samples) = sampled_distance_fragmentation(graph, &config, progress)?;
            (Some(df), config.epsilon, n_samples)
        } else {
            (distance_fragmentation(graph, progress)?, 0.0, 0)
        };
        let values = [fragmentation(graph), df.map(|df| df.undirected), df.map(|df| df.directed)];
        let figure = |(place, (spec, value)): (usize, (&ColumnSpec, Option<f64>))| {
            let figure = Figure::new(spec, value.ok_or(Status::InsufficientN));
            if !sampled || place == 0 {
                return figure; // F itself is always exact.
            }
            let around = value.map(|value| interval(value, error));
            let figure = Figure { interval: around, ..figure };
            sampled_figure(figure, &config, n_samples)
        };
        let figures: Vec<Figure> = FIGURES.iter().zip(values).enumerate().map(figure).collect();
        Ok(vec![network_summary(&figures)])
    }
}

/// From the distances to a sample of nodes: both are off by more than `epsilon` with probability `delta` at most.
fn sampled_distance_fragmentation(
    graph: &SupplyGraph,
    config: &SampleConfig,
    progress: &dyn Progress,
) -> Result<(DistanceFragmentation, usize), MetricError> {
    config.check()?;
    let n = graph.n_nodes() as f64;
    let one_less_efficiency = |ways, what: &str| {
        let sums = sampled_pairs(ways, config.precision(2), what, progress)?;
        let df = 1.0 - sums.inverse / (sums.n_samples as f64 * (n - 1.0));
        Ok::<_, MetricError>((df, sums.n_samples))
    };
    let view = Mutual::of(graph);
    let (undirected, n_samples) =
        one_less_efficiency(Ways::both(view.adjacency()), "distances to a sample")?;
    let (directed, _) = one_less_efficiency(Ways::out(graph), "distances along the flows")?;
    Ok((DistanceFragmentation { undirected, directed }, n_samples))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn a_sample_is_as_near_as_promised() {
        let n = 500_u32;
        let flows: Vec<_> = (0..2 * n).map(|i| (i % n, (i * i + 3 * i + i / n) % n, 1.0)).collect();
        let graph =
            SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows).expect("a good graph");
        let exact = distance_fragmentation(&graph, &NoProgress).expect("done").expect("defined");
        let config = SampleConfig { epsilon: 0.03, ..SampleConfig::default() };
        let (found, _) =
            sampled_distance_fragmentation(&graph, &config, &NoProgress).expect("done");
        assert!((found.undirected - exact.undirected).abs() <= 0.03);
        assert!((found.directed - exact.directed).abs() <= 0.03);
    }
}
