//! Fixed chunks of work: spread over the threads, folded in order, so that threads never change a sum.

use crate::MetricError;
use palenque_graph::Progress;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;

/// The fewest chunks of `chunk` that are `wanted` together, at least one.
pub(crate) fn chunks_for(wanted: f64, chunk: usize) -> usize {
    let mut chunks = 1;
    while ((chunks * chunk) as f64) < wanted {
        chunks += 1;
    }
    chunks
}

/// Runs `work` on the chunks of `0..n` and hands the results to `fold` in chunk order, whatever the number of
/// threads. At most a few results a thread exist at once.
///
/// `work` returns `None` when it found the computation cancelled.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn fold_chunks<T: Send>(
    n: usize,
    chunk: usize,
    progress: &dyn Progress,
    work: impl Fn(Range<usize>) -> Option<T> + Sync,
    mut fold: impl FnMut(T),
) -> Result<(), MetricError> {
    let chunks: Vec<Range<usize>> =
        (0..n).step_by(chunk).map(|start| start..(start + chunk).min(n)).collect();
    for wave in chunks.chunks(4 * rayon::current_num_threads()) {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        let results: Vec<Option<T>> = wave.par_iter().map(|range| work(range.clone())).collect();
        for result in results {
            fold(result.ok_or(MetricError::Cancelled)?);
        }
    }
    Ok(())
}

/// The same for work that needs room, such as an entry a node: made once a thread, not once a chunk, and handed from one
/// chunk to the next, so that `work` leaves it as it was made.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn fold_chunks_with<R: Send, T: Send>(
    n: usize,
    chunk: usize,
    progress: &dyn Progress,
    room: impl Fn() -> R + Sync,
    work: impl Fn(&mut R, Range<usize>) -> Option<T> + Sync,
    fold: impl FnMut(T),
) -> Result<(), MetricError> {
    let rooms: Mutex<Vec<R>> = Mutex::new(Vec::new());
    let work = |range| {
        let idle = rooms.lock().expect("no thread panics").pop();
        let mut own = idle.unwrap_or_else(&room);
        let result = work(&mut own, range)?;
        rooms.lock().expect("no thread panics").push(own);
        Some(result)
    };
    fold_chunks(n, chunk, progress, work, fold)
}
