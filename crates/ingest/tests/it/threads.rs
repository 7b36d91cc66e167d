//! The number of threads changes nothing.

use crate::{codes, edges, graph, whole};
use palenque_ingest::Policy;
use std::fmt::Write;

/// Some thousand rows, with quotes, blank lines, repeated pairs and whatever else moves rows away from lines.
fn text(n: usize) -> String {
    let mut text = String::from("source,target,weight,product,period\n");
    for i in 0..n {
        let (a, b) = (i * 7919 % 1013, i * 104_729 % 997);
        let source = match i % 4 {
            0 => format!("{a}"),
            1 => format!("F{a:05}"),
            2 => format!("\"Firm, number\n{a}\""),
            _ => {
                format!("A firm with a long name, \"\"{a}\"\"").replace(", ", " ").replace('"', "'")
            }
        };
        let blank = if i % 97 == 0 { "\n" } else { "" };
        let weight = (i % 1000) as f64 / 8.0 + 0.5;
        let (product, period) = (i % 3, 2000 + i % 2);
        writeln!(text, "{blank}{source},{b},{weight},p{product},{period}").expect("memory");
    }
    text
}

#[test]
fn results_and_places_are_equal_at_any_number_of_threads() {
    let text = text(100_000);
    let read = |threads| edges(&text, &Policy { threads, ..Policy::default() });
    let one = read(1);
    assert!(text.len() > 3 << 20, "several blocks");
    for threads in [2, 3, 8] {
        let many = read(threads);
        assert_eq!(whole(graph(&many)), whole(graph(&one)), "{threads} threads");
        let first = |read: &palenque_ingest::Ingested| {
            let panel = read.panel.as_ref().expect("a sound file");
            whole(panel.period("2000").expect("a period"))
        };
        assert_eq!(first(&many), first(&one));
        assert_eq!(many.files[0].rows, one.files[0].rows);
        let said = |read: &palenque_ingest::Ingested| {
            format!("{:?}", read.diagnostics).replace(&read.files[0].path.display().to_string(), "")
        };
        assert_eq!(said(&many), said(&one));
    }
}

#[test]
fn a_bad_row_far_down_is_named_by_its_line() {
    let mut text = text(60_000);
    text.push_str("\"two\nlines\",b,1,p,2000\nA,B,x,p,2000\nshort\n");
    let line = text.lines().count() as u64;
    for threads in [1, 2, 8] {
        let read = edges(&text, &Policy { threads, ..Policy::default() });
        assert!(read.panel.is_none());
        assert_eq!(codes(&read)[..2], ["E0205", "E0303"]);
        let lines: Vec<_> = read.diagnostics.iter().filter_map(|d| d.location()?.line).collect();
        assert_eq!(lines[..2], [line, line - 1], "{threads} threads");
    }
}
