//! The one solver behind linkages, upstreamness, downstreamness and their kin: `y = c + M y`.

use crate::MetricError;
use crate::kernel::coefficients::RowMatrix;
use crate::kernel::ordered_sum::{BLOCK, dot};
use palenque_graph::Progress;
use rayon::prelude::*;

/// When a solve stops.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// The relative error that no value may exceed.
    pub tolerance: f64,
    /// Passes over the matrix after which the solve gives up.
    pub max_sweeps: usize,
}

impl Default for Stop {
    fn default() -> Self {
        Self { tolerance: 1e-12, max_sweeps: 10_000 }
    }
}

/// The solution of `y = c + M y`.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedPoint {
    /// The solution.
    pub values: Vec<f64>,
    /// A bound of the relative error of every value.
    pub error: f64,
    /// Passes made over the matrix.
    pub sweeps: usize,
}

/// Why there is no solution.
#[derive(Clone, Debug, PartialEq)]
pub enum Unsolved {
    /// `ρ(M) ≥ 1`.
    NotProductive {
        /// Rows that show it: on them alone, `M z ≥ z` for some positive `z`.
        block: Vec<u32>,
    },
    /// The bound of the error is still too large.
    NotConverged {
        /// Passes made over the matrix.
        sweeps: usize,
        /// The bound reached.
        error: f64,
        /// The bound asked for.
        tolerance: f64,
    },
    /// Stopped from outside.
    Cancelled,
}

impl Unsolved {
    /// The error of a metric; `not_productive` finds words for a block.
    pub(crate) fn into_error(
        self,
        not_productive: impl FnOnce(&[u32]) -> MetricError,
    ) -> MetricError {
        match self {
            Self::NotProductive { block } => not_productive(&block),
            Self::NotConverged { sweeps, error, tolerance } => {
                MetricError::NotConverged { iterations: sweeps, error, tolerance }
            }
            Self::Cancelled => MetricError::Cancelled,
        }
    }
}

/// Rounding alone may leave this much of `y` in a residual.
const ROUNDING: f64 = 4.0 * f64::EPSILON;
/// Where rounding is what remains, the bound it implies must still be below this.
const ROUNDED_ERROR: f64 = 1e-3;
/// Plain sweeps between two looks at how fast the error falls.
const LOOK: usize = 16;
/// Plain sweeps that are worth making before acceleration is cheaper.
const PATIENCE: f64 = 256.0;
/// Corrections in a row that do not halve the bound, after which the solve gives up.
const FUTILE: usize = 4;

