//! `palenque draw`: one figure.

use super::Done;
use crate::args::DrawArgs;
use crate::config::{Draw, FigureFormat, Step, Work};
use crate::diagnostics::Outcome;
use crate::pipeline::draw::unknown_chart;
use crate::pipeline::typed::{look, measure_step, no_choice, opening, output_formats, pipeline};
use crate::pipeline::{Base, Destination, Ending, compute, real_inputs, save, write};
use crate::session::Session;
use palenque_graph::{Diagnostic, TableId};
use palenque_metrics::{Metric, SideSpec};
use serde_json::json;
use std::path::PathBuf;

/// The metrics that fill what a chart needs and read one of these side tables.
fn readers(needs: &[TableId], sides: &[(String, String)]) -> Vec<String> {
    let reads = |m: &&'static dyn Metric| {
        let given = |side: &SideSpec| sides.iter().any(|(name, _)| name == side.name);
        m.spec().outputs.iter().any(|output| needs.contains(&output.table))
            && m.sides().iter().any(given)
    };
    palenque_metrics::all().filter(reads).map(|metric| metric.spec().name.to_owned()).collect()
}

pub(super) fn run(session: &mut Session, args: &DrawArgs) -> Outcome<Done> {
    let Some(chart) = palenque_report::find(&args.chart) else {
        return Err(unknown_chart(&args.chart).into());
    };
    for (option, _) in &args.options {
        let known = chart.spec().options.iter().map(|(name, ..)| *name);
        if known.clone().all(|name| name != option) {
            let what = format!("chart `{}` has no option `{option}`", args.chart);
            let found = Diagnostic::new("E0701", what);
            let near = palenque_metrics::nearest(option, known);
            return Err(match near {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found.help(format!("`palenque explain {}` lists its options", args.chart)),
            }
            .into());
        }
    }
    let mut pipeline = pipeline(&args.input, args.choice.seed, &args.out)?;
    let (preset, theme) = look(&args.figure, &mut pipeline.output)?;
    let formats = output_formats(&args.format, &mut pipeline.policy);
    if !formats.is_empty() {
        let formats = formats.iter().map(|name| {
            FigureFormat::named(name)
                .ok_or_else(|| no_choice("--format", name, &FigureFormat::names()))
        });
        pipeline.output.figures = formats.collect::<Outcome<_>>()?;
    }
    let choice = &args.choice;
    if !(choice.metrics.is_empty() && choice.set.is_empty() && choice.sides.is_empty()) {
        let mut choice = choice.clone();
        if choice.metrics.is_empty() {
            choice.metrics = readers(chart.spec().needs, &choice.sides);
        }
        let step = measure_step("tables", &choice)?;
        pipeline.steps.push(step);
    }
    let draw = Draw {
        chart: args.chart.clone(),
        options: args.options.iter().cloned().collect(),
        preset,
        theme,
        by: args.choice.by.clone(),
    };
    let step = Step { id: args.chart.clone(), needs: Vec::new(), work: Work::Draw(draw) };
    pipeline.steps.push(step);

    let out = args.out.out.as_deref();
    let inputs = real_inputs(&pipeline, &Base::default());
    let destination =
        Destination::of(session, out, &FigureFormat::names(), opening(&args.out), &inputs)?;
    let base = Base::default();
    let mut products = compute(session, &pipeline, &base)?;
    Ok(match destination {
        Destination::Folder(folder) => {
            let command = vec!["draw".to_owned(), args.chart.clone()];
            let ending = Ending { command, config: None, base: &base };
            let summary = save(session, &pipeline, &products, *folder, &ending)?;
            super::run::done(&products, &summary, out)
        }
        Destination::File(folder, name) => {
            let figure = products.figures.remove(0);
            let files = write::save_drawing(&folder, &name, &figure, pipeline.output.dpi)?;
            let parent = out.and_then(|out| out.parent()).map(PathBuf::from).unwrap_or_default();
            let files: Vec<String> =
                files.iter().map(|file| crate::output::shown(&parent.join(file))).collect();
            let result =
                json!({ "files": files, "title": figure.drawing.title, "alt": figure.drawing.alt });
            Done::text("", result).note(format!("drew {}", files.join(", ")))
        }
        Destination::Stdout => {
            let drawing = products.figures.remove(0).drawing;
            let result = json!({ "svg": drawing.svg, "csv": drawing.csv, "title": drawing.title, "alt": drawing.alt });
            Done::text(drawing.svg, result)
        }
    })
}
