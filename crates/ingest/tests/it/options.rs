//! What the flags do.

use crate::{codes, edges, graph, records};
use palenque_graph::{Diagnostic, NoProgress};
use palenque_ingest::{
    DuplicateRule, Encoding, Ingested, Inputs, LineEnds, Policy, RaggedRule, UnknownNodeRule, read,
    read_side,
};
use std::io::Write;
use std::path::PathBuf;

/// A folder with some files.
fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, impl Fn(&str) -> PathBuf + use<>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        #[expect(clippy::disallowed_methods, reason = "a file of a test, in a folder of its own")]
        std::fs::write(folder.path().join(name), text).expect("room for a small file");
    }
    let path = folder.path().to_owned();
    (folder, move |name: &str| path.join(name))
}

fn named(name: &str, column: &str) -> Policy {
    let mut policy = Policy::default();
    policy.columns.insert(name.into(), column.into());
    policy
}

fn help(read: &Ingested, code: &str) -> String {
    let finding = read.diagnostics.iter().find(|d| d.id() == code).expect("the finding");
    finding.help_text().expect("a help").to_owned()
}

#[test]
fn all_spellings_of_the_columns_are_one() {
    let titles = [
        "source,target,weight",
        "from,to,value",
        "seller,buyer,amount",
        "supplier,customer,flow",
        "src,dst,weight",
        "origin,destination,weight",
        ":START_ID,:END_ID,weight",
        " Source ,TARGET,Weight",
    ];
    for title in titles {
        let read = edges(format!("{title}\nA,B,2\n"), &Policy::default());
        assert_eq!(records(graph(&read)), [("A", "B", 2.0)], "{title}");
        let adapted = title.trim() != title || title != title.to_lowercase();
        assert_eq!(codes(&read), if adapted { vec!["W0208"] } else { vec![] }, "{title}");
    }
}

#[test]
fn columns_are_mapped_by_name() {
    let read = edges("rfc;cliente;pesos\nA;B;2\n", &named("source", "RFC"));
    assert_eq!(codes(&read)[..1], ["E0301"]);
    let mut policy = named("source", "RFC");
    policy.columns.insert("target".into(), "cliente".into());
    policy.columns.insert("weight".into(), "pesos".into());
    let read = edges("rfc;cliente;pesos\nA;B;2\n", &policy);
    assert_eq!(records(graph(&read)), [("A", "B", 2.0)]);
    policy.columns.insert("stage".into(), "etapa".into());
    let read = edges("rfc;cliente;pesos\nA;B;2\n", &policy);
    assert!(read.panel.is_none());
    assert!(help(&read, "E0301").contains("etapa"));
}

#[test]
fn payments_are_turned_round() {
    let policy = Policy { money_flow: true, ..Policy::default() };
    let read = edges("from,to,weight\nbuyer,seller,3\n", &policy);
    assert_eq!(records(graph(&read)), [("seller", "buyer", 3.0)]);
}

#[test]
fn no_weight_column_counts_rows() {
    let read = edges("source,target\nA,B\nA,B\nB,A\n", &Policy::default());
    assert_eq!(records(graph(&read)), [("A", "B", 2.0), ("B", "A", 1.0)]);
    assert_eq!(codes(&read), ["W0306", "W0408"]);
}

#[test]
fn periods_make_a_panel_over_one_set_of_nodes() {
    let text = "source,target,weight,year\nA,B,1,2021\nB,C,2,2009\nA,B,4,2021\n";
    let read = edges(text, &Policy::default());
    let panel = read.panel.as_ref().expect("a sound file");
    let periods: Vec<_> = panel.iter().map(|(name, graph)| (name, records(graph))).collect();
    assert_eq!(periods, [("2009", vec![("B", "C", 2.0)]), ("2021", vec![("A", "B", 5.0)])]);
    assert_eq!(panel.period("2009").expect("there").n_nodes(), 3);
    assert_eq!((read.files[0].used, read.files[0].merged), (2, 1));
    let gap = edges("source,target,weight,year\nA,B,1,\n", &Policy::default());
    assert_eq!(codes(&gap), ["E0303"]);
}

