//! From places to a picture.

use super::{Mark, Points};
use crate::chart::map::{group_of_mark, legend};
use crate::figure::{Figure, Sample, Words};
use crate::force::apart;
use crate::geometry::{Point, Rect, distance};
use crate::number::{counted, percent, short};
use crate::scale::{Scale, axis_range};
use crate::style::{Sheet, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, label, width};
use crate::{Drawing, Style, vega};

/// The picture's frame for places in the data: 1000 wide, 700 high.
const FRAME: (f64, f64) = (1000.0, 700.0);
/// Classes of links by the width of their lines.
const WIDTHS: usize = 10;
/// Of more links than this a pointer finds none in particular.
const MOST_NAMED_LINKS: usize = 300;
/// How far a line bends, as a share of its length.
const BEND: f64 = 0.16;

pub(in crate::chart) fn draw(points: &Points, style: &Style) -> Drawing {
    let places = fitted(points, &Rect::new(0.0, 0.0, FRAME.0, FRAME.1));
    let names: Vec<&str> = points.groups.iter().map(|(name, _)| name.as_str()).collect();
    let words = Words {
        chart: points.chart,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(&places),
        view: Some(vega::network(&names, &points.unit)),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 30.0);
    let sheet = figure.sheet;
    figure.legend(&legend(&points.groups, points.n_other, &sheet));
    if let Some(shares) = points.upward() {
        let entry = |(group, way, share): (usize, &str, f64)| {
            let sample = Sample::Line(group_colour(group, &sheet.ink), 0);
            (sample, format!("{way}\u{2002}{}", percent(share)))
        };
        let ways = [(0, "to a higher level", shares[0]), (1, "to a lower level", shares[1])];
        figure.legend(&ways.map(entry));
    }
    let radii = radii(points, &sheet);
    let margin = radii.iter().copied().fold(0.0, f64::max) + sheet.tick * 0.5;
    let mut inside = figure.area().inset(margin);
    if let Some(levels) = &points.levels {
        inside = rungs(levels, &inside, &mut figure);
    }
    let mut at = fitted(points, &inside);
    if points.levels.is_none() {
        apart(&mut at, &radii, sheet.line * 2.0, 60);
    }
    for place in &mut at {
        *place =
            (place.0.clamp(inside.x, inside.right()), place.1.clamp(inside.y, inside.bottom()));
    }
    draw_links(points, &at, &radii, &mut figure);
    // Small ones on top of large ones.
    for ((mark, at), radius) in points.marks.iter().zip(&at).zip(&radii) {
        let kind = if mark.kind.is_empty() || points.is_summary {
            String::new()
        } else {
            format!(", {}", label(&mark.kind))
        };
        let n = if points.is_summary {
            format!(", {}", counted(mark.n, "firm", "firms"))
        } else {
            String::new()
        };
        let tip = format!("{}{kind}{n}: {}", mark.name, short(mark.size));
        let group = group_of_mark(&points.groups, mark.group);
        figure.push(figure.mark_of_group(group, *at, *radius).tooltip(&tip));
    }
    let n = if points.is_summary { 50 } else { points.n_labels };
    let names = points.marks.iter().take(n).map(|mark| mark.name.as_str());
    let inside = figure.area();
    figure.names_of_marks(names, &at, &radii, &inside);
    figure.finish()
}

/// Grid lines at round levels with their numbers; what is left of the box.
fn rungs(levels: &[f64], inside: &Rect, figure: &mut Figure) -> Rect {
    let tick = figure.sheet.tick;
    let wide = |text: &str| width(text, tick, Weight::Regular);
    let ticks = heights(levels, inside).ticks(6);
    let room = ticks.iter().map(|(_, text)| wide(text)).fold(0.0, f64::max);
    let left = inside.x + room + tick;
    let inside = Rect::between(left, inside.y, inside.right(), inside.bottom());
    let scale = heights(levels, &inside);
    for (level, text) in scale.ticks(6) {
        let y = scale.place(level);
        if y < inside.y - 1e-6 || y > inside.bottom() + 1e-6 {
            continue;
        }
        figure.push(figure.grid((inside.x, y), (inside.right(), y)));
        figure.push(figure.note((inside.x - tick, y + tick * 0.36), &text, Anchor::End));
    }
    inside
}

