//! One period: marks by class and size, names of the outermost.

use super::{CLASSES, Frame, Point, Points};
use crate::axis::{Axis, Plot, axes};
use crate::figure::{Figure, Sample};
use crate::geometry::{Rect, distance};
use crate::number::{count, short};
use crate::place::{Obstacles, Wish, place};
use crate::style::{Colour, Shape, Sheet, group_colour};
use crate::svg::{Anchor, Element};
use crate::text::{Weight, fit, width};
use crate::{Drawing, Style};

pub(super) fn colour(class: usize, sheet: &Sheet) -> Colour {
    if class == 3 { sheet.ink.neutral } else { group_colour(class, &sheet.ink) }
}

pub(super) fn draw(points: &Points, style: &Style) -> Drawing {
    let mut figure = Figure::new(points.words(), style, Sheet::of(style).label * 23.0);
    let frame = points.last();
    legend(Some(frame), &mut figure);
    let plot = axes_of(points, &mut figure);
    guides(&plot, &mut figure);
    let radii = radii(frame, largest(&points.frames), &figure.sheet, 1.0);
    marks(frame, &plot, &radii, &mut figure);
    let style = LabelStyle { n: points.n_labels, size: figure.sheet.tick, limit: 0.3 };
    labels(frame, &plot, &radii, &style, &[], &mut figure);
    figure.finish()
}

/// The classes, with how many nodes of a period each has.
pub(super) fn legend(frame: Option<&Frame>, figure: &mut Figure) {
    let sheet = figure.sheet;
    let entries = CLASSES.iter().enumerate().map(|(class, (_, name))| {
        let sample = Sample::Point(Shape::of(class), colour(class, &sheet), class == 3);
        let text = frame.map(|frame| format!("{name} ({})", count(frame.n_of(class))));
        (sample, text.unwrap_or_else(|| (*name).to_owned()))
    });
    figure.legend(&entries.collect::<Vec<_>>());
}

pub(super) fn axes_of(points: &Points, figure: &mut Figure) -> Plot {
    axes(
        figure,
        &Axis { range: points.range(|node| node.x), log: false, title: &points.x_title },
        &Axis { range: points.range(|node| node.y), log: false, title: &points.y_title },
    )
}

/// The lines at the average.
pub(super) fn guides(plot: &Plot, figure: &mut Figure) {
    let sheet = figure.sheet;
    let inside = plot.inside;
    let (one_x, one_y) = (plot.x.place(1.0), plot.y.place(1.0));
    for (from, to) in [
        ((one_x, inside.y), (one_x, inside.bottom())),
        ((inside.x, one_y), (inside.right(), one_y)),
    ] {
        let guide = Element::line(from, to).stroke(sheet.ink.axis, sheet.line * 1.5);
        figure.push(guide.class("axis"));
    }
}

pub(super) fn largest(frames: &[Frame]) -> f64 {
    let nodes = frames.iter().flat_map(|frame| &frame.nodes);
    nodes.filter_map(|node| node.output).fold(0.0, f64::max)
}

/// Radii by output: area is proportional, within bounds that stay visible.
pub(super) fn radii(frame: &Frame, largest: f64, sheet: &Sheet, scale: f64) -> Vec<f64> {
    let point = sheet.point * scale;
    let bound = (point * 2.4, point * if frame.nodes.len() > 200 { 0.45 } else { 0.65 });
    let radius = |node: &Point| match node.output {
        Some(output) if largest > 0.0 => (bound.0 * (output / largest).sqrt()).max(bound.1),
        _ if largest > 0.0 => bound.1,
        _ => point * 0.9,
    };
    frame.nodes.iter().map(radius).collect()
}

pub(super) fn marks(frame: &Frame, plot: &Plot, radii: &[f64], figure: &mut Figure) {
    let sheet = figure.sheet;
    let mut order: Vec<usize> = (0..frame.nodes.len()).collect();
    order.sort_by(|a, b| radii[*b].total_cmp(&radii[*a])); // small marks on top
    for &i in &order {
        let node = &frame.nodes[i];
        let at = (plot.x.place(node.x), plot.y.place(node.y));
        let mark = Shape::of(node.class).at(at, radii[i]).fill(colour(node.class, &sheet));
        let class = if node.class == 3 { "neutral edge" } else { "edge" };
        let mark = figure.rim(mark.set("fill-opacity", "0.85")).class(class);
        let values = format!("forward {}, backward {}", short(node.x), short(node.y));
        figure.push(mark.tooltip(&format!("{}: {values}", node.name)));
    }
}

/// The nodes to name: the key ones, then the others, each the furthest from the average first.
pub(super) fn outermost(frame: &Frame, plot: &Plot, n: usize) -> Vec<usize> {
    let at = |node: &Point| (plot.x.place(node.x), plot.y.place(node.y));
    let middle = (plot.x.place(1.0), plot.y.place(1.0));
    let mut outer: Vec<usize> = (0..frame.nodes.len()).collect();
    let reach = |i: usize| distance(at(&frame.nodes[i]), middle);
    let is_other = |i: usize| frame.nodes[i].class != 0;
    outer.sort_by(|a, b| is_other(*a).cmp(&is_other(*b)).then(reach(*b).total_cmp(&reach(*a))));
    outer.truncate(n);
    outer
}

/// How many nodes are named, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct LabelStyle {
    pub(super) n: usize,
    pub(super) size: f64,
    /// The longest name as a share of the plot's width.
    pub(super) limit: f64,
}

/// Names of the outermost nodes, which keep off marks, guides and these discs.
pub(super) fn labels(
    frame: &Frame,
    plot: &Plot,
    radii: &[f64],
    style: &LabelStyle,
    discs: &[((f64, f64), f64)],
    figure: &mut Figure,
) {
    let sheet = figure.sheet;
    let inside = plot.inside;
    let at = |node: &Point| (plot.x.place(node.x), plot.y.place(node.y));
    let middle = (plot.x.place(1.0), plot.y.place(1.0));
    let outer = outermost(frame, plot, style.n);
    let size = style.size;
    let name =
        |i: &usize| fit(&frame.nodes[*i].name, size, Weight::Regular, inside.width * style.limit);
    let names: Vec<String> = outer.iter().map(name).collect();
    let wishes: Vec<Wish> = outer
        .iter()
        .zip(&names)
        .map(|(&i, name)| Wish {
            point: at(&frame.nodes[i]),
            radius: radii[i] * 1.25,
            width: width(name, size, Weight::Regular) + size * 0.3,
            height: size * 1.2,
        })
        .collect();
    let thin = sheet.line * 2.0;
    let nodes = frame.nodes.iter().zip(radii).map(|(node, r)| (at(node), r * 1.25));
    let obstacles = Obstacles {
        discs: nodes.chain(discs.iter().copied()).collect(),
        boxes: vec![
            Rect::new(middle.0 - thin / 2.0, inside.y, thin, inside.height),
            Rect::new(inside.x, middle.1 - thin / 2.0, inside.width, thin),
        ],
    };
    for (found, name) in place(&wishes, &obstacles, &inside).into_iter().zip(&names) {
        let Some(place) = found else { continue };
        if let Some((from, to)) = place.leader {
            figure.push(figure.rule(from, to));
        }
        let (x, y) = place.area.centre();
        figure.push(figure.label_on_marks((x, y + size * 0.36), name, size, Anchor::Middle));
    }
}
