//! What holds of every figure: well-formed, described, safe on a page, inside its sheet, the same each time.

use crate::charts::{four_stages, kite, small_chain, three_sectors};
use crate::evidence_charts::{
    composite_index, groups_over, link_survival, local_moran, null_models, output_over, places,
    spatial_curve, surge_bottlenecks,
};
use crate::linkage_charts::{four_nodes, three_countries, three_periods};
use crate::tables::{
    Attack, bow_tie, chain, concentration, disruption_nodes, edge_metrics, extraction, firm_tasks,
    gvc_decomposition, io_matrix, linkages, linkages_over, names, network_summary, node_metrics,
    numbers, robustness_curve, shock_path, spread, stage_linkages,
};
use palenque_graph::table::{Column, Unit, Values};
use palenque_graph::{Panel, SupplyGraph, Table, TableId};
use palenque_report::{
    ChartInput, ChartOptions, Drawing, Preset, ReportError, Style, Theme, all, find, png,
};
use resvg::usvg::roxmltree::Document;
use std::collections::BTreeSet;

struct Case {
    name: &'static str,
    chart: &'static str,
    tables: Vec<Table>,
    panel: Option<Panel>,
    options: &'static [(&'static str, &'static str)],
}

impl Case {
    fn draw(&self, style: &Style) -> Result<Drawing, ReportError> {
        let options: ChartOptions =
            self.options.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        let input = ChartInput { tables: &self.tables, panel: self.panel.as_ref() };
        find(self.chart).expect("a chart").draw(&input, &options, style)
    }
}

/// Names that try to leave the text they are in, or the line, or the direction.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "</title></text><script>alert(1)</script>",
        "\" onload=\"alert(1)",
        "<![CDATA[ & &amp; ]]>",
        "javascript:alert(1)",
        "محمد للمسكال",
        "מזקל בע״מ",
        "醸造所株式会社メスカル",
        "🌵🌵 mezcal 👩‍🌾",
        "\u{202e}gnol\u{1}\u{0}\u{fffe}\t\n",
        "a\u{301}\u{301}\u{301}\u{301}",
        "",
        " ",
    ]
    .map(str::to_owned)
    .into();
    names.push("Sociedad Anónima de Capital Variable ".repeat(30));
    names.push("x".repeat(1100));
    if let Ok(folder) = std::fs::read_dir("../../../shared/badinputs/export") {
        let mut paths: Vec<_> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            names.extend(text.lines().skip(1).map(str::to_owned));
        }
    }
    names.dedup();
    names
}

fn values(n: usize, of: fn(f64) -> f64) -> Vec<f64> {
    (0..n).map(|i| of(i as f64)).collect()
}

