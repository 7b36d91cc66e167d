//! Several periods in one plot: an arrow for the way of each node.

use super::scatter::{
    LabelStyle, axes_of, colour, guides, labels, largest, legend, marks, outermost, radii,
};
use super::{Frame, Points};
use crate::axis::Plot;
use crate::figure::Figure;
use crate::geometry::{Point, distance};
use crate::style::Sheet;
use crate::svg::{Element, Outline};
use crate::text::label;
use crate::{Drawing, Style};
use std::collections::BTreeMap;

/// With more nodes than this, only those that are named have a path.
const MANY: usize = 60;

pub(super) fn draw(points: &Points, style: &Style) -> Drawing {
    let mut figure = Figure::new(points.words(), style, Sheet::of(style).label * 28.0);
    let last = points.last();
    legend(Some(last), &mut figure);
    let plot = axes_of(points, &mut figure);
    guides(&plot, &mut figure);
    let radii = radii(last, largest(&points.frames), &figure.sheet, 0.85);
    let outer = outermost(last, &plot, points.n_labels);
    let has_path = |node: &usize| last.nodes.len() <= MANY || outer.contains(node);
    let ways = ways(&points.frames, &plot);
    let mut discs = Vec::new();
    for node in (0..last.nodes.len()).filter(has_path) {
        let is_outer = outer.contains(&node);
        draw_way(points, node, &ways[node], radii[node], is_outer, &mut figure);
        discs.extend(beads(&ways[node], figure.sheet.stroke * 0.8));
    }
    marks(last, &plot, &radii, &mut figure);
    let style = LabelStyle { n: points.n_labels, size: figure.sheet.tick, limit: 0.3 };
    labels(last, &plot, &radii, &style, &discs, &mut figure);
    figure.finish()
}

/// The places of each node of the last period, from the first period on in which it is.
fn ways(frames: &[Frame], plot: &Plot) -> Vec<Vec<Point>> {
    let Some(last) = frames.last() else { return Vec::new() };
    let known: Vec<BTreeMap<&str, Point>> = frames
        .iter()
        .map(|frame| {
            let place = |node: &super::Point| (plot.x.place(node.x), plot.y.place(node.y));
            frame.nodes.iter().map(|node| (node.id.as_str(), place(node))).collect()
        })
        .collect();
    let way = |node: &super::Point| {
        known.iter().filter_map(|places| places.get(node.id.as_str()).copied()).collect()
    };
    last.nodes.iter().map(way).collect()
}

fn draw_way(
    points: &Points,
    node: usize,
    way: &[Point],
    radius: f64,
    is_outer: bool,
    figure: &mut Figure,
) {
    let sheet = figure.sheet;
    let node = &points.last().nodes[node];
    let [.., before, tip] = way else { return };
    // The head ends at the rim of the mark, not under it.
    let length = distance(*before, *tip);
    let head = (sheet.label * 0.5).min(length * 0.8);
    if length <= radius + head {
        // Hardly moved in the last period: the line alone says so.
        let line = path(way, node.class, is_outer, &sheet);
        figure.push(line);
        return;
    }
    let along = ((tip.0 - before.0) / length, (tip.1 - before.1) / length);
    let back = |reach: f64| (tip.0 - along.0 * reach, tip.1 - along.1 * reach);
    let (end, neck) = (back(radius), back(radius + head));
    let mut line = way.to_vec();
    if let Some(last) = line.last_mut() {
        *last = back(radius + head * 0.5);
    }
    let line = path(&line, node.class, is_outer, &sheet);
    let first = label(&points.frames[0].period);
    figure.push(line.tooltip(&format!("{}, since {first}", node.name)));
    let half = head * 0.42;
    let corners = [
        end,
        (neck.0 - along.1 * half, neck.1 + along.0 * half),
        (neck.0 + along.1 * half, neck.1 - along.0 * half),
    ];
    let arrow = Element::path(Outline::through(corners).closed());
    let arrow = arrow.fill(colour(node.class, &sheet)).opacity(opacity(is_outer, &sheet));
    figure.push(if node.class == 3 { arrow.class("neutral") } else { arrow });
}

fn path(way: &[Point], class: usize, is_outer: bool, sheet: &Sheet) -> Element {
    let wide = sheet.stroke * if is_outer { 0.7 } else { 0.5 };
    let line = Element::path(Outline::through(way.iter().copied())).no_fill();
    let line = line.stroke(colour(class, sheet), wide).set("stroke-linejoin", "round");
    let line = line.opacity(opacity(is_outer, sheet));
    if class == 3 { line.class("neutral") } else { line }
}

fn opacity(is_outer: bool, sheet: &Sheet) -> f64 {
    if is_outer { 0.95 } else { sheet.ink.veil }
}

/// Discs along a way, which names keep off.
fn beads(way: &[Point], radius: f64) -> Vec<(Point, f64)> {
    let mut beads = Vec::new();
    for pair in way.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        #[expect(clippy::cast_sign_loss, reason = "a length")]
        let n = (distance(from, to) / (radius * 4.0)).ceil().clamp(1.0, 200.0) as u32;
        let at = |i: u32| {
            let share = f64::from(i) / f64::from(n);
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        };
        beads.extend((0..n).map(|i| (at(i), radius)));
    }
    beads
}
