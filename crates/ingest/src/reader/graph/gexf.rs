//! GEXF 1.2 and 1.3, static: attributes declared at the top, nodes, and edges with their weights.

use super::elements::{Elements, Typed};
use super::graphml::{Graphs, needed, nested};
use super::xml::{Element, Item, Xml, root};
use super::{GraphReader, Network};
use crate::reader::ReaderSpec;
use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use std::collections::BTreeMap;

/// Reads GEXF.
pub(super) struct Gexf;

impl GraphReader for Gexf {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec {
            name: "gexf",
            extensions: &["gexf"],
            doc: "GEXF 1.2 and 1.3 as Gephi writes it, static; positions become x and y",
        }
    }

    fn sniff(&self, text: &str) -> bool {
        root(text) == Some("gexf")
    }

    fn read(&self, text: &str, network: &mut Network) -> Result<(), Refusal> {
        let mut document = Document {
            xml: Xml::new(text)?,
            network,
            keys: [BTreeMap::new(), BTreeMap::new()],
            graphs: Graphs::default(),
            default_directed: false,
            has_labels: false,
        };
        while let Item::Open(element) = document.xml.next()? {
            if !element.has_namespace() {
                let what = "the root element has no `xmlns`; it was read as GEXF all the same";
                document.network.ignore(what, element.line);
            }
            document.root()?;
        }
        document.graphs.one(document.network.wanted.as_deref())?;
        if !document.has_labels {
            // Labels that only repeat the ids are no names.
            document.network.nodes.drop_attribute("label");
        }
        Ok(())
    }
}

/// What ends and begins in a graph that changes over time.
const TIMES: [&str; 7] =
    ["start", "end", "startopen", "endopen", "timestamp", "timestamps", "intervals"];

struct Document<'a, 'n> {
    xml: Xml<'a>,
    network: &'n mut Network,
    /// Columns and types of the attributes of nodes and of edges, by their ids.
    keys: [BTreeMap<String, (usize, Typed)>; 2],
    graphs: Graphs,
    default_directed: bool,
    /// Whether a node has a label that is not its id.
    has_labels: bool,
}

const NODES: usize = 0;
const EDGES: usize = 1;

fn dynamic(what: &str, line: u64) -> Refusal {
    let help = "save one static file a period, or a CSV of edges with a column `period`";
    Refusal::new("E0608", what, help).on_line(line)
}

impl Document<'_, '_> {
    fn elements(&mut self, side: usize) -> &mut Elements {
        if side == NODES { &mut self.network.nodes } else { &mut self.network.edges }
    }

