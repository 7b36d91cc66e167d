//! Whether an index is exact or estimated from a sample, and how well.

use crate::kernel::distance::Distance;
use crate::{ParamError, ParamSpec};

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
    /// With which probability at most one is off farther.
    pub delta: f64,
    /// Where random numbers begin.
    pub seed: u64,
}

impl Default for SampleConfig {
    fn default() -> Self {
        Self { distance: Distance::Hops, method: Method::Auto, epsilon: 0.01, delta: 0.1, seed: 1 }
    }
}

impl SampleConfig {
    /// # Errors
    /// [`ParamError::Value`] unless both `epsilon` and `delta` are between 0 and 1, and for lengths other than hops.
    pub(crate) fn check(&self) -> Result<(), ParamError> {
        if self.distance != Distance::Hops {
            let what = "`method` can be `sampled` for `distance` = `hops` only".to_owned();
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

    /// Whether to sample, where `is_large` networks take more than a minute in hops.
    pub(crate) fn chooses_sample(&self, is_large: bool) -> bool {
        match self.method {
            Method::Auto => is_large && self.distance == Distance::Hops,
            Method::Exact => false,
            Method::Sampled => true,
        }
    }

    /// As the column `params` of `network_summary` says it.
    pub(crate) fn described(&self, n_samples: usize) -> String {
        let Self { epsilon, delta, seed, .. } = self;
        format!("epsilon={epsilon};delta={delta};seed={seed};samples={n_samples}")
    }
}

pub(super) static METHOD_PARAM: ParamSpec = ParamSpec {
    name: "method",
    default: "auto",
    meaning: "`exact`, `sampled`, or `auto`: exact up to a size that takes about a minute",
};

pub(super) static EPSILON_PARAM: ParamSpec = ParamSpec {
    name: "epsilon",
    default: "0.01",
    meaning: "how far any value of a sample may be off",
};

pub(super) static DELTA_PARAM: ParamSpec = ParamSpec {
    name: "delta",
    default: "0.1",
    meaning: "with which probability at most one value of a sample is off farther",
};

pub(super) static SEED_PARAM: ParamSpec =
    ParamSpec { name: "seed", default: "1", meaning: "where random numbers begin" };
