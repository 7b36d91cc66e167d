//! What is left of a network as its nodes are removed, one after the other.

use super::adaptive_order::adaptive_order;
use super::attack_order::{AttackOrder, descending};
use crate::kernel::chunks::fold_chunks;
use crate::kernel::percolation::{Remains, giant_strong, mean_giant_of_subsets, removals};
use crate::kernel::random::{permutation, stream};
use crate::kernel::ratio::ratio;
use crate::{MetricError, ParamError};
use palenque_graph::accounts::Accounts;
use palenque_graph::{Progress, SupplyGraph};

/// Up to this many nodes, the mean over random orders is taken over all subsets instead of a sample.
const ENUMERATED: usize = 20;
/// Nodes and edges that may be looked at for strong components in all.
const STRONG_BUDGET: usize = 200_000_000;

/// Which nodes are removed, and what is written down.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RobustnessConfig {
    /// Orders of removal, each a curve.
    pub orders: Vec<AttackOrder>,
    /// Orders whose scores are computed anew after every removal, each a curve more.
    pub adaptive: Vec<AttackOrder>,
    /// Random orders to average over.
    pub replicates: usize,
    /// Where the random orders begin.
    pub seed: u64,
    /// Points of a curve at most; `r_index` is exact whatever they are.
    pub points: usize,
}

impl Default for RobustnessConfig {
    fn default() -> Self {
        use AttackOrder::{Degree, Output, PagerankReverse, Random, Strength};
        let orders = vec![Random, Degree, Strength, PagerankReverse, Output];
        Self { orders, adaptive: vec![Degree], replicates: 100, seed: 1, points: 201 }
    }
}

/// What is left of a network under one order of removal.
#[derive(Clone, Debug, PartialEq)]
pub struct AttackCurve {
    /// The order.
    pub order: AttackOrder,
    /// Whether its scores are computed anew after every removal.
    pub is_adaptive: bool,
    /// Points of the curve, from no removal to all.
    pub points: Vec<CurvePoint>,
    /// `R = (1/n) Σ_{q=1}^{n} s(q)`, over all steps; `None` for a network without nodes.
    pub r_index: Option<f64>,
    /// 95 % of random orders have an `R` in here.
    pub r_interval: Option<(f64, f64)>,
    /// The first fraction of nodes removed at which the largest component is below half of all nodes.
    pub f_half: Option<f64>,
    /// The same for 5 %.
    pub f_5pct: Option<f64>,
    /// Orders averaged over.
    pub n_replicates: usize,
    /// Whether `r_index` is a mean over a sample of orders.
    pub is_sampled: bool,
}

/// A point of a curve. Shares are of the intact network, or of all nodes; means over replicates at random.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// Nodes removed.
    pub step: usize,
    /// The node removed last; `None` at the start and in averages.
    pub removed: Option<u32>,
    /// Nodes of the largest weak component by all nodes.
    pub giant_wcc_share: f64,
    /// Nodes of the largest strong component by all nodes, where it was looked for.
    pub giant_scc_share: Option<f64>,
    /// Flow between nodes that are left by flow between all, self-loops left out.
    pub surviving_flow_share: Option<f64>,
    /// Final demand for nodes that are left by that for all, where positive.
    pub served_demand_share: Option<f64>,
    /// Mean size of the component of a node outside of the largest; `None` if there is none.
    pub susceptibility: Option<f64>,
    /// Weak components; `None` in averages.
    pub n_components: Option<u32>,
    /// 95 % of random orders have a `giant_wcc_share` in here.
    pub giant_interval: Option<(f64, f64)>,
}

