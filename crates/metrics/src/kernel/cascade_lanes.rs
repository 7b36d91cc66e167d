//! Several cascades side by side, once each of them has reached much of the network: an edge is then read once for all.

use crate::kernel::cascade::{Cascade, Losses, Scratch};

/// Cascades side by side: one cache line of losses a firm.
const LANES: usize = 8;
/// Passing losses along one edge costs this many times as much alone as it does side by side.
const DEARER: u64 = 8;

/// One number a cascade.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Lane([f64; LANES]);

impl Lane {
    fn add_scaled(&mut self, scale: f64, other: &Self) {
        for (sum, value) in self.0.iter_mut().zip(&other.0) {
            *sum += scale * value;
        }
    }

    fn max(mut self, other: &Self) -> Self {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a = a.max(*b);
        }
        self
    }

    /// Losses that were at `before` and are at least this now, and the most that any of them grew.
    fn grown(mut self, before: &Self, most: &mut Self) -> Self {
        for ((now, before), most) in self.0.iter_mut().zip(&before.0).zip(&mut most.0) {
            *now = now.min(1.0).max(*before);
            *most = most.max(*now - before);
        }
        self
    }
}

/// The network as it is read for many cascades: what every firm buys, group by group, and to whom it sells.
pub(crate) struct Rows {
    /// Where the groups of each buyer begin.
    groups_of: Vec<u32>,
    /// Where the sellers of each group begin.
    sellers_of: Vec<u32>,
    sellers: Vec<u32>,
    down_share: Vec<f64>,
    up_share: Vec<f64>,
}

impl Rows {
    pub(crate) fn of(cascade: &Cascade<'_>) -> Self {
        let (graph, groups) = (cascade.graph, &cascade.groups);
        let starts = |len: usize, of: &[u32]| {
            let mut starts = vec![0_u32; len + 1];
            for &x in of {
                starts[x as usize + 1] += 1;
            }
            (0..len).for_each(|i| starts[i + 1] += starts[i]);
            starts
        };
        let groups_of = starts(graph.n_nodes(), &groups.buyer);
        let sellers_of = starts(groups.buyer.len(), &groups.group);
        let mut next = sellers_of.clone();
        let mut sellers = vec![0; groups.group.len()];
        let mut down_share = vec![0.0; groups.group.len()];
        for u in 0..graph.n_nodes() {
            for k in groups.sales(u) {
                let at = &mut next[groups.group[k] as usize];
                (sellers[*at as usize], down_share[*at as usize]) =
                    (u as u32, cascade.down_share[k]);
                *at += 1;
            }
        }
        let mut up_share = vec![0.0; graph.n_edges()];
        for (&edge, share) in graph.in_edges().iter().zip(&cascade.up_share) {
            up_share[edge as usize] = *share;
        }
        Self { groups_of, sellers_of, sellers, down_share, up_share }
    }
}

/// A cascade in a lane: whose it is, and how far it has come.
#[derive(Clone, Copy)]
struct Running {
    at: usize,
    losses: Losses,
}

/// The lanes of one thread.
pub(crate) struct Lanes<'a> {
    cascade: &'a Cascade<'a>,
    rows: &'a Rows,
    running: [Option<Running>; LANES],
    down: Vec<Lane>,
    /// What buyers feel.
    passed: Vec<Lane>,
    up: Vec<Lane>,
    next_up: Vec<Lane>,
    lost: Vec<Lane>,
}

