//! Shares of shortest paths from a sample of paths, with a bound on the error.

use super::adjacency::Adjacency;
use super::brandes::PathShares;
use super::chunks::{chunks_for, fold_chunks_with};
use super::random::{below, stream};
use super::reach_sampling::{Precision, too_long};
use super::vertex_diameter::vertex_diameter_at_most;
use crate::MetricError;
use palenque_graph::{Progress, SupplyGraph};
use rand_chacha::ChaCha8Rng;

/// What a sample of shortest paths says. Shares are of the `n (n − 1)` ordered pairs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sampled {
    pub(crate) shares: PathShares,
    /// By node: how far its share is off at most.
    pub(crate) node_error: Vec<f64>,
    /// How many pairs were drawn.
    pub(crate) n_samples: usize,
}

/// Pairs that are drawn from one stream of random numbers; part of the result, so never changed.
const CHUNK: usize = 512;
/// Chunks between two looks at the error, at first.
const FIRST_LOOK: usize = 8;
/// Pairs that are drawn to see what a pair costs.
const PROBES: usize = 16;

/// Draws pairs of nodes, and one of the shortest paths of each, until with probability `1 − delta` no share is off by more
/// than `epsilon`.
///
/// # Cost
/// At most `O(ln(D/δ) / ε²)` searches from both ends, for paths of at most `D` nodes, and as a rule far fewer; `O(n + m)`
/// memory, and `O(n)` for each of a few chunks a thread. Source: Riondato and Kornaropoulos (2016) for the number of samples that always suffices; Borassi
/// and Natale (2019) for stopping before.
/// # Errors
/// [`MetricError::TooLong`] if the searches are likely to look at more edges and nodes than `most_steps`.
pub(crate) fn sampled_path_shares(
    graph: &SupplyGraph,
    Precision { epsilon, delta, seed, most_steps, .. }: Precision,
    progress: &dyn Progress,
) -> Result<Sampled, MetricError> {
    let (n, m) = (graph.n_nodes(), graph.n_edges());
    let mut hits = Hits { node: vec![0; n], edge: vec![0; m] };
    let nodes = vertex_diameter_at_most(graph).max(3) as f64;
    // Half of delta for this many samples to do, half for stopping before; each half for nodes and edges alike.
    let enough = 0.5 / epsilon.powi(2) * ((nodes - 1.0).log2().floor() + 1.0 + (4.0 / delta).ln());
    let samples_of = |chunks: usize| (chunks * CHUNK) as f64;
    let enough_chunks = chunks_for(enough, CHUNK);
    let omega = samples_of(enough_chunks);
    if most_steps < f64::INFINITY && steps_a_pair(graph, seed) * omega > most_steps {
        return Err(too_long(n));
    }
    let bound = Bound { omega, log: (4.0 * (n + m) as f64 / delta).ln() };
    progress.begin("betweenness of a sample", enough_chunks as u64);
    let (mut done, mut look) = (0, FIRST_LOOK);
    while done < enough_chunks {
        let next = look.min(enough_chunks);
        let work = |search: &mut PairSearch<'_>, chunk: std::ops::Range<usize>| {
            if progress.cancelled() {
                return None;
            }
            let mut rng = stream(seed, done + chunk.start);
            let mut found = Found::default();
            (0..CHUNK).for_each(|_| search.draw(&mut rng, &mut found));
            progress.advance(1);
            Some(found)
        };
        fold_chunks_with(
            next - done,
            1,
            progress,
            || PairSearch::new(graph),
            work,
            |found| hits.add(&found),
        )?;
        done = next;
        // The bound grows with the share.
        let most = hits.node.iter().chain(&hits.edge).copied().max().unwrap_or(0);
        if bound.error(f64::from(most), samples_of(done)) <= epsilon {
            break;
        }
        look = done + done.div_ceil(4);
    }
    let samples = samples_of(done);
    let is_enough = done == enough_chunks;
    let error = |&hits: &u32| {
        let error = bound.error(f64::from(hits), samples);
        if is_enough { error.min(epsilon) } else { error }
    };
    let share = |&hits: &u32| f64::from(hits) / samples;
    Ok(Sampled {
        node_error: hits.node.iter().map(error).collect(),
        shares: PathShares {
            node: hits.node.iter().map(share).collect(),
            edge: hits.edge.iter().map(share).collect(),
        },
        n_samples: done * CHUNK,
    })
}

