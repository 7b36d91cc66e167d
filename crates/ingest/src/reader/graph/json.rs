//! Graphs as JSON: node-link, as networkx and d3 write it, and Graphology.

use super::elements::{Elements, Typed};
use super::lexer::{Lexer, Value};
use super::{GraphReader, Network};
use crate::reader::ReaderSpec;
use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Reads node-link and Graphology JSON.
pub(super) struct Json;

const SILENCE: &str = "`--allow W0610` silences";

impl GraphReader for Json {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec {
            name: "json",
            extensions: &["json"],
            doc: "node-link JSON, as networkx and d3 write it, and Graphology JSON",
        }
    }

    fn sniff(&self, text: &str) -> bool {
        text.trim_start().starts_with(['{', '['])
    }

    fn read(&self, text: &str, network: &mut Network) -> Result<(), Refusal> {
        network.plain_numbers = true;
        let mut document =
            Document { lexer: Lexer::new(text), network, undirected: None, has: [false; 2] };
        let root = document.lexer.value()?;
        if !matches!(root, Value::Object) {
            document.lexer.skip(&root)?;
            return Err(no_graph("the file holds a list, not an object", 1));
        }
        document.root()?;
        document.lexer.end()?;
        match document.has {
            [true, true] => {}
            [false, _] => return Err(no_graph("there is no list `nodes`", 1)),
            [_, false] => return Err(no_graph("there is no list `edges` or `links`", 1)),
        }
        if let Some(line) = document.undirected {
            document.network.undirected(line);
        }
        Ok(())
    }
}

fn no_graph(what: &str, line: u64) -> Refusal {
    let help =
        "write a list `nodes` with an `id` each, and a list `edges` with `source` and `target`";
    Refusal::new("E0613", what, help).on_line(line)
}

fn twice(key: &str, line: u64) -> Refusal {
    let what = format!("the key `{}` is there twice", shown(key));
    Refusal::new("E0611", what, "keep one of the two").on_line(line)
}

struct Document<'a, 'n> {
    lexer: Lexer<'a>,
    network: &'n mut Network,
    /// The line that says that edges have no direction.
    undirected: Option<u64>,
    /// Whether nodes and edges were there.
    has: [bool; 2],
}

/// One attribute of a node or an edge.
struct Member<'a> {
    key: Cow<'a, str>,
    value: Value<'a>,
    /// Whether it stands among the `attributes` of Graphology.
    is_inner: bool,
}

