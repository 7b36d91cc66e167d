//! What a builder promises, whatever the records.

use crate::random::{edge_list, graph_of, ids, records};
use palenque_graph::{Built, CompensatedSum, Duplicates, SupplyGraph, SupplyGraphBuilder};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn build(n: u32, records: &[(u32, u32, f64)], duplicates: Duplicates) -> Built {
    let mut builder = SupplyGraphBuilder::new(ids(n).into_iter().collect())
        .duplicates(duplicates)
        .keep_edge_of_record(true);
    for &(seller, buyer, flow) in records {
        builder.add_flow(seller, buyer, flow).expect("a good record");
    }
    builder.build().expect("a good graph")
}

proptest! {
    #[test]
    fn the_graph_is_the_table_of_sums((n, records) in records(24, 120)) {
        let mut sums: BTreeMap<(u32, u32), (f64, f64)> = BTreeMap::new();
        for &(seller, buyer, flow) in &records {
            let entry = sums.entry((seller, buyer)).or_default();
            *entry = (entry.0 + flow, entry.1 + 1.0);
        }
        let built = build(n, &records, Duplicates::Sum);
        let expected: Vec<_> = sums.iter().map(|(&(u, v), &(sum, _))| (u, v, sum)).collect();
        prop_assert_eq!(edge_list(&built.graph), expected);
        prop_assert_eq!(built.n_merged, records.len() - sums.len());
        if let Some(counts) = built.graph.edges().number("n_records") {
            prop_assert!(counts.iter().eq(sums.values().map(|&(_, count)| Some(count))));
        } else {
            prop_assert_eq!(built.n_merged, 0);
        }
    }

    #[test]
    fn every_record_finds_its_edge((n, records) in records(24, 120)) {
        for duplicates in [Duplicates::Sum, Duplicates::First, Duplicates::Max] {
            let built = build(n, &records, duplicates);
            let mut seen = BTreeMap::new();
            let mut first_merged = None;
            for (r, (&(seller, buyer, flow), &edge)) in records.iter().zip(&built.edge_of_record).enumerate() {
                prop_assert_eq!(built.graph.endpoints(edge.into()), (seller.into(), buyer.into()));
                if seen.insert(edge, flow).is_some() {
                    first_merged = first_merged.or(Some(r));
                } else if duplicates == Duplicates::First {
                    prop_assert_eq!(built.graph.flow(edge.into()).to_bits(), flow.to_bits());
                }
                prop_assert!(duplicates != Duplicates::Max || built.graph.flow(edge.into()) >= flow);
            }
            prop_assert_eq!(built.first_merged, first_merged);
        }
    }

    #[test]
    fn the_order_of_records_changes_nothing((n, records) in records(24, 120), seed in any::<u64>()) {
        let mut shuffled = records.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(edge_list(&graph_of(n, &shuffled)), edge_list(&graph_of(n, &records)));
    }

    #[test]
    fn both_sides_hold_the_same_edges((n, records) in records(24, 120)) {
        let graph = graph_of(n, &records);
        let mut mirrored = Vec::new();
        for buyer in graph.node_indices() {
            let positions = graph.in_range(buyer.index());
            prop_assert!(graph.sources()[positions.clone()].is_sorted_by(|a, b| a < b));
            for position in positions {
                let edge = graph.in_edges()[position];
                mirrored.push((graph.sources()[position], buyer.index() as u32, graph.flow(edge.into())));
            }
        }
        mirrored.sort_by_key(|&(seller, buyer, _)| (seller, buyer));
        prop_assert_eq!(mirrored, edge_list(&graph));
        for node in graph.node_indices() {
            prop_assert_eq!(graph.in_strengths()[node.index()].to_bits(), graph.in_strength(node).to_bits());
            prop_assert_eq!(graph.out_strengths()[node.index()].to_bits(), graph.out_strength(node).to_bits());
        }
    }

    #[test]
    fn relabelling_the_nodes_relabels_the_edges((n, records) in records(24, 120)) {
        let turned = |v: u32| n - 1 - v;
        let other: Vec<_> = records.iter().map(|&(u, v, flow)| (turned(u), turned(v), flow)).collect();
        let mut relabelled: Vec<_> = edge_list(&graph_of(n, &other))
            .into_iter()
            .map(|(u, v, flow)| (turned(u), turned(v), flow))
            .collect();
        relabelled.sort_by_key(|&(u, v, _)| (u, v));
        prop_assert_eq!(relabelled, edge_list(&graph_of(n, &records)));
    }
}

