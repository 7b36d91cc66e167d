//! The elasticity of total output to final demand.

use crate::fragmentation::downstreamness::downstreamness;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// By how many percent total output changes when final demand for a node changes by 1 %.
///
/// # Formula
/// `Σ_i l_ij f_j / Σ x = m_j f_j / Σ x` with `m = 1ᵀL`.
/// # Source
/// Miller and Blair (2009), ch. 6 and 12; Mattas and Shrestha (1991).
/// # Input and result
/// Accounts as [`Accounts`] completes them. One dimensionless value per node, in node order; they sum to 1 where outputs
/// are those that final demand takes, `x = L f`. `None` for a node without output. Self-loops are used.
/// # Cost
/// One solve.
/// # Errors
/// Those of [`downstreamness()`].
/// # Example
/// All output is there for what the still sells to final users.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::elasticity::total_elasticity;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let elasticity = total_elasticity(&graph, &NoProgress)?;
/// assert_eq!(elasticity[0], Some(0.0));
/// assert!((elasticity[1].unwrap_or(0.0) - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn total_elasticity(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    let multipliers = downstreamness(graph, progress)?; // 1ᵀL
    let Accounts { output, final_demand, .. } = Accounts::of(graph);
    let all: f64 = output.iter().sum();
    let elasticity = |(m, f): (Option<f64>, f64)| ratio(m? * f, all);
    Ok(multipliers.into_iter().zip(final_demand).map(elasticity).collect())
}

/// [`total_elasticity`] behind the registry.
pub struct Elasticity;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "elasticity_total",
    Unit::One,
    "Change of total output, in percent, for 1 % more final demand for the node.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "elasticity",
    family: Family::Linkage,
    summary: "By how many percent total output rises when final demand for a firm rises by 1 %.",
    formula: "elasticity_total_j = Σ_i l_ij f_j / Σ_i x_i",
    source: "Mattas and Shrestha (1991); Miller and Blair (2009), ch. 12",
    reading: "High = the network lives on final demand for this firm. The values sum to 1: they share total output out by \
              the final demand that it is there for. Unlike a multiplier it counts how large that demand is; 0 for a firm \
              that sells inputs only, negative where stocks make final demand so. `io_matrix` gives the elasticities of \
              each firm's output (ELASTICITY) and of output to output (ELASTICITY_OUTPUT). Self-loops are used.",
    cost: "one solve, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for Elasticity {
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
        let elasticity = total_elasticity(graph, progress)?;
        let column = Column::from_options(&COLUMNS[0], &elasticity, Status::ZeroDenominator);
        Ok(vec![Table::new(TableId::Linkages, vec![column])])
    }
}
