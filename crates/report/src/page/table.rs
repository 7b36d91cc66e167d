//! What is decided about a table before it is shown: its place on the page, its keys, its order, its gaps.

use super::{TableOnPage, cell};
use palenque_graph::table::{Alignment, Column, Kind, Unit, Values};
use palenque_graph::{Table, TableId};

/// Columns that say what a row is about, beside the period.
const KEYS: &[&str] = &[
    "node_id",
    "source",
    "target",
    "from_group",
    "to_group",
    "metric",
    "scenario",
    "check",
    "path",
    "group",
    "node_a",
    "node_b",
    "row",
    "col",
    "satellite",
    "country",
    "shock",
    "k",
    "l",
];
/// What the rows of a table of nodes or edges are ordered by, in order of preference.
const SIZES: &[&str] = &["output", "out_strength", "weight"];
/// And those of a table of what failures do.
const RISKS: &[&str] = &["criticality_score", "esri"];

/// A table and what was decided about it.
pub(super) struct Prepared<'a> {
    pub(super) on_page: &'a TableOnPage,
    /// Unique on the page.
    pub(super) id: String,
    pub(super) columns: Vec<PreparedColumn<'a>>,
    /// The column by which the largest rows come first.
    pub(super) order: Option<usize>,
    /// All rows, those that matter most first: by `order`, else those of the latest period first.
    pub(super) ranked: Vec<usize>,
    /// The rows of the latest period, in the order of `ranked`; all where there is but one.
    pub(super) latest: Vec<usize>,
}

pub(super) struct PreparedColumn<'a> {
    pub(super) column: &'a Column,
    pub(super) kind: CellKind,
    pub(super) key: bool,
    /// Nothing is in it, so it is not shown unless asked for.
    pub(super) empty: bool,
    pub(super) decimals: Option<u8>,
}

/// How the cells of a column are shown and sorted.
#[derive(Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CellKind {
    Number,
    /// A whole number that is a count or a rank.
    Integer,
    /// A whole number that names something.
    Id,
    Flag,
    Text,
    /// Reasons for gaps.
    Status,
}

impl CellKind {
    fn of(column: &Column) -> Self {
        match column.spec.kind {
            Kind::F64 => Self::Number,
            Kind::I64 if column.spec.unit == Unit::Id => Self::Id,
            Kind::I64 => Self::Integer,
            Kind::Bool => Self::Flag,
            Kind::Text if column.spec.name == "status" => Self::Status,
            Kind::Text => Self::Text,
        }
    }

    pub(super) fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Integer | Self::Id)
    }
}

/// The tables of a page. Two of one name are told apart by a number.
pub(super) fn prepared(tables: &[TableOnPage]) -> Vec<Prepared<'_>> {
    let of_one_name =
        |i: usize| tables[..i].iter().filter(|t| t.table.id() == tables[i].table.id()).count();
    let id = |i: usize, name: &str| match of_one_name(i) {
        0 => name.to_owned(),
        before => format!("{name}-{}", before + 1),
    };
    tables.iter().enumerate().map(|(i, t)| Prepared::new(t, id(i, t.table.id().name()))).collect()
}

impl<'a> Prepared<'a> {
    fn new(on_page: &'a TableOnPage, id: String) -> Self {
        let table = &on_page.table;
        let columns = table.columns().iter().map(|column| PreparedColumn {
            column,
            kind: CellKind::of(column),
            key: KEYS.contains(&column.spec.name),
            empty: (0..table.n_rows()).all(|row| column.values.is_null(row)),
            decimals: cell::decimals(column),
        });
        let order = order(table);
        let periods = table.column("period").map(|c| Periods::of(&c.values)).unwrap_or_default();
        let mut ranked: Vec<usize> = (0..table.n_rows()).collect();
        match order {
            Some(column) => {
                let size = |row: usize| {
                    table.columns()[column].values.number(row).unwrap_or(f64::NEG_INFINITY)
                };
                ranked.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
            }
            None => ranked.sort_by_key(|&row| std::cmp::Reverse(periods.of_row(row))),
        }
        let last = periods.last();
        let latest = ranked.iter().copied().filter(|&row| periods.of_row(row) == last).collect();
        Self { on_page, id, columns: columns.collect(), order, ranked, latest }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.ranked.len()
    }

