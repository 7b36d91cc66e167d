//! A file that is there whole or not at all.

use super::{in_the_way, refused, shown};
use crate::diagnostics::Outcome;
use crate::stop;
use palenque_graph::Diagnostic;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How temporary files' names begin.
pub(crate) const TEMPORARY: &str = ".palenque-tmp-";

/// An open folder. Everything in it is reached through its descriptor, so that it cannot be swapped meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    fd: Arc<OwnedFd>,
    /// The real, absolute path.
    path: PathBuf,
    /// The path as the user gave it.
    pub(crate) shown: String,
}

impl Folder {
    /// Opens the folder, made with its parents where it is missing.
    pub(crate) fn open(path: &Path) -> Outcome<Self> {
        let name = shown(path);
        let to_finding = |e: &io::Error| refused(&name, e, 0, None);
        if !path.as_os_str().is_empty() && !path.is_dir() {
            std::fs::create_dir_all(path).map_err(|e| match path.symlink_metadata() {
                Ok(meta) if !meta.is_dir() => in_the_way(&name, "something that is no folder"),
                _ => to_finding(&e),
            })?;
        }
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let real = path.canonicalize().map_err(|e| to_finding(&e))?;
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, &real, flags, Mode::empty())
            .map_err(|e| to_finding(&e.into()))?;
        Ok(Self { fd: Arc::new(fd), path: real, shown: name })
    }

    /// Opens a folder inside, made where it is missing. A link is never followed.
    pub(crate) fn child(&self, name: &str) -> Outcome<Self> {
        let shown = join(&self.shown, name);
        match rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(refused(&shown, &e.into(), 0, None).into()),
        }
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Self { fd: Arc::new(fd), path: self.path.join(name), shown }),
            Err(Errno::LOOP | Errno::NOTDIR) => {
                Err(in_the_way(&shown, "something that is no folder").into())
            }
            Err(e) => Err(refused(&shown, &e.into(), 0, None).into()),
        }
    }

    /// The real, absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The descriptor.
    pub(crate) fn fd(&self) -> &OwnedFd {
        &self.fd
    }

    /// Names of what is inside, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let Ok(entries) = rustix::fs::Dir::read_from(&*self.fd) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name != "." && name != "..")
            .collect();
        names.sort_unstable();
        names
    }

    /// What kind of thing has this name, no link followed.
    pub(crate) fn kind(&self, name: &str) -> Option<FileType> {
        let stat = rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some(FileType::from_raw_mode(stat.st_mode))
    }

    /// Opens a plain file for reading, no link followed.
    pub(crate) fn read(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        Ok(File::from(rustix::fs::openat(&self.fd, name, flags, Mode::empty())?))
    }

    /// Removes a file.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Removes an empty folder; one that is not empty stays.
    pub(crate) fn remove_empty(&self, name: &str) {
        let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR);
    }

    /// Makes renames in this folder durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match rustix::fs::fsync(&self.fd) {
            // Some file systems have nothing to do for folders and say so.
            Ok(()) | Err(Errno::INVAL | Errno::ROFS) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Removes what a run that was killed left behind. Only for folders that this process has locked.
    pub(crate) fn remove_stale(&self) {
        for name in self.names().iter().filter(|name| name.starts_with(TEMPORARY)) {
            let _ = self.remove(name);
        }
    }

    fn free(&self) -> Option<u64> {
        let stat = rustix::fs::fstatvfs(&self.fd).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder == "." { name.to_owned() } else { format!("{}/{name}", folder.trim_end_matches('/')) }
}

/// A file being written beside its place. Dropped before [`AtomicFile::finish`], it is gone without a trace.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    temporary: Temporary,
    name: String,
    out: BufWriter<Hashed>,
}

/// A temporary file that is removed when dropped.
#[derive(Debug)]
struct Temporary {
    folder: Folder,
    name: String,
}

impl Temporary {
    fn path(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            let _ = self.folder.remove(&self.name);
            stop::forget_temporary(&self.path());
        }
    }
}

/// Bytes on their way to the file, counted and hashed.
#[derive(Debug)]
struct Hashed {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl AtomicFile {
    /// Begins a file of this name in a folder.
    pub(crate) fn create(folder: &Folder, name: &str) -> Outcome<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let place = join(&folder.shown, name);
        match folder.kind(name) {
            None | Some(FileType::RegularFile) => {}
            Some(FileType::Symlink) => return Err(in_the_way(&place, "a symbolic link").into()),
            Some(FileType::Directory) => return Err(in_the_way(&place, "a folder").into()),
            Some(_) => return Err(in_the_way(&place, "a pipe or device").into()),
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = format!("{TEMPORARY}{}-{number}", std::process::id());
        let flags =
            OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::WRONLY | OFlags::CLOEXEC;
        let make =
            || rustix::fs::openat(&folder.fd, &*temporary, flags, Mode::from_raw_mode(0o666));
        let fd = stop::make_temporary(&folder.path.join(&temporary), make)
            .map_err(|e| refused(&place, &e.into(), 0, folder.free()))?;
        let file = Hashed { file: File::from(fd), hasher: blake3::Hasher::new(), bytes: 0 };
        Ok(Self {
            temporary: Temporary { folder: folder.clone(), name: temporary },
            name: name.to_owned(),
            out: BufWriter::with_capacity(1 << 18, file),
        })
    }

    /// Why writing was refused, as a finding about this file.
    pub(crate) fn refused(&self, error: &io::Error) -> Diagnostic {
        let folder = &self.temporary.folder;
        let needed = self.out.get_ref().bytes + self.out.buffer().len() as u64;
        refused(&join(&folder.shown, &self.name), error, needed, folder.free())
    }

