//! Ways that pass a group, and ways from where something has begun to spread.

use crate::golden::{column, compute};
use crate::graphs::{awkward, graph, palenque10, scattered};
use crate::peer::{assert_near, distances};
use palenque_graph::{NoProgress, NodeIndex, SideTable, SupplyGraph};
use palenque_metrics::centrality::group_betweenness::group_betweenness;
use palenque_metrics::kernel::distance::Distance;
use palenque_metrics::{MetricError, Params, find};
use proptest::prelude::*;
use serde_json::json;

/// Krackhardt's kite, every tie both ways.
fn kite() -> SupplyGraph {
    let ties = [
        (0, 1),
        (0, 2),
        (0, 3),
        (0, 5),
        (1, 3),
        (1, 4),
        (1, 6),
        (2, 3),
        (2, 5),
        (3, 4),
        (3, 5),
        (3, 6),
        (4, 6),
        (5, 6),
        (5, 7),
        (6, 7),
        (7, 8),
        (8, 9),
    ];
    let flows: Vec<_> = ties.iter().flat_map(|&(u, v)| [(u, v, 1.0), (v, u, 1.0)]).collect();
    graph(10, &flows)
}

fn with_states(graph: SupplyGraph, states: &[f64]) -> SupplyGraph {
    graph.with_number("state", states.iter().map(|&x| Some(x)))
}

#[test]
fn percolation_is_what_networkx_finds() {
    // networkx 3.6.1: percolation_centrality(G, states=…).
    let states = [1.0, 0.5, 0.0, 0.0, 0.25, 0.0, 0.0, 0.1, 0.0, 0.9];
    let found = compute(&with_states(palenque10(), &states), "percolation_centrality", &[]);
    let expected = [
        0.0,
        0.0,
        0.0,
        0.113_636_363_636_363_63,
        0.212_500_000_000_000_02,
        0.034_090_909_090_909_09,
        0.163_636_363_636_363_64,
        0.292_452_830_188_679_3,
        0.102_272_727_272_727_27,
        0.124_999_999_999_999_99,
    ];
    assert_near(&column(&found, "percolation_centrality"), &expected, "ten firms");
    let states: Vec<f64> = (1..=10).map(|i| f64::from(i) / 10.0).collect();
    let found = compute(&with_states(kite(), &states), "percolation_centrality", &[]);
    let expected = [
        0.011_959_876_543_209_876,
        0.013_364_779_874_213_837,
        0.0,
        0.071_895_424_836_601_32,
        0.0,
        0.237_670_068_027_210_86,
        0.267_361_111_111_111_16,
        0.502_659_574_468_085_1,
        0.315_217_391_304_347_84,
        0.0,
    ];
    assert_near(&column(&found, "percolation_centrality"), &expected, "kite");
}

#[test]
fn percolation_with_all_alike_is_betweenness() {
    for (name, graph) in awkward().into_iter().filter(|(_, graph)| graph.n_nodes() > 2) {
        let n = graph.n_nodes();
        let graph = with_states(graph, &vec![0.25; n]);
        for distance in ["hops", "inv"] {
            let params = [("distance", json!(distance))];
            let found = compute(&graph, "percolation_centrality", &params);
            let expected = column(&compute(&graph, "betweenness", &params), "betweenness");
            let expected: Vec<f64> = expected.into_iter().flatten().collect();
            assert_near(&column(&found, "percolation_centrality"), &expected, name);
        }
    }
}

#[test]
fn percolation_says_what_is_wrong_with_the_states() {
    let message = |graph: &SupplyGraph| {
        let metric = find("percolation_centrality").expect("known");
        metric.compute(graph, &Params::default(), &NoProgress).expect_err("refused").to_string()
    };
    let plain = graph(3, &[(0, 1, 1.0), (1, 2, 1.0)]);
    assert!(message(&plain).starts_with("needs node column `state`"));
    let gap = plain.clone().with_number("state", [Some(1.0), None, Some(0.0)]);
    assert!(message(&gap).starts_with("needs a value of node column `state` for `n1`"));
    let negative = with_states(plain.clone(), &[1.0, 0.0, -0.5]);
    assert!(message(&negative).contains("has -0.5 for `n2`"), "{}", message(&negative));
    let found = compute(&with_states(plain, &[0.0, 2.0, 0.0]), "percolation_centrality", &[]);
    let first = &found[0].columns()[0];
    let reasons: Vec<_> =
        first.status.iter().map(|(row, reason)| (*row, reason.to_string())).collect();
    assert_eq!(reasons, [(1, "zero_denominator".to_owned())]);
    assert_eq!(column(&found, "percolation_centrality"), [Some(0.0), None, Some(0.0)]);
}

