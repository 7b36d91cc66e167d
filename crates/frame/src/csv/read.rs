//! CSV that palenque wrote, back to tables.

use crate::FrameError;
use palenque_graph::diagnostic::shown;
use palenque_graph::table::{Column, ColumnSpec, Kind, Unit, Values};
use palenque_graph::{Table, TableId};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Columns that are text whatever their cells look like: ids, groups and labels are never numbers.
const TEXT: &[&str] = &[
    "check",
    "detail",
    "from_group",
    "grouping",
    "key_class",
    "kind",
    "method",
    "metric",
    "mode",
    "node_id",
    "owner",
    "params",
    "period",
    "region",
    "removed_id",
    "role",
    "scenario",
    "sector",
    "severity",
    "source",
    "source_stage",
    "stage",
    "status",
    "target",
    "target_stage",
    "to_group",
    "unit",
];

/// Reads back a table that [`write_table`](crate::write_table) wrote as CSV.
///
/// Which type a column has is seen from its name and its cells: ids, groups and labels are text; else `true` and
/// `false` make a truth value, digits a whole number, a point or an exponent a floating-point number, and anything
/// else text. A column without a single value is floating-point. Units and meanings are not in a CSV;
/// [`read_table_with`] takes them, and the types, from whoever knows them.
///
/// # Errors
/// [`FrameError::Csv`], with the line, for a file that is not UTF-8, has rows of differing length, or text after a
/// closing quote.
///
/// # Example
/// ```
/// use palenque_graph::TableId;
///
/// let csv = b"node_id,in_degree,pagerank\n007,2,0.5\nb,,\n";
/// let table = palenque_frame::read_table(TableId::NodeMetrics, csv)?;
/// assert_eq!(table.text("node_id", 0), Some("007"));
/// assert_eq!(table.number("pagerank", 0), Some(0.5));
/// assert_eq!(table.number("in_degree", 1), None);
/// # Ok::<(), palenque_frame::FrameError>(())
/// ```
pub fn read_table(id: TableId, csv: &[u8]) -> Result<Table, FrameError> {
    read_table_with(id, csv, &|_| None)
}

/// [`read_table`] with the columns that are known by name, such as those of the metrics' registry.
///
/// # Errors
/// As [`read_table`]; and [`FrameError::Csv`] for a cell that is not of its known column's type.
pub fn read_table_with(
    id: TableId,
    csv: &[u8],
    known: &dyn Fn(&str) -> Option<ColumnSpec>,
) -> Result<Table, FrameError> {
    let (header, columns, lines) = columns_of(csv)?;
    let mut finished: Vec<Column> = Vec::with_capacity(columns.len());
    for (name, cells) in header.iter().zip(columns) {
        if finished.iter().any(|c| c.spec.name == name.as_ref()) {
            return Err(bad(1, format!("column `{name}` is there twice")));
        }
        let spec = known(name).unwrap_or_else(|| ColumnSpec {
            name: static_name(id, name),
            kind: guess(name, &cells),
            unit: Unit::None,
            meaning: "",
        });
        finished.push(Column::new(&spec, values_of(&spec, &cells, &lines)?));
    }
    Ok(Table::new(id, finished))
}

fn bad(line: u64, what: impl Into<String>) -> FrameError {
    FrameError::Csv { line, what: what.into() }
}

/// A cell: `None` where nothing is written, not even quotes.
type Cell<'a> = Option<Cow<'a, str>>;

/// The header, the cells by column, and the line on which each row begins.
type Parsed<'a> = (Vec<Cow<'a, str>>, Vec<Vec<Cell<'a>>>, Vec<u64>);

