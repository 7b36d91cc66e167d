//! The plotted data as a small table: CSV for files (RFC 4180, lines end with a line feed, numbers round-trip
//! exactly), JSON rows for Vega-Lite.

use serde_json::{Map, Value};

#[derive(Clone, Debug)]
enum Cell {
    Text(String),
    Number(Option<f64>),
    Count(usize),
}

/// A table that is being written, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Csv {
    names: Vec<&'static str>,
    cells: Vec<Cell>,
}

impl Csv {
    pub(crate) fn with_header(names: &[&'static str]) -> Self {
        Self { names: names.to_vec(), cells: Vec::new() }
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.cells.push(Cell::Text(value.to_owned()));
        self
    }

    /// A number; an undefined one is an empty cell.
    pub(crate) fn number(&mut self, value: impl Into<Option<f64>>) -> &mut Self {
        self.cells.push(Cell::Number(value.into().filter(|x| x.is_finite())));
        self
    }

    pub(crate) fn count(&mut self, value: usize) -> &mut Self {
        self.cells.push(Cell::Count(value));
        self
    }

    pub(crate) fn end_row(&mut self) {
        debug_assert!(self.cells.len().is_multiple_of(self.names.len()), "a row has every cell");
    }

    /// The text of the file.
    pub(crate) fn to_csv(&self) -> String {
        let mut out = self.names.join(",");
        out.push('\n');
        for row in self.cells.chunks(self.names.len()) {
            let cells: Vec<String> = row.iter().map(Cell::to_csv).collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
        out
    }

    /// One object a row, without what is empty.
    pub(crate) fn to_rows(&self) -> Value {
        let rows = self.cells.chunks(self.names.len()).map(|row| {
            let cells = self.names.iter().zip(row);
            let cells =
                cells.filter_map(|(name, cell)| Some(((*name).to_owned(), cell.to_json()?)));
            Value::Object(cells.collect::<Map<String, Value>>())
        });
        Value::Array(rows.collect())
    }
}

impl Cell {
    fn to_csv(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.map(|x| format!("{x:?}")).unwrap_or_default(),
            Self::Count(n) => n.to_string(),
        }
    }

    fn to_json(&self) -> Option<Value> {
        match self {
            Self::Text(text) => (!text.is_empty()).then(|| Value::from(text.as_str())),
            Self::Number(number) => number.map(Value::from),
            Self::Count(n) => Some(Value::from(*n)),
        }
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
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
        assert_eq!(csv.to_csv(), "id,x\n\"a,\"\"b\"\"\",0.1\n\" lead\",\nplain,1e300\n");
        assert_eq!(csv.to_rows()[1].to_string(), r#"{"id":" lead"}"#, "empty is absent");
    }
}
