//! What if the firms of a stage were few? Risk as firms are merged.

use super::attack_curve::{RobustnessConfig, interval, robustness_curves};
use super::attack_order::AttackOrder;
use super::esri::{EsriConfig, esri};
use super::esri_cost::all_affordable;
use super::essentiality::Essentiality;
use super::volatility::granular_volatility;
use crate::flexibility::multisourcing::multisourcing;
use crate::kernel::input_groups::InputClass;
use crate::kernel::random::{below, stream};
use crate::long::{Rows, STATUS};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamError, ParamSpec, Params};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::transform::{aggregate_into, induced};
use palenque_graph::{Ids, NodeIndex, Progress, SupplyGraph, Table, TableId};

/// How firms are merged, and how often.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsolidationConfig {
    /// The node column by which firms are merged; empty for `stage`, or else `role`.
    pub by: String,
    /// Degrees of merging, from 0 to 1.
    pub thetas: Vec<f64>,
    /// Random orders of merging for the band.
    pub replicates: usize,
    /// Where the random orders begin.
    pub seed: u64,
}

impl Default for ConsolidationConfig {
    fn default() -> Self {
        let thetas = vec![0.0, 0.25, 0.5, 0.75, 1.0];
        Self { by: String::new(), thetas, replicates: 20, seed: 1 }
    }
}

/// What is computed of each merged network.
const MEASURES: [&str; 6] = [
    "gabaix_h",
    "esri_max",
    "esri_mean",
    "r_index_degree",
    "multisourcing_mean",
    "single_source_output_share",
];

/// The network with the firms of each stage merged into `⌈n^(1 − θ)⌉`.
///
/// # Formula
/// Firms of a stage are absorbed one by one, the smallest first in the order of output or in a given order, by the largest of its
/// stage; flows add up, and what they sell to each other becomes a self-loop. At `θ = 1` a stage is one firm.
/// # Source
/// Toolkit definition.
/// # Input and result
/// `rank` orders the firms: those of higher rank stay, the others are absorbed in turn by those that stay. A node without a stage stays
/// as it is.
/// # Errors
/// [`MetricError::InputMissing`] without the column; [`ParamError::Value`] for sums that are more than a number can hold.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::resilience::consolidation::merged;
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still"], [(0, 2, 2.0), (1, 2, 4.0)])?
///     .with_text("stage", ["growing", "growing", "distilling"].map(Some));
/// let one = merged(&graph, "stage", 1.0, &[1.0, 2.0, 3.0])?;
/// assert_eq!((one.n_nodes(), one.total_flow()), (2, 6.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn merged(
    graph: &SupplyGraph,
    by: &str,
    theta: f64,
    rank: &[f64],
) -> Result<SupplyGraph, MetricError> {
    let column = graph
        .nodes()
        .text(by)
        .ok_or_else(|| MetricError::InputMissing { what: format!("node column `{by}`") })?;
    let n = graph.n_nodes();
    let mut stages: Vec<Vec<usize>> = vec![Vec::new(); column.levels().len()];
    for v in 0..n {
        if let Some(code) = column.code(v) {
            stages[code as usize].push(v);
        }
    }
    let mut into: Vec<usize> = (0..n).collect();
    for firms in &mut stages {
        firms.sort_by(|&a, &b| rank[b].total_cmp(&rank[a]));
        let kept = kept_of(firms.len(), theta);
        for (k, &v) in firms.iter().enumerate().skip(kept) {
            into[v] = firms[(k - kept) % kept];
        }
    }
    let mut number = vec![u32::MAX; n];
    let mut ids = Ids::default();
    for v in 0..n {
        if into[v] == v {
            number[v] = ids.len() as u32;
            ids.push(graph.node_id(NodeIndex::new(v)));
        }
    }
    let accounts = Accounts::of(graph);
    let filled = |values: &[f64]| values.iter().map(|x| Some(*x)).collect::<Vec<_>>();
    // What was completed from the flows stays what it is: merged firms add up to it.
    let graph = graph
        .clone()
        .with_number("output", filled(&accounts.output))
        .with_number("final_demand", filled(&accounts.final_demand))
        .with_number("value_added", filled(&accounts.value_added));
    let place: Vec<u32> = (0..n).map(|v| number[into[v]]).collect();
    let merged = aggregate_into(&graph, ids, &place);
    merged.map_err(|error| ParamError::Value(error.to_string()).into())
}

