//! Which firms are critical by several measures at once.

use super::dependency_percolation::{DependencyConfig, dependency_percolation};
use super::esri::{EsriConfig, esri};
use super::essentiality::{ESSENTIAL, Essentiality, Inputs};
use crate::centrality::betweenness::exact_or_sampled;
use crate::centrality::sampling::SampleConfig;
use crate::linkage::extraction::{ExtractionConfig, extraction};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Which firms are critical.
#[derive(Clone, Debug, PartialEq)]
pub struct Criticality {
    /// Points of every node: for each component the nodes that it is ahead of, added up.
    pub score: Vec<f64>,
    /// Ranks by points, 1 = most critical; equal ones share the first of their ranks.
    pub rank: Vec<usize>,
}

/// The Borda rank of nodes by several components, each a value a node with larger ones more critical.
///
/// # Formula
/// `Σ_k #{j: value_k(j) < value_k(i)}`; a node without a value is ahead of none.
/// # Source
/// Borda (1781); toolkit definition of what is put together.
/// # Example
/// ```
/// # use palenque_metrics::resilience::criticality::borda;
/// let found = borda(&[vec![Some(3.0), Some(1.0), None], vec![Some(1.0), Some(5.0), Some(1.0)]]);
/// assert_eq!((found.score, found.rank), (vec![2.0, 3.0, 0.0], vec![2, 1, 3]));
/// ```
#[must_use]
pub fn borda(components: &[Vec<Option<f64>>]) -> Criticality {
    let n = components.first().map_or(0, Vec::len);
    let mut score = vec![0.0; n];
    for values in components {
        let value = |i: usize| values[i].unwrap_or(f64::NEG_INFINITY);
        let mut sorted: Vec<f64> = (0..n).map(value).collect();
        sorted.sort_by(f64::total_cmp);
        for (i, score) in score.iter_mut().enumerate() {
            *score += sorted.partition_point(|other| *other < value(i)) as f64;
        }
    }
    let mut sorted = score.clone();
    sorted.sort_by(f64::total_cmp);
    let above = |points: &f64| n - sorted.partition_point(|other| other <= points);
    let rank = score.iter().map(|points| above(points) + 1).collect();
    Criticality { score, rank }
}

/// [`borda`] of systemic risk, extraction, dependency and betweenness, behind the registry.
pub struct CriticalityMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec {
        name: "criticality_rank",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Rank by several measures at once, 1 = most critical.",
    },
    ColumnSpec::number(
        "criticality_score",
        Unit::Count,
        "Nodes that the firm is ahead of, added up over the measures.",
    ),
    ColumnSpec::text("criticality_components", "The measures that were put together."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "criticality",
    family: Family::Resilience,
    summary: "Which firms are critical by systemic risk, hypothetical extraction, dependency and betweenness at once.",
    formula: "Borda: Σ_k #{j: value_k(j) < value_k(i)} over esri, hem_external, dependency_demand_loss and betweenness",
    source: "Toolkit definition; Borda (1781)",
    reading: "A rank is only as good as what is in it: read the measures beside it. They are weighted equally; one that cannot be had, \
              such as extraction of a network that is too large, is left out, and criticality_components says which are in.",
    cost: "what the measures cost",
    needs: &[],
    params: &[
        ParamSpec {
            name: "by",
            default: "\"\"",
            meaning: "Node column that says what firms make; empty for the first of `sector`, `role`, `stage`.",
        },
        ParamSpec {
            name: "inputs",
            default: "\"auto\"",
            meaning: "`auto`: as the side table says, all essential without it; `substitutable` or `essential`: all.",
        },
    ],
    outputs: &[Output { table: TableId::DisruptionNodes, columns: &COLUMNS }],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
    inputs: Inputs,
}

impl Metric for CriticalityMetric {
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
        let config: Config = params.decode()?;
        let (names, components) = components(graph, &config, params, progress)?;
        let n = graph.n_nodes();
        let found = borda(&components);
        let is_defined = !components.is_empty();
        let rank = |rank: &usize| i64::try_from(*rank).ok().filter(|_| is_defined);
        let score = |score: &f64| if is_defined { Ok(*score) } else { Err(Status::InputMissing) };
        let ranks = found.rank.iter().map(rank).collect();
        let text: Box<str> = names.join(" ").into();
        let columns = vec![
            Column::new(&COLUMNS[0], Values::I64(ranks)),
            Column::from_results(&COLUMNS[1], found.score.iter().map(score)),
            Column::new(&COLUMNS[2], Values::Text(vec![Some(text); n])),
        ];
        Ok(vec![Table::new(TableId::DisruptionNodes, columns)])
    }
}

type Components = (Vec<&'static str>, Vec<Vec<Option<f64>>>);

/// What can be had of the measures; only a cancelled computation ends it.
fn components(
    graph: &SupplyGraph,
    config: &Config,
    params: &Params,
    progress: &dyn Progress,
) -> Result<Components, MetricError> {
    let mut names = Vec::new();
    let mut found = Vec::new();
    let mut add = |name, values: Result<Vec<Option<f64>>, MetricError>| match values {
        Ok(values) => {
            names.push(name);
            found.push(values);
            Ok(())
        }
        Err(MetricError::Cancelled) => Err(MetricError::Cancelled),
        Err(_) => Ok(()),
    };
    if let Ok(inputs) = Essentiality::read(graph, &config.by, config.inputs, params) {
        let risk = esri(graph, &inputs, &EsriConfig::default(), progress);
        let esri = |risk: Vec<Option<super::esri::Risk>>| {
            risk.into_iter().map(|r| r.filter(|r| !r.is_cut).map(|r| r.esri)).collect()
        };
        add("esri", risk.map(esri))?;
        let failures =
            dependency_percolation(graph, &inputs, &DependencyConfig::default(), progress);
        let loss = |all: Vec<super::dependency_percolation::Failure>| {
            all.into_iter().map(|failure| failure.demand_loss.ok()).collect()
        };
        add("dependency_demand_loss", failures.map(loss))?;
    }
    let external = extraction(graph, &ExtractionConfig::default(), progress);
    add("hem_external", external.map(|extraction| extraction.external))?;
    let between = exact_or_sampled(graph, &SampleConfig::default(), progress);
    let raw = between.map(|(sampled, _)| sampled.estimate.node_raw);
    add("betweenness", raw.map(|raw| raw.into_iter().map(Some).collect()))?;
    Ok((names, found))
}
