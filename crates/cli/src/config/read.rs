//! From the text of a `palenque.toml` to a [`Pipeline`].

use super::section::Section;
use super::tree::{overrule, parse};
use super::{
    Chances, Draw, FigureFormat, Item, Layout, Limits, Measure, Output, PRESETS, Pipeline, Report,
    Source, Step, THEMES, Tree, VERSION, Work, check,
};
use crate::args::policy::{KEYS, Key};
use crate::args::values;
use crate::selection::{Selection, parameters};
use palenque_frame::{CsvStyle, TableFormat};
use palenque_graph::{Diagnostic, Diagnostics};
use palenque_ingest::{Inputs, MakeUse, Policy};
use palenque_metrics::nearest;
use palenque_metrics::null::NullModel;
use palenque_report::ChartOptions;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

/// Where the parts of a step stand, for the checks between steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The id's value.
    pub(super) id: Option<Range<usize>>,
    /// The value of `to`.
    pub(super) to: Option<Range<usize>>,
    /// The value of `needs`.
    pub(super) needs: Option<Range<usize>>,
}

/// Reads a pipeline.
///
/// # Errors
/// All findings, each with its place.
pub(crate) fn read(
    source: &Source,
    overrides: &[(String, String)],
) -> Result<Pipeline, Diagnostics> {
    let one = |finding| {
        let mut found = Diagnostics::default();
        found.push(finding);
        found
    };
    let mut tree = parse(source).map_err(one)?;
    for (path, value) in overrides {
        overrule(&mut tree, path, value).map_err(one)?;
    }
    from_tree(&tree, source)
}

/// Reads a pipeline from a record of one.
pub(crate) fn from_tree(tree: &Item, source: &Source) -> Result<Pipeline, Diagnostics> {
    let found = RefCell::new(Diagnostics::default());
    let root = Section::new("palenque.toml", Some(tree), source, &found);
    if let Some((version, item)) = root.count("version")
        && version != VERSION as u64
    {
        let what = format!("version {version} of palenque.toml is not one this palenque reads");
        let wrong = Diagnostic::new("E0708", what)
            .note(format!(
                "this is palenque {}, which reads version {VERSION}",
                env!("CARGO_PKG_VERSION")
            ))
            .help(format!("use a newer palenque, or write `version = {VERSION}`"));
        root.report(wrong, item.span.as_ref(), "");
        return Err(found.into_inner());
    }
    report_not_finite("", tree, &root);

    let seed = root.count("seed").map_or(1, |(seed, _)| seed);
    let (inputs, policy) = input(&root);
    let output = output(&root);
    let limits = limits(&root);
    let (steps, places) = steps(&root, source, &found);
    root.finish(|_| None);
    let pipeline = Pipeline { seed, inputs, policy, output, limits, steps };
    check::check(pipeline, &places, source, found.into_inner())
}

fn report_not_finite(key: &str, item: &Item, root: &Section<'_>) {
    match &item.value {
        Tree::NotFinite(text) => {
            let what = format!("`{key}` is {text}, which is not a number to compute with");
            let help = match key {
                "damping" => "write a number, 0 < damping < 1",
                _ => "write a finite number",
            };
            root.report(Diagnostic::new("E0702", what).help(help), item.span.as_ref(), "");
        }
        Tree::Table(entries) => {
            for (key, item) in entries {
                report_not_finite(key, item, root);
            }
        }
        Tree::List(items) => {
            for item in items {
                report_not_finite(key, item, root);
            }
        }
        Tree::Scalar(_) => {}
    }
}

/// A path as written, without anything expanded; `$$` is one `$`.
fn path(section: &Section<'_>, key: &'static str) -> Option<(PathBuf, Option<Range<usize>>)> {
    let (text, item) = section.text(key)?;
    Some((plain_path(section, text, item)?, item.span.clone()))
}

fn plain_path(section: &Section<'_>, text: &str, item: &Item) -> Option<PathBuf> {
    let plain = text.replace("$$", "");
    if plain.contains('$') {
        let shown = palenque_graph::diagnostic::shown(text);
        let wrong = Diagnostic::new("E0712", format!("`$` in the path `{shown}`"))
            .note("no variable is put in: a result must follow from the files alone")
            .help("write the path itself; `$$` stands for a `$` in a name");
        section.report(wrong, item.span.as_ref(), "");
        return None;
    }
    if text.is_empty() || text.contains('\0') {
        let wrong = Diagnostic::new("E0702", "a path is empty").help("write the path of a file");
        section.report(wrong, item.span.as_ref(), "");
        return None;
    }
    Some(PathBuf::from(text.replace("$$", "$")))
}

