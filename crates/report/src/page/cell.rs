//! Numbers in the cells of tables. `template/page.js` writes them the same way, under the same names.

use crate::number::{grouped, scientific};
use palenque_graph::table::{Column, Unit, Values};

/// Digits of a number that stands for itself.
const SIGNIFICANT: u8 = 5;
/// Most decimals of a column.
const MOST_DECIMALS: i32 = 6;

/// How many decimals the numbers of a column share, so that their points stand below each other: as many as give
/// the middle one four digits. `None` where the rows measure different things, so that each number stands for itself.
pub(super) fn decimals(column: &Column) -> Option<u8> {
    let Values::F64(values) = &column.values else { return Some(0) };
    if column.spec.unit == Unit::None {
        return None;
    }
    let mut sizes: Vec<f64> =
        values.iter().map(|x| x.abs()).filter(|&x| x.is_finite() && x > 0.0).collect();
    if sizes.iter().all(|x| x.fract() == 0.0) {
        return Some(0);
    }
    let middle = sizes.len() / 2;
    let (_, median, _) = sizes.select_nth_unstable_by(middle, f64::total_cmp);
    u8::try_from((3 - median.log10().floor() as i32).clamp(0, MOST_DECIMALS)).ok()
}

/// A number with the decimals of its column. One that they would leave fewer than two digits, and any number without
/// decimals given, is written with digits of its own.
pub(super) fn shown(x: f64, decimals: Option<u8>) -> String {
    unbroken(&match decimals {
        Some(d) if x == 0.0 || x.abs() >= 10_f64.powi(1 - i32::from(d)) => grouped(x, d.into()),
        Some(_) => general(x, 2),
        None => general(x, SIGNIFICANT),
    })
}

/// A count, with its thousands set apart.
pub(super) fn count(n: u64) -> String {
    unbroken(&grouped(n as f64, 0))
}

/// A whole number, with its thousands set apart.
pub(super) fn whole(n: i64) -> String {
    unbroken(&grouped(n as f64, 0))
}

/// A number with at most so many digits, with an exponent where it is very large or small.
fn general(x: f64, significant: u8) -> String {
    let rounded = format!("{x:.*e}", usize::from(significant - 1));
    let exponent: i32 = rounded.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if !(-5..15).contains(&exponent) {
        return scientific(x, significant.into());
    }
    let decimals = usize::try_from(i32::from(significant) - 1 - exponent).unwrap_or(0);
    let number = grouped(x, decimals);
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        number
    }
}

/// With spaces at which no line is broken.
fn unbroken(number: &str) -> String {
    number.replace('\u{2009}', "\u{202f}")
}

/// The number rounded to six significant digits.
pub(super) fn rounded(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::table::{ColumnSpec, Kind};

    fn column(unit: Unit, values: &[f64]) -> Column {
        let spec = ColumnSpec { name: "x", kind: Kind::F64, unit, meaning: "" };
        Column::new(&spec, Values::F64(values.to_vec()))
    }

    #[test]
    fn a_column_shares_the_decimals_that_give_its_middle_number_four_digits() {
        assert_eq!(decimals(&column(Unit::One, &[0.5, 0.012, 0.9, f64::NAN])), Some(4));
        assert_eq!(decimals(&column(Unit::Currency, &[1200.5, 90_000.0, 3.25])), Some(0));
        assert_eq!(decimals(&column(Unit::Currency, &[3.0, 4.0, 0.0])), Some(0));
        assert_eq!(decimals(&column(Unit::One, &[1e-12])), Some(6));
        assert_eq!(decimals(&column(Unit::One, &[f64::NAN])), Some(0));
        assert_eq!(decimals(&column(Unit::None, &[300.0, 0.0132])), None);
    }

    #[test]
    fn numbers_keep_two_digits_even_in_a_column_of_larger_ones() {
        assert_eq!(shown(0.012_345, Some(4)), "0.0123");
        assert_eq!(shown(0.000_023_45, Some(4)), "0.000023");
        assert_eq!(shown(2.3e-9, Some(4)), "2.3×10⁻⁹");
        assert_eq!(shown(0.0, Some(4)), "0.0000");
        assert_eq!(shown(-1_234_567.8, Some(0)), "\u{2212}1\u{202f}234\u{202f}568");
    }

    #[test]
    fn numbers_that_stand_for_themselves_are_as_short_as_they_can_be() {
        let all = [300.0, 0.0132, 123_456.0, 2.124_722, 1e-7, 1e20, 0.0, -0.5, 99_999.96];
        let text: Vec<_> = all.iter().map(|&x| shown(x, None)).collect();
        let expected = [
            "300",
            "0.0132",
            "123\u{202f}456",
            "2.1247",
            "10⁻⁷",
            "10²⁰",
            "0",
            "−0.5",
            "100\u{202f}000",
        ];
        assert_eq!(text, expected);
    }

    #[test]
    fn six_digits_are_enough_to_draw_the_same_page() {
        assert_eq!(rounded(0.123_456_789).to_string(), "0.123457");
        assert_eq!(rounded(-98_765_432.1).to_string(), "-98765400");
    }
}
