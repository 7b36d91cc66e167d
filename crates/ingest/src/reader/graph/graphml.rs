//! GraphML: typed attributes that are declared at the top, then one graph of nodes and edges.

use super::elements::{Elements, Typed};
use super::xml::{Element, Item, Xml, root};
use super::{GraphReader, Network};
use crate::reader::ReaderSpec;
use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use std::collections::BTreeMap;

/// Reads GraphML.
pub(super) struct GraphMl;

impl GraphReader for GraphMl {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec {
            name: "graphml",
            extensions: &["graphml"],
            doc: "GraphML: one graph, with the types that its keys declare",
        }
    }

    fn sniff(&self, text: &str) -> bool {
        root(text) == Some("graphml")
    }

    fn read(&self, text: &str, network: &mut Network) -> Result<(), Refusal> {
        let mut document = Document {
            xml: Xml::new(text)?,
            network,
            keys: BTreeMap::new(),
            graphs: Graphs::default(),
        };
        while let Item::Open(element) = document.xml.next()? {
            if !element.has_namespace() {
                let what = "the root element has no `xmlns`; it was read as GraphML all the same";
                document.network.ignore(what, element.line);
            }
            document.root()?;
        }
        document.graphs.one(document.network.wanted.as_deref())
    }
}

/// What a key declares.
#[derive(Clone)]
struct Key {
    /// Whose attribute it is: `node`, `edge`, `graph`, `all` …
    owner: String,
    /// What it holds.
    typed: Typed,
    /// Its column among nodes and among edges; none where the key is about something else, such as graphics.
    columns: [Option<usize>; 2],
}

const NODES: usize = 0;
const EDGES: usize = 1;

/// The graphs of a file.
#[derive(Default)]
pub(super) struct Graphs {
    ids: Vec<String>,
    is_read: bool,
    second: u64,
}

impl Graphs {
    /// Whether a graph is to be read: the one that is asked for, else the first.
    pub(super) fn takes(&mut self, id: Option<String>, line: u64, wanted: Option<&str>) -> bool {
        if self.ids.len() == 1 {
            self.second = line;
        }
        let id = id.unwrap_or_else(|| format!("#{}", self.ids.len() + 1));
        let takes = !self.is_read && wanted.is_none_or(|wanted| wanted == id);
        self.is_read |= takes;
        self.ids.push(id);
        takes
    }

    /// E0606 unless one graph was read and no other could have been meant.
    pub(super) fn one(&self, wanted: Option<&str>) -> Result<(), Refusal> {
        let ids: Vec<String> = self.ids.iter().take(20).map(|id| shown(id)).collect();
        let n = self.ids.len();
        match wanted {
            None if n == 1 => Ok(()),
            Some(_) if self.is_read => Ok(()),
            _ if n == 0 => {
                let what = "the file holds no graph";
                Err(Refusal::new("E0602", what, "check that the export finished").on_line(1))
            }
            None => {
                let what = format!("the file holds {n} graphs, and nothing says which is meant");
                let help = format!("pass `--graph-id {}`", ids.join("|"));
                Err(Refusal::new("E0606", what, help).on_line(self.second))
            }
            Some(wanted) => {
                let what = format!("the file has no graph with the id `{}`", shown(wanted));
                let help = format!("pass `--graph-id {}`", ids.join("|"));
                Err(Refusal::new("E0606", what, help).on_line(1))
            }
        }
    }
}

/// E0605 for what is no graph of nodes and pairs of them.
pub(super) fn nested(what: &str, line: u64) -> Refusal {
    let help = "flatten it in the program that made it: an edge joins one seller and one buyer";
    Refusal::new("E0605", what, help).on_line(line)
}

/// The element that must have an attribute.
pub(super) fn needed(element: &Element<'_>, name: &str) -> Result<String, Refusal> {
    element.get(name)?.ok_or_else(|| {
        let what = format!("`<{}>` has no attribute `{name}`", shown(element.name()));
        Refusal::new("E0602", what, "write the file again with the program that made it")
            .on_line(element.line)
    })
}

struct Document<'a, 'n> {
    xml: Xml<'a>,
    network: &'n mut Network,
    keys: BTreeMap<String, Key>,
    graphs: Graphs,
}

impl Document<'_, '_> {
    fn elements(&mut self, side: usize) -> &mut Elements {
        if side == NODES { &mut self.network.nodes } else { &mut self.network.edges }
    }

