//! Horizontal linkages: firms of one stage that share suppliers and buyers.

use super::groups::Groups;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::intersection::common;
use crate::kernel::ratio::ratio;
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};
use std::sync::atomic::{AtomicUsize, Ordering};

/// More pairs than this do not fit a table that anybody reads.
const MOST_PAIRS: usize = 20_000_000;
/// Nodes a task.
const CHUNK: usize = 64;

/// Which pairs are looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HorizontalConfig {
    /// The text column of the nodes whose values are the groups.
    pub grouping: String,
    /// Partners with more partners than this make no pairs.
    pub max_hub: usize,
}

impl Default for HorizontalConfig {
    fn default() -> Self {
        Self { grouping: "stage".into(), max_hub: 200 }
    }
}

/// What two firms share on one side: suppliers or buyers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shared {
    /// How many partners both have.
    pub count: usize,
    /// Partners of both by partners of either.
    pub jaccard: Option<f64>,
    /// Cosine of the angle between the vectors of flows; `None` if one has no partners on this side.
    pub cosine: Option<f64>,
    /// `Σ_k 1 / (d_k − 1)` over the partners `k` of both, which have `d_k` partners on this side.
    pub projection: f64,
}

/// Two firms of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HorizontalPair {
    /// The two, the smaller number first.
    pub nodes: (usize, usize),
    /// Their group.
    pub group: usize,
    /// What they share as customers.
    pub suppliers: Shared,
    /// What they share as sellers.
    pub buyers: Shared,
    /// Flows between the two: 0, 1 or 2.
    pub direct_edges: usize,
    /// Ties of the relation `cooperation` between the two.
    pub cooperation: usize,
}

/// Pairs of firms of one group that share a partner, trade or cooperate.
#[derive(Clone, Debug, PartialEq)]
pub struct HorizontalLinkages {
    /// The groups.
    pub groups: Groups,
    /// The pairs, by their first node, then by their second.
    pub pairs: Vec<HorizontalPair>,
    /// Mean cosine of a node with the others of its group; `None` if it is comparable with none.
    pub equivalence: Vec<Option<f64>>,
    /// Others of its group that a node buys from or sells to.
    pub n_ties: Vec<usize>,
}

