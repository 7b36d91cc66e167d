//! Published and independently computed values.

use palenque_graph::transform::{aggregate, backbone, disparity};
use palenque_graph::{NodeIndex, SupplyGraph, SupplyGraphBuilder, accounts::Accounts};
use serde_json::Value;
use std::fs::read_to_string;

fn text(file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/golden/");
    read_to_string(format!("{folder}{file}")).expect("a golden file")
}

fn expected(case: &str) -> Value {
    let all: Value = serde_json::from_str(&text(&format!("{case}/expected.json"))).expect("JSON");
    all["expected"].clone()
}

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = text(file);
    text.lines().map(|line| line.split(',').map(String::from).collect()).collect()
}

/// A graph from the plain `nodes.csv` and `edges.csv` of a case; flows of zero are dropped.
fn graph(case: &str) -> SupplyGraph {
    let nodes = rows(&format!("{case}/nodes.csv"));
    let (header, nodes) = nodes.split_first().expect("a header");
    let ids: palenque_graph::Ids = nodes.iter().map(|row| &row[0]).collect();
    let mut builder = SupplyGraphBuilder::new(ids.clone());
    let lookup = ids.lookup();
    for edge in &rows(&format!("{case}/edges.csv"))[1..] {
        let node = |id: &str| lookup.get(id).expect("a node").index() as u32;
        let flow: f64 = edge[2].parse().expect("a flow");
        if flow > 0.0 {
            builder.add_flow(node(&edge[0]), node(&edge[1]), flow).expect("a good record");
        }
    }
    let mut graph = builder.build().expect("a good graph").graph;
    for (c, name) in header.iter().enumerate().skip(1) {
        let cells = nodes.iter().map(|row| row[c].as_str());
        graph = match name.as_str() {
            "output" | "final_demand" | "value_added" => {
                graph.with_number(name, cells.map(|cell| cell.parse().ok()))
            }
            _ => graph.with_text(name, cells.map(Some)),
        };
    }
    graph
}

fn names(graph: &SupplyGraph) -> Vec<String> {
    let name = |v: NodeIndex| graph.node_id(v).to_owned();
    let edges = (0..graph.n_edges()).map(|e| graph.endpoints(palenque_graph::EdgeIndex::new(e)));
    edges.map(|(u, v)| format!("{}->{}", name(u), name(v))).collect()
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs() + 1e-12
}

#[test]
fn cleaning_rules_of_the_edge_cases() {
    let (graph, expected) = (graph("04_edge_cases"), expected("04_edge_cases"));
    assert_eq!(expected["n_edges_after_merge"], graph.n_edges());
    assert_eq!(expected["n_self_loops"], graph.n_self_loops());
    for node in graph.node_indices() {
        assert_eq!(expected["out_strength"][node.index()], graph.out_strength(node));
        assert_eq!(expected["in_strength"][node.index()], graph.in_strength(node));
    }
}

#[test]
fn disparity_of_palenque10() {
    let (graph, expected) = (graph("23_reduction"), expected("23_reduction"));
    let found = disparity(&graph);
    for (edge, name) in names(&graph).iter().enumerate() {
        let expected = &expected["disparity_palenque10"][name];
        let value = |key: &str| expected[key].as_f64().expect("a number");
        assert!(close(found.alpha_out[edge], value("alpha_out")), "{name}");
        assert!(close(found.alpha_in[edge], value("alpha_in")), "{name}");
        assert!(close(found.alpha(edge), value("alpha_min")), "{name}");
    }
    let kept = backbone(&graph, 0.2).expect("a level in range");
    assert_eq!(expected["disparity_kept_alpha_0_2"], Value::from(names(&kept)));
    assert_eq!(kept.n_nodes(), 10);
}

#[test]
fn backbone_of_the_karate_club() {
    let ties = rows("02_zachary_karate/edges.csv");
    let number = |cell: &String| cell.parse::<u32>().expect("a node number");
    let both_ways = ties[1..].iter().flat_map(|tie| {
        let (a, b, w) = (number(&tie[0]), number(&tie[1]), tie[2].parse().expect("a weight"));
        [(a, b, w), (b, a, w)]
    });
    let club = SupplyGraph::from_flows((0..34).map(|i| i.to_string()), both_ways).expect("a club");
    let counts = &expected("23_reduction")["disparity_karate_undirected"];
    for level in ["0.05", "0.1", "0.2", "0.3", "0.5"] {
        let alpha = level.parse().expect("a number");
        let kept = backbone(&club, alpha).expect("a level in range").n_edges();
        assert_eq!(counts[level], kept / 2, "at {level}");
        assert_eq!(kept % 2, 0, "both directions of a tie stay or go together");
    }
}

#[test]
fn palenque10_by_role() {
    let roles = aggregate(&graph("23_reduction"), "role").expect("a column of roles");
    let expected = &expected("23_reduction")["aggregation_by_role"];
    let order = expected["order"].as_array().expect("a list");
    assert_eq!(order.len(), roles.n_nodes());
    for (i, seller) in order.iter().enumerate() {
        let node = |role: &Value| roles.node_named(role.as_str().expect("text")).expect("a role");
        let u = node(seller);
        let output = roles.nodes().number("output").and_then(|x| x.get(u.index()));
        assert_eq!(expected["x"][i], output.expect("known"));
        for (j, buyer) in order.iter().enumerate() {
            let flow = roles.edge_between(u, node(buyer)).map_or(0.0, |edge| roles.flow(edge));
            assert_eq!(expected["Z"][i][j], flow, "{seller} -> {buyer}");
        }
    }
}

/// `Σ L Δf` for ten more units of final demand for one node, by fixed point.
fn output_for(graph: &SupplyGraph, node: &str) -> f64 {
    let accounts = Accounts::of(graph);
    let wanted = graph.node_named(node).expect("a node").index();
    let mut output = vec![0.0; graph.n_nodes()];
    for _ in 0..500 {
        let mut next = vec![0.0; graph.n_nodes()];
        next[wanted] = 10.0;
        for seller in graph.node_indices() {
            for (buyer, flow) in graph.customers(seller) {
                let j = buyer.index();
                next[seller.index()] += flow / accounts.output[j] * output[j];
            }
        }
        output = next;
    }
    output.iter().sum()
}

#[test]
fn aggregation_has_the_known_bias() {
    let firms = graph("23_reduction");
    let roles = aggregate(&firms, "role").expect("a column of roles");
    let bias = &expected("23_reduction")["aggregation_bias"];
    assert!(close(output_for(&firms, "trader_x"), bias["firm_level"].as_f64().expect("a number")));
    assert!(close(output_for(&roles, "trader"), bias["aggregated"].as_f64().expect("a number")));
}
