//! Bonacich's power.

use super::katz::attenuated;
use crate::kernel::coefficients::RowMatrix;
use crate::kernel::perron::Perron;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How [`bonacich_power`] weighs the partners of partners.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BonacichConfig {
    /// What the power of a customer adds: above 0, power comes from powerful customers; below 0, from weak ones that have
    /// nobody else. `None` is half of one over the spectral radius.
    pub beta: Option<f64>,
}

/// Relative error that the solution may have.
const TOLERANCE: f64 = 1e-13;
/// Sweeps after which to give up.
const MAX_SWEEPS: usize = 100_000;

/// Power that comes from being tied to the powerful, or to the dependent.
///
/// # Formula
/// `c = a (I − βA)⁻¹ A 1` with `A_ij = 1` where `i ≠ j` sells to `j`, and `a > 0` such that `Σ c² = n`.
/// # Source
/// Bonacich (1987).
/// # Input and result
/// One number per node, in node order; negative ones are possible where `β < 0`. [`Status::AlphaTooLarge`] unless
/// `|β| ρ(A) < 1`; [`Status::ZeroDenominator`] without edges between different nodes. Neither flows nor self-loops are
/// used.
/// # Cost
/// `O(k (n + m))` time for `k` passes, `O(n + m)` memory.
/// # Errors
/// [`ParamError::Value`] for a `beta` that is not a number; [`MetricError::NotConverged`]; [`MetricError::Cancelled`].
/// # Example
/// In a chain of three, the middle counts on its customer; with `β < 0`, a customer with customers is a rival.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::bonacich_power::{BonacichConfig, bonacich_power};
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 5.0)])?;
/// let power = |beta| bonacich_power(&graph, BonacichConfig { beta: Some(beta) }, &NoProgress);
/// let c = power(0.5)?.expect("β is small enough");
/// assert!((c[0] / c[1] - 1.5).abs() < 1e-12 && c[2] == 0.0);
/// let c = power(-0.5)?.expect("β is small enough");
/// assert!((c[0] / c[1] - 0.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bonacich_power(
    graph: &SupplyGraph,
    config: BonacichConfig,
    progress: &dyn Progress,
) -> Result<Result<Vec<f64>, Status>, MetricError> {
    if let Some(beta) = config.beta.filter(|beta| !beta.is_finite()) {
        return Err(ParamError::Value(format!("`beta` is {beta}: give a number")).into());
    }
    let ties = RowMatrix::of_sales(graph, |_, _, _| 1.0).keep(|i, j| i != j).of_positive();
    let radius = Perron::of(graph, &ties, progress)?.radius;
    let beta = match config.beta {
        Some(beta) => beta,
        None if radius.upper > 0.0 => 0.5 / radius.value(),
        None => 0.5,
    };
    if beta.abs() * radius.upper >= 1.0 {
        return Ok(Err(Status::AlphaTooLarge));
    }
    let bound = match attenuated(&ties, beta.abs(), progress)? {
        Ok(bound) => bound,
        Err(why) => return Ok(Err(why)),
    };
    let chains = if beta >= 0.0 { bound } else { alternating(&ties, beta, &bound, progress)? };
    // (I − βA)⁻¹ A 1 = A (I − βA)⁻¹ 1.
    let mut power = ties.times(&chains);
    let largest = power.iter().fold(0.0_f64, |most, c| most.max(c.abs()));
    if !(largest > 0.0) {
        return Ok(Err(Status::ZeroDenominator));
    }
    let squares: f64 = power.iter().map(|c| (c / largest) * (c / largest)).sum();
    let scale = (power.len() as f64 / squares).sqrt() / largest;
    // Adding 0 makes +0 of −0.
    for c in &mut power {
        *c = *c * scale + 0.0;
    }
    Ok(Ok(power))
}

/// The solution of `y = 1 + βA y` for `β < 0`.
///
/// `bound` is `(I − |β|A)⁻¹ 1`: an error is at most `bound` times the largest residual.
fn alternating(
    ties: &RowMatrix<'_>,
    beta: f64,
    bound: &[f64],
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let most = bound.iter().copied().fold(1.0, f64::max);
    let mut y = vec![1.0; bound.len()];
    let mut error = 0.0;
    for _ in 0..MAX_SWEEPS {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        let mut next = ties.times(&y);
        for value in &mut next {
            *value = 1.0 + beta * *value;
        }
        let residual = next.iter().zip(&y).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        y = next;
        error = most * residual;
        // A residual as small as rounding makes it does not get smaller.
        if error <= TOLERANCE || residual <= 4.0 * f64::EPSILON {
            return Ok(y);
        }
    }
    Err(MetricError::NotConverged { iterations: MAX_SWEEPS, error, tolerance: TOLERANCE })
}

/// [`bonacich_power()`] behind the registry.
pub struct BonacichPower;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "bonacich_power",
    Unit::One,
    "Power from customers that are powerful (β > 0) or dependent (β < 0).",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "bonacich_power",
    family: Family::Centrality,
    summary: "Power that comes from customers who are powerful themselves, or from those who have nobody else.",
    formula: "c = a (I − βA)^-1 A1, A_ij = 1 where i ≠ j sells to j, Σ c² = n",
    source: "Bonacich (1987)",
    reading: "β > 0: high = sells to firms that sell to many. β < 0: high = sells to firms that have few \
              customers of their own, as in bargaining; negative = its customers are strong. Empty if |β| is not below \
              one over the spectral radius. Flows and self-loops are not used.",
    cost: "O(k (n + m)) time for k passes",
    needs: &[],
    params: &[ParamSpec {
        name: "beta",
        default: "",
        meaning: "What the power of a customer adds, below 0 if it takes away; left out, half of one over the spectral \
                  radius.",
    }],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for BonacichPower {
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
        let power = bonacich_power(graph, params.decode()?, progress)?;
        let columns = vec![Column::of_all(&COLUMNS[0], graph.n_nodes(), power)];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
