//! Typed columns to records: ids are text whatever their type, numbers are doubles, nothing is guessed.

use super::child::{Trouble, ask, decode};
use super::{Job, Parsed};
use crate::intern::Interner;
use crate::layout::Titles;
use crate::layout::header::repeated;
use crate::policy::Policy;
use crate::records::{BadCell, Kind, MISSING, Places, Planned, Records, Values};
use crate::source::{Body, Refusal, Source};
use crate::text::number::{Cell, NumberStyle};
use foldhash::fast::RandomState;
use palenque_frame::{RawColumn, RawValues};
use palenque_graph::diagnostic::shown;
use palenque_graph::{Diagnostic, Location};
use std::borrow::Cow;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Whole numbers above this one are not all doubles.
const EXACT: u64 = 1 << 53;

/// Reads a file of columns.
pub(super) fn read(source: &mut Source, job: &Job<'_>) -> Result<Parsed, Box<Diagnostic>> {
    load(source, job.policy)?;
    let Some(Body::Decoded(columns)) = source.body.take() else { return Ok(Parsed::default()) };
    let refuse = |refusal: Refusal| Box::new(refusal.at(Location::file(&source.name)));
    let titles: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    if let Some(twice) = repeated(&titles) {
        return Err(refuse(twice));
    }
    let plan = job.layout.plan(&Titles::new(&titles, job.policy));
    let plan = plan.map_err(|refused| refuse(refused.refusal))?;
    let records = records(&columns, plan, job.policy).map_err(refuse)?;
    let used = records.columns.iter();
    let dialect: BTreeMap<String, String> =
        used.map(|(p, _)| (format!("column {}", p.name), p.title.clone())).collect();
    Ok(Parsed { records, is_whole: true, titles, dialect })
}

/// Decodes the columns of a file, once; they wait in the source's body.
pub(super) fn load(source: &mut Source, policy: &Policy) -> Result<(), Box<Diagnostic>> {
    let Some(Body::Columns(..)) = source.body else { return Ok(()) };
    let Some(Body::Columns(file, kind)) = source.body.take() else { return Ok(()) };
    let columns = match &policy.reading_child {
        Some(program) => ask(program, file, kind),
        None => decode(&file, kind),
    };
    let at = Location::file(&source.name);
    source.body =
        Some(Body::Decoded(columns.map_err(|trouble| Box::new(refusal(trouble).at(at)))?));
    Ok(())
}

fn refusal(trouble: Trouble) -> Refusal {
    match trouble {
        Trouble::Type(what) => {
            Refusal::new("E0306", what, "write the column as text or numbers, or leave it out")
        }
        Trouble::Damaged(what) if what.contains("uplicate") => {
            let help = "rename one of the two columns, or take it out";
            Refusal::new("E0207", "two columns have one name", help)
        }
        Trouble::Damaged(what) => {
            Refusal::new("E0601", what, "write or fetch the file again; nothing of it was used")
        }
    }
}

fn records(columns: &[RawColumn], plan: Vec<Planned>, policy: &Policy) -> Result<Records, Refusal> {
    let n = columns.first().map_or(0, |column| column.values.len());
    let titles: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let titles = Titles::new(&titles, policy);
    let only = policy.only.iter().filter_map(|(title, value)| Some((titles.find(title)?, value)));
    let only: Vec<(usize, &String)> = only.collect();
    let is_wanted = |row: &usize| {
        only.iter().all(|(at, value)| {
            text(&columns[*at].values, *row).unwrap_or_default() == value.as_str()
        })
    };
    let rows: Vec<usize> = (0..n).filter(is_wanted).collect();
    let mut records = Records {
        n_records: rows.len(),
        places: Places::rows(),
        rows: n as u64,
        filtered: (n - rows.len()) as u64,
        ..Records::default()
    };
    let mut ids = Interner::new(RandomState::default());
    let id_columns: Vec<usize> = (0..plan.len()).filter(|&c| plan[c].kind == Kind::Id).collect();
    let mut codes: Vec<Vec<u32>> = vec![Vec::with_capacity(rows.len()); id_columns.len()];
    for &column in &id_columns {
        if let RawValues::F64(_) = columns[plan[column].at].values {
            let what =
                format!("the ids in `{}` are floating-point numbers", shown(&plan[column].title));
            return Err(Refusal::new("E0306", what, "write ids as text or whole numbers"));
        }
    }
    // Row after row, so that ids are numbered by first appearance.
    for (r, &row) in rows.iter().enumerate() {
        for (nth, &column) in id_columns.iter().enumerate() {
            let id = text(&columns[plan[column].at].values, row).unwrap_or_default();
            let id = cleaned(id, policy);
            let position = (r * id_columns.len() + nth) as u64;
            codes[nth].push(if id.is_empty() { MISSING } else { ids.intern(&id, position) });
        }
    }
    let mut codes = codes.into_iter();
    for (column, planned) in plan.into_iter().enumerate() {
        let raw = &columns[planned.at].values;
        let values = match planned.kind {
            Kind::Id => Values::Ids(codes.next().unwrap_or_default()),
            Kind::Text => texts(raw, &rows, policy),
            Kind::Number => {
                if matches!(raw, RawValues::Bool(_)) {
                    let what =
                        format!("the column `{}` holds true and false", shown(&planned.title));
                    return Err(Refusal::new("E0306", what, "write it as numbers"));
                }
                numbers(raw, &rows, column, policy, &mut records)
            }
        };
        records.columns.push((planned, values));
    }
    records.ids = ids.into_ids();
    Ok(records)
}

