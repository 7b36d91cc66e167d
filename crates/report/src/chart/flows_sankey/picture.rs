//! From bars and links to a picture.

use super::{Points, SMALLER, SPEC};
use crate::figure::{Figure, Words};
use crate::geometry::{Point, Rect};
use crate::number::{aligned, short};
use crate::style::{Colour, MAX_GROUPS, Sheet, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width};
use crate::{Drawing, Style};

/// Names have at most this part of the width on each side.
const NAME_SHARE: f64 = 0.3;
/// How much of the way between the sides smaller flows are drawn, fading.
const STUB: f64 = 0.14;

pub(super) fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: None, // Vega-Lite has no bands between bars
    };
    let sheet = Sheet::of(style);
    let on_side = |side: usize| points.bars.iter().filter(|bar| bar.stage == side).count();
    let most = on_side(0).max(on_side(1)) as f64;
    let needed = (most * 1.5 + 2.0) * line(&sheet);
    let mut figure = Figure::new(words, style, needed);
    let layout = Layout::of(points, &sheet, &figure.area());
    draw_heads(&layout, &mut figure);
    draw_stubs(points, &layout, &mut figure);
    draw_links(points, &layout, &mut figure);
    for (i, (bar, place)) in points.bars.iter().zip(&layout.bars).enumerate() {
        let mark = Element::rect(place);
        let mark = match layout.colours[i] {
            Some(colour) => mark.fill(colour),
            None => mark.fill(sheet.ink.neutral).class("neutral"),
        };
        let id = match &*bar.id {
            id if id.is_empty() || id == bar.name => String::new(),
            id => format!(" ({})", label(id)),
        };
        figure.push(mark.tooltip(&format!("{}{id}: {}", bar.name, short(bar.size))));
        let (name, number) = &layout.labels[i];
        let gap = sheet.gap() * 0.7;
        let baseline = place.centre().1 + sheet.tick * 0.36;
        let text = format!("{name}\u{2002}{number}");
        let (x, anchor) = match bar.stage {
            0 => (place.x - gap, Anchor::End),
            _ => (place.right() + gap, Anchor::Start),
        };
        let label = Element::text((x, baseline), &text, sheet.tick).anchor(anchor);
        figure.push(label.fill(sheet.ink.ink).class("ink"));
    }
    figure.finish()
}

fn line(sheet: &Sheet) -> f64 {
    Sheet::line_height(sheet.tick)
}

/// Where everything is.
#[derive(Debug)]
struct Layout {
    bars: Vec<Rect>,
    /// Name and number of each bar, as short as there is room for.
    labels: Vec<(String, String)>,
    /// `None` for grey.
    colours: Vec<Option<Colour>>,
    /// Where each link leaves and arrives: the middle of its width.
    ports: Vec<(f64, f64)>,
    /// The size of the largest bar, and its height.
    largest: (f64, f64),
    /// Where the names of the sides stand.
    heads: [Point; 2],
}

