//! The command `palenque`: files to evidence about a production network.
//!
//! Standard output is data, standard error is talk. Every verb is a module of `command`; `measure`, `draw`,
//! `report` and `run` are one engine, `pipeline`. Nothing here computes an index.

mod args;
mod command;
mod config;
mod diagnostics;
mod difference;
mod models;
mod output;
#[cfg(test)]
mod pages;
mod pipeline;
mod progress;
mod selection;
mod session;
mod stop;
mod terminal;

use args::{Cli, Verb};
use clap::Parser;
use command::Done;
use diagnostics::{Refusal, exit, json, render};
use palenque_graph::{Diagnostic, Severity};
use serde_json::Value;
use session::Session;
use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Runs the command with these arguments, the first of which is the program's name.
#[must_use]
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    let code = catch_unwind(AssertUnwindSafe(|| run(&args))).unwrap_or_else(|_| {
        say_bug();
        exit::BUG
    });
    ExitCode::from(code)
}

fn say_bug() {
    let _ = writeln!(
        io::stderr(),
        "this is a bug in palenque {}; please report it with the command that was typed",
        env!("CARGO_PKG_VERSION")
    );
}

fn run(args: &[OsString]) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, args),
    };
    if let Verb::ReadChild(child) = &cli.verb {
        return command::read_child::run(child);
    }
    stop::watch();
    if let Some(directory) = &cli.common.directory
        && let Err(error) = std::env::set_current_dir(directory)
    {
        let shown = output::shown(directory);
        let found = Diagnostic::new(
            "E0101",
            format!("folder {shown} cannot be entered: {}", output::plain(&error)),
        )
        .help("`-C` names the folder to work in");
        return early(&cli, &found);
    }
    let mut session = match Session::new(&cli.common) {
        Ok(session) => session,
        Err(Refusal::Found(found)) => {
            let first = found.iter().next().cloned();
            return first.map_or(exit::BUG, |found| early(&cli, &found));
        }
        Err(Refusal::Stopped) => return exit::BUG,
    };
    let name = cli.verb.name();
    let outcome = command::run(&mut session, cli.verb);
    session.progress.clear();
    finish(&mut session, name, outcome)
}

/// Prints the result or the reason there is none, and gives the exit code.
fn finish(session: &mut Session, command: &str, outcome: diagnostics::Outcome<Done>) -> u8 {
    match outcome {
        Ok(done) => {
            let strict_no = session.strict && session.n_warnings() > 0;
            if !session.json {
                say_findings(session);
                if strict_no && !session.quiet {
                    session.say("warnings are refused by --strict: exit 1");
                }
                if !session.quiet {
                    done.notes.iter().for_each(|line| session.say(line));
                }
            }
            let code = if strict_no || !done.yes { exit::NO } else { exit::YES };
            let printed = if session.json {
                print_json(session, command, code == exit::YES, &done.result)
            } else {
                let mut out = io::BufWriter::new(terminal::stdout());
                (done.print)(&mut out).and_then(|()| out.flush())
            };
            match printed {
                Ok(()) => code,
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code,
                Err(error) => {
                    let found = output::refused("standard output", &error, 0, None);
                    let _ = write!(terminal::stderr(session.color), "{}", render::one(&found));
                    exit::ENVIRONMENT
                }
            }
        }
        Err(refusal) => {
            let code = match refusal {
                // The watcher may be ending the process meanwhile; it ends the same way.
                Refusal::Stopped if stop::signal().is_some() => {
                    return stop::signal().map_or(exit::BUG, exit::of_signal);
                }
                Refusal::Stopped => {
                    session.found.push(
                        Diagnostic::new("E0903", "stopped: the time limit was reached")
                            .note("nothing was written")
                            .help("allow more with `--time-limit`, or ask for fewer metrics"),
                    );
                    exit::LIMIT
                }
                Refusal::Found(found) => {
                    session.found.extend(*found);
                    if !session.found.has_errors() {
                        say_bug();
                    }
                    exit::of_all(&session.found)
                }
            };
            if session.json {
                let _ = print_json(session, command, false, &Value::Null);
            } else {
                say_findings(session);
            }
            code
        }
    }
}

fn say_findings(session: &Session) {
    let text = render::all(&session.found, &session.accepted, session.quiet);
    let _ = write!(terminal::stderr(session.color), "{text}");
}

fn print_json(session: &Session, command: &str, ok: bool, result: &Value) -> io::Result<()> {
    let found = diagnostics::without(&session.found, &session.accepted);
    let document = json::document(command, ok, result, found);
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &document)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// A refusal before there is a session.
fn early(cli: &Cli, found: &Diagnostic) -> u8 {
    let code = exit::of(found.id());
    refuse(cli.common.json, cli.common.color, cli.verb.name(), found);
    code
}

fn refuse(json: bool, color: args::When, command: &str, found: &Diagnostic) {
    debug_assert_eq!(found.severity(), Severity::Error);
    if json {
        let document = json::document(command, false, &Value::Null, std::iter::once(found));
        let _ = writeln!(io::stdout(), "{document}");
    } else {
        let _ = write!(terminal::stderr(color), "{}", render::one(found));
    }
}

/// What clap did not take: help and version are printed, all else is a finding.
fn not_understood(error: &clap::Error, args: &[OsString]) -> u8 {
    let typed: Vec<String> =
        args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    let Some(found) = args::usage::diagnostic(error, &typed) else {
        let _ = error.print();
        return exit::YES;
    };
    let has = |flag: &str| typed.iter().any(|arg| arg == flag);
    let never =
        typed.windows(2).any(|w| w[0] == "--color" && w[1] == "never") || has("--color=never");
    let color = if never { args::When::Never } else { args::When::Auto };
    let command = typed.iter().find(|arg| !arg.starts_with('-')).map_or("", String::as_str);
    refuse(has("--json"), color, command, &found);
    exit::USAGE
}
