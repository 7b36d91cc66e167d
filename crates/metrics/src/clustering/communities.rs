//! Communities: groups that trade more among themselves than their size explains.

use crate::kernel::adjacency::Mutual;
use crate::kernel::leiden::{Landscape, searches};
use crate::kernel::mutual_information::mean_of_pairs;
use crate::kernel::strengths::{in_strengths, out_strengths};
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    network_summary,
};
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// What makes a partition good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Modularity of the undirected view `M = Z + Zᵀ` without its diagonal.
    #[default]
    Modularity,
    /// Modularity of the flows as they go.
    ModularityDirected,
    /// The constant Potts model on `M`: flows inside, less the resolution by pair of nodes.
    Cpm,
}

/// How [`communities`] are sought.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommunityConfig {
    /// What makes a partition good.
    pub quality: Quality,
    /// Higher for smaller communities, above 0. For [`Quality::Cpm`] in the unit of the flows.
    pub resolution: f64,
    /// How many searches are made, at least 1.
    pub runs: usize,
    /// Rounds of a search at most, each from the result of the one before, at least 1; it ends where nothing changes.
    pub rounds: usize,
    /// Where the random orders of the searches begin.
    pub seed: u64,
}

impl Default for CommunityConfig {
    fn default() -> Self {
        Self { quality: Quality::default(), resolution: 1.0, runs: 20, rounds: 10, seed: 1 }
    }
}

/// The best partition of several searches.
#[derive(Clone, Debug, PartialEq)]
pub struct Communities {
    /// By node: its community, numbered from 0 in the order of their smallest nodes.
    pub community: Vec<u32>,
    /// By community: how many nodes it has.
    pub sizes: Vec<usize>,
    /// The quality of the partition, see [`quality`].
    pub quality: Option<f64>,
    /// The mean normalised mutual information of all pairs of searches: 1 if all found the same; `None` for one search.
    pub stability: Option<f64>,
}

/// Groups of firms that trade more among themselves than their size explains.
///
/// # Formula
/// The partition of largest [`quality`] that is found: `Σ_c [w_c/W − γ (s_c/2W)²]` on the undirected view, `W` the sum of its
/// weights; `Σ_c [z_c/W − γ s_c^out s_c^in/W²]` of the directed flows; `Σ_c [w_c − γ n_c(n_c − 1)/2]` for the constant Potts
/// model.
/// # Method
/// Leiden from single nodes, in a random order a search; no community falls apart. Nodes without trade are communities of
/// their own. To find the best partition is NP-hard: another may be better.
/// # Source
/// Traag, Waltman and van Eck (2019); Newman (2004); Leicht and Newman (2008); Traag, Van Dooren and Nesterov (2011).
/// # Input and result
/// One number per node, in node order. The undirected qualities do not use self-loops, the directed one does.
/// # Cost
/// About `O(m)` time a search, `O(n + m)` memory a thread.
/// # Errors
/// [`ParamError::Value`] for a resolution that is not above 0, no runs or no rounds; [`MetricError::Cancelled`].
/// # Example
/// Two triangles and one flow between them.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::clustering::communities::{CommunityConfig, communities};
/// let triangle = |i| [(i, i + 1, 1.0), (i + 1, i + 2, 1.0), (i + 2, i, 1.0)];
/// let flows = triangle(0).into_iter().chain(triangle(3)).chain([(2, 3, 1.0)]);
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e", "f"], flows)?;
/// let found = communities(&graph, &CommunityConfig::default(), &NoProgress)?;
/// assert_eq!(found.community, [0, 0, 0, 1, 1, 1]);
/// assert!((found.quality.unwrap_or(0.0) - (6.0 / 7.0 - 0.5)).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn communities(
    graph: &SupplyGraph,
    config: &CommunityConfig,
    progress: &dyn Progress,
) -> Result<Communities, MetricError> {
    let CommunityConfig { quality: kind, resolution, runs, rounds, seed } = *config;
    if !(resolution > 0.0 && resolution.is_finite()) {
        let what = format!("`resolution` is {resolution}: give a number above 0");
        return Err(ParamError::Value(what).into());
    }
    if runs == 0 || rounds == 0 {
        let name = if runs == 0 { "runs" } else { "rounds" };
        return Err(ParamError::Value(format!("`{name}` is 0: make at least one")).into());
    }
    let landscape = landscape(graph, kind, resolution);
    let found = searches(&landscape, runs, rounds, seed, progress)?;
    let worth = |community: &Vec<u32>| quality(graph, kind, resolution, community);
    let qualities: Vec<Option<f64>> = found.iter().map(worth).collect();
    let best = (0..runs).reduce(|a, b| if qualities[b] > qualities[a] { b } else { a });
    let best = best.unwrap_or(0);
    let stability = mean_of_pairs(&found);
    let community = found.into_iter().nth(best).unwrap_or_default();
    let mut sizes = Vec::new();
    for &c in &community {
        sizes.resize(sizes.len().max(c as usize + 1), 0);
        sizes[c as usize] += 1;
    }
    Ok(Communities { community, sizes, quality: qualities[best], stability })
}

