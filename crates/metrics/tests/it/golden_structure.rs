//! Published and independently computed values of cores, structural holes, brokerage, mixing and directed triangles.

use crate::golden::{Case, assert_all, assert_near, column, compute, figure, flags};
use crate::graphs::unweighted;
use palenque_graph::SupplyGraph;
use palenque_graph::transform::induced;
use serde_json::{Value, json};

const STRUCTURE: &str = "06_palenque10_structure";

/// Networks that are published as undirected, with every tie in both directions, and where their values are.
fn published() -> Vec<(Case, SupplyGraph, &'static str)> {
    let kite = Case::open("01_krackhardt_kite");
    let karate = Case::open("02_zachary_karate");
    let florence = Case::open("03_florentine_families");
    let families = florence.undirected("edges_marriage.csv");
    let married: Vec<_> =
        families.node_indices().filter(|&u| families.node_id(u) != "Pucci").collect();
    let married = induced(&families, &married);
    vec![
        {
            let graph = kite.undirected("edges.csv");
            (kite, graph, "")
        },
        {
            let graph = karate.undirected("edges.csv");
            (karate, graph, "")
        },
        (Case::open("03_florentine_families"), married, "connected15/"),
        (florence, families, "with_isolate16/"),
    ]
}

#[test]
fn cores_of_published_networks() {
    for (case, graph, prefix) in published() {
        let tables = compute(&graph, "cores", &[]);
        let expected = case.expected(&format!("{prefix}core_number"));
        for name in ["core_number", "core_in", "core_out"] {
            assert_all(&column(&tables, name), expected, name);
        }
    }
    let case = Case::open("04_edge_cases");
    let tables = compute(&case.directed("edges.csv"), "cores", &[]);
    assert_all(&column(&tables, "core_number"), case.expected("core_number"), "edge cases");
}

#[test]
fn cores_of_the_cluster() {
    let case = Case::open(STRUCTURE);
    let graph = case.economy();
    let tables = compute(&graph, "cores", &[]);
    for (name, key) in [
        ("core_number", "core_number_undirected"),
        ("core_in", "coreness_in"),
        ("core_out", "coreness_out"),
    ] {
        assert_all(&column(&tables, name), case.expected(key), key);
    }
    let dcore = &compute(&graph, "dcore", &[])[0];
    let size = |k: f64, l: f64| {
        let is_it =
            |&row: &usize| dcore.number("k", row) == Some(k) && dcore.number("l", row) == Some(l);
        let row = (0..dcore.n_rows()).find(is_it);
        row.map_or(Some(0.0), |row| dcore.number("size", row))
    };
    for (cell, expected) in case.expected("dcore_sizes").as_object().expect("sizes by cell") {
        let (k, l) = cell.split_once(',').expect("two numbers");
        let [k, l] = [k, l].map(|x| x.parse().expect("a number"));
        assert_near(size(k, l), expected, cell);
    }
    assert_eq!(dcore.n_rows(), 4);
}

#[test]
fn structural_holes_of_published_networks() {
    let pairs = [("constraint", "burt_constraint"), ("effective_size", "burt_effective_size")];
    for (case, graph, prefix) in published() {
        let holes = compute(&unweighted(&graph), "structural_holes", &[]);
        let known = pairs
            .iter()
            .filter(|(_, key)| prefix != "with_isolate16/" || *key == "burt_constraint");
        for (name, key) in known {
            assert_all(&column(&holes, name), case.expected(&format!("{prefix}{key}")), key);
        }
    }
    let case = Case::open("04_edge_cases");
    let graph = case.directed("edges.csv");
    let holes = compute(&graph, "structural_holes", &[]);
    for (name, key) in pairs {
        assert_all(&column(&holes, name), case.expected(key), key);
    }
}

