//! Matrices between nodes: read from tables or the network, cut to what can be seen, put in order.

use super::ChartInput;
use super::input::rows_of;
use crate::ReportError;
use palenque_graph::{NodeIndex, Table, TableId};
use std::collections::BTreeMap;

/// A square matrix: ids and the cells that are known.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    pub(super) ids: Vec<String>,
    /// Row, column and value.
    cells: Vec<(usize, usize, f64)>,
}

impl Matrix {
    /// A matrix of the table `io_matrix`.
    ///
    /// # Errors
    /// [`ReportError::InputMissing`] where it has none of this name, naming those that there are.
    pub(super) fn read(
        input: &ChartInput<'_>,
        name: &str,
        period: &str,
    ) -> Result<Self, ReportError> {
        let table = input.table(TableId::IoMatrix)?;
        let of_row = |row| table.text("matrix", row).unwrap_or_default();
        let rows = || rows_of(table, period).filter(|row| of_row(*row) == name);
        if rows().next().is_none() {
            let mut known: Vec<&str> = rows_of(table, period).map(of_row).collect();
            known.sort_unstable();
            known.dedup();
            return Err(match known.as_slice() {
                [] => ReportError::Empty { why: "`io_matrix` has no rows".to_owned() },
                known => ReportError::InputMissing {
                    what: format!(
                        "matrix `{name}` in `io_matrix`; it has `{}` (its parameter `matrices` says which are written)",
                        known.join("`, `")
                    ),
                },
            });
        }
        Ok(Self::of_rows(input, table, rows, ["row", "col", "value"]))
    }

    /// The flows: `Z` of `io_matrix` or of `edge_metrics`, whichever is there.
    pub(super) fn flows(input: &ChartInput<'_>, period: &str) -> Result<Self, ReportError> {
        if let Ok(matrix) = Self::read(input, "Z", period) {
            return Ok(matrix);
        }
        let table = input.table(TableId::EdgeMetrics)?;
        let rows = || rows_of(table, period);
        if rows().next().is_none() {
            return Err(ReportError::Empty { why: "`edge_metrics` has no rows".to_owned() });
        }
        Ok(Self::of_rows(input, table, rows, ["source", "target", "weight"]))
    }

    /// Nodes in the order of the network, or of their first row where there is none.
    fn of_rows<I: Iterator<Item = usize>>(
        input: &ChartInput<'_>,
        table: &Table,
        rows: impl Fn() -> I,
        [from, to, value]: [&str; 3],
    ) -> Self {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut ids: Vec<&str> = Vec::new();
        for end in [from, to] {
            for row in rows() {
                let id = table.text(end, row).unwrap_or_default();
                places.entry(id).or_insert_with(|| {
                    ids.push(id);
                    ids.len() - 1
                });
            }
        }
        if let Some(panel) = input.panel {
            let lookup = panel.last().lookup();
            ids.sort_by_key(|id| lookup.get(id).map_or(usize::MAX, NodeIndex::index));
            places = (0..).zip(&ids).map(|(place, id)| (*id, place)).collect();
        }
        let place = |end: &str, row| places[table.text(end, row).unwrap_or_default()];
        let cell = |row| Some((place(from, row), place(to, row), table.number(value, row)?));
        let cells = rows().filter_map(cell).collect();
        Self { ids: ids.into_iter().map(str::to_owned).collect(), cells }
    }

    /// The flows between groups: `source_NAME` and `target_NAME` of `edge_metrics`.
    pub(super) fn flows_by(
        input: &ChartInput<'_>,
        columns: [&str; 2],
        period: &str,
    ) -> Result<Self, ReportError> {
        let table = input.table(TableId::EdgeMetrics)?;
        let missing = columns.iter().find(|column| table.column(column).is_none());
        if let Some(column) = missing {
            let what = format!("column `{column}` in `edge_metrics`");
            return Err(ReportError::InputMissing { what });
        }
        let [from, to] = columns;
        let ungrouped = ChartInput { panel: None, ..*input };
        let rows = || rows_of(table, period);
        Ok(Self::of_rows(&ungrouped, table, rows, [from, to, "weight"]))
    }

