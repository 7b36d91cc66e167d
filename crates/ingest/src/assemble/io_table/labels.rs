//! Rows and columns of a table by name: each once, the same on both sides.

use super::super::Context;
use super::totals;
use crate::io_table::{IoTable, Label, Sector};
use palenque_graph::diagnostic::{nearest, shown};
use palenque_graph::{Diagnostic, Location};
use std::collections::BTreeMap;

/// How many labels a message names.
const NAMED: usize = 5;

/// The row of every column; none where labels are repeated, missing or different.
pub(super) fn settle(table: &mut IoTable, context: &mut Context<'_>) -> Option<Vec<u32>> {
    let before = context.found.count(palenque_graph::Severity::Error);
    nameless(table, context);
    repeated(&table.sellers, |row| table.places.line(row.at), "row", context);
    let header = table.places.header;
    repeated(&table.buyers, |buyer| table.places.cell(header, buyer.at), "column", context);
    categories(table, context);
    if table.sellers.is_empty() || table.buyers.is_empty() {
        let what =
            if table.sellers.is_empty() { "no row is a sector" } else { "no column is a sector" };
        let help = "name sectors in the first column and one column a sector";
        let at = table.places.line(header);
        context.found.push(Diagnostic::new("E0501", what).at(at).help(help));
    }
    if context.found.count(palenque_graph::Severity::Error) > before {
        return None;
    }
    matched(table, context)
}

/// E0502 for sectors without a name.
fn nameless(table: &IoTable, context: &mut Context<'_>) {
    let mut refuse = |what: &str, at: Location| {
        let help = "name it, or take it out";
        context.found.push(Diagnostic::new("E0502", what).at(at).help(help));
    };
    for row in table.sellers.iter().filter(|row| row.label.name.trim().is_empty()) {
        refuse("the row has no label", table.places.line(row.at));
    }
    for &column in &table.nameless {
        refuse("the column has no title", table.places.cell(table.places.header, column));
    }
    let columns = table.buyers.iter().filter(|column| column.label.name.trim().is_empty());
    for column in columns {
        refuse("the column has no title", table.places.cell(table.places.header, column.at));
    }
}

/// E0509 for every sector that is there twice.
fn repeated(
    sectors: &[Sector],
    at: impl Fn(&Sector) -> Location,
    side: &str,
    context: &mut Context<'_>,
) {
    let mut first: BTreeMap<String, u64> = BTreeMap::new();
    for sector in sectors {
        let id = sector.id().trim().to_owned();
        if let Some(first) = first.get(&id) {
            let what = format!("two {side}s are called `{}`", shown(&id));
            let help = "rename one, or add them up if they are one sector";
            let note = format!("the first one is {side} {first}");
            context.found.push(Diagnostic::new("E0509", what).at(at(sector)).note(note).help(help));
        } else {
            first.insert(id, sector.at);
        }
    }
}

/// E0509 for a category of final demand or a row below the sectors that is there twice.
fn categories(table: &IoTable, context: &mut Context<'_>) {
    let header = table.places.header;
    let columns = table.demand.iter().map(|c| (c.label.id(), table.places.cell(header, c.at)));
    let rows = table.inputs.iter().map(|row| (row.name.to_string(), table.places.line(row.at)));
    let sides: [(&str, Vec<(String, Location)>); 2] = [
        ("columns of final demand", columns.collect()),
        ("rows below the sectors", rows.collect()),
    ];
    for (side, named) in sides {
        let mut seen = std::collections::BTreeSet::new();
        for (name, at) in named {
            if !seen.insert(name.clone()) {
                let what = format!("two {side} are called `{}`", shown(&name));
                let finding = Diagnostic::new("E0509", what).at(at).help("rename one of them");
                context.found.push(finding);
            }
        }
    }
}

