//! Numbers that tests make up networks from.

/// Numbers without a pattern, the same each time.
pub(crate) struct Draws(pub(crate) u32);

impl Draws {
    /// A number below `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % n
    }
}
