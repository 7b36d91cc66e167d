//! Independently computed values of flexibility, exposure and volatility.

use crate::golden::{Case, assert_all, assert_near, column, compute, figure, flags};
use palenque_graph::SupplyGraph;
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
}
