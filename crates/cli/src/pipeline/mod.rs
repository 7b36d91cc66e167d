//! One engine for `measure`, `draw`, `report` and `run`: read, measure, draw, make the page, write.

pub(crate) mod draw;
pub(crate) mod level;
mod measure;
mod page;
mod products;
pub(crate) mod profile;
mod results;
mod sides;
pub(crate) mod typed;
pub(crate) mod write;

pub(crate) use level::Level;
pub(crate) use products::{Figure, Method, Products};
pub(crate) use write::{Destination, Ending, save};

use crate::config::check::table_stem;
use crate::config::{Measure, Output, Pipeline, Step, Work};
use crate::diagnostics::{Outcome, Refusal};
use crate::selection::Selection;
use crate::session::Session;
use palenque_frame::TableFormat;
use palenque_graph::{Panel, TableId};
use palenque_ingest::{FileReport, Inputs, MakeUse, Policy};
use sides::Sides;
use std::path::{Path, PathBuf};

/// Where a pipeline stands: its relative paths begin at the base.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base(PathBuf);

impl Base {
    /// The folder of a file.
    pub(crate) fn of_file(file: &Path) -> Self {
        Self(file.parent().unwrap_or(Path::new("")).to_owned())
    }

    /// A folder.
    pub(crate) fn folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// A path of the pipeline as this process sees it.
    pub(crate) fn join(&self, path: &Path) -> PathBuf {
        if path == Path::new("-") { path.to_owned() } else { self.0.join(path) }
    }

    /// The absolute path.
    pub(crate) fn absolute(&self) -> PathBuf {
        let base = if self.0.as_os_str().is_empty() { Path::new(".") } else { &self.0 };
        base.canonicalize().unwrap_or_else(|_| base.to_owned())
    }

    /// A path that this process sees as the pipeline records it: relative to the base.
    pub(crate) fn recorded(&self, path: &Path) -> PathBuf {
        if path == Path::new("-") {
            return path.to_owned();
        }
        if path.is_relative()
            && let Ok(inside) = path.strip_prefix(&self.0)
        {
            return inside.to_owned();
        }
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        crate::output::relative(&absolute, &self.absolute())
    }

    /// The inputs as this process sees them.
    pub(crate) fn inputs(&self, inputs: &Inputs) -> Inputs {
        let join = |path: &PathBuf| self.join(path);
        Inputs {
            edges: join(&inputs.edges),
            table: inputs.table.as_ref().map(join),
            graph: inputs.graph.as_ref().map(join),
            make_use: inputs
                .make_use
                .as_ref()
                .map(|MakeUse { make, uses }| MakeUse { make: join(make), uses: join(uses) }),
            nodes: inputs.nodes.as_ref().map(join),
            accounts: inputs.accounts.as_ref().map(join),
            final_demand: inputs.final_demand.as_ref().map(join),
            relations: inputs.relations.iter().map(|(n, path)| (n.clone(), join(path))).collect(),
            unit: inputs.unit.clone(),
        }
    }
}

/// The real paths of the files that a pipeline reads.
pub(crate) fn real_inputs(pipeline: &Pipeline, base: &Base) -> Vec<PathBuf> {
    pipeline.paths().filter_map(|path| base.join(path).canonicalize().ok()).collect()
}

/// What was read.
pub(crate) struct Read {
    /// The network.
    pub(crate) panel: Panel,
    /// What became of the files.
    pub(crate) files: Vec<FileReport>,
}

/// How files are read here and now.
fn policy(session: &Session, pipeline: &Pipeline) -> Policy {
    Policy {
        threads: session.threads,
        max_memory: session.max_memory(pipeline.limits.memory),
        reading_child: std::env::current_exe().ok(),
        ..pipeline.policy.clone()
    }
}

/// Reads the inputs. Findings go to the session.
pub(crate) fn read(session: &mut Session, pipeline: &Pipeline, base: &Base) -> Outcome<Read> {
    let policy = policy(session, pipeline);
    let inputs = base.inputs(&pipeline.inputs);
    let read =
        session.part("read", |session| palenque_ingest::read(&inputs, &policy, &session.progress));
    session.stopped()?;
    session.found.extend(read.diagnostics);
    match read.panel {
        Some(panel) if !session.found.has_errors() => Ok(Read { panel, files: read.files }),
        _ => Err(Refusal::Found(Box::default())),
    }
}

/// Computes everything that the steps ask for; nothing is written.
pub(crate) fn compute(
    session: &mut Session,
    pipeline: &Pipeline,
    base: &Base,
) -> Outcome<Products> {
    session.progress.limit_memory(session.max_memory(pipeline.limits.memory));
    let sides = Sides::read(session, pipeline, base)?;
    let params = sides.all(pipeline);
    let read = read(session, pipeline, base)?;
    let mut products = measure::measure(session, pipeline, read, sides)?;
    for step in &pipeline.steps {
        session.stopped()?;
        match &step.work {
            Work::Measure(_) => {}
            Work::Draw(draw) => draw::draw(session, pipeline, step, draw, base, &mut products)?,
            Work::Report(report) => {
                page::page(session, pipeline, step, (report, &params), base, &mut products)?;
            }
        }
    }
    session.stopped()?;
    Ok(products)
}

/// The format that a file's name asks for.
pub(crate) fn format_of(path: &str) -> Option<TableFormat> {
    TableFormat::named(Path::new(path).extension()?.to_str()?)
}

/// Files of a step, as far as they are known before it runs.
pub(crate) fn files_of(pipeline: &Pipeline, step: &Step) -> Vec<String> {
    let output = &pipeline.output;
    match &step.work {
        Work::Measure(measure) => match (&measure.to, Selection::parse(&measure.metrics)) {
            (Some(to), _) => vec![to.clone()],
            (None, Err(_)) => Vec::new(),
            (None, Ok(selection)) => files_of_tables(output, measure, selection.tables()),
        },
        Work::Draw(_) => {
            let stem = write::figure_stem(output.layout, &step.id);
            let formats = output.figures.iter().map(|f| f.extension()).chain(["csv"]);
            formats.map(|extension| format!("{stem}.{extension}")).collect()
        }
        Work::Report(report) => vec![report.to.clone().unwrap_or_else(|| "report.html".into())],
    }
}

fn files_of_tables(
    output: &Output,
    measure: &Measure,
    tables: impl IntoIterator<Item = TableId>,
) -> Vec<String> {
    let files = |table| {
        let stem = table_stem(output.layout, measure.by.as_deref(), table);
        output.formats.iter().map(move |f| format!("{stem}.{f}")).collect::<Vec<_>>()
    };
    tables.into_iter().flat_map(files).collect()
}

/// Files of a step that are not written where the input lacks what they need, such as stages.
pub(crate) fn uncertain_files(pipeline: &Pipeline, step: &Step) -> Vec<String> {
    match &step.work {
        Work::Measure(measure) if measure.to.is_none() => {
            match Selection::parse(&measure.metrics) {
                Ok(selection) => {
                    files_of_tables(&pipeline.output, measure, selection.uncertain_tables())
                }
                Err(_) => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Whether the files of a step are its alone: those of measure steps without `to` are joined.
pub(crate) fn owns_files(step: &Step) -> bool {
    !matches!(&step.work, Work::Measure(measure) if measure.to.is_none())
}
