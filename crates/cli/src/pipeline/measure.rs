//! Measure steps: every metric over every period, joined into tables level by level.

use super::level::{grouped, with_apparent_stages};
use super::results::{Judged, Results, Run};
use super::{Level, Products, Read, Sides};
use crate::config::{Draw, Measure, Pipeline, Step, Work};
use crate::diagnostics::Outcome;
use crate::selection::{Asked, Pick, Selection};
use crate::session::Session;
use palenque_graph::table::Joiner;
use palenque_graph::{Diagnostic, Table, TableId};
use palenque_metrics::fragmentation::apparent_stage::APPARENT_STAGE;
use std::collections::{BTreeMap, BTreeSet};

/// Computes all measure steps, and what the figures need besides.
pub(super) fn measure(
    session: &mut Session,
    pipeline: &Pipeline,
    read: Read,
    sides: Sides,
) -> Outcome<Products> {
    let mut products = Products { files: read.files, ..Products::default() };
    let network = if pipeline.mentions_group(APPARENT_STAGE) {
        with_apparent_stages(session, read.panel)?
    } else {
        read.panel
    };
    let mut bys: Vec<Option<String>> = vec![None];
    for step in &pipeline.steps {
        let by = match &step.work {
            Work::Measure(measure) => measure.by.clone(),
            Work::Draw(draw) => level_of(pipeline, step, draw),
            Work::Report(_) => None,
        };
        if !bys.contains(&by) {
            bys.push(by);
        }
    }
    let mut panels = Vec::new();
    for by in bys.iter().flatten() {
        panels.push(grouped(&network, by)?);
    }
    panels.insert(0, network);
    for (by, panel) in bys.into_iter().zip(panels) {
        let level = Level { by, panel, tables: Vec::new(), unwritten: Vec::new() };
        let mut run = Run { session, pipeline, sides: &sides, products: &mut products };
        let level = measure_level(&mut run, level)?;
        products.levels.push(level);
    }
    products.sides = sides.files;
    let computed: BTreeSet<&str> = products.metrics.iter().map(|m| m.spec().name).collect();
    products.metrics =
        palenque_metrics::all().filter(|m| computed.contains(m.spec().name)).collect();
    products.left_out.sort();
    products.left_out.dedup();
    Ok(products)
}

/// The level whose tables a figure shows: that of the steps it needs, else its own `by`, else the one at which
/// most of what it needs is measured.
pub(super) fn level_of(pipeline: &Pipeline, step: &Step, draw: &Draw) -> Option<String> {
    if draw.by.is_some() {
        return draw.by.clone();
    }
    let measured: Vec<&Measure> = pipeline
        .sources(step)
        .into_iter()
        .filter_map(|source| match &source.work {
            Work::Measure(measure) => Some(measure),
            _ => None,
        })
        .collect();
    if !step.needs.is_empty() {
        return measured.first().and_then(|measure| measure.by.clone());
    }
    let needs = palenque_report::find(&draw.chart)?.spec().needs;
    let score = |by: &Option<String>| {
        let at_level = measured.iter().filter(|measure| measure.by == *by);
        let selections = at_level.filter_map(|measure| Selection::parse(&measure.metrics).ok());
        let picks: Vec<Pick> = selections.flat_map(|selection| selection.picks).collect();
        let n = |table: &TableId| {
            picks.iter().flat_map(Pick::columns).filter(|(t, _)| t == table).count()
        };
        if needs.iter().any(|table| n(table) == 0) { 0 } else { needs.iter().map(n).sum() }
    };
    let levels = std::iter::once(&None).chain(measured.iter().map(|measure| &measure.by));
    let mut best: (usize, &Option<String>) = (0, &None);
    for by in levels {
        let score = score(by);
        if score > best.0 {
            best = (score, by);
        }
    }
    best.1.clone()
}

fn measure_level(run: &mut Run<'_>, mut level: Level) -> Outcome<Level> {
    let pipeline = run.pipeline;
    let mut joined = Results::of(&level.panel);
    let mut accounts = Judged::default();
    let mut order = Vec::new();
    for step in &pipeline.steps {
        let Work::Measure(measure) = &step.work else { continue };
        if measure.by != level.by {
            continue;
        }
        let selection = selection_of(measure)?;
        let results = run.results(measure, &selection, &level.panel, &mut accounts)?;
        if let Some(to) = &measure.to {
            let tables = finish(pipeline, &level, results)?;
            let mut tables = in_order(tables, &selection.order).into_iter();
            match (tables.next(), tables.next()) {
                (Some(table), None) => {
                    run.products.own.push((step.id.clone(), to.clone(), table));
                }
                (None, _) => {}
                (Some(first), Some(second)) => {
                    let what = format!(
                        "step `{}` fills {} and {}, and `to` is one file",
                        step.id,
                        first.id(),
                        second.id()
                    );
                    return Err(Diagnostic::new("E0706", what)
                        .help("ask for the metrics of one table, or leave `to` out")
                        .into());
                }
            }
            continue;
        }
        run.products.steps.push(step.id.clone());
        order.extend(selection.order);
        joined.extend(results);
    }
    level.tables = finish(pipeline, &level, joined)?;
    if pipeline.output.layout == crate::config::Layout::Flat {
        level.tables = in_order(std::mem::take(&mut level.tables), &order);
    }
    level.unwritten = for_figures(run, &level, &mut accounts)?;
    Ok(level)
}

