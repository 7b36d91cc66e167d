//! Communities by local moves, refinement and aggregation.

use crate::MetricError;
use crate::kernel::local_moves::{LOOK, Near, settle};
use crate::kernel::random::{permutation, stream};
use palenque_graph::Progress;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// A network for which communities are sought. The quality of a partition is `Σ_c [w_c − g A_c B_c]`, up to a constant: `w_c`
/// are the weights inside, `A_c` and `B_c` sums of two masses of its nodes.
#[derive(Clone, Debug)]
pub(crate) struct Landscape {
    /// Symmetric, without self-loops: what a node gains of being with a neighbour.
    pub(crate) offsets: Vec<u32>,
    pub(crate) neighbours: Vec<u32>,
    pub(crate) weights: Vec<f64>,
    /// `A` and `B` of single nodes.
    pub(crate) masses: [Vec<f64>; 2],
    /// `g`: what two nodes in one community cost by product of their masses.
    pub(crate) price: f64,
}

/// A gain below this share of the weights of a node is rounding.
const ROUNDING: f64 = 1e-12;
/// A partition whose communities are connected and in which, unless `rounds` cut it short, no node gains by moving.
///
/// # Method
/// Leiden: nodes move, from a queue, to the neighbouring community of most gain; every community is refined into parts
/// that hold together, grown from single nodes by the merge of most gain; parts become nodes, and so on; all of it anew
/// until nothing changes, or `rounds` times. Refinement takes the best merge where the original draws one.
/// # Cost
/// About `O(m)` time a level, `O(n + m)` memory.
/// # Source
/// Traag, Waltman and van Eck (2019); Sahu (2023) for the greedy refinement.
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn leiden(
    landscape: &Landscape,
    rounds: usize,
    rng: &mut ChaCha8Rng,
    progress: &dyn Progress,
) -> Result<Vec<u32>, MetricError> {
    let n = landscape.n();
    let mut community: Vec<u32> = (0..n as u32).collect();
    for _ in 0..rounds {
        let before = community.clone();
        round(landscape, &mut community, rng, progress)?;
        number(&mut community);
        if community == before {
            break;
        }
    }
    Ok(community)
}

/// The partitions of so many searches of so many rounds, each in random orders of its own.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn searches(
    landscape: &Landscape,
    runs: usize,
    rounds: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Vec<Vec<u32>>, MetricError> {
    progress.begin("communities", runs as u64);
    let search = |run: usize| {
        let found = leiden(landscape, rounds, &mut stream(seed, run), progress);
        progress.advance(1);
        found
    };
    let found: Vec<_> = (0..runs).into_par_iter().with_max_len(1).map(search).collect();
    found.into_iter().collect()
}

/// Numbers communities in the order of their smallest nodes; how many there are.
pub(crate) fn number(community: &mut [u32]) -> usize {
    let mut names = vec![u32::MAX; community.len()];
    let mut found = 0;
    for c in community {
        let name = &mut names[*c as usize];
        if *name == u32::MAX {
            *name = found;
            found += 1;
        }
        *c = *name;
    }
    found as usize
}

/// Moves, refines and aggregates until every node of the last level is a community.
fn round(
    landscape: &Landscape,
    community: &mut [u32],
    rng: &mut ChaCha8Rng,
    progress: &dyn Progress,
) -> Result<(), MetricError> {
    let mut level = landscape.clone();
    // By node of the first level, its node of this one; by node of this level, its community.
    let mut member: Vec<u32> = (0..level.n() as u32).collect();
    let mut partition = community.to_vec();
    loop {
        let least = level.least();
        Moving::of(&level, &partition, &least).run(&mut partition, rng, progress)?;
        let n_communities = number(&mut partition);
        for (node, &at) in community.iter_mut().zip(&member) {
            *node = partition[at as usize];
        }
        if n_communities == level.n() {
            return Ok(());
        }
        let mut parts = Refining::of(&level, &partition, &least).run(rng, progress)?;
        let n_parts = number(&mut parts);
        if n_parts == level.n() {
            return Ok(());
        }
        for at in &mut member {
            *at = parts[*at as usize];
        }
        let mut of_parts = vec![0; n_parts];
        for (&part, &c) in parts.iter().zip(&partition) {
            of_parts[part as usize] = c;
        }
        level = level.aggregated(&parts, n_parts);
        partition = of_parts;
    }
}

impl Landscape {
    pub(crate) fn n(&self) -> usize {
        self.offsets.len() - 1
    }

    fn ties(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.offsets[i] as usize..self.offsets[i + 1] as usize;
        self.neighbours[range.clone()]
            .iter()
            .map(|&j| j as usize)
            .zip(self.weights[range].iter().copied())
    }

    /// What two sets of these masses cost in one community.
    fn cost(&self, [a, b]: [f64; 2], [c, d]: [f64; 2]) -> f64 {
        self.price * (a * d + b * c)
    }

