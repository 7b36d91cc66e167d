//! From bars and links to a picture.

use super::{Bar, Direction, Link, Overlay, Points, SPEC};
use crate::figure::{Figure, Sample, Words};
use crate::geometry::Rect;
use crate::number::{counted, percent, short};
use crate::style::{Colour, Sheet, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width, wrap};
use crate::{Drawing, Style};

/// So many of the largest links say what they are.
const MOST_NAMED_LINKS: usize = 300;
/// At most this part of a column's height is space between bars.
const SPACE: f64 = 0.42;

/// More names than this in a column are not read; fewer where columns stand close.
fn names_in_stage(n_stages: usize) -> usize {
    if n_stages <= 7 { 8 } else { 5 }
}

pub(in crate::chart) fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: points.overlay.as_ref().map_or(SPEC.name, |overlay| overlay.chart),
        title: points.title.clone(),
        subtitle: points.notes(),
        alt: points.alt(),
        csv: points.csv(),
        view: None, // Vega-Lite has no layered links
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 24.0);
    let sheet = figure.sheet;
    if let Some(overlay) = &points.overlay {
        figure.legend(&steps_legend(overlay, &sheet));
    }
    let legend = Direction::ALL.into_iter().filter(|d| points.shares[*d as usize] > 0.0);
    let legend: Vec<(Sample, String)> = legend
        .map(|direction| {
            let share = percent(points.shares[direction as usize]);
            let colour = match direction {
                Direction::Forward => stage_colour(0.5, &sheet),
                other => aside_colour(other, &sheet),
            };
            (Sample::Box(colour), format!("{}\u{2002}{share}", direction.words()))
        })
        .collect();
    if points.overlay.is_none() {
        figure.legend(&legend);
    }
    let columns = Columns::of(points, &sheet, &figure.area());
    let inside = draw_heads(points, &columns, &mut figure);
    let layout = Layout::of(points, &sheet, &inside, columns);
    match &points.overlay {
        Some(overlay) => draw_spread(points, overlay, &layout, &mut figure),
        None => draw_links(points, &layout, &mut figure),
    }
    for (bar, place) in points.bars.iter().zip(&layout.bars) {
        if let Some(overlay) = &points.overlay {
            draw_loss(bar, place, overlay, &mut figure);
            continue;
        }
        let colour = layout.colour(bar.stage, &sheet);
        let mark = Element::rect(place).fill(colour);
        // What stands for many is drawn paler, so that nobody takes it for one large firm.
        let mark = if bar.is_rest() { mark.opacity(0.5) } else { mark };
        let id = if bar.id.is_empty() || bar.id == bar.name {
            String::new()
        } else {
            format!(" ({})", label(&bar.id))
        };
        figure.push(mark.tooltip(&format!("{}{id}: {}", bar.name, short(bar.size))));
    }
    draw_names(points, &layout, &mut figure);
    figure.finish()
}

/// The steps of a cascade told apart by colour: the failure itself, the first, the second, and two thirds of the rest.
fn classes(overlay: &Overlay) -> Vec<f64> {
    let last = overlay.last.max(0.0);
    let mut firsts = vec![0.0, 1.0, 2.0, 3.0, (3.0 + (last - 3.0) / 3.0).ceil().max(4.0)];
    firsts.retain(|first| *first <= last);
    firsts
}

/// The colour of a step: early ones stand out most.
fn step_colour(step: f64, overlay: &Overlay, sheet: &Sheet) -> Colour {
    let class = classes(overlay).iter().rposition(|first| step >= *first).unwrap_or(0);
    // What fails stands apart; half-way between orange and blue would be grey, which is what is not touched.
    let [fails, near, far] = [1, 3, 0].map(|group| group_colour(group, &sheet.ink));
    match class {
        0 => fails,
        class => near.towards(far, (class - 1) as f64 / 3.0),
    }
}