fn columns_of(csv: &[u8]) -> Result<Parsed<'_>, FrameError> {
    let text = std::str::from_utf8(csv).map_err(|e| {
        let line = csv[..e.valid_up_to()].split(|&b| b == b'\n').count() as u64;
        bad(line, "the text is not UTF-8")
    })?;
    let mut rest = Rest { text: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    if rest.text.is_empty() {
        return Err(bad(1, "the file is empty"));
    }
    let mut header = Vec::new();
    rest.row(|_, cell| {
        header.push(cell.unwrap_or_default());
    })?;
    let mut columns: Vec<Vec<Cell<'_>>> = header.iter().map(|_| Vec::new()).collect();
    let mut lines = Vec::new();
    while !rest.text.is_empty() {
        let line = rest.line;
        lines.push(line);
        let n_fields = rest.row(|i, cell| {
            if let Some(column) = columns.get_mut(i) {
                column.push(cell);
            }
        })?;
        if n_fields != header.len() {
            let n_columns = header.len();
            return Err(bad(
                line,
                format!("row has {n_fields} fields, the header has {n_columns}"),
            ));
        }
    }
    Ok((header, columns, lines))
}

/// What has not been read yet, and the line it begins on.
struct Rest<'a> {
    text: &'a str,
    line: u64,
}

impl<'a> Rest<'a> {
    /// Takes one row off, field by field, and says how many there were.
    fn row(&mut self, mut field: impl FnMut(usize, Cell<'a>)) -> Result<usize, FrameError> {
        let mut n_fields = 0;
        loop {
            let cell = if self.text.starts_with('"') { self.quoted()? } else { self.bare() };
            field(n_fields, cell);
            n_fields += 1;
            if let Some(text) = self.text.strip_prefix(',') {
                self.text = text;
                continue;
            }
            self.text = self.text.strip_prefix('\r').unwrap_or(self.text);
            match self.text.strip_prefix('\n') {
                Some(text) => self.text = text,
                None if self.text.is_empty() => {}
                None => return Err(bad(self.line, "there is text after a closing quote")),
            }
            self.line += 1;
            return Ok(n_fields);
        }
    }

    fn bare(&mut self) -> Cell<'a> {
        let end = self.text.find([',', '\n', '\r']).unwrap_or(self.text.len());
        let (cell, text) = self.text.split_at(end);
        self.text = text;
        (!cell.is_empty()).then_some(Cow::Borrowed(cell))
    }

    fn quoted(&mut self) -> Result<Cell<'a>, FrameError> {
        let opened = self.line;
        let body = &self.text[1..];
        let mut start = 0;
        loop {
            let Some(quote) = body[start..].find('"') else {
                return Err(bad(opened, "a quote is not closed"));
            };
            let end = start + quote;
            if body[end + 1..].starts_with('"') {
                start = end + 2;
                continue;
            }
            let cell = &body[..end];
            self.text = &body[end + 1..];
            self.line += cell.matches('\n').count() as u64;
            return Ok(Some(if start == 0 {
                Cow::Borrowed(cell)
            } else {
                Cow::Owned(cell.replace("\"\"", "\""))
            }));
        }
    }
}

