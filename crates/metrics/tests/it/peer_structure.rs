//! Indices of structure by their definitions, written out over all pairs and triples.

use crate::golden::{column, compute, figure, flags};
use crate::graphs::awkward;
use crate::peer::{assert_near, distances, matrix, small_graphs};
use palenque_graph::SupplyGraph;
use palenque_metrics::clustering::triad_census::CLASSES;
use serde_json::json;

/// Whether there is an edge, also one without flow; none from a node to itself.
fn links(graph: &SupplyGraph) -> Vec<Vec<bool>> {
    let n = graph.n_nodes();
    let mut links = vec![vec![false; n]; n];
    for u in graph.node_indices() {
        graph
            .customers(u)
            .filter(|&(v, _)| v != u)
            .for_each(|(v, _)| links[u.index()][v.index()] = true);
    }
    links
}

/// `M` by flows, or by edges.
fn mutual(graph: &SupplyGraph, weights: &str) -> Vec<Vec<f64>> {
    let (z, links) = (matrix(graph), links(graph));
    let one = |i: usize, j: usize| match (links[i][j], weights) {
        (false, _) => 0.0,
        (true, "binary") => 1.0,
        (true, _) => z[i][j],
    };
    let n = z.len();
    (0..n).map(|i| (0..n).map(|j| one(i, j) + one(j, i)).collect()).collect()
}

#[test]
fn structural_holes_agree_with_their_definition() {
    for (name, graph) in small_graphs() {
        for weights in ["flow", "binary"] {
            let m = mutual(&graph, weights);
            let n = m.len();
            let tables = compute(&graph, "structural_holes", &[("weights", json!(weights))]);
            let [constraint, size, efficiency] =
                ["constraint", "effective_size", "efficiency"].map(|name| column(&tables, name));
            let share = |i: usize, j: usize| {
                let all: f64 = m[i].iter().sum();
                if all > 0.0 { m[i][j] / all } else { 0.0 }
            };
            let to_largest = |j: usize, q: usize| {
                let largest = m[j].iter().copied().fold(0.0, f64::max);
                if largest > 0.0 { m[j][q] / largest } else { 0.0 }
            };
            let joined = links(&graph);
            for i in 0..n {
                let partners: Vec<usize> =
                    (0..n).filter(|&j| joined[i][j] || joined[j][i]).collect();
                if m[i].iter().sum::<f64>() == 0.0 {
                    assert_eq!(constraint[i], None, "{name}");
                    continue;
                }
                let others = |j: usize| (0..n).filter(move |&q| q != i && q != j);
                let invested = |j: usize| {
                    share(i, j) + others(j).map(|q| share(i, q) * share(q, j)).sum::<f64>()
                };
                let expected: f64 = partners.iter().map(|&j| invested(j).powi(2)).sum();
                assert_near(&constraint[i..=i], &[expected], &format!("constraint, {name}"));
                let useful =
                    |j: usize| 1.0 - others(j).map(|q| share(i, q) * to_largest(j, q)).sum::<f64>();
                let expected: f64 = partners.iter().map(|&j| useful(j)).sum();
                assert_near(&size[i..=i], &[expected], &format!("effective size, {name}"));
                let expected = expected / partners.len() as f64;
                assert_near(&efficiency[i..=i], &[expected], &format!("efficiency, {name}"));
            }
        }
    }
}

#[test]
fn brokerage_agrees_with_its_definition() {
    for (name, graph) in small_graphs() {
        let n = graph.n_nodes();
        let group = |i: usize| (i % 7 != 3).then_some(i * i % 5 % 3);
        let letter = |g: usize| ["a", "b", "c"][g];
        let graph = graph.with_text("side", (0..n).map(|i| group(i).map(letter)));
        let links = links(&graph);
        let tables = compute(&graph, "brokerage", &[("grouping", json!("side"))]);
        let roles =
            ["coordinator", "itinerant", "representative", "gatekeeper", "liaison", "total"];
        let found = roles.map(|role| column(&tables, &format!("gf_{role}")));
        for j in 0..n {
            let mut expected = [0.0; 6];
            for i in (0..n).filter(|&i| links[i][j]) {
                for k in (0..n).filter(|&k| k != i && links[j][k] && !links[i][k]) {
                    let (Some(a), Some(b), Some(c)) = (group(i), group(j), group(k)) else {
                        continue;
                    };
                    let role = match (a == b, b == c, a == c) {
                        (true, true, _) => 0,
                        (false, false, true) => 1,
                        (true, false, _) => 2,
                        (false, true, _) => 3,
                        (false, false, false) => 4,
                    };
                    expected[role] += 1.0;
                    expected[5] += 1.0;
                }
            }
            let found = found.each_ref().map(|column| column[j]);
            assert_eq!(found, expected.map(Some), "node {j} of {name}");
        }
    }
}