/// What firms of one stage (or role, or sector) share: suppliers, buyers, direct trade, cooperation.
///
/// # Formula
/// Jaccard `|N_i ∩ N_j| / |N_i ∪ N_j|` and cosine `Σ_k Z_ki Z_kj / (‖Z_·i‖ ‖Z_·j‖)` of suppliers, and likewise of buyers with
/// rows of `Z`; projection `Σ_k 1 / (d_k − 1)` over shared partners `k`. `equivalence_i`: mean over the others of the group
/// of the mean of both cosines, where at least one is defined; a pair that shares nothing has 0.
/// # Source
/// Lorrain and White (1971) and Burt (1987) for equivalence; Newman (2001) for the projection; Schmitz (1995) for the
/// horizontal relations of clusters.
/// # Input and result
/// Groups as [`Groups::by`] orders them; nodes without a group are in no pair but are partners. Self-loops are left out.
/// Partners with more than `max_hub` partners make no pairs, though they count in pairs that others make.
/// # Cost
/// `O(Σ_k min(d_k, max_hub)² + p d)` time for `p` pairs with `d` partners, the logarithm of the longer list for pairs of
/// unlike sizes.
/// # Errors
/// [`MetricError::InputMissing`] without the column; [`ParamError::Value`] for more than 20 million pairs or 2,000 groups;
/// [`MetricError::Cancelled`].
/// # Example
/// Two stills buy agave of one grower, and one of them wood too.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::horizontal::{HorizontalConfig, horizontal_linkages};
/// let flows = [(0, 2, 3.0), (0, 3, 3.0), (1, 3, 4.0)];
/// let graph = SupplyGraph::from_flows(["grower", "wood", "a", "b"], flows)?
///     .with_text("stage", ["1", "1", "2", "2"].map(Some));
/// let pairs = horizontal_linkages(&graph, &HorizontalConfig::default(), &NoProgress)?.pairs;
/// let stills = pairs.iter().find(|pair| pair.nodes == (2, 3)).expect("they share a supplier");
/// assert_eq!((stills.suppliers.jaccard, stills.suppliers.cosine), (Some(0.5), Some(0.6)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn horizontal_linkages(
    graph: &SupplyGraph,
    config: &HorizontalConfig,
    progress: &dyn Progress,
) -> Result<HorizontalLinkages, MetricError> {
    let groups = Groups::by(graph, &config.grouping)?;
    let n = graph.n_nodes();
    let sides = [
        Side::new(n, |i| partners(i, graph.suppliers(i)), |k| partners(k, graph.customers(k))),
        Side::new(n, |i| partners(i, graph.customers(i)), |k| partners(k, graph.suppliers(k))),
    ];
    let cooperation = cooperation(graph);
    let mut found = HorizontalLinkages {
        pairs: Vec::new(),
        equivalence: Vec::new(),
        n_ties: vec![0; n],
        groups,
    };
    let mut cosines = vec![0.0; n];
    let of_node = &found.groups.of_node;
    let pairs_of = |i: usize, pairs: &mut Vec<HorizontalPair>| {
        let Some(group) = of_node[i] else { return };
        let is_later = |&j: &usize| j > i && of_node[j] == Some(group);
        let mut near: Vec<usize> = sides
            .iter()
            .flat_map(|side| side.near(i, config.max_hub).chain(side.partners(i)))
            .chain(cooperation[i].iter().copied())
            .filter(is_later)
            .collect();
        near.sort_unstable();
        near.dedup();
        pairs.extend(near.into_iter().map(|j| {
            let [suppliers, buyers] = sides.each_ref().map(|side| side.shared(i, j));
            let direct_edges = sides.iter().filter(|side| side.has(i, j)).count();
            let cooperation = cooperation[i].iter().filter(|&&k| k == j).count();
            HorizontalPair { nodes: (i, j), group, suppliers, buyers, direct_edges, cooperation }
        }));
    };
    let n_pairs = AtomicUsize::new(0);
    let work = |range: std::ops::Range<usize>| {
        let mut pairs = Vec::new();
        for i in range {
            if progress.cancelled() {
                return None;
            }
            let before = pairs.len();
            if n_pairs.load(Ordering::Relaxed) <= MOST_PAIRS {
                pairs_of(i, &mut pairs);
            }
            n_pairs.fetch_add(pairs.len() - before, Ordering::Relaxed);
        }
        Some(pairs)
    };
    let mut pairs: Vec<HorizontalPair> = Vec::new();
    fold_chunks(n, CHUNK, progress, work, |some| pairs.extend(some))?;
    if n_pairs.into_inner() > MOST_PAIRS {
        let what = format!(
            "more than {MOST_PAIRS} pairs of one `{}` share a partner: lower `max_hub`, now {}",
            config.grouping, config.max_hub
        );
        return Err(ParamError::Value(what).into());
    }
    for HorizontalPair { nodes, suppliers, buyers, direct_edges, .. } in &pairs {
        let cosine = mean_of_defined(suppliers.cosine, buyers.cosine);
        for node in [nodes.0, nodes.1] {
            cosines[node] += cosine.unwrap_or(0.0);
            found.n_ties[node] += usize::from(*direct_edges > 0);
        }
    }
    found.pairs = pairs;
    let others = comparable(&found.groups, &sides);
    found.equivalence = cosines.iter().zip(others).map(|(sum, n)| ratio(*sum, n as f64)).collect();
    Ok(found)
}

fn mean_of_defined(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(f64::midpoint(a, b)),
        (one, other) => one.or(other),
    }
}

/// How many others of its group each node has a cosine with, zero or not.
fn comparable(groups: &Groups, sides: &[Side; 2]) -> Vec<usize> {
    let kind = |i: usize| {
        usize::from(!sides[0].of[i].is_empty()) + 2 * usize::from(!sides[1].of[i].is_empty())
    };
    let mut counts = vec![[0_usize; 4]; groups.len()];
    let grouped = groups.of_node.iter().enumerate().filter_map(|(i, group)| Some((i, (*group)?)));
    grouped.for_each(|(i, group)| counts[group][kind(i)] += 1);
    let others = |(i, group): (usize, &Option<usize>)| {
        let Some(group) = *group else { return 0 };
        let with = (0..4).filter(|other| other & kind(i) != 0);
        let all: usize = with.map(|other| counts[group][other]).sum();
        all.saturating_sub(1)
    };
    groups.of_node.iter().enumerate().map(others).collect()
}

