//! A folder as pymrio loads it: flows, final demand, output, units, and the rows below the sectors as extensions.

use super::cells::number;
use super::{Export, Exporter, ExporterSpec, pass_on};
use palenque_graph::accounts::Accounts;
use palenque_graph::{Diagnostic, NodeIndex, Satellite, SupplyGraph};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes folders for pymrio.
pub(super) struct Pymrio;

/// From so many sectors on the full matrix is no longer written: it would be a file of gigabytes.
const MOST_SECTORS: usize = 20_000;

/// The files, and the folder inside of each extension.
const PARTS: &[(&str, &str)] = &[
    ("Z", "txt"),
    ("Y", "txt"),
    ("x", "txt"),
    ("unit", "txt"),
    ("file_parameters", "json"),
    ("factor_inputs/F", "txt"),
    ("factor_inputs/unit", "txt"),
    ("factor_inputs/file_parameters", "json"),
    ("satellites/F", "txt"),
    ("satellites/F_Y", "txt"),
    ("satellites/unit", "txt"),
    ("satellites/file_parameters", "json"),
];

impl Exporter for Pymrio {
    fn spec(&self) -> &'static ExporterSpec {
        &ExporterSpec {
            name: "pymrio",
            parts: PARTS,
            doc: "a folder that pymrio loads: Z, Y, x, units, and rows below the sectors as extensions",
        }
    }

    fn is_folder(&self) -> bool {
        true
    }

    fn has_part(&self, network: &Export<'_>, part: usize) -> bool {
        match PARTS[part].0.split_once('/') {
            Some(("satellites", _)) => !network.graph.satellites().iter().all(is_part),
            _ => true,
        }
    }

    fn check(&self, network: &Export<'_>) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        let n = network.graph.n_nodes();
        if n <= MOST_SECTORS {
            return Ok(Vec::new());
        }
        let what = format!("pymrio's `Z` is a full matrix, and {n} nodes make {n} × {n} cells");
        let help = "aggregate first, or write one of the formats that list edges: `palenque list exporters`";
        Err(Box::new(Diagnostic::new("E0711", what).help(help)))
    }

    fn write(&self, network: &Export<'_>, part: usize, out: &mut dyn Write) -> io::Result<()> {
        let table = Table::of(network.graph);
        match PARTS[part].0 {
            "Z" => table.flows(out),
            "Y" => table.final_demand(out),
            "x" => table.output(out),
            "unit" => table.units(out),
            "file_parameters" => {
                parameters(&["Z", "Y", "x", "unit"], table.levels, table.levels, "IOSystem", out)
            }
            "factor_inputs/F" => table.rows("inputtype", &table.factor_inputs(), out),
            "satellites/F" => table.rows("stressor", &table.of_satellites(), out),
            "satellites/F_Y" => table.by_final_users(out),
            "factor_inputs/unit" => {
                let unit = network.graph.unit().unwrap_or_default();
                let rows = table.factor_inputs().into_iter().map(|(name, _)| (name, unit));
                units("inputtype", rows, out)
            }
            "satellites/unit" => {
                let rows = table.satellites.iter();
                let rows = rows.map(|row| (row.name().to_owned(), row.unit().unwrap_or_default()));
                units("stressor", rows, out)
            }
            "factor_inputs/file_parameters" => {
                parameters(&["F", "unit"], 1, table.levels, "Extension", out)
            }
            _ => parameters(&["F", "F_Y", "unit"], 1, table.levels, "Extension", out),
        }
    }
}

/// Whether a row is a part of value added to whoever reads the folder.
fn is_part(row: &Satellite) -> bool {
    row.name().to_lowercase().starts_with("va_")
}

/// A network as a table.
struct Table<'a> {
    graph: &'a SupplyGraph,
    /// Two where ids are `region.sector`, else one.
    levels: usize,
    /// Rows in units of their own.
    satellites: Vec<&'a Satellite>,
    /// Rows that add up to value added.
    parts: Vec<&'a Satellite>,
}

