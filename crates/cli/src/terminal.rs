//! What is known about the terminal: colour, width, and how to fit text into it.

use crate::args::When;
use anstream::{AutoStream, ColorChoice};
use palenque_graph::diagnostic::escaped;
use std::io::{self, IsTerminal, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub(crate) const RESET: &str = "\u{1b}[0m";
pub(crate) const BOLD: &str = "\u{1b}[1m";
pub(crate) const RED: &str = "\u{1b}[1;31m";
pub(crate) const YELLOW: &str = "\u{1b}[1;33m";
pub(crate) const BLUE: &str = "\u{1b}[1;34m";
pub(crate) const CYAN: &str = "\u{1b}[1;36m";

impl From<When> for ColorChoice {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Self::Auto,
            When::Always => Self::AlwaysAnsi,
            When::Never => Self::Never,
        }
    }
}

/// Standard error, with colour where it is wanted: `--color`, then `NO_COLOR`, `CLICOLOR_FORCE`, the terminal.
pub(crate) fn stderr(when: When) -> AutoStream<io::Stderr> {
    AutoStream::new(io::stderr(), when.into())
}

/// Standard output: bytes as they are into files and pipes; on a terminal, characters that would steer it are shown.
pub(crate) fn stdout() -> Box<dyn Write> {
    let out = io::stdout();
    if out.is_terminal() { Box::new(Shown { out, line: Vec::new() }) } else { Box::new(out) }
}

/// A terminal that data cannot steer: line by line, control characters become visible.
struct Shown<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Shown<W> {
    fn put(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        for part in text.split_inclusive(['\n', '\t']) {
            let end = part.trim_end_matches(['\n', '\t']).len();
            self.out.write_all(escaped(&part[..end]).as_bytes())?;
            self.out.write_all(&part.as_bytes()[end..])?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|&b| b == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.put()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.put()?;
        self.out.flush()
    }
}

/// Columns of the terminal at standard output; `None` off a terminal.
pub(crate) fn width() -> Option<usize> {
    let out = io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&out).ok()?;
    Some(usize::from(size.ws_col).max(40))
}

/// Text from a file as it may be shown, cut to a display width with `…`.
pub(crate) fn fitted(text: &str, width: usize) -> String {
    let text = escaped(text);
    if text.width() <= width {
        return text;
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > width {
            break;
        }
        used += w;
        out.push(c);
    }
    out.push('…');
    out
}

/// Text filled up with spaces to a display width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// Rows as aligned columns; the last column is not filled up. With a width, the widest column gives way.
pub(crate) fn columns(rows: &[Vec<String>], total: Option<usize>) -> String {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..n)
        .map(|i| rows.iter().filter_map(|row| row.get(i)).map(|c| c.width()).max().unwrap_or(0))
        .collect();
    if let Some(total) = total {
        let gaps = 2 * n.saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > total {
            let widest = (0..n).max_by_key(|&i| widths[i]).unwrap_or(0);
            if widths.get(widest).is_none_or(|&w| w <= 8) {
                break;
            }
            widths[widest] -= 1;
        }
    }
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| padded(&fitted(cell, width), width))
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// A count with thin groups of three: `12 031`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// A quantity for reading: grouped, at most four significant digits after the point.
pub(crate) fn quantity(x: f64) -> String {
    let magnitude = x.abs();
    if (1000.0..1e15).contains(&magnitude) {
        let tenths = format!("{magnitude:.1}");
        let (whole, fraction) = tenths.split_once('.').unwrap_or((&tenths, "0"));
        let whole = grouped(whole.parse().unwrap_or(0));
        let sign = if x < 0.0 { "-" } else { "" };
        return if fraction == "0" {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        };
    }
    if x == 0.0 || (0.001..1000.0).contains(&magnitude) {
        let text = format!("{x:.4}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{x:.3e}")
}

/// Bytes for reading.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_for_reading() {
        assert_eq!(grouped(12_031), "12 031");
        assert_eq!(grouped(7), "7");
        assert_eq!(quantity(4120.5), "4 120.5");
        assert_eq!(quantity(0.25), "0.25");
        assert_eq!(quantity(-2000.0), "-2 000");
        assert_eq!(quantity(1e-7), "1.000e-7");
    }

    #[test]
    fn data_cannot_steer_a_terminal() {
        let mut shown = Shown { out: Vec::new(), line: Vec::new() };
        let text = "a\t\u{1b}[2J\u{202e}\nñ\u{202e}x".as_bytes();
        for byte in text {
            shown.write_all(&[*byte]).expect("memory");
        }
        shown.flush().expect("memory");
        assert_eq!(String::from_utf8_lossy(&shown.out), "a\t\\u{1b}[2J\\u{202e}\nñ\\u{202e}x");
    }

    #[test]
    fn text_is_cut_by_display_width() {
        assert_eq!(fitted("日本語", 5), "日本…");
        assert_eq!(fitted("abc", 3), "abc");
        assert_eq!(padded("日", 4), "日  ");
    }

    #[test]
    fn the_widest_column_gives_way() {
        let rows = vec![vec!["a".repeat(60), "b".into()], vec!["c".into(), "d".into()]];
        let text = columns(&rows, Some(40));
        assert!(text.lines().all(|line| line.width() <= 40), "{text}");
    }
}
