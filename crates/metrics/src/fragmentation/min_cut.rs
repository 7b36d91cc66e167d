//! Minimum cuts between groups.

use crate::kernel::adjacency::edges;
use crate::kernel::max_flow::{FlowNetwork, UNLIMITED};
use crate::linkage::groups::Groups;
use crate::params::did_you_mean;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    network_summary,
};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Between which groups.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MinCutConfig {
    /// The text column of the nodes whose values are the groups.
    pub grouping: String,
    /// The group that supplies; empty for the first.
    pub from: String,
    /// The group that is supplied; empty for the last.
    pub to: String,
}

impl Default for MinCutConfig {
    fn default() -> Self {
        Self { grouping: "stage".into(), from: String::new(), to: String::new() }
    }
}

/// The least that has to fail for one group to be cut off from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinCut {
    /// How many ties, and which: those nearest to the suppliers.
    pub n_ties: u64,
    /// By edge: whether it is one of them.
    pub is_cut_tie: Vec<bool>,
    /// How many firms, of these groups or others, and which: those nearest to the suppliers.
    pub n_firms: u64,
    /// By node: whether it is one of them.
    pub is_cut_firm: Vec<bool>,
}

/// The smallest number of ties, and of firms, whose loss leaves no way from the firms of one stage (or another group) to
/// those of another.
///
/// # Formula
/// The capacity of a minimum cut between all of `from` and all of `to`, where every tie has capacity 1, or every firm, those of
/// both groups among them. It is the largest number of ways that share no tie, or no firm. Of several minimum cuts, the
/// one nearest to `from`.
/// # Source
/// Menger (1927); Ford and Fulkerson (1956); Dinic (1970).
/// # Input and result
/// Two counts, a mark per edge and one per node. 0 if nothing leads from one to the other. Groups as [`Groups::by`] orders
/// them.
/// # Cost
/// `O(m √m)` time at most, `O(n + m)` memory.
/// # Errors
/// [`MetricError::InputMissing`] without the column; [`ParamError::Value`] if a group does not exist, if there are fewer than
/// two, or if `from` is `to`; [`MetricError::Cancelled`].
/// # Example
/// Two growers, two stills, and one bottler before the shops.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::min_cut::{MinCutConfig, min_cut};
/// let flows = [(0, 2, 1.0), (1, 2, 1.0), (1, 3, 1.0), (2, 4, 1.0), (3, 4, 1.0), (4, 5, 1.0), (4, 6, 1.0)];
/// let graph = SupplyGraph::from_flows(["g1", "g2", "s1", "s2", "bottler", "shop1", "shop2"], flows)?
///     .with_text("stage", ["1", "1", "2", "2", "3", "4", "4"].map(Some));
/// let cut = min_cut(&graph, &MinCutConfig::default(), &NoProgress)?;
/// assert_eq!((cut.n_ties, cut.n_firms), (2, 1));
/// assert!(cut.is_cut_firm[4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn min_cut(
    graph: &SupplyGraph,
    config: &MinCutConfig,
    progress: &dyn Progress,
) -> Result<MinCut, MetricError> {
    let groups = Groups::by(graph, &config.grouping)?;
    let (from, to) = ends(&groups, config)?;
    let n = graph.n_nodes();
    let is_of = |u: usize, group: usize| groups.of_node[u] == Some(group);
    let (source, sink) = (2 * n, 2 * n + 1);
    progress.begin("minimum cuts", 2);

    let mut ties = FlowNetwork::new(2 * n + 2);
    edges(graph).for_each(|(u, v)| ties.arc(u, v, 1));
    let mut firms = FlowNetwork::new(2 * n + 2);
    edges(graph).for_each(|(u, v)| firms.arc(n + u, v, UNLIMITED));
    for u in 0..n {
        firms.arc(u, n + u, 1);
        if is_of(u, from) {
            ties.arc(source, u, UNLIMITED);
            firms.arc(source, u, UNLIMITED);
        }
        if is_of(u, to) {
            ties.arc(u, sink, UNLIMITED);
            firms.arc(n + u, sink, UNLIMITED);
        }
    }
    let n_ties = ties.fill(source, sink, progress)?;
    progress.advance(1);
    let n_firms = firms.fill(source, sink, progress)?;
    progress.advance(1);
    let (near, entered) = (ties.source_side(source), firms.source_side(source));
    Ok(MinCut {
        n_ties,
        is_cut_tie: edges(graph).map(|(u, v)| near[u] && !near[v]).collect(),
        n_firms,
        is_cut_firm: (0..n).map(|u| entered[u] && !entered[n + u]).collect(),
    })
}