#[test]
fn what_else_a_row_says_stays_with_its_edge() {
    let text = "source,target,weight,product,quantity,unit\n\
                A,B,1,agave,10,MXN\nA,B,2,agave,5,MXN\nB,C,1,glass,,MXN\nB,C,1,labels,,MXN\n";
    let read = edges(text, &Policy::default());
    let graph = graph(&read);
    let products: Vec<_> = graph.edges().text("product").expect("kept").iter().collect();
    assert_eq!(products, [Some("agave"), None]);
    let quantities: Vec<_> = graph.edges().number("quantity").expect("kept").iter().collect();
    assert_eq!(quantities, [Some(15.0), None]);
    assert_eq!(graph.unit(), Some("MXN"));
}

#[test]
fn an_attribute_of_numbers_is_text_and_numbers() {
    let edges = "source,target,weight,capacity\na,b,1,5\nb,c,2,7\n";
    let nodes = "id;jobs;lot;note\na;1,5;01;2\nb;;02;x\nc;3;03;\n";
    let (_folder, path) = folder(&[("e.csv", edges), ("n.csv", nodes)]);
    let edges = Inputs { edges: path("e.csv"), ..Inputs::default() };
    let number = |read: &Ingested, name: &str| {
        let column = graph(read).nodes().number(name).cloned();
        column.map(|column| column.iter().collect::<Vec<_>>())
    };
    let inputs = Inputs { nodes: Some(path("n.csv")), ..edges.clone() };
    let policy = Policy { decimal_comma: true, ..Policy::default() };
    let read_comma = read(&inputs, &policy, &NoProgress);
    assert_eq!(number(&read_comma, "jobs"), Some(vec![Some(1.5), None, Some(3.0)]));
    assert_eq!(number(&read_comma, "lot"), Some(vec![Some(1.0), Some(2.0), Some(3.0)]));
    let lots = graph(&read_comma).nodes().text("lot").expect("good for groups, too");
    assert_eq!(lots.get(0), Some("01"));
    assert_eq!(number(&read_comma, "note"), None);
    // With a decimal point, `1,5` is no number, and so no cell of the column is.
    let read_point = read(&inputs, &Policy::default(), &NoProgress);
    assert_eq!(number(&read_point, "jobs"), None);
    let capacity = graph(&read_point).edges().number("capacity").expect("a known column");
    assert_eq!(capacity.iter().flatten().collect::<Vec<_>>(), [5.0, 7.0]);
}

#[test]
fn rows_are_chosen_by_value() {
    let mut policy = Policy { only: vec![("year".into(), "2020".into())], ..Policy::default() };
    let text = "source,target,weight,year\nA,B,1,2020\nX,Y,9,2021\n";
    let read = edges(text, &policy);
    assert_eq!(records(graph(&read)), [("A", "B", 1.0)]);
    assert_eq!(graph(&read).n_nodes(), 2);
    assert_eq!(read.files[0].dropped["filtered"], 1);
    policy.only[0].0 = "month".into();
    assert!(edges(text, &policy).panel.is_none());
}

#[test]
fn unknown_firms_are_refused_added_or_left_out() {
    let (_folder, path) = folder(&[
        ("edges.csv", "source,target,weight\nA,B,1\nA,Z,2\n"),
        ("nodes.csv", "id,stage,output,país\nB,still,7,MX\nA,farm,,\n"),
    ]);
    let inputs =
        Inputs { edges: path("edges.csv"), nodes: Some(path("nodes.csv")), ..Inputs::default() };
    let with =
        |unknown_nodes| read(&inputs, &Policy { unknown_nodes, ..Policy::default() }, &NoProgress);
    assert_eq!(codes(&with(UnknownNodeRule::Error)), ["E0403"]);
    let added = with(UnknownNodeRule::Add);
    assert_eq!(codes(&added), ["W0414"]);
    assert_eq!(records(graph(&added)), [("A", "B", 1.0), ("A", "Z", 2.0)]);
    assert_eq!(graph(&added).ids().iter().collect::<Vec<_>>(), ["B", "A", "Z"]);
    let nodes = graph(&added).nodes();
    assert_eq!(
        nodes.number("output").expect("kept").iter().collect::<Vec<_>>(),
        [Some(7.0), None, None]
    );
    assert_eq!(nodes.text("stage").expect("kept").get(2), Some("(missing)"));
    assert_eq!(nodes.text("país").expect("kept").get(0), Some("MX"));
    let dropped = with(UnknownNodeRule::Drop);
    assert_eq!(codes(&dropped), ["W0413"]);
    assert_eq!(dropped.files[0].dropped["E0403"], 1);
}

