//! Records of a long table to a table a period.
//!
//! A label is a sector unless its name says otherwise: a buyer called like a category of final demand or output, a
//! seller called like value added, imports, output or a row in a unit of its own. A category that also sells, and
//! such a row that also buys, is a sector after all.

mod period;

use super::super::{Context, File, periods};
use crate::io_table::layout::figaro;
use crate::io_table::{ColumnRole, InputKind, IoTable, Label, Places, RowRole, names};
use crate::policy::Policy;
use crate::records::{MISSING, Records, Values};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Ids, Location};
use period::Period;
use std::collections::{BTreeMap, BTreeSet};

/// The labels of one side of all records.
#[derive(Default)]
struct Side {
    labels: Vec<Label>,
    /// The label of every record, and the first record of every label.
    of_record: Vec<u32>,
    firsts: Vec<usize>,
}

/// What a label is.
#[derive(Clone, Debug, PartialEq)]
enum Role {
    Sector,
    Demand,
    Input(InputKind),
    Output,
    Skip,
}

/// Both sides of the records and what their labels are.
struct Labelled {
    sellers: Side,
    buyers: Side,
    seller_roles: Vec<Role>,
    buyer_roles: Vec<Role>,
}

/// Makes a table of the records of every period.
pub(in super::super) fn tables(file: &mut File, context: &mut Context<'_>) -> Vec<IoTable> {
    let records = &file.records;
    let (Some(sellers), Some(buyers)) =
        (side(records, "from_region", "from_sector"), side(records, "to_region", "to_sector"))
    else {
        return Vec::new();
    };
    let (seller_roles, buyer_roles) = roles(&sellers, &buyers, context.policy);
    let labelled = Labelled { sellers, buyers, seller_roles, buyer_roles };
    nameless(file, &labelled, context);
    buyers_only(file, &labelled, context);
    let periods = periods(file, context);
    let of_period = |period: usize| -> Vec<usize> {
        let all = (0..file.records.n_records).filter(|&record| labelled.is_read(record));
        match &periods.of_record {
            Some(codes) => all.filter(|&r| codes[r] as usize == period).collect(),
            None => all.collect(),
        }
    };
    let (mut tables, mut used, mut merged, mut first) = (Vec::new(), 0, 0, None);
    for (period, name) in periods.names.iter().enumerate() {
        let records = of_period(period);
        let mut one = Period::of(&file.records, &labelled, &records, context.policy);
        one.table.places = places(file);
        one.table.period = (!name.is_empty()).then(|| name.as_str().into());
        used += records.len() as u64 - one.merged;
        merged += one.merged;
        first = [first, one.first_merged].into_iter().flatten().min();
        tables.push(one.table);
    }
    (file.tally.used, file.tally.merged) = (used, merged);
    let skipped = file.records.n_records as u64 - used - merged;
    if skipped > 0 {
        file.tally.drop("skipped", skipped);
    }
    if let Some(record) = first {
        super::super::repeated(file, merged, record, context);
    }
    tables
}

impl Labelled {
    /// The labels of a record, each on its side.
    fn labels_of(&self, record: usize) -> (usize, usize) {
        (self.sellers.of_record[record] as usize, self.buyers.of_record[record] as usize)
    }

    /// Whether neither side of a record is to be passed over.
    fn is_read(&self, record: usize) -> bool {
        let (seller, buyer) = self.labels_of(record);
        let roles = [&self.seller_roles[seller], &self.buyer_roles[buyer]];
        roles.iter().all(|role| **role != Role::Skip)
    }
}

fn side(records: &Records, region: &str, sector: &str) -> Option<Side> {
    let texts = |name: &str| match &records.columns[records.position(name)?].1 {
        Values::Text(texts, codes) => Some((texts, codes)),
        _ => None,
    };
    let (regions, (sectors, codes)) = (texts(region), texts(sector)?);
    let text = |texts: &Ids, code: u32| -> Box<str> {
        if code == MISSING { "".into() } else { texts.get(code.into()).trim().into() }
    };
    let mut side = Side::default();
    let mut known: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for (record, &sector) in codes.iter().enumerate() {
        let region = regions.map_or(MISSING, |(_, codes)| codes[record]);
        let label = *known.entry((region, sector)).or_insert_with(|| {
            let region = regions.map(|(texts, _)| text(texts, region));
            side.labels.push(Label { region, name: text(sectors, sector) });
            side.firsts.push(record);
            side.labels.len() as u32 - 1
        });
        side.of_record.push(label);
    }
    Some(side)
}

