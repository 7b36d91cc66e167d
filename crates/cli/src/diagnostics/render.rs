//! Findings as text: what, where, what it means, what to type; in 80 columns.

use crate::terminal::{BLUE, BOLD, CYAN, RED, RESET, YELLOW};
use palenque_graph::diagnostic::escaped;
use palenque_graph::{Diagnostic, Diagnostics, Severity, Snippet};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many findings are shown in full.
pub(crate) const SHOWN: usize = 20;
const WIDTH: usize = 80;

/// The first findings in full, then a count per code. Those accepted are left out; with `errors_only`, warnings too.
pub(crate) fn all(found: &Diagnostics, accepted: &BTreeSet<String>, errors_only: bool) -> String {
    let wanted = |d: &&Diagnostic| {
        !accepted.contains(d.id()) && (!errors_only || d.severity() == Severity::Error)
    };
    let mut out = String::new();
    let mut shown: BTreeMap<&str, u64> = BTreeMap::new();
    // Errors first: the reason of a refusal is never behind twenty warnings.
    let mut kept: Vec<&Diagnostic> = found.iter().filter(wanted).collect();
    kept.sort_by_key(|d| std::cmp::Reverse(d.severity()));
    for d in kept.iter().take(SHOWN) {
        out.push_str(&one(d));
        *shown.entry(d.id()).or_default() += 1;
    }
    let mut rest = Vec::new();
    if kept.len() > SHOWN || kept.iter().any(|d| d.severity() == Severity::Error) {
        for (id, &count) in found.counts() {
            let more = count.saturating_sub(shown.get(id).copied().unwrap_or(0));
            let is_wanted = kept.iter().any(|d| d.id() == *id);
            if more > 0 && is_wanted && (kept.len() > SHOWN || !counted_in_text(&kept, id)) {
                rest.push(format!("{id} {more}"));
            }
        }
    }
    if !rest.is_empty() {
        let line = format!("and more: {}; `--json` has them", rest.join(", "));
        wrapped(&mut out, "", "  ", &line);
    }
    out
}

/// Whether one finding of this code stands for several.
fn counted_in_text(kept: &[&Diagnostic], id: &str) -> bool {
    kept.iter().filter(|d| d.id() == id).count() == 1
}

/// One finding.
pub(crate) fn one(d: &Diagnostic) -> String {
    let mut out = String::new();
    let (word, colour) = match d.severity() {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
        Severity::Info => ("info", CYAN),
    };
    let head = format!("{word}[{}]: ", d.id());
    let indent = " ".repeat(head.width());
    let mut title = String::new();
    wrapped(&mut title, &head, &indent, &escaped(d.what()));
    let title =
        title.replacen(&head, &format!("{colour}{}{RESET}{BOLD}: ", &head[..head.len() - 2]), 1);
    let _ = writeln!(out, "{}{RESET}", title.trim_end_matches('\n'));
    let line = d.location().and_then(|at| at.line);
    if let Some(at) = d.location() {
        let _ = writeln!(out, "{BLUE}  -->{RESET} {}", escaped(&at.to_string()));
    }
    if let (Some(snippet), Some(line)) = (d.line_text(), line) {
        marked(&mut out, snippet, line);
    }
    for note in d.notes() {
        remark(&mut out, "note", note);
    }
    if let Some(help) = d.help_text() {
        remark(&mut out, "help", help);
    }
    out
}

fn remark(out: &mut String, word: &str, text: &str) {
    let head = format!("  = {word}: ");
    let mut body = String::new();
    wrapped(&mut body, &head, &" ".repeat(head.len()), &escaped(text));
    out.push_str(&body.replacen("  =", &format!("{BLUE}  ={RESET}"), 1));
}

