//! Indicators of several units, and what they come to together.

use super::normalise::{Aggregation, Normalisation, aggregated, normalised, ranks};
use crate::kernel::ratio::ratio;

/// Which half of collective efficiency an indicator belongs to (Schmitz 1995).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// External economies: what neighbours give each other without trying.
    Passive,
    /// Joint action: what they do together.
    Active,
}

impl Half {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Passive, Self::Active];

    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::Active => "active",
        }
    }
}

/// An indicator of all units.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// What it is called.
    pub name: String,
    /// Where it belongs.
    pub half: Half,
    /// Whether more of it is better.
    pub is_good: bool,
    /// Its weight among those of its half.
    pub weight: f64,
    /// What is worst and best, whatever the units are.
    pub goalposts: Option<(f64, f64)>,
    /// One value a unit.
    pub values: Vec<Option<f64>>,
}

/// How indicators are put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompositeConfig {
    /// How they are put on one scale.
    pub normalisation: Normalisation,
    /// The share of weight that must be there for a unit to have an index.
    pub min_coverage: f64,
    /// The weight of the passive half; the active one has the rest.
    pub passive_weight: f64,
}

impl Default for CompositeConfig {
    fn default() -> Self {
        Self { normalisation: Normalisation::Minmax, min_coverage: 1.0, passive_weight: 0.5 }
    }
}

/// A unit's index and what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Composite {
    /// By unit: arithmetic mean of the passive indicators.
    pub passive: Vec<Option<f64>>,
    /// By unit: that of the active ones.
    pub active: Vec<Option<f64>>,
    /// By unit: geometric means throughout, so that agglomeration does not make up for missing joint action.
    pub geometric: Vec<Option<f64>>,
    /// By unit: arithmetic mean of both halves.
    pub arithmetic: Vec<Option<f64>>,
    /// By unit: rank by `geometric`, 1 = best.
    pub rank: Vec<Option<usize>>,
    /// By unit: share of weight for which there is a value.
    pub coverage: Vec<f64>,
    /// By indicator, then by unit: the value on the common scale.
    pub normalised: Vec<Vec<Option<f64>>>,
}

/// Collective efficiency: passive external economies and active joint action in one index.
///
/// # Formula
/// On the common scale `y`: halves `P = Σ w y/Σ w`, `A` alike; arithmetic `w_P P + w_A A`; geometric `P_g^{w_P} A_g^{w_A}` with the geometric
/// means `P_g`, `A_g` of `ε + (1 − ε) y`, `ε = 0.01`.
/// # Source
/// Schmitz (1995) for the halves; OECD and JRC (2008) for the construction.
/// # Input and result
/// Values by unit. Where a half has no indicator at all, the index is the other half. A geometric index of standard deviations from the mean
/// does not exist: it is empty.
/// # Cost
/// `O(units × indicators)` time.
/// # Example
/// ```
/// # use palenque_metrics::composite::index::{Half, Indicator, composite};
/// let of = |name: &str, half, values: [f64; 2]| Indicator {
///     name: name.into(), half, is_good: true, weight: 1.0, goalposts: None, values: values.map(Some).into(),
/// };
/// let all = [of("depth", Half::Passive, [2.0, 4.0]), of("ties", Half::Active, [0.5, 0.1])];
/// let found = composite(&all, &Default::default());
/// assert_eq!(found.arithmetic, [Some(0.5), Some(0.5)]); // each has what the other lacks
/// assert!(found.geometric.iter().all(|cei| cei.is_some_and(|cei| (cei - 0.1).abs() < 1e-12))); // and neither both
/// ```
#[must_use]
pub fn composite(indicators: &[Indicator], config: &CompositeConfig) -> Composite {
    let how = config.normalisation;
    let normalised: Vec<Vec<Option<f64>>> =
        indicators.iter().map(|of| normalised(&of.values, of.is_good, how, of.goalposts)).collect();
    let n_units = indicators.first().map_or(0, |of| of.values.len());
    let half = |unit: usize, half: Half, means: Aggregation| {
        let members = indicators.iter().zip(&normalised).filter(|(of, _)| of.half == half);
        let (values, weights): (Vec<Option<f64>>, Vec<f64>) =
            members.map(|(of, y)| (y[unit], of.weight)).unzip();
        aggregated(&values, &weights, means, config.min_coverage)
    };
    let has = |half: Half| indicators.iter().any(|of| of.half == half);
    let both = |unit: usize, means: Aggregation| {
        let parts = Half::ALL.map(|side| half(unit, side, means));
        match (has(Half::Passive), has(Half::Active)) {
            (true, false) => parts[0],
            (false, true) => parts[1],
            _ => {
                let (p, a) = (parts[0]?, parts[1]?);
                let (wp, wa) = (config.passive_weight, 1.0 - config.passive_weight);
                Some(match means {
                    Aggregation::Arithmetic => wp * p + wa * a,
                    _ => p.powf(wp) * a.powf(wa),
                })
            }
        }
    };
    let bounded = how != Normalisation::Z || indicators.iter().all(|of| of.goalposts.is_some());
    let units = || 0..n_units;
    let geometric: Vec<Option<f64>> =
        units().map(|unit| both(unit, Aggregation::Geometric).filter(|_| bounded)).collect();
    let arithmetic: Vec<Option<f64>> =
        units().map(|unit| both(unit, Aggregation::Arithmetic)).collect();
    let rank = ranks(if bounded { &geometric } else { &arithmetic });
    let all: f64 = indicators.iter().map(|of| of.weight).sum();
    let coverage = |unit: usize| {
        let there = indicators.iter().filter(|of| of.values[unit].is_some());
        ratio(there.map(|of| of.weight).sum(), all).unwrap_or(0.0)
    };
    Composite {
        passive: units().map(|unit| half(unit, Half::Passive, Aggregation::Arithmetic)).collect(),
        active: units().map(|unit| half(unit, Half::Active, Aggregation::Arithmetic)).collect(),
        geometric,
        arithmetic,
        rank,
        coverage: units().map(coverage).collect(),
        normalised,
    }
}

