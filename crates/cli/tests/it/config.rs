//! `palenque.toml`: what is wrong is refused before anything runs, with its place.

use super::support::Folder;

/// Bad configurations: file, code, line (0 where the file as a whole is meant).
static CORPUS: &[(&str, &str, u64)] = &[
    ("absolute_output", "E0703", 7),
    ("cycle", "E0704", 7),
    ("dup_key", "E0707", 2),
    ("env_expand", "E0712", 3),
    ("future_version", "E0708", 1),
    ("id_reserved", "E0709", 5),
    ("input_is_output", "E0710", 9),
    ("nan_param", "E0702", 7),
    ("not_utf8", "E0707", 2),
    ("path_traversal", "E0703", 9),
    ("same_output", "E0706", 11),
    ("syntax", "E0707", 2),
    ("unknown_metric", "E0705", 7),
];

#[test]
fn the_corpus_is_refused_with_code_line_and_help() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/config");
    let folder = Folder::new();
    for (name, code, line) in CORPUS {
        let file = format!("{corpus}/{name}.toml");
        let ran = folder.run(&["run", &file, "--dry-run", "--json"]).exits(2);
        let document = ran.document();
        let found = document["diagnostics"].as_array().expect("a list");
        let first = found.iter().find(|d| d["id"] == *code);
        let first = first.unwrap_or_else(|| panic!("{name}: no {code} in {document}"));
        assert_eq!(first["at"]["line"], *line, "{name}");
        assert!(first["help"].is_string(), "{name}");
        assert!(folder.files("").is_empty(), "{name} wrote something");
    }
    let n = std::fs::read_dir(corpus).expect("the corpus").count();
    assert_eq!(n, CORPUS.len(), "every file of the corpus is in the table");
}

