//! The rows of a block into codes and numbers.

use super::blocks::Block;
use super::cells::{self, Cells, Rows};
use super::dialect::Dialect;
use super::number::NumberStyle;
use super::row::{Field, Form, Grammar, Next, QUOTE, unescaped};
use super::snippet::{Line, place_of};
use crate::policy::{Policy, RaggedRule};
use crate::records::{BadCell, Kind, Lines};
use foldhash::fast::RandomState;
use memchr::memchr;
use palenque_graph::{Diagnostic, Diagnostics, Location};
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// What every thread needs to know to parse.
pub(super) struct Job<'a> {
    pub(super) name: &'a str,
    pub(super) dialect: &'a Dialect,
    pub(super) policy: &'a Policy,
    pub(super) numbers: NumberStyle,
    /// Columns of the file and the value that a row must have there.
    pub(super) only: Vec<(usize, &'a str)>,
    /// Whether ids and texts are trimmed or normalised.
    pub(super) cleans: bool,
}

/// The values of a column in one block, with the codes of the thread that parsed it.
#[derive(Debug)]
pub(super) enum PartValues {
    Codes(Vec<u32>),
    Numbers(Vec<f64>),
}

/// What became of one block.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) index: u32,
    pub(super) n_records: usize,
    pub(super) lines: Lines,
    pub(super) columns: Vec<PartValues>,
    pub(super) bad: Vec<BadCell>,
    pub(super) n_bad: u64,
    pub(super) rounded: Option<(u64, usize, usize)>,
    pub(super) rows: u64,
    pub(super) filtered: u64,
    pub(super) ragged: Option<(u64, u64)>,
    /// Fields with quotes inside that do not begin with one: how many, the first one's line and field.
    pub(super) stray: Option<(u64, u64, u64)>,
    pub(super) found: Diagnostics,
}

