//! The verbs of palenque: indices of centrality, fragmentation, linkage, clustering, flexibility, change, resilience, technology,
//! space, and composites of them, of a [`SupplyGraph`].
//!
//! Each index is a typed free function in a file of its own, and a small adapter behind [`Metric`] by which the
//! command line, the documentation, the conformance tests and the benches find it: they all walk [`all`].
//!
//! # Example
//! ```
//! use palenque_graph::{NoProgress, SupplyGraph};
//! use palenque_metrics::{Params, find};
//!
//! let graph = SupplyGraph::from_flows(["grower", "distiller"], [(0, 1, 3.0)])?;
//! let metric = find("degree").expect("a known metric");
//! let tables = metric.compute(&graph, &Params::default(), &NoProgress)?;
//! assert_eq!(tables[0].number("in_strength", 1), Some(3.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod centrality;
pub mod change;
pub mod clustering;
pub mod composite;
mod error;
pub mod flexibility;
pub mod fragmentation;
pub mod kernel;
pub mod linkage;
mod long;
pub mod null;
mod params;
pub mod profile;
pub mod resilience;
mod side;
pub mod space;
mod spec;
mod summary;
pub mod technology;

pub use error::MetricError;
pub use params::{ParamError, ParamSpec, Params, SideSpec, nearest};
pub use spec::{Family, MetricSpec, Output, Scope};
pub use summary::{Figure, SUMMARY_COLUMNS, network_summary};

use palenque_graph::{Diagnostic, Panel, PeriodPair, Progress, SupplyGraph, Table};

/// An index, or several that are computed together, behind one interface.
pub trait Metric: Sync {
    /// What it is.
    fn spec(&self) -> &'static MetricSpec;

    /// Computes it.
    ///
    /// Results for nodes and edges are aligned with the graph and have no key columns: a
    /// [`Joiner`](palenque_graph::table::Joiner) adds them. Undefined cells carry their reason.
    ///
    /// Metrics of [`Scope::Period`] do; others look at several periods and refuse one, once its parameters are known.
    ///
    /// # Errors
    /// [`MetricError`] when an input is missing, a parameter is out of range, no answer exists, or the
    /// computation was cancelled.
    fn compute(
        &self,
        _graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(self.spec().params)?;
        Err(MetricError::InputMissing { what: "two periods".into() })
    }

    /// What it looks at: one period, two, or all.
    fn scope(&self) -> Scope {
        Scope::Period
    }

    /// Whether it is left out of families and `@all`, because it answers a question of its own: it fills a table as
    /// large as a matrix, or does nothing without a side table or a column that few inputs have.
    fn by_name_only(&self) -> bool {
        false
    }

    /// The side tables that it reads by `--input NAME=FILE`.
    fn sides(&self) -> &'static [SideSpec] {
        &[]
    }

    /// Computes what happened between two consecutive periods of one panel. Only metrics of [`Scope::Pair`] do; their
    /// results have no columns `period_from` and `period_to`.
    ///
    /// # Errors
    /// As [`Metric::compute`].
    fn compare(
        &self,
        _pair: &PeriodPair<'_>,
        _params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        Ok(Vec::new())
    }

    /// Computes what all periods of a panel tell together. Only metrics of [`Scope::Panel`] do; their results are long
    /// tables.
    ///
    /// # Errors
    /// As [`Metric::compute`].
    fn over(
        &self,
        _panel: &Panel,
        _params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        Ok(Vec::new())
    }

    /// What is to be told about a result that was computed: warnings, such as how few of its digits are certain.
    ///
    /// Asked for after [`Metric::compute`] succeeded on the same graph, whose memory then holds what was derived.
    fn remarks(&self, _graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        Vec::new()
    }

    /// How a result was computed, where there is a choice: by whom, in how many steps, how exactly. For the record.
    ///
    /// Asked for as [`Metric::remarks`] is.
    fn method(&self, _graph: &SupplyGraph, _params: &Params) -> Option<String> {
        None
    }
}

/// Every metric, family by family, each family in alphabetical order.
pub fn all() -> impl Iterator<Item = &'static dyn Metric> {
    [
        centrality::METRICS,
        fragmentation::METRICS,
        linkage::METRICS,
        clustering::METRICS,
        flexibility::METRICS,
        change::METRICS,
        resilience::METRICS,
        technology::METRICS,
        space::METRICS,
        composite::METRICS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The metric of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Metric> {
    all().find(|metric| metric.spec().name == name)
}
