//! What places can make, from what they do: complexity, fitness and relatedness of a matrix of places and activities.

use crate::kernel::symmetric_eigen::symmetric_eigen;
use palenque_graph::table::Status;
use std::collections::BTreeMap;

/// Two eigenvalues nearer than this are one.
const SAME: f64 = 1e-9;

/// How much of each activity each place does.
#[derive(Clone, Debug, PartialEq)]
pub struct Amounts {
    /// By place, by activity; not negative.
    pub cells: Vec<Vec<f64>>,
    /// Activities.
    pub n_activities: usize,
}

/// When a place is taken to be able to do an activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advantage {
    /// Its share there is at least that in all: RCA is 1 or more.
    #[default]
    Rca,
    /// It does any of it.
    Presence,
}

/// What places and activities are like. Places without any activity, and activities that nobody does, have no values.
#[derive(Clone, Debug, PartialEq)]
pub struct Capabilities {
    /// By place and activity: revealed comparative advantage; `None` where the place or the activity is empty.
    pub advantage: Vec<Vec<Option<f64>>>,
    /// By place: activities with an advantage.
    pub diversity: Vec<usize>,
    /// By activity: places with an advantage.
    pub ubiquity: Vec<usize>,
    /// By place: the economic complexity index.
    pub eci: Vec<Result<f64, Status>>,
    /// By activity: the product complexity index, with mean 0 and deviation 1 over activities.
    pub pci: Vec<Result<f64, Status>>,
    /// By activity: the same with the mean and deviation of places.
    pub pci_place_scale: Vec<Result<f64, Status>>,
    /// By place: fitness.
    pub fitness: Vec<Result<f64, Status>>,
    /// By activity: complexity, the other half of fitness.
    pub complexity: Vec<Result<f64, Status>>,
    /// By place and activity: the share of what is near to the activity that the place has an advantage in.
    pub density: Vec<Vec<Result<f64, Status>>>,
    /// By place: the complexity of near activities that it does not have yet.
    pub outlook: Vec<Result<f64, Status>>,
    /// By place, and by activity: the part without a common activity with the others, 1 = most places; `None` for empty ones.
    pub part: [Vec<Option<usize>>; 2],
    /// How far what the less diverse have is part of what the more diverse have: NODF, from 0 to 1.
    pub nestedness: Result<f64, Status>,
}

