//! How many points are near to each other, in a window and in random patterns there.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::kd_tree::{KdTree, Point};
use crate::kernel::random::{stream, unit};
use palenque_graph::Progress;
use rand_chacha::ChaCha8Rng;

/// What is done about neighbours beyond the edge of the window, which nobody sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeCorrection {
    /// Nothing: too few neighbours are counted near the edge.
    None,
    /// A pair counts the more, the less of the window it fits into (Ohser and Stoyan 1981).
    #[default]
    Translation,
    /// Only points further from the edge than the distance have their neighbours counted.
    Border,
}

/// A rectangle: west, south, east, north.
pub type Window = [f64; 4];

/// The sides and the area of a window.
fn measures([west, south, east, north]: Window) -> (f64, f64, f64) {
    let (a, b) = (east - west, north - south);
    (a, b, a * b)
}

/// Ripley's `K` at ascending distances; NaN where it is undefined. `None` when cancelled.
pub(crate) fn ripley_k(
    points: &[[f64; 2]],
    window: Window,
    distances: &[f64],
    correction: EdgeCorrection,
    progress: &dyn Progress,
) -> Option<Vec<f64>> {
    let (a, b, area) = measures(window);
    let (n, longest) = (points.len() as f64, distances.last().copied().unwrap_or(0.0));
    let in_space: Vec<Point> = points.iter().map(|&[x, y]| [x, y, 0.0]).collect();
    let tree = KdTree::of(&in_space);
    // By first distance at which a pair counts; for the border, by distance.
    let mut sums = vec![0.0; distances.len() + 1];
    let mut inside = vec![0.0; distances.len()];
    let mut near = vec![0.0; distances.len() + 1];
    for (i, place) in in_space.iter().enumerate() {
        if i % 1024 == 0 && progress.cancelled() {
            return None;
        }
        let target = if correction == EdgeCorrection::Border { &mut near } else { &mut sums };
        // A little further than the longest distance, whose square is rounded.
        tree.within(*place, longest * (1.0 + 1e-12), |j, square| {
            if j as usize != i {
                let distance = square.sqrt();
                let at = distances.partition_point(|r| *r < distance);
                let other = in_space[j as usize];
                target[at] += match correction {
                    EdgeCorrection::Translation => {
                        let [dx, dy] = [0, 1].map(|k| (place[k] - other[k]).abs());
                        area / ((a - dx) * (b - dy))
                    }
                    EdgeCorrection::None | EdgeCorrection::Border => 1.0,
                };
            }
        });
        if correction == EdgeCorrection::Border {
            let [west, south, east, north] = window;
            let [x, y, _] = *place;
            let to_edge = (x - west).min(east - x).min(y - south).min(north - y);
            let mut count = 0.0;
            for (k, r) in distances.iter().enumerate().take_while(|(_, r)| **r <= to_edge) {
                debug_assert!(*r <= to_edge, "the disc is inside");
                count += near[k];
                sums[k] += count;
                inside[k] += 1.0;
            }
            near.fill(0.0);
        }
    }
    if correction == EdgeCorrection::Border {
        let mean = |(sum, inside): (&f64, &f64)| area / (n - 1.0) * (sum / inside);
        return Some(sums.iter().zip(&inside).map(mean).collect());
    }
    let mut sum = 0.0;
    let cumulated = sums.iter().take(distances.len()).map(|more| {
        sum += more;
        area / (n * (n - 1.0)) * sum
    });
    Some(cumulated.collect())
}

/// `K` of as many points that are anywhere in the window, one curve a replicate.
pub(crate) fn random_k(
    n: usize,
    window: Window,
    distances: &[f64],
    correction: EdgeCorrection,
    (replicates, seed): (usize, u64),
    progress: &dyn Progress,
) -> Result<Vec<Vec<f64>>, MetricError> {
    progress.begin("random patterns", replicates as u64);
    let mut curves = Vec::with_capacity(replicates);
    let work = |range: std::ops::Range<usize>| {
        let curve = |replicate| {
            let points = anywhere(n, window, &mut stream(seed, replicate));
            let curve = ripley_k(&points, window, distances, correction, progress);
            progress.advance(1);
            curve
        };
        range.map(curve).collect::<Option<Vec<_>>>()
    };
    fold_chunks(replicates, 1, progress, work, |some| curves.extend(some))?;
    Ok(curves)
}

/// Points anywhere in a window.
fn anywhere(n: usize, window: Window, rng: &mut ChaCha8Rng) -> Vec<[f64; 2]> {
    let [west, south, east, north] = window;
    let mut along = |from: f64, to: f64| from + (to - from) * unit(rng);
    (0..n).map(|_| [along(west, east), along(south, north)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn points_anywhere_have_as_many_neighbours_as_the_area_says() {
        let window = [0.0, 0.0, 2.0, 1.0];
        let distances = [0.05, 0.1, 0.2];
        for (correction, is_biased) in [
            (EdgeCorrection::None, true),
            (EdgeCorrection::Translation, false),
            (EdgeCorrection::Border, false),
        ] {
            let curves = random_k(80, window, &distances, correction, (400, 1), &NoProgress);
            let curves = curves.expect("not cancelled");
            for (at, r) in distances.iter().enumerate() {
                let n = curves.len() as f64;
                let mean = curves.iter().map(|curve| curve[at]).sum::<f64>() / n;
                let squares: f64 = curves.iter().map(|curve| (curve[at] - mean).powi(2)).sum();
                let error = (squares / (n - 1.0) / n).sqrt();
                let theory = std::f64::consts::PI * r * r;
                if is_biased {
                    assert!(mean < theory, "{mean} at {r}");
                } else {
                    assert!((mean - theory).abs() < 4.0 * error, "{mean}, not {theory}, ± {error}");
                }
            }
        }
    }
}
