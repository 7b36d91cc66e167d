//! Layouts of tables: which row and which column of a sheet is what.
//!
//! A published table adds a file here and two lines in this one. It is recognised by what its first rows say,
//! never by the name of its file.

pub(crate) mod figaro;
pub(crate) mod icio;
pub(crate) mod make_use;
pub(crate) mod wide;
pub(crate) mod wiod;

use super::Label;
use super::plan::{ColumnRole, Head, Plan, RowNamer};
use crate::reader::Confidence;
use crate::source::Refusal;

/// One layout.
pub(crate) trait TableLayout: Sync {
    /// Its name, as `run.json` records it.
    fn name(&self) -> &'static str;

    /// Whether a sheet is laid out so, by its first rows.
    fn recognise(&self, head: &Head<'_>) -> Confidence;

    /// What stands where.
    ///
    /// # Errors
    /// What is missing that the layout needs.
    fn plan(&self, head: &Head<'_>) -> Result<Plan, Refusal>;
}

static LAYOUTS: &[&dyn TableLayout] = &[&figaro::Figaro, &icio::Icio, &wide::Wide, &wiod::Wiod];

/// The plan of the layout that knows the sheet best, and the layout's name.
pub(super) fn plan(head: &Head<'_>) -> Result<(&'static str, Plan), Refusal> {
    let best = LAYOUTS.iter().max_by_key(|layout| layout.recognise(head));
    let best = best.filter(|layout| layout.recognise(head) > Confidence::No);
    let Some(layout) = best else {
        let what = "this is no input-output table: the first column names no sectors";
        let help = "name sectors in the first column and one column a sector; see `palenque explain E0501`";
        return Err(Refusal::new("E0501", what, help));
    };
    Ok((layout.name(), layout.plan(head)?))
}

/// A label that names its region up to the first `_`, such as `AUS_01T02`.
fn regional(text: &str) -> Label {
    match text.split_once('_') {
        Some((region, name)) => Label::regional(region, name),
        None => Label::plain(text),
    }
}

/// The plan of a sheet with one row of titles and one column of labels.
fn one_header(
    head: &Head<'_>,
    column: impl Fn(&str) -> ColumnRole,
    rows: RowNamer,
    unit: Option<&str>,
) -> Plan {
    let columns = (0..head.width()).map(|at| match (at, head.cell(0, at)) {
        (0, _) => ColumnRole::Label,
        (_, "") => ColumnRole::Blank,
        (_, title) => column(title),
    });
    let (columns, unit) = (columns.collect(), unit.map(Into::into));
    Plan { n_header: 1, title_row: 0, columns, rows, period: None, unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_listed_in_order() {
        let names: Vec<&str> = LAYOUTS.iter().map(|layout| layout.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
