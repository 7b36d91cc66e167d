//! How much a network can make when everything is at its limit: a linear program, and what its structure saves.

use faer::linalg::solvers::{Llt, Solve};
use faer::{Mat, MatMut, Side};
use std::ops::Range;

/// A tie through which goods can be bought.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tie {
    /// Who sells.
    pub(crate) seller: u32,
    /// The group of inputs of the buyer that it belongs to.
    pub(crate) group: u32,
    /// The most that can be delivered.
    pub(crate) room: f64,
}

/// Something of final demand that is to be as large as can be.
#[derive(Clone, Debug)]
pub(crate) struct FinalSale {
    /// Who sells it, and how much of it a unit is; below 0 for what stocks add.
    pub(crate) sellers: Vec<(u32, f64)>,
    /// More than this is not looked for.
    pub(crate) room: f64,
    /// What a unit counts.
    pub(crate) gain: f64,
}

/// The program: of deliveries `z`, outputs `x` and final sales `f`, all between 0 and their rooms, the largest `gain · f` such that
/// each node sells what it makes, `x_j = Σ_l z_jl + f_j`, and buys what that takes, `Σ_{i in k} z_ij = a_kj x_j` for each group
/// `k` of its inputs.
///
/// Variables are ties, then outputs, then final sales; rows are nodes, then groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct SurgeProgram {
    pub(crate) ties: Vec<Tie>,
    /// By node, the most that it can make; above 0.
    pub(crate) capacity: Vec<f64>,
    /// By group, what of it a unit of output takes. The groups of a node are neighbours, and nodes are in order.
    pub(crate) need: Vec<f64>,
    /// By node, where its groups begin; one more at the end.
    pub(crate) groups: Vec<u32>,
    pub(crate) finals: Vec<FinalSale>,
    /// The ties of each group, groups in order, and where each begins.
    order: Vec<u32>,
    begins: Vec<u32>,
}

impl SurgeProgram {
    pub(crate) fn new(
        ties: Vec<Tie>,
        capacity: Vec<f64>,
        need: Vec<f64>,
        groups: Vec<u32>,
        finals: Vec<FinalSale>,
    ) -> Self {
        let mut order: Vec<u32> = (0..ties.len() as u32).collect();
        order.sort_by_key(|&e| ties[e as usize].group);
        let mut begins = vec![0; need.len() + 1];
        for tie in &ties {
            begins[tie.group as usize + 1] += 1;
        }
        for g in 0..need.len() {
            begins[g + 1] += begins[g];
        }
        Self { ties, capacity, need, groups, finals, order, begins }
    }

    pub(crate) fn n_nodes(&self) -> usize {
        self.capacity.len()
    }

    pub(crate) fn n_variables(&self) -> usize {
        self.ties.len() + self.n_nodes() + self.finals.len()
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.n_nodes() + self.need.len()
    }

    fn groups_of(&self, node: usize) -> Range<usize> {
        self.groups[node] as usize..self.groups[node + 1] as usize
    }

