//! Independently computed values of what crosses regions.

use crate::golden::{Case, assert_near, compute};
use palenque_graph::{FinalDemand, NoProgress, SupplyGraph, Table};
use palenque_metrics::find;
use palenque_metrics::linkage::gvc_bilateral::{TERMS, gvc_bilateral};
use palenque_metrics::{MetricError, Params};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Three regions of two sectors.
pub(crate) fn icio() -> SupplyGraph {
    let rows = read(&folder("10_icio3x2_gvc").join("icio.csv"));
    let number = |cell: &String| cell.parse::<f64>().expect("a number");
    let (ids, rows) = (rows[0][1..=6].to_vec(), &rows[1..=6]);
    table(&ids, |i, j| number(&rows[i][j + 1]), &["A", "B", "C"], |i, c| number(&rows[i][c + 7]))
        .with_number("output", rows.iter().map(|row| Some(number(&row[10]))))
        .with_text("region", ids.iter().map(|id| Some(&id[..1])))
        .with_text("sector", ids.iter().map(|id| Some(&id[1..])))
}

fn table(
    ids: &[String],
    z: impl Fn(usize, usize) -> f64,
    users: &[&str],
    y: impl Fn(usize, usize) -> f64,
) -> SupplyGraph {
    let n = ids.len();
    let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    let flows = pairs.map(|(i, j)| (i as u32, j as u32, z(i, j))).filter(|flow| flow.2 > 0.0);
    let cells = (0..n).flat_map(|i| (0..users.len()).map(move |c| (i, c)));
    let demand = cells.map(|(i, c)| y(i, c)).collect();
    let users = users.iter().map(|&user| user.into()).collect();
    SupplyGraph::from_flows(ids, flows)
        .expect("good flows")
        .with_final_demand(FinalDemand::new(users, demand))
}

/// The number in the only row of a long table with these keys.
pub(crate) fn cell(table: &Table, keys: &[(&str, &str)], column: &str) -> Option<f64> {
    let fits = |row: usize| keys.iter().all(|(name, key)| table.text(name, row) == Some(*key));
    let row = (0..table.n_rows()).find(|&row| fits(row)).unwrap_or_else(|| panic!("{keys:?}"));
    table.number(column, row)
}

#[test]
fn nine_terms_of_three_regions() {
    let case = Case::open("10_icio3x2_gvc");
    let found = &compute(&icio(), "gvc_decomposition", &[])[0];
    for region in ["A", "B", "C"] {
        let check = |term: &str, column: &str, key: &str| {
            let value = cell(found, &[("country", region), ("term", term)], column);
            assert_near(
                value,
                case.expected(&format!("kww/{region}/{key}")),
                &format!("{region} {term}"),
            );
        };
        for (term, key) in [
            ("dva_fin", "DVA_FIN"),
            ("dva_int", "DVA_INT"),
            ("dva_intrex", "DVA_INTrex"),
            ("rdv_fin", "RDV_FIN"),
            ("rdv_int", "RDV_INT"),
            ("ddc", "DDC"),
            ("fva_fin", "FVA_FIN"),
            ("fva_int", "FVA_INT"),
            ("fdc", "FDC"),
            ("exports", "gross_exports"),
            ("vax", "vax"),
            ("domestic_content", "domestic_content"),
            ("dva_in_exports", "dva_in_exports_gdp"),
            ("vs", "vs"),
            ("vs1", "vs1"),
        ] {
            check(term, "value", key);
        }
        for (term, key) in [
            ("vax", "vax_ratio"),
            ("vs", "vs_share"),
            ("vs1", "vs1_share"),
            ("gvc_participation", "gvc_participation"),
            ("gvc_position", "gvc_position"),
        ] {
            check(term, "share", key);
        }
        let alone = cell(found, &[("country", region), ("term", "vs_single")], "share");
        let key = format!("vs_share_hummels_ishii_yi/{region}");
        assert_near(alone, case.expected(&key), &key);
        let keys = [("country", region), ("term", "discrepancy")];
        assert_eq!(cell(found, &keys, "value"), Some(0.0));
    }
}

