//! Independently computed values of the division of labour, and relations that it keeps.

use crate::golden::{Case, assert_all, assert_near, compute, figure, folder, rows};
use palenque_graph::{NoProgress, SideTable, SupplyGraph};
use palenque_metrics::fragmentation::concentration::Concentration;
use palenque_metrics::fragmentation::division_of_labour::{DivisionOfLabour, division_of_labour};
use palenque_metrics::fragmentation::tasks::Efforts;
use palenque_metrics::{Params, find};
use proptest::prelude::*;
use serde_json::json;

const CASE: &str = "11_division_of_labour";

fn efforts() -> Efforts {
    let rows = rows(&folder(CASE).join("firm_task.csv"));
    Efforts::of((0..).zip(&rows).flat_map(|(f, row)| {
        row[1..].iter().map(move |(task, hours)| (f, task.clone(), hours.parse().expect("hours")))
    }))
}

fn assert_block(block: &str, divided: &DivisionOfLabour) {
    let case = Case::open(CASE);
    for (key, value) in [
        ("mutual_information", divided.mutual_information),
        ("dol_specialization", divided.specialization),
        ("dol_exclusivity", divided.exclusivity),
        ("dol_symmetric", divided.symmetric),
    ] {
        assert_near(
            value.ok(),
            case.expected(&format!("{block}/{key}")),
            &format!("{block} {key}"),
        );
    }
}

#[test]
fn five_firms_and_four_tasks() {
    let case = Case::open(CASE);
    let divided = division_of_labour(5, &efforts());
    assert_block("mixed", &divided);
    let firms: Vec<_> = divided.firms.iter().map(|firm| firm.expect("all work")).collect();
    let column = |of: fn(&_) -> f64| firms.iter().map(|firm| Some(of(firm))).collect::<Vec<_>>();
    assert_all(&column(|f| f.hhi), case.expected("firm_specialisation_hhi"), "hhi");
    assert_all(&column(|f| f.shannon), case.expected("firm_specialisation_shannon"), "shannon");
    assert_all(&column(|f| f.divergence), case.expected("kl_firm_vs_cluster"), "divergence");
    assert_all(&column(|f| f.krugman), case.expected("krugman_firm"), "krugman");
}

#[test]
fn extremes() {
    let own = (0..3).map(|f| (f, f.to_string(), 4.0));
    assert_block("perfect_specialist", &division_of_labour(3, &Efforts::of(own)));
    let all = (0..3).flat_map(|f| (0..3).map(move |t| (f, t.to_string(), 2.0)));
    assert_block("identical_generalists", &division_of_labour(3, &Efforts::of(all)));
    let pairs = (0..4).map(|f| (f, (f / 2).to_string(), 1.0));
    assert_block("two_firms_per_task", &division_of_labour(4, &Efforts::of(pairs)));
    let one = division_of_labour(1, &Efforts::of([(0, "a", 3.0), (0, "b", 2.0), (0, "c", 5.0)]));
    assert!(one.exclusivity.is_err() && one.symmetric.is_err());
    assert_eq!(one.specialization, Ok(0.0));
    assert!(division_of_labour(2, &Efforts::default()).mutual_information.is_err());
}

#[test]
fn seven_sizes() {
    let case = Case::open(CASE);
    let sizes = rows(&folder(CASE).join("sizes.csv"));
    let sizes = Concentration::of(sizes.iter().map(|row| row[0].1.parse().expect("a size")));
    for (key, value) in [
        ("hhi", sizes.hhi()),
        ("hhi_normalised", sizes.hhi_norm()),
        ("effective_number", sizes.effective_number()),
        ("cr1", sizes.cr(1)),
        ("cr4", sizes.cr(4)),
        ("gini", sizes.gini()),
        ("theil_T", sizes.theil()),
        ("theil_L", sizes.theil_l()),
        ("shannon", sizes.shannon()),
    ] {
        assert_near(value, case.expected(&format!("sizes/{key}")), key);
    }
}

