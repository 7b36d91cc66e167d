//! How alike the partners of firms are from period to period.

use super::presence::present;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, Scope};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, PeriodPair, Progress, SupplyGraph, Table, TableId};

/// The overlap of each firm's partners in two periods.
///
/// # Formula
/// `C_i = Σ_j a_ij(t) a_ij(t+1) / √(k_i(t) k_i(t+1))`, where `a_ij` says whether `i` and `j` trade in either direction and `k_i` is the
/// number of partners of `i`.
/// # Source
/// Tang, Scellato, Musolesi, Mascolo and Latora (2010); Nicosia et al. (2013).
/// # Input and result
/// One value per node, in node order, between 0 and 1; 0 for a firm that has no partner in one of the periods. Undefined (`isolate`) for
/// firms that are in neither. Self-loops are left out.
/// # Cost
/// `O(n + m log d)` time for `d` partners of a firm.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::change::temporal_correlation::temporal_correlation;
/// let ids = ["ana", "beto", "still"];
/// let before = SupplyGraph::from_flows(ids, [(0, 2, 3.0)])?;
/// let after = SupplyGraph::from_flows(ids, [(2, 0, 3.0), (1, 2, 1.0)])?;
/// let overlap = temporal_correlation(&before, &after);
/// assert_eq!((overlap[0], overlap[1]), (Ok(1.0), Ok(0.0)));
/// assert!(overlap[2].is_ok_and(|c| (c - 0.5_f64.sqrt()).abs() < 1e-12)); // one partner of one, then of two
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn temporal_correlation(from: &SupplyGraph, to: &SupplyGraph) -> Vec<Result<f64, Status>> {
    let (here, there) = (present(from), present(to));
    let mut both: [Vec<NodeIndex>; 2] = Default::default();
    let mut overlap = |u: NodeIndex| {
        if !here[u.index()] && !there[u.index()] {
            return Err(Status::Isolate);
        }
        for (list, graph) in both.iter_mut().zip([from, to]) {
            fill(list, graph, u);
        }
        let [before, after] = &both;
        if before.is_empty() || after.is_empty() {
            return Ok(0.0);
        }
        let kept = before.iter().filter(|v| after.binary_search(v).is_ok()).count();
        Ok(kept as f64 / (before.len() as f64 * after.len() as f64).sqrt())
    };
    from.node_indices().map(&mut overlap).collect()
}

/// The partners of a firm on both sides, in order.
fn fill(list: &mut Vec<NodeIndex>, graph: &SupplyGraph, u: NodeIndex) {
    list.clear();
    let both = graph.suppliers(u).chain(graph.customers(u));
    list.extend(both.map(|(v, _)| v).filter(|v| *v != u));
    list.sort_unstable();
    list.dedup();
}

/// [`temporal_correlation()`] behind the registry.
pub struct TemporalCorrelationMetric;

static NODES: [ColumnSpec; 1] = [ColumnSpec::number(
    "link_correlation",
    Unit::One,
    "Partners of both periods by the geometric mean of their numbers.",
)];

static NETWORK: [ColumnSpec; 1] = [ColumnSpec::number(
    "temporal_correlation",
    Unit::One,
    "Mean of link_correlation over the firms of both periods: 1 = nobody changed a partner.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "temporal_correlation_coefficient",
    family: Family::Change,
    summary: "How alike the partners of firms are from one period to the next.",
    formula: "C_i = Σ_j a_ij(t) a_ij(t+1)/√(k_i(t) k_i(t+1)), a_ij = 1 if i and j trade; C = mean over firms of either period",
    source: "Tang et al. (2010); Nicosia et al. (2013)",
    reading: "1 = the same partners as before, 0 = none of them, also for firms that enter or leave. Direction and flows do not matter. \
              Self-loops are left out.",
    cost: "O(n + m log d) time for d partners of a firm",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::TemporalNode, columns: &NODES },
        Output { table: TableId::TemporalNetwork, columns: &NETWORK },
    ],
    core: false,
};

impl Metric for TemporalCorrelationMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Pair
    }

    fn compare(
        &self,
        pair: &PeriodPair<'_>,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let overlap = temporal_correlation(pair.from, pair.to);
        let defined: Vec<f64> = overlap.iter().filter_map(|value| value.ok()).collect();
        let sum: f64 = defined.iter().sum();
        let n = defined.len();
        let mean = if n == 0 { Err(Status::InsufficientN) } else { Ok(sum / n as f64) };
        Ok(vec![
            Table::new(TableId::TemporalNode, vec![Column::from_results(&NODES[0], overlap)]),
            Table::new(TableId::TemporalNetwork, vec![Column::from_results(&NETWORK[0], [mean])]),
        ])
    }
}
