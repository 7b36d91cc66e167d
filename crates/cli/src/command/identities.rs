//! The two identities of accounts, as `palenque inspect` prints them: what a sector sells is its output, and so is
//! what it buys and adds.

use crate::terminal::{grouped, quantity};
use palenque_graph::diagnostic::shown;
use palenque_graph::{NodeIndex, NumberColumn, SupplyGraph};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// How many nodes without output are named.
const NAMED: usize = 5;

/// Where one side of the accounts is farthest from the output.
struct Gap {
    node: usize,
    sum: f64,
    output: f64,
}

impl Gap {
    /// The largest gap over the nodes whose output and sum are known.
    fn largest(sums: impl Iterator<Item = Option<f64>>, output: &NumberColumn) -> Option<Self> {
        let known = sums.zip(output.iter()).enumerate();
        let known = known.filter_map(|(node, (sum, x))| Some(Self { node, sum: sum?, output: x? }));
        known.max_by(|a, b| a.size().total_cmp(&b.size()).then(b.node.cmp(&a.node)))
    }

    fn size(&self) -> f64 {
        (self.sum - self.output).abs()
    }

    fn text(&self, graph: &SupplyGraph) -> String {
        if self.size() == 0.0 {
            return "no gap".into();
        }
        let id = shown(graph.ids().get(NodeIndex::new(self.node)));
        let share = match self.output {
            0.0 => String::new(),
            x => format!(" ({:.3} %)", 100.0 * self.size() / x.abs()),
        };
        format!("largest gap {}{share} at {id}", quantity(self.size()))
    }

    fn json(&self, graph: &SupplyGraph) -> Value {
        json!({
            "id": graph.ids().get(NodeIndex::new(self.node)),
            "sum": self.sum,
            "output": self.output,
            "gap": self.size(),
        })
    }
}

/// Both identities in words and as JSON, where the graph has an output and final demand or value added beside it.
pub(super) fn identities(graph: &SupplyGraph) -> (String, Value) {
    let column = |name: &str| graph.nodes().number(name);
    let Some(output) = column("output") else { return (String::new(), Value::Null) };
    let rows = column("final_demand").and_then(|demand| {
        let sales = graph.out_strengths().into_iter().zip(demand.iter());
        Gap::largest(sales.map(|(sales, demand)| demand.map(|demand| sales + demand)), output)
    });
    let columns = column("value_added").and_then(|added| {
        let imports = |node: usize| column("imports").and_then(|c| c.get(node)).unwrap_or(0.0);
        let bought = graph.in_strengths().into_iter().zip(added.iter()).enumerate();
        let sum = |(node, (bought, added)): (usize, (f64, Option<f64>))| {
            added.map(|added| bought + imports(node) + added)
        };
        Gap::largest(bought.map(sum), output)
    });
    let idle: Vec<usize> =
        (0..output.len()).filter(|&node| output.get(node) == Some(0.0)).collect();
    let mut text = String::new();
    if let Some(gap) = &rows {
        let _ = writeln!(
            text,
            "rows add up  sales and final demand against output: {}",
            gap.text(graph)
        );
    }
    if let Some(gap) = &columns {
        let _ = writeln!(
            text,
            "columns do   inputs and value added against output: {}",
            gap.text(graph)
        );
    }
    if !idle.is_empty() {
        let id = |&node: &usize| shown(graph.ids().get(NodeIndex::new(node)));
        let named: Vec<String> = idle.iter().take(NAMED).map(id).collect();
        let more = if idle.len() > NAMED { " …" } else { "" };
        let n = grouped(idle.len() as u64);
        let _ = writeln!(text, "no output    {n}: {}{more}", named.join(", "));
    }
    let result = json!({
        "rows": rows.map(|gap| gap.json(graph)),
        "columns": columns.map(|gap| gap.json(graph)),
        "without_output": idle.iter().map(|&n| graph.ids().get(NodeIndex::new(n))).collect::<Vec<_>>(),
    });
    (text, result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_gaps_are_named() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 4.0)])
            .expect("a good graph")
            .with_number("output", [Some(10.0), Some(0.0)])
            .with_number("final_demand", [Some(5.0), Some(0.0)])
            .with_number("value_added", [Some(10.0), Some(0.0)]);
        let (text, json) = identities(&graph);
        assert!(text.contains("largest gap 1 (10.000 %) at a"), "{text}");
        assert_eq!(json["columns"]["gap"], 4.0);
        assert_eq!(json["without_output"], json!(["b"]));
        let bare = SupplyGraph::from_flows(["a"], []).expect("a good graph");
        assert_eq!(identities(&bare), (String::new(), Value::Null));
    }
}
