//! What a pipeline made, into a folder, a file, or onto standard output.

use super::{Base, Figure, Products};
use crate::config::check::table_stem;
use crate::config::{FigureFormat, Layout, Pipeline, resolved};
use crate::diagnostics::Outcome;
use crate::output::folder::Opening;
use crate::output::provenance::{Log, Record};
use crate::output::{
    AtomicFile, Folder, OutputFolder, Place, Summary, readme, recorded, refuse_input, relative,
    shown,
};
use crate::session::Session;
use palenque_frame::{CsvStyle, FrameError, Resource, TableFormat, datapackage, write_table};
use palenque_graph::table::{Column, ColumnSpec, Kind, Unit, Values};
use palenque_graph::{Diagnostic, Location, Progress, Table, TableId};
use palenque_ingest::FileReport;
use palenque_report::ReportError;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where results go, opened before anything is computed.
pub(crate) enum Destination {
    /// A folder.
    Folder(Box<OutputFolder>),
    /// One file, with the plotted data beside a figure.
    File(Folder, String),
    /// Standard output.
    Stdout,
}

/// What is known about a run besides its pipeline.
pub(crate) struct Ending<'a> {
    /// What was typed, without what varies.
    pub(crate) command: Vec<String>,
    /// Name and hash of the configuration file.
    pub(crate) config: Option<(String, String)>,
    /// The base.
    pub(crate) base: &'a Base,
}

/// Endings of files: a folder is hardly meant to have one.
const FILES: &[&str] = &[
    "pdf", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "eps", "bmp", "svg", "png", "xlsx", "xls",
    "html", "txt", "tsv", "csv", "parquet", "arrow", "json", "gz", "zip",
];

impl Destination {
    /// Opens a folder.
    pub(crate) fn folder(session: &mut Session, path: &Path, opening: Opening) -> Outcome<Self> {
        let mut folder = OutputFolder::open(path, opening, &session.progress)?;
        session.found.extend(std::mem::take(&mut folder.found));
        Ok(Self::Folder(Box::new(folder)))
    }

    /// Opens what `--out` names: `-` or nothing is standard output, a name with one of these extensions a file,
    /// any other a folder.
    pub(crate) fn of(
        session: &mut Session,
        out: Option<&Path>,
        extensions: &[&str],
        opening: Opening,
        inputs: &[PathBuf],
    ) -> Outcome<Self> {
        let Some(out) = out.filter(|out| *out != Path::new("-")) else { return Ok(Self::Stdout) };
        let extension = out.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if out.is_dir() || !extensions.contains(&extension) {
            if !out.is_dir() && FILES.contains(&extension.to_ascii_lowercase().as_str()) {
                let known: Vec<String> = extensions.iter().map(|e| format!(".{e}")).collect();
                let what = format!("`.{extension}` is not written here");
                return Err(Diagnostic::new("E0702", what)
                    .help(format!("name a file that ends with {}, or a folder", known.join(", ")))
                    .into());
            }
            return Self::folder(session, out, opening);
        }
        let folder = Folder::open(out.parent().unwrap_or(Path::new("")))?;
        let name = out.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        // A figure has its data beside it.
        let data = Path::new(&name).with_extension("csv");
        let beside = FigureFormat::names().contains(&extension).then_some(data);
        for file in std::iter::once(PathBuf::from(&name)).chain(beside) {
            refuse_input(&folder.path().join(&file), &shown(&file), inputs)?;
        }
        drop(AtomicFile::create(&folder, &name)?); // can it be written at all?
        Ok(Self::File(folder, name))
    }
}

/// Where a figure lies in the output folder, without its extension.
pub(crate) fn figure_stem(layout: Layout, id: &str) -> String {
    match layout {
        Layout::Folders => format!("figures/{id}"),
        Layout::Flat => id.to_owned(),
    }
}

