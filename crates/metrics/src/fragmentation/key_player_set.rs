//! Firms whose loss, or whose word, matters most together: sets, not the best one by one.

use crate::kernel::adjacency::{Adjacency, Mutual};
use crate::kernel::best_set::{BestSet, best_sets};
use crate::kernel::bfs::{LANES, Room, Ways, sweep};
use crate::kernel::random::{permutation, stream};
use crate::long::{Cell, Rows, STATUS};
use crate::resilience::esri::Effort;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Kind, Unit};
use palenque_graph::{NoProgress, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Nodes and ties that may be looked at before sets have to be asked for: about a minute.
const BUDGET: f64 = 2e10;

/// What a set is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub enum KeyPlayerCriterion {
    /// Without the set, most pairs of others are apart.
    #[serde(rename = "kpp_neg_F")]
    Fragmentation,
    /// Without the set, others are farthest apart.
    #[serde(rename = "kpp_neg_DF")]
    DistanceFragmentation,
    /// The set is nearest to all.
    #[serde(rename = "kpp_pos_reach")]
    DistanceReach,
    /// Most are within a few steps of the set.
    #[serde(rename = "m_reach")]
    Reach,
}

impl KeyPlayerCriterion {
    /// The name in tables and parameters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fragmentation => "kpp_neg_F",
            Self::DistanceFragmentation => "kpp_neg_DF",
            Self::DistanceReach => "kpp_pos_reach",
            Self::Reach => "m_reach",
        }
    }

    /// Whether members are taken out.
    fn is_loss(self) -> bool {
        matches!(self, Self::Fragmentation | Self::DistanceFragmentation)
    }
}

/// What a set of nodes scores: how far the others fall apart without it, or how near it is to all.
///
/// # Formula
/// Without `S`, over the nodes that are left: `F = 1 − Σ_c s_c(s_c − 1)/(n(n − 1))`, `DF = 1 − Σ_{i≠j} 1/d_ij/(n(n − 1))`. Of `S`,
/// over all nodes: `(1/n) Σ_j 1/d(S, j)`, in which members count 1, and the share of nodes with `d(S, j) ≤ steps`.
/// # Source
/// Borgatti (2006).
/// # Input and result
/// `set` without repetition; one number between 0 and 1, `None` if fewer than two nodes are left, or there are none. Steps go along
/// edges of either direction; self-loops are left out.
/// # Cost
/// `O(n + m)` time; `O(nm)` for `DF`, 512 searches at once.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::key_player_set::{KeyPlayerCriterion, set_value};
/// let star = SupplyGraph::from_flows(["hub", "a", "b"], [(0, 1, 1.0), (0, 2, 1.0)])?;
/// assert_eq!(set_value(&star, KeyPlayerCriterion::Fragmentation, &[0], 2), Some(1.0));
/// assert_eq!(set_value(&star, KeyPlayerCriterion::DistanceReach, &[1], 2), Some((1.0 + 1.0 + 0.5) / 3.0));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn set_value(
    graph: &SupplyGraph,
    criterion: KeyPlayerCriterion,
    set: &[u32],
    steps: usize,
) -> Option<f64> {
    value_of(&Mutual::of(graph), criterion, set, steps)
}

fn value_of(
    mutual: &Mutual,
    criterion: KeyPlayerCriterion,
    set: &[u32],
    steps: usize,
) -> Option<f64> {
    let ties = mutual.adjacency();
    let n = ties.n_nodes();
    if criterion.is_loss() {
        let left = n - set.len();
        if left < 2 {
            return None;
        }
        let joined = match criterion {
            KeyPlayerCriterion::Fragmentation => joined_without(ties, set),
            _ => nearness_without(mutual, set),
        };
        return Some(1.0 - joined / (left as f64 * (left as f64 - 1.0)));
    }
    if n == 0 {
        return None;
    }
    let mut walk = Walk::new(n);
    let levels = walk.from(ties, set);
    let sum: f64 = match criterion {
        KeyPlayerCriterion::Reach => {
            levels.iter().filter(|&&level| level as usize <= steps).count() as f64
        }
        _ => levels.iter().map(|&level| 1.0 / f64::from(level.max(1))).sum(),
    };
    Some(sum / n as f64)
}

/// Ordered pairs of others that hang together without a set.
fn joined_without(ties: Adjacency<'_>, set: &[u32]) -> f64 {
    let mut walk = Walk::new(ties.n_nodes());
    for &member in set {
        walk.seen[member as usize] = true;
    }
    let mut joined = 0.0;
    for start in 0..ties.n_nodes() {
        if !walk.seen[start] {
            let size = walk.from(ties, &[start as u32]).len() as f64;
            joined += size * (size - 1.0);
        }
    }
    joined
}

