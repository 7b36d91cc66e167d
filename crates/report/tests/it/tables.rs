//! Small made-up tables of the shapes that palenque writes.

use palenque_graph::table::{Column, ColumnSpec, Kind, Table, Unit, Values};
use palenque_graph::{Panel, SupplyGraph, TableId};

pub(crate) fn spec(name: &'static str, kind: Kind, unit: Unit) -> ColumnSpec {
    ColumnSpec { name, kind, unit, meaning: "What the column means, in one sentence." }
}

pub(crate) fn text<S: AsRef<str>>(name: &'static str, values: &[S]) -> Column {
    let values = values.iter().map(|v| Some(v.as_ref()).filter(|v| !v.is_empty()).map(Into::into));
    Column::new(&spec(name, Kind::Text, Unit::None), Values::Text(values.collect()))
}

pub(crate) fn numbers(name: &'static str, unit: Unit, values: &[f64]) -> Column {
    Column::new(&spec(name, Kind::F64, unit), Values::F64(values.to_vec()))
}

pub(crate) fn counts(name: &'static str, values: impl IntoIterator<Item = usize>) -> Column {
    Column::new(&spec(name, Kind::I64, Unit::Count), values.into_iter().collect())
}

/// Reproducible numbers in [0, 1): a linear congruential sequence.
pub(crate) fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Node metrics of these nodes with one column.
pub(crate) fn node_metrics(ids: &[String], column: Column) -> Table {
    let period = text("period", &vec![""; ids.len()]);
    Table::new(TableId::NodeMetrics, vec![period, text("node_id", ids), column])
}

pub(crate) fn names(n: usize) -> Vec<String> {
    const KINDS: [&str; 8] =
        ["Agave", "Leña", "Palenque", "Envasadora", "Vidriera", "Etiquetas", "Mayoreo", "Tienda"];
    const PLACES: [&str; 7] =
        ["del Río", "La Joya", "El Roble", "San Isidro", "Las Cañas", "Tres Cerros", "El Limón"];
    (0..n)
        .map(|i| match i / 56 {
            0 => format!("{} {}", KINDS[i % 8], PLACES[i % 7]),
            more => format!("{} {} {more}", KINDS[i % 8], PLACES[i % 7]),
        })
        .collect()
}

pub(crate) fn no_panel() -> Option<Panel> {
    None
}

pub(crate) fn snapshot(graph: SupplyGraph) -> Panel {
    Panel::snapshot(graph)
}
