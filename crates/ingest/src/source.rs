//! Opening an input: a file or standard input, packed or not, recognised by its content before its name.

mod archive;
mod magic;
mod unpack;

use crate::policy::{FileFormat, Policy};
use crate::reader::xlsx::Opened;
pub(crate) use archive::Archive;
use magic::{Content, Packing};
use palenque_frame::{ColumnFile, RawColumn};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Diagnostics, Location};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How much of an input is looked at to recognise it.
const HEAD: usize = 4096;

/// An input that was opened and recognised.
pub struct Source {
    /// The path as the user gave it.
    pub(crate) path: PathBuf,
    /// The path as it is shown.
    pub(crate) name: String,
    /// How the content is packed, such as `gzip`.
    pub(crate) packing: Option<&'static str>,
    /// What the content is.
    pub(crate) body: Option<Body>,
    /// What was noticed while opening it.
    pub(crate) found: Diagnostics,
    digest: Arc<Mutex<Digest>>,
    file: File,
    state: State,
}

/// What an input holds.
pub(crate) enum Body {
    /// Text, unpacked, not yet decoded.
    Text(Peeked),
    /// XML, unpacked, not yet decoded.
    Markup(Peeked),
    /// A file of typed columns, to be read from its beginning.
    Columns(File, ColumnFile),
    /// An archive of the parts of an Office document.
    Workbook(Archive),
    /// A sheet of it, once it was read.
    Sheet(Box<Opened>),
    /// Its columns, once they were decoded.
    Decoded(Vec<RawColumn>),
}

/// What identifies a file's state while it is read.
#[derive(PartialEq, Eq)]
struct State {
    bytes: u64,
    modified: Option<std::time::SystemTime>,
    regular: bool,
}

/// The length and hash of what was read of the file on disk.
#[derive(Default)]
struct Digest {
    bytes: u64,
    hasher: blake3::Hasher,
}

/// Why an input cannot be read: travels through `io::Error` to where the place is known.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) id: &'static str,
    pub(crate) what: String,
    pub(crate) help: String,
    line: Option<u64>,
    column: Option<u64>,
    byte: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(id: &'static str, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { id, what: what.into(), help: help.into(), line: None, column: None, byte: None }
    }

    /// The same refusal, of this line.
    pub(crate) fn on_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same refusal, of this cell of a sheet: row and column from 1.
    pub(crate) fn in_cell(mut self, row: u32, column: u16) -> Self {
        (self.line, self.column) = (Some(row.into()), Some(column.into()));
        self
    }

    /// The same refusal, at this character of its line, from 1.
    pub(crate) fn at_column(mut self, column: u64) -> Self {
        self.column = Some(column);
        self
    }

    /// The same refusal, of this byte.
    pub(crate) fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }

    /// The finding, at a place, which is made narrower where the refusal knows more.
    pub(crate) fn at(self, mut at: Location) -> Diagnostic {
        at.line = at.line.or(self.line);
        at.column = at.column.or(self.column);
        at.byte = at.byte.or(self.byte);
        Diagnostic::new(self.id, self.what).at(at).help(self.help)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        Self::other(refusal)
    }
}

/// The finding that an error while reading stands for.
pub(crate) fn explained(error: io::Error, name: &str) -> Diagnostic {
    let at = Location::file(name);
    match error.downcast::<Refusal>() {
        Ok(refusal) => refusal.at(at),
        Err(error) => Diagnostic::new("E0102", format!("the file cannot be read: {error}"))
            .at(at)
            .help("check that it is a regular file on a working disk and that you may read it"),
    }
}

impl Source {
    /// Opens an input and recognises what it is.
    ///
    /// # Errors
    /// What keeps it from being read, E01xx.
    pub(crate) fn open(path: &Path, policy: &Policy) -> Result<Self, Box<Diagnostic>> {
        let name =
            if path == Path::new("-") { "<stdin>".into() } else { path.display().to_string() };
        Self::opened(path, &name, policy).map_err(|error| Box::new(explained(error, &name)))
    }

