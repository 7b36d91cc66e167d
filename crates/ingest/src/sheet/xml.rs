//! The XML of a workbook's parts as elements and texts. What no workbook needs is refused.

use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use quick_xml::errors::Error;
use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;
use std::io::{self, BufReader, Read};

/// How deep elements may be nested; a sheet needs six.
const DEPTH: usize = 256;
const BUFFER: usize = 1 << 16;

/// One part of a workbook, read from its beginning to its end.
pub(super) struct Xml<R: Read> {
    reader: Reader<BufReader<R>>,
    buffer: Vec<u8>,
    depth: usize,
    part: String,
}

/// What comes next in a part.
pub(super) enum Item<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// An element ends.
    Close(Closed<'a>),
    /// A stretch of text; neighbouring ones belong together.
    Text(Cow<'a, str>),
    /// A comment and the like.
    Nothing,
    /// The part is over.
    End,
}

/// The beginning of an element.
pub(super) struct Element<'a>(BytesStart<'a>);

/// The end of an element.
pub(super) struct Closed<'a>(BytesEnd<'a>);

impl<R: Read> Xml<R> {
    pub(super) fn new(input: R, part: &str) -> Self {
        let mut reader = Reader::from_reader(BufReader::with_capacity(BUFFER, input));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, part: part.into() }
    }

    /// What comes next.
    ///
    /// # Errors
    /// E0614 where the part is not XML, E0603 for a document type, E0607 for deep nesting.
    pub(super) fn next(&mut self) -> Result<Item<'_>, Refusal> {
        self.buffer.clear();
        let part = self.part.as_str();
        let event = self.reader.read_event_into(&mut self.buffer);
        Ok(match event.map_err(|error| refusal(&error, part))? {
            Event::Start(element) | Event::Empty(element) => {
                self.depth += 1;
                if self.depth > DEPTH {
                    let what = format!("elements of `{}` are nested {DEPTH} deep", shown(part));
                    return Err(Refusal::new("E0607", what, SAVE_AGAIN));
                }
                Item::Open(Element(element))
            }
            Event::End(element) => {
                self.depth = self.depth.saturating_sub(1);
                Item::Close(Closed(element))
            }
            Event::Text(text) => Item::Text(text.xml10_content()),
            Event::CData(text) => Item::Text(text.xml10_content()),
            Event::GeneralRef(name) => {
                let number = name.resolve_char_ref().map_err(|error| refusal(&error, part))?;
                Item::Text(Cow::Owned(match (number, &*name) {
                    (Some(c), _) => c.into(),
                    (None, "lt") => "<".into(),
                    (None, "gt") => ">".into(),
                    (None, "amp") => "&".into(),
                    (None, "apos") => "'".into(),
                    (None, "quot") => "\"".into(),
                    (None, _) => return Err(damaged(part, "an entity is not declared")),
                }))
            }
            Event::DocType(_) => {
                let what = format!("the part `{}` has a document type definition", shown(part));
                return Err(Refusal::new("E0603", what, SAVE_AGAIN));
            }
            Event::Eof if self.depth > 0 => return Err(damaged(part, "it ends too early")),
            Event::Eof => Item::End,
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Item::Nothing,
        })
    }
}

impl Element<'_> {
    /// The name, without a prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// An attribute by its name, without a prefix.
    pub(super) fn get(&self, name: &str) -> Result<Option<Cow<'_, str>>, Refusal> {
        let damaged = |error: Error| damaged("workbook", &error.to_string());
        for attribute in self.0.attributes() {
            let attribute = attribute.map_err(|error| damaged(error.into()))?;
            let (local, prefix) = attribute.key.decompose();
            if local.as_ref() == name && prefix.is_none_or(|p| p.as_ref() != "xmlns") {
                return attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map(Some)
                    .map_err(damaged);
            }
        }
        Ok(None)
    }

    /// Whether an attribute says yes.
    pub(super) fn is(&self, name: &str) -> Result<bool, Refusal> {
        Ok(matches!(self.get(name)?.as_deref(), Some("1" | "true")))
    }
}

impl Closed<'_> {
    /// The name, without a prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }
}

pub(super) const SAVE_AGAIN: &str =
    "open it in a spreadsheet program and save it again, or as `CSV UTF-8`";

/// E0614 for a part that is not as it should be.
pub(super) fn damaged(part: &str, why: &str) -> Refusal {
    let what = format!("the part `{}` of the workbook is damaged: {why}", shown(part));
    Refusal::new("E0614", what, SAVE_AGAIN)
}

fn refusal(error: &Error, part: &str) -> Refusal {
    match error {
        Error::Io(error) => of_io(error, part),
        other => damaged(part, &other.to_string()),
    }
}

/// The refusal that an error while unpacking carries.
pub(super) fn of_io(error: &io::Error, part: &str) -> Refusal {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>());
    inner.cloned().unwrap_or_else(|| damaged(part, &error.to_string()))
}
