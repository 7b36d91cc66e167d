//! Who is next to whom, as kernels read it.

use palenque_graph::{NodeIndex, SupplyGraph};
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

impl<T: Copy> Ties<T> {
    /// Merges the two sorted neighbour lists of every node. `value` is given what the node sells to the partner and
    /// what it buys from it, where there is such an edge.
    pub(crate) fn merged(
        graph: &SupplyGraph,
        value: impl Fn(Option<f64>, Option<f64>) -> T,
    ) -> Self {
        let mut view = Self {
            offsets: Vec::with_capacity(graph.n_nodes() + 1),
            neighbours: Vec::with_capacity(2 * graph.n_edges()),
            values: Vec::with_capacity(2 * graph.n_edges()),
        };
        view.offsets.push(0);
        for u in graph.node_indices() {
            let mut buyers = graph.customers(u).filter(|&(v, _)| v != u).peekable();
            let mut sellers = graph.suppliers(u).filter(|&(v, _)| v != u).peekable();
            loop {
                let next = match (buyers.peek(), sellers.peek()) {
                    (Some(&(b, _)), Some(&(s, _))) => b.min(s),
                    (Some(&(v, _)), None) | (None, Some(&(v, _))) => v,
                    (None, None) => break,
                };
                let sold = buyers.next_if(|&(v, _)| v == next).map(|(_, flow)| flow);
                let bought = sellers.next_if(|&(v, _)| v == next).map(|(_, flow)| flow);
                view.neighbours.push(next.index() as u32);
                view.values.push(value(sold, bought));
            }
            view.offsets.push(view.neighbours.len() as u32);
        }
        view
    }

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

    /// The ties that `keep` wants, with another value each. `keep` sees the ends and the old value.
    pub(crate) fn select<U>(&self, keep: impl Fn(usize, usize, T) -> Option<U>) -> Ties<U> {
        let mut kept = Ties { offsets: vec![0], neighbours: vec![], values: vec![] };
        for u in 0..self.offsets.len() - 1 {
            for (v, value) in self.ties(u) {
                if let Some(value) = keep(u, v, value) {
                    kept.neighbours.push(v as u32);
                    kept.values.push(value);
                }
            }
            kept.offsets.push(kept.neighbours.len() as u32);
        }
        kept
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
