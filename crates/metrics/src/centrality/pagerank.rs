//! `PageRank` along the flows, against them, and from chosen firms.

use crate::kernel::stationary::{Stop, Walk, stationary};
use crate::params::did_you_mean;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};
use std::collections::BTreeMap;

/// Which way the walk goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Towards {
    /// With the flows: firms score that many goods end up at.
    #[default]
    Customers,
    /// Against the flows: firms score that many others depend on.
    Suppliers,
}

/// How the walk jumps, and how exact the answer is.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PagerankConfig {
    /// Probability of following an edge, at least 0 and below 1.
    pub damping: f64,
    /// Bound of the error, summed over all nodes; above 0.
    pub tolerance: f64,
    /// Steps after which to give up.
    pub max_iterations: usize,
}

impl Default for PagerankConfig {
    fn default() -> Self {
        Self { damping: 0.85, tolerance: 1e-12, max_iterations: 10_000 }
    }
}

impl PagerankConfig {
    fn check(&self) -> Result<(), ParamError> {
        let Self { damping, tolerance, .. } = *self;
        if !(0.0..1.0).contains(&damping) {
            let message = format!("damping is {damping}, but must be at least 0 and below 1");
            return Err(ParamError::Value(message));
        }
        if !(tolerance > 0.0) {
            let message = format!("tolerance is {tolerance}, but must be above 0");
            return Err(ParamError::Value(message));
        }
        Ok(())
    }
}

/// Firms that a personalised walk jumps to.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(
    untagged,
    expecting = "seeds are a list of node ids in quotes, or a table of node ids with weights"
)]
pub enum Seeds {
    /// One firm.
    One(String),
    /// Several, all alike. Nobody means everybody.
    Several(Vec<String>),
    /// Several, each with a weight of at least 0.
    Weighted(BTreeMap<String, f64>),
}

impl Default for Seeds {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Seeds {
    /// The distribution over the nodes from which the walk starts.
    ///
    /// # Errors
    /// [`ParamError::Value`] for an unknown node, a negative weight, or weights that are all 0.
    pub fn distribution(&self, graph: &SupplyGraph) -> Result<Vec<f64>, ParamError> {
        let pairs: Vec<(&str, f64)> = match self {
            Self::One(id) => vec![(id, 1.0)],
            Self::Several(ids) => ids.iter().map(|id| (id.as_str(), 1.0)).collect(),
            Self::Weighted(weights) => weights.iter().map(|(id, &w)| (id.as_str(), w)).collect(),
        };
        if pairs.is_empty() {
            return Ok(uniform(graph.n_nodes()));
        }
        let lookup = graph.lookup();
        let mut distribution = vec![0.0; graph.n_nodes()];
        for &(id, weight) in &pairs {
            if !(weight >= 0.0 && weight.is_finite()) {
                let message = format!("seed `{id}` weighs {weight}, but must weigh at least 0");
                return Err(ParamError::Value(message));
            }
            let Some(node) = lookup.get(id) else {
                let hint = did_you_mean(id, graph.ids().iter());
                return Err(ParamError::NotThere(format!("seed `{id}` is not a node{hint}")));
            };
            distribution[node.index()] += weight;
        }
        let largest = distribution.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 {
            return Err(ParamError::Value("the seeds all weigh 0: give one a weight".into()));
        }
        let total: f64 = distribution.iter().map(|weight| weight / largest).sum();
        Ok(distribution.iter().map(|weight| weight / largest / total).collect())
    }
}

fn uniform(n: usize) -> Vec<f64> {
    vec![1.0 / n as f64; n]
}

/// Where goods end up (`Customers`), or whom everybody depends on (`Suppliers`), if at every step a unit moves on
/// in proportion to the flows.
///
/// # Formula
/// `r = d Pᵀr + (1 − d) t` with `P_ij = Z_ij / Σ_k Z_ik`, `t_i = 1/n` and `Σ r = 1`; towards suppliers, the same on
/// `Zᵀ`. The share of a node without a way out is handed out as `t`.
/// # Source
/// Page, Brin, Motwani and Winograd (1999); Langville and Meyer (2006) for nodes without a way out.
/// # Input and result
/// One share per node, in node order; they add up to 1. Self-loops are used.
/// # Cost
/// `O(m log(1/tolerance) / log(1/d))` time at most, `O(n + m)` memory.
/// # Errors
/// [`MetricError::Parameter`] for a damping or tolerance out of range, [`MetricError::NotConverged`],
/// [`MetricError::Cancelled`].
/// # Example
/// Two firms that sell all to each other share evenly; a third that only supplies them is jumped to, never sold to.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::pagerank::{PagerankConfig, Towards, pagerank};
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 9.0), (1, 0, 9.0), (2, 0, 1.0), (2, 1, 1.0)])?;
/// let r = pagerank(&graph, Towards::Customers, &PagerankConfig::default(), &NoProgress)?;
/// for (r, expected) in r.iter().zip([0.475, 0.475, 0.05]) {
///     assert!((r - expected).abs() < 1e-12);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pagerank(
    graph: &SupplyGraph,
    towards: Towards,
    config: &PagerankConfig,
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    walk(graph, towards, &uniform(graph.n_nodes()), config, progress)
}

