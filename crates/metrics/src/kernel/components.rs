//! Weak and strong components, numbered by their smallest node.

use super::adjacency::Adjacency;
use palenque_graph::SupplyGraph;

/// Which component each node belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Partition {
    /// By node: its component, numbered in the order of their smallest nodes.
    pub(crate) component: Vec<u32>,
    /// By component: how many nodes it has.
    pub(crate) sizes: Vec<usize>,
}

impl Partition {
    /// Numbers the classes of arbitrary `labels` below `n`.
    pub(crate) fn numbered(labels: Vec<u32>) -> Self {
        let mut number = vec![u32::MAX; labels.len()];
        let mut sizes = Vec::new();
        let mut component = labels;
        for label in &mut component {
            let known = &mut number[*label as usize];
            if *known == u32::MAX {
                *known = sizes.len() as u32;
                sizes.push(0);
            }
            sizes[*known as usize] += 1;
            *label = *known;
        }
        Self { component, sizes }
    }

    /// Whether both ends are in one component.
    pub(crate) fn joins(&self, u: usize, v: usize) -> bool {
        self.component[u] == self.component[v]
    }
}

/// By node: the smallest node that it is joined to by ties that go both ways, itself perhaps.
pub(crate) fn anchors<I: Iterator<Item = usize>>(n: usize, ties: impl Fn(usize) -> I) -> Vec<u32> {
    let mut anchor = vec![u32::MAX; n];
    let mut stack = Vec::new();
    for root in 0..n {
        if anchor[root] == u32::MAX {
            anchor[root] = root as u32;
            stack.push(root);
        }
        while let Some(u) = stack.pop() {
            for v in ties(u) {
                if anchor[v] == u32::MAX {
                    anchor[v] = root as u32;
                    stack.push(v);
                }
            }
        }
    }
    anchor
}

/// Components of nodes joined by edges of either direction.
///
/// # Cost
/// See [`weak_along`].
pub(crate) fn weak(graph: &SupplyGraph) -> Partition {
    weak_along(&[Adjacency::customers(graph), Adjacency::suppliers(graph)])
}

/// Components of nodes that are neighbours on some of these sides, which between them show every tie from both its ends.
///
/// Joins every node to one neighbour on either side first; what is then in the largest component is not looked at
/// again, since its other edges are seen from their other ends.
///
/// # Cost
/// `O(n + m α(n))` time at most, `O(n)` memory. Source: Sutton, Ben-Nun and Barak (2018).
pub(crate) fn weak_along(sides: &[Adjacency<'_>]) -> Partition {
    let n = sides.first().map_or(0, |side| side.n_nodes());
    let mut sets = DisjointSets::new(n);
    for u in 0..n {
        for side in sides {
            if let Some(&v) = side.neighbours(u).first() {
                sets.join(u as u32, v);
            }
        }
    }
    let likely = sets.likely_largest();
    for u in 0..n {
        if Some(sets.find(u as u32)) != likely {
            for side in sides {
                for &v in side.neighbours(u).iter().skip(1) {
                    sets.join(u as u32, v);
                }
            }
        }
    }
    Partition::numbered((0..n as u32).map(|u| sets.find(u)).collect())
}

/// Sets of nodes; the smallest node of a set stands for it.
struct DisjointSets {
    parent: Vec<u32>,
}

impl DisjointSets {
    fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect() }
    }

    /// The node that stands for the set, halving the way there for the next time.
    fn find(&mut self, mut u: u32) -> u32 {
        loop {
            let parent = self.parent[u as usize];
            if parent == u {
                return u;
            }
            let grandparent = self.parent[parent as usize];
            self.parent[u as usize] = grandparent;
            u = grandparent;
        }
    }

    fn join(&mut self, u: u32, v: u32) {
        let (a, b) = (self.find(u), self.find(v));
        let (smaller, larger) = if a < b { (a, b) } else { (b, a) };
        self.parent[larger as usize] = smaller;
    }

    /// The set that most of a thousand evenly spaced nodes are in.
    fn likely_largest(&mut self) -> Option<u32> {
        let n = self.parent.len();
        let mut sample: Vec<u32> =
            (0..n).step_by(n.div_ceil(1024).max(1)).map(|u| self.find(u as u32)).collect();
        sample.sort_unstable();
        sample.chunk_by(|a, b| a == b).max_by_key(|run| run.len()).map(|run| run[0])
    }
}

/// Components of nodes that reach each other along the flows.
///
/// What a node of many ties reaches and is reached by is one component, the largest in most networks: it is found
/// first, by two searches that look at few of its edges, and the rest by depth.
///
/// # Cost
/// `O(n + m)` time, `O(n)` memory. Source: Fleischer, Hendrickson and Pinar (2000); Beamer, Asanović and Patterson (2012).
pub(crate) fn strong(graph: &SupplyGraph) -> Partition {
    let (customers, suppliers) = (Adjacency::customers(graph), Adjacency::suppliers(graph));
    let ties = |u: &usize| customers.range(*u).len().min(suppliers.range(*u).len());
    let Some(hub) = (0..graph.n_nodes()).max_by_key(ties) else {
        return strong_along(customers);
    };
    let mut from = vec![false; graph.n_nodes()];
    from[hub] = true;
    let mut core = reached_from(&from, customers, suppliers);
    let reaching = reached_from(&from, suppliers, customers);
    core.iter_mut().zip(reaching).for_each(|(in_core, reaches)| *in_core &= reaches);
    strong_beside(customers, &core)
}

