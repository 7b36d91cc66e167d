//! Ids that a person would take for one: they differ in blanks, case, Unicode form or script. They are kept
//! apart and named.

use foldhash::fast::RandomState;
use palenque_graph::diagnostic::{is_deceptive, shown};
use palenque_graph::{Diagnostic, Ids, NodeIndex};
use std::borrow::Cow;
use std::hash::BuildHasher;
use unicode_normalization::UnicodeNormalization;

/// How many pairs a finding lists.
const LISTED: usize = 5;
/// Ids of at most this many characters are codes, such as `Na` and `NA`: their case is meant.
const CODE: usize = 3;

/// A finding about ids, and the first of them.
pub(super) struct Alike {
    pub(super) finding: Diagnostic,
    pub(super) n: u64,
    pub(super) first: NodeIndex,
}

/// What occurs in any of the ids at all: most checks are spared by it.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
struct Traits {
    blank: bool,
    upper: bool,
    lower: bool,
    wide: bool,
    control: bool,
}

/// What each byte is: bit 0 blank, 1 upper, 2 lower case, 3 not ASCII, 4 control.
static TRAITS: [u8; 256] = {
    let mut traits = [0; 256];
    let mut b = 0;
    while b < 256 {
        traits[b] = match b as u8 {
            b' ' | b'\t' => 1,
            b'A'..=b'Z' => 2,
            b'a'..=b'z' => 4,
            0x80.. => 8,
            0..=31 | 127 => 16,
            _ => 0,
        };
        b += 1;
    }
    traits
};

impl Traits {
    fn of(ids: &Ids) -> Self {
        let mut seen = 0_u8;
        for id in ids.iter() {
            seen = id.bytes().fold(seen, |seen, b| seen | TRAITS[usize::from(b)]);
        }
        let has = |bit: u8| seen & bit != 0;
        Self { blank: has(1), upper: has(2), lower: has(4), wide: has(8), control: has(16) }
    }
}

/// All findings about ids that look alike.
pub(super) fn check(ids: &Ids) -> Vec<Alike> {
    let seen = Traits::of(ids);
    let mut found = Vec::new();
    if seen.blank || seen.wide || seen.control {
        let help =
            "`--trim` takes blanks off the ends; `--allow W0402` if they are different firms";
        found.extend(pairs(ids, without_blanks, "W0402", "differ only in blanks", help));
    }
    if (seen.upper && seen.lower) || seen.wide {
        let help = "write each id in one way; `--allow W0403` if they are different firms";
        found.extend(pairs(ids, without_case, "W0403", "differ only in case", help));
    }
    if seen.wide {
        let help = "`--normalize nfc` makes them one; `--allow W0404` if they are different firms";
        found.extend(pairs(ids, composed, "W0404", "differ only in Unicode form", help));
        let help = "write each id in one script; `--allow W0405` if they are different firms";
        found.extend(pairs(ids, latinised, "W0405", "look alike in different scripts", help));
    }
    if seen.wide || seen.control {
        found.extend(hidden(ids));
    }
    found
}

/// Ids that are different and have one key.
fn pairs(
    ids: &Ids,
    key: fn(&str) -> Cow<'_, str>,
    code: &'static str,
    differ: &str,
    help: &str,
) -> Option<Alike> {
    let state = RandomState::default();
    let mut keys: Vec<(u64, u32)> = ids
        .iter()
        .zip(0_u32..)
        .map(|(id, node)| (state.hash_one(key(id).as_bytes()), node))
        .collect();
    keys.sort_unstable();
    // Equal hashes are neighbours; equal keys among them are found by comparing with the group's members.
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for run in keys.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
        let mut rest: Vec<u32> = run.iter().map(|&(_, node)| node).collect();
        while let Some(&first) = rest.first() {
            let wanted = key(ids.get(first.into())).into_owned();
            let same = |&node: &u32| key(ids.get(node.into())) == wanted;
            let (group, others): (Vec<u32>, Vec<u32>) = rest.into_iter().partition(same);
            rest = others;
            if group.len() > 1 {
                groups.push(group);
            }
        }
    }
    groups.sort_unstable();
    let first = *groups.first()?.first()?;
    let n: u64 = groups.iter().map(|g| g.len() as u64).sum();
    let mut finding = Diagnostic::new(code, format!("{n} ids {differ}; they were kept apart"));
    for group in groups.iter().take(LISTED) {
        let names: Vec<String> = group
            .iter()
            .take(LISTED)
            .map(|&g| format!("`{}`", visible(ids.get(g.into()))))
            .collect();
        finding = finding.note(names.join(", "));
    }
    if groups.len() > LISTED {
        finding = finding.note(format!("and {} more groups", groups.len() - LISTED));
    }
    Some(Alike { finding: finding.help(help), n, first: first.into() })
}

