//! A folder as pymrio saves it: `file_parameters.json` names the matrices and how many rows of titles and columns of
//! labels each has; extensions are folders of the same sort inside.

use super::matrix::{Content, Matrix};
use super::read::{Reading, Tables, close, open};
use super::{Column, InputKind, InputRow, IoTable, Label, Places, RowRole, Sector, names};
use crate::assemble::File;
use crate::policy::{FileFormat, Policy};
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

type Found<T> = Result<T, Box<Diagnostic>>;

/// Reads a folder, named by itself or by its parameter file.
pub(super) fn read(path: &Path, reading: &mut Reading<'_>) -> Tables {
    let mut tables = Tables::default();
    let policy = Policy { format: FileFormat::Auto, ..reading.policy.clone() };
    let mut reading = Reading { policy: &policy, progress: reading.progress, found: reading.found };
    let parameters = if path.is_dir() { path.join(PARAMETERS) } else { path.to_owned() };
    if path.is_dir() && !parameters.is_file() {
        let what =
            format!("`{}` is a folder without `{PARAMETERS}`", shown(&path.display().to_string()));
        let help = "name the file of the table, or a folder that pymrio saved";
        let at = Location::file(path.display().to_string());
        tables.files.push(File::named(path, "table"));
        reading.found.push(Diagnostic::new("E0108", what).at(at).help(help));
        return tables;
    }
    if let Err(finding) = system(&parameters, &mut tables, &mut reading) {
        reading.found.push(*finding);
    }
    tables
}

fn system(path: &Path, tables: &mut Tables, reading: &mut Reading<'_>) -> Found<()> {
    let folder = Folder::open(path, tables, reading)?;
    let Some(z) = folder.matrix("Z", numbers(true), tables, reading)? else {
        let what = "the folder names no `Z`, the flows between sectors";
        let help =
            "save the system with its Z: in pymrio, `io.calc_all()` before `io.save_all(...)`";
        return Err(Box::new(Diagnostic::new("E0301", what).at(folder.at()).help(help)));
    };
    let (name, mut z) = z;
    let sellers = z.rows.iter().map(|(label, line)| Sector::new(label.clone(), *line));
    let buyers = z.columns().into_iter().zip(folder.n_index("Z") as u64 + 1..);
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
    for inside in folder.extensions()? {
        let folder = Folder::open(&inside, tables, reading)?;
        extension(&folder, &buyers, &mut table, tables, reading)?;
    }
    tables.parsed.push(table);
    Ok(())
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
    if let Some((name, mut f_y)) = folder.matrix("F_Y", numbers(false), tables, reading)? {
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

fn places(name: &str, matrix: &Matrix) -> Places {
    let (file, titles) = (name.to_owned(), matrix.titles());
    let has_lines = !name.ends_with(".parquet");
    Places { file, titles, has_lines, header: 1, ..Places::default() }
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
        let policy = reading.policy;
        let style =
            NumberStyle { decimal_comma: policy.decimal_comma, thousands: policy.thousands };
        let mut matrix = Matrix::new(entry.n_index, entry.n_header, content, style);
        let mut source = Source::open(&path, policy)?;
        let mut file = File::named(&path, "table");
        open(&mut source, &mut file, reading);
        let sheet = crate::reader::rows(&mut source, (policy, reading.progress), &mut matrix)?;
        (file.report.dialect, file.is_read) = (sheet.dialect, sheet.is_whole);
        for finding in sheet.found.iter().filter(|finding| finding.id() != "W0209") {
            reading.found.push(finding.clone()); // pymrio writes tabs whatever the name says
        }
        let (rows, ragged) = (matrix.rows.len() as u64, matrix.ragged.len() as u64);
        file.account(rows + ragged, 0);
        let closed = close(&source, &mut file);
        let name = file.name.clone();
        tables.files.push(file);
        closed?;
        for &(line, n) in &matrix.ragged {
            let what = format!("row has {n} fields, the header has {}", matrix.titles().len());
            let at = Location::file(&name).line(line);
            let help = "the file may have been cut off: save or fetch it again";
            reading.found.push(Diagnostic::new("E0205", what).at(at).help(help));
        }
        Ok(Some((name, matrix)))
    }

    /// The parameter files of the folders inside, by name.
    fn extensions(&self) -> Found<Vec<PathBuf>> {
        let listed = std::fs::read_dir(&self.path).map_err(|error| {
            let what = format!("the folder cannot be listed: {error}");
            let at = Location::file(self.path.display().to_string());
            let help = "`chmod u+rx` it, or copy it to where you may read";
            Box::new(Diagnostic::new("E0102", what).at(at).help(help))
        })?;
        let folders = listed.flatten().filter(|entry| entry.file_type().is_ok_and(|t| t.is_dir()));
        let files =
            folders.map(|entry| entry.path().join(PARAMETERS)).filter(|path| path.is_file());
        let mut files: Vec<PathBuf> = files.collect();
        files.sort();
        Ok(files)
    }
}
