//! `palenque explain`: what does a name mean?

use super::Done;
use crate::args::ExplainArgs;
use crate::diagnostics::{Outcome, exit};
use crate::models;
use palenque_graph::{Diagnostic, TableId, codes};
use palenque_metrics::{Metric, MetricSpec, Scope, find, nearest};
use palenque_report::ChartSpec;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

pub(super) fn run(args: &ExplainArgs) -> Outcome<Done> {
    let name = args.name.trim();
    let chart = palenque_report::find(name);
    if let Some(metric) = find(name) {
        let page = metric_page(metric);
        return Ok(match chart {
            // An index and a figure of the same name.
            Some(chart) => page.and(chart_page(chart.spec())),
            None => page,
        });
    }
    if let Some(code) = codes::find(&name.to_ascii_uppercase()) {
        return Ok(code_page(code));
    }
    if let Some(chart) = chart {
        return Ok(chart_page(chart.spec()));
    }
    if let Some(table) = TableId::named(name) {
        return Ok(table_page(table));
    }
    if let Some(page) = models::explained(name) {
        return Ok(page);
    }
    let owners: Vec<&'static dyn Metric> = palenque_metrics::all()
        .filter(|m| m.spec().columns().any(|(_, column)| column.name == name))
        .collect();
    if let Some(first) = owners.first() {
        return Ok(column_page(name, &owners, first.spec()));
    }
    let mut known: Vec<&str> = crate::selection::names().into_iter().collect();
    known.extend(codes::ALL.iter().map(|code| code.id));
    known.extend(palenque_report::all().map(|chart| chart.spec().name));
    known.extend(TableId::ALL.iter().map(|table| table.name()));
    let shown = palenque_graph::diagnostic::shown(name);
    let found = Diagnostic::new("E0705", format!("there is nothing called `{shown}`"));
    let upper = name.to_ascii_uppercase();
    let near =
        nearest(name, known.iter().copied()).or_else(|| nearest(&upper, known.iter().copied()));
    Err(match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => {
            found.help("`palenque list metrics|columns|charts|codes` name what can be explained")
        }
    }
    .into())
}

/// A page of labelled paragraphs, broken at 80 columns.
#[derive(Default)]
pub(crate) struct Page(String);

impl Page {
    /// A heading with one sentence.
    pub(crate) fn new(name: &str, summary: &str) -> Self {
        let mut page = Self(format!("{name}\n"));
        page.paragraph("  ", summary);
        page
    }

    /// A labelled paragraph; an empty one is left out.
    pub(crate) fn line(mut self, label: &str, text: &str) -> Self {
        if !text.is_empty() {
            self.paragraph(&format!("{label:<11}"), text);
        }
        self
    }

