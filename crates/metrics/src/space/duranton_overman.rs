//! The density of distances between firms: Duranton and Overman's K-density.

use super::areas::{BY, Sizes};
use super::curves::{CURVES, Curve, SECTOR, Sectors};
use super::places::{Located, PLACE_NEEDS, Places, X, Y};
use super::simulation::{
    DISTANCES, Envelope, LEVEL, METHOD, REPLICATES, SEED, Simulation, distances, longest,
};
use crate::kernel::pair_density::{
    Density, Grid, all_pairs, bandwidth, binned, is_small, quantile, random_densities,
};
use crate::kernel::random::{below, stream};
use crate::long::{Rows, STATUS};
use crate::resilience::esri::Effort;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Pairs of sites from which the median distance is taken, where there are more.
const MEDIAN_PAIRS: usize = 200_000;

/// The density of distances between the firms of a sector, and what it would be at any sites.
#[derive(Clone, Debug, PartialEq)]
pub struct KDensity {
    /// By distance: the density.
    pub density: Vec<f64>,
    /// The bandwidth that smoothed it.
    pub bandwidth: f64,
    /// By distance: the mean over simulations, where there are any.
    pub mean: Vec<Option<f64>>,
    /// Bands.
    pub envelope: Envelope,
    /// By distance: how far it is above the upper global band.
    pub gamma: Vec<f64>,
    /// By distance: how far it is below the lower one, for a sector that is above the upper one at no distance.
    pub psi: Vec<f64>,
}

/// How likely firms of a sector are to be at some distance from each other, compared with firms of as many sites of any sector.
///
/// # Formula
/// `K(d) = Σ_{i<j} w_ij [φ((d − d_ij)/h) + φ((d + d_ij)/h)]/(h Σ w_ij)` with `w_ij = e_i e_j`, the normal density `φ` and
/// `h = 0.9 min(sd, IQR/1.34) N^(−1/5)` of the `N` distances. `Γ(d) = max(K − upper, 0)`, `Ψ(d) = max(lower − K, 0)` with the global bands.
/// # Source
/// Duranton and Overman (2005); Silverman (1986) for `h`.
/// # Input and result
/// The places `members` of all `sites`, each with a weight above 0. A simulation puts the members, with their weights, on sites drawn
/// without replacement, and smooths with a bandwidth of its own. Undefined for fewer than three firms (`insufficient_n`) and where all
/// distances are the same (`zero_denominator`). The distances of more than 100 000 pairs, and of simulations, are counted in bins of a
/// twentieth of `h`, which moves the density by about a part in ten thousand.
/// # Cost
/// `O(R n²)` time.
/// # Errors
/// [`ParamError::Value`](crate::ParamError::Value) for a level that is none; [`MetricError::Cancelled`].
/// # Example
/// Three firms of one sector close together, four of others around them.
/// ```
/// # use palenque_graph::NoProgress;
/// # use palenque_metrics::space::{duranton_overman::k_density, places::Places, simulation::Simulation};
/// let sites = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.2], [9.0, 0.0], [0.0, 9.0], [9.0, 9.0], [5.0, 7.0]];
/// let sites = Places::on_plane(&sites);
/// let simulation = Simulation { replicates: 99, ..Simulation::default() };
/// let found = k_density(&sites, &[0, 1, 2], &[1.0; 3], &[0.0, 1.0], simulation, &NoProgress)?;
/// let found = found.expect("a density");
/// assert!(found.density[1] > found.mean[1].unwrap_or(0.0));
/// # Ok::<(), palenque_metrics::MetricError>(())
/// ```
pub fn k_density(
    sites: &Places,
    members: &[u32],
    weights: &[f64],
    distances: &[f64],
    simulation: Simulation,
    progress: &dyn Progress,
) -> Result<Result<KDensity, Status>, MetricError> {
    simulation.check()?;
    if members.len() < 3 {
        return Ok(Err(Status::InsufficientN));
    }
    let own = sites.select(members);
    let (widest, total) = (sites.widest(), weights.iter().sum::<f64>());
    if !(total > 0.0 && widest > 0.0) {
        return Ok(Err(Status::ZeroDenominator));
    }
    let found = if is_small(members.len()) {
        let pairs = all_pairs(&own, weights);
        let mut of_pairs: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
        bandwidth(&mut of_pairs).map(|bandwidth| {
            let grid = Grid::of(distances, widest, bandwidth);
            Density { values: grid.density(&pairs, bandwidth), bandwidth }
        })
    } else {
        // Of some of them, to know how wide bins have to be.
        let mut some = some_distances(&own, simulation.seed);
        let n = members.len() as f64;
        let shrink = (n * (n - 1.0) / 2.0 / some.len() as f64).powf(-0.2);
        match bandwidth(&mut some) {
            Some(first) => {
                binned(&own, weights, &Grid::of(distances, widest, first * shrink), progress)?
            }
            None => None,
        }
    };
    let Some(Density { values, bandwidth }) = found else {
        return Ok(Err(Status::ZeroDenominator));
    };
    let grid = Grid::of(distances, widest, bandwidth);
    let of_chance = (simulation.replicates, simulation.seed);
    let curves = random_densities(sites, weights, &grid, of_chance, progress)?;
    let n = distances.len();
    let envelope = if curves.is_empty() {
        Envelope::none(n)
    } else {
        Envelope::calibrated(&curves, simulation.level)
    };
    let mean = |at: usize| {
        let known = curves.iter().map(|curve| curve[at]).filter(|x| !x.is_nan());
        let (sum, count) = known.fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
        (count > 0.0).then(|| sum / count)
    };
    let bands = || values.iter().zip(&envelope.global);
    let above =
        |(value, band): (&f64, &Option<(f64, f64)>)| band.map_or(0.0, |b| (value - b.1).max(0.0));
    let below =
        |(value, band): (&f64, &Option<(f64, f64)>)| band.map_or(0.0, |b| (b.0 - value).max(0.0));
    let gamma: Vec<f64> = bands().map(above).collect();
    let is_localised = gamma.iter().any(|gamma| *gamma > 0.0);
    let psi = if is_localised { vec![0.0; n] } else { bands().map(below).collect() };
    let mean = (0..n).map(mean).collect();
    Ok(Ok(KDensity { density: values, bandwidth, mean, envelope, gamma, psi }))
}

