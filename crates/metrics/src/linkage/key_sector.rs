//! Key sectors.

use std::fmt;

/// What kind of sector a node is, by its linkages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyClass {
    /// Pulls and pushes more than the mean.
    Key,
    /// Pulls more than the mean.
    Backward,
    /// Pushes more than the mean.
    Forward,
    /// Neither.
    Weak,
}

impl fmt::Display for KeyClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "key",
            Self::Backward => "backward",
            Self::Forward => "forward",
            Self::Weak => "weak",
        })
    }
}

/// Within this distance of 1 an index counts as 1.
const EQUAL: f64 = 1e-12;

/// The class of every node by its backward and forward dispersion.
///
/// # Formula
/// `key` if `U_j > 1` and `U_i > 1`, `backward` or `forward` if only that one is, else `weak`. An index within 10⁻¹²
/// of 1 counts as 1, so a network where all are alike has no key sector.
/// # Source
/// Rasmussen (1956); Hazari (1970); with Ghosh forward linkages, Beyers (1976) and Jones (1976).
/// # Input and result
/// Two results of [`dispersion`](super::dispersion::dispersion), which are relative to the mean; totals that are not
/// would make every sector key. One class per node, in node order; `None` where an index is undefined.
/// # Cost
/// `O(n)` time and memory.
/// # Example
/// ```
/// # use palenque_metrics::linkage::key_sector::{KeyClass, key_classes};
/// let classes = key_classes(&[Some(0.8), Some(1.1), Some(1.1)], &[Some(1.2), Some(0.8), Some(1.0)]);
/// assert_eq!(classes, [KeyClass::Forward, KeyClass::Backward, KeyClass::Backward].map(Some));
/// ```
#[must_use]
pub fn key_classes(backward: &[Option<f64>], forward: &[Option<f64>]) -> Vec<Option<KeyClass>> {
    let above = |index: f64| index > 1.0 + EQUAL;
    let class = |backward: f64, forward: f64| match (above(backward), above(forward)) {
        (true, true) => KeyClass::Key,
        (true, false) => KeyClass::Backward,
        (false, true) => KeyClass::Forward,
        (false, false) => KeyClass::Weak,
    };
    backward.iter().zip(forward).map(|(b, f)| Some(class((*b)?, (*f)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_one_by_rounding_is_weak() {
        let nearly = Some(1.0 + f64::EPSILON);
        assert_eq!(key_classes(&[nearly, None], &[nearly, nearly]), [Some(KeyClass::Weak), None]);
    }
}
