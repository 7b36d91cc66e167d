//! Centrality: who matters. One file an index, one entry a line, in alphabetical order.

pub mod acemoglu_degree;
pub mod betweenness;
pub mod bonacich_power;
pub mod brokerage;
pub mod brokerage_roles;
pub mod closeness;
pub mod cores;
pub mod current_flow_betweenness;
pub mod degree;
pub mod domar_weight;
pub mod eigenvector;
pub mod group_betweenness;
pub mod harmonic;
pub mod hits;
pub mod influence;
pub mod information;
pub mod katz;
pub mod lin;
pub mod pagerank;
pub mod percolation_centrality;
pub mod sampling;
pub mod shock_centrality;
pub mod structural_holes;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &acemoglu_degree::AcemogluDegree,
    &betweenness::BetweennessMetric,
    &bonacich_power::BonacichPower,
    &brokerage::BrokerageMetric,
    &brokerage_roles::BrokerageRoles,
    &closeness::ClosenessMetric,
    &cores::CoresMetric,
    &current_flow_betweenness::CurrentFlowBetweenness,
    &degree::Degree,
    &domar_weight::DomarWeight,
    &eigenvector::EigenvectorMetric,
    &group_betweenness::GroupBetweenness,
    &harmonic::HarmonicMetric,
    &hits::HitsMetric,
    &influence::InfluenceMetric,
    &information::Information,
    &katz::KatzMetric,
    &lin::LinMetric,
    &pagerank::Pagerank,
    &pagerank::PagerankPersonalised,
    &pagerank::PagerankReverse,
    &percolation_centrality::PercolationCentrality,
    &shock_centrality::ShockCentrality,
    &structural_holes::StructuralHolesMetric,
];