/// Solves `y = c + M y` for a nonnegative `M` and a positive `c`, when `ρ(M) < 1`.
///
/// # Method
/// Plain sweeps `y ← c + M y`, in parallel over rows, while they converge fast. Where they do not (an almost closed
/// economy, a chain as long as the network), BiCGSTAB (van der Vorst 1992), with one Gauss–Seidel sweep in
/// depth-first order as preconditioner: suppliers before their customers, so that a network without cycles is
/// solved by the first sweep.
/// # Certificate
/// Let `r = c + M y − y` and `|r_i| ≤ ε c_i` for all `i`, with `ε < 1`. If `ρ(M) < 1`, the error is
/// `(I − M)⁻¹ r`, and `|error| ≤ ε (I − M)⁻¹ c`: no value is off by more than the fraction `ε`, and all are
/// positive. If all of `y` is positive, `M y ≤ y − (1 − ε) c < y` proves `ρ(M) < 1` (Collatz 1942, Wielandt
/// 1950). If some `y_i ≤ 0`, then `ρ(M) ≥ 1`, and with `z = −y` on those rows `M z ≥ z + (1 − ε) c` shows where.
/// So a small residual decides either way, and no number leaves this function without `ρ(M) < 1` being proved.
/// Where `y` is so large beside `c` that rounding keeps `r` above `ε c`, the solve ends when rounding is all that
/// is left, if the bound is then at most 10⁻³: such a system is ill-conditioned, and those who solve it tell how many
/// digits are certain ([`Certainty`](crate::kernel::condition::Certainty)).
/// # Cost
/// `O(k (n + m))` time for `k` sweeps, `O(n)` memory beside the matrix.
/// # Errors
/// [`Unsolved`].
pub fn fixed_point(
    matrix: &RowMatrix<'_>,
    c: &[f64],
    stop: Stop,
    progress: &dyn Progress,
) -> Result<FixedPoint, Unsolved> {
    let mut solve = Solve { matrix, c, stop, progress, sweeps: 0 };
    let mut y = c.to_vec();
    let mut next = vec![0.0; c.len()];
    let mut earlier = f64::INFINITY;
    loop {
        let bound = solve.sweep(&y, &mut next)?;
        if solve.is_solved(&bound) {
            return solve.certified(next, &bound);
        }
        std::mem::swap(&mut y, &mut next);
        if solve.sweeps.is_multiple_of(LOOK) {
            let a_sweep = (bound.error / earlier).powf(1.0 / LOOK as f64);
            let within_patience = bound.error * a_sweep.powf(PATIENCE) <= stop.tolerance;
            if earlier.is_finite() && !within_patience {
                return solve.accelerated(&y);
            }
            earlier = bound.error;
        }
        if !bound.error.is_finite() {
            return solve.accelerated(c);
        }
    }
}

/// What a residual says.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    /// The largest `|r_i| / c_i`.
    pub(crate) error: f64,
    /// Whether rounding is all that is left of `r`.
    is_rounding: bool,
}

impl Bound {
    /// That of no row.
    pub(crate) const NONE: Self = Self { error: 0.0, is_rounding: true };

    /// With `c = 1` and `next = 1 + M y`.
    pub(crate) fn of(next: &[f64], y: &[f64]) -> Self {
        let mut bound = Self::NONE;
        next.iter().zip(y).for_each(|(&next, &y)| bound.add(next, y, 1.0));
        bound
    }

    /// One more row.
    fn add(&mut self, next: f64, y: f64, c: f64) {
        let r = (next - y).abs();
        // Written so that a residual that is not a number counts as infinite.
        self.error = if r / c <= self.error { self.error } else { r / c };
        self.is_rounding &= r <= ROUNDING * next.abs();
    }

    /// Whether the solve is done.
    pub(crate) fn is_small(&self, stop: Stop) -> bool {
        self.error <= stop.tolerance || (self.is_rounding && self.error <= ROUNDED_ERROR)
    }
}

impl FixedPoint {
    /// The end of every solve: the last residual is small, and the signs say what that proves.
    pub(crate) fn certified(
        values: Vec<f64>,
        bound: &Bound,
        sweeps: usize,
    ) -> Result<Self, Unsolved> {
        let is_broken = |&i: &u32| !(values[i as usize] > 0.0);
        let block: Vec<u32> = (0..values.len() as u32).filter(is_broken).collect();
        if block.is_empty() {
            Ok(Self { values, error: bound.error, sweeps })
        } else {
            Err(Unsolved::NotProductive { block })
        }
    }
}

struct Solve<'a> {
    matrix: &'a RowMatrix<'a>,
    c: &'a [f64],
    stop: Stop,
    progress: &'a dyn Progress,
    sweeps: usize,
}

