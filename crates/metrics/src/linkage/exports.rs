//! What nodes sell abroad, and what is bought abroad of their kind.

use crate::MetricError;
use palenque_graph::{NumberColumn, SupplyGraph};

/// Exports of every node: the node column `exports`, else the category `exports` of final demand; gaps are 0.
///
/// # Errors
/// [`MetricError::InputMissing`] if the graph has neither.
/// # Example
/// ```
/// # use palenque_graph::{FinalDemand, SupplyGraph};
/// # use palenque_metrics::linkage::exports::exports;
/// let demand = FinalDemand::new(vec!["households".into(), "Exports".into()], vec![3.0, 1.0]);
/// let graph = SupplyGraph::from_flows(["mezcal"], [])?.with_final_demand(demand);
/// assert_eq!(exports(&graph)?, [1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn exports(graph: &SupplyGraph) -> Result<Vec<f64>, MetricError> {
    if let Some(column) = graph.nodes().number("exports") {
        return Ok(without_gaps(column));
    }
    let is_exports =
        |name: &str| matches!(name.trim().to_lowercase().as_str(), "exports" | "export");
    let category = graph.final_demand().and_then(|demand| {
        let place = demand.categories().position(is_exports)?;
        Some((0..demand.n_rows()).map(|i| demand.row(i)[place]).collect())
    });
    category.ok_or_else(|| MetricError::InputMissing {
        what: "node column `exports`, or a category `exports` of final demand".into(),
    })
}

/// Imports of what every node makes, whoever buys them: the node column `product_imports`; gaps are 0.
///
/// # Errors
/// [`MetricError::InputMissing`] without the column.
pub fn product_imports(graph: &SupplyGraph) -> Result<Vec<f64>, MetricError> {
    let column = graph.nodes().number("product_imports").map(without_gaps);
    column.ok_or_else(|| MetricError::InputMissing {
        what: "node column `product_imports` (imports of the product that the node makes)".into(),
    })
}

fn without_gaps(column: &NumberColumn) -> Vec<f64> {
    column.iter().map(|x| x.unwrap_or(0.0)).collect()
}
