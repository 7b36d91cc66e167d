//! How a long computation reports, is stopped, and is kept within limits.

/// What a long kernel reports to, and asks whether to go on. The binary draws a bar and sets the flag on Ctrl-C.
pub trait Progress: Sync {
    /// A stretch of `total` units of work begins.
    fn begin(&self, what: &str, total: u64) {
        let _ = (what, total);
    }

    /// `units` more of the work are done.
    fn advance(&self, units: u64) {
        let _ = units;
    }

    /// Whether to stop as soon as possible. Kernels ask at least every few milliseconds.
    fn cancelled(&self) -> bool {
        false
    }

    /// Bytes that one computation may take. Asked before a full matrix is formed.
    fn memory(&self) -> u64 {
        u64::MAX
    }
}

/// Reports to nobody and is never cancelled.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}
