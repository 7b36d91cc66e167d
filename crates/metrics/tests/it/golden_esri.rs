//! Published and independently computed values of systemic risk.

use crate::golden::{Case, assert_all, assert_near, folder, rows};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::kernel::cascade::WipedOut;
use palenque_metrics::kernel::input_groups::InputClass;
use palenque_metrics::resilience::esri::{EsriConfig, Risk, Substitution, esri};
use palenque_metrics::resilience::esri_scenario::esri_scenario;
use palenque_metrics::resilience::esri_weights::esri_weights;
use palenque_metrics::resilience::essentiality::Essentiality;

/// The authors' variant.
fn authors() -> EsriConfig {
    EsriConfig {
        revenue: "out_strength".into(),
        weight: "out_strength".into(),
        wiped_out: WipedOut::Unit,
        epsilon: 1e-2,
        ..EsriConfig::default()
    }
}

fn run(graph: &SupplyGraph, inputs: &Essentiality, config: &EsriConfig) -> Vec<Risk> {
    let risk = esri(graph, inputs, config, &NoProgress).expect("a result");
    risk.into_iter().map(|risk| risk.expect("all were asked for")).collect()
}

/// Compares with a block of expected values, also the numbers of steps, where there are any.
fn assert_block(case: &Case, block: &str, risk: &[Risk]) {
    type Field = fn(&Risk) -> f64;
    let fields: [(&str, Field); 3] =
        [("esri", |r| r.esri), ("esri_down", |r| r.esri_down), ("esri_up", |r| r.esri_up)];
    for (name, of) in fields {
        let found: Vec<Option<f64>> = risk.iter().map(|r| Some(of(r))).collect();
        assert_all(&found, case.expected(&format!("{block}/{name}")), &format!("{block} {name}"));
    }
    let expected = case.expected(block);
    if let Some(steps) = expected.get("iterations") {
        let found: Vec<u32> = risk.iter().map(|r| r.iterations).collect();
        assert_eq!(serde_json::json!(found), *steps, "{block} iterations");
    }
}

/// The classes of a wide table.
fn classes(graph: &SupplyGraph, by: &str, case: &str, file: &str) -> Essentiality {
    let none = Essentiality::uniform(graph, by, InputClass::Substitutable).expect("types");
    let rows = rows(&folder(case).join(file));
    rows.iter().fold(none, |inputs, row| {
        let (first, rest) = row.split_first().expect("a column of suppliers");
        rest.iter().fold(inputs, |inputs, (buyer, class)| {
            let class = match class.as_str() {
                "0" => InputClass::Negligible,
                "1" => InputClass::Substitutable,
                _ => InputClass::Essential,
            };
            inputs.with_class(&first.1, buyer, class)
        })
    })
}

