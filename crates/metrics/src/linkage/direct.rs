//! Direct backward and forward linkages.

use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Direct linkages of every node; `None` for a node without output.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectLinkages {
    /// Column sums of `A`.
    pub backward: Vec<Option<f64>>,
    /// Row sums of `B`.
    pub forward: Vec<Option<f64>>,
}

/// What a node buys, and what it sells, inside the network by unit of its output.
///
/// # Formula
/// `BL_j = Σ_i a_ij = Σ_i Z_ij / x_j` and `FL_i = Σ_j b_ij = Σ_j Z_ij / x_i`.
/// # Source
/// Chenery and Watanabe (1958).
/// # Input and result
/// Uses the node columns `output`, `final_demand`, `value_added`, `imports`, completed as
/// [`Accounts`](palenque_graph::accounts::Accounts) says. One pair of values per node, in node order,
/// dimensionless; `None` for a node without output. Self-loops are used, imports are not.
/// # Cost
/// `O(n + m)` time, `O(n)` memory.
/// # Errors
/// [`MetricError::NoOutput`] for a node that trades without output.
/// # Example
/// Miller and Blair (2009), table 2.3.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::linkage::direct::direct_linkages;
/// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
/// let economy = SupplyGraph::from_flows(["s1", "s2"], flows)?
///     .with_number("output", [Some(1000.0), Some(2000.0)]);
/// let direct = direct_linkages(&economy)?;
/// assert_eq!(direct.backward, [Some(0.35), Some(0.3)]);
/// assert_eq!(direct.forward, [Some(0.65), Some(0.15)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn direct_linkages(graph: &SupplyGraph) -> Result<DirectLinkages, MetricError> {
    let economy = Economy::of(graph)?;
    let x = &economy.accounts().output;
    let by_output = |flows: &[f64]| {
        let pairs = flows.iter().zip(x);
        pairs.map(|(&flow, &x)| if x > 0.0 { ratio(flow, x) } else { None }).collect()
    };
    Ok(DirectLinkages {
        backward: by_output(economy.purchases()),
        forward: by_output(economy.sales()),
    })
}

/// [`direct_linkages`] behind the registry.
pub struct Direct;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "backward_direct",
        Unit::One,
        "Purchases inside the network by unit of output: column sum of A.",
    ),
    ColumnSpec::number(
        "forward_direct",
        Unit::One,
        "Sales inside the network by unit of output: row sum of B.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "direct_linkages",
    family: Family::Linkage,
    summary: "What a firm buys, and what it sells, inside the network by unit of its output.",
    formula: "BL_j = Σ_i Z_ij / x_j; FL_i = Σ_j Z_ij / x_i",
    source: "Chenery and Watanabe (1958)",
    reading: "backward = pull on suppliers, forward = push to buyers; the first round only, see total_linkages \
              for all rounds. Self-loops are used.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: true,
};

impl Metric for Direct {
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
        let direct = direct_linkages(graph)?;
        let column = |spec, values: &[Option<f64>]| {
            Column::from_options(spec, values, Status::ZeroDenominator)
        };
        let [backward, forward] = &COLUMNS;
        let columns = vec![column(backward, &direct.backward), column(forward, &direct.forward)];
        Ok(vec![Table::new(TableId::Linkages, columns)])
    }
}
