//! Figures from hand-made tables, as a caller sees them.

mod charts;
mod every_chart;
mod evidence_charts;
mod linkage_charts;
mod page;
mod tables;
