//! What is left of a network as its nodes or links are removed: one pass of union–find, backwards.

use crate::MetricError;
use crate::kernel::adjacency::{Adjacency, Mutual};
use crate::kernel::chunks::fold_chunks;
use crate::kernel::components::strong_along;
use crate::kernel::random::{permutation, stream};
use palenque_graph::{Progress, SupplyGraph};

/// What is left after some removals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Remains {
    /// Nodes in the largest weak component.
    pub(crate) giant: u32,
    /// Weak components.
    pub(crate) n_components: u32,
    /// `Σ s²` over all components but one of the largest.
    pub(crate) other_squares: f64,
    /// Nodes outside of that component.
    pub(crate) others: u32,
    /// Flow between different nodes.
    pub(crate) flow: f64,
    /// Final demand for nodes that are left, where positive.
    pub(crate) demand: f64,
}

/// What is left after 0, 1, …, n removals in this order.
///
/// Nodes are added from the last to the first (Newman and Ziff 2001), so that components only ever merge:
/// `O((n + m) α(n))` time, `O(n)` memory. `visit` sees the states from n removals to none.
pub(crate) fn removals(
    graph: &SupplyGraph,
    order: &[u32],
    final_demand: &[f64],
    mut visit: impl FnMut(usize, Remains),
) {
    let mut sets = Sets::new(graph.n_nodes());
    let mut state = Remains::default();
    let mut squares = 0.0;
    visit(order.len(), state);
    for (q, &node) in order.iter().enumerate().rev() {
        let u = node as usize;
        sets.add(node);
        state.n_components += 1;
        squares += 1.0;
        state.giant = state.giant.max(1);
        state.demand += final_demand[u].max(0.0);
        let sales = graph.out_range(u).map(|e| (graph.targets()[e], e));
        let purchases =
            graph.in_range(u).map(|k| (graph.sources()[k], graph.in_edges()[k] as usize));
        for (v, edge) in sales.chain(purchases) {
            if v == node || !sets.is_present(v) {
                continue;
            }
            state.flow += graph.flows()[edge];
            if let Some((a, b)) = sets.join(node, v) {
                state.n_components -= 1;
                squares += 2.0 * f64::from(a) * f64::from(b);
                state.giant = state.giant.max(a + b);
            }
        }
        let giant = f64::from(state.giant);
        state.others = (order.len() - q) as u32 - state.giant;
        state.other_squares = squares - giant * giant;
        visit(q, state);
    }
}

/// What is left after 0, 1, … removals of these edges in this order, none of which are self-loops; all nodes stay.
///
/// `ends` are seller and buyer of every edge. Edges are added from the last to the first, as in [`removals`].
pub(crate) fn link_removals(
    graph: &SupplyGraph,
    ends: &[(u32, u32)],
    order: &[u32],
    mut visit: impl FnMut(usize, Remains),
) {
    let n = graph.n_nodes();
    let mut sets = Sets::new(n);
    for u in 0..n as u32 {
        sets.add(u);
    }
    let mut squares = n as f64;
    let giant = u32::from(n > 0);
    let mut state = Remains { giant, n_components: n as u32, ..Remains::default() };
    let mut seen = |q, mut state: Remains, squares: f64| {
        let giant = f64::from(state.giant);
        state.others = n as u32 - state.giant;
        state.other_squares = squares - giant * giant;
        visit(q, state);
    };
    seen(order.len(), state, squares);
    for (q, &edge) in order.iter().enumerate().rev() {
        let e = edge as usize;
        state.flow += graph.flows()[e];
        // Where all is one, nothing joins any more.
        if state.n_components > 1
            && let Some((a, b)) = sets.join(ends[e].0, ends[e].1)
        {
            state.n_components -= 1;
            squares += 2.0 * f64::from(a) * f64::from(b);
            state.giant = state.giant.max(a + b);
        }
        seen(q, state, squares);
    }
}

