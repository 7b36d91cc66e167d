//! Numbers as people read them: thin spaces between thousands, SI prefixes, no more digits than mean something.

pub(crate) const THIN_SPACE: char = '\u{2009}';
const MINUS: char = '−';

/// A number with a fixed count of decimals and thin spaces between thousands.
pub(crate) fn grouped(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits.as_str(), None),
    };
    let mut shown = String::new();
    if value < 0.0 && digits.bytes().any(|b| b.is_ascii_digit() && b != b'0') {
        shown.push(MINUS);
    }
    for (i, digit) in whole.chars().enumerate() {
        let left = whole.len() - i;
        if i > 0 && left.is_multiple_of(3) && whole.len() > 4 {
            shown.push(THIN_SPACE);
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// A number with about three significant digits: `0.0213`, `1.52`, `4120`, `12 031`, `1.23 M`, `3.4×10⁻⁷`.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        return scientific(value, 2);
    }
    if size >= 999_999.5 {
        let (divisor, prefix) = prefix_of(size * (1.0 + 5e-4));
        let scaled = value / divisor;
        let decimals = decimals_for(scaled.abs(), 3);
        return format!("{}{THIN_SPACE}{prefix}", trimmed(&grouped(scaled, decimals)));
    }
    trimmed(&grouped(value, decimals_for(size, 3)))
}

/// Numbers that stand below each other: with equal decimals where their sizes allow it.
pub(crate) fn aligned(values: &[f64]) -> Vec<String> {
    let sizes = || values.iter().map(|x| x.abs()).filter(|x| *x > 0.0);
    let (least, most) = sizes().fold((f64::INFINITY, 0.0_f64), |(l, m), x| (l.min(x), m.max(x)));
    if least < 1e-4 || most >= 999_999.5 || most > 2e3 * least {
        return values.iter().map(|x| short(*x)).collect();
    }
    let decimals = decimals_for(most, 3).max(decimals_for(least, 2));
    let is_whole = values.iter().all(|x| x.fract() == 0.0);
    values.iter().map(|x| grouped(*x, if is_whole { 0 } else { decimals })).collect()
}

/// The SI prefix for a large number and what it stands for.
pub(crate) fn prefix_of(size: f64) -> (f64, &'static str) {
    match size {
        s if s >= 1e12 => (1e12, "T"),
        s if s >= 1e9 => (1e9, "G"),
        s if s >= 1e6 => (1e6, "M"),
        _ => (1.0, ""),
    }
}

/// Mantissa and power of ten: `3.4×10⁻⁷`.
pub(crate) fn scientific(value: f64, digits: usize) -> String {
    let shown = format!("{:.*e}", digits.saturating_sub(1), value.abs());
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let sign = if value < 0.0 { "−" } else { "" };
    let power = superscript(exponent);
    match trimmed(mantissa).as_str() {
        "1" => format!("{sign}10{power}"),
        mantissa => format!("{sign}{mantissa}×10{power}"),
    }
}

/// A share as a percentage, that is `0 %` and `100 %` only when it is: `12 %`, `0.4 %`, `<0.1 %`, `99.9 %`.
pub(crate) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let shown = match value {
        v if v > 0.0 && v < 0.05 => "<0.1".to_owned(),
        v if (99.95..100.0).contains(&v) => ">99.9".to_owned(),
        v if (0.05..0.95).contains(&v) || (99.5..99.95).contains(&v) => grouped(v, 1),
        v => grouped(v, 0),
    };
    format!("{shown}{THIN_SPACE}%")
}

/// A count.
pub(crate) fn count(n: usize) -> String {
    grouped(n as f64, 0)
}

/// A count with its noun: `1 firm`, `12 firms`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// How many decimals show this many significant digits.
fn decimals_for(size: f64, significant: i32) -> usize {
    let magnitude = size.log10().floor() as i32;
    usize::try_from((significant - 1 - magnitude).clamp(0, 12)).unwrap_or(0)
}

/// Without zeros at the end of the decimals.
fn trimmed(digits: &str) -> String {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        digits.to_owned()
    }
}

fn superscript(exponent: &str) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = exponent.chars().map(|c| match c.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    });
    raised.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let shown = |x: f64| short(x).replace(THIN_SPACE, "_");
        assert_eq!(shown(0.0), "0");
        assert_eq!(shown(0.021_34), "0.0213");
        assert_eq!(shown(1.518_15), "1.52");
        assert_eq!(shown(100.0), "100");
        assert_eq!(shown(4120.5), "4120");
        assert_eq!(shown(12_031.0), "12_031");
        assert_eq!(shown(999_999.0), "999_999");
        assert_eq!(shown(999_999.9), "1_M");
        assert_eq!(shown(1_234_567.0), "1.23_M");
        assert_eq!(shown(-4.5e9), "−4.5_G");
        assert_eq!(shown(999_999_999.0), "1_G");
        assert_eq!(shown(3.4e-7), "3.4×10⁻⁷");
        assert_eq!(shown(1e20), "10²⁰");
        assert_eq!(shown(f64::MAX), "1.8×10³⁰⁸");
    }

    #[test]
    fn numbers_below_each_other_have_equal_decimals() {
        assert_eq!(aligned(&[0.0775, 0.06]), ["0.0775", "0.0600"]);
        assert_eq!(aligned(&[17.0, 3.0, 0.0]), ["17", "3", "0"]);
        assert_eq!(aligned(&[2e6, 0.5]), ["2\u{2009}M", "0.5"]);
    }

    #[test]
    fn shares_and_counts_read_well() {
        assert_eq!(percent(0.124), "12\u{2009}%");
        assert_eq!(percent(0.0042), "0.4\u{2009}%");
        assert_eq!(percent(0.0), "0\u{2009}%");
        assert_eq!(percent(0.0001), "<0.1\u{2009}%");
        assert_eq!(percent(0.998), "99.8\u{2009}%");
        assert_eq!(percent(0.999_999), ">99.9\u{2009}%");
        assert_eq!(percent(1.0), "100\u{2009}%");
        assert_eq!(count(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(counted(1, "firm", "firms"), "1 firm");
        assert_eq!(grouped(-0.001, 2), "0.00", "no minus before zero");
    }
}
