//! Core and periphery.

use crate::kernel::adjacency::Mutual;
use crate::kernel::ratio::{ratio_or_status, share_of_nodes};
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The split into a core of firms that all trade with each other and a periphery that does not.
#[derive(Clone, Debug, PartialEq)]
pub struct CorePeriphery {
    /// By node: whether it is in the core; `None` where another choice of nodes with as many partners fits as well.
    pub is_core: Vec<Option<bool>>,
    /// Nodes of the core.
    pub size: usize,
    /// Pairs that do not fit: without a tie in the core, or with one in the periphery.
    pub misfits: u64,
    /// Their share of the pairs within the core and within the periphery; an error without such pairs.
    pub error: Result<f64, Status>,
}

/// The best split of the network into a core whose members all trade with each other and a periphery whose members do
/// not trade among themselves, whatever is between the two.
///
/// # Formula
/// Minimises `|{pairs of the core without a tie}| + |{pairs of the periphery with a tie}|`, which for a core of `k` nodes is
/// `k (k − 1) / 2 + m − Σ_{i in core} d_i` for `m` ties and `d` partners, so that the core is the `k` nodes of most partners for
/// the `k` where the next would have no more than `k`; the smallest such core.
/// # Source
/// Borgatti and Everett (2000); Lip (2011) for the exact solution.
/// # Input and result
/// One mark per node. Ties are those of `M = Z + Zᵀ`; self-loops are not used.
/// # Cost
/// `O(n log n + m)` time, `O(n + m)` memory.
/// # Example
/// Three traders who all deal with each other, and a grower for each.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::core_periphery::core_periphery;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (3, 0, 1.0), (4, 1, 1.0), (5, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["t1", "t2", "t3", "g1", "g2", "g3"], flows)?;
/// let found = core_periphery(&graph);
/// assert_eq!((found.size, found.misfits), (3, 0));
/// assert_eq!(found.is_core[0], Some(true));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn core_periphery(graph: &SupplyGraph) -> CorePeriphery {
    let n = graph.n_nodes();
    let view = Mutual::of(graph);
    let mut sorted: Vec<usize> = (0..n).map(|u| view.degree(u)).collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let size = sorted.iter().enumerate().take_while(|&(k, &degree)| degree > k).count();
    let (last, next) = (size.checked_sub(1).map(|k| sorted[k]), sorted.get(size).copied());
    let is_core = |u: usize| match (Some(view.degree(u)), last) {
        (degree, last) if degree == last && degree == next => None,
        (degree, last) => Some(last.is_some() && degree >= last),
    };
    let pairs = |k: usize| k as u64 * (k as u64).saturating_sub(1) / 2;
    let ties = sorted.iter().sum::<usize>() as u64 / 2;
    let of_core = sorted[..size].iter().sum::<usize>() as u64;
    let misfits = pairs(size) + ties - of_core;
    CorePeriphery {
        is_core: (0..n).map(is_core).collect(),
        size,
        misfits,
        error: ratio_or_status(misfits as f64, (pairs(size) + pairs(n - size)) as f64),
    }
}

/// [`core_periphery()`] behind the registry.
pub struct CorePeripheryMetric;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::flag(
    "is_core",
    "Whether the node is in the core; empty where another of as many partners fits as well.",
)];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number("core_share", Unit::One, "Share of the nodes in the core."),
    ColumnSpec::number(
        "core_periphery_error",
        Unit::One,
        "Pairs that do not fit a full core and an empty periphery, of those within either.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "core_periphery",
    family: Family::Fragmentation,
    summary: "The best split into a core that trades among itself and a periphery that does not.",
    formula: "minimum over cores of k of k(k−1)/2 + m − Σ_core d_i; the k nodes of most partners",
    source: "Borgatti and Everett (2000); Lip (2011)",
    reading: "error 0 = a perfect core and periphery, as of a hub with its suppliers; the density of ties where there is \
              no core. Directions are not distinguished: M = Z + Zᵀ. Self-loops are not used.",
    cost: "O(n log n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for CorePeripheryMetric {
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
        let found = core_periphery(graph);
        let share = share_of_nodes(found.size, graph.n_nodes());
        let [core_share, error] = &FIGURES;
        let figures = [Figure::new(core_share, share), Figure::new(error, found.error)];
        let columns = vec![Column::new(&COLUMNS[0], Values::Bool(found.is_core))];
        Ok(vec![Table::new(TableId::NodeMetrics, columns), network_summary(&figures)])
    }
}
