//! How much work searches from all nodes are, told from a few of them.

use super::bfs::{LANES, Ways};

/// Nodes that are looked at. Their places are fixed, so that what is decided is the same every time.
const PROBES: usize = 4;
/// What telling an edge takes, that jumps about in memory, over what asking takes, that goes through it in order.
const TELLING: f64 = 3.0;

/// What one batch of 512 searches takes, as a rule, where looking at an edge or node in order is 1: each search for itself while
/// there are few edges, the whole network once a level at most. Chains are the dear ones: every level is a node, and no two
/// searches share one.
///
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
pub(crate) fn batch_steps(ways: Ways<'_>) -> f64 {
    let n = ways.against.n_nodes();
    let whole = (n + ways.against.neighbours.len()) as f64;
    let mut seen = vec![0_u8; n];
    let of_a_level = |nodes: &[u32]| {
        let edges: usize = nodes.iter().map(|&v| ways.against.range(v as usize).len()).sum();
        (TELLING * LANES as f64 * (edges + nodes.len()) as f64).min(whole)
    };
    let mut steps = 0.0;
    for probe in 1..=PROBES.min(n) {
        let start = (2 * probe - 1) * n / (2 * PROBES.min(n));
        let mark = probe as u8;
        seen[start] = mark;
        let (mut level, mut next) = (vec![start as u32], Vec::new());
        while !level.is_empty() {
            steps += of_a_level(&level);
            for &v in &level {
                for &u in ways.against.neighbours(v as usize) {
                    if seen[u as usize] != mark {
                        seen[u as usize] = mark;
                        next.push(u);
                    }
                }
            }
            std::mem::swap(&mut level, &mut next);
            next.clear();
        }
    }
    steps / PROBES.min(n).max(1) as f64
}

/// [`batch_steps`] of all batches.
pub(crate) fn all_steps(ways: Ways<'_>) -> f64 {
    ways.against.n_nodes().div_ceil(LANES) as f64 * batch_steps(ways)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::SupplyGraph;

    fn steps(n: u32, flows: impl Iterator<Item = (u32, u32)>) -> f64 {
        let flows = flows.map(|(a, b)| (a, b, 1.0));
        let graph = SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows);
        batch_steps(Ways::out(&graph.expect("a good graph")))
    }

    #[test]
    fn chains_are_dearer_than_stars() {
        let n = 80_000;
        let chain = steps(n, (1..n).map(|v| (v - 1, v)));
        // From the middle of each quarter, all the way up: 512 searches for themselves, an edge and a node a level.
        assert!((chain / (3.0 * 512.0 * f64::from(n)) - 1.0).abs() < 0.01, "{chain}");
        let star = steps(n, (1..n).map(|v| (0, v)));
        assert!(star < 10_000.0, "{star}");
        assert!(steps(0, std::iter::empty()) <= 0.0);
    }

    #[test]
    fn a_level_is_never_more_than_the_whole_network() {
        let n = 3_000;
        let flows = (0..n).flat_map(|u| (1..9).map(move |k| (u, (u * 7 + k * 331) % n)));
        let dense = steps(n, flows);
        let whole = f64::from(n * 9);
        assert!(dense > 2.0 * whole && dense < 12.0 * whole, "{dense}");
    }
}
