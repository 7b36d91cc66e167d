//! Every metric of the registry on graphs of a few sizes: `cargo bench -p palenque-benches -- pagerank`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use palenque_benches::heavy_tailed;
use palenque_graph::{NoProgress, SupplyGraph};
use palenque_metrics::{MetricError, Params, all};

/// Metrics that look at every pair of nodes are measured on the small graph only.
fn sizes(cost: &str) -> &'static [(u32, usize)] {
    let pairwise = cost.contains("n m") || cost.contains("nm") || cost.contains("n·m");
    if pairwise { &[(1_000, 10_000)] } else { &[(1_000, 10_000), (100_000, 1_000_000)] }
}

fn registry(criterion: &mut Criterion) {
    for metric in all() {
        let spec = metric.spec();
        let mut group = criterion.benchmark_group(spec.name);
        group.sample_size(10);
        for &(n_nodes, n_edges) in sizes(spec.cost) {
            let graph: SupplyGraph = heavy_tailed(n_nodes, n_edges, 1);
            group.throughput(Throughput::Elements(graph.n_edges() as u64));
            if let Err(MetricError::InputMissing { .. }) =
                metric.compute(&graph, &Params::default(), &NoProgress)
            {
                continue; // needs a column that a bare graph does not have
            }
            group.bench_with_input(
                BenchmarkId::from_parameter(n_nodes),
                &graph,
                |bencher, graph| {
                    bencher.iter(|| metric.compute(graph, &Params::default(), &NoProgress));
                },
            );
        }
        group.finish();
    }
}

criterion_group!(benches, registry);
criterion_main!(benches);