impl Solve<'_> {
    /// Writes `c + M y` to `next`.
    fn sweep(&mut self, y: &[f64], next: &mut [f64]) -> Result<Bound, Unsolved> {
        self.count(1)?;
        let block = |(b, next): (usize, &mut [f64])| {
            let mut bound = Bound::NONE;
            for (k, value) in next.iter_mut().enumerate() {
                let i = b * BLOCK + k;
                *value = self.c[i] + self.matrix.row_times(i, y);
                bound.add(*value, y[i], self.c[i]);
            }
            bound
        };
        let blocks: Vec<Bound> = next.par_chunks_mut(BLOCK).enumerate().map(block).collect();
        let worst = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
        Ok(Bound {
            error: blocks.iter().map(|b| b.error).fold(0.0, worst),
            is_rounding: blocks.iter().all(|b| b.is_rounding),
        })
    }

    fn count(&mut self, sweeps: usize) -> Result<(), Unsolved> {
        self.sweeps += sweeps;
        if self.progress.cancelled() { Err(Unsolved::Cancelled) } else { Ok(()) }
    }

    fn is_solved(&self, bound: &Bound) -> bool {
        bound.is_small(self.stop)
    }

    fn certified(&self, values: Vec<f64>, bound: &Bound) -> Result<FixedPoint, Unsolved> {
        FixedPoint::certified(values, bound, self.sweeps)
    }

    fn not_converged(&self, error: f64) -> Unsolved {
        Unsolved::NotConverged { sweeps: self.sweeps, error, tolerance: self.stop.tolerance }
    }

    /// BiCGSTAB with Gauss–Seidel sweeps, from `start`. Begins anew from the true residual whenever the recurrence
    /// believes that it is done, or breaks down.
    fn accelerated(&mut self, start: &[f64]) -> Result<FixedPoint, Unsolved> {
        let sweep =
            GaussSeidel::of(self.matrix).map_err(|i| Unsolved::NotProductive { block: vec![i] })?;
        let n = self.c.len();
        let mut y = start.to_vec();
        let mut next = vec![0.0; n];
        let (mut best, mut futile) = (f64::INFINITY, 0);
        loop {
            let bound = self.sweep(&y, &mut next)?;
            if self.is_solved(&bound) {
                return self.certified(next, &bound);
            }
            futile = if bound.error < 0.5 * best { 0 } else { futile + 1 };
            best = best.min(bound.error);
            if futile == FUTILE || self.sweeps >= self.stop.max_sweeps {
                return Err(self.not_converged(best));
            }
            let residual: Vec<f64> = next.iter().zip(&y).map(|(next, y)| next - y).collect();
            let correction = self.correction(&sweep, residual)?;
            y.iter_mut().zip(&correction).for_each(|(y, d)| *y += d);
        }
    }

    /// An approximate solution of `(I − M) d = r`.
    fn correction(
        &mut self,
        sweep: &GaussSeidel<'_>,
        mut r: Vec<f64>,
    ) -> Result<Vec<f64>, Unsolved> {
        let n = r.len();
        let mut d = vec![0.0; n];
        let shadow = r.clone();
        let (mut p, mut v) = (r.clone(), vec![0.0; n]);
        let (mut p_hat, mut r_hat, mut t) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut rho = dot(&shadow, &r);
        let first = self.largest(&r);
        while self.sweeps < self.stop.max_sweeps {
            self.count(4)?;
            sweep.solve(&p, &mut p_hat);
            self.subtract_image(&p_hat, &mut v);
            let alpha = rho / dot(&shadow, &v);
            if !alpha.is_finite() {
                break;
            }
            axpy(&mut d, alpha, &p_hat);
            axpy(&mut r, -alpha, &v);
            sweep.solve(&r, &mut r_hat);
            self.subtract_image(&r_hat, &mut t);
            let omega = dot(&t, &r) / dot(&t, &t);
            if !omega.is_finite() {
                break;
            }
            axpy(&mut d, omega, &r_hat);
            axpy(&mut r, -omega, &t);
            let error = self.largest(&r);
            if error <= 0.5 * self.stop.tolerance || error <= 1e-10 * first {
                break;
            }
            let beta = dot(&shadow, &r) / rho * (alpha / omega);
            rho = dot(&shadow, &r);
            if !beta.is_finite() || rho == 0.0 {
                break;
            }
            let direction =
                |((p, v), r): ((&mut f64, &f64), &f64)| *p = r + beta * (*p - omega * v);
            p.par_iter_mut().zip(&v).zip(&r).for_each(direction);
        }
        Ok(d)
    }

    /// Writes `(I − M) y` to `image`.
    fn subtract_image(&self, y: &[f64], image: &mut [f64]) {
        let row = |(i, image): (usize, &mut f64)| *image = y[i] - self.matrix.row_times(i, y);
        image.par_iter_mut().enumerate().with_min_len(BLOCK).for_each(row);
    }

    /// The largest `|r_i| / c_i`.
    fn largest(&self, r: &[f64]) -> f64 {
        r.iter().zip(self.c).map(|(r, c)| (r / c).abs()).fold(0.0, f64::max)
    }
}

