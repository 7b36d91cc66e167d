//! The heatmap of flows between groups: stages, roles or regions.

use super::input::{Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Words};
use crate::geometry::Rect;
use crate::number::{count, grouped, percent, short};
use crate::scale::{Range, Scale, axis_range};
use crate::style::{Colour, Diverging, Sheet, Theme, cividis};
use crate::svg::{Anchor, Element};
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The heatmap of flows between groups.
#[derive(Debug)]
pub(super) struct StageLinkages;

static SPEC: ChartSpec = ChartSpec {
    name: "stage_linkages",
    summary: "Who sells to whom between groups, as a matrix with a colour bar.",
    reading: "A row sells to the columns. Along the chain, flows lie right of the diagonal; left of it goods go \
              back, on it they stay in the group. Affinity 1 is what the sizes of seller and buyer let expect.",
    needs: &[TableId::StageLinkages],
    needs_network: false,
    options: &[
        ("value", "flow", "what the colour shows: `flow`, `share` or `affinity`"),
        (
            "scale",
            "auto",
            "`linear`, `log`, or `auto`: by logarithm where values span more than 100 to 1",
        ),
        ("grouping", "", "the grouping; the first of the table if not given"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// More groups than this make no legible matrix.
const MAX_ROWS: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Flow,
    Share,
    Affinity,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    groups: Vec<String>,
    /// Row by row, `None` where undefined or not in the table.
    cells: Vec<Option<f64>>,
    measure: Measure,
    log: bool,
    grouping: String,
    unit: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::StageLinkages)?;
    let column = options.choice("value", &["flow", "share", "affinity"])?;
    numeric(table, column)?;
    let measure = match column {
        "flow" => Measure::Flow,
        "share" => Measure::Share,
        _ => Measure::Affinity,
    };
    let period = period(table, options)?;
    let of_row = |row| table.text("grouping", row).unwrap_or_default();
    let first = rows_of(table, &period).next().map(of_row).unwrap_or_default();
    let grouping = options.text("grouping").unwrap_or(first).to_owned();
    let rows: Vec<usize> = rows_of(table, &period).filter(|r| of_row(*r) == grouping).collect();
    if rows.is_empty() {
        let why = format!("`{}` has no rows of grouping `{grouping}`", TableId::StageLinkages);
        return Err(ReportError::Empty { why });
    }
    let pair = |row| {
        let group = |name| table.text(name, row).unwrap_or_default();
        (group("from_group"), group("to_group"))
    };
    let mut groups: Vec<&str> = Vec::new();
    for group in rows.iter().map(|r| pair(*r).0).chain(rows.iter().map(|r| pair(*r).1)) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    if groups.len() > MAX_ROWS {
        let n = count(groups.len());
        return Err(ReportError::Option(format!(
            "`{grouping}` has {n} groups; a legible matrix has at most {MAX_ROWS}: group more coarsely"
        )));
    }
    let mut cells = vec![None; groups.len() * groups.len()];
    for row in rows {
        let (from, to) = pair(row);
        let place = |group| groups.iter().position(|g| *g == group).unwrap_or_default();
        cells[place(from) * groups.len() + place(to)] = table.number(column, row);
    }
    let log = match options.choice("scale", &["auto", "linear", "log"])? {
        "linear" => false,
        "log" => true,
        _ => spans_much(&cells),
    };
    let what = match measure {
        Measure::Flow => "Flow",
        Measure::Share => "Share of all flow",
        Measure::Affinity => "Affinity",
    };
    let title = format!(
        "{what} between {} {}{}",
        count(groups.len()),
        plural(&grouping),
        in_period(&period)
    );
    let currency = input.panel.and_then(|panel| panel.last().unit()).unwrap_or_default();
    Ok(Points {
        groups: groups.into_iter().map(str::to_owned).collect(),
        cells,
        measure,
        log: log || measure == Measure::Affinity,
        unit: if measure == Measure::Flow { currency.to_owned() } else { String::new() },
        grouping,
        title: options.title(title),
        period,
    })
}

/// Whether the positive values span more than 100 to 1.
fn spans_much(cells: &[Option<f64>]) -> bool {
    let positive = cells.iter().flatten().filter(|x| **x > 0.0);
    let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(*x), h.max(*x)));
    high > 100.0 * low
}

