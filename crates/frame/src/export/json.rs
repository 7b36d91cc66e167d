//! Node-link JSON, as networkx 3.4 and d3 read it.

use super::cells::{Attribute, Cell, ends, number, of_edges, of_nodes};
use super::{Export, Exporter, ExporterSpec, pass_on};
use palenque_graph::NodeIndex;
use std::io::{self, Write};

/// Writes node-link JSON.
pub(super) struct Json;

impl Exporter for Json {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "json",
            parts: &[("", "json")],
            doc: "node-link JSON with nodes and edges: networkx 3.4, d3",
        }
    }

    fn write(&self, network: &Export<'_>, _part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        let nodes = of_nodes(graph, &["id", "attributes"]);
        let edges = of_edges(graph, "weight", &["source", "target", "weight", "attributes"]);
        let mut text =
            String::from("{\"directed\":true,\"multigraph\":false,\"graph\":{},\"nodes\":[");
        for (node, id) in graph.ids().iter().enumerate() {
            text.push_str(if node == 0 { "\n{\"id\":" } else { ",\n{\"id\":" });
            quote(id, &mut text);
            members(&nodes, node, &mut text);
            text.push('}');
            pass_on(&mut text, out)?;
        }
        text.push_str("\n],\"edges\":[");
        for (edge, (seller, buyer)) in ends(graph).enumerate() {
            text.push_str(if edge == 0 { "\n{\"source\":" } else { ",\n{\"source\":" });
            quote(graph.node_id(NodeIndex::new(seller)), &mut text);
            text.push_str(",\"target\":");
            quote(graph.node_id(NodeIndex::new(buyer)), &mut text);
            members(&edges, edge, &mut text);
            text.push('}');
            pass_on(&mut text, out)?;
        }
        text.push_str("\n]}\n");
        out.write_all(text.as_bytes())
    }
}

/// A text in quotes.
pub(super) fn quote(value: &str, text: &mut String) {
    text.push_str(&serde_json::Value::from(value).to_string());
}

/// The attributes that an element has, each after a comma.
pub(super) fn members(attributes: &[Attribute<'_>], row: usize, text: &mut String) {
    for attribute in attributes {
        let Some(cell) = attribute.get(row) else { continue };
        text.push(',');
        quote(&attribute.name, text);
        text.push(':');
        match cell {
            Cell::Text(value) => quote(value, text),
            Cell::Number(x) => text.push_str(&number(x)),
        }
    }
}
