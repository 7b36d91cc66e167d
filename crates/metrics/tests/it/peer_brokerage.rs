//! Brokerage shared out and beside chance, by its definition.

use crate::golden::{Case, column, compute};
use crate::graphs::graph;
use crate::peer::small_graphs;
use palenque_graph::{NoProgress, NodeIndex, SupplyGraph};
use palenque_metrics::centrality::brokerage_roles::{
    BrokerageRolesConfig, KINDS, NodeRoles, brokerage_roles,
};
use serde_json::json;

fn roles(graph: &SupplyGraph, grouping: &str, replicates: usize) -> Vec<NodeRoles> {
    let config = BrokerageRolesConfig { grouping: grouping.into(), replicates, seed: 1 };
    brokerage_roles(graph, &config, &NoProgress).expect("done").1
}

fn kind(a: usize, b: usize, c: usize) -> usize {
    let name = match (a == b, b == c, a == c) {
        (true, true, _) => "coordinator",
        (false, false, true) => "itinerant",
        (true, false, _) => "representative",
        (false, true, _) => "gatekeeper",
        (false, false, false) => "liaison",
    };
    KINDS.iter().position(|&k| k == name).expect("a kind")
}

fn near(a: [f64; 6], b: [f64; 6]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
}

#[test]
fn pairs_are_shared_out_and_expected_as_defined() {
    for (name, graph) in small_graphs() {
        let n = graph.n_nodes();
        let group = |i: usize| (i % 7 != 3).then_some(i * i % 5 % 3);
        let letter = |g: usize| ["a", "b", "c"][g];
        let graph = graph.with_text("side", (0..n).map(|i| group(i).map(letter)));
        let sells = |u: usize, v: usize| {
            u != v && graph.edge_between(NodeIndex::new(u), NodeIndex::new(v)).is_some()
        };
        let members: Vec<(usize, usize)> = (0..n).filter_map(|u| Some((u, group(u)?))).collect();
        let m = members.iter().flat_map(|&(u, _)| members.iter().map(move |&(v, _)| (u, v)));
        let (m, k) = (m.filter(|&(u, v)| sells(u, v)).count() as f64, members.len() as f64);
        let d = if m > 0.0 { m / (k * (k - 1.0)) } else { 0.0 };
        let mut partial = vec![[0.0; 6]; n];
        let mut expected = vec![[0.0; 6]; n];
        for &(i, a) in &members {
            for &(k, c) in members.iter().filter(|&&(k, _)| k != i) {
                let between = |&&(j, _): &&(usize, usize)| sells(i, j) && sells(j, k);
                let brokers: Vec<_> = members.iter().filter(between).collect();
                for &&(j, b) in brokers.iter().filter(|_| !sells(i, k)) {
                    partial[j][kind(a, b, c)] += 1.0 / brokers.len() as f64;
                    partial[j][5] += 1.0 / brokers.len() as f64;
                }
                for &(j, b) in members.iter().filter(|&&(j, _)| j != i && j != k) {
                    expected[j][kind(a, b, c)] += d * d * (1.0 - d);
                    expected[j][5] += d * d * (1.0 - d);
                }
            }
        }
        for (j, found) in roles(&graph, "side", 0).into_iter().enumerate() {
            assert!(near(found.partial, partial[j]), "{name}, {j}: {found:?}, {:?}", partial[j]);
            assert!(near(found.expected, expected[j]), "{name}, {j}: {found:?}, {:?}", expected[j]);
            assert_eq!(found.chance, None);
        }
    }
}

#[test]
fn counts_are_those_of_the_cluster() {
    let graph = Case::open("06_palenque10_structure").economy();
    let tables = compute(&graph, "brokerage_roles", &[]);
    let found = column(&tables, "count");
    let counts = compute(&graph, "brokerage", &[]);
    for (k, kind) in KINDS.iter().enumerate() {
        let expected = column(&counts, &format!("gf_{kind}"));
        let of_kind: Vec<_> = found.iter().skip(k).step_by(6).copied().collect();
        assert_eq!(of_kind, expected, "{kind}");
    }
    assert_eq!(tables[0].text("brokerage", 4), Some("liaison"));
}

#[test]
fn chance_is_the_mean_over_all_permutations() {
    let flows = [(0, 1), (1, 2), (3, 1), (1, 4), (2, 3), (4, 5), (5, 0), (0, 4)];
    let flows = flows.map(|(u, v)| (u, v, 1.0));
    // The last node has no group and keeps none.
    let with = |groups: [&str; 5]| {
        graph(6, &flows).with_text("role", groups.into_iter().map(Some).chain([None]))
    };
    let groups = ["a", "a", "b", "b", "c"];
    let mut orders: Vec<Vec<usize>> = vec![vec![]];
    for _ in 0..5 {
        let longer = |order: &Vec<usize>| {
            let rest = (0..5).filter(|i| !order.contains(i));
            rest.map(|i| [order.as_slice(), &[i]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    let all: Vec<Vec<NodeRoles>> = orders
        .iter()
        .map(|order| roles(&with(std::array::from_fn(|i| groups[order[i]])), "role", 0))
        .collect();
    let (r, observed) = (2000, roles(&with(groups), "role", 2000));
    let mut n_varying = 0;
    for (j, found) in observed.iter().enumerate() {
        for (k, chance) in found.chance.expect("asked for").iter().enumerate() {
            let counts: Vec<f64> = all.iter().map(|found| found[j].count[k] as f64).collect();
            let share = |is: &dyn Fn(f64) -> bool| {
                counts.iter().filter(|&&x| is(x)).count() as f64 / counts.len() as f64
            };
            let mean = counts.iter().sum::<f64>() / counts.len() as f64;
            let square = counts.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
            let sd = (square / counts.len() as f64).sqrt();
            let (x, what) = (found.count[k] as f64, format!("node {j}, {}", KINDS[k]));
            assert!((chance.mean - mean).abs() <= 4.0 * sd / f64::from(r).sqrt() + 1e-12, "{what}");
            assert!((chance.sd - sd).abs() <= 0.15 * sd + 1e-12, "{what}: {} {sd}", chance.sd);
            assert!((chance.p_upper - share(&|y| y >= x)).abs() < 0.05, "{what}");
            assert!((chance.p_lower - share(&|y| y <= x)).abs() < 0.05, "{what}");
            n_varying += usize::from(sd > 0.0);
        }
    }
    assert!(n_varying > 5, "{n_varying}");
    // All that a node joins does not depend on the groups.
    let tables = compute(&with(groups), "brokerage_roles", &[("replicates", json!(10))]);
    let z = column(&tables, "z");
    assert!((0..5).all(|j| z[6 * j + 5].is_none()), "{z:?}");
    assert!(tables[0].text("status", 5).is_some_and(|why| why.contains("z=zero_denominator")));
}