#[test]
fn node_rows_that_contradict_each_other_are_refused() {
    let (_folder, path) = folder(&[
        ("edges.csv", "source,target,weight\nA,B,1\n"),
        ("nodes.csv", "id,sector\nA,steel\nB,x\nA,food\n"),
    ]);
    let inputs =
        Inputs { edges: path("edges.csv"), nodes: Some(path("nodes.csv")), ..Inputs::default() };
    let refused = read(&inputs, &Policy::default(), &NoProgress);
    assert_eq!(codes(&refused), ["E0402"]);
    let at = refused.diagnostics.iter().next().and_then(Diagnostic::location).expect("a place");
    assert_eq!((at.line, at.field.as_deref()), (Some(4), Some("sector")));
    let policy =
        Policy { node_conflict: palenque_ingest::NodeConflictRule::First, ..Policy::default() };
    let first = read(&inputs, &policy, &NoProgress);
    assert_eq!(graph(&first).nodes().text("sector").expect("kept").get(0), Some("steel"));
}

#[test]
fn a_tie_is_there_in_its_period() {
    let (_folder, path) = folder(&[
        ("edges.csv", "source,target,weight,period\nA,B,1,2020\nB,C,2,2021\n"),
        ("ties.csv", "a,b,period\nA,C,2020\nA,B,2021\nB,C,\n"),
    ]);
    let inputs = Inputs {
        edges: path("edges.csv"),
        relations: vec![("cooperation".into(), path("ties.csv"))],
        ..Inputs::default()
    };
    let read = read(&inputs, &Policy::default(), &NoProgress);
    let panel = read.panel.as_ref().expect("two periods");
    let ties = |period: &str| {
        let graph = panel.period(period).expect("a period");
        graph.relation("cooperation").expect("read").ties().to_vec()
    };
    // A tie of no period is there in both.
    assert_eq!((ties("2020"), ties("2021")), (vec![(0, 2), (1, 2)], vec![(0, 1), (1, 2)]));
}

#[test]
fn final_demand_and_relations_join_the_nodes() {
    let (_folder, path) = folder(&[
        ("edges.csv", "source,target,weight\nA,B,1\nB,C,2\n"),
        ("demand.csv", "id,households,exports\nC,5,1\nB,0.5,\nC,1,0\n"),
        ("ties.csv", "a,b,since\nA,C,1998\nC,A,1998\nA,B,\n"),
        ("owners.csv", "from,to,share\nA,C,0.5\n"),
    ]);
    let inputs = Inputs {
        edges: path("edges.csv"),
        final_demand: Some(path("demand.csv")),
        relations: vec![
            ("cooperation".into(), path("ties.csv")),
            ("ownership".into(), path("owners.csv")),
        ],
        unit: Some("MXN".into()),
        ..Inputs::default()
    };
    let read = read(&inputs, &Policy::default(), &NoProgress);
    let graph = graph(&read);
    assert_eq!(codes(&read), ["W0408"]);
    let demand = graph.final_demand().expect("read");
    assert_eq!(demand.categories().collect::<Vec<_>>(), ["households", "exports"]);
    assert_eq!([demand.row(0), demand.row(1), demand.row(2)], [[0.0, 0.0], [0.5, 0.0], [6.0, 1.0]]);
    let cooperation = graph.relation("cooperation").expect("read");
    assert_eq!((cooperation.is_directed(), cooperation.ties()), (false, &[(0, 2), (0, 1)][..]));
    let ownership = graph.relation("ownership").expect("read");
    assert!(ownership.is_directed());
    assert_eq!(ownership.columns().number("share").expect("kept").get(0), Some(0.5));
    assert_eq!(graph.unit(), Some("MXN"));
    for file in &read.files {
        assert_eq!(file.rows, file.used + file.merged + file.n_dropped(), "{}", file.role);
    }
}

#[test]
fn local_numbers_are_read_when_asked_for() {
    let text = "source;target;weight\nA;B;1.234,50\n";
    let read = edges(text, &Policy::default());
    assert!(help(&read, "E0304").contains("--decimal comma --thousands ."));
    let policy = Policy { decimal_comma: true, thousands: Some('.'), ..Policy::default() };
    assert_eq!(graph(&edges(text, &policy)).flows(), [1234.5]);
}

