//! Relations other than supply: cooperation, ownership, credit.

use crate::Columns;

/// A named layer of ties over the nodes of a supply graph. Kept apart from `Z`: no index of flows sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    name: Box<str>,
    directed: bool,
    ties: Box<[(u32, u32)]>,
    columns: Columns,
}

impl Relation {
    /// A layer of ties `(from, to)` between node numbers, with one row of `columns` a tie.
    ///
    /// # Panics
    /// If a column is not as long as `ties`.
    #[must_use]
    pub fn new(name: &str, directed: bool, ties: Vec<(u32, u32)>, columns: Columns) -> Self {
        for (column, len) in columns.lengths() {
            assert_eq!(len, ties.len(), "relation column `{column}` has one row a tie");
        }
        Self { name: name.into(), directed, ties: ties.into(), columns }
    }

    /// The relation's name, such as `cooperation`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether `(a, b)` and `(b, a)` are different ties.
    #[must_use]
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// The ties, in file order.
    #[must_use]
    pub fn ties(&self) -> &[(u32, u32)] {
        &self.ties
    }

    /// The columns beside the ties.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}
