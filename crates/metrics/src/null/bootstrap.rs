//! How much figures would move if other firms of the same kind were there: intervals by drawing firms anew.

use super::run::{Quiet, figures_of};
use super::statistics::Statistic;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::normal::{below as normal_share, quantile};
use crate::kernel::random::{below, stream};
use crate::kernel::whole;
use crate::long::{Cell, Rows, STATUS};
use crate::{Metric, MetricError, ParamError, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::{
    IdLookup, Ids, NodeIndex, Progress, Relation, SupplyGraph, SupplyGraphBuilder, Table, TableId,
};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// How firms are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootstrapConfig {
    /// How many networks.
    pub replicates: usize,
    /// Where the random numbers begin.
    pub seed: u64,
    /// Whether firms are also left out one by one, without which there is no correction for bias.
    pub jackknife: bool,
}

impl Default for BootstrapConfig {
    fn default() -> Self {
        Self { replicates: 999, seed: 1, jackknife: true }
    }
}

/// One figure and what it is in networks of firms drawn anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// Its name.
    pub statistic: String,
    /// What it is in the observed network.
    pub estimate: Option<f64>,
    /// What it is in those of the networks in which it is defined, ascending.
    pub values: Vec<f64>,
    /// What it is without each firm, where that was computed.
    pub without: Vec<f64>,
}

/// An interval of 95 %.
pub type Bounds = (f64, f64);

impl Resampled {
    /// From the 2.5 % to the 97.5 % quantile; `None` without values.
    #[must_use]
    pub fn percentile(&self) -> Option<Bounds> {
        (!self.values.is_empty()).then(|| (self.quantile(0.025), self.quantile(0.975)))
    }

    /// The same, corrected for bias and for a spread that depends on the value (`BCa`); `None` where it was not computed without each firm,
    /// where that never changes anything, or where all values are on one side of the estimate.
    #[must_use]
    pub fn bias_corrected(&self) -> Option<Bounds> {
        let estimate = self.estimate?;
        let n = self.values.len() as f64;
        let smaller = self.values.partition_point(|x| *x < estimate) as f64;
        let equal = self.values.partition_point(|x| *x <= estimate) as f64 - smaller;
        let bias = quantile((smaller + equal / 2.0) / n);
        let mean = self.without.iter().sum::<f64>() / self.without.len() as f64;
        let moment = |k: i32| self.without.iter().map(|x| (mean - x).powi(k)).sum::<f64>();
        let acceleration = moment(3) / (6.0 * moment(2).powf(1.5));
        let level = |z: f64| {
            let corrected = bias + z;
            normal_share(bias + corrected / (1.0 - acceleration * corrected))
        };
        let z = quantile(0.975);
        let [low, high] = [level(-z), level(z)];
        (bias.is_finite() && low.is_finite() && high.is_finite())
            .then(|| (self.quantile(low), self.quantile(high)))
    }

    fn quantile(&self, share: f64) -> f64 {
        let at = share * (self.values.len() - 1) as f64;
        let low = self.values[whole::floor(at)];
        low + (self.values[whole::floor(at.ceil())] - low) * at.fract()
    }
}

