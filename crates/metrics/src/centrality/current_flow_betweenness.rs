//! Current-flow betweenness.

use crate::kernel::adjacency::Mutual;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::resistance::{Circuit, circuits, joined};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Nodes whose ties one thread goes through at a stretch: part of the last digits, so never changed.
const CHUNK: usize = 16;

/// How much of what flows between all pairs of others, over all paths at once, passes a firm.
///
/// # Formula
/// `b_i = 2 / ((n − 1)(n − 2)) Σ_{s<t} τ_i(s, t)` over pairs without `i`, where `τ_i` is the current through `i`, half the sum of
/// those on its ties, if one unit enters at `s` and leaves at `t` of the undirected view `M = Z + Zᵀ` with flows as
/// conductances.
/// # Source
/// Newman (2005); Brandes and Fleischer (2005). End points are not counted.
/// # Input and result
/// One share per node, in node order, between 0 and 1. Where the network is not connected, pairs are those of the node's
/// component. [`Status::Isolate`] for a node without trade, [`Status::InsufficientN`] in a component of two,
/// [`Status::NotConverged`] where flows differ so much in size that no digit is certain. Self-loops are not used.
/// # Cost
/// `O(n³ + n m log n)` time and one matrix of `n²` numbers, `n` the size of the largest component.
/// # Errors
/// [`MetricError::TooLarge`], [`MetricError::Cancelled`].
/// # Example
/// In a square, opposite corners exchange half over each of the others.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::centrality::current_flow_betweenness::current_flow_betweenness;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 0, 1.0)];
/// let square = SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?;
/// for b in current_flow_betweenness(&square, &NoProgress)? {
///     assert!(b.is_ok_and(|b| (b - 1.0 / 3.0).abs() < 1e-12)); // ½ of one pair, ¼ of two
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn current_flow_betweenness(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Result<f64, Status>>, MetricError> {
    let view = Mutual::of(graph);
    let mut found = vec![Err(Status::Isolate); graph.n_nodes()];
    circuits(&view, &joined(&view), progress, |circuit| {
        let n = circuit.nodes.len() as f64;
        let throughputs = match &circuit.pseudoinverse {
            _ if circuit.nodes.len() < 3 => Err(Status::InsufficientN),
            None => Err(Status::NotConverged),
            Some(p) => Ok(throughputs(&view, circuit, p, progress)?),
        };
        for (i, &node) in circuit.nodes.iter().enumerate() {
            let share = |t: &Vec<f64>| (t[i] / (n - 1.0) * 2.0 / (n - 2.0)).max(0.0);
            found[node as usize] = throughputs.as_ref().map(share).map_err(|&why| why);
        }
        Ok(())
    })?;
    Ok(found)
}

/// By node of a circuit: `Σ_{s<t} τ_i(s, t)` over pairs without `i`.
fn throughputs(
    view: &Mutual,
    circuit: &Circuit,
    p: &[f64],
    progress: &dyn Progress,
) -> Result<Vec<f64>, MetricError> {
    let n = circuit.nodes.len();
    progress.begin("current_flow_betweenness", n as u64);
    let work = |nodes: std::ops::Range<usize>| {
        let mut part = vec![0.0; n];
        let mut keys = Vec::with_capacity(n);
        for i in nodes {
            if progress.cancelled() {
                return None;
            }
            progress.advance(1);
            for (v, weight) in view.ties(circuit.nodes[i] as usize) {
                // Each tie once; those without flow carry none.
                let Ok(j) = circuit.nodes[i + 1..].binary_search(&(v as u32)) else { continue };
                let j = i + 1 + j;
                let (from, to) = (&p[i * n..][..n], &p[j * n..][..n]);
                let current = |s: usize| weight * (from[s] - to[s]);
                keys.clear();
                keys.extend((0..n).filter(|&s| s != i && s != j).map(|s| key(current(s))));
                let others = over_pairs(&mut keys);
                let with = |s: usize| {
                    let own = current(s);
                    keys.iter().map(|&k| (current_of(k) - own).abs()).sum::<f64>()
                };
                part[i] += 0.5 * (others + with(j));
                part[j] += 0.5 * (others + with(i));
            }
        }
        Some(part)
    };
    let mut sums = vec![0.0; n];
    fold_chunks(n, CHUNK, progress, work, |part| {
        sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
    })?;
    Ok(sums)
}

/// A whole number in the order of `f64::total_cmp`, which is sorted faster.
fn key(current: f64) -> i64 {
    in_order(current.to_bits().cast_signed())
}

/// The current that has this [`key`].
fn current_of(key: i64) -> f64 {
    f64::from_bits(in_order(key).cast_unsigned())
}

/// Turns the order of negative numbers round; twice changes nothing.
fn in_order(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// `Σ |c_s − c_t|` over all pairs `s < t`: the current on a tie, by where it enters, for all pairs. Sorts the keys.
fn over_pairs(keys: &mut [i64]) -> f64 {
    keys.sort_unstable();
    // Σ_k (2k − n + 1) c_(k), pairing the outermost first so that no large sums are taken off each other.
    let n = keys.len();
    let gap = |k: usize| current_of(keys[n - 1 - k]) - current_of(keys[k]);
    (0..n / 2).map(|k| (n - 1 - 2 * k) as f64 * gap(k)).sum()
}

/// [`current_flow_betweenness()`] behind the registry.
pub struct CurrentFlowBetweenness;

static COLUMNS: [ColumnSpec; 1] = [ColumnSpec::number(
    "current_flow_betweenness",
    Unit::One,
    "Share of what flows between all pairs of others, over all paths at once, that passes the node.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "current_flow_betweenness",
    family: Family::Centrality,
    summary: "How much of what flows between all others, over all paths at once, passes a firm.",
    formula: "b_i = 2/((n−1)(n−2)) Σ_{s<t; s,t≠i} τ_i(s,t), τ_i = half the currents on the ties of i",
    source: "Newman (2005); Brandes and Fleischer (2005)",
    reading: "0 = at the edge, 1 = nothing passes but here. Goods spread over all paths, more over large flows, where \
              betweenness knows only shortest paths. Directions are not distinguished: Z + Z'. Components are each by \
              themselves. Self-loops are not used.",
    cost: "O(n³ + n m log n) time and n² numbers of memory, n the size of the largest component",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NodeMetrics, columns: &COLUMNS }],
    core: false,
};

impl Metric for CurrentFlowBetweenness {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let column = Column::from_results(&COLUMNS[0], current_flow_betweenness(graph, progress)?);
        Ok(vec![Table::new(TableId::NodeMetrics, vec![column])])
    }
}
