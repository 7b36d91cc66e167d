//! Why a metric has no result.

use crate::ParamError;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, SupplyGraph};

/// Why a metric has no result. The metric's name is added by the caller.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum MetricError {
    /// A node column or side table is missing.
    #[error("needs {what}, which the input does not have")]
    InputMissing {
        /// What is missing, such as "node column `stage`".
        what: String,
    },
    /// A parameter is unknown, of the wrong type, or out of range.
    #[error(transparent)]
    Parameter(#[from] ParamError),
    /// Nodes that trade have no positive output, so their coefficients are undefined.
    #[error(
        "`{node}` {verb} {flow}, but its output is {output}{}",
        if *.more == 0 { String::new() } else { format!(" ({} more nodes are like it)", .more) }
    )]
    NoOutput {
        /// Id of the first such node.
        node: String,
        /// What it does: `buys` or `sells`.
        verb: &'static str,
        /// For how much.
        flow: f64,
        /// Its output.
        output: f64,
        /// How many nodes more are like it.
        more: usize,
    },
    /// `I − A` has no useful inverse.
    #[error("this economy is not productive: {why}")]
    NotProductive {
        /// What shows it: the spectral radius, or the closed block.
        why: String,
        /// Ids of nodes in the block, up to 10.
        block: Vec<String>,
    },
    /// An iteration did not reach its tolerance.
    #[error(
        "not converged after {iterations} iterations: the error may be {error:e}, above {tolerance:e}"
    )]
    NotConverged {
        /// Iterations made.
        iterations: usize,
        /// Bound of the error reached.
        error: f64,
        /// Bound asked for.
        tolerance: f64,
    },
    /// The full inverse does not agree with what a solve is certain of.
    #[error(
        "needs the full inverse, and its column sums may be off by {error:.1e}, relatively, where {tolerance:.1e} is allowed: the \
         network keeps nearly all of its output to itself (condition number {condition:.1e})"
    )]
    Inexact {
        /// How far a column sum is from the multiplier that a solve certifies.
        error: f64,
        /// How far it may be.
        tolerance: f64,
        /// Condition number of `I − A`.
        condition: f64,
    },
    /// A full matrix of this many nodes would not fit.
    #[error(
        "needs the full inverse: {n} nodes would take {gigabytes:.2} GB, and at most {limit} nodes are taken"
    )]
    TooLarge {
        /// Nodes.
        n: usize,
        /// What one matrix of them takes.
        gigabytes: f64,
        /// The most that is taken.
        limit: usize,
    },
    /// It would take hours.
    #[error("needs {what} of {n} nodes, which can take hours")]
    TooLong {
        /// What is computed, such as "the distances between all pairs".
        what: &'static str,
        /// Nodes.
        n: usize,
        /// What to ask for instead.
        instead: &'static str,
    },
    /// The accounts of the network contradict themselves.
    #[error("{}", .0.what())]
    Accounts(Box<Diagnostic>),
    /// A side table does not say what the index needs, or names nodes that are not there.
    #[error("{}", .0.what())]
    Side(Box<Diagnostic>),
    /// The computation was stopped by the user or a limit.
    #[error("stopped before it was done")]
    Cancelled,
}

impl MetricError {
    /// There is no number column of nodes of this name; a text column perhaps.
    pub(crate) fn no_numbers(graph: &SupplyGraph, name: &str) -> Self {
        let column = graph.nodes().text(name);
        let is_number = |text: &&str| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
        let text = column.and_then(|c| c.levels().find(|text| !is_number(text)));
        let what = match text {
            Some(text) => format!("numbers in node column `{name}` (`{}` is none)", shown(text)),
            None => format!("node column `{name}`"),
        };
        Self::InputMissing { what }
    }

