//! Systemic risk counted in several ways: by output, by jobs, by whatever firms have.

use super::esri::{EsriConfig, PARAMS as CASCADE_PARAMS, Risk, esri};
use super::essentiality::{ESSENTIAL, Essentiality};
use crate::long::{Cell, Rows, STATUS};
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// What the failure of every firm costs, counted by one weight.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedRisk {
    /// `output`, `out_strength` or a node column.
    pub weight: String,
    /// One a node, in node order.
    pub risk: Vec<Option<Risk>>,
}

/// The economic systemic risk index with what is lost counted by several weights in turn: output, jobs, incomes.
///
/// # Formula
/// `ESRI_i^ω = Σ_j ω_j max(d_j, u_j)/Σ_j ω_j` for each weight `ω`; losses `d`, `u` as in [`esri`], and the same for all weights.
/// # Source
/// Diem, Borsos, Reisch, Kertész and Thurner (2022); counted by jobs as in Diem, Borsos, Reisch, Kertész and Thurner (2024).
/// # Input and result
/// Each weight is `output`, `out_strength` or a node column without gaps. One [`WeightedRisk`] a weight, in their order.
/// # Cost
/// That of [`esri`] for each weight.
/// # Errors
/// Those of [`esri`].
/// # Example
/// The still has most of the output and few of the jobs.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::input_groups::InputClass;
/// # use palenque_metrics::resilience::essentiality::Essentiality;
/// # use palenque_metrics::resilience::esri_weights::esri_weights;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(6.0), Some(12.0)])
///     .with_number("employees", [Some(9.0), Some(1.0)])
///     .with_text("sector", ["agave", "mezcal"].map(Some));
/// let inputs = Essentiality::uniform(&graph, "", InputClass::Essential)?;
/// let weights = ["output".into(), "employees".into()];
/// let found = esri_weights(&graph, &inputs, &weights, &Default::default(), &NoProgress)?;
/// let still = |k: usize| found[k].risk[1].expect("all were asked for").esri;
/// assert!((still(0) - 15.0 / 18.0).abs() < 1e-12);
/// assert!((still(1) - 0.55).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn esri_weights(
    graph: &SupplyGraph,
    inputs: &Essentiality,
    weights: &[String],
    config: &EsriConfig,
    progress: &dyn Progress,
) -> Result<Vec<WeightedRisk>, MetricError> {
    let one = |weight: &String| {
        let config = EsriConfig { weight: weight.clone(), ..config.clone() };
        let risk = esri(graph, inputs, &config, progress)?;
        Ok(WeightedRisk { weight: weight.clone(), risk })
    };
    weights.iter().map(one).collect()
}

/// [`esri_weights()`] behind the registry.
pub struct EsriWeights;

static COLUMNS: [ColumnSpec; 9] = [
    ColumnSpec::text("node_id", "The firm that fails."),
    ColumnSpec::text("weight", "What a loss is counted in."),
    ColumnSpec::number("share", Unit::One, "The firm's own share of it."),
    ColumnSpec::number("esri", Unit::One, "Share of it that is lost when the firm fails."),
    ColumnSpec::number("esri_down", Unit::One, "The same, for want of inputs alone."),
    ColumnSpec::number("esri_up", Unit::One, "The same, for want of orders alone."),
    ColumnSpec::number("esri_indirect", Unit::One, "esri less the firm's own share."),
    ColumnSpec {
        name: "esri_rank",
        kind: Kind::I64,
        unit: Unit::Rank,
        meaning: "Rank by esri of this weight, 1 = largest; equal ones share the first of their ranks.",
    },
    STATUS,
];

const WEIGHTS: ParamSpec = ParamSpec {
    name: "weights",
    default: "[\"output\", \"out_strength\"]",
    meaning: "What losses are counted in, one after the other: `output`, `out_strength` or node columns such as `employees`.",
};

static PARAMS: [ParamSpec; 10] = [
    CASCADE_PARAMS[0],
    CASCADE_PARAMS[1],
    CASCADE_PARAMS[2],
    CASCADE_PARAMS[3],
    CASCADE_PARAMS[4],
    CASCADE_PARAMS[5],
    WEIGHTS,
    CASCADE_PARAMS[7],
    CASCADE_PARAMS[8],
    CASCADE_PARAMS[10],
];

static SPEC: MetricSpec = MetricSpec {
    name: "systemic_risk_weights",
    family: Family::Resilience,
    summary: "How much is lost when a firm fails, counted in output, jobs or whatever else firms have.",
    formula: "ESRI_i = Σ_j ω_j max(d_j, u_j)/Σ_j ω_j for each weight ω, with the losses d and u of `systemic_risk`",
    source: "Diem, Borsos, Reisch, Kertész and Thurner (2022, 2024)",
    reading: "Who matters for output need not matter for jobs: compare the ranks. The cascade is the same for all weights, only the count \
              differs.",
    cost: "that of `systemic_risk` for each weight",
    needs: &[],
    params: &PARAMS,
    outputs: &[Output { table: TableId::DisruptionWeights, columns: &COLUMNS }],
    core: false,
};

impl Metric for EsriWeights {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&ESSENTIAL)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let Config { weights } = params.decode()?;
        if weights.is_empty() {
            return Err(ParamError::Value("`weights` is empty: name at least one".into()).into());
        }
        let config: EsriConfig = params.decode()?;
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params)?;
        let found = esri_weights(graph, &inputs, &weights, &config, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        for WeightedRisk { weight, risk } in &found {
            let amounts = amounts(graph, weight);
            let all: f64 = amounts.iter().sum();
            let ranks = super::esri::ranks(risk);
            for (v, (risk, rank)) in risk.iter().zip(ranks).enumerate() {
                let cell = |of: fn(&Risk) -> f64| match risk {
                    _ if all <= 0.0 => Cell::from(Err(Status::ZeroDenominator)),
                    Some(risk) if risk.is_cut => Err(Status::NotConverged).into(),
                    Some(risk) => of(risk).into(),
                    None => Cell::Gap,
                };
                let share =
                    if all > 0.0 { Ok(amounts[v] / all) } else { Err(Status::ZeroDenominator) };
                rows.push([
                    graph.node_id(NodeIndex::new(v)).into(),
                    weight.as_str().into(),
                    share.into(),
                    cell(|risk| risk.esri),
                    cell(|risk| risk.esri_down),
                    cell(|risk| risk.esri_up),
                    cell(|risk| risk.esri_indirect),
                    Cell::Count(rank.filter(|_| all > 0.0)),
                ]);
            }
        }
        Ok(vec![rows.table(TableId::DisruptionWeights)])
    }
}

#[derive(serde::Deserialize)]
#[serde(default)]
struct Config {
    weights: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self { weights: vec!["output".into(), "out_strength".into()] }
    }
}

/// What each node has of a weight; the cascade has seen that the column is there.
fn amounts(graph: &SupplyGraph, weight: &str) -> Vec<f64> {
    match weight {
        "output" => Accounts::of(graph).output,
        "out_strength" => graph.out_strengths(),
        column => super::essentiality::filled_column(graph, column).unwrap_or_default(),
    }
}
