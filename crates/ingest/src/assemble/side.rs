//! Final demand and relations: files that say more about nodes that are there.

use super::finding::{Count, cells};
use super::nodes::{Map, Nodes};
use super::{Context, File};
use crate::policy::UnknownNodeRule;
use crate::records::{MISSING, Values};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Columns, Diagnostic, FinalDemand, NumberColumn, Relation, TextColumn};
use std::collections::BTreeSet;

/// Final demand of some nodes, by category.
pub(super) struct Demand {
    categories: Vec<Box<str>>,
    /// Node and its values.
    rows: Vec<(u32, Vec<f64>)>,
}

impl Demand {
    /// A row for each of `n` nodes; those not in the file have none, which is 0.
    pub(super) fn block(self, n: usize) -> FinalDemand {
        let k = self.categories.len();
        let mut values = vec![0.0; n * k];
        for (node, row) in self.rows {
            let cells = values[node as usize * k..].iter_mut();
            cells.zip(row).for_each(|(sum, x)| *sum += x);
        }
        FinalDemand::new(self.categories, values)
    }
}

/// Ties between nodes.
pub(super) struct Ties {
    pub(super) directed: bool,
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) columns: Columns,
}

impl Ties {
    /// The ties of a period: those that a column `period` puts there, and those that it puts nowhere. Without such a column, or where
    /// the network has one period without a name, all.
    pub(super) fn of_period(&self, name: &str, period: &str) -> Relation {
        let of_row = self.columns.text("period").filter(|_| !period.is_empty());
        let Some(of_row) = of_row else {
            return Relation::new(name, self.directed, self.pairs.clone(), self.columns.clone());
        };
        let is_then = |row: &u32| of_row.get(*row as usize).is_none_or(|then| then == period);
        let rows: Vec<u32> = (0..self.pairs.len() as u32).filter(is_then).collect();
        let pairs = rows.iter().map(|row| self.pairs[*row as usize]).collect();
        Relation::new(name, self.directed, pairs, self.columns.select(&rows))
    }
}

/// The node of a code; what to do about one that is none is said once for each file.
pub(super) fn node(map: &Map, code: u32) -> Option<u32> {
    Some(code).filter(|&c| c != MISSING).map(|c| map.node(c)).filter(|&n| n != MISSING)
}

/// A row whose ids do not name nodes.
pub(super) fn unknown(
    file: &File,
    r: usize,
    ids: &[(&str, u32)],
    map: &Map,
    left_out: &mut Count,
    context: &mut Context<'_>,
) {
    let place = file.place();
    let Some(&(name, code)) = ids.iter().find(|(_, code)| node(map, *code).is_none()) else {
        return;
    };
    let at = place.named(r, name);
    if code == MISSING {
        let what = format!("{}the row has no id in column `{name}`", place.row(r));
        let help = "give the row its ids, or take it out";
        context.found.push(Diagnostic::new("E0401", what).at(at).help(help));
    } else if context.policy.unknown_nodes == UnknownNodeRule::Error {
        let id = shown(file.records.ids.get(code.into()));
        let what = format!("{}`{id}` is not among the nodes", place.row(r));
        let help = "add it to the node file, or pass `--unknown add` or `--unknown drop`";
        context.found.push(Diagnostic::new("E0403", what).at(at).help(help));
    } else {
        left_out.add(r);
    }
}

pub(super) fn tell(file: &mut File, left_out: Count, context: &mut Context<'_>) {
    if left_out.n > 0 {
        let at = file.place().at(left_out.first);
        context.left_out("E0403", left_out.n, at, "name a firm that is not a node");
        file.tally.drop("E0403", left_out.n);
    }
}

