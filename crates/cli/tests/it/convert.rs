//! Networks of other programs in, and out to them.

use super::support::Folder;

#[test]
fn a_network_goes_out_and_comes_back() {
    let folder = Folder::with_chain();
    let csv = ["--edges", "edges.csv", "--nodes", "nodes.csv"];
    let measured = |input: &[&str]| {
        let args = [&["measure"], input, &["--metrics", "pagerank,output_multiplier"]].concat();
        folder.run(&args).out()
    };
    for format in ["graphml", "gexf", "json"] {
        let file = format!("net.{format}");
        let args = [&["convert"], &csv[..], &["--to", format, "--out", &file]].concat();
        let ran = folder.run(&args).exits(0);
        assert!(ran.err().contains("7 nodes and 8 edges in net."), "{}", ran.err());
        folder.run(&["validate", "--graph", &file, "--strict"]).exits(0);
        let inspect = folder.run(&["inspect", "--graph", &file, "--json"]).exits(0).document();
        assert_eq!(inspect["result"]["columns"].as_array().map(Vec::len), Some(4), "{format}");
        let args = ["measure", "--graph", &file, "--metrics", "pagerank"];
        let expected = [&["measure"], &csv[..], &["--metrics", "pagerank"]].concat();
        assert_eq!(folder.run(&args).exits(0).out(), folder.run(&expected).exits(0).out());
    }
    assert_eq!(measured(&csv), measured(&["--graph", "net.gexf"]));
    folder.run(&["draw", "ccdf", "--graph", "net.gexf", "--out", "ccdf.svg"]).exits(0);
}

#[test]
fn what_is_unchanged_is_left_alone_and_inputs_are_safe() {
    let folder = Folder::with_chain();
    let args = ["convert", "--edges", "edges.csv", "--to", "gephi", "--out", "g.csv"];
    folder.run(&args).exits(0);
    let time = || folder.join("g.nodes.csv").metadata().expect("there").modified().expect("a time");
    let before = time();
    folder.run(&args).exits(0);
    assert_eq!(time(), before);
    assert!(folder.read("g.edges.csv").starts_with("Source,Target,Weight,Type\n"));
    let ran = folder.run(&["convert", "--edges", "edges.csv", "--to", "csv", "--out", "edges.csv"]);
    assert_eq!(ran.code(), 0, "edges.edges.csv is another file");
    folder.run(&["convert", "--edges", "edges.csv", "--to", "json", "--out", "n.json"]).exits(0);
    let args = ["convert", "--graph", "n.json", "--to", "kumu", "--out", "n.json", "--json"];
    assert_eq!(folder.run(&args).exits(2).codes(), ["E0710"]);
}

#[test]
fn what_cannot_be_converted_says_why() {
    let folder = Folder::with_chain();
    let refused = |args: &[&str], code: i32, expected: &str| {
        let args = [&["convert", "--edges", "edges.csv"], args].concat();
        let ran = folder.run(&args).exits(code);
        assert!(ran.err().contains(expected), "{}", ran.err());
        assert!(ran.err().contains("= help: "), "{}", ran.err());
    };
    refused(&["--to", "graphm"], 2, "did you mean `graphml`?");
    refused(&["--to", "gephi"], 2, "error[E0706]");
    refused(&["--to", "geojson"], 3, "error[E0301]");
    refused(&["--to", "json", "--out", "."], 3, "error[E0108]");
    refused(&["--to", "json", "--period", "2020"], 2, "`--period` has no choice `2020`");
    folder.write("two.csv", "source,target,weight,year\na,b,1,2020\na,b,2,2021\n");
    let ran = folder.run(&["convert", "--edges", "two.csv", "--to", "json"]).exits(2);
    assert!(ran.err().contains("--period 2021"), "{}", ran.err());
    let args = ["convert", "--edges", "two.csv", "--to", "json", "--period", "2020"];
    assert!(folder.run(&args).exits(0).out().contains("\"weight\":1.0"));
}

#[test]
fn a_pipeline_reads_a_graph() {
    let folder = Folder::with_chain();
    let csv = ["--edges", "edges.csv", "--nodes", "nodes.csv"];
    folder
        .run(&[&["convert"], &csv[..], &["--to", "graphml", "--out", "n.graphml"]].concat())
        .exits(0);
    folder.write(
        "graph.toml",
        "version = 1\n[input]\ngraph = \"n.graphml\"\n[output]\ndir = \"g\"\n\
         [[step]]\nid = \"m\"\nrun = \"measure\"\nmetrics = [\"degree\"]\n",
    );
    folder.run(&["run", "graph.toml"]).exits(0);
    let record = folder.json("g/run.json");
    assert_eq!(record["config"]["resolved"]["input"]["graph"], "n.graphml");
    let roles: Vec<_> =
        record["inputs"].as_array().expect("a list").iter().map(|i| i["role"].clone()).collect();
    assert_eq!(roles, ["edges", "nodes"]);
    folder.run(&["check", "g"]).exits(0);
    folder
        .write("both.toml", "version = 1\n[input]\ngraph = \"n.graphml\"\nedges = \"edges.csv\"\n");
    let ran = folder.run(&["run", "both.toml"]).exits(2);
    assert!(ran.err().contains("both `graph` and `edges`"), "{}", ran.err());
    let ran = folder.run(&["init", "made", "--graph", "n.graphml"]).exits(0);
    assert!(ran.out().contains("next: palenque run"), "{}", ran.out());
    assert!(folder.read("made/palenque.toml").contains("graph = \"../n.graphml\""));
    folder.run(&["run", "made/palenque.toml", "--dry-run"]).exits(0);
}

#[test]
fn graphs_of_several_and_other_weights_are_asked_for() {
    let folder = Folder::new();
    folder.write(
        "two.graphml",
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\
         <key id=\"c\" for=\"edge\" attr.name=\"cost\" attr.type=\"double\"/>\
         <graph id=\"g1\"><node id=\"a\"/></graph><graph id=\"g2\"><node id=\"b\"/>\
         <edge source=\"b\" target=\"b\"><data key=\"c\">4</data></edge></graph></graphml>",
    );
    let ran = folder.run(&["validate", "--graph", "two.graphml"]).exits(3);
    assert!(ran.err().contains("--graph-id g1|g2"), "{}", ran.err());
    let args = ["convert", "--graph", "two.graphml", "--graph-id", "g2", "--weight-attr", "cost"];
    let ran = folder.run(&[&args[..], &["--to", "pajek"]].concat()).exits(0);
    assert_eq!(ran.out(), "*Vertices 1\n1 \"b\"\n*Arcs\n1 1 4.0\n");
}

#[test]
fn exporters_and_readers_are_listed() {
    let folder = Folder::new();
    let list = folder.run(&["list", "exporters", "--json"]).exits(0).document();
    let names: Vec<String> = list["result"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["exporter"].as_str().expect("a name").to_owned())
        .collect();
    for name in [
        "parquet",
        "dot",
        "geojson",
        "gephi",
        "gexf",
        "graphml",
        "json",
        "kumu",
        "neo4j",
        "pajek",
        "tidygraph",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    let readers = folder.run(&["list", "readers"]).exits(0).out();
    assert!(readers.contains("graphml") && readers.contains("pajek"));
}
