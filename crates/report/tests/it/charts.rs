//! Every chart: what it plots and what it says.

use crate::tables::{
    Attack, chain, linkages, names, node_metrics, numbers, robustness_curve, stage_linkages, text,
};
use palenque_graph::table::Unit;
use palenque_graph::{Panel, SupplyGraph, Table};
use palenque_report::{ChartInput, ChartOptions, Drawing, ReportError, Style, find};

pub(crate) fn draw(
    chart: &str,
    tables: &[Table],
    options: &[(&str, &str)],
) -> Result<Drawing, ReportError> {
    draw_from(chart, &ChartInput { tables, panel: None }, options)
}

pub(crate) fn draw_from(
    chart: &str,
    input: &ChartInput<'_>,
    options: &[(&str, &str)],
) -> Result<Drawing, ReportError> {
    let options: ChartOptions =
        options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let chart = find(chart).expect("a chart of this name");
    chart.draw(input, &options, &Style::default())
}

#[test]
fn ranking_plots_the_largest_first_and_leaves_out_the_undefined() {
    let ids = names(4);
    let values = [0.25, f64::NAN, 0.5, 0.25];
    let tables = [node_metrics(&ids, numbers("betweenness", Unit::One, &values))];
    let figure =
        draw("ranking", &tables, &[("column", "betweenness"), ("top", "2")]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,rank,node_id,label,value\n\
         ,1,Palenque El Roble,Palenque El Roble,0.5\n\
         ,2,Agave del Río,Agave del Río,0.25\n"
    );
    assert_eq!(figure.title, "Betweenness: the top 2 of 3 nodes");
    assert_eq!(
        figure.alt,
        "Ranked dot plot of Betweenness for 2 of 3 nodes. Palenque El Roble is largest with 0.5; the last one \
         shown, Agave del Río, has 0.25. 1 node without a value is not drawn."
    );
}

#[test]
fn ranking_says_what_is_missing() {
    let tables = [node_metrics(&names(2), numbers("pagerank", Unit::One, &[f64::NAN; 2]))];
    let said = |options: &[(&str, &str)]| {
        draw("ranking", &tables, options).expect_err("refused").to_string()
    };
    assert_eq!(
        said(&[("column", "closeness")]),
        "needs a column `closeness` of numbers in `node_metrics`; it has `pagerank`"
    );
    assert_eq!(said(&[]), "has nothing to draw: every value of `pagerank` is empty");
    assert_eq!(said(&[("top", "0")]), "`top` is `0`; it must be a whole number from 1 to 100");
    assert_eq!(
        said(&[("tpo", "9")]),
        "`tpo` is not an option of `ranking`; it takes `column`, `table`, `top`, `period`, `title`"
    );
    assert_eq!(said(&[("table", "linkages")]), "needs table `linkages`");
    assert_eq!(
        said(&[("period", "2020")]),
        "there is no period `2020`; the table is a single snapshot"
    );
}

/// `methods.md` IO3: three sectors with Ghosh sensitivities and powers of dispersion as published there.
pub(crate) fn three_sectors() -> Table {
    let ids = ["agave", "distilling", "services"].map(str::to_owned);
    let forward = [1.193_599_303, 0.791_759_647_3, 1.014_641_049];
    let backward = [0.783_844_207_8, 1.078_072_601, 1.138_083_191];
    linkages(&ids, &forward, &backward, &[100.0, 200.0, 50.0])
}

#[test]
fn key_sectors_classifies_as_the_method_says() {
    let figure = draw("key_sectors", &[three_sectors()], &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,node_id,label,forward,backward,output,class\n\
         ,agave,agave,1.193599303,0.7838442078,100.0,forward\n\
         ,distilling,distilling,0.7917596473,1.078072601,200.0,backward\n\
         ,services,services,1.014641049,1.138083191,50.0,key\n"
    );
    assert_eq!(figure.title, "Key sectors: 1 of 3 nodes");
    assert!(
        figure.alt.ends_with("The strongest key sector is services (forward 1.01, backward 1.14).")
    );
    for name in ["agave", "distilling", "services"] {
        assert!(figure.svg.contains(&format!(">{name}</text>")), "{name} is named");
    }
}

#[test]
fn a_sector_exactly_at_the_average_is_not_above_it() {
    let ids = names(2);
    let table = linkages(&ids, &[1.0, 1.0 + 1e-13], &[1.0, 1.5], &[f64::NAN; 2]);
    let figure = draw("key_sectors", &[table], &[]).expect("drawn");
    let classes: Vec<&str> =
        figure.csv.lines().skip(1).filter_map(|row| row.rsplit(',').next()).collect();
    assert_eq!(classes, ["weak", "backward"]);
}

/// `methods.md` C15, P10: flows between four stages.
const FOUR_STAGES: [f64; 16] =
    [0., 130., 35., 0., 0., 18., 120., 75., 0., 0., 0., 190., 9., 12., 0., 0.];

