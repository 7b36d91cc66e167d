//! Numbers as text: an exact quick path for short decimals, the standard library for the rest, and the words
//! for what is no number.

use crate::digits;
use crate::policy::Policy;

/// The whole numbers up to this one are all floating-point numbers.
const EXACT: u64 = 1 << 53;
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NumberStyle {
    pub(crate) decimal_comma: bool,
    pub(crate) thousands: Option<char>,
}

/// What a cell of a number column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    /// A number; whether it is a whole number that had to be rounded.
    Number(f64, bool),
    /// Nothing, or one of the words for nothing.
    Missing,
    /// Something else.
    Bad,
}

impl NumberStyle {
    /// As the policy says.
    pub(crate) fn of(policy: &Policy) -> Self {
        Self { decimal_comma: policy.decimal_comma, thousands: policy.thousands }
    }

    /// Reads the cell `text[start..end]`: as [`NumberStyle::read`], quicker where more text follows.
    #[inline]
    pub(crate) fn read_within(self, text: &[u8], start: usize, end: usize) -> Cell {
        if self == Self::default()
            && let Some(x) = decimal_within(text, start, end)
        {
            return Cell::Number(x, false);
        }
        self.read(&text[start..end])
    }

    /// Reads a cell; blanks around the number do not matter.
    pub(crate) fn read(self, text: &[u8]) -> Cell {
        if self == Self::default()
            && let Some(x) = short_decimal(text)
        {
            return Cell::Number(x, false);
        }
        let Ok(text) = std::str::from_utf8(text) else { return Cell::Bad };
        let text = text.trim_matches([' ', '\t']);
        if is_missing(text) {
            return Cell::Missing;
        }
        match self.plain(text) {
            Some(plain) => read_plain(&plain),
            None => Cell::Bad,
        }
    }

    /// The text with a decimal point and without thousands separators, if they stand where they should.
    fn plain(self, text: &str) -> Option<std::borrow::Cow<'_, str>> {
        if self == Self::default() {
            return Some(text.into());
        }
        let point = if self.decimal_comma { ',' } else { '.' };
        let (whole, fraction) = match text.split_once(point) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let mut plain = String::with_capacity(text.len());
        match self.thousands {
            Some(mark) if whole.contains(mark) => {
                let digits = whole.trim_start_matches(['+', '-']);
                let mut groups = digits.split(mark);
                let first = groups.next()?;
                let is_group = |g: &str| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit());
                let whole_groups = groups.all(is_group);
                if first.is_empty() || first.len() > 3 || !whole_groups {
                    return None;
                }
                plain.extend(whole.chars().filter(|&c| c != mark));
            }
            _ => plain.push_str(whole),
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        // A point where the comma is the decimal mark is not one.
        let points = if self.decimal_comma { whole.matches('.').count() } else { 0 };
        (points == 0 || self.thousands == Some('.')).then_some(plain.into())
    }
}

/// Up to eight digits, and after a point up to eight more, if the result is exact (see [`short_decimal`]).
#[inline]
fn decimal_within(text: &[u8], start: usize, end: usize) -> Option<f64> {
    let first = digits::word(text, start)?;
    let len = end - start;
    let point = (digits::bytes_equal(first, b'.').trailing_zeros() / 8) as usize;
    if point >= len {
        return digits::number(first, len).map(|whole| whole as f64);
    }
    let whole = digits::number(first, point)?;
    let decimals = len - point - 1;
    let fraction = digits::number(digits::word(text, start + point + 1)?, decimals)?;
    let digits = whole
        * [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000][decimals]
        + fraction;
    (digits <= EXACT).then(|| digits as f64 / POWERS[decimals])
}

/// Digits with at most one point among them, if the result is exact: the digits make a whole number below 2^53
/// and the power of ten is one too, so a single division rounds correctly (Clinger 1990).
fn short_decimal(text: &[u8]) -> Option<f64> {
    if text.is_empty() || text.len() > 17 {
        return None;
    }
    let (mut digits, mut point, mut n) = (0_u64, None, 0_usize);
    for (i, &b) in text.iter().enumerate() {
        let digit = b.wrapping_sub(b'0');
        if digit < 10 {
            digits = digits * 10 + u64::from(digit);
            n += 1;
        } else if b == b'.' && point.is_none() {
            point = Some(i);
        } else {
            return None;
        }
    }
    if n == 0 || digits > EXACT {
        return None;
    }
    let decimals = point.map_or(0, |at| text.len() - 1 - at);
    Some(if decimals == 0 { digits as f64 } else { digits as f64 / POWERS[decimals] })
}

/// A decimal number in the form of the standard library, without its words for infinity and NaN.
fn read_plain(text: &str) -> Cell {
    let is_part = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E');
    if !text.bytes().all(is_part) {
        return Cell::Bad;
    }
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Cell::Number(x, is_rounded(text, x)),
        _ => Cell::Bad,
    }
}

/// Whether a whole number above 2^53 lost digits.
fn is_rounded(text: &str, x: f64) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    digits.len() > 15
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.trim_start_matches('0') != format!("{:.0}", x.abs())
}

