//! Flow hierarchy.

use crate::kernel::components::strong;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How much of a network is on no circle.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowHierarchy {
    /// Share of the edges that are on no directed cycle; `None` without edges.
    pub edges: Option<f64>,
    /// Share of the flow that is on no directed cycle; `None` without flow.
    pub flow: Option<f64>,
    /// By edge: whether seller and buyer are in one strong component.
    pub scc_internal: Vec<bool>,
}

/// The share of ties, and of the flow, that are on no directed cycle: 1 in a pure chain, 0 where everything comes
/// round.
///
/// # Formula
/// `1 − m_c/m` and `1 − Σ_c Z / Σ Z`, where the sums marked `c` are over edges whose ends are in one strong component.
/// # Source
/// Luo and Magee (2011).
/// # Input and result
/// Two numbers and one mark per edge, in edge order. Self-loops are left out of the shares; the mark of a
/// self-loop is true.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::flow_hierarchy::flow_hierarchy;
/// let flows = [(0, 1, 3.0), (1, 0, 1.0), (1, 2, 4.0)];
/// let h = flow_hierarchy(&SupplyGraph::from_flows(["a", "b", "c"], flows)?);
/// assert_eq!(h.edges, Some(1.0 - 2.0 / 3.0)); // one of three ties leads out of the circle of a and b
/// assert_eq!(h.flow, Some(0.5));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn flow_hierarchy(graph: &SupplyGraph) -> FlowHierarchy {
    let partition = strong(graph);
    let mut scc_internal = Vec::with_capacity(graph.n_edges());
    let (mut ties, mut circling_ties) = (0_usize, 0_usize);
    let (mut flow, mut circling_flow) = (0.0, 0.0);
    for u in graph.node_indices() {
        for (v, z) in graph.customers(u) {
            let internal = partition.joins(u.index(), v.index());
            scc_internal.push(internal);
            if u == v {
                continue;
            }
            ties += 1;
            flow += z;
            if internal {
                circling_ties += 1;
                circling_flow += z;
            }
        }
    }
    FlowHierarchy {
        edges: (ties > 0).then(|| 1.0 - circling_ties as f64 / ties as f64),
        flow: (flow > 0.0).then(|| 1.0 - circling_flow / flow),
        scc_internal,
    }
}

/// [`flow_hierarchy()`] behind the registry.
pub struct FlowHierarchyMetric;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::flag(
    "scc_internal",
    "Whether seller and buyer are in one strong component: the edge is on a directed cycle.",
)];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "flow_hierarchy",
        Unit::One,
        "Share of the edges that are on no directed cycle.",
    ),
    ColumnSpec::number(
        "flow_hierarchy_weighted",
        Unit::One,
        "Share of the flow that is on no directed cycle.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "flow_hierarchy",
    family: Family::Fragmentation,
    summary: "How much of the trade runs one way, and how much comes round in circles.",
    formula: "1 − edges inside strong components / all edges; weighted: the same of flows",
    source: "Luo and Magee (2011)",
    reading: "1 = a pure hierarchy from raw materials to buyers, 0 = everything is on a cycle. Self-loops are left \
              out.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::EdgeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for FlowHierarchyMetric {
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
        let h = flow_hierarchy(graph);
        let marks = h.scc_internal.into_iter().map(Some).collect();
        let [edges, flow] = &FIGURES;
        let figures = [
            Figure::new(edges, h.edges.ok_or(Status::ZeroDenominator)),
            Figure::new(flow, h.flow.ok_or(Status::ZeroDenominator)),
        ];
        let columns = vec![Column::new(&COLUMNS[0], Values::Bool(marks))];
        Ok(vec![Table::new(TableId::EdgeMetrics, columns), network_summary(&figures)])
    }
}
