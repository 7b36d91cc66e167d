//! The undirected view as a net of resistors: pseudoinverses of its Laplacians.

use crate::MetricError;
use crate::kernel::adjacency::Mutual;
use crate::kernel::components::{Partition, anchors};
use crate::kernel::inverse::{NoInverse, invert};
use crate::kernel::leontief::check_size;
use palenque_graph::Progress;

/// What a current of about 10 may be off by.
const ACCURACY: f64 = 1e-8;

/// A connected component with the pseudoinverse of its Laplacian.
pub(crate) struct Circuit {
    /// Its nodes, ascending.
    pub(crate) nodes: Vec<u32>,
    /// `L⁺`, row after row in the order of `nodes`; nothing where flows of very different size leave no digit of it.
    pub(crate) pseudoinverse: Option<Vec<f64>>,
}

/// Hands every component of at least two nodes to `work`, in the order of their smallest nodes; one matrix exists at a
/// time.
///
/// `L⁺ = (L + c J)⁻¹ − J / (c n²)` with the matrix of ones `J` and the mean strength over `n` for `c`, so that nothing
/// large is taken off. `L + c J` is positive definite, and elimination without exchanges is stable.
///
/// # Errors
/// [`MetricError::TooLarge`] for a component that does not fit; [`MetricError::Cancelled`].
pub(crate) fn circuits(
    view: &Mutual,
    components: &Partition,
    progress: &dyn Progress,
    mut work: impl FnMut(&Circuit) -> Result<(), MetricError>,
) -> Result<(), MetricError> {
    check_size(components.sizes.iter().copied().max().unwrap_or(0), progress)?;
    let mut members: Vec<Vec<u32>> = components.sizes.iter().map(|_| Vec::new()).collect();
    for (node, &component) in components.component.iter().enumerate() {
        members[component as usize].push(node as u32);
    }
    let mut place = vec![0_u32; components.component.len()];
    for nodes in members.into_iter().filter(|nodes| nodes.len() > 1) {
        for (at, &node) in nodes.iter().enumerate() {
            place[node as usize] = at as u32;
        }
        let pseudoinverse = pseudoinverse(view, &nodes, &place, progress)?;
        work(&Circuit { nodes, pseudoinverse })?;
    }
    Ok(())
}

fn pseudoinverse(
    view: &Mutual,
    nodes: &[u32],
    place: &[u32],
    progress: &dyn Progress,
) -> Result<Option<Vec<f64>>, MetricError> {
    let n = nodes.len();
    // By the mean strength, so that neither the unit of the flows nor its size matters.
    let total: f64 = nodes.iter().map(|&u| view.strength(u as usize)).sum();
    let mean = total / n as f64;
    let mut m = vec![1.0 / n as f64; n * n];
    for (row, &u) in m.chunks_mut(n).zip(nodes) {
        let at = place[u as usize] as usize;
        for (v, weight) in view.ties(u as usize) {
            row[place[v] as usize] -= weight / mean;
            row[at] += weight / mean;
        }
    }
    match invert(&mut m, n, progress) {
        Ok(()) => {}
        Err(NoInverse::Cancelled) => return Err(MetricError::Cancelled),
        Err(NoInverse::NotProductive(_)) => return Ok(None),
    }
    for value in &mut m {
        *value = (*value - 1.0 / n as f64) / mean;
    }
    Ok(is_inverse(view, nodes, place, &m).then_some(m))
}

/// Whether the currents from a vector of potentials `L⁺ p` come out as `p`, less its mean.
fn is_inverse(view: &Mutual, nodes: &[u32], place: &[u32], m: &[f64]) -> bool {
    let n = nodes.len();
    let injected: Vec<f64> = (0..n).map(|i| (i * 7 % 11) as f64).collect();
    let mean = injected.iter().sum::<f64>() / n as f64;
    let product = |row: &[f64]| row.iter().zip(&injected).map(|(a, b)| a * b).sum::<f64>();
    let potentials: Vec<f64> = m.chunks(n).map(product).collect();
    nodes.iter().enumerate().all(|(at, &u)| {
        let current = |(v, weight)| weight * (potentials[at] - potentials[place[v] as usize]);
        let out: f64 = view.ties(u as usize).map(current).sum();
        (out - (injected[at] - mean)).abs() <= ACCURACY
    })
}

/// Components of nodes joined by flows above 0.
pub(crate) fn joined(view: &Mutual) -> Partition {
    let joined = |u: usize| view.ties(u).filter(|&(_, weight)| weight > 0.0).map(|(v, _)| v);
    Partition::numbered(anchors(view.adjacency().n_nodes(), joined))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    #[test]
    fn a_laplacian_times_its_pseudoinverse_takes_off_the_mean() {
        let flows = [(0, 1, 2.0), (1, 2, 5.0), (2, 0, 1.0), (2, 3, 4.0), (4, 5, 3.0)];
        let graph = SupplyGraph::from_flows((0..7).map(|i| format!("n{i}")), flows);
        let graph = graph.expect("a good graph");
        let view = Mutual::of(&graph);
        let mut found = Vec::new();
        circuits(&view, &joined(&view), &NoProgress, |circuit| {
            let n = circuit.nodes.len();
            let p = circuit.pseudoinverse.as_ref().expect("well conditioned");
            for (a, &u) in circuit.nodes.iter().enumerate() {
                for b in 0..n {
                    let sides = view.ties(u as usize);
                    let product: f64 = sides
                        .map(|(v, w)| {
                            let at =
                                circuit.nodes.binary_search(&(v as u32)).expect("in the component");
                            w * (p[a * n + b] - p[at * n + b])
                        })
                        .sum();
                    let exact = f64::from(u8::from(a == b)) - 1.0 / n as f64;
                    assert!((product - exact).abs() < 1e-13, "{a}, {b}: {product}");
                }
            }
            found.push(circuit.nodes.clone());
            Ok(())
        })
        .expect("fits");
        assert_eq!(found, [vec![0, 1, 2, 3], vec![4, 5]]);
    }
}
