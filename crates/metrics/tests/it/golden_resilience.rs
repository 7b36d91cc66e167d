//! Published and independently computed values of the resilience indices.

use crate::golden::{Case, assert_all, assert_near, column, compute, figure, folder, rows};
use palenque_graph::table::Status;
use palenque_graph::{NoProgress, NodeIndex, SideTable, SupplyGraph};
use palenque_metrics::Params;
use palenque_metrics::kernel::input_groups::InputClass;
use palenque_metrics::kernel::percolation::Kind;
use palenque_metrics::resilience::ario::{ArioConfig, ArioPeriod, ario};
use palenque_metrics::resilience::attack_curve::{
    AttackCurve, RobustnessConfig, robustness_curves,
};
use palenque_metrics::resilience::attack_order::AttackOrder;
use palenque_metrics::resilience::dependency_percolation::{
    DependencyConfig, dependency_percolation,
};
use palenque_metrics::resilience::essentiality::Essentiality;
use palenque_metrics::resilience::fc_random::fc_random;
use palenque_metrics::resilience::percolation::{PercolationConfig, percolation};
use palenque_metrics::resilience::scenario::{Scenario, Strike};
use serde_json::{Value, json};

fn kite() -> SupplyGraph {
    Case::open("01_krackhardt_kite").undirected("edges.csv")
}

fn karate() -> SupplyGraph {
    Case::open("02_zachary_karate").undirected("edges.csv")
}

fn curve(graph: &SupplyGraph, order: AttackOrder) -> AttackCurve {
    let orders = vec![order];
    let config = RobustnessConfig { orders, adaptive: vec![], ..RobustnessConfig::default() };
    robustness_curves(graph, &config, &NoProgress).expect("a curve").remove(0)
}

fn giants(curve: &AttackCurve) -> Vec<Option<f64>> {
    curve.points.iter().map(|point| Some(point.giant_wcc_share)).collect()
}

#[test]
fn attacks_on_the_most_connected() {
    let case = Case::open("17_percolation");
    for (name, graph) in [("kite", kite()), ("karate", karate())] {
        let curve = curve(&graph, AttackOrder::Degree);
        let expected = |key: &str| case.expected(&format!("{name}/static_degree/{key}"));
        let order: Value = curve.points.iter().filter_map(|point| point.removed).collect();
        assert_eq!(order, *expected("order"), "{name}");
        assert_all(&giants(&curve), expected("giant_share"), name);
        assert_near(curve.r_index, expected("R_schneider"), name);
        let step = |fraction: Option<f64>| fraction.map(|f| (f * graph.n_nodes() as f64).round());
        assert_near(step(curve.f_half), expected("first_below_half"), name);
        assert_near(step(curve.f_5pct), expected("first_below_5pct"), name);
    }
}

#[test]
fn random_removal_of_the_kite_is_exact() {
    let case = Case::open("17_percolation");
    let curve = curve(&kite(), AttackOrder::Random);
    assert_all(
        &giants(&curve),
        case.expected("kite/random_exact_giant_share_after_Q_removed"),
        "kite",
    );
    assert_near(curve.r_index, case.expected("kite/R_random_exact"), "kite");
    assert!(!curve.is_sampled);
}