#[test]
fn directed_clustering_agrees_with_products_of_matrices() {
    type Matrix = Vec<Vec<f64>>;
    let times = |a: &Matrix, b: &Matrix| -> Matrix {
        let n = a.len();
        let entry = |i: usize, j: usize| (0..n).map(|k| a[i][k] * b[k][j]).sum();
        (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
    };
    for (name, graph) in small_graphs() {
        let (z, links) = (matrix(&graph), links(&graph));
        let n = z.len();
        let off = |i: usize, j: usize| if i == j { 0.0 } else { z[i][j] };
        let largest = (0..n).flat_map(|i| (0..n).map(move |j| off(i, j))).fold(0.0, f64::max);
        for weights in ["flow", "binary"] {
            let root = |i: usize, j: usize| match (links[i][j], weights) {
                (false, _) => 0.0,
                (true, "binary") => 1.0,
                (true, _) => (z[i][j] / largest).cbrt(),
            };
            let x: Matrix = (0..n).map(|i| (0..n).map(|j| root(i, j)).collect()).collect();
            let t: Matrix = (0..n).map(|i| (0..n).map(|j| x[j][i]).collect()).collect();
            let either: Matrix =
                (0..n).map(|i| (0..n).map(|j| x[i][j] + t[i][j]).collect()).collect();
            let products = [
                times(&times(&x, &x), &x),
                times(&times(&x, &t), &x),
                times(&times(&t, &x), &x),
                times(&times(&x, &x), &t),
                times(&times(&either, &either), &either),
            ];
            let tables = compute(&graph, "directed_clustering", &[("weights", json!(weights))]);
            let found = ["cycle", "middleman", "in", "out", "all"]
                .map(|pattern| column(&tables, &format!("cc_{pattern}")));
            for i in 0..n {
                let count = |of: &dyn Fn(usize) -> bool| (0..n).filter(|&j| of(j)).count() as f64;
                let (out, inn) = (count(&|j| links[i][j]), count(&|j| links[j][i]));
                let both = count(&|j| links[i][j] && links[j][i]);
                let k = out + inn;
                let possible = [
                    inn * out - both,
                    inn * out - both,
                    inn * (inn - 1.0),
                    out * (out - 1.0),
                    2.0 * (k * (k - 1.0) - 2.0 * both),
                ];
                for ((found, product), possible) in found.iter().zip(&products).zip(possible) {
                    if possible > 0.0 && product[i][i].is_finite() {
                        assert_near(&found[i..=i], &[product[i][i] / possible], name);
                    } else {
                        assert_eq!(found[i], None, "{name}");
                    }
                }
            }
        }
    }
}

/// The class of three nodes by Davis and Leinhardt's picture of each, written as edges.
fn class_of(links: &[Vec<bool>], nodes: [usize; 3]) -> &'static str {
    let pictures: [(&str, &[(usize, usize)]); 16] = [
        ("003", &[]),
        ("012", &[(0, 1)]),
        ("102", &[(0, 1), (1, 0)]),
        ("021D", &[(1, 0), (1, 2)]),
        ("021U", &[(0, 1), (2, 1)]),
        ("021C", &[(0, 1), (1, 2)]),
        ("111D", &[(0, 1), (1, 0), (2, 1)]),
        ("111U", &[(0, 1), (1, 0), (1, 2)]),
        ("030T", &[(0, 1), (2, 1), (0, 2)]),
        ("030C", &[(1, 0), (2, 1), (0, 2)]),
        ("201", &[(0, 1), (1, 0), (1, 2), (2, 1)]),
        ("120D", &[(1, 0), (1, 2), (0, 2), (2, 0)]),
        ("120U", &[(0, 1), (2, 1), (0, 2), (2, 0)]),
        ("120C", &[(0, 1), (1, 2), (0, 2), (2, 0)]),
        ("210", &[(0, 1), (1, 2), (2, 1), (0, 2), (2, 0)]),
        ("300", &[(0, 1), (1, 0), (1, 2), (2, 1), (0, 2), (2, 0)]),
    ];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let ways = (0..3).flat_map(|a| (0..3).map(move |b| (a, b))).filter(|(a, b)| a != b);
    let fits = |edges: &[(usize, usize)], order: [usize; 3]| {
        ways.clone()
            .all(|(a, b)| links[nodes[order[a]]][nodes[order[b]]] == edges.contains(&(a, b)))
    };
    let found = pictures.iter().find(|(_, edges)| orders.iter().any(|&order| fits(edges, order)));
    found.expect("one of sixteen").0
}

