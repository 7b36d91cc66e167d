//! Triangles of the undirected view, each found once.

use super::adjacency::{Mutual, Ties};
use super::chunks::fold_chunks_with;
use crate::MetricError;
use palenque_graph::Progress;
use std::ops::Range;

/// Three nodes that all trade with each other, and what is known of their ties: of the first with the second, of
/// the first with the third, of the second with the third.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Triangle<T> {
    pub(crate) corners: [usize; 3],
    pub(crate) ties: [T; 3],
}

/// Ties out of a chunk of nodes, at least; part of the last digits of the sums, so never changed.
const CHUNK: usize = 1 << 16;

/// Each tie at its smaller end, by degree and then by number, so that no list is long: a triangle is found once,
/// from its smallest corner, as a neighbour of a neighbour that is also a neighbour.
pub(crate) struct Upward<T> {
    ties: Ties<T>,
}

impl<T: Copy + Send + Sync> Upward<T> {
    /// `value` makes what is kept of a tie, as it is seen from its smaller end.
    pub(crate) fn of<U: Copy + Default + Send + Sync>(
        view: &Ties<U>,
        value: impl Fn(U) -> T + Send + Sync,
    ) -> Self {
        let rank = |u: usize| (view.degree(u), u);
        let upward = view.select(|u, v, tie| (rank(u) < rank(v)).then_some(tie));
        Self { ties: upward.with_values(value) }
    }

    /// Adds up something over all triangles: `add` counts one in, and the sums of chunks, each from `none`, are
    /// `join`ed in order.
    ///
    /// # Cost
    /// `O(m^{3/2})` time, `O(n + m)` memory and `O(n)` more a thread. Source: Chiba and Nishizeki (1985); Latapy (2008).
    pub(crate) fn fold<S: Send>(
        &self,
        progress: &dyn Progress,
        none: impl Fn() -> S + Sync,
        add: impl Fn(&mut S, Triangle<T>) + Sync,
        join: impl FnMut(S),
    ) -> Result<(), MetricError> {
        let chunks = self.chunks();
        progress.begin("triangles", chunks.len() as u64);
        let room = || vec![ABSENT; self.ties.adjacency().n_nodes()];
        let work = |position: &mut Vec<u32>, chunk: Range<usize>| {
            let mut sums = none();
            for nodes in &chunks[chunk] {
                for u in nodes.clone() {
                    self.corner(u, position, |triangle| add(&mut sums, triangle));
                }
                progress.advance(1);
            }
            (!progress.cancelled()).then_some(sums)
        };
        fold_chunks_with(chunks.len(), 1, progress, room, work, join)
    }

    /// Ranges of nodes with enough ties each.
    fn chunks(&self) -> Vec<Range<usize>> {
        let offsets = self.ties.adjacency().offsets;
        let mut chunks = Vec::new();
        let mut start = 0;
        for u in 0..offsets.len() - 1 {
            if (offsets[u + 1] - offsets[start]) as usize >= CHUNK {
                chunks.push(start..u + 1);
                start = u + 1;
            }
        }
        chunks.push(start..offsets.len() - 1);
        chunks
    }

    /// The triangles whose smallest corner is `u`. `position` is all [`ABSENT`] before and after.
    #[inline]
    fn corner(&self, u: usize, position: &mut [u32], mut found: impl FnMut(Triangle<T>)) {
        let (edges, values) = (self.ties.adjacency(), self.ties.values());
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
                let uw = position[w];
                if uw != ABSENT {
                    let ties = [uv, uw as usize, vw].map(|tie| values[tie]);
                    found(Triangle { corners: [u, v, w], ties });
                }
            }
        }
        for uw in edges.range(u) {
            position[edges.neighbours[uw] as usize] = ABSENT;
        }
    }
}

const ABSENT: u32 = u32::MAX;

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

/// Counts, and sums of weights, by corner.
pub(crate) fn triangles(view: &Mutual, progress: &dyn Progress) -> Result<Triangles, MetricError> {
    let n = view.adjacency().n_nodes();
    let largest = view.weights().iter().copied().fold(0.0, f64::max);
    let upward = Upward::of(view, |weight| (weight, (weight / largest).cbrt()));
    let none = || Triangles { count: vec![0; n], sides: vec![0.0; n], intensity: vec![0.0; n] };
    let add = |sums: &mut Triangles, triangle: Triangle<(f64, f64)>| {
        let [(a, x), (b, y), (c, z)] = triangle.ties;
        for (corner, sides) in triangle.corners.into_iter().zip([a + b, a + c, b + c]) {
            sums.count[corner] += 1;
            sums.sides[corner] += sides;
            sums.intensity[corner] += x * y * z;
        }
    };
    let mut total = none();
    upward.fold(progress, none, add, |part| {
        let Triangles { count, sides, intensity } = &mut total;
        count.iter_mut().zip(part.count).for_each(|(sum, x)| *sum += x);
        sides.iter_mut().zip(part.sides).for_each(|(sum, x)| *sum += x);
        intensity.iter_mut().zip(part.intensity).for_each(|(sum, x)| *sum += x);
    })?;
    Ok(total)
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