    /// What is positive, row by row and column by column; cells given more than once are added.
    pub(super) fn positive(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for &(row, column, value) in &self.cells {
            *sums.entry((row, column)).or_default() += value;
        }
        let cells = sums.into_iter().map(|((row, column), value)| (row, column, value));
        cells.filter(|(_, _, value)| *value > 0.0)
    }

    /// The cells by the ids of row and column.
    pub(super) fn by_ids(&self) -> BTreeMap<(&str, &str), f64> {
        let id = |place: usize| self.ids[place].as_str();
        self.cells.iter().map(|&(row, column, value)| ((id(row), id(column)), value)).collect()
    }

    pub(super) fn n(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn n_negative(&self) -> usize {
        self.cells.iter().filter(|(_, _, value)| *value < 0.0).count()
    }

    /// Sums of what is positive in each row.
    pub(super) fn row_sums(&self) -> Vec<f64> {
        self.sums(|(row, _, _)| row)
    }

    /// Sums of what is positive in each column.
    pub(super) fn column_sums(&self) -> Vec<f64> {
        self.sums(|(_, column, _)| column)
    }

    /// Sums of rows and columns together, the diagonal once.
    pub(super) fn totals(&self) -> Vec<f64> {
        let mut totals = self.row_sums();
        for &(row, column, value) in &self.cells {
            if row != column && value > 0.0 {
                totals[column] += value;
            }
        }
        totals
    }

    fn sums(&self, end: impl Fn((usize, usize, f64)) -> usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.n()];
        for cell in self.cells.iter().filter(|(_, _, value)| *value > 0.0) {
            sums[end(*cell)] += cell.2;
        }
        sums
    }

    /// The matrix of these nodes alone, in this order.
    pub(super) fn of_nodes(&self, nodes: &[usize]) -> Self {
        let mut places = vec![None; self.n()];
        for (place, node) in nodes.iter().enumerate() {
            places[*node] = Some(place);
        }
        let kept = |&(row, column, value): &(usize, usize, f64)| {
            Some((places[row]?, places[column]?, value))
        };
        Self {
            ids: nodes.iter().map(|node| self.ids[*node].clone()).collect(),
            cells: self.cells.iter().filter_map(kept).collect(),
        }
    }

    /// The matrix of the largest nodes, in the order in which they were, and one for the sum of all others.
    pub(super) fn with_rest(&self, most: usize, rest: &str) -> Self {
        if self.n() <= most {
            return self.clone();
        }
        let kept = self.largest(most.saturating_sub(1));
        let mut places = vec![kept.len(); self.n()];
        for (place, node) in kept.iter().enumerate() {
            places[*node] = place;
        }
        let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for &(row, column, value) in &self.cells {
            *sums.entry((places[row], places[column])).or_default() += value;
        }
        let ids = kept.iter().map(|node| self.ids[*node].clone()).chain([rest.to_owned()]);
        Self {
            ids: ids.collect(),
            cells: sums.into_iter().map(|((row, column), value)| (row, column, value)).collect(),
        }
    }

    /// The nodes with the largest totals, in the order in which they were.
    pub(super) fn largest(&self, most: usize) -> Vec<usize> {
        let mut nodes = descending(&self.totals());
        nodes.truncate(most);
        nodes.sort_unstable();
        nodes
    }

    /// Every cell, row by row.
    pub(super) fn dense(&self) -> Vec<Option<f64>> {
        let n = self.n();
        let mut dense = vec![None; n * n];
        for &(row, column, value) in &self.cells {
            dense[row * n + column] = Some(value);
        }
        dense
    }