fn steps_legend(overlay: &Overlay, sheet: &Sheet) -> Vec<(Sample, String)> {
    let firsts = classes(overlay);
    let entry = |(i, first): (usize, &f64)| {
        let until = firsts.get(i + 1).map_or(overlay.last, |next| next - 1.0);
        let text = match (i, until > *first) {
            (0, _) => "Fails".to_owned(),
            (_, false) => format!("Step {first}"),
            (_, true) => format!("Steps {first} to {until}"),
        };
        (Sample::Box(step_colour(*first, overlay, sheet)), text)
    };
    firsts.iter().enumerate().map(entry).collect()
}

/// A firm: what it made, and what of it is lost.
fn draw_loss(bar: &Bar, place: &Rect, overlay: &Overlay, figure: &mut Figure) {
    let sheet = figure.sheet;
    let percent_lost = percent(bar.loss.share);
    let tip = format!("{}: {}, loses {percent_lost}", bar.name, short(bar.size));
    let whole = Element::rect(place).fill(sheet.ink.axis).opacity(0.35).class("neutral");
    figure.push(whole.tooltip(&tip));
    if let Some(step) = bar.loss.step {
        let height = (place.height * bar.loss.share).max(sheet.line * 1.5).min(place.height);
        let lost = Rect::new(place.x, place.y, place.width, height);
        let tip = format!("{tip}, from step {step} on");
        let lost = Element::rect(&lost).fill(step_colour(step, overlay, &sheet));
        figure.push(lost.tooltip(&tip));
    }
}

/// Links in grey, and on them those along which the loss went on, in the colour of the end that felt it later.
fn draw_spread(points: &Points, overlay: &Overlay, layout: &Layout, figure: &mut Figure) {
    let sheet = figure.sheet;
    for carried in [false, true] {
        for (i, link) in points.links.iter().enumerate() {
            let ends = [link.from, link.to].map(|bar| points.bars[bar].loss);
            let later = match ends.map(|loss| loss.step) {
                [Some(a), Some(b)] if (a - b).abs() > 0.5 => Some(a.max(b)),
                _ => None,
            };
            if later.is_some() != carried {
                continue;
            }
            let direction = points.direction(link);
            let curve = Element::path(course(layout, i, link, direction)).no_fill();
            let curve = curve.number("stroke-width", layout.link_width(link));
            let curve = if let Some(step) = later {
                let share = ends[0].share.min(ends[1].share);
                let colour = step_colour(step, overlay, &sheet).to_string();
                // What little was lost is drawn faintly, but never so that nobody sees it.
                curve.set("stroke", colour).opacity(0.25 + 0.5 * share)
            } else {
                let curve = curve.set("stroke", sheet.ink.axis.to_string());
                curve.opacity(0.15).class("neutral")
            };
            let (from, to) = (&points.bars[link.from].name, &points.bars[link.to].name);
            figure.push(curve.tooltip(&format!("{from} → {to}: {}", short(link.flow))));
        }
    }
}

/// From blue at the first stage to green at the last: the order is also in the place.
fn stage_colour(share: f64, sheet: &Sheet) -> Colour {
    group_colour(0, &sheet.ink).towards(group_colour(2, &sheet.ink), share)
}

/// Links that do not go forward.
fn aside_colour(direction: Direction, sheet: &Sheet) -> Colour {
    match direction {
        Direction::Back => group_colour(1, &sheet.ink),
        Direction::Forward | Direction::Within => group_colour(3, &sheet.ink),
    }
}

/// Where the stages stand. Names have room at the right of their bars, loops a little at the left.
#[derive(Clone, Copy, Debug)]
struct Columns {
    n: usize,
    first: f64,
    pitch: f64,
    right: f64,
}