/// Nodes in the largest strong component of those that are left after each of these numbers of removals, ascending.
/// `O(n + m)` for each.
pub(crate) fn giant_strong(graph: &SupplyGraph, order: &[u32], steps: &[usize]) -> Vec<u32> {
    let rank = ranks(graph.n_nodes(), order);
    let giant = |&removed: &usize| {
        let is_left = |u: usize| rank[u] as usize >= removed;
        // A removed node is a component of its own, which does not matter unless nothing is left.
        let stays = |u, e: usize| is_left(u) && is_left(graph.targets()[e] as usize);
        if removed < graph.n_nodes() { largest_strong(graph, stays) } else { 0 }
    };
    steps.iter().map(giant).collect()
}

/// The same as edges are removed.
pub(crate) fn giant_strong_of_links(
    graph: &SupplyGraph,
    order: &[u32],
    steps: &[usize],
) -> Vec<u32> {
    // Self-loops are in no order: they stay, and join nothing.
    let rank = ranks(graph.n_edges(), order);
    let giant = |&removed: &usize| largest_strong(graph, |_, e| rank[e] as usize >= removed);
    steps.iter().map(giant).collect()
}

/// By unit: its place in an order, the last for those that are not in it.
fn ranks(n: usize, order: &[u32]) -> Vec<u32> {
    let mut rank = vec![u32::MAX; n];
    for (q, &unit) in order.iter().enumerate() {
        rank[unit as usize] = q as u32;
    }
    rank
}

/// The size of the largest strong component along the edges, by seller and number, that stay.
fn largest_strong(graph: &SupplyGraph, stays: impl Fn(usize, usize) -> bool) -> u32 {
    let n = graph.n_nodes();
    let mut offsets = Vec::with_capacity(n + 1);
    let mut neighbours = Vec::new();
    offsets.push(0);
    for u in 0..n {
        let row = graph.out_range(u).filter(|&e| stays(u, e));
        neighbours.extend(row.map(|e| graph.targets()[e]));
        offsets.push(neighbours.len() as u32);
    }
    let parts = strong_along(Adjacency { offsets: &offsets, neighbours: &neighbours });
    parts.sizes.into_iter().max().unwrap_or(0) as u32
}

/// The mean size of the largest weak component over all subsets of `k` nodes, for `k` from 0 to n.
///
/// # Panics
/// If there are more than 24 nodes: there are `2ⁿ` subsets.
pub(crate) fn mean_giant_of_subsets(graph: &SupplyGraph) -> Vec<f64> {
    let n = graph.n_nodes();
    assert!(n <= 24, "2^{n} subsets");
    let mut ties = vec![0_u32; n];
    for u in 0..n {
        for &v in &graph.targets()[graph.out_range(u)] {
            ties[u] |= 1 << v;
            ties[v as usize] |= 1 << u;
        }
    }
    let (mut sums, mut counts) = (vec![0_u64; n + 1], vec![0_u64; n + 1]);
    for subset in 0..1_u32 << n {
        let mut rest = subset;
        let mut giant = 0;
        while rest != 0 {
            let (mut part, mut new) = (0, rest & rest.wrapping_neg());
            while new != 0 {
                let u = new.trailing_zeros();
                part |= 1 << u;
                new = (new | ties[u as usize]) & subset & !part;
            }
            giant = giant.max(part.count_ones());
            rest &= !part;
        }
        let k = subset.count_ones() as usize;
        sums[k] += u64::from(giant);
        counts[k] += 1;
    }
    sums.iter().zip(counts).map(|(&sum, count)| sum as f64 / count as f64).collect()
}

/// What works or does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nodes.
    #[default]
    Site,
    /// Ties.
    Bond,
}

impl Kind {
    /// The name in tables and parameters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Bond => "bond",
        }
    }
}

/// The size of the largest weak component by how many units work: the mean over sets of them, and that of its square.
pub(crate) struct Giants {
    pub(crate) mean: Vec<f64>,
    pub(crate) mean_square: Vec<f64>,
}

/// Up to this many units, all sets are looked at.
const ENUMERATED: usize = 16;

