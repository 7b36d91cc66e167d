//! The cells of a sheet out of its XML.

use super::format::Shown;
use super::workbook::{Shared, Text, unescaped};
use super::xml::{Element, Item, SAVE_AGAIN, Xml, damaged};
use super::{Area, Cell, MAX_COLUMNS, MAX_ROWS, RowStart, Sheet, Value};
use crate::policy::Policy;
use crate::records::MISSING;
use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use std::io::Read;

/// Sheets of fewer cells, empty ones counted, are never too wide.
const HARMLESS: u64 = 1 << 24;
/// Of so many cells of a larger sheet one must hold something.
const SPARSE: u64 = 10_000;

/// Reads a sheet.
pub(super) fn read<R: Read>(
    mut xml: Xml<R>,
    part: &str,
    shared: Shared,
    policy: &Policy,
) -> Result<Sheet, Refusal> {
    let longest = policy.max_field_bytes;
    let mut reading = Reading {
        part,
        longest,
        shared,
        sheet: Sheet::default(),
        row: 0,
        column: 0,
        is_hidden: false,
        cell: None,
        is_sheet: false,
    };
    loop {
        match xml.next()? {
            Item::Open(element) => reading.open(&element)?,
            Item::Text(text) => reading.text(&text)?,
            Item::Close(name) => reading.close(name.name())?,
            Item::Nothing => {}
            Item::End => return reading.finish(),
        }
    }
}

struct Reading<'a> {
    part: &'a str,
    longest: usize,
    shared: Shared,
    sheet: Sheet,
    /// The row that was begun last, from 1, and the next column in it, from 0.
    row: u32,
    column: u16,
    is_hidden: bool,
    cell: Option<Open>,
    is_sheet: bool,
}

/// A cell that was begun.
struct Open {
    column: u16,
    kind: Kind,
    style: usize,
    has_formula: bool,
    /// Whether a value is there, though it may be empty.
    has_value: bool,
    in_value: bool,
    value: String,
    inline: Text,
}

/// What a cell says that its value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Bool,
    Error,
    Date,
}

