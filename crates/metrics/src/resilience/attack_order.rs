//! In which order the nodes of a network are removed.

use crate::MetricError;
use crate::centrality::betweenness::betweenness;
use crate::centrality::closeness::DistanceConfig;
use crate::centrality::pagerank::{PagerankConfig, Towards, pagerank};
use crate::kernel::adjacency::Mutual;
use palenque_graph::accounts::Accounts;
use palenque_graph::{Progress, SupplyGraph};

/// An order of removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttackOrder {
    /// At random, many times.
    Random,
    /// Most partners first, suppliers and customers counted once.
    Degree,
    /// Most trade with others first.
    Strength,
    /// Most often between others first, in hops.
    Betweenness,
    /// Highest `pagerank_reverse` first: those on whom most others depend.
    PagerankReverse,
    /// Largest output first.
    Output,
}

impl AttackOrder {
    /// The name in tables and parameters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Degree => "degree",
            Self::Strength => "strength",
            Self::Betweenness => "betweenness",
            Self::PagerankReverse => "pagerank_reverse",
            Self::Output => "output",
        }
    }

    /// The score of every node of the intact network, by which they fall; `None` at random.
    pub(super) fn scores(
        self,
        graph: &SupplyGraph,
        progress: &dyn Progress,
    ) -> Result<Option<Vec<f64>>, MetricError> {
        let ties = |value: &dyn Fn(&[f64]) -> f64| {
            let mutual = Mutual::of(graph);
            let node = |u| value(&mutual.weights()[mutual.adjacency().range(u)]);
            (0..graph.n_nodes()).map(node).collect()
        };
        Ok(Some(match self {
            Self::Random => return Ok(None),
            Self::Degree => ties(&|weights| weights.len() as f64),
            Self::Strength => ties(&|weights| weights.iter().sum()),
            Self::Betweenness => betweenness(graph, &DistanceConfig::default(), progress)?.node_raw,
            Self::PagerankReverse => {
                pagerank(graph, Towards::Suppliers, &PagerankConfig::default(), progress)?
            }
            Self::Output => Accounts::of(graph).output,
        }))
    }
}

/// All nodes, the highest score first, equal ones by their number.
pub(super) fn descending(scores: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_fall_in_the_order_of_nodes() {
        assert_eq!(descending(&[1.0, 3.0, 1.0, 3.0]), [1, 3, 0, 2]);
    }
}
