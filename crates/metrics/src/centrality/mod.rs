//! Centrality: who matters. One file an index, one entry a line, in alphabetical order.

pub mod degree;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[&degree::Degree];
