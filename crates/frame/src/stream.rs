//! Columns through a pipe: from the process that decodes a Parquet or Arrow file to the one that asked for it.
//!
//! # Form
//! All numbers are little-endian. `PLQCOLS1`, the number of columns (u32); then for every column its name (u32
//! length, bytes), its type (u8) and its blocks; then `PLQEND` and the checksum of all that went before (u64). A
//! block is its number of rows (u32, at most 65 536) and its cells; a block of no rows ends the column. Cells of
//! text are their lengths (u32, the greatest for a missing one) and then their bytes; other cells are a byte that
//! says whether there is a value, and the value (8 bytes, 17 for a decimal number, or 1).

use crate::{Decimal, FrameError, RawColumn, RawValues};
use std::io::{self, Read, Write};

const MAGIC: &[u8; 8] = b"PLQCOLS1";
const END: &[u8; 6] = b"PLQEND";
const BLOCK_ROWS: usize = 1 << 16;
const MISSING: u32 = u32::MAX;

/// Writes columns to a pipe or file that [`read_stream`] reads.
///
/// # Errors
/// When `out` refuses, or a text is longer than 4 GiB.
pub fn write_stream(columns: &[RawColumn], out: &mut dyn Write) -> io::Result<()> {
    let mut out = Summed { inner: out, sum: Sum::default() };
    out.put(MAGIC)?;
    out.put(&length(columns.len())?.to_le_bytes())?;
    for column in columns {
        out.put(&length(column.name.len())?.to_le_bytes())?;
        out.put(column.name.as_bytes())?;
        match &column.values {
            RawValues::Text(v) => write_blocks(0, v, write_texts, &mut out)?,
            RawValues::F64(v) => write_blocks(1, v, write_cells, &mut out)?,
            RawValues::I64(v) => write_blocks(2, v, write_cells, &mut out)?,
            RawValues::Bool(v) => write_blocks(3, v, write_cells, &mut out)?,
            RawValues::Decimal(v) => write_blocks(4, v, write_cells, &mut out)?,
        }
    }
    out.put(END)?;
    let sum = out.sum.finish();
    out.inner.write_all(&sum.to_le_bytes())?;
    out.inner.flush()
}

/// Reads columns that [`write_stream`] wrote. Memory grows with what has arrived, never with what is announced.
///
/// # Errors
/// [`FrameError::Stream`] when the stream ends early or contradicts itself; [`FrameError::Io`].
///
/// # Example
/// ```
/// use palenque_frame::{RawColumn, RawValues, read_stream, write_stream};
///
/// let columns = vec![RawColumn { name: "id".into(), values: RawValues::I64(vec![Some(1), None]) }];
/// let mut bytes = Vec::new();
/// write_stream(&columns, &mut bytes)?;
/// assert_eq!(read_stream(&mut bytes.as_slice())?, columns);
/// assert!(read_stream(&mut &bytes[..bytes.len() - 1]).is_err());
/// # Ok::<(), palenque_frame::FrameError>(())
/// ```
pub fn read_stream(input: &mut dyn Read) -> Result<Vec<RawColumn>, FrameError> {
    let mut input = Summed { inner: input, sum: Sum::default() };
    if &input.take::<8>()? != MAGIC {
        return Err(FrameError::Stream("it does not begin like one"));
    }
    let n_columns = input.take_u32()?;
    let mut columns = Vec::new();
    for _ in 0..n_columns {
        let name = input.take_u32()? as usize;
        let name = String::from_utf8(input.take_bytes(name)?)
            .map_err(|_| FrameError::Stream("a column name is not UTF-8"))?;
        let [kind] = input.take::<1>()?;
        let values = match kind {
            0 => RawValues::Text(read_blocks(&mut input, read_texts)?),
            1 => RawValues::F64(read_blocks(&mut input, read_cells)?),
            2 => RawValues::I64(read_blocks(&mut input, read_cells)?),
            3 => RawValues::Bool(read_blocks(&mut input, read_cells)?),
            4 => RawValues::Decimal(read_blocks(&mut input, read_cells)?),
            _ => return Err(FrameError::Stream("a column has no known type")),
        };
        columns.push(RawColumn { name, values });
    }
    if &input.take::<6>()? != END {
        return Err(FrameError::Stream("its end mark is missing"));
    }
    let expected = input.sum.finish();
    if u64::from_le_bytes(input.take()?) != expected {
        return Err(FrameError::Stream("its checksum differs"));
    }
    Ok(columns)
}

