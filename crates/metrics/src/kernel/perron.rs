//! The largest eigenvalue of a nonnegative matrix and the vector that belongs to it.

use crate::MetricError;
use crate::kernel::coefficients::RowMatrix;
use crate::kernel::components::{Partition, strong, strong_along, weak_along};
use crate::kernel::fixed_point::depth_first_postorder;
use crate::kernel::spectral::{LOOK, Power, RadiusBounds, SWEEPS};
use palenque_graph::{Progress, SupplyGraph};

/// How close the bounds of the eigenvalue are brought, relatively, beside what rounding may do.
const CLOSE: f64 = 1e-13;
/// How close they must be for an answer.
const ENOUGH: f64 = 1e-9;
/// Sweeps over what depends on the dominant block.
const MAX_SWEEPS: usize = 10_000;
/// Sweeps between two looks at the bounds.
const GLIDE: usize = 4;
/// Sweeps before the best of the space that they span is taken; in halves the matrix is symmetric, and few do.
const SETTLE: [usize; 2] = [10, 4];
/// As long as it shrinks the bounds by this factor.
const WORTH: f64 = 0.1;
/// Sweeps of which that space is made; the same.
const SPACE: [usize; 2] = [12, 16];
/// What a sweep may still change, relatively, at the end.
const STILL: f64 = 1e-15;

/// The Perron root of a nonnegative matrix `M`, and which block has it.
#[derive(Debug)]
pub(crate) struct Perron {
    /// Bounds of the spectral radius of `M`.
    pub(crate) radius: RadiusBounds,
    /// By row: the vector of its block, whose largest entry is 1.
    block_vector: Vec<f64>,
    blocks: Partition,
    /// Components whose radius may be that of the whole.
    dominant: Vec<u32>,
}

impl Perron {
    /// Power iteration with steps of Noda's on every strongly connected block at once, as in
    /// [`spectral_radius`](crate::kernel::spectral::spectral_radius), until the quotients `(M y)_i / y_i` of the
    /// dominant block are equal up to rounding.
    ///
    /// `matrix` holds no zeros, and an entry an edge of the graph at most.
    ///
    /// # Cost
    /// `O(k (n + m))` time for at most [`SWEEPS`] passes and what the last step takes.
    /// # Errors
    /// [`MetricError::NotConverged`], [`MetricError::Cancelled`].
    pub(crate) fn of(
        graph: &SupplyGraph,
        matrix: &RowMatrix<'_>,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let blocks = if matrix.pattern().neighbours.len() == graph.n_edges() {
            strong(graph)
        } else {
            strong_along(matrix.pattern())
        };
        Self::of_blocks(matrix, blocks, 0, progress)
    }

    /// The same for `[[0, Z], [Z', 0]]`, whose first half has `half` rows; its root is the largest singular value of `Z`.
    ///
    /// # Errors
    /// As [`Perron::of`].
    pub(crate) fn in_halves(
        matrix: &RowMatrix<'_>,
        half: usize,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        Self::of_blocks(matrix, weak_along(&[matrix.pattern()]), half, progress)
    }

    fn of_blocks(
        matrix: &RowMatrix<'_>,
        blocks: Partition,
        half: usize,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let n = matrix.n_rows();
        let longest = (0..n).map(|i| matrix.row(i).len()).max().unwrap_or(0);
        let close = CLOSE + 4.0 * (longest + 3) as f64 * f64::EPSILON;
        // In units of a power of two near the largest entry, so that nothing overflows and no digit changes.
        let largest =
            (0..n).flat_map(|i| matrix.row(i)).map(|(_, value)| value).fold(0.0, f64::max);
        let unit =
            if largest > 0.0 { 2.0_f64.powf(largest.log2().floor().max(-1000.0)) } else { 1.0 };
        let scaled = matrix.scaled(1.0 / unit);
        // No entry of the halves leads from one block to another.
        let within = if half > 0 { scaled } else { scaled.keep(|i, j| blocks.joins(i, j)) };
        let power = Power::new(within, blocks.clone(), vec![1.0; n]);
        let mut power = power.without_the_tiniest().in_halves(half);
        let (mut made, mut looked, mut earlier) = (0, 0, f64::INFINITY);
        let (mut projects, mut projected) = (true, false);
        let [settle, space] = [SETTLE, SPACE].map(|of| of[usize::from(half > 0)]);
        loop {
            if progress.cancelled() {
                return Err(MetricError::Cancelled);
            }
            let radius = power.sweep();
            made += 1;
            let may_dominate = |&b: &u32| power.bounds[b as usize].upper >= radius.lower;
            let dominant: Vec<u32> = (0..power.bounds.len() as u32).filter(may_dominate).collect();
            let all_close =
                |close: f64| dominant.iter().all(|&b| power.bounds[b as usize].is_close(close));
            if all_close(close) || (made >= SWEEPS && all_close(ENOUGH)) {
                let block_vector = power.into_vector(radius);
                let radius =
                    RadiusBounds { lower: radius.lower * unit, upper: radius.upper * unit };
                return Ok(Self { radius, block_vector, blocks, dominant });
            }
            let spread = radius.upper / radius.lower - 1.0;
            if made >= SWEEPS {
                let (iterations, error, tolerance) = (made, spread, ENOUGH);
                return Err(MetricError::NotConverged { iterations, error, tolerance });
            }
            if made - looked >= if projects { settle } else { LOOK } {
                // Worth a step unless plain sweeps, at the rate of the last ones, end within twice as many as it takes.
                let a_look = spread / earlier;
                let is_slow = projected || !(spread * a_look * a_look <= close);
                // The space is worth more while it shrinks the bounds, and a solve where it does not.
                projects = projects && !(projected && a_look > WORTH);
                projected = is_slow && projects;
                if projected {
                    made += power.project(space, radius);
                } else if is_slow {
                    made += power.step(radius.upper, progress)?;
                }
                (looked, earlier) = (made, spread);
                if is_slow {
                    continue;
                }
            }
            power.shift();
            power.glide(GLIDE);
            made += GLIDE;
        }
    }

    /// Whether one block alone has the radius, so that there is one vector.
    pub(crate) fn is_unique(&self) -> bool {
        self.dominant.len() == 1
    }

    /// Whether all rows are one strongly connected block.
    pub(crate) fn is_irreducible(&self) -> bool {
        self.blocks.sizes.len() <= 1
    }

    /// Whether a row is of the block that has the radius.
    pub(crate) fn dominates(&self, row: usize) -> bool {
        self.dominant.binary_search(&self.blocks.component[row]).is_ok()
    }

    /// `y` with `M y = ρ y`, `y ≥ 0` and Euclidean norm 1: the vector of the dominant block, what follows from it in the
    /// rows that depend on that block, and 0 elsewhere.
    ///
    /// # Errors
    /// [`MetricError::NotConverged`] if another block comes so close to the radius that what depends on both is not
    /// found; [`MetricError::Cancelled`].
    pub(crate) fn vector(
        &self,
        matrix: &RowMatrix<'_>,
        progress: &dyn Progress,
    ) -> Result<Vec<f64>, MetricError> {
        let n = matrix.n_rows();
        let rho = self.radius.value();
        let mut y = vec![0.0; n];
        for (i, value) in y.iter_mut().enumerate().filter(|(i, _)| self.dominates(*i)) {
            *value = self.block_vector[i];
        }
        let rest = depth_first_postorder(matrix, |i| !self.dominates(i));
        let mut moved = 0.0_f64;
        for _ in 0..MAX_SWEEPS {
            if progress.cancelled() {
                return Err(MetricError::Cancelled);
            }
            moved = 0.0;
            for &i in &rest {
                let i = i as usize;
                let (mut from_others, mut own) = (0.0, 0.0);
                for (k, value) in matrix.row(i) {
                    if k == i { own = value } else { from_others += value * y[k] }
                }
                let next = from_others / (rho - own);
                if next > 0.0 {
                    moved = moved.max((next - y[i]) / next);
                }
                y[i] = next;
            }
            if moved <= STILL {
                return Ok(normalised(y));
            }
        }
        Err(MetricError::NotConverged { iterations: MAX_SWEEPS, error: moved, tolerance: STILL })
    }
}

