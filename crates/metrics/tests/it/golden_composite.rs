//! Independently computed values of composite indices and joint action.

use crate::golden::{Case, assert_near, column, figure, folder, rows};
use palenque_graph::{Columns, NoProgress, Panel, Relation, SideTable, SupplyGraph, TextColumn};
use palenque_metrics::composite::index::{CompositeConfig, Half, Indicator, coherence, composite};
use palenque_metrics::composite::joint_action::joint_action;
use palenque_metrics::composite::normalise::{
    Aggregation, Normalisation, aggregated, entropy_weights, normalised, ranks,
};
use palenque_metrics::composite::uncertainty::{
    UncertaintyConfig, leave_one_out, shift, uncertainty,
};
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::{Params, find};
use serde_json::{Value, json};

fn indicators() -> Vec<Indicator> {
    let file = |name: &str| rows(&folder("24_composite_index").join(name));
    let values = file("indicators.csv");
    let cell = |row: &[(String, String)], title: &str| {
        row.iter().find(|(name, _)| name == title).expect("a column").1.clone()
    };
    let of = |row: &Vec<(String, String)>| {
        let name = cell(row, "indicator");
        let number = |text: String| text.parse::<f64>().expect("a number");
        Indicator {
            half: if cell(row, "dimension") == "active" { Half::Active } else { Half::Passive },
            is_good: number(cell(row, "polarity")) > 0.0,
            weight: number(cell(row, "weight")),
            goalposts: None,
            values: values.iter().map(|row| Some(number(cell(row, &name)))).collect(),
            name,
        }
    };
    file("weights.csv").iter().map(of).collect()
}

fn assert_each(found: &[Option<f64>], expected: &Value, what: &str) {
    let expected = expected.as_array().expect("a list");
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert_near(*found, expected, what);
    }
}

#[test]
fn five_clusters_on_three_scales() {
    let case = Case::open("24_composite_index");
    let scales = [
        ("min_max", Normalisation::Minmax),
        ("z_score", Normalisation::Z),
        ("rank01", Normalisation::Rank),
    ];
    for (key, how) in scales {
        let found: Vec<Vec<Option<f64>>> =
            indicators().iter().map(|of| normalised(&of.values, of.is_good, how, None)).collect();
        for (unit, expected) in case.expected(key).as_array().expect("rows").iter().enumerate() {
            let row: Vec<Option<f64>> = found.iter().map(|column| column[unit]).collect();
            assert_each(&row, expected, key);
        }
    }
}

#[test]
fn five_clusters_by_every_mean() {
    use Aggregation::{Arithmetic, Geometric, Harmonic};
    use Normalisation::{Minmax, Rank, Z};
    let case = Case::open("24_composite_index");
    let all = indicators();
    let weights: Vec<f64> = all.iter().map(|of| of.weight).collect();
    let on = |how| -> Vec<Vec<Option<f64>>> {
        all.iter().map(|of| normalised(&of.values, of.is_good, how, None)).collect()
    };
    let means = |how, means, weights: &[f64]| -> Vec<Option<f64>> {
        let columns = on(how);
        let row = |u: usize| columns.iter().map(|column| column[u]).collect::<Vec<_>>();
        (0..5).map(|u| aggregated(&row(u), weights, means, 1.0)).collect()
    };
    let check = |key: &str, found: Vec<Option<f64>>| assert_each(&found, case.expected(key), key);
    check("arithmetic", means(Minmax, Arithmetic, &weights));
    check("geometric", means(Minmax, Geometric, &weights));
    check("harmonic", means(Minmax, Harmonic, &weights));
    check("z_arithmetic", means(Z, Arithmetic, &weights));
    check("rank_arithmetic", means(Rank, Arithmetic, &weights));
    check("equal_weighted", means(Minmax, Arithmetic, &[1.0; 6]));
    let entropy = entropy_weights(&on(Minmax));
    check("entropy_weights", entropy.iter().copied().map(Some).collect());
    check("entropy_weighted", means(Minmax, Arithmetic, &entropy));
    let found = [
        ("arithmetic", means(Minmax, Arithmetic, &weights)),
        ("geometric", means(Minmax, Geometric, &weights)),
        ("z", means(Z, Arithmetic, &weights)),
        ("rank", means(Rank, Arithmetic, &weights)),
        ("equal", means(Minmax, Arithmetic, &[1.0; 6])),
        ("entropy", means(Minmax, Arithmetic, &entropy)),
    ];
    let reference = ranks(&found[0].1);
    let mut shifts = Vec::new();
    for (key, scores) in &found {
        let found = ranks(scores);
        shifts.push(shift(&found, &reference));
        let found: Vec<usize> = found.into_iter().flatten().collect();
        assert_eq!(json!(found), *case.expected(&format!("ranks/{key}")), "{key}");
    }
    let others = &shifts[1..];
    let mean = others.iter().sum::<f64>() / others.len() as f64;
    assert_near(Some(mean), case.expected("mean_rank_shift_vs_arithmetic"), "mean rank shift");
}

