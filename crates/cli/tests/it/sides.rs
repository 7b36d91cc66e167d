//! Side tables, accounts that contradict themselves, and economies at the edge.

use super::support::{EDGES, Folder, NODES};

#[test]
fn a_side_table_that_nobody_reads_is_refused() {
    let folder = Folder::with_chain();
    folder.write("shocks.csv", "node_id,change\nbottler,-5\n");
    let typed = |verb: &[&str]| {
        let args = [verb, &["--input", "no_such=shocks.csv", "--json"]].concat();
        let ran = folder.run(&args).exits(2);
        assert_eq!(ran.codes(), ["E0701"], "{args:?}");
        assert!(ran.out().contains("there is no side table `no_such`"), "{}", ran.out());
    };
    typed(&["measure", "--edges", "edges.csv", "--metrics", "degree"]);
    typed(&["draw", "ccdf", "--edges", "edges.csv"]);
    typed(&["report", "--edges", "edges.csv"]);
    typed(&["run"]);
    let text = folder.read("palenque.toml").replace(
        "id = \"core\"\nrun = \"measure\"\n",
        "id = \"core\"\nrun = \"measure\"\ninput = { no_such = \"shocks.csv\" }\n",
    );
    folder.write("palenque.toml", text);
    let ran = folder.run(&["run"]).exits(2);
    assert!(ran.err().contains("palenque.toml:15:11"), "{}", ran.err());
}

#[test]
fn sales_above_output_are_told_once_and_above_twice_refused() {
    let folder = Folder::with_chain();
    let with_output = |x: &str| {
        folder.write(
            "nodes.csv",
            NODES.replace(
                "pal_1,Palenque Uno,distiller,130",
                &format!("pal_1,Palenque Uno,distiller,{x}"),
            ),
        );
    };
    let args = |metrics: &'static str| {
        [
            "measure",
            "--edges",
            "edges.csv",
            "--nodes",
            "nodes.csv",
            "--out",
            "m",
            "--json",
            "--metrics",
            metrics,
        ]
    };
    with_output("105");
    assert_eq!(folder.run(&args("@linkage,backward_total")).exits(0).codes(), ["W0503"]);
    assert!(folder.run(&args("degree")).exits(0).codes().is_empty());
    with_output("50");
    let ran = folder.run(&args("backward_total")).exits(3);
    assert_eq!(ran.codes(), ["E0503"]);
    assert!(
        ran.out().contains("`pal_1` sells 110, more than twice its output 50"),
        "{}",
        ran.out()
    );
    // What does not rest on the accounts is computed all the same.
    let core = ["measure", "--edges", "edges.csv", "--nodes", "nodes.csv", "--out", "m", "--json"];
    let left_out = folder.run(&core).exits(0).document()["result"]["left_out"].clone();
    assert!(left_out["total_linkages"].as_str().expect("a reason").contains("pal_1"), "{left_out}");
}

#[test]
fn a_nearly_closed_economy_says_how_many_digits_are_certain() {
    let folder = Folder::new();
    folder.write(
        "edges.csv",
        "source,target,weight\nagri,agri,99.9999999999\nmanu,manu,50\nmanu,serv,25\nserv,manu,30\nserv,serv,40\n",
    );
    folder.write("nodes.csv", "id,output\nagri,100\nmanu,200\nserv,150\n");
    let args = [
        "measure",
        "--edges",
        "edges.csv",
        "--nodes",
        "nodes.csv",
        "--metrics",
        "backward_total,downstreamness",
    ];
    let ran = folder.run(&args).exits(2); // two tables
    assert!(ran.err().contains("E0706"), "{}", ran.err());
    let ran = folder.run(&[&args[..], &["--out", "m", "--json"]].concat()).exits(0);
    assert_eq!(ran.codes(), ["W0407", "W0507"]);
    assert!(ran.out().contains("at most 4 digits"), "{}", ran.out());
}

#[test]
fn an_economy_that_eats_itself_up_has_a_radius_and_no_multipliers() {
    let folder = Folder::new();
    folder.write("edges.csv", "source,target,weight\na,b,15\nb,a,15\na,c,1\n");
    folder.write("nodes.csv", "id,output\na,10\nb,10\nc,5\n");
    let args =
        |metrics| ["measure", "--edges", "edges.csv", "--nodes", "nodes.csv", "--metrics", metrics];
    let table = folder.run(&args("productivity")).exits(0).out();
    let row =
        |name: &str| table.lines().find(|line| line.contains(name)).expect("a row").to_owned();
    assert!(row("spectral_radius").starts_with(",spectral_radius,1.5"), "{table}");
    assert!(row("condition_number").ends_with(",singular_leontief"), "{table}");
    let ran = folder.run(&[&args("backward_total")[..], &["--json"]].concat()).exits(4);
    let found = &ran.document()["diagnostics"][0];
    let what = found["what"].as_str().expect("a text");
    assert!(what.contains("spectral radius of A is 1.500 (must be below 1)"), "{what}");
    assert_eq!(found["notes"][0], "nodes in the block: a, b");
}

#[test]
fn side_tables_and_periods_are_part_of_the_explanation() {
    let folder = Folder::new();
    let page = folder.run(&["explain", "productivity", "--json"]).exits(0).document();
    assert_eq!(page["result"]["sides"], serde_json::json!([]));
    folder.write("edges.csv", EDGES);
    let schema = folder.run(&["schema", "config"]).exits(0).document();
    assert!(schema["properties"]["step"]["items"]["oneOf"][0]["properties"]["input"].is_object());
}