fn all_charts(name: &'static str, ids: &[String], value: fn(f64) -> f64) -> Vec<Case> {
    let n = ids.len();
    let x = values(n, value);
    let case = |chart, tables, panel| Case { name, chart, tables, panel, options: &[] };
    let metric = |name| vec![node_metrics(ids, numbers(name, Unit::Currency, &x))];
    let groups: Vec<&str> = ids.iter().map(String::as_str).take(30).collect();
    let mut distinct: Vec<&str> = Vec::new();
    for group in groups {
        if !distinct.contains(&group) {
            distinct.push(group);
        }
    }
    let flows: Vec<f64> = values(distinct.len().pow(2), value).into_iter().map(f64::abs).collect();
    let total: f64 = flows.iter().sum();
    let flows: Vec<f64> =
        flows.into_iter().map(|f| if total > 1e100 { f.sqrt().min(1e100) } else { f }).collect();
    let left: Vec<f64> = (0..=n).map(|i| 1.0 - i as f64 / n as f64).collect();
    let attacks: Vec<Attack<'_>> = distinct
        .iter()
        .take(4)
        .map(|scenario| Attack { scenario, mode: "static", left: left.clone(), half_band: 0.1 })
        .collect();
    let links = (0..n.saturating_sub(1)).map(|i| (i as u32, i as u32 + 1, x[i].abs().max(1e-9)));
    let unique: Vec<String> = ids.iter().enumerate().map(|(i, id)| format!("{id}{i}")).collect();
    let graph = SupplyGraph::from_flows(&unique, links).expect("known nodes");
    let graph = graph.with_text(
        "stage",
        ids.iter().enumerate().map(|(i, id)| Some(if i < 20 { id } else { &ids[0] })),
    );
    let mut cases = matrix_charts(name, ids, value);
    let panel = Panel::snapshot(graph);
    cases.extend([
        case("cascade", vec![spread(&unique)], Some(panel.clone())),
        case("ccdf", metric("in_strength"), None),
        case("chord", vec![stage_linkages(&distinct, &flows)], None),
        case("key_sectors", vec![linkages(ids, &x, &values(n, |i| 0.5 + i % 3.0 / 2.0), &x)], None),
        case("lorenz", metric("output"), None),
        case("map", vec![], Some(places(ids))),
        case("network", vec![], Some(panel.clone())),
        case("ranking", metric("pagerank"), None),
        case("robustness_curve", vec![robustness_curve(&attacks)], None),
        case("stage_linkages", vec![stage_linkages(&distinct, &flows)], None),
        case("supply_chain", vec![], Some(panel.clone())),
        case(
            "trophic_layout",
            vec![node_metrics(&unique, numbers("trophic_level", Unit::One, &x))],
            Some(panel),
        ),
    ]);
    // One node alone trades with nobody.
    cases.retain(|case| {
        n > 1
            || !["cascade", "supply_chain", "apl_chain", "map", "network", "trophic_layout"]
                .contains(&case.chart)
    });
    cases
}

/// Charts of linkages between nodes. Matrices grow with the square: only one case shows what happens to the rest.
fn matrix_charts(name: &'static str, ids: &[String], value: fn(f64) -> f64) -> Vec<Case> {
    let most = match name {
        "many" => 105,
        "hostile names" => 30,
        _ => 12,
    };
    let mut ids: Vec<String> = ids.iter().take(most).cloned().collect();
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    let n = ids.len();
    let bounded = |i: usize| value(i as f64).abs().clamp(1e-300, 1e250);
    let cells = |shift: usize| (0..n * n).map(|i| bounded((i * 7 + shift) % n)).collect::<Vec<_>>();
    let matrices = io_matrix(&ids, &[("L", cells(1)), ("APL", cells(2))]);
    let field = io_matrix(&ids, &[("FIELD", cells(3))]);
    let landscape = io_matrix(&ids, &[("MPM", cells(4))]);
    let flows: Vec<_> = (0..n * 3).map(|i| (i % n, (i * i + 1) % n, bounded(i % n))).collect();
    let losses: Vec<[f64; 4]> =
        (0..n).map(|i| [1.0, 1.0, 0.5, 0.25].map(|share| bounded(i) * share)).collect();
    let countries: Vec<(&str, [f64; 10])> =
        ids.iter().enumerate().map(|(i, id)| (&**id, [bounded(i); 10])).collect();
    let periods = ["1995", "", "2011"];
    let over = linkages_over(&ids, &periods, |period, i| {
        (bounded(i) * (1.0 + period as f64), 0.5 + (i % 3) as f64 / 2.0)
    });
    let case = |chart, table: &Table, options| Case {
        name,
        chart,
        tables: vec![table.clone()],
        panel: None,
        options,
    };
    let exports = gvc_decomposition(&countries);
    vec![
        case("alluvial", &groups_over(&ids), &[]),
        case("apl_chain", &matrices, &[]),
        case("bow_tie", &bow_tie(&ids), &[]),
        case("collective_efficiency", &composite_index(&ids), &[]),
        case("null_models", &null_models(&ids), &[]),
        case("rank_flow", &output_over(&ids), &[]),
        case("moran_scatter", &local_moran(&ids), &[]),
        case("surge_bottlenecks", &surge_bottlenecks(&ids), &[]),
        case("spatial_curve", &spatial_curve(&ids), &[]),
        case("link_survival", &link_survival(&ids), &[]),
        case("esri_profile", &disruption_nodes(&ids), &[]),
        case("firm_tasks", &firm_tasks(&ids), &[]),
        case("stage_concentration", &concentration(&ids), &[]),
        case("stage_concentration", &concentration(&ids), &[("value", "hhi")]),
        case("shock_path", &shock_path(&ids), &[("top", "6")]),
        case("trend", &network_summary(&["2009", "2010", "2011"]), &[]),
        case("extraction", &extraction(&ids, &losses), &[]),
        case("field_of_influence", &field, &[]),
        case("field_of_influence", &landscape, &[("matrix", "MPM"), ("nodes", "30")]),
        case("flows_sankey", &edge_metrics(&ids, &flows), &[]),
        case("gvc_participation", &exports, &[]),
        case("gvc_participation", &exports, &[("view", "terms"), ("top", "9")]),
        case("io_heatmap", &matrices, &[("matrix", "L")]),
        case("io_heatmap", &edge_metrics(&ids, &flows), &[("matrix", "Z"), ("order", "alike")]),
        case("key_sectors", &over, &[("view", "paths"), ("period", "2011")]),
        case("key_sectors", &over, &[("view", "panels"), ("period", "2011")]),
    ]
}

fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case {
            name: "kite",
            chart: "robustness_curve",
            tables: vec![kite()],
            panel: None,
            options: &[],
        },
        Case {
            name: "IO3",
            chart: "key_sectors",
            tables: vec![three_sectors()],
            panel: None,
            options: &[],
        },
        Case {
            name: "affinity",
            chart: "stage_linkages",
            tables: vec![four_stages()],
            panel: None,
            options: &[("value", "affinity")],
        },
        Case {
            name: "small",
            chart: "supply_chain",
            tables: vec![],
            panel: Some(small_chain()),
            options: &[],
        },
    ];
    let stages =
        [("a", 400), ("b", 90), ("c", 200), ("d", 60), ("e", 9), ("f", 3), ("g", 80), ("h", 70)];
    let panel = Some(chain(&stages, 3));
    cases.push(Case { name: "large", chart: "supply_chain", tables: vec![], panel, options: &[] });
    cases.extend(all_charts("hostile names", &hostile(), |i| 1.0 + i));
    cases.extend(all_charts("one point", &names(1), |_| 2.0));
    cases.extend(all_charts("two points", &names(2), |i| 2.0 + i));
    cases.extend(all_charts("all equal", &names(30), |_| 5.0));
    cases.extend(all_charts("huge range", &names(40), |i| {
        10_f64.powf((i * 15.0 - 290.0).min(280.0))
    }));
    cases.extend(all_charts("tiny", &names(12), |i| (1.0 + i) * 1e-300));
    cases.extend(all_charts("many", &names(400), |i| 1.0 + i * i));
    cases
}

fn styles() -> Vec<Style> {
    let presets = [Preset::Screen, Preset::Paper1Col, Preset::Paper2Col, Preset::Slide];
    let styles = presets.into_iter().flat_map(|preset| {
        [Theme::Light, Theme::Dark].map(|theme| Style {
            preset,
            theme,
            caption: Some("edges.csv, 9f2c1c0a".into()),
        })
    });
    styles.chain([Style::default()]).collect()
}

#[test]
fn every_figure_is_well_formed_described_and_safe() {
    for case in cases() {
        // Size and colour do not interact with the number of points: large cases need not see all of them.
        let is_large = ["many", "large", "hostile names"].contains(&case.name);
        for style in styles().into_iter().take(if is_large { 3 } else { usize::MAX }) {
            let at = format!("{} of {}, {style:?}", case.chart, case.name);
            let figure = case.draw(&style).unwrap_or_else(|why| panic!("{at}: {why}"));
            check_document(&figure, &at);
            if style.preset == Preset::Screen {
                assert_eq!(figure.svg, case.draw(&style).expect("again").svg, "{at}: same bytes");
            }
            let rows = figure.csv.lines().count();
            assert!(rows > 1 && !figure.alt.is_empty() && !figure.title.is_empty(), "{at}");
            assert!(!figure.csv.contains("NaN") && !figure.csv.contains("inf,"), "{at}");
        }
    }
}

