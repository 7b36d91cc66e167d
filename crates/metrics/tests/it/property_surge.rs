//! Relations that hold for surge capacity on every network.

use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::flexibility::surge_capacity_lp::{
    SurgeGoal, SurgeLp, SurgeLpConfig, surge_capacity_lp,
};
use palenque_metrics::flexibility::surge_capacity_maxflow::{
    MaxflowConfig, SurgeFlow, surge_capacity_maxflow,
};
use palenque_metrics::flexibility::time_to_scale::{ScalingStage, scale_up};
use palenque_metrics::kernel::input_groups::InputClass;
use palenque_metrics::resilience::essentiality::Essentiality;
use proptest::prelude::*;

const SECTORS: [&str; 3] = ["agave", "glass", "mezcal"];

/// Firms with their sector, what they sell to final users, and their room in fifths of output; and trades.
#[derive(Clone, Debug)]
struct Cluster {
    firms: Vec<(usize, f64, f64)>,
    flows: Vec<(u32, u32, f64)>,
}

fn clusters() -> impl Strategy<Value = Cluster> {
    (2_u32..12).prop_flat_map(|n| {
        let firm = (0..SECTORS.len(), 1_u8..4, 0_u8..5)
            .prop_map(|(sector, f, room)| (sector, f64::from(f), f64::from(room)));
        let flow = (0..n, 0..n, 1_u8..5).prop_map(|(u, v, w)| (u, v, f64::from(w)));
        let firms = prop::collection::vec(firm, n as usize);
        let flows = prop::collection::vec(flow, 1..40);
        (firms, flows).prop_map(|(firms, flows)| Cluster { firms, flows })
    })
}

impl Cluster {
    /// The network with all flows and outputs times `scale`, firm `i` at the place `place[i]`, and more room for all.
    fn graph(&self, scale: f64, place: &[usize], more: f64) -> SupplyGraph {
        let n = self.firms.len();
        let flows = self
            .flows
            .iter()
            .map(|&(u, v, w)| (place[u as usize] as u32, place[v as usize] as u32, w * scale));
        let graph = SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows);
        let graph = graph.expect("a good graph");
        let mut firms = vec![(0, 0.0, 0.0); n];
        for (firm, &at) in self.firms.iter().zip(place) {
            firms[at] = *firm;
        }
        let (sold, bought) = (graph.out_strengths(), graph.in_strengths());
        // Value is added everywhere, so that the economy is productive.
        let output: Vec<f64> = firms
            .iter()
            .zip(sold.iter().zip(&bought))
            .map(|((_, f, _), (sold, bought))| (sold + f * scale).max(bought + scale))
            .collect();
        let capacity =
            output.iter().zip(&firms).map(|(x, (.., room))| x * (1.0 + 0.2 * room + more));
        let capacity: Vec<Option<f64>> = capacity.map(Some).collect();
        graph
            .with_text("sector", firms.iter().map(|(sector, ..)| Some(SECTORS[*sector])))
            .with_text("stage", firms.iter().map(|(sector, ..)| Some(["1", "2", "3"][*sector])))
            .with_number("output", output.into_iter().map(Some))
            .with_number("capacity", capacity)
    }

    fn in_order(&self) -> Vec<usize> {
        (0..self.firms.len()).collect()
    }
}

fn program(graph: &SupplyGraph, goal: SurgeGoal) -> SurgeLp {
    let inputs = Essentiality::uniform(graph, "sector", InputClass::Essential).expect("sectors");
    surge_capacity_lp(graph, &inputs, goal, &SurgeLpConfig::default(), &NoProgress).expect("one")
}

