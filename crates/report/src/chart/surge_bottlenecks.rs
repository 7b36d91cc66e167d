//! What holds a surge back: the firms and links that every best plan uses up.

use super::input::{Names, Options, in_period, numeric, period, rows_of};
use super::rows::{Aside, Rows, needed_height};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::number::{THIN_SPACE, count, counted, grouped, short};
use crate::scale::{Scale, axis_range};
use crate::style::{Shape, Sheet, group_colour};
use crate::text::label;
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
            Some(now) => {
                let more = (capacity / now - 1.0) * 100.0;
                let sign = if more < 0.0 { "−" } else { "+" };
                let decimals = usize::from(more.abs() < 9.95);
                format!(
                    "{} ({sign}{}{THIN_SPACE}%)",
                    short(capacity),
                    grouped(more.abs(), decimals)
                )
            }
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
    let names: Vec<(&str, String)> =
        points.bottlenecks.iter().map(|one| (one.name.as_str(), one.name.clone())).collect();
    let legend_height = Sheet::line_height(sheet.label) + sheet.gap();
    let needed = needed_height(&names, &sheet) + legend_height;
    let mut figure = Figure::new(words, style, needed);
    let is_shown = |is_link: bool| points.bottlenecks.iter().any(|one| one.is_link == is_link);
    if is_shown(false) && is_shown(true) {
        let legend = [(false, "Firm"), (true, "Link")].map(|(is_link, word)| {
            let colour = group_colour(usize::from(is_link), &sheet.ink);
            (Sample::Point(shape(is_link), colour, false), word.to_owned())
        });
        figure.legend(&legend);
    }
    let rooms = points.bottlenecks.iter().map(Bottleneck::room).collect();
    let mut rows = Rows::new(&mut figure, &names, &[Aside { head: "", texts: rooms }]);
    let prices: Vec<f64> = points.bottlenecks.iter().map(|one| one.price).collect();
    let range = axis_range(&prices).with_zero();
    let scale = Scale::linear(range, (rows.inside.x, rows.inside.right()));
    rows.axis(&mut figure, &scale, points.quantity());
    let radius = rows.radius(&sheet);
    for (i, one) in points.bottlenecks.iter().enumerate() {
        let at = (scale.place(one.price), rows.middle(i));
        figure.push(figure.rule((scale.place(0.0), at.1), at));
        let colour = group_colour(usize::from(one.is_link), &sheet.ink);
        let mark = figure.rim(shape(one.is_link).at(at, radius).fill(colour)).class("edge");
        figure.push(mark.tooltip(&format!("{}: {}", one.name, short(one.price))));
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
