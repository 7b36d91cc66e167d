//! Independently computed values of how far and how fast output can rise.

use crate::golden::{Case, assert_near, column, compute, figure, folder, rows};
use palenque_graph::{Columns, NoProgress, NumberColumn, SideTable, SupplyGraph, Table};
use palenque_metrics::flexibility::surge_capacity_lp::{
    SurgeGoal, SurgeLp, SurgeLpConfig, surge_capacity_lp,
};
use palenque_metrics::flexibility::surge_capacity_maxflow::{
    MaxflowConfig, surge_capacity_maxflow,
};
use palenque_metrics::kernel::input_groups::InputClass;
use palenque_metrics::resilience::essentiality::Essentiality;
use palenque_metrics::{Params, find};
use serde_json::{Value, json};

fn cell<'a>(row: &'a [(String, String)], title: &str) -> &'a str {
    &row.iter().find(|(name, _)| name == title).expect("a column").1
}

fn number(row: &[(String, String)], title: &str) -> f64 {
    cell(row, title).parse().expect("a number")
}

/// Volumes from three stills' suppliers to two shops, with capacities of nodes and ties.
fn volumes() -> SupplyGraph {
    let folder = folder("16_surge_capacity");
    let (nodes, ties) =
        (rows(&folder.join("volume_nodes.csv")), rows(&folder.join("volume_edges.csv")));
    let ids: Vec<&str> = nodes.iter().map(|row| cell(row, "id")).collect();
    let place = |id: &str| ids.iter().position(|known| *known == id).expect("a node") as u32;
    let mut flows: Vec<(u32, u32, f64, f64)> = ties
        .iter()
        .map(|row| {
            let ends = (place(cell(row, "source")), place(cell(row, "target")));
            (ends.0, ends.1, number(row, "baseline"), number(row, "capacity"))
        })
        .collect();
    flows.sort_by_key(|&(u, v, ..)| (u, v));
    let stage = |id: &&str| match id.chars().next() {
        Some('s') => Some("1"),
        Some('d') => Some("2"),
        Some('b') => Some("3"),
        _ => Some("4"),
    };
    let mut capacities = Columns::default();
    let of_ties = flows.iter().map(|flow| flow.3).collect();
    capacities.set_number("capacity", NumberColumn::from_values(of_ties));
    SupplyGraph::from_flows(ids.clone(), flows.iter().map(|&(u, v, flow, _)| (u, v, flow)))
        .expect("a good graph")
        .with_text("stage", ids.iter().map(stage))
        .with_number("capacity", nodes.iter().map(|row| Some(number(row, "capacity"))))
        .with_edges(capacities)
}

#[test]
fn what_volume_can_pass_and_without_whom() {
    let case = Case::open("16_surge_capacity");
    let expected = |key: &str| case.expected(&format!("maxflow_volume/{key}"));
    let graph = volumes();
    let tables = compute(&graph, "surge_capacity_maxflow", &[]);
    assert_near(figure(&tables, "surge_volume"), expected("value"), "volume");
    assert_near(figure(&tables, "surge_volume_baseline"), expected("baseline"), "baseline");
    assert_near(figure(&tables, "surge_ratio"), expected("surge_ratio"), "ratio");
    let without = column(&tables, "surge_volume_without");
    for node in graph.node_indices() {
        let id = graph.node_id(node);
        let expected = expected(&format!("value_after_node_loss/{id}"));
        assert_near(without[node.index()], expected, id);
    }
    // The cut nearest to the first stage; the expected file has another one, of the same capacity.
    let cut: Vec<String> = (0..tables[1].n_rows())
        .map(|row| {
            let cell = |name| tables[1].text(name, row).unwrap_or("-");
            format!("{} {}", cell("source"), cell("target"))
        })
        .collect();
    assert_eq!(cut, ["s1 d1", "s2 d1", "d2 b"]);
    let capacity = column(&tables[1..2], "capacity").into_iter().flatten().sum::<f64>();
    assert_near(Some(capacity), expected("cut_value"), "cut");
}

