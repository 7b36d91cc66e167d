//! Stages that the flows themselves show, where none are given.

use super::trophic_level::trophic_levels;
use crate::kernel::mutual_information::mutual_information;
use crate::kernel::ratio::ratio_or_status;
use crate::linkage::groups::{STAGE_COLUMNS, first_text};
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The node column in which pipelines keep these stages where something is grouped by them.
pub const APPARENT_STAGE: &str = "apparent_stage";

/// Stages that the flows show.
#[derive(Clone, Debug, PartialEq)]
pub struct ApparentStages {
    /// From 1, the first suppliers, by node; `None` for those who trade with no other.
    pub stage: Vec<Option<u32>>,
    /// How many stages have a firm.
    pub n_stages: usize,
    /// Share of flow that climbs just one stage.
    pub one_stage_share: Result<f64, Status>,
    /// Agreement with the stages that are given, where they are.
    pub agreement: Result<f64, Status>,
}

impl ApparentStages {
    /// The network with the stages as the node column [`APPARENT_STAGE`].
    #[must_use]
    pub fn into_column(self, graph: &SupplyGraph) -> SupplyGraph {
        let name = |stage: Option<u32>| stage.map(|stage| stage.to_string());
        graph.clone().with_text(APPARENT_STAGE, self.stage.into_iter().map(name))
    }
}

/// Stages that the flows show: trophic levels rounded to whole steps.
///
/// # Formula
/// `1 + ⌊h_i + 1/2⌋` with the trophic level `h` of [`trophic_levels`], whose lowest in each weak component is 0. The share of flow that
/// climbs one stage is `Σ_{k(j) = k(i)+1} Z_ij / Σ_{i≠j} Z_ij`; agreement with given stages is `2 I/(H + H')`, the normalised mutual
/// information over the nodes that have both.
/// # Source
/// Toolkit definition after MacKay, Johnson and Sansom (2020); Danon, Díaz-Guilera, Duch and Arenas (2005) for agreement.
/// # Input and result
/// One stage a node. `by` is the column of given stages; empty for the first of `stage`, `role`, `sector`. Self-loops climb no stage and
/// count nowhere.
/// # Cost
/// That of [`trophic_levels`].
/// # Errors
/// [`MetricError::InputMissing`] for a column that is not there; [`MetricError::NotConverged`]; [`MetricError::Cancelled`].
/// # Example
/// A grower, a still and a shop in a row, and a grower who also sells to the shop.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::apparent_stage::apparent_stages;
/// let flows = [(0, 1, 8.0), (1, 2, 9.0), (0, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["grower", "still", "shop"], flows)?;
/// let found = apparent_stages(&graph, "", &NoProgress)?;
/// assert_eq!(found.stage, [Some(1), Some(2), Some(3)]);
/// assert_eq!(found.one_stage_share, Ok(17.0 / 18.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn apparent_stages(
    graph: &SupplyGraph,
    by: &str,
    progress: &dyn Progress,
) -> Result<ApparentStages, MetricError> {
    let levels = trophic_levels(graph, progress)?;
    // A level that is half-way but for rounding is half-way.
    let stage = |(level, is_isolate): (&f64, &bool)| {
        (!is_isolate).then_some(1 + crate::kernel::whole::floor(level + 0.5 + 1e-9) as u32)
    };
    let stage: Vec<Option<u32>> = levels.level.iter().zip(&levels.is_isolate).map(stage).collect();
    let mut known: Vec<u32> = stage.iter().flatten().copied().collect();
    known.sort_unstable();
    known.dedup();
    let (mut one, mut all) = (0.0, 0.0);
    for (u, edges) in (0..graph.n_nodes()).map(|u| (u, graph.out_range(u))) {
        for edge in edges {
            let (v, flow) = (graph.targets()[edge] as usize, graph.flows()[edge]);
            if u != v {
                all += flow;
                if stage[u].zip(stage[v]).is_some_and(|(from, to)| to == from + 1) {
                    one += flow;
                }
            }
        }
    }
    let agreement = agreement(graph, by, &stage)?;
    Ok(ApparentStages {
        n_stages: known.len(),
        one_stage_share: ratio_or_status(one, all),
        agreement,
        stage,
    })
}

/// How far these stages and those of a node column say the same.
fn agreement(
    graph: &SupplyGraph,
    by: &str,
    stage: &[Option<u32>],
) -> Result<Result<f64, Status>, MetricError> {
    let given = match by {
        "" => first_text(graph, &STAGE_COLUMNS),
        by => Some(by),
    };
    let Some(given) = given else { return Ok(Err(Status::InputMissing)) };
    let Some(column) = graph.nodes().text(given) else {
        return Err(MetricError::InputMissing { what: format!("node column `{given}`") });
    };
    let both = stage.iter().enumerate().filter_map(|(v, stage)| (*stage).zip(column.code(v)));
    let (found, told): (Vec<u32>, Vec<u32>) = both.unzip();
    Ok(if found.is_empty() {
        Err(Status::InsufficientN)
    } else {
        Ok(mutual_information(&found, &told))
    })
}

/// [`apparent_stages`] behind the registry.
pub struct ApparentStage;

static STAGE: ColumnSpec = ColumnSpec {
    name: APPARENT_STAGE,
    kind: Kind::I64,
    unit: Unit::Rank,
    meaning: "The stage at which the flows place the node, 1 = first suppliers.",
};

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number("n_apparent_stages", Unit::Count, "Stages that the flows show."),
    ColumnSpec::number(
        "apparent_one_stage_share",
        Unit::One,
        "Share of flow that climbs just one of them.",
    ),
    ColumnSpec::number(
        "apparent_stage_nmi",
        Unit::One,
        "Agreement with the stages that are given: 0 = none, 1 = the same.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "apparent_stages",
    family: Family::Fragmentation,
    summary: "Which stages the flows themselves show, where none are given.",
    formula: "1 + ⌊h_i + 1/2⌋, h the trophic level; share of flow that climbs one stage; 2 I/(H + H') with given stages",
    source: "Toolkit definition after MacKay, Johnson and Sansom (2020); Danon et al. (2005)",
    reading: "Stages are only as good as the chain is layered: where apparent_one_stage_share is low, or trophic_incoherence_F0 high, \
              there are none to find. `apparent_stage` can be named wherever a column of groups is asked for, such as `--set \
              production_fragmentation.by=apparent_stage`. Self-loops are left out.",
    cost: "that of trophic levels",
    needs: &[],
    params: &[ParamSpec {
        name: "by",
        default: "\"\"",
        meaning: "Node column of given stages to agree with; empty for the first of `stage`, `role`, `sector`.",
    }],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &[STAGE] },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
}

impl Metric for ApparentStage {
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
        let config: Config = params.decode()?;
        let found = apparent_stages(graph, &config.by, progress)?;
        let is_isolate =
            |(v, stage): (u32, &Option<u32>)| stage.is_none().then_some((v, Status::Isolate));
        let status = (0..).zip(&found.stage).filter_map(is_isolate).collect();
        let stages = found.stage.iter().map(|stage| stage.map(i64::from)).collect();
        let column = Column { status, ..Column::new(&STAGE, Values::I64(stages)) };
        let figures = [Ok(found.n_stages as f64), found.one_stage_share, found.agreement];
        Ok(vec![
            Table::new(TableId::NodeMetrics, vec![column]),
            network_summary(&exact_figures(&FIGURES, figures)),
        ])
    }
}
