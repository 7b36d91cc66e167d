//! How output follows demand.

use crate::kernel::ratio::ratio_or_status;
use crate::long::{Rows, STATUS};
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, Scope,
    network_summary,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Panel, Progress, SupplyGraph, Table, TableId};

/// How a series of output moves with demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VolumeFlexibility {
    /// Slope of the change of log output on the change of log demand.
    pub level_elasticity: Result<f64, Status>,
    /// The same through the origin.
    pub through_origin: Result<f64, Status>,
    /// The share of the gap between demand and the last output that is closed in a period.
    pub adjustment_speed: Result<f64, Status>,
    /// Standard deviation of output by its mean.
    pub variation: Result<f64, Status>,
    /// The largest by the smallest output.
    pub peak_to_trough: Result<f64, Status>,
    /// The largest growth from one period to the next.
    pub max_growth: Result<f64, Status>,
}

/// How output follows demand over at least three periods.
///
/// # Formula
/// `level_elasticity`: least squares of `Δ ln y` on `Δ ln d`, with and without a constant. `adjustment_speed`: `λ` of
/// `y_t − y_{t−1} = λ (d_t − y_{t−1})`, without a constant. Standard deviation (`n − 1`) by mean, largest by smallest output, and the
/// largest growth of a period.
/// # Source
/// Partial adjustment after Nerlove (1958); toolkit definitions otherwise.
/// # Input and result
/// One output and one demand per period, for `adjustment_speed` in one unit. Undefined (`insufficient_n`) for fewer than three periods;
/// (`zero_denominator`) for logarithms and quotients of what is not positive, and where demand does not move.
/// # Cost
/// `O(T)` time for `T` periods.
/// # Panics
/// If there is not one demand per output.
/// # Example
/// ```
/// # use palenque_metrics::change::volume_flexibility::volume_flexibility;
/// let found = volume_flexibility(&[1.0, 2.0, 1.0], &[1.0, 4.0, 1.0]);
/// assert!((found.level_elasticity? - 0.5).abs() < 1e-12); // demand grows fourfold, output twofold
/// assert_eq!((found.peak_to_trough, found.max_growth), (Ok(2.0), Ok(1.0)));
/// # Ok::<(), palenque_graph::table::Status>(())
/// ```
#[must_use]
pub fn volume_flexibility(output: &[f64], demand: &[f64]) -> VolumeFlexibility {
    assert_eq!(output.len(), demand.len(), "one demand per output");
    if output.len() < 3 {
        return VolumeFlexibility::none(Status::InsufficientN);
    }
    let n = output.len() as f64;
    let mean = output.iter().map(|y| y / n).sum::<f64>();
    let squares: f64 = output.iter().map(|y| (y - mean).powi(2)).sum();
    let (low, high) = output
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &y| (low.min(y), high.max(y)));
    let positive = |value: f64, divisor: f64| {
        if divisor > 0.0 { ratio_or_status(value, divisor) } else { Err(Status::ZeroDenominator) }
    };
    let growth = output.windows(2).map(|y| positive(y[1] - y[0], y[0]));
    let growth: Result<Vec<f64>, Status> = growth.collect();
    let [level_elasticity, through_origin] = match log_changes(output).zip(log_changes(demand)) {
        Some((dy, dd)) => [slope(&centred(&dd), &centred(&dy), &dd), slope(&dd, &dy, &dd)],
        None => [Err(Status::ZeroDenominator); 2],
    };
    let steps = output.windows(2).zip(&demand[1..]);
    let (gap, step): (Vec<f64>, Vec<f64>) = steps.map(|(y, d)| (d - y[0], y[1] - y[0])).unzip();
    VolumeFlexibility {
        level_elasticity,
        through_origin,
        adjustment_speed: slope(&gap, &step, &gap),
        variation: positive((squares / (n - 1.0)).sqrt(), mean),
        peak_to_trough: positive(high, low),
        max_growth: growth.map(|growth| growth.into_iter().fold(f64::NEG_INFINITY, f64::max)),
    }
}

