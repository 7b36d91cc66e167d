//! Collective efficiency over the periods of a panel.

use super::components::indicators;
use super::composite_index::{CHOICES, Choices};
use super::tables::{COMPONENTS, DIAGNOSTICS, INDEX, SENSITIVITY};
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, Scope,
    network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Panel, Progress, Table, TableId};

/// [`composite`](super::index::composite()) of ten indicators of the network, by period, behind the registry.
pub struct CollectiveEfficiency;

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "cei_last",
    Unit::One,
    "Collective efficiency of the last period, by geometric means, compared with the other periods.",
)];

static PARAMS: [ParamSpec; 8] = {
    let [a, b, c, d, e, f, g] = CHOICES;
    let b = ParamSpec { default: "0.8", ..b };
    let near = ParamSpec::new("near", "10000", "The distance of the localisation, in metres.");
    [near, a, b, c, d, e, f, g]
};

static SPEC: MetricSpec = MetricSpec {
    name: "collective_efficiency",
    family: Family::Composite,
    summary: "What firms of a cluster gain from each other without trying, and by acting together, period by period.",
    formula: "passive: localisation (M at 10 km), supplier depth (mean of 1/Σ σ² by buyer and input), division of labour (production \
              fragmentation index), purchases inside, shared partners (mean cosine within a stage); active: horizontal and vertical \
              cooperation, associations, persistence of links, reciprocity; put together as `composite_index`",
    source: "Schmitz (1995); Marshall (1920) for external economies; OECD and JRC (2008) for the construction; toolkit definition",
    reading: "1 = the best of these periods on every indicator, so it says which way a cluster went, not how good it is. A high passive and a low \
              active part: firms gain from being near each other and do little together. Indicators that cannot be had in enough periods \
              are left out; composite_components says which. What it is supposed to bring about (flexibility, resilience) is not in it.",
    cost: "what the indicators cost, and O((draws + 10 sobol) periods × indicators)",
    needs: &[],
    params: &PARAMS,
    outputs: &[
        Output { table: TableId::CompositeIndex, columns: &INDEX },
        Output { table: TableId::CompositeComponents, columns: &COMPONENTS },
        Output { table: TableId::CompositeSensitivity, columns: &SENSITIVITY },
        Output { table: TableId::CompositeDiagnostics, columns: &DIAGNOSTICS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(default)]
struct Config {
    near: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { near: 10_000.0 }
    }
}

impl Metric for CollectiveEfficiency {
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
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        if !(config.near > 0.0 && config.near.is_finite()) {
            return Err(
                ParamError::Value(format!("`near` is {}: it is above 0", config.near)).into()
            );
        }
        let mut params = params.clone();
        if !params.values().contains_key("min_coverage") {
            params.set("min_coverage", serde_json::json!(0.8));
        }
        let choices: Choices = params.decode()?;
        let mut all = indicators(panel, config.near, progress)?;
        // An indicator of which nothing is known in any period is none.
        all.retain(|of| of.values.iter().any(Option::is_some));
        if all.is_empty() {
            return Err(MetricError::InputMissing { what: "anything to measure it by".into() });
        }
        let units: Vec<String> = panel.iter().map(|(period, _)| period.to_owned()).collect();
        let (mut tables, found) = choices.tables(&units, all, progress)?;
        let last = found.geometric.last().copied().flatten().ok_or(Status::InputMissing);
        let method = "min-max over periods";
        tables.push(network_summary(&[Figure { method, ..Figure::new(&FIGURES[0], last) }]));
        Ok(tables)
    }
}
