//! Why output changed between two periods: other techniques, or other final demand.

use crate::kernel::coefficients::Economy;
use crate::kernel::signed_solve::SignedSolve;
use crate::long::Rows;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, Scope};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{PeriodPair, Progress, SupplyGraph, Table, TableId};

/// The change of every node's output, and its two parts, in the unit of the flows.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputDecomposition {
    /// `Δx`.
    pub change: Vec<f64>,
    /// What other input coefficients did.
    pub technology: Vec<f64>,
    /// What other final demand did.
    pub demand: Vec<f64>,
}

/// The change of output between two periods over the same nodes, by what changed: input coefficients or final demand.
///
/// # Formula
/// `Δx = ½ (ΔL f₀ + ΔL f₁) + ½ (L₀ + L₁) Δf`, the mean of the two polar decompositions. `L` is not formed: `L₀ f₀`, `L₀ f₁`,
/// `L₁ f₀` and `L₁ f₁` are four solves.
/// # Source
/// Dietzenbacher and Los (1998); Miller and Blair (2009), ch. 13.
/// # Input and result
/// Accounts of each period as [`Accounts`](palenque_graph::accounts::Accounts) completes them, in the prices of one year.
/// Output is what final demand takes, `x = L f`. One row per node, in node order; the parts sum to the change.
/// # Cost
/// Ten solves: `O(k (n + m))` time each, `O(n + m)` memory.
/// # Errors
/// Those of [`Economy::of`] and of the solves.
/// # Example
/// The still makes as much as before, with half the agave: technology alone changed the grower's output.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::output_decomposition::output_decomposition;
/// let of = |agave: f64| {
///     let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, agave)])?;
///     Ok::<_, palenque_graph::BuildError>(graph.with_number("output", [Some(agave), Some(8.0)]))
/// };
/// let parts = output_decomposition(&of(4.0)?, &of(2.0)?, &NoProgress)?;
/// let close = |found: f64, expected: f64| (found - expected).abs() < 1e-12;
/// assert!(close(parts.technology[0], -2.0) && close(parts.demand[0], 0.0) && close(parts.change[1], 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn output_decomposition(
    from: &SupplyGraph,
    to: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<OutputDecomposition, MetricError> {
    let (before, after) = (Economy::of(from)?.productive()?, Economy::of(to)?.productive()?);
    let (f0, f1) = (&before.accounts().final_demand, &after.accounts().final_demand);
    let outputs = |economy: &Economy<'_>| {
        let solve = SignedSolve::of(economy, economy.requirements(), progress)?;
        Ok::<_, MetricError>((solve.solve(f0, progress)?, solve.solve(f1, progress)?))
    };
    let ((l0_f0, l0_f1), (l1_f0, l1_f1)) = (outputs(&before)?, outputs(&after)?);
    let half = |a: f64, b: f64| f64::midpoint(a, b);
    let each = |value: &dyn Fn(usize) -> f64| (0..f0.len()).map(value).collect();
    Ok(OutputDecomposition {
        change: each(&|i| l1_f1[i] - l0_f0[i]),
        technology: each(&|i| half(l1_f0[i] - l0_f0[i], l1_f1[i] - l0_f1[i])),
        demand: each(&|i| half(l0_f1[i] - l0_f0[i], l1_f1[i] - l1_f0[i])),
    })
}

/// [`output_decomposition`] behind the registry.
pub struct OutputDecompositionMetric;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::text("node_id", "The node's id, as in the input."),
    ColumnSpec::number("change", Unit::Currency, "Change of output between the two periods."),
    ColumnSpec::number(
        "technology",
        Unit::Currency,
        "Part of it due to other input coefficients, anywhere in the network.",
    ),
    ColumnSpec::number(
        "demand",
        Unit::Currency,
        "Part of it due to other final demand, for any product.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "output_decomposition",
    family: Family::Linkage,
    summary: "How much of the change of a firm's output came from other techniques, and how much from other final demand.",
    formula: "Δx = ½ (ΔL f0 + ΔL f1) [technology] + ½ (L0 + L1) Δf [demand]",
    source: "Dietzenbacher and Los (1998); Miller and Blair (2009), ch. 13",
    reading: "technology > 0 = others came to need more of the firm's goods for the same products; for final demand that is \
              served with longer chains, this is what a growing division of labour looks like. The mean of the two polar \
              decompositions stands close to that of all orders, but the parts are not unique. Both periods must be in the \
              prices of one year, or inflation is read as change; coefficients also change with the mix of products within \
              a firm. Self-loops are used.",
    cost: "ten solves, O(k (n + m)) time for k sweeps each; no inverse",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::OutputDecomposition, columns: &COLUMNS }],
    core: false,
};

impl Metric for OutputDecompositionMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Pair
    }

    fn compare(
        &self,
        pair: &PeriodPair<'_>,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let parts = output_decomposition(pair.from, pair.to, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        for (i, id) in pair.from.ids().iter().enumerate() {
            let cells = [parts.change[i], parts.technology[i], parts.demand[i]].map(Into::into);
            let [change, technology, demand] = cells;
            rows.push([id.into(), change, technology, demand]);
        }
        Ok(vec![rows.table(TableId::OutputDecomposition)])
    }
}
