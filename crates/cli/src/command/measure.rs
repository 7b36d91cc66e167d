//! `palenque measure`: any index, of any family.

use super::{Done, Print};
use crate::args::MeasureArgs;
use crate::diagnostics::Outcome;
use crate::pipeline::typed::{measure_step, opening, output_formats, pipeline, table_formats};
use crate::pipeline::{Base, Destination, Ending, Products, compute, real_inputs, save, write};
use crate::selection::Selection;
use crate::session::Session;
use palenque_frame::{CsvStyle, FrameError, TableFormat, write_table};
use palenque_graph::{Diagnostic, Table};
use serde_json::{Map, Value, json};
use std::io;

pub(super) fn run(session: &mut Session, args: &MeasureArgs) -> Outcome<Done> {
    let mut pipeline = pipeline(&args.input, args.choice.seed, &args.out)?;
    let formats = output_formats(&args.format, &mut pipeline.policy);
    pipeline.output.formats = table_formats(&formats)?;
    pipeline.steps.push(measure_step("measure", &args.choice)?);
    let out = args.out.out.as_deref();
    let extensions: Vec<&str> = TableFormat::ALL.iter().map(|f| f.extension()).collect();
    let inputs = real_inputs(&pipeline, &Base::default());
    let destination = Destination::of(session, out, &extensions, opening(&args.out), &inputs)?;
    let takes_one = match &destination {
        Destination::Folder(_) => false,
        Destination::File(..) => true,
        Destination::Stdout => !session.json,
    };
    if takes_one {
        refuse_several(&args.choice.metrics)?;
    }
    let base = Base::default();
    let products = compute(session, &pipeline, &base)?;
    let left_out = left_out(&products);
    let done = match destination {
        Destination::Folder(folder) => {
            let mut command = vec!["measure".to_owned()];
            if !args.choice.metrics.is_empty() {
                command.extend(["--metrics".to_owned(), args.choice.metrics.join(",")]);
            }
            let ending = Ending { command, config: None, base: &base };
            let summary = save(session, &pipeline, &products, *folder, &ending)?;
            super::run::done(&products, &summary, out)
        }
        Destination::File(folder, name) => {
            let table = single(tables(products))?;
            write::save_table(&folder, &name, &table, pipeline.output.csv)?;
            let rows = table.n_rows();
            Done::text("", json!({ "file": name, "rows": rows }))
                .note(format!("{rows} rows in {name}"))
        }
        Destination::Stdout => {
            write::warn_of_formulas(session, &pipeline, &products);
            let tables = tables(products);
            if session.json {
                let rows = tables.iter().map(|t| (t.id().name().to_owned(), records(t)));
                let result = json!({ "tables": rows.collect::<Map<_, _>>() });
                Done::text("", result)
            } else {
                let table = single(tables)?;
                let (format, style) = (pipeline.output.formats[0], pipeline.output.csv);
                let print: Print =
                    Box::new(move |out| match write_table(&table, format, style, out) {
                        Err(FrameError::Io(error)) => Err(error),
                        Err(other) => Err(io::Error::other(other)),
                        Ok(()) => Ok(()),
                    });
                Done { yes: true, result: Value::Null, print, notes: Vec::new() }
            }
        }
    };
    Ok(left_out.into_iter().fold(done, Done::note))
}

/// Metrics that were left out in silence, in one line.
pub(super) fn left_out(products: &Products) -> Option<String> {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, why) in &products.left_out {
        match by_reason.iter_mut().find(|(known, _)| *known == why.as_str()) {
            Some((_, names)) => names.push(name),
            None => by_reason.push((why, vec![name])),
        }
    }
    let line = |(why, names): (&str, Vec<&str>)| format!("without {}: {why}", names.join(", "));
    let lines: Vec<String> = by_reason.into_iter().map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn tables(products: Products) -> Vec<Table> {
    products.levels.into_iter().flat_map(|level| level.tables).collect()
}

/// E0706 before anything is computed, where it is certain that several tables come.
fn refuse_several(metrics: &[String]) -> Outcome<()> {
    let Ok(selection) = Selection::parse(metrics) else { return Ok(()) };
    let tables = selection.tables();
    if tables.len() < 2 {
        return Ok(());
    }
    let certain = &tables - &selection.uncertain_tables();
    let names: Vec<&str> = certain.into_iter().map(palenque_graph::TableId::name).collect();
    if names.len() > 1 { Err(several(&names).into()) } else { Ok(()) }
}

fn several(names: &[&str]) -> Diagnostic {
    Diagnostic::new("E0706", format!("{} tables cannot go into one place", names.len()))
        .note(format!("they are {}", names.join(", ")))
        .help("`--out DIR` writes one file a table, or name metrics of one table with `--metrics`")
}

fn single(mut tables: Vec<Table>) -> Outcome<Table> {
    if tables.len() == 1 {
        return Ok(tables.remove(0));
    }
    let names: Vec<&str> = tables.iter().map(|table| table.id().name()).collect();
    let found = if names.is_empty() {
        Diagnostic::new("E0705", "no table was filled")
            .help("`palenque list metrics` says what each metric needs")
    } else {
        several(&names)
    };
    Err(found.into())
}

/// A table as JSON records.
pub(crate) fn records(table: &Table) -> Value {
    let mut text = Vec::new();
    match write_table(table, TableFormat::Json, CsvStyle::default(), &mut text) {
        Ok(()) => serde_json::from_slice(&text).unwrap_or_default(),
        Err(_) => Value::Null,
    }
}
