//! Random networks of given degrees, against the mean over all networks that have them.

use crate::golden::{Case, column, compute};
use crate::graphs::{graph, scattered};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::kernel::rewire::{Attempts, Chains, Rewiring};
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::null::{
    BootstrapConfig, Chance, NullConfig, NullModel, Resampled, bootstrap, null_models, null_table,
};
use palenque_metrics::{Params, find};
use serde_json::json;
use std::collections::BTreeMap;

const CHAINS: Chains = Chains { replicates: 10_000, attempts_per_link: 100, seed: 1 };

type Links = Vec<(u32, u32)>;

/// The ends of all chains.
fn ends(start: &Rewiring, chains: Chains) -> (Vec<Links>, Attempts) {
    let mut found = Vec::new();
    let sorted = |network: &Rewiring| {
        let mut links = network.links().to_vec();
        links.sort_unstable();
        links
    };
    let attempts = start.replicates(chains, &NoProgress, sorted, |links| found.push(links));
    (found, attempts.expect("done"))
}

/// The mean of what is counted in each is within four standard errors.
fn assert_mean(sample: &[Links], count: impl Fn(&Links) -> f64, expected: f64, what: &str) {
    let n = sample.len() as f64;
    let counts: Vec<f64> = sample.iter().map(count).collect();
    let mean = counts.iter().sum::<f64>() / n;
    let variance = counts.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    assert!(error > 0.0, "{what} is always {mean}");
    assert!((mean - expected).abs() < 4.0 * error, "{what}: {mean} ± {error}, expected {expected}");
}

/// Every network comes as often as the others: Pearson's χ² is below its mean by five standard deviations.
fn assert_even(sample: &[Links], n_networks: usize) {
    let mut counts: BTreeMap<&Links, f64> = BTreeMap::new();
    for links in sample {
        *counts.entry(links).or_default() += 1.0;
    }
    assert_eq!(counts.len(), n_networks, "networks that were found");
    let expected = sample.len() as f64 / n_networks as f64;
    let square: f64 = counts.values().map(|x| (x - expected) * (x - expected) / expected).sum();
    let freedom = n_networks as f64 - 1.0;
    assert!(square < freedom + 5.0 * (2.0 * freedom).sqrt(), "χ² is {square} of {freedom}");
}

/// Ordered triples of different nodes, all three of whose `ties` are there.
fn triples(links: &Links, n: u32, ties: [(usize, usize); 3]) -> f64 {
    let nodes = || 0..n;
    let all = nodes().flat_map(|a| nodes().flat_map(move |b| nodes().map(move |c| [a, b, c])));
    let different = all.filter(|[a, b, c]| a != b && b != c && a != c);
    let whole = |t: &[u32; 3]| ties.iter().all(|&(i, j)| links.contains(&(t[i], t[j])));
    different.filter(whole).count() as f64
}

const CYCLE: [(usize, usize); 3] = [(0, 1), (1, 2), (2, 0)];
const FEED_FORWARD: [(usize, usize); 3] = [(0, 1), (1, 2), (0, 2)];

fn linked(n: u32, links: impl IntoIterator<Item = (u32, u32)>) -> SupplyGraph {
    graph(n, &links.into_iter().map(|(u, v)| (u, v, 1.0)).collect::<Vec<_>>())
}

#[test]
fn ties_of_given_degrees_are_drawn_evenly() {
    let case = Case::open("25_null_models");
    let expected =
        |path: &str| case.expected(&format!("undirected/{path}")).as_f64().expect("a number");
    let observed = case.expected("undirected/observed_edges").as_array().expect("a list");
    let end = |edge: &serde_json::Value, i: usize| edge[i].as_u64().expect("a node") as u32;
    let observed = linked(6, observed.iter().map(|edge| (end(edge, 0), end(edge, 1))));
    let (sample, attempts) = ends(&Rewiring::undirected(&observed, None), CHAINS);
    assert_eq!(attempts.made, 10_000 * 600);
    assert!(attempts.acceptance_rate().expect("some were made") > 0.05);
    // Ends of a tie are in no order.
    let ordered: Vec<Links> = sample
        .iter()
        .map(|links| {
            let mut links: Links = links.iter().map(|&(u, v)| (u.min(v), u.max(v))).collect();
            links.sort_unstable();
            links
        })
        .collect();
    assert_even(&ordered, 17);
    let triangles = |links: &Links| triples(links, 6, FEED_FORWARD);
    assert_mean(&ordered, triangles, expected("triangles_mean"), "triangles");
    // Degrees 3, 3, 2, 2, 1, 1 have eight pairs of ties at a node.
    let transitivity = |links: &Links| 3.0 * triangles(links) / 8.0;
    assert_mean(&ordered, transitivity, expected("transitivity_mean"), "transitivity");
    let connected = |links: &Links| {
        let mut part = 1_u32;
        for _ in 0..6 {
            let touches = |&&(u, v): &&(u32, u32)| (part >> u | part >> v) & 1 == 1;
            part |= links.iter().filter(touches).fold(0, |all, &(u, v)| all | 1 << u | 1 << v);
        }
        f64::from(u8::from(part == 63))
    };
    assert_mean(&ordered, connected, expected("connected_fraction"), "connected");
}

