//! Growth, entry and exit of firms, and the gross flows behind the net change.

use super::davis_haltiwanger::{GrossFlows, gross_flows, growth};
use super::presence::present;
use crate::kernel::ratio::ratio_or_status;
use crate::{Family, Metric, MetricError, MetricSpec, Output, ParamSpec, Params, Scope};
use palenque_graph::accounts::Accounts;
use palenque_graph::table::{Column, ColumnSpec, Status, Unit, Values};
use palenque_graph::{PeriodPair, Progress, SupplyGraph, Table, TableId};

/// What became of a firm from one period to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirmEvent {
    /// It has a size in both.
    Continue,
    /// It has none in the earlier one.
    Entry,
    /// It has none in the later one.
    Exit,
}

impl FirmEvent {
    /// What became of a firm of these sizes; nothing if it has none in either period.
    fn of(before: f64, after: f64) -> Option<Self> {
        match (before > 0.0, after > 0.0) {
            (true, true) => Some(Self::Continue),
            (false, true) => Some(Self::Entry),
            (true, false) => Some(Self::Exit),
            (false, false) => None,
        }
    }

    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Entry => "entry",
            Self::Exit => "exit",
        }
    }
}

/// How firms grew from one period to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct FirmReallocation {
    /// Creation and destruction over all firms.
    pub flows: Result<GrossFlows, Status>,
    /// The share of the later firms that are new.
    pub entry_rate: Result<f64, Status>,
    /// The share of the earlier firms that are gone.
    pub exit_rate: Result<f64, Status>,
    /// By firm, its growth by the mean of both sizes.
    pub growth: Vec<Result<f64, Status>>,
    /// By firm, what became of it.
    pub events: Vec<Option<FirmEvent>>,
}

/// How firms grew from one period to the next: creation and destruction, entry and exit.
///
/// # Formula
/// [`gross_flows`] and [`growth`] of the sizes of firms. `entry_rate` = entries by the firms of the later period, `exit_rate` = exits by
/// those of the earlier one.
/// # Source
/// Davis, Haltiwanger and Schuh (1996).
/// # Input and result
/// One size per node and period, in one unit; a firm that is not there has size 0. `None` is a size that is not known: the firm is
/// left out (`input_missing`). Growth is undefined (`zero_denominator`) where both sizes are 0.
/// # Cost
/// `O(n)` time.
/// # Example
/// ```
/// # use palenque_metrics::change::firm_reallocation::{FirmEvent, firm_reallocation};
/// let found = firm_reallocation(&[Some(6.0), Some(4.0), Some(0.0)], &[Some(8.0), Some(0.0), Some(2.0)]);
/// assert_eq!((found.entry_rate, found.growth[1]), (Ok(0.5), Ok(-2.0)));
/// assert_eq!(found.events[2], Some(FirmEvent::Entry));
/// assert_eq!(found.flows?.creation, 0.4);
/// # Ok::<(), palenque_graph::table::Status>(())
/// ```
#[must_use]
pub fn firm_reallocation(before: &[Option<f64>], after: &[Option<f64>]) -> FirmReallocation {
    let sizes: Vec<Option<(f64, f64)>> =
        before.iter().zip(after).map(|(before, after)| before.zip(*after)).collect();
    let event = |sizes: &Option<(f64, f64)>| sizes.and_then(|(y0, y1)| FirmEvent::of(y0, y1));
    let events: Vec<Option<FirmEvent>> = sizes.iter().map(event).collect();
    let count = |which: FirmEvent| events.iter().filter(|e| **e == Some(which)).count() as f64;
    let stay = count(FirmEvent::Continue);
    let rate = |which| ratio_or_status(count(which), stay + count(which));
    let of_firm = |sizes: &Option<(f64, f64)>| {
        sizes.ok_or(Status::InputMissing).and_then(|(y0, y1)| growth(y0, y1))
    };
    FirmReallocation {
        flows: gross_flows(sizes.iter().copied().flatten()),
        entry_rate: rate(FirmEvent::Entry),
        exit_rate: rate(FirmEvent::Exit),
        growth: sizes.iter().map(of_firm).collect(),
        events,
    }
}

/// The sizes of the firms of two periods by the name of a measure: `sales`, `output`, or a node column; an empty name takes `output`
/// where there is one, else sales.
///
/// A gap of a column is 0 for a firm that is not there, and a size that is not known for one that is. Sizes below zero are not known
/// either.
///
/// # Errors
/// [`MetricError::InputMissing`] without that column.
pub fn firm_sizes(
    pair: &PeriodPair<'_>,
    measure: &str,
) -> Result<[Vec<Option<f64>>; 2], MetricError> {
    let periods = [pair.from, pair.to];
    let has_output = || periods.iter().any(|graph| graph.nodes().number("output").is_some());
    let measure = match measure {
        "" if has_output() => "output",
        "" => "sales",
        measure => measure,
    };
    let known = |size: f64| (size >= 0.0).then_some(size);
    let sizes = |graph: &SupplyGraph| -> Result<Vec<Option<f64>>, MetricError> {
        if measure == "sales" {
            return Ok(graph.out_strengths().into_iter().map(Some).collect());
        }
        if measure == "output" {
            return Ok(Accounts::of(graph).output.into_iter().map(known).collect());
        }
        let missing = || MetricError::no_numbers(graph, measure);
        let column = graph.nodes().number(measure).ok_or_else(missing)?;
        let gap = |is_there: bool| if is_there { None } else { Some(0.0) };
        let size = |(size, is_there): (Option<f64>, bool)| size.map_or(gap(is_there), known);
        Ok(column.iter().zip(present(graph)).map(size).collect())
    };
    Ok([sizes(pair.from)?, sizes(pair.to)?])
}

