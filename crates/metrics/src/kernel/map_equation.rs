//! The map equation: how shortly a walk along the flows can be described if groups of nodes have code books of their own.

use crate::MetricError;
use crate::kernel::adjacency::{Mutual, Ties};
use crate::kernel::leiden::number;
use crate::kernel::local_moves::{Near, Worth, settle};
use crate::kernel::random::stream;
use palenque_graph::{Progress, SupplyGraph};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// How much a walk flows along ties, and how often it is at nodes. Without self-loops; all of it adds up to 1.
#[derive(Clone, Debug)]
pub(crate) struct WalkFlows {
    /// To a partner and from it.
    ties: Ties<[f64; 2]>,
    /// By node: how often the walk is there.
    visits: Vec<f64>,
    /// By node: what leaves it and what arrives.
    outer: Vec<[f64; 2]>,
}

/// Probability with which a directed walk goes on rather than jump.
const DAMPING: f64 = 0.85;
/// The walk is settled when a step moves less than this; a step brings any two nearer by [`DAMPING`], so that the rounds
/// are bounded.
const SETTLED: f64 = 1e-15;
const MAX_STEPS: usize = 400;
/// A gain below this, in bits, is rounding.
const ROUNDING: f64 = 1e-12;
/// Times that the whole is begun anew from its result.
const MOST_ROUNDS: usize = 10;

impl WalkFlows {
    /// A walk that follows ties in both directions, by what is traded along them.
    pub(crate) fn undirected(graph: &SupplyGraph) -> Self {
        let traded = Mutual::of(graph);
        let whole: f64 = traded.values().iter().sum();
        let share =
            |_, _, m: f64| Some(if whole > 0.0 { [m / whole, m / whole] } else { [0.0; 2] });
        Self::of(traded.select(share))
    }

    /// A walk from sellers to buyers. It jumps with probability 0.15, and from where nothing leads on, to nodes by what they
    /// sell; jumps settle where it is and are no flows themselves.
    pub(crate) fn directed(graph: &SupplyGraph) -> Self {
        let both = Ties::merged(graph, |sold, bought| [sold.unwrap_or(0.0), bought.unwrap_or(0.0)]);
        let n = graph.n_nodes();
        let sold: Vec<f64> =
            (0..n).map(|u| both.ties(u).map(|(_, [sold, _])| sold).sum()).collect();
        let whole: f64 = sold.iter().sum();
        if !(whole > 0.0) {
            return Self::of(both.select(|_, _, _| Some([0.0; 2])));
        }
        let jump: Vec<f64> = sold.iter().map(|s| s / whole).collect();
        let mut at = jump.clone();
        for _ in 0..MAX_STEPS {
            let leaving = |u: usize| if sold[u] > 0.0 { at[u] / sold[u] } else { 0.0 };
            let per_unit: Vec<f64> = (0..n).map(leaving).collect();
            let stranded: f64 = (0..n).filter(|&u| !(sold[u] > 0.0)).map(|u| at[u]).sum();
            let next: Vec<f64> = (0..n)
                .into_par_iter()
                .map(|v| {
                    let arriving: f64 =
                        both.ties(v).map(|(u, [_, bought])| bought * per_unit[u]).sum();
                    DAMPING * arriving + (1.0 - DAMPING + DAMPING * stranded) * jump[v]
                })
                .collect();
            let moved: f64 = next.iter().zip(&at).map(|(a, b)| (a - b).abs()).sum();
            at = next;
            if moved < SETTLED {
                break;
            }
        }
        let share: Vec<f64> =
            (0..n).map(|u| if sold[u] > 0.0 { at[u] / sold[u] } else { 0.0 }).collect();
        let walked: f64 = (0..n).map(|u| share[u] * sold[u]).sum();
        Self::of(both.select(|u, v, [sold, bought]| {
            Some([sold * share[u] / walked, bought * share[v] / walked])
        }))
    }

    fn of(ties: Ties<[f64; 2]>) -> Self {
        let outer = sums(&ties);
        // The walk is where it arrives.
        let visits = outer.iter().map(|[_, arriving]| *arriving).collect();
        Self { ties, visits, outer }
    }

    pub(crate) fn n(&self) -> usize {
        self.visits.len()
    }

    /// Bits a step for a description with one code book.
    pub(crate) fn entropy(&self) -> f64 {
        -self.visits.iter().map(|&p| plogp(p)).sum::<f64>()
    }

    /// Bits a step for a description with a code book a community.
    pub(crate) fn codelength(&self, community: &[u32]) -> f64 {
        Moving::of(self, community).codelength() + self.entropy()
    }

