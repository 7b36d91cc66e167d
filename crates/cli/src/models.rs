//! Synthetic economies on their way to an output folder.

use crate::command::{Done, Page};
use crate::diagnostics::{Outcome, Refusal};
use crate::output::folder::Opening;
use crate::output::{AtomicFile, OutputFolder};
use crate::session::Session;
use palenque_graph::{Diagnostic, Progress};
use palenque_ingest::generate::{GenerateOptions, Model, Sink, all, find};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// The schema and version of the `run.json` of a generated folder.
const SCHEMA: &str = "palenque.generate/1";

/// Every model: name and what it makes.
pub(crate) fn rows() -> Vec<Vec<String>> {
    all().map(|model| vec![model.spec().name.into(), model.spec().summary.into()]).collect()
}

/// The page of a model.
pub(crate) fn explained(name: &str) -> Option<Done> {
    let spec = find(name)?.spec();
    let mut page = Page::new(spec.name, spec.summary);
    for (file, meaning) in spec.files {
        page = page.line("file", &format!("{file}: {meaning}"));
    }
    let default = GenerateOptions::default();
    let files: Vec<Value> = spec
        .files
        .iter()
        .map(|(file, meaning)| json!({ "file": file, "meaning": meaning }))
        .collect();
    let json =
        json!({ "kind": "model", "name": spec.name, "summary": spec.summary, "files": files });
    let sizes = format!(
        "{} firms, {} periods, seed {} by default",
        default.firms, default.periods, default.seed
    );
    Some(
        page.line("size", &sizes)
            .line("try", &format!("palenque generate {} --out {}", spec.name, spec.name))
            .done(json),
    )
}

/// The model of this name.
pub(crate) fn named(name: &str) -> Outcome<&'static dyn Model> {
    find(name).ok_or_else(|| {
        let shown = palenque_graph::diagnostic::shown(name);
        let found = Diagnostic::new("E0702", format!("there is no model `{shown}`"));
        let known = all().map(|model| model.spec().name);
        match palenque_metrics::nearest(name, known) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help("`palenque list models` names them"),
        }
        .into()
    })
}

/// What was made.
pub(crate) struct Made {
    /// Files that are new or different.
    pub(crate) written: usize,
    /// All files.
    pub(crate) files: usize,
}

/// Writes a model's files into a folder.
pub(crate) fn make(
    session: &mut Session,
    model: &'static dyn Model,
    options: &GenerateOptions,
    dir: &Path,
    force: bool,
) -> Outcome<Made> {
    let opening = Opening { schema: SCHEMA, force, ..Opening::default() };
    let mut folder = OutputFolder::open(dir, opening, &session.progress)?;
    session.found.extend(std::mem::take(&mut folder.found));
    let name = model.spec().name;
    let mut files = Files { folder: &mut folder, open: None, refusal: None };
    session.progress.begin(&format!("make {name}"), 0);
    let mut result = model.generate(options, &mut files);
    if result.is_ok() {
        result = files.close();
    }
    let refusal = files.refusal.take();
    drop(files);
    session.stopped()?;
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    if let Err(error) = result {
        let what = format!("model `{name}`: {}", crate::output::plain(&error));
        let found = match error.kind() {
            io::ErrorKind::InvalidInput => Diagnostic::new("E0702", what)
                .help(format!("`palenque explain {name}` says what it takes")),
            _ => crate::output::refused(&crate::output::shown(dir), &error, 0, None),
        };
        return Err(found.into());
    }
    folder.refuse_changed()?;
    let outputs: Vec<Value> = folder
        .files()
        .map(|w| json!({ "path": w.path, "step": w.step, "bytes": w.bytes, "blake3": w.blake3 }))
        .collect();
    let n_files = outputs.len();
    let record = json!({
        "schema": SCHEMA,
        "palenque": crate::output::provenance::version(),
        "command": ["generate", name],
        "base": ".",
        "config": { "resolved": { "model": name, "firms": options.firms, "periods": options.periods, "seed": options.seed } },
        "inputs": [],
        "outputs": outputs,
        "diagnostics": {},
    });
    let log = crate::output::provenance::Log {
        parts: Vec::new(),
        threads: 1,
        seconds: session.progress.elapsed().as_secs_f64(),
        executable: None,
    };
    let summary = folder.place(&record, &log.json())?;
    Ok(Made { written: summary.written, files: n_files })
}

/// Files of a model, each ended when the next one begins.
struct Files<'a> {
    folder: &'a mut OutputFolder,
    open: Option<(String, AtomicFile)>,
    refusal: Option<Refusal>,
}

impl Files<'_> {
    fn refuse(&mut self, refusal: Refusal) -> io::Error {
        self.refusal = Some(refusal);
        io::Error::other("a file was refused")
    }

    fn close(&mut self) -> io::Result<()> {
        let Some((path, file)) = self.open.take() else { return Ok(()) };
        self.folder.end(&path, "", None, file).map_err(|refusal| self.refuse(refusal))
    }
}

impl Sink for Files<'_> {
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write + '_>> {
        self.close()?;
        let file = self.folder.begin(path).map_err(|refusal| self.refuse(refusal))?;
        let (_, file) = self.open.insert((path.to_owned(), file));
        Ok(Box::new(file))
    }
}
