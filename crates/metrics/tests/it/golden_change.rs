//! Independently computed values of change from period to period.

use crate::golden::{Case, assert_near, folder, rows};
use palenque_graph::{NoProgress, Panel, SupplyGraph, Table, TableId};
use palenque_metrics::change::volume_flexibility::volume_flexibility;
use palenque_metrics::{Params, find};
use serde_json::{Value, json};

const FIRMS: [&str; 6] = ["a", "b", "c", "d", "x", "y"];

/// Three periods of six firms in three stages.
fn panel(case: &Case) -> Panel {
    let rows = rows(&folder("15_temporal_panel").join("edges_panel.csv"));
    let firm = |id: &str| FIRMS.iter().position(|known| *known == id).expect("a firm") as u32;
    let stages = FIRMS.map(|firm| Some(case.expected(&format!("stages/{firm}")).to_string()));
    let period = |name: &str| {
        let of_period = rows.iter().filter(|row| row[0].1 == name);
        let flow = |row: &Vec<(String, String)>| {
            (firm(&row[1].1), firm(&row[2].1), row[3].1.parse().expect("a flow"))
        };
        let graph = SupplyGraph::from_flows(FIRMS, of_period.map(flow)).expect("good flows");
        (name.to_owned(), graph.with_text("stage", stages.clone()))
    };
    Panel::new(["2020", "2021", "2022"].map(period)).expect("the same firms")
}

/// What a metric says about every pair of periods, with the name that the case has for the pair.
fn compared(panel: &Panel, metric: &str, params: &[(&str, Value)]) -> Vec<(String, Vec<Table>)> {
    let metric = find(metric).expect("a metric of the registry");
    let params = params.iter().fold(Params::default(), |all, (k, v)| all.with(*k, v.clone()));
    let pairs = panel.pairs().map(|pair| {
        let tables = metric.compare(&pair, &params, &NoProgress).expect("a result");
        (format!("{}-{}", pair.from_name, pair.to_name), tables)
    });
    pairs.collect()
}

/// What a metric says about the panel.
fn over(panel: &Panel, metric: &str) -> Vec<Table> {
    let metric = find(metric).expect("a metric of the registry");
    metric.over(panel, &Params::default(), &NoProgress).expect("a result")
}

fn table(tables: &[Table], id: TableId) -> &Table {
    tables.iter().find(|table| table.id() == id).expect("a table")
}

fn number(tables: &[Table], name: &str) -> Option<f64> {
    table(tables, TableId::TemporalNetwork).number(name, 0)
}

#[test]
fn which_links_stay() {
    let case = Case::open("15_temporal_panel");
    let names = [
        ("edge_survival", "edge_survival_rate"),
        ("edge_death", "edge_death_rate"),
        ("edge_birth", "edge_birth_rate"),
        ("jaccard", "jaccard"),
        ("rewiring_rate", "rewiring_rate"),
        ("turnover_annualised", "rewiring_rate"),
        ("edge_survival_large", "edge_survival_rate"),
        ("rewiring_rate_large", "rewiring_rate"),
        ("weighted_jaccard", "weighted_jaccard_ruzicka"),
        ("weight_persistence", "weight_persistence_share"),
    ];
    for (pair, tables) in compared(&panel(&case), "link_dynamics", &[]) {
        for (name, key) in names {
            assert_near(number(&tables, name), case.expected(&format!("{pair}/{key}")), name);
        }
    }
}

#[test]
fn links_of_large_flows_and_of_firms_that_stay() {
    let case = Case::open("15_temporal_panel");
    let large = compared(&panel(&case), "link_dynamics", &[("threshold", json!(5))]);
    // From 2020 to 2021: ax, ay, bx before, ax and by after.
    let (_, tables) = &large[0];
    assert_eq!(number(tables, "n_edges_from_large"), Some(3.0));
    assert_near(number(tables, "edge_survival_large"), &json!(1.0 / 3.0), "survival");
    assert_near(number(tables, "edge_birth_large"), &json!(0.5), "birth");
    // Without d, which enters, one link of 2021 is less; c is in both.
    let common = compared(&panel(&case), "link_dynamics", &[("common_firms", json!(true))]);
    let (_, tables) = &common[0];
    assert_eq!(number(tables, "n_common_nodes"), Some(5.0));
    assert_near(number(tables, "edge_birth"), &json!(0.25), "birth");
    assert_near(number(tables, "edge_survival"), &json!(0.6), "survival");
}