#[test]
fn flows_of_given_degrees_are_drawn_evenly() {
    let case = Case::open("25_null_models");
    let expected =
        |path: &str| case.expected(&format!("directed/{path}")).as_f64().expect("a number");
    // Out-degrees 2, 2, 1, 1, 0 and in-degrees 1, 1, 1, 1, 2.
    let start = linked(5, [(0, 1), (0, 4), (1, 0), (1, 2), (2, 3), (3, 4)]);
    let (sample, attempts) = ends(&Rewiring::directed(&start, None), CHAINS);
    assert!(attempts.acceptance_rate().expect("some were made") > 0.05);
    assert_even(&sample, 27);
    let reciprocity = |links: &Links| {
        links.iter().filter(|&&(u, v)| links.contains(&(v, u))).count() as f64 / 6.0
    };
    assert_mean(&sample, reciprocity, expected("reciprocity_mean"), "reciprocity");
    let forward = |links: &Links| triples(links, 5, FEED_FORWARD);
    assert_mean(&sample, forward, expected("feed_forward_loops_mean"), "feed-forward loops");
    let cycles = |links: &Links| triples(links, 5, CYCLE) / 3.0;
    assert_mean(&sample, cycles, expected("directed_3cycles_mean"), "cycles of three");
}

#[test]
fn a_cycle_of_three_is_reversed() {
    let cycle = Rewiring::directed(&linked(3, [(0, 1), (1, 2), (2, 0)]), None);
    assert_even(&ends(&cycle, CHAINS).0, 2);
    // Two cycles hang together by swaps, too.
    let two = linked(6, [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]);
    // As many as there are permutations of six without a fixed point.
    assert_even(&ends(&Rewiring::directed(&two, None), CHAINS).0, 265);
}

#[test]
fn groups_keep_what_they_trade_with_each_other() {
    // Two growers and a trader of one region, three buyers of another, and nodes of no group.
    let groups = [0, 0, 0, 1, 1, 1].map(Some);
    let groups: Vec<_> = groups.into_iter().chain([None, None]).collect();
    let links = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 4), (2, 4), (2, 5), (3, 0), (6, 7), (7, 6)];
    let start = linked(8, links);
    let (sample, _) = ends(&Rewiring::directed(&start, Some(&groups)), CHAINS);
    // The cycle runs either way round. Between the groups sellers have 1, 1, 2 links and buyers 1, 2, 1. The third seller
    // sells to two of the buyers: to the first two or the last two, which leaves two ways for the others, or one.
    assert_even(&sample, 2 * 5);
    let of_groups = |links: &Links| {
        let group = |u: u32| groups[u as usize];
        let mut pairs: Vec<_> = links.iter().map(|&(u, v)| (group(u), group(v))).collect();
        pairs.sort_unstable();
        pairs
    };
    let before = of_groups(&links.to_vec());
    assert!(sample.iter().all(|links| of_groups(links) == before));
    // Without directions: the cycle has no other form, nor has the pair; 3 – 0 and 0 – 3 are one tie.
    let (sample, _) = ends(&Rewiring::undirected(&start, Some(&groups)), CHAINS);
    assert!(sample.iter().all(|links| links.contains(&(6, 7)) && links.len() == 8));
    let crossing = |links: &Links| {
        let mut ties: Links =
            links.iter().copied().filter(|&(u, v)| (u < 3) != (v < 3) && v < 6).collect();
        for tie in &mut ties {
            *tie = (tie.0.min(tie.1), tie.0.max(tie.1));
        }
        ties
    };
    assert_even(&sample.iter().map(crossing).collect::<Vec<_>>(), 5);
}

