//! What is lost when nodes are put together.

use crate::kernel::coefficients::Economy;
use crate::kernel::condition;
use crate::kernel::ratio::ratio;
use crate::long::{Rows, STATUS};
use crate::side::SideReader;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec};
use palenque_graph::table::{ColumnSpec, Status, Unit};
use palenque_graph::transform::{TransformError, aggregate};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// The node column that a concordance becomes.
const CONCORDANCE_COLUMN: &str = "concordance";

/// A group, and its output multiplier by two tables.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupBias {
    /// The group, as the column or the concordance calls it.
    pub group: Box<str>,
    /// How many nodes it has.
    pub n_members: usize,
    /// What final users buy from it.
    pub final_demand: f64,
    /// Output caused by a unit of final demand for its members, by the table of nodes; `None` without output.
    pub apart: Option<f64>,
    /// The same by the table of groups.
    pub together: Option<f64>,
}

impl GroupBias {
    /// What the table of groups says too much.
    #[must_use]
    pub fn bias(&self) -> Option<f64> {
        Some(self.together? - self.apart?)
    }

    /// The same by unit of the multiplier by the table of nodes.
    #[must_use]
    pub fn relative(&self) -> Option<f64> {
        ratio(self.bias()?, self.apart?)
    }
}

/// How far output multipliers of groups are from those of their members.
///
/// # Formula
/// `apart_g = Σ_{j∈g} w_j (1ᵀL)_j / Σ_{j∈g} w_j`, where `L` belongs to the table of nodes and `w` is final demand, or output
/// where a group has none or part of it is negative; `together_g = (1ᵀL̃)_g`, where `L̃` belongs to the table of groups.
/// # Source
/// Morimoto (1970); Miller and Blair (2009), section 4.9.
/// # Input and result
/// A text column of the nodes; those without a value make a group of their own. Groups in the order of their first
/// appearance. Self-loops are used; flows within a group become its self-loop.
/// # Cost
/// Two solves: `O(k (n + m))` time.
/// # Errors
/// [`MetricError::InputMissing`] without the column; those of [`Economy::productive`] and [`Economy::solve`].
/// # Example
/// Two growers with one recipe may be put together without harm.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::aggregation_bias::aggregation_bias;
/// let graph = SupplyGraph::from_flows(["agave_a", "agave_b", "still"], [(0, 2, 20.0), (1, 2, 30.0)])?
///     .with_number("output", [Some(40.0), Some(60.0), Some(100.0)])
///     .with_text("role", [Some("grower"), Some("grower"), Some("distiller")]);
/// let found = aggregation_bias(&graph, "role", &NoProgress)?;
/// assert_eq!((&*found[0].group, found[0].n_members), ("grower", 2));
/// assert!(found.iter().all(|group| group.bias().is_some_and(|bias| bias.abs() < 1e-12)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn aggregation_bias(
    graph: &SupplyGraph,
    by: &str,
    progress: &dyn Progress,
) -> Result<Vec<GroupBias>, MetricError> {
    let groups = aggregate(graph, by).map_err(|error| match error {
        TransformError::NoColumn { .. } => {
            MetricError::InputMissing { what: format!("node column `{by}`") }
        }
        error => crate::ParamError::Value(error.to_string()).into(),
    })?;
    let (nodes, together) = (multipliers(graph, progress)?, multipliers(&groups, progress)?);
    let place = groups.lookup();
    let column = graph.nodes().text(by);
    let mut members = vec![Vec::new(); groups.n_nodes()];
    for j in 0..graph.n_nodes() {
        let group = column.and_then(|column| column.get(j));
        let group = place.get(group.unwrap_or(palenque_graph::transform::MISSING));
        if let Some(group) = group {
            members[group.index()].push(j);
        }
    }
    let accounts = palenque_graph::accounts::Accounts::of(graph);
    let of_group = |((group, members), together): ((&str, &Vec<usize>), Option<f64>)| {
        let f = |&j: &usize| accounts.final_demand[j];
        let by_demand = members.iter().all(|j| f(j) >= 0.0) && members.iter().any(|j| f(j) > 0.0);
        let weight = |j: &usize| if by_demand { f(j) } else { accounts.output[*j] };
        let active = || members.iter().filter_map(|j| Some((weight(j), nodes[*j]?)));
        let caused: f64 = active().map(|(w, multiplier)| w * multiplier).sum();
        GroupBias {
            group: group.into(),
            n_members: members.len(),
            final_demand: members.iter().map(f).sum(),
            apart: ratio(caused, active().map(|(w, _)| w).sum()),
            together,
        }
    };
    let groups = groups.ids().iter().zip(&members).zip(together);
    Ok(groups.map(of_group).collect())
}

