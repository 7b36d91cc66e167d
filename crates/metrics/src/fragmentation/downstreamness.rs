//! How many stages of production stand behind an output.

use crate::kernel::coefficients::Economy;
use crate::kernel::condition;
use crate::kernel::ratio::ratio_or_status;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// How many production stages, its own included, are embodied in a unit of each node's output: its distance from
/// primary factors. Fally's `N`, the downstreamness of Antràs and Chor, and the output multiplier are one number.
///
/// # Formula
/// `N_j = 1 + Σ_i a_ij N_i`, so `N = 1ᵀL`, with `a_ij = Z_ij / x_j` and `L = (I − A)⁻¹`. `L` is not formed.
/// # Source
/// Fally (2012); Antràs and Chor (2018), section 2.
/// # Input and result
/// Uses the node columns `output`, `final_demand`, `value_added`, `imports`, completed as
/// [`Accounts`](palenque_graph::accounts::Accounts) says. One value per node, in node order, in stages, at least 1;
/// `None` for a node without output. Imported inputs count as factors, not as stages. Self-loops are used.
/// # Cost
/// One solve: `O(k (n + m))` time for `k` sweeps, `O(n + m)` memory.
/// # Errors
/// [`MetricError::NoOutput`] for a node that trades without output; [`MetricError::NotProductive`] if `ρ(A) ≥ 1`;
/// [`MetricError::NotConverged`]; [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::downstreamness::downstreamness;
/// // A grower works from nothing bought, a distiller pays 60 of every 100 to the grower.
/// let graph = SupplyGraph::from_flows(["grower", "distiller"], [(0, 1, 60.0)])?
///     .with_number("output", [Some(60.0), Some(100.0)]);
/// assert_eq!(downstreamness(&graph, &NoProgress)?, [Some(1.0), Some(1.6)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn downstreamness(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    downstreamness_of(&Economy::of(graph)?.productive()?, progress)
}

/// [`downstreamness()`] of an economy whose accounts are already there.
pub(crate) fn downstreamness_of(
    economy: &Economy<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    Ok(economy.where_active(economy.backward(progress)?.values))
}

/// [`downstreamness()`] behind the registry.
pub struct Downstreamness;

static COLUMN: ColumnSpec = ColumnSpec::number(
    "downstreamness",
    Unit::Stage,
    "Production stages embodied in a unit of output, its own included (Fally's N).",
);

static AGGREGATE_STAGES: ColumnSpec = ColumnSpec::number(
    "aggregate_stages",
    Unit::Stage,
    "Mean downstreamness, weighted by final demand: stages embodied in what is finally used.",
);

static GROSS_OUTPUT_MULTIPLIER: ColumnSpec = ColumnSpec::number(
    "gross_output_multiplier",
    Unit::One,
    "Output by unit of value added; equals the aggregate stages where nothing is imported.",
);

static SPEC: MetricSpec = MetricSpec {
    name: "downstreamness",
    family: Family::Fragmentation,
    summary: "How many stages of production stand behind what a firm makes (Fally's N).",
    formula: "N_j = 1 + Σ_i a_ij N_i, a_ij = Z_ij / x_j; aggregate_stages = Σ_j f_j N_j / Σ f; \
              gross_output_multiplier = Σ x / Σ v",
    source: "Fally (2012); Antràs and Chor (2018), section 2",
    reading: "1 = makes everything of its own factors and imports; high = far from primary inputs, at the end of \
              a long chain. Rises with upstreamness by construction: read both, not their difference. Self-loops \
              are used.",
    cost: "one solve, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &[COLUMN] },
        Output { table: TableId::Linkages, columns: &[COLUMN] },
        Output {
            table: TableId::NetworkSummary,
            columns: &[AGGREGATE_STAGES, GROSS_OUTPUT_MULTIPLIER],
        },
    ],
    core: true,
};

impl Metric for Downstreamness {
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
        let economy = Economy::of(graph)?.productive()?;
        let n = downstreamness_of(&economy, progress)?;
        let accounts = economy.accounts();
        let demand: f64 = accounts.final_demand.iter().sum();
        let embodied = accounts.final_demand.iter().zip(&n);
        let embodied: f64 = embodied.filter_map(|(f, n)| Some(f * (*n)?)).sum();
        let (output, value_added) =
            (accounts.output.iter().sum(), accounts.value_added.iter().sum());
        let column = || vec![Column::from_options(&COLUMN, &n, Status::ZeroDenominator)];
        Ok(vec![
            Table::new(TableId::NodeMetrics, column()),
            Table::new(TableId::Linkages, column()),
            network_summary(&[
                Figure::new(&AGGREGATE_STAGES, ratio_or_status(embodied, demand)),
                Figure::new(&GROSS_OUTPUT_MULTIPLIER, ratio_or_status(output, value_added)),
            ]),
        ])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn a_node_without_output_has_no_stages() {
        let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 3.0)]).expect("a good graph");
        let n = downstreamness(&graph, &NoProgress).expect("productive");
        assert_eq!(n, [Some(1.0), Some(2.0), None]);
    }
}