fn shares(graph: &SupplyGraph, groups: &[&[usize]]) -> Vec<Option<f64>> {
    let groups: Vec<Vec<NodeIndex>> =
        groups.iter().map(|group| group.iter().map(|&u| NodeIndex::new(u)).collect()).collect();
    let found = group_betweenness(graph, &groups, Distance::Hops, &NoProgress).expect("done");
    found.iter().map(|passage| passage.share.ok()).collect()
}

#[test]
fn groups_are_passed_as_networkx_finds() {
    // networkx 3.6.1: group_betweenness_centrality(G, C).
    let found = shares(&kite(), &[&[5, 6], &[0, 3, 7], &[7], &[3, 5, 6, 8]]);
    let expected = [
        0.535_714_285_714_285_9,
        0.650_793_650_793_650_6,
        0.388_888_888_888_888_84,
        0.733_333_333_333_333_8,
    ];
    assert_near(&found, &expected, "kite");
    let chords =
        [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 0), (0, 3), (2, 5), (4, 1), (6, 3)];
    let circle = graph(7, &chords.map(|(u, v)| (u, v, 1.0)));
    let found = shares(&circle, &[&[3], &[1, 4], &[3, 6]]);
    assert_near(&found, &[8.0 / 30.0, 0.5, 0.575], "circle with chords");
    // Not 11/12 as networkx 3.6.1 says. Of the twelve pairs of 1, 3, 4 and 6 seven have no other way: 1 to 3, 4 and 6, 3 to
    // 6, 4 to 3 and 6, and 6 to 1.
    assert_near(&shares(&circle, &[&[0, 2, 5]]), &[7.0 / 12.0], "three of a circle with chords");
}

/// By distances: a way from `s` to `t` passes the group if it is longer, or there are fewer, without it.
fn by_definition(graph: &SupplyGraph, length: fn(f64) -> f64, group: &[usize]) -> f64 {
    let n = graph.n_nodes();
    let d = distances(graph, length);
    let count = |s: usize, t: usize, avoided: &[usize]| {
        // Ways of the shortest length, by the nodes in order of their distance from `s`.
        let mut order: Vec<usize> = (0..n).filter(|&u| d[s][u].is_finite()).collect();
        order.sort_by(|&a, &b| d[s][a].total_cmp(&d[s][b]));
        let mut ways = vec![0.0; n];
        ways[s] = 1.0;
        for &u in order.iter().filter(|u| !avoided.contains(u)) {
            for (v, flow) in graph.customers(NodeIndex::new(u)) {
                let v = v.index();
                let through = d[s][u] + length(flow);
                if v != u && (through - d[s][v]).abs() <= 1e-10 * through && d[s][v] > d[s][u] {
                    ways[v] += ways[u];
                }
            }
        }
        ways[t]
    };
    let outside = || (0..n).filter(|u| !group.contains(u));
    let pairs = outside().flat_map(|s| outside().map(move |t| (s, t)));
    let joined = pairs.filter(|&(s, t)| s != t && d[s][t].is_finite());
    joined.map(|(s, t)| 1.0 - count(s, t, group) / count(s, t, &[])).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn groups_are_passed_as_defined(
        flows in prop::collection::vec((0_u32..9, 0_u32..9, 1_u8..4), 0..30),
        groups in prop::collection::vec(prop::collection::vec(0_usize..9, 0..6), 1..5),
    ) {
        let flows: Vec<_> = flows.into_iter().map(|(u, v, w)| (u, v, f64::from(w))).collect();
        let graph = graph(9, &flows);
        let members: Vec<Vec<NodeIndex>> =
            groups.iter().map(|group| group.iter().map(|&u| NodeIndex::new(u)).collect()).collect();
        for (distance, length) in [(Distance::Hops, (|_| 1.0) as fn(f64) -> f64), (Distance::Inv, |w| 1.0 / w)] {
            let found = group_betweenness(&graph, &members, distance, &NoProgress).expect("done");
            for (group, passage) in groups.iter().zip(found) {
                let expected = by_definition(&graph, length, group);
                prop_assert!((passage.raw - expected).abs() < 1e-9, "{group:?}: {} not {expected}", passage.raw);
            }
        }
    }

    #[test]
    fn more_groups_than_a_word_has_bits(flows in prop::collection::vec((0_u32..100, 0_u32..100), 100..300)) {
        let graph = graph(100, &flows.into_iter().map(|(u, v)| (u, v, 1.0)).collect::<Vec<_>>());
        let alone: Vec<Vec<NodeIndex>> = graph.node_indices().map(|u| vec![u]).collect();
        let found = group_betweenness(&graph, &alone, Distance::Hops, &NoProgress).expect("done");
        let found: Vec<_> = found.iter().map(|passage| Some(passage.raw)).collect();
        let nodes = column(&compute(&graph, "betweenness", &[]), "betweenness_raw");
        assert_near(&found, &nodes.into_iter().flatten().collect::<Vec<_>>(), "groups of one");
    }
}

