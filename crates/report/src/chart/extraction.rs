//! Hypothetical extraction: what the economy would lose without each node, as sorted dots.

use super::input::{Names, Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::Rect;
use crate::number::{count, counted, grouped, percent};
use crate::scale::{Scale, axis_range};
use crate::style::{Shape, Sheet, group_colour};
use crate::svg::Anchor;
use crate::text::{Weight, fit, width};
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};

/// Sorted dots of what is lost.
#[derive(Debug)]
pub(super) struct Extraction;

static SPEC: ChartSpec = ChartSpec {
    name: "extraction",
    summary: "Output that the economy would lose without each node, wholly or only on its buying or selling side.",
    reading: "A circle is the loss when the node vanishes with all its purchases and sales, a triangle when only its \
              purchases from others do, a square when only its sales to others do. No one steps in for it: read it \
              as an upper bound.",
    needs: &[TableId::Linkages],
    needs_network: false,
    options: &[
        ("sort", "total", "what to sort by: `total`, `backward` or `forward`"),
        (
            "relative",
            "economy",
            "per cent of what: the output of the whole `economy`, or the node's `own` output",
        ),
        ("top", "20", "how many nodes to show, 1 to 100"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// Column, name in the data and in the legend.
const KINDS: [(&str, &str, &str); 3] = [
    ("hem_total", "total", "The whole node"),
    ("hem_backward", "backward", "Purchases only"),
    ("hem_forward", "forward", "Sales only"),
];

#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    /// In the order of [`KINDS`], as shares.
    losses: [Option<f64>; 3],
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    rows: Vec<Row>,
    /// Which kinds there are.
    has: [bool; 3],
    sort: usize,
    is_own: bool,
    n_defined: usize,
    n_undefined: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::Linkages)?;
    let word = options.choice("sort", &KINDS.map(|(_, word, _)| word))?;
    let sort = KINDS.iter().position(|(_, known, _)| *known == word).unwrap_or_default();
    numeric(table, KINDS[sort].0)?;
    let is_own = options.choice("relative", &["economy", "own"])? == "own";
    let top = options.number("top", 1, 100)?;
    let period = period(table, options)?;
    let whole = if is_own { None } else { Some(whole_output(table, &period)?) };
    let names = Names::of(input);
    let (mut rows, mut n_undefined) = (Vec::new(), 0);
    for row in rows_of(table, &period) {
        let own = || table.number("output", row).filter(|output| *output > 0.0);
        let base = whole.or_else(own);
        let loss = |(column, ..): (&str, &str, &str)| Some(table.number(column, row)? / base?);
        let losses = KINDS.map(loss);
        if losses[sort].is_none() {
            n_undefined += 1;
            continue;
        }
        let id = table.text("node_id", row).unwrap_or_default();
        rows.push(Row { id: id.to_owned(), name: names.shown(id), losses });
    }
    if rows.is_empty() {
        let why = format!("no node has `{}` and the output it is a share of", KINDS[sort].0);
        return Err(ReportError::Empty { why });
    }
    let key = |row: &Row| row.losses[sort].unwrap_or_default();
    rows.sort_by(|a, b| key(b).total_cmp(&key(a))); // stable: ties stay in the order of the nodes
    let n_defined = rows.len();
    rows.truncate(top);
    let of = match rows.len() {
        n if n == n_defined => format!("all {} nodes", count(n)),
        n => format!("the top {} of {} nodes", count(n), count(n_defined)),
    };
    let title = format!("Hypothetical extraction: {of}{}", in_period(&period));
    Ok(Points {
        has: std::array::from_fn(|kind| rows.iter().any(|row| row.losses[kind].is_some())),
        rows,
        sort,
        is_own,
        n_defined,
        n_undefined,
        title: options.title(title),
        period,
    })
}

/// The output of the economy: what `hem_total_rel` is a share of, or the sum of `output`.
fn whole_output(table: &Table, period: &str) -> Result<f64, ReportError> {
    let implied = rows_of(table, period).find_map(|row| {
        let share = table.number("hem_total_rel", row).filter(|share| *share > 0.0)?;
        Some(table.number("hem_total", row)? / share)
    });
    let sum = || rows_of(table, period).filter_map(|row| table.number("output", row)).sum();
    let whole = implied.unwrap_or_else(sum);
    if whole.is_finite() && whole > 0.0 {
        return Ok(whole);
    }
    if table.column("output").is_none() && table.column("hem_total_rel").is_none() {
        let what = "column `hem_total_rel` or `output` in `linkages`".to_owned();
        return Err(ReportError::InputMissing { what });
    }
    Err(ReportError::Empty { why: "the output of the economy is not known".to_owned() })
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&[
            "period", "rank", "node_id", "label", "total", "backward", "forward",
        ]);
        for (rank, row) in (1..).zip(&self.rows) {
            csv.text(&self.period).count(rank).text(&row.id).text(&row.name);
            for loss in row.losses {
                csv.number(loss);
            }
            csv.end_row();
        }
        csv
    }

    fn quantity(&self) -> &'static str {
        if self.is_own {
            "Loss of output (% of the node's own)"
        } else {
            "Loss of output (% of the economy)"
        }
    }

    fn kinds(&self) -> impl Iterator<Item = usize> {
        (0..KINDS.len()).filter(|kind| self.has[*kind])
    }

    fn alt(&self) -> String {
        let of = if self.is_own { "its own output" } else { "the output of the economy" };
        let first = &self.rows[0];
        let parts: Vec<String> = self
            .kinds()
            .filter_map(|kind| Some(format!("{} {}", KINDS[kind].1, percent(first.losses[kind]?))))
            .collect();
        let mut said = vec![format!(
            "Dot plot of the output lost by hypothetical extraction of {} of {} nodes{}, as a share of {of}, sorted by \
             {}. The first is {}: {}.",
            count(self.rows.len()),
            count(self.n_defined),
            in_period(&self.period),
            KINDS[self.sort].1,
            first.name,
            parts.join(", ")
        )];
        if let [_, .., last] = self.rows.as_slice() {
            let loss = percent(last.losses[self.sort].unwrap_or_default());
            said.push(format!("The last one shown, {}, has {loss}.", last.name));
        }
        if self.n_undefined > 0 {
            let nodes =
                counted(self.n_undefined, "node without a value is", "nodes without a value are");
            said.push(format!("{nodes} not drawn."));
        }
        said.join(" ")
    }
}

