//! From nodes and arrows to a picture.

use super::layout::{Course, Lanes};
use super::{Arrow, Place, Points, SPEC};
use crate::figure::{Figure, Sample, Words};
use crate::geometry::{Point, Rect, distance};
use crate::number::short;
use crate::scale::{Scale, axis_range};
use crate::style::{Colour, Sheet, dash, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width, wrap};
use crate::{Drawing, Style};

/// Arrows of this length and longer are drawn alike.
const MOST_STEPS: usize = 4;

pub(super) fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: None, // Vega-Lite has no arrows between places it would have to find
    };
    let sheet = Sheet::of(style);
    let inner = sheet.width - 2.0 * sheet.margin;
    let names = Name::all(points, &sheet, inner);
    let highest = names.iter().map(|name| name.size(&sheet).1).fold(0.0, f64::max);
    let used: f64 = names.iter().map(|name| name.size(&sheet).0 + sheet.gap() * 3.0).sum();
    let lanes = (used * 1.6 / inner).ceil().max(at_one_place(points, &names, &sheet) as f64);
    let needed =
        (lanes + 2.0) * highest * 1.6 + axis_height(&sheet) + 2.5 * Sheet::line_height(sheet.label);
    let mut figure = Figure::new(words, style, needed);
    draw_legend(points, &mut figure);
    let boxes = place(points, &names, highest, &mut figure);
    let area = figure.area();
    let above_axis = area.bottom() - axis_height(&sheet);
    let area = Rect::between(area.x, area.y, area.right(), above_axis).inset(sheet.tick * 0.3);
    let courses: Vec<Course> = points
        .arrows
        .iter()
        .map(|arrow| {
            let back = |other: &Arrow| other.from == arrow.to && other.to == arrow.from;
            Course::between((arrow.from, arrow.to), &boxes, &area, points.arrows.iter().any(back))
        })
        .collect();
    draw_arrows(points, &courses, &mut figure);
    for ((node, name), area) in points.nodes.iter().zip(&names).zip(&boxes) {
        let frame = Element::rect(area).number("rx", sheet.label * 0.3);
        let frame = frame.fill(sheet.ink.ground).stroke(sheet.ink.axis, sheet.line);
        let id =
            if node.id == node.name { String::new() } else { format!(" ({})", label(&node.id)) };
        let tip = format!("{}{id}: {}", node.name, short(node.position));
        figure.push(frame.class("ground axis").tooltip(&tip));
        name.draw(area, &mut figure);
    }
    draw_numbers(points, &courses, &boxes, &mut figure);
    figure.finish()
}

/// A name in one or two lines.
#[derive(Debug)]
struct Name(Vec<String>);

impl Name {
    fn all(points: &Points, sheet: &Sheet, inner: f64) -> Vec<Self> {
        let limit = inner * 0.16_f64.max(sheet.tick * 8.0 / inner);
        points
            .nodes
            .iter()
            .map(|node| {
                let mut lines = wrap(&node.name, sheet.tick, Weight::Regular, limit);
                if lines.len() > 2 {
                    let rest = lines[1..].join(" ");
                    lines[1] = fit(&rest, sheet.tick, Weight::Regular, limit);
                    lines.truncate(2);
                }
                if lines.is_empty() {
                    lines.push("(none)".to_owned());
                }
                Self(lines)
            })
            .collect()
    }

    fn size(&self, sheet: &Sheet) -> (f64, f64) {
        let wide = self.0.iter().map(|line| width(line, sheet.tick, Weight::Regular));
        let high = self.0.len() as f64 * sheet.tick * 1.15;
        (wide.fold(0.0, f64::max) + sheet.tick * 0.9, high + sheet.tick * 0.5)
    }

    fn draw(&self, area: &Rect, figure: &mut Figure) {
        let size = figure.sheet.tick;
        let line = size * 1.15;
        let (x, y) = area.centre();
        let top = y - line * self.0.len() as f64 / 2.0;
        for (k, text) in self.0.iter().enumerate() {
            let text = Element::text((x, top + line * (k as f64 + 0.5) + size * 0.36), text, size);
            figure.push(text.anchor(Anchor::Middle).fill(figure.sheet.ink.ink).class("ink"));
        }
    }
}