/// Writes everything into an output folder.
pub(crate) fn save(
    session: &mut Session,
    pipeline: &Pipeline,
    products: &Products,
    mut folder: OutputFolder,
    ending: &Ending<'_>,
) -> Outcome<Summary> {
    let start = Instant::now();
    session.progress.begin("write", 0);
    warn_of_formulas(session, pipeline, products);
    folder.protect(super::real_inputs(pipeline, ending.base));
    let output = &pipeline.output;
    let mut resources: Vec<(String, Table)> = Vec::new();
    let mut readme = readme::Readme::default();
    let steps = products.steps.join(",");
    for level in &products.levels {
        for table in &level.tables {
            let stem = table_stem(output.layout, level.by.as_deref(), table.id());
            for (i, &format) in output.formats.iter().enumerate() {
                let path = format!("{stem}.{format}");
                folder.write_table(&path, &steps, table, format, output.csv)?;
                if i == 0 {
                    resources.push((path.clone(), table.clone()));
                }
                readme.add(&path, table.id().meaning());
            }
            let json = table.id() == TableId::NetworkSummary
                && output.layout == Layout::Folders
                && !output.formats.contains(&TableFormat::Json);
            if json {
                let path = format!("{stem}.json");
                folder.write_table(&path, &steps, table, TableFormat::Json, output.csv)?;
                readme.add(&path, table.id().meaning());
            }
            session.stopped()?;
        }
    }
    for (step, to, table) in &products.own {
        let format = super::format_of(to).unwrap_or_default();
        folder.write_table(to, step, table, format, output.csv)?;
        resources.push((to.clone(), table.clone()));
        readme.add(to, table.id().meaning());
    }
    let mut alts: BTreeMap<&str, Value> = BTreeMap::new();
    let mut pngs = rendered(&products.figures, pipeline, session.threads).into_iter();
    for figure in &products.figures {
        let png = pngs.next().transpose()?;
        let files = save_figure(&mut folder, pipeline, figure, png.as_deref())?;
        alts.insert(
            &figure.id,
            json!({
                "title": figure.drawing.title,
                "alt": figure.drawing.alt,
                "files": files,
            }),
        );
        readme.add_all(&files, &figure.drawing.title);
        session.stopped()?;
    }
    for (step, file, html) in &products.pages {
        folder.write_text(file, step, html)?;
        readme.add(file, "Everything on one page; needs no network and no script.");
    }
    if output.layout == Layout::Folders {
        if !alts.is_empty() {
            let text = crate::output::provenance::text(&json!(alts));
            folder.write_text("figures/figures.json", "", &text)?;
            readme
                .add("figures/figures.json", "Titles of the figures, and what they show in words.");
        }
        let findings = findings(session, pipeline, products, ending.base);
        let path = "tables/diagnostics.csv";
        folder.write_table(path, "", &findings, TableFormat::Csv, CsvStyle::default())?;
        resources.push((path.to_owned(), findings));
        readme.add(path, TableId::Diagnostics.meaning());
        let resources: Vec<Resource<'_>> =
            resources.iter().map(|(path, table)| Resource { table, path }).collect();
        let package = datapackage(&package_name(&output.dir), &resources, products.unit());
        folder.write_text("datapackage.json", "", &package)?;
        readme.add("datapackage.json", "Type, unit and meaning of every column.");
        folder.write_text("README.txt", "", &readme.text())?;
    }
    session.stopped()?;
    session.took("write", start);
    let record = record(session, pipeline, products, &folder, ending);
    let log = Log {
        parts: session.parts.clone(),
        threads: session.threads,
        seconds: session.progress.elapsed().as_secs_f64(),
        executable: ending.config.as_ref().and_then(|_| recorded::executable()),
    };
    folder.place(&record, &log.json())
}

