//! What a sector sells to sectors and to final demand is its output, and so is what it buys, imports and adds.

use super::super::Context;
use super::gap;
use crate::assemble::finding::figure;
use crate::io_table::{Column, InputKind, IoTable, names};
use palenque_graph::diagnostic::shown;
use palenque_graph::{CompensatedSum, Diagnostic, Location};

/// How many broken sectors a message names.
const NAMED: usize = 4;
/// Half a unit of the last digit: how far rounding moves an entry.
const ROUNDING: f64 = 0.5;

/// Both sides of the accounts of every sector.
struct Sides {
    sales: Vec<f64>,
    purchases: Vec<f64>,
    /// Final demand, where the table has some.
    demand: Option<Vec<f64>>,
    /// Imports, and other inputs that no sector sells.
    imports: Vec<f64>,
    /// Value added, where the table has some.
    value_added: Option<Vec<f64>>,
    /// How far apart the two sides may be by rounding alone.
    rounding: f64,
}

/// One side of an identity beside the output.
#[derive(Clone, Copy)]
struct Broken {
    sector: usize,
    sum: f64,
    output: f64,
}

/// Checks both identities, and says what output is, where it can be known.
pub(super) fn judge(table: &IoTable, context: &mut Context<'_>) -> Option<Vec<f64>> {
    let sides = Sides::of(table);
    let output = sides.output(table, context);
    let Some(x) = &output else { return None };
    let tolerance = context.policy.balance_tolerance;
    let may = |sum: f64, x: f64| tolerance * x.abs().max(sum.abs()) + sides.rounding;
    let broken = |sums: &[f64]| -> Vec<Broken> {
        let all = sums.iter().zip(x).enumerate();
        let all = all.map(|(sector, (&sum, &output))| Broken { sector, sum, output });
        let mut broken: Vec<Broken> =
            all.filter(|b| !((b.sum - b.output).abs() <= may(b.sum, b.output))).collect();
        broken.sort_by(|a, b| {
            let by_gap = (b.sum - b.output).abs().total_cmp(&(a.sum - a.output).abs());
            by_gap.then(a.sector.cmp(&b.sector))
        });
        broken
    };
    for (sector, &x) in x.iter().enumerate().filter(|(_, x)| **x < 0.0) {
        let id = shown(&table.sellers[sector].id());
        let what = format!("the output of `{id}` is {}, below 0", figure(x));
        let help = "check the sign";
        context.found.push(Diagnostic::new("E0305", what).at(place(table, sector)).help(help));
    }
    let rows = sides.uses().map(|uses| broken(&uses)).unwrap_or_default();
    let columns = sides.inputs().map(|inputs| broken(&inputs)).unwrap_or_default();
    if let Some(worst) = rows.first() {
        let (sales, demand) = (sides.sales[worst.sector], sides.demand.as_ref());
        let demand = demand.map_or(0.0, |demand| demand[worst.sector]);
        let parts = format!("{} to sectors and {} to final demand", figure(sales), figure(demand));
        tell(table, &sides, x, "row", &rows, &parts, context);
    }
    if let Some(worst) = columns.first() {
        let (bought, imports) = (sides.purchases[worst.sector], sides.imports[worst.sector]);
        let added = sides.value_added.as_ref().map_or(0.0, |added| added[worst.sector]);
        let parts = if imports == 0.0 {
            format!("{} of inputs and {} of value added", figure(bought), figure(added))
        } else {
            let (bought, imports, added) = (figure(bought), figure(imports), figure(added));
            format!("{bought} of inputs, {imports} of imports and {added} of value added")
        };
        tell(table, &sides, x, "column", &columns, &parts, context);
    }
    if sides.demand.is_none() {
        sold_out(table, &sides, x, context);
    }
    without_output(table, &sides, x, &rows, &columns, context);
    output
}

impl Sides {
    fn of(table: &IoTable) -> Self {
        let n = table.sellers.len();
        let mut purchases = vec![CompensatedSum::default(); n];
        let sales = (0..n).map(|row| {
            let flows =
                table.flows.row(row).inspect(|&(buyer, z)| purchases[buyer as usize].add(z));
            flows.map(|(_, z)| z).collect::<CompensatedSum>().value()
        });
        let sales: Vec<f64> = sales.collect();
        let across = |row: usize| {
            let cells = table.demand.iter().map(|column| column.values[row]);
            cells.filter(|x| !x.is_nan()).collect::<CompensatedSum>().value()
        };
        let demand = (!table.demand.is_empty()).then(|| (0..n).map(across).collect());
        let is_whole = table.flows.values().iter().all(|z| z.fract() == 0.0)
            && table.demand.iter().all(|c| c.values.iter().all(|x| x.is_nan() || x.fract() == 0.0));
        // Where no number is larger than 1, whole numbers say nothing about how they came about.
        let is_rounded = is_whole && table.flows.values().iter().any(|z| *z > 1.0);
        let n_cells = (n + table.demand.len() + 1) as f64;
        let [imports, others] = [InputKind::Imports, InputKind::OtherInput]
            .map(|kind| table.sum_of(kind).unwrap_or_else(|| vec![0.0; n]));
        let imports = imports.iter().zip(&others).map(|(imports, others)| imports + others);
        Self {
            sales,
            purchases: purchases.into_iter().map(CompensatedSum::value).collect(),
            demand,
            imports: imports.collect(),
            value_added: table.sum_of(InputKind::ValueAdded),
            rounding: if is_rounded { ROUNDING * n_cells } else { table.rounding },
        }
    }