    fn opened(path: &Path, name: &str, policy: &Policy) -> io::Result<Self> {
        let mut file = open_file(path, name)?;
        let state = State::of(&file)?;
        let digest = Arc::new(Mutex::new(Digest::default()));
        let hashed = Hashed { file: file.try_clone()?, digest: Arc::clone(&digest) };
        let mut raw = Peeked::new(Box::new(hashed));
        let head = raw.peek(HEAD)?;
        if head.is_empty() {
            return Err(empty().into());
        }
        let content = Content::of(head);
        let mut found = Diagnostics::default();
        if let Some(finding) = magic::compare(content, path, name, policy)? {
            found.push(finding);
        }
        let mut packing = None;
        let body = match content {
            Content::Columns(kind) => {
                if !state.regular {
                    let what =
                        format!("{} can be read from a file only, not from a pipe", kind.name());
                    return Err(Refusal::new("E0102", what, "pass the path of the file").into());
                }
                // The hash needs all bytes once; the decoder then starts anew.
                io::copy(&mut raw, &mut io::sink())?;
                file.rewind()?;
                Body::Columns(file.try_clone()?, kind)
            }
            Content::Text
                if policy.format != FileFormat::Auto && policy.format != FileFormat::Csv =>
            {
                let what = "the file is text, not what `--input-format` says";
                return Err(Refusal::new("E0107", what, "leave `--input-format` out")
                    .at_byte(0)
                    .into());
            }
            Content::Text => Body::Text(raw),
            Content::Markup => Body::Markup(raw),
            Content::Packed(packed) => {
                let body = unpacked(packed, raw, digest_count(&digest), policy)?;
                if let Body::Workbook(_) = body {
                    found = Diagnostics::default();
                    magic::compare_workbook(path, policy)?;
                } else {
                    packing = Some(packed.name());
                }
                body
            }
            Content::Encrypted => {
                let what = "the file is encrypted Parquet, which is not read";
                return Err(Refusal::new("E0601", what, "write it without encryption").into());
            }
            Content::Other(what) => return Err(what.refusal().into()),
        };
        Ok(Self {
            path: path.into(),
            name: name.into(),
            packing,
            body: Some(body),
            found,
            digest,
            file,
            state,
        })
    }

    /// E0104 for XML, which is no table.
    pub(crate) fn refuse_markup(&self) -> Result<(), Box<Diagnostic>> {
        if !matches!(self.body, Some(Body::Markup(_))) {
            return Ok(());
        }
        Err(Box::new(magic::no_table().at(Location::file(&self.name))))
    }

    /// Bytes on disk when it was opened; 0 for a pipe.
    pub(crate) fn size(&self) -> u64 {
        if self.state.regular { self.state.bytes } else { 0 }
    }

    /// Bytes on disk and their BLAKE3 hash in hexadecimal, once all was read.
    pub(crate) fn digest(&self) -> (u64, String) {
        let digest = self.digest.lock().unwrap_or_else(PoisonError::into_inner);
        (digest.bytes, digest.hasher.finalize().to_hex().to_string())
    }

    /// E0111 if the file is no longer what it was when it was opened.
    pub(crate) fn unchanged(&self) -> Result<(), Box<Diagnostic>> {
        let now = State::of(&self.file).map_err(|e| Box::new(explained(e, &self.name)))?;
        let read = self.digest().0;
        if !now.regular || (now == self.state && read == now.bytes) {
            return Ok(());
        }
        let what = "the file changed while it was read";
        let help = "wait until the program that writes it is done, then run again";
        Err(Box::new(Refusal::new("E0111", what, help).at(Location::file(&self.name))))
    }
}

impl State {
    fn of(file: &File) -> io::Result<Self> {
        let data = file.metadata()?;
        Ok(Self { bytes: data.len(), modified: data.modified().ok(), regular: data.is_file() })
    }
}

fn empty() -> Refusal {
    Refusal::new("E0103", "the file is empty", "check that the export finished")
}

