//! Fields of influence: how much the whole inverse changes with one input coefficient.

use crate::fragmentation::downstreamness::downstreamness_of;
use crate::kernel::coefficients::Economy;
use crate::kernel::leontief::LeontiefInverse;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The intensity of the field of influence of every edge's input coefficient.
///
/// # Formula
/// `Σ_kl F_kl(i, j) = (Σ_k l_ki) (Σ_l l_jl)` with `F(i, j) = ∂L / ∂a_ij`, `F_kl(i, j) = l_ki l_jl`: a product of two
/// linkages, no inverse.
/// # Source
/// Sonis and Hewings (1989, 1992); ten Raa (2020) for what it is not.
/// # Input and result
/// Outputs as [`Accounts`](palenque_graph::accounts::Accounts) completes them. One dimensionless value per edge, in edge
/// order, at least 1; `None` where seller or buyer has no output. Self-loops are used.
/// # Cost
/// Two solves and `O(m)`.
/// # Errors
/// Those of [`total_linkages`](super::total::total_linkages).
/// # Example
/// Miller and Blair (2009), table 2.3: the edge from s1 to s2.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::field_of_influence::field_intensity;
/// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
/// let economy = SupplyGraph::from_flows(["s1", "s2"], flows)?
///     .with_number("output", [Some(1000.0), Some(2000.0)]);
/// let intensity = field_intensity(&economy, &NoProgress)?;
/// // Column sum 1.15/0.7575 of s1 times row sum 1.05/0.7575 of s2.
/// assert!((intensity[1].unwrap_or(0.0) - 1.15 * 1.05 / 0.7575_f64.powi(2)).abs() < 1e-11);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn field_intensity(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    let economy = Economy::of(graph)?.productive()?;
    let backward = downstreamness_of(&economy, progress)?;
    let ones = vec![1.0; graph.n_nodes()];
    let forward = economy.solve(&economy.requirements(), &ones, progress)?;
    let forward = economy.where_active(forward);
    let sellers = graph.node_indices().flat_map(|i| graph.out_range(i.index()).map(move |_| i));
    let edges = sellers.zip(graph.targets());
    let intensity = |i: usize, j: usize| Some(backward[i]? * forward[j]?);
    Ok(edges.map(|(i, &j)| intensity(i.index(), j as usize)).collect())
}

/// One field of influence: the change of every entry of `L`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// The seller of the coefficient.
    pub seller: usize,
    /// Its buyer.
    pub buyer: usize,
    /// The change of the coefficient; `None` for the derivative.
    pub change: Option<f64>,
}

impl Field {
    /// `∂l_kl / ∂a_ij = l_ki l_jl`, or for a change `δ` the whole difference `δ l_ki l_jl / (1 − δ l_ji)`.
    ///
    /// `None` if the economy is no longer productive after the change, `δ l_ji ≥ 1`.
    #[must_use]
    pub fn entry(&self, inverse: &LeontiefInverse, k: usize, l: usize) -> Option<f64> {
        let derivative = inverse.l(k, self.seller) * inverse.l(self.buyer, l);
        let Some(delta) = self.change else { return Some(derivative) };
        let left = 1.0 - delta * inverse.l(self.buyer, self.seller);
        (left > 0.0).then(|| delta * derivative / left)
    }
}

/// [`field_intensity`] behind the registry.
pub struct FieldOfInfluence;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "field_intensity",
    Unit::One,
    "Sum of the changes of all entries of L by unit of change of the edge's input coefficient.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "field_of_influence",
    family: Family::Linkage,
    summary: "On which supply relations the whole network's inverse hangs most.",
    formula: "F(i,j) = ∂L/∂a_ij, F_kl(i,j) = l_ki l_jl; field_intensity_ij = Σ_kl F_kl = (Σ_k l_ki) (Σ_l l_jl)",
    source: "Sonis and Hewings (1989, 1992); critique: ten Raa (2020)",
    reading: "High = a change of technique in this relation is felt all over: the seller has strong backward linkages and \
              the buyer strong (Leontief) forward ones. It is a property of the two firms, not of their tie: any \
              other pair with such linkages has the same, even without trade; ten Raa (2020) holds that it adds nothing to \
              linkages, and all entries of L count alike whatever the size of the firms. For relations that matter in \
              money see `important_coefficients`. i sells, j buys: some programs return F(j,i). Self-loops are used.",
    cost: "two solves, O(k (n + m)) time for k sweeps; no inverse",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::EdgeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for FieldOfInfluence {
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
        let intensity = field_intensity(graph, progress)?;
        let column = Column::from_options(&COLUMNS[0], &intensity, Status::ZeroDenominator);
        Ok(vec![Table::new(TableId::EdgeMetrics, vec![column])])
    }
}
