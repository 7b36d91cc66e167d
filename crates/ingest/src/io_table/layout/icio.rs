//! The Inter-Country Input-Output tables of the OECD, as CSV.

use super::{TableLayout, regional};
use crate::io_table::{ColumnRole, Head, Plan, RowRole};
use crate::reader::Confidence;
use crate::source::Refusal;

/// One row of titles `AUS_01T02`, …, `AUS_HFCE`, …, `OUT`; one column of labels; below the sectors `TLS` (taxes less
/// subsidies on products), `VA` and `OUT`. The edition of 2021 has a row `AUS_TAXSUB` a country, and says `VALU`,
/// `OUTPUT` and `TOTAL`. Recognised by a title that ends in `_HFCE` beside one that ends in `_GFCF`.
///
/// # Source
/// OECD (2023), ICIO-TiVA 2023 edition, `ReadMe_ICIO_small.xlsx`; and the 2021 edition's `ReadMe_ICIO2021_CSV.xlsx`.
pub(crate) struct Icio;

const FINAL_DEMAND: &[&str] =
    &["HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "CONS_NONRES", "DISC"];
const OUTPUT: &[&str] = &["OUT", "OUTPUT", "TOTAL"];

impl TableLayout for Icio {
    fn name(&self) -> &'static str {
        "icio"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let ends = |end: &str| (1..head.width()).any(|at| head.cell(0, at).ends_with(end));
        if ends("_HFCE") && ends("_GFCF") { Confidence::Sure } else { Confidence::No }
    }

    fn plan(&self, head: &Head<'_>) -> Result<Plan, Refusal> {
        let column = |title: &str| match regional(title) {
            _ if OUTPUT.contains(&title) => ColumnRole::Output,
            label if FINAL_DEMAND.contains(&&*label.name) => ColumnRole::FinalDemand(label),
            label => ColumnRole::Sector(label),
        };
        let rows = |labels: &[&str]| {
            let label = labels.first().copied().unwrap_or_default();
            match label {
                "VA" | "VALU" => RowRole::ValueAdded(label.into()),
                _ if OUTPUT.contains(&label) => RowRole::Output,
                _ if label == "TLS" || label.ends_with("_TAXSUB") => {
                    RowRole::OtherInput(label.into())
                }
                _ => RowRole::Sector(regional(label)),
            }
        };
        Ok(super::one_header(head, column, Box::new(rows), Some("USD million")))
    }
}
