//! Between which groups links are made and dropped.

use super::links::links;
use crate::kernel::ratio::ratio_or_status;
use crate::linkage::groups::Groups;
use crate::linkage::stage_order::LinkKind;
use crate::long::{Rows, STATUS};
use crate::params::did_you_mean;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, Scope,
};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::{PeriodPair, Progress, SupplyGraph, Table, TableId};

/// Links between two groups in two periods.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupLinks {
    /// Links of the earlier period.
    pub before: usize,
    /// Links of the later period.
    pub after: usize,
    /// Links of the later period only.
    pub new: usize,
    /// Links of the earlier period only.
    pub dropped: usize,
    /// Flow of the later period.
    pub flow: f64,
    /// Flow of the later period on new links.
    pub new_flow: f64,
}

impl GroupLinks {
    /// New links by the mean number of links.
    ///
    /// # Errors
    /// [`Status::ZeroDenominator`] if there are none in both periods.
    pub fn creation_rate(&self) -> Result<f64, Status> {
        ratio_or_status(self.new as f64, (self.before + self.after) as f64 / 2.0)
    }

    /// The share of the later flow that runs on new links.
    ///
    /// # Errors
    /// [`Status::ZeroDenominator`] if nothing flows.
    pub fn new_flow_share(&self) -> Result<f64, Status> {
        ratio_or_status(self.new_flow, self.flow)
    }
}

/// Links made and dropped between every ordered pair of groups, row after row, seller's group first.
///
/// # Formula
/// `N_st = #{new links s → t}`, `creation_rate = N_st / ((E_st,t + E_st,t+1) / 2)`; the share of the flow of `t+1` on new links.
/// # Source
/// Toolkit definition.
/// # Input and result
/// Groups of the later period, as [`Groups::by`] orders them; links of nodes without a group are left out. Self-loops are no links.
/// # Cost
/// `O(n + m + g²)` time for `g` groups.
/// # Errors
/// Those of [`Groups::by`].
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::change::linkage_creation::linkage_creation;
/// let period = |flows: &[(u32, u32, f64)]| {
///     let graph = SupplyGraph::from_flows(["ana", "beto", "still"], flows.iter().copied())?;
///     Ok::<_, palenque_graph::BuildError>(graph.with_text("stage", ["1", "1", "2"].map(Some)))
/// };
/// let (before, after) = (period(&[(0, 2, 3.0)])?, period(&[(0, 2, 3.0), (1, 2, 1.0)])?);
/// let (groups, links) = linkage_creation(&before, &after, "stage")?;
/// let sold = links[1]; // from stage 1 to stage 2
/// assert_eq!((groups.len(), sold.new, sold.new_flow_share()), (2, 1, Ok(0.25)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn linkage_creation(
    from: &SupplyGraph,
    to: &SupplyGraph,
    grouping: &str,
) -> Result<(Groups, Vec<GroupLinks>), MetricError> {
    let groups = Groups::by(to, grouping)?;
    let g = groups.len();
    let mut found = vec![GroupLinks::default(); g * g];
    for link in links(from, to) {
        let group = |node: usize| groups.of_node[node];
        let (Some(s), Some(t)) = (group(link.seller), group(link.buyer)) else { continue };
        let at = &mut found[s * g + t];
        let flow = link.after.unwrap_or(0.0);
        at.before += usize::from(link.before.is_some());
        at.after += usize::from(link.after.is_some());
        at.flow += flow;
        if link.before.is_none() {
            at.new += 1;
            at.new_flow += flow;
        } else if link.after.is_none() {
            at.dropped += 1;
        }
    }
    Ok((groups, found))
}

/// [`linkage_creation()`] behind the registry.
pub struct LinkageCreation;

