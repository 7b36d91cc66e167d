//! Long tables, row by row.

use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Values};
use palenque_graph::{Table, TableId};

/// A cell of a long table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    /// A word.
    Text(&'a str),
    /// A number, or why there is none.
    Number(Result<f64, Status>),
    /// A count.
    Count(usize),
    /// Nothing, and there is no need to say why.
    Empty,
}

/// A long table that grows by rows. Where its last column is `status`, reasons for gaps are collected there as
/// `column=reason`, joined by `;`.
pub(crate) struct Rows {
    id: TableId,
    specs: &'static [ColumnSpec],
    values: Vec<Values>,
}

impl Rows {
    /// No rows yet.
    pub(crate) fn new(id: TableId, specs: &'static [ColumnSpec]) -> Self {
        let none = |spec: &ColumnSpec| match spec.kind {
            Kind::F64 => Values::F64(Vec::new()),
            Kind::I64 => Values::I64(Vec::new()),
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Text => Values::Text(Vec::new()),
        };
        Self { id, specs, values: specs.iter().map(none).collect() }
    }

    /// Adds a row: one cell a column, in order, without the status.
    ///
    /// # Panics
    /// If a cell is not of its column's type.
    pub(crate) fn push<const N: usize>(&mut self, cells: [Cell<'_>; N]) {
        let (specs, has_status) = match self.specs.split_last() {
            Some((last, specs)) if last.name == "status" => (specs, true),
            _ => (self.specs, false),
        };
        assert_eq!(specs.len(), N, "one cell a column of {}", self.id);
        let mut status = String::new();
        for ((spec, values), cell) in specs.iter().zip(&mut self.values).zip(cells) {
            match (values, cell) {
                (Values::Text(column), Cell::Text(word)) => column.push(Some(word.into())),
                (Values::Text(column), Cell::Empty) => column.push(None),
                (Values::I64(column), Cell::Count(n)) => column.push(i64::try_from(n).ok()),
                (Values::I64(column), Cell::Empty) => column.push(None),
                (Values::F64(column), Cell::Number(Ok(x))) => column.push(x),
                (Values::F64(column), Cell::Empty) => column.push(f64::NAN),
                (Values::F64(column), Cell::Number(Err(reason))) => {
                    column.push(f64::NAN);
                    let comma = if status.is_empty() { "" } else { ";" };
                    status.push_str(&format!("{comma}{}={reason}", spec.name));
                }
                (_, cell) => panic!("column `{}` of {} takes no {cell:?}", spec.name, self.id),
            }
        }
        if let (true, Some(Values::Text(column))) = (has_status, self.values.last_mut()) {
            column.push((!status.is_empty()).then(|| status.into()));
        }
    }

    /// The table.
    pub(crate) fn finish(self) -> Table {
        let columns = self.specs.iter().zip(self.values);
        Table::new(self.id, columns.map(|(spec, values)| Column::new(spec, values)).collect())
    }
}
