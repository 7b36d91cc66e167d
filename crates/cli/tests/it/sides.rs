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
fn a_number_column_of_the_node_file_is_there_for_metrics() {
    let folder = Folder::new();
    folder.write("e.csv", "source,target,weight\na,b,1\nb,c,2\nc,a,1\n");
    let args = ["measure", "--edges", "e.csv", "--nodes", "n.csv", "--metrics"];
    let percolation = [&args[..], &["percolation_centrality"]].concat();
    folder.write("n.csv", "id,role,state\na,palm,1\nb,still,0\nc,shop,0.5\n");
    assert!(folder.run(&percolation).exits(0).out().contains("percolation_centrality"));
    folder.write("n.csv", "id,role,state\na,palm,1\nb,still,healthy\nc,shop,0.5\n");
    let err = folder.run(&percolation).exits(3).err();
    let err = err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(err.contains("needs numbers in node column `state` (`healthy` is none)"), "{err}");
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
    assert_eq!(folder.run(&args("direct_linkages,backward_total")).exits(0).codes(), ["W0503"]);
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
    let document = ran.document();
    let mut found = document["diagnostics"].as_array().expect("a list").iter();
    let found = found.find(|found| found["id"] == "E0506").expect("the refusal");
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

/// A folder with a chain, a table of shocks, and a pipeline that reads it.
fn with_shocks() -> Folder {
    let folder = Folder::with_chain();
    folder.write("data/shocks.csv", "node_id,change\nbottler,-5\n");
    let step = "id = \"core\"\nrun = \"measure\"\n";
    let with_side = "id = \"shocks\"\nrun = \"measure\"\nmetrics = [\"static_shocks\"]\n\
                     input = { shocks = \"data/shocks.csv\" }\n";
    folder.write("palenque.toml", folder.read("palenque.toml").replace(step, with_side));
    folder
}

#[test]
fn a_side_table_is_an_input_like_all_others() {
    let folder = with_shocks();
    folder.run(&["run"]).exits(0);
    assert!(folder.read("out/tables/shock_nodes.csv").contains("bottler"));
    let inputs = folder.json("out/run.json")["inputs"].clone();
    let side = inputs.as_array().expect("a list").iter().find(|i| i["role"] == "shocks").cloned();
    let side = side.expect("the side table is recorded");
    assert_eq!((&side["path"], &side["rows"]), (&"data/shocks.csv".into(), &1.into()));
    assert_eq!(side["rows_used"], 1);
    let listed = folder.run(&["run", "--list", "inputs"]).exits(0).out();
    assert_eq!(listed, "edges.csv\nnodes.csv\ndata/shocks.csv\n");
    folder.run(&["run", "--depfile", "out.d"]).exits(0);
    assert!(folder.read("out.d").contains(" data/shocks.csv"), "{}", folder.read("out.d"));
    folder.run(&["check", "out"]).exits(0);
    folder.write("data/shocks.csv", "node_id,change\nbottler,-6\n");
    assert!(folder.run(&["check", "out"]).exits(1).out().contains("data/shocks.csv"));
    let printed = folder.run(&["run", "--dry-run"]).exits(0).out();
    assert!(printed.contains("shocks = \"data/shocks.csv\""), "{printed}");
}

#[test]
fn a_side_table_can_be_typed() {
    let folder = with_shocks();
    let args = ["measure", "--edges", "edges.csv", "--nodes", "nodes.csv", "--metrics"];
    let with = |more: &[&str]| folder.run(&[&args[..], more].concat());
    let side = ["static_shocks", "--input", "shocks=data/shocks.csv"];
    with(&[&side[..], &["--out", "m"]].concat()).exits(0);
    assert!(folder.read("m/shock_nodes.csv").contains("bottler"));
    let missing = with(&["static_shocks", "--input", "shocks=shoks.csv", "--json"]).exits(5);
    assert_eq!(missing.codes(), ["E0101"]);
    let unread = with(&["degree", "--input", "shocks=data/shocks.csv"]).exits(2);
    assert!(unread.err().contains("`static_shocks` does"), "{}", unread.err());
    let misspelt = with(&["degree", "--input", "shoks=data/shocks.csv"]).exits(2);
    assert!(misspelt.err().contains("did you mean `shocks`?"), "{}", misspelt.err());
    folder.write("data/other.csv", "node_id,change\nshop,-7\n");
    folder.run(&["run", "--input", "shocks=data/other.csv"]).exits(0);
    assert!(folder.read("out/run.json").contains("data/other.csv"));
    folder.write("data/shocks.csv", "node_id,change\nbotler,-5\n");
    let wrong = with(&[&side[..], &["--json"]].concat()).exits(3).document();
    let at = &wrong["diagnostics"][0]["at"];
    assert_eq!((&at["file"], &at["line"]), (&"data/shocks.csv".into(), &2.into()), "{wrong}");
}

#[test]
fn periods_are_compared_in_pairs() {
    let folder = Folder::new();
    folder.write(
        "edges.csv",
        "source,target,weight,period\na,b,1,2020\nb,a,1,2020\na,b,2,2021\nb,a,1,2021\na,b,2,2022\nb,a,3,2022\n",
    );
    folder.write(
        "accounts.csv",
        "id,period,output\na,2020,10\nb,2020,10\na,2021,12\nb,2021,10\na,2022,12\nb,2022,13\n",
    );
    let args = [
        "measure",
        "--edges",
        "edges.csv",
        "--accounts",
        "accounts.csv",
        "--metrics",
        "output_decomposition",
        "--out",
        "m",
    ];
    folder.run(&args).exits(0);
    let table = folder.read("m/output_decomposition.csv");
    assert!(table.starts_with("period_from,period_to,node_id,change,"), "{table}");
    let starts: Vec<&str> = table.lines().skip(1).map(|line| &line[..11]).collect();
    assert_eq!(starts, ["2020,2021,a", "2020,2021,b", "2021,2022,a", "2021,2022,b"]);
    let chain = Folder::with_chain();
    let args = ["measure", "--edges", "edges.csv", "--metrics", "output_decomposition"];
    let ran = chain.run(&args).exits(3);
    assert!(ran.err().contains("needs two periods"), "{}", ran.err());
    let page = chain.run(&["explain", "output_decomposition"]).exits(0).out();
    assert!(page.contains("compares each period with the next"), "{page}");
    let page = chain.run(&["explain", "static_shocks"]).exits(0).out();
    assert!(page.contains("--input shocks=FILE with node_id,change"), "{page}");
}
