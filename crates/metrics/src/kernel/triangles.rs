//! Triangles of the undirected view, each found once.

use super::adjacency::{Adjacency, Mutual};
use super::chunks::fold_chunks;
use crate::MetricError;
use palenque_graph::Progress;

/// Sums over the triangles that each node is a corner of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Triangles {
    /// How many.
    pub(crate) count: Vec<u64>,
    /// The sum of the weights of the node's two sides.
    pub(crate) sides: Vec<f64>,
    /// The sum of the cube roots of the product of all three weights, each over the largest of the graph.
    pub(crate) intensity: Vec<f64>,
}

/// Edges out of a chunk of nodes, at least; part of the last digits of the sums, so never changed.
const CHUNK: usize = 1 << 16;

/// Every edge is kept at its end of smaller degree only, so that no list is long: a triangle is found once, from
/// its smallest corner, as a neighbour of a neighbour that is also a neighbour.
///
/// # Cost
/// `O(m^{3/2})` time, `O(n + m)` memory and `O(n)` more a thread. Source: Chiba and Nishizeki (1985); Latapy (2008).
pub(crate) fn triangles(view: &Mutual, progress: &dyn Progress) -> Result<Triangles, MetricError> {
    let upward = Upward::of(view);
    let n = view.adjacency().n_nodes();
    let none = || Triangles { count: vec![0; n], sides: vec![0.0; n], intensity: vec![0.0; n] };
    let chunks = upward.chunks();
    progress.begin("triangles", chunks.len() as u64);
    let mut total = none();
    let work = |chunk: std::ops::Range<usize>| {
        let mut sums = none();
        let mut position = vec![ABSENT; n];
        for nodes in &chunks[chunk] {
            for u in nodes.clone() {
                upward.corner(u, &mut position, &mut sums);
            }
            progress.advance(1);
        }
        (!progress.cancelled()).then_some(sums)
    };
    fold_chunks(chunks.len(), 1, progress, work, |part| {
        let Triangles { count, sides, intensity } = &mut total;
        count.iter_mut().zip(part.count).for_each(|(sum, x)| *sum += x);
        sides.iter_mut().zip(part.sides).for_each(|(sum, x)| *sum += x);
        intensity.iter_mut().zip(part.intensity).for_each(|(sum, x)| *sum += x);
    })?;
    Ok(total)
}

const ABSENT: u32 = u32::MAX;

/// Each edge at its smaller end, by degree and then by number.
struct Upward {
    offsets: Vec<u32>,
    neighbours: Vec<u32>,
    weights: Vec<f64>,
    /// Cube roots of the weights over the largest.
    roots: Vec<f64>,
}

impl Upward {
    fn of(view: &Mutual) -> Self {
        let all = view.adjacency();
        let degree = |u: usize| all.range(u).len();
        let largest = view.weights().iter().copied().fold(0.0, f64::max);
        let mut upward =
            Self { offsets: vec![0], neighbours: vec![], weights: vec![], roots: vec![] };
        for u in 0..all.n_nodes() {
            for position in all.range(u) {
                let v = all.neighbours[position];
                if (degree(u), u) < (degree(v as usize), v as usize) {
                    let weight = view.weights()[position];
                    upward.neighbours.push(v);
                    upward.weights.push(weight);
                    upward.roots.push((weight / largest).cbrt());
                }
            }
            upward.offsets.push(upward.neighbours.len() as u32);
        }
        upward
    }

    fn adjacency(&self) -> Adjacency<'_> {
        Adjacency { offsets: &self.offsets, neighbours: &self.neighbours }
    }

    /// Ranges of nodes with enough edges each.
    fn chunks(&self) -> Vec<std::ops::Range<usize>> {
        let mut chunks = Vec::new();
        let mut start = 0;
        for u in 0..self.offsets.len() - 1 {
            if (self.offsets[u + 1] - self.offsets[start]) as usize >= CHUNK {
                chunks.push(start..u + 1);
                start = u + 1;
            }
        }
        chunks.push(start..self.offsets.len() - 1);
        chunks
    }

    /// Adds the triangles whose smallest corner is `u`. `position` is all [`ABSENT`] before and after.
    fn corner(&self, u: usize, position: &mut [u32], sums: &mut Triangles) {
        let edges = self.adjacency();
        if edges.range(u).len() < 2 {
            return;
        }
        for uw in edges.range(u) {
            position[edges.neighbours[uw] as usize] = uw as u32;
        }
        for uv in edges.range(u) {
            let v = edges.neighbours[uv] as usize;
            for vw in edges.range(v) {
                let w = edges.neighbours[vw] as usize;
                let uw = position[w] as usize;
                if uw == ABSENT as usize {
                    continue;
                }
                let [a, b, c] = [uv, uw, vw].map(|edge| self.weights[edge]);
                let intensity = self.roots[uv] * self.roots[uw] * self.roots[vw];
                for (corner, sides) in [(u, a + b), (v, a + c), (w, b + c)] {
                    sums.count[corner] += 1;
                    sums.sides[corner] += sides;
                    sums.intensity[corner] += intensity;
                }
            }
        }
        for uw in edges.range(u) {
            position[edges.neighbours[uw] as usize] = ABSENT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    #[test]
    fn every_triangle_of_a_complete_graph_is_found_at_each_corner() {
        let n = 12_u32;
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let flows = (0..n).flat_map(|u| (u + 1..n).map(move |v| (u, v, 2.0)));
        let graph = SupplyGraph::from_flows(ids, flows).expect("a good graph");
        let found = triangles(&Mutual::of(&graph), &NoProgress).expect("not cancelled");
        let pairs = 11 * 10 / 2;
        assert_eq!(found.count, [pairs; 12]);
        assert_eq!(found.sides, [4.0 * pairs as f64; 12]);
        assert_eq!(found.intensity, [pairs as f64; 12]);
    }
}
