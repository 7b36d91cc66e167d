//! What holds a surge back: the firms and links that every best plan uses up.

use super::input::{Names, Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::Rect;
use crate::number::{count, counted, percent, short};
use crate::scale::{Scale, axis_range};
use crate::style::{Shape, Sheet, group_colour};
use crate::svg::Anchor;
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// Bottlenecks by what one unit more of each would add.
#[derive(Debug)]
pub(super) struct SurgeBottlenecks;

static SPEC: ChartSpec = ChartSpec {
    name: "surge_bottlenecks",
    summary: "What holds a surge back: firms and links that every best plan uses up, by what one unit more of each would add.",
    reading: "A circle is a firm, a square a link from its seller to its buyer. The further to the right, the more one unit more of its capacity would add \
              to what can be sold; at the right, what it can make or deliver at most beside what it does now. It holds for a little more only: \
              then something else becomes scarce.",
    needs: &[TableId::SurgeBottlenecks],
    needs_network: false,
    options: &[
        (
            "model",
            "",
            "the model: `maxflow`, `lp_total` or `lp_proportional`; `lp_total` where it is there if not given",
        ),
        ("top", "20", "how many bottlenecks to show, 1 to 60"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The models, the one whose prices say most first.
const MODELS: [&str; 3] = ["lp_total", "lp_proportional", "maxflow"];

#[derive(Debug)]
struct Bottleneck {
    ids: [String; 2],
    name: String,
    is_link: bool,
    baseline: Option<f64>,
    capacity: Option<f64>,
    price: f64,
}

/// The plotted data: the highest price first.
#[derive(Debug)]
struct Points {
    bottlenecks: Vec<Bottleneck>,
    n: usize,
    n_links: usize,
    model: &'static str,
    unit: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::SurgeBottlenecks)?;
    numeric(table, "price")?;
    let top = options.number("top", 1, 60)?;
    let period = period(table, options)?;
    let text = |name: &str, row| table.text(name, row).unwrap_or_default();
    let is_there = |model: &&&str| rows_of(table, &period).any(|row| text("model", row) == **model);
    let model = match options.text("model") {
        Some(_) => options.choice("model", &MODELS)?,
        None => MODELS.iter().find(is_there).copied().unwrap_or(MODELS[0]),
    };
    let names = Names::of(input);
    let mut bottlenecks = Vec::new();
    for row in rows_of(table, &period).filter(|row| text("model", *row) == model) {
        let Some(price) = table.number("price", row) else { continue };
        let ids = [text("source", row), text("target", row)];
        let is_link = text("kind", row) == "edge";
        let name = if is_link {
            format!("{} → {}", names.shown(ids[0]), names.shown(ids[1]))
        } else {
            names.shown(ids[0])
        };
        let [baseline, capacity] = ["baseline", "capacity"].map(|name| table.number(name, row));
        let ids = ids.map(str::to_owned);
        bottlenecks.push(Bottleneck { ids, name, is_link, baseline, capacity, price });
    }
    if bottlenecks.is_empty() {
        let why = format!("the model `{model}` has no bottleneck");
        return Err(ReportError::Empty { why });
    }
    bottlenecks.sort_by(|a, b| b.price.total_cmp(&a.price)); // stable: ties in table order
    let n = bottlenecks.len();
    let n_links = bottlenecks.iter().filter(|bottleneck| bottleneck.is_link).count();
    bottlenecks.truncate(top);
    let unit = input.panel.and_then(|panel| panel.last().unit()).unwrap_or_default().to_owned();
    let title =
        format!("What holds a surge back: {}{}", listed(n - n_links, n_links), in_period(&period));
    let title = options.title(title);
    Ok(Points { bottlenecks, n, n_links, model, unit, title, period })
}

/// `3 firms and 2 links`, what there is of both.
fn listed(n_firms: usize, n_links: usize) -> String {
    let firms = counted(n_firms, "firm", "firms");
    let links = counted(n_links, "link", "links");
    match (n_firms, n_links) {
        (_, 0) => firms,
        (0, _) => links,
        _ => format!("{firms} and {links}"),
    }
}

impl Bottleneck {
    /// What it can do at most, and by how much that is more than now.
    fn room(&self) -> String {
        let Some(capacity) = self.capacity else { return String::new() };
        match self.baseline.filter(|now| *now > 0.0) {
            Some(now) => format!("{} (+{})", short(capacity), percent(capacity / now - 1.0)),
            None => short(capacity),
        }
    }
}

impl Points {
    /// What a price is in.
    fn quantity(&self) -> &'static str {
        match self.model {
            "maxflow" => "Deliveries to final users that one unit more would add",
            "lp_total" => "Final sales that one unit more would add",
            _ => "Factor of all final sales that one unit more would add",
        }
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&[
            "period", "model", "rank", "kind", "source", "target", "label", "baseline", "capacity",
            "price",
        ]);
        for (rank, bottleneck) in (1..).zip(&self.bottlenecks) {
            let kind = if bottleneck.is_link { "edge" } else { "node" };
            csv.text(&self.period).text(self.model).count(rank).text(kind);
            csv.text(&bottleneck.ids[0]).text(&bottleneck.ids[1]).text(&bottleneck.name);
            csv.number(bottleneck.baseline).number(bottleneck.capacity);
            csv.number(bottleneck.price).end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let first = &self.bottlenecks[0];
        let mut said = vec![format!(
            "Dot plot of what holds a surge back{} (model {}): {}.",
            in_period(&self.period),
            self.model,
            listed(self.n - self.n_links, self.n_links)
        )];
        let room = match first.room() {
            room if room.is_empty() => String::new(),
            room => format!(", with a capacity of {room}"),
        };
        said.push(format!("The first is {}, {}{room}.", first.name, short(first.price)));
        if let [_, .., last] = self.bottlenecks.as_slice() {
            said.push(format!("The last one shown is {}, {}.", last.name, short(last.price)));
        }
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let unit =
            if self.unit.is_empty() { String::new() } else { format!(", {}", label(&self.unit)) };
        let shown = match self.bottlenecks.len() {
            n if n < self.n => format!(" The first {} of {}.", count(n), count(self.n)),
            _ => String::new(),
        };
        format!(
            "Every best plan uses these up. At the right: capacity, and how much more than now{unit}.{shown}"
        )
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::surge_bottlenecks(points.quantity())),
    };
    let sheet = Sheet::of(style);
    let (size, gap) = (sheet.label, sheet.gap());
    let n = points.bottlenecks.len() as f64;
    let axis_height = Sheet::line_height(sheet.tick) + Sheet::line_height(size) + gap;
    let needed = n * Sheet::line_height(size) + axis_height + 2.0 * Sheet::line_height(size);
    let mut figure = Figure::new(words, style, needed);
    let both = points.n_links > 0 && points.n_links < points.n;
    if both {
        let legend = [(0, "Firm"), (1, "Link")].map(|(kind, word)| {
            let sample = Sample::Point(shape(kind == 1), group_colour(kind, &sheet.ink), false);
            (sample, word.to_owned())
        });
        figure.legend(&legend);
    }
    let area = figure.area();
    let wide = |text: &str| width(text, size, Weight::Regular);
    let rooms: Vec<String> = points.bottlenecks.iter().map(Bottleneck::room).collect();
    let right = rooms.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let limit = area.width * 0.38;
    let names: Vec<String> =
        points.bottlenecks.iter().map(|b| fit(&b.name, size, Weight::Regular, limit)).collect();
    let left = names.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let inside = Rect::between(
        area.x + left + gap * 1.5,
        area.y,
        area.right() - right - gap * 1.5,
        area.bottom() - axis_height,
    );
    let prices: Vec<f64> = points.bottlenecks.iter().map(|bottleneck| bottleneck.price).collect();
    let scale = Scale::linear(axis_range(&prices).with_zero(), (inside.x, inside.right()));
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
    let row = inside.height / n;
    let radius = sheet.point.min(row * 0.3);
    for (i, bottleneck) in points.bottlenecks.iter().enumerate() {
        let y = inside.y + row * (i as f64 + 0.5);
        let at = (scale.place(bottleneck.price), y);
        figure.push(figure.rule((scale.place(0.0), y), at));
        let colour = group_colour(usize::from(bottleneck.is_link), &sheet.ink);
        let mark = shape(bottleneck.is_link).at(at, radius).fill(colour);
        let tip = format!("{}: {}", bottleneck.name, short(bottleneck.price));
        figure.push(figure.rim(mark).class("edge").tooltip(&tip));
        let baseline = y + size * 0.36;
        let name = figure.label((inside.x - gap, baseline), &names[i], Anchor::End);
        figure.push(name.tooltip(&bottleneck.name));
        figure.push(figure.label((area.right(), baseline), &rooms[i], Anchor::End));
    }
    figure.finish()
}

fn shape(is_link: bool) -> Shape {
    if is_link { Shape::Square } else { Shape::Circle }
}

impl Chart for SurgeBottlenecks {
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
