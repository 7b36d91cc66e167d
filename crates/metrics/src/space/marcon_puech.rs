//! How much of what is near to firms of a sector is of that sector: Marcon and Puech's M.

use super::areas::{BY, SIZE, Sizes};
use super::curves::{CURVES, Curve, SECTOR, Sectors, position};
use super::places::{Located, PLACE_NEEDS, Places, X, Y, usual_radius};
use super::simulation::{
    DISTANCES, Envelope, LEVEL, METHOD, REPLICATES, SEED, Simulation, distances, longest,
};
use crate::kernel::near_pairs::{Kinds, NearPairs};
use crate::long::Rows;
use crate::resilience::esri::Effort;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::Status;
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Pairs of near places at most, each from both sides.
const MOST_PAIRS: usize = 40_000_000;

/// Firms, each with a place, a weight and a kind.
#[derive(Clone, Debug)]
pub struct Marked {
    /// Where they are.
    pub places: Places,
    /// By firm: its weight, above 0.
    pub weights: Vec<f64>,
    /// By firm: its kind, from 0; firms of no kind are neighbours of others, no more.
    pub kinds: Vec<Option<u32>>,
    /// How many kinds there are.
    pub n_kinds: usize,
}

/// How much of a kind is near to the firms of a kind, compared with how much there is of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RelativeDensity {
    /// By distance: 1 = as much as there is of it among all.
    pub values: Vec<Result<f64, Status>>,
    /// Bands.
    pub envelope: Envelope,
}

/// Whether firms of a kind have more of it, or more of another kind, near to them than there is of it among all firms.
///
/// # Formula
/// `M(r) = Σ_i W_c(i, r)/W(i, r) / Σ_i (W_c − w_i 1_{i∈c})/(W − w_i)`: the weights `W(i, r)` of all firms within `r` of `i`, without itself, and
/// `W_c(i, r)` of those of kind `c`; sums over the firms of a kind that have a neighbour within `r`. `c` is their own kind, or the
/// one that `neighbour` names.
/// # Source
/// Marcon and Puech (2010); sums as in dbmss (Marcon, Traissac, Puech and Lang 2015).
/// # Input and result
/// One curve a kind. Undefined where no firm of the kind has a neighbour, or none of another firm is of kind `c`
/// (`insufficient_n`). In simulations, places and weights stay, and kinds are dealt out to them at random.
/// # Cost
/// `O(R p)` time and `O(p)` memory for `p` pairs within the longest distance.
/// # Errors
/// [`MetricError::TooLong`] for more than 20 million pairs; [`ParamError::Value`] for a level that is none or more than 60 000
/// distances; [`MetricError::Cancelled`].
/// # Example
/// Two stills side by side, and a grower at each of two other places.
/// ```
/// # use palenque_graph::NoProgress;
/// # use palenque_metrics::space::marcon_puech::{Marked, relative_densities};
/// # use palenque_metrics::space::{places::Places, simulation::Simulation};
/// let firms = Marked {
///     places: Places::on_plane(&[[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [6.0, 0.0]]),
///     weights: vec![1.0; 4],
///     kinds: vec![Some(0), Some(0), Some(1), Some(1)],
///     n_kinds: 2,
/// };
/// let none = Simulation { replicates: 0, ..Simulation::default() };
/// let found = relative_densities(&firms, None, &[1.0], none, &NoProgress)?;
/// assert_eq!(found[0].values, [Ok(3.0)]); // all that is near, where a third of others are stills
/// # Ok::<(), palenque_metrics::MetricError>(())
/// ```
pub fn relative_densities(
    firms: &Marked,
    neighbour: Option<usize>,
    distances: &[f64],
    simulation: Simulation,
    progress: &dyn Progress,
) -> Result<Vec<RelativeDensity>, MetricError> {
    simulation.check()?;
    if distances.len() > 60_000 {
        return Err(ParamError::Value("there are more than 60000 distances".into()).into());
    }
    let pairs = NearPairs::of(&firms.places, distances, MOST_PAIRS, progress)?;
    let pairs = pairs.ok_or(MetricError::TooLong {
        what: "the pairs of near places",
        n: firms.places.len(),
        instead: "give a shorter `r_max`",
    })?;
    curves(firms, neighbour, distances.len(), &pairs, simulation, progress)
}

fn curves(
    firms: &Marked,
    neighbour: Option<usize>,
    n_distances: usize,
    pairs: &NearPairs,
    simulation: Simulation,
    progress: &dyn Progress,
) -> Result<Vec<RelativeDensity>, MetricError> {
    let near = pairs.weights_near(&firms.weights);
    let (weights, n_kinds) = (firms.weights.as_slice(), firms.n_kinds);
    let kinds = Kinds { weights, near: &near, count: n_kinds, neighbour };
    let observed = kinds.relative_densities(pairs, &firms.kinds);
    let of_chance = (simulation.replicates, simulation.seed);
    let simulated = kinds.relabelled(pairs, &firms.kinds, of_chance, progress)?;
    let defined = |x: &f64| if x.is_nan() { Err(Status::InsufficientN) } else { Ok(*x) };
    let of_kind = |kind: usize| {
        let range = kind * n_distances..(kind + 1) * n_distances;
        let own: Vec<Vec<f64>> = simulated.iter().map(|all| all[range.clone()].to_vec()).collect();
        RelativeDensity {
            values: observed[range].iter().map(defined).collect(),
            envelope: if own.is_empty() {
                Envelope::none(n_distances)
            } else {
                Envelope::calibrated(&own, simulation.level)
            },
        }
    };
    Ok((0..n_kinds).map(of_kind).collect())
}

