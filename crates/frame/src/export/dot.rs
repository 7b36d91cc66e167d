//! DOT, for Graphviz: every text quoted, so that a name is shown and never obeyed.

use super::cells::{ends, number};
use super::{Export, Exporter, ExporterSpec, pass_on, xml};
use palenque_graph::Diagnostic;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes DOT.
pub(super) struct Dot;

impl Exporter for Dot {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "dot",
            parts: &[("", "dot")],
            doc: "DOT for Graphviz: labels, and flows as the attribute `flow`",
        }
    }

    fn check(&self, network: &Export<'_>) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        Ok(xml::check(network.graph))
    }

    fn write(&self, network: &Export<'_>, _part: usize, out: &mut dyn Write) -> io::Result<()> {
        let graph = network.graph;
        let mut text = String::from("digraph {\n  rankdir=LR;\n");
        for node in graph.node_indices() {
            let _ = write!(text, "  n{} [label=\"", node.index());
            label(graph.node_label(node), &mut text);
            text.push_str("\", tooltip=\"");
            label(graph.node_id(node), &mut text);
            text.push_str("\"];\n");
            pass_on(&mut text, out)?;
        }
        for ((seller, buyer), &flow) in ends(graph).zip(graph.flows()) {
            let _ = writeln!(text, "  n{seller} -> n{buyer} [flow=\"{}\"];", number(flow));
            pass_on(&mut text, out)?;
        }
        text.push_str("}\n");
        out.write_all(text.as_bytes())
    }
}

/// A label. In it, a backslash begins an escape and an ampersand a character of HTML; pictures cannot hold
/// control characters, so these are written out.
fn label(value: &str, text: &mut String) {
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '&' => text.push_str("&amp;"),
            '\n' => text.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(text, "\\\\u{{{:x}}}", c as u32);
            }
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CsvStyle;
    use palenque_graph::SupplyGraph;

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        let ids = ["A\\\" ];\nx [label=\"y", "&lt;\u{1}"];
        let graph = SupplyGraph::from_flows(ids, [(0, 1, 0.5)]).expect("sound");
        let mut out = Vec::new();
        let export = Export { graph: &graph, csv: CsvStyle::default() };
        Dot.write(&export, 0, &mut out).expect("memory");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        let label = r#"A\\\" ];\nx [label=\"y"#;
        assert_eq!(lines[2], format!("  n0 [label=\"{label}\", tooltip=\"{label}\"];"));
        let label = r"&amp;lt;\\u{1}";
        assert_eq!(lines[3], format!("  n1 [label=\"{label}\", tooltip=\"{label}\"];"));
        assert_eq!(lines[4], "  n0 -> n1 [flow=\"0.5\"];");
    }
}
