//! Graphs that other programs write: what is read, what is refused, and that what is written reads back.

use crate::{codes, graph, records};
use palenque_frame::{CsvStyle, Export, exporter};
use palenque_graph::{NoProgress, NumberColumn, SupplyGraph, TextColumn};
use palenque_ingest::{Ingested, Inputs, Policy, read};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Write;

fn of(text: impl AsRef<[u8]>, policy: &Policy) -> Ingested {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_ref()).expect("room for a small file");
    let inputs = Inputs { graph: Some(file.path().into()), ..Inputs::default() };
    read(&inputs, policy, &NoProgress)
}

fn default(text: impl AsRef<[u8]>) -> Ingested {
    of(text, &Policy::default())
}

/// The first finding: code and line.
fn first(text: &str) -> (&'static str, Option<u64>) {
    let read = default(text);
    let finding = read.diagnostics.iter().next().expect("a finding");
    (finding.id(), finding.location().and_then(|at| at.line))
}

fn graphml(body: &str) -> String {
    format!(
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n\
         <key id=\"s\" for=\"node\" attr.name=\"sector\" attr.type=\"string\"/>\n\
         <key id=\"o\" for=\"node\" attr.name=\"output\" attr.type=\"int\"><default>7</default></key>\n\
         <key id=\"z\" for=\"node\" attr.name=\"score\" attr.type=\"float\"/>\n\
         <key id=\"w\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n\
         <key id=\"c\" for=\"edge\" attr.name=\"cost\" attr.type=\"double\"/>\n{body}</graphml>"
    )
}

const TWO: &str = "<graph edgedefault=\"directed\">\n\
    <node id=\"a\"><data key=\"s\"> steel &amp; <![CDATA[<iron>]]></data><data key=\"z\">1e3</data></node>\n\
    <node id=\"b\"><desc>x</desc><data key=\"s\">ships</data><data key=\"o\">12</data></node>\n\
    <edge source=\"a\" target=\"b\"><data key=\"w\">2.5</data><data key=\"c\">4</data></edge>\n\
    </graph>\n";

#[test]
fn attributes_of_graphml_become_columns() {
    let read = default(graphml(TWO));
    assert_eq!(codes(&read), Vec::<&str>::new());
    let graph = graph(&read);
    assert_eq!(records(graph), [("a", "b", 2.5)]);
    let nodes = graph.nodes();
    assert_eq!(nodes.text("sector").and_then(|c| c.get(0)), Some(" steel & <iron>"));
    let output: Vec<_> = nodes.number("output").expect("a column").iter().collect();
    assert_eq!(output, [Some(7.0), Some(12.0)]);
    let score: Vec<_> = nodes.number("score").expect("numbers stay numbers").iter().collect();
    assert_eq!(score, [Some(1000.0), None]);
    assert_eq!(graph.edges().number("cost").and_then(|c| c.get(0)), Some(4.0));
    let [edges, nodes] = &read.files[..] else { panic!("two reports: {:?}", read.files) };
    assert_eq!(
        (edges.role.as_str(), edges.used, nodes.role.as_str(), nodes.used),
        ("edges", 1, "nodes", 2)
    );
    assert_eq!((edges.format.as_str(), &edges.blake3), ("graphml", &nodes.blake3));
}

#[test]
fn another_attribute_may_be_the_weight_or_the_id() {
    let columns = |name: &str, column: &str| [(name.to_owned(), column.to_owned())].into();
    let policy = Policy { columns: columns("weight", "cost"), ..Policy::default() };
    assert_eq!(records(graph(&of(graphml(TWO), &policy))), [("a", "b", 4.0)]);
    let policy = Policy { columns: columns("id", "sector"), ..Policy::default() };
    let read = of(graphml(TWO), &policy);
    assert_eq!(records(graph(&read)), [(" steel & <iron>", "ships", 2.5)]);
    let policy = Policy { columns: columns("weight", "price"), ..Policy::default() };
    assert_eq!(codes(&of(graphml(TWO), &policy)), ["E0301"]);
}

#[test]
fn one_of_several_graphs_can_be_chosen() {
    let graphs = "<graph id=\"g1\"><node id=\"a\"/></graph><graph id=\"g2\"><node id=\"b\"/>\
                  <edge source=\"b\" target=\"b\"><data key=\"w\">1</data></edge></graph>";
    let policy = |id: &str| Policy { graph_id: Some(id.into()), ..Policy::default() };
    assert_eq!(records(graph(&of(graphml(graphs), &policy("g2")))), [("b", "b", 1.0)]);
    assert_eq!(codes(&of(graphml(graphs), &policy("g3"))), ["E0606"]);
    assert_eq!(codes(&default(graphml(graphs))), ["E0606"]);
}

