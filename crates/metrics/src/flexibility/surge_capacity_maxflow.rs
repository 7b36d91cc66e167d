//! How much more volume could pass from the first stage to the last.

use super::capacity::check_room;
use super::surge_bottleneck::{BOTTLENECKS, Bottlenecks, Limit};
use crate::kernel::adjacency::edges;
use crate::kernel::max_flow::{FlowNetwork, UNLIMITED};
use crate::kernel::ratio::ratio_or_status;
use crate::linkage::groups::Groups;
use crate::long::Rows;
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// Between which stages, and with how much room.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaxflowConfig {
    /// The text column of the nodes whose first value supplies and whose last is supplied.
    pub grouping: String,
    /// Room by flow where an edge has no `capacity`.
    pub gamma: f64,
    /// How many nodes' losses are computed: those that carry most. 0 for as many as are quick.
    pub top: usize,
}

impl Default for MaxflowConfig {
    fn default() -> Self {
        Self { grouping: "stage".into(), gamma: 0.15, top: 0 }
    }
}

/// What could pass, and what limits it.
#[derive(Clone, Debug, PartialEq)]
pub struct SurgeFlow {
    /// What could pass from the first stage to the last.
    pub volume: f64,
    /// What the last stage receives now, less what it sends back.
    pub baseline: f64,
    /// A minimum cut: the one nearest to the first stage.
    pub cut: Bottlenecks,
    /// By node, what could pass without it; `None` for those that carry something, but are not among the `top`.
    pub without: Vec<Option<f64>>,
}

