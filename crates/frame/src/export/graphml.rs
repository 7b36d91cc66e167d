//! GraphML: one key for each attribute, with its name and its type.

use super::cells::{Attribute, Cell, ends, number, of_edges, of_nodes};
use super::{Export, Exporter, ExporterSpec, pass_on, xml};
use palenque_graph::Diagnostic;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes GraphML.
pub(super) struct GraphMl;

impl Exporter for GraphMl {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "graphml",
            parts: &[("", "graphml")],
            doc: "GraphML with typed keys: networkx, igraph, yEd, Cytoscape, Gephi",
        }
    }

    fn check(&self, network: &Export<'_>) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        Ok(xml::check(network.graph))
    }

    fn write(&self, network: &Export<'_>, _part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        let nodes = of_nodes(graph, &["id"]);
        let edges = of_edges(graph, "weight", &["source", "target", "weight"]);
        let mut text = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
        );
        keys(&nodes, "node", &mut text);
        keys(&edges, "edge", &mut text);
        text.push_str("<graph edgedefault=\"directed\">\n");
        let ids = xml::ids(graph);
        for (node, id) in ids.iter().enumerate() {
            text.push_str("<node id=\"");
            xml::escape(id, &mut text);
            element(&nodes, node, "node", &mut text);
            pass_on(&mut text, out)?;
        }
        for (edge, (seller, buyer)) in ends(graph).enumerate() {
            text.push_str("<edge source=\"");
            xml::escape(&ids[seller], &mut text);
            text.push_str("\" target=\"");
            xml::escape(&ids[buyer], &mut text);
            element(&edges, edge, "edge", &mut text);
            pass_on(&mut text, out)?;
        }
        text.push_str("</graph>\n</graphml>\n");
        out.write_all(text.as_bytes())
    }
}

fn keys(attributes: &[Attribute<'_>], owner: &str, text: &mut String) {
    for (i, attribute) in attributes.iter().enumerate() {
        let kind = if attribute.is_number() { "double" } else { "string" };
        let letter = &owner[..1];
        let _ = write!(text, "<key id=\"{letter}{i}\" for=\"{owner}\" attr.name=\"");
        xml::escape(&attribute.name, text);
        let _ = writeln!(text, "\" attr.type=\"{kind}\"/>");
    }
}

/// The rest of an element whose tag is open, with its attributes.
fn element(attributes: &[Attribute<'_>], row: usize, owner: &str, text: &mut String) {
    let mut is_empty = true;
    for (i, attribute) in attributes.iter().enumerate() {
        let Some(cell) = attribute.get(row) else { continue };
        text.push_str(if std::mem::take(&mut is_empty) { "\">" } else { "" });
        let _ = write!(text, "<data key=\"{}{i}\">", &owner[..1]);
        match cell {
            Cell::Text(value) => xml::escape(value, text),
            Cell::Number(x) => text.push_str(&number(x)),
        }
        text.push_str("</data>");
    }
    if is_empty {
        text.push_str("\"/>\n");
    } else {
        let _ = writeln!(text, "</{owner}>");
    }
}
