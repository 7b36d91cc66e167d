//! The Leontief inverse, where its entries are needed: formed once for a graph and shared by all who ask.

use crate::MetricError;
use crate::kernel::coefficients::Economy;
use crate::kernel::condition::Certainty;
use crate::kernel::inverse::invert;
use palenque_graph::accounts::Accounts;
use palenque_graph::{NodeIndex, Progress, SupplyGraph};
use rayon::prelude::*;
use std::sync::Arc;

/// The most nodes of which a full inverse is formed: one matrix then takes 5 GB.
pub const MOST_NODES: usize = 25_000;
/// How far column sums of the inverse may be from the multipliers that a solve certifies, relatively, where more digits
/// are certain.
const AGREEMENT: f64 = 1e-9;

/// `L = (I − A)⁻¹` of a network with its accounts, `a_ij = Z_ij / x_j`.
///
/// Nodes without output have no coefficients: their rows and columns are those of the identity.
#[derive(Debug)]
pub struct LeontiefInverse {
    n: usize,
    values: Vec<f64>,
    accounts: Accounts,
    own: Vec<f64>,
    own_coefficients: Vec<f64>,
    returns: Vec<f64>,
    backward_rounds: Vec<f64>,
    forward_rounds: Vec<f64>,
    backward: Vec<f64>,
    forward: Vec<f64>,
    ghosh: Vec<f64>,
}

