//! Every code is explained, and every refusal says what to type.

use super::support::Folder;

#[test]
fn every_code_is_listed_and_explained() {
    let folder = Folder::new();
    let list = folder.run(&["list", "codes", "--json"]).exits(0).document();
    let codes = list["result"].as_array().expect("a list").clone();
    assert!(codes.len() > 100);
    for code in codes {
        let code = code["code"].as_str().expect("a code").to_owned();
        let page = folder.run(&["explain", &code, "--json"]).exits(0).document();
        assert_eq!(page["result"]["kind"], "code");
        assert!(!page["result"]["title"].as_str().expect("a title").is_empty(), "{code}");
    }
}

#[test]
fn every_name_that_is_listed_is_explained() {
    let folder = Folder::new();
    for (what, key) in
        [("metrics", "metric"), ("charts", "chart"), ("models", "model"), ("columns", "column")]
    {
        let list = folder.run(&["list", what, "--json"]).exits(0).document();
        let mut names: Vec<String> = list["result"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| row[key].as_str().expect("a name").to_owned())
            .collect();
        names.dedup();
        // A process each: every fourth column is enough, with every metric, chart and model.
        let step = if what == "columns" { 4 } else { 1 };
        for name in names.iter().step_by(step) {
            folder.run(&["explain", name]).exits(0);
        }
    }
}

#[test]
fn the_exit_code_of_a_code_is_part_of_its_page() {
    let folder = Folder::new();
    let page = folder.run(&["explain", "e0205"]).exits(0).out();
    assert!(page.contains("exit code 3"), "{page}");
    let page = folder.run(&["explain", "W0408"]).exits(0).out();
    assert!(page.contains("--allow W0408"), "{page}");
}
