//! An output folder: locked while it is written, never one that is somebody else's, complete when `run.json` is there.

use super::{AtomicFile, Folder, Place, atomic_file, refused, table_refused};
use crate::diagnostics::{Outcome, Refusal};
use crate::progress::Bar;
use crate::stop;
use palenque_frame::{CsvStyle, FrameError, TableFormat, write_table};
use palenque_graph::{Diagnostic, Diagnostics, Progress, Table};
use rustix::fs::{FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = ".palenque.lock";
/// What says that a folder is complete.
pub(crate) const RUN: &str = "run.json";
/// What varies from run to run.
pub(crate) const LOG: &str = "run.log.json";

/// How a folder is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    /// The schema of the `run.json` by which an earlier run of the same kind is known.
    pub(crate) schema: &'static str,
    /// Also a folder that palenque did not write.
    pub(crate) force: bool,
    /// Wait for another run instead of giving up.
    pub(crate) wait: bool,
    /// Give unchanged files a new time.
    pub(crate) touch: bool,
}

impl Default for Opening {
    fn default() -> Self {
        let schema = super::provenance::SCHEMA;
        Self { schema, force: false, wait: false, touch: false }
    }
}

/// A folder under lock, with the files that are ready to be placed.
#[derive(Debug)]
pub(crate) struct OutputFolder {
    root: Folder,
    children: BTreeMap<String, Folder>,
    lock: Option<File>,
    opening: Opening,
    protected: Vec<PathBuf>,
    previous: Option<Value>,
    ready: Vec<(Written, Place)>,
    placed: bool,
    /// What is worth telling about the folder itself.
    pub(crate) found: Diagnostics,
}

/// A file of the run, as `run.json` records it.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The path inside the folder, with `/`.
    pub(crate) path: String,
    /// The step that made it.
    pub(crate) step: String,
    /// Length.
    pub(crate) bytes: u64,
    /// Hash.
    pub(crate) blake3: String,
    /// Rows of a table.
    pub(crate) rows: Option<u64>,
}

/// What became of the files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    /// Files that are new or different.
    pub(crate) written: usize,
    /// Files that were the same already.
    pub(crate) unchanged: usize,
    /// Files of the earlier run that were removed.
    pub(crate) removed: Vec<String>,
    /// Files of the earlier run that somebody has changed since: left where they are.
    pub(crate) kept: Vec<String>,
}

impl OutputFolder {
    /// Opens and locks a folder, made where it is missing.
    pub(crate) fn open(path: &Path, opening: Opening, progress: &Bar) -> Outcome<Self> {
        let root = Folder::open(path)?;
        let mut found = Diagnostics::default();
        if !opening.force {
            refuse_foreign(&root, opening.schema)?;
        }
        let lock = lock(&root, opening.wait, progress, &mut found)?;
        let mut folder = Self {
            previous: previous(&root, opening.schema),
            root,
            children: BTreeMap::new(),
            lock,
            opening,
            protected: Vec::new(),
            ready: Vec::new(),
            placed: false,
            found,
        };
        folder.remove_temporary()?;
        Ok(folder)
    }

    /// Removes what a run that was killed left behind, here and in the folders that palenque makes.
    fn remove_temporary(&mut self) -> Outcome<()> {
        self.root.remove_stale();
        let mut paths: Vec<String> = vec!["tables".into(), "figures".into()];
        while let Some(path) = paths.pop() {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let is_folder = self.folder(parent)?.kind(name) == Some(FileType::Directory);
            if !is_folder {
                continue;
            }
            let folder = self.folder(&path)?;
            folder.remove_stale();
            paths.extend(folder.names().iter().map(|inner| format!("{path}/{inner}")));
        }
        Ok(())
    }

