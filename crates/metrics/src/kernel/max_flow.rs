//! Maximum flows and minimum cuts.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use palenque_graph::Progress;

/// A network of arcs with whole capacities, and what flows through it.
#[derive(Clone)]
pub(crate) struct FlowNetwork {
    /// By node: its last arc; arcs of a node are a list.
    last: Vec<u32>,
    /// By arc: the one before it at the same node.
    before: Vec<u32>,
    to: Vec<u32>,
    /// By arc: what more can flow. An arc and its reverse are numbered `2k` and `2k + 1`.
    left: Vec<u64>,
}

const NONE: u32 = u32::MAX;
/// More than can flow.
pub(crate) const UNLIMITED: u64 = u64::MAX / 4;
/// Nodes whose loss one thread looks at in a row.
const CHUNK: usize = 8;

impl FlowNetwork {
    pub(crate) fn new(n: usize) -> Self {
        Self { last: vec![NONE; n], before: vec![], to: vec![], left: vec![] }
    }

    /// Adds an arc.
    pub(crate) fn arc(&mut self, from: usize, to: usize, capacity: u64) {
        for (from, to, left) in [(from, to, capacity), (to, from, 0)] {
            self.before.push(self.last[from]);
            self.last[from] = self.to.len() as u32;
            self.to.push(to as u32);
            self.left.push(left);
        }
    }

    /// Lets as much flow from `source` to `sink` as can, and returns how much.
    ///
    /// Dinic's algorithm: as long as the sink is reached, fills all shortest ways at once. Without recursion.
    ///
    /// # Cost
    /// `O(n² m)` time at most, `O(m √m)` where all capacities are 1; `O(n)` memory beside the arcs. Source: Dinic (1970);
    /// Even and Tarjan (1975) for capacities of 1.
    /// # Errors
    /// [`MetricError::Cancelled`].
    pub(crate) fn fill(
        &mut self,
        source: usize,
        sink: usize,
        progress: &dyn Progress,
    ) -> Result<u64, MetricError> {
        self.fill_up_to(source, sink, u64::MAX, progress)
    }

    /// [`FlowNetwork::fill`] that stops when so much has flowed.
    fn fill_up_to(
        &mut self,
        source: usize,
        sink: usize,
        most: u64,
        progress: &dyn Progress,
    ) -> Result<u64, MetricError> {
        let mut flow = 0;
        while flow < most {
            if progress.cancelled() {
                return Err(MetricError::Cancelled);
            }
            let level = self.levels(source, sink);
            if level[sink] == NONE {
                break;
            }
            flow += self.fill_shortest(source, sink, &level, most - flow);
        }
        Ok(flow)
    }

    /// Steps from the source over arcs with room, of all nodes that are nearer than the sink.
    fn levels(&self, source: usize, sink: usize) -> Vec<u32> {
        let mut level = vec![NONE; self.last.len()];
        level[source] = 0;
        let mut found = vec![source as u32];
        let mut head = 0;
        while let Some(&u) = found.get(head) {
            head += 1;
            let mut arc = self.last[u as usize];
            while arc != NONE {
                let v = self.to[arc as usize] as usize;
                if self.left[arc as usize] > 0 && level[v] == NONE {
                    level[v] = level[u as usize] + 1;
                    if v == sink {
                        return level;
                    }
                    found.push(v as u32);
                }
                arc = self.before[arc as usize];
            }
        }
        level
    }

    fn fill_shortest(&mut self, source: usize, sink: usize, level: &[u32], most: u64) -> u64 {
        // By node: the arc to try next.
        let mut next = self.last.clone();
        let mut way: Vec<u32> = Vec::new();
        let mut u = source;
        let mut flow = 0;
        loop {
            if u == sink {
                let room = way.iter().map(|&arc| self.left[arc as usize]).min().unwrap_or(0);
                let room = room.min(most - flow);
                flow += room;
                let mut full = way.len();
                for (place, &arc) in way.iter().enumerate().rev() {
                    self.left[arc as usize] -= room;
                    self.left[arc as usize ^ 1] += room;
                    if self.left[arc as usize] == 0 {
                        full = place;
                    }
                }
                // Back to where the first arc that is full now begins.
                u = way.get(full).map_or(source, |&arc| self.to[arc as usize ^ 1] as usize);
                way.truncate(full);
                if flow == most {
                    return flow;
                }
                continue;
            }
            let arc = next[u];
            if arc == NONE {
                // Nothing leads on from here.
                let Some(arc) = way.pop() else { return flow };
                u = self.to[arc as usize ^ 1] as usize;
                next[u] = self.before[next[u] as usize];
                continue;
            }
            let v = self.to[arc as usize] as usize;
            if self.left[arc as usize] > 0 && level[v] == level[u] + 1 {
                way.push(arc);
                u = v;
            } else {
                next[u] = self.before[arc as usize];
            }
        }
    }

