//! CSV out and back.
//!
//! Written here and not by polars, because polars cannot tell a missing text from an empty one (`quote_style`
//! applies to whole files), and the form of its floats is not promised between releases.

mod read;
mod write;

pub use read::{read_table, read_table_with};
pub(crate) use write::{field, looks_like_formula, write};
