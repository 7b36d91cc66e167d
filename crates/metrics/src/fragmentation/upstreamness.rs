//! How many stages of production stand between an output and its final use.

use crate::kernel::coefficients::Economy;
use crate::kernel::condition;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// How many production stages, its own included, a unit of each node's output passes before it is finally used.
///
/// # Formula
/// `U_i = 1 + Σ_j b_ij U_j`, so `U = G 1`, the row sums of the Ghosh inverse `G = (I − B)⁻¹` with
/// `b_ij = Z_ij / x_i`; written out, `U_i = 1·f_i/x_i + 2·Σ_j a_ij f_j/x_i + …`. `G` is not formed.
/// # Source
/// Antràs, Chor, Fally and Hillberry (2012).
/// # Input and result
/// Uses the node columns `output`, `final_demand`, `value_added`, `imports`, completed as
/// [`Accounts`](palenque_graph::accounts::Accounts) says. One value per node, in node order, in stages, at least 1,
/// and 1 if and only if all sales are final; `None` for a node without output. Self-loops are used.
/// # Cost
/// One solve: `O(k (n + m))` time for `k` sweeps, `O(n + m)` memory.
/// # Errors
/// [`MetricError::NoOutput`] for a node that trades without output; [`MetricError::NotProductive`] if `ρ(B) ≥ 1`;
/// [`MetricError::NotConverged`]; [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::upstreamness::upstreamness;
/// // The grower sells half of its output to the distiller, who sells to final users only.
/// let graph = SupplyGraph::from_flows(["grower", "distiller"], [(0, 1, 60.0)])?
///     .with_number("output", [Some(120.0), Some(100.0)]);
/// assert_eq!(upstreamness(&graph, &NoProgress)?, [Some(1.5), Some(1.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn upstreamness(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    upstreamness_of(&Economy::of(graph)?.productive()?, progress)
}

/// [`upstreamness()`] of an economy whose accounts are already there.
pub(crate) fn upstreamness_of(
    economy: &Economy<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    Ok(economy.where_active(economy.forward_ghosh(progress)?.values))
}

/// [`upstreamness()`] behind the registry.
pub struct Upstreamness;

static COLUMN: ColumnSpec = ColumnSpec::number(
    "upstreamness",
    Unit::Stage,
    "Production stages a unit of output passes before final use, its own included.",
);

static SPEC: MetricSpec = MetricSpec {
    name: "upstreamness",
    family: Family::Fragmentation,
    summary: "How many stages of production stand between what a firm makes and its final use.",
    formula: "U_i = 1 + Σ_j b_ij U_j, b_ij = Z_ij / x_i",
    source: "Antràs, Chor, Fally and Hillberry (2012)",
    reading: "1 = sells to final users only; high = at the beginning of a long chain. Row sums of the Ghosh \
              inverse, not of Leontief's. Rises with downstreamness by construction: read both, not their \
              difference. Self-loops are used.",
    cost: "one solve, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &[COLUMN] },
        Output { table: TableId::Linkages, columns: &[COLUMN] },
    ],
    core: true,
};

impl Metric for Upstreamness {
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
        let u = upstreamness(graph, progress)?;
        let table =
            |id| Table::new(id, vec![Column::from_options(&COLUMN, &u, Status::ZeroDenominator)]);
        Ok(vec![table(TableId::NodeMetrics), table(TableId::Linkages)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fragmentation::downstreamness::downstreamness;
    use palenque_graph::NoProgress;

    #[test]
    fn upstreamness_is_downstreamness_of_the_reversed_flows_when_accounts_balance() {
        let flows = [(0, 1, 4.0), (1, 2, 3.0), (0, 2, 2.0), (2, 1, 1.0), (1, 1, 1.0)];
        let output = [9.0, 8.0, 7.0].map(Some);
        let graph = |flows: Vec<(u32, u32, f64)>| {
            SupplyGraph::from_flows(["a", "b", "c"], flows)
                .expect("a good graph")
                .with_number("output", output)
        };
        let forth = graph(flows.to_vec());
        let back = graph(flows.iter().map(|&(u, v, z)| (v, u, z)).collect());
        let u = upstreamness(&forth, &NoProgress).expect("productive");
        assert_eq!(u, downstreamness(&back, &NoProgress).expect("productive"));
    }
}
