//! Fragmentation: how the network falls apart, and how the labour process is split. One file an index, one entry a line, in alphabetical order.

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[];