#[test]
fn a_misspelt_key_is_shown_with_its_line_and_a_suggestion() {
    let folder = Folder::new();
    folder.write(
        "palenque.toml",
        "version = 1\n[input]\nedges = \"edges.csv\"\n[[step]]\nid = \"centrality\"\nrun = \"measure\"\nmetrcs = [\"in_degree\"]\n",
    );
    let expected = "\
error[E0701]: unknown key `metrcs` in step `centrality`
  --> palenque.toml:7:1
  |
7 | metrcs = [\"in_degree\"]
  | ^^^^^^ did you mean `metrics`?
  = help: it takes bootstrap, by, id, input, metrics, needs, null, replicates,\n          run, set, to
";
    assert_eq!(folder.run(&["run"]).exits(2).err(), expected);
}

#[test]
fn a_dry_run_prints_every_default_and_reads_back() {
    let folder = Folder::with_chain();
    let printed = folder.run(&["run", "--dry-run"]).exits(0).out();
    for key in ["seed = 1", "duplicates = \"sum\"", "dpi = 300", "layout = \"folders\""] {
        assert!(printed.contains(key), "{key}: {printed}");
    }
    folder.write("again.toml", &printed);
    assert_eq!(folder.run(&["run", "again.toml", "--dry-run"]).exits(0).out(), printed);
    assert!(!folder.join("out").exists());
}

#[test]
fn a_key_can_be_overruled_and_steps_chosen() {
    let folder = Folder::with_chain();
    let printed = folder.run(&["run", "--dry-run", "--set", "seed=9"]).exits(0).out();
    assert!(printed.contains("seed = 9"), "{printed}");
    assert_eq!(folder.run(&["run", "--list", "steps"]).exits(0).out(), "core\nsizes\npage\n");
    let only = ["run", "--list", "steps", "--only", "sizes"];
    assert_eq!(folder.run(&only).exits(0).out(), "core\nsizes\n");
    assert_eq!(folder.run(&["run", "--list", "inputs"]).exits(0).out(), "edges.csv\nnodes.csv\n");
}

#[test]
fn stanzas_for_other_tools_name_inputs_and_outputs() {
    let folder = Folder::with_chain();
    for (tool, expected) in
        [("make", "out/run.json:"), ("snakemake", "rule palenque:"), ("dvc", "stages:")]
    {
        let text = folder.run(&["run", "--emit", tool]).exits(0).out();
        assert!(text.contains(expected) && text.contains("edges.csv"), "{text}");
    }
    folder.run(&["run", "--depfile", "out.d"]).exits(0);
    assert!(
        folder.read("out.d").ends_with(": palenque.toml edges.csv nodes.csv\n"),
        "{}",
        folder.read("out.d")
    );
}

#[test]
fn only_files_that_come_are_listed_for_other_tools() {
    let folder = Folder::new();
    folder.write("edges.csv", super::support::EDGES);
    folder.run(&["init", ".", "--edges", "edges.csv"]).exits(0);
    let listed = || -> Vec<String> {
        let text = folder.run(&["run", "--list", "outputs"]).exits(0).out();
        text.lines().map(str::to_owned).collect()
    };
    let before = listed();
    assert!(!before.iter().any(|file| file.contains("stage_linkages")), "{before:?}");
    folder.run(&["run"]).exits(0);
    for file in before.iter().chain(&listed()) {
        assert!(folder.join(file).is_file(), "{file} was promised");
    }
    // Where the input has stages, the table is listed once it was there.
    let staged = Folder::with_chain();
    staged.run(&["run"]).exits(0);
    let text = staged.run(&["run", "--list", "outputs"]).exits(0).out();
    assert_eq!(
        text.contains("stage_linkages"),
        staged.read("out/run.json").contains("stage_linkages")
    );
}

#[test]
fn init_writes_a_pipeline_that_runs_and_never_overwrites() {
    let folder = Folder::new();
    folder.write("data/flows.csv", super::support::EDGES.replace(',', ";"));
    let args = ["init", "study", "--edges", "data/flows.csv", "--delimiter", ";", "--dup", "first"];
    folder.run(&args).exits(0);
    let text = folder.read("study/palenque.toml");
    assert!(text.contains("edges = \"../data/flows.csv\""), "{text}");
    assert!(
        text.contains("delimiter = \";\"") && text.contains("duplicates = \"first\""),
        "{text}"
    );
    folder.run(&["run", "study/palenque.toml"]).exits(0);
    assert!(folder.join("study/out/report.html").exists());
    let ran = folder.run(&args).exits(5);
    assert!(ran.err().contains("E0804"), "{}", ran.err());
    assert_eq!(folder.read("study/palenque.toml"), text);
}

#[test]
fn a_pipeline_may_name_the_same_file_for_two_tables_only_once() {
    let folder = Folder::with_chain();
    let step = |id: &str, metrics: &str| {
        format!("[[step]]\nid = \"{id}\"\nrun = \"measure\"\nmetrics = [{metrics}]\n")
    };
    let head = "version = 1\n[input]\nedges = \"edges.csv\"\n";
    folder.write(
        "a.toml",
        format!("{head}{}{}", step("a", "\"in_degree\""), step("b", "\"out_degree\"")),
    );
    folder.run(&["run", "a.toml"]).exits(0);
    let table = folder.read("out/tables/node_metrics.csv");
    assert!(table.starts_with("period,node_id,in_degree,out_degree,status\n"), "{table}");
    folder.write(
        "b.toml",
        format!("{head}{}{}", step("a", "\"in_degree\""), step("b", "\"degree\"")),
    );
    assert_eq!(folder.run(&["run", "b.toml", "--json"]).exits(2).codes(), ["E0706"]);
}

#[test]
fn two_tables_for_one_file_are_refused_before_anything_is_read() {
    let folder = Folder::new();
    let args = ["measure", "--edges", "not-there.csv", "--metrics", "pagerank,backward_total"];
    let into_file: Vec<&str> = args.iter().copied().chain(["--out", "t.csv"]).collect();
    for args in [&args[..], &into_file] {
        let refused = folder.run(args).exits(2).err();
        assert!(refused.contains("E0706") && refused.contains("linkages"), "{refused}");
    }
}

#[test]
fn what_is_done_already_is_not_done_again() {
    let folder = Folder::with_chain();
    folder.run(&["run"]).exits(0);
    let done = |args: &[&str]| folder.run(args).exits(0).err().contains("are as recorded");
    let log = folder.read("out/run.log.json");
    assert!(done(&["run"]));
    assert_eq!(folder.read("out/run.log.json"), log, "nothing was run");
    // Another seed, an output or an input that somebody changed: all of it is made again.
    assert!(!done(&["run", "--set", "seed=9"]));
    assert!(!done(&["run"]) && done(&["run"]));
    let page = folder.read("out/report.html");
    folder.write("out/report.html", "gone");
    assert!(!done(&["run", "--force"]));
    assert_eq!(folder.read("out/report.html"), page);
    assert!(done(&["run"]));
    folder.write("edges.csv", folder.read("edges.csv").replacen(",5", ",6", 1));
    assert!(!done(&["run"]));
    // What a killed run left is cleared away.
    for left in ["out/.palenque-tmp-1-0", "out/tables/.palenque-tmp-1-1"] {
        folder.write(left, "half");
        assert!(!done(&["run"]));
        assert!(!folder.path().join(left).exists(), "{left}");
        assert!(done(&["run"]));
    }
    assert!(!done(&["run", "--touch"]), "files are to look new");
}
