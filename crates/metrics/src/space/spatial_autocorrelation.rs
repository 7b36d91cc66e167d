//! Whether neighbours are alike: Moran's I, Geary's C, Getis and Ord's G, and their local forms.

use super::areas::Sizes;
use super::places::{Located, X, Y};
use super::simulation::{METHOD, REPLICATES, SEED, Simulation};
use super::spatial_weights::{K, Neighbours, RADIUS, SpatialWeights, WEIGHTS, WeightConfig};
use crate::kernel::autocorrelation::{extreme_draws, pair_sums, permuted_sums};
use crate::kernel::ratio::ratio_or_status;
use crate::resilience::esri::Effort;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary,
};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Whether neighbours are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Autocorrelation {
    /// Moran's I: above `−1/(n − 1)`, neighbours are alike.
    pub moran: Result<f64, Status>,
    /// Its deviation from that, by its standard deviation under randomisation.
    pub moran_z: Result<f64, Status>,
    /// How likely chance alone is as far from it.
    pub moran_p: Result<f64, Status>,
    /// Geary's C: below 1, neighbours are alike.
    pub geary: Result<f64, Status>,
    /// How likely chance alone is as far from 1.
    pub geary_p: Result<f64, Status>,
    /// Getis and Ord's G: high where large values are neighbours.
    pub getis: Result<f64, Status>,
    /// How likely chance alone is as far from its mean.
    pub getis_p: Result<f64, Status>,
    /// By place: its part of Moran's I.
    pub local_moran: Vec<Result<f64, Status>>,
    /// By place: how likely chance alone is as far from it.
    pub local_moran_p: Vec<Result<f64, Status>>,
    /// By place: deviations of the sum around it from the mean; above 1.96 = a hot spot.
    pub gi_star: Vec<Result<f64, Status>>,
}

