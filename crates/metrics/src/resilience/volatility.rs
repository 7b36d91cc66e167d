//! How far shocks to single firms move the whole.

use super::essentiality::filled_column;
use crate::centrality::domar_weight::domar_weights;
use crate::summary::exact_figures;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far independent shocks to firms move the whole: `sqrt(Σ λ_i² σ_i²)`; `None` without value added.
///
/// # Formula
/// `λ_i = x_i/GDP`, the Domar weight of firm `i`; with one `σ` for all, `σ h` and `h = sqrt(Σ λ_i²)`.
/// # Source
/// Gabaix (2011); Hulten (1978).
/// # Input and result
/// `sigma` is the standard deviation of growth of each firm. One number, in the unit of growth.
/// # Cost
/// `O(n + m)` time.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::resilience::volatility::granular_volatility;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(4.0)]);
/// assert_eq!(granular_volatility(&graph, &[1.0, 1.0]), Some(1.25)); // weights 3/4 and 4/4
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn granular_volatility(graph: &SupplyGraph, sigma: &[f64]) -> Option<f64> {
    let weights = domar_weights(graph)?;
    let sum: f64 = weights.iter().zip(sigma).map(|(w, s)| (w * s) * (w * s)).sum();
    Some(sum.sqrt())
}

/// What the largest firms, growing each by its own, add to the growth of the whole; `None` without value added, or if no firm's
/// growth is known.
///
/// # Formula
/// `Γ = Σ_{i ≤ K} (x_i/GDP) (g_i − ḡ)`, over the `top` firms of largest output whose growth is known, `ḡ` their mean.
/// # Source
/// Gabaix (2011), eq. 33.
/// # Input and result
/// `growth` in the unit of the result, one a node, `NaN` where unknown.
/// # Cost
/// `O(n log n)` time.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::resilience::volatility::granular_residual;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(4.0)]);
/// let residual = granular_residual(&graph, &[0.0, 0.5], 2); // 3/4 · −0.25 + 4/4 · 0.25
/// assert_eq!(residual, Some(0.0625));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn granular_residual(graph: &SupplyGraph, growth: &[f64], top: usize) -> Option<f64> {
    let weights = domar_weights(graph)?;
    let mut order: Vec<usize> = (0..growth.len()).filter(|&i| growth[i].is_finite()).collect();
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
    order.truncate(top);
    if order.is_empty() {
        return None;
    }
    let mean = order.iter().map(|&i| growth[i]).sum::<f64>() / order.len() as f64;
    Some(order.iter().map(|&i| weights[i] * (growth[i] - mean)).sum())
}

/// [`granular_volatility`] and [`granular_residual`] behind the registry.
pub struct Volatility;

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "gabaix_h",
        Unit::One,
        "How far the whole moves with independent shocks of size one to every firm.",
    ),
    ColumnSpec::number(
        "granular_volatility",
        Unit::One,
        "How far the whole moves with shocks of the size of `sigma`.",
    ),
    ColumnSpec::number(
        "granular_residual",
        Unit::One,
        "What the largest firms, growing each by its own, add to the growth of the whole.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "granularity",
    family: Family::Resilience,
    summary: "How far shocks to single firms move the whole, because some firms are large.",
    formula: "h = sqrt(Σ (x_i/GDP)²); granular_volatility = sqrt(Σ (x_i/GDP)² σ_i²); residual = Σ_{i≤K} (x_i/GDP)(g_i − mean g)",
    source: "Gabaix (2011); Hulten (1978)",
    reading: "With n equal firms h falls as one over the root of n; a few large ones keep it high. Output counts in full, with the \
              inputs in it, since what a firm passes on moves with it. Structure beyond sizes is not in it: see influence.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[
        ParamSpec {
            name: "sigma",
            default: "0.12",
            meaning: "Standard deviation of a firm's growth, where no column gives it.",
        },
        ParamSpec {
            name: "column",
            default: "\"\"",
            meaning: "Node column of standard deviations; empty for one `sigma`.",
        },
        ParamSpec {
            name: "growth",
            default: "\"\"",
            meaning: "Node column of growth, for granular_residual; empty for none.",
        },
        ParamSpec {
            name: "top",
            default: "100",
            meaning: "The firms of largest output that granular_residual is of.",
        },
    ],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    sigma: f64,
    column: String,
    growth: String,
    top: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { sigma: 0.12, column: String::new(), growth: String::new(), top: 100 }
    }
}

impl Metric for Volatility {
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
        let config: Config = params.decode()?;
        if config.sigma.is_nan() || config.sigma < 0.0 {
            let what = format!("`sigma` is {}: a standard deviation is not negative", config.sigma);
            return Err(ParamError::Value(what).into());
        }
        let n = graph.n_nodes();
        let sigma = match config.column.as_str() {
            "" => vec![config.sigma; n],
            name => filled_column(graph, name)?,
        };
        let of = |sigma: &[f64]| granular_volatility(graph, sigma).ok_or(Status::ZeroDenominator);
        let residual = match config.growth.as_str() {
            "" => Err(Status::InputMissing),
            name => {
                let missing = || MetricError::no_numbers(graph, name);
                let column = graph.nodes().number(name).ok_or_else(missing)?;
                let growth: Vec<f64> = column.iter().map(|g| g.unwrap_or(f64::NAN)).collect();
                granular_residual(graph, &growth, config.top).ok_or(Status::ZeroDenominator)
            }
        };
        let figures = exact_figures(&FIGURES, [of(&vec![1.0; n]), of(&sigma), residual]);
        Ok(vec![network_summary(&figures)])
    }
}
