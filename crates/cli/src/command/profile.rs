//! `palenque profile`: twelve indices of a cluster, each with what it says.

use super::{Done, Page};
use crate::args::ProfileArgs;
use crate::config::{Measure, Step, Work};
use crate::diagnostics::Outcome;
use crate::pipeline::typed::{no_choice, opening, pipeline};
use crate::pipeline::{Base, Destination, profile, real_inputs, write};
use crate::session::Session;
use palenque_graph::Diagnostic;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// The side tables that the indices read.
const SIDES: [&str; 2] = ["essential", "tasks"];

pub(super) fn run(session: &mut Session, args: &ProfileArgs) -> Outcome<Done> {
    let mut pipeline = pipeline(&args.input, args.seed, &args.out)?;
    let base = Base::default();
    let mut measure = Measure::default();
    for (name, file) in &args.sides {
        if !SIDES.contains(&name.as_str()) {
            return Err(no_choice("--input", name, &SIDES));
        }
        measure.sides.insert(name.clone(), base.recorded(Path::new(file)));
    }
    let step = Step { id: "profile".into(), needs: Vec::new(), work: Work::Measure(measure) };
    pipeline.steps.push(step);
    let out = args.out.out.as_deref();
    let inputs = real_inputs(&pipeline, &base);
    let destination = Destination::of(
        session,
        out,
        &["html", "csv", "parquet", "json"],
        opening(&args.out),
        &inputs,
    )?;
    if matches!(destination, Destination::Folder(_)) {
        return Err(Diagnostic::new("E0702", "a profile is one file")
            .help("name it, such as `--out profile.html` or `--out profile.csv`")
            .into());
    }
    let found = profile::compute(session, &pipeline, &base, args.replicates)?;
    let result = json!({ "profile": found.lines.iter().map(|l| line_json(l, &found.periods)).collect::<Vec<_>>() });
    Ok(match destination {
        Destination::File(folder, name) if write::is(&name, "html") => {
            let html = found.page(session, &pipeline, &base, args.title.clone())?;
            write::save_one(&folder, &name, |file| Ok(file.write_all(html.as_bytes())?))?;
            let shown = out.map_or_else(String::new, crate::output::shown);
            Done::text("", result).note(format!("open {shown}"))
        }
        Destination::File(folder, name) => {
            let table = &found.products.levels[0].tables[0];
            write::save_table(&folder, &name, table, pipeline.output.csv)?;
            Done::text("", result).note(format!("{} rows in {name}", table.n_rows()))
        }
        _ => Done::text(text(&found), result),
    })
}

fn line_json(line: &palenque_metrics::profile::ProfileLine, periods: &[String]) -> Value {
    let values = periods.iter().zip(&line.values);
    let values =
        values.map(|(period, value)| json!({ "period": period, "value": value.as_ref().ok() }));
    json!({
        "index": line.index,
        "phrase": line.phrase,
        "values": values.collect::<Vec<_>>(),
        "interval": line.interval.map(|(low, high)| [low, high]),
        "null_model": line.null.map(|(model, _)| model.name()),
        "null_mean": line.null.map(|(_, mean)| mean),
        "null_percentile": line.percentile,
        "sentence": line.sentence,
    })
}

fn text(found: &profile::Profile) -> String {
    let mut text = String::new();
    for line in &found.lines {
        let heading = format!("{} ({})", line.phrase, line.index);
        text += &Page::new(&heading, &line.sentence).into_text();
        text.push('\n');
    }
    text
}
