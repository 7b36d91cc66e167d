//! `palenque report`: everything on one page.

use super::Done;
use crate::args::ReportArgs;
use crate::config::{Layout, Report, Step, Work};
use crate::diagnostics::Outcome;
use crate::pipeline::typed::{measure_step, opening, pipeline};
use crate::pipeline::{Base, Destination, Ending, compute, real_inputs, save, write};
use crate::session::Session;
use serde_json::json;
use std::io::Write;

pub(super) fn run(session: &mut Session, args: &ReportArgs) -> Outcome<Done> {
    let mut pipeline = pipeline(&args.input, args.choice.seed, &args.out)?;
    pipeline.output.caption = !args.no_caption;
    let out = args.out.out.as_deref();
    let inputs = real_inputs(&pipeline, &Base::default());
    let destination = Destination::of(session, out, &["html"], opening(&args.out), &inputs)?;
    let to_folder = matches!(destination, Destination::Folder(_));
    pipeline.output.layout = if to_folder { Layout::Folders } else { Layout::Flat };
    pipeline.steps.push(measure_step("tables", &args.choice)?);
    let report = Report { title: args.title.clone(), subtitle: None, to: None, profile: None };
    let page = Step { id: "report".into(), needs: Vec::new(), work: Work::Report(report) };
    pipeline.steps.push(page);
    let base = Base::default();
    let mut products = compute(session, &pipeline, &base)?;
    let left_out = super::measure::left_out(&products);
    let done = match destination {
        Destination::Folder(folder) => {
            let ending = Ending { command: vec!["report".into()], config: None, base: &base };
            let summary = save(session, &pipeline, &products, *folder, &ending)?;
            super::run::done(&products, &summary, out)
        }
        Destination::File(folder, name) => {
            let (_, _, html) = products.pages.remove(0);
            write::save_one(&folder, &name, |file| Ok(file.write_all(html.as_bytes())?))?;
            Done::text("", json!({ "file": name, "bytes": html.len() }))
                .note(format!("open {}", out.map_or_else(String::new, crate::output::shown)))
        }
        Destination::Stdout => {
            let (_, _, html) = products.pages.remove(0);
            let result = json!({ "html": html });
            Done::text(html, result)
        }
    };
    Ok(left_out.into_iter().fold(done, Done::note))
}
