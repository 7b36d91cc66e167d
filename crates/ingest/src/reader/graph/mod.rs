//! Formats of whole graphs: nodes and edges in one file. A reader lists them as they stand; what becomes of them is
//! decided where that of all other files is.

mod elements;
mod gexf;
mod graphml;
mod json;
mod lexer;
mod pajek;
mod text;
mod xml;

use super::{Parsed, ReaderSpec};
use crate::layout::graph_edges::GraphEdges;
use crate::layout::node_list::NodeList;
use crate::policy::Policy;
use crate::source::{Refusal, Source};
use crate::text::number::NumberStyle;
use elements::Elements;
use palenque_graph::{Diagnostic, Diagnostics, Location, Progress};
use std::collections::BTreeMap;

/// One format of graphs.
trait GraphReader: Sync {
    /// What it is.
    fn spec(&self) -> &'static ReaderSpec;

    /// Whether a text is of this format, by its beginning.
    fn sniff(&self, text: &str) -> bool;

    /// Lists all nodes and edges.
    ///
    /// # Errors
    /// What keeps the graph from being read whole.
    fn read(&self, text: &str, network: &mut Network) -> Result<(), Refusal>;
}

static READERS: &[&dyn GraphReader] = &[&gexf::Gexf, &graphml::GraphMl, &json::Json, &pajek::Pajek];

/// What `--graph` reads, in alphabetical order.
pub fn specs() -> impl Iterator<Item = &'static ReaderSpec> {
    READERS.iter().map(|reader| reader.spec())
}

/// The nodes and edges of a file as they are found.
struct Network {
    nodes: Elements,
    edges: Elements,
    /// The graph that is asked for, where the file has several.
    wanted: Option<String>,
    /// Whether numbers are always written with a point.
    plain_numbers: bool,
    notes: Vec<Note>,
}

/// Something worth knowing about the file, where it was seen first, and how often.
struct Note {
    id: &'static str,
    what: String,
    help: &'static str,
    line: u64,
    n: u64,
}

impl Network {
    fn new(policy: &Policy) -> Self {
        Self {
            nodes: Elements::new(&["id"], policy),
            edges: Elements::new(&["source", "target"], policy),
            wanted: policy.graph_id.clone(),
            plain_numbers: false,
            notes: Vec::new(),
        }
    }

    /// Takes note of something, once for each text.
    fn note(&mut self, id: &'static str, what: impl Into<String>, help: &'static str, line: u64) {
        let what = what.into();
        let n_notes = self.notes.len();
        match self.notes.iter_mut().find(|note| note.id == id && note.what == what) {
            Some(note) => note.n += 1,
            None if n_notes < 100 => {
                self.notes.push(Note { id, what, help, line, n: 1 });
            }
            None => {}
        }
    }

    /// W0601 for a part of the file that is passed over.
    fn ignore(&mut self, what: impl Into<String>, line: u64) {
        let help = "look whether something is missing, or pass `--allow W0601`";
        self.note("W0601", what, help, line);
    }

    /// W0605 for edges without a direction.
    fn undirected(&mut self, line: u64) {
        let what = "edges are undirected: each was read as source sells to target";
        let help = "save the graph as directed, or pass `--allow W0605` if that is what they mean";
        self.note("W0605", what, help, line);
    }
}

/// A graph that was read: its nodes and its edges as two files of records.
pub(crate) struct Graph {
    pub(crate) nodes: Parsed,
    pub(crate) edges: Parsed,
    pub(crate) format: &'static str,
}

/// Reads the graph of a file.
///
/// # Errors
/// What keeps it from being read whole.
pub(crate) fn read(
    source: &mut Source,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Graph, Box<Diagnostic>> {
    let decoded = text::decoded(source, policy)?;
    let refuse = |refusal: Refusal| Box::new(refusal.at(Location::file(&source.name)));
    let text = decoded.whole.as_str();
    let reader = READERS.iter().find(|reader| reader.sniff(text));
    let reader = reader.ok_or_else(|| refuse(text::unknown(text)))?;
    let mut network = Network::new(policy);
    reader.read(text, &mut network).map_err(refuse)?;
    progress.advance(source.size());

    let mut found = Diagnostics::default();
    if let Some(finding) = decoded.found {
        found.push(finding);
    }
    for Note { id, what, help, line, n } in network.notes {
        let at = Location::file(&source.name).line(line);
        found.push_counted(Diagnostic::new(id, what).at(at).help(help), n);
    }
    let style =
        if network.plain_numbers { NumberStyle::default() } else { NumberStyle::of(policy) };
    let (nodes, mut edges) = (network.nodes.finished(), network.edges.finished());
    let plan = nodes.plan(&NodeList, policy).map_err(refuse)?;
    if let Some(id) = plan.first().filter(|planned| planned.at != 0) {
        edges.rename_ends(&nodes, id.at);
    }
    let edge_plan = edges.plan(&GraphEdges, policy).map_err(refuse)?;
    let mut dialect = BTreeMap::from([("encoding".to_owned(), decoded.encoding.to_owned())]);
    let nodes = nodes.parsed(plan, policy, style, dialect.clone(), progress);
    let used = edge_plan.iter().filter(|planned| planned.name == "weight");
    dialect.extend(used.map(|p| (format!("column {}", p.name), p.title.clone())));
    let mut edges = edges.parsed(edge_plan, policy, style, dialect, progress);
    edges.records.found = found;
    Ok(Graph { nodes, edges, format: reader.spec().name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_listed_in_order_and_say_what_they_read() {
        assert!(READERS.is_sorted_by_key(|reader| reader.spec().name));
        assert!(specs().all(|spec| !spec.extensions.is_empty() && !spec.doc.is_empty()));
    }
}
