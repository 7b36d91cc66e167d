//! From how many suppliers firms buy each type of input.

use crate::kernel::input_groups::{InputClass, InputGroups};
use crate::kernel::ratio::ratio_or_status;
use crate::resilience::essentiality::{ESSENTIAL, Essentiality, Inputs};
use crate::summary::exact_figures;
use crate::{
    Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, SideSpec, network_summary,
};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{Diagnostic, Progress, SupplyGraph, Table, TableId};

/// From how many suppliers firms buy each type of input.
#[derive(Clone, Debug, PartialEq)]
pub struct Multisourcing {
    /// By firm, `1 − Σ σ²` over the suppliers of a type, mean over types by spending.
    pub index: Vec<Result<f64, Status>>,
    /// By firm, the share of spending on types with one supplier.
    pub single_sourced: Vec<Result<f64, Status>>,
    /// By firm, whether some buyer has no other source of an essential type.
    pub is_critical: Vec<bool>,
    /// Share of firms that buy essential types that have only one source of one of them.
    pub buyers_share: Result<f64, Status>,
    /// Share of all output that these firms make.
    pub output_share: Result<f64, Status>,
}

/// From how many suppliers firms buy each type of input, and who is the only source of one that is essential.
///
/// # Formula
/// For buyer `j` and type `k`, with the shares `σ` of its suppliers of that type: `MS_jk = 1 − Σ σ²`, `MS_j = Σ_k (P_jk/P_j) MS_jk`.
/// # Source
/// Toolkit definition, after the Herfindahl–Hirschman index.
/// # Input and result
/// Values by node; undefined (`no_in`) for firms that buy nothing from others. Types as [`Essentiality`] has them; the classes count
/// for the critical suppliers only. What a firm delivers to itself is left out.
/// # Cost
/// `O(n + m log m)` time.
/// # Example
/// ```
/// # use palenque_graph::SupplyGraph;
/// # use palenque_metrics::flexibility::multisourcing::multisourcing;
/// # use palenque_metrics::kernel::input_groups::InputClass;
/// # use palenque_metrics::resilience::essentiality::Essentiality;
/// let flows = [(0, 3, 2.0), (1, 3, 2.0), (2, 3, 4.0)];
/// let graph = SupplyGraph::from_flows(["ana", "beto", "wood", "still"], flows)?
///     .with_text("sector", ["agave", "agave", "fuel", "mezcal"].map(Some));
/// let inputs = Essentiality::uniform(&graph, "", InputClass::Essential)?;
/// let sources = multisourcing(&graph, &inputs);
/// assert_eq!((sources.index[3], sources.single_sourced[3]), (Ok(0.25), Ok(0.5)));
/// assert_eq!(sources.is_critical, [false, false, true, false]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn multisourcing(graph: &SupplyGraph, inputs: &Essentiality) -> Multisourcing {
    let n = graph.n_nodes();
    let others = |u: usize, v: usize| {
        if u == v { InputClass::Negligible } else { InputClass::Essential }
    };
    let groups = InputGroups::of(graph, inputs.types(), others);
    let n_groups = groups.buyer.len();
    let (mut squares, mut sources) = (vec![0.0; n_groups], vec![0_u32; n_groups]);
    let mut source = vec![0_u32; n_groups];
    for u in 0..n {
        for k in groups.sales(u) {
            let group = groups.group[k] as usize;
            let share = graph.flows()[groups.edge[k] as usize] / groups.total[group];
            squares[group] += share * share;
            sources[group] += 1;
            source[group] = u as u32;
        }
    }
    let [mut spent, mut spread, mut single] = std::array::from_fn(|_| vec![0.0; n]);
    let [mut is_critical, mut needs, mut has_one] = std::array::from_fn(|_| vec![false; n]);
    for group in 0..n_groups {
        let (v, spending) = (groups.buyer[group] as usize, groups.total[group]);
        let seller = source[group] as usize;
        let is_essential = inputs.class(seller, v) == InputClass::Essential;
        spent[v] += spending;
        needs[v] |= is_essential;
        if sources[group] == 1 {
            single[v] += spending;
            is_critical[seller] |= is_essential;
            has_one[v] |= is_essential;
        } else {
            spread[v] += spending * (1.0 - squares[group]);
        }
    }
    let share = |part: &[f64]| -> Vec<Result<f64, Status>> {
        let of = |v: usize| ratio_or_status(part[v], spent[v]).map_err(|_| Status::NoIn);
        (0..n).map(of).collect()
    };
    let output = Accounts::of(graph).output;
    let count = |marks: &[bool]| marks.iter().filter(|mark| **mark).count() as f64;
    let made: f64 = output.iter().zip(&has_one).filter(|(_, one)| **one).map(|(x, _)| x).sum();
    Multisourcing {
        index: share(&spread),
        single_sourced: share(&single),
        buyers_share: ratio_or_status(count(&has_one), count(&needs)),
        output_share: ratio_or_status(made, output.iter().sum()),
        is_critical,
    }
}

