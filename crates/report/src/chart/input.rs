//! What charts ask of their options and tables.

use super::{ChartInput, ChartOptions, ChartSpec};
use crate::ReportError;
use crate::text::label;
use palenque_graph::table::{ColumnSpec, Kind, Unit};
use palenque_graph::{SupplyGraph, Table};
use std::collections::BTreeMap;

/// Options of a chart, checked against what it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options<'a> {
    spec: &'static ChartSpec,
    given: &'a ChartOptions,
}

impl<'a> Options<'a> {
    /// # Errors
    /// [`ReportError::Option`] when one is not taken.
    pub(super) fn of(
        spec: &'static ChartSpec,
        given: &'a ChartOptions,
    ) -> Result<Self, ReportError> {
        for name in given.keys() {
            if !spec.options.iter().any(|(known, _, _)| known == name) {
                let known: Vec<&str> = spec.options.iter().map(|(name, _, _)| *name).collect();
                let known = known.join("`, `");
                return Err(ReportError::Option(format!(
                    "`{name}` is not an option of `{}`; it takes `{known}`",
                    spec.name
                )));
            }
        }
        Ok(Self { spec, given })
    }

    /// The option's value or its default; `None` where both are empty.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        let default = self.spec.options.iter().find(|(known, _, _)| *known == name);
        let default = default.map_or("", |(_, default, _)| default);
        let value = self.given.get(name).map_or(default, String::as_str).trim();
        (!value.is_empty()).then_some(value)
    }

    /// A whole number within bounds.
    pub(super) fn number(
        &self,
        name: &str,
        least: usize,
        most: usize,
    ) -> Result<usize, ReportError> {
        let text = self.text(name).unwrap_or_default();
        let in_bounds = |n: &usize| (least..=most).contains(n);
        text.parse().ok().filter(in_bounds).ok_or_else(|| {
            ReportError::Option(format!(
                "`{name}` is `{text}`; it must be a whole number from {least} to {most}"
            ))
        })
    }

    /// One of several words.
    pub(super) fn choice(
        &self,
        name: &str,
        words: &[&'static str],
    ) -> Result<&'static str, ReportError> {
        let text = self.text(name).unwrap_or_default();
        words.iter().copied().find(|word| *word == text).ok_or_else(|| {
            let words = words.join("`, `");
            ReportError::Option(format!("`{name}` is `{text}`; it must be one of `{words}`"))
        })
    }

    /// The title asked for, or this one.
    pub(super) fn title(&self, default: String) -> String {
        self.text("title").map_or(default, str::to_owned)
    }
}

/// The period to draw: the one asked for, or the last. Empty for a single snapshot.
pub(super) fn period(table: &Table, options: &Options<'_>) -> Result<String, ReportError> {
    let of_row = |row| table.text("period", row).unwrap_or_default();
    let Some(asked) = options.text("period") else {
        let last = table.n_rows().checked_sub(1).map(of_row);
        return Ok(last.unwrap_or_default().to_owned());
    };
    if (0..table.n_rows()).any(|row| of_row(row) == asked) {
        return Ok(asked.to_owned());
    }
    let mut known: Vec<&str> = (0..table.n_rows()).map(of_row).collect();
    known.dedup();
    known.truncate(20);
    if known.iter().all(|name| name.is_empty()) {
        let why = format!("there is no period `{asked}`; the table is a single snapshot");
        return Err(ReportError::Option(why));
    }
    let known = known.join("`, `");
    Err(ReportError::Option(format!("there is no period `{asked}`; there is `{known}`")))
}

/// The network of the period asked for, or of the last one, and what that period is called.
///
/// # Errors
/// [`ReportError::InputMissing`] without a network; [`ReportError::Option`] without such a period.
pub(super) fn snapshot<'a>(
    input: &ChartInput<'a>,
    options: &Options<'_>,
) -> Result<(String, &'a SupplyGraph), ReportError> {
    let missing = || ReportError::InputMissing { what: "the network itself (edges)".to_owned() };
    let panel = input.panel.ok_or_else(missing)?;
    let Some(asked) = options.text("period") else {
        let last = panel.iter().last().map(|(name, graph)| (name.to_owned(), graph));
        return Ok(last.unwrap_or_else(|| (String::new(), panel.last())));
    };
    panel.period(asked).map(|graph| (asked.to_owned(), graph)).ok_or_else(|| {
        let known: Vec<&str> = panel.iter().map(|(name, _)| name).take(20).collect();
        let known = known.join("`, `");
        ReportError::Option(format!("there is no period `{asked}`; there is `{known}`"))
    })
}

/// The periods up to the one asked for, or all of them, in the order of the table.
///
/// # Errors
/// [`ReportError::Option`] when the one asked for is not there.
pub(super) fn periods(table: &Table, options: &Options<'_>) -> Result<Vec<String>, ReportError> {
    let mut periods: Vec<String> = Vec::new();
    for row in 0..table.n_rows() {
        let period = table.text("period", row).unwrap_or_default();
        if !periods.iter().any(|known| known == period) {
            periods.push(period.to_owned());
        }
    }
    if let Some(last) = options.text("period") {
        let at = periods.iter().position(|period| period == last).ok_or_else(|| {
            ReportError::Option(format!("`period` is `{last}`, which is not there"))
        })?;
        periods.truncate(at + 1);
    }
    Ok(periods)
}

