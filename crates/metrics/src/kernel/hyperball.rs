//! How many nodes there are within each distance of every node, counted roughly and all at once.

use super::adjacency::Adjacency;
use super::bfs::Ways;
use super::random::hash;
use crate::MetricError;
use palenque_graph::Progress;
use rayon::prelude::*;

/// What a node can reach, about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Balls {
    /// By node: the sum of the reciprocals of the distances to the nodes that it reaches, itself left out.
    pub(crate) inverse: Vec<f64>,
    /// The standard deviation of a sum of reciprocals, and 1 for the node itself, is about this share of it.
    pub(crate) deviation: f64,
}

/// A register holds at most this much: more than any of 2⁴⁰ nodes asks for.
const HIGHEST: u32 = 48;
/// From one in so many nodes on, all nodes are asked, not only those next to one that has grown.
const ASKING_PAYS: usize = 16;
/// From so many nodes, one asks whether to go on.
const LOOK: u32 = 256;
/// Nodes that one thread asks at a stretch.
const BLOCK: usize = 128;

/// Sums of one over the distance from every node, from counters of distinct nodes that grow by a step a level.
///
/// # Method
/// A counter has `registers` bytes, a power of two. It holds, by register, the largest number of trailing zeros among the
/// hashes of its nodes, so that the counter of a union is the larger of each pair of bytes. The first level is counted exactly.
/// A ball's size has a relative standard deviation of about `1.04/√registers`, somewhat more for few registers, and a sum of sizes with
/// positive weights has no larger one: `1 + Σ 1/d = |B_0| + Σ_t (|B_t| − |B_{t−1}|)/t` is one, summed by parts.
/// # Cost
/// `O((n + m) · registers / 16)` operations a level while most nodes still grow, and only what grows after that; twice
/// `n · registers` bytes.
/// # Source
/// Boldi and Vigna (2013); Flajolet, Fusy, Gandouet and Meunier (2007) for the counters; Ertl (2017) for their estimate.
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn balls(
    ways: Ways<'_>,
    registers: usize,
    seed: u64,
    what: &str,
    progress: &dyn Progress,
) -> Result<Balls, MetricError> {
    let n = ways.along.n_nodes();
    let mut counters = single_nodes(n, registers, seed);
    let mut next: Vec<u8> = Vec::new();
    let mut sizes = vec![1.0; n];
    let mut inverse = vec![0.0; n];
    let mut has_grown = vec![true; n];
    let mut grown: Vec<u32> = (0..n as u32).collect();
    progress.begin(what, 0);
    let mut level = 0_u32;
    while !grown.is_empty() {
        level += 1;
        let asked = asked(ways.against, &grown);
        next.resize(asked.len() * registers, 0);
        let counter = |u: u32| &counters[u as usize * registers..][..registers];
        let ask = |(row, &u): (&mut [u8], &u32)| {
            row.copy_from_slice(counter(u));
            if u.is_multiple_of(LOOK) && progress.cancelled() {
                return None;
            }
            let neighbours = ways.along.neighbours(u as usize).iter();
            for &v in neighbours.filter(|&&v| has_grown[v as usize]) {
                row.iter_mut().zip(counter(v)).for_each(|(a, b)| *a = (*a).max(*b));
            }
            (row != counter(u)).then(|| estimate(row))
        };
        let rows = next.par_chunks_mut(registers).zip(&asked).with_min_len(BLOCK);
        let estimates: Vec<Option<f64>> = rows.map(ask).collect();
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        for &u in &grown {
            has_grown[u as usize] = false;
        }
        grown.clear();
        if asked.len() == n {
            std::mem::swap(&mut counters, &mut next);
        } else {
            for (row, &u) in next.chunks_exact(registers).zip(&asked) {
                counters[u as usize * registers..][..registers].copy_from_slice(row);
            }
        }
        for (&u, estimate) in asked.iter().zip(estimates) {
            let node = u as usize;
            let size = if level == 1 { Some(first_ball(ways.along, u)) } else { estimate };
            let size = size.map_or(sizes[node], |size| size.clamp(sizes[node], n as f64));
            inverse[node] += (size - sizes[node]) / f64::from(level);
            sizes[node] = size;
            if estimate.is_some() {
                has_grown[node] = true;
                grown.push(u);
            }
        }
        progress.advance(1);
    }
    Ok(Balls { inverse, deviation: deviation(registers) })
}

/// The relative standard deviation of a counter: Flajolet, Fusy, Gandouet and Meunier (2007), figure 3.
fn deviation(registers: usize) -> f64 {
    let factor = match registers {
        ..=16 => 1.106,
        17..=32 => 1.07,
        33..=64 => 1.054,
        _ => 1.046,
    };
    factor / (registers as f64).sqrt()
}

/// A counter of one node each.
fn single_nodes(n: usize, registers: usize, seed: u64) -> Vec<u8> {
    let bits = registers.trailing_zeros();
    let mut counters = vec![0; n * registers];
    for (u, counter) in counters.chunks_exact_mut(registers).enumerate() {
        let hash = hash(seed, u as u64);
        let zeros = (hash >> bits).trailing_zeros() + 1;
        counter[hash as usize & (registers - 1)] = zeros.min(HIGHEST) as u8;
    }
    counters
}

