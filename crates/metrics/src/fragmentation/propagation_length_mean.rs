//! Average propagation lengths in which every pair of firms counts alike.

use super::propagation_length::PropagationLength;
use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::propagation::fold_rounds;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// The number of steps between firms, a mean in which every pair with a way between them counts alike.
///
/// # Formula
/// Means of `APL_ij = H_ij / (L − I)_ij`, with `H = (L − I) L`, over the pairs with `(L − I)_ij > 0`: by row, by column,
/// over all.
/// # Source
/// Dietzenbacher, Romero and Bosma (2005).
/// # Input and result
/// As [`propagation_length`](super::propagation_length::propagation_length()).
/// # Cost
/// The Leontief inverse and one product as large, `2 n³` operations; no second matrix.
/// # Errors
/// Those of [`LeontiefInverse::of`].
/// # Example
/// In a chain, `c` is two steps from `a`, however little of `a` reaches it.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::propagation_length_mean::mean_propagation_length;
/// let chain = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 2.0), (1, 2, 2.0)])?
///     .with_number("output", [Some(2.0), Some(2.0), Some(4.0)]);
/// let length = mean_propagation_length(&chain, &NoProgress)?;
/// assert_eq!(length.forward, [Some(1.5), Some(1.0), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mean_propagation_length(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<PropagationLength, MetricError> {
    let inverse = LeontiefInverse::of(graph, progress)?;
    let n = inverse.n();
    let mut rows = Vec::with_capacity(n);
    let mut columns = vec![Mean::default(); n];
    fold_rounds(&inverse, progress, |_, later, weighted| {
        let mut row = Mean::default();
        for ((l, h), column) in later.iter().zip(weighted).zip(&mut columns) {
            if let Some(length) = ratio(*h, *l) {
                row.add(length);
                column.add(length);
            }
        }
        rows.push(row);
    })?;
    let means = |means: &[Mean]| means.iter().map(|mean| mean.value()).collect();
    let mut all = Mean::default();
    for row in &rows {
        all.merge(*row);
    }
    Ok(PropagationLength { forward: means(&rows), backward: means(&columns), system: all.value() })
}

/// A mean that grows.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.merge(Self { sum: value, count: 1.0 });
    }

    fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    fn value(self) -> Option<f64> {
        ratio(self.sum, self.count)
    }
}

/// [`mean_propagation_length`] behind the registry.
pub struct MeanPropagationLength;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "apl_forward_mean",
        Unit::Stage,
        "Steps from the node to its customers of any round, each customer counted alike.",
    ),
    ColumnSpec::number(
        "apl_backward_mean",
        Unit::Stage,
        "Steps to the node from its suppliers of any round, each supplier counted alike.",
    ),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "apl_system_mean",
    Unit::Stage,
    "Steps between two nodes, each pair with a way between them counted alike.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "average_propagation_length_mean",
    family: Family::Fragmentation,
    summary: "How many production steps lie between firms, each pair of them counted alike.",
    formula: "means of APL_ij = H_ij / (L − I)_ij, H = (L − I) L, over the pairs with (L − I)_ij > 0",
    source: "Dietzenbacher, Romero and Bosma (2005)",
    reading: "High = long ways between firms, also between those that hardly trade. Prefer \
              `average_propagation_length`, in which a way counts by what takes it, unless a published mean is to be \
              compared: faint ties of a full table pull this one up. Self-loops are steps.",
    cost: "the Leontief inverse and one product of its size, O(n³) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for MeanPropagationLength {
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
        let length = mean_propagation_length(graph, progress)?;
        Ok(length.tables(&COLUMNS, &FIGURES[0]))
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
