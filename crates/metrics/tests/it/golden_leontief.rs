//! Published and independently computed values of what follows from entries of the Leontief inverse.

use crate::golden::{Case, assert_all, assert_near, column, compute, figure};
use crate::golden_linkage::{folder, io_table, row_of, rows, shared, skipped, square};
use palenque_graph::{FinalDemand, NoProgress, PeriodPair, Satellite, SupplyGraph, Table};
use palenque_metrics::kernel::leontief::LeontiefInverse;
use palenque_metrics::linkage::field_of_influence::Field;
use palenque_metrics::linkage::group_extraction::group_extraction;
use palenque_metrics::linkage::horizontal::{
    HorizontalConfig, HorizontalPair, horizontal_linkages,
};
use palenque_metrics::linkage::output_decomposition::output_decomposition;
use palenque_metrics::{MetricError, Params, find};
use serde_json::{Value, json};
use std::path::Path;

/// The table of a case with its categories of final demand and its rows of work and income.
fn full_table(case: &str) -> SupplyGraph {
    let table = rows(&folder(case).join("io.csv"));
    let graph = io_table(case);
    let n = graph.n_nodes();
    let number = |cell: &String| cell.parse::<f64>().unwrap_or(0.0);
    let last = table[0].len() - 1;
    assert_eq!(table[0][last], "output");
    let categories: Vec<Box<str>> =
        table[0][n + 1..last].iter().map(|name| name.as_str().into()).collect();
    let demand = table[1..=n].iter().flat_map(|row| row[n + 1..last].iter().map(number)).collect();
    let mut graph = graph.with_final_demand(FinalDemand::new(categories, demand));
    for name in ["labour", "wages", "employment"] {
        if let Some(row) = row_of(&table, name) {
            let amounts = row[1..=n].iter().map(number).collect();
            let users = row[n + 1..last].iter().map(number).collect();
            graph = graph.with_satellite(Satellite::new(name, amounts).with_final_users(users));
        }
    }
    graph
}

/// Compares columns of a result with lists of a case.
fn check(tables: &[Table], case: &Case, pairs: &[(&str, &str)]) {
    for (name, key) in pairs {
        assert_all(&column(tables, name), case.expected(key), &format!("{name} as {key}"));
    }
}

fn plain(graph: &SupplyGraph, metric: &str) -> Vec<Table> {
    compute(graph, metric, &[])
}

/// The cells of one matrix by node number; those that are not there are 0.
fn matrix(graph: &SupplyGraph, name: &str, params: &[(&str, Value)]) -> Vec<Vec<f64>> {
    let params: Vec<_> = [("matrices", json!([name]))].iter().chain(params).cloned().collect();
    let table = &compute(graph, "io_matrix", &params)[0];
    let n = graph.n_nodes();
    let mut cells = vec![vec![0.0; n]; n];
    let node = |column, row| {
        let id = table.text(column, row).expect("a key");
        graph.node_named(id).expect("a node").index()
    };
    for row in 0..table.n_rows() {
        cells[node("row", row)][node("col", row)] = table.number("value", row).expect("a value");
    }
    cells
}

/// Compares with a matrix, `null` for what is not there.
fn assert_matrix(found: &[Vec<f64>], expected: &Value, what: &str) {
    for (i, row) in found.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            let expected = &expected[i][j];
            let value = (*value != 0.0 || !expected.is_null()).then_some(*value);
            assert_near(value, expected, &format!("{what}, {i}, {j}"));
        }
    }
}

/// The values of a key by sector, of a map of sectors.
fn by_sector(case: &Case, graph: &SupplyGraph, path: &str, key: &str) -> Value {
    graph.ids().iter().map(|id| case.expected(&format!("{path}/{id}/{key}")).clone()).collect()
}

