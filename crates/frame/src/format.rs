//! The formats a table can be written in.

use crate::{FrameError, columnar, csv, json};
use palenque_graph::Table;
use palenque_graph::table::Values;
use std::fmt;
use std::io::Write;

/// A format for tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableFormat {
    /// Comma-separated text.
    #[default]
    Csv,
    /// Apache Parquet, compressed with Zstandard.
    Parquet,
    /// Arrow IPC file, uncompressed, so that it can be memory-mapped.
    Arrow,
    /// An array of records.
    Json,
}

impl TableFormat {
    /// Every format, in the order in which they are listed.
    pub const ALL: &[Self] = &[Self::Csv, Self::Parquet, Self::Arrow, Self::Json];

    /// The file extension, which is also the name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Json => "json",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.extension() == name)
    }
}

impl fmt::Display for TableFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// Concessions of CSV to spreadsheets. With the default there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvStyle {
    /// Begin with a byte-order mark, by which Excel knows UTF-8 (`--bom`).
    pub byte_order_mark: bool,
    /// Put an apostrophe before text that a spreadsheet would take for a formula. Such a file does not read back
    /// to the same text.
    pub spreadsheet_safe: bool,
}

/// Writes a table.
///
/// CSV is UTF-8 with LF line ends, quoted only where RFC 4180 requires it. Numbers are the shortest that read back
/// exactly; those of a floating-point column always show a point or an exponent (`2.0`, `1e-7`), so that a reader
/// that guesses types guesses right. A missing cell is empty, text of no characters is `""`.
///
/// # Errors
/// [`FrameError::Infinite`] for a number that no format may hold; [`FrameError::Io`] when `out` refuses.
pub fn write_table(
    table: &Table,
    format: TableFormat,
    style: CsvStyle,
    out: &mut dyn Write,
) -> Result<(), FrameError> {
    check_finite(table)?;
    match format {
        TableFormat::Csv => Ok(csv::write(table, style, out)?),
        TableFormat::Json => Ok(json::write(table, out)?),
        TableFormat::Parquet => columnar::write_parquet(table, out),
        TableFormat::Arrow => columnar::write_arrow(table, out),
    }
}

/// `Column::new` checks this, but a column's fields are public.
pub(crate) fn check_finite(table: &Table) -> Result<(), FrameError> {
    for column in table.columns() {
        if let Values::F64(values) = &column.values
            && let Some(row) = values.iter().position(|x| x.is_infinite())
        {
            return Err(FrameError::Infinite { column: column.spec.name.into(), row });
        }
    }
    Ok(())
}