/// Complexity, fitness and relatedness.
///
/// # Formula
/// With `X` the amounts, `RCA_cp = (X_cp/X_c)/(X_p/X)` and `M = 1[RCA ≥ 1]`, of `k_c` and `k_p` ones:
/// * `eci` is the eigenvector of the second eigenvalue of `D_c⁻¹ M D_p⁻¹ M'`, of mean 0 and deviation 1, correlated with `k_c`;
///   `pci` that of `D_p⁻¹ M' D_c⁻¹ M`;
/// * `F_c ← Σ_p M_cp Q_p`, `Q_p ← 1/Σ_c M_cp/F_c`, each by its mean, `iterations` times from 1;
/// * `φ_pq = Σ_c M_cp M_cq/max(k_p, k_q)`, 0 for `p = q`; `ω_cp = Σ_q φ_pq M_cq/Σ_q φ_pq`; `outlook_c = Σ_p (1 − M_cp) ω_cp pci_p` in the
///   scale of places;
/// * NODF is the mean over pairs of places, and of activities, of the share of the ones of the poorer that the richer has too, 0 where both
///   are equally rich.
/// # Source
/// Balassa (1965); Hidalgo, Klinger, Barabási and Hausmann (2007); Hidalgo and Hausmann (2009); Hausmann et al. (2014); Tacchella,
/// Cristelli, Caldarelli, Gabrielli and Pietronero (2012), eq. 1; Almeida-Neto et al. (2008) for nestedness.
/// # Input and result
/// Empty places and activities are taken out. Where places fall into parts without a common activity, `eci` and `pci` are those of each part,
/// and compare only within it; they are undefined in a part of one place or activity (`insufficient_n`) and where two eigenvalues are the same
/// (`not_unique`). With [`Advantage::Presence`] `M` is 1 wherever there is anything.
/// # Cost
/// `O(c p)` an iteration, `O(min(c, p)³ + c p²)` for the rest; `O(c p + p²)` memory.
/// # Example
/// Everybody grows agave, one distils too.
/// ```
/// # use palenque_metrics::technology::capabilities::{Amounts, capabilities};
/// let cells = vec![vec![4.0, 0.0], vec![4.0, 6.0]];
/// let found = capabilities(&Amounts { cells, n_activities: 2 }, Default::default(), 20);
/// assert_eq!((found.diversity, found.ubiquity), (vec![1, 1], vec![1, 1]));
/// assert_eq!(found.advantage[0][0], Some(1.75)); // all of its output, 8/14 of that of all
/// ```
#[must_use]
pub fn capabilities(amounts: &Amounts, rule: Advantage, iterations: usize) -> Capabilities {
    let (c, p) = (amounts.cells.len(), amounts.n_activities);
    let of_place: Vec<f64> = amounts.cells.iter().map(|row| row.iter().sum()).collect();
    let of_activity: Vec<f64> =
        (0..p).map(|a| amounts.cells.iter().map(|row| row[a]).sum()).collect();
    let all: f64 = of_place.iter().sum();
    let advantage: Vec<Vec<Option<f64>>> = (0..c)
        .map(|i| {
            let rca = |a: usize| {
                let is_there = of_place[i] > 0.0 && of_activity[a] > 0.0;
                let share = amounts.cells[i][a] / of_place[i];
                is_there.then(|| share / (of_activity[a] / all))
            };
            (0..p).map(rca).collect()
        })
        .collect();
    let is_had = |rca: f64| match rule {
        Advantage::Rca => rca >= 1.0,
        Advantage::Presence => rca > 0.0,
    };
    let has: Vec<Vec<f64>> = advantage
        .iter()
        .map(|row| row.iter().map(|rca| f64::from(u8::from(rca.is_some_and(is_had)))).collect())
        .collect();
    let ones = |values: &mut dyn Iterator<Item = f64>| values.filter(|m| *m > 0.0).count();
    let diversity: Vec<usize> = has.iter().map(|row| ones(&mut row.iter().copied())).collect();
    let ubiquity: Vec<usize> = (0..p).map(|a| ones(&mut has.iter().map(|row| row[a]))).collect();
    let matrix = Matrix::of(&has, &diversity, &ubiquity);
    let spread = |kept: &[usize], values: Vec<f64>, n: usize| {
        let mut all = vec![Err(Status::ZeroDenominator); n];
        kept.iter().zip(values).for_each(|(&at, value)| all[at] = Ok(value));
        all
    };
    let part = matrix.parts(c, p);
    let [mut eci, mut pci, mut place_scale] =
        [c, p, p].map(|n| vec![Err(Status::ZeroDenominator); n]);
    let n_parts = part[0].iter().flatten().copied().max().unwrap_or(0);
    for k in 1..=n_parts {
        let part = matrix.part(&part, k);
        let put =
            |all: &mut [Result<f64, Status>], kept: &[usize], values: Result<Vec<f64>, Status>| {
                for (i, &at) in kept.iter().enumerate() {
                    all[at] = values.as_ref().map(|values| values[i]).map_err(|status| *status);
                }
            };
        let found = part.complexity();
        let values =
            |of: fn(&Index) -> &Vec<f64>| found.as_ref().map(|f| of(f).clone()).map_err(|s| *s);
        put(&mut eci, &part.places, values(|index| &index.eci));
        put(&mut pci, &part.activities, values(|index| &index.pci));
        put(&mut place_scale, &part.activities, values(|index| &index.place_scale));
    }
    let (fitness, complexity) = matrix.fitness(iterations);
    let density = density(&has, &ubiquity);
    let nestedness = matrix.nestedness();
    let outlook = (0..c)
        .map(|i| {
            let new = (0..p).filter(|a| has[i][*a] == 0.0 && ubiquity[*a] > 0);
            new.map(|a| Ok(density[i][a].unwrap_or(0.0) * place_scale[a]?)).sum()
        })
        .collect();
    Capabilities {
        eci,
        pci,
        pci_place_scale: place_scale,
        fitness: spread(&matrix.places, fitness, c),
        complexity: spread(&matrix.activities, complexity, p),
        part,
        nestedness,
        advantage,
        diversity,
        ubiquity,
        density,
        outlook,
    }
}

