//! A make table and a use table, made one table of industries or of products.
//!
//! The make table says which industry makes how much of which product, the use table who uses how much of it. What
//! [`models`] makes of them is an [`IoTable`] like any other, and is judged as one.

mod equations;
mod models;

use super::layout::make_use::{Make, Use};
use super::read::{Reading, Tables, collected};
use super::{InputKind, InputRow, IoTable, OddCells, Oddity, Places, Sector};
use crate::policy::{NegativeRule, Policy};
use palenque_graph::Diagnostic;
use palenque_graph::diagnostic::{nearest, shown};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Both tables with the products and industries of the one in the order of the other.
pub(super) struct SupplyUse {
    /// Industries, in the order of the make table.
    pub(super) industries: Vec<Sector>,
    /// Products, in the order of the make table; behind them those that are used and not made.
    pub(super) products: Vec<Sector>,
    /// Industries × products.
    pub(super) make: super::Flows,
    /// Products × industries.
    pub(super) uses: super::Flows,
    /// Final demand: a value a product.
    pub(super) demand: Vec<super::Column>,
    /// Rows below the products: a value an industry.
    pub(super) inputs: Vec<InputRow>,
}

/// Where the blocks stand, and what was odd about their cells.
pub(super) struct Blocks {
    /// The place of what is said of the whole.
    pub(super) places: Places,
    /// The files and their odd cells.
    pub(super) beside: Vec<(Places, OddCells)>,
    /// Rows of the wrong length.
    pub(super) ragged: Vec<(u64, usize)>,
}

/// Reads both tables. What keeps them from being read or put together is among the findings.
pub(crate) fn read(make: &Path, uses: &Path, reading: &mut Reading<'_>) -> Tables {
    let mut tables = Tables::default();
    if let Err(finding) = both(make, uses, &mut tables, reading) {
        reading.found.push(*finding);
    }
    tables
}

fn both(
    make: &Path,
    uses: &Path,
    tables: &mut Tables,
    reading: &mut Reading<'_>,
) -> Result<(), Box<Diagnostic>> {
    let Some(make) = collected(make, "make", Some(&Make), tables, reading)? else { return Ok(()) };
    let names = |sectors: &[Sector]| sectors.iter().map(Sector::id).collect::<BTreeSet<_>>();
    let layout = Use { industries: names(&make.sellers), products: names(&make.buyers) };
    let Some(uses) = collected(uses, "use", Some(&layout), tables, reading)? else {
        return Ok(());
    };
    let (places, made_at) = (uses.places.clone(), make.places.clone());
    let (odd_uses, odd_make) = (uses.odd.clone(), make.odd.clone());
    let ragged = uses.ragged.clone();
    if !make.ragged.is_empty() {
        return Err(Box::new(cut_off(&make)));
    }
    let accounts = SupplyUse::matched(make, uses)?;
    let beside = vec![(made_at, odd_make), (places.clone(), odd_uses)];
    let blocks = Blocks { places, beside, ragged };
    tables.parsed.push(accounts.judged(reading.policy, blocks, "make-use")?);
    Ok(())
}

/// E0205 for a make table with rows of the wrong length.
fn cut_off(make: &IoTable) -> Diagnostic {
    let (line, n) = make.ragged[0];
    let what = format!("row has {n} fields, the header has {}", make.places.titles.len());
    let help = "the file may have been cut off: save or fetch it again";
    Diagnostic::new("E0205", what).at(make.places.line(line)).help(help)
}

impl SupplyUse {
    /// The table that the model of the policy makes of both, with what was odd about them.
    pub(super) fn judged(
        self,
        policy: &Policy,
        blocks: Blocks,
        layout: &'static str,
    ) -> Result<IoTable, Box<Diagnostic>> {
        let rounding = self.rounding();
        let mut table = self.table(policy.sut_model).map_err(|refusal| {
            let first = blocks.beside.first();
            let at = first.map_or_else(|| blocks.places.file(), |(places, _)| places.file());
            Box::new(refusal.at(at))
        })?;
        // A cell below zero is told where it stands; one that the model makes, where nothing is below zero, by itself.
        let is_told = blocks.beside.iter().any(|(_, odd)| odd.n_negative() > 0);
        if !is_told || policy.negative != NegativeRule::Error {
            for &value in table.flows.values().iter().filter(|value| **value < 0.0) {
                table.odd.note(0, 0, || Oddity::Negative(value), OddCells::NEGATIVE);
            }
        }
        (table.ragged, table.rounding) = (blocks.ragged, rounding);
        table.places = Places { has_lines: false, ..blocks.places };
        (table.beside, table.layout) = (blocks.beside, layout);
        Ok(table)
    }

