//! Relations that exports, footprints, supply paths and adjusted tables keep on any economy.

use palenque_graph::{FinalDemand, NoProgress, NodeIndex, Satellite, SupplyGraph};
use palenque_metrics::linkage::aggregation_bias::aggregation_bias;
use palenque_metrics::linkage::biproportional::{AdjustmentLimits, TableCell, adjust};
use palenque_metrics::linkage::footprint::{Trade, footprints};
use palenque_metrics::linkage::gvc_bilateral::{TERMS, gvc_bilateral};
use palenque_metrics::linkage::gvc_decomposition::gvc_decomposition;
use palenque_metrics::linkage::offshoring::offshoring;
use palenque_metrics::linkage::regionalisation::{
    Quotient, Quotients, Weights, regional_multipliers,
};
use palenque_metrics::linkage::structural_paths::{PathsConfig, structural_paths};
use palenque_metrics::linkage::total::total_linkages;
use palenque_metrics::linkage::vertical_specialisation::import_content;
use proptest::prelude::*;

const REGIONS: [&str; 4] = ["north", "south", "east", "west"];

/// A world of regions: every node sells something to final users at home.
fn worlds() -> impl Strategy<Value = SupplyGraph> {
    (2_u32..9, 2_usize..5).prop_flat_map(|(n, g)| {
        let flows = prop::collection::vec((0..n, 0..n, 0.1_f64..9.0), 0..40);
        let demand = prop::collection::vec(0.0_f64..5.0, n as usize * g);
        let amounts = prop::collection::vec(0.0_f64..50.0, n as usize + g);
        (flows, demand, amounts).prop_map(move |(flows, mut demand, amounts)| {
            let n = n as usize;
            let home = |i: usize| i % g;
            (0..n).for_each(|i| demand[i * g + home(i)] += 1.0);
            let users: Vec<Box<str>> = REGIONS[..g].iter().map(|&name| name.into()).collect();
            let ids = (0..n).map(|i| format!("n{i}"));
            let row = Satellite::new("co2", amounts[..n].to_vec());
            SupplyGraph::from_flows(ids, flows)
                .expect("a good graph")
                .with_text("region", (0..n).map(|i| Some(REGIONS[home(i)])))
                .with_text("sector", (0..n).map(|i| Some(["a", "b", "c"][i / 3])))
                .with_final_demand(FinalDemand::new(users.clone(), demand).with_regions(users))
                .with_satellite(row.with_final_users(amounts[n..].to_vec()))
        })
    })
}

fn nobody_makes_a_loss(graph: &SupplyGraph) -> bool {
    let accounts = palenque_graph::accounts::Accounts::of(graph);
    accounts.value_added.iter().all(|v| *v >= 0.0)
}

fn near(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= 1e-9 * size.abs().max(1.0)
}

