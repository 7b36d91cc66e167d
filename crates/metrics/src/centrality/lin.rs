//! Lin's index.

use super::closeness::{DistanceConfig, reach_into, reach_out};
use super::sampling::{EXACT_PARAMS, SampleConfig};
use crate::kernel::bfs::Reach;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Lin's index of every node, in both directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Lin {
    /// By distances into the node.
    pub into: Vec<f64>,
    /// By distances out of the node.
    pub out: Vec<f64>,
}

/// How near a firm is to all it reaches, times how many it reaches.
///
/// # Formula
/// `Lin(u) = |R|² / Σ_{v ∈ R} d`, where `R` are the nodes with a finite distance `d(u, v)` (`out`) or `d(v, u)` (`in`), `u`
/// included; 1 where `R` is `u` alone.
/// # Source
/// Lin (1976); Boldi and Vigna (2014), section 3.
/// # Input and result
/// One number per node and direction, in node order, in one over the unit of the lengths. Self-loops are not used.
/// # Cost
/// As [`closeness`](super::closeness::closeness()).
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::{closeness::DistanceConfig, lin::lin};
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let lin = lin(&graph, &DistanceConfig::default(), &NoProgress)?;
/// assert_eq!(lin.into, [1.0, 4.0, 3.0]); // c: 3² / (1 + 2)
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lin(
    graph: &SupplyGraph,
    config: &DistanceConfig,
    progress: &dyn Progress,
) -> Result<Lin, MetricError> {
    let index = |reach: &Reach| {
        let value = |(&others, &sum): (&u64, &f64)| {
            let n = others as f64 + 1.0;
            if others > 0 { n * (n / sum) } else { 1.0 }
        };
        reach.count.iter().zip(&reach.distance).map(value).collect()
    };
    let into = reach_into(graph, config.distance, "lin", progress)?;
    let out = reach_out(graph, config.distance, "lin", progress)?;
    Ok(Lin { into: index(&into.0), out: index(&out.0) })
}

/// [`lin()`] behind the registry.
pub struct LinMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "lin_in",
        Unit::PerHop,
        "Number of direct and indirect suppliers, times how close they are.",
    ),
    ColumnSpec::number(
        "lin_out",
        Unit::PerHop,
        "Number of direct and indirect customers, times how close they are.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "lin",
    family: Family::Centrality,
    summary: "How near a firm is to all it reaches, times how many it reaches.",
    formula: "Lin(u) = |R|²/Σ d over the nodes R at a finite distance d, u included; 1 alone",
    source: "Lin (1976); Boldi and Vigna (2014), section 3",
    reading: "1 = reaches nobody. High = reaches many in few steps. Where every firm reaches every other, it ranks as \
              closeness does. in = distances from suppliers, out = distances to customers. Self-loops are not used.",
    cost: "O(nm) time in hops, O(nm + n² log n) with lengths",
    needs: &[],
    params: &EXACT_PARAMS,
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for LinMetric {
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
        let config: SampleConfig = params.decode()?;
        config.method.refuse_estimates()?;
        if config.chooses_sampled_distances(graph) {
            return Err(MetricError::TooLong {
                what: "the distances between all pairs",
                n: graph.n_nodes(),
                instead: "use `closeness`, which samples large networks",
            });
        }
        let lin = lin(graph, &DistanceConfig { distance: config.distance }, progress)?;
        let columns = vec![
            Column::new(&COLUMNS[0], Values::F64(lin.into)),
            Column::new(&COLUMNS[1], Values::F64(lin.out)),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
