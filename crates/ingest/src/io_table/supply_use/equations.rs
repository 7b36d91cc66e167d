//! Equations with a full matrix, for the models that need the inverse of the make table.

/// Solves `A X = B` by Gaussian elimination with partial pivoting: `a` is `n × n`, `b` is `n × m`, both row by row;
/// `b` becomes `X`.
///
/// # Cost
/// `O(n³ + n² m)` time and no memory beside the arguments. Meant for up to about a thousand products; 5,000 take minutes.
///
/// # Errors
/// The first column in which no pivot is left: the matrix has no inverse, to the digits of a double.
pub(super) fn solve(a: &mut [f64], b: &mut [f64], n: usize) -> Result<(), usize> {
    let m = b.len() / n.max(1);
    let largest = a.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let least = largest * n as f64 * f64::EPSILON;
    for k in 0..n {
        let best = (k..n).max_by(|&i, &j| a[i * n + k].abs().total_cmp(&a[j * n + k].abs()));
        let best = best.filter(|&i| a[i * n + k].abs() > least).ok_or(k)?;
        for (rows, width) in [(&mut *a, n), (&mut *b, m)] {
            let (above, below) = rows.split_at_mut(best * width);
            if best > k {
                above[k * width..(k + 1) * width].swap_with_slice(&mut below[..width]);
            }
        }
        let (pivot_a, rest_a) = a[k * n..].split_at_mut(n);
        let (pivot_b, rest_b) = b[k * m..].split_at_mut(m);
        for (row_a, row_b) in rest_a.chunks_mut(n).zip(rest_b.chunks_mut(m)) {
            let factor = row_a[k] / pivot_a[k];
            if factor != 0.0 {
                subtract(&mut row_a[k..], &pivot_a[k..], factor);
                subtract(row_b, pivot_b, factor);
            }
        }
    }
    for k in (0..n).rev() {
        let (above, row) = b.split_at_mut(k * m);
        let row = &mut row[..m];
        for x in row.iter_mut() {
            *x /= a[k * n + k];
        }
        for (i, other) in above.chunks_mut(m).enumerate() {
            let factor = a[i * n + k];
            if factor != 0.0 {
                subtract(other, row, factor);
            }
        }
    }
    Ok(())
}

fn subtract(row: &mut [f64], other: &[f64], factor: f64) {
    for (x, y) in row.iter_mut().zip(other) {
        *x -= factor * y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_equations_are_solved_and_singular_ones_refused() {
        let mut a = [0.0, 2.0, 4.0, 1.0];
        let mut b = [4.0, 2.0, 6.0, 5.0];
        solve(&mut a, &mut b, 2).expect("an inverse");
        assert!(
            b.iter().zip([1.0, 1.0, 2.0, 1.0]).all(|(x, y): (&f64, f64)| (x - y).abs() < 1e-15)
        );
        assert_eq!(solve(&mut [1.0, 2.0, 2.0, 4.0], &mut [1.0, 1.0], 2), Err(1));
        assert_eq!(solve(&mut [], &mut [], 0), Ok(()));
    }
}
