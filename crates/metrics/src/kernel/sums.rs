//! Column sums of `L`, row sums of `G` and of `L`: solved for once a graph and engine, without an inverse.

use crate::kernel::coefficients::Economy;
use crate::kernel::fixed_point::{Bound, FixedPoint, Stop, Unsolved, fixed_point};
use crate::kernel::krylov::Gmres;
use crate::kernel::rows::Rows;
use crate::{MetricError, ParamSpec};
use palenque_graph::Progress;
use std::sync::{Arc, OnceLock};

/// One of the sums; each solves `y = 1 + M y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    /// `1ᵀL`, with `M = Aᵀ`: output multipliers, downstreamness.
    Backward,
    /// `G 1`, with `M = B`: upstreamness.
    Ghosh,
    /// `L 1`, with `M = A`.
    Leontief,
}

/// Who solves for sums of an inverse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// The dense one where at least a twentieth of all cells is filled, the sparse one elsewhere.
    #[default]
    Auto,
    /// GMRES along the rows of the table, for all sums together; the sparse one takes over if it makes no headway.
    Dense,
    /// Sweeps over the edges, accelerated where they are slow.
    Sparse,
}

/// The parameter of metrics that leave the choice to whoever asks.
pub(crate) const ENGINE: ParamSpec = ParamSpec {
    name: "engine",
    default: "auto",
    meaning: "Who solves: `dense`, `sparse`, or `auto`, by size and density. Both agree to 1e-10; run.json says who did.",
};

/// The sums of a graph, each solved when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    dense: [OnceLock<FixedPoint>; 3],
    sparse: [OnceLock<FixedPoint>; 3],
}

/// From this share of all cells on, a table is walked row by row for all sums together.
const DENSE: f64 = 0.05;
/// Below this many nodes no walk is worth saving.
const FEW: usize = 64;
/// Steps of one GMRES cycle.
const STEPS: usize = 30;
/// Cycles that may pass without halving the error.
const FUTILE: usize = 2;

impl Sums {
    /// One of the sums of an economy that is found productive or leaves that to the solve.
    ///
    /// # Method
    /// A table of which at least [`DENSE`] of all cells are filled is walked along its rows, and each walk serves one
    /// step of GMRES for each of the three sums: memory is read once for all. Other networks are left to
    /// [`fixed_point`], and so are tables on which GMRES makes no headway. All end with the certificate stated there.
    pub(crate) fn get(
        economy: &Economy<'_>,
        sum: Sum,
        progress: &dyn Progress,
    ) -> Result<FixedPoint, MetricError> {
        let graph = economy.graph();
        let sums = graph.memoised::<Self>().unwrap_or_else(|| {
            let empty = Arc::new(Self::default());
            graph.memoise(&empty);
            empty
        });
        let at = sum as usize;
        if wants_dense(economy) {
            if sums.dense[at].get().is_none() {
                let solved = along_rows(economy, progress).map_err(|why| economy.unsolved(why))?;
                for (cell, solved) in sums.dense.iter().zip(solved.into_iter().flatten()) {
                    cell.get_or_init(|| solved);
                }
            }
            if let Some(solved) = sums.dense[at].get() {
                return Ok(solved.clone());
            }
        }
        if let Some(known) = sums.sparse[at].get() {
            return Ok(known.clone());
        }
        let matrix = match sum {
            Sum::Backward => economy.recipes(),
            Sum::Ghosh => economy.allocations(),
            Sum::Leontief => economy.requirements(),
        };
        let ones = vec![1.0; graph.n_nodes()];
        let solved = fixed_point(&matrix, &ones, Stop::default(), progress);
        let solved = solved.map_err(|why| economy.unsolved(why))?;
        Ok(sums.sparse[at].get_or_init(|| solved).clone())
    }

    /// Which engine solved for what is known of the sums of an economy, in how many passes and how well.
    pub(crate) fn told(economy: &Economy<'_>) -> Option<String> {
        let graph = economy.graph();
        let sums = graph.memoised::<Self>()?;
        let is_dense = wants_dense(economy) && sums.dense[0].get().is_some();
        let (engine, solved) =
            if is_dense { ("dense", &sums.dense) } else { ("sparse", &sums.sparse) };
        let known = || solved.iter().filter_map(OnceLock::get);
        let passes = known().map(|solved| solved.sweeps).max()?;
        let error = known().map(|solved| solved.error).fold(0.0, f64::max);
        let (m, cells) = (graph.n_edges(), graph.n_nodes().pow(2));
        Some(format!(
            "{engine} engine: {passes} passes over {m} of {cells} cells, relative error at most {error:.0e}"
        ))
    }
}

fn wants_dense(economy: &Economy<'_>) -> bool {
    match economy.engine() {
        Engine::Auto => is_dense(economy),
        Engine::Dense => economy.graph().n_nodes() > 0,
        Engine::Sparse => false,
    }
}

fn is_dense(economy: &Economy<'_>) -> bool {
    let n = economy.graph().n_nodes();
    n >= FEW && economy.graph().n_edges() as f64 >= DENSE * (n * n) as f64
}