#[test]
fn what_graphml_cannot_be_is_refused_where_it_stands() {
    let nested = "<graph><node id=\"a\"><graph><node id=\"b\"/></graph></node></graph>";
    assert_eq!(first(&graphml(nested)), ("E0605", Some(7)));
    let hyper = "<graph><hyperedge><endpoint node=\"a\"/></hyperedge></graph>";
    assert_eq!(first(&graphml(hyper)), ("E0605", Some(7)));
    let twice =
        "<graph><node id=\"a\">\n<data key=\"s\">x</data>\n<data key=\"s\">y</data></node></graph>";
    assert_eq!(first(&graphml(twice)), ("E0207", Some(9)));
    let other = "<graph><node id=\"a\"><data key=\"w\">1</data></node></graph>";
    assert_eq!(first(&graphml(other)), ("E0604", Some(7)));
    let unknown = "<graph>\n<node id=\"a\"/><edge source=\"a\" target=\"b\"/></graph>";
    assert!(codes(&default(graphml(unknown))).contains(&"E0403"));
    let cut = graphml(TWO);
    assert_eq!(first(&cut[..cut.len() - 30]).0, "E0602");
    assert_eq!(first("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), ("E0104", Some(1)));
    assert_eq!(first("source,target\na,b\n"), ("E0104", Some(1)));
    assert_eq!(first("<graphml xmlns=\"x\"></graphml>").0, "E0602");
}

#[test]
fn undirected_edges_are_told() {
    let read = default(graphml(
        "<graph edgedefault=\"undirected\"><node id=\"a\"/>\
        <edge source=\"a\" target=\"a\"><data key=\"w\">1</data></edge></graph>",
    ));
    assert!(codes(&read).contains(&"W0605") && read.panel.is_some());
    let read = default(
        r#"{"directed": false, "nodes": [{"id": 1}, {"id": "2"}], "edges": [{"source": 1, "target": "2"}]}"#,
    );
    assert!(codes(&read).contains(&"W0605") && read.panel.is_some());
    assert!(codes(&default("*Vertices 2\n*Edges\n1 2 3\n")).contains(&"W0605"));
}

#[test]
fn latin_and_packed_xml_is_read() {
    let text = "<?xml version='1.0' encoding='ISO-8859-1'?>".to_owned()
        + &graphml("<graph edgedefault='directed'><node id='Cía'/></graph>");
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c as u32).expect("Latin-1")).collect();
    assert_eq!(graph(&default(&latin)).ids().get(0.into()), "Cía");
    let utf16: Vec<u8> =
        text.replace("ISO-8859-1", "UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = default([&[0xff, 0xfe], utf16.as_slice()].concat());
    assert_eq!((codes(&read)[0], graph(&read).ids().get(0.into())), ("W0202", "Cía"));
    assert_eq!(
        codes(&default(
            latin.iter().map(|&b| if b == b'1' { b'7' } else { b }).collect::<Vec<u8>>()
        )),
        ["E0202"]
    );
}

#[test]
fn xml_is_no_table() {
    let read = crate::edges(graphml(TWO), &Policy::default());
    assert_eq!(codes(&read), ["E0104"]);
    let help = read.diagnostics.iter().next().and_then(|d| d.help_text().map(String::from));
    assert!(help.is_some_and(|help| help.contains("--graph")));
}

const GEXF: &str = "<gexf xmlns=\"http://gexf.net/1.2draft\" xmlns:viz=\"http://gexf.net/1.2draft/viz\" version=\"1.2\">\n\
    <graph mode=\"static\" defaultedgetype=\"directed\">\n\
    <attributes class=\"node\"><attribute id=\"0\" title=\"tier\" type=\"integer\"><default>3</default></attribute></attributes>\n\
    <nodes count=\"2\"><node id=\"0\" label=\"Uno\"><attvalues><attvalue for=\"0\" value=\"1\"/></attvalues>\
    <viz:size value=\"10\"/><viz:position x=\"1.5\" y=\"-2\" z=\"0\"/></node><node id=\"1\" label=\"Dos\"/></nodes>\n\
    <edges><edge id=\"0\" source=\"0\" target=\"1\"/><edge id=\"1\" source=\"1\" target=\"0\" weight=\"2.5\"/></edges>\n\
    </graph></gexf>";

#[test]
fn gexf_of_gephi_is_read() {
    let read = default(GEXF);
    assert_eq!(codes(&read), Vec::<&str>::new());
    let graph = graph(&read);
    assert_eq!(records(graph), [("0", "1", 1.0), ("1", "0", 2.5)], "a weight of 1 is left out");
    let nodes = graph.nodes();
    assert_eq!(nodes.text("name").and_then(|c| c.get(1)), Some("Dos"));
    assert_eq!(nodes.number("tier").map(|c| (c.get(0), c.get(1))), Some((Some(1.0), Some(3.0))));
    assert_eq!(nodes.number("x").map(|c| (c.get(0), c.get(1))), Some((Some(1.5), None)));
}

#[test]
fn gexf_that_is_more_than_a_graph_is_refused() {
    let with = |from: &str, to: &str| first(&GEXF.replace(from, to));
    assert_eq!(with("mode=\"static\"", "mode=\"dynamic\""), ("E0608", Some(2)));
    assert_eq!(with("label=\"Dos\"", "label=\"Dos\" start=\"2001\""), ("E0608", Some(4)));
    assert_eq!(with("<viz:size value=\"10\"/>", "<spells/>"), ("E0608", Some(4)));
    assert_eq!(with("<viz:size value=\"10\"/>", "<nodes/>"), ("E0605", Some(4)));
    assert_eq!(with("for=\"0\"", "for=\"9\""), ("E0604", Some(4)));
    assert_eq!(with("weight=\"2.5\"", "weight=\"many\"").0, "E0303");
    assert_eq!(with(" label=\"Dos\"/>", "><unheard/></node>").0, "W0601");
}

#[test]
fn json_of_networkx_d3_and_graphology_is_read() {
    let links = r#"{"nodes": [{"id": "a", "group": 1}, {"id": "b", "group": 2, "tags": []}],
        "links": [{"source": "a", "target": "b", "value": 3}]}"#;
    let read = default(links);
    assert_eq!(codes(&read), ["W0610", "W0610"]);
    assert_eq!(records(graph(&read)), [("a", "b", 3.0)]);
    assert_eq!(graph(&read).nodes().number("group").and_then(|c| c.get(1)), Some(2.0));
    let graphology = r#"{"options": {"type": "directed", "multi": false}, "attributes": {"name": "x"},
        "nodes": [{"key": "a", "attributes": {"id": "A", "sector": 12}}, {"key": "b"}],
        "edges": [{"key": "a->b", "source": "a", "target": "b", "attributes": {"weight": 0.5, "key": "k"}}]}"#;
    let read = default(graphology);
    assert_eq!(codes(&read), ["W0305"], "b has no sector");
    let graph = graph(&read);
    assert_eq!(records(graph), [("a", "b", 0.5)]);
    assert_eq!(graph.nodes().text("sector").and_then(|c| c.get(0)), Some("12"));
    assert_eq!(graph.nodes().text("attr_id").and_then(|c| c.get(0)), Some("A"));
    assert_eq!(graph.edges().text("key").and_then(|c| c.get(0)), Some("k"));
}

