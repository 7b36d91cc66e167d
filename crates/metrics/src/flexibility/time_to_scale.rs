//! How long a chain of stages takes to raise what it makes.

use super::capacity::{GAMMA, check_room};
use super::stage_headroom::{StageHeadroom, stage_headroom};
use crate::long::{Cell, Rows};
use crate::resilience::shock_path::PATH;
use crate::side::SideReader;
use crate::summary::exact_figures;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
    network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};
use std::collections::VecDeque;

/// A stage of the chain, and how fast it can grow.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingStage {
    /// Its name.
    pub name: String,
    /// What it makes a period at first, which is also its capacity then.
    pub output: f64,
    /// What it is to make.
    pub target: f64,
    /// By how much of itself capacity grows in a period.
    pub growth: f64,
    /// What capacity can grow to.
    pub capacity: f64,
    /// What a unit takes of what the stage before makes; 0 for the first.
    pub need: f64,
    /// What it holds of that at first.
    pub inventory: f64,
    /// Periods until the next stage has what it makes.
    pub lead: usize,
}

/// A period of one stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalingPeriod {
    /// What it makes.
    pub production: f64,
    /// What it held for that before.
    pub inventory: f64,
}

/// What each stage of a chain makes in each period while all grow towards a target.
///
/// # Formula
/// With capacity `c`, inventory `I` and a pipeline of `ℓ` periods between a stage and the next, in every period:
/// 1. `y_s = min(c_s, I_s/a_s, target_s)`, for the first stage without `I`;
/// 2. `I_s` falls by `a_s y_s`;
/// 3. `y_s` enters the pipeline of `s`, and what has been there longest is added to `I_{s+1}`;
/// 4. `c_s ← min(c_s (1 + g_s), cmax_s)`.
///
/// At first `c` is what each stage makes, and pipelines are full of it.
/// # Source
/// Toolkit definition.
/// # Input and result
/// By period and stage. Inventories can carry a chain above what it can sustain, so that it may rise, fall, and rise again.
/// # Cost
/// `O(T S)` time for `T` periods and `S` stages.
/// # Example
/// The still grows faster than the field, and uses up what it holds.
/// ```
/// # use palenque_metrics::flexibility::time_to_scale::{ScalingStage, scale_up};
/// let field = ScalingStage {
///     name: "field".into(), output: 10.0, target: 20.0, growth: 0.1, capacity: 30.0, need: 0.0, inventory: 0.0, lead: 1,
/// };
/// let still = ScalingStage { name: "still".into(), growth: 0.5, need: 1.0, inventory: 12.0, ..field.clone() };
/// let made: Vec<f64> = scale_up(&[field, still], 3).iter().map(|period| period[1].production).collect();
/// assert_eq!(made, [10.0, 12.0, 10.0]);
/// ```
#[must_use]
pub fn scale_up(stages: &[ScalingStage], steps: usize) -> Vec<Vec<ScalingPeriod>> {
    let mut capacity: Vec<f64> = stages.iter().map(|stage| stage.output).collect();
    let mut inventory: Vec<f64> = stages.iter().map(|stage| stage.inventory).collect();
    let full = |stage: &ScalingStage| VecDeque::from(vec![stage.output; stage.lead]);
    let mut pipeline: Vec<VecDeque<f64>> = stages.iter().map(full).collect();
    let mut path = Vec::with_capacity(steps);
    for _ in 0..steps {
        let mut period = Vec::with_capacity(stages.len());
        for (s, stage) in stages.iter().enumerate() {
            let limit = capacity[s].min(stage.target);
            let is_limited = s > 0 && stage.need > 0.0;
            let production = if is_limited { limit.min(inventory[s] / stage.need) } else { limit };
            period.push(ScalingPeriod { production, inventory: inventory[s] });
        }
        for (s, stage) in stages.iter().enumerate() {
            let made = period[s].production;
            if s > 0 {
                // Rounding must not leave less than nothing.
                inventory[s] = (inventory[s] - stage.need * made).max(0.0);
            }
            pipeline[s].push_back(made);
            let arrived = pipeline[s].pop_front();
            if let (Some(next), Some(arrived)) = (inventory.get_mut(s + 1), arrived) {
                *next += arrived;
            }
            capacity[s] = (capacity[s] * (1.0 + stage.growth)).min(stage.capacity);
        }
        path.push(period);
    }
    path
}

