//! The edges that matter to one of their ends: the disparity filter.

use super::{TransformError, filter_edges};
use crate::{CompensatedSum, SupplyGraph};
use petgraph::graph::NodeIndex;

/// How surprising each edge is to its two ends, by edge number.
#[derive(Clone, Debug, PartialEq)]
pub struct Disparity {
    /// The probability that a seller whose sales are split at random sells this much to one buyer.
    pub alpha_out: Vec<f64>,
    /// The probability that a buyer whose purchases are split at random buys this much from one seller.
    pub alpha_in: Vec<f64>,
}

impl Disparity {
    /// The smaller of the two probabilities: how surprising the edge is to the end that it surprises more.
    #[must_use]
    pub fn alpha(&self, edge: usize) -> f64 {
        self.alpha_out[edge].min(self.alpha_in[edge])
    }
}

/// How surprising each edge is, if both ends split what they sell and buy at random.
///
/// # Formula
/// `α_out_ij = (1 − Z_ij / s_out_i)^(k_out_i − 1)` and `α_in_ij = (1 − Z_ij / s_in_j)^(k_in_j − 1)`, where `k` counts
/// the positive flows of an end and `s` adds them. With one flow only, `α = 1`: there is nothing to compare it with.
/// # Source
/// Serrano, Boguñá and Vespignani (2009), eq. 2.
/// # Input and result
/// Probabilities in `(0, 1]`, or 0 where a rounding leaves no other flow. Self-loops are left out of `k` and `s`, so
/// that shares add up to one over the partners that `k` counts; they and flows of zero have `α = 1`.
/// # Cost
/// `O(n + m log k)` time.
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::disparity};
///
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 9.0), (0, 2, 1.0)])?;
/// let disparity = disparity(&graph);
/// assert_eq!(disparity.alpha_out, [0.1, 0.9]); // (10 − 9) / 10 and (10 − 1) / 10, to the power 2 − 1
/// assert_eq!(disparity.alpha_in, [1.0, 1.0]); // one supplier each
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn disparity(graph: &SupplyGraph) -> Disparity {
    let mut alpha_out = vec![1.0; graph.n_edges()];
    let mut alpha_in = vec![1.0; graph.n_edges()];
    for node in graph.node_indices() {
        let sales = Partners::of(node, graph.customers(node));
        for ((buyer, flow), edge) in graph.customers(node).zip(graph.out_range(node.index())) {
            if buyer != node {
                alpha_out[edge] = sales.alpha(flow);
            }
        }
        let purchases = Partners::of(node, graph.suppliers(node));
        let edges = &graph.in_edges()[graph.in_range(node.index())];
        for ((seller, flow), &edge) in graph.suppliers(node).zip(edges) {
            if seller != node {
                alpha_in[edge as usize] = purchases.alpha(flow);
            }
        }
    }
    Disparity { alpha_out, alpha_in }
}

/// The partners of a node on one side: how many, and what flows in all.
struct Partners {
    degree: usize,
    strength: f64,
}

impl Partners {
    fn of(node: NodeIndex, partners: impl Iterator<Item = (NodeIndex, f64)>) -> Self {
        let (mut degree, mut strength) = (0, CompensatedSum::default());
        for (_, flow) in partners.filter(|&(other, flow)| other != node && flow > 0.0) {
            degree += 1;
            strength.add(flow);
        }
        Self { degree, strength: strength.value() }
    }

    fn alpha(&self, flow: f64) -> f64 {
        if self.degree < 2 || flow == 0.0 {
            return 1.0;
        }
        // Not `1 − flow / strength`: a share of 4 in 5 must leave exactly the 0.2 that a threshold says.
        let rest = ((self.strength - flow) / self.strength).max(0.0);
        power(rest, self.degree - 1)
    }
}

/// `base` to a whole power, the same on every machine.
fn power(mut base: f64, mut exponent: usize) -> f64 {
    let mut result = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result *= base;
        }
        base *= base;
        exponent /= 2;
    }
    result
}

/// The backbone: all nodes, with the edges that are surprising to at least one of their ends.
///
/// # Formula
/// An edge stays if `min(α_out, α_in) < α`, strictly ([`disparity`]).
/// # Source
/// Serrano, Boguñá and Vespignani (2009).
/// # Input and result
/// A significance level `α`, above 0 and at most 1. At 0.05 an end with `k` partners keeps only shares above
/// `1 − α^(1/(k − 1))`: 0.95 for two, 0.53 for five, 0.28 for ten; sparse supply networks need 0.2 to 0.3. Columns,
/// relations and accounts as for [`filter_edges`]; nodes that lose all edges stay as isolates.
/// # Cost
/// `O(n + m log k)` time.
/// # Errors
/// [`TransformError::Alpha`] for a level out of range.
/// # Example
/// ```
/// use palenque_graph::{SupplyGraph, transform::backbone};
///
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 9.0), (0, 2, 1.0)])?;
/// assert_eq!(backbone(&graph, 0.2)?.flows(), [9.0]);
/// assert_eq!(backbone(&graph, 0.1)?.n_edges(), 0); // 0.1 is not below 0.1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn backbone(graph: &SupplyGraph, alpha: f64) -> Result<SupplyGraph, TransformError> {
    if !(alpha > 0.0 && alpha <= 1.0) {
        return Err(TransformError::Alpha(alpha));
    }
    let disparity = disparity(graph);
    Ok(filter_edges(graph, |edge| disparity.alpha(edge.index()) < alpha))
}
