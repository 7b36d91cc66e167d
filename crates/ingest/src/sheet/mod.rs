//! Excel workbooks: the cells of one sheet, with their places, as the workbook stores them.
//!
//! A workbook is an archive of XML files. They are read part by part, from their beginning to their end; what
//! they announce (counts, dimensions) is not looked at, so memory grows with the cells that are there. Formulas
//! are not computed: a cell is the value that was stored with it.

mod cells;
mod format;
mod workbook;
mod xml;

pub(crate) use workbook::Workbook;

use palenque_graph::Ids;
use std::borrow::Cow;

/// The most rows and columns that a sheet has in any program that writes workbooks.
const MAX_ROWS: u32 = 1 << 20;
const MAX_COLUMNS: u16 = 1 << 14;

/// The cells of a sheet that are not empty, row by row.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    rows: Vec<RowStart>,
    cells: Vec<Cell>,
    texts: Ids,
    /// Cells that are shown as one, in the order of the file.
    pub(crate) merged: Vec<Area>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RowStart {
    number: u32,
    first: usize,
    is_hidden: bool,
}

/// A row of a sheet that has cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// Its number, from 1.
    pub(crate) number: u32,
    /// Whether the spreadsheet hides it.
    pub(crate) is_hidden: bool,
    /// Its cells, from left to right.
    pub(crate) cells: &'a [Cell],
}

/// A cell that is not empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cell {
    /// Its column, from 0.
    pub(crate) column: u16,
    /// What it holds.
    pub(crate) value: Value,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    /// A text, a date or a time, by position among the texts of the sheet.
    Text(u32),
    /// A number.
    Number(f64),
    /// A number that is shown with zeros before it, to so many digits.
    Padded(f64, u8),
    /// True or false.
    Bool(bool),
    /// An error such as `#DIV/0!`, by position among the texts.
    Error(u32),
    /// A formula without the value that it had.
    Formula,
}

/// A rectangle of cells: rows from 1, columns from 0, all inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) rows: (u32, u32),
    pub(crate) columns: (u16, u16),
}

impl Sheet {
    /// The rows that have cells, from the top.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        let ends = self.rows.iter().skip(1).map(|row| row.first);
        let ends = ends.chain(std::iter::once(self.cells.len()));
        self.rows.iter().zip(ends).map(|(row, end)| Row {
            number: row.number,
            is_hidden: row.is_hidden,
            cells: &self.cells[row.first..end],
        })
    }

    /// What the cell of a row (from 1) and a column (from 0) holds.
    pub(crate) fn value(&self, row: u32, column: u16) -> Option<Value> {
        let at = self.rows.binary_search_by_key(&row, |row| row.number).ok()?;
        let end = self.rows.get(at + 1).map_or(self.cells.len(), |row| row.first);
        let cells = &self.cells[self.rows[at].first..end];
        Row { number: row, is_hidden: false, cells }.get(column.into())
    }

    /// A value as text, as an analyst sees it; formulas without a value are empty.
    pub(crate) fn text(&self, value: Value) -> Cow<'_, str> {
        match value {
            Value::Text(code) | Value::Error(code) => self.texts.get(code.into()).into(),
            Value::Padded(x, digits) if x >= 0.0 && x.fract() == 0.0 => {
                format!("{x:0width$}", width = digits.into()).into()
            }
            Value::Number(x) | Value::Padded(x, _) => decimal(x).into(),
            Value::Bool(true) => "true".into(),
            Value::Bool(false) => "false".into(),
            Value::Formula => "".into(),
        }
    }

    /// Whether a value is a text of blanks.
    pub(crate) fn is_blank(&self, value: Value) -> bool {
        matches!(value, Value::Text(code) if self.texts.get(code.into()).trim().is_empty())
    }
}

impl Row<'_> {
    /// What the cell of a column holds, counted from 0.
    pub(crate) fn get(&self, column: usize) -> Option<Value> {
        let at = self.cells.binary_search_by_key(&column, |cell| cell.column.into()).ok()?;
        Some(self.cells[at].value)
    }
}

/// A number with the fifteen digits that spreadsheets show, whole ones with all of theirs.
fn decimal(x: f64) -> String {
    if x.fract() == 0.0 {
        return x.to_string();
    }
    let shown: f64 = format!("{x:.14e}").parse().unwrap_or(x);
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_an_analyst_sees_them() {
        let sheet = Sheet::default();
        let text = |value| sheet.text(value).into_owned();
        assert_eq!(text(Value::Number(7.0)), "7");
        assert_eq!(text(Value::Number(-2.5)), "-2.5");
        assert_eq!(text(Value::Number(0.1 + 0.2)), "0.3");
        assert_eq!(text(Value::Number(123_456_789_012_345_678.0)), "123456789012345680");
        assert_eq!(text(Value::Padded(7.0, 3)), "007");
        assert_eq!(text(Value::Padded(-7.5, 3)), "-7.5");
        assert_eq!(text(Value::Bool(true)), "true");
    }
}