/// Intervals of figures of the whole network, and of what groups trade with each other, by drawing firms with replacement.
///
/// # Formula
/// Each network has as many firms as the observed one, drawn with replacement. Copies of two firms trade as these do; two copies of one
/// firm trade as a random pair of firms. Bounds are the 2.5 % and 97.5 % quantiles, and those of `BCa`: `Φ(z0 + (z0 + z)/(1 − a (z0 + z)))`
/// with the bias `z0` and the acceleration `a` from leaving out each firm.
/// # Source
/// Snijders and Borgatti (1999) for networks; Efron (1987) for `BCa`.
/// # Input and result
/// `metrics` with their parameters: whatever they write into `network_summary`, and `share` and `affinity` of `stage_linkages`. Firms keep
/// their columns, their rows of side tables (by a column `firm`, `node_id` or `id`), and what they sell to final users; value added follows from
/// the new purchases. A metric that is told firms by a parameter, or ties by a side table, has
/// no interval. Firms are left out one by one in networks of no more firms than `replicates`.
/// # Cost
/// `R` times what the metrics cost, and `n` times more for `BCa`.
/// # Errors
/// [`ParamError::Value`] for no replicates; what the metrics return for the observed network; [`MetricError::Cancelled`].
/// # Example
/// Every firm of a ring has the same two partners, and its density depends on who is drawn.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::null::{BootstrapConfig, bootstrap};
/// # use palenque_metrics::{Params, find};
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 0, 1.0)])?;
/// let metrics = [(find("size").expect("known"), Params::default())];
/// let config = BootstrapConfig { replicates: 99, ..Default::default() };
/// let found = bootstrap(&graph, &metrics, &config, &NoProgress)?;
/// let density = found.iter().find(|f| f.statistic == "density").expect("one of them");
/// let (low, high) = density.percentile().expect("defined in all");
/// assert!(low < 1.0 / 3.0 && 1.0 / 3.0 < high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bootstrap(
    graph: &SupplyGraph,
    metrics: &[(&dyn Metric, Params)],
    config: &BootstrapConfig,
    progress: &dyn Progress,
) -> Result<Vec<Resampled>, MetricError> {
    if config.replicates == 0 {
        let what = "`bootstrap` is 0: firms are drawn at least once";
        return Err(ParamError::Value(what.into()).into());
    }
    let quiet = Quiet(progress);
    let mut found: Vec<Resampled> = figures_of(graph, metrics, true, &quiet)?
        .into_iter()
        .map(|(statistic, estimate)| Resampled {
            statistic,
            estimate,
            values: Vec::new(),
            without: Vec::new(),
        })
        .collect();
    let mut place = BTreeMap::new();
    for (k, one) in found.iter().enumerate() {
        place.entry(one.statistic.clone()).or_insert(k);
    }
    let n = graph.n_nodes();
    let open = Open::of(graph);
    let leaves_out = config.jackknife && n <= config.replicates && n > 1;
    let n_left_out = if leaves_out { n } else { 0 };
    progress.begin("bootstrap", (config.replicates + n_left_out) as u64);
    let work = |range: std::ops::Range<usize>| {
        let k = range.start;
        let mut rng = stream(config.seed, k);
        let drawn: Vec<u32> = if k < config.replicates {
            (0..n).map(|_| below(n as u64, &mut rng) as u32).collect()
        } else {
            let left_out = (k - config.replicates) as u32;
            (0..n as u32).filter(|v| *v != left_out).collect()
        };
        let copies = copies(n, &drawn);
        let network = open.resampled(&drawn, &copies, &mut rng);
        let metrics = open.metrics_of(metrics, &copies);
        let one = figures_of(&network, &metrics, false, &quiet);
        progress.advance(1);
        Some((k, one))
    };
    let mut cancelled = false;
    let keep = |(k, one): (usize, Result<Vec<Statistic>, MetricError>)| {
        let Ok(one) = one else {
            cancelled = true;
            return;
        };
        for (name, value) in one {
            if let (Some(&at), Some(value)) = (place.get(&name), value) {
                let is_drawn = k < config.replicates;
                let values = if is_drawn { &mut found[at].values } else { &mut found[at].without };
                values.push(value);
            }
        }
    };
    fold_chunks(config.replicates + n_left_out, 1, progress, work, keep)?;
    if cancelled {
        return Err(MetricError::Cancelled);
    }
    for one in &mut found {
        one.values.sort_unstable_by(f64::total_cmp);
    }
    Ok(found)
}

/// A network whose firms can be drawn.
struct Open<'g> {
    graph: &'g SupplyGraph,
    lookup: IdLookup<'g>,
    /// What each firm makes beyond what it sells to firms.
    final_sales: Option<Vec<f64>>,
    /// Copies are called this and their number; no firm is.
    prefix: String,
}

