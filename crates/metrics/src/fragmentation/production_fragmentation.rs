//! How far production is split into stages, and each stage into firms.

use super::concentration::Concentration;
use crate::kernel::ratio::ratio_or_status;
use crate::linkage::groups::first_text;
use crate::long::{Rows, STATUS};
use crate::summary::exact_figures;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, network_summary};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::{Progress, SupplyGraph, Table, TableId};

/// The firms of one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Output of its firms, where positive.
    pub sizes: Concentration,
    /// What its firms make.
    pub output: f64,
    /// What its firms add.
    pub value_added: f64,
}

/// How far production is split.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductionFragmentation {
    /// `1 − Σ φ_s HHI_s`.
    pub index: Result<f64, Status>,
    /// Stages in which anybody produces: the vertical margin.
    pub n_stages: usize,
    /// `Σ φ_s/HHI_s`: the horizontal margin.
    pub mean_effective_firms: Result<f64, Status>,
    /// Inequality of output between stages, part of Theil's T of all firms.
    pub theil_between: Result<f64, Status>,
    /// Inequality of output within stages, the rest of it.
    pub theil_within: Result<f64, Status>,
    /// The stages, in the order of their first firm.
    pub stages: Vec<Stage>,
}

/// How far production is split into stages, and each stage into firms.
///
/// # Formula
/// `PFI = 1 − Σ_s φ_s HHI_s` with the concentration of output among the firms of stage `s` and its share `φ_s` of value added;
/// beside it the number of stages and `Σ_s φ_s/HHI_s`. Theil's `T = Σ_g Y_g T_g + Σ_g Y_g ln(Y_g N/N_g)` with the shares `Y_g` of
/// output and `N_g` of `N` firms: within and between stages.
/// # Source
/// Toolkit definition; Theil (1967) for the decomposition.
/// # Input and result
/// Stages by a text column of nodes; accounts as [`Accounts`] completes them. Firms without output or without a stage are left out.
/// Undefined where a stage adds less than nothing.
/// # Cost
/// `O(n log n)` time.
/// # Errors
/// [`MetricError::InputMissing`] without the column; an empty name takes `stage`, or else `role`.
/// # Example
/// Two growers of equal size and one still.
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::fragmentation::production_fragmentation::production_fragmentation;
/// let graph = SupplyGraph::from_flows(["ana", "beto", "still"], [(0, 2, 2.0), (1, 2, 2.0)])?
///     .with_number("output", [Some(2.0), Some(2.0), Some(8.0)])
///     .with_text("stage", ["growing", "growing", "distilling"].map(Some));
/// let split = production_fragmentation(&graph, "")?;
/// assert_eq!(split.index, Ok(0.25)); // half of value added is in each stage
/// assert_eq!((split.n_stages, split.mean_effective_firms), (2, Ok(1.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn production_fragmentation(
    graph: &SupplyGraph,
    by: &str,
) -> Result<ProductionFragmentation, MetricError> {
    let stages = stages(graph, by)?;
    let added: f64 = stages.iter().map(|stage| stage.value_added).sum();
    let is_sound = stages.iter().all(|stage| stage.value_added >= 0.0);
    let mean = |of: &dyn Fn(&Concentration) -> Option<f64>| {
        if !is_sound || stages.is_empty() {
            return Err(if is_sound { Status::InsufficientN } else { Status::ZeroDenominator });
        }
        let term = |stage: &Stage| Some(stage.value_added * of(&stage.sizes)?);
        let sum: f64 = stages.iter().filter_map(term).sum();
        ratio_or_status(sum, added)
    };
    let all: f64 = stages.iter().map(|stage| stage.output).sum();
    let n: f64 = stages.iter().map(|stage| stage.sizes.n() as f64).sum();
    let theil = |of: &dyn Fn(&Stage) -> Option<f64>| {
        if stages.is_empty() {
            return Err(Status::InsufficientN);
        }
        Ok(stages.iter().filter_map(of).sum::<f64>())
    };
    Ok(ProductionFragmentation {
        index: mean(&Concentration::hhi).map(|hhi| 1.0 - hhi),
        n_stages: stages.len(),
        mean_effective_firms: mean(&Concentration::effective_number),
        theil_within: theil(&|stage| Some(stage.output / all * stage.sizes.theil()?)),
        theil_between: theil(&|stage| {
            let share = stage.output / all;
            Some(share * (share * n / stage.sizes.n() as f64).ln())
        }),
        stages,
    })
}

fn stages(graph: &SupplyGraph, by: &str) -> Result<Vec<Stage>, MetricError> {
    let usual = first_text(graph, &["stage", "role"]).unwrap_or("stage");
    let by = if by.is_empty() { usual } else { by };
    let column = graph
        .nodes()
        .text(by)
        .ok_or_else(|| MetricError::InputMissing { what: format!("node column `{by}`") })?;
    let accounts = Accounts::of(graph);
    let mut order: Vec<u32> = Vec::new();
    let mut firms: Vec<Vec<usize>> = vec![Vec::new(); column.levels().len()];
    for v in 0..graph.n_nodes() {
        if let Some(code) = column.code(v).filter(|_| accounts.output[v] > 0.0) {
            if firms[code as usize].is_empty() {
                order.push(code);
            }
            firms[code as usize].push(v);
        }
    }
    let stage = |code: u32| {
        let of = |values: &[f64]| firms[code as usize].iter().map(|&v| values[v]).collect();
        let (sizes, added): (Vec<f64>, Vec<f64>) =
            (of(&accounts.output), of(&accounts.value_added));
        Stage {
            name: column.level(code).to_owned(),
            output: sizes.iter().sum(),
            value_added: added.iter().sum(),
            sizes: Concentration::of(sizes),
        }
    };
    Ok(order.into_iter().map(stage).collect())
}