#[test]
fn degrees_are_kept_and_sellers_stay() {
    let start = Rewiring::directed(&scattered(60, 300), None);
    let buyers = |links: &[(u32, u32)]| {
        let mut buyers: Vec<u32> = links.iter().map(|link| link.1).collect();
        buyers.sort_unstable();
        buyers
    };
    let few = Chains { replicates: 20, ..CHAINS };
    let links = |network: &Rewiring| network.links().to_vec();
    let mut n_changed = 0;
    let check = |found: Links| {
        let pairs = found.iter().zip(start.links());
        assert!(pairs.clone().all(|(new, old)| new.0 == old.0 && new.0 != new.1));
        n_changed += pairs.filter(|(new, old)| new != old).count();
        assert_eq!(buyers(&found), buyers(start.links()));
        let mut sorted = found.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), found.len(), "a link twice");
    };
    start.replicates(few, &NoProgress, links, check).expect("done");
    assert!(n_changed > 20 * start.links().len() / 2);
}

#[test]
fn a_club_by_chance_is_the_mean_over_all_networks() {
    let case = Case::open("25_null_models");
    let observed = linked(6, [(0, 1), (0, 2), (1, 2), (0, 3), (1, 4), (3, 5)]);
    let params = [("null_replicates", json!(10_000))];
    let tables = compute(&observed, "rich_club", &params);
    // Nodes of more than one partner are 0, 1, 2, 3; over the 17 networks of `25_null_models`, listed by enumeration in
    // this test, ties among them.
    let all = networks_of_degrees(&[3, 3, 2, 2, 1, 1]);
    assert_eq!(json!(all.len()), *case.expected("undirected/n_labelled_graphs"));
    for (k, members, row) in [(1, 4_u32, 1), (2, 2, 2)] {
        let pairs = f64::from(members * (members - 1) / 2);
        let phi = |links: &Links| {
            links.iter().filter(|&&(u, v)| u.max(v) < members).count() as f64 / pairs
        };
        let mean = all.iter().map(phi).sum::<f64>() / 17.0;
        let square = all.iter().map(|links| (phi(links) - mean).powi(2)).sum::<f64>();
        let sd = (square / 17.0).sqrt();
        let found = |name| column(&tables, name)[row].expect("defined");
        assert!((found("null_mean") - mean).abs() < 4.0 * sd / 100.0, "mean above {k}");
        assert!((found("null_sd") - sd).abs() < 0.03 * sd, "deviation above {k}");
        assert!((found("ratio") - found("phi") / found("null_mean")).abs() < 1e-12);
    }
    let idle = compute(&observed, "rich_club", &[]);
    assert_eq!(column(&idle, "null_mean"), [None; 4]);
}

/// All networks without directions whose nodes have these numbers of partners.
fn networks_of_degrees(degrees: &[usize]) -> Vec<Links> {
    let n = degrees.len() as u32;
    let pairs: Links = (0..n).flat_map(|u| (u + 1..n).map(move |v| (u, v))).collect();
    let chosen = |mask: u32| {
        let is_in = move |&(i, _): &(usize, &(u32, u32))| mask >> i & 1 == 1;
        pairs.iter().enumerate().filter(is_in).map(|(_, &pair)| pair).collect::<Links>()
    };
    let fits = |links: &Links| {
        let degree = |u| links.iter().filter(|&&(a, b)| a == u || b == u).count();
        (0..n).all(|u| degree(u) == degrees[u as usize])
    };
    (0..1_u32 << pairs.len()).map(chosen).filter(fits).collect()
}

/// Figures of one metric against chance.
fn against(graph: &SupplyGraph, metric: &str, model: NullModel, replicates: usize) -> Chance {
    let metrics = [(find(metric).expect("a known metric"), Params::default())];
    let config = NullConfig { model, replicates, ..NullConfig::default() };
    null_models(graph, &metrics, &config, &NoProgress).expect("done")
}

