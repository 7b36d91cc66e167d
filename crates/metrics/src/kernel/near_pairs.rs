//! Pairs of near places, and how much of what is near to some is of one kind.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::random::{permutation, stream};
use crate::space::places::Places;
use palenque_graph::Progress;

/// Places a task.
const CHUNK: usize = 256;
/// Places that tell how many pairs there are.
const PROBES: usize = 16;

/// All places near to every place, by the first of some distances within which they are.
#[derive(Clone, Debug)]
pub(crate) struct NearPairs {
    offsets: Vec<usize>,
    others: Vec<u32>,
    bins: Vec<u16>,
    n_bins: usize,
}

/// What a sum over the places of one kind and its expectation are, by distance.
type Parts = Vec<[f64; 2]>;

impl NearPairs {
    /// The pairs within ascending distances; nothing if they are more than `most`.
    pub(crate) fn of(
        places: &Places,
        distances: &[f64],
        most: usize,
        progress: &dyn Progress,
    ) -> Result<Option<Self>, MetricError> {
        let tree = places.tree();
        let longest = distances.last().copied().unwrap_or(0.0);
        let row = |i: usize| {
            let mut found: Vec<(u32, u16)> = Vec::new();
            tree.within(places.point(i), places.straight(longest), |j, square| {
                let distance = places.along(square);
                if j as usize != i && distance <= longest {
                    found.push((j, distances.partition_point(|r| *r < distance) as u16));
                }
            });
            found.sort_unstable();
            found
        };
        let mut all = Self {
            offsets: vec![0],
            others: Vec::new(),
            bins: Vec::new(),
            n_bins: distances.len(),
        };
        // Far too many are told from a few places, before there is memory for any.
        let n = places.len();
        let near = |probe: usize| row(probe * n / PROBES).len();
        let few = (0..PROBES.min(n)).map(near).sum::<usize>() as f64;
        if n > PROBES && few / PROBES as f64 * n as f64 > 2.0 * most as f64 {
            return Ok(None);
        }
        // In stretches, so that there is an end to it when they are too many.
        let stretch = 16 * CHUNK;
        for from in (0..places.len()).step_by(stretch) {
            let work = |range: std::ops::Range<usize>| {
                Some(range.map(|k| row(from + k)).collect::<Vec<_>>())
            };
            let length = stretch.min(places.len() - from);
            fold_chunks(length, CHUNK, progress, work, |rows: Vec<Vec<(u32, u16)>>| {
                for row in rows {
                    all.others.extend(row.iter().map(|&(j, _)| j));
                    all.bins.extend(row.iter().map(|&(_, bin)| bin));
                    all.offsets.push(all.others.len());
                }
            })?;
            if all.others.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(all))
    }

    /// How many pairs there are, each from both sides.
    pub(crate) fn len(&self) -> usize {
        self.others.len()
    }

    fn row(&self, i: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let range = self.offsets[i]..self.offsets[i + 1];
        let others = self.others[range.clone()].iter().map(|&j| j as usize);
        others.zip(self.bins[range].iter().map(|&bin| bin as usize))
    }

    /// By place and distance: the weight of all that is near.
    pub(crate) fn weights_near(&self, weights: &[f64]) -> Vec<f64> {
        let mut near = vec![0.0; weights.len() * self.n_bins];
        for (i, row) in near.chunks_mut(self.n_bins.max(1)).enumerate() {
            for (j, bin) in self.row(i) {
                row[bin] += weights[j];
            }
            let mut sum = 0.0;
            for cell in row {
                sum += *cell;
                *cell = sum;
            }
        }
        near
    }
}

/// What is looked at: kinds of places, and of which kind their neighbours are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds<'a> {
    /// By place.
    pub(crate) weights: &'a [f64],
    /// By place and distance, as [`NearPairs::weights_near`] has it.
    pub(crate) near: &'a [f64],
    /// How many kinds there are.
    pub(crate) count: usize,
    /// The kind of neighbours, or, without one, the kind of each place itself.
    pub(crate) neighbour: Option<usize>,
}

impl Kinds<'_> {
    /// By kind and distance: `Σ_i [W_c(i, r)/W(i, r)] / Σ_i [(W_c − w_i)/(W − w_i)]` over the places of that kind which have a neighbour,
    /// `w_i` taken from `W_c` where the place is of kind `c`; NaN where none has, or all of `W_c` is one place.
    pub(crate) fn relative_densities(
        &self,
        pairs: &NearPairs,
        kind_of: &[Option<u32>],
    ) -> Vec<f64> {
        let n_bins = pairs.n_bins;
        let mut of_kind = vec![0.0; self.count];
        for (kind, weight) in kind_of.iter().zip(self.weights) {
            if let Some(kind) = kind {
                of_kind[*kind as usize] += weight;
            }
        }
        let all: f64 = self.weights.iter().sum();
        let mut parts: Parts = vec![[0.0; 2]; self.count * n_bins];
        let mut same = vec![0.0; n_bins];
        for (i, kind) in kind_of.iter().enumerate() {
            let Some(own) = kind.map(|kind| kind as usize) else { continue };
            let kind = self.neighbour.unwrap_or(own);
            same.fill(0.0);
            for (j, bin) in pairs.row(i) {
                if kind_of[j].is_some_and(|other| other as usize == kind) {
                    same[bin] += self.weights[j];
                }
            }
            let weight = self.weights[i];
            let without = if kind == own { weight } else { 0.0 };
            // Alone in its kind: what is left of the difference is rounding.
            let others = of_kind[kind] - without;
            let others = if others > 1e-12 * of_kind[kind] { others } else { 0.0 };
            let expected = others / (all - weight);
            let mut sum = 0.0;
            let near = &self.near[i * n_bins..(i + 1) * n_bins];
            for ((part, same), near) in
                parts[own * n_bins..(own + 1) * n_bins].iter_mut().zip(&same).zip(near)
            {
                sum += same;
                if *near > 0.0 {
                    *part = [part[0] + sum / near, part[1] + expected];
                }
            }
        }
        let quotient = |part: &[f64; 2]| if part[1] > 0.0 { part[0] / part[1] } else { f64::NAN };
        parts.iter().map(quotient).collect()
    }

    /// The same with kinds dealt out to places at random, one curve a replicate.
    pub(crate) fn relabelled(
        &self,
        pairs: &NearPairs,
        kind_of: &[Option<u32>],
        (replicates, seed): (usize, u64),
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<f64>>, MetricError> {
        progress.begin("kinds dealt out at random", replicates as u64);
        let mut curves = Vec::with_capacity(replicates);
        let work = |range: std::ops::Range<usize>| {
            let mut some = Vec::with_capacity(range.len());
            for replicate in range {
                if progress.cancelled() {
                    return None;
                }
                let order = permutation(kind_of.len(), &mut stream(seed, replicate));
                let dealt: Vec<_> = order.iter().map(|&i| kind_of[i as usize]).collect();
                some.push(self.relative_densities(pairs, &dealt));
                progress.advance(1);
            }
            Some(some)
        };
        fold_chunks(replicates, 1, progress, work, |some| curves.extend(some))?;
        Ok(curves)
    }
}
