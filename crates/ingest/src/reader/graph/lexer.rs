//! The tokens of a JSON text, each with its place. Objects and arrays are walked without recursion.

use crate::source::Refusal;
use palenque_graph::diagnostic::shown;
use std::borrow::Cow;

/// How deep brackets may be nested.
const DEPTH: usize = 128;

/// A JSON text, read from its beginning to its end.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Up to where lines were counted, the line there, and where it begins.
    counted: usize,
    line: u64,
    line_start: usize,
    depth: usize,
}

/// A value, or the beginning of one.
pub(super) enum Value<'a> {
    Object,
    Array,
    Text(Cow<'a, str>),
    /// A number as it is written.
    Number(&'a str),
    Bool(bool),
    Null,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, counted: 0, line: 1, line_start: 0, depth: 0 }
    }

    /// The line of what comes next.
    pub(super) fn line(&mut self) -> u64 {
        self.blank();
        self.place(self.at).0
    }

    fn place(&mut self, at: usize) -> (u64, u64) {
        if let Some(passed) = self.text.as_bytes().get(self.counted..at) {
            self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
            if let Some(last) = memchr::memrchr(b'\n', passed) {
                self.line_start = self.counted + last + 1;
            }
            self.counted = at;
        }
        let before = self.text.get(self.line_start..at).map_or(0, |text| text.chars().count());
        (self.line, before as u64 + 1)
    }

    /// E0610 at a place.
    fn broken(&mut self, at: usize, why: &str) -> Refusal {
        self.refused(
            at,
            format!("the file is not JSON: {why}"),
            "write the file again; is it cut off?",
        )
    }

    fn refused(&mut self, at: usize, what: String, help: &str) -> Refusal {
        let (line, column) = self.place(at);
        Refusal::new("E0610", what, help).on_line(line).at_column(column)
    }

    fn blank(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().take_while(|b| is_blank(b)).count();
    }

    fn peek(&mut self) -> Option<u8> {
        self.blank();
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, mark: u8) -> Result<(), Refusal> {
        if self.peek() == Some(mark) {
            self.at += 1;
            return Ok(());
        }
        Err(self.found_other(&format!("`{}` is missing", char::from(mark))))
    }

    fn found_other(&mut self, why: &str) -> Refusal {
        match self.text[self.at..].chars().next() {
            Some(c) => {
                let why = format!("{why} before `{}`", shown(&c.to_string()));
                self.broken(self.at, &why)
            }
            None => self.broken(self.at, "it ends too early"),
        }
    }

    /// The next value, or its beginning: an object's keys or an array's items follow.
    pub(super) fn value(&mut self) -> Result<Value<'a>, Refusal> {
        let start = {
            self.blank();
            self.at
        };
        match self.peek() {
            Some(b'{') => self.deeper().map(|()| Value::Object),
            Some(b'[') => self.deeper().map(|()| Value::Array),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let rest = &self.text[start..];
                for (word, value) in [
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                    ("null", Value::Null),
                ] {
                    if rest.starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                for word in ["NaN", "Infinity"] {
                    if rest.starts_with(word) {
                        return Err(self.not_finite(start, word));
                    }
                }
                Err(self.found_other("a value is missing"))
            }
        }
    }

    fn not_finite(&mut self, at: usize, word: &str) -> Refusal {
        let help = "write `null`, or leave the attribute out; Python: `allow_nan=False` finds it";
        self.refused(at, format!("`{word}` is not JSON"), help)
    }

    fn deeper(&mut self) -> Result<(), Refusal> {
        self.depth += 1;
        if self.depth > DEPTH {
            let (line, _) = self.place(self.at);
            let what = format!("brackets are nested deeper than {DEPTH}");
            let help = "write the file again: a graph needs about five";
            return Err(Refusal::new("E0607", what, help).on_line(line));
        }
        self.at += 1;
        Ok(())
    }

    /// The next key of an object that was begun; none at its end.
    pub(super) fn key(&mut self, is_first: &mut bool) -> Result<Option<Cow<'a, str>>, Refusal> {
        if !self.more(b'}', is_first)? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return Err(self.found_other("a key in quotes is missing"));
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// Whether an array that was begun has one more item.
    pub(super) fn item(&mut self, is_first: &mut bool) -> Result<bool, Refusal> {
        self.more(b']', is_first)
    }

    fn more(&mut self, end: u8, is_first: &mut bool) -> Result<bool, Refusal> {
        if self.peek() == Some(end) {
            self.at += 1;
            self.depth = self.depth.saturating_sub(1);
            return Ok(false);
        }
        if !std::mem::take(is_first) {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Passes over the rest of a value that was begun.
    pub(super) fn skip(&mut self, value: &Value<'a>) -> Result<(), Refusal> {
        let mut open: Vec<(bool, bool)> = match value {
            Value::Object => vec![(true, true)],
            Value::Array => vec![(false, true)],
            _ => return Ok(()),
        };
        while let Some((is_object, is_first)) = open.last_mut() {
            let goes_on =
                if *is_object { self.key(is_first)?.is_some() } else { self.item(is_first)? };
            if !goes_on {
                open.pop();
                continue;
            }
            match self.value()? {
                Value::Object => open.push((true, true)),
                Value::Array => open.push((false, true)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The end of the text.
    pub(super) fn end(&mut self) -> Result<(), Refusal> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.broken(self.at, "text follows its end")),
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Refusal> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        let mut has_escapes = false;
        loop {
            match bytes.get(at) {
                None => return Err(self.broken(start, "the quote is not closed")),
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    at += 2;
                }
                Some(0..=0x1f) => {
                    return Err(self.broken(at, "a control character stands in a text"));
                }
                Some(_) => at += 1,
            }
        }
        self.at = at + 1;
        if !has_escapes {
            return Ok(self.text[start + 1..at].into());
        }
        // The escapes of a text in quotes are those of a JSON document of one text.
        let text: Result<String, _> = serde_json::from_str(&self.text[start..=at]);
        text.map(Cow::Owned).map_err(|_| self.broken(start, "an escape in a text is unknown"))
    }

    fn number(&mut self) -> Result<Value<'a>, Refusal> {
        let start = self.at;
        let rest = &self.text[start..];
        if rest.starts_with("-Infinity") {
            return Err(self.not_finite(start, "-Infinity"));
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let number = &rest[..len];
        if !is_number(number) {
            let why = format!("`{}` is not a number", shown(number));
            return Err(self.broken(start, &why));
        }
        self.at += len;
        Ok(Value::Number(number))
    }
}

/// Whether a text is a number as JSON writes it.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::Location;

    fn whole(text: &str) -> Result<(), Refusal> {
        let mut lexer = Lexer::new(text);
        let value = lexer.value()?;
        lexer.skip(&value)?;
        lexer.end()
    }

    #[test]
    fn what_serde_takes_is_taken_and_what_it_refuses_is_refused() {
        for text in [
            "{}",
            "[]",
            "[1,-0.5e+3,true,null,\"a\\n\\u00e9\\ud83d\\ude00\"]",
            " {\"a\" : [ { } ] }\n",
            "[1,]",
            "[01]",
            "[1.]",
            "[.5]",
            "[+1]",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "nul",
            "\"a",
            "[\"\\x\"]",
            "[\"\\ud83d\"]",
            "{} {}",
            "",
            "[\"\t\"]",
            "[1e]",
            "{a:1}",
            "[tru]",
            "\"\\",
        ] {
            let expected = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(whole(text).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_place_is_a_line_and_a_column() {
        let refused = whole("{\"é\":\n [1, NaN]}").expect_err("refused").at(Location::file("f"));
        let at = refused.location().expect("a place");
        assert_eq!((at.line, at.column, refused.id()), (Some(2), Some(6), "E0610"));
    }

    #[test]
    fn deep_brackets_end_at_a_limit() {
        assert_eq!(whole(&"[".repeat(100_000)).expect_err("refused").id, "E0607");
        assert!(whole(&("[".repeat(128) + &"]".repeat(128))).is_ok());
    }
}
