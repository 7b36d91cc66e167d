//! Composite: several indices in one, and the joint action that one of them needs. One file an index, one entry a line, in
//! alphabetical order.

pub mod collective_efficiency;
pub(crate) mod components;
pub mod composite_index;
pub mod index;
pub mod joint_action;
pub mod normalise;
mod tables;
pub mod uncertainty;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &collective_efficiency::CollectiveEfficiency,
    &composite_index::CompositeIndexMetric,
    &joint_action::JointActionMetric,
];
