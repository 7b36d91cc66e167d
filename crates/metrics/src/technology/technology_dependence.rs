//! How much of what is made is technology from elsewhere.

use crate::kernel::coefficients::Economy;
use crate::kernel::ratio::ratio_or_status;
use crate::kernel::signed_solve::SignedSolve;
use crate::resilience::essentiality::filled_column;
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// How much of its output each node pays for technology from elsewhere, itself and through its suppliers.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependence {
    /// What it buys of such technology itself, by its output.
    pub direct: Vec<Result<f64, Status>>,
    /// The same with what its suppliers buy, and theirs; undefined for the nodes that are that technology.
    pub total: Vec<Result<f64, Status>>,
    /// What the node's own purchases of technology add to `cluster`.
    pub contribution: Vec<Result<f64, Status>>,
    /// The mean of `total`, by final demand.
    pub cluster: Result<f64, Status>,
}

/// How much of every unit of output is technology from elsewhere.
///
/// # Formula
/// With `T` the nodes that are such technology, `N` the others and `imp` imported technology: `direct_j = (Σ_{i∈T} Z_ij + imp_j)/x_j`,
/// `total = direct_N (I − A_NN)⁻¹`, `cluster = Σ_j f_j total_j/Σ_j f_j = Σ_i direct_i (L_NN f)_i/Σ_j f_j` over `N`: the terms of the
/// last sum are the contributions.
/// # Source
/// Toolkit definition, after Leontief's factor content; Verschoor (1996) for the question.
/// # Input and result
/// Whether each node is technology, and what each imports of it in the unit of flows. Nodes of `T` are not looked into, so that what
/// they buy is not counted twice. `total` is at most 1 where value added is not negative.
/// # Cost
/// Two solves.
/// # Errors
/// Those of [`Economy::of`] and of the solves.
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::technology::technology_dependence::technology_dependence;
/// let graph = SupplyGraph::from_flows(["still", "bottler", "glass"], [(0, 1, 4.0), (2, 1, 2.0), (2, 0, 1.0)])?
///     .with_number("output", [Some(4.0), Some(10.0), Some(3.0)]);
/// let found = technology_dependence(&graph, &[false, false, true], &[0.0; 3], &NoProgress)?;
/// assert_eq!(found.direct[..2], [Ok(0.25), Ok(0.2)]);
/// assert!((found.total[1].unwrap_or_default() - (0.2 + 0.4 * 0.25)).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn technology_dependence(
    graph: &SupplyGraph,
    is_technology: &[bool],
    imports: &[f64],
    progress: &dyn Progress,
) -> Result<Dependence, MetricError> {
    let economy = Economy::of(graph)?;
    let accounts = economy.accounts();
    let n = graph.n_nodes();
    let mut bought = imports.to_vec();
    for seller in graph.node_indices().filter(|u| is_technology[u.index()]) {
        for (buyer, flow) in graph.customers(seller) {
            bought[buyer.index()] += flow;
        }
    }
    let direct: Vec<Result<f64, Status>> =
        bought.iter().zip(&accounts.output).map(|(b, x)| ratio_or_status(*b, *x)).collect();
    let inside = |i: usize, k: usize| !is_technology[i] && !is_technology[k];
    let on_own = |values: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..n).map(|i| if is_technology[i] { 0.0 } else { values(i) }).collect()
    };
    let start = on_own(&|i| direct[i].unwrap_or(0.0));
    let total = SignedSolve::of(&economy, economy.recipes().keep(inside), progress)?
        .solve(&start, progress)?;
    let demand = on_own(&|i| accounts.final_demand[i]);
    let made = SignedSolve::of(&economy, economy.requirements().keep(inside), progress)?
        .solve(&demand, progress)?;
    let all: f64 = demand.iter().sum();
    let own = |i: usize, value: Result<f64, Status>| {
        if is_technology[i] { Err(Status::InputMissing) } else { direct[i].and(value) }
    };
    let part: f64 = demand.iter().zip(&total).map(|(f, t)| f * t).sum();
    Ok(Dependence {
        total: (0..n).map(|i| own(i, Ok(total[i]))).collect(),
        contribution: (0..n).map(|i| own(i, ratio_or_status(start[i] * made[i], all))).collect(),
        cluster: ratio_or_status(part, all),
        direct,
    })
}

