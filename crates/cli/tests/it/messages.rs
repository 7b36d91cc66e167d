//! What is said when something is wrong: what, where, what it means, what to type, in 80 columns.

use super::support::Folder;

/// Refusals of every kind that needs no special file.
fn refusals(folder: &Folder) -> Vec<String> {
    folder.write("ragged.csv", "source,target,weight\na,b\nc,d,1\n");
    folder.write("comma.csv", "source;target;weight\na;b;10,5\n");
    folder.write("negative.csv", "source,target,weight\na,b,-3\n");
    folder.write("empty.csv", "");
    folder.write("foreign/thesis.txt", "mine");
    let commands: Vec<Vec<&str>> = vec![
        vec!["validate", "--edges", "ragged.csv"],
        vec!["validate", "--edges", "comma.csv"],
        vec!["validate", "--edges", "negative.csv"],
        vec!["validate", "--edges", "empty.csv"],
        vec!["validate", "--edges", "not-there.csv"],
        vec!["validate", "--edges", "."],
        vec!["validate"],
        vec!["measure", "--edges", "edges.csv", "--metrics", "nonsense"],
        vec!["measure", "--edges", "edges.csv", "--out", "foreign"],
        vec!["measure", "--edges", "edges.csv", "--by", "stage"],
        vec!["measure", "--edges", "edges.csv", "--threads", "0"],
        vec!["draw", "nonsense", "--edges", "edges.csv"],
        vec!["run", "not-there.toml"],
        vec!["check", "foreign"],
        vec!["compare", "edges.csv", "foreign"],
        vec!["frobnicate"],
        vec![],
    ];
    let refused = commands.iter().map(|args| {
        let ran = folder.run(args);
        assert!(ran.code() >= 2, "{args:?} ended with {}: {}", ran.code(), ran.err());
        assert!(ran.out().is_empty(), "{args:?} printed on stdout");
        ran.err()
    });
    refused.collect()
}

#[test]
fn messages_fit_the_terminal_and_say_what_to_type() {
    for text in refusals(&Folder::with_chain()) {
        assert!(text.starts_with("error[E"), "{text}");
        assert!(text.contains("= help: "), "{text}");
        let is_long =
            |line: &&str| line.chars().count() > 80 && line.split_whitespace().count() > 2;
        assert_eq!(text.lines().find(is_long), None, "{text}");
        for word in ["invalid", "unexpected", "failed", "panicked", "os error"] {
            assert!(!text.to_lowercase().contains(word), "{word}: {text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn colour_is_a_matter_of_flag_then_environment_then_terminal() {
    let folder = Folder::with_chain();
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = folder.command(args);
        let output = command.envs(variables.iter().copied()).output().expect("starts");
        output.stderr.contains(&0x1b)
    };
    let plain = ["validate", "--edges", "no.csv"];
    let always = ["validate", "--edges", "no.csv", "--color", "always"];
    assert!(!coloured(&plain, &[]));
    assert!(coloured(&always, &[]));
    assert!(coloured(&plain, &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&plain, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&always, &[("NO_COLOR", "1")]));
}

#[test]
fn names_from_files_cannot_steer_the_terminal() {
    let folder = Folder::new();
    folder.write("edges.csv", "source,target,weight\n\u{1b}[31mred,\u{202e}evil,1\na,b,x\n");
    for args in [["validate", "--edges", "edges.csv"], ["inspect", "--edges", "edges.csv"]] {
        let ran = folder.run(&args);
        let text = ran.out() + &ran.err();
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
}

#[test]
fn every_verb_prints_one_document_under_json() {
    let folder = Folder::with_chain();
    folder.run(&["run"]).exits(0);
    let commands: &[&[&str]] = &[
        &["validate", "--edges", "edges.csv"],
        &["inspect", "--edges", "edges.csv", "--nodes", "nodes.csv"],
        &["measure", "--edges", "edges.csv", "--metrics", "degree"],
        &["measure", "--edges", "edges.csv", "--out", "m"],
        &["draw", "ccdf", "--edges", "edges.csv"],
        &["report", "--edges", "edges.csv", "--out", "r"],
        &["convert", "--edges", "edges.csv", "--to", "gephi"],
        &["convert", "--edges", "edges.csv", "--to", "graphml", "--out", "n.graphml"],
        &["run", "--dry-run"],
        &["run", "--list", "outputs"],
        &["run"],
        &["check", "out"],
        &["compare", "out", "out"],
        &["list", "metrics"],
        &["explain", "degree"],
        &["schema", "config"],
        &["generate", "tonaya", "--firms", "60", "--out", "g"],
        &["completions", "bash"],
        &["man"],
        &["init", "new", "--edges", "edges.csv"],
        &["validate", "--edges", "not-there.csv"],
    ];
    for args in commands {
        let json: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let ran = folder.run(&json);
        let document = ran.document();
        assert_eq!(document["schema"], "palenque.out/1", "{args:?}");
        assert_eq!(document["command"], args[0], "{args:?}");
        assert_eq!(document["ok"], ran.code() == 0, "{args:?}: {}", ran.err());
        assert!(document["diagnostics"].is_array(), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    use std::process::Stdio;
    let folder = Folder::with_many(3000);
    let mut command =
        folder.command(&["measure", "--edges", "edges.csv", "--metrics", "degree", "-q"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn strict_turns_warnings_into_no_and_allow_accepts_them() {
    let folder = Folder::new();
    folder.write("edges.csv", "source,target,weight\na,b,1\na,b,2\n");
    let validate = |more: &[&str]| {
        let args: Vec<&str> =
            ["validate", "--edges", "edges.csv"].into_iter().chain(more.iter().copied()).collect();
        folder.run(&args)
    };
    assert!(validate(&[]).exits(0).err().contains("warning[W0408]"));
    validate(&["--strict"]).exits(1);
    assert!(!validate(&["--strict", "--allow", "W0408"]).exits(0).err().contains("W0408"));
    assert_eq!(validate(&["-q"]).exits(0).err(), "");
}

#[test]
fn a_time_limit_is_a_limit() {
    let folder = Folder::with_many(20_000);
    let args = [
        "measure",
        "--edges",
        "edges.csv",
        "--metrics",
        "@all",
        "--out",
        "out",
        "--time-limit",
        "150ms",
    ];
    let ran = folder.run(&args).exits(6);
    assert!(ran.err().contains("error[E0903]"), "{}", ran.err());
    assert!(!folder.join("out").exists(), "nothing is left of a run that was stopped");
}