/// The first period in which the last stage makes this share of its target; `not_converged` if there is none.
///
/// # Errors
/// Why there is no answer.
pub fn time_to(
    stages: &[ScalingStage],
    path: &[Vec<ScalingPeriod>],
    share: f64,
) -> Result<f64, Status> {
    let last = stages.last().ok_or(Status::InsufficientN)?;
    if last.target <= 0.0 {
        return Err(Status::ZeroDenominator);
    }
    let enough = share * last.target * (1.0 - 1e-12);
    let makes = |period: &Vec<ScalingPeriod>| period.last().is_some_and(|p| p.production >= enough);
    path.iter().position(makes).map(|period| period as f64).ok_or(Status::NotConverged)
}

/// What a stage is where nothing else is said.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScaleConfig {
    /// The text column of the nodes whose values are the stages.
    pub grouping: String,
    /// Room by output where a node has no `capacity`.
    pub gamma: f64,
    /// What each stage is to make by what it does; 0 for as much as the stage with the least room can.
    pub target: f64,
    /// By how much of itself capacity grows in a period.
    pub growth: f64,
    /// Periods that inventories last at first.
    pub cover: f64,
    /// Periods until the next stage has what one makes.
    pub lead: usize,
    /// Periods to simulate.
    pub steps: usize,
}

impl Default for ScaleConfig {
    fn default() -> Self {
        Self {
            grouping: "stage".into(),
            gamma: 0.15,
            target: 0.0,
            growth: 0.1,
            cover: 1.0,
            lead: 1,
            steps: 100,
        }
    }
}

impl ScaleConfig {
    fn check(&self) -> Result<(), ParamError> {
        check_room("gamma", self.gamma)?;
        for (name, value) in
            [("target", self.target), ("growth", self.growth), ("cover", self.cover)]
        {
            if !(value.is_finite() && value >= 0.0) {
                return Err(ParamError::Value(format!("`{name}` is {value}: it is at least 0")));
            }
        }
        for (name, value) in [("steps", self.steps), ("lead", self.lead)] {
            if value > MOST_STEPS {
                let what = format!("`{name}` is {value}, more than {MOST_STEPS} periods");
                return Err(ParamError::Value(what));
            }
        }
        Ok(())
    }

    /// A stage that makes this, after one that makes that.
    fn stage(&self, name: &str, output: f64, capacity: f64) -> ScalingStage {
        ScalingStage {
            name: name.into(),
            output,
            target: output,
            growth: self.growth,
            capacity,
            need: 0.0,
            inventory: 0.0,
            lead: self.lead,
        }
    }
}

/// Periods at most.
const MOST_STEPS: usize = 100_000;

/// The stages, as the side table says, and the network where it does not.
fn stages(
    graph: &SupplyGraph,
    config: &ScaleConfig,
    params: &Params,
) -> Result<Vec<ScalingStage>, MetricError> {
    config.check()?;
    let reader = SideReader::of(graph, params, &STAGES);
    let known = match (stage_headroom(graph, &config.grouping, config.gamma), &reader) {
        (Ok(known), _) => known,
        (Err(MetricError::InputMissing { .. }), Some(_)) => Vec::new(),
        (Err(error), _) => return Err(error),
    };
    match reader {
        Some(reader) => read(&reader, config, &known),
        None => Ok(defaults(config, &known)),
    }
}

fn defaults(config: &ScaleConfig, known: &[StageHeadroom]) -> Vec<ScalingStage> {
    let of = |stage: &StageHeadroom| config.stage(&stage.group, stage.output, stage.capacity);
    let mut stages: Vec<ScalingStage> = known.iter().map(of).collect();
    let factor = factor(config, &stages);
    for s in 0..stages.len() {
        stages[s].target = factor * stages[s].output;
        let need = balanced_need(&stages, s);
        stages[s].need = need;
        stages[s].inventory = config.cover * need * stages[s].output;
    }
    stages
}

