//! Networks as files of other programs, byte by byte.

use palenque_frame::{CsvStyle, Export, exporter};
use palenque_graph::{NumberColumn, SupplyGraph, TextColumn};

/// Two firms with a name, a place and a flow; one has only an id.
fn network() -> SupplyGraph {
    let ids = ["a", "b\"<&", "=c"];
    let graph = SupplyGraph::from_flows(ids, [(0, 1, 2.5), (1, 0, 1e-7)]).expect("sound");
    let graph = graph
        .with_text("name", [Some("Uno"), None, Some("Tres, SA")])
        .with_number("lat", [Some(19.5), Some(-3.25), None])
        .with_number("lon", [Some(-103.123_456_78), Some(100.0), Some(1.0)]);
    let mut edges = graph.edges().clone();
    edges.set_text("product", TextColumn::from_options([Some("agave"), None]));
    edges.set_number("quantity", NumberColumn::from_values(vec![3.0, 4.0]));
    graph.with_edges(edges)
}

fn text(format: &str, part: usize, csv: CsvStyle) -> String {
    let graph = network();
    let mut bytes = Vec::new();
    let exporter = exporter(format).expect("a known format");
    exporter.write(&Export { graph: &graph, csv }, part, &mut bytes).expect("memory");
    String::from_utf8(bytes).expect("UTF-8")
}

fn plain(format: &str, part: usize) -> String {
    text(format, part, CsvStyle::default())
}

#[test]
fn graphml_has_typed_keys_and_escaped_texts() {
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n\
        <key id=\"n0\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n\
        <key id=\"n1\" for=\"node\" attr.name=\"lat\" attr.type=\"double\"/>\n\
        <key id=\"n2\" for=\"node\" attr.name=\"lon\" attr.type=\"double\"/>\n\
        <key id=\"e0\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n\
        <key id=\"e1\" for=\"edge\" attr.name=\"product\" attr.type=\"string\"/>\n\
        <key id=\"e2\" for=\"edge\" attr.name=\"quantity\" attr.type=\"double\"/>\n\
        <graph edgedefault=\"directed\">\n\
        <node id=\"a\"><data key=\"n0\">Uno</data><data key=\"n1\">19.5</data><data key=\"n2\">-103.12345678</data></node>\n\
        <node id=\"b&quot;&lt;&amp;\"><data key=\"n1\">-3.25</data><data key=\"n2\">100.0</data></node>\n\
        <node id=\"=c\"><data key=\"n0\">Tres, SA</data><data key=\"n2\">1.0</data></node>\n\
        <edge source=\"a\" target=\"b&quot;&lt;&amp;\"><data key=\"e0\">2.5</data><data key=\"e1\">agave</data>\
        <data key=\"e2\">3.0</data></edge>\n\
        <edge source=\"b&quot;&lt;&amp;\" target=\"a\"><data key=\"e0\">1e-7</data><data key=\"e2\">4.0</data></edge>\n\
        </graph>\n</graphml>\n";
    assert_eq!(plain("graphml", 0), expected);
}

#[test]
fn gexf_has_labels_weights_and_places() {
    let gexf = plain("gexf", 0);
    assert!(gexf.contains("<graph mode=\"static\" defaultedgetype=\"directed\">"));
    assert!(gexf.contains("<node id=\"a\" label=\"Uno\"><attvalues>"));
    assert!(gexf.contains("<node id=\"b&quot;&lt;&amp;\"><attvalues>"));
    assert!(
        gexf.contains("<edge id=\"0\" source=\"a\" target=\"b&quot;&lt;&amp;\" weight=\"2.5\">")
    );
    assert_eq!(gexf.matches("<viz:position ").count(), 2);
    assert!(gexf.contains("x=\"-500.000\""), "{gexf}");
}

