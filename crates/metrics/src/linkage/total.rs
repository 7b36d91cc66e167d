//! Total linkages, what follows from them, and their solves.

use super::dispersion::dispersion;
use super::key_sector::key_classes;
use crate::fragmentation::downstreamness::downstreamness_of;
use crate::fragmentation::upstreamness::upstreamness_of;
use crate::kernel::coefficients::Economy;
use crate::kernel::condition;
use crate::kernel::sums::{ENGINE, Engine, Sums};
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params};
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// Total linkages of every node; `None` for a node without output.
#[derive(Clone, Debug, PartialEq)]
pub struct TotalLinkages {
    /// `1ᵀL`: output of the whole network by unit of final demand for the node.
    pub backward: Vec<Option<f64>>,
    /// `G 1`: output of the whole network that a unit of the node's primary inputs makes possible.
    pub forward_ghosh: Vec<Option<f64>>,
    /// `L 1`: output of the node when final demand is one unit everywhere.
    pub forward_leontief: Vec<Option<f64>>,
}

/// What a node pulls from suppliers and pushes to buyers over all rounds of production.
///
/// # Formula
/// `1ᵀL`, `G 1` and `L 1` with `L = (I − A)⁻¹`, `G = (I − B)⁻¹`, `a_ij = Z_ij / x_j`, `b_ij = Z_ij / x_i`: the fixed
/// points of `y = 1 + Aᵀy`, `y = 1 + B y` and `y = 1 + A y`. No inverse is formed.
/// # Source
/// Rasmussen (1956) for the sums of `L`; Beyers (1976) and Jones (1976) for those of `G`, the forward linkage that
/// is recommended: the row sums of `L` suppose the same final demand everywhere.
/// # Input and result
/// Uses the node columns `output`, `final_demand`, `value_added`, `imports`, completed as
/// [`Accounts`](palenque_graph::accounts::Accounts) says. One value per node, in node order, dimensionless, at least
/// 1; `None` for a node without output. Self-loops are used.
/// # Cost
/// Three solves: `O(k (n + m))` time for `k` sweeps, `O(n + m)` memory.
/// # Errors
/// [`MetricError::NoOutput`] for a node that trades without output; [`MetricError::NotProductive`] if `ρ(A) ≥ 1`;
/// [`MetricError::NotConverged`]; [`MetricError::Cancelled`].
/// # Example
/// Miller and Blair (2009), table 2.3.
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::linkage::total::total_linkages;
/// let flows = [(0, 0, 150.0), (0, 1, 500.0), (1, 0, 200.0), (1, 1, 100.0)];
/// let economy = SupplyGraph::from_flows(["s1", "s2"], flows)?
///     .with_number("output", [Some(1000.0), Some(2000.0)]);
/// let total = total_linkages(&economy, &NoProgress)?;
/// let close = |value: Option<f64>, published: f64| (value.unwrap_or(0.0) - published).abs() < 1e-7;
/// assert!(close(total.backward[0], 1.518_151_8) && close(total.backward[1], 1.452_145_2));
/// assert!(close(total.forward_ghosh[0], 1.914_191_4) && close(total.forward_ghosh[1], 1.254_125_4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn total_linkages(
    graph: &SupplyGraph,
    progress: &dyn Progress,
) -> Result<TotalLinkages, MetricError> {
    total_linkages_of(&Economy::of(graph)?.productive()?, progress)
}

/// [`total_linkages`] of an economy that is found productive, by its engine.
///
/// # Errors
/// [`MetricError::NotProductive`], [`MetricError::NotConverged`], [`MetricError::Cancelled`].
pub fn total_linkages_of(
    economy: &Economy<'_>,
    progress: &dyn Progress,
) -> Result<TotalLinkages, MetricError> {
    let forward_leontief = economy.forward_leontief(progress)?.values;
    Ok(TotalLinkages {
        backward: downstreamness_of(economy, progress)?,
        forward_ghosh: upstreamness_of(economy, progress)?,
        forward_leontief: economy.where_active(forward_leontief),
    })
}

/// Which forward linkage makes a key sector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forward {
    /// Row sums of the Ghosh inverse.
    #[default]
    Ghosh,
    /// Row sums of the Leontief inverse.
    Leontief,
}

/// How [`Total`] classifies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TotalConfig {
    /// Which forward linkage makes a key sector.
    pub forward: Forward,
    /// Who solves.
    pub engine: Engine,
}

/// [`total_linkages`] behind the registry, with all that follows from the same three solves: [`dispersion`] and
/// [`key_classes`].
pub struct Total;