/// What all are to make by what they do.
fn factor(config: &ScaleConfig, stages: &[ScalingStage]) -> f64 {
    if config.target > 0.0 {
        return config.target;
    }
    let room = stages.iter().filter(|stage| stage.output > 0.0);
    let least = room.map(|stage| stage.capacity / stage.output).reduce(f64::min);
    least.map_or(1.0, |least| least.max(1.0))
}

/// What a unit takes of the stage before if all that that makes is used.
fn balanced_need(stages: &[ScalingStage], s: usize) -> f64 {
    let before = s.checked_sub(1).map_or(0.0, |before| stages[before].output);
    if stages[s].output > 0.0 { before / stages[s].output } else { 0.0 }
}

fn read(
    reader: &SideReader<'_>,
    config: &ScaleConfig,
    known: &[StageHeadroom],
) -> Result<Vec<ScalingStage>, MetricError> {
    let name_column = reader.column("stage")?;
    let lead_column = reader.optional("lead");
    let columns = ["output", "target", "growth", "capacity", "input_coefficient", "inventory"]
        .map(|title| reader.optional(title));
    let mut stages: Vec<ScalingStage> = Vec::new();
    let mut given: Vec<[Option<f64>; 6]> = Vec::new();
    for row in reader.rows() {
        let name = row.1[name_column].trim();
        let mut cells = [None; 6];
        for (cell, column) in cells.iter_mut().zip(columns) {
            let Some(column) = column else { continue };
            *cell = reader.number(row, column)?;
            if let Some(value) = cell.filter(|value| *value < 0.0) {
                return Err(reader.refused("E0305", format!("{value} is below 0"), row, column));
            }
        }
        let [output, _, growth, capacity, ..] = cells;
        let of_network = known.iter().find(|stage| &*stage.group == name);
        let Some(output) = output.or(of_network.map(|stage| stage.output)) else {
            let what = format!("`{name}` has no `output`, and is no stage of the network");
            return Err(reader.refused("E0305", what, row, name_column));
        };
        let capacity = capacity
            .or(of_network.map(|stage| stage.capacity))
            .unwrap_or((1.0 + config.gamma) * output);
        let mut stage = config.stage(name, output, capacity);
        stage.growth = growth.unwrap_or(config.growth);
        if let Some(column) = lead_column.filter(|&column| !row.1[column].trim().is_empty()) {
            let cell = row.1[column].trim();
            let lead = cell.parse().ok().filter(|lead| *lead <= MOST_STEPS);
            stage.lead = lead.ok_or_else(|| {
                let what = format!("lead is `{cell}`, not a whole number of periods");
                reader.refused("E0303", what, row, column)
            })?;
        }
        stages.push(stage);
        given.push(cells);
    }
    if stages.is_empty() {
        let help = format!("its columns are {}", STAGES.columns);
        return Err(reader.refused_whole("E0403", "side table `stages` has no rows".into(), &help));
    }
    let factor = factor(config, &stages);
    for (s, [_, target, _, _, need, inventory]) in given.into_iter().enumerate() {
        stages[s].target = target.unwrap_or(factor * stages[s].output);
        let need = need.unwrap_or_else(|| balanced_need(&stages, s));
        stages[s].need = need;
        stages[s].inventory = inventory.unwrap_or(config.cover * need * stages[s].output);
    }
    Ok(stages)
}

/// [`scale_up`] behind the registry.
pub struct TimeToScale;