fn flow(graph: &SupplyGraph) -> SurgeFlow {
    surge_capacity_maxflow(graph, &MaxflowConfig::default(), &NoProgress).expect("a flow")
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-6 * a.abs().max(b.abs()).max(1e-9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_are_certain_and_never_below_what_is_made_now(cluster in clusters()) {
        let graph = cluster.graph(1.0, &cluster.in_order(), 0.0);
        let (total, factor) =
            (program(&graph, SurgeGoal::Total), program(&graph, SurgeGoal::Proportional));
        for found in [&total, &factor] {
            prop_assert!(found.value <= found.bound && near(found.value, found.bound));
        }
        prop_assert!(factor.value >= 1.0 - 1e-6);
        prop_assert!(total.value >= factor.value * total.baseline * (1.0 - 1e-6));
        // Ties stop at half as much again, and nobody sells more than capacity.
        let limits = factor.bottlenecks.nodes.iter().chain(&factor.bottlenecks.edges);
        prop_assert!(limits.clone().all(|(_, limit)| limit.price > 0.0));
        let more = cluster.graph(1.0, &cluster.in_order(), 0.3);
        prop_assert!(program(&more, SurgeGoal::Total).bound >= total.value);
        prop_assert!(program(&more, SurgeGoal::Proportional).bound >= factor.value);
    }

    #[test]
    fn programs_do_not_depend_on_names_or_units(cluster in clusters(), turn in 0_usize..12) {
        let place = cluster.in_order();
        let mut turned = place.clone();
        turned.rotate_left(turn % place.len());
        let before = cluster.graph(1.0, &place, 0.0);
        let after = cluster.graph(1000.0, &turned, 0.0);
        for (goal, unit) in [(SurgeGoal::Total, 1000.0), (SurgeGoal::Proportional, 1.0)] {
            let (a, b) = (program(&before, goal), program(&after, goal));
            prop_assert!(near(a.value * unit, b.value), "{} and {}", a.value, b.value);
        }
    }

    #[test]
    fn flows_are_cuts_and_nobody_is_missed_by_more_than_it_can_carry(cluster in clusters()) {
        let graph = cluster.graph(1.0, &cluster.in_order(), 0.0);
        let surge = flow(&graph);
        let cut = surge.cut.nodes.iter().chain(&surge.cut.edges);
        let capacity: f64 = cut.map(|(_, limit)| limit.capacity).sum();
        prop_assert!(near(capacity, surge.volume), "{capacity} and {}", surge.volume);
        let carries = graph.nodes().number("capacity").expect("capacities");
        for (v, without) in surge.without.iter().enumerate() {
            let without = without.expect("few nodes");
            let most = carries.get(v).expect("a capacity");
            prop_assert!(without <= surge.volume && without >= surge.volume - most - 1e-5);
            // As if it had no capacity at all.
            let closed = carries.iter().enumerate().map(|(u, c)| if u == v { Some(0.0) } else { c });
            let closed = graph.clone().with_number("capacity", closed.collect::<Vec<_>>());
            prop_assert!(near(flow(&closed).volume, without));
        }
        let scaled = flow(&cluster.graph(1000.0, &cluster.in_order(), 0.0));
        prop_assert!(near(scaled.volume, 1000.0 * surge.volume));
    }

    #[test]
    fn a_chain_never_makes_more_than_it_is_asked_or_holds(
        parts in prop::collection::vec((1_u8..20, 0_u8..10, 0_u8..30, 0_usize..4), 1..5),
    ) {
        let stages: Vec<ScalingStage> = parts
            .iter()
            .map(|&(output, growth, inventory, lead)| ScalingStage {
                name: String::new(),
                output: f64::from(output),
                target: 2.0 * f64::from(output),
                growth: f64::from(growth) / 10.0,
                capacity: 3.0 * f64::from(output),
                need: 1.0,
                inventory: f64::from(inventory),
                lead,
            })
            .collect();
        let path = scale_up(&stages, 30);
        let (mut arrived, mut used) = (vec![0.0; stages.len()], vec![0.0; stages.len()]);
        for (s, stage) in stages.iter().enumerate() {
            arrived[s] = stage.inventory;
            if let Some(before) = s.checked_sub(1) {
                arrived[s] += stages[before].output * stages[before].lead as f64;
            }
        }
        for period in &path {
            for (s, (stage, of)) in stages.iter().zip(period).enumerate() {
                prop_assert!(of.production >= 0.0 && of.production <= stage.target);
                prop_assert!(s == 0 || of.production <= of.inventory + 1e-12);
                used[s] += of.production;
                prop_assert!(s == 0 || used[s] <= arrived[s] + 1e-9);
                if let Some(next) = arrived.get_mut(s + 1) {
                    *next += of.production;
                }
            }
        }
    }
}
