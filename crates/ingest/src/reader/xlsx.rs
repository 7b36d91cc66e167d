//! Excel workbooks: one sheet, whose first row that is not blank names the columns.

mod rows;
pub(super) mod table;

use super::{Confidence, Job, Parsed, Reader, ReaderSpec};
use crate::policy::Policy;
use crate::sheet::{Row, Sheet, Workbook};
use crate::source::{Body, Source};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Location};

/// Reads Excel workbooks.
pub(super) struct Xlsx;

impl Reader for Xlsx {
    fn spec(&self) -> &'static ReaderSpec {
        &ReaderSpec {
            name: "xlsx",
            extensions: &["xlsx", "xlsm"],
            doc: "one sheet of an Excel workbook, with the values that are stored in it",
        }
    }

    fn sniff(&self, source: &Source) -> Confidence {
        match source.body {
            Some(Body::Workbook(_) | Body::Sheet(_)) => Confidence::Sure,
            _ => Confidence::No,
        }
    }

    fn read(&self, source: &mut Source, job: &Job<'_>) -> Result<Parsed, Box<Diagnostic>> {
        load(source, job.policy)?;
        job.progress.advance(source.size());
        match source.body.take() {
            Some(Body::Sheet(opened)) => rows::read(&opened, job),
            _ => Ok(Parsed::default()),
        }
    }
}

/// A sheet and its place.
pub(crate) struct Opened {
    pub(crate) sheet: Sheet,
    /// The file and the sheet.
    pub(crate) at: Location,
    pub(crate) name: String,
    /// W0109 where other sheets were left aside.
    pub(crate) others: Option<Diagnostic>,
}

impl Opened {
    /// The rows that count: neither passed over by `--skip-rows` or `--comment`, nor blank.
    fn rows<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = Row<'a>> + Clone {
        let begins_with = |row: &Row<'_>, mark: u8| {
            let first = row.cells.first().map(|cell| self.sheet.text(cell.value));
            first.is_some_and(|text| text.as_bytes().first() == Some(&mark))
        };
        self.sheet.rows().filter(move |row| {
            u64::from(row.number) > policy.skip_rows
                && row.cells.iter().any(|cell| !self.sheet.is_blank(cell.value))
                && !policy.comment.is_some_and(|mark| begins_with(row, mark))
        })
    }
}

/// Reads the sheet of a workbook that is asked for, once; it waits in the source's body.
pub(super) fn load(source: &mut Source, policy: &Policy) -> Result<(), Box<Diagnostic>> {
    let Some(Body::Workbook(archive)) = source.body.take_if(|b| matches!(b, Body::Workbook(_)))
    else {
        return Ok(());
    };
    let file = Location::file(&source.name);
    let mut book = Workbook::open(archive).map_err(|refusal| Box::new(refusal.at(file.clone())))?;
    let wanted = policy.sheet.as_deref();
    let chosen = book.choose(wanted).map_err(|refusal| Box::new(refusal.at(file.clone())))?;
    let mut names: Vec<String> = book.names().map(Into::into).collect();
    let name = names.remove(chosen);
    let others = (wanted.is_none() && !names.is_empty()).then(|| {
        let names: Vec<String> = names.iter().map(|name| format!("`{}`", shown(name))).collect();
        let what = format!("the sheet `{}` was read, {} not", shown(&name), names.join(", "));
        let help = "pass `--sheet NAME` to say which one, or `--allow W0109`";
        Diagnostic::new("W0109", what).at(file.clone()).help(help)
    });
    let at = file.sheet(shown(&name));
    let sheet = book.read(chosen, policy).map_err(|r| Box::new(r.at(at.clone())))?;
    source.body = Some(Body::Sheet(Box::new(Opened { sheet, at, name, others })));
    Ok(())
}
