//! Help that fits the terminal and opens with examples that run.

use super::support::Folder;

static VERBS: &[&str] = &[
    "demo",
    "init",
    "validate",
    "inspect",
    "measure",
    "draw",
    "report",
    "convert",
    "run",
    "check",
    "compare",
    "list",
    "explain",
    "schema",
    "generate",
    "completions",
    "man",
];

#[test]
fn the_top_help_fits_forty_lines_of_eighty_columns() {
    let help = Folder::new().run(&["--help"]).exits(0).out();
    assert!(help.lines().count() <= 40);
    assert!(help.lines().all(|line| line.chars().count() <= 80));
    assert!(help.trim_end().ends_with("Edges point from seller to buyer."));
}

#[test]
fn the_help_of_every_verb_opens_with_three_examples() {
    let folder = Folder::new();
    for verb in VERBS {
        let help = folder.run(&[verb, "--help"]).exits(0).out();
        let mut lines = help.lines();
        assert_eq!(lines.next(), Some("Examples:"), "{verb}");
        let start = format!("  palenque {verb}");
        let examples: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
        assert_eq!(examples.len(), 3, "{verb}");
        assert!(examples.iter().all(|line| line.starts_with(&start)), "{verb}: {examples:?}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{verb}: {help}");
    }
}

/// The examples of every verb, run in a folder that has the files they name.
#[test]
fn the_examples_run() {
    let folder = Folder::with_chain();
    folder.write("flows.csv", super::support::EDGES);
    folder.write("firms.csv", super::support::NODES);
    folder.run(&["run"]).exits(0);
    folder.run(&["run", "palenque.toml", "--set", "seed=9", "--out", "new"]).exits(0);
    // Those of `demo` and `generate` make thousands of firms: their own tests run them smaller.
    for verb in VERBS.iter().filter(|verb| !matches!(**verb, "demo" | "generate")) {
        let help = folder.run(&[verb, "--help"]).exits(0).out();
        for example in help.lines().skip(1).take(3) {
            let words = words(example.trim().trim_start_matches("palenque "));
            let fresh = words.first().is_some_and(|word| word == "init");
            let place = Folder::new();
            copy(&folder, &place, fresh);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ran = place.run(&words);
            assert_eq!(ran.code(), 0, "{example}\n{}", ran.err());
        }
    }
}

fn copy(from: &Folder, to: &Folder, without_pipeline: bool) {
    for (name, bytes) in from.files("") {
        if !(without_pipeline && name == "palenque.toml") {
            to.write(&name, bytes);
        }
    }
}

/// Words of a shell line, with single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("one word at least").push(c),
        }
    }
    words
}

#[test]
fn what_is_misspelt_gets_a_suggestion() {
    let folder = Folder::with_chain();
    let suggests = |args: &[&str], expected: &str| {
        let ran = folder.run(args).exits(2);
        assert!(ran.err().contains(expected), "{args:?}: {}", ran.err());
        let json: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let ran = folder.run(&json).exits(2);
        assert!(ran.document()["diagnostics"][0]["id"].is_string(), "{args:?}");
    };
    suggests(&["mesure"], "did you mean `measure`?");
    suggests(&["measure", "--edgs", "edges.csv"], "did you mean `--edges`?");
    suggests(
        &["measure", "--edges", "edges.csv", "--metrics", "in_degre"],
        "did you mean `in_degree`?",
    );
    suggests(
        &["measure", "--edges", "edges.csv", "--set", "degre.x=1"],
        "did you mean `degree.x`?",
    );
    suggests(&["measure", "--edges", "edges.csv", "--dup", "som"], "did you mean `sum`?");
    suggests(&["measure", "--edges", "edges.csv", "--format", "cvs"], "did you mean `csv`?");
    suggests(&["draw", "cdf", "--edges", "edges.csv"], "did you mean `ccdf`?");
    suggests(&["explain", "E0206x"], "did you mean `E0206`?");
    suggests(&["validate", "--edges", "edges.csv", "--allow", "W0499"], "did you mean `W04");
    suggests(&["generate", "tonay"], "did you mean `tonaya`?");
    suggests(&["run", "--set", "sed=9"], "did you mean `seed`?");
    suggests(&["run", "--only", "cor"], "did you mean `core`?");
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(folder.run(&["completions", shell]).exits(0).out().contains("palenque"));
    }
    assert!(folder.run(&["man"]).exits(0).out().contains(".TH"));
}
