//! How many firms are near to each other: Ripley's K and Besag's L.

use super::areas::BY;
use super::curves::{CURVES, Curve, SECTOR, Sectors};
use super::places::{Located, PLACE_NEEDS, X, Y, bounding_box, usual_radius};
use super::simulation::{
    DISTANCES, Envelope, LEVEL, METHOD, REPLICATES, SEED, Simulation, distances, longest,
};
pub use crate::kernel::point_pattern::{EdgeCorrection, Window};
use crate::kernel::point_pattern::{random_k, ripley_k};
use crate::long::Rows;
use crate::resilience::esri::Effort;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::Status;
use palenque_graph::{Progress, SupplyGraph, Table, TableId};
use std::f64::consts::PI;

/// How many points are near to each other, and how many would be if points were anywhere in the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Ripley {
    /// By distance: the area in which as many points would be as are near to a point.
    pub k: Vec<Result<f64, Status>>,
    /// By distance: the radius of that area less the distance; above 0, points are near to each other.
    pub l: Vec<Result<f64, Status>>,
    /// Bands of `k`.
    pub k_envelope: Envelope,
    /// Bands of `l`.
    pub l_envelope: Envelope,
}

/// Whether points are nearer to each other, or further apart, than points that are anywhere in a window.
///
/// # Formula
/// `K(r) = |W|/(n(n − 1)) Σ_{i≠j} 1(d_ij ≤ r) e_ij`, with `e = 1` without correction of edges, `|W|/((a − |Δx|)(b − |Δy|))` for translation in
/// a window of sides `a` and `b`; with the border correction the mean over the points that are at least `r` from the edge of
/// `|W|/(n − 1) Σ_j 1(d_ij ≤ r)`. `L = √(K/π)`, of which `L − r` is told.
///
/// Bands are from patterns of as many points, each anywhere in the window. The global band of `L` is as far from the mean of the
/// simulations as a share `level` of them is somewhere; that of `K` is the same band, for the same simulations.
/// # Source
/// Ripley (1976, 1981); Ohser and Stoyan (1981); Besag (1977) for `L`.
/// # Input and result
/// Points in the window; distances in ascending order, for translation shorter than its shorter side. Undefined with fewer than two points, with
/// the border correction also where none is far enough from the edge (`insufficient_n`), and in a window without an area
/// (`zero_denominator`).
/// # Cost
/// `O(R (n log n + p))` time for `p` pairs within the longest distance.
/// # Errors
/// [`ParamError::Value`] for a point outside the window, a level that is none, or distances that are too long for translation;
/// [`MetricError::Cancelled`].
/// # Example
/// Two points that are 1 apart, in a window of 4 by 4.
/// ```
/// # use palenque_graph::NoProgress;
/// # use palenque_metrics::space::{ripley::{EdgeCorrection, ripley}, simulation::Simulation};
/// let points = [[1.0, 2.0], [2.0, 2.0]];
/// let none = Simulation { replicates: 0, ..Simulation::default() };
/// let window = [0.0, 0.0, 4.0, 4.0];
/// let found = ripley(&points, window, &[0.5, 1.0], EdgeCorrection::None, none, &NoProgress)?;
/// assert_eq!(found.k, [Ok(0.0), Ok(16.0)]);
/// # Ok::<(), palenque_metrics::MetricError>(())
/// ```
pub fn ripley(
    points: &[[f64; 2]],
    window: Window,
    distances: &[f64],
    correction: EdgeCorrection,
    simulation: Simulation,
    progress: &dyn Progress,
) -> Result<Ripley, MetricError> {
    simulation.check()?;
    let [west, south, east, north] = window;
    let inside = |&[x, y]: &[f64; 2]| (west..=east).contains(&x) && (south..=north).contains(&y);
    if let Some([x, y]) = points.iter().find(|point| !inside(point)) {
        let what =
            format!("({x}, {y}) is outside the window from ({west}, {south}) to ({east}, {north})");
        return Err(ParamError::Value(what).into());
    }
    let n = distances.len();
    let nothing = |why| {
        let (none, bands) = (vec![Err(why); n], Envelope::none(n));
        Ripley { k: none.clone(), l: none, k_envelope: bands.clone(), l_envelope: bands }
    };
    if points.len() < 2 {
        return Ok(nothing(Status::InsufficientN));
    }
    let side = (east - west).min(north - south);
    if side <= 0.0 {
        return Ok(nothing(Status::ZeroDenominator));
    }
    let is_translated = correction == EdgeCorrection::Translation;
    if let Some(r) = distances.last().filter(|r| is_translated && **r >= side) {
        let what = format!("{r} is not shorter than the window's shorter side, {side}");
        return Err(ParamError::Value(what).into());
    }
    let k =
        ripley_k(points, window, distances, correction, progress).ok_or(MetricError::Cancelled)?;
    let to_l = |(k, r): (f64, f64)| (k / PI).sqrt() - r;
    let curve = |k: &[f64]| k.iter().copied().zip(distances.iter().copied()).map(to_l).collect();
    let of_chance = (simulation.replicates, simulation.seed);
    let curves = random_k(points.len(), window, distances, correction, of_chance, progress)?;
    let curves: Vec<Vec<f64>> = curves.iter().map(|k| curve(k)).collect();
    let l_envelope = if curves.is_empty() {
        Envelope::none(n)
    } else {
        Envelope::of_deviations(&curves, simulation.level)
    };
    let defined = |x: f64| if x.is_nan() { Err(Status::InsufficientN) } else { Ok(x) };
    Ok(Ripley {
        l: curve(&k).into_iter().map(defined).collect(),
        k: k.into_iter().map(defined).collect(),
        k_envelope: l_envelope.map(|at, l| PI * (l + distances[at]).max(0.0).powi(2)),
        l_envelope,
    })
}

