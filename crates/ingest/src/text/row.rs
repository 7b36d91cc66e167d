//! One row of delimited text into fields, by RFC 4180: a field is quoted if it *begins* with a quote.

use memchr::{memchr, memchr_iter, memchr2};

/// What separates what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grammar {
    pub(crate) delimiter: u8,
    pub(crate) line_end: u8,
    /// Before a quote inside quotes, beside doubling.
    pub(crate) escape: Option<u8>,
    /// At the start of a line that is no row.
    pub(crate) comment: Option<u8>,
}

/// The quote; others exist, and no file of records was ever seen that needs them.
pub(crate) const QUOTE: u8 = b'"';

/// Where a field stands and what is to be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) form: Form,
}

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Plain,
    /// Between quotes, nothing to undo inside.
    Quoted,
    /// Between quotes, with doubled or escaped quotes inside.
    Escaped,
    /// A closing quote is followed by more text.
    TextAfterQuote,
}

/// What a stretch of text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A row; the next one begins here.
    Row(usize),
    /// No row: a blank line or a comment; the next one begins here.
    Nothing(usize),
    /// A row that is not over at the end of the text; where its open quote is, if one is open.
    Cut(Option<usize>),
}

impl Grammar {
    /// Splits the row that begins at `at`. `last` says that the text ends here, so that its end also ends a line.
    pub(crate) fn next(self, text: &[u8], at: usize, last: bool, fields: &mut Vec<Field>) -> Next {
        fields.clear();
        let line = &text[at..];
        if self.comment.is_some_and(|c| line.first() == Some(&c)) {
            return match memchr(self.line_end, line) {
                Some(end) => Next::Nothing(at + end + 1),
                None if last => Next::Nothing(text.len()),
                None => Next::Cut(None),
            };
        }
        let mut start = at;
        loop {
            if text.get(start) == Some(&QUOTE) {
                match self.quoted(text, start, last) {
                    Quoted::Open if last => {
                        let end = text.len();
                        fields.push(Field { start: start + 1, end, form: Form::Quoted });
                        return Next::Cut(Some(start));
                    }
                    Quoted::Open => return Next::Cut(Some(start)),
                    Quoted::Closed { field, then } => {
                        fields.push(field);
                        match self.after(text, then, last) {
                            After::Field(next) => start = next,
                            After::Row(next) => return Next::Row(next),
                            After::Cut => return Next::Cut(None),
                        }
                    }
                }
                continue;
            }
            let found = memchr2(self.delimiter, self.line_end, &text[start..]);
            let Some(end) = found.map(|i| start + i).or(last.then_some(text.len())) else {
                return Next::Cut(None);
            };
            if text.get(end) == Some(&self.delimiter) {
                fields.push(Field { start, end, form: Form::Plain });
                start = end + 1;
                continue;
            }
            let next = text.len().min(end + 1);
            let end = self.without_return(text, start, end);
            if fields.is_empty() && end == start {
                return Next::Nothing(next);
            }
            fields.push(Field { start, end, form: Form::Plain });
            return Next::Row(next);
        }
    }

    /// What ends a field of a text without quotes.
    pub(crate) fn marks(self) -> [u8; 2] {
        [self.delimiter, self.line_end]
    }

    /// The end of a line's last field: a carriage return before the line feed is part of the line end.
    pub(crate) fn without_return(self, text: &[u8], start: usize, end: usize) -> usize {
        let returns = self.line_end == b'\n' && end > start && text[end - 1] == b'\r';
        end - usize::from(returns)
    }

    /// The end of the last whole row of a text that goes on, or where the quote is that keeps it open.
    pub(crate) fn last_row_end(self, text: &[u8]) -> Result<usize, Option<usize>> {
        if memchr(QUOTE, text).is_none() {
            return memchr::memrchr(self.line_end, text).map(|i| i + 1).ok_or(None);
        }
        let (mut at, mut fields) = (0, Vec::new());
        loop {
            match self.next(text, at, false, &mut fields) {
                Next::Row(next) | Next::Nothing(next) if next < text.len() => at = next,
                Next::Row(next) | Next::Nothing(next) => return Ok(next),
                Next::Cut(open) if at == 0 => return Err(open),
                Next::Cut(_) => return Ok(at),
            }
        }
    }

    /// How many line ends there are.
    pub(crate) fn count_lines(self, text: &[u8]) -> u64 {
        memchr_iter(self.line_end, text).count() as u64
    }

