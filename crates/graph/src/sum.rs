//! Sums that keep what a naive sum would round away.

/// A running sum in Neumaier's manner: what each addition rounds away is added up beside it and put back at the end.
///
/// Flows of one economy may span thirty orders of magnitude (`W0411`); a naive sum then loses the small ones
/// wholly. The error of this sum is about one rounding of the result, however many terms there are, as long as
/// they have one sign. The result depends on the order of adding, so callers add in a fixed order.
///
/// # Source
/// Neumaier (1974), after Kahan (1965); the rounding error of an addition is found as by Knuth (1969).
///
/// # Example
/// ```
/// use palenque_graph::CompensatedSum;
///
/// let sum: CompensatedSum = [1e16, 1.0, 1.0].into_iter().collect();
/// assert_eq!(sum.value(), 1e16 + 2.0); // a naive sum says 1e16
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CompensatedSum {
    sum: f64,
    rounded_away: f64,
}

impl CompensatedSum {
    /// Adds a term.
    pub fn add(&mut self, term: f64) {
        // Knuth's two-sum: exact and without a branch.
        let sum = self.sum + term;
        let term_added = sum - self.sum;
        self.rounded_away += (self.sum - (sum - term_added)) + (term - term_added);
        self.sum = sum;
    }

    /// The sum so far. Infinite if it ever overflowed.
    #[must_use]
    pub fn value(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.rounded_away } else { self.sum }
    }
}

impl FromIterator<f64> for CompensatedSum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Self {
        let mut sum = Self::default();
        for term in terms {
            sum.add(term);
        }
        sum
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these sums are exact")]
mod tests {
    use super::*;

    fn sum(terms: &[f64]) -> f64 {
        terms.iter().copied().collect::<CompensatedSum>().value()
    }

    #[test]
    fn small_terms_survive_large_ones() {
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum(&[0.1; 10]), 1.0); // a naive sum says 0.999…9
    }

    #[test]
    fn overflow_is_infinite_and_not_nan() {
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[f64::MAX, f64::MAX, 1.0]), f64::INFINITY);
        assert_eq!(sum(&[]), 0.0);
    }
}
