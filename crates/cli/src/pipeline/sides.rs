//! Side tables: small files that some metrics ask for by name.

use super::Base;
use crate::config::{Measure, Pipeline};
use crate::diagnostics::{Outcome, Refusal};
use crate::session::Session;
use palenque_graph::SideTable;
use palenque_ingest::FileReport;
use palenque_metrics::{Metric, Params};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The side tables of a pipeline.
#[derive(Default)]
pub(super) struct Sides {
    tables: BTreeMap<PathBuf, Arc<SideTable>>,
    /// What became of the files, one entry a name and file.
    pub(super) files: Vec<FileReport>,
}

impl Sides {
    /// Reads all side tables. Findings go to the session.
    pub(super) fn read(session: &mut Session, pipeline: &Pipeline, base: &Base) -> Outcome<Self> {
        let policy = super::policy(session, pipeline);
        let mut sides = Self::default();
        for (name, path) in pipeline.sides() {
            let file = base.join(path);
            let read = session.part(name, |session| {
                palenque_ingest::read_side(name, &file, &policy, &session.progress)
            });
            session.stopped()?;
            session.found.extend(read.diagnostics);
            if let Some(table) = read.table {
                sides.tables.insert(path.to_owned(), Arc::new(table));
            }
            sides.files.push(read.report);
        }
        if session.found.has_errors() {
            return Err(Refusal::Found(Box::default()));
        }
        Ok(sides)
    }

    /// Parameters with all side tables of a pipeline, by name.
    pub(super) fn all(&self, pipeline: &Pipeline) -> Params {
        pipeline.sides().into_iter().fold(Params::default(), |params, (name, path)| {
            match self.tables.get(path) {
                Some(table) => params.with_side(name, Arc::clone(table)),
                None => params,
            }
        })
    }

    /// The parameters with the side tables that a metric reads and the step has.
    pub(super) fn give(&self, measure: &Measure, metric: &dyn Metric, params: Params) -> Params {
        let table = |path: &PathBuf| self.tables.get::<Path>(path).map(Arc::clone);
        metric.sides().iter().fold(params, |params, side| {
            match measure.sides.get(side.name).and_then(table) {
                Some(table) => params.with_side(side.name, table),
                None => params,
            }
        })
    }
}