fn check_document(figure: &Drawing, at: &str) {
    let document = Document::parse(&figure.svg).unwrap_or_else(|why| panic!("{at}: {why}"));
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"), "{at}");
    let ids: Vec<&str> = document.descendants().filter_map(|n| n.attribute("id")).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{at}: ids are unique");
    let named = root.attribute("aria-labelledby").expect("named");
    assert!(named.split(' ').all(|id| ids.contains(&id)), "{at}: {named}");
    for node in document.descendants().filter(resvg::usvg::roxmltree::Node::is_element) {
        let tag = node.tag_name().name();
        let known = [
            "svg",
            "title",
            "desc",
            "defs",
            "g",
            "linearGradient",
            "stop",
            "rect",
            "circle",
            "line",
            "path",
            "text",
        ];
        assert!(known.contains(&tag), "{at}: <{tag}>");
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(
                !name.starts_with("on") && name != "style" && !name.ends_with("href"),
                "{at}: {name}"
            );
            let value = attribute.value();
            let is_name = matches!(name, "class" | "id" | "aria-labelledby" | "fill" | "stroke");
            let is_number = !value.contains("NaN") && !value.contains("inf");
            assert!(is_name || is_number, "{at}: {name}=\"{value}\"");
        }
        let is_shared =
            |colour: &str| matches!(colour, "#ffffff" | "#1a1a1a" | "#595959" | "#e4e4e4");
        if tag != "stop" && node.attribute("fill").is_some_and(is_shared) {
            // White figures on dark cells belong to the cell, everything else of these colours to the page.
            let mut inside = node.children().filter(resvg::usvg::roxmltree::Node::is_element);
            let is_text = |tag: &str| tag == "text";
            let only_text = is_text(tag)
                || (tag == "g" && inside.all(|child| is_text(child.tag_name().name())));
            let on_cell = only_text && node.attribute("fill") == Some("#ffffff");
            assert!(
                on_cell || node.attribute("class").is_some(),
                "{at}: <{tag}> cannot be recoloured"
            );
        }
    }
}

#[test]
fn every_figure_stays_on_its_sheet() {
    let mut fonts = resvg::usvg::fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    let options = resvg::usvg::Options { fontdb: std::sync::Arc::new(fonts), ..Default::default() };
    for case in cases() {
        for style in [
            Style { preset: Preset::Screen, ..Style::default() },
            Style { preset: Preset::Paper1Col, ..Style::default() },
        ] {
            let figure = case.draw(&style).expect("drawn");
            let tree = resvg::usvg::Tree::from_str(&figure.svg, &options).expect("an SVG");
            let (used, size) = (tree.root().abs_bounding_box(), tree.size());
            let at = format!(
                "{} of {}, {:?}: {used:?} on {size:?}",
                case.chart, case.name, style.preset
            );
            assert!(used.left() >= -1.0 && used.top() >= -1.0, "{at}");
            assert!(used.right() <= size.width() + 1.0, "{at}");
            assert!(used.bottom() <= size.height() + 1.0, "{at}");
        }
    }
}

#[test]
fn every_figure_becomes_a_png() {
    for case in cases().into_iter().filter(|case| ["hostile names", "small"].contains(&case.name)) {
        let figure = case.draw(&Style::default()).expect("drawn");
        let bytes = png(&figure.svg, 48.0).expect("rendered");
        assert!(bytes.starts_with(b"\x89PNG"), "{}", case.chart);
    }
}

