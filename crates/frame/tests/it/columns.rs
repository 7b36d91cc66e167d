//! Parquet and Arrow files: of other types than palenque writes, and damaged.

use crate::tables::many;
use palenque_frame::{
    ColumnFile, CsvStyle, Decimal, FrameError, RawValues, TableFormat, read_columns, write_table,
};
use polars::prelude::*;
use polars_arrow::array::{Array, PrimitiveArray, Utf8ViewArray};
use polars_arrow::io::ipc::write::{FileWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;
use std::fs::File;
use std::io::{Cursor, Seek, Write};
use std::sync::Arc;

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for a small file");
    file.rewind().expect("a file can be rewound");
    file
}

fn both(frame: &DataFrame) -> [(ColumnFile, File); 2] {
    let (mut parquet, mut arrow) = (Vec::new(), Cursor::new(Vec::new()));
    ParquetWriter::new(&mut parquet).finish(&mut frame.clone()).expect("memory does not refuse");
    IpcWriter::new(&mut arrow).finish(&mut frame.clone()).expect("memory does not refuse");
    [(ColumnFile::Parquet, file_of(&parquet)), (ColumnFile::Arrow, file_of(arrow.get_ref()))]
}

#[test]
fn numbers_of_any_width_and_dictionaries_are_read() {
    let text = Column::new("c".into(), ["a", "b", "a"]);
    let dictionary = text.cast(&DataType::from_categories(Categories::global())).expect("text");
    let frame = df!(
        "i32" => [1_i32, -2, 3],
        "u32" => [1_u32, 2, u32::MAX],
        "u64" => [1_u64, 2, 1 << 62],
        "f32" => [0.5_f32, f32::NAN, f32::INFINITY],
        "none" => [None::<&str>, None, None],
    )
    .and_then(|frame| frame.hstack(&[dictionary]))
    .expect("columns of one length");
    for (kind, file) in both(&frame) {
        let columns = read_columns(&file, kind).expect("types that are read");
        let value = |name: &str| {
            &columns.iter().find(|c| c.name == name).expect("every column is read").values
        };
        assert_eq!(value("i32"), &RawValues::I64(vec![Some(1), Some(-2), Some(3)]));
        assert_eq!(
            value("u32"),
            &RawValues::I64(vec![Some(1), Some(2), Some(i64::from(u32::MAX))])
        );
        assert_eq!(value("u64"), &RawValues::I64(vec![Some(1), Some(2), Some(1 << 62)]));
        assert_eq!(format!("{:?}", value("f32")), "F64([Some(0.5), Some(NaN), Some(inf)])");
        assert_eq!(value("none"), &RawValues::Text(vec![None, None, None]));
        let texts = ["a", "b", "a"].map(|t| Some(t.into()));
        assert_eq!(value("c"), &RawValues::Text(texts.into()));
    }
}

#[test]
fn narrow_and_decimal_columns_stand_where_the_file_has_them() {
    let decimals = PrimitiveArray::from([Some(-125_i128), None]).to(ArrowDataType::Decimal(9, 1));
    let texts = Utf8ViewArray::from_slice([Some("a"), None]);
    let arrays: Vec<Box<dyn Array>> = vec![
        PrimitiveArray::from([Some(-128_i8), None]).boxed(),
        texts.boxed(),
        PrimitiveArray::from([Some(u16::MAX), Some(0)]).boxed(),
        decimals.boxed(),
        PrimitiveArray::from([None, Some(i16::MIN)]).boxed(),
    ];
    let fields = arrays.iter().enumerate().map(|(at, array)| {
        let name: PlSmallStr = format!("c{at}").into();
        (name.clone(), ArrowField::new(name, array.dtype().clone(), true))
    });
    let schema: Arc<ArrowSchema> = Arc::new(fields.collect());
    let options = WriteOptions { compression: None };
    let mut writer = FileWriter::new(Vec::new(), Arc::clone(&schema), None, options);
    writer.start().expect("memory does not refuse");
    for _ in 0..2 {
        let batch = RecordBatchT::new(2, Arc::clone(&schema), arrays.clone());
        writer.write(&batch, None).expect("memory does not refuse");
    }
    writer.finish().expect("memory does not refuse");
    let columns = read_columns(&file_of(&writer.into_inner()), ColumnFile::Arrow).expect("read");
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["c0", "c1", "c2", "c3", "c4"]);
    let twice = |values: [Option<i64>; 2]| RawValues::I64([values, values].concat());
    assert_eq!(columns[0].values, twice([Some(-128), None]));
    assert_eq!(columns[2].values, twice([Some(65_535), Some(0)]));
    assert_eq!(columns[4].values, twice([None, Some(-32_768)]));
    let decimals = [Some(Decimal { unscaled: -125, scale: 1 }), None];
    assert_eq!(columns[3].values, RawValues::Decimal([decimals, decimals].concat()));
    assert_eq!(columns[1].values.len(), 4);
}

#[test]
fn other_types_are_refused_by_name() {
    let list = Column::new("tags".into(), [Series::new("".into(), [1_i32, 2])]);
    let bytes = Column::new("blob".into(), [b"\xff".as_slice()]);
    for (column, name) in [(list, "tags"), (bytes, "blob")] {
        let frame = DataFrame::new_infer_height(vec![column]).expect("one column");
        for (kind, file) in both(&frame) {
            match read_columns(&file, kind) {
                Err(FrameError::ColumnType { column, .. }) => assert_eq!(column, name),
                other => panic!("{kind:?} {name}: {other:?}"),
            }
        }
    }
    let frame = df!("u64" => [u64::MAX]).expect("one column");
    for (kind, file) in both(&frame) {
        let error = read_columns(&file, kind).expect_err("does not fit").to_string();
        assert_eq!(error, "column `u64` holds a whole number above 9223372036854775807");
    }
}

#[test]
fn a_cut_or_changed_parquet_file_never_panics() {
    let mut whole = Vec::new();
    write_table(&many(500), TableFormat::Parquet, CsvStyle::default(), &mut whole)
        .expect("memory does not refuse");
    for end in (0..whole.len()).step_by(199) {
        let result = read_columns(&file_of(&whole[..end]), ColumnFile::Parquet);
        assert!(result.is_err(), "cut at {end}");
    }
    for at in (0..whole.len()).step_by(199) {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        // It may pass unnoticed inside a page; it may not end the process.
        let _ = read_columns(&file_of(&changed), ColumnFile::Parquet);
    }
}

#[test]
fn what_is_no_column_file_is_damaged() {
    for kind in [ColumnFile::Parquet, ColumnFile::Arrow] {
        for bytes in [b"".as_slice(), b"PAR1", b"source,target\na,b\n", b"PAR1\xff\xff\xff\x7fPAR1"]
        {
            let error = read_columns(&file_of(bytes), kind).expect_err("refused");
            assert!(matches!(error, FrameError::Damaged { .. }), "{kind:?}: {error}");
        }
    }
}