#[test]
fn sixteen_terms_of_three_regions() {
    let found = &compute(&icio(), "gvc_bilateral", &[])[0];
    let expected = read(&folder("10_icio3x2_gvc").join("bilateral.csv"));
    for row in &expected[1..] {
        let keys: Vec<(&str, &str)> = [("country", &*row[0]), ("sector", &row[1][1..])]
            .into_iter()
            .chain([("destination", &*row[2]), ("term", &*row[3])])
            .collect();
        let value: f64 = row[4].parse().expect("a number");
        assert_near(cell(found, &keys, "value"), &json!(value), &format!("{keys:?}"));
    }
    assert_eq!(found.n_rows(), 6 * 2 * 17);
}

#[test]
fn exports_of_leather_are_decomposed_as_by_decompr() {
    let Some(folder) = shared("golden/io/leather_decompr") else {
        return skipped();
    };
    let (z, y) = (read(&folder.join("inter.csv")), read(&folder.join("final.csv")));
    let number = |cell: &String| cell.parse::<f64>().expect("a number");
    let ids: Vec<String> = z[0][1..].to_vec();
    let part = |id: &str, k: usize| id.split('.').nth(k).expect("a name").to_owned();
    let users: Vec<&str> = y[0][1..].iter().map(|name| &**name).collect();
    let graph =
        table(&ids, |i, j| number(&z[i + 1][j + 1]), &users, |i, c| number(&y[i + 1][c + 1]))
            .with_text("region", ids.iter().map(|id| Some(part(id, 0))))
            .with_text("sector", ids.iter().map(|id| Some(part(id, 1))));
    let nine = &compute(&graph, "gvc_decomposition", &[])[0];
    let expected = read(&folder.join("decompr_kww.csv"));
    for row in &expected[1..] {
        for (name, value) in expected[0][1..].iter().zip(&row[1..]) {
            let keys = [("country", &*row[0]), ("term", &*name.to_lowercase())];
            assert_near(cell(nine, &keys, "value"), &json!(number(value)), &format!("{keys:?}"));
        }
    }
    let sixteen = &compute(&graph, "gvc_bilateral", &[])[0];
    let expected = read(&folder.join("decompr_wwz.csv"));
    for row in expected[1..].iter().filter(|row| row[0] != row[2]) {
        for (name, value) in expected[0][3..19].iter().zip(&row[3..19]) {
            let name = name.to_lowercase().replace("intrex", "intrex_");
            let keys = [
                ("country", &*row[0]),
                ("sector", &row[1]),
                ("destination", &row[2]),
                ("term", &name),
            ];
            assert_near(cell(sixteen, &keys, "value"), &json!(number(value)), &format!("{keys:?}"));
        }
    }
}

#[test]
fn one_country_of_the_table_may_be_asked_for() {
    let found = &compute(&icio(), "gvc_bilateral", &[("country", "B".into())])[0];
    assert!((0..found.n_rows()).all(|row| found.text("country", row) == Some("B")));
    assert_eq!(found.n_rows(), 2 * 2 * 17);
    let metric = find("gvc_bilateral").expect("a metric");
    let error =
        metric.compute(&icio(), &Params::default().with("country", "D".into()), &NoProgress);
    assert_eq!(error.expect_err("refused").to_string(), "no node is in `D`; did you mean `A`?");
}

#[test]
fn what_a_decomposition_needs_is_named() {
    let metric = find("gvc_decomposition").expect("a metric");
    let refused = |graph: &SupplyGraph| {
        let error = metric.compute(graph, &Params::default(), &NoProgress).expect_err("refused");
        assert!(matches!(error, MetricError::InputMissing { .. }), "{error}");
        error.to_string()
    };
    let plain = SupplyGraph::from_flows(["a", "b"], [(0, 1, 2.0)]).expect("a good graph");
    assert!(refused(&plain).contains("node column `region`"));
    let gap = plain.clone().with_text("region", [Some("MEX"), None]);
    assert!(refused(&gap).contains("(`b` has none)"));
    let demand = plain.with_text("region", [Some("MEX"), Some("USA")]);
    assert!(refused(&demand).contains("final demand by region"));
}

