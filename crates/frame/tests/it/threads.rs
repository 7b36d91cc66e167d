//! The bytes do not depend on the number of threads, which a process of polars fixes when it starts.

use crate::tables::{fingerprint, many};
use palenque_frame::{CsvStyle, TableFormat, write_table};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command;

const ME: &str = "threads::fingerprints_of_every_format";

#[test]
fn fingerprints_of_every_format() {
    let table = many(20_000);
    let mut line = String::from("fingerprints");
    for &format in TableFormat::ALL {
        let mut bytes = Vec::new();
        write_table(&table, format, CsvStyle::default(), &mut bytes)
            .expect("memory does not refuse");
        assert!(bytes.len() > 100_000, "{format}");
        write!(line, " {:016x}", fingerprint(&bytes)).expect("a string grows");
    }
    writeln!(std::io::stdout(), "\n{line}").expect("standard output is open");
}

#[test]
fn bytes_are_the_same_at_any_number_of_threads() {
    let lines: Vec<String> = ["1", "2", "5"].map(of_a_process_with_threads).into();
    assert!(lines.windows(2).all(|pair| pair[0] == pair[1]), "{lines:?}");
}

fn of_a_process_with_threads(threads: &str) -> String {
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", ME])
        .env("POLARS_MAX_THREADS", threads)
        .output()
        .expect("this test starts again");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let line = text.lines().find(|line| line.starts_with("fingerprints "));
    line.expect("the other process printed its fingerprints").to_owned()
}
