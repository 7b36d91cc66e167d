//! The circle of groups with ribbons for what they sell each other.

use super::input::{Options, in_period, numeric, period, rows_of};
use super::stage_linkages::plural as several;
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Words};
use crate::geometry::Point;
use crate::number::{count, percent, short};
use crate::style::{Colour, Sheet, colour_of_many};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style};
use palenque_graph::TableId;
use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// The circle.
#[derive(Debug)]
pub(super) struct Chord;

static SPEC: ChartSpec = ChartSpec {
    name: "chord",
    summary: "Groups on a circle, with ribbons for what they sell each other.",
    reading: "The arc of a group is as long as what it sells and buys together; a ribbon has the colour of the seller, is as wide as the flow, and ends a \
              little short of the arc at the buyer. Ribbons that come back are what a group keeps. Up to 12 groups, the smaller ones together.",
    needs: &[TableId::StageLinkages],
    needs_network: false,
    options: &[
        ("grouping", "", "the grouping; `region` where there is one, else the first of the table"),
        ("groups", "12", "how many groups to show, the largest, 2 to 12"),
        ("own", "show", "`show` or `hide` what groups keep"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// What the smaller groups are called together.
const OTHER: &str = "other";
/// Room between arcs, in radians.
const GAP: f64 = 0.035;
/// The thickness of arcs, as a share of the radius.
const BAND: f64 = 0.05;

/// The plotted data.
#[derive(Debug)]
struct Points {
    /// The largest first, what is left over last.
    groups: Vec<String>,
    /// Row by row: what a seller sells a buyer.
    flows: Vec<f64>,
    n_groups: usize,
    grouping: String,
    unit: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::StageLinkages)?;
    numeric(table, "flow")?;
    let most = options.number("groups", 2, 12)?;
    let shows_own = options.choice("own", &["show", "hide"])? == "show";
    let period = period(table, options)?;
    let of_row = |row| table.text("grouping", row).unwrap_or_default();
    let known: Vec<&str> = rows_of(table, &period).map(of_row).collect();
    let default = known.iter().find(|name| **name == "region").or(known.first());
    let grouping = options.text("grouping").or(default.copied()).unwrap_or_default().to_owned();
    let mut flows: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let mut sizes: BTreeMap<&str, f64> = BTreeMap::new();
    for row in rows_of(table, &period).filter(|row| of_row(*row) == grouping) {
        let group = |name| table.text(name, row).unwrap_or_default();
        let (from, to) = (group("from_group"), group("to_group"));
        let flow = table.number("flow", row).filter(|flow| *flow > 0.0).unwrap_or(0.0);
        *flows.entry((from, to)).or_default() += flow;
        *sizes.entry(from).or_default() += flow;
        *sizes.entry(to).or_default() += flow;
    }
    sizes.retain(|_, size| *size > 0.0);
    if sizes.is_empty() {
        let why = format!("no flow between groups of grouping `{grouping}` is above 0");
        return Err(ReportError::Empty { why });
    }
    let n_groups = sizes.len();
    let mut order: Vec<(&str, f64)> = sizes.into_iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable: ties by name
    let alone = if n_groups > most { most - 1 } else { n_groups };
    let place: BTreeMap<&str, usize> =
        order.iter().enumerate().map(|(i, (name, _))| (*name, i.min(alone))).collect();
    let mut groups: Vec<String> =
        order[..alone].iter().map(|(name, _)| (*name).to_owned()).collect();
    if alone < n_groups {
        groups.push(OTHER.to_owned());
    }
    let n = groups.len();
    let mut cells = vec![0.0; n * n];
    for ((from, to), flow) in flows {
        if let (Some(&from), Some(&to)) = (place.get(from), place.get(to)) {
            cells[from * n + to] += flow;
        }
    }
    if !shows_own {
        (0..n).for_each(|i| cells[i * n + i] = 0.0);
    }
    if cells.iter().all(|flow| *flow <= 0.0) {
        let why = "groups sell nothing to each other; `own=show` shows what they keep".to_owned();
        return Err(ReportError::Empty { why });
    }
    let title = format!(
        "Flows between {} {}{}",
        count(n_groups),
        plural(&grouping, n_groups),
        in_period(&period)
    );
    let unit = input.panel.and_then(|panel| panel.last().unit()).unwrap_or_default().to_owned();
    Ok(Points {
        groups,
        flows: cells,
        n_groups,
        grouping,
        unit,
        title: options.title(title),
        period,
    })
}

fn plural(grouping: &str, n: usize) -> String {
    if n == 1 && !grouping.is_empty() { label(grouping) } else { several(grouping) }
}

impl Points {
    fn n(&self) -> usize {
        self.groups.len()
    }

    fn flow(&self, from: usize, to: usize) -> f64 {
        self.flows[from * self.n() + to]
    }

    fn sold(&self, group: usize) -> f64 {
        (0..self.n()).map(|to| self.flow(group, to)).sum()
    }

    fn bought(&self, group: usize) -> f64 {
        (0..self.n()).map(|from| self.flow(from, group)).sum()
    }

    fn total(&self) -> f64 {
        self.flows.iter().sum()
    }

    fn name(&self, group: usize) -> String {
        let name = &self.groups[group];
        if name.is_empty() { "(none)".to_owned() } else { label(name) }
    }

    fn amount(&self, amount: f64) -> String {
        format!("{} {}", short(amount), self.unit).trim_end().to_owned()
    }

    fn csv(&self) -> Csv {
        let mut csv =
            Csv::with_header(&["period", "grouping", "from_group", "to_group", "flow", "share"]);
        let total = self.total();
        for from in 0..self.n() {
            for to in 0..self.n() {
                csv.text(&self.period).text(&self.grouping).text(&self.groups[from]);
                csv.text(&self.groups[to]).number(self.flow(from, to));
                csv.number(self.flow(from, to) / total).end_row();
            }
        }
        csv
    }

    fn kept(&self) -> f64 {
        (0..self.n()).map(|i| self.flow(i, i)).sum::<f64>() / self.total()
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "Circle of {} {}{}.",
            count(self.n_groups),
            plural(&self.grouping, self.n_groups),
            in_period(&self.period)
        )];
        let between = (0..self.n() * self.n()).filter(|cell| cell / self.n() != cell % self.n());
        let largest = between.max_by(|a, b| self.flows[*a].total_cmp(&self.flows[*b]));
        if let Some(cell) = largest.filter(|cell| self.flows[*cell] > 0.0) {
            said.push(format!(
                "The largest flow between two goes from {} to {}: {}, {} of all.",
                self.name(cell / self.n()),
                self.name(cell % self.n()),
                self.amount(self.flows[cell]),
                percent(self.flows[cell] / self.total())
            ));
        }
        said.push(format!("{} of the flow stays in its group.", percent(self.kept())));
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let mut said = vec!["Ribbons have the colour of the seller.".to_owned()];
        if self.n() < self.n_groups {
            said.push(format!(
                "The {} smallest are together.",
                count(self.n_groups + 1 - self.n())
            ));
        }
        said.push(format!("{} stays in its group.", percent(self.kept())));
        said.join(" ")
    }
}

