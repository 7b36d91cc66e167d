//! Linkage: what firms and sectors pull from suppliers and push to buyers. One file an index, one entry a line, in alphabetical order.

pub mod accounts;
pub mod direct;
pub mod dispersion;
pub mod edges;
pub mod groups;
pub mod gvc_bilateral;
mod gvc_content;
pub mod gvc_decomposition;
pub mod key_sector;
pub mod leakage;
pub mod reciprocity;
pub mod regions;
pub mod stage_linkages;
pub mod stage_order;
pub mod total;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &accounts::AccountsMetric,
    &direct::Direct,
    &edges::Edges,
    &gvc_bilateral::GvcBilateral,
    &gvc_decomposition::GvcDecomposition,
    &leakage::LeakageMetric,
    &reciprocity::ReciprocityMetric,
    &stage_linkages::StageLinkages,
    &total::Total,
];
