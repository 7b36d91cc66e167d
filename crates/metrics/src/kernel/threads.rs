//! How many threads the kernels run on.

/// Runs `work` with its kernels on this many threads; 0 means one per processor.
///
/// The number never changes a result, only the time it takes.
///
/// # Panics
/// If the threads cannot be started.
///
/// # Example
/// ```
/// use palenque_metrics::kernel::threads::with_threads;
/// assert_eq!(with_threads(2, || 1 + 1), 2);
/// ```
pub fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("the system can start the threads").install(work)
}

/// Two computations that have nothing to do with each other, on a thread each where there are two.
pub(crate) fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}
