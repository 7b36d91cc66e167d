//! Nodes or edges as a file of a graph lists them: columns of text that grow element by element, and then records.

use crate::intern::Interner;
use crate::layout::header::{MAX_COLUMNS, repeated};
use crate::layout::{Layout, Titles, canonical, is_text};
use crate::policy::Policy;
use crate::reader::Parsed;
use crate::reader::columns::cleaned;
use crate::records::{BadCell, Kind, MISSING, Places, Planned, Records, Values};
use crate::source::Refusal;
use crate::text::number::{Cell, NumberStyle};
use foldhash::fast::RandomState;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Ids, NodeIndex, Progress};
use std::collections::BTreeMap;

/// What a file says that an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    Text,
    Number,
}

/// Elements of one kind. The first columns say which element it is, or which ones it joins.
pub(super) struct Elements {
    columns: Vec<Column>,
    by_title: BTreeMap<String, usize>,
    n_keys: usize,
    lines: Vec<u32>,
    longest: usize,
    most_bytes: u64,
}

/// One attribute of all elements; an empty text is a missing one.
struct Column {
    title: String,
    typed: Option<Typed>,
    /// The text of those that say nothing.
    default: String,
    values: Ids,
}

impl Column {
    fn new(title: &str, typed: Option<Typed>) -> Self {
        Self { title: title.into(), typed, default: String::new(), values: Ids::default() }
    }

    fn pad(&mut self, n: usize) {
        while self.values.len() < n {
            self.values.push(&self.default);
        }
    }

    fn get(&self, row: usize) -> &str {
        self.values.get(NodeIndex::new(row))
    }
}