impl Columns {
    fn of(points: &Points, sheet: &Sheet, area: &Rect) -> Self {
        let n = points.stages.len();
        let first = area.x + sheet.label * 0.8;
        let room = area.right() - first;
        // The last stage needs no room for links, only for its names.
        let last = points.bars.iter().filter(|bar| bar.stage + 1 == n);
        let names =
            last.map(|bar| width(&bar.name, name_size(sheet), Weight::Regular) + 2.0 * sheet.label);
        let head = points.stages.last().map_or(0.0, |stage| {
            width(&label(&stage.name), sheet.tick, Weight::Bold).max(sheet.caption * 6.0)
        });
        let last = names.fold(head, f64::max).min(room / n as f64);
        let pitch = if n > 1 { (room - last) / (n - 1) as f64 } else { room };
        Self { n, first, pitch, right: area.right() }
    }

    fn left(&self, stage: usize) -> f64 {
        self.first + self.pitch * stage as f64
    }

    /// The width up to the next column or the edge.
    fn room(&self, stage: usize) -> f64 {
        if stage + 1 == self.n { self.right - self.left(stage) } else { self.pitch }
    }
}

fn name_size(sheet: &Sheet) -> f64 {
    (sheet.tick * 0.86).max(sheet.caption)
}

/// Where everything is.
#[derive(Debug)]
struct Layout {
    bars: Vec<Rect>,
    /// Where each link leaves and arrives: the middle of its width.
    ports: Vec<(f64, f64)>,
    /// Units of the picture for one unit of flow.
    per_flow: f64,
    columns: Columns,
    least_width: f64,
}

impl Layout {
    fn of(points: &Points, sheet: &Sheet, inside: &Rect, places: Columns) -> Self {
        let thick = (sheet.label * 0.75).min(places.pitch * 0.3);
        let mut columns: Vec<Vec<usize>> = vec![Vec::new(); places.n];
        for (i, bar) in points.bars.iter().enumerate() {
            columns[bar.stage].push(i);
        }
        let space = |column: &[usize]| {
            let gaps = column.len().saturating_sub(1) as f64;
            (sheet.label * 0.9).min(SPACE * inside.height / gaps.max(1.0))
        };
        let per_flow = columns.iter().filter(|column| !column.is_empty()).map(|column| {
            let gaps = space(column) * (column.len() - 1) as f64;
            let total: f64 = column.iter().map(|i| points.bars[*i].size).sum();
            (inside.height - gaps) / total
        });
        let per_flow = per_flow.fold(f64::INFINITY, f64::min);
        let per_flow = if per_flow.is_finite() { per_flow } else { 0.0 };
        let least = sheet.line * 1.2;
        let mut bars = vec![Rect::new(0.0, 0.0, 0.0, 0.0); points.bars.len()];
        for (stage, column) in columns.iter().enumerate() {
            let high = |i: usize| (points.bars[i].size * per_flow).max(least);
            let total: f64 = column.iter().map(|i| high(*i)).sum();
            let gaps = column.len().saturating_sub(1) as f64;
            // Shorter columns spread out a little, so that links have room to part.
            let free = (inside.height - total).max(0.0);
            let gap = (space(column) * 1.8).min(free / gaps.max(1.0));
            let x = places.left(stage);
            let used = total + gap * gaps;
            let squeeze = (inside.height / used).min(1.0);
            let mut y = inside.y + (inside.height - used * squeeze) / 2.0;
            for &i in column {
                let height = high(i) * squeeze;
                bars[i] = Rect::new(x, y, thick, height);
                y += height + gap * squeeze;
            }
        }
        let ports = ports(points, &bars, per_flow);
        Self { bars, ports, per_flow, columns: places, least_width: sheet.line * 0.5 }
    }

    fn colour(&self, stage: usize, sheet: &Sheet) -> Colour {
        stage_colour(stage as f64 / self.columns.n.saturating_sub(1).max(1) as f64, sheet)
    }

    fn link_width(&self, link: &Link) -> f64 {
        (link.flow * self.per_flow).max(self.least_width)
    }
}

