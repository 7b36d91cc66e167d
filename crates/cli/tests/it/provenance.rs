//! `run.json`, and what can be done with it.

use super::support::{EDGES, Folder};

#[test]
fn rows_add_up_and_hashes_are_those_of_the_files() {
    let folder = Folder::with_chain();
    folder.write("edges.csv", format!("{EDGES}agave_1,pal_1,5\nshop,export,0\n"));
    folder.run(&["run"]).exits(0);
    let run = folder.json("out/run.json");
    for input in run["inputs"].as_array().expect("a list") {
        let n = |key: &str| input[key].as_u64().unwrap_or(0);
        let used = n("edges") + n("nodes") + n("ties");
        assert_eq!(n("rows"), used + n("merged") + n("dropped"), "{input}");
        assert_eq!(input["path"].as_str().expect("a path").find('/'), None);
    }
    assert_eq!(run["inputs"][0]["merged"], 1);
    assert_eq!(run["inputs"][0]["dropped_by"]["W0409"], 1);
    let outputs = run["outputs"].as_array().expect("a list");
    assert!(!outputs.is_empty());
    for output in outputs {
        let path = output["path"].as_str().expect("a path");
        let bytes = std::fs::read(folder.join("out").join(path)).expect("there");
        assert_eq!(output["bytes"], bytes.len(), "{path}");
    }
    let listed: Vec<&str> = outputs.iter().filter_map(|o| o["path"].as_str()).collect();
    for (name, _) in folder.files("out") {
        assert!(
            listed.contains(&name.as_str()) || name.starts_with("run."),
            "{name} is not recorded"
        );
    }
    let text = folder.read("out/run.json");
    assert!(text.find("\"accepted\"") < text.find("\"base\""), "keys are sorted");
}

#[test]
fn the_record_says_who_solved() {
    let folder = Folder::with_chain();
    let metric = ["measure", "--edges", "edges.csv", "--metrics", "total_linkages", "--out", "m"];
    for (engine, name) in [("auto", "sparse"), ("sparse", "sparse"), ("dense", "dense")] {
        let param = format!("total_linkages.engine={engine}");
        folder.run(&[&metric[..], &["--set", &param]].concat()).exits(0);
        let methods = folder.json("m/run.json")["methods"].clone();
        let how = methods[0]["how"].as_str().expect("a method");
        assert!(how.starts_with(&format!("{name} engine: ")), "{methods}");
        assert_eq!(methods[0]["metric"], "total_linkages");
    }
}

#[test]
fn check_says_yes_and_after_a_change_no() {
    let folder = Folder::with_chain();
    folder.run(&["run"]).exits(0);
    folder.run(&["check", "out"]).exits(0);
    let table = folder.read("out/tables/node_metrics.csv");
    folder.write("out/tables/node_metrics.csv", table.replacen("bottler", "bottle", 1));
    let ran = folder.run(&["check", "out"]).exits(1);
    assert!(ran.out().contains("tables/node_metrics.csv"), "{}", ran.out());
    folder.run(&["check", "out", "--update"]).exits(0);
    assert_eq!(folder.read("out/tables/node_metrics.csv"), table);
    folder.run(&["check", "out"]).exits(0);
    folder.write("edges.csv", EDGES.replace("60", "61"));
    assert!(folder.run(&["check", "out"]).exits(1).out().contains("edges.csv"));
}

#[test]
fn compare_counts_cells_and_fails_above_a_limit() {
    let folder = Folder::with_chain();
    folder.run(&["run"]).exits(0);
    folder.write("edges.csv", EDGES.replace("60", "61"));
    folder.run(&["run", "--out", "other"]).exits(0);
    let ran = folder.run(&["compare", "out", "other", "--json"]).exits(0);
    let count = ran.document()["result"]["count"].as_u64().expect("a count");
    assert!(count > 0);
    folder.run(&["compare", "out", "other", "--fail-above", "0"]).exits(1);
    folder.run(&["compare", "out", "out", "--fail-above", "0"]).exits(0);
    let a = "out/tables/node_metrics.csv";
    let b = "other/tables/node_metrics.csv";
    assert!(folder.run(&["compare", a, b]).exits(0).out().contains("in_strength"));
}

