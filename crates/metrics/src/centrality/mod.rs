//! Centrality: who matters. One file an index, one entry a line, in alphabetical order.

pub mod betweenness;
pub mod closeness;
pub mod degree;
pub mod harmonic;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &betweenness::BetweennessMetric,
    &closeness::ClosenessMetric,
    &degree::Degree,
    &harmonic::HarmonicMetric,
];
