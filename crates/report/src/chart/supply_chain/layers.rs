//! Which stage each node is in, and in which order the stages stand.

use crate::ReportError;
use crate::chart::ChartInput;
use crate::chart::input::rows_of;
use palenque_graph::{NodeIndex, SupplyGraph, TableId};
use std::collections::BTreeMap;

/// More stages than this do not fit side by side.
const MAX_STAGES: usize = 24;

/// Stages in order, and the stage of each node that is drawn.
#[derive(Debug)]
pub(super) struct Layers {
    pub(super) names: Vec<String>,
    pub(super) of_node: Vec<Option<usize>>,
}

/// Assigns the active nodes to stages: by a text or number column of this name, else by rounded trophic level.
pub(super) fn assign(
    graph: &SupplyGraph,
    input: &ChartInput<'_>,
    period: &str,
    by: &str,
    is_active: &dyn Fn(usize) -> bool,
) -> Result<Layers, ReportError> {
    let named = names(graph, input, period, by).ok_or_else(|| ReportError::InputMissing {
        what: format!("node column `{by}`, or the table `node_metrics` with `trophic_level`"),
    })?;
    let mut nodes_of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (node, name) in named.into_iter().enumerate() {
        if is_active(node) {
            nodes_of.entry(name.unwrap_or_default()).or_default().push(node);
        }
    }
    if nodes_of.len() > MAX_STAGES {
        return Err(ReportError::Option(format!(
            "`{by}` has {} values; a drawing has room for {MAX_STAGES} stages: group more coarsely, or draw by \
             `by=trophic_level`",
            nodes_of.len()
        )));
    }
    let mut stages: Vec<(String, Vec<usize>)> = nodes_of.into_iter().collect();
    let numbers: Option<Vec<f64>> = stages.iter().map(|(name, _)| leading_number(name)).collect();
    let places = numbers.unwrap_or_else(|| levels(graph, &stages));
    let mut order: Vec<usize> = (0..stages.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b])); // stable: ties by name
    let mut of_node = vec![None; graph.n_nodes()];
    let mut names = Vec::new();
    for (stage, old) in order.into_iter().enumerate() {
        let (name, nodes) = std::mem::take(&mut stages[old]);
        for node in nodes {
            of_node[node] = Some(stage);
        }
        names.push(if name.is_empty() { "(none)".to_owned() } else { name });
    }
    Ok(Layers { names, of_node })
}

fn names(
    graph: &SupplyGraph,
    input: &ChartInput<'_>,
    period: &str,
    by: &str,
) -> Option<Vec<Option<String>>> {
    if let Some(column) = graph.nodes().text(by) {
        return Some(column.iter().map(|name| name.map(str::to_owned)).collect());
    }
    if let Some(column) = graph.nodes().number(by) {
        return Some(column.iter().map(|x| x.map(|x| x.to_string())).collect());
    }
    let table = input.table(TableId::NodeMetrics).ok()?;
    table.column("trophic_level")?;
    let lookup = graph.lookup();
    let mut names = vec![None; graph.n_nodes()];
    for row in rows_of(table, period) {
        let node = table.text("node_id", row).and_then(|id| lookup.get(id));
        if let (Some(node), Some(level)) = (node, table.number("trophic_level", row)) {
            names[node.index()] = Some(format!("{}", level.round() + 0.0));
        }
    }
    Some(names)
}

/// The number a name begins with: `3`, `03 distilling`, `-1`.
fn leading_number(name: &str) -> Option<f64> {
    let end = name
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || (*i == 0 && *c == '-')));
    let digits = &name[..end.map_or(name.len(), |(i, _)| i)];
    digits.trim_end_matches('.').parse().ok()
}

/// Trophic levels of the stages (`MacKay`, Johnson and Sansom 2020), by Gauss–Seidel on the flows between them: each
/// stage lies one step above its suppliers and below its customers, weighted by flow.
fn levels(graph: &SupplyGraph, stages: &[(String, Vec<usize>)]) -> Vec<f64> {
    let n = stages.len();
    let mut stage_of = vec![None; graph.n_nodes()];
    for (stage, (_, nodes)) in stages.iter().enumerate() {
        for node in nodes {
            stage_of[*node] = Some(stage);
        }
    }
    let mut flow = vec![0.0; n * n];
    for (node, from) in stage_of.iter().enumerate() {
        for (customer, amount) in graph.customers(NodeIndex::new(node)) {
            if let (Some(from), Some(to)) = (from, stage_of[customer.index()]) {
                flow[from * n + to] += amount;
            }
        }
    }
    let mut level = vec![0.0; n];
    for _ in 0..2000 {
        for s in 0..n {
            let (mut sum, mut weight) = (0.0, 0.0);
            for t in (0..n).filter(|t| *t != s) {
                let (bought, sold) = (flow[t * n + s], flow[s * n + t]);
                sum += bought * (level[t] + 1.0) + sold * (level[t] - 1.0);
                weight += bought + sold;
            }
            if weight > 0.0 {
                level[s] = sum / weight;
            }
        }
    }
    level
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(stages: &[&str], flows: &[(u32, u32, f64)]) -> Vec<String> {
        let ids: Vec<String> = (0..stages.len()).map(|i| format!("n{i}")).collect();
        let graph = SupplyGraph::from_flows(&ids, flows.iter().copied()).expect("a graph");
        let graph = graph.with_text("stage", stages.iter().map(Some));
        let input = ChartInput { tables: &[], panel: None };
        assign(&graph, &input, "", "stage", &|_| true).expect("stages").names
    }

    #[test]
    fn named_stages_stand_in_the_order_of_the_flows() {
        let stages = ["shop", "bottler", "agave", "glass", "still"];
        let flows = [(2, 4, 9.0), (4, 1, 20.0), (3, 1, 5.0), (1, 0, 30.0)];
        assert_eq!(layers(&stages, &flows), ["agave", "glass", "still", "bottler", "shop"]);
    }

    #[test]
    fn numbered_stages_stand_in_the_order_of_their_numbers() {
        assert_eq!(
            layers(&["10 shop", "2 still", "1 agave"], &[(0, 2, 1.0)]),
            ["1 agave", "2 still", "10 shop"]
        );
        assert_eq!(leading_number("-1"), Some(-1.0));
        assert_eq!(leading_number("2. still"), Some(2.0));
        assert_eq!(leading_number("still 2"), None);
    }
}