#[test]
fn world_exports_of_2011() {
    let Some(graph) = world() else {
        return skipped();
    };
    let bilateral = gvc_bilateral(&graph, "region", &NoProgress).expect("a world table");
    let n = TERMS.len();
    let off = |row: &palenque_metrics::linkage::gvc_bilateral::BilateralTerms| {
        (row.terms[..n].iter().sum::<f64>() - row.exports).abs() / row.exports.max(1.0)
    };
    let worst = bilateral.rows.iter().map(off).fold(0.0, f64::max);
    assert!(worst < 1e-9, "{worst}");
}

/// The world table of 2011, its final demand what is left of output, all of it used at home.
fn world() -> Option<SupplyGraph> {
    let folder = shared("data/wiod2011")?;
    let sectors = read(&folder.join("x_2011.csv"));
    let ids: Vec<&str> = sectors[1..].iter().map(|row| &*row[0]).collect();
    let node: std::collections::BTreeMap<&str, u32> = ids.iter().copied().zip(0..).collect();
    let edges = read(&folder.join("edges_2011.csv"));
    let flows = edges[1..]
        .iter()
        .map(|row| (node[&*row[0]], node[&*row[1]], row[2].parse::<f64>().expect("a number")));
    let region = |row: &Vec<String>| row[1].clone();
    let mut users: Vec<Box<str>> = Vec::new();
    for row in &sectors[1..] {
        if users.last().is_none_or(|last| **last != *row[1]) {
            users.push(row[1].as_str().into());
        }
    }
    let graph = SupplyGraph::from_flows(&ids, flows).expect("good flows");
    let sales = graph.out_strengths();
    let mut demand = vec![0.0; ids.len() * users.len()];
    for (i, row) in sectors[1..].iter().enumerate() {
        let home = users.iter().position(|user| **user == *row[1]).expect("a region");
        let output: f64 = row[3].parse().unwrap_or(0.0);
        demand[i * users.len() + home] = output - sales[i];
    }
    Some(
        graph
            .with_number("output", sectors[1..].iter().map(|row| row[3].parse().ok()))
            .with_text("region", sectors[1..].iter().map(|row| Some(region(row))))
            .with_final_demand(FinalDemand::new(users, demand)),
    )
}

fn read(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("an input of the case");
    let cell = |cell: &str| cell.trim_matches('"').to_owned();
    text.lines().map(|line| line.split(',').map(cell).collect()).collect()
}

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/golden").join(case)
}

fn shared(path: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    folder.exists().then_some(folder)
}

#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
fn skipped() {
    println!("skipped: shared data not present");
}

#[test]
fn footprints_of_three_regions() {
    let folder = folder("footprints_icio3x2");
    let rows = read(&folder.join("satellites.csv"));
    let number = |cell: &String| cell.parse::<f64>().unwrap_or(0.0);
    let satellite = |row: &Vec<String>| {
        let amounts: Vec<f64> = row[2..].iter().map(number).collect();
        palenque_graph::Satellite::new(&row[0], amounts[..6].to_vec())
            .with_unit(&row[1])
            .with_final_users(amounts[6..].to_vec())
    };
    let graph = rows[1..].iter().fold(icio(), |graph, row| graph.with_satellite(satellite(row)));
    let found = &compute(&graph, "footprints", &[])[0];
    let expected = read(&folder.join("expected.csv"));
    for row in &expected[1..] {
        for (column, value) in expected[0][2..].iter().zip(&row[2..]) {
            let keys = [("satellite", &*row[0]), ("region", &*row[1])];
            assert_near(
                cell(found, &keys, column),
                &json!(number(value)),
                &format!("{keys:?} {column}"),
            );
        }
    }
    let skipped = &compute(&graph, "footprints", &[("trade", "skip".into())])[0];
    assert!((0..6).all(|row| skipped.number("imported", row).is_none()));
    assert_eq!(skipped.number("consumption_based", 4), found.number("consumption_based", 4));
}