#[test]
fn nothing_to_draw_is_said_not_drawn() {
    for chart in all() {
        let input = ChartInput { tables: &[], panel: None };
        let why = chart.draw(&input, &ChartOptions::new(), &Style::default());
        let why = why.expect_err("nothing is there").to_string();
        assert!(why.starts_with("needs "), "{}: {why}", chart.spec().name);
    }
    let none: [String; 0] = [];
    let empty = [
        ("ranking", node_metrics(&none, numbers("pagerank", Unit::One, &[]))),
        ("ccdf", node_metrics(&none, numbers("in_strength", Unit::One, &[]))),
        ("lorenz", node_metrics(&none, numbers("output", Unit::Currency, &[]))),
        ("key_sectors", linkages(&none, &[], &[], &[])),
        ("stage_linkages", stage_linkages(&[], &[])),
        ("robustness_curve", robustness_curve(&[])),
        ("extraction", extraction(&none, &[])),
        ("apl_chain", io_matrix(&none, &[])),
        ("bow_tie", bow_tie(&none)),
        ("collective_efficiency", composite_index(&none)),
        ("null_models", null_models(&none)),
        ("rank_flow", output_over(&none)),
        ("alluvial", groups_over(&none)),
        ("surge_bottlenecks", surge_bottlenecks(&none)),
        ("moran_scatter", local_moran(&none)),
        ("spatial_curve", spatial_curve(&none)),
        ("link_survival", link_survival(&none)),
        ("esri_profile", disruption_nodes(&none)),
        ("shock_path", shock_path(&none)),
        ("cascade", spread(&none)),
        ("firm_tasks", firm_tasks(&none)),
        ("stage_concentration", concentration(&none)),
        ("trend", network_summary(&[])),
        ("field_of_influence", io_matrix(&none, &[])),
        ("io_heatmap", io_matrix(&none, &[])),
        ("flows_sankey", edge_metrics(&none, &[])),
        ("gvc_participation", gvc_decomposition(&[])),
    ];
    for (chart, table) in empty {
        let input = ChartInput { tables: &[table], panel: None };
        let why =
            find(chart).expect("a chart").draw(&input, &ChartOptions::new(), &Style::default());
        let why = why.expect_err("nothing is there").to_string();
        assert!(why.starts_with("has nothing to draw: "), "{chart}: {why}");
    }
}

#[test]
fn firms_that_fall_alike_are_one_line() {
    // Every firm falls at step 1, and loses all.
    let all = spread(&names(3));
    let columns = all.columns().iter().map(|column| match column.spec.name {
        "step" | "inoperability" => Column::new(&column.spec, Values::F64(vec![1.0; 3])),
        _ => column.clone(),
    });
    let alike = Table::new(TableId::ShockPath, columns.collect());
    let figure = crate::charts::draw("shock_path", &[alike], &[]).expect("drawn");
    assert_eq!(
        figure.csv.lines().count(),
        3,
        "a header, and two steps of one line: {}",
        figure.csv
    );
    assert!(figure.svg.contains("and 2 others"));
}

#[test]
fn a_chain_without_flows_is_empty() {
    let panel = Panel::snapshot(SupplyGraph::from_flows(["a", "b"], [(0, 0, 1.0)]).expect("known"));
    let input = ChartInput { tables: &[], panel: Some(&panel) };
    let why = find("supply_chain").expect("a chart").draw(
        &input,
        &ChartOptions::new(),
        &Style::default(),
    );
    assert_eq!(
        why.expect_err("a loop alone").to_string(),
        "has nothing to draw: no node buys or sells anything"
    );
}