impl Reading<'_> {
    fn open(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        if let Some(cell) = &mut self.cell {
            match element.name() {
                "f" => cell.has_formula = true,
                "v" => (cell.has_value, cell.in_value) = (true, true),
                _ => cell.inline.open(element),
            }
            return Ok(());
        }
        match element.name() {
            "worksheet" => self.is_sheet = true,
            "row" => self.open_row(element)?,
            "c" => self.open_cell(element)?,
            "mergeCell" => {
                let area = element.get("ref")?.and_then(|text| area(&text));
                self.sheet.merged.extend(area);
            }
            _ => {}
        }
        Ok(())
    }

    fn open_row(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let number = match element.get("r")? {
            Some(text) => text.parse().ok().filter(|row| (1..=MAX_ROWS).contains(row)),
            None => Some(self.row + 1).filter(|&row| row <= MAX_ROWS),
        };
        let number =
            number.ok_or_else(|| damaged(self.part, "a row has a number that none has"))?;
        if number <= self.row {
            let why = format!("row {number} comes after row {}", self.row);
            return Err(damaged(self.part, &why));
        }
        (self.row, self.column, self.is_hidden) = (number, 0, element.is("hidden")?);
        Ok(())
    }

    fn open_cell(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let (row, column) = match element.get("r")? {
            Some(text) => place(&text).ok_or_else(|| {
                damaged(self.part, &format!("no cell is called `{}`", shown(&text)))
            })?,
            None => (self.row, self.column),
        };
        if row != self.row || column < self.column || column >= MAX_COLUMNS {
            let why = format!("its cells are not in order in row {}", self.row);
            return Err(damaged(self.part, &why));
        }
        self.column = column + 1;
        let kind = match element.get("t")?.as_deref() {
            None | Some("n") => Kind::Number,
            Some("s") => Kind::Shared,
            Some("str" | "inlineStr") => Kind::Text,
            Some("b") => Kind::Bool,
            Some("e") => Kind::Error,
            Some("d") => Kind::Date,
            Some(other) => {
                let why = format!("no cell is of the type `{}`", shown(other));
                return Err(damaged(self.part, &why).in_cell(row, column + 1));
            }
        };
        let style = element.get("s")?.and_then(|style| style.parse().ok()).unwrap_or(0);
        self.cell = Some(Open {
            column,
            kind,
            style,
            has_formula: false,
            has_value: false,
            in_value: false,
            value: String::new(),
            inline: Text::default(),
        });
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        let Some(cell) = &mut self.cell else { return Ok(()) };
        if cell.in_value {
            cell.value.push_str(text);
        } else {
            cell.inline.push(text);
        }
        if cell.value.len().max(cell.inline.len()) > self.longest {
            let what = format!("the text of the cell is longer than {} bytes", self.longest);
            let help = "shorten it, or raise `--max-field-bytes` if it is meant";
            return Err(Refusal::new("E0206", what, help).in_cell(self.row, cell.column + 1));
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        match (name, &mut self.cell) {
            ("v", Some(cell)) => cell.in_value = false,
            ("c", Some(_)) => {
                if let Some(cell) = self.cell.take() {
                    let (row, column) = (self.row, cell.column);
                    let value = self.value(cell).map_err(|r| r.in_cell(row, column + 1))?;
                    if let Some(value) = value {
                        self.push(Cell { column, value });
                    }
                }
            }
            (_, Some(cell)) => cell.inline.close(name),
            (_, None) => {}
        }
        Ok(())
    }

    /// What a cell holds; `None` where it is empty.
    fn value(&mut self, mut cell: Open) -> Result<Option<Value>, Refusal> {
        let raw = cell.value.trim();
        if cell.kind == Kind::Text {
            let mut text = cell.inline.take();
            if cell.has_value {
                text = unescaped(&cell.value);
            }
            let is_missing = cell.has_formula && !cell.has_value && text.is_empty();
            return Ok(if is_missing {
                Some(Value::Formula)
            } else {
                (!text.is_empty()).then(|| Value::Text(self.shared.intern(&text)))
            });
        }
        if raw.is_empty() {
            return Ok(cell.has_formula.then_some(Value::Formula));
        }
        Ok(Some(match cell.kind {
            Kind::Shared => {
                let code = raw.parse().ok().and_then(|i: usize| self.shared.codes.get(i));
                let code = *code.ok_or_else(|| {
                    let (raw, n) = (shown(raw), self.shared.codes.len());
                    let what = format!("the cell refers to text {raw}, the workbook has {n} texts");
                    Refusal::new("E0618", what, SAVE_AGAIN)
                })?;
                return Ok((code != MISSING).then_some(Value::Text(code)));
            }
            Kind::Bool => match raw {
                "1" | "true" => Value::Bool(true),
                "0" | "false" => Value::Bool(false),
                _ => return Err(self.strange(raw, "neither true nor false")),
            },
            Kind::Error => Value::Error(self.shared.intern(raw)),
            Kind::Date => {
                Value::Text(self.shared.intern(raw.strip_suffix("T00:00:00").unwrap_or(raw)))
            }
            Kind::Number | Kind::Text => {
                let is_part = |b: u8| b.is_ascii_digit() || b".+-eE".contains(&b);
                let x = raw.bytes().all(is_part).then(|| raw.parse().ok()).flatten();
                let x = x.filter(|x: &f64| x.is_finite());
                self.number(x.ok_or_else(|| self.strange(raw, "not a number"))?, cell.style)
            }
        }))
    }

    fn number(&mut self, x: f64, style: usize) -> Value {
        let shown = self.shared.format(style);
        match shown {
            Shown::Plain => Value::Number(x),
            Shown::Padded(digits) => Value::Padded(x, digits),
            Shown::Date | Shown::Time => match self.shared.date(x, shown) {
                Some(date) => Value::Text(self.shared.intern(&date)),
                None => Value::Number(x),
            },
        }
    }

    fn strange(&self, raw: &str, why: &str) -> Refusal {
        damaged(self.part, &format!("the value `{}` is {why}", shown(raw)))
    }

    fn push(&mut self, cell: Cell) {
        if self.sheet.rows.last().is_none_or(|row| row.number != self.row) {
            let first = self.sheet.cells.len();
            let row = RowStart { number: self.row, first, is_hidden: self.is_hidden };
            self.sheet.rows.push(row);
        }
        self.sheet.cells.push(cell);
    }

    fn finish(mut self) -> Result<Sheet, Refusal> {
        if !self.is_sheet {
            return Err(damaged(self.part, "it is no sheet of cells"));
        }
        self.sheet.texts = self.shared.texts.into_ids();
        match far_cell(&self.sheet) {
            None => Ok(self.sheet),
            Some(refusal) => Err(refusal),
        }
    }
}

