//! What goes into reading and what comes out of it.

use palenque_graph::{Diagnostics, Panel};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The files of one network. A path of `-` is standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Who supplies whom; not looked at where there is a table.
    pub edges: PathBuf,
    /// An input-output table, in place of edges: a wide table, a long one, or a folder that pymrio saved.
    pub table: Option<PathBuf>,
    /// Firms and their attributes.
    pub nodes: Option<PathBuf>,
    /// Accounts of nodes that change from period to period: id, period, then `output`, `final_demand`,
    /// `value_added`, `imports` …
    pub accounts: Option<PathBuf>,
    /// Final demand by node and category: a node id column, then one column a category.
    pub final_demand: Option<PathBuf>,
    /// Other relations over the same nodes, by name.
    pub relations: Vec<(String, PathBuf)>,
    /// The unit of the flows.
    pub unit: Option<String>,
}

impl Inputs {
    /// The paths of all files, the edges or the table first.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let others = self.nodes.iter().chain(&self.accounts).chain(&self.final_demand);
        std::iter::once(self.table.as_ref().unwrap_or(&self.edges))
            .chain(others)
            .chain(self.relations.iter().map(|(_, path)| path))
    }
}

/// What became of one file. `rows = used + merged + Σ dropped`, always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// `edges`, `table` (once for every file of a folder), `nodes`, `accounts`, `final_demand` or a relation's name.
    pub role: String,
    /// The path as the user gave it.
    pub path: PathBuf,
    /// Bytes on disk.
    pub bytes: u64,
    /// BLAKE3 hash of those bytes, in hexadecimal.
    pub blake3: String,
    /// Such as `csv`, `csv+gzip`, `parquet`.
    pub format: String,
    /// How the text was understood: `delimiter`, `encoding`, `header`, the columns used.
    pub dialect: BTreeMap<String, String>,
    /// Data rows in the file.
    pub rows: u64,
    /// Rows that became an edge, node or tie of their own.
    pub used: u64,
    /// Rows that were added to an earlier row's edge or repeat an earlier row.
    pub merged: u64,
    /// Rows left out, by the code that says why (`W0409` zero flow, `filtered` …).
    pub dropped: BTreeMap<String, u64>,
}

impl FileReport {
    /// All rows left out.
    #[must_use]
    pub fn n_dropped(&self) -> u64 {
        self.dropped.values().sum()
    }
}

/// What was read.
#[derive(Debug)]
pub struct Ingested {
    /// The network of every period; a file without a period column gives one period with an empty name. `None`
    /// where an error was found.
    pub panel: Option<Panel>,
    /// All findings.
    pub diagnostics: Diagnostics,
    /// What became of each file.
    pub files: Vec<FileReport>,
}
