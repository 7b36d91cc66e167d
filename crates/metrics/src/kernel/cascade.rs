//! How the failure of a firm spreads, to its customers for want of inputs and to its suppliers for want of orders.
//!
//! Only firms whose loss changed are looked at again. Losses never shrink, so that a group of inputs only ever adds to
//! the loss of its buyer, and a firm need not be computed anew from all that it buys.

use crate::MetricError;
use crate::kernel::cascade_lanes::{Lanes, Rows};
use crate::kernel::chunks::fold_chunks_with;
use crate::kernel::input_groups::InputGroups;
use palenque_graph::{Progress, SupplyGraph};

/// Scenarios that one thread works through at a time.
const CHUNK: usize = 128;
/// Below this share of what it was, a market is gone.
const GONE: f64 = 1e-12;

/// What becomes of a firm's buyers when its whole market is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WipedOut {
    /// Nobody replaces it.
    #[default]
    Irreplaceable,
    /// The market counts as one unit of flow, as in the authors' program; results then depend on the unit.
    Unit,
}

/// Firms that can step in for each other: those that sell the same type.
pub(crate) struct Markets {
    /// The market of each firm.
    pub(crate) of: Vec<u32>,
    /// What each firm sells.
    pub(crate) sales: Vec<f64>,
    /// The rule for a market that is gone.
    pub(crate) wiped_out: WipedOut,
    pub(crate) total: Vec<f64>,
}

impl Markets {
    pub(crate) fn new(of: Vec<u32>, sales: Vec<f64>, wiped_out: WipedOut) -> Self {
        let count = of.iter().max().map_or(0, |&last| last as usize + 1);
        let mut total = vec![0.0; count];
        of.iter().zip(&sales).for_each(|(&k, sales)| total[k as usize] += sales);
        Self { of, sales, wiped_out, total }
    }

    /// What is left of a market of this size that lost so much; a firm that sells more is not replaced.
    pub(crate) fn left(&self, total: f64, lost: f64) -> f64 {
        match self.wiped_out {
            _ if total - lost > GONE * total => total - lost,
            WipedOut::Irreplaceable => 0.0,
            WipedOut::Unit => 1.0,
        }
    }

    /// What all firms of the market of this one sell.
    pub(crate) fn total_of(&self, firm: usize) -> f64 {
        self.total[self.of[firm] as usize]
    }
}

/// The network along which losses spread.
pub(crate) struct Cascade<'g> {
    pub(crate) graph: &'g SupplyGraph,
    pub(crate) groups: InputGroups,
    /// How much of the buyer's output each edge of `groups` carries.
    pub(crate) down_share: Vec<f64>,
    /// How much of the seller's output each incoming edge of the graph takes.
    pub(crate) up_share: Vec<f64>,
    /// Who replaces whom; nobody does without.
    pub(crate) markets: Option<Markets>,
    /// What the loss of each firm counts; adds up to 1.
    pub(crate) weight: Vec<f64>,
    pub(crate) stop: Stop,
}

/// When a cascade ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    /// When no loss grew by more than this in a step.
    pub(crate) epsilon: f64,
    /// After this many steps in any case.
    pub(crate) max_steps: u32,
}

/// What is lost in the end, by the weights of firms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Losses {
    /// For each firm the larger of its two losses.
    pub(crate) total: f64,
    /// For want of inputs.
    pub(crate) down: f64,
    /// For want of orders.
    pub(crate) up: f64,
    /// Steps until nothing changed by more than epsilon.
    pub(crate) steps: u32,
    /// Whether the steps ran out.
    pub(crate) is_cut: bool,
    /// Edges along which losses were passed on, and competitors that were looked at for it.
    pub(crate) pushes: u64,
}

#[derive(Clone, Copy, Default)]
struct Down {
    /// The loss of the next step, while it is being put together.
    next: f64,
    loss: f64,
    /// The loss that buyers feel, as far as it was passed on: what no competitor replaces.
    passed: f64,
}

#[derive(Clone, Copy, Default)]
struct Up {
    /// The loss that orders add up to.
    sum: f64,
    loss: f64,
}

/// What one scenario writes to, kept for the next.
pub(crate) struct Scratch {
    groups: Vec<f64>,
    used_groups: Vec<u32>,
    down: Vec<Down>,
    up: Vec<Up>,
    hit_down: Vec<u32>,
    hit_up: Vec<u32>,
    touched: Vec<u32>,
    push_down: Vec<(u32, f64)>,
    push_up: Vec<(u32, f64)>,
    hit_of_market: Vec<Vec<u32>>,
    changed_markets: Vec<u32>,
    is_changed: Vec<bool>,
    /// Competitors looked at in this step.
    competitors: u64,
}

