//! What a person reads when something is wrong with an input.

use crate::codes;
use std::collections::BTreeMap;
use std::fmt;

/// How serious a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// The result is complete, and may not be what was meant.
    Warning,
    /// There is no result.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The file as the user named it.
    pub file: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The physical line, or the row of a sheet, from 1.
    pub line: Option<u64>,
    /// The field of the row, from 1.
    pub column: Option<u64>,
    /// The name of the field's column.
    pub field: Option<String>,
    /// The byte in the (decompressed, decoded) text, from 0.
    pub byte: Option<u64>,
}

impl Location {
    /// A place that is a whole file.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// The same place on a sheet of a workbook.
    #[must_use]
    pub fn sheet(mut self, sheet: impl Into<String>) -> Self {
        self.sheet = Some(sheet.into());
        self
    }

    /// The same place with a line.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same place with a field's number.
    #[must_use]
    pub fn column(mut self, column: u64) -> Self {
        self.column = Some(column);
        self
    }

    /// The same place with a column's name.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same place with a byte.
    #[must_use]
    pub fn byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }

    /// The place on a sheet as a spreadsheet names it: `edges!C2`, `edges!3` for a row, `edges` for the sheet.
    #[must_use]
    pub fn cell(&self) -> Option<String> {
        let sheet = self.sheet.as_deref()?;
        let is_plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_');
        let sheet =
            if is_plain { sheet.into() } else { format!("'{}'", sheet.replace('\'', "''")) };
        Some(match (self.line, self.column) {
            (Some(row), Some(column)) => format!("{sheet}!{}{row}", column_letters(column)),
            (Some(row), None) => format!("{sheet}!{row}"),
            (None, Some(column)) => format!("{sheet}!{}", column_letters(column)),
            (None, None) => sheet,
        })
    }
}

/// The letters by which a spreadsheet names a column, counted from 1: A to Z, then AA.
fn column_letters(column: u64) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(cell) = self.cell() {
            write!(f, ":{cell}")?;
        } else if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if let Some(field) = &self.field {
            write!(f, ", column `{field}`")?;
        }
        Ok(())
    }
}

/// The line of a file that a diagnostic is about, with a stretch of it marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The line's text.
    pub text: String,
    /// Where the mark begins, in characters from 0.
    pub start: usize,
    /// How many characters are marked.
    pub len: usize,
    /// What is said beside the mark.
    pub label: String,
}

/// One finding: what, where, what it means, what to type. Its id never changes meaning ([`codes`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    id: &'static str,
    what: String,
    at: Option<Box<Location>>,
    snippet: Option<Box<Snippet>>,
    notes: Vec<String>,
    help: Option<String>,
}

impl Diagnostic {
    /// A finding with a code of [`codes::ALL`].
    ///
    /// # Panics
    /// In debug builds, if the code is not listed.
    #[must_use]
    pub fn new(id: &'static str, what: impl Into<String>) -> Self {
        debug_assert!(codes::find(id).is_some(), "code {id} is not listed in codes::ALL");
        Self { id, what: what.into(), at: None, snippet: None, notes: Vec::new(), help: None }
    }

    /// The same finding at a place.
    #[must_use]
    pub fn at(mut self, at: Location) -> Self {
        self.at = Some(Box::new(at));
        self
    }

    /// The same finding with the line it is about.
    #[must_use]
    pub fn snippet(mut self, snippet: Snippet) -> Self {
        self.snippet = Some(Box::new(snippet));
        self
    }

    /// The same finding with one more note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same finding with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The code, such as `E0205`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Errors begin with `E`, warnings with `W`.
    #[must_use]
    pub fn severity(&self) -> Severity {
        Self::severity_of(self.id)
    }

    /// What happened, in one sentence without a full stop.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Where.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.at.as_deref()
    }

    /// The line it is about.
    #[must_use]
    pub fn line_text(&self) -> Option<&Snippet> {
        self.snippet.as_deref()
    }

    /// What it means.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What to type.
    #[must_use]
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

/// Findings as they are collected: all are counted, the first of each code are kept.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    counts: BTreeMap<&'static str, u64>,
}

