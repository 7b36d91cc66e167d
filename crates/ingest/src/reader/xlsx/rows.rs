//! The rows of a sheet as records.

use super::Opened;
use crate::intern::Interner;
use crate::layout::Titles;
use crate::layout::header::{MAX_COLUMNS, adapted, numbered, repeated};
use crate::policy::Policy;
use crate::reader::columns::cleaned;
use crate::reader::{Job, Parsed};
use crate::records::{BadCell, Kind, MISSING, Places, Planned, Records, Values};
use crate::sheet::{self, Area, Row, Sheet, Value};
use crate::source::Refusal;
use crate::text::number::{Cell, NumberStyle};
use foldhash::fast::RandomState;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Diagnostics, Location};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many rows are searched for a header below the one that is none.
const SEARCHED: usize = 50;
/// Whole numbers above this one are not all doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads the records of a sheet.
pub(super) fn read(opened: &Opened, job: &Job<'_>) -> Result<Parsed, Box<Diagnostic>> {
    let Job { layout, policy, progress } = *job;
    let Opened { sheet, at, .. } = opened;
    let mut rows = opened.rows(policy);
    let Some(first) = rows.clone().next() else {
        let what = "the sheet has no header";
        let help = "check that the export finished, `--sheet` and `--skip-rows`";
        return Err(Box::new(Refusal::new("E0103", what, help).at(at.clone())));
    };
    let here = || at.clone().line(first.number.into());
    let refuse = |refusal: Refusal| Box::new(refusal.at(here()));
    let titles = if policy.header {
        titles(sheet, &first).map_err(refuse)?
    } else {
        numbered(layout.default_titles(), width(&first))
    };
    if let Some(refusal) = repeated(&titles) {
        return Err(refuse(refusal));
    }
    let fits = |row: &Row<'_>| {
        let titles = titles_of(sheet, row);
        titles.len() > 1 && layout.plan(&Titles::new(&titles, policy)).is_ok()
    };
    let plan = layout.plan(&Titles::new(&titles, policy)).map_err(|refused| {
        let header = rows.clone().take(SEARCHED).find(fits).filter(|_| policy.header);
        refuse(match header {
            Some(header) => {
                let what = format!("row {} is no header, row {} is", first.number, header.number);
                Refusal::new("E0208", what, format!("pass `--skip-rows {}`", header.number - 1))
            }
            None => refused.refusal,
        })
    })?;
    let mut found = Diagnostics::default();
    opened.others.iter().for_each(|finding| found.push(finding.clone()));
    if let Some(adapted) = adapted(&plan, layout).filter(|_| policy.header) {
        found.push(adapted.at(here()));
    }
    let mut dialect: BTreeMap<String, String> =
        plan.iter().map(|p| (format!("column {}", p.name), p.title.clone())).collect();
    dialect.insert("sheet".into(), opened.name.clone());
    if policy.header {
        dialect.insert("header".into(), first.number.to_string());
        rows.next();
    }
    let mut table = Table::new(opened, &titles, plan, policy, found);
    let mut is_whole = true;
    for (i, row) in rows.enumerate() {
        if i % (1 << 14) == 0 && progress.cancelled() {
            is_whole = false;
            break;
        }
        table.row(&row);
    }
    table.merged(policy.header.then_some(first.number));
    let records = table.finish();
    Ok(Parsed { records, is_whole, titles, dialect })
}

pub(super) fn width(row: &Row<'_>) -> usize {
    row.cells.last().map_or(0, |cell| usize::from(cell.column) + 1)
}

/// The titles of a header row, empty where a column has none.
pub(super) fn titles_of(sheet: &Sheet, row: &Row<'_>) -> Vec<String> {
    let mut titles = vec![String::new(); width(row)];
    for cell in row.cells {
        titles[usize::from(cell.column)] = sheet.text(cell.value).into_owned();
    }
    titles
}

fn titles(sheet: &Sheet, row: &Row<'_>) -> Result<Vec<String>, Refusal> {
    if width(row) > MAX_COLUMNS {
        let what = format!("the header has {} columns, more than {MAX_COLUMNS}", width(row));
        let help = "is this a table of flows between sectors? pass it as `--table`";
        return Err(Refusal::new("E0212", what, help));
    }
    let broken = |cell: &&sheet::Cell| is_broken(cell.value);
    if let Some(cell) = row.cells.iter().find(broken) {
        let (what, help) = without_value(sheet, cell.value);
        return Err(Refusal::new("E0615", what, help).in_cell(row.number, cell.column + 1));
    }
    Ok(titles_of(sheet, row))
}

