//! Linkage: what firms and sectors pull from suppliers and push to buyers. One file an index, one entry a line, in alphabetical order.

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[];
