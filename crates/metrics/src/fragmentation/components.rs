//! Components: the pieces that the network consists of.

use crate::kernel::components::{Partition, strong, weak};
use crate::kernel::ratio::share_of_nodes;
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The pieces of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// By node: its weak component, numbered in the order of their smallest nodes.
    pub wcc_id: Vec<u32>,
    /// By node: its strong component, numbered in the order of their smallest nodes.
    pub scc_id: Vec<u32>,
    /// By weak component: how many nodes it has.
    pub wcc_sizes: Vec<usize>,
    /// By strong component: how many nodes it has.
    pub scc_sizes: Vec<usize>,
}

/// The weak components, joined by trade in either direction, and the strong ones, whose members supply each other
/// all round.
///
/// # Formula
/// `u` and `v` are in one weak component if a path of edges of any direction joins them, and in one strong
/// component if directed paths lead from each to the other.
/// # Source
/// Tarjan (1972); Pearce (2016); Sutton, Ben-Nun and Barak (2018).
/// # Input and result
/// Component numbers, one per node, in node order; sizes, one per component. Self-loops join nothing.
/// # Cost
/// `O(n + m)` time, `O(n)` memory, no recursion.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::components::components;
/// let flows = [(0, 1, 1.0), (1, 0, 1.0), (1, 2, 1.0)];
/// let c = components(&SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?);
/// assert_eq!(c.wcc_id, [0, 0, 0, 1]);
/// assert_eq!(c.scc_id, [0, 0, 1, 2]); // c sells nothing back
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn components(graph: &SupplyGraph) -> Components {
    let Partition { component: wcc_id, sizes: wcc_sizes } = weak(graph);
    let Partition { component: scc_id, sizes: scc_sizes } = strong(graph);
    Components { wcc_id, scc_id, wcc_sizes, scc_sizes }
}

/// `−Σ (s_c/n) ln(s_c/n)` over component sizes, in nats; 0 for one component, `ln n` for isolates only.
#[must_use]
pub fn component_entropy(sizes: &[usize]) -> f64 {
    let n: usize = sizes.iter().sum();
    let share = |&s: &usize| s as f64 / n as f64;
    // `0 −`, not `−`: a single component has an entropy of 0, not of −0.
    0.0 - sizes.iter().map(share).map(|p| p * p.ln()).sum::<f64>()
}

/// `Σ (s_c/n)²` over component sizes: the chance that two nodes drawn with replacement are in one.
#[must_use]
pub fn component_hhi(sizes: &[usize]) -> f64 {
    let n: usize = sizes.iter().sum();
    sizes.iter().map(|&s| s as f64 / n as f64).map(|p| p * p).sum()
}

/// [`components()`] behind the registry.
pub struct ComponentsMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec {
        name: "wcc_id",
        kind: Kind::I64,
        unit: Unit::Id,
        meaning: "Weak component, numbered from 0 in the order of their smallest nodes.",
    },
    ColumnSpec {
        name: "scc_id",
        kind: Kind::I64,
        unit: Unit::Id,
        meaning: "Strong component, numbered from 0 in the order of their smallest nodes.",
    },
];

static FIGURES: [ColumnSpec; 8] = [
    ColumnSpec::number("n_components_weak", Unit::Count, "Pieces that no trade joins."),
    ColumnSpec::number(
        "n_components_strong",
        Unit::Count,
        "Groups whose members all supply each other, directly or not; most are single firms.",
    ),
    ColumnSpec::number(
        "giant_share",
        Unit::One,
        "Share of the nodes in the largest weak component.",
    ),
    ColumnSpec::number(
        "giant_scc_share",
        Unit::One,
        "Share of the nodes in the largest strong component.",
    ),
    ColumnSpec::number("component_entropy", Unit::Nat, "Entropy of weak component sizes."),
    ColumnSpec::number(
        "component_entropy_norm",
        Unit::One,
        "Entropy of weak component sizes over its maximum, the logarithm of the number of nodes.",
    ),
    ColumnSpec::number(
        "component_hhi",
        Unit::One,
        "Sum of squared shares of weak components: 1 = one piece.",
    ),
    ColumnSpec::number("isolate_share", Unit::One, "Share of the nodes that trade with no other."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "components",
    family: Family::Fragmentation,
    summary: "The separate pieces of the network, their number and their sizes.",
    formula: "giant_share = s_max/n; entropy = −Σ s_c/n ln(s_c/n), ÷ ln n; hhi = Σ (s_c/n)²",
    source: "Tarjan (1972); Pearce (2016); Sutton, Ben-Nun and Barak (2018)",
    reading: "weak = joined by trade in either direction; strong = each supplies each other, directly or not. High \
              entropy = many pieces of like size. Self-loops join nothing.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for ComponentsMetric {
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
        let n = graph.n_nodes() as f64;
        let c = components(graph);
        let share = |nodes: usize| share_of_nodes(nodes, graph.n_nodes());
        let largest = |sizes: &[usize]| share(sizes.iter().copied().max().unwrap_or(0));
        let some = |value: f64| if n > 0.0 { Ok(value) } else { Err(Status::InsufficientN) };
        let entropy = component_entropy(&c.wcc_sizes);
        let values = [
            Ok(c.wcc_sizes.len() as f64),
            Ok(c.scc_sizes.len() as f64),
            largest(&c.wcc_sizes),
            largest(&c.scc_sizes),
            some(entropy),
            if n > 1.0 { Ok(entropy / n.ln()) } else { some(0.0).and(Err(Status::SingleNode)) },
            some(component_hhi(&c.wcc_sizes)),
            share(c.wcc_sizes.iter().filter(|&&size| size == 1).count()),
        ];
        let figures = exact_figures(&FIGURES, values);
        let ids = |ids: &[u32]| Values::I64(ids.iter().map(|&id| Some(i64::from(id))).collect());
        let [wcc_id, scc_id] = &COLUMNS;
        let nodes = vec![Column::new(wcc_id, ids(&c.wcc_id)), Column::new(scc_id, ids(&c.scc_id))];
        Ok(vec![Table::new(TableId::NodeMetrics, nodes), network_summary(&figures)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_three_two_one_and_one() {
        let sizes = [3, 2, 1, 1];
        assert!((component_entropy(&sizes) - 1.277_034_259_466_139).abs() < 1e-14);
        assert!((component_hhi(&sizes) - 15.0 / 49.0).abs() < 1e-15);
    }

    #[test]
    fn one_piece_has_no_entropy() {
        assert_eq!(component_entropy(&[5]).to_bits(), 0.0_f64.to_bits());
    }
}