fn input(root: &Section<'_>) -> (Inputs, Policy) {
    let section = root.section("input", "[input]");
    let mut inputs = Inputs {
        edges: path(&section, "edges").map(|(path, _)| path).unwrap_or_default(),
        table: path(&section, "table").map(|(path, _)| path),
        graph: path(&section, "graph").map(|(path, _)| path),
        make_use: make_use(&section),
        nodes: path(&section, "nodes").map(|(path, _)| path),
        accounts: path(&section, "accounts").map(|(path, _)| path),
        final_demand: path(&section, "final_demand").map(|(path, _)| path),
        relations: Vec::new(),
        unit: section.text("unit").map(|(unit, _)| unit.to_owned()),
    };
    if let (Some(_), Some(item)) = (section.item("edges"), section.item("table")) {
        let wrong = Diagnostic::new("E0702", "[input] names both `edges` and `table`")
            .help("a table takes the place of edges: leave one of them out");
        section.report(wrong, item.key.as_ref(), "");
        inputs.table = None;
    }
    if let Some(item) = section.item("graph")
        && let Some(other) =
            ["edges", "table", "make", "nodes"].into_iter().find(|key| section.item(key).is_some())
    {
        let what = format!("[input] names both `graph` and `{other}`");
        let wrong = Diagnostic::new("E0702", what)
            .help("a graph takes the place of edges and nodes: leave one of the two out");
        section.report(wrong, item.key.as_ref(), "");
        inputs.graph = None;
    }
    for (name, item) in section.section("relations", "[input.relations]").all() {
        if let Tree::Scalar(Value::String(text)) = &item.value
            && let Some(path) = plain_path(&section, text, item)
        {
            inputs.relations.push((name.clone(), path));
        } else if !matches!(item.value, Tree::Scalar(Value::String(_))) {
            let wrong = Diagnostic::new("E0702", format!("relation `{name}` must be a file"))
                .help("write NAME = \"FILE\"");
            section.report(wrong, item.span.as_ref(), "");
        }
    }
    let policy = policy(&section);
    section.finish(|key| Key::named(key).map(|_| format!("`{key}` belongs into [input.policy]")));
    (inputs, policy)
}

/// The make and the use table; neither comes without the other, nor beside edges or another table.
fn make_use(section: &Section<'_>) -> Option<MakeUse> {
    let make = path(section, "make").map(|(path, _)| path);
    let uses = path(section, "use").map(|(path, _)| path);
    let (item, what, help) = match (section.item("make"), section.item("use")) {
        (None, None) => return None,
        (Some(item), None) => (item, "`make` without `use`", "write use = \"FILE\" beside it"),
        (None, Some(item)) => (item, "`use` without `make`", "write make = \"FILE\" beside it"),
        (Some(item), Some(_)) => {
            let Some(other) =
                ["edges", "table"].into_iter().find(|key| section.item(key).is_some())
            else {
                return make.zip(uses).map(|(make, uses)| MakeUse { make, uses });
            };
            let help = "make and use take the place of edges: leave one of them out";
            (
                item,
                if other == "edges" {
                    "both `edges` and `make`"
                } else {
                    "both `table` and `make`"
                },
                help,
            )
        }
    };
    let wrong = Diagnostic::new("E0702", format!("[input] names {what}")).help(help);
    section.report(wrong, item.key.as_ref(), "");
    None
}

