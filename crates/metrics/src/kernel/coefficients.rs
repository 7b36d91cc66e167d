//! Input and output coefficients of an economy, in the order in which solves stream through them.

use crate::MetricError;
use crate::kernel::adjacency::Adjacency;
use crate::kernel::fixed_point::{FixedPoint, Stop, Unsolved, fixed_point};
use crate::kernel::ordered_sum::BLOCK;
use crate::kernel::productivity::closed_block;
use crate::kernel::spectral::{MESSAGE_SWEEPS, spectral_radius};
use crate::kernel::strengths::{in_strengths, out_strengths};
use crate::kernel::sums::{Engine, Sum, Sums};
use palenque_graph::accounts::Accounts;
use palenque_graph::diagnostic::shown;
use palenque_graph::{NoProgress, NodeIndex, Progress, SupplyGraph};
use rayon::prelude::*;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

/// What rounding may take from a column sum of 1.
const ROUNDING: f64 = 5e-13;

/// A sparse matrix of nonnegative numbers, row after row.
#[derive(Clone, Debug)]
pub struct RowMatrix<'g> {
    offsets: Cow<'g, [u32]>,
    columns: Cow<'g, [u32]>,
    values: Vec<f64>,
}

impl<'g> RowMatrix<'g> {
    /// A row a seller, an entry `value(seller, buyer, flow)` an edge.
    pub(crate) fn of_sales(
        graph: &'g SupplyGraph,
        value: impl Fn(usize, usize, f64) -> f64,
    ) -> Self {
        let mut values = Vec::with_capacity(graph.n_edges());
        for i in 0..graph.n_nodes() {
            let range = graph.out_range(i);
            let sales = graph.targets()[range.clone()].iter().zip(&graph.flows()[range]);
            values.extend(sales.map(|(&j, &flow)| value(i, j as usize, flow)));
        }
        Self { offsets: graph.out_offsets().into(), columns: graph.targets().into(), values }
    }

    /// A row a buyer, an entry `value(seller, buyer, flow)` an edge.
    pub(crate) fn of_purchases(
        graph: &'g SupplyGraph,
        value: impl Fn(usize, usize, f64) -> f64,
    ) -> Self {
        let mut values = Vec::with_capacity(graph.n_edges());
        for j in 0..graph.n_nodes() {
            let range = graph.in_range(j);
            let purchases = graph.sources()[range.clone()].iter().zip(&graph.in_edges()[range]);
            let flow = |e: u32| graph.flows()[e as usize];
            values.extend(purchases.map(|(&i, &e)| value(i as usize, j, flow(e))));
        }
        Self { offsets: graph.in_offsets().into(), columns: graph.sources().into(), values }
    }

    /// `M` above and `Mᵀ` below, each beside the zeros of the other: `[[0, Z], [Zᵀ, 0]]` of the flows.
    pub(crate) fn of_both_sides(graph: &'g SupplyGraph) -> Self {
        let (n, m) = (graph.n_nodes() as u32, graph.n_edges() as u32);
        let below = graph.in_offsets()[1..].iter().map(|offset| m + offset);
        let buyers = graph.targets().iter().map(|buyer| n + buyer);
        let purchases = graph.in_edges().iter().map(|&e| graph.flows()[e as usize]);
        Self {
            offsets: graph.out_offsets().iter().copied().chain(below).collect(),
            columns: buyers.chain(graph.sources().iter().copied()).collect(),
            values: graph.flows().iter().copied().chain(purchases).collect(),
        }
    }

    /// The matrix without entries that are 0.
    pub(crate) fn of_positive(self) -> Self {
        if self.values.iter().all(|&value| value > 0.0) {
            return self;
        }
        let (mut offsets, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
        for i in 0..self.n_rows() {
            for (k, value) in self.row(i).filter(|&(_, value)| value > 0.0) {
                columns.push(k as u32);
                values.push(value);
            }
            offsets.push(columns.len() as u32);
        }
        Self { offsets: offsets.into(), columns: columns.into(), values }
    }
}

impl RowMatrix<'_> {
    /// How many rows there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The columns and values of a row that are stored, in ascending order of columns.
    #[must_use]
    pub fn row(&self, i: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + '_ {
        let range = self.offsets[i] as usize..self.offsets[i + 1] as usize;
        let columns = self.columns[range.clone()].iter().map(|&k| k as usize);
        columns.zip(self.values[range].iter().copied())
    }

    /// A row times a vector.
    #[must_use]
    pub fn row_times(&self, i: usize, y: &[f64]) -> f64 {
        self.row(i).map(|(k, value)| value * y[k]).sum()
    }

    /// The matrix times a vector.
    pub(crate) fn times(&self, y: &[f64]) -> Vec<f64> {
        let mut image = vec![0.0; self.n_rows()];
        self.times_from(0, y, &mut image);
        image
    }