impl VolumeFlexibility {
    fn none(why: Status) -> Self {
        Self {
            level_elasticity: Err(why),
            through_origin: Err(why),
            adjustment_speed: Err(why),
            variation: Err(why),
            peak_to_trough: Err(why),
            max_growth: Err(why),
        }
    }
}

/// The changes of the logarithms; nothing if some value is not positive.
fn log_changes(series: &[f64]) -> Option<Vec<f64>> {
    let logs = series.iter().map(|&x| (x > 0.0).then(|| x.ln()));
    let logs: Vec<f64> = logs.collect::<Option<_>>()?;
    Some(logs.windows(2).map(|two| two[1] - two[0]).collect())
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|x| x - mean).collect()
}

/// `Σ x y / Σ x²`; undefined where `x` is nothing but the rounding of what it was made of.
fn slope(x: &[f64], y: &[f64], made_of: &[f64]) -> Result<f64, Status> {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let squares = product(x, x);
    if squares <= 1e-24 * product(made_of, made_of) {
        return Err(Status::ZeroDenominator);
    }
    ratio_or_status(product(x, y), squares)
}

/// [`volume_flexibility()`] behind the registry.
pub struct VolumeFlexibilityMetric;

static COLUMNS: [ColumnSpec; 9] = [
    ColumnSpec::text("node_id", "The node's id; empty for the whole network."),
    ColumnSpec::count("n_periods", "Periods of the panel."),
    ColumnSpec::number(
        "level_elasticity",
        Unit::One,
        "Change of log output with the change of log demand: 1 = in proportion.",
    ),
    ColumnSpec::number(
        "elasticity_through_origin",
        Unit::One,
        "The same without a trend of its own.",
    ),
    ColumnSpec::number(
        "adjustment_speed",
        Unit::One,
        "Share of the gap between the node's own demand and its last output that is closed in a period.",
    ),
    ColumnSpec::number("output_cv", Unit::One, "Standard deviation of output by its mean."),
    ColumnSpec::number("peak_to_trough", Unit::One, "Largest by smallest output."),
    ColumnSpec::number("max_growth", Unit::One, "Largest growth from one period to the next."),
    STATUS,
];

