//! Published and independently computed values of the centrality, component and clustering indices.

use crate::golden::{Case, assert_all, assert_near, column, compute, figure};
use crate::graphs::unweighted;
use palenque_graph::SupplyGraph;
use palenque_graph::transform::induced;
use serde_json::{Value, json};

const KITE: &str = "01_krackhardt_kite";
const KARATE: &str = "02_zachary_karate";
const FLORENCE: &str = "03_florentine_families";
const EDGE_CASES: &str = "04_edge_cases";
const CENTRALITY: &str = "05_palenque10_centrality";
const STRUCTURE: &str = "06_palenque10_structure";
const FRAGMENTATION: &str = "07_palenque10_fragmentation";

/// Compares columns of a metric with lists of a case.
fn check(
    graph: &SupplyGraph,
    case: &Case,
    metric: &str,
    params: &[(&str, Value)],
    pairs: &[(&str, &str)],
) {
    let tables = compute(graph, metric, params);
    for (name, key) in pairs {
        assert_all(&column(&tables, name), case.expected(key), &format!("{name} as {key}"));
    }
}

fn check_figures(graph: &SupplyGraph, case: &Case, metric: &str, pairs: &[(&str, &str)]) {
    let tables = compute(graph, metric, &[]);
    for (name, key) in pairs {
        assert_near(figure(&tables, name), case.expected(key), &format!("{name} as {key}"));
    }
}

/// What networks that are published as undirected share: fed with every tie in both directions.
fn check_undirected(graph: &SupplyGraph, case: &Case, prefix: &str) {
    let key = |name: &str| format!("{prefix}{name}");
    let at = |name: &str| case.expected(&key(name)).clone();
    check(
        graph,
        case,
        "degree",
        &[],
        &[("in_degree", &key("degree")), ("out_degree", &key("degree"))],
    );
    let closeness = key("closeness_wf");
    check(
        graph,
        case,
        "closeness",
        &[],
        &[("closeness_in", &closeness), ("closeness_out", &closeness)],
    );
    let harmonic = key("harmonic");
    check(graph, case, "harmonic", &[], &[("harmonic_in", &harmonic), ("harmonic_out", &harmonic)]);
    let between = compute(graph, "betweenness", &[]);
    assert_all(&column(&between, "betweenness"), &at("betweenness"), "betweenness");
    // Every pair counts once in each direction.
    let halves: Vec<Option<f64>> =
        column(&between, "betweenness_raw").iter().map(|b| Some((*b)? / 2.0)).collect();
    assert_all(&halves, &at("betweenness_raw"), "betweenness_raw");
    let clustering = key("clustering_ws");
    check(graph, case, "clustering", &[], &[("clustering", &clustering)]);
    let means = ["clustering_mean_zero", "clustering_mean_defined", "transitivity"];
    let expected =
        ["clustering_ws_mean_zero", "clustering_ws_mean_defined", "transitivity"].map(key);
    let pairs: Vec<(&str, &str)> =
        means.into_iter().zip(expected.iter().map(String::as_str)).collect();
    check_figures(graph, case, "clustering", &pairs);
    check_figures(
        graph,
        case,
        "size",
        &[("n_nodes", &key("n_nodes")), ("density", &key("density"))],
    );
    let figures = [
        ("efficiency_global", &*key("efficiency_global")),
        ("mean_distance", &key("mean_distance_reachable")),
        ("diameter", &key("diameter_reachable")),
    ];
    check_figures(graph, case, "efficiency", &figures);
    check_figures(
        graph,
        case,
        "key_player",
        &[("kpp_neg_F", &key("kpp_F_full")), ("kpp_neg_DF", &key("kpp_DF_full"))],
    );
}

