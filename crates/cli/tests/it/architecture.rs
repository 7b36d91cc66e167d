//! The invariants of `ARCHITECTURE.md` that can be read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Rust source of a crate, without its tests, with the text from `#[cfg(test)]` on cut off.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![workspace().join(folder).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("a readable source");
                let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push((path.display().to_string(), code));
            }
        }
    }
    found.sort();
    found
}

/// Lines of code, without comments, that hold one of the words.
fn lines_with(folder: &str, words: &[&str], except: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, code) in sources(folder) {
        if except.iter().any(|part| path.contains(part)) {
            continue;
        }
        for (number, line) in code.lines().enumerate() {
            let line = line.trim_start();
            if !line.starts_with("//") && words.iter().any(|word| line.contains(word)) {
                found.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    found
}

const CRATES: &[&str] = &[
    "crates/graph",
    "crates/metrics",
    "crates/frame",
    "crates/ingest",
    "crates/report",
    "crates/cli",
];

fn assert_absent(crates: &[&str], words: &[&str], except: &[&str], why: &str) {
    let found: Vec<String> =
        crates.iter().flat_map(|folder| lines_with(folder, words, except)).collect();
    assert!(found.is_empty(), "{why}:\n{}", found.join("\n"));
}

fn dependencies(folder: &str) -> Vec<String> {
    let path = workspace().join(folder).join("Cargo.toml");
    let text = fs::read_to_string(path).expect("a manifest");
    let section = text.split("\n[dependencies]\n").nth(1).expect("a list of dependencies");
    let section = section.split("\n[").next().unwrap_or_default();
    let name = |line: &str| line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned();
    section.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(name).collect()
}

#[test]
fn nouns_and_verbs_do_no_input_or_output() {
    let words = ["std::fs", "std::io", "std::net", "std::process", "std::env"];
    assert_absent(&["crates/graph", "crates/metrics"], &words, &[], "input or output");
}

#[test]
fn polars_is_named_in_one_crate_and_clap_in_another() {
    for folder in CRATES {
        let names = dependencies(folder);
        let has = |name: &str| names.iter().any(|n| n == name);
        assert_eq!(has("polars"), *folder == "crates/frame", "polars in {folder}");
        assert_eq!(has("clap"), *folder == "crates/cli", "clap in {folder}");
    }
}

#[test]
fn crates_depend_in_one_direction() {
    let allowed: &[(&str, &[&str])] = &[
        ("crates/graph", &[]),
        ("crates/metrics", &["palenque-graph"]),
        ("crates/frame", &["palenque-graph"]),
        ("crates/ingest", &["palenque-graph", "palenque-frame"]),
        ("crates/report", &["palenque-graph"]),
    ];
    for (folder, allowed) in allowed {
        for name in dependencies(folder).iter().filter(|n| n.starts_with("palenque")) {
            assert!(allowed.contains(&name.as_str()), "{folder} depends on {name}");
        }
    }
}

#[test]
fn threads_run_loops_in_the_kernels_only() {
    let words = ["rayon", ".par_iter", ".into_par_iter", ".par_chunks"];
    assert_absent(&["crates/metrics"], &words, &["/kernel/"], "rayon outside kernel/");
    let names = dependencies("crates/graph");
    assert!(!names.iter().any(|n| n == "rayon"), "the nouns start no threads");
}

#[test]
fn only_the_command_line_prints() {
    let libraries: Vec<&str> = CRATES.iter().copied().filter(|c| *c != "crates/cli").collect();
    let words = ["println!", "eprintln!", "print!(", "eprint!(", "dbg!("];
    assert_absent(&libraries, &words, &[], "printing in a library");
}

#[test]
fn nothing_is_unsafe_unfinished_or_silenced() {
    let words = ["unsafe ", "todo!(", "unimplemented!(", "allow(dead_code", "allow(unused"];
    assert_absent(CRATES, &words, &[], "unsafe, unfinished or silenced code");
}

#[test]
fn colours_are_known_in_one_place() {
    let is_colour = |line: &str| {
        line.match_indices("\"#").any(|(at, _)| {
            let digits = line[at + 2..].bytes().take_while(u8::is_ascii_hexdigit).count();
            let closed = line[at + 2 + digits..].starts_with('"');
            closed && (digits == 3 || digits == 6)
        })
    };
    let mut found = Vec::new();
    for (path, code) in sources("crates/report") {
        if path.contains("/style") {
            continue;
        }
        found.extend(code.lines().filter(|l| is_colour(l)).map(|l| format!("{path}: {l}")));
    }
    assert!(found.is_empty(), "colours outside style.rs:\n{}", found.join("\n"));
}

#[test]
fn sources_stay_short_enough_to_read() {
    for folder in CRATES {
        for (path, code) in sources(folder) {
            let lines = code.lines().count();
            assert!(lines <= 600, "{path} has {lines} lines: split it by concept");
        }
    }
}