/// Links leave and arrive stacked, in the order of the other ends, so that they do not cross at the bar.
fn ports(points: &Points, bars: &[Rect], per_flow: f64) -> Vec<(f64, f64)> {
    let mut ports = vec![(0.0, 0.0); points.links.len()];
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); bars.len()];
    let mut arriving = leaving.clone();
    for (i, link) in points.links.iter().enumerate() {
        leaving[link.from].push(i);
        arriving[link.to].push(i);
    }
    let middle = |bar: usize| bars[bar].centre().1;
    for bar in 0..bars.len() {
        let sides: [(&mut Vec<usize>, bool); 2] =
            [(&mut leaving[bar], true), (&mut arriving[bar], false)];
        for (links, leaves) in sides {
            let other = |i: usize| {
                let link = &points.links[i];
                if leaves { link.to } else { link.from }
            };
            links.sort_by(|a, b| middle(other(*a)).total_cmp(&middle(other(*b))));
            let total: f64 = links.iter().map(|i| points.links[*i].flow).sum();
            let scale = per_flow.min(bars[bar].height / total.max(f64::MIN_POSITIVE));
            let mut y = bars[bar].y + (bars[bar].height - total * scale) / 2.0;
            for &mut i in links {
                let high = points.links[i].flow * scale;
                let at = y + high / 2.0;
                if leaves {
                    ports[i].0 = at;
                } else {
                    ports[i].1 = at;
                }
                y += high;
            }
        }
    }
    ports
}

/// The largest links first, so that small ones lie on top of them; what does not go forward on top of all.
fn draw_links(points: &Points, layout: &Layout, figure: &mut Figure) {
    let sheet = figure.sheet;
    let mut fades: Vec<((usize, usize), String)> = Vec::new();
    let stages = |link: &Link| (points.bars[link.from].stage, points.bars[link.to].stage);
    for direction in Direction::ALL {
        let mut going: Vec<(usize, &Link)> = points
            .links
            .iter()
            .enumerate()
            .filter(|(_, link)| points.direction(link) == direction)
            .collect();
        // Of equally wide ones, those between the same stages together.
        going.sort_by(|(_, a), (_, b)| {
            let wider = layout.link_width(b).total_cmp(&layout.link_width(a));
            wider.then_with(|| stages(a).cmp(&stages(b)))
        });
        for (i, link) in going {
            let (from, to) = (&points.bars[link.from], &points.bars[link.to]);
            let curve = Element::path(course(layout, i, link, direction)).no_fill();
            let wide = layout.link_width(link);
            let curve = curve.number("stroke-width", wide);
            let curve = match direction {
                Direction::Forward => {
                    let pair = stages(link);
                    let known = fades.iter().find(|(stages, _)| *stages == pair).cloned();
                    let (_, fade) = known.unwrap_or_else(|| {
                        let new = (pair, fade(layout, from, to, link, figure));
                        fades.push(new.clone());
                        new
                    });
                    curve.set("stroke", fade).opacity(sheet.ink.veil)
                }
                other => {
                    let colour = aside_colour(other, &sheet).to_string();
                    curve.set("stroke", colour).opacity(sheet.ink.veil + 0.15)
                }
            };
            // The largest come first; of the thin ones behind them a pointer finds none in particular.
            let curve = if i < MOST_NAMED_LINKS {
                curve.tooltip(&format!("{} → {}: {}", from.name, to.name, short(link.flow)))
            } else {
                curve
            };
            figure.push(curve);
        }
    }
}

/// A gradient from the colour of one stage to that of another, the same for all links between them.
fn fade(layout: &Layout, from: &Bar, to: &Bar, link: &Link, figure: &mut Figure) -> String {
    let sheet = figure.sheet;
    let stop = |offset: f64, stage: usize| {
        let colour = layout.colour(stage, &sheet).to_string();
        Element::new("stop").number("offset", offset).set("stop-color", colour)
    };
    let gradient = Element::new("linearGradient")
        .set("gradientUnits", "userSpaceOnUse")
        .number("x1", layout.bars[link.from].right())
        .number("x2", layout.bars[link.to].x)
        .number("y1", 0.0)
        .number("y2", 0.0);
    figure.define(gradient.child(stop(0.0, from.stage)).child(stop(1.0, to.stage)))
}

