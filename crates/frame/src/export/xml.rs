//! What GraphML, GEXF and pictures have in common: text as XML holds it.

use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, SupplyGraph};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Whether XML 1.0 has no way to hold a character.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// A text with the characters that XML forbids written out, with so many digits at least.
fn visible(text: &str, digits: usize) -> Cow<'_, str> {
    if !text.contains(is_forbidden) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_forbidden(c) {
            let _ = write!(out, "\\u{{{:0digits$x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// Adds a text to XML: as the content of an element, or of an attribute.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in visible(text, 1).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A reader would make blanks of these, or one line end of two.
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c => out.push(c),
        }
    }
}

/// The ids of all nodes as XML can hold them, still different from each other.
pub(super) fn ids(graph: &SupplyGraph) -> Vec<Cow<'_, str>> {
    let mut ids: Vec<Cow<'_, str>> = graph.ids().iter().map(Cow::Borrowed).collect();
    if !graph.ids().iter().any(|id| id.contains(is_forbidden)) {
        return ids;
    }
    let mut known: BTreeSet<String> = graph.ids().iter().map(String::from).collect();
    for id in ids.iter_mut().filter(|id| id.contains(is_forbidden)) {
        let mut digits = 1;
        let mut seen = visible(id, digits).into_owned();
        while !known.insert(seen.clone()) {
            digits += 1;
            seen = visible(id, digits).into_owned();
        }
        *id = seen.into();
    }
    ids
}

/// W0803 where texts hold characters that XML forbids.
pub(super) fn check(graph: &SupplyGraph) -> Vec<Diagnostic> {
    let levels = |columns: &palenque_graph::Columns| -> Vec<String> {
        columns.texts().flat_map(|(_, column)| column.levels().map(String::from)).collect()
    };
    let texts = [levels(graph.nodes()), levels(graph.edges())].concat();
    let all = graph.ids().iter().chain(texts.iter().map(String::as_str));
    let mut hit = all.filter(|text| text.contains(is_forbidden));
    let Some(first) = hit.next() else { return Vec::new() };
    let n = 1 + hit.count();
    let names = if n == 1 { "1 text holds".into() } else { format!("{n} texts hold") };
    let what = format!("{names} characters that XML forbids, the first is `{}`", shown(first));
    let help = "they are written out; `--to json` keeps them, `--allow W0803` silences";
    vec![Diagnostic::new("W0803", what).help(help)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_apart_when_they_are_written_out() {
        let flows = [(0, 1, 1.0)];
        let graph = SupplyGraph::from_flows(["a\u{1}", "a\\u{1}", "b"], flows).expect("sound");
        assert_eq!(ids(&graph), ["a\\u{01}", "a\\u{1}", "b"]);
        assert_eq!(check(&graph).len(), 1);
    }

    #[test]
    fn what_a_reader_would_change_is_written_as_a_number() {
        let mut out = String::new();
        escape("<a&\"\n\r\t\u{1}'>", &mut out);
        assert_eq!(out, "&lt;a&amp;&quot;&#10;&#13;&#9;\\u{1}'&gt;");
    }
}
