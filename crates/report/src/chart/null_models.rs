//! Figures of the network beside those of random networks.

use super::input::{Options, in_period, period, rows_of, words};
use super::rows::{Aside, Rows, needed_height};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::Rect;
use crate::number::{aligned, count, counted, short};
use crate::scale::{Range, Scale};
use crate::style::{Shape, Sheet, group_colour};
use crate::svg::Element;
use crate::text::label;
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};

/// Observed figures against chance.
#[derive(Debug)]
pub(super) struct NullModels;

static SPEC: ChartSpec = ChartSpec {
    name: "null_models",
    summary: "Figures of the network beside those of random networks: which of them chance alone does not explain.",
    reading: "Each row has a scale of its own, in standard deviations of its random networks: the bar holds 95 % of them, the tick is \
              their mean, the point is what was observed. Filled points have p of at most 0.05; of twenty figures without any meaning \
              one is filled all the same, so see `q_bh` in the table where there are many.",
    needs: &[TableId::NullModels],
    needs_network: false,
    options: &[
        ("model", "", "the kind of random network; what comes first in the table if not given"),
        (
            "top",
            "30",
            "how many rows to show, 1 to 100: figures first, then trade between groups, furthest from chance first",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// What is further out than this, in standard deviations, is drawn at the edge.
const MOST: f64 = 8.0;
/// Opacity of the bars.
const BAR: f64 = 0.4;

#[derive(Debug)]
struct Row {
    metric: String,
    observed: f64,
    mean: f64,
    sd: f64,
    /// 2.5 % and 97.5 % quantiles of random networks.
    band: Option<(f64, f64)>,
    p: Option<f64>,
}

impl Row {
    fn standardised(&self, value: f64) -> f64 {
        (value - self.mean) / self.sd
    }

    fn z(&self) -> f64 {
        self.standardised(self.observed)
    }

    fn is_unlikely(&self) -> bool {
        self.p.is_some_and(|p| p <= 0.05)
    }
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    rows: Vec<Row>,
    /// How many there were before `top`.
    n_known: usize,
    /// Figures that are the same in every random network: observed and there.
    constant: Vec<(String, (f64, f64))>,
    n_undefined: usize,
    n_samples: usize,
    model: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let missing = |_| ReportError::InputMissing {
        what:
            "table `null_models`: choose figures with `--metrics` and random networks with `--null`"
                .to_owned(),
    };
    let table = input.table(TableId::NullModels).map_err(missing)?;
    let top = options.number("top", 1, 100)?;
    let period = period(table, options)?;
    let mut models: Vec<&str> =
        rows_of(table, &period).map(|row| table.text("model", row).unwrap_or_default()).collect();
    models.dedup();
    let first = models.first().copied().unwrap_or_default();
    let model = options.text("model").unwrap_or(first);
    if !models.is_empty() && !models.contains(&model) {
        let known = models.join("`, `");
        return Err(ReportError::Option(format!(
            "there is no model `{model}`; there is `{known}`"
        )));
    }
    let (mut rows, mut constant, mut n_undefined, mut n_samples) = (Vec::new(), Vec::new(), 0, 0.0);
    let of_model = |row: &usize| table.text("model", *row).unwrap_or_default() == model;
    for at in rows_of(table, &period).filter(of_model) {
        match row(table, at) {
            Some(row) if row.z().is_finite() => rows.push(row),
            Some(row) => constant.push((row.metric, (row.observed, row.mean))),
            None => n_undefined += 1,
        }
        n_samples = table.number("n_samples", at).unwrap_or(0.0).max(n_samples);
    }
    if rows.is_empty() {
        let why = "no figure differs between the random networks".to_owned();
        return Err(ReportError::Empty { why });
    }
    let is_of_groups = |row: &Row| row.metric.contains(" → ");
    rows.sort_by(|a, b| {
        let far = |row: &Row| if is_of_groups(row) { row.z().abs() } else { f64::INFINITY };
        far(b).total_cmp(&far(a)) // stable: figures stay in table order
    });
    let n_known = rows.len();
    rows.truncate(top);
    let title = options.title(format!("The network beside random ones{}", in_period(&period)));
    #[expect(clippy::cast_sign_loss, reason = "a count")]
    let n_samples = n_samples as usize;
    let model = model.to_owned();
    Ok(Points { rows, n_known, constant, n_undefined, n_samples, model, title, period })
}

/// A row that has an observed value and a mean by chance.
fn row(table: &Table, row: usize) -> Option<Row> {
    let number = |name: &str| table.number(name, row);
    Some(Row {
        metric: table.text("metric", row).unwrap_or_default().to_owned(),
        observed: number("observed")?,
        mean: number("null_mean")?,
        sd: number("null_sd")?,
        band: number("null_p025").zip(number("null_p975")),
        p: number("p_two_sided"),
    })
}

/// What a figure is called: `Stage share: grower → mill`.
fn called(metric: &str) -> String {
    label(&words(metric))
}

impl Points {
    fn csv(&self) -> Csv {
        let header = [
            "period",
            "model",
            "metric",
            "observed",
            "null_mean",
            "null_p025",
            "null_p975",
            "z",
            "z_p025",
            "z_p975",
            "p_two_sided",
        ];
        let mut csv = Csv::with_header(&header);
        for row in &self.rows {
            let (low, high) = (row.band.map(|band| band.0), row.band.map(|band| band.1));
            csv.text(&self.period).text(&self.model).text(&row.metric);
            csv.number(row.observed).number(row.mean).number(low).number(high).number(row.z());
            csv.number(low.map(|low| row.standardised(low)));
            csv.number(high.map(|high| row.standardised(high))).number(row.p).end_row();
        }
        for (metric, value) in &self.constant {
            csv.text(&self.period).text(&self.model).text(metric).number(value.0).number(value.1);
            for _ in 5..header.len() {
                csv.number(None);
            }
            csv.end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let unlikely: Vec<&Row> = self.rows.iter().filter(|row| row.is_unlikely()).collect();
        let told = unlikely.iter().take(5).map(|row| {
            let side = if row.z() > 0.0 { "more" } else { "less" };
            format!(
                "{} ({side} than expected, {} for {})",
                called(&row.metric),
                short(row.observed),
                short(row.mean)
            )
        });
        let told: Vec<String> = told.collect();
        let told = if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) };
        format!(
            "{} beside {} of the model {}{}. {} p of at most 0.05{told}.",
            counted(self.rows.len(), "figure", "figures"),
            counted(self.n_samples, "random network", "random networks"),
            self.model,
            in_period(&self.period),
            counted(unlikely.len(), "has", "have"),
        )
    }

    fn subtitle(&self) -> String {
        let mut said = vec![format!(
            "{} of the model {}.",
            counted(self.n_samples, "random network", "random networks"),
            label(&self.model)
        )];
        if self.rows.len() < self.n_known {
            said.push(format!("{} of {} rows.", count(self.rows.len()), count(self.n_known)));
        }
        if !self.constant.is_empty() {
            let named: Vec<String> =
                self.constant.iter().take(3).map(|(metric, _)| called(metric)).collect();
            let named = match self.constant.len() {
                n if n > named.len() => counted(n, "row", "rows"),
                _ => named.join("; "),
            };
            said.push(format!("Left out, the same in every random network: {named}."));
        }
        if self.n_undefined > 0 {
            said.push(format!("Left out without a value: {}.", count(self.n_undefined)));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let sheet = Sheet::of(style);
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::null_models()),
    };
    let called: Vec<String> = points.rows.iter().map(|row| called(&row.metric)).collect();
    let names: Vec<(&str, String)> = called
        .iter()
        .zip(&points.rows)
        .map(|(name, row)| (name.as_str(), crate::text::visible(&row.metric)))
        .collect();
    let legend_height = 2.0 * Sheet::line_height(sheet.label) + sheet.gap();
    let needed = needed_height(&names, &sheet) + legend_height;
    let mut figure = Figure::new(words, style, needed);
    let colour = group_colour(0, &sheet.ink);
    let is_far = points.rows.iter().any(|row| row.z().abs() > MOST);
    let mut legend = vec![
        (Sample::Point(Shape::Circle, colour, false), "p ≤ 0.05".to_owned()),
        (Sample::Ring(colour), "p > 0.05".to_owned()),
        (
            Sample::Box(sheet.ink.ground.towards(sheet.ink.neutral, BAR)),
            "95 % of random networks".to_owned(),
        ),
    ];
    if is_far {
        let triangle = Sample::Point(Shape::TriangleUp, colour, false);
        legend.push((triangle, "beyond the axis".to_owned()));
    }
    figure.legend(&legend);
    let column = |head, of: &dyn Fn(&Row) -> String| Aside {
        head,
        texts: points.rows.iter().map(of).collect(),
    };
    let asides = [
        column("observed", &|row| short(row.observed)),
        column("expected", &|row| short(row.mean)),
        Aside { head: "p", texts: p_values(&points.rows) },
    ];
    let mut rows = Rows::new(&mut figure, &names, &asides);
    let ends = points.rows.iter().flat_map(|row| {
        let (low, high) = row.band.unwrap_or((row.mean, row.mean));
        [row.z(), row.standardised(low), row.standardised(high)]
    });
    let reach = ends.map(f64::abs).fold(3.0, f64::max).min(MOST) * 1.1;
    let places = (rows.inside.x, rows.inside.right());
    let scale = Scale::linear(Range { low: -reach, high: reach }, places);
    rows.axis(&mut figure, &scale, "Standard deviations from what chance gives");
    let radius = rows.radius(&sheet);
    for (i, row) in points.rows.iter().enumerate() {
        let y = rows.middle(i);
        figure.push(figure.grid((rows.inside.x, y), (rows.inside.right(), y)));
        if let Some((low, high)) = row.band {
            let (low, high) =
                (scale.place(row.standardised(low)), scale.place(row.standardised(high)));
            let bar = Rect::between(low, y - radius * 0.8, high, y + radius * 0.8);
            figure.push(Element::rect(&bar).fill(sheet.ink.neutral).opacity(BAR).class("neutral"));
        }
        let middle = scale.place(0.0);
        let tick = Element::line((middle, y - radius * 1.2), (middle, y + radius * 1.2));
        figure.push(tick.stroke(sheet.ink.muted, sheet.line * 1.5).class("axis"));
        let mark = mark(row, (scale.place(row.z().clamp(-MOST, MOST)), y), radius, &figure);
        let p = row.p.map(|p| format!(", p {}", short(p))).unwrap_or_default();
        let tip = format!(
            "{}: {} observed, {} expected, {} deviations{p}",
            called[i],
            short(row.observed),
            short(row.mean),
            short(row.z())
        );
        figure.push(mark.tooltip(&tip));
    }
    figure.finish()
}

/// Shares with equal decimals.
fn p_values(rows: &[Row]) -> Vec<String> {
    let known: Vec<f64> = rows.iter().filter_map(|row| row.p).collect();
    let mut shown = aligned(&known).into_iter();
    rows.iter().map(|row| row.p.and_then(|_| shown.next()).unwrap_or_default()).collect()
}

/// A point, filled where chance is no explanation; a triangle that points outwards where it is beyond the axis.
fn mark(row: &Row, at: (f64, f64), radius: f64, figure: &Figure) -> Element {
    let sheet = &figure.sheet;
    let colour = group_colour(0, &sheet.ink);
    let shape = if row.z().abs() > MOST {
        let turn = if row.z() > 0.0 { 90.0 } else { -90.0 };
        Shape::TriangleUp.at(at, radius).rotated(turn, at)
    } else {
        Shape::Circle.at(at, radius * 0.9)
    };
    if row.is_unlikely() {
        figure.rim(shape.fill(colour)).class("edge")
    } else {
        shape.fill(sheet.ink.ground).stroke(colour, sheet.line * 1.6).class("ground")
    }
}

impl Chart for NullModels {
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