/// An id with blanks that are not plain ones, and all that is not ASCII but looks so, spelt out.
fn visible(id: &str) -> String {
    let spelt = |c: char| match c {
        '\u{a0}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}'
        | '\u{300}'..='\u{36f}' => c.escape_unicode().to_string(),
        _ => c.to_string(),
    };
    shown(&id.chars().map(spelt).collect::<String>())
}

/// Ends trimmed, blanks inside joined.
fn without_blanks(id: &str) -> Cow<'_, str> {
    let trimmed = id.trim();
    let plain = trimmed.split(char::is_whitespace).all(|word| !word.is_empty());
    if plain && !trimmed.contains(|c: char| c.is_whitespace() && c != ' ') {
        return trimmed.into();
    }
    trimmed.split_whitespace().collect::<Vec<_>>().join(" ").into()
}

fn without_case(id: &str) -> Cow<'_, str> {
    let is_code = id.len() <= CODE || (!id.is_ascii() && id.chars().count() <= CODE);
    if is_code { id.into() } else { id.to_lowercase().into() }
}

fn composed(id: &str) -> Cow<'_, str> {
    if id.is_ascii() { id.into() } else { id.nfc().collect::<String>().into() }
}

fn latinised(id: &str) -> Cow<'_, str> {
    if id.is_ascii() { id.into() } else { id.chars().map(latin).collect::<String>().into() }
}

/// The Latin letter that a Cyrillic or Greek one, or a full-width one, looks like.
fn latin(c: char) -> char {
    const TWINS: &[(&str, &str)] = &[
        ("АВЕЅІЈКМНОРСТХУԌԚԜ", "ABESIJKMHOPCTXYGQW"),
        ("аеѕіјорсухһԁԛԝ", "aesijopcyxhdqw"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("ονα", "ova"),
    ];
    if let fullwidth @ '\u{ff01}'..='\u{ff5e}' = c {
        return char::from_u32(fullwidth as u32 - 0xfee0).unwrap_or(c);
    }
    let twin = |(from, to): &(&str, &str)| {
        from.chars().zip(to.chars()).find(|(f, _)| *f == c).map(|(_, t)| t)
    };
    TWINS.iter().find_map(twin).unwrap_or(c)
}

/// Ids with characters that are not seen, or that turn their neighbours round.
fn hidden(ids: &Ids) -> Vec<Alike> {
    let with = |wanted: fn(char) -> bool| {
        let mut nodes = ids.iter().zip(0_u32..).filter(|(id, _)| id.chars().any(wanted));
        let (id, first) = nodes.next()?;
        Some((shown(id), NodeIndex::from(first), 1 + nodes.count() as u64))
    };
    let mut found = Vec::new();
    if let Some((id, first, n)) = with(|c| is_deceptive(c) && !c.is_control()) {
        let what =
            format!("{n} ids hold invisible or direction-changing characters, such as `{id}`");
        let help = "take them out, or pass `--allow W0406`; they are shown escaped everywhere";
        found.push(Alike { finding: Diagnostic::new("W0406", what).help(help), n, first });
    }
    let is_odd = |c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t';
    if let Some((id, first, n)) = with(is_odd) {
        let what = format!("{n} ids hold control characters, such as `{id}`");
        let help = "take them out, or pass `--allow W0203`; they are shown escaped everywhere";
        found.push(Alike { finding: Diagnostic::new("W0203", what).help(help), n, first });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(ids: &[&str]) -> Vec<(&'static str, u64, usize)> {
        let ids: Ids = ids.iter().collect();
        check(&ids).iter().map(|a| (a.finding.id(), a.n, a.first.index())).collect()
    }

    #[test]
    fn each_way_of_looking_alike_has_its_code() {
        assert_eq!(codes(&["B", "A ", "A", "\u{a0}A"]), [("W0402", 3, 1)]);
        assert_eq!(codes(&["ACME", "x", "Acme"]), [("W0403", 2, 0)]);
        assert_eq!(codes(&["Pe\u{f1}oles", "Pen\u{303}oles"]), [("W0404", 2, 0)]);
        assert_eq!(codes(&["АСМЕ", "ACME"]), [("W0405", 2, 0)]);
        assert_eq!(codes(&["A\u{200b}CME", "ACME"]), [("W0406", 1, 0)]);
        assert_eq!(codes(&["A\u{1}", "\u{1b}["]), [("W0203", 2, 0)]);
    }

    #[test]
    fn what_is_meant_is_left_alone() {
        assert_eq!(codes(&["NA", "na", "NaN", "nan", "TRUE", "007", "7"]), []);
        assert_eq!(codes(&["شركة النيل", "מפעל", "👩\u{200d}👧", "Ünal", "A B"]), []);
    }
}