    fn quoted(self, text: &[u8], open: usize, last: bool) -> Quoted {
        let mut form = Form::Quoted;
        let mut at = open + 1;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let found = match self.escape {
                Some(escape) => memchr2(QUOTE, escape, rest),
                None => memchr(QUOTE, rest),
            };
            let Some(close) = found.map(|i| at + i) else { return Quoted::Open };
            let following = text.get(close + 1);
            if text[close] != QUOTE || following == Some(&QUOTE) {
                // An escape with whatever it escapes, or a doubled quote.
                form = Form::Escaped;
                at = close + 2;
                continue;
            }
            if following.is_none() && !last {
                return Quoted::Open;
            }
            let field = Field { start: open + 1, end: close, form };
            return match following {
                None => Quoted::Closed { field, then: close + 1 },
                Some(&b) if b == self.delimiter || b == self.line_end => {
                    Quoted::Closed { field, then: close + 1 }
                }
                Some(b'\r') if matches!(text.get(close + 2), None | Some(b'\n')) => {
                    Quoted::Closed { field, then: close + 1 }
                }
                Some(_) => {
                    let rest = &text[close + 1..];
                    let end = memchr2(self.delimiter, self.line_end, rest);
                    let end = end.map_or(text.len(), |i| close + 1 + i);
                    let field = Field { start: open, end, form: Form::TextAfterQuote };
                    Quoted::Closed { field, then: end }
                }
            };
        }
    }

    fn after(self, text: &[u8], then: usize, last: bool) -> After {
        let then = then + usize::from(self.line_end == b'\n' && text.get(then) == Some(&b'\r'));
        match text.get(then) {
            Some(&b) if b == self.delimiter => After::Field(then + 1),
            Some(_) => After::Row(then + 1),
            None if last => After::Row(text.len()),
            None => After::Cut,
        }
    }
}

enum Quoted {
    Open,
    Closed { field: Field, then: usize },
}

enum After {
    Field(usize),
    Row(usize),
    Cut,
}

/// The text between quotes as it was meant.
pub(crate) fn unescaped(text: &str, escape: Option<u8>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escapes = escape.is_some_and(|e| c == char::from(e));
        if escapes || (c == '"' && rest.peek() == Some(&'"')) {
            out.extend(rest.next().or(escapes.then_some(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Grammar =
        Grammar { delimiter: b',', line_end: b'\n', escape: None, comment: Some(b'#') };

    fn rows(text: &str, grammar: Grammar) -> Vec<Vec<String>> {
        let (mut at, mut fields, mut rows) = (0, Vec::new(), Vec::new());
        while at < text.len() {
            at = match grammar.next(text.as_bytes(), at, true, &mut fields) {
                Next::Nothing(next) => next,
                Next::Cut(_) => text.len(),
                Next::Row(next) => {
                    let field = |f: &Field| match f.form {
                        Form::Escaped => unescaped(&text[f.start..f.end], grammar.escape),
                        _ => text[f.start..f.end].to_owned(),
                    };
                    rows.push(fields.iter().map(field).collect());
                    next
                }
            };
        }
        rows
    }

    #[test]
    fn rows_as_rfc_4180_has_them() {
        let text = "a,b\r\n\"a \"\"b\"\"\",\"x\ny\"\r\n\n#no,row\n,\nlast,";
        let expected: [&[&str]; 4] = [&["a", "b"], &["a \"b\"", "x\ny"], &["", ""], &["last", ""]];
        assert_eq!(rows(text, CSV), expected);
    }

    #[test]
    fn quotes_that_do_not_open_a_field_are_letters() {
        assert_eq!(rows("5\" pipe,a \"b\" c\nx,y\n", CSV), [["5\" pipe", "a \"b\" c"], ["x", "y"]]);
        assert_eq!(rows("\"a\"b,c\n", CSV), [["\"a\"b", "c"]]);
        let escaping = Grammar { escape: Some(b'\\'), ..CSV };
        assert_eq!(rows("\"a \\\"b\\\" c\",d\n", escaping), [["a \"b\" c", "d"]]);
    }

    #[test]
    fn rows_end_only_outside_quotes() {
        assert_eq!(CSV.last_row_end(b"a,b\nc,d\ne"), Ok(8));
        assert_eq!(CSV.last_row_end(b"a,b\n\"c\nd\",e"), Ok(4));
        assert_eq!(CSV.last_row_end(b"x,\"c\nd,e"), Err(Some(2)));
        assert_eq!(CSV.last_row_end(b"abc"), Err(None));
        assert_eq!(CSV.last_row_end(b"\"a\"\n\"b\""), Ok(4));
        assert_eq!(CSV.last_row_end(b"5\" pipe,a\nb,c\n"), Ok(14));
    }
}