fn plural(grouping: &str) -> String {
    match grouping {
        "" => "groups".to_owned(),
        "community" => "communities".to_owned(),
        other => format!("{}s", label(other)),
    }
}

impl Points {
    fn n(&self) -> usize {
        self.groups.len()
    }

    /// Row, column and value of every cell.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, Option<f64>)> {
        self.cells.iter().enumerate().map(|(i, value)| (i / self.n(), i % self.n(), *value))
    }

    fn number(&self, value: f64) -> String {
        match self.measure {
            Measure::Share => percent(value),
            Measure::Flow | Measure::Affinity => short(value),
        }
    }

    /// As short as it may stand in a cell, where the unit is clear.
    fn cell_text(&self, value: f64) -> String {
        match self.measure {
            Measure::Share if value < 0.0005 => "<0.1".to_owned(),
            Measure::Share => grouped(value * 100.0, usize::from(value < 0.0995)),
            Measure::Affinity if value < 0.05 => "<0.1".to_owned(),
            Measure::Affinity => grouped(value, usize::from(value < 9.95)),
            Measure::Flow => short(value),
        }
    }

    fn quantity(&self) -> String {
        match self.measure {
            Measure::Flow if self.unit.is_empty() => "Flow".to_owned(),
            Measure::Flow => format!("Flow ({})", self.unit),
            Measure::Share => "Share of all flow (%)".to_owned(),
            Measure::Affinity => "Affinity (1: as expected)".to_owned(),
        }
    }

    fn column(&self) -> &'static str {
        match self.measure {
            Measure::Flow => "flow",
            Measure::Share => "share",
            Measure::Affinity => "affinity",
        }
    }

    fn scale_note(&self) -> String {
        match self.measure {
            Measure::Flow if self.unit.is_empty() => String::new(),
            Measure::Flow => format!(" In {}.", self.unit),
            Measure::Share => " In % of all flow.".to_owned(),
            Measure::Affinity => " At 1, as much as the sizes of both let expect.".to_owned(),
        }
    }

    fn csv(&self) -> Csv {
        let header = ["period", "grouping", "from_group", "to_group", self.column()];
        let mut csv = Csv::with_header(&header);
        for (from, to, value) in self.cells() {
            csv.text(&self.period).text(&self.grouping);
            csv.text(&self.groups[from]).text(&self.groups[to]).number(value).end_row();
        }
        csv
    }

    fn view(&self) -> serde_json::Value {
        let column = self.column();
        match self.measure {
            Measure::Affinity => vega::affinity_matrix(column, &self.groups, &self.quantity()),
            _ => vega::flow_matrix(column, &self.groups, &self.quantity(), self.log),
        }
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "Heatmap of {} between {} {}{}, sellers in rows and buyers in columns.",
            self.quantity().to_lowercase(),
            count(self.n()),
            plural(&self.grouping),
            in_period(&self.period)
        )];
        let positive =
            || self.cells().filter_map(|(i, j, v)| Some((i, j, v?))).filter(|c| c.2 > 0.0);
        if let Some((from, to, value)) = positive().max_by(|a, b| a.2.total_cmp(&b.2)) {
            said.push(format!(
                "The largest cell is {} to {} with {}.",
                label(&self.groups[from]),
                label(&self.groups[to]),
                self.number(value)
            ));
        }
        let total: f64 = positive().map(|c| c.2).sum();
        if self.measure != Measure::Affinity && total > 0.0 && total.is_finite() {
            let forward: f64 = positive().filter(|(i, j, _)| j > i).map(|c| c.2).sum();
            let inside: f64 = positive().filter(|(i, j, _)| i == j).map(|c| c.2).sum();
            said.push(format!(
                "{} of it lies right of the diagonal, {} on it; {} of {} cells have none.",
                percent(forward / total),
                percent(inside / total),
                count(self.cells.len() - positive().count()),
                count(self.cells.len())
            ));
        }
        said.join(" ")
    }
}

/// From a value to a colour.
#[derive(Clone, Copy, Debug)]
enum Ramp {
    /// More is further from the ground: dark on white, light on black.
    Sequential(Scale, Theme),
    /// Around 1, equally far in both directions by logarithm.
    Around(Diverging, Scale),
}