    /// The error as a person reads it, with its code.
    #[must_use]
    pub fn diagnostic(&self, metric: &str) -> Diagnostic {
        let what = format!("`{metric}` {self}");
        match self {
            Self::InputMissing { what: missing } => {
                let side = missing.strip_prefix("side table `").and_then(|rest| rest.split('`').next());
                Diagnostic::new("E0301", what).help(match side {
                    Some(side) => format!("give it as `--input {side}=FILE`, or leave `{metric}` out"),
                    None => format!("add {missing} to the input, or leave `{metric}` out"),
                })
            }
            Self::Parameter(ParamError::Unknown { .. }) => {
                Diagnostic::new("E0701", format!("`{metric}`: {self}"))
                    .help(format!("`palenque explain {metric}` lists its parameters"))
            }
            Self::Parameter(_) => Diagnostic::new("E0702", format!("`{metric}`: {self}"))
                .help(format!("`palenque explain {metric}` lists its parameters")),
            Self::NoOutput { .. } => Diagnostic::new("E0504", self.to_string())
                .help("correct its `output`; an empty cell is filled from sales and purchases"),
            Self::NotProductive { block, .. } => {
                let d = Diagnostic::new("E0506", self.to_string()).help(
                    "check units and the `output` column; `palenque inspect` lists the accounts",
                );
                if block.is_empty() {
                    d
                } else {
                    d.note(format!("nodes in the block: {}", block.join(", ")))
                }
            }
            Self::NotConverged { .. } => Diagnostic::new("E0901", what).help(loosened(metric)),
            Self::Inexact { .. } => Diagnostic::new("E0901", what)
                .help("give `output` or `final_demand` if more is sold to final users, aggregate first, or ask for indices that need one solve"),
            Self::TooLarge { .. } => Diagnostic::new("E0902", what)
                .help("aggregate first, such as with `--by sector`, raise `--max-memory`, or ask for indices that need one solve"),
            Self::TooLong { instead, .. } => Diagnostic::new("E0903", what)
                .help(if takes_method(metric) {
                    format!("{instead}, or `--set {metric}.method=exact`")
                } else {
                    (*instead).to_owned()
                }),
            Self::Accounts(found) | Self::Side(found) => (**found).clone(),
            Self::Cancelled => Diagnostic::new("E0903", what).help("allow more time"),
        }
    }
}

/// Whether a metric can be told to begin what takes hours.
fn takes_method(metric: &str) -> bool {
    crate::find(metric).is_some_and(|m| m.spec().params.iter().any(|p| p.name == "method"))
}

/// Which parameters of a metric let an iteration go on longer, or end sooner.
fn loosened(metric: &str) -> String {
    const NAMES: [&str; 3] = ["max_iterations", "max_steps", "tolerance"];
    let params = crate::find(metric).map_or(&[][..], |m| m.spec().params);
    let names: Vec<String> = NAMES
        .iter()
        .filter(|name| params.iter().any(|param| param.name == **name))
        .map(|name| format!("`{metric}.{name}`"))
        .collect();
    if names.is_empty() {
        return "the flows settle too slowly for an answer: look for groups that trade almost only with each other, and for `output` \
                that is too small"
            .into();
    }
    format!("raise {}, with `--set`", names.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(metric: &str, error: &MetricError) -> String {
        error.diagnostic(metric).help_text().unwrap_or_default().to_owned()
    }

    #[test]
    fn what_does_not_settle_names_parameters_that_there_are() {
        let error = MetricError::NotConverged { iterations: 9, error: 1e-3, tolerance: 1e-12 };
        assert_eq!(
            help("pagerank", &error),
            "raise `pagerank.max_iterations` or `pagerank.tolerance`, with `--set`"
        );
        assert!(help("katz", &error).starts_with("the flows settle too slowly"));
    }

    #[test]
    fn an_inverse_that_is_not_certain_says_how_far_it_is_off() {
        let error = MetricError::Inexact { error: 4.17e-9, tolerance: 1e-9, condition: 1e5 };
        let said = error.diagnostic("hypothetical_extraction");
        assert_eq!(said.id(), "E0901");
        let expected = "may be off by 4.2e-9, relatively, where 1.0e-9 is allowed";
        assert!(said.what().contains(expected), "{}", said.what());
    }
}
