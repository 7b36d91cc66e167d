//! Betweenness of groups.

use super::sampling::{EXACT_PARAMS, Method};
use crate::kernel::adjacency::Adjacency;
use crate::kernel::brandes::group_path_shares;
use crate::kernel::distance::Distance;
use crate::linkage::groups::Groups;
use crate::long::{Rows, STATUS};
use crate::side::SideReader;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};
use std::collections::BTreeMap;

/// How many of the ways between others pass a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupPassage {
    /// `Σ_{s ≠ t ∉ C} σ_st(C)/σ_st` over ordered pairs.
    pub raw: f64,
    /// The same by the `(n − c)(n − c − 1)` ordered pairs of nodes outside of the group; an error if there is none.
    pub share: Result<f64, Status>,
}

/// How often the shortest ways between firms outside of a group pass one of its members, for each group.
///
/// # Formula
/// `b(C) = Σ_{s ≠ t ∉ C} σ_st(C)/σ_st` over ordered pairs, where `σ_st` counts the shortest paths from `s` to `t` and `σ_st(C)` those
/// that touch `C`; by `(n − c)(n − c − 1)` for a group of `c`. Lengths within a relative `1e-10` are equal.
/// # Source
/// Everett and Borgatti (1999).
/// # Input and result
/// One pair of numbers for each group of nodes, in their order. Groups may overlap; a node that is named twice counts once.
/// Self-loops are on no shortest path.
/// # Cost
/// `O(g n m)` time for `g` groups in hops, and `O(n² log n)` more with lengths; `O(n + m)` memory for each of a few chunks of 64
/// sources a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// All ways from the grower to the shops pass the traders, though half of them pass each.
/// ```
/// # use palenque_graph::{NoProgress, NodeIndex, SupplyGraph};
/// # use palenque_metrics::centrality::group_betweenness::group_betweenness;
/// let flows = [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["grower", "trader 1", "trader 2", "shop"], flows)?;
/// let groups = [vec![NodeIndex::new(1), NodeIndex::new(2)], vec![NodeIndex::new(1)]];
/// let found = group_betweenness(&graph, &groups, Default::default(), &NoProgress)?;
/// assert_eq!((found[0].raw, found[0].share), (1.0, Ok(0.5))); // nothing goes back
/// assert_eq!(found[1].raw, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn group_betweenness(
    graph: &SupplyGraph,
    groups: &[Vec<NodeIndex>],
    distance: Distance,
    progress: &dyn Progress,
) -> Result<Vec<GroupPassage>, MetricError> {
    let distinct = |group: &Vec<NodeIndex>| {
        let mut members: Vec<u32> = group.iter().map(|node| node.index() as u32).collect();
        members.sort_unstable();
        members.dedup();
        members
    };
    let groups: Vec<Vec<u32>> = groups.iter().map(distinct).collect();
    let lengths = distance.lengths(graph);
    let customers = Adjacency::customers(graph);
    let sums = group_path_shares(customers, lengths.as_deref(), &groups, progress)?;
    let passage = |(group, raw): (&Vec<u32>, f64)| {
        let others = (graph.n_nodes() - group.len()) as f64;
        let pairs = others * (others - 1.0);
        GroupPassage {
            raw,
            share: if others >= 2.0 { Ok(raw / pairs) } else { Err(Status::InsufficientN) },
        }
    };
    Ok(groups.iter().zip(sums).map(passage).collect())
}

/// Which groups are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupBetweennessConfig {
    /// The text column of the nodes whose values are the groups; empty for `stage`, or `role` where there is none.
    pub by: String,
    /// What an edge's length is.
    pub distance: Distance,
    /// Exact however long it takes, or refused where it takes long.
    pub method: Method,
}

/// [`group_betweenness()`] behind the registry.
pub struct GroupBetweenness;

static SIDE: SideSpec = SideSpec {
    name: "groups",
    columns: "group,node_id",
    meaning: "Groups of nodes, a row a member, beside those of the column; a node may be in several.",
};

