//! The network with every firm at its trophic level.

use super::input::{Options, period, rows_of};
use super::network::{Levels, picture, points};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::{ReportError, Style};
use palenque_graph::TableId;

/// The network by trophic level.
#[derive(Debug)]
pub(super) struct TrophicLayout;

static SPEC: ChartSpec = ChartSpec {
    name: "trophic_layout",
    summary: "The network with every firm at its trophic level, and which flows climb or fall.",
    reading: "In a pure chain every flow climbs by one level. Lines that fall, or that stay on a level, are what makes a network incoherent: feedback and \
              trade among equals. Sideways, who trades is drawn together.",
    needs: &[TableId::NodeMetrics],
    needs_network: true,
    options: &[
        (
            "by",
            "",
            "node column of text that colours the firms; `role`, `sector` or `stage` if not given",
        ),
        ("nodes", "400", "how many firms to draw, the largest, 10 to 2000"),
        ("links", "1500", "how many links to draw, the largest, 10 to 10000"),
        ("labels", "12", "how many of the largest are named, 0 to 50"),
        ("seed", "1", "where the search for places begins, 0 to 1000000"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The levels of a period, by node.
fn levels(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Levels, ReportError> {
    let missing = || ReportError::InputMissing {
        what: "the table `node_metrics` with the column `trophic_level`".to_owned(),
    };
    let table = input.table(TableId::NodeMetrics).map_err(|_| missing())?;
    table.column("trophic_level").ok_or_else(missing)?;
    let period = period(table, options)?;
    let level = |row| {
        let id = table.text("node_id", row)?.to_owned();
        let level = table.number("trophic_level", row).filter(|level| level.is_finite())?;
        Some((id, level))
    };
    Ok(rows_of(table, &period).filter_map(level).collect())
}

impl Chart for TrophicLayout {
    fn spec(&self) -> &'static ChartSpec {
        &SPEC
    }

    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError> {
        let options = Options::of(&SPEC, options)?;
        let levels = levels(input, &options)?;
        Ok(picture::draw(&points(input, &options, Some(&levels))?, style))
    }
}
