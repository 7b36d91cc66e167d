//! The common wide table: a row and a column a sector, final demand and output behind, value added below.

use super::TableLayout;
use crate::io_table::names::{self, word};
use crate::io_table::{ColumnRole, Head, Label, Plan, RowRole};
use crate::reader::Confidence;
use crate::source::Refusal;
use std::collections::BTreeSet;

/// First column = sector (or `region` and `sector`), one column a sector, then `final_demand` or several
/// categories, `output`; below, `value_added` or several `va_*`, `imports`, and rows in units of their own.
///
/// Regions are read from a `region` column beside the sectors, from two header rows that begin with `region` and
/// `sector`, or from labels such as `MEX_C15`, where a separator is declared. They are never guessed.
pub(crate) struct Wide;

const SECTORS: &[&str] = &[
    "sector",
    "sectors",
    "industry",
    "product",
    "commodity",
    "code",
    "name",
    "activity",
    "rama",
    "actividad",
];
const REGIONS: &[&str] = &["region", "country", "economy", "pais", "país"];
const UNITS: &[&str] = &["unit", "units", "unidad"];
/// What may stand between region and sector in a title.
const MARKS: &[char] = &['_', '.', '-', ':', '|', '/', ' '];

impl TableLayout for Wide {
    fn name(&self) -> &'static str {
        "wide"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        if head.width() > 1 { Confidence::Fallback } else { Confidence::No }
    }

    fn plan(&self, head: &Head<'_>) -> Result<Plan, Refusal> {
        let is = |row: usize, column: usize, words: &[&str]| {
            words.contains(&word(head.cell(row, column)).as_str())
        };
        let two_rows = is(0, 0, REGIONS) && is(1, 0, SECTORS);
        if two_rows {
            let named = is(2, 0, REGIONS) && is(2, 1, SECTORS);
            return Ok(Self::regional(head, if named { 3 } else { 2 }));
        }
        let labels: &[usize] = match (is(0, 0, REGIONS), is(0, 1, REGIONS)) {
            (true, _) if is(0, 1, SECTORS) => &[0, 1],
            (_, true) if is(0, 0, SECTORS) => &[1, 0],
            _ => &[0],
        };
        let mark = head.policy.region_mark.or_else(|| declared_mark(head, labels));
        let split = |text: &str| match mark.and_then(|mark| text.split_once(mark)) {
            Some((region, name)) => Label::regional(region, name),
            None => Label::plain(text),
        };
        let columns = (0..head.width()).map(|at| {
            let title = head.cell(0, at);
            if labels.contains(&at) {
                return ColumnRole::Label;
            }
            if UNITS.contains(&word(title).as_str()) {
                return ColumnRole::Unit;
            }
            if title.is_empty() {
                return ColumnRole::Blank;
            }
            let label = split(title);
            let whole = names::column_role(title, None, head.policy);
            whole
                .or_else(|| names::column_role(&label.name, label.region.as_deref(), head.policy))
                .unwrap_or(ColumnRole::Sector(label))
        });
        let columns: Vec<ColumnRole> = columns.collect();
        Ok(Self::whole(head, 1, 0, columns, labels == [1, 0], mark))
    }
}

impl Wide {
    /// A table with two header rows: regions above, sectors or categories below.
    fn regional(head: &Head<'_>, n_header: usize) -> Plan {
        let column = |at: usize| {
            if at < 2 {
                return ColumnRole::Label;
            }
            let (region, name) = (head.cell(0, at), head.cell(1, at));
            if UNITS.contains(&word(name).as_str()) {
                return ColumnRole::Unit;
            }
            if name.is_empty() {
                return ColumnRole::Blank;
            }
            names::column_role(name, Some(region), head.policy)
                .unwrap_or_else(|| ColumnRole::Sector(Label::regional(region, name)))
        };
        let columns = (0..head.width()).map(column).collect();
        Self::whole(head, n_header, 1, columns, false, None)
    }

    fn whole(
        head: &Head<'_>,
        n_header: usize,
        title_row: usize,
        columns: Vec<ColumnRole>,
        sector_first: bool,
        mark: Option<char>,
    ) -> Plan {
        let policy = head.policy.clone();
        let known: BTreeSet<Label> = columns
            .iter()
            .filter_map(|role| match role {
                ColumnRole::Sector(label) => Some(label.clone()),
                _ => None,
            })
            .collect();
        let mut is_below = false;
        let rows = move |labels: &[&str]| {
            let label = match *labels {
                [only] => match mark.and_then(|mark| only.split_once(mark)) {
                    Some((region, name)) => Label::regional(region, name),
                    None => Label::plain(only),
                },
                [sector, region, ..] if sector_first => Label::regional(region, sector),
                [region, sector, ..] => Label::regional(region, sector),
                [] => Label::default(),
            };
            if known.contains(&label) {
                return RowRole::Sector(label);
            }
            // A row below the sectors has its name in either label column.
            let joined = labels.join(mark.map_or("_".into(), |m| m.to_string()).as_str());
            let texts =
                labels.iter().copied().chain([joined.as_str()]).filter(|text| !text.is_empty());
            let texts: Vec<&str> = texts.collect();
            if let Some(role) = texts.iter().find_map(|text| names::row_role(text, &policy)) {
                is_below |= role != RowRole::Skip;
                return role;
            }
            if is_below { RowRole::Satellite(label.name, None) } else { RowRole::Sector(label) }
        };
        Plan { n_header, title_row, columns, rows: Box::new(rows), period: None, unit: None }
    }
}

/// Where a `region` column declares regions: the mark that joins the first row's region and sector in a title.
fn declared_mark(head: &Head<'_>, labels: &[usize]) -> Option<char> {
    let [region, sector] = *labels else { return None };
    let (region, sector) = (head.cell(1, region), head.cell(1, sector));
    let is_title = |mark: &&char| {
        let title = format!("{region}{mark}{sector}");
        (0..head.width()).any(|at| head.cell(0, at) == title)
    };
    MARKS.iter().find(is_title).copied()
}
