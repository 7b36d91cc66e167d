//! Relations that linkages, stages, levels and attack curves keep on any network, and the same numbers by other routes.

use palenque_graph::table::Values;
use palenque_graph::{NoProgress, NodeIndex, SupplyGraph};
use palenque_metrics::fragmentation::apparent_stage::apparent_stages;
use palenque_metrics::fragmentation::concentration::trade_concentration;
use palenque_metrics::fragmentation::downstreamness::downstreamness;
use palenque_metrics::fragmentation::trophic_level::trophic_levels;
use palenque_metrics::fragmentation::upstreamness::upstreamness;
use palenque_metrics::kernel::coefficients::Economy as Coefficients;
use palenque_metrics::kernel::sums::Engine;
use palenque_metrics::linkage::dispersion::dispersion;
use palenque_metrics::linkage::stage_linkages::stage_linkages;
use palenque_metrics::linkage::total::{TotalLinkages, total_linkages, total_linkages_of};
use palenque_metrics::resilience::attack_curve::{RobustnessConfig, robustness_curves};
use palenque_metrics::resilience::attack_order::{AttackOrder, Target};
use palenque_metrics::{Params, find};
use proptest::prelude::*;

/// An economy by its flows and final demands; value added is what is left of output.
#[derive(Clone, Debug)]
pub(crate) struct Economy {
    pub(crate) n: u32,
    pub(crate) flows: Vec<(u32, u32, f64)>,
    pub(crate) final_demand: Vec<f64>,
}

impl Economy {
    fn sales(&self) -> Vec<f64> {
        let mut sales = vec![0.0; self.n as usize];
        self.flows.iter().for_each(|&(u, _, flow)| sales[u as usize] += flow);
        sales
    }

    pub(crate) fn output(&self) -> Vec<f64> {
        self.sales().iter().zip(&self.final_demand).map(|(sales, f)| sales + f).collect()
    }

    pub(crate) fn graph(&self) -> SupplyGraph {
        let ids = (0..self.n).map(|i| format!("n{i}"));
        SupplyGraph::from_flows(ids, self.flows.iter().copied())
            .expect("a good graph")
            .with_number("output", self.output().into_iter().map(Some))
    }

    pub(crate) fn relabelled(&self, place: &[u32]) -> Self {
        let moved = |&(u, v, flow): &(u32, u32, f64)| (place[u as usize], place[v as usize], flow);
        let mut final_demand = vec![0.0; self.n as usize];
        place.iter().zip(&self.final_demand).for_each(|(&to, &f)| final_demand[to as usize] = f);
        Self { n: self.n, flows: self.flows.iter().map(moved).collect(), final_demand }
    }

    pub(crate) fn scaled(&self, factor: f64) -> Self {
        let scale = |&(u, v, flow): &(u32, u32, f64)| (u, v, flow * factor);
        Self {
            n: self.n,
            flows: self.flows.iter().map(scale).collect(),
            final_demand: self.final_demand.iter().map(|f| f * factor).collect(),
        }
    }
}

/// Economies of up to 12 nodes where all sell something to final users, and so are productive.
pub(crate) fn economies() -> impl Strategy<Value = Economy> {
    (1_u32..12).prop_flat_map(|n| {
        let flow = (0..n, 0..n, 0.1_f64..50.0);
        let demand = prop::collection::vec(1.0_f64..50.0, n as usize);
        (prop::collection::vec(flow, 0..40), demand)
            .prop_map(move |(flows, final_demand)| Economy { n, flows, final_demand })
    })
}

/// An economy and a permutation of its nodes.
pub(crate) fn relabellings() -> impl Strategy<Value = (Economy, Vec<u32>)> {
    economies().prop_flat_map(|economy| {
        let place = Just((0..economy.n).collect::<Vec<u32>>()).prop_shuffle();
        (Just(economy), place)
    })
}

fn total(graph: &SupplyGraph) -> TotalLinkages {
    total_linkages(graph, &NoProgress).expect("productive")
}

pub(crate) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-10 * a.abs().max(b.abs()).max(1e-2)
}

