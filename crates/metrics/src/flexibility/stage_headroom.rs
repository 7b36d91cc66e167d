//! How far each stage could raise what it makes.

use super::capacity::{GAMMA, capacities};
use crate::kernel::ratio::ratio_or_status;
use crate::linkage::groups::Groups;
use crate::long::{Cell, Rows, STATUS};
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// What a stage makes, and could make.
#[derive(Clone, Debug, PartialEq)]
pub struct StageHeadroom {
    /// Its name.
    pub group: Box<str>,
    /// How many firms it has.
    pub n_firms: usize,
    /// What they make.
    pub output: f64,
    /// What they could make.
    pub capacity: f64,
    /// Capacity by output.
    pub headroom: Result<f64, Status>,
    /// Whether no stage has less.
    pub is_bottleneck: bool,
}

/// What the firms of every stage could make, by what they make.
///
/// # Formula
/// `H_s = Σ_{i in s} cap_i / Σ_{i in s} x_i`; the bottleneck is the stage with the least. Without a column `capacity`, or in its
/// gaps, `cap = (1 + γ) x`.
/// # Source
/// Toolkit definition.
/// # Input and result
/// One entry a stage, in the order of [`Groups::by`]; firms without a stage belong to none. Undefined (`zero_denominator`)
/// where nothing is made. Of several stages with the least, all are bottlenecks.
/// # Cost
/// `O(n + m)` time.
/// # Errors
/// Those of [`capacities`] and [`Groups::by`].
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::flexibility::stage_headroom::stage_headroom;
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still"], [(0, 2, 4.0), (1, 2, 6.0)])?
///     .with_number("capacity", [Some(5.0), Some(10.0), Some(12.0)])
///     .with_text("stage", ["1", "1", "2"].map(Some));
/// let stages = stage_headroom(&graph, "stage", 0.15)?;
/// assert_eq!(stages[0].headroom, Ok(1.5)); // 15 by 10
/// assert!(stages[1].is_bottleneck); // 12 by 10
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn stage_headroom(
    graph: &SupplyGraph,
    grouping: &str,
    gamma: f64,
) -> Result<Vec<StageHeadroom>, MetricError> {
    let groups = Groups::by(graph, grouping)?;
    let capacity = capacities(graph, gamma)?;
    let made = Accounts::of(graph).output;
    let mut stages: Vec<StageHeadroom> = groups
        .names
        .iter()
        .zip(&groups.n_nodes)
        .map(|(name, &n_firms)| StageHeadroom {
            group: name.clone(),
            n_firms,
            output: 0.0,
            capacity: 0.0,
            headroom: Err(Status::ZeroDenominator),
            is_bottleneck: false,
        })
        .collect();
    for (v, group) in groups.of_node.iter().enumerate() {
        if let Some(group) = *group {
            stages[group].output += made[v];
            stages[group].capacity += capacity[v];
        }
    }
    for stage in &mut stages {
        stage.headroom = ratio_or_status(stage.capacity, stage.output);
    }
    let least = least(&stages);
    for stage in &mut stages {
        stage.is_bottleneck = least.is_ok() && stage.headroom == least;
    }
    Ok(stages)
}

/// The least that a stage has.
fn least(stages: &[StageHeadroom]) -> Result<f64, Status> {
    let known = stages.iter().filter_map(|stage| stage.headroom.ok());
    known.reduce(f64::min).ok_or(Status::InsufficientN)
}

/// [`stage_headroom()`] behind the registry.
pub struct StageHeadroomMetric;

static NODES: [ColumnSpec; 1] = [ColumnSpec::number("headroom", Unit::One, "Capacity by output.")];

static STAGES: [ColumnSpec; 8] = [
    ColumnSpec::text("grouping", "The column of nodes that says to which stage each belongs."),
    ColumnSpec::text("group", "The stage, or another group."),
    ColumnSpec {
        name: "n_firms",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Firms in the group.",
    },
    ColumnSpec::number("output", Unit::Currency, "What they make together."),
    ColumnSpec::number("capacity", Unit::Currency, "What they could make together."),
    ColumnSpec::number("headroom", Unit::One, "Capacity by output."),
    ColumnSpec::flag("is_bottleneck", "Whether no other group has less headroom."),
    STATUS,
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "stage_headroom_min",
    Unit::One,
    "Capacity by output of the stage that has the least of it.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "stage_headroom",
    family: Family::Flexibility,
    summary: "How far each stage could raise what it makes, and which one has the least room.",
    formula: "H_s = Σ_{i in s} cap_i / Σ_{i in s} x_i; stage_headroom_min = min_s H_s",
    source: "Toolkit definition",
    reading: "1 = at capacity, 1.3 = could make 30 % more. The least of all stages bounds what the chain can make only where every \
              unit passes every stage and firms of a stage can stand in for each other; surge_capacity_lp does not assume that. \
              Without a column `capacity` every firm has `gamma` to spare, and nothing is learnt.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[
        ParamSpec::new(
            "grouping",
            "\"stage\"",
            "The text column of nodes whose values are the stages.",
        ),
        GAMMA,
    ],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &NODES },
        Output { table: TableId::StageHeadroom, columns: &STAGES },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    grouping: String,
    gamma: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self { grouping: "stage".into(), gamma: 0.15 }
    }
}

impl Metric for StageHeadroomMetric {
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
        let Config { grouping, gamma } = params.decode()?;
        let (output, capacity) = (Accounts::of(graph).output, capacities(graph, gamma)?);
        let firms = capacity.iter().zip(&output).map(|(cap, x)| ratio_or_status(*cap, *x));
        let nodes = vec![Column::from_results(&NODES[0], firms)];
        // Firms have their headroom also where nobody has said which stage they belong to.
        let is_staged = grouping != "stage" || graph.nodes().text(&grouping).is_some();
        let stages = if is_staged { stage_headroom(graph, &grouping, gamma)? } else { Vec::new() };
        let mut rows = Rows::new(&STAGES);
        for stage in &stages {
            rows.push([
                grouping.as_str().into(),
                Cell::from(&*stage.group),
                stage.n_firms.into(),
                stage.output.into(),
                stage.capacity.into(),
                stage.headroom.into(),
                stage.is_bottleneck.into(),
            ]);
        }
        let least = if is_staged { least(&stages) } else { Err(Status::InputMissing) };
        Ok(vec![
            Table::new(TableId::NodeMetrics, nodes),
            rows.table(TableId::StageHeadroom),
            network_summary(&exact_figures(&FIGURES, [least])),
        ])
    }
}