/// A value of fixed width.
trait Cell: Copy {
    const WIDTH: usize;
    fn put(self, bytes: &mut Vec<u8>);
    fn get(bytes: &[u8]) -> Option<Self>;
}

impl Cell for f64 {
    const WIDTH: usize = 8;

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_bits().to_le_bytes());
    }

    fn get(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_bits(u64::from_le_bytes(bytes.try_into().ok()?)))
    }
}

impl Cell for i64 {
    const WIDTH: usize = 8;

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_le_bytes(bytes.try_into().ok()?))
    }
}

impl Cell for Decimal {
    const WIDTH: usize = 17;

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.unscaled.to_le_bytes());
        bytes.push(self.scale);
    }

    fn get(bytes: &[u8]) -> Option<Self> {
        let (unscaled, scale) = bytes.split_last_chunk::<1>()?;
        Some(Self { unscaled: i128::from_le_bytes(unscaled.try_into().ok()?), scale: scale[0] })
    }
}

impl Cell for bool {
    const WIDTH: usize = 1;

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(self));
    }

    fn get(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

fn write_blocks<T>(
    kind: u8,
    values: &[T],
    write: impl Fn(&[T], &mut Vec<u8>) -> io::Result<()>,
    out: &mut Summed<&mut dyn Write>,
) -> io::Result<()> {
    out.put(&[kind])?;
    let mut bytes = Vec::new();
    for block in values.chunks(BLOCK_ROWS) {
        bytes.clear();
        bytes.extend_from_slice(&(block.len() as u32).to_le_bytes());
        write(block, &mut bytes)?;
        out.put(&bytes)?;
    }
    out.put(&0_u32.to_le_bytes())
}

fn write_texts(block: &[Option<Box<str>>], bytes: &mut Vec<u8>) -> io::Result<()> {
    for text in block {
        let len = text.as_ref().map_or(Ok(MISSING), |t| length(t.len()))?;
        bytes.extend_from_slice(&len.to_le_bytes());
    }
    for text in block.iter().flatten() {
        bytes.extend_from_slice(text.as_bytes());
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "one of two writers of blocks; the other can refuse")]
fn write_cells<C: Cell>(block: &[Option<C>], bytes: &mut Vec<u8>) -> io::Result<()> {
    for cell in block {
        bytes.push(u8::from(cell.is_some()));
        match cell {
            Some(value) => value.put(bytes),
            None => bytes.resize(bytes.len() + C::WIDTH, 0),
        }
    }
    Ok(())
}

fn read_blocks<T>(
    input: &mut Summed<&mut dyn Read>,
    read: impl Fn(usize, &mut Summed<&mut dyn Read>, &mut Vec<Option<T>>) -> Result<(), FrameError>,
) -> Result<Vec<Option<T>>, FrameError> {
    let mut values = Vec::new();
    loop {
        match input.take_u32()? as usize {
            0 => return Ok(values),
            rows if rows <= BLOCK_ROWS => read(rows, input, &mut values)?,
            _ => return Err(FrameError::Stream("a block has too many rows")),
        }
    }
}

fn read_texts(
    rows: usize,
    input: &mut Summed<&mut dyn Read>,
    values: &mut Vec<Option<Box<str>>>,
) -> Result<(), FrameError> {
    let lengths = input.take_bytes(rows * 4)?;
    let lengths = lengths.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes));
    let total = lengths.clone().filter(|&len| len != MISSING).map(|len| len as usize).sum();
    let text = String::from_utf8(input.take_bytes(total)?)
        .map_err(|_| FrameError::Stream("a text is not UTF-8"))?;
    let mut start = 0;
    for len in lengths {
        if len == MISSING {
            values.push(None);
            continue;
        }
        let end = start + len as usize;
        let cell =
            text.get(start..end).ok_or(FrameError::Stream("a text begins inside a character"))?;
        values.push(Some(cell.into()));
        start = end;
    }
    Ok(())
}

fn read_cells<C: Cell>(
    rows: usize,
    input: &mut Summed<&mut dyn Read>,
    values: &mut Vec<Option<C>>,
) -> Result<(), FrameError> {
    for bytes in input.take_bytes(rows * (1 + C::WIDTH))?.chunks_exact(1 + C::WIDTH) {
        let value = C::get(&bytes[1..]);
        match (bytes[0], value) {
            (0, _) => values.push(None),
            (1, Some(value)) => values.push(Some(value)),
            _ => return Err(FrameError::Stream("a cell has no known form")),
        }
    }
    Ok(())
}

