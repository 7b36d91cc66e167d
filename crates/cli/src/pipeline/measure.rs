//! Measure steps: every metric over every period, joined into tables level by level.

use super::level::grouped;
use super::{Level, Products, Read};
use crate::config::{Draw, Measure, Pipeline, Step, Work};
use crate::diagnostics::{Outcome, Refusal};
use crate::selection::{Asked, Pick, Selection};
use crate::session::Session;
use palenque_graph::table::Joiner;
use palenque_graph::{Diagnostic, Panel, Table, TableId};
use palenque_metrics::{MetricError, Params};
use std::collections::{BTreeMap, BTreeSet};

/// Computes all measure steps, and what the figures need besides.
pub(super) fn measure(session: &mut Session, pipeline: &Pipeline, read: Read) -> Outcome<Products> {
    let mut products = Products {
        files: read.files,
        levels: Vec::new(),
        own: Vec::new(),
        steps: Vec::new(),
        figures: Vec::new(),
        pages: Vec::new(),
        metrics: Vec::new(),
        left_out: Vec::new(),
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
        panels.push(grouped(&read.panel, by)?);
    }
    panels.insert(0, read.panel);
    for (by, panel) in bys.into_iter().zip(panels) {
        let level = Level { by, panel, tables: Vec::new(), unwritten: Vec::new() };
        let level = measure_level(session, pipeline, level, &mut products)?;
        products.levels.push(level);
    }
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

fn measure_level(
    session: &mut Session,
    pipeline: &Pipeline,
    mut level: Level,
    products: &mut Products,
) -> Outcome<Level> {
    let mut joined: Vec<Vec<Table>> = vec![Vec::new(); level.panel.n_periods()];
    let mut order = Vec::new();
    for step in &pipeline.steps {
        let Work::Measure(measure) = &step.work else { continue };
        if measure.by != level.by {
            continue;
        }
        let selection = selection_of(measure)?;
        let results = results(session, pipeline, measure, &selection, &level.panel, products)?;
        if let Some(to) = &measure.to {
            let tables = finish(pipeline, &level, results)?;
            let mut tables = in_order(tables, &selection.order).into_iter();
            match (tables.next(), tables.next()) {
                (Some(table), None) => {
                    products.own.push((step.id.clone(), to.clone(), table));
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
        products.steps.push(step.id.clone());
        order.extend(selection.order);
        for (all, one) in joined.iter_mut().zip(results) {
            all.extend(one);
        }
    }
    level.tables = finish(pipeline, &level, joined)?;
    if pipeline.output.layout == crate::config::Layout::Flat {
        level.tables = in_order(std::mem::take(&mut level.tables), &order);
    }
    level.unwritten = for_figures(session, pipeline, &level, products)?;
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
fn for_figures(
    session: &mut Session,
    pipeline: &Pipeline,
    level: &Level,
    products: &mut Products,
) -> Outcome<Vec<Table>> {
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
    let params = pipeline.steps.iter().filter_map(|step| match &step.work {
        Work::Measure(measure) => Some(measure.params.clone()),
        _ => None,
    });
    let measure = Measure { params: params.flatten().collect(), ..measure };
    let results = results(session, pipeline, &measure, &selection, &level.panel, products)?;
    finish(pipeline, level, results)
}

fn has_rows(table: TableId) -> bool {
    table != TableId::NetworkSummary
}

/// The core metrics that fill a table; where none does, all that do.
fn metrics_that_fill(table: TableId) -> Vec<String> {
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

/// The results of every metric, period by period.
fn results(
    session: &mut Session,
    pipeline: &Pipeline,
    measure: &Measure,
    selection: &Selection,
    panel: &Panel,
    products: &mut Products,
) -> Outcome<Vec<Vec<Table>>> {
    let mut results: Vec<Vec<Table>> = vec![Vec::new(); panel.n_periods()];
    for pick in &selection.picks {
        let spec = pick.spec();
        let mut params = measure.params.get(spec.name).cloned().unwrap_or_default();
        let seeded = spec.params.iter().any(|p| p.name == "seed");
        if seeded && !params.values().contains_key("seed") {
            params.set("seed", pipeline.seed.into());
        }
        match over_periods(session, pick, &params, panel) {
            Ok(tables) => {
                products.metrics.push(pick.metric);
                for (all, tables) in results.iter_mut().zip(tables) {
                    all.extend(pick.kept(tables));
                }
            }
            Err(MetricError::Cancelled) => return Err(Refusal::Stopped),
            Err(error) => no_result(session, pick, &error, products)?,
        }
    }
    Ok(results)
}

fn over_periods(
    session: &mut Session,
    pick: &Pick,
    params: &Params,
    panel: &Panel,
) -> Result<Vec<Vec<Table>>, MetricError> {
    session.part(pick.spec().name, |session| {
        let progress = &session.progress;
        palenque_metrics::kernel::threads::with_threads(session.threads, || {
            panel.iter().map(|(_, graph)| pick.metric.compute(graph, params, progress)).collect()
        })
    })
}

/// A metric without a result: an error if it was asked for by name, a warning in a family, a note otherwise.
fn no_result(
    session: &mut Session,
    pick: &Pick,
    error: &MetricError,
    products: &mut Products,
) -> Outcome<()> {
    let name = pick.spec().name;
    let input_missing = matches!(error, MetricError::InputMissing { .. });
    let is_wrong = matches!(error, MetricError::Parameter(_))
        || pick.asked == Asked::Name
        || (pick.asked == Asked::Family && !input_missing);
    if is_wrong {
        return Err(error.diagnostic(name).into());
    }
    if pick.asked == Asked::Family {
        let found = Diagnostic::new("W0705", format!("`{name}` was left out: it {error}"))
            .help(format!("`palenque explain {name}` says what it needs"));
        session.found.push(found);
    }
    products.left_out.push((name.to_owned(), error.to_string()));
    Ok(())
}

fn finish(pipeline: &Pipeline, level: &Level, results: Vec<Vec<Table>>) -> Outcome<Vec<Table>> {
    let with_attributes = pipeline.inputs.nodes.is_some() && level.by.is_none();
    let mut joiner = if with_attributes { Joiner::with_attributes() } else { Joiner::keys_only() };
    for ((period, graph), tables) in level.panel.iter().zip(results) {
        joiner.add_period(period, graph, tables).map_err(|error| {
            Diagnostic::new("E0706", error.to_string())
                .help("give one of the steps `to = \"FILE.csv\"`")
        })?;
    }
    Ok(joiner.finish())
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