#[test]
fn ragged_rows_are_left_out_or_filled() {
    let text = "source,target,weight,note\nA,B,1\nA,C,2,x,y\nB,C,3,z\n";
    let with = |ragged| edges(text, &Policy { ragged, ..Policy::default() });
    assert_eq!(codes(&with(RaggedRule::Error)), ["E0205", "E0205"]);
    let dropped = with(RaggedRule::Drop);
    assert_eq!((codes(&dropped), dropped.files[0].dropped["E0205"]), (vec!["W0413"], 2));
    assert_eq!(graph(&with(RaggedRule::Fill)).n_edges(), 3);
    let strict = Policy { ragged: RaggedRule::Drop, max_bad: Some(1), ..Policy::default() };
    assert_eq!(codes(&edges(text, &strict)), ["E0205"]);
}

#[test]
fn a_finding_shows_its_line() {
    let read = edges("source,target,weight\nF00931,F00212\n", &Policy::default());
    let finding = read.diagnostics.iter().next().expect("found");
    let snippet = finding.line_text().expect("a line");
    assert_eq!((snippet.text.as_str(), snippet.start), ("F00931,F00212", 13));
    assert_eq!(snippet.label, "`weight` is missing here");
    assert_eq!(finding.what(), "row has 2 fields, the header has 3");
    assert!(finding.notes()[0].contains("cut off; its last line is 2"));
}

#[test]
fn ids_are_trimmed_and_composed_when_asked_for() {
    let policy = Policy { trim: true, normalize_nfc: true, ..Policy::default() };
    let read = edges("source,target,weight\n A,Pen\u{303}a,1\nA ,\"Pe\u{f1}a\",2\n", &policy);
    assert_eq!(records(graph(&read)), [("A", "Pe\u{f1}a", 3.0)]);
}

#[test]
fn other_forms_of_text_are_read_when_asked_for() {
    let cr = Policy { line_ends: LineEnds::Cr, ..Policy::default() };
    assert_eq!(graph(&edges("source,target\rA,B\rB,C\r", &cr)).n_edges(), 2);
    let latin = Policy { encoding: Encoding::Windows1252, ..Policy::default() };
    let read = edges(b"source,target\nPe\xf1oles,B\n", &latin);
    assert_eq!(graph(&read).ids().iter().next(), Some("Pe\u{f1}oles"));
    let bare = Policy { header: false, ..Policy::default() };
    assert_eq!(records(graph(&edges("A,B,2\n", &bare))), [("A", "B", 2.0)]);
    let escape = Policy { escape: Some(b'\\'), ..Policy::default() };
    let read = edges("source,target\n\"A \\\"x\\\"\",B\n", &escape);
    assert_eq!(graph(&read).ids().iter().next(), Some("A \"x\""));
}

#[test]
fn repeated_pairs_follow_the_rule() {
    let text = "source,target,weight\nA,B,2\nA,B,5\nA,B,1\n";
    let with = |duplicates| edges(text, &Policy { duplicates, ..Policy::default() });
    assert_eq!(graph(&with(DuplicateRule::First)).flows(), [2.0]);
    assert_eq!(graph(&with(DuplicateRule::Max)).flows(), [5.0]);
    let refused = with(DuplicateRule::Error);
    assert_eq!(codes(&refused), ["E0409"]);
    assert_eq!(refused.diagnostics.iter().next().and_then(|d| d.location()?.line), Some(3));
}

#[test]
fn files_that_cannot_be_opened_say_why() {
    let (folder, path) = folder(&[("edges_2023.csv", "source,target\n")]);
    let of = |edges: PathBuf| {
        read(&Inputs { edges, ..Inputs::default() }, &Policy::default(), &NoProgress)
    };
    let missing = of(path("edges.csv"));
    assert_eq!(codes(&missing), ["E0101"]);
    assert!(help(&missing, "E0101").contains("edges_2023.csv"));
    assert_eq!(codes(&of(folder.path().into())), ["E0108"]);
}