fn axis_height(sheet: &Sheet) -> f64 {
    Sheet::line_height(sheet.tick) + Sheet::line_height(sheet.label) + sheet.gap() * 1.6
}

fn colour(steps: usize, sheet: &Sheet) -> Colour {
    group_colour(steps.clamp(1, MOST_STEPS) - 1, &sheet.ink)
}

fn draw_legend(points: &Points, figure: &mut Figure) {
    let sheet = figure.sheet;
    let entry = |steps: usize| {
        let is_there = |arrow: &&Arrow| arrow.steps().min(MOST_STEPS) == steps;
        points.arrows.iter().find(is_there)?;
        let text = match steps {
            1 => "1 round".to_owned(),
            MOST_STEPS => format!("{MOST_STEPS} rounds or more"),
            n => format!("{n} rounds"),
        };
        Some((Sample::Line(colour(steps, &sheet), steps - 1), text))
    };
    figure.legend(&(1..=MOST_STEPS).filter_map(entry).collect::<Vec<_>>());
}

fn widest(names: &[Name], sheet: &Sheet) -> f64 {
    names.iter().map(|name| name.size(sheet).0).fold(0.0, f64::max)
}

/// The least space between two boxes side by side.
fn apart(sheet: &Sheet) -> f64 {
    sheet.gap() * 1.6
}

/// From positions to places, with room for half a name at both ends.
fn scale(points: &Points, names: &[Name], sheet: &Sheet) -> Scale {
    let room = sheet.margin + widest(names, sheet) / 2.0;
    let (left, right) = (room, sheet.width - room);
    let positions: Vec<f64> = points.nodes.iter().map(|node| node.position).collect();
    let places = match points.place {
        Place::Upstreamness => (right, left),
        Place::Apl => (left, right),
    };
    Scale::linear(axis_range(&positions), places)
}

/// Boxes at their horizontal places.
fn unplaced(points: &Points, names: &[Name], sheet: &Sheet) -> Vec<Rect> {
    let scale = scale(points, names, sheet);
    let boxes = points.nodes.iter().zip(names).map(|(node, name)| {
        let (wide, high) = name.size(sheet);
        Rect::new(scale.place(node.position) - wide / 2.0, 0.0, wide, high)
    });
    boxes.collect()
}

/// The most boxes at one place: so many lanes are enough for all.
fn at_one_place(points: &Points, names: &[Name], sheet: &Sheet) -> usize {
    let boxes = unplaced(points, names, sheet);
    let gap = apart(sheet);
    let n_at = |x: f64| boxes.iter().filter(|b| b.x <= x && x < b.right() + gap).count();
    boxes.iter().map(|a| n_at(a.x)).max().unwrap_or(1)
}

/// Draws the axis of positions and finds the places of the nodes above it.
fn place(points: &Points, names: &[Name], highest: f64, figure: &mut Figure) -> Vec<Rect> {
    let (sheet, area) = (figure.sheet, figure.area());
    let (gap, tick) = (sheet.gap(), sheet.tick);
    let widest = widest(names, &sheet);
    let bottom = area.bottom() - axis_height(&sheet);
    let scale = scale(points, names, &sheet);
    let title = match points.place {
        Place::Upstreamness => "Upstreamness (stages from final use)",
        Place::Apl => "Rounds along the chain (average propagation length)",
    };
    let room = (area.width - widest) / (tick * 5.5);
    #[expect(clippy::cast_sign_loss, reason = "clamped to 2..8")]
    for (value, label) in scale.ticks(room.clamp(2.0, 8.0) as usize) {
        let x = scale.place(value);
        figure.push(figure.grid((x, area.y), (x, bottom)));
        figure.push(figure.note((x, bottom + gap * 0.6 + tick), &label, Anchor::Middle));
    }
    figure.push(figure.rule((area.x, bottom), (area.right(), bottom)));
    let title = fit(title, sheet.label, Weight::Regular, area.width);
    let at = (area.centre().0, area.bottom() - sheet.label * 0.3);
    figure.push(figure.label(at, &title, Anchor::Middle));

    let room = bottom - gap - area.y;
    #[expect(clippy::cast_sign_loss, reason = "positive")]
    let n_lanes = (room / (highest * 1.5)).floor().max(1.0) as usize;
    let lanes = Lanes {
        boxes: unplaced(points, names, &sheet),
        arrows: &points.arrows,
        count: n_lanes,
        gap: apart(&sheet),
        first: area.y,
        pitch: room / n_lanes as f64,
    };
    lanes.settled()
}