    fn ties_of(&self, group: usize) -> impl Iterator<Item = (usize, Tie)> + '_ {
        let range = self.begins[group] as usize..self.begins[group + 1] as usize;
        self.order[range].iter().map(|&e| (e as usize, self.ties[e as usize]))
    }

    /// By variable, the most that it can be.
    pub(crate) fn rooms(&self) -> Vec<f64> {
        let ties = self.ties.iter().map(|tie| tie.room);
        let finals = self.finals.iter().map(|sale| sale.room);
        ties.chain(self.capacity.iter().copied()).chain(finals).collect()
    }

    /// By variable, what a unit counts.
    pub(crate) fn gains(&self) -> Vec<f64> {
        let others = vec![0.0; self.ties.len() + self.n_nodes()];
        others.into_iter().chain(self.finals.iter().map(|sale| sale.gain)).collect()
    }

    /// By row, how large its terms can be.
    pub(crate) fn row_sizes(&self) -> Vec<f64> {
        let mut sizes = self.capacity.clone();
        for (j, capacity) in self.capacity.iter().enumerate() {
            sizes.extend(self.need[self.groups_of(j)].iter().map(|need| need * capacity));
        }
        sizes
    }

    /// The left sides of the rows: output less sales, and purchases less needs.
    pub(crate) fn times(&self, v: &[f64]) -> Vec<f64> {
        let (m, n) = (self.ties.len(), self.n_nodes());
        let mut rows = vec![0.0; self.n_rows()];
        for (tie, z) in self.ties.iter().zip(v) {
            rows[tie.seller as usize] -= z;
            rows[n + tie.group as usize] += z;
        }
        for (j, x) in v[m..m + n].iter().enumerate() {
            rows[j] += x;
            for g in self.groups_of(j) {
                rows[n + g] -= self.need[g] * x;
            }
        }
        for (sale, f) in self.finals.iter().zip(&v[m + n..]) {
            for &(j, by_unit) in &sale.sellers {
                rows[j as usize] -= by_unit * f;
            }
        }
        rows
    }

    /// The columns times prices of the rows.
    pub(crate) fn transposed(&self, y: &[f64]) -> Vec<f64> {
        let n = self.n_nodes();
        let mut values = Vec::with_capacity(self.n_variables());
        let tie = |tie: &Tie| y[n + tie.group as usize] - y[tie.seller as usize];
        values.extend(self.ties.iter().map(tie));
        values.extend(
            (0..n).map(|j| y[j] - self.groups_of(j).map(|g| self.need[g] * y[n + g]).sum::<f64>()),
        );
        let sale = |sale: &FinalSale| {
            -sale.sellers.iter().map(|&(j, by_unit)| by_unit * y[j as usize]).sum::<f64>()
        };
        values.extend(self.finals.iter().map(sale));
        values
    }

    /// What no plan can exceed, whatever the prices of the rows: the smaller the better they are.
    pub(crate) fn bound(&self, y: &[f64]) -> f64 {
        let values = self.transposed(y).into_iter().zip(self.gains()).zip(self.rooms());
        values.map(|((value, gain), room)| (value + gain).max(0.0) * room).sum()
    }

    /// What a plan is worth that breaks no limit, near one that may break some a little.
    ///
    /// Final sales and shares of suppliers are taken from the given plan, and outputs follow from them: then all rows hold. As rows
    /// hold for any multiple of a plan, it is made smaller as a whole until it is within all rooms.
    pub(crate) fn worth_of_plan_near(&self, v: &[f64]) -> f64 {
        let (m, n) = (self.ties.len(), self.n_nodes());
        let units = self.finals.iter().zip(&v[m + n..]);
        let units: Vec<f64> = units.map(|(sale, units)| units.clamp(0.0, sale.room)).collect();
        let mut sold_to_users = vec![0.0; n];
        for (sale, units) in self.finals.iter().zip(&units) {
            for &(j, by_unit) in &sale.sellers {
                sold_to_users[j as usize] += by_unit * units;
            }
        }
        // By tie, what a unit of the buyer's output takes.
        let mut recipe = vec![0.0; m];
        let mut buyer = vec![0; self.need.len()];
        for j in 0..n {
            for g in self.groups_of(j) {
                buyer[g] = j;
                let bought: f64 = self.ties_of(g).map(|(e, _)| v[e].max(0.0)).sum();
                let room: f64 = self.ties_of(g).map(|(_, tie)| tie.room).sum();
                for (e, tie) in self.ties_of(g) {
                    let share = if bought > 0.0 { v[e].max(0.0) / bought } else { tie.room / room };
                    recipe[e] = share * self.need[g];
                }
            }
        }
        let mut output: Vec<f64> = v[m..m + n].iter().map(|x| x.max(0.0)).collect();
        for _ in 0..MOST_SWEEPS {
            let mut next = sold_to_users.clone();
            for (tie, takes) in self.ties.iter().zip(&recipe) {
                next[tie.seller as usize] += takes * output[buyer[tie.group as usize]];
            }
            let mut moved: f64 = 0.0;
            for ((x, next), capacity) in output.iter_mut().zip(&next).zip(&self.capacity) {
                let next = next.max(0.0);
                moved = moved.max((next - *x).abs() / capacity);
                *x = next;
            }
            if moved <= ROUNDING {
                break;
            }
        }
        let use_of_nodes = output.iter().zip(&self.capacity).map(|(x, capacity)| x / capacity);
        let use_of_ties = self
            .ties
            .iter()
            .zip(&recipe)
            .map(|(tie, takes)| takes * output[buyer[tie.group as usize]] / tie.room);
        let most = use_of_nodes.chain(use_of_ties).fold(1.0, f64::max);
        let worth = self.finals.iter().zip(&units).map(|(sale, units)| sale.gain * units);
        worth.sum::<f64>() / most
    }

    /// `A D Aᵀ` for weights `D` of the variables, ready to be solved; `None` if it is singular.
    ///
    /// Groups are eliminated by hand: each has one term for each of its ties and one for its buyer. What is left is a matrix of
    /// nodes, which is filled where two sell to one buyer; each of its terms is a square, so nothing cancels. `O(n³)` time.
    pub(crate) fn weighted(&self, d: &[f64]) -> Option<Weighted<'_>> {
        let (m, n) = (self.ties.len(), self.n_nodes());
        let mass: Vec<f64> =
            (0..self.need.len()).map(|g| self.ties_of(g).map(|(e, _)| d[e]).sum()).collect();
        let stiffness: Vec<f64> = (0..n)
            .map(|j| {
                let soft: f64 =
                    self.groups_of(j).map(|g| self.need[g] * self.need[g] / mass[g]).sum();
                1.0 / (1.0 / d[m + j] + soft)
            })
            .collect();
        let mut matrix = Mat::<f64>::zeros(n, n);
        for (g, mass) in mass.iter().enumerate() {
            join_sellers(matrix.as_mut(), &self.ties_of(g).collect::<Vec<_>>(), d, *mass);
        }
        let mut row: Vec<(usize, f64)> = Vec::new();
        for (j, stiffness) in stiffness.iter().enumerate() {
            row.clear();
            let mut own = 1.0;
            for g in self.groups_of(j) {
                for (e, tie) in self.ties_of(g) {
                    let part = self.need[g] * d[e] / mass[g];
                    let seller = tie.seller as usize;
                    if seller == j { own -= part } else { row.push((seller, -part)) }
                }
            }
            row.push((j, own));
            add_square(matrix.as_mut(), &row, *stiffness);
        }
        for (sale, d) in self.finals.iter().zip(&d[m + n..]) {
            row.clear();
            row.extend(sale.sellers.iter().map(|&(j, by_unit)| (j as usize, by_unit)));
            add_square(matrix.as_mut(), &row, *d);
        }
        let scale: Vec<f64> = (0..n).map(|j| 1.0 / matrix[(j, j)].sqrt()).collect();
        if !scale.iter().all(|scale| scale.is_finite()) {
            return None;
        }
        for (j, column) in matrix.as_mut().col_iter_mut().enumerate() {
            for (i, cell) in column.iter_mut().enumerate().skip(j) {
                *cell *= scale[i] * scale[j];
            }
        }
        // What rounding took from a pivot is given back, more where it was not enough.
        for ridge in [1e-15, 1e-13, 1e-11, 1e-9] {
            for j in 0..n {
                matrix[(j, j)] = 1.0 + ridge;
            }
            if let Ok(factor) = matrix.llt(Side::Lower) {
                return Some(Weighted {
                    program: self,
                    d: d.to_vec(),
                    mass,
                    stiffness,
                    scale,
                    factor,
                });
            }
        }
        None
    }
}

