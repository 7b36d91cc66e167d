//! The observed network beside random ones.

use super::model::{self, NullModel};
use super::statistics::{Place, Statistic, benjamini_hochberg, statistics};
use crate::kernel::chunks::fold_chunks;
use crate::kernel::random::stream;
use crate::kernel::rewire::{Chains, Rewiring};
use crate::long::{Cell, Rows, STATUS};
use crate::{Metric, MetricError, ParamError, Params};
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};
use std::collections::BTreeMap;

/// How random networks are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NullConfig {
    /// What they have in common with the observed one.
    pub model: NullModel,
    /// How many.
    pub replicates: usize,
    /// Where the random numbers begin.
    pub seed: u64,
    /// The node column of the groups of [`NullModel::StageRewire`]; empty for the first of `stage`, `role`, `sector`.
    pub by: String,
}

impl Default for NullConfig {
    fn default() -> Self {
        Self { model: NullModel::Rewire, replicates: 999, seed: 1, by: String::new() }
    }
}

/// One statistic against chance.
#[derive(Clone, Debug, PartialEq)]
pub struct Against {
    /// Its name.
    pub statistic: String,
    /// What it is in the observed network.
    pub observed: Option<f64>,
    /// What it is in those random networks in which it is defined, in their order.
    pub values: Vec<f64>,
}

/// Statistics against chance.
#[derive(Clone, Debug, PartialEq)]
pub struct Chance {
    /// One a statistic, in the order of the metrics.
    pub statistics: Vec<Against>,
    /// The share of attempts to exchange links that did; `None` where none are exchanged.
    pub acceptance_rate: Option<f64>,
    /// Networks drawn.
    pub config: NullConfig,
}

/// A progress that is only asked whether to stop: the replicates are counted, not what each is made of.
pub(super) struct Quiet<'a>(pub(super) &'a dyn Progress);

impl Progress for Quiet<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn memory(&self) -> u64 {
        self.0.memory()
    }
}

/// What metrics come to in a network: their figures of the whole, and those of pairs of groups. What cannot be computed is left out, or
/// refused where all must be there.
pub(super) fn figures_of(
    graph: &SupplyGraph,
    metrics: &[(&dyn Metric, Params)],
    must: bool,
    progress: &dyn Progress,
) -> Result<Vec<Statistic>, MetricError> {
    let mut found = Vec::new();
    for (metric, params) in metrics {
        match metric.compute(graph, params, progress) {
            Ok(tables) => found.extend(statistics(&tables)),
            Err(MetricError::Cancelled) => return Err(MetricError::Cancelled),
            Err(error) if must => return Err(error),
            Err(_) => {}
        }
    }
    Ok(found)
}