impl Layout {
    fn of(points: &Points, sheet: &Sheet, area: &Rect) -> Self {
        let gap = sheet.gap() * 0.7;
        let wide = |text: &str| width(text, sheet.tick, Weight::Regular);
        let limit = area.width * NAME_SHARE;
        let numbers = aligned(&points.bars.iter().map(|bar| bar.size).collect::<Vec<_>>());
        let labels: Vec<(String, String)> = points
            .bars
            .iter()
            .zip(numbers)
            .map(|(bar, number)| {
                let room = limit - wide(&format!("\u{2002}{number}"));
                (fit(&bar.name, sheet.tick, Weight::Regular, room), number)
            })
            .collect();
        let room = |side: usize| {
            let of_side = points.bars.iter().zip(&labels);
            let of_side = of_side.filter(|(bar, _)| bar.stage == side);
            of_side.map(|(_, (n, x))| wide(&format!("{n}\u{2002}{x}"))).fold(0.0, f64::max) + gap
        };
        let thick = sheet.label * 0.8;
        let lefts = [area.x + room(0), area.right() - room(1) - thick];
        let top = area.y + line(sheet) * 1.3;
        let height = area.bottom() - top;
        let sides = [0, 1].map(|side| {
            let of_side = |i: &usize| points.bars[*i].stage == side;
            (0..points.bars.len()).filter(of_side).collect::<Vec<usize>>()
        });
        let largest = points.bars.iter().map(|bar| bar.size).fold(f64::MIN_POSITIVE, f64::max);
        let sizes: Vec<f64> = points.bars.iter().map(|bar| bar.size / largest).collect();
        let least = line(sheet) * 1.05;
        let per_size = sides.iter().map(|side| scale(side, &sizes, height, least));
        let per_size = per_size.fold(f64::INFINITY, f64::min);
        let mut bars = vec![Rect::new(0.0, 0.0, 0.0, 0.0); points.bars.len()];
        for (side, x) in sides.iter().zip(lefts) {
            let slot = |i: usize| slot(sizes[i] * per_size, least);
            let used: f64 = side.iter().map(|i| slot(*i)).sum();
            let spare = ((height - used) / side.len().max(1) as f64).clamp(0.0, least * 1.5);
            let mut y = top + (height - used - spare * side.len() as f64).max(0.0) / 2.0;
            for &i in side {
                let (slot, high) = (slot(i) + spare, (sizes[i] * per_size).max(sheet.line));
                bars[i] = Rect::new(x, y + (slot - high) / 2.0, thick, high);
                y += slot;
            }
        }
        Self {
            ports: ports(points, &bars, largest, per_size),
            colours: colours(points, sheet),
            bars,
            labels,
            largest: (largest, per_size),
            heads: [(lefts[0] + thick, area.y + sheet.tick), (lefts[1], area.y + sheet.tick)],
        }
    }
}

impl Layout {
    /// The width of a flow.
    fn width(&self, flow: f64) -> f64 {
        flow / self.largest.0 * self.largest.1
    }

    /// Where smaller flows leave the bars of a side, and how far they are drawn.
    fn stub(&self, side: usize) -> (f64, f64) {
        let [(left, _), (right, _)] = self.heads;
        let length = (right - left) * STUB;
        if side == 0 { (left, length) } else { (right, -length) }
    }
}

/// The room for a bar of a height: at least a line of text, and a gap.
fn slot(high: f64, least: f64) -> f64 {
    (high + least * 0.25).max(least)
}

