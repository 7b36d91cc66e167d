//! Linkages weighted by the size of what sets them off.

use crate::fragmentation::downstreamness::downstreamness;
use crate::fragmentation::upstreamness::upstreamness;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Weighted total linkages, relative to their mean, with their weights; `None` for a node without output.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedLinkages {
    /// Backward linkages, weighted by final demand.
    pub backward: Vec<Option<f64>>,
    /// Forward linkages, weighted by primary inputs.
    pub forward: Vec<Option<f64>>,
    /// Shares of final demand.
    pub backward_weight: Vec<Option<f64>>,
    /// Shares of primary inputs.
    pub forward_weight: Vec<Option<f64>>,
}

/// Total linkages of a node times the share of final demand, or of primary inputs, that sets them off.
///
/// # Formula
/// `n m_j ω_j / Σ_k m_k ω_k` with `m = 1ᵀL` and `ω_j = f_j / Σ f`; forward with `G 1` and the shares of
/// `x_i − Σ_k Z_ki`; `n` counts the nodes with output.
/// # Source
/// Laumas (1976).
/// # Input and result
/// Accounts as [`Accounts`] completes them; primary inputs are value added and imports. One dimensionless value per node,
/// in node order, with mean 1; negative only where final demand or primary inputs are. Self-loops are used.
/// # Cost
/// Two solves.
/// # Errors
/// Those of [`total_linkages`](super::total::total_linkages).
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::weighted::weighted_linkages;
/// // The still buys all that the grower makes, and alone sells to final users.
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let weighted = weighted_linkages(&graph, &NoProgress)?;
/// assert_eq!(weighted.backward, [Some(0.0), Some(2.0)]);
/// assert_eq!(weighted.backward_weight, [Some(0.0), Some(1.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn weighted_linkages(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<WeightedLinkages, MetricError> {
    let accounts = Accounts::of(graph);
    let primary = accounts.output.iter().zip(graph.in_strengths()).map(|(x, bought)| x - bought);
    let (backward, backward_weight) =
        weighted(&downstreamness(graph, progress)?, &accounts.final_demand);
    let primary: Vec<f64> = primary.collect();
    let (forward, forward_weight) = weighted(&upstreamness(graph, progress)?, &primary);
    Ok(WeightedLinkages { backward, forward, backward_weight, forward_weight })
}

/// Linkages times shares of `sizes`, relative to their mean, and the shares.
fn weighted(linkages: &[Option<f64>], sizes: &[f64]) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let active = || linkages.iter().zip(sizes).filter_map(|(m, size)| Some(((*m)?, *size)));
    let n = active().count() as f64;
    let all: f64 = active().map(|(_, size)| size).sum();
    let mean = active().map(|(m, size)| m * size).sum::<f64>() / n;
    let index = |(m, size): (&Option<f64>, &f64)| ratio((*m)? * size, mean);
    let share = |(m, size): (&Option<f64>, &f64)| m.and_then(|_| ratio(*size, all));
    let pairs = || linkages.iter().zip(sizes);
    (pairs().map(index).collect(), pairs().map(share).collect())
}

/// [`weighted_linkages`] behind the registry.
pub struct Weighted;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "laumas_backward",
        Unit::One,
        "Backward total linkage times laumas_weight_backward, relative to its mean.",
    ),
    ColumnSpec::number(
        "laumas_forward",
        Unit::One,
        "Ghosh forward total linkage times laumas_weight_forward, relative to its mean.",
    ),
    ColumnSpec::number("laumas_weight_backward", Unit::One, "Share of all final demand."),
    ColumnSpec::number(
        "laumas_weight_forward",
        Unit::One,
        "Share of all primary inputs: value added and imports.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "weighted_linkages",
    family: Family::Linkage,
    summary: "Which firms pull and push most, by the demand and the inputs that they have.",
    formula: "laumas_backward_j = n m_j ω_j / Σ_k m_k ω_k, m = 1'L, ω_j = f_j / Σ f; laumas_forward with G1 and shares of \
              x_i − Σ_k Z_ki",
    source: "Laumas (1976)",
    reading: "Mean 1 over the nodes with output. High = much of the network's output hangs on demand for this firm. Total \
              linkages ask what one more unit does, and a tiny firm may have the largest; weighted ones ask what there is. \
              Weights differ in the literature, so they are given beside the index: compare published values only with \
              the same ones. Self-loops are used.",
    cost: "two solves, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for Weighted {
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
        let weighted = weighted_linkages(graph, progress)?;
        let values = [
            &weighted.backward,
            &weighted.forward,
            &weighted.backward_weight,
            &weighted.forward_weight,
        ];
        let column = |(spec, values): (&ColumnSpec, &Vec<Option<f64>>)| {
            Column::from_options(spec, values, Status::ZeroDenominator)
        };
        let columns = COLUMNS.iter().zip(values).map(column).collect();
        Ok(vec![Table::new(TableId::Linkages, columns)])
    }
}
