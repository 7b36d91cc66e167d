//! Indices of the whole network from period to period, each in a panel of its own.

use super::input::{Options, in_periods, periods, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Words};
use crate::geometry::Rect;
use crate::number::{counted, short};
use crate::scale::{Range, Scale, axis_range};
use crate::style::{Preset, Shape, Sheet, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label};
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};

/// Indices over periods.
#[derive(Debug)]
pub(super) struct Trend;

static SPEC: ChartSpec = ChartSpec {
    name: "trend",
    summary: "Indices of the whole network from period to period, each in a panel.",
    reading: "Every panel has its own scale, which need not begin at zero: compare directions, not heights. A band is an interval that the \
              index itself gives. A gap is a period in which the index is undefined.",
    needs: &[TableId::NetworkSummary],
    needs_network: false,
    options: &[
        (
            "figures",
            "dol_specialization,dol_exclusivity,production_fragmentation_index,mean_effective_firms,\
             trophic_incoherence_F0,esri_max,gabaix_h,r_index_degree_static,single_source_output_share",
            "names of the indices, parted by commas; those that are there are drawn",
        ),
        ("period", "", "the last period that is drawn; all if not given"),
        ("title", "", "another title"),
    ],
};

/// More panels than this are too small.
const MOST: usize = 12;

/// A value of a period, and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Value {
    value: f64,
    bounds: Option<(f64, f64)>,
}

#[derive(Debug)]
struct Panel {
    figure: String,
    unit: String,
    /// By period: value and interval.
    values: Vec<Option<Value>>,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    periods: Vec<String>,
    panels: Vec<Panel>,
    title: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::NetworkSummary)?;
    let periods = periods(table, options)?;
    let asked = options.text("figures").unwrap_or_default();
    let panels: Vec<Panel> = asked
        .split(',')
        .map(str::trim)
        .filter_map(|figure| panel(table, &periods, figure))
        .take(MOST)
        .collect();
    if panels.is_empty() {
        let why =
            "none of its `figures` has a value: `palenque list columns` names those that there are";
        return Err(ReportError::Empty { why: why.into() });
    }
    let title = options.title(format!("What changed{}", in_periods(&periods)));
    Ok(Points { periods, panels, title })
}

fn panel(table: &Table, periods: &[String], figure: &str) -> Option<Panel> {
    let rows: Vec<usize> =
        (0..table.n_rows()).filter(|row| table.text("metric", *row) == Some(figure)).collect();
    let value = |period: &String| {
        let row =
            rows.iter().find(|row| table.text("period", **row).unwrap_or_default() == period)?;
        let bounds = table.number("lower", *row).zip(table.number("upper", *row));
        Some(Value { value: table.number("value", *row)?, bounds })
    };
    let values: Vec<_> = periods.iter().map(value).collect();
    values.iter().any(Option::is_some).then(|| Panel {
        figure: figure.to_owned(),
        unit: table.text("unit", *rows.first().unwrap_or(&0)).unwrap_or_default().to_owned(),
        values,
    })
}

impl Panel {
    fn ends(&self) -> Option<(f64, f64)> {
        let mut known = self.values.iter().flatten().map(|known| known.value);
        let first = known.next()?;
        Some((first, known.next_back().unwrap_or(first)))
    }
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "figure", "value", "lower", "upper", "unit"]);
        for panel in &self.panels {
            for (period, value) in self.periods.iter().zip(&panel.values) {
                let Some(Value { value, bounds }) = value else { continue };
                let (lower, upper) = bounds.unwrap_or((f64::NAN, f64::NAN));
                csv.text(period).text(&panel.figure).number(*value).number(lower).number(upper);
                csv.text(&panel.unit).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let told = self.panels.iter().filter_map(|panel| {
            let (first, last) = panel.ends()?;
            Some(format!("{} from {} to {}", called(&panel.figure), short(first), short(last)))
        });
        format!(
            "{} over {}, each in a panel of its own: {}.",
            counted(self.panels.len(), "index", "indices"),
            counted(self.periods.len(), "period", "periods"),
            told.collect::<Vec<_>>().join("; ")
        )
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: "Each index on a scale of its own.".to_owned(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::trend()),
    };
    let sheet = Sheet::of(style);
    let most = if style.preset == Preset::Paper1Col { 2 } else { 3 };
    let n_columns = points.panels.len().min(most);
    let n_rows = points.panels.len().div_ceil(n_columns);
    let needed = n_rows as f64 * sheet.label * 10.5 + sheet.label * 3.0;
    let mut figure = Figure::new(words, style, needed);
    let (area, gap) = (figure.area(), sheet.gap());
    let (wide, high) = (
        (area.width + gap * 2.0) / n_columns as f64 - gap * 2.0,
        (area.height + gap * 1.5) / n_rows as f64 - gap * 1.5,
    );
    for (i, panel) in points.panels.iter().enumerate() {
        let (row, column) = ((i / n_columns) as f64, (i % n_columns) as f64);
        let x = area.x + column * (wide + gap * 2.0);
        let y = area.y + row * (high + gap * 1.5);
        draw_panel(points, panel, &Rect::new(x, y, wide, high), &mut figure);
    }
    figure.finish()
}

