//! Everything that is written: beside, then renamed; left alone when unchanged; `run.json` last.

mod atomic_file;
pub(crate) mod folder;
pub(crate) mod provenance;
pub(crate) mod readme;
pub(crate) mod recorded;
pub(crate) mod scratch;

pub(crate) use atomic_file::{AtomicFile, Folder, Place};
pub(crate) use folder::{OutputFolder, Summary, Written};

use palenque_frame::FrameError;
use palenque_graph::{Diagnostic, Location};
use std::io;
use std::path::Path;

/// Why a file could not be written, as a finding.
pub(crate) fn refused(path: &str, error: &io::Error, needed: u64, free: Option<u64>) -> Diagnostic {
    use rustix::io::Errno;
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    match errno {
        Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => {
            let free = free.map_or_else(
                || "the previous file is untouched".to_owned(),
                |free| {
                    let (needed, free) =
                        (crate::terminal::size(needed), crate::terminal::size(free));
                    format!(
                        "needed at least {needed}, {free} are free; the previous file is untouched"
                    )
                },
            );
            Diagnostic::new("E0801", format!("no space left while writing {path}"))
                .note(free)
                .help("make room, or choose another `--out`")
        }
        Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => {
            Diagnostic::new("E0802", format!("no permission to write {path}"))
                .note(plain(error))
                .help("choose another `--out`, or change the folder's permissions")
        }
        Some(Errno::LOOP) => in_the_way(path, "a symbolic link"),
        _ => Diagnostic::new("E0802", format!("{path} cannot be written: {}", plain(error)))
            .help("choose another `--out`"),
    }
}

/// A link, pipe or device stands where a file is to be.
pub(crate) fn in_the_way(path: &str, kind: &str) -> Diagnostic {
    Diagnostic::new("E0805", format!("{kind} is in the way at {path}"))
        .note(
            "palenque writes only to plain files and folders, and follows no link out of a folder",
        )
        .help(format!("remove {path}, or choose another `--out`"))
}

/// Refuses to write where something is read.
pub(crate) fn refuse_input(
    place: &Path,
    shown: &str,
    inputs: &[std::path::PathBuf],
) -> Result<(), Diagnostic> {
    if inputs.iter().any(|input| input == place) {
        return Err(Diagnostic::new(
            "E0710",
            format!("{shown} is an input: it would be overwritten"),
        )
        .help("choose another `--out`"));
    }
    Ok(())
}

/// The cause of an I/O error without its number.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// Why a table could not be written, as a finding.
pub(crate) fn table_refused(path: &str, error: FrameError) -> Result<io::Error, Diagnostic> {
    match error {
        FrameError::Io(error) => Ok(error),
        other => Err(Diagnostic::new("E0408", format!("{path} cannot be written: {other}"))
            .at(Location::file(path))),
    }
}

/// A path as it is shown and recorded: with `/`, and without `./`.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    if text.is_empty() { ".".into() } else { text.to_owned() }
}

/// The path of one place as seen from a folder, both absolute: with `..` where it must be.
pub(crate) fn relative(to: &Path, from: &Path) -> std::path::PathBuf {
    let to: Vec<_> = to.components().collect();
    let from: Vec<_> = from.components().collect();
    let common = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let mut path = std::path::PathBuf::new();
    for _ in common..from.len() {
        path.push("..");
    }
    for part in &to[common..] {
        path.push(part);
    }
    if path.as_os_str().is_empty() {
        path.push(".");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_a_folder() {
        let of = |to: &str, from: &str| shown(&relative(Path::new(to), Path::new(from)));
        assert_eq!(of("/a/b/c", "/a/b"), "c");
        assert_eq!(of("/a/x", "/a/b/c"), "../../x");
        assert_eq!(of("/a", "/a"), ".");
    }

    #[test]
    fn a_full_disk_is_told_with_figures() {
        let full = io::Error::from_raw_os_error(28);
        let found = refused("out/a.csv", &full, 91_000_000, Some(12_000_000));
        assert_eq!(found.what(), "no space left while writing out/a.csv");
        assert_eq!(
            found.notes(),
            ["needed at least 91 MB, 12 MB are free; the previous file is untouched"]
        );
    }
}
