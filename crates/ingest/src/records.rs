//! What a reader hands over: columns of codes and numbers, and the line of every record. Nothing is judged here.

use palenque_graph::{Diagnostics, Ids};

/// What a column of a file holds, as its layout says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Node ids; all columns of this kind share one numbering.
    Id,
    /// Text, numbered by column.
    Text,
    /// Numbers.
    Number,
}

/// A column of a file that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its position in the file, from 0.
    pub at: usize,
    /// Its name in the file.
    pub title: String,
    /// palenque's name for it.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// The values of a column, a row a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Codes into [`Records::ids`]; [`MISSING`] where the cell is empty.
    Ids(Vec<u32>),
    /// Codes into the column's own texts; [`MISSING`] where the cell is empty.
    Text(Ids, Vec<u32>),
    /// Numbers; NaN where the cell is empty or is among [`Records::bad`].
    Number(Vec<f64>),
}

/// The code of an empty cell.
pub const MISSING: u32 = u32::MAX;

/// A cell of a number column that holds something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The record.
    pub record: usize,
    /// The column, by position among those planned.
    pub column: usize,
    /// What stands there.
    pub raw: String,
}

/// The records of one file.
#[derive(Debug, Default)]
pub struct Records {
    /// The columns read.
    pub columns: Vec<(Planned, Values)>,
    /// The texts of all id columns, by first appearance.
    pub ids: Ids,
    /// How many records there are.
    pub n_records: usize,
    /// Where each stands in the file.
    pub places: Places,
    /// Cells that are not numbers; the first thousand a block.
    pub bad: Vec<BadCell>,
    /// How many such cells there are.
    pub n_bad: u64,
    /// Whole numbers above 2^53 that were rounded, and the first one's record and column.
    pub rounded: Option<(u64, usize, usize)>,
    /// Data rows in the file, the records and those left out.
    pub rows: u64,
    /// Rows left out by `--where`.
    pub filtered: u64,
    /// Rows of the wrong length left out by `--ragged drop`, and the first one's line.
    pub ragged: Option<(u64, u64)>,
    /// What was found wrong with the form of the file.
    pub found: Diagnostics,
}

impl Records {
    /// The position of a column by palenque's name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(planned, _)| planned.name == name)
    }

    /// The codes of an id column.
    pub(crate) fn ids_of(&self, name: &str) -> Option<&[u32]> {
        match self.columns.get(self.position(name)?)? {
            (_, Values::Ids(codes)) => Some(codes),
            _ => None,
        }
    }
}

/// The lines of records, block by block: a block whose records stand one a line knows only its first line.
#[derive(Debug, Default, PartialEq)]
pub struct Places {
    blocks: Vec<Lines>,
    form: Form,
}

/// What records stand on.
#[derive(Debug, Default, PartialEq)]
enum Form {
    /// The lines of a text.
    #[default]
    Lines,
    /// The rows of a table without lines.
    Rows,
    /// The elements of a graph: a line may hold many of them.
    Elements,
    /// The rows of this sheet of a workbook.
    Sheet(String),
}

/// Where the records of one block stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lines {
    pub(crate) first_record: usize,
    pub(crate) first_line: u64,
    /// Lines from the first one, where they are not simply one a record.
    pub(crate) irregular: Option<Vec<u32>>,
}

impl Places {
    /// The records of a table without lines: the place of a record is its row, from 1.
    pub(crate) fn rows() -> Self {
        let blocks = vec![Lines { first_line: 1, ..Lines::default() }];
        Self { blocks, form: Form::Rows }
    }

    /// The records of a sheet, in order, and the row of each.
    pub(crate) fn sheet(name: String, rows: Vec<u32>) -> Self {
        let blocks = vec![Lines { first_record: 0, first_line: 0, irregular: Some(rows) }];
        Self { blocks, form: Form::Sheet(name) }
    }

    /// The elements of a graph, in order, and the line of each.
    pub(crate) fn elements(lines: Vec<u32>) -> Self {
        let blocks = vec![Lines { first_record: 0, first_line: 0, irregular: Some(lines) }];
        Self { blocks, form: Form::Elements }
    }

    /// The records of blocks of text, in order.
    pub(crate) fn lines(blocks: Vec<Lines>) -> Self {
        Self { blocks, form: Form::Lines }
    }

    /// Whether places are rows of a table and not lines of a text.
    pub(crate) fn are_rows(&self) -> bool {
        self.form == Form::Rows
    }

    /// Whether records are elements of a graph, whose fields have a name and no number.
    pub(crate) fn are_elements(&self) -> bool {
        self.form == Form::Elements
    }

    /// The sheet of a workbook that the records stand on.
    pub(crate) fn sheet_name(&self) -> Option<&str> {
        match &self.form {
            Form::Sheet(name) => Some(name),
            Form::Lines | Form::Rows | Form::Elements => None,
        }
    }

    /// The line or row of a record, from 1.
    pub(crate) fn get(&self, record: usize) -> u64 {
        let block = self.blocks.partition_point(|b| b.first_record <= record);
        let Some(block) = block.checked_sub(1).map(|b| &self.blocks[b]) else { return 1 };
        let within = record - block.first_record;
        match &block.irregular {
            Some(lines) => block.first_line + lines.get(within).map_or(0, |&l| u64::from(l)),
            None => block.first_line + within as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_knows_its_line() {
        let regular = Lines { first_record: 0, first_line: 2, irregular: None };
        let uneven = Lines { first_record: 2, first_line: 4, irregular: Some(vec![1, 5]) };
        let places = Places::lines(vec![regular, uneven]);
        assert_eq!([0, 1, 2, 3].map(|r| places.get(r)), [2, 3, 5, 9]);
        assert_eq!(Places::rows().get(41), 42);
        let places = Places::sheet("edges".into(), vec![2, 7]);
        assert_eq!((places.get(1), places.sheet_name()), (7, Some("edges")));
    }
}
