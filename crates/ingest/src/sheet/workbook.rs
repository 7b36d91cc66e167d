//! The parts of a workbook: which sheets there are, the texts that they share, the formats of their cells.

use super::format::{self, Shown};
use super::xml::{Element, Item, SAVE_AGAIN, Xml, damaged, of_io};
use super::{Sheet, cells};
use crate::intern::Interner;
use crate::policy::Policy;
use crate::records::MISSING;
use crate::source::{Archive, Refusal};
use foldhash::fast::RandomState;
use palenque_graph::diagnostic::shown;
use std::collections::BTreeMap;
use std::io::Read;

/// A workbook that was opened.
pub(crate) struct Workbook {
    archive: Archive,
    sheets: Vec<SheetPart>,
    texts: Option<String>,
    styles: Option<String>,
    is_1904: bool,
}

struct SheetPart {
    name: String,
    path: String,
    is_hidden: bool,
}

/// What the sheets of a workbook share.
pub(super) struct Shared {
    /// All texts, numbered once; those of the sheets are added.
    pub(super) texts: Interner,
    /// The shared texts, by the position by which cells refer to them; [`MISSING`] for the empty one.
    pub(super) codes: Vec<u32>,
    formats: Vec<Shown>,
    is_1904: bool,
}

impl Shared {
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        self.texts.intern(text, 0)
    }

    /// How numbers of a cell style are shown.
    pub(super) fn format(&self, style: usize) -> Shown {
        self.formats.get(style).copied().unwrap_or_default()
    }

    /// A number as a date or time in ISO 8601.
    pub(super) fn date(&self, x: f64, shown: Shown) -> Option<String> {
        format::iso(x, shown, self.is_1904)
    }
}

/// Where the parts of a document say that a part of a kind is.
struct Relation {
    kind: String,
    path: String,
}

impl Workbook {
    /// Finds the parts of a workbook.
    ///
    /// # Errors
    /// E0104 where the archive is another document, E0614 where a part is missing or damaged.
    pub(crate) fn open(mut archive: Archive) -> Result<Self, Refusal> {
        let document = relations(&mut archive, "_rels/.rels", "")?;
        let document = document.into_values().find(|relation| relation.kind == "officeDocument");
        let path = document.map_or_else(|| "xl/workbook.xml".into(), |relation| relation.path);
        if !path.to_lowercase().ends_with(".xml") {
            let what = format!("the workbook is of the binary kind (`{}`)", shown(&path));
            return Err(Refusal::new("E0104", what, "save it as `.xlsx`, or as `CSV UTF-8`"));
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let relations =
            relations(&mut archive, &join(folder, &format!("_rels/{name}.rels")), folder)?;
        let find = |kind: &str| {
            let relation = relations.values().find(|relation| relation.kind == kind);
            relation.map(|relation| relation.path.clone())
        };
        let (texts, styles) = (find("sharedStrings"), find("styles"));
        let mut book = Self { archive, sheets: Vec::new(), texts, styles, is_1904: false };
        book.index(&path, &relations)?;
        Ok(book)
    }

    /// Reads the list of sheets.
    fn index(&mut self, path: &str, relations: &BTreeMap<String, Relation>) -> Result<(), Refusal> {
        let part = part(&mut self.archive, path)?.ok_or_else(|| missing(path))?;
        let mut xml = Xml::new(part, path);
        let mut is_workbook = false;
        loop {
            let element = match xml.next()? {
                Item::Open(element) => element,
                Item::End => break,
                _ => continue,
            };
            match element.name() {
                "workbook" => is_workbook = true,
                "workbookPr" => self.is_1904 = element.is("date1904")?,
                "sheet" => {
                    let relation = element.get("id")?.and_then(|id| relations.get(&*id));
                    let Some(relation) = relation else {
                        return Err(damaged(path, "it names a sheet that is not there"));
                    };
                    if relation.kind == "worksheet" {
                        self.sheets.push(SheetPart {
                            name: element.get("name")?.unwrap_or_default().into_owned(),
                            path: relation.path.clone(),
                            is_hidden: element.get("state")?.is_some_and(|s| s != "visible"),
                        });
                    }
                }
                _ => {}
            }
        }
        if !is_workbook {
            let what = "the content is an Office document that is no workbook";
            return Err(Refusal::new("E0104", what, "export the table as CSV"));
        }
        Ok(())
    }

    /// The sheet of this name, else the first that is not hidden, else the first.
    ///
    /// # Errors
    /// E0109 where there is none of this name, E0614 where there is none at all.
    pub(crate) fn choose(&self, name: Option<&str>) -> Result<usize, Refusal> {
        if let Some(name) = name {
            let found = self.sheets.iter().position(|sheet| sheet.name == name);
            return found.ok_or_else(|| {
                let names: Vec<String> = self.names().map(shown).collect();
                let what = format!("the workbook has no sheet `{}`", shown(name));
                let help = format!("pass `--sheet NAME`; there are: {}", names.join(", "));
                Refusal::new("E0109", what, help)
            });
        }
        if self.sheets.is_empty() {
            return Err(Refusal::new("E0614", "the workbook has no sheet of cells", SAVE_AGAIN));
        }
        Ok(self.sheets.iter().position(|sheet| !sheet.is_hidden).unwrap_or(0))
    }

    /// The names of all sheets of cells.
    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sheets.iter().map(|sheet| sheet.name.as_str())
    }

