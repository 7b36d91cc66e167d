//! Degrees and strengths.

use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Kind, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Degrees and strengths of every node.
#[derive(Clone, Debug, PartialEq)]
pub struct Degrees {
    /// Suppliers other than the node itself.
    pub in_degree: Vec<usize>,
    /// Customers other than the node itself.
    pub out_degree: Vec<usize>,
    /// Purchases, `Σ_i Z_ij`, self-loop included.
    pub in_strength: Vec<f64>,
    /// Sales, `Σ_j Z_ij`, self-loop included.
    pub out_strength: Vec<f64>,
    /// What the node delivers to itself, `Z_ii`.
    pub self_loop: Vec<f64>,
}

/// How many suppliers and customers every node has, and how much it buys and sells.
///
/// # Formula
/// `k_in_j = #{i ≠ j : Z_ij > 0}`, `k_out_i = #{j ≠ i : Z_ij > 0}`, `s_in_j = Σ_i Z_ij`, `s_out_i = Σ_j Z_ij`.
/// # Source
/// Freeman (1978); Barrat, Barthélemy, Pastor-Satorras and Vespignani (2004).
/// # Input and result
/// One value per node, in node order. Degrees are counts and leave self-loops out; strengths are in the unit of
/// the flows and keep them.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::centrality::degree::degrees;
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 2.0), (1, 1, 5.0)])?;
/// let d = degrees(&graph);
/// assert_eq!(d.in_degree, [0, 1]); // the self-loop of b is not a supplier
/// assert_eq!(d.in_strength, [0.0, 7.0]); // but its flow is bought
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn degrees(graph: &SupplyGraph) -> Degrees {
    let loops: Vec<Option<f64>> = graph
        .node_indices()
        .map(|u| graph.edge_between(u, u).map(|edge| graph.flow(edge)))
        .collect();
    let others = |degree: usize, u: usize| degree - usize::from(loops[u].is_some());
    Degrees {
        in_degree: (0..graph.n_nodes()).map(|u| others(graph.in_range(u).len(), u)).collect(),
        out_degree: (0..graph.n_nodes()).map(|u| others(graph.out_range(u).len(), u)).collect(),
        in_strength: graph.node_indices().map(|u| graph.in_strength(u)).collect(),
        out_strength: graph.node_indices().map(|u| graph.out_strength(u)).collect(),
        self_loop: loops.iter().map(|flow| flow.unwrap_or(0.0)).collect(),
    }
}

/// [`degrees`] behind the registry.
pub struct Degree;

static COLUMNS: [ColumnSpec; 5] = [
    ColumnSpec {
        name: "in_degree",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Suppliers other than the node itself.",
    },
    ColumnSpec {
        name: "out_degree",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Customers other than the node itself.",
    },
    ColumnSpec {
        name: "in_strength",
        kind: Kind::F64,
        unit: Unit::Currency,
        meaning: "Purchases from others and from itself.",
    },
    ColumnSpec {
        name: "out_strength",
        kind: Kind::F64,
        unit: Unit::Currency,
        meaning: "Sales to others and to itself, final demand not included.",
    },
    ColumnSpec {
        name: "self_loop",
        kind: Kind::F64,
        unit: Unit::Currency,
        meaning: "Deliveries to itself.",
    },
];

static SPEC: MetricSpec = MetricSpec {
    name: "degree",
    family: Family::Centrality,
    summary: "How many suppliers and customers a firm has, and how much it buys and sells.",
    formula: "k_in_j = #{i≠j: Z_ij>0}; k_out_i = #{j≠i: Z_ij>0}; s_in_j = Σ_i Z_ij; s_out_i = Σ_j Z_ij",
    source: "Freeman (1978); Barrat, Barthélemy, Pastor-Satorras and Vespignani (2004)",
    reading: "in = purchases, out = sales. Self-loops count in strengths, not in degrees. Strength is not \
              output: sales to final demand are not in it.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: true,
};

impl Metric for Degree {
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
        let d = degrees(graph);
        let [in_degree, out_degree, in_strength, out_strength, self_loop] = &COLUMNS;
        let columns = vec![
            Column::new(in_degree, d.in_degree.into_iter().collect()),
            Column::new(out_degree, d.out_degree.into_iter().collect()),
            Column::new(in_strength, Values::F64(d.in_strength)),
            Column::new(out_strength, Values::F64(d.out_strength)),
            Column::new(self_loop, Values::F64(d.self_loop)),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isolates_have_zero_degree_and_strength() {
        let graph = SupplyGraph::from_flows(["a"], []).expect("a good graph");
        let d = degrees(&graph);
        assert_eq!((d.in_degree[0], d.out_degree[0]), (0, 0));
        assert_eq!((d.in_strength[0], d.out_strength[0]), (0.0, 0.0));
    }
}
