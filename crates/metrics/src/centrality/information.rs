//! Information centrality.

use crate::kernel::adjacency::Mutual;
use crate::kernel::resistance::{circuits, joined};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How much trade ties a firm to all others, over all paths at once and not only the shortest.
///
/// # Formula
/// `I_i = n / Σ_j R_ij` with the effective resistances `R_ij = L⁺_ii + L⁺_jj − 2 L⁺_ij` between nodes of the undirected view
/// `M = Z + Zᵀ` without its diagonal, flows as conductances.
/// # Source
/// Stephenson and Zelen (1989); Brandes and Fleischer (2005).
/// # Input and result
/// One number per node, in node order, in the unit of the flows. Where the network is not connected, `n` and the sum are
/// over the node's component. [`Status::Isolate`] for a node without trade, [`Status::NotConverged`] where flows differ so
/// much in size that no digit is certain. Self-loops are not used.
/// # Cost
/// `2 n³` operations and one matrix of `n²` numbers, `n` the size of the largest component.
/// # Errors
/// [`MetricError::TooLarge`], [`MetricError::Cancelled`].
/// # Example
/// In a chain of three with flows of 2, the middle has resistances of ½ and ½, an end ½ and 1.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::information::information;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 2.0), (1, 2, 2.0)])?;
/// for (found, exact) in information(&graph, &NoProgress)?.iter().zip([2.0, 3.0, 2.0]) {
///     assert!(found.is_ok_and(|found| (found - exact).abs() < 1e-12));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn information(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Result<f64, Status>>, MetricError> {
    let view = Mutual::of(graph);
    let mut found = vec![Err(Status::Isolate); graph.n_nodes()];
    circuits(&view, &joined(&view), progress, |circuit| {
        let n = circuit.nodes.len();
        let diagonal: Option<Vec<f64>> =
            circuit.pseudoinverse.as_ref().map(|p| (0..n).map(|i| p[i * n + i]).collect());
        let trace: f64 = diagonal.iter().flatten().sum();
        for (i, &node) in circuit.nodes.iter().enumerate() {
            // Rows of L⁺ add up to 0.
            found[node as usize] = match &diagonal {
                Some(diagonal) => Ok(n as f64 / (n as f64 * diagonal[i] + trace)),
                None => Err(Status::NotConverged),
            };
        }
        Ok(())
    })?;
    Ok(found)
}

/// [`information()`] behind the registry.
pub struct Information;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "information",
    Unit::Currency,
    "How much trade ties the node to all others of its component, over all paths at once.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "information",
    family: Family::Centrality,
    summary: "How much trade ties a firm to all others, over all paths and not only the shortest.",
    formula: "I_i = n / Σ_j R_ij, R_ij = L⁺_ii + L⁺_jj − 2 L⁺_ij, L the Laplacian of Z + Z'",
    source: "Stephenson and Zelen (1989); Brandes and Fleischer (2005)",
    reading: "High = tied to all others by many or large flows, whichever way they go. It is the number of nodes times \
              closeness with resistances for distances. Not to be compared across components: each is by itself. Empty \
              for a node without trade. Self-loops are not used.",
    cost: "O(n³) time and n² numbers of memory, n the size of the largest component",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for Information {
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
        let column = Column::from_results(&COLUMNS[0], information(graph, progress)?);
        Ok(vec![Table::new(TableId::NodeMetrics, vec![column])])
    }
}
