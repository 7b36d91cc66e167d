//! Folders among the system's temporary ones, removed when dropped.

use crate::stop;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A new folder of this process's own.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder.
    pub(crate) fn make() -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("palenque-scratch-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match stop::make_temporary(&path, || std::fs::create_dir(&path)) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes the folder of a test.
    #[cfg(test)]
    pub(crate) fn new() -> Self {
        Self::make().expect("the system has room for temporary files")
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
        stop::forget_temporary(&self.0);
    }
}
