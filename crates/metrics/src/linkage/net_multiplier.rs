//! The net output multiplier.

use crate::fragmentation::downstreamness::downstreamness;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Output of the whole network that final demand for a node sets off, by output of the node.
///
/// # Formula
/// `m_j f_j / x_j` with `m = 1ᵀL`.
/// # Source
/// Oosterhaven and Stelder (2002).
/// # Input and result
/// Accounts as [`Accounts`] completes them. One dimensionless value per node, in node order; its mean weighted by output
/// is 1; `None` for a node without output. Self-loops are used.
/// # Cost
/// One solve.
/// # Errors
/// Those of [`downstreamness()`].
/// # Example
/// The grower has no final demand: its output is there for the still's.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::net_multiplier::net_multiplier;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let net = net_multiplier(&graph, &NoProgress)?;
/// assert_eq!(net[0], Some(0.0));
/// assert!((net[1].unwrap_or(0.0) - 4.0 / 3.0).abs() < 1e-12); // (0 · 3 + 4/3 · 9) / 12 = 1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn net_multiplier(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    let multipliers = downstreamness(graph, progress)?; // 1ᵀL
    let Accounts { output, final_demand, .. } = Accounts::of(graph);
    let net = |((m, f), x): ((Option<f64>, f64), f64)| ratio(m? * f, x);
    Ok(multipliers.into_iter().zip(final_demand).zip(output).map(net).collect())
}

/// [`net_multiplier`] behind the registry.
pub struct NetMultiplier;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "net_output_multiplier",
    Unit::One,
    "Output that final demand for the node sets off in all, by output of the node.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "net_multiplier",
    family: Family::Linkage,
    summary: "Whether more output depends on a firm than the firm depends on others' demand.",
    formula: "net_output_multiplier_j = m_j f_j / x_j, m = 1'L",
    source: "Oosterhaven and Stelder (2002)",
    reading: "Above 1 = final demand for the firm keeps more output going than the firm itself makes: others depend on it. \
              Below 1 = it lives on others' final demand, as suppliers of inputs do. The mean weighted by output is 1, \
              so that multiplying output by it counts nothing twice, which output times the usual multiplier does. \
              Negative where stocks make final demand so. Self-loops are used.",
    cost: "one solve, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for NetMultiplier {
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
        let net = net_multiplier(graph, progress)?;
        let column = Column::from_options(&COLUMNS[0], &net, Status::ZeroDenominator);
        Ok(vec![Table::new(TableId::Linkages, vec![column])])
    }
}