impl<'a> Document<'a, '_> {
    fn root(&mut self) -> Result<(), Refusal> {
        let (mut seen, mut is_first) = (BTreeSet::new(), true);
        while let Some(key) = self.lexer.key(&mut is_first)? {
            let line = self.lexer.line();
            let value = self.lexer.value()?;
            match (&*key, &value) {
                ("nodes", Value::Array) => {
                    self.has[0] = true;
                    self.list(Self::node)?;
                }
                ("edges" | "links", Value::Array) => {
                    if std::mem::replace(&mut self.has[1], true) && !seen.contains(&key) {
                        return Err(no_graph(
                            "there is both a list `edges` and a list `links`",
                            line,
                        ));
                    }
                    if key == "links" {
                        let what = "`links` was read as `edges`";
                        self.network.note("W0610", what, SILENCE, line);
                    }
                    self.list(Self::edge)?;
                }
                ("nodes" | "edges" | "links", _) => {
                    return Err(no_graph(&format!("`{key}` is not a list"), line));
                }
                ("directed", Value::Bool(false)) => self.undirected = Some(line),
                ("options", Value::Object) => self.options()?,
                ("directed" | "multigraph" | "graph" | "attributes", _) => {
                    self.lexer.skip(&value)?;
                }
                _ => {
                    let what = format!("the key `{}` was passed over", shown(&key));
                    self.network.note("W0610", what, SILENCE, line);
                    self.lexer.skip(&value)?;
                }
            }
            if !seen.insert(key.clone()) {
                return Err(twice(&key, line));
            }
        }
        Ok(())
    }

    /// What Graphology says about the whole graph.
    fn options(&mut self) -> Result<(), Refusal> {
        let mut is_first = true;
        while let Some(key) = self.lexer.key(&mut is_first)? {
            let line = self.lexer.line();
            let value = self.lexer.value()?;
            if key == "type" && matches!(&value, Value::Text(text) if text == "undirected") {
                self.undirected = Some(line);
            }
            self.lexer.skip(&value)?;
        }
        Ok(())
    }

    fn list(
        &mut self,
        element: impl Fn(&mut Self, &[Member<'a>], u64) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut is_first = true;
        while self.lexer.item(&mut is_first)? {
            let line = self.lexer.line();
            let value = self.lexer.value()?;
            if !matches!(value, Value::Object) {
                self.lexer.skip(&value)?;
                return Err(no_graph("a node or an edge is not an object", line));
            }
            let members = self.members()?;
            element(self, &members, line)?;
        }
        Ok(())
    }

    /// All attributes of an object, those of its `attributes` among them.
    fn members(&mut self) -> Result<Vec<Member<'a>>, Refusal> {
        let (mut members, mut seen, mut is_first) = (Vec::new(), BTreeSet::new(), true);
        while let Some(key) = self.lexer.key(&mut is_first)? {
            let line = self.lexer.line();
            if !seen.insert((false, key.clone())) {
                return Err(twice(&key, line));
            }
            match self.lexer.value()? {
                Value::Object if key == "attributes" => {
                    let mut is_first = true;
                    while let Some(key) = self.lexer.key(&mut is_first)? {
                        let line = self.lexer.line();
                        if !seen.insert((true, key.clone())) {
                            return Err(twice(&key, line));
                        }
                        let value = self.lexer.value()?;
                        members.extend(self.member(key, value, true, line)?);
                    }
                    members.push(Member { key, value: Value::Object, is_inner: false });
                }
                value => members.extend(self.member(key, value, false, line)?),
            }
        }
        Ok(members)
    }

    fn member(
        &mut self,
        key: Cow<'a, str>,
        value: Value<'a>,
        is_inner: bool,
        line: u64,
    ) -> Result<Option<Member<'a>>, Refusal> {
        if matches!(value, Value::Object | Value::Array) {
            self.lexer.skip(&value)?;
            if matches!(&*key, "id" | "key" | "source" | "target") {
                return Ok(Some(Member { key, value, is_inner }));
            }
            let what = format!("`{}` holds lists or objects and was passed over", shown(&key));
            self.network.note("W0610", what, SILENCE, line);
            return Ok(None);
        }
        Ok(Some(Member { key, value, is_inner }))
    }

    fn node(&mut self, members: &[Member<'a>], line: u64) -> Result<(), Refusal> {
        let name = if find(members, "id").is_some() { "id" } else { "key" };
        let Some(member) = find(members, name) else {
            return Err(no_graph("a node has no `id`", line));
        };
        let id = id(&member.value, name, line)?;
        self.network.nodes.begin(line);
        self.network.nodes.set(0, id)?;
        attributes(&mut self.network.nodes, members, &[name, "attributes"])
    }

    fn edge(&mut self, members: &[Member<'a>], line: u64) -> Result<(), Refusal> {
        self.network.edges.begin(line);
        for (column, name) in ["source", "target"].into_iter().enumerate() {
            let Some(member) = find(members, name) else {
                return Err(no_graph(&format!("an edge has no `{name}`"), line));
            };
            self.network.edges.set(column, id(&member.value, name, line)?)?;
        }
        let is_graphology = find(members, "attributes").is_some();
        if find(members, "undirected").is_some_and(|m| matches!(m.value, Value::Bool(true))) {
            self.network.undirected(line);
        }
        let known: &[&str] = if is_graphology {
            &["source", "target", "attributes", "key", "undirected"]
        } else {
            &["source", "target", "undirected"]
        };
        attributes(&mut self.network.edges, members, known)
    }
}

fn find<'m, 'a>(members: &'m [Member<'a>], key: &str) -> Option<&'m Member<'a>> {
    members.iter().find(|member| !member.is_inner && member.key == key)
}

/// An id: a text, or a whole number that every program reads as the same one.
fn id<'m>(value: &'m Value<'_>, name: &str, line: u64) -> Result<&'m str, Refusal> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Number(digits) if digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok() => {
            Ok(digits)
        }
        Value::Number(digits) => {
            let what = format!("`{name}` is the number {}, which is not exact", shown(digits));
            Err(Refusal::new("E0613", what, "write ids as text, in quotes").on_line(line))
        }
        _ => {
            let what = format!("`{name}` is neither a text nor a number");
            Err(Refusal::new("E0613", what, "write ids as text, in quotes").on_line(line))
        }
    }
}

/// Sets the attributes of the element that was begun last, except for those that say which one it is.
fn attributes(
    elements: &mut Elements,
    members: &[Member<'_>],
    known: &[&str],
) -> Result<(), Refusal> {
    for member in members.iter().filter(|m| m.is_inner || !known.contains(&&*m.key)) {
        let (text, typed) = match &member.value {
            Value::Text(text) => (&**text, Typed::Text),
            Value::Number(number) => (*number, Typed::Number),
            Value::Bool(true) => ("true", Typed::Text),
            Value::Bool(false) => ("false", Typed::Text),
            Value::Null | Value::Object | Value::Array => continue,
        };
        let column = elements.attribute(&member.key);
        elements.holds(column, typed);
        elements.set(column, text)?;
    }
    Ok(())
}
