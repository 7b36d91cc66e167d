//! Relations that hold for systemic risk on every network.

use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::kernel::input_groups::InputClass;
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::resilience::dependency_percolation::{
    DependencyConfig, dependency_percolation,
};
use palenque_metrics::resilience::esri::{EsriConfig, Risk, Substitution, esri};
use palenque_metrics::resilience::esri_weights::esri_weights;
use palenque_metrics::resilience::essentiality::Essentiality;
use proptest::prelude::*;

const SECTORS: [&str; 3] = ["agave", "glass", "mezcal"];

/// No ratio of small numbers: a loss that grows by just as much would be past it or not by its last bit, and two ways of adding
/// it up would stop a step apart.
const COARSE: f64 = std::f64::consts::FRAC_1_PI * 3e-3;

/// Firms with their sector and what they sell to final users, trades, and the classes of inputs.
#[derive(Clone, Debug)]
struct Cluster {
    firms: Vec<(usize, f64)>,
    flows: Vec<(u32, u32, f64)>,
    classes: Vec<u8>,
}

fn clusters() -> impl Strategy<Value = Cluster> {
    (2_u32..14).prop_flat_map(|n| {
        let firm = (0..SECTORS.len(), 0_u8..4).prop_map(|(sector, f)| (sector, f64::from(f)));
        let flow = (0..n, 0..n, 1_u8..5).prop_map(|(u, v, w)| (u, v, f64::from(w)));
        let firms = prop::collection::vec(firm, n as usize);
        let flows = prop::collection::vec(flow, 1..50);
        let classes = prop::collection::vec(0_u8..3, SECTORS.len() * SECTORS.len());
        (firms, flows, classes).prop_map(|(firms, flows, classes)| Cluster {
            firms,
            flows,
            classes,
        })
    })
}

impl Cluster {
    /// The network with all flows and outputs times `scale`, firm `i` at the place `place[i]`.
    fn graph(&self, scale: f64, place: &[usize]) -> SupplyGraph {
        let n = self.firms.len();
        let flows = self
            .flows
            .iter()
            .map(|&(u, v, w)| (place[u as usize] as u32, place[v as usize] as u32, w * scale));
        let graph = SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows);
        let graph = graph.expect("a good graph");
        let mut firms = vec![(0, 0.0); n];
        (0..n).for_each(|i| firms[place[i]] = self.firms[i]);
        let sold = graph.out_strengths();
        let output = firms.iter().zip(&sold).map(|((_, f), sold)| Some(sold + f * scale));
        let output: Vec<Option<f64>> = output.collect();
        graph
            .with_text("sector", firms.iter().map(|(sector, _)| Some(SECTORS[*sector])))
            .with_number("output", output)
    }

    fn class(&self, seller: usize, buyer: usize) -> InputClass {
        match self.classes[seller * SECTORS.len() + buyer] {
            0 => InputClass::Negligible,
            1 => InputClass::Substitutable,
            _ => InputClass::Essential,
        }
    }

    fn inputs(&self, graph: &SupplyGraph) -> Essentiality {
        let none = Essentiality::uniform(graph, "", InputClass::Negligible).expect("sectors");
        let pairs = (0..9).map(|at| (at / 3, at % 3));
        pairs.fold(none, |inputs, (k, l)| {
            inputs.with_class(SECTORS[k], SECTORS[l], self.class(k, l))
        })
    }

    fn in_order(&self) -> Vec<usize> {
        (0..self.firms.len()).collect()
    }
}

fn run(graph: &SupplyGraph, inputs: &Essentiality, config: &EsriConfig) -> Vec<Option<Risk>> {
    esri(graph, inputs, config, &NoProgress).expect("a result")
}