/// As [`pagerank()`], but the walk starts and jumps to chosen firms only: who gets what they make, or on whom
/// they depend.
///
/// # Errors
/// As [`pagerank()`], and [`MetricError::Parameter`] for a seed that is not a node.
///
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::pagerank::{PagerankConfig, Seeds, Towards, pagerank_personalised};
/// let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 9.0)])?;
/// let from_b = Seeds::One("b".into());
/// let config = PagerankConfig::default();
/// let r = pagerank_personalised(&graph, Towards::Suppliers, &from_b, &config, &NoProgress)?;
/// assert!((r[0] - 0.85 / 1.85).abs() < 1e-12); // a hands all back to b
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pagerank_personalised(
    graph: &SupplyGraph,
    towards: Towards,
    seeds: &Seeds,
    config: &PagerankConfig,
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    walk(graph, towards, &seeds.distribution(graph)?, config, progress)
}

fn walk(
    graph: &SupplyGraph,
    towards: Towards,
    teleport: &[f64],
    config: &PagerankConfig,
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    config.check()?;
    let walk = match towards {
        Towards::Customers => Walk::to_customers(graph),
        Towards::Suppliers => Walk::to_suppliers(graph),
    };
    let stop = Stop { tolerance: config.tolerance, max_iterations: config.max_iterations };
    stationary(&walk, teleport, config.damping, stop, progress)
}

/// [`pagerank()`] towards customers, behind the registry.
pub struct Pagerank;

/// [`pagerank_personalised()`] behind the registry.
pub struct PagerankPersonalised;

/// [`pagerank()`] towards suppliers, behind the registry.
pub struct PagerankReverse;

static COLUMN: [ColumnSpec; 1] = [ColumnSpec::number(
    "pagerank",
    Unit::One,
    "Share of a walk that follows the flows to customers.",
)];

static PERSONALISED_COLUMN: [ColumnSpec; 1] = [ColumnSpec::number(
    "pagerank_personalised",
    Unit::One,
    "Share of a walk along the flows that starts at chosen firms.",
)];

static REVERSE_COLUMN: [ColumnSpec; 1] = [ColumnSpec::number(
    "pagerank_reverse",
    Unit::One,
    "Share of a walk that follows the flows back to suppliers.",
)];

const DAMPING: ParamSpec = ParamSpec {
    name: "damping",
    default: "0.85",
    meaning: "probability of following an edge, at least 0 and below 1",
};
const MAX_ITERATIONS: ParamSpec =
    ParamSpec { name: "max_iterations", default: "10000", meaning: "steps after which to give up" };
const TOLERANCE: ParamSpec = ParamSpec {
    name: "tolerance",
    default: "1e-12",
    meaning: "bound of the error, summed over all nodes",
};

static PARAMS: [ParamSpec; 3] = [DAMPING, MAX_ITERATIONS, TOLERANCE];

static PERSONALISED_PARAMS: [ParamSpec; 5] = [
    DAMPING,
    MAX_ITERATIONS,
    ParamSpec {
        name: "seeds",
        default: "[]",
        meaning: "firms to start from: a list of node ids, or node ids with weights; `[]` = all alike, which is \
                  plain `pagerank`",
    },
    TOLERANCE,
    ParamSpec {
        name: "towards",
        default: "customers",
        meaning: "`customers` = who gets what the seeds make, `suppliers` = on whom the seeds depend",
    },
];

const SOURCE: &str = "Page, Brin, Motwani and Winograd (1999); Langville and Meyer (2006)";
const COST: &str = "O(m log(1/tolerance) / log(1/d)) time, O(n + m) memory";

static SPEC: MetricSpec = MetricSpec {
    name: "pagerank",
    family: Family::Centrality,
    summary: "Where goods end up if at every step they move on in proportion to the flows.",
    formula: "r = d Pᵀr + (1−d)/n, P_ij = Z_ij / Σ_k Z_ik, Σr = 1; without customers: to all alike",
    source: SOURCE,
    reading: "High = much of the network sells to it, directly or through others. Shares add up to 1. Self-loops \
              are used.",
    cost: COST,
    needs: &[],
    params: &PARAMS,
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMN }],
    core: true,
};