pub(super) fn is_broken(value: Value) -> bool {
    matches!(value, Value::Error(_) | Value::Formula)
}

/// What is said about a cell that has no value, and what to do.
pub(super) fn without_value(sheet: &Sheet, value: Value) -> (String, &'static str) {
    match value {
        Value::Error(_) => (
            format!("the cell holds the error `{}`", shown(&sheet.text(value))),
            "mend the formula, or empty the cell, and save the workbook",
        ),
        _ => (
            "the cell holds a formula and no value was stored with it".into(),
            "open the workbook in a spreadsheet program, let it compute, and save it",
        ),
    }
}

/// The records of a sheet as they grow.
struct Table<'a> {
    opened: &'a Opened,
    policy: &'a Policy,
    numbers: NumberStyle,
    /// Whether a column has a title.
    is_titled: Vec<bool>,
    only: Vec<(usize, &'a str)>,
    ids: Interner,
    columns: Vec<(Planned, Column)>,
    rows: Vec<u32>,
    hidden: Hidden,
    /// How many ids are whole numbers that are not exact, and the first one's place.
    inexact: (u64, Option<Location>),
    records: Records,
}

/// A column as it grows.
enum Column {
    Ids(Vec<u32>),
    Texts(Interner, Vec<u32>),
    Numbers(Vec<f64>),
}

impl<'a> Table<'a> {
    fn new(
        opened: &'a Opened,
        titles: &[String],
        plan: Vec<Planned>,
        policy: &'a Policy,
        found: Diagnostics,
    ) -> Self {
        let known = Titles::new(titles, policy);
        let only = policy.only.iter();
        let column = |planned: Planned| {
            let column = match planned.kind {
                Kind::Id => Column::Ids(Vec::new()),
                Kind::Text => Column::Texts(Interner::new(RandomState::default()), Vec::new()),
                Kind::Number => Column::Numbers(Vec::new()),
            };
            (planned, column)
        };
        Self {
            opened,
            policy,
            numbers: NumberStyle::of(policy),
            is_titled: titles.iter().map(|title| !title.trim().is_empty()).collect(),
            only: only.filter_map(|(t, value)| Some((known.find(t)?, value.as_str()))).collect(),
            ids: Interner::new(RandomState::default()),
            columns: plan.into_iter().map(column).collect(),
            rows: Vec::new(),
            hidden: Hidden::default(),
            inexact: (0, None),
            records: Records { found, ..Records::default() },
        }
    }

    /// Takes a row, unless there is nothing below the titles.
    fn row(&mut self, row: &Row<'_>) {
        let sheet = &self.opened.sheet;
        let is_data = |cell: &sheet::Cell| {
            let titled = self.is_titled.get(usize::from(cell.column)).copied().unwrap_or_default();
            titled && !sheet.is_blank(cell.value)
        };
        if !row.cells.iter().any(is_data) {
            return;
        }
        self.records.rows += 1;
        let text = |at: usize| row.get(at).map_or(Cow::Borrowed(""), |value| sheet.text(value));
        if !self.only.iter().all(|&(at, wanted)| text(at) == wanted) {
            self.records.filtered += 1;
            return;
        }
        self.hidden.see(row);
        let record = self.rows.len();
        self.rows.push(row.number);
        for column in 0..self.columns.len() {
            let value = row.get(self.columns[column].0.at);
            self.cell(record, row.number, column, value);
        }
    }

    fn cell(&mut self, record: usize, row: u32, column: usize, value: Option<Value>) {
        let (sheet, policy) = (&self.opened.sheet, self.policy);
        let broken = value.filter(|&value| is_broken(value));
        if let Some(value) = broken {
            let (what, help) = without_value(sheet, value);
            let at = place(self.opened, row, &self.columns[column].0);
            self.records.found.push(Diagnostic::new("E0615", what).at(at).help(help));
        }
        // A broken cell is refused: it is not missing too.
        let value = if broken.is_some() { Some(Value::Number(1.0)) } else { value };
        let text = || value.map_or(Cow::Borrowed(""), |value| cleaned(sheet.text(value), policy));
        let (planned, values) = &mut self.columns[column];
        match values {
            Column::Ids(codes) => {
                if let Some(Value::Number(x) | Value::Padded(x, _)) = value
                    && x.abs() > EXACT
                {
                    self.inexact.0 += 1;
                    self.inexact.1.get_or_insert_with(|| place(self.opened, row, planned));
                }
                let id = text();
                codes.push(if id.is_empty() { MISSING } else { self.ids.intern(&id, 0) });
            }
            Column::Texts(table, codes) => {
                let text = text();
                codes.push(if text.is_empty() { MISSING } else { table.intern(&text, 0) });
            }
            Column::Numbers(numbers) => {
                let cell = match value {
                    Some(Value::Number(x) | Value::Padded(x, _)) => Cell::Number(x, false),
                    Some(Value::Text(_)) => self.numbers.read(sheet_text(sheet, value).as_bytes()),
                    Some(_) => Cell::Bad,
                    None => Cell::Missing,
                };
                numbers.push(match cell {
                    Cell::Number(x, rounded) => {
                        if rounded {
                            self.records.rounded.get_or_insert((0, record, column)).0 += 1;
                        }
                        x
                    }
                    Cell::Missing => f64::NAN,
                    Cell::Bad => {
                        self.records.n_bad += 1;
                        if self.records.bad.len() < 1000 {
                            let raw = sheet_text(sheet, value).into_owned();
                            self.records.bad.push(BadCell { record, column, raw });
                        }
                        f64::NAN
                    }
                });
            }
        }
    }

