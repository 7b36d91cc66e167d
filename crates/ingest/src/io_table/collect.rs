//! Cells, row after row, into a table.

use super::layout::TableLayout;
use super::plan::{ColumnRole, Head, Plan, RowRole};
use super::{
    Column, FlowsBuilder, InputKind, InputRow, IoTable, Label, OddCells, Oddity, Places, Sector,
    layout,
};
use crate::policy::{Policy, RaggedRule};
use crate::source::Refusal;
use crate::text::number::{self, NumberStyle};

/// A cell as its file holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A number, of a file that has typed cells.
    Number(f64),
    /// Text, perhaps that of a number.
    Text(&'a str),
}

impl Cell<'_> {
    fn is_blank(self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Number(_) => false,
            Cell::Text(text) => text.trim().is_empty(),
        }
    }

    /// As a label or title.
    pub(crate) fn label(self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Number(x) => x.to_string(),
            Cell::Text(text) => text.trim().to_owned(),
        }
    }
}

/// Who takes the rows of a sheet.
pub(crate) trait RowSink {
    /// Takes the next row, of this line (from 1). Blank rows may be left out.
    ///
    /// # Errors
    /// The sheet is none that can be taken.
    fn row(&mut self, line: u64, cells: &[Cell<'_>]) -> Result<(), Refusal>;

    /// How many columns label the rows, where it is known: a file of columns has those last.
    fn n_labels(&self) -> Option<usize> {
        None
    }
}

/// A cell of one of the rows that are kept until the layout is known.
enum Kept {
    Empty,
    Number(f64),
    Text(String),
}

/// What to do with the cells of a column.
#[derive(Clone, Copy)]
enum Slot {
    Label,
    Unit,
    Buyer(u32),
    Demand(u32),
    Output,
    /// Without a title: nothing may stand there.
    Blank,
    Skip,
}

/// Takes the rows of a sheet and makes a table of them.
pub(crate) struct Collector<'a> {
    policy: &'a Policy,
    /// The layout, where it is known and not to be found out.
    layout: Option<&'a dyn TableLayout>,
    numbers: NumberStyle,
    /// The first rows with their lines, until there is a plan.
    head: Vec<(u64, Vec<Kept>)>,
    plan: Option<Plan>,
    slots: Vec<Slot>,
    flows: FlowsBuilder,
    table: IoTable,
}

impl RowSink for Collector<'_> {
    fn row(&mut self, line: u64, cells: &[Cell<'_>]) -> Result<(), Refusal> {
        if self.plan.is_some() {
            self.body_row(line, cells);
            return Ok(());
        }
        let keep = |cell: &Cell<'_>| match *cell {
            Cell::Empty => Kept::Empty,
            Cell::Number(x) => Kept::Number(x),
            Cell::Text(text) => Kept::Text(text.to_owned()),
        };
        self.head.push((line, cells.iter().map(keep).collect()));
        if self.head.len() == Head::ROWS { self.begin() } else { Ok(()) }
    }
}

impl<'a> Collector<'a> {
    /// A collector for a file or sheet of this place; its titles are taken from the sheet itself.
    pub(crate) fn new(places: Places, policy: &'a Policy) -> Self {
        Self {
            policy,
            layout: None,
            numbers: NumberStyle::of(policy),
            head: Vec::new(),
            plan: None,
            slots: Vec::new(),
            flows: FlowsBuilder::default(),
            table: IoTable { places, ..IoTable::default() },
        }
    }

    /// The same, for a sheet of which the layout is known.
    pub(crate) fn of_layout(self, layout: Option<&'a dyn TableLayout>) -> Self {
        Self { layout, ..self }
    }

    /// The table, when all rows were taken.
    ///
    /// # Errors
    /// No layout knows the sheet.
    pub(crate) fn finish(mut self) -> Result<IoTable, Refusal> {
        if self.plan.is_none() {
            self.begin()?;
        }
        self.table.flows = self.flows.finish();
        close(&mut self.table);
        Ok(self.table)
    }