/// The sum of one over the distance, over ordered pairs of others, without a set.
fn nearness_without(ties: &Mutual, set: &[u32]) -> f64 {
    let n = ties.adjacency().n_nodes();
    let mut is_out = vec![false; n];
    for &member in set {
        is_out[member as usize] = true;
    }
    let left = ties.select(|u, v, _| (!is_out[u] && !is_out[v]).then_some(()));
    let rest = Ways::both(left.adjacency());
    let mut room = Room::new(n);
    let mut near = 0.0;
    for first in (0..n as u32).step_by(LANES) {
        let targets = first..(first + LANES as u32).min(n as u32);
        sweep(&mut room, rest, targets, &NoProgress, |_, steps, reached| {
            near += f64::from(reached) / steps;
        });
        room.clear();
    }
    near
}

/// Room for searches.
struct Walk {
    seen: Vec<bool>,
    order: Vec<u32>,
    levels: Vec<u32>,
}

impl Walk {
    fn new(n: usize) -> Self {
        Self { seen: vec![false; n], order: Vec::new(), levels: Vec::new() }
    }

    /// The distances of all that is reached and not seen before, the starts first.
    fn from(&mut self, ties: Adjacency<'_>, starts: &[u32]) -> &[u32] {
        self.order.clear();
        self.levels.clear();
        self.order.extend_from_slice(starts);
        self.levels.resize(starts.len(), 0);
        for &start in starts {
            self.seen[start as usize] = true;
        }
        let mut head = 0;
        while head < self.order.len() {
            let (u, level) = (self.order[head] as usize, self.levels[head]);
            head += 1;
            for &v in ties.neighbours(u) {
                if !std::mem::replace(&mut self.seen[v as usize], true) {
                    self.order.push(v);
                    self.levels.push(level + 1);
                }
            }
        }
        &self.levels
    }
}

/// Which sets are looked for.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyPlayerConfig {
    /// What sets are good for, each by itself.
    pub criteria: Vec<KeyPlayerCriterion>,
    /// Members at most; smaller sets are looked for too.
    pub size: usize,
    /// Steps of `m_reach`.
    pub steps: usize,
    /// Random sets of each size to compare with.
    pub replicates: usize,
    /// Where random sets begin.
    pub seed: u64,
    /// Whether what takes long is begun.
    pub method: Effort,
}

impl Default for KeyPlayerConfig {
    fn default() -> Self {
        use KeyPlayerCriterion::{DistanceFragmentation, DistanceReach, Fragmentation, Reach};
        Self {
            criteria: vec![Fragmentation, DistanceFragmentation, DistanceReach, Reach],
            size: 2,
            steps: 2,
            replicates: 100,
            seed: 1,
            method: Effort::Auto,
        }
    }
}

/// A set of nodes that scores high together.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPlayerSet {
    /// What it is good for.
    pub criterion: KeyPlayerCriterion,
    /// The members, in node order.
    pub members: Vec<u32>,
    /// What it scores, as [`set_value`].
    pub value: f64,
    /// Whether all sets of this size were tried; else it is one that no exchange of a member improves.
    pub is_exact: bool,
    /// The mean over random sets of the same size.
    pub random_mean: f64,
    /// The largest of them.
    pub random_max: f64,
}

/// For every criterion and size, the set of nodes that scores highest.
///
/// # Formula
/// `argmax_{|S| = k} f(S)` with `f` of [`set_value`]: all sets are tried up to 60 nodes and 3 members, else sets grow by the best node
/// and members are exchanged while that helps. Of sets that score the same, the first in node order that is found.
/// # Source
/// Borgatti (2006): the problem is NP-hard, and the best nodes one by one are not the best set.
/// # Input and result
/// Sets in the order of criteria and sizes; sizes that leave fewer than two nodes, or exceed all, are left out.
/// # Cost
/// `O(n k²)` values of `f`.
/// # Errors
/// [`ParamError::Value`] for no criterion or a size of 0; [`MetricError::TooLong`] beyond some minutes unless `method` is `exact`;
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::key_player_set::key_player_sets;
/// let star = SupplyGraph::from_flows(["a", "hub", "b", "c"], [(1, 0, 1.0), (1, 2, 1.0), (1, 3, 1.0)])?;
/// let sets = key_player_sets(&star, &Default::default(), &NoProgress)?;
/// assert_eq!((sets[0].members.as_slice(), sets[0].value), (&[1][..], 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn key_player_sets(
    graph: &SupplyGraph,
    config: &KeyPlayerConfig,
    progress: &dyn Progress,
) -> Result<Vec<KeyPlayerSet>, MetricError> {
    let refuse = |what: &str| Err(ParamError::Value(what.into()).into());
    if config.criteria.is_empty() {
        return refuse("`criteria` is empty: name at least one, such as \"kpp_neg_F\"");
    }
    if config.size == 0 {
        return refuse("`size` is 0: a set has a member at least");
    }
    let mutual = Mutual::of(graph);
    let n = graph.n_nodes();
    let one = (n + graph.n_edges()) as f64;
    let mut sets = Vec::new();
    for &criterion in &config.criteria {
        let is_long = criterion == KeyPlayerCriterion::DistanceFragmentation;
        // 512 searches at once, in some steps.
        let value = if is_long { one * (n as f64 / 64.0).max(8.0) } else { one };
        let values = (config.size * (config.size + 1) * n) as f64;
        if config.method == Effort::Auto && values * value > BUDGET {
            return Err(MetricError::TooLong {
                what: "the search for sets",
                n,
                instead: "leave `kpp_neg_DF` out of `criteria`, ask for a smaller `size`, or use `fragmentation_change`",
            });
        }
        let largest = config.size.min(if criterion.is_loss() { n.saturating_sub(2) } else { n });
        let of = |set: &[u32]| value_of(&mutual, criterion, set, config.steps).unwrap_or(0.0);
        progress.begin(criterion.name(), 0);
        for BestSet { members, value, is_exact } in best_sets(n, largest, of, progress)? {
            let (mut sum, mut random_max) = (0.0, f64::NEG_INFINITY);
            for replicate in 0..config.replicates {
                if progress.cancelled() {
                    return Err(MetricError::Cancelled);
                }
                let drawn = permutation(n, &mut stream(config.seed, replicate));
                let random = of(&drawn[..members.len()]);
                (sum, random_max) = (sum + random, random_max.max(random));
            }
            let random_mean = sum / config.replicates as f64;
            sets.push(KeyPlayerSet {
                criterion,
                members,
                value,
                is_exact,
                random_mean,
                random_max,
            });
        }
    }
    Ok(sets)
}

