//! Findings as people and programs read them, and the exit code that follows.

pub(crate) mod exit;
pub(crate) mod json;
pub(crate) mod render;

use palenque_graph::{Diagnostic, Diagnostics};

/// Why a verb has no result.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// These findings say why.
    Found(Box<Diagnostics>),
    /// A signal or the time limit.
    Stopped,
}

/// What a part of a verb ends with.
pub(crate) type Outcome<T> = Result<T, Refusal>;

impl From<Diagnostic> for Refusal {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut found = Diagnostics::default();
        found.push(diagnostic);
        Self::Found(Box::new(found))
    }
}

impl From<Diagnostics> for Refusal {
    fn from(found: Diagnostics) -> Self {
        Self::Found(Box::new(found))
    }
}

/// The findings without those that the user accepted.
pub(crate) fn without<'a>(
    found: &'a Diagnostics,
    accepted: &'a std::collections::BTreeSet<String>,
) -> impl Iterator<Item = &'a Diagnostic> + Clone {
    let all: Vec<&Diagnostic> = found.iter().collect();
    all.into_iter().filter(|d| !accepted.contains(d.id()))
}
