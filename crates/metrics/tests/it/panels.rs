//! Periods made of one graph, and indices over whatever they look at.

use palenque_graph::{Panel, PeriodPair, Progress, SupplyGraph, Table};
use palenque_metrics::{Metric, MetricError, Params, Scope};

/// The graph some periods later: by the rank of their flows, ties are gone, have turned round, have grown or are as they were. Names and
/// order of nodes and the unit of flows do not matter; who is there and what it is does not change.
pub(crate) fn later(graph: &SupplyGraph, periods: usize) -> SupplyGraph {
    let mut flows = graph.flows().to_vec();
    flows.sort_by(f64::total_cmp);
    flows.dedup();
    let ties = graph.node_indices().flat_map(|u| {
        graph.customers(u).map(move |(v, flow)| (u.index() as u32, v.index() as u32, flow))
    });
    let changed = ties.filter_map(|(u, v, flow)| {
        let rank = flows.partition_point(|smaller| *smaller < flow);
        match (rank + periods) % 5 {
            0 => None,
            1 => Some((v, u, flow)),
            2 => Some((u, v, flow * 1.5)),
            _ => Some((u, v, flow)),
        }
    });
    let changed: Vec<(u32, u32, f64)> = changed.collect();
    SupplyGraph::from_flows(graph.ids().iter(), changed)
        .expect("known nodes and good flows")
        .with_nodes(graph.nodes().clone())
}

/// The graph and the two periods after it.
pub(crate) fn panel(graph: &SupplyGraph) -> Panel {
    let periods = [graph.clone(), later(graph, 1), later(graph, 2)];
    let named = ["2020", "2021", "2023"].map(str::to_owned).into_iter().zip(periods);
    Panel::new(named).expect("the same nodes")
}

/// A metric of copies that begin without what an earlier run derived: of the graph, of it and the period after it, or of a panel.
pub(crate) fn run(
    metric: &dyn Metric,
    graph: &SupplyGraph,
    params: &Params,
    progress: &dyn Progress,
) -> Result<Vec<Table>, MetricError> {
    let from = &graph.clone();
    match metric.scope() {
        Scope::Period => metric.compute(from, params, progress),
        Scope::Pair => {
            let to = &later(graph, 1);
            let pair = PeriodPair { from_name: "2020", from, to_name: "2021", to };
            metric.compare(&pair, params, progress)
        }
        Scope::Panel => metric.over(&panel(graph), params, progress),
    }
}
