//! The triad census.

use crate::kernel::adjacency::Ties;
use crate::kernel::triangles::Upward;
use crate::{Family, Figure, Metric, MetricError, MetricSpec, Output, Params, network_summary};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How many triads there are of each class, in the order of [`CLASSES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriadCensus {
    /// Counts, the sum of which is `n (n − 1) (n − 2) / 6`.
    pub counts: [u128; 16],
}

/// The classes: mutual, asymmetric and null pairs of three nodes, then a letter where that leaves a choice.
pub const CLASSES: [&str; 16] = [
    "003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D",
    "120U", "120C", "210", "300",
];

impl TriadCensus {
    /// The count of a class of [`CLASSES`].
    #[must_use]
    pub fn count(&self, class: &str) -> Option<u128> {
        CLASSES.iter().position(|&name| name == class).map(|place| self.counts[place])
    }
}

/// Mutual and asymmetric pairs in a triad of each class.
const PAIRS: [(u128, u128); 16] = [
    (0, 0),
    (0, 1),
    (1, 0),
    (0, 2),
    (0, 2),
    (0, 2),
    (1, 1),
    (1, 1),
    (0, 3),
    (0, 3),
    (2, 0),
    (1, 2),
    (1, 2),
    (1, 2),
    (2, 1),
    (3, 0),
];

/// A tie as one end sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tie {
    #[default]
    Sells,
    Buys,
    Both,
}

impl Tie {
    /// As the other end sees it.
    fn turned(self) -> Self {
        match self {
            Self::Sells => Self::Buys,
            Self::Buys => Self::Sells,
            Self::Both => Self::Both,
        }
    }
}

const MUTUAL: usize = 2;
const ASYMMETRIC: usize = 1;

/// The class of three nodes of whom the first has ties with the other two, and they none.
fn open(first: Tie, second: Tie) -> usize {
    match (first, second) {
        (Tie::Sells, Tie::Sells) => 3,
        (Tie::Buys, Tie::Buys) => 4,
        (Tie::Sells, Tie::Buys) | (Tie::Buys, Tie::Sells) => 5,
        (Tie::Both, Tie::Buys) | (Tie::Buys, Tie::Both) => 6,
        (Tie::Both, Tie::Sells) | (Tie::Sells, Tie::Both) => 7,
        (Tie::Both, Tie::Both) => 10,
    }
}

/// The class of a triangle, by the ties of its first corner with the second and the third, and of these two.
fn closed(first: Tie, second: Tie, across: Tie) -> usize {
    let mutual = [first, second, across].iter().filter(|&&tie| tie == Tie::Both).count();
    match mutual {
        3 => 15,
        2 => 14,
        // Seen from the corner that trades both ways with none.
        1 => {
            let (one, other) = match (first, second) {
                (Tie::Both, _) => (second.turned(), across.turned()),
                (_, Tie::Both) => (first.turned(), across),
                _ => (first, second),
            };
            match (one, other) {
                (Tie::Sells, Tie::Sells) => 11,
                (Tie::Buys, Tie::Buys) => 12,
                _ => 13,
            }
        }
        _ => {
            let is_circle = first != second && first == across;
            if is_circle { 9 } else { 8 }
        }
    }
}

/// Counts how every three firms are tied: the 16 ways in which three can sell to each other or not.
///
/// # Formula
/// Class `man` with a letter: `m` mutual, `a` asymmetric and `n` null pairs; `D` down, `U` up, `C` circle (or chain), `T`
/// transitive. Triangles are counted one by one, open triads by the ties of their middle node less those that are
/// closed, and the rest from the numbers of nodes and of pairs.
/// # Source
/// Holland and Leinhardt (1976); Batagelj and Mrvar (2001) for counting the rest.
/// # Input and result
/// 16 exact counts. `111D` is a mutual pair with a supplier of one, `111U` one with a customer of one. Self-loops are not
/// used.
/// # Cost
/// `O(m^{3/2})` time, `O(n + m)` memory.
/// # Errors
/// [`MetricError::Cancelled`].
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::clustering::triad_census::triad_census;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?;
/// let census = triad_census(&graph, &NoProgress)?;
/// assert_eq!(census.count("030T"), Some(1));
/// assert_eq!(census.count("012"), Some(3)); // each pair with the one that stands apart
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn triad_census(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<TriadCensus, MetricError> {
    let n = graph.n_nodes();
    let view = Ties::merged(graph, |sold, bought| match (sold, bought) {
        (Some(_), Some(_)) => Tie::Both,
        (Some(_), None) => Tie::Sells,
        _ => Tie::Buys,
    });
    let mut counts = [0_u128; 16];
    let mut pairs = [0_u128; 3];
    for u in 0..n {
        let mut ties = [0_u128; 3];
        view.ties(u).for_each(|(_, tie)| ties[tie as usize] += 1);
        let all = [Tie::Sells, Tie::Buys, Tie::Both];
        for (i, &first) in all.iter().enumerate() {
            counts[open(first, first)] += ties[i] * ties[i].saturating_sub(1) / 2;
            for (j, &second) in all.iter().enumerate().skip(i + 1) {
                counts[open(first, second)] += ties[i] * ties[j];
            }
        }
        pairs[ASYMMETRIC] += ties[Tie::Sells as usize];
        pairs[MUTUAL] += ties[Tie::Both as usize]; // at both ends
    }
    pairs[MUTUAL] /= 2;
    // By class: triangles, and the open triads that they would be without their far side.
    let mut triangles = [[0_u64; 16]; 2];
    Upward::of(&view, |tie| tie).fold(
        progress,
        || [[0_u64; 16]; 2],
        |[shut, not_open], triangle| {
            let [uv, uw, vw] = triangle.ties;
            shut[closed(uv, uw, vw)] += 1;
            not_open[open(uv, uw)] += 1;
            not_open[open(uv.turned(), vw)] += 1;
            not_open[open(uw.turned(), vw.turned())] += 1;
        },
        |part| {
            let sums = triangles.iter_mut().flatten();
            sums.zip(part.into_iter().flatten()).for_each(|(sum, x)| *sum += x);
        },
    )?;
    let [shut, not_open] = triangles;
    for (class, count) in counts.iter_mut().enumerate() {
        *count = *count + u128::from(shut[class]) - u128::from(not_open[class]);
    }
    // Every pair is in a triad with each other node.
    let others = n.saturating_sub(2) as u128;
    let held = |of: &dyn Fn((u128, u128)) -> u128| -> u128 {
        counts.iter().zip(PAIRS).map(|(count, pairs)| count * of(pairs)).sum()
    };
    let mutual = pairs[MUTUAL] * others - held(&|(mutual, _)| mutual);
    let asymmetric = pairs[ASYMMETRIC] * others - held(&|(_, asymmetric)| asymmetric);
    (counts[1], counts[2]) = (asymmetric, mutual);
    let nodes = n as u128;
    let all = nodes * nodes.saturating_sub(1) * nodes.saturating_sub(2) / 6;
    counts[0] = all - counts.iter().sum::<u128>();
    Ok(TriadCensus { counts })
}

/// [`triad_census()`] behind the registry.
pub struct TriadCensusMetric;

const fn class(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec::number(name, Unit::Count, meaning)
}

static FIGURES: [ColumnSpec; 16] = [
    class("triad_003", "Threes without a tie."),
    class("triad_012", "Threes of whom one sells to another."),
    class("triad_102", "Threes of whom two trade both ways."),
    class("triad_021D", "Threes of whom one sells to both others."),
    class("triad_021U", "Threes of whom one buys from both others."),
    class("triad_021C", "Chains of three."),
    class("triad_111D", "Threes of whom two trade both ways and one of these buys from the third."),
    class("triad_111U", "Threes of whom two trade both ways and one of these sells to the third."),
    class("triad_030T", "Threes of whom one sells to both others, and these one way."),
    class("triad_030C", "Circles of three."),
    class("triad_201", "Threes of whom one trades both ways with both others."),
    class("triad_120D", "Threes of whom one sells to two who trade both ways."),
    class("triad_120U", "Threes of whom one buys from two who trade both ways."),
    class("triad_120C", "Chains of three whose ends trade both ways."),
    class("triad_210", "Threes of whom all trade, two pairs both ways."),
    class("triad_300", "Threes of whom all trade both ways."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "triad_census",
    family: Family::Clustering,
    summary: "How every three firms are tied, by the 16 ways that there are.",
    formula: "numbers of triads with m mutual, a asymmetric and n null pairs, and a letter where that leaves a choice",
    source: "Holland and Leinhardt (1976); Batagelj and Mrvar (2001)",
    reading: "021C = chains, 030T = subcontracting beside direct trade, 030C = circles, 021D and 021U = common suppliers \
              and customers. Compare with a random network of the same degrees before reading much into it.",
    cost: "O(m^(3/2)) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::NetworkSummary, columns: &FIGURES }],
    core: false,
};

impl Metric for TriadCensusMetric {
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
        let census = triad_census(graph, progress)?;
        let figures = FIGURES.iter().zip(census.counts);
        let figures: Vec<Figure> =
            figures.map(|(spec, count)| Figure::new(spec, Ok(count as f64))).collect();
        Ok(vec![network_summary(&figures)])
    }
}
