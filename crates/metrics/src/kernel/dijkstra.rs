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
            heap: Heap::new(n),
        }
    }

    /// Dijkstra (1959) from one source. `lengths` go with the positions of `adjacency`.
    pub(crate) fn run(&mut self, adjacency: Adjacency<'_>, lengths: &[f64], source: u32) {
        for &v in &self.settled {
            self.distance[v as usize] = f64::INFINITY;
        }
        self.settled.clear();
        self.distance[source as usize] = 0.0;
        self.heap.decrease(source, &self.distance);
        while let Some(u) = self.heap.pop(&self.distance) {
            self.settled.push(u);
            let reached = self.distance[u as usize];
            for position in adjacency.range(u as usize) {
                let v = adjacency.neighbours[position];
                let through = reached + lengths[position];
                if through < self.distance[v as usize] {
                    self.distance[v as usize] = through;
                    self.heap.decrease(v, &self.distance);
                }
            }
        }
    }
}

/// A heap of nodes, four children a node, the nearest on top; equal distances by node number.
struct Heap {
    nodes: Vec<u32>,
    place: Vec<u32>,
}

const OUTSIDE: u32 = u32::MAX;
const ARITY: usize = 4;

impl Heap {
    fn new(n: usize) -> Self {
        Self { nodes: Vec::new(), place: vec![OUTSIDE; n] }
    }

    /// Puts a node in, or up after its distance fell.
    fn decrease(&mut self, node: u32, distance: &[f64]) {
        let mut at = self.place[node as usize] as usize;
        if at == OUTSIDE as usize {
            at = self.nodes.len();
            self.nodes.push(node);
        }
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if !nearer(node, self.nodes[parent], distance) {
                break;
            }
            self.put(self.nodes[parent], at);
            at = parent;
        }
        self.put(node, at);
    }

    fn pop(&mut self, distance: &[f64]) -> Option<u32> {
        let top = *self.nodes.first()?;
        self.place[top as usize] = OUTSIDE;
        let last = self.nodes.pop().expect("the heap has a top");
        if last != top {
            self.sink(last, distance);
        }
        Some(top)
    }

    /// Lets a node sink from the top.
    fn sink(&mut self, node: u32, distance: &[f64]) {
        let mut at = 0;
        loop {
            let first = ARITY * at + 1;
            let children = first..(first + ARITY).min(self.nodes.len());
            let mut best = node;
            let mut best_at = at;
            for child in children {
                if nearer(self.nodes[child], best, distance) {
                    (best, best_at) = (self.nodes[child], child);
                }
            }
            if best_at == at {
                break;
            }
            self.put(best, at);
            at = best_at;
        }
        self.put(node, at);
    }

    fn put(&mut self, node: u32, at: usize) {
        self.nodes[at] = node;
        self.place[node as usize] = at as u32;
    }
}

fn nearer(a: u32, b: u32, distance: &[f64]) -> bool {
    let key = |node: u32| (distance[node as usize], node);
    key(a) < key(b)
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
        Ok((others.len() as u64, distances().sum(), distances().map(f64::recip).sum()))
    };
    let rows: Vec<(u64, f64, f64)> = (0..n as u32)
        .into_par_iter()
        .map_init(|| ShortestPaths::new(n), sums)
        .collect::<Result<_, _>>()?;
    let mut total = Reach::none(0);
    for (count, distance, inverse) in rows {
        total.count.push(count);
        total.distance.push(distance);
        total.inverse.push(inverse);
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
    fn the_heap_gives_nodes_back_in_order_of_distance() {
        let distance: Vec<f64> = (0..100).map(|i| f64::from(i * 37 % 100 / 3)).collect();
        let mut heap = Heap::new(100);
        for node in 0..100 {
            heap.decrease(node, &distance);
        }
        let popped: Vec<u32> = std::iter::from_fn(|| heap.pop(&distance)).collect();
        assert_eq!(popped.len(), 100);
        assert!(popped.is_sorted_by(|&a, &b| nearer(a, b, &distance)));
    }
}
