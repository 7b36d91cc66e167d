//! Flows of a table in compressed rows.

/// Rows of flows, ascending by buyer within a row once they are sorted; zeros are not stored.
///
/// # Memory
/// 12 bytes a flow and 8 a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Flows {
    starts: Vec<usize>,
    buyers: Vec<u32>,
    values: Vec<f64>,
}

impl Flows {
    /// The flows of a row, with their buyers.
    pub(crate) fn row(&self, row: usize) -> impl ExactSizeIterator<Item = (u32, f64)> + '_ {
        let range = self.starts[row]..self.starts[row + 1];
        self.buyers[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// How many rows there are.
    pub(crate) fn n_rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many flows there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

/// Takes flows row after row.
#[derive(Debug, Default)]
pub(crate) struct FlowsBuilder(Flows);

impl FlowsBuilder {
    /// Adds a flow to the row that is not ended yet; a zero is not stored.
    #[inline]
    pub(crate) fn push(&mut self, buyer: u32, value: f64) {
        if value != 0.0 {
            self.0.buyers.push(buyer);
            self.0.values.push(value);
        }
    }

    /// Ends a row.
    pub(crate) fn end_row(&mut self) {
        if self.0.starts.is_empty() {
            self.0.starts.push(0);
        }
        self.0.starts.push(self.0.values.len());
    }

    /// Takes the row back that is not ended yet.
    pub(crate) fn forget_row(&mut self) {
        let start = self.0.starts.last().copied().unwrap_or(0);
        self.0.buyers.truncate(start);
        self.0.values.truncate(start);
    }

    /// The flows.
    pub(crate) fn finish(mut self) -> Flows {
        if self.0.starts.is_empty() {
            self.0.starts.push(0);
        }
        self.0
    }
}