/// Edge betweenness of an undirected network, where keys are `u-v` by node number: an edge counts the pairs that
/// cross it one way, and its reverse the same pairs the other way.
fn check_edge_betweenness(graph: &SupplyGraph, expected: &Value) {
    let found = column(&compute(graph, "betweenness", &[]), "edge_betweenness_raw");
    let expected = expected.as_object().expect("edges by name");
    assert_eq!(found.len(), 2 * expected.len());
    for (name, value) in expected {
        let (u, v) = name.split_once('-').expect("two ends");
        let [u, v] = [u, v].map(|end| end.parse::<u32>().expect("a node number").into());
        for (from, to) in [(u, v), (v, u)] {
            let edge = graph.edge_between(from, to).expect("an edge");
            assert_near(found[edge.index()], value, name);
        }
    }
}

#[test]
fn influence_of_ten_firms() {
    let case = Case::open(CENTRALITY);
    let tables = compute(&case.economy(), "influence", &[("labour_share", 0.5.into())]);
    assert_all(&column(&tables, "influence"), case.expected("influence_alpha0.5"), "influence");
    assert_near(figure(&tables, "influence_sum"), case.expected("influence_sum"), "sum");
    assert_near(figure(&tables, "influence_norm2"), case.expected("influence_norm2"), "norm");
}

#[test]
fn kite() {
    let case = Case::open(KITE);
    let graph = case.undirected("edges.csv");
    check_undirected(&graph, &case, "");
    check_edge_betweenness(&graph, case.expected("edge_betweenness_raw"));
    check(&graph, &case, "pagerank", &[], &[("pagerank", "pagerank_0.85")]);
}

#[test]
fn key_players_of_the_kite() {
    let case = Case::open(KITE);
    let graph = case.undirected("edges.csv");
    for names in ["Heather", "Diane", "Fernando-Garth", "Heather-Ike"] {
        let removed: Vec<&str> = names.split('-').collect();
        let rest: Vec<_> =
            graph.node_indices().filter(|&u| !removed.contains(&graph.node_id(u))).collect();
        let rest = induced(&graph, &rest);
        let key = |name| format!("key_player/{names}/{name}");
        check_figures(
            &rest,
            &case,
            "key_player",
            &[("kpp_neg_F", &key("F")), ("kpp_neg_DF", &key("DF"))],
        );
    }
}

#[test]
fn karate() {
    let case = Case::open(KARATE);
    let graph = case.undirected("edges.csv");
    check_undirected(&graph, &case, "");
    check(
        &graph,
        &case,
        "degree",
        &[],
        &[("in_strength", "strength"), ("out_strength", "strength")],
    );
    check(&graph, &case, "pagerank", &[], &[("pagerank", "pagerank_0.85_weighted")]);
    let pairs =
        [("clustering_barrat", "clustering_barrat"), ("clustering_onnela", "clustering_onnela")];
    check(&graph, &case, "clustering", &[], &pairs);
    let binary = unweighted(&graph);
    check(&binary, &case, "pagerank", &[], &[("pagerank", "pagerank_0.85_unweighted")]);
}

#[test]
fn lengths_that_differ_by_rounding_only_are_ties() {
    // Comparing sums of reciprocals by `==` gives the first member 208.5; fractions give 209.
    let case = Case::open(KARATE);
    let graph = case.undirected("edges.csv");
    let found =
        column(&compute(&graph, "betweenness", &[("distance", json!("inv"))]), "betweenness_raw");
    let halves: Vec<Option<f64>> = found.iter().map(|b| Some((*b)? / 2.0)).collect();
    assert_all(&halves, case.expected("betweenness_raw_weighted_inv"), "betweenness_raw");
    assert_eq!(halves[0], Some(209.0));
    let wrong = &case.expected("PEER_networkx_betweenness_float_lengths_WRONG_TIES")[0];
    assert!(wrong.as_f64().is_some_and(|wrong| (wrong - 209.0).abs() > 0.4));
}

#[test]
fn florence() {
    let case = Case::open(FLORENCE);
    let all = case.undirected("edges_marriage.csv");
    let married: Vec<_> = all.node_indices().filter(|&u| all.node_id(u) != "Pucci").collect();
    let graph = induced(&all, &married);
    check_undirected(&graph, &case, "connected15/");
    check_edge_betweenness(&graph, case.expected("connected15/edge_betweenness_raw"));
}

