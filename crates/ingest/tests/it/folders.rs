//! Folders of matrices: the economy of `layouts` in the dress of Eora26, of GLORIA, and of a folder with `A` alone.

use crate::layouts::{ADDED, DEMAND, FLOWS, OUTPUT, TAXES};
use crate::workbooks::Book;
use crate::{codes, graph, records, whole};
use palenque_frame::{CsvStyle, Export, Exporter, exporter};
use palenque_graph::{NoProgress, Satellite, SupplyGraph};
use palenque_ingest::{Ingested, Inputs, Policy, SutModel, read};
use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "a test makes its own inputs")]
fn write(path: &Path, text: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
    std::fs::write(path, text).expect("room for a file");
}

fn table(path: &Path, policy: &Policy) -> Ingested {
    read(&Inputs { table: Some(path.into()), ..Inputs::default() }, policy, &NoProgress)
}

/// Rows of bare numbers.
fn bare<R: AsRef<[f64]>>(rows: impl IntoIterator<Item = R>, mark: &str) -> String {
    let row = |row: R| {
        let cells: Vec<String> = row.as_ref().iter().map(ToString::to_string).collect();
        cells.join(mark) + "\n"
    };
    rows.into_iter().map(row).collect()
}

fn assert_economy(graph: &SupplyGraph, ids: [&str; 4]) {
    assert_eq!(graph.ids().iter().collect::<Vec<_>>(), ids);
    let flows: Vec<f64> = records(graph).into_iter().map(|(_, _, z)| z).collect();
    let expected = FLOWS.concat();
    assert!(
        flows.iter().zip(&expected).all(|(x, y)| (x - y).abs() <= 1e-12 * y),
        "{flows:?} are not {expected:?}"
    );
    assert_eq!(flows.len(), expected.len());
    let output = graph.nodes().number("output").expect("output");
    assert!(output.iter().flatten().zip(OUTPUT).all(|(x, y)| (x - y).abs() < 1e-11));
    let regions = graph.nodes().text("region").expect("regions");
    assert_eq!(regions.get(3), Some(ids[3].split('.').next().expect("a region")));
}

fn numbers(graph: &SupplyGraph, name: &str) -> Vec<f64> {
    graph.nodes().number(name).map_or_else(Vec::new, |column| column.iter().flatten().collect())
}

fn satellite<'g>(graph: &'g SupplyGraph, name: &str) -> &'g Satellite {
    let names: Vec<&str> = graph.satellites().iter().map(Satellite::name).collect();
    graph.satellite(name).unwrap_or_else(|| panic!("`{name}` is none of {names:?}"))
}

fn eora26(folder: &Path) {
    let label = |sort: &str, names: [&str; 2]| -> String {
        let rows = [("Mexico", "MEX", names[0]), ("Mexico", "MEX", names[1])];
        let more = [("Peru", "PER", names[0]), ("Peru", "PER", names[1])];
        let row = |(country, code, name)| format!("{country}\t{code}\t{sort}\t{name}\t\n");
        rows.into_iter().chain(more).map(row).collect()
    };
    let file = |part: &str| folder.join(format!("Eora26_2015_bp_{part}.txt"));
    write(
        &folder.join("labels_T.txt"),
        label("Industries", ["Electricity, Gas and Water", "Mining"]),
    );
    let users = ["Household final consumption P.3h", "Gross fixed capital formation P.51"];
    write(&folder.join("labels_FD.txt"), label("Final demand", users));
    write(
        &folder.join("labels_VA.txt"),
        "Primary Inputs\tCompensation of employees D.1\t\nPrimary Inputs\tTaxes on production D.29\t\n",
    );
    write(&folder.join("labels_Q.txt"), "Natural gas (TJ)\tI-ENERGY\t\nWater\tWATER\t\n");
    write(&file("T"), bare(FLOWS, "\t"));
    write(&file("FD"), bare(DEMAND, "\t"));
    write(&file("VA"), bare([ADDED, TAXES], "\t"));
    write(&file("Q"), bare([[1.0, 2.0, 3.0, 4.0], [0.0, 0.5, 0.0, 0.0]], "\t"));
    write(&file("QY"), bare([[7.0, 0.0, 8.0, 0.0], [0.0; 4]], "\t"));
}

