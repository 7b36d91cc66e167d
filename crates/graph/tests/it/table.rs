//! What tables and the joiner promise.

use crate::random::graph;
use palenque_graph::table::{Column, ColumnSpec, JoinError, Joiner, Status, Unit, Values};
use palenque_graph::{SupplyGraph, Table, TableId};
use proptest::prelude::*;

static PAGERANK: ColumnSpec = ColumnSpec::number("pagerank", Unit::One, "A test.");
static CLOSENESS: ColumnSpec = ColumnSpec::number("closeness_in", Unit::One, "A test.");
static OWN: ColumnSpec = ColumnSpec::number("an_index_of_ones_own", Unit::One, "A test.");
static WEIGHT: ColumnSpec = ColumnSpec::number("weight", Unit::One, "A test.");

/// Out-strengths, empty for those who sell nothing.
fn strengths(spec: &ColumnSpec, graph: &SupplyGraph) -> Column {
    let value = |x: f64| if x > 0.0 { Ok(x) } else { Err(Status::NoOut) };
    Column::from_results(spec, graph.out_strengths().into_iter().map(value))
}

fn node_table(spec: &ColumnSpec, graph: &SupplyGraph) -> Table {
    Table::new(TableId::NodeMetrics, vec![strengths(spec, graph)])
}

fn joined(periods: &[(&str, &SupplyGraph)], specs: &[&ColumnSpec]) -> Table {
    let mut joiner = Joiner::with_attributes();
    for (period, graph) in periods {
        let results = specs.iter().map(|spec| node_table(spec, graph)).collect();
        joiner.add_period(period, graph, results).expect("they fit");
    }
    joiner.finish().remove(0)
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|column| column.spec.name).collect()
}

proptest! {
    #[test]
    fn joining_keeps_every_value_and_says_why_others_are_gone(graph in graph()) {
        let n = graph.n_nodes();
        let table = joined(&[("1", &graph), ("2", &graph)], &[&PAGERANK, &CLOSENESS]);
        prop_assert_eq!(table.n_rows(), 2 * n);
        for (node, strength) in graph.out_strengths().into_iter().enumerate() {
            for row in [node, n + node] {
                prop_assert_eq!(table.text("node_id", row), Some(graph.node_id((node as u32).into())));
                prop_assert_eq!(table.number("pagerank", row), (strength > 0.0).then_some(strength));
                let status = table.text("status", row);
                let expected = "closeness_in=no_out;pagerank=no_out";
                prop_assert_eq!(status, (strength == 0.0).then_some(expected));
            }
        }
    }

    #[test]
    fn the_order_of_results_does_not_matter(graph in graph()) {
        let one = joined(&[("", &graph)], &[&PAGERANK, &CLOSENESS, &OWN]);
        let other = joined(&[("", &graph)], &[&OWN, &CLOSENESS, &PAGERANK]);
        let expected = ["period", "node_id", "closeness_in", "pagerank", "an_index_of_ones_own", "status"];
        prop_assert_eq!(names(&one), expected.to_vec());
        prop_assert_eq!(names(&other), expected.to_vec());
        for row in 0..one.n_rows() {
            prop_assert_eq!(one.text("period", row), None);
            prop_assert_eq!(one.number("pagerank", row), other.number("pagerank", row));
        }
    }

    #[test]
    fn edge_rows_are_keyed_by_seller_and_buyer(graph in graph()) {
        let weights = Column::new(&WEIGHT, Values::F64(graph.flows().to_vec()));
        let mut joiner = Joiner::keys_only();
        joiner.add_period("", &graph, vec![Table::new(TableId::EdgeMetrics, vec![weights])]).expect("they fit");
        let table = joiner.finish().remove(0);
        prop_assert_eq!(names(&table), vec!["period", "source", "target", "weight", "status"]);
        for (row, (seller, buyer, flow)) in crate::random::edge_list(&graph).into_iter().enumerate() {
            prop_assert_eq!(table.text("source", row), Some(graph.node_id(seller.into())));
            prop_assert_eq!(table.text("target", row), Some(graph.node_id(buyer.into())));
            prop_assert_eq!(table.number("weight", row), Some(flow));
        }
    }

    #[test]
    fn filtered_rows_take_their_remarks_along(graph in graph(), keep in any::<u64>()) {
        let table = node_table(&PAGERANK, &graph);
        let stays = |row: usize| keep >> (row % 64) & 1 == 1;
        let filtered = table.filter_rows(stays);
        let rows: Vec<usize> = (0..table.n_rows()).filter(|&row| stays(row)).collect();
        prop_assert_eq!(filtered.n_rows(), rows.len());
        for (new, &old) in rows.iter().enumerate() {
            prop_assert_eq!(filtered.number("pagerank", new), table.number("pagerank", old));
        }
        let column = filtered.column("pagerank").expect("kept");
        let empty: Vec<u32> = (0..rows.len() as u32).filter(|&row| column.values.is_null(row as usize)).collect();
        prop_assert_eq!(column.status.iter().map(|&(row, _)| row).collect::<Vec<_>>(), empty);
    }
}

#[test]
fn results_that_do_not_fit_are_refused() {
    let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]).expect("a good graph");
    let other = SupplyGraph::from_flows(["a", "b", "c"], []).expect("a good graph");
    let mut joiner = Joiner::keys_only();
    let table = TableId::NodeMetrics;
    let error = joiner.add_period("", &graph, vec![node_table(&PAGERANK, &other)]);
    assert_eq!(error, Err(JoinError::RowCount { table, found: 3, expected: 2 }));
    joiner.add_period("1", &graph, vec![node_table(&PAGERANK, &graph)]).expect("it fits");
    let error = joiner.add_period("2", &graph, vec![node_table(&CLOSENESS, &graph)]);
    assert_eq!(error, Err(JoinError::OtherColumns { table, period: "2".into() }));
}

#[test]
#[should_panic(expected = "is infinite somewhere")]
fn an_infinite_value_never_enters_a_table() {
    let _ = Column::new(&PAGERANK, Values::F64(vec![f64::INFINITY]));
}

#[test]
fn every_table_has_a_name_a_meaning_and_its_keys_in_front() {
    for &id in TableId::ALL {
        assert_eq!(TableId::named(id.name()), Some(id));
        assert!(id.meaning().ends_with('.'));
        let order = id.column_order();
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), order.len(), "a column of {id} stands twice");
    }
    assert_eq!(TableId::named("no_such_table"), None);
}
