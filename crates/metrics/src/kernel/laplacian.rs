//! Potentials on an undirected weighted graph: `L h = g` for a graph Laplacian `L`.

use crate::MetricError;
use crate::kernel::adjacency::{Mutual, Ties};
use crate::kernel::chains::{Spring, chains};
use crate::kernel::components::anchors;
use crate::kernel::ordered_sum::{BLOCK, dot};
use palenque_graph::{Progress, SupplyGraph};
use rayon::prelude::*;

/// No node's potential is further than this from what its neighbours imply, by the size of the potentials.
const TOLERANCE: f64 = 1e-12;
/// Iterations between two looks at the true residual.
const RESTART: usize = 200;
/// Iterations after which the solve gives up.
const MAX_ITERATIONS: usize = 20_000;
/// Chains are taken out where at least one of so many nodes is in one: along them, news goes one node an iteration.
const FEW: usize = 8;

/// Potentials that come closest to rising by 1 along every edge, in the sense of weighted least squares: the solution
/// of `Σ_j M_ij (h_i − h_j) = Σ_j (Z_ji − Z_ij)`, with the smallest potential of each component at 0.
pub(crate) struct Potentials {
    /// By node; 0 for a node without edges.
    pub(crate) values: Vec<f64>,
    /// Whether a node has an edge, other than a self-loop, with flow on it.
    pub(crate) is_tied: Vec<bool>,
}

