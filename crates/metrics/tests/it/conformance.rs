//! What every index must do on every graph.

use crate::graphs::{awkward, palenque10, scattered};
use crate::panels::run;
use palenque_graph::table::{Alignment, Column, Values};
use palenque_graph::{NoProgress, Progress, SupplyGraph, Table, TableId};
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::{Metric, MetricError, Params, SUMMARY_COLUMNS, Scope, all};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// On a copy of the graph, which begins without what an earlier run derived.
fn compute(metric: &dyn Metric, graph: &SupplyGraph) -> Result<Vec<Table>, MetricError> {
    run(metric, graph, &Params::default(), &NoProgress)
}

#[test]
fn every_table_is_as_the_spec_says() {
    for (name, graph) in awkward() {
        for metric in all() {
            let spec = metric.spec();
            let at = format!("`{}` on {name}", spec.name);
            let tables = match compute(metric, &graph) {
                Ok(tables) => tables,
                Err(error) if refuses_the_input(&error) => continue,
                Err(error) => panic!("{at}: {error}"),
            };
            let filled: Vec<TableId> = tables.iter().map(Table::id).collect();
            let promised: Vec<TableId> = spec.outputs.iter().map(|output| output.table).collect();
            assert_eq!(filled, promised, "{at}");
            for (table, output) in tables.iter().zip(spec.outputs) {
                if output.table == TableId::NetworkSummary {
                    let figures: Vec<_> = output.columns.iter().map(|c| c.name).collect();
                    check_summary(table, &figures, &at);
                } else {
                    let found: Vec<_> = table.columns().iter().map(|column| column.spec).collect();
                    assert_eq!(found, output.columns, "{at}");
                    check_rows(table, &graph, &at);
                }
            }
        }
    }
}

/// Whether the data, not the program, is why there is no result.
fn refuses_the_input(error: &MetricError) -> bool {
    use MetricError::{InputMissing, NoOutput, NotProductive};
    matches!(error, InputMissing { .. } | NoOutput { .. } | NotProductive { .. })
}

fn check_rows(table: &Table, graph: &SupplyGraph, at: &str) {
    let expected = match table.id().alignment() {
        Alignment::Node | Alignment::PairNode => graph.n_nodes(),
        Alignment::Edge => graph.n_edges(),
        Alignment::Pair => 1,
        Alignment::Long => table.n_rows(),
    };
    assert_eq!(table.n_rows(), expected, "{at}: rows of {}", table.id());
    for column in table.columns() {
        let name = column.spec.name;
        assert_eq!(column.values.len(), expected, "{at}: rows of `{name}`");
        assert_eq!(column.values.kind(), column.spec.kind, "{at}: type of `{name}`");
        assert!(column.status.is_sorted_by_key(|&(row, _)| row), "{at}: remarks of `{name}`");
        if table.id().alignment() != Alignment::Long {
            check_gaps(column, at);
        }
    }
}

/// An empty number has its reason.
fn check_gaps(column: &Column, at: &str) {
    let Values::F64(values) = &column.values else { return };
    for (row, value) in values.iter().enumerate() {
        let name = column.spec.name;
        assert!(!value.is_infinite(), "{at}: `{name}` is {value} in row {row}");
        let signed_zero = *value == 0.0 && value.is_sign_negative();
        assert!(!signed_zero, "{at}: `{name}` is -0 in row {row}");
        let explained = column.status.iter().any(|&(r, _)| r as usize == row);
        assert!(!value.is_nan() || explained, "{at}: `{name}` is empty in row {row}, unexplained");
    }
}

fn check_summary(table: &Table, figures: &[&str], at: &str) {
    let found: Vec<_> = table.columns().iter().map(|column| column.spec).collect();
    assert_eq!(found, SUMMARY_COLUMNS, "{at}");
    let names: Vec<_> = (0..table.n_rows()).filter_map(|row| table.text("metric", row)).collect();
    assert_eq!(names, figures, "{at}");
    for (row, name) in names.iter().enumerate() {
        let (value, status) = (table.number("value", row), table.text("status", row));
        assert!(value.is_some() != status.is_some(), "{at}: {name} is {value:?} and {status:?}");
        let signed_zero = value.is_some_and(|x| x == 0.0 && x.is_sign_negative());
        assert!(!signed_zero, "{at}: {name} is -0");
    }
}

