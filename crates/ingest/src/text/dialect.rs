//! How a text separates its fields, and its header.

use super::row::{self, Grammar, Next, unescaped};
use crate::layout::header::{MAX_COLUMNS, adapted, numbered, repeated};
use crate::layout::{Layout, Titles};
use crate::policy::{LineEnds, Policy};
use crate::records::Planned;
use crate::source::Refusal;
use memchr::memchr;
use palenque_graph::{Diagnostic, Location};
use std::path::Path;

/// How many lines are searched for a header below the one that is none.
const SEARCHED: usize = 50;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a text is to be parsed.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    pub(super) grammar: Grammar,
    pub(super) titles: Vec<String>,
    pub(super) plan: Vec<Planned>,
    /// The line of the header, where there is one.
    pub(super) header_line: Option<u64>,
    /// Where the rows begin: byte and line.
    pub(super) body: (usize, u64),
    pub(super) found: Vec<Diagnostic>,
}

/// Reads the header from the beginning of a text.
pub(super) fn detect(
    start: &[u8],
    name: &str,
    path: &Path,
    layout: &dyn Layout,
    policy: &Policy,
) -> Result<Dialect, Box<Diagnostic>> {
    let form = form(start, name, path, policy)?;
    let Form { at, line, grammar, .. } = form;
    let line_end = grammar.line_end;
    let here = || Location::file(name).line(line);
    let refuse = |refusal: Refusal| Box::new(refusal.at(here()));
    let (row, next) = titles(start, at, grammar).map_err(refuse)?;
    let mut found: Vec<Diagnostic> = form.guessed.into_iter().collect();
    if row.len() > MAX_COLUMNS {
        let what = format!("the header has {} columns, more than {MAX_COLUMNS}", row.len());
        let help = "is this a matrix of sectors? pass it as `--table`";
        return Err(refuse(Refusal::new("E0212", what, help)));
    }
    let titles = if policy.header { row } else { numbered(layout.default_titles(), row.len()) };
    if let Some(refusal) = repeated(&titles) {
        return Err(refuse(refusal));
    }
    let plan = layout.plan(&Titles::new(&titles, policy)).map_err(|refused| {
        let looked = Looked { start, at, line, line_end };
        refuse(no_header(&looked, &titles, layout, policy).unwrap_or(refused.refusal))
    })?;
    if let Some(adapted) = adapted(&plan, layout).filter(|_| policy.header) {
        found.push(adapted.at(here()));
    }
    let lines = grammar.count_lines(&start[at..next]).max(1);
    let (header_line, body) =
        if policy.header { (Some(line), (next, line + lines)) } else { (None, (at, line)) };
    Ok(Dialect { grammar, titles, plan, header_line, body, found })
}

/// How a text separates its fields, and where its first row is.
pub(super) struct Form {
    pub(super) grammar: Grammar,
    /// The byte of the first row.
    pub(super) at: usize,
    /// Its line, from 1.
    pub(super) line: u64,
    /// W0209 where the delimiter is not the one that the name promises.
    pub(super) guessed: Option<Diagnostic>,
}

