//! Distances in steps between all pairs, 512 searches at once.

use super::adjacency::Adjacency;
use super::chunks::fold_chunks_with;
use crate::MetricError;
use palenque_graph::{Progress, SupplyGraph};

/// What a node can reach, summed over the nodes it reaches, itself left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reach {
    /// How many nodes.
    pub(crate) count: Vec<u64>,
    /// The sum of the distances to them.
    pub(crate) distance: Vec<f64>,
    /// The sum of the reciprocals of the distances to them.
    pub(crate) inverse: Vec<f64>,
    /// The largest distance to one of them, 0 without any.
    pub(crate) farthest: Vec<f64>,
}

impl Reach {
    pub(crate) fn none(n: usize) -> Self {
        Self {
            count: vec![0; n],
            distance: vec![0.0; n],
            inverse: vec![0.0; n],
            farthest: vec![0.0; n],
        }
    }

    /// Adds what a batch of searches says of a node.
    fn add(&mut self, u: usize, row: &Row) {
        self.count[u] += u64::from(row.count);
        self.distance[u] += row.distance;
        self.inverse[u] += row.inverse;
        self.farthest[u] = self.farthest[u].max(row.farthest);
    }
}

/// What a batch of searches says of a node.
#[derive(Clone, Copy, Default)]
struct Row {
    count: u32,
    distance: f64,
    inverse: f64,
    farthest: f64,
}

/// What a batch of searches says of the nodes it reached.
enum Part {
    Some(Vec<(u32, Row)>),
    All(Vec<Row>),
}

/// Searches that run side by side, one bit each.
const WORDS: usize = 8;
pub(crate) const LANES: usize = 64 * WORDS;
type Bits = [u64; WORDS];
const NONE: Bits = [0; WORDS];
/// From one in so many of the edges on, asking is faster than telling.
const ASKING_PAYS: usize = 16;

/// The direction in which a node reaches others, and its reverse.
#[derive(Clone, Copy)]
pub(crate) struct Ways<'a> {
    pub(crate) along: Adjacency<'a>,
    pub(crate) against: Adjacency<'a>,
}

impl<'a> Ways<'a> {
    /// To customers.
    pub(crate) fn out(graph: &'a SupplyGraph) -> Self {
        Self { along: Adjacency::customers(graph), against: Adjacency::suppliers(graph) }
    }

    /// To suppliers: from where the node is reached.
    pub(crate) fn into(graph: &'a SupplyGraph) -> Self {
        Self { along: Adjacency::suppliers(graph), against: Adjacency::customers(graph) }
    }

    /// Both ways alike.
    pub(crate) fn both(ties: Adjacency<'a>) -> Self {
        Self { along: ties, against: ties }
    }
}

/// For every node, sums over the nodes that it reaches.
///
/// Searches run backwards from a batch of targets and tell each node how many of them it reaches at each distance, so
/// that one population count a node and level replaces a counter a pair.
///
/// # Cost
/// At most `O(nm / 512 · D)` word operations for `D` levels and never more than `O(nm)`; `O(n)` memory a thread.
/// Source: Then, Kaufmann, Chirigati, Hoang-Vu, Pham, Kemper, Neumann and Vo (2014); Beamer,
/// Asanović and Patterson (2012) for asking.
pub(crate) fn reach(
    ways: Ways<'_>,
    what: &str,
    progress: &dyn Progress,
) -> Result<Reach, MetricError> {
    let n = ways.along.n_nodes();
    let mut total = Reach::none(n);
    progress.begin(what, n as u64);
    let room = || (Room::new(n), vec![Row::default(); n]);
    let work = |(room, sums): &mut (Room, Vec<Row>), targets: std::ops::Range<usize>| {
        let nodes = targets.clone().map(|v| v as u32);
        sweep(room, ways, nodes, progress, |u, level, reached| {
            let row = &mut sums[u];
            row.count += reached;
            row.distance += level * f64::from(reached);
            row.inverse += f64::from(reached) / level;
            row.farthest = level;
        })?;
        // Of few, only these are handed on, and the room is as good as new.
        let part = if room.reached.len() < n / 4 {
            let take = |&u: &u32| (u, std::mem::take(&mut sums[u as usize]));
            Part::Some(room.reached.iter().map(take).collect())
        } else {
            Part::All(std::mem::replace(sums, vec![Row::default(); n]))
        };
        room.clear();
        progress.advance(targets.len() as u64);
        Some(part)
    };
    fold_chunks_with(n, LANES, progress, room, work, |part| match part {
        Part::Some(rows) => rows.iter().for_each(|(u, row)| total.add(*u as usize, row)),
        Part::All(rows) => rows.iter().enumerate().for_each(|(u, row)| total.add(u, row)),
    })?;
    Ok(total)
}

