//! Brokerage between groups, shared out and beside chance.

use super::brokerage::{Brokerage, brokered};
use crate::kernel::adjacency::Adjacency;
use crate::kernel::bit_rows::{BitRows, members};
use crate::kernel::chunks::fold_chunks_with;
use crate::kernel::random::{permutation, stream};
use crate::linkage::groups::Groups;
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Whose brokers are counted, and what with.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrokerageRolesConfig {
    /// The text column of the nodes whose values are the groups.
    pub grouping: String,
    /// How many permutations of the groups to compare with; 0 = none.
    pub replicates: usize,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Default for BrokerageRolesConfig {
    fn default() -> Self {
        Self { grouping: "role".into(), replicates: 0, seed: 1 }
    }
}

/// Kinds of brokerage in the order of all lists here: the five, and all of them.
pub const KINDS: [&str; 6] =
    ["coordinator", "itinerant", "representative", "gatekeeper", "liaison", "total"];

/// A count for each of [`KINDS`].
fn counts(found: &Brokerage) -> [usize; 6] {
    let Brokerage { coordinator, itinerant, representative, gatekeeper, liaison } = *found;
    [coordinator, itinerant, representative, gatekeeper, liaison, found.total()]
}

/// The place in [`KINDS`] of a broker of group `b` between groups `a` and `c`.
fn kind(a: usize, b: usize, c: usize) -> usize {
    match (a == b, b == c, a == c) {
        (true, true, _) => 0,
        (false, false, true) => 1,
        (true, false, _) => 2,
        (false, true, _) => 3,
        (false, false, false) => 4,
    }
}

/// How the counts of a node are spread over permutations of the groups.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Chance {
    /// Mean of the counts.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
    /// One and the permutations in which the node joins as many or more, of one more than there are.
    pub p_upper: f64,
    /// One and the permutations in which the node joins as many or fewer, of one more than there are.
    pub p_lower: f64,
}

/// What a node joins of each of [`KINDS`].
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRoles {
    /// Pairs.
    pub count: [usize; 6],
    /// Pairs, each shared out evenly among all who join it.
    pub partial: [f64; 6],
    /// Pairs that a node of its group would join in a network with as many ties, all as likely; 0 without a group.
    pub expected: [f64; 6],
    /// What permutations of the groups give, if they are asked for.
    pub chance: Option<[Chance; 6]>,
}

/// Brokerage beside chance: pairs that a firm joins who do not trade directly, shared out among all who join them, and how many
/// there would be if ties, or groups, were as they come.
///
/// # Formula
/// Counts as in [`brokerage()`](super::brokerage::brokerage()). Partial: each pair `(i, k)` with `b` brokers counts `1/b` for each.
/// Expected, with `N` nodes, density `d` and `n_c` nodes of the broker's group: coordinator `d²(1−d)(n_c−1)(n_c−2)`, itinerant
/// `d²(1−d) Σ_{g≠c} n_g(n_g−1)`, representative and gatekeeper `d²(1−d)(N−n_c)(n_c−1)`, liaison
/// `d²(1−d)[(N−n_c)² − Σ_{g≠c} n_g²]`, total `d²(1−d)(N−1)(N−2)`. Chance: the groups of all nodes in a random order, the ties as
/// they are; `z` is the count less the mean, by the standard deviation over the permutations.
/// # Source
/// Gould and Fernandez (1989). North, Curtis and Sham (2002) for `p = (1 + #)/(R + 1)`.
/// # Input and result
/// One entry per node, in node order. Nodes without a group are left out, with their ties, and keep none in permutations;
/// self-loops are left out.
/// # Cost
/// `O(Σ_j k_in k_out)` time for the shares and that of [`brokerage()`](super::brokerage::brokerage()) for each permutation;
/// `O(n + m)` memory. Where nodes have more than `n / 32` customers in the mean, `O(n³ / 64)` time and what the brokers of pairs
/// that do not trade come to.
/// # Errors
/// Those of [`brokerage()`](super::brokerage::brokerage()).
/// # Example
/// Two traders who both join a grower and a shop: one pair for each, half a pair if it is shared.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::brokerage_roles::brokerage_roles;
/// let flows = [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["grower", "t1", "t2", "shop"], flows)?
///     .with_text("role", ["grower", "trader", "trader", "shop"].map(Some));
/// let (_, found) = brokerage_roles(&graph, &Default::default(), &NoProgress)?;
/// let liaison = 4;
/// assert_eq!((found[1].count[liaison], found[1].partial[liaison]), (1, 0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn brokerage_roles(
    graph: &SupplyGraph,
    config: &BrokerageRolesConfig,
    progress: &dyn Progress,
) -> Result<(Groups, Vec<NodeRoles>), MetricError> {
    let groups = Groups::by(graph, &config.grouping)?;
    let observed = brokered(graph, &groups.of_node, groups.len(), progress)?;
    let partial = shared_out(graph, &groups.of_node, progress)?;
    let chances = chances(graph, config, &groups, &observed, progress)?;
    let expected = Expected::of(graph, &groups);
    let roles = |(j, (found, partial)): (usize, (&Brokerage, [f64; 6]))| NodeRoles {
        count: counts(found),
        partial,
        expected: groups.of_node[j].map_or([0.0; 6], |c| expected.of_group(c)),
        chance: chances.as_ref().map(|chances| chances[j]),
    };
    let roles = observed.iter().zip(partial).enumerate().map(roles).collect();
    Ok((groups, roles))
}

