//! Directed clustering coefficients.

use crate::kernel::adjacency::Ties;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::triangles::{Triangle, Upward};
use crate::kernel::weighting::{WEIGHTS_PARAM, Weighting, WeightingConfig};
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far the partners of a firm trade with each other, by who sells to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectedClustering {
    /// Circles: `i → j → h → i`.
    pub cycle: Vec<Result<f64, Status>>,
    /// A customer of the firm buys from its supplier as well: `j → i → h` and `j → h`.
    pub middleman: Vec<Result<f64, Status>>,
    /// Two suppliers of the firm who trade.
    pub inward: Vec<Result<f64, Status>>,
    /// Two customers of the firm who trade.
    pub outward: Vec<Result<f64, Status>>,
    /// All of these.
    pub all: Vec<Result<f64, Status>>,
}

impl DirectedClustering {
    /// In the order of the columns.
    fn patterns(self) -> [Vec<Result<f64, Status>>; 5] {
        [self.cycle, self.middleman, self.inward, self.outward, self.all]
    }
}

/// What the triangles at one corner add up to.
#[derive(Clone, Copy, Default)]
struct Sums {
    cycle: f64,
    middleman: f64,
    inward: f64,
    outward: f64,
}

/// How far the partners of a firm trade with each other, apart for the four ways in which three firms can sell to each
/// other, and for all.
///
/// # Formula
/// With `X_ij = (Z_ij / max Z)^{1/3}`, or 1 for every flow with `weights: binary`, and in-, out- and mutual degrees: cycle
/// `[X³]_ii / (k_in k_out − k↔)`, middleman `[X Xᵀ X]_ii / (k_in k_out − k↔)`, in `[Xᵀ X²]_ii / (k_in (k_in − 1))`, out
/// `[X² Xᵀ]_ii / (k_out (k_out − 1))`, all `[(X + Xᵀ)³]_ii / (2 (k (k − 1) − 2 k↔))` with `k = k_in + k_out`.
/// # Source
/// Fagiolo (2007).
/// # Input and result
/// Five numbers per node, in node order, each between 0 and 1; undefined where no such triangle is possible.
/// Self-loops are not used, not even for the largest flow.
/// # Cost
/// `O(m^{3/2})` time, `O(n + m)` memory and `O(n)` more for each of a few chunks a thread.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// A still buys agave of a grower and gives part of it to another, who has a grower of his own: the same one.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::clustering::directed_coefficients::directed_clustering;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["grower", "still", "other"], flows)?;
/// let c = directed_clustering(&graph, &Default::default(), &NoProgress)?;
/// assert_eq!(c.middleman[1], Ok(1.0));
/// assert_eq!((c.outward[0], c.inward[2]), (Ok(0.5), Ok(0.5))); // the two could trade the other way, too
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn directed_clustering(
    graph: &SupplyGraph,
    config: &WeightingConfig,
    progress: &dyn Progress,
) -> Result<DirectedClustering, MetricError> {
    let n = graph.n_nodes();
    let view = Ties::merged(graph, |sold, bought| [sold, bought]);
    let largest = view.values().iter().flatten().flatten().copied().fold(0.0, f64::max);
    let root = |flow: Option<f64>| match (config.weights, flow) {
        (_, None) => 0.0,
        (Weighting::Binary, Some(_)) => 1.0,
        (Weighting::Flow, Some(flow)) => (flow / largest).cbrt(),
    };
    let upward = Upward::of(&view, |tie| tie.map(root));
    let mut sums = vec![Sums::default(); n];
    upward.fold(
        progress,
        || vec![Sums::default(); n],
        |sums, triangle| add(sums, triangle),
        |part| {
            for (sum, x) in sums.iter_mut().zip(part) {
                sum.cycle += x.cycle;
                sum.middleman += x.middleman;
                sum.inward += x.inward;
                sum.outward += x.outward;
            }
        },
    )?;
    let has_weight = largest > 0.0 || config.weights == Weighting::Binary;
    let over = |sum: f64, most: f64| ratio_or_status(sum, if has_weight { most } else { 0.0 });
    let count = |u: usize| {
        let ties = || view.ties(u).map(|(_, tie)| tie);
        let sells = ties().filter(|[sold, _]| sold.is_some()).count();
        let buys = ties().filter(|[_, bought]| bought.is_some()).count();
        (sells as f64, buys as f64, (sells + buys - view.degree(u)) as f64)
    };
    let counts: Vec<(f64, f64, f64)> = (0..n).map(count).collect();
    let each = |of: &dyn Fn(Sums, (f64, f64, f64)) -> Result<f64, Status>| {
        sums.iter().zip(&counts).map(|(&sums, &counts)| of(sums, counts)).collect()
    };
    Ok(DirectedClustering {
        cycle: each(&|x, (out, inn, both)| over(x.cycle, inn * out - both)),
        middleman: each(&|x, (out, inn, both)| over(x.middleman, inn * out - both)),
        inward: each(&|x, (_, inn, _)| over(x.inward, inn * (inn - 1.0))),
        outward: each(&|x, (out, _, _)| over(x.outward, out * (out - 1.0))),
        all: each(&|x, (out, inn, both)| {
            let k = out + inn;
            let sum = x.cycle + x.middleman + x.inward + x.outward;
            over(sum, k * (k - 1.0) - 2.0 * both)
        }),
    })
}