#[test]
fn florence_with_a_family_that_married_nobody() {
    let case = Case::open(FLORENCE);
    let graph = case.undirected("edges_marriage.csv");
    let key = |name: &str| format!("with_isolate16/{name}");
    check(&graph, &case, "closeness", &[], &[("closeness_out", &key("closeness_wf"))]);
    check(&graph, &case, "harmonic", &[], &[("harmonic_out", &key("harmonic"))]);
    check(&graph, &case, "betweenness", &[], &[("betweenness", &key("betweenness"))]);
    check_figures(&graph, &case, "key_player", &[("kpp_neg_F", &key("kpp_F_full"))]);
    let efficiency = key("efficiency_global");
    check_figures(&graph, &case, "efficiency", &[("efficiency_global", &efficiency)]);
    // Wasserman and Faust scale by the share that is reached: the Medici have 0.5227, not the 0.56 of their component.
    let medici = graph.node_named("Medici").expect("a family").index();
    let closeness = column(&compute(&graph, "closeness", &[]), "closeness_out")[medici];
    assert_near(closeness, &json!(0.522_666_666_666_666_7), "the Medici");
    let unscaled = &case.expected("with_isolate16/closeness_igraph")[medici];
    assert_near(Some(0.56), unscaled, "the Medici among those they reach");
}

#[test]
fn edge_cases() {
    let case = Case::open(EDGE_CASES);
    let graph = case.directed("edges.csv");
    let figures = [("n_edges", "n_edges_after_merge"), ("n_self_loops", "n_self_loops")];
    check_figures(&graph, &case, "size", &figures);
    let degrees = ["in_degree", "out_degree", "in_strength", "out_strength"];
    check(&graph, &case, "degree", &[], &degrees.map(|name| (name, name)));
    let pairs = [("closeness_out", "closeness_out_wf"), ("closeness_in", "closeness_in_wf")];
    check(&graph, &case, "closeness", &[], &pairs);
    let inv = [("distance", json!("inv"))];
    check(&graph, &case, "closeness", &inv, &[("closeness_out", "closeness_out_wf_inv")]);
    check(
        &graph,
        &case,
        "harmonic",
        &[],
        &[("harmonic_out", "harmonic_out"), ("harmonic_in", "harmonic_in")],
    );
    check(&graph, &case, "betweenness", &[], &[("betweenness_raw", "betweenness_raw")]);
    check(&graph, &case, "pagerank", &[], &[("pagerank", "pagerank_with_self_loop")]);
    check(&graph, &case, "components", &[], &[("wcc_id", "weak_component"), ("scc_id", "scc")]);
    let figures = [
        ("giant_share", "giant_component_share"),
        ("component_entropy", "component_size_entropy"),
        ("component_hhi", "component_hhi"),
    ];
    check_figures(&graph, &case, "components", &figures);
    check_figures(&graph, &case, "key_player", &[("kpp_neg_F", "kpp_F")]);
    let pairs = ["flow_hierarchy", "flow_hierarchy_weighted"];
    check_figures(&graph, &case, "flow_hierarchy", &pairs.map(|name| (name, name)));
    check_figures(&graph, &case, "reciprocity", &[("reciprocity", "reciprocity")]);
    check(&graph, &case, "clustering", &[], &[("clustering", "clustering_ws")]);
}

