//! The one JSON document that every verb prints under `--json`.

use palenque_graph::{Diagnostic, Location};
use serde_json::{Value, json};

/// The document's schema and version.
pub(crate) const SCHEMA: &str = "palenque.out/1";

/// The document.
pub(crate) fn document<'a>(
    command: &str,
    ok: bool,
    result: &Value,
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
) -> Value {
    json!({
        "schema": SCHEMA,
        "command": command,
        "ok": ok,
        "result": result,
        "diagnostics": diagnostics.map(diagnostic).collect::<Vec<_>>(),
    })
}

fn diagnostic(d: &Diagnostic) -> Value {
    let at = d.location();
    json!({
        "id": d.id(),
        "severity": d.severity().to_string(),
        "what": d.what(),
        "at": {
            "file": at.map(|at| at.file.as_str()),
            "cell": at.and_then(Location::cell),
            "line": at.and_then(|at| at.line),
            "column": at.and_then(|at| at.column),
            "field": at.and_then(|at| at.field.as_deref()),
            "byte": at.and_then(|at| at.byte),
        },
        "notes": d.notes(),
        "help": d.help_text(),
    })
}
