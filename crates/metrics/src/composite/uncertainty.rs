//! How far ranks depend on choices: weights, scales, means, and which indicators are in.

use super::index::{Composite, CompositeConfig, Indicator, composite};
use super::normalise::{Normalisation, ranks};
use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::random::{stream, unit};
use palenque_graph::Progress;
use rand_chacha::ChaCha8Rng;

/// How choices are varied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UncertaintyConfig {
    /// Combinations of choices that are tried.
    pub draws: usize,
    /// How near random weights are to the given ones: their Dirichlet distribution has this precision.
    pub concentration: f64,
    /// Combinations for the shares of single choices; 0 = none.
    pub sobol: usize,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Default for UncertaintyConfig {
    fn default() -> Self {
        Self { draws: 5_000, concentration: 50.0, sobol: 1_024, seed: 1 }
    }
}

/// Where a unit stands over all combinations of choices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankRange {
    /// Median rank.
    pub median: f64,
    /// 5 % quantile.
    pub low: f64,
    /// 95 % quantile.
    pub high: f64,
    /// The share of combinations in which it is first.
    pub first: f64,
}

/// What one choice does to the ranks.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The choice: `weights`, `normalisation`, `aggregation` or `indicator`.
    pub factor: &'static str,
    /// The share of the variance of the mean rank shift that it explains alone; `None` if there is none.
    pub first_order: Option<f64>,
    /// The share that would be gone if it were fixed, the others with it included.
    pub total_order: Option<f64>,
    /// Mean rank shift when only it varies.
    pub mean_rank_shift: f64,
}

/// Ranks over combinations of choices.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertainty {
    /// By unit; `None` for a unit without a rank.
    pub ranges: Vec<Option<RankRange>>,
    /// By choice.
    pub sensitivity: Vec<Sensitivity>,
    /// Mean rank shift over all combinations: `Σ_i |rank_i − reference_i|/N`.
    pub mean_rank_shift: Option<f64>,
}

/// The choices.
const FACTORS: [&str; 4] = ["weights", "normalisation", "aggregation", "indicator"];

/// One combination: a number in `0..1` for each choice; `None` leaves it as it is.
type Choice = [Option<f64>; 4];

/// Ranks over random weights, the three scales, arithmetic and geometric means, and with one indicator left out or none.
///
/// # Formula
/// Weights of a draw are Dirichlet with parameters `κ w`, `κ` the concentration. First and total order by Saltelli et al. (2010): `S =
/// mean(f_B (f_AB − f_A))/V`, `T = mean((f_A − f_AB)²)/(2V)` of the mean rank shift `f`.
/// # Source
/// Saisana, Saltelli and Tarantola (2005); OECD and JRC (2008), ch. 7; Saltelli et al. (2010).
/// # Cost
/// `O((draws + 6 sobol) units × indicators)` time.
/// # Errors
/// [`MetricError::Cancelled`].
pub fn uncertainty(
    indicators: &[Indicator],
    config: &CompositeConfig,
    how: &UncertaintyConfig,
    progress: &dyn Progress,
) -> Result<Uncertainty, MetricError> {
    let reference = composite(indicators, config).rank;
    let run = |choice: &Choice| chosen(indicators, config, how, choice);
    progress.begin("choices", how.draws as u64);
    let mut drawn: Vec<Vec<Option<usize>>> = Vec::with_capacity(how.draws);
    let work = |range: std::ops::Range<usize>| {
        let one = |draw| {
            let mut rng = stream(how.seed, draw);
            run(&[0; 4].map(|_| Some(unit(&mut rng))))
        };
        (!progress.cancelled()).then(|| range.map(one).collect::<Vec<_>>())
    };
    fold_chunks(how.draws, 64, progress, work, |found| drawn.extend(found))?;
    let ranges = (0..reference.len()).map(|u| reference[u].and_then(|_| range_of(&drawn, u)));
    let shift = |ranks: &[Option<usize>]| shift(ranks, &reference);
    let n = drawn.len() as f64;
    let mean = drawn.iter().map(|ranks| shift(ranks)).sum::<f64>() / n;
    let sensitivity = sobol(how, progress, |choice| shift(&run(choice)))?;
    let mean_rank_shift = (n > 0.0).then_some(mean);
    Ok(Uncertainty { ranges: ranges.collect(), sensitivity, mean_rank_shift })
}

/// Ranks of the units with one indicator left out, by indicator.
#[must_use]
pub fn leave_one_out(
    indicators: &[Indicator],
    config: &CompositeConfig,
) -> Vec<Vec<Option<usize>>> {
    let without = |k: usize| {
        let mut rest = indicators.to_vec();
        rest.remove(k);
        composite(&rest, config).rank
    };
    (0..indicators.len()).map(without).collect()
}

/// Mean of `|rank − reference|` over the units that have both.
#[must_use]
pub fn shift(ranks: &[Option<usize>], reference: &[Option<usize>]) -> f64 {
    let pairs = ranks.iter().zip(reference).filter_map(|(a, b)| Some(((*a)?, (*b)?)));
    let (mut sum, mut n) = (0.0, 0.0_f64);
    for (a, b) in pairs {
        sum += a.abs_diff(b) as f64;
        n += 1.0;
    }
    sum / n.max(1.0)
}