#[test]
fn every_three_nodes_are_counted_in_their_class() {
    for (name, graph) in small_graphs() {
        let links = links(&graph);
        let n = links.len();
        let mut expected = [0.0; 16];
        for (i, j, k) in
            (0..n).flat_map(|i| (0..i).flat_map(move |j| (0..j).map(move |k| (i, j, k))))
        {
            let class = class_of(&links, [i, j, k]);
            let place = CLASSES.iter().position(|&known| known == class).expect("a class");
            expected[place] += 1.0;
        }
        let tables = compute(&graph, "triad_census", &[]);
        let found = CLASSES.map(|class| figure(&tables, &format!("triad_{class}")));
        assert_eq!(found, expected.map(Some), "{name}");
    }
}

type Degree<'a> = &'a dyn Fn(usize) -> f64;

#[test]
fn degree_assortativity_is_a_correlation_over_edges() {
    for (name, graph) in small_graphs() {
        let links = links(&graph);
        let n = links.len();
        let out = |i: usize| (0..n).filter(|&j| links[i][j]).count() as f64;
        let inn = |i: usize| (0..n).filter(|&j| links[j][i]).count() as f64;
        let edges: Vec<(usize, usize)> = (0..n)
            .flat_map(|i| (0..n).map(move |j| (i, j)))
            .filter(|&(i, j)| links[i][j])
            .collect();
        let kinds: [(&str, Degree<'_>, Degree<'_>); 4] = [
            ("out_in", &out, &inn),
            ("out_out", &out, &out),
            ("in_in", &inn, &inn),
            ("in_out", &inn, &out),
        ];
        let tables = compute(&graph, "degree_assortativity", &[]);
        for (kind, of_seller, of_buyer) in kinds {
            let x: Vec<f64> = edges.iter().map(|&(i, _)| of_seller(i)).collect();
            let y: Vec<f64> = edges.iter().map(|&(_, j)| of_buyer(j)).collect();
            let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
            let (mx, my) = (mean(&x), mean(&y));
            let sum = |of: &dyn Fn(f64, f64) -> f64| {
                x.iter().zip(&y).map(|(x, y)| of(x - mx, y - my)).sum::<f64>()
            };
            let spread = (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
            let found = figure(&tables, &format!("degree_assortativity_{kind}"));
            if spread > 1e-9 {
                assert_near(&[found], &[sum(&|x, y| x * y) / spread], &format!("{kind} of {name}"));
            } else {
                assert_eq!(found, None, "{kind} of {name}");
            }
        }
    }
}

#[test]
fn cells_of_the_core_matrix_shrink_to_the_right_and_downwards() {
    for (name, graph) in awkward() {
        let cores = compute(&graph, "cores", &[]);
        let [inn, out] = ["core_in", "core_out"].map(|side| column(&cores, side));
        let tables = compute(&graph, "dcore", &[]);
        let [k, l, size] = ["k", "l", "size"].map(|name| column(&tables[..1], name));
        let at = |wanted: (f64, f64)| {
            let row =
                (0..k.len()).find(|&row| (k[row], l[row]) == (Some(wanted.0), Some(wanted.1)));
            row.and_then(|row| size[row]).unwrap_or(0.0)
        };
        for row in 0..k.len() {
            let (k, l) = (k[row].expect("a number"), l[row].expect("a number"));
            assert!(at((k, l)) >= at((k + 1.0, l)).max(at((k, l + 1.0))), "{name}");
            let deep = |cores: &[Option<f64>], least: f64| {
                cores.iter().flatten().filter(|&&core| core >= least).count() as f64
            };
            // The first row and column are the cores of one direction.
            if k == 0.0 {
                assert_eq!(size[row], Some(deep(&out, l)), "{name}");
            }
            if l == 0.0 {
                assert_eq!(size[row], Some(deep(&inn, k)), "{name}");
            }
        }
    }
}

#[test]
fn bridges_and_dominators_agree_with_petgraph() {
    for (name, graph) in small_graphs() {
        let n = graph.n_nodes();
        let links = links(&graph);
        let mut undirected = petgraph::graph::UnGraph::<(), ()>::default();
        for _ in 0..n {
            undirected.add_node(());
        }
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            if links[i][j] || links[j][i] {
                undirected.add_edge((i as u32).into(), (j as u32).into(), ());
            }
        }
        let tables = compute(&graph, "cut_points", &[]);
        let cut = petgraph::algo::articulation_points::articulation_points(&undirected);
        let expected: Vec<Option<bool>> =
            (0..n).map(|u| Some(cut.contains(&petgraph::graph::NodeIndex::new(u)))).collect();
        assert_eq!(flags(&tables, "cut_point"), expected, "{name}");
        let bridges = petgraph::algo::bridges::bridges(&undirected).count();
        assert_eq!(figure(&tables, "n_bridges"), Some(bridges as f64), "{name}");

        let reaches = distances(&graph, |_| 1.0);
        for (towards, along) in [("in", true), ("out", false)] {
            let before = |i: usize, j: usize| {
                if along { reaches[i][j].is_finite() } else { reaches[j][i].is_finite() }
            };
            let mut rooted = petgraph::graph::DiGraph::<(), ()>::default();
            for _ in 0..=n {
                rooted.add_node(());
            }
            for j in 0..n {
                if (0..n).all(|i| !before(i, j) || before(j, i)) {
                    rooted.add_edge((n as u32).into(), (j as u32).into(), ());
                }
            }
            for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
                if if along { links[i][j] } else { links[j][i] } {
                    rooted.add_edge((i as u32).into(), (j as u32).into(), ());
                }
            }
            let found = petgraph::algo::dominators::simple_fast(&rooted, (n as u32).into());
            let expected: Vec<Option<&str>> = (0..n as u32)
                .map(|v| found.immediate_dominator(v.into()).filter(|u| u.index() < n))
                .map(|up| up.map(|up| graph.node_id((up.index() as u32).into())))
                .collect();
            let tables = compute(&graph, "dominators", &[]);
            let names: Vec<Option<&str>> =
                (0..n).map(|row| tables[0].text(&format!("dominator_{towards}"), row)).collect();
            assert_eq!(names, expected, "{towards}, {name}");
            let mut below = vec![0.0; n];
            for v in 0..n as u32 {
                let above = found.strict_dominators(v.into()).into_iter().flatten();
                above.filter(|u| u.index() < n).for_each(|u| below[u.index()] += 1.0);
            }
            let counts = column(&tables, &format!("n_dominated_{towards}"));
            assert_eq!(
                counts,
                below.into_iter().map(Some).collect::<Vec<_>>(),
                "{towards}, {name}"
            );
        }
    }
}