    /// So many rows as there is room for, from this one on, times a vector.
    pub(crate) fn times_from(&self, first: usize, y: &[f64], image: &mut [f64]) {
        let rows = image.par_iter_mut().enumerate().with_min_len(BLOCK);
        rows.for_each(|(k, image)| *image = self.row_times(first + k, y));
    }

    /// The matrix with 0 where `keep(row, column)` is not so.
    pub(crate) fn keep(mut self, keep: impl Fn(usize, usize) -> bool) -> Self {
        for i in 0..self.n_rows() {
            for position in self.range(i) {
                if !keep(i, self.column_at(position)) {
                    self.values[position as usize] = 0.0;
                }
            }
        }
        self
    }

    /// The matrix times a number.
    pub(crate) fn scaled(&self, factor: f64) -> RowMatrix<'_> {
        RowMatrix {
            offsets: Cow::Borrowed(&self.offsets),
            columns: Cow::Borrowed(&self.columns),
            values: self.values.iter().map(|value| value * factor).collect(),
        }
    }

    /// The matrix with `value(row, column, entry)` in place of each stored entry.
    pub(crate) fn map(mut self, value: impl Fn(usize, usize, f64) -> f64) -> Self {
        for i in 0..self.n_rows() {
            for position in self.range(i) {
                let entry = self.values[position as usize];
                self.values[position as usize] = value(i, self.column_at(position), entry);
            }
        }
        self
    }

    /// The stored position range of a row and the column at a position, for walks over the pattern.
    pub(crate) fn range(&self, i: usize) -> std::ops::Range<u32> {
        self.offsets[i]..self.offsets[i + 1]
    }

    pub(crate) fn column_at(&self, position: u32) -> usize {
        self.columns[position as usize] as usize
    }

    /// Which columns the entries of a row stand in.
    pub(crate) fn pattern(&self) -> Adjacency<'_> {
        Adjacency { offsets: &self.offsets, neighbours: &self.columns }
    }
}

/// A supply graph with its accounts, found fit for coefficients: every node that trades has an output.
#[derive(Clone, Debug)]
pub struct Economy<'g> {
    graph: &'g SupplyGraph,
    books: Arc<Books>,
    engine: Engine,
}

/// What is known of the accounts of a graph; made once a graph.
#[derive(Debug)]
struct Books {
    accounts: Accounts,
    purchases: Vec<f64>,
    sales: Vec<f64>,
    /// The block that lives on itself, once looked for.
    closed_block: OnceLock<Option<Vec<u32>>>,
}

impl<'g> Economy<'g> {
    /// Completes the accounts and checks what coefficients need.
    ///
    /// # Errors
    /// [`MetricError::NoOutput`] if a node buys or sells without a positive output.
    pub fn of(graph: &'g SupplyGraph) -> Result<Self, MetricError> {
        if let Some(books) = graph.memoised() {
            return Ok(Self { graph, books, engine: Engine::default() });
        }
        let (sales, purchases) = (out_strengths(graph), in_strengths(graph));
        let accounts = Accounts::with_strengths(graph, &sales, &purchases);
        let books = Arc::new(Books { accounts, purchases, sales, closed_block: OnceLock::new() });
        let economy = Self { graph, books, engine: Engine::default() };
        economy.check_outputs("buys", economy.purchases())?;
        economy.check_outputs("sells", economy.sales())?;
        graph.memoise(&economy.books);
        Ok(economy)
    }

    /// The economy, if it is found fit for solves, or leaves that to each of them.
    ///
    /// Where no column of `A` sums to more than 1, `ρ(A) < 1` if and only if every node is reached, along supply
    /// edges, from a node whose column sums to less than 1; the mirror image holds for the rows of `B`, which has
    /// the eigenvalues of `A`. Either test decides, in `O(n + m)`. Where some column of `A` and some row of `B` sum
    /// to more than 1, each solve decides by itself, see [`fixed_point`].
    ///
    /// # Errors
    /// [`MetricError::NotProductive`] with the ids of a closed block.
    pub fn productive(self) -> Result<Self, MetricError> {
        match self.books.closed_block.get_or_init(|| self.closed_block()) {
            Some(block) => {
                let why = "a group of nodes buys, from itself, for all that it makes";
                Err(self.not_productive(why, block))
            }
            None => Ok(self),
        }
    }

    /// The economy, its sums solved for by this engine.
    #[must_use]
    pub fn by(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// Who solves for its sums.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &'g SupplyGraph {
        self.graph
    }