/// The largest scale at which the slots of one side fit into a height.
fn scale(side: &[usize], sizes: &[f64], height: f64, least: f64) -> f64 {
    let used = |per_size: f64| side.iter().map(|i| slot(sizes[*i] * per_size, least)).sum::<f64>();
    let (mut low, mut high) = (0.0, height);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if used(middle) <= height {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Links leave and arrive stacked, in the order of the other ends, so that they do not cross at the bar.
fn ports(points: &Points, bars: &[Rect], largest: f64, per_size: f64) -> Vec<(f64, f64)> {
    let mut ports = vec![(0.0, 0.0); points.links.len()];
    for leaves in [true, false] {
        let ends = |i: usize| {
            let link = &points.links[i];
            if leaves { (link.from, link.to) } else { (link.to, link.from) }
        };
        let mut order: Vec<usize> = (0..points.links.len()).collect();
        order.sort_by(|a, b| bars[ends(*a).1].y.total_cmp(&bars[ends(*b).1].y));
        let mut next: Vec<f64> = bars.iter().map(|bar| bar.y).collect();
        for i in order {
            let high = points.links[i].flow / largest * per_size;
            let at = next[ends(i).0] + high / 2.0;
            next[ends(i).0] += high;
            if leaves {
                ports[i].0 = at;
            } else {
                ports[i].1 = at;
            }
        }
    }
    ports
}

/// Colours of the largest sellers; the others, all buyers and what gathers many are grey.
fn colours(points: &Points, sheet: &Sheet) -> Vec<Option<Colour>> {
    let mut sellers: Vec<usize> =
        (0..points.bars.len()).filter(|i| points.bars[*i].stage == 0).collect();
    sellers.sort_by(|a, b| points.bars[*b].size.total_cmp(&points.bars[*a].size));
    let mut colours = vec![None; points.bars.len()];
    for (group, seller) in sellers.into_iter().take(MAX_GROUPS).enumerate() {
        colours[seller] = Some(group_colour(group, &sheet.ink));
    }
    colours
}

fn draw_heads(layout: &Layout, figure: &mut Figure) {
    let sheet = figure.sheet;
    let sides = [("Sellers", Anchor::End), ("Buyers", Anchor::Start)];
    for ((text, anchor), at) in sides.into_iter().zip(layout.heads) {
        let head = Element::text(at, text, sheet.tick);
        let head = head.weight(Weight::Bold).anchor(anchor);
        figure.push(head.fill(sheet.ink.ink).class("ink"));
    }
}

/// The largest flows first, so that small ones lie on top.
fn draw_links(points: &Points, layout: &Layout, figure: &mut Figure) {
    let sheet = figure.sheet;
    for (i, link) in points.links.iter().enumerate() {
        let (leave, arrive) = layout.ports[i];
        let (start, end) = (layout.bars[link.from].right(), layout.bars[link.to].x);
        let bend = (end - start) * 0.5;
        let course = Outline::starting_at((start, leave)).curve_to(
            (start + bend, leave),
            (end - bend, arrive),
            (end, arrive),
        );
        let curve = Element::path(course).no_fill();
        let wide = layout.width(link.flow).max(sheet.line * 0.5);
        let curve = match layout.colours[link.from] {
            Some(colour) => curve.stroke(colour, wide),
            None => curve.stroke(sheet.ink.neutral, wide).class("neutral"),
        };
        let (from, to) = (&points.bars[link.from].name, &points.bars[link.to].name);
        let tip = format!("{from} → {to}: {}", short(link.flow));
        figure.push(curve.opacity(sheet.ink.veil).tooltip(&tip));
    }
}

/// What gathers the smaller flows of a bar, below its links.
fn draw_stubs(points: &Points, layout: &Layout, figure: &mut Figure) {
    if !points.has_smaller() {
        return;
    }
    let fades = [0, 1].map(|side| fade(layout, side, figure));
    for ((bar, place), flow) in points.bars.iter().zip(&layout.bars).zip(&points.smaller) {
        if *flow > 0.0 {
            let (x, length) = layout.stub(bar.stage);
            let high = layout.width(*flow);
            let stub = Rect::new(x.min(x + length), place.bottom() - high, length.abs(), high);
            let stub = Element::rect(&stub).set("fill", fades[bar.stage].clone());
            figure.push(stub.tooltip(&format!("{}, {SMALLER}: {}", bar.name, short(*flow))));
        }
    }
}

/// From grey to nothing, away from the bars of one side.
fn fade(layout: &Layout, side: usize, figure: &mut Figure) -> String {
    let neutral = figure.sheet.ink.neutral.to_string();
    let (x, length) = layout.stub(side);
    let stop = |offset: f64, opacity: f64| {
        let stop = Element::new("stop").number("offset", offset).set("stop-color", neutral.clone());
        stop.number("stop-opacity", opacity)
    };
    let gradient = Element::new("linearGradient")
        .set("gradientUnits", "userSpaceOnUse")
        .number("x1", x)
        .number("x2", x + length)
        .number("y1", 0.0)
        .number("y2", 0.0);
    figure.define(gradient.child(stop(0.0, figure.sheet.ink.veil)).child(stop(1.0, 0.0)))
}