/// A spread of node numbers without a random generator: the golden-ratio sequence.
fn scattered(i: u64, n: u64) -> u32 {
    (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as u32 % n as u32
}

#[test]
fn a_large_graph_takes_at_most_24_bytes_an_edge() {
    let (n, m) = (20_000_u64, 200_000_u64);
    let records = (0..m).map(|i| (scattered(i, n), scattered(i * i + 7, n), 1.0 + i as f64));
    let graph =
        SupplyGraph::from_flows((0..n).map(|i| i.to_string()), records).expect("a good graph");
    assert!(graph.n_edges() > 150_000);
    assert!(graph.adjacency_bytes() <= 24 * graph.n_edges());
    assert_eq!(graph.adjacency_bytes(), 20 * graph.n_edges() + 8 * (graph.n_nodes() + 1));
}

#[test]
fn records_of_one_pair_are_added_without_losing_the_small_ones() {
    let flows = std::iter::once(1e16).chain(std::iter::repeat_n(1.0, 1000));
    let exact: CompensatedSum = flows.clone().collect();
    let graph =
        SupplyGraph::from_flows(["a", "b"], flows.map(|flow| (0, 1, flow))).expect("a good graph");
    assert_eq!(graph.flows(), [1e16 + 1000.0]);
    assert_eq!(graph.flows(), [exact.value()]);
}

#[test]
fn interned_ids_are_not_checked_again() {
    let build = |builder: SupplyGraphBuilder| builder.build().map(|built| built.graph.n_nodes());
    let builder = || SupplyGraphBuilder::new(["a", "b", "a"].into_iter().collect());
    assert!(build(builder()).is_err());
    assert_eq!(build(builder().ids_are_distinct()), Ok(3));
}

#[test]
fn any_number_of_threads_builds_one_graph() {
    let n = 3000_u32;
    let mut state = 7_u64;
    let mut draw = |below: u32| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    };
    let records = 300_000;
    let sellers: Vec<u32> = (0..records).map(|_| draw(n) / (1 + draw(4))).collect();
    let buyers: Vec<u32> = (0..records).map(|_| draw(n)).collect();
    let flows: Vec<f64> = (0..records).map(|_| f64::from(draw(1000)) / 8.0).collect();
    let built = |threads: usize| {
        let ids = ids(n).into_iter().collect();
        SupplyGraphBuilder::from_columns(ids, sellers.clone(), buyers.clone(), flows.clone())
            .expect("good records")
            .keep_edge_of_record(true)
            .threads(threads)
            .build()
            .expect("a good graph")
    };
    let alone = built(1);
    assert!(alone.n_merged > 0);
    for threads in [0, 2, 3, 8] {
        let Built { graph, n_merged, first_merged, edge_of_record } = built(threads);
        assert_eq!(graph.out_offsets(), alone.graph.out_offsets());
        assert_eq!(graph.targets(), alone.graph.targets());
        assert_eq!(graph.flows(), alone.graph.flows());
        assert_eq!(graph.in_offsets(), alone.graph.in_offsets());
        assert_eq!(graph.sources(), alone.graph.sources());
        assert_eq!(graph.in_edges(), alone.graph.in_edges());
        assert_eq!((n_merged, first_merged), (alone.n_merged, alone.first_merged));
        assert_eq!(edge_of_record, alone.edge_of_record);
    }
}
