//! Flows and ties between stages, roles or regions.

use super::groups::Groups;
use super::stage_order::LinkKind;
use crate::kernel::ratio::{ratio, ratio_or_status};
use crate::{
    Family, Figure, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary,
};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// Flows and ties between the groups of a network: square matrices, row after row, seller's group first.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupLinkages {
    /// The groups.
    pub groups: Groups,
    /// `E_st`: edges from group to group, self-loops left out.
    pub n_edges: Vec<usize>,
    /// `F_st`: flow from group to group, self-loops included.
    pub flow: Vec<f64>,
    /// Flow of the self-loops of each group.
    pub loops: Vec<f64>,
}

/// Flows and ties between the groups of a text column.
///
/// # Formula
/// `F_st = Σ Z_ij` and `E_st = #{i ≠ j : Z_ij is there}` over sellers `i` of group `s` and buyers `j` of group `t`.
/// # Source
/// An aggregated input-output table; affinity is the location quotient of linkages.
/// # Input and result
/// Groups as [`Groups::by`] orders them; edges of nodes without a group are left out. Flows in the unit of the flows,
/// self-loops included; ties are counted without them.
/// # Cost
/// `O(m + g²)` time, `O(n + g²)` memory for `g` groups.
/// # Errors
/// [`MetricError::InputMissing`] without that column; [`ParamError::Value`](crate::ParamError::Value) for more than
/// 2,000 groups.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::linkage::stage_linkages::stage_linkages;
/// let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 5.0), (1, 2, 8.0), (2, 0, 1.0)])?
///     .with_text("stage", ["1", "2", "2"].map(Some));
/// let linkages = stage_linkages(&graph, "stage")?;
/// assert_eq!(linkages.flow, [0.0, 5.0, 1.0, 8.0]);
/// assert_eq!(linkages.density(1, 1), Some(0.5)); // one of the two ties that b and c may have
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn stage_linkages(graph: &SupplyGraph, column: &str) -> Result<GroupLinkages, MetricError> {
    let groups = Groups::by(graph, column)?;
    let g = groups.len();
    let (mut n_edges, mut flow, mut loops) = (vec![0; g * g], vec![0.0; g * g], vec![0.0; g]);
    for i in graph.node_indices() {
        let Some(s) = groups.of_node[i.index()] else { continue };
        for (j, z) in graph.customers(i) {
            let Some(t) = groups.of_node[j.index()] else { continue };
            flow[s * g + t] += z;
            if i == j {
                loops[s] += z;
            } else {
                n_edges[s * g + t] += 1;
            }
        }
    }
    Ok(GroupLinkages { groups, n_edges, flow, loops })
}

