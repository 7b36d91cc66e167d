//! The profile of a cluster: its lines are the indices, its sentences hold the numbers.

use crate::golden::{Case, compute, figure};
use palenque_graph::{NoProgress, Panel};
use palenque_metrics::Params;
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::profile::{ProfileConfig, profile, profile_table};

#[test]
fn lines_are_the_indices_of_the_registry_at_any_number_of_threads() {
    let graph = Case::open("07_palenque10_fragmentation").economy();
    let panel = Panel::new([("1".to_owned(), graph.clone()), ("2".to_owned(), graph.clone())]);
    let panel = panel.expect("two periods");
    let config = ProfileConfig { replicates: 19, seed: 5 };
    let run = |threads| {
        let lines =
            with_threads(threads, || profile(&panel, &Params::default(), &config, &NoProgress));
        lines.expect("a profile")
    };
    let lines = run(1);
    assert_eq!(lines, run(3));
    assert_eq!(lines.len(), 12);
    let line = |name: &str| lines.iter().find(|line| line.index == name).expect("one of twelve");
    for (metric, name) in [
        ("production_fragmentation", "production_fragmentation_index"),
        ("stage_linkages", "vertical_flow_share"),
        ("systemic_risk", "esri_mean"),
    ] {
        let expected = figure(&compute(&graph, metric, &[]), name).expect("defined");
        let found = line(name).values[1].as_ref().expect("known");
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{name}: {found}, {expected}");
    }
    // Nothing changed, and nothing is made up.
    assert_eq!(line("link_turnover").values[1], Ok(0.0));
    assert!(line("link_turnover").values[0].is_err());
    let unknown = line("joint_action_index");
    assert!(unknown.sentence.starts_with("Not known: ") && unknown.interval.is_none());
    let share = line("vertical_flow_share");
    assert!(share.percentile.is_some_and(|share| (0.0..=1.0).contains(&share)));
    let table = profile_table(&lines, 1, &config);
    assert_eq!(table.n_rows(), 12);
    let row = (0..12)
        .find(|row| table.text("index", *row) == Some("vertical_flow_share"))
        .expect("a row");
    assert_eq!(table.number("change", row), Some(0.0));
    assert_eq!(table.text("sentence", row), Some(&*share.sentence));
    assert_eq!(profile_table(&lines, 0, &config).text("sentence", row), None);
}