fn axpy(y: &mut [f64], factor: f64, x: &[f64]) {
    y.par_iter_mut().with_min_len(BLOCK).zip(x).for_each(|(y, x)| *y += factor * x);
}

/// One Gauss–Seidel sweep over `I − M`, in an order in which a row comes after the rows it draws on wherever the
/// cycles of `M` allow.
struct GaussSeidel<'a> {
    matrix: &'a RowMatrix<'a>,
    order: Vec<u32>,
    pivots: Vec<f64>,
}

impl<'a> GaussSeidel<'a> {
    /// Refuses a row that needs from itself all that it makes, and returns it.
    fn of(matrix: &'a RowMatrix<'a>) -> Result<Self, u32> {
        let own = |i: usize| matrix.row(i).find(|&(k, _)| k == i).map_or(0.0, |(_, value)| value);
        let pivots: Vec<f64> = (0..matrix.n_rows()).map(|i| 1.0 - own(i)).collect();
        match pivots.iter().position(|&pivot| !(pivot > 0.0)) {
            Some(i) => Err(i as u32),
            None => Ok(Self { matrix, order: depth_first_postorder(matrix, |_| true), pivots }),
        }
    }

    fn solve(&self, r: &[f64], z: &mut [f64]) {
        z.fill(0.0);
        for &i in &self.order {
            // Rows that come later are still 0, and so is this one.
            let i = i as usize;
            z[i] = (r[i] + self.matrix.row_times(i, z)) / self.pivots[i];
        }
    }
}

