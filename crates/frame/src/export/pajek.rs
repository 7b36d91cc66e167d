//! Pajek `.net`: numbered vertices whose labels are the ids, and arcs.

use super::cells::{ends, number};
use super::{Export, Exporter, ExporterSpec, pass_on};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes Pajek networks.
pub(super) struct Pajek;

impl Exporter for Pajek {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "pajek",
            parts: &[("", "net")],
            doc: "Pajek: ids as labels, places from x and y; other attributes have no room",
        }
    }

    fn write(&self, network: &Export<'_>, _part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        let (x, y) = (graph.nodes().number("x"), graph.nodes().number("y"));
        let mut text = format!("*Vertices {}\n", graph.n_nodes());
        for (node, id) in graph.ids().iter().enumerate() {
            let _ = write!(text, "{} ", node + 1);
            quoted(id, &mut text);
            if let (Some(x), Some(y)) = (x.and_then(|x| x.get(node)), y.and_then(|y| y.get(node))) {
                let _ = write!(text, " {} {}", number(x), number(y));
            }
            text.push('\n');
            pass_on(&mut text, out)?;
        }
        text.push_str("*Arcs\n");
        for ((seller, buyer), &flow) in ends(graph).zip(graph.flows()) {
            let _ = writeln!(text, "{} {} {}", seller + 1, buyer + 1, number(flow));
            pass_on(&mut text, out)?;
        }
        out.write_all(text.as_bytes())
    }
}

/// A label: what would end it, or the line, has a backslash before it.
fn quoted(label: &str, text: &mut String) {
    text.push('"');
    for c in label.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c => text.push(c),
        }
    }
    text.push('"');
}