/// The mean of a statistic over the random networks is within four standard errors.
fn assert_chance(chance: &Chance, statistic: &str, expected: f64) {
    let of = chance.statistics.iter().find(|found| found.statistic == statistic);
    let values = &of.unwrap_or_else(|| panic!("no `{statistic}`")).values;
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    assert!(error > 0.0 && (mean - expected).abs() < 4.0 * error, "{statistic}: {mean} ± {error}");
}

#[test]
fn an_index_against_chance_has_the_mean_over_all_networks() {
    let case = Case::open("25_null_models");
    let expected = case.expected("directed/reciprocity_mean").as_f64().expect("a number");
    let start = linked(5, [(0, 1), (0, 4), (1, 0), (1, 2), (2, 3), (3, 4)]);
    for model in [NullModel::Rewire, NullModel::Weights] {
        let chance = against(&start, "reciprocity", model, 10_000);
        assert_chance(&chance, "reciprocity", expected);
        assert!(chance.acceptance_rate.expect("links are exchanged") > 0.05);
    }
}

#[test]
fn labels_at_random_meet_as_their_numbers_let_expect() {
    let labels = ["a", "a", "a", "a", "b", "b", "b", "b", "b", "b"];
    let links = (0..10).flat_map(|u| (1..5).map(move |k| (u, (u + k) % 10)));
    let network = linked(10, links).with_text("stage", labels.map(Some));
    let chance = against(&network, "stage_linkages", NullModel::Labels, 2_000);
    // A link joins an ordered pair of different nodes: 4 · 6 of 10 · 9 from a to b, 4 · 3 within a.
    assert_chance(&chance, "stage share: a → b", 24.0 / 90.0);
    assert_chance(&chance, "stage share: a → a", 12.0 / 90.0);
}

#[test]
fn what_a_model_keeps_never_varies() {
    let network = scattered(30, 90);
    let chance = against(&network, "reciprocity", NullModel::Shuffle, 50);
    let table = null_table(&chance);
    let row = (0..table.n_rows()).find(|&row| table.text("metric", row) == Some("reciprocity"));
    let row = row.expect("a row");
    let of = |name| table.number(name, row).expect("defined");
    assert!((of("null_mean") - of("observed")).abs() < 1e-12);
    assert_eq!(table.number("z", row), None);
    assert_eq!(table.text("status", row), Some("z=zero_denominator"));
    assert_eq!(table.number("p_two_sided", row), Some(1.0));
    let groups = (0..30).map(|u| Some(["grower", "still", "shop"][u % 3]));
    let staged = network.with_text("stage", groups);
    let chance = against(&staged, "stage_linkages", NullModel::StageRewire, 20);
    // Links keep their sellers and the stage of their buyers, so what stages sell each other stays as it is.
    for found in chance.statistics.iter().filter(|found| found.statistic.contains(" share: ")) {
        let observed = found.observed.expect("defined");
        assert!(found.values.iter().all(|x| (x - observed).abs() < 1e-12), "{}", found.statistic);
    }
}

#[test]
fn chance_is_the_same_at_any_number_of_threads() {
    let network = scattered(40, 160);
    for model in [NullModel::Rewire, NullModel::Weights, NullModel::Shuffle] {
        let one = with_threads(1, || against(&network, "reciprocity", model, 23));
        let three = with_threads(3, || against(&network, "reciprocity", model, 23));
        assert_eq!(one, three, "{}", model.name());
    }
}

/// The figure of a name in all networks.
fn figure_of(chance: &Chance, name: &str) -> Vec<f64> {
    let found = chance.statistics.iter().find(|one| one.statistic == name).expect("a figure");
    found.values.clone()
}

/// The mean is within four standard errors.
fn assert_near_mean(values: &[f64], expected: f64, what: &str) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let error = (square / n).sqrt();
    assert!(
        error > 0.0 && (mean - expected).abs() < 4.0 * error,
        "{what}: {mean} ± {error}, {expected}"
    );
}

