//! A cluster on one page: twelve indices of the vocabulary of industrial districts, each with its uncertainty, what chance would give,
//! what became of it, and one plain sentence.
//!
//! [`profile`] computes them; [`profile_table`] is the table that `palenque profile` writes.

mod figures;

use crate::change::link_dynamics::{LinkDynamicsConfig, link_dynamics};
use crate::long::{Cell, Rows, STATUS};
use crate::null::{BootstrapConfig, NullConfig, NullModel, bootstrap, null_models};
use crate::{Metric, MetricError, Params};
use figures::{Figures, INDICES, Index};
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::{Panel, Progress, SupplyGraph, Table, TableId};
use std::fmt::Write as _;

/// How a profile is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfileConfig {
    /// Networks of firms drawn anew, and random networks of each kind; 0 for neither.
    pub replicates: usize,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Default for ProfileConfig {
    fn default() -> Self {
        Self { replicates: 199, seed: 1 }
    }
}

/// One of the twelve indices of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileLine {
    /// The words of the study.
    pub phrase: &'static str,
    /// The name of the index.
    pub index: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Its value in every period, or why there is none.
    pub values: Vec<Result<f64, String>>,
    /// The interval of the last value, 95 %, if firms are drawn anew.
    pub interval: Option<(f64, f64)>,
    /// The random networks that the last value is set beside, and their mean.
    pub null: Option<(NullModel, f64)>,
    /// The share of these that have less, equal ones counted half.
    pub percentile: Option<f64>,
    /// Whether it is a share, to be read as a percentage.
    pub is_share: bool,
    /// What the numbers say.
    pub sentence: String,
}

/// The twelve indices of a cluster over its periods: the last one with interval and percentile.
///
/// # Formula
/// Those of the indices. The interval is from the 2.5 % to the 97.5 % quantile of networks of firms drawn anew; the percentile is the share of
/// random networks with less, equal ones counted half.
/// # Source
/// Verschoor (1996) for what is asked; each index has its own.
/// # Input and result
/// Twelve lines in a fixed order. What cannot be computed says why and has no other number. Side tables `tasks` and `essential` are read
/// from `params`. The value of `link_turnover` compares a period with the one before.
/// # Cost
/// Of each period what the indices cost, and `R` times that for each of four kinds of networks of the last one.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, Panel, SupplyGraph};
/// # use palenque_metrics::{Params, profile::{ProfileConfig, profile}};
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still"], [(0, 2, 2.0), (1, 2, 2.0)])?
///     .with_number("output", [Some(2.0), Some(2.0), Some(8.0)])
///     .with_text("stage", ["1 growing", "1 growing", "2 distilling"].map(Some));
/// let config = ProfileConfig { replicates: 0, ..Default::default() };
/// let lines = profile(&Panel::snapshot(graph), &Params::default(), &config, &NoProgress)?;
/// let vertical = lines.iter().find(|line| line.index == "vertical_flow_share").expect("one of twelve");
/// assert_eq!(vertical.values, [Ok(1.0)]);
/// assert_eq!(vertical.sentence, "100 % of what firms sell each other goes to a later stage of production.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn profile(
    panel: &Panel,
    params: &Params,
    config: &ProfileConfig,
    progress: &dyn Progress,
) -> Result<Vec<ProfileLine>, MetricError> {
    let graphs: Vec<(&str, &SupplyGraph)> = panel.iter().collect();
    let mut lines = Vec::new();
    for index in &INDICES {
        let mut values = Vec::new();
        for (k, (period, graph)) in graphs.iter().enumerate() {
            let value = match index.of {
                Some(of) => of(graph, &params.of_period(period), progress),
                None => turnover(&graphs, k),
            };
            values.push(match value {
                Ok(value) => Ok(value),
                Err(MetricError::Cancelled) => return Err(MetricError::Cancelled),
                Err(error) => Err(error.to_string()),
            });
        }
        lines.push(ProfileLine {
            phrase: index.phrase,
            index: index.column.name,
            meaning: index.column.meaning,
            values,
            interval: None,
            null: None,
            percentile: None,
            is_share: index.sentence.contains("{%}"),
            sentence: String::new(),
        });
    }
    if config.replicates > 0 {
        let (period, last) = graphs[graphs.len() - 1];
        let params = params.of_period(period);
        add_intervals(&mut lines, last, &params, config, progress)?;
        add_chance(&mut lines, last, &params, config, progress)?;
    }
    for (line, index) in lines.iter_mut().zip(&INDICES) {
        line.sentence = sentence(line, index, &graphs, config);
    }
    Ok(lines)
}