    /// Reads a sheet.
    ///
    /// # Errors
    /// E0614 to E0619 for what is wrong with the sheet, E0105 and E0106 for its packing, E0206 for a long text.
    pub(crate) fn read(&mut self, sheet: usize, policy: &Policy) -> Result<Sheet, Refusal> {
        let mut shared = Shared {
            texts: Interner::new(RandomState::default()),
            codes: Vec::new(),
            formats: Vec::new(),
            is_1904: self.is_1904,
        };
        if let Some(path) = &self.texts
            && let Some(part) = part(&mut self.archive, path)?
        {
            texts(Xml::new(part, path), &mut shared)?;
        }
        if let Some(path) = &self.styles
            && let Some(part) = part(&mut self.archive, path)?
        {
            shared.formats = formats(Xml::new(part, path))?;
        }
        let path = &self.sheets[sheet].path;
        let part = part(&mut self.archive, path)?.ok_or_else(|| missing(path))?;
        cells::read(Xml::new(part, path), path, shared, policy)
    }
}

fn missing(path: &str) -> Refusal {
    Refusal::new("E0614", format!("the workbook has no part `{}`", shown(path)), SAVE_AGAIN)
}

fn part<'a>(archive: &'a mut Archive, path: &str) -> Result<Option<impl Read + use<'a>>, Refusal> {
    archive.part(path).map_err(|error| of_io(&error, path))
}

/// A path relative to a folder of the archive, or from its root.
fn join(folder: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let from = if path.starts_with('/') { "" } else { folder };
    let mut steps: Vec<&str> = Vec::new();
    for step in from.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The relations that a part lists, by id; none where there is no such part.
fn relations(
    archive: &mut Archive,
    path: &str,
    folder: &str,
) -> Result<BTreeMap<String, Relation>, Refusal> {
    let mut found = BTreeMap::new();
    let Some(part) = part(archive, path)? else { return Ok(found) };
    let mut xml = Xml::new(part, path);
    loop {
        match xml.next()? {
            Item::Open(element) if element.name() == "Relationship" => {
                let get = |name| Ok(element.get(name)?.unwrap_or_default().into_owned());
                let (id, kind, target): (String, String, String) =
                    (get("Id")?, get("Type")?, get("Target")?);
                // The last word says the kind in all versions of the format.
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                found.insert(id, Relation { kind, path: join(folder, &target) });
            }
            Item::End => return Ok(found),
            _ => {}
        }
    }
}

/// Reads the texts that sheets share. A text may have parts of several looks, and readings beside it, which are
/// not part of it.
fn texts<R: Read>(mut xml: Xml<R>, shared: &mut Shared) -> Result<(), Refusal> {
    let mut text = Text::default();
    loop {
        match xml.next()? {
            Item::Open(element) => {
                if element.name() == "si" {
                    text = Text::default();
                }
                text.open(&element);
            }
            Item::Text(more) => text.push(&more),
            Item::Close(name) => {
                text.close(name.name());
                if name.name() == "si" {
                    let text = text.take();
                    let code = if text.is_empty() { MISSING } else { shared.intern(&text) };
                    shared.codes.push(code);
                }
            }
            Item::Nothing => {}
            Item::End => return Ok(()),
        }
    }
}

/// Gathers the text of `<t>` elements.
#[derive(Debug, Default)]
pub(super) struct Text {
    gathered: String,
    is_open: bool,
    is_reading: bool,
}

impl Text {
    pub(super) fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            "t" => self.is_open = !self.is_reading,
            "rPh" => self.is_reading = true,
            _ => {}
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        if self.is_open {
            self.gathered.push_str(text);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.gathered.len()
    }

    pub(super) fn close(&mut self, name: &str) {
        match name {
            "t" => self.is_open = false,
            "rPh" => self.is_reading = false,
            _ => {}
        }
    }

    /// The text, with `_x000D_` and its like replaced by the characters that they stand for.
    pub(super) fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.gathered);
        if text.contains("_x") { unescaped(&text) } else { text }
    }
}

