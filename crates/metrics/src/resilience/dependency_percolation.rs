//! Which firms stop for want of an essential input when one fails.

use super::esri::Effort;
use super::essentiality::{ESSENTIAL, Essentiality, Inputs};
use crate::kernel::input_groups::{InputClass, InputGroups};
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::viability::Viability;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params, SideSpec,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// Edges that may be looked at in all before a computation has to be asked for by name: about half an hour.
const BUDGET: f64 = 2e11;

/// When a firm stops.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DependencyConfig {
    /// The node column that says what firms make; empty for the first of `sector`, `role`, `stage`.
    pub by: String,
    /// What an input is to a buyer.
    pub inputs: Inputs,
    /// The share of what it bought of every essential type that a firm needs; 0 for one supplier, however small.
    pub needed: f64,
    /// What is begun.
    pub method: Effort,
}

/// What is lost when a firm fails and others stop after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// Firms that stop, the failed one included.
    pub n_failed: usize,
    /// Their share of all output.
    pub output_loss: Result<f64, Status>,
    /// The share of flows between different firms that begin or end at one of them.
    pub flow_loss: Result<f64, Status>,
    /// Their share of the final demand that is served.
    pub demand_loss: Result<f64, Status>,
}

/// What is lost when each firm fails: a firm works while it has, of every essential type of input that it bought, at least
/// one supplier that works, and others stop with those that do not.
///
/// # Formula
/// The largest set of firms, without the failed one, each of which has a supplier in the set for every essential type it
/// bought (or suppliers of at least the share `needed` of it). Lost is what the others make, trade and sell to final users.
/// # Source
/// Toolkit definition, after the percolation of interdependent networks (Buldyrev, Parshani, Paul, Stanley and Havlin 2010).
/// # Input and result
/// One [`Failure`] a node, in node order. Firms that need each other stop together. Self-loops are left out; stocks,
/// substitutes of other types and new suppliers are not in it.
/// # Cost
/// For each firm, the edges of all that stop after it.
/// # Errors
/// [`ParamError::Value`] for `needed` out of `0..=1`; [`MetricError::TooLong`] for a computation of hours unless `method` is
/// `exact`; [`MetricError::Cancelled`].
/// # Example
/// The still has two growers and one source of wood.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::kernel::input_groups::InputClass;
/// # use palenque_metrics::resilience::dependency_percolation::dependency_percolation;
/// # use palenque_metrics::resilience::essentiality::Essentiality;
/// let flows = [(0, 3, 2.0), (1, 3, 2.0), (2, 3, 1.0)];
/// let graph = SupplyGraph::from_flows(["ana", "beto", "wood", "still"], flows)?
///     .with_text("sector", ["agave", "agave", "fuel", "mezcal"].map(Some));
/// let inputs = Essentiality::uniform(&graph, "", InputClass::Essential)?;
/// let failures = dependency_percolation(&graph, &inputs, &Default::default(), &NoProgress)?;
/// let stopped: Vec<usize> = failures.iter().map(|failure| failure.n_failed).collect();
/// assert_eq!(stopped, [1, 1, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dependency_percolation(
    graph: &SupplyGraph,
    inputs: &Essentiality,
    config: &DependencyConfig,
    progress: &dyn Progress,
) -> Result<Vec<Failure>, MetricError> {
    let needed = config.needed;
    if !(0.0..=1.0).contains(&needed) {
        let what = format!("`needed` is {needed}: a share is between 0 and 1");
        return Err(ParamError::Value(what).into());
    }
    let class = |u: usize, v: usize| match inputs.class(u, v) {
        InputClass::Essential if u != v => InputClass::Essential,
        _ => InputClass::Negligible,
    };
    let groups = InputGroups::of(graph, inputs.types(), class);
    let viability = Viability::new(graph, groups, needed);
    if config.method == Effort::Auto && viability.steps_of_each() > BUDGET {
        return Err(MetricError::TooLong {
            what: "the failures of all",
            n: graph.n_nodes(),
            instead: "aggregate first, such as with `--by sector`",
        });
    }
    let accounts = Accounts::of(graph);
    let demand: Vec<f64> = accounts.final_demand.iter().map(|f| f.max(0.0)).collect();
    let partners = |v: usize| {
        let sales = graph.out_range(v).map(|e| (graph.targets()[e] as usize, e));
        let purchases = graph.in_range(v);
        let purchases =
            purchases.map(|k| (graph.sources()[k] as usize, graph.in_edges()[k] as usize));
        sales.chain(purchases).filter(move |(u, _)| *u != v)
    };
    let all_flow: f64 = (0..graph.n_nodes()).map(|v| sales(graph, v)).sum();
    let totals = [accounts.output.iter().sum(), all_flow, demand.iter().sum()];
    let failure = |failed: &[u32]| {
        let sum = |values: &[f64]| failed.iter().map(|&v| values[v as usize]).sum::<f64>();
        let mut rank: Vec<u32> = failed.to_vec();
        rank.sort_unstable();
        // A flow between two that stop is seen from both of them, and counted at the smaller.
        let lost = |&v: &u32| {
            let counts = |u: usize| u > v as usize || rank.binary_search(&(u as u32)).is_err();
            let flows = partners(v as usize).filter(|(u, _)| counts(*u));
            flows.map(|(_, edge)| graph.flows()[edge]).sum::<f64>()
        };
        let share = |lost: f64, all: f64| ratio_or_status(lost.min(all), all);
        Failure {
            n_failed: failed.len(),
            output_loss: share(sum(&accounts.output), totals[0]),
            flow_loss: share(rank.iter().map(lost).sum(), totals[1]),
            demand_loss: share(sum(&demand), totals[2]),
        }
    };
    viability.of_each(progress, failure)
}