/// Solves for [`Potentials`]. Trees that hang on the graph are exact: the rise along their edges is known. Chains of
/// nodes with two neighbours are one tie each. What is left is solved by conjugate gradients with the diagonal as
/// preconditioner.
pub(crate) fn potentials(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Potentials, MetricError> {
    let mut system = System::of(graph);
    let is_tied: Vec<bool> = (0..system.n()).map(|i| system.n_ties(i) > 0).collect();
    let anchor_of = anchors(system.n(), |i| system.ties(i).map(|(_, k)| k));
    let leaves = system.strip_leaves();
    let mut values = system.solve_without_chains(progress)?;
    for leaf in leaves.iter().rev() {
        values[leaf.node] = values[leaf.neighbour] - leaf.rise;
    }
    let mut lowest = values.clone();
    for (&value, &anchor) in values.iter().zip(&anchor_of) {
        let low = &mut lowest[anchor as usize];
        *low = low.min(value);
    }
    for (value, &anchor) in values.iter_mut().zip(&anchor_of) {
        *value -= lowest[anchor as usize];
    }
    Ok(Potentials { values, is_tied })
}

/// A node that hung on one neighbour, and the rise from it to that neighbour.
struct Leaf {
    node: usize,
    neighbour: usize,
    rise: f64,
}

/// Ties with their weights `M_ij` and the net flows on them, `Z_ij − Z_ji`. A weight of 0 is no tie.
struct System {
    mutual: Mutual,
    weights: Vec<f64>,
    net: Vec<f64>,
}

impl System {
    fn of(graph: &SupplyGraph) -> Self {
        let mutual = Mutual::of(graph);
        let mut net = Vec::with_capacity(mutual.weights().len());
        for u in graph.node_indices() {
            let mut sales = graph.customers(u).peekable();
            for position in mutual.adjacency().range(u.index()) {
                let v = mutual.adjacency().neighbours[position];
                while sales.next_if(|(buyer, _)| (buyer.index() as u32) < v).is_some() {}
                let sold = sales.next_if(|(buyer, _)| buyer.index() as u32 == v);
                net.push(2.0 * sold.map_or(0.0, |(_, flow)| flow) - mutual.weights()[position]);
            }
        }
        Self { weights: mutual.weights().to_vec(), mutual, net }
    }

    fn n(&self) -> usize {
        self.mutual.adjacency().n_nodes()
    }

    /// Positions and neighbours of a node's ties.
    fn ties(&self, i: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let adjacency = self.mutual.adjacency();
        let ties = adjacency.range(i).filter(|&position| self.weights[position] > 0.0);
        ties.map(move |position| (position, adjacency.neighbours[position] as usize))
    }

    fn n_ties(&self, i: usize) -> usize {
        self.ties(i).count()
    }

    /// Takes away nodes that hang on one neighbour, one after the other. Their ties bear no strain, so those that
    /// remain are not moved by it.
    fn strip_leaves(&mut self) -> Vec<Leaf> {
        let mut n_ties: Vec<usize> = (0..self.n()).map(|i| self.n_ties(i)).collect();
        let mut stack: Vec<usize> = (0..self.n()).rev().filter(|&i| n_ties[i] == 1).collect();
        let mut leaves = Vec::new();
        while let Some(node) = stack.pop() {
            let Some((position, neighbour)) = self.ties(node).next() else { continue };
            leaves.push(Leaf {
                node,
                neighbour,
                rise: self.net[position] / self.weights[position],
            });
            let adjacency = self.mutual.adjacency();
            let row = adjacency.range(neighbour);
            let back =
                row.start + adjacency.neighbours[row].partition_point(|&k| (k as usize) < node);
            self.weights[position] = 0.0;
            self.weights[back] = 0.0;
            n_ties[neighbour] -= 1;
            if n_ties[neighbour] == 1 {
                stack.push(neighbour);
            }
        }
        leaves
    }

    /// The same solution as [`System::solve`], found for the nodes that are in no chain where many are.
    fn solve_without_chains(&self, progress: &dyn Progress) -> Result<Vec<f64>, MetricError> {
        let n_ties: Vec<usize> = (0..self.n()).map(|i| self.n_ties(i)).collect();
        if n_ties.iter().filter(|&&count| count == 2).count() * FEW < self.n() {
            return self.solve(progress);
        }
        let springs = |i: usize| {
            self.ties(i).map(|(at, k)| {
                let weight = self.weights[at];
                (k, Spring { weight, rise: self.net[at] / weight })
            })
        };
        let (chains, mut stays) = chains(&n_ties, springs);
        stays.iter_mut().zip(&n_ties).for_each(|(stays, &count)| *stays &= count > 0);
        let nodes: Vec<usize> = (0..self.n()).filter(|&i| stays[i]).collect();
        let mut place = vec![0; self.n()];
        nodes.iter().enumerate().for_each(|(at, &node)| place[node] = at);
        let mut rows: Vec<Vec<(u32, (f64, f64))>> = Vec::with_capacity(nodes.len());
        for &node in &nodes {
            let direct = self.ties(node).filter(|(_, k)| stays[*k]);
            rows.push(
                direct.map(|(at, k)| (place[k] as u32, (self.weights[at], self.net[at]))).collect(),
            );
        }
        // A chain back to where it began pulls at nothing.
        for chain in chains.iter().filter(|chain| chain.from != chain.to) {
            let Spring { weight, rise } = chain.spring();
            let (from, to) = (place[chain.from], place[chain.to]);
            rows[from].push((to as u32, (weight, weight * rise)));
            rows[to].push((from as u32, (weight, -weight * rise)));
        }
        let ties = Ties::from_rows(rows);
        let rest = Self {
            weights: ties.values().iter().map(|&(weight, _)| weight).collect(),
            net: ties.values().iter().map(|&(_, net)| net).collect(),
            mutual: ties.with_values(|(weight, _)| weight),
        };
        let mut values = vec![0.0; self.n()];
        for (&node, value) in nodes.iter().zip(rest.solve(progress)?) {
            values[node] = value;
        }
        for chain in &chains {
            chain.fill(&mut values);
        }
        Ok(values)
    }

    /// Conjugate gradients from 0, begun anew from the true residual until that is small for every node.
    fn solve(&self, progress: &dyn Progress) -> Result<Vec<f64>, MetricError> {
        let n = self.n();
        let weight: Vec<f64> = (0..n)
            .map(|i| self.ties(i).map(|(position, _)| self.weights[position]).sum())
            .collect();
        // By node, how far a residual says that its potential is from what its neighbours imply.
        let offsets = |r: &[f64]| -> Vec<f64> {
            let offset = |(r, weight): (&f64, &f64)| if *weight > 0.0 { r / weight } else { 0.0 };
            r.iter().zip(&weight).map(offset).collect()
        };
        let largest = |z: &[f64]| z.iter().fold(0.0, |largest: f64, z| largest.max(z.abs()));
        let mut h = vec![0.0; n];
        let mut iterations = 0;
        loop {
            let mut r = self.residual(&h);
            let mut z = offsets(&r);
            let (error, tolerance) = (largest(&z), TOLERANCE * largest(&h).max(1.0));
            if error <= tolerance {
                return Ok(h);
            }
            if iterations >= MAX_ITERATIONS {
                return Err(MetricError::NotConverged { iterations, error, tolerance });
            }
            let mut p = z.clone();
            let mut rz = dot(&r, &z);
            for _ in 0..RESTART {
                if progress.cancelled() {
                    return Err(MetricError::Cancelled);
                }
                iterations += 1;
                let image = self.image(&p);
                let alpha = rz / dot(&p, &image);
                if !alpha.is_finite() {
                    break;
                }
                h.iter_mut().zip(&p).for_each(|(h, p)| *h += alpha * p);
                r.iter_mut().zip(&image).for_each(|(r, image)| *r -= alpha * image);
                z = offsets(&r);
                let next = dot(&r, &z);
                if largest(&z) <= 0.5 * tolerance || !(next > 0.0) {
                    break;
                }
                let beta = next / rz;
                rz = next;
                p.iter_mut().zip(&z).for_each(|(p, z)| *p = z + beta * *p);
            }
        }
    }

    /// `g − L h`, summed tie by tie, so that ties without strain cancel exactly.
    fn residual(&self, h: &[f64]) -> Vec<f64> {
        self.by_node(|i| {
            let strain = |(at, k): (usize, usize)| self.weights[at] * (h[k] - h[i]) - self.net[at];
            self.ties(i).map(strain).sum()
        })
    }

    /// `L p`.
    fn image(&self, p: &[f64]) -> Vec<f64> {
        self.by_node(|i| self.ties(i).map(|(at, k)| self.weights[at] * (p[i] - p[k])).sum())
    }

    fn by_node(&self, value: impl Fn(usize) -> f64 + Send + Sync) -> Vec<f64> {
        (0..self.n()).into_par_iter().with_min_len(BLOCK).map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;
    use palenque_graph::NoProgress;

    fn graph(n: u32, flows: Vec<(u32, u32, f64)>) -> SupplyGraph {
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        SupplyGraph::from_flows(&ids, flows).expect("a good graph")
    }

    #[test]
    fn chains_taken_out_change_no_potential() {
        let mut draws = Draws(9);
        for n in [3, 10, 60, 300] {
            let some = (0..n + n / 4).map(|_| {
                let (a, b) = (draws.below(n), draws.below(n));
                (a, b, f64::from(1 + draws.below(9)))
            });
            let graph = graph(n, some.collect());
            let mut system = System::of(&graph);
            system.strip_leaves();
            let whole = system.solve(&NoProgress).expect("converges");
            let parts = system.solve_without_chains(&NoProgress).expect("converges");
            // Each component up to a constant: the rise along every tie is the same.
            let largest = whole.iter().fold(1.0_f64, |most, h| most.max(h.abs()));
            for i in 0..system.n() {
                for (_, k) in system.ties(i) {
                    let rises = [&whole, &parts].map(|h| h[k] - h[i]);
                    assert!((rises[0] - rises[1]).abs() < 1e-9 * largest, "{i}, {k}: {rises:?}");
                }
            }
        }
    }

    #[test]
    fn a_long_ring_of_unequal_flows_is_no_trouble() {
        let n = 200_000;
        let ring = (0..n).map(|i| (i, (i + 1) % n, f64::from(1 + i % 7)));
        let found = potentials(&graph(n, ring.collect()), &NoProgress).expect("converges").values;
        // The strain is the same on every tie: w (rise − 1) = c with Σ rise = 0.
        let give: f64 = (0..n).map(|i| 1.0 / f64::from(1 + i % 7)).sum();
        let strain = -f64::from(n) / give;
        for i in 0..n as usize {
            let rise = found[(i + 1) % n as usize] - found[i];
            let exact = 1.0 + strain / (1 + i % 7) as f64;
            assert!((rise - exact).abs() < 1e-8, "{i}: {rise}, {exact}");
        }
    }
}