    fn mass(&self, i: usize) -> [f64; 2] {
        [self.masses[0][i], self.masses[1][i]]
    }

    /// By node: what counts as a gain.
    fn least(&self) -> Vec<f64> {
        let strength = |i: usize| self.ties(i).map(|(_, w)| w).sum::<f64>();
        (0..self.n()).map(|i| ROUNDING * strength(i)).collect()
    }

    /// The network of parts.
    fn aggregated(&self, parts: &[u32], n_parts: usize) -> Self {
        let mut starts = vec![0_u32; n_parts + 1];
        for &part in parts {
            starts[part as usize + 1] += 1;
        }
        for p in 0..n_parts {
            starts[p + 1] += starts[p];
        }
        let (mut next, mut nodes) = (starts.clone(), vec![0_u32; parts.len()]);
        for (i, &part) in parts.iter().enumerate() {
            nodes[next[part as usize] as usize] = i as u32;
            next[part as usize] += 1;
        }
        let mut level = Self {
            offsets: vec![0],
            neighbours: Vec::new(),
            weights: Vec::new(),
            masses: [vec![0.0; n_parts], vec![0.0; n_parts]],
            price: self.price,
        };
        let mut near = Near::new(n_parts);
        for p in 0..n_parts {
            for &i in &nodes[starts[p] as usize..starts[p + 1] as usize] {
                let i = i as usize;
                for (total, masses) in level.masses.iter_mut().zip(&self.masses) {
                    total[p] += masses[i];
                }
                for (j, w) in self.ties(i).filter(|(j, _)| parts[*j] as usize != p) {
                    near.add(parts[j], w);
                }
            }
            near.touched.sort_unstable();
            for &q in &near.touched {
                level.neighbours.push(q);
                level.weights.push(near.worth(q));
            }
            near.clear();
            level.offsets.push(level.neighbours.len() as u32);
        }
        level
    }
}

/// Nodes that move to where they gain most.
struct Moving<'l> {
    level: &'l Landscape,
    masses: Vec<[f64; 2]>,
    sizes: Vec<u32>,
    empty: Vec<u32>,
    least: &'l [f64],
}

impl<'l> Moving<'l> {
    fn of(level: &'l Landscape, partition: &[u32], least: &'l [f64]) -> Self {
        let n = level.n();
        let (mut masses, mut sizes) = (vec![[0.0; 2]; n], vec![0; n]);
        for (i, &c) in partition.iter().enumerate() {
            let [a, b] = level.mass(i);
            masses[c as usize][0] += a;
            masses[c as usize][1] += b;
            sizes[c as usize] += 1;
        }
        let empty = (0..n as u32).rev().filter(|&c| sizes[c as usize] == 0).collect();
        Self { level, masses, sizes, empty, least }
    }

    fn run(
        &mut self,
        partition: &mut [u32],
        rng: &mut ChaCha8Rng,
        progress: &dyn Progress,
    ) -> Result<(), MetricError> {
        let level = self.level;
        settle(
            partition,
            |i| level.ties(i),
            rng,
            progress,
            |i, own, near| {
                let to = self.best(i, own, near);
                if to != own {
                    self.carry(i, own, to);
                }
                to
            },
        )
    }

    /// The community in which a node is worth most: its own unless another is better for certain.
    fn best(&self, i: usize, own: u32, near: &Near<f64>) -> u32 {
        let mass = self.level.mass(i);
        let worth = |c: u32| {
            let [mut a, mut b] = self.masses[c as usize];
            if c == own {
                a -= mass[0];
                b -= mass[1];
            }
            near.worth(c) - self.level.cost(mass, [a, b])
        };
        let least = self.least[i];
        let (mut best, mut most) =
            (own, if self.sizes[own as usize] > 1 { worth(own) } else { 0.0 });
        for &c in near.touched.iter().filter(|&&c| c != own) {
            let worth = worth(c);
            if worth > most + least {
                (best, most) = (c, worth);
            }
        }
        // Alone is better than at a loss.
        match self.empty.last() {
            Some(&alone) if most < -least && self.sizes[own as usize] > 1 => alone,
            _ => best,
        }
    }

    fn carry(&mut self, i: usize, from: u32, to: u32) {
        let (from, to) = (from as usize, to as usize);
        let [a, b] = self.level.mass(i);
        if self.sizes[to] == 0 {
            self.empty.pop();
            self.masses[to] = [0.0; 2];
        }
        self.sizes[from] -= 1;
        self.sizes[to] += 1;
        self.masses[to][0] += a;
        self.masses[to][1] += b;
        self.masses[from][0] -= a;
        self.masses[from][1] -= b;
        if self.sizes[from] == 0 {
            self.masses[from] = [0.0; 2];
            self.empty.push(from as u32);
        }
    }
}

