//! The tables of simulated shocks: step by step, and in sum.

use crate::kernel::ratio::ratio;
use crate::long::{Cell, STATUS};
use palenque_graph::table::{ColumnSpec, Kind, Unit};

/// The columns of `shock_path`; each model fills its own.
pub(crate) static PATH: [ColumnSpec; 11] = [
    ColumnSpec::text("model", "The model: `ario`, `diim`, `iim`, `scale_up` or `esri`."),
    ColumnSpec::text("scenario", "What happens, as in the side table; or the node that fails."),
    ColumnSpec {
        name: "step",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Periods, or steps of a cascade, since the shock; empty for the end of it.",
    },
    ColumnSpec::text(
        "node_id",
        "The node's id, as in the input; of `scale_up` the stage; empty for the whole network.",
    ),
    ColumnSpec::number("production", Unit::Currency, "What is made."),
    ColumnSpec::number("demand", Unit::Currency, "What is asked for, by nodes and final users."),
    ColumnSpec::number(
        "inventory_cover",
        Unit::None,
        "Periods that the scarcest inventory lasts at the old level of production.",
    ),
    ColumnSpec::number("unmet_final", Unit::Currency, "What final users ask for and do not get."),
    ColumnSpec::number("inoperability", Unit::One, "Share of production that is lost."),
    ColumnSpec::number("h_down", Unit::One, "Share of production left for want of inputs."),
    ColumnSpec::number("h_up", Unit::One, "Share of production left for want of orders."),
];

/// The columns of `shock_summary`.
pub(super) static SUMMARY: [ColumnSpec; 9] = [
    ColumnSpec::text("model", "The model: `ario`, `diim`, `iim` or `esri`."),
    ColumnSpec::text("scenario", "What happens, as in the side table; or the node that fails."),
    ColumnSpec::number("loss_total", Unit::Currency, "Production that is lost in all."),
    ColumnSpec::number("loss_direct", Unit::Currency, "Of it, what the shock itself takes."),
    ColumnSpec::number("amplification", Unit::One, "All that is lost by what the shock takes."),
    ColumnSpec::flag("recovered", "Whether all nodes make at least 99 % of what they did."),
    ColumnSpec {
        name: "steps",
        kind: Kind::I64,
        unit: Unit::Count,
        meaning: "Periods or steps simulated.",
    },
    ColumnSpec::text("params", "The parameters that were varied."),
    STATUS,
];

/// The share of production that is lost; a gap where there was none.
pub(super) fn lost_share(made: f64, before: f64) -> Cell {
    ratio(before - made, before).map_or(Cell::Gap, Cell::from)
}