impl LeontiefInverse {
    /// The inverse of a graph: the one that was formed before, or a new one.
    ///
    /// # Method
    /// Dense elimination in place. The column sums are compared with the output multipliers, whose solve comes with
    /// a bound of its error, before anything is given out.
    /// # Cost
    /// `2 n³` operations and one matrix of `n²` numbers the first time; nothing later.
    /// # Errors
    /// [`MetricError::NoOutput`], [`MetricError::NotProductive`], [`MetricError::NotConverged`],
    /// [`MetricError::Inexact`], [`MetricError::TooLarge`] above [`MOST_NODES`] or for more memory than `progress` allows,
    /// [`MetricError::Cancelled`].
    /// # Example
    /// Miller and Blair (2009), table 2.3.
    /// ```
    /// # use palenque_graph::{NoProgress, SupplyGraph};
    /// # use palenque_metrics::kernel::leontief::LeontiefInverse;
    /// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
    /// let economy = SupplyGraph::from_flows(["s1", "s2"], flows)?
    ///     .with_number("output", [Some(1000.0), Some(2000.0)]);
    /// let inverse = LeontiefInverse::of(&economy, &NoProgress)?;
    /// assert!((inverse.l(0, 1) - 0.330_033_0).abs() < 1e-7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(graph: &SupplyGraph, progress: &dyn Progress) -> Result<Arc<Self>, MetricError> {
        if let Some(known) = graph.memoised::<Self>() {
            return Ok(known);
        }
        let n = graph.n_nodes();
        check_size(n, progress)?;
        let economy = Economy::of(graph)?.productive()?;
        let certified = economy.backward(progress)?.values;
        let certainty = Certainty::new(&economy, &certified);
        let mut values = identity_less_requirements(&economy);
        invert(&mut values, n, progress)?;
        let inverse = Arc::new(Self::new(&economy, values));
        let pairs = inverse.backward.iter().zip(&certified);
        let error = pairs.map(|(sum, b)| (sum / b - 1.0).abs()).fold(0.0, f64::max);
        let condition = certainty.condition_number();
        let tolerance = AGREEMENT.max(f64::EPSILON * condition);
        if !(error <= tolerance) {
            return Err(MetricError::Inexact { error, tolerance, condition });
        }
        graph.memoise(&inverse);
        Ok(inverse)
    }

    fn new(economy: &Economy<'_>, values: Vec<f64>) -> Self {
        let accounts = economy.accounts().clone();
        let n = accounts.output.len();
        // `L = I + A L`: sums of what is not negative, where `l_jj − 1` would cancel.
        let own_coefficients: Vec<f64> = (0..n)
            .map(|j| row_of_a(economy, j).find(|(k, _)| *k == j).map_or(0.0, |(_, a)| a))
            .collect();
        let by_others = |j: usize| {
            let others = row_of_a(economy, j).filter(|(k, _)| *k != j);
            others.map(|(k, a)| a * values[k * n + j]).sum()
        };
        let returns: Vec<f64> = (0..n).map(by_others).collect();
        let own: Vec<f64> =
            (0..n).map(|j| own_coefficients[j] * values[j * n + j] + returns[j]).collect();
        let mut backward_rounds = own.clone();
        for (i, row) in values.chunks(n.max(1)).enumerate() {
            let others = backward_rounds.iter_mut().zip(row).enumerate().filter(|(j, _)| *j != i);
            others.for_each(|(_, (sum, l))| *sum += l);
        }
        let x = &accounts.output;
        let rows = values.par_chunks(n.max(1)).enumerate();
        let (forward_rounds, ghosh) = rows
            .map(|(i, row)| {
                let others = || row[..i].iter().chain(&row[i + 1..]);
                let supplied: f64 = row.iter().zip(x).map(|(l, x)| l * x).sum();
                let ghosh = if x[i] > 0.0 { supplied / x[i] } else { 1.0 };
                (own[i] + others().sum::<f64>(), ghosh)
            })
            .unzip();
        let with_own_unit = |rounds: &Vec<f64>| rounds.iter().map(|sum| 1.0 + sum).collect();
        Self {
            n,
            backward: with_own_unit(&backward_rounds),
            forward: with_own_unit(&forward_rounds),
            own,
            own_coefficients,
            returns,
            backward_rounds,
            forward_rounds,
            ghosh,
            values,
            accounts,
        }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// `l_ij`: output of `i` by unit of final demand for `j`.
    #[must_use]
    pub fn l(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.n + j]
    }

    /// Row `i` of `L`.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.n..(i + 1) * self.n]
    }

    /// The rows of `L`, in node order.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + '_ {
        (0..self.n).map(|i| self.row(i))
    }

    /// `g_ij = l_ij x_j / x_i`, an entry of the Ghosh inverse; that of the identity where `x_i` is 0.
    #[must_use]
    pub fn g(&self, i: usize, j: usize) -> f64 {
        let x = &self.accounts.output;
        if x[i] > 0.0 { self.l(i, j) * x[j] / x[i] } else { f64::from(u8::from(i == j)) }
    }

    /// The accounts behind it.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Whether a node makes anything: the others are left out of every mean.
    #[must_use]
    pub fn is_active(&self, node: usize) -> bool {
        self.accounts.output[node] > 0.0
    }

    /// How many nodes make anything.
    #[must_use]
    pub fn n_active(&self) -> usize {
        (0..self.n).filter(|&i| self.is_active(i)).count()
    }

    /// `l_jj − 1`: what a unit of final demand for `j` comes back to `j` for, without cancellation.
    #[must_use]
    pub fn own_rounds(&self, j: usize) -> f64 {
        self.own[j]
    }

    /// `l_jj (1 − a_jj) − 1`: what comes back to `j` by others, without cancellation.
    #[must_use]
    pub fn returns(&self, j: usize) -> f64 {
        self.returns[j]
    }

    /// `a_jj`: what `j` takes of its own output.
    #[must_use]
    pub fn own_coefficient(&self, j: usize) -> f64 {
        self.own_coefficients[j]
    }

    /// Column sums of `L − I`: output multipliers without the unit itself.
    #[must_use]
    pub fn backward_rounds(&self) -> &[f64] {
        &self.backward_rounds
    }

    /// Row sums of `L − I`.
    #[must_use]
    pub fn forward_rounds(&self) -> &[f64] {
        &self.forward_rounds
    }

    /// All of `L`, row after row.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Column sums of `L`: output multipliers.
    #[must_use]
    pub fn backward(&self) -> &[f64] {
        &self.backward
    }

    /// Row sums of `L`.
    #[must_use]
    pub fn forward(&self) -> &[f64] {
        &self.forward
    }

    /// Row sums of `G`: upstreamness.
    #[must_use]
    pub fn ghosh(&self) -> &[f64] {
        &self.ghosh
    }

    /// `h L` for a row of coefficients: what a unit of final demand for each node takes of it, all rounds together.
    #[must_use]
    pub fn row_times(&self, h: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.n];
        for (row, h) in self.rows().zip(h).filter(|(_, h)| **h != 0.0) {
            sums.iter_mut().zip(row).for_each(|(sum, l)| *sum += h * l);
        }
        sums
    }

    /// What `work` makes of every row of `L`, in node order: rows are spread over the threads.
    #[must_use]
    pub fn map_rows<T: Send>(&self, work: impl Fn(usize, &[f64]) -> T + Sync) -> Vec<T> {
        let rows = self.values.par_chunks(self.n.max(1)).enumerate();
        rows.map(|(i, row)| work(i, row)).collect()
    }

    /// `L f` for a column of final demand.
    #[must_use]
    pub fn times(&self, f: &[f64]) -> Vec<f64> {
        let row = |row: &[f64]| row.iter().zip(f).map(|(l, f)| l * f).sum();
        self.values.par_chunks(self.n.max(1)).map(row).collect()
    }
}

