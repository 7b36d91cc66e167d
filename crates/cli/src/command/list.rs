//! `palenque list`: what can it do?

use super::Done;
use crate::args::{Catalogue, ListArgs};
use crate::models;
use crate::terminal::{columns, width};
use palenque_frame::{Exporter, TableFormat, exporters};
use palenque_graph::codes;
use serde_json::{Value, json};

pub(super) fn run(args: &ListArgs) -> Done {
    let (head, rows): (Vec<&str>, Vec<Vec<String>>) = match args.what {
        Catalogue::Metrics => (vec!["metric", "family", "core", "what it answers"], metrics()),
        Catalogue::Columns => (vec!["column", "table", "metric", "meaning"], metric_columns()),
        Catalogue::Charts => (vec!["chart", "what it shows"], charts()),
        Catalogue::Readers => (vec!["reader", "files", "what is read"], readers()),
        Catalogue::Exporters => (vec!["exporter", "files", "how it is written"], all_exporters()),
        Catalogue::Models => (vec!["model", "what it makes"], models::rows()),
        Catalogue::Codes => (vec!["code", "what happened"], all_codes()),
    };
    let json: Vec<Value> = rows
        .iter()
        .map(|row| {
            let cell = |(key, cell): (&&str, &String)| (key.replace(' ', "_"), json!(cell));
            Value::Object(head.iter().zip(row).map(cell).collect())
        })
        .collect();
    Done::text(columns(&rows, width()), Value::Array(json))
}

fn metrics() -> Vec<Vec<String>> {
    let row = |m: &'static dyn palenque_metrics::Metric| {
        let spec = m.spec();
        let core = if spec.core { "core" } else { "" };
        vec![spec.name.into(), spec.family.name().into(), core.into(), spec.summary.into()]
    };
    palenque_metrics::all().map(row).collect()
}

fn metric_columns() -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = palenque_metrics::all()
        .flat_map(|m| {
            let spec = m.spec();
            spec.columns().map(|(table, c)| {
                vec![c.name.into(), table.name().into(), spec.name.into(), c.meaning.into()]
            })
        })
        .collect();
    rows.sort();
    rows
}

fn charts() -> Vec<Vec<String>> {
    palenque_report::all()
        .map(|chart| vec![chart.spec().name.into(), chart.spec().summary.into()])
        .collect()
}

fn readers() -> Vec<Vec<String>> {
    palenque_ingest::reader::all()
        .map(palenque_ingest::reader::Reader::spec)
        .chain(palenque_ingest::reader::TABLES)
        .chain(palenque_ingest::reader::graph::specs())
        .map(|spec| {
            let extensions: Vec<String> =
                spec.extensions.iter().map(|e| format!(".{}", e.trim_start_matches('.'))).collect();
            vec![spec.name.into(), extensions.join(" "), spec.doc.into()]
        })
        .collect()
}

fn all_exporters() -> Vec<Vec<String>> {
    let how = |format| match format {
        TableFormat::Csv => "table: UTF-8, LF, shortest numbers that read back exactly",
        TableFormat::Parquet => "table: Zstandard, typed columns",
        TableFormat::Arrow => "table: IPC file, uncompressed, can be memory-mapped",
        TableFormat::Json => "table: an array of records",
    };
    let row = |&format: &TableFormat| {
        vec![format.extension().into(), format!(".{format}"), how(format).into()]
    };
    let network = |exporter: &'static dyn Exporter| {
        let spec = exporter.spec();
        let file = |(part, extension): &(&str, &str)| match *part {
            "" => format!(".{extension}"),
            part => format!(".{part}.{extension}"),
        };
        let files: Vec<String> = if exporter.is_folder() {
            vec!["a folder".into()]
        } else {
            spec.parts.iter().map(file).collect()
        };
        vec![spec.name.into(), files.join(" "), format!("network: {}", spec.doc)]
    };
    TableFormat::ALL.iter().map(row).chain(exporters().map(network)).collect()
}

fn all_codes() -> Vec<Vec<String>> {
    codes::ALL.iter().map(|code| vec![code.id.into(), code.title.into()]).collect()
}
