//! Unpacking gzip and Zstandard, with limits that a bomb runs into.

use super::{Peeked, Refusal};
use crate::policy::Policy;
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, BufReader, Read};

/// Unpacked bytes below which no ratio is suspicious.
const HARMLESS: u64 = 1 << 30;
/// How many times larger than packed it may then be.
const RATIO: u64 = 200;
const BUFFER: usize = 1 << 16;

/// A gzip stream unpacked; `read` counts the packed bytes read so far.
pub(super) fn gzip(
    raw: Peeked,
    read: impl Fn() -> u64 + Send + 'static,
    policy: &Policy,
) -> Box<dyn Read + Send> {
    Box::new(LimitedReader::new(Members::new(raw), "gzip", Limits::of(policy), read))
}

/// A Zstandard stream unpacked; `read` counts the packed bytes read so far.
pub(super) fn zstd(
    raw: Peeked,
    read: impl Fn() -> u64 + Send + 'static,
    policy: &Policy,
) -> io::Result<Box<dyn Read + Send>> {
    let inner = zstd::Decoder::new(raw)?;
    Ok(Box::new(LimitedReader::new(inner, "zstd", Limits::of(policy), read)))
}

/// What unpacking may make of how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    memory: u64,
    harmless: u64,
    ratio: u64,
}

impl Limits {
    pub(super) fn of(policy: &Policy) -> Self {
        Self { memory: policy.max_memory, harmless: HARMLESS, ratio: RATIO }
    }
}

/// Passes on what is unpacked until it is too much, and says what was damaged.
pub(super) struct LimitedReader<R> {
    inner: R,
    packing: &'static str,
    limits: Limits,
    packed: Box<dyn Fn() -> u64 + Send>,
    unpacked: u64,
}

impl<R: Read> LimitedReader<R> {
    /// `packed` counts the packed bytes read so far.
    pub(super) fn new(
        inner: R,
        packing: &'static str,
        limits: Limits,
        packed: impl Fn() -> u64 + Send + 'static,
    ) -> Self {
        Self { inner, packing, limits, packed: Box::new(packed), unpacked: 0 }
    }
}

impl<R: Read> Read for LimitedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer).map_err(|error| damaged(error, self.packing))?;
        self.unpacked += n as u64;
        let Limits { memory, harmless, ratio } = self.limits;
        if self.unpacked > memory {
            let what = format!("the file unpacks to more than {memory} bytes");
            let help = "raise `--max-memory` if the file is what it should be";
            return Err(Refusal::new("E0106", what, help).into());
        }
        let packed = (self.packed)().max(1);
        if self.unpacked > harmless && self.unpacked > packed.saturating_mul(ratio) {
            let what =
                format!("the file unpacks to more than {ratio} times its size, as a bomb does");
            let help =
                format!("unpack it yourself if the file is what it should be ({})", self.packing);
            return Err(Refusal::new("E0106", what, help).into());
        }
        Ok(n)
    }
}

/// E0105 for what a decoder says, unless it is a refusal already.
fn damaged(error: io::Error, packing: &str) -> io::Error {
    if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Refusal>) {
        return error;
    }
    let text = error.to_string();
    let what = if error.kind() == io::ErrorKind::UnexpectedEof || text.contains("incomplete frame")
    {
        format!("the {packing} stream ends too early: the file was cut off")
    } else if text.contains("checksum") {
        format!("the checksum of the {packing} stream does not match its content")
    } else {
        format!("the {packing} stream is damaged: {text}")
    };
    Refusal::new("E0105", what, "fetch or pack the file again; nothing of it was used").into()
}

/// All members of a gzip file, one after the other; anything else behind them is an error.
struct Members {
    current: Option<GzDecoder<BufReader<Peeked>>>,
}

impl Members {
    fn new(raw: Peeked) -> Self {
        Self { current: Some(GzDecoder::new(BufReader::with_capacity(BUFFER, raw))) }
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.current else { return Ok(0) };
            let n = member.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            let Some(member) = self.current.take() else { return Ok(0) };
            let mut rest = member.into_inner();
            let next = rest.fill_buf()?;
            if next.is_empty() {
                return Ok(0);
            }
            if !next.starts_with(&[0x1f]) {
                let trailing = io::copy(&mut rest, &mut io::sink())?;
                let what = format!("{trailing} bytes of something else follow the gzip stream");
                let help = "fetch or pack the file again; nothing of it was used";
                return Err(Refusal::new("E0105", what, help).into());
            }
            self.current = Some(GzDecoder::new(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    fn limited(bytes: usize, packed: u64, limits: Limits) -> io::Result<usize> {
        let inner = io::repeat(b'x').take(bytes as u64);
        let mut reader = LimitedReader::new(inner, "gzip", limits, move || packed);
        reader.read_to_end(&mut Vec::new())
    }

    #[test]
    fn a_bomb_is_stopped_one_byte_past_the_limit() {
        let limits = Limits { memory: 5000, harmless: 1000, ratio: 10 };
        assert!(limited(5000, 500, limits).is_ok());
        assert!(limited(5001, 600, limits).is_err());
        assert!(limited(1000, 1, limits).is_ok());
        assert!(limited(1001, 101, limits).is_ok());
        assert!(limited(1001, 100, limits).is_err());
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    fn unpacked(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        let raw = Peeked::new(Box::new(Cursor::new(bytes)));
        super::gzip(raw, || 1, &Policy::default()).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn all_members_of_a_gzip_file_are_read() {
        let two = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(unpacked(two).expect("sound"), "one two");
    }

    #[test]
    fn damage_is_told_apart() {
        let whole = gzip(b"source,target,weight\nA,B,1\n");
        let what = |bytes| unpacked(bytes).expect_err("damaged").to_string();
        assert!(what(whole[..whole.len() - 9].to_vec()).contains("cut off"));
        let mut wrong = whole.clone();
        let crc = wrong.len() - 8;
        wrong[crc] ^= 1;
        assert!(what(wrong).contains("checksum"));
        assert!(what([&whole, &b"garbage!"[..]].concat()).contains("8 bytes"));
    }
}
