//! Clustering: who is close to whom, in the network and in space. One file an index, one entry a line, in alphabetical order.

pub mod coefficients;
pub mod communities;
pub mod degree_assortativity;
pub mod directed_coefficients;
pub mod infomap;
pub mod rich_club;
pub mod structural_equivalence;
pub mod triad_census;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &coefficients::ClusteringMetric,
    &communities::CommunitiesMetric,
    &degree_assortativity::DegreeAssortativityMetric,
    &directed_coefficients::DirectedClusteringMetric,
    &infomap::InfomapMetric,
    &rich_club::RichClub,
    &structural_equivalence::StructuralEquivalenceMetric,
    &triad_census::TriadCensusMetric,
];