/// The quality of a partition, by the community of every node; `None` without flows.
///
/// # Panics
/// If there is not one community a node.
#[must_use]
pub fn quality(
    graph: &SupplyGraph,
    kind: Quality,
    resolution: f64,
    community: &[u32],
) -> Option<f64> {
    assert_eq!(community.len(), graph.n_nodes(), "one community a node");
    let n_communities = community.iter().map(|&c| c as usize + 1).max().unwrap_or(0);
    let sums = |values: &[f64]| {
        let mut sums = vec![0.0; n_communities];
        community.iter().zip(values).for_each(|(&c, value)| sums[c as usize] += value);
        sums
    };
    let (mut inside, mut whole) = (0.0, 0.0);
    let takes_loops = kind == Quality::ModularityDirected;
    for u in graph.node_indices() {
        for (v, flow) in graph.customers(u).filter(|&(v, _)| takes_loops || v != u) {
            whole += flow;
            if community[u.index()] == community[v.index()] {
                inside += flow;
            }
        }
    }
    if !(whole > 0.0) {
        return None;
    }
    let expected = |a: &[f64], b: &[f64]| -> f64 {
        sums(a).iter().zip(sums(b)).map(|(a, b)| (a / whole) * (b / whole)).sum()
    };
    Some(match kind {
        Quality::Modularity => {
            let strengths = mutual_strengths(&Mutual::of(graph));
            inside / whole - resolution * expected(&strengths, &strengths) / 4.0
        }
        Quality::ModularityDirected => {
            let (out, into) = (out_strengths(graph), in_strengths(graph));
            inside / whole - resolution * expected(&out, &into)
        }
        Quality::Cpm => {
            let pairs =
                sums(&vec![1.0; community.len()]).iter().map(|n| n * (n - 1.0) / 2.0).sum::<f64>();
            inside - resolution * pairs
        }
    })
}

fn mutual_strengths(view: &Mutual) -> Vec<f64> {
    let all = view.adjacency();
    (0..all.n_nodes()).map(|u| view.weights()[all.range(u)].iter().sum()).collect()
}

fn landscape(graph: &SupplyGraph, kind: Quality, resolution: f64) -> Landscape {
    let view = Mutual::of(graph);
    let all = view.adjacency();
    let (masses, price) = match kind {
        Quality::Modularity => {
            let strengths = mutual_strengths(&view);
            let twice: f64 = strengths.iter().sum();
            ([strengths.clone(), strengths], resolution / (2.0 * twice))
        }
        Quality::ModularityDirected => {
            let (out, into) = (out_strengths(graph), in_strengths(graph));
            let whole: f64 = out.iter().sum();
            ([out, into], resolution / whole)
        }
        Quality::Cpm => {
            let ones = vec![1.0; graph.n_nodes()];
            ([ones.clone(), ones], resolution / 2.0)
        }
    };
    Landscape {
        offsets: all.offsets.to_vec(),
        neighbours: all.neighbours.to_vec(),
        weights: view.weights().to_vec(),
        masses,
        // Without flows nothing is near anything.
        price: if price.is_finite() { price } else { 0.0 },
    }
}

