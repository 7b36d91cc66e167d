//! Who is next to whom, as kernels read it.

use palenque_graph::SupplyGraph;
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

/// The undirected view: `M = Z + Zᵀ` without its diagonal. Neighbours ascend within a node.
pub(crate) struct Mutual {
    offsets: Vec<u32>,
    neighbours: Vec<u32>,
    weights: Vec<f64>,
}

impl Mutual {
    /// Merges the two sorted neighbour lists of every node.
    pub(crate) fn of(graph: &SupplyGraph) -> Self {
        let mut view = Self {
            offsets: Vec::with_capacity(graph.n_nodes() + 1),
            neighbours: Vec::with_capacity(2 * graph.n_edges()),
            weights: Vec::with_capacity(2 * graph.n_edges()),
        };
        view.offsets.push(0);
        for u in graph.node_indices() {
            let mut buyers = graph.customers(u).filter(|&(v, _)| v != u).peekable();
            let mut sellers = graph.suppliers(u).filter(|&(v, _)| v != u).peekable();
            loop {
                let (v, weight) = match (buyers.peek(), sellers.peek()) {
                    (Some(&(b, sold)), Some(&(s, bought))) if b == s => {
                        buyers.next();
                        sellers.next();
                        (b, sold + bought)
                    }
                    (Some(&(b, sold)), Some(&(s, _))) if b < s => {
                        buyers.next();
                        (b, sold)
                    }
                    (Some(&(b, sold)), None) => {
                        buyers.next();
                        (b, sold)
                    }
                    (_, Some(&(s, bought))) => {
                        sellers.next();
                        (s, bought)
                    }
                    (None, None) => break,
                };
                view.neighbours.push(v.index() as u32);
                view.weights.push(weight);
            }
            view.offsets.push(view.neighbours.len() as u32);
        }
        view
    }

    pub(crate) fn adjacency(&self) -> Adjacency<'_> {
        Adjacency { offsets: &self.offsets, neighbours: &self.neighbours }
    }

    /// With whom a node trades, and how much.
    pub(crate) fn ties(&self, u: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.adjacency().range(u);
        let partners = self.neighbours[range.clone()].iter().map(|&v| v as usize);
        partners.zip(self.weights[range].iter().copied())
    }

    /// What a node trades with all others.
    pub(crate) fn strength(&self, u: usize) -> f64 {
        self.weights[self.adjacency().range(u)].iter().sum()
    }

    /// `M` at the positions of [`Mutual::adjacency`].
    pub(crate) fn weights(&self) -> &[f64] {
        &self.weights
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
        assert_eq!(view.weights, [5.0, 5.0, 4.0, 4.0]);
    }
}
