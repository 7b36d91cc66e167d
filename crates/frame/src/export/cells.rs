//! The attributes of nodes and edges, cell by cell.

use palenque_graph::{Columns, NumberColumn, SupplyGraph, TextColumn};
use std::borrow::Cow;

/// What an attribute says about one element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Text(&'a str),
    Number(f64),
}

/// A column of attributes.
pub(super) struct Attribute<'a> {
    pub(super) name: Cow<'a, str>,
    column: Column<'a>,
}

enum Column<'a> {
    Texts(&'a TextColumn),
    Numbers(&'a NumberColumn),
    Flows(&'a [f64]),
}

impl<'a> Attribute<'a> {
    pub(super) fn is_number(&self) -> bool {
        !matches!(self.column, Column::Texts(_))
    }

    /// What it says about an element, if anything.
    pub(super) fn get(&self, row: usize) -> Option<Cell<'a>> {
        match self.column {
            Column::Texts(column) => column.get(row).map(Cell::Text),
            Column::Numbers(column) => column.get(row).map(Cell::Number),
            Column::Flows(flows) => Some(Cell::Number(flows[row])),
        }
    }
}

/// All columns, texts first. One that has a name which the format needs for itself gets another.
fn attributes<'a>(columns: &'a Columns, taken: &[&str]) -> Vec<Attribute<'a>> {
    let texts = columns.texts().map(|(name, column)| (name, Column::Texts(column)));
    let numbers = columns.numbers().map(|(name, column)| (name, Column::Numbers(column)));
    let named = |(name, column): (&'a str, Column<'a>)| {
        let is_taken = taken.contains(&name.trim().to_lowercase().as_str());
        Attribute {
            name: if is_taken { format!("attr_{name}").into() } else { name.into() },
            column,
        }
    };
    texts.chain(numbers).map(named).collect()
}

/// The attributes of nodes.
pub(super) fn of_nodes<'a>(graph: &'a SupplyGraph, taken: &[&str]) -> Vec<Attribute<'a>> {
    attributes(graph.nodes(), taken)
}

/// The attributes of edges, their flows first.
pub(super) fn of_edges<'a>(
    graph: &'a SupplyGraph,
    flow: &'a str,
    taken: &[&str],
) -> Vec<Attribute<'a>> {
    let flows = Attribute { name: flow.into(), column: Column::Flows(graph.flows()) };
    let mut all = vec![flows];
    all.extend(attributes(graph.edges(), taken));
    all
}

/// Seller and buyer of every edge, in order.
pub(super) fn ends(graph: &SupplyGraph) -> impl Iterator<Item = (usize, usize)> + '_ {
    (0..graph.n_nodes()).flat_map(|seller| {
        graph.targets()[graph.out_range(seller)].iter().map(move |&buyer| (seller, buyer as usize))
    })
}

/// A number so that it reads back exactly, and looks like one that may have places.
pub(super) fn number(x: f64) -> String {
    format!("{x:?}")
}
