//! Reads an edge list into a supply graph and says how long it took.
//!
//! ```text
//! cargo run --release -p palenque-ingest --example read -- edges.csv 2
//! ```

use palenque_graph::{NoProgress, Severity};
use palenque_ingest::{Inputs, Policy, read};

#[expect(clippy::print_stdout, reason = "an example is a small program")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let edges = arguments.next().unwrap_or_else(|| "edges.csv".into()).into();
    let threads = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let policy = Policy { threads, ..Policy::default() };
    let start = std::time::Instant::now();
    let read = read(&Inputs { edges, ..Inputs::default() }, &policy, &NoProgress);
    let seconds = start.elapsed().as_secs_f64();
    for finding in read.diagnostics.iter().take(20) {
        println!("{}[{}]: {}", finding.severity(), finding.id(), finding.what());
    }
    if let Some(panel) = read.panel {
        let graph = panel.last();
        println!("{} nodes, {} edges in {seconds:.3} s", graph.n_nodes(), graph.n_edges());
    }
    println!("{} errors", read.diagnostics.count(Severity::Error));
}
