//! Eigenvalues and eigenvectors of small symmetric matrices.

use faer::{Mat, Side};

/// In ascending order of the values.
pub(crate) struct Eigen {
    pub(crate) values: Vec<f64>,
    /// By value: its vector, of length 1; the sign is the library's.
    pub(crate) vectors: Vec<Vec<f64>>,
}

/// Of a matrix row by row; `None` if the iteration does not end. `O(n³)`, on one thread.
pub(crate) fn symmetric_eigen(n: usize, cells: &[f64]) -> Option<Eigen> {
    let matrix = Mat::from_fn(n, n, |i, j| cells[i * n + j]);
    let found = matrix.self_adjoint_eigen(Side::Lower).ok()?;
    let (values, vectors) = (found.S(), found.U());
    Some(Eigen {
        values: (0..n).map(|k| values[k]).collect(),
        vectors: (0..n).map(|k| (0..n).map(|i| vectors[(i, k)]).collect()).collect(),
    })
}
