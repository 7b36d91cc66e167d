//! What a metric returns, and what is written: typed columns with units, meanings and reasons for gaps.

mod column_order;
mod composite_order;
mod join;
mod schema;
mod temporal_order;

pub use join::{JoinError, Joiner};
pub use schema::{Alignment, TableId};

use std::fmt;

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Floating-point numbers.
    F64,
    /// Whole numbers.
    I64,
    /// `true` or `false`.
    Bool,
    /// Text.
    Text,
}

/// What a number in a column is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A pure number.
    One,
    /// The unit of the flows, per period.
    Currency,
    /// A count of things.
    Count,
    /// Steps along edges.
    Hop,
    /// One over steps along edges, or over the length that was asked for.
    PerHop,
    /// Production stages.
    Stage,
    /// A level of the trophic scale, one unit a step of the chain.
    Level,
    /// Years.
    Year,
    /// A place in an order, 1 the largest.
    Rank,
    /// Natural units of information.
    Nat,
    /// A number that names something.
    Id,
    /// Not a quantity.
    None,
}

impl Unit {
    /// The unit as `datapackage.json` names it; `currency` is the unit of the flows.
    #[must_use]
    pub fn name(self, currency: Option<&str>) -> &str {
        match self {
            Self::One => "1",
            Self::Currency => currency.unwrap_or("flow"),
            Self::Count => "count",
            Self::Hop => "hop",
            Self::PerHop => "1/hop",
            Self::Stage => "stage",
            Self::Level => "level",
            Self::Year => "year",
            Self::Rank => "rank",
            Self::Nat => "nat",
            Self::Id => "id",
            Self::None => "",
        }
    }
}

/// A column's name, type, unit and meaning. A published name never changes meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// `snake_case`, ASCII, without a unit.
    pub name: &'static str,
    /// The type of the values.
    pub kind: Kind,
    /// What they are measured in.
    pub unit: Unit,
    /// What they mean, in one sentence.
    pub meaning: &'static str,
}

impl ColumnSpec {
    /// A column of floating-point numbers.
    #[must_use]
    pub const fn number(name: &'static str, unit: Unit, meaning: &'static str) -> Self {
        Self { name, kind: Kind::F64, unit, meaning }
    }

    /// A column of counts.
    #[must_use]
    pub const fn count(name: &'static str, meaning: &'static str) -> Self {
        Self { name, kind: Kind::I64, unit: Unit::Count, meaning }
    }

    /// A column of `true` and `false`.
    #[must_use]
    pub const fn flag(name: &'static str, meaning: &'static str) -> Self {
        Self { name, kind: Kind::Bool, unit: Unit::None, meaning }
    }

    /// A column of text.
    #[must_use]
    pub const fn text(name: &'static str, meaning: &'static str) -> Self {
        Self { name, kind: Kind::Text, unit: Unit::None, meaning }
    }
}

/// Why a cell is empty (`methods.md` 0.3); the names appear in the `status` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// The node has no edges.
    Isolate,
    /// Nobody supplies the node.
    NoIn,
    /// The node supplies nobody.
    NoOut,
    /// The formula divides by zero here.
    ZeroDenominator,
    /// A single node.
    SingleNode,
    /// The network is not connected.
    Disconnected,
    /// The network is not strongly connected. A remark where there is a number all the same.
    NotStronglyConnected,
    /// The matrix has no positive eigenvalue.
    SpectralRadiusZero,
    /// The attenuation is too large for the series to converge.
    AlphaTooLarge,
    /// `I − A` cannot be inverted: some part of the economy is closed.
    SingularLeontief,
    /// Several answers fit equally well.
    NotUnique,
    /// The iteration did not reach its tolerance.
    NotConverged,
    /// The two sides have nothing in common.
    NoOverlap,
    /// Too few observations.
    InsufficientN,
    /// A column or file that the index needs is missing.
    InputMissing,
    /// Only the largest were asked for, and this one cannot be among them.
    BelowTop,
    /// The output was imputed by the balanced closure. Not a gap: a remark.
    XImputed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Isolate => "isolate",
            Self::NoIn => "no_in",
            Self::NoOut => "no_out",
            Self::ZeroDenominator => "zero_denominator",
            Self::SingleNode => "single_node",
            Self::Disconnected => "disconnected",
            Self::NotStronglyConnected => "not_strongly_connected",
            Self::SpectralRadiusZero => "spectral_radius_zero",
            Self::AlphaTooLarge => "alpha_too_large",
            Self::SingularLeontief => "singular_leontief",
            Self::NotUnique => "not_unique",
            Self::NotConverged => "not_converged",
            Self::NoOverlap => "no_overlap",
            Self::InsufficientN => "insufficient_n",
            Self::InputMissing => "input_missing",
            Self::BelowTop => "below_top",
            Self::XImputed => "x_imputed",
        })
    }
}