/// Means over random orders in which nodes, or ties, are added one after the other; over all sets where they are few.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn giants(
    graph: &SupplyGraph,
    kind: Kind,
    replicates: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Giants, MetricError> {
    let ties = Mutual::of(graph);
    let n = graph.n_nodes();
    let pairs: Vec<(u32, u32)> = (0..n)
        .flat_map(|u| ties.ties(u).map(move |(v, _)| (u as u32, v as u32)))
        .filter(|(u, v)| u < v)
        .collect();
    let units = match kind {
        Kind::Site => n,
        Kind::Bond => pairs.len(),
    };
    let (mut sums, mut squares) = (vec![0.0; units + 1], vec![0.0; units + 1]);
    let grow = |order: &[u32], visit: &mut dyn FnMut(usize, u32)| match kind {
        Kind::Site => sites(&ties, order, visit),
        Kind::Bond => bonds(n, &pairs, order, visit),
    };
    if units <= ENUMERATED {
        let mut counts = vec![0.0; units + 1];
        for set in 0..1_u32 << units {
            let members: Vec<u32> = (0..units as u32).filter(|k| set >> k & 1 == 1).collect();
            let mut last = 0;
            grow(&members, &mut |_, giant| last = giant);
            let (k, last) = (members.len(), f64::from(last));
            (sums[k], squares[k], counts[k]) =
                (sums[k] + last, squares[k] + last * last, counts[k] + 1.0);
        }
        let mean =
            |sums: &[f64]| sums.iter().zip(&counts).map(|(sum, count)| sum / count).collect();
        return Ok(Giants { mean: mean(&sums), mean_square: mean(&squares) });
    }
    progress.begin("random orders", replicates as u64);
    let work = |range: std::ops::Range<usize>| {
        let one = |replicate| {
            let order = permutation(units, &mut stream(seed, replicate));
            let mut sizes = vec![0; units + 1];
            grow(&order, &mut |k, giant| sizes[k] = giant);
            progress.advance(1);
            sizes
        };
        (!progress.cancelled()).then(|| range.map(one).collect::<Vec<Vec<u32>>>())
    };
    fold_chunks(replicates, 1, progress, work, |found| {
        for sizes in found {
            for ((sum, square), size) in sums.iter_mut().zip(&mut squares).zip(sizes) {
                let size = f64::from(size);
                (*sum, *square) = (*sum + size, *square + size * size);
            }
        }
    })?;
    let mean = |sums: Vec<f64>| sums.into_iter().map(|sum| sum / replicates as f64).collect();
    Ok(Giants { mean: mean(sums), mean_square: mean(squares) })
}

/// Adds nodes in this order; `visit` sees how many there are and the largest component, from none on.
fn sites(ties: &Mutual, order: &[u32], visit: &mut dyn FnMut(usize, u32)) {
    let mut sets = Sets::new(ties.adjacency().n_nodes());
    let mut giant = 0;
    visit(0, giant);
    for (k, &u) in (1..).zip(order) {
        sets.add(u);
        giant = giant.max(1);
        for &v in ties.adjacency().neighbours(u as usize) {
            if sets.is_present(v)
                && let Some((a, b)) = sets.join(u, v)
            {
                giant = giant.max(a + b);
            }
        }
        visit(k, giant);
    }
}

/// Adds ties in this order to all nodes.
fn bonds(n: usize, pairs: &[(u32, u32)], order: &[u32], visit: &mut dyn FnMut(usize, u32)) {
    let mut sets = Sets::new(n);
    (0..n as u32).for_each(|u| sets.add(u));
    let mut giant = u32::from(n > 0);
    visit(0, giant);
    for (k, &tie) in (1..).zip(order) {
        let (u, v) = pairs[tie as usize];
        // Where all is one, nothing joins any more.
        if (giant as usize) < n
            && let Some((a, b)) = sets.join(u, v)
        {
            giant = giant.max(a + b);
        }
        visit(k, giant);
    }
}

/// Sets of present nodes, with their sizes.
struct Sets {
    parent: Vec<u32>,
    size: Vec<u32>,
}

