//! The order of stages, and which way an edge runs in it.

use palenque_graph::table::Status;
use palenque_graph::{SupplyGraph, TextColumn};

/// Which way an edge runs between stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// To a later stage.
    Vertical,
    /// Within a stage.
    Horizontal,
    /// Back to an earlier stage.
    Feedback,
}

impl LinkKind {
    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Vertical => "vertical",
            Self::Horizontal => "horizontal",
            Self::Feedback => "feedback",
        }
    }
}

/// The node column `stage` with the order of its values.
#[derive(Clone, Debug)]
pub struct Stages<'g> {
    column: &'g TextColumn,
    /// By level of the column: the number it begins with. Empty if some level begins with none.
    numbers: Vec<f64>,
}

impl<'g> Stages<'g> {
    /// The stages of a graph, if it has any.
    ///
    /// Stages are ordered by the numbers they begin with, as in `2` or `02 distilling`; if one begins with none,
    /// they have no order.
    #[must_use]
    pub fn of(graph: &'g SupplyGraph) -> Option<Self> {
        let column = graph.nodes().text("stage")?;
        let numbers: Option<Vec<f64>> = column.levels().map(leading_number).collect();
        Some(Self { column, numbers: numbers.unwrap_or_default() })
    }

    /// A node's stage.
    #[must_use]
    pub fn get(&self, node: usize) -> Option<&'g str> {
        self.column.get(node)
    }

    /// How an edge from `seller` to `buyer` runs; within a stage even if stages have no order.
    ///
    /// # Errors
    /// [`Status::InputMissing`] if the stage of one is not known or the stages have no order.
    pub fn kind(&self, seller: usize, buyer: usize) -> Result<LinkKind, Status> {
        let (Some(from), Some(to)) = (self.column.code(seller), self.column.code(buyer)) else {
            return Err(Status::InputMissing);
        };
        if from == to {
            return Ok(LinkKind::Horizontal);
        }
        let number = |code: u32| self.numbers.get(code as usize).ok_or(Status::InputMissing);
        let (from, to) = (number(from)?, number(to)?);
        Ok(match from.total_cmp(to) {
            std::cmp::Ordering::Less => LinkKind::Vertical,
            std::cmp::Ordering::Equal => LinkKind::Horizontal,
            std::cmp::Ordering::Greater => LinkKind::Feedback,
        })
    }
}

/// The number with which a name begins.
pub(super) fn leading_number(stage: &str) -> Option<f64> {
    let stage = stage.trim_start();
    let end = stage.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(stage.len());
    stage[..end].trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(stages: [Option<&str>; 3]) -> [Result<LinkKind, Status>; 3] {
        let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 1.0)]).expect("a good graph");
        let graph = graph.with_text("stage", stages);
        let stages = Stages::of(&graph).expect("a stage column");
        [(0, 1), (1, 2), (2, 0)].map(|(u, v)| stages.kind(u, v))
    }

    #[test]
    fn stages_are_ordered_by_their_numbers_not_their_letters() {
        use LinkKind::{Feedback, Horizontal, Vertical};
        assert_eq!(
            kinds([Some("9"), Some("10"), Some("10")]),
            [Ok(Vertical), Ok(Horizontal), Ok(Feedback)]
        );
        let named = [Some("2. distil"), Some("11 bottle"), Some("2b age")];
        assert_eq!(kinds(named), [Ok(Vertical), Ok(Feedback), Ok(Horizontal)]);
    }

    #[test]
    fn stages_without_numbers_have_no_order() {
        let missing = Err(Status::InputMissing);
        let named = [Some("grow"), Some("grow"), Some("distil")];
        assert_eq!(kinds(named), [Ok(LinkKind::Horizontal), missing, missing]);
        assert_eq!(
            kinds([None, Some("1"), Some("1")]),
            [missing, Ok(LinkKind::Horizontal), missing]
        );
    }
}
