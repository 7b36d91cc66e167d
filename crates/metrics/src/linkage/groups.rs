//! Groups of nodes, by a text column, in an order that makes sense of it.

use super::stage_order::{LinkKind, leading_number};
use crate::{MetricError, ParamError};
use palenque_graph::SupplyGraph;

/// More groups than this are a mistake: the table has a row for each pair.
const MAX_GROUPS: usize = 2000;

/// The first of these text columns that the nodes have.
pub(crate) fn first_text(graph: &SupplyGraph, names: &[&'static str]) -> Option<&'static str> {
    names.iter().copied().find(|name| graph.nodes().text(name).is_some())
}

/// The columns that say at which stage firms are, the best first.
pub(crate) const STAGE_COLUMNS: [&str; 3] = ["stage", "role", "sector"];

/// The column that is asked for; the first of [`STAGE_COLUMNS`] for an empty name.
pub(crate) fn stage_column<'a>(graph: &SupplyGraph, by: &'a str) -> &'a str {
    match by {
        "" => first_text(graph, &STAGE_COLUMNS).unwrap_or("stage"),
        by => by,
    }
}

/// The groups of a text column. Nodes without a value belong to none.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// Names, in order.
    pub names: Vec<Box<str>>,
    /// How many nodes each has.
    pub n_nodes: Vec<usize>,
    /// The number with which each name begins, if all do.
    pub numbers: Option<Vec<f64>>,
    /// The group of every node.
    pub of_node: Vec<Option<usize>>,
}

impl Groups {
    /// The groups of a node column.
    ///
    /// Where every name begins with a number (`3`, `03 bottlers`, `2.5`), groups are in the order of these numbers;
    /// else, and where numbers are equal, in the order of their first appearance among the nodes.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`] without that column; [`ParamError::Value`] for more than 2,000 groups.
    pub fn by(graph: &SupplyGraph, column: &str) -> Result<Self, MetricError> {
        let Some(values) = graph.nodes().text(column) else {
            return Err(MetricError::InputMissing { what: format!("node column `{column}`") });
        };
        let mut codes: Vec<u32> = Vec::new();
        let mut position = vec![None; values.levels().len()];
        let mut n_nodes = Vec::new();
        for code in (0..values.len()).filter_map(|i| values.code(i)) {
            let place = *position[code as usize].get_or_insert_with(|| {
                codes.push(code);
                n_nodes.push(0);
                codes.len() - 1
            });
            n_nodes[place] += 1;
        }
        if codes.len() > MAX_GROUPS {
            let n = codes.len();
            let what = format!("column `{column}` has {n} groups, more than {MAX_GROUPS}");
            return Err(ParamError::Value(what).into());
        }
        let mut numbers: Option<Vec<f64>> =
            codes.iter().map(|&code| leading_number(values.level(code))).collect();
        let mut order: Vec<usize> = (0..codes.len()).collect();
        if let Some(numbers) = &mut numbers {
            order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
            numbers.sort_by(f64::total_cmp);
        }
        let mut rank = vec![0; order.len()];
        order.iter().enumerate().for_each(|(k, &place)| rank[place] = k);
        let group = |i| Some(rank[position[values.code(i)? as usize]?]);
        Ok(Self {
            names: order.iter().map(|&place| values.level(codes[place]).into()).collect(),
            n_nodes: order.iter().map(|&place| n_nodes[place]).collect(),
            numbers,
            of_node: (0..values.len()).map(group).collect(),
        })
    }

    /// Which way a flow from one group to another runs; `None` between groups without numbers.
    #[must_use]
    pub fn kind(&self, from: usize, to: usize) -> Option<LinkKind> {
        if from == to {
            return Some(LinkKind::Horizontal);
        }
        let numbers = self.numbers.as_ref()?;
        Some(match numbers[to].total_cmp(&numbers[from]) {
            std::cmp::Ordering::Greater => LinkKind::Vertical,
            std::cmp::Ordering::Equal => LinkKind::Horizontal,
            std::cmp::Ordering::Less => LinkKind::Feedback,
        })
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[&str]) -> Groups {
        let ids = (0..names.len()).map(|i| format!("n{i}"));
        let graph = SupplyGraph::from_flows(ids, []).expect("a good graph");
        let graph = graph.with_text("stage", names.iter().map(|&s| (!s.is_empty()).then_some(s)));
        Groups::by(&graph, "stage").expect("a column")
    }

    fn names(groups: &Groups) -> Vec<&str> {
        groups.names.iter().map(|name| &**name).collect()
    }

    #[test]
    fn numbered_stages_are_in_order_of_their_numbers() {
        let g = groups(&["10 shops", "2 stills", "", "01 growers", "1. haulage", "2 stills"]);
        assert_eq!(names(&g), ["01 growers", "1. haulage", "2 stills", "10 shops"]);
        assert_eq!(g.kind(0, 1), Some(LinkKind::Horizontal));
        assert_eq!(g.kind(1, 2), Some(LinkKind::Vertical));
        assert_eq!(g.kind(3, 0), Some(LinkKind::Feedback));
        assert_eq!(g.n_nodes, [1, 1, 2, 1]);
        assert_eq!(g.of_node, [Some(3), Some(2), None, Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn stages_without_numbers_are_in_order_of_appearance() {
        let g = groups(&["growers", "2 stills", "bottlers"]);
        assert_eq!(names(&g), ["growers", "2 stills", "bottlers"]);
        assert_eq!((g.kind(0, 0), g.kind(0, 1)), (Some(LinkKind::Horizontal), None));
    }
}
