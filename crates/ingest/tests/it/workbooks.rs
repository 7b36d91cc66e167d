//! Workbooks made here, part by part: what is read, what is refused, and where it says it is.

use crate::{codes, edges_of, graph, records, whole};
use palenque_graph::NoProgress;
use palenque_ingest::{Ingested, Inputs, Policy, read};
use std::io::{Cursor, Write};
use tempfile::NamedTempFile;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const HEADER: &str = "<row r='1'><c r='A1' t='str'><v>source</v></c><c r='B1' t='str'><v>target</v></c>\
                      <c r='C1' t='str'><v>weight</v></c></row>";

/// The parts of a workbook.
#[derive(Clone)]
pub(crate) struct Book {
    /// Names and XML of the sheets.
    pub(crate) sheets: Vec<(&'static str, String)>,
    pub(crate) texts: Option<&'static str>,
    pub(crate) styles: Option<&'static str>,
    pub(crate) workbook: &'static str,
}

impl Book {
    /// One sheet of these rows and what follows them.
    fn of(rows: &str, after: &str) -> Self {
        let sheet = format!("<worksheet><sheetData>{rows}</sheetData>{after}</worksheet>");
        Self { sheets: vec![("edges", sheet)], texts: None, styles: None, workbook: "" }
    }

    /// Edges below the usual header.
    fn edges(rows: &str) -> Self {
        Self::of(&format!("{HEADER}{rows}"), "")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let names = self.sheets.iter().enumerate();
        let sheet = |(i, (name, _)): (usize, &(&str, String))| {
            format!("<sheet name='{name}' sheetId='{i}' r:id='r{i}'/>")
        };
        let sheets: String = names.map(sheet).collect();
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id='{id}' Type='{OFFICE}/{kind}' Target='{target}'/>")
        };
        let shared = ["sharedStrings", "styles"];
        let shared = shared.map(|kind| relation(kind, kind, &format!("/xl/{kind}.xml")));
        let own = (0..self.sheets.len())
            .map(|i| relation(&format!("r{i}"), "worksheet", &format!("worksheets/s{i}.xml")));
        let relations: String = own.chain(shared).collect();
        let root = format!(
            "<Relationships xmlns='{RELATIONS}'><Relationship Id='a' Type='{OFFICE}/officeDocument' \
             Target='xl/workbook.xml'/></Relationships>"
        );
        let book = format!(
            "<workbook xmlns:r='{OFFICE}'>{}<sheets>{sheets}</sheets></workbook>",
            self.workbook
        );
        let mut parts = vec![
            ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
            ("_rels/.rels".into(), root),
            ("xl/workbook.xml".into(), book),
            (
                "xl/_rels/workbook.xml.rels".into(),
                format!("<Relationships>{relations}</Relationships>"),
            ),
        ];
        for (i, (_, sheet)) in self.sheets.iter().enumerate() {
            parts.push((format!("xl/worksheets/s{i}.xml"), sheet.clone()));
        }
        parts.extend(self.texts.map(|xml| ("xl/sharedStrings.xml".into(), xml.into())));
        parts.extend(self.styles.map(|xml| ("xl/styles.xml".into(), xml.into())));
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, SimpleFileOptions::default()).expect("a new part");
            zip.write_all(text.as_bytes()).expect("memory");
        }
        zip.finish().expect("memory").into_inner()
    }

    fn file(&self) -> NamedTempFile {
        file_of(&self.bytes(), ".xlsx")
    }

    fn read(&self) -> Ingested {
        self.read_with(&Policy::default())
    }

    fn read_with(&self, policy: &Policy) -> Ingested {
        edges_of(self.file().path(), policy)
    }

    /// The first finding: its code and its place on the sheet.
    fn finding(&self) -> (&'static str, Option<String>) {
        let read = self.read();
        let first = read.diagnostics.iter().next().expect("a finding");
        assert!(first.help_text().is_some(), "{} has no help", first.id());
        (first.id(), first.location().and_then(palenque_graph::Location::cell))
    }
}

fn file_of(bytes: &[u8], suffix: &str) -> NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(suffix).tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for a small file");
    file
}

/// Cells of the columns A, B, ... as inline text.
fn row(number: u32, texts: &[&str]) -> String {
    let cells = texts.iter().zip('A'..).map(|(text, column)| {
        format!("<c r='{column}{number}' t='inlineStr'><is><t>{text}</t></is></c>")
    });
    format!("<row r='{number}'>{}</row>", cells.collect::<String>())
}

