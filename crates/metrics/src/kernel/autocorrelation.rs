//! Sums over neighbours, of values as they are and of values dealt out at random.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::random::{permutation, sample, stream};
use crate::space::spatial_weights::SpatialWeights;
use palenque_graph::Progress;

/// Places a task.
const CHUNK: usize = 256;

/// Sums over pairs of neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PairSums {
    /// `Σ w z z` with weights that sum to 1 by row.
    pub(crate) moran: f64,
    /// `Σ w (x − x)²` with these weights.
    pub(crate) geary: f64,
    /// `Σ x x` over neighbours.
    pub(crate) getis: f64,
}

/// The sums for values `x`, whose mean is `mean`.
pub(crate) fn pair_sums(x: &[f64], mean: f64, weights: &SpatialWeights) -> PairSums {
    let mut sums = PairSums::default();
    for (i, &own) in x.iter().enumerate() {
        let (mut moran, mut geary, mut getis) = (0.0, 0.0, 0.0);
        for (j, w) in weights.standardised(i) {
            moran += w * (x[j] - mean);
            geary += w * (own - x[j]) * (own - x[j]);
            getis += x[j];
        }
        sums.moran += (own - mean) * moran;
        sums.geary += geary;
        sums.getis += own * getis;
    }
    sums
}

/// The sums for values dealt out at random, one a replicate.
pub(crate) fn permuted_sums(
    x: &[f64],
    mean: f64,
    weights: &SpatialWeights,
    (replicates, seed): (usize, u64),
    progress: &dyn Progress,
) -> Result<Vec<PairSums>, MetricError> {
    progress.begin("permutations", replicates as u64);
    let mut found = Vec::with_capacity(replicates);
    let work = |range: std::ops::Range<usize>| {
        let mut sums = Vec::with_capacity(range.len());
        for replicate in range {
            if progress.cancelled() {
                return None;
            }
            let order = permutation(x.len(), &mut stream(seed, replicate));
            let dealt: Vec<f64> = order.iter().map(|&i| x[i as usize]).collect();
            sums.push(pair_sums(&dealt, mean, weights));
            progress.advance(1);
        }
        Some(sums)
    };
    fold_chunks(replicates, 4, progress, work, |some| found.extend(some))?;
    Ok(found)
}

/// By place: in how many replicates `Σ_j w_ij z_j` is as far from `expected` as it is, where the neighbours' values are drawn from
/// those of all other places.
///
/// One draw of places serves all places, those with few neighbours by its first.
pub(crate) fn extreme_draws(
    z: &[f64],
    expected: &[f64],
    weights: &SpatialWeights,
    (replicates, seed): (usize, u64),
    progress: &dyn Progress,
) -> Result<Vec<usize>, MetricError> {
    let n = z.len();
    let most = (0..n).map(|i| weights.degree(i)).max().unwrap_or(0);
    let draws: Vec<Vec<u32>> =
        (0..replicates).map(|r| sample(n - 1, most, &mut stream(seed, r))).collect();
    let count = |i: usize| {
        let lag: f64 = weights.standardised(i).map(|(j, w)| w * z[j]).sum();
        let distance = (lag - expected[i]).abs();
        // The same numbers in another order differ in their last digits.
        let least = distance - 1e-12 * (distance + lag.abs());
        let is_extreme = |draw: &&Vec<u32>| {
            let other = |k: u32| z[k as usize + usize::from(k as usize >= i)];
            let terms = weights.standardised(i).zip(draw.iter());
            let lag: f64 = terms.map(|((_, w), &k)| w * other(k)).sum();
            (lag - expected[i]).abs() >= least
        };
        draws.iter().filter(is_extreme).count()
    };
    let mut counts = Vec::with_capacity(n);
    let work = |range: std::ops::Range<usize>| {
        (!progress.cancelled()).then(|| range.map(count).collect::<Vec<usize>>())
    };
    fold_chunks(n, CHUNK, progress, work, |some| counts.extend(some))?;
    Ok(counts)
}
