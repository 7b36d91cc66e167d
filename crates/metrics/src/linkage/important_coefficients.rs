//! Inverse-important coefficients: which input coefficients must be known well.

use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// How large a change of some output counts.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportanceConfig {
    /// The change of output, in percent, that some node must feel.
    pub percent: f64,
}

impl Default for ImportanceConfig {
    fn default() -> Self {
        Self { percent: 1.0 }
    }
}

/// The smallest rise of every edge's input coefficient, in percent, that moves the output of some node by `percent`.
///
/// # Formula
/// `r_ij = 100 p / (a_ij (100 x_j max_k(l_ki / x_k) + p l_ji))`, from `Δx_k = δ l_ki x_j / (1 − δ l_ji)`.
/// # Source
/// Jílek (1971); Schintke and Stäglin (1988).
/// # Input and result
/// Outputs as [`Accounts`](palenque_graph::accounts::Accounts) completes them. In percent, one value per edge, in edge
/// order; `None` for an edge without flow. The maximum is over nodes with output. Self-loops are used.
/// # Cost
/// `O(n² + m)` time beside the inverse.
/// # Errors
/// [`ParamError::Value`] unless `percent` is positive; those of [`LeontiefInverse::of`].
/// # Example
/// The grower sells all to the still: its output moves by 1 % if the still takes 1 % more.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::important_coefficients::{ImportanceConfig, tolerable_limits};
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(3.0), Some(9.0)]);
/// let limits = tolerable_limits(&graph, &ImportanceConfig::default(), &NoProgress)?;
/// assert!((limits[0].unwrap_or(0.0) - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tolerable_limits(
    graph: &SupplyGraph,
    config: &ImportanceConfig,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    let p = config.percent;
    if !(p > 0.0 && p.is_finite()) {
        let what = format!("`percent` is {p}: give a positive change of output, in percent");
        return Err(ParamError::Value(what).into());
    }
    let inverse = LeontiefInverse::of(graph, progress)?;
    let x = &inverse.accounts().output;
    let mut reach = vec![0.0_f64; inverse.n()];
    for (k, row) in inverse.rows().enumerate().filter(|(k, _)| inverse.is_active(*k)) {
        reach.iter_mut().zip(row).for_each(|(most, l)| *most = most.max(l / x[k]));
    }
    let limit = |i: usize, j: usize, flow: f64| {
        // a_ij x_j is the flow.
        let moved = 100.0 * flow * reach[i] + p * inverse.l(j, i) * flow / x[j];
        if flow > 0.0 { ratio(100.0 * p, moved) } else { None }
    };
    let of_seller = |i: NodeIndex| graph.customers(i).map(move |(j, flow)| (i, j, flow));
    let edges = graph.node_indices().flat_map(of_seller);
    Ok(edges.map(|(i, j, flow)| limit(i.index(), j.index(), flow)).collect())
}

/// [`tolerable_limits`] behind the registry.
pub struct ImportantCoefficients;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "tolerable_limit",
    Unit::One,
    "Rise of the edge's input coefficient, in percent, at which some node's output changes by `percent`.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "important_coefficients",
    family: Family::Linkage,
    summary: "Which supply relations must be measured well, since a small change in them moves some firm's output.",
    formula: "tolerable_limit_ij = 100 p / ( a_ij (100 x_j max_k(l_ki / x_k) + p l_ji) ), p = `percent`",
    source: "Jílek (1971); Schintke and Stäglin (1988)",
    reading: "Low = important: a small relative change is felt. Limits above 100 may be left to guesswork, those below \
              `percent` or so decide results; published tables call a coefficient important below 100. It falls with the \
              size of the flow, unlike the field of influence. Only some firm must feel it, so sales to a small firm's \
              only buyer come out important. Self-loops are used.",
    cost: "the Leontief inverse, O(n³) time and n² numbers, shared by all that need it; then O(n² + m)",
    needs: &[],
    params: &[ParamSpec {
        name: "percent",
        default: "1.0",
        meaning: "The change of some node's output, in percent, that counts.",
    }],
    outputs: &[Output { table: TableId::EdgeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for ImportantCoefficients {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let limits = tolerable_limits(graph, &params.decode()?, progress)?;
        let results = limits.into_iter().map(|limit| limit.ok_or(Status::ZeroDenominator));
        let columns = vec![Column::from_results(&COLUMNS[0], results)];
        Ok(vec![Table::new(TableId::EdgeMetrics, columns)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
