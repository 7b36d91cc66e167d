//! `palenque convert`: open it elsewhere.

use super::{Done, Print};
use crate::args::ConvertArgs;
use crate::diagnostics::Outcome;
use crate::output::{AtomicFile, Folder, Place, refuse_input, shown};
use crate::pipeline::typed::{no_choice, reading};
use crate::pipeline::write::{is_formula, place_all};
use crate::pipeline::{Base, read, real_inputs};
use crate::session::Session;
use crate::terminal::grouped;
use palenque_frame::{CsvStyle, Export, Exporter, exporter, exporters};
use palenque_graph::{Diagnostic, Panel, SupplyGraph};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) fn run(session: &mut Session, args: &ConvertArgs) -> Outcome<Done> {
    let known: Vec<&str> = exporters().map(|exporter| exporter.spec().name).collect();
    let Some(exporter) = exporter(&args.to) else {
        return Err(no_choice("--to", &args.to, &known));
    };
    let pipeline = reading(&args.input)?;
    let parts = exporter.spec().parts;
    let destination = match args.out.as_deref().filter(|out| *out != Path::new("-")) {
        Some(out) => {
            let inputs = real_inputs(&pipeline, &Base::default());
            Some(Destination::of(out, exporter, &inputs)?)
        }
        None if parts.len() > 1 && !session.json => {
            let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
            let what = format!("{} files cannot go into one place", parts.len());
            let found = Diagnostic::new("E0706", what)
                .note(format!("they are {}", names.join(" and ")))
                .help(if exporter.is_folder() {
                    "`--out FOLDER` writes them into a folder".to_owned()
                } else {
                    format!("`--out NAME.csv` writes {}", named("NAME.csv", parts).join(" and "))
                });
            return Err(found.into());
        }
        None => None,
    };
    let read = read(session, &pipeline, &Base::default())?;
    let graph = period(&read.panel, args.period.as_deref())?;
    let csv = CsvStyle { byte_order_mark: args.bom, spreadsheet_safe: args.spreadsheet_safe };
    let export = Export { graph, csv };
    for finding in exporter.check(&export).map_err(|found| *found)? {
        session.found.push(finding);
    }
    warn_of_formulas(session, exporter, &export);
    let counts = (graph.n_nodes() as u64, graph.n_edges() as u64);
    let Some(destination) = destination else { return printed(session, exporter, &export) };
    session.part("write", |_| destination.write(exporter, &export))?;
    session.stopped()?;
    let files = destination.shown(exporter, &export);
    let result = json!({
        "format": exporter.spec().name,
        "files": files,
        "nodes": counts.0,
        "edges": counts.1,
    });
    let note = format!(
        "{} nodes and {} edges in {}",
        grouped(counts.0),
        grouped(counts.1),
        files.join(", ")
    );
    let relations: Vec<&str> =
        graph.relations().iter().map(palenque_graph::Relation::name).collect();
    let done = Done::text("", result).note(note);
    if relations.is_empty() {
        return Ok(done);
    }
    Ok(done.note(format!("relations were left out: {}", shown_names(&relations))))
}

/// The files of a format beside a name that was typed: `net.csv` becomes `net.edges.csv` and `net.nodes.csv`.
fn named(name: &str, parts: &[(&str, &str)]) -> Vec<String> {
    if parts.len() == 1 {
        return vec![name.to_owned()];
    }
    let part = |(part, extension): &(&str, &str)| {
        let stem = name.strip_suffix(&format!(".{extension}")).unwrap_or(name);
        format!("{stem}.{part}.{extension}")
    };
    parts.iter().map(part).collect()
}

/// Where the files go, opened before anything is read.
struct Destination {
    folder: Folder,
    parent: PathBuf,
    /// The files by their paths inside the folder.
    paths: Vec<String>,
}

impl Destination {
    fn of(out: &Path, exporter: &dyn Exporter, inputs: &[PathBuf]) -> Outcome<Self> {
        if exporter.is_folder() {
            let paths = exporter.spec().parts.iter().map(|(name, end)| format!("{name}.{end}"));
            return Self::inside(out.to_owned(), paths, inputs);
        }
        let file = out.file_name().map(|name| name.to_string_lossy().into_owned());
        let Some(file) = file.filter(|_| !out.is_dir()) else {
            let what = format!("{} is a folder, and a file is wanted", shown(out));
            let example = out.join(format!("network.{}", exporter.spec().parts[0].1));
            return Err(Diagnostic::new("E0108", what)
                .help(format!("name the file, such as `--out {}`", shown(&example)))
                .into());
        };
        let parent = out.parent().unwrap_or(Path::new("")).to_owned();
        Self::inside(parent, named(&file, exporter.spec().parts).into_iter(), inputs)
    }