/// Whether the values of neighbours are alike.
///
/// # Formula
/// With `z = x − x̄`, weights `w` that sum to 1 by row for `I`, `C` and `I_i` and are 1 for every neighbour elsewhere, `S0 = Σ w`:
/// * `I = (n/S0) z'Wz/z'z`, `I_i = z_i Σ_j w_ij z_j/(z'z/n)`; its `z` with the variance under randomisation;
/// * `C = ((n − 1)/2 S0) Σ w_ij (x_i − x_j)²/z'z`;
/// * `G = Σ w_ij x_i x_j/Σ_{i≠j} x_i x_j`;
/// * `Gi* = (Σ_j w_ij x_j − x̄ Σ w)/(s √((n Σ w² − (Σ w)²)/(n − 1)))` with the place itself among its neighbours and `s² = z'z/n`.
///
/// `p = (1 + #{|T_r − E| ≥ |T − E|})/(R + 1)` over `R` permutations of the values; of `I_i`, over draws of its neighbours' values from
/// those of all other places.
/// # Source
/// Moran (1950); Geary (1954); Cliff and Ord (1981) for the variance; Getis and Ord (1992); Ord and Getis (1995); Anselin (1995);
/// North, Curtis and Sham (2002) for `p`.
/// # Input and result
/// One value a place of the weights. A place without neighbours counts among the `n`, and its `I_i` is undefined (`isolate`). All is
/// undefined for values that are all the same, `G` also for values below 0 (`zero_denominator`), `p` without permutations
/// (`insufficient_n`).
/// # Cost
/// `O(R (n + w))` time for `w` neighbours in all; `O(R k)` memory for `k` of one place.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// Four places in a row, the first two alike, the last two alike.
/// ```
/// # use palenque_graph::NoProgress;
/// # use palenque_metrics::space::{places::Places, simulation::Simulation, spatial_weights::SpatialWeights};
/// # use palenque_metrics::space::spatial_autocorrelation::autocorrelation;
/// let places = Places::on_plane(&[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]);
/// let row = SpatialWeights::within(&places, 1.0, &NoProgress)?;
/// let found = autocorrelation(&[5.0, 5.0, 1.0, 1.0], &row, Simulation::default(), &NoProgress)?;
/// assert_eq!(found.moran, Ok(0.5));
/// # Ok::<(), palenque_metrics::MetricError>(())
/// ```
pub fn autocorrelation(
    x: &[f64],
    weights: &SpatialWeights,
    simulation: Simulation,
    progress: &dyn Progress,
) -> Result<Autocorrelation, MetricError> {
    debug_assert_eq!(x.len(), weights.len(), "one value a place");
    let n = x.len();
    let nothing = || {
        let none = Err(Status::ZeroDenominator);
        Ok(Autocorrelation {
            moran: none,
            moran_z: none,
            moran_p: none,
            geary: none,
            geary_p: none,
            getis: none,
            getis_p: none,
            local_moran: vec![none; n],
            local_moran_p: vec![none; n],
            gi_star: vec![none; n],
        })
    };
    let mean = x.iter().sum::<f64>() / n as f64;
    let z: Vec<f64> = x.iter().map(|x| x - mean).collect();
    let squares: f64 = z.iter().map(|z| z * z).sum();
    let largest = x.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    // What is left of equal values is rounding.
    if n < 2 || !squares.is_finite() || squares <= 1e-24 * n as f64 * largest * largest {
        return nothing();
    }
    let s0 = (0..n).filter(|i| weights.degree(*i) > 0).count() as f64;
    let (sum, own): (f64, f64) = (x.iter().sum(), x.iter().map(|x| x * x).sum());
    let size = n as f64;
    let is_positive = x.iter().all(|x| *x >= 0.0);
    let pairs = if is_positive { sum * sum - own } else { 0.0 };
    // The factors of the three sums, and what they are by chance.
    let scales = [
        ratio_or_status(size, s0 * squares),
        ratio_or_status(size - 1.0, 2.0 * s0 * squares),
        // A single value above 0 leaves nothing but rounding.
        if pairs > 1e-12 * own {
            ratio_or_status(1.0, pairs)
        } else {
            Err(Status::ZeroDenominator)
        },
    ];
    let by_chance =
        [-1.0 / (size - 1.0), 1.0, weights.n_neighbours() as f64 / (size * (size - 1.0))];
    let of = |sums: crate::kernel::autocorrelation::PairSums| [sums.moran, sums.geary, sums.getis];
    let observed = of(pair_sums(x, mean, weights));
    let of_chance = (simulation.replicates, simulation.seed);
    let permuted = permuted_sums(x, mean, weights, of_chance, progress)?;
    let is_tested = |count: usize| {
        let p = (1.0 + count as f64) / (1.0 + simulation.replicates as f64);
        if simulation.replicates > 0 { Ok(p) } else { Err(Status::InsufficientN) }
    };
    let p = |k: usize| {
        let scale = scales[k]?;
        let distance = |sums: [f64; 3]| (scale * sums[k] - by_chance[k]).abs();
        // Sums in another order differ in their last digits.
        let least = distance(observed) - 1e-12 * (distance(observed) + by_chance[k].abs());
        is_tested(permuted.iter().filter(|sums| distance(of(**sums)) >= least).count())
    };
    let value = |k: usize| scales[k].map(|scale| scale * observed[k]);
    let moran = value(0);
    let z_of = |i: f64| Ok((i - by_chance[0]) / randomisation_sd(&z, weights, s0)?);
    let if_near = |i: usize| if weights.degree(i) > 0 { Ok(i) } else { Err(Status::Isolate) };
    let lag = |i: usize| weights.standardised(i).map(|(j, w)| w * z[j]).sum::<f64>();
    let local = |i: usize| if_near(i).map(|i| z[i] * lag(i) / (squares / size));
    let expected: Vec<f64> = z.iter().map(|z| -z / (size - 1.0)).collect();
    let counts = extreme_draws(&z, &expected, weights, of_chance, progress)?;
    Ok(Autocorrelation {
        moran,
        moran_z: moran.and_then(z_of),
        moran_p: p(0),
        geary: value(1),
        geary_p: p(1),
        getis: value(2),
        getis_p: p(2),
        local_moran: (0..n).map(local).collect(),
        local_moran_p: (0..n).map(|i| if_near(i).and_then(|i| is_tested(counts[i]))).collect(),
        gi_star: (0..n).map(|i| gi_star(i, &z, weights, (squares / size).sqrt())).collect(),
    })
}

