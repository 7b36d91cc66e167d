//! What a layout is asked and what it answers.

use super::Label;
use crate::policy::Policy;

/// The first rows of a sheet, as text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    /// The rows, header rows among them; blank rows are not
    /// there.
    pub(crate) rows: &'a [Vec<String>],
    /// The rules: what the user calls which row or column.
    pub(crate) policy: &'a Policy,
}

impl Head<'_> {
    /// How many rows a layout can look at.
    pub(crate) const ROWS: usize = 12;

    /// A cell, empty outside the sheet.
    pub(crate) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|cells| cells.get(column)).map_or("", |text| text.trim())
    }

    /// How many columns the widest row has.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// What a column of a sheet is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnRole {
    /// It labels the rows: given to [`Plan::rows`].
    Label,
    /// The unit of each row.
    Unit,
    /// Purchases of a sector.
    Sector(Label),
    /// A category of final demand.
    FinalDemand(Label),
    /// Output.
    Output,
    /// It has no title, and nothing may stand in it.
    Blank,
    /// Nothing that is read, such as a total of a published table.
    Skip,
}

/// What a row of a sheet is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RowRole {
    /// Sales of a sector.
    Sector(Label),
    /// Value added, or a part of it.
    ValueAdded(Box<str>),
    /// Imported inputs.
    Imports(Box<str>),
    /// Another payment for inputs that no sector receives, such as taxes on products.
    OtherInput(Box<str>),
    /// Output once more.
    Output,
    /// A row in a unit of its own, with its unit where the label says it.
    Satellite(Box<str>, Option<Box<str>>),
    /// Nothing that is read.
    Skip,
}

/// Says what a row is by the cells of its label columns; rows are asked about in their order.
pub(crate) type RowNamer = Box<dyn FnMut(&[&str]) -> RowRole + Send>;

/// What stands where in a sheet.
pub(crate) struct Plan {
    /// How many rows of the head come before the first row of numbers.
    pub(crate) n_header: usize,
    /// The row of the head that holds the column labels, for messages.
    pub(crate) title_row: usize,
    /// What every column is.
    pub(crate) columns: Vec<ColumnRole>,
    /// What a row is, by the cells of its label columns.
    pub(crate) rows: RowNamer,
    /// The period that the sheet names.
    pub(crate) period: Option<Box<str>>,
    /// The unit of the flows that the sheet names.
    pub(crate) unit: Option<Box<str>>,
}