/// By firm: which copies are of it.
fn copies(n: usize, drawn: &[u32]) -> Vec<Vec<u32>> {
    let mut copies: Vec<Vec<u32>> = vec![Vec::new(); n];
    for (copy, &firm) in drawn.iter().enumerate() {
        copies[firm as usize].push(copy as u32);
    }
    copies
}

impl<'g> Open<'g> {
    fn of(graph: &'g SupplyGraph) -> Self {
        let knows_output = graph.nodes().number("output").is_some();
        let final_sales = knows_output.then(|| {
            let output = Accounts::of(graph).output;
            let sold = graph.out_strengths();
            output.iter().zip(&sold).map(|(x, s)| (x - s).max(0.0)).collect()
        });
        let mut prefix = "copy ".to_owned();
        while graph.ids().iter().any(|id| id.starts_with(&prefix)) {
            prefix.push('*');
        }
        Self { graph, lookup: graph.lookup(), final_sales, prefix }
    }

    fn name(&self, copy: usize) -> String {
        format!("{}{copy}", self.prefix)
    }

    /// Metrics with the rows of side tables of these firms, some of them more than once.
    fn metrics_of<'m>(
        &self,
        metrics: &[(&'m dyn Metric, Params)],
        copies: &[Vec<u32>],
    ) -> Vec<(&'m dyn Metric, Params)> {
        // What is no firm of the network stays what it is, for the metric to refuse.
        let names = |id: &str| match self.lookup.get(id) {
            Some(firm) => {
                copies[firm.index()].iter().map(|copy| self.name(*copy as usize)).collect()
            }
            None => vec![id.to_owned()],
        };
        metrics.iter().map(|(metric, params)| (*metric, params.of_copies(&names))).collect()
    }

    /// The network of these firms, some of them more than once.
    fn resampled(&self, drawn: &[u32], copies: &[Vec<u32>], rng: &mut ChaCha8Rng) -> SupplyGraph {
        let graph = self.graph;
        let n = graph.n_nodes();
        let ids: Ids = (0..drawn.len()).map(|copy| self.name(copy)).collect();
        let mut builder = SupplyGraphBuilder::new(ids).ids_are_distinct();
        let mut add = |seller: u32, buyer: u32, flow: f64| {
            builder.add_flow(seller, buyer, flow).expect("a flow of the graph");
        };
        let pairs_of_one = |copies: &[Vec<u32>]| -> Vec<(u32, u32)> {
            let of = |all: &Vec<u32>| -> Vec<(u32, u32)> {
                let pairs = all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b)));
                pairs.filter(|(a, b)| a != b).collect()
            };
            copies.iter().filter(|all| all.len() > 1).flat_map(of).collect()
        };
        for u in graph.node_indices() {
            for (v, flow) in graph.customers(u) {
                for &a in &copies[u.index()] {
                    if u == v {
                        add(a, a, flow);
                        continue;
                    }
                    for &b in &copies[v.index()] {
                        add(a, b, flow);
                    }
                }
            }
        }
        let twins = pairs_of_one(copies);
        let mut random_pair = || {
            let u = below(n as u64, rng) as usize;
            let v = below(n as u64 - 1, rng) as usize;
            (u, if v >= u { v + 1 } else { v })
        };
        let lent: Vec<(usize, usize)> = twins.iter().map(|_| random_pair()).collect();
        for (&(a, b), &(u, v)) in twins.iter().zip(&lent) {
            if let Some(edge) = graph.edge_between(NodeIndex::new(u), NodeIndex::new(v)) {
                add(a, b, graph.flow(edge));
            }
        }
        let new = builder.build().expect("flows of a graph").graph;
        let mut nodes = graph.nodes().select(drawn);
        nodes.remove("value_added");
        let mut new = new.with_nodes(nodes);
        if let Some(final_sales) = &self.final_sales {
            let sold = new.out_strengths();
            let output =
                drawn.iter().zip(&sold).map(|(&v, sold)| Some(final_sales[v as usize] + sold));
            let output: Vec<Option<f64>> = output.collect();
            new = new.with_number("output", output);
        }
        for relation in graph.relations() {
            new = new.with_relation(drawn_ties(relation, copies, &twins, &lent));
        }
        match graph.unit() {
            Some(unit) => new.with_unit(unit),
            None => new,
        }
    }
}