/// The work of one thread.
pub(super) struct Worker<'a> {
    job: &'a Job<'a>,
    pub(super) cells: Cells<'a>,
    pub(super) parts: Vec<Part>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(job: &'a Job<'a>, state: &RandomState) -> Self {
        Self { job, cells: Cells::new(job, state), parts: Vec::new() }
    }

    /// Parses a block.
    pub(super) fn parse(&mut self, block: &Block, rows: &mut Rows) {
        // As many rows as the block before, and some.
        let before = self.parts.last().map_or(0, |part| part.n_records);
        let expected = before + before / 16 + cells::ROWS;
        let column = |kind| match kind {
            Kind::Number => PartValues::Numbers(Vec::with_capacity(expected)),
            Kind::Id | Kind::Text => PartValues::Codes(Vec::with_capacity(expected)),
        };
        let mut part = Part {
            index: block.index,
            lines: Lines { first_line: block.first_line, ..Lines::default() },
            columns: self.job.dialect.plan.iter().map(|p| column(p.kind)).collect(),
            ..Part::default()
        };
        match checked(block.text()) {
            Ok(text) => {
                let has_comments = self.job.dialect.grammar.comment.is_some();
                if has_comments || memchr(QUOTE, text.as_bytes()).is_some() {
                    self.quoted_rows(text, block, rows, &mut part);
                } else {
                    self.plain_rows(text, block, rows, &mut part);
                }
                self.cells.read(text, rows, &mut part);
            }
            Err(fault) => part.found.push(encoding_fault(
                self.job.name,
                self.job.dialect.grammar,
                &fault,
                block,
            )),
        }
        self.parts.push(part);
    }

    /// Rows of a block without quotes and comments: each line is a row.
    fn plain_rows(&mut self, text: &str, block: &Block, rows: &mut Rows, part: &mut Part) {
        let grammar = self.job.dialect.grammar;
        let bytes = text.as_bytes();
        let (mut start, mut row_start, mut line) = (0, 0, 0);
        let ending = (bytes.last() != Some(&grammar.line_end)).then_some(bytes.len());
        for mark in grammar.marks(bytes).chain(ending) {
            if bytes.get(mark) == Some(&grammar.delimiter) {
                rows.fields.push(Field { start, end: mark, form: Form::Plain });
                start = mark + 1;
                continue;
            }
            let end = grammar.without_return(bytes, start, mark);
            if end > start || rows.fields.len() > rows.current {
                rows.fields.push(Field { start, end, form: Form::Plain });
                let row = Row { text, start: row_start, end, line, block, may_quote: false };
                self.row(&row, rows, part);
            }
            start = mark + 1;
            row_start = start;
            line += 1;
        }
    }

    fn quoted_rows(&mut self, text: &str, block: &Block, rows: &mut Rows, part: &mut Part) {
        let grammar = self.job.dialect.grammar;
        let bytes = text.as_bytes();
        let (mut at, mut line, mut fields) = (0, 0, Vec::new());
        while at < bytes.len() {
            let next = match grammar.next(bytes, at, true, &mut fields) {
                Next::Nothing(next) => next,
                Next::Row(next) => {
                    rows.fields.extend_from_slice(&fields);
                    let row = Row { text, start: at, end: next, line, block, may_quote: true };
                    self.row(&row, rows, part);
                    next
                }
                Next::Cut(open) => {
                    let open = open.unwrap_or(at);
                    part.found.push(unclosed(self.job.name, block, grammar, open, fields.len()));
                    return;
                }
            };
            line += grammar.count_lines(&bytes[at..next]);
            at = next;
        }
    }

    /// A row was split: it waits for its cells to be read, or is left out.
    #[inline]
    fn row(&mut self, row: &Row<'_>, rows: &mut Rows, part: &mut Part) {
        part.rows += 1;
        let is_sound = rows.fields.len() - rows.current == self.job.dialect.titles.len()
            && row.end - row.start <= self.job.policy.max_field_bytes
            && !row.may_quote
            && self.job.only.is_empty();
        if !is_sound && !self.is_used(row, rows, part) {
            rows.fields.truncate(rows.current);
            return;
        }
        rows.lines.push(row.line as u32);
        rows.current = rows.fields.len();
        if rows.lines.len() == cells::ROWS {
            self.cells.read(row.text, rows, part);
        }
    }

    /// Looks at a row closely; a row of the wrong length is made right where that was asked for.
    fn is_used(&self, row: &Row<'_>, rows: &mut Rows, part: &mut Part) -> bool {
        let job = self.job;
        let limit = job.policy.max_field_bytes;
        let fields = &rows.fields[rows.current..];
        if let Some(at) = fields.iter().position(|f| f.end - f.start > limit) {
            let field = &row.text.as_bytes()[fields[at].start..fields[at].end];
            let at = row.location(job.name).column(at as u64 + 1);
            part.found.push(super::blocks::too_long(field, None, limit).at(at));
            return false;
        }
        if row.may_quote && !self.quotes(row, fields, part) {
            return false;
        }
        let width = job.dialect.titles.len();
        if fields.len() != width {
            match job.policy.ragged {
                RaggedRule::Error => {
                    part.found.push(ragged(job, row, fields));
                    return false;
                }
                RaggedRule::Drop => {
                    part.ragged.get_or_insert((0, row.number())).0 += 1;
                    return false;
                }
                RaggedRule::Fill => {
                    let nothing = Field { start: row.end, end: row.end, form: Form::Plain };
                    rows.fields.resize(rows.current + width, nothing);
                }
            }
        }
        let fields = &rows.fields[rows.current..];
        let is_wanted = |&(at, value): &(usize, &str)| job.text(row.text, &fields[at]) == value;
        let is_wanted = job.only.iter().all(is_wanted);
        part.filtered += u64::from(!is_wanted);
        is_wanted
    }

    /// Looks after quotes in a row; `false` where it cannot be used.
    fn quotes(&self, row: &Row<'_>, fields: &[Field], part: &mut Part) -> bool {
        for (at, field) in fields.iter().enumerate() {
            let text = &row.text[field.start..field.end];
            match field.form {
                Form::Plain if has_bare_quote(text) => {
                    let (count, ..) = part.stray.get_or_insert((0, row.number(), at as u64 + 1));
                    *count += 1;
                }
                Form::TextAfterQuote => {
                    let at = row.location(self.job.name).column(at as u64 + 1);
                    let line = Line::around(row.text, field.start, self.job.dialect.grammar);
                    let mark = line.marked(
                        field.start,
                        field.end,
                        "the quote that closes is not the last",
                    );
                    part.found.push(text_after_quote(text).at(at).snippet(mark));
                    return false;
                }
                Form::Plain | Form::Quoted | Form::Escaped => {}
            }
        }
        true
    }
}

impl Job<'_> {
    /// A field's text as it counts: without quotes, and trimmed or normalised if that was asked for.
    pub(super) fn text<'t>(&self, text: &'t str, field: &Field) -> Cow<'t, str> {
        let raw = &text[field.start..field.end];
        let mut value: Cow<'t, str> = match field.form {
            Form::Escaped => unescaped(raw, self.dialect.grammar.escape).into(),
            _ => raw.into(),
        };
        if self.policy.trim {
            value = match value {
                Cow::Borrowed(v) => v.trim().into(),
                Cow::Owned(v) => v.trim().to_owned().into(),
            };
        }
        if self.policy.normalize_nfc && is_nfc_quick(value.chars()) != IsNormalized::Yes {
            value = value.nfc().collect::<String>().into();
        }
        value
    }
}

/// A row, for saying where it is.
struct Row<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    /// Lines from the first of the block.
    line: u64,
    block: &'a Block,
    /// Whether a quote may be in it.
    may_quote: bool,
}

impl Row<'_> {
    fn number(&self) -> u64 {
        self.block.first_line + self.line
    }

    fn location(&self, name: &str) -> Location {
        Location::file(name).line(self.number()).byte(self.block.offset + self.start as u64)
    }
}