/// The nodes that have a neighbour that has grown, ascending; all where these are many.
fn asked(against: Adjacency<'_>, grown: &[u32]) -> Vec<u32> {
    let n = against.n_nodes();
    if grown.len() >= n / ASKING_PAYS {
        return (0..n as u32).collect();
    }
    let next_to = grown.iter().flat_map(|&v| against.neighbours(v as usize));
    let mut asked: Vec<u32> = next_to.copied().collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// A node and its neighbours.
fn first_ball(along: Adjacency<'_>, u: u32) -> f64 {
    let neighbours = along.neighbours(u as usize);
    let others = neighbours.len() - usize::from(neighbours.binary_search(&u).is_ok());
    1.0 + others as f64
}

/// How many nodes a counter has seen: Ertl (2017), algorithm 6, for registers that cannot be full.
fn estimate(counter: &[u8]) -> f64 {
    let registers = counter.len() as f64;
    let mut zeros = 0_u32;
    let mut sum = 0_u64;
    for &register in counter {
        zeros += u32::from(register == 0);
        sum += 1 << (HIGHEST - u32::from(register));
    }
    let of_used = (sum - (u64::from(zeros) << HIGHEST)) as f64 / (1_u64 << HIGHEST) as f64;
    let of_empty = registers * of_empty(f64::from(zeros) / registers);
    0.5 / std::f64::consts::LN_2 * registers * registers / (of_used + of_empty)
}

/// `x + Σ_k x^(2^k) 2^(k−1)`.
fn of_empty(share: f64) -> f64 {
    let (mut power, mut weight, mut sum) = (share, 1.0, share);
    loop {
        power *= power;
        let before = sum;
        sum += power * weight;
        weight += weight;
        if !(sum > before) || !sum.is_finite() {
            return sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::bfs::reach;
    use crate::kernel::draws::Draws;
    use palenque_graph::{NoProgress, SupplyGraph};

    fn graph(n: u32, flows: impl IntoIterator<Item = (u32, u32, f64)>) -> SupplyGraph {
        SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows).expect("a good graph")
    }

    #[test]
    fn sums_are_off_as_far_as_is_said() {
        let n = 4_000;
        let mut draws = Draws(5);
        let flows: Vec<_> = (0..3 * n)
            .map(|_| (draws.below(n), draws.below(n) / (1 + draws.below(7)), 1.0))
            .collect();
        let graph = graph(n, flows);
        let exact = reach(Ways::out(&graph), "", &NoProgress).expect("done").inverse;
        for registers in [64, 1024] {
            let (mut squares, mut bias, mut worst) = (0.0, 0.0, 0.0_f64);
            for seed in 0..4 {
                let found = balls(Ways::out(&graph), registers, seed, "", &NoProgress);
                let Balls { inverse, deviation } = found.expect("done");
                for (found, exact) in inverse.iter().zip(&exact) {
                    let off = (found - exact) / (exact + 1.0) / deviation;
                    squares += off * off;
                    bias += off;
                    worst = worst.max(off.abs());
                }
            }
            let all = 4.0 * f64::from(n);
            // Neighbours share most of their balls, and so their luck: four seeds are few.
            let (spread, bias) = ((squares / all).sqrt(), bias / all);
            assert!(
                spread < 1.5 && spread > 0.1 && bias.abs() < 1.0,
                "{registers}: {spread} {bias}"
            );
            assert!(worst < 5.0, "{registers}: {worst}");
        }
    }

    #[test]
    fn a_star_and_its_loop_are_counted_exactly() {
        let graph = graph(100, (0..100).map(|v| (0, v, 1.0)));
        let found = balls(Ways::out(&graph), 16, 1, "", &NoProgress).expect("done");
        assert_eq!(found.inverse[0].to_bits(), 99.0_f64.to_bits());
        assert!(found.inverse[1..].iter().all(|&sum| sum == 0.0));
    }

    #[test]
    fn a_long_path_takes_only_what_grows() {
        let n = 3_000;
        let graph = graph(n, (1..n).map(|v| (v - 1, v, 1.0)));
        let found = balls(Ways::out(&graph), 64, 1, "", &NoProgress).expect("done").inverse[0];
        let exact: f64 = (1..n).map(|d| 1.0 / f64::from(d)).sum();
        assert!((found - exact).abs() < 0.4 * exact, "{found}, not {exact}");
    }

    #[test]
    fn a_counter_of_all_sizes_is_read_without_bias() {
        for size in [1_u64, 3, 30, 100, 200, 1_000, 30_000] {
            let seeds = 200;
            let mean: f64 = (0..seeds)
                .map(|seed| {
                    let mut counter = vec![0_u8; 64];
                    for single in single_nodes(size as usize, 64, seed).chunks_exact(64) {
                        counter.iter_mut().zip(single).for_each(|(a, b)| *a = (*a).max(*b));
                    }
                    estimate(&counter) / size as f64 / seeds as f64
                })
                .sum();
            // 200 seeds at 13 %: a standard error of 0.009.
            assert!((mean - 1.0).abs() < 0.035, "{size}: {mean}");
        }
    }
}