/// Reads final demand; several rows of a node are added.
pub(super) fn demand(file: &mut File, nodes: &mut Nodes, context: &mut Context<'_>) -> Demand {
    cells(file.place(), |_| true, &mut context.found);
    let map = nodes.map(&file.records.ids, context.policy);
    let mut categories: Vec<Box<str>> = Vec::new();
    let mut numbers: Vec<&[f64]> = Vec::new();
    for (planned, values) in &file.records.columns {
        if let Values::Number(column) = values {
            categories.push(planned.name.as_str().into());
            numbers.push(column);
        }
    }
    let (mut rows, mut left_out) = (Vec::new(), Count::default());
    let (mut seen, mut tally) = (BTreeSet::new(), (0, 0));
    for (r, &code) in file.records.ids_of("id").unwrap_or_default().iter().enumerate() {
        let Some(n) = node(&map, code) else {
            unknown(file, r, &[("id", code)], &map, &mut left_out, context);
            continue;
        };
        if seen.insert(n) {
            tally.0 += 1;
        } else {
            tally.1 += 1;
        }
        let value = |column: &&[f64]| if column[r].is_nan() { 0.0 } else { column[r] };
        rows.push((n, numbers.iter().map(value).collect()));
    }
    (file.tally.used, file.tally.merged) = tally;
    tell(file, left_out, context);
    if categories.is_empty() {
        categories.push("final_demand".into());
    }
    Demand { categories, rows }
}

/// Reads ties; a row that repeats another one in every column is one tie with it.
pub(super) fn ties(file: &mut File, nodes: &mut Nodes, context: &mut Context<'_>) -> Ties {
    cells(file.place(), |_| true, &mut context.found);
    let map = nodes.map(&file.records.ids, context.policy);
    let directed = file.records.position("source").is_some();
    let names = if directed { ["source", "target"] } else { ["a", "b"] };
    let [from, to] = names.map(|name| file.records.ids_of(name).unwrap_or_default());
    let (mut pairs, mut kept, mut left_out) = (Vec::new(), Vec::new(), Count::default());
    let (mut seen, mut repeats) = (BTreeSet::new(), Count::default());
    for (r, (&a, &b)) in from.iter().zip(to).enumerate() {
        let (Some(u), Some(v)) = (node(&map, a), node(&map, b)) else {
            unknown(file, r, &[(names[0], a), (names[1], b)], &map, &mut left_out, context);
            continue;
        };
        let ends = if directed { (u, v) } else { (u.min(v), u.max(v)) };
        let cell = |(_, values): &(_, Values)| match values {
            Values::Ids(_) => 0,
            Values::Text(_, codes) => u64::from(codes[r]),
            Values::Number(numbers) => numbers[r].to_bits(),
        };
        if seen.insert((ends, file.records.columns.iter().map(cell).collect::<Vec<_>>())) {
            pairs.push((u, v));
            kept.push(r);
        } else {
            repeats.add(r);
        }
    }
    if repeats.n > 0 {
        let what = format!("{} rows repeat a tie and were left out", repeats.n);
        let at = file.place().at(repeats.first);
        let help = "`--allow W0408` to silence";
        context.found.push_counted(Diagnostic::new("W0408", what).at(at).help(help), repeats.n);
    }
    let mut columns = Columns::default();
    for (planned, values) in &file.records.columns {
        match values {
            Values::Ids(_) => {}
            Values::Number(numbers) => {
                let value = |&r: &usize| Some(numbers[r]).filter(|x| !x.is_nan());
                let column = NumberColumn::from_options(kept.iter().map(value));
                columns.set_number(&planned.name, column);
            }
            Values::Text(texts, codes) => {
                let code = |&r: &usize| Some(codes[r]).filter(|&c| c != MISSING);
                let levels = texts.iter().map(Into::into).collect();
                columns
                    .set_text(&planned.name, TextColumn::from_codes(levels, kept.iter().map(code)));
            }
        }
    }
    (file.tally.used, file.tally.merged) = (pairs.len() as u64, repeats.n);
    tell(file, left_out, context);
    Ties { directed, pairs, columns }
}