impl<'a> Lanes<'a> {
    pub(crate) fn new(cascade: &'a Cascade<'a>, rows: &'a Rows) -> Self {
        Self {
            cascade,
            rows,
            running: [None; LANES],
            down: Vec::new(),
            passed: Vec::new(),
            up: Vec::new(),
            next_up: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// Whether a cascade is better off in a lane, by the edges that its next step would pass losses along.
    pub(crate) fn pays(&self, pushes: u64) -> bool {
        pushes * DEARER > 2 * self.cascade.graph.n_edges() as u64
    }

    pub(crate) fn is_full(&self) -> bool {
        self.running.iter().all(Option::is_some)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.running.iter().all(Option::is_none)
    }

    /// Goes on with a cascade in a free lane.
    pub(crate) fn load(&mut self, at: usize, losses: Losses, scratch: &Scratch) {
        let n = self.cascade.graph.n_nodes();
        if self.down.len() < n {
            for lanes in [&mut self.down, &mut self.passed, &mut self.up, &mut self.next_up] {
                *lanes = vec![Lane::default(); n];
            }
            let markets = self.cascade.markets.as_ref();
            self.lost = vec![Lane::default(); markets.map_or(0, |markets| markets.total.len())];
        }
        let lane = self.running.iter().position(Option::is_none).expect("a free lane");
        self.running[lane] = Some(Running { at, losses });
        for (v, loss, passed) in scratch.hit_down() {
            self.down[v].0[lane] = loss;
            self.passed[v].0[lane] = passed;
        }
        for (v, loss) in scratch.hit_up() {
            self.up[v].0[lane] = loss;
        }
    }

    /// One step of every cascade; hands over those that end.
    pub(crate) fn sweep(&mut self, mut done: impl FnMut(usize, Losses)) {
        let mut most = Lane::default();
        self.step_down(&mut most);
        self.step_up(&mut most);
        let stop = self.cascade.stop;
        let edges = (self.rows.sellers.len() + self.rows.up_share.len()) as u64;
        let mut ended = [false; LANES];
        for (lane, running) in self.running.iter_mut().enumerate() {
            if let Some(Running { losses, .. }) = running {
                losses.steps += 1;
                losses.pushes += edges / DEARER;
                let is_still = most.0[lane] <= stop.epsilon;
                losses.is_cut = !is_still && losses.steps >= stop.max_steps;
                ended[lane] = is_still || losses.is_cut;
            }
        }
        if ended.contains(&true) {
            self.unload(ended, &mut done);
        }
    }

    fn step_down(&mut self, most: &mut Lane) {
        let rows = self.rows;
        for v in 0..self.down.len() {
            let groups = rows.groups_of[v] as usize..rows.groups_of[v + 1] as usize;
            let mut worst = Lane::default();
            for g in groups {
                let sellers = rows.sellers_of[g] as usize..rows.sellers_of[g + 1] as usize;
                let mut sum = Lane::default();
                for (&u, &share) in
                    rows.sellers[sellers.clone()].iter().zip(&rows.down_share[sellers])
                {
                    sum.add_scaled(share, &self.passed[u as usize]);
                }
                worst = worst.max(&sum);
            }
            self.down[v] = worst.grown(&self.down[v], most);
        }
        let Some(markets) = &self.cascade.markets else {
            self.passed.copy_from_slice(&self.down);
            return;
        };
        self.lost.fill(Lane::default());
        for (v, loss) in self.down.iter().enumerate() {
            self.lost[markets.of[v] as usize].add_scaled(markets.sales[v], loss);
        }
        for (lost, &total) in self.lost.iter_mut().zip(&markets.total) {
            lost.0.iter_mut().for_each(|lost| *lost = markets.left(total, *lost));
        }
        for (v, (passed, loss)) in self.passed.iter_mut().zip(&self.down).enumerate() {
            let (sales, left) = (markets.sales[v], &self.lost[markets.of[v] as usize]);
            for ((passed, loss), left) in passed.0.iter_mut().zip(&loss.0).zip(&left.0) {
                let kept = if sales < *left { sales / left } else { 1.0 };
                *passed = passed.max(kept * loss);
            }
        }
    }

    fn step_up(&mut self, most: &mut Lane) {
        let graph = self.cascade.graph;
        for u in 0..self.up.len() {
            let sales = graph.out_range(u);
            let mut sum = Lane::default();
            for (&v, &share) in
                graph.targets()[sales.clone()].iter().zip(&self.rows.up_share[sales])
            {
                sum.add_scaled(share, &self.up[v as usize]);
            }
            self.next_up[u] = sum.grown(&self.up[u], most);
        }
        std::mem::swap(&mut self.up, &mut self.next_up);
    }

    /// Sums up the cascades that ended, and frees their lanes.
    fn unload(&mut self, ended: [bool; LANES], done: &mut impl FnMut(usize, Losses)) {
        let mut sums = [Losses::default(); LANES];
        for (v, &weight) in self.cascade.weight.iter().enumerate() {
            for lane in (0..LANES).filter(|&lane| ended[lane]) {
                let (down, up) = (self.down[v].0[lane], self.up[v].0[lane]);
                sums[lane].down += weight * down;
                sums[lane].up += weight * up;
                sums[lane].total += weight * down.max(up);
                self.down[v].0[lane] = 0.0;
                self.passed[v].0[lane] = 0.0;
                self.up[v].0[lane] = 0.0;
            }
        }
        for lane in (0..LANES).filter(|&lane| ended[lane]) {
            if let Some(Running { at, losses }) = self.running[lane].take() {
                let Losses { total, down, up, .. } = sums[lane];
                done(at, Losses { total, down, up, ..losses });
            }
        }
    }
}
