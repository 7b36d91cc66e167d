//! Shares of shortest paths that lead through nodes and over edges.

use super::adjacency::Adjacency;
use super::chunks::fold_chunks;
use super::dijkstra::ShortestPaths;
use super::distance::tied;
use super::path_count::{Huge, PathCount};
use crate::MetricError;
use palenque_graph::Progress;

/// Sums over ordered pairs of nodes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathShares {
    /// By node: shares of the shortest paths between two others that lead through it.
    pub(crate) node: Vec<f64>,
    /// By position of the adjacency: shares of all shortest paths that lead over it.
    pub(crate) edge: Vec<f64>,
}

/// Sources whose shares are added before they are folded: part of the result's last digits, so never changed.
const SOURCES: usize = 64;

/// Brandes (2001, 2008), without predecessor lists, from all sources.
///
/// # Cost
/// `O(nm)` time in hops, `O(nm + n² log n)` with lengths; `O(n + m)` memory for each of a few chunks a thread.
pub(crate) fn path_shares(
    adjacency: Adjacency<'_>,
    lengths: Option<&[f64]>,
    progress: &dyn Progress,
) -> Result<PathShares, MetricError> {
    let all: Vec<(u32, f64)> =
        (0..adjacency.n_nodes() as u32).map(|source| (source, 1.0)).collect();
    path_shares_from(adjacency, lengths, &all, "betweenness", progress)
}

/// [`path_shares`] of the paths from some sources, each with the weight that a path from there has.
pub(crate) fn path_shares_from(
    adjacency: Adjacency<'_>,
    lengths: Option<&[f64]>,
    sources: &[(u32, f64)],
    what: &str,
    progress: &dyn Progress,
) -> Result<PathShares, MetricError> {
    let (n, m) = (adjacency.n_nodes(), adjacency.neighbours.len());
    let none = || PathShares { node: vec![0.0; n], edge: vec![0.0; m] };
    let mut total = none();
    progress.begin(what, sources.len() as u64);
    let work = |range: std::ops::Range<usize>| {
        let mut shares = none();
        let mut search = Search::new(adjacency, lengths);
        for &(source, weight) in &sources[range] {
            if progress.cancelled() {
                return None;
            }
            search.run(source);
            search.add_up(&mut NodeAndEdgeShares { weight, shares: &mut shares });
            progress.advance(1);
        }
        Some(shares)
    };
    fold_chunks(sources.len(), SOURCES, progress, work, |part| {
        for (sum, x) in total.node.iter_mut().zip(&part.node) {
            *sum += x;
        }
        for (sum, x) in total.edge.iter_mut().zip(&part.edge) {
            *sum += x;
        }
    })?;
    Ok(total)
}

/// Groups that are followed at once: a word has a bit for each.
const GROUPS: usize = 64;

/// For every group of nodes, the shares of the shortest paths between two nodes outside of it that lead through any of
/// its members, summed over ordered pairs. A node may be in several groups.
///
/// From a source, the share of the paths to each node that have met the group before is passed on along the paths.
///
/// # Cost
/// `O(g n m)` time for `g` groups, and that of the searches; `O(n + m)` memory for each of a few chunks a thread.
pub(crate) fn group_path_shares(
    adjacency: Adjacency<'_>,
    lengths: Option<&[f64]>,
    groups: &[Vec<u32>],
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let n = adjacency.n_nodes();
    let mut memberships = Vec::new();
    for block in groups.chunks(GROUPS) {
        let mut of_node = vec![0_u64; n];
        for (bit, group) in block.iter().enumerate() {
            for &node in group {
                of_node[node as usize] |= 1 << bit;
            }
        }
        memberships.push(of_node);
    }
    progress.begin("betweenness of groups", n as u64);
    let work = |sources: std::ops::Range<usize>| {
        let mut sums = vec![0.0; groups.len()];
        let mut search = Search::new(adjacency, lengths);
        let mut met = vec![0.0; n * groups.len().min(GROUPS)];
        for source in sources {
            if progress.cancelled() {
                return None;
            }
            search.run(source as u32);
            search.add_up(&mut GroupShares {
                memberships: &memberships,
                met: &mut met,
                sums: &mut sums,
            });
            progress.advance(1);
        }
        Some(sums)
    };
    let mut total = vec![0.0; groups.len()];
    fold_chunks(n, SOURCES, progress, work, |part| {
        for (sum, x) in total.iter_mut().zip(&part) {
            *sum += x;
        }
    })?;
    Ok(total)
}

