//! In how many periods a link is there.

use super::links::{Sighting, follow};
use crate::kernel::ratio::ratio;
use crate::long::Rows;
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, Params, Scope, network_summary,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{NodeIndex, Panel, Progress, Table, TableId};

/// A link over all periods of a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkHistory {
    /// Who sells.
    pub seller: NodeIndex,
    /// Who buys.
    pub buyer: NodeIndex,
    /// The number of the first period in which it is there.
    pub first: usize,
    /// The number of the last one.
    pub last: usize,
    /// In how many it is there.
    pub n_periods: usize,
    /// Its mean flow over these.
    pub mean_flow: f64,
}

/// Every link of a panel, by seller and then by buyer: when it is there.
///
/// # Formula
/// The persistence of a link is `n_periods` by the number of periods of the panel.
/// # Source
/// Toolkit definition.
/// # Input and result
/// Self-loops are no links. A link that comes back counts once, with all its periods.
/// # Cost
/// `O(M log d)` time for `M` links of all periods together and `d` of a seller.
/// # Example
/// ```
/// # use palenque_graph::{Panel, SupplyGraph};
/// # use palenque_metrics::change::edge_persistence::link_histories;
/// let period = |year: &str, flow| {
///     let graph = SupplyGraph::from_flows(["ana", "still"], [(0, 1, flow)])?;
///     Ok::<_, palenque_graph::BuildError>((year.to_owned(), graph))
/// };
/// let panel = Panel::new([period("2020", 2.0)?, period("2021", 4.0)?])?;
/// let link = link_histories(&panel)[0];
/// assert_eq!((link.first, link.last, link.n_periods, link.mean_flow), (0, 1, 2, 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn link_histories(panel: &Panel) -> Vec<LinkHistory> {
    let mut links = Vec::new();
    follow(panel, |seller, seen: &[Sighting]| {
        let n_periods = seen.len();
        // Divided first, or large flows overflow.
        let mean_flow = seen.iter().map(|at| at.flow / n_periods as f64).sum();
        let [first, last] = [&seen[0], &seen[n_periods - 1]].map(|at| at.period);
        let [seller, buyer] = [seller, seen[0].buyer].map(NodeIndex::new);
        links.push(LinkHistory { seller, buyer, first, last, n_periods, mean_flow });
    });
    links
}

/// [`link_histories`] behind the registry.
pub struct EdgePersistence;

static COLUMNS: [ColumnSpec; 8] = [
    ColumnSpec::text("source", "The seller's id."),
    ColumnSpec::text("target", "The buyer's id."),
    ColumnSpec::text("first_period", "The first period in which the link is there."),
    ColumnSpec::text("last_period", "The last period in which the link is there."),
    ColumnSpec::count("n_periods", "In how many periods it is there."),
    ColumnSpec::number("persistence", Unit::One, "The same by the number of periods."),
    ColumnSpec::number(
        "mean_weight",
        Unit::Currency,
        "Mean flow over the periods in which it is there.",
    ),
    ColumnSpec::flag(
        "censored",
        "Whether it is there in the last period, and so has no known end.",
    ),
];

static FIGURES: [ColumnSpec; 1] = [ColumnSpec::number(
    "mean_edge_persistence",
    Unit::One,
    "Mean share of all periods in which a link is there.",
)];

static SPEC: MetricSpec = MetricSpec {
    name: "edge_persistence",
    family: Family::Change,
    summary: "In how many periods each link is there.",
    formula: "persistence_ij = #{t : Z_ij,t is there}/T",
    source: "Toolkit definition",
    reading: "1 = there in every period. Links that began late or are still there could not be seen longer: for how long links last, see \
              `link_survival`. A link that comes back counts once. Self-loops are no links.",
    cost: "O(M log d) time for M links of all periods",
    needs: &[],
    params: &[],
    outputs: &[
        Output { table: TableId::TemporalEdge, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

impl Metric for EdgePersistence {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Panel
    }

    fn over(
        &self,
        panel: &Panel,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let links = link_histories(panel);
        let names: Vec<&str> = panel.iter().map(|(name, _)| name).collect();
        let n_periods = names.len() as f64;
        let id = |node| panel.last().node_id(node);
        let mut rows = Rows::new(&COLUMNS);
        for link in &links {
            rows.push([
                id(link.seller).into(),
                id(link.buyer).into(),
                names[link.first].into(),
                names[link.last].into(),
                link.n_periods.into(),
                (link.n_periods as f64 / n_periods).into(),
                link.mean_flow.into(),
                (link.last + 1 == names.len()).into(),
            ]);
        }
        let seen: usize = links.iter().map(|link| link.n_periods).sum();
        let mean = ratio(seen as f64, links.len() as f64 * n_periods).ok_or(Status::InsufficientN);
        let figure = Figure::new(&FIGURES[0], mean);
        Ok(vec![rows.table(TableId::TemporalEdge), network_summary(&[figure])])
    }
}
