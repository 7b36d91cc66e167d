//! Random networks in which every node keeps how many partners it has: a chain of swaps that forgets where it began.

use crate::MetricError;
use crate::kernel::adjacency::{Mutual, edges};
use crate::kernel::chunks::fold_chunks;
use crate::kernel::random::{below, stream};
use palenque_graph::{Progress, SupplyGraph};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Links between different nodes, no two alike, that can be rewired.
///
/// Every node keeps how many links lead out of it and into it, or, in an undirected network, how many it has. With groups
/// it keeps them for each group of partners: links are swapped between the same two groups only, so that what the groups
/// trade with each other stays as it is.
#[derive(Clone, Debug)]
pub struct Rewiring {
    links: Vec<(u32, u32)>,
    present: LinkSet,
    is_directed: bool,
    /// Where a seller's links begin, in a directed network; they stay in their places.
    rows: Vec<u32>,
    classes: Option<Classes>,
}

/// Links by the two groups that they join, which a swap does not change.
#[derive(Clone, Debug)]
struct Classes {
    group: Vec<usize>,
    of_link: Vec<u32>,
    members: Vec<Vec<u32>>,
}

/// How random networks are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chains {
    /// How many networks, each the end of a chain of its own.
    pub replicates: usize,
    /// Attempts of a chain, per link.
    pub attempts_per_link: u64,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Default for Chains {
    fn default() -> Self {
        Self { replicates: 999, attempts_per_link: 100, seed: 1 }
    }
}

/// How many attempts were made, and how many of them changed the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts.
    pub made: u64,
    /// Those that changed something.
    pub accepted: u64,
}

impl Attempts {
    /// The share that changed something; below some 5 % the networks may still be like the first one.
    #[must_use]
    pub fn acceptance_rate(self) -> Option<f64> {
        (self.made > 0).then(|| self.accepted as f64 / self.made as f64)
    }
}

/// One attempt in this many reverses a cycle of three.
const REVERSALS: u64 = 8;

/// From so many links on, a chain gives several networks, a tenth of the first way apart.
const MANY_LINKS: usize = 10_000;
/// How many networks such a chain gives.
const PER_CHAIN: usize = 50;

/// Attempts between two looks at whether to stop.
const BATCH: u64 = 1 << 16;

impl Rewiring {
    /// The flows from seller to buyer, in edge order. Self-loops are left out. A link keeps its seller: the k-th of a
    /// rewired network leads out of the same node as the k-th of the first one.
    #[must_use]
    pub fn directed(graph: &SupplyGraph, groups: Option<&[Option<usize>]>) -> Self {
        let links: Vec<(u32, u32)> =
            edges(graph).filter(|(u, v)| u != v).map(|(u, v)| (u as u32, v as u32)).collect();
        let mut rows = vec![0; graph.n_nodes() + 1];
        for &(u, _) in &links {
            rows[u as usize + 1] += 1;
        }
        for u in 0..graph.n_nodes() {
            rows[u + 1] += rows[u];
        }
        Self::new(links, rows, true, groups)
    }

    /// The ties of those who trade, whoever sells.
    #[must_use]
    pub fn undirected(graph: &SupplyGraph, groups: Option<&[Option<usize>]>) -> Self {
        let view = Mutual::of(graph);
        let ties = |u| view.ties(u).filter(move |&(v, _)| v > u).map(move |(v, _)| (u, v));
        // A tie begins in the first of its two groups, so that a swap leaves both ends in theirs.
        let group = |u: usize| groups.and_then(|of| of[u]);
        let ordered = |(u, v)| if group(u) > group(v) { (v, u) } else { (u, v) };
        let ties = (0..graph.n_nodes()).flat_map(ties).map(ordered);
        let links = ties.map(|(u, v)| (u as u32, v as u32)).collect();
        Self::new(links, Vec::new(), false, groups)
    }

