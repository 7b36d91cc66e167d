//! A table brought to new totals.

use super::biproportional::{AdjustmentLimits, Line, NotAdjusted, TableCell, adjust};
use crate::long::Rows;
use crate::side::SideReader;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    SideSpec, network_summary,
};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// How far the totals of rows and columns may differ, relatively.
const SAME: f64 = 1e-9;
/// Nodes that a message names.
const NAMED: usize = 5;

/// Flows brought to new totals of sales and purchases by RAS, or by GRAS where some are negative: [`adjust`] behind the
/// registry.
///
/// # Formula
/// `r_i P_ij s_j − N_ij / (r_i s_j)`, see [`adjust`].
/// # Source
/// Stone (1961); Bacharach (1970); Junius and Oosterhaven (2003).
/// # Input and result
/// The side table `targets` gives sales (`row_total`) and purchases (`column_total`) of nodes; those that it does not give
/// stay as they are. The side table `prior` gives a table in place of the flows, whose cells may be negative. One row
/// a cell, in the order of edges, or of the rows of `prior`. Self-loops are cells.
/// # Cost
/// `O(k m)` time for `k` rounds.
/// # Errors
/// [`MetricError::InputMissing`] without `targets`; [`MetricError::Side`] if totals of rows and columns differ, or no table
/// with these zeros has them; [`MetricError::NotConverged`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SideTable, SupplyGraph};
/// # use palenque_metrics::{Metric, Params, linkage::balance::Balance};
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0), (1, 1, 1.0)])?;
/// let titles = ["node_id", "row_total", "column_total"].map(str::to_owned).to_vec();
/// let row = |line, cells: [&str; 3]| (line, cells.map(str::to_owned).to_vec());
/// let rows = vec![row(2, ["a", "4", "5"]), row(3, ["b", "6", "5"])];
/// let params = Params::default().with_side("targets", SideTable::new("targets.csv", titles, rows).into());
/// let tables = Balance.compute(&graph, &params, &NoProgress)?;
/// assert_eq!((tables[0].number("value", 1), tables[0].number("value", 2)), (Some(2.0), Some(3.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Balance;

static TARGETS: SideSpec = SideSpec {
    name: "targets",
    columns: "node_id,row_total,column_total",
    meaning: "New totals of what nodes sell to nodes, and buy from nodes. A node or cell that is missing keeps its total.",
};

static PRIOR: SideSpec = SideSpec {
    name: "prior",
    columns: "source,target,value",
    meaning: "The table to adjust, in place of the flows; its cells may be negative. Not needed.",
};