/// Parts of communities, grown from single nodes.
struct Refining<'l> {
    level: &'l Landscape,
    partition: &'l [u32],
    /// By community.
    whole: Vec<[f64; 2]>,
    /// By part: its masses, how many nodes it has, and its weight to the rest of its community.
    masses: Vec<[f64; 2]>,
    sizes: Vec<u32>,
    outward: Vec<f64>,
    /// By node.
    least: &'l [f64],
}

impl<'l> Refining<'l> {
    fn of(level: &'l Landscape, partition: &'l [u32], least: &'l [f64]) -> Self {
        let n = level.n();
        let mut whole = vec![[0.0; 2]; n];
        for (i, &c) in partition.iter().enumerate() {
            let [a, b] = level.mass(i);
            whole[c as usize][0] += a;
            whole[c as usize][1] += b;
        }
        let inside = |i: usize| {
            let ties = level.ties(i).filter(|(j, _)| partition[*j] == partition[i]);
            ties.map(|(_, w)| w).sum()
        };
        Self {
            level,
            partition,
            whole,
            masses: (0..n).map(|i| level.mass(i)).collect(),
            sizes: vec![1; n],
            outward: (0..n).map(inside).collect(),
            least,
        }
    }

    fn run(
        mut self,
        rng: &mut ChaCha8Rng,
        progress: &dyn Progress,
    ) -> Result<Vec<u32>, MetricError> {
        let n = self.level.n();
        let mut part: Vec<u32> = (0..n as u32).collect();
        let mut near = Near::new(n);
        for (looked, i) in permutation(n, rng).into_iter().enumerate() {
            if looked % LOOK == 0 && progress.cancelled() {
                return Err(MetricError::Cancelled);
            }
            let own = part[i as usize];
            let i = i as usize;
            if self.sizes[own as usize] > 1 || !self.holds(own as usize, i) {
                continue;
            }
            for (j, w) in self.level.ties(i) {
                if self.partition[j] == self.partition[i] {
                    near.add(part[j], w);
                }
            }
            if let Some(to) = self.best(i, own, &near) {
                let (from, to) = (own as usize, to as usize);
                let [a, b] = self.masses[from];
                self.masses[to][0] += a;
                self.masses[to][1] += b;
                self.sizes[to] += 1;
                self.sizes[from] = 0;
                self.outward[to] += self.outward[from] - 2.0 * near.worth(to as u32);
                part[i] = to as u32;
            }
            near.clear();
        }
        Ok(part)
    }

    /// Whether a part hangs together with the rest of its community well enough.
    fn holds(&self, part: usize, node: usize) -> bool {
        let [a, b] = self.masses[part];
        let whole = self.whole[self.partition[node] as usize];
        self.outward[part] >= self.level.cost([a, b], [whole[0] - a, whole[1] - b])
    }

    fn best(&self, i: usize, own: u32, near: &Near<f64>) -> Option<u32> {
        let (mut best, mut most) = (None, self.least[i]);
        for &c in near.touched.iter().filter(|&&c| c != own) {
            let gain = near.worth(c) - self.level.cost(self.level.mass(i), self.masses[c as usize]);
            if gain > most && self.holds(c as usize, i) {
                (best, most) = (Some(c), gain);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    /// Unweighted ties both ways; masses are degrees, as for modularity.
    fn modularity(n: usize, ties: &[(u32, u32)]) -> Landscape {
        let mut lists = vec![Vec::new(); n];
        for &(u, v) in ties {
            lists[u as usize].push(v);
            lists[v as usize].push(u);
        }
        let mut offsets = vec![0];
        for list in &mut lists {
            list.sort_unstable();
            offsets.push(offsets[offsets.len() - 1] + list.len() as u32);
        }
        let neighbours: Vec<u32> = lists.concat();
        let degree: Vec<f64> = lists.iter().map(|list| list.len() as f64).collect();
        let price = 0.5 / neighbours.len() as f64;
        let weights = vec![1.0; neighbours.len()];
        Landscape { offsets, neighbours, weights, masses: [degree.clone(), degree], price }
    }

    #[test]
    fn two_cliques_with_a_bridge_are_two_communities() {
        let clique =
            |from: u32| (from..from + 5).flat_map(move |u| (u + 1..from + 5).map(move |v| (u, v)));
        let ties: Vec<_> = clique(0).chain(clique(5)).chain([(4, 5)]).collect();
        for replicate in 0..20 {
            let found = leiden(&modularity(11, &ties), 10, &mut stream(1, replicate), &NoProgress);
            let found = found.expect("not cancelled");
            assert_eq!(found, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2], "the last is an isolate");
        }
    }

    #[test]
    fn communities_are_numbered_by_their_smallest_nodes() {
        let mut community = [4, 2, 4, 0, 2];
        assert_eq!(number(&mut community), 3);
        assert_eq!(community, [0, 1, 0, 2, 1]);
    }
}
