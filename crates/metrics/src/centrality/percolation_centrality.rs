//! Percolation centrality.

use super::sampling::{EXACT_PARAMS, Method};
use crate::kernel::adjacency::Adjacency;
use crate::kernel::brandes::path_shares_from;
use crate::kernel::distance::Distance;
use crate::kernel::ratio::ratio_or_status;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{CompensatedSum, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Where the states are, and what an edge's length is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PercolationConfig {
    /// The number column of the nodes with their states.
    pub state: String,
    /// What an edge's length is.
    pub distance: Distance,
    /// Exact however long it takes, or refused where it takes long.
    pub method: Method,
}

impl Default for PercolationConfig {
    fn default() -> Self {
        Self { state: "state".into(), distance: Distance::Hops, method: Method::Auto }
    }
}

/// How much of what spreads from the firms that have it already passes a firm on its shortest ways to others.
///
/// # Formula
/// `PC(v) = 1/(n − 2) Σ_{s ≠ v ≠ t} σ_st(v)/σ_st · x_s / (Σ_i x_i − x_v)` for states `x`, where `σ_st` counts the shortest paths from
/// `s` to `t` and `σ_st(v)` those through `v`. Lengths within a relative `1e-10` are equal.
/// # Source
/// Piraveenan, Prokopenko and Hossain (2013).
/// # Input and result
/// Needs a state of every node, 0 or more: usually between 0 = untouched and 1 = fully hit, but only proportions matter. One
/// share per node, in node order; with all states alike it is the normalised betweenness. [`Status::InsufficientN`] with fewer
/// than three nodes, [`Status::ZeroDenominator`] where all others are untouched. Self-loops are on no shortest path.
/// # Cost
/// `O(k m)` time in hops for `k` nodes with a state above 0, `O(k (m + n log n))` with lengths; memory as
/// [`betweenness()`](super::betweenness::betweenness()).
/// # Errors
/// [`MetricError::InputMissing`] without the column or with gaps in it; [`ParamError::Value`] for a negative state
/// or another method; [`MetricError::TooLong`] for more than `2·10¹⁰` nodes with a state times edges, unless `method` is exact;
/// [`MetricError::Cancelled`].
/// # Example
/// What the second grower has can only reach the shop through the still; so can what the first has.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::percolation_centrality::percolation_centrality;
/// let graph = SupplyGraph::from_flows(["g1", "g2", "still", "shop"], [(0, 2, 1.0), (1, 2, 1.0), (2, 3, 1.0)])?
///     .with_number("state", [0.0, 0.5, 0.0, 0.5].map(Some));
/// let found = percolation_centrality(&graph, &Default::default(), &NoProgress)?;
/// assert_eq!(found[2], Ok(0.25)); // half of what there is passes it, to one of two others
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn percolation_centrality(
    graph: &SupplyGraph,
    config: &PercolationConfig,
    progress: &dyn Progress,
) -> Result<Vec<Result<f64, Status>>, MetricError> {
    config.method.refuse_estimates()?;
    let states = states(graph, &config.state)?;
    let n = graph.n_nodes();
    if n < 3 {
        return Ok(vec![Err(Status::InsufficientN); n]);
    }
    let sources: Vec<(u32, f64)> =
        (0..).zip(states.iter().copied()).filter(|&(_, state)| state > 0.0).collect();
    if config.method == Method::Auto && sources.len() as f64 * graph.n_edges() as f64 > LONG {
        return Err(MetricError::TooLong {
            what: "the shortest ways between all pairs",
            n,
            instead: "use `betweenness`, which samples large networks",
        });
    }
    let lengths = config.distance.lengths(graph);
    let customers = Adjacency::customers(graph);
    let shares =
        path_shares_from(customers, lengths.as_deref(), &sources, "percolation", progress)?;
    let all = states.iter().copied().collect::<CompensatedSum>().value();
    let share =
        |(share, state): (f64, &f64)| Ok(ratio_or_status(share, all - state)? / (n as f64 - 2.0));
    Ok(shares.node.into_iter().zip(&states).map(share).collect())
}

/// Sources times edges that take about a minute.
const LONG: f64 = 2e10;

fn states(graph: &SupplyGraph, name: &str) -> Result<Vec<f64>, MetricError> {
    let Some(column) = graph.nodes().number(name) else {
        return Err(MetricError::no_numbers(graph, name));
    };
    let state = |(i, state): (usize, Option<f64>)| {
        let id = || graph.node_id(NodeIndex::new(i));
        match state {
            Some(x) if x >= 0.0 => Ok(x),
            Some(x) => {
                let what =
                    format!("column `{name}` has {x} for `{}`, but states are 0 or more", id());
                Err(ParamError::Value(what).into())
            }
            None => {
                let what = format!("a value of node column `{name}` for `{}`", id());
                Err(MetricError::InputMissing { what })
            }
        }
    };
    column.iter().enumerate().map(state).collect()
}

/// [`percolation_centrality()`] behind the registry.
pub struct PercolationCentrality;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "percolation_centrality",
    Unit::One,
    "Share of what spreads from nodes by their states that passes the node on shortest paths.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "percolation_centrality",
    family: Family::Centrality,
    summary: "How much of what has begun to spread passes a firm on its shortest ways to others.",
    formula: "PC(v) = 1/(n−2) Σ_{s≠v≠t} σ_st(v)/σ_st · x_s/(Σ x − x_v), x = states",
    source: "Piraveenan, Prokopenko and Hossain (2013)",
    reading: "High = stands between those who have it (a plant disease, a missing input, a new practice) and those who may get \
              it next: where to watch or to stop it. Equal to betweenness if all states are alike. Spreads along the \
              flows, from suppliers to customers. Self-loops are not used. Lengths within 1e-10 are equal.",
    cost: "O(k m) time in hops for k nodes with a state above 0, O(k (m + n log n)) with lengths",
    needs: &["a number column of nodes with a state of 0 or more, by default `state`"],
    params: &[
        ParamSpec {
            name: "state",
            default: "state",
            meaning: "The number column of nodes with their states, such as 0 = untouched and 1 = fully hit.",
        },
        EXACT_PARAMS[0],
        EXACT_PARAMS[1],
    ],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for PercolationCentrality {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let found = percolation_centrality(graph, &params.decode()?, progress)?;
        let column = Column::from_results(&COLUMNS[0], found);
        Ok(vec![Table::new(TableId::NodeMetrics, vec![column])])
    }
}