/// `written/` holds files that networkx wrote (see `PROVENANCE.md`).
#[test]
fn what_networkx_writes_is_read() {
    let file = |name: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/written");
        let inputs = Inputs { graph: Some(folder.join(name)), ..Inputs::default() };
        read(&inputs, &Policy::default(), &NoProgress)
    };
    for (name, expected) in [
        ("networkx.graphml", vec!["W0407"]),
        ("networkx.gexf", vec!["W0407"]),
        ("networkx.json", vec!["W0407"]),
        ("networkx_links.json", vec!["W0610", "W0407"]),
    ] {
        let read = file(name);
        assert_eq!(codes(&read), expected, "{name}");
        let graph = graph(&read);
        let edges = [
            ("agave_1", "pal & 1", 60.5),
            ("pal & 1", "pal & 1", 1.25),
            ("pal & 1", "tienda \"Sol\"", 110.0),
        ];
        assert_eq!(records(graph), edges, "{name}");
        let nodes = graph.nodes();
        assert!(nodes.text("name").is_none(), "{name}: labels that repeat ids are no names");
        assert_eq!(nodes.text("stage").and_then(|c| c.get(1)), Some("distiller <A>"), "{name}");
        let numbers = |column: &str| -> Vec<Option<f64>> {
            nodes.number(column).expect("a column of numbers").iter().collect()
        };
        assert_eq!(numbers("output"), [Some(70.0), Some(130.5), None], "{name}");
        assert_eq!(numbers("employees"), [Some(3.0), None, Some(2.0)], "{name}");
        assert_eq!(graph.edges().text("product").and_then(|c| c.get(0)), Some("piñas"), "{name}");
    }
    let pajek = file("networkx.net");
    let edges =
        [("agave_1", "pal & 1", 60.5), ("pal & 1", "pal & 1", 1.25), ("pal & 1", "tienda", 110.0)];
    assert_eq!((records(graph(&pajek)), codes(&pajek)), (edges.to_vec(), vec!["W0601", "W0407"]));
}