    fn new(
        links: Vec<(u32, u32)>,
        rows: Vec<u32>,
        is_directed: bool,
        groups: Option<&[Option<usize>]>,
    ) -> Self {
        let mut present = LinkSet::with_room_for(links.len());
        for &(u, v) in &links {
            present.insert(key(u, v, is_directed));
        }
        let classes = groups.map(|groups| Classes::of(&links, groups));
        Self { links, present, is_directed, rows, classes }
    }

    /// The links: seller and buyer, or the two who trade.
    #[must_use]
    pub fn links(&self) -> &[(u32, u32)] {
        &self.links
    }

    /// Whether there is a link from one to the other, or between them.
    #[must_use]
    pub fn has(&self, from: u32, to: u32) -> bool {
        self.present.contains(key(from, to, self.is_directed))
    }

    /// Networks drawn evenly from all that there are with the same numbers of partners. `measure` looks at each where it
    /// was made, and `fold` gets what it found in the order of the replicates.
    ///
    /// # Formula
    /// Swaps `(a→b, c→d) ⇒ (a→d, c→b)` and reversals `a→b→c→a ⇒ a→c→b→a`; an attempt that would make a self-loop or a link
    /// twice changes nothing and counts. Both are as likely forth as back, so that in the long run no network is
    /// preferred; without the reversals some directed networks could never be reached.
    /// # Source
    /// Maslov and Sneppen (2002); Rao, Jana and Bandyopadhyay (1996) and Roberts and Coolen (2012) for the reversals.
    /// # Method
    /// A chain of its own for each network, and of 10,000 links or more one for 50 of them, a tenth of the attempts apart.
    /// # Cost
    /// `O(k m)` time for `k` attempts a link, a chain; `O(m)` memory a thread.
    /// # Errors
    /// [`MetricError::Cancelled`].
    /// # Example
    /// A cycle of three can run either way round.
    /// ```
    /// # use palenque_graph::{NoProgress, SupplyGraph};
    /// # use palenque_metrics::kernel::rewire::{Chains, Rewiring};
    /// let cycle = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)])?;
    /// let mut reversed = 0;
    /// let one = |network: &Rewiring| network.has(1, 0);
    /// let start = Rewiring::directed(&cycle, None);
    /// start.replicates(Chains::default(), &NoProgress, one, |is_reversed| reversed += usize::from(is_reversed))?;
    /// assert!((450..550).contains(&reversed)); // of 999
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replicates<T: Send>(
        &self,
        chains: Chains,
        progress: &dyn Progress,
        measure: impl Fn(&Self) -> T + Sync,
        fold: impl FnMut(T),
    ) -> Result<Attempts, MetricError> {
        self.numbered_replicates(chains, progress, |_, network| measure(network), fold)
    }

    /// The same, where `measure` is told the number of the replicate too.
    pub(crate) fn numbered_replicates<T: Send>(
        &self,
        chains: Chains,
        progress: &dyn Progress,
        measure: impl Fn(usize, &Self) -> T + Sync,
        mut fold: impl FnMut(T),
    ) -> Result<Attempts, MetricError> {
        let m = self.links.len() as u64;
        let (first, next) =
            (chains.attempts_per_link * m, chains.attempts_per_link.div_ceil(10) * m);
        // How many networks come out of one chain depends on the network alone, never on the threads.
        let per_chain = if self.links.len() < MANY_LINKS { 1 } else { PER_CHAIN };
        let work = |range: std::ops::Range<usize>| {
            let mut network = self.clone();
            let mut rng = stream(chains.seed, range.start);
            let mut made = Attempts::default();
            let mut all = Vec::with_capacity(range.len());
            for replicate in range {
                let attempts = if made.made == 0 { first } else { next };
                for start in (0..attempts).step_by(BATCH as usize) {
                    if progress.cancelled() {
                        return None;
                    }
                    let batch = BATCH.min(attempts - start);
                    let accepted = (0..batch).filter(|_| network.attempt(&mut rng)).count();
                    made.accepted += accepted as u64;
                }
                made.made += attempts;
                progress.advance(1);
                all.push(measure(replicate, &network));
            }
            Some((all, made))
        };
        let mut all = Attempts::default();
        fold_chunks(chains.replicates, per_chain, progress, work, |(found, made)| {
            all.made += made.made;
            all.accepted += made.accepted;
            found.into_iter().for_each(&mut fold);
        })?;
        Ok(all)
    }

