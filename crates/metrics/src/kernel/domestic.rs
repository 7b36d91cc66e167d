//! Inverses of the blocks on the diagonal: each group of nodes as if it traded with itself alone.

use crate::MetricError;
use crate::kernel::coefficients::{Economy, RowMatrix};
use crate::kernel::inverse::invert;
use palenque_graph::Progress;

/// `L_rr = (I − A_rr)⁻¹` for every group `r` of nodes, where `A_rr` knows only deliveries within the group.
#[derive(Debug)]
pub(crate) struct DomesticInverse {
    n: usize,
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    nodes: Vec<usize>,
    values: Vec<f64>,
}

impl DomesticInverse {
    /// The inverses of the groups `0..n_groups` to which the nodes belong.
    ///
    /// # Cost
    /// `2 Σ n_r³` operations and `Σ n_r²` numbers for groups of `n_r` nodes.
    pub(crate) fn of(
        economy: &Economy<'_>,
        group_of: &[usize],
        n_groups: usize,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let mut members = vec![Vec::new(); n_groups];
        let mut place = Vec::with_capacity(group_of.len());
        for (node, &group) in group_of.iter().enumerate() {
            place.push(members[group].len());
            members[group].push(node);
        }
        let requirements = economy.requirements();
        let mut blocks = Vec::with_capacity(n_groups);
        for (group, nodes) in members.into_iter().enumerate() {
            let mut values =
                identity_less(&requirements, &nodes, |k| (group_of[k] == group).then(|| place[k]));
            invert(&mut values, nodes.len(), progress)?;
            blocks.push(Block { nodes, values });
        }
        Ok(Self { n: group_of.len(), blocks })
    }

    /// `L_rr h_r` for every group, as one vector over the nodes.
    pub(crate) fn times(&self, h: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; self.n];
        for Block { nodes, values } in &self.blocks {
            for (&i, row) in nodes.iter().zip(values.chunks(nodes.len().max(1))) {
                product[i] = row.iter().zip(nodes).map(|(l, &j)| l * h[j]).sum();
            }
        }
        product
    }

    /// `h_r L_rr` for every group, as one vector over the nodes.
    pub(crate) fn row_times(&self, h: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; self.n];
        for Block { nodes, values } in &self.blocks {
            for (&i, row) in nodes.iter().zip(values.chunks(nodes.len().max(1))) {
                row.iter().zip(nodes).for_each(|(l, &j)| product[j] += h[i] * l);
            }
        }
        product
    }
}

/// `I − A` of some nodes, row after row; `place` tells where among them a node stands, if it is one.
fn identity_less(
    requirements: &RowMatrix<'_>,
    nodes: &[usize],
    place: impl Fn(usize) -> Option<usize>,
) -> Vec<f64> {
    let size = nodes.len();
    let mut m = vec![0.0; size * size];
    for ((k, &i), row) in nodes.iter().enumerate().zip(m.chunks_mut(size.max(1))) {
        row[k] = 1.0;
        let inside = requirements.row(i).filter_map(|(j, a)| Some((place(j)?, a)));
        inside.for_each(|(at, a)| row[at] -= a);
    }
    m
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    #[test]
    fn a_group_sees_only_its_own_deliveries() {
        // Nodes 0 and 2 are a group and trade; node 1 supplies itself and all others.
        let flows = [(0, 2, 2.0), (2, 0, 2.0), (1, 0, 3.0), (1, 1, 5.0), (1, 2, 3.0), (0, 1, 1.0)];
        let graph = SupplyGraph::from_flows(["a", "b", "c"], flows)
            .expect("a good graph")
            .with_number("output", [Some(8.0), Some(20.0), Some(4.0)]);
        let economy = Economy::of(&graph).expect("outputs");
        let inverse =
            DomesticInverse::of(&economy, &[0, 1, 0], 2, &NoProgress).expect("productive");
        // a_02 = 1/2 and a_20 = 1/4 within the group: determinant 7/8.
        let close = |found: Vec<f64>, exact: [f64; 3]| {
            assert!(found.iter().zip(exact).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?}");
        };
        close(inverse.times(&[7.0, 3.0, 7.0]), [12.0, 4.0, 10.0]);
        close(inverse.row_times(&[7.0, 3.0, 7.0]), [10.0, 4.0, 12.0]);
    }
}