/// Edges and nodes that the search for a pair's paths looks at, the mean of a few.
fn steps_a_pair(graph: &SupplyGraph, seed: u64) -> f64 {
    let mut search = PairSearch::new(graph);
    let mut rng = stream(seed, 0);
    (0..PROBES).for_each(|_| search.draw(&mut rng, &mut Found::default()));
    search.steps as f64 / PROBES as f64
}

/// How far a share of samples may be off, whenever one looks before there are `omega` of them (Borassi and Natale 2019,
/// theorem 3.1).
struct Bound {
    omega: f64,
    /// `ln(1/δ)` for one side of one share.
    log: f64,
}

impl Bound {
    fn error(&self, hits: f64, samples: f64) -> f64 {
        let variance = 2.0 * (hits / samples) * self.omega / self.log;
        let side = |third: f64| self.log / samples * (third + (third * third + variance).sqrt());
        side(1.0 / 3.0 - self.omega / samples).max(side(1.0 / 3.0 + self.omega / samples))
    }
}

struct Hits {
    node: Vec<u32>,
    edge: Vec<u32>,
}

impl Hits {
    fn add(&mut self, found: &Found) {
        for &u in &found.nodes {
            self.node[u as usize] += 1;
        }
        for &edge in &found.edges {
            self.edge[edge as usize] += 1;
        }
    }
}

/// The inner nodes and the edges of paths.
#[derive(Default)]
struct Found {
    nodes: Vec<u32>,
    edges: Vec<u32>,
}

/// Finds one of the shortest paths between two nodes, each as likely as the others, by searches from both.
struct PairSearch<'a> {
    from: Front<'a>,
    to: Front<'a>,
    /// By position against the flows: the edge.
    in_edges: &'a [u32],
    /// Edges and nodes looked at so far.
    steps: usize,
}

const UNSEEN: u32 = u32::MAX;
/// Numbers of paths above this are divided by the largest of their level: only their ratios matter.
const TOO_MANY: f64 = 1e150;

/// The search from one end.
struct Front<'a> {
    ahead: Adjacency<'a>,
    level: Vec<u32>,
    /// By node: the shortest paths from the end, over a number that is the same for all nodes of a level.
    paths: Vec<f64>,
    /// Nodes by level; those of the last one begin at `last`.
    order: Vec<u32>,
    last: usize,
}

impl<'a> Front<'a> {
    fn new(ahead: Adjacency<'a>) -> Self {
        let n = ahead.n_nodes();
        Self { ahead, level: vec![UNSEEN; n], paths: vec![0.0; n], order: Vec::new(), last: 0 }
    }

    fn start(&mut self, node: u32) {
        for &u in &self.order {
            self.level[u as usize] = UNSEEN;
        }
        self.order.clear();
        self.order.push(node);
        self.last = 0;
        self.level[node as usize] = 0;
        self.paths[node as usize] = 1.0;
    }

    /// Edges that one more level takes to look at.
    fn cost(&self) -> usize {
        self.order[self.last..].iter().map(|&u| self.ahead.range(u as usize).len()).sum()
    }

