//! Times indices of a network in memory, or writes the network for other programs.
//!
//! `kernels write NODES TIES FILE` writes `source,target,weight` with whole numbers for ids, each pair once.
//! `kernels time FILE THREADS METRIC [PARAM=VALUE]...` prints wall seconds, CPU seconds, the sum of the first column of
//! numbers, and the peak of memory in MB.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use palenque_benches::{cpu_seconds, heavy_tailed, peak_mb};
use palenque_graph::table::Values;
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::{Params, find};
use std::io::Write;
use std::time::Instant;

type Done = Result<(), Box<dyn std::error::Error>>;

fn main() -> Done {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match &args[..] {
        ["write", nodes, ties, file] => write(nodes.parse()?, ties.parse()?, file),
        ["time", file, threads, metric, params @ ..] => {
            time(file, threads.parse()?, metric, params)
        }
        _ => {
            Err("kernels write NODES TIES FILE | kernels time FILE THREADS METRIC [PARAM=VALUE]..."
                .into())
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a scratch file for a measurement")]
fn write(nodes: u32, ties: usize, file: &str) -> Done {
    let graph = heavy_tailed(nodes, ties, 1);
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    writeln!(out, "source,target,weight")?;
    for u in graph.node_indices() {
        for (v, flow) in graph.customers(u).filter(|(v, _)| *v != u) {
            writeln!(out, "{},{},{flow}", u.index(), v.index())?;
        }
    }
    Ok(out.flush()?)
}

fn read(file: &str) -> Result<SupplyGraph, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut flows = Vec::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        let mut cell = || cells.next().ok_or("three cells a line");
        flows.push((cell()?.parse()?, cell()?.parse()?, cell()?.parse::<f64>()?));
    }
    let n = flows.iter().map(|&(u, v, _): &(u32, u32, f64)| u.max(v) + 1).max().unwrap_or(0);
    Ok(SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows)?)
}

fn time(file: &str, threads: usize, metric: &str, params: &[&str]) -> Done {
    let graph = read(file)?;
    let metric = find(metric).ok_or_else(|| format!("there is no metric `{metric}`"))?;
    let mut given = Params::default();
    for param in params {
        let (name, value) = param.split_once('=').ok_or("PARAM=VALUE")?;
        let whole = value.parse::<u64>().map(Into::into);
        let number = whole.or_else(|_| value.parse::<f64>().map(Into::into));
        given.set(name, number.unwrap_or_else(|_| value.into()));
    }
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let tables = with_threads(threads, || metric.compute(&graph, &given, &NoProgress))?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let columns = tables.iter().flat_map(palenque_graph::Table::columns);
    let sum: f64 = columns
        .filter(|column| matches!(column.values, Values::F64(_)))
        .map(|column| (0..column.values.len()).filter_map(|row| column.values.number(row)).sum())
        .next()
        .unwrap_or(0.0);
    println!("{wall:.6} {cpu:.2} {sum:.9e} {:.0}", peak_mb());
    Ok(())
}