/// Room for a batch of searches, clean before and, unless cancelled, after [`Room::clear`].
pub(crate) struct Room {
    seen: Vec<Bits>,
    arriving: Vec<Bits>,
    next: Vec<Bits>,
    /// Nodes that were reached, targets among them.
    reached: Vec<u32>,
}

impl Room {
    pub(crate) fn new(n: usize) -> Self {
        let bits = || vec![NONE; n];
        Self { seen: bits(), arriving: bits(), next: bits(), reached: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        for u in self.reached.drain(..) {
            self.seen[u as usize] = NONE;
        }
    }
}

/// One batch of at most [`LANES`] searches. `found` is given each node that arrives, the distance, and at how many of the
/// targets; distances grow. `None` if cancelled.
///
/// While few nodes have news they tell it along their edges; when many have, every node that lacks some asks for it instead,
/// which reads one place an edge where telling reads one and writes another.
#[inline]
pub(crate) fn sweep(
    room: &mut Room,
    ways: Ways<'_>,
    targets: impl Iterator<Item = u32>,
    progress: &dyn Progress,
    mut found: impl FnMut(usize, f64, u32),
) -> Option<()> {
    let Ways { along, against } = ways;
    let n = against.n_nodes();
    let Room { seen, arriving, next, reached: all_reached } = room;
    let mut frontier: Vec<u32> = Vec::with_capacity(LANES);
    let mut all = NONE;
    for (lane, v) in targets.enumerate() {
        let bit = 1 << (lane % 64);
        if seen[v as usize] == NONE {
            all_reached.push(v);
        }
        seen[v as usize][lane / 64] |= bit;
        arriving[v as usize][lane / 64] |= bit;
        all[lane / 64] |= bit;
        frontier.push(v);
    }
    let mut touched: Vec<u32> = Vec::new();
    let mut level = 0.0;
    let mut edges_since_asked = 0;
    while !frontier.is_empty() {
        level += 1.0;
        let edges: usize = frontier.iter().map(|&v| against.range(v as usize).len()).sum();
        if edges > against.neighbours.len() / ASKING_PAYS {
            for u in 0..n {
                let lacks: Bits = std::array::from_fn(|w| all[w] & !seen[u][w]);
                if lacks == NONE {
                    continue;
                }
                let mut news = NONE;
                for &v in along.neighbours(u) {
                    let told = &arriving[v as usize];
                    (0..WORDS).for_each(|w| news[w] |= told[w]);
                    if (0..WORDS).all(|w| lacks[w] & !news[w] == 0) {
                        break;
                    }
                }
                let fresh: Bits = std::array::from_fn(|w| lacks[w] & news[w]);
                if fresh != NONE {
                    next[u] = fresh;
                    touched.push(u as u32);
                }
            }
            for &v in &frontier {
                arriving[v as usize] = NONE;
            }
            edges_since_asked += against.neighbours.len() + n;
        } else {
            for &v in &frontier {
                let v = v as usize;
                let bits = std::mem::replace(&mut arriving[v], NONE);
                for &u in against.neighbours(v) {
                    let u = u as usize;
                    let fresh: Bits = std::array::from_fn(|w| bits[w] & !seen[u][w]);
                    if fresh != NONE {
                        if next[u] == NONE {
                            touched.push(u as u32);
                        }
                        (0..WORDS).for_each(|w| next[u][w] |= fresh[w]);
                    }
                }
            }
            edges_since_asked += edges + frontier.len();
        }
        for &u in &touched {
            let u = u as usize;
            if seen[u] == NONE {
                all_reached.push(u as u32);
            }
            let mut reached = 0;
            for w in 0..WORDS {
                seen[u][w] |= next[u][w];
                reached += next[u][w].count_ones();
            }
            found(u, level, reached);
        }
        std::mem::swap(arriving, next);
        std::mem::swap(&mut frontier, &mut touched);
        touched.clear();
        if edges_since_asked > 1 << 20 {
            if progress.cancelled() {
                return None;
            }
            edges_since_asked = 0;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn a_cycle_longer_than_a_batch_is_walked_round() {
        let n = 1100_u32;
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let flows = (0..n).map(|u| (u, (u + 1) % n, 1.0));
        let graph = SupplyGraph::from_flows(ids, flows).expect("a good graph");
        let all = reach(Ways::out(&graph), "", &NoProgress).expect("not cancelled");
        let steps = (1..n).map(f64::from);
        let expected = steps.clone().sum::<f64>();
        assert!(all.count.iter().all(|&c| c == u64::from(n) - 1));
        assert!(all.distance.iter().all(|d| d.to_bits() == expected.to_bits()));
        let harmonic: f64 = steps.map(f64::recip).sum();
        assert!(all.inverse.iter().all(|h| (h / harmonic - 1.0).abs() < 1e-13));
    }
}
