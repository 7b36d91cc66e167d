//! The tables of composite indices.

use super::index::{Composite, Indicator, coherence};
use super::uncertainty::{Uncertainty, leave_one_out, shift};
use crate::composite::index::CompositeConfig;
use crate::long::{Cell, Rows, STATUS};
use palenque_graph::table::{ColumnSpec, Kind, Status, Unit};
use palenque_graph::{Table, TableId};

static UNIT: ColumnSpec = ColumnSpec::text("unit", "What is compared: a cluster, or a period.");

/// The columns of `composite_index`.
pub(super) static INDEX: [ColumnSpec; 12] = [
    UNIT,
    ColumnSpec::number(
        "passive_subindex",
        Unit::One,
        "External economies: mean of the passive indicators.",
    ),
    ColumnSpec::number(
        "active_subindex",
        Unit::One,
        "Joint action: mean of the active indicators.",
    ),
    ColumnSpec::number(
        "cei_geometric",
        Unit::One,
        "Both by geometric means: one does not make up for the other.",
    ),
    ColumnSpec::number("cei_arithmetic", Unit::One, "Both by arithmetic means."),
    ColumnSpec { name: "rank", kind: Kind::I64, unit: Unit::Rank, meaning: "Rank, 1 = best." },
    ColumnSpec::number("rank_median", Unit::Rank, "Median rank over other choices."),
    ColumnSpec::number("rank_p05", Unit::Rank, "5 % quantile of the rank over other choices."),
    ColumnSpec::number("rank_p95", Unit::Rank, "95 % quantile of the rank over other choices."),
    ColumnSpec::number("p_rank1", Unit::One, "Share of other choices under which it is first."),
    ColumnSpec::number("coverage", Unit::One, "Share of weight for which there is a value."),
    STATUS,
];

/// The columns of `composite_components`.
pub(super) static COMPONENTS: [ColumnSpec; 8] = [
    UNIT,
    ColumnSpec::text("component", "The indicator."),
    ColumnSpec::text("subindex", "`passive` or `active`."),
    ColumnSpec::number("raw", Unit::None, "Its value."),
    ColumnSpec::number("normalised", Unit::One, "Its value on the common scale, more = better."),
    ColumnSpec::number("weight", Unit::One, "Its weight among those of its subindex."),
    ColumnSpec {
        name: "polarity",
        kind: Kind::I64,
        unit: Unit::None,
        meaning: "1 where more is better, −1 where less is.",
    },
    STATUS,
];

/// The columns of `composite_sensitivity`.
pub(super) static SENSITIVITY: [ColumnSpec; 5] = [
    ColumnSpec::text(
        "factor",
        "The choice that is varied; `without NAME` for an indicator that is left out.",
    ),
    ColumnSpec::number(
        "first_order",
        Unit::One,
        "Share of the variance of the mean rank shift that it explains alone.",
    ),
    ColumnSpec::number(
        "total_order",
        Unit::One,
        "The same with what it does together with others.",
    ),
    ColumnSpec::number("mean_rank_shift", Unit::Rank, "Mean rank shift when only it varies."),
    STATUS,
];

/// The columns of `composite_diagnostics`.
pub(super) static DIAGNOSTICS: [ColumnSpec; 3] = [
    ColumnSpec::text("measure", "`cronbach_alpha`, `mean_rank_shift`, or the correlation of two."),
    ColumnSpec::number("value", Unit::None, "Its value."),
    STATUS,
];

/// The four tables.
pub(super) fn tables(
    units: &[String],
    indicators: &[Indicator],
    config: &CompositeConfig,
    found: &Composite,
    doubt: &Uncertainty,
) -> Vec<Table> {
    let known = |value: Option<f64>| Cell::from(value.ok_or(Status::InputMissing));
    let mut index = Rows::new(&INDEX);
    for (u, unit) in units.iter().enumerate() {
        let range = |of: fn(&super::uncertainty::RankRange) -> f64| {
            doubt.ranges[u].as_ref().map_or(Cell::Gap, |range| of(range).into())
        };
        index.push([
            unit.as_str().into(),
            known(found.passive[u]),
            known(found.active[u]),
            known(found.geometric[u]),
            known(found.arithmetic[u]),
            Cell::Count(found.rank[u].and_then(|rank| i64::try_from(rank).ok())),
            range(|range| range.median),
            range(|range| range.low),
            range(|range| range.high),
            range(|range| range.first),
            found.coverage[u].into(),
        ]);
    }
    let mut components = Rows::new(&COMPONENTS);
    for (u, unit) in units.iter().enumerate() {
        for (of, y) in indicators.iter().zip(&found.normalised) {
            components.push([
                unit.as_str().into(),
                of.name.as_str().into(),
                of.half.name().into(),
                known(of.values[u]),
                y[u].map_or(Cell::Gap, Cell::from),
                of.weight.into(),
                Cell::Count(Some(if of.is_good { 1 } else { -1 })),
            ]);
        }
    }
    let mut sensitivity = Rows::new(&SENSITIVITY);
    for of in &doubt.sensitivity {
        let share = |share: Option<f64>| Cell::from(share.ok_or(Status::ZeroDenominator));
        sensitivity.push([
            of.factor.into(),
            share(of.first_order),
            share(of.total_order),
            of.mean_rank_shift.into(),
        ]);
    }
    for (of, ranks) in indicators.iter().zip(leave_one_out(indicators, config)) {
        let name = format!("without {}", of.name);
        let shift = shift(&ranks, &found.rank);
        sensitivity.push([name.as_str().into(), Cell::Gap, Cell::Gap, shift.into()]);
    }
    let mut diagnostics = Rows::new(&DIAGNOSTICS);
    let coherence = coherence(indicators);
    let few = |value: Option<f64>| Cell::from(value.ok_or(Status::InsufficientN));
    diagnostics.push(["cronbach_alpha".into(), few(coherence.alpha)]);
    diagnostics.push(["mean_rank_shift".into(), few(doubt.mean_rank_shift)]);
    for (a, b, r) in coherence.correlations {
        let name = format!("correlation: {}, {}", indicators[a].name, indicators[b].name);
        diagnostics.push([name.as_str().into(), few(r)]);
    }
    vec![
        index.table(TableId::CompositeIndex),
        components.table(TableId::CompositeComponents),
        sensitivity.table(TableId::CompositeSensitivity),
        diagnostics.table(TableId::CompositeDiagnostics),
    ]
}