/// Every path up to a length, with what its producer makes along it.
fn all_paths(graph: &SupplyGraph, max_length: usize) -> Vec<(Vec<NodeIndex>, f64)> {
    let sales = graph.out_strengths();
    let demand = graph.nodes().number("final_demand").expect("a column");
    let output = |i: NodeIndex| sales[i.index()] + demand.get(i.index()).unwrap_or(0.0);
    let mut paths: Vec<(Vec<NodeIndex>, f64)> =
        graph.node_indices().map(|i| (vec![i], demand.get(i.index()).unwrap_or(0.0))).collect();
    let mut next = 0;
    while next < paths.len() {
        let (nodes, flow) = paths[next].clone();
        if nodes.len() <= max_length {
            for (k, z) in graph.suppliers(nodes[0]) {
                let longer = std::iter::once(k).chain(nodes.iter().copied()).collect();
                paths.push((longer, flow * z / output(nodes[0])));
            }
        }
        next += 1;
    }
    paths
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn terms_add_up_to_exports_and_sixteen_are_nine(graph in worlds()) {
        let nine = gvc_decomposition(&graph, "region", &NoProgress).expect("productive");
        let sixteen = gvc_bilateral(&graph, "region", &NoProgress).expect("productive");
        for (r, region) in nine.iter().enumerate() {
            let size = region.exports;
            let sum: f64 = region.terms().iter().map(|(_, value)| value).sum();
            prop_assert!(near(sum, size, size), "{region:?}");
            if nobody_makes_a_loss(&graph) {
                prop_assert!(region.terms().iter().all(|&(_, value)| value >= -1e-9 * size.max(1.0)));
                prop_assert!(region.dva_in_exports() <= region.value_added * (1.0 + 1e-9));
            }
            let mut sums = [0.0; 16];
            let rows = sixteen.rows.iter().filter(|row| sixteen.of_node[row.node] == r);
            rows.for_each(|row| sums.iter_mut().zip(row.terms).for_each(|(sum, term)| *sum += term));
            let sum = |names: &[&str]| -> f64 {
                TERMS.iter().zip(sums).filter(|(name, _)| names.contains(name)).map(|(_, x)| x).sum()
            };
            for (value, names) in [
                (region.dva_fin, &["dva_fin"][..]),
                (region.dva_int, &["dva_int", "dva_intrex_i1"]),
                (region.dva_intrex, &["dva_intrex_f", "dva_intrex_i2"]),
                (region.rdv_fin, &["rdv_fin", "rdv_fin2"]),
                (region.rdv_int, &["rdv_int"]),
                (region.ddc, &["ddc_fin", "ddc_int"]),
                (region.fva_fin, &["mva_fin", "ova_fin"]),
                (region.fva_int, &["mva_int", "ova_int"]),
                (region.fdc, &["mdc", "odc"]),
            ] {
                prop_assert!(near(value, sum(names), size), "{names:?}: {value}");
            }
        }
        for row in &sixteen.rows {
            prop_assert!(near(row.terms.iter().sum(), row.exports, row.exports), "{row:?}");
        }
        // What all regions have in the exports of others is what others have in theirs.
        let [vs, vs1] = [0, 1].map(|k| -> f64 { nine.iter().map(|r| [r.vs(), r.vs1][k]).sum() });
        prop_assert!(near(vs, vs1, vs));
    }

    #[test]
    fn footprints_of_all_regions_are_all_that_is_used(graph in worlds()) {
        let found = footprints(&graph, "region", Trade::Trace, &NoProgress).expect("productive");
        let sum = |of: fn(&palenque_metrics::linkage::footprint::Footprint) -> f64| -> f64 {
            found.accounts[0].iter().map(of).sum()
        };
        let total = sum(|region| region.production_based);
        prop_assert!(near(sum(|region| region.consumption_based), total, total));
        let imported = sum(|region| region.imported.unwrap_or(0.0));
        prop_assert!(near(imported, sum(|region| region.exported.unwrap_or(0.0)), total));
        let row = &graph.satellites()[0];
        let given: f64 = row.amounts().iter().chain(row.by_final_users().unwrap_or(&[])).sum();
        prop_assert!(near(total, given, given));
    }

    #[test]
    fn the_largest_paths_are_those_of_a_full_enumeration(graph in worlds()) {
        let mut all: Vec<_> = all_paths(&graph, 3).into_iter().filter(|(_, v)| *v > 0.0).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        let config = PathsConfig { count: usize::MAX, max_length: 3, threshold: 0.0, ..PathsConfig::default() };
        let found = structural_paths(&graph, &config, &NoProgress).expect("productive");
        prop_assert_eq!(found.paths.len(), all.len());
        let explained: f64 = found.paths.iter().map(|path| path.value).sum();
        prop_assert!(explained <= found.total * (1.0 + 1e-9));
        for (path, (_, value)) in found.paths.iter().zip(&all) {
            prop_assert!(near(path.value, *value, found.total), "{path:?}: {value}");
        }
        let mut nodes: Vec<_> = found.paths.into_iter().map(|path| path.nodes).collect();
        let mut expected: Vec<_> = all.into_iter().map(|(nodes, _)| nodes).collect();
        nodes.sort();
        expected.sort();
        prop_assert_eq!(nodes, expected);
        let few = PathsConfig { share: 0.5, ..config };
        let few = structural_paths(&graph, &few, &NoProgress).expect("productive");
        let explained: f64 = few.paths.iter().map(|path| path.value).sum();
        let last = few.paths.last().map_or(0.0, |path| path.value);
        prop_assert!(explained - last < 0.5 * few.total);
    }

    #[test]
    fn a_table_scaled_by_rows_and_columns_is_found_again(
        prior in prop::collection::vec((0.1_f64..9.0, prop::bool::weighted(0.2)), 16),
        r in prop::collection::vec(0.2_f64..5.0, 4),
        s in prop::collection::vec(0.2_f64..5.0, 4),
    ) {
        let cell = |(at, &(value, negative)): (usize, &(f64, bool))| TableCell {
            row: at / 4, column: at % 4, value: if negative { -value } else { value },
        };
        let cells: Vec<TableCell> = prior.iter().enumerate().map(cell).collect();
        let scaled = |cell: &TableCell| {
            let factor = r[cell.row] * s[cell.column];
            if cell.value > 0.0 { cell.value * factor } else { cell.value / factor }
        };
        let expected: Vec<f64> = cells.iter().map(scaled).collect();
        let (mut rows, mut columns) = (vec![0.0; 4], vec![0.0; 4]);
        for (cell, value) in cells.iter().zip(&expected) {
            rows[cell.row] += value;
            columns[cell.column] += value;
        }
        let limits = AdjustmentLimits { tolerance: 1e-13, ..AdjustmentLimits::default() };
        if let Ok(found) = adjust(&cells, &rows, &columns, limits) {
            for (value, expected) in found.values.iter().zip(&expected) {
                prop_assert!((value - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{value}, {expected}");
            }
        } else {
            prop_assert!(prior.iter().any(|(_, negative)| *negative), "positive tables are found");
        }
    }

    #[test]
    fn biases_of_groups_add_up_to_nothing(graph in worlds()) {
        let found = aggregation_bias(&graph, "sector", &NoProgress).expect("productive");
        let sum: f64 = found.iter().filter_map(|g| Some(g.final_demand * g.bias()?)).sum();
        let size: f64 = found.iter().filter_map(|g| Some(g.final_demand * g.apart?)).sum();
        prop_assert!(near(sum, 0.0, size), "{sum}");
        prop_assert_eq!(found.iter().map(|group| group.n_members).sum::<usize>(), graph.n_nodes());
    }

    #[test]
    fn a_region_that_is_the_nation_has_its_multipliers(graph in worlds(), delta in 0.0_f64..0.9) {
        use palenque_metrics::kernel::coefficients::Economy;
        let economy = Economy::of(&graph).and_then(Economy::productive).expect("productive");
        let output = economy.accounts().output.clone();
        let weights = Weights { regional: output.clone(), national: output };
        let national = total_linkages(&graph, &NoProgress).expect("productive").backward;
        for method in [Quotient::Slq, Quotient::Cilq, Quotient::Flq, Quotient::Aflq] {
            let quotients = Quotients::of(&weights, method, delta);
            let found = regional_multipliers(&economy, &quotients, &NoProgress).expect("productive");
            for (found, national) in found.iter().zip(&national) {
                let pair = found.zip(*national).expect("every sector is there");
                prop_assert!(near(pair.0, pair.1, pair.1), "{method:?}: {pair:?}");
            }
        }
    }

    #[test]
    fn imported_content_is_a_share(graph in worlds(), imports in prop::collection::vec(0.0_f64..1.0, 9)) {
        let n = graph.n_nodes();
        let output = graph.out_strengths().into_iter().zip(graph.in_strengths());
        // Output enough for all inputs, so that value added is not negative.
        let output: Vec<f64> = output.map(|(sales, bought)| 2.0 + sales.max(bought)).collect();
        let graph = graph
            .with_number("output", output.into_iter().map(Some))
            .with_number("imports", imports[..n].iter().map(|&x| Some(x)))
            .with_number("exports", vec![Some(1.0); n])
            .with_number("product_imports", imports[..n].iter().map(|&x| Some(x)));
        for share in import_content(&graph, &NoProgress).expect("productive") {
            prop_assert!((0.0..=1.0 + 1e-9).contains(&share.expect("an output")));
        }
        let shares = offshoring(&graph, "sector").expect("columns");
        for (broad, narrow) in shares.broad.iter().zip(&shares.narrow) {
            if let (Ok(broad), Ok(narrow)) = (broad, narrow) {
                prop_assert!(0.0 <= *narrow && narrow <= broad && *broad <= 1.0);
            }
        }
    }
}
