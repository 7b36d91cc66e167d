//! Tables to files' bytes and back: CSV, Parquet, Arrow and JSON; networks to the files of other programs; and columns
//! out of Parquet and Arrow files that others wrote. The only crate of palenque that names polars.
//!
//! Same table, same bytes: nothing written here depends on the number of threads, the clock or the machine.
//! An undefined cell is empty in CSV, `null` in JSON, and null in Parquet and Arrow; NaN and infinity are never
//! written.
//!
//! # Example
//! ```
//! use palenque_frame::{CsvStyle, TableFormat, write_table};
//! use palenque_graph::table::{Column, ColumnSpec, Kind, Table, TableId, Unit, Values};
//!
//! let spec = |name, kind| ColumnSpec { name, kind, unit: Unit::None, meaning: "" };
//! let table = Table::new(
//!     TableId::NodeMetrics,
//!     vec![
//!         Column::new(&spec("node_id", Kind::Text), Values::Text(vec![Some("007".into()), Some("b".into())])),
//!         Column::new(&spec("pagerank", Kind::F64), Values::F64(vec![1.0, f64::NAN])),
//!     ],
//! );
//! let mut csv = Vec::new();
//! write_table(&table, TableFormat::Csv, CsvStyle::default(), &mut csv)?;
//! assert_eq!(csv, b"node_id,pagerank\n007,1.0\nb,\n");
//! # Ok::<(), palenque_frame::FrameError>(())
//! ```

mod columnar;
mod convert;
mod csv;
mod decimal;
mod error;
mod export;
mod format;
mod json;
mod raw;
mod schema;
mod stream;

pub use convert::to_frame;
pub use csv::{read_table, read_table_with};
pub use decimal::Decimal;
pub use error::FrameError;
pub use export::{Export, Exporter, ExporterSpec, exporter, exporters};
pub use format::{CsvStyle, TableFormat, write_table};
pub use raw::{ColumnFile, RawColumn, RawValues, read_columns};
pub use schema::{Resource, datapackage};
pub use stream::{read_stream, write_stream};
