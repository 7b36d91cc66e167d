//! Tables to data frames.

use crate::FrameError;
use palenque_graph::Table;
use palenque_graph::table::Values;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, NewChunkedArray,
    StringChunked,
};
use std::ops::Range;

/// A table as a data frame: the same columns, with null where a cell is undefined.
///
/// # Errors
/// [`FrameError::Infinite`] for a number that no frame may hold.
///
/// # Example
/// ```
/// # use palenque_graph::table::{Column, ColumnSpec, Kind, Table, TableId, Unit, Values};
/// let spec = ColumnSpec { name: "pagerank", kind: Kind::F64, unit: Unit::One, meaning: "" };
/// let column = Column::new(&spec, Values::F64(vec![0.5, f64::NAN]));
/// let frame = palenque_frame::to_frame(&Table::new(TableId::NodeMetrics, vec![column]))?;
/// assert_eq!((frame.height(), frame.column("pagerank").expect("named").null_count()), (2, 1));
/// # Ok::<(), palenque_frame::FrameError>(())
/// ```
pub fn to_frame(table: &Table) -> Result<DataFrame, FrameError> {
    crate::format::check_finite(table)?;
    frame_of_rows(table, 0..table.n_rows())
}

/// The frame of a stretch of rows, so that a long table need not be in memory twice.
pub(crate) fn frame_of_rows(table: &Table, rows: Range<usize>) -> Result<DataFrame, FrameError> {
    let columns = table.columns().iter().map(|column| {
        let name = column.spec.name;
        column_of(name, &column.values, rows.clone())
    });
    Ok(DataFrame::new(rows.len(), columns.collect())?)
}

fn column_of(name: &str, values: &Values, rows: Range<usize>) -> Column {
    let name = name.into();
    match values {
        Values::F64(v) => {
            let cells = v[rows].iter().map(|&x| (!x.is_nan()).then_some(x));
            Float64Chunked::from_iter_options(name, cells).into_column()
        }
        Values::I64(v) => {
            Int64Chunked::from_iter_options(name, v[rows].iter().copied()).into_column()
        }
        Values::Bool(v) => {
            BooleanChunked::from_iter_options(name, v[rows].iter().copied()).into_column()
        }
        Values::Text(v) => {
            let cells = v[rows].iter().map(|x| x.as_deref());
            StringChunked::from_iter_options(name, cells).into_column()
        }
    }
}
