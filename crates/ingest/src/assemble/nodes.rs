//! The nodes: rows of the node file, or whatever the edges name.

use super::finding::{Count, Place, cells};
use super::{File, Tally};
use crate::intern::Interner;
use crate::layout::is_text;
use crate::policy::{NodeConflictRule, Policy, UnknownNodeRule};
use crate::records::{MISSING, Records, Values};
use crate::text::number::{Cell, NumberStyle};
use foldhash::fast::RandomState;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Columns, Diagnostic, Diagnostics, Ids, NumberColumn, TextColumn};

/// Columns that sort firms into groups: a firm without a value gets the group [`NO_GROUP`].
const GROUPS: &[&str] = &["role", "stage", "sector", "region"];
const NO_GROUP: &str = "(missing)";
/// Columns that cannot be below 0.
const POSITIVE: &[&str] = &["output", "employees", "capacity", "imports"];

/// The nodes as they are known so far: those of the node file, then those added.
pub(super) struct Nodes {
    ids: Ids,
    /// Where an id is among them; made when it is first asked for.
    table: Option<Interner>,
    /// How many of them have a row in `columns`.
    n_rows: usize,
    columns: Columns,
}

/// The node of every id of a file.
pub(super) enum Map {
    /// The ids of the file are the nodes.
    Same,
    /// By code, [`MISSING`] where the id is not a node.
    Codes(Vec<u32>),
}

impl Map {
    #[inline]
    pub(super) fn node(&self, code: u32) -> u32 {
        match self {
            Self::Same => code,
            Self::Codes(nodes) => nodes.get(code as usize).copied().unwrap_or(MISSING),
        }
    }
}

impl Nodes {
    /// The nodes of a node file, each once, in the order of the file.
    pub(super) fn of_file(file: &mut File, policy: &Policy, found: &mut Diagnostics) -> Self {
        let place = file.place();
        cells(place, |_| true, found);
        let (rows, tally) = distinct(place, policy, found);
        domains(place, &rows, found);
        let mut columns = Columns::default();
        let style = NumberStyle::of(policy);
        for (column, (planned, values)) in file.records.columns.iter().enumerate() {
            match values {
                Values::Ids(_) => {}
                Values::Number(numbers) => {
                    let value = |&r: &usize| Some(numbers[r]).filter(|x| !x.is_nan());
                    columns.set_number(
                        &planned.name,
                        NumberColumn::from_options(rows.iter().map(value)),
                    );
                }
                Values::Text(texts, codes) => {
                    let codes: Vec<u32> = rows.iter().map(|&r| codes[r]).collect();
                    if GROUPS.contains(&planned.name.as_str()) {
                        missing_group(place, column, &rows, &codes, found);
                    }
                    columns.set_text(&planned.name, text_column(texts, &codes));
                    let numbers =
                        (!is_text(&planned.name)).then(|| reading(texts, &codes, style)).flatten();
                    if let Some(numbers) = numbers {
                        columns.set_reading(&planned.name, numbers);
                    }
                }
            }
        }
        file.tally = tally;
        let ids = std::mem::take(&mut file.records.ids);
        Self { n_rows: ids.len(), ids, table: None, columns }
    }

    /// No node file: the nodes are what the edges name, in that order.
    pub(super) fn of_edges(ids: Ids) -> Self {
        Self { ids, table: None, n_rows: 0, columns: Columns::default() }
    }

