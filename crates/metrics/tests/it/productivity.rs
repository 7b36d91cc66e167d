//! The spectral radius against closed forms, and economies on either side of 1.

use crate::golden::{compute, figure};
use palenque_graph::{Diagnostic, NoProgress, SupplyGraph};
use palenque_metrics::linkage::productivity::{Productivity, productivity};
use palenque_metrics::linkage::total::total_linkages;
use palenque_metrics::{MetricError, Params, find};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;

fn economy(n: u32, flows: impl IntoIterator<Item = (u32, u32, f64)>, output: f64) -> SupplyGraph {
    SupplyGraph::from_flows((0..n).map(|i| format!("n{i}")), flows)
        .expect("a good graph")
        .with_number("output", (0..n).map(|_| Some(output)))
}

fn of(graph: &SupplyGraph) -> Productivity {
    productivity(graph, &NoProgress).expect("outputs")
}

fn holds(found: Productivity, exact: f64) -> bool {
    let bounds = found.spectral_radius;
    let near = 1e-12 * exact; // rounding of the exact value
    bounds.lower <= exact + near
        && exact - near <= bounds.upper
        && bounds.upper - bounds.lower <= 1e-9 * exact
}

#[test]
fn two_sectors_have_the_larger_root_of_a_quadratic() {
    // det(A − λ) = (a − λ)(d − λ) − bc.
    for (a, b, c, d) in
        [(0.15, 0.25, 0.2, 0.05), (0.5, 0.4, 0.6, 0.1), (0.9, 0.01, 3.0, 0.8), (0.0, 4.0, 4.0, 0.0)]
    {
        let graph = economy(
            2,
            [(0, 0, a), (0, 1, b), (1, 0, c), (1, 1, d)].into_iter().filter(|e| e.2 > 0.0),
            1.0,
        );
        let (half_sum, half_gap) = (f64::midpoint(a, d), (a - d) / 2.0);
        assert!(
            holds(of(&graph), half_sum + (half_gap * half_gap + b * c).sqrt()),
            "{a} {b} {c} {d}"
        );
    }
}

#[test]
fn a_cycle_has_the_geometric_mean_of_its_links() {
    for n in [2, 3, 7, 100] {
        for link in [0.25_f64, 0.999, 1.0, 1.5] {
            let flows = (0..n).map(|u| (u, (u + 1) % n, if u == 0 { link * link } else { link }));
            let exact = link.powf(f64::from(n + 1) / f64::from(n));
            assert!(holds(of(&economy(n, flows, 1.0)), exact), "{n} {link}");
        }
    }
}

#[test]
fn a_chain_has_radius_zero_and_its_multipliers_are_certain() {
    let graph = economy(4, (0..3).map(|u| (u, u + 1, 0.5)), 1.0);
    let found = of(&graph);
    assert_eq!((found.spectral_radius.lower, found.spectral_radius.upper), (0.0, 0.0));
    // ‖I − A‖₁ = 1.5, and the last multiplier is 1 + 1/2 + 1/4 + 1/8.
    let condition = found.condition_number.expect("productive");
    assert!((condition - 1.5 * 1.875).abs() < 1e-12, "{condition}");
}

#[test]
fn figures_carry_their_bounds() {
    let graph = economy(2, [(0, 0, 150.0), (0, 1, 250.0), (1, 0, 200.0), (1, 1, 50.0)], 1000.0);
    let tables = compute(&graph, "productivity", &[]);
    let bound = |name: &str| tables[0].number(name, 0).expect("a bound");
    let value = figure(&tables, "spectral_radius").expect("a radius");
    assert!(bound("lower") <= value && value <= bound("upper"));
    assert!(figure(&tables, "certain_digits").expect("productive") > 15.0);
}

#[test]
fn an_economy_that_eats_itself_up_has_a_radius_and_no_multipliers() {
    let graph = economy(3, [(0, 1, 12.0), (1, 0, 12.0), (2, 0, 1.0), (2, 1, 1.0)], 10.0);
    let found = of(&graph);
    assert!(holds(found, 1.2));
    assert!(found.condition_number.is_err() && found.certain_digits.is_err());
    let error = total_linkages(&graph, &NoProgress).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "this economy is not productive: spectral radius of A is 1.200 (must be below 1): a group of nodes needs, \
         from itself, more than it makes (2 of 3); `n0` spends 1.300 on inputs per 1.000 of output"
    );
    assert!(matches!(error, MetricError::NotProductive { block, .. } if block == ["n0", "n1"]));
}

#[test]
fn a_closed_pair_has_radius_one() {
    let error = total_linkages(&economy(2, [(0, 1, 10.0), (1, 0, 10.0)], 10.0), &NoProgress);
    let message = error.expect_err("refused").to_string();
    assert!(message.contains("spectral radius of A is 1 (must be below 1)"), "{message}");
}