/// The shortest paths from one source, as the acyclic graph of the edges they use.
struct Search<'a> {
    adjacency: Adjacency<'a>,
    way: Way<'a>,
    /// Nodes by distance, the source first; what is found is in front of `n_found`.
    order: Vec<u32>,
    n_found: usize,
    /// Positions of the edges on shortest paths, by their start in `order`.
    tight: Vec<u32>,
    /// Where the edges of each entry of `order` begin in `tight`; one more at the end.
    starts: Vec<u32>,
    counts: Counts<f64>,
    huge: Option<Counts<Huge>>,
}

enum Way<'a> {
    Hops { level: Vec<u32> },
    Lengths { lengths: &'a [f64], paths: ShortestPaths, rank: Vec<u32> },
}

const UNSEEN: u32 = u32::MAX;

impl<'a> Search<'a> {
    fn new(adjacency: Adjacency<'a>, lengths: Option<&'a [f64]>) -> Self {
        let n = adjacency.n_nodes();
        let way = match lengths {
            None => Way::Hops { level: vec![UNSEEN; n] },
            Some(lengths) => {
                Way::Lengths { lengths, paths: ShortestPaths::new(n), rank: vec![0; n] }
            }
        };
        Self {
            adjacency,
            way,
            order: vec![0; n + 1],
            n_found: 0,
            tight: vec![0; adjacency.neighbours.len() + 1],
            starts: Vec::with_capacity(n + 1),
            counts: Counts::new(n),
            huge: None,
        }
    }

    /// Finds the edges on shortest paths from a source.
    fn run(&mut self, source: u32) {
        let Self { adjacency, way, order, n_found, tight, starts, .. } = self;
        let neighbours = adjacency.neighbours;
        starts.clear();
        // Without branches: what is written at an end stays only if the end then moves on.
        let mut tight_end = 0;
        match way {
            Way::Hops { level } => {
                for &u in &order[..*n_found] {
                    level[u as usize] = UNSEEN;
                }
                order[0] = source;
                level[source as usize] = 0;
                let (mut head, mut order_end) = (0, 1);
                while head < order_end {
                    let u = order[head] as usize;
                    head += 1;
                    starts.push(tight_end as u32);
                    let next = level[u] + 1;
                    let row = adjacency.range(u);
                    for (&v, position) in neighbours[row.clone()].iter().zip(row) {
                        let seen = level[v as usize];
                        let at = if seen == UNSEEN { next } else { seen };
                        level[v as usize] = at;
                        order[order_end] = v;
                        order_end += usize::from(seen == UNSEEN);
                        tight[tight_end] = position as u32;
                        tight_end += usize::from(at == next);
                    }
                }
                *n_found = order_end;
            }
            Way::Lengths { lengths, paths, rank } => {
                for &u in &order[..*n_found] {
                    rank[u as usize] = 0;
                }
                paths.run(*adjacency, lengths, source);
                *n_found = paths.settled.len();
                order[..*n_found].copy_from_slice(&paths.settled);
                for (place, &u) in paths.settled.iter().enumerate() {
                    rank[u as usize] = place as u32;
                }
                for (place, &u) in paths.settled.iter().enumerate() {
                    starts.push(tight_end as u32);
                    let reached = paths.distance[u as usize];
                    for position in adjacency.range(u as usize) {
                        let v = neighbours[position] as usize;
                        // Only to what is settled later: what is nearer by rounding is no way back.
                        let onward = rank[v] > place as u32;
                        tight[tight_end] = position as u32;
                        tight_end += usize::from(
                            onward && tied(reached + lengths[position], paths.distance[v]),
                        );
                    }
                }
            }
        }
        starts.push(tight_end as u32);
    }