    /// Half a unit a cell of the uses, where all of them are whole numbers.
    fn rounding(&self) -> f64 {
        let is_whole = |x: &f64| x.is_nan() || x.fract() == 0.0;
        let demand = self.demand.iter().flat_map(|column| &column.values);
        let all = self.uses.values().iter().chain(self.make.values()).chain(demand);
        let largest = self.uses.values().iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let n_cells = self.industries.len().max(self.products.len()) + self.demand.len() + 1;
        if largest > 1.0 && all.into_iter().all(is_whole) { 0.5 * n_cells as f64 } else { 0.0 }
    }

    /// Puts the rows and columns of the use table into the order of the make table, by name.
    ///
    /// # Errors
    /// E0509 for a name that is there twice, E0502 for an industry that one of the tables does not have.
    fn matched(make: IoTable, uses: IoTable) -> Result<Self, Box<Diagnostic>> {
        let header = (make.places.header, uses.places.header);
        let industries = positions(&make.sellers, "row", |s| make.places.line(s.at))?;
        let mut products = positions(&make.buyers, "column", |s| make.places.cell(header.0, s.at))?;
        let buyers = positions(&uses.buyers, "column", |s| uses.places.cell(header.1, s.at))?;
        positions(&uses.sellers, "row", |s| uses.places.line(s.at))?;
        let without = |id: &str, known: &BTreeMap<String, u32>, what: String| {
            let near = nearest(id, known.keys().map(String::as_str));
            Diagnostic::new("E0502", what).help(match near {
                Some(near) => format!("did you mean `{}`?", shown(near)),
                None => "both tables must be of the same industries; sums are named `total` or passed over by \
                         `--map skip=NAME`"
                    .into(),
            })
        };
        for industry in &make.sellers {
            let id = industry.id();
            if !buyers.contains_key(&id) {
                let what =
                    format!("industry `{}` makes and has no column in the use table", shown(&id));
                return Err(Box::new(
                    without(&id, &buyers, what).at(make.places.line(industry.at)),
                ));
            }
        }
        for industry in &uses.buyers {
            let id = industry.id();
            if !industries.contains_key(&id) {
                let what =
                    format!("industry `{}` uses and has no row in the make table", shown(&id));
                let at = uses.places.cell(header.1, industry.at);
                return Err(Box::new(without(&id, &industries, what).at(at)));
            }
        }
        let mut all = make.buyers.clone();
        for product in &uses.sellers {
            let next = products.len() as u32;
            products.entry(product.id()).or_insert_with(|| {
                all.push(product.clone());
                next
            });
        }
        let mut row_of: Vec<Option<u32>> = vec![None; all.len()];
        for (row, product) in (0..).zip(&uses.sellers) {
            row_of[products[&product.id()] as usize] = Some(row);
        }
        let order: Vec<u32> = uses.buyers.iter().map(|s| industries[&s.id()]).collect();
        let by_product = |values: &[f64]| -> Vec<f64> {
            row_of.iter().map(|row| row.map_or(0.0, |row| values[row as usize])).collect()
        };
        let demand = uses.demand.into_iter().map(|mut column| {
            column.values = by_product(&column.values);
            column
        });
        let inputs = uses.inputs.into_iter().filter(|row| row.kind != InputKind::Output);
        let inputs = inputs.map(|mut row| {
            let mut values = vec![f64::NAN; order.len()];
            order.iter().zip(&row.values).for_each(|(&at, &x)| values[at as usize] = x);
            row.values = values;
            row
        });
        Ok(Self {
            demand: demand.collect(),
            inputs: inputs.collect(),
            uses: uses.flows.renumbered(&order).arranged(&row_of),
            make: make.flows,
            industries: make.sellers,
            products: all,
        })
    }
}

/// The position of every name; E0509 for one that is there twice.
fn positions(
    sectors: &[Sector],
    side: &str,
    at: impl Fn(&Sector) -> palenque_graph::Location,
) -> Result<BTreeMap<String, u32>, Box<Diagnostic>> {
    let mut positions = BTreeMap::new();
    for (position, sector) in (0..).zip(sectors) {
        if positions.insert(sector.id(), position).is_some() {
            let what = format!("two {side}s are called `{}`", shown(&sector.id()));
            let help = "rename one, or add them up if they are one";
            return Err(Box::new(Diagnostic::new("E0509", what).at(at(sector)).help(help)));
        }
    }
    Ok(positions)
}

/// A sector of the result, which has no line of its own.
fn placeless(sector: &Sector) -> Sector {
    Sector::new(sector.label.clone(), 0)
}
