//! A pipeline as a `palenque.toml` with every default written out.

use super::{
    Draw, Limits, Measure, Output, PRESETS, Pipeline, Report, Step, THEMES, VERSION, Work,
};
use crate::args::policy;
use crate::output::shown;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The pipeline, key by key as in `palenque.toml`.
pub(crate) fn resolved(pipeline: &Pipeline) -> Value {
    let inputs = &pipeline.inputs;
    let mut input = Map::new();
    if !inputs.has_no_edge_list() {
        input.insert("edges".into(), escaped(&shown(&inputs.edges)).into());
    }
    let files = [
        ("table", &inputs.table),
        ("graph", &inputs.graph),
        ("make", &inputs.make_use.as_ref().map(|both| both.make.clone())),
        ("use", &inputs.make_use.as_ref().map(|both| both.uses.clone())),
        ("nodes", &inputs.nodes),
        ("accounts", &inputs.accounts),
        ("final_demand", &inputs.final_demand),
    ];
    for (key, path) in files {
        if let Some(path) = path {
            input.insert(key.into(), escaped(&shown(path)).into());
        }
    }
    if !inputs.relations.is_empty() {
        let relations = inputs.relations.iter();
        let relations = relations.map(|(n, p)| (n.clone(), Value::from(escaped(&shown(p)))));
        input.insert("relations".into(), Value::Object(relations.collect()));
    }
    if let Some(unit) = &inputs.unit {
        input.insert("unit".into(), unit.as_str().into());
    }
    input.insert("policy".into(), Value::Object(policy::resolved(&pipeline.policy)));
    let mut root = json!({
        "version": VERSION,
        "seed": pipeline.seed,
        "input": input,
        "output": output(&pipeline.output),
        "step": pipeline.steps.iter().map(step).collect::<Vec<_>>(),
    });
    let limits = limits(&pipeline.limits);
    if !limits.is_empty() {
        root["limits"] = Value::Object(limits);
    }
    root
}

fn escaped(path: &str) -> String {
    path.replace('$', "$$")
}

fn output(output: &Output) -> Value {
    let mut map = json!({
        "dir": escaped(&shown(&output.dir)),
        "layout": output.layout.name(),
        "formats": output.formats.iter().map(|f| f.extension()).collect::<Vec<_>>(),
        "figures": output.figures.iter().map(|f| f.extension()).collect::<Vec<_>>(),
        "dpi": output.dpi,
        "caption": output.caption,
        "bom": output.csv.byte_order_mark,
        "spreadsheet_safe": output.csv.spreadsheet_safe,
    });
    if let Some(note) = &output.note {
        map["note"] = note.as_str().into();
    }
    map
}

fn limits(limits: &Limits) -> Map<String, Value> {
    let mut map = Map::new();
    if let Some(memory) = limits.memory {
        map.insert("memory".into(), format!("{memory}B").into());
    }
    if let Some(time) = limits.time {
        map.insert("time".into(), format!("{}s", time.as_secs_f64()).into());
    }
    map
}

fn step(step: &Step) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), step.id.as_str().into());
    map.insert("run".into(), step.work.name().into());
    if !step.needs.is_empty() {
        map.insert("needs".into(), step.needs.clone().into());
    }
    let mut text = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            map.insert(key.into(), value.as_str().into());
        }
    };
    match &step.work {
        Work::Measure(Measure { metrics, by, params, sides, to, chance }) => {
            text("by", by);
            text("to", to);
            if !metrics.is_empty() {
                map.insert("metrics".into(), metrics.clone().into());
            }
            let set: Map<String, Value> = params
                .iter()
                .flat_map(|(metric, params)| {
                    params.values().iter().map(move |(p, v)| (format!("{metric}.{p}"), v.clone()))
                })
                .collect();
            if !set.is_empty() {
                map.insert("set".into(), Value::Object(set));
            }
            if !chance.models.is_empty() {
                let names: Vec<Value> = chance.models.iter().map(|m| m.name().into()).collect();
                map.insert("null".into(), names.into());
                map.insert("replicates".into(), chance.replicates.into());
            }
            if chance.bootstrap > 0 {
                map.insert("bootstrap".into(), chance.bootstrap.into());
            }
            if !sides.is_empty() {
                let sides = sides.iter();
                let sides = sides.map(|(n, path)| (n.clone(), escaped(&shown(path)).into()));
                map.insert("input".into(), Value::Object(sides.collect()));
            }
        }
        Work::Draw(Draw { chart, options, preset, theme, by }) => {
            text("by", by);
            map.insert("chart".into(), chart.as_str().into());
            if !options.is_empty() {
                let options = options.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
                map.insert("options".into(), Value::Object(options.collect()));
            }
            map.insert("preset".into(), name_of(PRESETS, preset).into());
            map.insert("theme".into(), name_of(THEMES, theme).into());
        }
        Work::Report(Report { title, subtitle, to, profile }) => {
            text("title", title);
            text("subtitle", subtitle);
            text("to", to);
            if let Some(replicates) = profile {
                map.insert("profile".into(), (*replicates).into());
            }
        }
    }
    Value::Object(map)
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, known)| known == value).map_or("", |(name, _)| *name)
}

