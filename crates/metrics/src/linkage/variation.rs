//! Coefficients of variation: whether a linkage is spread over the network or rests on few partners.

use crate::kernel::condition;
use crate::kernel::leontief::LeontiefInverse;
use crate::kernel::ratio::ratio;
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// Coefficients of variation of every node's linkages; `None` for a node without output.
#[derive(Clone, Debug, PartialEq)]
pub struct Variation {
    /// Of the columns of `L`.
    pub backward: Vec<Option<f64>>,
    /// Of the rows of `L`.
    pub forward: Vec<Option<f64>>,
    /// Of the rows of `G`.
    pub forward_ghosh: Vec<Option<f64>>,
}

/// How unevenly a node's total linkages are spread over the others.
///
/// # Formula
/// `V_j = sqrt(Σ_i (l_ij − l̄_j)² / (n − 1)) / l̄_j` with `l̄_j = Σ_i l_ij / n`, likewise for rows of `L` and of `G`; `n`
/// counts the nodes with output.
/// # Source
/// Rasmussen (1956), with `n − 1`.
/// # Input and result
/// Outputs as [`Accounts`](palenque_graph::accounts::Accounts) completes them. One dimensionless value per node, in node
/// order, at most `√n`; all `None` if fewer than two nodes have output. Self-loops are used, and raise all three.
/// # Cost
/// `O(n²)` time beside the inverse.
/// # Errors
/// None: the inverse is there.
/// # Example
/// Miller and Blair (2009), table 2.3.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::leontief::LeontiefInverse;
/// # use palenque_metrics::linkage::variation::variation;
/// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
/// let economy = SupplyGraph::from_flows(["s1", "s2"], flows)?
///     .with_number("output", [Some(1000.0), Some(2000.0)]);
/// let inverse = LeontiefInverse::of(&economy, &NoProgress)?;
/// let spread = variation(&inverse);
/// // 0.95/0.7575 and 0.20/0.7575: their distance from the mean by the mean, times √2.
/// assert!((spread.backward[0].unwrap_or(0.0) - 0.75 / 1.15 * 2_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn variation(inverse: &LeontiefInverse) -> Variation {
    let x = &inverse.accounts().output;
    let n = inverse.n_active() as f64;
    let active = |i: usize| inverse.is_active(i) && n > 1.0;
    let cv = |squares: f64, mean: f64| ratio((squares / (n - 1.0)).sqrt(), mean);
    let row_cv = |i: usize, weight: &dyn Fn(usize) -> f64| {
        let cells = || {
            let row = inverse.row(i).iter().enumerate().filter(|(j, _)| active(*j));
            row.map(|(j, l)| l * weight(j))
        };
        let mean = cells().sum::<f64>() / n;
        cv(cells().map(|cell| (cell - mean).powi(2)).sum(), mean)
    };
    let rows = |weight: &dyn Fn(usize) -> f64| {
        (0..inverse.n()).map(|i| active(i).then(|| row_cv(i, weight))?).collect()
    };
    let means: Vec<f64> = inverse.backward().iter().map(|sum| sum / n).collect();
    let mut squares = vec![0.0; inverse.n()];
    for (_, row) in inverse.rows().enumerate().filter(|(i, _)| active(*i)) {
        let cells = squares.iter_mut().zip(row).zip(&means);
        cells.for_each(|((sum, l), mean)| *sum += (l - mean).powi(2));
    }
    Variation {
        backward: (0..inverse.n()).map(|j| active(j).then(|| cv(squares[j], means[j]))?).collect(),
        forward: rows(&|_| 1.0),
        forward_ghosh: rows(&|j| x[j]), // g_ij = l_ij x_j / x_i; x_i is in both deviation and mean
    }
}

/// [`variation`] behind the registry.
pub struct VariationMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "cv_backward",
        Unit::One,
        "Coefficient of variation of the node's column of L; low = its pull is spread evenly.",
    ),
    ColumnSpec::number(
        "cv_forward",
        Unit::One,
        "Coefficient of variation of the node's row of L; low = evenly needed by all.",
    ),
    ColumnSpec::number(
        "cv_forward_ghosh",
        Unit::One,
        "Coefficient of variation of the node's row of G; low = its push is spread evenly.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "linkage_variation",
    family: Family::Linkage,
    summary: "Whether what a firm pulls and pushes is spread over the network or rests on few partners.",
    formula: "V_j = sqrt( Σ_i (l_ij − l̄_j)² / (n − 1) ) / l̄_j; rows of L and of G likewise",
    source: "Rasmussen (1956)",
    reading: "Low = spread evenly: more demand for the firm is felt all over. High, up to √n = the linkage rests on few \
              partners, or on the firm itself: the unit on the diagonal of L counts, so a firm without suppliers has \
              the highest value. Compare firms of one network only: the index depends on the number of nodes and on how \
              finely they are split. n counts nodes with output, and deviations are divided by n − 1. Self-loops are \
              used.",
    cost: "the Leontief inverse, O(n³) time and n² numbers, shared by all that need it; then O(n²)",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: false,
};

impl Metric for VariationMetric {
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
        let inverse = LeontiefInverse::of(graph, progress)?;
        let spread = variation(&inverse);
        let reason = |i: usize| {
            if inverse.is_active(i) { Status::InsufficientN } else { Status::ZeroDenominator }
        };
        let column = |spec, values: &[Option<f64>]| {
            let cells = values.iter().enumerate();
            Column::from_results(spec, cells.map(|(i, v)| v.ok_or_else(|| reason(i))))
        };
        let [backward, forward, ghosh] = &COLUMNS;
        let columns = vec![
            column(backward, &spread.backward),
            column(forward, &spread.forward),
            column(ghosh, &spread.forward_ghosh),
        ];
        Ok(vec![Table::new(TableId::Linkages, columns)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
