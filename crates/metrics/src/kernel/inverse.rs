//! The inverse of a dense `I − A`, formed once and in place.

use crate::MetricError;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use palenque_graph::Progress;
use rayon::prelude::*;

/// Columns eliminated together: wide enough for the updates to run at the speed of a matrix product.
const BLOCK: usize = 256;
/// Rows a thread updates at a time.
const STRIP: usize = 512;
/// Rows of the panel a thread computes at a time.
const PANEL_STRIP: usize = 16;

/// Why there is no inverse.
#[derive(Debug)]
pub(crate) enum NoInverse {
    /// The leading rows up to this one are no longer productive by themselves: `ρ(A) ≥ 1`.
    NotProductive(usize),
    /// Stopped from outside.
    Cancelled,
}

impl From<NoInverse> for MetricError {
    fn from(reason: NoInverse) -> Self {
        match reason {
            NoInverse::Cancelled => Self::Cancelled,
            NoInverse::NotProductive(row) => Self::NotProductive {
                why: format!(
                    "the determinant of the first {} rows of I − A is not positive",
                    row + 1
                ),
                block: Vec::new(),
            },
        }
    }
}

/// Replaces a matrix `I − A` with `A ≥ 0`, row after row in `m`, by its inverse.
///
/// # Method
/// Gauss–Jordan elimination in blocks of [`BLOCK`] columns, so that nearly all work is in matrix products, without a
/// second matrix. No row is exchanged: for a nonnegative `A`, all pivots are positive exactly if `ρ(A) < 1` (Hawkins
/// and Simon 1949), and elimination is then stable, as `I − A` is an M-matrix. A pivot that is not positive ends it.
/// # Cost
/// `2 n³` operations, `2 n` [`BLOCK`] numbers beside the matrix. The bytes of the result do not depend on the number of
/// threads: every row is updated by one of them.
pub(crate) fn invert(m: &mut [f64], n: usize, progress: &dyn Progress) -> Result<(), NoInverse> {
    let mut panel = vec![0.0; BLOCK.min(n) * n];
    let mut left = vec![0.0; BLOCK * n];
    let mut k = 0;
    while k < n {
        if progress.cancelled() {
            return Err(NoInverse::Cancelled);
        }
        let width = BLOCK.min(n - k);
        take_columns(m, n, k, width, &mut left);
        let mut pivots = vec![0.0; width * width];
        for (r, row) in pivots.chunks_mut(width).enumerate() {
            row.copy_from_slice(&left[(k + r) * BLOCK..][..width]);
        }
        invert_pivots(&mut pivots, width).map_err(|r| NoInverse::NotProductive(k + r))?;
        let panel = &mut panel[..width * n];
        let rows = MatRef::from_row_major_slice(&m[k * n..(k + width) * n], width, n);
        let strips =
            panel.par_chunks_mut(PANEL_STRIP * n).zip(pivots.par_chunks(PANEL_STRIP * width));
        strips.for_each(|(strip, pivots)| {
            let height = strip.len() / n;
            let strip = MatMut::from_row_major_slice_mut(strip, height, n);
            let pivots = MatRef::from_row_major_slice(pivots, height, width);
            matmul(strip, Accum::Replace, pivots, rows, 1.0, Par::Seq);
        });
        for (row, pivots) in panel.chunks_mut(n).zip(pivots.chunks(width)) {
            row[k..k + width].copy_from_slice(pivots);
        }
        let elimination = Elimination { n, k, width, panel };
        let strips = m.par_chunks_mut(STRIP * n).zip(left.par_chunks(STRIP * BLOCK)).enumerate();
        strips.for_each(|(s, (rows, left))| elimination.strip(s * STRIP, rows, left));
        progress.advance(width as u64);
        k += width;
    }
    Ok(())
}

/// Moves `width` columns from `k` on out of the matrix and leaves zeros there.
fn take_columns(m: &mut [f64], n: usize, k: usize, width: usize, left: &mut [f64]) {
    let rows = m.par_chunks_mut(n).zip(left.par_chunks_mut(BLOCK));
    rows.with_min_len(STRIP).for_each(|(row, left)| {
        left[..width].copy_from_slice(&row[k..k + width]);
        row[k..k + width].fill(0.0);
    });
}