/// The same as TOML.
pub(crate) fn toml_text(resolved: &Value) -> String {
    let mut out = String::new();
    table(&mut out, "", resolved);
    out
}

/// Keys that hold values first, then sections: so that no key falls into a section above it.
fn table(out: &mut String, path: &str, value: &Value) {
    let Some(map) = value.as_object() else { return };
    let is_section = |key: &str, value: &Value| {
        value.is_object()
            && key != "set"
            && key != "options"
            && key != "columns"
            && key != "relations"
    };
    let is_list_of_tables =
        |value: &Value| value.as_array().is_some_and(|a| a.iter().any(Value::is_object));
    let order = ["version", "seed", "id", "run"];
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort_by_key(|key| {
        (order.iter().position(|o| o == key).unwrap_or(order.len()), (*key).clone())
    });
    for key in &keys {
        let value = &map[*key];
        if !is_section(key, value) && !is_list_of_tables(value) && !value.is_null() {
            let _ = writeln!(out, "{} = {}", bare(key), inline(value));
        }
    }
    for key in &keys {
        let value = &map[*key];
        let inner = if path.is_empty() { bare(key) } else { format!("{path}.{}", bare(key)) };
        if is_list_of_tables(value) {
            for item in value.as_array().into_iter().flatten() {
                let _ = write!(out, "\n[[{inner}]]\n");
                table(out, &inner, item);
            }
        } else if is_section(key, value) {
            let _ = write!(out, "\n[{inner}]\n");
            table(out, &inner, value);
        }
    }
}

fn bare(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { quoted(key) }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(k, v)| format!("{} = {}", bare(k), inline(v))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::String(text) => quoted(text),
        Value::Number(number) if number.is_f64() => {
            format!("{:?}", number.as_f64().unwrap_or_default())
        }
        other => other.to_string(),
    }
}

/// A basic string: TOML escapes like JSON, and U+007F besides.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::super::{Source, from_tree, read};
    use super::*;

    const TEXT: &str = r#"
version = 1
seed = 7
[input]
edges = "data/edges.csv"
unit = "MXN \"thousand\""
relations = { cooperation = "ties.csv" }
[input.policy]
duplicates = "first"
delimiter = ";"
columns = { stage = "tier" }
where = ["year=2021"]
[output]
dir = "results"
formats = ["csv", "parquet"]
[limits]
memory = "8GiB"
time = "90s"
[[step]]
id = "centrality"
run = "measure"
metrics = ["in_degree"]
by = "stage"
[[step]]
id = "page"
run = "report"
title = "x"
needs = ["centrality"]
"#;

    #[test]
    fn what_is_printed_reads_back_to_the_same() {
        let first = read(&Source::new("a.toml", TEXT), &[]).expect("sound");
        let printed = toml_text(&resolved(&first));
        let again = read(&Source::new("b.toml", printed.clone()), &[]).expect("sound");
        assert_eq!(resolved(&again), resolved(&first), "{printed}");
        let recorded = from_tree(&resolved(&first).into(), &Source::new("run.json", ""));
        assert_eq!(resolved(&recorded.expect("sound")), resolved(&first));
    }
}
