//! The solution of a surge program, from the inside.

use super::surge_program::SurgeProgram;
use crate::MetricError;
use palenque_graph::Progress;

/// What a best plan is worth, and what limits it.
#[derive(Clone, Debug)]
pub(crate) struct Optimum {
    /// What some plan achieves that breaks no limit, and what no plan can exceed.
    pub(crate) worth: (f64, f64),
    /// By variable, the room that is left.
    pub(crate) left: Vec<f64>,
    /// By variable, what a little more room would be worth by unit.
    pub(crate) price: Vec<f64>,
    /// Newton steps made.
    pub(crate) steps: usize,
}

/// Newton steps at most.
const MOST_STEPS: usize = 150;
/// Where steps end: the part of the worth that is not certain, and the part of a row that is not met.
const AIM: f64 = 1e-11;
/// The uncertainty with which a solution is given out.
pub(crate) const TOLERANCE: f64 = 1e-6;

/// A point inside all limits: variables `v` and the room `t` that they leave, prices `y` of the rows, and of the limits 0 and
/// room, `s` and `w`.
struct Point {
    v: Vec<f64>,
    t: Vec<f64>,
    s: Vec<f64>,
    w: Vec<f64>,
    y: Vec<f64>,
}

/// The optimum in the middle of all optima, so that a limit is met only where all of them meet it.
///
/// Primal-dual steps along the central path with a corrector. The bounds do not depend on how far the steps came: the lower one is
/// the worth of a plan that breaks no limit, the upper one holds for any prices.
///
/// # Cost
/// `O(n³)` time a step for `n` nodes, and `O(m)` for `m` ties; some 20 to 60 steps. `O(n² + m)` memory.
/// Source: Mehrotra (1992).
/// # Errors
/// [`MetricError::NotConverged`] if the bounds stay apart; [`MetricError::Cancelled`].
pub(crate) fn optimum(
    program: &SurgeProgram,
    progress: &dyn Progress,
) -> Result<Optimum, MetricError> {
    let (rooms, gains, sizes) = (program.rooms(), program.gains(), program.row_sizes());
    let mut at = start(program, &rooms, &gains);
    let mut best: Option<Optimum> = None;
    for steps in 0..MOST_STEPS {
        if progress.cancelled() {
            return Err(MetricError::Cancelled);
        }
        let unmet: Vec<f64> = program.times(&at.v).into_iter().map(|row| -row).collect();
        let worth: f64 = gains.iter().zip(&at.v).map(|(gain, v)| gain * v).sum();
        let limit: f64 = at.w.iter().zip(&rooms).map(|(w, room)| w * room).sum();
        let is_met = unmet.iter().zip(&sizes).all(|(row, size)| row.abs() <= AIM * size);
        let is_near = limit - worth <= 1e3 * AIM * limit.abs();
        if is_near || steps + 1 == MOST_STEPS {
            let found = certified(program, &at, steps);
            let gap = |o: &Optimum| o.worth.1 - o.worth.0;
            if best.as_ref().is_none_or(|best| gap(&found) < gap(best)) {
                best = Some(found);
            } else {
                break;
            }
        }
        if is_met && limit - worth <= AIM * limit.abs()
            || !advance(program, &mut at, &rooms, &gains, &unmet)
        {
            break;
        }
    }
    let found = best.unwrap_or_else(|| certified(program, &at, MOST_STEPS));
    let (lower, upper) = found.worth;
    let gap = (upper - lower) / upper;
    if gap <= TOLERANCE {
        return Ok(found);
    }
    Err(MetricError::NotConverged { iterations: found.steps, error: gap, tolerance: TOLERANCE })
}

fn certified(program: &SurgeProgram, at: &Point, steps: usize) -> Optimum {
    let lower = program.worth_of_plan_near(&at.v);
    Optimum {
        worth: (lower, program.bound(&at.y).max(lower)),
        left: at.t.clone(),
        price: at.w.clone(),
        steps,
    }
}

/// Everything half full, and all limits priced alike.
fn start(program: &SurgeProgram, rooms: &[f64], gains: &[f64]) -> Point {
    let half: Vec<f64> = rooms.iter().map(|room| room / 2.0).collect();
    let worth = gains.iter().zip(rooms).map(|(gain, room)| (gain * room).abs());
    let level = worth.fold(f64::MIN_POSITIVE, f64::max);
    let price: Vec<f64> = rooms.iter().map(|room| level / room).collect();
    Point { v: half.clone(), t: half, s: price.clone(), w: price, y: vec![0.0; program.n_rows()] }
}

