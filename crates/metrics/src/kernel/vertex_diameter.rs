//! A bound on the longest shortest path.

use super::adjacency::Adjacency;
use super::components::{Partition, strong};
use palenque_graph::SupplyGraph;

/// At least as many as there are nodes on the longest shortest path along the flows, in hops.
///
/// Inside a strong component no two nodes are farther apart than by way of a pivot; from component to component the
/// longest row of such ways counts.
///
/// # Cost
/// `O(n + m)` time, `O(n)` memory. Source: Borassi and Natale (2019), section 4.
pub(crate) fn vertex_diameter_at_most(graph: &SupplyGraph) -> usize {
    let (customers, suppliers) = (Adjacency::customers(graph), Adjacency::suppliers(graph));
    let partition = strong(graph);
    let n_components = partition.sizes.len();
    let members = Members::of(&partition);
    let mut level = vec![UNSEEN; graph.n_nodes()];
    // Hops at most inside each component, later of the longest row of ways that ends there.
    let mut longest: Vec<usize> = (0..n_components)
        .map(|component| {
            let ties = |&&u: &&u32| customers.neighbours(u as usize).len();
            let Some(&pivot) = members.of_component(component).iter().max_by_key(ties) else {
                return 0;
            };
            let mut farthest = |side| eccentricity(side, pivot, &partition, &mut level);
            farthest(customers) + farthest(suppliers)
        })
        .collect();
    let mut waiting = vec![0_usize; n_components];
    let component = &partition.component;
    let between = |u: usize| {
        let others = customers.neighbours(u).iter().map(|&v| component[v as usize]);
        others.filter(move |&other| other != component[u]).map(|other| other as usize)
    };
    (0..graph.n_nodes()).flat_map(between).for_each(|other| waiting[other] += 1);
    let mut ready: Vec<usize> = (0..n_components).filter(|&c| waiting[c] == 0).collect();
    let inside = longest.clone();
    while let Some(component) = ready.pop() {
        for &u in members.of_component(component) {
            for other in between(u as usize) {
                longest[other] = longest[other].max(longest[component] + 1 + inside[other]);
                waiting[other] -= 1;
                if waiting[other] == 0 {
                    ready.push(other);
                }
            }
        }
    }
    longest.into_iter().max().map_or(0, |hops| hops + 1)
}

const UNSEEN: u32 = u32::MAX;

/// Hops from a node to the farthest of its component. `level` is all [`UNSEEN`] before and after.
fn eccentricity(
    side: Adjacency<'_>,
    start: u32,
    partition: &Partition,
    level: &mut [u32],
) -> usize {
    level[start as usize] = 0;
    let mut found = vec![start];
    let mut head = 0;
    while let Some(&u) = found.get(head) {
        head += 1;
        for &v in side.neighbours(u as usize) {
            if level[v as usize] == UNSEEN && partition.joins(u as usize, v as usize) {
                level[v as usize] = level[u as usize] + 1;
                found.push(v);
            }
        }
    }
    let farthest = found.last().map_or(0, |&u| level[u as usize] as usize);
    for u in found {
        level[u as usize] = UNSEEN;
    }
    farthest
}

/// Nodes by component.
struct Members {
    nodes: Vec<u32>,
    starts: Vec<usize>,
}

impl Members {
    fn of(partition: &Partition) -> Self {
        let mut starts = vec![0];
        for size in &partition.sizes {
            starts.push(starts[starts.len() - 1] + size);
        }
        let mut free = starts.clone();
        let mut nodes = vec![0; partition.component.len()];
        for (u, &component) in (0..).zip(&partition.component) {
            let place = &mut free[component as usize];
            nodes[*place] = u;
            *place += 1;
        }
        Self { nodes, starts }
    }

    fn of_component(&self, component: usize) -> &[u32] {
        &self.nodes[self.starts[component]..self.starts[component + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::bfs::{Ways, reach};
    use crate::kernel::draws::Draws;
    use palenque_graph::NoProgress;

    #[test]
    fn no_shortest_path_has_more_nodes() {
        let mut draws = Draws(11);
        let mut draw = |n| draws.below(n);
        for n in [1, 2, 8, 40] {
            for _ in 0..40 {
                let m = draw(3 * n);
                let flows: Vec<_> = (0..m).map(|_| (draw(n), draw(n), 1.0)).collect();
                let graph = SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows)
                    .expect("a good graph");
                let reach = reach(Ways::out(&graph), "", &NoProgress);
                let farthest = reach.expect("not cancelled").farthest;
                let diameter = farthest.into_iter().fold(0.0, f64::max);
                assert!(vertex_diameter_at_most(&graph) as f64 > diameter);
            }
        }
        let chain = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 1.0), (1, 2, 1.0)]);
        assert_eq!(vertex_diameter_at_most(&chain.expect("a good graph")), 3);
    }
}