fn check_extraction(case: &Case, graph: &SupplyGraph) {
    let tables = plain(graph, "hypothetical_extraction");
    for (name, key) in [
        ("hem_total", "hem_total"),
        ("hem_external", "hem_external"),
        ("hem_backward", "hem_backward"),
        ("hem_backward_keep_own", "hem_backward_keep_own"),
        ("hem_forward", "hem_forward"),
        ("hem_forward_keep_own", "hem_forward_keep_own"),
        ("hem_backward_partial", "hem_backward_partial_50"),
    ] {
        assert_all(&column(&tables, name), &by_sector(case, graph, "hem", key), name);
    }
}

#[test]
fn two_sectors() {
    let (case, graph) = (Case::open("08_io2_miller_blair"), full_table("08_io2_miller_blair"));
    assert_matrix(&matrix(&graph, "A", &[]), case.expected("A"), "A");
    assert_matrix(&matrix(&graph, "B", &[]), case.expected("B"), "B");
    assert_matrix(&matrix(&graph, "L", &[]), case.expected("L"), "L");
    assert_matrix(&matrix(&graph, "G", &[]), case.expected("G"), "G");
    let cv = [
        ("cv_backward", "cv_backward_v_j"),
        ("cv_forward", "cv_forward_v_i"),
        ("cv_forward_ghosh", "cv_forward_ghosh_v_i"),
    ];
    check(&plain(&graph, "linkage_variation"), &case, &cv);
    let net = [("net_output_multiplier", "net_output_multiplier_oosterhaven")];
    check(&plain(&graph, "net_multiplier"), &case, &net);
    check_extraction(&case, &graph);
    let multipliers = compute(&graph, "multipliers", &[("household_income", json!(1000))]);
    let pairs = [
        ("output_multiplier_2_total", "output_multiplier_type2_total"),
        ("output_multiplier_2_truncated", "output_multiplier_type2_truncated"),
        ("income_simple", "income_multiplier_simple"),
        ("income_type1", "income_multiplier_type1"),
        ("income_type2_total", "income_multiplier_type2_total"),
        ("income_type2_truncated", "income_multiplier_type2_truncated"),
        ("employment_simple", "employment_multiplier_simple"),
        ("employment_type1", "employment_multiplier_type1"),
        ("employment_type2", "employment_multiplier_type2"),
        ("va_multiplier", "value_added_multiplier"),
    ];
    check(&multipliers, &case, &pairs);
}

#[test]
fn households_that_spend_all_they_earn_have_no_multiplier_of_type_ii() {
    // Of a unit they would spend 2.25 on what producers make and a quarter on each other.
    let graph = full_table("08_io2_miller_blair");
    let multipliers = compute(&graph, "multipliers", &[("household_income", json!(200))]);
    let column = multipliers[0].column("income_type2_total").expect("a column");
    assert!(column.status.iter().all(|(_, reason)| reason.to_string() == "singular_leontief"));
    assert_eq!(column.status.len(), 2);
}

#[test]
fn every_satellite_row_has_the_multipliers_of_the_wide_table() {
    let graph = full_table("08_io2_miller_blair");
    let income = [("household_income", json!(1000))];
    let wide = compute(&graph, "multipliers", &income);
    let long = &compute(&graph, "satellite_multipliers", &income)[0];
    assert_eq!((long.n_rows(), long.text("satellite", 0)), (4, Some("labour")));
    for (row, name) in [(0, "income"), (2, "employment")] {
        for j in 0..2 {
            let same = |long_name: &str, wide_name: String| {
                let (a, b) = (long.number(long_name, row + j), wide[0].number(&wide_name, j));
                assert_eq!(a, b, "{long_name} of {name}");
            };
            same("simple", format!("{name}_simple"));
            same("type1", format!("{name}_type1"));
        }
    }
    assert_eq!(long.number("type2_total", 0), wide[0].number("income_type2_total", 0));
}

