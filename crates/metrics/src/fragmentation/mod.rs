//! Fragmentation: how the network falls apart, and how the labour process is split. One file an index, one entry a line, in alphabetical order.

pub mod apparent_stage;
pub mod bow_tie;
pub mod components;
pub mod concentration;
pub mod core_periphery;
pub mod cut_points;
pub mod dcore;
pub mod division_of_labour;
pub mod dominators;
pub mod downstreamness;
pub mod flow_hierarchy;
pub mod fragmentation_change;
pub mod key_player;
pub mod key_player_set;
pub mod min_cut;
pub mod production_fragmentation;
pub mod propagation_length;
pub mod propagation_length_mean;
pub mod size;
pub mod tasks;
pub mod trophic_level;
pub mod upstreamness;
pub mod upstreamness_open_economy;
pub mod vertical_integration;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &apparent_stage::ApparentStage,
    &bow_tie::BowTie,
    &components::ComponentsMetric,
    &concentration::ConcentrationMetric,
    &core_periphery::CorePeripheryMetric,
    &cut_points::CutPointsMetric,
    &dcore::DcoreMetric,
    &division_of_labour::DivisionOfLabourMetric,
    &dominators::DominatorsMetric,
    &downstreamness::Downstreamness,
    &flow_hierarchy::FlowHierarchyMetric,
    &fragmentation_change::FragmentationChange,
    &key_player::KeyPlayer,
    &key_player_set::KeyPlayerSets,
    &min_cut::MinCutMetric,
    &production_fragmentation::ProductionFragmentationMetric,
    &propagation_length::PropagationLengthMetric,
    &propagation_length_mean::MeanPropagationLength,
    &size::Size,
    &trophic_level::TrophicLevel,
    &upstreamness::Upstreamness,
    &upstreamness_open_economy::UpstreamnessOpenEconomy,
    &vertical_integration::VerticalIntegrationMetric,
];