/// Sellers of a chunk of work.
const CHUNK: usize = 64;

/// Every pair `(i, k)` that does not trade, in equal parts to those between.
fn shared_out(
    graph: &SupplyGraph,
    group: &[Option<usize>],
    progress: &dyn Progress,
) -> Result<Vec<[f64; 6]>, MetricError> {
    let n = graph.n_nodes();
    let ties = Grouped::of(graph, group);
    progress.begin("brokers of pairs", n as u64);
    let room = || (vec![0_u32; n], vec![false; n]);
    let work = |(brokers, trades): &mut (Vec<u32>, Vec<bool>), sellers: std::ops::Range<usize>| {
        let mut parts = Vec::new();
        for i in sellers {
            if progress.cancelled() {
                return None;
            }
            progress.advance(1);
            let Some(a) = group[i] else { continue };
            for &k in ties.customers.neighbours(i) {
                trades[k as usize] = true;
            }
            trades[i] = true; // and is no pair with itself
            match &ties.sets {
                Some(sets) => ties.by_sets_from(sets, (i, a), trades, &mut parts),
                None => ties.by_lists_from((i, a), trades, brokers, &mut parts),
            }
            for &k in ties.customers.neighbours(i) {
                trades[k as usize] = false;
            }
            trades[i] = false;
        }
        Some(parts)
    };
    let mut shares = vec![[0.0; 6]; n];
    fold_chunks_with(n, CHUNK, progress, room, work, |parts| {
        for (j, mut part) in parts {
            part[5] = part[..5].iter().sum();
            for (sum, x) in shares[j].iter_mut().zip(part) {
                *sum += x;
            }
        }
    })?;
    Ok(shares)
}

/// Who sells to whom among nodes with a group.
struct Grouped<'a> {
    customers: Adjacency<'a>,
    group: &'a [Option<usize>],
    /// Customers and suppliers with a group of every node, itself left out, where many trade with many.
    sets: Option<[BitRows; 2]>,
}

/// A broker and its parts in the pairs of one seller, by kind.
type Part = (usize, [f64; 6]);

impl<'a> Grouped<'a> {
    fn of(graph: &'a SupplyGraph, group: &'a [Option<usize>]) -> Self {
        let (customers, suppliers) = (Adjacency::customers(graph), Adjacency::suppliers(graph));
        let sets = |side| BitRows::of(side, |v| group[v].is_some());
        let sets = sets(customers)
            .zip(sets(suppliers))
            .map(|(customers, suppliers)| [customers, suppliers]);
        Self { customers, group, sets }
    }

    /// The customers of `u` with a group, and their groups.
    fn grouped(&self, u: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let others = self.customers.neighbours(u).iter().map(|&v| v as usize);
        others.filter(move |&v| v != u).filter_map(|v| Some((v, self.group[v]?)))
    }

    /// From a seller, of group `a`: the brokers of all its pairs are counted first. `brokers` is all 0 before and after.
    fn by_lists_from(
        &self,
        (i, a): (usize, usize),
        trades: &[bool],
        brokers: &mut [u32],
        parts: &mut Vec<Part>,
    ) {
        for (j, _) in self.grouped(i) {
            for (k, _) in self.grouped(j) {
                brokers[k] += 1;
            }
        }
        for (j, b) in self.grouped(i) {
            let mut part = [0.0; 6];
            for (k, c) in self.grouped(j).filter(|&(k, _)| !trades[k]) {
                part[kind(a, b, c)] += 1.0 / f64::from(brokers[k]);
            }
            parts.push((j, part));
        }
        for (j, _) in self.grouped(i) {
            for (k, _) in self.grouped(j) {
                brokers[k] = 0;
            }
        }
    }

