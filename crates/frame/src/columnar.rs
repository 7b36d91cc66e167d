//! Tables to Parquet and Arrow.

use crate::FrameError;
use crate::convert::frame_of_rows;
use palenque_graph::Table;
use polars::prelude::{CompatLevel, IpcWriter, ParquetCompression, ParquetWriter, SerWriter};
use std::io::{self, Write};
use std::ops::Range;

/// Rows of a Parquet row group and an Arrow record batch: the unit in which others read in parallel, and all that
/// is held in memory a second time while writing.
const ROWS: usize = 1 << 18;

pub(crate) fn write_parquet(table: &Table, out: &mut dyn Write) -> Result<(), FrameError> {
    let schema = frame_of_rows(table, 0..0)?.schema().clone();
    let mut out = Watched::new(out);
    let result = (|| {
        let mut writer = ParquetWriter::new(&mut out)
            .with_compression(ParquetCompression::Zstd(None))
            .batched(&schema)?;
        for rows in batches(table.n_rows()) {
            writer.write_batch(&frame_of_rows(table, rows)?)?;
        }
        writer.finish()?;
        Ok(())
    })();
    out.explain(result)
}

pub(crate) fn write_arrow(table: &Table, out: &mut dyn Write) -> Result<(), FrameError> {
    let schema = frame_of_rows(table, 0..0)?.schema().clone();
    let mut out = Watched::new(out);
    let result = (|| {
        // The oldest level writes text as `LargeUtf8`, which every Arrow reads; the newest needs string views.
        // A default field is one without a dictionary: what every column of a table is.
        let n_columns = table.columns().len();
        let fields = std::iter::repeat_with(Default::default).take(n_columns).collect();
        let mut writer = IpcWriter::new(&mut out)
            .with_compat_level(CompatLevel::oldest())
            .batched(&schema, fields)?;
        for rows in batches(table.n_rows()) {
            writer.write_batch(&frame_of_rows(table, rows)?)?;
        }
        writer.finish()?;
        Ok(())
    })();
    out.explain(result)
}

fn batches(n_rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n_rows).step_by(ROWS).map(move |start| start..n_rows.min(start + ROWS))
}

/// A writer that remembers why it refused: the library turns a full disk into text, and the caller needs the cause.
struct Watched<'a> {
    out: &'a mut dyn Write,
    refusal: Option<io::Error>,
}

impl<'a> Watched<'a> {
    fn new(out: &'a mut dyn Write) -> Self {
        Self { out, refusal: None }
    }

    fn explain(self, result: Result<(), FrameError>) -> Result<(), FrameError> {
        match self.refusal {
            Some(cause) => Err(FrameError::Io(cause)),
            None => result,
        }
    }

    fn watch<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.refusal.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.out.write(bytes);
        self.watch(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.out.flush();
        self.watch(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::table::{Column, ColumnSpec, Kind, TableId, Unit, Values};

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(28)) // no space left
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_named_as_one() {
        let spec = ColumnSpec { name: "x", kind: Kind::F64, unit: Unit::One, meaning: "" };
        let column = Column::new(&spec, Values::F64(vec![1.0]));
        let table = Table::new(TableId::NodeMetrics, vec![column]);
        for write in [write_parquet, write_arrow] {
            match write(&table, &mut Full) {
                Err(FrameError::Io(cause)) => assert_eq!(cause.raw_os_error(), Some(28)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn batches_cover_all_rows_once() {
        let found: Vec<_> = batches(ROWS * 2 + 1).collect();
        assert_eq!(found, [0..ROWS, ROWS..2 * ROWS, 2 * ROWS..2 * ROWS + 1]);
        assert_eq!(batches(0).count(), 0);
    }
}