/// [`relative_densities`] behind the registry.
pub struct MarconPuech;

static SPEC: MetricSpec = MetricSpec {
    name: "marcon_puech",
    family: Family::Space,
    summary: "Whether firms of a sector have more of it near to them than there is of it among all firms.",
    formula: "M(r) = Σ_i W_c(i,r)/W(i,r) / Σ_i (W_c − w_i 1_{i∈c})/(W − w_i), over the firms i of a sector with a neighbour within r",
    source: "Marcon and Puech (2010); Marcon, Traissac, Puech and Lang (2015)",
    reading: "M = 2: twice the share that the sector has among all firms. Above its upper band = concentrated within r, below the lower \
              one = dispersed. With `neighbour`, of another sector around the firms of each: whether the two are near to each other. \
              Great-circle distances for lat and lon. Weights are employees or output. Simulations deal out sectors and keep places and \
              weights. Firms without a sector count as neighbours. Ties between firms are not used.",
    cost: "O(R p) for p pairs within r_max and R simulations",
    needs: &PLACE_NEEDS,
    params: &[
        BY,
        SECTOR,
        ParamSpec::new(
            "neighbour",
            "\"\"",
            "The sector that is looked for around firms; empty for their own.",
        ),
        SIZE,
        X,
        Y,
        DISTANCES,
        ParamSpec::new(
            "r_max",
            "0",
            "The longest distance; 0 = a quarter of the shorter side of the box around all firms.",
        ),
        ParamSpec::new("steps", "50", "How many distances there are up to `r_max`."),
        REPLICATES,
        SEED,
        LEVEL,
        METHOD,
    ],
    outputs: &[Output { table: TableId::SpatialCurve, columns: &CURVES }],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
    sector: String,
    neighbour: String,
    size: String,
    x: String,
    y: String,
    distances: Vec<f64>,
    r_max: f64,
    steps: usize,
    replicates: usize,
    seed: u64,
    level: f64,
    method: Effort,
}

impl Default for Config {
    fn default() -> Self {
        let Simulation { replicates, seed, level } = Simulation::default();
        let text = String::new;
        Self {
            by: text(),
            sector: text(),
            neighbour: text(),
            size: text(),
            x: text(),
            y: text(),
            distances: Vec::new(),
            r_max: 0.0,
            steps: 50,
            replicates,
            seed,
            level,
            method: Effort::Auto,
        }
    }
}

impl Metric for MarconPuech {
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
        let config: Config = params.decode()?;
        let Config { replicates, seed, level, .. } = config;
        let simulation = Simulation { replicates, seed, level };
        simulation.check()?;
        let given = longest(config.r_max, || 0.0)?;
        distances(&config.distances, config.steps, given)?;
        let sizes = Sizes::of(graph, &config.size)?;
        let all = Located::of(graph, &config.x, &config.y)?;
        for node in &all.nodes {
            sizes.at(graph, *node)?;
        }
        let located = all.keeping(|node| sizes.get(*node).is_some_and(|size| size > 0.0));
        let r_max = longest(given, || usual_radius(&located.plane()))?;
        let distances = distances(&config.distances, config.steps, r_max)?;
        let sectors = Sectors::of(graph, &located.nodes, &config.by, &config.sector)?;
        let neighbour = match config.neighbour.as_str() {
            "" => None,
            name => Some(position(&sectors.names, name)?),
        };
        let firms = Marked {
            places: located.places(),
            weights: located.nodes.iter().filter_map(|node| sizes.get(*node)).collect(),
            kinds: sectors.of.iter().map(|sector| sector.map(|s| s as u32)).collect(),
            n_kinds: sectors.names.len(),
        };
        let n = firms.places.len();
        let what = ("the pairs of near places", n);
        let pairs = NearPairs::of(&firms.places, &distances, MOST_PAIRS, progress)?;
        let instead = "give a shorter `r_max`";
        let pairs = pairs.ok_or(MetricError::TooLong { what: what.0, n, instead })?;
        let numbers = firms.n_kinds * distances.len();
        let steps = (2 * pairs.len() + 2 * n * distances.len() + numbers) as f64;
        simulation.affordable(steps, numbers, what, config.method)?;
        let found = curves(&firms, neighbour, distances.len(), &pairs, simulation, progress)?;
        let mut rows = Rows::new(&CURVES);
        for (s, found) in found.into_iter().enumerate() {
            if !sectors.wanted.contains(&s) || neighbour == Some(s) && config.sector.is_empty() {
                continue;
            }
            Curve {
                sector: Some(&sectors.names[s]),
                neighbour: neighbour.map(|s| &*sectors.names[s]),
                function: if neighbour.is_some() { "M_inter" } else { "M" },
                distances: &distances,
                values: found.values,
                theory: vec![Some(1.0); distances.len()],
                envelope: found.envelope,
                indices: None,
            }
            .push(&mut rows, simulation);
        }
        Ok(vec![rows.table(TableId::SpatialCurve)])
    }
}