/// What every label of both sides is.
fn roles(sellers: &Side, buyers: &Side, policy: &Policy) -> (Vec<Role>, Vec<Role>) {
    let buying: BTreeSet<&Label> = buyers.labels.iter().collect();
    let row_role =
        |label: &Label| figaro::row_role(label).or_else(|| names::row_role(&label.name, policy));
    let seller = |label: &Label| match row_role(label) {
        Some(RowRole::ValueAdded(_)) => Role::Input(InputKind::ValueAdded),
        Some(RowRole::Imports(_)) => Role::Input(InputKind::Imports),
        Some(RowRole::OtherInput(_)) => Role::Input(InputKind::OtherInput),
        Some(RowRole::Output) => Role::Input(InputKind::Output),
        Some(RowRole::Skip) => Role::Skip,
        Some(RowRole::Satellite(..)) if !buying.contains(label) => {
            Role::Input(InputKind::Satellite)
        }
        _ => Role::Sector,
    };
    let seller_roles: Vec<Role> = sellers.labels.iter().map(seller).collect();
    let sells = sellers.labels.iter().zip(&seller_roles).filter(|(_, role)| **role == Role::Sector);
    let selling: BTreeSet<&Label> = sells.map(|(label, _)| label).collect();
    let buyer = |label: &Label| match names::column_role(&label.name, None, policy) {
        Some(ColumnRole::Output) => Role::Output,
        Some(ColumnRole::Skip) => Role::Skip,
        Some(ColumnRole::FinalDemand(_)) if !selling.contains(label) => Role::Demand,
        None if figaro::is_final_demand(&label.name) && !selling.contains(label) => Role::Demand,
        _ => Role::Sector,
    };
    let buyer_roles = buyers.labels.iter().map(buyer).collect();
    (seller_roles, buyer_roles)
}

fn places(file: &File) -> Places {
    let records = &file.records;
    let n = records.columns.iter().map(|(planned, _)| planned.at + 1).max().unwrap_or(0);
    let mut titles = vec![String::new(); n];
    for (planned, _) in &records.columns {
        titles[planned.at].clone_from(&planned.title);
    }
    let has_lines = !records.places.are_rows();
    Places { file: file.name.clone(), titles, has_lines, header: 1, ..Places::default() }
}

/// E0401 for records without a sector, or without the region that the others have.
fn nameless(file: &File, labelled: &Labelled, context: &mut Context<'_>) {
    let sides = [
        (&labelled.sellers, &labelled.seller_roles, ["from_sector", "from_region"]),
        (&labelled.buyers, &labelled.buyer_roles, ["to_sector", "to_region"]),
    ];
    for (side, roles, [sector, region]) in sides {
        for ((label, role), &first) in side.labels.iter().zip(roles).zip(&side.firsts) {
            let no_region = label.region.as_deref() == Some("") && *role == Role::Sector;
            let missing = if label.name.is_empty() {
                sector
            } else if no_region {
                region
            } else {
                continue;
            };
            let place = file.place();
            let what = format!("{}the record has no `{missing}`", place.row(first));
            let help = "fill the cell, or take the record out";
            let at = place.named(first, missing);
            context.found.push(Diagnostic::new("E0401", what).at(at).help(help));
        }
    }
}

/// W0501 for labels that are taken for sectors and never sell.
fn buyers_only(file: &File, labelled: &Labelled, context: &mut Context<'_>) {
    let sellers: BTreeSet<&Label> = labelled.sellers.labels.iter().collect();
    let buyers = &labelled.buyers;
    let is_one = |&at: &usize| {
        labelled.buyer_roles[at] == Role::Sector && !sellers.contains(&buyers.labels[at])
    };
    let those: Vec<usize> = (0..buyers.labels.len()).filter(is_one).collect();
    let Some(&first) = those.first() else { return };
    let n = those.len();
    let id = shown(&buyers.labels[first].id());
    let sectors = if n == 1 {
        "1 label buys and never sells".into()
    } else {
        format!("{n} labels buy and never sell")
    };
    let what = format!("{sectors}, `{id}` first: taken for sectors");
    let name = shown(&buyers.labels[first].name);
    let help =
        format!("if it is final demand, pass `--map fd_x={name}`; else `--allow W0501` silences");
    let at: Location = file.place().named(buyers.firsts[first], "to_sector");
    context.found.push_counted(Diagnostic::new("W0501", what).at(at).help(help), n as u64);
}