    /// One more level; whether it has nodes.
    fn advance(&mut self) -> bool {
        let (first, end) = (self.last, self.order.len());
        let mut most: f64 = 0.0;
        for place in first..end {
            let u = self.order[place] as usize;
            let (next, paths) = (self.level[u] + 1, self.paths[u]);
            for &v in self.ahead.neighbours(u) {
                let v = v as usize;
                if self.level[v] == UNSEEN {
                    self.level[v] = next;
                    self.paths[v] = paths;
                    self.order.push(v as u32);
                } else if self.level[v] == next {
                    self.paths[v] += paths;
                }
                most = most.max(self.paths[v]);
            }
        }
        self.last = end;
        if most > TOO_MANY {
            for &v in &self.order[end..] {
                self.paths[v as usize] /= most;
            }
        }
        end < self.order.len()
    }
}

impl<'a> PairSearch<'a> {
    fn new(graph: &'a SupplyGraph) -> Self {
        Self {
            from: Front::new(Adjacency::customers(graph)),
            to: Front::new(Adjacency::suppliers(graph)),
            in_edges: graph.in_edges(),
            steps: 0,
        }
    }

    /// Draws a pair, and a path of it if there is one.
    fn draw(&mut self, rng: &mut ChaCha8Rng, found: &mut Found) {
        let n = self.from.level.len() as u64;
        if n < 2 {
            return;
        }
        let source = below(n, rng) as u32;
        let other = below(n - 1, rng) as u32;
        let target = other + u32::from(other >= source);
        self.from.start(source);
        self.to.start(target);
        let meeting = loop {
            let (from, to) = (self.from.cost(), self.to.cost());
            let (side, opposite) =
                if from <= to { (&mut self.from, &self.to) } else { (&mut self.to, &self.from) };
            self.steps += from.min(to) + 1;
            if !side.advance() {
                return;
            }
            // All shortest paths pass one of the nodes where the two first meet.
            let met =
                side.order[side.last..].iter().filter(|&&v| opposite.level[v as usize] != UNSEEN);
            let ways = met.map(|&v| (v, side.paths[v as usize] * opposite.paths[v as usize]));
            if let Some(meeting) = choose(ways, rng) {
                break meeting;
            }
        };
        let mut v = meeting;
        while v != source {
            let range = self.to.ahead.range(v as usize);
            let before = range.map(|position| (position, self.to.ahead.neighbours[position]));
            let step = self.from.level[v as usize] - 1;
            let ways = before.filter(|&(_, u)| self.from.level[u as usize] == step);
            let ways = ways.map(|(position, u)| ((position, u), self.from.paths[u as usize]));
            let (position, u) = choose(ways, rng).expect("it was found from a node before");
            found.edges.push(self.in_edges[position]);
            if u != source {
                found.nodes.push(u);
            }
            v = u;
        }
        let mut u = meeting;
        while u != target {
            let range = self.from.ahead.range(u as usize);
            let after = range.map(|position| (position, self.from.ahead.neighbours[position]));
            let step = self.to.level[u as usize] - 1;
            let ways = after.filter(|&(_, v)| self.to.level[v as usize] == step);
            let ways = ways.map(|(position, v)| ((position, v), self.to.paths[v as usize]));
            let (position, v) = choose(ways, rng).expect("it was found from a node behind");
            found.edges.push(position as u32);
            if v != target {
                found.nodes.push(v);
            }
            u = v;
        }
        if meeting != source && meeting != target {
            found.nodes.push(meeting);
        }
    }
}

/// One of the items, each as likely as its weight says, in one pass.
fn choose<T>(items: impl Iterator<Item = (T, f64)>, rng: &mut ChaCha8Rng) -> Option<T> {
    let (mut chosen, mut sum) = (None, 0.0);
    for (item, weight) in items {
        sum += weight;
        // The first one needs no draw.
        if chosen.is_none() || unit(rng) * sum < weight {
            chosen = Some(item);
        }
    }
    chosen
}