/// [`multisourcing()`] behind the registry.
pub struct MultisourcingMetric;

static COLUMNS: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "multisourcing_index",
        Unit::One,
        "How far purchases of each type are spread over suppliers: 0 = one supplier of each.",
    ),
    ColumnSpec::number(
        "single_sourced_spend_share",
        Unit::One,
        "Share of purchases of types with one supplier.",
    ),
    ColumnSpec::flag(
        "critical_supplier",
        "Whether some customer has no other source of an essential type.",
    ),
];

static FIGURES: [ColumnSpec; 3] = [
    ColumnSpec::number(
        "n_critical_suppliers",
        Unit::Count,
        "Firms that are the only source of an essential type for some customer.",
    ),
    ColumnSpec::number(
        "single_source_buyers_share",
        Unit::One,
        "Share of firms with essential inputs that have only one source of one of them.",
    ),
    ColumnSpec::number(
        "single_source_output_share",
        Unit::One,
        "Share of all output that firms make that have only one source of an essential type.",
    ),
];

static SPEC: MetricSpec = MetricSpec {
    name: "multisourcing",
    family: Family::Flexibility,
    summary: "From how many suppliers firms buy each type of input, and who is the only source of one.",
    formula: "MS_j = Σ_k (P_jk/P_j) (1 − Σ_i σ_ijk²); n_critical_suppliers = firms that are the only source of an essential type of \
              some buyer",
    source: "Toolkit definition",
    reading: "High multisourcing_index = each type comes from several suppliers of like size. One supplier today need not be the only \
              one that could be had: see substitutability. Without a side table `essential` every type is essential. Self-loops \
              are left out.",
    cost: "O(n + m log m) time",
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
    ],
    outputs: &[
        Output { table: TableId::NodeMetrics, columns: &COLUMNS },
        Output { table: TableId::NetworkSummary, columns: &FIGURES },
    ],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    by: String,
    inputs: Inputs,
}

impl Metric for MultisourcingMetric {
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
        _progress: &dyn Progress,
    ) -> Result<Vec<Table>, MetricError> {
        params.check_names(SPEC.params)?;
        let config: Config = params.decode()?;
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params)?;
        let sources = multisourcing(graph, &inputs);
        let critical = sources.is_critical.iter().filter(|is| **is).count() as f64;
        let figures =
            exact_figures(&FIGURES, [Ok(critical), sources.buyers_share, sources.output_share]);
        let flags = sources.is_critical.iter().map(|is| Some(*is)).collect();
        let columns = vec![
            Column::from_results(&COLUMNS[0], sources.index),
            Column::from_results(&COLUMNS[1], sources.single_sourced),
            Column::new(&COLUMNS[2], Values::Bool(flags)),
        ];
        Ok(vec![Table::new(TableId::NodeMetrics, columns), network_summary(&figures)])
    }

    fn remarks(&self, graph: &SupplyGraph, params: &Params) -> Vec<Diagnostic> {
        let Ok(config) = params.decode::<Config>() else { return Vec::new() };
        let inputs = Essentiality::read(graph, &config.by, config.inputs, params).ok();
        inputs.and_then(|inputs| inputs.remark()).into_iter().collect()
    }
}
