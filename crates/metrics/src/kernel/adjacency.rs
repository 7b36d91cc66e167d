//! Who is next to whom, as kernels read it.

use super::intersection::common;
use palenque_graph::{NodeIndex, SupplyGraph};
use rayon::prelude::*;
use std::ops::Range;

/// One direction of a graph: the neighbours of node `u` are `neighbours[offsets[u]..offsets[u + 1]]`.
#[derive(Clone, Copy)]
pub(crate) struct Adjacency<'a> {
    pub(crate) offsets: &'a [u32],
    pub(crate) neighbours: &'a [u32],
}

impl<'a> Adjacency<'a> {
    /// Along the flows: from a node to its customers. A position is an edge number.
    pub(crate) fn customers(graph: &'a SupplyGraph) -> Self {
        Self { offsets: graph.out_offsets(), neighbours: graph.targets() }
    }

    /// Against the flows: from a node to its suppliers.
    pub(crate) fn suppliers(graph: &'a SupplyGraph) -> Self {
        Self { offsets: graph.in_offsets(), neighbours: graph.sources() }
    }

    pub(crate) fn n_nodes(self) -> usize {
        self.offsets.len() - 1
    }

    pub(crate) fn range(self, u: usize) -> Range<usize> {
        self.offsets[u] as usize..self.offsets[u + 1] as usize
    }

    pub(crate) fn neighbours(self, u: usize) -> &'a [u32] {
        &self.neighbours[self.range(u)]
    }
}

/// Seller and buyer of every edge, in edge order.
pub(crate) fn edges(graph: &SupplyGraph) -> impl Iterator<Item = (usize, usize)> + '_ {
    let of = |u: NodeIndex| graph.customers(u).map(move |(v, _)| (u.index(), v.index()));
    graph.node_indices().flat_map(of)
}

/// Every node's partners, whoever sells, and something about each tie. Neighbours ascend within a node; self-loops
/// are left out.
#[derive(Clone, Debug)]
pub(crate) struct Ties<T> {
    offsets: Vec<u32>,
    neighbours: Vec<u32>,
    values: Vec<T>,
}

/// The undirected view: `M = Z + Zᵀ` without its diagonal.
pub(crate) type Mutual = Ties<f64>;

/// Nodes whose ties a thread writes at a stretch.
const NODES: usize = 1024;

impl<T: Copy + Default + Send + Sync> Ties<T> {
    /// Merges the two sorted neighbour lists of every node. `value` is given what the node sells to the partner and
    /// what it buys from it, where there is such an edge.
    pub(crate) fn merged(
        graph: &SupplyGraph,
        value: impl Fn(Option<f64>, Option<f64>) -> T + Sync,
    ) -> Self {
        let value = &value;
        let row = |u| {
            let partners = partners(graph, NodeIndex::new(u));
            partners.map(move |(v, sold, bought)| (v, value(sold, bought)))
        };
        Self::of_rows(graph.n_nodes(), |u| n_partners(graph, u), row)
    }

    /// The ties that `keep` wants, with another value each. `keep` sees the ends and the old value.
    pub(crate) fn select<U: Copy + Default + Send + Sync>(
        &self,
        keep: impl Fn(usize, usize, T) -> Option<U> + Sync,
    ) -> Ties<U> {
        let keep = &keep;
        let row = |u| self.ties(u).filter_map(move |(v, x)| Some((v as u32, keep(u, v, x)?)));
        Ties::of_rows(self.offsets.len() - 1, |u| row(u).count(), row)
    }

    /// The same ties with other values.
    pub(crate) fn with_values<U: Send>(self, value: impl Fn(T) -> U + Send + Sync) -> Ties<U> {
        let values = self.values.into_par_iter().map(value).collect();
        Ties { offsets: self.offsets, neighbours: self.neighbours, values }
    }

    /// Ties from the rows of nodes, on all threads: counted first, so that each is written to its place.
    fn of_rows<R: Iterator<Item = (u32, T)>>(
        n: usize,
        count: impl Fn(usize) -> usize + Sync,
        row: impl Fn(usize) -> R + Sync,
    ) -> Self {
        let nodes = (0..n).into_par_iter().with_min_len(NODES);
        let counts: Vec<u32> = nodes.map(|u| count(u) as u32).collect();
        let mut offsets = Vec::with_capacity(n + 1);
        offsets.push(0);
        offsets.extend(counts.iter().scan(0, |sum: &mut u32, count| {
            *sum += count;
            Some(*sum)
        }));
        let all = offsets[n] as usize;
        let (mut neighbours, mut values) = (vec![0; all], vec![T::default(); all]);
        let (mut free, mut unset) = (neighbours.as_mut_slice(), values.as_mut_slice());
        let mut parts = Vec::with_capacity(n / NODES + 1);
        for start in (0..n).step_by(NODES) {
            let end = (start + NODES).min(n);
            let here = (offsets[end] - offsets[start]) as usize;
            let (part, rest) = std::mem::take(&mut free).split_at_mut(here);
            let (part_values, rest_values) = std::mem::take(&mut unset).split_at_mut(here);
            (free, unset) = (rest, rest_values);
            parts.push((start..end, part, part_values));
        }
        parts.into_par_iter().for_each(|(nodes, part, part_values)| {
            let places = part.iter_mut().zip(part_values);
            for ((to, to_value), (v, value)) in places.zip(nodes.flat_map(&row)) {
                (*to, *to_value) = (v, value);
            }
        });
        Self { offsets, neighbours, values }
    }
}