fn course(layout: &Layout, i: usize, link: &Link, direction: Direction) -> Outline {
    let (leave, arrive) = layout.ports[i];
    let (from, to) = (&layout.bars[link.from], &layout.bars[link.to]);
    let start = (from.right(), leave);
    match direction {
        Direction::Forward => {
            let end = (to.x, arrive);
            let bend = (end.0 - start.0) * 0.5;
            Outline::starting_at(start).curve_to(
                (start.0 + bend, leave),
                (end.0 - bend, arrive),
                end,
            )
        }
        Direction::Within => {
            let end = (to.right(), arrive);
            let reach = (layout.columns.pitch * 0.45)
                .min(layout.columns.pitch * 0.1 + (leave - arrive).abs() * 0.35);
            Outline::starting_at(start).curve_to(
                (start.0 + reach, leave),
                (end.0 + reach, arrive),
                end,
            )
        }
        Direction::Back => {
            let end = (to.x, arrive);
            let (out, back) = (layout.columns.pitch * 0.5, layout.columns.pitch * 0.3);
            Outline::starting_at(start).curve_to(
                (start.0 + out, leave),
                (end.0 - back, arrive),
                end,
            )
        }
    }
}

/// The names of the stages as they stand above the columns: numbers that only put them in order are left out.
fn headings(points: &Points) -> Vec<String> {
    let words = |name: &str| {
        let rest = name.trim_start_matches(|c: char| c.is_ascii_digit() || " .:_-".contains(c));
        (!rest.is_empty() && rest.len() < name.len()).then(|| label(rest))
    };
    let stages = || points.stages.iter().map(|stage| &*stage.name);
    let numbered: Option<Vec<String>> = stages().map(words).collect();
    numbered.unwrap_or_else(|| stages().map(label).collect())
}

/// Draws the stages' names, counts and sizes above their columns; returns what is left below. Where the columns are
/// too narrow for names, they carry numbers and a list stands below.
fn draw_heads(points: &Points, columns: &Columns, figure: &mut Figure) -> Rect {
    let sheet = figure.sheet;
    let area = figure.area();
    let head_size = sheet.tick;
    let line = Sheet::line_height(head_size);
    let wide = |text: &str| width(text, head_size, Weight::Bold);
    let names = headings(points);
    let room = |stage: usize| columns.room(stage) - sheet.tick * 0.4;
    let fits = |(stage, name): (usize, &String)| {
        name.split_whitespace().all(|word| wide(word) <= room(stage))
    };
    let numbered = !names.iter().enumerate().all(fits);
    let lines: Vec<Vec<String>> = if numbered {
        (1..=names.len()).map(|i| vec![i.to_string()]).collect()
    } else {
        (0..names.len()).map(|i| wrap(&names[i], head_size, Weight::Bold, room(i))).collect()
    };
    let n_lines = lines.iter().map(Vec::len).max().unwrap_or(0);
    let details = |i: usize| {
        let stage = &points.stages[i];
        [counted(stage.n, "node", "nodes"), short(stage.size)]
    };
    let detail_size = sheet.caption;
    let all_details = (0..points.stages.len()).flat_map(details);
    let widest =
        all_details.map(|text| width(&text, detail_size, Weight::Regular)).fold(0.0, f64::max);
    let with_details = !numbered && widest <= columns.pitch;
    let top = area.y + line * n_lines as f64;
    for (i, lines) in lines.iter().enumerate() {
        let x = columns.left(i);
        let first = top - line * lines.len() as f64;
        for (k, text) in lines.iter().enumerate() {
            let at = (x, first + line * k as f64 + head_size);
            let text = Element::text(at, text, head_size).weight(Weight::Bold);
            let text = text.fill(sheet.ink.ink).class("ink");
            figure.push(text.tooltip(&points.stages[i].name));
        }
        if with_details {
            for (k, text) in details(i).iter().enumerate() {
                let at = (x, top + Sheet::line_height(detail_size) * k as f64 + detail_size);
                let text = Element::text(at, text, detail_size);
                figure.push(text.fill(sheet.ink.muted).class("muted"));
            }
        }
    }
    let details_height = if with_details { 2.0 * Sheet::line_height(detail_size) } else { 0.0 };
    let list_height = if numbered { draw_list(points, &names, figure) } else { 0.0 };
    Rect::between(
        area.x,
        top + details_height + sheet.gap() * 1.7,
        area.right(),
        area.bottom() - list_height - sheet.gap() * 0.5,
    )
}

