//! Apache Parquet: typed columns, decoded by the data-frame library.

use super::{Confidence, Job, Parsed, Reader, ReaderSpec, columns};
use crate::source::{Body, Source};
use palenque_frame::ColumnFile;
use palenque_graph::Diagnostic;

/// Reads Apache Parquet.
pub(super) struct Parquet;

impl Reader for Parquet {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec { name: "parquet", extensions: &["parquet", "pq"], doc: "Apache Parquet" }
    }

    fn sniff(&self, source: &Source) -> Confidence {
        match source.body {
            Some(Body::Columns(_, ColumnFile::Parquet)) => Confidence::Sure,
            _ => Confidence::No,
        }
    }

    fn read(&self, source: &mut Source, job: &Job<'_>) -> Result<Parsed, Box<Diagnostic>> {
        columns::read(source, job)
    }
}
