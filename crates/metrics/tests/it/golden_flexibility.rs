//! Independently computed values of flexibility, exposure and volatility.

use crate::golden::{Case, assert_all, assert_near, column, compute, figure, flags};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::fragmentation::key_player_set::{
    KeyPlayerConfig, KeyPlayerCriterion, KeyPlayerSet, key_player_sets, set_value,
};
use palenque_metrics::kernel::coefficients::Economy;
use palenque_metrics::resilience::consolidation::merged;
use palenque_metrics::resilience::inoperability::{
    cumulative_loss, inoperability, recovery, speeds,
};
use palenque_metrics::resilience::volatility::granular_volatility;
use serde_json::{Value, json};

fn cluster() -> SupplyGraph {
    Case::open("07_palenque10_fragmentation").economy()
}

#[test]
fn from_how_many_suppliers() {
    let case = Case::open("16_surge_capacity");
    let graph = cluster();
    let tables = compute(&graph, "multisourcing", &[("by", json!("role"))]);
    let (index, single) =
        (column(&tables, "multisourcing_index"), column(&tables, "single_sourced_spend_share"));
    let firms = case.expected("multisourcing").as_object().expect("firms");
    for node in graph.node_indices() {
        let id = graph.node_id(node);
        let at = node.index();
        let Some(expected) = firms.get(id) else {
            assert_eq!((index[at], single[at]), (None, None), "{id} buys nothing");
            continue;
        };
        assert_near(index[at], &expected["multisourcing_index"], id);
        assert_near(single[at], &expected["single_sourced_spend_share"], id);
    }
    let critical = flags(&tables, "critical_supplier");
    let critical: Value = graph
        .node_indices()
        .filter(|node| critical[node.index()] == Some(true))
        .map(|node| graph.node_id(node))
        .collect();
    let mut expected = case.expected("single_sourcing/critical_suppliers").clone();
    let mut critical = critical.as_array().expect("a list").clone();
    critical.sort_by_key(Value::to_string);
    expected.as_array_mut().expect("a list").sort_by_key(Value::to_string);
    assert_eq!(json!(critical), expected);
    for (name, key) in [
        ("n_critical_suppliers", "n_critical_suppliers"),
        ("single_source_buyers_share", "share_of_buyers_with_single_source"),
        ("single_source_output_share", "share_of_output_with_single_source"),
    ] {
        let expected = case.expected(&format!("single_sourcing/{key}"));
        assert_near(figure(&tables, name), expected, name);
    }
}

#[test]
fn what_competitors_could_take_over() {
    let case = Case::open("16_surge_capacity");
    let graph = cluster();
    let output = graph.nodes().number("output").expect("outputs");
    let slack = case.expected("slack").as_array().expect("a list");
    let capacity: Vec<Option<f64>> =
        output.iter().zip(slack).map(|(x, room)| Some(x? + room.as_f64()?)).collect();
    let graph = graph.clone().with_number("capacity", capacity);
    let tables = compute(&graph, "supplier_substitutability", &[("by", json!("role"))]);
    let found = column(&tables, "substitutability");
    let expected = case.expected("supplier_substitutability").as_object().expect("ties");
    for (tie, expected) in expected {
        let (from, to) = tie.split_once("->").expect("a tie");
        let node = |id| graph.node_named(id).expect("a node");
        let edge = graph.edge_between(node(from), node(to)).expect("an edge");
        assert_near(found[edge.index()], expected, tie);
    }
}

#[test]
fn whose_partners_are_hit() {
    let case = Case::open("19_io_shocks");
    let hit = ("nodes", json!(["agave_a", "agave_b"]));
    let tables = compute(&cluster(), "exposure", &[hit]);
    let expected =
        |key: &str| case.expected(&format!("barrot_sauvagnat_exposure_palenque10/{key}"));
    for name in ["supplier_hit_count_share", "supplier_hit_spend_share", "customer_hit_sales_share"]
    {
        assert_all(&column(&tables, name), expected(name), name);
    }
    let any: Vec<u8> = flags(&tables, "supplier_hit_any")
        .iter()
        .map(|any| u8::from(any.expect("known")))
        .collect();
    assert_eq!(json!(any), *expected("supplier_hit_any"));
    // Two steps down, all that buy mezcal are exposed.
    let hit = [("nodes", json!(["agave_a", "agave_b"])), ("distance", json!(2))];
    let any = flags(&compute(&cluster(), "exposure", &hit), "supplier_hit_any");
    assert_eq!(any.iter().filter(|any| **any == Some(true)).count(), 5);
}

