//! How far the network falls apart without each firm.

use crate::kernel::adjacency::Mutual;
use crate::kernel::blocks::blocks;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The change of [`fragmentation`](crate::fragmentation::key_player::fragmentation) when each firm is taken out.
///
/// # Formula
/// `F(G∖i) − F(G)`, with `F = 1 − Σ_c s_c(s_c − 1)/(n(n − 1))` and `n` the nodes that are left.
/// # Source
/// Borgatti (2006); Hopcroft and Tarjan (1973) for all firms in one pass.
/// # Input and result
/// One value a node; undefined with fewer than three nodes. Weak components; self-loops are left out.
/// # Cost
/// `O(n + m)` time.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::fragmentation_change::fragmentation_change;
/// let star = SupplyGraph::from_flows(["hub", "a", "b"], [(0, 1, 1.0), (0, 2, 1.0)])?;
/// assert_eq!(fragmentation_change(&star), [Ok(1.0), Ok(0.0), Ok(0.0)]);
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn fragmentation_change(graph: &SupplyGraph) -> Vec<Result<f64, Status>> {
    let n = graph.n_nodes();
    let found = blocks(Mutual::of(graph).adjacency());
    if n < 3 {
        return vec![Err(Status::InsufficientN); n];
    }
    let all = n as f64;
    let before = found.pairs / (all * (all - 1.0));
    let change = |u: usize| {
        let size = f64::from(found.component_size[u]);
        let others = found.pairs - size * (size - 1.0) + found.pairs_left[u];
        Ok(before - others / ((all - 1.0) * (all - 2.0)))
    };
    (0..n).map(change).collect()
}

/// [`fragmentation_change()`] behind the registry.
pub struct FragmentationChange;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "delta_F",
    Unit::One,
    "How much more pairs of firms are apart without the firm.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "fragmentation_change",
    family: Family::Fragmentation,
    summary: "How far the network falls apart without each firm.",
    formula: "delta_F = F(G∖i) − F(G), F = 1 − Σ_c s_c(s_c−1)/(n(n−1))",
    source: "Borgatti (2006); Hopcroft and Tarjan (1973)",
    reading: "High = others lose each other without the firm. Negative for a firm that was apart itself: n counts the firms that \
              are left. 0 for most firms of a network with many ways; node_vulnerability also sees ways that get longer. \
              Self-loops are left out.",
    cost: "O(n + m) time for all firms",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::DisruptionNodes, columns: &COLUMNS }],
    core: false,
};

impl Metric for FragmentationChange {
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
        let change = Column::from_results(&COLUMNS[0], fragmentation_change(graph));
        Ok(vec![Table::new(TableId::DisruptionNodes, vec![change])])
    }
}
