//! `palenque demo`: one command from nothing to a report.

use super::Done;
use crate::args::DemoArgs;
use crate::diagnostics::Outcome;
use crate::models::{make, named};
use crate::output::folder::Opening;
use crate::output::shown;
use crate::pipeline::{Base, Ending};
use crate::session::Session;
use palenque_ingest::generate::GenerateOptions;
use serde_json::json;
use std::time::Instant;

pub(super) fn run(session: &mut Session, args: &DemoArgs) -> Outcome<Done> {
    let model = named("tonaya")?;
    let default = GenerateOptions::default();
    let firms = args.firms.unwrap_or(default.firms);
    let options = GenerateOptions { firms, seed: args.seed, ..default };
    make(session, model, &options, &args.dir, args.force)?;

    let start = Instant::now();
    let file = args.dir.join("palenque.toml");
    let loaded = super::run::load(&file, &[])?;
    let base = Base::of_file(&file);
    let ending = Ending {
        command: vec!["run".into(), "palenque.toml".into()],
        config: Some(("palenque.toml".into(), loaded.blake3)),
        base: &base,
    };
    let opening = Opening { force: args.force, ..Opening::default() };
    let (products, summary) = super::run::execute(session, &loaded.pipeline, opening, &ending)?;
    let seconds = start.elapsed().as_secs_f64();

    let dir = shown(&args.dir);
    let steps = loaded.pipeline.steps.len();
    let files = summary.written + summary.unchanged;
    let out = shown(&base.join(&loaded.pipeline.output.dir));
    let page = products.pages.first().map_or("run.json", |(_, file, _)| file.as_str());
    let text = format!(
        "made {dir}/: firms, flows and cooperation ties of a synthetic mezcal cluster, {} years (seed {})\n\
         ran  {dir}/palenque.toml: {steps} steps, {files} files in {seconds:.1} s\n\
         open {out}/{page}\n",
        options.periods, options.seed
    );
    let result = json!({
        "dir": dir,
        "out": out,
        "firms": firms,
        "periods": options.periods,
        "seed": options.seed,
        "steps": steps,
        "files": files,
        "report": format!("{out}/{page}"),
    });
    Ok(Done::text(text, result))
}
