//! From a quantity to a whole number.

/// The whole part of what cannot be negative; 0 of what is.
#[expect(clippy::cast_sign_loss, reason = "a quantity; below 0 it becomes 0")]
pub(crate) fn floor(x: f64) -> usize {
    x.floor() as usize
}
