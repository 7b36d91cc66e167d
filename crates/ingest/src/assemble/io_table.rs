//! Input-output tables to graphs: the one place that judges a table.
//!
//! In this order, so that each check may rely on those before: labels and squareness, totals among the sectors,
//! cells, identities, sectors without output. Rows and columns are matched by name; the rows decide the order.

mod cells;
mod identities;
mod labels;
mod long;
mod totals;

pub(super) use long::tables as of_records;

use super::Context;
use super::finding::figure;
use super::nodes::{Map, Nodes};
use crate::io_table::{InputKind, IoTable, names};
use crate::policy::{EmptyCellRule, NegativeRule, UnknownNodeRule};
use crate::records::MISSING;
use palenque_graph::diagnostic::shown;
use palenque_graph::{
    BuildError, Columns, Diagnostic, FinalDemand, Ids, NumberColumn, Satellite, SupplyGraph,
    TextColumn,
};

/// A table whose columns stand in the order of its rows, and what follows from it.
pub(super) struct Sound {
    table: IoTable,
    /// The ids of the sectors, in the order of the rows.
    ids: Vec<String>,
    /// Output, where it is known.
    output: Option<Vec<f64>>,
}

/// Judges a table; what is wrong with it is among the findings, and with an error there is no result.
pub(super) fn judge(mut table: IoTable, context: &mut Context<'_>) -> Option<Sound> {
    ragged(&table, context);
    let order = labels::settle(&mut table, context)?;
    arrange(&mut table, &order);
    if totals::refuse(&table, context) {
        return None;
    }
    cells::judge(&mut table, context);
    if context.found.has_errors() {
        return None;
    }
    let output = identities::judge(&table, context);
    signs(&mut table, context);
    let ids = table.sellers.iter().map(|seller| seller.id().trim().to_owned()).collect();
    (!context.found.has_errors()).then_some(Sound { table, ids, output })
}

fn ragged(table: &IoTable, context: &mut Context<'_>) {
    let width = table.places.titles.len();
    for &(line, n) in &table.ragged {
        let fields = if n == 1 { "1 field".into() } else { format!("{n} fields") };
        let what = format!("row has {fields}, the header has {width}");
        let help = "`--ragged fill` takes missing fields as empty; in the flows, 0 must be written";
        let at = table.places.line(line);
        context.found.push(Diagnostic::new("E0205", what).at(at).help(help));
    }
}

/// Puts the columns into the order of the rows: `order` holds the row of every column.
fn arrange(table: &mut IoTable, order: &[u32]) {
    table.flows.renumber(order);
    let arranged = |values: &[f64]| {
        let mut by_row = vec![f64::NAN; order.len()];
        order.iter().zip(values).for_each(|(&row, &x)| by_row[row as usize] = x);
        by_row
    };
    for input in &mut table.inputs {
        input.values = arranged(&input.values);
    }
    let mut buyers = table.buyers.clone();
    for (buyer, &row) in table.buyers.drain(..).zip(order) {
        buyers[row as usize] = buyer;
    }
    table.buyers = buyers;
}

/// What becomes of flows below zero; they were refused before if the policy does not say.
fn signs(table: &mut IoTable, context: &mut Context<'_>) {
    let n = table.odd.n_negative();
    if n == 0 || context.policy.negative == NegativeRule::Error {
        return;
    }
    let flows = std::mem::take(&mut table.flows);
    let mut reversed: Vec<(u32, u32, f64)> = Vec::new();
    let rule = context.policy.negative;
    table.flows = flows.map(|seller, buyer, z| match rule {
        _ if z >= 0.0 => z,
        NegativeRule::Abs => -z,
        NegativeRule::Reverse => {
            reversed.push((buyer, seller as u32, -z));
            0.0
        }
        NegativeRule::Drop | NegativeRule::Error => 0.0,
    });
    if !reversed.is_empty() {
        table.flows = std::mem::take(&mut table.flows).with(reversed);
    }
    let done = match rule {
        NegativeRule::Abs => "were taken without their sign",
        NegativeRule::Reverse => "were turned round",
        NegativeRule::Drop | NegativeRule::Error => "were left out",
    };
    let what = format!("{n} flows below zero {done}, as asked (E0505)");
    let note = "the identities were checked before that";
    let help = "`--allow W0413` silences";
    let finding = Diagnostic::new("W0413", what).at(table.places.file()).note(note).help(help);
    context.found.push_counted(finding, n);
}

