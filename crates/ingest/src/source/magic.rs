//! What a file is, by its first bytes; and what its name says it is.

use super::Refusal;
use crate::policy::{FileFormat, Policy};
use palenque_frame::ColumnFile;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Location};
use std::io;
use std::path::Path;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    /// XML: a graph, if anything that is read.
    Markup,
    Columns(ColumnFile),
    Packed(Packing),
    /// Parquet that cannot be read without a key.
    Encrypted,
    Other(Other),
}

/// One layer of packing that is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Zip,
}

impl Packing {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
        }
    }
}

/// Refuses XML where a table is wanted.
pub(super) fn no_table() -> Refusal {
    let help = "a graph (GraphML, GEXF) is read with `--graph FILE`; else export the edges as CSV";
    Other { what: "XML", help, is_text: true }.refusal()
}

/// Content that is recognised and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Other {
    what: &'static str,
    help: &'static str,
    is_text: bool,
}

impl Other {
    pub(super) fn refusal(self) -> Refusal {
        let what = format!("the content is {}, not a table", self.what);
        let refusal = Refusal::new("E0104", what, self.help);
        if self.is_text { refusal.on_line(1) } else { refusal.at_byte(0) }
    }
}

/// First bytes, what they mean, what to do.
const REFUSED: &[(&[u8], &str, &str)] = &[
    (b"\x89PNG\r\n", "a PNG picture", "pass the table the picture was made from"),
    (b"\xff\xd8\xff", "a JPEG picture", "pass the table the picture was made from"),
    (b"GIF8", "a GIF picture", "pass the table the picture was made from"),
    (b"%PDF", "a PDF document", "export the table as CSV"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "OLE2: an old .xls or a password-protected workbook",
        "save it as `CSV UTF-8` without a password",
    ),
    (b"\xfd7zXZ\0", "xz, which is not read", "unpack it with `xz -d`, or pack with gzip or zstd"),
    (b"BZh", "bzip2, which is not read", "unpack it with `bunzip2`, or pack with gzip or zstd"),
    (
        b"7z\xbc\xaf\x27\x1c",
        "7-Zip, which is not read",
        "unpack it, or pack with gzip, zstd or zip",
    ),
    (b"Rar!", "RAR, which is not read", "unpack it, or pack with gzip, zstd or zip"),
    (b"version https://git-lfs", "a Git LFS pointer, not the data", "run `git lfs pull`"),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
    (b"\x89HDF\r\n", "HDF5, which is not read", "export the table as CSV or Parquet"),
    (b"\x7fELF", "a program", "pass a table"),
];

impl Content {
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => return Self::Packed(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => return Self::Packed(Packing::Zstd),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Self::Packed(Packing::Zip),
            [b'P', b'A', b'R', b'1', ..] => return Self::Columns(ColumnFile::Parquet),
            [b'P', b'A', b'R', b'E', ..] => return Self::Encrypted,
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => return Self::Columns(ColumnFile::Arrow),
            _ => {}
        }
        let known = REFUSED.iter().find(|(magic, ..)| head.starts_with(magic));
        if let Some(&(_, what, help)) = known {
            let is_text = known.is_some_and(|(magic, ..)| magic.starts_with(b"version"));
            return Self::Other(Other { what, help, is_text });
        }
        let is_space = |b: &u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf);
        let start: Vec<u8> = head.iter().skip_while(|b| is_space(b)).take(15).copied().collect();
        let start = start.to_ascii_lowercase();
        if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
            let help =
                "the download probably ended on an error page: open the file, fetch it again";
            return Self::Other(Other { what: "an HTML page", help, is_text: true });
        }
        if start.starts_with(b"<?xml")
            || start.starts_with(b"<graphml")
            || start.starts_with(b"<gexf")
        {
            return Self::Markup;
        }
        Self::Text
    }
}