/// Text under a head, broken between words at 80 columns; a word longer than a line stays whole.
fn wrapped(out: &mut String, head: &str, indent: &str, text: &str) {
    let mut column = head.width();
    out.push_str(head);
    for (i, word) in text.split(' ').enumerate() {
        let width = word.width();
        if i > 0 {
            if column + 1 + width > WIDTH && column > indent.width() {
                out.push('\n');
                out.push_str(indent);
                column = indent.width();
            } else {
                out.push(' ');
                column += 1;
            }
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
}

/// The line of the file with its mark, cut to the window around the mark.
fn marked(out: &mut String, snippet: &Snippet, line: u64) {
    let number = line.to_string();
    let gutter = " ".repeat((number.len() + 1).max(2));
    let room = WIDTH - gutter.len() - 2;
    let chars: Vec<char> = snippet.text.chars().collect();
    let start = snippet.start.min(chars.len());
    let visible = |slice: &[char]| escaped(&slice.iter().collect::<String>());
    let width = |c: &char| escaped(&c.to_string()).width().max(c.width().unwrap_or(0));
    // The window begins so that the mark stands in its first half.
    let mut from = start;
    let mut before = 0;
    while from > 0 && before + width(&chars[from - 1]) <= room / 2 {
        from -= 1;
        before += width(&chars[from]);
    }
    let mut to = from;
    let mut taken = 0;
    while to < chars.len() && taken + width(&chars[to]) <= room {
        taken += width(&chars[to]);
        to += 1;
    }
    let lead = visible(&chars[from..start]);
    let mark_end = (start + snippet.len.max(1)).min(to).max(start);
    let carets: usize = chars[start..mark_end].iter().map(width).sum::<usize>().max(1);
    let _ = writeln!(out, "{BLUE}{gutter}|{RESET}");
    let _ =
        writeln!(out, "{BLUE}{number:<w$}|{RESET} {}", visible(&chars[from..to]), w = gutter.len());
    let mut label = String::new();
    let pad = lead.width();
    let text = escaped(&snippet.label);
    let fits = pad + carets + 1 + text.width() <= room;
    let indent = format!("{gutter}| ");
    if fits || text.is_empty() {
        let _ = write!(
            label,
            "{BLUE}{gutter}|{RESET} {}{RED}{} {text}{RESET}",
            " ".repeat(pad),
            "^".repeat(carets)
        );
        let _ = writeln!(out, "{}", label.trim_end());
    } else {
        let _ = writeln!(
            out,
            "{BLUE}{gutter}|{RESET} {}{RED}{}{RESET}",
            " ".repeat(pad),
            "^".repeat(carets)
        );
        let mut below = String::new();
        wrapped(&mut below, &indent, &indent, &text);
        out.push_str(&below.replace(&format!("{gutter}|"), &format!("{BLUE}{gutter}|{RESET}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::Location;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_finding_says_what_where_why_and_what_to_type() {
        let d = Diagnostic::new("E0205", "row has 2 fields, the header has 3")
            .at(Location::file("data/edges.csv").line(418))
            .snippet(Snippet {
                text: "F00931,F00212".into(),
                start: 13,
                len: 1,
                label: "`weight` is missing here".into(),
            })
            .note("the file may have been cut off; its last line is 418")
            .help("`--ragged drop` skips such rows and counts them");
        let expected = "\
error[E0205]: row has 2 fields, the header has 3
  --> data/edges.csv:418
    |
418 | F00931,F00212
    |              ^ `weight` is missing here
  = note: the file may have been cut off; its last line is 418
  = help: `--ragged drop` skips such rows and counts them
";
        assert_eq!(plain(&one(&d)), expected);
    }

    #[test]
    fn long_texts_are_broken_between_words() {
        let d = Diagnostic::new("E0506", "word ".repeat(40).trim())
            .note("another word ".repeat(20).trim());
        let text = plain(&one(&d));
        assert!(text.lines().all(|line| line.width() <= 80), "{text}");
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("              word")));
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let d = Diagnostic::new("E0205", "row").at(Location::file("a").line(7)).snippet(Snippet {
            text: "x".repeat(500) + "!" + &"y".repeat(500),
            start: 500,
            len: 1,
            label: "here".into(),
        });
        let text = plain(&one(&d));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[3].find('!'), lines[4].find('^'), "{text}");
        assert!(lines.iter().all(|line| line.width() <= 80), "{text}");
    }

    #[test]
    fn twenty_are_shown_and_the_rest_counted() {
        let mut found = Diagnostics::default();
        for line in 0..150 {
            found.push(Diagnostic::new("E0205", "row").at(Location::file("a").line(line)));
        }
        let text = plain(&all(&found, &BTreeSet::new(), false));
        assert_eq!(text.matches("error[E0205]").count(), 20);
        assert!(text.ends_with("and more: E0205 130; `--json` has them\n"), "{text}");
    }

    #[test]
    fn names_from_files_cannot_steer_the_terminal() {
        let d = Diagnostic::new("W0406", "id \u{1b}[31m\u{202e}x");
        assert!(plain(&one(&d)).contains("\\u{1b}[31m\\u{202e}x"));
    }
}
