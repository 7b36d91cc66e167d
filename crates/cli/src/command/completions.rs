//! `palenque completions`: for a shell.

use super::Done;
use crate::args::{Cli, CompletionsArgs};
use clap::CommandFactory;
use serde_json::json;

pub(super) fn run(args: &CompletionsArgs) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "palenque", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let result = json!({ "shell": args.shell.to_string(), "script": script });
    Done::text(script, result)
}
