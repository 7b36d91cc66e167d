//! An unpacked folder of GLORIA: matrices of bare numbers separated by commas, and a workbook that names regions,
//! sectors, categories and satellite rows.
//!
//! The first matrix, `…_T-Results_…`, holds both tables of a supply and use framework: the rows and columns of
//! every region are its industries, then its products. Industries sell to products what they make, products to
//! industries what those use. It becomes one table as any make and use table does (`--sut-model`).

use super::matrix::Matrix;
use super::{Found, Reading, Tables, bare, columns, dense, ending, input_row, list, places};
use crate::io_table::supply_use::{Blocks, SupplyUse};
use crate::io_table::{Flows, FlowsBuilder, InputKind, InputRow, Label, OddCells, Places, Sector};
use crate::policy::Policy;
use palenque_graph::{Diagnostic, Location};
use std::path::{Path, PathBuf};

/// The files of such a folder.
pub(super) struct Folder {
    labels: PathBuf,
    flows: PathBuf,
    demand: PathBuf,
    added: PathBuf,
    satellites: Option<PathBuf>,
    by_final_users: Option<PathBuf>,
}

/// What the workbook names.
struct Names {
    regions: Vec<String>,
    sectors: Vec<String>,
    users: Vec<String>,
    added: Vec<String>,
    satellites: Vec<Satellite>,
}

struct Satellite {
    name: String,
    unit: String,
}

impl Folder {
    /// The folder, if the names of its files say that it is one.
    pub(super) fn among(path: &Path, names: &[String]) -> Option<Self> {
        let part = |part: &str| {
            let mark = format!("_{part}-Results_");
            ending(path, names, |name| name.contains(&mark))
        };
        let labels = ending(path, names, |name| {
            name.starts_with("GLORIA_ReadMe") && name.to_lowercase().ends_with(".xlsx")
        });
        Some(Self {
            flows: part("T")?,
            labels: labels.unwrap_or_else(|| path.join("GLORIA_ReadMe.xlsx")),
            demand: part("Y").unwrap_or_else(|| path.join("Y-Results.csv")),
            added: part("V").unwrap_or_else(|| path.join("V-Results.csv")),
            satellites: part("TQ"),
            by_final_users: part("YQ"),
        })
    }

    /// Reads it.
    pub(super) fn read(&self, tables: &mut Tables, reading: &mut Reading<'_>) -> Found<()> {
        let names = self.names(tables, reading)?;
        let commas = Policy { delimiter: Some(b','), sheet: None, ..reading.policy.clone() };
        let reading =
            &mut Reading { policy: &commas, progress: reading.progress, found: reading.found };
        let n = names.sectors.len();
        let both: Vec<Label> = names.of_regions(&[&names.sectors[..], &names.sectors].concat());
        let is_industry = |at: usize| at % (2 * n) < n;
        let of = |industries: bool| {
            let kept = both.iter().enumerate().filter(|(at, _)| is_industry(*at) == industries);
            kept.map(|(_, label)| Sector::new(label.clone(), 0)).collect::<Vec<_>>()
        };
        let users = names.of_regions(&names.users);
        let mut beside = Vec::new();
        let odd = |name: &str, matrix: &mut Matrix, beside: &mut Vec<(Places, OddCells)>| {
            beside.push((places(name, matrix), std::mem::take(&mut matrix.odd)));
        };

        let (name, mut flows) = bare(&self.flows, (&both, &both), true, tables, reading)?;
        let cells = flows.cells();
        let (make, uses) = (block(&cells, n, true), block(&cells, n, false));
        drop(cells);
        let rows = flows.rows.len() as u64;
        odd(&name, &mut flows, &mut beside);

        let (name, mut demand) = bare(&self.demand, (&both, &users), false, tables, reading)?;
        let mut bought = columns(&users, &demand.cells(), both.len());
        for column in &mut bought {
            let mut at = 0..;
            column.values.retain(|_| !is_industry(at.next().unwrap_or_default()));
        }
        odd(&name, &mut demand, &mut beside);

        let by_industry = |row: &[f64]| -> Vec<f64> {
            row.iter().enumerate().filter(|(at, _)| is_industry(*at)).map(|(_, &x)| x).collect()
        };
        let payees = names.of_regions(&names.added);
        let (name, mut added) = bare(&self.added, (&payees, &both), false, tables, reading)?;
        let cells = added.cells();
        let mut inputs: Vec<InputRow> = Vec::new();
        for (nth, kind) in names.added.iter().enumerate() {
            let mut sum = vec![0.0; both.len()];
            for region in 0..names.regions.len() {
                let row = region * names.added.len() + nth;
                cells.row(row).for_each(|(at, x)| sum[at as usize] += x);
            }
            inputs.push(input_row(kind, InputKind::ValueAdded, None, by_industry(&sum)));
        }
        odd(&name, &mut added, &mut beside);

        if let Some(path) = &self.satellites {
            let labels: Vec<Label> =
                names.satellites.iter().map(|row| Label::plain(&row.name)).collect();
            let (name, mut matrix) = bare(path, (&labels, &both), false, tables, reading)?;
            let cells = matrix.cells();
            odd(&name, &mut matrix, &mut beside);
            let mut rows: Vec<InputRow> = Vec::new();
            for (nth, row) in names.satellites.iter().enumerate() {
                let values = by_industry(&dense(cells.row(nth), both.len()));
                rows.push(input_row(&row.name, InputKind::Satellite, Some(&row.unit), values));
            }
            if let Some(path) = &self.by_final_users {
                let (name, mut matrix) = bare(path, (&labels, &users), false, tables, reading)?;
                let cells = matrix.cells();
                for (nth, row) in rows.iter_mut().enumerate() {
                    row.by_final_users = dense(cells.row(nth), users.len());
                }
                odd(&name, &mut matrix, &mut beside);
            }
            inputs.extend(rows);
        }
        let accounts = SupplyUse {
            industries: of(true),
            products: of(false),
            make,
            uses,
            demand: bought,
            inputs,
        };
        let places = beside[0].0.clone();
        let blocks = Blocks { beside, places, ragged: std::mem::take(&mut flows.ragged) };
        let mut table = accounts.judged(reading.policy, blocks, "gloria")?;
        table.rows = rows;
        tables.parsed.push(table);
        Ok(())
    }

