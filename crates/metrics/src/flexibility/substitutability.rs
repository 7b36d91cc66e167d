//! How far others of the same type could take over what a supplier delivers.

use super::capacity::{GAMMA, capacities};
use crate::kernel::input_groups::InputClass;
use crate::kernel::ratio::ratio_or_status;
use crate::resilience::essentiality::Essentiality;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far deliveries could be replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Substitutability {
    /// By edge, the share of the flow for which others of the seller's type have room.
    pub edges: Vec<f64>,
    /// By node, the mean of that over what it buys, by spending.
    pub replaceable: Vec<Result<f64, Status>>,
}

/// How far others of the same type could take over what a supplier delivers, with the capacity that they do not use.
///
/// # Formula
/// `sub(i → j) = min(1, Σ_{l ≠ i, type(l) = type(i)} max(0, cap_l − x_l)/Z_ij)`. Without a column `capacity`, `cap = (1 + γ) x`.
/// # Source
/// Toolkit definition.
/// # Input and result
/// One value an edge, between 0 and 1, and one a node. Each edge is looked at alone: the same room counts for all of them. A gap in
/// `capacity` is filled as if the column were missing. Self-loops are edges like others.
/// # Cost
/// `O(n + m)` time.
/// # Errors
/// [`MetricError::InputMissing`] without a column of types; those of [`capacities`].
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::flexibility::substitutability::substitutability;
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still"], [(0, 2, 4.0), (1, 2, 6.0)])?
///     .with_number("capacity", [Some(5.0), Some(8.0), Some(99.0)])
///     .with_text("sector", ["agave", "agave", "mezcal"].map(Some));
/// let room = substitutability(&graph, "", 0.15)?;
/// assert_eq!(room.edges, [0.5, 1.0 / 6.0]); // beto has room for 2, ana for 1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn substitutability(
    graph: &SupplyGraph,
    by: &str,
    gamma: f64,
) -> Result<Substitutability, MetricError> {
    let capacity = capacities(graph, gamma)?;
    let types = Essentiality::uniform(graph, by, InputClass::Essential)?;
    let type_of = types.types();
    let output = Accounts::of(graph).output;
    let room: Vec<f64> = capacity.iter().zip(&output).map(|(cap, x)| (cap - x).max(0.0)).collect();
    let n_types = type_of.iter().max().map_or(0, |last| *last as usize + 1);
    let mut of_type = vec![(0.0, 0_u32); n_types];
    for (v, &k) in type_of.iter().enumerate() {
        let (sum, count) = &mut of_type[k as usize];
        *sum += room[v];
        *count += u32::from(room[v] > 0.0);
    }
    let n = graph.n_nodes();
    let (mut edges, mut replaced) = (Vec::with_capacity(graph.n_edges()), vec![0.0; n]);
    for u in 0..n {
        let (sum, count) = of_type[type_of[u] as usize];
        let has_other = count > u32::from(room[u] > 0.0);
        // What is left of a sum less its only term is rounding.
        let others = if has_other { (sum - room[u]).max(0.0) } else { 0.0 };
        for e in graph.out_range(u) {
            let flow = graph.flows()[e];
            let share = (others / flow).min(1.0);
            edges.push(share);
            replaced[graph.targets()[e] as usize] += share * flow;
        }
    }
    let bought = graph.in_strengths();
    let replaceable = replaced.iter().zip(&bought);
    Ok(Substitutability {
        edges,
        replaceable: replaceable
            .map(|(part, all)| ratio_or_status(*part, *all).map_err(|_| Status::NoIn))
            .collect(),
    })
}

/// [`substitutability()`] behind the registry.
pub struct SubstitutabilityMetric;

static EDGES: [ColumnSpec; 1] = [ColumnSpec::number(
    "substitutability",
    Unit::One,
    "Share of the flow for which others of the seller's type have room.",
)];

static NODES: [ColumnSpec; 1] = [ColumnSpec::number(
    "replaceable_share",
    Unit::One,
    "Mean substitutability of what the firm buys, by spending.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "supplier_substitutability",
    family: Family::Flexibility,
    summary: "How far others of the same type could take over what a supplier delivers.",
    formula: "sub(i→j) = min(1, Σ_{l≠i, type(l)=type(i)} max(0, cap_l − x_l)/Z_ij)",
    source: "Toolkit definition",
    reading: "1 = competitors have room for all of it. Each tie is looked at alone: if several suppliers fail at once, the same room \
              is not there for all. Without a column `capacity` every firm has `gamma` to spare. Self-loops are used.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[
        ParamSpec {
            name: "by",
            default: "\"\"",
            meaning: "Node column that says what firms make; empty for the first of `sector`, `role`, `stage`.",
        },
        GAMMA,
    ],
    outputs: &[
        Output { table: TableId::EdgeMetrics, columns: &EDGES },
        Output { table: TableId::NodeMetrics, columns: &NODES },
    ],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
    gamma: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { by: String::new(), gamma: 0.15 }
    }
}

impl Metric for SubstitutabilityMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let room = substitutability(graph, &config.by, config.gamma)?;
        let edges = Column::new(&EDGES[0], Values::F64(room.edges));
        let nodes = vec![Column::from_results(&NODES[0], room.replaceable)];
        Ok(vec![
            Table::new(TableId::EdgeMetrics, vec![edges]),
            Table::new(TableId::NodeMetrics, nodes),
        ])
    }
}
