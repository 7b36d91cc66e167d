//! Spaces spanned by a vector and its images: GMRES, step by step, so that several systems can share one pass over their matrices, and
//! the dominant eigenvector.

use crate::kernel::ordered_sum::{BLOCK, dot};
use rayon::prelude::*;

/// Orthonormal directions, each from the image of the one before.
struct Basis {
    directions: Vec<Vec<f64>>,
    /// Whether nothing is left outside the space.
    is_exhausted: bool,
}

impl Basis {
    /// Begins with a vector; also its length.
    fn begin(mut first: Vec<f64>) -> (Self, f64) {
        let norm = dot(&first, &first).sqrt();
        scale(&mut first, 1.0 / norm);
        let is_exhausted = !(norm > 0.0 && norm.is_finite());
        (Self { directions: vec![first], is_exhausted }, norm)
    }

    /// The direction whose image is wanted next.
    fn last(&self) -> &[f64] {
        self.directions.last().map_or(&[], Vec::as_slice)
    }

    /// Takes the image of the last direction: what it has along each direction, and the length of the rest, which is the next one.
    /// Nothing is left where that is no more than `rounding`.
    fn extend(&mut self, mut image: Vec<f64>, rounding: f64) -> Vec<f64> {
        let mut column: Vec<f64> = Vec::with_capacity(self.directions.len() + 1);
        for direction in &self.directions {
            let along = dot(direction, &image);
            subtract(&mut image, along, direction);
            column.push(along);
        }
        let norm = dot(&image, &image).sqrt();
        column.push(norm);
        self.is_exhausted = !(norm > rounding && norm.is_finite());
        scale(&mut image, 1.0 / norm);
        self.directions.push(image);
        column
    }

    /// The sum of directions with these weights.
    fn combined(&self, weights: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.directions[0].len()];
        for (weight, direction) in weights.iter().zip(&self.directions) {
            subtract(&mut sum, -weight, direction);
        }
        sum
    }
}

/// One cycle of GMRES (Saad and Schultz 1986) for `K d = r`: the correction `d` of the Krylov space that leaves the
/// smallest residual. The caller multiplies by `K`.
pub(crate) struct Gmres {
    basis: Basis,
    /// Columns of the triangular factor of the Hessenberg matrix.
    triangle: Vec<Vec<f64>>,
    /// Cosine and sine of each rotation.
    rotations: Vec<(f64, f64)>,
    /// The residual in the rotated basis; its last entry is what is left of it.
    rest: Vec<f64>,
}

impl Gmres {
    /// Begins with a residual.
    pub(crate) fn begin(residual: Vec<f64>) -> Self {
        let (basis, norm) = Basis::begin(residual);
        Self { basis, triangle: Vec::new(), rotations: Vec::new(), rest: vec![norm] }
    }

    /// The direction whose image is wanted next.
    pub(crate) fn direction(&self) -> &[f64] {
        self.basis.last()
    }

    /// The Euclidean norm of what would be left of the residual.
    pub(crate) fn residual(&self) -> f64 {
        // Where the space is exhausted, the correction is exact.
        if self.basis.is_exhausted { 0.0 } else { self.rest.last().map_or(0.0, |rest| rest.abs()) }
    }

    /// Takes `K` times the direction.
    pub(crate) fn extend(&mut self, image: Vec<f64>) {
        let mut column = self.basis.extend(image, 0.0);
        let norm = column.pop().unwrap_or_default();
        for (k, &(cosine, sine)) in self.rotations.iter().enumerate() {
            let (upper, lower) = (column[k], column[k + 1]);
            column[k] = cosine * upper + sine * lower;
            column[k + 1] = cosine * lower - sine * upper;
        }
        let last = column.len() - 1;
        let length = column[last].hypot(norm);
        let (cosine, sine) =
            if length > 0.0 { (column[last] / length, norm / length) } else { (1.0, 0.0) };
        column[last] = length;
        self.rotations.push((cosine, sine));
        self.triangle.push(column);
        let rest = self.rest[last];
        self.rest[last] = cosine * rest;
        self.rest.push(-sine * rest);
    }

    /// The correction.
    pub(crate) fn correction(&self) -> Vec<f64> {
        let n_steps = self.triangle.len();
        let mut weights = self.rest[..n_steps].to_vec();
        for k in (0..n_steps).rev() {
            weights[k] /= self.triangle[k][k];
            let weight = weights[k];
            for (earlier, entry) in weights[..k].iter_mut().zip(&self.triangle[k]) {
                *earlier -= weight * entry;
            }
        }
        self.basis.combined(&weights)
    }
}

