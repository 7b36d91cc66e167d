//! Input-output tables: labelled blocks, whatever file they come from.
//!
//! Three parts that know nothing of each other:
//!
//! 1. **Cells** come from delimited text, from a sheet of a workbook or from columns, and go into a [`Collector`]
//!    row after row, each with its line: [`Collector::row`], at the end [`Collector::finish`]. Whoever reads
//!    cells knows nothing of sectors.
//! 2. A **layout** ([`layout::TableLayout`]) looks at the first rows of the sheet ([`Head`]) and answers with a
//!    [`Plan`]: what every column is ([`ColumnRole`]), and a function that says of every further row what it is by
//!    its labels ([`RowRole`]). A published table is recognised by its content and is one file in [`layout`].
//!    Layouts name blocks and never look at a number.
//! 3. **`assemble/io_table.rs`** alone judges the [`IoTable`] that comes out: squareness, labels, empty and
//!    negative cells, totals among the sectors, identities. It builds the graph.
//!
//! Long tables (a record a flow), make and use tables, and folders of matrices make an [`IoTable`] without a collector; what is judged
//! is the same.
//!
//! Blocks are matched by name and never by position: `sellers` and `buyers` are kept as the file has them, and
//! only `assemble` lays one upon the other.

mod collect;
mod columns;
mod flows;
mod folder;
pub(crate) mod layout;
pub(crate) mod names;
mod plan;
pub(crate) mod read;
pub(crate) mod supply_use;

pub(crate) use collect::{Cell, Collector, RowSink};
pub(crate) use columns::rows as columns_as_rows;
pub(crate) use flows::{Flows, FlowsBuilder};
pub(crate) use plan::{ColumnRole, Head, Plan, RowNamer, RowRole};

use palenque_graph::Location;
use palenque_graph::diagnostic::shown;

/// What a sector or a category is called: its own name, and its region where the table has regions.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Label {
    /// The region, of tables that have some.
    pub(crate) region: Option<Box<str>>,
    /// The sector, category or row.
    pub(crate) name: Box<str>,
}

impl Label {
    /// A label without a region.
    pub(crate) fn plain(name: &str) -> Self {
        Self { region: None, name: name.into() }
    }

    /// A label of a region.
    pub(crate) fn regional(region: &str, name: &str) -> Self {
        Self { region: Some(region.into()), name: name.into() }
    }

    /// The node id: the name, or `region.name`.
    pub(crate) fn id(&self) -> String {
        self.region.as_ref().map_or_else(|| self.name.to_string(), |r| format!("{r}.{}", self.name))
    }
}

/// A sector on one side of the table and where its label stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sector {
    /// What it is called.
    pub(crate) label: Label,
    /// The line of a row, the number of a column, both from 1.
    pub(crate) at: u64,
    /// The unit that its row names.
    pub(crate) unit: Option<Box<str>>,
}

impl Sector {
    /// A sector of this label at this place.
    pub(crate) fn new(label: Label, at: u64) -> Self {
        Self { label, at, unit: None }
    }

    /// The id of its node.
    pub(crate) fn id(&self) -> String {
        self.label.id()
    }
}

/// A column of final demand or of output: a value a seller; NaN where the cell is empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// The category, with its region where the users are those of one.
    pub(crate) label: Label,
    /// The number of the column in the file, from 1; 0 where it is in another file.
    pub(crate) at: u64,
    /// One value a seller, in their order.
    pub(crate) values: Vec<f64>,
}

/// What a row below the sectors holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// Value added, or a part of it.
    ValueAdded,
    /// Imported inputs.
    Imports,
    /// Other payments for inputs: taxes on products, margins, purchases abroad.
    OtherInput,
    /// Output once more.
    Output,
    /// Anything else, in a unit of its own: workers, emissions, and labour income where it is part of value added.
    Satellite,
}

/// A row below the sectors: a value a buyer; NaN where the cell is empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InputRow {
    /// What it is called.
    pub(crate) name: Box<str>,
    /// What it holds.
    pub(crate) kind: InputKind,
    /// Its unit, where the table says it.
    pub(crate) unit: Option<Box<str>>,
    /// Its line, from 1; 0 where it is in another file.
    pub(crate) at: u64,
    /// One value a buyer, in their order.
    pub(crate) values: Vec<f64>,
    /// One value a category of final demand, in their order.
    pub(crate) by_final_users: Vec<f64>,
}

/// What is odd about a cell. Noted by whoever reads, judged by `assemble`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Oddity {
    /// Nothing stands in a cell of the flows, of final demand or of a row below the sectors.
    Empty,
    /// Something that is not a finite number.
    Bad(String),
    /// A flow below zero.
    Negative(f64),
    /// A whole number above 2^53 that was rounded.
    Rounded,
}