impl<'a> Table<'a> {
    fn of(graph: &'a SupplyGraph) -> Self {
        let column = |name| graph.nodes().text(name);
        let is_regional = match (column("region"), column("sector")) {
            (Some(regions), Some(sectors)) => (0..graph.n_nodes()).all(|node| {
                let id = graph.node_id(NodeIndex::new(node));
                match (regions.get(node), sectors.get(node)) {
                    (Some(region), Some(sector)) => {
                        id.strip_prefix(region) == Some(&format!(".{sector}"))
                    }
                    _ => false,
                }
            }),
            _ => false,
        };
        // Rows called `va_…` are parts of value added to whoever reads the folder; where they are the whole of it, the sum is
        // left out, so that it is not counted twice.
        let (parts, satellites): (Vec<&Satellite>, Vec<&Satellite>) =
            graph.satellites().iter().partition(|row| is_part(row));
        Self { graph, levels: if is_regional { 2 } else { 1 }, satellites, parts }
    }

    /// The label of a node, its levels parted by tabs.
    fn label(&self, node: usize) -> String {
        let text = |name| self.graph.nodes().text(name).and_then(|column| column.get(node));
        match (self.levels, text("region"), text("sector")) {
            (2, Some(region), Some(sector)) => format!("{}\t{}", plain(region), plain(sector)),
            _ => plain(self.graph.node_id(NodeIndex::new(node))),
        }
    }

    /// The rows of titles of a matrix whose columns are sectors, and the names of its columns of labels.
    fn header(&self, index: &[&str]) -> String {
        let labels: Vec<String> = (0..self.graph.n_nodes()).map(|node| self.label(node)).collect();
        let titles: &[&str] = if self.levels == 2 { &["region", "sector"] } else { &["sector"] };
        header(titles, index, &labels)
    }

    fn index(&self) -> &'static [&'static str] {
        if self.levels == 2 { &["region", "sector"] } else { &["sector"] }
    }

    fn flows(&self, out: &mut dyn Write) -> io::Result<()> {
        let (graph, n) = (self.graph, self.graph.n_nodes());
        let mut text = self.header(self.index());
        let mut row = vec![0.0; n];
        for node in 0..n {
            let range = graph.out_range(node);
            row.fill(0.0);
            for (&buyer, &flow) in graph.targets()[range.clone()].iter().zip(&graph.flows()[range])
            {
                row[buyer as usize] = flow;
            }
            line(&mut text, &self.label(node), row.iter().copied());
            pass_on(&mut text, out)?;
        }
        out.write_all(text.as_bytes())
    }

    fn final_demand(&self, out: &mut dyn Write) -> io::Result<()> {
        let demand = self.graph.final_demand();
        let mut text = self.header_of_users(self.index());
        let accounts = Accounts::of(self.graph);
        for node in 0..self.graph.n_nodes() {
            let one = [accounts.final_demand[node]];
            let values = demand.map_or(&one[..], |demand| demand.row(node));
            line(&mut text, &self.label(node), values.iter().copied());
            pass_on(&mut text, out)?;
        }
        out.write_all(text.as_bytes())
    }

    /// The categories of final demand; one where the network says none.
    fn categories(&self) -> Vec<String> {
        let demand = self.graph.final_demand();
        demand.map_or_else(
            || vec!["final_demand".into()],
            |demand| demand.categories().map(plain).collect(),
        )
    }

    /// The rows of titles of a matrix whose columns are final users.
    fn header_of_users(&self, index: &[&str]) -> String {
        let categories = self.categories();
        if self.levels == 2 {
            header(&["region", "category"], index, &self.users(&categories))
        } else {
            header(&["category"], index, &categories)
        }
    }

    /// The categories of final demand with the region of their users.
    fn users(&self, categories: &[String]) -> Vec<String> {
        let of = |(at, category): (usize, &String)| {
            let region = self.graph.final_demand().and_then(|demand| demand.region(at));
            let region = region.map_or_else(|| "all".into(), plain);
            let name = category.strip_prefix(&format!("{region}.")).unwrap_or(category);
            format!("{region}\t{name}")
        };
        categories.iter().enumerate().map(of).collect()
    }

    fn output(&self, out: &mut dyn Write) -> io::Result<()> {
        let accounts = Accounts::of(self.graph);
        let mut text = format!("{}\tindout\n", self.index().join("\t"));
        for (node, &x) in accounts.output.iter().enumerate() {
            line(&mut text, &self.label(node), [x]);
            pass_on(&mut text, out)?;
        }
        out.write_all(text.as_bytes())
    }

    fn units(&self, out: &mut dyn Write) -> io::Result<()> {
        let own = self.graph.nodes().text("unit");
        let mut text = format!("{}\tunit\n", self.index().join("\t"));
        for node in 0..self.graph.n_nodes() {
            let unit = own.and_then(|column| column.get(node)).or(self.graph.unit());
            let _ = writeln!(text, "{}\t{}", self.label(node), plain(unit.unwrap_or_default()));
            pass_on(&mut text, out)?;
        }
        out.write_all(text.as_bytes())
    }

    /// Value added, or its parts where they add up to it, and imported inputs where there are some.
    fn factor_inputs(&self) -> Vec<(String, Vec<f64>)> {
        let accounts = Accounts::of(self.graph);
        let part = |row: &&Satellite| (plain(row.name()), row.amounts().to_vec());
        let mut rows: Vec<(String, Vec<f64>)> = self.parts.iter().map(part).collect();
        let is_whole = !rows.is_empty()
            && accounts.value_added.iter().enumerate().all(|(node, &v)| {
                let sum: f64 = rows.iter().map(|(_, values)| values[node]).sum();
                (sum - v).abs() <= 1e-6 * v.abs().max(1e-300)
            });
        if !is_whole {
            rows = vec![("value_added".into(), accounts.value_added)];
        }
        if accounts.imports.iter().any(|&x| x != 0.0) {
            rows.push(("imports".into(), accounts.imports));
        }
        rows
    }

    fn of_satellites(&self) -> Vec<(String, Vec<f64>)> {
        self.satellites.iter().map(|row| (plain(row.name()), row.amounts().to_vec())).collect()
    }

    fn rows(
        &self,
        title: &str,
        rows: &[(String, Vec<f64>)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut text = self.header(&[title]);
        for (name, values) in rows {
            line(&mut text, name, values.iter().copied());
            pass_on(&mut text, out)?;
        }
        out.write_all(text.as_bytes())
    }

    fn by_final_users(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut text = self.header_of_users(&["stressor"]);
        let none = vec![0.0; self.categories().len()];
        for row in &self.satellites {
            let values = row.by_final_users().unwrap_or(&none);
            line(&mut text, &plain(row.name()), values.iter().copied());
        }
        out.write_all(text.as_bytes())
    }
}

