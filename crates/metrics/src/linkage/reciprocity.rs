//! Reciprocity.

use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How much of the trade goes both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Reciprocity {
    /// Share of the edges whose reverse exists; `None` without edges.
    pub share: Option<f64>,
    /// The share beyond what chance gives at this density; `None` where every possible edge exists.
    pub beyond_chance: Option<f64>,
    /// Share of the flow that is met by a flow in return; `None` without flow.
    pub weighted: Option<f64>,
    /// By edge: whether the buyer supplies the seller too.
    pub reciprocated: Vec<bool>,
}

/// How much of the trade goes both ways.
///
/// # Formula
/// `r = m↔/m`; beyond chance `ρ = (r − a)/(1 − a)` with `a = m/(n(n − 1))`; weighted `Σ min(Z_ij, Z_ji) / Σ Z_ij`.
/// # Source
/// Garlaschelli and Loffredo (2004); Squartini, Picciolo, Ruzzenenti and Garlaschelli (2013) for flows.
/// # Input and result
/// Three numbers, each at most 1, and one mark per edge, in edge order. Self-loops are left out; their mark is
/// false.
/// # Cost
/// `O(m log k)` time, `k` the largest number of customers; `O(m)` memory.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::linkage::reciprocity::reciprocity;
/// let flows = [(0, 1, 3.0), (1, 0, 1.0), (1, 2, 4.0)];
/// let r = reciprocity(&SupplyGraph::from_flows(["a", "b", "c"], flows)?);
/// assert_eq!(r.share, Some(2.0 / 3.0));
/// assert_eq!(r.weighted, Some(0.25)); // 1 of 3 and 1 of 1, out of 8
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn reciprocity(graph: &SupplyGraph) -> Reciprocity {
    let n = graph.n_nodes() as f64;
    let mut reciprocated = Vec::with_capacity(graph.n_edges());
    let (mut ties, mut mutual) = (0.0, 0.0);
    let (mut flow, mut returned) = (0.0, 0.0);
    for u in graph.node_indices() {
        for (v, z) in graph.customers(u) {
            let back = if u == v { None } else { graph.edge_between(v, u) };
            reciprocated.push(back.is_some());
            if u == v {
                continue;
            }
            ties += 1.0;
            flow += z;
            if let Some(back) = back {
                mutual += 1.0;
                returned += z.min(graph.flow(back));
            }
        }
    }
    let share = (ties > 0.0).then(|| mutual / ties);
    let density = ties / (n * (n - 1.0));
    Reciprocity {
        share,
        beyond_chance: share.filter(|_| density < 1.0).map(|r| (r - density) / (1.0 - density)),
        weighted: (flow > 0.0).then(|| returned / flow),
        reciprocated,
    }
}

/// [`reciprocity()`] behind the registry.
pub struct ReciprocityMetric;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::flag(
    "reciprocated",
    "Whether the buyer supplies the seller too; false for self-loops.",
)];

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number("reciprocity", Unit::One, "Share of the edges whose reverse exists."),
    ColumnSpec::number(
        "reciprocity_gl",
        Unit::One,
        "Reciprocity beyond chance: 0 as in a random network of the same density, below 0 less.",
    ),
    ColumnSpec::number(
        "reciprocity_weighted",
        Unit::One,
        "Share of the flow that is met by a flow in return.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "reciprocity",
    family: Family::Linkage,
    summary: "How much of the trade goes both ways.",
    formula: "r = m↔/m; ρ = (r−a)/(1−a), a = m/(n(n−1)); weighted Σ min(Z_ij, Z_ji) / Σ Z_ij",
    source: "Garlaschelli and Loffredo (2004); Squartini, Picciolo, Ruzzenenti and Garlaschelli (2013)",
    reading: "1 = all trade is mutual, 0 = none is. _gl compares with chance. Self-loops are left out.",
    cost: "O(m log k) time, k the largest number of customers",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::EdgeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for ReciprocityMetric {
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
        let r = reciprocity(graph);
        let marks = r.reciprocated.into_iter().map(Some).collect();
        let figure = |(spec, value): (&ColumnSpec, Option<f64>)| {
            Figure::new(spec, value.ok_or(Status::ZeroDenominator))
        };
        let values = [r.share, r.beyond_chance, r.weighted];
        let figures: Vec<Figure> = FIGURES.iter().zip(values).map(figure).collect();
        let columns = vec![Column::new(&COLUMNS[0], Values::Bool(marks))];
        Ok(vec![Table::new(TableId::EdgeMetrics, columns), network_summary(&figures)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_everybody_trades_with_everybody_chance_says_nothing() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0), (1, 0, 1.0)]);
        let r = reciprocity(&graph.expect("a good graph"));
        assert_eq!((r.share, r.beyond_chance), (Some(1.0), None));
    }
}