/// Finds out how a text separates its fields from its beginning.
pub(super) fn form(
    start: &[u8],
    name: &str,
    path: &Path,
    policy: &Policy,
) -> Result<Form, Box<Diagnostic>> {
    let line_end = match policy.line_ends {
        LineEnds::Cr => b'\r',
        LineEnds::Auto
            if memchr(b'\n', start).is_none()
                && memchr(b'\r', start.trim_ascii_end()).is_some() =>
        {
            let what = "lines end with CR alone, as on old Macs";
            let help = "pass `--line-ends cr`, or save the file with LF line ends";
            return Err(Box::new(
                Refusal::new("E0211", what, help).at(Location::file(name).line(1)),
            ));
        }
        LineEnds::Auto => b'\n',
    };
    let (at, line) = header_place(start, line_end, policy).ok_or_else(|| {
        let blank = start.split(|&b| b == line_end).count() - 1;
        let what = format!("no header was found in {} blank or skipped lines", blank.max(1));
        let refusal =
            Refusal::new("E0103", what, "check that the export finished, and `--skip-rows`");
        Box::new(refusal.at(Location::file(name)))
    })?;
    let first = first_line(&start[at..], line_end);
    let delimiter = policy.delimiter.unwrap_or_else(|| likely_delimiter(first));
    let grammar = Grammar { delimiter, line_end, escape: policy.escape, comment: policy.comment };
    let is_guess = policy.delimiter.is_none() && delimiter != expected_delimiter(path);
    let guessed = is_guess.then(|| {
        let (shown, option) = match delimiter {
            b'\t' => ("a tab".into(), "'\\t'".into()),
            other => (format!("`{}`", char::from(other)), format!("'{}'", char::from(other))),
        };
        let what = format!("the delimiter was detected as {shown}");
        let help = format!("pass `--delimiter {option}` to say so");
        Diagnostic::new("W0209", what).at(Location::file(name).line(line)).help(help)
    });
    Ok(Form { grammar, at, line, guessed })
}

/// Byte and line of the first row.
fn header_place(start: &[u8], line_end: u8, policy: &Policy) -> Option<(usize, u64)> {
    let (mut at, mut line) = (0, 1);
    while at < start.len() {
        let text = first_line(&start[at..], line_end);
        let is_comment = policy.comment.is_some_and(|c| text.first() == Some(&c));
        if line > policy.skip_rows && !is_comment && !text.trim_ascii().is_empty() {
            return Some((at, line));
        }
        at += text.len() + 1;
        line += 1;
    }
    None
}

fn first_line(text: &[u8], line_end: u8) -> &[u8] {
    &text[..memchr(line_end, text).unwrap_or(text.len())]
}

/// The delimiter that a line has most of, outside quotes; the comma where there is none.
fn likely_delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        let outside = line.iter().filter(|&&b| {
            quoted ^= b == b'"';
            b == delimiter && !quoted
        });
        outside.count()
    };
    // The last of the greatest wins, so the comma is compared last.
    DELIMITERS.into_iter().rev().max_by_key(|&d| count(d)).filter(|&d| count(d) > 0).unwrap_or(b',')
}

/// The delimiter that a file's name promises.
fn expected_delimiter(path: &Path) -> u8 {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_ascii_lowercase();
    if name.contains(".tsv") || name.contains(".tab") { b'\t' } else { b',' }
}

/// The fields of the header row, and where the next row begins.
pub(super) fn titles(
    start: &[u8],
    at: usize,
    grammar: Grammar,
) -> Result<(Vec<String>, usize), Refusal> {
    let mut fields = Vec::new();
    let next = match grammar.next(start, at, true, &mut fields) {
        Next::Row(next) | Next::Nothing(next) => next,
        Next::Cut(_) => {
            let what = "a quote is opened in the header and not closed";
            return Err(Refusal::new("E0204", what, "close the quote"));
        }
    };
    let title = |field: &super::row::Field| {
        let text = std::str::from_utf8(&start[field.start..field.end]).map_err(|_| {
            let what = "the header is not UTF-8";
            Refusal::new("E0201", what, "pass `--encoding windows-1252` if that is what it is")
        })?;
        if text.contains('\0') {
            return Err(Refusal::new("E0203", "the header holds a NUL byte", "remove it"));
        }
        Ok(match field.form {
            row::Form::Escaped => unescaped(text, grammar.escape),
            _ => text.to_owned(),
        })
    };
    Ok((fields.iter().map(title).collect::<Result<_, _>>()?, next))
}

/// The beginning of a text around what was taken for its header.
struct Looked<'a> {
    start: &'a [u8],
    at: usize,
    line: u64,
    line_end: u8,
}

