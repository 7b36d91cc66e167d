//! The text of a configuration and the places in it.

use palenque_graph::{Diagnostic, Location, Snippet};
use std::ops::Range;

/// A configuration's text under the name by which messages call it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    name: String,
    text: String,
}

impl Source {
    /// A text of this name.
    pub(crate) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A finding at a stretch of the text; without one, about the whole file.
    pub(crate) fn locate(
        &self,
        found: Diagnostic,
        span: Option<&Range<usize>>,
        label: &str,
    ) -> Diagnostic {
        let Some(span) = span else {
            let found = found.at(Location::file(&self.name));
            return if label.is_empty() { found } else { found.note(label) };
        };
        let start = self.floor(span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        let line = self.text[..line_start].matches('\n').count() as u64 + 1;
        let text = self.text[line_start..line_end].trim_end_matches('\r');
        let column = self.text[line_start..start].chars().count();
        let end =
            self.floor(span.end).clamp(start, line_start + text.len().max(start - line_start));
        let len = self.text[start..end].chars().count().max(1);
        let at = Location::file(&self.name).line(line).column(column as u64 + 1).byte(start as u64);
        found.at(at).snippet(Snippet {
            text: text.to_owned(),
            start: column,
            len,
            label: label.to_owned(),
        })
    }

    fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_line_a_column_and_a_mark() {
        let source = Source::new("p.toml", "version = 1\n# ñ\nmetrcs = 2\n");
        let found = source.locate(Diagnostic::new("E0701", "x"), Some(&(17..23)), "here");
        let at = found.location().expect("a place");
        assert_eq!((at.line, at.column), (Some(3), Some(1)));
        let snippet = found.line_text().expect("a line");
        assert_eq!((snippet.text.as_str(), snippet.start, snippet.len), ("metrcs = 2", 0, 6));
    }

    #[test]
    fn the_end_of_the_text_is_a_place() {
        let source = Source::new("p.toml", "a");
        let found = source.locate(Diagnostic::new("E0707", "x"), Some(&(9..12)), "");
        assert_eq!(found.location().expect("a place").line, Some(1));
    }
}
