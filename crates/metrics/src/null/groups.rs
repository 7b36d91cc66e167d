//! What groups sell each other beside what chance alone gives, in the table of groups itself.

use super::run::Chance;
use super::statistics::{Place, share_name};
use palenque_graph::table::{Column, ColumnSpec, Unit, Values};
use palenque_graph::{Table, TableId};
use std::collections::BTreeMap;

/// The columns that [`with_chance`] adds to `stage_linkages`.
pub static CHANCE_COLUMNS: [ColumnSpec; 4] = [
    ColumnSpec::number(
        "null_mean",
        Unit::One,
        "Mean of `share` over random networks of the first kind that was asked for.",
    ),
    ColumnSpec::number("null_sd", Unit::One, "Standard deviation of `share` over them (n)."),
    ColumnSpec::number("z", Unit::One, "Standard deviations of `share` from that mean."),
    ColumnSpec::number(
        "p_value",
        Unit::One,
        "Share of random networks whose `share` is at least as far from the mean.",
    ),
];

/// A table of what groups sell each other, with what its shares come to in random networks; any other table, and one for which
/// chance says nothing, as it was.
///
/// # Example
/// ```
/// # use palenque_graph::{NoProgress, SupplyGraph};
/// # use palenque_metrics::{Metric, Params, find};
/// # use palenque_metrics::null::{NullConfig, NullModel, null_models, with_chance};
/// let graph = SupplyGraph::from_flows(["a", "b", "c", "d"], [(0, 1, 4.0), (2, 3, 1.0), (0, 3, 2.0)])?
///     .with_text("stage", ["1", "2", "1", "2"].map(Some));
/// let metric = find("stage_linkages").expect("in the registry");
/// let table = metric.compute(&graph, &Params::default(), &NoProgress)?.swap_remove(0);
/// let config = NullConfig { model: NullModel::Labels, replicates: 99, ..NullConfig::default() };
/// let chance = null_models(&graph, &[(metric, Params::default())], &config, &NoProgress)?;
/// let table = with_chance(table, &chance);
/// // All goods go from stage 1 to stage 2 (the second of four pairs); with labels dealt out anew, that is rare.
/// assert_eq!(table.number("share", 1), Some(1.0));
/// assert!(table.number("null_mean", 1) < Some(0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn with_chance(table: Table, chance: &Chance) -> Table {
    if table.id() != TableId::StageLinkages || chance.config.model.is_expected() {
        return table;
    }
    let known: BTreeMap<&str, Place> = chance
        .statistics
        .iter()
        .filter_map(|against| {
            let observed = against.observed.filter(|_| !against.values.is_empty())?;
            Some((against.statistic.as_str(), Place::of(observed, &mut against.values.clone())))
        })
        .collect();
    let of_row = |row: usize| known.get(share_name(&table, row).as_str()).copied();
    let places: Vec<Option<Place>> = (0..table.n_rows()).map(of_row).collect();
    if places.iter().all(Option::is_none) {
        return table;
    }
    let z = |row: usize, place: &Place| {
        let share = table.number("share", row).filter(|_| place.sd > 0.0)?;
        Some((share - place.mean) / place.sd)
    };
    let values = |of: &dyn Fn(usize, &Place) -> Option<f64>| {
        let value = |(row, place): (usize, &Option<Place>)| {
            place.as_ref().and_then(|place| of(row, place)).unwrap_or(f64::NAN)
        };
        Values::F64(places.iter().enumerate().map(value).collect())
    };
    let added = [
        values(&|_, place| Some(place.mean)),
        values(&|_, place| Some(place.sd)),
        values(&z),
        values(&|_, place| Some(place.p_two_sided)),
    ];
    let added = CHANCE_COLUMNS.iter().zip(added).map(|(spec, values)| Column::new(spec, values));
    Table::new(TableId::StageLinkages, table.columns().iter().cloned().chain(added).collect())
}
