//! Multipliers of every satellite row: workers, income, emissions, water.

use super::closed_model::{
    HOUSEHOLD_INCOME, HOUSEHOLDS, HouseholdConfig, INCOME, Row, household_categories,
};
use super::multipliers::MultiplierModel;
use crate::kernel::coefficients::Economy;
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The multipliers of every satellite row, behind the registry.
///
/// # Formula
/// Those of [`MultiplierModel`], a row at a time.
/// # Source
/// Miller and Blair (2009), ch. 6 and 13.
/// # Input and result
/// The graph's satellite rows; a table of one row a satellite row and node, in their orders.
/// # Cost
/// Six solves and two more a satellite row.
/// # Errors
/// [`MetricError::InputMissing`] without satellite rows; those of [`MultiplierModel::of`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, Satellite, SupplyGraph};
/// # use palenque_metrics::{Metric, Params, linkage::satellite_multipliers::SatelliteMultipliers};
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 3.0)])?
///     .with_number("output", [Some(4.0), Some(6.0)])
///     .with_satellite(Satellite::new("workers", vec![8.0, 3.0]));
/// let table = &SatelliteMultipliers.compute(&graph, &Params::default(), &NoProgress)?[0];
/// // A unit of the still's output takes half a worker there, and half a unit of the grower at two workers each.
/// let close = |name, expected: f64| (table.number(name, 1).unwrap_or(0.0) - expected).abs() < 1e-12;
/// assert!(close("direct", 0.5) && close("simple", 1.5) && close("type1", 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SatelliteMultipliers;

static COLUMNS: [ColumnSpec; 10] = [
    ColumnSpec::text("node_id", "The node's id, as in the input."),
    ColumnSpec::text("satellite", "The satellite row."),
    ColumnSpec::text("unit", "The unit of the amount, where it is known."),
    ColumnSpec::number("amount", Unit::None, "What the node uses or makes of it."),
    ColumnSpec::number("direct", Unit::None, "Amount by unit of output."),
    ColumnSpec::number("simple", Unit::None, "Amount in all by unit of final demand for the node."),
    ColumnSpec::number("type1", Unit::One, "Amount in all by that of the node itself."),
    ColumnSpec::number(
        "type2_truncated",
        Unit::One,
        "The same with what households spend of what they earn.",
    ),
    ColumnSpec::number("type2_total", Unit::One, "The same with what households use themselves."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "satellite_multipliers",
    family: Family::Linkage,
    summary: "How much of each satellite row (work, income, emissions) one more unit of final demand for a firm takes in all.",
    formula: "direct = h_j = amount_j / x_j; simple = (h L)_j; type1 = (h L)_j / h_j; type2_truncated = (Σ_i≤n h_i l̄_ij) / h_j \
              and type2_total with the row of households, in the model closed for households as in `multipliers`",
    source: "Miller and Blair (2009), ch. 6 and 13",
    reading: "High simple = what final users buy of this firm embodies much of it, wherever it arises. High type1 = most of \
              it arises with suppliers; undefined where the firm itself uses none. Σ_j simple_j f_j is the amount of the \
              whole network: the multipliers share it out by final product, without a rest. Type II counts what workers \
              spend, and is an upper bound. Self-loops are used.",
    cost: "6 solves and 2 more a satellite row, O(k (n + m)) time for k sweeps each; no inverse",
    needs: &[],
    params: &[HOUSEHOLD_INCOME, HOUSEHOLDS, INCOME],
    outputs: &[Output { table: TableId::SatelliteMultipliers, columns: &COLUMNS }],
    core: false,
};

impl Metric for SatelliteMultipliers {
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
        let config: HouseholdConfig = params.decode()?;
        if graph.satellites().is_empty() {
            return Err(MetricError::InputMissing { what: "a satellite row".into() });
        }
        let economy = Economy::of(graph)?.productive()?;
        let model = MultiplierModel::of(&economy, &config, progress)?;
        let households = household_categories(graph, &config)?;
        let mut rows = Rows::new(&COLUMNS);
        for satellite in graph.satellites() {
            let found = model.multipliers(&Row::of(satellite, &households), progress)?;
            for (j, id) in graph.ids().iter().enumerate() {
                rows.push([
                    id.into(),
                    satellite.name().into(),
                    satellite.unit().into(),
                    satellite.amounts()[j].into(),
                    found.direct[j].into(),
                    found.simple[j].into(),
                    found.type1[j].into(),
                    found.type2_truncated[j].into(),
                    found.type2_total[j].into(),
                ]);
            }
        }
        Ok(vec![rows.table(TableId::SatelliteMultipliers)])
    }
}
