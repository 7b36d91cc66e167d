//! Help that opens with examples, and what was typed wrongly, as diagnostics with a suggestion.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};
use palenque_graph::Diagnostic;
use palenque_metrics::nearest;

/// `palenque --help`.
pub(crate) const TOP_HELP: &str = "\
palenque turns records of who supplies whom into evidence about a production
network: tables, figures and one page.

Usage: palenque VERB [FLAGS]

Start here
  demo         Make a synthetic mezcal cluster, analyse it, say where to look
  init         Write a commented palenque.toml for the files you have
  validate     Is my data sound? Findings with file, line and what to type
  inspect      What is in it? Counts, largest sellers and buyers, components
Measure
  measure      Any index of any family, as tables
  generate     Synthetic economies, the same for the same seed
Show
  draw         One figure, with the plotted data beside it
  report       Tables, figures and methods on one offline page
  profile      Twelve indices of a cluster, each with what it says
  convert      The network as a file of Gephi, networkx, R, Neo4j, a map ...
Repeat
  run          The whole pipeline of a palenque.toml
  check        Does an output folder still reproduce?
  compare      What differs between two tables or output folders?
Help
  list         Metrics, columns, charts, readers, exporters, models, codes
  explain      What a metric, column, chart, model or diagnostic code means
  schema       JSON Schemas of palenque.toml, run.json and the tables
  completions  Completions for bash, elvish, fish, powershell or zsh
  man          The manual page

Flags of every verb: --json -q -v --color --progress --strict --allow
  -j/--threads --max-memory --time-limit -C DIR -h -V
Exit codes: 0 done or yes, 1 no, 2 asked wrongly, 3 input refused, 4 no answer
  exists, 5 environment, 6 limit reached, 70 a bug

`palenque VERB --help` opens with three examples.
Edges point from seller to buyer.";

pub(crate) const DEMO: &str = "\
Examples:
  palenque demo
  palenque demo mezcal --seed 7
  palenque demo big --firms 2000";

pub(crate) const INIT: &str = "\
Examples:
  palenque init
  palenque init --edges flows.csv
  palenque init study --edges flows.csv --nodes firms.csv --decimal comma";

pub(crate) const VALIDATE: &str = "\
Examples:
  palenque validate --edges flows.csv
  palenque validate --edges flows.csv --nodes firms.csv --unknown add
  palenque validate --edges flows.csv --strict --json";

pub(crate) const INSPECT: &str = "\
Examples:
  palenque inspect --edges flows.csv
  palenque inspect --edges flows.csv --nodes firms.csv --wide
  palenque inspect --edges flows.csv --money-flow --json";

pub(crate) const MEASURE: &str = "\
Examples:
  palenque measure --edges flows.csv --metrics pagerank,betweenness
  palenque measure --edges flows.csv --nodes firms.csv --out results
  palenque measure --edges flows.csv --metrics degree --out degree.parquet";

pub(crate) const DRAW: &str = "\
Examples:
  palenque draw ccdf --edges flows.csv --out ccdf.svg
  palenque draw ranking --edges flows.csv --option column=pagerank --out top.png
  palenque draw ccdf --edges flows.csv --preset paper-1col --theme dark";

pub(crate) const PROFILE: &str = "\
Examples:
  palenque profile --edges flows.csv --nodes firms.csv --replicates 19
  palenque profile --edges flows.csv --replicates 9 --out profile.html
  palenque profile --edges flows.csv --replicates 0 --out profile.csv";

pub(crate) const REPORT: &str = "\
Examples:
  palenque report --edges flows.csv --out page
  palenque report --edges flows.csv --nodes firms.csv --out page.html
  palenque report --edges flows.csv --title 'Steel cluster, 2023' --out steel";

pub(crate) const CONVERT: &str = "\
Examples:
  palenque convert --edges flows.csv --nodes firms.csv --to gexf --out net.gexf
  palenque convert --edges flows.csv --to tidygraph --out net.csv
  palenque convert --edges flows.csv --to json";

pub(crate) const RUN: &str = "\
Examples:
  palenque run
  palenque run palenque.toml --dry-run
  palenque run palenque.toml --set seed=9 --out out-seed-9";

pub(crate) const CHECK: &str = "\
Examples:
  palenque check out
  palenque check out --tolerance rel=1e-12
  palenque check out --update";

pub(crate) const COMPARE: &str = "\
Examples:
  palenque compare out new
  palenque compare out/tables/linkages.csv new/tables/linkages.csv
  palenque compare out new --side-by-side";

pub(crate) const LIST: &str = "\
Examples:
  palenque list metrics
  palenque list charts
  palenque list codes --json";

pub(crate) const EXPLAIN: &str = "\
Examples:
  palenque explain degree
  palenque explain E0304
  palenque explain node_metrics";

pub(crate) const SCHEMA: &str = "\
Examples:
  palenque schema config
  palenque schema run
  palenque schema tables";

pub(crate) const GENERATE: &str = "\
Examples:
  palenque generate tonaya --out cluster
  palenque generate tonaya --firms 5000 --seed 3 --out large
  palenque generate tonaya --periods 2 --out short";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  palenque completions bash
  palenque completions zsh
  palenque completions fish";

