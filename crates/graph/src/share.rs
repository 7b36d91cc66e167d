//! Work shared by threads.

use std::sync::{Mutex, PoisonError};

/// Does all tasks on some threads, each as soon as one of them is free; results come in the order of the tasks.
///
/// Tasks own what they write to, so the outcome does not depend on who does which. Every thread has its own `S`
/// as a place to work.
pub(crate) fn share<T: Send, S: Default, R: Send>(
    threads: usize,
    tasks: impl Iterator<Item = T> + Send,
    work: impl Fn(&mut S, T) -> R + Sync,
) -> Vec<R> {
    let tasks = Mutex::new(tasks.enumerate());
    let some = || {
        let (mut place, mut done) = (S::default(), Vec::new());
        loop {
            let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((at, task)) = task else { return done };
            done.push((at, work(&mut place, task)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_at_any_number_of_threads() {
        for threads in [0, 1, 2, 8] {
            let squares = share(threads, 0..100_u32, |(): &mut (), i| i * i);
            assert_eq!(squares, (0..100).map(|i| i * i).collect::<Vec<_>>());
        }
    }
}