/// The standard deviation of Moran's I over all permutations (Cliff and Ord 1981), with weights that sum to 1 by row.
fn randomisation_sd(z: &[f64], weights: &SpatialWeights, s0: f64) -> Result<f64, Status> {
    let n = z.len() as f64;
    if z.len() < 4 {
        return Err(Status::InsufficientN);
    }
    let mut columns = vec![0.0; z.len()];
    let mut s1 = 0.0;
    for i in 0..z.len() {
        for (j, w) in weights.standardised(i) {
            columns[j] += w;
            s1 += w * (w + weights.standardised_at(j, i));
        }
    }
    let row = |i: usize| if weights.degree(i) > 0 { 1.0 } else { 0.0 };
    let s2: f64 = columns.iter().enumerate().map(|(i, column)| (row(i) + column).powi(2)).sum();
    let squares: f64 = z.iter().map(|z| z * z).sum();
    let kurtosis = n * z.iter().map(|z| z.powi(4)).sum::<f64>() / (squares * squares);
    let first = n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0);
    let second = kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0);
    let all = (n - 1.0) * (n - 2.0) * (n - 3.0) * s0 * s0;
    let variance = (first - second) / all - 1.0 / ((n - 1.0) * (n - 1.0));
    // Where every permutation has the same I, rounding is left.
    if variance > 1e-14 { Ok(variance.sqrt()) } else { Err(Status::ZeroDenominator) }
}

/// Deviations of the sum of a place and its neighbours, each with a weight of 1.
fn gi_star(i: usize, z: &[f64], weights: &SpatialWeights, sd: f64) -> Result<f64, Status> {
    let (n, near) = (z.len() as f64, weights.degree(i) as f64 + 1.0);
    let sum = z[i] + weights.row(i).map(|(j, _)| z[j]).sum::<f64>();
    ratio_or_status(sum, sd * ((n * near - near * near) / (n - 1.0)).sqrt())
}

/// [`autocorrelation`] of the nodes behind the registry.
pub struct SpatialAutocorrelation;

pub(super) static NODES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "local_moran",
        Unit::None,
        "Local Moran: above 0, it is like its neighbours; below, unlike them.",
    ),
    ColumnSpec::number(
        "local_moran_p",
        Unit::One,
        "How likely chance alone is as far from it; many places make some small ones by chance.",
    ),
    ColumnSpec::number(
        "gi_star_z",
        Unit::None,
        "Gi*: deviations of the sum around it; above 1.96 a hot spot, below −1.96 a cold one.",
    ),
];

pub(super) static FIGURES: [ColumnSpec; 7] = [
    ColumnSpec::number(
        "moran_i",
        Unit::None,
        "Moran's I: above −1/(n − 1), neighbours are alike; below, they differ.",
    ),
    ColumnSpec::number("moran_z", Unit::None, "Moran's I by its deviation under randomisation."),
    ColumnSpec::number("moran_p", Unit::One, "How likely chance alone is as far from it."),
    ColumnSpec::number("geary_c", Unit::None, "Geary's C: below 1, neighbours are alike."),
    ColumnSpec::number("geary_p", Unit::One, "How likely chance alone is as far from 1."),
    ColumnSpec::number(
        "getis_g",
        Unit::One,
        "Getis and Ord's G: share of neighbours in all products of two values.",
    ),
    ColumnSpec::number("getis_p", Unit::One, "How likely chance alone is as far from its mean."),
];

pub(super) const FORMULA: &str = "I = (n/S0) z'Wz/z'z; C = ((n − 1)/2S0) Σ w (x_i − x_j)²/z'z; G = Σ w x_i x_j/Σ x_i x_j; I_i = z_i Σ w z_j/(z'z/n); \
     Gi* = (Σ w x_j − x̄ Σ w)/(s √((n Σ w² − (Σ w)²)/(n − 1))), itself included; p = (1 + #{|T_r − E| ≥ |T − E|})/(R + 1)";
pub(super) const SOURCE: &str = "Moran (1950); Geary (1954); Cliff and Ord (1981); Getis and Ord (1992); Ord and Getis (1995); Anselin (1995); North, Curtis and \
     Sham (2002)";

static OF: ParamSpec = ParamSpec::new(
    "of",
    "\"\"",
    "Node column of values, or `output`; empty for `employees` where it is there, else `output`.",
);

