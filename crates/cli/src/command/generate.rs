//! `palenque generate`: synthetic economies.

use super::Done;
use crate::args::GenerateArgs;
use crate::diagnostics::Outcome;
use crate::models::{make, named};
use crate::output::shown;
use crate::session::Session;
use palenque_ingest::generate::GenerateOptions;
use serde_json::json;
use std::path::PathBuf;

pub(super) fn run(session: &mut Session, args: &GenerateArgs) -> Outcome<Done> {
    let model = named(&args.model)?;
    let default = GenerateOptions::default();
    let options = GenerateOptions {
        firms: args.firms.unwrap_or(default.firms),
        seed: args.seed,
        periods: args.periods.unwrap_or(default.periods),
    };
    let dir = args.out.clone().unwrap_or_else(|| PathBuf::from(&args.model));
    let made = make(session, model, &options, &dir, args.force)?;
    let out = shown(&dir);
    let result = json!({
        "out": out,
        "model": args.model,
        "firms": options.firms,
        "periods": options.periods,
        "seed": options.seed,
        "files": made.files,
        "written": made.written,
    });
    let line =
        format!("made {out}/: {} files of {} (seed {})\n", made.files, args.model, options.seed);
    Ok(Done::text(line, result))
}