/// Compares content and name: a finding where the content is read all the same.
pub(super) fn compare(
    content: Content,
    path: &Path,
    name: &str,
    policy: &Policy,
) -> io::Result<Option<Diagnostic>> {
    let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let Some(extension) = extension.as_deref() else { return Ok(None) };
    let differ = |is: &str, help: &str| {
        let what = format!("the name ends in `.{extension}`, the content is {is}");
        Err(Refusal::new("E0107", what, help).at_byte(0).into())
    };
    let noted = |is: &str| {
        let what = format!("the name ends in `.{extension}`, the content is {is}; it was unpacked");
        let help = format!("name it `.{extension}.{}`", if is == "gzip" { "gz" } else { "zst" });
        Ok(Some(Diagnostic::new("W0107", what).at(Location::file(name).byte(0)).help(help)))
    };
    let columnar = |names: &[&str], kind: ColumnFile, asked: FileFormat, option: &str| {
        if names.contains(&extension) || policy.format == asked {
            return Ok(None);
        }
        differ(kind.name(), &format!("rename it, or pass `--input-format {option}`"))
    };
    match content {
        Content::Text => match extension {
            "gz" | "zst" | "zip" => differ("text", "take that ending off the name"),
            "parquet" | "pq" | "arrow" | "feather" | "ipc" | "xlsx" | "xlsm" | "xls" => {
                differ("text", "rename it to `.csv`")
            }
            _ => Ok(None),
        },
        Content::Columns(kind @ ColumnFile::Parquet) => {
            columnar(&["parquet", "pq"], kind, FileFormat::Parquet, "parquet")
        }
        Content::Columns(kind @ ColumnFile::Arrow) => {
            columnar(&["arrow", "feather", "ipc"], kind, FileFormat::Arrow, "arrow")
        }
        Content::Packed(Packing::Gzip) if extension != "gz" => noted("gzip"),
        Content::Packed(Packing::Zstd) if extension != "zst" => noted("zstd"),
        Content::Packed(Packing::Zip) if !matches!(extension, "zip" | "xlsx" | "xlsm") => {
            noted("zip")
        }
        Content::Packed(_) | Content::Encrypted | Content::Markup | Content::Other(_) => Ok(None),
    }
}

/// Refuses a workbook whose name says that it is something else.
pub(super) fn compare_workbook(path: &Path, policy: &Policy) -> io::Result<()> {
    let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let says = match (policy.format, extension.as_deref()) {
        (FileFormat::Xlsx, _) | (FileFormat::Auto, None | Some("xlsx" | "xlsm")) => return Ok(()),
        (FileFormat::Auto, Some(extension)) => format!("the name ends in `.{}`", shown(extension)),
        _ => "`--input-format` says something else".into(),
    };
    let what = format!("{says}, the content is an Excel workbook");
    let help = "rename it to `.xlsx`, or pass `--input-format xlsx`";
    Err(Refusal::new("E0107", what, help).at_byte(0).into())
}

/// Refuses what is packed twice, or packed and not text.
pub(super) fn refuse_inside(packed: Packing, content: Content) -> io::Result<()> {
    let what = match content {
        Content::Text | Content::Markup => return Ok(()),
        Content::Packed(inner) => inner.name(),
        Content::Columns(kind) => kind.name(),
        Content::Encrypted => "encrypted Parquet",
        Content::Other(other) => return Err(other.refusal().into()),
    };
    let again = if what == packed.name() { "again " } else { "" };
    let what =
        format!("the content of the {} is {again}{what}; one layer is unpacked", packed.name());
    Err(Refusal::new("E0104", what, "unpack the outer layer first").at_byte(0).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_known_by_its_first_bytes() {
        assert_eq!(Content::of(b"source,target\n"), Content::Text);
        assert_eq!(Content::of(b"\x1f\x8b\x08"), Content::Packed(Packing::Gzip));
        assert_eq!(Content::of(b"PAR1...."), Content::Columns(ColumnFile::Parquet));
        for head in [&b"<!DOCTYPE html>"[..], b"\xef\xbb\xbf <HTML>", b"\xfd7zXZ\0", b"%PDF-1.7"] {
            assert!(matches!(Content::of(head), Content::Other(_)));
        }
    }
}