    /// Sales to sectors and to final demand; none where the table has no final demand.
    fn uses(&self) -> Option<Vec<f64>> {
        let demand = self.demand.as_ref()?;
        Some(self.sales.iter().zip(demand).map(|(sales, demand)| sales + demand).collect())
    }

    /// Inputs, imports and value added; none where the table has no value added.
    fn inputs(&self) -> Option<Vec<f64>> {
        let added = self.value_added.as_ref()?;
        let bought = self.purchases.iter().zip(&self.imports).zip(added);
        Some(bought.map(|((bought, imports), added)| bought + imports + added).collect())
    }

    /// Output: as it is written, as a column or a row; else what the uses or the inputs add up to.
    fn output(&self, table: &IoTable, context: &mut Context<'_>) -> Option<Vec<f64>> {
        let derived = self.uses().or_else(|| self.inputs());
        let column = table.output.as_ref().map(|output| output.values.clone());
        let rows = table.inputs.iter().find(|row| row.kind == InputKind::Output);
        let row = rows.map(|row| row.values.clone());
        if let (Some(column), Some(row)) = (&column, &row) {
            let tolerance = context.policy.balance_tolerance;
            let differ = |(x, y): (&f64, &f64)| (x - y).abs() > tolerance * x.abs().max(y.abs());
            if let Some(sector) = column.iter().zip(row).position(differ) {
                let id = shown(&table.sellers[sector].id());
                let (x, y) = (figure(column[sector]), figure(row[sector]));
                let what = format!("the output of `{id}` is {x} in its row and {y} in its column");
                let help = "mend the one that is wrong, or leave one of them out";
                let finding = Diagnostic::new("E0503", what).at(place(table, sector)).help(help);
                context.found.push(finding);
            }
        }
        let written = column.or(row);
        match (written, derived) {
            (Some(written), Some(derived)) => {
                let pick = |(x, y): (f64, f64)| if x.is_nan() { y } else { x };
                Some(written.into_iter().zip(derived).map(pick).collect())
            }
            (written, derived) => written.or(derived),
        }
    }
}

/// Where the output of a sector stands, else its row.
fn place(table: &IoTable, sector: usize) -> Location {
    let line = table.sellers[sector].at;
    table.places.cell(line, table.output.as_ref().map_or(0, |output| output.at))
}

/// E0503, at the sector with the largest gap.
fn tell(
    table: &IoTable,
    sides: &Sides,
    x: &[f64],
    side: &str,
    broken: &[Broken],
    parts: &str,
    context: &mut Context<'_>,
) {
    let worst = broken[0];
    let id = |sector: usize| shown(&table.sellers[sector].id());
    let what = format!(
        "{side} of `{}`: {parts} make {}, its output is {} (apart by {})",
        id(worst.sector),
        figure(worst.sum),
        figure(worst.output),
        gap(worst.sum, worst.output)
    );
    let mut finding = Diagnostic::new("E0503", what).at(place(table, worst.sector));
    let others = broken[1..]
        .iter()
        .take(NAMED - 1)
        .map(|b| format!("`{}` {} and {}", id(b.sector), figure(b.sum), figure(b.output)));
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        let n = broken.len();
        finding = finding.note(format!("{n} {side}s do not add up: also {}", others.join(", ")));
    }
    if let Some((sector, factor)) = other_unit(table, sides, x, context.policy.balance_tolerance) {
        let factor =
            if factor > 1.0 { figure(factor) } else { format!("1/{}", figure(1.0 / factor)) };
        let what =
            format!("row `{}` is in another unit: divided by {factor}, all adds up", id(sector));
        finding = finding.note(what);
    }
    if let Some(imports) = imports_above_zero(table, worst).filter(|_| side == "row") {
        let name = shown(&imports.label.name);
        let what =
            format!("it adds up if `{name}` counts below zero: imports are no use of output");
        finding = finding.note(what);
    }
    let help = "check units, periods and the `output` column; `--balance-tol 0.05` lets 5 % pass, and with \
                `--balance-tol 1` `palenque inspect` shows both identities";
    context.found.push_counted(finding.help(help), broken.len() as u64);
}