/// From levels to places: higher is farther up on the page.
fn heights(levels: &[f64], inside: &Rect) -> Scale {
    Scale::linear(axis_range(levels), (inside.bottom(), inside.y))
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

/// The places inside a box, as large as it allows; the two directions may be stretched a little.
fn fitted(points: &Points, inside: &Rect) -> Vec<Point> {
    let x = bounds(points.marks.iter().map(|mark| mark.at.0));
    let y = bounds(points.marks.iter().map(|mark| mark.at.1));
    let spans = ((x.1 - x.0).max(1e-9), (y.1 - y.0).max(1e-9));
    let centre = inside.centre();
    let middle = (f64::midpoint(x.0, x.1), f64::midpoint(y.0, y.1));
    let scales = (inside.width / spans.0, inside.height / spans.1);
    if let Some(levels) = &points.levels {
        let scale = heights(levels, inside);
        let place = |(mark, level): (&Mark, &f64)| {
            (centre.0 + (mark.at.0 - middle.0) * scales.0, scale.place(*level))
        };
        return points.marks.iter().zip(levels).map(place).collect();
    }
    let least = scales.0.min(scales.1);
    let scales = (scales.0.min(least * 1.8), scales.1.min(least * 1.8));
    let place = |mark: &Mark| {
        (centre.0 + (mark.at.0 - middle.0) * scales.0, centre.1 + (mark.at.1 - middle.1) * scales.1)
    };
    points.marks.iter().map(place).collect()
}

/// The radius of each mark, by which its area shows what it trades.
fn radii(points: &Points, sheet: &Sheet) -> Vec<f64> {
    let largest = points.marks[0].size;
    let crowd = (60.0 / points.marks.len() as f64).sqrt().clamp(0.35, 1.0);
    let most = sheet.point * if points.is_summary { 5.0 } else { 3.2 } * crowd.max(0.5);
    let least = sheet.point * 0.75 * crowd;
    let share = |mark: &Mark| if largest > 0.0 { mark.size / largest } else { 0.0 };
    points.marks.iter().map(|mark| (most * share(mark).sqrt()).max(least)).collect()
}

/// Curves from sellers to buyers, the larger the flow the wider and the darker, those of small flows first.
fn draw_links(points: &Points, at: &[Point], radii: &[f64], figure: &mut Figure) {
    let sheet = figure.sheet;
    let largest = points.links.first().map_or(1.0, |link| link.flow);
    let crowd = (150.0 / points.links.len().max(1) as f64).sqrt().clamp(0.15, 1.0);
    let named = points.links.len() <= MOST_NAMED_LINKS;
    let mut classes: Vec<Vec<Element>> = vec![Vec::new(); 3 * WIDTHS];
    for link in points.links.iter().rev() {
        let (from, to) = (at[link.from], at[link.to]);
        let length = distance(from, to);
        let bend = if points.levels.is_some() { BEND / 3.0 } else { BEND };
        if length < 1e-6 {
            continue;
        }
        let along = ((to.0 - from.0) / length, (to.1 - from.1) / length);
        // Left of the way goods go, on a page whose y grows downwards.
        let aside = (along.1 * bend * length, -along.0 * bend * length);
        let end = (to.0 - along.0 * radii[link.to] * 0.6, to.1 - along.1 * radii[link.to] * 0.6);
        let control = |share: f64| {
            (
                from.0 + (end.0 - from.0) * share + aside.0,
                from.1 + (end.1 - from.1) * share + aside.1,
            )
        };
        let curve = Outline::starting_at(from).curve_to(control(0.3), control(0.7), end);
        let mut curve = Element::path(curve);
        if named {
            let (seller, buyer) = (&points.marks[link.from].name, &points.marks[link.to].name);
            curve = curve.tooltip(&format!("{seller} → {buyer}: {}", short(link.flow)));
        }
        #[expect(clippy::cast_sign_loss, reason = "a share of the largest")]
        let class = ((link.flow / largest).sqrt() * WIDTHS as f64) as usize;
        let way = points.levels.as_ref().map_or(0, |levels| {
            let rise = levels[link.to] - levels[link.from];
            if rise > 0.0 { 1 } else { 2 * usize::from(rise < 0.0) }
        });
        classes[3 * class.min(WIDTHS - 1) + way].push(curve);
    }
    // Small flows first; those of a width together, as each would say the same of itself.
    for (class, curves) in classes.into_iter().enumerate().filter(|(_, curves)| !curves.is_empty())
    {
        let (class, way) = (class / 3, class % 3);
        let colour = match way {
            0 => sheet.ink.neutral,
            way => group_colour(way - 1, &sheet.ink),
        };
        let share = (class as f64 + 0.5) / WIDTHS as f64;
        let wide = sheet.line * (0.5 + 3.5 * share);
        let together = Element::new("g").no_fill().stroke(colour, wide);
        figure.push(together.opacity(crowd * (0.25 + 0.5 * share)).children(curves));
    }
}