/// The space of a vector and its images under a matrix, in which the eigenvector of the largest eigenvalue is looked for (Arnoldi
/// 1951). The caller multiplies by the matrix.
pub(crate) struct Arnoldi {
    basis: Basis,
    /// Columns of the matrix in that basis, each one entry longer than the one before.
    columns: Vec<Vec<f64>>,
}

/// Part of the largest eigenvalue, about 1, that is added to all: what alternates must not be as large.
const SHIFT: f64 = 0.25;
/// The small matrix is squared so often: its power of 2⁴⁰ is all dominant eigenvector.
const SQUARINGS: usize = 40;
/// A part of an image that is left, smaller than this, is rounding.
const ROUNDING: f64 = 1e-13;

impl Arnoldi {
    /// Begins with a vector.
    pub(crate) fn begin(start: Vec<f64>) -> Self {
        Self { basis: Basis::begin(start).0, columns: Vec::new() }
    }

    /// The direction whose image is wanted next.
    pub(crate) fn direction(&self) -> &[f64] {
        self.basis.last()
    }

    /// How many images were taken.
    pub(crate) fn n_steps(&self) -> usize {
        self.columns.len()
    }

    /// Whether nothing is left outside the space.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.basis.is_exhausted
    }

    /// Takes the matrix times the direction.
    pub(crate) fn extend(&mut self, image: Vec<f64>) {
        let rounding = ROUNDING * dot(&image, &image).sqrt();
        self.columns.push(self.basis.extend(image, rounding));
    }

    /// The dominant eigenvector of the matrix on the space, its sum positive.
    pub(crate) fn finish(&self) -> Vec<f64> {
        let mut best = self.basis.combined(&self.weights());
        if best.iter().sum::<f64>() < 0.0 {
            scale(&mut best, -1.0);
        }
        best
    }

    /// By direction.
    fn weights(&self) -> Vec<f64> {
        let n = self.columns.len();
        let entry = |i: usize, j: usize| {
            self.columns[j].get(i).copied().unwrap_or(0.0) + if i == j { SHIFT } else { 0.0 }
        };
        let mut power: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
        for _ in 0..SQUARINGS {
            let row_by_column =
                |at: usize| (0..n).map(|k| power[at / n * n + k] * power[k * n + at % n]).sum();
            let squared: Vec<f64> = (0..n * n).map(row_by_column).collect();
            let largest = squared.iter().map(|value| value.abs()).fold(0.0, f64::max);
            if !(largest > 0.0 && largest.is_finite()) {
                break;
            }
            power = squared.iter().map(|value| value / largest).collect();
        }
        // Any column of a power is the eigenvector; the first direction has some of it.
        (0..n).map(|i| power[i * n]).collect()
    }
}

fn scale(vector: &mut [f64], factor: f64) {
    vector.par_iter_mut().with_min_len(BLOCK).for_each(|value| *value *= factor);
}

fn subtract(vector: &mut [f64], factor: f64, other: &[f64]) {
    let pairs = vector.par_iter_mut().with_min_len(BLOCK).zip(other);
    pairs.for_each(|(value, other)| *value -= factor * other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_steps_as_unknowns_solve_any_system() {
        let k = [[4.0, 1.0, 0.0], [-1.0, 3.0, 2.0], [0.5, 0.0, 2.0]];
        let times = |y: &[f64]| -> Vec<f64> { k.iter().map(|row| dot(row, y)).collect() };
        let r = [1.0, 2.0, 3.0];
        let mut gmres = Gmres::begin(r.to_vec());
        for _ in 0..3 {
            gmres.extend(times(gmres.direction()));
        }
        for (image, r) in times(&gmres.correction()).iter().zip(r) {
            assert!((image - r).abs() < 1e-13, "{image}, not {r}");
        }
    }

    #[test]
    fn as_many_images_as_rows_show_the_dominant_eigenvector() {
        // Eigenvalues 1, −0.9 and 0.5 with the eigenvectors (1, 1, 1), (1, −1, 0) and (0, 0, 1).
        let m = [[0.05, 0.95, 0.0], [0.95, 0.05, 0.0], [0.25, 0.25, 0.5]];
        let mut space = Arnoldi::begin(vec![3.0, 1.0, 0.5]);
        for _ in 0..3 {
            let image = m.iter().map(|row| dot(row, space.direction())).collect();
            space.extend(image);
        }
        let best = space.finish();
        assert!(best.iter().all(|value| (value / best[0] - 1.0).abs() < 1e-12), "{best:?}");
    }

    #[test]
    fn an_eigenvector_is_solved_in_one_step() {
        let mut gmres = Gmres::begin(vec![3.0, 0.0]);
        gmres.extend(vec![2.0, 0.0]); // twice the direction
        assert!(gmres.residual() == 0.0);
        assert_eq!(gmres.correction(), [1.5, 0.0]);
    }
}