    /// The accounts.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.books.accounts
    }

    /// What each node buys, `Σ_i Z_ij`.
    #[must_use]
    pub fn purchases(&self) -> &[f64] {
        &self.books.purchases
    }

    /// What each node sells inside the network, `Σ_j Z_ij`.
    #[must_use]
    pub fn sales(&self) -> &[f64] {
        &self.books.sales
    }

    /// Whether a node makes anything: the others have no coefficients and are left out of every mean.
    #[must_use]
    pub fn is_active(&self, node: usize) -> bool {
        self.books.accounts.output[node] > 0.0
    }

    /// The values of the nodes that make anything, and nothing for the others.
    #[must_use]
    pub fn where_active(&self, values: Vec<f64>) -> Vec<Option<f64>> {
        values.into_iter().enumerate().map(|(i, y)| self.is_active(i).then_some(y)).collect()
    }

    /// `A'`: row `j` is the recipe of `j`, its purchases from each supplier by unit of its output,
    /// `a_ij = Z_ij / x_j`.
    #[must_use]
    pub fn recipes(&self) -> RowMatrix<'g> {
        let x = &self.accounts().output;
        RowMatrix::of_purchases(self.graph, |_, j, flow| share(flow, x[j]))
    }

    /// `A`: row `i` is what each buyer takes from `i` by unit of the buyer's output, `a_ij = Z_ij / x_j`.
    #[must_use]
    pub fn requirements(&self) -> RowMatrix<'g> {
        let x = &self.accounts().output;
        RowMatrix::of_sales(self.graph, |_, j, flow| share(flow, x[j]))
    }

    /// `B`: row `i` is what `i` sells to each buyer by unit of its own output, `b_ij = Z_ij / x_i`.
    #[must_use]
    pub fn allocations(&self) -> RowMatrix<'g> {
        let x = &self.accounts().output;
        RowMatrix::of_sales(self.graph, |i, _, flow| share(flow, x[i]))
    }

    /// The solution of `y = c + M y` for one of this economy's matrices, to a relative error of 10⁻¹² or, where rounding
    /// does not allow that, to as many digits as are certain: see
    /// [`Certainty`](crate::kernel::condition::Certainty).
    ///
    /// # Errors
    /// [`MetricError::NotProductive`], [`MetricError::NotConverged`] or [`MetricError::Cancelled`].
    pub fn solve(
        &self,
        matrix: &RowMatrix<'_>,
        c: &[f64],
        progress: &dyn Progress,
    ) -> Result<Vec<f64>, MetricError> {
        match fixed_point(matrix, c, Stop::default(), progress) {
            Ok(FixedPoint { values, .. }) => Ok(values),
            Err(why) => Err(self.unsolved(why)),
        }
    }

    /// Output multipliers `1ᵀL`, which are downstreamness too, with the bound of their error. Solved for once a graph.
    ///
    /// # Errors
    /// As [`Economy::solve`].
    pub fn backward(&self, progress: &dyn Progress) -> Result<FixedPoint, MetricError> {
        Sums::get(self, Sum::Backward, progress)
    }

    /// Row sums of the Ghosh inverse `G 1`, which are upstreamness too. Solved for once a graph.
    ///
    /// # Errors
    /// As [`Economy::solve`].
    pub fn forward_ghosh(&self, progress: &dyn Progress) -> Result<FixedPoint, MetricError> {
        Sums::get(self, Sum::Ghosh, progress)
    }

    /// Row sums of the Leontief inverse `L 1`. Solved for once a graph.
    ///
    /// # Errors
    /// As [`Economy::solve`].
    pub fn forward_leontief(&self, progress: &dyn Progress) -> Result<FixedPoint, MetricError> {
        Sums::get(self, Sum::Leontief, progress)
    }

    /// Why a solve failed, in terms of this economy.
    pub(crate) fn unsolved(&self, why: Unsolved) -> MetricError {
        why.into_error(|block| {
            self.not_productive("a group of nodes needs, from itself, more than it makes", block)
        })
    }

    fn check_outputs(&self, verb: &'static str, flows: &[f64]) -> Result<(), MetricError> {
        let x = &self.accounts().output;
        let broken = |&i: &usize| flows[i] > 0.0 && !(x[i] > 0.0 && (flows[i] / x[i]).is_finite());
        let mut nodes = (0..x.len()).filter(broken);
        let Some(i) = nodes.next() else { return Ok(()) };
        Err(MetricError::NoOutput {
            node: self.graph.node_id(NodeIndex::new(i)).into(),
            verb,
            flow: flows[i],
            output: x[i],
            more: nodes.count(),
        })
    }

    fn closed_block(&self) -> Option<Vec<u32>> {
        let x = &self.accounts().output;
        let left =
            |flows: &[f64], i: usize| 1.0 - if flows[i] > 0.0 { flows[i] / x[i] } else { 0.0 };
        let within = |flows: &[f64]| (0..x.len()).all(|i| left(flows, i) >= -ROUNDING);
        let customers = || Adjacency::customers(self.graph);
        let suppliers = || Adjacency::suppliers(self.graph);
        if within(self.purchases()) {
            closed_block(customers(), suppliers, |j| left(self.purchases(), j) > ROUNDING)
        } else if within(self.sales()) {
            closed_block(suppliers(), customers, |i| left(self.sales(), i) > ROUNDING)
        } else {
            None
        }
    }

    /// The radius is looked for anew, and briefly: there is no result to compute any more.
    fn not_productive(&self, why: &str, block: &[u32]) -> MetricError {
        let n = self.graph.n_nodes();
        let spectral = spectral_radius(self, MESSAGE_SWEEPS, &NoProgress).ok();
        let at_fault = spectral.as_ref().filter(|spectral| spectral.radius.lower >= 1.0);
        let block = at_fault.map_or(block, |spectral| &spectral.block);
        let mut why = format!("{why} ({} of {n})", block.len());
        if let Some(radius) = spectral.as_ref().and_then(|spectral| spectral.radius.said()) {
            why = format!("spectral radius of A is {radius} (must be below 1): {why}");
        }
        let spent = |&i: &u32| self.purchases()[i as usize] / self.accounts().output[i as usize];
        let most = block.iter().max_by(|a, b| spent(a).total_cmp(&spent(b)).then(b.cmp(a)));
        if let Some((i, spent)) = most.map(|i| (i, spent(i))).filter(|&(_, spent)| spent > 1.0) {
            let id = shown(self.graph.node_id((*i).into()));
            let _ = write!(why, "; `{id}` spends {spent:.3} on inputs per 1.000 of output");
        }
        MetricError::NotProductive {
            why,
            block: block.iter().take(10).map(|&i| self.graph.node_id(i.into()).into()).collect(),
        }
    }
}