/// Replaces `_xHHHH_`; what is no character stays as it is.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, code) = rest.split_at(at);
        out.push_str(before);
        let digits = code.get(2..6).filter(|_| code.as_bytes().get(6) == Some(&b'_'));
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let c = digits.and_then(|d| char::from_u32(u32::from_str_radix(d, 16).ok()?));
        if let Some(c) = c {
            out.push(c);
            rest = &code[7..];
        } else {
            out.push_str("_x");
            rest = &code[2..];
        }
    }
    out + rest
}

/// The number format of every cell style.
fn formats<R: Read>(mut xml: Xml<R>) -> Result<Vec<Shown>, Refusal> {
    let mut own: BTreeMap<u32, Shown> = BTreeMap::new();
    let (mut formats, mut in_cells) = (Vec::new(), false);
    loop {
        match xml.next()? {
            Item::Open(element) => {
                let number = |element: &Element<'_>| -> Result<u32, Refusal> {
                    Ok(element.get("numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0))
                };
                match element.name() {
                    "numFmt" => {
                        let code = element.get("formatCode")?.unwrap_or_default();
                        own.insert(number(&element)?, Shown::of_code(&code));
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        let number = number(&element)?;
                        let known = own.get(&number).copied();
                        formats.push(known.unwrap_or_else(|| Shown::of_number(number)));
                    }
                    _ => {}
                }
            }
            Item::Close(name) if name.name() == "cellXfs" => in_cells = false,
            Item::End => return Ok(formats),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_within_the_archive() {
        assert_eq!(join("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(join("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(join("xl", "..\\..\\a//./b.xml"), "a/b.xml");
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_decoded() {
        assert_eq!(unescaped("a_x000D_b_x0041__x005F_x0041_"), "a\rbA_x0041_");
        assert_eq!(unescaped("_x_x12 _xD800_ _x00é1_"), "_x_x12 _xD800_ _x00é1_");
    }

    #[test]
    fn texts_are_gathered_without_their_readings() {
        let xml = "<sst><si><t>a</t></si><si><r><t>東</t></r><r><t xml:space='preserve'> b&amp;</t></r>\
                   <rPh><t>x</t></rPh></si><si/></sst>";
        let mut shared = Shared {
            texts: Interner::new(RandomState::default()),
            codes: Vec::new(),
            formats: Vec::new(),
            is_1904: false,
        };
        texts(Xml::new(xml.as_bytes(), "texts"), &mut shared).expect("sound");
        let texts = shared.texts.into_ids();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "東 b&"]);
        assert_eq!(shared.codes, [0, 1, MISSING]);
    }

    #[test]
    fn styles_name_their_formats() {
        let xml = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm'/>\
                   <numFmt numFmtId='165' formatCode='000'/></numFmts><cellStyleXfs><xf numFmtId='14'/>\
                   </cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='165'/>\
                   <xf numFmtId='14'/></cellXfs></styleSheet>";
        let formats = formats(Xml::new(xml.as_bytes(), "styles")).expect("sound");
        assert_eq!(formats, [Shown::Plain, Shown::Date, Shown::Padded(3), Shown::Date]);
    }
}