#[test]
fn centrality_of_the_cluster() {
    let case = Case::open(CENTRALITY);
    let graph = case.economy();
    let degrees = ["in_degree", "out_degree", "in_strength", "out_strength"];
    check(&graph, &case, "degree", &[], &degrees.map(|name| (name, name)));
    for distance in ["hops", "inv", "inv_norm"] {
        let param = [("distance", json!(distance))];
        for metric in ["closeness", "harmonic"] {
            let [inn, out] = ["in", "out"].map(|side| format!("{metric}_{side}"));
            let [inn_key, out_key] = [&inn, &out].map(|name| format!("{name}_{distance}"));
            check(&graph, &case, metric, &param, &[(&inn, &inn_key), (&out, &out_key)]);
        }
    }
    // Of so few firms, large counters know nearly all.
    let counted =
        compute(&graph, "harmonic", &[("method", json!("hyperball")), ("registers", json!(4096))]);
    for side in ["in", "out"] {
        let exact = case.expected(&format!("harmonic_{side}_hops"));
        for node in graph.node_indices() {
            let exact = exact[node.index()].as_f64().expect("a number");
            let row = node.index();
            let found = counted[0].number(&format!("harmonic_{side}"), row).expect("a number");
            assert!((found - exact).abs() < 0.005 * exact + 1e-12, "{found}, not {exact}");
        }
    }
    check(&graph, &case, "domar_weight", &[], &[("domar_weight", "domar_weight")]);
    let multiplier = figure(&compute(&graph, "domar_weight", &[]), "domar_sum");
    assert_near(multiplier, &json!(2.817_901_234_567_901), "domar_sum");
    let efficiency = case.expected("efficiency_global_directed").as_f64().expect("a number");
    for (distance, key) in [("hops", ""), ("inv_norm", "_inv_norm")] {
        let tables = compute(&graph, "efficiency", &[("distance", json!(distance))]);
        let expected = case.expected(&format!("efficiency_global_directed{key}"));
        assert_near(figure(&tables, "efficiency_global"), expected, distance);
    }
    let df = figure(&compute(&graph, "key_player", &[]), "kpp_neg_DF_dir");
    assert_near(df, &json!(1.0 - efficiency), "kpp_neg_DF_dir");
}

#[test]
fn betweenness_of_the_cluster() {
    let case = Case::open(CENTRALITY);
    let graph = case.economy();
    for (distance, suffix) in [("hops", "hops"), ("inv", "inv"), ("inv_norm", "inv")] {
        let tables = compute(&graph, "betweenness", &[("distance", json!(distance))]);
        for name in ["betweenness", "betweenness_raw"] {
            let expected = case.expected(&format!("{name}_{suffix}"));
            assert_all(&column(&tables, name), expected, &format!("{name}, {distance}"));
        }
        let edges = column(&tables, "edge_betweenness");
        let expected = case.expected(&format!("edge_betweenness_{suffix}")).as_object();
        for (name, value) in expected.expect("edges by name") {
            let (from, to) = name.split_once("->").expect("two ends");
            let [from, to] = [from, to].map(|id| graph.node_named(id).expect("a firm"));
            let edge = graph.edge_between(from, to).expect("an edge");
            assert_near(edges[edge.index()], value, &format!("{name}, {distance}"));
        }
    }
}

#[test]
fn pagerank_of_the_cluster() {
    let case = Case::open(CENTRALITY);
    let graph = case.economy();
    check(&graph, &case, "pagerank", &[], &[("pagerank", "pagerank")]);
    check(&graph, &case, "pagerank_reverse", &[], &[("pagerank_reverse", "pagerank_reverse")]);
    let personalised = |params: &[(&str, Value)], key| {
        check(&graph, &case, "pagerank_personalised", params, &[("pagerank_personalised", key)]);
    };
    personalised(&[], "pagerank");
    personalised(&[("seeds", json!("agave_a"))], "pagerank_personalised_agave_a");
    let upstream = ("towards", json!("suppliers"));
    let key = "pagerank_reverse_personalised_traders";
    personalised(&[("seeds", json!(["trader_l", "trader_x"])), upstream.clone()], key);
    personalised(&[("seeds", json!({"trader_l": 0.2, "trader_x": 0.2})), upstream], key);
}

#[test]
fn structure_of_the_cluster() {
    let case = Case::open(STRUCTURE);
    let graph = case.economy();
    let pairs = [
        ("clustering", "clustering_ws_undirected"),
        ("clustering_barrat", "clustering_barrat_undirected_sum"),
        ("clustering_onnela", "clustering_onnela_undirected_sum"),
    ];
    check(&graph, &case, "clustering", &[], &pairs);
    check_figures(&graph, &case, "clustering", &[("transitivity", "transitivity_undirected")]);
    let figures = [
        ("reciprocity", "reciprocity"),
        ("reciprocity_gl", "reciprocity_garlaschelli_loffredo"),
        ("reciprocity_weighted", "reciprocity_weighted_squartini"),
    ];
    check_figures(&graph, &case, "reciprocity", &figures);
}