impl GroupLinkages {
    /// The groups of a seller and a buyer, row after row.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let g = self.groups.len();
        (0..g).flat_map(move |s| (0..g).map(move |t| (s, t)))
    }

    fn at(&self, s: usize, t: usize) -> usize {
        s * self.groups.len() + t
    }

    /// `F = Σ_st F_st`.
    #[must_use]
    pub fn total_flow(&self) -> f64 {
        self.flow.iter().sum()
    }

    /// `E_st / (n_s n_t − [s = t] n_s)`: the share of the ties that could be.
    #[must_use]
    pub fn density(&self, s: usize, t: usize) -> Option<f64> {
        let (from, to) = (self.groups.n_nodes[s], self.groups.n_nodes[t]);
        let possible = from * (to - usize::from(s == t));
        ratio(self.n_edges[self.at(s, t)] as f64, possible as f64)
    }

    /// The mean flow of a tie between two nodes, self-loops left out.
    #[must_use]
    pub fn mean_weight(&self, s: usize, t: usize) -> Option<f64> {
        let own = if s == t { self.loops[s] } else { 0.0 };
        ratio(self.flow[self.at(s, t)] - own, self.n_edges[self.at(s, t)] as f64)
    }

    /// `F_st F / (F_s· F_·t)` for every pair, row after row: 1 where `s` sells to `t` as it sells to all.
    #[must_use]
    pub fn affinity(&self) -> Vec<Option<f64>> {
        let (rows, columns) = margins(&self.flow, self.groups.len());
        let total = self.total_flow();
        let affinity = |(s, t)| ratio(self.flow[self.at(s, t)] / rows[s] * total, columns[t]);
        self.pairs().map(affinity).collect()
    }

    /// The share of the flow that runs one way.
    ///
    /// # Errors
    /// [`Status::InputMissing`] if some of it runs between groups without an order; [`Status::ZeroDenominator`] if
    /// there is none.
    pub fn flow_share(&self, kind: LinkKind) -> Result<f64, Status> {
        let mut of_kind = 0.0;
        for (s, t) in self.pairs() {
            let flow = self.flow[self.at(s, t)];
            if flow > 0.0 && self.groups.kind(s, t).ok_or(Status::InputMissing)? == kind {
                of_kind += flow;
            }
        }
        ratio_or_status(of_kind, self.total_flow())
    }

    /// Newman's assortativity of ties, `r = (Tr e − Σ_s a_s b_s) / (1 − Σ_s a_s b_s)`.
    #[must_use]
    pub fn assortativity(&self) -> Option<f64> {
        let ties: Vec<f64> = self.n_edges.iter().map(|&n| n as f64).collect();
        assortativity(&ties, self.groups.len())
    }

    /// Newman's assortativity of flows.
    #[must_use]
    pub fn assortativity_weighted(&self) -> Option<f64> {
        assortativity(&self.flow, self.groups.len())
    }

    /// Krackhardt and Stern's E–I index of flows between different nodes: from −1, all within groups, to 1.
    #[must_use]
    pub fn ei_index(&self) -> Option<f64> {
        let within: f64 = (0..self.groups.len()).map(|s| self.flow[self.at(s, s)]).sum();
        let loops: f64 = self.loops.iter().sum();
        let total = self.total_flow() - loops;
        ratio(total - 2.0 * (within - loops), total)
    }

    /// Krackhardt and Stern's E–I index of ties.
    #[must_use]
    pub fn ei_index_binary(&self) -> Option<f64> {
        let within: usize = (0..self.groups.len()).map(|s| self.n_edges[self.at(s, s)]).sum();
        let total = self.n_edges.iter().sum::<usize>() as f64;
        ratio(total - 2.0 * within as f64, total)
    }
}

fn margins(matrix: &[f64], g: usize) -> (Vec<f64>, Vec<f64>) {
    let rows = (0..g).map(|s| matrix[s * g..(s + 1) * g].iter().sum()).collect();
    let columns = (0..g).map(|t| (0..g).map(|s| matrix[s * g + t]).sum()).collect();
    (rows, columns)
}

fn assortativity(matrix: &[f64], g: usize) -> Option<f64> {
    let total: f64 = matrix.iter().sum();
    let (rows, columns) = margins(matrix, g);
    let trace: f64 = (0..g).map(|s| matrix[s * g + s] / total).sum();
    let expected: f64 = (0..g).map(|s| rows[s] / total * (columns[s] / total)).sum();
    // All in one group: every tie is within it, and nothing could be otherwise.
    if expected >= 1.0 { None } else { ratio(trace - expected, 1.0 - expected) }
}

/// The columns by which a network is grouped when nothing else is said.
const GROUPINGS: [&str; 3] = ["stage", "role", "region"];

/// How [`StageLinkages`] groups.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StageLinkagesConfig {
    /// A text column, or `all` for those of stage, role and region that are there.
    pub grouping: String,
}

impl Default for StageLinkagesConfig {
    fn default() -> Self {
        Self { grouping: "all".into() }
    }
}

/// [`stage_linkages`] behind the registry.
pub struct StageLinkages;

static COLUMNS: [ColumnSpec; 13] = [
    ColumnSpec::text("grouping", "The node column whose values are the groups."),
    ColumnSpec::text("from_group", "The sellers' group."),
    ColumnSpec::text("to_group", "The buyers' group."),
    ColumnSpec::count("n_from", "Nodes of the sellers' group."),
    ColumnSpec::count("n_to", "Nodes of the buyers' group."),
    ColumnSpec::count("n_edges", "Ties between them, self-loops left out."),
    ColumnSpec::number("flow", Unit::Currency, "Flow between them, self-loops included."),
    ColumnSpec::number("density", Unit::One, "Ties by ties that could be."),
    ColumnSpec::number("share", Unit::One, "Share of all flow between grouped nodes."),
    ColumnSpec::number(
        "affinity",
        Unit::One,
        "Flow by what it would be in proportion to sales and purchases; 1 = in proportion.",
    ),
    ColumnSpec::number("mean_weight", Unit::Currency, "Mean flow of a tie, self-loops left out."),
    ColumnSpec::text(
        "kind",
        "`vertical`, `horizontal` or `feedback`, by the numbers of stages; empty for other groupings.",
    ),
    ColumnSpec::text("status", "Why cells of this row are empty: `column=reason`, joined by `;`."),
];

