//! Long tables, row by row.

use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Values};
use palenque_graph::{Table, TableId};
use std::fmt::Write;

/// A cell of a long table; an undefined number has its reason.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(Option<Box<str>>),
    Number(Result<f64, Status>),
    Count(Option<i64>),
    Flag(Option<bool>),
    /// An empty number whose row says why it is empty.
    Gap,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(Into::into))
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(Ok(number))
    }
}

impl From<Result<f64, Status>> for Cell {
    fn from(number: Result<f64, Status>) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Count(i64::try_from(count).ok())
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(Some(flag))
    }
}

/// A long table that grows by rows. Where its last column is `status`, that column is filled from the reasons of the
/// other cells, as `column=reason` joined by `;`.
pub(crate) struct Rows {
    specs: &'static [ColumnSpec],
    columns: Vec<Values>,
}

impl Rows {
    pub(crate) fn new(specs: &'static [ColumnSpec]) -> Self {
        let empty = |spec: &ColumnSpec| match spec.kind {
            Kind::F64 => Values::F64(Vec::new()),
            Kind::I64 => Values::I64(Vec::new()),
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Text => Values::Text(Vec::new()),
        };
        Self { specs, columns: specs.iter().map(empty).collect() }
    }

    /// Adds a row, one cell a column except `status`.
    ///
    /// # Panics
    /// If a cell is not of its column's type, or there are too few or too many.
    pub(crate) fn push<const K: usize>(&mut self, cells: [Cell; K]) {
        let status = self.specs.last().is_some_and(|spec| spec.name == "status");
        assert_eq!(K + usize::from(status), self.specs.len(), "one cell a column");
        let mut reasons = String::new();
        for ((spec, column), cell) in self.specs.iter().zip(&mut self.columns).zip(cells) {
            match (column, cell) {
                (Values::F64(values), Cell::Number(Ok(x))) => values.push(x),
                (Values::F64(values), Cell::Gap) => values.push(f64::NAN),
                (Values::F64(values), Cell::Number(Err(reason))) => {
                    values.push(f64::NAN);
                    let joint = if reasons.is_empty() { "" } else { ";" };
                    write!(reasons, "{joint}{}={reason}", spec.name).expect("into memory");
                }
                (Values::I64(values), Cell::Count(x)) => values.push(x),
                (Values::Bool(values), Cell::Flag(x)) => values.push(x),
                (Values::Text(values), Cell::Text(x)) => values.push(x),
                (_, cell) => panic!("`{}` cannot hold {cell:?}", spec.name),
            }
        }
        if let (true, Some(Values::Text(values))) = (status, self.columns.last_mut()) {
            values.push((!reasons.is_empty()).then(|| reasons.into()));
        }
    }

    pub(crate) fn table(self, id: TableId) -> Table {
        let columns = self.specs.iter().zip(self.columns);
        Table::new(id, columns.map(|(spec, values)| Column::new(spec, values)).collect())
    }
}

/// The `status` column of a long table.
pub(crate) const STATUS: ColumnSpec =
    ColumnSpec::text("status", "Why cells of this row are empty: `column=reason`, joined by `;`.");
