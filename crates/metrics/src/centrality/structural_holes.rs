//! Structural holes: constraint, effective size, efficiency.

use crate::kernel::adjacency::Ties;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::intersection::common;
use crate::kernel::weighting::WEIGHTS_PARAM;
pub use crate::kernel::weighting::{Weighting, WeightingConfig};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far a firm's partners depend on each other, and so constrain it.
#[derive(Clone, Debug, PartialEq)]
pub struct StructuralHoles {
    /// How much of the firm's trade is with partners who are tied to its others; an error for isolates.
    pub constraint: Vec<Result<f64, Status>>,
    /// How many partners the firm has that are not redundant; an error for isolates.
    pub effective_size: Vec<Result<f64, Status>>,
    /// The effective size by the number of partners; an error for isolates.
    pub efficiency: Vec<Result<f64, Status>>,
}

/// Nodes of a chunk of work.
const CHUNK: usize = 256;

/// Whether a firm stands between partners who do not trade with each other, and can play them off or bring them
/// together.
///
/// # Formula
/// With `M = Z + Zᵀ` without its diagonal, `p_ij = M_ij / Σ_q M_iq` and `m_jq = M_jq / max_k M_jk`: constraint
/// `c_i = Σ_j (p_ij + Σ_{q≠i,j} p_iq p_qj)²`, effective size `e_i = Σ_j (1 − Σ_{q≠i,j} p_iq m_jq)`, both over the partners
/// `j` of `i`; efficiency `e_i / |N(i)|`. With `weights: binary`, flows are 1 before they are added, so that a pair that
/// trades both ways has 2.
/// # Source
/// Burt (1992), chapter 2; Borgatti (1997).
/// # Input and result
/// Three numbers per node, in node order. Constraint is above 0 and up to 1.125, or more where flows differ much;
/// effective size is between 1 and the number of partners. Self-loops are not used.
/// # Cost
/// `O(Σ_i Σ_{j ∈ N(i)} min(k_i + k_j, min(k_i, k_j) log max(k_i, k_j)))` time for `k` partners; `O(n + m)` memory.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// A broker between two firms who do not know each other, and a firm in a triangle.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::structural_holes::structural_holes;
/// let broker = SupplyGraph::from_flows(["a", "broker", "b"], [(0, 1, 1.0), (1, 2, 1.0)])?;
/// let found = structural_holes(&broker, &Default::default(), &NoProgress)?;
/// assert_eq!(found.constraint, [Ok(1.0), Ok(0.5), Ok(1.0)]); // ½² + ½²
/// assert_eq!(found.effective_size[1], Ok(2.0));
/// let triangle = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)];
/// let triangle = SupplyGraph::from_flows(["a", "b", "c"], triangle)?;
/// let found = structural_holes(&triangle, &Default::default(), &NoProgress)?;
/// assert_eq!(found.constraint[1], Ok(1.125)); // 2 (½ + ½ · ½)²
/// assert_eq!(found.effective_size[1], Ok(1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn structural_holes(
    graph: &SupplyGraph,
    config: &WeightingConfig,
    progress: &dyn Progress,
) -> Result<StructuralHoles, MetricError> {
    let weight = |flow: Option<f64>| flow.map_or(0.0, |flow| config.weights.of(flow));
    let view = Ties::merged(graph, |sold, bought| weight(sold) + weight(bought));
    let n = graph.n_nodes();
    let neighbourhood = Neighbourhoods::of(&view);
    progress.begin("structural holes", n as u64);
    let mut found = StructuralHoles {
        constraint: Vec::with_capacity(n),
        effective_size: Vec::with_capacity(n),
        efficiency: Vec::with_capacity(n),
    };
    let work = |nodes: std::ops::Range<usize>| {
        let part: Vec<Result<(f64, f64), Status>> =
            nodes.clone().map(|i| neighbourhood.around(i)).collect();
        progress.advance(nodes.len() as u64);
        (!progress.cancelled()).then_some(part)
    };
    fold_chunks(n, CHUNK, progress, work, |part| {
        for values in part {
            let partners = view.degree(found.constraint.len()) as f64;
            found.constraint.push(values.map(|(constraint, _)| constraint));
            found.effective_size.push(values.map(|(_, size)| size));
            found.efficiency.push(values.map(|(_, size)| size / partners));
        }
    })?;
    Ok(found)
}

