//! The two tables of Gephi's import: edges and nodes.

use super::cells::{of_edges, of_nodes};
use super::comma::{edges, named, nodes};
use super::{Export, Exporter, ExporterSpec, PAIR};
use std::io::{self, Write};

/// Writes tables as Gephi imports them.
pub(super) struct Gephi;

impl Exporter for Gephi {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "gephi",
            parts: PAIR,
            doc: "two CSV files for Gephi: Source, Target, Weight, Type; Id, Label",
        }
    }

    fn write(&self, network: &Export<'_>, part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        if part == 0 {
            let taken = ["source", "target", "weight", "type", "id", "label"];
            let all = of_edges(graph, "Weight", &taken);
            return edges(
                network,
                ["Source", "Target"],
                &named(&all),
                &[("Type", "Directed")],
                out,
            );
        }
        let all = of_nodes(graph, &["id", "label"]);
        let title = |name: String| if name == "name" { "Label".into() } else { name };
        let all: Vec<_> = named(&all).into_iter().map(|(name, a)| (title(name), a)).collect();
        nodes(network, "Id", &all, &[], out)
    }
}