impl Sets {
    fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect(), size: vec![0; n] }
    }

    fn add(&mut self, u: u32) {
        self.size[u as usize] = 1;
    }

    fn is_present(&self, u: u32) -> bool {
        self.size[u as usize] > 0
    }

    /// The node that stands for the set, halving the way there for the next time.
    fn find(&mut self, mut u: u32) -> u32 {
        while self.parent[u as usize] != u {
            let above = self.parent[self.parent[u as usize] as usize];
            self.parent[u as usize] = above;
            u = above;
        }
        u
    }

    /// Joins two sets, the smaller to the larger, and returns their sizes; nothing if they are one already.
    fn join(&mut self, u: u32, v: u32) -> Option<(u32, u32)> {
        let (a, b) = (self.find(u), self.find(v));
        if a == b {
            return None;
        }
        let sizes = (self.size[a as usize], self.size[b as usize]);
        let (above, below) = if sizes.0 >= sizes.1 { (a, b) } else { (b, a) };
        self.parent[below as usize] = above;
        self.size[above as usize] = sizes.0 + sizes.1;
        Some(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> SupplyGraph {
        // A pair 0 ⇄ 1, a chain 1 → 2 → 3, and a self-loop.
        let flows = [(0, 1, 1.0), (1, 0, 2.0), (1, 2, 4.0), (2, 3, 8.0), (3, 3, 16.0)];
        SupplyGraph::from_flows(["a", "b", "c", "d"], flows).expect("a good graph")
    }

    #[test]
    fn each_state_is_what_is_left() {
        let mut states = [Remains::default(); 5];
        removals(&graph(), &[1, 2, 0, 3], &[1.0, 2.0, -3.0, 4.0], |q, state| states[q] = state);
        let giants: Vec<u32> = states.iter().map(|s| s.giant).collect();
        assert_eq!(giants, [4, 2, 1, 1, 0]);
        let flows: Vec<f64> = states.iter().map(|s| s.flow).collect();
        assert_eq!(flows, [15.0, 8.0, 0.0, 0.0, 0.0]);
        let demands: Vec<f64> = states.iter().map(|s| s.demand).collect();
        assert_eq!(demands, [7.0, 5.0, 5.0, 4.0, 0.0]);
        let components: Vec<u32> = states.iter().map(|s| s.n_components).collect();
        assert_eq!(components, [1, 2, 2, 1, 0]);
        assert_eq!((states[1].others, states[1].other_squares), (1, 1.0));
    }

    #[test]
    fn links_fall_one_by_one() {
        // a → b, b → a, b → c, c → d, without the loop at d; b → c goes first.
        let mut states = [Remains::default(); 5];
        link_removals(
            &graph(),
            &[(0, 1), (1, 0), (1, 2), (2, 3), (3, 3)],
            &[2, 0, 1, 3],
            |q, state| states[q] = state,
        );
        assert_eq!(states.map(|s| s.giant), [4, 2, 2, 2, 1]);
        assert_eq!(states.map(|s| s.n_components), [1, 2, 2, 3, 4]);
        assert_eq!(
            states.map(|s| s.flow.to_bits()),
            [15.0, 11.0, 10.0, 8.0, 0.0].map(f64::to_bits)
        );
        assert_eq!((states[1].others, states[1].other_squares.to_bits()), (2, 4.0_f64.to_bits()));
        assert_eq!(giant_strong_of_links(&graph(), &[2, 0, 1, 3], &[0, 1, 2]), [2, 2, 1]);
    }

    #[test]
    fn the_largest_strong_component_shrinks() {
        assert_eq!(giant_strong(&graph(), &[2, 0, 1, 3], &[0, 1, 2, 4]), [2, 2, 1, 0]);
    }

    #[test]
    fn subsets_of_a_ring_of_four_by_hand() {
        // Two nodes are neighbours in four of six pairs; three always hang together.
        let ring = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 0, 1.0)];
        let ring = SupplyGraph::from_flows(["a", "b", "c", "d"], ring).expect("a good graph");
        assert_eq!(mean_giant_of_subsets(&ring), [0.0, 1.0, 10.0 / 6.0, 3.0, 4.0]);
    }

    #[test]
    fn subsets_of_a_chain_of_three_by_hand() {
        let chain = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 1.0), (1, 2, 1.0)]);
        let means = mean_giant_of_subsets(&chain.expect("a good graph"));
        assert_eq!(means, [0.0, 1.0, 5.0 / 3.0, 3.0]);
    }
}
