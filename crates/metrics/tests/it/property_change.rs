//! Relations that indices of change keep on any panel, and the same numbers by other routes.

use palenque_graph::{NoProgress, Panel, PeriodPair, SupplyGraph, Table, TableId};
use palenque_metrics::change::davis_haltiwanger::gross_flows;
use palenque_metrics::change::edge_persistence::link_histories;
use palenque_metrics::change::link_dynamics::{LinkDynamicsConfig, link_dynamics};
use palenque_metrics::change::link_survival::Spells;
use palenque_metrics::change::partner_switching::{Side, partner_switching};
use palenque_metrics::change::volume_flexibility::volume_flexibility;
use palenque_metrics::{Params, find};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Flows = Vec<(u32, u32, f64)>;

/// Periods of up to eight firms.
fn periods(n: std::ops::Range<usize>) -> impl Strategy<Value = (u32, Vec<Flows>)> {
    (1_u32..9).prop_flat_map(move |firms| {
        let flow = (0..firms, 0..firms, 0.5_f64..20.0);
        let flows = prop::collection::vec(flow, 0..25);
        (Just(firms), prop::collection::vec(flows, n.clone()))
    })
}

fn graph(n: u32, flows: &[(u32, u32, f64)]) -> SupplyGraph {
    let ids = (0..n).map(|i| format!("n{i}"));
    SupplyGraph::from_flows(ids, flows.iter().copied()).expect("a good graph")
}

fn panel(n: u32, periods: &[Flows]) -> Panel {
    let named = periods.iter().enumerate().map(|(t, flows)| (t.to_string(), graph(n, flows)));
    Panel::new(named).expect("the same nodes")
}

/// The links of a period, by seller and buyer.
fn links(flows: &Flows) -> BTreeMap<(u32, u32), f64> {
    let mut links = BTreeMap::new();
    for &(u, v, flow) in flows.iter().filter(|(u, v, _)| u != v) {
        *links.entry((u, v)).or_insert(0.0) += flow;
    }
    links
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-10 * a.abs().max(b.abs()).max(1.0)
}