/// One step; says whether it led anywhere.
fn advance(
    program: &SurgeProgram,
    at: &mut Point,
    rooms: &[f64],
    gains: &[f64],
    unmet: &[f64],
) -> bool {
    let n = at.v.len();
    let d: Vec<f64> = (0..n).map(|k| 1.0 / (at.s[k] / at.v[k] + at.w[k] / at.t[k])).collect();
    let Some(weighted) = program.weighted(&d) else { return false };
    let prices = program.transposed(&at.y);
    // The program is minimised: costs are gains with the other sign.
    let unpriced: Vec<f64> = (0..n).map(|k| -gains[k] - prices[k] - at.s[k] + at.w[k]).collect();
    let unfilled: Vec<f64> = (0..n).map(|k| rooms[k] - at.v[k] - at.t[k]).collect();
    let step = |low: &[f64], high: &[f64]| -> Point {
        let h: Vec<f64> = (0..n)
            .map(|k| low[k] / at.v[k] - (high[k] - at.w[k] * unfilled[k]) / at.t[k] - unpriced[k])
            .collect();
        let dh: Vec<f64> = d.iter().zip(&h).map(|(d, h)| d * h).collect();
        let right: Vec<f64> =
            unmet.iter().zip(program.times(&dh)).map(|(row, made)| row - made).collect();
        let y = weighted.solve(&right);
        let moved = program.transposed(&y);
        let v: Vec<f64> = (0..n).map(|k| d[k] * (moved[k] + h[k])).collect();
        let t: Vec<f64> = v.iter().zip(&unfilled).map(|(v, room)| room - v).collect();
        let s = (0..n).map(|k| (low[k] - at.s[k] * v[k]) / at.v[k]).collect();
        let w = (0..n).map(|k| (high[k] - at.w[k] * t[k]) / at.t[k]).collect();
        Point { v, t, s, w, y }
    };
    let products =
        |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
    let (low, high) = (products(&at.v, &at.s), products(&at.t, &at.w));
    let mean = (low.iter().sum::<f64>() + high.iter().sum::<f64>()) / (2 * n) as f64;
    let negative = |values: &[f64]| -> Vec<f64> { values.iter().map(|x| -x).collect() };
    let affine = step(&negative(&low), &negative(&high));
    let (primal, dual) = (
        reach(&at.v, &affine.v).min(reach(&at.t, &affine.t)),
        reach(&at.s, &affine.s).min(reach(&at.w, &affine.w)),
    );
    let after = |a: &[f64], da: &[f64], b: &[f64], db: &[f64]| -> f64 {
        (0..n).map(|k| (a[k] + primal * da[k]) * (b[k] + dual * db[k])).sum()
    };
    let then = (after(&at.v, &affine.v, &at.s, &affine.s)
        + after(&at.t, &affine.t, &at.w, &affine.w))
        / (2 * n) as f64;
    let target = mean * (then / mean).powi(3);
    let corrected = |now: &[f64], a: &[f64], b: &[f64]| -> Vec<f64> {
        (0..n).map(|k| target - now[k] - a[k] * b[k]).collect()
    };
    let move_by =
        step(&corrected(&low, &affine.v, &affine.s), &corrected(&high, &affine.t, &affine.w));
    let primal = (SHORT * reach(&at.v, &move_by.v).min(reach(&at.t, &move_by.t))).min(1.0);
    let dual = (SHORT * reach(&at.s, &move_by.s).min(reach(&at.w, &move_by.w))).min(1.0);
    if !(primal.max(dual) > 1e-8) {
        return false;
    }
    let go = |now: &mut [f64], by: &[f64], length: f64| {
        for (now, by) in now.iter_mut().zip(by) {
            *now += length * by;
        }
    };
    go(&mut at.v, &move_by.v, primal);
    go(&mut at.t, &move_by.t, primal);
    go(&mut at.s, &move_by.s, dual);
    go(&mut at.w, &move_by.w, dual);
    go(&mut at.y, &move_by.y, dual);
    true
}

/// The part of the way to a limit that is gone.
const SHORT: f64 = 0.9995;

/// How far one can go before a value is 0; at most somewhat more than the whole step.
fn reach(now: &[f64], by: &[f64]) -> f64 {
    now.iter()
        .zip(by)
        .filter(|(_, by)| **by < 0.0)
        .map(|(now, by)| -now / by)
        .fold(1.0 / SHORT, f64::min)
}
