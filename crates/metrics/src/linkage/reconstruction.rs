//! Networks that could stand behind given totals of sales and purchases.

use super::biproportional::{AdjustmentLimits, NotAdjusted, TableCell, adjust};
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Cell, Rows};
use crate::summary::exact_figures;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, Progress, SupplyGraph, Table, TableId};

/// More nodes than this have more pairs than a table should.
pub(crate) const MOST_NODES: usize = 3000;

/// The network in which every pair is as likely as totals allow.
#[derive(Clone, Debug, PartialEq)]
pub struct DensityCorrected {
    /// Total sales of every node.
    pub sales: Vec<f64>,
    /// Total purchases of every node.
    pub purchases: Vec<f64>,
    /// What all sell.
    pub total: f64,
    /// The one parameter, for sales and purchases as shares of all.
    of_shares: f64,
}

impl DensityCorrected {
    /// The one parameter `z`; infinite where every pair that can trade does.
    #[must_use]
    pub fn z(&self) -> f64 {
        self.of_shares / self.total / self.total
    }

    /// The chance of a link from one node to another, 0 for a node to itself.
    #[must_use]
    pub fn probability(&self, seller: usize, buyer: usize) -> f64 {
        if seller == buyer {
            return 0.0;
        }
        let (sales, purchases) = (self.sales[seller], self.purchases[buyer]);
        if !(sales > 0.0 && purchases > 0.0) {
            return 0.0;
        }
        let fitness = self.of_shares * (sales / self.total) * (purchases / self.total);
        if fitness.is_infinite() { 1.0 } else { fitness / (1.0 + fitness) }
    }

    /// The flow of a link that is there; `None` where there cannot be one.
    #[must_use]
    pub fn flow(&self, seller: usize, buyer: usize) -> Option<f64> {
        let probability = self.probability(seller, buyer);
        (probability > 0.0)
            .then(|| self.sales[seller] / self.total * self.purchases[buyer] / probability)
    }

    /// How far expected sales of a node fall short of its total, at most over nodes: flows to itself are left out.
    #[must_use]
    pub fn strength_error(&self) -> f64 {
        let own = |v: usize| match (self.sales[v] > 0.0, self.purchases[v] > 0.0) {
            (true, true) => self.sales[v].max(self.purchases[v]) / self.total,
            _ => 0.0,
        };
        (0..self.sales.len()).map(own).fold(0.0, f64::max)
    }
}

/// The density-corrected gravity model: links at random, so that expected sales and purchases are those given and there are so many links
/// as expected.
///
/// # Formula
/// `p_ij = z s_i s'_j/(1 + z s_i s'_j)` for `i ≠ j` with `Σ p_ij = L`; a link that is there carries `s_i s'_j/(W p_ij)`.
/// # Source
/// Cimini, Squartini, Garlaschelli and Gabrielli (2015).
/// # Input and result
/// `sales` and `purchases` of every node, not negative, and the number of links, above 0. Expected strengths are exact but for what would be
/// flows to oneself.
/// # Cost
/// `O(n²)` time for each of some tens of steps, `O(n)` memory.
/// # Errors
/// [`ParamError::Value`] for more links than pairs that can trade, or none.
/// # Example
/// ```
/// # use palenque_metrics::linkage::reconstruction::density_corrected_gravity;
/// let found = density_corrected_gravity(&[30.0, 20.0, 10.0, 0.0], &[5.0, 15.0, 25.0, 15.0], 5.0)?;
/// assert!((found.z() - 0.005328659509933692).abs() < 1e-14);
/// # Ok::<(), palenque_metrics::ParamError>(())
/// ```
pub fn density_corrected_gravity(
    sales: &[f64],
    purchases: &[f64],
    links: f64,
) -> Result<DensityCorrected, ParamError> {
    let n = sales.len();
    let total: f64 = sales.iter().sum();
    let both = (0..n).filter(|v| sales[*v] > 0.0 && purchases[*v] > 0.0).count() as f64;
    let count = |of: &[f64]| of.iter().filter(|x| **x > 0.0).count() as f64;
    let most = count(sales) * count(purchases) - both;
    if !(links > 0.0 && links <= most) {
        let what = format!(
            "{links} links cannot be placed: between those who sell and those who buy there are {most} pairs"
        );
        return Err(ParamError::Value(what));
    }
    let mut found = DensityCorrected {
        sales: sales.to_vec(),
        purchases: purchases.to_vec(),
        total,
        of_shares: f64::INFINITY,
    };
    if links >= most {
        return Ok(found);
    }
    // Expected links and their slope in ln z.
    let mut at = |ln_z: f64| {
        found.of_shares = ln_z.exp();
        let (mut sum, mut slope) = (0.0, 0.0);
        for i in 0..n {
            for j in 0..n {
                let p = found.probability(i, j);
                sum += p;
                slope += p * (1.0 - p);
            }
        }
        (sum - links, slope)
    };
    // A firm of mean sales and one of mean purchases trade at even odds.
    let even = 2.0 * (n as f64).ln();
    let (mut low, mut high) = (even - 1.0, even + 1.0);
    while at(low).0 > 0.0 {
        low -= (high - low).abs();
    }
    while at(high).0 < 0.0 {
        high += (high - low).abs();
    }
    // Newton within a bracket that closes around the root.
    let mut x = f64::midpoint(low, high);
    for _ in 0..200 {
        let (gap, slope) = at(x);
        if gap > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - gap / slope;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - x).abs() <= 1e-15 * x.abs().max(1.0) {
            x = next;
            break;
        }
        x = next;
    }
    found.of_shares = x.exp();
    Ok(found)
}

