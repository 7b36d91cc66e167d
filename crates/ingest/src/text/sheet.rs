//! The rows of a sheet of delimited text, one after the other.

use super::blocks::{self, Block, Blocks, Position, Stop};
use super::row::{Form, Grammar, Next, unescaped};
use super::{START, dialect, encoding, parse};
use crate::io_table::{Cell, RowSink};
use crate::policy::Policy;
use crate::source::{Peeked, explained};
use palenque_graph::{Diagnostic, Diagnostics, Location, Progress};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// How a sheet was understood.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// What was found wrong with its form.
    pub(crate) found: Diagnostics,
    /// Whether it was read to its end.
    pub(crate) is_whole: bool,
    /// `delimiter` and `encoding`.
    pub(crate) dialect: BTreeMap<String, String>,
}

/// Hands the rows of a text to whoever makes a table of them; blank lines and comments are passed over.
///
/// # Errors
/// What keeps the text from being read at all. What is wrong further down is among the findings.
pub(crate) fn read(
    raw: Peeked,
    name: &str,
    path: &Path,
    (policy, progress): (&Policy, &dyn Progress),
    sink: &mut dyn RowSink,
) -> Result<Sheet, Box<Diagnostic>> {
    let broken = |error: io::Error| Box::new(explained(error, name));
    let decoded = encoding::decode(raw, name, policy).map_err(broken)?;
    let mut text = decoded.text;
    let mut start = vec![0; START];
    let filled = blocks::fill(&mut text, &mut start).map_err(broken)?;
    start.truncate(filled);
    let form = dialect::form(&start, name, path, policy)?;
    let grammar = form.grammar;
    let mut sheet = Sheet { is_whole: true, ..Sheet::default() };
    sheet.dialect.insert("delimiter".into(), super::shown_delimiter(grammar.delimiter));
    sheet.dialect.insert("encoding".into(), decoded.encoding.into());
    for finding in decoded.found.into_iter().chain(form.guessed) {
        sheet.found.push(finding);
    }
    start.drain(..form.at);
    let position = Position { index: 0, line: form.line, offset: form.at as u64 };
    // A row of a table is a field a sector, each of which may be as long as a field may be; few are.
    let longest = policy.max_field_bytes.saturating_mul(16).clamp(START, 1 << 30);
    let mut blocks = Blocks::new(text, start, grammar, longest, position);
    if filled < START {
        blocks = blocks.sized(filled + 1);
    }
    let mut block = Block::default();
    let mut reading = Reading { name, policy, grammar, sink, stray: None };
    while !progress.cancelled() {
        match blocks.next(&mut block) {
            Ok(true) => {}
            Ok(false) => break,
            Err(stop) => {
                sheet.found.push(stopped(stop, &reading));
                sheet.is_whole = false;
                break;
            }
        }
        progress.advance(block.text().len() as u64);
        if let Err(finding) = reading.block(&block) {
            sheet.found.push(*finding);
            sheet.is_whole = false;
            break;
        }
    }
    sheet.is_whole &= !progress.cancelled();
    if let Some((n, at)) = reading.stray {
        sheet.found.push_counted(parse::stray(n).at(at), n);
    }
    Ok(sheet)
}

/// The titles of the first row, to tell what a file is: as far as they can be read at all.
pub(crate) fn titles(raw: &mut Peeked, policy: &Policy) -> Vec<String> {
    const HEAD: usize = 1 << 16;
    let Ok(head) = raw.peek(HEAD) else { return Vec::new() };
    let copy = Peeked::new(Box::new(io::Cursor::new(head.to_vec())));
    let Ok(decoded) = encoding::decode(copy, "", policy) else { return Vec::new() };
    let mut start = Vec::new();
    // Cut off in the middle of a character it ends there.
    let _ = decoded.text.take(HEAD as u64).read_to_end(&mut start);
    let form = dialect::form(&start, "", Path::new(""), policy);
    let titles = form.map(|form| dialect::titles(&start, form.at, form.grammar));
    titles.ok().and_then(Result::ok).map(|(titles, _)| titles).unwrap_or_default()
}

/// Rows as they are split and handed on.
struct Reading<'a> {
    name: &'a str,
    policy: &'a Policy,
    grammar: Grammar,
    sink: &'a mut dyn RowSink,
    /// Fields with quotes inside that do not begin with one: how many, and where the first is.
    stray: Option<(u64, Location)>,
}

impl Reading<'_> {
    fn block(&mut self, block: &Block) -> Result<(), Box<Diagnostic>> {
        let text = parse::checked(block.text()).map_err(|fault| {
            Box::new(parse::encoding_fault(self.name, self.grammar, &fault, block))
        })?;
        let (mut at, mut line, mut fields) = (0, block.first_line, Vec::new());
        let mut written: Vec<Cow<'_, str>> = Vec::new();
        while at < text.len() {
            let next = match self.grammar.next(text.as_bytes(), at, true, &mut fields) {
                Next::Nothing(next) => next,
                Next::Cut(open) => {
                    let open = open.unwrap_or(at);
                    let finding =
                        parse::unclosed(self.name, block, self.grammar, open, fields.len());
                    return Err(Box::new(finding));
                }
                Next::Row(next) => {
                    written.clear();
                    for (nth, field) in fields.iter().enumerate() {
                        let raw = &text[field.start..field.end];
                        let place = || Location::file(self.name).line(line).column(nth as u64 + 1);
                        if raw.len() > self.policy.max_field_bytes {
                            let limit = self.policy.max_field_bytes;
                            let long = blocks::too_long(raw.as_bytes(), None, limit);
                            return Err(Box::new(long.at(place())));
                        }
                        written.push(match field.form {
                            Form::Escaped => unescaped(raw, self.grammar.escape).into(),
                            Form::TextAfterQuote => {
                                let finding = parse::text_after_quote(raw).at(place());
                                return Err(Box::new(finding));
                            }
                            Form::Plain if parse::has_bare_quote(raw) => {
                                self.stray.get_or_insert_with(|| (0, place())).0 += 1;
                                raw.into()
                            }
                            Form::Plain | Form::Quoted => raw.into(),
                        });
                    }
                    self.row(line, &written)?;
                    next
                }
            };
            line += self.grammar.count_lines(&text.as_bytes()[at..next]);
            at = next;
        }
        Ok(())
    }

    fn row(&mut self, line: u64, written: &[Cow<'_, str>]) -> Result<(), Box<Diagnostic>> {
        let normal: Vec<String>;
        let texts: Vec<&str> = if self.policy.normalize_nfc {
            normal = written.iter().map(|text| text.nfc().collect()).collect();
            normal.iter().map(String::as_str).collect()
        } else {
            written.iter().map(AsRef::as_ref).collect()
        };
        let cells: Vec<Cell<'_>> = texts.into_iter().map(Cell::Text).collect();
        let refused = self.sink.row(line, &cells);
        refused.map_err(|refusal| Box::new(refusal.at(Location::file(self.name))))
    }
}

fn stopped(stop: Stop, reading: &Reading<'_>) -> Diagnostic {
    match stop {
        Stop::Io(error) => explained(error, reading.name),
        Stop::Long { line, row, open } => {
            let at = Location::file(reading.name).line(line);
            blocks::too_long(&row, open, reading.policy.max_field_bytes).at(at)
        }
    }
}