/// What `run.json` says.
fn record(
    session: &Session,
    pipeline: &Pipeline,
    products: &Products,
    folder: &OutputFolder,
    ending: &Ending<'_>,
) -> Value {
    let recorded = |files: &[FileReport]| -> Vec<FileReport> {
        let file = |file: &FileReport| FileReport {
            path: ending.base.recorded(&file.path),
            ..file.clone()
        };
        files.iter().map(file).collect()
    };
    let base = relative(&ending.base.absolute(), folder.path());
    let record = Record {
        command: ending.command.clone(),
        base: shown(&base),
        config: ending.config.clone(),
        resolved: resolved(pipeline),
        inputs: &recorded(&products.files),
        sides: &recorded(&products.sides),
        unit: products.unit(),
        found: &session.found,
        accepted: &session.accepted,
        left_out: &products.left_out,
        methods: &products.methods,
    };
    record.json(folder.files())
}

pub(crate) fn is(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|e| e == extension)
}

fn package_name(dir: &Path) -> String {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "palenque".into())
}

fn save_figure(
    folder: &mut OutputFolder,
    pipeline: &Pipeline,
    figure: &Figure,
    png: Option<&[u8]>,
) -> Outcome<Vec<String>> {
    let stem = figure_stem(pipeline.output.layout, &figure.id);
    let mut files = Vec::new();
    for format in &pipeline.output.figures {
        let path = format!("{stem}.{}", format.extension());
        match format {
            FigureFormat::Svg => folder.write_text(&path, &figure.id, &figure.drawing.svg)?,
            FigureFormat::Pdf => {
                let pdf = told(palenque_report::pdf(&figure.drawing.svg), figure)?;
                folder.write(&path, &figure.id, None, |file| Ok(file.write_all(&pdf)?))?;
            }
            FigureFormat::Png => {
                let png = png.expect("rendered, as it was asked for");
                folder.write(&path, &figure.id, None, |file| Ok(file.write_all(png)?))?;
            }
        }
        files.push(path);
    }
    let path = format!("{stem}.csv");
    folder.write_text(&path, &figure.id, &figure.drawing.csv)?;
    files.push(path);
    if let Some(vega_lite) = &figure.drawing.vega_lite {
        let path = format!("{stem}.vl.json");
        folder.write_text(&path, &figure.id, vega_lite)?;
        files.push(path);
    }
    Ok(files)
}

/// The pixels of all figures, where they are asked for, on as many threads as there are: they take longer than all else.
fn rendered(figures: &[Figure], pipeline: &Pipeline, threads: usize) -> Vec<Outcome<Vec<u8>>> {
    if !pipeline.output.figures.contains(&FigureFormat::Png) {
        return Vec::new();
    }
    let dpi = f64::from(pipeline.output.dpi);
    let available = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if threads == 0 { available() } else { threads };
    let drawn = |figure: &Figure| palenque_report::png(&figure.drawing.svg, dpi);
    // Every so many figures to a thread, since neighbours tend to be alike.
    let found: Vec<Vec<Result<Vec<u8>, ReportError>>> = std::thread::scope(|scope| {
        let share = |first: usize| figures.iter().skip(first).step_by(threads).map(drawn).collect();
        let handles: Vec<_> = (0..threads).map(|k| scope.spawn(move || share(k))).collect();
        handles.into_iter().map(|handle| handle.join().expect("rendering does not panic")).collect()
    });
    let mut found: Vec<_> = found.into_iter().map(Vec::into_iter).collect();
    let next = |k: usize| found[k % threads].next().expect("one a figure");
    let in_order: Vec<Result<Vec<u8>, ReportError>> = (0..figures.len()).map(next).collect();
    in_order.into_iter().zip(figures).map(|(png, figure)| told(png, figure)).collect()
}

fn png(figure: &Figure, dpi: u32) -> Outcome<Vec<u8>> {
    told(palenque_report::png(&figure.drawing.svg, f64::from(dpi)), figure)
}

fn told(png: Result<Vec<u8>, ReportError>, figure: &Figure) -> Outcome<Vec<u8>> {
    png.map_err(|error: ReportError| {
        Diagnostic::new("E0711", format!("figure `{}`: {error}", figure.id))
            .help("choose fewer dots with `--dpi` or a smaller preset")
            .into()
    })
}