#[test]
fn three_sectors() {
    let (case, graph) = (Case::open("09_io3_linkages"), full_table("09_io3_linkages"));
    let cv = [
        ("cv_backward", "cv_backward_v_j"),
        ("cv_forward", "cv_forward_v_i"),
        ("cv_forward_ghosh", "cv_forward_ghosh_v_i"),
    ];
    check(&plain(&graph, "linkage_variation"), &case, &cv);
    let weighted =
        [("laumas_backward", "laumas_backward_index"), ("laumas_forward", "laumas_forward_index")];
    check(&plain(&graph, "weighted_linkages"), &case, &weighted);
    check(
        &plain(&graph, "net_multiplier"),
        &case,
        &[("net_output_multiplier", "net_output_multiplier")],
    );
    let elasticity = [("elasticity_total", "elasticity_total_output_to_f_j")];
    check(&plain(&graph, "elasticity"), &case, &elasticity);
    check_extraction(&case, &graph);
    let pure = plain(&graph, "pure_linkages");
    for key in ["pbl", "pfl", "ptl"] {
        assert_all(&column(&pure, key), &by_sector(&case, &graph, "pure_linkage", key), key);
    }
    let normalised = case.expected("pure_linkage_normalised").as_array().expect("rows");
    let normalised = normalised.iter().map(|row| row[2].clone()).collect();
    assert_all(&column(&pure, "ptl_normalised"), &normalised, "ptl_normalised");
}

#[test]
fn key_sectors_that_also_spread_what_they_pull() {
    // Services pull and push above the mean, but push less evenly than the mean: 1.167 beside 1.019.
    let graph = io_table("09_io3_linkages");
    let table = &plain(&graph, "strict_key_sectors")[0];
    let classes: Vec<_> = (0..3).map(|row| table.text("key_class_strict", row)).collect();
    assert_eq!(classes, ["forward", "backward", "backward"].map(Some));
}

#[test]
fn weights_are_shares_of_final_demand_and_of_primary_inputs() {
    let weighted = plain(&io_table("09_io3_linkages"), "weighted_linkages");
    let check = |name: &str, amounts: [f64; 3]| {
        let all: f64 = amounts.iter().sum();
        assert_all(&column(&weighted, name), &json!(amounts.map(|amount| amount / all)), name);
    };
    check("laumas_weight_backward", [25.0, 148.0, 77.0]);
    check("laumas_weight_forward", [80.0, 95.0, 75.0]);
}

#[test]
fn multipliers_of_three_sectors() {
    let (case, graph) = (Case::open("09_io3_linkages"), full_table("09_io3_linkages"));
    let multipliers = compute(&graph, "multipliers", &[("household_income", json!(180))]);
    let pairs = [
        ("output_multiplier_2_truncated", "multipliers/output_type2_truncated"),
        ("output_multiplier_2_total", "multipliers/output_type2_total"),
        ("income_simple", "multipliers/income_simple"),
        ("income_type1", "multipliers/income_type1"),
        ("income_type2_total", "multipliers/income_type2_total"),
        ("income_type2_truncated", "multipliers/income_type2_truncated"),
        ("employment_simple", "multipliers/employment_simple"),
        ("employment_type1", "multipliers/employment_type1"),
        ("employment_type2", "multipliers/employment_type2"),
        ("import_multiplier", "multipliers/import_simple"),
        ("va_multiplier", "multipliers/value_added_simple"),
    ];
    check(&multipliers, &case, &pairs);
}

#[test]
fn two_of_three_sectors_taken_out_together() {
    let (case, graph) = (Case::open("09_io3_linkages"), io_table("09_io3_linkages"));
    let graph = graph.with_text("stage", ["out", "stays", "out"].map(Some));
    let (groups, losses) = group_extraction(&graph, "stage", &NoProgress).expect("groups");
    assert_eq!(&*groups.names[0], "out");
    let total = losses[0].output + losses[0].external;
    assert_near(Some(total), case.expected("hem_group_agave_services_total"), "group");
}

