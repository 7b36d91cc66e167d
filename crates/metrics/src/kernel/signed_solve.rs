//! Solves of `y = c + M y` for any `c`: zeros, negative shocks, coefficients that only some nodes have.

use crate::MetricError;
use crate::kernel::coefficients::{Economy, RowMatrix};
use palenque_graph::Progress;

/// A matrix of an economy with the solution of `y = 1 + M y`, from which solutions for any `c` follow.
#[derive(Debug)]
pub struct SignedSolve<'e, 'g> {
    economy: &'e Economy<'g>,
    matrix: RowMatrix<'g>,
    unit: Vec<f64>,
}

impl<'e, 'g> SignedSolve<'e, 'g> {
    /// Solves `y = 1 + M y`, and so proves that `ρ(M) < 1`.
    ///
    /// # Errors
    /// [`MetricError::NotProductive`], [`MetricError::NotConverged`], [`MetricError::Cancelled`].
    pub fn of(
        economy: &'e Economy<'g>,
        matrix: RowMatrix<'g>,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let unit = economy.solve(&matrix, &vec![1.0; matrix.n_rows()], progress)?;
        Ok(Self { economy, matrix, unit })
    }

    /// The solution of `y = 1 + M y`.
    #[must_use]
    pub fn unit(&self) -> &[f64] {
        &self.unit
    }

    /// The solution of `y = c + M y`.
    ///
    /// # Method
    /// The solver's certificate needs a positive right-hand side, so `s` is added to `c` and `s (I − M)⁻¹ 1` is taken
    /// off the solution, with `s` twice the largest `|c_i|`. What this loses is in the residual, which is solved for
    /// in the same way. Rows from which no path of `M` leads to a `c_k ≠ 0` are 0 exactly.
    /// # Cost
    /// Two solves.
    /// # Errors
    /// Those of [`SignedSolve::of`].
    pub fn solve(&self, c: &[f64], progress: &dyn Progress) -> Result<Vec<f64>, MetricError> {
        let reached = self.reached(c);
        let within = |mut y: Vec<f64>| {
            y.iter_mut().zip(&reached).filter(|(_, r)| !**r).for_each(|(y, _)| *y = 0.0);
            y
        };
        let mut y = within(self.shifted(c, progress)?);
        let residual = (0..y.len()).map(|i| c[i] + self.matrix.row_times(i, &y) - y[i]).collect();
        let correction = within(self.shifted(&within(residual), progress)?);
        y.iter_mut().zip(&correction).for_each(|(y, d)| *y += d);
        Ok(y)
    }

    fn shifted(&self, c: &[f64], progress: &dyn Progress) -> Result<Vec<f64>, MetricError> {
        let shift = 2.0 * c.iter().fold(0.0_f64, |most, c| most.max(c.abs()));
        if shift == 0.0 {
            return Ok(vec![0.0; c.len()]);
        }
        let positive: Vec<f64> = c.iter().map(|c| c / shift + 1.0).collect();
        let y = self.economy.solve(&self.matrix, &positive, progress)?;
        Ok(y.iter().zip(&self.unit).map(|(y, unit)| (y - unit) * shift).collect())
    }

    /// The rows on which a nonzero of `c` has any bearing: a search against the matrix.
    fn reached(&self, c: &[f64]) -> Vec<bool> {
        let n = c.len();
        let entries =
            |i: usize| self.matrix.row(i).filter(|&(_, value)| value > 0.0).map(|(k, _)| k);
        let mut starts = vec![0; n + 1];
        (0..n).flat_map(entries).for_each(|k| starts[k + 1] += 1);
        (0..n).for_each(|k| starts[k + 1] += starts[k]);
        let (mut next, mut dependents) = (starts.clone(), vec![0; starts[n]]);
        for i in 0..n {
            for k in entries(i) {
                dependents[next[k]] = i;
                next[k] += 1;
            }
        }
        let mut reached: Vec<bool> = c.iter().map(|&c| c != 0.0).collect();
        let mut open: Vec<usize> = (0..n).filter(|&k| reached[k]).collect();
        while let Some(k) = open.pop() {
            for &i in &dependents[starts[k]..starts[k + 1]] {
                if !std::mem::replace(&mut reached[i], true) {
                    open.push(i);
                }
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    #[test]
    fn a_negative_shock_in_one_place_moves_only_what_it_reaches() {
        // n0 supplies n1, which supplies n2 and itself; n3 supplies nobody.
        let flows = [(0, 1, 2.0), (1, 1, 5.0), (1, 2, 4.0)];
        let graph = SupplyGraph::from_flows(["n0", "n1", "n2", "n3"], flows)
            .expect("a good graph")
            .with_number("output", [4.0, 10.0, 8.0, 1.0].map(Some));
        let economy = Economy::of(&graph).and_then(Economy::productive).expect("productive");
        let solve = SignedSolve::of(&economy, economy.requirements(), &NoProgress);
        let solve = solve.expect("productive");
        let y = solve.solve(&[0.0, -3.0, 1e-9, 0.0], &NoProgress).expect("solved");
        // y1 = −3 + y1/2 + y2/2 and y0 = y1/5.
        let y1 = 2.0 * (-3.0 + 0.5e-9);
        for (found, expected) in y.iter().zip([y1 / 5.0, y1, 1e-9]) {
            assert!((found / expected - 1.0).abs() < 1e-14, "{found}, expected {expected}");
        }
        assert_eq!(y[3].to_bits(), 0);
    }
}
