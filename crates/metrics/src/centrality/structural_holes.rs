//! Structural holes: constraint, effective size, efficiency.

use crate::kernel::adjacency::Ties;
use crate::kernel::chunks::fold_chunks_with;
use crate::kernel::intersection::{common, is_worth_a_walk};
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
/// From so many partners on, what a node gives to each is laid out by node before theirs are looked through.
const MANY: usize = 128;

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
    let work = |laid_out: &mut Vec<f64>, nodes: std::ops::Range<usize>| {
        let part: Vec<Result<(f64, f64), Status>> =
            nodes.clone().map(|i| neighbourhood.around(i, laid_out)).collect();
        progress.advance(nodes.len() as u64);
        (!progress.cancelled()).then_some(part)
    };
    fold_chunks_with(n, CHUNK, progress, Vec::new, work, |part| {
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

    /// Constraint and effective size of one node. `laid_out` is empty or all 0, before and after.
    fn around(&self, i: usize, laid_out: &mut Vec<f64>) -> Result<(f64, f64), Status> {
        let (ties, weights) = (self.view.adjacency(), self.view.values());
        let own = ties.range(i);
        if own.is_empty() {
            return Err(Status::Isolate);
        }
        let strength = self.view.strength(i);
        if strength <= 0.0 {
            return Err(Status::ZeroDenominator);
        }
        let partners = ties.neighbours(i);
        let share = |place: usize| weights[own.start + place] / strength;
        let is_laid_out = partners.len() >= MANY;
        if is_laid_out {
            laid_out.resize(ties.n_nodes(), 0.0);
            for (place, &q) in partners.iter().enumerate() {
                laid_out[q as usize] = share(place);
            }
        }
        let (mut constraint, mut size) = (0.0, 0.0);
        for (place, &j) in partners.iter().enumerate() {
            let (j, theirs) = (j as usize, ties.range(j as usize));
            let (mut indirect, mut redundant) = (0.0, 0.0);
            let mut through = |share: f64, q: u32, with_q: f64| {
                indirect += share * (with_q * self.per_strength[q as usize]);
                redundant += share * (with_q * self.per_largest[j]);
            };
            if is_laid_out && is_worth_a_walk(theirs.len(), partners.len()) {
                // Whoever is no partner has a share of 0, which changes no sum.
                for (&q, &with_q) in ties.neighbours(j).iter().zip(&weights[theirs]) {
                    through(laid_out[q as usize], q, with_q);
                }
            } else {
                common(partners, ties.neighbours(j), |mine, other| {
                    through(share(mine), partners[mine], weights[theirs.start + other]);
                });
            }
            let invested = share(place) + indirect;
            constraint += invested * invested;
            size += 1.0 - redundant;
        }
        if is_laid_out {
            for &q in partners {
                laid_out[q as usize] = 0.0;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;
    use palenque_graph::NoProgress;

    #[test]
    fn firms_of_many_partners_are_those_of_the_definition() {
        let n = MANY as u32 + 40;
        let mut draws = Draws(5);
        // A hub, and firms that trade with some others; the last two with the hub alone.
        let mut flows: Vec<(u32, u32, f64)> =
            (1..n).map(|v| (0, v, f64::from(1 + v % 7))).collect();
        let some = (0..8 * n)
            .map(|k| (1 + draws.below(n - 3), 1 + draws.below(n - 3), f64::from(1 + k % 5)));
        flows.extend(some);
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let graph = SupplyGraph::from_flows(&ids, flows).expect("a good graph");
        let n = n as usize;
        let mut m = vec![vec![0.0; n]; n];
        for v in graph.node_indices() {
            for (w, flow) in graph.customers(v).filter(|(w, _)| *w != v) {
                m[v.index()][w.index()] += flow;
                m[w.index()][v.index()] += flow;
            }
        }
        let strength: Vec<f64> = m.iter().map(|row| row.iter().sum()).collect();
        let largest: Vec<f64> =
            m.iter().map(|row| row.iter().copied().fold(0.0, f64::max)).collect();
        let found = structural_holes(&graph, &WeightingConfig::default(), &NoProgress);
        let found = found.expect("no error");
        for i in 0..n {
            let (mut constraint, mut size) = (0.0, 0.0);
            for j in (0..n).filter(|&j| m[i][j] > 0.0) {
                let through = |of: &dyn Fn(usize) -> f64| -> f64 {
                    (0..n)
                        .filter(|q| ![i, j].contains(q))
                        .map(|q| m[i][q] / strength[i] * of(q))
                        .sum()
                };
                constraint += (m[i][j] / strength[i] + through(&|q| m[q][j] / strength[q])).powi(2);
                size += 1.0 - through(&|q| m[j][q] / largest[j]);
            }
            let near =
                |found: Result<f64, Status>, x: f64| found.is_ok_and(|f| (f - x).abs() < 1e-9 * x);
            assert!(
                near(found.constraint[i], constraint),
                "{i}: {:?}, {constraint}",
                found.constraint[i]
            );
            assert!(
                near(found.effective_size[i], size),
                "{i}: {:?}, {size}",
                found.effective_size[i]
            );
        }
    }
}
