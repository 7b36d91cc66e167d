//! Biproportional adjustment: a table scaled along its rows and columns until they have given sums.

/// A cell of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableCell {
    /// The row.
    pub row: usize,
    /// The column.
    pub column: usize,
    /// The amount, of either sign.
    pub value: f64,
}

/// When an adjustment ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdjustmentLimits {
    /// How far a sum may be from its target, relative to the largest target.
    pub tolerance: f64,
    /// Rounds of rows and columns after which it gives up.
    pub max_iterations: usize,
}

impl Default for AdjustmentLimits {
    fn default() -> Self {
        Self { tolerance: 1e-10, max_iterations: 10_000 }
    }
}

/// An adjusted table.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjusted {
    /// The cells, in the order in which they came.
    pub values: Vec<f64>,
    /// Rounds made.
    pub iterations: usize,
    /// The largest difference between a row's sum and its target; columns are met.
    pub gap: f64,
}

/// A row or column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A row.
    Row(usize),
    /// A column.
    Column(usize),
}

/// Why a table cannot be adjusted.
#[derive(Clone, Debug, PartialEq)]
pub enum NotAdjusted {
    /// A row or column has no cells from which its target could be made.
    Empty {
        /// Which.
        line: Line,
        /// Its target.
        target: f64,
    },
    /// Rows that deliver only to some columns have to deliver more than these take.
    Support {
        /// The rows.
        rows: Vec<usize>,
        /// Their targets together.
        supply: f64,
        /// All columns in which they have cells.
        columns: Vec<usize>,
        /// Their targets together.
        demand: f64,
    },
    /// The sums are still not met.
    NotConverged {
        /// The largest difference between a row's sum and its target.
        gap: f64,
        /// What was allowed.
        tolerance: f64,
    },
}

/// The table nearest to `cells` whose rows and columns have the given sums: RAS, and where there are negative cells GRAS.
///
/// # Formula
/// With the positive cells `P` and the negative ones `−N`, the result is `r_i P_ij s_j − N_ij / (r_i s_j)`: a cell keeps
/// its sign, and a zero stays zero. In turns, `r_i = (u_i + √(u_i² + 4 p_i n_i)) / (2 p_i)` with `p_i = Σ_j P_ij s_j` and
/// `n_i = Σ_j N_ij / s_j`, or `−n_i / u_i` where `p_i = 0`, and `s_j` alike. Without negative cells this is `r_i = u_i / p_i`.
/// # Source
/// Stone (1961) and Bacharach (1970) for RAS; Junius and Oosterhaven (2003), Lenzen, Wood and Gallego (2007) and
/// Temurshoev, Miller and Bouwmeester (2013) for GRAS.
/// # Input and result
/// Targets of rows and columns with one sum. Columns meet theirs up to rounding, rows within the tolerance.
/// # Cost
/// `O(k m)` time for `k` rounds over `m` cells.
/// # Errors
/// [`NotAdjusted`].
/// # Example
/// ```
/// # use palenque_metrics::linkage::biproportional::{AdjustmentLimits, TableCell, adjust};
/// let cell = |row, column, value| TableCell { row, column, value };
/// let prior = [cell(0, 0, 1.0), cell(0, 1, 1.0), cell(1, 0, 1.0), cell(1, 1, 1.0)];
/// let found = adjust(&prior, &[4.0, 6.0], &[5.0, 5.0], AdjustmentLimits::default()).map_err(|e| format!("{e:?}"))?;
/// assert_eq!(found.values, [2.0, 2.0, 3.0, 3.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adjust(
    cells: &[TableCell],
    row_targets: &[f64],
    column_targets: &[f64],
    limits: AdjustmentLimits,
) -> Result<Adjusted, NotAdjusted> {
    let targets = row_targets.iter().chain(column_targets);
    let tolerance = limits.tolerance * targets.fold(0.0_f64, |most, t| most.max(t.abs()));
    let (mut r, mut s) = (vec![1.0; row_targets.len()], vec![1.0; column_targets.len()]);
    let mut gap = f64::INFINITY;
    for iteration in 1..=limits.max_iterations {
        let by_row = |cell: &TableCell| (cell.row, s[cell.column]);
        r = factors(cells, row_targets, by_row).map_err(|(i, target)| {
            empty_or_support(cells, row_targets, column_targets, Line::Row(i), target)
        })?;
        let by_column = |cell: &TableCell| (cell.column, r[cell.row]);
        s = factors(cells, column_targets, by_column).map_err(|(j, target)| {
            empty_or_support(cells, row_targets, column_targets, Line::Column(j), target)
        })?;
        let values: Vec<f64> = cells.iter().map(|cell| scaled(cell, &r, &s)).collect();
        gap = largest_gap(cells, &values, row_targets);
        if gap <= tolerance {
            return Ok(Adjusted { values, iterations: iteration, gap });
        }
    }
    Err(crowded(cells, row_targets, column_targets, &r)
        .unwrap_or(NotAdjusted::NotConverged { gap, tolerance }))
}

