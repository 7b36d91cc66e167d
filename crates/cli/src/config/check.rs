//! What must hold between the steps of a pipeline: checked before anything is read or written.

use super::read::Places;
use super::{Layout, Pipeline, Source, Step, Work};
use crate::selection::Selection;
use palenque_graph::table::Alignment;
use palenque_graph::{Diagnostic, Diagnostics, TableId};
use palenque_metrics::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// Checks a pipeline and puts its steps in order.
pub(super) fn check(
    mut pipeline: Pipeline,
    places: &[Places],
    source: &Source,
    found: Diagnostics,
) -> Result<Pipeline, Diagnostics> {
    let mut check = Check { pipeline: &pipeline, places, source, found };
    check.ids();
    check.paths();
    check.outputs();
    check.columns();
    let order = check.order();
    let found = check.found;
    if found.has_errors() {
        return Err(found);
    }
    pipeline.steps = order.into_iter().map(|i| pipeline.steps[i].clone()).collect();
    Ok(pipeline)
}

struct Check<'a> {
    pipeline: &'a Pipeline,
    places: &'a [Places],
    source: &'a Source,
    found: Diagnostics,
}

impl Check<'_> {
    fn report(&mut self, found: Diagnostic, span: Option<&Range<usize>>, label: &str) {
        self.found.push(self.source.locate(found, span, label));
    }

    fn ids(&mut self) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (i, step) in self.pipeline.steps.iter().enumerate() {
            let span = self.places[i].id.clone();
            if let Err(why) = usable(&step.id) {
                let id = palenque_graph::diagnostic::shown(&step.id);
                let wrong =
                    Diagnostic::new("E0709", format!("step id `{id}` cannot be used: {why}"))
                        .help("an id names files: letters, digits, `-` and `_`, at most 64");
                self.report(wrong, span.as_ref(), "");
            } else if let Some(first) = seen.insert(step.id.to_lowercase(), i) {
                let first = &self.pipeline.steps[first].id;
                let wrong =
                    Diagnostic::new("E0709", format!("two steps have the id `{}`", step.id))
                        .note(format!(
                            "the other is `{first}`; ids name files, and case does not count"
                        ))
                        .help("give one of them another id");
                self.report(wrong, span.as_ref(), "");
            }
        }
    }

    fn paths(&mut self) {
        for (i, step) in self.pipeline.steps.iter().enumerate() {
            let Some(to) = to_of(step) else { continue };
            let span = self.places[i].to.clone();
            let path = Path::new(to);
            let wrong = |what: &str| {
                Diagnostic::new("E0703", what)
                    .note(format!("`to` is `{}`", palenque_graph::diagnostic::shown(to)))
                    .help("write a path inside `output.dir`, such as \"tables/name.csv\"")
            };
            if path.is_absolute() || to.starts_with('\\') || to.chars().nth(1) == Some(':') {
                self.report(wrong("`to` is an absolute path"), span.as_ref(), "");
                continue;
            }
            if path
                .components()
                .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
            {
                self.report(wrong("`to` leaves the output folder"), span.as_ref(), "");
                continue;
            }
            let known = match step.work {
                Work::Report(_) => path.extension().is_some_and(|e| e == "html"),
                _ => crate::pipeline::format_of(to).is_some(),
            };
            if !known {
                let help = "end it with .csv, .parquet, .arrow or .json; a report's with .html";
                let wrong = Diagnostic::new("E0702", "the end of `to` names no known format");
                self.report(wrong.help(help), span.as_ref(), "");
            }
            if let Work::Measure(measure) = &step.work
                && let Ok(selection) = Selection::parse(&measure.metrics)
                && !measure.metrics.is_empty()
                && selection.tables().len() > 1
            {
                let tables = selection.tables();
                let names: Vec<&str> = tables.iter().map(|id| id.name()).collect();
                let wrong =
                    Diagnostic::new("E0706", "`to` is one file, and the step fills several tables")
                        .note(format!("the tables are {}", names.join(", ")))
                        .help("ask for fewer metrics, or leave `to` out");
                self.report(wrong, span.as_ref(), "");
            }
        }
    }

    /// No file is written twice, not even on systems where case does not count, and none is an input.
    fn outputs(&mut self) {
        let mut seen: BTreeMap<String, String> =
            FIXED.iter().map(|name| ((*name).to_owned(), "palenque itself".to_owned())).collect();
        let dir = lexical(&self.pipeline.output.dir);
        let inputs: Vec<(PathBuf, &Path)> =
            input_paths(self.pipeline).map(|path| (lexical(path), path)).collect();
        for (i, step) in self.pipeline.steps.iter().enumerate() {
            for path in crate::pipeline::files_of(self.pipeline, step) {
                let span = self.places[i].to.as_ref().or(self.places[i].id.as_ref()).cloned();
                let as_output = lexical(&dir.join(&path));
                let shown = palenque_graph::diagnostic::shown(&path);
                if let Some((_, input)) = inputs.iter().find(|(input, _)| *input == as_output) {
                    let what =
                        format!("step `{}` would overwrite the input {}", step.id, input.display());
                    let wrong = Diagnostic::new("E0710", what)
                        .help("write to another file, or choose another `output.dir`");
                    self.report(wrong, span.as_ref(), "");
                }
                let lower = path.to_lowercase();
                let owner = if crate::pipeline::owns_files(step) {
                    step.id.clone()
                } else {
                    "the joined tables".to_owned()
                };
                if let Some(other) = seen.get(&lower).filter(|other| **other != owner) {
                    let wrong = Diagnostic::new("E0706", format!("`{shown}` is written twice"))
                        .note(format!("the other one is of {}; case does not count", named(other)))
                        .help("give one of them another name");
                    self.report(wrong, span.as_ref(), "");
                } else {
                    seen.insert(lower, owner);
                }
            }
        }
    }

    /// Steps that fill one table at one level are joined: no column twice.
    fn columns(&mut self) {
        let mut seen: BTreeMap<(Option<String>, TableId, &str), &str> = BTreeMap::new();
        for (i, step) in self.pipeline.steps.iter().enumerate() {
            let Work::Measure(measure) = &step.work else { continue };
            if measure.to.is_some() {
                continue;
            }
            let Ok(selection) = Selection::parse(&measure.metrics) else { continue };
            for pick in &selection.picks {
                for (table, column) in pick.columns() {
                    if table.alignment() == Alignment::Long && table != TableId::NetworkSummary {
                        continue; // rows of several steps follow each other
                    }
                    let key = (measure.by.clone(), table, column.name);
                    let Some(other) = seen.insert(key, &step.id).filter(|other| *other != step.id)
                    else {
                        continue;
                    };
                    let span = self.places[i].id.clone();
                    let what = format!("column `{}` of {table} is filled twice", column.name);
                    let wrong = Diagnostic::new("E0706", what)
                        .note(format!("steps `{other}` and `{}` both ask for it", step.id))
                        .help("ask for it in one step, or give one of them `to = \"FILE.csv\"`");
                    self.report(wrong, span.as_ref(), "");
                    break;
                }
            }
        }
    }

    /// Positions of the steps, each after those it needs, otherwise in the order of the file.
    fn order(&mut self) -> Vec<usize> {
        let steps = &self.pipeline.steps;
        let position = |id: &str| steps.iter().position(|step| step.id == id);
        for (i, step) in steps.iter().enumerate() {
            for need in step.needs.iter().filter(|need| position(need).is_none()) {
                let shown = palenque_graph::diagnostic::shown(need);
                let what = format!("step `{}` needs `{shown}`, and there is no such step", step.id);
                let near = nearest(need, steps.iter().map(|s| s.id.as_str()));
                let label = near.map_or_else(String::new, |n| format!("did you mean `{n}`?"));
                let ids: Vec<&str> = steps.iter().map(|s| s.id.as_str()).collect();
                let wrong =
                    Diagnostic::new("E0704", what).help(format!("steps are {}", ids.join(", ")));
                let span = self.places[i].needs.clone();
                self.found.push(self.source.locate(wrong, span.as_ref(), &label));
            }
        }
        let mut order: Vec<usize> = Vec::new();
        let mut placed: BTreeSet<&str> = BTreeSet::new();
        loop {
            let ready = |i: &usize| {
                let step = &steps[*i];
                !placed.contains(step.id.as_str())
                    && step
                        .needs
                        .iter()
                        .all(|n| placed.contains(n.as_str()) || position(n).is_none())
            };
            let Some(next) = (0..steps.len()).find(ready) else { break };
            placed.insert(&steps[next].id);
            order.push(next);
        }
        if order.len() < steps.len() {
            self.report_cycle(&placed);
        }
        order
    }

    fn report_cycle(&mut self, placed: &BTreeSet<&str>) {
        let steps = &self.pipeline.steps;
        let Some(start) = steps.iter().position(|s| !placed.contains(s.id.as_str())) else {
            return;
        };
        let mut walk = vec![start];
        let cycle = loop {
            let step = &steps[walk[walk.len() - 1]];
            let next = step.needs.iter().find(|n| !placed.contains(n.as_str()));
            let Some(next) = next.and_then(|n| steps.iter().position(|s| s.id == *n)) else {
                return; // two steps of one id, reported already
            };
            if let Some(at) = walk.iter().position(|&i| i == next) {
                walk.push(next);
                break walk.split_off(at);
            }
            walk.push(next);
        };
        let names: Vec<&str> = cycle.iter().map(|&i| steps[i].id.as_str()).collect();
        let wrong =
            Diagnostic::new("E0704", format!("steps need each other: {}", names.join(" -> ")))
                .help("take one of the `needs` away");
        let span = self.places[cycle[0]].needs.clone();
        self.report(wrong, span.as_ref(), "");
    }
}

