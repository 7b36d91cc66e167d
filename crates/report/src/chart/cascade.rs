//! How a failure spread: the supply chain, each firm filled by what it lost and coloured by when.

use super::input::{Names, Options, period, rows_of};
use super::supply_chain::{self, Loss, Overlay, picture};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::{ReportError, Style};
use palenque_graph::TableId;

/// The drawing of a cascade.
#[derive(Debug)]
pub(super) struct Cascade;

static SPEC: ChartSpec = ChartSpec {
    name: "cascade",
    summary: "How a failure spread through the stages: what each firm lost, and at which step.",
    reading: "A bar is a firm and its height the output; what is filled is lost, in the colour of the step at which the loss was first felt. \
              Coloured links carried it on: to customers who lack inputs, or back to suppliers who lack orders. Steps are rounds of the \
              model, not days.",
    needs: &[TableId::ShockPath],
    needs_network: true,
    options: &[
        ("model", "esri", "the model: `esri`, `ario` or `diim`"),
        ("scenario", "", "the scenario; the first of the model if not given"),
        ("felt", "0.01", "the share of production from which on a loss is felt"),
        (
            "by",
            "stage",
            "the node column of stages; `trophic_level` (of node_metrics, rounded) where there is none",
        ),
        (
            "nodes",
            "300",
            "how many nodes to draw, 10 to 2000; smaller ones are drawn together, by stage",
        ),
        ("links", "1000", "how many links to draw, 10 to 10000"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// What every node lost, and when it was first felt, in one scenario.
fn overlay(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Overlay, ReportError> {
    let table = input.table(TableId::ShockPath)?;
    let period = period(table, options)?;
    let model = options.choice("model", &["esri", "ario", "diim"])?;
    let text = |name: &str, row: usize| table.text(name, row).unwrap_or_default();
    let felt = options.text("felt").unwrap_or_default();
    let felt = felt.parse().ok().filter(|x: &f64| (0.0..1.0).contains(x)).ok_or_else(|| {
        ReportError::Option(format!("`felt` is `{felt}`; it must be a number from 0 to below 1"))
    })?;
    let asked = options.text("scenario");
    let is_asked = |row: &usize| {
        text("model", *row) == model && asked.is_none_or(|asked| asked == text("scenario", *row))
    };
    let Some(first) = rows_of(table, &period).find(is_asked) else {
        let why = format!("no simulated shock is of the model `{model}` and that scenario");
        return Err(ReportError::Empty { why });
    };
    let scenario = text("scenario", first);
    let graph = input.panel.and_then(|panel| panel.period(&period));
    let missing = || ReportError::InputMissing { what: "the network itself (edges)".to_owned() };
    let graph =
        graph.or_else(|| input.panel.map(palenque_graph::Panel::last)).ok_or_else(missing)?;
    let lookup = graph.lookup();
    let mut losses = vec![Loss::default(); graph.n_nodes()];
    for row in rows_of(table, &period).filter(is_asked) {
        let lost = table.number("inoperability", row).filter(|lost| *lost > 0.0);
        let node = lookup.get(text("node_id", row));
        let (Some(node), Some(lost), true) = (node, lost, text("scenario", row) == scenario) else {
            continue;
        };
        let loss = &mut losses[node.index()];
        loss.share = loss.share.max(lost.min(1.0));
        if let (Some(step), true) = (table.number("step", row), lost > felt) {
            loss.step = Some(loss.step.map_or(step, |first| first.min(step)));
        }
    }
    let last = losses.iter().filter_map(|loss| loss.step).fold(0.0, f64::max);
    let scenario = Names::of(input).shown(scenario);
    Ok(Overlay { losses, scenario, last, chart: SPEC.name })
}

impl Chart for Cascade {
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
        let overlay = overlay(input, &options)?;
        let points = supply_chain::points(input, &options, Some(overlay))?;
        Ok(picture::draw(&points, style))
    }
}
