//! Independently computed values of indices of space.

use crate::golden::{Case, assert_all, assert_near, compute, figure, folder, rows};
use palenque_graph::{NoProgress, SupplyGraph, Table, TableId};
use palenque_metrics::space::simulation::Simulation;
use palenque_metrics::space::spatial_autocorrelation::autocorrelation;
use palenque_metrics::space::spatial_weights::SpatialWeights;
use serde_json::{Value, json};

fn number(cell: &(String, String)) -> f64 {
    cell.1.parse().expect("a number")
}

/// A firm a region and sector, and the plants of the first sector one by one.
fn economy() -> SupplyGraph {
    let folder = folder("12_spatial_areal");
    let mut firms: Vec<(String, String, f64)> = Vec::new();
    for row in rows(&folder.join("plants_mezcal.csv")) {
        firms.push((row[0].1.clone(), "mezcal".into(), number(&row[1])));
    }
    for row in rows(&folder.join("employment.csv")) {
        for cell in &row[2..] {
            firms.push((row[0].1.clone(), cell.0.clone(), number(cell)));
        }
    }
    let ids = (0..firms.len()).map(|i| format!("f{i}"));
    SupplyGraph::from_flows(ids, [])
        .expect("a good graph")
        .with_text("region", firms.iter().map(|firm| Some(firm.0.clone())))
        .with_text("sector", firms.iter().map(|firm| Some(firm.1.clone())))
        .with_number("employees", firms.iter().map(|firm| Some(firm.2)))
}

/// A column of one table of a result.
fn column(tables: &[Table], id: TableId, name: &str) -> Vec<Option<f64>> {
    let table = tables.iter().find(|table| table.id() == id).expect("the table");
    (0..table.n_rows()).map(|row| table.number(name, row)).collect()
}

#[test]
fn what_is_in_which_region() {
    let case = Case::open("12_spatial_areal");
    let graph = economy();
    let lq = compute(&graph, "location_quotient", &[]);
    let flat = |key: &str| -> Value {
        let rows = case.expected(key).as_array().expect("rows");
        rows.iter().flat_map(|row| row.as_array().expect("numbers").clone()).collect()
    };
    for (name, key) in [
        ("lq", "lq"),
        ("lq_symmetric", "lq_symmetric"),
        ("lq_z", "lq_standardised"),
        ("lq_log_z", "lq_log_standardised"),
    ] {
        assert_all(&column(&lq, TableId::SpatialAreal, name), &flat(key), name);
    }
    let employment = column(&lq, TableId::SpatialAreal, "employment");
    assert_eq!(employment[..3], [120.0, 30.0, 50.0].map(Some));
    let surplus: f64 = column(&lq, TableId::SpatialAreal, "lq_surplus").iter().flatten().sum();
    assert!(surplus.abs() < 1e-9, "what one region has more, others have less");
    let krugman = compute(&graph, "krugman_index", &[]);
    for (name, key) in [
        ("krugman", "krugman_specialisation"),
        ("krugman_leave_one_out", "krugman_specialisation_leave_one_out"),
        ("hachman", "hachman"),
    ] {
        assert_all(&column(&krugman, TableId::SpatialAreal, name), case.expected(key), name);
    }
    for (name, key) in [
        ("krugman_concentration", "krugman_concentration"),
        ("hoover_balassa", "hoover_balassa_coef"),
    ] {
        assert_all(&column(&krugman, TableId::SpatialSector, name), case.expected(key), name);
    }
    let gini = compute(&graph, "locational_gini_coefficient", &[]);
    let gini = column(&gini, TableId::SpatialSector, "locational_gini");
    assert_all(&gini, case.expected("locational_gini"), "locational_gini");
}

