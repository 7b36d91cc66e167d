//! Relations that indices of the Leontief inverse keep on any network, and the same numbers by brute force.

use crate::golden::{column, compute};
use crate::property_linkage::{Economy, all_near, dense, economies, inverse, near, relabellings};
use palenque_graph::table::{Kind, Unit};
use palenque_graph::{FinalDemand, NoProgress, Satellite, SupplyGraph, Table};
use palenque_metrics::fragmentation::propagation_length_mean::mean_propagation_length;
use palenque_metrics::kernel::coefficients::Economy as Solved;
use palenque_metrics::linkage::extraction::{Extraction, ExtractionConfig, extraction};
use palenque_metrics::linkage::group_extraction::group_extraction;
use palenque_metrics::linkage::output_decomposition::output_decomposition;
use palenque_metrics::resilience::shock_table::ShockKind;
use palenque_metrics::resilience::shocks::respond;
use proptest::prelude::*;

type Matrix = Vec<Vec<f64>>;

fn a(economy: &Economy) -> Matrix {
    let x = economy.output();
    dense(economy, |_, v, flow| flow / x[v])
}

fn b(economy: &Economy) -> Matrix {
    let x = economy.output();
    dense(economy, |u, _, flow| flow / x[u])
}

fn value_added(economy: &Economy) -> Vec<f64> {
    let mut v = economy.output();
    economy.flows.iter().for_each(|&(_, buyer, flow)| v[buyer as usize] -= flow);
    v
}

/// `1ᵀ (I − M)⁻¹ c`.
fn total(m: &Matrix, c: &[f64]) -> f64 {
    inverse(m).iter().flat_map(|row| row.iter().zip(c)).map(|(l, c)| l * c).sum()
}

/// `rᵀ (I − M)⁻¹ 1`.
fn total_from(r: &[f64], m: &Matrix) -> f64 {
    inverse(m).iter().zip(r).map(|(row, r)| r * row.iter().sum::<f64>()).sum()
}

fn where_(m: &Matrix, new: impl Fn(usize, usize, f64) -> f64) -> Matrix {
    let row =
        |(i, row): (usize, &Vec<f64>)| row.iter().enumerate().map(|(j, x)| new(i, j, *x)).collect();
    m.iter().enumerate().map(row).collect()
}

/// Losses of every node by tables changed and inverted anew.
fn brute_force(economy: &Economy, theta: f64, from: &[bool]) -> Extraction {
    let (a, b, f, v) = (a(economy), b(economy), &economy.final_demand, value_added(economy));
    let n = economy.n as usize;
    let all: f64 = economy.output().iter().sum();
    let each = |loss: &dyn Fn(usize) -> f64| (0..n).map(|j| Some(loss(j))).collect::<Vec<_>>();
    let without = |j: usize| {
        let mut f = f.clone();
        f[j] = 0.0;
        let rest = where_(&a, |u, w, x| if u == j || w == j { 0.0 } else { x });
        all - total(&rest, &f)
    };
    let demand = |changed: Matrix| all - total(&changed, f);
    let supply = |changed: Matrix| all - total_from(&v, &changed);
    Extraction {
        total: each(&without),
        external: each(&|j| without(j) - economy.output()[j]),
        backward: each(&|j| demand(where_(&a, |_, w, x| if w == j { 0.0 } else { x }))),
        backward_keep_own: each(&|j| {
            demand(where_(&a, |u, w, x| if w == j && u != j { 0.0 } else { x }))
        }),
        backward_partial: each(&|j| {
            let cut = |u: usize, w: usize| w == j && from[u];
            demand(where_(&a, |u, w, x| if cut(u, w) { x * (1.0 - theta) } else { x }))
        }),
        forward: each(&|j| supply(where_(&b, |u, _, x| if u == j { 0.0 } else { x }))),
        forward_keep_own: each(&|j| {
            supply(where_(&b, |u, w, x| if u == j && w != j { 0.0 } else { x }))
        }),
        forward_partial: each(&|j| {
            supply(where_(&b, |u, _, x| if u == j { x * (1.0 - theta) } else { x }))
        }),
    }
}

/// Equal beside the output of all, from which brute force takes differences.
fn losses_near(found: &[Option<f64>], expected: &[Option<f64>], all: f64) -> bool {
    let close = |(a, b): (&Option<f64>, &Option<f64>)| matches!((a, b), (Some(a), Some(b)) if (a - b).abs() <= 1e-10 * all);
    found.len() == expected.len() && found.iter().zip(expected).all(close)
}

