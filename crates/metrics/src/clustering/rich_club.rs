//! The rich club.

use crate::kernel::adjacency::Mutual;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::rewire::{Chains, Rewiring};
use crate::long::{Cell, Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The nodes of more than some number of partners, and the ties among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Club {
    /// Members have more partners than this.
    pub k: usize,
    /// How many there are.
    pub n_nodes: usize,
    /// Ties among them.
    pub n_ties: usize,
    /// Ties among them by pairs of them; an error with fewer than two.
    pub density: Result<f64, Status>,
}

/// How dense the trade is among firms of more than `k` partners, for every `k` that makes a difference.
///
/// # Formula
/// `φ(k) = 2 E_{>k} / (N_{>k} (N_{>k} − 1))`, with `N_{>k}` nodes of more than `k` partners and `E_{>k}` ties among them.
/// # Source
/// Zhou and Mondragón (2004); Colizza, Flammini, Serrano and Vespignani (2006).
/// # Input and result
/// One club for 0 and for every number of partners that some node has, in ascending order. Ties are those of `M = Z + Zᵀ`;
/// self-loops are not used. Hubs trade with each other by chance, too: compare with a network of the same degrees.
/// # Cost
/// `O(n + m)` time and memory.
/// # Example
/// Three traders who all deal with each other, and a grower for each.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::clustering::rich_club::rich_club;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (3, 0, 1.0), (4, 1, 1.0), (5, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["t1", "t2", "t3", "g1", "g2", "g3"], flows)?;
/// let clubs = rich_club(&graph);
/// assert_eq!((clubs[0].k, clubs[0].density), (0, Ok(6.0 / 15.0)));
/// assert_eq!((clubs[1].k, clubs[1].density), (1, Ok(1.0))); // the traders
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn rich_club(graph: &SupplyGraph) -> Vec<Club> {
    let view = Mutual::of(graph);
    let degrees: Vec<usize> = (0..graph.n_nodes()).map(|u| view.degree(u)).collect();
    let ties = |u| view.ties(u).filter(move |&(v, _)| v > u).map(move |(v, _)| (u, v));
    let ties = ties_above(&degrees, (0..graph.n_nodes()).flat_map(ties));
    let mut nodes = vec![0; ties.len()];
    for &k in &degrees {
        nodes[k] += 1;
    }
    let mut n_nodes = graph.n_nodes();
    let mut clubs = Vec::new();
    for (k, (own, n_ties)) in nodes.into_iter().zip(ties).enumerate() {
        n_nodes -= own;
        if k == 0 || own > 0 {
            let density = ratio_or_status(n_ties as f64, pairs(n_nodes));
            clubs.push(Club { k, n_nodes, n_ties, density });
        }
    }
    clubs
}

fn pairs(n: usize) -> f64 {
    n as f64 * (n as f64 - 1.0) / 2.0
}

/// How many ties have both ends of more than `k` partners, for every `k` up to the most there are.
fn ties_above(degrees: &[usize], ties: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut above = vec![0; degrees.iter().max().map_or(0, |most| most + 1)];
    for (u, v) in ties {
        // For now those whose poorer end has `k`.
        above[degrees[u].min(degrees[v])] += 1;
    }
    let mut left: usize = above.iter().sum();
    for ties in &mut above {
        left -= *ties;
        *ties = left;
    }
    above
}

/// What to compare the clubs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RichClubConfig {
    /// How many random networks of the same degrees; 0 = no comparison.
    pub null_replicates: usize,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Default for RichClubConfig {
    fn default() -> Self {
        Self { null_replicates: 0, seed: 1 }
    }
}

/// What a club would be in a random network of the same degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomClub {
    /// Mean density; an error with fewer than two members.
    pub mean: Result<f64, Status>,
    /// Standard deviation of the density over the networks.
    pub sd: Result<f64, Status>,
    /// The density by the mean one: above 1, members seek each other; an error if they never meet by chance.
    pub ratio: Result<f64, Status>,
}

