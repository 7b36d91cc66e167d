//! Brokerage between groups.

use crate::kernel::adjacency::Adjacency;
use crate::kernel::bit_rows::BitRows;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::intersection::common;
use crate::linkage::groups::Groups;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};
use std::ops::{AddAssign, SubAssign};

/// Whose brokers are counted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrokerageConfig {
    /// The text column of the nodes whose values are the groups.
    pub grouping: String,
}

impl Default for BrokerageConfig {
    fn default() -> Self {
        Self { grouping: "role".into() }
    }
}

/// How many pairs a node joins who do not trade directly, by the groups of the three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brokerage {
    /// All three are of one group.
    pub coordinator: usize,
    /// Supplier and customer are of one group, the broker of another.
    pub itinerant: usize,
    /// Supplier and broker are of one group: it sells for its group.
    pub representative: usize,
    /// Broker and customer are of one group: it buys for its group.
    pub gatekeeper: usize,
    /// All three are of different groups.
    pub liaison: usize,
}

impl Brokerage {
    /// All pairs that the node joins.
    #[must_use]
    pub fn total(&self) -> usize {
        self.coordinator + self.itinerant + self.representative + self.gatekeeper + self.liaison
    }

    /// The role of a broker of group `c` between a supplier and a customer.
    fn role(&mut self, supplier: usize, c: usize, customer: usize) -> &mut usize {
        match (supplier == c, customer == c, supplier == customer) {
            (true, true, _) => &mut self.coordinator,
            (true, false, _) => &mut self.representative,
            (false, true, _) => &mut self.gatekeeper,
            (false, false, true) => &mut self.itinerant,
            (false, false, false) => &mut self.liaison,
        }
    }
}

/// Nodes of a chunk of work.
const CHUNK: usize = 256;

/// Who brokers between whom: pairs of a supplier and a customer of a firm who do not trade directly, by the groups of
/// the three.
///
/// # Formula
/// For node `j`, the pairs `(i, k)`, `i ≠ k`, with flows `i → j` and `j → k` and none `i → k`, by groups: coordinator
/// `g_i = g_j = g_k`; itinerant `g_i = g_k ≠ g_j`; representative `g_i = g_j ≠ g_k`; gatekeeper `g_i ≠ g_j = g_k`; liaison all
/// different.
/// # Source
/// Gould and Fernandez (1989).
/// # Input and result
/// Five counts per node, in node order. Nodes without a group are not counted, nor are self-loops.
/// # Cost
/// `O(Σ_{i→j} min(k_i + k_j, min(k_i, k_j) log max(k_i, k_j)))` time for `k` customers; `O(n)` memory, and the number of
/// groups a thread. Where nodes have more than `n / 32` customers in the mean, `O(m n / 64)` time and `n² / 8` bytes.
/// # Errors
/// [`MetricError::InputMissing`] without the column; [`ParamError::Value`](crate::ParamError::Value) for more than 2,000
/// groups; [`MetricError::Cancelled`].
/// # Example
/// A trader buys of two growers and sells to a shop; one of the growers sells to the shop himself.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::brokerage::{BrokerageConfig, brokerage};
/// let flows = [(0, 2, 1.0), (1, 2, 1.0), (2, 3, 1.0), (0, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["g1", "g2", "trader", "shop"], flows)?
///     .with_text("role", ["grower", "grower", "trader", "shop"].map(Some));
/// let found = brokerage(&graph, &BrokerageConfig::default(), &NoProgress)?;
/// assert_eq!((found[2].liaison, found[2].total()), (1, 1)); // only for the second grower
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn brokerage(
    graph: &SupplyGraph,
    config: &BrokerageConfig,
    progress: &dyn Progress,
) -> Result<Vec<Brokerage>, MetricError> {
    let groups = Groups::by(graph, &config.grouping)?;
    brokered(graph, &groups.of_node, groups.len(), progress)
}

