//! Communities by the map equation: groups in which a walk along the flows stays for long.

use super::communities::{CommunityConfig, communities};
use crate::kernel::map_equation::{WalkFlows, searches};
use crate::kernel::mutual_information::{mean_of_pairs, mutual_information};
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    network_summary,
};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How [`infomap`] seeks communities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InfomapConfig {
    /// Whether the walk goes from sellers to buyers; else along ties in both directions.
    pub directed: bool,
    /// How many searches are made, at least 1.
    pub runs: usize,
    /// Where the random orders of the searches begin.
    pub seed: u64,
}

impl Default for InfomapConfig {
    fn default() -> Self {
        Self { directed: true, runs: 20, seed: 1 }
    }
}

/// The partition of the shortest description.
#[derive(Clone, Debug, PartialEq)]
pub struct Infomap {
    /// By node: its community, numbered from 0 in the order of their smallest nodes.
    pub community: Vec<u32>,
    /// How many there are.
    pub n_communities: usize,
    /// Bits a step with a code book a community; `None` without trade between firms.
    pub codelength: Option<f64>,
    /// Bits a step with one code book; `None` without trade between firms.
    pub entropy: Option<f64>,
    /// The mean normalised mutual information of all pairs of searches; `None` for one search.
    pub stability: Option<f64>,
}

/// Groups of firms in which a walk along the flows stays for long: a second opinion on [`communities`].
///
/// # Formula
/// The two-level partition of least `L = H(enter) Σ_c enter_c + Σ_c (exit_c + Σ_{i∈c} p_i) H_c` that is found, in bits a step:
/// `p_i` is how often the walk is at `i`, `enter_c` and `exit_c` how often it comes into and leaves a community, `H(enter)` and
/// `H_c` the entropies of their shares. `directed`: a walk from sellers to buyers in proportion to the flows, which jumps with
/// probability 0.15, and where nothing leads on, to nodes by what they sell; jumps are not described. Else the
/// walk follows `Z + Zᵀ`.
/// # Method
/// Nodes, then communities, move from a queue to where they shorten the description most, in a random order a search; another
/// partition may be better still. No community falls apart; nodes without trade are communities of their own.
/// # Source
/// Rosvall and Bergstrom (2008); Rosvall, Axelsson and Bergstrom (2009); Lambiotte and Rosvall (2012) for jumps that are not
/// described.
/// # Input and result
/// One number per node, in node order. Self-loops are not used.
/// # Cost
/// About `O(m)` time a search, `O(n + m)` memory a thread.
/// # Errors
/// [`ParamError::Value`] for no runs; [`MetricError::Cancelled`].
/// # Example
/// Two rings of three and one flow between them.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::clustering::infomap::{InfomapConfig, infomap};
/// let ring = |i| [(i, i + 1, 1.0), (i + 1, i + 2, 1.0), (i + 2, i, 1.0)];
/// let flows = ring(0).into_iter().chain(ring(3)).chain([(2, 3, 0.1), (5, 0, 0.1)]);
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e", "f"], flows)?;
/// let found = infomap(&graph, &InfomapConfig::default(), &NoProgress)?;
/// assert_eq!(found.community, [0, 0, 0, 1, 1, 1]);
/// assert!(found.codelength < found.entropy);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn infomap(
    graph: &SupplyGraph,
    config: &InfomapConfig,
    progress: &dyn Progress,
) -> Result<Infomap, MetricError> {
    let InfomapConfig { directed, runs, seed } = *config;
    if runs == 0 {
        return Err(ParamError::Value("`runs` is 0: make at least one".into()).into());
    }
    let flows = if directed { WalkFlows::directed(graph) } else { WalkFlows::undirected(graph) };
    let found = searches(&flows, runs, seed, progress)?;
    let lengths: Vec<f64> = found.iter().map(|community| flows.codelength(community)).collect();
    let best = (0..runs).reduce(|a, b| if lengths[b] < lengths[a] { b } else { a }).unwrap_or(0);
    let stability = mean_of_pairs(&found);
    let community = found.into_iter().nth(best).unwrap_or_default();
    let entropy = flows.entropy();
    let has_trade = entropy > 0.0;
    Ok(Infomap {
        n_communities: community.iter().map(|&c| c as usize + 1).max().unwrap_or(0),
        community,
        codelength: has_trade.then(|| lengths[best]),
        entropy: has_trade.then_some(entropy),
        stability,
    })
}