/// One block of columns that is eliminated.
struct Elimination<'a> {
    n: usize,
    k: usize,
    width: usize,
    /// Rows `k..k + width` of the result.
    panel: &'a [f64],
}

impl Elimination<'_> {
    /// Updates rows from `first` on: those of the block become the panel, the others lose their multiple of it.
    fn strip(&self, first: usize, rows: &mut [f64], left: &[f64]) {
        let height = rows.len() / self.n;
        let from = self.k.clamp(first, first + height) - first;
        let to = (self.k + self.width).clamp(first, first + height) - first;
        let (above, rest) = rows.split_at_mut(from * self.n);
        let (inside, below) = rest.split_at_mut((to - from) * self.n);
        self.subtract(above, &left[..from * BLOCK]);
        self.subtract(below, &left[to * BLOCK..]);
        if !inside.is_empty() {
            let start = (first + from - self.k) * self.n;
            inside.copy_from_slice(&self.panel[start..start + inside.len()]);
        }
    }

    fn subtract(&self, rows: &mut [f64], left: &[f64]) {
        let height = rows.len() / self.n;
        if height > 0 {
            let rows = MatMut::from_row_major_slice_mut(rows, height, self.n);
            let left = MatRef::from_row_major_slice_with_stride(left, height, self.width, BLOCK);
            let panel = MatRef::from_row_major_slice(self.panel, self.width, self.n);
            matmul(rows, Accum::Add, left, panel, -1.0, Par::Seq);
        }
    }
}

/// Gauss–Jordan elimination of a small block; the row whose pivot is not positive where there is one.
fn invert_pivots(d: &mut [f64], width: usize) -> Result<(), usize> {
    let mut pivot_row = vec![0.0; width];
    for p in 0..width {
        let row = &mut d[p * width..(p + 1) * width];
        let pivot = row[p];
        if !(pivot > 0.0) {
            return Err(p);
        }
        row[p] = 1.0;
        for value in row.iter_mut() {
            *value /= pivot;
        }
        pivot_row.copy_from_slice(row);
        for (r, row) in d.chunks_mut(width).enumerate() {
            let factor = row[p];
            if r != p && factor != 0.0 {
                row[p] = 0.0;
                row.iter_mut().zip(&pivot_row).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::threads::with_threads;
    use palenque_graph::NoProgress;

    /// `I − A` for a reproducible `A` whose columns sum to less than `sum`.
    fn table(n: usize, sum: f64) -> Vec<f64> {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut m: Vec<f64> = (0..n * n).map(|_| -draw() * sum / n as f64).collect();
        (0..n).for_each(|i| m[i * n + i] += 1.0);
        m
    }

    #[test]
    fn the_product_with_the_inverse_is_the_identity() {
        for n in [0, 1, 2, 63, 128, 129, 300] {
            let m = table(n, 0.9);
            let mut inverse = m.clone();
            invert(&mut inverse, n, &NoProgress).expect("productive");
            for i in 0..n {
                for j in 0..n {
                    let product: f64 = (0..n).map(|k| m[i * n + k] * inverse[k * n + j]).sum();
                    let identity = f64::from(u8::from(i == j));
                    assert!((product - identity).abs() < 1e-13, "{n}: {i}, {j}: {product}");
                }
            }
        }
    }

    #[test]
    fn threads_change_no_bit() {
        let inverse = |threads| {
            let mut m = table(300, 0.9);
            with_threads(threads, || invert(&mut m, 300, &NoProgress)).expect("productive");
            m.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(inverse(1), inverse(3));
    }

    #[test]
    fn an_economy_that_eats_itself_up_has_no_inverse() {
        let mut m = table(200, 2.2); // columns sum to 1.1 in the mean
        let refused = invert(&mut m, 200, &NoProgress).expect_err("spectral radius 1.1");
        assert!(matches!(refused, NoInverse::NotProductive(_)));
    }
}
