//! The XML of a graph as elements and texts, each with its line. What no graph needs is refused.

use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use quick_xml::errors::Error;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;

/// How deep elements may be nested; a graph needs about ten.
const DEPTH: usize = 256;

const WRITE_AGAIN: &str = "write the file again with the program that made it";

/// A document, read from its beginning to its end.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    depth: usize,
    has_root: bool,
    counted: usize,
    line: u64,
}

/// What comes next in a document.
pub(super) enum Item<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// The innermost element ends.
    Close,
    /// A stretch of text; neighbouring ones belong together.
    Text(Cow<'a, str>),
    /// The document is over.
    End,
}

/// The beginning of an element.
pub(super) struct Element<'a> {
    tag: BytesStart<'a>,
    /// The line on which it begins.
    pub(super) line: u64,
}

impl<'a> Xml<'a> {
    /// A document.
    ///
    /// # Errors
    /// E0602 for a character that XML does not allow.
    pub(super) fn new(text: &'a str) -> Result<Self, Refusal> {
        if let Some((at, c)) = text.char_indices().find(|&(_, c)| is_forbidden(c)) {
            let line = 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() as u64;
            return Err(forbidden(c).on_line(line).at_byte(at as u64));
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, text, depth: 0, has_root: false, counted: 0, line: 1 })
    }

    /// What comes next.
    ///
    /// # Errors
    /// E0602 where it is not XML, E0603 for a document type, E0607 for deep nesting.
    pub(super) fn next(&mut self) -> Result<Item<'a>, Refusal> {
        loop {
            let start = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
            let event = self.reader.read_event();
            self.count_to(start);
            let event = event.map_err(|error| {
                let at = usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
                self.count_to(at);
                self.broken(&error)
            })?;
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    if self.depth == 0 && self.has_root {
                        return Err(self.ill_formed("a second element follows the root"));
                    }
                    self.has_root = true;
                    self.depth += 1;
                    if self.depth > DEPTH {
                        let what = format!("elements are nested deeper than {DEPTH}");
                        let help = "write the file again: a graph needs about ten";
                        return Err(Refusal::new("E0607", what, help).on_line(self.line));
                    }
                    return Ok(Item::Open(Element { tag, line: self.line }));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Item::Close);
                }
                Event::Text(text) => {
                    let text = text.xml10_content();
                    if self.depth > 0 {
                        return Ok(Item::Text(text));
                    }
                    if !text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
                        return Err(self.ill_formed("text stands outside of the root"));
                    }
                }
                Event::CData(_) | Event::GeneralRef(_) if self.depth == 0 => {
                    return Err(self.ill_formed("text stands outside of the root"));
                }
                Event::CData(text) => return Ok(Item::Text(text.xml10_content())),
                Event::GeneralRef(name) => {
                    let number = name.resolve_char_ref().map_err(|error| self.broken(&error))?;
                    if let Some(c) = number.filter(|&c| is_forbidden(c)) {
                        return Err(forbidden(c).on_line(self.line));
                    }
                    let text: Cow<'a, str> = match (number, &*name) {
                        (Some(c), _) => c.to_string().into(),
                        (None, "lt") => "<".into(),
                        (None, "gt") => ">".into(),
                        (None, "amp") => "&".into(),
                        (None, "apos") => "'".into(),
                        (None, "quot") => "\"".into(),
                        (None, other) => {
                            let why = format!("the entity `{}` is not declared", shown(other));
                            return Err(self.ill_formed(&why));
                        }
                    };
                    return Ok(Item::Text(text));
                }
                Event::DocType(_) => {
                    let what = "the file has a document type definition, and none is allowed";
                    let help = "remove the lines from `<!DOCTYPE` to its end";
                    return Err(Refusal::new("E0603", what, help).on_line(self.line));
                }
                Event::Eof if self.depth > 0 => {
                    return Err(self.ill_formed("it ends before its last element is closed"));
                }
                Event::Eof if !self.has_root => return Err(self.ill_formed("it has no element")),
                Event::Eof => return Ok(Item::End),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
    }

    /// All text up to the end of the element that was opened last, and the names of elements inside, which are
    /// passed over.
    pub(super) fn text(&mut self) -> Result<(Cow<'a, str>, Option<String>), Refusal> {
        let (mut text, mut inside) = (Cow::Borrowed(""), None);
        loop {
            match self.next()? {
                Item::Text(more) if text.is_empty() => text = more,
                Item::Text(more) => text.to_mut().push_str(&more),
                Item::Open(element) => {
                    inside.get_or_insert_with(|| element.name().to_owned());
                    self.skip()?;
                }
                Item::Close | Item::End => return Ok((text, inside)),
            }
        }
    }

    /// Passes over the rest of the element that was opened last.
    pub(super) fn skip(&mut self) -> Result<(), Refusal> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    fn count_to(&mut self, at: usize) {
        let at = at.min(self.text.len());
        if let Some(passed) = self.text.as_bytes().get(self.counted..at) {
            self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
            self.counted = at;
        }
    }

    fn broken(&self, error: &Error) -> Refusal {
        self.ill_formed(&error.to_string())
    }

    fn ill_formed(&self, why: &str) -> Refusal {
        ill_formed(why, self.line)
    }
}