fn guess(name: &str, cells: &[Cell<'_>]) -> Kind {
    if TEXT.contains(&name) {
        return Kind::Text;
    }
    let all = |is: fn(&str) -> bool| cells.iter().flatten().all(|cell| is(cell));
    if cells.iter().all(Option::is_none) {
        Kind::F64
    } else if all(|c| c == "true" || c == "false") {
        Kind::Bool
    } else if all(|c| c.parse::<i64>().is_ok()) {
        Kind::I64
    } else if all(|c| number(c).is_some()) {
        Kind::F64
    } else {
        Kind::Text
    }
}

/// A finite number; `inf` and `nan`, which Rust would parse, are words.
fn number(cell: &str) -> Option<f64> {
    let x: f64 = cell.parse().ok()?;
    (x.is_finite() && cell.ends_with(|c: char| c.is_ascii_digit())).then_some(x)
}

fn values_of(spec: &ColumnSpec, cells: &[Cell<'_>], lines: &[u64]) -> Result<Values, FrameError> {
    Ok(match spec.kind {
        Kind::Text => Values::Text(cells.iter().map(|c| c.as_deref().map(Into::into)).collect()),
        Kind::F64 => {
            let numbers = parsed(spec.name, cells, lines, "a number", number)?;
            Values::F64(numbers.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect())
        }
        Kind::I64 => {
            Values::I64(parsed(spec.name, cells, lines, "a whole number", |c| c.parse().ok())?)
        }
        Kind::Bool => {
            Values::Bool(parsed(spec.name, cells, lines, "true or false", |c| c.parse().ok())?)
        }
    })
}

fn parsed<T>(
    name: &str,
    cells: &[Cell<'_>],
    lines: &[u64],
    kind: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Option<T>>, FrameError> {
    let refuse = |cell: &str, line: u64| {
        bad(line, format!("`{}` in column `{name}` is not {kind}", shown(cell)))
    };
    let one = |(cell, &line): (&Cell<'_>, &u64)| match cell {
        None => Ok(None),
        Some(cell) => parse(cell).map(Some).ok_or_else(|| refuse(cell, line)),
    };
    cells.iter().zip(lines).map(one).collect()
}

/// The name as the table's schema has it. One that this version does not know, from a newer palenque, is kept for
/// the life of the process, once however often it comes.
fn static_name(id: TableId, name: &str) -> &'static str {
    static OTHERS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    if let Some(known) = id.column_order().iter().find(|known| **known == name) {
        return known;
    }
    let mut others = OTHERS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(&kept) = others.get(name) {
        return kept;
    }
    let kept: &'static str = Box::leak(name.into());
    others.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(csv: &str) -> Result<Table, FrameError> {
        read_table(TableId::NodeMetrics, csv.as_bytes())
    }

    fn refusal(csv: &str) -> String {
        read(csv).expect_err("refused").to_string()
    }

    #[test]
    fn types_are_seen_from_names_and_cells() {
        let table =
            read("period,node_id,n,x,ok,note,none\n1986,7,1,1.0,true,a,\n1986,8,,1e-7,,,\n")
                .expect("a good table");
        let kinds: Vec<Kind> = table.columns().iter().map(|c| c.spec.kind).collect();
        assert_eq!(format!("{kinds:?}"), "[Text, Text, I64, F64, Bool, Text, F64]");
    }

    #[test]
    fn words_for_no_number_stay_words() {
        let table = read("x\nnan\ninf\n").expect("a good table");
        assert_eq!(table.text("x", 1), Some("inf"));
    }

    #[test]
    fn quotes_line_ends_and_marks_are_understood() {
        let table = read("\u{feff}a,b\r\n\"x\"\"y\",\"\"\r\n\"1\n2\",\r\n").expect("a good table");
        assert_eq!(table.text("a", 0), Some("x\"y"));
        assert_eq!(table.text("a", 1), Some("1\n2"));
        assert_eq!(table.column("b").map(|c| c.values.is_null(1)), Some(true));
        assert_eq!(table.text("b", 0), Some(""));
    }

    #[test]
    fn what_is_not_a_table_is_refused_with_its_line() {
        assert_eq!(refusal(""), "line 1: the file is empty");
        assert_eq!(refusal("a,b\n\"1\n2\",3\n4\n"), "line 4: row has 1 fields, the header has 2");
        assert_eq!(refusal("a\n\"x\"y\n"), "line 2: there is text after a closing quote");
        assert_eq!(refusal("a\n\"x\n"), "line 2: a quote is not closed");
        assert_eq!(refusal("a,a\n1,2\n"), "line 1: column `a` is there twice");
        let error = read_table(TableId::NodeMetrics, b"a\n\xff\n").expect_err("refused");
        assert_eq!(error.to_string(), "line 2: the text is not UTF-8");
    }

    #[test]
    fn known_columns_decide_their_types() {
        let spec = ColumnSpec { name: "x", kind: Kind::F64, unit: Unit::Nat, meaning: "m" };
        let known = |name: &str| (name == "x").then_some(spec);
        let table = read_table_with(TableId::NodeMetrics, b"x\n1\n", &known).expect("a number");
        assert_eq!(table.columns()[0].spec, spec);
        let error = read_table_with(TableId::NodeMetrics, b"x\n1\na\n", &known);
        let message = error.expect_err("refused").to_string();
        assert_eq!(message, "line 3: `a` in column `x` is not a number");
    }
}