/// How much volume could pass from all firms of the first stage to all of the last, what limits it, and how much of it is left
/// without each firm.
///
/// # Formula
/// The largest flow from all of the first stage to all of the last, where every tie carries at most its edge column `capacity`, or
/// `(1 + γ)` times its flow, and every node passes on at most its column `capacity`. It is the capacity of a minimum cut; of
/// several, the one nearest to the first stage.
/// # Source
/// Ford and Fulkerson (1956); Dinic (1970).
/// # Input and result
/// Volumes in the unit of the flows. Only a volume that is handed on undiminished can be asked this: money grows from stage to stage by
/// the value that is added. Nodes of no stage, and ties in any direction, carry as others do; self-loops carry nothing.
/// A node without `capacity` is limited by its ties alone.
/// # Cost
/// `O(n² m)` time at most, in networks of stages rather `O(m √n)`; one small flow more for each node that is lost. Capacities are
/// whole numbers of 10⁻⁶ of the unit, less where they are small, more where they would not fit.
/// # Errors
/// [`MetricError::InputMissing`] without the column, or for a negative capacity; [`ParamError::Value`] for a negative γ;
/// [`MetricError::Cancelled`]. With fewer than two stages there is nothing to pass: volumes are 0.
///
/// [`ParamError::Value`]: crate::ParamError::Value
/// # Example
/// Two growers, a still that could make 12, and a shop.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::flexibility::surge_capacity_maxflow::{MaxflowConfig, surge_capacity_maxflow};
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still", "shop"], [(0, 2, 4.0), (1, 2, 6.0), (2, 3, 10.0)])?
///     .with_text("stage", ["1", "1", "2", "3"].map(Some))
///     .with_number("capacity", [None, None, Some(12.0), None]);
/// let config = MaxflowConfig { gamma: 0.5, ..Default::default() };
/// let surge = surge_capacity_maxflow(&graph, &config, &NoProgress)?;
/// assert_eq!((surge.volume, surge.baseline), (12.0, 10.0));
/// assert_eq!(surge.cut.nodes[0].0, 2);
/// assert_eq!(surge.without[..2], [Some(9.0), Some(6.0)]); // 1.5 times what the other delivers
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn surge_capacity_maxflow(
    graph: &SupplyGraph,
    config: &MaxflowConfig,
    progress: &dyn Progress,
) -> Result<SurgeFlow, MetricError> {
    let groups = Groups::by(graph, &config.grouping)?;
    let room = Rooms::of(graph, config.gamma)?;
    let n = graph.n_nodes();
    if groups.len() < 2 {
        let without = vec![Some(0.0); n];
        return Ok(SurgeFlow { volume: 0.0, baseline: 0.0, cut: Bottlenecks::default(), without });
    }
    let last = groups.len() - 1;
    let is_last = |v: usize| groups.of_node[v] == Some(last);
    let mut baseline = 0.0;
    for ((u, v), flow) in edges(graph).zip(graph.flows()) {
        match (is_last(u), is_last(v)) {
            (false, true) => baseline += flow,
            (true, false) => baseline -= flow,
            _ => {}
        }
    }
    // Goods enter a node at its own number, leave it `n` later; its arc has its own number too.
    let (source, sink) = (2 * n, 2 * n + 1);
    let mut network = FlowNetwork::new(2 * n + 2);
    for (v, units) in room.nodes.iter().enumerate() {
        network.arc(v, n + v, units.unwrap_or(UNLIMITED));
    }
    for ((u, v), units) in edges(graph).zip(&room.edges) {
        network.arc(n + u, v, if u == v { 0 } else { *units });
    }
    for v in 0..n {
        match groups.of_node[v] {
            Some(0) => network.arc(source, v, UNLIMITED),
            Some(group) if group == last => network.arc(n + v, sink, UNLIMITED),
            _ => {}
        }
    }
    let volume = network.fill(source, sink, progress)?;
    let near = network.source_side(source);
    let limit =
        |baseline: f64, units: u64| Limit { baseline, capacity: room.volume(units), price: 1.0 };
    let strengths: Vec<f64> = graph
        .in_strengths()
        .into_iter()
        .zip(graph.out_strengths())
        .map(|(bought, sold)| bought.max(sold))
        .collect();
    let nodes = (0..n).filter(|&v| near[v] && !near[n + v]);
    let crosses = |(u, v): (usize, usize)| u != v && near[n + u] && !near[v];
    let ties = edges(graph).enumerate().filter(|(_, tie)| crosses(*tie));
    let cut = Bottlenecks {
        nodes: nodes.map(|v| (v, limit(strengths[v], room.nodes[v].unwrap_or(0)))).collect(),
        edges: ties.map(|(e, _)| (e, limit(graph.flows()[e], room.edges[e]))).collect(),
    };
    let top = if config.top > 0 { config.top } else { quick(graph.n_edges()) };
    let lost = losses(&network, n, top, progress)?;
    let left = |lost: Option<u64>| lost.map(|lost| room.volume(volume - lost));
    Ok(SurgeFlow {
        volume: room.volume(volume),
        baseline,
        cut,
        without: lost.into_iter().map(left).collect(),
    })
}

/// By node, how much less could pass without it, of those that carry most.
fn losses(
    network: &FlowNetwork,
    n: usize,
    top: usize,
    progress: &dyn Progress,
) -> Result<Vec<Option<u64>>, MetricError> {
    let carried: Vec<u64> = (0..n).map(|v| network.through(v)).collect();
    let mut order: Vec<usize> = (0..n).filter(|&v| carried[v] > 0).collect();
    order.sort_by_key(|&v| std::cmp::Reverse(carried[v]));
    order.truncate(top);
    // What carries nothing is not missed.
    let mut lost: Vec<Option<u64>> =
        carried.iter().map(|carried| (*carried == 0).then_some(0)).collect();
    progress.begin("flows without a node", order.len() as u64);
    for (&v, less) in order.iter().zip(network.lost_without(&order, progress)?) {
        lost[v] = Some(less);
    }
    Ok(lost)
}

/// How many losses are quick in a network of so many edges.
fn quick(n_edges: usize) -> usize {
    (QUICK / n_edges.max(1)).max(FEWEST)
}

/// Edges looked through, in all losses together, before it is no longer quick.
const QUICK: usize = 20_000_000;
/// Losses that are computed in any network.
const FEWEST: usize = 20;

/// Capacities in whole numbers.
struct Rooms {
    /// By node; `None` where nothing is known.
    nodes: Vec<Option<u64>>,
    edges: Vec<u64>,
    /// How many there are of them in a unit.
    by_unit: f64,
}