/// [`brokerage()`] with the group of every node.
pub(super) fn brokered(
    graph: &SupplyGraph,
    group: &[Option<usize>],
    n_groups: usize,
    progress: &dyn Progress,
) -> Result<Vec<Brokerage>, MetricError> {
    let customers = Adjacency::customers(graph);
    let network = Network {
        customers,
        suppliers: Adjacency::suppliers(graph),
        group,
        sets: Sets::of(customers, group, n_groups),
    };
    let n = graph.n_nodes();
    progress.begin("brokerage", n as u64);
    let work = |nodes: std::ops::Range<usize>| {
        let mut sides = vec![Side::default(); n_groups];
        let part: Vec<Brokerage> =
            nodes.clone().map(|j| network.brokered_by(j, &mut sides)).collect();
        progress.advance(nodes.len() as u64);
        (!progress.cancelled()).then_some(part)
    };
    let mut found = Vec::with_capacity(n);
    fold_chunks(n, CHUNK, progress, work, |part| found.extend(part))?;
    Ok(found)
}

/// Suppliers and customers of a group, or of all.
#[derive(Clone, Copy, Default)]
struct Side {
    suppliers: usize,
    customers: usize,
}

struct Network<'a> {
    customers: Adjacency<'a>,
    suppliers: Adjacency<'a>,
    group: &'a [Option<usize>],
    sets: Option<Sets>,
}

/// Who sells to whom, and who is of which group, where many trade with many.
struct Sets {
    /// By node: its customers with a group, itself left out.
    customers: BitRows,
    /// By group: its nodes.
    members: BitRows,
}

impl Sets {
    fn of(customers: Adjacency<'_>, group: &[Option<usize>], n_groups: usize) -> Option<Self> {
        let customers = BitRows::of(customers, |v| group[v].is_some())?;
        let mut members = BitRows::new(n_groups, group.len());
        for (u, group) in group.iter().enumerate() {
            if let Some(group) = group {
                members.insert(*group, u);
            }
        }
        Some(Self { customers, members })
    }

    /// How many customers `i` and `j` have in common: all, of one group, of another group.
    fn in_common(&self, i: usize, j: usize, groups: [usize; 2]) -> (usize, [usize; 2]) {
        let both = self.customers.row(i).iter().zip(self.customers.row(j)).map(|(a, b)| a & b);
        let size = |bits: u64| bits.count_ones() as usize;
        let of = |group: usize| {
            both.clone().zip(self.members.row(group)).map(|(both, of)| size(both & of)).sum()
        };
        (both.clone().map(size).sum(), groups.map(of))
    }
}

/// A group that no node is of.
const ANOTHER: usize = usize::MAX;

impl<'a> Network<'a> {
    /// Grouped neighbours of `u` other than itself, and their groups.
    fn grouped(&self, side: Adjacency<'a>, u: usize) -> impl Iterator<Item = (usize, usize)> {
        let others = side.neighbours(u).iter().map(|&v| v as usize).filter(move |&v| v != u);
        others.filter_map(|v| Some((v, self.group[v]?)))
    }

    /// All pairs of a supplier and a customer by products of counts, less those who are one firm and those who trade.
    /// `sides`, by group, is all zero before and after.
    fn brokered_by(&self, j: usize, sides: &mut [Side]) -> Brokerage {
        let mut found = Brokerage::default();
        let Some(own) = self.group[j] else { return found };
        let mut all = Side::default();
        for (_, group) in self.grouped(self.suppliers, j) {
            sides[group].suppliers.add_assign(1);
            all.suppliers += 1;
        }
        for (_, group) in self.grouped(self.customers, j) {
            sides[group].customers.add_assign(1);
            all.customers += 1;
        }
        let Side { suppliers, customers } = sides[own];
        let others =
            Side { suppliers: all.suppliers - suppliers, customers: all.customers - customers };
        found.coordinator = suppliers * customers;
        found.representative = suppliers * others.customers;
        found.gatekeeper = others.suppliers * customers;
        sides[own] = Side::default();
        for (_, group) in self.grouped(self.suppliers, j) {
            // Once a group, since it is emptied.
            let side = std::mem::take(&mut sides[group]);
            found.itinerant += side.suppliers * side.customers;
        }
        for (_, group) in self.grouped(self.customers, j) {
            sides[group] = Side::default();
        }
        found.liaison = others.suppliers * others.customers - found.itinerant;
        let buyers = self.customers.neighbours(j);
        common(self.suppliers.neighbours(j), buyers, |_, place| {
            let partner = buyers[place] as usize;
            if let (true, Some(group)) = (partner != j, self.group[partner]) {
                found.role(group, own, group).sub_assign(1);
            }
        });
        for (i, supplier) in self.grouped(self.suppliers, j) {
            if let Some(sets) = &self.sets {
                let (all, [of_own, mut of_its]) = sets.in_common(i, j, [own, supplier]);
                found.role(supplier, own, own).sub_assign(of_own);
                if supplier == own {
                    of_its = 0; // they are counted
                }
                found.role(supplier, own, supplier).sub_assign(of_its);
                found.role(supplier, own, ANOTHER).sub_assign(all - of_own - of_its);
                continue;
            }
            common(self.customers.neighbours(i), buyers, |_, place| {
                let k = buyers[place] as usize;
                if let (true, Some(customer)) = (k != i && k != j, self.group[k]) {
                    found.role(supplier, own, customer).sub_assign(1);
                }
            });
        }
        found
    }
}

