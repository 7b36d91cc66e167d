//! Eigenvector centrality.

use crate::kernel::coefficients::RowMatrix;
use crate::kernel::perron::Perron;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Eigenvector centrality of every node, in both directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigenvector {
    /// Important are those who buy much from the important.
    pub into: Result<Vec<f64>, Status>,
    /// Important are those who sell much to the important.
    pub out: Result<Vec<f64>, Status>,
    /// Whether every firm reaches every other along the flows, so that one block decides about all.
    pub is_strongly_connected: bool,
}

/// How much a firm trades with firms that trade much with such firms, and so on without end.
///
/// # Formula
/// `ρ c_j = Σ_i Z_ij c_i` (`in`) and `ρ c_i = Σ_j Z_ij c_j` (`out`), `c ≥ 0`, `Σ c² = 1`, with the spectral radius `ρ` of the
/// flows `Z`.
/// # Source
/// Bonacich (1972).
/// # Input and result
/// One share per node and direction, in node order. Where the flows are not strongly connected, `c` is positive on the
/// block with the largest radius and on all that is reached from it (`in`) or reaches it (`out`), and 0 elsewhere; the column
/// then has the remark [`Status::NotStronglyConnected`]. [`Status::SpectralRadiusZero`] without cycles, [`Status::NotUnique`] if two blocks have the same radius. Self-loops are
/// used.
/// # Cost
/// `O(k (n + m))` time for `k` passes, `O(n + m)` memory.
/// # Errors
/// [`MetricError::NotConverged`], [`MetricError::Cancelled`].
/// # Example
/// Two firms that trade as much with each other count the same; their supplier depends on nobody.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::eigenvector::eigenvector;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 3.0), (1, 0, 3.0), (2, 0, 1.0)])?;
/// let c = eigenvector(&graph, &NoProgress)?.into.expect("one block has the radius");
/// assert!((c[0] - c[1]).abs() < 1e-12 && (c[0] - 0.5_f64.sqrt()).abs() < 1e-12 && c[2] == 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn eigenvector(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Eigenvector, MetricError> {
    let purchases = RowMatrix::of_purchases(graph, |_, _, flow| flow).of_positive();
    let sales = RowMatrix::of_sales(graph, |_, _, flow| flow).of_positive();
    let of_purchases = Perron::of(graph, &purchases, progress)?;
    let of_sales = Perron::of(graph, &sales, progress)?;
    Ok(Eigenvector {
        is_strongly_connected: of_purchases.is_irreducible(),
        into: vector(&of_purchases, &purchases, progress)?,
        out: vector(&of_sales, &sales, progress)?,
    })
}

fn vector(
    perron: &Perron,
    matrix: &RowMatrix<'_>,
    progress: &dyn Progress,
) -> Result<Result<Vec<f64>, Status>, MetricError> {
    if !(perron.radius.upper > 0.0) {
        return Ok(Err(Status::SpectralRadiusZero));
    }
    if !perron.is_unique() {
        return Ok(Err(Status::NotUnique));
    }
    Ok(Ok(perron.vector(matrix, progress)?))
}

/// [`eigenvector()`] behind the registry.
pub struct EigenvectorMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "eigenvector_in",
        Unit::One,
        "How much the node buys from nodes that buy much from such nodes.",
    ),
    ColumnSpec::number(
        "eigenvector_out",
        Unit::One,
        "How much the node sells to nodes that sell much to such nodes.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "eigenvector",
    family: Family::Centrality,
    summary: "How much a firm trades with firms that matter by the same measure.",
    formula: "in: ρ c_j = Σ_i Z_ij c_i; out: ρ c_i = Σ_j Z_ij c_j; c ≥ 0, Σ c² = 1",
    source: "Bonacich (1972)",
    reading: "in = buys much from the important, out = sells much to the important. In a network that is not strongly \
              connected the block with the most trade in circles decides: 0 = neither of it nor behind it, and the status is \
              not_strongly_connected. Empty \
              without cycles, or if two blocks come out alike. For chains, `pagerank` and `katz` say more. Self-loops \
              are used.",
    cost: "O(k (n + m)) time for k passes",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for EigenvectorMetric {
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
        let found = eigenvector(graph, progress)?;
        let n = graph.n_nodes();
        let column = |spec, values: Result<Vec<f64>, Status>| {
            let is_remarked = values.is_ok() && !found.is_strongly_connected;
            let mut column = Column::of_all(spec, n, values);
            if is_remarked {
                let remarks = (0..n as u32).map(|row| (row, Status::NotStronglyConnected));
                column.status = remarks.collect();
            }
            column
        };
        let columns = vec![column(&COLUMNS[0], found.into), column(&COLUMNS[1], found.out)];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
