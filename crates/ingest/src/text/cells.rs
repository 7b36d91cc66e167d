//! The cells of some rows into codes and numbers: column after column, so that each loop does one thing.

use super::number::Cell;
use super::parse::{Job, Part, PartValues};
use super::row::{Field, Form};
use crate::intern::{Batch, Interner};
use crate::records::{BadCell, Kind, MISSING};
use foldhash::fast::RandomState;

/// How many rows are taken together.
pub(super) const ROWS: usize = 64;
/// Bad cells of a block that are kept in full.
const KEPT: usize = 1000;

/// Rows that wait for their cells to be read: all fields, row after row, and the line of each.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) fields: Vec<Field>,
    pub(super) lines: Vec<u32>,
    /// Where in `fields` the row begins that is being split.
    pub(super) current: usize,
}

/// The tables of one thread.
pub(super) struct Cells<'a> {
    job: &'a Job<'a>,
    pub(super) ids: Interner,
    /// A table for every text column.
    pub(super) texts: Vec<Interner>,
    /// The id columns, by position in the file.
    id_columns: Vec<usize>,
    keys: Vec<u128>,
    /// Ids that are not as they stand in the text, by position among the keys.
    cleaned: Vec<(usize, String)>,
    batch: Batch,
}

impl<'a> Cells<'a> {
    pub(super) fn new(job: &'a Job<'a>, state: &RandomState) -> Self {
        let of_kind = |kind: Kind| {
            let planned = job.dialect.plan.iter();
            planned.filter(move |p| p.kind == kind).map(|p| p.at).collect::<Vec<usize>>()
        };
        let table = || Interner::new(state.clone());
        Self {
            job,
            ids: table(),
            texts: of_kind(Kind::Text).iter().map(|_| table()).collect(),
            id_columns: of_kind(Kind::Id),
            keys: Vec::new(),
            cleaned: Vec::new(),
            batch: Batch::default(),
        }
    }

    /// Reads the cells of all waiting rows.
    pub(super) fn read(&mut self, text: &str, rows: &mut Rows, part: &mut Part) {
        if rows.lines.is_empty() {
            return;
        }
        let width = self.job.dialect.titles.len();
        let fields = &rows.fields[..rows.lines.len() * width];
        self.look_up(text, fields, part);
        let (mut nth_id, mut nth_text) = (0, 0);
        for (column, planned) in self.job.dialect.plan.iter().enumerate() {
            let cells = fields.iter().skip(planned.at).step_by(width);
            match planned.kind {
                Kind::Id => {
                    if let PartValues::Codes(codes) = &mut part.columns[column] {
                        let found = self.batch.codes.iter().skip(nth_id);
                        codes.extend(found.step_by(self.id_columns.len()));
                    }
                    nth_id += 1;
                }
                Kind::Text => {
                    let table = &mut self.texts[nth_text];
                    nth_text += 1;
                    let position = u64::from(part.index) << 32 | part.n_records as u64;
                    if let PartValues::Codes(codes) = &mut part.columns[column] {
                        codes.extend(cells.zip(position..).map(|(field, position)| {
                            let value = self.job.text(text, field);
                            if value.is_empty() { MISSING } else { table.intern(&value, position) }
                        }));
                    }
                }
                Kind::Number => numbers(self.job, text, cells, column, part),
            }
        }
        place(&rows.lines, part);
        part.n_records += rows.lines.len();
        rows.lines.clear();
        rows.fields.clear();
        rows.current = 0;
    }

    /// Finds the codes of all ids, row after row, as they are numbered by first appearance.
    fn look_up(&mut self, text: &str, fields: &[Field], part: &Part) {
        let width = self.job.dialect.titles.len();
        let id_columns = &self.id_columns;
        self.keys.clear();
        self.cleaned.clear();
        for row in fields.chunks_exact(width) {
            for &at in id_columns {
                let field = &row[at];
                let key = if self.job.is_as_written(field) {
                    self.ids.key_within(text.as_bytes(), field.start, field.end)
                } else {
                    let id = self.job.text(text, field).into_owned();
                    let key = self.ids.key(id.as_bytes());
                    self.cleaned.push((self.keys.len(), id));
                    key
                };
                self.keys.push(key);
            }
        }
        let before = (part.n_records * id_columns.len()) as u64;
        let position = u64::from(part.index) << 32 | before;
        let cleaned = &self.cleaned;
        let id = |i: usize| {
            if let Ok(found) = cleaned.binary_search_by_key(&i, |(at, _)| *at) {
                return cleaned[found].1.as_str();
            }
            let row = &fields[i / id_columns.len() * width..];
            let field = &row[id_columns[i % id_columns.len()]];
            &text[field.start..field.end]
        };
        self.ids.codes(&self.keys, position, id, &mut self.batch);
    }
}

fn numbers<'f>(
    job: &Job<'_>,
    text: &str,
    cells: impl Iterator<Item = &'f Field>,
    column: usize,
    part: &mut Part,
) {
    let PartValues::Numbers(numbers) = &mut part.columns[column] else { return };
    for (field, record) in cells.zip(part.n_records..) {
        let cell = if job.is_as_written(field) {
            job.numbers.read_within(text.as_bytes(), field.start, field.end)
        } else {
            job.numbers.read(job.text(text, field).as_bytes())
        };
        numbers.push(match cell {
            Cell::Number(x, rounded) => {
                if rounded {
                    part.rounded.get_or_insert((0, record, column)).0 += 1;
                }
                x
            }
            Cell::Missing => f64::NAN,
            Cell::Bad => {
                part.n_bad += 1;
                if part.bad.len() < KEPT {
                    let raw = job.text(text, field).into_owned();
                    part.bad.push(BadCell { record, column, raw });
                }
                f64::NAN
            }
        });
    }
}

/// Notes the lines of records where they are not simply one a record.
fn place(lines: &[u32], part: &mut Part) {
    let first = part.n_records as u32;
    match &mut part.lines.irregular {
        Some(known) => known.extend_from_slice(lines),
        None if lines.iter().zip(first..).all(|(&line, record)| line == record) => {}
        none => *none = Some((0..first).chain(lines.iter().copied()).collect()),
    }
}

impl Job<'_> {
    /// Whether a field counts as it is written.
    #[inline]
    fn is_as_written(&self, field: &Field) -> bool {
        field.form != Form::Escaped && !self.cleans
    }
}
