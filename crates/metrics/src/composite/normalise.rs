//! Indicators of different units on one scale, and the mean of several.

use crate::kernel::ratio::ratio;

/// How an indicator is put on a scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// From 0 for the least to 1 for the most.
    #[default]
    Minmax,
    /// Standard deviations from the mean.
    Z,
    /// By rank, from 0 to 1; equal ones share the mean of their ranks.
    Rank,
}

/// How indicators become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// One indicator makes up for another.
    Arithmetic,
    /// A low indicator is not made up for.
    #[default]
    Geometric,
    /// Still less.
    Harmonic,
}

/// The smallest value that a geometric or harmonic mean sees.
pub const FLOOR: f64 = 0.01;

/// The values of one indicator on a scale, more = better. Without `is_good`, less of it is better.
///
/// # Formula
/// `(x − min)/(max − min)`, 0.5 where all are equal; `(x − mean)/sd` with `n − 1`, 0 where all are equal; `(r − 1)/(n − 1)`, 0.5 for one.
/// With goalposts `(x − min)/(max − min)` of these, between 0 and 1.
/// # Source
/// OECD and JRC (2008), ch. 5.
/// # Example
/// ```
/// # use palenque_metrics::composite::normalise::{Normalisation, normalised};
/// let dependence = [Some(0.1), Some(0.3), None, Some(0.2)];
/// let y = normalised(&dependence, false, Normalisation::Minmax, None);
/// assert_eq!((y[0], y[1], y[2]), (Some(1.0), Some(0.0), None));
/// ```
#[must_use]
pub fn normalised(
    values: &[Option<f64>],
    is_good: bool,
    how: Normalisation,
    goalposts: Option<(f64, f64)>,
) -> Vec<Option<f64>> {
    let upwards: Vec<Option<f64>> =
        values.iter().map(|x| x.map(|x| if is_good { x } else { -x })).collect();
    if let Some((low, high)) = goalposts {
        let (low, high) = if is_good { (low, high) } else { (-high, -low) };
        let share = |x: f64| ratio(x - low, high - low).map(|y| y.clamp(0.0, 1.0));
        return upwards.into_iter().map(|x| x.and_then(share)).collect();
    }
    let known: Vec<f64> = upwards.iter().flatten().copied().collect();
    let n = known.len() as f64;
    match how {
        Normalisation::Minmax => {
            let low = known.iter().copied().fold(f64::INFINITY, f64::min);
            let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let share = |x: f64| ratio(x - low, high - low).unwrap_or(0.5);
            upwards.into_iter().map(|x| x.map(share)).collect()
        }
        Normalisation::Z => {
            let mean = known.iter().sum::<f64>() / n;
            let square = known.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
            let sd = ratio(square, n - 1.0).unwrap_or(0.0).sqrt();
            upwards.into_iter().map(|x| x.map(|x| ratio(x - mean, sd).unwrap_or(0.0))).collect()
        }
        Normalisation::Rank => {
            let place = |x: f64| {
                let below = known.iter().filter(|other| **other < x).count() as f64;
                let equal = known.iter().filter(|other| **other <= x).count() as f64 - below;
                ratio(below + (equal - 1.0) / 2.0, n - 1.0).unwrap_or(0.5)
            };
            upwards.into_iter().map(|x| x.map(place)).collect()
        }
    }
}

/// A weighted mean of what is there, if that is at least `least` of all weight; 0 of anything counts as [`FLOOR`] in a geometric or
/// harmonic mean, 1 as 1.
///
/// # Formula
/// `Σ w y/Σ w`; `exp(Σ w ln y'/Σ w)`; `Σ w/Σ (w/y')`, `y' = ε + (1 − ε) y`.
/// # Example
/// ```
/// # use palenque_metrics::composite::normalise::{Aggregation, aggregated};
/// let y = [Some(1.0), Some(0.25), None];
/// assert_eq!(aggregated(&y, &[1.0, 1.0, 0.0], Aggregation::Arithmetic, 1.0), Some(0.625));
/// assert_eq!(aggregated(&y, &[1.0, 1.0, 1.0], Aggregation::Arithmetic, 1.0), None);
/// assert_eq!(aggregated(&y, &[1.0, 1.0, 1.0], Aggregation::Arithmetic, 0.6), Some(0.625));
/// ```
#[must_use]
pub fn aggregated(
    values: &[Option<f64>],
    weights: &[f64],
    how: Aggregation,
    least: f64,
) -> Option<f64> {
    let all: f64 = weights.iter().sum();
    let known = || values.iter().zip(weights).filter_map(|(y, w)| Some(((*y)?, *w)));
    let there: f64 = known().map(|(_, w)| w).sum();
    if there <= 0.0 || there < least * all * (1.0 - 1e-12) {
        return None;
    }
    let lifted = |y: f64| FLOOR + (1.0 - FLOOR) * y;
    let mean = |of: &dyn Fn(f64) -> f64| known().map(|(y, w)| w * of(y)).sum::<f64>() / there;
    let found = match how {
        Aggregation::Arithmetic => mean(&|y| y),
        Aggregation::Geometric => mean(&|y| lifted(y).ln()).exp(),
        Aggregation::Harmonic => 1.0 / mean(&|y| 1.0 / lifted(y)),
    };
    found.is_finite().then_some(found)
}

/// Ranks, 1 = the highest; equal ones share the first of theirs.
#[must_use]
pub fn ranks(scores: &[Option<f64>]) -> Vec<Option<usize>> {
    // What differs by rounding is equal.
    let above = |x: f64| scores.iter().flatten().filter(|y| **y > x + 1e-12 * x.abs()).count();
    scores.iter().map(|score| score.map(|x| above(x) + 1)).collect()
}

/// Weights by how much indicators tell units apart, which add up to 1.
///
/// # Formula
/// `e = 1 + Σ p ln p/ln N`, `p = y/Σ y`; weights in proportion.
/// # Source
/// Shannon (1948); Zou, Yun and Sun (2006) for its use as weights.
#[must_use]
pub fn entropy_weights(columns: &[Vec<Option<f64>>]) -> Vec<f64> {
    let of = |column: &Vec<Option<f64>>| {
        let known: Vec<f64> = column.iter().flatten().copied().collect();
        let total: f64 = known.iter().sum();
        let shares = known.iter().filter_map(|y| ratio(*y, total)).filter(|p| *p > 0.0);
        let entropy: f64 = shares.map(|p| p * p.ln()).sum();
        1.0 + ratio(entropy, (known.len() as f64).ln()).unwrap_or(-1.0)
    };
    let each: Vec<f64> = columns.iter().map(of).collect();
    let all: f64 = each.iter().sum();
    let n = each.len() as f64;
    each.into_iter().map(|e| ratio(e, all).unwrap_or(1.0 / n)).collect()
}