/// A column's values. In `F64`, NaN marks an undefined cell; it leaves palenque as an empty one.
#[derive(Clone, Debug)]
pub enum Values {
    /// Floating-point numbers; NaN is undefined, infinity is not allowed.
    F64(Vec<f64>),
    /// Whole numbers.
    I64(Vec<Option<i64>>),
    /// `true` or `false`.
    Bool(Vec<Option<bool>>),
    /// Text.
    Text(Vec<Option<Box<str>>>),
}

impl Values {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F64(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::Text(v) => v.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::F64(_) => Kind::F64,
            Self::I64(_) => Kind::I64,
            Self::Bool(_) => Kind::Bool,
            Self::Text(_) => Kind::Text,
        }
    }

    /// Whether a row is undefined.
    #[must_use]
    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Self::F64(v) => v[row].is_nan(),
            Self::I64(v) => v[row].is_none(),
            Self::Bool(v) => v[row].is_none(),
            Self::Text(v) => v[row].is_none(),
        }
    }

    /// The number in a row of a numeric column; `None` where undefined or not numeric.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::F64(v) => (!v[row].is_nan()).then_some(v[row]),
            Self::I64(v) => v[row].map(|x| x as f64),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }

    /// The text in a row of a text column.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(v) => v[row].as_deref(),
            _ => None,
        }
    }

    fn append(&mut self, other: Self) -> bool {
        match (self, other) {
            (Self::F64(a), Self::F64(b)) => a.extend(b),
            (Self::I64(a), Self::I64(b)) => a.extend(b),
            (Self::Bool(a), Self::Bool(b)) => a.extend(b),
            (Self::Text(a), Self::Text(b)) => a.extend(b),
            _ => return false,
        }
        true
    }
}

/// Counts as values.
impl FromIterator<usize> for Values {
    fn from_iter<I: IntoIterator<Item = usize>>(iter: I) -> Self {
        Self::I64(
            iter.into_iter()
                .map(|n| Some(i64::try_from(n).expect("a count of things in memory")))
                .collect(),
        )
    }
}

/// A column with its values and the reasons for its gaps.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name, type, unit, meaning.
    pub spec: ColumnSpec,
    /// The values, by row.
    pub values: Values,
    /// Rows with a remark, in ascending order: why the cell is empty.
    pub status: Vec<(u32, Status)>,
}

impl Column {
    /// A column without remarks.
    ///
    /// # Panics
    /// If the values are not of the column's type, or one is infinite.
    #[must_use]
    pub fn new(spec: &ColumnSpec, mut values: Values) -> Self {
        assert_eq!(spec.kind, values.kind(), "values of column `{}`", spec.name);
        if let Values::F64(v) = &mut values {
            for x in v {
                assert!(!x.is_infinite(), "column `{}` is infinite somewhere", spec.name);
                *x += 0.0; // a zero has no sign, not even the sum of nothing, which is -0
            }
        }
        Self { spec: *spec, values, status: Vec::new() }
    }