#[test]
fn matrices_of_three_sectors() {
    let (case, graph) = (Case::open("09_io3_linkages"), full_table("09_io3_linkages"));
    let check = |name: &str, key: &str| {
        assert_matrix(&matrix(&graph, name, &[]), case.expected(key), key);
    };
    check("A", "A");
    check("L", "L");
    check("B", "B");
    check("G", "G");
    check("APL", "apl");
    check("FIELD", "field_intensity");
    check("MPM", "multiplier_product_matrix");
    check("ELASTICITY", "elasticity_output_to_final_demand");
    check("ELASTICITY_OUTPUT", "elasticity_output_to_output");
    check("TOLERABLE", "tolerable_limit_p1pct");
    let flat = |key: &str| -> Value {
        let rows = case.expected(key).as_array().expect("rows");
        rows.iter().flat_map(|row| row.as_array().expect("a row").clone()).collect()
    };
    // All pairs trade, so edges in order are cells in order.
    let intensity = column(&plain(&graph, "field_of_influence"), "field_intensity");
    assert_all(&intensity, &flat("field_intensity"), "field_intensity");
    let limits = plain(&graph, "important_coefficients");
    assert_all(&column(&limits, "tolerable_limit"), &flat("tolerable_limit_p1pct"), "limits");
}

#[test]
fn the_field_of_one_coefficient() {
    let (case, graph) = (Case::open("09_io3_linkages"), io_table("09_io3_linkages"));
    let pair = [("field_seller", json!("agave")), ("field_buyer", json!("distilling"))];
    let field = matrix(&graph, "FIELD", &pair);
    assert_matrix(&field, case.expected("field_of_influence_a12"), "F(1, 2)");
    // A finite change is the difference of two inverses: 60 → 80 of agave for an output of 200 of the still.
    let change: Vec<_> = pair.iter().cloned().chain([("field_change", json!(0.1))]).collect();
    let finite = matrix(&graph, "FIELD", &change);
    let z = [[10., 80., 5.], [2., 20., 30.], [8., 25., 40.]];
    let flows = (0..9_u32).map(|k| (k / 3, k % 3, z[k as usize / 3][k as usize % 3]));
    let changed = SupplyGraph::from_flows(["a", "d", "s"], flows).expect("a good graph");
    let changed = changed.with_number("output", [100.0, 200.0, 150.0].map(Some));
    let inverse =
        |graph: &SupplyGraph| LeontiefInverse::of(graph, &NoProgress).expect("productive");
    let (before, after) = (inverse(&graph), inverse(&changed));
    for (k, row) in finite.iter().enumerate() {
        for (l, difference) in row.iter().enumerate() {
            assert!((after.l(k, l) - before.l(k, l) - difference).abs() < 1e-12);
        }
    }
}

#[test]
fn propagation_lengths_of_three_sectors_and_ten_firms() {
    let (case, graph) = (Case::open("09_io3_linkages"), io_table("09_io3_linkages"));
    let mean = plain(&graph, "average_propagation_length_mean");
    let apl = |i: usize, j: usize| case.expected("apl")[i][j].as_f64().expect("a length");
    let row = |i: usize| (0..3).map(|j| apl(i, j)).sum::<f64>() / 3.0;
    let col = |j: usize| (0..3).map(|i| apl(i, j)).sum::<f64>() / 3.0;
    let each = |of: &dyn Fn(usize) -> f64| (0..3).map(|k| json!(of(k))).collect::<Value>();
    assert_all(&column(&mean, "apl_forward_mean"), &each(&row), "forward");
    assert_all(&column(&mean, "apl_backward_mean"), &each(&col), "backward");
    let all = (0..3).map(row).sum::<f64>() / 3.0;
    assert_near(figure(&mean, "apl_system_mean"), &json!(all), "system");

    let case = Case::open("07_palenque10_fragmentation");
    let graph = case.economy();
    assert_matrix(&matrix(&graph, "APL", &[]), case.expected("apl"), "APL");
    let lengths = plain(&graph, "average_propagation_length");
    check(&lengths, &case, &[("apl_forward", "apl_forward"), ("apl_backward", "apl_backward")]);
    assert_near(figure(&lengths, "apl_system"), case.expected("apl_system_weighted"), "system");
}