/// Files that every run writes.
static FIXED: &[&str] =
    &["run.json", "run.log.json", "datapackage.json", "readme.txt", "tables/diagnostics.csv"];

fn named(step: &str) -> String {
    if step.contains(' ') { step.to_owned() } else { format!("step `{step}`") }
}

fn to_of(step: &Step) -> Option<&str> {
    match &step.work {
        Work::Measure(measure) => measure.to.as_deref(),
        Work::Report(report) => report.to.as_deref(),
        Work::Draw(_) => None,
    }
}

/// The files that are read.
pub(super) fn input_paths(pipeline: &Pipeline) -> impl Iterator<Item = &Path> {
    pipeline.paths().filter(|path| !path.as_os_str().is_empty() && *path != Path::new("-"))
}

/// A path without `.` and with `..` resolved as written.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// Whether an id can name files everywhere.
fn usable(id: &str) -> Result<(), String> {
    let mut chars = id.chars();
    let first = chars.next().ok_or("it is empty")?;
    if !first.is_ascii_alphanumeric() {
        return Err("it must begin with a letter or digit".into());
    }
    if let Some(c) = id.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))) {
        return Err(format!("it has the character `{}`", c.escape_debug()));
    }
    if id.len() > 64 {
        return Err("it is longer than 64 characters".into());
    }
    let upper = id.to_ascii_uppercase();
    let numbered = |prefix: &str| {
        upper
            .strip_prefix(prefix)
            .is_some_and(|n| n.len() == 1 && n != "0" && n.parse::<u8>().is_ok())
    };
    let device = matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || numbered("COM")
        || numbered("LPT");
    if device { Err("it names a device on Windows".into()) } else { Ok(()) }
}

/// Where a table of a level lies in the output folder, without its extension.
pub(crate) fn table_stem(layout: Layout, by: Option<&str>, table: TableId) -> String {
    let by = by.map_or_else(String::new, |by| format!("{by}/"));
    match layout {
        Layout::Folders => format!("tables/{by}{table}"),
        Layout::Flat => format!("{by}{table}"),
    }
}