    /// E0617 where one value is shown in several cells that are read: the others of them are empty.
    fn merged(&mut self, header: Option<u32>) {
        let is_read = |column: u16| self.columns.iter().any(|(p, _)| p.at == usize::from(column));
        let sheet = &self.opened.sheet;
        let covers = |area: &&Area| {
            let ((from, to), (left, right)) = (area.rows, area.columns);
            let has_record = |from: u32| {
                let next = self.rows.get(self.rows.partition_point(|&row| row < from));
                next.is_some_and(|&row| row <= to)
            };
            let is_title = header.is_some_and(|row| (from..=to).contains(&row)) && right > left;
            let is_taller = has_record(from + 1) && (left..=right).any(is_read);
            let is_wider = has_record(from) && (left + 1..=right).any(is_read);
            (is_title || is_taller || is_wider) && sheet.value(from, left).is_some()
        };
        let mut areas = sheet.merged.iter().filter(covers);
        let Some(first) = areas.next() else { return };
        let n = 1 + areas.count() as u64;
        let what = format!("{n} merged cells cover several cells of the table");
        let at = self.opened.at.clone();
        let at = at.line(first.rows.0.into()).column(u64::from(first.columns.0) + 1);
        let help = "unmerge them and write the value into each cell that it is meant for";
        let finding = Diagnostic::new("E0617", what).at(at).help(help);
        self.records.found.push_counted(finding, n);
    }

    fn finish(mut self) -> Records {
        let mut records = self.records;
        if let (n, Some(at)) = self.inexact {
            let ids = if n == 1 { "1 id is a number" } else { &format!("{n} ids are numbers") };
            let what = format!("{ids} above 2^53: digits were lost in the spreadsheet");
            let help = "format the column as text, write the ids again, or pass `--allow W0412`";
            records.found.push_counted(Diagnostic::new("W0412", what).at(at).help(help), n);
        }
        self.hidden.tell(&self.opened.at, &mut records.found);
        records.n_records = self.rows.len();
        records.places = Places::sheet(self.opened.name.clone(), std::mem::take(&mut self.rows));
        let values = |column| match column {
            Column::Ids(codes) => Values::Ids(codes),
            Column::Texts(table, codes) => Values::Text(table.into_ids(), codes),
            Column::Numbers(numbers) => Values::Number(numbers),
        };
        records.columns = self.columns.into_iter().map(|(p, column)| (p, values(column))).collect();
        records.ids = self.ids.into_ids();
        records
    }
}

/// The rows that the spreadsheet hides: how many, and the first.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    n: u64,
    first: u32,
}

impl Hidden {
    pub(super) fn see(&mut self, row: &Row<'_>) {
        if row.is_hidden {
            self.first = if self.n == 0 { row.number } else { self.first };
            self.n += 1;
        }
    }

    /// W0617 where there are some.
    pub(super) fn tell(&self, at: &Location, found: &mut Diagnostics) {
        let what = match self.n {
            0 => return,
            1 => "1 hidden row is read too".into(),
            n => format!("{n} hidden rows are read too"),
        };
        let at = at.clone().line(self.first.into());
        let help = "delete it if it does not belong to the network, or pass `--allow W0617`";
        found.push_counted(Diagnostic::new("W0617", what).at(at).help(help), self.n);
    }
}

fn sheet_text(sheet: &Sheet, value: Option<Value>) -> Cow<'_, str> {
    value.map_or(Cow::Borrowed(""), |value| sheet.text(value))
}

/// The place of a cell of a column that is read.
fn place(opened: &Opened, row: u32, column: &Planned) -> Location {
    let at = opened.at.clone().line(row.into()).column(column.at as u64 + 1);
    at.field(shown(&column.title))
}
