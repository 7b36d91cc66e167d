//! Make and use tables: the four models on examples worked by hand, sums set aside, and the tables of the United
//! States where they are at hand.

use crate::{codes, graph, records};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_ingest::{Ingested, Inputs, MakeUse, NegativeRule, Policy, SutModel, read};
use std::path::Path;

/// Two industries, three products: `q` = 80, 50, 50 and `g` = 100, 80.
const MAKE: &str = "\
,p1,p2,p3,T008
i1,80,20,0,100
i2,0,30,50,80
T007,80,50,50,180
";
const USE: &str = "\
,i1,i2,T001,F01000,F04000,T004,T007
p1,20,24,44,30,6,36,80
p2,10,5,15,35,0,35,50
p3,5,10,15,30,5,35,50
T005,35,39,74,95,11,106,180
V00100,40,30,70,0,0,0,70
V00300,25,11,36,0,0,0,36
T006,65,41,106,0,0,0,106
T008,100,80,180,95,11,106,286
";
/// Two industries, two products: `q` = 80, 80 and `g` = 100, 60.
const SQUARE_MAKE: &str = "industry,p1,p2\ni1,80,20\ni2,0,60\n";
const SQUARE_USE: &str = "\
product,i1,i2,final_demand
p1,16,12,52
p2,8,9,63
value_added,76,39,
";

#[expect(clippy::disallowed_methods, reason = "a test makes its own inputs")]
fn read_texts(make: &str, uses: &str, policy: &Policy) -> Ingested {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = [("make.csv", make), ("use.csv", uses)].map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("room for a file");
        path
    });
    let [make, uses] = paths;
    let make_use = Some(MakeUse { make, uses });
    read(&Inputs { make_use, ..Inputs::default() }, policy, &NoProgress)
}

fn by(sut_model: SutModel) -> Policy {
    Policy { sut_model, ..Policy::default() }
}

fn column(graph: &SupplyGraph, name: &str) -> Vec<f64> {
    let column = graph.nodes().number(name).unwrap_or_else(|| panic!("no column {name}"));
    column.iter().map(|x| x.expect("a number")).collect()
}

fn assert_flows(graph: &SupplyGraph, expected: &[(&str, &str, f64)]) {
    let found = records(graph);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.0, found.1), (expected.0, expected.1));
        assert!((found.2 - expected.2).abs() < 1e-12, "{found:?}, not {expected:?}");
    }
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let is_near = found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-12 * y.abs().max(1.0));
    assert!(is_near, "{found:?}, not {expected:?}");
}

/// Final demand of every node, all categories together.
fn demand(graph: &SupplyGraph) -> Vec<f64> {
    let demand = graph.final_demand().expect("final demand");
    (0..graph.n_nodes()).map(|node| demand.row(node).iter().sum()).collect()
}

#[test]
fn fixed_product_sales_is_the_default_and_gives_industries() {
    let read = read_texts(MAKE, USE, &Policy::default());
    assert_eq!(codes(&read), [""; 0]);
    let graph = graph(&read);
    let flows = [("i1", "i1", 24.0), ("i1", "i2", 26.0), ("i2", "i1", 11.0), ("i2", "i2", 13.0)];
    assert_flows(graph, &flows);
    assert_near(&column(graph, "output"), &[100.0, 80.0]);
    assert_near(&column(graph, "value_added"), &[65.0, 41.0]);
    assert_near(&demand(graph), &[50.0, 56.0]);
    assert_eq!(graph.satellites().len(), 2, "both parts of value added");
}

#[test]
fn industry_technology_gives_products() {
    let read = read_texts(MAKE, USE, &by(SutModel::IndustryTechnology));
    assert_eq!(codes(&read), [""; 0]);
    let flows = [
        ("p1", "p1", 16.0),
        ("p1", "p2", 13.0),
        ("p1", "p3", 15.0),
        ("p2", "p1", 8.0),
        ("p2", "p2", 3.875),
        ("p2", "p3", 3.125),
        ("p3", "p1", 4.0),
        ("p3", "p2", 4.75),
        ("p3", "p3", 6.25),
    ];
    assert_flows(graph(&read), &flows);
    assert_near(&column(graph(&read), "output"), &[80.0, 50.0, 50.0]);
    assert_near(&column(graph(&read), "value_added"), &[52.0, 28.375, 25.625]);
    assert_near(&demand(graph(&read)), &[36.0, 35.0, 35.0]);
}

#[test]
fn product_technology_takes_by_products_out_of_the_inputs() {
    let read = read_texts(SQUARE_MAKE, SQUARE_USE, &by(SutModel::ProductTechnology));
    assert_eq!(codes(&read), [""; 0]);
    let flows = [("p1", "p1", 12.0), ("p1", "p2", 16.0), ("p2", "p1", 5.0), ("p2", "p2", 12.0)];
    assert_flows(graph(&read), &flows);
    assert_near(&column(graph(&read), "output"), &[80.0, 80.0]);
    assert_near(&column(graph(&read), "value_added"), &[63.0, 52.0]);
    assert_near(&demand(graph(&read)), &[52.0, 63.0]);
}

#[test]
fn fixed_industry_sales_gives_industries_by_the_inverse() {
    let read = read_texts(SQUARE_MAKE, SQUARE_USE, &by(SutModel::FixedIndustrySales));
    assert_eq!(codes(&read), [""; 0]);
    let flows = [("i1", "i1", 20.0), ("i1", "i2", 15.0), ("i2", "i1", 4.0), ("i2", "i2", 6.0)];
    assert_flows(graph(&read), &flows);
    assert_near(&column(graph(&read), "output"), &[100.0, 60.0]);
    assert_near(&column(graph(&read), "value_added"), &[76.0, 39.0]);
    assert_near(&demand(graph(&read)), &[65.0, 50.0]);
}

