//! What is compared: single numbers out of the tables of metrics, and how unlikely they are.

use palenque_graph::{Table, TableId};

/// A number of a network: its name, and its value where it is defined.
pub(super) type Statistic = (String, Option<f64>);

/// The figures of the whole network, and of what every two groups trade.
pub(super) fn statistics(tables: &[Table]) -> Vec<Statistic> {
    let mut found = Vec::new();
    for table in tables {
        match table.id() {
            TableId::NetworkSummary => {
                let row = |row| {
                    (
                        table.text("metric", row).unwrap_or_default().into(),
                        table.number("value", row),
                    )
                };
                found.extend((0..table.n_rows()).map(row));
            }
            TableId::StageLinkages => {
                for row in 0..table.n_rows() {
                    for column in ["share", "affinity"] {
                        if table.column(column).is_some() {
                            let name = name_of(table, row, column);
                            found.push((name, table.number(column, row)));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// What the share of a pair of groups is called among the statistics.
pub(super) fn share_name(table: &Table, row: usize) -> String {
    name_of(table, row, "share")
}

fn name_of(table: &Table, row: usize, column: &str) -> String {
    let text = |name| table.text(name, row).unwrap_or_default();
    format!("{} {column}: {} → {}", text("grouping"), text("from_group"), text("to_group"))
}

/// Values of one statistic over the random networks, and where the observed one is among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) mean: f64,
    /// Over the number of networks.
    pub(super) sd: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) p_upper: f64,
    pub(super) p_lower: f64,
    pub(super) p_two_sided: f64,
}

/// Relative difference below which two values are the same but for rounding.
const SAME: f64 = 1e-12;

impl Place {
    /// # Panics
    /// If there are no values.
    pub(super) fn of(observed: f64, values: &mut [f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let largest = values.iter().fold(observed.abs(), |most, x| most.max(x.abs()));
        let slack = SAME * largest;
        let square = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        let sd = if square.sqrt() > slack { square.sqrt() } else { 0.0 };
        let share = |is_as_far: &dyn Fn(f64) -> bool| {
            let count = values.iter().filter(|x| is_as_far(**x)).count();
            (1.0 + count as f64) / (1.0 + n)
        };
        let far = (observed - mean).abs();
        let p_upper = share(&|x| x >= observed - slack);
        let p_lower = share(&|x| x <= observed + slack);
        let p_two_sided = share(&|x| (x - mean).abs() >= far - slack);
        let (low, high) = crate::resilience::attack_curve::interval(values);
        Self { mean, sd, low, high, p_upper, p_lower, p_two_sided }
    }
}

/// The share of false alarms among all that are at most as unlikely, by Benjamini and Hochberg (1995): `q_(i) = min_{j ≥ i} m p_(j)/j`
/// over the `m` that are defined, in ascending order.
///
/// # Example
/// ```
/// # use palenque_metrics::null::benjamini_hochberg;
/// let q = benjamini_hochberg(&[Some(0.01), None, Some(0.04), Some(0.03)]);
/// assert_eq!(q, [Some(0.03), None, Some(0.04), Some(0.04)]);
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> =
        p.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let m = order.len() as f64;
    let mut q = vec![None; p.len()];
    let mut least = 1.0_f64;
    for (rank, (i, p)) in order.into_iter().enumerate().rev() {
        least = least.min(m * p / (rank as f64 + 1.0));
        q[i] = Some(least);
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_far_counts_on_its_side_and_on_both() {
        let place = Place::of(3.0, &mut [1.0, 2.0, 3.0, 2.0]);
        // Mean 2; one value of four is as high, all are as low, two are as far away.
        assert_eq!((place.mean, place.p_upper, place.p_lower), (2.0, 0.4, 1.0));
        assert!((place.p_two_sided - 0.6).abs() < 1e-15);
        assert!((place.sd - 0.5_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn what_never_varies_has_no_deviation() {
        let place = Place::of(0.3, &mut [0.1 + 0.2, 0.3, 0.3]);
        assert!(place.sd.abs() < f64::MIN_POSITIVE);
        assert!((place.p_two_sided - 1.0).abs() < 1e-15);
    }
}
