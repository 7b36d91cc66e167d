//! Independently computed values of indices of space.

use crate::golden::{Case, assert_all, assert_near, compute, figure, folder, rows};
use palenque_graph::{NoProgress, SupplyGraph, Table, TableId};
use palenque_metrics::space::duranton_overman::k_density;
use palenque_metrics::space::places::Places;
use palenque_metrics::space::simulation::Simulation;
use palenque_metrics::space::spatial_autocorrelation::autocorrelation;
use palenque_metrics::space::spatial_weights::SpatialWeights;
use palenque_metrics::{Family, Params};
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

/// The ten points, which do not trade.
fn points() -> SupplyGraph {
    let points = rows(&folder("13_spatial_points").join("points.csv"));
    let cell = |name: &str| -> Vec<String> {
        let of = |row: &Vec<(String, String)>| {
            row.iter().find(|cell| cell.0 == name).expect("a column").1.clone()
        };
        points.iter().map(of).collect()
    };
    let mut graph = SupplyGraph::from_flows(cell("id"), []).expect("a good graph");
    for name in ["x", "y", "weight"] {
        let values = cell(name).into_iter().map(|x| Some(x.parse().expect("a number")));
        graph = graph.with_number(name, values);
    }
    graph.with_text("sector", cell("type").into_iter().map(Some))
}

/// A column of the rows of a function and sector.
fn curve(
    tables: &[Table],
    (function, sector): (&str, Option<&str>),
    name: &str,
) -> Vec<Option<f64>> {
    let table = &tables[0];
    let is_asked = |row: usize| {
        table.text("function", row) == Some(function) && table.text("sector", row) == sector
    };
    let rows = table.filter_rows(is_asked);
    (0..rows.n_rows()).map(|row| rows.number(name, row)).collect()
}

fn of_points(metric: &str, more: &[(&str, Value)]) -> Vec<Table> {
    let r = Case::open("13_spatial_points").expected("r").clone();
    let mut params = vec![("x", json!("x")), ("y", json!("y")), ("distances", r)];
    params.extend(more.iter().cloned());
    compute(&points(), metric, &params)
}

#[test]
fn how_many_points_are_near() {
    let case = Case::open("13_spatial_points");
    let window = ("window", case.expected("window").clone());
    let few = ("replicates", json!(199));
    let none = of_points("ripley", &[window.clone(), few.clone(), ("correction", json!("none"))]);
    assert_all(&curve(&none, ("K", None), "value"), case.expected("ripley_K_no_correction"), "K");
    let moved = of_points("ripley", &[window, few]);
    assert_all(&curve(&moved, ("K", None), "value"), case.expected("ripley_K_translation"), "K");
    let l = curve(&moved, ("L", None), "value");
    assert_all(&l, case.expected("ripley_L_minus_r_translation"), "L − r");
    for side in ["local_lo", "local_hi", "global_lo", "global_hi"] {
        let [k, l] = ["K", "L"].map(|function| curve(&moved, (function, None), side));
        for ((k, l), r) in k.into_iter().zip(l).zip([1.0, 1.5, 2.0, 3.0, 5.0]) {
            let (k, l) = (k.expect("a band"), l.expect("a band"));
            let of_l: f64 = std::f64::consts::PI * f64::max(l + r, 0.0).powi(2);
            assert!((k - of_l).abs() < 1e-9 * (1.0 + of_l), "{side}: {k} and {l} at {r}");
        }
    }
}

#[test]
fn what_is_near_to_points_of_a_kind() {
    let case = Case::open("13_spatial_points");
    let size = ("size", json!("weight"));
    let own = of_points("marcon_puech", &[size.clone(), ("sector", json!("m"))]);
    let values = curve(&own, ("M", Some("m")), "value");
    assert_all(&values, case.expected("marcon_puech_M_mm"), "M of m around m");
    let others = of_points("marcon_puech", &[size, ("neighbour", json!("o"))]);
    let values = curve(&others, ("M_inter", Some("m")), "value");
    assert_all(&values, case.expected("marcon_puech_M_mo"), "M of o around m");
}

#[test]
fn how_far_points_of_a_kind_are_apart() {
    let case = Case::open("13_spatial_points");
    let expected = |key: &str| case.expected(&format!("duranton_overman/{key}"));
    let one = ("sector", json!("m"));
    let counted = of_points("duranton_overman", std::slice::from_ref(&one));
    assert_all(&curve(&counted, ("Kd", Some("m")), "value"), expected("kd_unweighted"), "Kd");
    let h = counted[1].number("kd_bandwidth", 0);
    assert_near(h, expected("bandwidth_nrd0"), "h");
    let weighted = of_points("duranton_overman", &[one, ("size", json!("weight"))]);
    assert_all(&curve(&weighted, ("Kd", Some("m")), "value"), expected("kd_weighted"), "Kd");
    assert_eq!(counted[1].number("n_located", 0), Some(5.0));
}

#[test]
fn every_index_has_a_result_where_firms_have_places() {
    let graph = crate::graphs::map();
    let of_space = palenque_metrics::all().filter(|m| m.spec().family == Family::Space);
    for metric in of_space {
        let params = if metric.spec().params.iter().any(|p| p.name == "replicates") {
            Params::default().with("replicates", json!(19))
        } else {
            Params::default()
        };
        let (name, tables) = (metric.spec().name, metric.compute(&graph, &params, &NoProgress));
        let has_rows = |tables: &[Table]| tables.iter().all(|table| table.n_rows() > 0);
        assert!(tables.is_ok_and(|tables| has_rows(&tables)), "{name}");
    }
    // The stills are at one place, all but one: nearer to each other than at any sites.
    let m = compute(&graph, "marcon_puech", &[("replicates", json!(199))]);
    let (value, high) =
        ["value", "local_hi"].map(|name| curve(&m, ("M", Some("still")), name)[0]).into();
    assert!(value > high && value > Some(1.0), "{value:?} {high:?}");
    let kd = compute(&graph, "duranton_overman", &[("replicates", json!(199))]);
    assert_eq!(kd[1].text("sector", 2), Some("glass"));
    let status =
        "kd_localisation=insufficient_n;kd_dispersion=insufficient_n;kd_bandwidth=insufficient_n";
    assert_eq!(kd[1].text("status", 2), Some(status));
}

#[test]
fn the_density_of_many_pairs_is_that_of_each() {
    // 500 places on a spiral: more pairs than are looked at one by one.
    let place = |i: u32| {
        let angle = 2.4 * f64::from(i);
        [f64::from(i).sqrt() * angle.cos(), f64::from(i).sqrt() * angle.sin()]
    };
    let places = Places::on_plane(&(0..500).map(place).collect::<Vec<_>>());
    let members: Vec<u32> = (0..500).collect();
    let distances = [0.5, 5.0, 20.0];
    let none = Simulation { replicates: 0, ..Simulation::default() };
    let found = k_density(&places, &members, &[1.0; 500], &distances, none, &NoProgress);
    let found = found.expect("not cancelled").expect("a density");
    let h = found.bandwidth;
    for (d, value) in distances.iter().zip(&found.density) {
        let phi = |u: f64| (-0.5 * u * u).exp() / std::f64::consts::TAU.sqrt();
        let pairs = (0..500).flat_map(|i| (0..i).map(move |j| (i, j)));
        let term = |(i, j)| {
            let apart = places.distance(i, j);
            phi((d - apart) / h) + phi((d + apart) / h)
        };
        let exact = pairs.map(term).sum::<f64>() / (h * 124_750.0);
        assert!((value / exact - 1.0).abs() < 3e-4, "{value}, by pairs {exact}");
    }
}