#[test]
fn creation_and_destruction_of_firms() {
    let case = Case::open("15_temporal_panel");
    let names = [
        ("dh_creation", "dh_creation"),
        ("dh_destruction", "dh_destruction"),
        ("dh_net", "dh_net"),
        ("dh_reallocation", "dh_reallocation"),
        ("dh_excess", "dh_excess_reallocation"),
        ("dh_entry", "dh_entry_creation"),
        ("dh_exit", "dh_exit_destruction"),
        ("entry_rate", "entry_rate"),
        ("exit_rate", "exit_rate"),
    ];
    for (pair, tables) in compared(&panel(&case), "firm_reallocation", &[]) {
        for (name, key) in names {
            assert_near(number(&tables, name), case.expected(&format!("{pair}/{key}")), name);
        }
        let nodes = table(&tables, TableId::TemporalNode);
        for (row, firm) in FIRMS.iter().enumerate() {
            // The buyers sell nothing and have no size.
            let growth = case.expected(&format!("{pair}/dh_growth"));
            let expected = growth.get(*firm).unwrap_or(&Value::Null);
            assert_near(nodes.number("growth_dh", row), expected, firm);
        }
        let event = |row| nodes.text("event", row);
        let of_d = if pair == "2020-2021" { "entry" } else { "continue" };
        assert_eq!([event(0), event(3), event(4)], [Some("continue"), Some(of_d), None]);
    }
}

#[test]
fn creation_and_destruction_of_links() {
    let case = Case::open("15_temporal_panel");
    let (_, tables) = &compared(&panel(&case), "link_reallocation", &[])[0];
    // 29 before, 26 after: ax +2, by +4, cx +1, dy +3; ay −5, bx −4, cy −4.
    let mean = 27.5;
    for (name, sum) in [
        ("dh_link_creation", 10.0),
        ("dh_link_destruction", 13.0),
        ("dh_link_net", -3.0),
        ("dh_link_excess", 20.0),
        ("dh_link_entry", 4.0),
        ("dh_link_exit", 9.0),
        ("dh_link_expansion", 6.0),
        ("dh_link_contraction", 4.0),
    ] {
        assert_near(number(tables, name), &json!(sum / mean), name);
    }
}

#[test]
fn who_changes_partners() {
    let case = Case::open("15_temporal_panel");
    for (pair, tables) in compared(&panel(&case), "partner_switching", &[]) {
        let nodes = table(&tables, TableId::TemporalNode);
        for (row, firm) in FIRMS.iter().enumerate() {
            let buyer = case.expected(&format!("{pair}/by_buyer")).get(*firm);
            for (name, key) in [
                ("switch_jaccard", "partner_switching_jaccard"),
                ("switch_share", "partner_switching_share"),
                ("new_supplier_share", "new_supplier_share"),
                ("dropped_supplier_share", "dropped_supplier_share"),
            ] {
                let expected = buyer.map_or(&Value::Null, |buyer| &buyer[key]);
                assert_near(nodes.number(name, row), expected, &format!("{name} of {firm}"));
            }
        }
    }
    let (pair, tables) = &compared(&panel(&case), "partner_switching", &[])[0];
    let share = |buyer: &str| {
        let path = format!("{pair}/by_buyer/{buyer}/partner_switching_share");
        case.expected(&path).as_f64().expect("a share")
    };
    // x buys 18 and 17, y 11 and 9.
    let mean = (17.5 * share("x") + 10.0 * share("y")) / 27.5;
    assert_near(number(tables, "mean_switch_share"), &json!(mean), "mean");
    // b sells x 8 and y 2, then 4 and 6.
    let nodes = table(tables, TableId::TemporalNode);
    assert_near(nodes.number("customer_switch_share", 1), &json!(0.4), "customers of b");
    assert_near(nodes.number("customer_switch_jaccard", 0), &json!(0.5), "customers of a");
}

#[test]
fn whose_partners_are_alike() {
    let case = Case::open("15_temporal_panel");
    for (pair, tables) in compared(&panel(&case), "temporal_correlation_coefficient", &[]) {
        let nodes = table(&tables, TableId::TemporalNode);
        for (row, firm) in FIRMS.iter().enumerate() {
            let expected = case.expected(&format!("{pair}/temporal_correlation_by_node/{firm}"));
            assert_near(nodes.number("link_correlation", row), expected, firm);
        }
        let name = "temporal_correlation";
        assert_near(number(&tables, name), case.expected(&format!("{pair}/{name}")), name);
    }
}