/// The distances of all pairs, or of some that are drawn, where there are many.
fn some_distances(places: &Places, seed: u64) -> Vec<f64> {
    let n = places.len();
    if n * n.saturating_sub(1) / 2 <= MEDIAN_PAIRS {
        return all_pairs(places, &vec![1.0; n]).into_iter().map(|pair| pair.0).collect();
    }
    let rng = &mut stream(seed, usize::MAX - 1);
    let mut draw = || {
        let (a, b) = (below(n as u64, rng), below(n as u64 - 1, rng));
        places.distance(a as usize, (b + u64::from(b >= a)) as usize)
    };
    (0..MEDIAN_PAIRS).map(|_| draw()).collect()
}

/// The median distance between sites, of a sample where they are many.
fn median_distance(sites: &Places, seed: u64) -> f64 {
    let mut some = some_distances(sites, seed);
    if some.is_empty() { 0.0 } else { quantile(&mut some, 0.5) }
}

/// [`k_density`] of every sector behind the registry.
pub struct DurantonOverman;

static SECTORS: [ColumnSpec; 6] = [
    ColumnSpec::text("sector", "The sector; empty for all together."),
    ColumnSpec::number(
        "kd_localisation",
        Unit::One,
        "Area between the density of distances and its upper global band; above 0, the sector is localised.",
    ),
    ColumnSpec::number(
        "kd_dispersion",
        Unit::One,
        "Area between its lower global band and the density, of sectors that are not localised.",
    ),
    ColumnSpec::number("kd_bandwidth", Unit::None, "The bandwidth, in the unit of distances."),
    ColumnSpec::count("n_located", "Firms of the sector that have a place and a size above 0."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "duranton_overman",
    family: Family::Space,
    summary: "At which distances firms of a sector are nearer to each other than firms of any sector are.",
    formula: "Kd(d) = Σ_{i<j} w_ij [φ((d − d_ij)/h) + φ((d + d_ij)/h)]/(h Σ w_ij), h = 0.9 min(sd, IQR/1.34) N^(−1/5); Γ(d) = max(Kd − upper, 0); Ψ(d) = \
              max(lower − Kd, 0)",
    source: "Duranton and Overman (2005); Silverman (1986)",
    reading: "Kd above its upper global band = localised at that distance; below the lower one = dispersed. Compares with as many sites \
              drawn from those of all firms, so that towns and mountains do not count. Outside the local bands at one distance is no \
              evidence: there are many distances. Great-circle distances for lat and lon. Distances up to the median of all sites. Ties \
              between firms are not used.",
    cost: "O(R n²) for n firms of a sector and R simulations",
    needs: &PLACE_NEEDS,
    params: &[
        BY,
        SECTOR,
        ParamSpec::new(
            "size",
            "none",
            "Node column of weights, such as `employees` or `output`; `none` counts every firm as 1.",
        ),
        X,
        Y,
        DISTANCES,
        ParamSpec::new("r_max", "0", "The longest distance; 0 = the median between all sites."),
        ParamSpec::new("steps", "512", "How many distances there are up to `r_max`."),
        REPLICATES,
        SEED,
        LEVEL,
        METHOD,
    ],
    outputs: &[
        Output { table: TableId::SpatialCurve, columns: &CURVES },
        Output { table: TableId::SpatialSector, columns: &SECTORS },
    ],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
    sector: String,
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
            size: "none".into(),
            x: text(),
            y: text(),
            distances: Vec::new(),
            r_max: 0.0,
            steps: 512,
            replicates,
            seed,
            level,
            method: Effort::Auto,
        }
    }
}

