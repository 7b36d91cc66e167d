//! The page: nothing escapes from it, nothing of it is lost, and it stays small.

use crate::tables::{linkages, names, node_metrics, noise, numbers};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use palenque_graph::table::{Column, ColumnSpec, Kind, Unit, Values};
use palenque_graph::{Diagnostic, Location, Panel, Snippet, SupplyGraph, Table, TableId};
use palenque_report::{
    Drawing, Explorer, FigureOnPage, Finding, HeadFigure, InputNote, MethodNote, Page, ReportError,
    TableOnPage, page,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Names of firms that try to leave the cell they are written in.
const HOSTILE: [&str; 14] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "a</script><script>alert(1)//",
    "<!--<script>",
    "=HYPERLINK(\"http://x\")",
    "\t=1",
    "A_1 & B$",
    "50% # ~^\\",
    "[a](javascript:alert(1))",
    "A\" ];\nx [label=\"y",
    "{{ title }}{% raw %}",
    "\u{202e}\u{1b}[31m\u{1}\u{2028}\u{2029}\u{feff}",
];

fn figure(id: &str, title: &str) -> FigureOnPage {
    let drawing = Drawing {
        svg: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"/>\n".into(),
        csv: format!("name,value\n{title},1\n"),
        alt: format!("One mark: {title}."),
        title: title.into(),
        vega_lite: None,
    };
    FigureOnPage { id: id.into(), drawing, files: vec![format!("figures/{id}.svg")] }
}

/// A page that says this text wherever a page can say something.
/// Two firms and their stages, all of these words.
fn network(text: &str) -> Option<Explorer> {
    let ids = [text, "another", "third", "fourth"];
    let graph = SupplyGraph::from_flows(ids, [(0, 1, 2.0), (1, 2, 1.0), (2, 3, 1.0)]).ok()?;
    let graph = graph.with_text("stage", [text, text, "b", "b"].map(Some)).with_unit(text);
    Explorer::of(&Panel::new([(text.to_owned(), graph)]).ok()?)
}

fn saying(text: &str) -> Page {
    let own = || text.to_owned();
    let table = node_metrics(&[own(), own()], numbers("pagerank", Unit::One, &[0.25, f64::NAN]));
    let diagnostic = Diagnostic::new("E0205", text)
        .at(Location::file(text).line(3).field(text))
        .snippet(Snippet { text: own(), start: 1, len: 2, label: own() })
        .note(text)
        .help(text);
    Page {
        profile: Vec::new(),
        title: own(),
        subtitle: Some(own()),
        headline: vec![HeadFigure {
            label: own(),
            value: own(),
            unit: own(),
            note: own(),
            values: vec![(own(), Some(1.0)), (own(), Some(2.0))],
        }],
        network: network(text),
        inputs: vec![InputNote {
            role: own(),
            path: own(),
            format: own(),
            blake3: own(),
            rows: 3,
            used: 1,
            merged: 1,
            dropped: vec![(own(), 1)],
        }],
        findings: vec![Finding { diagnostic, count: 2 }],
        tables: vec![TableOnPage { table, title: Some(own()), file: Some("tables/a.csv".into()) }],
        figures: vec![figure("bars", text)],
        methods: vec![MethodNote {
            name: own(),
            summary: own(),
            formula: own(),
            source: own(),
            reading: own(),
        }],
        provenance: vec![(own(), own())],
        unit: Some(own()),
    }
}

/// The text between two marks.
fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let from = html.find(start).expect("it begins") + start.len();
    &html[from..from + html[from..].find(end).expect("it ends")]
}

fn data(html: &str) -> Value {
    let json = between(html, "id=\"page-data\">", "</script>");
    serde_json::from_str(json).expect("the data block is JSON")
}

/// The page without its script and style, whose text is known.
fn markup(html: &str) -> String {
    let script = between(html, "<script>", "</script>");
    let style = between(html, "<style>", "</style>");
    html.replace(script, "").replace(style, "")
}

#[test]
fn hostile_names_are_text_wherever_they_are_shown() {
    let tags = |html: &str| {
        let named = html
            .split('<')
            .skip(1)
            .map(|tag| tag.split([' ', '>', '\n']).next().map(str::to_owned));
        named.collect::<Vec<_>>()
    };
    let harmless = tags(&markup(&page(&saying("harmless")).expect("a page")));
    for name in HOSTILE {
        let html = page(&saying(name)).expect("a page");
        let html = markup(&html);
        assert_eq!(tags(&html), harmless, "{name:?} changes the elements of the page");
        if name.contains(['<', '>', '"']) {
            assert!(!html.contains(name), "{name:?} stands there unescaped");
        }
        let raw = |c: &char| c.is_control() && *c != '\n' || ('\u{2028}'..='\u{202e}').contains(c);
        assert_eq!(html.chars().find(raw), None, "{name:?}");
        for link in html.split("href=\"").skip(1) {
            assert!(
                link.starts_with(['#', '.']) || link.starts_with("data:,"),
                "{name:?}: {link:.20}"
            );
        }
    }
}

#[test]
fn control_characters_are_made_visible() {
    let html = page(&saying("a\u{1}b\u{202e}c")).expect("a page");
    assert!(html.contains("<title>a\\u{1}b\\u{202e}c</title>"));
}

#[test]
fn the_data_block_holds_every_name_and_number_as_it_is() {
    for name in HOSTILE {
        let data = data(&page(&saying(name)).expect("a page"));
        let columns = &data["tables"][0]["columns"];
        assert_eq!(columns[1]["name"], "node_id");
        assert_eq!(columns[1]["levels"], serde_json::json!([name]));
        assert_eq!(columns[1]["values"], serde_json::json!([0]), "one for all rows");
        assert_eq!(columns[1]["same"], serde_json::json!(true));
        assert_eq!(columns[2]["values"], serde_json::json!([0.25, null]));
        assert_eq!(data["figures"]["bars"], format!("name,value\n{name},1\n"));
    }
}

