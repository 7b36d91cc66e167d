//! How wide text is, in the bundled font, and how names are made safe and short.

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider, charmap::Charmap};
use std::fmt::Write as _;
use std::sync::LazyLock;
use unicode_width::UnicodeWidthChar;

/// Names longer than this many display cells are cut.
pub(crate) const LABEL_CELLS: usize = 40;

/// Regular or bold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Weight {
    #[default]
    Regular,
    Bold,
}

struct Face {
    characters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Self {
        let font = FontRef::new(bytes).expect("the bundled font is a font");
        Self {
            characters: font.charmap(),
            widths: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
        }
    }

    /// Width in em. What the font lacks a browser takes from another one: about one em for wide characters.
    fn width(&self, character: char) -> f64 {
        let in_font = self.characters.map(character).filter(|glyph| glyph.to_u32() != 0);
        match in_font.and_then(|glyph| self.widths.advance_width(glyph)) {
            Some(width) => f64::from(width),
            None => match character.width() {
                Some(0) | None => 0.0,
                Some(1) => 0.64,
                Some(_) => 1.05,
            },
        }
    }
}

static REGULAR: LazyLock<Face> = LazyLock::new(|| Face::new(dejavu::sans::regular()));
static BOLD: LazyLock<Face> = LazyLock::new(|| Face::new(dejavu::sans::bold()));

/// The width of a line of text: the sum of its advances, which kerning makes smaller, never larger.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let face = match weight {
        Weight::Regular => &*REGULAR,
        Weight::Bold => &*BOLD,
    };
    size * text.chars().map(|c| face.width(c)).sum::<f64>()
}

/// The text in lines no wider than `limit`, broken at spaces. A longer word is cut.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer.filter(|line| width(line, size, weight) <= limit) {
            Some(line) => *lines.last_mut().expect("there is a last line") = line,
            None => lines.push(fit(word, size, weight, limit)),
        }
    }
    lines
}

/// The text, cut with an ellipsis where it is wider than `limit`.
pub(crate) fn fit(text: &str, size: f64, weight: Weight, limit: f64) -> String {
    if width(text, size, weight) <= limit {
        return text.to_owned();
    }
    let room = limit - width("…", size, weight);
    let mut used = 0.0;
    let kept = text.chars().take_while(|c| {
        used += width(c.encode_utf8(&mut [0; 4]), size, weight);
        used <= room
    });
    let kept: String = kept.collect();
    format!("{}…", kept.trim_end())
}

/// A name as it is drawn: control characters visible, at most [`LABEL_CELLS`] display cells.
pub(crate) fn label(name: &str) -> String {
    let shown = visible(name);
    let cells = |c: char| c.width().unwrap_or(0);
    let is_short = shown.chars().map(cells).sum::<usize>() <= LABEL_CELLS;
    if is_short && shown.chars().count() <= 4 * LABEL_CELLS {
        return shown;
    }
    let (mut used, mut count) = (0, 0);
    let kept = shown.chars().take_while(|&c| {
        used += cells(c);
        count += 1;
        used < LABEL_CELLS && count < 4 * LABEL_CELLS
    });
    let kept: String = kept.collect();
    format!("{}…", kept.trim_end())
}

/// The text with control characters, direction overrides and what XML forbids as `\u{1}`.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}');
        if c.is_control() || steers {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// With a small first letter, as within a sentence; the rest, such as the code of a currency, as it is.
pub(crate) fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_letter_becomes_small() {
        assert_eq!(uncapitalised("Flow (MXN thousand)"), "flow (MXN thousand)");
        assert_eq!(uncapitalised(""), "");
    }

    #[test]
    fn widths_are_those_of_the_font() {
        // DejaVu Sans: 2048 units an em, `0` 1303, `i` 569; bold `0` 1425.
        assert!((width("0", 2048.0, Weight::Regular) - 1303.0).abs() < 0.5);
        assert!((width("ii", 2048.0, Weight::Regular) - 1138.0).abs() < 0.5);
        assert!((width("0", 2048.0, Weight::Bold) - 1425.0).abs() < 0.5);
    }

    #[test]
    fn a_name_of_1100_characters_becomes_40_cells() {
        let shown = label(&"é".repeat(1100));
        assert_eq!(shown.chars().count(), 40);
        assert!(shown.ends_with('…'));
        assert_eq!(label(&"醸".repeat(30)).chars().count(), 20, "wide characters take two cells");
        assert_eq!(label("short"), "short");
    }

    #[test]
    fn a_pile_of_accents_is_cut() {
        let pile = format!("a{}", "\u{301}".repeat(10_000));
        assert!(label(&pile).chars().count() <= 4 * LABEL_CELLS);
    }

    #[test]
    fn control_characters_and_overrides_are_shown() {
        assert_eq!(visible("a\u{1}b\tc\u{202e}d"), "a\\u{1}b\\u{9}c\\u{202e}d");
        assert_eq!(visible("مزكال"), "مزكال");
    }

    #[test]
    fn wrapped_lines_fit_and_lose_no_word() {
        let text = "one two three four five six seven";
        let lines = wrap(text, 10.0, Weight::Regular, 80.0);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| width(line, 10.0, Weight::Regular) <= 80.0));
        assert_eq!(lines.join(" "), text);
        assert!(wrap("", 10.0, Weight::Regular, 80.0).is_empty());
        assert_eq!(wrap("unbreakable", 10.0, Weight::Regular, 0.0), ["…"]);
    }
}
