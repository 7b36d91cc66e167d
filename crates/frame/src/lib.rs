//! Tables to data frames and to files' bytes: CSV, Parquet, Arrow and JSON. The only crate of palenque that
//! names polars.
