//! Delimited text: CSV, TSV and their relatives, packed or not.

use super::{Confidence, Job, Parsed, Reader, ReaderSpec};
use crate::source::{Body, Source};
use crate::text;
use palenque_graph::Diagnostic;

/// Reads delimited text.
pub(super) struct Csv;

impl Reader for Csv {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec {
            name: "csv",
            extensions: &["csv", "tsv", "txt", "csv.gz", "csv.zst", "zip"],
            doc: "delimited text with a header, plain, gzip, Zstandard or zip",
        }
    }

    fn sniff(&self, source: &Source) -> Confidence {
        match source.body {
            Some(Body::Text(_)) => Confidence::Fallback,
            _ => Confidence::No,
        }
    }

    fn read(&self, source: &mut Source, job: &Job<'_>) -> Result<Parsed, Box<Diagnostic>> {
        match source.body.take() {
            Some(Body::Text(text)) => text::read(text, &source.name, &source.path, job),
            _ => Ok(Parsed::default()),
        }
    }
}