pub(crate) const MAN: &str = "\
Examples:
  palenque man
  palenque man --color never
  palenque man -q";

/// A refusal of clap as a finding. `None` for what is no refusal: help and version.
pub(crate) fn diagnostic(error: &clap::Error, typed: &[String]) -> Option<Diagnostic> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(s)) => Some(s.clone()),
        Some(ContextValue::Strings(list)) => Some(list.join(", ")),
        _ => None,
    };
    let verb = verb_of(typed);
    let verb_help = verb
        .as_ref()
        .map_or("palenque --help".into(), |v| format!("palenque {} --help", v.get_name()));
    let see = format!("`{verb_help}` opens with examples");
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    Some(match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::UnknownArgument => {
            let flags = flags_of(verb.as_ref());
            let word = argument.trim_start_matches('-');
            let near = nearest(word, flags.iter().map(String::as_str));
            if !argument.starts_with('-') {
                let what = format!("`{argument}` stands alone: which flag is it for?");
                let help = format!("a file of flows is named by `--edges {argument}`; {see}");
                return Some(Diagnostic::new("E0701", what).help(help));
            }
            let found = Diagnostic::new("E0701", format!("there is no flag `{argument}` here"));
            match near {
                Some(flag) => found.help(format!("did you mean `--{flag}`? {see}")),
                None => found.help(see),
            }
        }
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            let command = super::Cli::command();
            let near = nearest(&word, command.get_subcommands().map(Command::get_name))
                .filter(|v| !v.starts_with('_'));
            let found = Diagnostic::new("E0701", format!("there is no verb `{word}`"));
            match near {
                Some(verb) => found.help(format!("did you mean `{verb}`?")),
                None => found.help("`palenque --help` lists the verbs"),
            }
        }
        ErrorKind::InvalidValue => {
            let choices = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(list)) => list.clone(),
                _ => Vec::new(),
            };
            if value.is_empty() {
                let found = Diagnostic::new("E0702", format!("`{argument}` needs a value"));
                return Some(if choices.is_empty() {
                    found.help(see)
                } else {
                    found.help(format!("one of {}", choices.join(", ")))
                });
            }
            let near = nearest(&value, choices.iter().map(String::as_str));
            let found = Diagnostic::new("E0702", format!("`{argument}` has no choice `{value}`"));
            let found = found.note(format!("it takes {}", choices.join(", ")));
            match near {
                Some(choice) => found.help(format!("did you mean `{choice}`?")),
                None => found.help(see),
            }
        }
        ErrorKind::ValueValidation => {
            use std::error::Error;
            let why = match error.source() {
                Some(source) => format!("`{argument}` {source}"),
                None => error.to_string().trim().trim_start_matches("error: ").to_owned(),
            };
            Diagnostic::new("E0702", why).help(see)
        }
        ErrorKind::MissingRequiredArgument => {
            Diagnostic::new("E0702", format!("{argument} is missing")).help(see)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Diagnostic::new("E0702", "a verb is missing")
                .help("`palenque --help` lists the verbs; `palenque demo` shows what they do")
        }
        ErrorKind::ArgumentConflict => {
            let prior = text(ContextKind::PriorArg).unwrap_or_default();
            let what = if prior == argument {
                format!("`{argument}` is there twice")
            } else {
                format!("`{argument}` cannot stand with `{prior}`")
            };
            Diagnostic::new("E0702", what).help(see)
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            Diagnostic::new("E0702", format!("`{argument}` takes another number of values"))
                .help(see)
        }
        ErrorKind::InvalidUtf8 => Diagnostic::new("E0702", "what was typed is not UTF-8").help(see),
        _ => Diagnostic::new("E0702", error.to_string().trim().to_owned()).help(see),
    })
}

fn verb_of(typed: &[String]) -> Option<Command> {
    let command = super::Cli::command();
    typed.iter().find_map(|word| command.find_subcommand(word)).cloned()
}

fn flags_of(verb: Option<&Command>) -> Vec<String> {
    let top = super::Cli::command();
    let longs = |command: &Command| -> Vec<String> {
        command.get_arguments().filter_map(|a| a.get_long().map(str::to_owned)).collect()
    };
    let mut flags = verb.map_or_else(Vec::new, longs);
    flags.extend(longs(&top));
    flags.extend(["help".to_owned(), "version".to_owned()]);
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        super::super::Cli::command().debug_assert();
    }

    #[test]
    fn the_help_fits_a_small_terminal_and_names_every_verb() {
        assert!(TOP_HELP.lines().count() <= 40);
        assert!(TOP_HELP.lines().all(|line| line.chars().count() <= 80));
        assert!(TOP_HELP.ends_with("Edges point from seller to buyer."));
        for verb in super::super::Cli::command().get_subcommands().filter(|v| !v.is_hide_set()) {
            assert!(TOP_HELP.contains(&format!("\n  {} ", verb.get_name())), "{}", verb.get_name());
        }
    }
}