#[test]
fn a_sample_of_random_orders_is_near_the_mean_over_all() {
    // The kite and eleven isolates are too many nodes to enumerate. Of k nodes left, the kite keeps a hypergeometric
    // number, and the largest component is the kite's, or one isolate.
    let case = Case::open("17_percolation");
    let kite_means = case.expected("kite/random_exact_mean_giant_by_occupied");
    let kite_means: Vec<f64> =
        kite_means.as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
    let ids = (0..21).map(|i| format!("n{i}"));
    let small = kite();
    let flows = small.node_indices().flat_map(|u| {
        let row: Vec<_> = small.customers(u).collect();
        row.into_iter().map(move |(v, flow)| (u.index() as u32, v.index() as u32, flow))
    });
    let graph = SupplyGraph::from_flows(ids, flows).expect("a good graph");
    let choose =
        |n: usize, k: usize| -> f64 { (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product() };
    let mean_giant = |k: usize| -> f64 {
        let kept = k.saturating_sub(11)..=k.min(10);
        let of = |j: usize| {
            let giant = if j == 0 { f64::from(u8::from(k > 0)) } else { kite_means[j] };
            choose(10, j) * choose(11, k - j) / choose(21, k) * giant
        };
        kept.map(of).sum()
    };
    let exact: f64 = (0..21).map(|k| mean_giant(k) / 21.0).sum::<f64>() / 21.0;
    let config = RobustnessConfig {
        orders: vec![AttackOrder::Random],
        replicates: 2000,
        ..RobustnessConfig::default()
    };
    let curve = robustness_curves(&graph, &config, &NoProgress).expect("a curve").remove(0);
    assert!(curve.is_sampled);
    let (lower, upper) = curve.r_interval.expect("random orders have a band");
    // 95 % of a bell-shaped distribution are within about two standard deviations on either side.
    let standard_error = (upper - lower) / 4.0 / 2000_f64.sqrt();
    let found = curve.r_index.expect("there are nodes");
    assert!((found - exact).abs() <= 4.0 * standard_error, "{found}, exactly {exact}");
}

#[test]
fn where_random_networks_of_these_degrees_fall_apart() {
    let case = Case::open("17_percolation");
    assert_near(fc_random(&kite()), case.expected("molloy_reed/kite/fc"), "kite");
    assert_near(fc_random(&karate()), case.expected("molloy_reed/karate/fc"), "karate");
}

#[test]
fn stars_and_complete_networks_have_the_known_extremes() {
    for n in [3_u32, 10, 40] {
        let size = f64::from(n);
        let star: Vec<_> = (1..n).map(|v| (0, v, 1.0)).collect();
        let star = crate::graphs::graph(n, &star);
        let worst = curve(&star, AttackOrder::Degree).r_index;
        assert_near(worst, &json!((size - 1.0) / (size * size)), "star");
        let pairs = (0..n).flat_map(|u| (0..n).filter(move |&v| v != u).map(move |v| (u, v, 1.0)));
        let complete = crate::graphs::graph(n, &pairs.collect::<Vec<_>>());
        for order in [AttackOrder::Degree, AttackOrder::Random] {
            let best = curve(&complete, order);
            assert_near(best.r_index, &json!((size - 1.0) / (2.0 * size)), "complete");
            let shares = best.points.iter().map(|p| (p.giant_wcc_share, p.giant_scc_share));
            for (weak, strong) in shares {
                assert_near(strong, &json!(weak), "both ways everywhere");
            }
        }
    }
}

#[test]
fn a_grid_of_points_does_not_change_the_index() {
    let graph = crate::graphs::scattered(500, 2500);
    let with = |points: usize| {
        let orders = vec![AttackOrder::Random, AttackOrder::Strength, AttackOrder::Betweenness];
        let link_orders = vec![AttackOrder::Random, AttackOrder::Betweenness];
        let config = RobustnessConfig {
            orders,
            adaptive: vec![],
            link_orders,
            points,
            replicates: 7,
            seed: 5,
            ..RobustnessConfig::default()
        };
        robustness_curves(&graph, &config, &NoProgress).expect("curves")
    };
    for (coarse, fine) in with(11).iter().zip(with(5_000)) {
        assert_eq!(coarse.points.len(), 11);
        assert_eq!(coarse.r_index, fine.r_index);
        assert_eq!(coarse.f_half, fine.f_half);
        for point in &coarse.points {
            let same = &fine.points[point.step];
            assert_eq!(point.giant_wcc_share.to_bits(), same.giant_wcc_share.to_bits());
            assert_eq!(point.surviving_flow_share, same.surviving_flow_share);
            assert_eq!(point.removed, same.removed);
        }
    }
}

#[test]
fn links_fall_in_the_order_that_is_asked_for() {
    // A hub with three spokes, the last of which sells on to an end: whatever falls, one node more is cut off, but for the order.
    let flows = [(0, 1, 5.0), (0, 2, 1.0), (0, 3, 2.0), (3, 4, 9.0), (4, 4, 3.0)];
    let graph = SupplyGraph::from_flows(["hub", "a", "b", "c", "end"], flows)
        .expect("a good graph")
        .with_text("sector", ["x", "y", "y", "z", "w"].map(Some));
    let shares = |order: AttackOrder, adaptive: bool| {
        let list = vec![order];
        let (link_orders, link_adaptive) = if adaptive { (vec![], list) } else { (list, vec![]) };
        let config = RobustnessConfig {
            orders: vec![],
            adaptive: vec![],
            link_orders,
            link_adaptive,
            ..RobustnessConfig::default()
        };
        let curve = robustness_curves(&graph, &config, &NoProgress).expect("a curve").remove(0);
        assert_eq!((curve.n_units, curve.points.len()), (4, 5));
        assert_eq!(curve.points[4].served_demand_share, None);
        let shares = curve.points.iter().map(|point| point.giant_wcc_share * 5.0);
        (shares.map(f64::round).collect::<Vec<f64>>(), curve.r_index.expect("there are links"))
    };
    // Flows 9, 5, 2, 1: the end, a, then c, then b fall off.
    assert_eq!(shares(AttackOrder::Strength, false).0, [5.0, 4.0, 3.0, 2.0, 1.0]);
    assert!((shares(AttackOrder::Strength, false).1 - 10.0 / 20.0).abs() < 1e-12);
    // The hub and c have 3 and 2 partners: their link goes first and leaves three together.
    assert_eq!(shares(AttackOrder::Degree, false).0, [5.0, 3.0, 2.0, 2.0, 1.0]);
    // Hub → c is on two shortest paths, as is c → end: the first of them goes, then nothing is between.
    assert_eq!(shares(AttackOrder::Betweenness, true).0, [5.0, 3.0, 2.0, 2.0, 1.0]);
    let refused =
        RobustnessConfig { link_orders: vec![AttackOrder::Output], ..RobustnessConfig::default() };
    let refused = robustness_curves(&graph, &refused, &NoProgress).expect_err("links make nothing");
    assert!(refused.to_string().contains("not `output`"), "{refused}");
}

#[test]
fn firms_fall_by_systemic_risk_or_as_a_table_says() {
    let graph = Case::open("07_palenque10_fragmentation").economy();
    let n = graph.n_nodes();
    let removed = |tables: &[palenque_graph::Table]| -> Vec<String> {
        (1..=n)
            .map(|row| tables[0].text("removed_id", row).expect("a firm falls").to_owned())
            .collect()
    };
    let only = |order: &str| {
        [("orders", json!([order])), ("adaptive", json!([])), ("link_orders", json!([]))]
    };
    let fall = removed(&compute(&graph, "robustness_curve", &only("esri")));
    let risk = compute(&graph, "systemic_risk", &[]);
    let risk = column(&risk, "esri");
    let of = |id: &String| {
        let node = graph.node_named(id).expect("a firm");
        risk[node.index()].expect("defined")
    };
    assert!(fall.windows(2).all(|pair| of(&pair[0]) >= of(&pair[1])), "{fall:?}");
    let row = vec![graph.node_id(NodeIndex::new(7)).to_owned()];
    let table = SideTable::new("removals.csv", vec!["node_id".into()], vec![(2, row)]);
    let mut params = Params::default();
    for (name, value) in only("file") {
        params.set(name, value);
    }
    let metric = palenque_metrics::find("robustness_curve").expect("a metric");
    let without = metric.compute(&graph, &params, &NoProgress).expect_err("no table");
    assert!(without.to_string().contains("side table `removals`"), "{without}");
    let params = params.with_side("removals", table.into());
    let fall = removed(&metric.compute(&graph, &params, &NoProgress).expect("tables"));
    assert_eq!(fall[0], graph.node_id(NodeIndex::new(7)));
    // Whoever is not named falls later, in order.
    assert_eq!(fall[1], graph.node_id(NodeIndex::new(0)));
}

#[test]
fn tables_of_the_kite() {
    let asked = [("orders", json!(["degree", "random"])), ("link_orders", json!([]))];
    let tables = compute(&kite(), "robustness_curve", &asked);
    assert_eq!(tables[0].n_rows(), 33);
    assert_eq!(tables[0].text("mode", 22), Some("adaptive"));
    assert_near(figure(&tables, "r_index_degree_adaptive"), &json!(0.31), "r_index");
    assert_eq!(tables[0].text("removed_id", 0), None);
    assert_eq!(tables[0].text("removed_id", 1), Some("Diane"));
    assert_eq!(tables[0].number("replicate", 12), Some(-1.0));
    assert_eq!(column(&tables[..1], "surviving_flow_share")[0], Some(1.0));
    assert_near(figure(&tables, "r_index_degree_static"), &json!(0.36), "r_index");
    assert_near(figure(&tables, "r_index_random"), &json!(0.385_206_349_206_349_16), "r_index");
}

#[test]
fn who_stops_for_want_of_an_input() {
    let graph = Case::open("07_palenque10_fragmentation").economy();
    let case = Case::open("17_percolation");
    // Nobody depends on what traders sell.
    let all = Essentiality::uniform(&graph, "role", InputClass::Essential).expect("roles");
    let roles = ["grower", "fuel", "distiller", "packaging", "bottler", "trader"];
    let inputs = roles
        .iter()
        .fold(all, |inputs, role| inputs.with_class("trader", role, InputClass::Substitutable));
    let failures =
        dependency_percolation(&graph, &inputs, &DependencyConfig::default(), &NoProgress)
            .expect("a result");
    for (node, failure) in graph.node_indices().zip(failures) {
        let id = graph.node_id(node);
        let expected =
            |key: &str| case.expected(&format!("dependency_percolation_palenque10/{id}/{key}"));
        assert_eq!(json!(failure.n_failed), *expected("n_failed"), "{id}");
        let left = |loss: Result<f64, Status>| loss.ok().map(|loss| 1.0 - loss);
        assert_near(left(failure.output_loss), expected("surviving_output_share"), id);
        assert_near(left(failure.flow_loss), expected("surviving_flow_share"), id);
        assert_near(left(failure.demand_loss), expected("served_final_demand_share"), id);
    }
}

#[test]
fn nothing_moves_without_a_shock_whatever_the_table_says_of_final_demand() {
    // Output leaves 3 and 9 for final users, not 0 and 50; flows in millionths change nothing.
    for unit in [1.0, 1e-13] {
        let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0 * unit)])
            .expect("a good graph")
            .with_number("output", [Some(6.0 * unit), Some(9.0 * unit)])
            .with_number("final_demand", [Some(0.0), Some(50.0 * unit)]);
        let calm = Scenario { name: "calm".into(), strikes: vec![] };
        let rest = |_, period: &ArioPeriod<'_>| {
            let made: Vec<f64> = period.production.iter().map(|x| x / unit).collect();
            assert!((made[0] - 6.0).abs() < 1e-9 && (made[1] - 9.0).abs() < 1e-9, "{made:?}");
        };
        ario(&graph, &calm, &ArioConfig::default(), &NoProgress, rest).expect("a result");
        let strike = Strike { node: 0, loss: 0.5, start: 0.0, duration: 30.0, recovery: 0.0 };
        let drought = Scenario { name: "drought".into(), strikes: vec![strike] };
        let loss = ario(&graph, &drought, &ArioConfig::default(), &NoProgress, |_, _| ());
        let loss = loss.expect("a result");
        assert!(loss.loss_total > 1.05 * loss.loss_direct, "inputs run out in any unit: {loss:?}");
    }
}