/// The ties of a relation among copies: as those of their firms, or, between two copies of one, as those of the pair they were lent.
fn drawn_ties(
    relation: &Relation,
    copies: &[Vec<u32>],
    twins: &[(u32, u32)],
    lent: &[(usize, usize)],
) -> Relation {
    let (mut ties, mut rows) = (Vec::new(), Vec::new());
    let mut known: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for (row, &(u, v)) in (0..).zip(relation.ties()) {
        known.entry((u, v)).or_default().push(row);
        for &a in &copies[u as usize] {
            for &b in &copies[v as usize] {
                if u != v || a == b {
                    ties.push((a, b));
                    rows.push(row);
                }
            }
        }
    }
    for (&(a, b), &(u, v)) in twins.iter().zip(lent) {
        for &row in known.get(&(u as u32, v as u32)).into_iter().flatten() {
            ties.push((a, b));
            rows.push(row);
        }
    }
    let columns = relation.columns().select(&rows);
    Relation::new(relation.name(), relation.is_directed(), ties, columns)
}

/// The columns of `bootstrap_intervals`, without the period.
pub static BOOTSTRAP_COLUMNS: [ColumnSpec; 11] = [
    ColumnSpec::text("metric", "The index, or what one group sells another."),
    ColumnSpec::number("estimate", Unit::None, "Its value in the observed network."),
    ColumnSpec::number("boot_mean", Unit::None, "Mean over the networks of firms drawn anew."),
    ColumnSpec::number("boot_se", Unit::None, "Standard deviation over them (n − 1)."),
    ColumnSpec::number("lower", Unit::None, "2.5 % quantile over them."),
    ColumnSpec::number("upper", Unit::None, "97.5 % quantile over them."),
    ColumnSpec::number("lower_bca", Unit::None, "The same, corrected for bias and skewness (BCa)."),
    ColumnSpec::number("upper_bca", Unit::None, "The same, corrected for bias and skewness (BCa)."),
    ColumnSpec {
        name: "n_samples",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Networks in which it is defined.",
    },
    ColumnSpec {
        name: "seed",
        kind: Kind::I64,
        unit: Unit::Id,
        meaning: "Where the random numbers begin.",
    },
    STATUS,
];