    /// The same, pair by pair: where many trade with many, few do not.
    fn by_sets_from(
        &self,
        [customers, suppliers]: &[BitRows; 2],
        (i, a): (usize, usize),
        trades: &[bool],
        parts: &mut Vec<Part>,
    ) {
        let first = parts.len();
        parts.extend(self.grouped(i).map(|(j, _)| (j, [0.0; 6])));
        let mut place = vec![0; trades.len()];
        for (at, &(j, _)) in parts.iter().enumerate().skip(first) {
            place[j] = at;
        }
        for k in (0..trades.len()).filter(|&k| !trades[k]) {
            let Some(c) = self.group[k] else { continue };
            let between =
                || members(customers.row(i).iter().zip(suppliers.row(k)).map(|(a, b)| a & b));
            let share = 1.0 / between().count() as f64;
            for j in between() {
                if let Some(b) = self.group[j] {
                    parts[place[j]].1[kind(a, b, c)] += share;
                }
            }
        }
    }
}

/// Counts over permutations of the groups among the nodes that have one.
fn chances(
    graph: &SupplyGraph,
    config: &BrokerageRolesConfig,
    groups: &Groups,
    observed: &[Brokerage],
    progress: &dyn Progress,
) -> Result<Option<Vec<[Chance; 6]>>, MetricError> {
    /// Sum, sum of squares, how many are as large, how many as small.
    type Sums = [(u128, u128, usize, usize); 6];
    let r = config.replicates;
    if r == 0 {
        return Ok(None);
    }
    let members: Vec<usize> =
        (0..graph.n_nodes()).filter(|&u| groups.of_node[u].is_some()).collect();
    let mut sums: Vec<Sums> = vec![Sums::default(); graph.n_nodes()];
    for replicate in 0..r {
        let order = permutation(members.len(), &mut stream(config.seed, replicate));
        let mut group = groups.of_node.clone();
        for (&u, &from) in members.iter().zip(&order) {
            group[u] = groups.of_node[members[from as usize]];
        }
        let found = brokered(graph, &group, groups.len(), progress)?;
        for ((sums, found), observed) in sums.iter_mut().zip(&found).zip(observed) {
            for ((sum, x), seen) in sums.iter_mut().zip(counts(found)).zip(counts(observed)) {
                sum.0 += x as u128;
                sum.1 += (x as u128) * (x as u128);
                sum.2 += usize::from(x >= seen);
                sum.3 += usize::from(x <= seen);
            }
        }
    }
    let chance = |(sum, squares, above, below): (u128, u128, usize, usize)| Chance {
        mean: sum as f64 / r as f64,
        // Whole numbers, so that nothing is left of equal counts.
        sd: ((r as u128 * squares - sum * sum) as f64).sqrt() / r as f64,
        p_upper: (1 + above) as f64 / (r + 1) as f64,
        p_lower: (1 + below) as f64 / (r + 1) as f64,
    };
    Ok(Some(sums.into_iter().map(|sums| sums.map(chance)).collect()))
}

/// Pairs in a network with as many ties, all as likely.
struct Expected<'a> {
    groups: &'a Groups,
    /// `d²(1 − d)`: that a pair is joined by a given node and does not trade.
    open: f64,
    /// `N`, and the sums of `n_g²` over all groups.
    n: f64,
    squares: f64,
}

impl<'a> Expected<'a> {
    fn of(graph: &SupplyGraph, groups: &'a Groups) -> Self {
        let n = groups.n_nodes.iter().sum::<usize>() as f64;
        let is_in = |u: usize| groups.of_node[u].is_some();
        let ties = crate::kernel::adjacency::edges(graph);
        let m = ties.filter(|&(u, v)| u != v && is_in(u) && is_in(v)).count() as f64;
        let d = if m > 0.0 { m / (n * (n - 1.0)) } else { 0.0 };
        let squares = groups.n_nodes.iter().map(|&k| (k * k) as f64).sum();
        Self { groups, open: d * d * (1.0 - d), n, squares }
    }

    fn of_group(&self, c: usize) -> [f64; 6] {
        let own = self.groups.n_nodes[c] as f64;
        let (others, squares) = (self.n - own, self.squares - own * own);
        let pairs = [
            (own - 1.0) * (own - 2.0),
            squares - others,
            others * (own - 1.0),
            others * (own - 1.0),
            others * others - squares,
            (self.n - 1.0) * (self.n - 2.0),
        ];
        pairs.map(|pairs| 0.0 + self.open * pairs)
    }
}

/// [`brokerage_roles()`] behind the registry.
pub struct BrokerageRoles;