/// The numbers of the two groups.
fn ends(groups: &Groups, config: &MinCutConfig) -> Result<(usize, usize), ParamError> {
    let grouping = &config.grouping;
    if groups.len() < 2 {
        let what = format!("column `{grouping}` has fewer than two groups to cut between");
        return Err(ParamError::Value(what));
    }
    let find = |name: &str, default: usize| {
        let names = || groups.names.iter().map(|known| &**known);
        let place = if name.is_empty() { Some(default) } else { names().position(|n| n == name) };
        place.ok_or_else(|| {
            let hint = did_you_mean(name, names());
            ParamError::Value(format!("column `{grouping}` has no group `{name}`{hint}"))
        })
    };
    let (from, to) = (find(&config.from, 0)?, find(&config.to, groups.len() - 1)?);
    if from == to {
        let what = format!("`from` and `to` are both `{}`", groups.names[from]);
        return Err(ParamError::Value(what));
    }
    Ok((from, to))
}

/// [`min_cut()`] behind the registry.
pub struct MinCutMetric;

static NODES: [ColumnSpec; 1] = [ColumnSpec::flag(
    "in_min_cut",
    "Whether the node is one of the fewest without which the first stage does not reach the last.",
)];

static EDGES: [ColumnSpec; 1] = [ColumnSpec::flag(
    "in_min_cut",
    "Whether the tie is one of the fewest without which the first stage does not reach the last.",
)];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "min_cut_ties",
        Unit::Count,
        "Fewest ties without which the first stage does not reach the last.",
    ),
    ColumnSpec::number(
        "min_cut_firms",
        Unit::Count,
        "Fewest firms without which the first stage does not reach the last.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "min_cut",
    family: Family::Fragmentation,
    summary: "The fewest ties, and the fewest firms, whose loss cuts the last stage off from the first.",
    formula: "minimum cut between all of `from` and all of `to`, ties (or firms) of capacity 1",
    source: "Menger (1927); Ford and Fulkerson (1956); Dinic (1970)",
    reading: "1 = a bottleneck that everything passes; as many as the smaller stage has firms = none. Of several cuts, the \
              one nearest to the suppliers is marked. Says nothing about volumes.",
    cost: "O(m √m) time at most",
    needs: &["a text column of nodes, by default `stage`"],
    params: &[
        ParamSpec {
            name: "grouping",
            default: "stage",
            meaning: "the text column of nodes whose values are the groups",
        },
        ParamSpec {
            name: "from",
            default: "",
            meaning: "the group that supplies; the first if not set",
        },
        ParamSpec {
            name: "to",
            default: "",
            meaning: "the group that is supplied; the last if not set",
        },
    ],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &NODES },
        Output { table: TableId::EdgeMetrics, columns: &EDGES },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for MinCutMetric {
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
        let config: MinCutConfig = params.decode()?;
        let is_default = config.from.is_empty() && config.to.is_empty();
        let found = match min_cut(graph, &config, progress) {
            // One stage has nothing to cut, which is no mistake of the parameters.
            Err(MetricError::Parameter(_)) if is_default => None,
            found => Some(found?),
        };
        let marks = |marks: Option<Vec<bool>>, n: usize| {
            let marks = marks.map(|marks| marks.into_iter().map(Some).collect());
            Values::Bool(marks.unwrap_or_else(|| vec![None; n]))
        };
        let counts = found.as_ref().map(|cut| [cut.n_ties, cut.n_firms]);
        let figures: Vec<Figure> = FIGURES
            .iter()
            .enumerate()
            .map(|(i, spec)| {
                let count = counts.map(|counts| counts[i] as f64);
                Figure::new(spec, count.ok_or(Status::InsufficientN))
            })
            .collect();
        let (ties, firms) =
            found.map_or((None, None), |cut| (Some(cut.is_cut_tie), Some(cut.is_cut_firm)));
        let nodes = vec![Column::new(&NODES[0], marks(firms, graph.n_nodes()))];
        let edges = vec![Column::new(&EDGES[0], marks(ties, graph.n_edges()))];
        Ok(vec![
            Table::new(TableId::NodeMetrics, nodes),
            Table::new(TableId::EdgeMetrics, edges),
            network_summary(&figures),
        ])
    }
}
