//! Pairs of CSV files: a table of edges and a table of nodes.

use super::cells::{Attribute, Cell, ends, number};
use super::{Export, pass_on};
use crate::csv::{field, looks_like_formula};
use palenque_graph::NodeIndex;
use std::io::{self, Write};

/// A table of edges: the two ends, attributes, and cells that are the same in all rows.
pub(super) fn edges(
    network: &Export<'_>,
    titles: [&str; 2],
    attributes: &[(String, &Attribute<'_>)],
    constant: &[(&str, &str)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let graph = network.graph;
    let mut rows = Rows::new(network);
    rows.header(&titles, attributes, constant);
    for (edge, (seller, buyer)) in ends(graph).enumerate() {
        rows.text(graph.node_id(NodeIndex::new(seller)));
        rows.text(graph.node_id(NodeIndex::new(buyer)));
        rows.end(edge, attributes, constant);
        pass_on(&mut rows.text, out)?;
    }
    out.write_all(rows.text.as_bytes())
}

/// A table of nodes: the id, attributes, and cells that are the same in all rows.
pub(super) fn nodes(
    network: &Export<'_>,
    title: &str,
    attributes: &[(String, &Attribute<'_>)],
    constant: &[(&str, &str)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = Rows::new(network);
    rows.header(&[title], attributes, constant);
    for (node, id) in network.graph.ids().iter().enumerate() {
        rows.text(id);
        rows.end(node, attributes, constant);
        pass_on(&mut rows.text, out)?;
    }
    out.write_all(rows.text.as_bytes())
}

/// Attributes under their own names.
pub(super) fn named<'a>(attributes: &'a [Attribute<'a>]) -> Vec<(String, &'a Attribute<'a>)> {
    attributes.iter().map(|attribute| (attribute.name.to_string(), attribute)).collect()
}

struct Rows {
    text: String,
    is_safe: bool,
    is_first: bool,
}

impl Rows {
    fn new(network: &Export<'_>) -> Self {
        let text = if network.csv.byte_order_mark { "\u{feff}".into() } else { String::new() };
        Self { text, is_safe: network.csv.spreadsheet_safe, is_first: true }
    }

    fn header(
        &mut self,
        titles: &[&str],
        attributes: &[(String, &Attribute<'_>)],
        constant: &[(&str, &str)],
    ) {
        let names = attributes.iter().map(|(name, _)| name.as_str());
        let names =
            titles.iter().copied().chain(names).chain(constant.iter().map(|(name, _)| *name));
        for name in names {
            self.separate();
            self.field(name);
        }
        self.line();
    }

    fn end(
        &mut self,
        row: usize,
        attributes: &[(String, &Attribute<'_>)],
        constant: &[(&str, &str)],
    ) {
        for (_, attribute) in attributes {
            match attribute.get(row) {
                None => self.separate(),
                Some(Cell::Text(value)) => self.text(value),
                Some(Cell::Number(x)) => {
                    self.separate();
                    self.text.push_str(&number(x));
                }
            }
        }
        for (_, value) in constant {
            self.text(value);
        }
        self.line();
    }

    fn text(&mut self, value: &str) {
        self.separate();
        if value.is_empty() {
            self.text.push_str("\"\"");
        } else if self.is_safe && looks_like_formula(value) {
            self.field(&format!("'{value}"));
        } else {
            self.field(value);
        }
    }

    fn field(&mut self, value: &str) {
        let mut cell = Vec::new();
        field(value, &mut cell);
        self.text.push_str(&String::from_utf8_lossy(&cell));
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(',');
        }
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.is_first = true;
    }
}
