//! Numbers of shortest paths, which outgrow a float: thirty layers of a thousand firms have 10^90 paths, and
//! long ladders have more than any `f64` holds.

/// A number of paths, and of dependencies per path.
pub(crate) trait PathCount: Copy + Send {
    const ZERO: Self;
    const ONE: Self;

    fn plus(self, other: Self) -> Self;

    /// `numerator / self`.
    fn divide(self, numerator: f64) -> Self;

    /// `self · other`, which is of ordinary size.
    fn times(self, other: Self) -> f64;

    /// Whether the number is too large to be divided by without loss.
    fn is_too_large(self) -> bool;
}

impl PathCount for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline]
    fn divide(self, numerator: f64) -> Self {
        numerator / self
    }

    #[inline]
    fn times(self, other: Self) -> f64 {
        self * other
    }

    #[inline]
    fn is_too_large(self) -> bool {
        self > 1e280
    }
}

/// `mantissa · 2^(512 · exponent)`, with a mantissa of 0 or between `2^-256` and `2^256`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Huge {
    mantissa: f64,
    exponent: i32,
}

const UP: f64 = f64::from_bits((1023 + 512) << 52);
const DOWN: f64 = f64::from_bits((1023 - 512) << 52);
const TOP: f64 = f64::from_bits((1023 + 256) << 52);
const BOTTOM: f64 = f64::from_bits((1023 - 256) << 52);

impl Huge {
    fn new(mantissa: f64, exponent: i32) -> Self {
        if mantissa >= TOP {
            Self { mantissa: mantissa * DOWN, exponent: exponent + 1 }
        } else if mantissa < BOTTOM && mantissa > 0.0 {
            Self { mantissa: mantissa * UP, exponent: exponent - 1 }
        } else {
            Self { mantissa, exponent }
        }
    }
}

impl PathCount for Huge {
    const ZERO: Self = Self { mantissa: 0.0, exponent: i32::MIN / 2 };
    const ONE: Self = Self { mantissa: 1.0, exponent: 0 };

    fn plus(self, other: Self) -> Self {
        let (large, small) =
            if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        match large.exponent - small.exponent {
            0 => Self::new(large.mantissa + small.mantissa, large.exponent),
            1 => Self::new(large.mantissa + small.mantissa * DOWN, large.exponent),
            _ => large, // the small one is below the last digit
        }
    }

    fn divide(self, numerator: f64) -> Self {
        Self::new(numerator / self.mantissa, -self.exponent)
    }

    fn times(self, other: Self) -> f64 {
        let product = self.mantissa * other.mantissa;
        match self.exponent + other.exponent {
            1 => product * UP,
            0 => product,
            -1 => product * DOWN,
            _ => 0.0, // never large, by contract
        }
    }

    fn is_too_large(self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_beyond_a_float_are_added_and_divided() {
        let mut count = Huge::ONE;
        for _ in 0..5000 {
            count = count.plus(count);
        }
        assert_eq!((count.mantissa, count.exponent), (1.0f64 * 2f64.powi(5000 - 512 * 10), 10));
        let found = vec![
            count.divide(3.0).times(count),
            count.plus(Huge::ONE).times(count.divide(1.0)),
            Huge::ZERO.plus(Huge::ONE).times(Huge::ONE),
            Huge::ZERO.plus(Huge::ZERO).times(Huge::ONE),
        ];
        assert_eq!(found, [3.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn ordinary_counts_are_as_floats() {
        for (a, b) in [(1.0, 3.0), (7.0, 1e80), (1e150, 1e150)] {
            let [ha, hb] = [a, b].map(|x| Huge::ONE.divide(x));
            let sum = ha.plus(hb);
            let expected: f64 = a + b;
            assert!((sum.divide(expected).times(Huge::ONE) - 1.0).abs() < 1e-15);
        }
    }
}
