//! Why a table could not be written or read.

use std::io;

/// Why a table could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The file or pipe behind the table.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A number that no format may hold.
    #[error("column `{column}`, row {row}: the number is infinite")]
    Infinite {
        /// The column.
        column: String,
        /// The row, from 0.
        row: usize,
    },
    /// A CSV that is not one of palenque's tables.
    #[error("line {line}: {what}")]
    Csv {
        /// The physical line, from 1.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// A column of a type that palenque does not read.
    #[error("column `{column}` is of type {kind}; palenque reads text, numbers and true/false")]
    ColumnType {
        /// The column.
        column: String,
        /// The type, as the file names it.
        kind: String,
    },
    /// A whole number that does not fit 64 bits with a sign.
    #[error("column `{column}` holds a whole number above 9223372036854775807")]
    TooLarge {
        /// The column.
        column: String,
    },
    /// A Parquet or Arrow file whose bytes contradict each other.
    #[error("the {format} file is damaged: {why}")]
    Damaged {
        /// `Parquet` or `Arrow`.
        format: &'static str,
        /// What the decoder said.
        why: String,
    },
    /// A column stream that ends early or contradicts itself.
    #[error("the column stream is damaged: {0}")]
    Stream(&'static str),
    /// The data-frame library refused a table that palenque made.
    #[error("the data-frame library refused the table: {0}")]
    Frame(String),
}

impl From<polars::error::PolarsError> for FrameError {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::Frame(error.to_string())
    }
}
