//! Whether a run would only do again what the last one recorded: then it ends at once.

use super::atomic_file::TEMPORARY;
use super::provenance::SCHEMA;
use crate::config::Pipeline;
use crate::config::resolved::resolved;
use crate::pipeline::Ending;
use serde_json::Value;
use std::fs::File;
use std::io;
use std::path::Path;

/// What the last run left, all of it as it was recorded.
pub(crate) struct Recorded {
    /// How many files there are.
    pub(crate) files: usize,
    /// The first page, by its path inside the folder.
    pub(crate) page: Option<String>,
}

/// What the last run into a folder left, if this one would do the same: by the same program, from the same configuration, command and
/// inputs, byte for byte, with outputs that nobody has changed since. A run with findings is made again, so that they are told again, and one
/// whose folder has something left of a killed run, so that it is cleared away.
pub(crate) fn as_recorded(
    out: &Path,
    pipeline: &Pipeline,
    ending: &Ending<'_>,
) -> Option<Recorded> {
    let run = parsed(&out.join("run.json"))?;
    let log = parsed(&out.join("run.log.json"))?;
    let has_none = |key: &str| match &run[key] {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    let (_, hash) = ending.config.as_ref()?;
    let is_same = run["schema"] == SCHEMA
        && run["command"].as_array()?.iter().eq(&ending.command)
        && run["config"]["blake3"] == hash.as_str()
        && run["config"]["resolved"] == resolved(pipeline)
        && ["diagnostics", "accepted", "left_out"].into_iter().all(has_none)
        && log["executable"] == executable()?.as_str();
    // A folder may have got files that no record knows of.
    let has_folder = |path: &Path| ending.base.join(path).is_dir();
    if !is_same || pipeline.paths().any(has_folder) || has_leftovers(out, true) {
        return None;
    }
    let inputs = run["inputs"].as_array()?;
    let outputs = run["outputs"].as_array()?;
    let unchanged = |file: &Value, path: &Path| {
        let hash = hash_of(path).ok();
        hash.is_some_and(|hash| file["blake3"] == hash.as_str())
    };
    let input = |file: &Value| {
        let path = file["path"].as_str().filter(|path| *path != "-");
        path.is_some_and(|path| unchanged(file, &ending.base.join(Path::new(path))))
    };
    let output =
        |file: &Value| file["path"].as_str().is_some_and(|path| unchanged(file, &out.join(path)));
    if inputs.is_empty() || !inputs.iter().all(input) || !outputs.iter().all(output) {
        return None;
    }
    let page = outputs.iter().filter_map(|file| file["path"].as_str());
    let page =
        page.into_iter().find(|path| crate::pipeline::write::is(path, "html")).map(str::to_owned);
    Some(Recorded { files: outputs.len(), page })
}

/// Whether a folder of outputs has something left of a killed run.
fn has_leftovers(folder: &Path, is_root: bool) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let is_made = !is_root || name == "tables" || name == "figures";
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        name.to_string_lossy().starts_with(TEMPORARY)
            || (is_made && is_folder && has_leftovers(&entry.path(), false))
    })
}

/// The hash of this program's file.
pub(crate) fn executable() -> Option<String> {
    hash_of(&std::env::current_exe().ok()?).ok()
}

fn parsed(path: &Path) -> Option<Value> {
    serde_json::from_reader(io::BufReader::new(File::open(path).ok()?)).ok()
}

fn hash_of(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}
