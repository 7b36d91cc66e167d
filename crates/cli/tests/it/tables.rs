//! What `measure`, `inspect`, `draw` and `report` answer.

use super::support::{Folder, NODES};

#[test]
fn columns_come_in_the_order_of_asking() {
    let folder = Folder::with_chain();
    let args = ["measure", "--edges", "edges.csv", "--metrics", "pagerank,betweenness"];
    let table = folder.run(&args).exits(0).out();
    assert!(table.starts_with("period,node_id,pagerank,betweenness,status\n,agave_1,"), "{table}");
    assert_eq!(table.lines().count(), 8);
}

#[test]
fn several_tables_need_a_folder() {
    let folder = Folder::with_chain();
    let ran =
        folder.run(&["measure", "--edges", "edges.csv", "--metrics", "in_degree,n_edges"]).exits(2);
    assert!(ran.err().contains("--out DIR"), "{}", ran.err());
    let args = ["measure", "--edges", "edges.csv", "--metrics", "in_degree,n_edges", "--out", "m"];
    folder.run(&args).exits(0);
    let names: Vec<String> = folder.files("m").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["network_summary.csv", "node_metrics.csv", "run.json", "run.log.json"]);
    assert_eq!(folder.read("m/network_summary.csv").lines().count(), 2);
}

#[test]
fn one_table_goes_into_one_file_of_any_format() {
    let folder = Folder::with_chain();
    for name in ["t.csv", "t.parquet", "t.arrow", "t.json"] {
        let args = ["measure", "--edges", "edges.csv", "--metrics", "degree", "--out", name];
        folder.run(&args).exits(0);
        assert!(folder.join(name).metadata().expect("there").len() > 50, "{name}");
    }
    let read = folder.run(&[
        "validate",
        "--edges",
        "edges.csv",
        "--nodes",
        "t.parquet",
        "--map",
        "id=node_id",
    ]);
    assert_eq!(read.code(), 0, "{}", read.err());
}

#[test]
fn nodes_can_be_put_together_first() {
    let folder = Folder::with_chain();
    let args = [
        "measure",
        "--edges",
        "edges.csv",
        "--nodes",
        "nodes.csv",
        "--by",
        "stage",
        "--metrics",
        "out_strength",
    ];
    let table = folder.run(&args).exits(0).out();
    assert_eq!(
        table,
        "period,node_id,out_strength,status\n,agave,100.0,\n,distiller,150.0,\n,bottler,270.0,\n,shop,5.0,\n"
    );
    let args = [
        "measure",
        "--edges",
        "edges.csv",
        "--nodes",
        "nodes.csv",
        "--by",
        "stag",
        "--metrics",
        "out_strength",
    ];
    assert!(folder.run(&args).exits(3).err().contains("did you mean `--by stage`?"));
}

#[test]
fn periods_stand_in_the_first_column() {
    let folder = Folder::new();
    folder.write("edges.csv", "source,target,weight,period\na,b,1,2020\na,b,2,2021\nb,c,4,2021\n");
    let args = ["measure", "--edges", "edges.csv", "--metrics", "out_strength"];
    let table = folder.run(&args).exits(0).out();
    assert_eq!(table.lines().nth(1), Some("2020,a,1.0,"));
    assert_eq!(table.lines().count(), 7);
}

#[test]
fn a_metric_that_cannot_be_is_an_error_by_name_and_a_warning_in_a_family() {
    let folder = Folder::with_chain();
    let by_name =
        folder.run(&["measure", "--edges", "edges.csv", "--metrics", "stage_linkages", "--json"]);
    assert_eq!(by_name.code(), 3, "{}", by_name.out());
    let family = folder.run(&[
        "measure",
        "--edges",
        "edges.csv",
        "--nodes",
        "nodes.csv",
        "--metrics",
        "@linkage",
        "--out",
        "m",
        "--json",
    ]);
    assert!(family.code() == 0, "{}", family.out());
}