/// What a firm sells to others.
fn sales(graph: &SupplyGraph, v: usize) -> f64 {
    let others = graph.out_range(v).filter(|&e| graph.targets()[e] as usize != v);
    others.map(|e| graph.flows()[e]).sum()
}

/// [`dependency_percolation()`] behind the registry.
pub struct DependencyPercolation;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec {
        name: "dependency_n_failed",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Firms that stop when the firm fails, itself included.",
    },
    ColumnSpec::number("dependency_output_loss", Unit::One, "Their share of all output."),
    ColumnSpec::number(
        "dependency_flow_loss",
        Unit::One,
        "The share of flows that begin or end at one of them.",
    ),
    ColumnSpec::number(
        "dependency_demand_loss",
        Unit::One,
        "Their share of the final demand that is served.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "dependency_percolation",
    family: Family::Resilience,
    summary: "Which firms stop for want of an essential input when one fails, and what is lost with them.",
    formula: "a firm works while for every essential type it bought at least one supplier works (or suppliers of the share \
              `needed`); the greatest fixed point without the failed firm",
    source: "Toolkit definition, after Buldyrev et al. (2010)",
    reading: "High loss = few stand in for the firm. Firms that need each other stop together. Unlike the largest component \
              it respects that inputs complement each other; unlike ESRI a firm stops in full or not at all. Without a side \
              table `essential` every type is essential. Self-loops are left out.",
    cost: "for each firm, the edges of all that stop after it",
    needs: &[],
    params: &[
        ParamSpec {
            name: "by",
            default: "\"\"",
            meaning: "Node column that says what firms make; empty for the first of `sector`, `role`, `stage`.",
        },
        ParamSpec {
            name: "inputs",
            default: "\"auto\"",
            meaning: "`auto`: as the side table says, all essential without it; `substitutable` or `essential`: all.",
        },
        ParamSpec {
            name: "needed",
            default: "0",
            meaning: "Share of what it bought of each essential type that a firm needs; 0 for one supplier.",
        },
        ParamSpec {
            name: "method",
            default: "\"auto\"",
            meaning: "`auto` refuses what takes hours; `exact` begins it.",
        },
    ],
    outputs: &[Output { table: TableId::DisruptionNodes, columns: &COLUMNS }],
    core: false,
};

impl Metric for DependencyPercolation {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn sides(&self) -> &'static [SideSpec] {
        std::slice::from_ref(&ESSENTIAL)
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: DependencyConfig = params.decode()?;
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params)?;
        let failures = dependency_percolation(graph, &inputs, &config, progress)?;
        let number = |spec: &'static ColumnSpec, of: fn(&Failure) -> Result<f64, Status>| {
            Column::from_results(spec, failures.iter().map(of))
        };
        let n_failed = failures.iter().map(|f| i64::try_from(f.n_failed).ok()).collect();
        let columns = vec![
            Column::new(&COLUMNS[0], Values::I64(n_failed)),
            number(&COLUMNS[1], |f| f.output_loss),
            number(&COLUMNS[2], |f| f.flow_loss),
            number(&COLUMNS[3], |f| f.demand_loss),
        ];
        Ok(vec![Table::new(TableId::DisruptionNodes, columns)])
    }

    fn remarks(&self, graph: &SupplyGraph, params: &Params) -> Vec<Diagnostic> {
        let Ok(config) = params.decode::<DependencyConfig>() else { return Vec::new() };
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params).ok();
        inputs.and_then(|inputs| inputs.remark()).into_iter().collect()
    }
}