/// The name, the values over the periods, and the first and the last in numbers.
fn draw_panel(points: &Points, panel: &Panel, area: &Rect, figure: &mut Figure) {
    let sheet = figure.sheet;
    let (tick, gap) = (sheet.tick, sheet.gap());
    let colour = group_colour(0, &sheet.ink);
    let name = fit(&called(&panel.figure), sheet.label, Weight::Bold, area.width);
    let head = figure.label((area.x, area.y + sheet.label), &name, Anchor::Start);
    figure.push(head.weight(Weight::Bold));
    // Room for a number above the highest point, below the name, and for one below the lowest, above the rule.
    let top = area.y + Sheet::line_height(sheet.label) + tick * 1.9;
    let foot = area.bottom() - Sheet::line_height(tick) - gap * 0.3;
    let bottom = foot - sheet.point * 0.4 - tick * 1.5;
    let side = tick * 1.6;
    let inside = Rect::between(area.x + side, top, area.right() - side, bottom);
    let numbers: Vec<f64> = panel
        .values
        .iter()
        .flatten()
        .flat_map(|Value { value, bounds }| {
            let (low, high) = bounds.unwrap_or((*value, *value));
            [*value, low, high]
        })
        .collect();
    let y = Scale::linear(at_least_a_fifth(axis_range(&numbers)), (inside.bottom(), inside.y));
    let last = points.periods.len().saturating_sub(1).max(1) as f64;
    let x = |k: usize| {
        let share = if points.periods.len() == 1 { 0.5 } else { k as f64 / last };
        inside.x + share * inside.width
    };
    figure.push(figure.rule((area.x, foot + gap * 0.2), (area.right(), foot + gap * 0.2)));
    let ends = [0, points.periods.len() - 1];
    for (k, anchor) in ends.into_iter().zip([Anchor::Start, Anchor::End]) {
        let at = if k == 0 { area.x } else { area.right() };
        let text = label(&points.periods[k]);
        let text = fit(&text, tick, Weight::Regular, area.width * 0.45);
        if k > 0 || anchor == Anchor::Start {
            figure.push(figure.note((at, area.bottom() - tick * 0.2), &text, anchor));
        }
    }
    let known: Vec<(usize, Value)> =
        (0..).zip(&panel.values).filter_map(|(k, value)| Some((k, (*value)?))).collect();
    let band: Vec<(f64, f64, f64)> = known
        .iter()
        .filter_map(|(k, known)| known.bounds.map(|(l, h)| (x(*k), y.place(l), y.place(h))))
        .collect();
    if band.len() > 1 {
        let there = band.iter().map(|(x, _, high)| (*x, *high));
        let back = band.iter().rev().map(|(x, low, _)| (*x, *low));
        let shape = Element::path(Outline::through(there.chain(back)).closed());
        figure.push(shape.fill(colour).opacity(0.2));
    }
    for run in known.chunk_by(|a, b| a.0 + 1 == b.0) {
        let line = Outline::through(run.iter().map(|(k, known)| (x(*k), y.place(known.value))));
        let line = Element::path(line).no_fill().stroke(colour, sheet.stroke);
        figure.push(line.set("stroke-linejoin", "round"));
    }
    for (k, Value { value, .. }) in &known {
        let at = (x(*k), y.place(*value));
        let tip = format!("{}: {}", label(&points.periods[*k]), short(*value));
        figure.push(Shape::of(0).at(at, sheet.point * 0.8).fill(colour).tooltip(&tip));
    }
    let ends = match &known[..] {
        [] => vec![],
        [only] => vec![(only, only)],
        [first, .., last] => vec![(first, &known[1]), (last, &known[known.len() - 2])],
    };
    for ((k, Value { value, .. }), (_, beside)) in ends {
        let text = short(*value);
        // On the side of its point where the line does not go, and within the panel.
        let half = crate::text::width(&text, tick, Weight::Regular) / 2.0;
        let centre = x(*k).clamp(area.x + half, area.right() - half);
        let away = if beside.value > *value { tick * 1.6 } else { -tick * 0.7 };
        let at = (centre, y.place(*value) + away);
        figure.push(figure.label_on_marks(at, &text, tick, Anchor::Middle));
    }
}

/// A range of no less than a fifth of its largest value, so that what hardly changes looks like it.
fn at_least_a_fifth(range: Range) -> Range {
    let least = 0.2 * range.high.abs().max(range.low.abs());
    let more = (least - (range.high - range.low)).max(0.0) / 2.0;
    Range { low: range.low - more, high: range.high + more }
}

/// What an index is called in words.
fn called(figure: &str) -> String {
    match figure.split_once('_') {
        Some(("dol", rest)) => format!("Division of labour: {}", rest.replace('_', " ")),
        Some(("esri", rest)) => format!("ESRI {}", rest.replace('_', " ")),
        _ => words(figure),
    }
}

impl Chart for Trend {
    fn spec(&self) -> &'static ChartSpec {
        &SPEC
    }

    fn draw(
        &self,
        input: &ChartInput<'_>,
        options: &ChartOptions,
        style: &Style,
    ) -> Result<Drawing, ReportError> {
        Ok(draw(&points(input, &Options::of(&SPEC, options)?)?, style))
    }
}
