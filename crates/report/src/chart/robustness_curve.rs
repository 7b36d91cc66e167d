//! Attack curves: what is left of the network as nodes are removed.

use super::input::{Options, in_period, numeric, period, rows_of, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, Plot, axes};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::number::{counted, grouped, percent};
use crate::place::{Obstacles, Wish, place};
use crate::scale::Range;
use crate::style::{MAX_GROUPS, Sheet, dash, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};
use std::collections::BTreeMap;

/// Attack curves.
#[derive(Debug)]
pub(super) struct RobustnessCurve;

static SPEC: ChartSpec = ChartSpec {
    name: "robustness_curve",
    summary: "What is left of the network as nodes, or links, are removed, by order of removal.",
    reading: "The further a curve stays at the top right, the more the network withstands. R is the mean height \
              of the curve after each removal; a band holds 95 % of the random orders.",
    needs: &[TableId::RobustnessCurve],
    needs_network: false,
    options: &[
        ("value", "giant_wcc_share", "the column of what is left, between 0 and 1"),
        (
            "target",
            "",
            "what is removed: `node` or `edge`; what comes first in the table if not given",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// More curves than this cannot be told apart.
const MAX_CURVES: usize = MAX_GROUPS;

#[derive(Debug)]
struct Step {
    removed: f64,
    left: f64,
    band: Option<(f64, f64)>,
}

#[derive(Debug)]
struct Curve {
    scenario: String,
    mode: String,
    name: String,
    steps: Vec<Step>,
    r_index: Option<f64>,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    curves: Vec<Curve>,
    /// Curves that were left out.
    n_more: usize,
    value: &'static str,
    title: String,
    target: String,
    period: String,
}

/// Scenario, mode and target: what tells curves apart.
type Key<'a> = (&'a str, &'a str, &'a str);

fn key(table: &Table, row: usize) -> Key<'_> {
    let text = |name| table.text(name, row).unwrap_or_default();
    (text("scenario"), text("mode"), text("target"))
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::RobustnessCurve)?;
    let value = numeric(table, options.text("value").unwrap_or_default())?.name;
    numeric(table, "fraction_removed")?;
    let period = period(table, options)?;
    let mut rows: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for row in rows_of(table, &period) {
        rows.entry(key(table, row)).or_default().push(row);
    }
    let mut in_order: Vec<(Key<'_>, Vec<usize>)> = rows.into_iter().collect();
    in_order.sort_by_key(|(_, rows)| rows[0]);
    let first = in_order.first().map(|(key, _)| key.2).unwrap_or_default();
    let target = options.text("target").unwrap_or(first);
    in_order.retain(|(key, _)| key.2 == target);
    if in_order.is_empty() {
        let why = format!("nothing of the target `{target}` is in the table");
        return Err(ReportError::Empty { why });
    }
    let n_more = in_order.len().saturating_sub(MAX_CURVES);
    in_order.truncate(MAX_CURVES);
    let several_modes = in_order.iter().any(|(key, _)| key.1 != in_order[0].0.1);
    let summary = input.table(TableId::RobustnessSummary).ok();
    let mut curves = Vec::new();
    for (group, rows) in in_order {
        let steps = steps(table, value, &rows);
        let (scenario, mode, _) = group;
        let name = if several_modes && !mode.is_empty() {
            label(&format!("{}, {mode}", words(scenario)))
        } else {
            label(&words(scenario))
        };
        let r_index = match value {
            "giant_wcc_share" => {
                summary.and_then(|s| r_index(s, &period, group)).or_else(|| mean(&steps))
            }
            _ => None,
        };
        if !steps.is_empty() {
            let (scenario, mode) = (scenario.to_owned(), mode.to_owned());
            curves.push(Curve { scenario, mode, name, steps, r_index });
        }
    }
    if curves.is_empty() {
        return Err(ReportError::Empty { why: format!("every value of `{value}` is empty") });
    }
    Ok(Points {
        n_more,
        title: options.title(format!(
            "{} under removal{}{}",
            left_of(value),
            of_links(target),
            in_period(&period)
        )),
        value,
        target: target.to_owned(),
        period,
        curves,
    })
}

/// The steps of one curve. Averaged rows (`replicate` -1) stand for all replicates where they exist, the first replicate
/// does where they do not.
fn steps(table: &Table, value: &str, rows: &[usize]) -> Vec<Step> {
    let replicate = |row: usize| table.number("replicate", row).unwrap_or(-1.0);
    let chosen = rows.iter().map(|row| replicate(*row)).fold(f64::INFINITY, f64::min);
    let mut steps = Vec::new();
    for &row in rows.iter().filter(|row| replicate(**row) <= chosen) {
        let removed = table.number("fraction_removed", row);
        let left = table.number(value, row);
        if let (Some(removed), Some(left)) = (removed, left) {
            let bound = |name| table.number(name, row).filter(|_| value == "giant_wcc_share");
            steps.push(Step {
                removed,
                left,
                band: bound("giant_lower").zip(bound("giant_upper")),
            });
        }
    }
    steps.sort_by(|a, b| a.removed.total_cmp(&b.removed));
    steps
}

/// Links are said to be removed, nodes are understood.
fn of_links(target: &str) -> &'static str {
    if target == "edge" { " of links" } else { "" }
}

