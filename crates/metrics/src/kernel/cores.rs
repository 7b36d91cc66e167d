//! Cores: what is left when nodes of few ties leave, and take ties from others, until no more have to.

use super::adjacency::Adjacency;

/// For every node, the largest `l` such that it belongs to the largest group in which all have at
/// least `l` ties along `ahead` and at least `k` along `behind`, counted among the members; `None` for
/// those that belong to no such group even at 0. The two directions are each other's reverse; self-loops do not
/// count.
///
/// With `k = 0` and both directions of an undirected view these are the core numbers. Nodes are kept sorted by their
/// ties along `ahead` in one array, and leave from its front.
///
/// # Cost
/// `O(n + m)` time, `O(n)` memory. Source: Batagelj and Zaveršnik (2003); Giatsidis, Thilikos and Vazirgiannis (2011)
/// for two directions.
pub(crate) fn levels(ahead: Adjacency<'_>, behind: Adjacency<'_>, k: usize) -> Vec<Option<u32>> {
    let n = ahead.n_nodes();
    let mut peeling = Peeling::new(ahead);
    let mut left_behind: Vec<u32> =
        if k == 0 { vec![] } else { (0..n).map(|u| degree(behind, u)).collect() };
    let mut levels = vec![None; n];
    let mut leaving: Vec<u32> = Vec::new();
    for (u, &ties) in (0..).zip(&left_behind) {
        if (ties as usize) < k {
            peeling.take(u as usize);
            leaving.push(u);
        }
    }
    // None while those leave who belong nowhere for want of ties behind.
    let mut level = None;
    let mut front = 0;
    loop {
        // Those who leave in one breath have one level.
        while let Some(u) = leaving.pop() {
            let u = u as usize;
            levels[u] = level;
            for &v in behind.neighbours(u) {
                peeling.lower(v as usize, level.unwrap_or(0));
            }
            if k == 0 {
                continue;
            }
            for &v in ahead.neighbours(u) {
                let v = v as usize;
                if v == u || peeling.gone[v] {
                    continue;
                }
                left_behind[v] -= 1;
                if (left_behind[v] as usize) < k {
                    peeling.take(v);
                    leaving.push(v as u32);
                }
            }
        }
        let Some(&u) = peeling.order.get(front) else { return levels };
        front += 1;
        if !peeling.gone[u as usize] {
            level = level.max(Some(peeling.nodes[u as usize].degree));
            peeling.take(u as usize);
            leaving.push(u);
        }
    }
}

fn degree(side: Adjacency<'_>, u: usize) -> u32 {
    side.neighbours(u).iter().filter(|&&v| v as usize != u).count() as u32
}

/// Nodes in order of their ties, as these become fewer.
struct Peeling {
    nodes: Vec<Place>,
    order: Vec<u32>,
    /// By degree: where the nodes of that degree begin in the order.
    start: Vec<u32>,
    gone: Vec<bool>,
}

/// How many ties a node has left, none once it is gone, and where it is in the order: one look at memory a tie.
#[derive(Clone, Copy, Default)]
struct Place {
    degree: u32,
    at: u32,
}

impl Peeling {
    fn new(ahead: Adjacency<'_>) -> Self {
        let n = ahead.n_nodes();
        let mut nodes: Vec<Place> =
            (0..n).map(|u| Place { degree: degree(ahead, u), at: 0 }).collect();
        let most = nodes.iter().map(|node| node.degree).max().map_or(0, |d| d as usize);
        let mut start = vec![0_u32; most + 2];
        for node in &nodes {
            start[node.degree as usize + 1] += 1;
        }
        (1..start.len()).for_each(|d| start[d] += start[d - 1]);
        let mut free = start.clone();
        let mut order = vec![0; n];
        for (u, node) in (0..).zip(&mut nodes) {
            let free = &mut free[node.degree as usize];
            order[*free as usize] = u;
            node.at = *free;
            *free += 1;
        }
        Self { nodes, order, start, gone: vec![false; n] }
    }

    /// A node leaves.
    fn take(&mut self, u: usize) {
        self.gone[u] = true;
        self.nodes[u].degree = 0;
    }

    /// Takes a tie from a node, unless it is gone or leaves at this level anyway.
    #[inline]
    fn lower(&mut self, v: usize, level: u32) {
        let Place { degree, at: from } = self.nodes[v];
        if degree <= level {
            return;
        }
        // It changes places with the first of its degree, who is then the last of those with one tie less.
        let first = &mut self.start[degree as usize];
        let to = *first;
        let other = self.order[to as usize];
        self.order.swap(from as usize, to as usize);
        self.nodes[other as usize].at = from;
        self.nodes[v] = Place { degree: degree - 1, at: to };
        *first += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::draws::Draws;
    use palenque_graph::SupplyGraph;

    /// By the definition: throw out whoever lacks ties, until nobody does.
    fn in_core(graph: &SupplyGraph, k: usize, l: usize) -> Vec<bool> {
        let sides = [(Adjacency::suppliers(graph), k), (Adjacency::customers(graph), l)];
        let mut inside = vec![true; graph.n_nodes()];
        loop {
            let lacks = |u: usize| {
                inside[u]
                    && sides.iter().any(|&(side, at_least)| {
                        (side
                            .neighbours(u)
                            .iter()
                            .filter(|&&v| v as usize != u && inside[v as usize])
                            .count())
                            < at_least
                    })
            };
            let out: Vec<usize> = (0..inside.len()).filter(|&u| lacks(u)).collect();
            if out.is_empty() {
                return inside;
            }
            for u in out {
                inside[u] = false;
            }
        }
    }

    #[test]
    fn levels_are_those_of_the_definition() {
        let mut draws = Draws(7);
        let mut draw = |n| draws.below(n);
        for n in [1, 2, 9, 40] {
            for edges_a_node in 0..8 {
                let flows: Vec<(u32, u32, f64)> = (0..n * edges_a_node)
                    .map(|_| (draw(n), draw(n) / (1 + draw(2)), 1.0))
                    .collect();
                let ids = (0..n).map(|i| i.to_string());
                let graph = SupplyGraph::from_flows(ids, flows).expect("a good graph");
                let (ahead, behind) = (Adjacency::customers(&graph), Adjacency::suppliers(&graph));
                for k in 0..6 {
                    let found = levels(ahead, behind, k);
                    for l in 0..6 {
                        let expected = in_core(&graph, k, l);
                        let at_least: Vec<bool> = found
                            .iter()
                            .map(|level| level.is_some_and(|x| x as usize >= l))
                            .collect();
                        assert_eq!(at_least, expected, "k = {k}, l = {l}, n = {n}");
                    }
                }
            }
        }
    }
}