    /// Everything is written: compares with what is in the place, and makes the bytes durable if they differ.
    /// The file is in its place after [`Place::place`] only.
    #[must_use = "a file that is not placed is removed"]
    pub(crate) fn finish(mut self) -> Outcome<Place> {
        if let Err(error) = self.out.flush() {
            return Err(self.refused(&error).into());
        }
        let hashed = self.out.get_ref();
        let (bytes, hash) = (hashed.bytes, hashed.hasher.finalize());
        let unchanged = same(&self.temporary.folder, &self.name, bytes, &hash);
        if !unchanged && let Err(error) = self.out.get_ref().file.sync_all() {
            return Err(self.refused(&error).into());
        }
        let Self { temporary, name, out } = self;
        // The buffer is empty: nothing is lost with it.
        drop(out.into_parts());
        Ok(Place { temporary, name, bytes, blake3: hash.to_hex().to_string(), unchanged })
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether the file in this place has these bytes.
fn same(folder: &Folder, name: &str, bytes: u64, hash: &blake3::Hash) -> bool {
    let is_file = folder.kind(name) == Some(FileType::RegularFile);
    let hash_of = || -> io::Result<Option<blake3::Hash>> {
        let file = folder.read(name)?;
        if file.metadata()?.len() != bytes {
            return Ok(None);
        }
        hash_of(file).map(Some)
    };
    is_file && matches!(hash_of(), Ok(Some(found)) if found == *hash)
}

/// The hash of what a file holds.
pub(crate) fn hash_of(mut file: impl Read) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(n) => hasher.update(&buffer[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
    }
}

/// A finished file beside its place. Dropped before [`Place::place`], it is removed.
#[derive(Debug)]
pub(crate) struct Place {
    temporary: Temporary,
    name: String,
    /// How long it is.
    pub(crate) bytes: u64,
    /// The hash of its bytes, in hexadecimal.
    pub(crate) blake3: String,
    /// Whether the file in the place is the same already.
    pub(crate) unchanged: bool,
}

impl Place {
    /// Puts the file into its place; one that is there already is left alone, or with `touch` gets a new time.
    pub(crate) fn place(mut self, touch: bool) -> Outcome<()> {
        let folder = self.temporary.folder.clone();
        let shown = join(&folder.shown, &self.name);
        if self.unchanged {
            if touch {
                let now = rustix::fs::Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW };
                let times = rustix::fs::Timestamps { last_access: now, last_modification: now };
                rustix::fs::utimensat(&folder.fd, &*self.name, &times, AtFlags::SYMLINK_NOFOLLOW)
                    .map_err(|e| refused(&shown, &e.into(), 0, None))?;
            }
            return Ok(());
        }
        match folder.kind(&self.name) {
            None | Some(FileType::RegularFile) => {}
            Some(_) => return Err(in_the_way(&shown, "a link, folder or device").into()),
        }
        rustix::fs::renameat(&folder.fd, &*self.temporary.name, &folder.fd, &*self.name).map_err(
            |e| {
                let why = super::plain(&e.into());
                Diagnostic::new("E0806", format!("{shown} cannot be put in its place: {why}"))
                    .help("the previous file is untouched; choose another `--out`")
            },
        )?;
        stop::forget_temporary(&self.temporary.path());
        self.temporary.name.clear();
        Ok(())
    }

    /// The folder of the place.
    pub(crate) fn folder(&self) -> &Folder {
        &self.temporary.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::scratch::Scratch;

    fn write(folder: &Folder, name: &str, text: &str) -> Place {
        let mut file = AtomicFile::create(folder, name).expect("a new file");
        file.write_all(text.as_bytes()).expect("room");
        file.finish().expect("room")
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let dir = Scratch::new();
        let folder = Folder::open(dir.path()).expect("a folder");
        drop(write(&folder, "a.csv", "never placed"));
        let mut unfinished = AtomicFile::create(&folder, "a.csv").expect("a new file");
        unfinished.write_all(b"never finished").expect("room");
        drop(unfinished);
        assert!(folder.names().is_empty());
        let place = write(&folder, "a.csv", "whole");
        assert!(!dir.path().join("a.csv").exists());
        place.place(false).expect("placed");
        assert_eq!(folder.names(), ["a.csv"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("a.csv")).expect("there"), "whole");
    }

    #[test]
    fn what_is_the_same_is_left_alone() {
        let dir = Scratch::new();
        let folder = Folder::open(dir.path()).expect("a folder");
        write(&folder, "a", "x").place(false).expect("placed");
        let before = dir.path().join("a").metadata().expect("there").modified().expect("a time");
        let again = write(&folder, "a", "x");
        assert!(again.unchanged);
        again.place(false).expect("placed");
        let after = dir.path().join("a").metadata().expect("there").modified().expect("a time");
        assert_eq!(before, after);
        assert!(!write(&folder, "a", "y").unchanged);
    }

    #[test]
    fn links_are_not_followed() {
        let dir = Scratch::new();
        let outside = Scratch::new();
        std::os::unix::fs::symlink(outside.path().join("x"), dir.path().join("a")).expect("a link");
        std::os::unix::fs::symlink(outside.path(), dir.path().join("sub")).expect("a link");
        let folder = Folder::open(dir.path()).expect("a folder");
        assert!(AtomicFile::create(&folder, "a").is_err());
        assert!(folder.child("sub").is_err());
        assert_eq!(std::fs::read_dir(outside.path()).expect("there").count(), 0);
    }
}