/// E0208 where the header stands further down or is missing.
fn no_header(
    looked: &Looked<'_>,
    titles: &[String],
    layout: &dyn Layout,
    policy: &Policy,
) -> Option<Refusal> {
    if !policy.header {
        return None;
    }
    let lines: Vec<&[u8]> =
        looked.start[looked.at..].split(|&b| b == looked.line_end).take(SEARCHED).collect();
    let fits = |line: &&[u8]| {
        let delimiter = policy.delimiter.unwrap_or_else(|| likely_delimiter(line));
        let grammar =
            Grammar { delimiter, line_end: looked.line_end, escape: policy.escape, comment: None };
        let titles = self::titles(line, 0, grammar).ok().map(|(titles, _)| titles);
        titles.is_some_and(|t| t.len() > 1 && layout.plan(&Titles::new(&t, policy)).is_ok())
    };
    if let Some(above) = lines.iter().skip(1).position(fits).map(|i| i + 1) {
        let first = lines[0].first().copied().unwrap_or_default();
        let marks = lines[..above].iter().filter_map(|line| line.first());
        let what =
            format!("line {} is no header, line {} is", looked.line, looked.line + above as u64);
        let is_mark = b"#%!*/;".contains(&first) && marks.into_iter().all(|&m| m == first);
        let help = if is_mark {
            format!("pass `--comment '{}'`", char::from(first))
        } else {
            format!("pass `--skip-rows {}`", looked.line - 1 + above as u64)
        };
        return Some(Refusal::new("E0208", what, help));
    }
    let is_data = |title: &String| title.trim().parse::<f64>().is_ok();
    titles.iter().any(is_data).then(|| {
        let what = format!("line {} looks like a row of data, not like a header", looked.line);
        Refusal::new("E0208", what, "pass `--no-header`, or add a header line")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::edge_list::EdgeList;

    fn dialect(text: &str, policy: &Policy) -> Result<Dialect, (&'static str, Option<String>)> {
        detect(text.as_bytes(), "f", Path::new("f.csv"), &EdgeList, policy)
            .map_err(|d| (d.id(), d.help_text().map(Into::into)))
    }

    #[test]
    fn headers_are_found_where_they_are() {
        let found = dialect("\n\nSource;target ;value\n1;2;3\n", &Policy::default()).expect("fits");
        assert_eq!(
            (found.grammar.delimiter, found.header_line, found.body),
            (b';', Some(3), (23, 4))
        );
        let names: Vec<&str> = found.plan.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["source", "target", "weight"]);
        let ids: Vec<&str> = found.found.iter().map(Diagnostic::id).collect();
        assert_eq!(ids, ["W0209", "W0208"]);
    }

    #[test]
    fn what_is_no_header_says_what_to_pass() {
        let help = |text| dialect(text, &Policy::default()).expect_err("refused");
        let (id, hint) = help("# a graph\n# of firms\nsource,target\nA,B\n");
        assert_eq!((id, hint.as_deref()), ("E0208", Some("pass `--comment '#'`")));
        let (id, hint) = help("Flows, in MXN\n\nsource,target\nA,B\n");
        assert_eq!((id, hint.as_deref()), ("E0208", Some("pass `--skip-rows 2`")));
        assert_eq!(help("A,B,1\nB,C,2\n").0, "E0208");
        assert_eq!(help("source,weight\nA,1\n").0, "E0301");
        assert_eq!(help("from,to,source,target\n").0, "E0302");
        assert_eq!(help("source,target,weight,Weight\n").0, "E0207");
        assert_eq!(help("source,target\rA,B\r").0, "E0211");
    }

    #[test]
    fn options_overrule() {
        let mut policy = Policy { skip_rows: 1, comment: Some(b'%'), ..Policy::default() };
        policy.columns.insert("source".into(), "de".into());
        policy.columns.insert("target".into(), "A".into());
        let found = dialect("title\n%note\nde,a,pesos\nx,y,1\n", &policy).expect("fits");
        assert_eq!(found.body, (23, 4));
        assert_eq!(found.plan[1].title, "a");
        let policy = Policy { header: false, ..Policy::default() };
        let found = dialect("A,B,1,x\n", &policy).expect("fits");
        assert_eq!((found.body, found.titles.len()), ((0, 1), 4));
    }
}
