//! Cut points and bridges.

use crate::kernel::adjacency::{Mutual, edges};
use crate::kernel::blocks::blocks;
use crate::kernel::ratio::share_of_nodes;
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Firms and ties by which alone the network hangs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutPoints {
    /// By node: into how many pieces its component falls without it: 1 for most, 0 for isolates.
    pub pieces: Vec<usize>,
    /// By edge: whether it is, perhaps with its reverse, the only way between what is on its two sides.
    pub is_bridge: Vec<bool>,
    /// How many ties are bridges, an edge and its reverse as one.
    pub n_bridges: usize,
    /// Largest parts in which no firm is the only way between two others.
    pub n_blocks: usize,
}

/// Firms and ties whose loss takes the network apart, whoever sells and whoever buys.
///
/// # Formula
/// A node is a cut point (articulation point) if its component has two or more pieces without it; a tie is a bridge if its
/// ends are in different pieces without it. A block (biconnected component) is a largest part without a cut point of its
/// own.
/// # Source
/// Hopcroft and Tarjan (1973).
/// # Input and result
/// One count per node and one mark per edge. Ties are those of `M = Z + Zᵀ`; self-loops are not used, and never bridges.
/// # Cost
/// `O(n + m)` time and memory.
/// # Example
/// A still that all depend on.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::cut_points::cut_points;
/// let flows = [(0, 2, 1.0), (1, 2, 1.0), (2, 3, 1.0), (0, 1, 1.0)];
/// let graph = SupplyGraph::from_flows(["agave", "wood", "still", "shop"], flows)?;
/// let cuts = cut_points(&graph);
/// assert_eq!(cuts.pieces, [1, 1, 2, 1]);
/// assert_eq!((cuts.n_bridges, cuts.n_blocks), (1, 2)); // still to shop
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn cut_points(graph: &SupplyGraph) -> CutPoints {
    let found = blocks(Mutual::of(graph).adjacency());
    CutPoints {
        is_bridge: edges(graph).map(|(u, v)| found.is_bridge(u, v)).collect(),
        n_bridges: found.n_bridges(),
        n_blocks: found.n_blocks,
        pieces: found.pieces.into_iter().map(|pieces| pieces as usize).collect(),
    }
}

/// [`cut_points()`] behind the registry.
pub struct CutPointsMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::flag("cut_point", "Whether the network falls apart without the node."),
    ColumnSpec::count("pieces_without", "Pieces of the node's component without the node."),
];

static EDGES: [ColumnSpec; 1] = [ColumnSpec::flag(
    "bridge",
    "Whether the network falls apart without the tie (and its reverse).",
)];

static FIGURES: [ColumnSpec; 4] = [
    ColumnSpec::number("n_cut_points", Unit::Count, "Nodes without which the network falls apart."),
    ColumnSpec::number("cut_point_share", Unit::One, "Their share of all nodes."),
    ColumnSpec::number("n_bridges", Unit::Count, "Ties without which the network falls apart."),
    ColumnSpec::number(
        "n_blocks",
        Unit::Count,
        "Largest parts in which no node is the only way between two others.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "cut_points",
    family: Family::Fragmentation,
    summary: "Firms and ties by which alone the network hangs together.",
    formula: "cut point: its component has ≥ 2 pieces without it; bridge: a tie whose ends are in different pieces \
              without it; block: a largest part without a cut point of its own",
    source: "Hopcroft and Tarjan (1973)",
    reading: "Many cut points = many firms that nobody can go around. A firm with one partner hangs on a bridge. \
              Directions are not distinguished: M = Z + Zᵀ. Self-loops are not used.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::EdgeMetrics, columns: &EDGES },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for CutPointsMetric {
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
        let cuts = cut_points(graph);
        let is_cut: Vec<Option<bool>> =
            cuts.pieces.iter().map(|&pieces| Some(pieces > 1)).collect();
        let n_cut = cuts.pieces.iter().filter(|&&pieces| pieces > 1).count();
        let share = share_of_nodes(n_cut, graph.n_nodes());
        let values = [Ok(n_cut as f64), share, Ok(cuts.n_bridges as f64), Ok(cuts.n_blocks as f64)];
        let figures = exact_figures(&FIGURES, values);
        let nodes = vec![
            Column::new(&COLUMNS[0], Values::Bool(is_cut)),
            Column::new(&COLUMNS[1], cuts.pieces.into_iter().collect()),
        ];
        let marks = cuts.is_bridge.into_iter().map(Some).collect();
        let edges = vec![Column::new(&EDGES[0], Values::Bool(marks))];
        Ok(vec![
            Table::new(TableId::NodeMetrics, nodes),
            Table::new(TableId::EdgeMetrics, edges),
            network_summary(&figures),
        ])
    }
}