#[test]
fn what_stills_of_ten_firms_share() {
    let case = Case::open("06_palenque10_structure");
    let graph = case.economy();
    let config = HorizontalConfig { grouping: "role".into(), ..HorizontalConfig::default() };
    let found = horizontal_linkages(&graph, &config, &NoProgress).expect("a role column");
    for (a, b) in [("pal_1", "pal_2"), ("pal_1", "pal_3"), ("pal_2", "pal_3")] {
        let nodes = [a, b].map(|id| graph.node_named(id).expect("a firm").index());
        let pair: &HorizontalPair = found
            .pairs
            .iter()
            .find(|pair| pair.nodes == nodes.into())
            .expect("they share a partner");
        let expected =
            |key: &str| case.expected(&format!("horizontal_pairs_distillers/{a}|{b}/{key}"));
        let near =
            |value, key: &str| assert_near(value, expected(key), &format!("{a}, {b}: {key}"));
        near(pair.suppliers.jaccard, "jaccard_suppliers");
        near(pair.suppliers.cosine, "cosine_suppliers");
        near(pair.buyers.jaccard, "jaccard_buyers");
        near(pair.buyers.cosine, "cosine_buyers");
        near(Some(pair.suppliers.count as f64), "shared_suppliers");
        near(Some(pair.buyers.count as f64), "shared_buyers");
    }
    let cosine = |pair: &str, side: &str| {
        let path = format!("horizontal_pairs_distillers/{pair}/cosine_{side}");
        case.expected(&path).as_f64().expect("a cosine")
    };
    let both = |pair: &str| f64::midpoint(cosine(pair, "suppliers"), cosine(pair, "buyers"));
    let pal_1 = graph.node_named("pal_1").expect("a firm").index();
    let expected = f64::midpoint(both("pal_1|pal_2"), both("pal_1|pal_3"));
    assert_near(found.equivalence[pal_1], &json!(expected), "equivalence");
    assert_eq!(found.n_ties[pal_1], 2, "it sells to pal_2 and buys from pal_3");
}

#[test]
fn why_output_of_three_sectors_changed() {
    let (case, before) = (Case::open("09_io3_linkages"), io_table("09_io3_linkages"));
    let list = |key: &str| -> Vec<f64> {
        let values = case.expected(key).as_array().expect("a list").iter();
        values.map(|x| x.as_f64().expect("a number")).collect()
    };
    let z = case.expected("sda_polar/Z1");
    let flow = |k: u32| z[k as usize / 3][k as usize % 3].as_f64().expect("a flow");
    let flows = (0..9).map(|k| (k / 3, k % 3, flow(k)));
    let after = SupplyGraph::from_flows(before.ids().iter(), flows).expect("a good graph");
    let after = after.with_number("final_demand", list("sda_polar/f1").into_iter().map(Some));
    let parts = output_decomposition(&before, &after, &NoProgress).expect("productive");
    let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
    assert_all(&some(&parts.change), case.expected("sda_polar/delta_x"), "change");
    assert_all(&some(&parts.technology), case.expected("sda_polar/technology"), "technology");
    assert_all(&some(&parts.demand), case.expected("sda_polar/final_demand"), "demand");
    let metric = find("output_decomposition").expect("a metric");
    let pair = PeriodPair { from_name: "", from: &before, to_name: "", to: &after };
    let table = &metric.compare(&pair, &Params::default(), &NoProgress).expect("two")[0];
    assert_eq!(table.number("technology", 0), Some(parts.technology[0]));
    let alone = metric.compute(&before, &Params::default(), &NoProgress).expect_err("one period");
    assert_eq!(alone, MetricError::InputMissing { what: "two periods".into() });
}

