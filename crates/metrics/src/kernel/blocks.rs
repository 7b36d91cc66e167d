//! Blocks of a network: where it hangs together by one node or one tie.

use super::adjacency::Adjacency;

/// What falls apart without a node or a tie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cuts {
    /// By node: into how many pieces its component falls without it; 0 for an isolate.
    pub(crate) pieces: Vec<u32>,
    /// By node: ordered pairs of others of its component that still hang together without it.
    pub(crate) pairs_left: Vec<f64>,
    /// Ordered pairs of nodes that hang together.
    pub(crate) pairs: f64,
    /// By node: nodes of its component.
    pub(crate) component_size: Vec<u32>,
    /// By node: from where the search came to it; itself where it began.
    parent: Vec<u32>,
    /// By node: whether the tie to its parent is the only way between what is on its two sides.
    is_cut: Vec<bool>,
    /// Largest parts in which no node is the only way between two others.
    pub(crate) n_blocks: usize,
}

impl Cuts {
    /// Whether the tie of two neighbours is a bridge.
    pub(crate) fn is_bridge(&self, u: usize, v: usize) -> bool {
        (self.is_cut[u] && self.parent[u] as usize == v)
            || (self.is_cut[v] && self.parent[v] as usize == u)
    }

    pub(crate) fn n_bridges(&self) -> usize {
        self.is_cut.iter().filter(|&&is_cut| is_cut).count()
    }
}

/// Pieces, bridges and blocks of an undirected view without self-loops.
///
/// Depth first without recursion: a part that was found through a node, and from which no tie leads back to before
/// that node, is joined to the rest by it alone.
///
/// # Cost
/// `O(n + m)` time, `O(n)` memory. Source: Hopcroft and Tarjan (1973).
pub(crate) fn blocks(ties: Adjacency<'_>) -> Cuts {
    const NEW: u32 = u32::MAX;
    let n = ties.n_nodes();
    let mut found = Cuts {
        pieces: vec![0; n],
        pairs_left: vec![0.0; n],
        pairs: 0.0,
        component_size: vec![1; n],
        parent: (0..n as u32).collect(),
        is_cut: vec![false; n],
        n_blocks: 0,
    };
    let mut place = vec![NEW; n];
    // The first place that a node or what was found through it has a tie to.
    let mut low = vec![NEW; n];
    let mut path: Vec<(u32, u32)> = Vec::new();
    // Nodes found through each node, itself included; and of them those in parts that it alone joins to the rest.
    let (mut below, mut cut_off) = (vec![1_u32; n], vec![0_u32; n]);
    let mut members: Vec<u32> = Vec::new();
    let mut next = 0;
    for root in 0..n {
        if place[root] != NEW {
            continue;
        }
        place[root] = next;
        low[root] = next;
        next += 1;
        path.push((root as u32, ties.offsets[root]));
        members.clear();
        members.push(root as u32);
        while let Some((node, position)) = path.last_mut() {
            let u = *node as usize;
            if *position < ties.offsets[u + 1] {
                let v = ties.neighbours[*position as usize] as usize;
                *position += 1;
                if place[v] == NEW {
                    place[v] = next;
                    low[v] = next;
                    next += 1;
                    found.parent[v] = u as u32;
                    path.push((v as u32, ties.offsets[v]));
                    members.push(v as u32);
                } else if v != found.parent[u] as usize {
                    low[u] = low[u].min(place[v]);
                }
                continue;
            }
            path.pop();
            if u == root {
                continue;
            }
            let parent = found.parent[u] as usize;
            low[parent] = low[parent].min(low[u]);
            below[parent] += below[u];
            if low[u] >= place[parent] {
                found.pieces[parent] += 1;
                found.n_blocks += 1;
                cut_off[parent] += below[u];
                found.pairs_left[parent] += ordered_pairs(below[u]);
            }
            found.is_cut[u] = low[u] > place[parent];
            // What is left on the other side of a node where no search began.
            found.pieces[u] += 1;
        }
        let size = members.len() as u32;
        found.pairs += ordered_pairs(size);
        for &u in &members {
            let u = u as usize;
            found.component_size[u] = size;
            found.pairs_left[u] += ordered_pairs(size - 1 - cut_off[u]);
        }
    }
    found
}

fn ordered_pairs(size: u32) -> f64 {
    let size = f64::from(size);
    size * (size - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::adjacency::Mutual;
    use crate::kernel::components::weak;
    use crate::kernel::draws::Draws;
    use palenque_graph::transform::induced;
    use palenque_graph::{NodeIndex, SupplyGraph};

    #[test]
    fn pieces_and_bridges_are_what_taking_out_shows() {
        let mut draws = Draws(3);
        let mut draw = |n| draws.below(n);
        for n in [1, 2, 5, 12, 30] {
            for _ in 0..20 {
                let m = draw(2 * n);
                let mut flows: Vec<(u32, u32, f64)> =
                    (0..m).map(|_| (draw(n), draw(n), 1.0)).collect();
                flows.retain(|&(u, v, _)| u != v);
                let build = |flows: &[(u32, u32, f64)]| {
                    let ids = (0..n).map(|i| i.to_string());
                    SupplyGraph::from_flows(ids, flows.iter().copied()).expect("a good graph")
                };
                let graph = build(&flows);
                let before = weak(&graph).sizes.len();
                let found = blocks(Mutual::of(&graph).adjacency());
                for u in 0..n {
                    let others = graph.node_indices().filter(|v| v.index() != u as usize);
                    let rest = induced(&graph, &others.collect::<Vec<NodeIndex>>());
                    let pieces = weak(&rest).sizes.len() + 1 - before;
                    assert_eq!(found.pieces[u as usize] as usize, pieces, "{flows:?}, {u}");
                    let pairs: f64 =
                        weak(&rest).sizes.iter().map(|&size| ordered_pairs(size as u32)).sum();
                    let u = u as usize;
                    let others = found.pairs - ordered_pairs(found.component_size[u]);
                    assert!((others + found.pairs_left[u] - pairs).abs() < 1e-9, "{flows:?}, {u}");
                }
                for &(u, v, _) in &flows {
                    let without: Vec<_> = flows
                        .iter()
                        .copied()
                        .filter(|&(a, b, _)| (a, b) != (u, v) && (a, b) != (v, u))
                        .collect();
                    let is_bridge = weak(&build(&without)).sizes.len() > before;
                    assert_eq!(found.is_bridge(u as usize, v as usize), is_bridge, "{flows:?}");
                }
            }
        }
    }
}
