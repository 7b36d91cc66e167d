//! `palenque compare`: what differs between two tables or output folders?

use super::Done;
use crate::args::CompareArgs;
use crate::diagnostics::{Outcome, Refusal};
use crate::difference::{Difference, Differences, Tolerance, read, tables};
use crate::output::shown;
use crate::session::Session;
use crate::terminal::{fitted, grouped};
use palenque_graph::{Diagnostic, Location};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

pub(super) fn run(_: &mut Session, args: &CompareArgs) -> Outcome<Done> {
    if args.side_by_side || !args.more.is_empty() {
        return super::side_by_side::run(args);
    }
    let tolerance = tolerance(&args.tolerance)?;
    let files: Vec<(String, Differences)> = match (args.before.is_dir(), args.after.is_dir()) {
        (true, true) => folders(&args.before, &args.after, tolerance)?,
        (false, false) => {
            let name = shown(&args.after);
            vec![(name, files(&args.before, &args.after, tolerance)?)]
        }
        _ => {
            return Err(Diagnostic::new("E0108", "one is a folder and the other is not")
                .at(Location::file(shown(&args.before)))
                .help("give two tables, or two output folders")
                .into());
        }
    };
    let count: u64 = files.iter().map(|(_, found)| found.count).sum();
    let mut text = text(&files);
    let _ = match count {
        0 => writeln!(text, "no difference"),
        1 => writeln!(text, "1 difference"),
        n => writeln!(text, "{} differences", grouped(n)),
    };
    let exceeded = args.fail_above.is_some_and(|limit| count > limit);
    Ok(Done::text(text, json(&files)).answer(!exceeded))
}

/// A tolerance as typed: `abs=0`, `rel=1e-12`.
pub(super) fn tolerance(pairs: &[(String, String)]) -> Outcome<Tolerance> {
    let mut tolerance = Tolerance::default();
    for (name, text) in pairs {
        let value = text.parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0);
        let slot = match name.as_str() {
            "abs" => &mut tolerance.abs,
            "rel" => &mut tolerance.rel,
            _ => return Err(wrong(&format!("`--tolerance` has no part `{name}`"))),
        };
        *slot = value.ok_or_else(|| {
            wrong(&format!("`--tolerance {name}` must be a number of at least 0, not `{text}`"))
        })?;
    }
    Ok(tolerance)
}

fn wrong(what: &str) -> Refusal {
    Diagnostic::new("E0702", what).help("write it as abs=0,rel=1e-12").into()
}

/// The differences of every file of two output folders.
pub(super) fn folders(
    before: &Path,
    after: &Path,
    tolerance: Tolerance,
) -> Outcome<Vec<(String, Differences)>> {
    let (old, new) = (outputs(before)?, outputs(after)?);
    let all: BTreeSet<&String> = old.union(&new).collect();
    let mut found = Vec::new();
    for file in all {
        let difference = match (old.contains(file), new.contains(file)) {
            (true, true) => files(&before.join(file), &after.join(file), tolerance)?,
            (there, _) => Differences {
                shown: vec![Difference {
                    place: "file".into(),
                    before: there.then(|| "there".into()),
                    after: (!there).then(|| "there".into()),
                }],
                count: 1,
                shifts: Vec::new(),
            },
        };
        if difference.count > 0 {
            found.push((file.clone(), difference));
        }
    }
    Ok(found)
}

/// The files that the `run.json` of a folder records.
pub(super) fn outputs(folder: &Path) -> Outcome<BTreeSet<String>> {
    let path = folder.join("run.json");
    let run: Value = serde_json::from_slice(&bytes(&path)?).map_err(|error| {
        Diagnostic::new("E0610", format!("{} is not JSON: {error}", shown(&path)))
            .at(Location::file(shown(&path)))
            .help("give an output folder of palenque's")
    })?;
    let outputs = run["outputs"].as_array().into_iter().flatten();
    Ok(outputs.filter_map(|output| Some(output["path"].as_str()?.to_owned())).collect())
}

fn bytes(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound { "E0101" } else { "E0102" };
        Diagnostic::new(
            code,
            format!("{} cannot be read: {}", shown(path), crate::output::plain(&error)),
        )
        .at(Location::file(shown(path)))
        .help("give two tables, or two output folders of palenque's")
        .into()
    })
}

/// The differences of two files: tables cell by cell, others byte by byte.
fn files(before: &Path, after: &Path, tolerance: Tolerance) -> Outcome<Differences> {
    let (old, new) = (bytes(before)?, bytes(after)?);
    if old == new {
        return Ok(Differences::default());
    }
    let is_csv = |path: &Path| path.extension().is_some_and(|e| e == "csv");
    if is_csv(before) && is_csv(after) {
        let table = |path: &Path, bytes: &[u8]| {
            read(path, bytes).map_err(|why| {
                Diagnostic::new("E0205", format!("{} cannot be compared: {why}", shown(path)))
                    .at(Location::file(shown(path)))
                    .help("give CSV tables that palenque wrote")
            })
        };
        return Ok(tables(&table(before, &old)?, &table(after, &new)?, tolerance));
    }
    let at = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let line = old[..at].split(|&b| b == b'\n').count();
    let size = |bytes: &[u8]| Some(format!("{} bytes", bytes.len()));
    Ok(Differences {
        shown: vec![Difference {
            place: format!("byte {at}, line {line}"),
            before: size(&old),
            after: size(&new),
        }],
        count: 1,
        shifts: Vec::new(),
    })
}

/// The differences as lines, the first twenty of all.
pub(super) fn text(files: &[(String, Differences)]) -> String {
    let mut text = String::new();
    let mut left = crate::difference::SHOWN;
    for (file, found) in files.iter().filter(|(_, found)| found.count > 0) {
        let _ = writeln!(text, "{file}: {}", grouped(found.count));
        for d in found.shown.iter().take(left) {
            let side = |value: &Option<String>| {
                value.as_deref().map_or_else(|| "nothing".to_owned(), |value| fitted(value, 30))
            };
            let _ = writeln!(
                text,
                "  {}: {} -> {}",
                fitted(&d.place, 60),
                side(&d.before),
                side(&d.after)
            );
        }
        left = left.saturating_sub(found.shown.len());
        for (column, key, old, new) in found.shifts.iter().take(3) {
            let _ = writeln!(text, "  rank in {column}: {} {old} -> {new}", fitted(key, 40));
        }
    }
    text
}

/// The differences as JSON.
pub(super) fn json(files: &[(String, Differences)]) -> Value {
    let one = |d: &Difference| json!({ "place": d.place, "before": d.before, "after": d.after });
    let file = |(name, found): &(String, Differences)| {
        json!({
            "file": name,
            "count": found.count,
            "differences": found.shown.iter().map(one).collect::<Vec<_>>(),
            "rank_shifts": found.shifts.iter().map(|(column, key, old, new)| json!({
                "column": column, "key": key, "before": old, "after": new,
            })).collect::<Vec<_>>(),
        })
    };
    let count: u64 = files.iter().map(|(_, found)| found.count).sum();
    json!({ "count": count, "files": files.iter().map(file).collect::<Vec<_>>() })
}
