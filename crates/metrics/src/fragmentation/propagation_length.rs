//! Average propagation lengths: how many steps a change takes on its way through the network.

use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::ratio::ratio;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// Average propagation lengths, weighted by what takes each way.
#[derive(Clone, Debug, PartialEq)]
pub struct PropagationLength {
    /// From each node to its direct and indirect customers; `None` for a node that sells to nobody.
    pub forward: Vec<Option<f64>>,
    /// To each node from its direct and indirect suppliers; `None` for a node that buys from nobody.
    pub backward: Vec<Option<f64>>,
    /// Over all pairs; `None` for a network without trade.
    pub system: Option<f64>,
}

/// The number of steps between firms, each way from one to the other weighted by what takes it.
///
/// # Formula
/// `APL_ij = H_ij / (L − I)_ij` with `H = A + 2 A² + 3 A³ + … = (L − I) L`; forward `Σ_j H_ij / Σ_j (L − I)_ij`,
/// backward the same by column, system over all. `H` is not formed: `H 1 = L (L − I) 1` and `1ᵀH = 1ᵀ(L − I) L`.
/// # Source
/// Dietzenbacher, Romero and Bosma (2005); Dietzenbacher and Romero (2007).
/// # Input and result
/// Outputs as [`Accounts`](palenque_graph::accounts::Accounts) completes them. One value per node, in node order, in
/// steps, at least 1. Self-loops are steps. The Ghosh inverse gives the same lengths between two nodes.
/// # Cost
/// The Leontief inverse, then `O(n²)`.
/// # Errors
/// Those of [`LeontiefInverse::of`].
/// # Example
/// In a chain each step counts once: `a` reaches `b` in one step and `c`, with half of that, in two.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::propagation_length::propagation_length;
/// let chain = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 2.0), (1, 2, 2.0)])?
///     .with_number("output", [Some(2.0), Some(2.0), Some(4.0)]);
/// let length = propagation_length(&chain, &NoProgress)?;
/// assert_eq!(length.forward, [Some((1.0 * 1.0 + 2.0 * 0.5) / 1.5), Some(1.0), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn propagation_length(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<PropagationLength, MetricError> {
    let inverse = LeontiefInverse::of(graph, progress)?;
    let (later, earlier) = (inverse.forward_rounds(), inverse.backward_rounds());
    let lengths = |weighted: &[f64], all: &[f64]| {
        weighted.iter().zip(all).map(|(h, l)| ratio(*h, *l)).collect::<Vec<_>>()
    };
    let weighted = inverse.times(later);
    Ok(PropagationLength {
        forward: lengths(&weighted, later),
        backward: lengths(&inverse.row_times(earlier), earlier),
        system: ratio(weighted.iter().sum(), later.iter().sum()),
    })
}

impl PropagationLength {
    /// The tables of an index that gives lengths: columns for forward and backward, a figure for the system.
    pub(super) fn tables(
        &self,
        [forward, backward]: &[ColumnSpec; 2],
        system: &'static ColumnSpec,
    ) -> Vec<Table> {
        let columns = vec![
            Column::from_options(forward, &self.forward, Status::NoOut),
            Column::from_options(backward, &self.backward, Status::NoIn),
        ];
        let figure = Figure::new(system, self.system.ok_or(Status::ZeroDenominator));
        vec![Table::new(TableId::NodeMetrics, columns), network_summary(&[figure])]
    }
}

/// [`propagation_length`] behind the registry.
pub struct PropagationLengthMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "apl_forward",
        Unit::Stage,
        "Mean number of steps from the node to its direct and indirect customers.",
    ),
    ColumnSpec::number(
        "apl_backward",
        Unit::Stage,
        "Mean number of steps to the node from its direct and indirect suppliers.",
    ),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "apl_system",
    Unit::Stage,
    "Mean number of steps between any two nodes that trade directly or indirectly.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "average_propagation_length",
    family: Family::Fragmentation,
    summary: "How many production steps lie between a firm and those it supplies or is supplied by.",
    formula: "APL_ij = H_ij / (L − I)_ij, H = A + 2 A² + 3 A³ + … = (L − I) L; apl_forward_i = Σ_j H_ij / Σ_j (L − I)_ij; \
              apl_backward_j = Σ_i H_ij / Σ_i (L − I)_ij; apl_system = ΣΣ H_ij / ΣΣ (L − I)_ij",
    source: "Dietzenbacher, Romero and Bosma (2005); Dietzenbacher and Romero (2007)",
    reading: "1 = all that reaches the partner does so directly; high = production is fragmented into many steps between \
              the two. Read it with the size of the linkage: a long way may carry little. Unlike upstreamness it \
              does not count the step to final users. The same in the Leontief and in the Ghosh model. Self-loops are \
              steps: a table with large diagonal has longer lengths. `io_matrix` gives the length of every pair.",
    cost: "the Leontief inverse, O(n³) time and n² numbers, shared by all that need it; then O(n²)",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for PropagationLengthMetric {
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
        let length = propagation_length(graph, progress)?;
        Ok(length.tables(&COLUMNS, &FIGURES[0]))
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
