//! For how long links last.

use super::input::{Options, numeric};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, Plot, axes_of_counts};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::Point;
use crate::number::{count, counted, percent, short};
use crate::scale::Range;
use crate::style::{Shape, Sheet, dash, group_colour};
use crate::svg::{Element, Outline};
use crate::text::label;
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};

/// Survival curves.
#[derive(Debug)]
pub(super) struct LinkSurvival;

static SPEC: ChartSpec = ChartSpec {
    name: "link_survival",
    summary: "Which share of links is still there after so many periods: of all links, and of those of one period.",
    reading: "A curve that falls early and then flattens = links are tried out, and those that prove good last. Curves of later periods \
              above those of earlier ones = links have become more lasting. The bands hold each curve in 95 % of cases if links end \
              independently of each other, which those of one firm do not: read them as the least doubt there is.",
    needs: &[TableId::LinkSurvival],
    needs_network: false,
    options: &[
        (
            "curves",
            "all",
            "`all`, `kaplan_meier` (of all links) or `cohort` (of the links of one period)",
        ),
        ("period", "", "the last period whose links get a curve; all if not given"),
        ("title", "", "another title"),
    ],
};

/// More curves than this cannot be told apart.
const MOST: usize = 7;
/// Half a band of 95 %, in standard errors.
const HALF_BAND: f64 = 1.96;
/// How far the last share is drawn on, in periods.
const AFTER: f64 = 0.5;

#[derive(Debug)]
struct Step {
    age: f64,
    share: f64,
    band: Option<(f64, f64)>,
}

#[derive(Debug)]
struct Curve {
    /// The period of the links; empty for all links.
    cohort: String,
    name: String,
    n: Option<f64>,
    steps: Vec<Step>,
}

/// The plotted data: the curve of all links first.
#[derive(Debug)]
struct Points {
    curves: Vec<Curve>,
    n_more: usize,
    /// Cohorts that were seen only once.
    n_once: usize,
    title: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::LinkSurvival)?;
    numeric(table, "age")?;
    numeric(table, "survival")?;
    let wanted = options.choice("curves", &["all", "kaplan_meier", "cohort"])?;
    let mut cohorts: Vec<(&str, Vec<usize>)> = Vec::new();
    for row in 0..table.n_rows() {
        let is_of_all = table.text("curve", row) == Some("kaplan_meier");
        let kind = if is_of_all { "kaplan_meier" } else { "cohort" };
        if wanted != "all" && wanted != kind {
            continue;
        }
        let cohort = if is_of_all { "" } else { table.text("cohort", row).unwrap_or("(none)") };
        match cohorts.iter_mut().find(|(name, _)| *name == cohort) {
            Some((_, rows)) => rows.push(row),
            None => cohorts.push((cohort, vec![row])),
        }
    }
    if let Some(last) = options.text("period") {
        let at = cohorts.iter().position(|(name, _)| *name == last).ok_or_else(|| {
            ReportError::Option(format!("`period` is `{last}`, which is not there"))
        })?;
        let after: Vec<&str> = cohorts[at + 1..].iter().map(|(name, _)| *name).collect();
        cohorts.retain(|(name, _)| name.is_empty() || !after.contains(name));
    }
    // All links first, then cohorts in the order of the table.
    cohorts.sort_by_key(|(name, _)| !name.is_empty());
    let (mut curves, once): (Vec<Curve>, Vec<Curve>) = cohorts
        .into_iter()
        .map(|(cohort, rows)| curve(table, cohort, &rows))
        .partition(|curve| curve.steps.len() > 1);
    if curves.is_empty() {
        let why = "no links are seen at two ages; it takes two periods or more".to_owned();
        return Err(ReportError::Empty { why });
    }
    let n_more = curves.len().saturating_sub(MOST);
    curves.truncate(MOST);
    let title = options.title("For how long links last".to_owned());
    Ok(Points { curves, n_more, n_once: once.len(), title })
}

fn curve(table: &Table, cohort: &str, rows: &[usize]) -> Curve {
    let step = |row: &usize| {
        let (age, share) = (table.number("age", *row)?, table.number("survival", *row)?);
        let band = table.number("std_error", *row).map(|error| {
            let half = HALF_BAND * error;
            ((share - half).max(0.0), (share + half).min(1.0))
        });
        Some(Step { age, share, band })
    };
    let mut steps: Vec<Step> = rows.iter().filter_map(step).collect();
    steps.sort_by(|a, b| a.age.total_cmp(&b.age));
    let name = match cohort {
        "" => "All links".to_owned(),
        period => format!("Links of {}", label(period)),
    };
    let n = rows.first().and_then(|row| table.number("at_risk", *row));
    Curve { cohort: cohort.to_owned(), name, n, steps }
}

impl Curve {
    fn last(&self) -> &Step {
        &self.steps[self.steps.len() - 1]
    }