#[test]
fn kinds_of_ties_of_the_cluster() {
    let case = Case::open(STRUCTURE);
    let edges = &compute(&case.economy(), "edges", &[])[0];
    let weight = |row| edges.number("weight", row).expect("every edge has a flow");
    let share = |kind: &str, of: &dyn Fn(usize) -> f64| {
        let rows = || 0..edges.n_rows();
        let of_kind = rows().filter(|&row| edges.text("kind", row) == Some(kind)).map(of);
        Some(of_kind.sum::<f64>() / rows().map(of).sum::<f64>())
    };
    for kind in ["vertical", "horizontal", "feedback"] {
        let key = format!("linkage_mix/{kind}_flow_share");
        assert_near(share(kind, &weight), case.expected(&key), &key);
    }
    for kind in ["horizontal", "feedback"] {
        let key = format!("linkage_mix/{kind}_edge_share");
        assert_near(share(kind, &|_| 1.0), case.expected(&key), &key);
    }
}

#[test]
fn fragmentation_of_the_cluster() {
    let case = Case::open(FRAGMENTATION);
    let graph = case.economy();
    check(&graph, &case, "components", &[], &[("scc_id", "scc")]);
    let names = ["flow_hierarchy", "flow_hierarchy_weighted"];
    check_figures(&graph, &case, "flow_hierarchy", &names.map(|name| (name, name)));
    for removed in graph.node_indices() {
        let rest: Vec<_> = graph.node_indices().filter(|&u| u != removed).collect();
        let rest = induced(&graph, &rest);
        let id = graph.node_id(removed);
        let [f, df] = ["kpp_F", "kpp_DF"].map(|name| format!("{name}_after_removal/{id}"));
        check_figures(&rest, &case, "key_player", &[("kpp_neg_F", &f), ("kpp_neg_DF", &df)]);
        // These shares are of the firms that there were.
        let giant = figure(&compute(&rest, "components", &[]), "giant_share");
        let expected = case.expected(&format!("giant_wcc_after_removal/{id}"));
        assert_near(giant.map(|share| share * 0.9), expected, id);
    }
}

#[test]
fn eigenvectors_katz_and_power_of_the_kite() {
    let case = Case::open(KITE);
    let graph = case.undirected("edges.csv");
    let eigenvector = "eigenvector_2norm";
    let pairs = [("eigenvector_in", eigenvector), ("eigenvector_out", eigenvector)];
    check(&graph, &case, "eigenvector", &[], &pairs);
    let alpha = [("alpha", json!(0.1))];
    check(&graph, &case, "katz", &alpha, &[("katz_in", "katz_alpha0.1_beta1_raw")]);
    for beta in ["0.2", "-0.2"] {
        let param = [("beta", json!(beta.parse::<f64>().expect("a number")))];
        let key = format!("bonacich_power_beta{beta}");
        check(&graph, &case, "bonacich_power", &param, &[("bonacich_power", &key)]);
    }
    check(&graph, &case, "lin", &[], &[("lin_in", "lin"), ("lin_out", "lin")]);
}

#[test]
fn eigenvectors_of_the_club_and_of_the_families() {
    let karate = Case::open(KARATE);
    let graph = karate.undirected("edges.csv");
    let binary = unweighted(&graph);
    let pairs = [("eigenvector_in", "eigenvector_2norm")];
    check(&binary, &karate, "eigenvector", &[], &pairs);
    check(&graph, &karate, "lin", &[], &[("lin_in", "lin")]);
    let florence = Case::open(FLORENCE);
    let graph = florence.undirected("edges_marriage.csv");
    check(&graph, &florence, "lin", &[], &[("lin_out", "with_isolate16/lin")]);
}