static PERSONALISED_SPEC: MetricSpec = MetricSpec {
    name: "pagerank_personalised",
    family: Family::Centrality,
    summary: "Who gets what chosen firms make, or on whom they depend, through any number of steps.",
    formula: "r = d Pᵀr + (1−d) t, t = weights of the seeds, Σr = 1; without a way out: to the seeds",
    source: SOURCE,
    reading: "High = close to the seeds along the flows. Without seeds it is plain `pagerank`. Shares add up to 1. \
              Self-loops are used.",
    cost: COST,
    needs: &[],
    params: &PERSONALISED_PARAMS,
    outputs: &[Output { table: TableId::NodeMetrics, columns: &PERSONALISED_COLUMN }],
    core: false,
};

static REVERSE_SPEC: MetricSpec = MetricSpec {
    name: "pagerank_reverse",
    family: Family::Centrality,
    summary: "Whom the network depends on if every firm passes its weight back to its suppliers.",
    formula: "r = d Pᵀr + (1−d)/n, P_ji = Z_ij / Σ_k Z_kj, Σr = 1; without suppliers: to all alike",
    source: SOURCE,
    reading: "High = much of the network buys from it, directly or through others. Shares add up to 1. Self-loops \
              are used.",
    cost: COST,
    needs: &[],
    params: &PARAMS,
    outputs: &[Output { table: TableId::NodeMetrics, columns: &REVERSE_COLUMN }],
    core: true,
};

fn table(column: &ColumnSpec, values: Vec<f64>) -> Vec<Table> {
    vec![Table::new(TableId::NodeMetrics, vec![Column::new(column, Values::F64(values))])]
}

impl Metric for Pagerank {
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
        let values = pagerank(graph, Towards::Customers, &params.decode()?, progress)?;
        Ok(table(&COLUMN[0], values))
    }
}

impl Metric for PagerankReverse {
    fn spec(&self) -> &'static MetricSpec {
        &REVERSE_SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(REVERSE_SPEC.params)?;
        let values = pagerank(graph, Towards::Suppliers, &params.decode()?, progress)?;
        Ok(table(&REVERSE_COLUMN[0], values))
    }
}

/// The parameters of [`PagerankPersonalised`], flat as they are typed.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PersonalisedParams {
    damping: f64,
    max_iterations: usize,
    seeds: Seeds,
    tolerance: f64,
    towards: Towards,
}

impl Default for PersonalisedParams {
    fn default() -> Self {
        let PagerankConfig { damping, tolerance, max_iterations } = PagerankConfig::default();
        let (seeds, towards) = (Seeds::default(), Towards::default());
        Self { damping, max_iterations, seeds, tolerance, towards }
    }
}

impl Metric for PagerankPersonalised {
    fn spec(&self) -> &'static MetricSpec {
        &PERSONALISED_SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(PERSONALISED_SPEC.params)?;
        let PersonalisedParams { damping, max_iterations, seeds, tolerance, towards } =
            params.decode()?;
        let config = PagerankConfig { damping, tolerance, max_iterations };
        let values = pagerank_personalised(graph, towards, &seeds, &config, progress)?;
        Ok(table(&PERSONALISED_COLUMN[0], values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    fn chain() -> SupplyGraph {
        SupplyGraph::from_flows(["grower", "distiller"], [(0, 1, 2.0)]).expect("a good graph")
    }

    fn refused(metric: &dyn Metric, name: &str, value: serde_json::Value) -> String {
        let params = Params::default().with(name, value);
        metric.compute(&chain(), &params, &NoProgress).expect_err("refused").to_string()
    }

    #[test]
    fn an_unknown_seed_is_named_with_the_nearest_node() {
        let message = refused(&PagerankPersonalised, "seeds", vec!["growr"].into());
        assert_eq!(message, "seed `growr` is not a node; did you mean `grower`?");
        let message = refused(&PagerankPersonalised, "seeds", 7.into());
        assert!(message.starts_with("seeds are a list of node ids in quotes"), "{message}");
        let message = refused(&PagerankPersonalised, "seeds", serde_json::json!({"grower": 0}));
        assert_eq!(message, "the seeds all weigh 0: give one a weight");
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        let message = refused(&Pagerank, "damping", 1.into());
        assert_eq!(message, "damping is 1, but must be at least 0 and below 1");
        let message = refused(&PagerankReverse, "tolerance", 0.into());
        assert_eq!(message, "tolerance is 0, but must be above 0");
    }

    #[test]
    fn an_answer_that_is_not_exact_enough_is_not_given() {
        let params = Params::default().with("max_iterations", 1.into());
        let error = Pagerank.compute(&chain(), &params, &NoProgress).expect_err("refused");
        assert!(matches!(error, MetricError::NotConverged { iterations: 1, .. }), "{error}");
    }

    #[test]
    fn seeds_may_be_weighted() {
        let seeds = Seeds::Weighted([("grower".into(), 1.0), ("distiller".into(), 3.0)].into());
        assert_eq!(seeds.distribution(&chain()), Ok(vec![0.25, 0.75]));
    }
}