/// What is left of a network as nodes are removed by the scores of the intact network, by those of what is left, or at random.
///
/// # Formula
/// `s(q)` is the largest weak component after `q` removals by the number of nodes of the intact network, and
/// `R = (1/n) Σ_{q=1}^{n} s(q)`: from `(n − 1)/n²` (a star, its hub first) to `(n − 1)/(2n)` (all tied to all). Equal
/// scores fall by the node's number.
/// # Source
/// Albert, Jeong and Barabási (2000); Callaway, Newman, Strogatz and Watts (2000); Schneider, Moreira, Andrade, Havlin
/// and Herrmann (2011), eq. 1; Newman and Ziff (2001) for the algorithm.
/// # Input and result
/// One curve an order, of at most `points` points with the same distance between them; `R` and the fractions are taken
/// over all steps. Random orders are averaged; up to 20 nodes, the mean of the largest component is exact, over all
/// subsets. Final demand as [`Accounts`] completes it; what a node sells to final users falls with it, and nothing
/// else does: see dependency models for what else stops. Self-loops are left out. The largest strong component is
/// looked for at as many points as cost little, at most 200 million nodes and edges a curve, else not at all.
/// # Cost
/// `O((n + m) α(n))` time for each order and replicate; `O(n)` memory for each of a few a thread. The order
/// `betweenness` costs what [`betweenness`](crate::centrality::betweenness::betweenness()) does.
/// # Errors
/// [`ParamError::Value`] for no order, no replicates or fewer than 2 points; what the scores return;
/// [`MetricError::Cancelled`].
/// # Example
/// A star falls apart with its hub.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::resilience::attack_order::AttackOrder;
/// # use palenque_metrics::resilience::attack_curve::{RobustnessConfig, robustness_curves};
/// let star = SupplyGraph::from_flows(["hub", "a", "b", "c"], [(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)])?;
/// let orders = vec![AttackOrder::Degree];
/// let config = RobustnessConfig { orders, adaptive: vec![], ..Default::default() };
/// let curve = &robustness_curves(&star, &config, &NoProgress)?[0];
/// assert_eq!(curve.r_index, Some(3.0 / 16.0));
/// assert_eq!(curve.points[1].removed, Some(0));
/// assert_eq!(curve.points[1].giant_wcc_share, 0.25);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn robustness_curves(
    graph: &SupplyGraph,
    config: &RobustnessConfig,
    progress: &dyn Progress,
) -> Result<Vec<AttackCurve>, MetricError> {
    let refuse = |what: &str| Err(ParamError::Value(what.into()).into());
    if config.orders.is_empty() && config.adaptive.is_empty() {
        return refuse("`orders` is empty: name at least one, such as \"degree\"");
    }
    if config.replicates == 0 {
        return refuse("`replicates` is 0: a random order is drawn at least once");
    }
    if config.points < 2 {
        return refuse("`points` is below 2: a curve has a beginning and an end");
    }
    let final_demand = Accounts::of(graph).final_demand;
    let curve_of = |&order: &AttackOrder| {
        let scores = order.scores(graph, progress)?;
        let nodes = scores.as_deref().map(descending);
        curve(graph, order, nodes.as_deref(), &final_demand, config, progress)
    };
    let adaptive_curve = |&order: &AttackOrder| {
        let nodes = adaptive_order(graph, order, progress)?;
        let found = curve(graph, order, Some(&nodes), &final_demand, config, progress)?;
        Ok(AttackCurve { is_adaptive: true, ..found })
    };
    config.orders.iter().map(curve_of).chain(config.adaptive.iter().map(adaptive_curve)).collect()
}

/// One pass of one order: the largest component after each step, and all else at the steps of the grid.
struct Pass {
    giant: Vec<u32>,
    grid: Vec<Remains>,
    strong: Vec<u32>,
}

impl Pass {
    fn of(
        graph: &SupplyGraph,
        order: &[u32],
        final_demand: &[f64],
        grid: &[usize],
        strong_steps: &[usize],
    ) -> Self {
        let mut giant = vec![0; order.len() + 1];
        let mut at_grid = vec![Remains::default(); grid.len()];
        let mut ahead = grid.len();
        removals(graph, order, final_demand, |q, state| {
            giant[q] = state.giant;
            if ahead > 0 && grid[ahead - 1] == q {
                ahead -= 1;
                at_grid[ahead] = state;
            }
        });
        Self { giant, grid: at_grid, strong: giant_strong(graph, order, strong_steps) }
    }

    fn r_index(&self) -> f64 {
        let n = (self.giant.len() - 1) as f64;
        self.giant[1..].iter().map(|&s| u64::from(s)).sum::<u64>() as f64 / (n * n)
    }
}

/// Sums over the replicates.
struct Sums {
    giant: Vec<u64>,
    giants_at: Vec<Vec<u32>>,
    flow: Vec<f64>,
    demand: Vec<f64>,
    susceptibility: Vec<(f64, u32)>,
    n_components: Vec<u32>,
    strong: Vec<u64>,
    r_indices: Vec<f64>,
}