fn substitutions() -> [(&'static str, Substitution); 2] {
    [("nosub", Substitution::None), ("sub", Substitution::Market)]
}

#[test]
fn the_published_figure_network() {
    let case = Case::open("18_esri");
    let nodes = rows(&folder("18_esri").join("example11_nodes.csv"));
    let ids: Vec<&str> = nodes.iter().map(|row| row[0].1.as_str()).collect();
    let at = |id: &str| ids.iter().position(|known| *known == id).expect("a node") as u32;
    let edges = rows(&folder("18_esri").join("example11_edges.csv"));
    let flows = edges.iter().map(|row| (at(&row[0].1), at(&row[1].1), 1.0));
    let graph = SupplyGraph::from_flows(ids.iter().copied(), flows)
        .expect("a good graph")
        .with_text("sector", nodes.iter().map(|row| Some(row[1].1.as_str())));
    for (name, class) in
        [("linear", InputClass::Substitutable), ("leontief", InputClass::Essential)]
    {
        let inputs = Essentiality::uniform(&graph, "", class).expect("types");
        for (sub, substitution) in substitutions() {
            for (eps, epsilon) in [("1e-2", 1e-2), ("1e-12", 1e-12)] {
                let config = EsriConfig { substitution, epsilon, ..authors() };
                let block = format!("example11_{name}|{sub}|eps{eps}");
                assert_block(&case, &block, &run(&graph, &inputs, &config));
            }
        }
    }
}

#[test]
fn the_cluster_of_ten_firms() {
    let case = Case::open("18_esri");
    let graph = case.economy();
    let all = |class| Essentiality::uniform(&graph, "role", class).expect("types");
    let inputs = [
        ("gl", classes(&graph, "role", "18_esri", "essential.csv")),
        ("linear", all(InputClass::Substitutable)),
        ("leontief", all(InputClass::Essential)),
    ];
    for (name, inputs) in &inputs {
        for (sub, substitution) in substitutions() {
            for (eps, epsilon) in [("1e-2", 1e-2), ("1e-12", 1e-12)] {
                let config = EsriConfig { substitution, epsilon, ..authors() };
                let block = format!("palenque10_{name}|{sub}|eps{eps}");
                assert_block(&case, &block, &run(&graph, inputs, &config));
            }
        }
    }
    let ours = EsriConfig { epsilon: 1e-12, ..EsriConfig::default() };
    let block = "palenque10_gl|sub|eps1e-12|weights_output|revenue_adjusted";
    assert_block(&case, block, &run(&graph, &inputs[0].1, &ours));
}

#[test]
fn several_weights_are_what_each_alone_is() {
    let case = Case::open("18_esri");
    let graph = case.economy();
    let inputs = classes(&graph, "role", "18_esri", "essential.csv");
    let weights = ["out_strength".to_owned(), "output".to_owned()];
    let config = EsriConfig { epsilon: 1e-12, ..authors() };
    let found = esri_weights(&graph, &inputs, &weights, &config, &NoProgress).expect("a result");
    let all = |k: usize| -> Vec<Risk> {
        found[k].risk.iter().map(|risk| risk.expect("all were asked for")).collect()
    };
    assert_block(&case, "palenque10_gl|sub|eps1e-12", &all(0));
    let ours = EsriConfig { epsilon: 1e-12, ..EsriConfig::default() };
    let found = esri_weights(&graph, &inputs, &weights, &ours, &NoProgress).expect("a result");
    let by_output: Vec<Risk> = found[1].risk.iter().map(|r| r.expect("all")).collect();
    let block = "palenque10_gl|sub|eps1e-12|weights_output|revenue_adjusted";
    assert_block(&case, block, &by_output);
}

#[test]
fn a_shock_to_two_firms_in_part() {
    let case = Case::open("18_esri");
    let graph = case.economy();
    let inputs = classes(&graph, "role", "18_esri", "essential.csv");
    let config = EsriConfig { epsilon: 1e-12, ..authors() };
    let spread = esri_scenario(&graph, &inputs, &[(0, 0.5), (1, 0.2)], &config).expect("a result");
    let expected = |key: &str| case.expected(&format!("palenque10_gl|sub|partial_shock/{key}"));
    assert_near(Some(spread.esri), expected("esri"), "esri");
    assert_near(Some(spread.esri_down), expected("esri_down"), "esri_down");
    assert_near(Some(spread.esri_up), expected("esri_up"), "esri_up");
    let down: Vec<Option<f64>> = spread.left.iter().map(|left| Some(left.0)).collect();
    let up: Vec<Option<f64>> = spread.left.iter().map(|left| Some(left.1)).collect();
    assert_all(&down, expected("remaining_down"), "left for want of inputs");
    assert_all(&up, expected("remaining_up"), "left for want of orders");
}

#[test]
fn two_hundred_firms_as_the_authors_program_has_them() {
    let folder = folder("esri_rand200");
    let firms = rows(&folder.join("firms.csv"));
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let flows = rows(&folder.join("edges.csv"));
    let flows = flows.iter().map(|row| {
        let node = |cell: &str| cell.parse::<u32>().expect("a number");
        (node(&row[0].1), node(&row[1].1), number(&row[2].1))
    });
    let column = |at: usize| firms.iter().map(move |row| row[at].1.as_str());
    let graph = SupplyGraph::from_flows(column(0), flows)
        .expect("a good graph")
        .with_text("sector", column(1).map(Some))
        .with_number("revenue", column(2).map(|cell| Some(number(cell))))
        .with_number("costs", column(3).map(|cell| Some(number(cell))));
    let inputs = classes(&graph, "sector", "esri_rand200", "essentiality.csv");
    let market = authors();
    let none = EsriConfig { substitution: Substitution::None, ..authors() };
    let leaky = EsriConfig { revenue: "revenue".into(), costs: "costs".into(), ..authors() };
    for (file, config) in [
        ("a_nomarket_eps1e-2.csv", none),
        ("b_market_eps1e-2.csv", market),
        ("c_market_revcost_eps1e-2.csv", leaky),
    ] {
        let expected = rows(&folder.join(file));
        for (v, (risk, row)) in run(&graph, &inputs, &config).iter().zip(&expected).enumerate() {
            let found = [risk.esri, risk.esri_down, risk.esri_up];
            for (found, (name, cell)) in found.into_iter().zip(&row[1..4]) {
                assert!(
                    (found - number(cell)).abs() < 1e-13,
                    "{file}: {name} of {v}: {found} {cell}"
                );
            }
            assert_eq!(risk.iterations.to_string(), row[4].1, "{file}: steps of {v}");
        }
    }
}