    fn root(&mut self) -> Result<(), Refusal> {
        loop {
            match self.xml.next()? {
                Item::Open(element) => match element.name() {
                    "key" => self.key(&element)?,
                    "graph" => {
                        let id = element.get("id")?;
                        let wanted = self.network.wanted.as_deref();
                        if self.graphs.takes(id, element.line, wanted) {
                            self.graph(&element)?;
                        } else {
                            self.xml.skip()?;
                        }
                    }
                    _ => self.other(&element)?,
                },
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    /// Passes over an element that says nothing about the network.
    fn other(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        if !matches!(element.name(), "desc" | "data") {
            let what = format!("elements `<{}>` were passed over", shown(element.name()));
            self.network.ignore(what, element.line);
        }
        self.xml.skip()
    }

    fn key(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let id = needed(element, "id")?;
        let owner = element.get("for")?.unwrap_or_else(|| "all".into());
        let is_graphics = element.get("yfiles.type")?.is_some();
        let title = element.get("attr.name")?.unwrap_or_else(|| id.clone());
        let kind = element.get("attr.type")?.unwrap_or_else(|| "string".into());
        let typed = match kind.as_str() {
            "double" | "float" | "int" | "long" | "integer" => Typed::Number,
            _ => Typed::Text,
        };
        let mut default = None;
        loop {
            match self.xml.next()? {
                Item::Open(inner) if inner.name() == "default" => {
                    default = Some(self.xml.text()?.0);
                }
                Item::Open(_) => self.xml.skip()?,
                Item::Text(_) => {}
                Item::Close | Item::End => break,
            }
        }
        let mut columns = [None, None];
        for (side, name) in [(NODES, "node"), (EDGES, "edge")] {
            if is_graphics || !(owner == name || owner == "all") {
                continue;
            }
            let elements = self.elements(side);
            let column = elements.attribute(&title);
            // A key for all is seldom used on both sides: its type counts where it is.
            if owner == name {
                elements.holds(column, typed);
            }
            if let Some(default) = &default {
                elements.holds(column, typed);
                elements.default_of(column, default);
            }
            columns[side] = Some(column);
        }
        let line = element.line;
        if self.keys.insert(id.clone(), Key { owner, typed, columns }).is_some() {
            let what = format!("the key `{}` is declared twice", shown(&id));
            let help = "keep one of the two declarations";
            return Err(Refusal::new("E0207", what, help).on_line(line));
        }
        if is_graphics {
            self.network.ignore("graphics of other programs were passed over", line);
        }
        Ok(())
    }

    fn graph(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let directed = element.get("edgedefault")?.is_none_or(|default| default != "undirected");
        loop {
            match self.xml.next()? {
                Item::Open(element) => match element.name() {
                    "node" => {
                        let id = needed(&element, "id")?;
                        self.network.nodes.begin(element.line);
                        self.network.nodes.set(0, &id)?;
                        self.element(NODES)?;
                    }
                    "edge" => {
                        let ends = [needed(&element, "source")?, needed(&element, "target")?];
                        let said = element.get("directed")?;
                        if said.map_or(!directed, |said| said == "false") {
                            self.network.undirected(element.line);
                        }
                        self.network.edges.begin(element.line);
                        for (column, id) in ends.iter().enumerate() {
                            self.network.edges.set(column, id)?;
                        }
                        self.element(EDGES)?;
                    }
                    "hyperedge" => {
                        return Err(nested("the graph has hyperedges", element.line));
                    }
                    _ => self.other(&element)?,
                },
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    /// What stands inside a node or an edge.
    fn element(&mut self, side: usize) -> Result<(), Refusal> {
        loop {
            match self.xml.next()? {
                Item::Open(element) => match element.name() {
                    "data" => self.data(&element, side)?,
                    "graph" => {
                        return Err(nested("a node has a graph of its own inside", element.line));
                    }
                    _ => self.other(&element)?,
                },
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    fn data(&mut self, element: &Element<'_>, side: usize) -> Result<(), Refusal> {
        let id = needed(element, "key")?;
        let owner = if side == NODES { "node" } else { "edge" };
        let Some(key) = self.keys.get(&id).cloned() else {
            let what = format!("the key `{}` of {owner} data is not declared", shown(&id));
            let help = format!("add `<key id=… for=\"{owner}\" …/>` for it above the graph");
            return Err(Refusal::new("E0604", what, help).on_line(element.line));
        };
        let (text, inside) = self.xml.text()?;
        if let Some(inside) = inside {
            let what = format!("elements `<{}>` inside of data were passed over", shown(&inside));
            self.network.ignore(what, element.line);
        }
        let Some(column) = key.columns[side] else {
            if key.owner != owner && key.owner != "all" {
                let what = format!("the key `{}` is not declared for {owner}s", shown(&id));
                let help = format!("declare it with for=\"{owner}\" or for=\"all\"");
                return Err(Refusal::new("E0604", what, help).on_line(element.line));
            }
            return Ok(());
        };
        let elements = self.elements(side);
        elements.holds(column, key.typed);
        elements.set(column, &text).map_err(|refusal| refusal.on_line(element.line))
    }
}
