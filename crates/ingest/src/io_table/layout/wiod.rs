//! The World Input-Output Tables of both releases, and the tables of the Asian Development Bank, which follow them.

use super::TableLayout;
use crate::io_table::{ColumnRole, Head, Label, Plan, RowRole};
use crate::reader::Confidence;
use crate::source::Refusal;

/// Rows of titles: codes, descriptions, countries, and numbers `c1`, `c2`, …; columns of labels: the same, with `r1`,
/// `r2`, …. Whatever stands above or before is passed over. Behind the sectors come categories of final demand and
/// output, below them sums, taxes, adjustments, value added and output, whose country is `TOT` or empty.
///
/// Recognised by the row of numbers: two cells `c1` and `c2` side by side, and `r1` before the first row of flows. A
/// sector is called by its code where it has one, as `AUS.A01`, else by its number, as `AUS.c1`.
///
/// # Source
/// Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), An illustrated user guide to the World Input-Output
/// Database, Review of International Economics 23: 575-605; releases of November 2013 and November 2016. Asian
/// Development Bank, Multiregional Input-Output Tables.
pub(crate) struct Wiod;

/// Beginnings of descriptions and codes of final demand, in lower case.
const FINAL_DEMAND: &[&str] = &[
    "final consumption expenditure",
    "gross fixed capital formation",
    "changes in inventories",
    "cons_h",
    "cons_np",
    "cons_g",
    "gfcf",
    "inven",
];
const OUTPUT: &[&str] = &["go", "total output", "output at basic prices", "gross output"];
const SUMS: &[&str] = &["ii_fob", "total intermediate consumption", "total"];
const OTHER_INPUTS: &[&str] = &[
    "txsp",
    "exp_adj",
    "purr",
    "purnr",
    "intttm",
    "taxes less subsidies on products",
    "cif/ fob adjustments on exports",
    "cif/fob adjustments on exports",
    "direct purchases abroad by residents",
    "purchases on the domestic territory by non-residents",
    "international transport margins",
];
const VALUE_ADDED: &[&str] = &["va", "value added at basic prices"];

/// Where the numbers stand: their row, the first column of flows, and the column of `r1`.
struct Corner {
    row: usize,
    column: usize,
    labels: usize,
}

impl Corner {
    fn of(head: &Head<'_>) -> Option<Self> {
        let numbered = |row: usize| {
            let at = (1..head.width().saturating_sub(1))
                .find(|&at| head.cell(row, at) == "c1" && head.cell(row, at + 1) == "c2")?;
            Some((row, at))
        };
        let (row, column) = (2..head.rows.len()).find_map(numbered)?;
        let labels = (1..column).find(|&at| head.cell(row + 1, at) == "r1")?;
        Some(Self { row, column, labels })
    }
}

impl TableLayout for Wiod {
    fn name(&self) -> &'static str {
        "wiod"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        if Corner::of(head).is_some() { Confidence::Sure } else { Confidence::No }
    }

    fn plan(&self, head: &Head<'_>) -> Result<Plan, Refusal> {
        let corner = Corner::of(head).ok_or_else(|| {
            let what = "no row numbers the columns `c1`, `c2`, …";
            Refusal::new("E0501", what, "take the table as it was published")
        })?;
        // There are codes where that of the first sector stands above its column and before its row.
        let code = |row: Option<usize>, at: Option<usize>| {
            row.zip(at).map_or("", |(r, c)| head.cell(r, c))
        };
        let above = code(corner.row.checked_sub(3), Some(corner.column));
        let has_codes =
            !above.is_empty() && code(Some(corner.row + 1), corner.labels.checked_sub(3)) == above;
        let title = |above: usize, at: usize| {
            corner.row.checked_sub(above).map_or("", |row| head.cell(row, at))
        };
        let columns = (0..head.width()).map(|at| {
            if at < corner.column {
                let before = corner.labels.checked_sub(at);
                return if before.is_some_and(|n| n <= 3) {
                    ColumnRole::Label
                } else {
                    ColumnRole::Skip
                };
            }
            let (region, number) = (title(1, at), title(0, at));
            let texts = [if has_codes { title(3, at) } else { "" }, title(2, at)];
            if number.is_empty() && region.is_empty() && texts == ["", ""] {
                return ColumnRole::Blank;
            }
            let label = || Label::regional(region, named(texts[0], number));
            match () {
                () if is(OUTPUT, texts) => ColumnRole::Output,
                () if is(SUMS, texts) => ColumnRole::Skip,
                () if begins(texts) => ColumnRole::FinalDemand(label()),
                () => ColumnRole::Sector(label()),
            }
        });
        let columns: Vec<ColumnRole> = columns.collect();
        let rows = move |labels: &[&str]| {
            let [.., description, region, number] = *labels else { return RowRole::Skip };
            let code = if labels.len() > 3 { labels[0] } else { "" };
            let texts = [code, description];
            let name = || if code.is_empty() { description } else { code }.into();
            match () {
                () if is(OUTPUT, texts) => RowRole::Output,
                () if is(SUMS, texts) => RowRole::Skip,
                () if is(VALUE_ADDED, texts) => RowRole::ValueAdded(name()),
                () if is(OTHER_INPUTS, texts) => RowRole::OtherInput(name()),
                () if !number.starts_with('r') => RowRole::Skip, // notes at the foot
                () => {
                    let number = format!("c{}", &number[1..]);
                    let code = if has_codes { code } else { "" };
                    RowRole::Sector(Label::regional(region, named(code, &number)))
                }
            }
        };
        Ok(Plan {
            n_header: corner.row + 1,
            title_row: corner.row,
            columns,
            rows: Box::new(rows),
            period: None,
            unit: Some("USD million".into()),
        })
    }
}

/// A code, or the number where there is none.
fn named<'a>(code: &'a str, number: &'a str) -> &'a str {
    if code.is_empty() { number } else { code }
}

/// Whether the code or the description is one of these.
fn is(words: &[&str], texts: [&str; 2]) -> bool {
    texts.iter().any(|text| words.contains(&text.to_lowercase().as_str()))
}

/// Whether the code or the description begins like final demand.
fn begins(texts: [&str; 2]) -> bool {
    let texts = texts.map(str::to_lowercase);
    FINAL_DEMAND.iter().any(|word| texts.iter().any(|text| text.starts_with(word)))
}
