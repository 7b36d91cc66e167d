//! Which shocks are asked for: by parameter, by the side table `shocks`, or both.

use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio;
use crate::{MetricError, ParamError, SideSpec, nearest};
use palenque_graph::{Diagnostic, IdLookup, Location, NodeIndex, SideTable, SupplyGraph};

/// What changes in a shock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShockKind {
    /// What final users buy.
    #[default]
    Demand,
    /// What primary inputs a node has.
    Supply,
    /// What primary inputs cost by unit of output.
    Price,
    /// What a node can make.
    Output,
}

impl ShockKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Demand, Self::Supply, Self::Price, Self::Output];

    /// The name, as in the column `kind` of the side table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Demand => "demand",
            Self::Supply => "supply",
            Self::Price => "price",
            Self::Output => "output",
        }
    }

    /// What it is a share of.
    fn whole(self) -> &'static str {
        match self {
            Self::Demand => "final demand",
            Self::Supply | Self::Price => "value added",
            Self::Output => "output",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name.trim().to_lowercase())
    }
}

/// How a change is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// As a share of what changes: -0.1 is a tenth less.
    #[default]
    Share,
    /// In the unit of the flows; for prices by unit of output.
    Amount,
}

impl Measure {
    /// The change of a shock in the unit of the flows, and for prices by unit of output.
    ///
    /// # Errors
    /// [`ParamError::Value`] for a share of nothing, which would be no shock.
    pub fn amount(self, economy: &Economy<'_>, shock: &Shock) -> Result<f64, ParamError> {
        let accounts = economy.accounts();
        let whole = match (self, shock.kind) {
            (Self::Amount, _) => 1.0,
            (Self::Share, ShockKind::Demand) => accounts.final_demand[shock.node],
            (Self::Share, ShockKind::Supply) => accounts.value_added[shock.node],
            (Self::Share, ShockKind::Output) => accounts.output[shock.node],
            (Self::Share, ShockKind::Price) => {
                let by_unit = ratio(accounts.value_added[shock.node], accounts.output[shock.node]);
                by_unit.unwrap_or(0.0)
            }
        };
        if whole == 0.0 {
            let id = economy.graph().node_id(NodeIndex::new(shock.node));
            let what = format!(
                "`{id}` has no {}, of which a share could change: give an `amount` as `measure`",
                shock.kind.whole()
            );
            return Err(ParamError::Value(what));
        }
        Ok(shock.change * whole)
    }
}

/// Which shocks are asked for.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShocksConfig {
    /// The node of a single shock; empty = those of the side table only.
    pub node: String,
    /// Its change.
    pub change: f64,
    /// What changes, where a row of the side table does not say.
    pub kind: ShockKind,
    /// How changes are given.
    pub measure: Measure,
}

impl Default for ShocksConfig {
    fn default() -> Self {
        Self {
            node: String::new(),
            change: -0.1,
            kind: ShockKind::default(),
            measure: Measure::default(),
        }
    }
}

/// A shock at one node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shock {
    /// The node.
    pub node: usize,
    /// What changes.
    pub kind: ShockKind,
    /// By how much, as it was given.
    pub change: f64,
}

/// The side table, as `explain` prints it.
pub(super) const SHOCKS: SideSpec = SideSpec {
    name: "shocks",
    columns: "node_id,change[,kind]",
    meaning: "Nodes and their changes, in the measure of the parameter `measure`; `kind` is `demand`, `supply`, `price` or \
              `output`. Not needed for a single shock by the parameters `node` and `change`.",
};

/// All shocks, those of the side table first.
///
/// # Errors
/// [`MetricError::InputMissing`] if there is none; [`MetricError::Side`] for a table without its columns, with a node that is
/// not there, or a change that is no number; [`ParamError::Value`] for such a node or change as a parameter.
pub fn shocks(
    graph: &SupplyGraph,
    config: &ShocksConfig,
    table: Option<&SideTable>,
) -> Result<Vec<Shock>, MetricError> {
    let lookup = graph.lookup();
    let mut list = match table {
        Some(table) => from_table(&lookup, graph, config, table)
            .map_err(|at| MetricError::Side(Box::new(at)))?,
        None => Vec::new(),
    };
    if !config.node.is_empty() {
        if !config.change.is_finite() {
            return Err(ParamError::Value(format!("`change` is {}", config.change)).into());
        }
        let Some(node) = lookup.get(&config.node) else {
            let what = format!("there is no node `{}`{}", config.node, hint(graph, &config.node));
            return Err(ParamError::NotThere(what).into());
        };
        list.push(Shock { node: node.index(), kind: config.kind, change: config.change });
    }
    if list.is_empty() {
        let what = "a side table `shocks`, or the parameter `node`".into();
        return Err(MetricError::InputMissing { what });
    }
    Ok(list)
}

