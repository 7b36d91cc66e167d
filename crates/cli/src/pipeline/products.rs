//! What a pipeline made, before it is written.

use super::Level;
use palenque_graph::Table;
use palenque_ingest::FileReport;
use palenque_metrics::Metric;
use palenque_report::Drawing;

/// A figure of a step.
#[derive(Debug)]
pub(crate) struct Figure {
    /// The step's id, which is also the files' stem.
    pub(crate) id: String,
    /// The figure.
    pub(crate) drawing: Drawing,
}

/// How a metric was computed, where there was a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    /// The metric.
    pub(crate) metric: &'static str,
    /// The column whose groups it was computed of.
    pub(crate) by: Option<String>,
    /// The period.
    pub(crate) period: String,
    /// By whom, in how many steps, how exactly.
    pub(crate) how: String,
}

/// What a pipeline made.
#[derive(Default)]
pub(crate) struct Products {
    /// What became of the network's files.
    pub(crate) files: Vec<FileReport>,
    /// What became of the side tables.
    pub(crate) sides: Vec<FileReport>,
    /// The network and its groups, with their tables; the network itself is the first.
    pub(crate) levels: Vec<Level>,
    /// Tables that go to files of their own: step, file, table.
    pub(crate) own: Vec<(String, String, Table)>,
    /// Which steps filled the tables of a level.
    pub(crate) steps: Vec<String>,
    /// Figures, in the order of the steps.
    pub(crate) figures: Vec<Figure>,
    /// Pages: step, file, text.
    pub(crate) pages: Vec<(String, String, String)>,
    /// The metrics that were computed, in the order of the registry.
    pub(crate) metrics: Vec<&'static dyn Metric>,
    /// Metrics without a result that nobody asked for by name, with the reason.
    pub(crate) left_out: Vec<(String, String)>,
    /// How results were computed, where there was a choice.
    pub(crate) methods: Vec<Method>,
}

impl Products {
    /// The level of a column.
    pub(crate) fn level(&self, by: Option<&str>) -> Option<&Level> {
        self.levels.iter().find(|level| level.by.as_deref() == by)
    }

    /// What became of every file that was read.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &FileReport> {
        self.files.iter().chain(&self.sides)
    }

    /// The unit of the flows.
    pub(crate) fn unit(&self) -> Option<&str> {
        self.levels.first().and_then(|level| level.panel.last().unit())
    }
}