/// A row that is in another unit than the others: a power of ten by which all columns add up.
fn other_unit(table: &IoTable, sides: &Sides, x: &[f64], tolerance: f64) -> Option<(usize, f64)> {
    let inputs = sides.inputs()?;
    let by_output = |a: &usize, b: &usize| x[*a].total_cmp(&x[*b]);
    let ends = [(0..x.len()).max_by(by_output)?, (0..x.len()).min_by(by_output)?];
    let factors = [1e3, 1e6, 1e9, 1e-3, 1e-6, 1e-9];
    let pairs = ends.into_iter().flat_map(|sector| factors.map(|factor| (sector, factor)));
    pairs.into_iter().find(|&(sector, factor)| {
        let mut bought = vec![0.0; x.len()];
        table.flows.row(sector).for_each(|(buyer, z)| bought[buyer as usize] = z);
        (0..x.len()).all(|j| {
            let sum = inputs[j] - bought[j] + bought[j] / factor;
            let output = if j == sector { x[j] / factor } else { x[j] };
            (sum - output).abs() <= tolerance * sum.abs().max(output.abs()) + sides.rounding
        })
    })
}

/// A category of imports above zero, where counting it below zero makes a row add up.
fn imports_above_zero(table: &IoTable, broken: Broken) -> Option<&Column> {
    table.demand.iter().filter(|column| names::is_imports(&column.label.name)).find(|column| {
        let imports = column.values[broken.sector];
        let sum = broken.sum - 2.0 * imports;
        imports > 0.0 && (sum - broken.output).abs() <= 0.01 * broken.output.abs()
    })
}

/// Without final demand, a sector that sells more than its output: W0503, and E0503 above twice of it.
fn sold_out(table: &IoTable, sides: &Sides, x: &[f64], context: &mut Context<'_>) {
    let mut more: Option<(usize, u64)> = None;
    for (sector, (&sales, &x)) in sides.sales.iter().zip(x).enumerate() {
        let id = shown(&table.sellers[sector].id());
        let (sold, made) = (figure(sales), figure(x));
        if sales > 2.0 * x && sales > sides.rounding {
            let what = format!("`{id}` sells {sold}, more than twice its output {made}");
            let help = "check that `output` and the flows have the same unit and period";
            context.found.push(Diagnostic::new("E0503", what).at(place(table, sector)).help(help));
        } else if sales - x > 1e-9 * x.abs() + sides.rounding {
            more.get_or_insert((sector, 0)).1 += 1;
        }
    }
    if let Some((sector, n)) = more {
        let id = shown(&table.sellers[sector].id());
        let what = format!(
            "{n} sectors sell more than their output, `{id}` first: their final demand is negative"
        );
        let help = "stock changes do this in real tables; else check the `output` column, or pass `--allow W0503`";
        let at = place(table, sector);
        context.found.push_counted(Diagnostic::new("W0503", what).at(at).help(help), n);
    }
}

/// E0504 for purchases without output, W0504 for sectors that do nothing at all.
fn without_output(
    table: &IoTable,
    sides: &Sides,
    x: &[f64],
    rows: &[Broken],
    columns: &[Broken],
    context: &mut Context<'_>,
) {
    let mut idle: Vec<usize> = Vec::new();
    let is_told = |sector| rows.iter().chain(columns).any(|b| b.sector == sector);
    for sector in (0..x.len()).filter(|&sector| x[sector] == 0.0 && !is_told(sector)) {
        let bought = sides.purchases[sector];
        if bought > sides.rounding {
            let id = shown(&table.sellers[sector].id());
            let what = format!("`{id}` buys {} and has an output of 0", figure(bought));
            let help = "write its output, or leave the cell empty if it is not known";
            context.found.push(Diagnostic::new("E0504", what).at(place(table, sector)).help(help));
        } else {
            idle.push(sector);
        }
    }
    let Some(&first) = idle.first() else { return };
    let named = idle.iter().take(NAMED).map(|&s| format!("`{}`", shown(&table.sellers[s].id())));
    let named = named.collect::<Vec<_>>().join(", ");
    let n = idle.len();
    let what = match n {
        1 => format!("1 sector has no output: {named}"),
        n if n <= NAMED => format!("{n} sectors have no output: {named}"),
        n => format!("{n} sectors have no output: {named} …"),
    };
    let help = "their coefficients are 0 and their linkages empty; `--allow W0504` silences";
    let at = table.places.line(table.sellers[first].at);
    context.found.push_counted(Diagnostic::new("W0504", what).at(at).help(help), n as u64);
}