    /// The rows that matter most, so many at most, in the order of the table.
    pub(super) fn top(&self, rows: usize) -> Vec<usize> {
        let mut top: Vec<usize> = self.ranked.iter().copied().take(rows).collect();
        top.sort_unstable();
        top
    }

    /// Why a cell is empty, as the row's `status` says.
    pub(super) fn reason(&self, row: usize, column: &str) -> Option<&'a str> {
        let remarks = self.on_page.table.text("status", row)?.split(';');
        remarks.filter_map(|r| r.split_once('=')).find(|(name, _)| *name == column).map(|r| r.1)
    }
}

/// The column that says how large a node or edge is.
fn order(table: &Table) -> Option<usize> {
    if table.id().alignment() == Alignment::Long {
        return None;
    }
    let columns = table.columns();
    let is_filled = |c: &Column| (0..table.n_rows()).any(|row| c.values.number(row).is_some());
    let named = |name: &&str| columns.iter().position(|c| c.spec.name == *name && is_filled(c));
    let money = || columns.iter().position(|c| c.spec.unit == Unit::Currency && is_filled(c));
    let first = if table.id() == TableId::DisruptionNodes { RISKS } else { SIZES };
    first.iter().find_map(named).or_else(money)
}

/// The number of each row's period, in the order in which periods first occur.
#[derive(Default)]
struct Periods(Vec<usize>);

impl Periods {
    fn of(values: &Values) -> Self {
        let mut seen: Vec<Option<&str>> = Vec::new();
        let number = |row: usize| {
            let period = values.text(row);
            seen.iter().position(|p| *p == period).unwrap_or_else(|| {
                seen.push(period);
                seen.len() - 1
            })
        };
        Self((0..values.len()).map(number).collect())
    }

    fn of_row(&self, row: usize) -> usize {
        self.0.get(row).copied().unwrap_or(0)
    }

    fn last(&self) -> usize {
        self.0.iter().copied().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::TableId;
    use palenque_graph::table::ColumnSpec;

    fn text(name: &'static str, values: &[&str]) -> Column {
        let spec = ColumnSpec { name, kind: Kind::Text, unit: Unit::None, meaning: "" };
        let cell = |v: &&str| (!v.is_empty()).then(|| (*v).into());
        Column::new(&spec, Values::Text(values.iter().map(cell).collect()))
    }

    fn money(name: &'static str, values: &[f64]) -> Column {
        let spec = ColumnSpec { name, kind: Kind::F64, unit: Unit::Currency, meaning: "" };
        Column::new(&spec, Values::F64(values.to_vec()))
    }

    #[test]
    fn the_largest_rows_come_first_and_the_latest_period_is_shown() {
        let table = Table::new(
            TableId::NodeMetrics,
            vec![
                text("period", &["2020", "2020", "2021", "2021"]),
                text("node_id", &["a", "b", "a", "b"]),
                money("in_strength", &[9.0, 8.0, 7.0, 6.0]),
                money("output", &[1.0, f64::NAN, 3.0, 4.0]),
                text("status", &["", "output=input_missing;x=isolate", "", ""]),
            ],
        );
        let tables = [table.into()];
        let table = prepared(&tables).remove(0);
        assert_eq!(table.order, Some(3));
        assert_eq!(table.ranked, [3, 2, 0, 1]);
        assert_eq!(table.latest, [3, 2]);
        assert_eq!(table.top(3), [0, 2, 3]);
        assert_eq!(table.reason(1, "output"), Some("input_missing"));
        assert_eq!(table.reason(1, "in_strength"), None);
    }

    #[test]
    fn tables_of_one_name_are_told_apart() {
        let linkages = || Table::new(TableId::Linkages, vec![text("node_id", &["a"])]).into();
        let tables: [TableOnPage; 2] = [linkages(), linkages()];
        let ids: Vec<_> = prepared(&tables).into_iter().map(|t| t.id).collect();
        assert_eq!(ids, ["linkages", "linkages-2"]);
    }
}