#[test]
fn values_are_what_an_analyst_sees() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='0000'/></numFmts>\
                  <cellXfs><xf numFmtId='0'/><xf numFmtId='170'/><xf numFmtId='14'/></cellXfs></styleSheet>";
    let rows = "<row r='2'><c r='A2'><v>7</v></c><c r='B2' s='1'><v>7</v></c><c r='C2'><v>2.5</v></c></row>\
                <row r='3'><c r='A3' s='2'><v>45351</v></c><c r='B3' t='b'><v>1</v></c>\
                <c r='C3'><f>1+2</f><v>3</v></c></row>\
                <row r='4'><c r='A4' t='str'><f>x</f><v>a &amp; b</v></c><c r='B4' t='d'>\
                <v>2024-02-29T00:00:00</v></c><c r='C4' t='str'><v>1e3</v></c></row>";
    let read = Book { styles: Some(styles), ..Book::edges(rows) }.read();
    let expected =
        [("7", "0007", 2.5), ("2024-02-29", "true", 3.0), ("a & b", "2024-02-29", 1000.0)];
    let mut found = records(graph(&read));
    found.sort_by(|a, b| a.2.total_cmp(&b.2));
    assert_eq!(found, expected);
    assert!(codes(&read).is_empty());
    assert_eq!((read.files[0].format.as_str(), read.files[0].rows), ("xlsx", 3));
    assert_eq!(read.files[0].dialect["sheet"], "edges");
    assert_eq!(read.files[0].dialect["header"], "1");
}

#[test]
fn cells_and_rows_may_do_without_their_names() {
    let rows = "<row><c t='str'><v>source</v></c><c t='str'><v>target</v></c></row>\
                <row><c t='str'><v>a</v></c><c t='str'><v>b</v></c></row>\
                <x:row xmlns:x='y'><x:c t='str'><x:v>b</x:v></x:c><x:c t='str'><x:v>c</x:v></x:c></x:row>";
    let read = Book::of(rows, "").read();
    assert_eq!(records(graph(&read)), [("a", "b", 1.0), ("b", "c", 1.0)]);
}

#[test]
fn what_surrounds_a_table_does_no_harm() {
    let rows = [
        row(1, &["Flows of 2023"]),
        row(3, &["", "source", "target", "weight"]),
        row(4, &["", "a", "b", "2"]),
        "<row r='5'><c r='B5' s='3'/><c r='D5'/></row>".into(),
        row(6, &["", "b", "c", "3", "", "a remark"]),
        row(9, &["", " ", "", ""]),
        row(12, &["a note at the side"]),
    ];
    let merged = "<mergeCells><mergeCell ref='A1:D1'/><mergeCell ref='F6:G8'/></mergeCells>";
    let book = Book::of(&rows.concat(), merged);
    let read = book.read();
    let first = read.diagnostics.iter().next().expect("no header in the first row");
    assert_eq!((first.id(), first.help_text()), ("E0208", Some("pass `--skip-rows 2`")));
    let read = book.read_with(&Policy { skip_rows: 2, ..Policy::default() });
    assert_eq!(records(graph(&read)), [("a", "b", 2.0), ("b", "c", 3.0)]);
    assert_eq!((codes(&read).len(), read.files[0].rows), (0, 2));
}

#[test]
fn every_fault_names_its_cell() {
    let fault = |cells: &str| Book::edges(&format!("<row r='2'>{cells}</row>")).finding();
    let ids = "<c r='A2' t='str'><v>a</v></c><c r='B2' t='str'><v>b</v></c>";
    let weight = |cell: &str| fault(&format!("{ids}{cell}"));
    let at = |cell: &str| Some(format!("edges!{cell}"));
    assert_eq!(weight("<c r='C2'><f>A1</f></c>"), ("E0615", at("C2")));
    assert_eq!(weight("<c r='C2'><f>A1</f><v/></c>"), ("E0615", at("C2")));
    assert_eq!(weight("<c r='C2' t='e'><f>A1</f><v>#N/A</v></c>"), ("E0615", at("C2")));
    assert_eq!(weight("<c r='C2' t='s'><v>0</v></c>"), ("E0618", at("C2")));
    assert_eq!(weight("<c r='C2' t='b'><v>1</v></c>"), ("E0303", at("C2")));
    assert_eq!(weight("<c r='C2' t='str'><v>10,5</v></c>"), ("E0304", at("C2")));
    assert_eq!(weight("<c r='C2'><v>-1</v></c>"), ("E0407", at("C2")));
    assert_eq!(weight("<c r='C2'/>"), ("E0303", at("C2")));
    assert_eq!(weight("<c r='C2'><v>ten</v></c>"), ("E0614", at("C2")));
    assert_eq!(weight("<c r='C2' t='zz'><v>1</v></c>"), ("E0614", at("C2")));
    assert_eq!(fault("<c r='A2' t='str'><v>a</v></c>"), ("E0401", at("B2")));
    let order = format!("<c r='B2'><v>1</v></c>{ids}");
    assert_eq!(fault(&order), ("E0614", Some("edges".into())));
    assert_eq!(fault("<c r='A3' t='str'><v>a</v></c>").0, "E0614");
    let header = Book::of("<row r='1'><c r='A1' t='e'><v>#REF!</v></c></row>", "");
    assert_eq!(header.finding(), ("E0615", at("A1")));
    assert_eq!(Book::of("", "").finding(), ("E0103", Some("edges".into())));
}

