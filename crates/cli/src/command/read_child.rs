//! `palenque __read`: decodes a file from standard input for another palenque, under a memory limit.
//!
//! The data-frame library aborts on some damaged files; here it takes no result with it.

use crate::args::ReadChildArgs;
use palenque_ingest::reader::answer;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

/// Address space beside the data: code, threads' stacks, the allocator's arenas.
const BASE: u64 = 1 << 30;
/// How many times the file's size decoding may take.
const TIMES: u64 = 24;

/// Decodes, and gives the exit code: 0 for an answer, 3 for none.
pub(crate) fn run(args: &ReadChildArgs) -> u8 {
    match decode(args) {
        Ok(()) => 0,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            crate::diagnostics::exit::INPUT
        }
    }
}

fn decode(args: &ReadChildArgs) -> io::Result<()> {
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let size = file.metadata()?.len();
    let wanted = size.saturating_mul(TIMES).saturating_add(BASE);
    limit(Resource::As, wanted.min(crate::output::provenance::memory_limit()));
    limit(Resource::Core, 0);
    answer(&args.format, &file, &mut io::stdout().lock())
}

fn limit(resource: Resource, most: u64) {
    let now = getrlimit(resource);
    let most = now.maximum.map_or(most, |maximum| most.min(maximum));
    // A limit that cannot be set leaves the larger one in place.
    let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
}
