//! Columns of the types that polars is built without: narrow whole numbers and decimal numbers.
//!
//! Each such type would make the data-frame library longer to build. The layer below it, which decodes files to
//! arrays, knows them all.

use super::{RawColumn, RawValues};
use crate::Decimal;
use polars::prelude::{ArrowDataType, ArrowField, PolarsResult};
use polars_arrow::array::{Array, PrimitiveArray};
use polars_arrow::io::ipc::read::{FileReader, read_file_metadata};
use polars_arrow::types::NativeType;
use polars_parquet::read::{BasicDecompressor, FileMetadata, PageReader, column_iter_to_arrays};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

type Arrays = Vec<Box<dyn Array>>;

/// Whether a type is read here.
pub(super) fn is_narrow(kind: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    matches!(
        kind,
        T::Int8 | T::Int16 | T::UInt16 | T::Decimal(..) | T::Decimal32(..) | T::Decimal64(..)
    )
}

/// Reads one column of a Parquet file.
pub(super) fn parquet(
    mut file: &File,
    metadata: &FileMetadata,
    field: &ArrowField,
) -> PolarsResult<RawColumn> {
    let mut arrays = Arrays::new();
    for group in &metadata.row_groups {
        let Some(mut chunks) = group.columns_under_root_iter(&field.name) else { continue };
        let Some(chunk) = chunks.next() else { continue };
        let range = chunk.byte_range();
        file.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        file.take(range.end - range.start).read_to_end(&mut bytes)?;
        let pages = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), usize::MAX);
        let pages = vec![BasicDecompressor::new(pages, Vec::new())];
        let types = vec![&chunk.descriptor().descriptor.primitive_type];
        arrays.extend(column_iter_to_arrays(pages, types, field.clone(), None)?.0);
    }
    Ok(column(field, &arrays))
}

/// Reads some columns of an Arrow file, by position.
pub(super) fn arrow(
    mut file: &File,
    fields: &[(usize, ArrowField)],
) -> PolarsResult<Vec<RawColumn>> {
    file.rewind()?;
    let metadata = read_file_metadata(&mut file)?;
    let positions = fields.iter().map(|(at, _)| *at).collect();
    let mut columns: Vec<Arrays> = vec![Arrays::new(); fields.len()];
    for batch in FileReader::new(file, metadata, Some(positions), None) {
        for (column, array) in columns.iter_mut().zip(batch?.into_arrays()) {
            column.push(array);
        }
    }
    Ok(fields.iter().zip(&columns).map(|((_, field), arrays)| column(field, arrays)).collect())
}

fn column(field: &ArrowField, arrays: &[Box<dyn Array>]) -> RawColumn {
    use ArrowDataType as T;
    let values = match field.dtype {
        T::Int8 => whole::<i8>(arrays),
        T::Int16 => whole::<i16>(arrays),
        T::UInt16 => whole::<u16>(arrays),
        T::Decimal(_, scale) | T::Decimal32(_, scale) | T::Decimal64(_, scale) => {
            // A scale beyond 38 digits is none of a decimal number of 128 bits.
            let scale = u8::try_from(scale).unwrap_or(u8::MAX);
            let decimal = |unscaled| Decimal { unscaled, scale };
            let mut values: Vec<Option<Decimal>> = Vec::new();
            for array in arrays {
                values.extend(cells::<i128>(array.as_ref()).map(|x| x.map(decimal)));
                values.extend(cells::<i64>(array.as_ref()).map(|x| x.map(|x| decimal(x.into()))));
                values.extend(cells::<i32>(array.as_ref()).map(|x| x.map(|x| decimal(x.into()))));
            }
            RawValues::Decimal(values)
        }
        _ => RawValues::Text(Vec::new()),
    };
    RawColumn { name: field.name.to_string(), values }
}

fn whole<T: NativeType + Into<i64>>(arrays: &[Box<dyn Array>]) -> RawValues {
    let cells = arrays.iter().flat_map(|array| cells::<T>(array.as_ref()));
    RawValues::I64(cells.map(|x| x.map(Into::into)).collect())
}

/// The cells of an array of this type; none of another.
fn cells<T: NativeType>(array: &dyn Array) -> impl Iterator<Item = Option<T>> + '_ {
    let array = array.as_any().downcast_ref::<PrimitiveArray<T>>();
    array.into_iter().flat_map(|array| array.iter().map(Option::<&T>::copied))
}
