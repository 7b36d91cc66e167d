//! Structural equivalence: firms with the same suppliers and the same customers.

use crate::kernel::adjacency::Adjacency;
use crate::kernel::components::Partition;
use crate::kernel::ratio::ratio_or_status;
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Who can stand in for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructuralEquivalence {
    /// By node: its class, numbered in the order of their first nodes.
    pub class: Vec<usize>,
    /// By node: how many others are of its class.
    pub n_equivalent: Vec<usize>,
    /// How many classes there are.
    pub n_classes: usize,
}

/// Classes of firms that have exactly the same suppliers and exactly the same customers: each can take another's place
/// without anybody finding a new partner.
///
/// # Formula
/// `i ~ j` if `Z_ki > 0 ⇔ Z_kj > 0` and `Z_ik > 0 ⇔ Z_jk > 0` for all `k`, self-loops left out.
/// # Source
/// Lorrain and White (1971).
/// # Input and result
/// A class per node. Edges without flow are ties as others. Isolates are all of one class. How near firms come to it is the
/// cosine of [`horizontal`](crate::linkage::horizontal::horizontal_linkages()).
/// # Cost
/// `O(n log n + m)` time in practice, `O(n)` memory.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::clustering::structural_equivalence::structural_equivalence;
/// let flows = [(0, 2, 1.0), (1, 2, 5.0), (2, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["g1", "g2", "still", "shop"], flows)?;
/// let found = structural_equivalence(&graph);
/// assert_eq!(found.class, [0, 0, 1, 2]); // either grower can replace the other
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn structural_equivalence(graph: &SupplyGraph) -> StructuralEquivalence {
    let sides = [Adjacency::suppliers(graph), Adjacency::customers(graph)];
    let others = |side: Adjacency<'_>, u: u32| -> Vec<u32> {
        side.neighbours(u as usize).iter().copied().filter(|&v| v != u).collect()
    };
    let ties = |u: u32| sides.map(|side| others(side, u));
    // Those of one class are next to each other when sorted by a number that their ties have in common.
    let mixed = |sum: u64, v: u64| (sum ^ v).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let hash = |u: u32| {
        let both =
            ties(u).into_iter().flat_map(|side| side.into_iter().map(u64::from).chain([u64::MAX]));
        both.fold(0, mixed)
    };
    let mut order: Vec<(u64, u32)> = (0..graph.n_nodes() as u32).map(|u| (hash(u), u)).collect();
    order.sort_unstable();
    let mut label: Vec<u32> = (0..graph.n_nodes() as u32).collect();
    for alike in order.chunk_by(|a, b| a.0 == b.0) {
        // As a rule one class; others may share the number by chance.
        let mut known: Vec<(u32, [Vec<u32>; 2])> = Vec::new();
        for &(_, u) in alike {
            let own = ties(u);
            match known.iter().find(|(_, other)| *other == own) {
                Some(&(first, _)) => label[u as usize] = first,
                None => known.push((u, own)),
            }
        }
    }
    let partition = Partition::numbered(label);
    let class: Vec<usize> = partition.component.iter().map(|&class| class as usize).collect();
    StructuralEquivalence {
        n_equivalent: class.iter().map(|&class| partition.sizes[class] - 1).collect(),
        n_classes: partition.sizes.len(),
        class,
    }
}

/// [`structural_equivalence()`] behind the registry.
pub struct StructuralEquivalenceMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec {
        unit: Unit::Id,
        ..ColumnSpec::count("equivalence_class", "Firms with the same suppliers and customers.")
    },
    ColumnSpec::count("n_equivalent", "Other firms with the same suppliers and customers."),
];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "n_equivalence_classes",
        Unit::Count,
        "Classes of firms with the same suppliers and customers.",
    ),
    ColumnSpec::number(
        "equivalent_share",
        Unit::One,
        "Share of the nodes that another can stand in for.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "structural_equivalence",
    family: Family::Clustering,
    summary: "Which firms have exactly the same suppliers and customers, so that one can stand in for another.",
    formula: "i ~ j if both have the same suppliers and the same customers",
    source: "Lorrain and White (1971)",
    reading: "Many equivalents = easily replaced, and little power over partners. Self-loops are not used; isolates are one \
              class.",
    cost: "O(n log n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for StructuralEquivalenceMetric {
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
        let found = structural_equivalence(graph);
        let replaceable = found.n_equivalent.iter().filter(|&&others| others > 0).count();
        let share = ratio_or_status(replaceable as f64, graph.n_nodes() as f64);
        let values = [Ok(found.n_classes as f64), share];
        let figures = exact_figures(&FIGURES, values);
        let columns = COLUMNS.iter().zip([found.class, found.n_equivalent]);
        let columns = columns.map(|(spec, values)| Column::new(spec, values.into_iter().collect()));
        let nodes = Table::new(TableId::NodeMetrics, columns.collect());
        Ok(vec![nodes, network_summary(&figures)])
    }
}
