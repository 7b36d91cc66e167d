//! Technology: how far production depends on technology from elsewhere, and what firms and places can make. One file an index,
//! one entry a line, in alphabetical order.

pub mod capabilities;
pub mod complexity;
pub mod technology_dependence;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] =
    &[&complexity::Complexity, &technology_dependence::TechnologyDependence];
