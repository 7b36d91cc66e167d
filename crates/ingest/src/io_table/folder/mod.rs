//! Tables that are a folder of matrices, a file each.
//!
//! Which sort of folder it is, its own files say: pymrio's `file_parameters.json`, Eora's label files, the names that
//! GLORIA gives its results. A further sort adds a file here and a line in [`read`].

mod eora26;
mod gloria;
mod matrix;
mod pymrio;

use super::read::{Reading, Tables, close, open};
use super::{Column, Flows, InputKind, InputRow, Label, Places};
use crate::assemble::File;
use crate::policy::{FileFormat, Policy};
use crate::source::{Refusal, Source};
use crate::text::number::NumberStyle;
use matrix::{Content, Matrix};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Location};
use std::path::{Path, PathBuf};

type Found<T> = Result<T, Box<Diagnostic>>;

/// Whether a table is a folder, or the file that describes one.
pub(super) fn is_one(path: &Path, policy: &Policy) -> bool {
    path.is_dir()
        || path.file_name().is_some_and(|name| name == pymrio::PARAMETERS)
        || policy.format == FileFormat::Pymrio
}

/// Reads a folder, named by itself or by its parameter file.
pub(super) fn read(path: &Path, reading: &mut Reading<'_>) -> Tables {
    let mut tables = Tables::default();
    let policy = Policy { format: FileFormat::Auto, ..reading.policy.clone() };
    let mut reading = Reading { policy: &policy, progress: reading.progress, found: reading.found };
    let parameters = path.join(pymrio::PARAMETERS);
    let result = if !path.is_dir() {
        pymrio::read(path, &mut tables, &mut reading)
    } else if parameters.is_file() {
        pymrio::read(&parameters, &mut tables, &mut reading)
    } else {
        names(path).and_then(|names| {
            if let Some(folder) = eora26::Folder::among(path, &names) {
                folder.read(&mut tables, &mut reading)
            } else if let Some(folder) = gloria::Folder::among(path, &names) {
                folder.read(&mut tables, &mut reading)
            } else {
                tables.files.push(File::named(path, "table"));
                Err(Box::new(unknown(path)))
            }
        })
    };
    if let Err(finding) = result {
        reading.found.push(*finding);
    }
    tables
}

/// E0108 for a folder of no known sort.
fn unknown(path: &Path) -> Diagnostic {
    let folder = path.display().to_string();
    let what = format!(
        "`{}` is a folder without `{}`, and none of Eora26 or GLORIA",
        shown(&folder),
        pymrio::PARAMETERS
    );
    let help = "name the file of the table, a folder that pymrio saved, or an unpacked one of Eora26 or GLORIA";
    Diagnostic::new("E0108", what).at(Location::file(folder)).help(help)
}