/// Rows of titles, each with its name first, and a row with the names of the columns of labels.
fn header(titles: &[&str], index: &[&str], labels: &[String]) -> String {
    let mut text = String::new();
    let blanks = "\t".repeat(index.len() - 1);
    for (level, title) in titles.iter().enumerate() {
        text.push_str(title);
        text.push_str(&blanks);
        for label in labels {
            text.push('\t');
            text.push_str(label.split('\t').nth(level).unwrap_or_default());
        }
        text.push('\n');
    }
    // With one row of titles and one column of labels, the title stands for both.
    if titles.len() == 1 && index.len() == 1 {
        return text.replacen(titles[0], index[0], 1);
    }
    text.push_str(&index.join("\t"));
    text.push_str(&"\t".repeat(labels.len()));
    text.push('\n');
    text
}

fn line(text: &mut String, label: &str, values: impl IntoIterator<Item = f64>) {
    text.push_str(label);
    for value in values {
        text.push('\t');
        if value == 0.0 { text.push('0') } else { text.push_str(&number(value)) }
    }
    text.push('\n');
}

/// A label in one field of a file without quotes.
fn plain(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ").replace('"', "'")
}

fn units<'u>(
    title: &str,
    rows: impl Iterator<Item = (String, &'u str)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = format!("{title}\tunit\n");
    for (name, unit) in rows {
        let _ = writeln!(text, "{}\t{}", plain(&name), plain(unit));
    }
    out.write_all(text.as_bytes())
}

/// What `file_parameters.json` says: the files, their columns of labels and their rows of titles.
fn parameters(
    names: &[&str],
    index: usize,
    header: usize,
    kind: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let entry = |name: &&str| {
        let header = if matches!(*name, "unit" | "x") { 1 } else { header };
        format!(
            "    \"{name}\": {{\"name\": \"{name}.txt\", \"nr_index_col\": \"{index}\", \"nr_header\": \"{header}\"}}"
        )
    };
    let files: Vec<String> = names.iter().map(entry).collect();
    let name = if kind == "Extension" { ",\n  \"name\": \"rows below the sectors\"" } else { "" };
    writeln!(
        out,
        "{{\n  \"systemtype\": \"{kind}\"{name},\n  \"files\": {{\n{}\n  }}\n}}",
        files.join(",\n")
    )
}
