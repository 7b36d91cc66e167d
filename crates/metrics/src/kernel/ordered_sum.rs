//! Inner products that come out the same at any number of threads.

use rayon::prelude::*;

/// Numbers a block: large enough to be worth a thread, small enough to spread over many.
pub(crate) const BLOCK: usize = 4096;

/// The inner product of two vectors of one length: fixed blocks in parallel, folded in order.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    debug_assert_eq!(a.len(), b.len(), "vectors of one length");
    let block = |(a, b): (&[f64], &[f64])| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let blocks: Vec<f64> = a.par_chunks(BLOCK).zip(b.par_chunks(BLOCK)).map(block).collect();
    blocks.iter().fold(0.0, |sum, block| sum + block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::threads::with_threads;

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let values: Vec<f64> = (1..20_000).map(|i| 1.0 / f64::from(i)).collect();
        let of = |threads| with_threads(threads, || dot(&values, &values).to_bits());
        assert_eq!(of(1), of(3));
    }
}
