//! Arrow IPC files, also called Feather 2: typed columns, decoded by the data-frame library.

use super::{Confidence, Job, Parsed, Reader, ReaderSpec, columns};
use crate::source::{Body, Source};
use palenque_frame::ColumnFile;
use palenque_graph::Diagnostic;

/// Reads Arrow IPC files, also called Feather 2.
pub(super) struct Arrow;

impl Reader for Arrow {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec {
            name: "arrow",
            extensions: &["arrow", "feather", "ipc"],
            doc: "Arrow IPC files, also called Feather 2",
        }
    }

    fn sniff(&self, source: &Source) -> Confidence {
        match source.body {
            Some(Body::Columns(_, ColumnFile::Arrow)) => Confidence::Sure,
            _ => Confidence::No,
        }
    }

    fn read(&self, source: &mut Source, job: &Job<'_>) -> Result<Parsed, Box<Diagnostic>> {
        columns::read(source, job)
    }
}