fn policy(input: &Section<'_>) -> Policy {
    let section = input.section("policy", "[input.policy]");
    let mut policy = Policy::default();
    for key in KEYS {
        let Some(item) = section.item(key.name) else { continue };
        let Some(value) = item.json() else { continue };
        if let Err(why) = key.set(&mut policy, &value) {
            let wrong = Diagnostic::new("E0702", format!("`{}` {why}", key.name)).help(key.meaning);
            section.report(wrong, item.span.as_ref(), "");
        }
    }
    for (name, item) in section.section("columns", "[input.policy.columns]").all() {
        if let Tree::Scalar(Value::String(column)) = &item.value {
            policy.columns.insert(name.clone(), column.clone());
        } else {
            let wrong = Diagnostic::new("E0702", format!("column `{name}` must be text"))
                .help("write NAME = \"COLUMN\"");
            section.report(wrong, item.span.as_ref(), "");
        }
    }
    for (text, item) in section.texts("where").unwrap_or_default() {
        match values::pair(text) {
            Ok(pair) => policy.only.push(pair),
            Err(why) => {
                let wrong = Diagnostic::new("E0702", format!("`where` {why}"))
                    .help("write [\"COLUMN=VALUE\"]");
                section.report(wrong, item.span.as_ref(), "");
            }
        }
    }
    section.finish(|_| None);
    policy
}

fn output(root: &Section<'_>) -> Output {
    let section = root.section("output", "[output]");
    let default = Output::default();
    let dir = match path(&section, "dir") {
        Some((dir, span)) if dir.is_absolute() => {
            let wrong = Diagnostic::new("E0703", "`dir` is an absolute path")
                .note(
                    "a pipeline runs the same on every machine: its paths are relative to its file",
                )
                .help("write a relative path, or give the folder as `--out`");
            section.report(wrong, span.as_ref(), "");
            default.dir
        }
        Some((dir, _)) => dir,
        None => default.dir,
    };
    let formats = section.texts("formats").map(|texts| {
        let named = texts.into_iter().filter_map(|(text, item)| {
            let format = TableFormat::named(text);
            if format.is_none() {
                let words: Vec<&str> = TableFormat::ALL.iter().map(|f| f.extension()).collect();
                section.not_among("formats", text, item, &words);
            }
            format
        });
        named.collect()
    });
    let figures = section.texts("figures").map(|texts| {
        let named = texts.into_iter().filter_map(|(text, item)| {
            let format = FigureFormat::named(text);
            if format.is_none() {
                section.not_among("figures", text, item, &FigureFormat::names());
            }
            format
        });
        named.collect()
    });
    let dpi = match section.count("dpi") {
        Some((dpi @ 30..=1200, _)) => dpi as u32,
        Some((_, item)) => {
            let wrong =
                Diagnostic::new("E0702", "`dpi` must be from 30 to 1200").help("300 prints well");
            section.report(wrong, item.span.as_ref(), "");
            default.dpi
        }
        None => default.dpi,
    };
    let layouts = [("folders", Layout::Folders), ("flat", Layout::Flat)];
    let output = Output {
        dir,
        layout: section.choice("layout", &layouts).unwrap_or(default.layout),
        formats: formats.unwrap_or(default.formats),
        figures: figures.unwrap_or(default.figures),
        dpi,
        caption: section.switch("caption").unwrap_or(default.caption),
        note: section.text("note").map(|(note, _)| note.to_owned()),
        csv: CsvStyle {
            byte_order_mark: section.switch("bom").unwrap_or_default(),
            spreadsheet_safe: section.switch("spreadsheet_safe").unwrap_or_default(),
        },
    };
    section.finish(|_| None);
    output
}

fn limits(root: &Section<'_>) -> Limits {
    let section = root.section("limits", "[limits]");
    let memory = section.text("memory").and_then(|(text, item)| {
        let report = |why| {
            let wrong = Diagnostic::new("E0702", format!("`memory` {why}"));
            section.report(wrong.help("write it as \"8GiB\""), item.span.as_ref(), "");
        };
        values::bytes(text).map_err(report).ok()
    });
    let time = section.text("time").and_then(|(text, item)| {
        let report = |why| {
            let wrong = Diagnostic::new("E0702", format!("`time` {why}"));
            section.report(wrong.help("write it as \"30m\""), item.span.as_ref(), "");
        };
        values::duration(text).map_err(report).ok()
    });
    section.finish(|_| None);
    Limits { memory, time }
}