#[test]
fn parameters_of_inventories_are_positive() {
    let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)]).expect("a good graph");
    let calm = Scenario { name: "calm".into(), strikes: vec![] };
    for (cover, psi) in [(-8.0, -0.8), (f64::NAN, 0.8), (8.0, f64::NAN), (1.0, 0.5), (8.0, 1.5)] {
        let config = ArioConfig { cover, psi, ..ArioConfig::default() };
        let refused = ario(&graph, &calm, &config, &NoProgress, |_, _| ());
        assert!(refused.is_err(), "cover {cover}, psi {psi}");
    }
}

#[test]
fn inventories_absorb_a_drought_or_collapse() {
    let case = Case::open("20_ario_inventory");
    let rows = rows(&folder("20_ario_inventory").join("io.csv"));
    let number = |cell: &(String, String)| cell.1.parse::<f64>().expect("a number");
    let flows = rows
        .iter()
        .enumerate()
        .flat_map(|(i, row)| (0..3).map(move |j| (i as u32, j as u32, number(&row[1 + j]))));
    let graph = SupplyGraph::from_flows(rows.iter().map(|row| &row[0].1), flows)
        .expect("a good table")
        .with_number("final_demand", rows.iter().map(|row| Some(number(&row[4]))))
        .with_number("output", rows.iter().map(|row| Some(number(&row[5]))));
    let strike = Strike { node: 0, loss: 0.4, start: 0.0, duration: 10.0, recovery: 10.0 };
    let drought = Scenario { name: "drought".into(), strikes: vec![strike] };
    for regime in ["recovering", "collapsing", "no_overproduction"] {
        let expected = |key: &str| case.expected(&format!("{regime}/{key}"));
        let param = |key: &str| expected(&format!("params/{key}")).as_f64().expect("a number");
        let config = ArioConfig {
            cover: param("s"),
            psi: param("psi"),
            tau_inv: param("tau_inv"),
            alpha_max: param("amax"),
            tau_alpha: param("tau_a"),
            steps: 80,
            ..ArioConfig::default()
        };
        let mut periods = Vec::new();
        let keep = |_, period: &ArioPeriod<'_>| {
            let kept =
                [period.production, period.demand, period.unmet_final, period.inventory_cover];
            periods.push(kept.map(<[f64]>::to_vec));
        };
        let loss = ario(&graph, &drought, &config, &NoProgress, keep).expect("a result");
        assert_near(Some(loss.loss_total), expected("production_loss_total"), regime);
        assert_near(Some(loss.unmet_final), expected("final_unmet_total"), regime);
        assert_near(Some(loss.loss_direct), expected("direct_loss"), regime);
        assert_eq!(json!(loss.recovered), *expected("recovered"), "{regime}");
        for step in expected("steps").as_array().expect("a list") {
            let t = step["t"].as_u64().expect("a period") as usize;
            let what = format!("{regime}, period {t}");
            let cells = |values: &[f64]| values.iter().map(|x| Some(*x)).collect::<Vec<_>>();
            let [production, demand, unmet, cover] = &periods[t];
            assert_all(&cells(production), &step["production"], &what);
            assert_all(&cells(demand), &step["demand"], &what);
            assert_all(&cells(unmet), &step["final_unmet"], &what);
            let cover = cover.iter().copied().fold(f64::INFINITY, f64::min);
            assert_near(Some(cover), &step["inventory_min_cover"], &what);
        }
    }
}

