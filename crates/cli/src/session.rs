//! What a verb has at hand: what the user wants to see, what was found, time and threads.

use crate::args::{Common, When};
use crate::diagnostics::{Outcome, Refusal};
use crate::output::provenance;
use crate::progress::Bar;
use crate::stop;
use palenque_graph::{Diagnostic, Diagnostics, Progress, codes};
use std::collections::BTreeSet;
use std::io::Write;
use std::time::Instant;

/// What a verb has at hand.
pub(crate) struct Session {
    /// One JSON document is wanted.
    pub(crate) json: bool,
    /// Only errors are wanted.
    pub(crate) quiet: bool,
    /// How much more is wanted.
    pub(crate) verbose: u8,
    /// When to colour.
    pub(crate) color: When,
    /// Warnings are the answer no.
    pub(crate) strict: bool,
    /// Warnings that are accepted.
    pub(crate) accepted: BTreeSet<String>,
    /// How many threads compute.
    pub(crate) threads: usize,
    memory: Option<u64>,
    /// Where long work reports.
    pub(crate) progress: Bar,
    /// Everything found so far.
    pub(crate) found: Diagnostics,
    /// How long each part took, in seconds.
    pub(crate) parts: Vec<(String, f64)>,
}

impl Session {
    /// A session as the flags ask for.
    pub(crate) fn new(common: &Common) -> Outcome<Self> {
        let accepted = accepted(&common.allow)?;
        let threads = match common.threads {
            Some(0) => {
                return Err(Diagnostic::new("E0702", "`--threads` must be at least 1")
                    .help("leave it out to use all processors")
                    .into());
            }
            Some(threads) => usize::from(threads),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        Ok(Self {
            json: common.json,
            quiet: common.quiet,
            verbose: common.verbose,
            color: common.color,
            strict: common.strict,
            accepted,
            threads,
            memory: common.max_memory,
            progress: Bar::new(common.progress, common.quiet, common.time_limit),
            found: Diagnostics::default(),
            parts: Vec::new(),
        })
    }

    /// The most memory that reading or a full matrix may take: the flag's, else the configuration's, else four fifths of what there is.
    pub(crate) fn max_memory(&self, configured: Option<u64>) -> u64 {
        self.memory.or(configured).unwrap_or_else(provenance::memory_limit)
    }

    /// Whether a signal came or the time is up.
    pub(crate) fn stopped(&self) -> Outcome<()> {
        if stop::signal().is_some() || self.progress.timed_out() {
            return Err(Refusal::Stopped);
        }
        Ok(())
    }

    /// Does a part of the work, and remembers how long it took.
    pub(crate) fn part<T>(&mut self, name: &str, work: impl FnOnce(&Self) -> T) -> T {
        let start = Instant::now();
        self.progress.begin(name, 0);
        let result = work(self);
        self.took(name, start);
        result
    }

    /// Remembers how long a part took.
    pub(crate) fn took(&mut self, name: &str, start: Instant) {
        let seconds = start.elapsed().as_secs_f64();
        self.parts.push((name.to_owned(), seconds));
        if self.verbose > 0 {
            let memory = provenance::peak_memory().map_or_else(String::new, |bytes| {
                format!(", peak {}", crate::terminal::size(bytes))
            });
            self.say(&format!("{name}: {seconds:.3} s{memory}"));
        }
    }

    /// Says something on standard error, unless quiet.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            self.progress.clear();
            let _ = writeln!(crate::terminal::stderr(self.color), "{line}");
        }
    }

    /// How many kinds of warnings were found and not accepted.
    pub(crate) fn n_kinds_of_warnings(&self) -> usize {
        let counts = self.found.counts().keys();
        counts.filter(|id| id.starts_with('W') && !self.accepted.contains(**id)).count()
    }

    /// How many warnings were found and not accepted.
    pub(crate) fn n_warnings(&self) -> u64 {
        let counts = self.found.counts().iter();
        counts
            .filter(|(id, _)| id.starts_with('W') && !self.accepted.contains(**id))
            .map(|(_, n)| n)
            .sum()
    }
}

/// Codes that `--allow` names: known ones, and warnings only.
fn accepted(codes: &[String]) -> Outcome<BTreeSet<String>> {
    let mut accepted = BTreeSet::new();
    for code in codes.iter().map(|code| code.trim().to_ascii_uppercase()) {
        let known = codes::ALL.iter().map(|c| c.id).filter(|id| id.starts_with('W'));
        if code.starts_with('E') && codes::find(&code).is_some() {
            return Err(Diagnostic::new(
                "E0702",
                format!("`--allow {code}`: an error cannot be accepted"),
            )
            .help(format!("`palenque explain {code}` says how to mend it"))
            .into());
        }
        if known.clone().all(|id| id != code) {
            let found =
                Diagnostic::new("E0702", format!("`--allow`: there is no warning `{code}`"));
            return Err(match palenque_metrics::nearest(&code, known) {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found.help("`palenque list codes` names them"),
            }
            .into());
        }
        accepted.insert(code);
    }
    Ok(accepted)
}
