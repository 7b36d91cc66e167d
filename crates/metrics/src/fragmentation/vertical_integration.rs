//! What a firm makes itself, and what it buys.

use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// What every node makes itself, and what it buys.
#[derive(Clone, Debug, PartialEq)]
pub struct VerticalIntegration {
    /// Value added by output; `None` for a node without output.
    pub adelman_va_sales: Vec<Option<f64>>,
    /// Purchases inside the network by output; `None` for a node without output.
    pub outsourcing_intensity: Vec<Option<f64>>,
    /// Deliveries to itself by purchases; `None` for a node that buys nothing.
    pub in_house_share: Vec<Option<f64>>,
}

/// How far every node is vertically integrated.
///
/// # Formula
/// `v_j / x_j`; `Σ_i Z_ij / x_j`, which is 1 less the former and the imports by output; `Z_jj / Σ_i Z_ij`.
/// # Source
/// Adelman (1955).
/// # Input and result
/// Uses the node columns `output`, `value_added`, `final_demand`, `imports`, completed as [`Accounts`] says. One value
/// each per node, in node order, dimensionless. Self-loops are used. Falls as the labour process is split among more
/// firms; compare a stage with itself over time, not stages with each other: the first makes nearly all itself.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::vertical_integration::vertical_integration;
/// let graph = SupplyGraph::from_flows(["grower", "still"], [(0, 1, 60.0), (1, 1, 20.0)])?
///     .with_number("output", [Some(60.0), Some(100.0)]);
/// let vi = vertical_integration(&graph);
/// assert_eq!(vi.adelman_va_sales, [Some(1.0), Some(0.2)]);
/// assert_eq!(vi.outsourcing_intensity, [Some(0.0), Some(0.8)]);
/// assert_eq!(vi.in_house_share, [None, Some(0.25)]);
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn vertical_integration(graph: &SupplyGraph) -> VerticalIntegration {
    let accounts = Accounts::of(graph);
    let purchases = graph.in_strengths();
    let own = graph.node_indices().map(|j| graph.edge_between(j, j).map_or(0.0, |e| graph.flow(e)));
    let by_output = |flows: &[f64]| {
        let pairs = flows.iter().zip(&accounts.output);
        pairs.map(|(&flow, &x)| if x > 0.0 { ratio(flow, x) } else { None }).collect()
    };
    VerticalIntegration {
        adelman_va_sales: by_output(&accounts.value_added),
        outsourcing_intensity: by_output(&purchases),
        in_house_share: own.zip(&purchases).map(|(own, &bought)| ratio(own, bought)).collect(),
    }
}

/// [`vertical_integration()`] behind the registry.
pub struct VerticalIntegrationMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "adelman_va_sales",
        Unit::One,
        "Value added by output: 1 = buys nothing. Compare a stage with itself over time.",
    ),
    ColumnSpec::number(
        "outsourcing_intensity",
        Unit::One,
        "Purchases inside the network by output, own deliveries included.",
    ),
    ColumnSpec::number(
        "in_house_share",
        Unit::One,
        "Deliveries to itself by purchases inside the network.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "vertical_integration",
    family: Family::Fragmentation,
    summary: "How much of what a firm sells it makes itself, and how much it buys.",
    formula: "adelman_va_sales = v_j / x_j; outsourcing_intensity = Σ_i Z_ij / x_j; in_house_share = Z_jj / Σ_i Z_ij",
    source: "Adelman (1955)",
    reading: "High value added by sales = integrated; falls as the labour process is split among more firms. Not \
              comparable across stages: the first makes nearly all itself. Self-loops are used.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: true,
};

impl Metric for VerticalIntegrationMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let vi = vertical_integration(graph);
        let column = Column::from_options;
        let [adelman, outsourcing, in_house] = &COLUMNS;
        let columns = vec![
            column(adelman, &vi.adelman_va_sales, Status::ZeroDenominator),
            column(outsourcing, &vi.outsourcing_intensity, Status::ZeroDenominator),
            column(in_house, &vi.in_house_share, Status::NoIn),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, columns)])
    }
}
