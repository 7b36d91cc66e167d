//! One curve of an attack: passes over one order or many, and what they add up to.

use super::attack_curve::{AttackCurve, CurvePoint, RobustnessConfig, interval};
use super::attack_order::{AttackOrder, Target};
use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::percolation::{
    Remains, giant_strong, giant_strong_of_links, link_removals, mean_giant_of_subsets, removals,
};
use crate::kernel::random::{permutation, stream};
use crate::kernel::ratio::ratio;
use palenque_graph::{Progress, SupplyGraph};

/// Up to this many nodes, the mean over random orders is taken over all subsets instead of a sample.
const ENUMERATED: usize = 20;
/// Nodes and edges that may be looked at for strong components in all.
const STRONG_BUDGET: usize = 200_000_000;

/// What falls, and how it is looked at.
pub(super) struct Plan<'a> {
    pub(super) graph: &'a SupplyGraph,
    pub(super) order: AttackOrder,
    pub(super) is_adaptive: bool,
    pub(super) target: Target,
    /// All nodes, or all links.
    pub(super) units: &'a [u32],
    /// Seller and buyer of every edge, where links are removed.
    pub(super) ends: &'a [(u32, u32)],
    pub(super) final_demand: &'a [f64],
    pub(super) config: &'a RobustnessConfig,
}

/// One pass of one order: the largest component after each step, and all else at the steps of the grid.
struct Pass {
    giant: Vec<u32>,
    grid: Vec<Remains>,
    strong: Vec<u32>,
}

impl Pass {
    fn of(plan: &Plan<'_>, order: &[u32], grid: &[usize], strong_steps: &[usize]) -> Self {
        let mut giant = vec![0; order.len() + 1];
        let mut at_grid = vec![Remains::default(); grid.len()];
        let mut ahead = grid.len();
        let visit = |q: usize, state: Remains| {
            giant[q] = state.giant;
            if ahead > 0 && grid[ahead - 1] == q {
                ahead -= 1;
                at_grid[ahead] = state;
            }
        };
        let graph = plan.graph;
        let strong = match plan.target {
            Target::Node => {
                removals(graph, order, plan.final_demand, visit);
                giant_strong(graph, order, strong_steps)
            }
            Target::Edge => {
                link_removals(graph, plan.ends, order, visit);
                giant_strong_of_links(graph, order, strong_steps)
            }
        };
        Self { giant, grid: at_grid, strong }
    }

    fn r_index(&self, n: usize) -> f64 {
        let sum = self.giant[1..].iter().map(|&s| u64::from(s)).sum::<u64>();
        sum as f64 / n as f64 / (self.giant.len() - 1) as f64
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

/// The curve of one order: `fall` from the first removal to the last, or random orders without.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(super) fn curve(
    plan: &Plan<'_>,
    fall: Option<&[u32]>,
    progress: &dyn Progress,
) -> Result<AttackCurve, MetricError> {
    let Plan { graph, order, is_adaptive, target, units, config, .. } = *plan;
    let (n, n_units) = (graph.n_nodes(), units.len());
    let replicates = if fall.is_some() { 1 } else { config.replicates };
    let nothing = AttackCurve {
        order,
        target,
        n_units,
        is_adaptive,
        points: Vec::new(),
        r_index: None,
        r_interval: None,
        f_half: None,
        f_5pct: None,
        n_replicates: replicates,
        is_sampled: false,
    };
    if n_units == 0 {
        return Ok(nothing);
    }
    let grid = spaced(n_units, config.points.min(n_units + 1));
    let strong_steps = strong_steps(&grid, replicates * (n + graph.n_edges()));
    let mut sums = Sums {
        giant: vec![0; n_units + 1],
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
            let random = || {
                let drawn = permutation(n_units, &mut stream(config.seed, replicate));
                drawn.into_iter().map(|k| units[k as usize]).collect::<Vec<u32>>()
            };
            let drawn = fall.is_none().then(random);
            let order = drawn.as_deref().or(fall).unwrap_or_default();
            let pass = Pass::of(plan, order, &grid, &strong_steps);
            progress.advance(1);
            pass
        };
        Some(range.map(pass).collect::<Vec<Pass>>())
    };
    fold_chunks(replicates, 1, progress, work, |passes| {
        for pass in &passes {
            sums.add(pass, n);
        }
    })?;
    let mut mean_giant: Vec<f64> =
        sums.giant.iter().map(|&sum| sum as f64 / replicates as f64 / n as f64).collect();
    let is_exact = fall.is_none() && target == Target::Node && n <= ENUMERATED;
    if is_exact {
        let by_left = mean_giant_of_subsets(graph);
        mean_giant = by_left.iter().rev().map(|giant| giant / n as f64).collect();
    }
    let r_index = if is_exact {
        mean_giant[1..].iter().sum::<f64>() / n_units as f64
    } else {
        let sum: u64 = sums.giant[1..].iter().sum();
        sum as f64 / (replicates * n) as f64 / n_units as f64
    };
    let below = |share: f64| {
        Some(mean_giant.iter().position(|&giant| giant < share)? as f64 / n_units as f64)
    };
    let points = sums.points(&grid, &strong_steps, &mean_giant, n, fall);
    Ok(AttackCurve {
        r_index: Some(r_index),
        r_interval: fall.is_none().then(|| interval(&mut sums.r_indices)),
        f_half: below(0.5),
        f_5pct: below(0.05),
        points,
        is_sampled: fall.is_none() && !is_exact,
        ..nothing
    })
}

impl Sums {
    fn add(&mut self, pass: &Pass, n: usize) {
        self.giant.iter_mut().zip(&pass.giant).for_each(|(sum, &s)| *sum += u64::from(s));
        self.strong.iter_mut().zip(&pass.strong).for_each(|(sum, &s)| *sum += u64::from(s));
        self.r_indices.push(pass.r_index(n));
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
        n: usize,
        fall: Option<&[u32]>,
    ) -> Vec<CurvePoint> {
        let n = n as f64;
        let replicates = self.r_indices.len() as f64;
        let mean = |sum: f64| Some(sum / replicates).filter(|mean| mean.is_finite());
        let point = |(k, &step): (usize, &usize)| {
            let strong = strong_steps.binary_search(&step).ok();
            let (sizes, defined) = self.susceptibility[k];
            let shares = || self.giants_at[k].iter().map(|&s| f64::from(s) / n);
            CurvePoint {
                step,
                removed: fall.filter(|_| step > 0).map(|fall| fall[step - 1]),
                giant_wcc_share: mean_giant[step],
                giant_scc_share: strong.and_then(|at| mean(self.strong[at] as f64 / n)),
                surviving_flow_share: mean(self.flow[k]),
                served_demand_share: mean(self.demand[k]),
                susceptibility: ratio(sizes, f64::from(defined)),
                n_components: fall.map(|_| self.n_components[k]),
                giant_interval: fall.is_none().then(|| interval(&mut shares().collect::<Vec<_>>())),
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
