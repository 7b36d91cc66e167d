//! Records to graphs: every cleaning rule, once, for all formats (`methods.md` 0.2, by the rules of a [`Policy`]).
//!
//! Parallel records are added, zero flows left out, negative ones refused; self-loops and isolates stay. Nodes
//! come in the order of the node file, else of their first appearance among the edges. For every file, rows =
//! used + merged + dropped.

mod accounts;
mod edges;
mod finding;
mod io_table;
mod lookalike;
mod nodes;
mod side;
mod side_table;

pub(crate) use side_table::side_table;

use crate::io_table::read::Tables;
use crate::policy::{DuplicateRule, Policy};
use crate::records::{MISSING, Records, Values};
use crate::report::FileReport;
use edges::UsedRecords;
use finding::Place;
use nodes::{Map, Nodes};
use palenque_graph::{
    Columns, Diagnostic, Diagnostics, FinalDemand, Ids, Location, Panel, SupplyGraph,
};

/// One file: its report and what was read from it.
#[derive(Default)]
pub(crate) struct File {
    pub(crate) report: FileReport,
    pub(crate) name: String,
    pub(crate) records: Records,
    /// Whether it was read to its end.
    pub(crate) is_read: bool,
    tally: Tally,
    overflows: bool,
}

/// What became of the rows of a file.
#[derive(Clone, Debug, Default)]
struct Tally {
    used: u64,
    merged: u64,
    dropped: std::collections::BTreeMap<&'static str, u64>,
}

impl Tally {
    fn drop(&mut self, code: &'static str, n: u64) {
        *self.dropped.entry(code).or_insert(0) += n;
    }
}

impl File {
    /// A file of which nothing was read yet.
    pub(crate) fn named(path: &std::path::Path, role: &str) -> Self {
        let report = FileReport { role: role.into(), path: path.into(), ..FileReport::default() };
        Self { report, name: path.display().to_string(), ..Self::default() }
    }

    /// Takes note that so many rows were read, and so many of them passed over.
    pub(crate) fn account(&mut self, rows: u64, skipped: u64) {
        self.records.rows = rows;
        self.tally.used = rows - skipped;
        if skipped > 0 {
            self.tally.drop("skipped", skipped);
        }
    }

    fn place(&self) -> Place<'_> {
        Place { name: &self.name, records: &self.records }
    }

    /// Closes the account of the file; in a refused one no row was used.
    fn settle(&mut self, refused: bool) {
        self.report.rows = self.records.rows;
        if refused {
            self.report.dropped.clear();
            if self.report.rows > 0 {
                self.report.dropped.insert("refused".into(), self.report.rows);
            }
            return;
        }
        (self.report.used, self.report.merged) = (self.tally.used, self.tally.merged);
        if self.records.filtered > 0 {
            self.tally.drop("filtered", self.records.filtered);
        }
        let dropped = self.tally.dropped.iter();
        self.report.dropped = dropped.map(|(&code, &n)| (code.to_owned(), n)).collect();
    }
}

/// All files of a network.
#[derive(Default)]
pub(crate) struct Files {
    /// Supply records; not read where there is a table.
    pub(crate) edges: File,
    /// An input-output table, in place of edges.
    pub(crate) table: Option<Tables>,
    pub(crate) nodes: Option<File>,
    pub(crate) accounts: Option<File>,
    pub(crate) final_demand: Option<File>,
    pub(crate) relations: Vec<(String, File)>,
}

impl Files {
    fn all(&mut self) -> impl Iterator<Item = &mut File> {
        let (edges, tables) = match &mut self.table {
            Some(table) => (None, table.files.as_mut_slice()),
            None => (Some(&mut self.edges), &mut [][..]),
        };
        let others = self.nodes.iter_mut().chain(&mut self.accounts).chain(&mut self.final_demand);
        let relations = self.relations.iter_mut().map(|(_, file)| file);
        edges.into_iter().chain(tables).chain(others).chain(relations)
    }
}

/// The rules, and what was found by them.
struct Context<'a> {
    policy: &'a Policy,
    found: Diagnostics,
    n_bad: u64,
}

impl Context<'_> {
    /// Rows that a policy leaves out: W0413, or an error where they are too many.
    fn left_out(&mut self, code: &'static str, n: u64, at: Location, why: &str) {
        self.n_bad += n;
        let rows = if n == 1 { "1 row that".into() } else { format!("{n} rows that") };
        let limit = self.policy.max_bad.filter(|&limit| self.n_bad > limit);
        let finding = if let Some(limit) = limit {
            let what = format!("{rows} {why} were to be left out: more than `--max-bad {limit}`");
            Diagnostic::new(code, what).help("mend the file, or raise `--max-bad`")
        } else {
            let what = format!("{rows} {why} were left out, as asked ({code})");
            Diagnostic::new("W0413", what).help("`--allow W0413` silences")
        };
        let finding = finding.at(at);
        self.found.push_counted(finding, n);
    }
}