/// `⌈n^(1 − θ)⌉`, at least one where there is any.
fn kept_of(n: usize, theta: f64) -> usize {
    let kept = (n as f64).powf(1.0 - theta);
    // A power that is whole but for rounding is not one firm more.
    let mut count = 1;
    while (count as f64) < kept - 1e-9 {
        count += 1;
    }
    count.min(n.max(1))
}

/// What a network's firms cannot do without, and how risk is computed.
fn risk_of(graph: &SupplyGraph, by: &str) -> Result<(Essentiality, EsriConfig), MetricError> {
    let inputs = Essentiality::uniform(graph, by, InputClass::Essential)?;
    Ok((inputs, EsriConfig { by: by.into(), ..EsriConfig::default() }))
}

/// The measures of one network.
fn measures(
    graph: &SupplyGraph,
    by: &str,
    progress: &dyn Progress,
) -> Result<[Result<f64, Status>; 6], MetricError> {
    let n = graph.n_nodes();
    let (inputs, config) = risk_of(graph, by)?;
    let risk = esri(graph, &inputs, &config, progress)?;
    let esri: Vec<f64> = risk.iter().flatten().map(|r| r.esri).collect();
    let (orders, adaptive) = (vec![AttackOrder::Degree], Vec::new());
    let link_orders = Vec::new();
    let config = RobustnessConfig {
        orders,
        adaptive,
        link_orders,
        points: 2,
        ..RobustnessConfig::default()
    };
    let curve = robustness_curves(graph, &config, progress)?.remove(0);
    let sources = multisourcing(graph, &inputs);
    let spread: Vec<f64> = sources.index.iter().filter_map(|index| index.ok()).collect();
    let mean = |values: &[f64]| match values.len() {
        0 => Err(Status::InsufficientN),
        count => Ok(values.iter().sum::<f64>() / count as f64),
    };
    Ok([
        granular_volatility(graph, &vec![1.0; n]).ok_or(Status::ZeroDenominator),
        esri.iter().copied().reduce(f64::max).ok_or(Status::InsufficientN),
        mean(&esri),
        curve.r_index.ok_or(Status::InsufficientN),
        mean(&spread),
        sources.output_share,
    ])
}

/// What to do where all merged networks together would take hours.
const INSTEAD: &str =
    "have fewer random orders, as with `--set consolidation.replicates=0`, or fewer `thetas`";

/// [`merged`] and what it does to risk, behind the registry.
pub struct Consolidation;

static COLUMNS: [ColumnSpec; 9] = [
    ColumnSpec::number(
        "theta",
        Unit::One,
        "How far firms are merged: 0 not at all, 1 one a stage.",
    ),
    ColumnSpec {
        name: "n_firms",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Firms that are left.",
    },
    ColumnSpec::text(
        "measure",
        "What is computed: `gabaix_h`, `esri_max`, `esri_mean`, `r_index_degree`, `multisourcing_mean` or `single_source_output_share`.",
    ),
    ColumnSpec::number(
        "value",
        Unit::None,
        "The measure when the largest firms absorb the others.",
    ),
    ColumnSpec::number("lower", Unit::None, "2.5 % quantile over random orders of merging."),
    ColumnSpec::number("upper", Unit::None, "97.5 % quantile over random orders of merging."),
    ColumnSpec::number("observed", Unit::None, "The measure of the network as it is."),
    ColumnSpec::number("change", Unit::None, "value less observed."),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "consolidation",
    family: Family::Resilience,
    summary: "What becomes of risk if the firms of each stage were merged into fewer.",
    formula: "each stage of n firms into ⌈n^(1−θ)⌉, the largest absorb the others; flows add up, and what merged firms sell to each other \
              becomes a self-loop",
    source: "Toolkit definition",
    reading: "If small firms protect, gabaix_h and esri_max rise with theta. r_index is of another number of firms: compare with care. \
              A counterfactual of structure: that merged firms would buy and sell as before is an assumption. Every type of input is \
              essential here. The band is of random orders of merging.",
    cost: "systemic risk and an attack for each theta and order",
    needs: &[],
    params: &[
        ParamSpec {
            name: "by",
            default: "\"\"",
            meaning: "Node column by which firms are merged; empty for `stage`, or else `role`.",
        },
        ParamSpec {
            name: "thetas",
            default: "[0, 0.25, 0.5, 0.75, 1]",
            meaning: "Degrees of merging.",
        },
        ParamSpec {
            name: "replicates",
            default: "20",
            meaning: "Random orders for the band; 0 for none.",
        },
        ParamSpec { name: "seed", default: "1", meaning: "Where the random orders begin." },
    ],
    outputs: &[Output { table: TableId::Consolidation, columns: &COLUMNS }],
    core: false,
};

