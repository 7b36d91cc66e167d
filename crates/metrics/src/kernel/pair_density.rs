//! The density of the distances between pairs of places.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::random::{sample, stream};
use crate::space::places::Places;
use palenque_graph::Progress;

/// Pairs up to which every distance is looked at by itself; of more, they are counted in bins.
const EACH: usize = 100_000;
/// Pairs up to which all distances are kept for the bandwidth.
const KEPT: usize = 4_000_000;
/// Bandwidths beyond which a pair adds nothing that a number could hold.
const REACH: f64 = 9.0;
/// Bins a bandwidth.
const BINS_A_BANDWIDTH: f64 = 20.0;
/// Bins at most.
const MOST_BINS: usize = 200_000;

/// Densities at these distances.
#[derive(Clone, Debug)]
pub(crate) struct Grid<'a> {
    /// In ascending order.
    pub(crate) distances: &'a [f64],
    /// The width of a bin of distances, where they are counted in bins.
    width: f64,
    n_bins: usize,
}

/// A density, and the bandwidth that smoothed it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Density {
    pub(crate) values: Vec<f64>,
    pub(crate) bandwidth: f64,
}

/// Silverman's rule for distances in any order (R's `bw.nrd0`); nothing for fewer than two, or if all are the same.
pub(crate) fn bandwidth(distances: &mut [f64]) -> Option<f64> {
    if distances.len() < 2 {
        return None;
    }
    let n = distances.len() as f64;
    let mean = distances.iter().sum::<f64>() / n;
    let squares: f64 = distances.iter().map(|d| (d - mean) * (d - mean)).sum();
    let quartiles = [0.25, 0.75].map(|share| quantile(distances, share));
    rule((squares / (n - 1.0)).sqrt(), quartiles[1] - quartiles[0], n)
}

/// A quantile between neighbouring values in proportion, as `quantile` of simulations, but of values in any order.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position in a slice"
)]
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let (_, &mut below, rest) =
        values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let above = rest.iter().copied().fold(f64::INFINITY, f64::min);
    if above.is_finite() { below + (place - place.floor()) * (above - below) } else { below }
}

/// `0.9 min(sd, IQR/1.34) N^(−1/5)`, without the quartiles where they are the same.
fn rule(sd: f64, quartiles: f64, n: f64) -> Option<f64> {
    let scale = sd.min(quartiles / 1.34);
    let scale = if scale > 0.0 { scale } else { sd };
    Some(0.9 * scale * n.powf(-0.2)).filter(|h| h.is_finite() && *h > 0.0)
}

impl<'a> Grid<'a> {
    /// With bins that suit a bandwidth.
    pub(crate) fn of(distances: &'a [f64], widest: f64, bandwidth: f64) -> Self {
        let width = (bandwidth / BINS_A_BANDWIDTH).max(widest / MOST_BINS as f64);
        Self { distances, width, n_bins: bin(widest, width) + 2 }
    }

    /// From pairs, each a distance and a weight, with reflection at 0: `φ` of the differences to the distance and to its mirror image.
    pub(crate) fn density(&self, pairs: &[(f64, f64)], bandwidth: f64) -> Vec<f64> {
        let (h, total) = (bandwidth, pairs.iter().map(|pair| pair.1).sum::<f64>());
        let root = (2.0 * std::f64::consts::PI).sqrt();
        let at = |d: &f64| {
            let near = pairs.iter().filter(|(distance, _)| (d - distance).abs() <= REACH * h);
            let phi = |u: f64| (-0.5 * u * u).exp();
            let sum = near.map(|(distance, weight)| {
                weight * (phi((d - distance) / h) + phi((d + distance) / h))
            });
            sum.sum::<f64>() / (h * total * root)
        };
        self.distances.iter().map(at).collect()
    }
}

/// In which bin a distance is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0, and below the number of bins"
)]
fn bin(distance: f64, width: f64) -> usize {
    (distance / width) as usize
}

/// Distances of pairs, counted.
#[derive(Clone, Debug)]
struct Counted {
    /// All of them, where they are few.
    kept: Vec<f64>,
    /// By bin: the sum of distances times weights, of weights, and pairs.
    bins: Vec<[f64; 3]>,
    sum: f64,
    squares: f64,
}