impl Scratch {
    pub(crate) fn of(cascade: &Cascade<'_>) -> Self {
        let n = cascade.graph.n_nodes();
        let n_markets = cascade.markets.as_ref().map_or(0, |markets| markets.total.len());
        Self {
            groups: vec![0.0; cascade.groups.buyer.len()],
            used_groups: Vec::new(),
            down: vec![Down::default(); n],
            up: vec![Up::default(); n],
            hit_down: Vec::new(),
            hit_up: Vec::new(),
            touched: Vec::new(),
            push_down: Vec::new(),
            push_up: Vec::new(),
            hit_of_market: vec![Vec::new(); n_markets],
            changed_markets: Vec::new(),
            is_changed: vec![false; n_markets],
            competitors: 0,
        }
    }

    /// The losses of a firm, for want of inputs and for want of orders.
    pub(crate) fn loss(&self, firm: usize) -> (f64, f64) {
        (self.down[firm].loss, self.up[firm].loss)
    }

    /// The firms that lack inputs: what each loses, and how much of it buyers feel.
    pub(crate) fn hit_down(&self) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        let state =
            |&v: &u32| (v as usize, self.down[v as usize].loss, self.down[v as usize].passed);
        self.hit_down.iter().map(state)
    }

    /// The firms that lack orders, and what each loses.
    pub(crate) fn hit_up(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.hit_up.iter().map(|&v| (v as usize, self.up[v as usize].loss))
    }

    fn clear(&mut self) {
        self.used_groups.drain(..).for_each(|group| self.groups[group as usize] = 0.0);
        self.hit_down.drain(..).for_each(|v| self.down[v as usize] = Down::default());
        self.hit_up.drain(..).for_each(|v| self.up[v as usize] = Up::default());
        self.hit_of_market.iter_mut().for_each(Vec::clear);
        self.push_down.clear();
        self.push_up.clear();
    }
}

