//! Report steps: everything on one page.

use super::{Base, Products, draw, profile, write};
use crate::config::check::table_stem;
use crate::config::{Layout, Pipeline, Report, Step, Work};
use crate::diagnostics::Outcome;
use crate::output::shown;
use crate::session::Session;
use crate::terminal::{grouped, quantity};
use palenque_graph::{Diagnostic, SupplyGraph, Table, TableId};
use palenque_ingest::FileReport;
use palenque_metrics::Params;
use palenque_report::{
    FigureOnPage, Finding, HeadFigure, InputNote, MethodNote, Page, TableOnPage,
};
use std::collections::BTreeSet;

/// Figures of the head, where they were computed: metric and label.
static HEADLINE: &[(&str, &str)] = &[
    ("n_nodes", "firms"),
    ("n_edges", "supply ties"),
    ("total_flow", "flow"),
    ("density", "density"),
    ("giant_share", "in the largest component"),
    ("reciprocity", "reciprocity"),
];

/// Makes the page of a step.
pub(super) fn page(
    session: &mut Session,
    pipeline: &Pipeline,
    step: &Step,
    (report, sides): (&Report, &Params),
    base: &Base,
    products: &mut Products,
) -> Outcome<()> {
    let sources = pipeline.sources(step);
    let is_source = |id: &str| sources.iter().any(|source| source.id == id);
    let drawn: Vec<FigureOnPage> = products
        .figures
        .iter()
        .filter(|figure| is_source(&figure.id))
        .map(|figure| {
            let stem = write::figure_stem(pipeline.output.layout, &figure.id);
            let formats = pipeline.output.figures.iter().map(|f| f.extension()).chain(["csv"]);
            FigureOnPage {
                id: figure.id.clone(),
                drawing: figure.drawing.clone(),
                files: formats.map(|extension| format!("{stem}.{extension}")).collect(),
            }
        })
        .collect();
    let figures = if drawn.is_empty() && !sources.iter().any(|s| matches!(s.work, Work::Draw(_))) {
        let figures = draw::defaults(session, pipeline, base, products);
        let on_page = |(name, drawing): (&str, _)| FigureOnPage {
            id: name.to_owned(),
            drawing,
            files: Vec::new(),
        };
        figures.into_iter().map(on_page).collect()
    } else {
        drawn
    };
    let mut page = contents(session, pipeline, report, base, products);
    page.figures = figures;
    if let (Some(replicates), Some(level)) = (report.profile, products.level(None)) {
        page.profile = profile::cards(session, pipeline, sides, &level.panel, replicates)?;
    }
    let html = rendered(session, &step.id, &page)?;
    let file = report.to.clone().unwrap_or_else(|| "report.html".into());
    products.pages.push((step.id.clone(), file, html));
    Ok(())
}

/// What is on a page, but for its figures.
pub(super) fn contents(
    session: &Session,
    pipeline: &Pipeline,
    report: &Report,
    base: &Base,
    products: &Products,
) -> Page {
    Page {
        title: report.title.clone().unwrap_or_else(|| "Production network".into()),
        subtitle: report.subtitle.clone(),
        profile: Vec::new(),
        headline: headline(products),
        network: products.level(None).and_then(|level| palenque_report::Explorer::of(&level.panel)),
        inputs: products.inputs().map(|file| input(file, base)).collect(),
        findings: findings(session, pipeline, base),
        tables: tables(pipeline, products),
        figures: Vec::new(),
        methods: products.metrics.iter().map(|m| method(m.spec())).collect(),
        provenance: provenance(pipeline, products),
        unit: products.unit().map(str::to_owned),
    }
}

/// The page as HTML.
pub(super) fn rendered(session: &mut Session, step: &str, page: &Page) -> Outcome<String> {
    session.part(step, |_| palenque_report::page(page)).map_err(|error| {
        Diagnostic::new("E0408", format!("the page of step `{step}`: {error}"))
            .help("this is a bug in palenque; please report it")
            .into()
    })
}