/// Counts a triangle in at its three corners. A tie is what flows along it and back.
fn add(sums: &mut [Sums], Triangle { corners, ties }: Triangle<[f64; 2]>) {
    let [u, v, w] = corners;
    let [uv, uw, vw] = ties;
    let back = |[forth, back]: [f64; 2]| [back, forth];
    for (corner, first, second, across) in
        [(u, uv, uw, vw), (v, back(uv), vw, uw), (w, back(uw), back(vw), uv)]
    {
        let [to_j, from_j] = first;
        let [to_h, from_h] = second;
        let [j_to_h, h_to_j] = across;
        let sum = &mut sums[corner];
        sum.cycle += to_j * j_to_h * from_h + to_h * h_to_j * from_j;
        sum.middleman += to_j * h_to_j * from_h + to_h * j_to_h * from_j;
        sum.inward += from_j * from_h * (j_to_h + h_to_j);
        sum.outward += to_j * to_h * (j_to_h + h_to_j);
    }
}

/// [`directed_clustering()`] behind the registry.
pub struct DirectedClusteringMetric;

static COLUMNS: [ColumnSpec; 5] = [
    ColumnSpec::number("cc_cycle", Unit::One, "Circles of three, of those possible (Fagiolo)."),
    ColumnSpec::number(
        "cc_middleman",
        Unit::One,
        "Suppliers who also sell to the node's customers, of those possible (Fagiolo).",
    ),
    ColumnSpec::number("cc_in", Unit::One, "Suppliers who trade, of those possible (Fagiolo)."),
    ColumnSpec::number("cc_out", Unit::One, "Customers who trade, of those possible (Fagiolo)."),
    ColumnSpec::number("cc_all", Unit::One, "All triangles, of those possible (Fagiolo)."),
];

static FIGURES: [ColumnSpec; 5] = [
    ColumnSpec::number("cc_cycle_mean", Unit::One, "Mean of `cc_cycle` where it is defined."),
    ColumnSpec::number("cc_middleman_mean", Unit::One, "Mean of `cc_middleman` where defined."),
    ColumnSpec::number("cc_in_mean", Unit::One, "Mean of `cc_in` where it is defined."),
    ColumnSpec::number("cc_out_mean", Unit::One, "Mean of `cc_out` where it is defined."),
    ColumnSpec::number("cc_all_mean", Unit::One, "Mean of `cc_all` where it is defined."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "directed_clustering",
    family: Family::Clustering,
    summary: "How far the partners of a firm trade with each other, by who sells to whom.",
    formula: "cycle [X³]/(k_in k_out−k↔); middleman [X Xᵀ X]/(k_in k_out−k↔); in [Xᵀ X²]/(k_in(k_in−1)); out \
              [X² Xᵀ]/(k_out(k_out−1)); all [(X+Xᵀ)³]/(2(k(k−1)−2k↔)); X = (Z/max Z)^(1/3)",
    source: "Fagiolo (2007)",
    reading: "middleman = a customer also buys from the firm's supplier: subcontracting beside direct trade; cycle = \
              trade that comes round. Weighted values are small where flows differ much. Empty where no such triangle \
              is possible.",
    cost: "O(m^(3/2)) time",
    needs: &[],
    params: &[WEIGHTS_PARAM],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for DirectedClusteringMetric {
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
        let patterns = directed_clustering(graph, &params.decode()?, progress)?.patterns();
        let mean = |values: &Vec<Result<f64, Status>>| {
            let defined = values.iter().flatten();
            ratio_or_status(defined.clone().sum(), defined.count() as f64)
        };
        let figures: Vec<Figure> = FIGURES
            .iter()
            .zip(&patterns)
            .map(|(spec, values)| Figure::new(spec, mean(values)))
            .collect();
        let columns = COLUMNS.iter().zip(patterns);
        let columns = columns.map(|(spec, values)| Column::from_results(spec, values));
        let nodes = Table::new(TableId::NodeMetrics, columns.collect());
        Ok(vec![nodes, network_summary(&figures)])
    }
}
