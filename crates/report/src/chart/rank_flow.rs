//! The ranks of firms from period to period.

use super::input::{Names, Options, in_periods, numeric, periods, rows_of, trades_in, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Words};
use crate::geometry::{Point, Rect};
use crate::number::{count, counted, short};
use crate::style::{Shape, Sheet, dash, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};
use std::collections::BTreeMap;

/// Ranks over periods.
#[derive(Debug)]
pub(super) struct RankFlow;

static SPEC: ChartSpec = ChartSpec {
    name: "rank_flow",
    summary: "The ranks of the firms that are largest in the last period, from period to period.",
    reading: "A line is a firm, the number in a mark its rank in that period. Lines that cross have changed places. Below the dashed line \
              are ranks further down than are shown, in order. A gap is a period without a value or without any trade. Only firms that are \
              large in the end are shown: who fell from the top is not here.",
    needs: &[TableId::NodeMetrics],
    needs_network: false,
    options: &[
        ("column", "output", "the column to rank by"),
        ("top", "12", "how many firms of the last period to show, 1 to 15"),
        ("period", "", "the last period that is drawn; all if not given"),
        ("title", "", "another title"),
    ],
};

/// A rank in a period, and the value behind it.
#[derive(Clone, Copy, Debug)]
struct Standing {
    rank: usize,
    value: f64,
    /// Where it is drawn, from the top: its rank, or a place below all of the first ranks.
    slot: usize,
}

#[derive(Debug)]
struct Firm {
    id: String,
    name: String,
    /// By period.
    ranks: Vec<Option<Standing>>,
}

/// The plotted data: firms by their rank in the last period.
#[derive(Debug)]
struct Points {
    periods: Vec<String>,
    firms: Vec<Firm>,
    /// Slots below the first ranks.
    n_below: usize,
    /// Firms with a value in the last period.
    n_last: usize,
    column: &'static str,
    title: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::NodeMetrics)?;
    let column = numeric(table, options.text("column").unwrap_or_default())?.name;
    let top = options.number("top", 1, 15)?;
    let periods = periods(table, options)?;
    if periods.len() < 2 {
        let why = "ranks flow from period to period, and there is one at most".to_owned();
        return Err(ReportError::Empty { why });
    }
    let ranks: Vec<BTreeMap<&str, (usize, f64)>> =
        periods.iter().map(|period| ranks_of(table, column, period, input)).collect();
    let last = &ranks[ranks.len() - 1];
    let n_last = last.len();
    let mut shown: Vec<(&str, usize)> = last.iter().map(|(id, (rank, _))| (*id, *rank)).collect();
    shown.sort_by_key(|(_, rank)| *rank);
    shown.truncate(top);
    if shown.is_empty() {
        let why = format!("every value of `{column}` in the last period is empty");
        return Err(ReportError::Empty { why });
    }
    let names = Names::of(input);
    let top = shown.len();
    let mut firms: Vec<Firm> = shown
        .iter()
        .map(|(id, _)| {
            let rank = |ranks: &BTreeMap<&str, (usize, f64)>| {
                ranks.get(id).map(|&(rank, value)| Standing { rank, value, slot: rank })
            };
            let (id, name) = ((*id).to_owned(), names.shown(id));
            Firm { id, name, ranks: ranks.iter().map(rank).collect() }
        })
        .collect();
    let mut n_below = 0;
    for period in 0..periods.len() {
        let ranks = firms.iter_mut().filter_map(|firm| firm.ranks[period].as_mut());
        let mut below: Vec<&mut Standing> = ranks.filter(|rank| rank.rank > top).collect();
        below.sort_by_key(|rank| rank.rank);
        n_below = n_below.max(below.len());
        for (slot, rank) in (top + 1..).zip(below) {
            rank.slot = slot;
        }
    }
    let by = label(&words(column)).to_lowercase();
    let title = options.title(format!("Ranks by {by}{}", in_periods(&periods)));
    Ok(Points { periods, firms, n_below, n_last, column, title })
}

/// The rank and the value of every node that has one in a period, the largest first; ties in table order. A node that
/// neither buys nor sells in it is not there.
fn ranks_of<'a>(
    table: &'a Table,
    column: &str,
    period: &str,
    input: &ChartInput<'_>,
) -> BTreeMap<&'a str, (usize, f64)> {
    let is_there = trades_in(input, period);
    let value = |row| Some((table.text("node_id", row)?, table.number(column, row)?));
    let mut values: Vec<(&str, f64)> =
        rows_of(table, period).filter_map(value).filter(|(id, _)| is_there(id)).collect();
    values.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable
    (1..).zip(values).map(|(rank, (id, value))| (id, (rank, value))).collect()
}

