//! Linkage: what firms and sectors pull from suppliers and push to buyers. One file an index, one entry a line, in alphabetical order.

pub mod accounts;
pub mod aggregation_bias;
pub mod balance;
pub mod biproportional;
pub mod closed_model;
pub mod direct;
pub mod dispersion;
pub mod edges;
pub mod elasticity;
pub mod exports;
pub mod extraction;
pub mod field_of_influence;
pub mod footprint;
pub mod group_extraction;
pub mod groups;
pub mod gvc_bilateral;
mod gvc_content;
pub mod gvc_decomposition;
pub mod horizontal;
pub mod important_coefficients;
pub mod io_matrix;
pub mod key_sector;
pub mod leakage;
pub mod multipliers;
pub mod net_multiplier;
pub mod offshoring;
pub mod output_decomposition;
mod path_search;
pub mod productivity;
pub mod pure;
pub mod reciprocity;
pub mod reconstruction;
pub mod regionalisation;
pub mod regions;
pub mod satellite_multipliers;
pub mod stage_linkages;
pub mod stage_order;
pub mod strict_key_sector;
pub mod structural_paths;
pub mod total;
pub mod variation;
pub mod vertical_specialisation;
pub mod weighted;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &accounts::AccountsMetric,
    &aggregation_bias::AggregationBias,
    &balance::Balance,
    &direct::Direct,
    &edges::Edges,
    &elasticity::Elasticity,
    &extraction::HypotheticalExtraction,
    &field_of_influence::FieldOfInfluence,
    &footprint::FootprintsMetric,
    &group_extraction::GroupExtraction,
    &gvc_bilateral::GvcBilateral,
    &gvc_decomposition::GvcDecomposition,
    &horizontal::Horizontal,
    &important_coefficients::ImportantCoefficients,
    &io_matrix::IoMatrix,
    &leakage::LeakageMetric,
    &multipliers::Multipliers,
    &net_multiplier::NetMultiplier,
    &offshoring::OffshoringMetric,
    &output_decomposition::OutputDecompositionMetric,
    &productivity::ProductivityMetric,
    &pure::Pure,
    &reciprocity::ReciprocityMetric,
    &reconstruction::Reconstruction,
    &regionalisation::Regionalisation,
    &satellite_multipliers::SatelliteMultipliers,
    &stage_linkages::StageLinkages,
    &strict_key_sector::StrictKeySectors,
    &structural_paths::StructuralPathsMetric,
    &total::Total,
    &variation::VariationMetric,
    &vertical_specialisation::VerticalSpecialisation,
    &weighted::Weighted,
];