#[test]
fn one_value_over_several_cells_of_the_table_is_refused() {
    let rows = [
        row(1, &["source", "target", "weight"]),
        row(2, &["a", "b", "1"]),
        row(3, &["", "c", "1"]),
    ];
    let merged = |area: &str| {
        let merged = format!("<mergeCells count='1'><mergeCell ref='{area}'/></mergeCells>");
        let read = Book::of(&rows.concat(), &merged).read();
        let found = read.diagnostics.iter().find(|finding| finding.id() == "E0617");
        found.and_then(|finding| finding.location()?.cell())
    };
    assert_eq!(merged("A2:A3").as_deref(), Some("edges!A2"));
    assert_eq!(merged("A1:B1").as_deref(), Some("edges!A1"));
    assert_eq!(merged("B2:C2").as_deref(), Some("edges!B2"));
    // Nothing stands in the merged cells, or they are outside the table.
    assert_eq!([merged("A3:A4"), merged("E1:F9"), merged("A5:C9")], [None, None, None]);
}

#[test]
fn a_sheet_is_chosen_by_name() {
    let sheet = |a: &str| {
        let rows = format!("{HEADER}{}", row(2, &[a, "b", "1"]));
        format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
    };
    let sheets = vec![("first", sheet("a")), ("the other", sheet("x"))];
    let book = Book { sheets, ..Book::of("", "") };
    let read = book.read();
    assert_eq!((codes(&read), records(graph(&read))), (vec!["W0109"], vec![("a", "b", 1.0)]));
    let by_name = |name: &str| Policy { sheet: Some(name.into()), ..Policy::default() };
    let read = book.read_with(&by_name("the other"));
    assert_eq!((codes(&read).len(), records(graph(&read))), (0, vec![("x", "b", 1.0)]));
    let read = book.read_with(&by_name("third"));
    let finding = read.diagnostics.iter().next().expect("no such sheet");
    assert_eq!(finding.id(), "E0109");
    assert!(finding.help_text().is_some_and(|help| help.ends_with("first, the other")));
}

#[test]
fn other_layouts_are_read_from_sheets_too() {
    let edges = Book::edges(&row(2, &["a", "b", "1"])).file();
    let rows =
        [row(1, &["id", "stage", "output"]), row(2, &["a", "grower", "5"]), row(3, &["b", "", ""])];
    let nodes = Book::of(&rows.concat(), "").file();
    let inputs = Inputs {
        edges: edges.path().into(),
        nodes: Some(nodes.path().into()),
        ..Inputs::default()
    };
    let read = read(&inputs, &Policy::default(), &NoProgress);
    let graph = graph(&read);
    assert_eq!(graph.nodes().text("stage").expect("a column").get(0), Some("grower"));
    assert_eq!(graph.n_nodes(), 2);
}

