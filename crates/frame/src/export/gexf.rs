//! GEXF 1.3, static: Gephi keeps names, weights and places.

use super::cells::{Attribute, Cell, ends, number, of_edges, of_nodes};
use super::{Export, Exporter, ExporterSpec, pass_on, xml};
use palenque_graph::{Diagnostic, NodeIndex, SupplyGraph};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes GEXF.
pub(super) struct Gexf;

impl Exporter for Gexf {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "gexf",
            parts: &[("", "gexf")],
            doc: "GEXF 1.3 for Gephi: names as labels, places from x and y or lat and lon",
        }
    }

    fn check(&self, network: &Export<'_>) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        Ok(xml::check(network.graph))
    }

    fn write(&self, network: &Export<'_>, _part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        let names = graph.nodes().text("name");
        let mut nodes = of_nodes(graph, &["id"]);
        // A name is the label, unless something else is called so.
        if !nodes.iter().any(|attribute| attribute.name.trim().to_lowercase() == "label") {
            nodes.retain(|attribute| attribute.name != "name");
        }
        let edges = of_edges(graph, "weight", &["source", "target", "weight"]);
        let mut text = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gexf xmlns=\"http://gexf.net/1.3\" \
             xmlns:viz=\"http://gexf.net/1.3/viz\" version=\"1.3\">\n<meta><creator>palenque</creator></meta>\n\
             <graph mode=\"static\" defaultedgetype=\"directed\">\n",
        );
        declared(&nodes, "node", &mut text);
        declared(&edges[1..], "edge", &mut text);
        text.push_str("<nodes>\n");
        let (ids, places) = (xml::ids(graph), places(graph));
        for (node, id) in ids.iter().enumerate() {
            text.push_str("<node id=\"");
            xml::escape(id, &mut text);
            let label = match names {
                Some(names) => names.get(node),
                None => Some(graph.node_label(NodeIndex::new(node))),
            };
            if let Some(label) = label {
                text.push_str("\" label=\"");
                xml::escape(label, &mut text);
            }
            text.push_str("\">");
            values(&nodes, node, &mut text);
            if let Some((x, y)) = places.get(node).and_then(Option::as_ref) {
                let _ = write!(text, "<viz:position x=\"{x}\" y=\"{y}\" z=\"0.0\"/>");
            }
            text.push_str("</node>\n");
            pass_on(&mut text, out)?;
        }
        text.push_str("</nodes>\n<edges>\n");
        for (edge, (seller, buyer)) in ends(graph).enumerate() {
            let _ = write!(text, "<edge id=\"{edge}\" source=\"");
            xml::escape(&ids[seller], &mut text);
            text.push_str("\" target=\"");
            xml::escape(&ids[buyer], &mut text);
            let _ = write!(text, "\" weight=\"{}\">", number(graph.flows()[edge]));
            values(&edges[1..], edge, &mut text);
            text.push_str("</edge>\n");
            pass_on(&mut text, out)?;
        }
        text.push_str("</edges>\n</graph>\n</gexf>\n");
        out.write_all(text.as_bytes())
    }
}

fn declared(attributes: &[Attribute<'_>], class: &str, text: &mut String) {
    if attributes.is_empty() {
        return;
    }
    let _ = writeln!(text, "<attributes class=\"{class}\" mode=\"static\">");
    for (i, attribute) in attributes.iter().enumerate() {
        let kind = if attribute.is_number() { "double" } else { "string" };
        let _ = write!(text, "<attribute id=\"{i}\" title=\"");
        xml::escape(&attribute.name, text);
        let _ = writeln!(text, "\" type=\"{kind}\"/>");
    }
    text.push_str("</attributes>\n");
}

fn values(attributes: &[Attribute<'_>], row: usize, text: &mut String) {
    let mut is_first = true;
    for (i, attribute) in attributes.iter().enumerate() {
        let Some(cell) = attribute.get(row) else { continue };
        text.push_str(if std::mem::take(&mut is_first) { "<attvalues>" } else { "" });
        let _ = write!(text, "<attvalue for=\"{i}\" value=\"");
        match cell {
            Cell::Text(value) => xml::escape(value, text),
            Cell::Number(x) => text.push_str(&number(x)),
        }
        text.push_str("\"/>");
    }
    if !is_first {
        text.push_str("</attvalues>");
    }
}

/// How wide a map becomes: a node of Gephi is 10 wide.
const WIDTH: f64 = 1000.0;

/// Where nodes are drawn, as it is written: at their x and y, else on a map of their lat and lon.
fn places(graph: &SupplyGraph) -> Vec<Option<(String, String)>> {
    let nodes = graph.nodes();
    if let (Some(x), Some(y)) = (nodes.number("x"), nodes.number("y")) {
        let place = |row| Some((number(x.get(row)?), number(y.get(row)?)));
        return (0..graph.n_nodes()).map(place).collect();
    }
    let (Some(lat), Some(lon)) = (nodes.number("lat"), nodes.number("lon")) else {
        return Vec::new();
    };
    let known: Vec<Option<(f64, f64)>> =
        lon.iter().zip(lat.iter()).map(|(lon, lat)| lon.zip(lat)).collect();
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)))
    };
    let (west, east) = range(&mut known.iter().flatten().map(|place| place.0));
    let (south, north) = range(&mut known.iter().flatten().map(|place| place.1));
    let middle = f64::midpoint(south, north);
    // A degree of longitude is shorter than one of latitude.
    let shorter = middle.to_radians().cos();
    let scale = WIDTH / ((east - west) * shorter).max(north - south).max(f64::MIN_POSITIVE);
    let scale = if scale.is_finite() { scale } else { 1.0 };
    let place = |(lon, lat): (f64, f64)| {
        let x = (lon - f64::midpoint(west, east)) * shorter * scale;
        (format!("{x:.3}"), format!("{:.3}", (lat - middle) * scale))
    };
    known.into_iter().map(|known| known.map(place)).collect()
}