fn chosen(
    indicators: &[Indicator],
    config: &CompositeConfig,
    how: &UncertaintyConfig,
    choice: &Choice,
) -> Vec<Option<usize>> {
    let [weights, normalisation, aggregation, left_out] = *choice;
    let mut used = indicators.to_vec();
    if let Some(at) = weights {
        let mut rng = stream(how.seed ^ at.to_bits(), usize::MAX - 1);
        let all: f64 = used.iter().map(|of| of.weight).sum();
        for of in &mut used {
            of.weight = gamma(how.concentration * of.weight / all, &mut rng);
        }
    }
    if let Some(at) = left_out {
        // One more than there are: that one leaves none out.
        let k = pick(at, used.len() + 1);
        if k < used.len() && used.len() > 1 {
            used.remove(k);
        }
    }
    let mut config = *config;
    if let Some(at) = normalisation {
        let all = [Normalisation::Minmax, Normalisation::Z, Normalisation::Rank];
        config.normalisation = all[pick(at, 3)];
    }
    let Composite { geometric, arithmetic, rank, .. } = composite(&used, &config);
    match aggregation {
        Some(at) if pick(at, 2) == 0 => ranks(&arithmetic),
        Some(_) if geometric.iter().all(Option::is_none) => ranks(&arithmetic),
        _ => rank,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of n")]
fn pick(at: f64, n: usize) -> usize {
    ((at * n as f64) as usize).min(n - 1)
}

fn range_of(drawn: &[Vec<Option<usize>>], unit: usize) -> Option<RankRange> {
    let mut ranks: Vec<usize> = drawn.iter().filter_map(|ranks| ranks[unit]).collect();
    if ranks.is_empty() {
        return None;
    }
    ranks.sort_unstable();
    let last = ranks.len() - 1;
    let at = |hundredths: usize| ranks[(hundredths * last + 50) / 100] as f64;
    let first = ranks.iter().filter(|rank| **rank == 1).count() as f64 / ranks.len() as f64;
    let middle = (ranks[last / 2] + ranks[last.div_ceil(2)]) as f64 / 2.0;
    Some(RankRange { median: middle, low: at(5), high: at(95), first })
}

fn sobol(
    how: &UncertaintyConfig,
    progress: &dyn Progress,
    f: impl Fn(&Choice) -> f64 + Sync,
) -> Result<Vec<Sensitivity>, MetricError> {
    let n = how.sobol;
    let mut rows: Vec<[f64; 10]> = Vec::with_capacity(n);
    let work = |range: std::ops::Range<usize>| {
        let one = |draw| {
            // Apart from the draws of the ranks.
            let mut rng = stream(!how.seed, draw);
            let a = [0; 4].map(|_| unit(&mut rng));
            let b = [0; 4].map(|_| unit(&mut rng));
            let mut row = [0.0; 10];
            row[0] = f(&a.map(Some));
            row[1] = f(&b.map(Some));
            for k in 0..4 {
                let mut mixed = a;
                mixed[k] = b[k];
                row[2 + k] = f(&mixed.map(Some));
                let mut alone: Choice = [None; 4];
                alone[k] = Some(a[k]);
                row[6 + k] = f(&alone);
            }
            row
        };
        (!progress.cancelled()).then(|| range.map(one).collect::<Vec<_>>())
    };
    fold_chunks(n, 32, progress, work, |found| rows.extend(found))?;
    let count = n.max(1) as f64;
    let both = || rows.iter().flat_map(|row| [row[0], row[1]]);
    let mean = both().sum::<f64>() / (2.0 * count);
    let variance = both().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (2.0 * count);
    let of = |(k, factor): (usize, &&'static str)| {
        let first = rows.iter().map(|r| r[1] * (r[2 + k] - r[0])).sum::<f64>() / count;
        let total = rows.iter().map(|r| (r[0] - r[2 + k]).powi(2)).sum::<f64>() / (2.0 * count);
        let share = |part: f64| (variance > 1e-12).then(|| part / variance);
        Sensitivity {
            factor,
            first_order: share(first),
            total_order: share(total),
            mean_rank_shift: rows.iter().map(|r| r[6 + k]).sum::<f64>() / count,
        }
    };
    Ok(if n == 0 { Vec::new() } else { FACTORS.iter().enumerate().map(of).collect() })
}

/// A gamma variate of this shape (Marsaglia and Tsang 2000).
fn gamma(shape: f64, rng: &mut ChaCha8Rng) -> f64 {
    if shape < 1.0 {
        let lifted = gamma(shape + 1.0, rng);
        return lifted * unit(rng).max(f64::MIN_POSITIVE).powf(1.0 / shape.max(1e-9));
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        // Box and Muller (1958).
        let radius = (-2.0 * (1.0 - unit(rng)).ln()).sqrt();
        let x = radius * (std::f64::consts::TAU * unit(rng)).cos();
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && (1.0 - unit(rng)).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_variates_have_their_mean_and_variance() {
        for shape in [0.5, 1.0, 7.5] {
            let mut rng = stream(3, 0);
            let draws: Vec<f64> = (0..40_000).map(|_| gamma(shape, &mut rng)).collect();
            let mean = draws.iter().sum::<f64>() / 40_000.0;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0;
            let slack = 5.0 * (shape / 40_000.0).sqrt();
            assert!((mean - shape).abs() < slack, "mean {mean} of {shape}");
            assert!((variance / shape - 1.0).abs() < 0.1, "variance {variance} of {shape}");
        }
    }
}
