//! Rows of `network_summary`.

use palenque_graph::table::{Column, ColumnSpec, Kind, Status, Unit, Values};
use palenque_graph::{Table, TableId};

/// The columns of `network_summary`, without the period.
pub static SUMMARY_COLUMNS: [ColumnSpec; 8] = [
    ColumnSpec { name: "metric", kind: Kind::Text, unit: Unit::None, meaning: "The index." },
    ColumnSpec { name: "value", kind: Kind::F64, unit: Unit::None, meaning: "Its value." },
    ColumnSpec { name: "unit", kind: Kind::Text, unit: Unit::None, meaning: "The value's unit." },
    ColumnSpec {
        name: "lower",
        kind: Kind::F64,
        unit: Unit::None,
        meaning: "Lower end of the 95 % interval where resampled, of what is proved where bounded.",
    },
    ColumnSpec {
        name: "upper",
        kind: Kind::F64,
        unit: Unit::None,
        meaning: "Upper end of the 95 % interval where resampled, of what is proved where bounded.",
    },
    ColumnSpec { name: "method", kind: Kind::Text, unit: Unit::None, meaning: "How, in a word." },
    ColumnSpec {
        name: "params",
        kind: Kind::Text,
        unit: Unit::None,
        meaning: "Parameters as `name=value`, joined by `;`.",
    },
    ColumnSpec {
        name: "status",
        kind: Kind::Text,
        unit: Unit::None,
        meaning: "Why the value is empty.",
    },
];

/// One index of the whole network.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The entry of the metric's [`Output`](crate::Output) for `network_summary`.
    pub spec: ColumnSpec,
    /// The value, or why there is none.
    pub value: Result<f64, Status>,
    /// A 95 % interval, where resampled; bounds that are proved, where there is no closed form.
    pub interval: Option<(f64, f64)>,
    /// How, in a word.
    pub method: &'static str,
    /// Parameters as `name=value`, joined by `;`.
    pub params: String,
}

impl Figure {
    /// An exact figure without parameters.
    #[must_use]
    pub fn new(spec: &ColumnSpec, value: Result<f64, Status>) -> Self {
        Self { spec: *spec, value, interval: None, method: "exact", params: String::new() }
    }
}

/// Exact figures without parameters, one a spec.
pub(crate) fn exact_figures<const K: usize>(
    specs: &[ColumnSpec; K],
    values: [Result<f64, Status>; K],
) -> [Figure; K] {
    std::array::from_fn(|i| Figure::new(&specs[i], values[i]))
}

/// The figures as rows of `network_summary`.
#[must_use]
pub fn network_summary(figures: &[Figure]) -> Table {
    let [metric, value, unit, lower, upper, method, params, status] = &SUMMARY_COLUMNS;
    let text = |f: &dyn Fn(&Figure) -> String| {
        let cell = |s: String| (!s.is_empty()).then(|| s.into());
        Values::Text(figures.iter().map(|figure| cell(f(figure))).collect())
    };
    let bound = |f: &dyn Fn((f64, f64)) -> f64| {
        Values::F64(figures.iter().map(|figure| figure.interval.map_or(f64::NAN, f)).collect())
    };
    let columns = vec![
        Column::new(metric, text(&|f| f.spec.name.into())),
        Column::new(
            value,
            Values::F64(figures.iter().map(|f| f.value.unwrap_or(f64::NAN)).collect()),
        ),
        Column::new(
            unit,
            text(&|f| match f.spec.unit {
                Unit::Currency => "currency".into(),
                unit => unit.name(None).into(),
            }),
        ),
        Column::new(lower, bound(&|i| i.0)),
        Column::new(upper, bound(&|i| i.1)),
        Column::new(method, text(&|f| f.method.into())),
        Column::new(params, text(&|f| f.params.clone())),
        Column::new(status, text(&|f| f.value.err().map_or(String::new(), |s| s.to_string()))),
    ];
    Table::new(TableId::NetworkSummary, columns)
}