/// All three sums, one pass over the rows a step; nothing if GMRES makes no headway.
fn along_rows(
    economy: &Economy<'_>,
    progress: &dyn Progress,
) -> Result<Option<[FixedPoint; 3]>, Unsolved> {
    let rows = Rows::of(economy);
    let n = economy.graph().n_nodes();
    let stop = Stop::default();
    let mut y = [vec![1.0; n], vec![1.0; n], vec![1.0; n]];
    let (mut sweeps, mut best, mut futile) = (0, f64::INFINITY, 0);
    loop {
        let mut next = rows.images([&y[0], &y[1], &y[2]]);
        sweeps += 1;
        let mut bounds = [Bound::NONE; 3];
        for ((next, y), bound) in next.iter_mut().zip(&y).zip(&mut bounds) {
            for image in next.iter_mut() {
                *image += 1.0;
            }
            *bound = Bound::of(next, y);
        }
        if bounds.iter().all(|bound| bound.is_small(stop)) {
            let mut solved = Vec::with_capacity(3);
            for (values, bound) in next.into_iter().zip(&bounds) {
                solved.push(FixedPoint::certified(values, bound, sweeps)?);
            }
            return Ok(<[FixedPoint; 3]>::try_from(solved).ok());
        }
        let error = bounds.iter().map(|bound| bound.error).fold(0.0, f64::max);
        futile = if error < 0.5 * best { 0 } else { futile + 1 };
        best = best.min(error);
        if futile > FUTILE || !error.is_finite() {
            return Ok(None);
        }
        let residual = |(next, y): (Vec<f64>, &Vec<f64>)| {
            Gmres::begin(next.iter().zip(y).map(|(next, y)| next - y).collect())
        };
        let mut cycles: Vec<Gmres> = next.into_iter().zip(&y).map(residual).collect();
        let nothing = vec![0.0; n];
        for _ in 0..STEPS {
            let done = |cycle: &Gmres| cycle.residual() <= 0.25 * stop.tolerance;
            if cycles.iter().all(done) {
                break;
            }
            if progress.cancelled() {
                return Err(Unsolved::Cancelled);
            }
            let direction = |s: usize| {
                if done(&cycles[s]) { nothing.as_slice() } else { cycles[s].direction() }
            };
            let images = rows.images([direction(0), direction(1), direction(2)]);
            sweeps += 1;
            for (cycle, mut image) in cycles.iter_mut().zip(images) {
                if !done(cycle) {
                    let pairs = image.iter_mut().zip(cycle.direction());
                    pairs.for_each(|(image, direction)| *image = direction - *image);
                    cycle.extend(image);
                }
            }
        }
        for (y, cycle) in y.iter_mut().zip(&cycles) {
            y.iter_mut().zip(cycle.correction()).for_each(|(y, d)| *y += d);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::{NoProgress, SupplyGraph};

    /// A table of `n` sectors of which about one in `gap` cells is empty.
    fn table(n: u32, gap: u64) -> SupplyGraph {
        let mut state = 7_u64;
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let mut flows = Vec::new();
        for i in 0..n {
            for j in 0..n {
                let flow = (1 + draw() % 1000) as f64;
                if i % 3 == 0 || draw() % gap != 0 {
                    flows.push((i, j, flow));
                }
            }
        }
        let output = (0..n).map(|i| Some(f64::from(n) * (700.0 + f64::from(i))));
        let graph = SupplyGraph::from_flows((0..n).map(|i| format!("s{i}")), flows);
        graph.expect("a good graph").with_number("output", output)
    }

    #[test]
    fn walks_along_the_rows_agree_with_sweeps() {
        for graph in [table(90, 4), table(131, 1000)] {
            let economy = Economy::of(&graph).and_then(Economy::productive).expect("productive");
            assert!(is_dense(&economy));
            let solved = along_rows(&economy, &NoProgress).expect("productive").expect("headway");
            let ones = vec![1.0; graph.n_nodes()];
            let matrices = [economy.recipes(), economy.allocations(), economy.requirements()];
            for (solved, matrix) in solved.iter().zip(&matrices) {
                let sweeps = fixed_point(matrix, &ones, Stop::default(), &NoProgress);
                let sweeps = sweeps.expect("productive");
                assert!(solved.error <= 1e-12 && solved.sweeps < 20, "{} walks", solved.sweeps);
                for (a, b) in solved.values.iter().zip(&sweeps.values) {
                    assert!((a / b - 1.0).abs() < 1e-11, "{a}, not {b}");
                }
            }
        }
    }

    #[test]
    fn a_table_that_eats_itself_up_is_refused() {
        let graph = table(100, 4);
        let output = vec![Some(30_000.0); 100];
        let graph = graph.with_number("output", output);
        let economy = Economy::of(&graph).expect("outputs");
        let refused = economy.backward(&NoProgress).expect_err("spectral radius above 1");
        assert!(matches!(refused, MetricError::NotProductive { .. }), "{refused}");
    }
}