impl Firm {
    /// The rank in the first of the periods in which there is one.
    fn first(&self) -> Option<Standing> {
        self.ranks.iter().flatten().next().copied()
    }

    fn last(&self) -> Option<Standing> {
        self.ranks.last().copied().flatten()
    }
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "node_id", "label", "rank", "value"]);
        for firm in &self.firms {
            for (period, rank) in self.periods.iter().zip(&firm.ranks) {
                let Some(rank) = rank else { continue };
                csv.text(period).text(&firm.id).text(&firm.name).count(rank.rank);
                csv.number(rank.value).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let leader = &self.firms[0];
        let value = leader.last().map_or(0.0, |rank| rank.value);
        let mut said = vec![format!(
            "Ranks of the {} of {} nodes that are largest by {} in {}, over {}. First in the end is {} with {}.",
            count(self.firms.len()),
            count(self.n_last),
            label(&words(self.column)).to_lowercase(),
            label(&self.periods[self.periods.len() - 1]),
            counted(self.periods.len(), "period", "periods"),
            leader.name,
            short(value)
        )];
        let climb = |firm: &Firm| {
            let (first, last) = (firm.first()?.rank, firm.last()?.rank);
            let climb = first.checked_sub(last).filter(|climb| *climb > 0)?;
            Some((climb, first, last))
        };
        let climbs = self.firms.iter().filter_map(|firm| Some((firm, climb(firm)?)));
        if let Some((firm, (_, first, last))) = climbs.max_by_key(|(_, climb)| climb.0) {
            let (first, last) = (count(first), count(last));
            said.push(format!("{} rose most, from rank {first} to {last}.", firm.name));
        }
        let new = self.firms.iter().filter(|firm| firm.ranks[0].is_none()).count();
        if new > 0 {
            let firms = counted(new, "firm has", "firms have");
            said.push(format!("{firms} no value in the first period."));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: format!(
            "The {} of {} nodes that are largest in the last period.",
            count(points.firms.len()),
            count(points.n_last)
        ),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::rank_flow(&words(points.column))),
    };
    let sheet = Sheet::of(style);
    let (size, tick, gap) = (sheet.label, sheet.tick, sheet.gap());
    let n_slots = (points.firms.len() + points.n_below) as f64;
    // The line between the first ranks and those below takes half a slot.
    let n_heights = n_slots + if points.n_below > 0 { 0.5 } else { 0.0 };
    let least = Sheet::line_height(size).max(tick * 2.0);
    let mut figure = Figure::new(words, style, n_heights * least + Sheet::line_height(tick));
    let area = figure.area();
    let wide = |text: &str| width(text, size, Weight::Regular);
    // In a narrow column two names cut short say less than one in full.
    let is_narrow = sheet.width < 40.0 * size;
    let limit = area.width * if is_narrow { 0.42 } else { 0.26 };
    let fitted = |firm: &Firm| fit(&firm.name, size, Weight::Regular, limit);
    let names: Vec<String> = points.firms.iter().map(fitted).collect();
    let right_room = names.iter().map(|name| wide(name)).fold(0.0, f64::max);
    let has_left = !is_narrow || right_room < area.width * 0.26;
    let starters = points.firms.iter().zip(&names).filter(|(firm, _)| firm.ranks[0].is_some());
    let left_room = starters.map(|(_, name)| wide(name)).fold(0.0, f64::max);
    let left_room = if has_left { left_room } else { 0.0 };
    let radius = tick * 0.85;
    let inside = Rect::between(
        area.x + left_room + gap + radius,
        area.y,
        area.right() - right_room - gap - radius,
        area.bottom() - Sheet::line_height(tick) - gap * 0.4,
    );
    let row = inside.height / n_heights;
    let last = points.periods.len() - 1;
    let x = |period: usize| inside.x + inside.width * period as f64 / last as f64;
    let top = points.firms.len();
    let y = |slot: usize| {
        let below = if slot > top { 0.5 } else { 0.0 };
        inside.y + row * (slot as f64 - 0.5 + below)
    };
    draw_periods(&points.periods, &inside, &mut figure);
    if points.n_below > 0 {
        let middle = inside.y + row * (top as f64 + 0.25);
        let line = figure.rule((inside.x - radius, middle), (inside.right() + radius, middle));
        figure.push(line.dash(&[sheet.line * 4.0, sheet.line * 4.0]));
    }
    for (i, firm) in points.firms.iter().enumerate().rev() {
        let places: Vec<(usize, Point)> = (0..)
            .zip(&firm.ranks)
            .filter_map(|(period, rank)| Some((period, (x(period), y((*rank)?.slot)))))
            .collect();
        let pattern: Vec<f64> = dash(i).iter().map(|d| d * sheet.stroke).collect();
        for run in places.chunk_by(|a, b| a.0 + 1 == b.0).filter(|run| run.len() > 1) {
            let line = Element::path(flow(run)).no_fill();
            let line = line.stroke(group_colour(i, &sheet.ink), sheet.stroke);
            figure.push(line.dash(&pattern).tooltip(&firm.name));
        }
    }
    for (i, firm) in points.firms.iter().enumerate() {
        let colour = group_colour(i, &sheet.ink);
        for (period, rank) in firm.ranks.iter().enumerate() {
            let Some(rank) = rank else { continue };
            let at = (x(period), y(rank.slot));
            let tip = format!(
                "{}, {}: rank {}, {}",
                firm.name,
                label(&points.periods[period]),
                count(rank.rank),
                short(rank.value)
            );
            let mark = Shape::Circle.at(at, radius).fill(sheet.ink.ground).class("ground");
            figure.push(mark.stroke(colour, sheet.stroke * 0.8).tooltip(&tip));
            let text = count(rank.rank);
            let small =
                (tick * 0.85).min(radius * 1.7 * tick / width(&text, tick, Weight::Regular));
            let number = Element::text((at.0, at.1 + small * 0.36), &text, small);
            let number = number.anchor(Anchor::Middle).fill(sheet.ink.ink).class("ink");
            figure.push(number);
        }
        let tip = if firm.id == firm.name {
            firm.name.clone()
        } else {
            format!("{} ({})", firm.name, firm.id)
        };
        if let Some(rank) = firm.ranks[0].filter(|_| has_left) {
            let at = (inside.x - radius - gap * 0.6, y(rank.slot) + size * 0.36);
            figure.push(figure.label(at, &names[i], Anchor::End).tooltip(&tip));
        }
        if let Some(rank) = firm.last() {
            let at = (inside.right() + radius + gap * 0.6, y(rank.slot) + size * 0.36);
            figure.push(figure.label(at, &names[i], Anchor::Start).tooltip(&tip));
        }
    }
    figure.finish()
}

