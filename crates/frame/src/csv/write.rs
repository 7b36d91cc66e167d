//! Tables to CSV.

use crate::CsvStyle;
use palenque_graph::Table;
use palenque_graph::table::Values;
use std::io::{self, Write};

/// Text is gathered up to this many bytes before it is handed on.
const BUFFER: usize = 1 << 16;

pub(crate) fn write(table: &Table, style: CsvStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::with_capacity(BUFFER + 4096);
    if style.byte_order_mark {
        line.extend_from_slice("\u{feff}".as_bytes());
    }
    for (i, column) in table.columns().iter().enumerate() {
        separate(i, &mut line);
        field(column.spec.name, &mut line);
    }
    line.push(b'\n');
    for row in 0..table.n_rows() {
        for (i, column) in table.columns().iter().enumerate() {
            separate(i, &mut line);
            cell(&column.values, row, style, &mut line)?;
        }
        line.push(b'\n');
        if line.len() >= BUFFER {
            out.write_all(&line)?;
            line.clear();
        }
    }
    out.write_all(&line)
}

fn separate(i: usize, line: &mut Vec<u8>) {
    if i > 0 {
        line.push(b',');
    }
}

fn cell(values: &Values, row: usize, style: CsvStyle, line: &mut Vec<u8>) -> io::Result<()> {
    match values {
        Values::F64(v) if v[row].is_nan() => Ok(()),
        Values::F64(v) => write!(line, "{:?}", v[row]),
        Values::I64(v) => v[row].map_or(Ok(()), |x| write!(line, "{x}")),
        Values::Bool(v) => v[row].map_or(Ok(()), |x| write!(line, "{x}")),
        Values::Text(v) => {
            match v[row].as_deref() {
                None => {}
                Some("") => line.extend_from_slice(b"\"\""),
                Some(text) if style.spreadsheet_safe && looks_like_formula(text) => {
                    field(&format!("'{text}"), line);
                }
                Some(text) => field(text, line),
            }
            Ok(())
        }
    }
}

pub(crate) fn field(text: &str, line: &mut Vec<u8>) {
    if !text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

/// Whether spreadsheets may run this text when they open a file (OWASP, "CSV injection").
pub(crate) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::table::{Column, ColumnSpec, TableId, Unit};

    fn written(column: (&'static str, Values), style: CsvStyle) -> String {
        let (name, values) = column;
        let spec = ColumnSpec { name, kind: values.kind(), unit: Unit::None, meaning: "" };
        let table = Table::new(TableId::NodeMetrics, vec![Column::new(&spec, values)]);
        let mut out = Vec::new();
        write(&table, style, &mut out).expect("memory does not refuse");
        String::from_utf8(out).expect("UTF-8 in, UTF-8 out")
    }

    fn texts(texts: &[&str]) -> Values {
        Values::Text(texts.iter().map(|t| Some((*t).into())).collect())
    }

    #[test]
    fn floats_are_shortest_and_look_like_floats() {
        let values =
            Values::F64(vec![2.0, 0.1, 1e-7, 1e16, -0.5, f64::NAN, 123_456_789.25, 5e-324]);
        let csv = written(("x", values), CsvStyle::default());
        assert_eq!(csv, "x\n2.0\n0.1\n1e-7\n1e16\n-0.5\n\n123456789.25\n5e-324\n");
    }

    #[test]
    fn only_what_must_be_quoted_is_quoted() {
        let values =
            texts(&["plain", "a,b", "say \"x\"", "two\nlines", "", " spaced ", "007", "ü"]);
        let csv = written(("x", values), CsvStyle::default());
        let expected =
            "x\nplain\n\"a,b\"\n\"say \"\"x\"\"\"\n\"two\nlines\"\n\"\"\n spaced \n007\nü\n";
        assert_eq!(csv, expected);
    }

    #[test]
    fn missing_is_empty_and_empty_text_is_not_missing() {
        let values = Values::Text(vec![None, Some("".into())]);
        assert_eq!(written(("x", values), CsvStyle::default()), "x\n\n\"\"\n");
        let values = Values::Bool(vec![Some(true), None, Some(false)]);
        assert_eq!(written(("x", values), CsvStyle::default()), "x\ntrue\n\nfalse\n");
        let values = Values::I64(vec![Some(i64::MIN), None]);
        assert_eq!(written(("x", values), CsvStyle::default()), "x\n-9223372036854775808\n\n");
    }

    #[test]
    fn concessions_to_spreadsheets_are_made_on_request() {
        let style = CsvStyle { byte_order_mark: true, spreadsheet_safe: true };
        let csv = written(("x", texts(&["=1+1", "-a", "a-b", "@x,y"])), style);
        assert_eq!(csv, "\u{feff}x\n'=1+1\n'-a\na-b\n\"'@x,y\"\n");
        assert_eq!(written(("x", Values::F64(vec![-1.0])), style), "\u{feff}x\n-1.0\n");
    }
}