/// Figures of the whole network, and of what groups trade with each other, in the observed network and in random ones.
///
/// # Formula
/// `p = (1 + #{T_r ≥ T})/(R + 1)` upwards, the same downwards, and on both sides by the distance from the mean of the random networks;
/// `z = (T − mean)/sd`, `sd` over `R`. Values that differ by rounding are equal.
/// # Source
/// North, Curtis and Sham (2002) for `p`; Maslov and Sneppen (2002), Roberts and Coolen (2012) for exchanged links.
/// # Input and result
/// `metrics` with their parameters: whatever they write into `network_summary`, and `share` and `affinity` of `stage_linkages`. Each random
/// network is the end of a chain of its own, of 100 attempts a link, where links are exchanged. A metric that cannot be computed of a
/// random network leaves a gap there.
/// # Cost
/// `R` times what the metrics cost, and `O(100 m)` for each network of exchanged links; a network a thread in memory.
/// # Errors
/// [`ParamError::Value`] for no replicates; [`MetricError::InputMissing`] without the column of the groups; what the metrics return for
/// the observed network; [`MetricError::Cancelled`].
/// # Example
/// Two growers sell to two stills and buy back as much: every link is returned. By chance, given who has how many links, that is rarer.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::null::{NullConfig, null_models};
/// # use palenque_metrics::{Params, find};
/// let flows = [(0, 1, 1.0), (1, 0, 1.0), (2, 3, 1.0), (3, 2, 1.0), (4, 5, 1.0), (5, 4, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e", "f"], flows)?;
/// let metrics = [(find("reciprocity").expect("known"), Params::default())];
/// let config = NullConfig { replicates: 99, ..Default::default() };
/// let chance = null_models(&graph, &metrics, &config, &NoProgress)?;
/// let found = &chance.statistics[0];
/// assert_eq!((found.statistic.as_str(), found.observed), ("reciprocity", Some(1.0)));
/// assert!(found.values.iter().sum::<f64>() / 99.0 < 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn null_models(
    graph: &SupplyGraph,
    metrics: &[(&dyn Metric, Params)],
    config: &NullConfig,
    progress: &dyn Progress,
) -> Result<Chance, MetricError> {
    if config.replicates == 0 {
        let what = "`replicates` is 0: a random network is drawn at least once";
        return Err(ParamError::Value(what.into()).into());
    }
    let quiet = Quiet(progress);
    let of = |graph: &SupplyGraph, must: bool| figures_of(graph, metrics, must, &quiet);
    let observed = of(graph, true)?;
    let mut place = BTreeMap::new();
    for (k, (name, _)) in observed.iter().enumerate() {
        place.entry(name.clone()).or_insert(k);
    }
    let mut found: Vec<Against> = observed
        .into_iter()
        .map(|(statistic, observed)| Against { statistic, observed, values: Vec::new() })
        .collect();
    let mut cancelled = false;
    let mut keep = |one: Result<Vec<Statistic>, MetricError>| {
        let Ok(one) = one else {
            cancelled = true;
            return;
        };
        for (name, value) in one {
            if let (Some(&k), Some(value)) = (place.get(&name), value) {
                found[k].values.push(value);
            }
        }
    };
    progress.begin(config.model.name(), config.replicates as u64);
    let mut acceptance_rate = None;
    if config.model.is_rewired() {
        let groups = match config.model {
            NullModel::StageRewire => Some(model::groups(graph, &config.by)?),
            _ => None,
        };
        let start = Rewiring::directed(graph, groups.as_deref());
        let flows = model::link_flows(graph);
        let chains =
            Chains { replicates: config.replicates, seed: config.seed, ..Chains::default() };
        let measure = |replicate: usize, network: &Rewiring| {
            let links = network.links();
            let graph = if config.model == NullModel::Weights {
                // A stream of its own: that of the replicate was used for the links.
                let mut rng = stream(!config.seed, replicate);
                let dealt = model::dealt_by_seller(links, &flows, &mut rng);
                model::with_links(graph, links, &dealt)
            } else {
                model::with_links(graph, links, &flows)
            };
            of(&graph, false)
        };
        let attempts = start.numbered_replicates(chains, progress, measure, &mut keep)?;
        acceptance_rate = attempts.acceptance_rate();
    } else if config.model.is_expected() {
        keep(of(&model::expected(graph, config.model)?, false));
    } else {
        let gravity = match config.model {
            NullModel::Dcgm => Some(model::gravity(graph)?),
            _ => None,
        };
        let work = |range: std::ops::Range<usize>| {
            let mut rng = stream(config.seed, range.start);
            let graph = match (&gravity, config.model) {
                (Some(gravity), _) => model::placed(graph, gravity, &mut rng),
                (None, NullModel::Labels) => model::relabelled(graph, &mut rng),
                (None, _) => model::shuffled(graph, &mut rng),
            };
            let one = of(&graph, false);
            progress.advance(1);
            Some(one)
        };
        fold_chunks(config.replicates, 1, progress, work, &mut keep)?;
    }
    if cancelled {
        return Err(MetricError::Cancelled);
    }
    Ok(Chance { statistics: found, acceptance_rate, config: config.clone() })
}

