//! Random tables of counts with given sums of rows and columns.

use crate::MetricError;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::random::stream;
use palenque_graph::Progress;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The mutual information of random tables with these sums of rows and columns, one of each replicate, as if what is counted
/// were dealt out at random (Patefield 1981). In nats.
///
/// # Errors
/// [`MetricError::Cancelled`].
pub(crate) fn null_information(
    rows: &[u64],
    columns: &[u64],
    replicates: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let mut found = Vec::with_capacity(replicates);
    progress.begin("random tables", replicates as u64);
    let work = |range: std::ops::Range<usize>| {
        let table = |replicate| {
            let value = random_information(rows, columns, &mut stream(seed, replicate));
            progress.advance(1);
            value
        };
        (!progress.cancelled()).then(|| range.map(table).collect::<Vec<f64>>())
    };
    fold_chunks(replicates, 8, progress, work, |some| found.extend(some))?;
    Ok(found)
}

fn random_information(rows: &[u64], columns: &[u64], rng: &mut ChaCha8Rng) -> f64 {
    let total: u64 = rows.iter().sum();
    let mut left = columns.to_vec();
    let mut left_in_all = total;
    let mut sum = 0.0;
    for &row in rows {
        let (mut in_row, mut pool) = (row, left_in_all);
        for (left, &column) in left.iter_mut().zip(columns) {
            let cell = hypergeometric(pool, *left, in_row, rng);
            pool -= *left;
            *left -= cell;
            in_row -= cell;
            if cell > 0 {
                let (cell, row, column) = (cell as f64, row as f64, column as f64);
                sum += cell * (cell * total as f64 / (row * column)).ln();
            }
        }
        left_in_all -= row;
    }
    sum / total as f64
}

/// How many of `marked` are among `drawn` of `all`, by inversion from the likeliest number outwards.
fn hypergeometric(all: u64, marked: u64, drawn: u64, rng: &mut ChaCha8Rng) -> u64 {
    let (low, high) = ((drawn + marked).saturating_sub(all), drawn.min(marked));
    if low == high {
        return low;
    }
    let mode = (u128::from(drawn + 1) * u128::from(marked + 1) / u128::from(all + 2)) as u64;
    let mode = mode.clamp(low, high);
    let others = all - marked;
    let ln_p = ln_choose(marked, mode) + ln_choose(others, drawn - mode) - ln_choose(all, drawn);
    // A number from 0 up to 1, in steps of 2⁻⁵³.
    let mut rest = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let at_mode = ln_p.exp();
    rest -= at_mode;
    let (mut down, mut up) = (mode, mode);
    let (mut p_down, mut p_up) = (at_mode, at_mode);
    while rest >= 0.0 && (down > low || up < high) {
        if up < high {
            let (k, next) = (up as f64, up as f64 + 1.0);
            p_up *= (marked as f64 - k) * (drawn as f64 - k)
                / (next * (others as f64 - drawn as f64 + next));
            up += 1;
            rest -= p_up;
            if rest < 0.0 {
                return up;
            }
        }
        if down > low {
            let k = down as f64;
            p_down *= k * (others as f64 - drawn as f64 + k)
                / ((marked as f64 - k + 1.0) * (drawn as f64 - k + 1.0));
            down -= 1;
            rest -= p_down;
            if rest < 0.0 {
                return down;
            }
        }
    }
    mode
}

fn ln_choose(n: u64, k: u64) -> f64 {
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// `ln n!`: the product up to 255, Stirling's series beyond, whose error there is below `1e-20`.
pub(crate) fn ln_factorial(n: u64) -> f64 {
    if n < 256 {
        return (2..=n).map(|k| (k as f64).ln()).sum();
    }
    let x = n as f64;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * x * x)) / (x * x)) / x;
    x * x.ln() - x + 0.5 * (std::f64::consts::TAU * x).ln() + series
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::NoProgress;

    #[test]
    fn factorials_meet_where_the_series_begins() {
        let product: f64 = (2..=256_u32).map(|k| f64::from(k).ln()).sum();
        assert!((ln_factorial(256) - product).abs() < 1e-11);
        assert!((ln_factorial(5).exp() - 120.0).abs() < 1e-10);
    }

    #[test]
    fn numbers_are_as_likely_as_they_should_be() {
        // 4 of 10 are marked, 5 are drawn.
        let mut rng = stream(3, 0);
        let mut counts = [0_u32; 5];
        for _ in 0..20_000 {
            counts[hypergeometric(10, 4, 5, &mut rng) as usize] += 1;
        }
        let exact = [6.0, 60.0, 120.0, 60.0, 6.0].map(|ways| ways / 252.0);
        for (count, p) in counts.into_iter().zip(exact) {
            let error = (p * (1.0 - p) / 20_000.0_f64).sqrt();
            assert!((f64::from(count) / 20_000.0 - p).abs() < 4.0 * error);
        }
    }

    #[test]
    fn the_mean_is_that_of_all_tables() {
        // Rows 2 and 1, columns 2 and 1: with probability 1/3 the cells are (2 0 / 0 1), else (1 1 / 1 0).
        let term =
            |cell: f64, row: f64, column: f64| cell / 3.0 * (cell * 3.0 / (row * column)).ln();
        let apart = term(2.0, 2.0, 2.0) + term(1.0, 1.0, 1.0);
        let mixed = term(1.0, 2.0, 2.0) + term(1.0, 2.0, 1.0) + term(1.0, 1.0, 2.0);
        let found = null_information(&[2, 1], &[2, 1], 30_000, 1, &NoProgress).expect("done");
        let mean = found.iter().sum::<f64>() / 30_000.0;
        let exact = apart / 3.0 + 2.0 / 3.0 * mixed;
        let sd = ((apart - mixed).powi(2) * 2.0 / 9.0 / 30_000.0).sqrt();
        assert!((mean - exact).abs() < 4.0 * sd, "{mean} {exact}");
    }
}