fn scaled(cell: &TableCell, r: &[f64], s: &[f64]) -> f64 {
    let factor = r[cell.row] * s[cell.column];
    match cell.value {
        value if value > 0.0 => value * factor,
        value if value < 0.0 => value / factor,
        _ => 0.0,
    }
}

/// The factor of every line, given those across; or a line that cannot have its target.
fn factors(
    cells: &[TableCell],
    targets: &[f64],
    across: impl Fn(&TableCell) -> (usize, f64),
) -> Result<Vec<f64>, (usize, f64)> {
    let (mut positive, mut negative) = (vec![0.0; targets.len()], vec![0.0; targets.len()]);
    for cell in cells {
        let (line, factor) = across(cell);
        if cell.value > 0.0 {
            positive[line] += cell.value * factor;
        } else if cell.value < 0.0 {
            negative[line] -= cell.value / factor;
        }
    }
    let factor = |(line, &u): (usize, &f64)| {
        let (p, n) = (positive[line], negative[line]);
        match (p > 0.0, n > 0.0) {
            (true, true) => Ok((u + (u * u + 4.0 * p * n).sqrt()) / (2.0 * p)),
            (true, false) if u >= 0.0 => Ok(u / p),
            (false, true) if u < 0.0 => Ok(-n / u),
            (false, false) if u == 0.0 => Ok(1.0),
            _ => Err((line, u)),
        }
    };
    targets.iter().enumerate().map(factor).collect()
}

fn largest_gap(cells: &[TableCell], values: &[f64], row_targets: &[f64]) -> f64 {
    let mut sums = vec![0.0; row_targets.len()];
    cells.iter().zip(values).for_each(|(cell, value)| sums[cell.row] += value);
    sums.iter().zip(row_targets).fold(0.0, |most, (sum, u)| most.max((sum - u).abs()))
}

/// A line that has run dry: it had no cells, or those across from it were used up.
fn empty_or_support(
    cells: &[TableCell],
    row_targets: &[f64],
    column_targets: &[f64],
    line: Line,
    target: f64,
) -> NotAdjusted {
    let ones = vec![1.0; row_targets.len()];
    crowded(cells, row_targets, column_targets, &ones)
        .unwrap_or(NotAdjusted::Empty { line, target })
}

