//! Whose suppliers and customers are hit.

use crate::kernel::ratio::ratio_or_status;
use crate::side::SideReader;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How far a firm trades with those that are hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exposure {
    /// Whether a supplier is hit.
    pub supplier_any: bool,
    /// The share of suppliers that are.
    pub supplier_count_share: Result<f64, Status>,
    /// Their share of what the firm buys.
    pub supplier_spend_share: Result<f64, Status>,
    /// The share of its sales to firms that goes to such that are hit.
    pub customer_sales_share: Result<f64, Status>,
}

/// How far each firm trades with firms that are hit, or that trade with such within a number of steps.
///
/// # Formula
/// With `H` the firms that are hit and, for `distance` above 1, those downstream of them within `distance − 1` steps:
/// `Σ_{i∈H} Z_ij/Σ_i Z_ij`, and the same of numbers; with customers, upstream, `Σ_{j∈H} Z_ij/Σ_j Z_ij`.
/// # Source
/// Barrot and Sauvagnat (2016); Carvalho, Nirei, Saito and Tahbaz-Salehi (2021).
/// # Input and result
/// One [`Exposure`] a node, in node order. Self-loops are left out.
/// # Cost
/// `O(n + m)` time.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::resilience::exposure::exposure;
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still"], [(0, 2, 3.0), (1, 2, 1.0)])?;
/// let exposed = exposure(&graph, &[true, false, false], 1);
/// assert_eq!((exposed[2].supplier_any, exposed[2].supplier_spend_share), (true, Ok(0.75)));
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn exposure(graph: &SupplyGraph, hit: &[bool], distance: usize) -> Vec<Exposure> {
    let (mut down, mut up) = (hit.to_vec(), hit.to_vec());
    for _ in 1..distance {
        down = widened(&down, |u| graph.customers(u).map(|(v, _)| v.index()).collect(), graph);
        up = widened(&up, |u| graph.suppliers(u).map(|(v, _)| v.index()).collect(), graph);
    }
    let of = |u: palenque_graph::NodeIndex| {
        let (mut bought, mut bought_hit, mut n, mut n_hit) = (0.0, 0.0, 0.0, 0.0);
        for (v, flow) in graph.suppliers(u).filter(|(v, _)| *v != u) {
            let is_hit = f64::from(u8::from(down[v.index()]));
            (bought, bought_hit) = (bought + flow, bought_hit + flow * is_hit);
            (n, n_hit) = (n + 1.0, n_hit + is_hit);
        }
        let (mut sold, mut sold_hit) = (0.0, 0.0);
        for (v, flow) in graph.customers(u).filter(|(v, _)| *v != u) {
            sold += flow;
            sold_hit += flow * f64::from(u8::from(up[v.index()]));
        }
        Exposure {
            supplier_any: n_hit > 0.0,
            supplier_count_share: ratio_or_status(n_hit, n).map_err(|_| Status::NoIn),
            supplier_spend_share: ratio_or_status(bought_hit, bought).map_err(|_| Status::NoIn),
            customer_sales_share: ratio_or_status(sold_hit, sold).map_err(|_| Status::NoOut),
        }
    };
    graph.node_indices().map(of).collect()
}

/// The marked nodes and their neighbours.
fn widened(
    marked: &[bool],
    neighbours: impl Fn(palenque_graph::NodeIndex) -> Vec<usize>,
    graph: &SupplyGraph,
) -> Vec<bool> {
    let mut wider = marked.to_vec();
    for u in graph.node_indices().filter(|u| marked[u.index()]) {
        for v in neighbours(u) {
            wider[v] = true;
        }
    }
    wider
}

/// The side table of firms that are hit.
pub static HIT: SideSpec = SideSpec {
    name: "hit",
    columns: "node_id",
    meaning: "The firms that are hit by a shock. Not needed for a few by the parameter `nodes`.",
};

/// [`exposure()`] behind the registry.
pub struct ExposureMetric;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::flag("supplier_hit_any", "Whether a supplier is hit."),
    ColumnSpec::number("supplier_hit_count_share", Unit::One, "Share of suppliers that are hit."),
    ColumnSpec::number(
        "supplier_hit_spend_share",
        Unit::One,
        "Share of purchases from suppliers that are hit.",
    ),
    ColumnSpec::number(
        "customer_hit_sales_share",
        Unit::One,
        "Share of sales to firms that goes to customers that are hit.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "exposure",
    family: Family::Resilience,
    summary: "How far each firm trades with firms that are hit by a shock.",
    formula: "Σ_{i∈H} Z_ij/Σ_i Z_ij for suppliers, Σ_{j∈H} Z_ij/Σ_j Z_ij for customers; H widened by distance − 1 steps",
    source: "Barrot and Sauvagnat (2016); Carvalho, Nirei, Saito and Tahbaz-Salehi (2021)",
    reading: "Regressors, not effects: what a hit supplier does depends on how fast it is replaced. A distance of 2 counts firms \
              that trade with the customers of those that are hit, and so on. Self-loops are left out.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[
        ParamSpec { name: "nodes", default: "[]", meaning: "Ids of firms that are hit." },
        ParamSpec {
            name: "distance",
            default: "1",
            meaning: "Steps within which a firm counts as hit, less one; 1 for those that are hit only.",
        },
    ],
    outputs: &[Output { table: TableId::DisruptionNodes, columns: &COLUMNS }],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    nodes: Vec<String>,
    distance: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { nodes: Vec::new(), distance: 1 }
    }
}

impl Metric for ExposureMetric {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&HIT)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        if config.distance == 0 {
            return Err(ParamError::Value("`distance` is 0: it is 1 at least".into()).into());
        }
        let mut hit = vec![false; graph.n_nodes()];
        if let Some(reader) = SideReader::of(graph, params, &HIT) {
            let column = reader.column("node_id")?;
            for row in reader.rows() {
                hit[reader.node(row, column)?.index()] = true;
            }
        } else if config.nodes.is_empty() {
            let what = "a parameter `nodes`, or side table `hit` (node_id)".to_owned();
            return Err(MetricError::InputMissing { what });
        }
        for id in &config.nodes {
            let node = graph.node_named(id).ok_or_else(|| {
                let hint = crate::params::did_you_mean(id, graph.ids().iter());
                ParamError::NotThere(format!("`{id}` is not a node of the network{hint}"))
            })?;
            hit[node.index()] = true;
        }
        let exposed = exposure(graph, &hit, config.distance);
        let number = |spec: &'static ColumnSpec, of: fn(&Exposure) -> Result<f64, Status>| {
            Column::from_results(spec, exposed.iter().map(of))
        };
        let any = exposed.iter().map(|e| Some(e.supplier_any)).collect();
        let columns = vec![
            Column::new(&COLUMNS[0], Values::Bool(any)),
            number(&COLUMNS[1], |e| e.supplier_count_share),
            number(&COLUMNS[2], |e| e.supplier_spend_share),
            number(&COLUMNS[3], |e| e.customer_sales_share),
        ];
        Ok(vec![Table::new(TableId::DisruptionNodes, columns)])
    }
}
