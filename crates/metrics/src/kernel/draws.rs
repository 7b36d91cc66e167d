//! Numbers that tests make up networks from.

use palenque_graph::SupplyGraph;

/// Numbers without a pattern, the same each time.
pub(crate) struct Draws(pub(crate) u32);

impl Draws {
    /// A number below `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % n
    }

    /// A network of `n` nodes and so many flows of 1 between any of them, self-loops and repeated ones included.
    pub(crate) fn network(&mut self, n: u32, flows: u32) -> SupplyGraph {
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let flows: Vec<(u32, u32, f64)> =
            (0..flows).map(|_| (self.below(n), self.below(n), 1.0)).collect();
        SupplyGraph::from_flows(&ids, flows).expect("a good graph")
    }
}
