//! `palenque man`: the manual page.

use super::Done;
use crate::args::Cli;
use clap::CommandFactory;
use serde_json::json;

pub(super) fn run() -> Done {
    let mut page = Vec::new();
    // Writing into memory does not fail.
    let _ = clap_mangen::Man::new(Cli::command()).render(&mut page);
    let page = String::from_utf8_lossy(&page).into_owned();
    let result = json!({ "roff": page });
    Done::text(page, result)
}