#[test]
fn eigenvectors_say_where_not_all_are_connected() {
    let remarks = |graph: &SupplyGraph| {
        let tables = compute(graph, "eigenvector", &[]);
        let columns = tables[0].columns().iter();
        columns.map(|c| c.status.iter().map(|s| s.1.to_string()).collect()).collect::<Vec<Vec<_>>>()
    };
    let ring = [(0, 1, 1.0), (1, 2, 2.0), (2, 0, 3.0)];
    assert_eq!(remarks(&crate::graphs::graph(3, &ring)), [vec![], vec![]] as [Vec<String>; 2]);
    // A customer of the ring, who does not sell; an edge without flow leads nowhere.
    let tail = [ring.as_slice(), &[(2, 3, 1.0), (3, 0, 0.0)]].concat();
    let why = vec!["not_strongly_connected".to_owned(); 4];
    assert_eq!(remarks(&crate::graphs::graph(4, &tail)), [why.clone(), why]);
    let chain = crate::graphs::path(3);
    let why = vec!["spectral_radius_zero".to_owned(); 3];
    assert_eq!(remarks(&chain), [why.clone(), why]);
}

#[test]
fn spectral_centralities_of_ten_firms() {
    let case = Case::open(CENTRALITY);
    let graph = case.economy();
    let pairs =
        [("eigenvector_in", "eigenvector_in_2norm"), ("eigenvector_out", "eigenvector_out_2norm")];
    check(&graph, &case, "eigenvector", &[], &pairs);
    check(&graph, &case, "katz", &[], &[("katz_in", "katz_in_raw"), ("katz_out", "katz_out_raw")]);
    let pairs = [("hits_hub", "hits_hub"), ("hits_authority", "hits_authority")];
    check(&graph, &case, "hits", &[], &pairs);
    let beta = [("beta", json!(0.1))];
    let pairs = [("bonacich_power", "bonacich_power_A_beta0.1")];
    check(&graph, &case, "bonacich_power", &beta, &pairs);
    check(&graph, &case, "lin", &[], &[("lin_in", "lin_in"), ("lin_out", "lin_out")]);
}

#[test]
fn interconnections_of_ten_firms() {
    let case = Case::open(CENTRALITY);
    let graph = case.economy();
    let pairs = [
        ("acemoglu_outdegree", "acemoglu_outdegree"),
        ("second_order_degree", "acemoglu_second_order_degree"),
    ];
    check(&graph, &case, "acemoglu_degree", &[], &pairs);
    let pairs = [("acemoglu_cv", "acemoglu_outdegree_cv"), ("acemoglu_tau2", "acemoglu_tau2")];
    check_figures(&graph, &case, "acemoglu_degree", &pairs);
    // methods.md, A20, to the digits printed there.
    let tables = compute(&graph, "shock_centrality", &[("labour_share", json!(0.5))]);
    let supply = [
        0.114_566_11,
        0.121_749_88,
        0.080_854_916,
        0.102_325_16,
        0.100_258_31,
        0.081_830_529,
        0.081_185_816,
        0.135_755_83,
        0.075_021_993,
        0.106_451_45,
    ];
    for (found, expected) in column(&tables, "supply_centrality").iter().zip(supply) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-8), "{found:?} {expected}");
    }
    for found in column(&tables, "demand_centrality") {
        assert!(found.is_some_and(|found| (found - 0.1).abs() < 1e-12), "{found:?}");
    }
}

#[test]
fn currents_through_the_kite_and_ten_firms() {
    let case = Case::open(KITE);
    let graph = case.undirected("edges.csv");
    // Every tie is there in both directions, so conductances are 2.
    let doubled: Vec<Option<f64>> = column(&compute(&graph, "information", &[]), "information")
        .iter()
        .map(|i| Some((*i)? / 2.0))
        .collect();
    assert_all(&doubled, case.expected("information"), "information");
    let name = "current_flow_betweenness";
    check(&graph, &case, name, &[], &[(name, name)]);
    let case = Case::open(CENTRALITY);
    let graph = case.economy();
    let undirected = "current_flow_betweenness_undirected_sum";
    check(&graph, &case, name, &[], &[(name, undirected)]);
    let pairs = [("information", "information_undirected_sum")];
    check(&graph, &case, "information", &[], &pairs);
}