    /// After [`FlowNetwork::fill`], the nodes that the source still reaches: the smaller side of the minimum cut that is
    /// nearest to the source.
    pub(crate) fn source_side(&self, source: usize) -> Vec<bool> {
        self.levels(source, usize::MAX).into_iter().map(|level| level != NONE).collect()
    }

    /// What flows over an arc, by the order in which arcs were added.
    pub(crate) fn through(&self, arc: usize) -> u64 {
        self.left[2 * arc + 1]
    }

    /// After [`FlowNetwork::fill`], how much could flow without each of these arcs alone.
    ///
    /// What the arc carried is sent around it first: from where it began to where it ended, as far as there is room; the rest is
    /// lost. That is all that can be kept, for a flow of the rest of the network is a largest one exactly if nothing more
    /// gets around. Threads share the arcs.
    ///
    /// # Cost
    /// That of one small [`FlowNetwork::fill`] an arc that carries anything; none for the others.
    /// # Errors
    /// [`MetricError::Cancelled`].
    pub(crate) fn lost_without(
        &self,
        arcs: &[usize],
        progress: &dyn Progress,
    ) -> Result<Vec<u64>, MetricError> {
        let mut lost = Vec::with_capacity(arcs.len());
        let of_chunk = |range: std::ops::Range<usize>| -> Option<Vec<u64>> {
            let mut network = self.clone();
            let mut lost = Vec::with_capacity(range.len());
            for &arc in &arcs[range] {
                let carried = self.through(arc);
                if carried > 0 {
                    network.left.copy_from_slice(&self.left);
                    network.left[2 * arc] = 0;
                    network.left[2 * arc + 1] = 0;
                    let from = self.to[2 * arc + 1] as usize;
                    let to = self.to[2 * arc] as usize;
                    let around = network.fill_up_to(from, to, carried, progress).ok()?;
                    lost.push(carried - around);
                } else {
                    lost.push(0);
                }
                progress.advance(1);
            }
            Some(lost)
        };
        fold_chunks(arcs.len(), CHUNK, progress, of_chunk, |chunk| lost.extend(chunk))?;
        Ok(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;
    use palenque_graph::NoProgress;

    #[test]
    fn the_flow_is_the_smallest_cut() {
        let mut draws = Draws(29);
        let mut draw = |n| draws.below(n);
        for n in [2, 3, 5, 8] {
            for _ in 0..60 {
                let arcs: Vec<(u32, u32, u32)> =
                    (0..draw(4 * n)).map(|_| (draw(n), draw(n), draw(5))).collect();
                let mut network = FlowNetwork::new(n as usize);
                for &(u, v, capacity) in &arcs {
                    network.arc(u as usize, v as usize, u64::from(capacity));
                }
                let flow = network.fill(0, 1, &NoProgress).expect("not cancelled");
                let cut = |side: u32| -> u64 {
                    let inside = |u: u32| side >> u & 1 == 1;
                    let across = arcs.iter().filter(|&&(u, v, _)| inside(u) && !inside(v));
                    across.map(|&(_, _, capacity)| u64::from(capacity)).sum()
                };
                let sides = (0..1_u32 << n).filter(|side| side & 3 == 1);
                assert_eq!(Some(flow), sides.clone().map(cut).min());
                // The side that is returned is in all others that cut as little.
                let found = network.source_side(0);
                for side in sides.filter(|&side| cut(side) == flow) {
                    assert!((0..n).all(|u| !found[u as usize] || side >> u & 1 == 1));
                }
                // Without each of the arcs in turn, as if it had never been there.
                let all: Vec<usize> = (0..arcs.len()).collect();
                let lost = network.lost_without(&all, &NoProgress).expect("not cancelled");
                for (without, lost) in lost.iter().enumerate() {
                    let mut rest = FlowNetwork::new(n as usize);
                    for (arc, &(u, v, capacity)) in arcs.iter().enumerate() {
                        let capacity = if arc == without { 0 } else { u64::from(capacity) };
                        rest.arc(u as usize, v as usize, capacity);
                    }
                    let left = rest.fill(0, 1, &NoProgress).expect("not cancelled");
                    assert_eq!(left, flow - lost, "{arcs:?} without arc {without}");
                }
            }
        }
    }
}