/// The words that statistical offices and programs write for a missing value.
pub(crate) fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 12] =
        ["", "NA", "N/A", "n/a", "na", "#N/A", "null", "NULL", "None", "-", "..", "."];
    WORDS.contains(&text) || matches!(text, ":" | "…" | "–" | "—")
}

/// What is wrong with a cell that is not a number: the code, what it means, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) id: &'static str,
    pub(crate) note: Option<String>,
    pub(crate) help: &'static str,
}

/// Names the fault of a cell that [`NumberStyle::read`] refused.
pub(crate) fn fault(raw: &str) -> Fault {
    let text = raw.trim();
    let lower = text.to_ascii_lowercase();
    let word = lower.trim_start_matches(['+', '-']);
    let fault = |id, note: Option<&str>, help| Fault { id, note: note.map(Into::into), help };
    if matches!(word, "nan" | "inf" | "infinity") {
        let help = "write a number, or leave the cell empty and pass `--missing-weight 0|1|drop`";
        return fault("E0406", None, help);
    }
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => {
            let note = "it has a point, where a decimal comma was asked for";
            let help = "add `--thousands .` if points stand between thousands, or leave `--decimal comma` away";
            return fault("E0304", Some(note), help);
        }
        Ok(_) => {
            let note = "the largest number of double precision is about 1.8e308";
            return fault(
                "E0408",
                Some(note),
                "write the flows in a larger unit, such as millions",
            );
        }
        Err(_) => {}
    }
    if word.starts_with("0x") {
        let note = "it looks hexadecimal, which is not read";
        return fault("E0303", Some(note), "write the number in decimal digits");
    }
    if text.contains('%') {
        let note = "a percentage needs its total to be a flow";
        return fault("E0304", Some(note), "write flows as plain numbers, without `%`");
    }
    let digits = text.chars().any(char::is_numeric);
    if digits && text.starts_with('(') && text.ends_with(')') {
        let note = "parentheses are the accounting way to write a negative number";
        return fault("E0304", Some(note), "write `-100` for `(100)`; see `--negative` for flows");
    }
    if digits && text.ends_with('-') {
        let note = "a minus sign behind the number is the accounting way to write a negative one";
        return fault("E0304", Some(note), "write the minus sign before the digits");
    }
    if digits && let Some(fault) = strange_character(text) {
        return fault;
    }
    if digits && let Some(fault) = separators(text) {
        return fault;
    }
    let help = "write a number, or leave the cell empty and pass `--missing-weight 0|1|drop`";
    fault("E0303", None, help)
}

/// Currency signs, other digits, other minus signs, spaces that are not blanks.
fn strange_character(text: &str) -> Option<Fault> {
    let is_currency =
        |&c: &char| matches!(c, '$' | '€' | '£' | '¥' | '₹' | '¢' | '\u{20a0}'..='\u{20cf}');
    let strange = |&c: &char| !c.is_ascii() || c == ' ';
    let c = text.chars().find(is_currency).or_else(|| text.chars().find(strange))?;
    let (what, help) = match c {
        c if is_currency(&c) => {
            ("a currency sign", "write plain numbers and name the currency with `--unit`")
        }
        ' ' => ("a blank between digits", "add `--thousands ' '`"),
        '\u{a0}' => ("U+00A0 NO-BREAK SPACE", "add `--thousands nbsp`"),
        '\u{202f}' => ("U+202F NARROW NO-BREAK SPACE", "add `--thousands` with that character"),
        '\u{2009}' => ("U+2009 THIN SPACE", "add `--thousands` with that character"),
        '\u{2212}' => ("U+2212 MINUS SIGN", "write the minus sign of the keyboard, `-`"),
        '\u{ff0d}' => ("U+FF0D FULLWIDTH HYPHEN-MINUS", "write ordinary digits and signs"),
        '\u{ff10}'..='\u{ff19}' | '\u{ff0e}' | '\u{ff0c}' => {
            ("full-width digits or marks", "write ordinary digits, `0` to `9`")
        }
        '\u{2019}' => ("U+2019 RIGHT SINGLE QUOTATION MARK", "add `--thousands ’`"),
        c if c.is_numeric() => ("digits of another script", "write ordinary digits, `0` to `9`"),
        _ => return None,
    };
    Some(Fault { id: "E0304", note: Some(format!("it contains {what}")), help })
}