/// A flow by unit of output; an edge without flow is nothing, also where there is no output.
fn share(flow: f64, output: f64) -> f64 {
    if flow > 0.0 { flow / output } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(n: u32, flows: &[(u32, u32, f64)]) -> SupplyGraph {
        let ids = (0..n).map(|i| format!("n{i}"));
        SupplyGraph::from_flows(ids, flows.iter().copied()).expect("a good graph")
    }

    #[test]
    fn coefficients_are_flows_by_unit_of_output() {
        let graph = graph(2, &[(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)])
            .with_number("output", [Some(1000.0), Some(2000.0)]);
        let economy = Economy::of(&graph).expect("outputs");
        let rows = |m: &RowMatrix<'_>| (0..2).map(|i| m.row(i).collect()).collect::<Vec<Vec<_>>>();
        assert_eq!(rows(&economy.recipes()), [[(0, 0.15), (1, 0.2)], [(0, 0.25), (1, 0.05)]]);
        assert_eq!(rows(&economy.requirements()), [[(0, 0.15), (1, 0.25)], [(0, 0.2), (1, 0.05)]]);
        assert_eq!(rows(&economy.allocations()), [[(0, 0.15), (1, 0.5)], [(0, 0.1), (1, 0.05)]]);
    }

    #[test]
    fn purchases_without_output_are_refused_by_name() {
        let graph = graph(3, &[(0, 1, 4.0), (0, 2, 4.0)])
            .with_number("output", [Some(8.0), Some(0.0), Some(-1.0)]);
        let error = Economy::of(&graph).expect_err("refused");
        assert_eq!(
            error.to_string(),
            "`n1` buys 4, but its output is 0 (1 more nodes are like it)"
        );
        assert_eq!(error.diagnostic("upstreamness").id(), "E0504");
    }

    #[test]
    fn a_closed_block_is_named_and_its_customers_are_not() {
        // n0 leaks into the pair n1, n2; the pair n3, n4 lives on itself and supplies n5.
        let flows = [(0, 1, 1.0), (1, 2, 2.0), (2, 1, 1.0), (3, 4, 1.0), (4, 3, 1.0), (3, 5, 1.0)];
        let outputs = [2.0, 2.0, 2.0, 1.0, 1.0, 1.0].map(Some);
        let graph = graph(6, &flows).with_number("output", outputs);
        let error = Economy::of(&graph).and_then(Economy::productive).expect_err("refused");
        let MetricError::NotProductive { block, .. } = error else { panic!("{error}") };
        assert_eq!(block, ["n3", "n4"]);
    }

    #[test]
    fn a_node_at_a_loss_is_productive_while_all_sell_within_their_output() {
        // n1 buys for more than it makes, and yet every sale is within output: the rows of B decide.
        let graph = graph(2, &[(0, 1, 9.0)]).with_number("output", [Some(10.0), Some(5.0)]);
        assert!(Economy::of(&graph).and_then(Economy::productive).is_ok());
    }
}