/// Partners by node, in both directions, for each node and in its order.
fn cooperation(graph: &SupplyGraph) -> Vec<Vec<usize>> {
    let mut partners = vec![Vec::new(); graph.n_nodes()];
    let ties = graph.relation("cooperation").map_or(&[][..], |relation| relation.ties());
    for &(a, b) in ties.iter().filter(|(a, b)| a != b) {
        partners[a as usize].push(b as usize);
        partners[b as usize].push(a as usize);
    }
    partners
}

/// Others that a node trades with on one side, ascending, and the flows.
fn partners(
    of: NodeIndex,
    trade: impl Iterator<Item = (NodeIndex, f64)>,
) -> impl Iterator<Item = (u32, f64)> {
    let others = trade.filter(move |&(k, flow)| k != of && flow > 0.0);
    others.map(|(k, flow)| (k.index() as u32, flow))
}

/// One side of every node's trade, and the same seen from its partners.
struct Side {
    of: Vec<Vec<u32>>,
    /// The flows over the length of their vector, whose squares may not fit.
    shares: Vec<Vec<f64>>,
    back: Vec<Vec<u32>>,
    /// `1 / (d − 1)` for a partner of `d`.
    weight: Vec<f64>,
}

impl Side {
    fn new<I: Iterator<Item = (u32, f64)>, J: Iterator<Item = (u32, f64)>>(
        n: usize,
        of: impl Fn(NodeIndex) -> I,
        back: impl Fn(NodeIndex) -> J,
    ) -> Self {
        let (of, mut shares): (Vec<Vec<u32>>, Vec<Vec<f64>>) =
            (0..n).map(|i| of(NodeIndex::new(i)).unzip()).unzip();
        for flows in &mut shares {
            let norm = norm(flows);
            for flow in flows {
                *flow /= norm;
            }
        }
        let ids = |k: usize| back(NodeIndex::new(k)).map(|(i, _)| i).collect();
        let back: Vec<Vec<u32>> = (0..n).map(ids).collect();
        let weight = back.iter().map(|back| 1.0 / (back.len() as f64 - 1.0)).collect();
        Self { of, shares, back, weight }
    }

    fn partners(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        self.of[i].iter().map(|&k| k as usize)
    }

    /// Nodes that have a partner in common with `i`, one that is not a hub.
    fn near(&self, i: usize, max_hub: usize) -> impl Iterator<Item = usize> + '_ {
        let shared = self.partners(i).map(|k| &self.back[k]);
        shared.filter(move |back| back.len() <= max_hub).flatten().map(|&j| j as usize)
    }

    fn has(&self, i: usize, j: usize) -> bool {
        self.of[i].binary_search(&(j as u32)).is_ok()
    }

    fn shared(&self, i: usize, j: usize) -> Shared {
        let (a, b) = (&self.of[i], &self.of[j]);
        let (mut count, mut product, mut projection) = (0, 0.0, 0.0);
        common(a, b, |mine, theirs| {
            count += 1;
            product += self.shares[i][mine] * self.shares[j][theirs];
            projection += self.weight[a[mine] as usize];
        });
        let either = (a.len() + b.len() - count) as f64;
        let both_trade = !a.is_empty() && !b.is_empty();
        let cosine = both_trade.then_some(product.min(1.0));
        Shared { count, jaccard: ratio(count as f64, either), cosine, projection }
    }
}

/// The length of a vector of flows, whose squares may not fit.
fn norm(flows: &[f64]) -> f64 {
    let largest = flows.iter().copied().fold(0.0, f64::max);
    let squares: f64 = flows.iter().map(|flow| (flow / largest).powi(2)).sum();
    if largest > 0.0 { largest * squares.sqrt() } else { 0.0 }
}

/// [`horizontal_linkages`] behind the registry.
pub struct Horizontal;

static NODES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "horizontal_equivalence",
        Unit::One,
        "Mean cosine of the node's suppliers and buyers with those of the others of its group.",
    ),
    ColumnSpec::count(
        "n_horizontal_ties",
        "Others of its group that the node buys from or sells to.",
    ),
];

