//! Networks to the files of other programs. Same network, same bytes: nodes in their order, edges in theirs.

mod cells;
mod comma;
mod dot;
mod geojson;
mod gephi;
mod gexf;
mod graphml;
mod json;
mod kumu;
mod neo4j;
mod own;
mod pajek;
mod pymrio;
mod tidygraph;
mod xml;

use crate::CsvStyle;
use palenque_graph::{Diagnostic, SupplyGraph};
use std::io::{self, Write};

/// One format for networks.
pub trait Exporter: Sync {
    /// What it is.
    fn spec(&self) -> &'static ExporterSpec;

    /// Whether its files go into a folder of their own, named as [`ExporterSpec::parts`] has them.
    fn is_folder(&self) -> bool {
        false
    }

    /// Whether a network has something for one of the files.
    fn has_part(&self, network: &Export<'_>, part: usize) -> bool {
        let _ = (network, part);
        true
    }

    /// What is worth knowing about a network in this format before it is written.
    ///
    /// # Errors
    /// What keeps it from being written.
    fn check(&self, network: &Export<'_>) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        let _ = network;
        Ok(Vec::new())
    }

    /// Writes one of the files, by position among [`ExporterSpec::parts`].
    ///
    /// # Errors
    /// When `out` refuses.
    fn write(&self, network: &Export<'_>, part: usize, out: &mut dyn Write) -> io::Result<()>;
}

/// What an exporter says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExporterSpec {
    /// Its name, as `--to` takes it.
    pub name: &'static str,
    /// What its files are called and how they end: `("", "graphml")` for one file, `("edges", "csv")` and
    /// `("nodes", "csv")` for two, `("factor_inputs/F", "txt")` for one in a folder inside.
    pub parts: &'static [(&'static str, &'static str)],
    /// How it is written, in one line.
    pub doc: &'static str,
}

/// The files of formats that are two tables.
const PAIR: &[(&str, &str)] = &[("edges", "csv"), ("nodes", "csv")];

/// A network to be written.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The network.
    pub graph: &'a SupplyGraph,
    /// Concessions of CSV files to spreadsheets.
    pub csv: CsvStyle,
}

static EXPORTERS: &[&dyn Exporter] = &[
    &own::Csv,
    &dot::Dot,
    &geojson::GeoJson,
    &gephi::Gephi,
    &gexf::Gexf,
    &graphml::GraphMl,
    &json::Json,
    &kumu::Kumu,
    &neo4j::Neo4j,
    &pajek::Pajek,
    &pymrio::Pymrio,
    &tidygraph::Tidygraph,
];

/// All exporters, in alphabetical order.
pub fn exporters() -> impl ExactSizeIterator<Item = &'static dyn Exporter> {
    EXPORTERS.iter().copied()
}

/// The exporter of this name.
///
/// # Example
/// ```
/// use palenque_frame::{CsvStyle, Export, exporter};
/// use palenque_graph::SupplyGraph;
///
/// let graph = SupplyGraph::from_flows(["grower", "bottler"], [(0, 1, 60.0)])?;
/// let pajek = exporter("pajek").expect("a known format");
/// let mut text = Vec::new();
/// let export = Export { graph: &graph, csv: CsvStyle::default() };
/// pajek.write(&export, 0, &mut text).expect("memory does not refuse");
/// assert_eq!(text, b"*Vertices 2\n1 \"grower\"\n2 \"bottler\"\n*Arcs\n1 2 60.0\n");
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn exporter(name: &str) -> Option<&'static dyn Exporter> {
    exporters().find(|exporter| exporter.spec().name == name)
}

/// Text is gathered up to this many bytes before it is handed on.
const BUFFER: usize = 1 << 16;

/// Hands on what was gathered, where it is enough.
fn pass_on(text: &mut String, out: &mut dyn Write) -> io::Result<()> {
    if text.len() >= BUFFER {
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exporters_are_listed_in_order_and_say_what_they_write() {
        let names: Vec<&str> = exporters().map(|exporter| exporter.spec().name).collect();
        assert!(names.is_sorted());
        for spec in exporters().map(Exporter::spec) {
            assert!(!spec.parts.is_empty() && !spec.doc.is_empty());
            assert_eq!(exporter(spec.name).map(|e| e.spec().name), Some(spec.name));
        }
    }
}
