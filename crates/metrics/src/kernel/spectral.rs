//! The spectral radius of `A`, between two bounds that prove themselves.

use crate::MetricError;
use crate::kernel::coefficients::{Economy, RowMatrix};
use crate::kernel::components::{Partition, strong};
use crate::kernel::fixed_point::{Stop, Unsolved, fixed_point};
use crate::kernel::krylov::Arnoldi;
use crate::kernel::ordered_sum::BLOCK;
use palenque_graph::Progress;
use rayon::prelude::*;

/// How close the bounds are brought, relatively.
const CLOSE: f64 = 1e-9;
/// Sweeps that are made for an answer.
pub(crate) const SWEEPS: usize = 2_000;
/// Sweeps that are made for a message.
pub(crate) const MESSAGE_SWEEPS: usize = 200;
/// Plain sweeps before every step that solves a system.
pub(super) const LOOK: usize = 32;
/// Half of the part of the radius that is added to the diagonal: enough for what alternates to die out, and little, for the
/// rest to do so too.
const SHIFT: f64 = 0.1;
/// See [`Power::without_the_tiniest`].
const TINIEST: f64 = 1e-290;
/// The part of a vector that may be negative for it to count as positive.
const NEGATIVE: f64 = 1e-6;
/// A solve inside a step: the bounds need no accuracy of it.
const STEP: Stop = Stop { tolerance: 1e-6, max_sweeps: 200 };

/// The spectral radius lies from `lower` to `upper`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RadiusBounds {
    /// It is at least this.
    pub lower: f64,
    /// It is at most this.
    pub upper: f64,
}

impl RadiusBounds {
    /// The middle.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::midpoint(self.lower, self.upper)
    }

    pub(super) fn is_close(self, within: f64) -> bool {
        self.upper - self.lower <= within * self.upper
    }

    /// The radius of an economy that is not productive, as a message says it; `None` where nothing useful is known.
    pub(crate) fn said(self) -> Option<String> {
        let digits = |r: f64| match (r - 1.0).abs() {
            gap if gap < 1e-9 => "1".to_owned(),
            gap if gap < 1e-3 => format!("1 + {:.1e}", r - 1.0),
            _ => format!("{r:.3}"),
        };
        if self.is_close(1e-6) {
            Some(digits(self.value().max(1.0)))
        } else {
            (self.lower >= 1.0).then(|| format!("at least {}", digits(self.lower)))
        }
    }
}

/// The spectral radius of an economy, and where it comes from.
#[derive(Debug)]
pub(crate) struct Spectral {
    /// The radius.
    pub(crate) radius: RadiusBounds,
    /// A strongly connected component that has it, in ascending order; several where they are equal.
    pub(crate) block: Vec<u32>,
}

/// Bounds of the spectral radius of `A`, whether or not it is below 1.
///
/// # Formula
/// For a nonnegative irreducible `M` and any positive `y`, `min_i (M y)_i / y_i ≤ ρ(M) ≤ max_i (M y)_i / y_i`. The radius of
/// `A` is the largest of those of its blocks on strongly connected components.
/// # Method
/// Power iteration on every block at once, shifted so that cycles do not swing: `y ← (M + s) y`, from gross outputs. Where
/// that is slow, a step of Noda's: `y ← (λ − M)⁻¹ y` with `λ` the upper bound, which converges quadratically. What
/// rounding may do to the quotients is taken off the bounds, so they hold whatever `y` is.
/// # Source
/// Collatz (1942); Wielandt (1950); Noda (1971).
/// # Cost
/// `O(k (n + m))` time for at most `sweeps` passes, after which the bounds are as far apart as they are; `O(n + m)`
/// memory.
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn spectral_radius(
    economy: &Economy<'_>,
    sweeps: usize,
    progress: &dyn Progress,
) -> Result<Spectral, MetricError> {
    let blocks = strong(economy.graph());
    let start = economy.accounts().output.iter().map(|&x| if x > 0.0 { x } else { 1.0 }).collect();
    let requirements = economy.requirements().keep(|i, j| blocks.joins(i, j));
    let mut power = Power::new(requirements, blocks, start);
    let mut best = RadiusBounds { lower: 0.0, upper: f64::INFINITY };
    let mut made = 0;
    loop {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        let now = power.sweep();
        made += 1;
        best.lower = best.lower.max(now.lower);
        best.upper = best.upper.min(now.upper);
        if best.is_close(CLOSE) || made >= sweeps {
            return Ok(Spectral { radius: best, block: power.largest_block() });
        }
        if made % LOOK == 0 {
            made += power.step(now.upper, progress)?;
        } else {
            power.shift();
        }
    }
}