/// E0619 for a sheet of which nearly all is empty, at the cell that makes it so large.
fn far_cell(sheet: &Sheet) -> Option<Refusal> {
    let last = sheet.rows().last()?;
    let widest = sheet.rows().max_by_key(|row| {
        (row.cells.last().map_or(0, |cell| cell.column), std::cmp::Reverse(row.number))
    })?;
    let width = u64::from(widest.cells.last()?.column) + 1;
    let (height, n) = (u64::from(last.number), sheet.cells.len() as u64);
    if width * height < HARMLESS || n > width * height / SPARSE {
        return None;
    }
    let mut columns = vec![false; usize::from(MAX_COLUMNS)];
    sheet.cells.iter().for_each(|cell| columns[usize::from(cell.column)] = true);
    let n_columns = columns.iter().filter(|&&used| used).count() as u64;
    // Rows or columns, whichever have the larger gaps.
    let is_wide = width * sheet.rows.len() as u64 > height * n_columns;
    let row = if is_wide { widest } else { last };
    let column = row.cells.last()?.column;
    let what = format!(
        "one cell lies far from the others: the sheet has {height} rows and {width} columns, and {n} of its cells \
         hold something"
    );
    let help = "delete the rows and columns beyond the table, not only what they hold, and save it";
    Some(Refusal::new("E0619", what, help).in_cell(row.number, column + 1))
}

/// Row (from 1) and column (from 0) of a cell's name, such as `C2`.
fn place(name: &str) -> Option<(u32, u16)> {
    let digits = name.find(|c: char| !c.is_ascii_alphabetic())?;
    let (letters, row) = name.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !row.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value = |letter: u8| u16::from(letter.to_ascii_uppercase() - b'A') + 1;
    let column = letters.bytes().fold(0, |sum, letter| sum * 26 + value(letter));
    let row = row.parse().ok().filter(|row| (1..=MAX_ROWS).contains(row))?;
    (column <= MAX_COLUMNS).then(|| (row, column - 1))
}

/// A rectangle of cells by the names of two corners, such as `A1:B2`.
fn area(name: &str) -> Option<Area> {
    let (first, last) = name.split_once(':')?;
    let (first, last) = (place(first)?, place(last)?);
    let area = Area { rows: (first.0, last.0), columns: (first.1, last.1) };
    (first.0 <= last.0 && first.1 <= last.1).then_some(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_name() {
        assert_eq!(place("A1"), Some((1, 0)));
        assert_eq!(place("xfd1048576"), Some((1_048_576, 16_383)));
        for name in ["", "A", "1", "XFE1", "A0", "A1048577", "AAAA1", "A-1", "é1", "A+1"] {
            assert_eq!(place(name), None, "{name}");
        }
        assert_eq!(area("A1:C2"), Some(Area { rows: (1, 2), columns: (0, 2) }));
        assert_eq!([area("C2:A1"), area("A1")], [None, None]);
    }
}