#[test]
fn inspect_names_the_largest_seller_and_buyer() {
    let folder = Folder::with_chain();
    let text = folder
        .run(&["inspect", "--edges", "edges.csv", "--nodes", "nodes.csv", "--unit", "MXN thousand"])
        .exits(0)
        .out();
    assert!(text.starts_with("8 edges, 7 firms, flow in MXN thousand\n"), "{text}");
    let line = |head: &str| {
        text.lines().find(|l| l.starts_with(head)).map(str::to_owned).unwrap_or_default()
    };
    assert!(line("sells most").contains("bottler") && line("sells most").contains("270"), "{text}");
    assert!(line("buys most").contains("shop") && line("buys most").contains("190"), "{text}");
    assert!(text.contains("direction    source sells to target (flip with --money-flow)\n"));
    let flipped = folder
        .run(&["inspect", "--edges", "edges.csv", "--money-flow", "--json"])
        .exits(0)
        .document();
    assert_eq!(flipped["result"]["sellers"][0]["id"], "shop");
}

#[test]
fn validate_accounts_for_every_row() {
    let folder = Folder::with_chain();
    let text =
        folder.run(&["validate", "--edges", "edges.csv", "--nodes", "nodes.csv"]).exits(0).out();
    assert!(text.contains("edges.csv: 8 rows = 8 edges\n"), "{text}");
    assert!(text.ends_with("sound\n"), "{text}");
}

#[test]
fn a_figure_is_a_picture_with_its_data() {
    let folder = Folder::with_chain();
    assert!(
        folder.run(&["draw", "ccdf", "--edges", "edges.csv"]).exits(0).out().starts_with("<svg")
    );
    folder.run(&["draw", "ccdf", "--edges", "edges.csv", "--out", "f.png", "--dpi", "60"]).exits(0);
    assert!(folder.join("f.png").exists() && folder.join("f.csv").exists());
    folder
        .run(&["draw", "ccdf", "--edges", "edges.csv", "--out", "figs", "--format", "svg,png"])
        .exits(0);
    for name in ["ccdf.svg", "ccdf.png", "ccdf.csv", "run.json"] {
        assert!(folder.join("figs").join(name).exists(), "{name}");
    }
}

#[test]
fn a_report_is_one_page_with_its_tables() {
    let folder = Folder::with_chain();
    folder
        .run(&["report", "--edges", "edges.csv", "--nodes", "nodes.csv", "--out", "out"])
        .exits(0);
    for name in [
        "report.html",
        "run.json",
        "datapackage.json",
        "README.txt",
        "tables/diagnostics.csv",
        "tables/network_summary.json",
    ] {
        assert!(folder.join("out").join(name).exists(), "{name}");
    }
    folder.run(&["report", "--edges", "edges.csv", "--out", "page.html"]).exits(0);
    assert!(
        folder.read("page.html").starts_with("<!DOCTYPE html>")
            || folder.read("page.html").starts_with("<!doctype html>")
    );
}

#[test]
fn standard_input_is_a_file() {
    use std::io::Write;
    use std::process::Stdio;
    let folder = Folder::new();
    folder.write("nodes.csv", NODES);
    let mut command = folder.command(&["measure", "--edges", "-", "--metrics", "in_degree"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(super::support::EDGES.as_bytes()).expect("read");
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.starts_with(b"period,node_id,in_degree,status\n"));
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_told_or_made_harmless() {
    let folder = Folder::new();
    folder.write("edges.csv", "source,target,weight\nx,=1+1,2\n");
    let args = ["measure", "--edges", "edges.csv", "--metrics", "in_degree", "--out", "t.csv"];
    folder.run(&args).exits(0);
    assert!(folder.read("t.csv").contains(",=1+1,"));
    let args = ["measure", "--edges", "edges.csv", "--out", "m", "--json"];
    let ran = folder.run(&args).exits(0).document();
    let found =
        ran["diagnostics"].as_array().expect("a list").iter().find(|d| d["id"] == "W0801").cloned();
    assert_eq!(found.expect("a warning")["at"]["line"], 2);
    let safe = [
        "measure",
        "--edges",
        "edges.csv",
        "--metrics",
        "in_degree",
        "--out",
        "s.csv",
        "--spreadsheet-safe",
    ];
    folder.run(&safe).exits(0);
    assert!(folder.read("s.csv").contains(",'=1+1,"));
}