/// Where arcs and the ends of ribbons are, as angles clockwise from the top.
struct Angles {
    arcs: Vec<(f64, f64)>,
    /// By cell: the end at the seller and that at the buyer.
    ends: Vec<[(f64, f64); 2]>,
}

impl Angles {
    fn of(points: &Points) -> Self {
        let n = points.n();
        let gap = if n > 1 { GAP } else { 0.0 };
        let unit = (TAU - gap * n as f64) / (2.0 * points.total());
        let mut arcs = Vec::new();
        let mut ends = vec![[(0.0, 0.0); 2]; n * n];
        let mut at = gap / 2.0;
        for group in 0..n {
            let start = at;
            // Partners in the order in which they come counterclockwise, so that ribbons cross little.
            for step in 0..n {
                let other = (group + n - step) % n;
                for (side, cell) in [(0, group * n + other), (1, other * n + group)] {
                    let wide = points.flows[cell] * unit;
                    ends[cell][side] = (at, at + wide);
                    at += wide;
                }
            }
            arcs.push((start, at));
            at += gap;
        }
        Self { arcs, ends }
    }
}

/// A circle on the page.
#[derive(Clone, Copy)]
struct Circle {
    centre: Point,
    radius: f64,
}

impl Circle {
    fn at(self, angle: f64, share: f64) -> Point {
        let radius = self.radius * share;
        (self.centre.0 + radius * angle.sin(), self.centre.1 - radius * angle.cos())
    }

    /// Goes along the circle from one angle to another, as curves of at most a quarter turn.
    fn along(self, outline: Outline, from: f64, to: f64, share: f64) -> Outline {
        let pieces = ((to - from).abs() / FRAC_PI_2).ceil().max(1.0);
        let step = (to - from) / pieces;
        let reach = 4.0 / 3.0 * (step / 4.0).tan() * self.radius * share;
        let way = |angle: f64| (angle.cos() * reach, angle.sin() * reach);
        #[expect(clippy::cast_sign_loss, reason = "a count")]
        (0..pieces as usize).fold(outline, |outline, piece| {
            let (a, b) = (from + step * piece as f64, from + step * (piece + 1) as f64);
            let (p, q) = (self.at(a, share), self.at(b, share));
            let (u, v) = (way(a), way(b));
            outline.curve_to((p.0 + u.0, p.1 + u.1), (q.0 - v.0, q.1 - v.1), q)
        })
    }

    fn ring(self, (from, to): (f64, f64)) -> Element {
        let inner = 1.0 - BAND;
        let outline = Outline::starting_at(self.at(from, 1.0));
        let outline = self.along(outline, from, to, 1.0).line_to(self.at(to, inner));
        Element::path(self.along(outline, to, from, inner).closed())
    }