/// [`brokerage()`] behind the registry.
pub struct BrokerageMetric;

static COLUMNS: [ColumnSpec; 6] = [
    ColumnSpec::count("gf_coordinator", "Pairs of the node's own group that it joins."),
    ColumnSpec::count("gf_itinerant", "Pairs of one other group that it joins."),
    ColumnSpec::count("gf_representative", "Suppliers of its own group that it joins to others."),
    ColumnSpec::count("gf_gatekeeper", "Suppliers of others that it joins to its own group."),
    ColumnSpec::count("gf_liaison", "Pairs of two other groups that it joins."),
    ColumnSpec::count("gf_total", "Suppliers and customers it joins who do not trade directly."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "brokerage",
    family: Family::Centrality,
    summary: "Whom a firm joins that would not trade otherwise, by the groups of the three.",
    formula: "paths i → j → k without a flow i → k, counted at j by whether the groups of i, j and k are the same",
    source: "Gould and Fernandez (1989)",
    reading: "High = many depend on this firm to meet: a coordinator within its group, a gatekeeper who buys for it, a \
              representative who sells for it, itinerant or liaison between others. Large firms have more of all.",
    cost: "O(m · k_max) time",
    needs: &["a text column of nodes, by default `role`"],
    params: &[ParamSpec {
        name: "grouping",
        default: "role",
        meaning: "the text column of nodes whose values are the groups",
    }],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for BrokerageMetric {
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
        let found = brokerage(graph, &params.decode()?, progress)?;
        let roles: [fn(&Brokerage) -> usize; 6] = [
            |b| b.coordinator,
            |b| b.itinerant,
            |b| b.representative,
            |b| b.gatekeeper,
            |b| b.liaison,
            Brokerage::total,
        ];
        let columns = COLUMNS.iter().zip(roles);
        let columns =
            columns.map(|(spec, role)| Column::new(spec, found.iter().map(role).collect()));
        Ok(vec![Table::new(TableId::NodeMetrics, columns.collect())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;

    #[test]
    fn sets_count_what_lists_count() {
        let n = 70;
        let mut draws = Draws(11);
        let graph = draws.network(n, n * n / 2);
        let group: Vec<Option<usize>> = (0..n)
            .map(|_| (draws.below(9) as usize).checked_sub(1))
            .map(|g| Some(g? % 4))
            .collect();
        let (customers, suppliers) = (Adjacency::customers(&graph), Adjacency::suppliers(&graph));
        let sets = Sets::of(customers, &group, 4);
        assert!(sets.is_some());
        let by_sets = Network { customers, suppliers, group: &group, sets };
        let by_lists = Network { customers, suppliers, group: &group, sets: None };
        let mut sides = [Side::default(); 4];
        for (j, own) in group.iter().enumerate() {
            let (a, b) = (by_sets.brokered_by(j, &mut sides), by_lists.brokered_by(j, &mut sides));
            assert_eq!(a, b, "node {j}");
            assert!(b.total() > 0 || own.is_none());
        }
    }
}