#[test]
fn the_bow_tie_is_what_reaches_what() {
    for (name, graph) in small_graphs() {
        let n = graph.n_nodes();
        let d = distances(&graph, |_| 1.0);
        let reaches = |i: usize, j: usize| d[i][j].is_finite();
        let circle = |i: usize| (0..n).filter(|&j| reaches(i, j) && reaches(j, i)).count();
        let most = (0..n).map(circle).max().unwrap_or(0);
        let core: Vec<usize> = (0..n).filter(|&i| circle(i) == most).collect();
        let tables = compute(&graph, "bow_tie", &[]);
        let found: Vec<Option<&str>> = (0..n).map(|row| tables[0].text("bow_tie", row)).collect();
        if most < 2 || core.len() > most {
            assert_eq!(found, vec![None; n], "{name}");
            assert_eq!(figure(&tables, "bow_tie_core_share"), None, "{name}");
            continue;
        }
        let is = |kind: &str, i: usize| match kind {
            "core" => core.contains(&i),
            "in" => !core.contains(&i) && reaches(i, core[0]),
            _ => !core.contains(&i) && reaches(core[0], i),
        };
        let weak = column(&compute(&graph, "components", &[]), "wcc_id");
        for i in 0..n {
            let after_in = (0..n).any(|j| is("in", j) && reaches(j, i));
            let before_out = (0..n).any(|j| is("out", j) && reaches(i, j));
            let expected = match () {
                () if is("core", i) => "core",
                () if is("in", i) => "in",
                () if is("out", i) => "out",
                () if after_in && before_out => "tube",
                () if weak[i] == weak[core[0]] => "tendril",
                () => "disconnected",
            };
            assert_eq!(found[i], Some(expected), "node {i} of {name}");
        }
        let share = found.iter().filter(|&&part| part == Some("out")).count() as f64 / n as f64;
        assert_eq!(figure(&tables, "bow_tie_out_share"), Some(share), "{name}");
    }
}

