//! Closeness.

use crate::kernel::adjacency::Adjacency;
use crate::kernel::bfs::{self, Reach};
use crate::kernel::dijkstra::weighted_reach;
use crate::kernel::distance::Distance;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// What to measure distances by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistanceConfig {
    /// What an edge's length is.
    pub distance: Distance,
}

pub(crate) static DISTANCE_PARAM: ParamSpec = ParamSpec {
    name: "distance",
    default: "hops",
    meaning: "length of an edge: `hops` = 1, `inv` = 1 / flow, `inv_norm` = mean positive flow / flow",
};

/// Closeness of every node to its suppliers and to its customers, direct and indirect.
#[derive(Clone, Debug, PartialEq)]
pub struct Closeness {
    /// By distances into the node: how close its suppliers are.
    pub closeness_in: Vec<f64>,
    /// By distances out of the node: how close its customers are.
    pub closeness_out: Vec<f64>,
}

/// How near a firm is to all its direct and indirect suppliers (`in`) and customers (`out`).
///
/// # Formula
/// `C(u) = r/(n − 1) · r / Σ_{v ∈ R} d`, where `R` are the `r` other nodes with a finite distance `d(u, v)`
/// (`out`) or `d(v, u)` (`in`): Freeman's closeness among the nodes that are reached, times the share of nodes
/// that are. A node that reaches nobody has 0.
/// # Source
/// Freeman (1978); Wasserman and Faust (1994), p. 201, for networks that are not connected.
/// # Input and result
/// One value per node, in node order, in one over the unit of the lengths. Self-loops are not used.
/// # Cost
/// In hops `O(nm)` time, 512 searches at once; with lengths `O(nm + n² log n)`. `O(n)` memory a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// In the chain a → b → c, c is bought from by both others at distances 1 and 2.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::closeness::{DistanceConfig, closeness};
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let c = closeness(&graph, &DistanceConfig::default(), &NoProgress)?;
/// assert_eq!(c.closeness_in, [0.0, 0.5, 2.0 / 3.0]); // c: 2/2 · 2/(1 + 2)
/// assert_eq!(c.closeness_out, [2.0 / 3.0, 0.5, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn closeness(
    graph: &SupplyGraph,
    config: &DistanceConfig,
    progress: &dyn Progress,
) -> Result<Closeness, MetricError> {
    let wasserman_faust = |reach: &Reach| {
        let others = graph.n_nodes().saturating_sub(1) as f64;
        let value = |(&r, &sum): (&u64, &f64)| {
            let r = r as f64;
            if r > 0.0 { (r / others) * (r / sum) } else { 0.0 }
        };
        reach.count.iter().zip(&reach.distance).map(value).collect()
    };
    let (into, out) = reach_both_ways(graph, config.distance, "closeness", progress)?;
    Ok(Closeness { closeness_in: wasserman_faust(&into), closeness_out: wasserman_faust(&out) })
}

/// What each node is reached from, and what it reaches.
pub(super) fn reach_both_ways(
    graph: &SupplyGraph,
    distance: Distance,
    what: &str,
    progress: &dyn Progress,
) -> Result<(Reach, Reach), MetricError> {
    let into = match distance.lengths(graph) {
        None => bfs::reach(Adjacency::customers(graph), what, progress)?,
        Some(lengths) => {
            let purchases: Vec<f64> =
                graph.in_edges().iter().map(|&e| lengths[e as usize]).collect();
            weighted_reach(Adjacency::suppliers(graph), &purchases, what, progress)?
        }
    };
    Ok((into, reach_of_sellers(graph, distance, what, progress)?))
}

/// What each node reaches along the flows.
pub(crate) fn reach_of_sellers(
    graph: &SupplyGraph,
    distance: Distance,
    what: &str,
    progress: &dyn Progress,
) -> Result<Reach, MetricError> {
    match distance.lengths(graph) {
        None => bfs::reach(Adjacency::suppliers(graph), what, progress),
        Some(lengths) => weighted_reach(Adjacency::customers(graph), &lengths, what, progress),
    }
}

/// [`closeness()`] behind the registry.
pub struct ClosenessMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "closeness_in",
        Unit::PerHop,
        "How close the direct and indirect suppliers are; 0 where there are none.",
    ),
    ColumnSpec::number(
        "closeness_out",
        Unit::PerHop,
        "How close the direct and indirect customers are; 0 where there are none.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "closeness",
    family: Family::Centrality,
    summary: "How near a firm is to all its direct and indirect suppliers and customers.",
    formula: "C(u) = r/(n−1) · r/Σ d over the r other nodes at a finite distance d",
    source: "Freeman (1978); Wasserman and Faust (1994), p. 201",
    reading: "High = few steps away from many. in = distances from suppliers, out = distances to customers. \
              0 = nobody there. Self-loops are not used. In a sparse chain the last buyers have out = 0; \
              harmonic closeness ranks them better.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths",
    needs: &[],
    params: &[DISTANCE_PARAM],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for ClosenessMetric {
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
        let c = closeness(graph, &params.decode()?, progress)?;
        let [closeness_in, closeness_out] = &COLUMNS;
        let columns = vec![
            Column::new(closeness_in, Values::F64(c.closeness_in)),
            Column::new(closeness_out, Values::F64(c.closeness_out)),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn an_edge_without_flow_is_a_step_but_not_a_way_for_goods() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 0.0)]).expect("a good graph");
        let out = |distance| {
            let config = DistanceConfig { distance };
            closeness(&graph, &config, &NoProgress).expect("not cancelled").closeness_out
        };
        assert_eq!(out(Distance::Hops), [1.0, 0.0]);
        assert_eq!(out(Distance::Inv), [0.0, 0.0]);
        assert_eq!(out(Distance::InvNorm), [0.0, 0.0]);
    }
}