/// The share of links that are in only one of a period and the one before.
fn turnover(graphs: &[(&str, &SupplyGraph)], k: usize) -> Result<f64, MetricError> {
    let missing = |what: &str| MetricError::InputMissing { what: what.into() };
    let Some(before) = k.checked_sub(1) else { return Err(missing("a period before it")) };
    let found = link_dynamics(graphs[before].1, graphs[k].1, &LinkDynamicsConfig::default())?;
    found.all.jaccard().map(|jaccard| 1.0 - jaccard).map_err(|_| missing("links in both periods"))
}

fn add_intervals(
    lines: &mut [ProfileLine],
    graph: &SupplyGraph,
    params: &Params,
    config: &ProfileConfig,
    progress: &dyn Progress,
) -> Result<(), MetricError> {
    let drawn =
        BootstrapConfig { replicates: config.replicates, seed: config.seed, jackknife: false };
    let metrics: [(&dyn Metric, Params); 1] = [(&Figures(None), params.clone())];
    for one in bootstrap(graph, &metrics, &drawn, progress)? {
        // An index that is undefined in most of the networks has no interval worth the name.
        let is_common = one.values.len() * 2 > config.replicates;
        if let Some(line) = lines.iter_mut().find(|line| line.index == one.statistic) {
            // Nor has one that firms drawn twice push to one side.
            let holds = |(low, high): &(f64, f64)| {
                one.estimate.is_some_and(|value| (*low..=*high).contains(&value))
            };
            line.interval = one.percentile().filter(|bounds| is_common && holds(bounds));
        }
    }
    Ok(())
}

fn add_chance(
    lines: &mut [ProfileLine],
    graph: &SupplyGraph,
    params: &Params,
    config: &ProfileConfig,
    progress: &dyn Progress,
) -> Result<(), MetricError> {
    for model in [NullModel::Labels, NullModel::Rewire, NullModel::StageRewire] {
        let drawn = NullConfig {
            model,
            replicates: config.replicates,
            seed: config.seed,
            by: String::new(),
        };
        let figures = Figures(Some(model));
        let metrics: [(&dyn Metric, Params); 1] = [(&figures, params.clone())];
        let chance = match null_models(graph, &metrics, &drawn, progress) {
            Ok(chance) => chance,
            Err(MetricError::Cancelled) => return Err(MetricError::Cancelled),
            // Without stages there is nothing to keep.
            Err(_) => continue,
        };
        for one in chance.statistics {
            let index = INDICES.iter().position(|index| index.column.name == one.statistic);
            let Some(k) = index else { continue };
            let (Some(observed), false) = (one.observed, one.values.is_empty()) else { continue };
            let n = one.values.len() as f64;
            let mean = one.values.iter().sum::<f64>() / n;
            let slack = 1e-9 * observed.abs(); // of programs that are solved to a tolerance
            let less = one.values.iter().filter(|x| **x < observed - slack).count() as f64;
            let more = one.values.iter().filter(|x| **x > observed + slack).count() as f64;
            // Where chance changes nothing, there is nothing to compare.
            if less + more > 0.0 {
                lines[k].null = Some((model, mean));
                lines[k].percentile = Some((less + (n - less - more) / 2.0) / n);
            }
        }
    }
    Ok(())
}

/// A number as one reads it: three digits, or a whole percentage.
fn told(value: f64, is_share: bool) -> String {
    let digits = |x: f64, n: i32| {
        let before = if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 };
        let decimals = usize::try_from(n - 1 - before).unwrap_or(0).min(9);
        format!("{x:.decimals$}")
    };
    match (is_share, value * 100.0) {
        (true, percent) if percent.abs() >= 9.95 => format!("{percent:.0} %"),
        (true, percent) => format!("{} %", digits(percent, 2)),
        (false, _) => digits(value, 3),
    }
}