    /// Asks the layouts, and reads the rows that were kept.
    fn begin(&mut self) -> Result<(), Refusal> {
        let kept = std::mem::take(&mut self.head);
        let cells =
            |row: &'_ [Kept]| -> Vec<String> { row.iter().map(|c| c.cell().label()).collect() };
        let rows: Vec<Vec<String>> = kept.iter().map(|(_, row)| cells(row)).collect();
        let head = Head { rows: &rows, policy: self.policy };
        let (name, plan) = match self.layout {
            Some(layout) => (layout.name(), layout.plan(&head)?),
            None => layout::plan(&head)?,
        };
        self.table.layout = name;
        self.table.places.titles = rows.get(plan.title_row).cloned().unwrap_or_default();
        self.table.places.header = kept.get(plan.title_row).map_or(1, |(line, _)| *line);
        (self.table.period, self.table.unit) = (plan.period.clone(), plan.unit.clone());
        self.columns(&plan.columns);
        let n_header = plan.n_header;
        self.plan = Some(plan);
        for (line, row) in &kept[n_header.min(kept.len())..] {
            let cells: Vec<Cell<'_>> = row.iter().map(Kept::cell).collect();
            self.body_row(*line, &cells);
        }
        Ok(())
    }

    fn columns(&mut self, roles: &[ColumnRole]) {
        for (at, role) in roles.iter().enumerate() {
            let at = at as u64 + 1;
            let column = |label: &Label| Column { label: label.clone(), at, values: Vec::new() };
            self.slots.push(match role {
                ColumnRole::Label => Slot::Label,
                ColumnRole::Unit => Slot::Unit,
                ColumnRole::Blank => Slot::Blank,
                ColumnRole::Skip => Slot::Skip,
                ColumnRole::Sector(label) => {
                    self.table.buyers.push(Sector::new(label.clone(), at));
                    Slot::Buyer(self.table.buyers.len() as u32 - 1)
                }
                ColumnRole::FinalDemand(label) => {
                    self.table.demand.push(column(label));
                    Slot::Demand(self.table.demand.len() as u32 - 1)
                }
                ColumnRole::Output => {
                    self.table.output = Some(column(&Label::plain("output")));
                    Slot::Output
                }
            });
        }
    }

