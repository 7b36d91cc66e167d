//! `palenque run`: the whole pipeline.

use super::Done;
use crate::args::{Listed, RunArgs, Tool};
use crate::config::{Pipeline, Source, Work, read as read_config, resolved, toml_text};
use crate::diagnostics::Outcome;
use crate::output::folder::Opening;
use crate::output::recorded::{Recorded, as_recorded};
use crate::output::{Summary, shown};
use crate::pipeline::{
    Base, Destination, Ending, Products, compute, files_of, save, uncertain_files, write,
};
use crate::selection::Selection;
use crate::session::Session;
use palenque_graph::{Diagnostic, Location};
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::path::Path;

/// The longest configuration that is read.
const LONGEST: u64 = 4 << 20;

pub(super) fn run(session: &mut Session, args: &RunArgs) -> Outcome<Done> {
    let loaded = load(&args.file, &args.set)?;
    let mut pipeline = loaded.pipeline;
    let base = Base::of_file(&args.file);
    if let Some(out) = &args.out {
        pipeline.output.dir = base.recorded(out);
    }
    for (name, file) in &args.sides {
        give_side(&mut pipeline, name, &base.recorded(Path::new(file)))?;
    }
    for id in &args.only {
        if pipeline.step(id).is_none() {
            let ids: Vec<&str> = pipeline.steps.iter().map(|s| s.id.as_str()).collect();
            let found = Diagnostic::new("E0701", format!("there is no step `{id}`"));
            return Err(match palenque_metrics::nearest(id, ids.iter().copied()) {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found.help(format!("steps are {}", ids.join(", "))),
            }
            .into());
        }
    }
    if !args.only.is_empty() {
        pipeline = pipeline.only(&args.only);
    }
    if let Some(tool) = args.emit {
        let text = stanza(tool, &pipeline, &base, &args.file);
        return Ok(Done::text(text.clone(), json!({ "stanza": text })));
    }
    if let Some(what) = args.list {
        return Ok(list(what, &pipeline, &base));
    }
    if args.dry_run {
        let resolved = resolved(&pipeline);
        return Ok(Done::text(toml_text(&resolved), resolved));
    }
    if pipeline.inputs.edges.as_os_str().is_empty() && !pipeline.inputs.has_no_edge_list() {
        return Err(Diagnostic::new("E0702", "`edges` is missing in [input]: who supplies whom?")
            .at(Location::file(shown(&args.file)))
            .help(
                "write edges = \"FILE\" under [input], table = \"PATH\", graph = \"FILE\", or \
                 make and use = \"FILE\"",
            )
            .into());
    }
    if let Some(limit) = pipeline.limits.time {
        session.progress.limit(limit);
    }
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut command = vec!["run".to_owned(), name.clone()];
    for (key, value) in &args.set {
        command.extend(["--set".to_owned(), format!("{key}={value}")]);
    }
    for (name, file) in &args.sides {
        let file = shown(&base.recorded(Path::new(file)));
        command.extend(["--input".to_owned(), format!("{name}={file}")]);
    }
    if !args.only.is_empty() {
        command.extend(["--only".to_owned(), args.only.join(",")]);
    }
    let ending = Ending { command, config: Some((name, loaded.blake3)), base: &base };
    let opening =
        Opening { force: args.force, wait: args.wait, touch: args.touch, ..Opening::default() };
    let out = base.join(&pipeline.output.dir);
    // What is done already is not done again, unless files are to look new or a record of this run is wanted.
    let may_be_done = !args.force && !args.touch && !session.json;
    let recorded = if may_be_done { as_recorded(&out, &pipeline, &ending) } else { None };
    if let Some(recorded) = recorded {
        if let Some(depfile) = &args.depfile {
            write_depfile(depfile, &pipeline, &base, &args.file)?;
        }
        return Ok(unchanged(&recorded, &out));
    }
    let (products, summary) = execute(session, &pipeline, opening, &ending)?;
    if let Some(depfile) = &args.depfile {
        write_depfile(depfile, &pipeline, &base, &args.file)?;
    }
    let left_out = super::measure::left_out(&products);
    let done = done(&products, &summary, Some(&out));
    Ok(left_out.into_iter().fold(done, Done::note))
}