#[test]
fn a_folder_of_eora26() {
    let folder = tempfile::tempdir().expect("a folder");
    eora26(folder.path());
    let read = table(folder.path(), &Policy::default());
    assert_eq!(codes(&read), [""; 0], "{:?}", read.diagnostics);
    let graph = graph(&read);
    let gas = "Electricity, Gas and Water";
    let ids =
        [format!("MEX.{gas}"), "MEX.Mining".into(), format!("PER.{gas}"), "PER.Mining".into()];
    assert_economy(graph, [&ids[0], &ids[1], &ids[2], &ids[3]]);
    let added: Vec<f64> = ADDED.iter().zip(TAXES).map(|(a, t)| a + t).collect();
    assert_eq!(numbers(graph, "value_added"), added);
    assert_eq!(satellite(graph, "Taxes on production D.29").amounts(), TAXES);
    let energy = satellite(graph, "Natural gas.I-ENERGY");
    assert_eq!((energy.unit(), energy.amounts()), (Some("TJ"), &[1.0, 2.0, 3.0, 4.0][..]));
    assert_eq!(energy.by_final_users(), Some(&[7.0, 0.0, 8.0, 0.0][..]));
    let demand = graph.final_demand().expect("final demand");
    assert_eq!((demand.row(2), demand.region(3)), (&DEMAND[2][..], Some("PER")));
    assert_eq!(graph.unit(), None, "the files name no unit");
}

#[test]
fn what_the_countries_of_eora26_do_not_account_for_is_no_sum() {
    let folder = tempfile::tempdir().expect("a folder");
    eora26(folder.path());
    let labels = "Mexico\tMEX\tIndustries\tFishing\t\nMexico\tMEX\tIndustries\tMining\t\n\
                  Peru\tPER\tIndustries\tMining\t\nROW\tROW\tIndustries\tTOTAL\t\n";
    write(&folder.path().join("labels_T.txt"), labels);
    let read = table(folder.path(), &Policy::default());
    assert_eq!(codes(&read), [""; 0], "{:?}", read.diagnostics);
    let ids: Vec<&str> = graph(&read).ids().iter().collect();
    assert_eq!(ids, ["MEX.Fishing", "MEX.Mining", "PER.Mining", "ROW.statistical_discrepancy"]);
    write(&folder.path().join("labels_T.txt"), labels.rsplit_once("ROW\tROW").expect("four").0);
    assert_eq!(codes(&table(folder.path(), &Policy::default())).first(), Some(&"E0205"));
    write(&folder.path().join("labels_T.txt"), labels);
    write(&folder.path().join("Eora26_2015_bp_FD.txt"), bare([DEMAND[0]], "\t"));
    assert_eq!(
        codes(&table(folder.path(), &Policy::default())),
        ["E0502"],
        "three rows are missing"
    );
}

