//! Upstreamness where trade carries products over the border.

use crate::kernel::coefficients::Economy;
use crate::kernel::condition;
use crate::linkage::exports::{exports, product_imports};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Upstreamness in a table of one country: exports and imports are supposed to be used as the product is at home.
///
/// # Formula
/// `U_i = 1 + Σ_j b_ij U_j` with `b_ij = Z_ij / (x_i − e_i + M_i)`: purchases by unit of what is supplied at home, where `Z`
/// holds inputs of all origins.
/// # Source
/// Antràs, Chor, Fally and Hillberry (2012), section I.B.
/// # Input and result
/// Needs exports `e`, as [`exports()`] finds them, and the node column `product_imports`, `M`: imports of the product
/// that the node makes. One value per node, in stages, at least 1; `None` where nothing is supplied. Self-loops are used.
/// # Cost
/// One solve: `O(k (n + m))` time for `k` sweeps.
/// # Errors
/// [`MetricError::InputMissing`]; [`MetricError::NotProductive`] also where a node exports all that there is of its
/// product and still sells it at home; those of [`upstreamness()`](super::upstreamness::upstreamness).
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::upstreamness_open_economy::upstreamness_open_economy;
/// // Half of what is supplied at home goes to the distiller; the grower exports as much again.
/// let graph = SupplyGraph::from_flows(["grower", "distiller"], [(0, 1, 60.0)])?
///     .with_number("output", [Some(240.0), Some(100.0)])
///     .with_number("exports", [Some(120.0), None])
///     .with_number("product_imports", [Some(0.0), None]);
/// assert_eq!(upstreamness_open_economy(&graph, &NoProgress)?, [Some(1.5), Some(1.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn upstreamness_open_economy(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    let (exports, imports) = (exports(graph)?, product_imports(graph)?);
    let economy = Economy::of(graph)?;
    let output = &economy.accounts().output;
    let supply: Vec<f64> = (0..output.len()).map(|i| output[i] - exports[i] + imports[i]).collect();
    let sells_nothing_there = |&i: &usize| economy.sales()[i] > 0.0 && !(supply[i] > 0.0);
    if let Some(i) = (0..output.len()).find(sells_nothing_there) {
        let id = graph.node_id(NodeIndex::new(i));
        let why = format!(
            "`{id}` exports all that is made and imported of its product, and sells it at home"
        );
        return Err(MetricError::NotProductive { why, block: vec![id.into()] });
    }
    let at_home =
        economy.allocations().map(|i, _, b| if b > 0.0 { b * output[i] / supply[i] } else { 0.0 });
    let u = economy.solve(&at_home, &vec![1.0; output.len()], progress)?;
    Ok(u.into_iter().zip(supply).map(|(u, supply)| (supply > 0.0).then_some(u)).collect())
}

/// [`upstreamness_open_economy`] behind the registry.
pub struct UpstreamnessOpenEconomy;

static COLUMN: ColumnSpec = ColumnSpec::number(
    "upstreamness_open_economy",
    Unit::Stage,
    "Production stages a unit passes before final use, if traded products are used as those at home.",
);

static SPEC: MetricSpec = MetricSpec {
    name: "upstreamness_open_economy",
    family: Family::Fragmentation,
    summary: "How many stages stand between a product and its final use, when part of it is exported and imported.",
    formula: "U_i = 1 + Σ_j b_ij U_j, b_ij = Z_ij / (x_i − e_i + M_i)",
    source: "Antràs, Chor, Fally and Hillberry (2012), section I.B",
    reading: "As `upstreamness`, which counts exports as final use and so puts exporters too far downstream. \
              `product_imports` are imports of what the node makes; flows include imported inputs. Self-loops are used.",
    cost: "one solve, O(k (n + m)) time for k sweeps",
    needs: &["product_imports", "exports"],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &[COLUMN] },
        Output { table: TableId::Linkages, columns: &[COLUMN] },
    ],
    core: false,
};

impl Metric for UpstreamnessOpenEconomy {
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
        let u = upstreamness_open_economy(graph, progress)?;
        let table =
            |id| Table::new(id, vec![Column::from_options(&COLUMN, &u, Status::ZeroDenominator)]);
        Ok(vec![table(TableId::NodeMetrics), table(TableId::Linkages)])
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
