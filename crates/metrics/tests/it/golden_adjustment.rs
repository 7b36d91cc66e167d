//! Independently computed values of tables that are adjusted, put together, or made regional.

use crate::golden::{Case, assert_all, assert_near};
use palenque_graph::{NoProgress, SideTable, SupplyGraph, Table};
use palenque_metrics::linkage::reconstruction::{density_corrected_gravity, maximum_entropy};
use palenque_metrics::{MetricError, Params, find};
use serde_json::{Value, json};
use std::path::Path;

fn side(file: &str, titles: &[&str], rows: &[Vec<String>]) -> SideTable {
    let titles = titles.iter().map(|&title| title.to_owned()).collect();
    SideTable::new(file, titles, (2..).zip(rows.iter().cloned()).collect())
}

fn run(graph: &SupplyGraph, metric: &str, params: &Params) -> Result<Vec<Table>, MetricError> {
    find(metric).expect("a metric").compute(graph, params, &NoProgress)
}

fn read(path: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/golden").join(path);
    let text = std::fs::read_to_string(path).expect("an input of the case");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// The side table `targets` of a case.
fn targets(case: &Case, key: &str, ids: &[String]) -> SideTable {
    let rows = list(case.expected(&format!("{key}/row_targets")));
    let columns = list(case.expected(&format!("{key}/col_targets")));
    let row = |((id, u), v): ((&String, f64), f64)| vec![id.clone(), u.to_string(), v.to_string()];
    let rows: Vec<_> = ids.iter().zip(rows).zip(columns).map(row).collect();
    side("targets.csv", &["node_id", "row_total", "column_total"], &rows)
}

/// Ids and cells of a square table.
fn prior(file: &str) -> (Vec<String>, Vec<(usize, usize, f64)>) {
    let table = read(file);
    let cells = table[1..].iter().enumerate().flat_map(|(i, row)| {
        row[1..].iter().enumerate().map(move |(j, cell)| (i, j, cell.parse().expect("a number")))
    });
    (table[0][1..].to_vec(), cells.collect())
}

fn assert_cells(table: &Table, ids: &[String], expected: &Value, what: &str) {
    for row in 0..table.n_rows() {
        let place =
            |name| ids.iter().position(|id| table.text(name, row) == Some(id)).expect("a node");
        let (i, j) = (place("source"), place("target"));
        assert_near(table.number("value", row), &expected[i][j], &format!("{what} {i}, {j}"));
    }
}

#[test]
fn ras_of_three_sectors() {
    let case = Case::open("23_reduction");
    let (ids, cells) = prior("23_reduction/ras_prior.csv");
    let flows = cells.iter().filter(|cell| cell.2 > 0.0).map(|&(i, j, z)| (i as u32, j as u32, z));
    let graph = SupplyGraph::from_flows(&ids, flows).expect("good flows");
    let params = Params::default().with_side("targets", targets(&case, "ras", &ids).into());
    let found = run(&graph, "balance", &params).expect("feasible");
    assert_cells(&found[0], &ids, case.expected("ras/result"), "ras");
}

#[test]
fn gras_of_a_table_with_negative_cells() {
    let case = Case::open("23_reduction");
    let (ids, cells) = prior("23_reduction/gras_prior.csv");
    let graph = SupplyGraph::from_flows(&ids, []).expect("a good graph");
    let rows = cells.iter().map(|&(i, j, z)| vec![ids[i].clone(), ids[j].clone(), z.to_string()]);
    let prior = side("prior.csv", &["source", "target", "value"], &rows.collect::<Vec<_>>());
    let params = Params::default()
        .with_side("targets", targets(&case, "gras", &ids).into())
        .with_side("prior", prior.into());
    let found = run(&graph, "balance", &params).expect("feasible");
    assert_eq!(found[0].n_rows(), 9);
    assert_cells(&found[0], &ids, case.expected("gras/result"), "gras");
}

#[test]
fn totals_that_cannot_be_met_are_named() {
    let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 4.0), (2, 1, 1.0), (2, 0, 2.0)]);
    let graph = graph.expect("a good graph");
    let refused = |cells: [&str; 6]| {
        let row = |id: &str, k: usize| vec![id.into(), cells[k].into(), cells[k + 1].into()];
        let rows = [row("a", 0), row("b", 2), row("c", 4)];
        let table = side("t.csv", &["node_id", "row_total", "column_total"], &rows);
        let params = Params::default().with_side("targets", table.into());
        let error = run(&graph, "balance", &params).expect_err("refused").diagnostic("balance");
        format!("{} {}", error.id(), error.what())
    };
    assert_eq!(
        refused(["6", "4", "0", "5", "3", "0"]),
        "E0511 `a` sell only to `b`, which are to buy 5: less than the 6 to be sold"
    );
    assert_eq!(
        refused(["4", "2", "1", "5", "2", "0"]),
        "E0511 `b` is to sell 1, and has no flow from which that could be made"
    );
    assert_eq!(
        refused(["4", "2", "", "5", "4", "0"]),
        "E0511 row totals add up to 8, column totals to 7"
    );
    assert_eq!(refused(["4", "2", "x", "5", "2", "0"]), "E0303 row_total is `x`, not a number");
}