    /// A column of numbers, each either defined or empty for a reason.
    ///
    /// # Panics
    /// If a number is NaN or infinite, or the column is not one of numbers.
    #[must_use]
    pub fn from_results(
        spec: &ColumnSpec,
        results: impl IntoIterator<Item = Result<f64, Status>>,
    ) -> Self {
        let mut status = Vec::new();
        let values = results.into_iter().enumerate().map(|(row, result)| match result {
            Ok(x) => {
                assert!(x.is_finite(), "column `{}`, row {row}: {x}", spec.name);
                x
            }
            Err(reason) => {
                status.push((row as u32, reason));
                f64::NAN
            }
        });
        let values = Values::F64(values.collect());
        Self { status, ..Self::new(spec, values) }
    }

    /// A column of `n` numbers, or of one reason why there is none.
    ///
    /// # Panics
    /// As [`Column::from_results`].
    #[must_use]
    pub fn of_all(spec: &ColumnSpec, n: usize, values: Result<Vec<f64>, Status>) -> Self {
        match values {
            Ok(values) => Self::from_results(spec, values.into_iter().map(Ok)),
            Err(why) => Self::from_results(spec, (0..n).map(|_| Err(why))),
        }
    }

    /// A column of numbers of which some are undefined, all for one reason.
    ///
    /// # Panics
    /// As [`Column::from_results`].
    #[must_use]
    pub fn from_options(spec: &ColumnSpec, values: &[Option<f64>], reason: Status) -> Self {
        Self::from_results(spec, values.iter().map(|value| value.ok_or(reason)))
    }
}

/// A table: an id that says what it is and which rows it has, and columns.
///
/// A table aligned with the nodes or edges of a graph has no key columns until a [`Joiner`] adds them.
#[derive(Clone, Debug)]
pub struct Table {
    id: TableId,
    columns: Vec<Column>,
}

impl Table {
    /// A table of columns of one length.
    ///
    /// # Panics
    /// If the columns differ in length or two have one name.
    #[must_use]
    pub fn new(id: TableId, columns: Vec<Column>) -> Self {
        if let Some(first) = columns.first() {
            for (i, column) in columns.iter().enumerate() {
                let name = column.spec.name;
                assert_eq!(column.values.len(), first.values.len(), "column `{name}` of {id}");
                assert!(columns[..i].iter().all(|c| c.spec.name != name), "`{name}` twice in {id}");
            }
        }
        Self { id, columns }
    }

    /// What this table is.
    #[must_use]
    pub fn id(&self) -> TableId {
        self.id
    }

    /// How many rows there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.spec.name == name)
    }

    /// The number in a row of the column of this name.
    #[must_use]
    pub fn number(&self, name: &str, row: usize) -> Option<f64> {
        self.column(name)?.values.number(row)
    }

    /// The text in a row of the column of this name.
    #[must_use]
    pub fn text(&self, name: &str, row: usize) -> Option<&str> {
        self.column(name)?.values.text(row)
    }

    /// The table without the columns that a test refuses. Key columns go through the test like others.
    #[must_use]
    pub fn retain_columns(mut self, keep: impl Fn(&ColumnSpec) -> bool) -> Self {
        self.columns.retain(|c| keep(&c.spec));
        self
    }

    /// The rows for which a test holds, in order.
    #[must_use]
    pub fn filter_rows(&self, keep: impl Fn(usize) -> bool) -> Self {
        let rows: Vec<usize> = (0..self.n_rows()).filter(|&row| keep(row)).collect();
        let columns = self.columns.iter().map(|column| {
            let values = match &column.values {
                Values::F64(v) => Values::F64(rows.iter().map(|&r| v[r]).collect()),
                Values::I64(v) => Values::I64(rows.iter().map(|&r| v[r]).collect()),
                Values::Bool(v) => Values::Bool(rows.iter().map(|&r| v[r]).collect()),
                Values::Text(v) => Values::Text(rows.iter().map(|&r| v[r].clone()).collect()),
            };
            let new_row = |&(row, reason): &(u32, Status)| {
                Some((rows.binary_search(&(row as usize)).ok()? as u32, reason))
            };
            let status = column.status.iter().filter_map(new_row).collect();
            Column { spec: column.spec, values, status }
        });
        Self { id: self.id, columns: columns.collect() }
    }
}