/// A cell as text; `None` where it is missing.
fn text(values: &RawValues, row: usize) -> Option<Cow<'_, str>> {
    match values {
        RawValues::Text(v) => v[row].as_deref().map(Into::into),
        RawValues::I64(v) => v[row].map(|x| x.to_string().into()),
        RawValues::F64(v) => v[row].map(|x| x.to_string().into()),
        RawValues::Bool(v) => v[row].map(|x| if x { "true" } else { "false" }.into()),
        RawValues::Decimal(v) => v[row].map(|x| x.to_string().into()),
    }
}

/// An id or text as the policy wants it.
pub(super) fn cleaned<'a>(id: Cow<'a, str>, policy: &Policy) -> Cow<'a, str> {
    if !policy.trim && !policy.normalize_nfc {
        return id;
    }
    let id = if policy.trim { id.trim().to_owned() } else { id.into_owned() };
    if policy.normalize_nfc { id.nfc().collect::<String>().into() } else { id.into() }
}

fn texts(raw: &RawValues, rows: &[usize], policy: &Policy) -> Values {
    let mut table = Interner::new(RandomState::default());
    let mut code = |(r, &row): (usize, &usize)| {
        let value = cleaned(text(raw, row).unwrap_or_default(), policy);
        if value.is_empty() { MISSING } else { table.intern(&value, r as u64) }
    };
    let codes = rows.iter().enumerate().map(&mut code).collect();
    Values::Text(table.into_ids(), codes)
}

fn numbers(
    raw: &RawValues,
    rows: &[usize],
    column: usize,
    policy: &Policy,
    records: &mut Records,
) -> Values {
    let style = NumberStyle::of(policy);
    let mut numbers = Vec::with_capacity(rows.len());
    for (record, &row) in rows.iter().enumerate() {
        let cell = match raw {
            RawValues::Text(v) => style.read(v[row].as_deref().unwrap_or_default().as_bytes()),
            RawValues::I64(v) => v[row].map_or(Cell::Missing, |x| {
                let exact = x.unsigned_abs() <= EXACT || (x as f64) as i128 == i128::from(x);
                Cell::Number(x as f64, !exact)
            }),
            RawValues::F64(v) => match v[row] {
                Some(x) if x.is_finite() => Cell::Number(x, false),
                Some(_) => Cell::Bad,
                None => Cell::Missing,
            },
            RawValues::Decimal(v) => v[row].map_or(Cell::Missing, |x| {
                let (x, exact) = x.nearest();
                Cell::Number(x, !exact)
            }),
            RawValues::Bool(_) => Cell::Bad,
        };
        numbers.push(match cell {
            Cell::Number(x, rounded) => {
                if rounded {
                    records.rounded.get_or_insert((0, record, column)).0 += 1;
                }
                x
            }
            Cell::Missing => f64::NAN,
            Cell::Bad => {
                records.n_bad += 1;
                if records.bad.len() < 1000 {
                    let raw = text(raw, row).unwrap_or_default().into_owned();
                    records.bad.push(BadCell { record, column, raw });
                }
                f64::NAN
            }
        });
    }
    Values::Number(numbers)
}