/// Sweeps after which outputs are taken as they are.
const MOST_SWEEPS: usize = 10_000;
/// What a sum of rounded numbers may be off, as a part of what is largest.
const ROUNDING: f64 = 1e-14;

/// Sellers of one group can stand in for each other.
fn join_sellers(mut matrix: MatMut<'_, f64>, ties: &[(usize, Tie)], d: &[f64], mass: f64) {
    for (position, &(e, a)) in ties.iter().enumerate() {
        for &(other, b) in &ties[..position] {
            let weight = d[e] * d[other] / mass;
            let (a, b) = (a.seller as usize, b.seller as usize);
            matrix[(a, a)] += weight;
            matrix[(b, b)] += weight;
            matrix[(a.max(b), a.min(b))] -= weight;
        }
    }
}

/// Adds `weight · row · rowᵀ` below the diagonal.
fn add_square(mut matrix: MatMut<'_, f64>, row: &[(usize, f64)], weight: f64) {
    for (position, &(i, a)) in row.iter().enumerate() {
        for &(j, b) in &row[..=position] {
            matrix[(i.max(j), i.min(j))] += weight * a * b;
        }
    }
}

/// `A D Aᵀ`, factorised.
pub(crate) struct Weighted<'a> {
    program: &'a SurgeProgram,
    d: Vec<f64>,
    mass: Vec<f64>,
    stiffness: Vec<f64>,
    scale: Vec<f64>,
    factor: Llt<f64>,
}

