//! Columns out of Parquet and Arrow files that others wrote.

mod narrow;

use crate::{Decimal, FrameError};
use polars::prelude::{
    ArrowDataType, ArrowField, ArrowSchema, Column, DataFrame, DataType, IpcReader, ParquetReader,
    PolarsError, PolarsResult, SerReader,
};
use std::any::Any;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A column-wise file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnFile {
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC file.
    Arrow,
}

impl ColumnFile {
    /// The format's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
        }
    }
}

/// The values of a column as the file has them; NaN and infinity are among the numbers if the file holds them.
#[derive(Clone, Debug, PartialEq)]
pub enum RawValues {
    /// Text.
    Text(Vec<Option<Box<str>>>),
    /// Floating-point numbers.
    F64(Vec<Option<f64>>),
    /// Whole numbers.
    I64(Vec<Option<i64>>),
    /// `true` or `false`.
    Bool(Vec<Option<bool>>),
    /// Decimal numbers.
    Decimal(Vec<Option<Decimal>>),
}

impl RawValues {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::F64(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::Decimal(v) => v.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct RawColumn {
    /// The name, as the file has it.
    pub name: String,
    /// The values, by row.
    pub values: RawValues,
}

/// Reads all columns of a file. Whole numbers and floats of any width become 64 bits wide, dictionary-encoded text
/// becomes text; a column of nulls is text without a value.
///
/// A damaged file is an error as far as the decoder notices; it is written for files that are what they say, and
/// a hostile one may make it take much memory or end the process. Untrusted files are therefore decoded in a
/// process of their own, which sends its columns by [`write_stream`](crate::write_stream).
///
/// # Errors
/// [`FrameError::Damaged`], [`FrameError::ColumnType`] for dates, lists, bytes and the like, and
/// [`FrameError::TooLarge`] for an unsigned number that does not fit.
pub fn read_columns(file: &File, kind: ColumnFile) -> Result<Vec<RawColumn>, FrameError> {
    let damaged = |why: String| FrameError::Damaged { format: kind.name(), why };
    let read = || match kind {
        ColumnFile::Parquet => parquet(file),
        ColumnFile::Arrow => arrow(file),
    };
    // The decoder asserts what a whole file would satisfy; what it held is dropped with the panic.
    let decoded = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(decoded)) => decoded?,
        Ok(Err(error)) => return Err(damaged(error.to_string())),
        Err(panic) => return Err(damaged(message(panic.as_ref()))),
    };
    let columns = decoded.frame.map(DataFrame::into_columns).unwrap_or_default();
    let columns = columns.into_iter().map(|column| raw(&column, &damaged));
    let mut columns: Vec<RawColumn> = columns.collect::<Result<_, _>>()?;
    // Ascending by position, so every one finds its place.
    for (at, column) in decoded.narrow {
        columns.insert(at.min(columns.len()), column);
    }
    if columns.windows(2).any(|pair| pair[0].values.len() != pair[1].values.len()) {
        return Err(damaged("its columns are not of one length".into()));
    }
    Ok(columns)
}

/// What was decoded: most columns by polars, some below it, with their positions in the file.
struct Decoded {
    frame: Option<DataFrame>,
    narrow: Vec<(usize, RawColumn)>,
}

fn parquet(file: &File) -> PolarsResult<Result<Decoded, FrameError>> {
    let mut reader = ParquetReader::new(file.try_clone()?);
    let schema = reader.schema()?;
    if let Some(refusal) = refused(&schema) {
        return Ok(Err(refusal));
    }
    let (wide, narrow) = by_width(&schema);
    let metadata = reader.get_metadata()?.clone();
    let column = |(at, field)| Ok((at, narrow::parquet(file, &metadata, &field)?));
    let narrow = narrow.into_iter().map(column).collect::<PolarsResult<_>>()?;
    let frame = match wide[..] {
        [] => None,
        _ => Some(reader.with_projection(Some(wide)).finish()?),
    };
    Ok(Ok(Decoded { frame, narrow }))
}

fn arrow(file: &File) -> PolarsResult<Result<Decoded, FrameError>> {
    let mut reader = IpcReader::new(file.try_clone()?).set_rechunk(false);
    let schema = reader.schema()?;
    if let Some(refusal) = refused(&schema) {
        return Ok(Err(refusal));
    }
    let (wide, narrow) = by_width(&schema);
    let frame = match wide[..] {
        [] => None,
        _ => Some(reader.with_projection(Some(wide)).finish()?),
    };
    let positions = narrow.iter().map(|(at, _)| *at);
    let columns = if narrow.is_empty() { Vec::new() } else { narrow::arrow(file, &narrow)? };
    Ok(Ok(Decoded { frame, narrow: positions.zip(columns).collect() }))
}

/// The positions of the columns that polars reads, and the columns that it does not.
fn by_width(schema: &ArrowSchema) -> (Vec<usize>, Vec<(usize, ArrowField)>) {
    let fields = schema.iter_values().cloned().enumerate();
    let (narrow, wide): (Vec<_>, Vec<_>) = fields.partition(|(_, f)| narrow::is_narrow(&f.dtype));
    (wide.into_iter().map(|(at, _)| at).collect(), narrow)
}

/// The first column of a type that is not read. Looked for before decoding, because polars panics over types that
/// it was built without.
fn refused(schema: &ArrowSchema) -> Option<FrameError> {
    let column = schema.iter_values().find(|field| !is_read(&field.dtype))?;
    Some(FrameError::ColumnType {
        column: column.name.to_string(),
        kind: format!("{:?}", column.dtype),
    })
}

fn is_read(kind: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    match kind {
        T::Dictionary(_, values, _) => matches!(**values, T::Utf8 | T::LargeUtf8 | T::Utf8View),
        T::Null
        | T::Boolean
        | T::UInt8
        | T::UInt32
        | T::UInt64
        | T::Int32
        | T::Int64
        | T::Float32
        | T::Float64
        | T::Utf8
        | T::LargeUtf8
        | T::Utf8View => true,
        kind => narrow::is_narrow(kind),
    }
}

fn raw(column: &Column, damaged: &dyn Fn(String) -> FrameError) -> Result<RawColumn, FrameError> {
    let name = column.name().to_string();
    let broken = |e: PolarsError| damaged(e.to_string());
    let values = match column.dtype() {
        DataType::Boolean => RawValues::Bool(column.bool().map_err(broken)?.iter().collect()),
        DataType::Float32 | DataType::Float64 => {
            let wide = column.cast(&DataType::Float64).map_err(broken)?;
            RawValues::F64(wide.f64().map_err(broken)?.iter().collect())
        }
        kind if kind.is_integer() => {
            let too_large = |_| FrameError::TooLarge { column: name.clone() };
            let wide = column.strict_cast(&DataType::Int64).map_err(too_large)?;
            RawValues::I64(wide.i64().map_err(broken)?.iter().collect())
        }
        _ => {
            let text = column.cast(&DataType::String).map_err(broken)?;
            RawValues::Text(text.str().map_err(broken)?.iter().map(|v| v.map(Into::into)).collect())
        }
    };
    Ok(RawColumn { name, values })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the decoder gave up").to_owned()
}
