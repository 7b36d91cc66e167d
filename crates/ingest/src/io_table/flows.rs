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

    /// The same flows, their buyers numbered anew.
    pub(crate) fn renumbered(mut self, new: &[u32]) -> Self {
        self.renumber(new);
        self
    }

    /// The same flows and some more, `(row, buyer, value)`, added to those that are there.
    pub(crate) fn with(self, mut more: Vec<(u32, u32, f64)>) -> Self {
        more.sort_by_key(|&(row, buyer, _)| (row, buyer));
        let mut more = more.into_iter().peekable();
        let mut flows = FlowsBuilder::default();
        for row in 0..self.n_rows() {
            let mut cells: Vec<(u32, f64)> = self.row(row).collect();
            while let Some((_, buyer, value)) = more.next_if(|next| next.0 as usize == row) {
                cells.push((buyer, value));
            }
            cells.sort_by_key(|&(buyer, _)| buyer);
            for run in cells.chunk_by(|a, b| a.0 == b.0) {
                flows.push(run[0].0, run.iter().map(|(_, value)| value).sum());
            }
            flows.end_row();
        }
        flows.finish()
    }

    /// Gives every buyer another number, and sorts each row by the new ones.
    pub(crate) fn renumber(&mut self, new: &[u32]) {
        if new.iter().zip(0_u32..).all(|(&new, old)| new == old) {
            return;
        }
        let mut sorted: Vec<(u32, f64)> = Vec::new();
        for row in 0..self.n_rows() {
            let range = self.starts[row]..self.starts[row + 1];
            sorted.clear();
            sorted.extend(self.row(row).map(|(buyer, value)| (new[buyer as usize], value)));
            sorted.sort_unstable_by_key(|&(buyer, _)| buyer);
            for (at, &(buyer, value)) in range.zip(&sorted) {
                (self.buyers[at], self.values[at]) = (buyer, value);
            }
        }
    }

    /// The same rows in another order: `rows` says for each new row which old one it is, if any.
    pub(crate) fn arranged(self, rows: &[Option<u32>]) -> Self {
        if rows.len() == self.n_rows() && rows.iter().zip(0_u32..).all(|(&row, n)| row == Some(n)) {
            return self;
        }
        let mut flows = FlowsBuilder::default();
        for row in rows {
            if let Some(row) = row {
                self.row(*row as usize).for_each(|(buyer, value)| flows.push(buyer, value));
            }
            flows.end_row();
        }
        flows.finish()
    }

    /// The rows with every flow put through a function; those that become zero are gone.
    pub(crate) fn map(self, mut value: impl FnMut(usize, u32, f64) -> f64) -> Self {
        let mut flows = FlowsBuilder::default();
        for row in 0..self.n_rows() {
            self.row(row).for_each(|(buyer, z)| flows.push(buyer, value(row, buyer, z)));
            flows.end_row();
        }
        flows.finish()
    }

    /// Row starts, buyers and flows.
    pub(crate) fn into_parts(self) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
        (self.starts, self.buyers, self.values)
    }

    /// How many rows there are.
    pub(crate) fn n_rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// All flows.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
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

    /// The flows.
    pub(crate) fn finish(mut self) -> Flows {
        if self.0.starts.is_empty() {
            self.0.starts.push(0);
        }
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(rows: &[&[(u32, f64)]]) -> Flows {
        let mut flows = FlowsBuilder::default();
        for row in rows {
            row.iter().for_each(|&(buyer, value)| flows.push(buyer, value));
            flows.end_row();
        }
        flows.finish()
    }

    #[test]
    fn rows_and_columns_are_put_in_order() {
        let mut table = flows(&[&[(0, 1.0), (1, 0.0), (2, 3.0)], &[], &[(1, 5.0)]]);
        table.renumber(&[2, 0, 1]);
        assert_eq!(table, flows(&[&[(1, 3.0), (2, 1.0)], &[], &[(0, 5.0)]]));
        let arranged = table.arranged(&[Some(2), None, Some(0)]);
        assert_eq!(arranged, flows(&[&[(0, 5.0)], &[], &[(1, 3.0), (2, 1.0)]]));
        assert_eq!(Flows::default().n_rows(), 0);
    }
}
