//! Assortativity by degree: whether firms of many ties trade with each other.

use crate::kernel::adjacency::edges;
use crate::kernel::ratio::ratio_or_status;
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Correlation of the degrees at the two ends of a tie, for the degrees of seller and buyer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DegreeAssortativity {
    /// The seller's customers with the buyer's suppliers.
    pub out_in: Result<f64, Status>,
    /// The seller's customers with the buyer's customers.
    pub out_out: Result<f64, Status>,
    /// The seller's suppliers with the buyer's suppliers.
    pub in_in: Result<f64, Status>,
    /// The seller's suppliers with the buyer's customers.
    pub in_out: Result<f64, Status>,
}

/// Whether firms of many ties trade with firms of many ties.
///
/// # Formula
/// `r(α, β)`: Pearson's correlation over the edges `i → j` of `k_α` at the seller with `k_β` at the buyer, for `α` and `β` the
/// in- or out-degree.
/// # Source
/// Newman (2003); Foster, Foster, Grassberger and Paczuski (2010) for the four directed kinds.
/// # Input and result
/// Four numbers between −1 and 1; [`Status::ZeroDenominator`] where all ends of one kind have the same degree.
/// Self-loops are not used. For a network whose ties all go both ways the four are the same.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Example
/// In a star all ties join a hub to a leaf, so that their ends cannot differ from tie to tie.
/// ```
/// # use palenque_graph::{SupplyGraph, table::Status};
/// # use palenque_metrics::clustering::degree_assortativity::degree_assortativity;
/// let star = SupplyGraph::from_flows(["hub", "a", "b"], [(0, 1, 1.0), (0, 2, 1.0)])?;
/// assert_eq!(degree_assortativity(&star).out_in, Err(Status::ZeroDenominator));
/// let both_ways = [(0, 1, 1.0), (1, 0, 1.0), (0, 2, 1.0), (2, 0, 1.0)];
/// let star = SupplyGraph::from_flows(["hub", "a", "b"], both_ways)?;
/// assert_eq!(degree_assortativity(&star).out_in, Ok(-1.0));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn degree_assortativity(graph: &SupplyGraph) -> DegreeAssortativity {
    let n = graph.n_nodes();
    let (mut out, mut inn) = (vec![0_u64; n], vec![0_u64; n]);
    for (u, v) in ties(graph) {
        out[u] += 1;
        inn[v] += 1;
    }
    let correlation = |of_seller: &[u64], of_buyer: &[u64]| {
        let mut sums = Moments::default();
        ties(graph).for_each(|(u, v)| sums.add(of_seller[u], of_buyer[v]));
        sums.correlation()
    };
    DegreeAssortativity {
        out_in: correlation(&out, &inn),
        out_out: correlation(&out, &out),
        in_in: correlation(&inn, &inn),
        in_out: correlation(&inn, &out),
    }
}

/// Edges between different nodes: seller and buyer.
fn ties(graph: &SupplyGraph) -> impl Iterator<Item = (usize, usize)> + '_ {
    edges(graph).filter(|(u, v)| u != v)
}

/// Sums of whole numbers, exact.
#[derive(Default)]
struct Moments {
    n: i128,
    x: i128,
    y: i128,
    xx: i128,
    yy: i128,
    xy: i128,
}

impl Moments {
    fn add(&mut self, x: u64, y: u64) {
        let (x, y) = (i128::from(x), i128::from(y));
        self.n += 1;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    fn correlation(&self) -> Result<f64, Status> {
        let deviation = |xy, x, y| (self.n * xy - x * y) as f64;
        let spread =
            deviation(self.xx, self.x, self.x).sqrt() * deviation(self.yy, self.y, self.y).sqrt();
        ratio_or_status(deviation(self.xy, self.x, self.y), spread)
    }
}

/// [`degree_assortativity()`] behind the registry.
pub struct DegreeAssortativityMetric;

static FIGURES: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "degree_assortativity_out_in",
        Unit::One,
        "Correlation over the ties of the seller's customers with the buyer's suppliers.",
    ),
    ColumnSpec::number(
        "degree_assortativity_out_out",
        Unit::One,
        "Correlation over the ties of the seller's customers with the buyer's customers.",
    ),
    ColumnSpec::number(
        "degree_assortativity_in_in",
        Unit::One,
        "Correlation over the ties of the seller's suppliers with the buyer's suppliers.",
    ),
    ColumnSpec::number(
        "degree_assortativity_in_out",
        Unit::One,
        "Correlation over the ties of the seller's suppliers with the buyer's customers.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "degree_assortativity",
    family: Family::Clustering,
    summary: "Whether firms of many ties trade with firms of many ties.",
    formula: "r(α, β): Pearson's correlation over edges i → j of k_α at i with k_β at j, α and β each in or out",
    source: "Newman (2003); Foster, Foster, Grassberger and Paczuski (2010)",
    reading: "Above 0 = hubs trade with hubs, below 0 = hubs with firms of few ties, as in most production networks. \
              Empty where all ends of one kind have the same degree. Self-loops are not used. For stages see \
              `stage_assortativity` of `stage_linkages`.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: true,
};

impl Metric for DegreeAssortativityMetric {
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
        let DegreeAssortativity { out_in, out_out, in_in, in_out } = degree_assortativity(graph);
        let figures = exact_figures(&FIGURES, [out_in, out_out, in_in, in_out]);
        Ok(vec![network_summary(&figures)])
    }
}