fn steps<'a>(
    root: &Section<'a>,
    source: &'a Source,
    found: &'a RefCell<Diagnostics>,
) -> (Vec<Step>, Vec<Places>) {
    let items = match root.item("step") {
        None => &[][..],
        Some(Item { value: Tree::List(items), .. }) => items,
        Some(other) => {
            let wrong = Diagnostic::new(
                "E0702",
                format!("`step` must be a list of tables, not {}", other.kind()),
            )
            .help("write every step under its own [[step]]");
            root.report(wrong, other.span.as_ref(), "");
            &[]
        }
    };
    items.iter().enumerate().filter_map(|(i, item)| step(i, item, source, found)).unzip()
}

fn step(
    number: usize,
    item: &Item,
    source: &Source,
    found: &RefCell<Diagnostics>,
) -> Option<(Step, Places)> {
    let id = match item.get("id").map(|id| &id.value) {
        Some(Tree::Scalar(Value::String(id))) => id.clone(),
        _ => format!("step-{}", number + 1),
    };
    let section = Section::new(format!("step `{id}`"), Some(item), source, found);
    let id_span = section.text("id").and_then(|(_, item)| item.span.clone());
    let needs = section.texts("needs");
    let needs_span = section.item("needs").and_then(|item| item.span.clone());
    let kinds = [("measure", 0), ("draw", 1), ("report", 2)];
    let Some(kind) = section.choice("run", &kinds) else {
        if section.item("run").is_none() {
            let wrong = Diagnostic::new("E0702", format!("step `{id}` does not say what to run"))
                .help("write run = \"measure\", \"draw\" or \"report\"");
            section.report(wrong, item.span.as_ref(), "");
        }
        return None;
    };
    let mut places = Places { id: id_span, to: None, needs: needs_span };
    let work = match kind {
        0 => Work::Measure(measure(&section, &mut places)),
        1 => Work::Draw(draw(&section, item)),
        _ => Work::Report(Report {
            title: section.text("title").map(|(text, _)| text.to_owned()),
            subtitle: section.text("subtitle").map(|(text, _)| text.to_owned()),
            to: to(&section, &mut places),
            profile: section.count("profile").and_then(|(n, _)| usize::try_from(n).ok()),
        }),
    };
    section.finish(|key| parameter_hint(&work, key));
    let needs = needs.unwrap_or_default().into_iter().map(|(need, _)| need.to_owned()).collect();
    Some((Step { id, needs, work }, places))
}

/// A key that is the name of a metric's parameter or a chart's option belongs one table deeper.
fn parameter_hint(work: &Work, key: &str) -> Option<String> {
    match work {
        Work::Measure(_) => {
            let takes = |m: &&'static dyn palenque_metrics::Metric| {
                m.spec().params.iter().any(|p| p.name == key)
            };
            let metric = palenque_metrics::all().find(takes)?.spec().name;
            Some(format!("parameters are set by metric: set = {{ \"{metric}.{key}\" = … }}"))
        }
        Work::Draw(draw) => {
            let chart = palenque_report::find(&draw.chart)?;
            let is_option = chart.spec().options.iter().any(|(name, ..)| *name == key);
            is_option.then(|| format!("options of a chart: options = {{ {key} = … }}"))
        }
        Work::Report(_) => None,
    }
}

fn to(section: &Section<'_>, places: &mut Places) -> Option<String> {
    let (path, span) = path(section, "to")?;
    places.to = span;
    Some(crate::output::shown(&path))
}

fn measure(section: &Section<'_>, places: &mut Places) -> Measure {
    let metrics = section.texts("metrics").unwrap_or_default();
    let names: Vec<String> = metrics.iter().map(|(name, _)| (*name).to_owned()).collect();
    if let Err(unknown) = Selection::parse(&names) {
        for name in unknown {
            let item = metrics[name.position].1;
            section.report(name.diagnostic(), item.span.as_ref(), "");
        }
    }
    let set = section.section("set", "`set`");
    let pairs: Vec<(String, Value, &Item)> = set
        .all()
        .iter()
        .flat_map(|(key, item)| match &item.value {
            // `set.pagerank.damping = 0.9` is a table in a table.
            Tree::Table(inner) if !key.contains('.') => inner
                .iter()
                .filter_map(|(param, value)| Some((format!("{key}.{param}"), value.json()?, value)))
                .collect::<Vec<_>>(),
            _ => item.json().map(|value| (key.clone(), value, item)).into_iter().collect(),
        })
        .collect();
    let params = match parameters(pairs.iter().map(|(key, value, _)| (key.as_str(), value))) {
        Ok(params) => params,
        Err(wrong) => {
            for (position, found) in wrong {
                let item = pairs[position].2;
                section.report(found, item.key.as_ref().or(item.span.as_ref()), "");
            }
            BTreeMap::new()
        }
    };
    Measure {
        sides: sides(section, &names),
        metrics: names,
        by: section.text("by").map(|(by, _)| by.to_owned()),
        params,
        to: to(section, places),
        chance: chances(section),
    }
}

