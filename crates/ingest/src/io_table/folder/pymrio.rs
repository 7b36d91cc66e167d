//! A folder as pymrio saves it: `file_parameters.json` names the matrices and how many rows of titles and columns of
//! labels each has; extensions are folders of the same sort inside.

use super::matrix::{Content, Matrix};
use super::{Found, Reading, Tables, filled, listed, open, places};
use crate::assemble::File;
use crate::io_table::{Column, Flows, InputKind, InputRow, IoTable, Label, RowRole, Sector, names};
use crate::source::{Body, Source};
use crate::text::number::NumberStyle;
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Location};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// The name of the file that describes a folder.
pub(super) const PARAMETERS: &str = "file_parameters.json";
/// The longest such file.
const LONGEST: u64 = 1 << 20;

/// The sums of a row of the flows are at the most this far from output, as a share, where output is computed.
const SETTLED: f64 = 1e-14;
/// So many rounds are enough for every economy that is productive by more than a thousandth.
const MAX_ROUNDS: usize = 50_000;

/// Reads the folder that a parameter file describes.
pub(super) fn read(path: &Path, tables: &mut Tables, reading: &mut Reading<'_>) -> Found<()> {
    let folder = Folder::open(path, tables, reading)?;
    let key = if folder.files.contains_key("Z") { "Z" } else { "A" };
    let Some((name, mut z)) = folder.matrix(key, numbers(true), tables, reading)? else {
        let what = "the folder names neither `Z`, the flows between sectors, nor `A`, their shares of output";
        let help =
            "save the system with its Z: in pymrio, `io.calc_all()` before `io.save_all(...)`";
        return Err(Box::new(Diagnostic::new("E0301", what).at(folder.at()).help(help)));
    };
    let sellers = z.rows.iter().map(|(label, line)| Sector::new(label.clone(), *line));
    let buyers = z.columns().into_iter().zip(folder.n_index(key) as u64 + 1..);
    let mut table = IoTable {
        sellers: sellers.collect(),
        buyers: buyers.map(|(label, at)| Sector::new(label, at)).collect(),
        flows: z.cells(),
        odd: std::mem::take(&mut z.odd),
        ragged: std::mem::take(&mut z.ragged),
        layout: "pymrio",
        rows: z.rows.len() as u64,
        places: places(&name, &z),
        ..IoTable::default()
    };
    let sellers: Vec<Label> = table.sellers.iter().map(|s| s.label.clone()).collect();
    let buyers: Vec<Label> = table.buyers.iter().map(|b| b.label.clone()).collect();
    if let Some((name, mut y)) = folder.matrix("Y", numbers(false), tables, reading)? {
        let rows = matched(&sellers, y.rows.iter().map(|(label, _)| label), &name)?;
        let (columns, cells) = (y.columns(), y.cells());
        let mut dense = vec![vec![0.0; sellers.len()]; columns.len()];
        for (row, &seller) in rows.iter().enumerate() {
            cells.row(row).for_each(|(at, value)| dense[at as usize][seller] = value);
        }
        let column = |(label, values)| Column { label, at: 0, values };
        table.demand = columns.into_iter().zip(dense).map(column).collect();
        table.beside.push((places(&name, &y), std::mem::take(&mut y.odd)));
    }
    if let Some((name, mut x)) = folder.matrix("x", numbers(false), tables, reading)? {
        let rows = matched(&sellers, x.rows.iter().map(|(label, _)| label), &name)?;
        let mut values = vec![0.0; sellers.len()];
        let cells = x.cells();
        for (row, &seller) in rows.iter().enumerate() {
            values[seller] = cells.row(row).next().map_or(0.0, |(_, value)| value);
        }
        table.output = Some(Column { label: Label::plain("output"), at: 0, values });
        table.beside.push((places(&name, &x), std::mem::take(&mut x.odd)));
    }
    if let Some((name, unit)) = folder.matrix("unit", Content::Text, tables, reading)? {
        let rows = matched(&sellers, unit.rows.iter().map(|(label, _)| label), &name)?;
        for (&seller, text) in rows.iter().zip(&unit.texts) {
            table.sellers[seller].unit = (!text.is_empty()).then(|| text.as_str().into());
        }
    }
    if key == "A" {
        table.flows = flows_of_shares(&folder, &mut table)?;
    }
    for inside in folder.extensions()? {
        let folder = Folder::open(&inside, tables, reading)?;
        extension(&folder, &buyers, &mut table, tables, reading)?;
    }
    tables.parsed.push(table);
    Ok(())
}

