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

/// The fixed point of `r = d Pᵀr + (d · r(dead ends) + 1 − d) t`: the long-run shares of a walk that jumps to `t`
/// with probability `1 − d`, and always at a dead end.
///
/// One step brings any two vectors nearer by the factor `d` in the sum norm, so `d/(1 − d)` times the length of
/// the last step bounds the error of the last vector; that bound, not the step, is held below the tolerance.
pub(crate) fn stationary(
    walk: &Walk<'_>,
    teleport: &[f64],
    damping: f64,
    stop: Stop,
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let mut now = teleport.to_vec();
    let mut next = vec![0.0; now.len()];
    let mut stranded: f64 =
        now.iter().zip(&walk.dead_end).filter(|(_, dead)| **dead).map(|(r, _)| r).sum();
    let mut error = f64::INFINITY;
    for _ in 0..stop.max_iterations {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        let jump = damping * stranded + (1.0 - damping);
        let blocks = next.par_chunks_mut(BLOCK).enumerate().map(|(block, values)| {
            let (mut moved, mut stranded) = (0.0, 0.0);
            for (value, j) in values.iter_mut().zip(block * BLOCK..) {
                let range = walk.origins.range(j);
                let origins = &walk.origins.neighbours[range.clone()];
                let arriving = origins.iter().zip(&walk.probabilities[range]);
                let arriving: f64 = arriving.map(|(&i, p)| now[i as usize] * p).sum();
                *value = damping * arriving + jump * teleport[j];
                moved += (*value - now[j]).abs();
                stranded += if walk.dead_end[j] { *value } else { 0.0 };
            }
            (moved, stranded)
        });
        let sums: Vec<(f64, f64)> = blocks.collect();
        let moved: f64 = sums.iter().map(|s| s.0).sum();
        stranded = sums.iter().map(|s| s.1).sum();
        std::mem::swap(&mut now, &mut next);
        error = damping / (1.0 - damping) * moved;
        if error <= stop.tolerance {
            return Ok(now);
        }
    }
    Err(MetricError::NotConverged {
        iterations: stop.max_iterations,
        error,
        tolerance: stop.tolerance,
    })
}