/// [`technology_dependence()`] behind the registry.
pub struct TechnologyDependence;

static COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "tech_dependence_direct",
        Unit::One,
        "Technology from elsewhere that the firm buys itself, by its output.",
    ),
    ColumnSpec::number(
        "tech_dependence_total",
        Unit::One,
        "The same with what its suppliers buy, and theirs.",
    ),
    ColumnSpec::number("tech_independence", Unit::One, "One less tech_dependence_total."),
    ColumnSpec::number(
        "tech_contribution",
        Unit::One,
        "What the firm's own purchases of technology add to tech_dependence_cluster.",
    ),
];

static FIGURES: [ColumnSpec; 2] = [
    ColumnSpec::number(
        "tech_dependence_cluster",
        Unit::One,
        "Technology from elsewhere in a unit of final demand.",
    ),
    ColumnSpec::number("tech_independence_cluster", Unit::One, "One less tech_dependence_cluster."),
];

static SPEC: MetricSpec = MetricSpec {
    name: "technology_dependence",
    family: Family::Technology,
    summary: "How much of every unit of output is technology from elsewhere.",
    formula: "direct_j = (Σ_{i∈T} Z_ij + imp_j)/x_j; total = direct_N (I − A_NN)^-1; cluster = Σ f_j total_j/Σ f_j",
    source: "Toolkit definition, after Leontief's factor content; Verschoor (1996)",
    reading: "0 = nothing that is made needs technology from elsewhere, however far back. T are the firms whose column `column` is not \
              0, such as makers of equipment or firms outside of the region; `imports` adds what is bought abroad. Money, not \
              difficulty: a cheap part that nobody else makes counts little here, see systemic_risk. Self-loops are used.",
    cost: "Two solves",
    needs: &[
        "a number column of nodes that is not 0 where the node is technology, by default `tech_external`, or `imports`",
    ],
    params: &[
        ParamSpec {
            name: "column",
            default: "\"tech_external\"",
            meaning: "Node column that is not 0 where the node is technology from elsewhere.",
        },
        ParamSpec {
            name: "imports",
            default: "\"\"",
            meaning: "Node column of imported technology in the unit of flows; empty for none.",
        },
    ],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    column: String,
    imports: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { column: "tech_external".into(), imports: String::new() }
    }
}

/// The imports of each node; of one that does not trade, such as a firm of another period, none.
fn imports(graph: &SupplyGraph, name: &str) -> Result<Vec<f64>, MetricError> {
    let trades = |v| graph.out_strength(v) > 0.0 || graph.in_strength(v) > 0.0;
    let Some(column) = graph.nodes().number(name) else { return filled_column(graph, name) };
    let known = graph.node_indices().map(|v| match column.get(v.index()) {
        None if !trades(v) => Some(0.0),
        cell => cell,
    });
    let known: Vec<Option<f64>> = known.collect();
    filled_column(&graph.clone().with_number(name, known), name)
}

impl Metric for TechnologyDependence {
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
        let config: Config = params.decode()?;
        let n = graph.n_nodes();
        let imports = match config.imports.as_str() {
            "" => vec![0.0; n],
            name => imports(graph, name)?,
        };
        let flag = graph.nodes().number(&config.column);
        let is_technology: Vec<bool> = match flag {
            Some(flag) => (0..n).map(|i| flag.get(i).is_some_and(|value| value != 0.0)).collect(),
            None if config.imports.is_empty() => {
                return Err(MetricError::no_numbers(graph, &config.column));
            }
            None => vec![false; n],
        };
        let found = technology_dependence(graph, &is_technology, &imports, progress)?;
        let independence = found.total.iter().map(|total| total.map(|total| 1.0 - total)).collect();
        let columns = [found.direct, found.total, independence, found.contribution];
        let columns = COLUMNS.iter().zip(columns);
        let columns = columns.map(|(spec, values)| Column::from_results(spec, values)).collect();
        let cluster = found.cluster;
        let figures = exact_figures(&FIGURES, [cluster, cluster.map(|share| 1.0 - share)]);
        Ok(vec![Table::new(TableId::NodeMetrics, columns), network_summary(&figures)])
    }
}
