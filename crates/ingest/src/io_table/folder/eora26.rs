//! An unpacked folder of Eora26: matrices of bare numbers (`…_T.txt`, `…_FD.txt`, `…_VA.txt`, `…_Q.txt`,
//! `…_QY.txt`) and the labels of their rows and columns (`labels_T.txt`, …), all of it separated by tabs.
//!
//! A label of flows is country, code, `Industries`, sector; of final demand the same with its category; of value
//! added and of the satellite rows, name and sort.

use super::{Found, Reading, Tables, bare, columns, dense, ending, input_row, list, places};
use crate::io_table::{InputKind, InputRow, IoTable, Label, Sector, names};
use crate::policy::Policy;
use std::path::{Path, PathBuf};

/// How the one sector of the rest of the world is called: it holds what the countries do not account for.
const DISCREPANCY: &str = "statistical_discrepancy";

/// The files of such a folder.
pub(super) struct Folder {
    labels: [PathBuf; 4],
    flows: PathBuf,
    demand: Option<PathBuf>,
    added: Option<PathBuf>,
    satellites: Option<PathBuf>,
    by_final_users: Option<PathBuf>,
}

impl Folder {
    /// The folder, if the names of its files say that it is one.
    pub(super) fn among(path: &Path, names: &[String]) -> Option<Self> {
        let labels = ["T", "FD", "VA", "Q"].map(|part| format!("labels_{part}.txt"));
        if !names.contains(&labels[0]) {
            return None;
        }
        let file = |part: &str| {
            let end = format!("_{part}.txt");
            ending(path, names, |name| name.ends_with(&end) && !name.starts_with("labels"))
        };
        Some(Self {
            labels: labels.map(|name| path.join(name)),
            flows: file("T")?,
            demand: file("FD"),
            added: file("VA"),
            satellites: file("Q"),
            by_final_users: file("QY"),
        })
    }

    /// Reads it.
    pub(super) fn read(&self, tables: &mut Tables, reading: &mut Reading<'_>) -> Found<()> {
        let tabs = Policy { delimiter: Some(b'\t'), ..reading.policy.clone() };
        let reading =
            &mut Reading { policy: &tabs, progress: reading.progress, found: reading.found };
        let sectors = list(&self.labels[0], tables, reading)?;
        let sectors: Vec<Label> = sectors.iter().map(|row| regional(row)).collect();
        let (name, mut flows) = bare(&self.flows, (&sectors, &sectors), true, tables, reading)?;
        let sides = || sectors.iter().zip(1..).map(|(label, at)| Sector::new(label.clone(), at));
        let mut table = IoTable {
            sellers: sides().collect(),
            buyers: sides().collect(),
            flows: flows.cells(),
            odd: std::mem::take(&mut flows.odd),
            ragged: std::mem::take(&mut flows.ragged),
            layout: "eora26",
            rows: flows.rows.len() as u64,
            places: places(&name, &flows),
            ..IoTable::default()
        };
        let mut users = Vec::new();
        if let Some(path) = &self.demand {
            let rows = list(&self.labels[1], tables, reading)?;
            users = rows.iter().map(|row| regional(row)).collect();
            let (name, mut demand) = bare(path, (&sectors, &users), false, tables, reading)?;
            table.demand = columns(&users, &demand.cells(), sectors.len());
            table.beside.push((places(&name, &demand), std::mem::take(&mut demand.odd)));
        }
        if let Some(path) = &self.added {
            let rows = list(&self.labels[2], tables, reading)?;
            let labels: Vec<Label> = rows.iter().map(|row| Label::plain(last(row))).collect();
            let (name, mut added) = bare(path, (&labels, &sectors), false, tables, reading)?;
            let cells = added.cells();
            let row = |(nth, label): (usize, &Label)| {
                input_row(
                    &label.name,
                    InputKind::ValueAdded,
                    None,
                    dense(cells.row(nth), sectors.len()),
                )
            };
            table.inputs.extend(labels.iter().enumerate().map(row));
            table.beside.push((places(&name, &added), std::mem::take(&mut added.odd)));
        }
        if let Some(path) = &self.satellites {
            let rows = list(&self.labels[3], tables, reading)?;
            let named: Vec<(Label, Option<String>)> =
                rows.iter().map(|row| stressor(row)).collect();
            let labels: Vec<Label> = named.iter().map(|(label, _)| label.clone()).collect();
            let (name, mut matrix) = bare(path, (&labels, &sectors), false, tables, reading)?;
            let cells = matrix.cells();
            let row = |(nth, (label, unit)): (usize, &(Label, Option<String>))| {
                let values = dense(cells.row(nth), sectors.len());
                input_row(&label.name, InputKind::Satellite, unit.as_deref(), values)
            };
            let mut inputs: Vec<InputRow> = named.iter().enumerate().map(row).collect();
            table.beside.push((places(&name, &matrix), std::mem::take(&mut matrix.odd)));
            if let Some(path) = self.by_final_users.as_ref().filter(|_| !users.is_empty()) {
                let (name, mut matrix) = bare(path, (&labels, &users), false, tables, reading)?;
                let cells = matrix.cells();
                for (nth, input) in inputs.iter_mut().enumerate() {
                    input.by_final_users = dense(cells.row(nth), users.len());
                }
                table.beside.push((places(&name, &matrix), std::mem::take(&mut matrix.odd)));
            }
            table.inputs.extend(inputs);
        }
        tables.parsed.push(table);
        Ok(())
    }
}

/// Country, code, sort and name; a short row keeps its last word.
fn regional(row: &[String]) -> Label {
    let region = row.get(1).map_or("", String::as_str);
    let name = row.get(3).map_or_else(|| last(row), String::as_str);
    if names::is_total(name) {
        return Label::regional(region, DISCREPANCY);
    }
    Label::regional(region, name)
}

/// The last word of a row, which may end with a tab.
fn last(row: &[String]) -> &str {
    row.iter().rev().map(String::as_str).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The name of a satellite row, with its sort behind, and the unit that it has in parentheses.
fn stressor(row: &[String]) -> (Label, Option<String>) {
    let mut parts = row.iter().map(String::as_str).filter(|text| !text.is_empty());
    let name = parts.next().unwrap_or_default();
    let (name, unit) =
        match name.rsplit_once('(').and_then(|(n, u)| Some((n, u.strip_suffix(')')?))) {
            Some((name, unit)) if !name.trim().is_empty() => (name.trim(), Some(unit.to_owned())),
            _ => (name, None),
        };
    let name: Vec<&str> = std::iter::once(name).chain(parts).collect();
    (Label::plain(&name.join(".")), unit)
}