fn with_regions(economy: &Economy, k: u32) -> (SupplyGraph, Vec<bool>) {
    let inside: Vec<bool> = (0..economy.n).map(|i| i % k == 0).collect();
    let names = inside.iter().map(|&inside| Some(if inside { "in" } else { "out" }));
    (economy.graph().with_text("region", names), inside)
}

/// The metrics of nodes here, with what they need.
const NODE_METRICS: [&str; 10] = [
    "average_propagation_length",
    "average_propagation_length_mean",
    "elasticity",
    "hypothetical_extraction",
    "linkage_variation",
    "multipliers",
    "net_multiplier",
    "pure_linkages",
    "satellite_multipliers",
    "weighted_linkages",
];

/// With half of final demand bought by households, who earn a third of value added.
fn closed(economy: &Economy) -> SupplyGraph {
    let demand = economy.final_demand.iter().flat_map(|f| [f / 2.0, f / 2.0]).collect();
    let income = value_added(economy).iter().map(|v| v.abs() / 3.0 + 1e-3).collect();
    economy
        .graph()
        .with_final_demand(FinalDemand::new(vec!["households".into(), "others".into()], demand))
        .with_satellite(Satellite::new("income", income))
}

fn numbers(table: &Table) -> impl Iterator<Item = (&'static str, Unit, Vec<Option<f64>>)> + '_ {
    let of_number = |column: &&palenque_graph::table::Column| column.spec.kind == Kind::F64;
    table.columns().iter().filter(of_number).map(|column| {
        let values = (0..column.values.len()).map(|row| column.values.number(row)).collect();
        (column.spec.name, column.spec.unit, values)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn extraction_is_what_a_changed_table_gives(economy in economies(), theta in 0.01_f64..1.0, k in 1_u32..4) {
        let (graph, inside) = with_regions(&economy, k);
        let config = ExtractionConfig { share: theta, suppliers: "in".into(), ..ExtractionConfig::default() };
        let found = extraction(&graph, &config, &NoProgress).expect("productive");
        let expected = brute_force(&economy, theta, &inside);
        let all: f64 = economy.output().iter().sum();
        prop_assert!(losses_near(&found.total, &expected.total, all));
        prop_assert!(losses_near(&found.external, &expected.external, all));
        prop_assert!(losses_near(&found.backward, &expected.backward, all));
        prop_assert!(losses_near(&found.backward_keep_own, &expected.backward_keep_own, all));
        prop_assert!(losses_near(&found.backward_partial, &expected.backward_partial, all));
        prop_assert!(losses_near(&found.forward, &expected.forward, all));
        prop_assert!(losses_near(&found.forward_keep_own, &expected.forward_keep_own, all));
        prop_assert!(losses_near(&found.forward_partial, &expected.forward_partial, all));
        prop_assert!(found.external.iter().chain(&found.backward_keep_own).flatten().all(|&loss| loss >= 0.0));
    }

    #[test]
    fn a_group_of_one_is_lost_like_a_node(economy in economies()) {
        let graph = economy.graph();
        let graph = graph.clone().with_text("stage", graph.ids().iter().map(Some));
        let (groups, losses) = group_extraction(&graph, "stage", &NoProgress).expect("productive");
        let alone = extraction(&graph, &ExtractionConfig::default(), &NoProgress).expect("productive");
        for (i, group) in groups.of_node.iter().enumerate() {
            let loss = losses[group.expect("each node has one")];
            prop_assert!(near(loss.external, alone.external[i].expect("an output")));
        }
    }

    #[test]
    fn a_group_is_lost_as_its_block_of_the_inverse_says(economy in economies(), k in 1_u32..4) {
        let (graph, inside) = with_regions(&economy, k);
        let (_, losses) = group_extraction(&graph, "region", &NoProgress).expect("productive");
        let f: Vec<f64> = economy.final_demand.iter().zip(&inside).map(|(f, inside)| if *inside { 0.0 } else { *f }).collect();
        let rest = where_(&a(&economy), |u, v, x| if inside[u] || inside[v] { 0.0 } else { x });
        let all: f64 = economy.output().iter().sum();
        let found = losses[0].output + losses[0].external;
        prop_assert!((found - (all - total(&rest, &f))).abs() <= 1e-10 * all);
    }

    #[test]
    fn shares_and_weighted_means_are_one(economy in economies()) {
        let graph = economy.graph();
        let x = economy.output();
        let all: f64 = x.iter().sum();
        let of = |metric: &str, name: &str| -> Vec<f64> {
            column(&compute(&graph, metric, &[]), name).into_iter().map(|v| v.expect("an output")).collect()
        };
        let sum = |values: Vec<f64>| values.iter().sum::<f64>();
        let n = f64::from(economy.n);
        prop_assert!(near(sum(of("elasticity", "elasticity_total")), 1.0));
        prop_assert!(near(sum(of("weighted_linkages", "laumas_backward")), n));
        prop_assert!(near(sum(of("weighted_linkages", "laumas_weight_forward")), 1.0));
        let net = of("net_multiplier", "net_output_multiplier");
        prop_assert!(near(net.iter().zip(&x).map(|(m, x)| m * x / all).sum(), 1.0));
        let elasticities = &compute(&graph, "io_matrix", &[("matrices", serde_json::json!(["ELASTICITY"]))])[0];
        let mut rows = std::collections::BTreeMap::new();
        for row in 0..elasticities.n_rows() {
            let sum = rows.entry(elasticities.text("row", row)).or_insert(0.0);
            *sum += elasticities.number("value", row).expect("a value");
        }
        prop_assert!(rows.len() == x.len() && rows.values().all(|&sum| near(sum, 1.0)));
    }

    #[test]
    fn the_model_closed_for_households_is_the_inverse_of_the_bordered_table(economy in economies()) {
        let graph = closed(&economy);
        let n = economy.n as usize;
        let h = graph.satellite("income").expect("a row").amounts().to_vec();
        let income: f64 = 2.0 * h.iter().sum::<f64>() + economy.final_demand.iter().sum::<f64>();
        let x = economy.output();
        let mut bordered = a(&economy);
        bordered.iter_mut().enumerate().for_each(|(i, row)| row.push(economy.final_demand[i] / 2.0 / income));
        bordered.push(h.iter().zip(&x).map(|(h, x)| h / x).chain([0.0]).collect());
        let l = inverse(&bordered);
        let found = compute(&graph, "multipliers", &[("household_income", income.into())]);
        let all = |of: &dyn Fn(usize) -> f64| (0..n).map(|j| Some(of(j))).collect::<Vec<_>>();
        let output = all(&|j| l.iter().map(|row| row[j]).sum());
        prop_assert!(all_near(&column(&found, "output_multiplier_2_total"), &output));
        prop_assert!(column(&found, "va_multiplier").iter().all(|v| near(v.expect("an output"), 1.0)));
        let earned = all(&|j| l[n][j] / (h[j] / x[j]));
        prop_assert!(all_near(&column(&found, "income_type2_total"), &earned));
    }

    #[test]
    fn relabelling_permutes_and_scaling_changes_money_only((economy, place) in relabellings()) {
        for metric in NODE_METRICS {
            let of = |economy: &Economy| compute(&closed(economy), metric, &[]);
            let (plain, moved, scaled) = (of(&economy), of(&economy.relabelled(&place)), of(&economy.scaled(8.0)));
            for ((plain, moved), scaled) in plain.iter().zip(&moved).zip(&scaled) {
                if plain.n_rows() != economy.n as usize {
                    continue;
                }
                let columns = numbers(plain).zip(numbers(moved)).zip(numbers(scaled));
                for (((name, unit, values), (_, _, moved)), (_, _, scaled)) in columns {
                    let back: Vec<_> = place.iter().map(|&to| moved[to as usize]).collect();
                    prop_assert!(all_near(&values, &back), "{name} of {metric}: {values:?}, {back:?}");
                    let is_money = unit == Unit::Currency || name == "amount";
                    // Income is in money too, but the floor under it is not scaled.
                    if metric == "multipliers" || metric == "satellite_multipliers" {
                        continue;
                    }
                    let factor = if is_money { 8.0 } else { 1.0 };
                    let expected: Vec<_> = values.iter().map(|v| v.map(|v| v * factor)).collect();
                    prop_assert!(all_near(&expected, &scaled), "{name} of {metric} scaled");
                }
            }
        }
    }

    #[test]
    fn lengths_are_the_same_seen_from_the_other_end(economy in economies()) {
        let turned = economy.flows.iter().map(|&(u, v, flow)| (v, u, flow));
        let graph = economy.graph();
        let reversed = SupplyGraph::from_flows(graph.ids().iter(), turned).expect("a good graph");
        let reversed = reversed.with_number("output", economy.output().into_iter().map(Some));
        let forth = mean_propagation_length(&graph, &NoProgress).expect("productive");
        // The reversed table may not be productive by purchases, but has the eigenvalues of the other.
        let back = mean_propagation_length(&reversed, &NoProgress).expect("productive");
        prop_assert!(all_near(&forth.forward, &back.backward));
        prop_assert!(all_near(&forth.backward, &back.forward));
        prop_assert!(forth.forward.iter().flatten().all(|&steps| steps >= 1.0 - 1e-12));
    }

    #[test]
    fn pure_linkages_are_those_of_the_two_blocks(economy in economies()) {
        let (a, f) = (a(&economy), &economy.final_demand);
        let n = economy.n as usize;
        let tables = compute(&economy.graph(), "pure_linkages", &[]);
        let (pbl, pfl) = (column(&tables, "pbl"), column(&tables, "pfl"));
        for j in 0..n {
            let rest: Matrix = where_(&a, |u, v, x| if u == j || v == j { 0.0 } else { x });
            let rest = inverse(&rest);
            let own = 1.0 / (1.0 - a[j][j]);
            let others = || (0..n).filter(|&i| i != j);
            let needed: f64 = others().map(|i| others().map(|k| rest[i][k] * a[k][j]).sum::<f64>()).sum();
            let sold: f64 = others().map(|k| a[j][k] * others().map(|i| rest[k][i] * f[i]).sum::<f64>()).sum();
            prop_assert!(near(pbl[j].expect("an output"), needed * own * f[j]));
            prop_assert!(near(pfl[j].expect("an output"), own * sold));
        }
    }

    #[test]
    fn shocks_answer_as_the_dense_inverse(economy in economies(), at in 0_usize..12, size in -2.0_f64..2.0) {
        let graph = economy.graph();
        let at = at % economy.n as usize;
        let solved = Solved::of(&graph).and_then(Solved::productive).expect("productive");
        let mut given = vec![0.0; economy.n as usize];
        given[at] = size;
        let (l, g) = (inverse(&a(&economy)), inverse(&b(&economy)));
        let change = |kind| respond(&solved, kind, &given, &NoProgress).expect("solved").change;
        let close = |found: &[f64], expected: &dyn Fn(usize) -> f64| {
            found.iter().enumerate().all(|(i, x)| (x - expected(i)).abs() <= 1e-12 * (1.0 + expected(i).abs()))
        };
        prop_assert!(close(&change(ShockKind::Demand), &|i| l[i][at] * size));
        prop_assert!(close(&change(ShockKind::Supply), &|j| size * g[at][j]));
        prop_assert!(close(&change(ShockKind::Price), &|j| size * l[at][j]));
        // The node makes `size` more; all that is needed for it is made, and its final users take the rest.
        let mixed = respond(&solved, ShockKind::Output, &given, &NoProgress).expect("solved");
        let as_if_demanded = close(&mixed.change, &|i| l[i][at] / l[at][at] * size);
        prop_assert!(as_if_demanded);
    }

    #[test]
    fn the_parts_of_a_change_sum_to_it(economy in economies(), factor in 0.2_f64..1.5) {
        let mut later = economy.clone();
        later.flows.iter_mut().step_by(2).for_each(|flow| flow.2 *= factor);
        later.final_demand.iter_mut().skip(1).for_each(|f| *f += 1.0);
        let (before, after) = (economy.output(), later.output());
        let parts = output_decomposition(&economy.graph(), &later.graph(), &NoProgress).expect("productive");
        for i in 0..before.len() {
            let scale = before[i] + after[i];
            prop_assert!((parts.change[i] - (after[i] - before[i])).abs() <= 1e-11 * scale);
            prop_assert!((parts.technology[i] + parts.demand[i] - parts.change[i]).abs() <= 1e-11 * scale);
        }
        let nothing = output_decomposition(&economy.graph(), &economy.graph(), &NoProgress).expect("productive");
        prop_assert!(nothing.change.iter().chain(&nothing.technology).all(|&part| part == 0.0));
    }
}