    /// The folder's real path.
    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    /// The files that are ready.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Written> {
        self.ready.iter().map(|(written, _)| written)
    }

    fn folder(&mut self, path: &str) -> Outcome<Folder> {
        let mut folder = self.root.clone();
        let mut so_far = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if !so_far.is_empty() {
                so_far.push('/');
            }
            so_far.push_str(name);
            if !self.children.contains_key(&so_far) {
                let child = folder.child(name)?;
                self.children.insert(so_far.clone(), child);
            }
            folder = self.children[&so_far].clone();
        }
        Ok(folder)
    }

    /// Files that are read, by their real paths: never overwritten, never removed.
    pub(crate) fn protect(&mut self, inputs: Vec<PathBuf>) {
        self.protected = inputs;
    }

    /// Begins a file beside its place.
    pub(crate) fn begin(&mut self, path: &str) -> Outcome<AtomicFile> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.folder(parent)?;
        super::refuse_input(&folder.path().join(name), path, &self.protected)?;
        AtomicFile::create(&folder, name)
    }

    /// Ends a file that was begun.
    pub(crate) fn end(
        &mut self,
        path: &str,
        step: &str,
        rows: Option<u64>,
        file: AtomicFile,
    ) -> Outcome<()> {
        let place = file.finish()?;
        let written = Written {
            path: path.to_owned(),
            step: step.to_owned(),
            bytes: place.bytes,
            blake3: place.blake3.clone(),
            rows,
        };
        self.ready.push((written, place));
        Ok(())
    }

    /// Writes a file beside its place.
    pub(crate) fn write(
        &mut self,
        path: &str,
        step: &str,
        rows: Option<u64>,
        write: impl FnOnce(&mut AtomicFile) -> Result<(), FrameError>,
    ) -> Outcome<()> {
        let mut file = self.begin(path)?;
        if let Err(error) = write(&mut file) {
            let found = match table_refused(path, error) {
                Ok(error) => file.refused(&error),
                Err(found) => found,
            };
            return Err(found.into());
        }
        self.end(path, step, rows, file)
    }

    /// Writes a text beside its place.
    pub(crate) fn write_text(&mut self, path: &str, step: &str, text: &str) -> Outcome<()> {
        self.write(path, step, None, |file| Ok(file.write_all(text.as_bytes())?))
    }

    /// Writes a table beside its place.
    pub(crate) fn write_table(
        &mut self,
        path: &str,
        step: &str,
        table: &Table,
        format: TableFormat,
        style: CsvStyle,
    ) -> Outcome<()> {
        self.write(path, step, Some(table.n_rows() as u64), |file| {
            write_table(table, format, style, file)
        })
    }

    /// Puts all files into their places, `run.json` last, and removes what the earlier run alone had written.
    pub(crate) fn place(mut self, run: &Value, log: &Value) -> Outcome<Summary> {
        let mut summary = Summary::default();
        let stale = self.stale();
        self.refuse_to_replace(run, &stale)?;
        let run = super::provenance::text(run);
        let mut record = AtomicFile::create(&self.root, RUN)?;
        if let Err(error) = record.write_all(run.as_bytes()) {
            return Err(record.refused(&error).into());
        }
        let record = record.finish()?;
        let changed = !record.unchanged || self.ready.iter().any(|(_, place)| !place.unchanged);
        let log = if changed || self.root.kind(LOG).is_none() {
            let mut file = AtomicFile::create(&self.root, LOG)?;
            if let Err(error) = file.write_all(super::provenance::text(log).as_bytes()) {
                return Err(file.refused(&error).into());
            }
            Some(file.finish()?)
        } else {
            None
        };
        let _placing = stop::placing();
        if stop::signal().is_some() {
            return Err(Refusal::Stopped);
        }
        let mut touched: Vec<Folder> = Vec::new();
        for (_, place) in std::mem::take(&mut self.ready) {
            if place.unchanged {
                summary.unchanged += 1;
            } else {
                summary.written += 1;
                if touched.iter().all(|folder| folder.path() != place.folder().path()) {
                    touched.push(place.folder().clone());
                }
            }
            place.place(self.opening.touch)?;
            self.placed = true;
        }
        for (path, hash) in stale {
            self.remove_stale(&path, &hash, &mut summary);
        }
        for folder in &touched {
            folder.sync().map_err(|e| refused(&folder.shown, &e, 0, None))?;
        }
        if let Some(log) = log {
            log.place(false)?;
        }
        if record.unchanged {
            summary.unchanged += 1;
        } else {
            summary.written += 1;
        }
        record.place(self.opening.touch)?;
        self.root.sync().map_err(|e| refused(&self.root.shown, &e, 0, None))?;
        self.unlock();
        Ok(summary)
    }

    /// Refuses to remove what another verb has written: whoever measures into the folder of a report hardly wants the report gone.
    fn refuse_to_replace(&self, run: &Value, stale: &[(String, String)]) -> Outcome<()> {
        let verb = |run: &Value| run["command"][0].as_str().map(str::to_owned);
        let earlier = self.previous.as_ref().and_then(verb);
        let (Some(earlier), Some(now)) = (earlier, verb(run)) else { return Ok(()) };
        if stale.is_empty() || earlier == now || self.opening.force {
            return Ok(());
        }
        let shown = &self.root.shown;
        let (n, s) = (stale.len(), if stale.len() == 1 { "" } else { "s" });
        let what = format!(
            "{shown} holds what `palenque {earlier}` wrote, and `{now}` would remove {n} file{s} of it"
        );
        Err(Diagnostic::new("E0804", what)
            .help("choose another `--out`, or pass `--force` to replace it")
            .into())
    }

    /// Refuses to write over what somebody changed since an earlier run wrote it.
    ///
    /// # Errors
    /// E0804 with the first such file, unless the folder was opened with `force`.
    pub(crate) fn refuse_changed(&self) -> Outcome<()> {
        if self.opening.force {
            return Ok(());
        }
        let recorded: BTreeMap<String, String> = self.recorded().collect();
        for (written, place) in self.ready.iter().filter(|(_, place)| !place.unchanged) {
            let name = written.path.rsplit('/').next().unwrap_or_default();
            let there = place.folder().read(name).ok();
            let Some((hash, file)) = recorded.get(&written.path).zip(there) else { continue };
            let now = atomic_file::hash_of(file)
                .map_err(|e| refused(&place.folder().shown, &e, 0, None))?;
            if now.to_hex().as_str() != hash {
                let path = super::shown(&self.path().join(&written.path));
                let what = format!("{path} was changed since palenque wrote it");
                return Err(Diagnostic::new("E0804", what)
                    .help("name another folder, or pass `--force` to have it as it was")
                    .into());
            }
        }
        Ok(())
    }

    /// The files of the earlier run: path and hash.
    fn recorded(&self) -> impl Iterator<Item = (String, String)> {
        let outputs = self.previous.as_ref().and_then(|run| run["outputs"].as_array());
        outputs.into_iter().flatten().filter_map(|output| {
            let path = output["path"].as_str()?.to_owned();
            Some((path, output["blake3"].as_str()?.to_owned()))
        })
    }

    /// What the earlier run wrote and this one does not: path and hash.
    fn stale(&self) -> Vec<(String, String)> {
        let is_ready = |path: &String| self.ready.iter().any(|(w, _)| w.path == *path);
        self.recorded().filter(|(path, _)| !is_ready(path)).collect()
    }

    fn remove_stale(&mut self, path: &str, hash: &str, summary: &mut Summary) {
        let inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        if !inside || (!parent.is_empty() && !self.path().join(parent).is_dir()) {
            return;
        }
        let Ok(folder) = self.folder(parent) else { return };
        let Ok(file) = folder.read(name) else { return };
        if self.protected.contains(&folder.path().join(name)) {
            summary.kept.push(path.to_owned());
            return;
        }
        match atomic_file::hash_of(file) {
            Ok(found) if found.to_hex().as_str() == hash => {
                if folder.remove(name).is_ok() {
                    summary.removed.push(path.to_owned());
                    self.root.remove_empty(parent);
                }
            }
            _ => summary.kept.push(path.to_owned()),
        }
    }

    fn unlock(&mut self) {
        if let Some(lock) = self.lock.take() {
            // Removed while held: whoever waits for it looks again.
            let _ = self.root.remove(LOCK);
            stop::forget_temporary(&self.root.path().join(LOCK));
            drop(lock);
        }
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        self.ready.clear();
        if self.placed {
            // Stopped half-way between complete files: the lock file stays and says whose folder it is.
            self.lock = None;
            return;
        }
        self.unlock();
        if self.previous.is_none() {
            for path in self.children.keys().rev() {
                let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
                match self.children.get(parent) {
                    Some(folder) => folder.remove_empty(name),
                    None => self.root.remove_empty(name),
                }
            }
            if self.root.names().is_empty() {
                let _ = std::fs::remove_dir(self.root.path());
            }
        }
    }
}

