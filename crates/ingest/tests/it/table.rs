//! Input-output tables: wide, long and in folders; what is built of them and what is refused.

use crate::{codes, graph, records, whole};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_ingest::{
    EmptyCellRule, FileFormat, Ingested, Inputs, NegativeRule, Policy, RaggedRule, read,
};
use std::fmt::Write as _;
use std::path::Path;

const GOOD: &str = "\
sector,agri,manu,serv,fd_households,exports,output
agri,10,20,5,45,20,100
manu,15,50,25,60,50,200
serv,5,30,40,75,0,150
va_wages,40,60,50,,,
va_surplus,20,30,20,,,
imports,10,10,10,,,
employment,7,8.5,9,0,0,
";

fn table_of(path: &Path, policy: &Policy) -> Ingested {
    read(&Inputs { table: Some(path.into()), ..Inputs::default() }, policy, &NoProgress)
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own inputs")]
fn write(path: &Path, text: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("room for a folder");
    std::fs::write(path, text).expect("room for a file");
}

fn table_with(text: &str, policy: &Policy) -> Ingested {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    write(&path, text);
    table_of(&path, policy)
}

pub(crate) fn table(text: &str) -> Ingested {
    table_with(text, &Policy::default())
}

fn column(graph: &SupplyGraph, name: &str) -> Vec<Option<f64>> {
    graph.nodes().number(name).unwrap_or_else(|| panic!("no column {name}")).iter().collect()
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// The code, line and column of the only error.
pub(crate) fn refusal(read: &Ingested) -> (&'static str, Option<u64>, Option<u64>) {
    assert!(read.panel.is_none(), "not refused: {:?}", codes(read));
    let error = read.diagnostics.iter().find(|d| d.id().starts_with('E')).expect("an error");
    assert!(error.help_text().is_some(), "{error:?}");
    let at = error.location().expect("a place");
    (error.id(), at.line, at.column)
}

#[test]
fn blocks_of_a_wide_table_become_a_graph_and_its_columns() {
    let read = table(GOOD);
    assert_eq!(codes(&read), [""; 0]);
    let graph = graph(&read);
    assert_eq!(graph.ids().iter().collect::<Vec<_>>(), ["agri", "manu", "serv"]);
    assert_eq!(graph.n_edges(), 9);
    assert_eq!(records(graph)[2], ("agri", "serv", 5.0));
    assert_eq!(column(graph, "output"), some(&[100.0, 200.0, 150.0]));
    assert_eq!(column(graph, "value_added"), some(&[60.0, 90.0, 70.0]));
    assert_eq!(column(graph, "imports"), some(&[10.0; 3]));
    assert_eq!(column(graph, "exports"), some(&[20.0, 50.0, 0.0]));
    assert_eq!(column(graph, "employees"), some(&[7.0, 8.5, 9.0]));
    let demand = graph.final_demand().expect("final demand");
    assert_eq!(demand.categories().collect::<Vec<_>>(), ["fd_households", "exports"]);
    assert_eq!(demand.row(1), [60.0, 50.0]);
    let names: Vec<&str> = graph.satellites().iter().map(palenque_graph::Satellite::name).collect();
    assert_eq!(names, ["va_wages", "va_surplus", "employment"]);
    let file = &read.files[0];
    assert_eq!((file.role.as_str(), file.rows, file.used), ("table", 7, 7));
    assert_eq!(file.dialect["layout"], "wide");
}

#[test]
fn a_wide_table_reads_the_same_in_any_dress() {
    let plain = table(GOOD);
    let expected = whole(graph(&plain));
    let semicolons = GOOD.replace(',', ";").replace('.', ",");
    let policy = Policy { decimal_comma: true, delimiter: Some(b';'), ..Policy::default() };
    assert_eq!(whole(graph(&table_with(&semicolons, &policy))), expected);
    let quoted = GOOD.replace("agri,1", "\"agri\",1").replace('\n', "\r\n");
    assert_eq!(whole(graph(&table(&quoted))), expected);
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(GOOD.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    write(&path, utf16);
    assert_eq!(whole(graph(&table_of(&path, &Policy::default()))), expected);
    let spaced = GOOD.replacen("sector,agri", "sector, Agri", 1);
    let read = table(&spaced);
    assert_eq!(codes(&read), ["W0502"]);
    assert_eq!(whole(graph(&read)), expected);
    let trailing = GOOD.replace('\n', ",\n");
    assert_eq!(whole(graph(&table(&trailing))), expected, "an empty column at the end");
}

#[test]
fn columns_are_matched_by_name_and_never_by_position() {
    let swapped = "\
sector,output,manu,agri,final_demand
agri,100,20,10,70
manu,200,50,15,135
value_added,,130,75,
";
    let straight = "\
sector,agri,manu,final_demand,output
agri,10,20,70,100
manu,15,50,135,200
value_added,75,130,,
";
    let read = table(swapped);
    assert_eq!(codes(&read), ["W0502"]);
    assert_eq!(whole(graph(&read)), whole(graph(&table(straight))));
}

#[test]
fn a_table_without_output_has_the_output_that_follows() {
    let read = table("sector,a,b,final_demand\na,1,2,7\nb,3,4,13\n");
    assert_eq!(codes(&read), [""; 0]);
    assert_eq!(column(graph(&read), "output"), some(&[10.0, 20.0]));
    let read = table("sector,a,b\na,1,2\nb,3,4\nvalue_added,6,14\n");
    assert_eq!(column(graph(&read), "output"), some(&[10.0, 20.0]));
    let read = table("sector,a,b\na,1,2\nb,3,4\n");
    assert!(graph(&read).nodes().number("output").is_none());
}

#[test]
fn a_table_that_is_closed_for_households_has_them_as_a_sector() {
    let closed = "\
sector,farm,households,exports,output
farm,10,70,20,100
households,60,5,15,80
value_added,30,5,,
";
    let read = table(closed);
    assert_eq!(codes(&read), [""; 0]);
    let graph = graph(&read);
    assert_eq!(graph.ids().iter().collect::<Vec<_>>(), ["farm", "households"]);
    assert_eq!(records(graph)[1], ("farm", "households", 70.0));
    assert_eq!(
        graph.final_demand().expect("exports").categories().collect::<Vec<_>>(),
        ["exports"]
    );
}

#[test]
fn users_say_what_their_words_mean() {
    let text = "code,A01,B02,P3_S14,P1\nA01,1,2,7,10\nB02,3,4,13,20\nD1,6,14,,\n";
    assert_eq!(refusal(&table(text)).0, "E0501");
    let mut policy = Policy::default();
    for (name, label) in [("fd_households", "P3_S14"), ("output", "P1"), ("va_wages", "D1")] {
        policy.columns.insert(name.into(), label.into());
    }
    let read = table_with(text, &policy);
    assert_eq!(codes(&read), [""; 0]);
    assert_eq!(column(graph(&read), "value_added"), some(&[6.0, 14.0]));
    policy.columns.insert("fd_exports".into(), "P6".into());
    assert_eq!(codes(&table_with(text, &policy)), ["E0301"], "a label that is nowhere");
}

#[test]
fn regions_are_read_where_they_are_declared() {
    let marked = "\
sector,MEX_c1,USA_c1,MEX_households,USA_households,output
MEX_c1,1,2,3,4,10
USA_c1,2,3,4,11,20
value_added,7,15,,,
";
    let plain = table(marked);
    assert_eq!(refusal(&plain).0, "E0501", "`MEX_households` is a word of nobody");
    let policy = Policy { region_mark: Some('_'), ..Policy::default() };
    let read = table_with(marked, &policy);
    assert_eq!(codes(&read), [""; 0]);
    let expected = whole(graph(&read));
    let regional = graph(&read);
    assert_eq!(regional.ids().iter().collect::<Vec<_>>(), ["MEX.c1", "USA.c1"]);
    let regions: Vec<_> = regional.nodes().text("region").expect("regions").iter().collect();
    assert_eq!(regions, [Some("MEX"), Some("USA")]);
    let demand = regional.final_demand().expect("final demand");
    assert_eq!(
        (demand.region(1), demand.categories().nth(1)),
        (Some("USA"), Some("USA.households"))
    );

    let beside = marked
        .replace("sector,MEX", "region,sector,MEX")
        .replace("\nMEX_", "\nMEX,")
        .replace("\nUSA_", "\nUSA,")
        .replace("value_added,7", "value_added,,7");
    assert_eq!(whole(graph(&table(&beside))), expected, "a region column beside the sectors");
    let above = "\
region,,MEX,USA,MEX,USA,
sector,,c1,c1,households,households,output
region,sector,,,,,
MEX,c1,1,2,3,4,10
USA,c1,2,3,4,11,20
value_added,,7,15,,,
";
    assert_eq!(whole(graph(&table(above))), expected, "two header rows");
}

#[test]
fn units_of_rows_are_kept() {
    let text = "sector,unit,a,b,output\na,MXN million,1,2,10\nb,MXN million,3,4,20\nco2,t,5,6,\n";
    let read = table(text);
    let graph = graph(&read);
    assert_eq!(graph.unit(), Some("MXN million"));
    assert_eq!(graph.satellite("co2").and_then(palenque_graph::Satellite::unit), Some("t"));
}

#[test]
fn every_fault_has_its_code_and_place() {
    type Place = (Option<u64>, Option<u64>);
    let cases: &[(&str, &str, &str, Place)] = &[
        ("agri,10,20,5", "agri,10,,5", "E0508", (Some(2), Some(3))),
        ("agri,10,20,5", "agri,10,inf,5", "E0508", (Some(2), Some(3))),
        ("agri,10,20,5", "agri,10,many,5", "E0303", (Some(2), Some(3))),
        ("agri,10,20,5", "agri,10,-20,45", "E0505", (Some(2), Some(3))),
        ("manu,15", "agri,15", "E0509", (Some(3), None)),
        ("agri,manu,serv", "agri,agri,serv", "E0509", (Some(1), Some(3))),
        ("agri,manu,serv", "agri,menu,serv", "E0502", (Some(1), Some(3))),
        ("\nmanu,15", "\n,15", "E0502", (Some(3), None)),
        ("output\n", "exports\n", "E0509", (Some(1), Some(7))),
        ("75,0,150", "75,0,950", "E0503", (Some(4), Some(7))),
        ("75,0,150", "75,0,-150", "E0305", (Some(4), Some(7))),
        ("va_wages,40", "va_wages,4000", "E0503", (Some(2), Some(7))),
        ("serv,5,30,40,75,0,150", "serv,5,30,40,75", "E0205", (Some(4), None)),
        ("va_wages,40,60,50,,,", "va_wages,40,,50,,,", "E0508", (Some(5), Some(3))),
        ("manu,serv,fd_h", "manu,\"serv,fd_h", "E0204", (Some(1), Some(4))),
    ];
    for (from, to, code, (line, column)) in cases {
        assert!(GOOD.contains(from), "{from}");
        let read = table(&GOOD.replacen(from, to, 1));
        assert_eq!(refusal(&read), (*code, *line, *column), "{from} -> {to}: {:?}", codes(&read));
        let file = &read.files[0];
        assert_eq!(file.rows, file.used + file.merged + file.n_dropped(), "{from} -> {to}");
    }
}

#[test]
fn sums_among_the_sectors_are_refused_by_name_and_by_arithmetic() {
    let with = |row: &str, column: &str| {
        format!(
            "sector,a,b,c,{column},final_demand\na,1,2,3,6,4\nb,4,5,6,15,5\nc,7,8,9,24,6\n{row},12,15,18,45,15\n"
        )
    };
    for name in ["Total", "Grand total", "suma", "insgesamt", "合計", "total intermediate"] {
        assert_eq!(refusal(&table(&with(name, name))), ("E0510", Some(5), None), "{name}");
    }
    assert_eq!(refusal(&table(&with("T005", "T005"))).0, "E0510");
    assert_eq!(
        refusal(&table(&with("T005", "T001"))).0,
        "E0510",
        "names differ, and both are sums"
    );
    let subtotal = "sector,a,b,c,T1,x,y\na,1,2,3,6,0,1\nb,4,5,6,15,1,0\nc,7,8,9,24,2,1\nT2,12,15,18,45,3,2\nq,1,0,0,1,0,0\n";
    let read = table(subtotal);
    assert_eq!(codes(&read), ["E0510", "E0510"], "sums of what stands before");
    let fine = "sector,a,b,c\na,1,2,4\nb,1,2,4\nc,9,9,9\n";
    assert_eq!(codes(&table(fine)), [""; 0], "two alike rows are no sum of the others");
    assert_eq!(codes(&table("sector,a,b\na,0,5\nb,0,5\n")), [""; 0]);
}

#[test]
fn rules_change_what_is_refused() {
    let empty = GOOD.replacen("agri,10,20,5,45", "agri,10,20,,50", 1).replacen(
        "va_wages,40,60,50",
        "va_wages,40,60,55",
        1,
    );
    assert_eq!(refusal(&table(&empty)).0, "E0508");
    let policy = Policy { empty_cell: EmptyCellRule::Zero, ..Policy::default() };
    let read = table_with(&empty, &policy);
    assert_eq!(graph(&read).n_edges(), 8);

    let negative = GOOD.replacen("agri,10,20,5,45", "agri,10,20,-5,55", 1).replacen(
        "va_wages,40,60,50",
        "va_wages,40,60,60",
        1,
    );
    let flows = |negative_rule| {
        let policy = Policy { negative: negative_rule, ..Policy::default() };
        let read = table_with(&negative, &policy);
        assert_eq!(codes(&read), ["W0413"]);
        let graph = graph(&read);
        let z =
            |u: u32, v: u32| graph.edge_between(u.into(), v.into()).map_or(0.0, |e| graph.flow(e));
        (z(0, 2), z(2, 0))
    };
    assert_eq!(flows(NegativeRule::Drop), (0.0, 5.0));
    assert_eq!(flows(NegativeRule::Abs), (5.0, 5.0));
    assert_eq!(flows(NegativeRule::Reverse), (0.0, 10.0));

    let loose = GOOD.replacen("75,0,150", "75,0,160", 1);
    assert_eq!(refusal(&table(&loose)).0, "E0503");
    let policy = Policy { balance_tolerance: 0.1, ..Policy::default() };
    assert_eq!(codes(&table_with(&loose, &policy)), [""; 0]);

    let short = GOOD.replace(",,,\n", "\n");
    let policy = Policy { ragged: RaggedRule::Fill, ..Policy::default() };
    assert_eq!(whole(graph(&table_with(&short, &policy))), whole(graph(&table(GOOD))));
}

#[test]
fn units_that_differ_are_told() {
    let text = "\
sector,agri,manu,serv,final_demand,output
agri,10,20,5,65,100
manu,15000000,50000000,25000000,110000000,200000000
serv,5,30,40,75,150
value_added,70,100,80,,
";
    let read = table(text);
    let found = read.diagnostics.iter().find(|d| d.id() == "E0503").expect("refused");
    assert!(found.notes().iter().any(|n| n.contains("`manu` is in another unit")), "{found:?}");
    let imports = "sector,a,b,final_demand,imports,output\na,1,2,12,5,10\nb,3,4,13,0,20\n";
    let read = table(imports);
    let found = read.diagnostics.iter().find(|d| d.id() == "E0503").expect("refused");
    assert!(found.notes().iter().any(|n| n.contains("`imports` counts below zero")), "{found:?}");
    assert_eq!(codes(&table(&imports.replace("12,5,10", "12,-5,10"))), [""; 0]);
}

const LONG: &str = "\
from_sector,to_sector,value
agri,agri,10
agri,manu,20
agri,serv,5
agri,fd_households,45
agri,exports,20
agri,output,100
manu,agri,15
manu,manu,50
manu,serv,25
manu,fd_households,60
manu,exports,50
manu,output,200
serv,agri,5
serv,manu,30
serv,serv,40
serv,fd_households,75
serv,exports,0
serv,output,150
va_wages,agri,40
va_wages,manu,60
va_wages,serv,50
va_surplus,agri,20
va_surplus,manu,30
va_surplus,serv,20
imports,agri,10
imports,manu,10
imports,serv,10
employment,agri,7
employment,manu,8.5
employment,serv,9
employment,fd_households,0
employment,exports,0
";

#[test]
fn a_long_table_is_the_wide_one() {
    let (long, wide) = (table(LONG), table(GOOD));
    assert_eq!(codes(&long), [""; 0]);
    assert_eq!(whole(graph(&long)), whole(graph(&wide)));
    assert_eq!(graph(&long).satellites(), graph(&wide).satellites());
    assert_eq!(graph(&long).final_demand(), graph(&wide).final_demand());
    let file = &long.files[0];
    assert_eq!((file.role.as_str(), file.rows, file.used), ("table", 32, 32));
}

#[test]
fn a_long_table_with_periods_is_a_panel() {
    let mut text = String::from("year,from_region,from_sector,to_region,to_sector,value\n");
    for (year, z) in [(2021, 2.0), (2020, 1.0)] {
        let _ = writeln!(text, "{year},MEX,c1,USA,c1,{z}");
        let _ = writeln!(text, "{year},MEX,c1,MEX,households,{}", 9.0 - z);
        let _ = writeln!(text, "{year},USA,c1,USA,households,5");
        let _ = writeln!(text, "{year},,value_added,MEX,c1,9");
        let _ = writeln!(text, "{year},,value_added,USA,c1,{}", 5.0 - z);
    }
    let read = table(&text);
    assert_eq!(codes(&read), [""; 0]);
    let panel = read.panel.as_ref().expect("sound");
    let periods: Vec<&str> = panel.iter().map(|(name, _)| name).collect();
    assert_eq!(periods, ["2020", "2021"]);
    assert_eq!(records(panel.last()), [("MEX.c1", "USA.c1", 2.0)]);
    assert_eq!(column(panel.last(), "output"), some(&[9.0, 5.0]));
    let demand = panel.last().final_demand().expect("final demand");
    assert_eq!(demand.region(0), Some("MEX"));
}

#[test]
fn faults_of_long_tables_have_their_line() {
    let cases: &[(&str, &str, &str, u64)] = &[
        ("agri,serv,5", "agri,serv,", "E0508", 4),
        ("agri,serv,5", "agri,serv,NaN", "E0508", 4),
        ("agri,serv,5", "agri,serv,-5", "E0505", 4),
        ("agri,serv,5", "agri,,5", "E0401", 4),
        ("serv,output,150", "serv,output,950", "E0503", 14),
        ("serv,serv,40", "serv,serv", "E0205", 16),
    ];
    for (from, to, code, line) in cases {
        assert!(LONG.contains(from), "{from}");
        let read = table(&LONG.replacen(from, to, 1));
        let (found, at, _) = refusal(&read);
        assert_eq!((found, at), (*code, Some(*line)), "{to}: {:?}", codes(&read));
        let file = &read.files[0];
        assert_eq!(file.rows, file.used + file.merged + file.n_dropped());
    }
    let twice = LONG.replacen("agri,serv,5", "agri,serv,2\nagri,serv,3", 1);
    let read = table(&twice);
    assert_eq!(codes(&read), ["W0408"]);
    assert_eq!((read.files[0].rows, read.files[0].used, read.files[0].merged), (33, 32, 1));
    assert_eq!(whole(graph(&read)), whole(graph(&table(LONG))));
    let unknown = LONG.replace("exports", "P6");
    assert_eq!(codes(&table(&unknown))[0], "W0501", "a label that only buys");
}

/// Writes a folder as pymrio does: matrices with two rows of titles and a row of the names of the labels.
fn pymrio(folder: &Path, z_name: &str) {
    let entry = |name: &str, index: u32, header: u32| {
        let file = if name == "Z" { z_name.to_owned() } else { format!("{name}.txt") };
        format!(
            "\"{name}\": {{\"name\": \"{file}\", \"nr_index_col\": \"{index}\", \"nr_header\": \"{header}\"}}"
        )
    };
    let system = [entry("Z", 2, 2), entry("Y", 2, 2), entry("x", 2, 1), entry("unit", 2, 1)];
    let parameters = |files: &[String]| {
        format!("{{\"files\": {{{}}}, \"systemtype\": \"IOSystem\"}}", files.join(", "))
    };
    let tabs = |text: &str| text.replace(',', "\t");
    write(&folder.join("file_parameters.json"), parameters(&system));
    write(
        &folder.join("Z.txt"),
        tabs(
            "region,,r1,r1,r2\nsector,,food,rest,food\nregion,sector,,,\nr1,food,1,2,3\nr1,rest,4,5,6\nr2,food,7,8,9\n",
        ),
    );
    write(
        &folder.join("Y.txt"),
        tabs(
            "region,,r1,r2\ncategory,,households,households\nregion,sector,,\nr2,food,20,-4\nr1,food,1,13\nr1,rest,2,13\n",
        ),
    );
    write(
        &folder.join("x.txt"),
        tabs("region,sector,indout\nr1,food,20\nr1,rest,30\nr2,food,40\n"),
    );
    write(
        &folder.join("unit.txt"),
        tabs("region,sector,unit\nr1,food,MUSD\nr1,rest,MUSD\nr2,food,MUSD\n"),
    );
    let emissions = [entry("F", 2, 2), entry("F_Y", 2, 2), entry("unit", 2, 1)];
    let inside = folder.join("emissions");
    write(&inside.join("file_parameters.json"), parameters(&emissions));
    write(
        &inside.join("F.txt"),
        tabs(
            "region,,r2,r1,r1\nsector,,food,food,rest\nstressor,compartment,,,\nco2,air,30,10,20\n",
        ),
    );
    write(
        &inside.join("F_Y.txt"),
        tabs(
            "region,,r1,r2\ncategory,,households,households\nstressor,compartment,,\nco2,air,5,0\n",
        ),
    );
    write(&inside.join("unit.txt"), tabs("stressor,compartment,unit\nco2,air,kg\n"));
    let factors = [entry("F", 1, 2)];
    let inside = folder.join("factor_inputs");
    write(&inside.join("file_parameters.json"), parameters(&factors));
    write(
        &inside.join("F.txt"),
        tabs("region,r1,r1,r2\nsector,food,rest,food\ninputtype,,,\nValue Added,8,15,22\n"),
    );
}

#[test]
fn a_folder_of_pymrio_is_read_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    pymrio(folder.path(), "Z.txt");
    for path in [folder.path().to_owned(), folder.path().join("file_parameters.json")] {
        let read = table_of(&path, &Policy::default());
        assert_eq!(codes(&read), [""; 0]);
        let graph = graph(&read);
        assert_eq!(graph.ids().iter().collect::<Vec<_>>(), ["r1.food", "r1.rest", "r2.food"]);
        assert_eq!(records(graph)[5], ("r1.rest", "r2.food", 6.0));
        assert_eq!(column(graph, "output"), some(&[20.0, 30.0, 40.0]));
        assert_eq!(column(graph, "value_added"), some(&[8.0, 15.0, 22.0]));
        let demand = graph.final_demand().expect("Y");
        assert_eq!((demand.row(0), demand.row(2)), (&[1.0, 13.0][..], &[20.0, -4.0][..]));
        assert_eq!(demand.region(1), Some("r2"));
        let co2 = graph.satellite("co2.air").expect("an extension");
        assert_eq!((co2.amounts(), co2.unit()), (&[10.0, 20.0, 30.0][..], Some("kg")));
        assert_eq!(co2.by_final_users(), Some(&[5.0, 0.0][..]));
        assert_eq!(graph.unit(), Some("MUSD"));
        assert!(read.files.iter().all(|file| file.role == "table" && !file.blake3.is_empty()));
        assert_eq!(read.files.len(), 11);
    }
}

#[test]
fn a_folder_of_pymrio_is_refused_where_it_leaves_or_contradicts_itself() {
    let refused = |change: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("system");
        pymrio(&inside, "Z.txt");
        write(&folder.path().join("secret.txt"), "x");
        change(&inside);
        refusal(&table_of(&inside, &Policy::default())).0
    };
    assert_eq!(refused(&|path| pymrio(path, "../secret.txt")), "E0110");
    assert_eq!(refused(&|path| pymrio(path, "/etc/hostname")), "E0110");
    let link = |path: &Path| {
        std::fs::remove_file(path.join("Z.txt")).expect("there");
        std::os::unix::fs::symlink("../secret.txt", path.join("Z.txt")).expect("a link");
    };
    assert_eq!(refused(&link), "E0110");
    assert_eq!(refused(&|path| pymrio(path, "none.txt")), "E0101");
    assert_eq!(refused(&|path| write(&path.join("file_parameters.json"), "[]")), "E0104");
    assert_eq!(
        refused(&|path| write(&path.join("file_parameters.json"), "{\"files\": {}}")),
        "E0301"
    );
    let swapped = "region\tsector\tindout\nr1\tfood\t20\nr1\tother\t30\nr2\tfood\t40\n";
    assert_eq!(refused(&|path| write(&path.join("x.txt"), swapped)), "E0502");
    let empty = tempfile::tempdir().expect("a folder");
    assert_eq!(refusal(&table_of(empty.path(), &Policy::default())).0, "E0108");
    let policy = Policy { format: FileFormat::Pymrio, ..Policy::default() };
    let file = empty.path().join("p.json");
    write(
        &file,
        r#"{"files": {"Z": {"name": "../../../etc/passwd", "nr_index_col": "2", "nr_header": "2"}}}"#,
    );
    assert_eq!(refusal(&table_of(&file, &policy)).0, "E0110");
}

#[test]
fn other_files_say_more_about_sectors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    write(&path("t.csv"), "sector,a,b,output\na,1,2,10\nb,3,4,20\n");
    write(&path("n.csv"), "id,region,stage\nb,MX,2\na,MX,1\n");
    write(&path("d.csv"), "id,households\na,7\nb,13\n");
    let inputs = Inputs {
        table: Some(path("t.csv")),
        nodes: Some(path("n.csv")),
        final_demand: Some(path("d.csv")),
        unit: Some("MXN".into()),
        ..Inputs::default()
    };
    let read = palenque_ingest::read(&inputs, &Policy::default(), &NoProgress);
    let graph = graph(&read);
    assert_eq!(graph.ids().iter().collect::<Vec<_>>(), ["b", "a"], "the order of the node file");
    assert_eq!(records(graph)[1], ("b", "a", 3.0));
    assert_eq!(column(graph, "output"), some(&[20.0, 10.0]));
    assert_eq!(column(graph, "final_demand"), some(&[13.0, 7.0]));
    assert_eq!(
        (graph.unit(), graph.nodes().text("stage").and_then(|s| s.get(0))),
        (Some("MXN"), Some("2"))
    );
    write(&path("n.csv"), "id\na\n");
    let read = palenque_ingest::read(&inputs, &Policy::default(), &NoProgress);
    assert_eq!(refusal(&read), ("E0403", Some(3), None));
}