#[test]
fn more_paths_than_a_float_can_count_pass_a_group() {
    // 1,200 layers of two nodes, each selling to both of the next; half of the ways pass one of a layer, all pass both.
    let layers = 1200_u32;
    let between = (0..layers - 1).flat_map(|layer| {
        let u = 2 * layer;
        [(u, u + 2), (u, u + 3), (u + 1, u + 2), (u + 1, u + 3)].map(|(a, b)| (a, b, 1.0))
    });
    let ladder = graph(2 * layers, &between.collect::<Vec<_>>());
    let groups = [vec![NodeIndex::new(1200)], vec![NodeIndex::new(1200), NodeIndex::new(1201)]];
    let found = group_betweenness(&ladder, &groups, Distance::Hops, &NoProgress).expect("done");
    let pairs = f64::from(1200 * (2 * layers - 1202));
    assert!((found[0].raw / (pairs / 2.0) - 1.0).abs() < 1e-12);
    assert!((found[1].raw / pairs - 1.0).abs() < 1e-12);
}

#[test]
fn groups_come_from_a_column_and_a_side_table() {
    let metric = find("group_betweenness").expect("known");
    let plain = scattered(12, 40);
    let missing = metric.compute(&plain, &Params::default(), &NoProgress).expect_err("no groups");
    assert!(matches!(missing, MetricError::InputMissing { .. }));
    let rows = [["owners", "n3"], ["owners", "n5"], ["rest", "n7"], ["owners", "n3"]];
    let side = |rows: &[[&str; 2]]| {
        let rows = (2..).zip(rows.iter().map(|row| row.map(str::to_owned).to_vec())).collect();
        SideTable::new("groups.csv", vec!["group".into(), "node_id".into()], rows)
    };
    let params = Params::default().with_side("groups", side(&rows).into());
    let roles = |i| Some(if i < 4 { "grower" } else { "trader" });
    let graph = plain.with_text("role", (0..12).map(roles));
    let tables = metric.compute(&graph, &params, &NoProgress).expect("done");
    let text = |name, row| tables[0].text(name, row).expect("text").to_owned();
    let names: Vec<_> = (0..4).map(|row| (text("grouping", row), text("group", row))).collect();
    let expected =
        [("role", "grower"), ("role", "trader"), ("groups", "owners"), ("groups", "rest")];
    assert_eq!(names, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(column(&tables, "n_nodes"), [4.0, 8.0, 2.0, 1.0].map(Some));
    let params = Params::default().with_side("groups", side(&[["owners", "n33"]]).into());
    let unknown = metric.compute(&graph, &params, &NoProgress).expect_err("no such node");
    assert!(unknown.to_string().contains("`n33` is not a node"), "{unknown}");
}