    /// Counts the paths, by floats or by what holds more, and adds up what is wanted of them.
    fn add_up(&mut self, sum: &mut impl SumOverPaths) {
        let dag = Dag {
            neighbours: self.adjacency.neighbours,
            order: &self.order[..self.n_found],
            tight: &self.tight,
            starts: &self.starts,
        };
        if self.counts.count_paths(dag) {
            sum.add(&mut self.counts, dag);
        } else {
            let n = self.adjacency.n_nodes();
            let huge = self.huge.get_or_insert_with(|| Counts::new(n));
            huge.count_paths(dag);
            sum.add(huge, dag);
        }
    }
}

/// What is added up over the shortest paths from a source, once they are counted.
trait SumOverPaths {
    fn add<C: PathCount>(&mut self, counts: &mut Counts<C>, dag: Dag<'_>);
}

#[derive(Clone, Copy)]
struct Dag<'a> {
    neighbours: &'a [u32],
    order: &'a [u32],
    tight: &'a [u32],
    starts: &'a [u32],
}

impl<'a> Dag<'a> {
    fn edges(self, place: usize) -> &'a [u32] {
        &self.tight[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

struct Counts<C> {
    /// `σ_s(v)`: shortest paths from the source to each node.
    paths: Vec<C>,
    /// What each path that arrives at a node carries: `(1 + δ_s(v)) / σ_s(v)` on from there, or `1 / σ_s(v)` of all.
    carried: Vec<C>,
}

impl<C: PathCount> Counts<C> {
    fn new(n: usize) -> Self {
        Self { paths: vec![C::ZERO; n], carried: vec![C::ZERO; n] }
    }

    /// Counts the paths from the source; `false` if there are too many.
    fn count_paths(&mut self, dag: Dag<'_>) -> bool {
        for &u in dag.order {
            self.paths[u as usize] = C::ZERO;
        }
        self.paths[dag.order[0] as usize] = C::ONE;
        let mut too_large = false;
        for (place, &u) in dag.order.iter().enumerate() {
            let paths = self.paths[u as usize];
            too_large |= paths.is_too_large();
            for &position in dag.edges(place) {
                let v = dag.neighbours[position as usize] as usize;
                self.paths[v] = self.paths[v].plus(paths);
            }
        }
        !too_large
    }
}

struct NodeAndEdgeShares<'a> {
    weight: f64,
    shares: &'a mut PathShares,
}

impl SumOverPaths for NodeAndEdgeShares<'_> {
    /// From the farthest node back: `δ(u) = σ(u) · Σ_v (1 + δ(v)) / σ(v)`.
    fn add<C: PathCount>(&mut self, counts: &mut Counts<C>, dag: Dag<'_>) {
        let Self { weight, ref mut shares } = *self;
        for (place, &u) in dag.order.iter().enumerate().rev() {
            let paths = counts.paths[u as usize];
            let mut carried = C::ZERO;
            for &position in dag.edges(place) {
                let beyond = counts.carried[dag.neighbours[position as usize] as usize];
                shares.edge[position as usize] += weight * paths.times(beyond);
                carried = carried.plus(beyond);
            }
            let dependency = paths.times(carried);
            counts.carried[u as usize] = paths.divide(1.0 + dependency);
            if place > 0 {
                shares.node[u as usize] += weight * dependency;
            }
        }
    }
}

struct GroupShares<'a> {
    /// For each block of groups: a bit a group, by node.
    memberships: &'a [Vec<u64>],
    /// A row a node for one block: the share of the paths to it that met each group before.
    met: &'a mut [f64],
    sums: &'a mut [f64],
}