    fn body_row(&mut self, line: u64, cells: &[Cell<'_>]) {
        self.table.rows += 1;
        if cells.iter().all(|cell| cell.is_blank()) {
            self.table.skipped += 1;
            return;
        }
        let is_text = self.table.places.sheet.is_none();
        if is_text && cells.len() != self.slots.len() && self.policy.ragged != RaggedRule::Fill {
            self.table.ragged.push((line, cells.len()));
            return;
        }
        self.blank_columns(cells);
        let is = |slot: &Slot, label: bool| match slot {
            Slot::Label => label,
            Slot::Unit => !label,
            _ => false,
        };
        let texts = |label: bool| {
            let cells = cells.iter().zip(&self.slots).filter(move |(_, slot)| is(slot, label));
            cells.map(|(cell, _)| cell.label()).collect::<Vec<_>>()
        };
        let (labels, units) = (texts(true), texts(false));
        let unit = units.first().filter(|unit| !unit.is_empty()).map(|unit| unit.as_str().into());
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let Some(plan) = &mut self.plan else { return };
        let below = |name, kind, unit| (name, kind, unit);
        let (name, kind, unit) = match (plan.rows)(&labels) {
            RowRole::Skip => {
                self.table.skipped += 1;
                return;
            }
            RowRole::Sector(label) => {
                self.table.sellers.push(Sector { unit, ..Sector::new(label, line) });
                return self.sector_row(line, cells);
            }
            RowRole::ValueAdded(name) => below(name, InputKind::ValueAdded, unit),
            RowRole::Imports(name) => below(name, InputKind::Imports, unit),
            RowRole::OtherInput(name) => below(name, InputKind::OtherInput, unit),
            RowRole::Output => below("output".into(), InputKind::Output, unit),
            RowRole::Satellite(name, own) => below(name, InputKind::Satellite, own.or(unit)),
        };
        let (values, by_final_users) = self.input_row(line, cells, kind);
        let row = InputRow { name, kind, unit, at: line, values, by_final_users };
        self.table.inputs.push(row);
    }

    /// A column without a title in which something stands is a sector without a name, which `assemble` refuses.
    fn blank_columns(&mut self, cells: &[Cell<'_>]) {
        for (at, slot) in self.slots.iter_mut().enumerate() {
            if matches!(slot, Slot::Blank) && cells.get(at).is_some_and(|c| !c.is_blank()) {
                *slot = Slot::Skip;
                self.table.nameless.push(at as u64 + 1);
            }
        }
    }

    fn sector_row(&mut self, line: u64, cells: &[Cell<'_>]) {
        let odd = &mut self.table.odd;
        for (at, slot) in self.slots.iter().enumerate() {
            let cell = cells.get(at).copied().unwrap_or(Cell::Empty);
            let column = at as u64 + 1;
            match *slot {
                Slot::Buyer(buyer) => {
                    let value = self.numbers.value(cell, (line, column), true, odd).unwrap_or(0.0);
                    if value < 0.0 {
                        odd.note(line, column, || Oddity::Negative(value), OddCells::NEGATIVE);
                    }
                    self.flows.push(buyer, value);
                }
                Slot::Demand(category) => {
                    let value = self.numbers.value(cell, (line, column), true, odd);
                    self.table.demand[category as usize].values.push(value.unwrap_or(f64::NAN));
                }
                Slot::Output => {
                    let value = self.numbers.value(cell, (line, column), false, odd);
                    if let Some(output) = &mut self.table.output {
                        output.values.push(value.unwrap_or(f64::NAN));
                    }
                }
                Slot::Label | Slot::Unit | Slot::Blank | Slot::Skip => {}
            }
        }
        self.flows.end_row();
    }

    /// A row below the sectors: its values by buyer and by category.
    fn input_row(
        &mut self,
        line: u64,
        cells: &[Cell<'_>],
        kind: InputKind,
    ) -> (Vec<f64>, Vec<f64>) {
        let odd = &mut self.table.odd;
        let (mut values, mut by_final_users) = (Vec::new(), Vec::new());
        for (at, slot) in self.slots.iter().enumerate() {
            let cell = cells.get(at).copied().unwrap_or(Cell::Empty);
            let place = (line, at as u64 + 1);
            match *slot {
                Slot::Buyer(_) => {
                    let value = self.numbers.value(cell, place, kind != InputKind::Output, odd);
                    values.push(value.unwrap_or(f64::NAN));
                }
                Slot::Demand(_) => {
                    let value = self.numbers.value(cell, place, false, odd);
                    by_final_users.push(value.unwrap_or(f64::NAN));
                }
                Slot::Output | Slot::Label | Slot::Unit | Slot::Blank | Slot::Skip => {}
            }
        }
        (values, by_final_users)
    }
}

impl Kept {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Number(x) => Cell::Number(*x),
            Self::Text(text) => Cell::Text(text),
        }
    }
}

impl NumberStyle {
    /// The number of a cell; what is odd about it is noted.
    pub(crate) fn value(
        self,
        cell: Cell<'_>,
        (line, column): (u64, u64),
        is_needed: bool,
        odd: &mut OddCells,
    ) -> Option<f64> {
        let read = match cell {
            Cell::Empty => number::Cell::Missing,
            Cell::Number(x) if x.is_finite() => number::Cell::Number(x, false),
            Cell::Number(_) => number::Cell::Bad,
            Cell::Text(text) => self.read(text.as_bytes()),
        };
        match read {
            number::Cell::Number(x, rounded) => {
                if rounded {
                    odd.note(line, column, || Oddity::Rounded, OddCells::ROUNDED);
                }
                Some(x)
            }
            number::Cell::Missing => {
                if is_needed {
                    odd.note(line, column, || Oddity::Empty, OddCells::EMPTY);
                }
                None
            }
            number::Cell::Bad => {
                odd.note(line, column, || Oddity::Bad(cell.label()), OddCells::BAD);
                None
            }
        }
    }
}

/// A category of final demand that has a row among the sectors is a sector: the table is closed with regard to
/// it, as with regard to households.
fn close(table: &mut IoTable) {
    let is_seller = |column: &Column| table.sellers.iter().any(|s| s.label == column.label);
    let Some(closed) = table.demand.iter().position(is_seller) else { return };
    let column = table.demand.remove(closed);
    let mut flows = FlowsBuilder::default();
    let buyer = table.buyers.len() as u32;
    for (row, &last) in column.values.iter().enumerate() {
        table.flows.row(row).for_each(|(buyer, value)| flows.push(buyer, value));
        if last < 0.0 {
            let at = (table.sellers[row].at, column.at);
            table.odd.note(at.0, at.1, || Oddity::Negative(last), OddCells::NEGATIVE);
        }
        flows.push(buyer, if last.is_nan() { 0.0 } else { last });
        flows.end_row();
    }
    table.flows = flows.finish();
    table.buyers.push(Sector::new(column.label, column.at));
    for input in &mut table.inputs {
        let value = input.by_final_users.remove(closed);
        input.values.push(value);
    }
    close(table);
}
