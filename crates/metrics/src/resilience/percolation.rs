//! Random percolation: how large the largest component is when firms, or ties, work with some probability.

use crate::kernel::percolation::{Giants, Kind as Units, giants};
use crate::kernel::ratio::ratio;
use crate::long::Rows;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Random percolation.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PercolationConfig {
    /// What works or does not.
    pub units: Units,
    /// Random orders.
    pub replicates: usize,
    /// Where they begin.
    pub seed: u64,
    /// Points of the curve, from 0 to 1.
    pub points: usize,
}

impl Default for PercolationConfig {
    fn default() -> Self {
        Self { units: Units::Site, replicates: 200, seed: 1, points: 101 }
    }
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PercolationPoint {
    /// The probability that a firm, or a tie, works.
    pub probability: f64,
    /// Mean size of the largest component.
    pub giant: f64,
    /// Standard deviation of it.
    pub giant_sd: f64,
}

/// The largest component when each firm, or each tie, works with some probability, independently.
///
/// # Formula
/// `Q(p) = Σ_k C(M, k) p^k (1 − p)^{M−k} Q_k`, with `Q_k` the mean size of the largest weak component over random sets of `k` of the
/// `M` firms, or ties between different firms; the same of squares for the standard deviation.
/// # Source
/// Newman and Ziff (2000, 2001).
/// # Input and result
/// Points at equal distances from 0 to 1. `Q_k` is exact, over all sets, for up to 16 firms or ties, else a mean over random orders;
/// whatever `p`, no further sampling is needed. Self-loops are left out, and two ties in opposite directions are one.
/// # Cost
/// `O(M α(n))` time an order; `O(points · √M)` for the curve.
/// # Errors
/// [`ParamError::Value`] for no replicates or fewer than 2 points; [`MetricError::Cancelled`].
/// # Example
/// Two firms and one tie: with one chance in two, both hang together.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::percolation::Kind;
/// # use palenque_metrics::resilience::percolation::{PercolationConfig, percolation};
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 3.0)])?;
/// let config = PercolationConfig { units: Kind::Bond, points: 3, ..Default::default() };
/// let curve = percolation(&graph, &config, &NoProgress)?;
/// assert_eq!(curve[1].giant, 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn percolation(
    graph: &SupplyGraph,
    config: &PercolationConfig,
    progress: &dyn Progress,
) -> Result<Vec<PercolationPoint>, MetricError> {
    let refuse = |what: &str| Err(ParamError::Value(what.into()).into());
    if config.replicates == 0 {
        return refuse("`replicates` is 0: a random order is drawn at least once");
    }
    if config.points < 2 {
        return refuse("`points` is below 2: a curve has a beginning and an end");
    }
    let found = giants(graph, config.units, config.replicates, config.seed, progress)?;
    let last = (config.points - 1) as f64;
    Ok((0..config.points).map(|k| at(&found, k as f64 / last)).collect())
}

/// The mean over binomial numbers of units that work.
fn at(found: &Giants, probability: f64) -> PercolationPoint {
    let m = found.mean.len() - 1;
    let (mut giant, mut square) = (0.0, 0.0);
    for (k, weight) in binomial(m, probability) {
        giant += weight * found.mean[k];
        square += weight * found.mean_square[k];
    }
    let giant_sd = (square - giant * giant).max(0.0).sqrt();
    PercolationPoint { probability, giant, giant_sd }
}

/// The likely numbers of successes in `m` trials with their probabilities, which add up to 1.
fn binomial(m: usize, p: f64) -> Vec<(usize, f64)> {
    let mode = ((m as f64 + 1.0) * p).floor().min(m as f64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to m")]
    let mode = mode as usize;
    if p <= 0.0 || p >= 1.0 {
        return vec![(mode, 1.0)];
    }
    // By ratios of neighbours from the likeliest, until they no longer count.
    let ratio = |k: usize| (m - k) as f64 / (k as f64 + 1.0) * (p / (1.0 - p));
    let mut weights = vec![(mode, 1.0)];
    let mut weight = 1.0;
    for k in mode..m {
        weight *= ratio(k);
        if weight < 1e-18 {
            break;
        }
        weights.push((k + 1, weight));
    }
    weight = 1.0;
    for k in (0..mode).rev() {
        weight /= ratio(k);
        if weight < 1e-18 {
            break;
        }
        weights.push((k, weight));
    }
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in &mut weights {
        *weight /= sum;
    }
    weights
}

/// [`percolation()`] behind the registry.
pub struct Percolation;

static COLUMNS: [ColumnSpec; 5] = [
    ColumnSpec::text("units", "What works or does not: `site` for firms, `bond` for ties."),
    ColumnSpec::number("probability", Unit::One, "The probability that one of them works."),
    ColumnSpec::number("giant", Unit::Count, "Mean size of the largest weak component."),
    ColumnSpec::number("giant_share", Unit::One, "The same by the number of all firms."),
    ColumnSpec::number("giant_share_sd", Unit::One, "Standard deviation of the share."),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "percolation_threshold",
    Unit::One,
    "The probability at which the size of the largest component varies most.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "random_percolation",
    family: Family::Resilience,
    summary: "How large the largest component is when firms, or ties, work with some probability.",
    formula: "Q(p) = Σ_k C(M, k) p^k (1 − p)^(M−k) Q_k",
    source: "Newman and Ziff (2000, 2001)",
    reading: "Where the curve rises is the threshold: below it only pieces hang together. percolation_threshold is where the size varies \
              most; in small networks it is blurred. Structure only: nobody stops for want of inputs. Direction and self-loops are \
              not used.",
    cost: "O(m α(n)) time an order; O(points · √m) for the curve",
    needs: &[],
    params: &[
        ParamSpec { name: "units", default: "\"site\"", meaning: "`site`: firms; `bond`: ties." },
        ParamSpec { name: "replicates", default: "200", meaning: "Random orders to average over." },
        ParamSpec { name: "seed", default: "1", meaning: "Where the random orders begin." },
        ParamSpec { name: "points", default: "101", meaning: "Points of the curve, 2 or more." },
    ],
    outputs: &[
        Output { table: TableId::PercolationCurve, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for Percolation {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: PercolationConfig = params.decode()?;
        let curve = percolation(graph, &config, progress)?;
        let n = graph.n_nodes() as f64;
        let share = |size: f64| ratio(size, n).ok_or(Status::InsufficientN);
        let mut rows = Rows::new(&COLUMNS);
        for point in &curve {
            rows.push([
                config.units.name().into(),
                point.probability.into(),
                point.giant.into(),
                share(point.giant).into(),
                share(point.giant_sd).into(),
            ]);
        }
        let varies = |a: &&PercolationPoint, b: &&PercolationPoint| {
            a.giant_sd.total_cmp(&b.giant_sd).then(b.probability.total_cmp(&a.probability))
        };
        let threshold = curve.iter().max_by(varies).filter(|point| point.giant_sd > 0.0);
        let value = threshold.map(|point| point.probability).ok_or(Status::InsufficientN);
        let PercolationConfig { replicates, seed, .. } = config;
        let figure = Figure {
            method: "sampled",
            params: format!("units={};replicates={replicates};seed={seed}", config.units.name()),
            ..Figure::new(&FIGURES[0], value)
        };
        Ok(vec![rows.table(TableId::PercolationCurve), network_summary(&[figure])])
    }
}
