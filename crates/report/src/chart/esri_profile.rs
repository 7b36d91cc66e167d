//! The systemic risk of firms by rank, on two logarithmic axes.

use super::input::{Names, Options, in_period, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, Plot, axes};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::distance;
use crate::number::{counted, percent};
use crate::place::{Obstacles, Wish};
use crate::scale::Range;
use crate::style::{Shape, Sheet, group_colour};
use crate::text::{Weight, fit, width};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The rank profile.
#[derive(Debug)]
pub(super) struct EsriProfile;

static SPEC: ChartSpec = ChartSpec {
    name: "esri_profile",
    summary: "Systemic risk of every firm by rank, and what of it comes by inputs and by orders.",
    reading: "A point is a firm: the further right, the less its failure costs the others. A flat beginning is a plateau of \
              firms that bring each other down, so that the failure of any of them costs about the same. Where the mark for \
              inputs is at the point itself, customers suffer; where that for orders is, suppliers do.",
    needs: &[TableId::DisruptionNodes],
    needs_network: false,
    options: &[
        ("labels", "6", "how many of the largest are named"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// Columns with what they are called.
const PARTS: [(&str, &str); 3] =
    [("esri", "All"), ("esri_down", "For want of inputs"), ("esri_up", "For want of orders")];

#[derive(Debug)]
struct Firm {
    id: String,
    name: String,
    /// In the order of the parts.
    values: [f64; 3],
}

/// The plotted data, the largest first.
#[derive(Debug)]
struct Points {
    firms: Vec<Firm>,
    n_zero: usize,
    n_labels: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::DisruptionNodes)?;
    if table.column("esri").is_none() {
        let what = "column `esri` in `disruption_nodes`: measure `systemic_risk`".to_owned();
        return Err(ReportError::InputMissing { what });
    }
    let period = period(table, options)?;
    let names = Names::of(input);
    let mut n_zero = 0;
    let mut firms = Vec::new();
    for row in rows_of(table, &period) {
        let Some(esri) = table.number("esri", row) else { continue };
        if esri <= 0.0 {
            n_zero += 1;
            continue;
        }
        let id = table.text("node_id", row).unwrap_or_default();
        let part = |(column, _): (&str, &str)| table.number(column, row).unwrap_or(0.0);
        firms.push(Firm { id: id.to_owned(), name: names.shown(id), values: PARTS.map(part) });
    }
    if firms.is_empty() {
        return Err(ReportError::Empty { why: "no firm has any systemic risk".into() });
    }
    firms.sort_by(|a, b| b.values[0].total_cmp(&a.values[0])); // stable: ties in table order
    let title = options.title(format!("Systemic risk of firms{}", in_period(&period)));
    let n_labels = options.number("labels", 0, 50)?;
    Ok(Points { firms, n_zero, n_labels, title, period })
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "rank", "node_id", "part", "value"]);
        for (rank, firm) in (1..).zip(&self.firms) {
            for ((column, _), value) in PARTS.iter().zip(firm.values) {
                csv.text(&self.period).count(rank).text(&firm.id).text(column);
                csv.number(value).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let first = &self.firms[0];
        let near = self.firms.iter().filter(|f| f.values[0] >= first.values[0] * 0.5).count();
        let by_inputs = self.firms.iter().filter(|f| f.values[1] >= f.values[2]).count();
        format!(
            "Systemic risk of {} by rank{}, on logarithmic axes. The failure of {} costs most: {} of the \
             network. {} cost at least half of that. For {} more is lost for want of inputs than of orders.",
            counted(self.firms.len(), "firm", "firms"),
            in_period(&self.period),
            first.name,
            percent(first.values[0]),
            counted(near, "firm", "firms"),
            counted(by_inputs, "firm", "firms"),
        )
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let mut subtitle =
        vec!["Share of the network that is lost in the end when a firm fails.".to_owned()];
    if points.n_zero > 0 {
        let firms = counted(points.n_zero, "firm", "firms");
        subtitle.push(format!("Not drawn: {firms} without any."));
    }
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: subtitle.join(" "),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::esri_profile(&PARTS.map(|(column, _)| column))),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 21.0);
    let sheet = figure.sheet;
    let entries = PARTS.iter().enumerate().map(|(part, (_, name))| {
        (Sample::Point(Shape::of(part), group_colour(part, &sheet.ink), false), (*name).to_owned())
    });
    figure.legend(&entries.collect::<Vec<_>>());
    let positive = || points.firms.iter().flat_map(|firm| firm.values).filter(|v| *v > 0.0);
    let least = points.firms.last().map_or(1.0, |firm| firm.values[0]);
    // Parts may be many decades below the whole: what is far below every whole does not matter.
    let low = positive().fold(1.0, f64::min).max(least * 0.05) * 0.8;
    let plot = axes(
        &mut figure,
        &Axis {
            range: Range { low: 0.8, high: points.firms.len() as f64 * 1.25 },
            log: true,
            title: "Rank",
        },
        &Axis { range: Range { low, high: 1.1 }, log: true, title: "Share that is lost" },
    );
    let many = points.firms.len() > 200;
    let radius = sheet.point * if many { 0.45 } else { 0.75 };
    let mut marks = Vec::new();
    for part in (0..PARTS.len()).rev() {
        let mut last = (f64::NEG_INFINITY, 0.0);
        for (rank, firm) in points.firms.iter().enumerate() {
            if firm.values[part] < low {
                continue;
            }
            let at = (plot.x.place(rank as f64 + 1.0), plot.y.place(firm.values[part]));
            if distance(last, at) < sheet.line * 0.8 {
                continue;
            }
            last = at;
            let size = if part == 0 { radius } else { radius * 0.7 };
            let mark = Shape::of(part).at(at, size).fill(group_colour(part, &sheet.ink));
            let mark = mark.set("fill-opacity", if part == 0 { "0.95" } else { "0.7" });
            let tip = format!(
                "{}: {} {}",
                firm.name,
                PARTS[part].1.to_lowercase(),
                percent(firm.values[part])
            );
            figure.push(if many { mark } else { mark.tooltip(&tip) });
            marks.push((at, size));
        }
    }
    labels(points, &plot, &marks, &mut figure);
    figure.finish()
}

/// The names of the largest, where there is room.
fn labels(points: &Points, plot: &Plot, marks: &[((f64, f64), f64)], figure: &mut Figure) {
    let size = figure.sheet.tick;
    let named = &points.firms[..points.n_labels.min(points.firms.len())];
    let names: Vec<String> = named
        .iter()
        .map(|firm| fit(&firm.name, size, Weight::Regular, plot.inside.width * 0.3))
        .collect();
    let wishes: Vec<Wish> = (1..)
        .zip(named)
        .zip(&names)
        .map(|((rank, firm), name)| Wish {
            point: (plot.x.place(f64::from(rank)), plot.y.place(firm.values[0])),
            radius: figure.sheet.point * 0.9,
            width: width(name, size, Weight::Regular) + size * 0.3,
            height: size * 1.2,
        })
        .collect();
    let discs = marks.iter().map(|&(at, radius)| (at, radius * 1.2)).collect();
    let obstacles = Obstacles { discs, boxes: Vec::new() };
    figure.names_on_marks(&names, &wishes, &obstacles, &plot.inside);
}

impl Chart for EsriProfile {
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