#[test]
fn attacks_on_what_is_left() {
    let case = Case::open("17_percolation");
    for (name, graph) in [("kite", kite()), ("karate", karate())] {
        for (key, order) in
            [("degree", AttackOrder::Degree), ("betweenness", AttackOrder::Betweenness)]
        {
            let (orders, adaptive) = (vec![], vec![order]);
            let config = RobustnessConfig { orders, adaptive, ..RobustnessConfig::default() };
            let curve = robustness_curves(&graph, &config, &NoProgress).expect("a curve").remove(0);
            let expected = |what: &str| case.expected(&format!("{name}/adaptive_{key}/{what}"));
            let found: Value = curve.points.iter().filter_map(|point| point.removed).collect();
            assert_eq!(found, *expected("order"), "{name}, {key}");
            assert_all(&giants(&curve), expected("giant_share"), name);
            assert_near(curve.r_index, expected("R_schneider"), name);
        }
    }
}

#[test]
fn ties_that_work_with_some_probability() {
    let case = Case::open("17_percolation");
    let ties = rows(&folder("17_percolation").join("bond_graph_edges.csv"));
    let node = |cell: &(String, String)| cell.1.parse::<u32>().expect("a node");
    let ties = ties.iter().map(|row| (node(&row[0]), node(&row[1]), 1.0));
    let graph = SupplyGraph::from_flows((0..5).map(|i| i.to_string()), ties).expect("a good graph");
    let config =
        PercolationConfig { units: Kind::Bond, points: 11, ..PercolationConfig::default() };
    let curve = percolation(&graph, &config, &NoProgress).expect("a curve");
    let expected = case.expected("newman_ziff_bond/canonical").as_object().expect("points");
    for (probability, expected) in expected {
        let near = |p: f64| (p - probability.parse::<f64>().expect("a number")).abs() < 1e-9;
        let point = curve.iter().find(|point| near(point.probability)).expect("a point");
        assert_near(Some(point.giant), expected, probability);
    }
}

