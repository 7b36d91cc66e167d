//! Whether ties count alike or by what flows along them.

use crate::ParamSpec;

/// What a flow weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// What it is worth.
    #[default]
    Flow,
    /// 1, whatever it is worth.
    Binary,
}

impl Weighting {
    /// The weight of a flow.
    pub(crate) fn of(self, flow: f64) -> f64 {
        match self {
            Self::Flow => flow,
            Self::Binary => 1.0,
        }
    }
}

/// The configuration of indices that only ask for a weighting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeightingConfig {
    /// What a flow weighs.
    pub weights: Weighting,
}

/// Its parameter.
pub(crate) static WEIGHTS_PARAM: ParamSpec = ParamSpec {
    name: "weights",
    default: "flow",
    meaning: "what an edge weighs: `flow` = what flows along it, `binary` = 1",
};
