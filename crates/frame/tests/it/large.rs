//! Tables longer than one batch.

use crate::tables::{many, spec};
use palenque_frame::{ColumnFile, CsvStyle, RawValues, TableFormat, read_columns, write_table};
use palenque_graph::table::{Column, Kind, Table, TableId, Values};
use std::io::Seek;

#[test]
fn rows_keep_their_order_across_batches() {
    let n = 600_000;
    let numbers = Values::I64((0..n).map(Some).collect());
    let table = Table::new(TableId::EdgeMetrics, vec![Column::new(&spec("n", Kind::I64), numbers)]);
    for (format, kind) in
        [(TableFormat::Parquet, ColumnFile::Parquet), (TableFormat::Arrow, ColumnFile::Arrow)]
    {
        let mut file = tempfile::tempfile().expect("a temporary file");
        write_table(&table, format, CsvStyle::default(), &mut file).expect("room for 5 MB");
        file.rewind().expect("a file can be rewound");
        let columns = read_columns(&file, kind).expect("our own file");
        assert_eq!(columns[0].values, RawValues::I64((0..n).map(Some).collect()));
    }
}

#[test]
fn a_table_without_rows_keeps_its_columns() {
    for (format, kind) in
        [(TableFormat::Parquet, ColumnFile::Parquet), (TableFormat::Arrow, ColumnFile::Arrow)]
    {
        let mut file = tempfile::tempfile().expect("a temporary file");
        write_table(&many(0), format, CsvStyle::default(), &mut file).expect("room");
        file.rewind().expect("a file can be rewound");
        let columns = read_columns(&file, kind).expect("our own file");
        assert_eq!(columns.len(), 4);
        assert!(columns.iter().all(|c| c.values.is_empty()));
    }
    let mut csv = Vec::new();
    write_table(&many(0), TableFormat::Csv, CsvStyle::default(), &mut csv).expect("room");
    assert_eq!(csv, b"node_id,pagerank,in_degree,essential\n");
}