#[test]
fn charts_are_listed_in_alphabetical_order_and_documented() {
    let names: Vec<&str> = all().map(|chart| chart.spec().name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    for chart in all() {
        let spec = chart.spec();
        assert!(spec.summary.ends_with('.') && spec.reading.ends_with('.'), "{}", spec.name);
        for option in ["period", "title"] {
            assert!(
                spec.options.iter().any(|(name, _, _)| *name == option),
                "{}: {option}",
                spec.name
            );
        }
    }
}

#[test]
fn vega_lite_documents_carry_the_plotted_data() {
    for case in cases() {
        let figure = case.draw(&Style::default()).expect("drawn");
        let Some(document) = figure.vega_lite else {
            let without = [
                "alluvial",
                "cascade",
                "supply_chain",
                "apl_chain",
                "bow_tie",
                "chord",
                "flows_sankey",
            ];
            assert!(without.contains(&case.chart), "{}", case.chart);
            continue;
        };
        let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
        assert_eq!(document["description"], figure.alt, "{}", case.chart);
        assert!(
            document["mark"].is_string()
                || document["mark"].is_object()
                || document["layer"].is_array()
                || document["spec"]["layer"].is_array()
        );
        let rows = document["data"]["values"].as_array().expect("rows").len();
        let quotes = figure.csv.contains('"'); // a quoted name may hold a line feed
        assert!(quotes || rows == figure.csv.lines().count() - 1, "{}: {rows} rows", case.chart);
    }
}

/// Snapshot, chart, table and options.
type Small = (&'static str, &'static str, Table, &'static [(&'static str, &'static str)]);

#[test]
fn figures_differ_only_where_they_should() {
    let case = Case {
        name: "",
        chart: "key_sectors",
        tables: vec![three_sectors()],
        panel: None,
        options: &[],
    };
    insta::assert_snapshot!("key_sectors_io3", case.draw(&Style::default()).expect("drawn").svg);
    let case = Case {
        name: "",
        chart: "supply_chain",
        tables: vec![],
        panel: Some(small_chain()),
        options: &[],
    };
    let style = Style { preset: Preset::Paper1Col, ..Style::default() };
    let map = Case {
        name: "",
        chart: "map",
        tables: vec![],
        panel: Some(places(&names(7))),
        options: &[],
    };
    insta::assert_snapshot!("map_small", map.draw(&style).expect("drawn").svg);
    insta::assert_snapshot!("supply_chain_small", case.draw(&style).expect("drawn").svg);
    let small: Vec<Small> = vec![
        ("surge_bottlenecks_small", "surge_bottlenecks", surge_bottlenecks(&names(5)), &[]),
        ("alluvial_small", "alluvial", groups_over(&names(9)), &[]),
        ("rank_flow_small", "rank_flow", output_over(&names(4)), &[("top", "3")]),
        ("moran_scatter_small", "moran_scatter", local_moran(&names(6)), &[]),
        ("spatial_curve_small", "spatial_curve", spatial_curve(&names(2)), &[]),
        ("link_survival_small", "link_survival", link_survival(&names(3)), &[]),
        ("collective_efficiency_small", "collective_efficiency", composite_index(&names(4)), &[]),
        ("null_models_small", "null_models", null_models(&names(5)), &[]),
        ("stage_concentration_small", "stage_concentration", concentration(&names(4)), &[]),
        ("firm_tasks_small", "firm_tasks", firm_tasks(&names(7)), &[]),
        ("apl_chain_small", "apl_chain", four_nodes(), &[]),
        ("bow_tie_small", "bow_tie", bow_tie(&names(24)), &[]),
        ("esri_profile_small", "esri_profile", disruption_nodes(&names(9)), &[]),
        ("shock_path_small", "shock_path", shock_path(&names(3)), &[]),
        ("shock_path_cascade", "shock_path", spread(&names(4)), &[]),
        ("trend_small", "trend", network_summary(&["2009", "2010", "2011"]), &[]),
        ("extraction_small", "extraction", extraction(&names(2), &[[4.0, 6.0, 3.0, 2.0]; 2]), &[]),
        ("field_of_influence_small", "field_of_influence", four_nodes(), &[("frame", "25")]),
        ("flows_sankey_small", "flows_sankey", crate::linkage_charts::flows(), &[("top", "3")]),
        ("gvc_participation_small", "gvc_participation", three_countries(), &[]),
        ("io_heatmap_small", "io_heatmap", four_nodes(), &[("matrix", "L")]),
        ("key_sectors_paths", "key_sectors", three_periods(), &[("view", "paths")]),
        ("key_sectors_panels", "key_sectors", three_periods(), &[("view", "panels")]),
    ];
    for (name, chart, table, options) in small {
        let figure = crate::charts::draw(chart, &[table], options).expect("drawn");
        insta::assert_snapshot!(name, figure.svg);
    }
}