fn draw_arrows(points: &Points, courses: &[Course], figure: &mut Figure) {
    let sheet = figure.sheet;
    let strongest = points.arrows[0].strength;
    for (arrow, course) in points.arrows.iter().zip(courses).rev() {
        let colour = colour(arrow.steps(), &sheet);
        let wide = sheet.stroke * (0.4 + 0.9 * (arrow.strength / strongest).sqrt());
        let head = (sheet.label * 0.42 + wide).min(course.length() * 0.5);
        let (tip, back) = (course.to, towards(course.to, course.bend, head));
        let along = ((tip.0 - back.0) / head.max(1e-9), (tip.1 - back.1) / head.max(1e-9));
        let half = head * 0.42;
        let corners = [
            tip,
            (back.0 - along.1 * half, back.1 + along.0 * half),
            (back.0 + along.1 * half, back.1 - along.0 * half),
        ];
        // The line ends inside the head, so that its end does not show beside the tip.
        let end = towards(course.to, course.bend, head * 0.6);
        let third =
            |a: Point, b: Point| (a.0 + (b.0 - a.0) * 2.0 / 3.0, a.1 + (b.1 - a.1) * 2.0 / 3.0);
        let outline = Outline::starting_at(course.from).curve_to(
            third(course.from, course.bend),
            third(end, course.bend),
            end,
        );
        let pattern: Vec<f64> = dash(arrow.steps().min(MOST_STEPS) - 1)
            .iter()
            .map(|d| d * sheet.stroke * 0.9)
            .collect();
        let line = Element::path(outline).no_fill().stroke(colour, wide).dash(&pattern);
        let (from, to) = (&points.nodes[arrow.from].name, &points.nodes[arrow.to].name);
        let (strength, length) = (short(arrow.strength), short(arrow.length));
        let tip = format!("{from} → {to}: linkage {strength}, average propagation length {length}");
        figure.push(line.tooltip(&tip));
        figure.push(Element::path(Outline::through(corners).closed()).fill(colour));
    }
}

/// The point at a distance from one towards another.
fn towards(from: Point, to: Point, reach: f64) -> Point {
    let share = reach / distance(from, to).max(1e-9);
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
}

/// The rounded length on each arrow, where it touches neither a node nor another number; colour and dashes say it
/// everywhere.
fn draw_numbers(points: &Points, courses: &[Course], boxes: &[Rect], figure: &mut Figure) {
    const ALONG: [f64; 9] = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8];
    let size = figure.sheet.tick;
    let mut taken: Vec<Rect> = boxes.to_vec();
    for (i, (arrow, course)) in points.arrows.iter().zip(courses).enumerate() {
        let text = arrow.steps().to_string();
        let (wide, high) = (width(&text, size, Weight::Regular) + size * 0.3, size);
        let spots = ALONG.map(|share| {
            let (x, y) = course.at(share);
            Rect::new(x - wide / 2.0, y - high / 2.0, wide, high)
        });
        let is_free = |spot: &&Rect| !taken.iter().any(|other| other.overlaps(spot));
        let is_alone = |spot: &&Rect| {
            let others = courses.iter().enumerate().filter(|(k, _)| *k != i);
            others.map(|(_, other)| other).all(|other| !other.crosses(spot))
        };
        let free = || spots.iter().filter(is_free);
        let Some(spot) = free().find(is_alone).or_else(|| free().next()).copied() else { continue };
        taken.push(spot);
        let (x, y) = spot.centre();
        figure.push(figure.label_on_marks((x, y + size * 0.36), &text, size, Anchor::Middle));
    }
}
