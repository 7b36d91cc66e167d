//! `palenque schema`: JSON Schemas for editors and scripts.

use super::Done;
use crate::args::{SchemaArgs, SchemaOf};
use crate::config::schema as config;
use palenque_graph::TableId;
use palenque_graph::table::Kind;
use serde_json::{Map, Value, json};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

pub(super) fn run(args: &SchemaArgs) -> Done {
    let mut schema = match args.what {
        SchemaOf::Config => config::schema(),
        SchemaOf::Run => run_record(),
        SchemaOf::Tables => tables(),
        SchemaOf::Json => document(),
    };
    schema["$schema"] = DRAFT.into();
    Done::text(crate::output::provenance::text(&schema), schema)
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

#[expect(clippy::needless_pass_by_value, reason = "called with literals")]
fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

fn run_record() -> Value {
    let input = object(
        &["role", "path", "bytes", "blake3", "format", "rows", "merged", "dropped"],
        json!({
            "role": text(), "path": text(), "bytes": count(), "blake3": text(), "format": text(),
            "dialect": { "type": "object" }, "rows": count(), "edges": count(), "nodes": count(), "rows_used": count(),
            "ties": count(), "merged": count(), "dropped": count(), "dropped_by": { "type": "object" },
            "unit": { "type": ["string", "null"] },
        }),
    );
    let output = object(
        &["path", "step", "bytes", "blake3"],
        json!({ "path": text(), "step": text(), "bytes": count(), "blake3": text(), "rows": count() }),
    );
    let mut config = object(&["resolved"], json!({ "path": text(), "blake3": text() }));
    config["properties"]["resolved"] = config::schema();
    let mut schema = object(
        &["schema", "palenque", "command", "base", "config", "inputs", "outputs", "diagnostics"],
        json!({
            "schema": { "const": crate::output::provenance::SCHEMA },
            "palenque": object(&["version", "features", "target"], json!({
                "version": text(), "features": { "type": "array" }, "target": text(),
            })),
            "command": { "type": "array", "items": text() },
            "base": text(),
            "config": config,
            "inputs": { "type": "array", "items": input },
            "outputs": { "type": "array", "items": output },
            "diagnostics": { "type": "object", "additionalProperties": count() },
            "accepted": { "type": "array", "items": text() },
            "left_out": { "type": "object", "additionalProperties": text() },
            "methods": { "type": "array", "items": object(&["metric", "how"], json!({
                "metric": text(), "how": text(), "by": text(), "period": text(),
            })) },
            "history": { "type": "array", "items": text() },
        }),
    );
    schema["title"] = "run.json of palenque".into();
    schema
}

/// Every table with every column that a metric can fill, as records.
fn tables() -> Value {
    let mut all = Map::new();
    for &table in TableId::ALL {
        let mut properties = Map::new();
        for metric in palenque_metrics::all() {
            for output in metric.spec().outputs.iter().filter(|output| output.table == table) {
                if table == TableId::NetworkSummary {
                    continue;
                }
                for column in output.columns {
                    let kind = match column.kind {
                        Kind::F64 => "number",
                        Kind::I64 => "integer",
                        Kind::Bool => "boolean",
                        Kind::Text => "string",
                    };
                    let mut property =
                        json!({ "type": [kind, "null"], "description": column.meaning });
                    let unit = column.unit.name(None);
                    if !unit.is_empty() {
                        property["unit"] = unit.into();
                    }
                    properties.insert(column.name.to_owned(), property);
                }
            }
        }
        if table == TableId::NetworkSummary {
            for column in &palenque_metrics::SUMMARY_COLUMNS {
                let kind = if column.kind == Kind::F64 { "number" } else { "string" };
                let property = json!({ "type": [kind, "null"], "description": column.meaning });
                properties.insert(column.name.to_owned(), property);
            }
        }
        for key in table.column_order() {
            let key_column =
                ["period", "period_from", "period_to", "node_id", "source", "target", "status"]
                    .contains(key);
            if key_column && !properties.contains_key(*key) {
                properties.insert((*key).to_owned(), json!({ "type": ["string", "null"] }));
            }
            if *key == "dt_years" {
                let years = json!({ "type": "number", "unit": "year" });
                properties.insert((*key).to_owned(), years);
            }
        }
        let items = json!({ "type": "object", "properties": properties });
        all.insert(
            table.name().to_owned(),
            json!({ "type": "array", "description": table.meaning(), "items": items }),
        );
    }
    json!({ "title": "tables of palenque, as records", "type": "object", "properties": all })
}

fn document() -> Value {
    let place = json!({
        "type": "object",
        "required": ["file", "cell", "line", "column", "field", "byte"],
        "properties": {
            "file": { "type": ["string", "null"] },
            "cell": { "type": ["string", "null"] },
            "line": { "type": ["integer", "null"] },
            "column": { "type": ["integer", "null"] },
            "field": { "type": ["string", "null"] },
            "byte": { "type": ["integer", "null"] },
        },
    });
    let finding = object(
        &["id", "severity", "what", "at", "notes", "help"],
        json!({
            "id": { "type": "string", "pattern": "^[EW][0-9]{4}$" },
            "severity": { "enum": ["error", "warning", "info"] },
            "what": text(),
            "at": place,
            "notes": { "type": "array", "items": text() },
            "help": { "type": ["string", "null"] },
        }),
    );
    let mut schema = object(
        &["schema", "command", "ok", "result", "diagnostics"],
        json!({
            "schema": { "const": crate::diagnostics::json::SCHEMA },
            "command": text(),
            "ok": { "type": "boolean" },
            "result": {},
            "diagnostics": { "type": "array", "items": finding },
        }),
    );
    schema["title"] = "what palenque prints under --json".into();
    schema
}