static PAIRS: [ColumnSpec; 14] = [
    ColumnSpec::text("node_a", "The first of the pair, in node order."),
    ColumnSpec::text("node_b", "The second of the pair."),
    ColumnSpec::text("group", "The group of both."),
    ColumnSpec::count("shared_suppliers", "Suppliers of both."),
    ColumnSpec::count("shared_buyers", "Buyers of both."),
    ColumnSpec::number("jaccard_suppliers", Unit::One, "Suppliers of both by suppliers of either."),
    ColumnSpec::number("jaccard_buyers", Unit::One, "Buyers of both by buyers of either."),
    ColumnSpec::number("cosine_suppliers", Unit::One, "Cosine of purchases by supplier."),
    ColumnSpec::number("cosine_buyers", Unit::One, "Cosine of sales by buyer."),
    ColumnSpec::number(
        "projection_suppliers",
        Unit::One,
        "Shared suppliers, each counted by one over its other buyers.",
    ),
    ColumnSpec::number(
        "projection_buyers",
        Unit::One,
        "Shared buyers, each counted by one over its other suppliers.",
    ),
    ColumnSpec::count("direct_edges", "Flows between the two: 0, 1 or 2."),
    ColumnSpec::count("cooperation", "Ties of the relation `cooperation` between the two."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "horizontal_linkages",
    family: Family::Linkage,
    summary: "Which firms of one stage share suppliers and buyers, trade with each other, or cooperate.",
    formula: "jaccard = |N_i ∩ N_j| / |N_i ∪ N_j|; cosine = Σ_k Z_ki Z_kj / (‖Z_·i‖ ‖Z_·j‖); projection = Σ_k 1 / (d_k − 1) over \
              shared k; horizontal_equivalence_i = mean over the group of the mean of both cosines, where one is defined",
    source: "Lorrain and White (1971); Burt (1987); Newman (2001); Schmitz (1995)",
    reading: "High = the two do the same for the same: rivals, or partners who could stand in for one another. Shared \
              partners are how skills and orders pass between firms of a cluster, and a partner shared with few counts \
              more in the projection. A tie within a stage is subcontracting or lending rather than a step of the \
              chain. Only pairs with something in common are rows; pairs that share but hubs of more than `max_hub` \
              partners are not, and count as 0 in the mean. Self-loops are left out.",
    cost: "O(Σ_k min(d_k, max_hub)²) time, and the partners of each pair",
    needs: &[],
    params: &[
        ParamSpec {
            name: "grouping",
            default: "stage",
            meaning: "The text column of the nodes whose values are the groups, such as `role` or `sector`.",
        },
        ParamSpec {
            name: "max_hub",
            default: "200",
            meaning: "Partners with more partners than this make no pairs.",
        },
    ],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &NODES },
        Output { table: TableId::HorizontalPairs, columns: &PAIRS },
    ],
    core: false,
};

impl Metric for Horizontal {
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
        let found = horizontal_linkages(graph, &params.decode()?, progress)?;
        let reason = |i: usize| match found.groups.of_node[i] {
            Some(_) => Status::NoOverlap,
            None => Status::InputMissing,
        };
        let [equivalence, ties] = &NODES;
        let cells = found.equivalence.iter().enumerate();
        let nodes = vec![
            Column::from_results(equivalence, cells.map(|(i, v)| v.ok_or_else(|| reason(i)))),
            Column::new(ties, found.n_ties.iter().copied().collect::<Values>()),
        ];
        let mut rows = Rows::new(&PAIRS);
        let id = |i: usize| graph.node_id(NodeIndex::new(i));
        let defined = |value: Option<f64>| value.ok_or(Status::ZeroDenominator);
        for pair in &found.pairs {
            let HorizontalPair { nodes: (a, b), suppliers, buyers, .. } = pair;
            rows.push([
                id(*a).into(),
                id(*b).into(),
                (&*found.groups.names[pair.group]).into(),
                suppliers.count.into(),
                buyers.count.into(),
                defined(suppliers.jaccard).into(),
                defined(buyers.jaccard).into(),
                defined(suppliers.cosine).into(),
                defined(buyers.cosine).into(),
                suppliers.projection.into(),
                buyers.projection.into(),
                pair.direct_edges.into(),
                pair.cooperation.into(),
            ]);
        }
        Ok(vec![Table::new(TableId::NodeMetrics, nodes), rows.table(TableId::HorizontalPairs)])
    }
}