fn selection_of(measure: &Measure) -> Outcome<Selection> {
    Selection::parse(&measure.metrics).map_err(|unknown| {
        let mut found = palenque_graph::Diagnostics::default();
        for name in unknown {
            found.push(name.diagnostic());
        }
        found.into()
    })
}

/// What the figures of this level need and no step measures.
fn for_figures(run: &mut Run<'_>, level: &Level, accounts: &mut Judged) -> Outcome<Vec<Table>> {
    let pipeline = run.pipeline;
    let mut wanted: Vec<String> = Vec::new();
    for step in &pipeline.steps {
        let Work::Draw(draw) = &step.work else { continue };
        let Some(chart) = palenque_report::find(&draw.chart) else { continue };
        if level_of(pipeline, step, draw) != level.by {
            continue;
        }
        let has = |id: TableId| level.tables.iter().any(|table| table.id() == id);
        for &table in chart.spec().needs.iter().filter(|&&table| !has(table)) {
            wanted.extend(metrics_that_fill(table));
        }
        let defaults = chart.spec().options.iter().map(|(name, default, _)| (*name, *default));
        for (option, default) in defaults {
            let column = draw.options.get(option).map_or(default, String::as_str);
            let is_column = palenque_metrics::all()
                .any(|m| m.spec().columns().any(|(table, c)| c.name == column && has_rows(table)));
            let there = level.tables.iter().any(|table| table.column(column).is_some());
            if is_column && !there {
                wanted.push(column.to_owned());
            }
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let measure = Measure { metrics: wanted, by: level.by.clone(), ..Measure::default() };
    let mut selection = selection_of(&measure)?;
    // What a figure wants and cannot have, it says itself.
    selection.picks.iter_mut().for_each(|pick| pick.asked = Asked::Default);
    let steps = pipeline.steps.iter().filter_map(|step| match &step.work {
        Work::Measure(measure) => Some(measure.clone()),
        _ => None,
    });
    let measure = steps.fold(measure, |mut all, step| {
        all.params.extend(step.params);
        all.sides.extend(step.sides);
        all
    });
    let results = run.results(&measure, &selection, &level.panel, accounts)?;
    finish(pipeline, level, results)
}

fn has_rows(table: TableId) -> bool {
    table != TableId::NetworkSummary
}

/// The core metrics that fill a table; where none does, all that do. Of what failures do, the measure that its figure shows.
fn metrics_that_fill(table: TableId) -> Vec<String> {
    if table == TableId::DisruptionNodes {
        return vec!["systemic_risk".to_owned()];
    }
    let fills = |m: &&'static dyn palenque_metrics::Metric| {
        m.spec().outputs.iter().any(|output| output.table == table)
    };
    let core: Vec<String> = palenque_metrics::all()
        .filter(fills)
        .filter(|m| m.spec().core)
        .map(|m| m.spec().name.to_owned())
        .collect();
    if core.is_empty() {
        palenque_metrics::all().filter(fills).map(|m| m.spec().name.to_owned()).collect()
    } else {
        core
    }
}

fn finish(pipeline: &Pipeline, level: &Level, results: Results) -> Outcome<Vec<Table>> {
    let has_nodes = pipeline.inputs.nodes.is_some() || pipeline.inputs.graph.is_some();
    let with_attributes = has_nodes && level.by.is_none();
    let joiner = if with_attributes { Joiner::with_attributes() } else { Joiner::keys_only() };
    results.join(joiner, &level.panel).map_err(|error| {
        Diagnostic::new("E0706", error.to_string())
            .help("give one of the steps `to = \"FILE.csv\"`")
            .into()
    })
}

/// The tables with the columns that were asked for in the order of asking, between keys and status.
fn in_order(tables: Vec<Table>, order: &[&str]) -> Vec<Table> {
    if order.is_empty() {
        return tables;
    }
    let rank: BTreeMap<&str, usize> =
        order.iter().enumerate().map(|(i, name)| (*name, i)).collect();
    let reorder = |table: Table| {
        if table.id().alignment() == palenque_graph::table::Alignment::Long {
            return table;
        }
        let mut columns = table.columns().to_vec();
        let slots: Vec<usize> =
            (0..columns.len()).filter(|&i| rank.contains_key(columns[i].spec.name)).collect();
        let mut asked: Vec<_> = slots.iter().map(|&i| columns[i].clone()).collect();
        asked.sort_by_key(|column| rank[column.spec.name]);
        for (slot, column) in slots.into_iter().zip(asked) {
            columns[slot] = column;
        }
        Table::new(table.id(), columns)
    };
    tables.into_iter().map(reorder).collect()
}
