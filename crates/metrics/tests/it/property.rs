//! Relations that hold on every graph, whatever its values.

use crate::golden::{column, compute, figure};
use crate::graphs::graph;
use crate::panels::run;
use palenque_graph::table::{Alignment, Unit};
use palenque_graph::transform::reverse;
use palenque_graph::{NoProgress, SupplyGraph, Table, TableId};
use palenque_metrics::clustering::triad_census::CLASSES;
use palenque_metrics::{Family, Metric, Params, all};
use proptest::prelude::*;

type Flows = Vec<(u32, u32, f64)>;

/// Up to eleven nodes and forty flows, small whole numbers so that paths are often tied.
fn networks() -> impl Strategy<Value = (u32, Flows)> {
    (1_u32..12).prop_flat_map(|n| {
        let flow = (0..n, 0..n, 1_u8..5).prop_map(|(u, v, w)| (u, v, f64::from(w)));
        (Just(n), prop::collection::vec(flow, 0..40))
    })
}

/// A network and an order of its nodes.
fn shuffled_networks() -> impl Strategy<Value = ((u32, Flows), Vec<u32>)> {
    networks().prop_flat_map(|(n, flows)| {
        let order = Just((0..n).collect::<Vec<u32>>()).prop_shuffle();
        (Just((n, flows)), order)
    })
}

