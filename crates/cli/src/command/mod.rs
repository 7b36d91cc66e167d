//! The verbs, one module each.

mod check;
mod compare;
mod completions;
mod convert;
mod demo;
mod draw;
mod explain;
mod generate;
mod identities;
mod init;
mod inspect;
mod list;
mod man;
mod measure;
mod profile;
pub(crate) mod read_child;
mod report;
mod run;
mod schema;
mod side_by_side;
mod validate;

pub(crate) use explain::Page;

use crate::args::Verb;
use crate::diagnostics::Outcome;
use crate::session::Session;
use serde_json::Value;
use std::io::{self, Write};

/// Writes what goes to standard output.
type Print = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()>>;

/// What a verb ends with.
pub(crate) struct Done {
    /// The answer, for verbs that answer a question.
    pub(crate) yes: bool,
    /// The result under `--json`.
    pub(crate) result: Value,
    /// The result without it.
    pub(crate) print: Print,
    /// Lines for standard error: what was done.
    pub(crate) notes: Vec<String>,
}

impl Done {
    /// A result that is a text.
    pub(crate) fn text(text: impl Into<String>, result: Value) -> Self {
        let text = text.into();
        let print: Print = Box::new(move |out| out.write_all(text.as_bytes()));
        Self { yes: true, result, print, notes: Vec::new() }
    }

    /// This and another, one after the other; the other's data are under its kind.
    pub(crate) fn and(self, other: Self) -> Self {
        let mut result = self.result;
        if let Some(kind) = other.result["kind"].as_str().map(str::to_owned) {
            result[kind] = other.result;
        }
        let print: Print = Box::new(move |out| {
            (self.print)(out)?;
            out.write_all(b"\n")?;
            (other.print)(out)
        });
        Self { yes: self.yes && other.yes, result, print, notes: self.notes }
    }

    /// The same with another answer.
    pub(crate) fn answer(self, yes: bool) -> Self {
        Self { yes, ..self }
    }

    /// The same with a line for standard error.
    pub(crate) fn note(mut self, line: impl Into<String>) -> Self {
        self.notes.push(line.into());
        self
    }
}

/// Runs a verb.
pub(crate) fn run(session: &mut Session, verb: Verb) -> Outcome<Done> {
    match verb {
        Verb::Demo(args) => demo::run(session, &args),
        Verb::Init(args) => init::run(session, &args),
        Verb::Validate(args) => validate::run(session, &args),
        Verb::Inspect(args) => inspect::run(session, &args),
        Verb::Measure(args) => measure::run(session, &args),
        Verb::Draw(args) => draw::run(session, &args),
        Verb::Profile(args) => profile::run(session, &args),
        Verb::Report(args) => report::run(session, &args),
        Verb::Run(args) => run::run(session, &args),
        Verb::Check(args) => check::run(session, &args),
        Verb::Compare(args) => compare::run(session, &args),
        Verb::Convert(args) => convert::run(session, &args),
        Verb::List(args) => Ok(list::run(&args)),
        Verb::Explain(args) => explain::run(&args),
        Verb::Schema(args) => Ok(schema::run(&args)),
        Verb::Generate(args) => generate::run(session, &args),
        Verb::Completions(args) => Ok(completions::run(&args)),
        Verb::Man => Ok(man::run()),
        Verb::ReadChild(args) => {
            let code = read_child::run(&args);
            Ok(Done::text("", Value::Null).answer(code == 0))
        }
    }
}