impl Elements {
    pub(super) fn new(keys: &[&str], policy: &Policy) -> Self {
        let columns: Vec<Column> =
            keys.iter().map(|title| Column::new(title, Some(Typed::Text))).collect();
        Self {
            n_keys: columns.len(),
            columns,
            by_title: BTreeMap::new(),
            lines: Vec::new(),
            longest: policy.max_field_bytes,
            most_bytes: policy.max_memory,
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The column of an attribute, which is added where it is new.
    pub(super) fn attribute(&mut self, title: &str) -> usize {
        if let Some(&at) = self.by_title.get(title) {
            return at;
        }
        self.columns.push(Column::new(title, None));
        self.by_title.insert(title.into(), self.columns.len() - 1);
        self.columns.len() - 1
    }

    /// Takes note of what an attribute holds; where several kinds of values are seen, it is text.
    pub(super) fn holds(&mut self, column: usize, typed: Typed) {
        let known = &mut self.columns[column].typed;
        *known = Some(if known.is_none_or(|known| known == typed) { typed } else { Typed::Text });
    }

    /// Sets what elements have that do not say so.
    pub(super) fn default_of(&mut self, column: usize, text: &str) {
        self.columns[column].default = text.into();
    }

    /// The column of an attribute that was seen.
    pub(super) fn known(&self, title: &str) -> Option<usize> {
        self.by_title.get(title).copied()
    }

    /// Takes an attribute away.
    pub(super) fn drop_attribute(&mut self, title: &str) {
        if let Some(at) = self.by_title.remove(title) {
            self.columns[at].title.clear();
        }
    }

    /// Begins an element on a line.
    pub(super) fn begin(&mut self, line: u64) {
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    /// Sets an attribute of the element that was begun last.
    ///
    /// # Errors
    /// E0206 and E0203 for a text that cannot be kept, E0207 where the attribute is there already.
    pub(super) fn set(&mut self, column: usize, text: &str) -> Result<(), Refusal> {
        let at = self.lines.len().saturating_sub(1);
        let longest = self.longest;
        let n_columns = self.columns.len() as u64;
        // A file of few bytes can name many attributes on many lines; each pair of them takes a cell.
        let has_room = n_columns * at as u64 <= self.most_bytes / 16;
        let column = &mut self.columns[column];
        let title = || shown(&column.title);
        let refused = if n_columns > MAX_COLUMNS as u64 || !has_room {
            let what = format!("there are {n_columns} attributes, too many for that many elements");
            Refusal::new("E0212", what, "leave out what is not needed, or raise `--max-memory`")
        } else if text.len() > longest {
            let what = format!("`{}` is longer than {longest} bytes", title());
            Refusal::new("E0206", what, "mend it, or raise `--max-field-bytes`")
        } else if text.contains('\0') {
            let what = format!("`{}` holds a NUL character", title());
            Refusal::new("E0203", what, "remove it: a text of names does not have it")
        } else if column.values.len() > at {
            let what = format!("`{}` is there twice", title());
            Refusal::new("E0207", what, "keep one of the two")
        } else {
            column.pad(at);
            column.values.push(text);
            return Ok(());
        };
        Err(refused.on_line(self.lines.last().copied().unwrap_or(1).into()))
    }

    /// Fills the gaps. An attribute that has the title of a key either repeats it and goes, or gets another title.
    pub(super) fn finished(mut self) -> Self {
        let n = self.lines.len();
        for column in &mut self.columns {
            column.pad(n);
        }
        let attributes = self.columns.split_off(self.n_keys);
        let keys = &self.columns;
        let mut kept = Vec::with_capacity(attributes.len());
        for mut column in attributes {
            if let Some(key) = keys.iter().find(|key| canonical(&column.title) == key.title) {
                let repeats = |row: usize| [key.get(row), ""].contains(&column.get(row));
                if (0..n).all(repeats) {
                    continue;
                }
                column.title = format!("attr_{}", column.title);
            }
            if !column.title.is_empty() {
                kept.push(column);
            }
        }
        self.columns.extend(kept);
        self
    }

    /// Which attributes are read as what: by name, and by the file's types where palenque knows none.
    ///
    /// # Errors
    /// E0207 where two attributes have one title, E0301 where one is missing that was asked for.
    pub(super) fn plan(
        &self,
        layout: &dyn Layout,
        policy: &Policy,
    ) -> Result<Vec<Planned>, Refusal> {
        let titles = self.titles();
        if let Some(refusal) = repeated(&titles) {
            return Err(refusal);
        }
        let plan = layout.plan(&Titles::new(&titles, policy)).map_err(|refused| refused.refusal)?;
        let typed = |planned: Planned| {
            let is_number = self.columns[planned.at].typed == Some(Typed::Number);
            let is_free = planned.kind == Kind::Text && !is_text(&planned.name);
            let kind = if is_free && is_number { Kind::Number } else { planned.kind };
            Planned { kind, ..planned }
        };
        Ok(plan.into_iter().map(typed).collect())
    }

    fn titles(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.title.clone()).collect()
    }

    /// Names the ends of edges by an attribute of the nodes instead of their ids.
    pub(super) fn rename_ends(&mut self, nodes: &Self, attribute: usize) {
        let ids = (0..nodes.len()).map(|row| (nodes.columns[0].get(row), row));
        let rows: BTreeMap<&str, usize> = ids.collect();
        for column in &mut self.columns[..2] {
            let named = |id: &str| match rows.get(id) {
                Some(&row) => nodes.columns[attribute].get(row).to_owned(),
                None => id.to_owned(),
            };
            column.values = column.values.iter().map(named).collect();
        }
    }

    /// The records.
    pub(super) fn parsed(
        self,
        plan: Vec<Planned>,
        policy: &Policy,
        style: NumberStyle,
        dialect: BTreeMap<String, String>,
        progress: &dyn Progress,
    ) -> Parsed {
        let titles = self.titles();
        let known = Titles::new(&titles, policy);
        let only = policy.only.iter();
        let only: Vec<(usize, &str)> =
            only.filter_map(|(t, value)| Some((known.find(t)?, value.as_str()))).collect();
        let is_wanted =
            |row: &usize| only.iter().all(|&(at, value)| self.columns[at].get(*row) == value);
        let n = self.lines.len();
        let rows: Vec<usize> = (0..n).filter(is_wanted).collect();
        let mut records = Records {
            n_records: rows.len(),
            places: Places::elements(rows.iter().map(|&row| self.lines[row]).collect()),
            rows: n as u64,
            filtered: (n - rows.len()) as u64,
            ..Records::default()
        };
        let mut ids = Interner::new(RandomState::default());
        let keys: Vec<usize> = (0..plan.len()).filter(|&c| plan[c].kind == Kind::Id).collect();
        let mut codes: Vec<Vec<u32>> = vec![Vec::with_capacity(rows.len()); keys.len()];
        // Element after element, so that ids are numbered by first appearance.
        for (r, &row) in rows.iter().enumerate() {
            for (nth, &key) in keys.iter().enumerate() {
                let id = cleaned(self.columns[plan[key].at].get(row).into(), policy);
                let position = (r * keys.len() + nth) as u64;
                codes[nth].push(if id.is_empty() { MISSING } else { ids.intern(&id, position) });
            }
        }
        let mut codes = codes.into_iter();
        for (c, planned) in plan.into_iter().enumerate() {
            let column = &self.columns[planned.at];
            let values = match planned.kind {
                Kind::Id => Values::Ids(codes.next().unwrap_or_default()),
                Kind::Text => texts(column, &rows, policy),
                Kind::Number => numbers(column, &rows, c, style, &mut records),
            };
            let is_gap = |value: &u32| *value == MISSING;
            let is_empty = matches!(&values, Values::Text(_, codes) if codes.iter().all(is_gap));
            // An attribute that no element has is none.
            if !(is_empty && column.typed.is_none()) {
                records.columns.push((planned, values));
            }
        }
        records.ids = ids.into_ids();
        Parsed { records, is_whole: !progress.cancelled(), titles, dialect }
    }
}

fn texts(column: &Column, rows: &[usize], policy: &Policy) -> Values {
    let mut table = Interner::new(RandomState::default());
    let mut code = |(r, &row): (usize, &usize)| {
        let text = cleaned(column.get(row).into(), policy);
        if text.is_empty() { MISSING } else { table.intern(&text, r as u64) }
    };
    let codes = rows.iter().enumerate().map(&mut code).collect();
    Values::Text(table.into_ids(), codes)
}

fn numbers(
    column: &Column,
    rows: &[usize],
    position: usize,
    style: NumberStyle,
    records: &mut Records,
) -> Values {
    let mut numbers = Vec::with_capacity(rows.len());
    for (record, &row) in rows.iter().enumerate() {
        let raw = column.get(row).trim();
        numbers.push(match style.read(raw.as_bytes()) {
            Cell::Number(x, rounded) => {
                if rounded {
                    records.rounded.get_or_insert((0, record, position)).0 += 1;
                }
                x
            }
            Cell::Missing => f64::NAN,
            Cell::Bad => {
                records.n_bad += 1;
                if records.bad.len() < 1000 {
                    records.bad.push(BadCell { record, column: position, raw: raw.into() });
                }
                f64::NAN
            }
        });
    }
    Values::Number(numbers)
}