static FIGURES: [ColumnSpec; 9] = [
    ColumnSpec::number("vertical_flow_share", Unit::One, "Share of flow to a later stage."),
    ColumnSpec::number("horizontal_flow_share", Unit::One, "Share of flow within a stage."),
    ColumnSpec::number("feedback_flow_share", Unit::One, "Share of flow to an earlier stage."),
    ColumnSpec::number(
        "stage_assortativity",
        Unit::One,
        "Newman's assortativity of ties by stage; negative where stages trade with others.",
    ),
    ColumnSpec::number(
        "stage_assortativity_weighted",
        Unit::One,
        "Newman's assortativity of flows by stage.",
    ),
    ColumnSpec::number(
        "ei_index_region",
        Unit::One,
        "Flow across regions less flow within, by both; −1 = all within.",
    ),
    ColumnSpec::number("ei_index_region_binary", Unit::One, "The same of ties."),
    ColumnSpec::number(
        "ei_index_role",
        Unit::One,
        "Flow across roles less flow within, by both; −1 = all within.",
    ),
    ColumnSpec::number("ei_index_role_binary", Unit::One, "The same of ties."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "stage_linkages",
    family: Family::Linkage,
    summary: "How much each stage, role or region sells to each other one, and how that compares with chance.",
    formula: "F_st = Σ Z_ij; density = E_st / (n_s n_t − [s=t] n_s); share = F_st / F; \
              affinity = F_st F / (F_s· F_·t); vertical: t after s, horizontal: same step, feedback: t before s; \
              assortativity = (Tr e − Σ ab) / (1 − Σ ab); E–I = (external − internal) / (external + internal)",
    source: "Newman (2003); Krackhardt and Stern (1988)",
    reading: "affinity > 1 = more than in proportion. Kinds compare the numbers with which all stages begin; \
              without numbers, stages have no order and only flow within one has a kind. Self-loops count in flows, not in ties, densities, mean weights and \
              E–I indices.",
    cost: "O(m + g²) time for g groups",
    needs: &[],
    params: &[ParamSpec {
        name: "grouping",
        default: "all",
        meaning: "A text column of the nodes, such as `sector`; `all` = stage, role and region where present.",
    }],
    outputs: &[
        Output { table: TableId::StageLinkages, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: true,
};

impl Metric for StageLinkages {
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
        let config: StageLinkagesConfig = params.decode()?;
        let present = |column: &&str| graph.nodes().text(column).is_some();
        let columns: Vec<&str> = match config.grouping.as_str() {
            "all" => GROUPINGS.into_iter().filter(present).collect(),
            column => vec![column],
        };
        if columns.is_empty() {
            let what = "node column `stage`, `role` or `region`".into();
            return Err(MetricError::InputMissing { what });
        }
        let groupings =
            columns.into_iter().map(|column| Ok((column, stage_linkages(graph, column)?)));
        let groupings: Vec<(&str, GroupLinkages)> =
            groupings.collect::<Result<_, MetricError>>()?;
        Ok(vec![table(&groupings), network_summary(&figures(&groupings))])
    }
}

fn table(groupings: &[(&str, GroupLinkages)]) -> Table {
    let mut text: [Vec<Option<Box<str>>>; 5] = Default::default();
    let mut counts: [Vec<Option<i64>>; 3] = Default::default();
    let mut numbers: [Vec<f64>; 5] = Default::default();
    for (grouping, linkages) in groupings {
        let groups = &linkages.groups;
        let (total, affinity) = (linkages.total_flow(), linkages.affinity());
        for (s, t) in linkages.pairs() {
            let at = linkages.at(s, t);
            let flow = linkages.flow[at];
            let kind = groups.kind(s, t).filter(|_| *grouping == "stage");
            let values = [
                ("flow", Some(flow)),
                ("density", linkages.density(s, t)),
                ("share", ratio(flow, total)),
                ("affinity", affinity[at]),
                ("mean_weight", linkages.mean_weight(s, t)),
            ];
            let gaps = values.iter().filter(|(_, value)| value.is_none());
            let gaps: Vec<String> =
                gaps.map(|(name, _)| format!("{name}={}", Status::ZeroDenominator)).collect();
            let status = (!gaps.is_empty()).then(|| gaps.join(";").into());
            let texts = [
                Some((*grouping).into()),
                Some(groups.names[s].clone()),
                Some(groups.names[t].clone()),
                kind.map(|kind| kind.name().into()),
                status,
            ];
            text.iter_mut().zip(texts).for_each(|(column, cell)| column.push(cell));
            let cells = [groups.n_nodes[s], groups.n_nodes[t], linkages.n_edges[at]];
            counts.iter_mut().zip(cells).for_each(|(column, n)| column.push(i64::try_from(n).ok()));
            let cells = values.map(|(_, value)| value.unwrap_or(f64::NAN));
            numbers.iter_mut().zip(cells).for_each(|(column, x)| column.push(x));
        }
    }
    let [grouping, from, to, kind, status] = text.map(Values::Text);
    let [n_from, n_to, n_edges] = counts.map(Values::I64);
    let [flow, density, share, affinity, mean_weight] = numbers.map(Values::F64);
    let values = [
        grouping,
        from,
        to,
        n_from,
        n_to,
        n_edges,
        flow,
        density,
        share,
        affinity,
        mean_weight,
        kind,
        status,
    ];
    let columns = COLUMNS.iter().zip(values).map(|(spec, values)| Column::new(spec, values));
    Table::new(TableId::StageLinkages, columns.collect())
}

fn figures(groupings: &[(&str, GroupLinkages)]) -> Vec<Figure> {
    let figure = |spec, grouping: &str, of: &dyn Fn(&GroupLinkages) -> Result<f64, Status>| {
        let linkages = groupings.iter().find(|(name, _)| *name == grouping);
        Figure::new(spec, linkages.ok_or(Status::InputMissing).and_then(|(_, l)| of(l)))
    };
    let defined = |value: Option<f64>| value.ok_or(Status::ZeroDenominator);
    let [vertical, horizontal, feedback, ties, flows, region, region_ties, role, role_ties] =
        &FIGURES;
    vec![
        figure(vertical, "stage", &|l| l.flow_share(LinkKind::Vertical)),
        figure(horizontal, "stage", &|l| l.flow_share(LinkKind::Horizontal)),
        figure(feedback, "stage", &|l| l.flow_share(LinkKind::Feedback)),
        figure(ties, "stage", &|l| defined(l.assortativity())),
        figure(flows, "stage", &|l| defined(l.assortativity_weighted())),
        figure(region, "region", &|l| defined(l.ei_index())),
        figure(region_ties, "region", &|l| defined(l.ei_index_binary())),
        figure(role, "role", &|l| defined(l.ei_index())),
        figure(role_ties, "role", &|l| defined(l.ei_index_binary())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_without_numbers_have_shares_only_within() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 1, 2.0), (1, 1, 2.0)])
            .expect("a good graph")
            .with_text("stage", ["grow", "distil"].map(Some));
        let linkages = stage_linkages(&graph, "stage").expect("a column");
        assert_eq!(linkages.flow_share(LinkKind::Vertical), Err(Status::InputMissing));
        assert_eq!(
            linkages.affinity(),
            [None, Some(1.0), None, Some(1.0)],
            "nobody sells to growers"
        );
    }

    #[test]
    fn self_loops_are_flows_but_not_ties() {
        let graph = SupplyGraph::from_flows(["a", "b"], [(0, 0, 6.0), (0, 1, 2.0)])
            .expect("a good graph")
            .with_text("stage", ["1", "1"].map(Some));
        let linkages = stage_linkages(&graph, "stage").expect("a column");
        assert_eq!(linkages.flow, [8.0]);
        assert_eq!(linkages.n_edges, [1]);
        assert_eq!(linkages.density(0, 0), Some(0.5));
        assert_eq!(linkages.mean_weight(0, 0), Some(2.0));
        assert_eq!(linkages.ei_index(), Some(-1.0));
        assert_eq!(linkages.assortativity(), None, "there is only one group");
    }
}