    /// The age by which half of the links are gone.
    fn half_life(&self) -> Option<f64> {
        self.steps.iter().find(|step| step.share <= 0.5).map(|step| step.age)
    }
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["curve", "cohort", "age", "survival", "lower", "upper"]);
        for curve in &self.curves {
            for step in &curve.steps {
                csv.text(&curve.name).text(&curve.cohort).number(step.age).number(step.share);
                csv.number(step.band.map(|b| b.0)).number(step.band.map(|b| b.1)).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let told = self.curves.iter().map(|curve| {
            let (last, age) = (percent(curve.last().share), short(curve.last().age));
            let half = match curve.half_life() {
                Some(age) => format!("half are gone by age {}", short(age)),
                None => "more than half last throughout".to_owned(),
            };
            format!("{}: {last} reach age {age}, {half}", curve.name)
        });
        format!(
            "Share of links that last, by age in periods, {}. {}.",
            counted(self.curves.len(), "curve", "curves"),
            told.collect::<Vec<_>>().join("; ")
        )
    }

    fn subtitle(&self) -> String {
        let mut said = vec!["Share of links that are still there.".to_owned()];
        if self.curves.iter().any(|curve| curve.steps.iter().any(|step| step.band.is_some())) {
            said.push("Bands: 1.96 standard errors to both sides.".to_owned());
        }
        let mut without = Vec::new();
        if self.n_more > 0 {
            without.push(counted(self.n_more, "later curve", "later curves"));
        }
        if self.n_once > 0 {
            let periods = counted(self.n_once, "period", "periods");
            without.push(format!("links of {periods} with nothing after"));
        }
        if !without.is_empty() {
            said.push(format!("Not drawn: {}.", without.join(", ")));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::link_survival()),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 22.0);
    let sheet = figure.sheet;
    let entries = points.curves.iter().enumerate().map(|(i, curve)| {
        #[expect(clippy::cast_sign_loss, reason = "a count")]
        let n = curve.n.map(|n| format!(" ({})", count(n as usize))).unwrap_or_default();
        (Sample::Line(group_colour(i, &sheet.ink), i), format!("{}{n}", curve.name))
    });
    figure.legend(&entries.collect::<Vec<_>>());
    let oldest = points.curves.iter().map(|curve| curve.last().age).fold(1.0, f64::max) + AFTER;
    let plot = axes_of_counts(
        &mut figure,
        &Axis { range: Range { low: 0.0, high: oldest }, log: false, title: "Age in periods" },
        &Axis { range: Range { low: 0.0, high: 1.0 }, log: false, title: "Share that lasts" },
    );
    for (i, curve) in points.curves.iter().enumerate() {
        if let Some(band) = band(curve, &plot) {
            figure.push(band.fill(group_colour(i, &sheet.ink)).opacity(0.15));
        }
    }
    let within = |x: f64| x.clamp(plot.inside.x, plot.inside.right());
    for (i, curve) in points.curves.iter().enumerate() {
        let colour = group_colour(i, &sheet.ink);
        let pattern: Vec<f64> = dash(i).iter().map(|d| d * sheet.stroke).collect();
        // All curves step at the same ages: beside each other their steps are seen.
        let shift = (i as f64 - (points.curves.len() - 1) as f64 / 2.0) * sheet.stroke * 1.2;
        let steps = curve.steps.iter().map(|step| (step.age, step.share));
        let line = stairs(steps, &plot).into_iter().map(|(x, y)| (within(x + shift), y));
        let line = Element::path(Outline::through(line)).no_fill().stroke(colour, sheet.stroke);
        figure.push(line.dash(&pattern).tooltip(&curve.name));
    }
    for (i, curve) in points.curves.iter().enumerate() {
        let shift = (i as f64 - (points.curves.len() - 1) as f64 / 2.0) * sheet.stroke * 1.2;
        // At age 0 all are there.
        for step in curve.steps.iter().filter(|step| step.age > 0.0) {
            let at = (plot.x.place(step.age) + shift, plot.y.place(step.share));
            let tip = format!("{}, age {}: {}", curve.name, short(step.age), percent(step.share));
            let point = Shape::of(i).at(at, sheet.point * 0.8);
            let point = figure.rim(point.fill(group_colour(i, &sheet.ink))).class("edge");
            figure.push(point.tooltip(&tip));
        }
    }
    figure.finish()
}

/// From one value to the next by steps: a share holds until the next age.
fn stairs(values: impl Iterator<Item = (f64, f64)>, plot: &Plot) -> Vec<Point> {
    let mut line: Vec<Point> = Vec::new();
    let mut end = None;
    for (age, share) in values {
        let at = (plot.x.place(age), plot.y.place(share));
        if let Some(last) = line.last() {
            line.push((at.0, last.1));
        }
        line.push(at);
        end = Some((plot.x.place(age + AFTER), at.1));
    }
    line.extend(end);
    line
}

/// The area between the bounds, as far as there are any.
fn band(curve: &Curve, plot: &Plot) -> Option<Element> {
    let banded = || curve.steps.iter().map_while(|step| Some((step.age, step.band?)));
    let there = stairs(banded().map(|(age, (_, high))| (age, high)), plot);
    let back = stairs(banded().map(|(age, (low, _))| (age, low)), plot);
    let shape = Outline::through(there.into_iter().chain(back.into_iter().rev()));
    (banded().count() > 1).then(|| Element::path(shape.closed()))
}

impl Chart for LinkSurvival {
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
