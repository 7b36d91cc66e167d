//! The same numbers by another route: petgraph, definitions written out, dense matrices.

use crate::golden::{column, compute, figure};
use crate::graphs::{awkward, scattered};
use palenque_graph::SupplyGraph;
use serde_json::json;

/// The length of an edge by its flow, for two values of the parameter `distance`.
type Length = fn(f64) -> f64;
const LENGTHS: [(&str, Length); 2] = [("hops", |_| 1.0), ("inv", |flow| 1.0 / flow)];

pub(crate) fn matrix(graph: &SupplyGraph) -> Vec<Vec<f64>> {
    let mut z = vec![vec![0.0; graph.n_nodes()]; graph.n_nodes()];
    for u in graph.node_indices() {
        for (v, flow) in graph.customers(u) {
            z[u.index()][v.index()] = flow;
        }
    }
    z
}

/// Floyd (1962) and Warshall (1962): distances between all pairs.
pub(crate) fn distances(graph: &SupplyGraph, length: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    let n = graph.n_nodes();
    let mut d = vec![vec![f64::INFINITY; n]; n];
    for u in graph.node_indices() {
        for (v, flow) in graph.customers(u) {
            d[u.index()][v.index()] = length(flow);
        }
    }
    for (i, row) in d.iter_mut().enumerate() {
        row[i] = 0.0;
    }
    for k in 0..n {
        let through = d[k].clone();
        for row in &mut d {
            let first = row[k];
            for (x, second) in row.iter_mut().zip(&through) {
                *x = x.min(first + second);
            }
        }
    }
    d
}

pub(crate) fn small_graphs() -> impl Iterator<Item = (&'static str, SupplyGraph)> {
    let tame = |name: &str| !name.contains("very different size");
    let all = awkward().into_iter().filter(move |(name, _)| tame(name));
    all.chain([("sixty nodes", scattered(60, 200)), ("forty dense nodes", scattered(40, 700))])
        .filter(|(_, graph)| graph.n_nodes() <= 60)
}

pub(crate) fn assert_near(found: &[Option<f64>], expected: &[f64], what: &str) {
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        let found = found.unwrap_or(f64::NAN);
        let near = (found - expected).abs() <= 1e-9 * expected.abs().max(1.0);
        assert!(near, "{what}, row {row}: {found}, expected {expected}");
    }
}

#[test]
fn closeness_and_harmonic_agree_with_all_pairs() {
    for (name, graph) in small_graphs() {
        let n = graph.n_nodes();
        for (distance, length) in LENGTHS {
            let d = distances(&graph, length);
            let reached = |u: usize| {
                let others = (0..n).filter(move |&v| v != u).map(|v| d[u][v]);
                others.filter(|d| d.is_finite()).collect::<Vec<_>>()
            };
            let closeness = |u| {
                let (r, sum) = (reached(u).len() as f64, reached(u).iter().sum::<f64>());
                if r > 0.0 { r / (n as f64 - 1.0) * (r / sum) } else { 0.0 }
            };
            let harmonic =
                |u| reached(u).iter().map(|d| 1.0 / d).sum::<f64>() / (n as f64 - 1.0).max(1.0);
            let param = [("distance", json!(distance))];
            let expected: Vec<f64> = (0..n).map(closeness).collect();
            let found = column(&compute(&graph, "closeness", &param), "closeness_out");
            assert_near(&found, &expected, &format!("closeness by {distance} of {name}"));
            let expected: Vec<f64> = (0..n).map(harmonic).collect();
            let found = column(&compute(&graph, "harmonic", &param), "harmonic_out");
            assert_near(&found, &expected, &format!("harmonic by {distance} of {name}"));
            if distance == "hops" && n >= 2 {
                let df = figure(&compute(&graph, "key_player", &[]), "kpp_neg_DF_dir");
                let expected = 1.0 - expected.iter().sum::<f64>() / n as f64;
                assert_near(&[df], &[expected], &format!("DF of {name}"));
            }
        }
    }
}

/// Shares of shortest paths by their definition: for every ordered pair, over every edge and node.
fn shares(graph: &SupplyGraph, length: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
    let n = graph.n_nodes();
    let d = distances(graph, &length);
    let equal = |a: f64, b: f64| (a - b).abs() <= 1e-10 * a.max(b);
    let mut paths = vec![vec![0.0_f64; n]; n];
    for (s, row) in paths.iter_mut().enumerate() {
        let mut order: Vec<usize> = (0..n).filter(|&v| d[s][v].is_finite()).collect();
        order.sort_by(|&a, &b| d[s][a].total_cmp(&d[s][b]));
        for v in order {
            row[v] = if v == s {
                1.0
            } else {
                let suppliers = graph.suppliers((v as u32).into()).filter(|(u, _)| u.index() != v);
                let before =
                    suppliers.filter(|&(u, z)| equal(d[s][u.index()] + length(z), d[s][v]));
                before.map(|(u, _)| row[u.index()]).sum()
            };
        }
    }
    let (mut node, mut edge) = (vec![0.0; n], vec![0.0; graph.n_edges()]);
    for s in 0..n {
        for t in (0..n).filter(|&t| t != s && d[s][t].is_finite()) {
            for v in (0..n).filter(|&v| v != s && v != t && equal(d[s][v] + d[v][t], d[s][t])) {
                node[v] += paths[s][v] * paths[v][t] / paths[s][t];
            }
            for (e, share) in edge.iter_mut().enumerate() {
                let (u, v) = graph.endpoints(palenque_graph::EdgeIndex::new(e));
                let whole = d[s][u.index()] + length(graph.flows()[e]) + d[v.index()][t];
                if u != v && equal(whole, d[s][t]) {
                    *share += paths[s][u.index()] * paths[v.index()][t] / paths[s][t];
                }
            }
        }
    }
    (node, edge)
}