/// [`production_fragmentation()`] behind the registry.
pub struct ProductionFragmentationMetric;

static FIGURES: [ColumnSpec; 5] = [
    ColumnSpec::number(
        "production_fragmentation_index",
        Unit::One,
        "How far stages are split among firms: 0 = one firm a stage, near 1 = many equal firms.",
    ),
    ColumnSpec::number("n_stages", Unit::Count, "Stages in which anybody produces."),
    ColumnSpec::number(
        "mean_effective_firms",
        Unit::Count,
        "Firms of equal size that would be as concentrated, mean over stages by value added.",
    ),
    ColumnSpec::number(
        "theil_output_between",
        Unit::Nat,
        "Part of theil_output that is between stages.",
    ),
    ColumnSpec::number(
        "theil_output_within",
        Unit::Nat,
        "Part of theil_output that is within stages.",
    ),
];

static COLUMNS: [ColumnSpec; 15] = [
    ColumnSpec::text("grouping", "The node column by which firms are grouped."),
    ColumnSpec::text("group", "The group."),
    ColumnSpec {
        name: "n_firms",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Firms with output.",
    },
    ColumnSpec::number("output", Unit::Currency, "What they make."),
    ColumnSpec::number("value_added", Unit::Currency, "What they add."),
    ColumnSpec::number("hhi", Unit::One, "Herfindahl–Hirschman index of output."),
    ColumnSpec::number("hhi_norm", Unit::One, "The same from 0, all equal, to 1."),
    ColumnSpec::number("effective_number", Unit::Count, "One over hhi."),
    ColumnSpec::number("cr1", Unit::One, "Share of the largest firm."),
    ColumnSpec::number("cr4", Unit::One, "Share of the four largest."),
    ColumnSpec::number("cr8", Unit::One, "Share of the eight largest."),
    ColumnSpec::number("gini", Unit::One, "Gini index of output."),
    ColumnSpec::number("theil_t", Unit::Nat, "Theil's T of output."),
    ColumnSpec::number(
        "theil_l",
        Unit::Nat,
        "Theil's L of output, the mean logarithmic deviation.",
    ),
    STATUS,
];

static SPEC: MetricSpec = MetricSpec {
    name: "production_fragmentation",
    family: Family::Fragmentation,
    summary: "How far production is split into stages, and each stage into firms.",
    formula: "PFI = 1 − Σ_s φ_s HHI_s, φ_s the stage's share of value added; mean_effective_firms = Σ_s φ_s/HHI_s; \
              T = Σ_g Y_g T_g + Σ_g Y_g ln(Y_g N/N_g)",
    source: "Toolkit definition; Theil (1967)",
    reading: "Read the index with its two margins: n_stages (vertical) and mean_effective_firms (horizontal). More firms of equal \
              size raise it; one large firm in a stage lowers it. Stages are those of the input: other stages, other numbers.",
    cost: "O(n log n) time",
    needs: &[],
    params: &[ParamSpec {
        name: "by",
        default: "\"\"",
        meaning: "Node column of groups; empty for `stage`, or else `role`.",
    }],
    outputs: &[
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
        Output { table: TableId::Concentration, columns: &COLUMNS },
    ],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
}

impl Metric for ProductionFragmentationMetric {
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
        let config: Config = params.decode()?;
        let split = production_fragmentation(graph, &config.by)?;
        let usual = if graph.nodes().text("stage").is_some() { "stage" } else { "role" };
        let grouping = if config.by.is_empty() { usual } else { &config.by };
        let mut rows = Rows::new(&COLUMNS);
        for stage in &split.stages {
            let sizes = &stage.sizes;
            let of = |value: Option<f64>| value.ok_or(Status::InsufficientN);
            rows.push([
                grouping.into(),
                stage.name.as_str().into(),
                sizes.n().into(),
                stage.output.into(),
                stage.value_added.into(),
                of(sizes.hhi()).into(),
                of(sizes.hhi_norm()).into(),
                of(sizes.effective_number()).into(),
                of(sizes.cr(1)).into(),
                of(sizes.cr(4)).into(),
                of(sizes.cr(8)).into(),
                of(sizes.gini()).into(),
                of(sizes.theil()).into(),
                of(sizes.theil_l()).into(),
            ]);
        }
        let figures = exact_figures(
            &FIGURES,
            [
                split.index,
                Ok(split.n_stages as f64),
                split.mean_effective_firms,
                split.theil_between,
                split.theil_within,
            ],
        );
        Ok(vec![network_summary(&figures), rows.table(TableId::Concentration)])
    }
}