#[test]
fn json_that_is_no_graph_is_refused() {
    let node = |node: &str| first(&format!("{{\"nodes\": [\n{node}], \"edges\": []}}"));
    assert_eq!(node("{\"id\": 1, \"id\": 2}"), ("E0611", Some(2)));
    assert_eq!(node("{\"id\": 1.0}"), ("E0613", Some(2)));
    assert_eq!(node("{\"id\": null}"), ("E0613", Some(2)));
    assert_eq!(node("{\"label\": \"a\"}"), ("E0613", Some(2)));
    assert_eq!(node("7"), ("E0613", Some(2)));
    assert_eq!(node("{\"id\": \"a\\u0000\"}"), ("E0203", Some(2)));
    assert_eq!(node("{\"id\": \"a\", \"x\": -Infinity}"), ("E0610", Some(2)));
    assert_eq!(first("[]"), ("E0613", Some(1)));
    assert_eq!(first("{\"nodes\": []}"), ("E0613", Some(1)));
    assert_eq!(first("{\"nodes\": [], \"edges\": [], \"links\": []}"), ("E0613", Some(1)));
    assert_eq!(first("{\"nodes\": [], \"edges\": [{\"source\": \"a\"}]}"), ("E0613", Some(1)));
    assert_eq!(first("{\"nodes\": ["), ("E0610", Some(1)));
}

#[test]
fn pajek_is_read_with_its_kinds_of_lines() {
    let text = "% a comment\n*Network x\n*Vertices 3\n1 \"A b\" 0.1 0.2 0.5 box\n2 B\n3 \"C\"\n\
        *Arcs :1 \"sales\"\n1 2 2.5\n2 3\n*Arcslist\n3 1 2\n";
    let read = default(text);
    let graph = graph(&read);
    let expected = [("A b", "B", 2.5), ("B", "C", 1.0), ("C", "A b", 1.0), ("C", "B", 1.0)];
    assert_eq!(records(graph), expected);
    assert_eq!(graph.nodes().number("x").and_then(|c| c.get(0)), Some(0.1));
    assert_eq!(graph.edges().text("layer").and_then(|c| c.get(0)), Some("sales"));
    let bare = default("*vertices 2\n*arcs\n1 2\n");
    assert_eq!(
        (records(crate::graph(&bare)), codes(&bare)),
        (vec![("1", "2", 1.0)], vec!["W0306"])
    );
    assert_eq!(first("*Vertices 2\n1 A\n2 A\n*Arcs\n"), ("E0402", Some(3)));
    assert_eq!(first("*Vertices 2\n1 A\n1 B\n"), ("E0609", Some(3)));
    assert_eq!(first("*Vertices 1\n1 A\n*Arcs\n1\n"), ("E0205", Some(4)));
    assert_eq!(first("*Vertices 1\n1 A\n*Matrix\n1\n"), ("E0104", Some(3)));
    assert_eq!(first("*Vertices 1\n*Vertices 2\n"), ("E0606", Some(2)));
    assert_eq!(first("*Arcs\n1 2\n"), ("E0609", Some(1)));
}

#[test]
fn many_attributes_on_many_nodes_do_not_fill_the_memory() {
    let nodes: Vec<String> = (0..3000).map(|i| format!("{{\"id\": {i}, \"a{i}\": 1}}")).collect();
    let text = format!("{{\"nodes\": [{}], \"edges\": []}}", nodes.join(","));
    let policy = Policy { max_memory: 1 << 20, ..Policy::default() };
    assert_eq!(codes(&of(text, &policy)), ["E0212"]);
}