/// Shares as per cent, with equal decimals, and no more of them than tell the values apart.
fn per_cent(shares: &[f64]) -> Vec<String> {
    let least = shares.iter().map(|x| x.abs()).filter(|x| *x > 0.0).fold(f64::INFINITY, f64::min);
    let decimals = match least {
        least if least >= 0.1 => 0,
        least if least >= 0.01 => 1,
        _ => 2,
    };
    let text = |share: &f64| match share * 100.0 {
        v if v > 0.0 && v < 0.005 => "<0.01".to_owned(),
        v if v >= 1e6 => crate::number::short(v),
        v => grouped(v, decimals),
    };
    shares.iter().map(text).collect()
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let kinds: Vec<&str> = points.kinds().map(|kind| KINDS[kind].1).collect();
    let subtitle = match points.n_undefined {
        0 => String::new(),
        n => {
            format!(" Not drawn: {}.", counted(n, "node without a value", "nodes without a value"))
        }
    };
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: format!(
            "Output lost if the node vanished and nobody stepped in. At the right: {}, in %.{subtitle}",
            KINDS[points.sort].1
        ),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::extraction(&kinds, points.quantity())),
    };
    let sheet = Sheet::of(style);
    let n = points.rows.len() as f64;
    let (size, gap) = (sheet.label, sheet.gap());
    let axis_height = Sheet::line_height(sheet.tick) + Sheet::line_height(size) + gap;
    let legend_height = 2.0 * Sheet::line_height(size) + gap;
    let needed = n * Sheet::line_height(size) + axis_height + legend_height;
    let mut figure = Figure::new(words, style, needed);
    let legend = points.kinds().map(|kind| {
        let sample = Sample::Point(Shape::of(kind), group_colour(kind, &sheet.ink), false);
        (sample, KINDS[kind].2.to_owned())
    });
    figure.legend(&legend.collect::<Vec<_>>());
    let area = figure.area();

    let wide = |text: &str| width(text, size, Weight::Regular);
    let sorted: Vec<f64> =
        points.rows.iter().map(|row| row.losses[points.sort].unwrap_or_default()).collect();
    let numbers = per_cent(&sorted);
    let number_room = numbers.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let name_limit = area.width * 0.36;
    let names = points.rows.iter().map(|row| fit(&row.name, size, Weight::Regular, name_limit));
    let names: Vec<String> = names.collect();
    let name_room = names.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let inside = Rect::between(
        area.x + name_room + gap * 1.5,
        area.y,
        area.right() - number_room - gap * 1.5,
        area.bottom() - axis_height,
    );
    let losses = points.rows.iter().flat_map(|row| row.losses).flatten();
    let per_cents: Vec<f64> = losses.map(|share| share * 100.0).collect();
    let scale = Scale::linear(axis_range(&per_cents).with_zero(), (inside.x, inside.right()));
    let place = |share: f64| scale.place(share * 100.0);
    let room = inside.width / (size * 5.0);
    #[expect(clippy::cast_sign_loss, reason = "clamped to 2..8")]
    for (value, label) in scale.ticks(room.clamp(2.0, 8.0) as usize) {
        let x = scale.place(value);
        figure.push(figure.grid((x, inside.y), (x, inside.bottom())));
        let baseline = inside.bottom() + gap * 0.4 + sheet.tick;
        figure.push(figure.note((x, baseline), &label, Anchor::Middle));
    }
    let title = fit(points.quantity(), size, Weight::Regular, area.width);
    let half = wide(&title) / 2.0;
    let centre = inside.centre().0.clamp(area.x + half, (area.right() - half).max(area.x + half));
    figure.push(figure.label((centre, area.bottom() - size * 0.3), &title, Anchor::Middle));

    let row_height = inside.height / n;
    let radius = sheet.point.min(row_height * 0.3);
    for (i, row) in points.rows.iter().enumerate() {
        let y = inside.y + row_height * (i as f64 + 0.5);
        let baseline = y + size * 0.36;
        let places: Vec<f64> = row.losses.into_iter().flatten().map(place).collect();
        let low = places.iter().fold(f64::INFINITY, |a, x| a.min(*x));
        let high = places.iter().fold(f64::NEG_INFINITY, |a, x| a.max(*x));
        figure.push(figure.grid((inside.x, y), (low, y)));
        figure.push(figure.rule((low, y), (high, y)));
        let full = if row.id == row.name {
            row.name.clone()
        } else {
            format!("{} ({})", row.name, row.id)
        };
        let name = figure.label((inside.x - gap, baseline), &names[i], Anchor::End);
        figure.push(name.tooltip(&full));
        // Marks that would hide each other part a little upwards and downwards.
        let mut sorted = places.clone();
        sorted.sort_by(f64::total_cmp);
        let apart = sorted.windows(2).all(|pair| pair[1] - pair[0] >= radius * 2.2);
        let shift = if apart { 0.0 } else { (row_height / 2.0 - radius).clamp(0.0, radius * 0.75) };
        for kind in (0..KINDS.len()).rev() {
            let Some(loss) = row.losses[kind] else { continue };
            let y = y + [0.0, -shift, shift][kind];
            let mark = Shape::of(kind).at((place(loss), y), radius);
            let mark = figure.rim(mark.fill(group_colour(kind, &sheet.ink))).class("edge");
            let tip = format!("{full}, {}: {}", KINDS[kind].1, percent(loss));
            figure.push(mark.tooltip(&tip));
        }
        figure.push(figure.label((area.right(), baseline), &numbers[i], Anchor::End));
    }
    figure.finish()
}

impl Chart for Extraction {
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
