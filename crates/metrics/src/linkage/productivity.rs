//! Whether an economy can meet final demand at all, and how certain its multipliers are.

use crate::kernel::coefficients::Economy;
use crate::kernel::condition::{self, Certainty};
use crate::kernel::spectral::{RadiusBounds, SWEEPS, spectral_radius};
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// What decides whether multipliers exist, and how many of their digits are certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Productivity {
    /// Bounds of the spectral radius of `A`; below 1, every final demand can be met.
    pub spectral_radius: RadiusBounds,
    /// The condition number of `I − A`, or why there are no multipliers.
    pub condition_number: Result<f64, Status>,
    /// Digits of multipliers that rounding leaves certain, or why there are none.
    pub certain_digits: Result<f64, Status>,
}

/// The spectral radius of the input coefficients, and the condition of the system behind all multipliers.
///
/// # Formula
/// `ρ(A)`, with `a_ij = Z_ij / x_j`, from below and above: `min_i (A y)_i / y_i ≤ ρ(A) ≤ max_i (A y)_i / y_i` on every
/// strongly connected component. `κ₁ = ‖I − A‖₁ ‖(I − A)⁻¹‖₁`; certain digits are `15.9 − log₁₀ κ₁`.
/// # Source
/// Collatz (1942); Wielandt (1950); Noda (1971) for the radius; Hawkins and Simon (1949) for what it decides; Higham
/// (2002), ch. 6, for the condition number.
/// # Input and result
/// Uses the node columns `output`, `final_demand`, `value_added`, `imports`, completed as
/// [`Accounts`](palenque_graph::accounts::Accounts) says. Dimensionless. The bounds are at most 10⁻⁹ of the radius apart, or
/// as far as 2,000 sweeps brought them. A radius of 1 or more is an answer; there is then no condition number. Self-loops
/// are used.
/// # Cost
/// `O(k (n + m))` time for `k` sweeps, and one solve; `O(n + m)` memory.
/// # Errors
/// [`MetricError::NoOutput`] for a node that trades without output; [`MetricError::Cancelled`].
/// # Example
/// Miller and Blair (2009), table 2.3: the eigenvalues of `[[0.15, 0.25], [0.2, 0.05]]` are `0.1 ± √0.0525`.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::productivity::productivity;
/// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
/// let economy = SupplyGraph::from_flows(["s1", "s2"], flows)?
///     .with_number("output", [Some(1000.0), Some(2000.0)]);
/// let found = productivity(&economy, &NoProgress)?;
/// assert!((found.spectral_radius.value() - (0.1 + 0.0525_f64.sqrt())).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn productivity(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Productivity, MetricError> {
    let economy = Economy::of(graph)?;
    let spectral_radius = spectral_radius(&economy, SWEEPS, progress)?.radius;
    let certainty = if spectral_radius.lower >= 1.0 {
        Err(Status::SingularLeontief)
    } else {
        match economy.productive().and_then(|economy| Certainty::of(&economy, progress)) {
            Ok(certainty) => Ok(certainty),
            Err(MetricError::Cancelled) => return Err(MetricError::Cancelled),
            Err(MetricError::NotConverged { .. }) => Err(Status::NotConverged),
            Err(_) => Err(Status::SingularLeontief),
        }
    };
    Ok(Productivity {
        spectral_radius,
        condition_number: certainty.map(|certainty| certainty.condition_number()),
        certain_digits: certainty.map(|certainty| certainty.certain_digits()),
    })
}

/// [`productivity()`] behind the registry.
pub struct ProductivityMetric;

static RADIUS: ColumnSpec = ColumnSpec::number(
    "spectral_radius",
    Unit::One,
    "Largest eigenvalue of the input coefficients, between `lower` and `upper`; below 1, every final demand can be met.",
);
static CONDITION: ColumnSpec = ColumnSpec::number(
    "condition_number",
    Unit::One,
    "By how much relative errors of the data may grow in multipliers; empty if the economy is not productive.",
);
static DIGITS: ColumnSpec = ColumnSpec::number(
    "certain_digits",
    Unit::One,
    "Digits of multipliers that rounding leaves certain; empty if the economy is not productive.",
);

static SPEC: MetricSpec = MetricSpec {
    name: "productivity",
    family: Family::Linkage,
    summary: "Whether the economy can meet final demand at all, and how certain its multipliers are.",
    formula: "spectral_radius = ρ(A), min_i (Ay)_i / y_i ≤ ρ(A) ≤ max_i (Ay)_i / y_i; \
              condition_number = ‖I − A‖₁ ‖(I − A)^-1‖₁; certain_digits = 15.9 − log10 condition_number",
    source: "Collatz (1942); Wielandt (1950); Noda (1971); Hawkins and Simon (1949); Higham (2002), ch. 6",
    reading: "Below 1 = productive; the nearer to 1, the more rounds of inputs stand behind final demand. Columns `lower` and \
              `upper` are proved. Self-loops are used.",
    cost: "O(k (n + m)) time for k sweeps, and one solve",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &[RADIUS, CONDITION, DIGITS] }],
    core: false,
};

impl Metric for ProductivityMetric {
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
        let found = productivity(graph, progress)?;
        let (radius, condition, digits) = if graph.n_nodes() == 0 {
            let none = Err(Status::InsufficientN);
            (Figure::new(&RADIUS, none), none, none)
        } else {
            let bounds = found.spectral_radius;
            let interval = Some((bounds.lower, bounds.upper));
            let radius = Figure::new(&RADIUS, Ok(bounds.value()));
            let radius = Figure { interval, method: "bounds", ..radius };
            (radius, found.condition_number, found.certain_digits)
        };
        Ok(vec![network_summary(&[
            radius,
            Figure::new(&CONDITION, condition),
            Figure::new(&DIGITS, digits),
        ])])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
