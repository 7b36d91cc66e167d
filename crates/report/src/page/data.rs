//! The data block that the page's script reads: tables by column and the data of figures.

use super::table::{CellKind, Prepared, PreparedColumn};
use super::{Explorer, FigureOnPage, Page, cell};
use crate::ReportError;
use palenque_graph::diagnostic::is_deceptive;
use palenque_graph::table::Values;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How much of the tables a page carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Rows of a table at most.
    pub(super) rows: usize,
}

impl Extent {
    /// From everything to very little: the first that fits is taken.
    pub(super) const LADDER: [Self; 5] = [
        Self { rows: usize::MAX },
        Self { rows: 5000 },
        Self { rows: 2000 },
        Self { rows: 500 },
        Self { rows: 100 },
    ];
}

/// Data of one figure larger than this are only linked.
const LARGEST_FIGURE_DATA: usize = 50_000;

#[derive(Serialize)]
struct Block<'a> {
    tables: Vec<TableData<'a>>,
    figures: BTreeMap<&'a str, &'a str>,
    network: Option<&'a Explorer>,
}

#[derive(Serialize)]
struct TableData<'a> {
    id: &'a str,
    /// The column by which it is sorted at first.
    order: Option<usize>,
    rows: usize,
    columns: Vec<ColumnData<'a>>,
}

#[derive(Serialize)]
struct ColumnData<'a> {
    name: &'a str,
    kind: CellKind,
    key: bool,
    hidden: bool,
    decimals: Option<u8>,
    /// The different texts of a column that repeats them; its values are then positions here.
    #[serde(skip_serializing_if = "Option::is_none")]
    levels: Option<Vec<&'a str>>,
    /// Whether all rows have the one value that is given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    same: bool,
    values: CellData<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum CellData<'a> {
    Numbers(Vec<Option<f64>>),
    Whole(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    Texts(Vec<Option<&'a str>>),
    Levels(Vec<Option<usize>>),
}

impl CellData<'_> {
    /// Keeps one value where all are the same; whether they were.
    fn shorten(&mut self) -> bool {
        fn one<T: PartialEq>(values: &mut Vec<T>) -> bool {
            let same = values.len() > 1 && values.iter().all(|value| *value == values[0]);
            if same {
                values.truncate(1);
            }
            same
        }
        match self {
            Self::Numbers(values) => one(values),
            Self::Whole(values) => one(values),
            Self::Flags(values) => one(values),
            Self::Texts(values) => one(values),
            Self::Levels(values) => one(values),
        }
    }
}

/// The data block as JSON that can stand inside a `<script>` element.
pub(super) fn block(
    tables: &[Prepared<'_>],
    page: &Page,
    extent: Extent,
) -> Result<String, ReportError> {
    let carried = |f: &&FigureOnPage| f.drawing.csv.len() <= LARGEST_FIGURE_DATA;
    let block = Block {
        tables: tables.iter().map(|t| table(t, extent)).collect(),
        figures: page.figures.iter().filter(carried).map(|f| (&*f.id, &*f.drawing.csv)).collect(),
        network: page.network.as_ref(),
    };
    let json = serde_json::to_string(&block).map_err(|e| ReportError::Template(e.to_string()))?;
    Ok(inert(&json))
}

fn table<'a>(table: &'a Prepared<'a>, extent: Extent) -> TableData<'a> {
    let rows = table.top(extent.rows);
    TableData {
        id: &table.id,
        order: table.order,
        rows: rows.len(),
        columns: table.columns.iter().map(|c| column(c, &rows)).collect(),
    }
}

fn column<'a>(prepared: &PreparedColumn<'a>, rows: &[usize]) -> ColumnData<'a> {
    let mut levels = None;
    let mut values = match &prepared.column.values {
        Values::F64(v) => {
            let number = |&row: &usize| v[row].is_finite().then_some(v[row]);
            CellData::Numbers(rows.iter().map(|row| number(row).map(cell::rounded)).collect())
        }
        Values::I64(v) => CellData::Whole(rows.iter().map(|&row| v[row]).collect()),
        Values::Bool(v) => CellData::Flags(rows.iter().map(|&row| v[row]).collect()),
        Values::Text(v) => {
            let texts: Vec<Option<&str>> = rows.iter().map(|&row| v[row].as_deref()).collect();
            let mut known: Vec<&str> = texts.iter().copied().flatten().collect();
            known.sort_unstable();
            known.dedup();
            if known.len() * 2 <= rows.len() {
                let place = |text: &str| known.binary_search(&text).ok();
                let places = texts.iter().map(|t| t.and_then(place)).collect();
                levels = Some(known);
                CellData::Levels(places)
            } else {
                CellData::Texts(texts)
            }
        }
    };
    ColumnData {
        name: prepared.column.spec.name,
        kind: prepared.kind,
        key: prepared.key,
        hidden: prepared.empty,
        decimals: prepared.decimals,
        levels,
        same: values.shorten(),
        values,
    }
}

/// The same JSON without characters that a browser could take for markup, or an editor for instructions: they
/// stand as `\u003c`. All of them occur inside strings only.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '<' | '>' | '&') || is_deceptive(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_block_looks_like_markup_and_nothing_is_lost() {
        let hostile =
            "a</script><script>alert(1)//<!--&\u{2028}\u{2029}\u{202e}\u{7f}\u{e0041}\n\"\\";
        let json = inert(&serde_json::to_string(hostile).expect("text is JSON"));
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}', '\u{e0041}']));
        assert_eq!(serde_json::from_str::<String>(&json).expect("still JSON"), hostile);
    }
}