fn headline(products: &Products) -> Vec<HeadFigure> {
    let Some(level) = products.level(None) else { return Vec::new() };
    let graph = level.panel.last();
    let period = level.panel.iter().last().map_or("", |(period, _)| period);
    let figure = |label: &str, value: String, values: Vec<(String, Option<f64>)>| HeadFigure {
        label: label.to_owned(),
        value,
        note: period.to_owned(),
        values,
        unit: String::new(),
    };
    let over = |of: &dyn Fn(&SupplyGraph) -> f64| -> Vec<(String, Option<f64>)> {
        level.panel.iter().map(|(period, graph)| (period.to_owned(), Some(of(graph)))).collect()
    };
    let (n, m) = (graph.n_nodes() as u64, graph.n_edges() as u64);
    let mut figures = vec![
        figure("firms", grouped(n), Vec::new()),
        figure("supply ties", grouped(m), over(&|graph| graph.n_edges() as f64)),
        HeadFigure {
            unit: graph.unit().unwrap_or_default().to_owned(),
            ..figure("flow", quantity(graph.total_flow()), over(&SupplyGraph::total_flow))
        },
    ];
    let summary = level.tables.iter().find(|table| table.id() == TableId::NetworkSummary);
    for (metric, label) in HEADLINE.iter().skip(3) {
        let in_period = |name: &str| {
            let table = summary?;
            let row = (0..table.n_rows()).rev().find(|&row| {
                table.text("metric", row) == Some(metric)
                    && table.text("period", row).unwrap_or_default() == name
            })?;
            table.number("value", row)
        };
        let values = level.panel.iter().map(|(name, _)| (name.to_owned(), in_period(name)));
        if let Some(value) = in_period(period) {
            figures.push(figure(label, quantity(value), values.collect()));
        }
    }
    figures
}

fn input(file: &FileReport, base: &Base) -> InputNote {
    InputNote {
        role: file.role.clone(),
        path: shown(&base.recorded(&file.path)),
        format: file.format.clone(),
        blake3: file.blake3.clone(),
        rows: file.rows,
        used: file.used,
        merged: file.merged,
        dropped: file.dropped.iter().map(|(why, n)| (why.clone(), *n)).collect(),
    }
}

/// The first finding of each code, as the files record it.
fn findings(session: &Session, pipeline: &Pipeline, base: &Base) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let found = session.found.iter().filter(|d| seen.insert(d.id()));
    let recorded = |d: &Diagnostic| write::recorded(d, pipeline, base);
    found
        .map(|d| Finding { diagnostic: recorded(d), count: session.found.counts()[d.id()] })
        .collect()
}

fn tables(pipeline: &Pipeline, products: &Products) -> Vec<TableOnPage> {
    let layout = pipeline.output.layout;
    let extension = pipeline.output.formats.first().map(|format| format.extension());
    let mut tables = Vec::new();
    for level in &products.levels {
        for table in &level.tables {
            let title = level.by.as_ref().map(|by| format!("{} by {by}", table.id()));
            let stem = table_stem(layout, level.by.as_deref(), table.id());
            let file = extension.map(|extension| format!("{stem}.{extension}"));
            tables.push(TableOnPage { table: table.clone(), title, file });
        }
    }
    let own = |(step, file, table): &(String, String, Table)| TableOnPage {
        table: table.clone(),
        title: Some(format!("{} of {step}", table.id())),
        file: Some(file.clone()),
    };
    tables.extend(products.own.iter().map(own));
    if layout == Layout::Flat {
        for table in &mut tables {
            table.file = None;
        }
    }
    tables
}

/// Definition and source of a metric.
pub(crate) fn method(spec: &palenque_metrics::MetricSpec) -> MethodNote {
    MethodNote {
        name: spec.name.into(),
        summary: spec.summary.into(),
        formula: spec.formula.into(),
        source: spec.source.into(),
        reading: spec.reading.into(),
    }
}

fn provenance(pipeline: &Pipeline, products: &Products) -> Vec<(String, String)> {
    let resolved = crate::config::resolved(pipeline).to_string();
    let mut lines = vec![
        ("palenque".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("seed".to_owned(), pipeline.seed.to_string()),
        ("configuration".to_owned(), blake3::hash(resolved.as_bytes()).to_hex().to_string()),
        (
            "reproduce".to_owned(),
            "palenque check FOLDER, the folder that holds this page".to_owned(),
        ),
    ];
    for (name, why) in &products.left_out {
        lines.push((format!("{name} left out"), why.clone()));
    }
    lines
}
