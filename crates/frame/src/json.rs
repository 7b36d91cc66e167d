//! Tables to JSON: an array of records, one a line.

use palenque_graph::Table;
use palenque_graph::table::Values;
use std::io::{self, Write};

const BUFFER: usize = 1 << 16;

pub(crate) fn write(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::with_capacity(BUFFER + 4096);
    text.push(b'[');
    for row in 0..table.n_rows() {
        text.extend_from_slice(if row == 0 { b"\n{" } else { b",\n{" });
        for (i, column) in table.columns().iter().enumerate() {
            if i > 0 {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, column.spec.name)?;
            text.push(b':');
            cell(&column.values, row, &mut text)?;
        }
        text.push(b'}');
        if text.len() >= BUFFER {
            out.write_all(&text)?;
            text.clear();
        }
    }
    text.extend_from_slice(if table.n_rows() == 0 { b"]\n" } else { b"\n]\n" });
    out.write_all(&text)
}

fn cell(values: &Values, row: usize, text: &mut Vec<u8>) -> io::Result<()> {
    if values.is_null(row) {
        return text.write_all(b"null");
    }
    match values {
        Values::F64(v) => write!(text, "{:?}", v[row]),
        Values::I64(v) => Ok(serde_json::to_writer(text, &v[row])?),
        Values::Bool(v) => Ok(serde_json::to_writer(text, &v[row])?),
        Values::Text(v) => Ok(serde_json::to_writer(text, &v[row])?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::table::{Column, ColumnSpec, TableId, Unit};

    fn table(columns: Vec<(&'static str, Values)>) -> Table {
        let column = |(name, values): (&'static str, Values)| {
            let spec = ColumnSpec { name, kind: values.kind(), unit: Unit::None, meaning: "" };
            Column::new(&spec, values)
        };
        Table::new(TableId::NetworkSummary, columns.into_iter().map(column).collect())
    }

    #[test]
    fn records_keep_order_types_and_gaps() {
        let table = table(vec![
            ("id", Values::Text(vec![Some("a\"\u{1}\n".into()), None])),
            ("x", Values::F64(vec![2.0, f64::NAN])),
            ("n", Values::I64(vec![None, Some(-3)])),
            ("ok", Values::Bool(vec![Some(true), Some(false)])),
        ]);
        let mut out = Vec::new();
        write(&table, &mut out).expect("memory does not refuse");
        let expected = "[\n{\"id\":\"a\\\"\\u0001\\n\",\"x\":2.0,\"n\":null,\"ok\":true},\n\
                        {\"id\":null,\"x\":null,\"n\":-3,\"ok\":false}\n]\n";
        assert_eq!(std::str::from_utf8(&out), Ok(expected));
        let parsed: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(parsed[0]["id"], "a\"\u{1}\n");
    }

    #[test]
    fn no_rows_are_an_empty_array() {
        let mut out = Vec::new();
        write(&table(vec![("x", Values::F64(vec![]))]), &mut out).expect("memory does not refuse");
        assert_eq!(out, b"[]\n");
    }
}