fn multipliers(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<Vec<Option<f64>>, MetricError> {
    let economy = Economy::of(graph)?.productive()?;
    let ones = vec![1.0; graph.n_nodes()];
    let b = economy.solve(&economy.recipes(), &ones, progress)?;
    Ok(economy.where_active(b))
}

/// How [`AggregationBias`] groups.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BiasConfig {
    by: String,
}

impl Default for BiasConfig {
    fn default() -> Self {
        Self { by: "sector".into() }
    }
}

/// [`aggregation_bias`] behind the registry.
pub struct AggregationBias;

static CONCORDANCE: SideSpec = SideSpec {
    name: "concordance",
    columns: "node_id,group",
    meaning: "The group of every node, in place of a node column. Nodes that are missing make a group of their own.",
};

static SIDES: [SideSpec; 1] = [CONCORDANCE];

static COLUMNS: [ColumnSpec; 9] = [
    ColumnSpec::text("grouping", "The node column, or `concordance`."),
    ColumnSpec::text("group", "The group."),
    ColumnSpec::count("n_members", "Nodes of the group."),
    ColumnSpec::number("final_demand", Unit::Currency, "What final users buy from its members."),
    ColumnSpec::number(
        "multiplier_apart",
        Unit::One,
        "Output caused by a unit of final demand for its members, by the table of nodes.",
    ),
    ColumnSpec::number("multiplier_together", Unit::One, "The same by the table of groups."),
    ColumnSpec::number("bias", Unit::One, "What the table of groups says too much."),
    ColumnSpec::number("bias_relative", Unit::One, "The same by unit of `multiplier_apart`."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "aggregation_bias",
    family: Family::Linkage,
    summary: "How wrong the output multiplier of a group becomes when its members are put together.",
    formula: "multiplier_apart_g = Σ_{j∈g} w_j (1'L)_j / Σ_{j∈g} w_j with w = final demand, or output where a group has none; \
              multiplier_together_g = (1'L̃)_g of the table of groups; bias = multiplier_together − multiplier_apart",
    source: "Morimoto (1970); Miller and Blair (2009), section 4.9",
    reading: "0 = the members have one recipe, or nobody tells them apart. Large = keep them apart, or group them otherwise. \
              Weighted with final demand the biases of all groups add up to 0: what one group has too much another has too \
              little. Self-loops are used.",
    cost: "two solves, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[ParamSpec {
        name: "by",
        default: "sector",
        meaning: "The text column of the nodes that tells their group, where there is no `concordance`.",
    }],
    outputs: &[Output { table: TableId::AggregationBias, columns: &COLUMNS }],
    core: false,
};

impl Metric for AggregationBias {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn sides(&self) -> &'static [SideSpec] {
        &SIDES
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: BiasConfig = params.decode()?;
        let (grouping, found) = match SideReader::of(graph, params, &CONCORDANCE) {
            Some(reader) => {
                let groups = concordance(graph, &reader)?;
                let graph = graph.clone().with_text(CONCORDANCE_COLUMN, groups);
                (CONCORDANCE_COLUMN, aggregation_bias(&graph, CONCORDANCE_COLUMN, progress)?)
            }
            None => (&*config.by, aggregation_bias(graph, &config.by, progress)?),
        };
        let mut rows = Rows::new(&COLUMNS);
        for group in found {
            let cell = |value: Option<f64>| value.ok_or(Status::ZeroDenominator).into();
            rows.push([
                grouping.into(),
                (&*group.group).into(),
                group.n_members.into(),
                group.final_demand.into(),
                cell(group.apart),
                cell(group.together),
                cell(group.bias()),
                cell(group.relative()),
            ]);
        }
        Ok(vec![rows.table(TableId::AggregationBias)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}

fn concordance(
    graph: &SupplyGraph,
    reader: &SideReader<'_>,
) -> Result<Vec<Option<String>>, MetricError> {
    let (node_column, group_column) = (reader.column("node_id")?, reader.column("group")?);
    let mut groups: Vec<Option<String>> = vec![None; graph.n_nodes()];
    for row in reader.rows() {
        let node = reader.node(row, node_column)?;
        let group = row.1[group_column].trim();
        match &groups[node.index()] {
            Some(known) if known != group => {
                let id = graph.node_id(node);
                let what = format!("`{id}` is in group `{known}` and in group `{group}`");
                return Err(reader.refused("E0305", what, row, group_column));
            }
            _ if group.is_empty() => {}
            _ => groups[node.index()] = Some(group.to_owned()),
        }
    }
    Ok(groups)
}
