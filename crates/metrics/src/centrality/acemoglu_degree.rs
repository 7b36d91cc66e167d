//! Weighted outdegree, its spread, and interconnectivity: where aggregate fluctuations may come from.

use crate::kernel::coefficients::RowMatrix;
use crate::kernel::strengths::in_strengths;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// First- and second-order interconnections of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Interconnections {
    /// By node: the sum of its shares in what its buyers spend on inputs.
    pub degree: Vec<f64>,
    /// By node: the same, each share times the outdegree of the buyer.
    pub second_order: Vec<f64>,
    /// The coefficient of variation of `degree`.
    pub variation: Result<f64, Status>,
    /// How far suppliers of large degree have the same suppliers.
    pub interconnectivity: f64,
}

/// How unevenly the firms of a network supply it, directly and at one remove.
///
/// # Formula
/// With `W_ij = Z_ji / Σ_k Z_ki`, the share of supplier `j` in the inputs of buyer `i`: outdegree `d_j = Σ_i W_ij`;
/// `CV = [Σ (d_i − d̄)² / (n − 1)]^½ / d̄`; second-order degree `q_j = Σ_i W_ij d_i`; interconnectivity
/// `τ₂ = Σ_i Σ_{j≠i} Σ_{k≠i,j} W_ji W_ki d_j d_k`.
/// # Source
/// Acemoglu, Carvalho, Ozdaglar and Tahbaz-Salehi (2012), section 4.
/// # Input and result
/// Two numbers per node, in node order, dimensionless, and two of the whole. `CV` is undefined for a single node
/// ([`Status::InsufficientN`]) and without flows ([`Status::ZeroDenominator`]). Self-loops are used, but not in `τ₂`.
/// # Cost
/// `O(n + m)` time.
/// # Example
/// A star of six: the hub supplies five others, who supply nobody but it.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::centrality::acemoglu_degree::interconnections;
/// let spokes = (1..6).flat_map(|i| [(0, i, 1.0), (i, 0, 1.0)]);
/// let star = SupplyGraph::from_flows(["hub", "a", "b", "c", "d", "e"], spokes)?;
/// let found = interconnections(&star);
/// assert!((found.variation.unwrap_or(0.0) - 1.959_591_794_23).abs() < 1e-11);
/// assert!((found.interconnectivity - 0.8).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn interconnections(graph: &SupplyGraph) -> Interconnections {
    let n = graph.n_nodes();
    let bought = in_strengths(graph);
    let share =
        |_: usize, buyer: usize, flow: f64| if flow > 0.0 { flow / bought[buyer] } else { 0.0 };
    let shares = RowMatrix::of_sales(graph, share);
    let degree: Vec<f64> = (0..n).map(|j| shares.row(j).map(|(_, w)| w).sum()).collect();
    let second_order: Vec<f64> = (0..n).map(|j| shares.row_times(j, &degree)).collect();
    let interconnectivity = (0..n).map(|i| common(&shares, i, &degree)).sum();
    Interconnections { variation: variation(&degree), degree, second_order, interconnectivity }
}

/// `Σ_{j≠i} Σ_{k≠i,j} a_j a_k` with `a_j = W_ji d_j`, over the buyers `j` of `i`.
fn common(shares: &RowMatrix<'_>, i: usize, degree: &[f64]) -> f64 {
    let terms = shares.row(i).filter(|&(j, _)| j != i).map(|(j, w)| w * degree[j]);
    // 2 Σ a_j (a_1 + … + a_{j−1}): no difference of large numbers.
    let (mut before, mut pairs) = (0.0, 0.0);
    for a in terms {
        pairs += a * before;
        before += a;
    }
    2.0 * pairs
}

fn variation(degree: &[f64]) -> Result<f64, Status> {
    let n = degree.len() as f64;
    if n < 2.0 {
        return Err(Status::InsufficientN);
    }
    let mean = degree.iter().sum::<f64>() / n;
    if !(mean > 0.0) {
        return Err(Status::ZeroDenominator);
    }
    let squares: f64 = degree.iter().map(|d| (d - mean) * (d - mean)).sum();
    Ok((squares / (n - 1.0)).sqrt() / mean)
}

/// [`interconnections`] behind the registry.
pub struct AcemogluDegree;

static COLUMNS: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "acemoglu_outdegree",
        Unit::One,
        "Sum of the node's shares in what its buyers spend on inputs.",
    ),
    ColumnSpec::number(
        "second_order_degree",
        Unit::One,
        "The same, each share times the outdegree of the buyer.",
    ),
];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "acemoglu_cv",
        Unit::One,
        "Coefficient of variation of the weighted outdegree.",
    ),
    ColumnSpec::number(
        "acemoglu_tau2",
        Unit::One,
        "Second-order interconnectivity: how far large suppliers have the same suppliers.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "acemoglu_degree",
    family: Family::Centrality,
    summary: "How much of what others buy comes from a firm, and how unevenly firms supply the network.",
    formula: "W_ij = Z_ji / Σ_k Z_ki (row = buyer); d_j = Σ_i W_ij; q_j = Σ_i W_ij d_i; acemoglu_cv = sd(d)/mean(d), n−1; \
              acemoglu_tau2 = Σ_i Σ_{j≠i} Σ_{k≠i,j} W_ji W_ki d_j d_k",
    source: "Acemoglu, Carvalho, Ozdaglar and Tahbaz-Salehi (2012), section 4",
    reading: "Outdegree 1 = supplies as much as the mean firm that buys inputs; second order = supplies the suppliers. The \
              volatility of the whole falls no faster than 1/√n + acemoglu_cv/√n + √acemoglu_tau2/n: a few general \
              suppliers keep shocks from averaging out. Self-loops are used, but not in acemoglu_tau2.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for AcemogluDegree {
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
        let found = interconnections(graph);
        let columns = vec![
            Column::new(&COLUMNS[0], Values::F64(found.degree)),
            Column::new(&COLUMNS[1], Values::F64(found.second_order)),
        ];
        let figures = [
            Figure::new(&FIGURES[0], found.variation),
            Figure::new(&FIGURES[1], Ok(found.interconnectivity)),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, columns), network_summary(&figures)])
    }
}