/// `, 1995 to 2011` behind what is about periods; as [`in_period`] where there is but one.
pub(super) fn in_periods(periods: &[String]) -> String {
    match (periods.first(), periods.last()) {
        (Some(first), Some(last)) if first != last => {
            format!(", {} to {}", label(first), label(last))
        }
        (only, _) => in_period(only.map_or("", String::as_str)),
    }
}

/// Whether a node buys or sells anything in a period; true where the network is not there.
pub(super) fn trades_in<'a>(
    input: &ChartInput<'a>,
    period: &str,
) -> impl Fn(&str) -> bool + use<'a> {
    let graph = input.panel.and_then(|panel| panel.period(period));
    let lookup = graph.map(|graph| (graph, graph.lookup()));
    move |id| match &lookup {
        Some((graph, lookup)) => lookup
            .get(id)
            .is_none_or(|node| graph.out_strength(node) > 0.0 || graph.in_strength(node) > 0.0),
        None => true,
    }
}

/// The rows of a period.
pub(super) fn rows_of(table: &Table, period: &str) -> impl Iterator<Item = usize> {
    (0..table.n_rows()).filter(move |&row| table.text("period", row).unwrap_or_default() == period)
}

/// A column of numbers.
///
/// # Errors
/// [`ReportError::InputMissing`] where there is none of this name, naming those that there are.
pub(super) fn numeric<'a>(table: &'a Table, name: &str) -> Result<&'a ColumnSpec, ReportError> {
    let is_numeric = |spec: &ColumnSpec| matches!(spec.kind, Kind::F64 | Kind::I64);
    let found = table.column(name).map(|column| &column.spec).filter(|spec| is_numeric(spec));
    found.ok_or_else(|| {
        let known = table.columns().iter().map(|column| column.spec);
        let known: Vec<&str> =
            known.filter(is_numeric).filter(|s| s.unit != Unit::Id).map(|s| s.name).collect();
        let known =
            if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
        ReportError::InputMissing {
            what: format!("a column `{name}` of numbers in `{}`; it has {known}", table.id()),
        }
    })
}

/// The positive values of a column by group, largest group first, equal ones by name.
#[derive(Debug)]
pub(super) struct PositiveGroups {
    pub(super) groups: Vec<(String, Vec<f64>)>,
    /// Rows with zero or less.
    pub(super) n_zero: usize,
    /// Rows without a value.
    pub(super) n_undefined: usize,
}

impl PositiveGroups {
    /// The rows of a period, by the column of the option `by`; in one group without a name where it is not given.
    ///
    /// # Errors
    /// [`ReportError::InputMissing`] without the column `by`; [`ReportError::Empty`] when no value is positive.
    pub(super) fn of(
        table: &Table,
        column: &str,
        period: &str,
        options: &Options<'_>,
    ) -> Result<Self, ReportError> {
        let by = options.text("by");
        if let Some(by) = by.filter(|by| table.column(by).is_none()) {
            return Err(ReportError::InputMissing {
                what: format!("column `{by}` in `{}`", table.id()),
            });
        }
        let (mut n_zero, mut n_undefined) = (0, 0);
        let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for row in rows_of(table, period) {
            let group = by.map(|by| match table.number(by, row) {
                Some(number) => number.to_string(),
                None => table.text(by, row).unwrap_or("(none)").to_owned(),
            });
            match table.number(column, row) {
                Some(value) if value > 0.0 => {
                    groups.entry(group.unwrap_or_default()).or_default().push(value);
                }
                Some(_) => n_zero += 1,
                None => n_undefined += 1,
            }
        }
        if groups.is_empty() {
            return Err(ReportError::Empty {
                why: format!("no value of `{column}` is above zero"),
            });
        }
        let mut groups: Vec<(String, Vec<f64>)> = groups.into_iter().collect();
        groups.sort_by_key(|(_, values)| std::cmp::Reverse(values.len())); // stable: ties by name
        Ok(Self { groups, n_zero, n_undefined })
    }
}

/// Names for ids: the node column `name` where the network is there, the id otherwise.
#[derive(Debug)]
pub(super) struct Names<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    pub(super) fn of(input: &ChartInput<'a>) -> Self {
        let graph = input.panel.map(palenque_graph::Panel::last);
        let Some(graph) = graph.filter(|graph| graph.nodes().text("name").is_some()) else {
            return Self(BTreeMap::new());
        };
        let nodes = graph.node_indices();
        let named = nodes.map(|node| (graph.node_id(node), graph.node_label(node)));
        Self(named.filter(|(id, name)| id != name).collect())
    }

    /// The name in full.
    pub(super) fn full<'b>(&'b self, id: &'b str) -> &'b str {
        self.0.get(id).copied().unwrap_or(id)
    }

    /// The name as it is drawn.
    pub(super) fn shown(&self, id: &str) -> String {
        label(self.full(id))
    }
}

/// A column's name as words, with its unit: `In strength (MXN thousand)`.
pub(super) fn quantity(spec: &ColumnSpec, input: &ChartInput<'_>) -> String {
    let words = words(spec.name);
    let currency = input.panel.and_then(|panel| panel.last().unit());
    match spec.unit {
        Unit::One | Unit::None | Unit::Count | Unit::Rank | Unit::Id => words,
        unit => format!("{words} ({})", unit.name(currency)),
    }
}

/// `in_strength` as `In strength`.
pub(super) fn words(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + &letters.as_str().replace('_', " ")
}

/// `, 2021` behind what is about a period, nothing for a single snapshot.
pub(super) fn in_period(period: &str) -> String {
    if period.is_empty() { String::new() } else { format!(", {}", label(period)) }
}