/// Bits a step of the walk with a code book for each community of a partition; `None` without trade between firms.
///
/// # Panics
/// If there is not one community a node, below the number of nodes.
#[must_use]
pub fn codelength(graph: &SupplyGraph, directed: bool, community: &[u32]) -> Option<f64> {
    assert_eq!(community.len(), graph.n_nodes(), "one community a node");
    let flows = if directed { WalkFlows::directed(graph) } else { WalkFlows::undirected(graph) };
    (flows.entropy() > 0.0).then(|| flows.codelength(community))
}

/// [`infomap`] behind the registry.
pub struct InfomapMetric;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec {
    name: "infomap_community",
    kind: Kind::I64,
    unit: Unit::Id,
    meaning: "Community in which a walk along the flows stays for long, numbered from 0 in the order of their smallest nodes.",
}];

static FIGURES: [ColumnSpec; 5] = [
    ColumnSpec::number(
        "codelength",
        Unit::One,
        "Bits a step that describe a walk along the flows with a code book a community.",
    ),
    ColumnSpec::number(
        "codelength_saving",
        Unit::One,
        "How much shorter that is than with one code book: 0 = no groups worth telling.",
    ),
    ColumnSpec::number(
        "n_infomap_communities",
        Unit::Count,
        "Number of communities of the map equation, single nodes among them.",
    ),
    ColumnSpec::number(
        "infomap_stability_nmi",
        Unit::One,
        "Mean normalised mutual information of pairs of searches: 1 = all find the same.",
    ),
    ColumnSpec::number(
        "infomap_agreement_nmi",
        Unit::One,
        "Normalised mutual information with the communities of modularity: 1 = both find the same.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "infomap",
    family: Family::Clustering,
    summary: "Groups of firms in which a walk along the flows stays for long: a second opinion on communities.",
    formula: "min L = H(enter) Σ_c enter_c + Σ_c (exit_c + Σ_{i∈c} p_i) H_c, bits a step, two levels",
    source: "Rosvall and Bergstrom (2008); Rosvall, Axelsson and Bergstrom (2009); Lambiotte and Rosvall (2012)",
    reading: "Where modularity asks who trades more with each other than their size explains, this asks where goods stay once they are. \
              An agreement near 1 = both say the same of the groups; near 0 = do not build on either alone. A chain that \
              never turns back gives a directed walk little to stay in: then `directed=false`. Self-loops are not used.",
    cost: "about O(m) time a search",
    needs: &[],
    params: &[
        ParamSpec {
            name: "directed",
            default: "true",
            meaning: "Whether the walk goes from sellers to buyers, else along ties in both directions.",
        },
        ParamSpec { name: "runs", default: "20", meaning: "How many searches are made." },
        ParamSpec {
            name: "seed",
            default: "1",
            meaning: "Where the random orders of the searches begin.",
        },
    ],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for InfomapMetric {
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
        let config: InfomapConfig = params.decode()?;
        let found = infomap(graph, &config, progress)?;
        let (runs, seed) = (config.runs, config.seed);
        let other = CommunityConfig { runs, seed, ..CommunityConfig::default() };
        let other = communities(graph, &other, progress)?;
        let saving = found.codelength.zip(found.entropy).map(|(short, long)| 1.0 - short / long);
        let agreement =
            found.codelength.map(|_| mutual_information(&found.community, &other.community));
        let or_none = |x: Option<f64>| x.ok_or(Status::ZeroDenominator);
        let figures = [
            Figure::new(&FIGURES[0], or_none(found.codelength)),
            Figure::new(&FIGURES[1], or_none(saving)),
            Figure::new(&FIGURES[2], Ok(found.n_communities as f64)),
            Figure::new(&FIGURES[3], found.stability.ok_or(Status::InsufficientN)),
            Figure::new(&FIGURES[4], or_none(agreement)),
        ];
        let labels = found.community.iter().map(|&c| Some(i64::from(c))).collect();
        let column = Column::new(&COLUMNS[0], Values::I64(labels));
        Ok(vec![Table::new(TableId::NodeMetrics, vec![column]), network_summary(&figures)])
    }
}
