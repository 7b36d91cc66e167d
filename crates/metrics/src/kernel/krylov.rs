//! GMRES, step by step, so that several systems can share one pass over their matrices.

use crate::kernel::ordered_sum::{BLOCK, dot};
use rayon::prelude::*;

/// One cycle of GMRES (Saad and Schultz 1986) for `K d = r`: the correction `d` of the Krylov space that leaves the
/// smallest residual. The caller multiplies by `K`.
pub(crate) struct Gmres {
    /// Orthonormal directions.
    basis: Vec<Vec<f64>>,
    /// Columns of the triangular factor of the Hessenberg matrix.
    triangle: Vec<Vec<f64>>,
    /// Cosine and sine of each rotation.
    rotations: Vec<(f64, f64)>,
    /// The residual in the rotated basis; its last entry is what is left of it.
    rest: Vec<f64>,
    /// Whether the space is exhausted: the correction is exact.
    is_exhausted: bool,
}

impl Gmres {
    /// Begins with a residual.
    pub(crate) fn begin(mut residual: Vec<f64>) -> Self {
        let norm = dot(&residual, &residual).sqrt();
        scale(&mut residual, 1.0 / norm);
        Self {
            basis: vec![residual],
            triangle: Vec::new(),
            rotations: Vec::new(),
            rest: vec![norm],
            is_exhausted: !(norm > 0.0 && norm.is_finite()),
        }
    }

    /// The direction whose image is wanted next.
    pub(crate) fn direction(&self) -> &[f64] {
        self.basis.last().map_or(&[], Vec::as_slice)
    }

    /// The Euclidean norm of what would be left of the residual.
    pub(crate) fn residual(&self) -> f64 {
        if self.is_exhausted { 0.0 } else { self.rest.last().map_or(0.0, |rest| rest.abs()) }
    }

    /// Takes `K` times the direction.
    pub(crate) fn extend(&mut self, mut image: Vec<f64>) {
        let mut column: Vec<f64> = Vec::with_capacity(self.basis.len() + 1);
        for direction in &self.basis {
            let along = dot(direction, &image);
            subtract(&mut image, along, direction);
            column.push(along);
        }
        let norm = dot(&image, &image).sqrt();
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
        self.is_exhausted = !(norm > 0.0 && norm.is_finite());
        scale(&mut image, 1.0 / norm);
        self.basis.push(image);
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
        let mut correction = vec![0.0; self.basis[0].len()];
        for (weight, direction) in weights.iter().zip(&self.basis) {
            subtract(&mut correction, -weight, direction);
        }
        correction
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
    fn an_eigenvector_is_solved_in_one_step() {
        let mut gmres = Gmres::begin(vec![3.0, 0.0]);
        gmres.extend(vec![2.0, 0.0]); // twice the direction
        assert!(gmres.residual() == 0.0);
        assert_eq!(gmres.correction(), [1.5, 0.0]);
    }
}
