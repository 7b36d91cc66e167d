//! A text in blocks of whole rows, read one after the other and parsed by whoever is free.

use super::row::Grammar;
use crate::source::Refusal;
use std::io::{self, Read};

/// The size of a block, small enough to stay in a core's cache while it is hashed, checked and parsed.
const BLOCK: usize = 1 << 20;

/// Whole rows of a text.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The rows; only the first `len` bytes are.
    bytes: Vec<u8>,
    len: usize,
    /// Which block of the text it is, from 0.
    pub(super) index: u32,
    /// The line of its first row, from 1.
    pub(super) first_line: u64,
    /// Where it begins in the text.
    pub(super) offset: u64,
    /// Whether the text ends with it.
    pub(super) last: bool,
}

impl Block {
    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Cuts a text into blocks.
pub(super) struct Blocks {
    text: Box<dyn Read + Send>,
    /// What was read behind the last whole row.
    carry: Vec<u8>,
    grammar: Grammar,
    size: usize,
    /// The longest row.
    longest: usize,
    next: Position,
    ended: bool,
}

/// Where the next block begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position {
    pub(super) index: u32,
    pub(super) line: u64,
    pub(super) offset: u64,
}

/// A row that does not end within what a row may be long.
#[derive(Debug)]
pub(super) enum Stop {
    /// The text cannot be read on.
    Io(io::Error),
    /// A row is too long; its line, and its open quote if that is why.
    Long { line: u64, row: Vec<u8>, open: Option<usize> },
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Blocks {
    /// `carry` is the beginning of the text, read before.
    pub(super) fn new(
        text: Box<dyn Read + Send>,
        carry: Vec<u8>,
        grammar: Grammar,
        longest: usize,
        start: Position,
    ) -> Self {
        Self { text, carry, grammar, size: BLOCK, longest, next: start, ended: false }
    }

    /// The same with blocks of another size.
    pub(super) fn sized(mut self, size: usize) -> Self {
        self.size = size;
        self
    }

    /// Fills `block` with the next rows; `false` at the end of the text.
    pub(super) fn next(&mut self, block: &mut Block) -> Result<bool, Stop> {
        if self.ended {
            return Ok(false);
        }
        let mut size = self.size.max(self.carry.len());
        fit(&mut block.bytes, size);
        block.bytes[..self.carry.len()].copy_from_slice(&self.carry);
        let mut filled = self.carry.len();
        self.carry.clear();
        let end = loop {
            filled += fill(&mut self.text, &mut block.bytes[filled..size])?;
            let text = &block.bytes[..filled];
            if filled < size {
                self.ended = true;
                break filled;
            }
            match self.grammar.last_row_end(text) {
                Ok(end) => break end,
                Err(open) if filled > self.longest => {
                    let row = text[..self.longest].to_vec();
                    self.ended = true;
                    return Err(Stop::Long { line: self.next.line, row, open });
                }
                Err(_) => {
                    size *= 2;
                    fit(&mut block.bytes, size);
                }
            }
        };
        self.carry.extend_from_slice(&block.bytes[end..filled]);
        block.len = end;
        let Position { index, line, offset } = self.next;
        (block.index, block.first_line, block.offset) = (index, line, offset);
        block.last = self.ended;
        self.next = Position {
            index: index + 1,
            line: line + self.grammar.count_lines(block.text()),
            offset: offset + end as u64,
        };
        Ok(end > 0)
    }
}

/// Makes room without writing over what is there.
fn fit(bytes: &mut Vec<u8>, size: usize) {
    if bytes.len() < size {
        let mut larger = vec![0; size];
        larger[..bytes.len()].copy_from_slice(bytes);
        *bytes = larger;
    }
}

/// Reads until the buffer is full or the text ends.
pub(super) fn fill(text: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match text.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The refusal of a row that is longer than may be.
pub(super) fn too_long(row: &[u8], open: Option<usize>, limit: usize) -> Refusal {
    if open.is_some() {
        let what = "a quote is opened here and not closed";
        return Refusal::new(
            "E0204",
            what,
            "close the quote, or double it if it is part of the text",
        );
    }
    let start: String = String::from_utf8_lossy(row).chars().take(40).collect();
    let what = format!(
        "a field is longer than {limit} bytes; it begins `{}`",
        palenque_graph::diagnostic::shown(&start)
    );
    Refusal::new("E0206", what, "raise `--max-field-bytes` if it is meant")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Grammar = Grammar { delimiter: b',', line_end: b'\n', escape: None, comment: None };

    fn blocks(text: &str, size: usize) -> Result<Vec<(u64, String)>, Stop> {
        let text: Box<dyn Read + Send> = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        let start = Position { line: 1, ..Position::default() };
        let mut blocks = Blocks::new(text, Vec::new(), CSV, 64, start).sized(size);
        let (mut block, mut all) = (Block::default(), Vec::new());
        while blocks.next(&mut block)? {
            let text = String::from_utf8(block.text().to_vec()).expect("UTF-8");
            all.push((block.first_line, text));
        }
        Ok(all)
    }

    #[test]
    fn any_block_size_gives_whole_rows_and_their_lines() {
        let text = "a,b\n\"c\nd\",e\n\nlong long row,f\nlast,\"g\"";
        for size in 1..50 {
            let all = blocks(text, size).expect("short rows");
            assert_eq!(all.iter().map(|(_, t)| t.as_str()).collect::<String>(), text);
            let mut line = 1;
            for (first, part) in all {
                assert_eq!(first, line, "block size {size}");
                line += part.matches('\n').count() as u64;
                let starts = ["a,b", "\"c", "\n", "long", "last"];
                assert!(starts.iter().any(|s| part.starts_with(s)), "cut inside a row: {part:?}");
            }
        }
    }

    #[test]
    fn a_row_without_end_is_refused_early() {
        let stop = blocks(&"x".repeat(1000), 16).expect_err("too long");
        assert!(matches!(stop, Stop::Long { line: 1, open: None, .. }));
        let open = format!("a,b\nc,\"{}", "x\n".repeat(500));
        let stop = blocks(&open, 16).expect_err("too long");
        assert!(matches!(stop, Stop::Long { line: 2, open: Some(2), .. }));
    }
}
