//! Katz centrality.

use crate::kernel::coefficients::RowMatrix;
use crate::kernel::fixed_point::{Stop, Unsolved, fixed_point};
use crate::kernel::perron::Perron;
use crate::kernel::spectral::RadiusBounds;
use crate::kernel::strengths::in_strengths;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How [`katz`] counts chains.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KatzConfig {
    /// What a unit of flow counts at every step, above 0; `None` is half of one over the spectral radius of the flows.
    pub alpha: Option<f64>,
}

/// Katz centrality of every node, in both directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Katz {
    /// By the chains that end at the node.
    pub into: Vec<f64>,
    /// By the chains that begin at the node.
    pub out: Vec<f64>,
}

/// All supply chains of any length that end (`in`) or begin (`out`) at a firm, longer ones counting less.
///
/// # Formula
/// `c = 1 + α Zᵀc` (`in`) and `c = 1 + α Z c` (`out`): a chain of `k` steps counts `αᵏ` times the product of its flows. `α` is
/// `1 / 2ρ(Z)`, and `1 / 2 max_j Σ_i Z_ij` without cycles.
/// # Source
/// Katz (1953).
/// # Input and result
/// One number per node and direction, in node order, at least 1. [`Status::AlphaTooLarge`] unless `α ρ(Z) < 1`. The
/// default does not depend on the unit of the flows. Self-loops are used.
/// # Cost
/// Two solves, `O(k (n + m))` time for `k` passes, and the spectral radius unless `alpha` is given.
/// # Errors
/// [`ParamError::Value`] unless `alpha` is positive; [`MetricError::NotConverged`]; [`MetricError::Cancelled`].
/// # Example
/// A chain of three, each step counting a tenth of its flow of 5.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::katz::{KatzConfig, katz};
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let config = KatzConfig { alpha: Some(0.1) };
/// let c = katz(&graph, config, &NoProgress)?.expect("α is small enough");
/// assert_eq!(c.into, [1.0, 1.5, 1.75]); // 1 + 5/10 · 1.5
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn katz(
    graph: &SupplyGraph,
    config: KatzConfig,
    progress: &dyn Progress,
) -> Result<Result<Katz, Status>, MetricError> {
    if let Some(alpha) = config.alpha.filter(|alpha| !(*alpha > 0.0 && alpha.is_finite())) {
        let what = format!("`alpha` is {alpha}: give a positive number");
        return Err(ParamError::Value(what).into());
    }
    let purchases = RowMatrix::of_purchases(graph, |_, _, flow| flow).of_positive();
    let alpha = match config.alpha {
        Some(alpha) => alpha,
        None => default_alpha(graph, Perron::of(graph, &purchases, progress)?.radius),
    };
    let sales = RowMatrix::of_sales(graph, |_, _, flow| flow);
    let solve = |matrix: &RowMatrix<'_>| match attenuated(matrix, alpha, progress) {
        // No solve ends without a proof that `α ρ < 1`; only what is hard to solve has to be looked at.
        Err(MetricError::NotConverged { .. })
            if alpha * Perron::of(graph, &purchases, progress)?.radius.upper >= 1.0 =>
        {
            Ok(Err(Status::AlphaTooLarge))
        }
        solved => solved,
    };
    let Ok(into) = solve(&purchases)? else { return Ok(Err(Status::AlphaTooLarge)) };
    Ok(solve(&sales)?.map(|out| Katz { into, out }))
}

/// Half of one over the spectral radius; without cycles, over the most that a node buys.
fn default_alpha(graph: &SupplyGraph, radius: RadiusBounds) -> f64 {
    let largest = || in_strengths(graph).into_iter().fold(0.0, f64::max);
    match radius.value() {
        radius if radius > 0.0 => 0.5 / radius,
        _ if largest() > 0.0 => 0.5 / largest(),
        _ => 1.0,
    }
}

/// The solution of `c = 1 + α M c`.
pub(super) fn attenuated(
    matrix: &RowMatrix<'_>,
    alpha: f64,
    progress: &dyn Progress,
) -> Result<Result<Vec<f64>, Status>, MetricError> {
    let ones = vec![1.0; matrix.n_rows()];
    match fixed_point(&matrix.scaled(alpha), &ones, Stop::default(), progress) {
        Ok(solved) => Ok(Ok(solved.values)),
        // As close to 1 as rounding can tell.
        Err(Unsolved::NotProductive { .. }) => Ok(Err(Status::AlphaTooLarge)),
        Err(Unsolved::Cancelled) => Err(MetricError::Cancelled),
        Err(Unsolved::NotConverged { sweeps, error, tolerance }) => {
            Err(MetricError::NotConverged { iterations: sweeps, error, tolerance })
        }
    }
}

/// [`katz()`] behind the registry.
pub struct KatzMetric;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "katz_in",
        Unit::One,
        "Supply chains of any length that end at the node, longer ones counting less.",
    ),
    ColumnSpec::number(
        "katz_out",
        Unit::One,
        "Supply chains of any length that begin at the node, longer ones counting less.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "katz",
    family: Family::Centrality,
    summary: "All supply chains that end or begin at a firm, longer ones counting less.",
    formula: "in: c = 1 + α Z'c; out: c = 1 + α Z c; α = 0.5/ρ(Z)",
    source: "Katz (1953)",
    reading: "1 = no chain at all. High = many or large chains lead here (in) or leave from here (out). Empty if α is not \
              below one over the spectral radius of the flows. The default α does not depend on the currency. \
              Self-loops are used.",
    cost: "two solves, O(k (n + m)) time for k passes",
    needs: &[],
    params: &[ParamSpec {
        name: "alpha",
        default: "",
        meaning: "What a unit of flow counts at every step, above 0; left out, half of one over the spectral radius.",
    }],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for KatzMetric {
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
        let n = graph.n_nodes();
        let (into, out) = match katz(graph, params.decode()?, progress)? {
            Ok(found) => (Ok(found.into), Ok(found.out)),
            Err(why) => (Err(why), Err(why)),
        };
        let columns =
            vec![Column::of_all(&COLUMNS[0], n, into), Column::of_all(&COLUMNS[1], n, out)];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
