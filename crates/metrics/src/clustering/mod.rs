//! Clustering: who is close to whom, in the network and in space. One file an index, one entry a line, in alphabetical order.

pub mod coefficients;
pub mod communities;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] =
    &[&coefficients::ClusteringMetric, &communities::CommunitiesMetric];
