//! Decoding a file of columns in a process of its own, so that a hostile one can only end that process.
//!
//! The program is started as `PROGRAM __read FORMAT` with the file as standard input. Its answer on standard
//! output is a byte and what follows: 0 and the column stream of `palenque-frame`; 1 and why a sound file is
//! not read; 2 and what is damaged in it. No whole answer is damage too.

use palenque_frame::{ColumnFile, FrameError, RawColumn, read_columns, read_stream, write_stream};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Why there are no columns.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The file is sound, and a column is of a type that is not read.
    Type(String),
    /// The file is damaged, or made its reader fail.
    Damaged(String),
}

const COLUMNS: u8 = 0;
const REFUSAL: u8 = 1;
const DAMAGE: u8 = 2;
/// How long a child may take for nothing, and for every 2^20 bytes of the file.
const PATIENCE: Duration = Duration::from_mins(1);
const PATIENCE_PER_MIB: Duration = Duration::from_millis(500);

/// What the child does: decodes `file` and writes the answer to `out`.
///
/// # Errors
/// When `format` is not `parquet` or `arrow`, or the parent is gone.
pub fn answer(format: &str, file: &File, out: &mut dyn Write) -> io::Result<()> {
    let kind = match format {
        "parquet" => ColumnFile::Parquet,
        "arrow" => ColumnFile::Arrow,
        other => return Err(io::Error::other(format!("no format is called `{other}`"))),
    };
    let mut out = BufWriter::with_capacity(1 << 16, out);
    match decode(file, kind) {
        Ok(columns) => {
            out.write_all(&[COLUMNS])?;
            write_stream(&columns, &mut out)?;
        }
        Err(Trouble::Type(why)) => {
            out.write_all(&[REFUSAL])?;
            out.write_all(why.as_bytes())?;
        }
        Err(Trouble::Damaged(why)) => {
            out.write_all(&[DAMAGE])?;
            out.write_all(why.as_bytes())?;
        }
    }
    out.flush()
}

/// Decodes in this process.
pub(super) fn decode(file: &File, kind: ColumnFile) -> Result<Vec<RawColumn>, Trouble> {
    read_columns(file, kind).map_err(|error| match error {
        FrameError::ColumnType { .. } | FrameError::TooLarge { .. } => {
            Trouble::Type(error.to_string())
        }
        other => Trouble::Damaged(other.to_string()),
    })
}

/// Decodes in a child.
pub(super) fn ask(program: &Path, file: File, kind: ColumnFile) -> Result<Vec<RawColumn>, Trouble> {
    let stopped =
        |why: &str| Trouble::Damaged(format!("the {} reader stopped: {why}", kind.name()));
    let bytes = file.metadata().map_or(0, |data| data.len());
    let format = if kind == ColumnFile::Parquet { "parquet" } else { "arrow" };
    let mut child = Command::new(program)
        .args(["__read", format])
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| stopped(&format!("it did not start: {error}")))?;
    let Some(mut out) = child.stdout.take() else { return Err(stopped("it has no output")) };
    let (done, wait) = mpsc::channel::<()>();
    let patience = PATIENCE + PATIENCE_PER_MIB * (bytes >> 20).min(1 << 20) as u32;
    std::thread::scope(|scope| {
        let watch = scope.spawn(move || {
            let late = wait.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout);
            // After an answer, whole or not, the child has nothing left to do.
            let _ = child.kill();
            let _ = child.wait();
            late
        });
        let answer = take(&mut out);
        drop(done);
        let late = watch.join().unwrap_or(false);
        match answer {
            Ok(answer) => answer,
            Err(_) if late => Err(stopped("it took too long")),
            Err(error) => Err(stopped(&error)),
        }
    })
}

/// A whole answer: columns, or why there are none.
fn take(out: &mut dyn Read) -> Result<Result<Vec<RawColumn>, Trouble>, String> {
    let mut out = io::BufReader::with_capacity(1 << 16, out);
    let mut head = [0];
    if out.read_exact(&mut head).is_err() {
        return Err("the file made it fail".into());
    }
    let trouble = match head {
        [COLUMNS] => return read_stream(&mut out).map(Ok).map_err(|error| error.to_string()),
        [REFUSAL] => Trouble::Type,
        [DAMAGE] => Trouble::Damaged,
        _ => return Err("it gave no answer".into()),
    };
    let mut why = String::new();
    out.take(1 << 16).read_to_string(&mut why).map_err(|error| error.to_string())?;
    Ok(Err(trouble(why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_damage() {
        let columns = vec![RawColumn {
            name: "id".into(),
            values: palenque_frame::RawValues::I64(vec![Some(1), None]),
        }];
        let mut stream = vec![COLUMNS];
        write_stream(&columns, &mut stream).expect("memory");
        assert!(
            take(&mut stream.as_slice()).is_ok_and(|answer| answer.is_ok_and(|c| c == columns))
        );
        for cut in 0..stream.len() {
            assert!(take(&mut &stream[..cut]).is_err(), "{cut} bytes");
        }
        let refused = take(&mut &b"\x01a date"[..]).expect("an answer");
        assert!(matches!(refused, Err(Trouble::Type(why)) if why == "a date"));
        let damaged = take(&mut &b"\x02no footer"[..]).expect("an answer");
        assert!(matches!(damaged, Err(Trouble::Damaged(why)) if why == "no footer"));
        assert!(take(&mut &b"panicked"[..]).is_err());
    }

    #[test]
    fn a_program_that_answers_nothing_is_damage() {
        let file = tempfile::tempfile().expect("a temporary file");
        let trouble = ask(Path::new("true"), file, ColumnFile::Parquet).expect_err("no answer");
        assert!(matches!(trouble, Trouble::Damaged(why) if why.contains("made it fail")));
        let file = tempfile::tempfile().expect("a temporary file");
        let trouble = ask(Path::new("/nowhere"), file, ColumnFile::Arrow).expect_err("no child");
        assert!(matches!(trouble, Trouble::Damaged(why) if why.contains("did not start")));
    }
}