struct Neighbourhoods<'a> {
    view: &'a Ties<f64>,
    /// One over what each node trades, 0 if nothing.
    per_strength: Vec<f64>,
    /// One over each node's largest tie, 0 if it trades nothing.
    per_largest: Vec<f64>,
}

impl<'a> Neighbourhoods<'a> {
    fn of(view: &'a Ties<f64>) -> Self {
        let nodes = 0..view.adjacency().n_nodes();
        let over = |x: f64| if x > 0.0 { 1.0 / x } else { 0.0 };
        let largest = |u| view.ties(u).map(|(_, weight)| weight).fold(0.0, f64::max);
        Self {
            view,
            per_strength: nodes.clone().map(|u| over(view.strength(u))).collect(),
            per_largest: nodes.map(|u| over(largest(u))).collect(),
        }
    }

    /// Constraint and effective size of one node.
    fn around(&self, i: usize) -> Result<(f64, f64), Status> {
        let (ties, weights) = (self.view.adjacency(), self.view.values());
        let own = ties.range(i);
        if own.is_empty() {
            return Err(Status::Isolate);
        }
        let strength = self.view.strength(i);
        if strength <= 0.0 {
            return Err(Status::ZeroDenominator);
        }
        let share = |place: usize| weights[own.start + place] / strength;
        let (mut constraint, mut size) = (0.0, 0.0);
        for place in 0..own.len() {
            let j = ties.neighbours(i)[place] as usize;
            let theirs = ties.range(j);
            let (mut indirect, mut redundant) = (0.0, 0.0);
            common(ties.neighbours(i), ties.neighbours(j), |mine, other| {
                let q = ties.neighbours[own.start + mine] as usize;
                let with_q = weights[theirs.start + other];
                indirect += share(mine) * (with_q * self.per_strength[q]);
                redundant += share(mine) * (with_q * self.per_largest[j]);
            });
            let invested = share(place) + indirect;
            constraint += invested * invested;
            size += 1.0 - redundant;
        }
        Ok((constraint, size))
    }
}

/// [`structural_holes()`] behind the registry.
pub struct StructuralHolesMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "constraint",
        Unit::One,
        "How far the node's trade leads back to the same partners (Burt); low = free.",
    ),
    ColumnSpec::number(
        "effective_size",
        Unit::One,
        "Partners less what is redundant among them (Burt).",
    ),
    ColumnSpec::number("efficiency", Unit::One, "Effective size by the number of partners (Burt)."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "structural_holes",
    family: Family::Centrality,
    summary: "Whether a firm stands between partners who do not trade with each other.",
    formula: "c_i = Σ_j (p_ij + Σ_q p_iq p_qj)²; e_i = Σ_j (1 − Σ_q p_iq m_jq); efficiency e_i/|N(i)|",
    source: "Burt (1992), chapter 2; Borgatti (1997)",
    reading: "Low constraint = the firm can choose among partners that do not depend on each other; near 1 and above = \
              its partners are tied, or it has one. Directions are not distinguished: M = Z + Zᵀ. Self-loops are not \
              used.",
    cost: "O(m · k_max) time",
    needs: &[],
    params: &[WEIGHTS_PARAM],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for StructuralHolesMetric {
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
        let found = structural_holes(graph, &params.decode()?, progress)?;
        let values = [found.constraint, found.effective_size, found.efficiency];
        let columns = COLUMNS.iter().zip(values);
        let columns = columns.map(|(spec, values)| Column::from_results(spec, values));
        Ok(vec![Table::new(TableId::NodeMetrics, columns.collect())])
    }
}