#[test]
fn firms_that_work_with_some_probability() {
    let case = Case::open("17_percolation");
    let exact = case.expected("kite/random_exact_mean_giant_by_occupied");
    let exact: Vec<f64> =
        exact.as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
    let curve = percolation(&kite(), &PercolationConfig::default(), &NoProgress).expect("a curve");
    // Ten firms, each works with probability 1/2: the mean over all 1024 sets.
    let ways = [1.0, 10.0, 45.0, 120.0, 210.0, 252.0, 210.0, 120.0, 45.0, 10.0, 1.0];
    let mean: f64 = ways.iter().zip(&exact).map(|(ways, giant)| ways / 1024.0 * giant).sum();
    assert_near(Some(curve[50].giant), &json!(mean), "half of the firms");
    // The same network beside twenty firms without ties has too many for all sets.
    let flows = kite();
    let flows = flows.node_indices().flat_map(|u| {
        flows.customers(u).map(move |(v, _)| (u.index() as u32, v.index() as u32, 1.0))
    });
    let larger = SupplyGraph::from_flows((0..30).map(|i| i.to_string()), flows).expect("good");
    let config = PercolationConfig { replicates: 4000, ..PercolationConfig::default() };
    let sampled = percolation(&larger, &config, &NoProgress).expect("a curve");
    assert!((sampled[50].giant - curve[50].giant).abs() < 0.1);
}
