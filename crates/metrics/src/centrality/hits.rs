//! Hubs and authorities.

use crate::kernel::coefficients::RowMatrix;
use crate::kernel::perron::Perron;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How good every firm is as a seller and as a buyer.
#[derive(Clone, Debug, PartialEq)]
pub struct Hits {
    /// As a seller; the shares of all firms add up to 1.
    pub hub: Vec<f64>,
    /// As a buyer; the shares of all firms add up to 1.
    pub authority: Vec<f64>,
}

/// Sellers that sell to good buyers, and buyers that buy from good sellers.
///
/// # Formula
/// `h ∝ Z a` and `a ∝ Zᵀh`, the singular vectors of the largest singular value of the flows `Z`; `h, a ≥ 0`, `Σ h = Σ a = 1`.
/// # Source
/// Kleinberg (1999).
/// # Input and result
/// Two shares per node, in node order. [`Status::ZeroDenominator`] without flows, [`Status::NotUnique`] if two groups of
/// sellers and buyers without trade between them have the same singular value. Self-loops are used.
/// # Cost
/// `O(k (n + m))` time for `k` passes, `O(n + m)` memory.
/// # Errors
/// [`MetricError::NotConverged`], [`MetricError::Cancelled`].
/// # Example
/// Two growers sell to the still, one of them three times as much.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::hits::hits;
/// let graph = SupplyGraph::from_flows(["a", "b", "still"], [(0, 2, 3.0), (1, 2, 1.0)])?;
/// let found = hits(&graph, &NoProgress)?.expect("one largest singular value");
/// assert!((found.hub[0] - 0.75).abs() < 1e-12 && (found.authority[2] - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hits(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Result<Hits, Status>, MetricError> {
    // The singular vectors of Z are the eigenvector of [[0, Z], [Zᵀ, 0]], upper and lower half.
    let both = RowMatrix::of_both_sides(graph).of_positive();
    let perron = Perron::in_halves(&both, graph.n_nodes(), progress)?;
    if !(perron.radius.upper > 0.0) {
        return Ok(Err(Status::ZeroDenominator));
    }
    if !perron.is_unique() {
        return Ok(Err(Status::NotUnique));
    }
    let mut hub = perron.vector(&both, progress)?;
    let authority = hub.split_off(graph.n_nodes());
    Ok(Ok(Hits { hub: shares(hub), authority: shares(authority) }))
}

fn shares(mut values: Vec<f64>) -> Vec<f64> {
    let sum: f64 = values.iter().sum();
    for value in &mut values {
        *value /= sum;
    }
    values
}

/// [`hits()`] behind the registry.
pub struct HitsMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number("hits_hub", Unit::One, "How good a seller: sells much to good buyers."),
    ColumnSpec::number(
        "hits_authority",
        Unit::One,
        "How good a buyer: buys much from good sellers.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "hits",
    family: Family::Centrality,
    summary: "Sellers that sell to good buyers, and buyers that buy from good sellers.",
    formula: "h ∝ Z a, a ∝ Z'h; h, a ≥ 0; Σ h = Σ a = 1",
    source: "Kleinberg (1999)",
    reading: "hub = sells much to those who buy much from good sellers; authority = buys much from good sellers. The \
              largest contracts of the network decide: most firms are near 0. Empty without flows, or if two parts come \
              out alike. Self-loops are used.",
    cost: "O(k (n + m)) time for k passes",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for HitsMetric {
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
        let n = graph.n_nodes();
        let (hub, authority) = match hits(graph, progress)? {
            Ok(found) => (Ok(found.hub), Ok(found.authority)),
            Err(why) => (Err(why), Err(why)),
        };
        let columns =
            vec![Column::of_all(&COLUMNS[0], n, hub), Column::of_all(&COLUMNS[1], n, authority)];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