/// The slope for the whole network, as its own figure.
static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "level_elasticity",
    Unit::One,
    "Change of the log output of the network with that of log demand, over all periods.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "volume_flexibility",
    family: Family::Change,
    summary: "How the output of firms and of the whole network follows demand.",
    formula: "Δ ln y_t = α + β Δ ln d_t [level_elasticity = β; through the origin α = 0]; y_t − y_t−1 = λ (d_t − y_t−1) \
              [adjustment_speed = λ]; output_cv = sd/mean; peak_to_trough = max y/min y; max_growth = max (y_t/y_t−1 − 1)",
    source: "Partial adjustment after Nerlove (1958); toolkit definitions otherwise",
    reading: "level_elasticity near 1 = output moves with demand; near 0 = it does not. Demand is the final demand of the whole network, \
              in which a firm that swings more than the market stands above 1; a column `demand` of a firm's orders says how it serves \
              them, and only then there is an adjustment_speed. Few periods make a rough slope: three make one without any error left.",
    cost: "O(n T) time for T periods",
    needs: &[],
    params: &[ParamSpec {
        name: "demand",
        default: "\"\"",
        meaning: "Node column with the demand that each firm meets, in the unit of its output; empty for the final demand of the network.",
    }],
    outputs: &[
        Output { table: TableId::VolumeFlexibility, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    demand: String,
}

/// Outputs and demands of all periods.
struct Series {
    accounts: Vec<Accounts>,
    /// By period, the demand of each node; nothing where that of the network is taken.
    own: Option<Vec<Vec<Option<f64>>>>,
    /// By period, the demand of all.
    all: Vec<Option<f64>>,
}

impl Series {
    fn of(panel: &Panel, demand: &str) -> Result<Self, MetricError> {
        let accounts: Vec<Accounts> = panel.iter().map(|(_, graph)| Accounts::of(graph)).collect();
        if demand.is_empty() {
            let sum = |accounts: &Accounts| Some(accounts.final_demand.iter().sum());
            return Ok(Self { all: accounts.iter().map(sum).collect(), own: None, accounts });
        }
        let column = |(_, graph): (&str, &SupplyGraph)| {
            let column = graph.nodes().number(demand);
            let column = column.ok_or_else(|| MetricError::no_numbers(graph, demand))?;
            Ok(column.iter().collect::<Vec<Option<f64>>>())
        };
        let own: Vec<Vec<Option<f64>>> =
            panel.iter().map(column).collect::<Result<_, MetricError>>()?;
        // Those without a demand, such as firms that are not there, add nothing to it.
        let sum = |values: &Vec<Option<f64>>| {
            values.iter().any(Option::is_some).then(|| values.iter().flatten().sum())
        };
        Ok(Self { all: own.iter().map(sum).collect(), own: Some(own), accounts })
    }

    fn network(&self) -> VolumeFlexibility {
        let output: Vec<f64> = self.accounts.iter().map(|a| a.output.iter().sum()).collect();
        self.flexibility(&output, self.all.iter().copied().collect())
    }

    fn node(&self, u: usize) -> VolumeFlexibility {
        let output: Vec<f64> = self.accounts.iter().map(|a| a.output[u]).collect();
        let demand = match &self.own {
            Some(own) => own.iter().map(|values| values[u]).collect(),
            None => self.all.iter().copied().collect(),
        };
        self.flexibility(&output, demand)
    }

    fn flexibility(&self, output: &[f64], demand: Option<Vec<f64>>) -> VolumeFlexibility {
        let Some(demand) = demand else { return VolumeFlexibility::none(Status::InputMissing) };
        let found = volume_flexibility(output, &demand);
        match self.own {
            Some(_) => found,
            // Final demand is not on the level of anybody's output.
            None => VolumeFlexibility { adjustment_speed: Err(Status::InputMissing), ..found },
        }
    }
}

impl Metric for VolumeFlexibilityMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Panel
    }

    fn over(
        &self,
        panel: &Panel,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let series = Series::of(panel, &config.demand)?;
        let network = series.network();
        let mut rows = Rows::new(&COLUMNS);
        let mut add = |id: Option<&str>, found: VolumeFlexibility| {
            rows.push([
                id.into(),
                panel.n_periods().into(),
                found.level_elasticity.into(),
                found.through_origin.into(),
                found.adjustment_speed.into(),
                found.variation.into(),
                found.peak_to_trough.into(),
                found.max_growth.into(),
            ]);
        };
        add(None, network);
        for (u, id) in panel.last().ids().iter().enumerate() {
            add(Some(id), series.node(u));
        }
        let figure = Figure::new(&FIGURES[0], network.level_elasticity);
        Ok(vec![rows.table(TableId::VolumeFlexibility), network_summary(&[figure])])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demand_that_grows_evenly_has_no_slope_of_its_own() {
        let demand = [1.0, 1.1, 1.21, 1.331];
        let found = volume_flexibility(&[1.0, 2.0, 2.0, 3.0], &demand);
        assert_eq!(found.level_elasticity, Err(Status::ZeroDenominator));
        assert!(found.through_origin.is_ok());
        let found = volume_flexibility(&[1.0, 2.0, 2.0, 3.0], &[5.0; 4]);
        assert_eq!(found.through_origin, Err(Status::ZeroDenominator));
    }

    #[test]
    fn a_firm_that_was_not_there_has_no_elasticity() {
        let found = volume_flexibility(&[0.0, 2.0, 3.0], &[1.0, 2.0, 4.0]);
        let undefined = [found.level_elasticity, found.peak_to_trough, found.max_growth];
        assert_eq!(undefined, [Err(Status::ZeroDenominator); 3]);
        assert!(found.variation.is_ok() && found.adjustment_speed.is_ok());
        let short = volume_flexibility(&[1.0, 2.0], &[1.0, 2.0]);
        assert_eq!(short.variation, Err(Status::InsufficientN));
    }
}
