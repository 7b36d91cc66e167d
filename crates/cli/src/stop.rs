//! Being stopped: signals leave nothing half-written, within a fifth of a second.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the work may take to notice that it is to stop, before the process ends all the same.
const GRACE: Duration = Duration::from_millis(80);

static SIGNAL: AtomicI32 = AtomicI32::new(0);
/// Temporary files that are there now. Whoever holds this while ending the process keeps new ones from appearing.
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// Held while finished files are put in their places: renames only, so never for long.
static PLACING: Mutex<()> = Mutex::new(());

/// The signal that came, if one did.
pub(crate) fn signal() -> Option<i32> {
    match SIGNAL.load(Ordering::Relaxed) {
        0 => None,
        signal => Some(signal),
    }
}

/// Watches for Ctrl-C, TERM and HUP: says so to the work, waits a little, removes temporary files, ends the process.
pub(crate) fn watch() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return; // then signals end the process as they always do
    };
    std::thread::spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        SIGNAL.store(signal, Ordering::Relaxed);
        std::thread::sleep(GRACE);
        let _placing = locked(&PLACING);
        let temporary = locked(&TEMPORARY);
        for path in temporary.iter() {
            let _ = std::fs::remove_file(path).or_else(|_| std::fs::remove_dir_all(path));
        }
        std::process::exit(128 + signal);
    });
}

/// Runs the making of a temporary file and remembers its path.
pub(crate) fn make_temporary<T, E>(
    path: &Path,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut temporary = locked(&TEMPORARY);
    let made = make()?;
    temporary.insert(path.to_owned());
    Ok(made)
}

/// Forgets a temporary file: it was renamed or removed.
pub(crate) fn forget_temporary(path: &Path) {
    locked(&TEMPORARY).remove(path);
}

/// Held while finished files are put in their places.
pub(crate) fn placing() -> MutexGuard<'static, ()> {
    locked(&PLACING)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