#[test]
fn collective_efficiency_of_five_clusters() {
    let case = Case::open("24_composite_index");
    let all = indicators();
    let found = composite(&all, &CompositeConfig::default());
    let check = |key: &str, found: &[Option<f64>]| assert_each(found, case.expected(key), key);
    check("passive_subindex", &found.passive);
    check("active_subindex", &found.active);
    check("collective_efficiency_arithmetic", &found.arithmetic);
    check("collective_efficiency_geometric", &found.geometric);
    let coherence = coherence(&all);
    assert_near(coherence.alpha, case.expected("cronbach_alpha"), "alpha");
    for (a, b, r) in coherence.correlations {
        assert_near(r, &case.expected("pearson_corr")[a][b], &format!("r of {a} and {b}"));
    }
    let expected = case.expected("leave_one_indicator_out_ranks");
    for (of, ranks) in all.iter().zip(leave_one_out(&all, &CompositeConfig::default())) {
        let ranks: Vec<usize> = ranks.into_iter().flatten().collect();
        assert_eq!(json!(ranks), expected[&of.name], "without {}", of.name);
    }
}

#[test]
fn the_best_of_five_stays_the_best_whatever_is_chosen() {
    let all = indicators();
    let how = UncertaintyConfig { draws: 2_000, sobol: 256, ..UncertaintyConfig::default() };
    let run = || uncertainty(&all, &CompositeConfig::default(), &how, &NoProgress).expect("done");
    let found = with_threads(1, run);
    assert_eq!(found, with_threads(3, run));
    let range = |u: usize| found.ranges[u].expect("a rank");
    assert!((range(2).median - 1.0).abs() < 1e-12 && range(2).first > 0.95);
    assert!(range(1).first < 0.01 && range(1).median >= 4.0);
    assert!(found.ranges.iter().flatten().all(|r| r.low <= r.median && r.median <= r.high));
    let total: f64 = found.ranges.iter().flatten().map(|r| r.first).sum();
    assert!((0.99..=1.3).contains(&total), "one is first, or several are equal: {total}");
    // What a choice does alone is no more than with the others, up to what chance does.
    for of in &found.sensitivity {
        let (alone, with) = (of.first_order.expect("varies"), of.total_order.expect("varies"));
        assert!(alone < with + 0.2, "{}: {alone}, {with}", of.factor);
    }
}

#[test]
fn what_is_missing_is_left_out_only_if_asked_for() {
    let mut all = indicators();
    all[5].values[0] = None;
    let strict = composite(&all, &CompositeConfig::default());
    assert_eq!((strict.geometric[0], strict.rank[0]), (None, None));
    assert!((strict.coverage[0] - 0.9).abs() < 1e-12);
    let lenient = composite(&all, &CompositeConfig { min_coverage: 0.8, ..Default::default() });
    assert!(lenient.geometric[0].is_some());
    // Goalposts do not depend on the others.
    for of in &mut all {
        of.goalposts = Some((0.0, 4.0));
    }
    let alone: Vec<Indicator> =
        all.iter().map(|of| Indicator { values: vec![of.values[2]], ..of.clone() }).collect();
    let (one, five) = (
        composite(&alone, &CompositeConfig::default()),
        composite(&all, &CompositeConfig::default()),
    );
    assert_eq!(one.geometric[0], five.geometric[2]);
}