/// Builds the graphs of all periods from the records of all files.
pub(crate) fn assemble(
    files: &mut Files,
    unit: Option<&str>,
    policy: &Policy,
    before: Diagnostics,
) -> (Option<Panel>, Diagnostics, Vec<FileReport>) {
    let mut context = Context { policy, found: before, n_bad: 0 };
    for file in files.all() {
        forms(file, &mut context);
    }
    let panel = match files.table.take() {
        Some(mut table) => {
            let panel = table_panel(&mut table, files, unit, &mut context);
            files.table = Some(table);
            panel
        }
        None => panel(files, unit, &mut context),
    };
    let refused = panel.is_none();
    let reports = files.all().map(|file| {
        file.settle(refused);
        std::mem::take(&mut file.report)
    });
    let reports = reports.collect();
    (panel, context.found, reports)
}

/// What was found about the form of a file, and what that leaves out.
fn forms(file: &mut File, context: &mut Context<'_>) {
    context.found.extend(std::mem::take(&mut file.records.found));
    if let Some((n, line)) = file.records.ragged {
        file.tally.drop("E0205", n);
        let at = Location::file(&file.name).line(line);
        context.left_out("E0205", n, at, "have the wrong number of fields");
    }
    if file.is_read && file.records.rows == 0 && !context.found.has_errors() {
        let what = match (file.records.places.are_elements(), &*file.report.role) {
            (false, _) => "the file has a header and no rows",
            (true, "nodes") => "the graph has no nodes",
            (true, _) => "the graph has no edges",
        };
        let help = "check that the export finished, or pass `--allow W0101`";
        context
            .found
            .push(Diagnostic::new("W0101", what).at(Location::file(&file.name)).help(help));
    }
}

fn panel(files: &mut Files, unit: Option<&str>, context: &mut Context<'_>) -> Option<Panel> {
    let policy = context.policy;
    alike(files.nodes.as_ref().unwrap_or(&files.edges), &mut context.found);
    let mut nodes = match &mut files.nodes {
        Some(file) => Nodes::of_file(file, policy, &mut context.found),
        None => Nodes::of_edges(files.edges.records.ids.clone()),
    };
    // Without a node file that was read, the edges have nothing to be compared with.
    let compares = files.nodes.as_ref().is_some_and(|file| file.is_read);
    let n_rows = nodes.len();
    let map = if compares { nodes.map(&files.edges.records.ids, policy) } else { Map::Same };
    let used = edges::judge(&mut files.edges, &map, context);
    let n = nodes.len() - n_rows;
    if n > 0 {
        let what = format!("{n} firms of the edges are not in the node file and were added");
        let help = "`--allow W0414` silences; they have no attributes";
        let finding =
            Diagnostic::new("W0414", what).at(Location::file(&files.edges.name)).help(help);
        context.found.push_counted(finding, n as u64);
    }
    let accounts = files.accounts.as_mut().map(|file| accounts::read(file, &mut nodes, context));
    let demand = files.final_demand.as_mut().map(|file| side::demand(file, &mut nodes, context));
    let relations: Vec<side::Ties> =
        files.relations.iter_mut().map(|(_, file)| side::ties(file, &mut nodes, context)).collect();
    let (ids, columns) = nodes.finish();
    let periods = periods(&files.edges, context);
    if let (Some(accounts), Some(file)) = (&accounts, &mut files.accounts) {
        accounts.tell(file, &periods.names, context);
    }
    if files.edges.overflows && !context.found.has_errors() {
        edges::overflow(&files.edges, &used, &ids, &mut context.found);
    }
    if context.found.has_errors() {
        return None;
    }
    let shared =
        Shared { columns, accounts, demand: demand.map(|d| d.block(ids.len())), relations, unit };
    let names: Vec<String> = files.relations.iter().map(|(name, _)| name.clone()).collect();
    let (graphs, n_merged, first) = match graphs(&files.edges, used, ids, &periods, policy) {
        Ok(built) => built,
        Err(error) => {
            context.found.push(refused(&error, &files.edges.name));
            return None;
        }
    };
    files.edges.tally.merged = n_merged;
    files.edges.tally.used = graphs.iter().map(|graph| graph.n_edges() as u64).sum();
    if let Some(record) = first {
        repeated(&files.edges, n_merged, record, context);
        if policy.duplicates == DuplicateRule::Error {
            return None;
        }
    }
    let whole = |(period, graph): (String, SupplyGraph)| {
        let graph = shared.complete(graph, &period, &files.edges, &names);
        (period, graph)
    };
    let graphs: Vec<(String, SupplyGraph)> =
        periods.names.into_iter().zip(graphs).map(whole).collect();
    Panel::new(graphs).ok()
}

