//! Formats: how the bytes of a file become records. A reader reports what it reads and judges nothing.

mod arrow;
mod child;
mod columns;
mod csv;
pub mod graph;
mod parquet;
pub(crate) mod xlsx;

pub use child::answer;

use crate::io_table::{self, RowSink};
use crate::layout::Layout;
use crate::policy::Policy;
use crate::records::Records;
use crate::source::{Body, Refusal, Source};
use crate::text::{self, sheet::Sheet};
use palenque_graph::{Diagnostic, Location, Progress};
use std::collections::BTreeMap;

/// One format.
pub trait Reader: Sync {
    /// What it is.
    fn spec(&self) -> &'static ReaderSpec;

    /// Whether an input is of this format, by its first bytes.
    fn sniff(&self, source: &Source) -> Confidence;

    /// Reads all records.
    ///
    /// # Errors
    /// What keeps the file from being read at all. What is wrong with single rows is among the findings of the
    /// records.
    fn read(&self, source: &mut Source, job: &Job<'_>) -> Result<Parsed, Box<Diagnostic>>;
}

/// What a reader says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderSpec {
    /// Its name, as `--input-format` takes it.
    pub name: &'static str,
    /// The endings of such files.
    pub extensions: &'static [&'static str],
    /// What it reads, in one line.
    pub doc: &'static str,
}

/// How sure a reader is that an input is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It is not.
    No,
    /// It is, if nobody else says so.
    Fallback,
    /// It is.
    Sure,
}

/// What a reader is to do.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// What the columns mean.
    pub layout: &'a dyn Layout,
    /// The rules.
    pub policy: &'a Policy,
    /// Whom to tell how far it is.
    pub progress: &'a dyn Progress,
}

/// The records of a file, and how it was understood.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The records.
    pub records: Records,
    /// Whether the file was read to its end.
    pub is_whole: bool,
    /// The titles of all columns.
    pub titles: Vec<String>,
    /// How the file was understood: `delimiter`, `encoding`, `header`, the columns used.
    pub dialect: BTreeMap<String, String>,
}

static READERS: &[&dyn Reader] = &[&arrow::Arrow, &csv::Csv, &parquet::Parquet, &xlsx::Xlsx];

/// All readers, in alphabetical order.
pub fn all() -> impl ExactSizeIterator<Item = &'static dyn Reader> {
    READERS.iter().copied()
}

/// What `--table` reads beside single files, and how tables are laid out in them, in alphabetical order.
pub static TABLES: &[ReaderSpec] = &[
    ReaderSpec {
        name: "long table",
        extensions: &["csv", "tsv", "parquet", "arrow"],
        doc: "an input-output table as records: from_sector, to_sector, value",
    },
    ReaderSpec {
        name: "pymrio",
        extensions: &["json"],
        doc: "a folder with file_parameters.json, and its extensions",
    },
    ReaderSpec {
        name: "wide table",
        extensions: &["csv", "tsv", "parquet", "arrow"],
        doc: "an input-output table as a matrix with its labels",
    },
];

/// The reader of an input.
pub(crate) fn of(source: &Source) -> Option<&'static dyn Reader> {
    let best = all().max_by_key(|reader| reader.sniff(source))?;
    (best.sniff(source) > Confidence::No).then_some(best)
}

/// The titles of an input's first row, to tell what it is before it is read.
///
/// # Errors
/// What keeps a file of columns from being decoded.
pub(crate) fn titles(source: &mut Source, policy: &Policy) -> Result<Vec<String>, Box<Diagnostic>> {
    load(source, policy)?;
    source.refuse_markup()?;
    Ok(match &mut source.body {
        Some(Body::Text(text)) => text::sheet::titles(text, policy),
        Some(Body::Sheet(opened)) => xlsx::table::titles(opened, policy),
        Some(Body::Decoded(columns)) => columns.iter().map(|c| c.name.clone()).collect(),
        _ => Vec::new(),
    })
}

/// Decodes what has to be decoded as a whole.
fn load(source: &mut Source, policy: &Policy) -> Result<(), Box<Diagnostic>> {
    columns::load(source, policy)?;
    xlsx::load(source, policy)
}

/// Hands the rows of an input over as those of a sheet.
///
/// # Errors
/// What keeps the file from being read at all.
pub(crate) fn rows(
    source: &mut Source,
    (policy, progress): (&Policy, &dyn Progress),
    sink: &mut dyn RowSink,
) -> Result<Sheet, Box<Diagnostic>> {
    load(source, policy)?;
    source.refuse_markup()?;
    match source.body.take() {
        Some(Body::Sheet(opened)) => xlsx::table::read(&opened, (policy, progress), sink),
        Some(Body::Text(text)) => {
            text::sheet::read(text, &source.name, &source.path, (policy, progress), sink)
        }
        Some(Body::Decoded(columns)) => {
            let refuse = |refusal: Refusal| Box::new(refusal.at(Location::file(&source.name)));
            io_table::columns_as_rows(&columns, sink).map_err(refuse)?;
            Ok(Sheet { is_whole: true, ..Sheet::default() })
        }
        _ => Ok(Sheet::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_listed_in_order_and_say_what_they_read() {
        let names: Vec<&str> = all().map(|reader| reader.spec().name).collect();
        assert!(names.is_sorted() && TABLES.is_sorted_by_key(|spec| spec.name));
        assert!(all().all(|r| !r.spec().extensions.is_empty() && !r.spec().doc.is_empty()));
    }
}
