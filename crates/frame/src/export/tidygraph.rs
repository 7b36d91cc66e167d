//! The two tables of which tidygraph and igraph for R make a graph.

use super::cells::{of_edges, of_nodes};
use super::comma::{edges, named, nodes};
use super::{Export, Exporter, ExporterSpec, PAIR};
use std::io::{self, Write};

/// Writes tables as tidygraph takes them.
pub(super) struct Tidygraph;

impl Exporter for Tidygraph {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "tidygraph",
            parts: PAIR,
            doc: "two CSV files for R: from, to, weight; nodes whose `name` is the id",
        }
    }

    fn write(&self, network: &Export<'_>, part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        if part == 0 {
            let all = of_edges(graph, "weight", &["from", "to", "weight"]);
            return edges(network, ["from", "to"], &named(&all), &[], out);
        }
        // `name` is the key of the nodes there, so that names are labels.
        let all = of_nodes(graph, &["label"]);
        let title = |name: String| if name == "name" { "label".into() } else { name };
        let all: Vec<_> = named(&all).into_iter().map(|(name, a)| (title(name), a)).collect();
        nodes(network, "name", &all, &[], out)
    }
}