/// The ones of places and activities that have any.
struct Matrix {
    places: Vec<usize>,
    activities: Vec<usize>,
    /// By place: the activities, as positions in `activities`.
    of_place: Vec<Vec<usize>>,
    ubiquity: Vec<f64>,
}

struct Index {
    eci: Vec<f64>,
    pci: Vec<f64>,
    place_scale: Vec<f64>,
}

impl Matrix {
    fn of(has: &[Vec<f64>], diversity: &[usize], ubiquity: &[usize]) -> Self {
        let some = |counts: &[usize]| (0..counts.len()).filter(|&i| counts[i] > 0).collect();
        let (places, activities): (Vec<usize>, Vec<usize>) = (some(diversity), some(ubiquity));
        let row =
            |&i: &usize| (0..activities.len()).filter(|&a| has[i][activities[a]] > 0.0).collect();
        let of_place = places.iter().map(row).collect();
        let ubiquity = activities.iter().map(|&a| ubiquity[a] as f64).collect();
        Self { places, activities, of_place, ubiquity }
    }

    /// The parts of places and activities that hang together, by their numbers in all; most places first, equal ones by the first of them.
    fn parts(&self, c: usize, p: usize) -> [Vec<Option<usize>>; 2] {
        let n = self.places.len();
        let mut root: Vec<usize> = (0..n + self.activities.len()).collect();
        for (i, row) in self.of_place.iter().enumerate() {
            for &a in row {
                let (x, y) = (top(&mut root, i), top(&mut root, n + a));
                root[x.max(y)] = x.min(y);
            }
        }
        let tops: Vec<usize> = (0..root.len()).map(|at| top(&mut root, at)).collect();
        let mut sizes: Vec<(usize, usize)> = Vec::new();
        for &at in &tops[..n] {
            match sizes.iter_mut().find(|(top, _)| *top == at) {
                Some((_, size)) => *size += 1,
                None => sizes.push((at, 1)),
            }
        }
        sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        let rank = |at: usize| sizes.iter().position(|(top, _)| *top == tops[at]).map(|k| k + 1);
        let mut found = [vec![None; c], vec![None; p]];
        for (i, &place) in self.places.iter().enumerate() {
            found[0][place] = rank(i);
        }
        for (a, &activity) in self.activities.iter().enumerate() {
            found[1][activity] = rank(n + a);
        }
        found
    }

    /// One part alone.
    fn part(&self, part: &[Vec<Option<usize>>; 2], k: usize) -> Self {
        let is_in = |side: usize, at: usize| part[side][at] == Some(k);
        let rows: Vec<usize> =
            (0..self.places.len()).filter(|i| is_in(0, self.places[*i])).collect();
        let columns: Vec<usize> =
            (0..self.activities.len()).filter(|a| is_in(1, self.activities[*a])).collect();
        let place = |a: &usize| columns.partition_point(|other| other < a);
        Self {
            places: rows.iter().map(|&i| self.places[i]).collect(),
            activities: columns.iter().map(|&a| self.activities[a]).collect(),
            of_place: rows.iter().map(|&i| self.of_place[i].iter().map(place).collect()).collect(),
            ubiquity: columns.iter().map(|&a| self.ubiquity[a]).collect(),
        }
    }