impl SumOverPaths for GroupShares<'_> {
    /// Forth from the source: a node passes on what share of its paths met each group, all of them to the groups it is in.
    fn add<C: PathCount>(&mut self, counts: &mut Counts<C>, dag: Dag<'_>) {
        let source = dag.order[0] as usize;
        for &u in dag.order {
            counts.carried[u as usize] = counts.paths[u as usize].divide(1.0);
        }
        for (of_node, sums) in self.memberships.iter().zip(self.sums.chunks_mut(GROUPS)) {
            let width = sums.len();
            let row = |u: usize| u * width..(u + 1) * width;
            for &u in dag.order {
                self.met[row(u as usize)].fill(0.0);
            }
            let mut own = [0.0; GROUPS];
            for (place, &u) in dag.order.iter().enumerate() {
                let u = u as usize;
                own[..width].copy_from_slice(&self.met[row(u)]);
                let inside = if place > 0 { of_node[u] } else { 0 };
                for (bit, (sum, share)) in sums.iter_mut().zip(&mut own).enumerate() {
                    if inside >> bit & 1 == 1 {
                        *share = 1.0;
                    } else if of_node[source] >> bit & 1 == 0 {
                        *sum += *share;
                    }
                }
                for &position in dag.edges(place) {
                    let v = dag.neighbours[position as usize] as usize;
                    let part = counts.paths[u].times(counts.carried[v]);
                    for (to, from) in self.met[row(v)].iter_mut().zip(&own) {
                        *to += part * from;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    /// `layers` layers of two nodes, each selling to both of the next, between a first and a last node.
    fn ladder(layers: u32) -> SupplyGraph {
        let last = 2 * layers + 1;
        let mut flows =
            vec![(0, 1, 1.0), (0, 2, 1.0), (last - 2, last, 1.0), (last - 1, last, 1.0)];
        for layer in 1..layers {
            let u = 2 * layer - 1;
            flows.extend(
                [(u, u + 2), (u, u + 3), (u + 1, u + 2), (u + 1, u + 3)].map(|(a, b)| (a, b, 1.0)),
            );
        }
        let ids: Vec<String> = (0..=last).map(|i| i.to_string()).collect();
        SupplyGraph::from_flows(ids, flows).expect("a good graph")
    }

    #[test]
    fn more_paths_than_a_float_can_count_are_shared_out() {
        let layers = 1200;
        let graph = ladder(layers);
        let lengths = vec![1.0; graph.n_edges()];
        for lengths in [None, Some(&*lengths)] {
            let shares = path_shares(Adjacency::customers(&graph), lengths, &NoProgress);
            let shares = shares.expect("not cancelled");
            // The two nodes of a layer share the pairs of everything before and after it.
            for layer in [1, 600, layers] {
                let (before, after) = (2 * layer - 1, 2 * (layers - layer) + 1);
                let expected = f64::from(before) * f64::from(after) / 2.0;
                let found = shares.node[2 * layer as usize - 1];
                assert!((found / expected - 1.0).abs() < 1e-12, "layer {layer}: {found}");
            }
        }
    }

    #[test]
    fn detours_equal_but_for_rounding_share_the_paths() {
        // 0.1 + 0.2 and 0.3 differ in the last digit.
        let flows = [(0, 1, 1.0), (1, 3, 1.0), (0, 2, 1.0), (2, 3, 1.0)];
        let graph = SupplyGraph::from_flows(["s", "a", "b", "t"], flows).expect("a good graph");
        let lengths = [0.1, 0.15, 0.2, 0.15];
        let shares = path_shares(Adjacency::customers(&graph), Some(&lengths), &NoProgress);
        assert_eq!(shares.expect("not cancelled").node, [0.0, 0.5, 0.5, 0.0]);
    }
}
