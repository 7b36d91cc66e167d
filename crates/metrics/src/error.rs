//! Why a metric has no result.

use crate::ParamError;
use palenque_graph::Diagnostic;

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
            Self::NotConverged { .. } => {
                Diagnostic::new("E0901", what).help("raise `max_iterations` or `tolerance`")
            }
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
