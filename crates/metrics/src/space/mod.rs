//! Space: in which regions sectors are concentrated, and how near to each other firms are. One file an index, one entry a line, in
//! alphabetical order.

pub mod areas;
mod curves;
pub mod duranton_overman;
pub mod ellison_glaeser;
pub mod krugman;
pub mod location_quotient;
pub mod locational_gini;
pub mod marcon_puech;
pub mod maurel_sedillot;
pub mod places;
pub mod regional_autocorrelation;
pub mod ripley;
pub mod simulation;
pub mod spatial_autocorrelation;
pub mod spatial_weights;

use crate::Metric;

pub(crate) static METRICS: &[&dyn Metric] = &[
    &duranton_overman::DurantonOverman,
    &ellison_glaeser::EllisonGlaeserMetric,
    &krugman::Krugman,
    &location_quotient::LocationQuotients,
    &locational_gini::LocationalGini,
    &marcon_puech::MarconPuech,
    &maurel_sedillot::MaurelSedillot,
    &regional_autocorrelation::RegionalAutocorrelation,
    &ripley::RipleyMetric,
    &spatial_autocorrelation::SpatialAutocorrelation,
];
