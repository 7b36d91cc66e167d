//! What is said about the titles of columns, in all formats that have a header row.

use super::{Layout, canonical};
use crate::records::Planned;
use crate::source::Refusal;
use palenque_graph::Diagnostic;
use palenque_graph::diagnostic::shown;

/// The most columns a header may have.
pub(crate) const MAX_COLUMNS: usize = 10_000;

/// Titles for a file without a header.
pub(crate) fn numbered(known: &[&str], n: usize) -> Vec<String> {
    let name = |i: usize| known.get(i).map_or_else(|| format!("column_{}", i + 1), |&k| k.into());
    (0..n).map(name).collect()
}

/// E0207 where two columns have one title.
pub(crate) fn repeated(titles: &[String]) -> Option<Refusal> {
    let mut sorted: Vec<String> = titles.iter().map(|t| canonical(t)).collect();
    sorted.sort();
    let twice = sorted.windows(2).find(|pair| pair[0] == pair[1] && !pair[0].is_empty())?;
    let what = format!("the column `{}` is there twice", shown(&twice[0]));
    Some(Refusal::new("E0207", what, "rename one of the two, or take it out"))
}

/// W0208 where a title was not spelt as palenque spells it.
pub(crate) fn adapted(plan: &[Planned], layout: &dyn Layout) -> Option<Diagnostic> {
    let is_key = |p: &&Planned| layout.default_titles().contains(&p.name.as_str());
    let mut changed = plan.iter().filter(is_key).filter(|p| canonical(&p.title) != p.title);
    let first = changed.next()?;
    let n = 1 + changed.count();
    let (title, name) = (shown(&first.title), &first.name);
    let what = format!("{n} column titles were adapted, such as `{title}`, read as `{name}`");
    let help = "write titles in lower case without spaces, or pass `--allow W0208`";
    Some(Diagnostic::new("W0208", what).help(help))
}