    /// Files by their paths inside a folder.
    fn inside(
        parent: PathBuf,
        paths: impl Iterator<Item = String>,
        inputs: &[PathBuf],
    ) -> Outcome<Self> {
        let (folder, paths) = (Folder::open(&parent)?, paths.collect::<Vec<String>>());
        for path in &paths {
            refuse_input(&folder.path().join(path), &shown(&parent.join(path)), inputs)?;
            if !path.contains('/') {
                drop(AtomicFile::create(&folder, path)?); // can it be written at all?
            }
        }
        Ok(Self { folder, parent, paths })
    }

    fn write(&self, exporter: &dyn Exporter, export: &Export<'_>) -> Outcome<()> {
        let mut inner: BTreeMap<&str, (Folder, Vec<Place>)> = BTreeMap::new();
        inner.insert("", (self.folder.clone(), Vec::new()));
        for (part, path) in self.written(exporter, export) {
            let (at, name) = path.rsplit_once('/').unwrap_or(("", path));
            if !inner.contains_key(at) {
                inner.insert(at, (Folder::open(&self.parent.join(at))?, Vec::new()));
            }
            let Some((folder, places)) = inner.get_mut(at) else { continue };
            let mut file = AtomicFile::create(folder, name)?;
            if let Err(error) = exporter.write(export, part, &mut file) {
                return Err(file.refused(&error).into());
            }
            places.push(file.finish()?);
        }
        inner.into_values().rev().try_for_each(|(folder, places)| place_all(&folder, places))
    }

    /// The files that a network has something for, with their positions among the parts.
    fn written<'a>(
        &'a self,
        exporter: &dyn Exporter,
        export: &Export<'_>,
    ) -> impl Iterator<Item = (usize, &'a str)> {
        let all = self.paths.iter().map(String::as_str).enumerate();
        all.filter(|(part, _)| exporter.has_part(export, *part)).collect::<Vec<_>>().into_iter()
    }

    fn shown(&self, exporter: &dyn Exporter, export: &Export<'_>) -> Vec<String> {
        self.written(exporter, export).map(|(_, path)| shown(&self.parent.join(path))).collect()
    }
}

/// The graph of the period that is asked for, or of the only one.
fn period<'a>(panel: &'a Panel, name: Option<&str>) -> Outcome<&'a SupplyGraph> {
    let names: Vec<&str> = panel.iter().map(|(name, _)| name).collect();
    match name {
        Some(name) => match panel.period(name) {
            Some(graph) => Ok(graph),
            None => Err(no_choice("--period", name, &names)),
        },
        None if panel.n_periods() == 1 => Ok(panel.last()),
        None => {
            let what = format!("the network has {} periods, and a file holds one", names.len());
            let last = palenque_graph::diagnostic::shown(names.last().copied().unwrap_or_default());
            Err(Diagnostic::new("E0702", what)
                .note(format!(
                    "they are {}",
                    palenque_graph::diagnostic::escaped(&names.join(", "))
                ))
                .help(format!("pass `--period {last}`, or another one"))
                .into())
        }
    }
}

fn shown_names(names: &[&str]) -> String {
    palenque_graph::diagnostic::escaped(&names.join(", "))
}

/// The network on standard output.
fn printed(session: &Session, exporter: &dyn Exporter, export: &Export<'_>) -> Outcome<Done> {
    let mut texts = Vec::new();
    for part in 0..exporter.spec().parts.len() {
        let mut text = Vec::new();
        exporter
            .write(export, part, &mut text)
            .map_err(|error| crate::output::refused("standard output", &error, 0, None))?;
        texts.push(text);
    }
    if session.json {
        let parts = exporter.spec().parts.iter().zip(&texts);
        let part = |((name, _), text): (&(&str, &str), &Vec<u8>)| {
            let name = if name.is_empty() { exporter.spec().name } else { name };
            (name.to_owned(), Value::from(String::from_utf8_lossy(text)))
        };
        let contents: serde_json::Map<String, Value> = parts.map(part).collect();
        let result = json!({
            "format": exporter.spec().name,
            "nodes": export.graph.n_nodes(),
            "edges": export.graph.n_edges(),
            "contents": contents,
        });
        return Ok(Done::text("", result));
    }
    let print: Print = Box::new(move |out| texts.iter().try_for_each(|text| out.write_all(text)));
    Ok(Done { yes: true, result: Value::Null, print, notes: Vec::new() })
}

/// W0801 where ids look like formulas and the files are opened with spreadsheets.
fn warn_of_formulas(session: &mut Session, exporter: &dyn Exporter, export: &Export<'_>) {
    let is_csv = exporter.spec().parts.iter().any(|(_, extension)| *extension == "csv");
    if !is_csv || export.csv.spreadsheet_safe {
        return;
    }
    let mut formulas = export.graph.ids().iter().filter(|id| is_formula(id));
    let Some(first) = formulas.next() else { return };
    let n = 1 + formulas.count() as u64;
    let id = palenque_graph::diagnostic::shown(first);
    let what = format!("{n} ids look like formulas to a spreadsheet, the first is `{id}`");
    let found = Diagnostic::new("W0801", what)
        .note("the files hold them as they are, so that other programs find them")
        .help("`--spreadsheet-safe` puts an apostrophe before them");
    session.found.push_counted(found, n);
}