/// E0210.
pub(super) fn text_after_quote(text: &str) -> Diagnostic {
    let help = if text.contains("\\\"") {
        "the quotes seem to be escaped by a backslash: pass `--escape '\\\\'`"
    } else {
        "double the quotes that are part of the text: `\"a \"\"b\"\" c\"`"
    };
    Diagnostic::new("E0210", "text follows the closing quote of a field").help(help)
}

/// W0210.
pub(super) fn stray(count: u64) -> Diagnostic {
    let what = format!("{count} fields hold quotes and are not quoted; they were kept as they are");
    let help = "quote such fields and double the quotes inside, or pass `--allow W0210`";
    Diagnostic::new("W0210", what).help(help)
}

/// E0201 or E0203.
pub(super) fn encoding_fault(
    name: &str,
    grammar: Grammar,
    fault: &Fault,
    block: &Block,
) -> Diagnostic {
    let (id, at, what, help) = match *fault {
        Fault::Utf8(at) => {
            let byte = block.text()[at];
            let what = format!("byte 0x{byte:02x} is not UTF-8");
            let help = "if the file is Windows-1252 or Latin-1, pass `--encoding windows-1252`; \
                            if encodings are mixed, save it again as UTF-8";
            ("E0201", at, what, help)
        }
        Fault::Nul(at) => (
            "E0203",
            at,
            "there is a NUL byte in the text".into(),
            "remove it, or check the export",
        ),
    };
    let (line, column) = place_of(block.text(), at, grammar);
    let place = Location::file(name)
        .line(block.first_line + line)
        .column(column)
        .byte(block.offset + at as u64);
    Diagnostic::new(id, what).at(place).help(help)
}

/// What makes a block no text, and where.
pub(super) enum Fault {
    Utf8(usize),
    Nul(usize),
}

pub(super) fn checked(bytes: &[u8]) -> Result<&str, Fault> {
    let nul = memchr(0, bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => nul.map_or(Ok(text), |at| Err(Fault::Nul(at))),
        Err(error) => match nul.filter(|&at| at < error.valid_up_to()) {
            Some(at) => Err(Fault::Nul(at)),
            None => Err(Fault::Utf8(error.valid_up_to())),
        },
    }
}

/// E0204, at the quote that is not closed.
pub(super) fn unclosed(
    name: &str,
    block: &Block,
    grammar: Grammar,
    open: usize,
    fields: usize,
) -> Diagnostic {
    let line = grammar.count_lines(&block.text()[..open]);
    let at = Location::file(name)
        .line(block.first_line + line)
        .column(fields.max(1) as u64)
        .byte(block.offset + open as u64);
    super::blocks::too_long(&[], Some(open), 0).at(at)
}

/// E0205, with what may be behind it.
fn ragged(job: &Job<'_>, row: &Row<'_>, fields: &[Field]) -> Diagnostic {
    let titles = &job.dialect.titles;
    let (n, expected) = (fields.len(), titles.len());
    let count = if n == 1 { "1 field".into() } else { format!("{n} fields") };
    let what = format!("row has {count}, the header has {expected}");
    let line = Line::around(row.text, row.start, job.dialect.grammar);
    let mark = match titles.get(n) {
        Some(title) => {
            let end = fields.last().map_or(row.start, |f| f.end);
            let title = palenque_graph::diagnostic::shown(title);
            line.marked(end, end, &format!("`{title}` is missing here"))
        }
        None => line.marked(fields[expected].start, row.end, "too much"),
    };
    let mut found = Diagnostic::new("E0205", what).at(row.location(job.name)).snippet(mark);
    let is_last = row.block.last && row.text[row.end..].trim().is_empty() && n < expected;
    if is_last {
        let note = format!("the file may have been cut off; its last line is {}", row.number());
        found = found.note(note);
    }
    if let Some(number) = split_number(row.text, fields, job.dialect.grammar.delimiter) {
        found = found.note(format!("`{number}` looks like one number with a thousands separator"));
        return found
            .help("write it without the separator, or between quotes with `--thousands ,`");
    }
    found
        .help("`--ragged drop` leaves such rows out and counts them, `--ragged fill` fills them up")
}

/// Two fields that were one number, such as `1,234.50`.
fn split_number(text: &str, fields: &[Field], delimiter: u8) -> Option<String> {
    let field = |f: &Field| &text[f.start..f.end];
    let head = |f: &str| (1..=3).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit());
    let tail = |f: &str| {
        let (whole, fraction) = f.split_once('.').unwrap_or((f, ""));
        whole.len() == 3 && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
    };
    let pair = fields.windows(2).find(|w| head(field(&w[0])) && tail(field(&w[1])))?;
    (delimiter == b',').then(|| format!("{},{}", field(&pair[0]), field(&pair[1])))
}

/// Whether a quote stands in a text that is not escaped by a backslash: one that is was meant as it stands.
pub(super) fn has_bare_quote(text: &str) -> bool {
    text.match_indices('"').any(|(at, _)| !text[..at].ends_with('\\'))
}