pub(crate) fn four_stages() -> Table {
    stage_linkages(&["1", "2", "3", "4"], &FOUR_STAGES)
}

#[test]
fn stage_linkages_plots_flow_share_and_affinity() {
    let cell = |value: &str, row: usize| {
        let figure = draw("stage_linkages", &[four_stages()], &[("value", value)]).expect("drawn");
        figure.csv.lines().nth(row).expect("a row").to_owned()
    };
    assert_eq!(cell("flow", 0), "period,grouping,from_group,to_group,flow");
    assert_eq!(cell("flow", 2), ",stage,1,2,130.0");
    assert!(cell("affinity", 2).starts_with(",stage,1,2,2.9003787"));
    let figure = draw("stage_linkages", &[four_stages()], &[("value", "share")]).expect("drawn");
    assert_eq!(figure.title, "Share of all flow between 4 stages");
    assert_eq!(
        figure.alt.replace('\u{2009}', " "),
        "Heatmap of share of all flow (%) between 4 stages, sellers in rows and buyers in columns. The largest cell \
         is 3 to 4 with 32 %. 93 % of it lies right of the diagonal, 3 % on it; 8 of 16 cells have none."
    );
}

#[test]
fn stage_linkages_refuses_what_no_one_could_read() {
    let groups: Vec<String> = (0..61).map(|i| i.to_string()).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let table = stage_linkages(&groups, &vec![1.0; 61 * 61]);
    let said = draw("stage_linkages", &[table], &[]).expect_err("refused").to_string();
    assert!(said.starts_with("`stage` has 61 groups; a legible matrix has at most 60"), "{said}");
}

/// The Krackhardt kite under removal by degree (`methods.md` F1).
pub(crate) fn kite() -> Table {
    let left = vec![1.0, 0.9, 0.8, 0.4, 0.3, 0.3, 0.3, 0.3, 0.2, 0.1, 0.0];
    robustness_curve(&[Attack { scenario: "degree", mode: "static", left, half_band: 0.0 }])
}

#[test]
fn robustness_curve_says_the_index_of_the_kite() {
    let figure = draw("robustness_curve", &[kite()], &[]).expect("drawn");
    assert_eq!(
        figure.alt.replace('\u{2009}', " "),
        "Largest connected part as nodes are removed: 1 order of removal. Degree: half is left after removing 30 %, \
         R = 0.360."
    );
    assert_eq!(figure.csv.lines().nth(4), Some(",degree,static,node,0.3,0.4,,"));
}

#[test]
fn robustness_curve_draws_a_band_where_there_is_one_and_six_curves_at_most() {
    let left: Vec<f64> = (0..=10).map(|i| 1.0 - f64::from(i) / 10.0).collect();
    let attack =
        |scenario, half_band| Attack { scenario, mode: "static", left: left.clone(), half_band };
    let attacks =
        [("random", 0.1), ("a", 0.0), ("b", 0.0), ("c", 0.0), ("d", 0.0), ("e", 0.0), ("f", 0.0)];
    let attacks = attacks.map(|(scenario, band)| attack(scenario, band));
    let figure = draw("robustness_curve", &[robustness_curve(&attacks)], &[]).expect("drawn");
    assert_eq!(figure.svg.matches("fill-opacity=\"0.2\"").count(), 1, "one band");
    assert!(figure.svg.contains("Not drawn: 1 curve."));
    assert!(!figure.csv.contains(",f,"));
}

#[test]
fn ccdf_counts_those_at_or_above() {
    let ids = names(6);
    let values = [1.0, 2.0, 2.0, 8.0, 0.0, f64::NAN];
    let tables = [node_metrics(&ids, numbers("in_strength", Unit::Currency, &values))];
    let figure = draw("ccdf", &tables, &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,group,value,share_at_least\n,,1.0,1.0\n,,2.0,0.75\n,,8.0,0.25\n"
    );
    assert!(
        figure.alt.ends_with("Not drawn: 1 node with zero or less. Undefined: 1 node."),
        "{}",
        figure.alt
    );
}

#[test]
fn lorenz_tells_what_the_smallest_have_together() {
    let ids = names(6);
    let values = [1.0, 2.0, 2.0, 5.0, 0.0, f64::NAN];
    let tables = [node_metrics(&ids, numbers("output", Unit::Currency, &values))];
    let figure = draw("lorenz", &tables, &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,group,share_of_nodes,share_of_total\n,,0.0,0.0\n,,0.25,0.1\n,,0.5,0.3\n,,0.75,0.5\n,,1.0,1.0\n"
    );
    // (−3·1 − 1·2 + 1·2 + 3·5)/(4·10)
    assert!(figure.alt.contains("All: Gini 0.30."), "{}", figure.alt);
    assert!(figure.alt.ends_with("Left out: 2 nodes with zero or no value."), "{}", figure.alt);
}

