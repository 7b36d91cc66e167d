//! Orders of removal whose scores are computed anew after every removal.

use super::attack_curve::links_of;
use super::attack_order::{AttackOrder, BUDGET};
use crate::centrality::betweenness::betweenness;
use crate::centrality::closeness::DistanceConfig;
use crate::kernel::adjacency::Mutual;
use crate::{MetricError, ParamError};
use palenque_graph::transform::{filter_edges, induced};
use palenque_graph::{NodeIndex, Progress, SupplyGraph};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// All nodes in the order in which they are removed, the highest score among those that are left first, equal ones by their
/// number.
///
/// `Degree` and `Strength` follow what is left in `O((n + m) log n)`; `Betweenness` is computed again after each removal, `n` times
/// what [`betweenness`] costs.
///
/// # Errors
/// [`ParamError::Value`] for orders that do not change or are not followed; [`MetricError::TooLong`] for the betweenness of more
/// than a few hundred to a few thousand nodes; [`MetricError::Cancelled`].
///
/// # Example
/// In a chain of four, both middle nodes have two partners; without the first of them the other has one, as its neighbour.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::resilience::adaptive_order::adaptive_order;
/// # use palenque_metrics::resilience::attack_order::AttackOrder;
/// let chain = SupplyGraph::from_flows(["a", "b", "c", "d"], [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0)])?;
/// assert_eq!(adaptive_order(&chain, AttackOrder::Degree, &NoProgress)?, [1, 2, 0, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adaptive_order(
    graph: &SupplyGraph,
    order: AttackOrder,
    progress: &dyn Progress,
) -> Result<Vec<u32>, MetricError> {
    match order {
        AttackOrder::Degree => Ok(by_ties(graph, |_| 1.0)),
        AttackOrder::Strength => Ok(by_ties(graph, |weight| weight)),
        AttackOrder::Betweenness => by_betweenness(graph, progress),
        _ => {
            let what = format!(
                "`adaptive` knows `degree`, `strength` and `betweenness`, not `{}`",
                order.name()
            );
            Err(ParamError::Value(what).into())
        }
    }
}

/// A score with the order of `f64::total_cmp`.
#[derive(Clone, Copy, PartialEq)]
struct Score(f64);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// The sum of what ties to nodes that are left are worth. Outdated entries stay in the heap until they come up.
fn by_ties(graph: &SupplyGraph, worth: impl Fn(f64) -> f64) -> Vec<u32> {
    let mutual = Mutual::of(graph);
    let n = graph.n_nodes();
    let mut score: Vec<f64> =
        (0..n).map(|u| mutual.ties(u).map(|(_, weight)| worth(weight)).sum()).collect();
    let mut heap: BinaryHeap<(Score, Reverse<u32>)> =
        (0..n).map(|u| (Score(score[u]), Reverse(u as u32))).collect();
    let mut is_left = vec![true; n];
    let mut order = Vec::with_capacity(n);
    while let Some((Score(found), Reverse(u))) = heap.pop() {
        if !is_left[u as usize] || found > score[u as usize] {
            continue;
        }
        is_left[u as usize] = false;
        order.push(u);
        for (v, weight) in mutual.ties(u as usize).filter(|(v, _)| is_left[*v]) {
            score[v] -= worth(weight);
            heap.push((Score(score[v]), Reverse(v as u32)));
        }
    }
    order
}

/// All links in the order in which they are removed, the one with the highest edge betweenness among those that are left first,
/// equal ones by their number: Girvan and Newman (2002).
///
/// # Errors
/// [`ParamError::Value`] for other orders; [`MetricError::TooLong`] for more than a few hundred to a few thousand links;
/// [`MetricError::Cancelled`].
///
/// # Example
/// In a chain of four, the link in the middle is on most shortest paths.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::resilience::adaptive_order::adaptive_link_order;
/// # use palenque_metrics::resilience::attack_order::AttackOrder;
/// let chain = SupplyGraph::from_flows(["a", "b", "c", "d"], [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0)])?;
/// assert_eq!(adaptive_link_order(&chain, AttackOrder::Betweenness, &NoProgress)?, [1, 0, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adaptive_link_order(
    graph: &SupplyGraph,
    order: AttackOrder,
    progress: &dyn Progress,
) -> Result<Vec<u32>, MetricError> {
    if order != AttackOrder::Betweenness {
        let what = format!("`link_adaptive` knows `betweenness`, not `{}`", order.name());
        return Err(ParamError::Value(what).into());
    }
    let (n, m) = (graph.n_nodes(), graph.n_edges());
    if n as f64 * (m * m) as f64 / 2.0 > BUDGET {
        return Err(MetricError::TooLong {
            what: "the edge betweenness after every removal, adaptive,",
            n,
            instead: "leave `link_adaptive` empty, and have `betweenness` in `link_orders`",
        });
    }
    let mut left = links_of(graph);
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let rest = filter_edges(graph, |e| left.binary_search(&(e.index() as u32)).is_ok());
        let score = betweenness(&rest, &DistanceConfig::default(), progress)?.edge_raw;
        order.push(left.remove(highest(&score)));
    }
    Ok(order)
}

fn by_betweenness(graph: &SupplyGraph, progress: &dyn Progress) -> Result<Vec<u32>, MetricError> {
    let n = graph.n_nodes();
    // Networks shrink as nodes go: a third of the cube.
    if (n * n) as f64 * graph.n_edges() as f64 / 3.0 > BUDGET {
        return Err(MetricError::TooLong {
            what: "the betweenness after every removal, adaptive,",
            n,
            instead: "leave `betweenness` out of `adaptive`, and have it in `orders`",
        });
    }
    let mut left: Vec<NodeIndex> = graph.node_indices().collect();
    let mut order = Vec::with_capacity(n);
    while !left.is_empty() {
        let rest = induced(graph, &left);
        let score = betweenness(&rest, &DistanceConfig::default(), progress)?.node_raw;
        order.push(left.remove(highest(&score)).index() as u32);
    }
    Ok(order)
}

/// The first of the highest scores. They are sums of fractions of paths: what differs by rounding is equal.
fn highest(score: &[f64]) -> usize {
    let most = score.iter().copied().fold(0.0, f64::max);
    score.iter().position(|s| *s >= most * (1.0 - 1e-12)).unwrap_or(0)
}