    /// Matches the ids of a file with the nodes; unknown ones become nodes if the policy says so.
    pub(super) fn map(&mut self, ids: &Ids, policy: &Policy) -> Map {
        let table = self.table.get_or_insert_with(|| {
            let mut table = Interner::new(RandomState::default());
            for (id, position) in self.ids.iter().zip(0..) {
                table.intern(id, position);
            }
            table
        });
        let mut node = |id: &str| match table.find(id) {
            Some(node) => node,
            None if policy.unknown_nodes == UnknownNodeRule::Add => {
                self.ids.push(id);
                table.intern(id, self.ids.len() as u64)
            }
            None => MISSING,
        };
        Map::Codes(ids.iter().map(&mut node).collect())
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Ids and columns of all nodes.
    pub(super) fn finish(self) -> (Ids, Columns) {
        let (n_rows, n) = (self.n_rows, self.ids.len());
        let mut columns = Columns::default();
        for (name, column) in self.columns.numbers() {
            let added = std::iter::repeat_n(None, n - n_rows);
            columns.set_number(name, NumberColumn::from_options(column.iter().chain(added)));
        }
        for (name, column) in self.columns.texts() {
            let mut levels: Vec<Box<str>> = column.levels().map(Into::into).collect();
            let mut codes: Vec<Option<u32>> = (0..n_rows).map(|row| column.code(row)).collect();
            codes.resize(n, None);
            if GROUPS.contains(&name) && codes.contains(&None) {
                let known = levels.iter().position(|level| &**level == NO_GROUP);
                let group = known.unwrap_or(levels.len()) as u32;
                if known.is_none() {
                    levels.push(NO_GROUP.into());
                }
                for code in &mut codes {
                    *code = code.or(Some(group));
                }
            }
            columns.set_text(name, TextColumn::from_codes(levels, codes));
        }
        for (name, column) in self.columns.readings() {
            let added = std::iter::repeat_n(None, n - n_rows);
            columns.set_reading(name, NumberColumn::from_options(column.iter().chain(added)));
        }
        (self.ids, columns)
    }
}

/// What the texts of a column are in numbers, where each of them is one or a word for none.
fn reading(texts: &Ids, codes: &[u32], style: NumberStyle) -> Option<NumberColumn> {
    let number = |text: &str| match style.read(text.as_bytes()) {
        Cell::Number(x, _) if x.is_finite() => Some(Some(x)),
        Cell::Missing => Some(None),
        Cell::Number(..) | Cell::Bad => None,
    };
    let numbers: Vec<Option<f64>> = texts.iter().map(number).collect::<Option<_>>()?;
    if numbers.iter().all(Option::is_none) {
        return None;
    }
    let of_row = |&code: &u32| numbers.get(code as usize).copied().flatten();
    Some(NumberColumn::from_options(codes.iter().map(of_row)))
}

fn text_column(texts: &Ids, codes: &[u32]) -> TextColumn {
    let levels = texts.iter().map(Into::into).collect();
    let known = |&code: &u32| (code != MISSING).then_some(code);
    TextColumn::from_codes(levels, codes.iter().map(known))
}

/// The first row of every id, and what became of the others.
fn distinct(place: Place<'_>, policy: &Policy, found: &mut Diagnostics) -> (Vec<usize>, Tally) {
    let records = place.records;
    let codes = records.ids_of("id").unwrap_or_default();
    let (mut rows, mut repeated, mut tally) = (Vec::new(), Count::default(), Tally::default());
    for (r, &code) in codes.iter().enumerate() {
        if code == MISSING {
            let what = format!("{}the node has no id", place.row(r));
            let help = "give the row an id, or take it out";
            found.push(Diagnostic::new("E0401", what).at(place.named(r, "id")).help(help));
        } else if code as usize == rows.len() {
            rows.push(r);
            tally.used += 1;
        } else {
            let first = rows[code as usize];
            tally.merged += 1;
            let differs = (0..records.columns.len()).find(|&c| !same(records, c, first, r));
            match differs {
                Some(column) if policy.node_conflict == NodeConflictRule::Error => {
                    let id = shown(records.ids.get(code.into()));
                    let title = shown(&records.columns[column].0.title);
                    let what = format!("{}`{id}` has another `{title}` than before", place.row(r));
                    let first = records.places.get(first);
                    let note = format!("the first row of this id is {first}");
                    let help = "keep one row per id, or pass `--node-conflict first`";
                    let at = place.cell(r, column);
                    found.push(Diagnostic::new("E0402", what).at(at).note(note).help(help));
                }
                _ => repeated.add(r),
            }
        }
    }
    if repeated.n > 0 {
        let what = format!("{} rows repeat an id; the first row of each was used", repeated.n);
        let help = "keep one row per id, or pass `--allow W0401`";
        let finding = Diagnostic::new("W0401", what).at(place.at(repeated.first)).help(help);
        found.push_counted(finding, repeated.n);
    }
    (rows, tally)
}

fn same(records: &Records, column: usize, a: usize, b: usize) -> bool {
    match &records.columns[column].1 {
        Values::Ids(codes) | Values::Text(_, codes) => codes[a] == codes[b],
        Values::Number(x) => x[a].total_cmp(&x[b]).is_eq(),
    }
}

fn missing_group(
    place: Place<'_>,
    column: usize,
    rows: &[usize],
    codes: &[u32],
    found: &mut Diagnostics,
) {
    let mut missing = Count::default();
    for (&row, _) in rows.iter().zip(codes).filter(|(_, code)| **code == MISSING) {
        missing.add(row);
    }
    if missing.n == 0 {
        return;
    }
    let title = shown(&place.records.columns[column].0.title);
    let nodes =
        if missing.n == 1 { "1 node has".into() } else { format!("{} nodes have", missing.n) };
    let what = format!("{nodes} no `{title}` and were put into `{NO_GROUP}`");
    let help = "fill the cells, or pass `--allow W0305`";
    let at = place.cell(missing.first, column);
    found.push_counted(Diagnostic::new("W0305", what).at(at).help(help), missing.n);
}

/// Coordinates on the globe, sizes not below 0.
fn domains(place: Place<'_>, rows: &[usize], found: &mut Diagnostics) {
    let records = place.records;
    let numbers = |name: &str| match &records.columns[records.position(name)?].1 {
        Values::Number(numbers) => Some(numbers.as_slice()),
        _ => None,
    };
    let (lat, lon) = (numbers("lat"), numbers("lon"));
    let mut nowhere = Count::default();
    for &r in rows {
        let of = |column: Option<&[f64]>| column.map_or(f64::NAN, |c| c[r]);
        let (y, x) = (of(lat), of(lon));
        for (name, value, limit) in [("lat", y, 90.0), ("lon", x, 180.0)] {
            if value.abs() > limit {
                let what =
                    format!("{}{name} is {value}, outside [-{limit}, {limit}]", place.row(r));
                let swapped = name == "lat" && y.abs() <= 180.0 && x.abs() <= 90.0;
                let help = if swapped {
                    "latitude and longitude may be swapped: `lat` is north-south, `lon` east-west"
                } else {
                    "write coordinates in degrees (WGS 84), or leave the cells empty"
                };
                found.push(Diagnostic::new("E0305", what).at(place.named(r, name)).help(help));
            }
        }
        if y == 0.0 && x == 0.0 {
            nowhere.add(r);
        }
        for name in POSITIVE {
            if of(numbers(name)) < 0.0 {
                let what = format!("{}`{name}` is {}, below 0", place.row(r), of(numbers(name)));
                let help = "check the sign, or leave the cell empty if the value is not known";
                found.push(Diagnostic::new("E0305", what).at(place.named(r, name)).help(help));
            }
        }
    }
    if nowhere.n > 0 {
        let what =
            format!("{} nodes lie at latitude 0, longitude 0, in the Gulf of Guinea", nowhere.n);
        let help = "leave the cells empty where the place is not known, or pass `--allow W0305`";
        let at = place.named(nowhere.first, "lat");
        found.push_counted(Diagnostic::new("W0305", what).at(at).help(help), nowhere.n);
    }
}
