//! Which firms stop when some do, because an essential input has no supplier left.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks_with;
use crate::kernel::input_groups::InputGroups;
use palenque_graph::{Progress, SupplyGraph};

/// Scenarios that one thread works through at a time.
const CHUNK: usize = 64;
/// Firms whose failures tell how long all will take.
const PROBES: usize = 64;

/// The essential inputs of every firm, and how much of each it needs.
pub(crate) struct Viability<'g> {
    pub(crate) graph: &'g SupplyGraph,
    /// Edges of essential inputs only, without self-loops.
    pub(crate) groups: InputGroups,
    /// The suppliers of each group, for a rule that one of them suffices; or the flow that may be lost.
    slack: Vec<f64>,
    counts: bool,
}

/// What one scenario writes to, kept for the next.
pub(crate) struct Scratch {
    lost: Vec<f64>,
    has_failed: Vec<bool>,
    failed: Vec<u32>,
}

impl<'g> Viability<'g> {
    /// A firm stops when an essential group has no supplier left, or for `needed > 0` when less than that share of what it
    /// bought of the group is left.
    pub(crate) fn new(graph: &'g SupplyGraph, groups: InputGroups, needed: f64) -> Self {
        let counts = needed <= 0.0;
        let mut slack = vec![0.0; groups.buyer.len()];
        if counts {
            // One supplier less than all of them.
            groups.group.iter().for_each(|&g| slack[g as usize] += 1.0);
            for slack in &mut slack {
                *slack -= 0.5;
            }
        } else {
            // Rounding must not stop a firm that has just what it needs.
            let all = slack.iter_mut().zip(&groups.total);
            all.for_each(|(slack, total)| *slack = (1.0 - needed + 1e-12) * total);
        }
        Self { graph, groups, slack, counts }
    }

    pub(crate) fn scratch(&self) -> Scratch {
        let n = self.graph.n_nodes();
        Scratch {
            lost: vec![0.0; self.groups.buyer.len()],
            has_failed: vec![false; n],
            failed: Vec::new(),
        }
    }

    /// The firms that stop after these, these first, in the order in which they do. `O(edges of them)`.
    pub(crate) fn failures<'s>(&self, first: &[u32], scratch: &'s mut Scratch) -> &'s [u32] {
        let Scratch { lost, has_failed, failed } = scratch;
        for &v in failed.iter() {
            has_failed[v as usize] = false;
            self.groups.sales(v as usize).for_each(|k| lost[self.groups.group[k] as usize] = 0.0);
        }
        failed.clear();
        let mut fail = |v: u32, failed: &mut Vec<u32>| {
            if !std::mem::replace(&mut has_failed[v as usize], true) {
                failed.push(v);
            }
        };
        for &v in first {
            fail(v, failed);
        }
        let mut next = 0;
        while let Some(&u) = failed.get(next) {
            next += 1;
            for k in self.groups.sales(u as usize) {
                let group = self.groups.group[k] as usize;
                lost[group] += if self.counts {
                    1.0
                } else {
                    self.graph.flows()[self.groups.edge[k] as usize]
                };
                if lost[group] > self.slack[group] {
                    fail(self.groups.buyer[group], failed);
                }
            }
        }
        failed
    }

    /// About how many edges are looked at when each firm fails alone, told from a few of them.
    pub(crate) fn steps_of_each(&self) -> f64 {
        let n = self.graph.n_nodes();
        let mut scratch = self.scratch();
        let (mut steps, probes) = (0, PROBES.min(n));
        for probe in 0..probes {
            for &v in self.failures(&[(probe * n / probes) as u32], &mut scratch) {
                steps += 1
                    + self.graph.out_range(v as usize).len()
                    + self.graph.in_range(v as usize).len();
            }
        }
        steps as f64 / probes.max(1) as f64 * n as f64
    }

    /// What becomes of `value` when each firm fails alone: `value` is given the firms that stop, the failed one first.
    ///
    /// # Errors
    /// [`MetricError::Cancelled`].
    pub(crate) fn of_each<T: Send>(
        &self,
        progress: &dyn Progress,
        value: impl Fn(&[u32]) -> T + Sync,
    ) -> Result<Vec<T>, MetricError> {
        let n = self.graph.n_nodes();
        progress.begin("dependency percolation", n as u64);
        let mut all = Vec::with_capacity(n);
        let work = |scratch: &mut Scratch, range: std::ops::Range<usize>| {
            let mut found = Vec::with_capacity(range.len());
            for v in range {
                found.push(value(self.failures(&[v as u32], scratch)));
                progress.advance(1);
                if progress.cancelled() {
                    return None;
                }
            }
            Some(found)
        };
        fold_chunks_with(n, CHUNK, progress, || self.scratch(), work, |some| all.extend(some))?;
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::input_groups::InputClass;
    use palenque_graph::NoProgress;

    #[test]
    fn a_chain_takes_the_square_of_its_length() {
        let n = 1_280_u32;
        let flows = (1..n).map(|v| (v - 1, v, 1.0));
        let graph =
            SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows).expect("a good graph");
        let types = vec![0; n as usize];
        let groups = InputGroups::of(&graph, &types, |_, _| InputClass::Essential);
        let chain = Viability::new(&graph, groups, 0.0);
        let stop = chain.of_each(&NoProgress, <[u32]>::len).expect("not cancelled");
        let all: usize = stop.iter().sum();
        assert_eq!(all, 1_280 * 1_281 / 2);
        let nobody = SupplyGraph::from_flows(Vec::<String>::new(), []).expect("a good graph");
        let groups = InputGroups::of(&nobody, &[], |_, _| InputClass::Essential);
        assert!(Viability::new(&nobody, groups, 0.0).steps_of_each() <= 0.0);
        // Three numbers a firm, at probes that begin at the first one.
        let steps = chain.steps_of_each() / (3.0 * all as f64);
        assert!((steps - 1.0).abs() < 0.02, "{steps}");
    }
}