    /// Nodes so that those with like rows and columns are neighbours: average-linkage clustering (Sokal and
    /// Michener 1958) by the angle between their rows and columns, the larger part first. `O(n³)`.
    pub(super) fn alike(&self) -> Vec<usize> {
        let n = self.n();
        let mut profiles = vec![vec![0.0; 2 * n]; n];
        for &(row, column, value) in self.cells.iter().filter(|(_, _, value)| *value > 0.0) {
            profiles[row][column] = value;
            profiles[column][n + row] = value;
        }
        for profile in &mut profiles {
            // Rows and columns count alike, however large the flows; roots, so that not one cell decides.
            for half in profile.chunks_mut(n.max(1)) {
                let sum: f64 = half.iter().sum();
                for x in half.iter_mut().filter(|x| **x > 0.0) {
                    *x = (*x / sum).sqrt();
                }
            }
        }
        let totals = self.totals();
        let mut parts: Vec<(Vec<usize>, f64)> = (0..n).map(|i| (vec![i], totals[i])).collect();
        let mut near: Vec<Vec<f64>> = profiles
            .iter()
            .map(|a| profiles.iter().map(|b| a.iter().zip(b).map(|(x, y)| x * y).sum()).collect())
            .collect();
        while parts.len() > 1 {
            let pairs = (0..parts.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
            let nearer = |a: (usize, usize), b: (usize, usize)| {
                if near[b.0][b.1] > near[a.0][a.1] { b } else { a }
            };
            let Some((keep, gone)) = pairs.reduce(nearer) else { break };
            let (other, size) = parts.remove(gone);
            let joined = near.remove(gone);
            let (a, b) = (parts[keep].0.len() as f64, other.len() as f64);
            for row in &mut near {
                row.remove(gone);
            }
            for k in (0..parts.len()).filter(|k| *k != keep) {
                let from_gone = joined[k + usize::from(k >= gone)];
                let mean = (near[keep][k] * a + from_gone * b) / (a + b);
                near[keep][k] = mean;
                near[k][keep] = mean;
            }
            let (first, total) = &mut parts[keep];
            let larger = size > *total;
            *total += size;
            let old = std::mem::take(first);
            *first = if larger { [other, old].concat() } else { [old, other].concat() };
        }
        parts.pop().map(|(nodes, _)| nodes).unwrap_or_default()
    }
}

/// Places in the order of their values, the largest first; ties stay in order.
pub(super) fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(n: usize, cells: &[(usize, usize, f64)]) -> Matrix {
        Matrix { ids: (0..n).map(|i| i.to_string()).collect(), cells: cells.to_vec() }
    }

    #[test]
    fn totals_count_the_diagonal_once() {
        let m = matrix(2, &[(0, 0, 5.0), (0, 1, 2.0), (1, 0, -9.0)]);
        assert_eq!(m.totals(), [7.0, 2.0]);
        assert_eq!((m.row_sums(), m.column_sums()), (vec![7.0, 0.0], vec![5.0, 2.0]));
        assert_eq!(m.n_negative(), 1);
    }

    #[test]
    fn the_rest_keeps_the_sum() {
        let cells: Vec<_> = (0..6).map(|i| (i, (i + 1) % 6, (i + 1) as f64)).collect();
        let m = matrix(6, &cells).with_rest(4, "rest");
        assert_eq!(m.ids, ["0", "4", "5", "rest"]);
        let sum: f64 = m.dense().iter().flatten().sum();
        assert!((sum - 21.0).abs() < 1e-12);
    }

    #[test]
    fn what_trades_with_the_same_stands_together() {
        // 0 and 2 sell to 4, 1 and 3 sell to 5.
        let m = matrix(6, &[(0, 4, 9.0), (2, 4, 3.0), (1, 5, 4.0), (3, 5, 2.0)]);
        let order = m.alike();
        let place = |node| order.iter().position(|i| *i == node).expect("there");
        assert_eq!(place(0).abs_diff(place(2)), 1);
        assert_eq!(place(1).abs_diff(place(3)), 1);
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5], "each once");
        assert!(matrix(0, &[]).alike().is_empty());
    }
}