impl Rooms {
    fn of(graph: &SupplyGraph, gamma: f64) -> Result<Self, MetricError> {
        check_room("gamma", gamma)?;
        let given = graph.edges().number("capacity");
        let edges: Vec<f64> = graph
            .flows()
            .iter()
            .enumerate()
            .map(|(e, flow)| given.and_then(|c| c.get(e)).unwrap_or((1.0 + gamma) * flow))
            .collect();
        let nodes: Vec<Option<f64>> = match graph.nodes().number("capacity") {
            Some(column) => column.iter().collect(),
            None => vec![None; graph.n_nodes()],
        };
        let all = || nodes.iter().flatten().chain(&edges);
        if let Some(wrong) = all().find(|capacity| **capacity < 0.0) {
            let what =
                format!("a `capacity` of at least 0 for every node and edge: one is {wrong}");
            return Err(MetricError::InputMissing { what });
        }
        let total: f64 = all().sum();
        let used = all().filter(|capacity| **capacity > 0.0).count();
        let by_unit = by_unit(total, total / used as f64);
        let whole = |capacity: f64| whole(capacity * by_unit);
        Ok(Self {
            nodes: nodes.iter().map(|capacity| capacity.map(whole)).collect(),
            edges: edges.iter().map(|capacity| whole(*capacity)).collect(),
            by_unit,
        })
    }

    fn volume(&self, units: u64) -> f64 {
        units as f64 / self.by_unit
    }
}

/// A million whole numbers a unit; ten times as many as long as the mean capacity is not a million of them, and a tenth as long as all
/// together would not fit.
fn by_unit(total: f64, mean: f64) -> f64 {
    let mut by_unit = MILLION;
    while mean > 0.0 && mean * by_unit < MILLION && by_unit < 1e300 {
        by_unit *= 10.0;
    }
    while total * by_unit > MOST {
        by_unit /= 10.0;
    }
    by_unit
}

const MILLION: f64 = 1e6;
/// All capacities together, in whole numbers.
const MOST: f64 = 4e18;

#[expect(clippy::cast_sign_loss, reason = "capacities are not negative, and together below `MOST`")]
fn whole(capacity: f64) -> u64 {
    capacity.round() as u64
}

/// [`surge_capacity_maxflow()`] behind the registry.
pub struct SurgeCapacityMaxflow;