#[test]
fn json_is_that_of_networkx() {
    let json: serde_json::Value = serde_json::from_str(&plain("json", 0)).expect("JSON");
    assert_eq!(json["directed"], true);
    assert_eq!(json["nodes"][1]["id"], "b\"<&");
    assert!(json["nodes"][1].get("name").is_none());
    assert_eq!(json["edges"][1]["weight"], 1e-7);
    assert_eq!(json["edges"][0]["target"], "b\"<&");
}

#[test]
fn kumu_has_elements_and_connections() {
    let json: serde_json::Value = serde_json::from_str(&plain("kumu", 0)).expect("JSON");
    assert_eq!(json["elements"][0]["label"], "Uno");
    assert_eq!(json["elements"][1]["label"], "b\"<&");
    assert_eq!(json["connections"][0]["from"], "a");
    assert_eq!(json["connections"][0]["direction"], "directed");
}

#[test]
fn a_map_has_points_and_lines() {
    let json: serde_json::Value = serde_json::from_str(&plain("geojson", 0)).expect("JSON");
    let features = json["features"].as_array().expect("a list");
    assert_eq!(features.len(), 4, "one node has no place");
    assert_eq!(features[0]["geometry"]["coordinates"], serde_json::json!([-103.123_457, 19.5]));
    assert_eq!(features[2]["geometry"]["type"], "MultiLineString");
    assert_eq!(features[2]["properties"]["weight"], 2.5);
    let graph = network();
    let geojson = exporter("geojson").expect("a known format");
    let found = geojson.check(&Export { graph: &graph, csv: CsvStyle::default() });
    assert_eq!(found.expect("has places")[0].id(), "W0305");
    let bare = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]).expect("sound");
    let refused = geojson.check(&Export { graph: &bare, csv: CsvStyle::default() });
    assert_eq!(refused.expect_err("has none").id(), "E0301");
}

#[test]
fn pairs_of_tables_have_the_titles_that_others_look_for() {
    let first = |format, part| plain(format, part).lines().take(2).collect::<Vec<_>>().join("|");
    let row = "a,\"b\"\"<&\",2.5,agave,3.0";
    assert_eq!(first("csv", 0), format!("source,target,weight,product,quantity|{row}"));
    assert_eq!(first("csv", 1), "id,name,lat,lon|a,Uno,19.5,-103.12345678");
    assert_eq!(
        first("gephi", 0),
        format!("Source,Target,Weight,product,quantity,Type|{row},Directed")
    );
    assert_eq!(first("gephi", 1), "Id,Label,lat,lon|a,Uno,19.5,-103.12345678");
    assert_eq!(first("tidygraph", 0), format!("from,to,weight,product,quantity|{row}"));
    assert_eq!(first("tidygraph", 1), "name,label,lat,lon|a,Uno,19.5,-103.12345678");
    let header = ":START_ID,:END_ID,weight:double,product,quantity:double,:TYPE";
    assert_eq!(first("neo4j", 0), format!("{header}|{row},SUPPLIES"));
    let header = "id:ID,name,lat:double,lon:double,:LABEL";
    assert_eq!(first("neo4j", 1), format!("{header}|a,Uno,19.5,-103.12345678,Firm"));
}

#[test]
fn concessions_to_spreadsheets_are_made_on_request() {
    let csv = CsvStyle { byte_order_mark: true, spreadsheet_safe: true };
    let nodes = text("csv", 1, csv);
    assert!(nodes.starts_with("\u{feff}id,"));
    assert!(nodes.contains("\n'=c,\"Tres, SA\",,1.0\n"));
}

#[test]
fn names_that_a_format_needs_are_left_to_it() {
    let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 1.0)]).expect("sound");
    let graph = graph.with_text("Id", [Some("x"), Some("y")]);
    let mut bytes = Vec::new();
    let export = Export { graph: &graph, csv: CsvStyle::default() };
    exporter("json").expect("a known format").write(&export, 0, &mut bytes).expect("memory");
    let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!((&json["nodes"][0]["id"], &json["nodes"][0]["attr_Id"]), (&"a".into(), &"x".into()));
}
