//! Quotients that may be undefined.

use palenque_graph::table::Status;

/// `a / b`, or nothing where that is undefined.
pub(crate) fn ratio(a: f64, b: f64) -> Option<f64> {
    Some(a / b).filter(|quotient| quotient.is_finite())
}

/// `a / b`, or that its denominator is zero.
pub(crate) fn ratio_or_status(a: f64, b: f64) -> Result<f64, Status> {
    ratio(a, b).ok_or(Status::ZeroDenominator)
}

/// How many of `n` nodes, as a share; of none there is none.
pub(crate) fn share_of_nodes(count: usize, n: usize) -> Result<f64, Status> {
    if n == 0 { Err(Status::InsufficientN) } else { Ok(count as f64 / n as f64) }
}
