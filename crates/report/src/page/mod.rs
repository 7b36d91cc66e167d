//! The report: one file, offline, readable without a script.

use crate::{Drawing, ReportError};
use palenque_graph::{Diagnostic, Table};

/// A figure as the page shows it.
#[derive(Clone, Debug)]
pub struct FigureOnPage {
    /// The name of the figure's files, such as `quadrant`.
    pub id: String,
    /// The figure.
    pub drawing: Drawing,
    /// Its files as seen from the page, such as `figures/quadrant.svg`: linked under the figure. May be none.
    pub files: Vec<String>,
}

/// A table as the page shows it.
#[derive(Clone, Debug)]
pub struct TableOnPage {
    /// The table, finished: keys in front.
    pub table: Table,
    /// The heading; `None` takes the table's own name.
    pub title: Option<String>,
    /// The file with all of it, as seen from the page, such as `tables/stage/linkages.csv`. May be none.
    pub file: Option<String>,
}

/// A table under its own name, without a file.
impl From<Table> for TableOnPage {
    fn from(table: Table) -> Self {
        Self { table, title: None, file: None }
    }
}

/// One finding and how often it was made.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The first finding of its code.
    pub diagnostic: Diagnostic,
    /// How often the code was found.
    pub count: u64,
}

/// What became of one input file.
#[derive(Clone, Debug, Default)]
pub struct InputNote {
    /// `edges`, `nodes` or a relation's name.
    pub role: String,
    /// The path, relative.
    pub path: String,
    /// Such as `csv+gzip`.
    pub format: String,
    /// BLAKE3 of the bytes.
    pub blake3: String,
    /// Data rows.
    pub rows: u64,
    /// Rows used.
    pub used: u64,
    /// Rows merged.
    pub merged: u64,
    /// Rows dropped, by reason.
    pub dropped: Vec<(String, u64)>,
}

/// Definition and source of one metric.
#[derive(Clone, Debug, Default)]
pub struct MethodNote {
    /// The metric's name.
    pub name: String,
    /// What it answers.
    pub summary: String,
    /// The formula.
    pub formula: String,
    /// The source.
    pub source: String,
    /// How to read it.
    pub reading: String,
}

/// Everything the page shows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The title.
    pub title: String,
    /// One sentence under it, such as what the data are and that they are synthetic.
    pub subtitle: Option<String>,
    /// Figures of the head: label, value as text, unit, note.
    pub headline: Vec<(String, String, String, String)>,
    /// What was read.
    pub inputs: Vec<InputNote>,
    /// What was found wrong.
    pub findings: Vec<Finding>,
    /// The tables, in order.
    pub tables: Vec<TableOnPage>,
    /// The figures, in order.
    pub figures: Vec<FigureOnPage>,
    /// The methods used.
    pub methods: Vec<MethodNote>,
    /// Provenance as name and value: version, configuration hash, seed, command to reproduce.
    pub provenance: Vec<(String, String)>,
    /// The unit of the flows.
    pub unit: Option<String>,
}

/// Renders the page.
///
/// # Errors
/// [`ReportError::Template`] when the template cannot be filled.
pub fn page(page: &Page) -> Result<String, ReportError> {
    let _ = page;
    Err(ReportError::Template("not built yet".into()))
}