/// Nothing was to be done.
fn unchanged(recorded: &Recorded, out: &Path) -> Done {
    let out = shown(out);
    let n = recorded.files;
    let done = Done::text("", json!({ "out": out, "written": 0, "unchanged": n }));
    let done = done.note(format!(
        "{out}: 0 written, {n} unchanged; configuration, inputs and outputs are as recorded"
    ));
    match &recorded.page {
        Some(page) => done.note(format!("open {}/{page}", out.trim_end_matches('/'))),
        None => done,
    }
}

/// Gives a side table to every step with a metric that reads it.
fn give_side(pipeline: &mut Pipeline, name: &str, file: &Path) -> Outcome<()> {
    let mut unread = Some(Selection::default().unread(name));
    for step in &mut pipeline.steps {
        let Work::Measure(measure) = &mut step.work else { continue };
        let Ok(selection) = Selection::parse(&measure.metrics) else { continue };
        match selection.unread(name) {
            None => {
                measure.sides.insert(name.to_owned(), file.to_owned());
                unread = None;
            }
            some => unread = unread.map(|_| some),
        }
    }
    match unread.flatten() {
        Some(found) => Err(found.into()),
        None => Ok(()),
    }
}

/// A configuration that was read.
pub(super) struct Loaded {
    /// The pipeline.
    pub(super) pipeline: Pipeline,
    /// The hash of the file.
    pub(super) blake3: String,
}

/// Reads a configuration.
pub(super) fn load(file: &Path, set: &[(String, String)]) -> Outcome<Loaded> {
    let name = shown(file);
    let cannot = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::new("E0101", format!("{name} is not there"))
            .at(Location::file(&name))
            .help("`palenque init` writes a palenque.toml for the files you have"),
        _ => Diagnostic::new(
            "E0102",
            format!("{name} cannot be read: {}", crate::output::plain(error)),
        )
        .at(Location::file(&name))
        .help("check the path and its permissions"),
    };
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| cannot(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Diagnostic::new("E0711", format!("{name} is longer than 4 MiB"))
            .at(Location::file(&name))
            .help("a configuration is a few kilobytes; is this the right file?")
            .into());
    }
    let blake3 = blake3::hash(&bytes).to_hex().to_string();
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].split(|&b| b == b'\n').count() as u64;
        Diagnostic::new("E0707", "not TOML: the text is not UTF-8")
            .at(Location::file(&name).line(line).byte(valid as u64))
            .note(format!("byte 0x{:02X} begins no character", error.as_bytes()[valid]))
            .help("save the file as UTF-8")
    })?;
    let pipeline = read_config(&Source::new(name, text), set)?;
    Ok(Loaded { pipeline, blake3 })
}

/// Runs a pipeline into its folder.
pub(super) fn execute(
    session: &mut Session,
    pipeline: &Pipeline,
    opening: Opening,
    ending: &Ending<'_>,
) -> Outcome<(Products, Summary)> {
    let out = ending.base.join(&pipeline.output.dir);
    let Destination::Folder(folder) = Destination::folder(session, &out, opening)? else {
        return Err(Diagnostic::new("E0804", "the output is no folder").into());
    };
    let products = compute(session, pipeline, ending.base)?;
    let summary = save(session, pipeline, &products, *folder, ending)?;
    Ok((products, summary))
}

/// What was written, in three lines at most.
pub(super) fn done(products: &Products, summary: &Summary, out: Option<&Path>) -> Done {
    let out = out.map_or_else(String::new, shown);
    let page =
        products.pages.first().map(|(_, file, _)| format!("{}/{file}", out.trim_end_matches('/')));
    let result = json!({
        "out": out,
        "written": summary.written,
        "unchanged": summary.unchanged,
        "removed": summary.removed,
        "kept": summary.kept,
        "report": page,
        "left_out": products.left_out.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "inputs": products.inputs().map(|file| json!({
            "role": file.role,
            "rows": file.rows,
            "used": file.used,
            "merged": file.merged,
            "dropped": file.n_dropped(),
        })).collect::<Vec<_>>(),
    });
    let mut done = Done::text("", result)
        .note(format!("{out}: {} written, {} unchanged", summary.written, summary.unchanged));
    if !summary.removed.is_empty() {
        done = done.note(format!("removed, of the earlier run: {}", summary.removed.join(", ")));
    }
    if !summary.kept.is_empty() {
        done =
            done.note(format!("left, changed since the earlier run: {}", summary.kept.join(", ")));
    }
    match page {
        Some(page) => done.note(format!("open {page}")),
        None => done,
    }
}