#[test]
fn betweenness_agrees_with_its_definition() {
    for (name, graph) in small_graphs() {
        for (distance, length) in LENGTHS {
            let (node, edge) = shares(&graph, length);
            let tables = compute(&graph, "betweenness", &[("distance", json!(distance))]);
            let what = format!("by {distance} of {name}");
            assert_near(&column(&tables, "betweenness_raw"), &node, &format!("nodes {what}"));
            assert_near(&column(&tables, "edge_betweenness_raw"), &edge, &format!("edges {what}"));
        }
    }
}

#[test]
fn components_agree_with_petgraph() {
    for (name, graph) in awkward() {
        let tables = compute(&graph, "components", &[]);
        let ids = column(&tables, "scc_id");
        let classes = petgraph::algo::kosaraju_scc(&graph);
        assert_eq!(figure(&tables, "n_components_strong"), Some(classes.len() as f64), "{name}");
        for class in &classes {
            let first = class.iter().map(|v| v.index()).min().expect("no class is empty");
            assert!(class.iter().all(|v| ids[v.index()] == ids[first]), "{name}");
        }
        let weak = petgraph::algo::connected_components(&graph);
        assert_eq!(figure(&tables, "n_components_weak"), Some(weak as f64), "{name}");
    }
}

#[test]
fn pagerank_agrees_with_a_dense_iteration() {
    for (name, graph) in small_graphs().filter(|(_, graph)| graph.n_nodes() > 0) {
        let (n, z) = (graph.n_nodes(), matrix(&graph));
        let uniform = 1.0 / n as f64;
        let transition: Vec<Vec<f64>> = z
            .iter()
            .map(|row| {
                let total: f64 = row.iter().sum();
                let share = |z: &f64| if total > 0.0 { z / total } else { uniform };
                row.iter().map(share).collect()
            })
            .collect();
        let mut rank = vec![uniform; n];
        for _ in 0..400 {
            let arriving = |j: usize| (0..n).map(|i| rank[i] * transition[i][j]).sum::<f64>();
            rank = (0..n).map(|j| 0.85 * arriving(j) + 0.15 * uniform).collect();
        }
        let found = column(&compute(&graph, "pagerank", &[]), "pagerank");
        assert_near(&found, &rank, name);
    }
}

#[test]
fn clustering_agrees_with_its_definition() {
    for (name, graph) in small_graphs() {
        let (n, z) = (graph.n_nodes(), matrix(&graph));
        let joined = |i: usize, j: usize| {
            let ids = [i, j].map(|k| (k as u32).into());
            let either = graph.edge_between(ids[0], ids[1]).or(graph.edge_between(ids[1], ids[0]));
            i != j && either.is_some()
        };
        let mutual = |i: usize, j: usize| if i == j { 0.0 } else { z[i][j] + z[j][i] };
        let largest = (0..n).flat_map(|i| (0..n).map(move |j| mutual(i, j))).fold(0.0, f64::max);
        let tables = compute(&graph, "clustering", &[]);
        let names = ["clustering", "clustering_barrat", "clustering_onnela"];
        let found = names.map(|name| column(&tables, name));
        for i in 0..n {
            let (mut closed, mut barrat, mut onnela, mut pairs) = (0.0, 0.0, 0.0, 0.0);
            for j in (0..n).filter(|&j| joined(i, j)) {
                for h in (0..n).filter(|&h| h != j && joined(i, h)) {
                    pairs += 1.0;
                    if joined(j, h) {
                        closed += 1.0;
                        barrat += f64::midpoint(mutual(i, j), mutual(i, h));
                        let product = mutual(i, j) * mutual(i, h) * mutual(j, h);
                        onnela += (product / largest.powi(3)).cbrt();
                    }
                }
            }
            if pairs == 0.0 {
                assert_eq!(found.each_ref().map(|column| column[i]), [None; 3], "{name}");
                continue;
            }
            let partners = (0..n).filter(|&j| joined(i, j)).count() as f64;
            let strength: f64 = (0..n).map(|j| mutual(i, j)).sum();
            let expected = [closed / pairs, barrat / (strength * (partners - 1.0)), onnela / pairs];
            for (column, expected) in found.iter().zip(expected) {
                if expected.is_finite() {
                    assert_near(&column[i..=i], &[expected], name);
                }
            }
        }
    }
}
