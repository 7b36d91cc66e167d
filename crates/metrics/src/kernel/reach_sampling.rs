//! Distances from all nodes to a sample of them, with bounds on what that says about the rest.

use super::bfs::{LANES, Room, Ways, sweep};
use super::chunks::{chunks_for, fold_chunks};
use super::random::{below, stream};
use super::search_cost::batch_steps;
use crate::MetricError;
use palenque_graph::Progress;

/// Sums over a sample of nodes, drawn one by one from all, by node that reaches them. What it does not reach, and
/// itself, counts as 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moments {
    n_samples: usize,
    count: Vec<u32>,
    distance: Sums,
    inverse: Sums,
}

#[derive(Clone, Debug, PartialEq)]
struct Sums {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Sums {
    fn none(n: usize) -> Self {
        Self { first: vec![0.0; n], second: vec![0.0; n] }
    }

    fn add(&mut self, part: &Self) {
        for (sum, x) in [(&mut self.first, &part.first), (&mut self.second, &part.second)] {
            sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
        }
    }
}

/// A mean and how far it is off at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

impl Moments {
    fn none(n: usize) -> Self {
        Self { n_samples: 0, count: vec![0; n], distance: Sums::none(n), inverse: Sums::none(n) }
    }

    fn add(&mut self, part: &Self) {
        self.n_samples += part.n_samples;
        self.count.iter_mut().zip(&part.count).for_each(|(sum, x)| *sum += x);
        self.distance.add(&part.distance);
        self.inverse.add(&part.inverse);
    }

    /// The share of nodes that `u` reaches.
    pub(crate) fn reached(&self, u: usize, log: f64) -> Estimate {
        let count = f64::from(self.count[u]);
        self.estimate(count, count, 1.0, log)
    }

    /// The mean distance, nodes that are not reached counted as 0. No distance is larger than `farthest`.
    pub(crate) fn distance(&self, u: usize, farthest: f64, log: f64) -> Estimate {
        self.estimate(self.distance.first[u], self.distance.second[u], farthest, log)
    }

    /// The mean of one over the distance.
    pub(crate) fn inverse(&self, u: usize, log: f64) -> Estimate {
        self.estimate(self.inverse.first[u], self.inverse.second[u], 1.0, log)
    }

    /// Maurer and Pontil (2009), theorem 4, on both sides, for `log = ln(4/δ)`.
    fn estimate(&self, sum: f64, squares: f64, range: f64, log: f64) -> Estimate {
        let n = self.n_samples as f64;
        let mean = sum / n;
        let variance = ((squares - sum * mean) / (n - 1.0)).max(0.0);
        let error = (2.0 * variance * log / n).sqrt() + 7.0 * range * log / (3.0 * (n - 1.0));
        Estimate { mean, error }
    }
}

/// Batches of searches before the first look at the errors.
const FIRST_LOOK: usize = 4;

/// What to stop at, and where to begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precision {
    pub(crate) epsilon: f64,
    pub(crate) delta: f64,
    pub(crate) seed: u64,
    /// Bounds that all have to hold with probability `1 − delta`.
    pub(crate) n_bounds: usize,
    /// Edges and nodes to look at in each direction, at most.
    pub(crate) most_steps: f64,
}

impl Precision {
    /// `ln(4/δ)` for one bound at the so-many-th look. The chances of all looks, 1/2 + 1/6 + 1/12 + …, add up to one.
    fn log(&self, look: f64) -> f64 {
        let chances = look * (look + 1.0) * self.n_bounds as f64;
        (4.0 * chances / self.delta).ln()
    }
}

/// Draws nodes until no node's `value` is off by more than epsilon; returns values and how many nodes were drawn, or
/// `None` if that would be as many as there are.
///
/// `value` makes a node's value of the sums and of `ln(4/δ)` for one bound.
///
/// # Cost
/// `O(ln(n/δ)/ε²)` searches at most, 512 at once; `O(n)` memory a thread. Source: Eppstein and Wang (2004) for the sample;
/// Maurer and Pontil (2009) for stopping as soon as the observed variance allows.
/// # Errors
/// [`MetricError::TooLong`] as soon as it is sure to take more than `most_steps`.
pub(crate) fn sampled_reach(
    ways: Ways<'_>,
    precision: Precision,
    what: &str,
    progress: &dyn Progress,
    value: impl Fn(&Moments, usize, f64) -> Estimate,
) -> Result<Option<(Vec<Estimate>, usize)>, MetricError> {
    let n = ways.along.n_nodes();
    let mut total = Moments::none(n);
    progress.begin(what, (n / LANES) as u64);
    let affordable = affordable_batches(ways, precision.most_steps);
    // What is never reached has a variance of 0 and, in the end, the least error there is.
    let least = 1.0 + 7.0 * precision.log(1.0) / (3.0 * precision.epsilon);
    if least / LANES as f64 > affordable {
        return Err(too_long(n));
    }
    let (mut done, mut look, mut looks) = (0, FIRST_LOOK, 0.0);
    while look * LANES < n {
        let work = |chunk: std::ops::Range<usize>| {
            let mut rng = stream(precision.seed, done + chunk.start);
            let targets = (0..LANES).map(|_| below(n as u64, &mut rng) as u32);
            let mut part = Moments { n_samples: LANES, ..Moments::none(n) };
            sweep(&mut Room::new(n), ways, targets, progress, |u, level, count| {
                let reached = f64::from(count);
                part.count[u] += count;
                part.distance.first[u] += level * reached;
                part.distance.second[u] += level * level * reached;
                part.inverse.first[u] += reached / level;
                part.inverse.second[u] += reached / (level * level);
            })?;
            progress.advance(1);
            Some(part)
        };
        fold_chunks(look - done, 1, progress, work, |part| total.add(&part))?;
        done = look;
        looks += 1.0;
        let log = precision.log(looks);
        let values: Vec<Estimate> = (0..n).map(|u| value(&total, u, log)).collect();
        let worst = values.iter().map(|value| value.error).fold(0.0, f64::max);
        if worst <= precision.epsilon {
            return Ok(Some((values, done * LANES)));
        }
        // No error falls faster than the sample grows.
        if done as f64 * worst / precision.epsilon > affordable {
            return Err(too_long(n));
        }
        look = done + done.div_ceil(2);
    }
    Ok(None)
}

