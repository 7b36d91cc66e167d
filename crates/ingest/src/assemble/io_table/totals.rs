//! Rows and columns that hold the sums of the others and are taken for sectors: by name and by arithmetic.

use super::super::Context;
use crate::io_table::{IoTable, Sector, names};
use palenque_graph::diagnostic::shown;
use palenque_graph::{CompensatedSum, Diagnostic, Location};

/// How near to the sum of the others a total has to be, as a share of it.
const NEAR: f64 = 1e-6;
/// The largest share of a sum that is put down to rounding.
const ROUNDED: f64 = 0.05;

/// The sums of all rows and of all columns.
struct Sums {
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Sums {
    fn of(table: &IoTable) -> Self {
        let mut columns = vec![CompensatedSum::default(); table.buyers.len()];
        let rows = (0..table.flows.n_rows()).map(|row| {
            let flows = table.flows.row(row);
            let flows = flows.inspect(|&(buyer, z)| columns[buyer as usize].add(z));
            flows.map(|(_, z)| z).collect::<CompensatedSum>().value()
        });
        let rows: Vec<f64> = rows.collect();
        Self { rows, columns: columns.into_iter().map(CompensatedSum::value).collect() }
    }
}

/// Whether an entry is a sum of so many others, but for rounding: of each to whole numbers, and a small share of the
/// sum at most.
fn equals(entry: f64, sum: f64, n: usize) -> bool {
    let rounding = (n as f64).sqrt().min(ROUNDED * sum.abs());
    (entry - sum).abs() <= rounding.max(NEAR * sum.abs())
}

/// Whether twice an entry is the sum of all, itself among them.
fn doubles(entry: f64, sum: f64, n: usize) -> bool {
    equals(2.0 * entry, sum, n)
}

/// Of these rows, those that are the sum of all rows above, of which at least two sell anything.
fn sums_of_rows_above(table: &IoTable, those: &[usize]) -> Vec<usize> {
    let mut above = vec![0.0; table.buyers.len()];
    let (mut sellers, mut found) = (0, Vec::new());
    for row in 0..table.flows.n_rows() {
        let mut cells = table.flows.row(row).peekable();
        let is_empty = cells.peek().is_none();
        let mut cell =
            |at: usize| cells.next_if(|(buyer, _)| *buyer as usize == at).map_or(0.0, |c| c.1);
        let row_of = |sum: &[f64], cell: &mut dyn FnMut(usize) -> f64| {
            (0..sum.len()).all(|at| equals(cell(at), sum[at], row))
        };
        if those.contains(&row) && sellers >= 2 && !is_empty && row_of(&above, &mut cell) {
            found.push(row);
            continue;
        }
        table.flows.row(row).for_each(|(buyer, z)| above[buyer as usize] += z);
        sellers += usize::from(!is_empty);
    }
    found
}

/// Of these columns, those that are the sum of all columns before, of which at least two buy anything.
fn sums_of_columns_before(table: &IoTable, sums: &Sums, those: &[usize]) -> Vec<usize> {
    let mut is_sum: Vec<bool> = those
        .iter()
        .map(|&at| {
            sums.columns[at] > 0.0 && sums.columns[..at].iter().filter(|&&x| x > 0.0).count() >= 2
        })
        .collect();
    for row in 0..table.flows.n_rows() {
        let mut cells = table.flows.row(row).peekable();
        let mut before = 0.0;
        for (&column, is_sum) in those.iter().zip(&mut is_sum) {
            while let Some((_, z)) = cells.next_if(|(buyer, _)| (*buyer as usize) < column) {
                before += z;
            }
            let own =
                cells.peek().filter(|(buyer, _)| *buyer as usize == column).map_or(0.0, |c| c.1);
            *is_sum &= equals(own, before, column);
        }
    }
    those.iter().zip(is_sum).filter(|(_, is_sum)| *is_sum).map(|(&column, _)| column).collect()
}

/// Whether a row is the sum of the others, of which at least two sell anything.
fn is_sum_of_rows(table: &IoTable, row: usize, sums: &Sums) -> bool {
    let sellers = sums.rows.iter().filter(|&&sum| sum > 0.0).count();
    let mut next = 0;
    let mut agrees = |upto: usize, entry: f64| {
        let between =
            sums.columns[next..upto].iter().all(|&sum| doubles(0.0, sum, sums.rows.len()));
        next = upto + 1;
        between && sums.columns.get(upto).is_none_or(|&sum| doubles(entry, sum, sums.rows.len()))
    };
    let all = table.flows.row(row).all(|(buyer, z)| agrees(buyer as usize, z));
    sellers >= 3 && sums.rows[row] > 0.0 && all && agrees(sums.columns.len(), 0.0)
}

/// The columns that are the sum of the others, of which at least two buy anything.
fn sums_of_columns(table: &IoTable, sums: &Sums) -> Vec<usize> {
    let n = sums.columns.len();
    let buyers = sums.columns.iter().filter(|&&sum| sum > 0.0).count();
    let mut agreeing = vec![0_usize; n];
    let mut needed = 0;
    for (row, &sum) in sums.rows.iter().enumerate() {
        if doubles(0.0, sum, n) {
            continue;
        }
        needed += 1;
        for (buyer, _) in table.flows.row(row).filter(|&(_, z)| doubles(z, sum, n)) {
            agreeing[buyer as usize] += 1;
        }
    }
    let is_sum = |&column: &usize| buyers >= 3 && needed > 0 && agreeing[column] == needed;
    (0..n).filter(is_sum).collect()
}

/// E0510 for rows and columns without a counterpart that are totals; whether there are some.
pub(super) fn refuse_one_sided(
    table: &IoTable,
    rows: &[usize],
    columns: &[usize],
    context: &mut Context<'_>,
) -> bool {
    let sums = Sums::of(table);
    let summed = sums_of_columns(table, &sums);
    let (above, before_it) =
        (sums_of_rows_above(table, rows), sums_of_columns_before(table, &sums, columns));
    let header = table.places.header;
    let before = context.found.counts().get("E0510").copied().unwrap_or(0);
    for &row in rows {
        let seller = &table.sellers[row];
        let is_named = names::is_total(&seller.label.name);
        if is_named || above.contains(&row) || is_sum_of_rows(table, row, &sums) {
            context.found.push(total(seller, "row", table.places.line(seller.at), is_named));
        }
    }
    for &column in columns {
        let buyer = &table.buyers[column];
        let is_named = names::is_total(&buyer.label.name);
        if is_named || before_it.contains(&column) || summed.contains(&column) {
            context.found.push(total(
                buyer,
                "column",
                table.places.cell(header, buyer.at),
                is_named,
            ));
        }
    }
    context.found.counts().get("E0510").copied().unwrap_or(0) > before
}

/// E0510 for sectors on both sides that are totals; whether there are some. The columns stand in the order of the
/// rows.
pub(super) fn refuse(table: &IoTable, context: &mut Context<'_>) -> bool {
    if table.sellers.len() < 2 {
        return false;
    }
    let sums = Sums::of(table);
    let summed = sums_of_columns(table, &sums);
    let mut refused = false;
    for (row, seller) in table.sellers.iter().enumerate() {
        let is_named = seller.label.region.is_none() && names::is_total(&seller.label.name);
        let adds_up = || summed.contains(&row) && is_sum_of_rows(table, row, &sums);
        if is_named || adds_up() {
            context.found.push(total(seller, "row", table.places.line(seller.at), is_named));
            refused = true;
        }
    }
    refused
}

fn total(sector: &Sector, side: &str, at: Location, is_named: bool) -> Diagnostic {
    let id = shown(&sector.id());
    let what = if is_named {
        format!("{side} `{id}` is called a total and stands among the sectors")
    } else {
        format!("{side} `{id}` is the sum of the others and stands among the sectors")
    };
    let help = format!("take totals out, or pass `--map skip={id}`; output is named `output`");
    Diagnostic::new("E0510", what).at(at).help(help)
}
