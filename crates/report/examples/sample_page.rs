//! Writes a page of made-up data to stdout, to look at and to test in a browser:
//!
//! ```console
//! $ cargo run -p palenque-report --example sample_page > sample.html
//! $ cargo run -p palenque-report --example sample_page -- hostile > hostile.html
//! $ cargo run -p palenque-report --example sample_page -- large > large.html
//! ```
//!
//! `hostile` gives firms, files and findings names that try to escape from the page; `large` has 10 000 firms.

use palenque_graph::table::{Column, ColumnSpec, Kind, Unit, Values};
use palenque_graph::{Diagnostic, Location, Panel, Snippet, SupplyGraph, Table, TableId};
use palenque_report::{
    ChartInput, ChartOptions, Explorer, FigureOnPage, Finding, HeadFigure, InputNote, MethodNote,
    Page, Style, TableOnPage, all, page,
};
use std::io::Write as _;

const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "a</script><script>alert(1)//",
    "<!--<script>",
    "=HYPERLINK(\"http://x\")",
    "A_1 & B$ 50% # ~^\\ {{ 7 * 7 }} ${7*7}",
    "\u{202e}txt.exe\u{1b}[31m\u{1}\u{2028}",
    "../../etc/passwd",
    "علی\u{200c}رضا و برادران",
    "Sociedad Anónima de Capital Variable de la Cooperativa de Productores de Agave del Sur",
];
const STAGES: [&str; 6] =
    ["agave grower", "harvester", "distiller", "bottler", "wholesaler", "exporter"];
const PERIODS: [&str; 3] = ["2019", "2021", "2023"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let n = if mode == "large" { 10_000 } else { 180 };
    let hostile = mode == "hostile";
    let name = |i: usize| match HOSTILE.get(i) {
        Some(name) if hostile => (*name).to_owned(),
        _ => format!("{}_{i:03}", STAGES[i % 6].replace(' ', "_")),
    };
    let names: Vec<String> = (0..n).map(name).collect();
    let html = page(&sample(&names, hostile))?;
    std::io::stdout().write_all(html.as_bytes())?;
    Ok(())
}

fn sample(names: &[String], hostile: bool) -> Page {
    let wild =
        |text: &str| if hostile { format!("{text} {}", HOSTILE[1]) } else { text.to_owned() };
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let tables = vec![
        node_metrics(names),
        edge_metrics(names),
        network_summary(),
        linkages(),
        stage_linkages(),
        robustness_curve(),
    ];
    let figures = figures(&tables, &wild("data/edges.csv.gz"));
    let on_page = |table: Table| {
        let file = Some(format!("tables/{}.csv", table.id()));
        TableOnPage { file, ..table.into() }
    };
    Page {
        profile: Vec::new(),
        title: wild("A mezcal cluster in the hills"),
        subtitle: Some(wild(
            "Made-up firms of six stages over three years, to show what a report looks like.",
        )),
        headline: headline(),
        network: network(names),
        inputs: inputs(&wild("data/edges.csv.gz")),
        findings: findings(&wild("F00931,F00212")),
        tables: tables.into_iter().map(on_page).collect(),
        figures,
        methods: methods(),
        provenance: [
            ("Version", "palenque 0.1.0"),
            ("Seed", "7"),
            ("Configuration (BLAKE3)", &"77d1e0b4".repeat(8)),
            ("Command", &wild("palenque run palenque.toml --set seed=7")),
        ]
        .map(own)
        .into(),
        unit: Some(wild("MXN thousand")),
    }
}

/// Three years of trade: each firm sells to one of the next stage, and some to others.
fn network(names: &[String]) -> Option<Explorer> {
    let n = names.len() as u32;
    let year = |year: u32| {
        let flows = (0..3 * n).map(|i| {
            let (from, to) = (i % n, (i % n + 1 + (i * 7 + year) % 11) % n);
            (from, to, f64::from(1 + (i * i + 31 * year) % 97))
        });
        let mut sums = std::collections::BTreeMap::new();
        for (from, to, flow) in flows.filter(|(from, to, _)| from != to) {
            *sums.entry((from, to)).or_insert(0.0) += flow;
        }
        let flows = sums.into_iter().map(|((from, to), flow)| (from, to, flow));
        let graph = SupplyGraph::from_flows(names, flows).ok()?;
        let stages = (0..names.len()).map(|i| Some(STAGES[i % 6]));
        Some((
            PERIODS[year as usize - 1].to_owned(),
            graph.with_text("stage", stages).with_unit("MXN thousand"),
        ))
    };
    let years: Option<Vec<_>> = (1..4).map(year).collect();
    Explorer::of(&Panel::new(years?).ok()?)
}

