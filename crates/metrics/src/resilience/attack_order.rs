//! In which order the nodes of a network are removed.

use crate::MetricError;
use crate::centrality::betweenness::betweenness;
use crate::centrality::closeness::DistanceConfig;
use crate::centrality::pagerank::{PagerankConfig, Towards, pagerank};
use crate::kernel::adjacency::Mutual;
use palenque_graph::accounts::Accounts;
use palenque_graph::{Progress, SupplyGraph};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

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

/// All nodes in the random order of a replicate.
///
/// Every replicate has its own stream, seeded by `splitmix64(seed ⊕ (r + 1)·0x9E3779B97F4A7C15)`, so that none depends
/// on how many there are or which thread draws it.
pub(super) fn shuffled(n: usize, seed: u64, replicate: usize) -> Vec<u32> {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let stream = seed ^ (replicate as u64 + 1).wrapping_mul(GOLDEN);
    let mut rng = ChaCha8Rng::seed_from_u64(splitmix64(stream));
    let mut order: Vec<u32> = (0..n as u32).collect();
    for last in (1..n).rev() {
        order.swap(last, below(last as u64 + 1, &mut rng) as usize);
    }
    order
}

/// A number below `bound`, each as likely as the others (Lemire 2019).
fn below(bound: u64, rng: &mut ChaCha8Rng) -> u64 {
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        if product as u64 >= bound.wrapping_neg() % bound {
            return (product >> 64) as u64;
        }
    }
}

/// Steele, Lea and Flood (2014).
fn splitmix64(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_is_the_published_generator() {
        // First output of the generator for seed 1234567, as its authors' C code gives it.
        assert_eq!(splitmix64(1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn equal_scores_fall_in_the_order_of_nodes() {
        assert_eq!(descending(&[1.0, 3.0, 1.0, 3.0]), [1, 3, 0, 2]);
    }

    #[test]
    fn orders_are_permutations_and_differ_by_replicate() {
        let (a, b) = (shuffled(50, 1, 0), shuffled(50, 1, 1));
        assert_ne!(a, b);
        let mut sorted = a.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<u32>>());
        assert_eq!(a, shuffled(50, 1, 0));
    }
}
