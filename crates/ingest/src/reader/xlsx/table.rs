//! The rows of a sheet as those of an input-output table.

use super::Opened;
use super::rows::{Hidden, is_broken, titles_of, width, without_value};
use crate::io_table::{Cell, RowSink};
use crate::policy::Policy;
use crate::sheet::{Sheet, Value};
use crate::text::sheet::Sheet as Read;
use palenque_graph::{Diagnostic, Progress};
use std::borrow::Cow;

/// The titles of the first row.
pub(in crate::reader) fn titles(opened: &Opened, policy: &Policy) -> Vec<String> {
    let first = opened.rows(policy).next();
    first.map_or_else(Vec::new, |row| titles_of(&opened.sheet, &row))
}

/// Hands the rows over, from the left to the last cell of each.
pub(in crate::reader) fn read(
    opened: &Opened,
    (policy, progress): (&Policy, &dyn Progress),
    sink: &mut dyn RowSink,
) -> Result<Read, Box<Diagnostic>> {
    let mut read = Read { is_whole: true, ..Read::default() };
    read.dialect.insert("sheet".into(), opened.name.clone());
    opened.others.iter().for_each(|finding| read.found.push(finding.clone()));
    let mut hidden = Hidden::default();
    for row in opened.rows(policy) {
        if progress.cancelled() {
            read.is_whole = false;
            return Ok(read);
        }
        hidden.see(&row);
        let mut values: Vec<Option<Value>> = vec![None; width(&row)];
        for cell in row.cells {
            values[usize::from(cell.column)] = Some(cell.value);
            if is_broken(cell.value) {
                let (what, help) = without_value(&opened.sheet, cell.value);
                let at = opened.at.clone().line(row.number.into());
                let at = at.column(u64::from(cell.column) + 1);
                read.found.push(Diagnostic::new("E0615", what).at(at).help(help));
            }
        }
        let texts: Vec<Option<Cow<'_, str>>> =
            values.iter().map(|value| text(&opened.sheet, (*value)?)).collect();
        let cell = |(value, text): (&Option<Value>, &'_ Option<Cow<'_, str>>)| match (value, text) {
            (Some(Value::Number(x)), _) => Cell::Number(*x),
            // Refused already: not also an empty cell.
            (Some(value), None) if is_broken(*value) => Cell::Number(0.0),
            _ => Cell::Empty,
        };
        let mut cells: Vec<Cell<'_>> = values.iter().zip(&texts).map(cell).collect();
        for (cell, text) in cells.iter_mut().zip(&texts) {
            if let Some(text) = text {
                *cell = Cell::Text(text);
            }
        }
        let taken = sink.row(row.number.into(), &cells);
        taken.map_err(|refusal| Box::new(refusal.at(opened.at.clone())))?;
    }
    hidden.tell(&opened.at, &mut read.found);
    Ok(read)
}

/// A value that is no plain number as text.
fn text(sheet: &Sheet, value: Value) -> Option<Cow<'_, str>> {
    let is_text = !matches!(value, Value::Number(_)) && !is_broken(value);
    is_text.then(|| sheet.text(value))
}