/// So many batches of searches take `most_steps`.
fn affordable_batches(ways: Ways<'_>, most_steps: f64) -> f64 {
    if most_steps < f64::INFINITY { most_steps / batch_steps(ways) } else { f64::INFINITY }
}

/// A sample would take hours.
pub(super) fn too_long(n: usize) -> MetricError {
    MetricError::TooLong {
        what: "searches along the chains",
        n,
        instead: "aggregate first, such as with `--by sector`, give a larger `epsilon`",
    }
}

/// Sums over pairs of a node and one of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct PairSums {
    pub(crate) n_samples: usize,
    /// Pairs that are joined.
    pub(crate) count: u64,
    pub(crate) distance: f64,
    pub(crate) inverse: f64,
    pub(crate) farthest: f64,
}

/// Distances of all nodes to a sample of so many that a mean over it of numbers between 0 and 1 is off by more than
/// `epsilon` with probability `delta` at most (Hoeffding 1963).
///
/// # Cost
/// `ln(2/δ)/(2ε²)` searches, 512 at once; `O(n)` memory a thread.
/// # Errors
/// [`MetricError::TooLong`] if it takes more than `most_steps`.
pub(crate) fn sampled_pairs(
    ways: Ways<'_>,
    Precision { epsilon, delta, seed, n_bounds, most_steps }: Precision,
    what: &str,
    progress: &dyn Progress,
) -> Result<PairSums, MetricError> {
    let n = ways.along.n_nodes();
    let wanted = (2.0 * n_bounds as f64 / delta).ln() / (2.0 * epsilon * epsilon);
    let batches = chunks_for(wanted, LANES);
    if batches as f64 > affordable_batches(ways, most_steps) {
        return Err(too_long(n));
    }
    progress.begin(what, batches as u64);
    let mut total = PairSums::default();
    let work = |batch: std::ops::Range<usize>| {
        let mut rng = stream(seed, batch.start);
        let targets = (0..LANES).map(|_| below(n as u64, &mut rng) as u32);
        let mut part = PairSums { n_samples: LANES, ..PairSums::default() };
        sweep(&mut Room::new(n), ways, targets, progress, |_, level, count| {
            part.count += u64::from(count);
            part.distance += level * f64::from(count);
            part.inverse += f64::from(count) / level;
            part.farthest = level;
        })?;
        progress.advance(1);
        Some(part)
    };
    fold_chunks(batches, 1, progress, work, |part| {
        total.n_samples += part.n_samples;
        total.count += part.count;
        total.distance += part.distance;
        total.inverse += part.inverse;
        total.farthest = total.farthest.max(part.farthest);
    })?;
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    #[test]
    fn long_chains_are_refused_and_stars_are_not() {
        let n = 6_000;
        let graph_of = |flow: fn(u32) -> (u32, u32, f64)| {
            SupplyGraph::from_flows((0..n).map(|i| i.to_string()), (1..n).map(flow))
                .expect("a good graph")
        };
        let (chain, star) = (graph_of(|v| (v - 1, v, 1.0)), graph_of(|v| (0, v, 1.0)));
        let limit =
            |most_steps| Precision { epsilon: 0.05, delta: 0.1, seed: 1, n_bounds: 1, most_steps };
        let reach = |graph, most| {
            let value = |moments: &Moments, u: usize, log: f64| moments.reached(u, log);
            sampled_reach(Ways::out(graph), limit(most), "", &NoProgress, value).map(|_| ())
        };
        let pairs =
            |graph, most| sampled_pairs(Ways::out(graph), limit(most), "", &NoProgress).map(|_| ());
        let too_long = too_long(n as usize);
        assert_eq!(reach(&chain, 1e6), Err(too_long));
        assert!(matches!(pairs(&chain, 3e6), Err(MetricError::TooLong { .. })));
        for all_right in [reach(&chain, f64::INFINITY), reach(&star, 1e6), pairs(&star, 3e6)] {
            assert_eq!(all_right, Ok(()));
        }
    }
}