static COLUMNS: [ColumnSpec; 6] = [
    ColumnSpec::text(
        "grouping",
        "The node column that makes the groups, or `groups` for those of the side table.",
    ),
    ColumnSpec::text("group", "The group."),
    ColumnSpec::count("n_nodes", "Nodes of the group."),
    ColumnSpec::number(
        "group_betweenness",
        Unit::One,
        "Share of the ordered pairs of nodes outside of the group whose shortest paths pass it.",
    ),
    ColumnSpec::number(
        "group_betweenness_raw",
        Unit::Count,
        "Ordered pairs of nodes outside of the group whose shortest paths pass it.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "group_betweenness",
    family: Family::Centrality,
    summary: "How often the shortest ways between all others pass a group of firms.",
    formula: "b(C) = Σ_{s≠t∉C} σ_st(C)/σ_st over ordered pairs; ÷ (n−c)(n−c−1)",
    source: "Everett and Borgatti (1999)",
    reading: "High = others can hardly deal with each other but through the group: all traders together, all firms of one \
              owner. Less than the sum over its members, who share ways. Paths follow the flows. Self-loops are not used. \
              Lengths within 1e-10 are equal.",
    cost: "O(g n m) time in hops for g groups",
    needs: &["a text column of nodes, by default `stage` or `role`, or the side table `groups`"],
    params: &[
        ParamSpec {
            name: "by",
            default: "",
            meaning: "The text column of nodes whose values are the groups; empty = `stage`, or `role` where there is none.",
        },
        EXACT_PARAMS[0],
        EXACT_PARAMS[1],
    ],
    outputs: &[Output { table: TableId::GroupBetweenness, columns: &COLUMNS }],
    core: false,
};

/// Groups and where they come from.
#[derive(Default)]
struct Chosen {
    /// Where from, and the name.
    names: Vec<(String, String)>,
    members: Vec<Vec<NodeIndex>>,
}

impl Chosen {
    fn add_column(&mut self, graph: &SupplyGraph, by: &str) -> Result<(), MetricError> {
        let groups = Groups::by(graph, by)?;
        let first = self.members.len();
        self.members.resize(first + groups.len(), Vec::new());
        for (node, group) in graph.node_indices().zip(&groups.of_node) {
            if let Some(group) = group {
                self.members[first + group].push(node);
            }
        }
        self.names.extend(groups.names.iter().map(|name| (by.to_owned(), name.to_string())));
        Ok(())
    }

    fn add_side(&mut self, side: &SideReader<'_>) -> Result<(), MetricError> {
        let (name, member) = (side.column("group")?, side.column("node_id")?);
        let mut place = BTreeMap::new();
        for row in side.rows() {
            let group = row.1[name].trim();
            if group.is_empty() {
                return Err(side.refused("E0303", "group is empty".to_owned(), row, name));
            }
            let place = *place.entry(group).or_insert_with(|| {
                self.names.push((SIDE.name.to_owned(), group.to_owned()));
                self.members.push(Vec::new());
                self.members.len() - 1
            });
            self.members[place].push(side.node(row, member)?);
        }
        for members in &mut self.members {
            members.sort_unstable();
            members.dedup();
        }
        Ok(())
    }
}

impl Metric for GroupBetweenness {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&SIDE)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: GroupBetweennessConfig = params.decode()?;
        let side = SideReader::of(graph, params, &SIDE);
        let named = |name: &&str| graph.nodes().text(name).is_some();
        let usual = || ["stage", "role"].into_iter().find(named);
        let by = if config.by.is_empty() { usual() } else { Some(&*config.by) };
        let mut chosen = Chosen::default();
        match (by, &side) {
            (Some(by), _) => chosen.add_column(graph, by)?,
            (None, Some(_)) => {}
            (None, None) => {
                let what = "node column `stage` or `role`, or a side table `groups`".to_owned();
                return Err(MetricError::InputMissing { what });
            }
        }
        if let Some(side) = &side {
            chosen.add_side(side)?;
        }
        config.method.refuse_estimates()?;
        let work = graph.n_nodes() as f64 * graph.n_edges() as f64 * chosen.members.len() as f64;
        if config.method == Method::Auto && work > LONG {
            return Err(MetricError::TooLong {
                what: "the shortest ways past the groups",
                n: graph.n_nodes(),
                instead: "use `betweenness`, which samples large networks",
            });
        }
        let found = group_betweenness(graph, &chosen.members, config.distance, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        for (k, passage) in found.into_iter().enumerate() {
            let (grouping, group) = &chosen.names[k];
            rows.push([
                grouping.as_str().into(),
                group.as_str().into(),
                chosen.members[k].len().into(),
                passage.share.into(),
                passage.raw.into(),
            ]);
        }
        Ok(vec![rows.table(TableId::GroupBetweenness)])
    }
}

/// Nodes times edges times groups that take about a minute.
const LONG: f64 = 4e10;
