//! `palenque compare --side-by-side`: one row an index, one column a cluster.

use super::Done;
use crate::args::CompareArgs;
use crate::diagnostics::Outcome;
use crate::difference::read;
use crate::output::{Folder, shown};
use crate::pipeline::write::save_one;
use crate::terminal::{columns, width};
use palenque_graph::table::Values;
use palenque_graph::{Diagnostic, Location, Table};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where a folder has its figures, the best first.
const PLACES: [&str; 3] = ["profile.csv", "network_summary.csv", "tables/network_summary.csv"];

/// A cluster: what it is called, and its figures.
struct Side {
    name: String,
    figures: Vec<(String, Option<f64>)>,
}

pub(super) fn run(args: &CompareArgs) -> Outcome<Done> {
    let paths = [&args.before, &args.after].into_iter().chain(&args.more);
    let sides = paths.map(|path| side(path, args.period.as_deref()));
    let sides: Vec<Side> = sides.collect::<Outcome<_>>()?;
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in sides.iter().flat_map(|side| &side.figures) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let rows: Vec<Row<'_>> = names.into_iter().map(|name| Row::of(name, &sides)).collect();
    let result = json!({
        "sides": sides.iter().map(|side| &side.name).collect::<Vec<_>>(),
        "figures": rows.iter().map(|row| json!({
            "metric": row.name, "values": row.values, "largest": row.largest.map(|k| &sides[k].name),
        })).collect::<Vec<Value>>(),
    });
    let Some(out) = args.out.as_deref().filter(|out| *out != Path::new("-")) else {
        return Ok(Done::text(text(&sides, &rows), result));
    };
    let folder = Folder::open(out.parent().unwrap_or(Path::new("")))?;
    let file = out.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let csv = csv(&sides, &rows);
    save_one(&folder, &file, |file| Ok(file.write_all(csv.as_bytes())?))?;
    Ok(Done::text("", result).note(format!("{} rows in {}", rows.len(), shown(out))))
}

struct Row<'a> {
    name: &'a str,
    values: Vec<Option<f64>>,
    /// The side with most, where there is one.
    largest: Option<usize>,
}

impl<'a> Row<'a> {
    fn of(name: &'a str, sides: &[Side]) -> Self {
        let value = |side: &Side| side.figures.iter().find(|(n, _)| n == name).and_then(|f| f.1);
        let values: Vec<Option<f64>> = sides.iter().map(value).collect();
        let most = values.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let near = |x: f64| (x - most).abs() <= 1e-12 * most.abs();
        let at: Vec<usize> = (0..values.len()).filter(|&k| values[k].is_some_and(near)).collect();
        Self { name, largest: if at.len() == 1 { Some(at[0]) } else { None }, values }
    }
}

fn side(path: &Path, period: Option<&str>) -> Outcome<Side> {
    let file = if path.is_dir() {
        let known = PLACES.iter().map(|place| path.join(place));
        known.into_iter().find(|file| file.is_file()).ok_or_else(|| {
            Diagnostic::new("E0101", format!("{} has neither a profile nor figures", shown(path)))
                .at(Location::file(shown(path)))
                .note("it takes profile.csv or network_summary.csv")
                .help("`palenque profile --out profile.csv` makes one")
        })?
    } else {
        path.to_owned()
    };
    let refused = |code, what: String| {
        Diagnostic::new(code, what)
            .at(Location::file(shown(&file)))
            .help("give tables of palenque's: profile.csv or network_summary.csv")
    };
    let bytes = std::fs::read(&file).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound { "E0101" } else { "E0102" };
        refused(code, format!("{} cannot be read: {}", shown(&file), crate::output::plain(&error)))
    })?;
    let table = read(&file, &bytes)
        .map_err(|why| refused("E0205", format!("{} cannot be compared: {why}", shown(&file))))?;
    let key = ["index", "metric"].into_iter().find(|name| table.column(name).is_some());
    let (Some(key), Some(_)) = (key, table.column("value")) else {
        let what = format!("{} has no columns `index` or `metric`, and `value`", shown(&file));
        return Err(refused("E0301", what).into());
    };
    let of_row = |row| cell(&table, "period", row).unwrap_or_default();
    let last = (0..table.n_rows()).map(of_row).next_back().unwrap_or_default();
    let period = period.map_or(last, str::to_owned);
    let rows: Vec<usize> = (0..table.n_rows()).filter(|row| of_row(*row) == period).collect();
    if rows.is_empty() && table.n_rows() > 0 {
        let what = format!("{} has no period `{period}`", shown(&file));
        return Err(refused("E0702", what).into());
    }
    let figure =
        |row: usize| (cell(&table, key, row).unwrap_or_default(), table.number("value", row));
    Ok(Side { name: name_of(path), figures: rows.into_iter().map(figure).collect() })
}

/// A cell as text; a period may have been read as a number.
fn cell(table: &Table, name: &str, row: usize) -> Option<String> {
    match &table.column(name)?.values {
        Values::Text(values) => values[row].as_deref().map(str::to_owned),
        Values::I64(values) => values[row].map(|x| x.to_string()),
        Values::F64(values) => (!values[row].is_nan()).then(|| values[row].to_string()),
        Values::Bool(_) => None,
    }
}

/// What a side is called: the file or folder, or the folder it lies in where that says more.
fn name_of(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let is_usual = ["profile", "network_summary", "out", "tables"].contains(&stem.as_str());
    let parent = || -> Option<PathBuf> {
        let parent = path.parent()?;
        (!parent.as_os_str().is_empty()).then(|| parent.to_owned())
    };
    match parent() {
        Some(parent) if is_usual => name_of(&parent),
        _ => palenque_graph::diagnostic::escaped(&stem),
    }
}

fn text(sides: &[Side], rows: &[Row<'_>]) -> String {
    let mut lines =
        vec![std::iter::once(String::new()).chain(sides.iter().map(|s| s.name.clone())).collect()];
    for row in rows {
        let cell = |(k, value): (usize, &Option<f64>)| match value {
            Some(value) if row.largest == Some(k) => {
                format!("{}*", crate::terminal::quantity(*value))
            }
            Some(value) => crate::terminal::quantity(*value),
            None => "–".to_owned(),
        };
        let cells = row.values.iter().enumerate().map(cell);
        lines.push(std::iter::once(row.name.to_owned()).chain(cells).collect::<Vec<String>>());
    }
    columns(&lines, width()) + "* the largest\n"
}

fn csv(sides: &[Side], rows: &[Row<'_>]) -> String {
    let quoted = |text: &str| {
        if text.contains([',', '"', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let mut text = String::from("metric");
    for side in sides {
        text.push(',');
        text += &quoted(&side.name);
    }
    text += ",largest\n";
    for row in rows {
        text += &quoted(row.name);
        for value in &row.values {
            text += &value.map_or_else(|| ",".to_owned(), |value| format!(",{value:?}"));
        }
        let largest = row.largest.map(|k| quoted(&sides[k].name)).unwrap_or_default();
        text.push(',');
        text += &largest;
        text.push('\n');
    }
    text
}