/// Refuses a folder with files and without a `run.json` of palenque's.
fn refuse_foreign(root: &Folder, schema: &str) -> Outcome<()> {
    let names = root.names();
    let ours = previous(root, schema).is_some() || names.iter().any(|name| name == LOCK);
    let foreign = names.iter().find(|name| !is_litter(root, name));
    match foreign {
        Some(name) if !ours => {
            let name = palenque_graph::diagnostic::shown(name);
            Err(Diagnostic::new(
                "E0804",
                format!("{} has files that no earlier run of this kind wrote", root.shown),
            )
            .note(format!("the first is `{name}`; there is no run.json that fits"))
            .help("choose another `--out`, or `--force` to write beside them")
            .into())
        }
        _ => Ok(()),
    }
}

/// Whether a name is what an interrupted run of palenque's leaves: temporary files, and folders with nothing else.
fn is_litter(root: &Folder, name: &str) -> bool {
    if name.starts_with(atomic_file::TEMPORARY) {
        return true;
    }
    let mut folders: Vec<Folder> = Vec::new();
    if matches!(name, "tables" | "figures") && root.kind(name) == Some(FileType::Directory) {
        folders.extend(root.child(name));
    }
    let is_folder = !folders.is_empty();
    while let Some(folder) = folders.pop() {
        for name in folder.names() {
            if folder.kind(&name) == Some(FileType::Directory) {
                folders.extend(folder.child(&name));
            } else if !name.starts_with(atomic_file::TEMPORARY) {
                return false;
            }
        }
    }
    is_folder
}