/// The table of intervals.
///
/// # Panics
/// Never: cells fit their columns.
#[must_use]
pub fn bootstrap_table(found: &[Resampled], config: &BootstrapConfig) -> Table {
    let mut rows = Rows::new(&BOOTSTRAP_COLUMNS);
    for one in found {
        let n = one.values.len() as f64;
        let mean = one.values.iter().sum::<f64>() / n;
        let square = one.values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
        // Of an index that is undefined in most of the networks, the others tell little.
        let is_rare = one.values.len() * 2 <= config.replicates;
        let bounds = |bounds: Option<Bounds>| match bounds {
            _ if is_rare => [(); 2].map(|()| Err(Status::InsufficientN).into()),
            Some((low, high)) => [Cell::from(low), Cell::from(high)],
            None => [Cell::Gap, Cell::Gap],
        };
        let [lower, upper] = bounds(one.percentile());
        let [lower_bca, upper_bca] = bounds(one.bias_corrected());
        let spread = (one.values.len() > 1).then(|| (square / (n - 1.0)).sqrt());
        rows.push([
            one.statistic.as_str().into(),
            one.estimate.ok_or(Status::InsufficientN).into(),
            if one.values.is_empty() { Err(Status::InsufficientN).into() } else { mean.into() },
            spread.map_or(Cell::Gap, Cell::from),
            lower,
            upper,
            lower_bca,
            upper_bca,
            one.values.len().into(),
            Cell::Count(i64::try_from(config.seed).ok()),
        ]);
    }
    rows.table(TableId::BootstrapIntervals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_trade_as_their_firms_do() {
        let graph =
            SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 2.0), (1, 2, 3.0), (2, 2, 1.0)])
                .expect("a good graph")
                .with_number("output", [Some(2.0), Some(4.0), Some(9.0)])
                .with_text("stage", ["1", "2", "3"].map(Some));
        let open = Open::of(&graph);
        // Nobody twice: the same network in another order.
        let turned = open.resampled(&[2, 0, 1], &copies(3, &[2, 0, 1]), &mut stream(1, 0));
        let flow = |u, v| {
            turned.edge_between(NodeIndex::new(u), NodeIndex::new(v)).map(|e| turned.flow(e))
        };
        assert_eq!((flow(1, 2), flow(2, 0), flow(0, 0)), (Some(2.0), Some(3.0), Some(1.0)));
        assert_eq!(turned.nodes().number("output").and_then(|x| x.get(0)), Some(9.0));
        // Two growers sell to the still; what they sell each other is lent from another pair.
        let twins = open.resampled(&[0, 0, 1], &copies(3, &[0, 0, 1]), &mut stream(1, 0));
        let flow = |u, v| twins.edge_between(NodeIndex::new(u), NodeIndex::new(v));
        assert!(flow(0, 2).is_some() && flow(1, 2).is_some() && flow(2, 0).is_none());
        assert_eq!(twins.nodes().text("stage").map(palenque_graph::TextColumn::len), Some(3));
    }

    #[test]
    fn copies_take_their_rows_of_side_tables_along() {
        let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 2.0), (1, 2, 3.0)])
            .expect("a good graph");
        let rows = [("a", "cut"), ("a", "mill"), ("b", "cut"), ("c", "pour")];
        let rows = (2..).zip(rows).map(|(line, (firm, task))| {
            (line, vec![firm.to_owned(), task.to_owned(), "5".to_owned()])
        });
        let titles = ["firm", "task", "hours"].map(str::to_owned).to_vec();
        let tasks = palenque_graph::SideTable::new("tasks.csv", titles, rows.collect());
        let params = Params::default().with_side("tasks", tasks.into());
        let metric = crate::find("division_of_labour").expect("known");
        let open = Open::of(&graph);
        let drawn = open.metrics_of(&[(metric, params.clone())], &copies(3, &[2, 0, 0]));
        let firms = drawn[0].1.side("tasks").expect("there").rows();
        let firms: Vec<&str> = firms.map(|(_, cells)| cells[0].as_str()).collect();
        assert_eq!(firms, ["copy 1", "copy 2", "copy 1", "copy 2", "copy 0"], "b is not drawn");
        let config = BootstrapConfig { replicates: 49, ..BootstrapConfig::default() };
        let params = params.with("replicates", 9.into());
        let found = bootstrap(&graph, &[(metric, params)], &config, &palenque_graph::NoProgress);
        let found = found.expect("done");
        assert!(found.iter().any(|one| one.values.len() > 40), "{found:?}");
    }

    #[test]
    fn without_bias_and_skewness_both_intervals_are_the_same() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        let without = vec![1.0, 2.0, 3.0];
        let one = Resampled { statistic: String::new(), estimate: Some(50.0), values, without };
        let ((a, b), (c, d)) = (one.percentile().expect("p"), one.bias_corrected().expect("bca"));
        assert!((a - 2.5).abs() < 1e-12 && (b - 97.5).abs() < 1e-12);
        assert!((a - c).abs() < 1e-9 && (b - d).abs() < 1e-9);
    }
}
