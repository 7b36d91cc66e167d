//! Whose value is in what is sold: the pieces from which exports are decomposed.

use super::regions::Regions;
use crate::MetricError;
use crate::kernel::coefficients::Economy;
use crate::kernel::domestic::DomesticInverse;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::ratio::ratio;
use palenque_graph::{NodeIndex, Progress, SupplyGraph};
use std::sync::Arc;

/// A table of several regions with its inverses.
///
/// Value added is all that a node does not buy from nodes of the table, `v_j = 1 − Σ_i a_ij` by unit of output: wages,
/// profits, taxes, and inputs from outside of the table where it does not cover the world. So a unit of any final
/// product is made of value added alone, `v L = 1`, and exports are accounted for to the last cent.
pub(crate) struct Content<'g> {
    pub(crate) economy: Economy<'g>,
    pub(crate) regions: Regions,
    pub(crate) inverse: Arc<LeontiefInverse>,
    pub(crate) domestic: DomesticInverse,
    /// Value added by unit of output; 0 for a node without output.
    pub(crate) v: Vec<f64>,
    /// What a node sells to other regions.
    pub(crate) exports: Vec<f64>,
}

impl<'g> Content<'g> {
    pub(crate) fn of(
        graph: &'g SupplyGraph,
        by: &str,
        progress: &dyn Progress,
    ) -> Result<Self, MetricError> {
        let regions = Regions::of(graph, by)?;
        let inverse = LeontiefInverse::of(graph, progress)?;
        let economy = Economy::of(graph)?;
        let domestic = DomesticInverse::of(&economy, &regions.of_node, regions.len(), progress)?;
        let outputs = economy.accounts().output.iter().zip(economy.purchases());
        let v = outputs.map(|(&x, &bought)| if x > 0.0 { (x - bought) / x } else { 0.0 }).collect();
        let exports = regions.exports(graph);
        Ok(Self { economy, regions, inverse, domestic, v, exports })
    }

    pub(crate) fn n(&self) -> usize {
        self.v.len()
    }

    /// `V_s B`: value added of every region in a unit of each node's final product, region after region.
    pub(crate) fn by_region(&self) -> Vec<f64> {
        let n = self.n();
        let mut content = vec![0.0; self.regions.len() * n];
        for (i, row) in self.inverse.rows().enumerate() {
            let of_region = &mut content[self.regions.of_node[i] * n..][..n];
            of_region.iter_mut().zip(row).for_each(|(sum, l)| *sum += self.v[i] * l);
        }
        content
    }

    /// What other regions' producers take from a node to make `products` of theirs: `Σ_{k abroad} a_ik y_k`.
    pub(crate) fn taken_abroad(&self, products: &[f64]) -> Vec<f64> {
        let requirements = self.economy.requirements();
        let region = &self.regions.of_node;
        let taken = |i: usize| {
            let abroad = requirements.row(i).filter(|&(k, _)| region[k] != region[i]);
            abroad.map(|(k, a)| a * products[k]).sum()
        };
        (0..self.n()).map(taken).collect()
    }

    /// What a node buys from other regions by unit of its output.
    pub(crate) fn bought_abroad(&self, node: usize) -> f64 {
        let region = &self.regions.of_node;
        let suppliers = self.economy.graph().suppliers(NodeIndex::new(node));
        let abroad = suppliers.filter(|(i, _)| region[i.index()] != region[node]);
        let bought: f64 = abroad.map(|(_, flow)| flow).sum();
        ratio(bought, self.economy.accounts().output[node]).unwrap_or(0.0)
    }
}
