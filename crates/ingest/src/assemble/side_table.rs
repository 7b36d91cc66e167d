//! Side tables: the records of a file as they stand, for the index that asks for them.

use super::{Context, File, forms};
use crate::policy::Policy;
use crate::records::{MISSING, Values};
use crate::report::IngestedSide;
use palenque_graph::{Diagnostics, SideTable};

/// Keeps every row as text; an empty cell is an empty text.
pub(crate) fn side_table(mut file: File, policy: &Policy, before: Diagnostics) -> IngestedSide {
    let mut context = Context { policy, found: before, n_bad: 0 };
    forms(&mut file, &mut context);
    let refused = context.found.has_errors() || !file.is_read;
    file.tally.used = file.records.n_records as u64;
    file.settle(refused);
    let table = (!refused).then(|| table(&file));
    IngestedSide { table, diagnostics: context.found, report: file.report }
}

fn table(file: &File) -> SideTable {
    let records = &file.records;
    let titles = records.columns.iter().map(|(planned, _)| planned.title.clone()).collect();
    let cell = |values: &Values, record: usize| match values {
        Values::Text(texts, codes) if codes[record] != MISSING => {
            texts.get(codes[record].into()).to_owned()
        }
        _ => String::new(),
    };
    let row = |record: usize| {
        let cells = records.columns.iter().map(|(_, values)| cell(values, record));
        (records.places.get(record), cells.collect())
    };
    SideTable::new(&file.name, titles, (0..records.n_records).map(row).collect())
}
