//! Files to supply graphs.
//!
//! A reader turns the bytes of a file into records that know their line and judges nothing; `assemble.rs`
//! alone decides what becomes of bad ones, by the rules of a [`Policy`]. Nothing is lost silently: for every
//! file, rows = used + merged + dropped, and each drop has a code.
//!
//! # Example
//! ```
//! use palenque_graph::NoProgress;
//! use palenque_ingest::{Inputs, Policy, read};
//!
//! let folder = tempfile::tempdir()?;
//! let edges = folder.path().join("edges.csv");
//! # #[expect(clippy::disallowed_methods, reason = "a file of an example, in a folder of its own")]
//! std::fs::write(&edges, "seller,buyer,value\ngrower,distiller,60\ndistiller,bottler,110\n")?;
//! let read = read(&Inputs { edges, ..Inputs::default() }, &Policy::default(), &NoProgress);
//! assert!(read.diagnostics.is_empty());
//! let network = read.panel.expect("a sound file");
//! assert_eq!(network.last().total_flow(), 170.0);
//! assert_eq!(read.files[0].rows, 2);
//! # Ok::<(), std::io::Error>(())
//! ```

mod assemble;
mod digits;
pub mod generate;
mod intern;
mod io_table;
pub mod layout;
mod policy;
pub mod reader;
pub mod records;
mod report;
mod sheet;
mod source;
mod text;

pub use policy::{
    DuplicateRule, EmptyCellRule, Encoding, FileFormat, LineEnds, MissingWeightRule, NegativeRule,
    NodeConflictRule, Policy, RaggedRule, SutModel, UnknownNodeRule, ZeroRule,
};
pub use report::{FileReport, Ingested, IngestedSide, Inputs, MakeUse};
pub use source::Source;

use assemble::{File, Files};
use io_table::read::Tables;
use layout::Layout;
use layout::account_list::AccountList;
use layout::edge_list::EdgeList;
use layout::final_demand::FinalDemandTable;
use layout::node_list::NodeList;
use layout::relation_list::RelationList;
use layout::side_list::SideList;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Diagnostics, Progress};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads all inputs and builds the graph of every period.
///
/// Never fails as a whole: what is wrong is in [`Ingested::diagnostics`], and where an error was found there is
/// no panel. There is none either when `progress` asked to stop.
#[must_use]
pub fn read(inputs: &Inputs, policy: &Policy, progress: &dyn Progress) -> Ingested {
    let mut reading =
        Reading { policy, progress, found: Diagnostics::default(), titles: Vec::new() };
    let table = match (&inputs.table, &inputs.make_use) {
        (Some(path), _) => Some(reading.table(|reading| io_table::read::read(path, reading))),
        (None, Some(MakeUse { make, uses })) => {
            Some(reading.table(|reading| io_table::supply_use::read(make, uses, reading)))
        }
        (None, None) => None,
    };
    let graph = inputs.graph.as_ref().filter(|_| table.is_none());
    let (edges, nodes) = match (&table, graph) {
        (None, Some(path)) => {
            let [edges, nodes] = reading.graph(path);
            (edges, Some(nodes))
        }
        (table, _) => {
            let edges = match table {
                Some(_) => File::default(),
                None => reading.file("edges", &inputs.edges, &EdgeList),
            };
            let nodes = inputs.nodes.as_ref();
            (edges, nodes.map(|path| reading.file("nodes", path, &NodeList)))
        }
    };
    let mut files = Files {
        edges,
        table,
        nodes,
        accounts: inputs.accounts.as_ref().map(|path| reading.file("accounts", path, &AccountList)),
        final_demand: None,
        relations: Vec::new(),
    };
    if let Some(path) = &inputs.final_demand {
        files.final_demand = Some(reading.file("final_demand", path, &FinalDemandTable));
    }
    for (name, path) in &inputs.relations {
        files.relations.push((name.clone(), reading.file(name, path, &RelationList)));
    }
    reading.check_names();
    let unit = inputs.unit.as_deref();
    let (panel, diagnostics, files) = assemble::assemble(&mut files, unit, policy, reading.found);
    let panel = panel.filter(|_| !progress.cancelled());
    Ingested { panel, diagnostics, files }
}

/// Reads a side table: a file of any format, every cell as text. What a policy says about the columns of the network's
/// files does not concern it.
///
/// # Example
/// ```
/// use palenque_graph::NoProgress;
/// use palenque_ingest::{Policy, read_side};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("shocks.csv");
/// # #[expect(clippy::disallowed_methods, reason = "a file of an example, in a folder of its own")]
/// std::fs::write(&path, "node_id,change\nbottler,-5\n")?;
/// let read = read_side("shocks", &path, &Policy::default(), &NoProgress);
/// let shocks = read.table.expect("a sound file");
/// assert_eq!(shocks.rows().next(), Some((2, ["bottler".to_owned(), "-5".to_owned()].as_slice())));
/// assert_eq!((read.report.role.as_str(), read.report.used), ("shocks", 1));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn read_side(
    name: &str,
    path: &Path,
    policy: &Policy,
    progress: &dyn Progress,
) -> IngestedSide {
    let policy = Policy { columns: BTreeMap::new(), only: Vec::new(), ..policy.clone() };
    let found = Diagnostics::default();
    let mut reading = Reading { policy: &policy, progress, found, titles: Vec::new() };
    let file = reading.file(name, path, &SideList);
    assemble::side_table(file, &policy, reading.found)
}