/// A line that leaves and arrives level, from place to place.
fn flow(run: &[(usize, Point)]) -> Outline {
    run.windows(2).fold(Outline::starting_at(run[0].1), |line, pair| {
        let (from, to) = (pair[0].1, pair[1].1);
        let middle = f64::midpoint(from.0, to.0);
        line.curve_to((middle, from.1), (middle, to.1), to)
    })
}

/// The names of periods below, as far as there is room, and a line up from each.
pub(super) fn draw_periods(periods: &[String], inside: &Rect, figure: &mut Figure) {
    let (sheet, area) = (figure.sheet, figure.area());
    let last = periods.len() - 1;
    let apart = inside.width / last as f64;
    let baseline = area.bottom() - sheet.tick * 0.3;
    // The two ends are always named.
    let mut free = f64::NEG_INFINITY;
    let text = |period: usize| {
        let limit = area.width * 0.3;
        fit(&label(&periods[period]), sheet.tick, Weight::Regular, limit)
    };
    let half = |period: usize| width(&text(period), sheet.tick, Weight::Regular) / 2.0;
    let place = |period: usize| {
        let x = inside.x + apart * period as f64;
        x.clamp(area.x + half(period), area.right() - half(period))
    };
    let end = place(last) - half(last) - sheet.tick * 0.5;
    for period in 0..=last {
        let x = inside.x + apart * period as f64;
        figure.push(figure.grid((x, inside.y), (x, inside.bottom())));
        let (from, to) = (place(period) - half(period), place(period) + half(period));
        if period == 0 || period == last || (from > free && to < end) {
            let at = (place(period), baseline);
            figure.push(figure.note(at, &text(period), Anchor::Middle));
            free = to + sheet.tick * 0.5;
        }
    }
}

impl Chart for RankFlow {
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
