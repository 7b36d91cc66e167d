//! What every firm buys, by type of input and by how much it depends on it.

use palenque_graph::SupplyGraph;

/// How a buyer depends on a type of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InputClass {
    /// Production goes on without it.
    Negligible,
    /// Production falls by its share of all inputs.
    Substitutable,
    /// Production falls as the input does.
    Essential,
}

/// The group of inputs that each edge belongs to: one for each essential type that a buyer buys, and one for all that it
/// can substitute. Edges of negligible inputs are left out.
pub(crate) struct InputGroups {
    /// Where the edges of each seller begin.
    pub(crate) offsets: Vec<u32>,
    /// The group of each edge, sellers in order.
    pub(crate) group: Vec<u32>,
    /// The number of each edge in the graph.
    pub(crate) edge: Vec<u32>,
    /// The buyer of each group; the groups of a buyer are neighbours.
    pub(crate) buyer: Vec<u32>,
    /// What is bought in each group.
    pub(crate) total: Vec<f64>,
    /// Whether the group is a type of essential input.
    pub(crate) is_essential: Vec<bool>,
}

impl InputGroups {
    /// The groups of a network whose nodes sell goods of these types. `class` is asked with the numbers of seller and
    /// buyer. `O(n + m log m)` time at worst.
    pub(crate) fn of(
        graph: &SupplyGraph,
        type_of: &[u32],
        class: impl Fn(usize, usize) -> InputClass,
    ) -> Self {
        const NONE: u32 = u32::MAX;
        let n = graph.n_nodes();
        let mut group_of_edge = vec![NONE; graph.n_edges()];
        let (mut buyer, mut total, mut is_essential) = (Vec::new(), Vec::new(), Vec::new());
        let mut inputs: Vec<(Option<u32>, u32)> = Vec::new();
        for v in 0..n {
            inputs.clear();
            for k in graph.in_range(v) {
                let u = graph.sources()[k] as usize;
                let edge = graph.in_edges()[k];
                match class(u, v) {
                    InputClass::Negligible => {}
                    InputClass::Substitutable => inputs.push((None, edge)),
                    InputClass::Essential => inputs.push((Some(type_of[u]), edge)),
                }
            }
            // Stable: within a type, edges stay in the order of sellers, and sums do not depend on the sort.
            inputs.sort_by_key(|input| input.0);
            for same in inputs.chunk_by(|a, b| a.0 == b.0) {
                let group = buyer.len() as u32;
                for &(_, edge) in same {
                    group_of_edge[edge as usize] = group;
                }
                buyer.push(v as u32);
                total.push(same.iter().map(|&(_, edge)| graph.flows()[edge as usize]).sum());
                is_essential.push(same[0].0.is_some());
            }
        }
        let mut offsets = Vec::with_capacity(n + 1);
        let (mut group, mut edge) = (Vec::new(), Vec::new());
        offsets.push(0);
        for u in 0..n {
            for e in graph.out_range(u).filter(|&e| group_of_edge[e] != NONE) {
                group.push(group_of_edge[e]);
                edge.push(e as u32);
            }
            offsets.push(group.len() as u32);
        }
        Self { offsets, group, edge, buyer, total, is_essential }
    }

    /// The positions of the edges of a seller.
    pub(crate) fn sales(&self, seller: usize) -> std::ops::Range<usize> {
        self.offsets[seller] as usize..self.offsets[seller + 1] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buyer_has_a_group_for_each_essential_type_and_one_for_the_rest() {
        // 0 and 1 sell one type to 4, 2 another, 3 and 4 itself what it could do without.
        let flows =
            [(0, 4, 1.0), (1, 4, 2.0), (2, 4, 4.0), (3, 4, 8.0), (4, 4, 16.0), (4, 0, 32.0)];
        let graph = SupplyGraph::from_flows(["a", "b", "c", "d", "e"], flows).expect("good");
        let groups = InputGroups::of(&graph, &[7, 7, 5, 1, 1], |u, v| match (u, v) {
            (_, 0) => InputClass::Negligible,
            (0..=2, _) => InputClass::Essential,
            _ => InputClass::Substitutable,
        });
        assert_eq!(groups.buyer, [4, 4, 4]);
        assert_eq!(groups.total, [24.0, 4.0, 3.0]);
        assert_eq!(groups.is_essential, [false, true, true]);
        assert_eq!(groups.group, [2, 2, 1, 0, 0]);
        assert_eq!(groups.sales(4), 4..5);
    }
}
