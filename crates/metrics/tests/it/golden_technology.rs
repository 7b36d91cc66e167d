//! Independently computed values of complexity and of dependence on technology.

use crate::golden::{Case, assert_all, assert_near, column, compute, figure, folder, rows};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::technology::capabilities::{Advantage, Amounts, capabilities};
use palenque_metrics::technology::technology_dependence::technology_dependence;
use serde_json::{Value, json};

fn case() -> Case {
    Case::open("22_complexity_technology")
}

fn number(cell: &(String, String)) -> f64 {
    cell.1.parse().expect("a number")
}

fn amounts() -> Amounts {
    let rows = rows(&folder("22_complexity_technology").join("output.csv"));
    let cells = rows.iter().map(|row| row[1..].iter().map(number).collect()).collect();
    Amounts { cells, n_activities: 5 }
}

#[test]
fn what_places_can_make() {
    let case = case();
    let found = capabilities(&amounts(), Advantage::Rca, 20);
    let cells = |values: &[Result<f64, _>]| values.iter().map(|v| v.ok()).collect::<Vec<_>>();
    for (i, row) in case.expected("rca").as_array().expect("rows").iter().enumerate() {
        assert_all(&found.advantage[i], row, "rca");
        assert_all(&cells(&found.density[i]), &case.expected("density_zero_diagonal")[i], "near");
    }
    let counts = |values: &[usize]| values.iter().map(|v| Some(*v as f64)).collect::<Vec<_>>();
    assert_all(&counts(&found.diversity), case.expected("diversity"), "diversity");
    assert_all(&counts(&found.ubiquity), case.expected("ubiquity"), "ubiquity");
    assert_all(&cells(&found.eci), case.expected("eci"), "eci");
    assert_all(&cells(&found.pci), case.expected("pci_own_standardised"), "pci");
    let harvard = case.expected("pci_harvard_scaled");
    assert_all(&cells(&found.pci_place_scale), harvard, "pci in the scale of places");
    assert_all(&cells(&found.outlook), case.expected("coi_raw"), "outlook");
    for (rounds, of) in case.expected("fitness").as_object().expect("rounds") {
        let found = capabilities(&amounts(), Advantage::Rca, rounds.parse().expect("a number"));
        assert_all(&cells(&found.fitness), &of["fitness"], rounds);
        assert_all(&cells(&found.complexity), &of["complexity"], rounds);
    }
}

#[test]
fn more_activities_than_places_and_the_other_way_round_say_the_same() {
    let Amounts { mut cells, .. } = amounts();
    for (row, sixth) in cells.iter_mut().zip([0.0, 30.0, 20.0, 0.0, 40.0]) {
        row.push(sixth);
    }
    let wide = capabilities(&Amounts { cells: cells.clone(), n_activities: 6 }, Advantage::Rca, 50);
    let turned = (0..6).map(|a| cells.iter().map(|row| row[a]).collect()).collect();
    let tall = capabilities(&Amounts { cells: turned, n_activities: 5 }, Advantage::Rca, 50);
    // Places and activities change sides: RCA is symmetric, so is M, and so are the indices up to sign.
    let sign = |a: f64, b: f64| if a * b < 0.0 { -1.0 } else { 1.0 };
    let first = sign(wide.eci[0].expect("a value"), tall.pci[0].expect("a value"));
    for (a, b) in wide.eci.iter().zip(&tall.pci).chain(wide.pci.iter().zip(&tall.eci)) {
        assert!((a.expect("a value") - first * b.expect("a value")).abs() < 1e-9, "{a:?} {b:?}");
    }
}

#[test]
fn the_published_example_of_nestedness() {
    // Almeida-Neto, Guimarães, Guimarães, Loyola and Ulrich (2008), figure 1: NODF is 58.33.
    let cells =
        [[1, 0, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0]];
    let cells = cells.map(|row| row.map(f64::from).to_vec()).to_vec();
    let found = capabilities(&Amounts { cells, n_activities: 5 }, Advantage::Presence, 20);
    assert!((found.nestedness.expect("defined") - 0.583_333_333_333_333_3).abs() < 1e-12);
    assert_eq!(found.diversity, [4, 3, 3, 2, 2]);
}

#[test]
fn parts_without_a_common_activity_are_as_if_alone() {
    let Amounts { cells, .. } = amounts();
    let alone = capabilities(&amounts(), Advantage::Presence, 20);
    // The same places with the same activities, and two others with two of their own.
    let mut both: Vec<Vec<f64>> = vec![vec![0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 1.0, 0.0]];
    both.extend(cells.iter().map(|row| row.iter().copied().chain([0.0; 3]).collect()));
    both.push(vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let found = capabilities(&Amounts { cells: both, n_activities: 8 }, Advantage::Presence, 20);
    let n = cells.len();
    assert_eq!(found.part[0][1..=n], vec![Some(1); n]);
    assert_eq!((found.part[0][0], found.part[0][n + 1]), (Some(2), Some(2)));
    assert_eq!(found.part[1][7], None);
    for (a, b) in alone.eci.iter().zip(&found.eci[1..=n]) {
        assert_eq!(a.is_ok(), b.is_ok());
        if let (Ok(a), Ok(b)) = (a, b) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }
    assert!(found.eci[0].is_ok());
}

#[test]
fn how_much_of_output_is_technology_from_elsewhere() {
    let case = case();
    let flags = rows(&folder("22_complexity_technology").join("nodes.csv"));
    let flag = flags.iter().map(|row| {
        Some(number(row.iter().find(|cell| cell.0 == "tech_external").expect("a flag")))
    });
    let graph =
        Case::open("07_palenque10_fragmentation").economy().with_number("tech_external", flag);
    let tables = compute(&graph, "technology_dependence", &[]);
    let of = |key: &str| case.expected(&format!("technology_dependence/{key}")).clone();
    for (name, key) in [
        ("tech_dependence_direct", "direct"),
        ("tech_dependence_total", "total_external_tech"),
        ("tech_independence", "independence"),
    ] {
        let expected = of(key);
        for (node, value) in graph.node_indices().zip(column(&tables, name)) {
            let id = graph.node_id(node);
            assert_near(value, expected.get(id).unwrap_or(&Value::Null), id);
        }
    }
    assert_near(figure(&tables, "tech_dependence_cluster"), &of("cluster_weighted"), "cluster");
    let contributions = column(&tables, "tech_contribution").into_iter().flatten().sum::<f64>();
    assert_near(Some(contributions), &of("cluster_weighted"), "the sum of contributions");
}

#[test]
fn imports_that_inputs_carry() {
    // The grower imports 1 of its output of 4, which the still buys for its 10.
    let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 4.0)])
        .expect("a good graph")
        .with_number("output", [Some(4.0), Some(10.0)]);
    let found = technology_dependence(&graph, &[false; 2], &[1.0, 0.0], &NoProgress);
    let found = found.expect("a result");
    assert_all(&found.total.iter().map(|t| t.ok()).collect::<Vec<_>>(), &json!([0.25, 0.1]), "");
    assert_near(found.cluster.ok(), &json!(0.1), "all is sold by the still");
}