/// The columns of `null_models`, without the period.
pub static NULL_COLUMNS: [ColumnSpec; 16] = [
    ColumnSpec::text("metric", "The index, or what one group sells another."),
    ColumnSpec::text(
        "model",
        "What the random networks keep: partners and sales of firms (`rewire`), their partners in each stage (`stage_rewire`), partners and \
         amounts (`weights`), all links and amounts (`shuffle`), or the network (`labels`); expected totals (`dcgm`); or the one network that is expected \
         (`config`, `maxent`), which has a mean and no spread.",
    ),
    ColumnSpec::number("observed", Unit::None, "Its value in the observed network."),
    ColumnSpec::number("null_mean", Unit::None, "Mean over the random networks."),
    ColumnSpec::number("null_sd", Unit::None, "Standard deviation over the random networks (n)."),
    ColumnSpec::number("null_p025", Unit::None, "2.5 % quantile over the random networks."),
    ColumnSpec::number("null_p975", Unit::None, "97.5 % quantile over the random networks."),
    ColumnSpec::number(
        "z",
        Unit::One,
        "Standard deviations from the mean; says little where values are few or skewed: read p first.",
    ),
    ColumnSpec::number("p_upper", Unit::One, "Share of random networks with at least as much."),
    ColumnSpec::number("p_lower", Unit::One, "Share of random networks with at most as much."),
    ColumnSpec::number(
        "p_two_sided",
        Unit::One,
        "Share of random networks at least as far from the mean.",
    ),
    ColumnSpec::number(
        "q_bh",
        Unit::One,
        "Share of false alarms among all that are at most as unlikely (Benjamini and Hochberg 1995).",
    ),
    ColumnSpec {
        name: "n_samples",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Random networks in which it is defined.",
    },
    ColumnSpec {
        name: "seed",
        kind: Kind::I64,
        unit: Unit::Id,
        meaning: "Where the random numbers begin.",
    },
    ColumnSpec::number(
        "acceptance_rate",
        Unit::One,
        "Share of attempts to exchange links that did; below 0.05 the networks may still be like the observed one.",
    ),
    STATUS,
];

/// The table of statistics against chance.
///
/// # Panics
/// Never: cells fit their columns.
#[must_use]
pub fn null_table(chance: &Chance) -> Table {
    let mut rows = Rows::new(&NULL_COLUMNS);
    // Of one expected network, only what it is says something.
    let is_expected = chance.config.model.is_expected();
    let place = |against: &Against| {
        let mut values = against.values.clone();
        let observed = against.observed.filter(|_| !values.is_empty())?;
        Some(Place::of(observed, &mut values))
    };
    let places: Vec<Option<Place>> = chance.statistics.iter().map(place).collect();
    let p = |place: &Option<Place>| Some((*place)?.p_two_sided).filter(|_| !is_expected);
    let p: Vec<Option<f64>> = places.iter().map(p).collect();
    let q = benjamini_hochberg(&p);
    for ((against, place), q) in chance.statistics.iter().zip(&places).zip(q) {
        let of = |value: fn(&Place) -> f64| match place {
            Some(place) if !is_expected => Cell::from(value(place)),
            _ => Cell::Gap,
        };
        let z = match (place, against.observed) {
            _ if is_expected => Cell::Gap,
            (Some(place), Some(observed)) if place.sd > 0.0 => {
                Cell::from((observed - place.mean) / place.sd)
            }
            (Some(_), _) => Cell::from(Err(Status::ZeroDenominator)),
            _ => Cell::Gap,
        };
        let mean = match place {
            Some(place) => Cell::from(place.mean),
            // Defined in the observed network, and in none of the random ones.
            None if against.observed.is_some() => Cell::from(Err(Status::InsufficientN)),
            None => Cell::Gap,
        };
        let observed = against.observed.ok_or(Status::InsufficientN);
        rows.push([
            against.statistic.as_str().into(),
            chance.config.model.name().into(),
            observed.into(),
            mean,
            of(|place| place.sd),
            of(|place| place.low),
            of(|place| place.high),
            z,
            of(|place| place.p_upper),
            of(|place| place.p_lower),
            of(|place| place.p_two_sided),
            q.map_or(Cell::Gap, Cell::from),
            against.values.len().into(),
            Cell::Count(i64::try_from(chance.config.seed).ok()),
            chance.acceptance_rate.map_or(Cell::Gap, Cell::from),
        ]);
    }
    rows.table(TableId::NullModels)
}