/// The vector over its Euclidean norm.
fn normalised(mut y: Vec<f64>) -> Vec<f64> {
    let largest = y.iter().copied().fold(0.0, f64::max);
    if largest > 0.0 {
        for value in &mut y {
            *value /= largest;
        }
        let norm = y.iter().map(|value| value * value).sum::<f64>().sqrt();
        for value in &mut y {
            *value /= norm;
        }
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    fn graph(n: u32, flows: &[(u32, u32, f64)]) -> SupplyGraph {
        SupplyGraph::from_flows((0..n).map(|i| format!("n{i}")), flows.iter().copied())
            .expect("a good graph")
    }

    fn flows(graph: &SupplyGraph) -> RowMatrix<'_> {
        RowMatrix::of_purchases(graph, |_, _, flow| flow).of_positive()
    }

    #[test]
    fn what_depends_on_the_dominant_block_follows_it() {
        // A pair that doubles, a chain behind it with a loop of its own, and a supplier in front of it.
        let graph = graph(
            5,
            &[(0, 1, 2.0), (1, 2, 2.0), (2, 1, 2.0), (2, 3, 3.0), (3, 3, 1.0), (3, 4, 4.0)],
        );
        let matrix = flows(&graph);
        let perron = Perron::of(&graph, &matrix, &NoProgress).expect("converges");
        assert!((perron.radius.value() - 2.0).abs() < 1e-12 && perron.is_unique());
        let y = perron.vector(&matrix, &NoProgress).expect("converges");
        let exact = [0.0, 1.0, 1.0, 3.0, 6.0].map(|value: f64| value / 47.0_f64.sqrt());
        assert!(y.iter().zip(exact).all(|(y, exact)| (y - exact).abs() < 1e-12), "{y:?}");
    }

    #[test]
    fn two_blocks_of_one_radius_are_seen() {
        let graph = graph(4, &[(0, 1, 2.0), (1, 0, 2.0), (2, 3, 1.0), (3, 2, 4.0), (1, 2, 1.0)]);
        assert!(!Perron::of(&graph, &flows(&graph), &NoProgress).expect("converges").is_unique());
    }

    #[test]
    fn a_long_tail_takes_one_sweep() {
        let n = 100_000;
        let mut edges: Vec<_> = (1..n).map(|v| (v - 1, v, 1.0)).collect();
        edges.push((0, 0, 1.0));
        let graph = graph(n, &edges);
        let matrix = flows(&graph);
        let y =
            Perron::of(&graph, &matrix, &NoProgress).and_then(|p| p.vector(&matrix, &NoProgress));
        let y = y.expect("converges");
        let exact = 1.0 / f64::from(n).sqrt();
        assert!(y.iter().all(|y| (y - exact).abs() < 1e-12));
    }
}