/// Texts that break out of quotes, tags and lines.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\"",
        "'",
        "<",
        ">",
        "&",
        "&amp;",
        "]]>",
        "<!--",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\\",
        "\\n",
        "\\\"",
        " ",
        "%",
        "*",
        ",",
        ";",
        "=1+1",
        "a",
        "B",
        "7",
        "ñ",
        "n\u{303}",
        "名",
        "\u{1f980}",
        "\u{85}",
        "\u{2028}",
        "\u{a0}",
        "\u{202e}",
        "{",
        "}",
        "[",
        "/",
        ":",
        "null",
        "NaN",
        "\u{7f}",
        "\u{fffd}",
    ]);
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// A network with hostile names, isolates, self-loops, and columns with gaps.
fn networks() -> impl Strategy<Value = SupplyGraph> {
    let ids = prop::collection::btree_set(hostile(), 1..8);
    ids.prop_flat_map(|ids: BTreeSet<String>| {
        let n = ids.len();
        let node =
            (prop::option::of(hostile()), prop::option::of(-1e6..1e6), prop::option::of(0.0..1e9));
        let flow = prop_oneof![1e-9..1e12, (1_u32..50).prop_map(f64::from)];
        let edge = (
            (0..n as u32, 0..n as u32),
            flow,
            prop::option::of(hostile()),
            prop::option::of(0.0..9.0),
        );
        let nodes = prop::collection::vec(node, n);
        (Just(ids).prop_shuffle_ids(), nodes, prop::collection::vec(edge, 0..12))
    })
    .prop_map(|(ids, nodes, edges)| {
        let flows = edges.iter().map(|&((u, v), flow, ..)| (u, v, flow));
        let graph = SupplyGraph::from_flows(&ids, flows).expect("sound");
        // A format without declarations has no columns that are all gaps.
        let with_first = |i: usize, text: Option<String>| text.or((i == 0).then(|| "x".to_owned()));
        let names = nodes.iter().enumerate().map(|(i, node)| with_first(i, node.0.clone()));
        let names: Vec<Option<String>> =
            names.map(|name| name.map(|name| format!("n{name}"))).collect();
        let number = |i: usize, x: Option<f64>| x.or((i == 0).then_some(0.5));
        let graph = graph
            .with_text("name", names.iter().cloned())
            .with_text(
                "Own <note>",
                names
                    .iter()
                    .rev()
                    .cloned()
                    .chain([None])
                    .skip(1)
                    .enumerate()
                    .map(|(i, x)| with_first(i, x)),
            )
            .with_number("score", nodes.iter().enumerate().map(|(i, node)| number(i, node.1)))
            .with_number("output", nodes.iter().enumerate().map(|(i, node)| number(i, node.2)));
        let m = graph.n_edges();
        if m == 0 {
            return graph;
        }
        let mut columns = graph.edges().clone();
        let texts = edges.iter().take(m).enumerate().map(|(i, edge)| with_first(i, edge.2.clone()));
        columns.set_text("product", TextColumn::from_options(texts));
        let numbers = edges.iter().take(m).enumerate().map(|(i, edge)| number(i, edge.3));
        columns.set_number("quantity", NumberColumn::from_options(numbers));
        graph.with_edges(columns)
    })
}

/// Ids in an order that is not theirs.
trait ShuffledIds {
    fn prop_shuffle_ids(self) -> BoxedStrategy<Vec<String>>;
}

impl ShuffledIds for Just<BTreeSet<String>> {
    fn prop_shuffle_ids(self) -> BoxedStrategy<Vec<String>> {
        self.prop_map(|ids| ids.into_iter().collect::<Vec<_>>()).prop_shuffle().boxed()
    }
}

fn written(graph: &SupplyGraph, format: &str, part: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let export = Export { graph, csv: CsvStyle::default() };
    let exporter = exporter(format).expect("a known format");
    exporter.write(&export, part, &mut bytes).expect("memory does not refuse");
    bytes
}

/// Columns by name, numbers by their bits.
fn columns(columns: &palenque_graph::Columns) -> Vec<(String, Vec<Option<String>>)> {
    let texts = columns.texts().map(|(name, column)| {
        (name.to_owned(), column.iter().map(|text| text.map(String::from)).collect())
    });
    let numbers = columns.numbers().map(|(name, column)| {
        (name.to_owned(), column.iter().map(|x| x.map(|x| format!("{x:?}"))).collect())
    });
    let mut all: Vec<(String, Vec<Option<String>>)> = texts.chain(numbers).collect();
    all.sort();
    all
}

