//! The tests of palenque-ingest that see it from outside.

mod conservation;
mod corpus;
mod exchange;
mod folders;
mod hostile;
mod layouts;
mod make_use;
mod options;
mod random_table;
mod table;
mod threads;
mod workbooks;

use palenque_graph::{NoProgress, SupplyGraph};
use palenque_ingest::{Ingested, Inputs, Policy, read};
use std::io::Write;
use std::path::Path;

/// Reads edges written to a file.
fn edges(text: impl AsRef<[u8]>, policy: &Policy) -> Ingested {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(text.as_ref()).expect("room for a small file");
    edges_of(file.path(), policy)
}

/// Reads edges of a file.
fn edges_of(path: &Path, policy: &Policy) -> Ingested {
    read(&Inputs { edges: path.into(), ..Inputs::default() }, policy, &NoProgress)
}

/// The codes of all findings, in order.
fn codes(read: &Ingested) -> Vec<&'static str> {
    read.diagnostics.iter().map(palenque_graph::Diagnostic::id).collect()
}

/// The graph of the last period.
fn graph(read: &Ingested) -> &SupplyGraph {
    let found: Vec<&str> = read.diagnostics.iter().map(palenque_graph::Diagnostic::what).collect();
    read.panel.as_ref().unwrap_or_else(|| panic!("refused: {found:?}")).last()
}

/// Edges as (seller, buyer, flow), in edge order.
fn records(graph: &SupplyGraph) -> Vec<(&str, &str, f64)> {
    let row =
        |u| graph.customers(u).map(move |(v, flow)| (graph.node_id(u), graph.node_id(v), flow));
    graph.node_indices().flat_map(row).collect()
}

/// All that a graph is, for comparing two.
fn whole(graph: &SupplyGraph) -> impl PartialEq + std::fmt::Debug + use<> {
    let ids: Vec<String> = graph.ids().iter().map(Into::into).collect();
    let edges: Vec<(u32, u64)> =
        graph.targets().iter().zip(graph.flows()).map(|(&v, z)| (v, z.to_bits())).collect();
    let columns = format!("{:?} {:?}", graph.nodes(), graph.edges());
    (ids, graph.out_offsets().to_vec(), edges, columns, graph.unit().map(str::to_owned))
}
