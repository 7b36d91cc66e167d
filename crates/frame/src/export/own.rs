//! The two files that palenque itself reads: edges and nodes.

use super::cells::{of_edges, of_nodes};
use super::comma::{edges, named, nodes};
use super::{Export, Exporter, ExporterSpec, PAIR};
use std::io::{self, Write};

/// Writes edges and nodes as palenque reads them.
pub(super) struct Csv;

impl Exporter for Csv {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "csv",
            parts: PAIR,
            doc: "two CSV files, as `--edges` and `--nodes` read them",
        }
    }

    fn write(&self, network: &Export<'_>, part: usize, out: &mut dyn Write) -> io::Result<()> {
        if part == 0 {
            let all = of_edges(network.graph, "weight", &["source", "target", "weight"]);
            return edges(network, ["source", "target"], &named(&all), &[], out);
        }
        nodes(network, "id", &named(&of_nodes(network.graph, &["id"])), &[], out)
    }
}