/// The table with these totals that assumes least: no pair is favoured over another, but nobody trades with itself.
///
/// # Formula
/// RAS of a table of ones with an empty diagonal: `a_i b_j` for `i ≠ j`.
/// # Source
/// Upper and Worms (2004), with zeros as in Sheldon and Maurer (1998).
/// # Input and result
/// `sales` and `purchases` of every node, with one sum; flows row by row. Every seller sells to every buyer, so it looks safer than any
/// real network: do not compute systemic risk of it.
/// # Cost
/// `O(n² k)` time for `k` rounds, `O(n²)` memory.
/// # Errors
/// [`MetricError::NotConverged`]; [`ParamError::Value`] where no table has these totals, as when one node sells more than all others buy.
/// # Example
/// ```
/// # use palenque_metrics::linkage::reconstruction::maximum_entropy;
/// let found = maximum_entropy(&[2.0, 2.0, 2.0], &[2.0, 2.0, 2.0])?;
/// assert!((found[1] - 1.0).abs() < 1e-9 && found[0] == 0.0);
/// # Ok::<(), palenque_metrics::MetricError>(())
/// ```
pub fn maximum_entropy(sales: &[f64], purchases: &[f64]) -> Result<Vec<f64>, MetricError> {
    let n = sales.len();
    let pairs = (0..n * n).map(|k| (k / n, k % n));
    let can_trade = |(i, j): &(usize, usize)| i != j && sales[*i] > 0.0 && purchases[*j] > 0.0;
    let cells: Vec<TableCell> = pairs
        .filter(can_trade)
        .map(|(row, column)| TableCell { row, column, value: 1.0 })
        .collect();
    let limits = AdjustmentLimits { tolerance: 1e-12, max_iterations: 100_000 };
    let found = adjust(&cells, sales, purchases, limits).map_err(|why| match why {
        NotAdjusted::NotConverged { gap, tolerance } => MetricError::NotConverged {
            iterations: limits.max_iterations,
            error: gap,
            tolerance,
        },
        _ => ParamError::Value(
            "no network without self-loops has these totals: one node sells more than all others buy"
                .into(),
        )
        .into(),
    })?;
    let mut flows = vec![0.0; n * n];
    for (cell, value) in cells.iter().zip(found.values) {
        flows[cell.row * n + cell.column] = value;
    }
    Ok(flows)
}

/// [`maximum_entropy`] and [`density_corrected_gravity`] of a network's own totals, behind the registry.
pub struct Reconstruction;

static COLUMNS: [ColumnSpec; 7] = [
    ColumnSpec::text("source", "The seller."),
    ColumnSpec::text("target", "The buyer."),
    ColumnSpec::number("flow", Unit::Currency, "The flow that is there; 0 where there is none."),
    ColumnSpec::number("maxent", Unit::Currency, "The flow that assumes least, given all totals."),
    ColumnSpec::number("gravity", Unit::Currency, "Sales times purchases over the total."),
    ColumnSpec::number(
        "dcgm_probability",
        Unit::One,
        "Chance of a link (density-corrected gravity).",
    ),
    ColumnSpec::number("dcgm_flow", Unit::Currency, "What the link carries if it is there."),
];

