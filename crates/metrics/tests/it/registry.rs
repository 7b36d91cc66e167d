//! What every entry of the registry says about itself.

use crate::panels::run;
use palenque_graph::{NoProgress, TableId};
use palenque_metrics::{Family, Metric, MetricSpec, Params, all};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 10] = [
    "centrality",
    "fragmentation",
    "linkage",
    "clustering",
    "flexibility",
    "change",
    "resilience",
    "technology",
    "space",
    "composite",
];

fn specs() -> impl Iterator<Item = &'static MetricSpec> {
    all().map(Metric::spec)
}

#[test]
fn names_are_unique_and_snake_case() {
    let mut seen = std::collections::BTreeSet::new();
    for spec in specs() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(spec.name.chars().all(plain), "`{}` is not snake_case", spec.name);
        assert!(seen.insert(spec.name), "`{}` is there twice", spec.name);
    }
}

#[test]
fn each_folder_lists_its_metrics_in_alphabetical_order() {
    for folder in FOLDERS {
        let list = std::fs::read_to_string(source().join(folder).join("mod.rs")).expect("a list");
        let entries: Vec<&str> = list.lines().filter(|line| line.trim().starts_with('&')).collect();
        assert!(entries.is_sorted(), "the list of `{folder}` is not in alphabetical order");
        let modules: Vec<&str> = list.lines().filter(|line| line.contains("mod ")).collect();
        let names = modules.iter().map(|line| line.split("mod ").last());
        assert!(names.is_sorted(), "the modules of `{folder}` are not in alphabetical order");
    }
}

#[test]
fn each_metric_that_a_file_defines_is_listed() {
    for file in folder_files() {
        let text = std::fs::read_to_string(&file).expect("a source file");
        for definition in text.split("MetricSpec = MetricSpec {").skip(1) {
            let name = definition.split('"').nth(1).expect("a spec begins with its name");
            let listed = palenque_metrics::find(name).is_some();
            assert!(listed, "`{name}` of {} is not in its folder's list", file.display());
        }
    }
}

#[test]
fn each_spec_is_filled_in() {
    for spec in specs() {
        let name = spec.name;
        let texts = [spec.summary, spec.formula, spec.source, spec.reading, spec.cost];
        assert!(texts.iter().all(|text| !text.trim().is_empty()), "`{name}` lacks a text");
        assert!(spec.summary.ends_with('.'), "the summary of `{name}` is a sentence");
        assert!(!spec.outputs.is_empty(), "`{name}` fills no table");
        assert!(Family::ALL.contains(&spec.family));
        for param in spec.params {
            assert!(!param.meaning.is_empty(), "`{name}.{}` says nothing", param.name);
        }
        for (_, column) in spec.columns() {
            assert!(column.meaning.ends_with('.'), "`{}` of `{name}` has no meaning", column.name);
            assert!(!column.name.contains(char::is_whitespace), "`{}` of `{name}`", column.name);
        }
    }
}

#[test]
fn no_two_metrics_fill_one_column() {
    let mut owner: BTreeMap<(TableId, &str), &str> = BTreeMap::new();
    for spec in specs() {
        for output in spec.outputs.iter().filter(|output| is_joined(output.table)) {
            for column in output.columns {
                let earlier = owner.insert((output.table, column.name), spec.name);
                assert_eq!(
                    earlier, None,
                    "`{}` of {}: also `{}`",
                    column.name, output.table, spec.name
                );
            }
        }
    }
}

#[test]
fn each_column_has_its_place_in_the_file() {
    for spec in specs() {
        for output in spec.outputs.iter().filter(|o| o.table != TableId::NetworkSummary) {
            for column in output.columns {
                let known = output.table.column_order().contains(&column.name);
                assert!(known, "`{}` of `{}` is not in {}", column.name, spec.name, output.table);
            }
        }
    }
}

#[test]
fn each_default_is_accepted_and_changes_nothing() {
    let graph = crate::graphs::palenque10();
    for metric in all() {
        let spec = metric.spec();
        let plain = run(metric, &graph, &Params::default(), &NoProgress);
        let mut params = Params::default();
        for param in spec.params.iter().filter(|param| !param.default.is_empty()) {
            let typed = serde_json::from_str(param.default);
            params.set(param.name, typed.unwrap_or_else(|_| param.default.into()));
        }
        let spelt = run(metric, &graph, &params, &NoProgress);
        let (plain, spelt) = (format!("{plain:?}"), format!("{spelt:?}"));
        assert_eq!(plain, spelt, "`{}` with its defaults spelt out", spec.name);
    }
}

/// Tables where each metric brings columns of its own, or rows named after it.
fn is_joined(table: TableId) -> bool {
    table == TableId::NetworkSummary || table.alignment() != palenque_graph::table::Alignment::Long
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn folder_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        let entries = std::fs::read_dir(source().join(folder)).expect("a folder of metrics");
        files.extend(entries.map(|entry| entry.expect("an entry").path()));
    }
    files.sort();
    files
}