impl Counted {
    fn none(n_bins: usize, keeps: bool, n: usize) -> Self {
        let kept = if keeps { Vec::with_capacity(n) } else { Vec::new() };
        Self { kept, bins: vec![[0.0; 3]; n_bins], sum: 0.0, squares: 0.0 }
    }

    /// Counts pairs of one place with those after it.
    fn count(
        &mut self,
        row: &[f64],
        weights: impl Iterator<Item = f64>,
        (keeps, width): (bool, f64),
    ) {
        for (&distance, weight) in row.iter().zip(weights) {
            let last = self.bins.len() - 1;
            let cell = &mut self.bins[bin(distance, width).min(last)];
            *cell = [cell[0] + weight * distance, cell[1] + weight, cell[2] + 1.0];
            self.sum += distance;
            self.squares += distance * distance;
        }
        if keeps {
            self.kept.extend_from_slice(row);
        }
    }

    fn add(&mut self, other: &Self) {
        for (cell, more) in self.bins.iter_mut().zip(&other.bins) {
            *cell = [cell[0] + more[0], cell[1] + more[1], cell[2] + more[2]];
        }
        self.sum += other.sum;
        self.squares += other.squares;
        self.kept.extend_from_slice(&other.kept);
    }

    /// From all distances, or from the bins.
    fn bandwidth(&mut self, width: f64) -> Option<f64> {
        if !self.kept.is_empty() {
            return bandwidth(&mut self.kept);
        }
        let n: f64 = self.bins.iter().map(|cell| cell[2]).sum();
        let variance = (self.squares - self.sum * (self.sum / n)) / (n - 1.0);
        let quantile = |share: f64| {
            let mut below = 0.0;
            for (k, cell) in self.bins.iter().enumerate() {
                if below + cell[2] >= share * n && cell[2] > 0.0 {
                    return width * (k as f64 + (share * n - below) / cell[2]);
                }
                below += cell[2];
            }
            0.0
        };
        rule(variance.max(0.0).sqrt(), quantile(0.75) - quantile(0.25), n)
    }

    /// Every filled bin is one pair, at the mean of its distances.
    fn density(&self, grid: &Grid<'_>, h: f64) -> Vec<f64> {
        let filled = self.bins.iter().filter(|cell| cell[1] > 0.0);
        let pairs: Vec<(f64, f64)> = filled.map(|cell| (cell[0] / cell[1], cell[1])).collect();
        grid.density(&pairs, h)
    }
}

/// Distances of all pairs of places with the products of their weights, one after the other.
pub(crate) fn all_pairs(places: &Places, weights: &[f64]) -> Vec<(f64, f64)> {
    let n = places.len();
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    pairs.map(|(i, j)| (places.distance(i, j), weights[i] * weights[j])).collect()
}

/// Whether pairs of so many places are looked at one by one.
pub(crate) fn is_small(n: usize) -> bool {
    n * n.saturating_sub(1) / 2 <= EACH
}

/// Counts the pairs of some places on one thread.
fn counted(places: &Places, weights: &[f64], grid: &Grid<'_>) -> Counted {
    let n = places.len();
    let n_pairs = n * (n - 1) / 2;
    let keeps = n_pairs <= KEPT;
    let mut found = Counted::none(grid.n_bins, keeps, n_pairs);
    let mut row = Vec::with_capacity(n);
    for i in 0..n {
        row.clear();
        row.extend((i + 1..n).map(|j| places.distance(i, j)));
        let products = weights[i + 1..].iter().map(|w| w * weights[i]);
        found.count(&row, products, (keeps, grid.width));
    }
    found
}