#[test]
fn files_that_a_run_no_longer_writes_go_unless_they_were_changed() {
    let folder = Folder::with_chain();
    folder.run(&["run"]).exits(0);
    folder.write("out/figures/sizes.csv", "mine now\n");
    let text = folder
        .read("palenque.toml")
        .replace("[[step]]\nid = \"sizes\"\nrun = \"draw\"\nchart = \"ccdf\"\n", "");
    folder.write("palenque.toml", text);
    let ran = folder.run(&["run"]).exits(0);
    assert!(!folder.join("out/figures/sizes.svg").exists(), "{}", ran.err());
    assert_eq!(folder.read("out/figures/sizes.csv"), "mine now\n");
    assert!(ran.err().contains("figures/sizes.csv"), "{}", ran.err());
}

#[test]
fn a_folder_of_others_and_a_locked_one_are_left_alone() {
    let folder = Folder::with_chain();
    folder.write("out/thesis.txt", "mine");
    assert_eq!(folder.run(&["run", "--json"]).exits(5).codes(), ["E0804"]);
    folder.run(&["run", "--force"]).exits(0);
    assert_eq!(folder.read("out/thesis.txt"), "mine");
}

#[test]
fn links_lead_nowhere() {
    let folder = Folder::with_chain();
    let outside = Folder::new();
    folder.run(&["run"]).exits(0);
    std::fs::remove_dir_all(folder.join("out/tables")).expect("removed");
    std::os::unix::fs::symlink(outside.path(), folder.join("out/tables")).expect("a link");
    assert!(folder.run(&["run", "--json"]).exits(5).codes().contains(&"E0805".to_owned()));
    assert!(outside.files("").is_empty());
}

#[test]
fn the_schemas_are_json_schemas() {
    let folder = Folder::new();
    for what in ["config", "run", "tables", "json"] {
        let text = folder.run(&["schema", what]).exits(0).out();
        let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(schema["type"], "object", "{what}");
        assert!(schema["$schema"].is_string());
    }
}

#[test]
fn the_demo_makes_runs_and_says_where_to_look() {
    let folder = Folder::new();
    let ran = folder.run(&["demo", "cluster", "--firms", "80"]).exits(0);
    let text = ran.out();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.out());
    assert!(lines[0].starts_with("made cluster/: firms, flows and cooperation ties"));
    assert!(lines[1].starts_with("ran  cluster/palenque.toml: "));
    assert_eq!(lines[2], "open cluster/out/report.html");
    assert!(folder.join("cluster/out/report.html").exists());
    folder.run(&["check", "cluster/out"]).exits(0);
}

#[test]
fn what_was_changed_in_a_demo_is_not_written_over() {
    let folder = Folder::new();
    let demo = ["demo", "cluster", "--firms", "60"];
    folder.run(&demo).exits(0);
    folder.run(&demo).exits(0);
    let made = folder.read("cluster/nodes.csv");
    let changed = format!("# mine\n{made}");
    folder.write("cluster/nodes.csv", &changed);
    let again: Vec<&str> = demo.iter().copied().chain(["--json"]).collect();
    assert_eq!(folder.run(&again).exits(5).codes(), ["E0804"]);
    assert_eq!(folder.read("cluster/nodes.csv"), changed);
    folder.run(&["demo", "cluster", "--firms", "60", "--force"]).exits(0);
    assert_eq!(folder.read("cluster/nodes.csv"), made);
    // Another network over one that nobody changed.
    folder.run(&["demo", "cluster", "--firms", "61"]).exits(0);
}

#[test]
fn an_input_is_never_overwritten_nor_removed() {
    let folder = Folder::with_chain();
    let refused = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        assert_eq!(folder.run(&args).exits(2).codes(), ["E0710"], "{args:?}");
        assert_eq!(folder.read("edges.csv"), EDGES);
    };
    refused(&["measure", "--edges", "edges.csv", "--metrics", "degree", "--out", "edges.csv"]);
    refused(&["draw", "ccdf", "--edges", "edges.csv", "--out", "edges.svg"]);
    folder.run(&["generate", "tonaya", "--firms", "60", "--out", "data"]).exits(0);
    let args = ["measure", "--edges", "data/edges.csv", "--out", "data", "--json"];
    assert_eq!(folder.run(&args).exits(5).codes(), ["E0804"]);
    let forced = ["measure", "--edges", "data/edges.csv", "--out", "data", "--force"];
    folder.run(&forced).exits(0);
    assert!(folder.join("data/edges.csv").exists() && folder.join("data/nodes.csv").exists());
}