/// Ids and edges, flows by their bits.
fn bones(graph: &SupplyGraph) -> (Vec<String>, Vec<(u32, u64)>, Vec<u32>) {
    let edges = graph.targets().iter().zip(graph.flows()).map(|(&v, z)| (v, z.to_bits()));
    (graph.ids().iter().map(String::from).collect(), edges.collect(), graph.out_offsets().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(network in networks()) {
        for format in ["graphml", "gexf", "json", "pajek"] {
            let bytes = written(&network, format, 0);
            let read = default(&bytes);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            prop_assert!(read.panel.is_some(), "{format}: {:?}\n{text}", codes(&read));
            let back = graph(&read);
            prop_assert_eq!(bones(back), bones(&network), "{}\n{}", format, text);
            if format != "pajek" {
                prop_assert_eq!(columns(back.nodes()), columns(network.nodes()), "{}\n{}", format, text);
                prop_assert_eq!(columns(back.edges()), columns(network.edges()), "{}\n{}", format, text);
            }
        }
    }

    #[test]
    fn the_pair_of_csv_files_reads_back(network in networks()) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [edges, nodes] = ["edges.csv", "nodes.csv"].map(|name| folder.path().join(name));
        for (part, path) in [&edges, &nodes].into_iter().enumerate() {
            #[expect(clippy::disallowed_methods, reason = "a test makes its own inputs")]
            std::fs::write(path, written(&network, "csv", part)).expect("room for a small file");
        }
        let inputs = Inputs { edges, nodes: Some(nodes), ..Inputs::default() };
        let read = read(&inputs, &Policy::default(), &NoProgress);
        prop_assert!(read.panel.is_some(), "{:?}", codes(&read));
        prop_assert_eq!(bones(graph(&read)), bones(&network));
    }
}

/// Pieces of graphs of all formats, put together by chance.
fn rubbish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "<graphml xmlns=\"x\">",
        "</graphml>",
        "<graph edgedefault=\"directed\">",
        "</graph>",
        "<node id=\"a\"/>",
        "<node id=\"b\">",
        "</node>",
        "<edge source=\"a\" target=\"b\">",
        "</edge>",
        "<data key=\"k\">",
        "</data>",
        "<key id=\"k\" for=\"all\" attr.name=\"weight\" attr.type=\"double\"/>",
        "1.5",
        "NaN",
        "<!-- -->",
        "<![CDATA[",
        "]]>",
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE x>",
        "&lt;",
        "&#1;",
        "&x;",
        "<gexf xmlns=\"x\">",
        "</gexf>",
        "<nodes>",
        "</nodes>",
        "<edges>",
        "</edges>",
        "<attvalues><attvalue for=\"0\" value=\"1\"/></attvalues>",
        "<attributes class=\"node\">",
        "<attribute id=\"0\" title=\"x\" type=\"float\"/>",
        "</attributes>",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"nodes\":[",
        "\"edges\":[",
        "{\"id\":\"a\"}",
        "{\"source\":\"a\",\"target\":\"a\",\"weight\":1}",
        "\"directed\":true",
        "\"",
        "\\u0000",
        "*Vertices 2\n",
        "1 \"a\"\n",
        "2 b\n",
        "*Arcs\n",
        "1 2 0.5\n",
        "*Edgeslist\n",
        "\n",
        " ",
        "*",
        "%",
        "\u{1}",
        "é",
    ]);
    let start = prop::sample::select(vec![
        "",
        "<graphml xmlns=\"x\">",
        "<gexf xmlns=\"x\">",
        "{\"nodes\":[",
        "*Vertices 2\n",
    ]);
    let junk = prop::collection::vec(any::<u8>(), 0..3);
    (start, prop::collection::vec(piece, 0..25), junk).prop_map(|(start, pieces, junk)| {
        [start.as_bytes(), pieces.concat().as_bytes(), &junk].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn any_graph_is_read_or_refused(text in rubbish()) {
        let read = default(text);
        prop_assert_eq!(read.panel.is_none(), read.diagnostics.has_errors());
        for file in &read.files {
            prop_assert_eq!(file.rows, file.used + file.merged + file.n_dropped());
        }
        for finding in read.diagnostics.iter() {
            prop_assert!(finding.help_text().is_some(), "{} has no help", finding.id());
            let words = [finding.what(), finding.help_text().unwrap_or_default()].concat();
            prop_assert!(!words.chars().any(char::is_control), "raw control character in {words:?}");
        }
    }
}
