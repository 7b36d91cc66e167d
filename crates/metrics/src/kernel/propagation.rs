//! The matrix of rounds, `H = (L − I) L`, a strip of rows at a time.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::leontief::LeontiefInverse;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use palenque_graph::Progress;

/// Rows of a strip: enough for a product at full speed, few enough to hold some for each thread.
const STRIP: usize = 64;

/// Hands the rows of `L − I` and of `H = (L − I) L = A + 2 A² + 3 A³ + …` to `fold`, in order.
///
/// No entry is a difference: the diagonal of `L − I` is that of `A L`.
///
/// # Cost
/// `2 n³` operations; a few strips of 64 rows a thread beside the inverse.
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn fold_rounds(
    inverse: &LeontiefInverse,
    progress: &dyn Progress,
    mut fold: impl FnMut(usize, &[f64], &[f64]),
) -> Result<(), MetricError> {
    let n = inverse.n();
    progress.begin("rounds of production", n as u64);
    let all = MatRef::from_row_major_slice(inverse.values(), n, n);
    let work = |rows: std::ops::Range<usize>| {
        let mut later = inverse.values()[rows.start * n..rows.end * n].to_vec();
        for (row, i) in later.chunks_mut(n).zip(rows.clone()) {
            row[i] = inverse.own_rounds(i);
        }
        let mut weighted = vec![0.0; later.len()];
        let product = MatMut::from_row_major_slice_mut(&mut weighted, rows.len(), n);
        let left = MatRef::from_row_major_slice(&later, rows.len(), n);
        matmul(product, Accum::Replace, left, all, 1.0, Par::Seq);
        progress.advance(rows.len() as u64);
        Some((rows.start, later, weighted))
    };
    fold_chunks(n, STRIP, progress, work, |(first, later, weighted)| {
        let rows = later.chunks(n).zip(weighted.chunks(n)).enumerate();
        rows.for_each(|(k, (later, weighted))| fold(first + k, later, weighted));
    })
}