    /// Nodes become communities: the flows between those, and how often the walk is in each.
    fn aggregated(&self, community: &[u32], n_communities: usize) -> Self {
        let mut members = vec![Vec::new(); n_communities];
        for (node, &c) in community.iter().enumerate() {
            members[c as usize].push(node);
        }
        let mut near = Near::new(n_communities);
        let mut rows: Vec<Vec<(u32, [f64; 2])>> = Vec::with_capacity(n_communities);
        let mut visits = vec![0.0; n_communities];
        for (c, nodes) in members.iter().enumerate() {
            for &i in nodes {
                visits[c] += self.visits[i];
                for (j, flow) in self.ties.ties(i).filter(|(j, _)| community[*j] as usize != c) {
                    near.add(community[j], flow);
                }
            }
            near.touched.sort_unstable();
            rows.push(near.touched.iter().map(|&d| (d, near.worth(d))).collect());
            near.clear();
        }
        let ties = Ties::from_rows(rows);
        let outer = sums(&ties);
        Self { ties, visits, outer }
    }
}

/// By node: what leaves it and what arrives.
fn sums(ties: &Ties<[f64; 2]>) -> Vec<[f64; 2]> {
    let sum = |u| {
        ties.ties(u).fold([0.0; 2], |mut sum, (_, flow)| {
            sum.add(flow);
            sum
        })
    };
    (0..ties.adjacency().n_nodes()).map(sum).collect()
}

/// The partition of the shortest description that a search finds.
///
/// # Method
/// Nodes move, from a queue, to the neighbouring community that shortens the description most; communities become nodes and
/// move likewise, until none does; all of it anew from single nodes in their communities, until nothing changes. Communities
/// that have come apart are told apart.
/// # Cost
/// About `O(m)` time a level.
/// # Errors
/// [`MetricError::Cancelled`].
fn search(
    flows: &WalkFlows,
    rng: &mut ChaCha8Rng,
    progress: &dyn Progress,
) -> Result<Vec<u32>, MetricError> {
    let mut community: Vec<u32> = (0..flows.n() as u32).collect();
    for _ in 0..MOST_ROUNDS {
        let before = community.clone();
        let mut level = flows.clone();
        let mut member: Vec<u32> = (0..flows.n() as u32).collect();
        let mut partition = community.clone();
        loop {
            Moving::of(&level, &partition).run(&mut partition, rng, progress)?;
            let n_communities = number(&mut partition);
            for (node, &at) in community.iter_mut().zip(&member) {
                *node = partition[at as usize];
            }
            if n_communities == level.n() {
                break;
            }
            level = level.aggregated(&partition, n_communities);
            member.copy_from_slice(&community);
            partition = (0..n_communities as u32).collect();
        }
        whole(flows, &mut community);
        number(&mut community);
        if community == before {
            break;
        }
    }
    // Moves of single nodes may never get there.
    let mut undivided = vec![0; flows.n()];
    whole(flows, &mut undivided);
    let is_better = flows.codelength(&undivided) < flows.codelength(&community) - ROUNDING;
    Ok(if is_better { undivided } else { community })
}

/// The partitions of so many searches, each in random orders of its own.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn searches(
    flows: &WalkFlows,
    runs: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Vec<Vec<u32>>, MetricError> {
    progress.begin("map equation", runs as u64);
    let one = |run: usize| {
        let found = search(flows, &mut stream(seed, run), progress);
        progress.advance(1);
        found
    };
    let found: Vec<_> = (0..runs).into_par_iter().with_max_len(1).map(one).collect();
    found.into_iter().collect()
}

/// Parts of a community that no flow joins become communities.
fn whole(flows: &WalkFlows, community: &mut [u32]) {
    let mut part = vec![u32::MAX; community.len()];
    let mut next = 0;
    let mut waiting = Vec::new();
    for start in 0..community.len() {
        if part[start] != u32::MAX {
            continue;
        }
        part[start] = next;
        waiting.push(start);
        while let Some(i) = waiting.pop() {
            for (j, [to, from]) in flows.ties.ties(i) {
                if part[j] == u32::MAX && community[j] == community[i] && to + from > 0.0 {
                    part[j] = next;
                    waiting.push(j);
                }
            }
        }
        next += 1;
    }
    community.copy_from_slice(&part);
}

/// `p log₂ p`, 0 at 0.
fn plogp(p: f64) -> f64 {
    if p > 0.0 { p * p.log2() } else { 0.0 }
}

/// A community: how often the walk is there, leaves it and comes.
#[derive(Clone, Copy, Debug, Default)]
struct Module {
    visits: f64,
    exit: f64,
    enter: f64,
    size: u32,
}

impl Module {
    /// Its part of the description, but for the entries of the index and the entropy of the nodes.
    fn length(self) -> f64 {
        plogp(self.exit + self.visits) - plogp(self.exit) - plogp(self.enter)
    }

    /// With a node more that sends to and takes from it.
    fn with(self, visits: f64, [out, into]: [f64; 2], [to, from]: [f64; 2]) -> Self {
        Self {
            visits: self.visits + visits,
            exit: (self.exit + out - to - from).max(0.0),
            enter: (self.enter + into - from - to).max(0.0),
            size: self.size + 1,
        }
    }