#[test]
fn two_runs_agree_to_the_bit_on_one_thread_and_on_eight() {
    let mut graphs = awkward();
    graphs.push(("six hundred nodes", scattered(600, 3000)));
    for (name, graph) in graphs {
        for metric in all() {
            let run = |threads| with_threads(threads, || fingerprint(&compute(metric, &graph)));
            let one = run(1);
            assert_eq!(one, run(8), "`{}` on {name}", metric.spec().name);
        }
    }
}

/// All of a result, numbers by their bits.
fn fingerprint(result: &Result<Vec<Table>, MetricError>) -> String {
    let Ok(tables) = result else { return format!("{result:?}") };
    let mut text = String::new();
    for column in tables.iter().flat_map(Table::columns) {
        let values = match &column.values {
            Values::F64(numbers) => {
                format!("{:?}", numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
            }
            others => format!("{others:?}"),
        };
        writeln!(text, "{} {values} {:?}", column.spec.name, column.status).expect("into memory");
    }
    text
}

#[test]
fn an_unknown_parameter_is_refused_with_a_suggestion() {
    let graph = palenque10();
    for metric in all() {
        let spec = metric.spec();
        let misspelt = spec.params.first().map_or("x".into(), |param| format!("{}x", param.name));
        let params = Params::default().with(misspelt, 1.into());
        let alone = metric.compute(&graph, &params, &NoProgress).expect_err(spec.name);
        let error = run(metric, &graph, &params, &NoProgress).expect_err(spec.name);
        assert_eq!(alone, error, "`{}` of one period and of several", spec.name);
        let MetricError::Parameter(error) = error else { panic!("`{}`: {error}", spec.name) };
        let message = error.to_string();
        let helpful = match spec.params.first() {
            Some(param) => message.contains(&format!("did you mean `{}`?", param.name)),
            None => message.contains("it takes none"),
        };
        assert!(helpful, "`{}`: {message}", spec.name);
    }
}

#[test]
fn what_compares_periods_needs_two() {
    let graph = palenque10();
    for metric in all().filter(|metric| metric.scope() != Scope::Period) {
        let alone = metric.compute(&graph, &Params::default(), &NoProgress);
        let missing = MetricError::InputMissing { what: "two periods".into() };
        assert_eq!(alone.expect_err("one period"), missing, "`{}`", metric.spec().name);
    }
}

/// Cancels itself after some units of work, and counts how many were done.
struct Impatient {
    after: u64,
    done: AtomicU64,
}

impl Progress for Impatient {
    fn advance(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.after
    }
}

#[test]
fn a_cancelled_metric_says_so_or_is_done() {
    let graph = scattered(600, 3000);
    for metric in all() {
        let spec = metric.spec();
        for after in [0, 300] {
            let progress = Impatient { after, done: AtomicU64::new(0) };
            let cancelled = run(metric, &graph, &Params::default(), &progress);
            match cancelled {
                Err(MetricError::Cancelled) => {}
                Err(error) if refuses_the_input(&error) => {}
                other => {
                    let full = compute(metric, &graph);
                    assert_eq!(fingerprint(&other), fingerprint(&full), "`{}`", spec.name);
                    let long = LONG.contains(&spec.name);
                    assert!(!long || after > 0, "`{}` ran on although cancelled", spec.name);
                }
            }
        }
    }
}

/// Indices that take more than a pass or a solve.
const LONG: [&str; 4] = ["betweenness", "closeness", "harmonic", "key_player"];

#[test]
fn a_long_chain_overflows_no_stack() {
    let graph = crate::graphs::path(100_000); // a recursion that deep needs more than the 2 MiB of a test
    for metric in all().filter(|metric| metric.spec().core) {
        let result = compute(metric, &graph);
        let refused = result.as_ref().is_err_and(refuses_the_input);
        assert!(result.is_ok() || refused, "`{}`: {result:?}", metric.spec().name);
    }
}
