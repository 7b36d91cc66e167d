//! What the template is given: every text that came from outside is already visible text, every number a string.

use super::cell::{self, count};
use super::data::Extent;
use super::profile;
use super::table::{CellKind, Prepared, PreparedColumn};
use super::{Finding, InputNote, Page};
use crate::ReportError;
use palenque_graph::diagnostic::escaped;
use palenque_graph::table::{Unit, Values};
use serde::Serialize;

/// Rows of each table that the page shows without a script.
pub(super) const STATIC_ROWS: usize = 20;

#[derive(Serialize)]
pub(super) struct View {
    title: String,
    subtitle: Option<String>,
    sections: Vec<Section>,
    profile: Vec<profile::CardView>,
    headline: Vec<Headline>,
    network: Option<NetworkView>,
    findings: Vec<FindingView>,
    inputs: Vec<InputView>,
    figures: Vec<FigureView>,
    tables: Vec<TableView>,
    methods: Vec<MethodView>,
    provenance: Vec<Entry>,
}

#[derive(Serialize)]
struct Section {
    id: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Headline {
    label: String,
    value: String,
    unit: String,
    note: String,
    line: Option<profile::LineView>,
}

#[derive(Serialize)]
struct NetworkView {
    note: String,
    label: String,
}

#[derive(Serialize)]
struct FindingView {
    severity: String,
    code: &'static str,
    what: String,
    place: Option<String>,
    count: String,
    snippet: Option<SnippetView>,
    notes: Vec<String>,
    help: Option<String>,
}

#[derive(Serialize)]
struct SnippetView {
    before: String,
    marked: String,
    after: String,
    label: String,
}

#[derive(Serialize)]
struct InputView {
    role: String,
    path: String,
    format: String,
    blake3: String,
    rows: String,
    used: String,
    merged: String,
    dropped: String,
    reasons: Vec<Reason>,
    used_share: String,
    merged_share: String,
    dropped_from: String,
    dropped_share: String,
}

#[derive(Serialize)]
struct Reason {
    name: String,
    count: String,
}

#[derive(Serialize)]
struct FigureView {
    id: String,
    title: String,
    svg: String,
    alt: String,
    files: Vec<FileView>,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    label: String,
}

#[derive(Serialize)]
struct TableView {
    id: String,
    title: String,
    meaning: &'static str,
    /// What is left out of the page's data, where something is.
    extent: Option<String>,
    file: Option<String>,
    n_rows: String,
    count: String,
    /// Whether it has more columns than paper has room for.
    wide: bool,
    columns: Vec<ColumnView>,
    rows: Vec<Vec<CellView>>,
}

#[derive(Serialize)]
struct ColumnView {
    name: &'static str,
    parts: Vec<&'static str>,
    unit: String,
    meaning: &'static str,
    class: &'static str,
    hidden: bool,
    sorted: bool,
}

#[derive(Serialize)]
struct CellView {
    tag: &'static str,
    class: &'static str,
    text: Option<String>,
    /// Text of the input, whose direction is its own.
    foreign: bool,
    /// What the text stands for: the number with all its digits, or the reason for a gap.
    full: Option<String>,
}

#[derive(Serialize)]
struct MethodView {
    name: String,
    summary: String,
    formula: String,
    source: String,
    reading: String,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    value: String,
}

impl View {
    pub(super) fn new(
        page: &Page,
        tables: &[Prepared<'_>],
        extent: Extent,
    ) -> Result<Self, ReportError> {
        let headline = page.headline.iter().map(|figure| Headline {
            label: visible(&figure.label),
            value: visible(&figure.value),
            unit: visible(&figure.unit),
            note: visible(&figure.note),
            line: profile::line(&figure.values),
        });
        let mut findings: Vec<&Finding> = page.findings.iter().collect();
        findings.sort_by_key(|f| std::cmp::Reverse(f.diagnostic.severity()));
        let figures: Result<Vec<_>, _> = page.figures.iter().map(figure).collect();
        let methods = page.methods.iter().map(|m| MethodView {
            name: visible(&m.name),
            summary: visible(&m.summary),
            formula: visible(&m.formula),
            source: visible(&m.source),
            reading: visible(&m.reading),
        });
        let provenance = page
            .provenance
            .iter()
            .map(|(name, value)| Entry { name: visible(name), value: visible(value) });
        Ok(Self {
            title: visible(&page.title),
            subtitle: page.subtitle.as_deref().map(visible),
            sections: sections(page),
            profile: page.profile.iter().map(profile::CardView::new).collect(),
            headline: headline.collect(),
            network: page
                .network
                .as_ref()
                .map(|network| NetworkView { note: network.note(), label: network.label() }),
            findings: findings.into_iter().map(finding).collect(),
            inputs: page.inputs.iter().map(input).collect(),
            figures: figures?,
            tables: tables.iter().map(|t| table(t, page.unit.as_deref(), extent)).collect(),
            methods: methods.collect(),
            provenance: provenance.collect(),
        })
    }
}

/// Text with deceptive characters made visible; line ends stay.
pub(super) fn visible(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

fn sections(page: &Page) -> Vec<Section> {
    let all = [
        (!page.profile.is_empty(), "profile", "Profile"),
        (!page.headline.is_empty(), "summary", "Summary"),
        (true, "data", "Data"),
        (page.network.is_some(), "network", "Network"),
        (!page.figures.is_empty(), "figures", "Figures"),
        (!page.tables.is_empty(), "tables", "Tables"),
        (!page.methods.is_empty(), "methods", "Methods"),
        (!page.provenance.is_empty() || !page.inputs.is_empty(), "provenance", "Provenance"),
    ];
    all.into_iter().filter(|s| s.0).map(|(_, id, name)| Section { id, name }).collect()
}

fn finding(finding: &Finding) -> FindingView {
    let diagnostic = &finding.diagnostic;
    let snippet = diagnostic.line_text().map(|snippet| {
        let part = |from: usize, n: usize| {
            visible(&snippet.text.chars().skip(from).take(n).collect::<String>())
        };
        SnippetView {
            before: part(0, snippet.start),
            marked: part(snippet.start, snippet.len),
            after: part(snippet.start.saturating_add(snippet.len), usize::MAX),
            label: visible(&snippet.label),
        }
    });
    FindingView {
        severity: diagnostic.severity().to_string(),
        code: diagnostic.id(),
        what: visible(diagnostic.what()),
        place: diagnostic.location().map(|at| visible(&at.to_string())),
        count: count(finding.count),
        snippet,
        notes: diagnostic.notes().iter().map(|n| visible(n)).collect(),
        help: diagnostic.help_text().map(visible),
    }
}

fn input(input: &InputNote) -> InputView {
    let dropped: u64 = input.dropped.iter().map(|(_, n)| n).sum();
    let share = |n: u64| 100.0 * n as f64 / input.rows.max(1) as f64;
    let percent = |share: f64| format!("{share:.2}");
    let reason = |(name, n): &(String, u64)| Reason { name: visible(name), count: count(*n) };
    InputView {
        role: visible(&input.role),
        path: visible(&input.path),
        format: visible(&input.format),
        blake3: visible(&input.blake3),
        rows: count(input.rows),
        used: count(input.used),
        merged: count(input.merged),
        dropped: count(dropped),
        reasons: input.dropped.iter().map(reason).collect(),
        used_share: percent(share(input.used)),
        merged_share: percent(share(input.merged)),
        dropped_from: percent(share(input.used) + share(input.merged)),
        dropped_share: percent(share(dropped)),
    }
}

/// A figure inside the page: the file's picture without what only a file has.
fn figure(figure: &super::FigureOnPage) -> Result<FigureView, ReportError> {
    let drawing = &figure.drawing;
    let Some(start) = drawing.svg.find("<svg") else {
        return Err(ReportError::Template(format!("figure `{}` has no `<svg>`", figure.id)));
    };
    let label = |path: &str| match path.rsplit_once('.') {
        Some((_, "csv")) => "data (CSV)".to_owned(),
        Some((_, extension)) => extension.to_uppercase(),
        None => visible(path),
    };
    let file = |path: &String| FileView { path: visible(path), label: label(path) };
    Ok(FigureView {
        id: visible(&figure.id),
        title: visible(&drawing.title),
        // The writer breaks and indents lines between elements only.
        svg: drawing.svg[start..].lines().map(str::trim_start).collect(),
        alt: visible(&drawing.alt),
        files: figure.files.iter().map(file).collect(),
    })
}

fn table(table: &Prepared<'_>, unit: Option<&str>, extent: Extent) -> TableView {
    let source = &table.on_page.table;
    let title = match &table.on_page.title {
        Some(title) => visible(title),
        None => heading(source.id().name()),
    };
    let shown: Vec<usize> = table.latest.iter().copied().take(STATIC_ROWS).collect();
    let columns = table.columns.iter().enumerate().map(|(i, column)| ColumnView {
        name: column.column.spec.name,
        parts: column.column.spec.name.split_inclusive('_').collect(),
        unit: unit_of(column.column.spec.unit, unit),
        meaning: column.column.spec.meaning,
        class: class(column),
        hidden: !shows(table, column),
        sorted: table.order == Some(i),
    });
    let row = |&row: &usize| {
        let seen = table.columns.iter().filter(|c| shows(table, c));
        seen.map(|column| cell_view(table, column, row)).collect()
    };
    TableView {
        id: table.id.clone(),
        title,
        meaning: source.id().meaning(),
        extent: carried(table, extent),
        file: table.on_page.file.as_deref().map(visible),
        n_rows: count(table.n_rows() as u64),
        count: counted(shown.len(), table),
        wide: table.columns.iter().filter(|c| shows(table, c)).count() > 8,
        columns: columns.collect(),
        rows: shown.iter().map(row).collect(),
    }
}

/// Whether a column is shown before anyone asks: it has values, and not only the period of all rows shown.
fn shows(table: &Prepared<'_>, column: &PreparedColumn<'_>) -> bool {
    let is_period = column.column.spec.name == "period";
    !(column.empty || is_period && table.latest.len() < table.n_rows())
}

/// `node_metrics` as a heading: `Node metrics`.
fn heading(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Which rows are seen without a script.
fn counted(shown: usize, table: &Prepared<'_>) -> String {
    let n = count(table.n_rows() as u64);
    if shown == table.n_rows() {
        return format!("All {n} rows.");
    }
    let period = table.latest.len() < table.n_rows();
    let which = match (table.order, period) {
        (Some(_), true) => "largest of the latest period",
        (Some(_), false) => "largest",
        (None, true) => "first of the latest period",
        (None, false) => "first",
    };
    format!("{shown} of {n} rows, the {which}.")
}

/// What the page leaves out of a table.
fn carried(table: &Prepared<'_>, extent: Extent) -> Option<String> {
    let rows = (table.n_rows() > extent.rows).then(|| {
        let n = count(extent.rows as u64);
        match table.order {
            Some(column) => {
                let name = table.columns[column].column.spec.name;
                format!("This page carries the {n} rows with the largest `{name}`.")
            }
            None => format!("This page carries {n} rows, the latest period first."),
        }
    });
    let has_numbers = table.columns.iter().any(|c| c.kind == CellKind::Number);
    let digits =
        has_numbers.then(|| "Numbers are rounded to 6 significant digits here.".to_owned());
    let notes: Vec<String> = rows.into_iter().chain(digits).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

/// A unit as a heading shows it; a pure number has none.
fn unit_of(unit: Unit, currency: Option<&str>) -> String {
    match unit {
        Unit::One | Unit::Id | Unit::None => String::new(),
        unit => visible(unit.name(currency)),
    }
}

fn class(column: &PreparedColumn<'_>) -> &'static str {
    match column.kind {
        _ if column.key => "key",
        CellKind::Status => "s",
        kind if kind.is_numeric() => "n",
        _ => "",
    }
}

fn cell_view(table: &Prepared<'_>, column: &PreparedColumn<'_>, row: usize) -> CellView {
    let (text, full) = match &column.column.values {
        Values::F64(v) if v[row].is_finite() => {
            let (text, full) = (cell::shown(v[row], column.decimals), cell::rounded(v[row]));
            let is_all = text.replace('\u{202f}', "").parse() == Ok(full);
            (Some(text), (!is_all).then(|| full.to_string()))
        }
        Values::F64(_) => (None, None),
        Values::I64(v) => {
            let number = |n: i64| match column.kind {
                CellKind::Id => n.to_string(),
                _ => cell::whole(n),
            };
            (v[row].map(number), None)
        }
        Values::Bool(v) => (v[row].map(|b| b.to_string()), None),
        Values::Text(v) => {
            let text = v[row].as_deref().map(visible);
            (text.or_else(|| (column.kind == CellKind::Status).then(String::new)), None)
        }
    };
    let gap = || table.reason(row, column.column.spec.name).map(visible);
    CellView {
        tag: if column.key { "th" } else { "td" },
        class: class(column),
        full: if text.is_none() { gap() } else { full },
        foreign: matches!(column.kind, CellKind::Text),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{Diagnostic, Location, Snippet};

    #[test]
    fn a_finding_shows_the_marked_part_of_its_line() {
        let diagnostic = Diagnostic::new("E0304", "`10,5` is not a number")
            .at(Location::file("ventas.csv").line(2).field("weight"))
            .snippet(Snippet {
                text: "ñ;b;10,5\u{1b}".into(),
                start: 4,
                len: 4,
                label: String::new(),
            });
        let view = finding(&Finding { diagnostic, count: 1234 });
        let snippet = view.snippet.expect("a snippet");
        assert_eq!(
            [&*snippet.before, &*snippet.marked, &*snippet.after],
            ["ñ;b;", "10,5", "\\u{1b}"]
        );
        assert_eq!(view.place.as_deref(), Some("ventas.csv:2, column `weight`"));
        assert_eq!((&*view.severity, &*view.count), ("error", "1234"));
    }

    #[test]
    fn rows_are_used_merged_or_dropped() {
        let note = InputNote {
            rows: 12_000,
            used: 11_400,
            merged: 480,
            dropped: vec![("zero flow".into(), 100), ("self-loop".into(), 20)],
            ..InputNote::default()
        };
        let view = input(&note);
        let shares = [view.used_share, view.merged_share, view.dropped_from, view.dropped_share];
        assert_eq!(shares, ["95.00", "4.00", "99.00", "1.00"]);
        assert_eq!(view.dropped, "120");
    }

    #[test]
    fn headings_are_words() {
        assert_eq!(heading("stage_linkages"), "Stage linkages");
    }
}