/// [`ripley()`] of the firms of every sector behind the registry.
pub struct RipleyMetric;

static SPEC: MetricSpec = MetricSpec {
    name: "ripley",
    family: Family::Space,
    summary: "Whether firms of a sector are nearer to each other than places anywhere in the area.",
    formula: "K(r) = |W|/(n(n − 1)) Σ_{i≠j} 1(d_ij ≤ r) e_ij; e = |W|/((a − |Δx|)(b − |Δy|)) for translation; L = √(K/π), told as L − r",
    source: "Ripley (1976, 1981); Ohser and Stoyan (1981); Besag (1977)",
    reading: "L − r above its upper band = clusters of about that size, below the lower one = firms keep apart. Firms are where towns and \
              roads are, so K is high for nearly all: duranton_overman and marcon_puech compare with other firms instead. lat and lon are \
              projected to metres east and north of their mean (equirectangular), good for some hundred kilometres. The window is the \
              box around all firms with a place, unless `window` says more: in a box that is too narrow, firms seem to be apart. Ties \
              between firms are not used.",
    cost: "O(R (n log n + p)) for p pairs within r_max and R simulations, a sector",
    needs: &PLACE_NEEDS,
    params: &[
        BY,
        SECTOR,
        X,
        Y,
        ParamSpec::new("correction", "translation", "Of edges: `none`, `translation` or `border`."),
        ParamSpec::new(
            "window",
            "[]",
            "West, south, east and north of the area, in the unit of `x` and `y`; none = the box around all firms.",
        ),
        DISTANCES,
        ParamSpec::new(
            "r_max",
            "0",
            "The longest distance; 0 = a quarter of the window's shorter side.",
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
    x: String,
    y: String,
    correction: EdgeCorrection,
    window: Vec<f64>,
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
            x: text(),
            y: text(),
            correction: EdgeCorrection::Translation,
            window: Vec::new(),
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

impl Metric for RipleyMetric {
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
        let Config { replicates, seed, level, correction, method, .. } = config;
        let simulation = Simulation { replicates, seed, level };
        simulation.check()?;
        let r_max = longest(config.r_max, || 0.0)?;
        distances(&config.distances, config.steps, r_max)?;
        let window = match *config.window.as_slice() {
            [] => None,
            [west, south, east, north] if west < east && south < north => {
                Some([west, south, east, north])
            }
            _ => {
                let what = "`window` is not west, south, east and north, such as [0, 0, 10, 10]";
                return Err(ParamError::Value(what.into()).into());
            }
        };
        let located = Located::of(graph, &config.x, &config.y)?;
        let points = located.plane();
        let window = window.unwrap_or_else(|| bounding_box(&points));
        let r_max =
            longest(r_max, || usual_radius(&[[window[0], window[1]], [window[2], window[3]]]))?;
        let distances = distances(&config.distances, config.steps, r_max)?;
        let sectors = Sectors::of(graph, &located.nodes, &config.by, &config.sector)?;
        let area = (window[2] - window[0]) * (window[3] - window[1]);
        let furthest = distances.last().copied().unwrap_or(0.0);
        let near = (PI * furthest * furthest / area).min(1.0);
        let groups = sectors.wanted.iter().map(|s| (Some(*s), sectors.members(*s)));
        let whole = (None, (0..points.len() as u32).collect());
        let is_whole = config.sector.is_empty();
        let groups: Vec<(Option<usize>, Vec<u32>)> =
            groups.chain(is_whole.then_some(whole)).collect();
        // A step of the search is about as long as a pair.
        let steps = |n: f64| n * (n * near + 40.0);
        let steps = groups.iter().map(|(_, members)| steps(members.len() as f64)).sum::<f64>();
        let numbers = groups.iter().map(|(_, members)| members.len().min(distances.len())).max();
        let what = ("the pairs of near places", points.len());
        simulation.affordable(steps, numbers.unwrap_or(0), what, method)?;
        let mut rows = Rows::new(&CURVES);
        for (sector, members) in groups {
            let own: Vec<[f64; 2]> = members.iter().map(|&i| points[i as usize]).collect();
            let found = ripley(&own, window, &distances, correction, simulation, progress)?;
            let sector = sector.map(|s| &*sectors.names[s]);
            let curve = |function, values, envelope, theory: &dyn Fn(f64) -> f64| Curve {
                sector,
                neighbour: None,
                function,
                distances: &distances,
                values,
                theory: distances.iter().map(|r| Some(theory(*r))).collect(),
                envelope,
                indices: None,
            };
            let k = curve("K", found.k, found.k_envelope, &|r| PI * r * r);
            k.push(&mut rows, simulation);
            curve("L", found.l, found.l_envelope, &|_| 0.0).push(&mut rows, simulation);
        }
        Ok(vec![rows.table(TableId::SpatialCurve)])
    }
}
