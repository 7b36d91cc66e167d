//! What differs between two tables: cell by cell, rows matched by their keys.

use palenque_graph::table::Values;
use palenque_graph::{Table, TableId};
use std::collections::BTreeMap;
use std::path::Path;

/// How far two numbers may be apart and still be the same.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tolerance {
    /// In the number's unit.
    pub(crate) abs: f64,
    /// As a share of the larger one.
    pub(crate) rel: f64,
}

impl Tolerance {
    fn covers(self, a: f64, b: f64) -> bool {
        let gap = (a - b).abs();
        gap <= self.abs || gap <= self.rel * a.abs().max(b.abs())
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The row's key, and the column.
    pub(crate) place: String,
    /// What was there; `None` where there was nothing.
    pub(crate) before: Option<String>,
    /// What is there.
    pub(crate) after: Option<String>,
}

/// All differences of two tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Differences {
    /// The first of them.
    pub(crate) shown: Vec<Difference>,
    /// How many there are.
    pub(crate) count: u64,
    /// The largest shifts in rank: column, key, place before, place after.
    pub(crate) shifts: Vec<(String, String, usize, usize)>,
}

/// How many differences are kept in full.
pub(crate) const SHOWN: usize = 20;

impl Differences {
    fn push(&mut self, place: String, before: Option<String>, after: Option<String>) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(Difference { place, before, after });
        }
    }
}

/// Columns that say which row is which, in any table of palenque's.
static KEYS: &[&str] = &[
    "period",
    "node_id",
    "id",
    "source",
    "target",
    "metric",
    "grouping",
    "from_group",
    "to_group",
    "scenario",
    "mode",
    "replicate",
    "step",
    "check",
    "detail",
];

/// Reads a CSV file of palenque's.
pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Table, String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let id = TableId::named(stem).unwrap_or(TableId::NodeMetrics);
    let known = |name: &str| {
        palenque_metrics::all().find_map(|m| {
            let mut columns = m.spec().columns().filter(|(table, _)| *table == id);
            columns.find(|(_, c)| c.name == name).map(|(_, c)| *c)
        })
    };
    palenque_frame::read_table_with(id, bytes, &known)
        .or_else(|_| palenque_frame::read_table(id, bytes))
        .map_err(|error| error.to_string())
}

/// The differences of two tables.
pub(crate) fn tables(before: &Table, after: &Table, tolerance: Tolerance) -> Differences {
    let mut found = Differences::default();
    let names = |table: &Table| -> Vec<&'static str> {
        table.columns().iter().map(|c| c.spec.name).collect()
    };
    let (old, new) = (names(before), names(after));
    for name in old.iter().filter(|name| !new.contains(name)) {
        found.push(format!("column {name}"), Some("there".into()), None);
    }
    for name in new.iter().filter(|name| !old.contains(name)) {
        found.push(format!("column {name}"), None, Some("there".into()));
    }
    let shared: Vec<&str> = old.iter().copied().filter(|name| new.contains(name)).collect();
    let keys: Vec<&str> = shared.iter().copied().filter(|name| KEYS.contains(name)).collect();
    let rows = matched(before, after, &keys, &mut found);
    for &(a, b, ref key) in &rows {
        for &name in shared.iter().filter(|name| !keys.contains(name)) {
            let (Some(x), Some(y)) = (before.column(name), after.column(name)) else { continue };
            let same = match (x.values.number(a), y.values.number(b)) {
                (Some(x), Some(y)) => tolerance.covers(x, y),
                _ => cell(&x.values, a) == cell(&y.values, b),
            };
            if !same {
                found.push(format!("{key} {name}"), cell(&x.values, a), cell(&y.values, b));
            }
        }
    }
    found.shifts = shifts(before, after, &shared, &rows);
    found
}