/// What a column measures, as a title.
fn left_of(column: &str) -> String {
    match column {
        "giant_wcc_share" => "Largest connected part".to_owned(),
        "giant_scc_share" => "Largest strongly connected part".to_owned(),
        "surviving_flow_share" => "Surviving flow".to_owned(),
        "served_demand_share" => "Served final demand".to_owned(),
        other => words(other),
    }
}

fn r_index(summary: &Table, period: &str, (scenario, mode, target): Key<'_>) -> Option<f64> {
    let wanted = |row: &usize| {
        let text = |name| summary.text(name, *row).unwrap_or_default();
        text("scenario") == scenario && text("mode") == mode && text("target") == target
    };
    rows_of(summary, period).find(wanted).and_then(|row| summary.number("r_index", row))
}

/// The mean height after each removal (`methods.md` F2), if every removal is there.
fn mean(steps: &[Step]) -> Option<f64> {
    let after: Vec<f64> = steps.iter().filter(|s| s.removed > 0.0).map(|s| s.left).collect();
    let is_whole = steps.last().is_some_and(|last| (last.removed - 1.0).abs() < 1e-9);
    let n = after.len() as f64;
    let evenly = steps.iter().filter(|s| s.removed > 0.0).zip(1..);
    let is_each = evenly.clone().all(|(step, q)| (step.removed * n - f64::from(q)).abs() < 1e-6);
    (is_whole && is_each && !after.is_empty()).then(|| after.iter().sum::<f64>() / n)
}

impl Points {
    fn csv(&self) -> Csv {
        let header = [
            "period",
            "scenario",
            "mode",
            "target",
            "fraction_removed",
            self.value,
            "lower",
            "upper",
        ];
        let mut csv = Csv::with_header(&header);
        for curve in &self.curves {
            for step in &curve.steps {
                csv.text(&self.period).text(&curve.scenario).text(&curve.mode).text(&self.target);
                csv.number(step.removed).number(step.left);
                csv.number(step.band.map(|b| b.0)).number(step.band.map(|b| b.1)).end_row();
            }
        }
        csv
    }

    fn things(&self) -> &'static str {
        if self.target == "edge" { "links" } else { "nodes" }
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "{} as {} are removed{}: {}.",
            left_of(self.value),
            self.things(),
            in_period(&self.period),
            counted(self.curves.len(), "order of removal", "orders of removal")
        )];
        for curve in &self.curves {
            let half = match curve.steps.iter().find(|step| step.left <= 0.5) {
                Some(step) => format!("half is left after removing {}", percent(step.removed)),
                None => "more than half is left throughout".to_owned(),
            };
            let r = curve.r_index.map(|r| format!(", R = {}", grouped(r, 3))).unwrap_or_default();
            said.push(format!("{}: {half}{r}.", curve.name));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let bands = points.curves.iter().any(|curve| curve.steps.iter().any(|s| s.band.is_some()));
    let mut notes = Vec::new();
    if points.curves.iter().any(|curve| curve.r_index.is_some()) {
        notes.push("R: mean height of the curve.".to_owned());
    }
    if bands {
        notes.push("Band: 95 % of the random orders.".to_owned());
    }
    if points.n_more > 0 {
        notes.push(format!("Not drawn: {}.", counted(points.n_more, "curve", "curves")));
    }
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: notes.join(" "),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::robustness_curve(points.value, points.things(), &left_of(points.value))),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 20.0);
    let sheet = figure.sheet;
    let entries = points.curves.iter().enumerate().map(|(i, curve)| {
        let r = curve.r_index.map(|r| format!("\u{2002}R = {}", grouped(r, 3))).unwrap_or_default();
        (Sample::Line(group_colour(i, &sheet.ink), i), format!("{}{r}", curve.name))
    });
    figure.legend(&entries.collect::<Vec<_>>());
    let x_title = format!("Share of {} removed", points.things());
    let y_title = format!("{}, share of the start", left_of(points.value));
    let highest = points.curves.iter().flat_map(|c| &c.steps).map(|s| s.left).fold(1.0, f64::max);
    let plot = axes(
        &mut figure,
        &Axis { range: Range { low: 0.0, high: 1.0 }, log: false, title: &x_title },
        &Axis { range: Range { low: 0.0, high: highest.min(1e300) }, log: false, title: &y_title },
    );
    for (i, curve) in points.curves.iter().enumerate() {
        let with_band = curve.steps.iter().filter_map(|s| Some((plot.x.place(s.removed), s.band?)));
        let upper: Vec<_> =
            with_band.map(|(x, (l, u))| (x, plot.y.place(l), plot.y.place(u))).collect();
        if upper.len() > 1 {
            let there = upper.iter().map(|(x, _, high)| (*x, *high));
            let back = upper.iter().rev().map(|(x, low, _)| (*x, *low));
            let band = Element::path(Outline::through(there.chain(back)).closed());
            figure.push(band.fill(group_colour(i, &sheet.ink)).opacity(0.2));
        }
    }
    for (i, curve) in points.curves.iter().enumerate().rev() {
        let line = Outline::through(thinned(curve, &plot, sheet.line));
        let pattern: Vec<f64> = dash(i).iter().map(|d| d * sheet.stroke).collect();
        let line = Element::path(line).no_fill().stroke(group_colour(i, &sheet.ink), sheet.stroke);
        let line = line.set("stroke-linejoin", "round").dash(&pattern);
        figure.push(line.tooltip(&curve.name));
    }
    direct_labels(points, &mut figure, &plot);
    figure.finish()
}

