//! D-cores: groups with at least k suppliers and l customers inside for everyone.

use crate::kernel::adjacency::Adjacency;
use crate::kernel::chunks::fold_chunks;
use crate::kernel::cores::levels;
use crate::kernel::ratio::share_of_nodes;
use crate::long::Rows;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params,
    network_summary,
};
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Most cells of a matrix of sizes.
const MOST_CELLS: usize = 4_000_000;

/// How far the matrix goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DcoreConfig {
    /// The largest `k` and `l` of the matrix; 0 for all.
    pub most: usize,
}

/// Sizes of the D-cores, by row `k` and then `l`: a row ends where the core is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dcores {
    /// `sizes[k][l]`, all above 0.
    pub sizes: Vec<Vec<usize>>,
    most: usize,
}

impl Dcores {
    /// How many nodes are in the D-core of `k` suppliers and `l` customers.
    #[must_use]
    pub fn size(&self, k: usize, l: usize) -> usize {
        self.sizes.get(k).and_then(|row| row.get(l)).copied().unwrap_or(0)
    }

    /// Whether `(k, l)` is on the frontier: that core has members, and the one of `(k + 1, l + 1)` has none.
    #[must_use]
    pub fn is_frontier(&self, k: usize, l: usize) -> bool {
        self.size(k, l) > 0 && self.size(k + 1, l + 1) == 0
    }

    /// The cells that were asked for.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let rows = self.sizes.iter().enumerate().take(self.most.saturating_add(1));
        rows.flat_map(|(k, row)| {
            let cells = row.iter().enumerate().take(self.most.saturating_add(1));
            cells.map(move |(l, &size)| (k, l, size))
        })
    }
}

/// Sizes of the largest groups in which every firm has at least `k` suppliers and at least `l` customers, for all `k`
/// and `l`.
///
/// # Formula
/// `D(k, l)` is the largest group with `k_in ≥ k` and `k_out ≥ l` among its members, found by taking out who has fewer
/// until there is none. It is on the frontier if it has members and `D(k + 1, l + 1)` has none.
/// # Source
/// Giatsidis, Thilikos and Vazirgiannis (2011).
/// # Input and result
/// A matrix of counts, `D(0, 0)` all nodes. `D(1, 1)` reproduces itself: what its members need to buy is sold, and what
/// they sell is bought, by members. Self-loops are not used.
/// # Cost
/// `O(k_max (n + m))` time over all threads, `O(n)` memory a thread.
/// # Errors
/// [`ParamError::Value`] for more than 4 million cells; [`MetricError::Cancelled`].
/// # Example
/// Three firms that trade in a circle, and one that buys from one of them.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::fragmentation::dcore::{DcoreConfig, dcores};
/// let flows = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0), (0, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], flows)?;
/// let d = dcores(&graph, &DcoreConfig::default(), &NoProgress)?;
/// assert_eq!(d.sizes, [[4, 3], [4, 3]]);
/// assert!(d.is_frontier(1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dcores(
    graph: &SupplyGraph,
    config: &DcoreConfig,
    progress: &dyn Progress,
) -> Result<Dcores, MetricError> {
    let (customers, suppliers) = (Adjacency::customers(graph), Adjacency::suppliers(graph));
    let height = |cores: &[Option<u32>]| cores.iter().flatten().max().map(|&k| k as usize);
    let k_max = height(&levels(suppliers, customers, 0));
    let l_max = height(&levels(customers, suppliers, 0));
    let (Some(k_max), Some(l_max)) = (k_max, l_max) else {
        return Ok(Dcores { sizes: vec![], most: 0 });
    };
    let most = if config.most == 0 { usize::MAX } else { config.most };
    if (k_max.min(most) + 1) * (l_max.min(most) + 1) > MOST_CELLS {
        let what = format!(
            "there are cores up to {k_max} suppliers and {l_max} customers, more cells than {MOST_CELLS}: set `most`"
        );
        return Err(ParamError::Value(what).into());
    }
    // One more row, which tells what of the last is on the frontier.
    let n_rows = k_max.min(most.saturating_add(1)) + 1;
    progress.begin("D-cores", n_rows as u64);
    let row = |k: usize| {
        let levels = levels(customers, suppliers, k);
        let mut sizes = vec![0_usize; height(&levels).map_or(0, |l| l + 1)];
        levels.iter().flatten().for_each(|&l| sizes[l as usize] += 1);
        for l in (1..sizes.len()).rev() {
            sizes[l - 1] += sizes[l];
        }
        sizes
    };
    let mut sizes = Vec::with_capacity(n_rows);
    let work = |rows: std::ops::Range<usize>| {
        progress.advance(1);
        (!progress.cancelled()).then(|| row(rows.start))
    };
    fold_chunks(n_rows, 1, progress, work, |row| sizes.push(row))?;
    Ok(Dcores { sizes, most })
}

/// [`dcores()`] behind the registry.
pub struct DcoreMetric;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::count("k", "Suppliers that every member has among the members, at least."),
    ColumnSpec::count("l", "Customers that every member has among the members, at least."),
    ColumnSpec::count("size", "Members: nodes of the D-core."),
    ColumnSpec::flag("frontier", "Whether the D-core of one more supplier and customer is empty."),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "self_sustaining_share",
    Unit::One,
    "Share of the nodes in D(1, 1), where all buy from members and sell to members.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "dcore",
    family: Family::Fragmentation,
    summary: "Sizes of the groups in which every firm has some number of suppliers and of customers.",
    formula: "D(k, l): the largest group with k_in ≥ k and k_out ≥ l among its members; frontier: D(k+1, l+1) is empty",
    source: "Giatsidis, Thilikos and Vazirgiannis (2011)",
    reading: "D(1, 1) is the core that reproduces itself. Sizes that fall slowly along the diagonal show a dense heart; \
              only cores with members have rows. Self-loops are not used.",
    cost: "O(k_max (n + m)) time",
    needs: &[],
    params: &[ParamSpec {
        name: "most",
        default: "0",
        meaning: "the largest k and l of the table; 0 = all",
    }],
    outputs: &[
        Output { table: TableId::Dcore, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for DcoreMetric {
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
        let found = dcores(graph, &params.decode()?, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        for (k, l, size) in found.cells() {
            rows.push([k.into(), l.into(), size.into(), found.is_frontier(k, l).into()]);
        }
        let share = share_of_nodes(found.size(1, 1), graph.n_nodes());
        let figures = network_summary(&[Figure::new(&FIGURES[0], share)]);
        Ok(vec![rows.table(TableId::Dcore), figures])
    }
}