    /// With a node less; `to` and `from` are its flows with the others.
    fn without(self, visits: f64, [out, into]: [f64; 2], [to, from]: [f64; 2]) -> Self {
        if self.size <= 1 {
            return Self::default();
        }
        Self {
            visits: self.visits - visits,
            exit: (self.exit - out + to + from).max(0.0),
            enter: (self.enter - into + from + to).max(0.0),
            size: self.size - 1,
        }
    }
}

/// Nodes that move to where they shorten the description most.
struct Moving<'l> {
    level: &'l WalkFlows,
    modules: Vec<Module>,
    enter: f64,
    empty: Vec<u32>,
}

impl<'l> Moving<'l> {
    fn of(level: &'l WalkFlows, partition: &[u32]) -> Self {
        let n = level.n();
        let mut modules = vec![Module::default(); n];
        for (i, &c) in partition.iter().enumerate() {
            let module = &mut modules[c as usize];
            module.visits += level.visits[i];
            module.size += 1;
            for (j, [to, from]) in level.ties.ties(i) {
                if partition[j] != c {
                    module.exit += to;
                    module.enter += from;
                }
            }
        }
        let enter = modules.iter().map(|module| module.enter).sum();
        let empty = (0..n as u32).rev().filter(|&c| modules[c as usize].size == 0).collect();
        Self { level, modules, enter, empty }
    }

    /// Bits a step, without the entropy of the nodes.
    fn codelength(&self) -> f64 {
        plogp(self.enter) + self.modules.iter().map(|module| module.length()).sum::<f64>()
    }

    fn run(
        &mut self,
        partition: &mut [u32],
        rng: &mut ChaCha8Rng,
        progress: &dyn Progress,
    ) -> Result<(), MetricError> {
        let level = self.level;
        let moved = |i, own, near: &Near<[f64; 2]>| self.moved(i, own, near);
        settle(partition, |i| level.ties.ties(i), rng, progress, moved)
    }

    /// Moves a node to where the description becomes shortest, and says where that is.
    fn moved(&mut self, i: usize, own: u32, near: &Near<[f64; 2]>) -> u32 {
        let (visits, outer) = (self.level.visits[i], self.level.outer[i]);
        if !(visits > 0.0) && outer.iter().all(|flow| !(*flow > 0.0)) {
            return own;
        }
        let from = self.modules[own as usize];
        let left = from.without(visits, outer, near.worth(own));
        let change = |to: Module, with: Module| {
            let enter = self.enter - from.enter + left.enter - to.enter + with.enter;
            plogp(enter) - plogp(self.enter) + left.length() - from.length() + with.length()
                - to.length()
        };
        let (mut best, mut least) = (None, -ROUNDING);
        let alone = self.empty.last().filter(|_| from.size > 1);
        for &c in near.touched.iter().filter(|&&c| c != own).chain(alone) {
            let to = self.modules[c as usize];
            let with = to.with(visits, outer, near.worth(c));
            let change = change(to, with);
            if change < least {
                (best, least) = (Some((c, with)), change);
            }
        }
        let Some((c, with)) = best else { return own };
        self.enter += left.enter - from.enter + with.enter - self.modules[c as usize].enter;
        if with.size == 1 {
            self.empty.pop();
        }
        if left.size == 0 {
            self.empty.push(own);
        }
        self.modules[own as usize] = left;
        self.modules[c as usize] = with;
        c
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn a_move_changes_the_length_as_it_is_counted_anew() {
        let flows = [
            (0, 1, 2.0),
            (1, 2, 3.0),
            (2, 0, 1.0),
            (2, 3, 0.5),
            (3, 4, 2.0),
            (4, 5, 2.0),
            (5, 3, 4.0),
        ];
        let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e", "f"], flows).expect("good");
        for walk in [WalkFlows::undirected(&graph), WalkFlows::directed(&graph)] {
            assert!((walk.visits.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            let split = walk.codelength(&[0, 0, 0, 1, 1, 1]);
            let one = walk.codelength(&[0; 6]);
            assert!((one - walk.entropy()).abs() < 1e-14, "one community leaves no index");
            assert!(split < one, "{split} is not below {one}");
            let found = search(&walk, &mut stream(1, 0), &NoProgress).expect("not cancelled");
            assert_eq!(found, [0, 0, 0, 1, 1, 1]);
            let mut moving = Moving::of(&walk, &found);
            let before = moving.codelength();
            let mut near = Near::new(6);
            walk.ties.ties(2).for_each(|(j, flow)| near.add(found[j], flow));
            assert_eq!(moving.moved(2, 0, &near), 0, "nobody gains by leaving");
            assert!((moving.codelength() - before).abs() < 1e-15);
        }
    }
}