#[test]
fn large_firms_move_the_whole() {
    let case = Case::open("21_aggregate_volatility");
    let tables = compute(&cluster(), "granularity", &[]);
    let expected = |key: &str| case.expected(&format!("gabaix/{key}"));
    assert_near(figure(&tables, "gabaix_h"), expected("sales_herfindahl_sqrt"), "h");
    let name = "granular_volatility";
    assert_near(figure(&tables, name), expected("granular_volatility_sigma_0_12"), name);
    let growth = [0.05, -0.02, 0.01, 0.03, 0.1, -0.04, 0.0, 0.06, 0.02, -0.01].map(Some);
    let growing = cluster().with_number("growth", growth);
    let options = [("growth", json!("growth")), ("top", json!(3))];
    let residual = figure(&compute(&growing, "granularity", &options), "granular_residual");
    assert_near(residual, &json!(0.003_497_942_386_831_275), "residual of the three largest");
}

#[test]
fn the_kite_without_each_of_its_nodes() {
    let kite = Case::open("01_krackhardt_kite").undirected("edges.csv");
    let tables = compute(&kite, "node_vulnerability", &[]);
    let case = Case::open("17_percolation");
    let expected = |key: &str| case.expected(&format!("latora_marchiori_vulnerability_kite{key}"));
    assert_all(&column(&tables, "vulnerability"), expected(""), "left");
    assert_all(&column(&tables, "vulnerability_fixed_n"), expected("_fixed_n"), "all pairs");
}

#[test]
fn pairs_that_are_apart_without_each_firm() {
    let case = Case::open("07_palenque10_fragmentation");
    let graph = cluster();
    for (metric, name, key, before) in [
        ("fragmentation_change", "delta_F", "F", "kpp_neg_F"),
        ("node_vulnerability", "delta_DF", "DF", "kpp_neg_DF"),
    ] {
        let before = figure(&compute(&graph, "key_player", &[]), before).expect("a value");
        let change = column(&compute(&graph, metric, &[]), name);
        for node in graph.node_indices() {
            let id = graph.node_id(node);
            let after = change[node.index()].map(|change| change + before);
            assert_near(after, case.expected(&format!("kpp_{key}_after_removal/{id}")), id);
        }
    }
}

#[test]
fn the_best_sets_of_the_kite() {
    use KeyPlayerCriterion::{DistanceFragmentation, DistanceReach, Fragmentation, Reach};
    let case = Case::open("01_krackhardt_kite");
    let kite = case.undirected("edges.csv");
    for (names, of) in case.expected("key_player").as_object().expect("sets") {
        let member = |name: &str| kite.node_named(name).expect("a node").index() as u32;
        let set: Vec<u32> = names.split('-').map(member).collect();
        for (criterion, steps, key) in [
            (Fragmentation, 2, "F"),
            (DistanceFragmentation, 2, "DF"),
            (DistanceReach, 2, "reach_DR"),
            (Reach, 1, "m_reach_1"),
            (Reach, 2, "m_reach_2"),
        ] {
            assert_near(set_value(&kite, criterion, &set, steps), &of[key], key);
        }
    }
    let sets = key_player_sets(&kite, &KeyPlayerConfig::default(), &NoProgress).expect("sets");
    for size in [1, 2] {
        let expected = |key: &str| case.expected(&format!("key_player_optimum/{size}/{key}"));
        for (criterion, value, names) in
            [(DistanceFragmentation, "max_DF", "sets"), (DistanceReach, "max_reach", "reach_sets")]
        {
            let is_it =
                |set: &&KeyPlayerSet| (set.criterion, set.members.len()) == (criterion, size);
            let set = sets.iter().find(is_it).expect("a set");
            assert_near(Some(set.value), expected(value), value);
            let name = |v: &u32| kite.node_id(palenque_graph::NodeIndex::new(*v as usize));
            let found: Vec<&str> = set.members.iter().map(name).collect();
            assert_eq!(json!([found.join("-")]), *expected(names));
            assert!(set.random_max <= set.value && set.is_exact);
        }
    }
}

