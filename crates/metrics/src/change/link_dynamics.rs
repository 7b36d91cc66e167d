//! Which links stay, which go and which are new.

use super::links::links;
use super::presence::present;
use crate::kernel::ratio::ratio_or_status;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, Scope,
};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{PeriodPair, Progress, SupplyGraph, Table, TableId};

/// How [`link_dynamics`] counts.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkDynamicsConfig {
    /// Whether links count only between firms that are there in both periods.
    pub common_firms: bool,
    /// The flow from which links count for the figures of large links.
    pub threshold: f64,
}

/// How many links there are before and after, and in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCounts {
    /// Links of the earlier period.
    pub before: usize,
    /// Links of the later period.
    pub after: usize,
    /// Links of both.
    pub kept: usize,
}

/// What became of the links of one period in the next.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkDynamics {
    /// All links.
    pub all: LinkCounts,
    /// Links from the threshold upwards.
    pub large: LinkCounts,
    /// `Σ min / Σ max` of the flows of both periods.
    pub weighted_jaccard: Result<f64, Status>,
    /// The share of the earlier flow that ran on links that are still there.
    pub weight_persistence: Result<f64, Status>,
    /// Firms that are there in both periods.
    pub n_common_nodes: usize,
}

/// Which links of one period are there in the next, and which of the next are new.
///
/// # Formula
/// With the sets of links `E_t` and `E_t+1`: `survival = |E_t ∩ E_t+1| / |E_t|`, `birth = |E_t+1 ∖ E_t| / |E_t+1|`, Jaccard's index of the
/// two, `rewiring = (born + died) / (|E_t| + |E_t+1|)`, which is 1 less Dice's index. With flows: `Σ min / Σ max` (Ruzicka), and the
/// share of the earlier flow on links that stay.
/// # Source
/// Jaccard (1912); Dice (1945); Ruzicka (1958).
/// # Input and result
/// Two periods over the same nodes. Self-loops are no links. Undefined (`insufficient_n`) where one period has no links; two
/// periods without a common link are defined, with a survival of 0.
/// # Cost
/// `O(n + m)` time.
/// # Errors
/// [`ParamError::Value`] for a threshold below zero.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::change::link_dynamics::link_dynamics;
/// let ids = ["ana", "beto", "still"];
/// let before = SupplyGraph::from_flows(ids, [(0, 2, 3.0), (1, 2, 1.0)])?;
/// let after = SupplyGraph::from_flows(ids, [(0, 2, 2.0), (0, 1, 5.0)])?;
/// let found = link_dynamics(&before, &after, &Default::default())?;
/// assert_eq!((found.all.survival(), found.all.birth()), (Ok(0.5), Ok(0.5)));
/// assert_eq!(found.weight_persistence, Ok(0.75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn link_dynamics(
    from: &SupplyGraph,
    to: &SupplyGraph,
    config: &LinkDynamicsConfig,
) -> Result<LinkDynamics, MetricError> {
    let threshold = config.threshold;
    if !(threshold >= 0.0 && threshold.is_finite()) {
        let what = format!("`threshold` is {threshold}, but flows begin at 0");
        return Err(ParamError::Value(what).into());
    }
    let (here, there) = (present(from), present(to));
    let is_common = |u: usize| here[u] && there[u];
    let (mut all, mut large) = (LinkCounts::default(), LinkCounts::default());
    let [mut least, mut most, mut stays, mut total] = [0.0; 4];
    for link in links(from, to) {
        if config.common_firms && !(is_common(link.seller) && is_common(link.buyer)) {
            continue;
        }
        let (before, after) = (link.before, link.after);
        all.add(before.is_some(), after.is_some());
        let is_large = |flow: Option<f64>| flow.is_some_and(|flow| flow >= threshold);
        large.add(is_large(before), is_large(after));
        let (z0, z1) = (before.unwrap_or(0.0), after.unwrap_or(0.0));
        least += z0.min(z1);
        most += z0.max(z1);
        total += z0;
        stays += if after.is_some() { z0 } else { 0.0 };
    }
    Ok(LinkDynamics {
        weighted_jaccard: all.defined().and_then(|()| ratio_or_status(least, most)),
        weight_persistence: all.defined().and_then(|()| ratio_or_status(stays, total)),
        n_common_nodes: (0..from.n_nodes()).filter(|&u| is_common(u)).count(),
        all,
        large,
    })
}

impl LinkCounts {
    fn add(&mut self, before: bool, after: bool) {
        self.before += usize::from(before);
        self.after += usize::from(after);
        self.kept += usize::from(before && after);
    }

    /// One period without links says nothing about the other's.
    fn defined(&self) -> Result<(), Status> {
        if self.before == 0 || self.after == 0 { Err(Status::InsufficientN) } else { Ok(()) }
    }

    fn share(&self, part: usize, whole: usize) -> Result<f64, Status> {
        self.defined().map(|()| part as f64 / whole as f64)
    }

    /// The share of the earlier links that are still there.
    ///
    /// # Errors
    /// [`Status::InsufficientN`] where one period has no links; likewise below.
    pub fn survival(&self) -> Result<f64, Status> {
        self.share(self.kept, self.before)
    }

