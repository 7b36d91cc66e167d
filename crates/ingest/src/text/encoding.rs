//! Bytes to UTF-8: byte-order marks, UTF-16, Windows-1252, and what is none of them.

use crate::policy::{Encoding, Policy};
use crate::source::{Peeked, Refusal};
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use palenque_graph::{Diagnostic, Location};
use std::io::{self, Read};

/// How much of a text is looked at to tell its encoding.
const HEAD: usize = 4096;
const BUFFER: usize = 1 << 16;

/// The text as UTF-8 (which a UTF-8 text still has to prove), the encoding's name, and what was noticed.
pub(crate) struct Decoded {
    pub(crate) text: Box<dyn Read + Send>,
    pub(crate) encoding: &'static str,
    pub(crate) found: Option<Diagnostic>,
}

/// Decides on the encoding and decodes.
pub(crate) fn decode(mut raw: Peeked, name: &str, policy: &Policy) -> io::Result<Decoded> {
    let head = raw.peek(HEAD)?;
    let mark = match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            let what = "the text is UTF-32, which is not read";
            let help = "convert it: `iconv -f utf-32 -t utf-8 FILE > NEW`";
            return Err(Refusal::new("E0202", what, help).into());
        }
        [0xef, 0xbb, 0xbf, ..] => Some((3, Encoding::Utf8)),
        [0xff, 0xfe, ..] => Some((2, Encoding::Utf16Le)),
        [0xfe, 0xff, ..] => Some((2, Encoding::Utf16Be)),
        _ => None,
    };
    let asked = policy.encoding;
    if let (None, Encoding::Auto, Some((at, likely))) = (mark, asked, utf16_without_mark(head)) {
        let what =
            format!("the text looks like UTF-16 without a byte-order mark (byte {at} is NUL)");
        let help = format!("pass `--encoding {likely}`");
        return Err(Refusal::new("E0202", what, help).at_byte(at as u64).into());
    }
    if let Some((_, marked)) = mark
        && asked != Encoding::Auto
        && asked != marked
    {
        let what =
            format!("the byte-order mark says {}, `--encoding` says otherwise", label(marked));
        return Err(Refusal::new("E0202", what, "leave `--encoding` out").into());
    }
    let encoding = mark.map_or(asked, |(_, marked)| marked);
    let bare = mark.is_some_and(|(len, _)| head.len() == len);
    if bare {
        let what = "the file holds a byte-order mark and nothing else";
        return Err(Refusal::new("E0103", what, "check that the export finished").into());
    }
    raw.skip(mark.map_or(0, |(len, _)| len));
    let at = Location::file(name).byte(0);
    let found = match (mark, encoding) {
        (Some(_), Encoding::Utf8) => {
            let what = "the file begins with a UTF-8 byte-order mark, which was dropped";
            let help = "save it as UTF-8 without BOM, or pass `--allow W0201`";
            Some(Diagnostic::new("W0201", what).at(at).help(help))
        }
        (Some(_), utf16) => {
            let what = format!("the file is {} and was decoded", label(utf16));
            let help = "save it as UTF-8, or pass `--allow W0202`";
            Some(Diagnostic::new("W0202", what).at(at).help(help))
        }
        (None, _) => None,
    };
    let decoder = match encoding {
        Encoding::Auto | Encoding::Utf8 => None,
        Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
        Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
        Encoding::Windows1252 => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
    };
    let text: Box<dyn Read + Send> = match decoder {
        None => Box::new(raw),
        Some(decoder) => Box::new(Transcoded {
            raw,
            decoder,
            name: label(encoding),
            bytes: Vec::new(),
            text: String::new(),
            taken: 0,
            done: false,
        }),
    };
    Ok(Decoded { text, encoding: label(encoding), found })
}

fn label(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Auto | Encoding::Utf8 => "utf-8",
        Encoding::Utf16Le => "utf-16le",
        Encoding::Utf16Be => "utf-16be",
        Encoding::Windows1252 => "windows-1252",
    }
}

/// The first NUL and the likely encoding, where NULs are at every other place and only there.
fn utf16_without_mark(head: &[u8]) -> Option<(usize, &'static str)> {
    let nuls = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let first = head.iter().position(|&b| b == 0)?;
    let (even, odd) = (nuls(0), nuls(1));
    match (even, odd) {
        (0, n) if n * 4 >= head.len() => Some((first, "utf-16le")),
        (n, 0) if n * 4 >= head.len() => Some((first, "utf-16be")),
        _ => None,
    }
}

/// A text in another encoding as UTF-8.
struct Transcoded {
    raw: Peeked,
    decoder: Decoder,
    name: &'static str,
    bytes: Vec<u8>,
    text: String,
    taken: usize,
    done: bool,
}

impl Transcoded {
    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.taken = 0;
        (&mut self.raw).take(BUFFER as u64).read_to_end(&mut self.bytes)?;
        self.done = self.bytes.is_empty();
        self.text.reserve(4 * self.bytes.len() + 16);
        let (result, read) = self.decoder.decode_to_string_without_replacement(
            &self.bytes,
            &mut self.text,
            self.done,
        );
        self.bytes.drain(..read);
        match result {
            DecoderResult::Malformed(..) => {
                let what = format!("the text is not well-formed {}", self.name);
                Err(Refusal::new("E0202", what, "pass the right `--encoding`").into())
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => Ok(()),
        }
    }
}

impl Read for Transcoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() {
            if self.done {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = (&self.text.as_bytes()[self.taken..]).read(buffer)?;
        self.taken += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(
        bytes: &'static [u8],
        encoding: Encoding,
    ) -> Result<(String, Option<&'static str>), String> {
        let policy = Policy { encoding, ..Policy::default() };
        let raw = Peeked::new(Box::new(bytes));
        let mut decoded = decode(raw, "f", &policy).map_err(|e| e.to_string())?;
        let mut text = String::new();
        decoded.text.read_to_string(&mut text).map_err(|e| e.to_string())?;
        Ok((text, decoded.found.map(|d| d.id())))
    }

    #[test]
    fn marks_are_obeyed_and_dropped() {
        let auto = |bytes| decoded(bytes, Encoding::Auto).expect("decodes");
        assert_eq!(auto(b"\xef\xbb\xbfa"), ("a".into(), Some("W0201")));
        assert_eq!(auto(b"\xff\xfea\0\xf1\0"), ("a\u{f1}".into(), Some("W0202")));
        assert_eq!(auto(b"\xfe\xff\0a"), ("a".into(), Some("W0202")));
        assert_eq!(decoded(b"a\0b\0", Encoding::Utf16Le), Ok(("ab".into(), None)));
        assert_eq!(
            decoded(b"\xf1 \x80", Encoding::Windows1252),
            Ok(("\u{f1} \u{20ac}".into(), None))
        );
    }

    #[test]
    fn what_is_in_doubt_is_refused() {
        let error = |bytes| decoded(bytes, Encoding::Auto).expect_err("refused");
        assert!(error(b"s\0o\0u\0r\0").contains("UTF-16 without"));
        assert!(error(b"\xff\xfe\0\0").contains("UTF-32"));
        assert!(error(b"\xef\xbb\xbf").contains("nothing else"));
        assert!(error(b"\xff\xfea\0\0\xd8").contains("well-formed"));
    }
}