/// Whether indicators measure one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Coherence {
    /// Cronbach's α of the standardised indicators; `None` for fewer than two indicators or units.
    pub alpha: Option<f64>,
    /// Pearson's correlation of every two, by their numbers, with their directions turned to more = better.
    pub correlations: Vec<(usize, usize, Option<f64>)>,
}

/// How far indicators hang together, over the units that have all of them.
///
/// # Formula
/// `α = k/(k − 1) (1 − Σ var/var Σ)` of standardised indicators.
/// # Source
/// Cronbach (1951); OECD and JRC (2008), ch. 4.
#[must_use]
pub fn coherence(indicators: &[Indicator]) -> Coherence {
    let n_units = indicators.first().map_or(0, |of| of.values.len());
    let whole: Vec<usize> =
        (0..n_units).filter(|&u| indicators.iter().all(|of| of.values[u].is_some())).collect();
    let standard: Vec<Vec<f64>> = indicators
        .iter()
        .map(|of| {
            let values: Vec<Option<f64>> = whole.iter().map(|&u| of.values[u]).collect();
            let z = normalised(&values, of.is_good, Normalisation::Z, None);
            z.into_iter().flatten().collect()
        })
        .collect();
    let n = whole.len() as f64;
    let k = indicators.len() as f64;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let variance = |z: &[f64]| {
        let mean = z.iter().sum::<f64>() / n;
        z.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0)
    };
    let sums: Vec<f64> =
        (0..whole.len()).map(|u| standard.iter().map(|z| z[u]).sum::<f64>()).collect();
    let alpha = (n >= 2.0 && k >= 2.0).then(|| {
        let each: f64 = standard.iter().map(|z| variance(z)).sum();
        ratio(each, variance(&sums)).map(|share| k / (k - 1.0) * (1.0 - share))
    });
    let mut correlations = Vec::new();
    for a in 0..standard.len() {
        for b in a + 1..standard.len() {
            let (za, zb) = (&standard[a], &standard[b]);
            let r = ratio(dot(za, zb), (dot(za, za) * dot(zb, zb)).sqrt());
            correlations.push((a, b, r.filter(|_| n >= 2.0)));
        }
    }
    Coherence { alpha: alpha.flatten(), correlations }
}
