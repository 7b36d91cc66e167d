//! Reading a table from whatever it is in: a wide sheet, records, a folder of matrices.

use super::layout::TableLayout;
use super::{Collector, IoTable, Places, RowSink, folder};
use crate::assemble::File;
use crate::layout::{Titles, long_table::LongTable};
use crate::policy::Policy;
use crate::reader::{self, Job};
use crate::records::Values;
use crate::source::{Body, Source};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Diagnostics, Progress};
use std::path::Path;

/// What was read of a table.
#[derive(Default)]
pub(crate) struct Tables {
    /// The files, the one that was named first. That of a long table holds its records.
    pub(crate) files: Vec<File>,
    /// The tables, where the files are no records.
    pub(crate) parsed: Vec<IoTable>,
    /// Whether the first file holds records of a long table.
    pub(crate) is_long: bool,
    /// The titles of all columns.
    pub(crate) titles: Vec<String>,
}

/// What a reader of tables has at hand.
pub(crate) struct Reading<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) found: &'a mut Diagnostics,
}

/// Reads the table at a path. What keeps it from being read is among the findings.
pub(crate) fn read(path: &Path, reading: &mut Reading<'_>) -> Tables {
    if folder::is_one(path, reading.policy) {
        return folder::read(path, reading);
    }
    let mut tables = Tables { files: vec![File::named(path, "table")], ..Tables::default() };
    if let Err(finding) = sheet(path, &mut tables, reading) {
        reading.found.push(*finding);
    }
    tables
}

fn sheet(
    path: &Path,
    tables: &mut Tables,
    reading: &mut Reading<'_>,
) -> Result<(), Box<Diagnostic>> {
    let (mut source, file) = (Source::open(path, reading.policy)?, &mut tables.files[0]);
    open(&mut source, file, reading);
    let Some(reader) = reader::of(&source) else { return Ok(()) };
    let titles = reader::titles(&mut source, reading.policy)?;
    if LongTable::fits(&Titles::new(&titles, reading.policy)) {
        let job = Job { layout: &LongTable, policy: reading.policy, progress: reading.progress };
        let parsed = reader.read(&mut source, &job)?;
        file.report.dialect = parsed.dialect;
        file.report.dialect.insert("layout".into(), "long".into());
        (file.records, file.is_read) = (parsed.records, parsed.is_whole);
        (tables.titles, tables.is_long) = (parsed.titles, true);
        for (planned, values) in &file.records.columns {
            if let (true, Values::Text(texts, _)) = (planned.name.ends_with("_sector"), values) {
                tables.titles.extend(texts.iter().map(str::to_owned)); // what `--map` may name
            }
        }
    } else {
        let Some(table) = labelled(&mut source, file, None, reading)? else { return Ok(()) };
        tables.titles = titles_of(&table);
        tables.parsed.push(table);
    }
    close(&source, file)
}

/// The table of a sheet whose layout is known. It is not put among the tables, but its file is among the files;
/// none where the file was not read to its end.
pub(super) fn collected(
    path: &Path,
    role: &str,
    layout: Option<&dyn TableLayout>,
    tables: &mut Tables,
    reading: &mut Reading<'_>,
) -> Result<Option<IoTable>, Box<Diagnostic>> {
    tables.files.push(File::named(path, role));
    let mut source = Source::open(path, reading.policy)?;
    let Some(file) = tables.files.last_mut() else { return Ok(None) };
    open(&mut source, file, reading);
    let Some(table) = labelled(&mut source, file, layout, reading)? else { return Ok(None) };
    close(&source, file)?;
    tables.titles.extend(titles_of(&table));
    Ok(Some(table))
}

fn labelled(
    source: &mut Source,
    file: &mut File,
    layout: Option<&dyn TableLayout>,
    reading: &mut Reading<'_>,
) -> Result<Option<IoTable>, Box<Diagnostic>> {
    let sheet = match &source.body {
        Some(Body::Sheet(opened)) => Some(opened.name.clone()),
        _ => None,
    };
    let has_lines = sheet.is_some() || matches!(source.body, Some(Body::Text(_)));
    let file_name = source.name.clone();
    let places = Places { file: file_name, sheet, has_lines, ..Places::default() };
    let mut collector = Collector::new(places, reading.policy).of_layout(layout);
    rows(source, file, &mut collector, reading)?;
    if !file.is_read {
        return Ok(None);
    }
    let table = collector.finish();
    let at = palenque_graph::Location::file(&source.name);
    let table = table.map_err(|refusal| Box::new(refusal.at(at)))?;
    file.report.dialect.insert("layout".into(), table.layout.into());
    file.account(table.rows, table.skipped);
    Ok(Some(table))
}

/// The titles and labels that `--map` may name.
fn titles_of(table: &IoTable) -> Vec<String> {
    let mut titles = table.places.titles.clone();
    titles.extend(table.sellers.iter().map(|seller| seller.label.name.to_string()));
    titles.extend(table.inputs.iter().map(|row| row.name.to_string()));
    titles
}

/// What is known of a file before it is read.
pub(super) fn open(source: &mut Source, file: &mut File, reading: &mut Reading<'_>) {
    file.name.clone_from(&source.name);
    reading.found.extend(std::mem::take(&mut source.found));
    reading.progress.begin(&format!("reading {}", shown(&source.name)), source.size());
    let name = reader::of(source).map_or("", |reader| reader.spec().name);
    file.report.format = source.packing.map_or_else(|| name.into(), |p| format!("{name}+{p}"));
}

/// Hands the rows of a file to a sink.
pub(super) fn rows(
    source: &mut Source,
    file: &mut File,
    sink: &mut dyn RowSink,
    reading: &mut Reading<'_>,
) -> Result<(), Box<Diagnostic>> {
    let sheet = reader::rows(source, (reading.policy, reading.progress), sink)?;
    (file.report.dialect, file.is_read) = (sheet.dialect, sheet.is_whole);
    reading.found.extend(sheet.found);
    Ok(())
}

/// What is known of a file after it was read; E0111 if it changed meanwhile.
pub(super) fn close(source: &Source, file: &mut File) -> Result<(), Box<Diagnostic>> {
    (file.report.bytes, file.report.blake3) = source.digest();
    if file.is_read { source.unchanged() } else { Ok(()) }
}