/// Sectors with final demand and output in the last two columns.
fn sectors() -> SupplyGraph {
    let rows = crate::golden::rows(&crate::golden::folder("20_ario_inventory").join("io.csv"));
    let number = |cell: &(String, String)| cell.1.parse::<f64>().expect("a number");
    let flows = rows
        .iter()
        .enumerate()
        .flat_map(|(i, row)| (0..3).map(move |j| (i as u32, j as u32, number(&row[1 + j]))));
    SupplyGraph::from_flows(rows.iter().map(|row| &row[0].1), flows)
        .expect("a good table")
        .with_number("output", rows.iter().map(|row| Some(number(&row[5]))))
}

#[test]
fn inoperability_at_once_and_over_time() {
    let case = Case::open("19_io_shocks");
    let graph = sectors();
    let economy = Economy::of(&graph).expect("an economy");
    let q = inoperability(&economy, &[0.0, 20.0, 0.0], &NoProgress).expect("a result");
    let cells = |values: &[f64]| values.iter().map(|x| Some(*x)).collect::<Vec<_>>();
    assert_all(&cells(&q), case.expected("inoperability"), "q");
    let path = recovery(&economy, &[0.0, 0.3, 0.0], &[0.2, 0.5, 0.3], &[0.0; 3], 20);
    let expected = case.expected("diim/path").as_array().expect("periods");
    for (t, (q, expected)) in path.iter().zip(expected).enumerate() {
        assert_all(&cells(q), expected, &format!("period {t}"));
    }
    let (left, trapezoid) = cumulative_loss(&path, &economy.accounts().output);
    assert_near(Some(trapezoid), case.expected("diim/cumulative_loss_trapezoid"), "area");
    assert_near(Some(left), case.expected("diim/cumulative_loss_left_sum"), "sum");
    let expected = |key: &str| case.expected(&format!("diim/k_from_recovery/{key}"));
    let number = |key: &str| expected(key).as_f64().expect("a number");
    let speed = speeds(&economy, &[number("T"); 3], number("qT") / number("q0"));
    assert_near(Some(speed[1]), expected("k"), "speed");
    // The same through the registry, with the whole network and the end of it.
    let graph = graph.clone().with_number("lost", [Some(0.0), Some(20.0), Some(0.0)]);
    let tables = compute(&graph, "inoperability", &[("lost_demand", json!("lost"))]);
    let q = column(&tables, "inoperability");
    let x: f64 = economy.accounts().output.iter().sum();
    let lost = case.expected("total_loss").as_f64().expect("a number");
    assert_near(q[0], &json!(lost / x), "whole network");
    assert_near(column(&tables, "loss_total")[0], case.expected("total_loss"), "total");
}

#[test]
fn one_firm_a_stage_is_riskier() {
    let case = Case::open("21_aggregate_volatility");
    let graph = cluster();
    let output = graph.nodes().number("output").expect("outputs");
    let output: Vec<f64> = output.iter().map(|x| x.expect("an output")).collect();
    let one = merged(&graph, "stage", 1.0, &output).expect("a network");
    let made = one.nodes().number("output").expect("outputs").iter().collect::<Vec<_>>();
    assert_all(&made, case.expected("consolidation_theta1/stage_output"), "output by stage");
    let h = granular_volatility(&one, &[1.0; 4]);
    assert_near(h, case.expected("consolidation_theta1/gabaix_h"), "h");
    let tables = compute(&graph, "consolidation", &[("replicates", json!(3))]);
    let value = |measure: &str, theta: f64| {
        let rows = 0..tables[0].n_rows();
        let is_it = |row: &usize| {
            tables[0].text("measure", *row) == Some(measure)
                && tables[0].number("theta", *row).is_some_and(|t| (t - theta).abs() < 1e-12)
        };
        rows.filter(is_it).find_map(|row| tables[0].number("value", row)).expect("a row")
    };
    assert!(value("gabaix_h", 1.0) > value("gabaix_h", 0.0));
    assert_near(
        Some(value("gabaix_h", 0.0)),
        case.expected("consolidation_theta1/gabaix_h_observed"),
        "h",
    );
}

#[test]
fn ranks_by_several_measures() {
    let graph = cluster();
    let tables = compute(&graph, "criticality", &[("by", json!("role"))]);
    let rank = column(&tables, "criticality_rank");
    let bottler = graph.node_named("bottler").expect("a node").index();
    assert_eq!(rank[bottler], Some(1.0));
    let named = tables[0].text("criticality_components", 0);
    assert_eq!(named, Some("esri dependency_demand_loss hem_external betweenness"));
}