#[test]
fn ccdf_joins_what_is_beyond_six_groups() {
    let n = 36;
    let base = node_metrics(&names(n), numbers("in_strength", Unit::Currency, &vec![3.0; n]));
    let groups: Vec<String> = (0..n).map(|i| format!("g{}", i % 9)).collect();
    let mut columns = base.columns().to_vec();
    columns.push(text("stage", &groups));
    let figure =
        draw("ccdf", &[Table::new(base.id(), columns)], &[("by", "stage")]).expect("drawn");
    assert_eq!(figure.csv.lines().count(), 1 + 7);
    assert!(figure.csv.ends_with(",3 other groups,3.0,1.0\n"));
}

pub(crate) fn small_chain() -> Panel {
    let flows = [(0, 2, 60.0), (1, 2, 20.0), (2, 3, 110.0), (3, 2, 5.0), (0, 1, 4.0), (0, 0, 9.0)];
    let graph = SupplyGraph::from_flows(["finca", "leña", "palenque", "tienda", "idle"], flows);
    let stage = ["grow", "grow", "make", "sell", "sell"];
    let graph = graph.expect("known nodes").with_text("stage", stage.iter().map(Some));
    Panel::snapshot(graph.with_number("output", [70.0, 24.0, 120.0, 150.0, 0.0].map(Some)))
}

#[test]
fn supply_chain_plots_bars_and_links_by_stage() {
    let panel = small_chain();
    let input = ChartInput { tables: &[], panel: Some(&panel) };
    let figure = draw_from("supply_chain", &input, &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,element,stage,id,label,to_stage,to_id,value,n_nodes\n\
         ,node,grow,finca,finca,,,70.0,1\n\
         ,node,grow,leña,leña,,,24.0,1\n\
         ,node,make,palenque,palenque,,,120.0,1\n\
         ,node,sell,tienda,tienda,,,150.0,1\n\
         ,link,make,palenque,palenque,sell,tienda,110.0,\n\
         ,link,grow,finca,finca,make,palenque,60.0,\n\
         ,link,grow,leña,leña,make,palenque,20.0,\n\
         ,link,sell,tienda,tienda,make,palenque,5.0,\n\
         ,link,grow,finca,finca,grow,leña,4.0,\n"
    );
    assert_eq!(
        figure.alt.replace('\u{2009}', " "),
        "Supply chain of 4 nodes in 3 stages from left to right: grow (2), make (1), sell (1). 95 % of the flow goes \
         to a later stage, 2 % stays within one, 3 % goes back. The largest link drawn is palenque to tienda with 110."
    );
    assert!(figure.svg.contains("Not drawn: 1 node without flow."));
}

#[test]
fn supply_chain_draws_small_nodes_together() {
    let panel = chain(&[("grow", 900), ("make", 60), ("sell", 300)], 7);
    let input = ChartInput { tables: &[], panel: Some(&panel) };
    let figure = draw_from("supply_chain", &input, &[("nodes", "60")]).expect("drawn");
    let bars: Vec<&str> = figure.csv.lines().filter(|row| row.starts_with(",node,")).collect();
    assert!(bars.len() <= 60);
    let n_nodes = |row: &&str| row.rsplit(',').next().and_then(|n| n.parse::<usize>().ok());
    let graph = panel.last();
    let active =
        |n: &palenque_graph::NodeIndex| graph.customers(*n).len() + graph.suppliers(*n).len() > 0;
    let expected = graph.node_indices().filter(active).count();
    assert_eq!(bars.iter().filter_map(n_nodes).sum::<usize>(), expected, "each node is in one bar");
    assert_eq!(bars.iter().filter(|row| row.contains(",+ ")).count(), 3);
}

#[test]
fn supply_chain_falls_back_to_trophic_levels() {
    let graph =
        SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 1.0), (1, 2, 1.0)]).expect("known");
    let panel = Panel::snapshot(graph);
    let input = ChartInput { tables: &[], panel: Some(&panel) };
    let said = draw_from("supply_chain", &input, &[]).expect_err("no stages").to_string();
    assert_eq!(said, "needs node column `stage`, or the table `node_metrics` with `trophic_level`");
    let ids = ["a", "b", "c"].map(str::to_owned);
    let tables = [node_metrics(&ids, numbers("trophic_level", Unit::Level, &[-0.1, 1.1, 2.0]))];
    let input = ChartInput { tables: &tables, panel: Some(&panel) };
    let figure = draw_from("supply_chain", &input, &[]).expect("drawn");
    let stages: Vec<&str> = figure
        .csv
        .lines()
        .filter(|r| r.contains(",node,"))
        .filter_map(|r| r.split(',').nth(2))
        .collect();
    assert_eq!(stages, ["0", "1", "2"]);
}
