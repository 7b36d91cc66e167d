//! Dominators: whom every path from the roots to a node passes.

use super::adjacency::Adjacency;
use super::components::strong_along;

/// By node: the nearest other node that every path from the roots to it passes, if there is one.
///
/// Roots are the nodes of strong components that nothing flows into from outside: raw materials, and circles that
/// supply themselves; every node is reached from them.
///
/// # Cost
/// `O(m log n)` time at most and nearly `O(n + m)` in practice; `O(n)` memory. Source: Lengauer and Tarjan (1979); Georgiadis,
/// Tarjan and Werneck (2006) for the second pass.
pub(crate) fn dominators(along: Adjacency<'_>, against: Adjacency<'_>) -> Vec<Option<u32>> {
    let n = along.n_nodes();
    let roots = roots(along, against);
    let Search { order, parent, place } = Search::run(along, &roots);
    // From here on nodes go by their place in the search; place 0 is before all roots.
    let mut forest = Forest { up: parent.clone(), label: (0..=n as u32).collect() };
    let mut semi: Vec<u32> = (0..=n as u32).collect();
    let mut path = Vec::new();
    for w in (1..=n).rev() {
        let node = order[w - 1] as usize;
        let mut least = parent[w];
        if roots[node] {
            least = 0;
        }
        for &v in against.neighbours(node) {
            let v = place[v as usize];
            least =
                least.min(if (v as usize) <= w { v } else { forest.least(v, w as u32, &mut path) });
        }
        semi[w] = least;
        forest.label[w] = least;
    }
    let mut nearest = parent;
    for w in 1..=n {
        let mut up = nearest[w];
        while up > semi[w] {
            up = nearest[up as usize];
        }
        nearest[w] = up;
    }
    let of = |&place: &u32| match nearest[place as usize] {
        0 => None,
        up => Some(order[up as usize - 1]),
    };
    place.iter().map(of).collect()
}

/// Nodes of strong components without suppliers outside.
fn roots(along: Adjacency<'_>, against: Adjacency<'_>) -> Vec<bool> {
    let partition = strong_along(along);
    let mut is_fed = vec![false; partition.sizes.len()];
    for v in 0..along.n_nodes() {
        let outside = |&u: &u32| !partition.joins(u as usize, v);
        if against.neighbours(v).iter().any(outside) {
            is_fed[partition.component[v] as usize] = true;
        }
    }
    partition.component.iter().map(|&component| !is_fed[component as usize]).collect()
}

/// A search by depth from all roots, as if one node before them led to each.
struct Search {
    /// Nodes in the order in which they were found; places begin at 1.
    order: Vec<u32>,
    /// By place: the place from which it was found, 0 for a root.
    parent: Vec<u32>,
    /// By node: its place.
    place: Vec<u32>,
}

impl Search {
    fn run(along: Adjacency<'_>, roots: &[bool]) -> Self {
        let n = along.n_nodes();
        let mut search =
            Self { order: Vec::with_capacity(n), parent: vec![0; n + 1], place: vec![0; n] };
        let mut path: Vec<(u32, u32)> = Vec::new();
        for root in (0..n).filter(|&u| roots[u]) {
            if search.place[root] != 0 {
                continue;
            }
            search.find(root, 0);
            path.push((root as u32, along.offsets[root]));
            while let Some((node, position)) = path.last_mut() {
                let u = *node as usize;
                if *position == along.offsets[u + 1] {
                    path.pop();
                    continue;
                }
                let v = along.neighbours[*position as usize] as usize;
                *position += 1;
                if search.place[v] == 0 {
                    search.find(v, search.place[u]);
                    path.push((v as u32, along.offsets[v]));
                }
            }
        }
        search
    }

    fn find(&mut self, u: usize, parent: u32) {
        self.order.push(u32::try_from(u).expect("nodes fit 32 bits"));
        self.place[u] = self.order.len() as u32;
        self.parent[self.order.len()] = parent;
    }
}

/// The part of the search tree that is done, with shortcuts upwards.
struct Forest {
    /// By place: a place above it.
    up: Vec<u32>,
    /// By place: the least semidominator on the way to `up`, that one left out.
    label: Vec<u32>,
}

impl Forest {
    /// The least label from `v` up to, and without, the first place before `done`. `path` is for reuse.
    fn least(&mut self, v: u32, done: u32, path: &mut Vec<u32>) -> u32 {
        let mut top = v;
        while self.up[top as usize] > done {
            path.push(top);
            top = self.up[top as usize];
        }
        let mut least = self.label[top as usize];
        let above = self.up[top as usize];
        while let Some(u) = path.pop() {
            least = least.min(self.label[u as usize]);
            self.label[u as usize] = least;
            self.up[u as usize] = above;
        }
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;
    use palenque_graph::SupplyGraph;

    /// Nodes that the roots reach without `without`.
    fn reached(graph: &SupplyGraph, roots: &[bool], without: usize) -> Vec<bool> {
        let mut seen: Vec<bool> =
            roots.iter().enumerate().map(|(u, &root)| root && u != without).collect();
        let mut stack: Vec<usize> = (0..seen.len()).filter(|&u| seen[u]).collect();
        while let Some(u) = stack.pop() {
            for (v, _) in graph.customers((u as u32).into()) {
                if v.index() != without && !seen[v.index()] {
                    seen[v.index()] = true;
                    stack.push(v.index());
                }
            }
        }
        seen
    }

    #[test]
    fn dominators_are_the_nearest_whose_loss_cuts_a_node_off() {
        let mut draws = Draws(5);
        let mut draw = |n| draws.below(n);
        for n in [1, 2, 6, 15, 40] {
            for round in 0..30 {
                let m = draw(3 * n);
                let flows: Vec<(u32, u32, f64)> = (0..m)
                    .map(|_| (draw(n), draw(n), 1.0))
                    .filter(|&(u, v, _)| round % 2 == 0 || u < v)
                    .collect();
                let ids = (0..n).map(|i| i.to_string());
                let graph = SupplyGraph::from_flows(ids, flows).expect("a good graph");
                let (along, against) = (Adjacency::customers(&graph), Adjacency::suppliers(&graph));
                let roots = roots(along, against);
                let found = dominators(along, against);
                let n = n as usize;
                let cut: Vec<Vec<bool>> = (0..n).map(|u| reached(&graph, &roots, u)).collect();
                for v in 0..n {
                    // All who dominate v; the nearest is dominated by the others.
                    let all: Vec<usize> = (0..n).filter(|&u| u != v && !cut[u][v]).collect();
                    let nearest = all.iter().find(|&&u| all.iter().all(|&w| w == u || !cut[w][u]));
                    assert_eq!(found[v].map(|u| u as usize), nearest.copied());
                }
            }
        }
    }
}