static SPEC: MetricSpec = MetricSpec {
    name: "spatial_autocorrelation",
    family: Family::Space,
    summary: "Whether firms are like their neighbours.",
    formula: FORMULA,
    source: SOURCE,
    reading: "moran_i above −1/(n − 1) with a small p = large firms are near large ones; geary_c says the same below 1, and looks more at \
              differences between two neighbours; getis_g is high where large ones are together, low where small ones are. Rows of \
              weights sum to 1 for I and C and are 1 for a neighbour in G and Gi*. Firms without neighbours count among the n. With \
              weights `network`, neighbours are those who trade, whichever way. Firms without a value or a place are left out.",
    cost: "O(R (n + w)) for w neighbours in all and R permutations",
    needs: &["lat and lon, or the columns that `x` and `y` name; none with weights `network`"],
    params: &[OF, WEIGHTS, K, RADIUS, X, Y, REPLICATES, SEED, METHOD],
    outputs: &[
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
        Output { table: TableId::NodeMetrics, columns: &NODES },
    ],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    of: String,
    weights: Neighbours,
    k: usize,
    radius: f64,
    x: String,
    y: String,
    replicates: usize,
    seed: u64,
    method: Effort,
}

impl Default for Config {
    fn default() -> Self {
        let Simulation { replicates, seed, .. } = Simulation::default();
        let (of, x, y) = (String::new(), String::new(), String::new());
        let (weights, method) = (Neighbours::Nearest, Effort::Auto);
        Self { of, weights, k: 5, radius: 0.0, x, y, replicates, seed, method }
    }
}

/// Refuses permutations of hours.
pub(super) fn affordable(
    weights: &SpatialWeights,
    simulation: Simulation,
    n_variables: usize,
    method: Effort,
) -> Result<(), MetricError> {
    let most = (0..weights.len()).map(|i| weights.degree(i)).max().unwrap_or(0);
    let steps = 4.0 * (weights.len() + weights.n_neighbours()) as f64 * n_variables as f64;
    simulation.affordable(steps, most, ("permutations of the values", weights.len()), method)
}

impl Metric for SpatialAutocorrelation {
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
        let Config { weights, k, radius, replicates, seed, .. } = config;
        let choice = WeightConfig { weights, k, radius };
        choice.check()?;
        let values = Sizes::of(graph, &config.of)?;
        let has_value = |node: &NodeIndex| values.get(*node).is_some();
        let (nodes, weights) = if weights == Neighbours::Network {
            let nodes: Vec<NodeIndex> = graph.node_indices().filter(has_value).collect();
            let mut group_of = vec![None; graph.n_nodes()];
            for (place, node) in nodes.iter().enumerate() {
                group_of[node.index()] = Some(place);
            }
            let weights = SpatialWeights::trade(graph, &group_of, nodes.len());
            (nodes, weights)
        } else {
            let located = Located::of(graph, &config.x, &config.y)?.keeping(has_value);
            let weights = choice.of_places(&located.places(), progress)?;
            (located.nodes, weights)
        };
        let simulation = Simulation { replicates, seed, ..Simulation::default() };
        affordable(&weights, simulation, 1, config.method)?;
        let x: Vec<f64> = nodes.iter().filter_map(|node| values.get(*node)).collect();
        let found = autocorrelation(&x, &weights, simulation, progress)?;
        let told =
            format!("of={};{};replicates={replicates};seed={seed}", values.name(), choice.told());
        let figures: Vec<Figure> = FIGURES
            .iter()
            .zip(global_values(&found))
            .map(|(spec, value)| {
                let method = if spec.name.ends_with("_p") { "sampled" } else { "exact" };
                Figure { method, params: told.clone(), ..Figure::new(spec, value) }
            })
            .collect();
        let spread = |of_place: &[Result<f64, Status>]| {
            let mut all = vec![Err(Status::InputMissing); graph.n_nodes()];
            for (node, value) in nodes.iter().zip(of_place) {
                all[node.index()] = *value;
            }
            all
        };
        let columns = NODES
            .iter()
            .zip([&found.local_moran, &found.local_moran_p, &found.gi_star])
            .map(|(spec, values)| Column::from_results(spec, spread(values)))
            .collect();
        Ok(vec![network_summary(&figures), Table::new(TableId::NodeMetrics, columns)])
    }
}

/// The figures, in the order of [`FIGURES`].
pub(super) fn global_values(found: &Autocorrelation) -> [Result<f64, Status>; 7] {
    let &Autocorrelation { moran, moran_z, moran_p, geary, geary_p, getis, getis_p, .. } = found;
    [moran, moran_z, moran_p, geary, geary_p, getis, getis_p]
}