#[test]
fn how_long_links_last() {
    let case = Case::open("15_temporal_panel");
    let panel = panel(&case);
    let tables = over(&panel, "edge_persistence");
    let links = table(&tables, TableId::TemporalEdge);
    let expected = case.expected("edge_persistence").as_object().expect("links");
    assert_eq!(links.n_rows(), expected.len());
    for row in 0..links.n_rows() {
        let id = |name| links.text(name, row).expect("an id");
        let link = format!("{}->{}", id("source"), id("target"));
        assert_near(links.number("persistence", row), &expected[&link], &link);
    }
    let mean = crate::golden::figure(&tables, "mean_edge_persistence");
    assert_near(mean, case.expected("mean_edge_persistence"), "mean");
    let curves = over(&panel, "link_survival");
    let curve = &curves[0];
    let of = |kind: &str, cohort: Option<&str>| -> Vec<usize> {
        let rows = 0..curve.n_rows();
        let is_it = |row: &usize| {
            curve.text("curve", *row) == Some(kind) && curve.text("cohort", *row) == cohort
        };
        rows.filter(is_it).collect()
    };
    for row in of("cohort", Some("2020")) {
        let period = curve.text("last_period", row).expect("a period");
        let expected = case.expected(&format!("km_survival_2020_cohort/{period}"));
        assert_near(curve.number("survival", row), expected, period);
    }
    // Eight spells; dx begins when the panel ends. After one period 3 of 7 are gone, of the 3 then seen on, 1: cy, ay and cx; bx.
    let found: Vec<_> = of("kaplan_meier", None)
        .into_iter()
        .map(|row| ["at_risk", "ended", "censored"].map(|name| curve.number(name, row)))
        .collect();
    let expected = [[8.0, 0.0, 1.0], [7.0, 3.0, 1.0], [3.0, 1.0, 2.0]];
    assert_eq!(found, expected.map(|row| row.map(Some)));
    let last = *of("kaplan_meier", None).last().expect("a step");
    let survival = 4.0 / 7.0 * 2.0 / 3.0;
    assert_near(curve.number("survival", last), &json!(survival), "survival");
    let greenwood = survival * (3.0 / (7.0 * 4.0) + 1.0 / (3.0 * 2.0_f64)).sqrt();
    assert_near(curve.number("std_error", last), &json!(greenwood), "standard error");
}

#[test]
fn between_which_stages_links_are_made() {
    let case = Case::open("15_temporal_panel");
    let focal = [("focal", json!("3"))];
    for (pair, tables) in compared(&panel(&case), "linkage_creation", &focal) {
        let pairs = &tables[0];
        for row in 0..pairs.n_rows() {
            let group = |name| pairs.text(name, row).expect("a group");
            let (from, to) = (group("from_group"), group("to_group"));
            let all = case.expected("linkage_creation");
            let expected = all.get(format!("{pair}|{from}->{to}"));
            for name in ["new_edges", "dropped_edges", "creation_rate", "new_flow_share"] {
                let is_count = name.ends_with("edges");
                let none = if is_count { json!(0) } else { Value::Null };
                let expected = expected.map_or(&none, |pair| &pair[name]);
                assert_near(pairs.number(name, row), expected, &format!("{name} {from} {to}"));
            }
            let direction = match (from, to) {
                ("3", "3") => Some("horizontal"),
                (_, "3") => Some("backward"),
                ("3", _) => Some("forward"),
                _ => None,
            };
            assert_eq!(pairs.text("direction", row), direction);
            let kind = match from.cmp(to) {
                std::cmp::Ordering::Less => "vertical",
                std::cmp::Ordering::Equal => "horizontal",
                std::cmp::Ordering::Greater => "feedback",
            };
            assert_eq!(pairs.text("kind", row), Some(kind));
        }
    }
    let metric = find("linkage_creation").expect("a metric");
    let (panel, params) = (panel(&case), Params::default().with("focal", "distiller".into()));
    let refused = metric.compare(&panel.pairs().next().expect("a pair"), &params, &NoProgress);
    let why = refused.expect_err("no such stage").to_string();
    assert_eq!(why, "`distiller` is not among the values of `stage`");
}

#[test]
fn how_output_follows_demand() {
    let case = Case::open("15_temporal_panel");
    let series = |name: &str| -> Vec<f64> {
        let values = case.expected(&format!("volume/{name}")).as_array().expect("a list").iter();
        values.map(|x| x.as_f64().expect("a number")).collect()
    };
    let (output, demand) = (series("output"), series("demand"));
    let found = volume_flexibility(&output, &demand);
    let check = |value: Option<f64>, key: &str| {
        assert_near(value, case.expected(&format!("volume/{key}")), key);
    };
    check(found.level_elasticity.ok(), "production_level_elasticity_ols");
    check(found.through_origin.ok(), "elasticity_through_origin");
    check(found.variation.ok(), "coefficient_of_variation");
    check(found.peak_to_trough.ok(), "peak_to_trough");
    check(found.max_growth.ok(), "max_step_growth");
    check(found.adjustment_speed.ok(), "adjustment_speed_partial");
    // The same of one firm and of the network that it is, by a column of orders.
    let periods = output.iter().zip(&demand).enumerate().map(|(t, (y, d))| {
        let graph = SupplyGraph::from_flows(["still"], []).expect("a good graph");
        let graph = graph.with_number("output", [Some(*y)]).with_number("orders", [Some(*d)]);
        (t.to_string(), graph)
    });
    let panel = Panel::new(periods).expect("one firm");
    let params = Params::default().with("demand", "orders".into());
    let metric = find("volume_flexibility").expect("a metric");
    let tables = metric.over(&panel, &params, &NoProgress).expect("a result");
    for row in 0..2 {
        let number = |name| tables[0].number(name, row);
        check(number("level_elasticity"), "production_level_elasticity_ols");
        check(number("adjustment_speed"), "adjustment_speed_partial");
    }
}
