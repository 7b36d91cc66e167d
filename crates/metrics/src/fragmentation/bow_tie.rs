//! The bow-tie of a network.

use crate::kernel::adjacency::Adjacency;
use crate::kernel::components::{Partition, reached_from, strong, weak};
use crate::kernel::ratio::ratio_or_status;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Where a node is, seen from the largest strong component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In it.
    Core,
    /// What it makes reaches the core.
    In,
    /// The core's goods reach it.
    Out,
    /// On a way from `In` to `Out` around the core.
    Tube,
    /// Joined to the others, but neither reaches the core nor is reached by it.
    Tendril,
    /// In another weak component.
    Disconnected,
}

impl Part {
    /// All, in the order of the figures.
    pub const ALL: [Self; 6] =
        [Self::Core, Self::In, Self::Out, Self::Tube, Self::Tendril, Self::Disconnected];

    /// The name, as in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::In => "in",
            Self::Out => "out",
            Self::Tube => "tube",
            Self::Tendril => "tendril",
            Self::Disconnected => "disconnected",
        }
    }
}

/// Where each node is, seen from the largest strong component: who supplies the core, who lives of it, who is beside it.
///
/// # Formula
/// Core: the largest strong component. In: reaches it. Out: is reached by it. Tube: reached by In and reaches Out. Tendril: others of
/// its weak component. Disconnected: the rest.
/// # Source
/// Broder, Kumar, Maghoul, Raghavan, Rajagopalan, Stata, Tomkins and Wiener (2000); for firms, Vitali, Glattfelder and
/// Battiston (2011).
/// # Input and result
/// One part per node, in node order. Self-loops do not matter.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Errors
/// [`Status::InsufficientN`] if no two firms supply each other; [`Status::NotUnique`] if two strong components are the
/// largest.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::bow_tie::{Part, bow_tie};
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 1, 1.0), (2, 3, 1.0), (0, 4, 1.0), (4, 3, 1.0), (0, 5, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e", "f"], flows)?;
/// use Part::*;
/// assert_eq!(bow_tie(&graph), Ok(vec![In, Core, Core, Out, Tube, Tendril]));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
pub fn bow_tie(graph: &SupplyGraph) -> Result<Vec<Part>, Status> {
    let core = largest(&strong(graph))?;
    let (customers, suppliers) = (Adjacency::customers(graph), Adjacency::suppliers(graph));
    let reached = reached_from(&core, customers, suppliers);
    let reaching = reached_from(&core, suppliers, customers);
    let only = |side: &[bool]| -> Vec<bool> {
        side.iter().zip(&core).map(|(&side, &core)| side && !core).collect()
    };
    let after_in = reached_from(&only(&reaching), customers, suppliers);
    let before_out = reached_from(&only(&reached), suppliers, customers);
    let parts = weak(graph);
    let home = core.iter().position(|&core| core);
    let part = |u: usize| match (core[u], reaching[u], reached[u]) {
        (true, ..) => Part::Core,
        (_, true, _) => Part::In,
        (.., true) => Part::Out,
        _ if after_in[u] && before_out[u] => Part::Tube,
        _ if home.is_some_and(|home| parts.joins(u, home)) => Part::Tendril,
        _ => Part::Disconnected,
    };
    Ok((0..graph.n_nodes()).map(part).collect())
}

/// The members of the largest class, if there is one, and of more than one node.
fn largest(partition: &Partition) -> Result<Vec<bool>, Status> {
    let size = partition.sizes.iter().copied().max().unwrap_or(0);
    if size < 2 {
        return Err(Status::InsufficientN);
    }
    let mut of_that_size = (0..).zip(&partition.sizes).filter(|&(_, &other)| other == size);
    match (of_that_size.next(), of_that_size.next()) {
        (Some((class, _)), None) => {
            Ok(partition.component.iter().map(|&other| other == class).collect())
        }
        _ => Err(Status::NotUnique),
    }
}

/// [`bow_tie()`] behind the registry.
pub struct BowTie;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::text(
    "bow_tie",
    "Where the node is, seen from the largest strong component: core, in, out, tube, tendril, disconnected.",
)];

static FIGURES: [ColumnSpec; 12] = [
    ColumnSpec::number("bow_tie_core_share", Unit::One, "Nodes in the largest strong component."),
    ColumnSpec::number("bow_tie_in_share", Unit::One, "Nodes whose goods reach the core."),
    ColumnSpec::number("bow_tie_out_share", Unit::One, "Nodes that the core's goods reach."),
    ColumnSpec::number("bow_tie_tube_share", Unit::One, "Nodes on a way around the core."),
    ColumnSpec::number("bow_tie_tendril_share", Unit::One, "Nodes beside these ways."),
    ColumnSpec::number("bow_tie_disconnected_share", Unit::One, "Nodes of other components."),
    ColumnSpec::number("bow_tie_core_trade", Unit::One, "The core's share of sales and purchases."),
    ColumnSpec::number("bow_tie_in_trade", Unit::One, "Share of sales and purchases of `in`."),
    ColumnSpec::number("bow_tie_out_trade", Unit::One, "Share of sales and purchases of `out`."),
    ColumnSpec::number("bow_tie_tube_trade", Unit::One, "Share of sales and purchases of tubes."),
    ColumnSpec::number("bow_tie_tendril_trade", Unit::One, "Share of the trade of tendrils."),
    ColumnSpec::number("bow_tie_disconnected_trade", Unit::One, "Share of the trade of the rest."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "bow_tie",
    family: Family::Fragmentation,
    summary: "Who supplies the core of firms that all supply each other, who lives of it, who is beside it.",
    formula: "core = largest strong component; in reaches it; out is reached by it; tubes lead from in to out around it; \
              tendrils are joined to these; the rest is disconnected",
    source: "Broder, Kumar, Maghoul, Raghavan, Rajagopalan, Stata, Tomkins and Wiener (2000); Vitali, Glattfelder and \
             Battiston (2011)",
    reading: "A large core = shocks travel far in both directions; a large in and out = a chain. Trade is sales plus \
              purchases. Empty where no two firms supply each other, or two cores are equally large.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for BowTie {
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
        let parts = bow_tie(graph);
        let values: Vec<Result<f64, Status>> = match &parts {
            Err(reason) => vec![Err(*reason); FIGURES.len()],
            Ok(parts) => {
                let ones = vec![1.0; parts.len()];
                let trade: Vec<f64> = graph
                    .node_indices()
                    .map(|u| graph.out_strength(u) + graph.in_strength(u))
                    .collect();
                [ones, trade].iter().flat_map(|weights| shares(parts, weights)).collect()
            }
        };
        let figures: Vec<Figure> =
            FIGURES.iter().zip(values).map(|(spec, value)| Figure::new(spec, value)).collect();
        let names = match parts {
            Err(_) => vec![None; graph.n_nodes()],
            Ok(parts) => parts.into_iter().map(|part| Some(part.name().into())).collect(),
        };
        let columns = vec![Column::new(&COLUMNS[0], Values::Text(names))];
        Ok(vec![Table::new(TableId::NodeMetrics, columns), network_summary(&figures)])
    }
}

/// The share of each part in a sum over nodes.
fn shares(parts: &[Part], weights: &[f64]) -> [Result<f64, Status>; 6] {
    let whole: f64 = weights.iter().sum();
    Part::ALL.map(|part| {
        let own = parts.iter().zip(weights).filter(|&(&other, _)| other == part);
        ratio_or_status(own.map(|(_, weight)| weight).sum::<f64>() + 0.0, whole)
    })
}