/// The rows that take part, each after those that a depth-first search along entries between such rows ended before it.
pub(crate) fn depth_first_postorder(
    matrix: &RowMatrix<'_>,
    takes_part: impl Fn(usize) -> bool,
) -> Vec<u32> {
    let n = matrix.n_rows();
    let mut order = Vec::new();
    let mut seen: Vec<bool> = (0..n).map(|i| !takes_part(i)).collect();
    let mut stack: Vec<(usize, std::ops::Range<u32>)> = Vec::new();
    for root in 0..n {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        stack.push((root, matrix.range(root)));
        while let Some((i, positions)) = stack.last_mut() {
            match positions.next().map(|position| matrix.column_at(position)) {
                Some(k) if !std::mem::replace(&mut seen[k], true) => {
                    stack.push((k, matrix.range(k)));
                }
                Some(_) => {}
                None => {
                    order.push(*i as u32);
                    stack.pop();
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::coefficients::Economy;
    use palenque_graph::{NoProgress, SupplyGraph};

    fn economy(n: u32, flows: Vec<(u32, u32, f64)>, output: impl Fn(u32) -> f64) -> SupplyGraph {
        let graph = SupplyGraph::from_flows((0..n).map(|i| format!("n{i}")), flows);
        graph.expect("a good graph").with_number("output", (0..n).map(|i| Some(output(i))))
    }

    fn downstreamness(graph: &SupplyGraph) -> Result<FixedPoint, Unsolved> {
        let economy = Economy::of(graph).expect("productive, or left to the solve");
        let c = vec![1.0; graph.n_nodes()];
        fixed_point(&economy.recipes(), &c, Stop::default(), &NoProgress)
    }

    #[test]
    fn a_chain_of_pure_traders_is_as_long_as_it_is() {
        let n = 100_000;
        let graph = economy(n, (1..n).map(|v| (v - 1, v, 1.0)).collect(), |_| 1.0);
        let solved = downstreamness(&graph).expect("no cycle, so productive");
        assert_eq!(solved.values[n as usize - 1].to_bits(), f64::from(n).to_bits());
        assert!(solved.sweeps < 100, "{} sweeps", solved.sweeps);
    }

    #[test]
    fn a_ring_that_leaks_once_is_solved_in_few_sweeps() {
        // Every node passes all on but node 0, which adds 1 of 2: N_0 = 1 + N_last / 2.
        let n = 10_000;
        let flows = (0..n).map(|u| (u, (u + 1) % n, if u + 1 == n { 0.5 } else { 1.0 })).collect();
        let solved = downstreamness(&economy(n, flows, |_| 1.0)).expect("productive");
        // N_k = N_0 + k and N_0 = 1 + (N_0 + n - 1) / 2.
        let first = f64::from(n) + 1.0;
        for (k, value) in solved.values.iter().enumerate() {
            let exact = first + k as f64;
            assert!((value - exact).abs() <= 1e-9 * exact, "{k}: {value}, not {exact}");
        }
        assert!(solved.sweeps < 200, "{} sweeps", solved.sweeps);
    }

    #[test]
    fn an_almost_closed_economy_takes_few_sweeps() {
        // A ring with chords where one part in a million is value added everywhere.
        let n = 2000;
        let step = |u: u32, s: u32| (u, (u + s) % n, 1.0);
        let flows: Vec<_> = (0..n).flat_map(|u| [step(u, 1), step(u, 7), step(u, 93)]).collect();
        let solved =
            downstreamness(&economy(n, flows, |_| 3.0 * (1.0 + 1e-6))).expect("productive");
        let exact = 1.0 / (1.0 - 1.0 / (1.0 + 1e-6));
        for value in &solved.values {
            assert!((value - exact).abs() <= 1e-8 * exact, "{value}, not {exact}");
        }
        assert!(solved.sweeps < 400, "{} sweeps", solved.sweeps);
    }

    #[test]
    fn the_bound_is_a_bound() {
        let flows = vec![(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
        let graph = economy(2, flows, |i| [1000.0, 2000.0][i as usize]);
        let economy = Economy::of(&graph).expect("productive");
        for tolerance in [1e-2, 1e-5, 1e-12] {
            let stop = Stop { tolerance, ..Stop::default() };
            let solved = fixed_point(&economy.recipes(), &[1.0, 1.0], stop, &NoProgress);
            let solved = solved.expect("productive");
            // The inverse is [[0.95, 0.25], [0.20, 0.85]] / 0.7575.
            for (value, exact) in solved.values.iter().zip([1.15 / 0.7575, 1.10 / 0.7575]) {
                assert!((value - exact).abs() <= solved.error * exact + 1e-15);
            }
            assert!(solved.error <= tolerance);
        }
    }

    #[test]
    fn a_pair_that_needs_more_than_it_makes_is_named() {
        // n0 and n1 buy more from each other than they make; n2 supplies both and is sound.
        let flows = vec![(0, 1, 12.0), (1, 0, 12.0), (2, 0, 1.0), (2, 1, 1.0)];
        let graph = economy(3, flows, |_| 10.0);
        let failed = downstreamness(&graph).expect_err("spectral radius 1.2");
        assert_eq!(failed, Unsolved::NotProductive { block: vec![0, 1] });
    }

    #[test]
    fn a_node_that_eats_itself_up_is_named() {
        let graph = economy(3, vec![(0, 0, 30.0), (1, 2, 1.0), (0, 1, 1.0)], |_| 10.0);
        let failed = downstreamness(&graph).expect_err("spectral radius 3");
        assert_eq!(failed, Unsolved::NotProductive { block: vec![0] });
    }
}