fn length(n: usize) -> io::Result<u32> {
    u32::try_from(n).ok().filter(|&n| n != MISSING).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "a name or text is longer than 4 GiB")
    })
}

/// A running checksum over the bytes that went through, eight at a time; how they were cut does not matter.
#[derive(Default)]
struct Sum {
    value: u64,
    word: [u8; 8],
    filled: usize,
}

impl Sum {
    fn add(&mut self, mut bytes: &[u8]) {
        if self.filled > 0 {
            let n = bytes.len().min(8 - self.filled);
            self.word[self.filled..self.filled + n].copy_from_slice(&bytes[..n]);
            self.filled += n;
            bytes = &bytes[n..];
            if self.filled < 8 {
                return;
            }
            self.mix(u64::from_le_bytes(self.word));
        }
        let (words, rest) = bytes.as_chunks();
        for &word in words {
            self.mix(u64::from_le_bytes(word));
        }
        self.word[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
    }

    fn mix(&mut self, word: u64) {
        self.value = (self.value.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        let mut last = Self { value: self.value, ..Self::default() };
        last.word[..self.filled].copy_from_slice(&self.word[..self.filled]);
        last.mix(u64::from_le_bytes(last.word));
        last.mix(self.filled as u64);
        last.value
    }
}

/// A writer or reader with the checksum of what went through.
struct Summed<S> {
    inner: S,
    sum: Sum,
}

impl Summed<&mut dyn Write> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.add(bytes);
        self.inner.write_all(bytes)
    }
}

impl Summed<&mut dyn Read> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes).map_err(short)?;
        self.sum.add(&bytes);
        Ok(bytes)
    }

    fn take_u32(&mut self) -> Result<u32, FrameError> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn take_bytes(&mut self, n: usize) -> Result<Vec<u8>, FrameError> {
        let mut bytes = Vec::new();
        let read = (&mut *self.inner).take(n as u64).read_to_end(&mut bytes)?;
        if read < n {
            return Err(FrameError::Stream("it ends early"));
        }
        self.sum.add(&bytes);
        Ok(bytes)
    }
}

fn short(error: io::Error) -> FrameError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => FrameError::Stream("it ends early"),
        _ => FrameError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<RawColumn> {
        let column = |name: &str, values| RawColumn { name: name.into(), values };
        let ids = (0..BLOCK_ROWS + 3).map(|i| (i % 7 != 0).then(|| format!("firm {i} ñ").into()));
        vec![
            column("id", RawValues::Text(ids.collect())),
            column("", RawValues::F64(vec![Some(-0.0), None, Some(f64::NAN), Some(1e300)])),
            column("d", RawValues::Decimal(vec![Some(Decimal { unscaled: -125, scale: 1 }), None])),
            column("n", RawValues::I64(vec![Some(i64::MIN), None])),
            column("ok", RawValues::Bool(vec![Some(true), None, Some(false)])),
            column("none", RawValues::Text(Vec::new())),
        ]
    }

    fn bytes() -> Vec<u8> {
        let mut bytes = Vec::new();
        write_stream(&columns(), &mut bytes).expect("memory does not refuse");
        bytes
    }

    #[test]
    fn every_value_comes_back_bit_by_bit() {
        let back = read_stream(&mut bytes().as_slice()).expect("whole");
        // NaN is not equal to itself, but prints like itself; −0.0 prints its sign.
        assert_eq!(format!("{back:?}"), format!("{:?}", columns()));
    }

    #[test]
    fn a_stream_cut_anywhere_is_noticed() {
        let bytes = bytes();
        for end in (0..bytes.len()).step_by(65_521).chain(bytes.len() - 15..bytes.len()) {
            assert!(read_stream(&mut &bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let bytes = bytes();
        for at in (0..bytes.len()).step_by(65_521).chain(bytes.len() - 30..bytes.len()) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert!(read_stream(&mut changed.as_slice()).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn the_checksum_does_not_depend_on_how_bytes_are_cut() {
        let whole: Vec<u8> = (0..100).collect();
        let of = |cut: usize| {
            let mut sum = Sum::default();
            whole.chunks(cut).for_each(|piece| sum.add(piece));
            sum.finish()
        };
        assert!((1..=100).all(|cut| of(cut) == of(100)));
    }
}
