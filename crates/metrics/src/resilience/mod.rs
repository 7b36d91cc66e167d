//! Resilience: what is left after a disruption. One file an index, one entry a line, in alphabetical order.

pub mod adaptive_order;
pub mod ario;
pub mod attack_curve;
pub mod attack_order;
mod attack_pass;
pub mod consolidation;
pub mod criticality;
pub mod dependency_percolation;
pub mod efficiency;
pub mod esri;
mod esri_cost;
pub mod esri_scenario;
pub mod esri_weights;
pub mod essentiality;
pub mod exposure;
pub mod fc_random;
pub mod inoperability;
pub mod percolation;
pub mod robustness_curve;
pub mod scenario;
pub mod shock_path;
pub mod shock_table;
pub mod shocks;
pub mod volatility;
pub mod vulnerability;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &ario::ArioInventory,
    &consolidation::Consolidation,
    &criticality::CriticalityMetric,
    &dependency_percolation::DependencyPercolation,
    &efficiency::EfficiencyMetric,
    &esri::Esri,
    &esri_scenario::EsriScenario,
    &esri_weights::EsriWeights,
    &exposure::ExposureMetric,
    &inoperability::Inoperability,
    &percolation::Percolation,
    &robustness_curve::RobustnessCurve,
    &shocks::StaticShocks,
    &volatility::Volatility,
    &vulnerability::Vulnerability,
];