#[test]
fn ten_firms_put_together_by_role() {
    let case = Case::open("23_reduction");
    let graph = case.economy();
    let by_role = Params::default().with("by", "role".into());
    let table = &run(&graph, "aggregation_bias", &by_role).expect("roles")[0];
    let trader = (0..table.n_rows()).find(|&row| table.text("group", row) == Some("trader"));
    let together = table.number("multiplier_together", trader.expect("traders"));
    assert_near(
        together.map(|m| 10.0 * m),
        case.expected("aggregation_bias/aggregated"),
        "together",
    );
    // With the exporter in a group of its own, its group is as it is.
    let roles = graph.nodes().text("role").expect("roles");
    let role = |(i, id): (usize, &str)| {
        let role = if id == "trader_x" { "exporter" } else { roles.get(i).expect("a role") };
        vec![id.to_owned(), role.to_owned()]
    };
    let rows: Vec<_> = graph.ids().iter().enumerate().map(role).collect();
    let concordance = side("c.csv", &["node_id", "group"], &rows);
    let params = Params::default().with_side("concordance", concordance.into());
    let table = &run(&graph, "aggregation_bias", &params).expect("a concordance")[0];
    let exporter = (0..table.n_rows()).find(|&row| table.text("group", row) == Some("exporter"));
    let apart = table.number("multiplier_apart", exporter.expect("a group"));
    assert_near(apart.map(|m| 10.0 * m), case.expected("aggregation_bias/firm_level"), "apart");
    assert_eq!(table.text("grouping", 0), Some("concordance"));
}

#[test]
fn a_region_by_its_location_quotients() {
    let case = Case::open("12_location_quotients");
    let national = read("12_location_quotients/national.csv");
    let number = |cell: &String| cell.parse::<f64>().expect("a number");
    let ids: Vec<String> = national[0][1..4].to_vec();
    let cells = (0..3_u32).flat_map(|i| (0..3_u32).map(move |j| (i, j)));
    let flows = cells.map(|(i, j)| (i, j, number(&national[i as usize + 1][j as usize + 1])));
    let graph = SupplyGraph::from_flows(&ids, flows)
        .expect("good flows")
        .with_number("output", national[1..].iter().map(|row| Some(number(&row[4]))));
    let employment = read("12_location_quotients/employment.csv");
    let total = |k: usize| employment[1..].iter().map(|row| number(&row[k])).sum::<f64>();
    let row = |k: usize| vec![ids[k - 1].clone(), employment[1][k].clone(), total(k).to_string()];
    let regional = side("r.csv", &["node_id", "regional", "national"], &[row(1), row(2), row(3)]);
    let params = Params::default().with_side("regional", regional.into());
    let expected = read("12_location_quotients/multipliers.csv");
    for row in &expected[1..] {
        let params = params.clone().with("method", row[0].as_str().into());
        let found = run(&graph, "regionalisation", &params).expect("a region");
        for (j, multiplier) in row[1..].iter().enumerate() {
            let value = found[1].number("regional_output_multiplier", j);
            assert_near(value, &json!(number(multiplier)), &format!("{} {j}", row[0]));
        }
        let quotients = |name, key: &str| {
            for (at, i, j) in (0..9).map(|at| (at, at / 3, at % 3)) {
                let expected = &case.expected(&format!("flq/{key}"))[i][j];
                assert_near(found[0].number(name, at), expected, &format!("{key} {i}, {j}"));
            }
        };
        match row[0].as_str() {
            "flq" => {
                quotients("quotient", "flq");
                quotients("regional_share", "trade_coefficients");
            }
            "aflq" => quotients("quotient", "aflq"),
            _ => {}
        }
    }
}

#[test]
fn networks_behind_given_totals() {
    let case = Case::open("23_reduction");
    let numbers = |key: &str| -> Vec<f64> {
        let list = case.expected(key).as_array().expect("a list");
        list.iter().map(|x| x.as_f64().expect("a number")).collect()
    };
    let (sales, purchases) =
        (numbers("maxent_zero_diagonal/out_strength"), numbers("maxent_zero_diagonal/in_strength"));
    let n = sales.len();
    let even = maximum_entropy(&sales, &purchases).expect("there is one");
    let links = case.expected("dcgm/target_links").as_f64().expect("a number");
    let gravity = density_corrected_gravity(&sales, &purchases, links).expect("they fit");
    assert_near(Some(gravity.z()), case.expected("dcgm/z"), "z");
    for i in 0..n {
        let row = |of: &dyn Fn(usize) -> f64| -> Vec<Option<f64>> {
            (0..n).map(|j| Some(of(j))).collect()
        };
        let expected = |key: &str| case.expected(key)[i].clone();
        assert_all(&row(&|j| even[i * n + j]), &expected("maxent_zero_diagonal/result"), "maxent");
        assert_all(&row(&|j| gravity.probability(i, j)), &expected("dcgm/p"), "p");
        let flow = |j| gravity.flow(i, j).unwrap_or(0.0);
        assert_all(&row(&flow), &expected("dcgm/conditional_weight"), "flow");
        let mean = |j| gravity.probability(i, j) * flow(j);
        assert_all(&row(&mean), &expected("dcgm/expected_weight"), "expected");
    }
}