/// Whether a matrix of so many nodes is formed.
///
/// # Errors
/// [`MetricError::TooLarge`] above [`MOST_NODES`] or for more memory than `progress` allows.
pub(crate) fn check_size(n: usize, progress: &dyn Progress) -> Result<(), MetricError> {
    let within_memory = (progress.memory() / size_of::<f64>() as u64).isqrt();
    let limit = usize::try_from(within_memory).map_or(MOST_NODES, |n| n.min(MOST_NODES));
    if n > limit {
        let gigabytes = (n * n * size_of::<f64>()) as f64 / 1e9;
        return Err(MetricError::TooLarge { n, gigabytes, limit });
    }
    Ok(())
}

/// The entries of row `i` of `A`, read off the flows: a copy of all would be as large as the inverse.
fn row_of_a<'a>(
    economy: &'a Economy<'_>,
    i: usize,
) -> impl Iterator<Item = (usize, f64)> + use<'a> {
    let x = &economy.accounts().output;
    let sales = economy.graph().customers(NodeIndex::new(i)).filter(|&(_, flow)| flow > 0.0);
    sales.map(|(j, flow)| (j.index(), flow / x[j.index()]))
}

/// `I − A`, row after row.
fn identity_less_requirements(economy: &Economy<'_>) -> Vec<f64> {
    let n = economy.graph().n_nodes();
    let mut m = vec![0.0; n * n];
    m.par_chunks_mut(n.max(1)).enumerate().for_each(|(i, row)| {
        row[i] = 1.0;
        for (j, a) in row_of_a(economy, i) {
            row[j] -= a;
        }
    });
    m
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Narrow(u64);

    impl Progress for Narrow {
        fn memory(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn a_matrix_that_does_not_fit_is_refused_with_its_size() {
        let graph = SupplyGraph::from_flows((0..1000).map(|i| format!("n{i}")), [(0, 1, 1.0)]);
        let graph = graph.expect("a good graph");
        let refused = LeontiefInverse::of(&graph, &Narrow(7_999_999)).expect_err("one byte short");
        assert_eq!(
            refused.to_string(),
            "needs the full inverse: 1000 nodes would take 0.01 GB, and at most 999 nodes are taken"
        );
        assert_eq!(refused.diagnostic("apl").id(), "E0902");
        assert!(LeontiefInverse::of(&graph, &Narrow(8_000_000)).is_ok());
    }
}
