//! Rasmussen's indices of dispersion.

/// Total linkages relative to their mean: the power of dispersion of backward linkages, the sensitivity of dispersion
/// of forward ones.
///
/// # Formula
/// `U_j = n Σ_i l_ij / Σ_ij l_ij` for `linkages = 1ᵀL`, and likewise for `L 1` and `G 1`; `n` counts the nodes with
/// output.
/// # Source
/// Rasmussen (1956).
/// # Input and result
/// Total linkages of [`total_linkages`](super::total::total_linkages), `None` for a node without output. One
/// dimensionless value per node, in node order, with mean 1.
/// # Cost
/// `O(n)` time and memory.
/// # Example
/// Miller and Blair (2009), table 2.3: the second sector pulls less than the mean.
/// ```
/// # use palenque_metrics::linkage::dispersion::dispersion;
/// let multipliers = [Some(1.15 / 0.7575), Some(1.10 / 0.7575), None];
/// let u = dispersion(&multipliers);
/// assert!((u[0].expect("defined") - 46.0 / 45.0).abs() < 1e-12);
/// assert!((u[1].expect("defined") - 44.0 / 45.0).abs() < 1e-12);
/// assert_eq!(u[2], None);
/// ```
#[must_use]
pub fn dispersion(linkages: &[Option<f64>]) -> Vec<Option<f64>> {
    let defined = || linkages.iter().flatten();
    let mean = defined().sum::<f64>() / defined().count() as f64;
    linkages.iter().map(|linkage| Some((*linkage)? / mean)).collect()
}