#[test]
fn packed_files_are_read_and_bombs_are_not() {
    let text = "source,target,weight\nA,B,2\n";
    let packed = |suffix: &str, bytes: &[u8]| {
        let mut file =
            tempfile::Builder::new().suffix(suffix).tempfile().expect("a temporary file");
        file.write_all(bytes).expect("room for a small file");
        let policy = Policy { max_memory: 1000, ..Policy::default() };
        crate::edges_of(file.path(), &policy)
    };
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    };
    let zstd = |text: &[u8]| zstd::encode_all(text, 1).expect("memory");
    let zip = |text: &[u8]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file("edges.csv", zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(text).expect("memory");
        writer.finish().expect("memory").into_inner()
    };
    let bomb = [text.as_bytes(), &b"A,B,2\n".repeat(200)].concat();
    for (suffix, small, large) in [
        (".csv.gz", gzip(text.as_bytes()), gzip(&bomb)),
        (".csv.zst", zstd(text.as_bytes()), zstd(&bomb)),
        (".zip", zip(text.as_bytes()), zip(&bomb)),
    ] {
        let read = packed(suffix, &small);
        assert_eq!(records(graph(&read)), [("A", "B", 2.0)], "{suffix}");
        assert_eq!(read.files[0].bytes, small.len() as u64);
        assert_eq!(codes(&packed(suffix, &large)), ["E0106"], "{suffix}");
        let cut = packed(suffix, &small[..small.len() - 1]);
        assert_eq!(codes(&cut), ["E0105"], "{suffix}");
    }
}

#[test]
fn golden_edge_cases_of_the_methods() {
    let case = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/golden/methods/04_edge_cases");
    let case = PathBuf::from(case);
    if !case.exists() {
        return;
    }
    let inputs = Inputs {
        edges: case.join("edges.csv"),
        nodes: Some(case.join("nodes.csv")),
        ..Inputs::default()
    };
    let read = read(&inputs, &Policy::default(), &NoProgress);
    let graph = graph(&read);
    let out: Vec<f64> = graph.node_indices().map(|u| graph.out_strength(u)).collect();
    assert_eq!(out, [3.0, 3.0, 6.0, 4.0, 0.0, 0.0, 0.0]);
    assert_eq!((graph.n_edges(), graph.n_self_loops(), read.files[0].merged), (5, 1, 1));
    assert_eq!(read.files[0].dropped["W0409"], 1);
}

#[test]
fn a_side_table_is_text_as_it_stands() {
    let text = "# prices\nnode_id;Change %\n007;-5,5\n\"a;b\";\n\nNA;1e3\n";
    let (_folder, path) = folder(&[("side.csv", text)]);
    let mut policy = named("source", "RFC"); // concerns the edges
    policy.only.push(("year".into(), "2020".into()));
    policy.comment = Some(b'#');
    let read = read_side("shocks", &path("side.csv"), &policy, &NoProgress);
    let side = read.table.expect("a sound file");
    assert_eq!(side.titles(), ["node_id", "Change %"]);
    let rows: Vec<(u64, Vec<String>)> = side.rows().map(|(l, cells)| (l, cells.to_vec())).collect();
    let row = |line, cells: [&str; 2]| (line, cells.map(str::to_owned).to_vec());
    let expected = [row(3, ["007", "-5,5"]), row(4, ["a;b", ""]), row(6, ["NA", "1e3"])];
    assert_eq!(rows, expected);
    assert_eq!(side.place(3, 1).to_string(), format!("{}:3:2, column `Change %`", side.file()));
    assert_eq!((read.report.rows, read.report.used, read.report.n_dropped()), (3, 3, 0));
    assert_eq!(read.diagnostics.iter().map(Diagnostic::id).collect::<Vec<_>>(), ["W0209"]);
}

#[test]
fn a_side_table_that_is_broken_is_none() {
    let (_folder, path) = folder(&[("long.csv", "a,b\n1,2,3\n"), ("twice.csv", "a,A\n1,2\n")]);
    let code = |name: &str| {
        let read = read_side("shocks", &path(name), &Policy::default(), &NoProgress);
        assert!(read.table.is_none());
        assert_eq!(read.report.used, 0);
        read.diagnostics.iter().next().map(Diagnostic::id)
    };
    assert_eq!(code("long.csv"), Some("E0205"));
    assert_eq!(code("twice.csv"), Some("E0207"));
    assert_eq!(code("missing.csv"), Some("E0101"));
}
