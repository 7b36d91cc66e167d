//! Production with inventories, period by period, after a loss of capacity.

use crate::MetricError;
use crate::kernel::coefficients::Economy;
use palenque_graph::Progress;

/// What decides how firms answer a shortage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Answers {
    /// Periods that full inventories last.
    pub(crate) cover: f64,
    /// The share of full inventories below which a firm makes less.
    pub(crate) psi: f64,
    /// Periods in which a gap of inventories is to be filled.
    pub(crate) tau_inv: f64,
    /// The most that capacity can be raised to, by what it was.
    pub(crate) alpha_max: f64,
    /// Periods in which it is raised.
    pub(crate) tau_alpha: f64,
}

/// What a period was like, node by node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArioPeriod<'s> {
    /// What each node made.
    pub production: &'s [f64],
    /// What was asked of it, by nodes and by final users.
    pub demand: &'s [f64],
    /// What final users asked and did not get.
    pub unmet_final: &'s [f64],
    /// Periods that the scarcest inventory lasts at the old level of production; infinite without inputs.
    pub inventory_cover: &'s [f64],
}

/// Runs `steps` periods. `capacity_lost(t, i)` is the share of its capacity that node `i` lacks in period `t`. `O(n + m)` a
/// period.
///
/// Final users ask for what output leaves after all sales, whatever a table says of final demand: else the network would move
/// without a shock. Inventories and orders are kept for each edge, in the order of what each node buys.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn simulate(
    economy: &Economy<'_>,
    answers: Answers,
    steps: usize,
    capacity_lost: impl Fn(usize, usize) -> f64,
    progress: &dyn Progress,
    mut visit: impl FnMut(usize, &ArioPeriod<'_>),
) -> Result<(), MetricError> {
    let graph = economy.graph();
    let x0 = &economy.accounts().output;
    let sold = graph.out_strengths();
    // What is left of a difference of nearly equal numbers is rounding.
    let left = |(x, sold): (&f64, &f64)| if x - sold > 1e-12 * x { x - sold } else { 0.0 };
    let f: Vec<f64> = x0.iter().zip(&sold).map(left).collect();
    let (n, m) = (x0.len(), graph.n_edges());
    let flow = |k: usize| graph.flows()[graph.in_edges()[k] as usize];
    let per_output: Vec<f64> = (0..n)
        .flat_map(|j| graph.in_range(j).map(move |k| (j, k)))
        .map(|(j, k)| if x0[j] > 0.0 { flow(k) / x0[j] } else { 0.0 })
        .collect();
    let mut stock: Vec<f64> = (0..m).map(|k| answers.cover * flow(k)).collect();
    let mut orders: Vec<f64> = (0..m).map(flow).collect();
    let mut alpha = vec![1.0; n];
    let [mut asked, mut made, mut shipped, mut wanted, mut unmet, mut cover] =
        std::array::from_fn(|_| vec![0.0; n]);
    for t in 0..steps {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        asked.copy_from_slice(&f);
        for (k, order) in orders.iter().enumerate() {
            asked[graph.sources()[k] as usize] += order;
        }
        for j in 0..n {
            let capacity = alpha[j] * (1.0 - capacity_lost(t, j)) * x0[j];
            wanted[j] = capacity.min(asked[j]);
            let mut supplied: f64 = 1.0;
            if wanted[j] > 1e-12 * x0[j] {
                for k in graph.in_range(j) {
                    let needed = answers.psi * answers.cover * per_output[k] * wanted[j];
                    supplied = supplied.min(stock[k] / needed);
                }
            }
            made[j] = wanted[j] * supplied;
            shipped[j] = if asked[j] == 0.0 { 0.0 } else { made[j] / asked[j] };
            unmet[j] = f[j] - f[j] * shipped[j];
        }
        for j in 0..n {
            let mut least = f64::INFINITY;
            for k in graph.in_range(j) {
                let used = per_output[k] * made[j];
                stock[k] += orders[k] * shipped[graph.sources()[k] as usize] - used;
                let gap = answers.cover * per_output[k] * wanted[j] - stock[k];
                orders[k] = used + gap.max(0.0) / answers.tau_inv;
                least = least.min(stock[k] / flow(k));
            }
            cover[j] = least;
            let short = if asked[j] == 0.0 { 0.0 } else { (asked[j] - made[j]) / asked[j] };
            alpha[j] += if short > 1e-12 {
                (answers.alpha_max - alpha[j]) * short / answers.tau_alpha
            } else {
                (1.0 - alpha[j]) / answers.tau_alpha
            };
        }
        let period = ArioPeriod {
            production: &made,
            demand: &asked,
            unmet_final: &unmet,
            inventory_cover: &cover,
        };
        visit(t, &period);
    }
    Ok(())
}