#[test]
fn static_shocks_to_three_sectors() {
    let (case, graph) = (Case::open("19_io_shocks"), io_table("19_io_shocks"));
    let given = |kind: &str, node: &str, change: f64, measure: &str| {
        let params = [("kind", kind), ("node", node), ("measure", measure)];
        let params = params.map(|(name, value)| (name, json!(value)));
        let change = [("change", json!(change))];
        compute(&graph, "static_shocks", &params.into_iter().chain(change).collect::<Vec<_>>())
    };
    let shock = |kind: &str, node: &str, change: f64| given(kind, node, change, "amount");
    let changes = |tables: &[Table], key: &str| {
        assert_all(&column(tables, "change"), case.expected(key), key);
    };
    changes(&shock("demand", "distilling", -20.0), "demand_shock/delta_x");
    changes(&shock("supply", "agave", -10.0), "ghosh_supply_shock/delta_x");
    // A tenth more for primary inputs, which are four fifths of the price.
    changes(&given("price", "agave", 0.1, "share"), "ghosh_price/delta_p");
    let mixed = shock("output", "agave", -20.0);
    let after = column(&mixed, "after");
    let expected = case.expected("mixed_supply_constrained/x_endogenous");
    assert_all(&after[1..], expected, "outputs of the others");
    assert_near(after[0], &json!(80.0), "the output that is given");
    let left = &case.expected("mixed_supply_constrained/f_endogenous")[0];
    assert_near(column(&mixed, "final_demand")[0], left, "final demand");
    assert!(!flag(&mixed, 0));
    assert!(flag(&shock("output", "agave", -60.0), 0), "40 do not suffice for inputs alone");
}

#[test]
fn a_share_of_nothing_is_refused() {
    let grower = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)]).expect("a graph");
    let params = Params::default().with("node", "grower".into());
    let metric = find("static_shocks").expect("a metric");
    let refused = metric.compute(&grower, &params, &NoProgress).expect_err("no final demand");
    let why = "`grower` has no final demand, of which a share could change: give an `amount` as `measure`";
    assert_eq!(refused.to_string(), why);
}

fn flag(tables: &[Table], row: usize) -> bool {
    use palenque_graph::table::Values;
    let column = tables[0].column("infeasible").expect("a column");
    matches!(&column.values, Values::Bool(flags) if flags[row] == Some(true))
}

#[test]
fn tables_of_others() {
    check_table(&folder("miller_blair_t2_3"));
    for name in ["germany1995", "chile2013", "leather", "ioanalysis_toy"] {
        match shared(&format!("golden/io/{name}_indices")) {
            Some(folder) => check_table(&folder),
            None => skipped(),
        }
    }
}

/// Compares a square table with indices and matrices computed elsewhere.
fn check_table(folder: &Path) {
    let graph = table_of(folder);
    let at = folder.display();
    let indices = rows(&folder.join("indices.csv"));
    for (metric, name, theirs) in [
        ("linkage_variation", "cv_backward", "pd_cv"),
        ("linkage_variation", "cv_forward", "sd_cv_L"),
        ("linkage_variation", "cv_forward_ghosh", "sd_cv_Ghosh"),
        ("hypothetical_extraction", "hem_total", "hem_total_loss"),
        ("hypothetical_extraction", "hem_backward", "hem_backward_loss"),
        ("hypothetical_extraction", "hem_forward", "hem_forward_loss"),
        ("hypothetical_extraction", "hem_backward_keep_own", "hem_backward_loss_keepdiag"),
    ] {
        let Some(k) = indices[0].iter().position(|column| column == theirs) else { continue };
        let expected =
            indices[1..].iter().map(|row| json!(row[k].parse::<f64>().expect("a number")));
        assert_all(
            &column(&plain(&graph, metric), name),
            &expected.collect(),
            &format!("{name}, {at}"),
        );
    }
    for (name, file) in [
        ("APL", "APL"),
        ("MPM", "MPM"),
        ("FIELD_SQUARES", "field_of_influence"),
        ("L", "L"),
        ("G", "G"),
    ] {
        let path = folder.join(format!("{file}.csv"));
        if path.exists() {
            assert_matrix(&matrix(&graph, name, &[]), &cells(&path), &format!("{name}, {at}"));
        }
    }
}