/// The graphs of a table, with whatever other files say of its sectors.
fn table_panel(
    table: &mut Tables,
    files: &mut Files,
    unit: Option<&str>,
    context: &mut Context<'_>,
) -> Option<Panel> {
    let mut tables = std::mem::take(&mut table.parsed);
    if table.is_long && !context.found.has_errors() {
        tables = io_table::of_records(&mut table.files[0], context);
    }
    let n_tables = tables.len();
    let judged = tables.into_iter().filter_map(|table| io_table::judge(table, context));
    let sound: Vec<io_table::Sound> = judged.collect();
    if sound.len() < n_tables || sound.is_empty() {
        return None;
    }
    let ids = io_table::ids(&sound);
    let mut nodes = match &mut files.nodes {
        Some(file) => Nodes::of_file(file, context.policy, &mut context.found),
        None => Nodes::of_edges(ids),
    };
    let placed: Option<Vec<Vec<u32>>> =
        sound.iter().map(|sound| sound.nodes(&mut nodes, context)).collect();
    let accounts = files.accounts.as_mut().map(|file| accounts::read(file, &mut nodes, context));
    if let Some(file) =
        files.final_demand.as_ref().filter(|_| sound.iter().any(io_table::Sound::has_demand))
    {
        let what = "the table says final demand, and another file does too";
        let help = "leave `--final-demand` out, or the columns of final demand in the table";
        let at = Location::file(&file.name);
        context.found.push(Diagnostic::new("E0302", what).at(at).help(help));
    }
    let demand = files.final_demand.as_mut().map(|file| side::demand(file, &mut nodes, context));
    let relations: Vec<side::Ties> =
        files.relations.iter_mut().map(|(_, file)| side::ties(file, &mut nodes, context)).collect();
    let periods: Vec<String> = sound.iter().map(|sound| sound.period().to_owned()).collect();
    if let (Some(accounts), Some(file)) = (&accounts, &mut files.accounts) {
        accounts.tell(file, &periods, context);
    }
    let placed = placed.filter(|_| !context.found.has_errors())?;
    let (ids, columns) = nodes.finish();
    let demand = demand.map(|demand| demand.block(ids.len()));
    let shared = Shared { columns: Columns::default(), accounts, demand, relations, unit };
    let names: Vec<String> = files.relations.iter().map(|(name, _)| name.clone()).collect();
    let mut graphs = Vec::with_capacity(periods.len());
    for ((sound, node_of), period) in sound.into_iter().zip(&placed).zip(periods) {
        match sound.graph(ids.clone(), node_of, columns.clone()) {
            Ok(graph) => graphs.push((period.clone(), shared.beside(graph, &period, unit, &names))),
            Err(error) => {
                context.found.push(refused(&error, &table.files[0].name));
                return None;
            }
        }
    }
    Panel::new(graphs).ok()
}

/// What goes beside the flows of every period.
struct Shared<'a> {
    columns: Columns,
    accounts: Option<accounts::NodeAccounts>,
    demand: Option<FinalDemand>,
    relations: Vec<side::Ties>,
    unit: Option<&'a str>,
}

impl Shared<'_> {
    fn complete(
        &self,
        graph: SupplyGraph,
        period: &str,
        edges: &File,
        names: &[String],
    ) -> SupplyGraph {
        // A unit that all rows share is the unit of the flows.
        let units = edges.records.position("unit").map(|at| &edges.records.columns[at].1);
        let only = match units {
            Some(Values::Text(texts, _)) if texts.len() == 1 => texts.iter().next(),
            _ => None,
        };
        let graph = graph.with_nodes(self.columns.clone());
        self.beside(graph, period, self.unit.or(only), names)
    }

    /// Puts accounts, final demand, relations and the unit beside a graph that has its nodes.
    fn beside(
        &self,
        mut graph: SupplyGraph,
        period: &str,
        unit: Option<&str>,
        names: &[String],
    ) -> SupplyGraph {
        if let Some(accounts) = &self.accounts {
            let mut columns = graph.nodes().clone();
            accounts.fill(&mut columns, period, graph.n_nodes());
            graph = graph.with_nodes(columns);
        }
        if let Some(demand) = &self.demand {
            graph = graph.with_final_demand(demand.clone());
        }
        for (name, ties) in names.iter().zip(&self.relations) {
            graph = graph.with_relation(ties.of_period(name, period));
        }
        match unit {
            Some(unit) => graph.with_unit(unit),
            None => graph,
        }
    }
}