/// Rows that have cells only in some columns and have to deliver more than these take, if the factors show them.
///
/// Where no table with these zeros has the sums, the factors of such rows grow without limit in comparison with others:
/// in columns where they grow most, what is too much is pressed together. So columns are taken in the order of how
/// overfull they are after rows were scaled, with all rows that have cells in no others; whether those have to deliver
/// too much is then a matter of adding up.
fn crowded(
    cells: &[TableCell],
    row_targets: &[f64],
    column_targets: &[f64],
    r: &[f64],
) -> Option<NotAdjusted> {
    if cells.iter().any(|cell| cell.value < 0.0) {
        return None;
    }
    let cells = || cells.iter().filter(|cell| cell.value > 0.0);
    let mut sums = vec![0.0; column_targets.len()];
    cells().for_each(|cell| sums[cell.column] += cell.value * r[cell.row]);
    let full: Vec<f64> = sums.iter().zip(column_targets).map(|(sum, v)| sum / v).collect();
    let mut order: Vec<usize> = (0..column_targets.len()).filter(|&j| sums[j] > 0.0).collect();
    order.sort_by(|&a, &b| full[b].total_cmp(&full[a]));
    let mut place = vec![0; column_targets.len()];
    order.iter().enumerate().for_each(|(k, &j)| place[j] = k + 1);
    // A row is held by the columns taken so far once the last of its columns is among them.
    let mut held_at = vec![0; row_targets.len()];
    cells().for_each(|cell| held_at[cell.row] = held_at[cell.row].max(place[cell.column]));
    let mut by_place = vec![Vec::new(); order.len() + 1];
    held_at.iter().enumerate().for_each(|(i, &k)| by_place[k].push(i));
    let (mut rows, mut supply, mut demand) = (Vec::new(), 0.0, 0.0);
    for (k, &j) in order.iter().enumerate() {
        demand += column_targets[j];
        rows.extend_from_slice(&by_place[k + 1]);
        supply += by_place[k + 1].iter().map(|&i| row_targets[i]).sum::<f64>();
        if supply > demand * (1.0 + 1e-9) {
            let mut columns = order[..=k].to_vec();
            columns.sort_unstable();
            rows.sort_unstable();
            return Some(NotAdjusted::Support { rows, supply, columns, demand });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(rows: &[&[f64]]) -> Vec<TableCell> {
        let row = |(row, values): (usize, &&[f64])| {
            let cell = move |(column, &value): (usize, &f64)| TableCell { row, column, value };
            values.iter().enumerate().map(cell).collect::<Vec<_>>()
        };
        rows.iter().enumerate().flat_map(row).collect()
    }

    #[test]
    fn rows_that_share_too_small_a_column_are_named() {
        // Rows 0 and 1 deliver to column 0 alone, which takes less than they have to deliver.
        let prior = cells(&[&[1.0, 0.0, 0.0], &[2.0, 0.0, 0.0], &[1.0, 3.0, 4.0]]);
        let limits = AdjustmentLimits { max_iterations: 200, ..AdjustmentLimits::default() };
        let refused = adjust(&prior, &[5.0, 5.0, 10.0], &[8.0, 6.0, 6.0], limits);
        let expected =
            NotAdjusted::Support { rows: vec![0, 1], supply: 10.0, columns: vec![0], demand: 8.0 };
        assert_eq!(refused, Err(expected));
    }

    #[test]
    fn a_cycle_of_scarce_columns_is_named() {
        let prior = cells(&[
            &[1.0, 1.0, 0.0, 0.0],
            &[1.0, 2.0, 0.0, 0.0],
            &[1.0, 1.0, 1.0, 1.0],
            &[0.0, 1.0, 1.0, 5.0],
        ]);
        let limits = AdjustmentLimits { max_iterations: 500, ..AdjustmentLimits::default() };
        let refused = adjust(&prior, &[4.0, 4.0, 1.0, 1.0], &[3.0, 3.0, 2.0, 2.0], limits);
        let Err(NotAdjusted::Support { rows, columns, .. }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((rows, columns), (vec![0, 1], vec![0, 1]));
    }

    #[test]
    fn a_row_without_cells_keeps_only_a_target_of_zero() {
        let prior = cells(&[&[1.0, 1.0], &[0.0, 0.0]]);
        let limits = AdjustmentLimits::default();
        let found = adjust(&prior, &[4.0, 0.0], &[1.0, 3.0], limits).expect("feasible");
        assert_eq!(found.values, [1.0, 3.0, 0.0, 0.0]);
        let refused = adjust(&prior, &[3.0, 1.0], &[1.0, 3.0], limits);
        assert_eq!(refused, Err(NotAdjusted::Empty { line: Line::Row(1), target: 1.0 }));
    }

    #[test]
    fn negative_cells_keep_their_sign() {
        let prior = cells(&[&[10.0, -2.0], &[5.0, 12.0]]);
        let found = adjust(&prior, &[9.0, 16.0], &[14.0, 11.0], AdjustmentLimits::default());
        let found = found.expect("feasible").values;
        assert!(found[0] > 0.0 && found[1] < 0.0);
        assert!(
            (found[0] + found[1] - 9.0).abs() < 1e-8 && (found[0] + found[2] - 14.0).abs() < 1e-8
        );
    }
}