/// A number between 0 and 1, 1 left out.
fn unit(rng: &mut ChaCha8Rng) -> f64 {
    below(1 << 53, rng) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::brandes::path_shares;
    use crate::kernel::draws::Draws;
    use crate::kernel::threads::with_threads;
    use palenque_graph::NoProgress;

    fn random(n: u32, m: u32) -> SupplyGraph {
        let mut draws = Draws(17);
        let mut draw = |n| draws.below(n);
        let flows: Vec<_> = (0..m).map(|_| (draw(n), draw(n) / (1 + draw(9)), 1.0)).collect();
        SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows).expect("a good graph")
    }

    fn precision(epsilon: f64, seed: u64) -> Precision {
        Precision { epsilon, delta: 0.1, seed, n_bounds: 1, most_steps: f64::INFINITY }
    }

    fn sample(graph: &SupplyGraph, epsilon: f64, seed: u64) -> Sampled {
        sampled_path_shares(graph, precision(epsilon, seed), &NoProgress).expect("done")
    }

    #[test]
    fn long_chains_are_refused() {
        let n = 40_000;
        let chain = (1..n).map(|v| (v - 1, v, 1.0));
        let graph = SupplyGraph::from_flows((0..n).map(|i| i.to_string()), chain);
        let precision = Precision { most_steps: 1e8, ..precision(0.01, 1) };
        let refused = sampled_path_shares(&graph.expect("a good graph"), precision, &NoProgress);
        assert!(matches!(refused, Err(MetricError::TooLong { n: 40_000, .. })));
        let spread = sampled_path_shares(&random(2_000, 8_000), precision, &NoProgress);
        assert!(spread.is_ok());
    }

    #[test]
    fn estimates_are_as_near_as_promised() {
        let graph = random(300, 1500);
        let exact = path_shares(Adjacency::customers(&graph), None, &NoProgress).expect("done");
        let pairs = 300.0 * 299.0;
        for (epsilon, seed) in [(0.05, 1), (0.01, 1), (0.01, 2), (0.005, 3)] {
            let found = sample(&graph, epsilon, seed);
            for (u, error) in found.node_error.iter().enumerate() {
                assert!(*error <= epsilon);
                let off = (found.shares.node[u] - exact.node[u] / pairs).abs();
                assert!(off <= *error, "node {u}: off by {off}, not {error}");
            }
            for (estimate, exact) in found.shares.edge.iter().zip(&exact.edge) {
                assert!((estimate - exact / pairs).abs() <= epsilon);
            }
            // Off in both directions, and by no more than chance has it.
            let signed = found.shares.node.iter().zip(&exact.node);
            let sum: f64 = signed.map(|(estimate, exact)| estimate - exact / pairs).sum();
            assert!(sum.abs() < 3.0 * 5.0 / (found.n_samples as f64).sqrt(), "{sum}");
        }
    }

    #[test]
    fn a_sample_is_the_same_on_any_number_of_threads() {
        let graph = random(200, 800);
        let run = || sample(&graph, 0.02, 1);
        assert_eq!(with_threads(1, run), with_threads(8, run));
    }

    #[test]
    fn paths_are_drawn_alike_though_there_are_more_than_a_float_counts() {
        // 1,200 layers of two: 2^1199 paths from end to end.
        let layers = 1200_u32;
        let mut flows = vec![(0, 1, 1.0), (0, 2, 1.0)];
        for layer in 1..layers {
            let u = 2 * layer - 1;
            let pairs = [(u, u + 2), (u, u + 3), (u + 1, u + 2), (u + 1, u + 3)];
            flows.extend(pairs.map(|(a, b)| (a, b, 1.0)));
        }
        let n = 2 * layers + 1;
        let graph =
            SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows).expect("a good graph");
        let found = sample(&graph, 0.02, 1);
        let middle = layers as usize;
        let [a, b] = [middle - 1, middle].map(|u| found.shares.node[u]);
        // Each of a layer in the middle is on a quarter of all pairs' paths in one direction: half of a half of a half.
        assert!((a - 0.125).abs() < 0.02 && (b - 0.125).abs() < 0.02, "{a} {b}");
    }
}