#[test]
fn the_policy_names_the_hashes_of_the_script_and_the_style_sheet() {
    let html = page(&saying("Agave")).expect("a page");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let expected = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(between(&html, "<script>", "</script>")),
        hash(between(&html, "<style>", "</style>")),
    );
    assert_eq!(between(&html, "Content-Security-Policy\" content=\"", "\""), expected);
    assert!(!html.contains(" style="), "an attribute that the policy refuses");
}

#[test]
fn script_and_style_sheet_are_small() {
    let walked = Page { network: network("a"), ..Page::default() };
    let html = page(&walked).expect("a page");
    let script = between(&html, "<script>", "</script>").len();
    assert!(script <= 29_000, "script {script} bytes with the network");
    let html = page(&Page::default()).expect("a page");
    let [script, style] = [("<script>", "</script>"), ("<style>", "</style>")]
        .map(|(a, b)| between(&html, a, b).len());
    assert!(script <= 10_800 && style <= 14_848, "script {script}, style sheet {style} bytes");
}

/// Node metrics of so many firms, wide.
fn large(n: usize) -> Page {
    static NAMES: [&str; 30] = [
        "c01", "c02", "c03", "c04", "c05", "c06", "c07", "c08", "c09", "c10", "c11", "c12", "c13",
        "c14", "c15", "c16", "c17", "c18", "c19", "c20", "c21", "c22", "c23", "c24", "c25", "c26",
        "c27", "c28", "c29", "c30",
    ];
    let mut chance = noise(7);
    let ids = names(n).into_iter().map(|name| Some(name.into())).collect();
    let id = ColumnSpec { name: "node_id", kind: Kind::Text, unit: Unit::None, meaning: "The id." };
    let mut columns = vec![Column::new(&id, Values::Text(ids))];
    let size: Vec<f64> = (0..n).map(|_| chance()).collect();
    columns.push(numbers("out_strength", Unit::Currency, &size));
    for name in NAMES {
        columns.push(numbers(name, Unit::One, &(0..n).map(|_| chance()).collect::<Vec<_>>()));
    }
    let table = Table::new(TableId::NodeMetrics, columns);
    let table = TableOnPage { file: Some("tables/node_metrics.csv".into()), ..table.into() };
    Page { title: "Many firms".into(), tables: vec![table], ..Page::default() }
}

#[test]
fn ten_thousand_firms_fit_into_two_megabytes_and_the_page_says_what_is_left_out() {
    let html = page(&large(10_000)).expect("a page");
    assert!(html.len() <= 2_000_000, "{} bytes", html.len());
    let rows = data(&html)["tables"][0]["rows"].as_u64().expect("a count");
    assert_eq!(rows, 5000);
    assert!(html.contains("This page carries the 5000 rows with the largest"));
    assert!(html.contains("<a href=\"./tables&#x2f;node_metrics.csv\">"));
    let kept = data(&html)["tables"][0]["columns"][1]["values"].clone();
    let kept: Vec<f64> =
        kept.as_array().expect("values").iter().filter_map(Value::as_f64).collect();
    let mut chance = noise(7);
    let mut sizes: Vec<f64> = (0..10_000).map(|_| chance()).collect();
    sizes.sort_by(f64::total_cmp);
    assert!(kept.iter().all(|&size| size > sizes[5000] - 1e-6), "the larger half is kept");
}

#[test]
fn numbers_have_six_digits_and_the_page_says_so() {
    let html = page(&large(100)).expect("a page");
    let values = data(&html)["tables"][0]["columns"][1]["values"].clone();
    let values = values.as_array().expect("values").iter().filter_map(Value::as_f64);
    let mut chance = noise(7);
    assert!(values.map(|v| (v / chance() - 1.0).abs()).all(|error| error <= 5.001e-6));
    assert!(html.contains("Numbers are rounded to 6 significant digits here."));
    assert!(!html.contains("This page carries"));
}

#[test]
fn without_a_script_the_largest_twenty_rows_of_each_table_are_there() {
    let html = page(&large(100)).expect("a page");
    let body = between(&html, "<tbody>", "</tbody>");
    assert_eq!(body.matches("<tr>").count(), 20);
    assert!(html.contains("20 of 100 rows, the largest."));
}

#[test]
fn a_figure_that_is_not_an_svg_is_refused() {
    let mut broken = figure("bars", "Sales");
    broken.drawing.svg = "<p>".into();
    let error = page(&Page { figures: vec![broken], ..Page::default() }).expect_err("refused");
    assert!(matches!(error, ReportError::Template(_)), "{error}");
    assert_eq!(error.to_string(), "the page could not be filled: figure `bars` has no `<svg>`");
}

#[test]
fn the_same_page_has_the_same_bytes() {
    assert_eq!(page(&saying("Agave")).expect("a page"), page(&saying("Agave")).expect("a page"));
}

#[test]
fn a_small_page_reads_as_it_should() {
    let ids: Vec<String> = ["still", "bottler"].map(String::from).into();
    let table = linkages(&ids, &[0.91, 1.09], &[1.2, f64::NAN], &[12_500.0, 980.0]);
    let mut small = saying("Agave `field`");
    small.title = "Two stages".into();
    small.figures = vec![figure("bars", "Sales")];
    small.tables = vec![table.into()];
    small.unit = Some("MXN".into());
    let html = markup(&page(&small).expect("a page"));
    let policy = between(&html, "Content-Security-Policy\" content=\"", "\"").to_owned();
    insta::assert_snapshot!(html.replace(&policy, "…"));
}