impl Ramp {
    fn of(points: &Points, theme: Theme) -> Self {
        let values = || points.cells.iter().flatten().copied().filter(|x| *x > 0.0);
        if points.measure == Measure::Affinity {
            let reach = values().map(|x| x.log10().abs()).fold(0.3_f64, f64::max).min(2.0);
            let range = Range { low: 10_f64.powf(-reach), high: 10_f64.powf(reach) };
            return Self::Around(Diverging::of(theme), Scale::log(range, (0.0, 1.0)));
        }
        let range = axis_range(&values().collect::<Vec<_>>());
        let scale = if points.log {
            Scale::log(range, (0.0, 1.0))
        } else {
            Scale::linear(Range { low: range.low.min(0.0), ..range }, (0.0, 1.0))
        };
        Self::Sequential(scale, theme)
    }

    fn at_share(&self, share: f64) -> Colour {
        match self {
            Self::Sequential(_, Theme::Light) => cividis(1.0 - 0.88 * share),
            Self::Sequential(_, Theme::Dark) => cividis(0.12 + 0.88 * share),
            Self::Around(colours, _) => colours.at(2.0 * share - 1.0),
        }
    }

    fn scale(&self) -> &Scale {
        match self {
            Self::Sequential(scale, _) | Self::Around(_, scale) => scale,
        }
    }

    fn colour(&self, value: f64) -> Colour {
        self.at_share(self.scale().share(value))
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let sheet = Sheet::of(style);
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: format!(
            "Rows sell to columns; an empty cell has no flow.{}",
            points.scale_note()
        ),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(points.view()),
    };
    let n = points.n();
    let (size, gap) = (sheet.tick, sheet.gap());
    let wide = |text: &str| width(text, size, Weight::Regular);
    let mut names: Vec<String> = points.groups.iter().map(|group| name(group)).collect();
    let widest = |names: &[String]| names.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let inner = sheet.width - 2.0 * sheet.margin;
    // Where columns are narrower than a line of text, they carry the numbers of the rows.
    let numbered = inner * 0.58 / (n as f64) < size * 1.1;
    if numbered {
        names = (1..).zip(&names).map(|(i, name)| format!("{name}\u{2002}{i}")).collect();
    }
    let longest = widest(&names);
    let row_room = longest.min(inner * 0.3);
    let needed = n as f64 * size * 1.15 + row_room + 3.0 * gap;
    let mut figure = Figure::new(words, style, needed);
    let area = figure.area();
    let ramp = Ramp::of(points, style.theme);

    let bar_room = draw_bar(points, &ramp, &mut figure, &area);
    let left = area.x + row_room + gap;
    let right = area.right() - bar_room - gap * 1.5;
    let column_width = (right - left) / n as f64;
    let upright = longest > column_width * 0.94;
    let head = match (numbered, upright) {
        (true, _) => wide("00") * 1.1,
        (_, true) => row_room,
        (_, false) => size * 1.1,
    };
    let top = area.y + head + gap * 0.8;
    let row_height = (area.bottom() - top) / n as f64;
    let cell = |row: usize, column: usize| {
        let (x, y) = (left + column as f64 * column_width, top + row as f64 * row_height);
        Rect::new(x, y, column_width, row_height)
    };
    for (i, name) in names.iter().enumerate() {
        let full = &points.groups[i];
        let short_name = if numbered {
            let number = format!("\u{2002}{}", i + 1);
            let room = row_room - wide(&number);
            fit(name.trim_end_matches(&number), size, Weight::Regular, room) + &number
        } else {
            fit(name, size, Weight::Regular, row_room)
        };
        let y = cell(i, 0).centre().1 + size * 0.36;
        let row_name = figure.note((left - gap * 0.7, y), &short_name, Anchor::End);
        figure.push(row_name.tooltip(full));
        let x = cell(0, i).centre().0;
        let foot = top - gap * 0.6;
        let column_name = if upright {
            let at = (x + size * 0.36, foot);
            let text = if numbered { (i + 1).to_string() } else { short_name };
            if numbered && i % every(size, column_width) != 0 {
                continue;
            }
            figure.note(at, &text, Anchor::Start).rotated(-90.0, at)
        } else {
            figure.note((x, foot), &short_name, Anchor::Middle)
        };
        figure.push(column_name.tooltip(full));
    }
    let text_size = cell_text_size(points, &sheet, column_width, row_height);
    let inset = (column_width.min(row_height) * 0.03).max(sheet.line * 0.5);
    for (from, to, value) in points.cells() {
        let inside = cell(from, to).inset(inset);
        let Some(value) = value.filter(|value| *value > 0.0) else {
            let empty = Element::rect(&inside).no_fill().stroke(sheet.ink.grid, sheet.line);
            figure.push(empty.class("grid"));
            continue;
        };
        let colour = ramp.colour(value);
        let number = points.number(value);
        let tip = format!("{} → {}: {number}", points.groups[from], points.groups[to]);
        figure.push(Element::rect(&inside).fill(colour).tooltip(&tip));
        if let Some(text_size) = text_size {
            let (x, y) = inside.centre();
            let text = points.cell_text(value);
            let number = Element::text((x, y + text_size * 0.36), &text, text_size);
            figure.push(number.anchor(Anchor::Middle).fill(colour.readable_on()));
        }
    }
    figure.finish()
}