#[test]
fn a_table_of_flows_is_the_same_in_a_workbook() {
    let text = "sector,agri,manu,final_demand,output\nagri,10,20,70,100\n0042,15,50,135,200\nvalue_added,75,130,,\n";
    let text = text.replace("manu", "0042");
    let mut rows = row(1, &["Flows of 2023"]);
    for (number, line) in (3_u32..).zip(text.lines()) {
        let cell = |(column, text): (char, &str)| match text.parse::<f64>() {
            // The sector 0042 is the number 42 that is shown with four digits.
            Ok(x) if text.starts_with('0') => {
                format!("<c r='{column}{number}' s='1'><v>{x}</v></c>")
            }
            Ok(x) => format!("<c r='{column}{number}'><v>{x}</v></c>"),
            Err(_) => format!("<c r='{column}{number}' t='str'><v>{text}</v></c>"),
        };
        let cells: String = ('A'..).zip(line.split(',')).map(cell).collect();
        rows.extend([format!("<row r='{number}'>"), cells, "</row>".into()]);
    }
    let styles = "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='0000'/></numFmts>\
                  <cellXfs><xf/><xf numFmtId='170'/></cellXfs></styleSheet>";
    let book = Book { styles: Some(styles), ..Book::of(&rows, "") };
    let read = |file: &NamedTempFile, skip_rows| {
        let inputs = Inputs { table: Some(file.path().into()), ..Inputs::default() };
        read(&inputs, &Policy { skip_rows, ..Policy::default() }, &NoProgress)
    };
    let (sheet, csv) = (read(&book.file(), 1), read(&file_of(text.as_bytes(), ".csv"), 0));
    assert_eq!(whole(graph(&sheet)), whole(graph(&csv)));
    assert_eq!((codes(&sheet), codes(&csv).len()), (vec![], 0));
    assert_eq!(sheet.files[0].dialect["sheet"], "edges");
    let broken = Book::of(&rows.replace("<v>20</v>", "<f>1/0</f><v>-20</v>"), "").file();
    let finding = read(&broken, 1).diagnostics.iter().next().cloned().expect("a negative flow");
    assert_eq!(
        (finding.id(), finding.location().and_then(palenque_graph::Location::cell)),
        ("E0505", Some("edges!C4".into()))
    );
}

#[test]
fn lines_can_be_filtered_and_flags_hold_for_sheets() {
    let rows = [row(1, &["a", "b", "1,5", "x"]), row(2, &["b", "c", "2", "y"])].concat();
    let read = Book::of(&rows, "").read_with(&Policy {
        header: false,
        decimal_comma: true,
        only: vec![("column_4".into(), "x".into())],
        ..Policy::default()
    });
    assert_eq!(records(graph(&read)), [("a", "b", 1.5)]);
    assert_eq!(read.files[0].dropped["filtered"], 1);
}

#[test]
fn a_workbook_is_known_by_its_content() {
    let bytes = Book::edges(&row(2, &["a", "b", "1"])).bytes();
    let read = |suffix: &str, policy: &Policy| edges_of(file_of(&bytes, suffix).path(), policy);
    assert_eq!(codes(&read(".csv", &Policy::default())), ["E0107"]);
    assert_eq!(codes(&read(".zip", &Policy::default())), ["E0107"]);
    assert!(codes(&read(".xlsm", &Policy::default())).is_empty());
    let asked = Policy { format: palenque_ingest::FileFormat::Xlsx, ..Policy::default() };
    assert!(codes(&read(".csv", &asked)).is_empty());
    let asked = Policy { format: palenque_ingest::FileFormat::Csv, ..Policy::default() };
    assert_eq!(codes(&read(".xlsx", &asked)), ["E0107"]);
}

#[test]
fn hostile_xml_is_refused() {
    let of =
        |sheet: String| Book { sheets: vec![("edges", sheet)], ..Book::of("", "") }.finding().0;
    let rows = "<worksheet><sheetData><row r='1'>";
    assert_eq!(
        of(format!("<!DOCTYPE a [<!ENTITY x 'y'>]>{rows}</row></sheetData></worksheet>")),
        "E0603"
    );
    assert_eq!(
        of(format!("{rows}<c r='A1' t='str'><v>&x;</v></c></row></sheetData></worksheet>")),
        "E0614"
    );
    assert_eq!(of(rows.into()), "E0614");
    assert_eq!(of(format!("{rows}</c>")), "E0614");
    assert_eq!(of("<a>".repeat(1000)), "E0607");
    assert_eq!(of("<chartsheet/>".into()), "E0614");
    assert_eq!(of(String::new()), "E0614");
    let long = format!("{rows}<c r='A1' t='str'><v>{}</v></c>", "x".repeat(1_000_001));
    assert_eq!(of(long), "E0206");
}

#[test]
fn no_changed_byte_makes_reading_panic() {
    let texts = "<sst count='9'><si><t>source</t></si><si><t>target</t></si></sst>";
    let rows = format!(
        "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>{}",
        row(2, &["a", "b"])
    );
    let merged = "<mergeCells count='1'><mergeCell ref='A9:B9'/></mergeCells>";
    let whole = Book { texts: Some(texts), ..Book::of(&rows, merged) }.bytes();
    let file = file_of(&whole, ".xlsx");
    for at in (0..whole.len()).step_by(3) {
        for change in [0xff, 0x01, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            std::fs::File::options()
                .write(true)
                .open(file.path())
                .and_then(|mut file| file.write_all(&bytes))
                .expect("room");
            let read = edges_of(file.path(), &Policy::default());
            assert_eq!(read.panel.is_none(), read.diagnostics.has_errors());
        }
    }
}