#[test]
fn no_random_economy_is_misjudged() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for case in 0..1000 {
        let wanted = rng.random_range(0.9..1.1);
        let (graph, exact) = with_radius(wanted, &mut rng);
        let found = of(&graph);
        assert!(holds(found, exact), "case {case}: {:?}, not {exact}", found.spectral_radius);
        let total = total_linkages(&graph, &NoProgress);
        if exact >= 1.0 + 1e-9 {
            let refused = matches!(total, Err(MetricError::NotProductive { .. }));
            assert!(refused, "case {case}: radius {exact}, and {total:?}");
            assert!(found.condition_number.is_err());
        } else if exact <= 1.0 - 1e-9 {
            assert!(
                total.is_ok() && found.condition_number.is_ok(),
                "case {case}: {exact}, {total:?}"
            );
        }
    }
}

/// A random economy of known radius: `A = r D P D⁻¹` for a random matrix `P` whose rows sum to 1 and a random diagonal `D`.
/// One case in eight lies within 1e-6 of a radius of 1.
fn with_radius(wanted: f64, rng: &mut ChaCha8Rng) -> (SupplyGraph, f64) {
    let radius = if rng.random_bool(0.125) { 1.0 + (wanted - 1.0) * 1e-5 } else { wanted };
    let n: u32 = rng.random_range(2..30);
    let scale: Vec<f64> = (0..n).map(|_| rng.random_range(0.5..2.0)).collect();
    let mut flows = Vec::new();
    for i in 0..n {
        // A link to the next node makes the matrix irreducible.
        let mut row: Vec<f64> = (0..n)
            .map(|j| {
                if j == (i + 1) % n || rng.random_bool(0.3) {
                    rng.random_range(0.1..1.0)
                } else {
                    0.0
                }
            })
            .collect();
        let sum: f64 = row.iter().sum();
        for share in &mut row {
            *share /= sum;
        }
        let pairs = (0..n).zip(row).filter(|pair| pair.1 > 0.0);
        flows.extend(
            pairs.map(|(j, share)| (i, j, radius * share * scale[i as usize] / scale[j as usize])),
        );
    }
    (economy(n, flows, 1.0), radius)
}

#[test]
fn nearly_closed_economies_are_told() {
    let metric = find("total_linkages").expect("a metric");
    let remarks = |own: f64| {
        let graph = economy(2, [(0, 0, own), (1, 1, 0.5), (0, 1, 0.1)], 1.0);
        metric.compute(&graph, &Params::default(), &NoProgress).expect("productive");
        let remarks = metric.remarks(&graph, &Params::default());
        remarks.iter().map(Diagnostic::id).collect::<Vec<_>>()
    };
    assert_eq!(remarks(1.0 - 1e-12), ["W0507"]);
    assert_eq!(remarks(1.0 - 1e-11), ["W0507"]);
    assert!(remarks(0.999_999).is_empty() && remarks(0.5).is_empty());
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
fn the_world_of_2011() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wiod2011");
    if !folder.exists() {
        println!("skipped: shared data not present");
        return;
    }
    let rows = |name: &str| -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(folder.join(name)).expect("a file of the data");
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    };
    let (x, edges) = (rows("x_2011.csv"), rows("edges_2011.csv"));
    let column = |rows: &[Vec<String>], name: &str| {
        rows[0]
            .iter()
            .position(|title| title == name)
            .unwrap_or_else(|| panic!("{name} among {:?}", rows[0]))
    };
    let (label, output) = (column(&x, "label"), column(&x, "output"));
    let ids: Vec<String> = x[1..].iter().map(|row| row[label].clone()).collect();
    let number = |text: &String| text.parse::<f64>().expect("a number");
    let outputs: Vec<Option<f64>> = x[1..].iter().map(|row| Some(number(&row[output]))).collect();
    let place: std::collections::BTreeMap<&str, u32> =
        ids.iter().map(String::as_str).zip(0..).collect();
    let [source, target, value] =
        ["source", "target", "value_musd"].map(|name| column(&edges, name));
    let flows = edges[1..]
        .iter()
        .map(|row| (place[row[source].as_str()], place[row[target].as_str()], number(&row[value])));
    let flows: Vec<_> = flows.filter(|flow| flow.2 > 0.0).collect();
    let graph = SupplyGraph::from_flows(ids.clone(), flows)
        .expect("a good graph")
        .with_number("output", outputs);
    let found = of(&graph);
    let bounds = found.spectral_radius;
    assert!((bounds.value() - 0.610_162).abs() < 1e-6, "{bounds:?}");
    assert!(bounds.upper - bounds.lower <= 1e-9);
    assert!(found.certain_digits.expect("productive") > 12.0, "{found:?}");
}
