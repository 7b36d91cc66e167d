//! Records of a long table to a table a period.
//!
//! A label is a sector unless its name says otherwise: a buyer called like a category of final demand or output, a
//! seller called like value added, imports, output or a row in a unit of its own. A category that also sells, and
//! such a row that also buys, is a sector after all.

use super::super::{Context, File, periods};
use crate::io_table::{
    Column, ColumnRole, FlowsBuilder, InputKind, InputRow, IoTable, Label, OddCells, Oddity,
    Places, RowRole, Sector, names,
};
use crate::policy::{DuplicateRule, Policy};
use crate::records::{MISSING, Records, Values};
use foldhash::fast::RandomState;
use palenque_graph::diagnostic::shown;
use palenque_graph::{CompensatedSum, Diagnostic, Ids, Location};
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    /// Whether neither side of a record is to be passed over.
    fn is_read(&self, record: usize) -> bool {
        let (seller, buyer) = (self.sellers.of_record[record], self.buyers.of_record[record]);
        let roles = [&self.seller_roles[seller as usize], &self.buyer_roles[buyer as usize]];
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
    let mut known: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
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
    let seller = |label: &Label| match names::row_role(&label.name, policy) {
        Some(RowRole::ValueAdded(_)) => Role::Input(InputKind::ValueAdded),
        Some(RowRole::Imports(_)) => Role::Input(InputKind::Imports),
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

/// The table of one period as it is made.
struct Period<'a> {
    table: IoTable,
    policy: &'a Policy,
    merged: u64,
    first_merged: Option<usize>,
}

/// Where a cell goes: a row and a column of one of the blocks.
type Cells = BTreeMap<(u32, u32), Vec<usize>>;

impl<'a> Period<'a> {
    fn of(records: &Records, labelled: &Labelled, those: &[usize], policy: &'a Policy) -> Self {
        let table = IoTable { layout: "long", ..IoTable::default() };
        let mut one = Self { table, policy, merged: 0, first_merged: None };
        let values = one.values(records, those);
        let Labelled { sellers, buyers, seller_roles, buyer_roles } = labelled;

        // Sectors are numbered by their first appearance on either side, other labels on their own side.
        let mut sectors: BTreeMap<&Label, u32> = BTreeMap::new();
        let (mut of_seller, mut of_buyer) =
            (vec![MISSING; sellers.labels.len()], vec![MISSING; buyers.labels.len()]);
        let (mut demand, mut inputs): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        for &record in those {
            let (seller, buyer) = (sellers.of_record[record], buyers.of_record[record]);
            let line = records.places.get(record);
            let sector = |label: &'_ Label| Sector::new(label.clone(), line);
            if of_seller[seller as usize] == MISSING {
                of_seller[seller as usize] = if seller_roles[seller as usize] == Role::Sector {
                    let label = &sellers.labels[seller as usize];
                    let next = sectors.len() as u32;
                    let known = *sectors.entry(label).or_insert_with(|| {
                        one.table.sellers.push(sector(label));
                        next
                    });
                    // The row of a sector is where it sells.
                    one.table.sellers[known as usize].at = line;
                    known
                } else {
                    inputs.push(seller);
                    inputs.len() as u32 - 1
                };
            }
            if of_buyer[buyer as usize] == MISSING {
                of_buyer[buyer as usize] = match buyer_roles[buyer as usize] {
                    Role::Demand => {
                        demand.push(buyer);
                        demand.len() as u32 - 1
                    }
                    Role::Output => 0,
                    Role::Sector | Role::Input(_) | Role::Skip => {
                        let label = &buyers.labels[buyer as usize];
                        let next = sectors.len() as u32;
                        *sectors.entry(label).or_insert_with(|| {
                            one.table.sellers.push(sector(label));
                            next
                        })
                    }
                };
            }
        }
        one.table.buyers =
            one.table.sellers.iter().map(|s| Sector { at: 0, ..s.clone() }).collect();
        let n = one.table.sellers.len();
        one.table.rows = those.len() as u64;

        let role = |record: usize| {
            let (seller, buyer) = (sellers.of_record[record], buyers.of_record[record]);
            (&seller_roles[seller as usize], &buyer_roles[buyer as usize])
        };
        let place = |record: usize| {
            let (seller, buyer) = (sellers.of_record[record], buyers.of_record[record]);
            (of_seller[seller as usize], of_buyer[buyer as usize])
        };
        let is_flow = |&record: &usize| role(record) == (&Role::Sector, &Role::Sector);
        let (flows, others): (Vec<usize>, Vec<usize>) = those.iter().copied().partition(is_flow);
        one.flows(records, n, &flows, &values, place);

        let mut blocks: [Cells; 4] = Default::default();
        for record in others {
            let block = match role(record) {
                (Role::Sector, Role::Demand) => 0,
                (Role::Sector, _) => 1,
                (_, Role::Demand) => 2,
                (_, Role::Output) => continue, // the corner: a sum that says nothing new
                (_, _) => 3,
            };
            blocks[block].entry(place(record)).or_default().push(record);
        }
        let [by_category, outputs, by_users, by_sector] =
            blocks.map(|cells| one.merged_cells(&cells, &values));
        let column = |label: Label, nth: u32| {
            let value = |row: u32| by_category.get(&(row, nth)).copied().unwrap_or(0.0);
            Column { label, at: 0, values: (0..n as u32).map(value).collect() }
        };
        let labels = demand.iter().map(|&buyer| buyers.labels[buyer as usize].clone());
        one.table.demand = labels.zip(0..).map(|(label, nth)| column(label, nth)).collect();
        if !outputs.is_empty() {
            let value = |row: u32| outputs.get(&(row, 0)).copied().unwrap_or(f64::NAN);
            let values = (0..n as u32).map(value).collect();
            one.table.output = Some(Column { label: Label::plain("output"), at: 0, values });
        }
        for (&seller, nth) in inputs.iter().zip(0_u32..) {
            let Role::Input(kind) = seller_roles[seller as usize] else { continue };
            let gap = if kind == InputKind::Output { f64::NAN } else { 0.0 };
            let value = |j: u32| by_sector.get(&(nth, j)).copied().unwrap_or(gap);
            let used = |k: u32| by_users.get(&(nth, k)).copied().unwrap_or(f64::NAN);
            one.table.inputs.push(InputRow {
                name: sellers.labels[seller as usize].name.clone(),
                kind,
                unit: unit(records, those, |r| sellers.of_record[r] == seller),
                at: records.places.get(sellers.firsts[seller as usize]),
                values: (0..n as u32).map(value).collect(),
                by_final_users: (0..demand.len() as u32).map(used).collect(),
            });
        }
        one.join_inputs();
        one.table.unit = unit(records, &flows, |_| true);
        one
    }

    /// The values of all records; odd ones are noted and count as 0.
    fn values(&mut self, records: &Records, those: &[usize]) -> Vec<f64> {
        let Some(at) = records.position("value") else { return vec![0.0; records.n_records] };
        let (planned, Values::Number(numbers)) = &records.columns[at] else { return Vec::new() };
        let bad: BTreeMap<usize, &str> = records
            .bad
            .iter()
            .filter(|c| c.column == at)
            .map(|c| (c.record, c.raw.as_str()))
            .collect();
        let column = planned.at as u64 + 1;
        let mut values = numbers.clone();
        for &record in those.iter().filter(|&&record| numbers[record].is_nan()) {
            let line = records.places.get(record);
            match bad.get(&record) {
                Some(raw) => {
                    self.table.odd.note(line, column, || Oddity::Bad((*raw).into()), OddCells::BAD);
                }
                None => self.table.odd.note(line, column, || Oddity::Empty, OddCells::EMPTY),
            }
            values[record] = 0.0;
        }
        if let Some((_, record, _)) = records.rounded {
            let line = records.places.get(record);
            self.table.odd.note(line, column, || Oddity::Rounded, OddCells::ROUNDED);
        }
        values
    }

    /// The flows between sectors: records dealt by row, each row sorted by column, repeated cells made one.
    fn flows(
        &mut self,
        records: &Records,
        n: usize,
        those: &[usize],
        values: &[f64],
        place: impl Fn(usize) -> (u32, u32),
    ) {
        let value = records.position("value").map(|at| &records.columns[at].0);
        let column = value.map_or(0, |planned| planned.at as u64 + 1);
        let mut starts = vec![0_usize; n + 1];
        those.iter().for_each(|&record| starts[place(record).0 as usize + 1] += 1);
        (0..n).for_each(|row| starts[row + 1] += starts[row]);
        let mut dealt = vec![0_u32; those.len()];
        let mut next = starts.clone();
        for &record in those {
            let at = &mut next[place(record).0 as usize];
            dealt[*at] = record as u32;
            *at += 1;
        }
        let mut flows = FlowsBuilder::default();
        for ends in starts.windows(2) {
            let row = &mut dealt[ends[0]..ends[1]];
            row.sort_by_key(|&record| place(record as usize).1);
            for run in row.chunk_by(|&a, &b| place(a as usize).1 == place(b as usize).1) {
                let run: Vec<usize> = run.iter().map(|&record| record as usize).collect();
                let value = self.merge(&run, values);
                if value < 0.0 {
                    let line = records.places.get(run[0]);
                    self.table.odd.note(
                        line,
                        column,
                        || Oddity::Negative(value),
                        OddCells::NEGATIVE,
                    );
                }
                flows.push(place(run[0]).1, value);
            }
            flows.end_row();
        }
        self.table.flows = flows.finish();
    }

    fn merged_cells(&mut self, cells: &Cells, values: &[f64]) -> BTreeMap<(u32, u32), f64> {
        cells.iter().map(|(&place, run)| (place, self.merge(run, values))).collect()
    }

    /// One value of the records of a cell, in their order.
    fn merge(&mut self, run: &[usize], values: &[f64]) -> f64 {
        let cells = || run.iter().map(|&record| values[record]);
        if run.len() > 1 {
            self.merged += run.len() as u64 - 1;
            self.first_merged = [self.first_merged, Some(run[1])].into_iter().flatten().min();
        }
        match self.policy.duplicates {
            DuplicateRule::First => values[run[0]],
            DuplicateRule::Max => cells().fold(f64::NEG_INFINITY, f64::max),
            DuplicateRule::Sum | DuplicateRule::Error => {
                cells().collect::<CompensatedSum>().value()
            }
        }
    }

    /// Rows of one name, which a table with regions has once for every region of origin, become one.
    fn join_inputs(&mut self) {
        let mut joined: Vec<InputRow> = Vec::new();
        for row in std::mem::take(&mut self.table.inputs) {
            let Some(known) = joined.iter_mut().find(|known| known.name == row.name) else {
                joined.push(row);
                continue;
            };
            let add = |sums: &mut Vec<f64>, values: &[f64]| {
                for (sum, &x) in sums.iter_mut().zip(values).filter(|(_, x)| !x.is_nan()) {
                    *sum = if sum.is_nan() { x } else { *sum + x };
                }
            };
            add(&mut known.values, &row.values);
            add(&mut known.by_final_users, &row.by_final_users);
        }
        self.table.inputs = joined;
    }
}

/// The unit on which these records agree.
fn unit(records: &Records, those: &[usize], is_one: impl Fn(usize) -> bool) -> Option<Box<str>> {
    let (_, Values::Text(texts, codes)) = &records.columns[records.position("unit")?] else {
        return None;
    };
    let mut those =
        those.iter().copied().filter(|&record| is_one(record)).map(|record| codes[record]);
    let first = those.next().filter(|&code| code != MISSING)?;
    those.all(|code| code == first).then(|| texts.get(first.into()).into())
}
