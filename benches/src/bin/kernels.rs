//! Times indices of a network in memory, or writes the network for other programs.
//!
//! `kernels write NODES TIES FILE` writes `source,target,weight` with whole numbers for ids, each pair once.
//! `kernels time FILE THREADS METRIC [PARAM=VALUE]...` prints wall seconds, CPU seconds, the sum of the first column of
//! numbers, and the peak of memory in MB.
//! `kernels memory FILE` compares an iteration of `PageRank`, on two threads, with reading as much memory in a row, and with reading a
//! vector in the order of the ties alone.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use palenque_benches::{cpu_seconds, heavy_tailed, peak_mb};
use palenque_graph::table::Values;
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::centrality::pagerank::{PagerankConfig, Towards, pagerank};
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::{MetricError, Params, find};
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
        ["memory", file] => memory(file),
        _ => Err("kernels write NODES TIES FILE | kernels memory FILE | \
                  kernels time FILE THREADS METRIC [PARAM=VALUE]..."
            .into()),
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

/// Threads of `memory`.
const THREADS: usize = 2;

fn memory(file: &str) -> Done {
    let graph = read(file)?;
    let (n, m) = (graph.n_nodes(), graph.n_edges());
    let iterations = |max_iterations: usize| {
        let config =
            PagerankConfig { tolerance: f64::MIN_POSITIVE, max_iterations, ..Default::default() };
        let start = Instant::now();
        let found =
            with_threads(THREADS, || pagerank(&graph, Towards::Customers, &config, &NoProgress));
        match found {
            Err(MetricError::NotConverged { iterations, .. }) if iterations == max_iterations => {
                Ok(start.elapsed().as_secs_f64())
            }
            _ => Err(format!("PageRank did not make {max_iterations} iterations")),
        }
    };
    // Two lengths, so that what is made before the first iteration drops out.
    let (few, many) = (iterations(2)?, iterations(22)?);
    let iteration = (many - few) / 20.0;
    // A number of four bytes and one of eight a tie; four vectors of eight bytes a firm, an offset of four, a byte for dead ends.
    let bytes = 12 * m + (4 * 8 + 5) * n;
    let words = vec![1.0_f64; bytes / 8];
    let in_a_row = best_of(5, || apart(&words, |part| part.iter().sum()));
    let r = vec![1.0_f64; n];
    let in_ties =
        best_of(5, || apart(graph.sources(), |part| part.iter().map(|&u| r[u as usize]).sum()));
    let nanoseconds = 1e9 / m as f64;
    println!("one iteration: {iteration:.5} s, {:.2} ns a tie", iteration * nanoseconds);
    println!(
        "its {:.0} MB read in a row: {in_a_row:.5} s, {:.1} GB/s",
        bytes as f64 / 1e6,
        bytes as f64 / in_a_row / 1e9
    );
    println!(
        "a vector read in the order of the ties: {in_ties:.5} s, {:.2} ns a tie",
        in_ties * nanoseconds
    );
    println!("one iteration beside both: {:.2}", iteration / (in_a_row + in_ties));
    Ok(())
}

/// The sum over two halves, each on a thread of its own.
fn apart<T: Sync>(all: &[T], sum: impl Fn(&[T]) -> f64 + Sync) -> f64 {
    let parts = all.chunks(all.len().div_ceil(THREADS).max(1));
    std::thread::scope(|scope| {
        let running: Vec<_> = parts.map(|part| scope.spawn(|| sum(part))).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or(f64::NAN)).sum()
    })
}

/// The least seconds of several runs.
fn best_of(runs: usize, work: impl Fn() -> f64) -> f64 {
    let seconds = (0..runs).map(|_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}