pub(crate) fn all_near(a: &[Option<f64>], b: &[Option<f64>]) -> bool {
    let same = |(a, b): (&Option<f64>, &Option<f64>)| match (a, b) {
        (Some(a), Some(b)) => near(*a, *b),
        (None, None) => true,
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// The inverse of `I − M`, by Gauss and Jordan with pivoting.
pub(crate) fn inverse(m: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = m.len();
    let unit = |i: usize, j: usize| f64::from(u8::from(i == j));
    let row = |i: usize| {
        let left = (0..n).map(move |j| unit(i, j) - m[i][j]);
        left.chain((0..n).map(move |j| unit(i, j))).collect::<Vec<f64>>()
    };
    let mut rows: Vec<Vec<f64>> = (0..n).map(row).collect();
    for k in 0..n {
        let pivot = (k..n).max_by(|&a, &b| rows[a][k].abs().total_cmp(&rows[b][k].abs()));
        rows.swap(k, pivot.expect("a row is left"));
        let scale = rows[k][k];
        rows[k].iter_mut().for_each(|x| *x /= scale);
        let pivot = rows[k].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != k) {
            let factor = row[k];
            row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
        }
    }
    rows.into_iter().map(|row| row[n..].to_vec()).collect()
}

pub(crate) fn dense(
    economy: &Economy,
    coefficient: impl Fn(usize, usize, f64) -> f64,
) -> Vec<Vec<f64>> {
    let n = economy.n as usize;
    let mut m = vec![vec![0.0; n]; n];
    for &(u, v, flow) in &economy.flows {
        let (u, v) = (u as usize, v as usize);
        m[u][v] += coefficient(u, v, flow);
    }
    m
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn total_linkages_are_sums_of_the_dense_inverse(economy in economies()) {
        let x = economy.output();
        let leontief = inverse(&dense(&economy, |_, v, flow| flow / x[v]));
        let ghosh = inverse(&dense(&economy, |u, _, flow| flow / x[u]));
        let rows = |m: &[Vec<f64>]| m.iter().map(|row| Some(row.iter().sum())).collect::<Vec<_>>();
        let n = economy.n as usize;
        let columns: Vec<_> =
            (0..n).map(|j| Some(leontief.iter().map(|row| row[j]).sum())).collect();
        let found = total(&economy.graph());
        prop_assert!(all_near(&found.backward, &columns));
        prop_assert!(all_near(&found.forward_leontief, &rows(&leontief)));
        prop_assert!(all_near(&found.forward_ghosh, &rows(&ghosh)));
    }

    #[test]
    fn both_engines_find_the_same_sums(economy in economies()) {
        let graph = economy.graph();
        let by = |engine| {
            let economy = Coefficients::of(&graph).and_then(Coefficients::productive)?.by(engine);
            total_linkages_of(&economy, &NoProgress)
        };
        let [dense, sparse] = [Engine::Dense, Engine::Sparse].map(|e| by(e).expect("productive"));
        prop_assert!(all_near(&dense.backward, &sparse.backward));
        prop_assert!(all_near(&dense.forward_ghosh, &sparse.forward_ghosh));
        prop_assert!(all_near(&dense.forward_leontief, &sparse.forward_leontief));
    }

    #[test]
    fn relabelling_permutes_what_belongs_to_nodes((economy, place) in relabellings()) {
        let (graph, moved) = (economy.graph(), economy.relabelled(&place).graph());
        let back = |values: Vec<Option<f64>>| -> Vec<Option<f64>> {
            place.iter().map(|&to| values[to as usize]).collect()
        };
        let (a, b) = (total(&graph), total(&moved));
        prop_assert!(all_near(&a.backward, &back(b.backward)));
        prop_assert!(all_near(&a.forward_ghosh, &back(b.forward_ghosh)));
        prop_assert!(all_near(&a.forward_leontief, &back(b.forward_leontief)));
        let levels = |graph| trophic_levels(graph, &NoProgress).expect("converges");
        let (a, b) = (levels(&graph), levels(&moved));
        let some = |values: Vec<f64>| values.into_iter().map(Some).collect::<Vec<_>>();
        prop_assert!(all_near(&some(a.level), &back(some(b.level))));
        let (a, b) = (trade_concentration(&graph), trade_concentration(&moved));
        prop_assert!(all_near(&a.hhi_suppliers, &back(b.hhi_suppliers)));
        prop_assert!(all_near(&a.hhi_buyers_incl_final, &back(b.hhi_buyers_incl_final)));
    }

    #[test]
    fn the_unit_of_the_flows_does_not_matter(economy in economies(), factor in 1e-6_f64..1e6) {
        let (graph, scaled) = (economy.graph(), economy.scaled(factor).graph());
        for name in ["direct_linkages", "total_linkages", "upstreamness", "downstreamness",
            "leakage", "vertical_integration", "trophic_level", "concentration"] {
            let metric = find(name).expect("a metric");
            let run = |graph| metric.compute(graph, &Params::default(), &NoProgress).expect(name);
            for (a, b) in run(&graph).iter().zip(run(&scaled)) {
                for (a, b) in a.columns().iter().zip(b.columns()) {
                    if let (Values::F64(_), Values::F64(_)) = (&a.values, &b.values) {
                        let cells = |c: &palenque_graph::table::Column| {
                            (0..c.values.len()).map(|row| c.values.number(row)).collect::<Vec<_>>()
                        };
                        prop_assert!(all_near(&cells(a), &cells(b)), "{} of {}", a.spec.name, name);
                    }
                }
            }
        }
    }

    #[test]
    fn stages_embodied_in_demand_and_passed_by_factors_are_one_number(economy in economies()) {
        let graph = economy.graph();
        let x = economy.output();
        let purchases: Vec<f64> = graph.node_indices().map(|j| graph.in_strength(j)).collect();
        let value_added: Vec<f64> = x.iter().zip(&purchases).map(|(x, bought)| x - bought).collect();
        let sum = |weights: &[f64], values: &[Option<f64>]| -> f64 {
            weights.iter().zip(values).filter_map(|(w, v)| Some(w * (*v)?)).sum()
        };
        let n = downstreamness(&graph, &NoProgress).expect("productive");
        let u = upstreamness(&graph, &NoProgress).expect("productive");
        let output: f64 = x.iter().sum();
        prop_assert!(near(sum(&economy.final_demand, &n), output));
        // Value added may be negative here, and a sum of large terms of both signs loses digits.
        let size: f64 = value_added.iter().zip(&u).map(|(v, u)| (v * u.unwrap_or(0.0)).abs()).sum();
        prop_assert!((sum(&value_added, &u) - output).abs() <= 1e-10 * size);
    }

    #[test]
    fn dispersion_indices_have_mean_one(economy in economies()) {
        let found = total(&economy.graph());
        for linkages in [&found.backward, &found.forward_ghosh, &found.forward_leontief] {
            let sum: f64 = dispersion(linkages).into_iter().flatten().sum();
            prop_assert!(near(sum, f64::from(economy.n)));
        }
    }

    #[test]
    fn reversing_the_flows_turns_levels_upside_down(economy in economies()) {
        let reversed = Economy {
            flows: economy.flows.iter().map(|&(u, v, flow)| (v, u, flow)).collect(),
            ..economy.clone()
        };
        let forth = trophic_levels(&economy.graph(), &NoProgress).expect("converges");
        let back = trophic_levels(&reversed.graph(), &NoProgress).expect("converges");
        prop_assert!(near(forth.incoherence.unwrap_or(0.0), back.incoherence.unwrap_or(0.0)));
        // Within a component, a rise forth is a rise back.
        for &(u, v, _) in &economy.flows {
            let (u, v) = (u as usize, v as usize);
            let (rise, fall) = (forth.level[v] - forth.level[u], back.level[u] - back.level[v]);
            prop_assert!((rise - fall).abs() <= 1e-9, "{rise} and {fall}");
        }
    }

    #[test]
    fn stages_of_a_layered_network_are_its_layers(
        layers in prop::collection::vec(1_u32..5, 2..6),
        picks in prop::collection::vec((0_u32..64, 0_u32..64, 1_u8..9), 40),
    ) {
        let starts: Vec<u32> = layers.iter().scan(0, |sum, n| { *sum += n; Some(*sum - n) }).collect();
        let mut flows = Vec::new();
        for k in 1..layers.len() {
            // Everybody has a tie to the first of the next layer or the one before, so that all hang together.
            flows.extend((0..layers[k - 1]).map(|i| (starts[k - 1] + i, starts[k], 1.0)));
            flows.extend((1..layers[k]).map(|j| (starts[k - 1], starts[k] + j, 2.0)));
        }
        for (a, b, flow) in picks {
            let k = (a as usize + b as usize) % (layers.len() - 1);
            let ends = (starts[k] + a % layers[k], starts[k + 1] + b % layers[k + 1]);
            flows.push((ends.0, ends.1, f64::from(flow)));
        }
        let n: u32 = layers.iter().sum();
        let layer = |v: u32| starts.iter().filter(|start| **start <= v).count() as u32;
        let graph = SupplyGraph::from_flows((0..n).map(|v| v.to_string()), flows).expect("a good graph");
        let graph = graph.with_text("stage", (0..n).map(|v| Some(layer(v).to_string())));
        let found = apparent_stages(&graph, "", &NoProgress).expect("converges");
        prop_assert_eq!(&found.stage, &(0..n).map(|v| Some(layer(v))).collect::<Vec<_>>());
        prop_assert_eq!((found.one_stage_share, found.n_stages), (Ok(1.0), layers.len()));
        prop_assert_eq!(found.agreement, Ok(1.0));
    }

    #[test]
    fn levels_satisfy_their_equation(economy in economies()) {
        let graph = economy.graph();
        let h = trophic_levels(&graph, &NoProgress).expect("converges").level;
        for i in graph.node_indices() {
            let others = |trade: &(NodeIndex, f64)| trade.0 != i;
            let out = graph.customers(i).filter(others);
            let strain: f64 = out.map(|(j, z)| z * (h[j.index()] - h[i.index()] - 1.0)).sum();
            let inc = graph.suppliers(i).filter(others);
            let strain: f64 =
                inc.map(|(j, z)| z * (h[j.index()] - h[i.index()] + 1.0)).sum::<f64>() + strain;
            let size = graph.in_strength(i) + graph.out_strength(i);
            prop_assert!(strain.abs() <= 1e-11 * size, "{strain} at {}", graph.node_id(i));
        }
    }

    #[test]
    fn merging_groups_adds_their_linkages((economy, place) in relabellings()) {
        // Fine groups 0…3 lie in coarse groups 0 and 1.
        let fine = |i: usize| place[i] % 4;
        let text = |k: u32| Some(format!("{k}"));
        let n = economy.n as usize;
        let graph = economy.graph().with_text("fine", (0..n).map(|i| text(fine(i))));
        let graph = graph.with_text("coarse", (0..n).map(|i| text(fine(i) / 2)));
        let by = |column| stage_linkages(&graph, column).expect("a column");
        let (fine, coarse) = (by("fine"), by("coarse"));
        prop_assert!(near(fine.total_flow(), graph.total_flow()));
        let number = |name: &str| name.parse::<u32>().expect("a number");
        let (g, k) = (fine.groups.len(), coarse.groups.len());
        for s in 0..k {
            for t in 0..k {
                let inside = |group: usize, of: usize| {
                    number(&fine.groups.names[group]) / 2 == number(&coarse.groups.names[of])
                };
                let pairs = (0..g * g).filter(|at| inside(at / g, s) && inside(at % g, t));
                let (flow, edges) = pairs.fold((0.0, 0), |(flow, edges), at| {
                    (flow + fine.flow[at], edges + fine.n_edges[at])
                });
                prop_assert!(near(flow, coarse.flow[s * k + t]));
                prop_assert_eq!(edges, coarse.n_edges[s * k + t]);
            }
        }
    }

    #[test]
    fn an_attack_never_mends_a_network(economy in economies()) {
        use AttackOrder::{Betweenness, Degree, Output, PagerankReverse, Random, Strength};
        let graph = economy.graph();
        let orders = vec![Random, Degree, Strength, Betweenness, PagerankReverse, Output];
        let config = RobustnessConfig { orders, replicates: 20, ..RobustnessConfig::default() };
        for curve in robustness_curves(&graph, &config, &NoProgress).expect("curves") {
            let n = f64::from(economy.n);
            // Only links can be missing. Without all but the last of them, all nodes may still hang together.
            let most = match curve.target {
                Target::Node => (n - 1.0) / (2.0 * n) + 1e-12,
                Target::Edge => 1.0,
            };
            let Some(r) = curve.r_index else {
                prop_assert_eq!((curve.target, curve.n_units), (Target::Edge, 0));
                continue;
            };
            prop_assert!((0.0..=most).contains(&r), "{r}");
            for pair in curve.points.windows(2) {
                prop_assert!(pair[1].giant_wcc_share <= pair[0].giant_wcc_share);
                prop_assert!(pair[1].surviving_flow_share <= pair[0].surviving_flow_share);
                prop_assert!(pair[1].served_demand_share <= pair[0].served_demand_share);
                // At random, the weak share is exact on a small network and the strong one an average of replicates.
                let strong = pair[0].giant_scc_share.expect("a small network");
                prop_assert!(curve.order == Random || strong <= pair[0].giant_wcc_share + 1e-12);
            }
        }
    }
}
