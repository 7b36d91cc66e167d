//! Curves by distance beside those of simulations.

use crate::resilience::esri::Effort;
use crate::{MetricError, ParamError, ParamSpec};

/// Steps beyond which a computation takes hours.
const BUDGET: f64 = 3e10;
/// Numbers that simulated curves may have in all.
const MOST_NUMBERS: f64 = 1e8;

/// How many simulations there are, and what is told of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulation {
    /// Simulations; 0 = none.
    pub replicates: usize,
    /// Where the random numbers begin.
    pub seed: u64,
    /// The share of simulations that are beyond a band, on either side.
    pub level: f64,
}

impl Default for Simulation {
    fn default() -> Self {
        Self { replicates: 999, seed: 1, level: 0.05 }
    }
}

pub(crate) const REPLICATES: ParamSpec =
    ParamSpec::new("replicates", "999", "Simulations to compare with; 0 = no comparison.");
pub(crate) const SEED: ParamSpec = ParamSpec::new("seed", "1", "Where the random numbers begin.");
pub(crate) const LEVEL: ParamSpec = ParamSpec::new(
    "level",
    "0.05",
    "Share of simulations beyond a band on either side, above 0 and below 0.5.",
);
pub(crate) const METHOD: ParamSpec =
    ParamSpec::new("method", "auto", "`auto` refuses what takes hours; `exact` begins it.");
pub(crate) const DISTANCES: ParamSpec = ParamSpec::new(
    "distances",
    "[]",
    "Distances in ascending order, in metres or in the unit of `x` and `y`; none = `steps` equal steps up to `r_max`.",
);

impl Simulation {
    /// Refuses a level that is none.
    pub(crate) fn check(self) -> Result<(), ParamError> {
        if self.level > 0.0 && self.level < 0.5 {
            return Ok(());
        }
        Err(ParamError::Value(format!("`level` is {}, not above 0 and below 0.5", self.level)))
    }

    /// Refuses a computation of this many steps, over `n` firms, and curves of so many numbers, if nobody asked for it by name.
    pub(crate) fn affordable(
        self,
        steps: f64,
        numbers: usize,
        (what, n): (&'static str, usize),
        method: Effort,
    ) -> Result<(), MetricError> {
        let replicates = self.replicates as f64;
        let is_short = (1.0 + replicates) * steps <= BUDGET;
        if method == Effort::Exact || is_short && replicates * numbers as f64 <= MOST_NUMBERS {
            return Ok(());
        }
        let instead = "ask for fewer `replicates` or a shorter `r_max` or `radius`, or keep some of the firms with `--where`";
        Err(MetricError::TooLong { what, n, instead })
    }
}

/// The distances that are asked for, or `steps` equal ones up to `most`.
pub(crate) fn distances(given: &[f64], steps: usize, most: f64) -> Result<Vec<f64>, ParamError> {
    if !given.iter().all(|r| r.is_finite() && *r >= 0.0) || !given.is_sorted() {
        let what = "`distances` are not in ascending order from 0".to_owned();
        return Err(ParamError::Value(what));
    }
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    if steps == 0 || steps > 10_000 {
        return Err(ParamError::Value(format!("`steps` is {steps}, not from 1 to 10000")));
    }
    Ok((1..=steps).map(|k| most * k as f64 / steps as f64).collect())
}

/// Refuses a longest distance that is none; 0 stands for the usual one.
pub(crate) fn longest(r_max: f64, usual: impl Fn() -> f64) -> Result<f64, ParamError> {
    if !(r_max.is_finite() && r_max >= 0.0) {
        return Err(ParamError::Value(format!("`r_max` is {r_max}, below 0")));
    }
    Ok(if r_max > 0.0 { r_max } else { usual() })
}

/// Bands around the curves of simulations, by distance; `None` where no simulation has a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// At each distance by itself, `level` of simulations are below the first, as many above the second.
    pub local: Vec<Option<(f64, f64)>>,
    /// Over all distances together.
    pub global: Vec<Option<(f64, f64)>>,
}

impl Envelope {
    /// No simulations.
    pub(crate) fn none(n: usize) -> Self {
        Self { local: vec![None; n], global: vec![None; n] }
    }

    /// Global bands that `level` of the curves touch somewhere on their upper side, and as many on the lower (Duranton and
    /// Overman 2005): at each distance the `k`-th of the values, with the same `k` everywhere. NaN is undefined.
    pub(crate) fn calibrated(curves: &[Vec<f64>], level: f64) -> Self {
        let n = curves.first().map_or(0, Vec::len);
        let high = extreme(curves, level, 1.0);
        let low = extreme(curves, level, -1.0);
        let band = |(low, high): (Option<f64>, Option<f64>)| low.map(|low| -low).zip(high);
        let global = low.into_iter().zip(high).map(band).collect();
        Self { local: (0..n).map(|at| pointwise(curves, at, level)).collect(), global }
    }

