//! Change: how firms, links and output change from period to period. One file an index, one entry a line, in alphabetical order.

pub mod davis_haltiwanger;
pub mod edge_persistence;
pub mod firm_reallocation;
pub mod link_dynamics;
pub mod link_reallocation;
pub mod link_survival;
pub mod linkage_creation;
mod links;
pub mod partner_switching;
mod presence;
pub mod temporal_correlation;
pub mod volume_flexibility;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &edge_persistence::EdgePersistence,
    &firm_reallocation::FirmReallocationMetric,
    &link_dynamics::LinkDynamicsMetric,
    &link_reallocation::LinkReallocation,
    &link_survival::LinkSurvival,
    &linkage_creation::LinkageCreation,
    &partner_switching::PartnerSwitching,
    &temporal_correlation::TemporalCorrelationMetric,
    &volume_flexibility::VolumeFlexibilityMetric,
];
