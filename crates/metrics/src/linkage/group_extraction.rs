//! Hypothetical extraction of groups: what the network would lose without a stage, a region or a sector.

use super::groups::Groups;
use crate::kernel::coefficients::Economy;
use crate::kernel::condition;
use crate::kernel::ratio::ratio_or_status;
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Unit};
use palenque_graph::{Diagnostic, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// What a group makes, and what the others would lose without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupLoss {
    /// Output of the group.
    pub output: f64,
    /// Output of the others that is there for the group's purchases.
    pub external: f64,
}

/// The output that the network would lose without a group of nodes, for each group in turn.
///
/// # Formula
/// `T_J = 1ᵀL_·J (L_JJ)⁻¹ x_J`. It is computed as `Σ_J x + 1ᵀ(I − A_NN)⁻¹ Z_NJ 1`, with `N` all nodes that are not in `J`:
/// what is lost outside is what the group buys there, with all that is needed to make it there. One solve a group, no
/// inverse, no difference.
/// # Source
/// Miller and Lahr (2001); Dietzenbacher and van der Linden (1997).
/// # Input and result
/// Groups as [`Groups::by`] orders them; nodes without a group are in none of them and stay. In the unit of the flows.
/// # Cost
/// `O(k (n + m))` time a group for `k` sweeps, `O(n + m)` memory.
/// # Errors
/// [`MetricError::InputMissing`] without that column; [`ParamError::Value`](crate::ParamError::Value) for more than
/// 2,000 groups; those of the solves.
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::group_extraction::group_extraction;
/// let graph = SupplyGraph::from_flows(["grower", "still", "shop"], [(0, 1, 3.0), (1, 2, 9.0)])?
///     .with_number("output", [Some(3.0), Some(9.0), Some(12.0)])
///     .with_text("stage", ["1", "2", "2"].map(Some));
/// let (groups, losses) = group_extraction(&graph, "stage", &NoProgress)?;
/// assert_eq!(&*groups.names[1], "2");
/// assert_eq!((losses[1].output, losses[1].external), (21.0, 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn group_extraction(
    graph: &SupplyGraph,
    column: &str,
    progress: &dyn Progress,
) -> Result<(Groups, Vec<GroupLoss>), MetricError> {
    let groups = Groups::by(graph, column)?;
    let economy = Economy::of(graph)?.productive()?;
    let x = &economy.accounts().output;
    progress.begin("groups taken out", groups.len() as u64);
    let without = |group: usize| {
        let inside = |i: usize| groups.of_node[i] == Some(group);
        let rest = economy.recipes().keep(|j, i| !inside(j) && !inside(i));
        let multiplier = economy.solve(&rest, &vec![1.0; x.len()], progress)?;
        let mut loss = GroupLoss { output: 0.0, external: 0.0 };
        for j in (0..x.len()).filter(|&j| inside(j)) {
            let suppliers = graph.suppliers(NodeIndex::new(j)).map(|(i, z)| (i.index(), z));
            let outside = suppliers.filter(|(i, _)| !inside(*i));
            loss.output += x[j];
            loss.external += outside.map(|(i, z)| multiplier[i] * z).sum::<f64>();
        }
        progress.advance(1);
        Ok(loss)
    };
    let losses = (0..groups.len()).map(without).collect::<Result<_, MetricError>>()?;
    Ok((groups, losses))
}

/// What [`GroupExtraction`] takes out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupExtractionConfig {
    /// The text column of the nodes whose values are the groups.
    pub group_by: String,
}

impl Default for GroupExtractionConfig {
    fn default() -> Self {
        Self { group_by: "stage".into() }
    }
}

/// [`group_extraction`] behind the registry.
pub struct GroupExtraction;

static COLUMNS: [ColumnSpec; 8] = [
    ColumnSpec::text("grouping", "The node column that makes the groups."),
    ColumnSpec::text("group", "The group."),
    ColumnSpec::count("n_nodes", "Nodes of the group."),
    ColumnSpec::number("output", Unit::Currency, "Output of the group."),
    ColumnSpec::number(
        "hem_total",
        Unit::Currency,
        "Output that the network loses without the group, its own included.",
    ),
    ColumnSpec::number(
        "hem_external",
        Unit::Currency,
        "Output that the others lose without the group.",
    ),
    ColumnSpec::number("hem_total_rel", Unit::One, "hem_total by the output of the network."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "group_extraction",
    family: Family::Linkage,
    summary: "How much output the network would lose without a whole stage, region or sector.",
    formula: "hem_total_J = 1'L_·J (L_JJ)^-1 x_J = Σ_J x + 1'(I − A_NN)^-1 Z_NJ 1, N = the nodes that are not in J",
    source: "Miller and Lahr (2001); Dietzenbacher and van der Linden (1997)",
    reading: "High = much hangs on the group. hem_external is what the others make for it: 0 for a stage that buys nothing \
              from outside itself. Losses of groups overlap and do not add up to anything. Linear, without \
              substitutes: as if the goods of the group had become imports overnight, and its own demand were gone. \
              Self-loops are used.",
    cost: "one solve a group, O(k (n + m)) time for k sweeps; no inverse",
    needs: &[],
    params: &[ParamSpec {
        name: "group_by",
        default: "stage",
        meaning: "The text column of the nodes whose values are the groups, such as `region` or `sector`.",
    }],
    outputs: &[Output { table: TableId::GroupExtraction, columns: &COLUMNS }],
    core: false,
};

impl Metric for GroupExtraction {
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
        let GroupExtractionConfig { group_by } = params.decode()?;
        let (groups, losses) = group_extraction(graph, &group_by, progress)?;
        let all: f64 = Accounts::of(graph).output.iter().sum();
        let mut rows = Rows::new(&COLUMNS);
        for (k, loss) in losses.iter().enumerate() {
            let total = loss.output + loss.external;
            rows.push([
                group_by.as_str().into(),
                (&*groups.names[k]).into(),
                groups.n_nodes[k].into(),
                loss.output.into(),
                total.into(),
                loss.external.into(),
                ratio_or_status(total, all).into(),
            ]);
        }
        Ok(vec![rows.table(TableId::GroupExtraction)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }
}