/// Every chart that can be drawn from these tables.
fn figures(tables: &[Table], source: &str) -> Vec<FigureOnPage> {
    let input = ChartInput { tables, panel: None };
    let style = Style { caption: Some(source.to_owned()), ..Style::default() };
    let drawn = all().filter_map(|chart| {
        let drawing = chart.draw(&input, &ChartOptions::new(), &style).ok()?;
        let id = chart.spec().name;
        let files = ["svg", "png", "csv"].map(|extension| format!("figures/{id}.{extension}"));
        Some(FigureOnPage { id: id.to_owned(), drawing, files: files.into() })
    });
    drawn.collect()
}

fn headline() -> Vec<HeadFigure> {
    let figures = [
        ["Firms", "180", "", "6 stages, 3 years"],
        ["Ties", "540", "", "each a year's sales from one firm to another"],
        ["Total flow", "48.2", "MXN million", "+12 % on 2021"],
        ["Largest component", "97 %", "of firms", ""],
        [
            "Mean output multiplier",
            "1.87",
            "",
            "one peso of final demand moves 1.87 pesos of sales",
        ],
        ["Robustness `r_index`", "0.31", "", "against the loss of the largest sellers"],
    ];
    let lines = [[Some(140.0), Some(160.0), Some(180.0)], [None, Some(500.0), Some(540.0)]];
    let figure = |(i, words): (usize, [&str; 4])| {
        let [label, value, unit, note] = words.map(str::to_owned);
        let values = lines.get(i).into_iter().flatten().copied();
        let values = PERIODS.map(str::to_owned).into_iter().zip(values).collect();
        HeadFigure { label, value, unit, note, values }
    };
    figures.into_iter().enumerate().map(figure).collect()
}

fn inputs(edges: &str) -> Vec<InputNote> {
    let edges = InputNote {
        role: "edges".into(),
        path: edges.into(),
        format: "csv+gzip".into(),
        blake3: "9f2c1c0a".repeat(8),
        rows: 12_031,
        used: 11_581,
        merged: 150,
        dropped: vec![("zero flow".into(), 280), ("self-loop".into(), 20)],
    };
    let nodes = InputNote {
        role: "nodes".into(),
        path: "data/nodes.csv".into(),
        format: "csv".into(),
        blake3: "1c0a77d1".repeat(8),
        rows: 180,
        used: 180,
        ..InputNote::default()
    };
    vec![edges, nodes]
}

fn findings(line: &str) -> Vec<Finding> {
    let repeated = "150 of 12 031 rows repeat a seller-buyer pair; weights were added";
    let repeated = Diagnostic::new("W0408", repeated)
        .at(Location::file("data/edges.csv.gz").line(77))
        .help("`--dup error` to refuse, `--allow W0408` to silence");
    let short = Diagnostic::new("E0205", "row has 2 fields, the header has 3")
        .at(Location::file("data/edges.csv.gz").line(418))
        .snippet(Snippet {
            text: line.into(),
            start: 7,
            len: 6,
            label: "`weight` is missing after this".into(),
        })
        .note("the file may have been cut off; its last line is 418")
        .help("`--ragged drop` skips such rows and counts them");
    vec![Finding { diagnostic: repeated, count: 150 }, Finding { diagnostic: short, count: 1 }]
}

fn methods() -> Vec<MethodNote> {
    let pagerank = MethodNote {
        name: "pagerank".into(),
        summary: "Where the money ends up if it follows the flows at random.".into(),
        formula: "`r = (1 − d)/n + d Pᵀ r`, where `P[i, j] = Z[i, j] / Σ_k Z[i, k]`, `d = 0.85`"
            .into(),
        source: "Page, Brin, Motwani and Winograd (1999).".into(),
        reading: "High where large sellers sell to. Sums to 1. Self-loops are kept.".into(),
    };
    let backward = MethodNote {
        name: "backward_total".into(),
        summary: "Output that one more unit of a node's final demand asks of the network.".into(),
        formula: "`b = 1ᵀL`, `L = (I − A)⁻¹`, `A[i, j] = Z[i, j] / x[j]`".into(),
        source: "Rasmussen (1956); symbols as in Miller and Blair (2009).".into(),
        reading: "At least 1. High where a firm pulls much from suppliers and theirs.".into(),
    };
    vec![pagerank, backward]
}

