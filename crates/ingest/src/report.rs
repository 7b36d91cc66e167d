//! What goes into reading and what comes out of it.

use palenque_graph::{Diagnostics, Panel, SideTable};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The files of one network. A path of `-` is standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Who supplies whom; not looked at where there is a table or a graph.
    pub edges: PathBuf,
    /// An input-output table, in place of edges: a wide table, a long one, or a folder that pymrio saved.
    pub table: Option<PathBuf>,
    /// A graph with its nodes and edges in one file, in place of edges and nodes.
    pub graph: Option<PathBuf>,
    /// A make table and a use table, in place of edges.
    pub make_use: Option<MakeUse>,
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

/// The two files of a supply and use framework.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MakeUse {
    /// Which industry makes how much of which product: a row an industry, a column a product.
    pub make: PathBuf,
    /// Who uses how much of it: a row a product, a column an industry, final demand behind, value added below.
    pub uses: PathBuf,
}

impl Inputs {
    /// Whether the network is one of sectors: a table, or make and use.
    #[must_use]
    pub fn is_table(&self) -> bool {
        self.table.is_some() || self.make_use.is_some()
    }

    /// Whether something else stands in the place of edges.
    #[must_use]
    pub fn has_no_edge_list(&self) -> bool {
        self.is_table() || self.graph.is_some()
    }

    /// The paths of all files, the edges, the table or the graph first.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let first = match (&self.table, &self.make_use, &self.graph) {
            (Some(table), ..) => [Some(table), None],
            (None, Some(MakeUse { make, uses }), _) => [Some(make), Some(uses)],
            (None, None, Some(graph)) => [Some(graph), None],
            (None, None, None) => [Some(&self.edges), None],
        };
        let others = self.nodes.iter().chain(&self.accounts).chain(&self.final_demand);
        first.into_iter().flatten().chain(others).chain(self.relations.iter().map(|(_, path)| path))
    }
}

/// What became of one file. `rows = used + merged + Σ dropped`, always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// `edges` and `nodes` (both of one file, where it is a graph), `table` (once for every file of a folder), `make`, `use`, `accounts`, `final_demand`, or the name of a
    /// relation or side table.
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

/// What was read of a side table.
#[derive(Debug)]
pub struct IngestedSide {
    /// The table; `None` where an error was found.
    pub table: Option<SideTable>,
    /// All findings.
    pub diagnostics: Diagnostics,
    /// What became of the file: every row of a sound one is used.
    pub report: FileReport,
}