/// The ids of all tables, by first appearance.
pub(super) fn ids(tables: &[Sound]) -> Ids {
    let mut seen = std::collections::BTreeSet::new();
    let all = tables.iter().flat_map(|sound| &sound.ids);
    all.filter(|id| seen.insert(id.as_str())).collect()
}

impl Sound {
    /// The period of the table; empty where it has none.
    pub(super) fn period(&self) -> &str {
        self.table.period.as_deref().unwrap_or_default()
    }

    /// The node of every sector; E0403 where one is not a node.
    pub(super) fn nodes(&self, nodes: &mut Nodes, context: &mut Context<'_>) -> Option<Vec<u32>> {
        let ids: Ids = self.ids.iter().collect();
        let map = nodes.map(&ids, context.policy);
        let of = |code: usize| match &map {
            Map::Same => code as u32,
            codes @ Map::Codes(_) => codes.node(code as u32),
        };
        let found: Vec<u32> = (0..self.ids.len()).map(of).collect();
        let unknown = found.iter().position(|&node| node == MISSING);
        if let Some(row) = unknown {
            let what = format!("sector `{}` is not among the nodes", shown(&self.ids[row]));
            let help = match context.policy.unknown_nodes {
                UnknownNodeRule::Drop => "a table cannot do without a sector: pass `--unknown add`",
                _ => "add it to the node file, or pass `--unknown add`",
            };
            let at = self.table.places.line(self.table.sellers[row].at);
            context.found.push(Diagnostic::new("E0403", what).at(at).help(help));
        }
        unknown.is_none().then_some(found)
    }

    /// The graph over all nodes, with the columns that are known from elsewhere and those of the table.
    pub(super) fn graph(
        self,
        ids: Ids,
        node_of: &[u32],
        mut columns: Columns,
    ) -> Result<SupplyGraph, BuildError> {
        let Self { table, output, .. } = self;
        let n = ids.len();
        let mut row_of: Vec<Option<u32>> = vec![None; n];
        node_of.iter().zip(0..).for_each(|(&node, row)| row_of[node as usize] = Some(row));
        let spread = |values: &[f64]| -> Vec<Option<f64>> {
            let value = |row: &Option<u32>| row.map(|row| values[row as usize]);
            row_of.iter().map(value).map(|x| x.filter(|x| !x.is_nan())).collect()
        };
        let dense = |values: &[f64]| -> Vec<f64> {
            spread(values).into_iter().map(|x| x.unwrap_or(0.0)).collect()
        };
        let mut set = |name: &str, values: Option<Vec<f64>>| {
            if let Some(values) = values {
                let before = columns.number(name).cloned();
                let given = spread(&values).into_iter().enumerate();
                let value = |(node, x): (usize, Option<f64>)| {
                    x.or_else(|| before.as_ref().and_then(|column| column.get(node)))
                };
                columns.set_number(name, NumberColumn::from_options(given.map(value)));
            }
        };
        set("output", output);
        set("value_added", table.sum_of(InputKind::ValueAdded));
        set("imports", table.sum_of(InputKind::Imports));
        set("exports", table.exports());
        let workers = table.inputs.iter().find(|row| names::counts_workers(&row.name));
        set("employees", workers.map(|row| row.values.clone()));
        let text = |row: &Option<u32>, of: &dyn Fn(usize) -> Option<Box<str>>| of((*row)? as usize);
        let mut label = |name: &str, of: &dyn Fn(usize) -> Option<Box<str>>| {
            let values: Vec<Option<Box<str>>> = row_of.iter().map(|row| text(row, of)).collect();
            if columns.text(name).is_none() && values.iter().any(Option::is_some) {
                columns.set_text(name, TextColumn::from_options(values));
            }
        };
        let sellers = &table.sellers;
        if sellers.iter().any(|seller| seller.label.region.is_some()) {
            label("region", &|row| sellers[row].label.region.clone());
            label("sector", &|row| Some(sellers[row].label.name.clone()));
        }
        label("unit", &|row| sellers[row].unit.clone());
        let unit = table.common_unit().map(str::to_owned);
        let demand = table.final_demand(&dense);
        let satellites: Vec<Satellite> = table.satellites(&dense, demand.is_some());

        let (starts, buyers, flows) =
            table.flows.renumbered(node_of).arranged(&row_of).into_parts();
        let mut graph = SupplyGraph::from_rows(ids, &starts, buyers, flows)?.with_nodes(columns);
        if let Some(demand) = demand {
            graph = graph.with_final_demand(demand);
        }
        for satellite in satellites {
            graph = graph.with_satellite(satellite);
        }
        Ok(match unit {
            Some(unit) => graph.with_unit(&unit),
            None => graph,
        })
    }

