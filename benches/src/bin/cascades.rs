//! Times the systemic risk of all firms of random networks.
//!
//! `cascades uniform|heavy NODES TIES THREADS [EPSILON] [TOP]` makes a network of 40 sectors whose firms have revenue and costs
//! above their sales and purchases, and prints wall and CPU seconds, both by firm in milliseconds, the mean number of steps, the
//! sum of all values and the peak of memory in MB.
//! `cascades write uniform|heavy NODES TIES FOLDER` writes the same network for other programs.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use palenque_benches::{cpu_seconds, heavy_tailed, peak_mb};
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::kernel::input_groups::InputClass;
use palenque_metrics::kernel::threads::with_threads;
use palenque_metrics::resilience::esri::{Effort, EsriConfig, esri};
use palenque_metrics::resilience::essentiality::Essentiality;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::time::Instant;

type Done = Result<(), Box<dyn std::error::Error>>;
const SECTORS: u32 = 40;

fn main() -> Done {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match &args[..] {
        ["write", kind, nodes, ties, folder] => {
            write(&network(kind, nodes.parse()?, ties.parse()?)?, folder)
        }
        [kind, nodes, ties, threads, rest @ ..] => {
            let number = |at: usize| rest.get(at).map(|text| text.parse::<f64>()).transpose();
            let top = rest.get(1).map(|text| text.parse()).transpose()?.unwrap_or(0);
            let graph = network(kind, nodes.parse()?, ties.parse()?)?;
            time(&graph, threads.parse()?, number(0)?.unwrap_or(1e-2), top)
        }
        _ => Err("cascades uniform|heavy NODES TIES THREADS [EPSILON] [TOP]".into()),
    }
}

/// A random network with the attributes that losses depend on.
fn network(kind: &str, n: u32, ties: usize) -> Result<SupplyGraph, Box<dyn std::error::Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let graph = match kind {
        "heavy" => heavy_tailed(n, ties, 1),
        "uniform" => {
            let flows: Vec<(u32, u32, f64)> = (0..ties)
                .map(|_| {
                    let (u, v) = (rng.random_range(0..n), rng.random_range(0..n));
                    let size: f64 = (0..4).map(|_| rng.random::<f64>()).sum::<f64>() - 2.0;
                    (u, v, (3.0 * size).exp())
                })
                .filter(|(u, v, _)| u != v)
                .collect();
            SupplyGraph::from_flows((0..n).map(|i| i.to_string()), flows)?
        }
        _ => return Err("`uniform` or `heavy`".into()),
    };
    let sectors: Vec<String> =
        (0..n).map(|_| format!("S{}", rng.random_range(0..SECTORS))).collect();
    let mut above = |strengths: Vec<f64>| -> Vec<Option<f64>> {
        strengths.into_iter().map(|s| Some(s * (1.0 + 0.5 * rng.random::<f64>()))).collect()
    };
    let (revenue, costs) = (above(graph.out_strengths()), above(graph.in_strengths()));
    Ok(graph
        .with_text("sector", sectors.iter().map(|s| Some(s.as_str())))
        .with_number("revenue", revenue)
        .with_number("costs", costs))
}

/// The class of each pair of sectors: a fifth negligible, half substitutable, the rest essential.
fn classes() -> Vec<(String, String, InputClass)> {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let pairs = (0..SECTORS).flat_map(|k| (0..SECTORS).map(move |l| (k, l)));
    pairs
        .map(|(k, l)| {
            let class = match rng.random::<f64>() {
                x if x < 0.2 => InputClass::Negligible,
                x if x < 0.7 => InputClass::Substitutable,
                _ => InputClass::Essential,
            };
            (format!("S{k}"), format!("S{l}"), class)
        })
        .collect()
}

fn time(graph: &SupplyGraph, threads: usize, epsilon: f64, top: usize) -> Done {
    let all = Essentiality::uniform(graph, "sector", InputClass::Substitutable)?;
    let inputs = classes().iter().fold(all, |all, (k, l, class)| all.with_class(k, l, *class));
    let config = EsriConfig {
        revenue: "revenue".into(),
        costs: "costs".into(),
        weight: "out_strength".into(),
        epsilon,
        top,
        method: Effort::Exact,
        ..EsriConfig::default()
    };
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let risk = with_threads(threads, || esri(graph, &inputs, &config, &NoProgress))?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let found: Vec<_> = risk.iter().flatten().collect();
    let steps: f64 = found.iter().map(|r| f64::from(r.iterations)).sum();
    let sum: f64 = found.iter().map(|r| r.esri).sum();
    let n = graph.n_nodes() as f64;
    println!(
        "wall {wall:.3} s, CPU {cpu:.2} s, a firm {:.4} ms and {:.4} ms CPU, steps {:.1}, {} found, sum {sum:.9}, peak {:.0} MB",
        wall / n * 1e3,
        cpu / n * 1e3,
        steps / found.len() as f64,
        found.len(),
        peak_mb(),
    );
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "scratch files for a measurement")]
fn write(graph: &SupplyGraph, folder: &str) -> Done {
    let folder = std::path::Path::new(folder);
    let mut edges = "source,target,weight\n".to_owned();
    for u in graph.node_indices() {
        for (v, flow) in graph.customers(u) {
            writeln!(edges, "{},{},{flow}", u.index(), v.index())?;
        }
    }
    std::fs::write(folder.join("edges.csv"), edges)?;
    let mut firms = "id,sector,revenue,costs\n".to_owned();
    for v in 0..graph.n_nodes() {
        let number = |name| graph.nodes().number(name).and_then(|column| column.get(v));
        let sector = graph.nodes().text("sector").and_then(|column| column.get(v));
        let (revenue, costs) = (number("revenue").unwrap_or(0.0), number("costs").unwrap_or(0.0));
        writeln!(firms, "{v},{},{revenue},{costs}", sector.unwrap_or(""))?;
    }
    std::fs::write(folder.join("firms.csv"), firms)?;
    let mut essential = "supplier_sector,buyer_sector,class\n".to_owned();
    for (k, l, class) in classes() {
        writeln!(essential, "{k},{l},{}", class as u8)?;
    }
    Ok(std::fs::write(folder.join("essential.csv"), essential)?)
}
