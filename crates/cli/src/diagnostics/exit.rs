//! Exit codes: 0 yes, 1 no, 2 and above a failure, told apart by who can mend it.

use palenque_graph::{Diagnostics, Severity};

/// Done, and for questions: yes.
pub(crate) const YES: u8 = 0;
/// Done, and the answer is no.
pub(crate) const NO: u8 = 1;
/// Asked wrongly: flags or configuration.
pub(crate) const USAGE: u8 = 2;
/// The input was refused.
pub(crate) const INPUT: u8 = 3;
/// No answer exists for this input.
pub(crate) const NO_ANSWER: u8 = 4;
/// The environment failed.
pub(crate) const ENVIRONMENT: u8 = 5;
/// A limit was reached.
pub(crate) const LIMIT: u8 = 6;
/// A bug.
pub(crate) const BUG: u8 = 70;

/// The exit code of an error's code.
pub(crate) fn of(id: &str) -> u8 {
    match id {
        "E0101" | "E0102" => ENVIRONMENT,
        "E0106" | "E0902" | "E0903" => LIMIT,
        "E0506" | "E0901" => NO_ANSWER,
        _ => match id.get(..3) {
            Some("E07") => USAGE,
            Some("E08") => ENVIRONMENT,
            Some("E09") => NO_ANSWER,
            _ => INPUT,
        },
    }
}

/// The exit code after a signal: 130 after Ctrl-C, 143 after TERM, 129 after HUP.
pub(crate) fn of_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(BUG)
}

/// The exit code of a refusal: that of its first error.
pub(crate) fn of_all(found: &Diagnostics) -> u8 {
    let first = found.iter().find(|d| d.severity() == Severity::Error);
    first.map_or(BUG, |d| of(d.id()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palenque_graph::codes;

    #[test]
    fn every_error_has_an_exit_code_that_means_failure() {
        for code in codes::ALL.iter().filter(|code| code.id.starts_with('E')) {
            assert!((USAGE..=LIMIT).contains(&of(code.id)), "{}", code.id);
        }
        assert_eq!((of("E0205"), of("E0701"), of("E0506"), of("E0803")), (3, 2, 4, 5));
    }
}