fn inputs(pipeline: &Pipeline) -> Vec<String> {
    pipeline.paths().filter(|path| !path.as_os_str().is_empty()).map(shown).collect()
}

/// The files that a run writes: those that are certain, and of the others those that the run before this one wrote.
fn outputs(pipeline: &Pipeline, base: &Base) -> Vec<String> {
    let dir = shown(&pipeline.output.dir);
    let before = super::compare::outputs(&base.join(&pipeline.output.dir)).unwrap_or_default();
    let mut files = Vec::new();
    for step in &pipeline.steps {
        let uncertain = uncertain_files(pipeline, step);
        let mut of_step = files_of(pipeline, step);
        of_step.retain(|file| !uncertain.contains(file) || before.contains(file));
        files.extend(of_step);
    }
    files.push("run.json".into());
    files.sort();
    files.dedup();
    files.into_iter().map(|file| format!("{dir}/{file}")).collect()
}

fn list(what: Listed, pipeline: &Pipeline, base: &Base) -> Done {
    let lines = match what {
        Listed::Inputs => inputs(pipeline),
        Listed::Outputs => outputs(pipeline, base),
        Listed::Steps => pipeline.steps.iter().map(|step| step.id.clone()).collect(),
    };
    let text = lines.iter().fold(String::new(), |text, line| text + line + "\n");
    Done::text(text, json!(lines))
}

/// A Make rule for everything that the pipeline writes.
fn make_rule(pipeline: &Pipeline, base: &Base, config: &str, prefix: &Path) -> String {
    let make = |path: &str| {
        shown(&prefix.join(path)).replace('$', "$$").replace(' ', "\\ ").replace('#', "\\#")
    };
    let outputs: Vec<String> = outputs(pipeline, base).iter().map(|path| make(path)).collect();
    let inputs: Vec<String> = inputs(pipeline).iter().map(|path| make(path)).collect();
    format!("{}: {} {}\n", outputs.join(" "), make(config), inputs.join(" "))
}

fn write_depfile(depfile: &Path, pipeline: &Pipeline, base: &Base, config: &Path) -> Outcome<()> {
    let name = config.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let rule = make_rule(pipeline, base, &name, &base.join(Path::new("")));
    let folder = crate::output::Folder::open(depfile.parent().unwrap_or(Path::new("")))?;
    let file = depfile.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    write::save_one(&folder, &file, |out| Ok(out.write_all(rule.as_bytes())?))
}

/// A ready stanza for another tool.
fn stanza(tool: Tool, pipeline: &Pipeline, base: &Base, config: &Path) -> String {
    let config = shown(config);
    let dir = shown(&pipeline.output.dir);
    let inputs = inputs(pipeline);
    let quoted = |paths: &[String]| {
        paths
            .iter()
            .map(|path| Value::from(path.as_str()).to_string())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut deps = vec![config.clone()];
    deps.extend(inputs);
    match tool {
        Tool::Make => {
            let rule = make_rule(pipeline, base, &config, Path::new(""));
            let command = shell_word(&config);
            format!(
                "{dir}/run.json: {}\n\tpalenque run {command} --touch\n",
                rule.split_once(": ").map_or("", |(_, deps)| deps).trim_end()
            )
        }
        Tool::Snakemake => format!(
            "rule palenque:\n    input: {}\n    output: {}\n    threads: 2\n    resources: mem_mb=8000\n    \
             shell: \"palenque run {{input[0]}} --touch -j {{threads}} --max-memory {{resources.mem_mb}}MB\"\n",
            quoted(&deps),
            quoted(&outputs(pipeline, base)),
        ),
        Tool::Dvc => format!(
            "stages:\n  palenque:\n    cmd: palenque run {}\n    deps: [{}]\n    params: [{config}: [seed, step]]\n    \
             outs: [{}]\n    metrics: [{dir}/tables/network_summary.json: {{cache: false}}]\n",
            shell_word(&config),
            quoted(&deps),
            quoted(&outputs(pipeline, base)),
        ),
    }
}

fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