impl Metric for Consolidation {
    fn spec(&self) -> &'static MetricSpec {
        &SPEC
    }

    fn by_name_only(&self) -> bool {
        true
    }

    fn compute(
        &self,
        graph: &SupplyGraph,
        params: &Params,
        progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: ConsolidationConfig = params.decode()?;
        if let Some(theta) = config.thetas.iter().find(|theta| !(0.0..=1.0).contains(*theta)) {
            let what = format!("a theta is {theta}: it is between 0 and 1");
            return Err(ParamError::Value(what).into());
        }
        let usual = if graph.nodes().text("stage").is_some() { "stage" } else { "role" };
        let by = if config.by.is_empty() { usual } else { &config.by };
        let made = Accounts::of(graph).output;
        // Firms of other periods are not there to be merged.
        let active: Vec<NodeIndex> =
            graph.node_indices().filter(|v| made[v.index()] > 0.0).collect();
        let graph = &induced(graph, &active);
        let output = Accounts::of(graph).output;
        let network = |theta: &f64| merged(graph, by, *theta, &output);
        let networks = config.thetas.iter().map(network).collect::<Result<Vec<_>, _>>()?;
        let orders = |theta: f64| if theta > 0.0 { config.replicates } else { 0 };
        // What takes too long is refused before the first of them is simulated: all networks together have the time of one.
        let whole = 1.0 / (networks.len() + 1) as f64;
        let parts = config.thetas.iter().map(|&theta| whole / (1 + orders(theta)) as f64);
        for (network, part) in
            [graph].into_iter().chain(&networks).zip([whole].into_iter().chain(parts))
        {
            let (inputs, config) = risk_of(network, by)?;
            all_affordable(network, &inputs, &config, (part, INSTEAD), progress)?;
        }
        let observed = measures(graph, by, progress)?;
        let mut rows = Rows::new(&COLUMNS);
        for (&theta, network) in config.thetas.iter().zip(&networks) {
            // Where nobody is merged, nothing changes.
            let values = if theta > 0.0 { measures(network, by, progress)? } else { observed };
            let mut band: [Vec<f64>; 6] = Default::default();
            for replicate in 0..orders(theta) {
                let mut rng = stream(config.seed, replicate);
                let ranks: Vec<f64> =
                    (0..graph.n_nodes()).map(|_| below(1 << 50, &mut rng) as f64).collect();
                let found = measures(&merged(graph, by, theta, &ranks)?, by, progress)?;
                for (all, value) in band.iter_mut().zip(found) {
                    all.extend(value.ok());
                }
            }
            for (k, measure) in MEASURES.iter().enumerate() {
                let bounds = (!band[k].is_empty()).then(|| interval(&mut band[k]));
                let bound = |of: fn((f64, f64)) -> f64| match bounds {
                    Some(bounds) => of(bounds).into(),
                    None => crate::long::Cell::Gap,
                };
                rows.push([
                    theta.into(),
                    network.n_nodes().into(),
                    (*measure).into(),
                    values[k].into(),
                    bound(|bounds| bounds.0),
                    bound(|bounds| bounds.1),
                    observed[k].into(),
                    values[k].and_then(|value| observed[k].map(|o| value - o)).into(),
                ]);
            }
        }
        Ok(vec![rows.table(TableId::Consolidation)])
    }
}