    fn paragraph(&mut self, head: &str, text: &str) {
        let indent = " ".repeat(head.width());
        let mut line = head.to_owned();
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.width() + 1 + word.width() > 80 {
                self.0.push_str(line.trim_end());
                self.0.push('\n');
                line.clone_from(&indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// The page as text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// The page as a result.
    pub(crate) fn done(self, json: Value) -> Done {
        Done::text(self.0, json)
    }
}

fn metric_page(metric: &dyn Metric) -> Done {
    let spec = metric.spec();
    let mut page = Page::new(spec.name, spec.summary)
        .line("formula", spec.formula)
        .line("source", spec.source)
        .line("reading", spec.reading)
        .line("cost", spec.cost)
        .line(
            "family",
            &format!(
                "@{}{}{}",
                spec.family,
                if spec.core { ", in the core set" } else { "" },
                if metric.by_name_only() { ", but only when asked for by name" } else { "" }
            ),
        )
        .line("needs", &spec.needs.join(", "));
    page = match metric.scope() {
        Scope::Period => page,
        Scope::Pair => {
            page.line("periods", "compares each period with the next: needs two or more")
        }
        Scope::Panel => page.line("periods", "looks at all periods together: needs two or more"),
    };
    for side in metric.sides() {
        let what = format!("--input {}=FILE with {}: {}", side.name, side.columns, side.meaning);
        page = page.line("side table", &what);
    }
    for (table, column) in spec.columns() {
        let unit = column.unit.name(None);
        let unit = if unit.is_empty() { String::new() } else { format!(" [{unit}]") };
        page =
            page.line("column", &format!("{} of {table}{unit}: {}", column.name, column.meaning));
    }
    for param in spec.params {
        page = page
            .line("parameter", &format!("{} = {}: {}", param.name, param.default, param.meaning));
    }
    if let Some(first) = spec.params.first() {
        let name = format!("{}.{}", spec.name, first.name);
        let how = format!(
            "--set {name}=VALUE; in a step of palenque.toml, set = {{ \"{name}\" = VALUE }}"
        );
        page = page.line("set by", &how);
    }
    page = page
        .line("direction", "an edge points from seller to buyer; in = purchases, out = sales")
        .line("try", &format!("palenque measure --edges FILE --metrics {}", spec.name));
    let columns: Vec<Value> = spec
        .columns()
        .map(|(table, c)| {
            json!({ "column": c.name, "table": table.name(), "unit": c.unit.name(None), "meaning": c.meaning })
        })
        .collect();
    let params: Vec<Value> = spec
        .params
        .iter()
        .map(|p| json!({ "name": p.name, "default": p.default, "meaning": p.meaning }))
        .collect();
    let sides: Vec<Value> = metric
        .sides()
        .iter()
        .map(|s| json!({ "name": s.name, "columns": s.columns, "meaning": s.meaning }))
        .collect();
    page.done(json!({
        "kind": "metric",
        "name": spec.name,
        "family": spec.family.name(),
        "summary": spec.summary,
        "formula": spec.formula,
        "source": spec.source,
        "reading": spec.reading,
        "cost": spec.cost,
        "needs": spec.needs,
        "sides": sides,
        "core": spec.core,
        "columns": columns,
        "params": params,
    }))
}

fn column_page(name: &str, owners: &[&'static dyn Metric], spec: &MetricSpec) -> Done {
    let all = owners.iter().flat_map(|m| m.spec().columns());
    let columns: Vec<_> = all.filter(|(_, column)| column.name == name).collect();
    let column = columns.first();
    let meaning = column.map_or("", |(_, column)| column.meaning);
    let tables: Vec<&str> = columns.iter().map(|(table, _)| table.name()).collect();
    let metrics: Vec<&str> = owners.iter().map(|m| m.spec().name).collect();
    Page::new(name, meaning)
        .line("table", &tables.join(", "))
        .line("unit", column.map_or("", |(_, column)| column.unit.name(None)))
        .line("metric", &metrics.join(", "))
        .line("formula", spec.formula)
        .line("source", spec.source)
        .line("reading", spec.reading)
        .line("try", &format!("palenque measure --edges FILE --metrics {name}"))
        .done(json!({
            "kind": "column",
            "name": name,
            "meaning": meaning,
            "tables": tables,
            "metrics": metrics,
        }))
}

fn code_page(code: &codes::Code) -> Done {
    let kind = if code.id.starts_with('E') {
        format!("an error: exit code {}", exit::of(code.id))
    } else {
        format!("a warning: `--allow {}` accepts it, `--strict` refuses it", code.id)
    };
    Page::new(code.id, code.title)
        .line("kind", &kind)
        .line("meaning", code.explanation)
        .done(json!({ "kind": "code", "id": code.id, "title": code.title, "explanation": code.explanation }))
}

fn chart_page(spec: &ChartSpec) -> Done {
    let needs: Vec<&str> = spec.needs.iter().map(|table| table.name()).collect();
    let mut page = Page::new(spec.name, spec.summary)
        .line("reading", spec.reading)
        .line("needs", &needs.join(", "))
        .line("needs", if spec.needs_network { "the network itself" } else { "" });
    for (name, default, meaning) in spec.options {
        let default = if default.is_empty() { String::new() } else { format!(" = {default}") };
        page = page.line("option", &format!("{name}{default}: {meaning}"));
    }
    let options: Vec<Value> = spec
        .options
        .iter()
        .map(|(name, default, meaning)| json!({ "name": name, "default": default, "meaning": meaning }))
        .collect();
    page.line("try", &trial(spec)).done(json!({
        "kind": "chart",
        "name": spec.name,
        "summary": spec.summary,
        "reading": spec.reading,
        "needs": needs,
        "needs_network": spec.needs_network,
        "options": options,
    }))
}

/// A command that draws the chart where the files have what it needs.
fn trial(spec: &ChartSpec) -> String {
    let mut flags = vec!["--edges FILE".to_owned()];
    let mut named = Vec::new();
    for table in spec.needs {
        let fills = |m: &&'static dyn Metric| m.spec().outputs.iter().any(|o| o.table == *table);
        let of_table: Vec<_> = palenque_metrics::all().filter(fills).collect();
        // What is measured without being asked for needs no flag.
        if of_table.iter().all(|m| m.by_name_only()) {
            named.extend(of_table.first().map(|m| m.spec().name));
        }
        match table {
            TableId::FirmTasks => flags.push("--input tasks=FILE".to_owned()),
            TableId::ShockPath => {
                named = vec!["systemic_risk_scenario"];
                flags.push("--set systemic_risk_scenario.node=FIRM".to_owned());
            }
            _ => {}
        }
    }
    if spec.needs_network || !named.is_empty() || !spec.needs.is_empty() {
        flags.push("--nodes FILE".into());
    }
    if !named.is_empty() {
        flags.push(format!("--metrics {}", named.join(",")));
    }
    format!("palenque draw {} {} --out {}.svg", spec.name, flags.join(" "), spec.name)
}

fn table_page(table: TableId) -> Done {
    let metrics: Vec<&str> = palenque_metrics::all()
        .filter(|m| m.spec().outputs.iter().any(|output| output.table == table))
        .map(|m| m.spec().name)
        .collect();
    Page::new(table.name(), table.meaning())
        .line("columns", &table.column_order().join(", "))
        .line("filled by", &metrics.join(", "))
        .line("status", "an empty cell is undefined; the column `status` says why")
        .done(json!({
            "kind": "table",
            "name": table.name(),
            "meaning": table.meaning(),
            "columns": table.column_order(),
            "metrics": metrics,
        }))
}