    /// Global bands as far from the mean of the curves as `level` of the curves are somewhere (maximum absolute deviation, Ripley
    /// 1981).
    pub(crate) fn of_deviations(curves: &[Vec<f64>], level: f64) -> Self {
        let n = curves.first().map_or(0, Vec::len);
        let means: Vec<f64> = (0..n)
            .map(|at| {
                let known = curves.iter().map(|curve| curve[at]).filter(|x| !x.is_nan());
                let (sum, count) = known.fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
                sum / count
            })
            .collect();
        let furthest = |curve: &Vec<f64>| {
            let deviations = curve.iter().zip(&means).map(|(x, mean)| (x - mean).abs());
            deviations.fold(0.0, f64::max)
        };
        let mut all: Vec<f64> = curves.iter().map(furthest).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        let width = all.get(position(level, all.len())).copied().unwrap_or(0.0);
        let band = |mean: &f64| (!mean.is_nan()).then_some((mean - width, mean + width));
        Self {
            local: (0..n).map(|at| pointwise(curves, at, level)).collect(),
            global: means.iter().map(band).collect(),
        }
    }

    /// The same bands for a rising function of the values.
    pub(crate) fn map(&self, f: impl Fn(usize, f64) -> f64) -> Self {
        let side = |bands: &[Option<(f64, f64)>]| {
            let one = |(at, band): (usize, &Option<(f64, f64)>)| {
                band.map(|(low, high)| (f(at, low), f(at, high)))
            };
            bands.iter().enumerate().map(one).collect()
        };
        Self { local: side(&self.local), global: side(&self.global) }
    }
}

/// How many of `n` are beyond a band, and so the place of the first that is not, among the extreme ones in front.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "below the number of simulations"
)]
fn position(level: f64, n: usize) -> usize {
    // A product such as 0.05 · 1000 may miss the whole number by rounding.
    (level * n as f64 + 1e-9).floor() as usize
}

/// The `level` and `1 − level` quantiles at one distance, between neighbouring values in proportion.
fn pointwise(curves: &[Vec<f64>], at: usize, level: f64) -> Option<(f64, f64)> {
    let mut values: Vec<f64> =
        curves.iter().map(|curve| curve[at]).filter(|x| !x.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| (quantile(&values, level), quantile(&values, 1.0 - level)))
}

/// A quantile of values in ascending order, between neighbouring ones in proportion (type 7 of Hyndman and Fan 1996).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position in a vector"
)]
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The highest values times `sign` that, at the same rank at all distances, `level` of the curves reach somewhere.
fn extreme(curves: &[Vec<f64>], level: f64, sign: f64) -> Vec<Option<f64>> {
    let n = curves.first().map_or(0, Vec::len);
    let mut best = vec![usize::MAX; curves.len()];
    let ranked: Vec<Vec<f64>> = (0..n)
        .map(|at| {
            let known = curves.iter().enumerate().filter(|(_, curve)| !curve[at].is_nan());
            let mut values: Vec<(f64, usize)> = known.map(|(s, c)| (sign * c[at], s)).collect();
            values.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut above = 0;
            for (rank, &(value, s)) in values.iter().enumerate() {
                if value < values[above].0 {
                    above = rank;
                }
                best[s] = best[s].min(above);
            }
            values.into_iter().map(|(value, _)| value).collect()
        })
        .collect();
    best.sort_unstable();
    let first_inside = best.get(position(level, best.len())).copied().unwrap_or(0);
    let rank = first_inside.saturating_sub(1);
    let of = |values: Vec<f64>| values.get(rank.min(values.len().max(1) - 1)).copied();
    ranked.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::{stream, unit};

    /// Curves of which each deviates in its own place.
    fn curves(n: usize) -> Vec<Vec<f64>> {
        let curve = |replicate| {
            let rng = &mut stream(5, replicate);
            let level = unit(rng);
            (0..20).map(|_| level + 0.3 * unit(rng)).collect()
        };
        (0..n).map(curve).collect()
    }

    #[test]
    fn a_twentieth_of_the_curves_touch_a_global_band() {
        let curves = curves(2000);
        let bands = Envelope::calibrated(&curves, 0.05);
        let touches = |side: &dyn Fn(f64, (f64, f64)) -> bool| {
            let touch = |curve: &&Vec<f64>| {
                curve.iter().zip(&bands.global).any(|(x, band)| side(*x, band.expect("a band")))
            };
            curves.iter().filter(touch).count()
        };
        for n in [touches(&|x, band| x >= band.1), touches(&|x, band| x <= band.0)] {
            assert!((80..=100).contains(&n), "{n} of 2000");
        }
        let wider = bands.global.iter().zip(&bands.local);
        assert!(
            wider.map(|(g, l)| (g.expect("g"), l.expect("l"))).all(|(g, l)| g.0 < l.0 && g.1 > l.1)
        );
        let bands = Envelope::of_deviations(&curves, 0.05);
        let outside = |curve: &&Vec<f64>| {
            let leaves = |(x, band): (&f64, &Option<(f64, f64)>)| {
                let (low, high) = band.expect("a band");
                *x < low - 1e-12 || *x > high + 1e-12
            };
            curve.iter().zip(&bands.global).any(leaves)
        };
        assert_eq!(curves.iter().filter(outside).count(), 100);
    }

    #[test]
    fn quantiles_are_between_neighbours() {
        assert!((quantile(&[1.0, 2.0, 4.0], 0.75) - 3.0).abs() < 1e-15);
        assert!((quantile(&[7.0], 0.3) - 7.0).abs() < 1e-15);
    }
}