/// The state of reading several files.
struct Reading<'a> {
    policy: &'a Policy,
    progress: &'a dyn Progress,
    found: Diagnostics,
    /// The titles of all columns of all files.
    titles: Vec<String>,
}

impl Reading<'_> {
    /// Reads one file; what keeps it from being read is among the findings.
    fn file(&mut self, role: &str, path: &Path, layout: &dyn Layout) -> File {
        let mut file = File::named(path, role);
        if let Err(finding) = self.fill(&mut file, path, layout) {
            self.found.push(*finding);
        }
        file
    }

    /// Reads a file that is a whole graph: its edges and its nodes, as if each had a file of its own.
    fn graph(&mut self, path: &Path) -> [File; 2] {
        let mut files = ["edges", "nodes"].map(|role| File::named(path, role));
        if let Err(finding) = self.fill_graph(&mut files, path) {
            self.found.push(*finding);
        }
        files
    }

    fn fill_graph(&mut self, files: &mut [File; 2], path: &Path) -> Result<(), Box<Diagnostic>> {
        // What a graph is, its content says.
        let policy = Policy { format: FileFormat::Auto, ..self.policy.clone() };
        let mut source = Source::open(path, &policy)?;
        for file in &mut *files {
            file.name.clone_from(&source.name);
        }
        self.found.extend(std::mem::take(&mut source.found));
        self.progress.begin(&format!("reading {}", shown(&source.name)), source.size());
        let graph = reader::graph::read(&mut source, &policy, self.progress)?;
        let name = graph.format;
        let format = source.packing.map_or_else(|| name.into(), |p| format!("{name}+{p}"));
        let (bytes, blake3) = source.digest();
        for (file, parsed) in files.iter_mut().zip([graph.edges, graph.nodes]) {
            file.report.format.clone_from(&format);
            (file.report.bytes, file.report.blake3) = (bytes, blake3.clone());
            file.report.dialect = parsed.dialect;
            file.records = parsed.records;
            file.is_read = parsed.is_whole;
            self.titles.extend(parsed.titles);
        }
        if files[0].is_read { source.unchanged() } else { Ok(()) }
    }

    /// Reads an input-output table.
    fn table(&mut self, read: impl FnOnce(&mut io_table::read::Reading<'_>) -> Tables) -> Tables {
        let (policy, progress) = (self.policy, self.progress);
        let mut reading = io_table::read::Reading { policy, progress, found: &mut self.found };
        let mut table = read(&mut reading);
        self.titles.append(&mut table.titles);
        table
    }

    fn fill(
        &mut self,
        file: &mut File,
        path: &Path,
        layout: &dyn Layout,
    ) -> Result<(), Box<Diagnostic>> {
        let mut source = Source::open(path, self.policy)?;
        file.name.clone_from(&source.name);
        self.found.extend(std::mem::take(&mut source.found));
        source.refuse_markup()?;
        let Some(reader) = reader::of(&source) else { return Ok(()) };
        self.progress.begin(&format!("reading {}", shown(&source.name)), source.size());
        let job = reader::Job { layout, policy: self.policy, progress: self.progress };
        let parsed = reader.read(&mut source, &job)?;
        let name = reader.spec().name;
        file.report.format = source.packing.map_or_else(|| name.into(), |p| format!("{name}+{p}"));
        (file.report.bytes, file.report.blake3) = source.digest();
        file.report.dialect = parsed.dialect;
        file.records = parsed.records;
        file.is_read = parsed.is_whole;
        self.titles.extend(parsed.titles);
        if parsed.is_whole { source.unchanged() } else { Ok(()) }
    }

    /// E0301 for columns that the user names and no file has.
    fn check_names(&mut self) {
        if self.found.has_errors() {
            return;
        }
        let mapped = self
            .policy
            .columns
            .iter()
            .map(|(name, title)| (title, format!("`--map {name}={title}`")));
        let only = self.policy.only.iter();
        let only = only.map(|(title, value)| (title, format!("`--where {title}={value}`")));
        for (title, option) in mapped.chain(only) {
            let wanted = layout::canonical(title);
            if !self.titles.iter().any(|t| layout::canonical(t) == wanted) {
                let what = format!("no file has a column `{}`", shown(title));
                let help = format!("check {}", shown(&option));
                self.found.push(Diagnostic::new("E0301", what).help(help));
            }
        }
    }
}
