//! Random numbers that are the same everywhere: one stream a replicate.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The stream of a replicate, seeded by `splitmix64(seed ⊕ (r + 1)·0x9E3779B97F4A7C15)`, so that none depends on how many
/// there are or which thread draws from it.
pub(crate) fn stream(seed: u64, replicate: usize) -> ChaCha8Rng {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let stream = seed ^ (replicate as u64 + 1).wrapping_mul(GOLDEN);
    ChaCha8Rng::seed_from_u64(splitmix64(stream))
}

/// All numbers below `n` in a random order (Fisher and Yates).
pub(crate) fn permutation(n: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    for last in (1..n).rev() {
        order.swap(last, below(last as u64 + 1, rng) as usize);
    }
    order
}

/// `k` of the numbers below `n`, in a random order: the last of a [`permutation`] that is not carried on.
pub(crate) fn sample(n: usize, k: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    let kept = n - k.min(n);
    for last in (kept..n).rev() {
        order.swap(last, below(last as u64 + 1, rng) as usize);
    }
    order.split_off(kept)
}

/// A number from 0 up to 1, in steps of 2⁻⁵³.
pub(crate) fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number below `bound`, each as likely as the others (Lemire 2019).
pub(crate) fn below(bound: u64, rng: &mut ChaCha8Rng) -> u64 {
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        let low = product as u64;
        // Most often the first answers, without a division.
        if low >= bound || low >= bound.wrapping_neg() % bound {
            return (product >> 64) as u64;
        }
    }
}

/// A number of 64 bits for each thing, another one for each seed.
pub(crate) fn hash(seed: u64, of: u64) -> u64 {
    splitmix64(splitmix64(seed) ^ splitmix64(of))
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
    fn orders_are_permutations_and_differ_by_replicate() {
        let [a, b] = [0, 1].map(|replicate| permutation(50, &mut stream(1, replicate)));
        assert_ne!(a, b);
        assert_eq!(a, permutation(50, &mut stream(1, 0)));
        let mut sorted = a;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<u32>>());
    }
}