static NODES: [ColumnSpec; 1] = [ColumnSpec::number(
    "surge_volume_without",
    Unit::Currency,
    "What could pass from the first stage to the last without the node.",
)];

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "surge_volume",
        Unit::Currency,
        "What could pass from the first stage to the last.",
    ),
    ColumnSpec::number(
        "surge_volume_baseline",
        Unit::Currency,
        "What the last stage receives now.",
    ),
    ColumnSpec::number(
        "surge_ratio",
        Unit::One,
        "What could pass by what the last stage receives.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "surge_capacity_maxflow",
    family: Family::Flexibility,
    summary: "How much more volume could pass from the first stage to the last, and what limits it.",
    formula: "maximum flow from all of the first stage to all of the last; ties carry at most `capacity` or (1 + γ) Z, nodes at most \
              `capacity`; surge_ratio = it by what the last stage receives now",
    source: "Ford and Fulkerson (1956); Dinic (1970)",
    reading: "For volumes that are handed on undiminished (litres, tonnes) only: money grows by the value added at every stage, and \
              there surge_capacity_lp is to be asked. surge_bottlenecks lists a minimum cut, of several the one nearest to the first \
              stage: only if all of it grows does the total. surge_volume_without = what is left if a firm fails and its \
              partners use all other room. Self-loops are left out.",
    cost: "O(n² m) time at most, and a small flow a node that is lost",
    needs: &["a text column of nodes, by default `stage`"],
    params: &[
        ParamSpec::new(
            "grouping",
            "\"stage\"",
            "The text column of nodes whose values are the stages.",
        ),
        ParamSpec::new("gamma", "0.15", "Room by flow where an edge has no `capacity`."),
        ParamSpec::new(
            "top",
            "0",
            "Nodes whose loss is computed, those that carry most; 0 = all, or as many as are quick.",
        ),
    ],
    outputs: &[
        Output { table: TableId::DisruptionNodes, columns: &NODES },
        Output { table: TableId::SurgeBottlenecks, columns: &BOTTLENECKS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for SurgeCapacityMaxflow {
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
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: MaxflowConfig = params.decode()?;
        let surge = surge_capacity_maxflow(graph, &config, progress)?;
        let n_stages = Groups::by(graph, &config.grouping)?.len();
        let known = |x: f64| if n_stages < 2 { Err(Status::InsufficientN) } else { Ok(x) };
        let figures = exact_figures(
            &FIGURES,
            [
                known(surge.volume),
                known(surge.baseline),
                known(surge.volume).and_then(|volume| ratio_or_status(volume, surge.baseline)),
            ],
        );
        let without = surge.without.iter().map(|volume| volume.ok_or(Status::BelowTop));
        let nodes =
            vec![Column::from_results(&NODES[0], without.map(|volume| volume.and_then(known)))];
        let mut rows = Rows::new(&BOTTLENECKS);
        surge.cut.write(graph, "maxflow", &mut rows);
        Ok(vec![
            Table::new(TableId::DisruptionNodes, nodes),
            rows.table(TableId::SurgeBottlenecks),
            network_summary(&figures),
        ])
    }

    fn remarks(&self, graph: &SupplyGraph, params: &Params) -> Vec<Diagnostic> {
        let Ok(config) = params.decode::<MaxflowConfig>() else { return Vec::new() };
        let help =
            "ask for `surge_capacity_lp`, or give flows in a volume that is handed on undiminished";
        let unit = graph.unit().filter(|unit| is_money(unit));
        let what = match unit {
            Some(unit) => {
                Some(format!("flows are in `{unit}`, and money is not handed on undiminished"))
            }
            None => unconserved(graph, &config.grouping),
        };
        what.map(|what| Diagnostic::new("W0906", what).help(help)).into_iter().collect()
    }
}

/// The nodes between the first stage and the last that sell another volume than they buy, where there are any.
fn unconserved(graph: &SupplyGraph, grouping: &str) -> Option<String> {
    let groups = Groups::by(graph, grouping).ok()?;
    let last = groups.len().checked_sub(1)?;
    let flows = graph.in_strengths().into_iter().zip(graph.out_strengths());
    let between = flows
        .enumerate()
        .filter(|&(v, _)| groups.of_node[v].is_some_and(|group| group != 0 && group != last));
    let (all, odd): (Vec<_>, Vec<_>) = between
        .map(|(v, (bought, sold))| (v, (bought - sold).abs() > 0.01 * bought.max(sold)))
        .unzip();
    let odd: Vec<usize> = all.iter().zip(&odd).filter(|(_, odd)| **odd).map(|(v, _)| *v).collect();
    let first = graph.node_id(NodeIndex::new(*odd.first()?));
    let (n, all) = (odd.len(), all.len());
    Some(format!(
        "{n} of {all} nodes between the first stage and the last sell more or less than they buy, `{first}` first"
    ))
}

/// Whether a unit is one of money, by signs, codes and words that are common.
fn is_money(unit: &str) -> bool {
    const WORDS: [&str; 24] = [
        "money", "currency", "usd", "eur", "mxn", "gbp", "jpy", "cny", "rmb", "brl", "inr", "cad",
        "aud", "chf", "krw", "ars", "clp", "cop", "dollar", "dollars", "euro", "euros", "peso",
        "pesos",
    ];
    let unit = unit.to_lowercase();
    unit.contains(['$', '€', '£', '¥', '₹'])
        || unit.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_money_are_known() {
        assert!(["MXN thousand", "US$", "million euros"].into_iter().all(is_money));
        assert!(!["litres", "t of agave", "pieces"].into_iter().any(is_money));
    }

    #[test]
    fn small_and_large_capacities_become_whole_numbers() {
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
        assert!(near(by_unit(1000.0, 10.0), 1e6));
        assert!(near(by_unit(1.0, 1e-4), 1e10));
        assert!(near(by_unit(1e18, 1e12), 1.0));
    }
}
