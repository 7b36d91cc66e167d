//! Flexibility: how fast links and output can change. One file an index, one entry a line, in alphabetical order.

pub mod multisourcing;
pub mod substitutability;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] =
    &[&multisourcing::MultisourcingMetric, &substitutability::SubstitutabilityMetric];
