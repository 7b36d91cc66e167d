//! Communities: published optima, the resolution limit, and what every partition keeps.

use crate::golden::{Case, column, compute, figure};
use crate::graphs::graph;
use crate::graphs::unweighted;
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::clustering::communities::{CommunityConfig, Quality, communities, quality};
use palenque_metrics::clustering::infomap::{InfomapConfig, codelength, infomap};
use proptest::prelude::*;
use serde_json::json;

fn best(graph: &SupplyGraph, kind: Quality, resolution: f64) -> f64 {
    let config = CommunityConfig { quality: kind, resolution, ..CommunityConfig::default() };
    communities(graph, &config, &NoProgress).expect("not cancelled").quality.expect("flows")
}

#[test]
fn the_club_is_split_as_well_as_can_be() {
    // The optimum is proved by integer programming.
    let case = Case::open("02_zachary_karate");
    let weighted = case.undirected("edges.csv");
    let binary = unweighted(&weighted);
    for (graph, key) in [(&binary, "unweighted"), (&weighted, "weighted")] {
        let optimum =
            case.expected(&format!("modularity_optimum_{key}")).as_f64().expect("a number");
        let found = best(graph, Quality::Modularity, 1.0);
        assert!((found - optimum).abs() < 1e-12, "{key}: {found}, not {optimum}");
        let membership = case.expected(&if key == "weighted" {
            "modularity_optimum_weighted_membership".to_owned()
        } else {
            "modularity_optimum_membership".to_owned()
        });
        let membership: Vec<u32> = membership
            .as_array()
            .expect("a list")
            .iter()
            .map(|c| c.as_u64().expect("a label") as u32)
            .collect();
        let of_optimum = quality(graph, Quality::Modularity, 1.0, &membership).expect("flows");
        assert!((of_optimum - optimum).abs() < 1e-12, "{key}: {of_optimum}, not {optimum}");
    }
    let tables = compute(&binary, "communities", &[]);
    assert_eq!(figure(&tables, "n_communities"), Some(4.0));
    assert_eq!(figure(&tables, "community_stability_nmi").map(|nmi| nmi > 0.8), Some(true));
}

#[test]
fn ten_firms_are_split_at_least_as_well_as_into_three() {
    let case = Case::open("06_palenque10_structure");
    let graph = Case::open("05_palenque10_centrality").economy();
    assert!(best(&graph, Quality::ModularityDirected, 1.0) >= 0.227_279_409_433_271_6 - 1e-12);
    // Those of the village against the traders: the value by hand.
    let split: Vec<u32> = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1].into();
    let directed = quality(&graph, Quality::ModularityDirected, 1.0, &split).expect("flows");
    let undirected = quality(&graph, Quality::Modularity, 1.0, &split).expect("flows");
    let expected = |key| case.expected(key).as_f64().expect("a number");
    assert!((directed - expected("modularity_directed_split")).abs() < 1e-12, "{directed}");
    assert!(
        (undirected - expected("modularity_undirected_sum_split")).abs() < 1e-12,
        "{undirected}"
    );
}