static COLUMNS: [ColumnSpec; 8] = [
    ColumnSpec::number(
        "backward_total",
        Unit::One,
        "Output of the whole network by unit of final demand for the node: column sum of L.",
    ),
    ColumnSpec::number(
        "forward_total_ghosh",
        Unit::One,
        "Output that a unit of the node's primary inputs makes possible: row sum of G.",
    ),
    ColumnSpec::number(
        "forward_total_leontief",
        Unit::One,
        "Output of the node if final demand were one unit everywhere: row sum of L.",
    ),
    ColumnSpec::number(
        "power_of_dispersion",
        Unit::One,
        "Backward total linkage relative to its mean.",
    ),
    ColumnSpec::number(
        "sensitivity_of_dispersion",
        Unit::One,
        "Leontief forward total linkage relative to its mean.",
    ),
    ColumnSpec::number(
        "sensitivity_ghosh",
        Unit::One,
        "Ghosh forward total linkage relative to its mean.",
    ),
    ColumnSpec::text(
        "key_class",
        "`key`, `backward`, `forward` or `weak`: which linkages are above their mean.",
    ),
    ColumnSpec::number(
        "output_multiplier_1",
        Unit::One,
        "Type I output multiplier: the backward total linkage by its other name.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "total_linkages",
    family: Family::Linkage,
    summary: "What a firm pulls from suppliers and pushes to buyers over all rounds, and which are key sectors.",
    formula: "backward_total = output_multiplier_1 = 1'L; forward_total_ghosh = G1; forward_total_leontief = L1; \
              L = (I − A)^-1, G = (I − B)^-1; power_of_dispersion = n 1'L / Σ l_ij; \
              sensitivity_of_dispersion = n L1 / Σ l_ij; sensitivity_ghosh = n G1 / Σ g_ij; \
              key_class: power_of_dispersion > 1 and the forward index > 1",
    source: "Rasmussen (1956); Beyers (1976); Jones (1976); Miller and Blair (2009), ch. 2, 6 and 12",
    reading: "backward = pull on suppliers, forward = push to buyers; dispersion indices have mean 1 over the nodes \
              with output. Within 1e-12 of 1 counts as 1. Self-loops are used.",
    cost: "three solves, O(k (n + m)) time for k sweeps",
    needs: &[],
    params: &[
        ParamSpec {
            name: "forward",
            default: "ghosh",
            meaning: "Which forward linkage makes a key sector: `ghosh` or `leontief`.",
        },
        ENGINE,
    ],
    outputs: &[Output { table: TableId::Linkages, columns: &COLUMNS }],
    core: true,
};

impl Metric for Total {
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
        let config: TotalConfig = params.decode()?;
        let economy = Economy::of(graph)?.productive()?.by(config.engine);
        let total = total_linkages_of(&economy, progress)?;
        let power = dispersion(&total.backward);
        let sensitivity = dispersion(&total.forward_leontief);
        let sensitivity_ghosh = dispersion(&total.forward_ghosh);
        let classes = match config.forward {
            Forward::Ghosh => key_classes(&power, &sensitivity_ghosh),
            Forward::Leontief => key_classes(&power, &sensitivity),
        };
        let undefined = |i: u32| (i, Status::ZeroDenominator);
        let gaps = (0..graph.n_nodes() as u32).filter(|&i| classes[i as usize].is_none());
        let class_column = |spec| Column {
            status: gaps.map(undefined).collect(),
            ..Column::new(
                spec,
                Values::Text(classes.iter().map(|c| Some((*c)?.to_string().into())).collect()),
            )
        };
        let column = |spec, values: &[Option<f64>]| {
            Column::from_options(spec, values, Status::ZeroDenominator)
        };
        let [
            backward,
            ghosh,
            leontief,
            power_spec,
            sensitivity_spec,
            ghosh_spec,
            class,
            multiplier,
        ] = &COLUMNS;
        let columns = vec![
            column(backward, &total.backward),
            column(ghosh, &total.forward_ghosh),
            column(leontief, &total.forward_leontief),
            column(power_spec, &power),
            column(sensitivity_spec, &sensitivity),
            column(ghosh_spec, &sensitivity_ghosh),
            class_column(class),
            column(multiplier, &total.backward),
        ];
        Ok(vec![Table::new(TableId::Linkages, columns)])
    }

    fn remarks(&self, graph: &SupplyGraph, _params: &Params) -> Vec<Diagnostic> {
        condition::remarks(graph)
    }

    fn method(&self, graph: &SupplyGraph, params: &Params) -> Option<String> {
        let config: TotalConfig = params.decode().ok()?;
        Sums::told(&Economy::of(graph).ok()?.by(config.engine))
    }
}
