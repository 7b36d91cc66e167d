//! The JSON that Kumu imports: elements and connections.

use super::cells::{ends, of_edges, of_nodes};
use super::json::{members, quote};
use super::{Export, Exporter, ExporterSpec, pass_on};
use palenque_graph::NodeIndex;
use std::io::{self, Write};

/// Writes JSON for Kumu.
pub(super) struct Kumu;

impl Exporter for Kumu {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "kumu",
            parts: &[("", "json")],
            doc: "JSON for Kumu: elements with labels, directed connections",
        }
    }

    fn write(&self, network: &Export<'_>, _part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        let mut nodes = of_nodes(graph, &["id", "label"]);
        nodes.retain(|attribute| attribute.name != "name");
        let taken = ["id", "from", "to", "direction", "weight"];
        let edges = of_edges(graph, "weight", &taken);
        let mut text = String::from("{\"elements\":[");
        for (node, id) in graph.ids().iter().enumerate() {
            text.push_str(if node == 0 { "\n{\"id\":" } else { ",\n{\"id\":" });
            quote(id, &mut text);
            text.push_str(",\"label\":");
            quote(graph.node_label(NodeIndex::new(node)), &mut text);
            members(&nodes, node, &mut text);
            text.push('}');
            pass_on(&mut text, out)?;
        }
        text.push_str("\n],\"connections\":[");
        for (edge, (seller, buyer)) in ends(graph).enumerate() {
            text.push_str(if edge == 0 { "\n{\"from\":" } else { ",\n{\"from\":" });
            quote(graph.node_id(NodeIndex::new(seller)), &mut text);
            text.push_str(",\"to\":");
            quote(graph.node_id(NodeIndex::new(buyer)), &mut text);
            text.push_str(",\"direction\":\"directed\"");
            members(&edges, edge, &mut text);
            text.push('}');
            pass_on(&mut text, out)?;
        }
        text.push_str("\n]}\n");
        out.write_all(text.as_bytes())
    }
}
