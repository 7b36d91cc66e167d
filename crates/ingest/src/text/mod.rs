//! Delimited text: parsed in parallel by something that knows its line.
//!
//! One thread at a time reads the next block of whole rows, hashes and decodes it; all parse. A block is known
//! by its position in the text, so the result does not depend on who parsed it.

mod blocks;
mod cells;
mod dialect;
pub(crate) mod encoding;
pub(crate) mod number;
mod parse;
mod row;
pub(crate) mod sheet;
mod snippet;

use crate::intern::{self, Merged, joined};
use crate::layout::Titles;
use crate::reader::{self, Parsed};
use crate::records::{Kind, MISSING, Places, Planned, Records, Values};
use crate::source::{Peeked, explained};
use blocks::{Block, Blocks, Position, Stop};
use cells::Rows;
use dialect::Dialect;
use foldhash::fast::RandomState;
use number::NumberStyle;
use palenque_graph::{Diagnostic, Diagnostics, Location, Progress};
use parse::{Job, Part, PartValues, Worker};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// How much of a text is looked at to find its header.
const START: usize = 1 << 20;

/// Reads delimited text.
///
/// # Errors
/// What keeps the header from being understood. Anything wrong further down is among the findings of the records.
pub(crate) fn read(
    raw: Peeked,
    name: &str,
    path: &Path,
    reading: &reader::Job<'_>,
) -> Result<Parsed, Box<Diagnostic>> {
    let reader::Job { layout, policy, progress } = *reading;
    let broken = |error: io::Error| Box::new(explained(error, name));
    let decoded = encoding::decode(raw, name, policy).map_err(broken)?;
    let mut text = decoded.text;
    let mut start = vec![0; START];
    let filled = blocks::fill(&mut text, &mut start).map_err(broken)?;
    start.truncate(filled);
    let dialect = dialect::detect(&start, name, path, layout, policy)?;
    let (byte, line) = dialect.body;
    start.drain(..byte);
    let position = Position { index: 0, line, offset: byte as u64 };
    let longest = policy.max_field_bytes.saturating_mul(4).clamp(START, 1 << 30);
    let mut blocks = Blocks::new(text, start, dialect.grammar, longest, position);
    if filled < START {
        // The text is over; one block holds the rest.
        blocks = blocks.sized(filled + 1);
    }
    let titles = Titles::new(&dialect.titles, policy);
    let wanted = |(title, value): &'_ (String, String)| {
        Some((titles.find(title)?, value.as_str().to_owned()))
    };
    let only: Vec<(usize, String)> = policy.only.iter().filter_map(wanted).collect();
    let job = Job {
        name,
        dialect: &dialect,
        policy,
        numbers: NumberStyle::of(policy),
        only: only.iter().map(|(at, value)| (*at, value.as_str())).collect(),
        cleans: policy.trim || policy.normalize_nfc,
    };
    let (mut records, is_whole) = parse_all(&job, blocks, progress);
    let mut found = Diagnostics::default();
    for finding in decoded.found.into_iter().chain(dialect.found.iter().cloned()) {
        found.push(finding);
    }
    found.extend(std::mem::take(&mut records.found));
    records.found = found;
    let said = described(&dialect, decoded.encoding);
    Ok(Parsed { records, is_whole, dialect: said, titles: dialect.titles })
}

fn shown_delimiter(delimiter: u8) -> String {
    if delimiter == b'\t' { "\\t".into() } else { char::from(delimiter).to_string() }
}

fn described(dialect: &Dialect, encoding: &str) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    said.insert("delimiter".into(), shown_delimiter(dialect.grammar.delimiter));
    said.insert("encoding".into(), encoding.into());
    if let Some(line) = dialect.header_line {
        said.insert("header".into(), line.to_string());
    }
    for planned in &dialect.plan {
        said.insert(format!("column {}", planned.name), planned.title.clone());
    }
    said
}

/// Lets all threads parse until the text ends; whether it did, and was not cut short.
fn parse_all(job: &Job<'_>, blocks: Blocks, progress: &dyn Progress) -> (Records, bool) {
    let state = RandomState::default();
    let shared = Mutex::new((blocks, None));
    let work = || {
        let mut worker = Worker::new(job, &state);
        let (mut block, mut rows) = (Block::default(), Rows::default());
        while !progress.cancelled() {
            {
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                match shared.0.next(&mut block) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(stop) => {
                        shared.1 = Some(stop);
                        break;
                    }
                }
            }
            worker.parse(&block, &mut rows);
            progress.advance(block.text().len() as u64);
        }
        (worker.cells.ids, worker.cells.texts, worker.parts)
    };
    let n_threads = job.policy.threads.max(1);
    let results: Vec<_> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..n_threads).map(|_| scope.spawn(work)).collect();
        std::iter::once(work()).chain(others.into_iter().map(joined)).collect()
    });
    let (mut ids, mut texts, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for (thread, (id_table, text_tables, own)) in results.into_iter().enumerate() {
        ids.push(id_table);
        texts.push(text_tables);
        parts.extend(own.into_iter().map(|part| (thread, part)));
    }
    parts.sort_by_key(|(_, part)| part.index);
    let stop = shared.into_inner().unwrap_or_else(PoisonError::into_inner).1;
    let mut records = joined_parts(job, ids, texts, parts);
    let is_whole = stop.is_none() && !progress.cancelled();
    if let Some(stop) = stop {
        records.found.push(stopped(stop, job));
    }
    (records, is_whole)
}