/// A vector on the way to the eigenvector of every block.
pub(super) struct Power<'g> {
    /// `A` without what leads from one block to another.
    matrix: RowMatrix<'g>,
    block: Vec<u32>,
    pub(super) y: Vec<f64>,
    image: Vec<f64>,
    /// By block.
    pub(super) bounds: Vec<RadiusBounds>,
    /// Entries up to this one, where 1 is the largest of the block, have no part in the bounds.
    floor: f64,
    /// Rows before this one and the others draw on each other only; 0 where there are no such halves.
    half: usize,
    /// Entries of the longest row of the first half.
    longest: usize,
}

impl<'g> Power<'g> {
    /// From a positive vector, for a matrix without entries that lead from one block to another.
    pub(super) fn new(matrix: RowMatrix<'g>, blocks: Partition, start: Vec<f64>) -> Self {
        Self {
            matrix,
            image: vec![0.0; start.len()],
            y: start,
            block: blocks.component,
            bounds: vec![RadiusBounds { lower: 0.0, upper: 0.0 }; blocks.sizes.len()],
            floor: 0.0,
            half: 0,
            longest: 0,
        }
    }

    /// For a matrix `[[0, Z], [Z', 0]]` whose first half has so many rows: a sweep goes through one half after the other, so that it
    /// is one of `Z'Z` on the second. What alternates on the whole is gone there, and twice as fast is what remains.
    pub(super) fn in_halves(self, half: usize) -> Self {
        let longest = (0..half).map(|i| self.matrix.row(i).len()).max().unwrap_or(0);
        Self { half, longest, ..self }
    }

    /// Entries that cannot be told from 0 are left out of the bounds: those of flows that differ by hundreds of orders of
    /// magnitude would never settle.
    pub(super) fn without_the_tiniest(self) -> Self {
        Self { floor: TINIEST, ..self }
    }
}

