//! Several periods side by side, on the same axes.

use super::scatter::{LabelStyle, guides, labels, largest, legend, marks, radii};
use super::{Frame, Points};
use crate::axis::Plot;
use crate::figure::Figure;
use crate::geometry::Rect;
use crate::number::count;
use crate::scale::Scale;
use crate::style::{Preset, Sheet};
use crate::svg::{Anchor, Element};
use crate::text::{Weight, fit, label, width};
use crate::{Drawing, Style};

/// More panels than this are too small.
const MOST: usize = 9;

pub(super) fn draw(points: &Points, style: &Style) -> Drawing {
    let sheet = Sheet::of(style);
    let frames = spread(&points.frames);
    let most_columns = if style.preset == Preset::Paper1Col { 2 } else { 3 };
    let n_columns = match frames.len() {
        4 => 2,
        n => n.min(most_columns),
    };
    let n_rows = frames.len().div_ceil(n_columns);
    let inner = sheet.width - 2.0 * sheet.margin;
    let panel_width = inner / n_columns as f64;
    let needed = n_rows as f64 * (panel_width * 0.62).max(sheet.label * 11.0) + sheet.label * 5.0;
    let mut figure = Figure::new(points.words(), style, needed);
    legend(None, &mut figure);
    let cells = cells(points, n_rows, n_columns, &mut figure);
    let most = largest(&points.frames);
    for (i, (frame, inside)) in frames.iter().zip(cells).enumerate() {
        let sides = Sides { left: i % n_columns == 0, bottom: i + n_columns >= frames.len() };
        let plot = panel(points, frame, &inside, sides, &mut figure);
        guides(&plot, &mut figure);
        let radii = radii(frame, most, &sheet, 0.85);
        marks(frame, &plot, &radii, &mut figure);
        let n = points.n_labels.min(if inside.width < sheet.label * 20.0 { 3 } else { 6 });
        let size = (sheet.tick * 0.9).max(sheet.caption);
        let style = LabelStyle { n, size, limit: 0.45 };
        labels(frame, &plot, &radii, &style, &[], &mut figure);
    }
    figure.finish()
}

/// All periods, or the first, the last and some evenly between them.
fn spread(frames: &[Frame]) -> Vec<&Frame> {
    let n = frames.len();
    if n <= MOST {
        return frames.iter().collect();
    }
    (0..MOST).map(|i| &frames[i * (n - 1) / (MOST - 1)]).collect()
}

/// Which axes a panel has numbers at.
#[derive(Clone, Copy, Debug)]
struct Sides {
    left: bool,
    bottom: bool,
}

/// Draws the titles of the axes, which all panels share; returns the insides of the panels.
fn cells(points: &Points, n_rows: usize, n_columns: usize, figure: &mut Figure) -> Vec<Rect> {
    let (sheet, area) = (figure.sheet, figure.area());
    let (tick, gap) = (sheet.tick, sheet.gap());
    let title_height = Sheet::line_height(sheet.label);
    let scale = Scale::linear(points.range(|node| node.y), (0.0, 1.0));
    let numbers = scale.ticks(4).into_iter();
    let numbers = numbers.map(|(_, text)| width(&text, tick, Weight::Regular)).fold(0.0, f64::max);
    let left = area.x + numbers + gap;
    let top = area.y + title_height + gap * 0.3;
    let bottom = area.bottom() - title_height - Sheet::line_height(tick) - gap * 0.8;
    let fitted = |title: &str| fit(title, sheet.label, Weight::Regular, area.width);
    let y_title = (area.x, area.y + sheet.label);
    figure.push(figure.label(y_title, &fitted(&points.y_title), Anchor::Start));
    let x_title = (f64::midpoint(left, area.right()), area.bottom() - sheet.label * 0.3);
    figure.push(figure.label(x_title, &fitted(&points.x_title), Anchor::Middle));
    let head = Sheet::line_height(tick) + gap * 0.3;
    let (wide, high) = (
        (area.right() - left + gap) / n_columns as f64 - gap,
        (bottom - top + gap) / n_rows as f64 - gap,
    );
    let cell = |i: usize| {
        let (row, column) = ((i / n_columns) as f64, (i % n_columns) as f64);
        let y = top + row * (high + gap) + head;
        Rect::new(left + column * (wide + gap), y, wide, high - head)
    };
    (0..n_rows * n_columns).map(cell).collect()
}

fn panel(points: &Points, frame: &Frame, inside: &Rect, sides: Sides, figure: &mut Figure) -> Plot {
    let sheet = figure.sheet;
    let (tick, gap) = (sheet.tick, sheet.gap());
    let x = Scale::linear(points.range(|node| node.x), (inside.x, inside.right()));
    let y = Scale::linear(points.range(|node| node.y), (inside.bottom(), inside.y));
    for (value, text) in y.ticks(4) {
        let place = y.place(value);
        figure.push(figure.grid((inside.x, place), (inside.right(), place)));
        if sides.left {
            let at = (inside.x - gap * 0.7, place + tick * 0.36);
            figure.push(figure.note(at, &text, Anchor::End));
        }
    }
    let mut free = inside.x - tick;
    for (value, text) in x.ticks(3) {
        let place = x.place(value);
        figure.push(figure.grid((place, inside.y), (place, inside.bottom())));
        let half = width(&text, tick, Weight::Regular) / 2.0;
        let at = place.min(inside.right() - half);
        if sides.bottom && at - half > free {
            free = at + half + tick * 0.5;
            let at = (at, inside.bottom() + gap * 0.5 + tick);
            figure.push(figure.note(at, &text, Anchor::Middle));
        }
    }
    let frame_line = Element::rect(inside).no_fill().stroke(sheet.ink.grid, sheet.line);
    figure.push(frame_line.class("grid"));
    let n_key = format!("{} key", count(frame.n_of(0)));
    let note = width(&n_key, tick, Weight::Regular);
    let room = inside.width - note - tick;
    let name = fit(&label(&frame.period), tick, Weight::Bold, room);
    let baseline = inside.y - gap * 0.5;
    let name = Element::text((inside.x, baseline), &name, tick).weight(Weight::Bold);
    figure.push(name.fill(sheet.ink.ink).class("ink"));
    figure.push(figure.note((inside.right(), baseline), &n_key, Anchor::End));
    Plot { inside: *inside, x, y }
}
