//! How large and how dense the network is.

use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The share of the possible ties between different nodes that exist; `None` with fewer than two nodes.
///
/// # Formula
/// `(m − loops) / (n(n − 1))`.
/// # Source
/// Wasserman and Faust (1994), ch. 4.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::size::density;
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 3.0), (1, 1, 5.0)])?;
/// assert_eq!(density(&graph), Some(0.5)); // one of two possible ties
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn density(graph: &SupplyGraph) -> Option<f64> {
    let n = graph.n_nodes() as f64;
    let ties = (graph.n_edges() - graph.n_self_loops()) as f64;
    (n >= 2.0).then(|| ties / (n * (n - 1.0)))
}

/// Counts of nodes and edges, density and total flow, behind the registry.
pub struct Size;

static FIGURES: [ColumnSpec; 5] = [
    ColumnSpec::number("n_nodes", Unit::Count, "Nodes, isolates included."),
    ColumnSpec::number("n_edges", Unit::Count, "Edges, self-loops included."),
    ColumnSpec::number("n_self_loops", Unit::Count, "Edges from a node to itself."),
    ColumnSpec::number(
        "density",
        Unit::One,
        "Share of the possible edges between different nodes that exist.",
    ),
    ColumnSpec::number("total_flow", Unit::Currency, "Sum of all flows, self-loops included."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "size",
    family: Family::Fragmentation,
    summary: "How many firms and ties there are, how dense they are and how much flows.",
    formula: "density = (m − loops) / (n(n−1)); total_flow = Σ_ij Z_ij",
    source: "Wasserman and Faust (1994), ch. 4",
    reading: "Self-loops count as edges and in the flow, not in the density.",
    cost: "O(n log m + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: true,
};

impl Metric for Size {
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
        let values = [
            Ok(graph.n_nodes() as f64),
            Ok(graph.n_edges() as f64),
            Ok(graph.n_self_loops() as f64),
            density(graph).ok_or(Status::InsufficientN),
            Ok(graph.total_flow()),
        ];
        let figures = exact_figures(&FIGURES, values);
        Ok(vec![network_summary(&figures)])
    }
}
