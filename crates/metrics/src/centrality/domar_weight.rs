//! Domar weights.

use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Value added below this share of gross output is rounding: there is nothing to divide by.
const ROUNDING: f64 = 1e-12;

/// Sales of every firm as a share of the network's value added.
///
/// # Formula
/// `λ_i = x_i / Σ_j v_j`.
/// # Source
/// Hulten (1978); Gabaix (2011); Baqaee and Farhi (2019).
/// # Input and result
/// Uses `output` and `value_added` where the graph has them, and completes them by
/// [`Accounts`] where it has not. One value per node, in node order; their sum is the gross output
/// multiplier, at least 1 where no imports are bought. `None` if value added is not positive in sum, as in a
/// closed circle. Self-loops are used.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Example
/// A grower makes 60 for a distiller who sells for 100: of the 100 of value added, each of the 60 and the 100
/// passed through a firm.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::centrality::domar_weight::domar_weights;
/// let graph = SupplyGraph::from_flows(["grower", "distiller"], [(0, 1, 60.0)])?
///     .with_number("output", [Some(60.0), Some(100.0)]);
/// assert_eq!(domar_weights(&graph), Some(vec![0.6, 1.0]));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn domar_weights(graph: &SupplyGraph) -> Option<Vec<f64>> {
    let accounts = Accounts::of(graph);
    let value_added: f64 = accounts.value_added.iter().sum();
    let output: f64 = accounts.output.iter().sum();
    let positive = value_added > ROUNDING * output.abs();
    positive.then(|| accounts.output.iter().map(|x| x / value_added).collect())
}

/// [`domar_weights`] behind the registry.
pub struct DomarWeight;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "domar_weight",
    Unit::One,
    "Output as a share of the network's value added.",
)];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "domar_sum",
    Unit::One,
    "Gross output of the network over its value added.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "domar_weight",
    family: Family::Centrality,
    summary: "How much a firm's productivity matters to the value added of the whole network.",
    formula: "λ_i = x_i / Σ_j v_j",
    source: "Hulten (1978); Gabaix (2011); Baqaee and Farhi (2019)",
    reading: "A 1 % rise in the firm's productivity raises value added by about λ %. The sum is above 1 because \
              goods pass through several firms. Self-loops are used.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for DomarWeight {
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
        let weights = domar_weights(graph).ok_or(Status::ZeroDenominator);
        let sum = weights.as_ref().map(|weights| weights.iter().sum()).map_err(|&why| why);
        let cell = |i| weights.as_ref().map(|weights: &Vec<f64>| weights[i]).map_err(|&why| why);
        let column = Column::from_results(&COLUMNS[0], (0..graph.n_nodes()).map(cell));
        Ok(vec![
            Table::new(TableId::NodeMetrics, vec![column]),
            network_summary(&[Figure::new(&FIGURES[0], sum)]),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_circle_adds_no_value() {
        // 0.1 + 0.2 is not 0.3 in binary: what is left of value added is rounding.
        let flows = [(0, 1, 0.1), (0, 2, 0.2), (1, 3, 0.1), (2, 3, 0.2), (3, 0, 0.3)];
        let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], flows).expect("a good graph");
        assert_eq!(domar_weights(&graph), None);
    }
}