/// Each how manieth column can be numbered.
fn every(size: f64, column_width: f64) -> usize {
    (1..100).find(|k| *k as f64 * column_width >= size * 1.1).unwrap_or(100)
}

fn name(group: &str) -> String {
    if group.is_empty() { "(none)".to_owned() } else { label(group) }
}

/// The size at which every number fits into its cell, if there is one that can be read.
fn cell_text_size(points: &Points, sheet: &Sheet, wide: f64, high: f64) -> Option<f64> {
    let texts = points.cells.iter().flatten().filter(|x| **x > 0.0).map(|x| points.cell_text(*x));
    let widest = texts.map(|text| width(&text, 1.0, Weight::Regular)).fold(0.0, f64::max);
    let fitting = (wide * 0.88 / widest.max(1e-9)).min(high * 0.72).min(sheet.label);
    (fitting >= sheet.caption * 0.98).then_some(fitting)
}

/// Draws the colour bar at the right; returns its width with its labels.
fn draw_bar(points: &Points, ramp: &Ramp, figure: &mut Figure, area: &Rect) -> f64 {
    let sheet = figure.sheet;
    let scale = ramp.scale();
    let text = |value: f64, label: &str| match points.measure {
        Measure::Share => percent(value),
        _ => label.to_owned(),
    };
    let ticks: Vec<(f64, String)> =
        scale.ticks(5).into_iter().map(|(value, label)| (value, text(value, &label))).collect();
    let wide = |label: &str| width(label, sheet.tick, Weight::Regular);
    let labels = ticks.iter().map(|(_, label)| wide(label)).fold(0.0, f64::max);
    let thick = sheet.label * 0.9;
    let used = thick + sheet.gap() * 0.6 + labels;
    let height = area.height.min(sheet.label * 16.0);
    let bar = Rect::new(area.right() - used, area.y + (area.height - height), thick, height);
    let bar = Rect { y: bar.y + sheet.tick * 0.5, height: bar.height - sheet.tick * 0.5, ..bar };
    let mut gradient = Element::new("linearGradient")
        .number("x1", 0.0)
        .number("y1", 1.0)
        .number("x2", 0.0)
        .number("y2", 0.0);
    for step in 0..=20 {
        let share = f64::from(step) / 20.0;
        let stop = Element::new("stop").number("offset", share);
        gradient = gradient.child(stop.set("stop-color", ramp.at_share(share).to_string()));
    }
    let reference = figure.define(gradient);
    figure.push(Element::rect(&bar).set("fill", reference));
    for (value, label) in ticks {
        let y = bar.bottom() - bar.height * scale.share(value);
        figure.push(figure.rule((bar.right(), y), (bar.right() + sheet.gap() * 0.3, y)));
        let at = (bar.right() + sheet.gap() * 0.6, y + sheet.tick * 0.36);
        figure.push(figure.note(at, &label, Anchor::Start));
    }
    used
}

impl Chart for StageLinkages {
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
