//! Times linkages of a dense table in memory, or writes the table for other programs.
//!
//! `linkages write N FILE` writes `Z` row after row and then the outputs, as little-endian `f64`.
//! `linkages time N TASK` prints the seconds of a run, a number to compare, and the peak of memory in MB.
//! Tasks: `sums`, `inverse`, `extraction`, `field`; `sparse-sums` takes the number of ties in place of `N`.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use palenque_benches::{dense_table, heavy_tailed, peak_mb};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::kernel::leontief::LeontiefInverse;
use palenque_metrics::linkage::total::total_linkages;
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["write", n, file] => write(&dense_table(n.parse()?, 1), file),
        ["time", n, "sparse-sums"] => {
            let ties: u32 = n.parse()?;
            let graph = heavy_tailed(ties / 10, ties as usize, 1);
            let x = graph.out_strengths().into_iter().zip(graph.in_strengths());
            let x: Vec<_> = x.map(|(sales, bought)| Some(sales.max(1.4 * bought))).collect();
            time(&graph.with_number("output", x), "sums")
        }
        ["time", n, task] => time(&dense_table(n.parse()?, 1), task),
        _ => Err("linkages write N FILE | linkages time N TASK".into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a scratch file for a measurement")]
fn write(graph: &SupplyGraph, file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    for flow in graph.flows() {
        out.write_all(&flow.to_le_bytes())?;
    }
    let output = graph.nodes().number("output").ok_or("outputs")?;
    for x in output.iter() {
        out.write_all(&x.ok_or("an output")?.to_le_bytes())?;
    }
    Ok(out.flush()?)
}

fn time(graph: &SupplyGraph, task: &str) -> Result<(), Box<dyn std::error::Error>> {
    println!("before {:.0}", peak_mb());
    let inverse = match task {
        "extraction" | "field" => Some(LeontiefInverse::of(graph, &NoProgress)?),
        _ => None,
    };
    let start = Instant::now();
    let sum = match (task, inverse) {
        ("sums", _) => {
            let total = total_linkages(graph, &NoProgress)?;
            let sums = [total.backward, total.forward_ghosh, total.forward_leontief];
            sums.iter().flatten().flatten().sum()
        }
        ("inverse", _) => LeontiefInverse::of(graph, &NoProgress)?.backward().iter().sum(),
        ("extraction", Some(inverse)) => extraction(&inverse),
        ("field", Some(inverse)) => field(&inverse),
        _ => return Err(format!("there is no task `{task}`").into()),
    };
    println!("{:.6} {sum:.9e}", start.elapsed().as_secs_f64());
    println!("peak {:.0}", peak_mb());
    Ok(())
}

/// Output lost without each sector, all sectors: `Σ m_j x_j / l_jj`.
fn extraction(inverse: &LeontiefInverse) -> f64 {
    let x = &inverse.accounts().output;
    (0..inverse.n()).map(|j| inverse.backward()[j] * x[j] / inverse.l(j, j)).sum()
}

/// The intensity of every field of influence, an outer product; the largest.
fn field(inverse: &LeontiefInverse) -> f64 {
    let (columns, rows) = (inverse.backward(), inverse.forward());
    let largest = |row: &f64| columns.iter().map(|column| column * row).fold(0.0, f64::max);
    rows.iter().map(largest).fold(0.0, f64::max)
}
