//! Axes: scales with ticks, labels and titles around a plot.

use crate::figure::Figure;
use crate::geometry::Rect;
use crate::number::short;
use crate::scale::{Range, Scale};
use crate::style::Sheet;
use crate::svg::Anchor;
use crate::text::{Weight, fit, width};

/// What an axis shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis<'a> {
    pub(crate) range: Range,
    pub(crate) log: bool,
    /// The quantity with its unit.
    pub(crate) title: &'a str,
}

/// The inside of a pair of axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plot {
    pub(crate) inside: Rect,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

impl Axis<'_> {
    fn scale(&self, places: (f64, f64)) -> Scale {
        if self.log { Scale::log(self.range, places) } else { Scale::linear(self.range, places) }
    }
}

/// Draws both axes with grid lines into what is left of a figure: the title of the vertical one lies above it,
/// so that nobody has to turn their head.
pub(crate) fn axes(figure: &mut Figure, x: &Axis<'_>, y: &Axis<'_>) -> Plot {
    axes_with(figure, x, y, |value, label| Some((value, label)))
}

/// [`axes`] of which the horizontal one counts: without ticks between whole numbers.
pub(crate) fn axes_of_counts(figure: &mut Figure, x: &Axis<'_>, y: &Axis<'_>) -> Plot {
    axes_with(figure, x, y, |value, _| {
        let is_whole = (value - value.round()).abs() < 1e-9;
        is_whole.then(|| (value, short(value)))
    })
}

fn axes_with(
    figure: &mut Figure,
    x: &Axis<'_>,
    y: &Axis<'_>,
    tick_of: impl Fn(f64, String) -> Option<(f64, String)>,
) -> Plot {
    let (sheet, area) = (figure.sheet, figure.area());
    let (tick, gap) = (sheet.tick, sheet.gap());
    let wide = |label: &str| width(label, tick, Weight::Regular);
    let title_height = Sheet::line_height(sheet.label);
    let top = area.y + title_height + gap;
    let bottom = area.bottom() - title_height - Sheet::line_height(tick) - gap * 0.8;
    let y_scale = y.scale((bottom, top));
    let y_ticks = y_scale.ticks(n_ticks((bottom - top) / (3.2 * tick)));
    let left = area.x + y_ticks.iter().map(|(_, l)| wide(l)).fold(0.0, f64::max) + gap;
    let right = area.right() - gap;
    let x_scale = x.scale((left, right));
    let x_ticks = x_scale.ticks(n_ticks((right - left) / (5.5 * tick))).into_iter();
    let mut x_ticks: Vec<_> = x_ticks.filter_map(|(value, label)| tick_of(value, label)).collect();
    while x_ticks.len() > 2 && crowded(&x_ticks, &x_scale, tick) {
        let mut index = 0;
        x_ticks.retain(|_| {
            index += 1;
            index % 2 == 1
        });
    }
    for (value, label) in &y_ticks {
        let place = y_scale.place(*value);
        figure.push(figure.grid((left, place), (right, place)));
        let baseline = place + tick * 0.36;
        figure.push(figure.note((left - gap * 0.7, baseline), label, Anchor::End));
    }
    for (value, label) in &x_ticks {
        let place = x_scale.place(*value);
        figure.push(figure.grid((place, top), (place, bottom)));
        figure.push(figure.rule((place, bottom), (place, bottom + gap * 0.4)));
        let half = wide(label) / 2.0;
        let centre = place.min(area.right() - half);
        figure.push(figure.note((centre, bottom + gap * 0.6 + tick), label, Anchor::Middle));
    }
    figure.push(figure.rule((left, bottom), (right, bottom)));
    let fitted = |title: &str| fit(title, sheet.label, Weight::Regular, area.width);
    let y_title = (area.x, area.y + sheet.label);
    figure.push(figure.label(y_title, &fitted(y.title), Anchor::Start));
    let x_title = fitted(x.title);
    let half = width(&x_title, sheet.label, Weight::Regular) / 2.0;
    let centre =
        f64::midpoint(left, right).clamp(area.x + half, (area.right() - half).max(area.x + half));
    let baseline = area.bottom() - sheet.label * 0.3;
    figure.push(figure.label((centre, baseline), &x_title, Anchor::Middle));
    Plot { inside: Rect::between(left, top, right, bottom), x: x_scale, y: y_scale }
}

/// How many ticks there is room for.
fn n_ticks(room: f64) -> usize {
    #[expect(clippy::cast_sign_loss, reason = "clamped to 2..9")]
    let n = room.clamp(2.0, 9.0) as usize;
    n
}

fn crowded(ticks: &[(f64, String)], scale: &Scale, size: f64) -> bool {
    let half = |label: &str| width(label, size, Weight::Regular) / 2.0;
    ticks.windows(2).any(|pair| {
        let apart = (scale.place(pair[1].0) - scale.place(pair[0].0)).abs();
        apart < half(&pair[0].1) + half(&pair[1].1) + size * 0.7
    })
}
