//! The rich club.

use crate::kernel::adjacency::Mutual;
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, Params};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The nodes of more than some number of partners, and the ties among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Club {
    /// Members have more partners than this.
    pub k: usize,
    /// How many there are.
    pub n_nodes: usize,
    /// Ties among them.
    pub n_ties: usize,
    /// Ties among them by pairs of them; an error with fewer than two.
    pub density: Result<f64, Status>,
}

/// How dense the trade is among firms of more than `k` partners, for every `k` that makes a difference.
///
/// # Formula
/// `φ(k) = 2 E_{>k} / (N_{>k} (N_{>k} − 1))`, with `N_{>k}` nodes of more than `k` partners and `E_{>k}` ties among them.
/// # Source
/// Zhou and Mondragón (2004); Colizza, Flammini, Serrano and Vespignani (2006).
/// # Input and result
/// One club for 0 and for every number of partners that some node has, in ascending order. Ties are those of `M = Z + Zᵀ`;
/// self-loops are not used. Hubs trade with each other by chance, too: compare with a network of the same degrees.
/// # Cost
/// `O(n + m)` time and memory.
/// # Example
/// Three traders who all deal with each other, and a grower for each.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::clustering::rich_club::rich_club;
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (3, 0, 1.0), (4, 1, 1.0), (5, 2, 1.0)];
/// let graph = SupplyGraph::from_flows(["t1", "t2", "t3", "g1", "g2", "g3"], flows)?;
/// let clubs = rich_club(&graph);
/// assert_eq!((clubs[0].k, clubs[0].density), (0, Ok(6.0 / 15.0)));
/// assert_eq!((clubs[1].k, clubs[1].density), (1, Ok(1.0))); // the traders
/// # Ok::<(), palenque_graph::BuildError>(())
/// ```
#[must_use]
pub fn rich_club(graph: &SupplyGraph) -> Vec<Club> {
    let view = Mutual::of(graph);
    let n = graph.n_nodes();
    let most = (0..n).map(|u| view.degree(u)).max().unwrap_or(0);
    // By number of partners: nodes that have it, and ties whose poorer end has it.
    let (mut nodes, mut ties) = (vec![0; most + 1], vec![0; most + 1]);
    for u in 0..n {
        nodes[view.degree(u)] += 1;
        for (v, _) in view.ties(u).filter(|&(v, _)| v > u) {
            ties[view.degree(u).min(view.degree(v))] += 1;
        }
    }
    let (mut n_nodes, mut n_ties) = (n, ties.iter().sum::<usize>());
    let mut clubs = Vec::new();
    for k in 0..=most {
        n_nodes -= nodes[k];
        n_ties -= ties[k];
        if k == 0 || nodes[k] > 0 {
            let pairs = n_nodes as f64 * (n_nodes as f64 - 1.0) / 2.0;
            let density = ratio_or_status(n_ties as f64, pairs);
            clubs.push(Club { k, n_nodes, n_ties, density });
        }
    }
    clubs
}

/// [`rich_club()`] behind the registry.
pub struct RichClub;

static COLUMNS: [ColumnSpec; 5] = [
    ColumnSpec::count("k", "Members have more partners than this."),
    ColumnSpec::count("n_nodes", "Members."),
    ColumnSpec::count("n_ties", "Ties among members."),
    ColumnSpec::number("phi", Unit::One, "Ties among members, of the pairs of members."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "rich_club",
    family: Family::Clustering,
    summary: "How densely firms of many partners trade with each other.",
    formula: "φ(k) = 2 E_{>k} / (N_{>k}(N_{>k} − 1)), among nodes of more than k partners",
    source: "Zhou and Mondragón (2004); Colizza, Flammini, Serrano and Vespignani (2006)",
    reading: "φ that rises to 1 = hubs form a club; compare with a network of the same degrees, where hubs meet by chance. \
              Directions are not distinguished: M = Z + Zᵀ. Self-loops are not used.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[],
    outputs: &[Output { table: TableId::RichClub, columns: &COLUMNS }],
    core: false,
};

impl Metric for RichClub {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let mut rows = Rows::new(&COLUMNS);
        for club in rich_club(graph) {
            rows.push([
                club.k.into(),
                club.n_nodes.into(),
                club.n_ties.into(),
                club.density.into(),
            ]);
        }
        Ok(vec![rows.table(TableId::RichClub)])
    }
}
