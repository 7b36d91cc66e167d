//! Where in a file a record stands, and what is said about its cells.

use crate::records::Records;
use crate::text::number::fault;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Diagnostics, Location};

/// The records of a file, for saying where something is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    pub(super) records: &'a Records,
}

/// Some occurrences: how many, and the first one's record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) n: u64,
    pub(super) first: usize,
}

impl Count {
    pub(super) fn add(&mut self, record: usize) {
        if self.n == 0 {
            self.first = record;
        }
        self.n += 1;
    }
}

impl Place<'_> {
    /// The line of a record. A table without lines has only its name.
    pub(super) fn at(&self, record: usize) -> Location {
        let (places, mut at) = (&self.records.places, Location::file(self.name));
        at.sheet = places.sheet_name().map(shown);
        if places.are_rows() { at } else { at.line(places.get(record)) }
    }

    /// A cell of a record.
    pub(super) fn cell(&self, record: usize, column: usize) -> Location {
        let Some((planned, _)) = self.records.columns.get(column) else { return self.at(record) };
        let at = self.at(record).field(shown(&planned.title));
        if self.records.places.are_elements() { at } else { at.column(planned.at as u64 + 1) }
    }

    /// `row 7: ` for a table without lines.
    pub(super) fn row(&self, record: usize) -> String {
        if self.records.places.are_rows() {
            format!("row {}: ", self.records.places.get(record))
        } else {
            String::new()
        }
    }

    /// A cell of the column with this palenque name.
    pub(super) fn named(&self, record: usize, name: &str) -> Location {
        self.cell(record, self.records.position(name).unwrap_or(usize::MAX))
    }
}

/// A number as a message shows it: not more digits than one reads.
pub(super) fn figure(x: f64) -> String {
    let text = if x.abs() >= 1e15 || (x != 0.0 && x.abs() < 1e-4) {
        return format!("{x:e}");
    } else if x.abs() >= 1e5 {
        format!("{x:.0}")
    } else {
        format!("{x:.4}")
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

/// Findings about cells of number columns that hold something else. `may_be_empty` says for a column's name
/// whether an empty cell is a gap.
pub(super) fn cells(
    place: Place<'_>,
    may_be_empty: impl Fn(&str) -> bool,
    found: &mut Diagnostics,
) {
    let records = place.records;
    for cell in &records.bad {
        let fault = fault(&cell.raw);
        if found.has_enough(fault.id) {
            found.count_more(fault.id, 1);
            continue;
        }
        let raw = shown(cell.raw.trim());
        let what = match fault.id {
            "E0406" => format!("`{raw}` is not a finite number"),
            "E0408" => format!("`{raw}` does not fit a double"),
            _ => format!("`{raw}` is not a number"),
        };
        let name = records.columns.get(cell.column).map_or("", |(planned, _)| &planned.name);
        let help = if fault.help.contains("--missing-weight") && may_be_empty(name) {
            "write a number, or leave the cell empty if it is not known"
        } else {
            fault.help
        };
        let at = place.cell(cell.record, cell.column);
        let mut finding = Diagnostic::new(fault.id, format!("{}{what}", place.row(cell.record)))
            .at(at)
            .help(help);
        if let Some(note) = fault.note {
            finding = finding.note(note);
        }
        found.push(finding);
    }
    let more = records.n_bad - records.bad.len() as u64;
    if more > 0 {
        found.count_more("E0303", more);
    }
    if let Some((n, record, column)) = records.rounded {
        let what = format!("{n} numbers have more digits than a double holds and were rounded");
        let help = "use a larger unit; ids belong into text columns; or `--allow W0412`";
        let at = place.cell(record, column);
        found.push_counted(Diagnostic::new("W0412", what).at(at).help(help), n);
    }
}
