//! Graphs to measure on.

use palenque_graph::SupplyGraph;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A directed, weighted graph with heavy-tailed degrees and flows, as national production networks have them:
/// sellers and buyers are drawn with a probability that falls as a power of their number, flows are log-normal-like.
/// The same arguments give the same graph.
///
/// # Panics
/// If `n_nodes` is 0.
#[must_use]
pub fn heavy_tailed(n_nodes: u32, n_records: usize, seed: u64) -> SupplyGraph {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    #[expect(clippy::cast_sign_loss, reason = "a share of a number of nodes")]
    let mut draw = |skew: f64| {
        let u: f64 = rng.random();
        ((f64::from(n_nodes) * u.powf(skew)) as u32).min(n_nodes - 1)
    };
    // The stride scatters hubs over the node numbers, so that locality is not an accident of the generator.
    let scatter = |node: u32| (u64::from(node) * 2_654_435_761 % u64::from(n_nodes)) as u32;
    let pairs: Vec<(u32, u32)> =
        (0..n_records).map(|_| (scatter(draw(2.0)), scatter(draw(2.2)))).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 1);
    let flows = pairs.into_iter().map(|(u, v)| {
        let size: f64 = (0..4).map(|_| rng.random::<f64>()).sum::<f64>() - 2.0;
        (u, v, (3.0 * size).exp())
    });
    let ids = (0..n_nodes).map(|i| format!("f{i}"));
    SupplyGraph::from_flows(ids, flows).expect("node numbers are in range and flows positive")
}

/// A full input-output table of `n` sectors whose recipes spend between 30 and 90 % of an output on inputs, with flows
/// that differ by a factor of a thousand. The same arguments give the same table.
///
/// # Panics
/// If the table has more than `u32::MAX` cells.
#[must_use]
pub fn dense_table(n: u32, seed: u64) -> SupplyGraph {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let cells = (n as usize).pow(2);
    let flows: Vec<f64> = (0..cells).map(|_| 1000.0_f64.powf(rng.random())).collect();
    let mut purchases = vec![0.0; n as usize];
    for row in flows.chunks(n as usize) {
        purchases.iter_mut().zip(row).for_each(|(sum, flow)| *sum += flow);
    }
    let share = (0..n).map(|_| 0.3 + 0.6 * rng.random::<f64>());
    let output: Vec<_> =
        purchases.iter().zip(share).map(|(sum, share)| Some(sum / share)).collect();
    let starts: Vec<usize> = (0..=n as usize).map(|i| i * n as usize).collect();
    let targets = (0..n).flat_map(|_| 0..n).collect();
    let ids = (0..n).map(|i| format!("s{i}")).collect();
    let graph = SupplyGraph::from_rows(ids, &starts, targets, flows);
    graph.expect("a full table").with_number("output", output)
}

/// What this process has had of the processors, in seconds; 0 where the system does not say.
#[must_use]
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = after_name.split(' ').skip(11).take(2).filter_map(|x| x.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// The most memory this process has had, in MB; 0 where the system does not say.
#[must_use]
pub fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_firms_have_most_of_the_ties() {
        let graph = heavy_tailed(1000, 10_000, 1);
        let mut degrees: Vec<usize> = (0..1000).map(|u| graph.out_range(u).len()).collect();
        degrees.sort_unstable();
        let top: usize = degrees.iter().rev().take(100).sum();
        assert!(top * 4 > graph.n_edges(), "{top} of {}", graph.n_edges());
        assert_eq!(graph.flows(), heavy_tailed(1000, 10_000, 1).flows());
    }
}