static FIGURES: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "dcgm_z",
        Unit::None,
        "The parameter of the density-corrected gravity model, for sales and purchases as shares of all.",
    ),
    ColumnSpec::number(
        "dcgm_strength_error",
        Unit::One,
        "How far expected sales or purchases of a node fall short of its total, at most.",
    ),
    ColumnSpec::number(
        "dcgm_link_recall",
        Unit::One,
        "Share of the links there are that it would place: the mean of their chances.",
    ),
    ColumnSpec::number(
        "maxent_overlap",
        Unit::One,
        "Share of flow that the table which assumes least has in the right place.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "reconstruction",
    family: Family::Linkage,
    summary: "What the network would be if only totals of sales and purchases were known.",
    formula: "maxent: RAS of ones with an empty diagonal; dcGM: p_ij = z s_out_i s_in_j/(1 + z s_out_i s_in_j), Σ p_ij = L, \
              flow s_out_i s_in_j/(W p_ij); recall Σ_{links} p_ij/L; overlap Σ min(Z_ij, maxent_ij)/W",
    source: "Upper and Worms (2004); Cimini, Squartini, Garlaschelli and Gabrielli (2015)",
    reading: "How much of a network its totals already tell: a recall near the density says nothing, near 1 everything. The table that assumes \
              least links all with all and looks too safe; draw networks with `--null dcgm` where risk is asked for. Self-loops are left out of \
              totals and pairs.",
    cost: "O(n²) time and rows; at most 3,000 nodes",
    needs: &[],
    params: &[ParamSpec {
        name: "links",
        default: "0",
        meaning: "How many links to expect; 0 for as many as there are.",
    }],
    outputs: &[
        Output { table: TableId::Reconstruction, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    links: f64,
}

/// Sales, purchases and links between different nodes.
pub(crate) fn totals(graph: &SupplyGraph) -> (Vec<f64>, Vec<f64>, usize) {
    let n = graph.n_nodes();
    let (mut sales, mut purchases, mut links) = (vec![0.0; n], vec![0.0; n], 0);
    for u in graph.node_indices() {
        for (v, flow) in graph.customers(u).filter(|(v, _)| *v != u) {
            sales[u.index()] += flow;
            purchases[v.index()] += flow;
            links += usize::from(flow > 0.0);
        }
    }
    (sales, purchases, links)
}

/// Refuses what would have too many pairs.
pub(crate) fn few_enough(n: usize) -> Result<(), MetricError> {
    if n <= MOST_NODES {
        return Ok(());
    }
    let what =
        format!("it has a row or link for every pair, and {n} nodes are more than {MOST_NODES}");
    Err(ParamError::Value(what).into())
}

impl Metric for Reconstruction {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let n = graph.n_nodes();
        few_enough(n)?;
        let (sales, purchases, n_links) = totals(graph);
        let mut rows = Rows::new(&COLUMNS);
        if n_links == 0 || !(sales.iter().sum::<f64>() > 0.0) {
            let figures = [Err(Status::InsufficientN); 4];
            return Ok(vec![
                rows.table(TableId::Reconstruction),
                network_summary(&exact_figures(&FIGURES, figures)),
            ]);
        }
        let links = if config.links == 0.0 { n_links as f64 } else { config.links };
        let dcgm = density_corrected_gravity(&sales, &purchases, links)?;
        let maxent = maximum_entropy(&sales, &purchases)?;
        let (mut recall, mut overlap) = (0.0, 0.0);
        for u in graph.node_indices() {
            for v in graph.node_indices().filter(|v| *v != u) {
                let (i, j) = (u.index(), v.index());
                let edge = graph.edge_between(u, v);
                let flow = edge.map_or(0.0, |edge| graph.flow(edge));
                let (likely, even) = (dcgm.probability(i, j), maxent[i * n + j]);
                if edge.is_some() {
                    recall += likely;
                }
                overlap += flow.min(even);
                rows.push([
                    graph.node_id(NodeIndex::new(i)).into(),
                    graph.node_id(NodeIndex::new(j)).into(),
                    flow.into(),
                    even.into(),
                    (sales[i] / dcgm.total * purchases[j]).into(),
                    likely.into(),
                    dcgm.flow(i, j).map_or(Cell::Gap, Cell::from),
                ]);
            }
        }
        let figures = [
            if dcgm.of_shares.is_finite() {
                Ok(dcgm.of_shares)
            } else {
                Err(Status::ZeroDenominator)
            },
            Ok(dcgm.strength_error()),
            ratio_or_status(recall, n_links as f64),
            ratio_or_status(overlap, dcgm.total),
        ];
        Ok(vec![
            rows.table(TableId::Reconstruction),
            network_summary(&exact_figures(&FIGURES, figures)),
        ])
    }
}
