//! How far partitions agree.

use rayon::prelude::*;

/// The mean over all pairs of partitions; nothing of a single one.
pub(crate) fn mean_of_pairs(found: &[Vec<u32>]) -> Option<f64> {
    let pairs: Vec<(usize, usize)> =
        (0..found.len()).flat_map(|a| (a + 1..found.len()).map(move |b| (a, b))).collect();
    if pairs.is_empty() {
        return None;
    }
    let all: Vec<f64> =
        pairs.par_iter().map(|&(a, b)| mutual_information(&found[a], &found[b])).collect();
    Some(all.iter().sum::<f64>() / pairs.len() as f64)
}

/// `2 I(a, b) / (H(a) + H(b))` of two partitions; 1 if both are the same, also where neither says anything.
///
/// Source: Danon, Díaz-Guilera, Duch and Arenas (2005).
pub(crate) fn mutual_information(a: &[u32], b: &[u32]) -> f64 {
    if a == b {
        return 1.0;
    }
    let n = a.len() as f64;
    let mut pairs: Vec<u64> =
        a.iter().zip(b).map(|(&a, &b)| (u64::from(a) << 32) | u64::from(b)).collect();
    pairs.sort_unstable();
    let term = |count: usize| {
        let share = count as f64 / n;
        -share * share.ln()
    };
    let entropy = |labels: &[u32]| -> f64 {
        let mut labels = labels.to_vec();
        labels.sort_unstable();
        labels.chunk_by(|x, y| x == y).map(|run| term(run.len())).sum()
    };
    let joint: f64 = pairs.chunk_by(|x, y| x == y).map(|run| term(run.len())).sum();
    let (of_a, of_b) = (entropy(a), entropy(b));
    (2.0 * (of_a + of_b - joint) / (of_a + of_b)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_agree_wholly_in_part_or_not_at_all() {
        let near =
            |a: &[u32], b: &[u32], exact: f64| (mutual_information(a, b) - exact).abs() < 1e-12;
        assert!(near(&[0, 0, 1, 1], &[1, 1, 0, 0], 1.0));
        assert!(near(&[0, 0, 1, 1], &[0, 1, 0, 1], 0.0));
        // H = ln 2 and 1.5 ln 2, and all of the first is known from the second.
        assert!(near(&[0, 0, 1, 1], &[0, 0, 1, 2], 0.8));
        assert_eq!(mean_of_pairs(&[vec![0, 1]]), None);
    }
}