/// Commas, points and apostrophes that are not decimal points.
fn separators(text: &str) -> Option<Fault> {
    let body = text.trim_start_matches(['+', '-']);
    let is_mark = |c: char| matches!(c, ',' | '.' | '\'' | '_');
    if !body.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
        let letters = body.trim_matches(|c: char| c.is_ascii_digit() || is_mark(c) || c == ' ');
        let currency = letters.len() == 3 && letters.bytes().all(|b| b.is_ascii_uppercase());
        return currency.then(|| Fault {
            id: "E0304",
            note: Some(format!("it contains the currency code `{letters}`")),
            help: "write plain numbers and name the currency with `--unit`",
        });
    }
    let last = body.rfind(is_mark)?;
    let (mark, count) = (body[last..].chars().next()?, body.matches(is_mark).count());
    let grouped = body.len() - last == 4;
    let (note, help) = match mark {
        ',' if body.contains('.') => (
            "it has a decimal comma and points between thousands",
            "add `--decimal comma --thousands .`",
        ),
        ',' if count > 1 => ("it has commas between thousands", "add `--thousands ,`"),
        ',' if grouped => (
            "the comma may stand before decimals or between thousands",
            "add `--decimal comma` or `--thousands ,`, whichever it is",
        ),
        ',' => ("it has a decimal comma", "add `--decimal comma`"),
        '.' if body.contains(',') => ("it has commas between thousands", "add `--thousands ,`"),
        '.' if body.contains('\'') => {
            ("it has apostrophes between thousands", "add `--thousands \\'`")
        }
        '.' => ("it has points between thousands", "add `--decimal comma --thousands .`"),
        '\'' => ("it has apostrophes between thousands", "add `--thousands \\'`"),
        _ => ("it has underscores between digits", "add `--thousands _`"),
    };
    Some(Fault { id: "E0304", note: Some(note.into()), help })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str, decimal_comma: bool, thousands: Option<char>) -> Cell {
        NumberStyle { decimal_comma, thousands }.read(text.as_bytes())
    }

    #[test]
    fn odd_but_sound_numbers_are_read() {
        for (text, x) in [("+1.5E+03", 1500.0), (".5", 0.5), ("5.", 5.0), (" 7 ", 7.0), ("-0", 0.0)]
        {
            assert_eq!(number(text, false, None), Cell::Number(x, false), "{text}");
        }
        assert_eq!(
            number("9007199254740993", false, None),
            Cell::Number(9_007_199_254_740_992.0, true)
        );
        assert_eq!(
            number("9007199254740994", false, None),
            Cell::Number(9_007_199_254_740_994.0, false)
        );
    }

    #[test]
    fn local_writing_is_read_only_when_asked_for() {
        let (comma, both) = (number("10,5", true, None), number("1.234,50", true, Some('.')));
        assert_eq!([comma, both], [Cell::Number(10.5, false), Cell::Number(1234.5, false)]);
        assert_eq!(number("1,234.5", false, Some(',')), Cell::Number(1234.5, false));
        for text in ["10,5", "1.234,50", "1,234.5", "(100)", "12%", "0x10", "1e400", "NaN", "1 200"]
        {
            assert_eq!(number(text, false, None), Cell::Bad, "{text}");
        }
        for text in ["1.5", "12,34", "1,2345.0", ",123", "1.234,50"] {
            let style = if text == "1.5" { (true, None) } else { (false, Some(',')) };
            let read = number(text, style.0, style.1);
            assert_eq!(read, Cell::Bad, "{text}");
        }
    }

    #[test]
    fn faults_are_named() {
        let code = |text| fault(text).id;
        let e0304 =
            ["10,5", "1.234,50", "12%", "(100)", "1\u{a0}200", "$5", "5 MXN", "１２", "100-"];
        for text in e0304 {
            assert_eq!(code(text), "E0304", "{text}");
        }
        assert_eq!(["0x10", "abc", "--1"].map(code), ["E0303"; 3]);
        assert_eq!([code("NaN"), code("-inf"), code("1e400")], ["E0406", "E0406", "E0408"]);
        // Refused only where a decimal comma was asked for.
        assert_eq!(["1.234", "12.500", "1.5e3"].map(code), ["E0304"; 3]);
        assert!(fault("1.234,50 €").note.is_some_and(|n| n.contains("a currency sign")));
        assert!(fault("10,5").help.contains("--decimal comma"));
        assert!(fault("1,234.50").help.contains("--thousands ,"));
        assert!(fault("1\u{a0}200").note.is_some_and(|n| n.contains("U+00A0")));
    }

    proptest! {
        #[test]
        fn the_quick_path_is_the_exact_one(whole in 0_u64..1 << 60, decimals in 0_usize..22) {
            let digits = format!("{whole:0>width$}", width = decimals + 1);
            let text = format!("{}.{}", &digits[..digits.len() - decimals], &digits[digits.len() - decimals..]);
            let line = format!("{text},next line");
            if let Some(x) = decimal_within(line.as_bytes(), 0, text.len()) {
                prop_assert_eq!(x.to_bits(), text.parse::<f64>().expect("digits").to_bits());
            }
            if let Some(x) = short_decimal(text.as_bytes()) {
                prop_assert_eq!(x.to_bits(), text.parse::<f64>().expect("digits").to_bits());
            }
        }

        #[test]
        fn a_cell_within_a_line_is_the_cell_alone(text in "[0-9.+e-]{0,12}") {
            let line = format!("{text},next line");
            let within = NumberStyle::default().read_within(line.as_bytes(), 0, text.len());
            prop_assert_eq!(within, number(&text, false, None));
        }

        #[test]
        fn any_text_is_judged_without_a_panic(text in "\\PC{0,12}") {
            if number(&text, false, None) == Cell::Bad {
                prop_assert!(!fault(&text).help.is_empty());
            }
        }
    }
}
