//! Reading side tables: rows by node, cells with their places.

use crate::params::did_you_mean;
use crate::{MetricError, Params, SideSpec};
use palenque_graph::{Diagnostic, IdLookup, Location, NodeIndex, SideTable, SupplyGraph};

/// A side table whose rows name nodes.
pub(crate) struct SideReader<'a> {
    spec: &'static SideSpec,
    table: &'a SideTable,
    graph: &'a SupplyGraph,
    lookup: IdLookup<'a>,
}

/// A row of a side table: its line and its cells.
pub(crate) type SideRow<'a> = (u64, &'a [String]);

impl<'a> SideReader<'a> {
    /// The side table of a metric, if there is one.
    pub(crate) fn of(
        graph: &'a SupplyGraph,
        params: &'a Params,
        spec: &'static SideSpec,
    ) -> Option<Self> {
        let table = params.side(spec.name)?;
        Some(Self { spec, table, graph, lookup: graph.lookup() })
    }

    /// The side table of a metric that cannot do without it.
    ///
    /// # Errors
    /// [`MetricError::InputMissing`].
    pub(crate) fn needed(
        graph: &'a SupplyGraph,
        params: &'a Params,
        spec: &'static SideSpec,
    ) -> Result<Self, MetricError> {
        Self::of(graph, params, spec).ok_or_else(|| MetricError::InputMissing {
            what: format!("side table `{}` ({})", spec.name, spec.columns),
        })
    }

    /// The rows, in the order of the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = SideRow<'a>> + use<'a> {
        self.table.rows()
    }

    /// The titles of the columns.
    pub(crate) fn titles(&self) -> &'a [String] {
        self.table.titles()
    }

    /// The position of a column that has to be there.
    pub(crate) fn column(&self, title: &str) -> Result<usize, MetricError> {
        self.optional(title).ok_or_else(|| {
            let what = format!("side table `{}` has no column `{title}`", self.spec.name);
            let help = format!("its columns are {}", self.spec.columns);
            let at = Location::file(self.table.file());
            refused(Diagnostic::new("E0301", what).at(at).help(help))
        })
    }

    /// The position of a column that may be missing.
    pub(crate) fn optional(&self, title: &str) -> Option<usize> {
        self.table.column(title)
    }

    /// The node that a cell names.
    pub(crate) fn node(&self, row: SideRow<'_>, column: usize) -> Result<NodeIndex, MetricError> {
        let id = row.1[column].trim();
        self.lookup.get(id).ok_or_else(|| {
            let hint = did_you_mean(id, self.graph.ids().iter());
            let what = format!("`{id}` is not a node of the network{hint}");
            self.refused("E0403", what, row, column)
        })
    }

    /// The number in a cell, `None` where it is empty.
    pub(crate) fn number(
        &self,
        row: SideRow<'_>,
        column: usize,
    ) -> Result<Option<f64>, MetricError> {
        let cell = row.1[column].trim();
        if cell.is_empty() {
            return Ok(None);
        }
        let number = cell.parse::<f64>().ok().filter(|x| x.is_finite());
        number.map(Some).ok_or_else(|| {
            let title = &self.table.titles()[column];
            self.refused("E0303", format!("{title} is `{cell}`, not a number"), row, column)
        })
    }

    /// A refusal at a cell.
    pub(crate) fn refused(
        &self,
        code: &'static str,
        what: String,
        row: SideRow<'_>,
        column: usize,
    ) -> MetricError {
        refused(Diagnostic::new(code, what).at(self.table.place(row.0, column)))
    }

    /// A refusal of the table as a whole.
    pub(crate) fn refused_whole(
        &self,
        code: &'static str,
        what: String,
        help: &str,
    ) -> MetricError {
        let at = Location::file(self.table.file());
        refused(Diagnostic::new(code, what).at(at).help(help))
    }
}

fn refused(found: Diagnostic) -> MetricError {
    MetricError::Side(Box::new(found))
}