impl Metric for DurantonOverman {
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
        let located = Located::of(graph, &config.x, &config.y)?;
        let sites = located.places();
        let r_max = longest(given, || median_distance(&sites, seed))?;
        let distances = distances(&config.distances, config.steps, r_max)?;
        let sectors = Sectors::of(graph, &located.nodes, &config.by, &config.sector)?;
        let sizes = Sizes::of(graph, &config.size)?;
        let mut groups = Vec::new();
        for &s in &sectors.wanted {
            let (mut members, mut weights) = (Vec::new(), Vec::new());
            for place in sectors.members(s) {
                let size = sizes.at(graph, located.nodes[place as usize])?;
                if size > 0.0 {
                    members.push(place);
                    weights.push(size);
                }
            }
            groups.push((&*sectors.names[s], members, weights));
        }
        // A distance on the Earth takes as long as some steps.
        let pairs = |n: f64| 5.0 * n * n / 2.0 + 1e5 + sites.len() as f64;
        let steps = groups.iter().map(|(_, members, _)| pairs(members.len() as f64)).sum::<f64>();
        let what = ("the distances between firms of a sector", sites.len());
        simulation.affordable(steps, distances.len(), what, config.method)?;
        let (mut rows, mut of_sectors) = (Rows::new(&CURVES), Rows::new(&SECTORS));
        for (name, members, weights) in groups {
            let found = k_density(&sites, &members, &weights, &distances, simulation, progress)?;
            let step = |at: usize| distances[at] - if at > 0 { distances[at - 1] } else { 0.0 };
            let area = |values: &[f64]| -> Result<f64, Status> {
                let terms = values.iter().enumerate().map(|(at, value)| value * step(at));
                if replicates > 0 { Ok(terms.sum()) } else { Err(Status::InsufficientN) }
            };
            let index = |of: &dyn Fn(&KDensity) -> Result<f64, Status>| match &found {
                Ok(found) => of(found),
                Err(why) => Err(*why),
            };
            of_sectors.push([
                name.into(),
                index(&|found| area(&found.gamma)).into(),
                index(&|found| area(&found.psi)).into(),
                index(&|found| Ok(found.bandwidth)).into(),
                members.len().into(),
            ]);
            let n = distances.len();
            let curve = match found {
                Ok(found) => {
                    let both = found.gamma.into_iter().zip(found.psi).map(|(g, p)| [g, p]);
                    let values = found.density.into_iter().map(Ok).collect();
                    let indices = (replicates > 0).then(|| both.collect());
                    (values, found.mean, found.envelope, indices)
                }
                Err(why) => (vec![Err(why); n], vec![None; n], Envelope::none(n), None),
            };
            let (values, theory, envelope, indices) = curve;
            let (sector, distances) = (Some(name), distances.as_slice());
            let (neighbour, function) = (None, "Kd");
            Curve { sector, neighbour, function, distances, values, theory, envelope, indices }
                .push(&mut rows, simulation);
        }
        Ok(vec![rows.table(TableId::SpatialCurve), of_sectors.table(TableId::SpatialSector)])
    }
}