    /// What the workbook names.
    fn names(&self, tables: &mut Tables, reading: &mut Reading<'_>) -> Found<Names> {
        let mut sheet = |name: &str, titles: &[&str]| -> Found<Vec<Vec<String>>> {
            let policy = Policy { sheet: Some(name.into()), ..reading.policy.clone() };
            let mut inner =
                Reading { policy: &policy, progress: reading.progress, found: reading.found };
            let rows = list(&self.labels, tables, &mut inner)?;
            let (header, rows) =
                rows.split_first().map_or((&[][..], &[][..]), |(h, r)| (&h[..], r));
            let mut columns = Vec::new();
            for title in titles {
                let Some(at) = header.iter().position(|other| other == title) else {
                    let what = format!("the sheet `{name}` has no column `{title}`");
                    let help = "fetch the workbook `GLORIA_ReadMe_….xlsx` of the same edition as the matrices";
                    let at = Location::file(self.labels.display().to_string()).sheet(name);
                    return Err(Box::new(Diagnostic::new("E0301", what).at(at).help(help)));
                };
                let cell = |row: &Vec<String>| row.get(at).cloned().unwrap_or_default();
                columns.push(rows.iter().map(cell).collect());
            }
            Ok(columns)
        };
        let filled = |column: Vec<String>| column.into_iter().filter(|x| !x.is_empty()).collect();
        let mut regions = sheet("Regions", &["Region_acronyms"])?;
        let mut sectors = sheet("Sectors", &["Sector_names"])?;
        let mut ends =
            sheet("Value added and final demand", &["Value_added_names", "Final_demand_names"])?;
        let mut satellites = Vec::new();
        if self.satellites.is_some() {
            let titles = ["Sat_head_indicator", "Sat_indicator", "Sat_unit"];
            let columns = sheet("Satellites", &titles)?;
            for ((head, name), unit) in columns[0].iter().zip(&columns[1]).zip(&columns[2]) {
                if !name.is_empty() {
                    satellites
                        .push(Satellite { name: format!("{head}.{name}"), unit: unit.clone() });
                }
            }
        }
        Ok(Names {
            regions: filled(regions.swap_remove(0)),
            sectors: filled(sectors.swap_remove(0)),
            users: filled(ends.swap_remove(1)),
            added: filled(ends.swap_remove(0)),
            satellites,
        })
    }
}

impl Names {
    /// These names once a region.
    fn of_regions(&self, names: &[String]) -> Vec<Label> {
        let of = |region: &'_ String| {
            let region = region.clone();
            names.iter().map(move |name| Label::regional(&region, name))
        };
        self.regions.iter().flat_map(of).collect()
    }
}

/// What industries make of products, or what they use of them, out of the matrix of both.
fn block(cells: &Flows, n: usize, makes: bool) -> Flows {
    let mut flows = FlowsBuilder::default();
    let place = |at: usize| (at / (2 * n), at % (2 * n));
    for row in 0..cells.n_rows() {
        if (place(row).1 < n) != makes {
            continue;
        }
        for (at, x) in cells.row(row) {
            let (region, at) = place(at as usize);
            if (at < n) != makes {
                flows.push((region * n + at % n) as u32, x);
            }
        }
        flows.end_row();
    }
    flows.finish()
}
