//! GeoJSON (RFC 7946): nodes as points, flows between them as lines.

use super::cells::{ends, of_edges, of_nodes};
use super::json::{members, quote};
use super::{Export, Exporter, ExporterSpec, pass_on};
use palenque_graph::{Diagnostic, NodeIndex, SupplyGraph};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes GeoJSON.
pub(super) struct GeoJson;

impl Exporter for GeoJson {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "geojson",
            parts: &[("", "geojson")],
            doc: "GeoJSON for maps: points at lat and lon, flows as lines; RFC 7946",
        }
    }

    fn check(&self, network: &Export<'_>) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        let nodes = network.graph.nodes();
        if nodes.number("lat").is_none() || nodes.number("lon").is_none() {
            let what = "nodes have no columns `lat` and `lon`, and a map needs places";
            let help =
                "add them to the node file, in degrees, or name them with `--map lat=COLUMN`";
            return Err(Box::new(Diagnostic::new("E0301", what).help(help)));
        }
        let n = places(network.graph).iter().filter(|place| place.is_none()).count();
        if n == 0 {
            return Ok(Vec::new());
        }
        let nodes = if n == 1 { "1 node has".into() } else { format!("{n} nodes have") };
        let what = format!("{nodes} no place and were left out, with their flows");
        let help = "fill in `lat` and `lon`, or pass `--allow W0305`";
        Ok(vec![Diagnostic::new("W0305", what).help(help)])
    }

    fn write(&self, network: &Export<'_>, _part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        let places = places(graph);
        let mut nodes = of_nodes(graph, &["id"]);
        nodes.retain(|attribute| !matches!(&*attribute.name, "lat" | "lon"));
        let edges = of_edges(graph, "weight", &["source", "target", "weight"]);
        let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
        let mut is_first = true;
        for (node, id) in graph.ids().iter().enumerate() {
            let Some(place) = places[node] else { continue };
            begin(&mut is_first, "Point", &point(place), &mut text);
            text.push_str("\"id\":");
            quote(id, &mut text);
            members(&nodes, node, &mut text);
            text.push_str("}}");
            pass_on(&mut text, out)?;
        }
        for (edge, (seller, buyer)) in ends(graph).enumerate() {
            let (Some(from), Some(to)) = (places[seller], places[buyer]) else { continue };
            let (kind, line) = line(from, to);
            begin(&mut is_first, kind, &line, &mut text);
            text.push_str("\"source\":");
            quote(graph.node_id(NodeIndex::new(seller)), &mut text);
            text.push_str(",\"target\":");
            quote(graph.node_id(NodeIndex::new(buyer)), &mut text);
            members(&edges, edge, &mut text);
            text.push_str("}}");
            pass_on(&mut text, out)?;
        }
        text.push_str("\n]}\n");
        out.write_all(text.as_bytes())
    }
}

/// Longitude and latitude.
type Place = (f64, f64);

fn places(graph: &SupplyGraph) -> Vec<Option<Place>> {
    let (lat, lon) = (graph.nodes().number("lat"), graph.nodes().number("lon"));
    let place = |node| Some((lon?.get(node)?, lat?.get(node)?));
    (0..graph.n_nodes()).map(place).collect()
}

fn begin(is_first: &mut bool, kind: &str, coordinates: &str, text: &mut String) {
    text.push_str(if std::mem::take(is_first) { "\n" } else { ",\n" });
    let _ = write!(
        text,
        "{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"{kind}\",\"coordinates\":{coordinates}}},\
         \"properties\":{{"
    );
}

/// A position with six places, which is ten centimetres.
fn point((lon, lat): Place) -> String {
    let plain = |x: f64| {
        let text = format!("{x:.6}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if text == "-0" { "0".to_owned() } else { text.to_owned() }
    };
    format!("[{},{}]", plain(lon), plain(lat))
}

/// A line between two places; one that would run round the world is cut where the date changes.
fn line(from: Place, to: Place) -> (&'static str, String) {
    let around = if to.0 - from.0 > 180.0 {
        -360.0
    } else if to.0 - from.0 < -180.0 {
        360.0
    } else {
        return ("LineString", format!("[{},{}]", point(from), point(to)));
    };
    let edge = if around > 0.0 { 180.0 } else { -180.0 };
    let run = to.0 + around - from.0;
    let share = if run == 0.0 { 0.0 } else { (edge - from.0) / run };
    let lat = from.1 + share * (to.1 - from.1);
    let (before, after) = (point((edge, lat)), point((-edge, lat)));
    let parts = format!("[[{},{before}],[{after},{}]]", point(from), point(to));
    ("MultiLineString", parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_where_the_date_changes() {
        assert_eq!(line((1.0, 2.0), (3.5, -4.0)).1, "[[1,2],[3.5,-4]]");
        let (kind, parts) = line((170.0, 0.0), (-170.0, 10.0));
        assert_eq!(
            (kind, &*parts),
            ("MultiLineString", "[[[170,0],[180,5]],[[-180,5],[-170,10]]]")
        );
        let (_, parts) = line((-170.0, 10.0), (170.0, 0.0));
        assert_eq!(parts, "[[[-170,10],[-180,5]],[[180,5],[170,0]]]");
    }
}