/// The density of the pairs of some places, counted in bins, on all threads.
pub(crate) fn binned(
    places: &Places,
    weights: &[f64],
    grid: &Grid<'_>,
    progress: &dyn Progress,
) -> Result<Option<Density>, MetricError> {
    let n = places.len();
    let keeps = n * n.saturating_sub(1) / 2 <= KEPT;
    let mut all = Counted::none(grid.n_bins, keeps, 0);
    let work = |range: std::ops::Range<usize>| {
        let mut found = Counted::none(grid.n_bins, keeps, 0);
        let mut row = Vec::new();
        for i in range {
            if progress.cancelled() {
                return None;
            }
            row.clear();
            row.extend((i + 1..n).map(|j| places.distance(i, j)));
            let products = weights[i + 1..].iter().map(|w| w * weights[i]);
            found.count(&row, products, (keeps, grid.width));
        }
        Some(found)
    };
    fold_chunks(n, n.div_ceil(64).max(1), progress, work, |part| all.add(&part))?;
    let density = all
        .bandwidth(grid.width)
        .map(|bandwidth| Density { values: all.density(grid, bandwidth), bandwidth });
    Ok(density)
}

/// Densities of as many places drawn from all sites, with these weights, one curve a replicate; NaN where places coincide.
pub(crate) fn random_densities(
    sites: &Places,
    weights: &[f64],
    grid: &Grid<'_>,
    (replicates, seed): (usize, u64),
    progress: &dyn Progress,
) -> Result<Vec<Vec<f64>>, MetricError> {
    progress.begin("random places", replicates as u64);
    let mut curves = Vec::with_capacity(replicates);
    let work = |range: std::ops::Range<usize>| {
        let mut some = Vec::with_capacity(range.len());
        for replicate in range {
            if progress.cancelled() {
                return None;
            }
            let drawn = sample(sites.len(), weights.len(), &mut stream(seed, replicate));
            let mut found = counted(&sites.select(&drawn), weights, grid);
            let curve = found.bandwidth(grid.width).map(|h| found.density(grid, h));
            some.push(curve.unwrap_or_else(|| vec![f64::NAN; grid.distances.len()]));
            progress.advance(1);
        }
        Some(some)
    };
    fold_chunks(replicates, 1, progress, work, |some| curves.extend(some))?;
    Ok(curves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;
    use palenque_graph::NoProgress;

    #[test]
    fn bins_say_what_all_pairs_say() {
        let mut draws = Draws(3);
        let mut coordinate = || f64::from(draws.below(1000)) / 10.0;
        let points: Vec<[f64; 2]> = (0..300).map(|_| [coordinate(), coordinate()]).collect();
        let places = Places::on_plane(&points);
        let weights: Vec<f64> = (0..300).map(|i| f64::from(1 + i % 7)).collect();
        let pairs = all_pairs(&places, &weights);
        let mut found: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
        let h = bandwidth(&mut found).expect("some distances");
        let distances: Vec<f64> = (0..50).map(f64::from).collect();
        let grid = Grid::of(&distances, places.widest(), h);
        let exact = grid.density(&pairs, h);
        let Density { values, bandwidth } =
            binned(&places, &weights, &grid, &NoProgress).expect("done").expect("a density");
        assert!((bandwidth / h - 1.0).abs() < 1e-12);
        for (a, b) in exact.iter().zip(&values) {
            assert!((a - b).abs() < 2e-4 * exact[40], "{a}, binned {b}");
        }
        // The quartiles from bins are those of the distances, to a part of a bin.
        let mut bins = counted(&places, &weights, &grid);
        bins.kept.clear();
        let from_bins = bins.bandwidth(grid.width).expect("a bandwidth");
        assert!((from_bins / h - 1.0).abs() < 2e-3, "{from_bins}, not {h}");
    }

    #[test]
    fn a_density_of_distances_sums_to_one() {
        let places = Places::on_plane(&[[0.0, 0.0], [0.3, 0.0], [0.0, 0.5], [4.0, 1.0]]);
        let pairs = all_pairs(&places, &[1.0; 4]);
        let mut found: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
        let h = bandwidth(&mut found).expect("some distances");
        let distances: Vec<f64> = (0..4000).map(|k| f64::from(k) * 0.005 + 0.0025).collect();
        let grid = Grid::of(&distances, places.widest(), h);
        let whole: f64 = grid.density(&pairs, h).iter().map(|value| value * 0.005).sum();
        assert!((whole - 1.0).abs() < 1e-6, "{whole}");
    }
}