/// [`communities`] behind the registry.
pub struct CommunitiesMetric;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec {
    name: "community",
    kind: Kind::I64,
    unit: Unit::Id,
    meaning: "Community, numbered from 0 in the order of their smallest nodes.",
}];

static FIGURES: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "modularity",
        Unit::One,
        "Share of the flows inside communities, less what their strengths would explain.",
    ),
    ColumnSpec::number(
        "n_communities",
        Unit::Count,
        "Number of communities, single nodes among them.",
    ),
    ColumnSpec::number(
        "community_hhi",
        Unit::One,
        "Sum of squared shares of communities in the nodes: 1 = one community.",
    ),
    ColumnSpec::number(
        "community_stability_nmi",
        Unit::One,
        "Mean normalised mutual information of pairs of searches: 1 = all find the same.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "communities",
    family: Family::Clustering,
    summary: "Groups of firms that trade more among themselves than their size explains.",
    formula: "max Σ_c [w_c/W − γ (s_c/2W)²] (modularity), Σ_c [z_c/W − γ s_out s_in/W²] (modularity_directed) or \
              Σ_c [w_c − γ n_c(n_c−1)/2] (cpm)",
    source: "Traag, Waltman and van Eck (2019); Newman (2004); Leicht and Newman (2008); Traag, Van Dooren and Nesterov (2011)",
    reading: "The best of several searches; a stability near 1 = the groups are there, near 0 = one cut is as good as another. \
              With modularity, groups much smaller than √(2m) ties may be merged: raise `resolution`, or take `cpm`, whose \
              resolution is the flow a pair of members must have. `modularity` is that of the partition at the \
              resolution asked for, with `cpm` at 1. Undirected qualities do not use self-loops.",
    cost: "about O(m) time a search",
    needs: &[],
    params: &[
        ParamSpec {
            name: "quality",
            default: "modularity",
            meaning: "What is sought: `modularity` (Z + Z'), `modularity_directed` or `cpm`.",
        },
        ParamSpec {
            name: "resolution",
            default: "1",
            meaning: "Higher for smaller communities, above 0; for `cpm` in the unit of the flows.",
        },
        ParamSpec { name: "runs", default: "20", meaning: "How many searches are made." },
        ParamSpec {
            name: "rounds",
            default: "10",
            meaning: "Rounds of a search at most, each from the result of the one before; it ends where nothing changes.",
        },
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

impl Metric for CommunitiesMetric {
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
        let config: CommunityConfig = params.decode()?;
        let found = communities(graph, &config, progress)?;
        let n = graph.n_nodes() as f64;
        let modularity = match config.quality {
            Quality::Cpm => quality(graph, Quality::Modularity, 1.0, &found.community),
            Quality::Modularity | Quality::ModularityDirected => found.quality,
        };
        let hhi: f64 = found.sizes.iter().map(|&size| (size as f64 / n) * (size as f64 / n)).sum();
        let figures = [
            Figure::new(&FIGURES[0], modularity.ok_or(Status::ZeroDenominator)),
            Figure::new(&FIGURES[1], Ok(found.sizes.len() as f64)),
            Figure::new(&FIGURES[2], if n > 0.0 { Ok(hhi) } else { Err(Status::InsufficientN) }),
            Figure::new(&FIGURES[3], found.stability.ok_or(Status::InsufficientN)),
        ];
        let labels = found.community.iter().map(|&c| Some(i64::from(c))).collect();
        let column = Column::new(&COLUMNS[0], Values::I64(labels));
        Ok(vec![Table::new(TableId::NodeMetrics, vec![column]), network_summary(&figures)])
    }
}