static SIDES: [SideSpec; 2] = [TARGETS, PRIOR];

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::text("source", "The seller's id."),
    ColumnSpec::text("target", "The buyer's id."),
    ColumnSpec::number("prior", Unit::Currency, "The flow before."),
    ColumnSpec::number("value", Unit::Currency, "The flow after."),
];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::count("balance_iterations", "Rounds of rows and columns that were made."),
    ColumnSpec::number("balance_gap", Unit::Currency, "The largest difference from a row total."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "balance",
    family: Family::Linkage,
    summary: "The table of flows nearest to this one that has given totals of sales and purchases (RAS, GRAS).",
    formula: "r_i P_ij s_j − N_ij / (r_i s_j) for positive cells P and negative cells −N; in turns r_i = (u_i + √(u_i² + 4 p_i \
              n_i)) / (2 p_i), p_i = Σ_j P_ij s_j, n_i = Σ_j N_ij / s_j, and s_j alike; without negative cells r_i = u_i / p_i",
    source: "Stone (1961); Bacharach (1970); Junius and Oosterhaven (2003); Lenzen, Wood and Gallego (2007)",
    reading: "Brings an old table to the totals of a new year, or makes a table consistent. Zeros stay zero and signs stay, so \
              some totals cannot be had: the nodes that show it are named. Self-loops are cells like others.",
    cost: "O(k m) time for k rounds",
    needs: &[],
    params: &[
        ParamSpec {
            name: "max_iterations",
            default: "10000",
            meaning: "Rounds after which it gives up, at least 1.",
        },
        ParamSpec {
            name: "tolerance",
            default: "1e-10",
            meaning: "How far a total may be off, relative to the largest; above 0.",
        },
    ],
    outputs: &[
        Output { table: TableId::BalancedTable, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BalanceConfig {
    tolerance: f64,
    max_iterations: usize,
}

impl Default for BalanceConfig {
    fn default() -> Self {
        let AdjustmentLimits { tolerance, max_iterations } = AdjustmentLimits::default();
        Self { tolerance, max_iterations }
    }
}

impl Metric for Balance {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        &SIDES
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let BalanceConfig { tolerance, max_iterations } = params.decode()?;
        if !(tolerance > 0.0) || max_iterations == 0 {
            let what = format!(
                "`tolerance` {tolerance} and `max_iterations` {max_iterations} must be above 0"
            );
            return Err(ParamError::Value(what).into());
        }
        let reader = SideReader::needed(graph, params, &TARGETS)?;
        let cells = match SideReader::of(graph, params, &PRIOR) {
            Some(prior) => prior_cells(&prior)?,
            None => flow_cells(graph),
        };
        let [rows, columns] = targets(graph, &reader, &cells)?;
        let limits = AdjustmentLimits { tolerance, max_iterations };
        let found = adjust(&cells, &rows, &columns, limits);
        let found = found.map_err(|why| refusal(graph, &reader, why, limits))?;
        let mut table = Rows::new(&COLUMNS);
        for (cell, value) in cells.iter().zip(&found.values) {
            let [source, target] =
                [cell.row, cell.column].map(|i| graph.node_id(NodeIndex::new(i)).into());
            table.push([source, target, cell.value.into(), (*value).into()]);
        }
        let [iterations, gap] = &FIGURES;
        let figures =
            [Figure::new(iterations, Ok(found.iterations as f64)), Figure::new(gap, Ok(found.gap))];
        Ok(vec![table.table(TableId::BalancedTable), network_summary(&figures)])
    }
}

fn flow_cells(graph: &SupplyGraph) -> Vec<TableCell> {
    let row = |u: NodeIndex| {
        let cell = move |(v, value): (NodeIndex, f64)| TableCell {
            row: u.index(),
            column: v.index(),
            value,
        };
        graph.customers(u).map(cell)
    };
    graph.node_indices().flat_map(row).collect()
}

fn prior_cells(reader: &SideReader<'_>) -> Result<Vec<TableCell>, MetricError> {
    let [source, target, value] =
        [reader.column("source")?, reader.column("target")?, reader.column("value")?];
    let cell = |row| {
        let (seller, buyer) = (reader.node(row, source)?, reader.node(row, target)?);
        let value = reader.number(row, value)?.unwrap_or(0.0);
        Ok(TableCell { row: seller.index(), column: buyer.index(), value })
    };
    reader.rows().map(cell).collect()
}

/// Totals of rows and of columns: those that are asked for, the others as they are.
fn targets(
    graph: &SupplyGraph,
    reader: &SideReader<'_>,
    cells: &[TableCell],
) -> Result<[Vec<f64>; 2], MetricError> {
    let n = graph.n_nodes();
    let mut totals = [vec![0.0; n], vec![0.0; n]];
    for cell in cells {
        totals[0][cell.row] += cell.value;
        totals[1][cell.column] += cell.value;
    }
    let node = reader.column("node_id")?;
    let titles = [reader.column("row_total")?, reader.column("column_total")?];
    for row in reader.rows() {
        let node = reader.node(row, node)?;
        for (totals, column) in totals.iter_mut().zip(titles) {
            if let Some(total) = reader.number(row, column)? {
                totals[node.index()] = total;
            }
        }
    }
    let [supply, demand] = [totals[0].iter().sum::<f64>(), totals[1].iter().sum()];
    if (supply - demand).abs() > SAME * supply.abs().max(demand.abs()) {
        let what = format!("row totals add up to {supply}, column totals to {demand}");
        let help = "every sale is a purchase: make the two sums equal";
        return Err(reader.refused_whole("E0511", what, help));
    }
    Ok(totals)
}

fn refusal(
    graph: &SupplyGraph,
    reader: &SideReader<'_>,
    why: NotAdjusted,
    limits: AdjustmentLimits,
) -> MetricError {
    let id = |i: usize| format!("`{}`", graph.node_id(NodeIndex::new(i)));
    let ids = |nodes: &[usize]| {
        let shown: Vec<String> = nodes.iter().take(NAMED).map(|&i| id(i)).collect();
        let more = nodes.len().saturating_sub(NAMED);
        shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
    };
    let what = match why {
        NotAdjusted::NotConverged { gap, tolerance } => {
            return MetricError::NotConverged {
                iterations: limits.max_iterations,
                error: gap,
                tolerance,
            };
        }
        NotAdjusted::Empty { line: Line::Row(i), target } => {
            format!("{} is to sell {target}, and has no flow from which that could be made", id(i))
        }
        NotAdjusted::Empty { line: Line::Column(j), target } => {
            format!("{} is to buy {target}, and has no flow from which that could be made", id(j))
        }
        NotAdjusted::Support { rows, supply, columns, demand } => format!(
            "{} sell only to {}, which are to buy {demand}: less than the {supply} to be sold",
            ids(&rows),
            ids(&columns)
        ),
    };
    reader.refused_whole(
        "E0511",
        what,
        "change these totals, or add flows where there are none yet",
    )
}
