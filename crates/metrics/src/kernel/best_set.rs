//! Sets of nodes that score highest together.

use super::chunks::fold_chunks;
use crate::MetricError;
use palenque_graph::Progress;

/// A set and what it scores.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BestSet {
    /// The members, in ascending order.
    pub(crate) members: Vec<u32>,
    pub(crate) value: f64,
    /// Whether all sets of this size were tried.
    pub(crate) is_exact: bool,
}

/// Up to this many nodes, all sets of up to [`EXACT_SIZE`] are tried.
pub(crate) const EXACT_NODES: usize = 60;
pub(crate) const EXACT_SIZE: usize = 3;
/// Rounds of exchanges at most.
const ROUNDS: usize = 20;
/// Of values that are nearer than this, relative to the larger, the first stands.
const TIE: f64 = 1e-12;

/// The best set of every size from 1 to `size`: exact where all are few, else a member at a time, and then members exchanged
/// for others as long as that helps.
///
/// # Cost
/// `O(n k²)` values a round of exchanges; all `n!/(k!(n − k)!)` where exact. Source: Borgatti (2006).
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn best_sets(
    n: usize,
    size: usize,
    value: impl Fn(&[u32]) -> f64 + Sync,
    progress: &dyn Progress,
) -> Result<Vec<BestSet>, MetricError> {
    let search = Search { n, value, progress };
    let mut found: Vec<BestSet> = Vec::new();
    for k in 1..=size.min(n) {
        let best = if k == 1 || (n <= EXACT_NODES && k <= EXACT_SIZE) {
            search.all(k)?
        } else {
            let grown = search.grown(found.last().expect("a smaller set"))?;
            search.exchanged(grown)?
        };
        found.push(best);
    }
    Ok(found)
}

struct Search<'a, F> {
    n: usize,
    value: F,
    progress: &'a dyn Progress,
}

fn is_better(value: f64, than: f64) -> bool {
    value - than > TIE * value.abs().max(than.abs())
}

impl<F: Fn(&[u32]) -> f64 + Sync> Search<'_, F> {
    /// The first of the best among what each node leads to.
    fn best_over_nodes(
        &self,
        of_node: impl Fn(u32) -> Option<BestSet> + Sync,
    ) -> Result<Option<BestSet>, MetricError> {
        let mut best: Option<BestSet> = None;
        let keep = |best: &mut Option<BestSet>, found: BestSet| {
            if best.as_ref().is_none_or(|best| is_better(found.value, best.value)) {
                *best = Some(found);
            }
        };
        let work = |range: std::ops::Range<usize>| {
            let mut sets = Vec::new();
            for v in range {
                if self.progress.cancelled() {
                    return None;
                }
                sets.extend(of_node(v as u32));
            }
            Some(sets)
        };
        fold_chunks(self.n, 16, self.progress, work, |sets: Vec<BestSet>| {
            for set in sets {
                keep(&mut best, set);
            }
        })?;
        Ok(best)
    }

    /// All sets, by their first member.
    fn all(&self, k: usize) -> Result<BestSet, MetricError> {
        let from_first = |first: u32| {
            let mut members: Vec<u32> = (first..first + k as u32).collect();
            let mut best: Option<BestSet> = None;
            while members[k - 1] < self.n as u32 {
                let value = (self.value)(&members);
                if best.as_ref().is_none_or(|best| is_better(value, best.value)) {
                    best = Some(BestSet { members: members.clone(), value, is_exact: true });
                }
                // The next set with the same first member, in the order of a dictionary.
                let room = |i: &usize| members[*i] < (self.n - (k - *i)) as u32;
                let Some(place) = (1..k).rev().find(room) else { break };
                let next = members[place] + 1;
                (place..k).for_each(|i| members[i] = next + (i - place) as u32);
            }
            best
        };
        Ok(self.best_over_nodes(from_first)?.expect("k is at most n"))
    }

    /// A set with `leaving` exchanged for `coming`, unless that is a member.
    fn changed(&self, members: &[u32], leaving: Option<u32>, coming: u32) -> Option<BestSet> {
        if members.contains(&coming) {
            return None;
        }
        let stay = members.iter().copied().filter(|member| Some(*member) != leaving);
        let mut members: Vec<u32> = stay.chain([coming]).collect();
        members.sort_unstable();
        let value = (self.value)(&members);
        Some(BestSet { members, value, is_exact: false })
    }

    fn grown(&self, from: &BestSet) -> Result<BestSet, MetricError> {
        let with = |v| self.changed(&from.members, None, v);
        Ok(self.best_over_nodes(with)?.expect("a node is left"))
    }

    fn exchanged(&self, mut set: BestSet) -> Result<BestSet, MetricError> {
        for _ in 0..ROUNDS {
            let before = set.value;
            for member in set.members.clone() {
                let instead = |v| self.changed(&set.members, Some(member), v);
                if let Some(other) = self.best_over_nodes(instead)?
                    && is_better(other.value, set.value)
                {
                    set = other;
                }
            }
            if !is_better(set.value, before) {
                break;
            }
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn all_sets_are_tried_and_exchanges_find_what_growing_misses() {
        // Pairs of a line of nodes are worth their product, but 3 by itself is worth most.
        let value = |set: &[u32]| match set {
            [3] => 100.0,
            [v] => f64::from(*v),
            set => set.iter().map(|v| f64::from((*v + 1) % 7)).product(),
        };
        let exact = best_sets(9, 3, value, &NoProgress).expect("sets");
        assert_eq!(exact[0].members, [3]);
        assert_eq!(exact[1].members, [4, 5]); // 5 · 6
        assert_eq!(exact[2].members, [3, 4, 5]);
        assert!(exact.iter().all(|set| set.is_exact));
        let searched = best_sets(EXACT_NODES + 1, 2, value, &NoProgress).expect("sets");
        assert!(!searched[1].is_exact);
        assert!((searched[1].value - 36.0).abs() < 1e-12); // two with 6 each
    }
}