/// Rings of 30 cliques of five: modularity prefers pairs of them, the constant Potts model does not.
#[test]
fn a_ring_of_cliques_shows_the_resolution_limit() {
    let clique =
        |c: u32| (5 * c..5 * c + 5).flat_map(move |u| (u + 1..5 * c + 5).map(move |v| (u, v, 1.0)));
    let bridges = (0..30).map(|c| (5 * c, (5 * c + 6) % 150, 1.0));
    let flows: Vec<_> = (0..30).flat_map(clique).chain(bridges).collect();
    let ring = graph(150, &flows);
    let singles: Vec<u32> = (0..150).map(|node| node / 5).collect();
    let pairs: Vec<u32> = (0..150).map(|node| node / 10).collect();
    let modularity = |partition: &[u32]| quality(&ring, Quality::Modularity, 1.0, partition);
    let near =
        |found: Option<f64>, exact: f64| found.is_some_and(|found| (found - exact).abs() < 1e-12);
    assert!(near(modularity(&singles), 0.875_757_575_757_576_2));
    assert!(near(modularity(&pairs), 0.887_878_787_878_788_2));
    assert!(near(quality(&ring, Quality::Cpm, 0.1, &singles), 270.0));
    assert!(near(quality(&ring, Quality::Cpm, 0.1, &pairs), 247.5));
    assert!(best(&ring, Quality::Modularity, 1.0) >= 0.886);
    let found =
        compute(&ring, "communities", &[("quality", json!("cpm")), ("resolution", json!(0.1))]);
    assert_eq!(figure(&found, "n_communities"), Some(30.0));
    assert!(near(figure(&found, "modularity"), 0.875_757_575_757_576_2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn communities_hold_together_and_nobody_gains_by_leaving(
        n in 2_u32..14,
        flows in prop::collection::vec((0_u32..14, 0_u32..14, 1_u8..6), 1..40),
        directed in any::<bool>(),
    ) {
        let flows: Vec<_> = flows.into_iter().map(|(u, v, w)| (u % n, v % n, f64::from(w))).collect();
        let graph = graph(n, &flows);
        let kind = if directed { Quality::ModularityDirected } else { Quality::Modularity };
        let config = CommunityConfig { quality: kind, ..CommunityConfig::default() };
        let found = communities(&graph, &config, &NoProgress).expect("not cancelled");
        let Some(reached) = found.quality else { return Ok(()) };
        let singles: Vec<u32> = (0..n).collect();
        let at_least = quality(&graph, kind, 1.0, &singles).expect("flows");
        prop_assert!(reached >= at_least - 1e-12);
        // No single move betters it.
        for node in 0..n as usize {
            for to in 0..=found.sizes.len() as u32 {
                let mut moved = found.community.clone();
                moved[node] = to;
                let other = quality(&graph, kind, 1.0, &moved).expect("flows");
                prop_assert!(other <= reached + 1e-9, "node {node} to {to}: {other} > {reached}");
            }
        }
        // Every community is connected by trade among its members.
        for c in 0..found.sizes.len() as u32 {
            let members: Vec<_> =
                graph.node_indices().filter(|u| found.community[u.index()] == c).collect();
            let inside = palenque_graph::transform::induced(&graph, &members);
            let pieces = figure(&compute(&inside, "components", &[]), "n_components_weak");
            prop_assert_eq!(pieces, Some(1.0));
        }
    }
}

#[test]
fn a_network_without_trade_has_no_communities_to_speak_of() {
    let tables = compute(&graph(3, &[(1, 1, 5.0)]), "communities", &[]);
    assert_eq!(column(&tables, "community"), [0.0, 1.0, 2.0].map(Some));
    assert_eq!(figure(&tables, "modularity"), None);
}

#[test]
fn descriptions_are_as_short_as_those_of_the_authors_program() {
    // Infomap 2.16.0 of PyPI, two levels, 50 trials, without self-loops: `codelength`.
    let karate = unweighted(&Case::open("02_zachary_karate").undirected("edges.csv"));
    let ten = Case::open("05_palenque10_centrality").economy();
    let expected = [
        (&karate, false, 4.311_792_645_801_828_5, 3),
        (&ten, true, 2.377_234_897_560_805_3, 2),
        (&ten, false, 2.935_076_974_574_602, 1),
    ];
    for (graph, directed, bits, n_communities) in expected {
        let config = InfomapConfig { directed, ..InfomapConfig::default() };
        let found = infomap(graph, &config, &NoProgress).expect("not cancelled");
        let length = found.codelength.expect("trade");
        assert!((length - bits).abs() < 1e-9, "{length} bits, not {bits}");
        assert_eq!(found.n_communities, n_communities);
        let anew = codelength(graph, directed, &found.community).expect("trade");
        assert!((anew - length).abs() < 1e-12);
    }
    let of_program: Vec<u32> = [
        1, 1, 1, 1, 2, 2, 2, 1, 0, 1, 2, 1, 1, 1, 0, 0, 2, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0,
    ]
    .into();
    let length = codelength(&karate, false, &of_program).expect("trade");
    assert!((length - 4.311_792_645_801_828_5).abs() < 1e-9, "{length}");
}

proptest! {
    #[test]
    fn no_description_by_groups_is_longer_than_without(
        flows in prop::collection::vec((0_u32..12, 0_u32..12, 0.1_f64..9.0), 1..40),
        directed: bool,
    ) {
        let network = graph(12, &flows);
        let config = InfomapConfig { directed, runs: 2, ..InfomapConfig::default() };
        let found = infomap(&network, &config, &NoProgress).expect("not cancelled");
        if let (Some(length), Some(entropy)) = (found.codelength, found.entropy) {
            prop_assert!(length <= entropy + 1e-9, "{length} bits are more than {entropy}");
            // The unit of the flows is no matter.
            let other: Vec<_> = flows.iter().map(|&(u, v, z)| (u, v, 1024.0 * z)).collect();
            let other = infomap(&graph(12, &other), &config, &NoProgress).expect("not cancelled");
            prop_assert_eq!(other.community, found.community);
        }
    }
}
