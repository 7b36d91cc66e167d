//! Accounts that change from period to period: output, final demand, value added, imports of every node.

use super::finding::{Count, cells};
use super::nodes::Nodes;
use super::side::{node, tell, unknown};
use super::{Context, File};
use crate::records::{MISSING, Values};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Columns, Diagnostic, NumberColumn};
use std::collections::BTreeMap;

/// The accounts of some nodes in some periods.
pub(super) struct NodeAccounts {
    /// The columns, by name, a value a row; NaN is a gap.
    columns: Vec<(Box<str>, Vec<f64>)>,
    /// The row of every node and period. A file without periods is about all of them, by the name `None`.
    rows: BTreeMap<(Option<Box<str>>, u32), usize>,
}

/// Reads accounts; two rows of one node and period that differ are refused.
pub(super) fn read(file: &mut File, nodes: &mut Nodes, context: &mut Context<'_>) -> NodeAccounts {
    cells(file.place(), |_| true, &mut context.found);
    let map = nodes.map(&file.records.ids, context.policy);
    let columns: Vec<(Box<str>, Vec<f64>)> = file
        .records
        .columns
        .iter()
        .filter_map(|(planned, values)| match values {
            Values::Number(numbers) => Some((planned.name.as_str().into(), numbers.clone())),
            _ => None,
        })
        .collect();
    let mut accounts = NodeAccounts { columns, rows: BTreeMap::new() };
    let period = |r: usize| match &file.records.columns[file.records.position("period")?].1 {
        Values::Text(texts, codes) if codes[r] != MISSING => {
            Some(texts.get(codes[r].into()).into())
        }
        _ => None,
    };
    let (mut left_out, mut repeats) = (Count::default(), Count::default());
    for (r, &code) in file.records.ids_of("id").unwrap_or_default().iter().enumerate() {
        let Some(n) = node(&map, code) else {
            unknown(file, r, &[("id", code)], &map, &mut left_out, context);
            continue;
        };
        let key = (period(r), n);
        let Some(&first) = accounts.rows.get(&key) else {
            accounts.rows.insert(key, r);
            continue;
        };
        let same = |(_, x): &(Box<str>, Vec<f64>)| x[first].to_bits() == x[r].to_bits();
        if accounts.columns.iter().all(same) {
            repeats.add(r);
        } else {
            let id = shown(file.records.ids.get(code.into()));
            let what = format!("{}`{id}` has other accounts than before", file.place().row(r));
            let note = format!("the first row is {}", file.records.places.get(first));
            let help = "keep one row per id and period";
            let at = file.place().named(r, "id");
            context.found.push(Diagnostic::new("E0402", what).at(at).note(note).help(help));
        }
    }
    file.tally.used = accounts.rows.len() as u64;
    file.tally.merged = repeats.n;
    if repeats.n > 0 {
        let what = format!("{} rows repeat the accounts of a node; one row was used", repeats.n);
        let at = file.place().at(repeats.first);
        let help = "keep one row per id and period, or pass `--allow W0401`";
        context.found.push_counted(Diagnostic::new("W0401", what).at(at).help(help), repeats.n);
    }
    tell(file, left_out, context);
    accounts
}

impl NodeAccounts {
    /// Says which rows are of a period that the edges do not have: those were left out.
    pub(super) fn tell(&self, file: &mut File, periods: &[String], context: &mut Context<'_>) {
        let known = |period: &Option<Box<str>>| {
            period.as_ref().is_none_or(|period| periods.iter().any(|p| **p == **period))
        };
        let rows: Vec<usize> = self
            .rows
            .iter()
            .filter(|((period, _), _)| !known(period))
            .map(|(_, &row)| row)
            .collect();
        let Some(&first) = rows.iter().min() else { return };
        let n = rows.len() as u64;
        file.tally.used -= n;
        file.tally.drop("W0413", n);
        let what =
            format!("{n} rows are about a period that the edges do not have; they were left out");
        let help = "compare the `period` columns of both files, or pass `--allow W0413`";
        let at = file.place().at(first);
        context.found.push_counted(Diagnostic::new("W0413", what).at(at).help(help), n);
    }

    /// Puts the accounts of a period among the node columns; what the period's rows do not say stays as it is.
    pub(super) fn fill(&self, columns: &mut Columns, period: &str, n_nodes: usize) {
        let mut row_of: Vec<Option<usize>> = vec![None; n_nodes];
        // Rows about all periods come first in the order of the keys, those of this period overrule them.
        for ((of, node), &row) in &self.rows {
            if of.as_deref().is_none_or(|of| of == period) {
                row_of[*node as usize] = Some(row);
            }
        }
        for (name, values) in &self.columns {
            let before = columns.number(name).cloned();
            let value = |(node, row): (usize, &Option<usize>)| {
                let given = row.map(|row| values[row]).filter(|x| !x.is_nan());
                given.or_else(|| before.as_ref().and_then(|column| column.get(node)))
            };
            let column = NumberColumn::from_options(row_of.iter().enumerate().map(value));
            columns.set_number(name, column);
        }
    }
}
