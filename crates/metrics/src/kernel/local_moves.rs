//! Nodes that move between communities until none gains by it: the queue, and what a node is near to.

use crate::MetricError;
use crate::kernel::random::permutation;
use palenque_graph::Progress;
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// Nodes between two looks whether to go on.
pub(crate) const LOOK: usize = 1 << 14;

/// What a tie is worth: a number, or one each way.
pub(crate) trait Worth: Copy + Default {
    fn add(&mut self, other: Self);
}

impl Worth for f64 {
    fn add(&mut self, other: Self) {
        *self += other;
    }
}

impl Worth for [f64; 2] {
    fn add(&mut self, [to, from]: Self) {
        self[0] += to;
        self[1] += from;
    }
}

/// What a node has to do with communities, and which were met.
pub(crate) struct Near<T> {
    /// By community: what it is worth, and whether it was met. Side by side, for one look at memory a tie.
    communities: Vec<(T, bool)>,
    /// In the order in which they were met.
    pub(crate) touched: Vec<u32>,
}

impl<T: Worth> Near<T> {
    pub(crate) fn new(n: usize) -> Self {
        Self { communities: vec![(T::default(), false); n], touched: Vec::new() }
    }

    /// What the node has to do with a community.
    pub(crate) fn worth(&self, community: u32) -> T {
        self.communities[community as usize].0
    }

    pub(crate) fn add(&mut self, community: u32, worth: T) {
        let (sum, is_met) = &mut self.communities[community as usize];
        sum.add(worth);
        if !std::mem::replace(is_met, true) {
            self.touched.push(community);
        }
    }

    pub(crate) fn clear(&mut self) {
        for c in self.touched.drain(..) {
            self.communities[c as usize] = (T::default(), false);
        }
    }
}

/// Asks every node, in a random order and again whenever a neighbour has left, where it goes, until all stay. `moved` is given the
/// node, its community and what it is near to; it keeps its own account of the move and says the new community.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn settle<T: Worth, I: Iterator<Item = (usize, T)>>(
    partition: &mut [u32],
    ties: impl Fn(usize) -> I,
    rng: &mut ChaCha8Rng,
    progress: &dyn Progress,
    mut moved: impl FnMut(usize, u32, &Near<T>) -> u32,
) -> Result<(), MetricError> {
    let n = partition.len();
    let mut queue: VecDeque<u32> = permutation(n, rng).into();
    let mut waits = vec![true; n];
    let mut near = Near::new(n);
    let mut looked = 0;
    while let Some(i) = queue.pop_front() {
        looked += 1;
        if looked % LOOK == 1 && progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        let i = i as usize;
        waits[i] = false;
        for (j, worth) in ties(i) {
            near.add(partition[j], worth);
        }
        let to = moved(i, partition[i], &near);
        near.clear();
        if to == partition[i] {
            continue;
        }
        partition[i] = to;
        for (j, _) in ties(i) {
            if partition[j] != to && !waits[j] {
                waits[j] = true;
                queue.push_back(j as u32);
            }
        }
    }
    Ok(())
}