#[test]
fn stages_of_few_and_of_many_firms() {
    // Shares of value added 0.2, 0.5 and 0.3; sizes (1, 1, 2), (5, 3, 2) and (7, 1, 1, 1).
    let stages: [(f64, &[f64]); 3] =
        [(0.2, &[1.0, 1.0, 2.0]), (0.5, &[5.0, 3.0, 2.0]), (0.3, &[7.0, 1.0, 1.0, 1.0])];
    let firms: Vec<(String, f64, f64)> = (0..)
        .zip(stages)
        .flat_map(|(s, (added, sizes))| {
            let all: f64 = sizes.iter().sum();
            sizes.iter().map(move |x| (format!("stage {s}"), *x, added * x / all))
        })
        .collect();
    let graph = SupplyGraph::from_flows((0..firms.len()).map(|i| i.to_string()), [])
        .expect("a good graph")
        .with_text("stage", firms.iter().map(|firm| Some(&firm.0)))
        .with_number("output", firms.iter().map(|firm| Some(firm.1)))
        .with_number("value_added", firms.iter().map(|firm| Some(firm.2)));
    let tables = compute(&graph, "production_fragmentation", &[]);
    let expected = Case::open(CASE);
    let expected = expected.expected("fragmentation_index_toolkit/value");
    assert_near(figure(&tables, "production_fragmentation_index"), expected, "PFI");
    assert_near(figure(&tables, "n_stages"), &json!(3.0), "stages");
    let theil = ["theil_output_between", "theil_output_within"]
        .map(|name| figure(&tables, name).expect("defined"));
    let all = Concentration::of(firms.iter().map(|firm| firm.1)).theil();
    assert_near(Some(theil[0] + theil[1]), &json!(all), "Theil's T in two parts");
}

#[test]
fn a_period_sees_its_own_rows_and_several_at_once_are_refused() {
    let graph = SupplyGraph::from_flows(["ana", "beto"], []).expect("a good graph");
    let row = |line, cells: [&str; 4]| (line, cells.map(str::to_owned).to_vec());
    let titles = ["firm", "task", "hours", "period"].map(str::to_owned).to_vec();
    let rows = vec![
        row(2, ["ana", "milling", "8", "1994"]),
        row(3, ["ana", "milling", "8", "1995"]),
        row(4, ["beto", "bottling", "8", "1995"]),
    ];
    let table = SideTable::new("tasks.csv", titles, rows);
    let params = Params::default().with_side("tasks", table.into());
    let metric = find("division_of_labour").expect("a metric");
    let figure_of = |params: &Params| {
        let tables = metric.compute(&graph, params, &NoProgress).expect("a result");
        figure(&tables, "dol_specialization")
    };
    assert_eq!(figure_of(&params.of_period("1995")), Some(1.0));
    assert_eq!(figure_of(&params.of_period("1994")), None);
    let refused = metric.compute(&graph, &params, &NoProgress).expect_err("two periods");
    assert!(refused.to_string().contains("1994, 1995"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn information_is_the_mean_divergence_of_firms(
        cells in prop::collection::vec((0_u32..6, 0_u8..5, 0_u8..9), 1..40),
        scale in 1_u8..50,
    ) {
        let efforts = |scale: f64| {
            Efforts::of(cells.iter().map(|&(f, t, x)| (f, t.to_string(), f64::from(x) * scale)))
        };
        let divided = division_of_labour(6, &efforts(1.0));
        let all: f64 = cells.iter().map(|cell| f64::from(cell.2)).sum();
        if all > 0.0 {
            let share = |f: usize| {
                let own = cells.iter().filter(|cell| cell.0 as usize == f);
                own.map(|cell| f64::from(cell.2)).sum::<f64>() / all
            };
            let mean: f64 = (0..6)
                .filter_map(|f| Some(share(f) * divided.firms[f].as_ref()?.divergence))
                .sum();
            let information = divided.mutual_information.expect("some effort");
            prop_assert!((mean - information).abs() < 1e-12);
            let scaled = division_of_labour(6, &efforts(f64::from(scale)));
            prop_assert!((scaled.mutual_information.expect("some effort") - information).abs() < 1e-12);
            for ratio in [divided.specialization, divided.exclusivity, divided.symmetric] {
                prop_assert!(ratio.is_err() || (0.0..=1.0 + 1e-12).contains(&ratio.expect("defined")));
            }
        }
    }
}