/// `Z = A x̂`, where a folder says no more than `A`: with its output, or with the one that its final demand calls for,
/// `x = A x + Y 1`, in rounds that stop where nothing changes.
fn flows_of_shares(folder: &Folder, table: &mut IoTable) -> Found<Flows> {
    let n = table.sellers.len();
    let shares = std::mem::take(&mut table.flows);
    // Output and final demand are by seller; columns of `A` by buyer.
    let sellers: Vec<Label> = table.sellers.iter().map(|seller| seller.label.clone()).collect();
    let buyers = table.buyers.iter().map(|buyer| &buyer.label).collect::<Vec<_>>();
    let seller_of = matched(&sellers, buyers.into_iter(), &table.places.file)?;
    let output = match &table.output {
        Some(column) => column.values.clone(),
        None if table.demand.is_empty() => {
            let what = "the folder names `A` and neither `x` nor `Y`, so that nothing says how large flows are";
            let help = "save the system with its `Z`, or with `x` or `Y`";
            return Err(Box::new(Diagnostic::new("E0301", what).at(folder.at()).help(help)));
        }
        None => {
            let bought = |at: usize| table.demand.iter().map(|column| column.values[at]).sum();
            let demand: Vec<f64> = (0..n).map(bought).collect();
            let output = settled(&shares, &seller_of, &demand).ok_or_else(|| {
                let what = "no output is known and none can be computed: with the `A` of the folder, output grows \
                            without end";
                let help = "save the system with its `Z` or `x`, and look at columns of `A` that add up to 1 or more";
                Box::new(Diagnostic::new("E0506", what).at(folder.at()).help(help))
            })?;
            let label = Label::plain("output");
            table.output = Some(Column { label, at: 0, values: output.clone() });
            output
        }
    };
    Ok(shares.map(|_, buyer, a| a * output[seller_of[buyer as usize]]))
}

/// The output that final demand calls for; none where it does not settle.
fn settled(shares: &Flows, seller_of: &[usize], demand: &[f64]) -> Option<Vec<f64>> {
    let mut output = demand.to_vec();
    for _ in 0..MAX_ROUNDS {
        let needed = |(row, y): (usize, &f64)| {
            y + shares.row(row).map(|(at, a)| a * output[seller_of[at as usize]]).sum::<f64>()
        };
        let next: Vec<f64> = demand.iter().enumerate().map(needed).collect();
        let largest = next.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let moved = next.iter().zip(&output).fold(0.0_f64, |most, (x, y)| most.max((x - y).abs()));
        output = next;
        if !largest.is_finite() {
            return None;
        }
        if moved <= SETTLED * largest {
            return Some(output);
        }
    }
    None
}

/// The rows of an extension: value added by its name, all others in units of their own.
fn extension(
    folder: &Folder,
    buyers: &[Label],
    table: &mut IoTable,
    tables: &mut Tables,
    reading: &mut Reading<'_>,
) -> Found<()> {
    let Some((name, mut f)) = folder.matrix("F", numbers(false), tables, reading)? else {
        return Ok(());
    };
    let columns = f.columns();
    let order = matched(buyers, columns.iter(), &name)?;
    let cells = f.cells();
    let label = |label: &Label| label.id().into_boxed_str();
    let mut units: BTreeMap<Box<str>, String> = BTreeMap::new();
    if let Some((_, unit)) = folder.matrix("unit", Content::Text, tables, reading)? {
        units.extend(unit.rows.iter().map(|(row, _)| label(row)).zip(unit.texts.iter().cloned()));
    }
    let demand: Vec<Label> = table.demand.iter().map(|column| column.label.clone()).collect();
    let mut users: BTreeMap<Box<str>, Vec<f64>> = BTreeMap::new();
    let key = if folder.files.contains_key("F_Y") { "F_Y" } else { "F_hh" }; // as EXIOBASE called it before 3.8
    if let Some((name, mut f_y)) = folder.matrix(key, numbers(false), tables, reading)? {
        let columns = f_y.columns();
        let order = matched(&demand, columns.iter(), &name)?;
        let cells = f_y.cells();
        for (nth, (row, _)) in f_y.rows.iter().enumerate() {
            let mut values = vec![0.0; demand.len()];
            cells.row(nth).for_each(|(at, value)| values[order[at as usize]] = value);
            users.insert(label(row), values);
        }
        table.beside.push((places(&name, &f_y), std::mem::take(&mut f_y.odd)));
    }
    for (nth, (row, _)) in f.rows.iter().enumerate() {
        let name = label(row);
        let mut values = vec![0.0; buyers.len()];
        cells.row(nth).for_each(|(at, value)| values[order[at as usize]] = value);
        let kind = match names::row_role(&row.name, reading.policy) {
            Some(RowRole::ValueAdded(_)) => InputKind::ValueAdded,
            Some(RowRole::Imports(_)) => InputKind::Imports,
            _ => InputKind::Satellite,
        };
        let unit = units.get(&name).filter(|unit| !unit.is_empty());
        table.inputs.push(InputRow {
            kind,
            unit: unit.map(|unit| unit.as_str().into()),
            at: 0,
            values,
            by_final_users: users.remove(&name).unwrap_or_default(),
            name,
        });
    }
    table.beside.push((places(&name, &f), std::mem::take(&mut f.odd)));
    Ok(())
}

fn numbers(notes_negative: bool) -> Content {
    Content::Numbers { notes_negative }
}