fn table_of(folder: &Path) -> SupplyGraph {
    let unquoted = |path: &str| -> Vec<Vec<String>> {
        let rows = rows(&folder.join(path)).into_iter();
        rows.map(|row| row.iter().map(|cell| cell.trim_matches('"').to_owned()).collect()).collect()
    };
    let file = if folder.join("x_y.csv").exists() { "x_y.csv" } else { "X.csv" };
    let output = unquoted(file)[1..].iter().map(|row| row[1].parse().ok()).collect::<Vec<_>>();
    square(&unquoted("Z.csv")).with_number("output", output)
}

/// The numbers of a labelled matrix; what is no number is `null`.
fn cells(path: &Path) -> Value {
    let number =
        |cell: &String| cell.trim_matches('"').parse::<f64>().map_or(Value::Null, |x| json!(x));
    let rows = rows(path);
    rows[1..].iter().map(|row| row[1..].iter().map(number).collect::<Value>()).collect()
}

#[test]
fn a_finite_change_of_each_coefficient_in_turn() {
    let Some(folder) = shared("golden/io/chile2013_indices") else { return skipped() };
    let inverse = LeontiefInverse::of(&table_of(&folder), &NoProgress).expect("productive");
    let theirs = rows(&folder.join("field_of_influence_eps1e-3_bruteforce.csv"));
    let n = inverse.n();
    for (seller, row) in theirs[1..].iter().enumerate() {
        for (buyer, expected) in row.iter().enumerate() {
            let field = Field { seller, buyer, change: Some(1e-3) };
            let cells = (0..n * n).map(|k| field.entry(&inverse, k / n, k % n).expect("small"));
            let found = cells.map(|change| (change / 1e-3).powi(2)).sum::<f64>();
            let expected: f64 = expected.parse().expect("a number");
            assert!(
                (found / expected - 1.0).abs() < 1e-8,
                "{seller}, {buyer}: {found}, {expected}"
            );
        }
    }
}

#[test]
fn a_field_of_influence_is_not_that_of_the_transposed_coefficient() {
    // R ioanalysis 0.3.4 `f.influence(io, i, j)` returns the field of a_ji.
    let Some(folder) = shared("golden/io/ioanalysis_toy") else { return skipped() };
    let graph = table_of(&folder);
    let inverse = LeontiefInverse::of(&graph, &NoProgress).expect("productive");
    let theirs = cells(&folder.join("field_of_influence_i1_j2.csv"));
    let of = |seller, buyer| {
        let field = Field { seller, buyer, change: None };
        let n = inverse.n();
        let row = |k| (0..n).map(|l| field.entry(&inverse, k, l).expect("a derivative")).collect();
        (0..n).map(row).collect::<Vec<Vec<f64>>>()
    };
    assert_matrix(&of(1, 0), &theirs, "the field of a_21");
    assert!((of(0, 1)[0][1] - theirs[0][1].as_f64().expect("a number")).abs() > 0.1);
}

#[test]
fn income_multipliers_of_the_netherlands_2006() {
    // Beutel's published values, to three digits.
    let Some(folder) = shared("golden/io/netherlands2006_beutel") else { return skipped() };
    let table: Vec<Vec<String>> = rows(&folder.join("siot.csv"))
        .into_iter()
        .map(|row| row.iter().map(|cell| cell.trim_matches('"').to_owned()).collect())
        .collect();
    let table: Vec<Vec<String>> =
        table.iter().filter(|row| row[0] != "TOTAL").map(|row| row[..7].to_vec()).collect();
    let of = |name: &str| -> Vec<f64> {
        let row = row_of(&table, name).expect("a row");
        row[1..].iter().map(|cell| cell.parse().expect("a number")).collect()
    };
    let graph = square(&table)
        .with_number("output", of("output_bp").into_iter().map(Some))
        .with_satellite(Satellite::new("compensation", of("compensation_employees")));
    let found = column(&plain(&graph, "multipliers"), "income_type1");
    for (found, published) in found.iter().zip([2.466, 2.333, 1.84, 2.372, 1.953, 1.417]) {
        let found = found.expect("defined");
        assert!((found - published).abs() < 6e-4, "{found}, published {published}");
    }
}