/// [`rich_club()`] of random networks in which every node has as many partners.
///
/// # Formula
/// `ρ(k) = φ(k) / <φ_random(k)>`, over `null_replicates` networks, each the end of a chain of `100 m` attempts to swap.
/// # Source
/// Colizza, Flammini, Serrano and Vespignani (2006); Maslov and Sneppen (2002) for the random networks.
/// # Input and result
/// One for each club of [`rich_club()`]. Ties are those of `M = Z + Zᵀ`; self-loops are not used. The deviation divides by the
/// number of networks.
/// # Cost
/// `O(100 R m)` time for `R` networks, spread over the threads; `O(m)` memory a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// Three traders who all deal with each other, and a grower for each. With these numbers of partners there is no other way
/// than that traders deal with each other.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::clustering::rich_club::{RichClubConfig, rich_club_null};
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (3, 0, 1.0), (4, 1, 1.0), (5, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["t1", "t2", "t3", "g1", "g2", "g3"], flows)?;
/// let config = RichClubConfig { null_replicates: 99, ..Default::default() };
/// let random = rich_club_null(&graph, &config, &NoProgress)?;
/// assert_eq!(random[1].mean, Ok(1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rich_club_null(
    graph: &SupplyGraph,
    config: &RichClubConfig,
    progress: &dyn Progress,
) -> Result<Vec<RandomClub>, MetricError> {
    let view = Mutual::of(graph);
    let degrees: Vec<usize> = (0..graph.n_nodes()).map(|u| view.degree(u)).collect();
    let replicates = config.null_replicates;
    progress.begin("random networks", replicates as u64);
    let chains = Chains { replicates, seed: config.seed, ..Chains::default() };
    let measure = |network: &Rewiring| {
        let ties = network.links().iter().map(|&(u, v)| (u as usize, v as usize));
        ties_above(&degrees, ties)
    };
    // Whole numbers, so that neither order nor rounding matters.
    let mut sums = vec![(0_u128, 0_u128); degrees.iter().max().map_or(0, |most| most + 1)];
    Rewiring::undirected(graph, None).replicates(chains, progress, measure, |ties| {
        for (sum, ties) in sums.iter_mut().zip(ties) {
            sum.0 += ties as u128;
            sum.1 += (ties * ties) as u128;
        }
    })?;
    let r = replicates as u128;
    let random = |club: &Club| {
        let (sum, squares) = sums[club.k];
        let scale = r as f64 * pairs(club.n_nodes);
        RandomClub {
            mean: ratio_or_status(sum as f64, scale),
            sd: ratio_or_status(((r * squares - sum * sum) as f64).sqrt(), scale),
            ratio: match club.density {
                Ok(density) => ratio_or_status(density * scale, sum as f64),
                Err(reason) => Err(reason),
            },
        }
    };
    Ok(rich_club(graph).iter().map(random).collect())
}

/// [`rich_club()`] behind the registry.
pub struct RichClub;

static COLUMNS: [ColumnSpec; 8] = [
    ColumnSpec::count("k", "Members have more partners than this."),
    ColumnSpec::count("n_nodes", "Members."),
    ColumnSpec::count("n_ties", "Ties among members."),
    ColumnSpec::number("phi", Unit::One, "Ties among members, of the pairs of members."),
    ColumnSpec::number(
        "null_mean",
        Unit::One,
        "Mean of `phi` in random networks of the same degrees; empty unless `null_replicates` are asked for.",
    ),
    ColumnSpec::number("null_sd", Unit::One, "Standard deviation of `phi` in them."),
    ColumnSpec::number("ratio", Unit::One, "`phi` by its mean in them."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "rich_club",
    family: Family::Clustering,
    summary: "How densely firms of many partners trade with each other.",
    formula: "φ(k) = 2 E_{>k} / (N_{>k}(N_{>k} − 1)), among nodes of more than k partners; ratio = φ(k) / mean of φ(k) in \
              random networks of the same degrees",
    source: "Zhou and Mondragón (2004); Colizza, Flammini, Serrano and Vespignani (2006); Maslov and Sneppen (2002) for the \
             random networks",
    reading: "φ that rises to 1 = hubs form a club. Hubs meet by chance, too: a ratio above 1, by several null_sd, says that \
              they seek each other. Directions are not distinguished: M = Z + Zᵀ. Self-loops are not used.",
    cost: "O(n + m) time; O(100 R m) for R random networks",
    needs: &[],
    params: &[
        ParamSpec {
            name: "null_replicates",
            default: "0",
            meaning: "Random networks of the same degrees to compare with, such as 999.",
        },
        ParamSpec { name: "seed", default: "1", meaning: "Where the random numbers begin." },
    ],
    outputs: &[Output { table: TableId::RichClub, columns: &COLUMNS }],
    core: false,
};

impl Metric for RichClub {
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
        let config: RichClubConfig = params.decode()?;
        let clubs = rich_club(graph);
        let random: Vec<[Cell; 3]> = if config.null_replicates == 0 {
            vec![[Cell::Gap, Cell::Gap, Cell::Gap]; clubs.len()]
        } else {
            let random = rich_club_null(graph, &config, progress)?;
            random.into_iter().map(|r| [r.mean.into(), r.sd.into(), r.ratio.into()]).collect()
        };
        let mut rows = Rows::new(&COLUMNS);
        for (club, [mean, sd, ratio]) in clubs.into_iter().zip(random) {
            let Club { k, n_nodes, n_ties, density } = club;
            rows.push([k.into(), n_nodes.into(), n_ties.into(), density.into(), mean, sd, ratio]);
        }
        Ok(vec![rows.table(TableId::RichClub)])
    }
}