/// Writes one table to a file.
pub(crate) fn save_table(
    folder: &Folder,
    name: &str,
    table: &Table,
    style: CsvStyle,
) -> Outcome<()> {
    let format = super::format_of(name).unwrap_or_default();
    save_one(folder, name, |file| write_table(table, format, style, file))
}

/// Writes a figure to a file, and the plotted data beside it.
pub(crate) fn save_drawing(
    folder: &Folder,
    name: &str,
    figure: &Figure,
    dpi: u32,
) -> Outcome<Vec<String>> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let data = format!("{stem}.csv");
    let rendered = match () {
        () if is(name, "png") => Some(png(figure, dpi)?),
        () if is(name, "pdf") => Some(told(palenque_report::pdf(&figure.drawing.svg), figure)?),
        () => None,
    };
    let bytes = rendered.as_deref().unwrap_or(figure.drawing.svg.as_bytes());
    save_one(folder, name, |file| Ok(file.write_all(bytes)?))?;
    save_one(folder, &data, |file| Ok(file.write_all(figure.drawing.csv.as_bytes())?))?;
    let mut files = vec![name.to_owned(), data];
    if let Some(vega_lite) = &figure.drawing.vega_lite {
        let document = format!("{stem}.vl.json");
        save_one(folder, &document, |file| Ok(file.write_all(vega_lite.as_bytes())?))?;
        files.push(document);
    }
    Ok(files)
}

/// Writes one file.
pub(crate) fn save_one(
    folder: &Folder,
    name: &str,
    write: impl FnOnce(&mut AtomicFile) -> Result<(), FrameError>,
) -> Outcome<()> {
    let mut file = AtomicFile::create(folder, name)?;
    if let Err(error) = write(&mut file) {
        let found = match crate::output::table_refused(name, error) {
            Ok(error) => file.refused(&error),
            Err(found) => found,
        };
        return Err(found.into());
    }
    place_all(folder, vec![file.finish()?])
}

/// Puts finished files of one folder into their places, once all of them are whole.
pub(crate) fn place_all(folder: &Folder, places: Vec<Place>) -> Outcome<()> {
    for place in places {
        place.place(false)?;
    }
    folder.sync().map_err(|e| crate::output::refused(&folder.shown, &e, 0, None).into())
}

/// A finding with its file named as the record names it, so that it reads the same from everywhere.
pub(crate) fn recorded(found: &Diagnostic, pipeline: &Pipeline, base: &Base) -> Diagnostic {
    let Some(at) = found.location() else { return found.clone() };
    let mut paths = pipeline.paths().map(|path| base.join(path));
    let Some(path) = paths.find(|path| path.to_string_lossy() == at.file) else {
        return found.clone();
    };
    let at = Location { file: shown(&base.recorded(&path)), ..at.clone() };
    found.clone().at(at)
}

static CHECK: ColumnSpec = text_column("check", "What was counted, or the code of a finding.");
static COUNT: ColumnSpec =
    ColumnSpec { name: "value", kind: Kind::I64, unit: Unit::Count, meaning: "How many." };
static SEVERITY: ColumnSpec = text_column("severity", "info, warn or error.");
static DETAIL: ColumnSpec = text_column("detail", "Where it is and what it says.");

const fn text_column(name: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind: Kind::Text, unit: Unit::None, meaning }
}

