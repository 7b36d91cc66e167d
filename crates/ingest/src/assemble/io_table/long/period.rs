//! The table of the records of one period.

use super::{Labelled, Role};
use crate::io_table::{
    Column, FlowsBuilder, InputKind, InputRow, IoTable, Label, OddCells, Oddity, Sector,
};
use crate::policy::{DuplicateRule, Policy};
use crate::records::{MISSING, Records, Values};
use palenque_graph::CompensatedSum;
use std::collections::BTreeMap;

/// The table of one period as it is made.
pub(super) struct Period<'a> {
    pub(super) table: IoTable,
    policy: &'a Policy,
    /// Records that repeat a cell, and the first of them.
    pub(super) merged: u64,
    pub(super) first_merged: Option<usize>,
}

/// The numbers of the labels of one period: sectors by their first appearance on either side, other labels on
/// their own side.
struct Numbers {
    sectors: Vec<Sector>,
    /// By label of a side; [`MISSING`] where it is not in the period.
    of_seller: Vec<u32>,
    of_buyer: Vec<u32>,
    /// The labels of the categories of final demand, and of the rows below the sectors.
    demand: Vec<u32>,
    inputs: Vec<u32>,
}

impl Numbers {
    fn of(records: &Records, labelled: &Labelled, those: &[usize]) -> Self {
        let (sellers, buyers) = (&labelled.sellers, &labelled.buyers);
        let mut numbers = Self {
            sectors: Vec::new(),
            of_seller: vec![MISSING; sellers.labels.len()],
            of_buyer: vec![MISSING; buyers.labels.len()],
            demand: Vec::new(),
            inputs: Vec::new(),
        };
        let mut known: BTreeMap<&Label, u32> = BTreeMap::new();
        for &record in those {
            let (seller, buyer) = labelled.labels_of(record);
            let line = records.places.get(record);
            if numbers.of_seller[seller] == MISSING {
                numbers.of_seller[seller] = if labelled.seller_roles[seller] == Role::Sector {
                    let number = numbers.sector(&sellers.labels[seller], line, &mut known);
                    // The row of a sector is where it sells.
                    numbers.sectors[number as usize].at = line;
                    number
                } else {
                    numbers.inputs.push(seller as u32);
                    numbers.inputs.len() as u32 - 1
                };
            }
            if numbers.of_buyer[buyer] == MISSING {
                numbers.of_buyer[buyer] = match labelled.buyer_roles[buyer] {
                    Role::Output => 0,
                    Role::Demand => {
                        numbers.demand.push(buyer as u32);
                        numbers.demand.len() as u32 - 1
                    }
                    _ => numbers.sector(&buyers.labels[buyer], line, &mut known),
                };
            }
        }
        numbers
    }

    /// The number of a sector, which may be new.
    fn sector<'l>(
        &mut self,
        label: &'l Label,
        line: u64,
        known: &mut BTreeMap<&'l Label, u32>,
    ) -> u32 {
        *known.entry(label).or_insert_with(|| {
            self.sectors.push(Sector::new(label.clone(), line));
            self.sectors.len() as u32 - 1
        })
    }
}

/// Where a cell goes: a row and a column of one of the blocks.
type Cells = BTreeMap<(u32, u32), Vec<usize>>;

impl<'a> Period<'a> {
    /// Makes the table of these records.
    pub(super) fn of(
        records: &Records,
        labelled: &Labelled,
        those: &[usize],
        policy: &'a Policy,
    ) -> Self {
        let table = IoTable { layout: "long", ..IoTable::default() };
        let mut one = Self { table, policy, merged: 0, first_merged: None };
        let values = one.values(records, those);
        let Labelled { sellers, buyers, seller_roles, buyer_roles } = labelled;

        let numbers = Numbers::of(records, labelled, those);
        one.table.buyers =
            numbers.sectors.iter().map(|sector| Sector { at: 0, ..sector.clone() }).collect();
        let n = numbers.sectors.len();
        one.table.rows = those.len() as u64;
        let role = |record: usize| {
            let (seller, buyer) = labelled.labels_of(record);
            (&seller_roles[seller], &buyer_roles[buyer])
        };
        let place = |record: usize| {
            let (seller, buyer) = labelled.labels_of(record);
            (numbers.of_seller[seller], numbers.of_buyer[buyer])
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
        let labels = numbers.demand.iter().map(|&buyer| buyers.labels[buyer as usize].clone());
        one.table.demand = labels.zip(0..).map(|(label, nth)| column(label, nth)).collect();
        if !outputs.is_empty() {
            let value = |row: u32| outputs.get(&(row, 0)).copied().unwrap_or(f64::NAN);
            let values = (0..n as u32).map(value).collect();
            one.table.output = Some(Column { label: Label::plain("output"), at: 0, values });
        }
        for (&seller, nth) in numbers.inputs.iter().zip(0_u32..) {
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
                by_final_users: (0..numbers.demand.len() as u32).map(used).collect(),
            });
        }
        one.join_inputs();
        one.table.sellers = numbers.sectors;
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
        for &record in those {
            starts[place(record).0 as usize + 1] += 1;
        }
        for row in 0..n {
            starts[row + 1] += starts[row];
        }
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
                    let odd = &mut self.table.odd;
                    odd.note(line, column, || Oddity::Negative(value), OddCells::NEGATIVE);
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
