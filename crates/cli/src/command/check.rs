//! `palenque check`: does an output folder still reproduce?

use super::Done;
use super::compare::{folders, json, text, tolerance};
use crate::args::CheckArgs;
use crate::config::{Pipeline, Source, from_tree};
use crate::diagnostics::Outcome;
use crate::difference::{Difference, Differences};
use crate::output::folder::Opening;
use crate::output::scratch::Scratch;
use crate::output::{refused, shown};
use crate::pipeline::{Base, Destination, Ending, Products, compute, save};
use crate::session::Session;
use crate::terminal::grouped;
use palenque_graph::{Diagnostic, Location};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(super) fn run(session: &mut Session, args: &CheckArgs) -> Outcome<Done> {
    let tolerance = tolerance(&args.tolerance)?;
    let recorded = Recorded::read(&args.dir)?;
    let base = Base::folder(args.dir.join(&recorded.base));
    let products = compute(session, &recorded.pipeline, &base)?;
    let config = recorded.config.as_ref().map(|(name, hash)| {
        let now = std::fs::read(base.join(Path::new(name)));
        let now = now.map(|bytes| blake3::hash(&bytes).to_hex().to_string());
        (name.clone(), now.unwrap_or_else(|_| hash.clone()))
    });
    let ending = Ending { command: recorded.command.clone(), config, base: &base };

    let scratch =
        Scratch::make().map_err(|error| refused("a temporary folder", &error, 0, None))?;
    let Destination::Folder(folder) =
        Destination::folder(session, &scratch.path().join("out"), Opening::default())?
    else {
        return Err(Diagnostic::new("E0804", "the temporary folder is no folder").into());
    };
    save(session, &recorded.pipeline, &products, *folder, &ending)?;
    let mut found = folders(&args.dir, &scratch.path().join("out"), tolerance)?;
    found.extend(recorded.inputs(&products, &base));
    drop(scratch);

    let count: u64 = found.iter().map(|(_, found)| found.count).sum();
    let mut text = text(&found);
    if count == 0 {
        let _ = writeln!(text, "{} reproduces", shown(&args.dir));
        return Ok(Done::text(text, json(&found)));
    }
    if args.update {
        let folder = Destination::folder(session, &args.dir, Opening::default())?;
        if let Destination::Folder(folder) = folder {
            let summary = save(session, &recorded.pipeline, &products, *folder, &ending)?;
            let _ = writeln!(
                text,
                "{} of {} files replaced",
                summary.written,
                summary.written + summary.unchanged
            );
        }
        return Ok(Done::text(text, json(&found)));
    }
    let _ = match count {
        1 => writeln!(text, "1 difference; `--update` replaces what differs"),
        n => writeln!(text, "{} differences; `--update` replaces what differs", grouped(n)),
    };
    Ok(Done::text(text, json(&found)).answer(false))
}

/// What a `run.json` says about how to do it again.
struct Recorded {
    pipeline: Pipeline,
    base: PathBuf,
    command: Vec<String>,
    config: Option<(String, String)>,
    inputs: Vec<(String, String)>,
}

impl Recorded {
    fn read(dir: &Path) -> Outcome<Self> {
        let path = dir.join("run.json");
        let name = shown(&path);
        let refuse = |code: &'static str, what: String| {
            Diagnostic::new(code, what)
                .at(Location::file(&name))
                .help("give a folder that palenque wrote; `palenque run` writes one")
        };
        let text = std::fs::read(&path).map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            let code = if missing { "E0101" } else { "E0102" };
            refuse(code, format!("{name} cannot be read: {}", crate::output::plain(&error)))
        })?;
        let run: Value = serde_json::from_slice(&text)
            .map_err(|error| refuse("E0610", format!("{name} is not JSON: {error}")))?;
        let schema = crate::output::provenance::SCHEMA;
        if run["schema"] != schema {
            if let Some(inner) = run_inside(dir) {
                let what = format!("{name} records the making of the data, not a run of theirs");
                return Err(Diagnostic::new("E0708", what)
                    .at(Location::file(&name))
                    .help(format!("`palenque check {}`", shown(&inner)))
                    .into());
            }
            let what = format!("{name} is of another schema than {schema}");
            return Err(refuse("E0708", what).into());
        }
        let config = &run["config"];
        let pipeline = from_tree(&config["resolved"].clone().into(), &Source::new(name, ""))?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let pair = |value: &Value| Some((text(&value["path"])?, text(&value["blake3"])?));
        Ok(Self {
            pipeline,
            base: PathBuf::from(run["base"].as_str().unwrap_or("..")),
            command: run["command"].as_array().into_iter().flatten().filter_map(text).collect(),
            config: pair(config),
            inputs: run["inputs"].as_array().into_iter().flatten().filter_map(pair).collect(),
        })
    }

    /// Inputs whose bytes are others than then.
    fn inputs(&self, products: &Products, base: &Base) -> Vec<(String, Differences)> {
        let changed = |(path, hash): &(String, String)| {
            let now = products.inputs().find(|file| shown(&base.recorded(&file.path)) == *path)?;
            (now.blake3 != *hash).then(|| {
                let difference = Difference {
                    place: "input".into(),
                    before: hash.get(..8).map(str::to_owned),
                    after: now.blake3.get(..8).map(str::to_owned),
                };
                (
                    path.clone(),
                    Differences { shown: vec![difference], count: 1, shifts: Vec::new() },
                )
            })
        };
        self.inputs.iter().filter_map(changed).collect()
    }
}

/// The one folder inside that has a record of its own.
fn run_inside(dir: &Path) -> Option<PathBuf> {
    let inner = dir.join("out");
    inner.join("run.json").is_file().then_some(inner)
}