/// The names behind the numbers; returns the height of the list.
fn draw_list(points: &Points, names: &[String], figure: &mut Figure) -> f64 {
    let sheet = figure.sheet;
    let area = figure.area();
    let size = sheet.caption;
    let line = Sheet::line_height(size);
    let entry = |(i, name): (usize, &String)| {
        let text = format!("{}\u{2002}{name} ({})", i + 1, points.stages[i].n);
        text.replace(' ', "\u{a0}") // one entry is not broken
    };
    let entries: Vec<String> = names.iter().enumerate().map(entry).collect();
    let mut lines: Vec<String> = Vec::new();
    for entry in entries {
        let longer = lines.last().map(|line| format!("{line}\u{2003}{entry}"));
        let fits = |line: &String| width(line, size, Weight::Regular) <= area.width;
        match (longer.filter(fits), lines.last_mut()) {
            (Some(longer), Some(last)) => *last = longer,
            _ => lines.push(fit(&entry, size, Weight::Regular, area.width)),
        }
    }
    let height = line * lines.len() as f64 + sheet.gap();
    for (k, text) in lines.iter().enumerate() {
        let at = (area.x, area.bottom() - height + sheet.gap() + line * k as f64 + size);
        let text = Element::text(at, text, size).fill(sheet.ink.muted).class("muted");
        figure.push(text);
    }
    height
}

/// Names of the largest bars beside them, in up to two lines, where they do not touch each other.
fn draw_names(points: &Points, layout: &Layout, figure: &mut Figure) {
    let sheet = figure.sheet;
    let size = name_size(&sheet);
    let (gap, line) = (size * 0.3, size * 1.12);
    let mut order: Vec<usize> = (0..points.bars.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&points.bars[*a], &points.bars[*b]);
        let fails = |bar: &Bar| bar.loss.step == Some(0.0) && !bar.is_rest();
        let rest = b.is_rest().cmp(&a.is_rest());
        fails(b).cmp(&fails(a)).then(rest).then(b.size.total_cmp(&a.size))
    });
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); points.stages.len()];
    for i in order {
        let (bar, place) = (&points.bars[i], &layout.bars[i]);
        let limit = layout.columns.room(bar.stage) - place.width - 2.0 * gap;
        let column = &mut taken[bar.stage];
        if limit < size * 4.0 || column.len() >= names_in_stage(points.stages.len()) {
            continue;
        }
        let lines = in_two_lines(&bar.name, size, limit);
        let middle = place.centre().1;
        let half = line * lines.len() as f64 / 2.0;
        let is_free =
            |(top, bottom): &(f64, f64)| middle + half <= *top || middle - half >= *bottom;
        if !column.iter().all(is_free) {
            continue;
        }
        column.push((middle - half, middle + half));
        for (k, text) in lines.iter().enumerate() {
            let at = (place.right() + gap, middle - half + line * k as f64 + size * 0.92);
            figure.push(figure.label_on_marks(at, text, size, Anchor::Start));
        }
    }
}

fn in_two_lines(name: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines = wrap(name, size, Weight::Regular, limit);
    if lines.len() > 2 {
        let rest = name.strip_prefix(&*lines[0]).unwrap_or(&lines[1]).trim_start();
        lines[1] = fit(rest, size, Weight::Regular, limit);
        lines.truncate(2);
    }
    lines
}