/// What ended the text before its end.
fn stopped(stop: Stop, job: &Job<'_>) -> Diagnostic {
    match stop {
        Stop::Io(error) => explained(error, job.name),
        Stop::Long { line, row, open } => {
            let grammar = job.dialect.grammar;
            let at = open.unwrap_or_default();
            let (lines, column) = match open {
                Some(at) => snippet::place_of(&row[..=at], at, grammar),
                None => snippet::place_of(&row, row.len() - 1, grammar),
            };
            let at = Location::file(job.name).line(line + lines).column(column).byte(at as u64);
            blocks::too_long(&row, open, job.policy.max_field_bytes).at(at)
        }
    }
}

/// One set of records from the parts of all threads, in the order of the text.
fn joined_parts(
    job: &Job<'_>,
    ids: Vec<intern::Interner>,
    texts: Vec<Vec<intern::Interner>>,
    mut parts: Vec<(usize, Part)>,
) -> Records {
    let plan = &job.dialect.plan;
    let mut records = Records::default();
    let mut lines = Vec::with_capacity(parts.len());
    let mut stray: Option<(u64, u64, u64)> = None;
    for (_, part) in &mut parts {
        let base = records.n_records;
        part.lines.first_record = base;
        lines.push(std::mem::take(&mut part.lines));
        for mut cell in std::mem::take(&mut part.bad) {
            cell.record += base;
            records.bad.push(cell);
        }
        records.n_bad += part.n_bad;
        if let Some((count, record, column)) = part.rounded {
            records.rounded.get_or_insert((0, base + record, column)).0 += count;
        }
        if let Some((count, line)) = part.ragged {
            records.ragged.get_or_insert((0, line)).0 += count;
        }
        if let Some((count, line, column)) = part.stray {
            stray.get_or_insert((0, line, column)).0 += count;
        }
        records.rows += part.rows;
        records.filtered += part.filtered;
        records.found.extend(std::mem::take(&mut part.found));
        records.n_records += part.n_records;
    }
    records.places = Places::lines(lines);
    if let Some((count, line, column)) = stray {
        let at = Location::file(job.name).line(line).column(column);
        records.found.push_counted(parse::stray(count).at(at), count);
    }

    let ids = intern::merge(ids);
    let mut columns_of_texts: Vec<Vec<intern::Interner>> = Vec::new();
    for thread in texts {
        columns_of_texts.resize_with(thread.len(), Vec::new);
        for (column, table) in columns_of_texts.iter_mut().zip(thread) {
            column.push(table);
        }
    }
    let texts: Vec<Merged> = columns_of_texts.into_iter().map(intern::merge).collect();
    let filled = fill_columns(job, records.n_records, &ids, &texts, parts);
    let mut texts = texts.into_iter();
    let named = |(planned, values): (&Planned, PartValues)| {
        let values = match (planned.kind, values) {
            (Kind::Id, PartValues::Codes(codes)) => Values::Ids(codes),
            (_, PartValues::Codes(codes)) => {
                Values::Text(texts.next().map(|t| t.ids).unwrap_or_default(), codes)
            }
            (_, PartValues::Numbers(numbers)) => Values::Number(numbers),
        };
        (planned.clone(), values)
    };
    records.columns = plan.iter().zip(filled).map(named).collect();
    records.ids = ids.ids;
    records
}

/// A stretch of a whole column that one part fills.
enum Slot<'a> {
    Codes(&'a mut [u32], &'a Merged),
    Numbers(&'a mut [f64]),
}

/// The columns of all parts, end to end, with final codes. Every part is dropped as soon as it is copied.
fn fill_columns(
    job: &Job<'_>,
    n: usize,
    ids: &Merged,
    texts: &[Merged],
    parts: Vec<(usize, Part)>,
) -> Vec<PartValues> {
    let plan = &job.dialect.plan;
    let empty = |p: &Planned| match p.kind {
        Kind::Number => PartValues::Numbers(vec![0.0; n]),
        Kind::Id | Kind::Text => PartValues::Codes(vec![0; n]),
    };
    let mut columns: Vec<PartValues> = plan.iter().map(empty).collect();
    let mut tasks: Vec<(usize, Part, Vec<Slot<'_>>)> =
        parts.into_iter().map(|(thread, part)| (thread, part, Vec::new())).collect();
    let mut next_text = texts.iter();
    for (planned, column) in plan.iter().zip(&mut columns) {
        match column {
            PartValues::Codes(codes) => {
                let table =
                    if planned.kind == Kind::Id { ids } else { next_text.next().unwrap_or(ids) };
                let mut rest = codes.as_mut_slice();
                for (_, part, slots) in &mut tasks {
                    let (own, others) = rest.split_at_mut(part.n_records);
                    slots.push(Slot::Codes(own, table));
                    rest = others;
                }
            }
            PartValues::Numbers(numbers) => {
                let mut rest = numbers.as_mut_slice();
                for (_, part, slots) in &mut tasks {
                    let (own, others) = rest.split_at_mut(part.n_records);
                    slots.push(Slot::Numbers(own));
                    rest = others;
                }
            }
        }
    }
    let tasks = Mutex::new(tasks.into_iter());
    let work = || {
        loop {
            let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((thread, part, slots)) = task else { return };
            for (values, slot) in part.columns.into_iter().zip(slots) {
                match (values, slot) {
                    (PartValues::Codes(codes), Slot::Codes(out, table)) => {
                        let map = table.codes.as_ref().map(|codes| codes[thread].as_slice());
                        let last = |code: u32| match map {
                            Some(map) if code != MISSING => map[code as usize],
                            _ => code,
                        };
                        out.iter_mut().zip(codes).for_each(|(out, code)| *out = last(code));
                    }
                    (PartValues::Numbers(numbers), Slot::Numbers(out)) => {
                        out.copy_from_slice(&numbers);
                    }
                    _ => {}
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..job.policy.threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    columns
}