impl Diagnostics {
    /// How many findings of one code are kept in full.
    pub const KEPT_PER_CODE: u64 = 1000;

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = self.counts.entry(diagnostic.id).or_insert(0);
        *count += 1;
        if *count <= Self::KEPT_PER_CODE {
            self.kept.push(diagnostic);
        }
    }

    /// Adds one finding that stands for `count` occurrences.
    pub fn push_counted(&mut self, diagnostic: Diagnostic, count: u64) {
        *self.counts.entry(diagnostic.id).or_insert(0) += count;
        self.kept.push(diagnostic);
    }

    /// Counts occurrences of a code of which enough were kept.
    ///
    /// # Panics
    /// In debug builds, if the code is not listed.
    pub fn count_more(&mut self, id: &'static str, count: u64) {
        debug_assert!(codes::find(id).is_some(), "code {id} is not listed in codes::ALL");
        *self.counts.entry(id).or_insert(0) += count;
    }

    /// Whether so many findings of a code were added that further ones are only counted.
    #[must_use]
    pub fn has_enough(&self, id: &str) -> bool {
        self.counts.get(id).is_some_and(|&count| count >= Self::KEPT_PER_CODE)
    }

    /// Adds all findings of another collection; of each code as many are kept as there is room for.
    pub fn extend(&mut self, other: Self) {
        let mut rooms: BTreeMap<&'static str, u64> = BTreeMap::new();
        for diagnostic in other.kept {
            let counted = self.counts.get(diagnostic.id).copied().unwrap_or(0);
            let room = rooms
                .entry(diagnostic.id)
                .or_insert_with(|| Self::KEPT_PER_CODE.saturating_sub(counted));
            if *room > 0 {
                *room -= 1;
                self.kept.push(diagnostic);
            }
        }
        for (id, count) in other.counts {
            *self.counts.entry(id).or_insert(0) += count;
        }
    }

    /// The findings kept, in the order of adding.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Diagnostic> + '_ {
        self.kept.iter()
    }

    /// How often each code was found.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// How many findings there are of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> u64 {
        let of = |id: &str| Diagnostic::severity_of(id) == severity;
        self.counts.iter().filter(|(id, _)| of(id)).map(|(_, n)| n).sum()
    }

    /// Whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

impl Diagnostic {
    fn severity_of(id: &str) -> Severity {
        match id.as_bytes().first() {
            Some(b'E') => Severity::Error,
            Some(b'W') => Severity::Warning,
            _ => Severity::Info,
        }
    }
}

/// Text from a file as it may be shown to a person: control, bidirectional-override and invisible characters
/// become visible escapes (`\u{1b}`), and anything over 40 characters is cut with `…`.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut out = escaped(text.chars().take(40).collect::<String>().as_str());
    if text.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}

/// Text with control, bidirectional-override and invisible characters made visible (`\u{1b}`).
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character is invisible or changes how its neighbours are shown. The joiners U+200C and U+200D are
/// not among them: Persian names and emoji are spelt with them.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// The candidate within edit distance 2 of a word, the nearest first, then in order.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let ranked = candidates.map(|c| (edit_distance(word, c), c));
    ranked.filter(|&(d, _)| d <= 2).min_by_key(|&(d, _)| d).map(|(_, c)| c)
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_of_each_code_kept() {
        let mut found = Diagnostics::default();
        for line in 0..1500 {
            found.push(Diagnostic::new("E0205", "row").at(Location::file("a").line(line)));
        }
        found.push(Diagnostic::new("W0408", "twice"));
        assert_eq!(found.counts()["E0205"], 1500);
        assert_eq!(found.iter().len(), 1001);
        assert_eq!((found.count(Severity::Error), found.count(Severity::Warning)), (1500, 1));
    }

    #[test]
    fn collections_join_under_the_same_limit() {
        let many = |n: u64| {
            let mut found = Diagnostics::default();
            (0..n).for_each(|_| found.push(Diagnostic::new("E0205", "row")));
            found
        };
        let mut found = many(700);
        assert!(!found.has_enough("E0205"));
        found.extend(many(700));
        found.count_more("E0205", 10);
        assert!(found.has_enough("E0205"));
        assert_eq!((found.iter().len(), found.counts()["E0205"]), (1000, 1410));
    }

    #[test]
    fn cells_are_named_as_spreadsheets_name_them() {
        let at = |sheet: &str, column| Location::file("a.xlsx").sheet(sheet).line(2).column(column);
        assert_eq!(at("edges", 3).to_string(), "a.xlsx:edges!C2");
        assert_eq!(at("Hoja 1", 27).field("x").to_string(), "a.xlsx:'Hoja 1'!AA2, column `x`");
        assert_eq!(at("e", 16_384).cell().as_deref(), Some("e!XFD2"));
        assert_eq!(Location::file("a").sheet("e").line(3).cell().as_deref(), Some("e!3"));
        assert_eq!(Location::file("a").line(3).column(1).to_string(), "a:3:1");
    }

    #[test]
    fn text_from_files_cannot_steer_a_terminal() {
        assert_eq!(shown("\u{1b}[31mred\u{202e}"), "\\u{1b}[31mred\\u{202e}");
        assert_eq!(shown(&"x".repeat(50)), format!("{}…", "x".repeat(40)));
        assert_eq!(shown("علی\u{200c}رضا"), "علی\u{200c}رضا");
    }

    #[test]
    fn edit_distance_counts_single_changes() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "ab"), 2);
        assert_eq!(nearest("pagerankk", ["pagerank", "degree"].into_iter()), Some("pagerank"));
        assert_eq!(nearest("xyzzy", ["pagerank"].into_iter()), None);
    }
}