    /// One attempt, and whether it changed the network.
    fn attempt(&mut self, rng: &mut ChaCha8Rng) -> bool {
        if self.is_directed && below(REVERSALS, rng) == 0 {
            self.reverse(rng)
        } else {
            self.swap(rng)
        }
    }

    /// Two links change buyers.
    fn swap(&mut self, rng: &mut ChaCha8Rng) -> bool {
        let e = below(self.links.len() as u64, rng) as usize;
        let f = match &self.classes {
            None => below(self.links.len() as u64, rng) as usize,
            Some(classes) => classes.like(e, rng),
        };
        let ((a, b), mut second) = (self.links[e], self.links[f]);
        // An undirected tie has no first end, unless its ends are of different groups.
        let is_loose = |(u, v)| self.classes.as_ref().is_none_or(|classes| classes.are_one(u, v));
        if !self.is_directed && is_loose(second) && rng.next_u32() & 1 == 1 {
            second = (second.1, second.0);
        }
        let (c, d) = second;
        if a == d || c == b || self.has(a, d) || self.has(c, b) {
            return false;
        }
        self.replace(e, (a, d));
        self.replace(f, (c, b));
        true
    }

    /// A cycle of three runs the other way round: a link, one that follows it, and the one that closes them. A cycle is
    /// found from each of its links with the share of those that follow, which is the same for the reversed one.
    fn reverse(&mut self, rng: &mut ChaCha8Rng) -> bool {
        let e = below(self.links.len() as u64, rng) as usize;
        let (a, b) = self.links[e];
        let row = self.row(b);
        if row.is_empty() {
            return false;
        }
        let f = row.start + below(row.len() as u64, rng) as usize;
        let c = self.links[f].1;
        let is_one = |classes: &Classes| classes.are_one(a, b) && classes.are_one(b, c);
        if c == a || !self.has(c, a) || !self.classes.as_ref().is_none_or(is_one) {
            return false;
        }
        if self.has(b, a) || self.has(c, b) || self.has(a, c) {
            return false;
        }
        let mut row = self.row(c);
        let g = row.find(|&g| self.links[g].1 == a).expect("a link that is present is in its row");
        self.replace(e, (a, c));
        self.replace(f, (b, a));
        self.replace(g, (c, b));
        true
    }

    /// Positions of the links out of a node of a directed network.
    fn row(&self, u: u32) -> std::ops::Range<usize> {
        self.rows[u as usize] as usize..self.rows[u as usize + 1] as usize
    }

    fn replace(&mut self, e: usize, (u, v): (u32, u32)) {
        let (from, to) = std::mem::replace(&mut self.links[e], (u, v));
        self.present.remove(key(from, to, self.is_directed));
        self.present.insert(key(u, v, self.is_directed));
    }
}

impl Classes {
    fn of(links: &[(u32, u32)], groups: &[Option<usize>]) -> Self {
        let group: Vec<usize> = groups.iter().map(|g| g.map_or(0, |g| g + 1)).collect();
        let mut numbers = BTreeMap::new();
        let mut members: Vec<Vec<u32>> = Vec::new();
        let mut of_link = Vec::with_capacity(links.len());
        for (e, &(u, v)) in links.iter().enumerate() {
            let pair = (group[u as usize], group[v as usize]);
            let class = *numbers.entry(pair).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[class].push(e as u32);
            of_link.push(class as u32);
        }
        Self { group, of_link, members }
    }

    /// A link between the same two groups.
    fn like(&self, e: usize, rng: &mut ChaCha8Rng) -> usize {
        let members = &self.members[self.of_link[e] as usize];
        members[below(members.len() as u64, rng) as usize] as usize
    }

    fn are_one(&self, u: u32, v: u32) -> bool {
        self.group[u as usize] == self.group[v as usize]
    }
}

