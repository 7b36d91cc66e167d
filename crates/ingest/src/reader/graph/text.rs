//! The text of a file of a graph, whole and as UTF-8.

use crate::policy::{Encoding, Policy};
use crate::source::{Body, Refusal, Source, explained};
use crate::text::encoding;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Location};
use std::io::{self, Read};

/// How much of a file is looked at for an XML declaration.
const HEAD: usize = 1024;

/// A text, how it was encoded, and what was noticed.
pub(super) struct Decoded {
    pub(super) whole: String,
    pub(super) encoding: &'static str,
    pub(super) found: Option<Diagnostic>,
}

/// Decodes all of a source.
///
/// # Errors
/// E0104 for what is no text, E0201 and E0202 for a text in another encoding, E0902 for one that does not fit.
pub(super) fn decoded(source: &mut Source, policy: &Policy) -> Result<Decoded, Box<Diagnostic>> {
    let name = source.name.clone();
    let Some(Body::Text(raw) | Body::Markup(raw)) = source.body.take() else {
        return Err(Box::new(unknown("").at(Location::file(&name))));
    };
    all(raw, &name, policy).map_err(|error| Box::new(explained(error, &name)))
}

fn all(mut raw: crate::source::Peeked, name: &str, policy: &Policy) -> io::Result<Decoded> {
    let head = raw.peek(HEAD)?;
    let declared = declared(&String::from_utf8_lossy(head));
    let mut policy = policy.clone();
    let asked = policy.encoding != Encoding::Auto;
    if let (false, Some(label)) = (asked, &declared) {
        policy.encoding = match label.as_str() {
            "iso-8859-1" | "latin1" | "windows-1252" | "cp1252" => Encoding::Windows1252,
            "utf-8" | "utf8" | "us-ascii" | "ascii" => Encoding::Auto,
            other => {
                let what = format!("the XML declaration says {}, which is not read", shown(other));
                let help = "save the file as UTF-8";
                return Err(Refusal::new("E0202", what, help).on_line(1).into());
            }
        };
    }
    let decoded = encoding::decode(raw, name, &policy)?;
    let mut bytes = Vec::new();
    let limit = policy.max_memory;
    decoded.text.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let what = format!("the graph is longer than {limit} bytes, the most that memory may hold");
        return Err(Refusal::new("E0902", what, "raise `--max-memory`").into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..valid]).count() as u64;
        let what = format!("byte {valid} begins no UTF-8 character");
        let help = "pass `--encoding windows-1252` if that is what it is";
        Refusal::new("E0201", what, help).on_line(line).at_byte(valid as u64)
    })?;
    // With the mark obeyed, the declaration can be read in any encoding.
    let declared = text.get(..HEAD.min(text.len())).and_then(self::declared);
    if let (false, Some(label)) = (asked, declared)
        && decoded.encoding.starts_with("utf-16") != label.starts_with("utf-16")
    {
        let what = format!(
            "the byte-order mark says {}, the XML declaration says {}",
            decoded.encoding,
            shown(&label)
        );
        let help = format!("save the file as UTF-8, or pass `--encoding {}`", decoded.encoding);
        return Err(Refusal::new("E0202", what, help).at_byte(0).into());
    }
    Ok(Decoded { whole: text, encoding: decoded.encoding, found: decoded.found })
}

/// The encoding that an XML declaration at the beginning of a text names, in lower case.
fn declared(head: &str) -> Option<String> {
    let rest = head.trim_start_matches('\u{feff}').strip_prefix("<?xml")?;
    let rest = rest.split("?>").next()?;
    let rest = rest.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| ['"', '\''].contains(c))?;
    Some(rest[1..].split(quote).next()?.to_ascii_lowercase())
}

/// E0104 for what no reader takes.
pub(super) fn unknown(text: &str) -> Refusal {
    let what = match super::xml::root(text) {
        Some(root) => format!("the content is XML with the root `{}`, not a graph", shown(root)),
        None => "the content is not a graph".into(),
    };
    let help = "`--graph` reads GraphML, GEXF, Pajek .net, and node-link or Graphology JSON; a \
                table of flows is `--edges`";
    Refusal::new("E0104", what, help).on_line(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_names_the_encoding() {
        let of = |text| declared(text);
        assert_eq!(
            of("<?xml version='1.0' encoding = 'ISO-8859-1'?>").as_deref(),
            Some("iso-8859-1")
        );
        assert_eq!(of("<?xml version=\"1.0\"?><a encoding=\"x\"/>"), None);
        assert_eq!(of("<graphml>"), None);
    }
}
