//! The plotted data as CSV (RFC 4180, lines end with a line feed, numbers round-trip exactly).

use std::fmt::Write as _;

/// A CSV that is being written.
#[derive(Debug)]
pub(crate) struct Csv {
    out: String,
    at_start: bool,
}

impl Csv {
    pub(crate) fn with_header(names: &[&str]) -> Self {
        let mut csv = Self { out: String::new(), at_start: true };
        for name in names {
            csv.text(name);
        }
        csv.end_row();
        csv
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.separate();
        if value.contains([',', '"', '\n', '\r']) || value.trim() != value {
            let _ = write!(self.out, "\"{}\"", value.replace('"', "\"\""));
        } else {
            self.out.push_str(value);
        }
        self
    }

    /// A number; an undefined one is an empty cell.
    pub(crate) fn number(&mut self, value: impl Into<Option<f64>>) -> &mut Self {
        self.separate();
        if let Some(value) = value.into().filter(|x| x.is_finite()) {
            let _ = write!(self.out, "{value:?}");
        }
        self
    }

    pub(crate) fn count(&mut self, value: usize) -> &mut Self {
        self.separate();
        let _ = write!(self.out, "{value}");
        self
    }

    pub(crate) fn end_row(&mut self) {
        self.out.push('\n');
        self.at_start = true;
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn separate(&mut self) {
        if !self.at_start {
            self.out.push(',');
        }
        self.at_start = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut csv = Csv::with_header(&["id", "x"]);
        csv.text("a,\"b\"").number(0.1).end_row();
        csv.text(" lead").number(None).end_row();
        csv.text("plain").number(1e300).end_row();
        assert_eq!(csv.finish(), "id,x\n\"a,\"\"b\"\"\",0.1\n\" lead\",\nplain,1e300\n");
    }
}
