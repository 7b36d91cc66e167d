//! Dominators: firms that nobody can go around.

use crate::centrality::pagerank::Towards;
use crate::kernel::adjacency::Adjacency;
use crate::kernel::dominators as kernel;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Values};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Whom every path to each node passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dominators {
    /// By node: the nearest other firm that every path to it passes; `None` if there is none.
    pub nearest: Vec<Option<NodeIndex>>,
    /// By node: how many firms cannot be reached but through it.
    pub n_dominated: Vec<usize>,
}

/// Whom every path from the first suppliers to a firm passes ([`Towards::Suppliers`]), or every path from a firm to the
/// last buyers ([`Towards::Customers`]).
///
/// # Formula
/// `u` dominates `v ≠ u` if every path from a root to `v` passes `u`; the nearest is dominated by all others. Roots are the
/// nodes of strong components that nothing flows into from outside; towards customers, flows are turned round.
/// # Source
/// Lengauer and Tarjan (1979); Georgiadis, Tarjan and Werneck (2006). In food webs: Allesina and Bodini (2004).
/// # Input and result
/// One node and one count per node. Roots have no dominator. Self-loops do not matter.
/// # Cost
/// `O(m log n)` time at most and nearly `O(n + m)` in practice; `O(n)` memory.
/// # Example
/// Two growers sell to one still, which sells to a shop and to a bar that the shop supplies too.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::{centrality::pagerank::Towards, fragmentation::dominators::dominators};
/// let flows = [(0, 2, 1.0), (1, 2, 1.0), (2, 3, 1.0), (2, 4, 1.0), (3, 4, 1.0)];
/// let graph = SupplyGraph::from_flows(["g1", "g2", "still", "shop", "bar"], flows)?;
/// let found = dominators(&graph, Towards::Suppliers);
/// assert_eq!(found.nearest[4], Some(2.into())); // the shop can be gone around
/// assert_eq!(found.n_dominated, [0, 0, 2, 0, 0]);
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn dominators(graph: &SupplyGraph, towards: Towards) -> Dominators {
    let (customers, suppliers) = (Adjacency::customers(graph), Adjacency::suppliers(graph));
    let nearest = match towards {
        Towards::Suppliers => kernel::dominators(customers, suppliers),
        Towards::Customers => kernel::dominators(suppliers, customers),
    };
    Dominators {
        n_dominated: below(&nearest),
        nearest: nearest.into_iter().map(|up| up.map(NodeIndex::from)).collect(),
    }
}

/// How many nodes are below each in a forest.
fn below(up: &[Option<u32>]) -> Vec<usize> {
    let mut children = vec![0_usize; up.len()];
    up.iter().flatten().for_each(|&u| children[u as usize] += 1);
    let mut below = vec![0; up.len()];
    let mut leaves: Vec<usize> = (0..up.len()).filter(|&u| children[u] == 0).collect();
    while let Some(u) = leaves.pop() {
        let Some(above) = up[u].map(|above| above as usize) else { continue };
        below[above] += below[u] + 1;
        children[above] -= 1;
        if children[above] == 0 {
            leaves.push(above);
        }
    }
    below
}

/// [`dominators()`] behind the registry.
pub struct DominatorsMetric;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::text(
        "dominator_in",
        "The nearest firm that every path from the first suppliers to the node passes.",
    ),
    ColumnSpec::count("n_dominated_in", "Firms that the first suppliers reach only through it."),
    ColumnSpec::text(
        "dominator_out",
        "The nearest firm that every path from the node to the last buyers passes.",
    ),
    ColumnSpec::count("n_dominated_out", "Firms that reach the last buyers only through it."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "dominators",
    family: Family::Fragmentation,
    summary: "Firms that every path from the first suppliers, or to the last buyers, must pass.",
    formula: "u dominates v if every path from a root to v passes u; roots: strong components that nothing flows into",
    source: "Lengauer and Tarjan (1979); Georgiadis, Tarjan and Werneck (2006)",
    reading: "A high n_dominated_in = many depend on this firm for all that they get by way of the network, \
              n_dominated_out = many sell only by way of it. A firm without a dominator has two ways around everyone.",
    cost: "nearly O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for DominatorsMetric {
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
        let mut columns = Vec::with_capacity(COLUMNS.len());
        for (towards, specs) in
            [Towards::Suppliers, Towards::Customers].into_iter().zip(COLUMNS.chunks(2))
        {
            let found = dominators(graph, towards);
            let id = |node: Option<NodeIndex>| node.map(|node| graph.node_id(node).into());
            let ids = found.nearest.into_iter().map(id).collect();
            columns.push(Column::new(&specs[0], Values::Text(ids)));
            columns.push(Column::new(&specs[1], found.n_dominated.into_iter().collect()));
        }
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
