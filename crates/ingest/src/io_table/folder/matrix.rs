//! One matrix of a folder: rows of titles, columns of labels, and cells of which only those that are not zero
//! are kept.

use crate::io_table::{Cell, Flows, FlowsBuilder, Label, OddCells, Oddity, RowSink};
use crate::source::Refusal;
use crate::text::number::NumberStyle;

/// What the cells of a matrix hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Numbers, each of which must be there; whether one below zero is worth a note.
    Numbers {
        /// See above.
        notes_negative: bool,
    },
    /// Text, such as units.
    Text,
}

/// Takes the rows of a matrix.
pub(super) struct Matrix {
    n_index: usize,
    n_header: usize,
    content: Content,
    numbers: NumberStyle,
    header: Vec<Vec<String>>,
    /// The labels of the rows, with their lines.
    pub(super) rows: Vec<(Label, u64)>,
    cells: FlowsBuilder,
    /// The first text of every row, of a matrix of text.
    pub(super) texts: Vec<String>,
    /// Cells that are not as they should be.
    pub(super) odd: OddCells,
    /// Rows of the wrong length: line and number of fields.
    pub(super) ragged: Vec<(u64, usize)>,
}

impl Matrix {
    /// A matrix with so many columns of labels and rows of titles.
    pub(super) fn new(
        n_index: usize,
        n_header: usize,
        content: Content,
        numbers: NumberStyle,
    ) -> Self {
        Self {
            n_index,
            n_header,
            content,
            numbers,
            header: Vec::new(),
            rows: Vec::new(),
            cells: FlowsBuilder::default(),
            texts: Vec::new(),
            odd: OddCells::default(),
            ragged: Vec::new(),
        }
    }

    /// A matrix whose file has numbers alone; rows get their labels when it was read.
    pub(super) fn bare(columns: &[Label], content: Content, numbers: NumberStyle) -> Self {
        let mut matrix = Self::new(0, 1, content, numbers);
        matrix.header.push(columns.iter().map(Label::id).collect());
        matrix
    }

    /// The labels of the columns.
    pub(super) fn columns(&self) -> Vec<Label> {
        let n = self.header.first().map_or(0, Vec::len);
        let levels = |at: usize| self.header.iter().map(|row| row[at].as_str()).collect::<Vec<_>>();
        (self.n_index..n).map(|at| label(&levels(at))).collect()
    }

    /// The titles of the lowest row of titles.
    pub(super) fn titles(&self) -> Vec<String> {
        self.header.last().cloned().unwrap_or_default()
    }

    /// The cells, a compressed row a row.
    pub(super) fn cells(&mut self) -> Flows {
        std::mem::take(&mut self.cells).finish()
    }
}

impl RowSink for Matrix {
    fn row(&mut self, line: u64, cells: &[Cell<'_>]) -> Result<(), Refusal> {
        if self.header.len() < self.n_header {
            self.header.push(cells.iter().map(|cell| cell.label()).collect());
            return Ok(());
        }
        let width = self.header.first().map_or(0, Vec::len);
        if cells.len() != width || width <= self.n_index {
            self.ragged.push((line, cells.len()));
            return Ok(());
        }
        let (index, cells) = cells.split_at(self.n_index);
        let is_names = self.rows.is_empty() && cells.iter().all(|cell| cell.label().is_empty());
        if is_names && self.content != Content::Text {
            return Ok(()); // the names of the columns of labels, in a row of their own
        }
        let labels: Vec<String> = index.iter().map(|cell| cell.label()).collect();
        self.rows.push((label(&labels.iter().map(String::as_str).collect::<Vec<_>>()), line));
        match self.content {
            Content::Text => self.texts.push(cells[0].label()),
            Content::Numbers { notes_negative } => {
                for ((cell, at), buyer) in cells.iter().zip(self.n_index as u64 + 1..).zip(0..) {
                    let value = self.numbers.value(*cell, (line, at), true, &mut self.odd);
                    let value = value.unwrap_or(0.0);
                    if notes_negative && value < 0.0 {
                        self.odd.note(line, at, || Oddity::Negative(value), OddCells::NEGATIVE);
                    }
                    self.cells.push(buyer, value);
                }
                self.cells.end_row();
            }
        }
        Ok(())
    }

    fn n_labels(&self) -> Option<usize> {
        Some(self.n_index)
    }
}

/// A label of several levels: the first is the region, the others the name.
fn label(levels: &[&str]) -> Label {
    match levels {
        [] => Label::default(),
        [name] => Label::plain(name),
        [region, name @ ..] => Label::regional(region, &name.join(".")),
    }
}