    /// The share of the earlier links that are gone.
    ///
    /// # Errors
    /// As [`LinkCounts::survival`].
    pub fn death(&self) -> Result<f64, Status> {
        self.share(self.before - self.kept, self.before)
    }

    /// The share of the later links that are new.
    ///
    /// # Errors
    /// As [`LinkCounts::survival`].
    pub fn birth(&self) -> Result<f64, Status> {
        self.share(self.after - self.kept, self.after)
    }

    /// The links of both periods by those of either.
    ///
    /// # Errors
    /// As [`LinkCounts::survival`].
    pub fn jaccard(&self) -> Result<f64, Status> {
        self.share(self.kept, self.before + self.after - self.kept)
    }

    /// New and gone links by the links of both periods.
    ///
    /// # Errors
    /// As [`LinkCounts::survival`].
    pub fn rewiring(&self) -> Result<f64, Status> {
        let both = self.before + self.after;
        self.share(both - 2 * self.kept, both)
    }
}

/// [`link_dynamics()`] behind the registry.
pub struct LinkDynamicsMetric;

const fn share(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec::number(name, Unit::One, meaning)
}

static COLUMNS: [ColumnSpec; 18] = [
    share("edge_survival", "Share of the earlier links that are still there."),
    share("edge_death", "Share of the earlier links that are gone."),
    share("edge_birth", "Share of the later links that are new."),
    share("jaccard", "Links of both periods by links of either."),
    share(
        "rewiring_rate",
        "New and gone links by the links of both periods; 1 = all were changed.",
    ),
    share("turnover_annualised", "The same by the years between the periods."),
    share("weighted_jaccard", "Smaller by larger flow of each link, added up (Ruzicka)."),
    share("weight_persistence", "Share of the earlier flow on links that are still there."),
    ColumnSpec::count("n_common_nodes", "Firms that are there in both periods."),
    ColumnSpec::count("n_edges_from", "Links of the earlier period that count."),
    ColumnSpec::count("n_edges_to", "Links of the later period that count."),
    share("edge_survival_large", "Survival of links of at least `threshold`."),
    share("edge_death_large", "Death of links of at least `threshold`."),
    share("edge_birth_large", "Birth of links of at least `threshold`."),
    share("jaccard_large", "Jaccard's index of links of at least `threshold`."),
    share("rewiring_rate_large", "Rewiring of links of at least `threshold`."),
    ColumnSpec::count("n_edges_from_large", "Links of at least `threshold` in the earlier period."),
    ColumnSpec::count("n_edges_to_large", "Links of at least `threshold` in the later period."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "link_dynamics",
    family: Family::Change,
    summary: "Which links stay from one period to the next, which go and which are new.",
    formula: "survival = |E_t ∩ E_t+1|/|E_t|; death = 1 − survival; birth = |E_t+1 ∖ E_t|/|E_t+1|; jaccard = |E_t ∩ E_t+1|/|E_t ∪ E_t+1|; \
              rewiring = (born + died)/(|E_t| + |E_t+1|); weighted_jaccard = Σ min/Σ max; weight_persistence = Σ_{kept} Z_t/Σ Z_t",
    source: "Jaccard (1912); Dice (1945); Ruzicka (1958)",
    reading: "High rewiring_rate with few entries of firms = firms change partners. With `common_firms`, what comes of entry and exit is \
              left out. weight_persistence above edge_survival = large links last longer. Links near a reporting threshold come and go \
              without cause: compare the figures of links of at least `threshold`. Self-loops are no links.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[
        ParamSpec {
            name: "common_firms",
            default: "false",
            meaning: "Whether to count only links between firms that are there in both periods.",
        },
        ParamSpec {
            name: "threshold",
            default: "0",
            meaning: "In both periods, the flow from which a link counts for the columns `…_large`.",
        },
    ],
    outputs: &[Output { table: TableId::TemporalNetwork, columns: &COLUMNS }],
    core: false,
};

impl Metric for LinkDynamicsMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Pair
    }

    fn compare(
        &self,
        pair: &PeriodPair<'_>,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let found = link_dynamics(pair.from, pair.to, &params.decode()?)?;
        let (all, large) = (found.all, found.large);
        let shares = [
            all.survival(),
            all.death(),
            all.birth(),
            all.jaccard(),
            all.rewiring(),
            all.rewiring().map(|rate| rate / pair.years()),
            found.weighted_jaccard,
            found.weight_persistence,
        ];
        let counts = [found.n_common_nodes, all.before, all.after];
        let of_large =
            [large.survival(), large.death(), large.birth(), large.jaccard(), large.rewiring()];
        let number = |(spec, value): (&ColumnSpec, _)| Column::from_results(spec, [value]);
        let count = |(spec, n)| Column::new(spec, Values::from_iter([n]));
        let mut columns: Vec<Column> = COLUMNS[..8].iter().zip(shares).map(number).collect();
        columns.extend(COLUMNS[8..11].iter().zip(counts).map(count));
        columns.extend(COLUMNS[11..16].iter().zip(of_large).map(number));
        columns.extend(COLUMNS[16..].iter().zip([large.before, large.after]).map(count));
        Ok(vec![Table::new(TableId::TemporalNetwork, columns)])
    }
}