    /// Whether the table says final demand by category.
    pub(super) fn has_demand(&self) -> bool {
        !self.table.demand.is_empty()
    }
}

impl IoTable {
    /// The sum of the rows of a kind; none where there is no such row.
    fn sum_of(&self, kind: InputKind) -> Option<Vec<f64>> {
        let rows: Vec<&[f64]> = self
            .inputs
            .iter()
            .filter(|row| row.kind == kind)
            .map(|row| row.values.as_slice())
            .collect();
        let sum = |at: usize| rows.iter().map(|row| row[at]).filter(|x| !x.is_nan()).sum();
        (!rows.is_empty()).then(|| (0..self.sellers.len()).map(sum).collect())
    }

    /// Exports, where a category is called so.
    fn exports(&self) -> Option<Vec<f64>> {
        let columns: Vec<&[f64]> = self
            .demand
            .iter()
            .filter(|column| names::is_exports(&column.label.name))
            .map(|column| column.values.as_slice())
            .collect();
        let sum =
            |row: usize| columns.iter().map(|values| values[row]).filter(|x| !x.is_nan()).sum();
        (!columns.is_empty()).then(|| (0..self.sellers.len()).map(sum).collect())
    }

    /// The unit that the table or all its rows name.
    fn common_unit(&self) -> Option<&str> {
        let of_rows = || {
            let first = self.sellers.first()?.unit.as_deref()?;
            let is_common = self.sellers.iter().all(|seller| seller.unit.as_deref() == Some(first));
            is_common.then_some(first)
        };
        self.unit.as_deref().or_else(of_rows)
    }

    fn final_demand(&self, dense: &dyn Fn(&[f64]) -> Vec<f64>) -> Option<FinalDemand> {
        let columns: Vec<Vec<f64>> = self.demand.iter().map(|c| dense(&c.values)).collect();
        let n = columns.first()?.len();
        let values =
            (0..n).flat_map(|node| columns.iter().map(move |column| column[node])).collect();
        let categories = self.demand.iter().map(|column| column.label.id().into()).collect();
        let demand = FinalDemand::new(categories, values);
        let regions: Option<Vec<Box<str>>> =
            self.demand.iter().map(|column| column.label.region.clone()).collect();
        Some(match regions {
            Some(regions) => demand.with_regions(regions),
            None => demand,
        })
    }

    /// Rows in units of their own; and the parts of value added, where it has several.
    fn satellites(&self, dense: &dyn Fn(&[f64]) -> Vec<f64>, has_demand: bool) -> Vec<Satellite> {
        let parts = self.inputs.iter().filter(|row| row.kind == InputKind::ValueAdded).count();
        let is_one = |kind| match kind {
            InputKind::Satellite | InputKind::OtherInput => true,
            InputKind::ValueAdded => parts > 1,
            InputKind::Imports | InputKind::Output => false,
        };
        let rows = self.inputs.iter().filter(|row| is_one(row.kind));
        let satellite = |row: &crate::io_table::InputRow| {
            let satellite = Satellite::new(&row.name, dense(&row.values));
            let satellite = match &row.unit {
                Some(unit) => satellite.with_unit(unit),
                None => satellite,
            };
            let users = &row.by_final_users;
            if has_demand && users.len() == self.demand.len() && users.iter().any(|x| !x.is_nan()) {
                let known = users.iter().map(|x| if x.is_nan() { 0.0 } else { *x });
                return satellite.with_final_users(known.collect());
            }
            satellite
        };
        rows.map(satellite).collect()
    }
}

/// What is taken for an empty cell where the policy says so, and nothing else.
fn fill(values: &mut [f64], rule: EmptyCellRule) {
    if rule == EmptyCellRule::Zero {
        values.iter_mut().filter(|x| x.is_nan()).for_each(|x| *x = 0.0);
    }
}

/// `800, 84.211 %`: the share is that of the larger side, as `--balance-tol` takes it.
fn gap(sum: f64, output: f64) -> String {
    let (gap, larger) = ((sum - output).abs(), sum.abs().max(output.abs()));
    if larger == 0.0 {
        figure(gap)
    } else {
        format!("{}, {:.3} %", figure(gap), 100.0 * gap / larger)
    }
}
