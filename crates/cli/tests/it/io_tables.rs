//! Input-output tables through the commands.

use super::support::Folder;
use serde_json::Value;

const TABLE: &str = "\
sector,agri,manu,serv,final_demand,output
agri,10,20,5,65,100
manu,15,50,25,110,200
serv,5,30,40,75,150
value_added,70,100,80,,
employment,7,8,9,,
";

fn with_table() -> Folder {
    let folder = Folder::new();
    folder.write("io.csv", TABLE);
    folder
}

#[test]
fn a_table_is_valid_inspected_and_measured() {
    let folder = with_table();
    let valid = folder.run(&["validate", "--table", "io.csv"]).exits(0).out();
    assert!(valid.starts_with("table   io.csv: 5 rows = 5 rows used\nsound\n"), "{valid}");
    let said = folder.run(&["inspect", "--table", "io.csv"]).exits(0).out();
    for part in
        ["9 edges, 3 sectors", "rows add up", "columns do", "employment", "rows sell to columns"]
    {
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
    let measured = folder.run(&["measure", "--table", "io.csv", "--metrics", "backward_total"]);
    let rows = measured.exits(0).out();
    assert_eq!(rows.lines().count(), 4, "{rows}");
}

#[test]
fn a_pipeline_reads_a_table_and_says_so() {
    let folder = with_table();
    folder.run(&["init", "--table", "io.csv"]).exits(0);
    assert!(folder.read("palenque.toml").contains("table = \"io.csv\""));
    folder.run(&["run"]).exits(0);
    let record = folder.json("out/run.json");
    let input = &record["inputs"][0];
    assert_eq!((&input["role"], &input["path"]), (&Value::from("table"), &Value::from("io.csv")));
    assert_eq!((&input["rows"], &input["rows_used"]), (&Value::from(5), &Value::from(5)));
    assert_eq!(record["config"]["resolved"]["input"]["table"], "io.csv");
    assert!(record["config"]["resolved"]["input"].get("edges").is_none());
    folder.run(&["check", "out"]).exits(0);
    let again = folder.run(&["run"]).exits(0);
    assert!(again.err().contains("0 written"), "{}", again.err());
}

#[test]
fn edges_and_a_table_are_one_or_the_other() {
    let folder = with_table();
    folder.run(&["validate", "--table", "io.csv", "--edges", "e.csv"]).exits(2);
    folder.write("palenque.toml", "version = 1\n[input]\nedges = \"e.csv\"\ntable = \"io.csv\"\n");
    let refused = folder.run(&["run"]).exits(2);
    assert!(refused.err().contains("names both `edges` and `table`"), "{}", refused.err());
}

#[test]
fn a_format_of_input_may_be_named_where_output_formats_are() {
    let folder = Folder::new();
    let parameters = r#"{"files": {"Z": {"name": "../Z", "nr_index_col": 1, "nr_header": 1}}}"#;
    folder.write("p.json", parameters);
    let args =
        ["measure", "--table", "p.json", "--format", "pymrio", "--metrics", "backward_total"];
    let refused = folder.run(&args).exits(3);
    assert!(refused.err().contains("E0110"), "{}", refused.err());
    let refused = folder.run(&["measure", "--table", "p.json", "--format", "pymri"]).exits(2);
    assert!(refused.err().contains("it takes csv, parquet"), "{}", refused.err());
}

#[test]
fn an_unbalanced_table_is_refused_with_its_cell() {
    let folder = with_table();
    folder.write("bad.csv", TABLE.replace("75,150", "75,950"));
    let refused = folder.run(&["validate", "--table", "bad.csv", "--json"]).exits(3);
    let said: Value = serde_json::from_str(&refused.out()).expect("one document");
    let found = &said["diagnostics"][0];
    assert_eq!(found["id"], "E0503");
    assert_eq!(
        (&found["at"]["line"], &found["at"]["field"]),
        (&Value::from(4), &Value::from("output"))
    );
    let args = ["validate", "--table", "bad.csv", "--balance-tol", "0.9"];
    folder.run(&args).exits(0);
}

const MAKE: &str = ",p1,p2,p3,T008\ni1,80,20,0,100\ni2,0,30,50,80\nT007,80,50,50,180\n";
const USE: &str = "\
,i1,i2,T001,F01000,T007
p1,20,24,44,36,80
p2,10,5,15,35,50
p3,5,10,15,35,50
V00100,65,41,106,0,106
T008,100,80,180,106,286
";

fn with_make_and_use() -> Folder {
    let folder = Folder::new();
    folder.write("make.csv", MAKE);
    folder.write("use.csv", USE);
    folder
}

#[test]
fn make_and_use_tables_are_measured_by_either_model() {
    let folder = with_make_and_use();
    let files = ["--make", "make.csv", "--use", "use.csv", "--metrics", "out_strength"];
    let measured = folder.run(&[&["measure"], &files[..]].concat()).exits(0).out();
    assert_eq!(measured, "period,node_id,out_strength,status\n,i1,50.0,\n,i2,24.0,\n");
    let products = ["measure", "--sut-model", "industry-technology"];
    let measured = folder.run(&[&products[..], &files[..]].concat()).exits(0).out();
    assert!(measured.contains("\n,p3,15.0,\n"), "{measured}");
    let inverse = ["measure", "--sut-model", "product-technology"];
    let refused = folder.run(&[&inverse[..], &files[..]].concat()).exits(3);
    assert!(refused.err().contains("E0501"), "{}", refused.err());
    folder.run(&["measure", "--make", "make.csv", "--metrics", "out_strength"]).exits(2);
}

#[test]
fn a_pipeline_reads_make_and_use_and_says_so() {
    let folder = with_make_and_use();
    folder.run(&["init", "--make", "make.csv", "--use", "use.csv"]).exits(0);
    let text = folder.read("palenque.toml");
    assert!(text.contains("make = \"make.csv\"") && text.contains("use = \"use.csv\""), "{text}");
    folder.run(&["run"]).exits(0);
    let record = folder.json("out/run.json");
    let roles = [0, 1].map(|at| record["inputs"][at]["role"].clone());
    assert_eq!(roles, [Value::from("make"), Value::from("use")]);
    let input = &record["config"]["resolved"]["input"];
    assert_eq!(
        (&input["make"], &input["use"]),
        (&Value::from("make.csv"), &Value::from("use.csv"))
    );
    assert_eq!(input["policy"]["sut_model"], "fixed-product-sales");
    folder.run(&["check", "out"]).exits(0);
    let half = "version = 1\n[input]\nmake = \"make.csv\"\n";
    folder.write("palenque.toml", half);
    let refused = folder.run(&["run"]).exits(2);
    assert!(refused.err().contains("`make` without `use`"), "{}", refused.err());
    folder.write("palenque.toml", format!("{half}use = \"use.csv\"\nedges = \"e.csv\"\n"));
    let refused = folder.run(&["run"]).exits(2);
    assert!(refused.err().contains("both `edges` and `make`"), "{}", refused.err());
}