#[test]
fn only_the_largest_losses_are_computed_if_asked() {
    let config = MaxflowConfig { top: 1, ..MaxflowConfig::default() };
    let surge = surge_capacity_maxflow(&volumes(), &config, &NoProgress).expect("a flow");
    // The bottler, without whom 10 of 120 pass.
    assert_eq!(surge.without[5], Some(10.0));
}

/// The cluster with the capacities of the case.
fn cluster() -> SupplyGraph {
    let graph = Case::open("16_surge_capacity").economy();
    let capacities = rows(&folder("16_surge_capacity").join("capacities.csv"));
    graph.with_number("capacity", capacities.iter().map(|row| Some(number(row, "capacity"))))
}

#[test]
fn stages_have_room_for_more() {
    let case = Case::open("16_surge_capacity");
    let tables = compute(&cluster(), "stage_headroom", &[]);
    let headroom = column(&tables[1..2], "headroom");
    let stages = case.expected("stage_headroom").as_object().expect("stages");
    assert_eq!(headroom.len(), stages.len());
    for (row, found) in headroom.iter().enumerate() {
        let stage = tables[1].text("group", row).expect("a stage");
        assert_near(*found, &stages[stage], stage);
    }
    assert_near(figure(&tables, "stage_headroom_min"), &stages["2"], "least");
    // Of the firms: growers of 78 by 65 and 75 by 50.
    assert_near(column(&tables[..1], "headroom")[1], &json!(1.5), "a grower");
}

fn solved(graph: &SupplyGraph, by: &str, goal: SurgeGoal, tie_gamma: f64) -> SurgeLp {
    let inputs = Essentiality::uniform(graph, by, InputClass::Essential).expect("types");
    let config = SurgeLpConfig { tie_gamma, ..SurgeLpConfig::default() };
    surge_capacity_lp(graph, &inputs, goal, &config, &NoProgress).expect("a solution")
}

/// Compares to a relative `1e-7`, as bounds that have to hold the expected value between them.
fn assert_bounds(found: &SurgeLp, expected: &Value, what: &str) {
    let expected = expected.as_f64().expect("a number");
    let slack = 1e-7 * expected.abs();
    let near = (found.value - expected).abs() <= slack
        && found.value <= expected + 1e-3 * slack
        && found.bound >= expected - 1e-3 * slack;
    assert!(near, "{what}: {} to {}, expected {expected}", found.value, found.bound);
}

#[test]
fn what_could_be_sold_where_inputs_complement_each_other() {
    let case = Case::open("16_surge_capacity");
    let expected = |key: &str| case.expected(&format!("leontief_lp/{key}"));
    let graph = cluster();
    let total = solved(&graph, "role", SurgeGoal::Total, 0.5);
    assert_bounds(&total, expected("max_total_final"), "total");
    assert_near(Some(total.baseline), expected("baseline"), "baseline");
    let factor = solved(&graph, "role", SurgeGoal::Proportional, 0.5);
    assert_bounds(&factor, expected("max_proportional_factor"), "factor");
    // What all best plans use up is used up in the one that the file describes.
    let listed = |key: &str, name: &str| {
        expected(key).as_array().expect("a list").iter().any(|known| known == name)
    };
    let tables = compute(&graph, "surge_capacity_lp", &[("by", json!("role"))]);
    let mut seen = Vec::new();
    for row in 0..tables[0].n_rows() {
        let text = |name| tables[0].text(name, row);
        let source = text("source").expect("an id");
        if text("model") == Some("lp_proportional") {
            let (key, name) = match text("target") {
                None => ("binding_nodes_at_proportional", source.to_owned()),
                Some(target) => ("binding_edges_at_proportional", format!("{source}->{target}")),
            };
            assert!(listed(key, &name), "{name}");
            seen.push(name);
        }
    }
    assert_eq!(seen, ["pal_1", "pal_2", "pal_3->trader_l"]);
    let ratio = figure(&tables, "surge_final_ratio").expect("a ratio");
    assert!((ratio - expected("surge_ratio").as_f64().expect("a number")).abs() < 1e-7);
    // The stage with the least room bounds the factor here.
    let stage = case.expected("stage_headroom/2").as_f64().expect("a number");
    assert!(factor.bound < stage);
}