/// A link as one number.
fn key(u: u32, v: u32, is_directed: bool) -> u64 {
    let (u, v) = if is_directed || u < v { (u, v) } else { (v, u) };
    u64::from(u) << 32 | u64::from(v)
}

/// Keys in a table at most half full, each at or after the place that its bits give it, without a gap between.
#[derive(Clone, Debug)]
struct LinkSet {
    slots: Vec<u64>,
    shift: u32,
}

/// No link: nobody sells to himself.
const EMPTY: u64 = u64::MAX;

impl LinkSet {
    fn with_room_for(n: usize) -> Self {
        let slots = (2 * n).next_power_of_two().max(4);
        Self { slots: vec![EMPTY; slots], shift: u64::BITS - slots.trailing_zeros() }
    }

    /// Where to look first (Knuth's multiplicative hashing).
    fn home(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    fn mask(&self) -> usize {
        self.slots.len() - 1
    }

    /// The slot of a key, or the empty one where it would be.
    fn find(&self, key: u64) -> usize {
        let mut slot = self.home(key);
        while self.slots[slot] != key && self.slots[slot] != EMPTY {
            slot = (slot + 1) & self.mask();
        }
        slot
    }

    fn contains(&self, key: u64) -> bool {
        self.slots[self.find(key)] == key
    }

    fn insert(&mut self, key: u64) {
        let slot = self.find(key);
        self.slots[slot] = key;
    }

    /// Takes a key out and moves up those that it was in the way of.
    fn remove(&mut self, key: u64) {
        let mask = self.mask();
        let mut gap = self.find(key);
        let mut slot = gap;
        loop {
            slot = (slot + 1) & mask;
            if self.slots[slot] == EMPTY {
                break;
            }
            let home = self.home(self.slots[slot]);
            if (slot.wrapping_sub(home) & mask) >= (slot.wrapping_sub(gap) & mask) {
                self.slots[gap] = self.slots[slot];
                gap = slot;
            }
        }
        self.slots[gap] = EMPTY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;
    use palenque_graph::NoProgress;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_holds_what_a_set_holds() {
        let (mut table, mut set) = (LinkSet::with_room_for(40), BTreeSet::new());
        let mut draws = Draws(5);
        for _ in 0..20_000 {
            let key = key(draws.below(9), 9 + draws.below(9), true);
            if set.len() < 40 && draws.below(2) == 0 {
                table.insert(key);
                set.insert(key);
            } else if set.remove(&key) {
                table.remove(key);
            }
            assert_eq!(table.contains(key), set.contains(&key));
        }
        let found: BTreeSet<u64> = table.slots.iter().copied().filter(|&k| k != EMPTY).collect();
        assert_eq!(found, set);
    }

    #[test]
    fn a_chain_of_a_large_network_goes_on_from_one_network_to_the_next() {
        let n = MANY_LINKS as u32;
        let names: Vec<String> = (0..n).map(|u| u.to_string()).collect();
        let ring = SupplyGraph::from_flows(&names, (0..n).map(|u| (u, (u + 1) % n, 1.0)));
        let ring = Rewiring::directed(&ring.expect("a good graph"), None);
        let chains = Chains { replicates: 3, attempts_per_link: 4, seed: 1 };
        let mut found: Vec<Vec<u32>> = Vec::new();
        let buyers = |network: &Rewiring| network.links().iter().map(|link| link.1).collect();
        let attempts = ring.replicates(chains, &NoProgress, buyers, |of| found.push(of));
        assert_eq!(attempts.expect("not cancelled").made, (4 + 1 + 1) * u64::from(n));
        for pair in found.windows(2) {
            let same = pair[0].iter().zip(&pair[1]).filter(|(a, b)| a == b).count();
            assert!(same < MANY_LINKS / 2, "{same} links are as they were");
        }
        for mut of in found {
            of.sort_unstable();
            assert!(of.into_iter().eq(0..n), "each still has one supplier");
        }
    }
}