#[test]
fn joint_action_of_the_example() {
    let case = Case::open("24_composite_index");
    // Four growers and two stills. Three of six pairs of growers cooperate, two of eight trading pairs do, three firms are in an
    // association. The stills do not count as a pair: they are of stages of their own.
    let flows = (0..4).flat_map(|u| [(u, 4, 1.0), (u, 5, 1.0)]);
    let kinds = [
        "bilateral",
        "bilateral",
        "bilateral",
        "bilateral",
        "bilateral",
        "multilateral",
        "multilateral",
    ];
    let mut columns = Columns::default();
    columns.set_text("kind", TextColumn::from_options(kinds.map(Some)));
    let ties = vec![(0, 1), (1, 2), (3, 0), (0, 4), (5, 1), (0, 4), (4, 2)];
    let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e", "f"], flows)
        .expect("a good graph")
        .with_text("stage", ["g", "g", "g", "g", "s", "t"].map(Some))
        .with_relation(Relation::new("cooperation", false, ties, columns));
    let found = joint_action(&graph, "").expect("a relation");
    let expected = |key: &str| case.expected(&format!("joint_action_example/{key}"));
    assert_near(found.horizontal, expected("horizontal"), "horizontal");
    assert_near(found.vertical, expected("vertical"), "vertical");
    assert_near(found.multilateral, expected("multilateral"), "multilateral");
    assert_near(found.index(), expected("joint_action"), "joint action");
    assert_eq!(found.n_ties, [3, 3, 2, 1, 2, 1]);
    assert_eq!((found.n_forward[0], found.n_backward[4], found.n_backward[5]), (1, 1, 1));
}

#[test]
fn the_table_of_five_clusters() {
    let case = Case::open("24_composite_index");
    let side = |name: &str| {
        let rows = rows(&folder("24_composite_index").join(name));
        let titles = rows[0].iter().map(|(title, _)| title.clone()).collect();
        let cells =
            |row: &Vec<(String, String)>| row.iter().map(|(_, cell)| cell.clone()).collect();
        let numbered = rows.iter().enumerate().map(|(k, row)| (k as u64 + 2, cells(row)));
        SideTable::new(name, titles, numbered.collect())
    };
    let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]).expect("a good graph");
    let params = Params::default()
        .with("draws", 200.into())
        .with("sobol", 16.into())
        .with_side("indicators", side("indicators.csv").into())
        .with_side("weights", side("weights.csv").into());
    let metric = find("composite_index").expect("a metric");
    let tables = metric.compute(&graph, &params, &NoProgress).expect("tables");
    let found = column(&tables[..1], "cei_geometric");
    assert_each(&found, case.expected("collective_efficiency_geometric"), "cei_geometric");
    assert_eq!(tables[0].text("unit", 2), Some("cluster_c"));
    assert_eq!(tables[1].n_rows(), 30);
}

#[test]
fn a_cluster_that_begins_to_cooperate_gains() {
    let period = |name: &str, ties: Vec<(u32, u32)>| {
        let flows = [(0, 2, 4.0), (1, 2, 4.0), (2, 3, 9.0)];
        let graph = SupplyGraph::from_flows(["ana", "beto", "still", "shop"], flows)
            .expect("a good graph")
            .with_text("stage", ["1", "1", "2", "3"].map(Some))
            .with_relation(Relation::new("cooperation", false, ties, Columns::default()));
        (name.to_owned(), graph)
    };
    let panel = Panel::new([period("1986", vec![]), period("1995", vec![(0, 1), (0, 2)])]);
    let params = Params::default().with("draws", 50.into()).with("sobol", 0.into());
    let metric = find("collective_efficiency").expect("a metric");
    let tables = metric.over(&panel.expect("a panel"), &params, &NoProgress).expect("tables");
    let active = column(&tables[..1], "active_subindex");
    assert!(active[0] < active[1], "{active:?}");
    assert_eq!(tables[0].number("rank", 1), Some(1.0));
    assert!(figure(&tables, "cei_last").is_some());
    // Neither places nor imports are known, and a tie has no kind.
    let named =
        |name: &str| (0..tables[1].n_rows()).any(|r| tables[1].text("component", r) == Some(name));
    assert!(!named("localisation") && !named("multilateral_membership"));
    assert!(named("horizontal_cooperation"));
}