impl Weighted<'_> {
    /// The `y` of which `A D Aᵀ y` is `rows`, refined as long as that helps.
    pub(crate) fn solve(&self, rows: &[f64]) -> Vec<f64> {
        let mut y = self.solve_once(rows);
        let mut left = self.left(rows, &y);
        for _ in 0..MOST_REFINEMENTS {
            if norm(&left) <= ROUNDING * norm(rows) {
                break;
            }
            let step = self.solve_once(&left);
            let better: Vec<f64> = y.iter().zip(&step).map(|(y, step)| y + step).collect();
            let then = self.left(rows, &better);
            if !(norm(&then) < 0.5 * norm(&left)) {
                break;
            }
            (y, left) = (better, then);
        }
        y
    }

    /// What is not met of the rows.
    fn left(&self, rows: &[f64], y: &[f64]) -> Vec<f64> {
        let mut v = self.program.transposed(y);
        for (v, d) in v.iter_mut().zip(&self.d) {
            *v *= d;
        }
        rows.iter().zip(self.program.times(&v)).map(|(row, made)| row - made).collect()
    }

    fn solve_once(&self, rows: &[f64]) -> Vec<f64> {
        let Self { program, d, mass, stiffness, scale, .. } = self;
        let (m, n) = (program.ties.len(), program.n_nodes());
        let mut right = rows[..n].to_vec();
        let mut pulled = vec![0.0; n];
        for j in 0..n {
            let pull = |g: usize| program.need[g] * rows[n + g] / mass[g];
            let pull: f64 = program.groups_of(j).map(pull).sum();
            pulled[j] = pull;
            right[j] += stiffness[j] * pull;
            for g in program.groups_of(j) {
                let z = (rows[n + g] - program.need[g] * stiffness[j] * pull) / mass[g];
                for (e, tie) in program.ties_of(g) {
                    right[tie.seller as usize] += d[e] * z;
                }
            }
        }
        let mut solved = Mat::from_fn(n, 1, |j, _| right[j] * scale[j]);
        self.factor.solve_in_place(solved.as_mut());
        let mut y: Vec<f64> = (0..n).map(|j| solved[(j, 0)] * scale[j]).collect();
        y.resize(rows.len(), 0.0);
        for j in 0..n {
            let mut strain = y[j] - pulled[j];
            for g in program.groups_of(j) {
                let sum: f64 =
                    program.ties_of(g).map(|(e, tie)| d[e] * y[tie.seller as usize]).sum();
                y[n + g] = sum / mass[g];
                strain -= program.need[g] * y[n + g];
            }
            let flux = stiffness[j] * strain;
            for g in program.groups_of(j) {
                y[n + g] += (rows[n + g] + program.need[g] * flux) / mass[g];
            }
            // Where a weak group hangs on an output that is free to move, its own row says little of its price, and the output
            // all: taken from the row, the rounding of it would be as large as the weight of the output.
            let softness = |g: usize| program.need[g] * program.need[g] / mass[g];
            let weakest = program.groups_of(j).max_by(|&a, &b| softness(a).total_cmp(&softness(b)));
            if let Some(weakest) = weakest.filter(|&g| softness(g) * d[m + j] > 1.0) {
                let others = program.groups_of(j).filter(|&g| g != weakest);
                let others: f64 = others.map(|g| program.need[g] * y[n + g]).sum();
                y[n + weakest] = (y[j] - flux / d[m + j] - others) / program.need[weakest];
            }
        }
        y
    }
}

/// Refinements of one solution at most.
const MOST_REFINEMENTS: usize = 3;

/// The largest absolute value.
pub(crate) fn norm(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| f64::max(most, value.abs()))
}