/// The `run.json` of the earlier run, if it is palenque's.
fn previous(root: &Folder, schema: &str) -> Option<Value> {
    let mut text = String::new();
    root.read(RUN).ok()?.take(64 << 20).read_to_string(&mut text).ok()?;
    let run: Value = serde_json::from_str(&text).ok()?;
    (run["schema"] == schema).then_some(run)
}

fn lock(
    root: &Folder,
    wait: bool,
    progress: &Bar,
    found: &mut Diagnostics,
) -> Outcome<Option<File>> {
    let shown = format!("{}/{LOCK}", root.shown);
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    loop {
        let fd = rustix::fs::openat(root.fd(), LOCK, flags, Mode::from_raw_mode(0o666))
            .map_err(|e| refused(&shown, &e.into(), 0, None))?;
        match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                let mut file = File::from(fd);
                if !is_at(&file, root) {
                    continue; // the one who had it removed it meanwhile
                }
                let _ = file.set_len(0);
                let _ = write!(file, "{}", std::process::id());
                // A signal that ends the process takes the lock file along.
                let _ = stop::make_temporary(&root.path().join(LOCK), || Ok::<(), ()>(()));
                return Ok(Some(file));
            }
            Err(Errno::WOULDBLOCK) if wait => {
                if progress.cancelled() {
                    return Err(Refusal::Stopped);
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                let _ = File::from(fd).take(20).read_to_string(&mut holder);
                let who = match holder.parse::<u32>() {
                    Ok(pid) => format!("another palenque (pid {pid})"),
                    Err(_) => "another palenque".to_owned(),
                };
                return Err(Diagnostic::new(
                    "E0803",
                    format!("{who} is writing to {}", root.shown),
                )
                .help("`--wait` waits for it; or choose another `--out`")
                .into());
            }
            Err(_) => {
                found.push(
                    Diagnostic::new("W0804", format!("{} has no file locks", root.shown))
                        .note("two runs at once would mix their files")
                        .help("run one palenque at a time there"),
                );
                return Ok(None);
            }
        }
    }
}