/// An odd cell and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OddCell {
    /// The line, from 1.
    pub(crate) line: u64,
    /// The column, from 1.
    pub(crate) column: u64,
    /// What is odd.
    pub(crate) what: Oddity,
}

/// All odd cells: the first of each sort are kept, the others counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OddCells {
    /// Those kept, in the order of the file.
    pub(crate) kept: Vec<OddCell>,
    /// How many are empty, bad, negative and rounded.
    pub(crate) counts: [u64; 4],
}

impl OddCells {
    /// How many of each sort are kept.
    const KEPT: u64 = 1000;

    /// Notes a cell.
    pub(crate) fn note(
        &mut self,
        line: u64,
        column: u64,
        what: impl FnOnce() -> Oddity,
        sort: usize,
    ) {
        self.counts[sort] += 1;
        if self.counts[sort] <= Self::KEPT {
            self.kept.push(OddCell { line, column, what: what() });
        }
    }

    /// How many cells of a sort are counted and not kept.
    pub(crate) fn n_not_kept(&self, sort: usize) -> u64 {
        self.counts[sort].saturating_sub(Self::KEPT)
    }

    /// How many flows are below zero.
    pub(crate) fn n_negative(&self) -> u64 {
        self.counts[Self::NEGATIVE]
    }

    /// [`Oddity::Empty`] as a sort.
    pub(crate) const EMPTY: usize = 0;
    /// [`Oddity::Bad`] as a sort.
    pub(crate) const BAD: usize = 1;
    /// [`Oddity::Negative`] as a sort.
    pub(crate) const NEGATIVE: usize = 2;
    /// [`Oddity::Rounded`] as a sort.
    pub(crate) const ROUNDED: usize = 3;
}

/// The file of a table, for saying where something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The file as it is shown.
    pub(crate) file: String,
    /// The sheet, of a workbook.
    pub(crate) sheet: Option<String>,
    /// The titles of the columns, as the file has them.
    pub(crate) titles: Vec<String>,
    /// Whether rows are lines; a Parquet file has none.
    pub(crate) has_lines: bool,
    /// The line of the column labels.
    pub(crate) header: u64,
}

impl Places {
    /// The whole file, or its sheet.
    pub(crate) fn file(&self) -> Location {
        let at = Location::file(&self.file);
        match &self.sheet {
            Some(sheet) => at.sheet(shown(sheet)),
            None => at,
        }
    }

    /// A line.
    pub(crate) fn line(&self, line: u64) -> Location {
        if self.has_lines && line > 0 { self.file().line(line) } else { self.file() }
    }

    /// `row 7: ` for a table without lines.
    pub(crate) fn row(&self, line: u64) -> String {
        if self.has_lines { String::new() } else { format!("row {line}: ") }
    }

    /// A cell by its line and column, both from 1.
    pub(crate) fn cell(&self, line: u64, column: u64) -> Location {
        let at = self.line(line);
        if !self.has_lines || column == 0 {
            return at;
        }
        let at = at.column(column);
        match self.titles.get((column as usize).wrapping_sub(1)) {
            Some(title) => at.field(shown(title)),
            None => at,
        }
    }
}

/// A table as its file has it: blocks that are labelled and not yet judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct IoTable {
    /// The sectors of the rows.
    pub(crate) sellers: Vec<Sector>,
    /// The sectors of the columns.
    pub(crate) buyers: Vec<Sector>,
    /// The flows, a compressed row a seller, by position among the buyers.
    pub(crate) flows: Flows,
    /// Final demand by category.
    pub(crate) demand: Vec<Column>,
    /// Output.
    pub(crate) output: Option<Column>,
    /// The rows below the sectors.
    pub(crate) inputs: Vec<InputRow>,
    /// Columns in which something stands below an empty title, from 1.
    pub(crate) nameless: Vec<u64>,
    /// Cells that are not as they should be.
    pub(crate) odd: OddCells,
    /// Odd cells of its other files, where it has several.
    pub(crate) beside: Vec<(Places, OddCells)>,
    /// Where it all stands.
    pub(crate) places: Places,
    /// The period of the table, where it says one.
    pub(crate) period: Option<Box<str>>,
    /// The unit of the flows, where the table says it.
    pub(crate) unit: Option<Box<str>>,
    /// How far both sides of an account may be apart because the numbers that the table was computed from are rounded.
    pub(crate) rounding: f64,
    /// The layout by which it was read.
    pub(crate) layout: &'static str,
    /// Rows of the file below its header.
    pub(crate) rows: u64,
    /// Those of them that the layout passes over: blank ones, totals of a published table.
    pub(crate) skipped: u64,
    /// Rows of the wrong length, which are not read: their line and number of fields.
    pub(crate) ragged: Vec<(u64, usize)>,
}
