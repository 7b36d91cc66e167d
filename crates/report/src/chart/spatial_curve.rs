//! How near firms are to each other at each distance, beside chance.

use super::input::{Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::Rect;
use crate::number::{counted, short};
use crate::scale::{Scale, axis_range};
use crate::style::{Preset, Sheet, dash, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};

/// Curves over distance.
#[derive(Debug)]
pub(super) struct SpatialCurve;

static SPEC: ChartSpec = ChartSpec {
    name: "spatial_curve",
    summary: "How near firms of a sector are to each other at every distance, beside places drawn at random.",
    reading: "Above the dashed line at the top = nearer to each other than chance would have it at about that distance; below the dashed line \
              at the bottom = further apart. The shaded band is for one distance alone: there are many distances, so leaving it here and \
              there is no evidence, while leaving the dashed lines at any distance is.",
    needs: &[TableId::SpatialCurve],
    needs_network: false,
    options: &[
        ("sector", "", "one sector; up to six, a panel each, if not given"),
        (
            "function",
            "",
            "`K`, `L`, `Kd`, `M` or `M_inter`; what comes first in the table if not given",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// More panels than this are too small.
const MOST: usize = 6;

#[derive(Debug)]
struct At {
    r: f64,
    value: f64,
    theory: Option<f64>,
    local: Option<(f64, f64)>,
    global: Option<(f64, f64)>,
}

#[derive(Debug)]
struct Curve {
    sector: String,
    neighbour: String,
    at: Vec<At>,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    curves: Vec<Curve>,
    n_more: usize,
    n_undefined: usize,
    function: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::SpatialCurve)?;
    numeric(table, "r")?;
    numeric(table, "value")?;
    let period = period(table, options)?;
    let text = |name: &str, row: usize| table.text(name, row).unwrap_or_default();
    let first = rows_of(table, &period).next().map(|row| text("function", row));
    let function = options.text("function").or(first).unwrap_or_default();
    let of_function = |row: &usize| text("function", *row) == function;
    let mut rows: Vec<((&str, &str), Vec<usize>)> = Vec::new();
    for row in rows_of(table, &period).filter(of_function) {
        let key = (text("sector", row), text("neighbour", row));
        if options.text("sector").is_some_and(|sector| sector != key.0) {
            continue;
        }
        match rows.last_mut().filter(|(last, _)| *last == key) {
            Some((_, rows)) => rows.push(row),
            None => rows.push((key, vec![row])),
        }
    }
    let n = rows.len();
    if let (0, Some(sector)) = (n, options.text("sector")) {
        return Err(ReportError::Option(format!(
            "there is no sector `{sector}` with `{function}`"
        )));
    }
    let mut curves: Vec<Curve> =
        rows.into_iter().filter_map(|(key, rows)| curve(table, key, &rows)).collect();
    if curves.is_empty() {
        let why = format!("no sector has a value of the function `{function}`");
        return Err(ReportError::Empty { why });
    }
    let n_undefined = n - curves.len();
    let n_more = curves.len().saturating_sub(MOST);
    curves.truncate(MOST);
    let title = match curves.as_slice() {
        [only] => format!("{}: {}{}", measured(function), only.name(), in_period(&period)),
        _ => format!("{}{}", measured(function), in_period(&period)),
    };
    let title = options.title(title);
    Ok(Points { curves, n_more, n_undefined, function: function.to_owned(), title, period })
}

fn curve(table: &Table, (sector, neighbour): (&str, &str), rows: &[usize]) -> Option<Curve> {
    let at = |row: &usize| {
        let number = |name: &str| table.number(name, *row);
        Some(At {
            r: number("r")?,
            value: number("value")?,
            theory: number("theo"),
            local: number("local_lo").zip(number("local_hi")),
            global: number("global_lo").zip(number("global_hi")),
        })
    };
    let mut at: Vec<At> = rows.iter().filter_map(at).collect();
    at.sort_by(|a, b| a.r.total_cmp(&b.r));
    let (sector, neighbour) = (sector.to_owned(), neighbour.to_owned());
    (!at.is_empty()).then_some(Curve { sector, neighbour, at })
}

/// What a function measures, as a title.
fn measured(function: &str) -> String {
    match function {
        "K" => "Firms within a distance (Ripley's K)".to_owned(),
        "L" => "Firms within a distance (Besag's L − r)".to_owned(),
        "Kd" => "Pairs of firms by distance (Kd)".to_owned(),
        "M" => "Share of the sector nearby (M)".to_owned(),
        "M_inter" => "Share of another sector nearby (M)".to_owned(),
        other => format!("Function {} by distance", label(other)),
    }
}

impl Curve {
    fn name(&self) -> String {
        let sector = if self.sector.is_empty() { "all firms" } else { &self.sector };
        match self.neighbour.as_str() {
            "" => label(sector),
            neighbour => label(&format!("{sector}, {neighbour} nearby")),
        }
    }

    /// The first and the last distance of every stretch that is beyond a global bound, on the side that `is_beyond` tells.
    fn stretches(&self, is_beyond: fn(f64, (f64, f64)) -> bool) -> Vec<(f64, f64)> {
        let out = |at: &At| at.global.is_some_and(|global| is_beyond(at.value, global));
        let runs = self.at.chunk_by(|a, b| out(a) == out(b)).filter(|run| out(&run[0]));
        runs.map(|run| (run[0].r, run[run.len() - 1].r)).collect()
    }

    fn verdict(&self) -> String {
        let span = |(first, last): &(f64, f64)| {
            if first < last {
                format!("{} to {}", short(*first), short(*last))
            } else {
                short(*first)
            }
        };
        let told = |side: &str, stretches: &[(f64, f64)]| {
            let more = if stretches.len() > 2 { " …" } else { "" };
            let spans: Vec<String> = stretches.iter().take(2).map(span).collect();
            (!spans.is_empty()).then(|| format!("{side} at {}{more}", spans.join(" and ")))
        };
        if self.at.iter().all(|at| at.global.is_none()) {
            return "without simulations".to_owned();
        }
        let nearer = told("nearer", &self.stretches(|value, (_, high)| value > high));
        let apart = told("apart", &self.stretches(|value, (low, _)| value < low));
        let told: Vec<String> = [nearer, apart].into_iter().flatten().collect();
        if told.is_empty() { "like chance".to_owned() } else { told.join(", ") }
    }
}

impl Points {
    fn csv(&self) -> Csv {
        let header = [
            "period",
            "function",
            "sector",
            "neighbour",
            "r",
            "value",
            "theo",
            "local_lo",
            "local_hi",
            "global_lo",
            "global_hi",
        ];
        let mut csv = Csv::with_header(&header);
        for curve in &self.curves {
            for at in &curve.at {
                csv.text(&self.period).text(&self.function).text(&curve.sector);
                csv.text(&curve.neighbour).number(at.r).number(at.value).number(at.theory);
                csv.number(at.local.map(|b| b.0)).number(at.local.map(|b| b.1));
                csv.number(at.global.map(|b| b.0)).number(at.global.map(|b| b.1)).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let told = self.curves.iter().map(|curve| format!("{}: {}", curve.name(), curve.verdict()));
        format!(
            "{} over distance{}, {}, with bands of chance. {}.",
            measured(&self.function),
            in_period(&self.period),
            counted(self.curves.len(), "panel", "panels"),
            told.collect::<Vec<_>>().join("; ")
        )
    }

    fn subtitle(&self) -> String {
        let mut said = vec!["Distances in metres, or in the unit of the coordinates.".to_owned()];
        if self.curves.len() > 1 {
            said.push("Each panel on a scale of its own.".to_owned());
        }
        let mut without = Vec::new();
        if self.n_more > 0 {
            without.push(format!(
                "{} (option sector)",
                counted(self.n_more, "more sector", "more sectors")
            ));
        }
        if self.n_undefined > 0 {
            without.push(counted(
                self.n_undefined,
                "sector without a value",
                "sectors without a value",
            ));
        }
        if !without.is_empty() {
            said.push(format!("Not drawn: {}.", without.join(", ")));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::spatial_curve(&points.function)),
    };
    let sheet = Sheet::of(style);
    let n = points.curves.len();
    let most = if style.preset == Preset::Paper1Col { 2 } else { 3 };
    let n_columns = if n == 4 { 2 } else { n.min(most) };
    let n_rows = n.div_ceil(n_columns);
    let high = sheet.label * if n == 1 { 20.0 } else { 13.0 };
    let mut figure = Figure::new(words, style, n_rows as f64 * high + sheet.label * 5.0);
    let colour = group_colour(0, &sheet.ink);
    let any = |has: fn(&At) -> bool| points.curves.iter().any(|curve| curve.at.iter().any(has));
    let mut legend = vec![(Sample::Line(colour, 0), "observed".to_owned())];
    if any(|at| at.theory.is_some()) {
        legend.push((Sample::Line(sheet.ink.neutral, 2), "expected by chance".to_owned()));
    }
    if any(|at| at.local.is_some()) {
        let band = sheet.ink.ground.towards(sheet.ink.neutral, BAND);
        legend.push((Sample::Box(band), "chance at one distance".to_owned()));
    }
    if any(|at| at.global.is_some()) {
        legend.push((Sample::Line(sheet.ink.neutral, 1), "chance at all distances".to_owned()));
    }
    figure.legend(&legend);
    let (area, gap) = (figure.area(), sheet.gap());
    let (across, down) = (gap * 2.0, gap * 1.5);
    let wide = (area.width + across) / n_columns as f64 - across;
    let high = (area.height + down) / n_rows as f64 - down;
    for (i, curve) in points.curves.iter().enumerate() {
        let (row, column) = ((i / n_columns) as f64, (i % n_columns) as f64);
        let at = (area.x + column * (wide + across), area.y + row * (high + down));
        draw_panel(curve, &Rect::new(at.0, at.1, wide, high), &mut figure);
    }
    figure.finish()
}

/// Opacity of the band.
const BAND: f64 = 0.3;

/// The sector and what is to be seen of it, above the curve with its bands and axes.
fn draw_panel(curve: &Curve, area: &Rect, figure: &mut Figure) {
    let sheet = figure.sheet;
    let (tick, gap, size) = (sheet.tick, sheet.gap(), sheet.label);
    let name = fit(&curve.name(), size, Weight::Bold, area.width);
    let head = figure.label((area.x, area.y + size), &name, Anchor::Start);
    figure.push(head.weight(Weight::Bold));
    let verdict = fit(&curve.verdict(), tick, Weight::Regular, area.width);
    let baseline = area.y + size + Sheet::line_height(tick);
    figure.push(figure.note((area.x, baseline), &verdict, Anchor::Start));

    let top = baseline + gap * 1.2;
    let bottom = area.bottom() - Sheet::line_height(tick) - gap * 0.6;
    let bounds = |at: &At| [at.local, at.global].into_iter().flatten().flat_map(|(l, h)| [l, h]);
    let values: Vec<f64> =
        curve.at.iter().flat_map(|at| bounds(at).chain([at.value]).chain(at.theory)).collect();
    let y = Scale::linear(axis_range(&values), (bottom, top));
    let y_ticks = y.ticks(3);
    let room = y_ticks.iter().map(|(_, text)| width(text, tick, Weight::Regular));
    let left = area.x + room.fold(0.0, f64::max).min(area.width * 0.5) + gap * 0.6;
    let inside = Rect::between(left, top, area.right(), bottom);
    let distances: Vec<f64> = curve.at.iter().map(|at| at.r).collect();
    let x = Scale::linear(axis_range(&distances).with_zero(), (inside.x, inside.right()));
    for (value, text) in &y_ticks {
        let place = y.place(*value);
        figure.push(figure.grid((inside.x, place), (inside.right(), place)));
        let at = (inside.x - gap * 0.5, place + tick * 0.36);
        figure.push(figure.note(at, text, Anchor::End));
    }
    let mut free = f64::NEG_INFINITY;
    let n_ticks = if inside.width > tick * 30.0 { 6 } else { 2 };
    for (value, text) in x.ticks(n_ticks) {
        let half = width(&text, tick, Weight::Regular) / 2.0;
        let place = x.place(value);
        let centre = place.min(area.right() - half);
        figure.push(figure.rule((place, bottom), (place, bottom + gap * 0.3)));
        if centre - half > free {
            let at = (centre, bottom + gap * 0.5 + tick);
            figure.push(figure.note(at, &text, Anchor::Middle));
            free = centre + half + tick * 0.5;
        }
    }
    figure.push(figure.rule((inside.x, bottom), (inside.right(), bottom)));

    let lines = |of: &dyn Fn(&At) -> Option<f64>| {
        let known = curve.at.iter().filter_map(|at| Some((x.place(at.r), y.place(of(at)?))));
        known.collect::<Vec<_>>()
    };
    let low = lines(&|at| at.local.map(|local| local.0));
    let high = lines(&|at| at.local.map(|local| local.1));
    if low.len() > 1 {
        let band = Outline::through(high.into_iter().chain(low.into_iter().rev()));
        let band = Element::path(band.closed()).fill(sheet.ink.neutral).opacity(BAND);
        figure.push(band.class("neutral"));
    }
    let theory = lines(&|at| at.theory);
    let bounds = [lines(&|at| at.global.map(|g| g.0)), lines(&|at| at.global.map(|g| g.1))];
    for (line, pattern) in bounds.into_iter().map(|line| (line, 1)).chain([(theory, 2)]) {
        let dashes: Vec<f64> = dash(pattern).iter().map(|d| d * sheet.stroke * 0.7).collect();
        let line = Element::path(Outline::through(line)).no_fill().dash(&dashes);
        figure.push(line.stroke(sheet.ink.neutral, sheet.stroke * 0.7).class("axis"));
    }
    let observed = lines(&|at| Some(at.value));
    let colour = group_colour(0, &sheet.ink);
    if let [only] = observed.as_slice() {
        figure.push(Element::circle(*only, sheet.point).fill(colour));
    }
    let line = Element::path(Outline::through(observed)).no_fill().stroke(colour, sheet.stroke);
    figure.push(line.set("stroke-linejoin", "round").tooltip(&curve.name()));
}

impl Chart for SpatialCurve {
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
