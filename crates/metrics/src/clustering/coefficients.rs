//! Clustering coefficients and transitivity.

use crate::kernel::adjacency::Mutual;
use crate::kernel::triangles::triangles;
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far the trading partners of a firm trade with each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Clustering {
    /// By node, by counting; an error where it has fewer than two partners.
    pub watts_strogatz: Vec<Result<f64, Status>>,
    /// By node, weighted by the flows of the node.
    pub barrat: Vec<Result<f64, Status>>,
    /// By node, weighted by the flows of all three sides.
    pub onnela: Vec<Result<f64, Status>>,
    /// Closed paths of two steps over all such paths; an error where there are none.
    pub transitivity: Result<f64, Status>,
}

impl Clustering {
    /// The mean of the coefficients by counting, undefined ones taken as 0.
    ///
    /// # Errors
    /// [`Status::InsufficientN`] without nodes.
    pub fn mean_zero(&self) -> Result<f64, Status> {
        let n = self.watts_strogatz.len();
        if n == 0 { Err(Status::InsufficientN) } else { Ok(self.sum_defined() / n as f64) }
    }

    /// The mean of the coefficients by counting that are defined.
    ///
    /// # Errors
    /// [`Status::ZeroDenominator`] if none is.
    pub fn mean_defined(&self) -> Result<f64, Status> {
        let defined = self.watts_strogatz.iter().flatten().count();
        if defined == 0 {
            Err(Status::ZeroDenominator)
        } else {
            Ok(self.sum_defined() / defined as f64)
        }
    }

    fn sum_defined(&self) -> f64 {
        self.watts_strogatz.iter().flatten().sum()
    }
}

/// How far the trading partners of a firm trade with each other, whoever sells and whoever buys.
///
/// # Formula
/// On the undirected view `M = Z + Zᵀ` without its diagonal, with `k_i` partners, `t_i` triangles and
/// `s_i = Σ_j M_ij`: counting `2t_i / (k_i(k_i − 1))`; Barrat `Σ (M_ij + M_ih) / (s_i(k_i − 1))` over the
/// triangles `i, j, h`; Onnela `2/(k_i(k_i − 1)) · Σ (m_ij m_ih m_jh)^{1/3}` with `m = M / max M`. Transitivity:
/// `Σ_i t_i / Σ_i k_i(k_i − 1)/2`.
/// # Source
/// Watts and Strogatz (1998); Barrat, Barthélemy, Pastor-Satorras and Vespignani (2004); Onnela, Saramäki, Kertész and
/// Kaski (2005).
/// # Input and result
/// Three values per node, in node order, each between 0 and 1, and one of the whole. With fewer than two partners
/// a coefficient is undefined. Self-loops are not used.
/// # Cost
/// `O(m^{3/2})` time, `O(n + m)` memory and `O(n)` more for each of a few chunks a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// In a triangle with a tail, the corner with the tail has three partners, of whom two trade.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph, table::Status};
/// # use palenque_metrics::clustering::coefficients::clustering;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (0, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?;
/// let c = clustering(&graph, &NoProgress)?;
/// assert_eq!(c.watts_strogatz, [Ok(1.0 / 3.0), Ok(1.0), Ok(1.0), Err(Status::ZeroDenominator)]);
/// assert_eq!(c.transitivity, Ok(0.6)); // 3 of 5 paths are closed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn clustering(graph: &SupplyGraph, progress: &dyn Progress) -> Result<Clustering, MetricError> {
    let view = Mutual::of(graph);
    let found = triangles(&view, progress)?;
    let degree = |i: usize| view.adjacency().range(i).len() as f64;
    let over = |sum: f64, i: usize, whole: f64| match degree(i) {
        0.0 => Err(Status::Isolate),
        k if k >= 2.0 && whole > 0.0 => Ok(sum / whole),
        _ => Err(Status::ZeroDenominator),
    };
    let nodes = 0..graph.n_nodes();
    let pairs = |i: usize| degree(i) * (degree(i) - 1.0) / 2.0;
    let has_flow = view.weights().iter().any(|&m| m > 0.0);
    let watts_strogatz = nodes.clone().map(|i| over(found.count[i] as f64, i, pairs(i)));
    let barrat =
        nodes.clone().map(|i| over(found.sides[i], i, view.strength(i) * (degree(i) - 1.0)));
    let onnela =
        nodes.clone().map(|i| over(found.intensity[i], i, if has_flow { pairs(i) } else { 0.0 }));
    let all_pairs: f64 = nodes.clone().map(pairs).sum();
    let closed: u64 = found.count.iter().sum();
    Ok(Clustering {
        watts_strogatz: watts_strogatz.collect(),
        barrat: barrat.collect(),
        onnela: onnela.collect(),
        transitivity: if all_pairs > 0.0 {
            Ok(closed as f64 / all_pairs)
        } else {
            Err(Status::ZeroDenominator)
        },
    })
}

/// [`clustering()`] behind the registry.
pub struct ClusteringMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "clustering",
        Unit::One,
        "Share of the pairs of partners who trade with each other (Watts and Strogatz).",
    ),
    ColumnSpec::number(
        "clustering_barrat",
        Unit::One,
        "The same, pairs weighted by what the node trades with them (Barrat).",
    ),
    ColumnSpec::number(
        "clustering_onnela",
        Unit::One,
        "The same, pairs weighted by the flows of the three sides over the largest flow (Onnela).",
    ),
];

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "transitivity",
        Unit::One,
        "Share of the paths of two steps whose ends trade with each other.",
    ),
    ColumnSpec::number(
        "clustering_mean_zero",
        Unit::One,
        "Mean of the coefficients by counting, undefined ones taken as 0.",
    ),
    ColumnSpec::number(
        "clustering_mean_defined",
        Unit::One,
        "Mean of the coefficients by counting that are defined.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "clustering",
    family: Family::Clustering,
    summary: "How far the trading partners of a firm trade with each other.",
    formula: "2t/(k(k−1)); Barrat Σ(M_ij+M_ih)/(s_i(k_i−1)); Onnela 2/(k(k−1)) Σ(m_ij m_ih m_jh)^(1/3); \
              transitivity = closed / all paths of two steps",
    source: "Watts and Strogatz (1998); Barrat, Barthélemy, Pastor-Satorras and Vespignani (2004); Onnela, Saramäki, \
             Kertész and Kaski (2005)",
    reading: "1 = all partners trade with each other, 0 = none do; empty with fewer than two partners. Directions are \
              not distinguished: M = Z + Zᵀ. Self-loops are not used.",
    cost: "O(m^(3/2)) time",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for ClusteringMetric {
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
        let c = clustering(graph, progress)?;
        let values = [c.transitivity, c.mean_zero(), c.mean_defined()];
        let figures = exact_figures(&FIGURES, values);
        let [counting, barrat, onnela] = &COLUMNS;
        let nodes = vec![
            Column::from_results(counting, c.watts_strogatz),
            Column::from_results(barrat, c.barrat),
            Column::from_results(onnela, c.onnela),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, nodes), network_summary(&figures)])
    }
}
