//! The table of what limits how far output can rise.

use crate::kernel::adjacency::edges;
use crate::long::{Cell, Rows};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{NodeIndex, SupplyGraph};

/// The columns of `surge_bottlenecks`.
pub(super) static BOTTLENECKS: [ColumnSpec; 7] = [
    ColumnSpec::text("model", "The model: `maxflow`, `lp_total` or `lp_proportional`."),
    ColumnSpec::text("kind", "`node` or `edge`."),
    ColumnSpec::text("source", "The seller's id; of a node, its own."),
    ColumnSpec::text("target", "The buyer's id; empty for a node."),
    ColumnSpec::number("baseline", Unit::Currency, "What it makes or delivers now."),
    ColumnSpec::number("capacity", Unit::Currency, "What it can make or deliver at most."),
    ColumnSpec::number(
        "price",
        Unit::None,
        "What one unit more of its capacity would add to what is maximised: to the volume or final sales, or to the factor.",
    ),
];

/// What a node or a tie that is at its limit adds to the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// What it makes or delivers now.
    pub baseline: f64,
    /// What it can make or deliver.
    pub capacity: f64,
    /// What one unit more would be worth.
    pub price: f64,
}

/// What is at its limit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bottlenecks {
    /// Nodes, in node order.
    pub nodes: Vec<(usize, Limit)>,
    /// Edges, in edge order.
    pub edges: Vec<(usize, Limit)>,
}

impl Bottlenecks {
    /// Adds them to the table.
    pub(super) fn write(&self, graph: &SupplyGraph, model: &str, rows: &mut Rows) {
        let id = |v: usize| graph.node_id(NodeIndex::new(v));
        let mut push = |kind: &str, source: usize, target: Option<usize>, limit: &Limit| {
            rows.push([
                model.into(),
                kind.into(),
                id(source).into(),
                Cell::from(target.map(id)),
                limit.baseline.into(),
                limit.capacity.into(),
                limit.price.into(),
            ]);
        };
        for (v, limit) in &self.nodes {
            push("node", *v, None, limit);
        }
        let mut left = self.edges.iter().peekable();
        for (e, (u, v)) in edges(graph).enumerate() {
            if let Some((_, limit)) = left.next_if(|(edge, _)| *edge == e) {
                push("edge", u, Some(v), limit);
            }
        }
    }
}