/// The `i`-th of a fixed sequence of numbers between 0 and 1.
fn chance(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn text(name: &'static str, meaning: &'static str, values: impl Iterator<Item = String>) -> Column {
    let spec = ColumnSpec { name, kind: Kind::Text, unit: Unit::None, meaning };
    let cell = |v: String| (!v.is_empty()).then(|| v.into());
    Column::new(&spec, Values::Text(values.map(cell).collect()))
}

fn float(
    name: &'static str,
    unit: Unit,
    meaning: &'static str,
    values: impl Iterator<Item = f64>,
) -> Column {
    Column::new(&ColumnSpec { name, kind: Kind::F64, unit, meaning }, Values::F64(values.collect()))
}

fn node_metrics(names: &[String]) -> Table {
    let n = names.len();
    let rows = 0..n * PERIODS.len();
    let pareto = |i: usize| 12.5 / (1.0 - chance(i)).powf(0.9);
    let isolated = |row: usize| row % n % 23 == 7;
    let gap = |row: usize, x: f64| if isolated(row) { f64::NAN } else { x };
    let degree = |row: usize| Some((1.0 + 9.0 * chance(row + 11)).floor() as i64);
    let count = |name, meaning| {
        let spec = ColumnSpec { name, kind: Kind::I64, unit: Unit::Count, meaning };
        Column::new(&spec, Values::I64(rows.clone().map(degree).collect()))
    };
    let status = |row: usize| {
        let gaps = if isolated(row) { "closeness_in=no_in;betweenness=isolate" } else { "" };
        gaps.to_owned()
    };
    let columns = vec![
        text("period", "The period.", rows.clone().map(|r| PERIODS[r / n].to_owned())),
        text(
            "node_id",
            "The node's id, as in the input.",
            rows.clone().map(|r| names[r % n].clone()),
        ),
        text(
            "stage",
            "The stage of the chain the firm works in.",
            rows.clone().map(|r| STAGES[r % n % 6].to_owned()),
        ),
        text("region", "Where the firm is.", rows.clone().map(|_| String::new())),
        count("in_degree", "Suppliers other than the node itself."),
        count("out_degree", "Customers other than the node itself."),
        float(
            "in_strength",
            Unit::Currency,
            "Purchases, `Σ_i Z_ij`, self-loop included.",
            rows.clone().map(|r| pareto(r + 5)),
        ),
        float(
            "out_strength",
            Unit::Currency,
            "Sales, `Σ_j Z_ij`, self-loop included.",
            rows.clone().map(pareto),
        ),
        float(
            "closeness_in",
            Unit::PerHop,
            "How near the firm is to its suppliers and theirs.",
            rows.clone().map(|r| gap(r, 0.1 + chance(r + 7) / 3.0)),
        ),
        float(
            "betweenness",
            Unit::One,
            "Share of shortest chains that pass through the firm.",
            rows.clone().map(|r| gap(r, chance(r + 3).powi(9) / 5.0)),
        ),
        float(
            "pagerank",
            Unit::One,
            "Where money that follows the flows ends up.",
            rows.clone().map(|r| pareto(r) / 9e4),
        ),
        float(
            "upstreamness",
            Unit::Stage,
            "Mean distance from final use.",
            rows.clone().map(|r| 1.0 + (5 - r % n % 6) as f64 * 0.8 + chance(r)),
        ),
        text(
            "status",
            "Why cells of this row are empty: `column=reason`, joined by `;`.",
            rows.clone().map(status),
        ),
    ];
    Table::new(TableId::NodeMetrics, columns)
}

fn edge_metrics(names: &[String]) -> Table {
    let n = names.len();
    let rows = 0..3 * n;
    let scc = ColumnSpec {
        name: "scc_internal",
        kind: Kind::Bool,
        unit: Unit::None,
        meaning: "Whether goods can come back.",
    };
    let columns = vec![
        text(
            "period",
            "The period; empty for a single snapshot.",
            rows.clone().map(|_| String::new()),
        ),
        text("source", "The seller's id.", rows.clone().map(|r| names[r % n].clone())),
        text("target", "The buyer's id.", rows.clone().map(|r| names[(r * 7 + 1) % n].clone())),
        float(
            "weight",
            Unit::Currency,
            "What the buyer pays the seller in a period.",
            rows.clone().map(|r| 3.0 / (1.001 - chance(r))),
        ),
        float(
            "share_of_seller",
            Unit::One,
            "Share of the seller's sales.",
            rows.clone().map(chance),
        ),
        float(
            "edge_betweenness",
            Unit::One,
            "Share of shortest chains along the tie.",
            rows.clone().map(|r| chance(r + 1).powi(4)),
        ),
        Column::new(&scc, Values::Bool(rows.clone().map(|r| Some(r % 5 == 0)).collect())),
    ];
    Table::new(TableId::EdgeMetrics, columns)
}

fn network_summary() -> Table {
    let figures = [
        ("n_nodes", 180.0, "count"),
        ("n_edges", 540.0, "count"),
        ("density", 0.016_759_8, "1"),
        ("total_flow", 48_213.75, "MXN thousand"),
        ("trophic_incoherence_F0", 0.131_42, "1"),
        ("transitivity", f64::NAN, "1"),
        ("kpp_neg_DF", 2.5e-7, "1"),
    ];
    let status =
        |x: f64| if x.is_nan() { "value=zero_denominator".to_owned() } else { String::new() };
    let rows = || figures.iter();
    let columns = vec![
        text("period", "The period.", rows().map(|_| String::new())),
        text("metric", "The index.", rows().map(|r| r.0.to_owned())),
        float("value", Unit::None, "Its value.", rows().map(|r| r.1)),
        text("unit", "The value's unit.", rows().map(|r| r.2.to_owned())),
        text("status", "Why the value is empty.", rows().map(|r| status(r.1))),
    ];
    Table::new(TableId::NetworkSummary, columns)
}

fn linkages() -> Table {
    let rows = || 0..STAGES.len();
    let columns = vec![
        text("period", "The period.", rows().map(|_| String::new())),
        text("node_id", "The stage.", rows().map(|r| STAGES[r].to_owned())),
        float("output", Unit::Currency, "Output.", rows().map(|r| 900.0 + 4000.0 * chance(r))),
        float("backward_total", Unit::One, "Column sum of `L`.", rows().map(|r| 1.0 + chance(r))),
        float(
            "power_of_dispersion",
            Unit::One,
            "`backward_total` over its mean.",
            rows().map(|r| 0.6 + 0.9 * chance(r + 40)),
        ),
        float(
            "sensitivity_ghosh",
            Unit::One,
            "Forward linkage over its mean.",
            rows().map(|r| 0.6 + 0.9 * chance(r + 50)),
        ),
    ];
    Table::new(TableId::Linkages, columns)
}

fn stage_linkages() -> Table {
    let n = STAGES.len();
    let rows = || 0..n * n;
    let flow = move |r: usize| {
        let (from, to) = (r / n, r % n);
        if to < from { 0.0 } else { (900.0 * chance(r)).powf(1.0 / (1 + to - from) as f64) }
    };
    let total: f64 = rows().map(flow).sum();
    let columns = vec![
        text("period", "The period.", rows().map(|_| String::new())),
        text("grouping", "What the groups are.", rows().map(|_| "stage".to_owned())),
        text("from_group", "The sellers.", rows().map(|r| STAGES[r / n].to_owned())),
        text("to_group", "The buyers.", rows().map(|r| STAGES[r % n].to_owned())),
        float("flow", Unit::Currency, "Sales.", rows().map(flow)),
        float("share", Unit::One, "Share of all sales.", rows().map(move |r| flow(r) / total)),
        float("affinity", Unit::One, "Sales over chance.", rows().map(|r| 2.0 * chance(r + 9))),
    ];
    Table::new(TableId::StageLinkages, columns)
}

fn robustness_curve() -> Table {
    let scenarios = ["random", "strength", "betweenness"];
    let steps = 21;
    let rows = || 0..scenarios.len() * steps;
    let removed = move |r: usize| (r % steps) as f64 / (steps - 1) as f64;
    let left = move |r: usize| {
        let speed = [1.4, 3.5, 5.0][r / steps];
        (1.0 - removed(r)).powf(speed)
    };
    let whole = |name, meaning, value: &dyn Fn(usize) -> i64| {
        let spec = ColumnSpec { name, kind: Kind::I64, unit: Unit::Count, meaning };
        Column::new(&spec, Values::I64(rows().map(|r| Some(value(r))).collect()))
    };
    let columns = vec![
        text("period", "The period.", rows().map(|_| String::new())),
        text("scenario", "What is attacked first.", rows().map(|r| scenarios[r / steps].into())),
        text("mode", "Whether the order is worked out anew.", rows().map(|_| "static".into())),
        text("target", "What is removed.", rows().map(|_| "node".into())),
        whole("replicate", "The repetition; -1 for the mean.", &|_| -1),
        whole("step", "How many removals.", &|r| i64::try_from(9 * (r % steps)).expect("small")),
        float("fraction_removed", Unit::One, "Share removed.", rows().map(removed)),
        float("giant_wcc_share", Unit::One, "Share in the largest part.", rows().map(left)),
        float(
            "giant_lower",
            Unit::One,
            "Lower end of the band.",
            rows().map(|r| if r < steps { (left(r) - 0.06).max(0.0) } else { f64::NAN }),
        ),
        float(
            "giant_upper",
            Unit::One,
            "Upper end of the band.",
            rows().map(|r| if r < steps { (left(r) + 0.06).min(1.0) } else { f64::NAN }),
        ),
    ];
    Table::new(TableId::RobustnessCurve, columns)
}
