//! What is written reads back.

use crate::tables::{Row, spec, table};
use palenque_frame::{
    ColumnFile, CsvStyle, RawColumn, RawValues, TableFormat, read_columns, read_stream, read_table,
    read_table_with, to_frame, write_stream, write_table,
};
use palenque_graph::table::{Column, Kind, Table, TableId, Values};
use proptest::prelude::*;
use std::fs::File;
use std::io::{Seek, Write};

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let id = prop::option::of(prop_oneof![".{0,12}", "[,\"\n\r ='@-]{0,6}", Just(String::new())]);
    let finite = prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO;
    let row = (id, prop::option::of(finite), any::<Option<i64>>(), any::<Option<bool>>());
    prop::collection::vec(row, 0..40)
}

fn bytes(table: &Table, format: TableFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_table(table, format, CsvStyle::default(), &mut bytes).expect("memory does not refuse");
    bytes
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for a small file");
    file.rewind().expect("a file can be rewound");
    file
}

/// A table's columns as a reader gives them.
fn raw(table: &Table) -> Vec<RawColumn> {
    let values = |values: &Values| match values {
        Values::Text(v) => RawValues::Text(v.clone()),
        Values::F64(v) => RawValues::F64(v.iter().map(|x| (!x.is_nan()).then_some(*x)).collect()),
        Values::I64(v) => RawValues::I64(v.clone()),
        Values::Bool(v) => RawValues::Bool(v.clone()),
    };
    let column = |c: &Column| RawColumn { name: c.spec.name.into(), values: values(&c.values) };
    table.columns().iter().map(column).collect()
}

/// Bits and not values: −0 is kept, and NaN, which stands for a gap, equals itself here.
fn assert_same(a: &Table, b: &Table) {
    assert_eq!(format!("{:?}", raw(a)), format!("{:?}", raw(b)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv(rows in rows()) {
        let table = table(rows);
        let known = |name: &str| table.column(name).map(|c| c.spec);
        let csv = bytes(&table, TableFormat::Csv);
        let back = read_table_with(table.id(), &csv, &known).expect("our own file");
        assert_same(&back, &table);
        prop_assert_eq!(csv, bytes(&back, TableFormat::Csv));
    }

    #[test]
    fn csv_with_guessed_types_is_written_back_to_the_same_bytes(rows in rows()) {
        let csv = bytes(&table(rows), TableFormat::Csv);
        let back = read_table(TableId::NodeMetrics, &csv).expect("our own file");
        prop_assert_eq!(bytes(&back, TableFormat::Csv), csv);
    }

    #[test]
    fn any_text_is_a_table_or_an_error(text in "[a,\"\n\r1.é]{0,30}") {
        if let Ok(table) = read_table(TableId::NodeMetrics, text.as_bytes()) {
            bytes(&table, TableFormat::Csv);
        }
    }

    #[test]
    fn column_files(rows in rows()) {
        let table = table(rows);
        for (format, kind) in
            [(TableFormat::Parquet, ColumnFile::Parquet), (TableFormat::Arrow, ColumnFile::Arrow)]
        {
            let back = read_columns(&file_of(&bytes(&table, format)), kind).expect("our own file");
            prop_assert_eq!(format!("{back:?}"), format!("{:?}", raw(&table)));
        }
    }

    #[test]
    fn stream(rows in rows()) {
        let columns = raw(&table(rows));
        let mut bytes = Vec::new();
        write_stream(&columns, &mut bytes).expect("memory does not refuse");
        let back = read_stream(&mut bytes.as_slice()).expect("our own stream");
        prop_assert_eq!(format!("{back:?}"), format!("{columns:?}"));
    }

    #[test]
    fn json(rows in rows()) {
        let table = table(rows);
        let records: Vec<serde_json::Value> =
            serde_json::from_slice(&bytes(&table, TableFormat::Json)).expect("our own file");
        prop_assert_eq!(records.len(), table.n_rows());
        for (row, record) in records.iter().enumerate() {
            prop_assert_eq!(record["node_id"].as_str(), table.text("node_id", row));
            // serde_json, as built here, reads floats to within one unit of the last place.
            let (a, b) = (record["pagerank"].as_f64(), table.number("pagerank", row));
            prop_assert_eq!(a.is_some(), b.is_some());
            let near = |(a, b): (f64, f64)| (a - b).abs() <= 1e-15 * b.abs() + f64::MIN_POSITIVE;
            prop_assert!(a.zip(b).is_none_or(near), "{:?} {:?}", a, b);
            prop_assert_eq!(record["in_degree"].is_null(), table.number("in_degree", row).is_none());
        }
    }

    #[test]
    fn frame(rows in rows()) {
        let table = table(rows);
        let frame = to_frame(&table).expect("finite numbers");
        prop_assert_eq!(frame.shape(), (table.n_rows(), table.columns().len()));
        for column in table.columns() {
            let series = frame.column(column.spec.name).expect("every column");
            let gaps = (0..table.n_rows()).filter(|&row| column.values.is_null(row)).count();
            prop_assert_eq!(series.null_count(), gaps);
        }
    }
}

#[test]
fn infinity_is_refused_in_every_format() {
    let mut column = Column::new(&spec("x", Kind::F64), Values::F64(vec![1.0]));
    column.values = Values::F64(vec![1.0, f64::NEG_INFINITY]);
    let table = Table::new(TableId::NodeMetrics, vec![column]);
    for &format in TableFormat::ALL {
        let error = write_table(&table, format, CsvStyle::default(), &mut Vec::new());
        let message = error.expect_err("refused").to_string();
        assert_eq!(message, "column `x`, row 1: the number is infinite");
    }
    assert!(to_frame(&table).is_err());
}

#[test]
fn formats_have_names() {
    for &format in TableFormat::ALL {
        assert_eq!(TableFormat::named(&format.to_string()), Some(format));
    }
    assert_eq!(TableFormat::named("xls"), None);
}