/// The side table of stages.
pub static STAGES: SideSpec = SideSpec {
    name: "stages",
    columns: "stage[,output][,target][,growth][,capacity][,input_coefficient][,inventory][,lead]",
    meaning: "The stages of a chain in order, one row each, and how fast they can grow. What is left out follows from the network \
              and the parameters; `input_coefficient` and `inventory` are of what the stage before makes.",
};

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "time_to_scale_75",
        Unit::Count,
        "Periods until the last stage makes 75 % of its target.",
    ),
    ColumnSpec::number(
        "time_to_scale_90",
        Unit::Count,
        "Periods until the last stage makes 90 % of its target.",
    ),
    ColumnSpec::number(
        "time_to_scale_100",
        Unit::Count,
        "Periods until the last stage makes all of its target.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "time_to_scale",
    family: Family::Flexibility,
    summary: "How many periods a chain of stages takes to raise what it makes, with inventories and lead times.",
    formula: "y_s = min(c_s, I_s/a_s, target_s); I_s falls by a_s y_s; y_s reaches I_{s+1} after ℓ_s periods; c_s grows by g_s up to \
              cmax_s; τ_q = first t with y_S ≥ q · target_S",
    source: "Toolkit definition",
    reading: "Periods are those of the flows, from 0. shock_path has every period of every stage, with `scale_up` as model and stages \
              as nodes. Inventories may carry the last stage above what it can sustain: it can reach 75 % early and fall back. \
              Stages in a row only, each using all that the one before makes; without a side table `stages` all grow alike, and the \
              target is what the stage with the least room can make.",
    cost: "O(n + m) time, and one step a period and stage",
    needs: &["a text column of nodes, by default `stage`, or a side table `stages`"],
    params: &[
        ParamSpec::new(
            "grouping",
            "\"stage\"",
            "The text column of nodes whose values are the stages.",
        ),
        GAMMA,
        ParamSpec::new(
            "target",
            "0",
            "What each stage is to make by what it does; 0 = what the stage with the least room can.",
        ),
        ParamSpec::new("growth", "0.1", "By how much of itself capacity grows in a period."),
        ParamSpec::new("cover", "1", "Periods that inventories last at first."),
        ParamSpec::new("lead", "1", "Periods until the next stage has what one makes."),
        ParamSpec::new("steps", "100", "Periods to simulate."),
    ],
    outputs: &[
        Output { table: TableId::ShockPath, columns: &PATH },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for TimeToScale {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&STAGES)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: ScaleConfig = params.decode()?;
        let stages = stages(graph, &config, params)?;
        let path = scale_up(&stages, config.steps);
        let mut rows = Rows::new(&PATH);
        for (step, period) in path.iter().enumerate() {
            for (s, (stage, of)) in stages.iter().zip(period).enumerate() {
                let use_before = stage.need * stage.output;
                let cover = if use_before > 0.0 { of.inventory / use_before } else { f64::NAN };
                let is_last = s + 1 == stages.len();
                rows.push([
                    "scale_up".into(),
                    "scale_up".into(),
                    step.into(),
                    stage.name.as_str().into(),
                    of.production.into(),
                    stage.target.into(),
                    if cover.is_finite() { cover.into() } else { Cell::Gap },
                    if is_last { (stage.target - of.production).into() } else { Cell::Gap },
                    Cell::Gap,
                    Cell::Gap,
                    Cell::Gap,
                ]);
            }
        }
        let times = [0.75, 0.9, 1.0].map(|share| time_to(&stages, &path, share));
        Ok(vec![rows.table(TableId::ShockPath), network_summary(&exact_figures(&FIGURES, times))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_at_its_target_stays_there() {
        let known = |name: &str, output: f64| StageHeadroom {
            group: name.into(),
            n_firms: 1,
            output,
            capacity: output,
            headroom: Ok(1.0),
            is_bottleneck: true,
        };
        let stages = defaults(&ScaleConfig::default(), &[known("1", 30.0), known("2", 10.0)]);
        assert_eq!((stages[1].need, stages[1].inventory), (3.0, 30.0));
        let path = scale_up(&stages, 5);
        assert!(path.iter().all(|period| *period == path[0]));
        assert_eq!(time_to(&stages, &path, 1.0), Ok(0.0));
    }

    #[test]
    fn what_is_not_reached_has_no_time() {
        let config = ScaleConfig { growth: 0.0, target: 2.0, ..ScaleConfig::default() };
        let stage = ScalingStage { target: 20.0, ..config.stage("1", 10.0, 30.0) };
        let path = scale_up(std::slice::from_ref(&stage), 10);
        assert_eq!(time_to(&[stage], &path, 0.75), Err(Status::NotConverged));
        assert_eq!(time_to(&[], &path, 0.75), Err(Status::InsufficientN));
    }
}