fn hint(graph: &SupplyGraph, id: &str) -> String {
    nearest(id, graph.ids().iter())
        .map_or(String::new(), |known| format!("; did you mean `{known}`?"))
}

fn from_table(
    lookup: &IdLookup<'_>,
    graph: &SupplyGraph,
    config: &ShocksConfig,
    table: &SideTable,
) -> Result<Vec<Shock>, Diagnostic> {
    let column = |title: &str| {
        table.column(title).ok_or_else(|| {
            let what = format!("side table `shocks` has no column `{title}`");
            let help = format!("its columns are {}", SHOCKS.columns);
            Diagnostic::new("E0301", what).at(Location::file(table.file())).help(help)
        })
    };
    let (node_column, change_column) = (column("node_id")?, column("change")?);
    let kind_column = table.column("kind");
    let row = |(line, cells): (u64, &[String])| {
        let id = cells[node_column].trim();
        let node = lookup.get(id).ok_or_else(|| {
            let what = format!("`{id}` is not a node of the network{}", hint(graph, id));
            Diagnostic::new("E0403", what).at(table.place(line, node_column))
        })?;
        let cell = cells[change_column].trim();
        let change = cell.parse::<f64>().ok().filter(|change| change.is_finite());
        let change = change.ok_or_else(|| {
            let what = format!("change is `{cell}`, not a number");
            Diagnostic::new("E0303", what).at(table.place(line, change_column))
        })?;
        let kind = match kind_column.filter(|&k| !cells[k].trim().is_empty()) {
            None => config.kind,
            Some(k) => ShockKind::named(&cells[k]).ok_or_else(|| {
                let what = format!("kind is `{}`", cells[k].trim());
                let help = "take `demand`, `supply`, `price` or `output`";
                Diagnostic::new("E0305", what).at(table.place(line, k)).help(help)
            })?,
        };
        Ok(Shock { node: node.index(), kind, change })
    };
    table.rows().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &[[&str; 3]]) -> Result<Vec<Shock>, MetricError> {
        let graph = SupplyGraph::from_flows(["glass", "agave"], []).expect("a good graph");
        let titles = ["Node_ID ", "change", "kind"].map(str::to_owned).to_vec();
        let rows = (2..).zip(rows).map(|(line, row)| (line, row.map(str::to_owned).to_vec()));
        let table = SideTable::new("shocks.csv", titles, rows.collect());
        shocks(&graph, &ShocksConfig::default(), Some(&table))
    }

    fn code(result: Result<Vec<Shock>, MetricError>) -> String {
        let found = result.expect_err("refused").diagnostic("static_shocks");
        format!("{} {}", found.id(), found.what())
    }

    #[test]
    fn rows_are_shocks_of_their_kind() {
        let list = read(&[["agave", "-5", "supply"], ["glass", "0.5", ""]]).expect("two shocks");
        assert_eq!(list[0], Shock { node: 1, kind: ShockKind::Supply, change: -5.0 });
        assert_eq!(list[1], Shock { node: 0, kind: ShockKind::Demand, change: 0.5 });
    }

    #[test]
    fn what_is_wrong_in_a_row_is_named() {
        assert_eq!(
            code(read(&[["glas", "1", ""]])),
            "E0403 `glas` is not a node of the network; did you mean `glass`?"
        );
        assert_eq!(code(read(&[["glass", "much", ""]])), "E0303 change is `much`, not a number");
        assert_eq!(code(read(&[["glass", "1", "panic"]])), "E0305 kind is `panic`");
        let nothing = "E0301 `static_shocks` needs a side table `shocks`, or the parameter `node`, which the input does not \
                       have";
        assert_eq!(code(read(&[])), nothing);
    }
}
