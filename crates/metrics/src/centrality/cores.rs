//! Core numbers.

use crate::kernel::adjacency::{Adjacency, Ties};
use crate::kernel::cores::levels;
use crate::kernel::threads::both;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How deep in the network each node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cores {
    /// By partners, whoever sells.
    pub core_number: Vec<usize>,
    /// By suppliers.
    pub core_in: Vec<usize>,
    /// By customers.
    pub core_out: Vec<usize>,
}

/// The largest `k` such that a firm belongs to a group whose members all have at least `k` partners (or suppliers, or
/// customers) in that group.
///
/// # Formula
/// The k-core is what is left after taking out nodes with fewer than `k` ties until there are none; the core number is
/// the largest `k` of a core with the node. For `core_number` ties are partners in `M = Z + Zᵀ`; for `core_in` and
/// `core_out` only suppliers or only customers are counted.
/// # Source
/// Seidman (1983); Batagelj and Zaveršnik (2003); Giatsidis, Thilikos and Vazirgiannis (2011) for directions.
/// # Input and result
/// Three whole numbers per node, in node order; an isolate has 0. Self-loops are not used.
/// # Cost
/// `O(n + m)` time and memory.
/// # Example
/// Three firms that trade in a circle, and one that buys from one of them.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::centrality::cores::cores;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (0, 3, 1.0)];
/// let c = cores(&SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?);
/// assert_eq!(c.core_number, [2, 2, 2, 1]);
/// assert_eq!(c.core_in, [1, 1, 1, 1]); // d counts its supplier, who is in the circle
/// assert_eq!(c.core_out, [1, 1, 1, 0]); // d sells to nobody
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn cores(graph: &SupplyGraph) -> Cores {
    let number = |ahead: Adjacency<'_>, behind: Adjacency<'_>| {
        let levels = levels(ahead, behind, 0).into_iter();
        levels.map(|level| level.map_or(0, |level| level as usize)).collect()
    };
    let (customers, suppliers) = (Adjacency::customers(graph), Adjacency::suppliers(graph));
    let all = || {
        let partners = Ties::merged(graph, |_, _| ());
        number(partners.adjacency(), partners.adjacency())
    };
    let ((core_in, core_out), core_number) =
        both(|| both(|| number(suppliers, customers), || number(customers, suppliers)), all);
    Cores { core_number, core_in, core_out }
}

/// [`cores()`] behind the registry.
pub struct CoresMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::count(
        "core_number",
        "Largest k of a group with the node whose members all have k partners in it.",
    ),
    ColumnSpec::count(
        "core_in",
        "Largest k of a group with the node whose members all have k suppliers in it.",
    ),
    ColumnSpec::count(
        "core_out",
        "Largest k of a group with the node whose members all have k customers in it.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "cores",
    family: Family::Centrality,
    summary: "How deep in the network a firm is: the densest group that it belongs to.",
    formula: "largest k such that the node is in the k-core: take out nodes of fewer than k ties until none is left",
    source: "Seidman (1983); Batagelj and Zaveršnik (2003); Giatsidis, Thilikos and Vazirgiannis (2011)",
    reading: "High = among firms that all trade with many of each other, 1 = on a branch of a tree, 0 = an isolate. \
              in counts suppliers, out customers. Self-loops are not used.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: true,
};

impl Metric for CoresMetric {
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
        let c = cores(graph);
        let columns = COLUMNS.iter().zip([c.core_number, c.core_in, c.core_out]);
        let columns = columns.map(|(spec, cores)| Column::new(spec, cores.into_iter().collect()));
        Ok(vec![Table::new(TableId::NodeMetrics, columns.collect())])
    }
}