/// What is packed: text, or a workbook, which is an archive of many files.
fn unpacked(
    packed: Packing,
    raw: Peeked,
    read: impl Fn() -> u64 + Send + 'static,
    policy: &Policy,
) -> io::Result<Body> {
    let stream: Box<dyn Read + Send> = match packed {
        Packing::Gzip => unpack::gzip(raw, read, policy),
        Packing::Zstd => unpack::zstd(raw, read, policy)?,
        Packing::Zip => {
            let mut archive = Archive::open(raw, policy)?;
            if archive.is_office_document() {
                return Ok(Body::Workbook(archive));
            }
            Box::new(Cursor::new(archive.table(policy)?))
        }
    };
    let mut inside = Peeked::new(stream);
    let head = inside.peek(HEAD)?;
    if head.is_empty() {
        return Err(empty().into());
    }
    let content = Content::of(head);
    magic::refuse_inside(packed, content)?;
    Ok(if content == Content::Markup { Body::Markup(inside) } else { Body::Text(inside) })
}

fn open_file(path: &Path, name: &str) -> io::Result<File> {
    if path == Path::new("-") {
        use std::os::fd::AsFd;
        return Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?));
    }
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let what = format!("there is no file `{}`", shown(name));
            let help = neighbours(path).unwrap_or_else(|| "check the path".into());
            Refusal::new("E0101", what, help).into()
        }
        io::ErrorKind::PermissionDenied => {
            let what = "you have no permission to read the file";
            Refusal::new("E0102", what, "`chmod u+r` it, or copy it to where you may read").into()
        }
        _ => error,
    })?;
    if file.metadata()?.is_dir() {
        let what = format!("`{}` is a folder, not a file", shown(name));
        return Err(Refusal::new("E0108", what, "name the file inside the folder").into());
    }
    Ok(file)
}

/// Files of the same folder whose names are like the one that is not there.
fn neighbours(path: &Path) -> Option<String> {
    let wanted = path.file_stem()?.to_str()?.to_lowercase();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.to_lowercase().contains(&wanted) && !wanted.is_empty())
        .collect();
    names.sort();
    names.truncate(3);
    (!names.is_empty()).then(|| format!("did you mean `{}`?", names.join("`, `")))
}

/// Counts the bytes read so far.
fn digest_count(digest: &Arc<Mutex<Digest>>) -> impl Fn() -> u64 + Send + Clone + use<> {
    let digest = Arc::clone(digest);
    move || digest.lock().unwrap_or_else(PoisonError::into_inner).bytes
}

/// A file whose bytes are hashed as they are read.
struct Hashed {
    file: File,
    digest: Arc<Mutex<Digest>>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        let mut digest = self.digest.lock().unwrap_or_else(PoisonError::into_inner);
        digest.bytes += n as u64;
        digest.hasher.update(&buffer[..n]);
        Ok(n)
    }
}

/// A stream whose beginning can be looked at before it is read.
pub(crate) struct Peeked {
    head: Vec<u8>,
    taken: usize,
    rest: Box<dyn Read + Send>,
}

impl Peeked {
    pub(crate) fn new(rest: Box<dyn Read + Send>) -> Self {
        Self { head: Vec::new(), taken: 0, rest }
    }

    /// Up to `n` bytes of what comes next; fewer only at the end of the stream.
    pub(crate) fn peek(&mut self, n: usize) -> io::Result<&[u8]> {
        let missing = (self.taken + n).saturating_sub(self.head.len());
        (&mut self.rest).take(missing as u64).read_to_end(&mut self.head)?;
        Ok(&self.head[self.taken..])
    }

    /// Passes over `n` bytes that were looked at.
    pub(crate) fn skip(&mut self, n: usize) {
        self.taken += n;
    }
}

impl Read for Peeked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.head.len() {
            return self.rest.read(buffer);
        }
        let n = (&self.head[self.taken..]).read(buffer)?;
        self.taken += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_read_all_the_same() {
        let mut stream = Peeked::new(Box::new(&b"abcdef"[..]));
        assert_eq!(stream.peek(3).expect("memory"), b"abc");
        stream.skip(1);
        assert_eq!(stream.peek(9).expect("memory"), b"bcdef");
        let mut rest = String::new();
        stream.read_to_string(&mut rest).expect("text");
        assert_eq!(rest, "bcdef");
    }
}