    /// From the seller's arc to a little before the buyer's.
    fn ribbon(self, [seller, buyer]: [(f64, f64); 2]) -> Element {
        let (near, far) = (1.0 - BAND * 1.2, 1.0 - BAND * 2.0);
        let through = |outline: Outline, from: Point, to: Point| {
            let toward = |p: Point| {
                let (x, y) = self.centre;
                (x + (p.0 - x) / 4.0, y + (p.1 - y) / 4.0)
            };
            outline.curve_to(toward(from), toward(to), to)
        };
        let outline = Outline::starting_at(self.at(seller.0, near));
        let outline = self.along(outline, seller.0, seller.1, near);
        let outline = through(outline, self.at(seller.1, near), self.at(buyer.0, far));
        let outline = self.along(outline, buyer.0, buyer.1, far);
        Element::path(through(outline, self.at(buyer.1, far), self.at(seller.0, near)).closed())
    }
}

fn colour(points: &Points, group: usize, sheet: &Sheet) -> Colour {
    if points.groups[group] == OTHER && points.n() < points.n_groups {
        return sheet.ink.neutral;
    }
    colour_of_many(group, &sheet.ink)
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: None, // Vega-Lite has no ribbons
    };
    let sheet = Sheet::of(style);
    let (size, wide) = (sheet.label, sheet.width - 2.0 * sheet.margin);
    let names: Vec<String> = (0..points.n())
        .map(|group| fit(&points.name(group), size, Weight::Regular, wide * 0.24))
        .collect();
    let widest = names.iter().map(|name| width(name, size, Weight::Regular)).fold(0.0, f64::max);
    // Between the names of a narrow sheet the circle is small, and needs no more height than its own.
    let across = wide - 2.0 * (widest + size) + 6.0 * size;
    let mut figure = Figure::new(words, style, across.min(size * 30.0));
    let (sheet, area) = (figure.sheet, figure.area());
    let room = (area.width / 2.0 - widest - size).min(area.height / 2.0 - 3.0 * size);
    let circle = Circle { centre: area.centre(), radius: room.max(size * 4.0) };
    let angles = Angles::of(points);
    let n = points.n();
    let mut cells: Vec<usize> = (0..n * n).filter(|cell| points.flows[*cell] > 0.0).collect();
    cells.sort_by(|a, b| points.flows[*b].total_cmp(&points.flows[*a]));
    // Narrow ribbons lie on top of wide ones.
    for cell in cells {
        let (from, to) = (cell / n, cell % n);
        let ribbon = circle.ribbon(angles.ends[cell]).fill(colour(points, from, &sheet));
        let tip = format!(
            "{} → {}: {}, {}",
            points.name(from),
            points.name(to),
            points.amount(points.flows[cell]),
            percent(points.flows[cell] / points.total())
        );
        figure.push(ribbon.opacity(if from == to { 0.3 } else { 0.6 }).tooltip(&tip));
    }
    for (group, arc) in angles.arcs.iter().enumerate() {
        let tip = format!(
            "{}: sells {}, buys {}",
            points.name(group),
            points.amount(points.sold(group)),
            points.amount(points.bought(group))
        );
        figure.push(circle.ring(*arc).fill(colour(points, group, &sheet)).tooltip(&tip));
    }
    let mut last: [Option<f64>; 2] = [None, None];
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| middle(&angles, *a).cos().total_cmp(&middle(&angles, *b).cos()).reverse());
    for group in order {
        let angle = middle(&angles, group);
        let (x, y) = circle.at(angle, 1.0);
        let is_right = angle <= PI;
        let side = usize::from(is_right);
        // From top to bottom on each side, one below the other.
        let wished = y + (y - circle.centre.1) / circle.radius * size * 0.8;
        let baseline = last[side].map_or(wished, |above: f64| wished.max(above + size * 1.25));
        last[side] = Some(baseline);
        let away = size * 0.6;
        let (at, anchor) =
            if is_right { (x + away, Anchor::Start) } else { (x - away, Anchor::End) };
        figure.push(figure.label((at, baseline + size * 0.35), &names[group], anchor));
    }
    figure.finish()
}

fn middle(angles: &Angles, group: usize) -> f64 {
    let (from, to) = angles.arcs[group];
    f64::midpoint(from, to)
}

impl Chart for Chord {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_fill_the_circle_and_hold_the_ends_of_their_ribbons() {
        let points = Points {
            groups: vec!["a".into(), "b".into(), "c".into()],
            flows: vec![1.0, 4.0, 0.0, 2.0, 0.0, 3.0, 0.0, 0.5, 0.0],
            n_groups: 3,
            grouping: "region".into(),
            unit: String::new(),
            title: String::new(),
            period: String::new(),
        };
        let angles = Angles::of(&points);
        let long: f64 = angles.arcs.iter().map(|(from, to)| to - from).sum();
        assert!((long - (TAU - 3.0 * GAP)).abs() < 1e-12);
        for cell in 0..9 {
            for (side, group) in [(0, cell / 3), (1, cell % 3)] {
                let (arc, end) = (angles.arcs[group], angles.ends[cell][side]);
                assert!(arc.0 - 1e-12 <= end.0 && end.1 <= arc.1 + 1e-12, "{cell} {side}");
                let wide = (end.1 - end.0) / (TAU - 3.0 * GAP) * 2.0 * points.total();
                assert!((wide - points.flows[cell]).abs() < 1e-12);
            }
        }
    }
}
