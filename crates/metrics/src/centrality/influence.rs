//! The influence vector.

use crate::kernel::coefficients::RowMatrix;
use crate::kernel::fixed_point::{Stop, fixed_point};
use crate::kernel::strengths::in_strengths;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    network_summary,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How [`influence`] is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InfluenceConfig {
    /// The share of labour in costs, above 0 and at most 1; `None` is the share of value added in output.
    pub labour_share: Option<f64>,
}

/// How much a shock to each node's productivity moves the output of the whole network.
///
/// # Formula
/// `v_j = α/n + (1 − α) Σ_i W_ij v_i` with `W_ij = Z_ji / Σ_k Z_ki`, the share of supplier `j` in what buyer `i` spends on
/// inputs; `α` is the share of labour in costs.
/// # Source
/// Acemoglu, Carvalho, Ozdaglar and Tahbaz-Salehi (2012); Carvalho (2014).
/// # Input and result
/// One value per node, in node order, positive, dimensionless. They add up to 1 if every node buys inputs, else to less.
/// `None` without a labour share: value added is not given and there is none. Self-loops are used.
/// # Cost
/// One solve: `O(k (n + m))` time, `k` at most about `28 / −ln(1 − α)` sweeps; `O(n + m)` memory.
/// # Errors
/// [`ParamError::Value`] for a labour share that is not above 0 and at most 1; [`MetricError::NotConverged`];
/// [`MetricError::Cancelled`].
/// # Example
/// A star of six: the hub sells to five others, who sell to nobody but it.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::influence::{InfluenceConfig, influence};
/// let spokes = (1..6).flat_map(|i| [(0, i, 1.0), (i, 0, 1.0)]);
/// let star = SupplyGraph::from_flows(["hub", "a", "b", "c", "d", "e"], spokes)?;
/// let config = InfluenceConfig { labour_share: Some(0.4) };
/// let v = influence(&star, config, &NoProgress)?.expect("a labour share");
/// assert!((v[0] - 0.416_666_666_667).abs() < 1e-11);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn influence(
    graph: &SupplyGraph,
    config: InfluenceConfig,
    progress: &dyn Progress,
) -> Result<Option<Vec<f64>>, MetricError> {
    let Some(alpha) = labour_share(graph, config)? else { return Ok(None) };
    influence_of(graph, alpha, progress).map(Some)
}

/// [`influence`] with a labour share that was found good.
pub(super) fn influence_of(
    graph: &SupplyGraph,
    alpha: f64,
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let n = graph.n_nodes();
    let bought = in_strengths(graph);
    let share = |_: usize, buyer: usize, flow: f64| {
        if flow > 0.0 { (1.0 - alpha) * (flow / bought[buyer]) } else { 0.0 }
    };
    let matrix = RowMatrix::of_sales(graph, share);
    let c = vec![alpha / n as f64; n];
    match fixed_point(&matrix, &c, Stop::default(), progress) {
        Ok(solved) => Ok(solved.values),
        Err(why) => {
            Err(why.into_error(|_| unreachable!("columns of the matrix add up to 1 − α or less")))
        }
    }
}

/// The share that is given, or that of value added in the output of all nodes.
pub(super) fn labour_share(
    graph: &SupplyGraph,
    config: InfluenceConfig,
) -> Result<Option<f64>, MetricError> {
    match config.labour_share {
        Some(alpha) if alpha > 0.0 && alpha <= 1.0 => Ok(Some(alpha)),
        Some(alpha) => {
            let what = format!("`labour_share` is {alpha}: take a share above 0 and at most 1");
            Err(ParamError::Value(what).into())
        }
        None => {
            let accounts = Accounts::of(graph);
            let value_added: f64 = accounts.value_added.iter().sum();
            let alpha = value_added / accounts.output.iter().sum::<f64>();
            // What is below this is rounding: a closed circle adds no value.
            Ok((alpha > 1e-6).then_some(alpha.min(1.0)))
        }
    }
}

/// [`influence`] behind the registry.
pub struct InfluenceMetric;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "influence",
    Unit::One,
    "How much a shock to the node's productivity moves the output of the whole network.",
)];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "influence_sum",
        Unit::One,
        "Sum of the influence vector: 1 if every node buys inputs.",
    ),
    ColumnSpec::number(
        "influence_norm2",
        Unit::One,
        "Euclidean norm of the influence vector: volatility of the whole by unit of independent shocks.",
    ),
];

pub(super) const LABOUR_SHARE: ParamSpec = ParamSpec {
    name: "labour_share",
    default: "",
    meaning: "Share of labour in costs, above 0 and at most 1; left out, that of value added in output.",
};

static SPEC: MetricSpec = MetricSpec {
    name: "influence",
    family: Family::Centrality,
    summary: "How much a shock to a firm moves the whole network, through all who buy from it.",
    formula: "v = (α/n) (I − (1 − α) W')^-1 1, W_ij = Z_ji / Σ_k Z_ki (row = buyer); influence_sum = Σ v; \
              influence_norm2 = (Σ v²)^½",
    source: "Acemoglu, Carvalho, Ozdaglar and Tahbaz-Salehi (2012); Carvalho (2014)",
    reading: "High = supplies, directly or through others, much of what all others use. If shocks of sd σ hit the nodes \
              independently, the whole varies with sd σ times influence_norm2: 1/√n where all are alike, near 1 where one \
              supplies all. Supposes that all recipes are Cobb–Douglas with one labour share; where they differ, read \
              the Domar weight. Self-loops are used.",
    cost: "one solve, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[LABOUR_SHARE],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for InfluenceMetric {
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
        let v = influence(graph, params.decode()?, progress)?.ok_or(Status::ZeroDenominator);
        let column = Column::of_all(&COLUMNS[0], graph.n_nodes(), v.clone());
        let figure = |of: fn(&[f64]) -> f64| v.as_ref().map(|v| of(v)).map_err(|&why| why);
        Ok(vec![
            Table::new(TableId::NodeMetrics, vec![column]),
            network_summary(&[
                Figure::new(&FIGURES[0], figure(|v| v.iter().sum())),
                Figure::new(&FIGURES[1], figure(|v| v.iter().map(|v| v * v).sum::<f64>().sqrt())),
            ]),
        ])
    }
}