/// Losses in the end by the recursion as it is written down, all firms in every step.
fn recursion(cluster: &Cluster, graph: &SupplyGraph, failed: usize, epsilon: f64) -> (f64, u32) {
    let n = graph.n_nodes();
    let sector = |v: usize| cluster.firms[v].0;
    let output = |v: usize| graph.nodes().number("output").and_then(|x| x.get(v)).unwrap_or(0.0);
    let (sales, purchases) = (graph.out_strengths(), graph.in_strengths());
    let flows: Vec<(usize, usize, f64)> = graph
        .node_indices()
        .flat_map(|u| graph.customers(u).map(move |(v, flow)| (u.index(), v.index(), flow)))
        .collect();
    let mut psi = vec![1.0; n];
    psi[failed] = 0.0;
    let (mut down, mut up) = (psi.clone(), psi.clone());
    for step in 1.. {
        let left = |k: usize| -> f64 {
            (0..n).filter(|&l| sector(l) == k).map(|l| sales[l] * down[l]).sum()
        };
        let sigma = |i: usize| {
            let left = left(sector(i));
            if left <= 1e-12 * (0..n).map(|l| sales[l]).sum::<f64>() {
                1.0
            } else {
                (sales[i] / left).min(1.0)
            }
        };
        let lost = |j: usize, k: Option<usize>| -> f64 {
            let of_group = |i: usize| match (cluster.class(sector(i), sector(j)), k) {
                (InputClass::Essential, Some(k)) => sector(i) == k,
                (InputClass::Substitutable, None) => true,
                _ => false,
            };
            let group = flows.iter().filter(|(i, buyer, _)| *buyer == j && of_group(*i));
            let bought: f64 = group.clone().map(|(_, _, flow)| flow).sum();
            let all = if k.is_some() { bought } else { purchases[j] };
            group.map(|&(i, _, flow)| flow / all * sigma(i) * (1.0 - down[i])).sum()
        };
        let groups = [None, Some(0), Some(1), Some(2)];
        let worst = |j: usize| groups.iter().map(|k| lost(j, *k)).fold(0.0, f64::max);
        let next_down: Vec<f64> = (0..n).map(|j| psi[j].min(1.0 - worst(j)).max(0.0)).collect();
        let orders = |i: usize| -> f64 {
            let own = flows.iter().filter(|(seller, _, _)| *seller == i);
            own.map(|&(_, j, flow)| flow / output(i) * (1.0 - up[j])).sum()
        };
        let next_up: Vec<f64> = (0..n).map(|i| psi[i].min(1.0 - orders(i)).max(0.0)).collect();
        let fell = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).fold(0.0, f64::max);
        let most = fell(&down, &next_down).max(fell(&up, &next_up));
        (down, up) = (next_down, next_up);
        if most <= epsilon {
            let all: f64 = (0..n).map(output).sum();
            let lost = (0..n).map(|v| output(v) * (1.0 - down[v].min(up[v]))).sum::<f64>();
            return (if all > 0.0 { lost / all } else { 0.0 }, step);
        }
    }
    unreachable!("losses settle")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_the_recursion_step_by_step(cluster in clusters()) {
        let graph = cluster.graph(1.0, &cluster.in_order());
        let config = EsriConfig { epsilon: COARSE, ..EsriConfig::default() };
        for (v, risk) in run(&graph, &cluster.inputs(&graph), &config).into_iter().enumerate() {
            let (expected, steps) = recursion(&cluster, &graph, v, COARSE);
            let risk = risk.expect("all were asked for");
            prop_assert!((risk.esri - expected).abs() < 1e-9, "{v}: {} {expected}", risk.esri);
            prop_assert_eq!(risk.iterations, steps);
        }
    }

    #[test]
    fn units_names_and_threads_do_not_matter(cluster in clusters(), power in -3_i32..7, turn in 0_usize..14) {
        let n = cluster.firms.len();
        let graph = cluster.graph(1.0, &cluster.in_order());
        let config = EsriConfig { epsilon: COARSE, ..EsriConfig::default() };
        let risk = run(&graph, &cluster.inputs(&graph), &config);
        let place: Vec<usize> = (0..n).map(|i| (i + turn) % n).collect();
        let moved = cluster.graph(10.0_f64.powi(power), &place);
        let other = run(&moved, &cluster.inputs(&moved), &config);
        for (v, risk) in risk.iter().enumerate() {
            let (a, b) = (risk.expect("all"), other[place[v]].expect("all"));
            prop_assert!((a.esri - b.esri).abs() < 1e-9);
            prop_assert!((a.esri_down - b.esri_down).abs() < 1e-9);
            prop_assert!((a.esri_up - b.esri_up).abs() < 1e-9);
        }
        let again = with_threads(3, || run(&graph, &cluster.inputs(&graph), &config));
        prop_assert_eq!(risk, again);
    }

    #[test]
    fn it_is_at_least_the_firms_own_share(cluster in clusters()) {
        let graph = cluster.graph(1.0, &cluster.in_order());
        let risk = run(&graph, &cluster.inputs(&graph), &EsriConfig::default());
        let output: Vec<f64> = (0..graph.n_nodes())
            .map(|v| graph.nodes().number("output").and_then(|x| x.get(v)).unwrap_or(0.0))
            .collect();
        let all: f64 = output.iter().sum();
        for (risk, output) in risk.iter().zip(&output) {
            let risk = risk.expect("all");
            prop_assert!(risk.esri >= output / all - 1e-12);
            prop_assert!(risk.esri >= risk.esri_down.max(risk.esri_up) - 1e-12);
            prop_assert!(risk.esri <= risk.esri_down + risk.esri_up + 1e-12);
        }
    }

    #[test]
    fn a_sum_of_weights_is_the_mean_of_what_each_tells(cluster in clusters()) {
        let graph = cluster.graph(1.0, &cluster.in_order());
        let jobs = |v: usize| (v % 3) as f64 + 1.0;
        let n = graph.n_nodes();
        let output = graph.nodes().number("output").expect("a column").clone();
        let both = (0..n).map(|v| Some(jobs(v) + output.get(v).unwrap_or(0.0)));
        let graph = graph.with_number("jobs", (0..n).map(|v| Some(jobs(v)))).with_number("both", both);
        let weights = ["output", "jobs", "both"].map(str::to_owned);
        let inputs = cluster.inputs(&graph);
        let found = esri_weights(&graph, &inputs, &weights, &EsriConfig::default(), &NoProgress);
        let found = found.expect("a result");
        let sum = |of: &dyn Fn(usize) -> f64| (0..n).map(of).sum::<f64>();
        let (made, worked) = (sum(&|v| output.get(v).unwrap_or(0.0)), sum(&jobs));
        for v in 0..n {
            let [a, b, c] = [0, 1, 2].map(|k| found[k].risk[v].expect("all").esri);
            prop_assert!((c * (made + worked) - a * made - b * worked).abs() < 1e-9 * (made + worked));
        }
    }

    #[test]
    fn replacing_each_other_never_hurts(cluster in clusters()) {
        let graph = cluster.graph(1.0, &cluster.in_order());
        let inputs = cluster.inputs(&graph);
        let settled = EsriConfig { epsilon: 1e-12, ..EsriConfig::default() };
        let alone = EsriConfig { substitution: Substitution::None, ..settled.clone() };
        let with = run(&graph, &inputs, &settled);
        for (with, without) in with.iter().zip(run(&graph, &inputs, &alone)) {
            prop_assert!(with.expect("all").esri_down <= without.expect("all").esri_down + 1e-6);
        }
    }

    #[test]
    fn the_largest_are_the_largest_of_all(cluster in clusters(), top in 1_usize..6) {
        let graph = cluster.graph(1.0, &cluster.in_order());
        let inputs = cluster.inputs(&graph);
        let all = run(&graph, &inputs, &EsriConfig::default());
        let some = run(&graph, &inputs, &EsriConfig { top, ..EsriConfig::default() });
        let mut sorted: Vec<f64> = all.iter().flatten().map(|r| r.esri).collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let least = sorted.get(top - 1).copied().unwrap_or(0.0);
        for (all, some) in all.iter().zip(&some) {
            let esri = all.expect("all").esri;
            match some {
                Some(found) => prop_assert!((found.esri - esri).abs() < 1e-12 && esri >= least - 1e-12),
                None => prop_assert!(esri <= least + 1e-12),
            }
        }
    }

    #[test]
    fn what_works_is_the_largest_set_that_supplies_itself(cluster in clusters()) {
        let graph = cluster.graph(1.0, &cluster.in_order());
        let n = graph.n_nodes();
        let failures = dependency_percolation(&graph, &cluster.inputs(&graph), &DependencyConfig::default(), &NoProgress);
        for (failed, failure) in failures.expect("a result").iter().enumerate() {
            let mut works: Vec<bool> = (0..n).map(|v| v != failed).collect();
            loop {
                let lacks = |v: usize| {
                    (0..SECTORS.len()).any(|k| {
                        let sells = |u: u32, buyer: u32| {
                            buyer as usize == v && u != buyer && cluster.firms[u as usize].0 == k
                        };
                        let sellers: Vec<u32> =
                            cluster.flows.iter().filter(|f| sells(f.0, f.1)).map(|f| f.0).collect();
                        cluster.class(k, cluster.firms[v].0) == InputClass::Essential
                            && !sellers.is_empty()
                            && sellers.iter().all(|&u| !works[u as usize])
                    })
                };
                let Some(next) = (0..n).find(|&v| works[v] && lacks(v)) else { break };
                works[next] = false;
            }
            prop_assert_eq!(failure.n_failed, works.iter().filter(|works| !**works).count());
        }
    }
}
