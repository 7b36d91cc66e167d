//! Resilience: what is left after a disruption. One file an index, one entry a line, in alphabetical order.

pub mod attack_curve;
pub mod attack_order;
pub mod efficiency;
pub mod esri;
pub mod essentiality;
pub mod fc_random;
pub mod robustness_curve;
pub mod shock_table;
pub mod shocks;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &efficiency::EfficiencyMetric,
    &esri::Esri,
    &robustness_curve::RobustnessCurve,
    &shocks::StaticShocks,
];
