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

/// [`granular_volatility`] behind the registry.
pub struct Volatility;

static FIGURES: [ColumnSpec; 2] = [
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
];

static SPEC: MetricSpec = MetricSpec {
    name: "granularity",
    family: Family::Resilience,
    summary: "How far shocks to single firms move the whole, because some firms are large.",
    formula: "h = sqrt(Σ (x_i/GDP)²); granular_volatility = sqrt(Σ (x_i/GDP)² σ_i²)",
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
    ],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    sigma: f64,
    column: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { sigma: 0.12, column: String::new() }
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
        let figures = exact_figures(&FIGURES, [of(&vec![1.0; n]), of(&sigma)]);
        Ok(vec![network_summary(&figures)])
    }
}