fn compare(from: &SupplyGraph, to: &SupplyGraph, metric: &str) -> Vec<Table> {
    let pair = PeriodPair { from_name: "2020", from, to_name: "2024", to };
    let metric = find(metric).expect("a metric");
    metric.compare(&pair, &Params::default(), &NoProgress).expect("a result")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn links_are_counted_as_sets((n, periods) in periods(2..3)) {
        let (before, after) = (graph(n, &periods[0]), graph(n, &periods[1]));
        let found = link_dynamics(&before, &after, &LinkDynamicsConfig::default()).expect("a result");
        let sets = [&periods[0], &periods[1]].map(|flows| links(flows).into_keys().collect::<BTreeSet<_>>());
        let kept = sets[0].intersection(&sets[1]).count();
        let counts = (found.all.before, found.all.after, found.all.kept);
        prop_assert_eq!(counts, (sets[0].len(), sets[1].len(), kept));
        prop_assert_eq!(found.all, found.large);
        // Dice's index is 1 less rewiring, and a function of Jaccard's.
        if let (Ok(jaccard), Ok(rewiring)) = (found.all.jaccard(), found.all.rewiring()) {
            prop_assert!(near(1.0 - rewiring, 2.0 * jaccard / (1.0 + jaccard)));
        }
        // Backwards in time, birth is death.
        let back = link_dynamics(&after, &before, &LinkDynamicsConfig::default()).expect("a result");
        prop_assert_eq!(back.all.birth(), found.all.death());
        prop_assert_eq!(back.weighted_jaccard.is_ok(), found.weighted_jaccard.is_ok());
        let tables = compare(&before, &after, "link_dynamics");
        let yearly = tables[0].number("turnover_annualised", 0);
        prop_assert_eq!(yearly, found.all.rewiring().ok().map(|rate| rate / 4.0));
    }

    #[test]
    fn gross_flows_add_up(sizes in prop::collection::vec((0_u8..4, 0_u8..4), 0..12), rate in 0.1_f64..50.0) {
        let sizes: Vec<(f64, f64)> = sizes.into_iter().map(|(a, b)| (f64::from(a), f64::from(b))).collect();
        let (before, after): (Vec<f64>, Vec<f64>) = sizes.iter().copied().unzip();
        let (before, after): (f64, f64) = (before.iter().sum(), after.iter().sum());
        match gross_flows(sizes.iter().copied()) {
            Ok(flows) => {
                prop_assert!(near(flows.net, (after - before) / f64::midpoint(before, after)));
                prop_assert!(near(flows.creation, flows.entry + flows.expansion));
                prop_assert!(near(flows.destruction, flows.exit + flows.contraction));
                prop_assert!(flows.excess >= -1e-12 && flows.reallocation <= 2.0 + 1e-12);
                let scaled = gross_flows(sizes.iter().map(|(a, b)| (a * rate, b * rate))).expect("as before");
                prop_assert!(near(scaled.excess, flows.excess));
                let back = gross_flows(sizes.iter().map(|(a, b)| (*b, *a))).expect("as before");
                prop_assert!(near(back.entry, flows.exit) && near(back.expansion, flows.contraction));
            }
            Err(_) => prop_assert!(before + after <= 0.0),
        }
    }

    #[test]
    fn switching_is_between_the_same_partners_and_others_only((n, periods) in periods(2..3)) {
        let (before, after) = (graph(n, &periods[0]), graph(n, &periods[1]));
        for side in [Side::Suppliers, Side::Customers] {
            for switch in partner_switching(&before, &after, side).into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&switch.jaccard));
                prop_assert!(switch.share <= 1.0 + 1e-12);
                prop_assert!(switch.share + 1e-12 >= switch.new.max(switch.dropped), "what is new has moved");
            }
            for switch in partner_switching(&before, &before, side).into_iter().flatten() {
                prop_assert!(switch.jaccard <= 0.0 && switch.share <= 0.0);
            }
        }
        // The overlap of partners with themselves is whole.
        let same = compare(&before, &before, "temporal_correlation_coefficient");
        for row in 0..same[0].n_rows() {
            let alone = links(&periods[0]).keys().all(|&(u, v)| u as usize != row && v as usize != row);
            let overlap = same[0].number("link_correlation", row);
            prop_assert!(alone || overlap.is_some_and(|overlap| near(overlap, 1.0)), "{overlap:?}");
        }
    }

    #[test]
    fn links_end_once_a_spell((n, periods) in periods(2..7)) {
        let panel = panel(n, &periods);
        let spells = Spells::of(&panel);
        let seen: Vec<BTreeMap<(u32, u32), f64>> = periods.iter().map(links).collect();
        let begins = |t: usize| seen[t].keys().filter(|link| t == 0 || !seen[t - 1].contains_key(link)).count();
        let all: usize = (0..periods.len()).map(begins).sum();
        let mut curves: Vec<_> = (0..periods.len()).map(|t| spells.cohort(t)).collect();
        for (t, curve) in curves.iter().enumerate() {
            prop_assert_eq!(curve.first().map_or(0, |step| step.at_risk), seen[t].len());
            // Nobody of a cohort is lost from sight before the end: survival is a plain share.
            for step in curve {
                let stay = |link: &&(u32, u32)| (t..=t + step.age).all(|s| seen[s].contains_key(link));
                let share = seen[t].keys().filter(stay).count() as f64 / seen[t].len() as f64;
                prop_assert!(near(step.survival, share), "{} {share}", step.survival);
                if let Ok(error) = step.std_error {
                    let binomial = (share * (1.0 - share) / seen[t].len() as f64).sqrt();
                    prop_assert!(near(error, binomial), "{error} {binomial}");
                }
            }
        }
        let whole = spells.kaplan_meier();
        prop_assert_eq!(whole.first().map_or(0, |step| step.at_risk), all);
        curves.push(whole);
        for curve in curves {
            let left: usize = curve.iter().map(|step| step.ended + step.censored).sum();
            prop_assert_eq!(left, curve.first().map_or(0, |step| step.at_risk));
            for two in curve.windows(2) {
                prop_assert_eq!(two[1].at_risk, two[0].at_risk - two[0].ended - two[0].censored);
                prop_assert!(two[1].survival <= two[0].survival);
            }
        }
        let histories = link_histories(&panel);
        let sightings: usize = seen.iter().map(BTreeMap::len).sum();
        prop_assert_eq!(histories.iter().map(|link| link.n_periods).sum::<usize>(), sightings);
        for link in histories {
            let tie = (link.seller.index() as u32, link.buyer.index() as u32);
            let flows: Vec<f64> = seen.iter().filter_map(|links| links.get(&tie).copied()).collect();
            prop_assert!(near(link.mean_flow, flows.iter().sum::<f64>() / flows.len() as f64));
            prop_assert!(seen[link.first].contains_key(&tie) && seen[link.last].contains_key(&tie));
        }
    }

    #[test]
    fn links_between_all_groups_are_all_links((n, periods) in periods(2..3)) {
        let stages = |graph: SupplyGraph| graph.with_text("stage", (0..n).map(|i| Some((i % 3).to_string())));
        let (before, after) = (stages(graph(n, &periods[0])), stages(graph(n, &periods[1])));
        let tables = compare(&before, &after, "linkage_creation");
        let sum = |name: &str| -> f64 {
            (0..tables[0].n_rows()).filter_map(|row| tables[0].number(name, row)).sum()
        };
        let all = compare(&before, &after, "link_dynamics");
        let number = |name| all[0].number(name, 0).expect("a count");
        prop_assert!(near(sum("edges_from"), number("n_edges_from")));
        prop_assert!(near(sum("edges_to"), number("n_edges_to")));
        prop_assert!(near(sum("edges_from") + sum("new_edges") - sum("dropped_edges"), sum("edges_to")));
        prop_assert!(near(sum("flow"), links(&periods[1]).values().sum()));
        prop_assert_eq!(tables[0].id(), TableId::LinkageCreation);
    }

    #[test]
    fn elasticity_knows_no_unit(series in prop::collection::vec((0.5_f64..9.0, 0.5_f64..9.0), 3..9), rate in 0.1_f64..50.0) {
        let (output, demand): (Vec<f64>, Vec<f64>) = series.into_iter().unzip();
        let found = volume_flexibility(&output, &demand);
        let scaled: Vec<f64> = demand.iter().map(|d| d * rate).collect();
        let other = volume_flexibility(&output, &scaled);
        let (a, b) = (found.level_elasticity.expect("demand moves"), other.level_elasticity.expect("it does"));
        prop_assert!((a - b).abs() <= 1e-6 * a.abs().max(1.0), "{a} {b}");
        // Output that is demand follows it wholly and at once.
        let same = volume_flexibility(&demand, &demand);
        prop_assert!(near(same.level_elasticity.expect("demand moves"), 1.0));
        prop_assert!(same.adjustment_speed.is_ok_and(|speed| near(speed, 1.0)));
    }
}