/// For every label of a matrix its position among those that are known; E0502 where they are others.
fn matched<'l>(
    known: &[Label],
    labels: impl ExactSizeIterator<Item = &'l Label>,
    name: &str,
) -> Found<Vec<usize>> {
    let positions: BTreeMap<&Label, usize> = known.iter().zip(0..).collect();
    let refuse = |what: String| {
        let help = "save all matrices of the folder from one system";
        Box::new(Diagnostic::new("E0502", what).at(Location::file(name)).help(help))
    };
    if labels.len() != known.len() {
        let what =
            format!("it has {} labels where the other matrices have {}", labels.len(), known.len());
        return Err(refuse(what));
    }
    let position = |label: &Label| {
        positions.get(label).copied().ok_or_else(|| {
            refuse(format!("`{}` is a label of no other matrix", shown(&label.id())))
        })
    };
    labels.map(position).collect()
}

/// A folder and what its parameter file says.
struct Folder {
    path: PathBuf,
    parameters: String,
    files: BTreeMap<String, Matrices>,
}

/// One entry of a parameter file.
struct Matrices {
    name: String,
    n_index: usize,
    n_header: usize,
}

impl Folder {
    fn open(path: &Path, tables: &mut Tables, reading: &mut Reading<'_>) -> Found<Self> {
        let mut source = Source::open(path, reading.policy)?;
        let mut file = File::named(path, "table");
        open(&mut source, &mut file, reading);
        file.report.format = "json".into();
        let refuse = |what: String| {
            let help =
                "save the system again with pymrio, or name the files of the table themselves";
            let at = Location::file(path.display().to_string());
            Box::new(Diagnostic::new("E0104", what).at(at).help(help))
        };
        let mut text = String::new();
        if let Some(Body::Text(body)) = source.body.take() {
            let read = body.take(LONGEST).read_to_string(&mut text);
            read.map_err(|error| refuse(format!("the parameter file cannot be read: {error}")))?;
        }
        (file.report.bytes, file.report.blake3) = source.digest();
        tables.files.push(file);
        let parsed: Value = serde_json::from_str(&text)
            .map_err(|error| refuse(format!("the parameter file is not JSON: {error}")))?;
        let entries = parsed.get("files").and_then(Value::as_object);
        let entries = entries.ok_or_else(|| refuse("the parameter file has no `files`".into()))?;
        let mut files = BTreeMap::new();
        for (key, entry) in entries {
            let name = entry.get("name").and_then(Value::as_str);
            let name =
                name.ok_or_else(|| refuse(format!("`files.{}` has no `name`", shown(key))))?;
            let count = |what: &str| {
                let value = entry.get(what)?;
                let n = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
                n.filter(|&n| n <= 8).map(|n| n as usize)
            };
            let (n_index, n_header) = (count("nr_index_col"), count("nr_header"));
            let (Some(n_index), Some(n_header)) = (n_index, n_header) else {
                let key = shown(key);
                let what = format!("`files.{key}` does not say `nr_index_col` and `nr_header`");
                return Err(refuse(what));
            };
            files.insert(key.clone(), Matrices { name: name.into(), n_index, n_header });
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parameters = path.display().to_string();
        Ok(Self { path: folder.into(), parameters, files })
    }

    fn at(&self) -> Location {
        Location::file(&self.parameters)
    }

    fn n_index(&self, key: &str) -> usize {
        self.files.get(key).map_or(0, |entry| entry.n_index)
    }

    /// The path of an entry, if it stays inside the folder.
    fn inside(&self, key: &str, name: &str) -> Found<PathBuf> {
        let path = Path::new(name);
        let joined = self.path.join(path);
        let plain =
            path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let stays = || {
            let (folder, file) = (self.path.canonicalize(), joined.canonicalize());
            match (folder, file) {
                (Ok(folder), Ok(file)) => file.starts_with(folder),
                _ => true, // not there: told when it is opened
            }
        };
        if plain && stays() {
            return Ok(joined);
        }
        let what = format!("`files.{key}.name` is `{}`, which leaves the folder", shown(name));
        let help = "nothing outside the folder is read; name a file inside it";
        let at = self.at().field(format!("files.{key}.name"));
        Err(Box::new(Diagnostic::new("E0110", what).at(at).help(help)))
    }

    /// Reads a matrix, if the folder has it, and its name.
    fn matrix(
        &self,
        key: &str,
        content: Content,
        tables: &mut Tables,
        reading: &mut Reading<'_>,
    ) -> Found<Option<(String, Matrix)>> {
        let Some(entry) = self.files.get(key) else { return Ok(None) };
        let path = self.inside(key, &entry.name)?;
        let matrix =
            Matrix::new(entry.n_index, entry.n_header, content, NumberStyle::of(reading.policy));
        filled(&path, matrix, tables, reading).map(Some)
    }

    /// The parameter files of the folders inside, by name.
    fn extensions(&self) -> Found<Vec<PathBuf>> {
        let folders =
            listed(&self.path)?.filter(|entry| entry.file_type().is_ok_and(|t| t.is_dir()));
        let files =
            folders.map(|entry| entry.path().join(PARAMETERS)).filter(|path| path.is_file());
        let mut files: Vec<PathBuf> = files.collect();
        files.sort();
        Ok(files)
    }
}
