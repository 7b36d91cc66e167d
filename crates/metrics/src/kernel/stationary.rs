//! Where a walk along the flows spends its time.

use super::adjacency::Adjacency;
use crate::MetricError;
use palenque_graph::{Progress, SupplyGraph};
use rayon::prelude::*;

/// A walk that leaves a node along one of its edges, in proportion to the flows. Nodes without a way out are
/// left by jumping.
pub(crate) struct Walk<'g> {
    /// From a node to those from which the walk arrives.
    origins: Adjacency<'g>,
    /// By position of `origins`: the probability with which the walk at that origin comes here.
    probabilities: Vec<f64>,
    /// Whether a node has no way out.
    dead_end: Vec<bool>,
}

impl<'g> Walk<'g> {
    /// From sellers to buyers.
    pub(crate) fn to_customers(graph: &'g SupplyGraph) -> Self {
        let flows = graph.in_edges().par_iter().map(|&e| graph.flows()[e as usize]);
        Self::new(Adjacency::suppliers(graph), flows, &graph.out_strengths())
    }

    /// From buyers to sellers.
    pub(crate) fn to_suppliers(graph: &'g SupplyGraph) -> Self {
        let flows = graph.flows().par_iter().copied();
        Self::new(Adjacency::customers(graph), flows, &graph.in_strengths())
    }

    fn new(
        origins: Adjacency<'g>,
        flows: impl IndexedParallelIterator<Item = f64>,
        leaving: &[f64],
    ) -> Self {
        let share = |(flow, &u): (f64, &u32)| {
            // An edge without flow, of a node without any, is never walked.
            if flow > 0.0 { flow / leaving[u as usize] } else { 0.0 }
        };
        Self {
            origins,
            probabilities: flows.zip(origins.neighbours).map(share).collect(),
            dead_end: leaving.iter().map(|&flow| !(flow > 0.0)).collect(),
        }
    }
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    /// Bound of the error, summed over all nodes.
    pub(crate) tolerance: f64,
    pub(crate) max_iterations: usize,
}

/// Nodes that one thread computes at a stretch: part of the last digits of the stopping rule, so never changed.
const BLOCK: usize = 1024;

/// Waves in which all nodes are computed, each from what those before it have just become. Never changed, as they decide digits.
const WAVES: usize = 8;

/// Origins whose products are added one after the other; of more, halves are added.
const STRETCH: usize = 128;

/// `Σ_i p_i r_i` over the origins of a node, such that rounding hardly grows with their number.
#[inline]
fn arriving(origins: &[u32], probabilities: &[f64], r: &[f64]) -> f64 {
    if origins.len() <= STRETCH {
        return origins.iter().zip(probabilities).map(|(&i, p)| r[i as usize] * p).sum();
    }
    let half = origins.len() / 2;
    arriving(&origins[..half], &probabilities[..half], r)
        + arriving(&origins[half..], &probabilities[half..], r)
}

/// The fixed point of `r = d Pᵀr + (d · r(dead ends) + 1 − d) t`: the long-run shares of a walk that jumps to `t`
/// with probability `1 − d`, and always at a dead end.
///
/// Gauss–Seidel in [`WAVES`] parts, which takes about two thirds of the iterations of computing all nodes from what all were. With
/// `M = L + U`, where `L` is what comes from earlier waves, `r' = c + L r' + U r`: what is left of the equations is
/// `U (r' − r)`, and as columns of `M` sum to `d`, `d/(1 − d)` times the length of the last step in the sum norm bounds the
/// error of the last vector; that bound, not the step, is held below the tolerance. Between iterations the vector is scaled to
/// the sum that the solution has.
pub(crate) fn stationary(
    walk: &Walk<'_>,
    teleport: &[f64],
    damping: f64,
    stop: Stop,
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let n = teleport.len();
    let mut r = teleport.to_vec();
    let wave = n.div_ceil(WAVES).max(1);
    let mut next = vec![0.0; wave.min(n)];
    // By wave: what is at its dead ends.
    let mut stranded: Vec<f64> = r
        .chunks(wave)
        .zip(walk.dead_end.chunks(wave))
        .map(|(r, dead)| r.iter().zip(dead).filter(|(_, dead)| **dead).map(|(r, _)| r).sum())
        .collect();
    // What the error is, and what it would be at most without rounding.
    let (mut error, mut promised) = (f64::INFINITY, f64::INFINITY);
    let mut made = 0;
    for _ in 0..stop.max_iterations {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        let (mut moved, mut all) = (0.0, 0.0);
        for (k, first) in (0..n).step_by(wave).enumerate() {
            let jump = damping * stranded.iter().sum::<f64>() + (1.0 - damping);
            let next = &mut next[..wave.min(n - first)];
            let blocks = next.par_chunks_mut(BLOCK).enumerate().map(|(block, values)| {
                let (mut moved, mut stranded, mut all) = (0.0, 0.0, 0.0);
                for (value, j) in values.iter_mut().zip(first + block * BLOCK..) {
                    let range = walk.origins.range(j);
                    let origins = &walk.origins.neighbours[range.clone()];
                    let arriving = arriving(origins, &walk.probabilities[range], &r);
                    *value = damping * arriving + jump * teleport[j];
                    moved += (*value - r[j]).abs();
                    stranded += if walk.dead_end[j] { *value } else { 0.0 };
                    all += *value;
                }
                (moved, stranded, all)
            });
            let sums: Vec<(f64, f64, f64)> = blocks.collect();
            moved += sums.iter().map(|s| s.0).sum::<f64>();
            stranded[k] = sums.iter().map(|s| s.1).sum();
            all += sums.iter().map(|s| s.2).sum::<f64>();
            r[first..first + next.len()].copy_from_slice(next);
        }
        made += 1;
        error = damping / (1.0 - damping) * moved;
        if error <= stop.tolerance {
            return Ok(r);
        }
        // Where the sum is 1, as in the end, nothing is left of the slowest part of the error.
        r.par_iter_mut().with_min_len(BLOCK).for_each(|r| *r /= all);
        for at in &mut stranded {
            *at /= all;
        }
        promised = if made == 1 { error } else { promised * damping.sqrt() };
        if promised <= 0.5 * stop.tolerance {
            break; // Only rounding can keep the error so high.
        }
    }
    Err(MetricError::NotConverged { iterations: made, error, tolerance: stop.tolerance })
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn many_leaves_do_not_keep_a_star_from_converging() {
        let n = 200_000;
        let ids = (0..n).map(|i| i.to_string());
        let graph =
            SupplyGraph::from_flows(ids, (1..n).map(|v| (0, v, 1.0))).expect("a good graph");
        let teleport = vec![1.0 / f64::from(n); n as usize];
        let stop = Stop { tolerance: 1e-12, max_iterations: 10_000 };
        for walk in [Walk::to_customers(&graph), Walk::to_suppliers(&graph)] {
            let r = stationary(&walk, &teleport, 0.85, stop, &NoProgress).expect("converges");
            assert!((r.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