/// Matches columns with rows: by the very name, else without regard to capitals and blanks.
fn matched(table: &IoTable, context: &mut Context<'_>) -> Option<Vec<u32>> {
    let exact: BTreeMap<String, u32> =
        table.sellers.iter().map(|seller| seller.id().trim().to_owned()).zip(0..).collect();
    let mut order: Vec<Option<u32>> =
        table.buyers.iter().map(|buyer| exact.get(buyer.id().trim()).copied()).collect();
    let mut adapted = 0;
    if order.contains(&None) {
        let mut alike: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let free = |row: &u32| !order.contains(&Some(*row));
        for row in (0..table.sellers.len() as u32).filter(free) {
            alike.entry(folded(&table.sellers[row as usize].label)).or_default().push(row);
        }
        for (buyer, row) in table.buyers.iter().zip(&mut order).filter(|(_, row)| row.is_none()) {
            if let Some([only]) = alike.get(&folded(&buyer.label)).map(Vec::as_slice) {
                *row = Some(*only);
                adapted += 1;
            }
        }
    }
    let rows: Vec<usize> = unmatched_rows(table.sellers.len(), &order);
    let columns: Vec<usize> = (0..order.len()).filter(|&c| order[c].is_none()).collect();
    if !rows.is_empty() || !columns.is_empty() {
        if !totals::refuse_one_sided(table, &rows, &columns, context) {
            refuse(table, &rows, &columns, context);
        }
        return None;
    }
    let order: Vec<u32> = order.into_iter().flatten().collect();
    reordered(table, &order, adapted, context);
    Some(order)
}

fn folded(label: &Label) -> String {
    let id = label.id().to_lowercase();
    id.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unmatched_rows(n: usize, order: &[Option<u32>]) -> Vec<usize> {
    let mut is_matched = vec![false; n];
    order.iter().flatten().for_each(|&row| is_matched[row as usize] = true);
    (0..n).filter(|&row| !is_matched[row]).collect()
}

/// E0501 where the sides differ in number, else E0502 for every column without a row.
fn refuse(table: &IoTable, rows: &[usize], columns: &[usize], context: &mut Context<'_>) {
    let listed = |sectors: &[Sector], those: &[usize]| {
        let named = those.iter().take(NAMED).map(|&at| format!("`{}`", shown(&sectors[at].id())));
        let mut named: Vec<String> = named.collect();
        if those.len() > NAMED {
            named.push(format!("and {} more", those.len() - NAMED));
        }
        named.join(", ")
    };
    let header = table.places.header;
    let (n_rows, n_columns) = (table.sellers.len(), table.buyers.len());
    if n_rows != n_columns {
        let what =
            format!("the table is not square: {n_rows} row sectors, {n_columns} column sectors");
        let at = table.places.line(header);
        let mut finding = Diagnostic::new("E0501", what).at(at);
        if !rows.is_empty() {
            finding =
                finding.note(format!("rows without a column: {}", listed(&table.sellers, rows)));
        }
        if !columns.is_empty() {
            finding =
                finding.note(format!("columns without a row: {}", listed(&table.buyers, columns)));
        }
        let help = "add the sector on the other side; other columns are named `output`, `final_demand` or `fd_…`, \
                    other rows `value_added`, `va_…` or `imports`, or said with `--map fd_x=COLUMN`";
        context.found.push(finding.help(help));
        return;
    }
    for &column in columns {
        let buyer = &table.buyers[column];
        let ids: Vec<String> = rows.iter().map(|&row| table.sellers[row].id()).collect();
        let near = nearest(&buyer.id(), ids.iter().map(String::as_str));
        let what = format!("column `{}` has no row of that name", shown(&buyer.id()));
        let at = table.places.cell(header, buyer.at);
        let finding = Diagnostic::new("E0502", what).at(at);
        context.found.push(match near {
            Some(near) => finding.help(format!("did you mean `{}`?", shown(near))),
            None => {
                finding.help(format!("rows without a column are {}", listed(&table.sellers, rows)))
            }
        });
    }
}

/// W0502 where columns stand in another order than the rows, or are written otherwise.
fn reordered(table: &IoTable, order: &[u32], adapted: u64, context: &mut Context<'_>) {
    let moved = order.iter().zip(0..).filter(|&(&row, column)| row != column).count() as u64;
    let help = "write both sides in one order and spelling, or pass `--allow W0502`";
    let mut warn = |what: String, n: u64| {
        let at = table.places.line(table.places.header);
        context.found.push_counted(Diagnostic::new("W0502", what).at(at).help(help), n);
    };
    if moved > 0 {
        let what = format!(
            "{moved} columns stand in another place than their rows; they were matched by name"
        );
        warn(what, moved);
    }
    if adapted > 0 {
        let what = format!(
            "{adapted} columns were matched with rows without regard to capitals and blanks"
        );
        warn(what, adapted);
    }
}