fn ill_formed(why: &str, line: u64) -> Refusal {
    let what = format!("the file is not XML as it should be: {}", shown_whole(why));
    Refusal::new("E0602", what, WRITE_AGAIN).on_line(line)
}

/// A reason with what could steer a terminal made visible, cut where it is too long.
fn shown_whole(why: &str) -> String {
    palenque_graph::diagnostic::escaped(&why.chars().take(200).collect::<String>())
}

impl Element<'_> {
    /// The name, without a prefix.
    pub(super) fn name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    /// An attribute by its whole name.
    ///
    /// # Errors
    /// E0602 where the attributes are not as they should be.
    pub(super) fn get(&self, name: &str) -> Result<Option<String>, Refusal> {
        let mut found = None;
        for attribute in self.tag.attributes() {
            let attribute = attribute.map_err(|error| ill_formed(&error.to_string(), self.line))?;
            if attribute.key.as_ref() == name {
                let value = attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|error| ill_formed(&error.to_string(), self.line))?;
                if let Some(c) = value.chars().find(|&c| is_forbidden(c)) {
                    return Err(forbidden(c).on_line(self.line));
                }
                found = Some(value.into_owned());
            }
        }
        Ok(found)
    }

    /// The first attribute with one of these names.
    pub(super) fn any_of(&self, names: &[&'static str]) -> Option<&'static str> {
        let mut keys = self.tag.attributes().flatten().map(|attribute| attribute.key);
        keys.find_map(|key| names.iter().copied().find(|name| key.as_ref() == *name))
    }

    /// Whether the element says that it belongs to a namespace.
    pub(super) fn has_namespace(&self) -> bool {
        let mut attributes = self.tag.attributes().flatten();
        attributes.any(|a| a.key.as_ref() == "xmlns" || a.key.as_ref().starts_with("xmlns:"))
    }
}

/// Whether XML 1.0 has no way to hold a character.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn forbidden(c: char) -> Refusal {
    let what = format!("the file holds the character U+{:04X}, which XML forbids", c as u32);
    Refusal::new("E0602", what, "take it out, and write the file again")
}

/// The name of a document's root, without a prefix, if the text looks like XML.
pub(super) fn root(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        let end = if rest.starts_with('?') {
            "?>"
        } else if rest.starts_with("!--") {
            "-->"
        } else if rest.starts_with('!') {
            if rest.split('>').next()?.contains('[') { "]>" } else { ">" }
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
            let name = &rest[..end];
            return Some(name.rsplit_once(':').map_or(name, |(_, local)| local));
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_found_behind_what_may_stand_before_it() {
        assert_eq!(root("<?xml version='1.0'?>\n<!-- <a> -->\n<g:gexf x='1'/>"), Some("gexf"));
        assert_eq!(root("<!DOCTYPE g [<!ENTITY x '>'>]>\n<graphml>"), Some("graphml"));
        assert_eq!(root("source,target"), None);
    }

    #[test]
    fn texts_are_put_together_and_know_their_line() {
        let mut xml = Xml::new("<a>\n<b>x &lt;\n<![CDATA[<y>]]>&#65;</b>\n<c/></a>").expect("XML");
        let mut lines = Vec::new();
        let mut text = String::new();
        loop {
            match xml.next().expect("well formed") {
                Item::Open(element) if element.name() == "b" => {
                    lines.push(element.line);
                    text = xml.text().expect("a text").0.into_owned();
                }
                Item::Open(element) => lines.push(element.line),
                Item::End => break,
                Item::Close | Item::Text(_) => {}
            }
        }
        assert_eq!((lines, text.as_str()), (vec![1, 2, 4], "x <\n<y>A"));
    }

    #[test]
    fn what_is_not_xml_is_refused_with_its_line() {
        for (text, line) in [
            ("<a>\n<b></a>", 2),
            ("<a>\n&nbsp;</a>", 2),
            ("<a/>\nmore", 1),
            ("<a/>\n<b/>", 2),
            ("<a>\n", 2),
            ("<a>\n&#1;</a>", 2),
            ("<a>\n\n\u{1}</a>", 3),
            ("", 1),
        ] {
            let whole = |mut xml: Xml<'_>| {
                while !matches!(xml.next()?, Item::End) {}
                Ok(())
            };
            let refused = Xml::new(text).and_then(whole).expect_err("refused");
            assert_eq!(refused.id, "E0602", "{text:?}");
            let at = refused.at(palenque_graph::Location::file("f"));
            assert_eq!(at.location().and_then(|at| at.line), Some(line), "{text:?}");
        }
    }
}