/// The curve's points, without those closer to the last one than this.
fn thinned(curve: &Curve, plot: &Plot, least: f64) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::new();
    let mut pending = None;
    for step in &curve.steps {
        let at = (plot.x.place(step.removed), plot.y.place(step.left));
        match line.last() {
            Some(last) if crate::geometry::distance(*last, at) < least => pending = Some(at),
            _ => {
                line.push(at);
                pending = None;
            }
        }
    }
    line.extend(pending);
    line
}

/// The name of each curve beside it, where there is room, so that nobody has to look it up.
fn direct_labels(points: &Points, figure: &mut Figure, plot: &Plot) {
    let sheet = figure.sheet;
    if points.curves.len() < 2 {
        return;
    }
    let size = sheet.tick;
    let lines: Vec<Vec<(f64, f64)>> =
        points.curves.iter().map(|c| along(&thinned(c, plot, size * 0.7), size)).collect();
    let discs: Vec<((f64, f64), f64)> =
        lines.iter().flatten().map(|at| (*at, sheet.stroke + size * 0.2)).collect();
    let obstacles = Obstacles { discs, boxes: Vec::new() };
    // A curve is named where it is furthest from all others, within its falling part.
    let anchor = |i: usize| {
        let apart = |at: &(f64, f64)| {
            let others = lines.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, l)| l);
            others.map(|other| crate::geometry::distance(*at, *other)).fold(f64::INFINITY, f64::min)
        };
        let inner = plot.inside.inset(size * 1.5);
        let candidates = lines[i].iter().filter(|(x, y)| *x > inner.x && *y < inner.bottom());
        candidates.max_by(|a, b| apart(a).total_cmp(&apart(b))).copied()
    };
    let named: Vec<(usize, (f64, f64))> =
        (0..lines.len()).filter_map(|i| Some((i, anchor(i)?))).collect();
    let wishes: Vec<Wish> = named
        .iter()
        .map(|(i, point)| Wish {
            point: *point,
            radius: sheet.stroke + size * 0.25,
            width: width(&points.curves[*i].name, size, Weight::Bold) + size * 0.3,
            height: size * 1.2,
        })
        .collect();
    let places = place(&wishes, &obstacles, &plot.inside);
    for ((i, _), place) in named.into_iter().zip(places) {
        let Some(place) = place.filter(|place| !place.passes_over) else { continue };
        if let Some((from, to)) = place.leader {
            figure.push(figure.rule(from, to));
        }
        let (x, y) = place.area.centre();
        let name = &points.curves[i].name;
        let text = figure.label_on_marks((x, y + size * 0.36), name, size, Anchor::Middle);
        figure.push(text.weight(Weight::Bold));
    }
}

/// Points along a line at most a distance apart.
fn along(line: &[(f64, f64)], step: f64) -> Vec<(f64, f64)> {
    let mut dense = Vec::new();
    for pair in line.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        #[expect(clippy::cast_sign_loss, reason = "a distance is not negative")]
        let parts = (crate::geometry::distance(from, to) / step).ceil().max(1.0) as usize;
        dense.extend((0..parts).map(|k| {
            let share = k as f64 / parts as f64;
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        }));
    }
    dense.extend(line.last());
    dense
}

impl Chart for RobustnessCurve {
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