/// A row of `diagnostics.csv`: check, value, severity, detail.
type Row = (String, u64, &'static str, String);

/// What became of the rows, and every finding.
fn findings(session: &Session, pipeline: &Pipeline, products: &Products, base: &Base) -> Table {
    let mut rows: Vec<Row> = Vec::new();
    for file in products.inputs() {
        let path = shown(&base.recorded(&file.path));
        let role = &file.role;
        rows.push((format!("{role}_rows"), file.rows, "info", path.clone()));
        rows.push((format!("{role}_used"), file.used, "info", path.clone()));
        rows.push((format!("{role}_merged"), file.merged, "info", path.clone()));
        for (why, &n) in &file.dropped {
            rows.push((format!("{role}_dropped"), n, "info", format!("{path}: {why}")));
        }
    }
    let mut kept: BTreeMap<&str, u64> = BTreeMap::new();
    for found in session.found.iter() {
        let severity = match found.severity() {
            palenque_graph::Severity::Error => "error",
            palenque_graph::Severity::Warning => "warn",
            palenque_graph::Severity::Info => "info",
        };
        let found = recorded(found, pipeline, base);
        let place = found.location().map_or_else(String::new, |at| format!("{at}: "));
        rows.push((found.id().into(), 1, severity, format!("{place}{}", found.what())));
        *kept.entry(found.id()).or_default() += 1;
    }
    for (id, &count) in session.found.counts() {
        let more = count.saturating_sub(kept.get(id).copied().unwrap_or(0));
        if more > 0 {
            rows.push(((*id).into(), more, "warn", "counted in the finding above".into()));
        }
    }
    let text = |f: &dyn Fn(&Row) -> String| {
        Values::Text(rows.iter().map(|row| Some(f(row).into())).collect())
    };
    let counts = rows.iter().map(|row| i64::try_from(row.1).ok());
    let columns = vec![
        Column::new(&CHECK, text(&|row| row.0.clone())),
        Column::new(&COUNT, Values::I64(counts.collect())),
        Column::new(&SEVERITY, text(&|row| row.2.to_owned())),
        Column::new(&DETAIL, text(&|row| row.3.clone())),
    ];
    Table::new(TableId::Diagnostics, columns)
}

/// Says once that ids look like formulas, where CSV files are written as they are.
pub(crate) fn warn_of_formulas(session: &mut Session, pipeline: &Pipeline, products: &Products) {
    let csv = pipeline.output.formats.contains(&TableFormat::Csv);
    if !csv || pipeline.output.csv.spreadsheet_safe || session.found.counts().contains_key("W0801")
    {
        return;
    }
    let Some(level) = products.levels.first() else { return };
    let mut formulas = level.panel.last().ids().iter().filter(|id| is_formula(id));
    let Some(first) = formulas.next() else { return };
    let count = 1 + formulas.count();
    let id = palenque_graph::diagnostic::shown(first);
    let file = products.files.first();
    let mut at = file.map_or_else(Location::default, |file| Location::file(shown(&file.path)));
    at.line = file.and_then(|file| line_of(&file.path, first));
    let what = format!("{count} ids look like formulas to a spreadsheet, the first is `{id}`");
    let found = Diagnostic::new("W0801", what)
        .at(at)
        .note("CSV files hold them as they are; HTML and SVG are not affected")
        .help("`--spreadsheet-safe` puts an apostrophe before them");
    session.found.push_counted(found, count as u64);
}

/// Whether a spreadsheet would take an id for a formula.
pub(crate) fn is_formula(id: &str) -> bool {
    id.starts_with(['=', '+', '-', '@', '\t', '\r']) && id.parse::<f64>().is_err()
}

/// The line of a plain text file on which an id first stands, if it is found easily.
fn line_of(path: &Path, id: &str) -> Option<u64> {
    use std::io::{BufRead, BufReader, Read};
    let file = std::fs::File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let lines = BufReader::new(file.take(1 << 26)).split(b'\n');
    let plain = id.as_bytes();
    let quoted = id.replace('"', "\"\"");
    let holds = |line: &[u8]| {
        let any = |needle: &[u8]| line.windows(needle.len().max(1)).any(|w| w == needle);
        any(plain) || any(quoted.as_bytes())
    };
    let at = lines.map_while(Result::ok).position(|line| holds(&line))?;
    Some(at as u64 + 1)
}