/// [`firm_reallocation()`] behind the registry.
pub struct FirmReallocationMetric;

static NETWORK: [ColumnSpec; 11] = [
    share("dh_creation", "Growth of firms that grew, by the mean of both totals."),
    share("dh_destruction", "Decline of firms that shrank, by the mean of both totals."),
    share("dh_net", "Creation less destruction."),
    share("dh_reallocation", "Creation and destruction together."),
    share("dh_excess", "Reallocation beyond what the net change needs."),
    share("dh_entry", "Creation by firms that were not there before."),
    share("dh_exit", "Destruction by firms that are there no more."),
    share("dh_expansion", "Creation by firms that were there before."),
    share("dh_contraction", "Destruction by firms that are still there."),
    share("entry_rate", "Share of the later firms that are new."),
    share("exit_rate", "Share of the earlier firms that are gone."),
];

static NODES: [ColumnSpec; 2] = [
    share("growth_dh", "Growth by the mean of both sizes: −2 = exit, 2 = entry."),
    ColumnSpec::text(
        "event",
        "`continue`, `entry` or `exit`; empty for a firm without size in both periods.",
    ),
];

const fn share(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec::number(name, Unit::One, meaning)
}

static SPEC: MetricSpec = MetricSpec {
    name: "firm_reallocation",
    family: Family::Change,
    summary: "How much firms grow and shrink, enter and leave behind the net change.",
    formula: "g_i = (y_t − y_t−1)/((y_t + y_t−1)/2); z_i = mean size of i / Σ; creation = Σ_{g>0} z_i g_i; destruction = Σ_{g<0} z_i |g_i|; \
              excess = C + D − |C − D|; entry_rate = entries / firms of t; exit_rate = exits / firms of t−1",
    source: "Davis, Haltiwanger and Schuh (1996)",
    reading: "High dh_excess = much reallocation between firms that the total does not show. growth_dh treats growth and decline alike: 2 \
              and −2 are entry and exit. A firm is there where it has a size. Sizes in money must be in the prices of one year. \
              Self-loops count as sales.",
    cost: "O(n + m) time",
    needs: &[],
    params: &[ParamSpec {
        name: "size",
        default: "\"\"",
        meaning: "What a firm's size is: `sales`, `output`, or a node column such as `employees`; empty for `output` where there is \
                  one, else sales.",
    }],
    outputs: &[
        Output { table: TableId::TemporalNetwork, columns: &NETWORK },
        Output { table: TableId::TemporalNode, columns: &NODES },
    ],
    core: false,
};

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Config {
    size: String,
}

impl Metric for FirmReallocationMetric {
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
        let [before, after] = firm_sizes(pair, &config.size)?;
        let found = firm_reallocation(&before, &after);
        let rates = [found.entry_rate, found.exit_rate];
        let mut columns = flow_columns(&NETWORK, found.flows);
        let rate = |(spec, rate): (&ColumnSpec, _)| Column::from_results(spec, [rate]);
        columns.extend(NETWORK[9..].iter().zip(rates).map(rate));
        let events = found.events.iter().map(|event| event.map(|event| event.name().into()));
        let nodes = vec![
            Column::from_results(&NODES[0], found.growth),
            Column::new(&NODES[1], Values::Text(events.collect())),
        ];
        Ok(vec![
            Table::new(TableId::TemporalNetwork, columns),
            Table::new(TableId::TemporalNode, nodes),
        ])
    }
}

/// Gross flows as columns of one row.
pub(super) fn flow_columns(specs: &[ColumnSpec], flows: Result<GrossFlows, Status>) -> Vec<Column> {
    let parts = flows.map(|flows| flows.parts());
    let part = |k: usize| parts.map(|parts| parts[k]);
    let columns = specs.iter().take(9).enumerate();
    columns.map(|(k, spec)| Column::from_results(spec, [part(k)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_nothing_only_for_a_firm_that_is_not_there() {
        let graph = SupplyGraph::from_flows(["a", "b", "c"], [(0, 1, 2.0)]).expect("a good graph");
        let graph = graph.with_number("employees", [Some(3.0), None, None]);
        let pair = PeriodPair { from_name: "", from: &graph, to_name: "", to: &graph };
        let [before, _] = firm_sizes(&pair, "employees").expect("a column");
        assert_eq!(before, [Some(3.0), None, Some(0.0)]);
        let [sales, _] = firm_sizes(&pair, "").expect("sales");
        assert_eq!(sales, [Some(2.0), Some(0.0), Some(0.0)]);
        let missing = firm_sizes(&pair, "area").expect_err("no such column");
        assert_eq!(missing, MetricError::InputMissing { what: "node column `area`".into() });
    }

    #[test]
    fn a_firm_of_unknown_size_is_left_out() {
        let found = firm_reallocation(&[None, Some(1.0)], &[Some(5.0), Some(1.0)]);
        assert_eq!(found.growth, [Err(Status::InputMissing), Ok(0.0)]);
        assert_eq!(found.events, [None, Some(FirmEvent::Continue)]);
        assert_eq!(found.flows.map(|flows| flows.creation), Ok(0.0));
    }
}
