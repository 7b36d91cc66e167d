//! Decimal numbers as files of columns hold them.

use std::fmt;

/// A decimal number: `unscaled` divided by ten to the power of `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// All its digits, as a whole number.
    pub unscaled: i128,
    /// How many of them stand behind the point.
    pub scale: u8,
}

impl Decimal {
    /// The nearest double, and whether it has all digits: whether it reads the same when it is written with as many
    /// places.
    ///
    /// # Example
    /// ```
    /// use palenque_frame::Decimal;
    ///
    /// assert_eq!(Decimal { unscaled: 1010, scale: 2 }.nearest(), (10.1, true));
    /// let long = Decimal { unscaled: 9_007_199_254_740_993, scale: 0 };
    /// assert_eq!(long.nearest(), (9_007_199_254_740_992.0, false));
    /// ```
    #[must_use]
    pub fn nearest(self) -> (f64, bool) {
        let text = self.padded();
        let x: f64 = text.parse().unwrap_or(f64::NAN);
        let written = format!("{x:.places$}", places = self.scale.into());
        (x, written.trim_start_matches('-') == text.trim_start_matches('-'))
    }

    /// All its digits, with the zeros at its end.
    fn padded(self) -> String {
        let scale = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.unscaled.unsigned_abs(), width = scale + 1);
        let (whole, places) = digits.split_at(digits.len() - scale);
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let point = if places.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{places}")
    }
}

impl fmt::Display for Decimal {
    /// Without zeros at the end of the places.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.padded();
        let text =
            if self.scale > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_with_the_digits_they_have() {
        let text = |unscaled, scale| Decimal { unscaled, scale }.to_string();
        assert_eq!([text(1250, 2), text(-5, 2), text(700, 2)], ["12.5", "-0.05", "7"]);
        assert_eq!([text(700, 0), text(0, 3), text(12, 5)], ["700", "0", "0.00012"]);
        assert_eq!(text(i128::MIN, 38), "-1.70141183460469231731687303715884105728");
    }

    #[test]
    fn doubles_that_lose_digits_are_told() {
        let exact = |unscaled, scale| Decimal { unscaled, scale }.nearest().1;
        assert!(exact(10, 2) && exact(-123_456_789_012_345, 2) && exact(1 << 60, 0));
        assert!(!exact(123_456_789_012_345_678_901, 2));
        assert!(!exact((1 << 60) + 1, 0));
    }
}