#[test]
fn whether_plants_are_together_beyond_chance() {
    let case = Case::open("12_spatial_areal");
    let graph = economy();
    let eg = compute(&graph, "ellison_glaeser", &[]);
    let first = |tables: &[Table], name| column(tables, TableId::SpatialSector, name)[0];
    assert_near(first(&eg, "eg_gamma"), case.expected("ellison_glaeser/gamma"), "gamma");
    assert_near(first(&eg, "eg_raw"), case.expected("ellison_glaeser/G_over"), "raw");
    assert_near(first(&eg, "plant_hhi"), case.expected("ellison_glaeser/H"), "H");
    assert_eq!(first(&eg, "n_plants"), Some(7.0));
    let ms = compute(&graph, "maurel_sedillot", &[]);
    assert_near(first(&ms, "ms_gamma"), case.expected("maurel_sedillot/gamma"), "gamma");
    // Sums of firms say nothing about the sizes of firms.
    let sums = graph.with_number("n_members", (0..15).map(|_| Some(2.0)));
    let eg = compute(&sums, "ellison_glaeser", &[]);
    assert_eq!((first(&eg, "eg_gamma"), first(&eg, "plant_hhi")), (None, None));
    assert_near(first(&eg, "eg_raw"), case.expected("ellison_glaeser/G_over"), "raw");
}

#[test]
fn whether_neighbours_are_alike() {
    let case = Case::open("12_spatial_areal");
    let folder = folder("12_spatial_areal");
    let areas = rows(&folder.join("areas.csv"));
    let ids: Vec<&str> = areas.iter().map(|row| row[0].1.as_str()).collect();
    let position = |id: &str| ids.iter().position(|known| *known == id).expect("an area") as u32;
    let ties = rows(&folder.join("contiguity.csv"));
    let ties = ties.iter().map(|row| (position(&row[0].1), position(&row[1].1), 1.0));
    let graph = SupplyGraph::from_flows(ids.iter().copied(), ties)
        .expect("a good graph")
        .with_number("value", areas.iter().map(|row| Some(number(&row[1]))));
    let params =
        [("of", json!("value")), ("weights", json!("network")), ("replicates", json!(9999))];
    let tables = compute(&graph, "spatial_autocorrelation", &params);
    assert_near(figure(&tables, "moran_i"), case.expected("moran/I"), "I");
    assert_near(figure(&tables, "moran_z"), case.expected("moran/z_randomisation"), "z");
    assert_near(figure(&tables, "geary_c"), case.expected("geary_C"), "C");
    assert_near(figure(&tables, "getis_g"), case.expected("getis_ord_G"), "G");
    let of_nodes = |name| column(&tables, TableId::NodeMetrics, name);
    assert_all(&of_nodes("local_moran"), case.expected("moran/local_moran"), "I_i");
    assert_all(&of_nodes("gi_star_z"), case.expected("getis_ord_gi_star_z"), "Gi*");
    let exact = case.expected("moran/exact_perm_p_two_sided_abs").as_f64().expect("a number");
    let p = figure(&tables, "moran_p").expect("a p");
    let error = (exact * (1.0 - exact) / 1e4).sqrt();
    assert!((p - exact).abs() < 4.0 * error, "{p}, over all permutations {exact}");
    let sum: f64 = of_nodes("local_moran").iter().flatten().sum();
    assert_near(Some(sum / 7.0), case.expected("moran/I"), "the mean of the local ones");
}

#[test]
fn a_place_without_neighbours_counts_but_has_no_local_index() {
    let rows = vec![vec![(1, 1.0)], vec![(0, 1.0)], vec![]];
    let weights = SpatialWeights::of(rows);
    let simulation = Simulation { replicates: 19, ..Simulation::default() };
    let found = autocorrelation(&[1.0, 2.0, 6.0], &weights, simulation, &NoProgress);
    let found = found.expect("a result");
    // z = (-2, -1, 3): (3/2) (2 + 2) / 14.
    assert_near(found.moran.ok(), &json!(6.0 / 14.0), "I");
    assert!(found.local_moran[2].is_err() && found.local_moran_p[2].is_err());
    assert!(found.gi_star[2].is_ok());
}
