//! Whether an index is exact or estimated from a sample, and how well.

use super::closeness::DISTANCE_PARAM;
use crate::kernel::bfs::Ways;
use crate::kernel::distance::Distance;
use crate::kernel::reach_sampling::{Estimate, Moments, Precision, sampled_reach};
use crate::kernel::search_cost::all_steps;
use crate::{Figure, MetricError, ParamError, ParamSpec};
use palenque_graph::table::ColumnSpec;
use palenque_graph::{Progress, SupplyGraph};

/// Exact, or estimated from a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Exact up to a size that takes about a minute, then sampled.
    #[default]
    Auto,
    /// Exact, however long it takes.
    Exact,
    /// From a sample, however small the network.
    Sampled,
    /// By counters of how many nodes are within each distance: rough, and fast on the largest networks.
    Hyperball,
}

impl Method {
    /// # Errors
    /// [`ParamError::Value`] for methods that estimate, where there is none.
    pub(super) fn refuse_estimates(self) -> Result<(), ParamError> {
        match self {
            Self::Auto | Self::Exact => Ok(()),
            Self::Sampled | Self::Hyperball => {
                Err(ParamError::Value("`method` is `auto` or `exact`".to_owned()))
            }
        }
    }
}

/// How well a sample has to do.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SampleConfig {
    /// What an edge's length is.
    pub distance: Distance,
    /// Whether there is a sample.
    pub method: Method,
    /// How far any value may be off.
    pub epsilon: f64,
    /// The probability that any is off farther.
    pub delta: f64,
    /// Where random numbers begin.
    pub seed: u64,
    /// Bytes of a counter of [`Method::Hyperball`], a power of two from 16 to 4096.
    pub registers: usize,
}

impl Default for SampleConfig {
    fn default() -> Self {
        let (epsilon, delta, seed, registers) = (0.01, 0.1, 1, 256);
        let (distance, method) = (Distance::Hops, Method::Auto);
        Self { distance, method, epsilon, delta, seed, registers }
    }
}

impl SampleConfig {
    /// # Errors
    /// As [`SampleConfig::check_estimate`], and [`ParamError::Value`] for counters, where there are samples only.
    pub(crate) fn check(&self) -> Result<(), ParamError> {
        if self.method == Method::Hyperball {
            let what = "`method` is `auto`, `exact` or `sampled`; `hyperball` is one of `harmonic`";
            return Err(ParamError::Value(what.to_owned()));
        }
        self.check_estimate()
    }

    /// # Errors
    /// [`ParamError::Value`] unless both `epsilon` and `delta` are between 0 and 1, for counters of a wrong size, and for lengths
    /// other than hops.
    pub(super) fn check_estimate(&self) -> Result<(), ParamError> {
        if self.distance != Distance::Hops {
            let what = "only `distance` = `hops` can be estimated: leave `method` away".to_owned();
            return Err(ParamError::Value(what));
        }
        if !(16..=4096).contains(&self.registers) || !self.registers.is_power_of_two() {
            let what = format!(
                "`registers` must be a power of two from 16 to 4096, not {}",
                self.registers
            );
            return Err(ParamError::Value(what));
        }
        for (name, value) in [("epsilon", self.epsilon), ("delta", self.delta)] {
            if !(value > 0.0 && value < 1.0) {
                let what = format!("`{name}` must be between 0 and 1, not {value}");
                return Err(ParamError::Value(what));
            }
        }
        Ok(())
    }

    /// Whether to sample distances between all pairs.
    pub(crate) fn chooses_sampled_distances(&self, graph: &SupplyGraph) -> bool {
        let n = graph.n_nodes() as f64;
        // No search looks at more than the whole network.
        let may_be_large = n * (n + graph.n_edges() as f64) > EXACT_STEPS;
        let is_large = |ways| all_steps(ways) > EXACT_STEPS;
        self.chooses_sample(|| {
            may_be_large && (is_large(Ways::out(graph)) || is_large(Ways::into(graph)))
        })
    }

    /// For `n_bounds` values that have to hold at once. What one did not ask for must not take hours.
    pub(crate) fn precision(&self, n_bounds: usize) -> Precision {
        let Self { epsilon, delta, seed, .. } = *self;
        let most_steps = if self.method == Method::Auto { SAMPLE_STEPS } else { f64::INFINITY };
        Precision { epsilon, delta, seed, n_bounds, most_steps }
    }

    /// Whether to sample, where `is_large` networks take more than a minute in hops; it is asked only if it decides.
    pub(crate) fn chooses_sample(&self, is_large: impl FnOnce() -> bool) -> bool {
        match self.method {
            Method::Auto => self.distance == Distance::Hops && is_large(),
            Method::Exact => false,
            Method::Sampled | Method::Hyperball => true,
        }
    }
}

/// Values from a sample, or exact ones, with a bound on the error.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled<T> {
    /// The values.
    pub estimate: T,
    /// By node: how far its value, or the worse of two, is off at most, with the probability that was asked for.
    pub error: Vec<f64>,
    /// How many were drawn: pairs of nodes for betweenness, else nodes, in either direction.
    pub n_samples: usize,
}

impl<T> Sampled<T> {
    /// Values of `n` nodes that are not off at all.
    pub(super) fn exact(estimate: T, n: usize) -> Self {
        Self { estimate, error: vec![0.0; n], n_samples: n }
    }
}

