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

    /// A plan that breaks no limit, near one that may break some a little: nodes that make more than their inputs allow sell less
    /// of everything until none does. Returns what it is worth.
    pub(crate) fn worth_of_plan_below(&self, v: &[f64]) -> f64 {
        let (m, n) = (self.ties.len(), self.n_nodes());
        let inside = |value: f64, room: f64| value.clamp(0.0, room);
        let mut z: Vec<f64> =
            self.ties.iter().zip(v).map(|(tie, z)| inside(*z, tie.room)).collect();
        // What the sellers of each final sale put into it; what stocks add is fixed by the unit.
        let unit = |k: usize| inside(v[m + n + k], self.finals[k].room);
        let mut units: Vec<f64> = (0..self.finals.len()).map(unit).collect();
        for _ in 0..MOST_SWEEPS {
            let mut stock = vec![0.0; n];
            let mut sold = vec![0.0; n];
            for (tie, z) in self.ties.iter().zip(&z) {
                sold[tie.seller as usize] += z;
            }
            for (sale, units) in self.finals.iter().zip(&units) {
                for &(j, by_unit) in &sale.sellers {
                    let side = if by_unit < 0.0 { &mut stock } else { &mut sold };
                    side[j as usize] += by_unit.abs() * units;
                }
            }
            let level: Vec<f64> = (0..n)
                .map(|j| {
                    let bought = |g| self.ties_of(g).map(|(e, _)| z[e]).sum::<f64>();
                    let limits = self.groups_of(j).map(|g| bought(g) / self.need[g]);
                    let makes = limits.fold(self.capacity[j], f64::min) + stock[j];
                    if sold[j] > makes * (1.0 + ROUNDING) { makes / sold[j] } else { 1.0 }
                })
                .collect();
            if level.iter().all(|level| *level >= 1.0) {
                break;
            }
            for (tie, z) in self.ties.iter().zip(&mut z) {
                *z *= level[tie.seller as usize];
            }
            for (sale, units) in self.finals.iter().zip(&mut units) {
                let sellers = sale.sellers.iter().filter(|(_, by_unit)| *by_unit > 0.0);
                *units *= sellers.map(|&(j, _)| level[j as usize]).fold(1.0, f64::min);
            }
        }
        self.finals.iter().zip(&units).map(|(sale, units)| sale.gain * units).sum()
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
        for g in 0..self.need.len() {
            join_sellers(matrix.as_mut(), &self.ties_of(g).collect::<Vec<_>>(), d, mass[g]);
        }
        let mut row: Vec<(usize, f64)> = Vec::new();
        for j in 0..n {
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
            add_square(matrix.as_mut(), &row, stiffness[j]);
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
        // What rounding took from a pivot is given back, more where it was not enough; refinement takes care of the difference.
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

/// Sweeps after which a plan is taken as it is.
const MOST_SWEEPS: usize = 2000;
/// What a sum of rounded numbers may be off.
const ROUNDING: f64 = 1e-13;

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
            let size = norm(&left);
            if size <= ROUNDING * norm(rows) {
                break;
            }
            let better: Vec<f64> =
                self.solve_once(&left).iter().zip(&y).map(|(step, y)| y + step).collect();
            let then = self.left(rows, &better);
            if !(norm(&then) < 0.5 * size) {
                break;
            }
            (y, left) = (better, then);
        }
        y
    }

    fn left(&self, rows: &[f64], y: &[f64]) -> Vec<f64> {
        let mut v = self.program.transposed(y);
        for (v, d) in v.iter_mut().zip(&self.d) {
            *v *= d;
        }
        rows.iter().zip(self.program.times(&v)).map(|(row, made)| row - made).collect()
    }

    fn solve_once(&self, rows: &[f64]) -> Vec<f64> {
        let Self { program, d, mass, stiffness, scale, .. } = self;
        let n = program.n_nodes();
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
            for g in program.groups_of(j) {
                y[n + g] += (rows[n + g] + program.need[g] * stiffness[j] * strain) / mass[g];
            }
        }
        y
    }
}

/// Refinements of one solution at most.
const MOST_REFINEMENTS: usize = 5;

/// The largest absolute value.
pub(crate) fn norm(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| f64::max(most, value.abs()))
}