/// Rows of one key in both tables; those in one only are differences. Without keys, rows are matched by position.
fn matched(
    before: &Table,
    after: &Table,
    keys: &[&str],
    found: &mut Differences,
) -> Vec<(usize, usize, String)> {
    let key_of = |table: &Table, row: usize| -> String {
        let parts = keys.iter().filter_map(|&name| cell(&table.column(name)?.values, row));
        let key: Vec<String> = parts.collect();
        if keys.is_empty() { format!("row {}", row + 1) } else { key.join(" ") }
    };
    // Keys that repeat are told apart by their order.
    let numbered = |table: &Table| -> BTreeMap<(String, usize), usize> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for row in 0..table.n_rows() {
            let key = key_of(table, row);
            let n = seen.entry(key.clone()).or_default();
            rows.insert((key, *n), row);
            *n += 1;
        }
        rows
    };
    let (old, new) = (numbered(before), numbered(after));
    let mut rows: Vec<(usize, usize, String)> = Vec::new();
    for (key, &a) in &old {
        match new.get(key) {
            Some(&b) => rows.push((a, b, key.0.clone())),
            None => found.push(format!("row {}", key.0), Some("there".into()), None),
        }
    }
    for (key, _) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        found.push(format!("row {}", key.0), None, Some("there".into()));
    }
    rows.sort_unstable();
    rows
}

fn cell(values: &Values, row: usize) -> Option<String> {
    match values {
        Values::F64(v) => (!v[row].is_nan()).then(|| format!("{:?}", v[row])),
        Values::I64(v) => v[row].map(|x| x.to_string()),
        Values::Bool(v) => v[row].map(|x| x.to_string()),
        Values::Text(v) => v[row].as_deref().map(str::to_owned),
    }
}

/// The ten largest shifts in rank of numeric columns, rank 1 the largest value.
fn shifts(
    before: &Table,
    after: &Table,
    shared: &[&str],
    rows: &[(usize, usize, String)],
) -> Vec<(String, String, usize, usize)> {
    let mut shifts = Vec::new();
    for &name in shared.iter().filter(|name| !KEYS.contains(name)) {
        let (Some(x), Some(y)) = (before.column(name), after.column(name)) else { continue };
        let pairs: Option<Vec<(f64, f64)>> = rows
            .iter()
            .map(|(a, b, _)| Some((x.values.number(*a)?, y.values.number(*b)?)))
            .collect();
        let Some(pairs) = pairs else { continue };
        let ranks = |of: &dyn Fn(&(f64, f64)) -> f64| {
            let mut order: Vec<usize> = (0..pairs.len()).collect();
            order.sort_by(|&i, &j| of(&pairs[j]).total_cmp(&of(&pairs[i])).then(i.cmp(&j)));
            let mut ranks = vec![0; pairs.len()];
            for (rank, &i) in order.iter().enumerate() {
                ranks[i] = rank + 1;
            }
            ranks
        };
        let (old, new) = (ranks(&|p| p.0), ranks(&|p| p.1));
        let moved = rows.iter().enumerate().filter(|(i, _)| old[*i] != new[*i]);
        shifts.extend(moved.map(|(i, row)| (name.to_owned(), row.2.clone(), old[i], new[i])));
    }
    shifts.sort_by_key(|(_, _, a, b)| std::cmp::Reverse(a.abs_diff(*b)));
    shifts.truncate(10);
    shifts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(csv: &str) -> Table {
        read(Path::new("node_metrics.csv"), csv.as_bytes()).expect("a table")
    }

    #[test]
    fn rows_are_matched_by_key_and_numbers_by_tolerance() {
        let before = table("node_id,x,y\na,1.0,p\nb,2.0,q\nc,3.0,r\n");
        let after = table("node_id,x,y\nb,2.0000001,q\na,1.0,s\nd,0.0,t\n");
        let loose = tables(&before, &after, Tolerance { abs: 0.0, rel: 1e-6 });
        let places: Vec<&str> = loose.shown.iter().map(|d| d.place.as_str()).collect();
        assert_eq!(places, ["row c", "row d", "a y"]);
        assert_eq!(tables(&before, &after, Tolerance::default()).count, 4);
    }

    #[test]
    fn a_table_is_the_same_as_itself() {
        let a = table("node_id,x\na,1.0\na,\n");
        assert_eq!(tables(&a, &a, Tolerance::default()).count, 0);
    }

    #[test]
    fn ranks_that_moved_are_told() {
        let before = table("node_id,x\na,3.0\nb,2.0\nc,1.0\n");
        let after = table("node_id,x\na,1.0\nb,2.0\nc,3.0\n");
        let found = tables(&before, &after, Tolerance::default());
        assert_eq!(found.shifts[0], ("x".into(), "a".into(), 1, 3));
    }
}