#[test]
fn networks_of_given_totals_have_as_many_links_and_as_much_flow() {
    let graph = scattered(12, 40);
    let metrics = [(find("size").expect("a metric"), Params::default())];
    let observed = |name: &str| {
        let tables = compute(&graph, "size", &[]);
        crate::golden::figure(&tables, name).expect("defined")
    };
    let config = NullConfig { model: NullModel::Dcgm, replicates: 2000, ..NullConfig::default() };
    let chance = null_models(&graph, &metrics, &config, &NoProgress).expect("a result");
    let loops = observed("n_self_loops");
    let links: Vec<f64> = figure_of(&chance, "n_edges").iter().map(|n| n - loops).collect();
    assert_near_mean(&links, observed("n_edges") - loops, "links");
    // What would be flows to oneself is missing.
    let (mut sales, mut purchases) = (vec![0.0; graph.n_nodes()], vec![0.0; graph.n_nodes()]);
    let mut own = 0.0;
    for (u, v, flow) in graph.node_indices().flat_map(|u| {
        let graph = &graph;
        graph.customers(u).map(move |(v, flow)| (u.index(), v.index(), flow))
    }) {
        if u == v {
            own += flow;
        } else {
            sales[u] += flow;
            purchases[v] += flow;
        }
    }
    let total: f64 = sales.iter().sum();
    let missing: f64 = sales.iter().zip(&purchases).map(|(s, p)| s * p / total).sum();
    assert_near_mean(&figure_of(&chance, "total_flow"), total + own - missing, "flow");
}

#[test]
fn the_expected_network_has_a_mean_and_no_spread() {
    let graph = scattered(12, 40);
    let metrics = [(find("size").expect("a metric"), Params::default())];
    for model in [NullModel::Config, NullModel::Maxent] {
        let config = NullConfig { model, ..NullConfig::default() };
        let chance = null_models(&graph, &metrics, &config, &NoProgress).expect("a result");
        let flow = figure_of(&chance, "total_flow");
        let (sales, loops) = (
            graph.total_flow(),
            crate::golden::figure(&compute(&graph, "size", &[]), "n_self_loops"),
        );
        if model == NullModel::Config || loops == Some(0.0) {
            assert!(flow.len() == 1 && (flow[0] - sales).abs() < 1e-9 * sales);
        }
        let table = null_table(&chance);
        assert!(table.number("null_mean", 0).is_some() && table.number("null_sd", 0).is_none());
        assert!(table.number("p_two_sided", 0).is_none() && table.number("q_bh", 0).is_none());
    }
}

#[test]
fn networks_of_firms_drawn_anew_are_as_dense_on_average() {
    let graph = scattered(12, 40);
    let metrics = [(find("size").expect("a metric"), Params::default())];
    let config = BootstrapConfig { replicates: 4000, seed: 3, ..BootstrapConfig::default() };
    let run = |threads| {
        with_threads(threads, || bootstrap(&graph, &metrics, &config, &NoProgress))
            .expect("a result")
    };
    let found = run(1);
    assert_eq!(found, run(3));
    // Any two different firms drawn, or the pair lent to two copies of one, are a random pair (Snijders and Borgatti 1999).
    let links = |name: &str| found.iter().find(|one| one.statistic == name).expect("a figure");
    let (edges, loops) = (links("n_edges"), links("n_self_loops"));
    let mean = |one: &Resampled| one.values.iter().sum::<f64>() / one.values.len() as f64;
    let proper = mean(edges) - mean(loops);
    let expected = edges.estimate.expect("defined") - loops.estimate.expect("defined");
    let n = edges.values.len() as f64;
    let square = edges.values.iter().map(|x| (x - mean(edges)).powi(2)).sum::<f64>() / (n - 1.0);
    assert!((proper - expected).abs() < 4.0 * (square / n).sqrt(), "{proper}, expected {expected}");
    assert_eq!(edges.without.len(), graph.n_nodes());
    let (low, high) = edges.percentile().expect("defined");
    assert!(low <= mean(edges) && mean(edges) <= high);
}

#[test]
fn bias_corrected_bounds_are_those_of_the_formula() {
    // By Python 3.12, statistics.NormalDist.
    let one = Resampled {
        statistic: String::new(),
        estimate: Some(20.0),
        values: (0..100).map(|i| f64::from(i * i) / 100.0).collect(),
        without: vec![18.0, 19.0, 19.5, 20.5, 24.0],
    };
    let (low, high) = one.bias_corrected().expect("bounds");
    assert!(
        (low - 0.004_934_894_550_383_518).abs() < 1e-9
            && (high - 85.257_340_525_047_82).abs() < 1e-9,
        "{low} {high}"
    );
}