fn sentence(
    line: &ProfileLine,
    index: &Index,
    graphs: &[(&str, &SupplyGraph)],
    config: &ProfileConfig,
) -> String {
    let value = match line.values.last() {
        Some(Ok(value)) => *value,
        Some(Err(why)) => return format!("Not known: {why}."),
        None => return String::new(),
    };
    let is_share = line.is_share;
    let number = told(value, is_share);
    let first = line.values.iter().position(Result::is_ok).filter(|k| k + 1 < graphs.len());
    let then = match first.map(|k| (graphs[k].0, &line.values[k])) {
        Some((period, Ok(first))) => {
            let earlier = told(*first, is_share);
            let earlier = if earlier == number { "the same, rounded" } else { &earlier };
            format!(" ({period}: {earlier})")
        }
        _ => String::new(),
    };
    let text = index.sentence.replace("{then}", &then);
    let mut text = text.replace("{%}", &number).replace("{}", &number);
    if let Some((low, high)) = line.interval {
        let (low, high) = (told(low, is_share), told(high, is_share));
        let _ = write!(
            text,
            " With other, similar firms it would mostly lie between {low} and {high}."
        );
    }
    if let (Some((model, _)), Some(percentile)) = (line.null, line.percentile) {
        let n = config.replicates;
        let chance = match model {
            NullModel::Labels => {
                format!("Dealing trades and places out anew among the firms, {n} times,")
            }
            NullModel::Rewire => {
                format!("Drawing partners by chance, {n} times, as many for each firm,")
            }
            _ => format!("Drawing partners by chance, {n} times, as many for each firm and stage,"),
        };
        let share = match percentile {
            share if share >= 1.0 => "always gave less".to_owned(),
            share if share <= 0.0 => "never gave less".to_owned(),
            share => format!("gave less in {}", told(share, true)),
        };
        let _ = write!(text, " {chance} {share}.");
    }
    text
}

static COLUMNS: [ColumnSpec; 14] = [
    ColumnSpec::text("index", "The index."),
    ColumnSpec::text("phrase", "What of the study it speaks of."),
    ColumnSpec::number("value", Unit::One, "Its value in the period."),
    ColumnSpec::number(
        "lower",
        Unit::One,
        "2.5 % quantile if firms are drawn anew; of the last period.",
    ),
    ColumnSpec::number(
        "upper",
        Unit::One,
        "97.5 % quantile if firms are drawn anew; of the last period.",
    ),
    ColumnSpec::text("null_model", "The random networks that the last period is set beside."),
    ColumnSpec::number("null_mean", Unit::One, "Its mean in these."),
    ColumnSpec::number(
        "null_percentile",
        Unit::One,
        "Share of these that have less, equal ones counted half.",
    ),
    ColumnSpec::number(
        "change",
        Unit::One,
        "Value less that of the first period in which it is known; of the last period.",
    ),
    ColumnSpec::text("sentence", "What the numbers say; of the last period."),
    ColumnSpec::text("reason", "Why there is no value."),
    ColumnSpec {
        name: "replicates",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Networks of each kind.",
    },
    ColumnSpec {
        name: "seed",
        kind: Kind::I64,
        unit: Unit::Id,
        meaning: "Where the random numbers begin.",
    },
    STATUS,
];

/// The table of the profile of one period, the `k`-th of `n`.
///
/// # Panics
/// Never: cells fit their columns.
#[must_use]
pub fn profile_table(lines: &[ProfileLine], k: usize, config: &ProfileConfig) -> Table {
    let mut rows = Rows::new(&COLUMNS);
    for line in lines {
        let value = line.values[k].as_ref().copied();
        let is_last = k + 1 == line.values.len();
        let of_last = |value: Option<f64>| value.filter(|_| is_last).map_or(Cell::Gap, Cell::from);
        let first = line.values.iter().flatten().next();
        let change = value.ok().zip(first).map(|(last, first)| last - first);
        let change = change.filter(|_| line.values.iter().flatten().count() > 1);
        let model = line.null.filter(|_| is_last).map(|(model, _)| model.name());
        rows.push([
            line.index.into(),
            line.phrase.into(),
            value.map_err(|_| Status::InputMissing).into(),
            of_last(line.interval.map(|bounds| bounds.0)),
            of_last(line.interval.map(|bounds| bounds.1)),
            model.into(),
            of_last(line.null.map(|(_, mean)| mean)),
            of_last(line.percentile),
            of_last(change),
            is_last.then_some(line.sentence.as_str()).into(),
            value.err().map(String::as_str).into(),
            Cell::Count(i64::try_from(config.replicates).ok()),
            Cell::Count(i64::try_from(config.seed).ok()),
        ]);
    }
    rows.table(TableId::Profile)
}