#[test]
fn rows_and_columns_are_matched_by_name_and_every_row_is_accounted_for() {
    let turned = "\
,i2,i1,T001,F01000,F04000,T004,T007
p3,10,5,15,30,5,35,50
p1,24,20,44,30,6,36,80
p2,5,10,15,35,0,35,50
V00100,30,40,70,0,0,0,70
V00300,11,25,36,0,0,0,36
";
    let (plain, turned) =
        (read_texts(MAKE, USE, &Policy::default()), read_texts(MAKE, turned, &Policy::default()));
    assert_eq!(records(graph(&plain)), records(graph(&turned)));
    assert_eq!(column(graph(&plain), "value_added"), column(graph(&turned), "value_added"));
    let rows: Vec<_> =
        plain.files.iter().map(|f| (&*f.role, f.rows, f.used, f.n_dropped())).collect();
    assert_eq!(rows, [("make", 3, 2, 1), ("use", 8, 5, 3)]);
}

#[test]
fn a_product_that_nobody_makes_is_an_imported_input() {
    let uses = USE.replace("V00100,40,30", "S00300,4,6,10,-10,0,-10,0\nV00100,36,24");
    let read = read_texts(MAKE, &uses, &Policy::default());
    assert_eq!(codes(&read), [""; 0]);
    assert_near(&column(graph(&read), "imports"), &[4.0, 6.0]);
    assert_near(&column(graph(&read), "value_added"), &[61.0, 35.0]);
    let read = read_texts(MAKE, &uses, &by(SutModel::IndustryTechnology));
    assert_eq!(codes(&read), [""; 0]);
    assert_eq!(graph(&read).ids().iter().collect::<Vec<_>>(), ["p1", "p2", "p3"]);
    assert_near(&column(graph(&read), "imports"), &[3.2, 3.05, 3.75]);
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let refusal = |make: &str, uses: &str, policy: &Policy| {
        let read = read_texts(make, uses, policy);
        assert!(read.panel.is_none(), "not refused");
        let error = read.diagnostics.iter().find(|d| d.id().starts_with('E')).expect("an error");
        assert!(error.help_text().is_some(), "{error:?}");
        let at = error.location().expect("a place");
        (error.id(), at.line, at.column)
    };
    let plain = Policy::default();
    let a = by(SutModel::ProductTechnology);
    assert_eq!(refusal(MAKE, &USE.replace("i1", "i9"), &plain), ("E0502", Some(2), None));
    assert_eq!(refusal(MAKE, &USE.replace("p3,5,10", "p3,5"), &plain).0, "E0205");
    assert_eq!(refusal(&MAKE.replace("i2", "i1"), USE, &plain), ("E0509", Some(3), None));
    assert_eq!(refusal(MAKE, &USE.replace("p1,20", "p1,-20"), &plain), ("E0505", Some(2), Some(2)));
    assert_eq!(refusal(MAKE, &USE.replace("p1,20", "p1,"), &plain), ("E0508", Some(2), Some(2)));
    assert_eq!(refusal(&MAKE.replace("1,80", "1,x"), USE, &plain), ("E0303", Some(2), Some(2)));
    assert_eq!(refusal(MAKE, USE, &a).0, "E0501");
    let singular = SQUARE_MAKE.replace("i2,0,60", "i2,40,10");
    assert_eq!(refusal(&singular, SQUARE_USE, &a).0, "E0512");
    let by_products = SQUARE_USE.replace("p1,16,12,52", "p1,2,30,48").replace("76,39", "90,21");
    assert_eq!(refusal(SQUARE_MAKE, &by_products, &a).0, "E0505");
}

/// Figures computed by numpy from the same files.
#[test]
#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
fn the_tables_of_the_united_states_give_the_multiplier_of_distilleries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/bea2017");
    let make = folder.join("Detail_Make_2017_AfterRedef_17sch.csv");
    if !make.is_file() {
        println!("skipped: shared data not present");
        return;
    }
    let uses = folder.join("Detail_Use_2017_PRO_AfterRedef_17sch.csv");
    let inputs = Inputs { make_use: Some(MakeUse { make, uses }), ..Inputs::default() };
    let refused = read(&inputs, &Policy::default(), &NoProgress);
    assert_eq!(codes(&refused).first().copied(), Some("E0505"));
    let policy = Policy { negative: NegativeRule::Drop, ..Policy::default() };
    let read = read(&inputs, &policy, &NoProgress);
    let graph = graph(&read);
    assert_eq!((graph.n_nodes(), graph.n_edges()), (402, 115_568));
    let x = column(graph, "output");
    assert_near(&[x.iter().sum()], &[34_468_047.0]);
    assert_near(&[column(graph, "value_added").iter().sum()], &[19_612_117.0]);
    assert_near(&[column(graph, "imports").iter().sum()], &[170_058.0]);
    let distilleries = graph.ids().iter().position(|id| id == "312140").expect("distilleries");
    let mut b = vec![1.0; x.len()];
    for _ in 0..200 {
        let next = graph.node_indices().map(|j| {
            let inputs = graph.suppliers(j).map(|(i, z)| z / x[j.index()] * b[i.index()]);
            1.0 + inputs.sum::<f64>()
        });
        b = next.collect();
    }
    assert!((b[distilleries] - 1.894_6).abs() < 5e-5, "{}", b[distilleries]);
}
