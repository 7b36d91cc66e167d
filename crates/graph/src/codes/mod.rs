//! Every diagnostic code, with what it means and how to go on. A code never changes meaning.
//!
//! The first digits name the area: 01 files, 02 text, 03 values, 04 the network, 05 accounts and tables, 06 other
//! formats, 07 configuration, 08 output, 09 computation. `E` refuses, `W` warns.

mod accounts;
mod computation;
mod config;
mod file;
mod format;
mod network;
mod output;
mod text;
mod value;

/// One code of the catalogue, as `palenque explain CODE` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code, such as `E0205`.
    pub id: &'static str,
    /// What happened, in a few words.
    pub title: &'static str,
    /// What it means, why palenque refuses or warns, and what to type to go on.
    pub explanation: &'static str,
}

/// The entry of a code.
///
/// # Example
/// ```
/// let code = palenque_graph::codes::find("E0407").expect("a code of the catalogue");
/// assert_eq!(code.title, "negative flow");
/// ```
#[must_use]
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().find(|code| code.id == id)
}

/// Every code, errors first, each in ascending order.
pub static ALL: &[Code] = &joined::<{ count(AREAS) }>(AREAS);

const AREAS: &[&[Code]] = &[
    file::ERRORS,
    text::ERRORS,
    value::ERRORS,
    network::ERRORS,
    accounts::ERRORS,
    format::ERRORS,
    config::ERRORS,
    output::ERRORS,
    computation::ERRORS,
    file::WARNINGS,
    text::WARNINGS,
    value::WARNINGS,
    network::WARNINGS,
    accounts::WARNINGS,
    format::WARNINGS,
    config::WARNINGS,
    output::WARNINGS,
    computation::WARNINGS,
];

const fn code(id: &'static str, title: &'static str, explanation: &'static str) -> Code {
    Code { id, title, explanation }
}

const fn count(areas: &[&[Code]]) -> usize {
    let (mut n, mut area) = (0, 0);
    while area < areas.len() {
        n += areas[area].len();
        area += 1;
    }
    n
}

const fn joined<const N: usize>(areas: &[&[Code]]) -> [Code; N] {
    let mut all = [code("", "", ""); N];
    let (mut n, mut area) = (0, 0);
    while area < areas.len() {
        let mut i = 0;
        while i < areas[area].len() {
            all[n] = areas[area][i];
            n += 1;
            i += 1;
        }
        area += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_ascend() {
        assert!(ALL.is_sorted_by_key(|code| code.id));
        assert!(ALL.windows(2).all(|pair| pair[0].id != pair[1].id));
        for code in ALL {
            assert_eq!(code.id.len(), 5, "{}", code.id);
            assert!(code.id.starts_with(['E', 'W']), "{}", code.id);
            assert!(code.id[1..].bytes().all(|b| b.is_ascii_digit()), "{}", code.id);
            assert_eq!(find(code.id), Some(code));
        }
        assert_eq!(find("E9999"), None);
    }

    #[test]
    fn every_code_is_explained_in_two_to_five_sentences() {
        for Code { id, title, explanation } in ALL {
            let sentences =
                explanation.split(['.', '?']).filter(|s| s.starts_with([' ', '\n'])).count() + 1;
            assert!((2..=6).contains(&sentences), "{id}: {sentences} sentences");
            assert!(explanation.ends_with('.'), "{id}");
            assert!(!explanation.contains("  ") && !explanation.contains('\n'), "{id}");
            assert!(title.len() <= 60 && !title.ends_with('.'), "{id}");
            for word in ["invalid", "unexpected", "failed", "illegal"] {
                assert!(!explanation.contains(word) && !title.contains(word), "{id}: {word}");
            }
        }
    }
}