/// Which nodes can be reached from some, or are these, along the edges of a direction; `against` is the other one.
///
/// A front is followed along its edges while it has few; one of many is left, and every node that was not reached
/// yet looks for any neighbour that was.
pub(crate) fn reached_from(
    some: &[bool],
    along: Adjacency<'_>,
    against: Adjacency<'_>,
) -> Vec<bool> {
    let n = along.n_nodes();
    let mut seen = some.to_vec();
    let mut front: Vec<u32> = (0..n as u32).filter(|&u| seen[u as usize]).collect();
    let mut next = Vec::new();
    // What a look from all nodes that were not reached costs at most.
    let mut left = n + against.neighbours.len();
    while !front.is_empty() {
        let edges: usize = front.iter().map(|&u| along.range(u as usize).len()).sum();
        if edges * 8 < left {
            for &u in &front {
                for &v in along.neighbours(u as usize) {
                    if !seen[v as usize] {
                        seen[v as usize] = true;
                        next.push(v);
                    }
                }
            }
        } else {
            left = n;
            for v in 0..n {
                if seen[v] {
                    continue;
                }
                let neighbours = against.neighbours(v);
                if neighbours.iter().any(|&u| seen[u as usize]) {
                    seen[v] = true;
                    next.push(v as u32);
                } else {
                    left += neighbours.len();
                }
            }
        }
        front.clear();
        std::mem::swap(&mut front, &mut next);
    }
    seen
}

/// Components of nodes that reach each other along the edges of one direction.
///
/// Depth first without recursion. One number a node serves as its place in the search while it is open, and as its
/// component when it is closed: components are numbered down from `n`, so that they stay above all places.
///
/// # Cost
/// `O(n + m)` time, `O(n)` memory. Source: Tarjan (1972); Pearce (2016).
pub(crate) fn strong_along(customers: Adjacency<'_>) -> Partition {
    strong_beside(customers, &vec![false; customers.n_nodes()])
}

/// The same, where one component is known.
fn strong_beside(customers: Adjacency<'_>, known: &[bool]) -> Partition {
    const NEW: u32 = 0;
    let n = customers.n_nodes();
    // The known one is closed before the search begins.
    let mut number: Vec<u32> =
        known.iter().map(|&known| if known { n as u32 } else { NEW }).collect();
    let mut is_root = vec![true; n];
    let mut path: Vec<(u32, u32)> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let mut place = 1;
    let mut component = n as u32 - u32::from(known.contains(&true));
    for start in 0..n as u32 {
        if number[start as usize] != NEW {
            continue;
        }
        number[start as usize] = place;
        place += 1;
        path.push((start, customers.offsets[start as usize]));
        while let Some((node, position)) = path.last_mut() {
            let u = *node as usize;
            if *position < customers.offsets[u + 1] {
                let v = customers.neighbours[*position as usize] as usize;
                if number[v] == NEW {
                    // The same edge is looked at again when v is done.
                    number[v] = place;
                    place += 1;
                    path.push((v as u32, customers.offsets[v]));
                } else {
                    *position += 1;
                    if number[v] < number[u] {
                        number[u] = number[v];
                        is_root[u] = false;
                    }
                }
                continue;
            }
            path.pop();
            if !is_root[u] {
                open.push(u as u32);
                continue;
            }
            place -= 1;
            while let Some(&v) = open.last() {
                if number[v as usize] < number[u] {
                    break;
                }
                open.pop();
                number[v as usize] = component;
                place -= 1;
            }
            number[u] = component;
            component -= 1;
        }
    }
    for label in &mut number {
        *label -= 1; // from 1..=n
    }
    Partition::numbered(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;

    fn graph(n: u32, flows: &[(u32, u32)]) -> SupplyGraph {
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        SupplyGraph::from_flows(ids, flows.iter().map(|&(u, v)| (u, v, 1.0))).expect("a good graph")
    }

    #[test]
    fn components_are_numbered_by_their_smallest_node() {
        let graph = graph(7, &[(6, 0), (5, 2), (2, 5), (5, 4), (3, 3)]);
        let weak = weak(&graph);
        assert_eq!(weak.component, [0, 1, 2, 3, 2, 2, 0]);
        assert_eq!(weak.sizes, [2, 1, 3, 1]);
        let strong = strong(&graph);
        assert_eq!(strong.component, [0, 1, 2, 3, 4, 2, 5]);
        assert_eq!(strong.sizes, [1, 1, 2, 1, 1, 1]);
    }

    #[test]
    fn a_core_that_is_found_first_changes_nothing() {
        let mut draws = Draws(1);
        let mut draw = |n| draws.below(n);
        for n in [1, 2, 10, 50, 400] {
            for edges_a_node in 0..6 {
                let flows: Vec<(u32, u32)> =
                    (0..n * edges_a_node).map(|_| (draw(n), draw(n) / (1 + draw(3)))).collect();
                let graph = graph(n, &flows);
                assert_eq!(strong(&graph), strong_along(Adjacency::customers(&graph)));
            }
        }
    }

    #[test]
    fn a_component_that_the_sample_overlooks_is_joined_all_the_same() {
        // Two stars of equal size: only one is skipped.
        let spokes = (1..2000).map(|v| (0, v)).chain((2001..4000).map(|v| (v, 2000)));
        let graph = graph(4000, &spokes.collect::<Vec<_>>());
        assert_eq!(weak(&graph).sizes, [2000, 2000]);
    }

    #[test]
    fn an_empty_graph_has_no_component() {
        assert_eq!(weak(&graph(0, &[])).sizes, [0; 0]);
        assert_eq!(strong(&graph(0, &[])).sizes, [0; 0]);
    }
}