fn results(metric: &dyn Metric, graph: &SupplyGraph) -> Vec<Table> {
    run(metric, graph, &Params::default(), &NoProgress).unwrap_or_default()
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3),
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn names_and_order_of_nodes_do_not_matter(((n, flows), place) in shuffled_networks()) {
        let original = graph(n, &flows);
        let moved: Flows =
            flows.iter().map(|&(u, v, w)| (place[u as usize], place[v as usize], w)).collect();
        let moved = graph(n, &moved);
        // Attacks break ties by node number, and seeded searches visit nodes in an order of their numbers.
        // What has a choice of `method` is exact on small networks.
        let takes = |metric: &dyn Metric, name| metric.spec().params.iter().any(|p| p.name == name);
        // Nor is there chance where replicates have to be asked for.
        let is_idle = |metric: &dyn Metric| {
            metric.spec().params.iter().any(|p| p.name.ends_with("replicates") && p.default == "0")
        };
        let is_seeded = |metric: &&dyn Metric| {
            takes(*metric, "seed") && !takes(*metric, "method") && !is_idle(*metric)
        };
        let unseeded = all().filter(|metric| !is_seeded(metric));
        for metric in unseeded.filter(|metric| metric.spec().family != Family::Resilience) {
            let pairs = results(metric, &original).into_iter().zip(results(metric, &moved));
            for (a, b) in pairs.filter(|(a, _)| is_numeric(a.id())) {
                for row in 0..a.n_rows() {
                    let other = match a.id().alignment() {
                        Alignment::Node | Alignment::PairNode => place[row] as usize,
                        Alignment::Edge => {
                            let (u, v) = original.endpoints(palenque_graph::EdgeIndex::new(row));
                            let [u, v] = [u, v].map(|node| place[node.index()].into());
                            moved.edge_between(u, v).expect("the same edge").index()
                        }
                        Alignment::Pair | Alignment::Long => row,
                    };
                    for (x, y) in a.columns().iter().zip(b.columns()) {
                        let (name, unit) = (x.spec.name, x.spec.unit);
                        let same = near(x.values.number(row), y.values.number(other));
                        prop_assert!(unit == Unit::Id || same, "{name} of {}", metric.spec().name);
                    }
                }
            }
        }
    }

    #[test]
    fn another_currency_changes_amounts_only((n, flows) in networks()) {
        let rate = 8.0;
        let pesos = graph(n, &flows);
        let others: Flows = flows.iter().map(|&(u, v, w)| (u, v, w * rate)).collect();
        let others = graph(n, &others);
        for metric in all() {
            let pairs = results(metric, &pesos).into_iter().zip(results(metric, &others));
            for (a, b) in pairs.filter(|(a, _)| is_numeric(a.id())) {
                for (x, y) in a.columns().iter().zip(b.columns()) {
                    for row in 0..a.n_rows() {
                        let amount = x.spec.unit == Unit::Currency || a.text("unit", row) == Some("currency");
                        let factor = if amount { rate } else { 1.0 };
                        let expected = x.values.number(row).map(|value| value * factor);
                        let found = y.values.number(row);
                        let what = format!("{} of {}", x.spec.name, metric.spec().name);
                        prop_assert!(near(expected, found), "{what}: {expected:?}, {found:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn turning_all_edges_round_swaps_in_and_out((n, flows) in networks()) {
        let forth = graph(n, &flows);
        let back = reverse(&forth);
        let swapped = [
            ("degree", "in_degree", "degree", "out_degree"),
            ("degree", "in_strength", "degree", "out_strength"),
            ("closeness", "closeness_in", "closeness", "closeness_out"),
            ("harmonic", "harmonic_in", "harmonic", "harmonic_out"),
            ("lin", "lin_in", "lin", "lin_out"),
            ("eigenvector", "eigenvector_in", "eigenvector", "eigenvector_out"),
            ("hits", "hits_hub", "hits", "hits_authority"),
            ("pagerank", "pagerank", "pagerank_reverse", "pagerank_reverse"),
            ("betweenness", "betweenness_raw", "betweenness", "betweenness_raw"),
            ("clustering", "clustering", "clustering", "clustering"),
            ("cores", "core_number", "cores", "core_number"),
            ("cores", "core_in", "cores", "core_out"),
            ("directed_clustering", "cc_cycle", "directed_clustering", "cc_cycle"),
            ("directed_clustering", "cc_middleman", "directed_clustering", "cc_middleman"),
            ("directed_clustering", "cc_in", "directed_clustering", "cc_out"),
            ("directed_clustering", "cc_all", "directed_clustering", "cc_all"),
            ("structural_holes", "constraint", "structural_holes", "constraint"),
            ("components", "wcc_id", "components", "wcc_id"),
            ("components", "scc_id", "components", "scc_id"),
        ];
        for (metric, name, other, other_name) in swapped {
            let a = column(&compute(&forth, metric, &[]), name);
            let b = column(&compute(&back, other, &[]), other_name);
            prop_assert!(a.iter().zip(&b).all(|(a, b)| near(*a, *b)), "{name}: {a:?} {b:?}");
        }
        let swapped = [
            ("reciprocity", "reciprocity_weighted", "reciprocity_weighted"),
            ("key_player", "kpp_neg_DF_dir", "kpp_neg_DF_dir"),
            ("degree_assortativity", "degree_assortativity_out_in", "degree_assortativity_out_in"),
            ("degree_assortativity", "degree_assortativity_out_out", "degree_assortativity_in_in"),
            ("triad_census", "triad_021D", "triad_021U"),
            ("triad_census", "triad_111D", "triad_111U"),
            ("triad_census", "triad_120D", "triad_120U"),
            ("triad_census", "triad_030C", "triad_030C"),
        ];
        for (metric, name, other) in swapped {
            let a = figure(&compute(&forth, metric, &[]), name);
            let b = figure(&compute(&back, metric, &[]), other);
            prop_assert!(near(a, b), "{name}: {a:?} {b:?}");
        }
        let triads = compute(&forth, "triad_census", &[]);
        let sum: f64 = CLASSES.iter().filter_map(|class| figure(&triads, &format!("triad_{class}"))).sum();
        let all = n * (n.max(1) - 1) * (n.max(2) - 2) / 6;
        prop_assert!((sum - f64::from(all)).abs() < 0.5, "{sum} triads of {n} nodes");
    }

    #[test]
    fn shares_are_between_zero_and_one((n, flows) in networks()) {
        let graph = graph(n, &flows);
        let shares = [
            ("closeness", "closeness_in"),
            ("harmonic", "harmonic_out"),
            ("betweenness", "betweenness"),
            ("betweenness", "edge_betweenness"),
            ("clustering", "clustering"),
            ("clustering", "clustering_barrat"),
            ("clustering", "clustering_onnela"),
            ("directed_clustering", "cc_cycle"),
            ("directed_clustering", "cc_middleman"),
            ("directed_clustering", "cc_in"),
            ("directed_clustering", "cc_out"),
            ("directed_clustering", "cc_all"),
            ("edges", "share_of_seller"),
            ("edges", "share_of_buyer"),
        ];
        for (metric, name) in shares {
            for value in column(&compute(&graph, metric, &[]), name).into_iter().flatten() {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value), "{name}: {value}");
            }
        }
        for metric in ["pagerank", "pagerank_personalised", "pagerank_reverse"] {
            let sum: f64 = column(&compute(&graph, metric, &[]), metric).into_iter().flatten().sum();
            prop_assert!((sum - 1.0).abs() <= 1e-12, "{metric} adds up to {sum}");
        }
        // Unless there is none, which every row then says.
        let hits = compute(&graph, "hits", &[]);
        for name in ["hits_hub", "hits_authority"] {
            let shares = column(&hits, name);
            let sum: f64 = shares.iter().flatten().sum();
            prop_assert!(shares.iter().all(Option::is_none) || (sum - 1.0).abs() <= 1e-12, "{name}: {sum}");
        }
        let squares = |name| -> f64 {
            column(&compute(&graph, "eigenvector", &[]), name).into_iter().flatten().map(|c| c * c).sum()
        };
        for norm in ["eigenvector_in", "eigenvector_out"].map(squares) {
            prop_assert!(norm == 0.0 || (norm - 1.0).abs() <= 1e-12, "{norm}");
        }
        let key_player = compute(&graph, "key_player", &[]);
        let [f, df, dir] = ["kpp_neg_F", "kpp_neg_DF", "kpp_neg_DF_dir"].map(|name| figure(&key_player, name));
        prop_assert!(f <= df.map(|df| df + 1e-12) && df <= dir.map(|dir| dir + 1e-12), "{f:?} {df:?} {dir:?}");
    }
}

/// Tables whose rows are nodes, edges or figures, and so can be told apart after a change of the graph.
fn is_numeric(table: TableId) -> bool {
    table.alignment() != Alignment::Long || table == TableId::NetworkSummary
}
