//! Supply and demand centrality: whose shocks travel to customers, and whose to suppliers.

use super::influence::{InfluenceConfig, LABOUR_SHARE, influence_of, labour_share};
use crate::kernel::coefficients::RowMatrix;
use crate::kernel::fixed_point::{Stop, fixed_point};
use crate::kernel::strengths::out_strengths;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Supply and demand centrality of every node.
#[derive(Clone, Debug, PartialEq)]
pub struct Centralities {
    /// How far a shock to the node's productivity travels to customers; shares that add up to 1.
    pub supply: Vec<f64>,
    /// How far a shock to the demand for the node's products travels to suppliers.
    pub demand: Vec<f64>,
}

/// How important a firm is as the origin of supply shocks, which go to customers, and of demand shocks, which go to
/// suppliers.
///
/// # Formula
/// Supply: the influence vector over its sum. Demand: `u = (1 − θ)/n + θ Ŵ u` with `Ŵ_ij = Z_ij / Σ_k Z_ik`, the share of
/// buyer `j` in the sales of `i`, and `θ = 1 − α`; `α` is the share of labour in costs. Rows of firms without sales stay 0.
/// # Source
/// Carvalho (2014); Acemoglu, Akcigit and Kerr (2016) for the directions.
/// # Input and result
/// Two numbers per node, in node order, positive. `None` without a labour share: value added is not given and there is
/// none. Self-loops are used.
/// # Cost
/// Two solves, `O(k (n + m))` time for `k` sweeps.
/// # Errors
/// As [`influence()`](super::influence::influence()).
/// # Example
/// The grower supplies the still, and the still nobody: it is the other way round with demand.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::influence::InfluenceConfig;
/// # use palenque_metrics::centrality::shock_centrality::shock_centrality;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 60.0)])?;
/// let config = InfluenceConfig { labour_share: Some(0.5) };
/// let found = shock_centrality(&graph, config, &NoProgress)?.expect("a labour share");
/// assert!((found.supply[0] - 0.6).abs() < 1e-12); // influence 0.375 and 0.25
/// assert!((found.demand[0] - 0.375).abs() < 1e-12 && (found.demand[1] - 0.25).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn shock_centrality(
    graph: &SupplyGraph,
    config: InfluenceConfig,
    progress: &dyn Progress,
) -> Result<Option<Centralities>, MetricError> {
    let Some(alpha) = labour_share(graph, config)? else { return Ok(None) };
    let mut supply = influence_of(graph, alpha, progress)?;
    let sum: f64 = supply.iter().sum();
    for value in &mut supply {
        *value /= sum;
    }
    let sold = out_strengths(graph);
    let share = |i: usize, _: usize, flow: f64| {
        if flow > 0.0 { (1.0 - alpha) * (flow / sold[i]) } else { 0.0 }
    };
    let shares = RowMatrix::of_sales(graph, share);
    let n = graph.n_nodes();
    let c = vec![alpha / n as f64; n];
    let demand = fixed_point(&shares, &c, Stop::default(), progress).map_err(|why| {
        why.into_error(|_| unreachable!("rows of the matrix add up to 1 − α or less"))
    })?;
    Ok(Some(Centralities { supply, demand: demand.values }))
}

/// [`shock_centrality()`] behind the registry.
pub struct ShockCentrality;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "supply_centrality",
        Unit::One,
        "Importance as the origin of supply shocks, which travel to customers.",
    ),
    ColumnSpec::number(
        "demand_centrality",
        Unit::One,
        "Importance as the origin of demand shocks, which travel to suppliers.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "shock_centrality",
    family: Family::Centrality,
    summary: "How important a firm is as the origin of supply shocks and of demand shocks.",
    formula: "supply = v/Σv, v the influence vector; demand = (1 − θ)/n (I − θŴ)^-1 1, Ŵ_ij = Z_ij / Σ_k Z_ik, θ = 1 − α",
    source: "Carvalho (2014); Acemoglu, Akcigit and Kerr (2016)",
    reading: "supply = its failures reach many customers; shares add up to 1. demand is 1/n for all alike where every firm \
              sells to others, and low for those who sell to nobody inside. Self-loops are used.",
    cost: "two solves, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[LABOUR_SHARE],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for ShockCentrality {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let found = shock_centrality(graph, params.decode()?, progress)?;
        let (supply, demand) = match found {
            Some(found) => (Ok(found.supply), Ok(found.demand)),
            None => (Err(Status::ZeroDenominator), Err(Status::ZeroDenominator)),
        };
        let n = graph.n_nodes();
        let columns =
            vec![Column::of_all(&COLUMNS[0], n, supply), Column::of_all(&COLUMNS[1], n, demand)];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