/// Whether the locked file is still the one under the lock's name.
fn is_at(file: &File, root: &Folder) -> bool {
    let at = rustix::fs::statat(root.fd(), LOCK, rustix::fs::AtFlags::SYMLINK_NOFOLLOW);
    let ours = rustix::fs::fstat(file);
    matches!((at, ours), (Ok(a), Ok(b)) if a.st_ino == b.st_ino && a.st_dev == b.st_dev)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::ProgressStyle;
    use crate::output::scratch::Scratch;
    use serde_json::json;

    fn bar() -> Bar {
        Bar::new(ProgressStyle::Never, true, None)
    }

    fn open(path: &Path) -> Outcome<OutputFolder> {
        OutputFolder::open(path, Opening::default(), &bar())
    }

    fn run(folder: &OutputFolder) -> Value {
        let outputs: Vec<Value> =
            folder.files().map(|w| json!({"path": w.path, "blake3": w.blake3})).collect();
        json!({"schema": super::super::provenance::SCHEMA, "outputs": outputs})
    }

    fn id_of(refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::Found(found) => found.iter().next().expect("a finding").id(),
            Refusal::Stopped => "stopped",
        }
    }

    #[test]
    fn unchanged_files_are_left_alone_and_stale_ones_go() {
        let dir = Scratch::new();
        let out = dir.path().join("out");
        for expected in [(3, 0), (0, 3)] {
            let mut folder = open(&out).expect("free");
            folder.write_text("tables/a.csv", "s", "a").expect("room");
            folder.write_text("b.txt", "s", "b").expect("room");
            let record = run(&folder);
            let summary = folder.place(&record, &json!({})).expect("placed");
            assert_eq!((summary.written, summary.unchanged), expected);
        }
        let mut folder = open(&out).expect("free");
        folder.write_text("b.txt", "s", "b").expect("room");
        let record = run(&folder);
        let summary = folder.place(&record, &json!({})).expect("placed");
        assert_eq!(summary.removed, ["tables/a.csv"]);
        assert_eq!(
            open(&out).expect("free").root.names(),
            [".palenque.lock", "b.txt", "run.json", "run.log.json"]
        );
        assert!(!out.join(LOCK).exists());
    }

    #[test]
    fn a_folder_of_others_is_refused() {
        let dir = Scratch::new();
        let folder = Folder::open(dir.path()).expect("a folder");
        let mut file = AtomicFile::create(&folder, "thesis.doc").expect("a file");
        file.write_all(b"mine").expect("room");
        file.finish().expect("room").place(false).expect("placed");
        assert_eq!(id_of(open(dir.path()).expect_err("refused")), "E0804");
        let force = Opening { force: true, ..Opening::default() };
        assert!(OutputFolder::open(dir.path(), force, &bar()).is_ok());
    }

    #[test]
    fn what_an_interrupted_run_left_is_not_foreign() {
        let dir = Scratch::new();
        std::fs::create_dir_all(dir.path().join("tables/role")).expect("room");
        assert!(open(dir.path()).is_ok());
        std::fs::create_dir_all(dir.path().join("figures")).expect("room");
        let figures = Folder::open(&dir.path().join("figures")).expect("a folder");
        let file = AtomicFile::create(&figures, "mine.svg").expect("a file");
        file.finish().expect("room").place(false).expect("placed");
        assert_eq!(id_of(open(dir.path()).expect_err("refused")), "E0804");
    }

    #[test]
    fn one_run_at_a_time() {
        let dir = Scratch::new();
        let out = dir.path().join("out");
        let first = open(&out).expect("free");
        assert_eq!(id_of(open(&out).expect_err("locked")), "E0803");
        drop(first);
        assert!(!out.exists(), "a run that wrote nothing leaves no folder");
        assert!(open(&out).is_ok());
    }
}