static COLUMNS: [ColumnSpec; 12] = [
    ColumnSpec::text("node_id", "The node's id, as in the input."),
    ColumnSpec::text("group", "The group of the node."),
    ColumnSpec::text(
        "brokerage",
        "`coordinator`, `itinerant`, `representative`, `gatekeeper`, `liaison`, or `total` of all.",
    ),
    ColumnSpec::count("count", "Pairs that the node joins in this way."),
    ColumnSpec::number(
        "partial",
        Unit::Count,
        "The same with every pair shared out evenly among all who join it.",
    ),
    ColumnSpec::number("expected", Unit::Count, "Pairs to expect if all ties were as likely."),
    ColumnSpec::number(
        "null_mean",
        Unit::Count,
        "Mean count if the groups are permuted; empty unless `replicates` are asked for.",
    ),
    ColumnSpec::number("null_sd", Unit::Count, "Standard deviation of these counts."),
    ColumnSpec::number("z", Unit::One, "The count less that mean, by that deviation."),
    ColumnSpec::number("p_upper", Unit::One, "How likely as many or more are by chance."),
    ColumnSpec::number("p_lower", Unit::One, "How likely as many or fewer are by chance."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "brokerage_roles",
    family: Family::Centrality,
    summary: "Brokerage between groups, shared out among brokers, and beside what chance would give.",
    formula: "partial: 1/b for each of the b brokers of a pair; expected: d²(1−d) × pairs of the kind; z = (count − mean)/sd over \
              permutations of the groups",
    source: "Gould and Fernandez (1989); North, Curtis and Sham (2002) for p",
    reading: "partial far below count = others join the same pairs. Read p before z: small counts are skewed. Ties are kept in \
              permutations, so that a firm of many ties joins as many in all; what changes is of which kind. Self-loops and \
              firms without a group are left out.",
    cost: "O(Σ k_in k_out) time, and that of `brokerage` for each permutation",
    needs: &["a text column of nodes, by default `role`"],
    params: &[
        ParamSpec {
            name: "grouping",
            default: "role",
            meaning: "the text column of nodes whose values are the groups",
        },
        ParamSpec {
            name: "replicates",
            default: "0",
            meaning: "permutations of the groups to compare with, such as 999",
        },
        ParamSpec { name: "seed", default: "1", meaning: "where the random numbers begin" },
    ],
    outputs: &[Output { table: TableId::BrokerageRoles, columns: &COLUMNS }],
    core: false,
};

impl Metric for BrokerageRoles {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let (groups, found) = brokerage_roles(graph, &params.decode()?, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        for (node, roles) in graph.node_indices().zip(found) {
            let Some(group) = groups.of_node[node.index()] else { continue };
            for (k, kind) in KINDS.into_iter().enumerate() {
                let count = roles.count[k] as f64;
                let chance = roles.chance.map(|chances| chances[k]);
                let number = |of: fn(Chance) -> f64| chance.map_or(Cell::Gap, |c| of(c).into());
                let z = chance.map_or(Cell::Gap, |Chance { mean, sd, .. }| {
                    let z = if sd > 0.0 {
                        Ok((count - mean) / sd)
                    } else {
                        Err(Status::ZeroDenominator)
                    };
                    z.into()
                });
                rows.push([
                    graph.node_id(node).into(),
                    (&*groups.names[group]).into(),
                    kind.into(),
                    roles.count[k].into(),
                    roles.partial[k].into(),
                    roles.expected[k].into(),
                    number(|c| c.mean),
                    number(|c| c.sd),
                    z,
                    number(|c| c.p_upper),
                    number(|c| c.p_lower),
                ]);
            }
        }
        Ok(vec![rows.table(TableId::BrokerageRoles)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;

    #[test]
    fn sets_share_out_what_lists_share_out() {
        let n = 70;
        let mut draws = Draws(3);
        let graph = draws.network(n, n * n / 2);
        let group: Vec<Option<usize>> =
            (0..n).map(|u| (u % 9 > 0).then_some(u as usize % 4)).collect();
        let ties = Grouped::of(&graph, &group);
        let sets = ties.sets.as_ref().expect("many trade with many");
        let mut brokers = vec![0; n as usize];
        for i in 0..n as usize {
            let Some(a) = group[i] else { continue };
            let mut trades = vec![false; n as usize];
            ties.customers.neighbours(i).iter().for_each(|&k| trades[k as usize] = true);
            trades[i] = true;
            let (mut by_sets, mut by_lists) = (Vec::new(), Vec::new());
            ties.by_sets_from(sets, (i, a), &trades, &mut by_sets);
            ties.by_lists_from((i, a), &trades, &mut brokers, &mut by_lists);
            assert_eq!(by_sets, by_lists, "from {i}");
            assert!(by_lists.iter().any(|(_, part)| part.iter().any(|x| *x > 0.0)));
        }
    }
}
