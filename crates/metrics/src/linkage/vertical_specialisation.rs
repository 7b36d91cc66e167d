//! The imported content of the exports of one country.

use super::exports::exports;
use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::signed_solve::SignedSolve;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Imported inputs in a unit of each node's final product, bought by itself or by its suppliers.
///
/// # Formula
/// `vs_j = imp_j / x_j + Σ_i a_ij vs_i`, so `vs = u A^M (I − A)⁻¹`, where `A` holds the deliveries inside the country and
/// `u A^M` imported inputs by unit of output. The `VS` of exports `e` is `vs e`.
/// # Source
/// Hummels, Ishii and Yi (2001), eq. 3.
/// # Input and result
/// Needs the node column `imports`: inputs that the node buys abroad. One value per node, in node order, between 0 and 1
/// where no node makes a loss; `None` for a node without output. Self-loops are used.
/// # Cost
/// Three solves: `O(k (n + m))` time for `k` sweeps.
/// # Errors
/// [`MetricError::InputMissing`] without `imports`; those of [`SignedSolve::of`].
/// # Example
/// Half of the bottler's inputs by value is the still's product, of which a fifth was imported.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::vertical_specialisation::import_content;
/// let graph = SupplyGraph::from_flows(["still", "bottler"], [(0, 1, 50.0)])?
///     .with_number("output", [Some(50.0), Some(100.0)])
///     .with_number("imports", [Some(10.0), Some(30.0)]);
/// let vs = import_content(&graph, &NoProgress)?;
/// assert!((vs[1].unwrap_or(0.0) - 0.4).abs() < 1e-12); // 0.3 + 0.5 · 0.2
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn import_content(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    if graph.nodes().number("imports").is_none() {
        return Err(MetricError::InputMissing { what: "node column `imports`".into() });
    }
    let economy = Economy::of(graph)?.productive()?;
    let accounts = economy.accounts();
    let by_unit = accounts.imports.iter().zip(&accounts.output);
    let by_unit: Vec<f64> = by_unit.map(|(&m, &x)| if x > 0.0 { m / x } else { 0.0 }).collect();
    let solve = SignedSolve::of(&economy, economy.recipes(), progress)?;
    Ok(economy.where_active(solve.solve(&by_unit, progress)?))
}

/// [`import_content`] behind the registry.
pub struct VerticalSpecialisation;

static COLUMN: ColumnSpec = ColumnSpec::number(
    "vs_share",
    Unit::One,
    "Imported inputs in a unit of the node's exports, its suppliers' included.",
);

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number("vs", Unit::Currency, "Imported inputs in all exports."),
    ColumnSpec::number("vs_share", Unit::One, "Imported inputs in a unit of all exports."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "vertical_specialisation",
    family: Family::Linkage,
    summary: "How much of what a country exports was bought abroad first, directly or by suppliers.",
    formula: "vs_share_j = imp_j / x_j + Σ_i a_ij vs_share_i; vs = Σ_j vs_share_j e_j; vs_share = vs / Σ e_j",
    source: "Hummels, Ishii and Yi (2001), eq. 3",
    reading: "0 = made from domestic inputs alone; high = processes imports for exports. For a table of one country; own \
              value that comes back in imports counts as imported, so in a table of several regions \
              `gvc_decomposition` says more. The total needs node column `exports`, or a category `exports` of final \
              demand. Self-loops are used.",
    cost: "three solves, O(k (n + m)) time for k sweeps",
    needs: &["imports"],
    params: &[],
    outputs: &[
        Output { table: TableId::Linkages, columns: &[COLUMN] },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for VerticalSpecialisation {
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
        let content = import_content(graph, progress)?;
        let [vs, vs_share] = match exports(graph) {
            Ok(exports) => {
                let pairs = content.iter().zip(&exports);
                let vs: f64 = pairs.map(|(content, e)| content.unwrap_or(0.0) * e).sum();
                [Ok(vs), ratio_or_status(vs, exports.iter().sum())]
            }
            Err(_) => [Err(Status::InputMissing); 2],
        };
        let shares = content.into_iter().map(|share| share.ok_or(Status::ZeroDenominator));
        let figures = [Figure::new(&FIGURES[0], vs), Figure::new(&FIGURES[1], vs_share)];
        Ok(vec![
            Table::new(TableId::Linkages, vec![Column::from_results(&COLUMN, shares)]),
            network_summary(&figures),
        ])
    }
}
