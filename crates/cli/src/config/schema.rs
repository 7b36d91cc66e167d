//! The JSON Schema of `palenque.toml`, by which editors complete it.

use super::{PRESETS, REPLICATES, THEMES, VERSION};
use crate::args::policy::{KEYS, Kind};
use palenque_frame::TableFormat;
use palenque_metrics::null::NullModel;
use serde_json::{Map, Value, json};

/// The schema.
pub(crate) fn schema() -> Value {
    json!({
        "title": "palenque.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "version": { "const": VERSION },
            "seed": { "type": "integer", "minimum": 0, "default": 1, "description": "The seed of everything random." },
            "input": input(),
            "output": output(),
            "limits": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "memory": text("Memory for reading or a full matrix, such as 8GiB."),
                    "time": text("Time, such as 30m."),
                },
            },
            "step": { "type": "array", "items": { "oneOf": [measure(), draw(), report()] } },
        },
    })
}

fn text(meaning: &str) -> Value {
    json!({ "type": "string", "description": meaning })
}

fn names(meaning: &str, choices: &[&str]) -> Value {
    json!({ "type": "array", "description": meaning, "items": { "enum": choices } })
}

fn input() -> Value {
    let mut policy: Map<String, Value> = KEYS
        .iter()
        .map(|key| {
            let mut value = match key.kind {
                Kind::Choice(choices) => json!({ "enum": choices }),
                Kind::Switch => json!({ "type": "boolean" }),
                Kind::Count => json!({ "type": "integer", "minimum": 0 }),
                Kind::Bytes => json!({ "type": ["integer", "string"] }),
                Kind::Share => json!({ "type": "number", "minimum": 0 }),
                Kind::Character | Kind::Text => json!({ "type": "string" }),
            };
            value["description"] = key.meaning.into();
            (key.name.to_owned(), value)
        })
        .collect();
    policy.insert(
        "columns".into(),
        json!({
            "type": "object",
            "description": "Which column of the file is which: palenque's name to the file's.",
            "additionalProperties": { "type": "string" },
        }),
    );
    policy.insert(
        "where".into(),
        json!({
            "type": "array",
            "description": "Only rows whose column has this value: COLUMN=VALUE.",
            "items": { "type": "string" },
        }),
    );
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "edges": text("Who supplies whom: the source sells to the target."),
            "table": text("An input-output table, in place of edges: wide, long, or a pymrio folder."),
            "graph": text("A graph in one file, in place of edges and nodes: GraphML, GEXF, Pajek or JSON."),
            "make": text("A make table, industry by product; with `use`, in place of edges."),
            "use": text("The use table, product by industry, with final demand and value added."),
            "nodes": text("Firms and their attributes."),
            "accounts": text("Accounts of nodes by period: id, period, output, value_added ..."),
            "final_demand": text("Final demand by node and category."),
            "relations": {
                "type": "object",
                "description": "Other relations over the same nodes, by name.",
                "additionalProperties": { "type": "string" },
            },
            "unit": text("The unit of the flows."),
            "policy": { "type": "object", "additionalProperties": false, "properties": policy },
        },
    })
}

fn output() -> Value {
    let formats: Vec<&str> = TableFormat::ALL.iter().map(|f| f.extension()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "dir": text("The folder, relative to this file."),
            "layout": { "enum": ["folders", "flat"], "description": "Whether tables and figures have folders of their own." },
            "formats": names("Formats of tables.", &formats),
            "figures": names("Formats of figures.", &super::FigureFormat::names()),
            "dpi": { "type": "integer", "minimum": 30, "maximum": 1200, "default": 300 },
            "caption": { "type": "boolean", "default": true, "description": "A source line at the foot of figures." },
            "note": { "type": "string", "description": "What the source line adds." },
            "bom": { "type": "boolean", "default": false, "description": "Begin CSV files with a byte-order mark." },
            "spreadsheet_safe": {
                "type": "boolean",
                "default": false,
                "description": "Put an apostrophe before cells that a spreadsheet would run.",
            },
        },
    })
}

fn step(run: &str, required: &[&str], more: Value) -> Value {
    let mut properties = json!({
        "id": text("The step's name, also of its files."),
        "run": { "const": run },
        "needs": { "type": "array", "items": { "type": "string" }, "description": "Steps whose results are used." },
    });
    if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
        properties.extend(more);
    }
    let mut all = vec!["run"];
    all.extend(required);
    json!({ "type": "object", "required": all, "additionalProperties": false, "properties": properties })
}

fn measure() -> Value {
    step(
        "measure",
        &[],
        json!({
            "metrics": {
                "type": "array",
                "description": "Columns, metrics and @families; a core set by default.",
                "items": { "enum": crate::selection::names() },
            },
            "by": text("Put nodes together by this column first."),
            "set": { "type": "object", "description": "Parameters, as METRIC.PARAM." },
            "input": {
                "type": "object",
                "description": "Side tables that the metrics ask for, by name; `palenque explain METRIC` says which.",
                "additionalProperties": { "type": "string" },
            },
            "to": text("The file of the one table that the step fills."),
            "null": {
                "type": "array",
                "description": "Random networks to set figures of the network beside, by what they keep.",
                "items": { "enum": NullModel::ALL.map(NullModel::name) },
            },
            "replicates": {
                "type": "integer", "minimum": 1, "default": REPLICATES,
                "description": "How many random networks of each kind.",
            },
            "bootstrap": {
                "type": "integer", "minimum": 0, "default": 0,
                "description": "How many networks of firms drawn anew give intervals; none by default.",
            },
        }),
    )
}

fn draw() -> Value {
    let charts: Vec<&str> = palenque_report::all().map(|chart| chart.spec().name).collect();
    let presets: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
    let themes: Vec<&str> = THEMES.iter().map(|(name, _)| *name).collect();
    step(
        "draw",
        &["chart"],
        json!({
            "chart": { "enum": charts },
            "options": { "type": "object", "description": "Options of the chart." },
            "preset": { "enum": presets, "default": "screen" },
            "theme": { "enum": themes, "default": "light" },
            "by": text("The groups whose tables are drawn."),
        }),
    )
}

fn report() -> Value {
    step(
        "report",
        &[],
        json!({
            "title": text("The title of the page."),
            "subtitle": text("The sentence under it."),
            "to": text("The file, report.html by default."),
            "profile": {
                "type": "integer",
                "minimum": 0,
                "description": "Opens with the profile of the cluster, set beside so many random networks of each kind.",
            },
        }),
    )
}