fn curve(
    graph: &SupplyGraph,
    order: AttackOrder,
    nodes: Option<&[u32]>,
    final_demand: &[f64],
    config: &RobustnessConfig,
    progress: &dyn Progress,
) -> Result<AttackCurve, MetricError> {
    let n = graph.n_nodes();
    let replicates = if nodes.is_some() { 1 } else { config.replicates };
    if n == 0 {
        return Ok(AttackCurve {
            order,
            is_adaptive: false,
            points: Vec::new(),
            r_index: None,
            r_interval: None,
            f_half: None,
            f_5pct: None,
            n_replicates: replicates,
            is_sampled: false,
        });
    }
    let grid = spaced(n, config.points.min(n + 1));
    let strong_steps = strong_steps(&grid, replicates * (n + graph.n_edges()));
    let mut sums = Sums {
        giant: vec![0; n + 1],
        giants_at: vec![Vec::with_capacity(replicates); grid.len()],
        flow: vec![0.0; grid.len()],
        demand: vec![0.0; grid.len()],
        susceptibility: vec![(0.0, 0); grid.len()],
        n_components: vec![0; grid.len()],
        strong: vec![0; strong_steps.len()],
        r_indices: Vec::with_capacity(replicates),
    };
    progress.begin(order.name(), replicates as u64);
    let work = |range: std::ops::Range<usize>| {
        let pass = |replicate| {
            let drawn =
                nodes.is_none().then(|| permutation(n, &mut stream(config.seed, replicate)));
            let nodes = drawn.as_deref().or(nodes).unwrap_or_default();
            let pass = Pass::of(graph, nodes, final_demand, &grid, &strong_steps);
            progress.advance(1);
            pass
        };
        Some(range.map(pass).collect::<Vec<Pass>>())
    };
    fold_chunks(replicates, 1, progress, work, |passes| passes.iter().for_each(|p| sums.add(p)))?;
    let mut mean_giant: Vec<f64> =
        sums.giant.iter().map(|&sum| sum as f64 / replicates as f64 / n as f64).collect();
    let is_exact = nodes.is_none() && n <= ENUMERATED;
    if is_exact {
        let by_left = mean_giant_of_subsets(graph);
        mean_giant = by_left.iter().rev().map(|giant| giant / n as f64).collect();
    }
    let r_index = if is_exact {
        mean_giant[1..].iter().sum::<f64>() / n as f64
    } else {
        let sum: u64 = sums.giant[1..].iter().sum();
        sum as f64 / (replicates * n) as f64 / n as f64
    };
    let below =
        |share: f64| Some(mean_giant.iter().position(|&giant| giant < share)? as f64 / n as f64);
    let points = sums.points(&grid, &strong_steps, &mean_giant, nodes);
    Ok(AttackCurve {
        order,
        is_adaptive: false,
        r_index: Some(r_index),
        r_interval: nodes.is_none().then(|| interval(&mut sums.r_indices)),
        f_half: below(0.5),
        f_5pct: below(0.05),
        points,
        n_replicates: replicates,
        is_sampled: nodes.is_none() && !is_exact,
    })
}

impl Sums {
    fn add(&mut self, pass: &Pass) {
        self.giant.iter_mut().zip(&pass.giant).for_each(|(sum, &s)| *sum += u64::from(s));
        self.strong.iter_mut().zip(&pass.strong).for_each(|(sum, &s)| *sum += u64::from(s));
        self.r_indices.push(pass.r_index());
        let intact = pass.grid[0];
        for (k, state) in pass.grid.iter().enumerate() {
            self.giants_at[k].push(state.giant);
            self.n_components[k] = state.n_components;
            self.flow[k] += ratio(state.flow, intact.flow).unwrap_or(f64::NAN);
            self.demand[k] += ratio(state.demand, intact.demand).unwrap_or(f64::NAN);
            if let Some(size) = ratio(state.other_squares, f64::from(state.others)) {
                self.susceptibility[k].0 += size;
                self.susceptibility[k].1 += 1;
            }
        }
    }

    fn points(
        &self,
        grid: &[usize],
        strong_steps: &[usize],
        mean_giant: &[f64],
        nodes: Option<&[u32]>,
    ) -> Vec<CurvePoint> {
        let n = mean_giant.len() as f64 - 1.0;
        let replicates = self.r_indices.len() as f64;
        let mean = |sum: f64| Some(sum / replicates).filter(|mean| mean.is_finite());
        let point = |(k, &step): (usize, &usize)| {
            let strong = strong_steps.binary_search(&step).ok();
            let (sizes, defined) = self.susceptibility[k];
            let shares = || self.giants_at[k].iter().map(|&s| f64::from(s) / n);
            CurvePoint {
                step,
                removed: nodes.filter(|_| step > 0).map(|nodes| nodes[step - 1]),
                giant_wcc_share: mean_giant[step],
                giant_scc_share: strong.and_then(|at| mean(self.strong[at] as f64 / n)),
                surviving_flow_share: mean(self.flow[k]),
                served_demand_share: mean(self.demand[k]),
                susceptibility: ratio(sizes, f64::from(defined)),
                n_components: nodes.map(|_| self.n_components[k]),
                giant_interval: nodes
                    .is_none()
                    .then(|| interval(&mut shares().collect::<Vec<_>>())),
            }
        };
        grid.iter().enumerate().map(point).collect()
    }
}

/// `count` steps from 0 to `last` with the same distance between them, as nearly as whole numbers allow.
fn spaced(last: usize, count: usize) -> Vec<usize> {
    let gaps = (count - 1).max(1);
    (0..count).map(|k| (k * last + gaps / 2) / gaps).collect()
}

/// The steps at which strong components are looked for, each at this cost: as many of the grid as the budget allows.
fn strong_steps(grid: &[usize], cost: usize) -> Vec<usize> {
    let fits = |&count: &usize| count <= grid.len() && count * cost <= STRONG_BUDGET;
    match [grid.len(), 51, 11].into_iter().find(fits) {
        Some(count) => spaced(grid.len() - 1, count).into_iter().map(|k| grid[k]).collect(),
        None => Vec::new(),
    }
}

/// The 2.5 and 97.5 % quantiles, between neighbouring values in proportion.
pub(crate) fn interval(values: &mut [f64]) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    let quantile = |thousandths: usize| {
        let at = thousandths * (values.len() - 1);
        let (low, high) = (values[at / 1000], values[at.div_ceil(1000)]);
        low + (high - low) * (at % 1000) as f64 / 1000.0
    };
    (quantile(25), quantile(975))
}
