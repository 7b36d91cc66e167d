//! Flexibility: how fast links and output can change. One file an index, one entry a line, in alphabetical order.

pub mod capacity;
pub mod multisourcing;
pub mod stage_headroom;
pub mod substitutability;
pub mod surge_bottleneck;
pub mod surge_capacity_lp;
pub mod surge_capacity_maxflow;
pub mod time_to_scale;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &multisourcing::MultisourcingMetric,
    &stage_headroom::StageHeadroomMetric,
    &substitutability::SubstitutabilityMetric,
    &surge_capacity_lp::SurgeCapacityLp,
    &surge_capacity_maxflow::SurgeCapacityMaxflow,
    &time_to_scale::TimeToScale,
];
