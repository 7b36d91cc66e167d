//! Where a network of these degrees is expected to fall apart.

use crate::kernel::adjacency::Mutual;
use crate::kernel::ratio::ratio;
use palenque_graph::SupplyGraph;

/// Molloy and Reed's fraction of nodes at whose random removal a network of these degrees falls apart,
/// `f_c = 1 − 1/(κ − 1)` with `κ = ⟨k²⟩/⟨k⟩`; 0 if `κ ≤ 2`, `None` without ties.
///
/// Degrees count suppliers and customers once. Holds for large networks that are random but for their degrees: below
/// some thousand nodes it only indicates.
///
/// # Source
/// Molloy and Reed (1995); Cohen, Erez, ben-Avraham and Havlin (2000).
///
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::resilience::fc_random::fc_random;
/// let pair = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)])?;
/// assert_eq!(fc_random(&pair), Some(0.0));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn fc_random(graph: &SupplyGraph) -> Option<f64> {
    let mutual = Mutual::of(graph);
    let degrees = (0..graph.n_nodes()).map(|u| mutual.adjacency().range(u).len() as f64);
    let (sum, squares) = degrees.fold((0.0, 0.0), |(sum, squares), k| (sum + k, squares + k * k));
    let kappa = ratio(squares, sum)?;
    Some(if kappa > 2.0 { 1.0 - 1.0 / (kappa - 1.0) } else { 0.0 })
}