/// The random networks that results are set beside.
fn chances(section: &Section<'_>) -> Chances {
    let mut chances = Chances::default();
    for (name, item) in section.texts("null").unwrap_or_default() {
        match NullModel::named(name) {
            Ok(model) => chances.models.push(model),
            Err(wrong) => {
                let wrong = Diagnostic::new("E0702", wrong.to_string());
                section.report(wrong, item.span.as_ref(), "");
            }
        }
    }
    if let Some((replicates, item)) = section.count("replicates") {
        match usize::try_from(replicates) {
            Ok(replicates) if replicates > 0 => chances.replicates = replicates,
            _ => {
                let wrong = Diagnostic::new("E0702", "`replicates` must be 1 or more");
                section.report(wrong, item.span.as_ref(), "");
            }
        }
    }
    if let Some((bootstrap, _)) = section.count("bootstrap") {
        chances.bootstrap = usize::try_from(bootstrap).unwrap_or(usize::MAX);
    }
    chances
}

/// The files of the side tables of a step; each must be one that its metrics read.
fn sides(step: &Section<'_>, metrics: &[String]) -> BTreeMap<String, PathBuf> {
    let section = step.section("input", "`input`");
    let selection = Selection::parse(metrics).ok(); // an unknown metric was reported before
    let mut sides = BTreeMap::new();
    for (name, item) in section.all() {
        if let Some(wrong) = selection.as_ref().and_then(|selection| selection.unread(name)) {
            step.report(wrong, item.key.as_ref(), "");
        } else if let Tree::Scalar(Value::String(text)) = &item.value {
            sides.extend(plain_path(step, text, item).map(|path| (name.clone(), path)));
        } else {
            let what = format!("side table `{name}` must be a file, not {}", item.kind());
            let wrong = Diagnostic::new("E0702", what).help("write NAME = \"FILE\"");
            step.report(wrong, item.span.as_ref(), "");
        }
    }
    sides
}

fn draw(section: &Section<'_>, item: &Item) -> Draw {
    let chart = section.text("chart");
    if chart.is_none() && section.item("chart").is_none() {
        let wrong = Diagnostic::new("E0702", "a draw step does not say which chart")
            .help("write chart = \"NAME\"; `palenque list charts` names them");
        section.report(wrong, item.span.as_ref(), "");
    }
    let mut options = ChartOptions::new();
    let entries = section.section("options", "`options`");
    if let Some((name, item)) = chart {
        let known: Vec<&str> = palenque_report::all().map(|chart| chart.spec().name).collect();
        match palenque_report::find(name) {
            None => section.not_among("chart", name, item, &known),
            Some(chart) => {
                for (key, value) in entries.all() {
                    let takes = chart.spec().options.iter().map(|(option, ..)| *option);
                    if takes.clone().all(|option| option != key) {
                        let near = nearest(key, takes.clone());
                        let label =
                            near.map_or_else(String::new, |n| format!("did you mean `{n}`?"));
                        let takes: Vec<&str> = takes.collect();
                        let wrong = Diagnostic::new(
                            "E0701",
                            format!("chart `{name}` has no option `{key}`"),
                        )
                        .help(format!("it takes {}", takes.join(", ")));
                        section.report(wrong, value.key.as_ref(), &label);
                    }
                }
            }
        }
    }
    for (key, value) in entries.all() {
        if let Some(value) = value.json() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            options.insert(key.clone(), text);
        }
    }
    Draw {
        chart: chart.map(|(name, _)| name.to_owned()).unwrap_or_default(),
        options,
        preset: section.choice("preset", PRESETS).unwrap_or_default(),
        theme: section.choice("theme", THEMES).unwrap_or_default(),
        by: section.text("by").map(|(by, _)| by.to_owned()),
    }
}