#[test]
fn no_other_core_fits_better() {
    for (name, graph) in small_graphs().filter(|(_, graph)| graph.n_nodes() <= 10) {
        let links = links(&graph);
        let n = links.len();
        let misfits = |core: u32| {
            let inside = |i: usize| core >> i & 1 == 1;
            let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
            let wrong = pairs.filter(|&(i, j)| {
                let tied = links[i][j] || links[j][i];
                inside(i) == inside(j) && tied != inside(i)
            });
            wrong.count()
        };
        let found = palenque_metrics::fragmentation::core_periphery::core_periphery(&graph);
        let best = (0..1_u32 << n).map(misfits).min().expect("at least no core");
        assert_eq!(found.misfits, best as u64, "{name}");
        // Nodes that are marked are in every core of this size that fits as well.
        for core in (0..1_u32 << n).filter(|core| core.count_ones() as usize == found.size) {
            if misfits(core) == best {
                for (i, is_core) in found.is_core.iter().enumerate() {
                    let agrees = is_core.is_none_or(|is_core| is_core == (core >> i & 1 == 1));
                    assert!(agrees, "node {i} of {name}");
                }
            }
        }
    }
}

#[test]
fn ways_between_stages_are_counted_as_petgraph_does() {
    for (name, graph) in small_graphs() {
        let n = graph.n_nodes();
        let stage = |i: usize| i * 3 / n.max(1);
        let graph = graph.with_text("stage", (0..n).map(|i| Some(["a", "b", "c"][stage(i)])));
        let tables = compute(&graph, "min_cut", &[]);
        let found = ["min_cut_ties", "min_cut_firms"].map(|name| figure(&tables, name));
        if n < 2 {
            assert_eq!(found, [None; 2], "{name}");
            continue;
        }
        let last = (0..n).map(stage).max().expect("a node");
        let links = links(&graph);
        for (expected_of, found) in ["ties", "firms"].into_iter().zip(found) {
            let mut network = petgraph::graph::DiGraph::<(), u32>::default();
            for _ in 0..2 * n + 2 {
                network.add_node(());
            }
            let mut arc = |u: usize, v: usize, capacity| {
                network.add_edge((u as u32).into(), (v as u32).into(), capacity);
            };
            let by_firms = expected_of == "firms";
            for (i, row) in links.iter().enumerate() {
                arc(i, n + i, if by_firms { 1 } else { 10_000 });
                for j in (0..n).filter(|&j| row[j]) {
                    arc(n + i, j, if by_firms { 10_000 } else { 1 });
                }
                if stage(i) == 0 {
                    arc(2 * n, i, 10_000);
                } else if stage(i) == last {
                    arc(n + i, 2 * n + 1, 10_000);
                }
            }
            let ends = [2 * n, 2 * n + 1].map(|end| (end as u32).into());
            let (flow, _) = petgraph::algo::ford_fulkerson(&network, ends[0], ends[1]);
            assert_eq!(found, Some(f64::from(flow)), "{expected_of} of {name}");
        }
        let marked = flags(&tables, "in_min_cut");
        let firms = marked.iter().filter(|&&mark| mark == Some(true)).count();
        assert_eq!(found[1], Some(firms as f64), "{name}");
    }
}

#[test]
fn equivalent_nodes_have_the_same_rows_and_columns() {
    for (name, graph) in small_graphs() {
        let links = links(&graph);
        let n = links.len();
        let class = column(&compute(&graph, "structural_equivalence", &[]), "equivalence_class");
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let same = links[i] == links[j] && (0..n).all(|k| links[k][i] == links[k][j]);
            assert_eq!(class[i] == class[j], same, "nodes {i} and {j} of {name}");
        }
    }
}

#[test]
fn clubs_are_the_densities_of_induced_networks() {
    for (name, graph) in small_graphs() {
        let links = links(&graph);
        let n = links.len();
        let tied = |i: usize, j: usize| links[i][j] || links[j][i];
        let degree = |i: usize| (0..n).filter(|&j| tied(i, j)).count() as f64;
        let tables = compute(&graph, "rich_club", &[]);
        let [k, size, ties, phi] =
            ["k", "n_nodes", "n_ties", "phi"].map(|name| column(&tables, name));
        for row in 0..k.len() {
            let members: Vec<usize> = (0..n).filter(|&i| Some(degree(i)) > k[row]).collect();
            let pairs = members.iter().flat_map(|&i| members.iter().map(move |&j| (i, j)));
            let count = pairs.filter(|&(i, j)| i < j && tied(i, j)).count() as f64;
            let m = members.len() as f64;
            assert_eq!((size[row], ties[row]), (Some(m), Some(count)), "{name}");
            assert_eq!(phi[row], (m > 1.0).then(|| count / (m * (m - 1.0) / 2.0)), "{name}");
        }
    }
}
