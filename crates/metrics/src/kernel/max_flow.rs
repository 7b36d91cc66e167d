//! Maximum flows and minimum cuts.

use crate::MetricError;
use palenque_graph::Progress;

/// A network of arcs with whole capacities, and what flows through it.
pub(crate) struct FlowNetwork {
    /// By node: its last arc; arcs of a node are a list.
    last: Vec<u32>,
    /// By arc: the one before it at the same node.
    before: Vec<u32>,
    to: Vec<u32>,
    /// By arc: what more can flow. An arc and its reverse are numbered `2k` and `2k + 1`.
    left: Vec<u32>,
}

const NONE: u32 = u32::MAX;
/// More than can flow.
pub(crate) const UNLIMITED: u32 = u32::MAX / 2;

impl FlowNetwork {
    pub(crate) fn new(n: usize) -> Self {
        Self { last: vec![NONE; n], before: vec![], to: vec![], left: vec![] }
    }

    /// Adds an arc.
    pub(crate) fn arc(&mut self, from: usize, to: usize, capacity: u32) {
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
        let mut flow = 0;
        loop {
            if progress.cancelled() {
                return Err(MetricError::Cancelled);
            }
            let level = self.levels(source);
            if level[sink] == NONE {
                return Ok(flow);
            }
            flow += self.fill_shortest(source, sink, &level);
        }
    }

    /// Steps from the source over arcs with room.
    fn levels(&self, source: usize) -> Vec<u32> {
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
                    found.push(v as u32);
                }
                arc = self.before[arc as usize];
            }
        }
        level
    }

    fn fill_shortest(&mut self, source: usize, sink: usize, level: &[u32]) -> u64 {
        // By node: the arc to try next.
        let mut next = self.last.clone();
        let mut way: Vec<u32> = Vec::new();
        let mut u = source;
        let mut flow = 0;
        loop {
            if u == sink {
                let room = way.iter().map(|&arc| self.left[arc as usize]).min().unwrap_or(0);
                flow += u64::from(room);
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
        self.levels(source).into_iter().map(|level| level != NONE).collect()
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
                    network.arc(u as usize, v as usize, capacity);
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
            }
        }
    }
}