impl Cascade<'_> {
    /// The losses from the failure of each of these firms, one at a time. The same whatever the threads.
    ///
    /// # Errors
    /// [`MetricError::Cancelled`].
    pub(crate) fn of_each(
        &self,
        firms: &[u32],
        progress: &dyn Progress,
    ) -> Result<Vec<Losses>, MetricError> {
        progress.begin("cascades", firms.len() as u64);
        let rows = Rows::of(self);
        let mut all = Vec::with_capacity(firms.len());
        let room = || (Scratch::of(self), Lanes::new(self, &rows));
        let work = |(scratch, lanes): &mut (Scratch, Lanes<'_>), range: std::ops::Range<usize>| {
            let mut found = vec![Losses::default(); range.len()];
            let mut keep = |at: usize, losses| {
                found[at] = losses;
                progress.advance(1);
            };
            for (at, &firm) in firms[range].iter().enumerate() {
                let mut losses = self.begin(&[(firm, 1.0)], scratch);
                loop {
                    if lanes.pays(self.next_pushes(scratch)) {
                        lanes.load(at, losses, scratch);
                        scratch.clear();
                        break;
                    }
                    if self.step(scratch, &mut losses) {
                        keep(at, self.end(scratch, losses));
                        break;
                    }
                }
                while lanes.is_full() {
                    lanes.sweep(&mut keep);
                }
                if progress.cancelled() {
                    return None;
                }
            }
            while !lanes.is_idle() {
                lanes.sweep(&mut keep);
            }
            Some(found)
        };
        fold_chunks_with(firms.len(), CHUNK, progress, room, work, |some| all.extend(some))?;
        Ok(all)
    }

    /// The losses from one shock: firms, and the share of output that each loses at once. `visit` sees the state after
    /// the shock, as step 0, and after every step.
    pub(crate) fn run(
        &self,
        shock: &[(u32, f64)],
        scratch: &mut Scratch,
        mut visit: impl FnMut(u32, &Scratch),
    ) -> Losses {
        let mut losses = self.begin(shock, scratch);
        visit(0, scratch);
        loop {
            let is_over = self.step(scratch, &mut losses);
            visit(losses.steps, scratch);
            if is_over {
                return self.end(scratch, losses);
            }
        }
    }

    fn begin(&self, shock: &[(u32, f64)], scratch: &mut Scratch) -> Losses {
        for &(v, share) in shock.iter().filter(|(_, share)| *share > 0.0) {
            self.hit(v, share, scratch);
            scratch.up[v as usize].loss = share;
            scratch.hit_up.push(v);
            scratch.push_up.push((v, share));
        }
        self.pass_on(scratch);
        Losses::default()
    }

    /// One step; whether it was the last.
    fn step(&self, scratch: &mut Scratch, losses: &mut Losses) -> bool {
        losses.pushes += self.next_pushes(scratch);
        let most = self.step_down(scratch).max(self.step_up(scratch));
        losses.pushes += std::mem::take(&mut scratch.competitors);
        losses.steps += 1;
        losses.is_cut = most > self.stop.epsilon && losses.steps >= self.stop.max_steps;
        most <= self.stop.epsilon || losses.is_cut
    }

    /// The edges along which the next step will pass losses on.
    fn next_pushes(&self, scratch: &Scratch) -> u64 {
        let sales = scratch.push_down.iter().map(|&(u, _)| self.groups.sales(u as usize).len());
        let purchases = scratch.push_up.iter().map(|&(v, _)| self.graph.in_range(v as usize).len());
        sales.chain(purchases).map(|len| len as u64).sum()
    }

    fn end(&self, scratch: &mut Scratch, mut losses: Losses) -> Losses {
        for &v in &scratch.hit_down {
            let v = v as usize;
            let (down, up) = scratch.loss(v);
            losses.down += self.weight[v] * down;
            losses.total += self.weight[v] * down.max(up);
        }
        for &v in &scratch.hit_up {
            let v = v as usize;
            let (down, up) = scratch.loss(v);
            losses.up += self.weight[v] * up;
            if down <= 0.0 {
                losses.total += self.weight[v] * up;
            }
        }
        scratch.clear();
        losses
    }

    /// A firm loses this much of its output for want of inputs, more than before.
    fn hit(&self, v: u32, loss: f64, scratch: &mut Scratch) {
        let down = &mut scratch.down[v as usize];
        let is_new = down.loss <= 0.0;
        (down.next, down.loss) = (loss, loss);
        if is_new {
            scratch.hit_down.push(v);
        }
        let Some(markets) = &self.markets else {
            let more = loss - down.passed;
            down.passed = loss;
            scratch.push_down.push((v, more));
            return;
        };
        let market = markets.of[v as usize];
        if is_new {
            scratch.hit_of_market[market as usize].push(v);
        }
        if !std::mem::replace(&mut scratch.is_changed[market as usize], true) {
            scratch.changed_markets.push(market);
        }
    }

    /// What buyers feel of the losses: the less, the more is left of the market.
    fn pass_on(&self, scratch: &mut Scratch) {
        let Some(markets) = &self.markets else { return };
        for market in scratch.changed_markets.drain(..) {
            let k = market as usize;
            scratch.is_changed[k] = false;
            let hit = &scratch.hit_of_market[k];
            scratch.competitors += hit.len() as u64;
            let lost = |&v: &u32| markets.sales[v as usize] * scratch.down[v as usize].loss;
            let left = markets.left(markets.total[k], hit.iter().map(lost).sum());
            for &v in hit {
                let sales = markets.sales[v as usize];
                let kept = if sales < left { sales / left } else { 1.0 };
                let down = &mut scratch.down[v as usize];
                let felt = kept * down.loss;
                if felt > down.passed {
                    scratch.push_down.push((v, felt - down.passed));
                    down.passed = felt;
                }
            }
        }
    }

    /// One step along the sales: the most that a loss grew.
    fn step_down(&self, scratch: &mut Scratch) -> f64 {
        let groups = &self.groups;
        for (u, more) in scratch.push_down.drain(..) {
            let sales = groups.sales(u as usize);
            for (&group, share) in groups.group[sales.clone()].iter().zip(&self.down_share[sales]) {
                let sum = &mut scratch.groups[group as usize];
                if *sum <= 0.0 {
                    scratch.used_groups.push(group);
                }
                *sum += share * more;
                let loss = sum.min(1.0);
                let v = groups.buyer[group as usize];
                let down = &mut scratch.down[v as usize];
                if loss > down.next {
                    if down.next <= down.loss {
                        scratch.touched.push(v);
                    }
                    down.next = loss;
                }
            }
        }
        let mut most: f64 = 0.0;
        let mut touched = std::mem::take(&mut scratch.touched);
        for v in touched.drain(..) {
            let Down { next, loss, .. } = scratch.down[v as usize];
            most = most.max(next - loss);
            self.hit(v, next, scratch);
        }
        scratch.touched = touched;
        self.pass_on(scratch);
        most
    }

    /// One step along the purchases: the most that a loss grew.
    fn step_up(&self, scratch: &mut Scratch) -> f64 {
        let graph = self.graph;
        for (v, more) in scratch.push_up.drain(..) {
            let purchases = graph.in_range(v as usize);
            for (&u, share) in
                graph.sources()[purchases.clone()].iter().zip(&self.up_share[purchases])
            {
                let up = &mut scratch.up[u as usize];
                let before = up.sum;
                up.sum += share * more;
                if before <= up.loss && up.sum > up.loss {
                    scratch.touched.push(u);
                }
            }
        }
        let mut most: f64 = 0.0;
        for u in scratch.touched.drain(..) {
            let up = &mut scratch.up[u as usize];
            let loss = up.sum.min(1.0);
            let more = loss - up.loss;
            if more > 0.0 {
                if up.loss <= 0.0 {
                    scratch.hit_up.push(u);
                }
                most = most.max(more);
                up.loss = loss;
                scratch.push_up.push((u, more));
            }
        }
        most
    }
}
