//! Shortest paths along lengths.

use super::adjacency::Adjacency;
use super::bfs::Reach;
use crate::MetricError;
use palenque_graph::Progress;
use rayon::prelude::*;

/// Shortest distances from one source, with room that is used again for the next.
pub(crate) struct ShortestPaths {
    /// Distance by node, infinite where there is no path.
    pub(crate) distance: Vec<f64>,
    /// Nodes in the order in which their distance became final, the source first.
    pub(crate) settled: Vec<u32>,
    heap: Heap,
}

impl ShortestPaths {
    pub(crate) fn new(n: usize) -> Self {
        Self {
            distance: vec![f64::INFINITY; n],
            settled: Vec::with_capacity(n),
            heap: Heap::default(),
        }
    }

    /// Dijkstra (1959) from one source. `lengths` go with the positions of `adjacency`.
    pub(crate) fn run(&mut self, adjacency: Adjacency<'_>, lengths: &[f64], source: u32) {
        for &v in &self.settled {
            self.distance[v as usize] = f64::INFINITY;
        }
        self.settled.clear();
        self.distance[source as usize] = 0.0;
        self.heap.push(Candidate { distance: 0.0, node: source });
        while let Some(Candidate { distance, node }) = self.heap.pop() {
            if distance > self.distance[node as usize] {
                continue; // a shorter way was found after this one went in
            }
            self.settled.push(node);
            let row = adjacency.range(node as usize);
            for (&v, length) in adjacency.neighbours[row.clone()].iter().zip(&lengths[row]) {
                let through = distance + length;
                let known = &mut self.distance[v as usize];
                if through < *known {
                    *known = through;
                    self.heap.push(Candidate { distance: through, node: v });
                }
            }
        }
    }
}

/// A node and the length of a way to it.
#[derive(Clone, Copy)]
struct Candidate {
    distance: f64,
    node: u32,
}

/// Candidates, four children to a parent, the nearest on top. Distances lie in the heap itself, so that comparing
/// children reads one stretch of memory; a node whose distance falls is put in again.
#[derive(Default)]
struct Heap(Vec<Candidate>);

const ARITY: usize = 4;

impl Heap {
    fn push(&mut self, candidate: Candidate) {
        self.0.push(candidate);
        self.raise(candidate, self.0.len() - 1);
    }

    fn pop(&mut self) -> Option<Candidate> {
        let last = self.0.pop()?;
        let Some(&top) = self.0.first() else {
            return Some(last);
        };
        // The last candidate belongs near the bottom: the gap sinks there without looking at it, then it rises.
        let mut gap = 0;
        loop {
            let first = ARITY * gap + 1;
            let best = match self.0.get(first..) {
                Some(&[a, b, c, d, ..]) => {
                    let (left, l) = if b.distance < a.distance { (b, 1) } else { (a, 0) };
                    let (right, r) = if d.distance < c.distance { (d, 3) } else { (c, 2) };
                    first + if right.distance < left.distance { r } else { l }
                }
                Some([]) | None => break,
                Some(few) => {
                    let nearest =
                        (0..few.len()).min_by(|&a, &b| few[a].distance.total_cmp(&few[b].distance));
                    first + nearest.expect("at least one child")
                }
            };
            self.0[gap] = self.0[best];
            gap = best;
        }
        self.raise(last, gap);
        Some(top)
    }

    /// Puts a candidate at a place that is free, or above it.
    fn raise(&mut self, candidate: Candidate, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if candidate.distance >= self.0[parent].distance {
                break;
            }
            self.0[at] = self.0[parent];
            at = parent;
        }
        self.0[at] = candidate;
    }
}

/// For every node, sums over the nodes that it reaches along `adjacency`.
///
/// # Cost
/// `O(nm + n² log n)` time, `O(n)` memory a thread.
pub(crate) fn weighted_reach(
    adjacency: Adjacency<'_>,
    lengths: &[f64],
    what: &str,
    progress: &dyn Progress,
) -> Result<Reach, MetricError> {
    let n = adjacency.n_nodes();
    progress.begin(what, n as u64);
    let sums = |paths: &mut ShortestPaths, source: u32| {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        paths.run(adjacency, lengths, source);
        progress.advance(1);
        let others = &paths.settled[1..];
        let distances = || others.iter().map(|&v| paths.distance[v as usize]);
        let farthest = distances().next_back().unwrap_or(0.0);
        Ok((others.len() as u64, distances().sum(), distances().map(f64::recip).sum(), farthest))
    };
    let rows: Vec<(u64, f64, f64, f64)> = (0..n as u32)
        .into_par_iter()
        .map_init(|| ShortestPaths::new(n), sums)
        .collect::<Result<_, _>>()?;
    let mut total = Reach::none(0);
    for (count, distance, inverse, farthest) in rows {
        total.count.push(count);
        total.distance.push(distance);
        total.inverse.push(inverse);
        total.farthest.push(farthest);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_of_two_ways_is_taken() {
        let offsets = [0, 2, 3, 4, 4];
        let neighbours = [1, 2, 3, 1];
        let lengths = [5.0, 1.0, 1.0, 2.0];
        let adjacency = Adjacency { offsets: &offsets, neighbours: &neighbours };
        let mut paths = ShortestPaths::new(4);
        paths.run(adjacency, &lengths, 0);
        assert_eq!(paths.distance, [0.0, 3.0, 1.0, 4.0]);
        assert_eq!(paths.settled, [0, 2, 1, 3]);
        paths.run(adjacency, &lengths, 3); // the room of the first run is clean
        assert_eq!(paths.distance[..3], [f64::INFINITY; 3]);
    }

    #[test]
    fn the_heap_gives_candidates_back_in_order() {
        let mut heap = Heap::default();
        for node in 0..100 {
            heap.push(Candidate { distance: f64::from(node * 37 % 100 / 3), node });
        }
        let popped: Vec<Candidate> = std::iter::from_fn(|| heap.pop()).collect();
        assert_eq!(popped.len(), 100);
        assert!(popped.is_sorted_by(|a, b| a.distance <= b.distance));
    }
}
