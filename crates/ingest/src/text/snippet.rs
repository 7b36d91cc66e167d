//! The line a finding is about, and the place of a byte in it.

use super::row::{Grammar, Next};
use memchr::{memchr, memrchr};
use palenque_graph::Snippet;
use palenque_graph::diagnostic::escaped;

/// Characters of a line that are shown around a mark.
const SHOWN: usize = 60;

/// A physical line of a block.
pub(super) struct Line<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Line<'a> {
    /// The line around a byte.
    pub(super) fn around(text: &'a str, at: usize, grammar: Grammar) -> Self {
        let bytes = text.as_bytes();
        let start = memrchr(grammar.line_end, &bytes[..at]).map_or(0, |i| i + 1);
        let end = memchr(grammar.line_end, &bytes[at..]).map_or(bytes.len(), |i| at + i);
        let text = text[start..end].trim_end_matches('\r');
        Self { text, start }
    }

    /// The line with a stretch of it marked; positions are those of the block. A long line is cut around it.
    pub(super) fn marked(&self, from: usize, to: usize, label: &str) -> Snippet {
        let inside = |at: usize| {
            let mut at = at.saturating_sub(self.start).min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (from, to) = (inside(from), inside(to));
        let before: Vec<char> = self.text[..from].chars().collect();
        let cut = before.len().saturating_sub(SHOWN);
        let mut text = if cut > 0 { String::from("…") } else { String::new() };
        text.push_str(&escaped(&before[cut..].iter().collect::<String>()));
        let start = text.chars().count();
        let marked: String = self.text[from..to].chars().take(SHOWN).collect();
        text.push_str(&escaped(&marked));
        let len = (text.chars().count() - start).max(1);
        let mut rest = self.text[from + marked.len()..].chars();
        text.push_str(&escaped(&rest.by_ref().take(SHOWN).collect::<String>()));
        if rest.next().is_some() {
            text.push('…');
        }
        Snippet { text, start, len, label: label.into() }
    }
}

/// Lines from the first of the block, and the field from 1, of a byte.
pub(super) fn place_of(text: &[u8], byte: usize, grammar: Grammar) -> (u64, u64) {
    let (mut at, mut fields) = (0, Vec::new());
    while at < text.len() {
        match grammar.next(text, at, true, &mut fields) {
            Next::Row(next) | Next::Nothing(next) if next <= byte => at = next,
            _ => break,
        }
    }
    let column = fields.iter().position(|f| byte <= f.end).map_or(fields.len(), |i| i + 1);
    (grammar.count_lines(&text[..byte]), column.max(1) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Grammar = Grammar { delimiter: b',', line_end: b'\n', escape: None, comment: None };

    #[test]
    fn the_mark_stands_under_the_characters() {
        let text = "x\nñandú,B\u{1b},1\ny";
        let at = text.find('B').expect("there");
        let mark = Line::around(text, at, CSV).marked(at, at + 2, "here");
        assert_eq!(mark.text, "ñandú,B\\u{1b},1");
        assert_eq!((mark.start, mark.len), (6, 7));
        let long = format!("{},{}", "a".repeat(500), "b".repeat(500));
        let mark = Line::around(&long, 501, CSV).marked(501, 1001, "");
        assert!(mark.text.chars().count() < 190 && mark.text.starts_with('…'));
    }

    #[test]
    fn a_byte_has_a_line_and_a_field() {
        let text = b"a,b\n\"c\nd\",e\0f\n";
        assert_eq!(place_of(text, 12, CSV), (2, 2));
        assert_eq!(place_of(text, 0, CSV), (0, 1));
    }
}
