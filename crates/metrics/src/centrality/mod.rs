//! Centrality: who matters. One file an index, one entry a line, in alphabetical order.

pub mod betweenness;
pub mod closeness;
pub mod degree;
pub mod domar_weight;
pub mod harmonic;
pub mod influence;
pub mod pagerank;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &betweenness::BetweennessMetric,
    &closeness::ClosenessMetric,
    &degree::Degree,
    &domar_weight::DomarWeight,
    &harmonic::HarmonicMetric,
    &influence::InfluenceMetric,
    &pagerank::Pagerank,
    &pagerank::PagerankPersonalised,
    &pagerank::PagerankReverse,
];