/// Estimates for both directions.
pub(super) struct BothWays {
    /// By distances into the node.
    pub(super) into: Vec<f64>,
    /// By distances out of the node.
    pub(super) out: Vec<f64>,
    /// By node: how far the worse of the two is off at most.
    pub(super) error: Vec<f64>,
    pub(super) n_samples: usize,
}

/// Values of distances from and to a sample of nodes; `None` where all nodes would be in it. A value takes up to
/// `bounds_a_node` bounds.
pub(super) fn sampled_both_ways(
    graph: &SupplyGraph,
    config: &SampleConfig,
    bounds_a_node: usize,
    what: &str,
    progress: &dyn Progress,
    value: impl Fn(&Moments, usize, f64) -> Estimate,
) -> Result<Option<BothWays>, MetricError> {
    config.check()?;
    let precision = config.precision(2 * bounds_a_node * graph.n_nodes());
    let one_way = |ways| sampled_reach(ways, precision, what, progress, &value);
    let Some((into, n_in)) = one_way(Ways::into(graph))? else { return Ok(None) };
    let Some((out, n_out)) = one_way(Ways::out(graph))? else { return Ok(None) };
    let means = |values: &[Estimate]| values.iter().map(|value| value.mean).collect();
    Ok(Some(BothWays {
        error: into.iter().zip(&out).map(|(a, b)| a.error.max(b.error)).collect(),
        into: means(&into),
        out: means(&out),
        n_samples: n_in.max(n_out),
    }))
}

/// How well a sample did, for `network_summary`: exact where all errors are 0.
pub(super) fn sampling_figure<T>(
    spec: &ColumnSpec,
    config: &SampleConfig,
    sampled: &Sampled<T>,
) -> Figure {
    let largest = sampled.error.iter().copied().fold(0.0, f64::max);
    let figure = Figure::new(spec, Ok(largest));
    if largest > 0.0 { sampled_figure(figure, config, sampled.n_samples) } else { figure }
}

/// Where a share lies that is off by at most `error`.
pub(crate) fn interval(share: f64, error: f64) -> (f64, f64) {
    ((share - error).max(0.0), (share + error).min(1.0))
}

/// A figure that comes from a sample.
pub(crate) fn sampled_figure(
    mut figure: Figure,
    config: &SampleConfig,
    n_samples: usize,
) -> Figure {
    let SampleConfig { epsilon, delta, seed, registers, .. } = config;
    (figure.method, figure.params) = if config.method == Method::Hyperball {
        ("hyperball", format!("registers={registers};delta={delta};seed={seed}"))
    } else {
        ("sampled", format!("epsilon={epsilon};delta={delta};seed={seed};samples={n_samples}"))
    };
    figure
}

const METHOD_PARAM: ParamSpec = ParamSpec {
    name: "method",
    default: "auto",
    meaning: "`exact`, `sampled`, or `auto`: exact up to a size that takes about a minute",
};

const HARMONIC_METHOD_PARAM: ParamSpec = ParamSpec {
    name: "method",
    default: "auto",
    meaning: "`exact`, `sampled`, `hyperball` (rough, fast on the largest networks), or `auto`: exact up to a size that takes \
              about a minute, then sampled",
};

const REGISTERS_PARAM: ParamSpec = ParamSpec {
    name: "registers",
    default: "256",
    meaning: "bytes of a counter of `hyperball`, a power of two from 16 to 4096: values have a standard deviation of 1.04 over \
              its root",
};

const EPSILON_PARAM: ParamSpec = ParamSpec {
    name: "epsilon",
    default: "0.01",
    meaning: "how far any value of a sample may be off",
};

const DELTA_PARAM: ParamSpec = ParamSpec {
    name: "delta",
    default: "0.1",
    meaning: "the probability that any value of a sample is off farther",
};

const SEED_PARAM: ParamSpec =
    ParamSpec { name: "seed", default: "1", meaning: "where random numbers begin" };

/// The parameters of distances that may be sampled.
pub(crate) static SAMPLE_PARAMS: [ParamSpec; 5] =
    [DISTANCE_PARAM, METHOD_PARAM, EPSILON_PARAM, DELTA_PARAM, SEED_PARAM];

/// The same for harmonic closeness, which can be counted roughly, too.
pub(super) static HARMONIC_PARAMS: [ParamSpec; 6] = [
    DISTANCE_PARAM,
    HARMONIC_METHOD_PARAM,
    EPSILON_PARAM,
    DELTA_PARAM,
    SEED_PARAM,
    REGISTERS_PARAM,
];

/// The same for indices that cannot be sampled, whose `auto` refuses what takes too long.
pub(super) static EXACT_PARAMS: [ParamSpec; 2] = [
    DISTANCE_PARAM,
    ParamSpec {
        name: "method",
        default: "auto",
        meaning: "`exact`, or `auto`: only up to a size that takes about a minute",
    },
];

/// The same for indices in hops only.
pub(crate) static HOP_SAMPLE_PARAMS: [ParamSpec; 4] =
    [METHOD_PARAM, EPSILON_PARAM, DELTA_PARAM, SEED_PARAM];

/// Exact distances from or to all nodes take longer than a minute, where searches look at more edges and nodes than this.
const EXACT_STEPS: f64 = 3e9;
/// The same for a sample of some five minutes.
const SAMPLE_STEPS: f64 = 1e10;