static COLUMNS: [ColumnSpec; 14] = [
    ColumnSpec::text("grouping", "The node column whose values are the groups."),
    ColumnSpec::text("from_group", "The sellers' group."),
    ColumnSpec::text("to_group", "The buyers' group."),
    ColumnSpec::text(
        "kind",
        "`vertical`, `horizontal` or `feedback`, by the numbers of stages; empty for other groupings.",
    ),
    ColumnSpec::text(
        "direction",
        "`backward` into the group `focal`, `forward` out of it, `horizontal` within it; else empty.",
    ),
    ColumnSpec::count("edges_from", "Links between them in the earlier period."),
    ColumnSpec::count("edges_to", "Links between them in the later period."),
    ColumnSpec::count("new_edges", "Links of the later period only."),
    ColumnSpec::count("dropped_edges", "Links of the earlier period only."),
    ColumnSpec::number("creation_rate", Unit::One, "New links by the mean number of links."),
    ColumnSpec::number("flow", Unit::Currency, "Flow between them in the later period."),
    ColumnSpec::number("new_flow", Unit::Currency, "That of it which runs on new links."),
    ColumnSpec::number(
        "new_flow_share",
        Unit::One,
        "Share of the later flow that runs on new links.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "linkage_creation",
    family: Family::Change,
    summary: "Between which stages or roles links are made and dropped.",
    formula: "N_st = #{new links s→t}; creation_rate = N_st/((E_st,t + E_st,t+1)/2); new_flow_share = flow of t+1 on new links / flow of \
              t+1",
    source: "Toolkit definition",
    reading: "A high creation_rate with few dropped links = linkages grow; with as many dropped = they change hands. Divide by \
              the years between the periods before comparing panels. Groups are those of the later period. Self-loops are no links.",
    cost: "O(n + m + g²) time for g groups",
    needs: &[],
    params: &[
        ParamSpec {
            name: "grouping",
            default: "\"stage\"",
            meaning: "The text column of the nodes whose values are the groups: `stage`, `role` or another.",
        },
        ParamSpec {
            name: "focal",
            default: "\"\"",
            meaning: "The group, such as a role, as seen from which links are backward or forward; empty for none.",
        },
    ],
    outputs: &[Output { table: TableId::LinkageCreation, columns: &COLUMNS }],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    grouping: String,
    focal: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { grouping: "stage".into(), focal: String::new() }
    }
}

impl Config {
    /// The number of the group that links are seen from.
    fn focal(&self, groups: &Groups) -> Result<Option<usize>, MetricError> {
        let names = || groups.names.iter().map(|name| &**name);
        let (focal, grouping) = (&self.focal, &self.grouping);
        let found = names().position(|name| name == *focal);
        if found.is_none() && !focal.is_empty() {
            let hint = did_you_mean(focal, names());
            let what = format!("`{focal}` is not among the values of `{grouping}`{hint}");
            return Err(ParamError::NotThere(what).into());
        }
        Ok(found.filter(|_| !focal.is_empty()))
    }
}

/// How a link runs as seen from a group.
fn direction(from: usize, to: usize, focal: usize) -> Option<&'static str> {
    match (from == focal, to == focal) {
        (true, true) => Some("horizontal"),
        (false, true) => Some("backward"),
        (true, false) => Some("forward"),
        (false, false) => None,
    }
}

impl Metric for LinkageCreation {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn scope(&self) -> Scope {
        Scope::Pair
    }

    fn compare(
        &self,
        pair: &PeriodPair<'_>,
        params: &Params,
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let grouping = config.grouping.as_str();
        let (groups, links) = linkage_creation(pair.from, pair.to, grouping)?;
        let focal = config.focal(&groups)?;
        let mut rows = Rows::new(&COLUMNS);
        for (at, links) in links.iter().enumerate() {
            let (s, t) = (at / groups.len(), at % groups.len());
            let kind = groups.kind(s, t).filter(|_| grouping == "stage");
            rows.push([
                grouping.into(),
                (&*groups.names[s]).into(),
                (&*groups.names[t]).into(),
                kind.map(LinkKind::name).into(),
                focal.and_then(|focal| direction(s, t, focal)).into(),
                links.before.into(),
                links.after.into(),
                links.new.into(),
                links.dropped.into(),
                links.creation_rate().into(),
                links.flow.into(),
                links.new_flow.into(),
                links.new_flow_share().into(),
            ]);
        }
        Ok(vec![rows.table(TableId::LinkageCreation)])
    }
}