    fn root(&mut self) -> Result<(), Refusal> {
        loop {
            match self.xml.next()? {
                Item::Open(element) if element.name() == "graph" => {
                    let id = element.get("id")?;
                    let wanted = self.network.wanted.as_deref();
                    if self.graphs.takes(id, element.line, wanted) {
                        self.graph(&element)?;
                    } else {
                        self.xml.skip()?;
                    }
                }
                Item::Open(_) => self.xml.skip()?,
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    fn graph(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        if element.get("mode")?.as_deref() == Some("dynamic") {
            return Err(dynamic("the graph changes over time", element.line));
        }
        self.default_directed = element.get("defaultedgetype")?.as_deref() == Some("directed");
        loop {
            match self.xml.next()? {
                Item::Open(element) => match element.name() {
                    "attributes" => self.attributes(&element)?,
                    "nodes" => self.list("node", NODES)?,
                    "edges" => self.list("edge", EDGES)?,
                    _ => self.other(&element)?,
                },
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    fn other(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let what = format!("elements `<{}>` were passed over", shown(element.name()));
        self.network.ignore(what, element.line);
        self.xml.skip()
    }

    fn attributes(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        if element.get("mode")?.as_deref() == Some("dynamic") {
            return Err(dynamic("attributes change over time", element.line));
        }
        let side = match element.get("class")?.as_deref() {
            Some("edge") => EDGES,
            _ => NODES,
        };
        loop {
            match self.xml.next()? {
                Item::Open(element) if element.name() == "attribute" => {
                    self.attribute(&element, side)?;
                }
                Item::Open(element) => self.other(&element)?,
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    fn attribute(&mut self, element: &Element<'_>, side: usize) -> Result<(), Refusal> {
        let id = needed(element, "id")?;
        let title = element.get("title")?.unwrap_or_else(|| id.clone());
        let typed = match element.get("type")?.as_deref() {
            Some("integer" | "long" | "float" | "double" | "short" | "byte") => Typed::Number,
            _ => Typed::Text,
        };
        let column = self.elements(side).attribute(&title);
        self.elements(side).holds(column, typed);
        loop {
            match self.xml.next()? {
                Item::Open(inner) if inner.name() == "default" => {
                    let default = self.xml.text()?.0;
                    self.elements(side).default_of(column, &default);
                }
                Item::Open(_) => self.xml.skip()?,
                Item::Text(_) => {}
                Item::Close | Item::End => break,
            }
        }
        if self.keys[side].insert(id.clone(), (column, typed)).is_some() {
            let what = format!("the attribute `{}` is declared twice", shown(&id));
            return Err(Refusal::new("E0207", what, "keep one of the two declarations")
                .on_line(element.line));
        }
        Ok(())
    }

    fn list(&mut self, name: &str, side: usize) -> Result<(), Refusal> {
        loop {
            match self.xml.next()? {
                Item::Open(element) if element.name() == name => {
                    if let Some(time) = element.any_of(&TIMES) {
                        let what = format!("a {name} has a time, `{time}`");
                        return Err(dynamic(&what, element.line));
                    }
                    if side == NODES {
                        self.node(&element)?;
                    } else {
                        self.edge(&element)?;
                    }
                    self.inside(side)?;
                }
                Item::Open(element) => self.other(&element)?,
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    fn node(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let id = needed(element, "id")?;
        if element.get("pid")?.is_some() {
            self.network.ignore("the hierarchy of nodes, `pid`, was passed over", element.line);
        }
        let nodes = &mut self.network.nodes;
        nodes.begin(element.line);
        nodes.set(0, &id)?;
        if let Some(label) = element.get("label")?.filter(|_| !self.is_declared(NODES, "label")) {
            self.has_labels |= label != id;
            set(&mut self.network.nodes, "label", &label, Typed::Text)?;
        }
        Ok(())
    }

    fn edge(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let ends = [needed(element, "source")?, needed(element, "target")?];
        let said = element.get("type")?;
        if said.map_or(!self.default_directed, |said| said != "directed") {
            self.network.undirected(element.line);
        }
        self.network.edges.begin(element.line);
        for (column, id) in ends.iter().enumerate() {
            self.network.edges.set(column, id)?;
        }
        for (name, typed) in
            [("weight", Typed::Number), ("label", Typed::Text), ("kind", Typed::Text)]
        {
            let Some(value) = element.get(name)? else { continue };
            if self.is_declared(EDGES, name) {
                let what = format!("`{name}` of edges is there twice: the attribute was read");
                self.network.ignore(what, element.line);
                continue;
            }
            if name == "weight" {
                // Gephi leaves a weight of 1 out, as the format says.
                let column = self.network.edges.attribute(name);
                self.network.edges.default_of(column, "1");
            }
            set(&mut self.network.edges, name, &value, typed)?;
        }
        Ok(())
    }

    fn is_declared(&self, side: usize, title: &str) -> bool {
        let elements = if side == NODES { &self.network.nodes } else { &self.network.edges };
        let column = elements.known(title);
        column.is_some_and(|at| self.keys[side].values().any(|&(column, _)| column == at))
    }

    /// What stands inside a node or an edge.
    fn inside(&mut self, side: usize) -> Result<(), Refusal> {
        loop {
            match self.xml.next()? {
                Item::Open(element) => match element.name() {
                    "attvalues" => self.values(side)?,
                    "position" if side == NODES => {
                        for axis in ["x", "y"] {
                            if let Some(value) = element.get(axis)?
                                && !self.is_declared(NODES, axis)
                            {
                                set(&mut self.network.nodes, axis, &value, Typed::Number)?;
                            }
                        }
                        self.xml.skip()?;
                    }
                    "color" | "size" | "shape" | "thickness" | "position" => self.xml.skip()?,
                    "nodes" | "edges" => {
                        return Err(nested("a node has a graph of its own inside", element.line));
                    }
                    "spells" | "slices" => {
                        return Err(dynamic("a node or an edge has times", element.line));
                    }
                    _ => self.other(&element)?,
                },
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }

    fn values(&mut self, side: usize) -> Result<(), Refusal> {
        loop {
            match self.xml.next()? {
                Item::Open(element) if element.name() == "attvalue" => {
                    if element.any_of(&TIMES).is_some() {
                        return Err(dynamic("a value has a time", element.line));
                    }
                    let id = match element.get("for")? {
                        Some(id) => id,
                        None => needed(&element, "id")?,
                    };
                    let value = needed(&element, "value")?;
                    let Some(&(column, _)) = self.keys[side].get(&id) else {
                        let what = format!("the attribute `{}` is not declared", shown(&id));
                        let class = if side == NODES { "node" } else { "edge" };
                        let help = format!("declare it in `<attributes class=\"{class}\">`");
                        return Err(Refusal::new("E0604", what, help).on_line(element.line));
                    };
                    self.elements(side).set(column, &value)?;
                    self.xml.skip()?;
                }
                Item::Open(element) => self.other(&element)?,
                Item::Text(_) => {}
                Item::Close | Item::End => return Ok(()),
            }
        }
    }
}

/// Sets an attribute that the format names.
fn set(elements: &mut Elements, title: &str, value: &str, typed: Typed) -> Result<(), Refusal> {
    let column = elements.attribute(title);
    elements.holds(column, typed);
    elements.set(column, value)
}