/// How many other nodes a node trades with.
fn n_partners(graph: &SupplyGraph, u: usize) -> usize {
    let (buyers, sellers) =
        (&graph.targets()[graph.out_range(u)], &graph.sources()[graph.in_range(u)]);
    let mut both = 0;
    common(buyers, sellers, |_, _| both += 1);
    // The node itself is on both lists or on none.
    let own = usize::from(buyers.binary_search(&(u as u32)).is_ok());
    buyers.len() + sellers.len() - both - own
}

/// With whom a node trades, ascending, itself left out: what it sells to the partner, and what it buys from it.
fn partners(
    graph: &SupplyGraph,
    u: NodeIndex,
) -> impl Iterator<Item = (u32, Option<f64>, Option<f64>)> + '_ {
    let mut buyers = graph.customers(u).filter(move |&(v, _)| v != u).peekable();
    let mut sellers = graph.suppliers(u).filter(move |&(v, _)| v != u).peekable();
    std::iter::from_fn(move || {
        let next = match (buyers.peek(), sellers.peek()) {
            (Some(&(b, _)), Some(&(s, _))) => b.min(s),
            (Some(&(v, _)), None) | (None, Some(&(v, _))) => v,
            (None, None) => return None,
        };
        let sold = buyers.next_if(|&(v, _)| v == next).map(|(_, flow)| flow);
        let bought = sellers.next_if(|&(v, _)| v == next).map(|(_, flow)| flow);
        Some((next.index() as u32, sold, bought))
    })
}

impl<T: Copy> Ties<T> {
    /// Ties from rows of partners, ascending, with what is known about each tie.
    pub(crate) fn from_rows(rows: Vec<Vec<(u32, T)>>) -> Self {
        let mut ties = Self { offsets: vec![0], neighbours: vec![], values: vec![] };
        for row in rows {
            for (v, value) in row {
                ties.neighbours.push(v);
                ties.values.push(value);
            }
            ties.offsets.push(ties.neighbours.len() as u32);
        }
        ties
    }

    pub(crate) fn adjacency(&self) -> Adjacency<'_> {
        Adjacency { offsets: &self.offsets, neighbours: &self.neighbours }
    }

    /// With whom a node trades, and what is known about that tie.
    pub(crate) fn ties(&self, u: usize) -> impl Iterator<Item = (usize, T)> + '_ {
        let range = self.adjacency().range(u);
        let partners = self.neighbours[range.clone()].iter().map(|&v| v as usize);
        partners.zip(self.values[range].iter().copied())
    }

    /// How many partners a node has.
    pub(crate) fn degree(&self, u: usize) -> usize {
        self.adjacency().range(u).len()
    }

    /// What is known about the ties, at the positions of [`Ties::adjacency`].
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }
}

impl Mutual {
    pub(crate) fn of(graph: &SupplyGraph) -> Self {
        Self::merged(graph, |sold, bought| sold.unwrap_or(0.0) + bought.unwrap_or(0.0))
    }

    /// What a node trades with all others.
    pub(crate) fn strength(&self, u: usize) -> f64 {
        self.values[self.adjacency().range(u)].iter().sum()
    }

    /// `M` at the positions of [`Ties::adjacency`].
    pub(crate) fn weights(&self) -> &[f64] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutual_flows_are_added_and_loops_left_out() {
        let flows = [(0, 1, 2.0), (1, 0, 3.0), (1, 1, 9.0), (2, 1, 4.0)];
        let graph = SupplyGraph::from_flows(["a", "b", "c"], flows).expect("a good graph");
        let view = Mutual::of(&graph);
        assert_eq!(view.offsets, [0, 1, 3, 4]);
        assert_eq!(view.neighbours, [1, 0, 2, 1]);
        assert_eq!(view.values, [5.0, 5.0, 4.0, 4.0]);
    }
}