    /// NODF of rows and columns together.
    fn nestedness(&self) -> Result<f64, Status> {
        let mut of_activity = vec![Vec::new(); self.activities.len()];
        for (i, row) in self.of_place.iter().enumerate() {
            for &a in row {
                of_activity[a].push(i);
            }
        }
        let (mut sum, mut pairs) = (0.0, 0.0);
        for side in [&self.of_place, &of_activity] {
            let n = side.len() as f64;
            pairs += n * (n - 1.0) / 2.0;
            // Many places have the same activities: a pair of rows counts for all that are like it.
            let mut alike: BTreeMap<&[usize], usize> = BTreeMap::new();
            for row in side {
                *alike.entry(row.as_slice()).or_default() += 1;
            }
            let alike: Vec<(&[usize], usize)> = alike.into_iter().collect();
            for (i, &(a, n_a)) in alike.iter().enumerate() {
                for &(b, n_b) in &alike[i + 1..] {
                    let (rich, poor) = if a.len() > b.len() { (a, b) } else { (b, a) };
                    if rich.len() > poor.len() {
                        let common = poor.iter().filter(|x| rich.binary_search(x).is_ok()).count();
                        sum += (n_a * n_b) as f64 * (common as f64 / poor.len() as f64);
                    }
                }
            }
        }
        if pairs > 0.0 { Ok(sum / pairs) } else { Err(Status::InsufficientN) }
    }

    /// Means over the activities of each place.
    fn place_means(&self, of_activity: &[f64]) -> Vec<f64> {
        let mean =
            |row: &Vec<usize>| row.iter().map(|&a| of_activity[a]).sum::<f64>() / row.len() as f64;
        self.of_place.iter().map(mean).collect()
    }

    /// Means over the places of each activity.
    fn activity_means(&self, of_place: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.activities.len()];
        for (row, value) in self.of_place.iter().zip(of_place) {
            for &a in row {
                sums[a] += value;
            }
        }
        sums.iter().zip(&self.ubiquity).map(|(sum, k)| sum / k).collect()
    }

    /// From the eigenvectors of whichever side is smaller.
    fn complexity(&self) -> Result<Index, Status> {
        let by_activity = self.activities.len() <= self.places.len();
        let size = self.activities.len().min(self.places.len());
        if size < 2 {
            return Err(Status::InsufficientN);
        }
        let diversity: Vec<f64> = self.of_place.iter().map(|row| row.len() as f64).collect();
        let degree = if by_activity { &self.ubiquity } else { &diversity };
        // D^(1/2) times the stochastic matrix times D^(-1/2) is symmetric and has the same eigenvalues.
        let mut cells = vec![0.0; size * size];
        if by_activity {
            for row in &self.of_place {
                for (&a, &b) in row.iter().flat_map(|a| row.iter().map(move |b| (a, b))) {
                    cells[a * size + b] += 1.0 / row.len() as f64;
                }
            }
        } else {
            let mut holders = vec![Vec::new(); self.activities.len()];
            for (i, row) in self.of_place.iter().enumerate() {
                for &a in row {
                    holders[a].push(i);
                }
            }
            for holders in &holders {
                for (&i, &j) in holders.iter().flat_map(|i| holders.iter().map(move |j| (i, j))) {
                    cells[i * size + j] += 1.0 / holders.len() as f64;
                }
            }
        }
        for i in 0..size {
            for j in 0..size {
                cells[i * size + j] /= (degree[i] * degree[j]).sqrt();
            }
        }
        let eigen = symmetric_eigen(size, &cells).ok_or(Status::NotConverged)?;
        let value = |k: usize| eigen.values[size - k];
        if value(2) > 1.0 - SAME {
            return Err(Status::Disconnected);
        }
        let third = if size > 2 { value(3) } else { 0.0 };
        if value(2) - third < SAME {
            return Err(Status::NotUnique);
        }
        let root = eigen.vectors[size - 2].iter().zip(degree).map(|(u, k)| u / k.sqrt());
        let vector: Vec<f64> = root.collect();
        let (mut of_place, mut of_activity) = if by_activity {
            (self.place_means(&vector), vector)
        } else {
            // As an eigenvector of the other side, of which this is the mean.
            let scaled = self.activity_means(&vector);
            (vector.iter().map(|v| v * value(2)).collect(), scaled)
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (v, k) = (mean(&of_place), mean(&diversity));
        let along: f64 = of_place.iter().zip(&diversity).map(|(a, b)| (a - v) * (b - k)).sum();
        if along < 0.0 {
            of_place.iter_mut().chain(&mut of_activity).for_each(|value| *value = -*value);
        }
        let (eci, pci) =
            (standardised(&of_place, &of_place)?, standardised(&of_activity, &of_activity)?);
        Ok(Index { eci, pci, place_scale: standardised(&of_activity, &of_place)? })
    }

    fn fitness(&self, iterations: usize) -> (Vec<f64>, Vec<f64>) {
        let by_mean = |values: Vec<f64>| -> Vec<f64> {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.into_iter().map(|value| value / mean).collect()
        };
        let (mut fitness, mut complexity) =
            (vec![1.0; self.places.len()], vec![1.0; self.activities.len()]);
        for _ in 0..iterations {
            let sum = |row: &Vec<usize>| row.iter().map(|&a| complexity[a]).sum();
            let next: Vec<f64> = self.of_place.iter().map(sum).collect();
            let mut burden = vec![0.0; self.activities.len()];
            for (row, fitness) in self.of_place.iter().zip(&fitness) {
                for &a in row {
                    burden[a] += 1.0 / fitness;
                }
            }
            fitness = by_mean(next);
            complexity = by_mean(burden.iter().map(|burden| 1.0 / burden).collect());
        }
        (fitness, complexity)
    }
}

