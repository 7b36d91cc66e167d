//! Whatever ends the process, a file is there whole or not at all.

use super::support::{Folder, many};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A folder with two pipelines that write different files of the same names.
fn two_pipelines() -> Folder {
    let folder = Folder::with_many(400);
    folder.write("edges-b.csv", many(380, 2));
    let a = folder.read("palenque.toml");
    let a =
        a.replace("run = \"measure\"", "run = \"measure\"\nmetrics = [\"degree\", \"pagerank\"]");
    folder.write("palenque.toml", &a);
    folder.write("b.toml", a.replace("edges.csv", "edges-b.csv"));
    folder
}

fn by_name(files: Vec<(String, Vec<u8>)>) -> BTreeMap<String, Vec<u8>> {
    files.into_iter().collect()
}

#[test]
fn a_killed_run_leaves_no_torn_file_and_the_next_one_succeeds() {
    let folder = two_pipelines();
    let run = ["run", "palenque.toml", "-j", "1"];
    let other = ["run", "b.toml", "-j", "1"];
    let start = Instant::now();
    folder.run(&run).exits(0);
    let whole = start.elapsed();
    let first = by_name(folder.files("out"));
    folder.run(&other).exits(0);
    let second = by_name(folder.files("out"));
    assert_ne!(first["run.json"], second["run.json"]);

    let mut state = 7_u64;
    for round in 0..40 {
        if round % 8 == 0 {
            std::fs::remove_dir_all(folder.join("out")).expect("removed");
        }
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Moments over the whole run, more of them near its end, where files are placed.
        let share = (state >> 40) as f64 / f64::from(1 << 24);
        let mut child = folder.spawn(if round % 2 == 0 { &run } else { &other });
        sleep(whole.mul_f64(share.sqrt() * 1.05));
        child.kill().expect("killed, or ended");
        child.wait().expect("ended");
        for (name, bytes) in folder.files("out") {
            let temporary = name.contains(".palenque");
            let complete = |files: &BTreeMap<String, Vec<u8>>| files.get(&name) == Some(&bytes);
            let varies = name == "run.log.json"
                && serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
            assert!(
                temporary || varies || complete(&first) || complete(&second),
                "round {round}: {name} is torn"
            );
        }
    }
    folder.run(&run).exits(0);
    let mut last = by_name(folder.files("out"));
    let mut expected = first;
    last.remove("run.log.json");
    expected.remove("run.log.json");
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&last), names(&expected), "no temporary file is left");
    assert!(last == expected);
}

#[test]
fn signals_end_a_run_quickly_and_cleanly() {
    let folder = Folder::with_many(30_000);
    folder.write("small.csv", many(20, 3));
    let args = ["run", "--touch"];
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        for wait in [60, 400, 1200] {
            let mut child = folder.spawn(&args);
            sleep(Duration::from_millis(wait));
            let id = child.id().to_string();
            let sent = Instant::now();
            Command::new("kill").args(["-s", signal, &id]).status().expect("sent");
            let status = child.wait().expect("ended");
            let took = sent.elapsed();
            assert_eq!(status.code(), Some(code), "{signal} after {wait} ms");
            assert!(took < Duration::from_secs(1), "{signal} after {wait} ms: {took:?}");
            let left: Vec<String> = folder.files("out").into_iter().map(|(name, _)| name).collect();
            assert!(left.iter().all(|name| !name.contains("palenque")), "{left:?}");
            folder.run(&["measure", "--edges", "small.csv", "--out", "out"]).exits(0);
            std::fs::remove_dir_all(folder.join("out")).expect("removed");
        }
    }
}

#[test]
fn one_run_at_a_time_writes_to_a_folder() {
    let folder = Folder::with_many(4000);
    let args = ["run", "-j", "1", "--wait"];
    let mut runs: Vec<_> = (0..4).map(|_| folder.spawn(&args)).collect();
    for run in &mut runs {
        assert_eq!(run.wait().expect("ended").code(), Some(0));
    }
    assert!(!folder.join("out/.palenque.lock").exists());
    folder.run(&["check", "out"]).exits(0);
}
