//! Draw steps: tables to figures.

use super::measure::level_of;
use super::{Base, Figure, Products};
use crate::config::{Draw, Pipeline, Step};
use crate::diagnostics::Outcome;
use crate::session::Session;
use palenque_graph::Diagnostic;
use palenque_ingest::FileReport;
use palenque_report::{Chart, ChartInput, ChartOptions, Drawing, ReportError, Style};

/// Draws the figure of a step.
pub(super) fn draw(
    session: &mut Session,
    pipeline: &Pipeline,
    step: &Step,
    draw: &Draw,
    base: &Base,
    products: &mut Products,
) -> Outcome<()> {
    let Some(chart) = palenque_report::find(&draw.chart) else {
        return Err(unknown_chart(&draw.chart).into());
    };
    let by = level_of(pipeline, step, draw);
    let Some(level) = products.level(by.as_deref()) else { return Ok(()) };
    let tables = level.all_tables();
    let input = ChartInput { tables: &tables, panel: Some(&level.panel) };
    let caption = caption(pipeline, &products.files, base);
    let style = Style { preset: draw.preset, theme: draw.theme, caption };
    let drawing = session
        .part(&step.id, |_| chart.draw(&input, &draw.options, &style))
        .map_err(|error| refused(&step.id, &draw.chart, &error))?;
    products.figures.push(Figure { id: step.id.clone(), drawing });
    Ok(())
}

/// Every chart that has something to show, in its default form: name and figure.
pub(super) fn defaults(
    session: &mut Session,
    pipeline: &Pipeline,
    base: &Base,
    products: &Products,
) -> Vec<(&'static str, Drawing)> {
    let Some(level) = products.level(None) else { return Vec::new() };
    let tables = level.all_tables();
    let input = ChartInput { tables: &tables, panel: Some(&level.panel) };
    let caption = caption(pipeline, &products.files, base);
    let style = Style { caption, ..Style::default() };
    let draw = |chart: &'static dyn Chart| {
        let name = chart.spec().name;
        let drawn = session.part(name, |_| chart.draw(&input, &ChartOptions::new(), &style));
        Some((name, drawn.ok()?))
    };
    // The page has its network to walk through.
    palenque_report::all().filter(|chart| chart.spec().name != "network").filter_map(draw).collect()
}

/// The source line of figures: file and hash of the edges, and the note of the pipeline.
fn caption(pipeline: &Pipeline, files: &[FileReport], base: &Base) -> Option<String> {
    let edges = files.iter().find(|file| file.role == "edges").map(|file| {
        let name = base.recorded(&file.path);
        let name =
            name.file_name().map_or_else(|| "-".into(), |n| n.to_string_lossy().into_owned());
        format!("{name}, {}", file.blake3.get(..8).unwrap_or_default())
    });
    let parts: Vec<String> = edges.into_iter().chain(pipeline.output.note.clone()).collect();
    pipeline.output.caption.then(|| parts.join(" · "))
}

/// A chart that is none.
pub(crate) fn unknown_chart(name: &str) -> Diagnostic {
    let shown = palenque_graph::diagnostic::shown(name);
    let found = Diagnostic::new("E0702", format!("there is no chart `{shown}`"));
    let known = palenque_report::all().map(|chart| chart.spec().name);
    match palenque_metrics::nearest(name, known) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("`palenque list charts` names them"),
    }
}

fn refused(step: &str, chart: &str, error: &ReportError) -> Diagnostic {
    let what = if step == chart {
        format!("`{chart}` {error}")
    } else {
        format!("`{step}`: `{chart}` {error}")
    };
    match error {
        ReportError::Option(why) => Diagnostic::new("E0702", format!("`{chart}`: {why}"))
            .help(format!("`palenque explain {chart}` lists its options")),
        _ => Diagnostic::new("E0301", what)
            .help(format!("`palenque explain {chart}` says what it needs")),
    }
}
