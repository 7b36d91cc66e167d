//! The FIGARO tables of Eurostat, as a matrix in CSV; and what the codes of both its formats mean.
//!
//! The flat format (`refArea, rowIi, counterpartArea, colIi, obsValue`, or `rowPi` and `colPi`) is a long table, for
//! which `assemble` asks here.

use super::{TableLayout, regional};
use crate::io_table::{ColumnRole, Head, Label, Plan, RowRole};
use crate::reader::Confidence;
use crate::source::Refusal;

/// `rowLabels`, then titles `AT_A01`, …, `AT_P3_S14`, …; below the sectors rows of `W2`: taxes less subsidies on
/// products (`D21X31`), purchases by residents abroad and by non-residents (`OP_RES`, `OP_NRES`), and the parts of
/// value added (`D1`, `D29X39`, `B2A3G`). There is no column of output: it is what a row adds up to. Recognised by its
/// first title and one that ends in `_P3_S14`.
///
/// # Source
/// Eurostat, FIGARO tables: annual EU inter-country supply, use and input-output tables, CSV matrix format; Remond-Tiedrez
/// and Rueda-Cantuche (2019), EU inter-country supply, use and input-output tables.
pub(crate) struct Figaro;

const FINAL_DEMAND: &[&str] = &["P3_S13", "P3_S14", "P3_S15", "P51G", "P5M"];
const OTHER_INPUTS: &[&str] = &["D21X31", "OP_RES", "OP_NRES"];
const VALUE_ADDED: &[&str] = &["D1", "D29X39", "B2A3G"];

impl TableLayout for Figaro {
    fn name(&self) -> &'static str {
        "figaro"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let has_demand = || (1..head.width()).any(|at| head.cell(0, at).ends_with("_P3_S14"));
        if head.cell(0, 0) == "rowLabels" && has_demand() {
            Confidence::Sure
        } else {
            Confidence::No
        }
    }

    fn plan(&self, head: &Head<'_>) -> Result<Plan, Refusal> {
        let column = |title: &str| match regional(title) {
            label if is_final_demand(&label.name) => ColumnRole::FinalDemand(label),
            label => ColumnRole::Sector(label),
        };
        let rows = |labels: &[&str]| {
            let label = labels.first().copied().unwrap_or_default();
            let label = regional(label);
            row_role(&label).unwrap_or(RowRole::Sector(label))
        };
        Ok(super::one_header(head, column, Box::new(rows), Some("EUR million")))
    }
}

/// Whether a code is one of final demand.
pub(crate) fn is_final_demand(code: &str) -> bool {
    FINAL_DEMAND.contains(&code)
}

/// What a row below the sectors is: one of the world, `W2`.
pub(crate) fn row_role(label: &Label) -> Option<RowRole> {
    let name = || label.name.clone();
    match (label.region.as_deref(), &*label.name) {
        (Some("W2"), code) if VALUE_ADDED.contains(&code) => Some(RowRole::ValueAdded(name())),
        (Some("W2"), code) if OTHER_INPUTS.contains(&code) => Some(RowRole::OtherInput(name())),
        _ => None,
    }
}