#[test]
fn structural_holes_of_the_cluster() {
    let case = Case::open(STRUCTURE);
    let graph = case.economy();
    let pairs = [("constraint", "burt_constraint"), ("effective_size", "burt_effective_size")];
    for (weights, suffix) in [("flow", "weighted"), ("binary", "binary")] {
        let holes = compute(&graph, "structural_holes", &[("weights", json!(weights))]);
        for (name, key) in pairs {
            let key = format!("{key}_{suffix}");
            assert_all(&column(&holes, name), case.expected(&key), &key);
        }
    }
    // By its shortest way, networkx divides by the largest tie of the wrong firm.
    let found = column(&compute(&graph, "structural_holes", &[]), "effective_size");
    let wrong = case.expected("PEER_networkx_effective_size_default_path_WRONG");
    let far = |(found, wrong): (&Option<f64>, &Value)| {
        found.zip(wrong.as_f64()).is_some_and(|(found, wrong)| (found - wrong).abs() > 0.01)
    };
    let differ = found.iter().zip(wrong.as_array().expect("a list")).filter(|&pair| far(pair));
    assert!(differ.count() >= 6);
}

#[test]
fn brokers_of_the_cluster() {
    let case = Case::open(STRUCTURE);
    let tables = compute(&case.economy(), "brokerage", &[]);
    let rows = case.expected("gould_fernandez_roles/raw").as_array().expect("firms");
    let roles = case.expected("gould_fernandez_roles/order").as_array().expect("roles");
    for (place, role) in roles.iter().enumerate() {
        let role = role.as_str().expect("a name");
        let expected: Vec<Value> = rows.iter().map(|row| row[place].clone()).collect();
        assert_all(&column(&tables, &format!("gf_{role}")), &json!(expected), role);
    }
}

#[test]
fn directed_triangles_of_the_cluster() {
    let case = Case::open(STRUCTURE);
    for (weights, key) in [("flow", "weighted"), ("binary", "binary")] {
        let tables =
            compute(&case.economy(), "directed_clustering", &[("weights", json!(weights))]);
        for pattern in ["cycle", "middleman", "in", "out", "all"] {
            let key = format!("clustering_fagiolo_{key}/{pattern}");
            let expected = case.expected(&key);
            assert_all(&column(&tables, &format!("cc_{pattern}")), expected, &key);
            let defined: Vec<f64> =
                expected.as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
            let mean = defined.iter().sum::<f64>() / defined.len() as f64;
            assert_near(figure(&tables, &format!("cc_{pattern}_mean")), &json!(mean), &key);
        }
    }
}

#[test]
fn mixing_of_published_networks() {
    for (case, graph, prefix) in published() {
        if prefix == "with_isolate16/" {
            continue;
        }
        let tables = compute(&graph, "degree_assortativity", &[]);
        for kind in ["out_in", "out_out", "in_in", "in_out"] {
            let found = figure(&tables, &format!("degree_assortativity_{kind}"));
            assert_near(found, case.expected(&format!("{prefix}degree_assortativity")), kind);
        }
    }
}

#[test]
fn triads_of_the_karate_club() {
    // The club has 45 triangles and 528 paths of two steps (Zachary 1977): transitivity 135/528.
    let case = Case::open("02_zachary_karate");
    let tables = compute(&case.undirected("edges.csv"), "triad_census", &[]);
    let count = |class: &str| figure(&tables, &format!("triad_{class}"));
    assert_eq!((count("300"), count("201")), (Some(45.0), Some(528.0 - 135.0)));
    let one_tie = 78.0 * 32.0 - 3.0 * 45.0 - 2.0 * 393.0;
    assert_eq!(count("102"), Some(one_tie));
    assert_eq!(count("003"), Some(5984.0 - 45.0 - 393.0 - one_tie));
}

#[test]
fn where_the_karate_club_falls_apart() {
    // Zachary (1977), figure 1: member 12 knows the instructor only, and 5, 6, 7, 11 and 17 the others only through him.
    let case = Case::open("02_zachary_karate");
    let tables = compute(&case.undirected("edges.csv"), "cut_points", &[]);
    let pieces = column(&tables, "pieces_without");
    assert_eq!(pieces[0], Some(3.0));
    assert!(pieces[1..].iter().all(|&pieces| pieces == Some(1.0)));
    for (name, expected) in [("n_cut_points", 1.0), ("n_bridges", 1.0), ("n_blocks", 3.0)] {
        assert_eq!(figure(&tables, name), Some(expected), "{name}");
    }
    let bridges = flags(&tables, "bridge").into_iter().filter(|&is_bridge| is_bridge == Some(true));
    assert_eq!(bridges.count(), 2); // there and back
}