#[test]
fn programs_agree_with_another_solver() {
    let case = Case::open("16b_surge_programs");
    let networks = case.expected("networks").as_array().expect("networks");
    for (k, network) in networks.iter().enumerate() {
        let numbers = |key: &str| -> Vec<Option<f64>> {
            network[key].as_array().expect("a list").iter().map(Value::as_f64).collect()
        };
        let sectors = network["sector"].as_array().expect("a list");
        let flows = network["flows"].as_array().expect("a list").iter().map(|flow| {
            let node = |i: usize| flow[i].as_u64().expect("a node") as u32;
            (node(0), node(1), flow[2].as_f64().expect("a flow"))
        });
        let graph = SupplyGraph::from_flows((0..sectors.len()).map(|i| i.to_string()), flows)
            .expect("a good graph")
            .with_text("sector", sectors.iter().map(Value::as_str))
            .with_number("output", numbers("output"))
            .with_number("final_demand", numbers("final_demand"))
            .with_number("capacity", numbers("capacity"));
        let gamma = network["tie_gamma"].as_f64().expect("a number");
        for (goal, key) in [
            (SurgeGoal::Total, "max_total_final"),
            (SurgeGoal::Proportional, "max_proportional_factor"),
        ] {
            let found = solved(&graph, "sector", goal, gamma);
            assert_bounds(&found, &network[key], &format!("network {k}, {key}"));
        }
    }
}

#[test]
fn how_long_a_chain_takes() {
    let case = Case::open("16_surge_capacity");
    let expected = |key: &str| case.expected(&format!("scale_up/{key}"));
    let titles = ["stage", "output", "target", "growth", "capacity", "input_coefficient"]
        .into_iter()
        .chain(["inventory", "lead"]);
    let parts = ["y0", "target", "growth", "cmax", "input_coef", "inventory0", "lead"];
    let row = |s: usize| {
        let cell = |part: &str| {
            let values = expected(&format!("params/{part}"));
            values.get(s).map_or(String::new(), Value::to_string)
        };
        let cells = std::iter::once(format!("stage {s}")).chain(parts.iter().map(|p| cell(p)));
        (s as u64 + 2, cells.collect::<Vec<_>>())
    };
    let table = SideTable::new(
        "stages.csv",
        titles.map(str::to_owned).collect(),
        (0..3).map(row).collect(),
    );
    let params = Params::default().with_side("stages", table.into()).with("steps", json!(20));
    let metric = find("time_to_scale").expect("a metric");
    let tables: Vec<Table> = metric.compute(&cluster(), &params, &NoProgress).expect("a result");
    let path = expected("path").as_array().expect("periods");
    let made = column(&tables[..1], "production");
    assert_eq!(made.len(), 3 * path.len());
    for (t, period) in path.iter().enumerate() {
        for s in 0..3 {
            assert_near(made[3 * t + s], &period[s], &format!("period {t}, stage {s}"));
        }
    }
    for share in ["75", "90", "100"] {
        let found = figure(&tables, &format!("time_to_scale_{share}"));
        assert_near(found, expected(&format!("time_to_{share}pct")), share);
    }
}

#[test]
fn a_chain_without_a_side_table_has_its_stages() {
    let tables = compute(&cluster(), "time_to_scale", &[]);
    // The second stage has the least room. What reaches the last has to pass two others, and all grow at a tenth a period.
    let target = column(&tables[..1], "demand");
    assert_near(target[3], &json!(330.0 * 291.0 / 218.0), "target of the last");
    for (share, period) in [("75", 7.0), ("90", 8.0), ("100", 10.0)] {
        let found = figure(&tables, &format!("time_to_scale_{share}"));
        assert_near(found, &json!(period), share);
    }
}
