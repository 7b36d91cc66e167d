//! Zip archives: one packed table, or the parts of an Office document.

use super::unpack::{LimitedReader, Limits};
use super::{Peeked, Refusal};
use crate::policy::Policy;
use palenque_graph::diagnostic::shown;
use std::io::{self, Cursor, Read};
use zip::read::ZipFile;
use zip::result::ZipError;

/// An archive in memory: its index stands at its end.
pub(crate) struct Archive {
    zip: zip::ZipArchive<Cursor<Vec<u8>>>,
    packed: u64,
    limits: Limits,
}

impl Archive {
    /// Reads an archive and its index.
    pub(super) fn open(mut raw: Peeked, policy: &Policy) -> io::Result<Self> {
        let mut bytes = Vec::new();
        (&mut raw).take(policy.max_memory).read_to_end(&mut bytes)?;
        if raw.read(&mut [0])? > 0 {
            let what = format!("the archive is larger than {} bytes", policy.max_memory);
            return Err(Refusal::new("E0106", what, "raise `--max-memory`").into());
        }
        let packed = bytes.len() as u64;
        let zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
        Ok(Self { zip, packed, limits: Limits::of(policy) })
    }

    /// Whether it says of itself what its parts are, as Office documents do and other archives do not.
    pub(super) fn is_office_document(&self) -> bool {
        self.zip.index_for_name("[Content_Types].xml").is_some()
    }

    /// A part by its path, whatever the case of its letters; `None` where there is none.
    pub(crate) fn part<'a>(&'a mut self, path: &str) -> io::Result<Option<impl Read + use<'a>>> {
        let is_it = |name: &[u8]| name.eq_ignore_ascii_case(path.as_bytes());
        let position = self.zip.file_names_raw().position(is_it);
        position.map(|index| self.member(index)).transpose()
    }

    /// The one table, unpacked.
    pub(super) fn table(&mut self, policy: &Policy) -> io::Result<Vec<u8>> {
        let mut names: Vec<(usize, String)> = Vec::new();
        for i in 0..self.zip.len() {
            let file = self.zip.by_index_raw(i).map_err(|e| broken(&e))?;
            let name = file.name().map_err(|e| broken(&e))?.into_owned();
            if file.enclosed_name().is_none() {
                let what = format!("member {} of the archive is called `{}`", i + 1, shown(&name));
                let help = "such a path leaves the folder it is unpacked to: pack the table again";
                return Err(Refusal::new("E0110", what, help).into());
            }
            if !file.is_dir() && !name.starts_with("__MACOSX/") && !name.ends_with(".DS_Store") {
                names.push((i, name));
            }
        }
        let listed = || names.iter().map(|(_, n)| shown(n)).collect::<Vec<_>>().join(", ");
        let chosen = match &policy.member {
            Some(wanted) => names.iter().find(|(_, n)| n == wanted),
            None if names.len() == 1 => names.first(),
            None => None,
        };
        let Some(&(index, _)) = chosen else {
            let what = match (&policy.member, names.len()) {
                (Some(wanted), _) => format!("the archive has no member `{}`", shown(wanted)),
                (None, 0) => "the archive holds no file".into(),
                (None, n) => format!("the archive holds {n} candidate tables"),
            };
            let help = format!("pass `--member NAME`; there are: {}", listed());
            return Err(Refusal::new("E0109", what, help).into());
        };
        let mut text = Vec::new();
        self.member(index)?.read_to_end(&mut text)?;
        Ok(text)
    }

    fn member(&mut self, index: usize) -> io::Result<LimitedReader<ZipFile<'_, Cursor<Vec<u8>>>>> {
        let packed = self.packed;
        let inner = self.zip.by_index(index).map_err(|e| broken(&e))?;
        Ok(LimitedReader::new(inner, "zip", self.limits, move || packed))
    }
}

fn broken(error: &ZipError) -> io::Error {
    let what = format!("the zip archive is damaged: {error}");
    Refusal::new("E0105", what, "fetch or pack the file again; nothing of it was used").into()
}