/// A sheet of texts.
fn sheet(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| format!("<c t='str'><v>{text}</v></c>");
    let row = |row: &&[&str]| format!("<row>{}</row>", row.iter().map(cell).collect::<String>());
    let rows: String = rows.iter().map(row).collect();
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

/// Two regions of two industries and two products; each industry makes its own product, as GLORIA has it, or the
/// second one some of the first too.
fn gloria(folder: &Path, shared: f64) {
    let sheets = vec![
        (
            "Regions",
            sheet(&[
                &["Lfd_Nr", "Region_acronyms", "Region_names"],
                &["1", "MEX", "Mexico"],
                &["2", "PER", "Peru"],
            ]),
        ),
        ("Sectors", sheet(&[&["Lfd_Nr", "Sector_names"], &["1", "Agave"], &["2", "Glass"]])),
        (
            "Value added and final demand",
            sheet(&[
                &["Lfd_Nr", "Value_added_names", "Final_demand_names"],
                &["1", "Compensation of employees D.1", "Household final consumption P.3h"],
                &["2", "Taxes on production D.29", "Gross fixed capital formation P.51"],
            ]),
        ),
        (
            "Satellites",
            sheet(&[
                &["Lfd_Nr", "Sat_head_indicator", "Sat_indicator", "Sat_unit"],
                &["1", "Energy", "Gas", "TJ"],
            ]),
        ),
    ];
    let book = Book { sheets, texts: None, styles: None, workbook: "" };
    write(&folder.join("GLORIA_ReadMe_059.xlsx"), book.bytes());
    let file = |part: &str| {
        folder.join(format!(
            "20240110_120secMother_AllCountries_002_{part}-Results_2022_059_Markup001(full).csv"
        ))
    };
    // Industry i of the economy stands at row 4 r + s, its product at 4 r + 2 + s.
    let industry = |i: usize| 4 * (i / 2) + i % 2;
    let mut t = vec![[0.0; 8]; 8];
    let mut y = vec![[0.0; 4]; 8];
    for i in 0..4 {
        t[industry(i)][industry(i) + 2] = OUTPUT[i];
        for j in 0..4 {
            t[industry(i) + 2][industry(j)] = FLOWS[i][j];
        }
        y[industry(i) + 2] = DEMAND[i];
    }
    t[1][2] += shared;
    t[0][2] -= shared;
    let mut v = vec![[0.0; 8]; 4];
    let mut q = [0.0; 8];
    for i in 0..4 {
        v[2 * (i / 2)][industry(i)] = ADDED[i];
        v[2 * (i / 2) + 1][industry(i)] = TAXES[i];
        q[industry(i)] = 1.0 + i as f64;
    }
    write(&file("T"), bare(t, ","));
    write(&file("Y"), bare(y, ","));
    write(&file("V"), bare(v, ","));
    write(&file("TQ"), bare([q], ","));
    write(&file("YQ"), bare([[7.0, 0.0, 8.0, 0.0]], ","));
}

#[test]
fn a_folder_of_gloria_becomes_one_table_by_every_model() {
    use SutModel::{FixedIndustrySales, FixedProductSales, IndustryTechnology, ProductTechnology};
    let folder = tempfile::tempdir().expect("a folder");
    gloria(folder.path(), 0.0);
    for model in [FixedProductSales, IndustryTechnology, ProductTechnology, FixedIndustrySales] {
        let read = table(folder.path(), &Policy { sut_model: model, ..Policy::default() });
        assert_eq!(codes(&read), [""; 0], "{model:?}: {:?}", read.diagnostics);
        let graph = graph(&read);
        assert_economy(graph, ["MEX.Agave", "MEX.Glass", "PER.Agave", "PER.Glass"]);
        let added: Vec<f64> = ADDED.iter().zip(TAXES).map(|(a, t)| a + t).collect();
        let found = numbers(graph, "value_added");
        assert!(found.iter().zip(&added).all(|(x, y)| (x - y).abs() < 1e-12), "{found:?}");
        let gas = satellite(graph, "Energy.Gas");
        assert_eq!((gas.unit(), gas.amounts()), (Some("TJ"), &[1.0, 2.0, 3.0, 4.0][..]));
        assert_eq!(gas.by_final_users(), Some(&[7.0, 0.0, 8.0, 0.0][..]));
        assert_eq!(graph.final_demand().expect("final demand").row(1), DEMAND[1]);
    }
}

#[test]
fn industries_of_gloria_that_share_a_product_share_its_sales() {
    let folder = tempfile::tempdir().expect("a folder");
    gloria(folder.path(), 10.0);
    // Glass makes a quarter of the agave of 40; with fixed product sales it sells a quarter of it to everybody.
    let read = table(folder.path(), &Policy { balance_tolerance: 1.0, ..Policy::default() });
    let graph = graph(&read);
    assert_eq!(records(graph)[0], ("MEX.Agave", "MEX.Agave", 7.5));
    let sold = records(graph)[4].2 - (FLOWS[1][0] + 0.25 * FLOWS[0][0]);
    assert!(sold.abs() < 1e-12);
    std::fs::remove_file(folder.path().join("GLORIA_ReadMe_059.xlsx")).expect("there");
    assert_eq!(
        codes(&table(folder.path(), &Policy::default())),
        ["E0101"],
        "nothing names the sectors"
    );
}

/// A folder with shares of output alone: with its output, or with final demand to compute it from.
fn shares(folder: &Path, with: &str, a: &[[f64; 2]; 2]) {
    let entry = |name: &str, header: u32| {
        format!(
            "\"{name}\": {{\"name\": \"{name}.txt\", \"nr_index_col\": \"2\", \"nr_header\": \"{header}\"}}"
        )
    };
    let files =
        if with == "x" { [entry("A", 2), entry("x", 1)] } else { [entry("A", 2), entry("Y", 2)] };
    write(&folder.join("file_parameters.json"), format!("{{\"files\": {{{}}}}}", files.join(", ")));
    let row = |name: &str, values: &[f64]| format!("AT\t{name}\t{}", bare([values], "\t"));
    let header =
        |second: &str| format!("region\t\tAT\tAT\nsector\t\t{second}\nregion\tsector\t\t\n");
    write(
        &folder.join("A.txt"),
        header("food\tglass") + &row("food", &a[0]) + &row("glass", &a[1]),
    );
    write(&folder.join("x.txt"), "region\tsector\tindout\nAT\tfood\t100\nAT\tglass\t50\n");
    write(
        &folder.join("Y.txt"),
        header("households\texports") + &row("glass", &[10.0, 15.0]) + &row("food", &[60.0, 25.0]),
    );
}

#[test]
fn flows_are_found_from_shares_and_output_or_final_demand() {
    // x = (100, 50): sales to sectors are 15 of food and 25 of glass.
    let a = [[0.1, 0.1], [0.2, 0.1]];
    for with in ["x", "Y"] {
        let folder = tempfile::tempdir().expect("a folder");
        shares(folder.path(), with, &a);
        let read = table(folder.path(), &Policy::default());
        assert_eq!(codes(&read), [""; 0], "{with}: {:?}", read.diagnostics);
        let flows: Vec<f64> = records(graph(&read)).into_iter().map(|(_, _, z)| z).collect();
        let expected = [10.0, 5.0, 20.0, 5.0];
        assert!(
            flows.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-12),
            "{with}: {flows:?}"
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    shares(folder.path(), "Y", &[[0.5, 0.5], [0.5, 0.5]]);
    assert_eq!(
        codes(&table(folder.path(), &Policy::default())),
        ["E0506"],
        "nothing is left to sell"
    );
}

/// Writes a network as pymrio has it.
fn saved(graph: &SupplyGraph, folder: &Path) {
    let pymrio = exporter("pymrio").expect("a known format");
    let export = Export { graph, csv: CsvStyle::default() };
    for (part, (name, end)) in Exporter::spec(pymrio).parts.iter().enumerate() {
        if pymrio.has_part(&export, part) {
            let mut bytes = Vec::new();
            pymrio.write(&export, part, &mut bytes).expect("memory does not refuse");
            write(&folder.join(format!("{name}.{end}")), bytes);
        }
    }
}

#[test]
fn a_folder_written_for_pymrio_reads_back() {
    let table_of = |text: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("table.csv"), text);
        table(&folder.path().join("table.csv"), &Policy::default())
    };
    let regional = tempfile::tempdir().expect("a folder");
    eora26(regional.path());
    let plain = "sector,agri,manu,fd_households,exports,output\nagri,10,20,50,20,100\nmanu,15,50,85,50,200\n\
                 va_wages,40,60,,,\nva_surplus,20,50,,,\nimports,15,20,,,\nemployment,7,8.5,0,0,\n";
    let without_rows =
        "sector,agri,manu,fd_households,output\nagri,10,20,70,100\nmanu,15,50,135,200\n";
    for first in
        [table(regional.path(), &Policy::default()), table_of(plain), table_of(without_rows)]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let before = graph(&first);
        saved(before, folder.path());
        let second = table(folder.path(), &Policy::default());
        assert_eq!(codes(&second), [""; 0], "{:?}", second.diagnostics);
        let after = graph(&second);
        assert_eq!(records(after), records(before));
        assert_eq!(after.ids().iter().collect::<Vec<_>>(), before.ids().iter().collect::<Vec<_>>());
        for name in ["output", "value_added", "imports"] {
            let known = numbers(before, name);
            assert!(known.is_empty() || numbers(after, name) == known, "{name}");
        }
        for satellite in before.satellites() {
            let same = after.satellite(satellite.name()).expect("every row is written");
            assert_eq!((same.amounts(), same.unit()), (satellite.amounts(), satellite.unit()));
            let users = |row: &Satellite| row.by_final_users().map(<[f64]>::to_vec);
            let has_users = satellite.by_final_users().is_some_and(|u| u.iter().any(|&x| x != 0.0));
            assert!(!has_users || users(same) == users(satellite), "{}", satellite.name());
        }
        let (old, new) = (before.final_demand(), after.final_demand());
        let (old, new) = (old.expect("final demand"), new.expect("final demand"));
        assert_eq!(new.categories().collect::<Vec<_>>(), old.categories().collect::<Vec<_>>());
        assert!((0..before.n_nodes()).all(|node| new.row(node) == old.row(node)));
        let third = tempfile::tempdir().expect("a folder");
        saved(after, third.path());
        assert_eq!(whole(graph(&table(third.path(), &Policy::default()))), whole(after));
    }
}
