//! The two files of Neo4j's bulk import, with typed headers.

use super::cells::{Attribute, of_edges, of_nodes};
use super::comma::{edges, nodes};
use super::{Export, Exporter, ExporterSpec, PAIR};
use std::io::{self, Write};

/// Writes files for Neo4j.
pub(super) struct Neo4j;

impl Exporter for Neo4j {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "neo4j",
            parts: PAIR,
            doc: "two CSV files for Neo4j's import: (:Firm)-[:SUPPLIES]->(:Firm)",
        }
    }

    fn write(&self, network: &Export<'_>, part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        if part == 0 {
            let all = of_edges(graph, "weight", &["weight"]);
            let ends = [":START_ID", ":END_ID"];
            return edges(network, ends, &typed(&all), &[(":TYPE", "SUPPLIES")], out);
        }
        let all = of_nodes(graph, &["id"]);
        nodes(network, "id:ID", &typed(&all), &[(":LABEL", "Firm")], out)
    }
}

/// Attributes with their types, which a colon parts from the name.
fn typed<'a>(attributes: &'a [Attribute<'a>]) -> Vec<(String, &'a Attribute<'a>)> {
    let title = |attribute: &Attribute<'_>| {
        let kind = if attribute.is_number() { ":double" } else { "" };
        format!("{}{kind}", attribute.name.replace(':', "_"))
    };
    attributes.iter().map(|attribute| (title(attribute), attribute)).collect()
}
