//! `palenque validate`: are the data sound?

use super::Done;
use crate::args::ReadArgs;
use crate::diagnostics::Outcome;
use crate::output::{provenance, shown};
use crate::pipeline::typed::reading;
use crate::pipeline::{Base, read};
use crate::session::Session;
use crate::terminal::grouped;
use palenque_ingest::FileReport;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(super) fn run(session: &mut Session, args: &ReadArgs) -> Outcome<Done> {
    let pipeline = reading(&args.input)?;
    let read = read(session, &pipeline, &Base::default())?;
    let files = read.files.iter().map(|file| (file_line(file), file_json(file)));
    let (lines, json): (Vec<String>, Vec<Value>) = files.unzip();
    let warnings = session.n_kinds_of_warnings();
    let verdict = match warnings {
        0 => "sound".to_owned(),
        1 => "sound, with 1 warning".to_owned(),
        n => format!("sound, with {n} warnings"),
    };
    let result = json!({ "inputs": json, "warnings": warnings });
    Ok(Done::text(format!("{}{verdict}\n", lines.concat()), result))
}

/// What became of the rows of a file: they add up.
fn file_line(file: &FileReport) -> String {
    let mut line = format!(
        "{:<7} {}: {} rows = {} {}",
        file.role,
        palenque_graph::diagnostic::escaped(&shown(&file.path)),
        grouped(file.rows),
        grouped(file.used),
        provenance::used_as(&file.role).replace('_', " "),
    );
    if file.merged > 0 {
        let _ = write!(line, " + {} merged", grouped(file.merged));
    }
    for (why, &n) in &file.dropped {
        let _ = write!(line, " + {} left out ({why})", grouped(n));
    }
    line + "\n"
}

fn file_json(file: &FileReport) -> Value {
    json!({
        "role": file.role,
        "path": shown(&file.path),
        "format": file.format,
        "bytes": file.bytes,
        "blake3": file.blake3,
        "rows": file.rows,
        "used": file.used,
        "merged": file.merged,
        "dropped": file.dropped,
        "dialect": file.dialect,
    })
}