/// The periods in order, and for every text of the period column the period it is.
struct Periods {
    names: Vec<String>,
    /// The period of every record; none where there is only one.
    of_record: Option<Vec<u32>>,
}

/// The periods of a file: in the order of numbers if all are numbers, else of texts.
fn periods(file: &File, context: &mut Context<'_>) -> Periods {
    let column = file.records.position("period");
    let Some((at, Values::Text(texts, codes))) = column.map(|at| (at, &file.records.columns[at].1))
    else {
        return Periods { names: vec![String::new()], of_record: None };
    };
    let gaps: Vec<usize> = (0..codes.len()).filter(|&r| codes[r] == MISSING).collect();
    if let Some(&first) = gaps.first() {
        let what = format!("{} rows have no period", gaps.len());
        let help = "fill the cells, or leave the column out by `--map period=` another one";
        let at = file.place().cell(first, at);
        context
            .found
            .push_counted(Diagnostic::new("E0303", what).at(at).help(help), gaps.len() as u64);
    }
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    let number = |code: u32| texts.get(code.into()).trim().parse::<i64>().ok();
    if order.iter().all(|&code| number(code).is_some()) {
        order.sort_by_key(|&code| (number(code), texts.get(code.into())));
    } else {
        order.sort_by_key(|&code| texts.get(code.into()));
    }
    let mut rank = vec![0; order.len()];
    for (position, &code) in order.iter().enumerate() {
        rank[code as usize] = position as u32;
    }
    let names = order.iter().map(|&code| texts.get(code.into()).to_owned()).collect();
    let of = |&code: &u32| rank.get(code as usize).copied().unwrap_or(MISSING);
    Periods { names, of_record: Some(codes.iter().map(of).collect()) }
}

type Graphs = (Vec<SupplyGraph>, u64, Option<usize>);

fn graphs(
    file: &File,
    used: UsedRecords,
    ids: Ids,
    periods: &Periods,
    policy: &Policy,
) -> Result<Graphs, palenque_graph::BuildError> {
    let parts = match &periods.of_record {
        Some(codes) => used.by_period(codes, periods.names.len()),
        None => vec![used],
    };
    let (mut graphs, mut n_merged, mut first) = (Vec::new(), 0, None);
    // The last period takes the ids, the others a copy.
    let mut copies: Vec<Ids> = parts.iter().skip(1).map(|_| ids.clone()).collect();
    copies.push(ids);
    for (part, ids) in parts.into_iter().zip(copies) {
        let (graph, merged, record) = edges::build(file, part, ids, policy)?;
        graphs.push(graph);
        n_merged += merged as u64;
        first = [first, record].into_iter().flatten().min();
    }
    Ok((graphs, n_merged, first))
}

/// What keeps records from being a graph: only their number, as all else was looked after.
fn refused(error: &palenque_graph::BuildError, name: &str) -> Diagnostic {
    let at = Location::file(name);
    let help = "aggregate the records before, or split the file by period";
    Diagnostic::new("E0902", error.to_string()).at(at).help(help)
}

const SILENCE: &str = "`--dup error` to refuse, `--allow W0408` to silence";

/// W0408, or E0409 where repeated pairs are refused.
fn repeated(file: &File, n: u64, record: usize, context: &mut Context<'_>) {
    let rows = file.records.rows;
    let [count, rows] = [n, rows].map(grouped);
    let (id, done, help) = match context.policy.duplicates {
        DuplicateRule::Error => ("E0409", "", "`--dup sum`, `first` or `max` takes them"),
        DuplicateRule::Sum => ("W0408", "; flows were added", SILENCE),
        DuplicateRule::First => ("W0408", "; the first was kept", SILENCE),
        DuplicateRule::Max => ("W0408", "; the largest was kept", SILENCE),
    };
    let repeat = if n == 1 { "repeats" } else { "repeat" };
    let what = format!("{count} of {rows} rows {repeat} a seller-buyer pair{done}");
    let at = file.place().at(record);
    context.found.push_counted(Diagnostic::new(id, what).at(at).help(help), n);
}

/// A count with its digits in groups of three.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Adds findings about the ids of a file, at the first row that names the first of them.
fn alike(file: &File, found: &mut Diagnostics) {
    let records = &file.records;
    for alike in lookalike::check(&records.ids) {
        let code = alike.first.index() as u32;
        let row = |codes: &Vec<u32>| codes.iter().position(|&c| c == code);
        let columns = records.columns.iter().filter_map(|(_, values)| match values {
            Values::Ids(codes) => row(codes),
            _ => None,
        });
        let record = columns.min().unwrap_or_default();
        found.push_counted(alike.finding.at(file.place().at(record)), alike.n);
    }
}
