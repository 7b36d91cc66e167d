//! The ranked dot plot: who is largest, by how much.

use super::input::{Names, Options, in_period, numeric, period, quantity, rows_of, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Words};
use crate::geometry::Rect;
use crate::number::{aligned, count, counted, short};
use crate::scale::{Scale, axis_range};
use crate::style::{Sheet, group_colour};
use crate::svg::Anchor;
use crate::text::{Weight, fit, width};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The ranked dot plot.
#[derive(Debug)]
pub(super) struct Ranking;

static SPEC: ChartSpec = ChartSpec {
    name: "ranking",
    summary: "The nodes with the largest values of one column, in order.",
    reading: "Each row is a node and its dot the value, printed at the right. Compare distances between dots: \
              a wide gap sets a node apart, a smooth run of dots does not.",
    needs: &[],
    needs_network: false,
    options: &[
        ("column", "pagerank", "the column to rank by"),
        ("table", "node_metrics", "the table it is in: `node_metrics` or `linkages`"),
        ("top", "20", "how many nodes to show, 1 to 100"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The plotted data.
#[derive(Debug)]
struct Points {
    /// Id, name as drawn, value; largest first.
    rows: Vec<(String, String, f64)>,
    /// Nodes with a value.
    n_defined: usize,
    /// Nodes without one.
    n_undefined: usize,
    title: String,
    quantity: String,
    meaning: &'static str,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let id = match options.choice("table", &["node_metrics", "linkages"])? {
        "linkages" => TableId::Linkages,
        _ => TableId::NodeMetrics,
    };
    let table = input.table(id)?;
    let spec = numeric(table, options.text("column").unwrap_or_default())?;
    let top = options.number("top", 1, 100)?;
    let period = period(table, options)?;
    let names = Names::of(input);
    let mut rows = Vec::new();
    let mut n_undefined = 0;
    for row in rows_of(table, &period) {
        let node = table.text("node_id", row).unwrap_or_default();
        match table.number(spec.name, row) {
            Some(value) => rows.push((node, value)),
            None => n_undefined += 1,
        }
    }
    if rows.is_empty() {
        return Err(ReportError::Empty { why: format!("every value of `{}` is empty", spec.name) });
    }
    rows.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable: ties stay in the order of the nodes
    let n_defined = rows.len();
    rows.truncate(top);
    let named = |(node, value): (&str, f64)| (node.to_owned(), names.shown(node), value);
    let head = words(spec.name);
    let default = match rows.len() {
        n if n == n_defined => format!("{head}: all {} nodes", count(n)),
        n => format!("{head}: the top {} of {} nodes", count(n), count(n_defined)),
    };
    Ok(Points {
        rows: rows.into_iter().map(named).collect(),
        n_defined,
        n_undefined,
        title: options.title(format!("{default}{}", in_period(&period))),
        quantity: quantity(spec, input),
        meaning: spec.meaning,
        period,
    })
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "rank", "node_id", "label", "value"]);
        for (rank, (id, name, value)) in (1..).zip(&self.rows) {
            csv.text(&self.period).count(rank).text(id).text(name).number(*value).end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let (first, last) = (&self.rows[0], &self.rows[self.rows.len() - 1]);
        let smallest = match self.rows.len() {
            1 => String::new(),
            _ => format!("; the last one shown, {}, has {}", last.1, short(last.2)),
        };
        let mut said = vec![format!(
            "Ranked dot plot of {} for {} of {} nodes{}. {} is largest with {}{}.",
            self.quantity,
            count(self.rows.len()),
            count(self.n_defined),
            in_period(&self.period),
            first.1,
            short(first.2),
            smallest
        )];
        if self.n_undefined > 0 {
            let nodes =
                counted(self.n_undefined, "node without a value is", "nodes without a value are");
            said.push(format!("{nodes} not drawn."));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.meaning.to_owned(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::ranking(&points.quantity)),
    };
    let sheet = Sheet::of(style);
    let n = points.rows.len() as f64;
    let least_row = Sheet::line_height(sheet.label);
    let axis_height =
        Sheet::line_height(sheet.tick) + Sheet::line_height(sheet.label) + sheet.gap();
    let mut figure = Figure::new(words, style, n * least_row + axis_height);
    let (area, size, gap) = (figure.area(), sheet.label, sheet.gap());

    let values: Vec<f64> = points.rows.iter().map(|row| row.2).collect();
    let wide = |text: &str| width(text, size, Weight::Regular);
    let numbers = aligned(&values);
    let number_room = numbers.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let name_limit = area.width * 0.42;
    let names = points.rows.iter().map(|row| fit(&row.1, size, Weight::Regular, name_limit));
    let names: Vec<String> = names.collect();
    let name_room = names.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let inside = Rect::between(
        area.x + name_room + gap * 1.5,
        area.y,
        area.right() - number_room - gap * 1.5,
        area.bottom() - axis_height,
    );
    let range = axis_range(&values);
    let range =
        if range.low >= 0.0 && range.low < 0.5 * range.high { range.with_zero() } else { range };
    let range = if range.low == 0.0 { range } else { range.padded(0.04) };
    let scale = Scale::linear(range, (inside.x, inside.right()));

    let room = inside.width / (size * 6.0);
    #[expect(clippy::cast_sign_loss, reason = "clamped to 2..8")]
    for (value, label) in scale.ticks(room.clamp(2.0, 8.0) as usize) {
        let x = scale.place(value);
        figure.push(figure.grid((x, inside.y), (x, inside.bottom())));
        let baseline = inside.bottom() + gap * 0.4 + sheet.tick;
        figure.push(figure.note((x, baseline), &label, Anchor::Middle));
    }
    let title = fit(&points.quantity, size, Weight::Regular, area.width);
    let half = wide(&title) / 2.0;
    let centre = inside.centre().0.clamp(area.x + half, (area.right() - half).max(area.x + half));
    figure.push(figure.label((centre, area.bottom() - size * 0.3), &title, Anchor::Middle));

    let row_height = inside.height / n;
    let radius = sheet.point.min(row_height * 0.36);
    let colour = group_colour(0, &sheet.ink);
    for (i, (id, full, value)) in points.rows.iter().enumerate() {
        let y = inside.y + row_height * (i as f64 + 0.5);
        let baseline = y + size * 0.36;
        // A line as long as the value would mislead where the axis does not start at zero.
        let end = if range.low == 0.0 { scale.place(*value) } else { inside.right() };
        figure.push(figure.grid((inside.x, y), (end, y)));
        let tooltip = if id == full { full.clone() } else { format!("{full} ({id})") };
        let name = figure.label((inside.x - gap, baseline), &names[i], Anchor::End);
        figure.push(name.tooltip(&tooltip));
        let dot = crate::svg::Element::circle((scale.place(*value), y), radius).fill(colour);
        figure.push(dot.tooltip(&format!("{tooltip}: {}", short(*value))));
        figure.push(figure.label((area.right(), baseline), &numbers[i], Anchor::End));
    }
    figure.finish()
}

impl Chart for Ranking {
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