/// The root of a tree, whose paths are halved on the way.
fn top(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}

/// Less the mean and by the deviation of others, over all of them.
fn standardised(values: &[f64], of: &[f64]) -> Result<Vec<f64>, Status> {
    let n = of.len() as f64;
    let mean = of.iter().sum::<f64>() / n;
    let deviation = (of.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    let largest = of.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    if deviation <= 1e-12 * largest {
        return Err(Status::NotUnique);
    }
    Ok(values.iter().map(|v| (v - mean) / deviation).collect())
}

/// Where each place has what is near to each activity.
fn density(has: &[Vec<f64>], ubiquity: &[usize]) -> Vec<Vec<Result<f64, Status>>> {
    let p = ubiquity.len();
    let mut near = vec![vec![0.0; p]; p];
    for row in has {
        let owned: Vec<usize> = (0..p).filter(|&a| row[a] > 0.0).collect();
        for (&a, &b) in owned.iter().flat_map(|a| owned.iter().map(move |b| (a, b))) {
            near[a][b] += f64::from(u8::from(a != b));
        }
    }
    for (a, row) in near.iter_mut().enumerate() {
        for (b, cell) in row.iter_mut().enumerate() {
            *cell /= ubiquity[a].max(ubiquity[b]).max(1) as f64;
        }
    }
    let all: Vec<f64> = near.iter().map(|row| row.iter().sum()).collect();
    let of_place = |row: &Vec<f64>| {
        let share = |a: usize| {
            let owned: f64 = near[a].iter().zip(row).map(|(near, has)| near * has).sum();
            if all[a] > 0.0 { Ok(owned / all[a]) } else { Err(Status::ZeroDenominator) }
        };
        (0..p).map(share).collect()
    };
    has.iter().map(of_place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;

    #[test]
    fn rows_alike_are_paired_as_one_by_one() {
        let mut draws = Draws(4);
        let cells: Vec<Vec<f64>> =
            (0..60).map(|_| (0..4).map(|_| f64::from(draws.below(2))).collect()).collect();
        let amounts = Amounts { cells: cells.clone(), n_activities: 4 };
        let found = capabilities(&amounts, Advantage::Presence, 1).nestedness;
        // By the definition: what the poorer of two rows, or columns, shares with the richer.
        let rows: Vec<Vec<f64>> =
            cells.into_iter().filter(|row| row.iter().any(|x| *x > 0.0)).collect();
        let columns: Vec<Vec<f64>> =
            (0..4).map(|a| rows.iter().map(|row| row[a]).collect()).collect();
        let (mut sum, mut pairs) = (0.0, 0.0);
        for side in [rows, columns] {
            for (i, a) in side.iter().enumerate() {
                for b in &side[i + 1..] {
                    let [k, l]: [f64; 2] = [a.iter().sum(), b.iter().sum()];
                    let common: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                    sum += if (k - l).abs() > 0.5 { common / k.min(l) } else { 0.0 };
                    pairs += 1.0;
                }
            }
        }
        assert!(found.is_ok_and(|found| (found - sum / pairs).abs() < 1e-12), "{found:?}");
    }
}