impl Power<'_> {
    /// Writes `M y` to the image, and gives the bounds of the largest block.
    pub(super) fn sweep(&mut self) -> RadiusBounds {
        self.renew_first_half();
        let (matrix, y, half) = (&self.matrix, &self.y, self.half);
        matrix.times_from(half, y, &mut self.image[half..]);
        self.bounds.fill(RadiusBounds { lower: f64::INFINITY, upper: 0.0 });
        for i in (half..y.len()).filter(|&i| y[i] > self.floor) {
            let quotient = self.image[i] / y[i];
            let added = self.matrix.row(i).len() + 3 + if half > 0 { self.longest + 3 } else { 0 };
            let rounding = added as f64 * f64::EPSILON;
            let bounds = &mut self.bounds[self.block[i] as usize];
            bounds.lower = bounds.lower.min(quotient * (1.0 - rounding));
            bounds.upper = bounds.upper.max(quotient * (1.0 + rounding));
        }
        if half > 0 {
            for bounds in &mut self.bounds {
                // A block without rows of the second half has no entries; the radius of the others is that of `Z'Z`, squared.
                bounds.lower = if bounds.lower.is_finite() { bounds.lower.sqrt() } else { 0.0 };
                bounds.upper = bounds.upper.sqrt();
            }
        }
        let largest = |of: fn(&RadiusBounds) -> f64| self.bounds.iter().map(of).fold(0.0, f64::max);
        RadiusBounds { lower: largest(|b| b.lower), upper: largest(|b| b.upper) }
    }

    /// Makes the first half of `y` what follows from the second, and keeps it positive.
    fn renew_first_half(&mut self) {
        self.first_half_of_any();
        for y in &mut self.y[..self.half] {
            *y = y.max(f64::MIN_POSITIVE);
        }
    }

    /// Makes the first half of `y` what follows from the second, whatever that is.
    fn first_half_of_any(&mut self) {
        self.matrix.times_from(0, &self.y, &mut self.image[..self.half]);
        self.y[..self.half].copy_from_slice(&self.image[..self.half]);
    }

    /// So many sweeps and shifts without a look at the bounds.
    pub(super) fn glide(&mut self, steps: usize) {
        let in_halves = self.half > 0;
        let factors = |bounds: &RadiusBounds| match bounds.upper {
            upper if !(upper > 0.0) => [0.0, 0.0],
            upper if in_halves => [1.0 / upper / upper, 0.0],
            upper => [1.0 / upper, SHIFT * (bounds.lower + upper) / upper],
        };
        let factors: Vec<[f64; 2]> = self.bounds.iter().map(factors).collect();
        for _ in 0..steps {
            self.renew_first_half();
            let (matrix, y, block, half) = (&self.matrix, &self.y, &self.block, self.half);
            let row = |(k, image): (usize, &mut f64)| {
                let i = half + k;
                let [scale, shift] = factors[block[i] as usize];
                *image = scale * matrix.row_times(i, y) + shift * y[i];
            };
            self.image[half..].par_iter_mut().enumerate().with_min_len(BLOCK).for_each(row);
            self.y[half..].swap_with_slice(&mut self.image[half..]);
        }
        self.normalise();
    }

    /// The nodes of the block with the largest lower bound.
    fn largest_block(&self) -> Vec<u32> {
        let lower = self.bounds.iter().map(|b| b.lower).fold(0.0, f64::max);
        let is_largest = |&i: &u32| self.bounds[self.block[i as usize] as usize].lower >= lower;
        (0..self.block.len() as u32).filter(is_largest).collect()
    }

    /// `y ← (M + s) y`, with a part of a block's radius for `s`.
    pub(super) fn shift(&mut self) {
        let shift = if self.half > 0 { 0.0 } else { SHIFT };
        for (i, y) in self.y.iter_mut().enumerate().skip(self.half) {
            let RadiusBounds { lower, upper } = self.bounds[self.block[i] as usize];
            *y = self.image[i] + shift * (lower + upper) * *y;
        }
        self.normalise();
    }

    /// Replaces `y` by the best vector of the space that so many sweeps span (Arnoldi 1951): where the second eigenvalue is near the
    /// first, worth many plain sweeps. Blocks that cannot have the radius stay as they are, and so do those for which that space has
    /// nothing positive. Returns how many sweeps it took.
    pub(super) fn project(&mut self, sweeps: usize, radius: RadiusBounds) -> usize {
        let half = self.half;
        let takes_part = |i: usize| self.bounds[self.block[i] as usize].upper >= radius.lower;
        let before = self.y[half..].to_vec();
        let start = (half..self.y.len()).map(|i| if takes_part(i) { self.y[i] } else { 0.0 });
        let mut space = Arnoldi::begin(start.collect());
        let scale = if half > 0 { 1.0 / radius.upper / radius.upper } else { 1.0 / radius.upper };
        while space.n_steps() < sweeps && !space.is_exhausted() {
            self.y[half..].copy_from_slice(space.direction());
            self.first_half_of_any();
            let mut image = vec![0.0; self.y.len() - half];
            self.matrix.times_from(half, &self.y, &mut image);
            for value in &mut image {
                *value *= scale;
            }
            space.extend(image);
        }
        let made = space.n_steps();
        let best = space.finish();
        // Rounding may leave less than nothing; more than that, and the block is not what the space is about.
        let mut sums = vec![[0.0; 2]; self.bounds.len()];
        for (best, &block) in best.iter().zip(&self.block[half..]) {
            sums[block as usize][usize::from(*best < 0.0)] += best.abs();
        }
        let is_good: Vec<bool> = sums.iter().map(|[more, less]| *less <= NEGATIVE * more).collect();
        for (k, y) in self.y[half..].iter_mut().enumerate() {
            let block = self.block[half + k] as usize;
            let is_better = is_good[block] && sums[block][0] > 0.0;
            *y = if is_better { best[k].abs() } else { before[k] };
        }
        self.normalise();
        made
    }

    /// The vector, its first half as large as it has to be beside the second.
    pub(super) fn into_vector(mut self, radius: RadiusBounds) -> Vec<f64> {
        for y in &mut self.y[..self.half] {
            *y /= radius.value();
        }
        self.y
    }

    /// `y ← (λ − M)⁻¹ y`, roughly; a plain step where that cannot be had. Returns how many sweeps it took.
    pub(super) fn step(
        &mut self,
        upper: f64,
        progress: &dyn Progress,
    ) -> Result<usize, MetricError> {
        for y in &mut self.y[..self.half] {
            *y = (*y / upper).max(f64::MIN_POSITIVE);
        }
        // Only the direction counts, so the right-hand side is not divided by the bound: it might be nothing then.
        match fixed_point(&self.matrix.scaled(1.0 / upper), &self.y, STEP, progress) {
            Ok(solved) => {
                self.y = solved.values;
                self.normalise();
                Ok(solved.sweeps)
            }
            Err(Unsolved::Cancelled) => Err(MetricError::Cancelled),
            Err(_) => {
                self.shift();
                Ok(STEP.max_sweeps)
            }
        }
    }

    /// Makes 1 the largest entry of every block, and keeps all positive.
    fn normalise(&mut self) {
        let mut largest = vec![0.0_f64; self.bounds.len()];
        let half = self.half;
        for (y, &block) in self.y[half..].iter().zip(&self.block[half..]) {
            let largest = &mut largest[block as usize];
            *largest = largest.max(*y);
        }
        for (y, &block) in self.y[half..].iter_mut().zip(&self.block[half..]) {
            let largest = largest[block as usize];
            *y = if largest > 0.0 { (*y / largest).max(f64::MIN_POSITIVE) } else { 1.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    fn radius(n: u32, flows: Vec<(u32, u32, f64)>, output: &[f64]) -> RadiusBounds {
        let graph = SupplyGraph::from_flows((0..n).map(|i| format!("n{i}")), flows)
            .expect("a good graph")
            .with_number("output", output.iter().map(|&x| Some(x)));
        let economy = Economy::of(&graph).expect("outputs");
        spectral_radius(&economy, SWEEPS, &NoProgress).expect("not cancelled").radius
    }

    fn holds(bounds: RadiusBounds, exact: f64) -> bool {
        bounds.lower <= exact && exact <= bounds.upper && bounds.is_close(CLOSE)
    }

    #[test]
    fn a_long_ring_with_uneven_links_is_bounded_closely() {
        // ρ is the geometric mean of the coefficients: 2^(1/n) for one link of 2 and the others 1.
        let n = 500;
        let flows = (0..n).map(|u| (u, (u + 1) % n, if u == 0 { 2.0 } else { 1.0 })).collect();
        let bounds = radius(n, flows, &vec![1.0; n as usize]);
        assert!(holds(bounds, 2.0_f64.powf(1.0 / f64::from(n))), "{bounds:?}");
    }

    #[test]
    fn a_network_without_cycles_has_none() {
        assert_eq!(
            radius(3, vec![(0, 1, 1.0), (1, 2, 9.0)], &[1.0; 3]),
            RadiusBounds { lower: 0.0, upper: 0.0 }
        );
    }

    #[test]
    fn the_largest_block_counts() {
        let flows = vec![(0, 0, 0.3), (0, 1, 5.0), (1, 2, 0.5), (2, 1, 0.5), (3, 3, 0.49)];
        assert!(holds(radius(4, flows, &[1.0; 4]), 0.5));
    }

    #[test]
    fn a_radius_is_said_as_closely_as_it_is_known() {
        let said = |lower, upper| RadiusBounds { lower, upper }.said();
        assert_eq!(said(1.5371, 1.5371).as_deref(), Some("1.537"));
        assert_eq!(said(1.0 - 1e-15, 1.0 + 1e-15).as_deref(), Some("1"));
        assert_eq!(said(1.000_002, 1.000_002).as_deref(), Some("1 + 2.0e-6"));
        assert_eq!(said(1.2, 1.4).as_deref(), Some("at least 1.200"));
        assert_eq!(said(0.9, 1.4), None);
    }
}