/// [`key_player_sets`] behind the registry.
pub struct KeyPlayerSets;

static COLUMNS: [ColumnSpec; 9] = [
    ColumnSpec::text("criterion", "What the set is good for."),
    ColumnSpec::count("size", "Members of the set."),
    ColumnSpec {
        name: "member",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "The member's number, from 1.",
    },
    ColumnSpec::text("node_id", "The member."),
    ColumnSpec::number("set_value", Unit::One, "What the whole set scores."),
    ColumnSpec::number("random_mean", Unit::One, "The mean score of random sets of this size."),
    ColumnSpec::number("random_max", Unit::One, "The highest score of random sets of this size."),
    ColumnSpec::text(
        "method",
        "`exact` = all sets were tried; `greedy_swap` = no exchange of one member helps.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "key_player_set",
    family: Family::Fragmentation,
    summary: "The few firms that matter most together: without whom the others are apart, or who are near to all.",
    formula: "argmax over sets of k: F, DF without the set; (1/n) Σ_j 1/d(S, j), share of nodes with d(S, j) ≤ steps",
    source: "Borgatti (2006)",
    reading: "The best three are seldom the three best: two firms that hold the same place are worth one. kpp_neg: whom to protect, \
              since others lose each other without them. kpp_pos: whom to tell, since all are near. Compare with random_max: a \
              network where any three firms do as well has no key players. Steps go along edges of either direction. Self-loops \
              are left out.",
    cost: "O(n k²) searches; O(n² k²) for kpp_neg_DF",
    needs: &[],
    params: &[
        ParamSpec::new(
            "criteria",
            "[\"kpp_neg_F\", \"kpp_neg_DF\", \"kpp_pos_reach\", \"m_reach\"]",
            "What sets are looked for.",
        ),
        ParamSpec::new("size", "2", "Members at most; smaller sets are looked for too."),
        ParamSpec::new("steps", "2", "Steps of `m_reach`."),
        ParamSpec::new(
            "replicates",
            "100",
            "Random sets of each size to compare with; 0 for none.",
        ),
        ParamSpec::new("seed", "1", "Where random sets begin."),
        ParamSpec::new("method", "\"auto\"", "`auto` refuses what takes hours; `exact` begins it."),
    ],
    outputs: &[Output { table: TableId::KeyPlayers, columns: &COLUMNS }],
    core: false,
};

impl Metric for KeyPlayerSets {
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
        let config: KeyPlayerConfig = params.decode()?;
        let mut rows = Rows::new(&COLUMNS);
        let beside = |value: f64| if config.replicates == 0 { Cell::Gap } else { value.into() };
        for set in key_player_sets(graph, &config, progress)? {
            for (k, &member) in set.members.iter().enumerate() {
                rows.push([
                    set.criterion.name().into(),
                    set.members.len().into(),
                    (k + 1).into(),
                    graph.node_id(NodeIndex::new(member as usize)).into(),
                    set.value.into(),
                    beside(set.random_mean),
                    beside(set.random_max),
                    if set.is_exact { "exact" } else { "greedy_swap" }.into(),
                ]);
            }
        }
        Ok(vec![rows.table(TableId::KeyPlayers)])
    }
}