/// The names of the files in a folder, sorted.
fn names(path: &Path) -> Found<Vec<String>> {
    let mut names: Vec<String> = listed(path)?
        .filter(|entry| entry.path().is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

fn listed(path: &Path) -> Found<impl Iterator<Item = std::fs::DirEntry>> {
    let listed = std::fs::read_dir(path).map_err(|error| {
        let what = format!("the folder cannot be listed: {error}");
        let at = Location::file(path.display().to_string());
        let help = "`chmod u+rx` it, or copy it to where you may read";
        Box::new(Diagnostic::new("E0102", what).at(at).help(help))
    })?;
    Ok(listed.flatten())
}

/// Reads a file into a matrix; it is among the files of the table then, by the name that comes back.
fn filled(
    path: &Path,
    mut matrix: Matrix,
    tables: &mut Tables,
    reading: &mut Reading<'_>,
) -> Found<(String, Matrix)> {
    let mut source = Source::open(path, reading.policy)?;
    let mut file = File::named(path, "table");
    open(&mut source, &mut file, reading);
    let sheet = crate::reader::rows(&mut source, (reading.policy, reading.progress), &mut matrix)?;
    (file.report.dialect, file.is_read) = (sheet.dialect, sheet.is_whole);
    for finding in sheet.found.iter().filter(|finding| finding.id() != "W0209") {
        reading.found.push(finding.clone()); // tabs are written whatever the name says
    }
    file.account((matrix.rows.len() + matrix.ragged.len()) as u64, 0);
    let closed = close(&source, &mut file);
    let name = file.name.clone();
    tables.files.push(file);
    closed?;
    for &(line, n) in &matrix.ragged {
        let what = format!("row has {n} fields, the header has {}", matrix.titles().len());
        let at = Location::file(&name).line(line);
        let help = "the file may have been cut off: save or fetch it again";
        reading.found.push(Diagnostic::new("E0205", what).at(at).help(help));
    }
    Ok((name, matrix))
}

/// Reads a file of bare numbers: its labels are in other files.
fn bare(
    path: &Path,
    (rows, columns): (&[Label], &[Label]),
    notes_negative: bool,
    tables: &mut Tables,
    reading: &mut Reading<'_>,
) -> Found<(String, Matrix)> {
    let content = Content::Numbers { notes_negative };
    let bare = Matrix::bare(columns, content, NumberStyle::of(reading.policy));
    let (name, mut matrix) = filled(path, bare, tables, reading)?;
    if matrix.rows.len() + matrix.ragged.len() != rows.len() {
        let what = format!(
            "it has {} rows, and there are {} labels for them",
            matrix.rows.len() + matrix.ragged.len(),
            rows.len()
        );
        let help = "the labels and the numbers must be of one edition; fetch the folder again";
        let at = Location::file(&name);
        return Err(Box::new(Diagnostic::new("E0502", what).at(at).help(help)));
    }
    for (row, label) in matrix.rows.iter_mut().zip(rows) {
        row.0 = label.clone();
    }
    Ok((name, matrix))
}

/// The rows of a file that lists labels.
fn list(path: &Path, tables: &mut Tables, reading: &mut Reading<'_>) -> Found<Vec<Vec<String>>> {
    struct Rows(Vec<Vec<String>>);
    impl super::RowSink for Rows {
        fn row(&mut self, _: u64, cells: &[super::Cell<'_>]) -> Result<(), Refusal> {
            self.0.push(cells.iter().map(|cell| cell.label()).collect());
            Ok(())
        }
    }
    let mut source = Source::open(path, reading.policy)?;
    let mut file = File::named(path, "table");
    open(&mut source, &mut file, reading);
    let mut rows = Rows(Vec::new());
    super::read::rows(&mut source, &mut file, &mut rows, reading)?;
    file.account(rows.0.len() as u64, 0);
    let closed = close(&source, &mut file);
    tables.files.push(file);
    closed?;
    Ok(rows.0)
}

fn places(name: &str, matrix: &Matrix) -> Places {
    let (file, titles) = (name.to_owned(), matrix.titles());
    let has_lines = !name.ends_with(".parquet");
    Places { file, titles, has_lines, header: 1, ..Places::default() }
}

/// A row below the sectors that is not in a unit of its own, or is.
fn input_row(name: &str, kind: InputKind, unit: Option<&str>, values: Vec<f64>) -> InputRow {
    let unit = unit.map(Into::into);
    InputRow { name: name.into(), kind, unit, at: 0, values, by_final_users: Vec::new() }
}

/// Where a file of this end is, if it is one of a folder's.
fn ending(folder: &Path, names: &[String], fits: impl Fn(&str) -> bool) -> Option<PathBuf> {
    names.iter().find(|name| fits(name)).map(|name| folder.join(name))
}

/// Columns of final demand from the rows of their matrix.
fn columns(labels: &[Label], cells: &Flows, n: usize) -> Vec<Column> {
    let mut values = vec![vec![0.0; n]; labels.len()];
    (0..n.min(cells.n_rows()))
        .for_each(|row| cells.row(row).for_each(|(at, x)| values[at as usize][row] = x));
    let column =
        |(label, values): (&Label, Vec<f64>)| Column { label: label.clone(), at: 0, values };
    labels.iter().zip(values).map(column).collect()
}

/// A row with its zeros.
fn dense(row: impl Iterator<Item = (u32, f64)>, n: usize) -> Vec<f64> {
    let mut values = vec![0.0; n];
    row.for_each(|(at, x)| values[at as usize] = x);
    values
}
