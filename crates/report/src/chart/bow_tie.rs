//! The bow-tie: who supplies the core of firms that all supply each other, who lives of it, who is beside it.

use super::input::{Options, in_period, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Words};
use crate::geometry::{Point, Rect};
use crate::number::{count, counted, percent};
use crate::style::{Sheet, group_colour};
use crate::svg::{Anchor, Element, Outline};
use crate::text::{Weight, fit};
use crate::{ReportError, Style};
use palenque_graph::TableId;
use std::f64::consts::PI;

/// Areas by the part of the network.
#[derive(Debug)]
pub(super) struct BowTie;

static SPEC: ChartSpec = ChartSpec {
    name: "bow_tie",
    summary: "The parts of a network, seen from its largest strong component, as areas.",
    reading: "In the middle firms that all supply each other, directly or not; at the left who supplies them, at the right \
              who is supplied. Below: ways around the core, and what is beside all this. Areas are proportional to \
              numbers of firms. Shocks in the core reach the core and everything at the right.",
    needs: &[TableId::NodeMetrics],
    needs_network: false,
    options: &[
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// Name in the table and name in the figure.
const PARTS: [(&str, &str); 6] = [
    ("in", "Suppliers"),
    ("core", "Core"),
    ("out", "Buyers"),
    ("tube", "Around the core"),
    ("tendril", "Beside"),
    ("disconnected", "Apart"),
];

/// The plotted data.
#[derive(Debug)]
struct Points {
    /// In the order of the parts.
    counts: [usize; 6],
    /// Sales and purchases, where both are known.
    trade: Option<[f64; 6]>,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::NodeMetrics)?;
    if table.column("bow_tie").is_none() {
        let what = "column `bow_tie` in `node_metrics`: measure `bow_tie`".to_owned();
        return Err(ReportError::InputMissing { what });
    }
    let period = period(table, options)?;
    let sides = ["in_strength", "out_strength"];
    let knows_trade = sides.iter().all(|side| table.column(side).is_some());
    let (mut counts, mut trade) = ([0; 6], [0.0; 6]);
    for row in rows_of(table, &period) {
        let part = table.text("bow_tie", row);
        if let Some(place) = PARTS.iter().position(|(name, _)| Some(*name) == part) {
            counts[place] += 1;
            trade[place] += sides.iter().filter_map(|side| table.number(side, row)).sum::<f64>();
        }
    }
    if counts == [0; 6] {
        let why = "no two firms supply each other, or two cores are equally large".to_owned();
        return Err(ReportError::Empty { why });
    }
    let nodes = counted(counts.iter().sum(), "firm", "firms");
    Ok(Points {
        counts,
        trade: (knows_trade && trade.iter().sum::<f64>() > 0.0).then_some(trade),
        title: options.title(format!("The network as a bow-tie: {nodes}{}", in_period(&period))),
        period,
    })
}

impl Points {
    fn share(&self, part: usize) -> f64 {
        self.counts[part] as f64 / self.counts.iter().sum::<usize>() as f64
    }

    fn trade_share(&self, part: usize) -> Option<f64> {
        self.trade.map(|trade| trade[part] / trade.iter().sum::<f64>())
    }

    /// How many, and which shares, one line each.
    fn lines(&self, part: usize) -> Vec<String> {
        let firms = counted(self.counts[part], "firm", "firms");
        let trade = self.trade_share(part);
        let trade = trade.map(|share| format!("{} of the trade", percent(share)));
        [Some(format!("{firms} ({})", percent(self.share(part)))), trade]
            .into_iter()
            .flatten()
            .collect()
    }

    fn tip(&self, part: usize) -> String {
        format!("{}: {}", PARTS[part].1, self.lines(part).join(", "))
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "part", "nodes", "share", "trade_share"]);
        for (part, (name, _)) in PARTS.iter().enumerate() {
            csv.text(&self.period).text(name).count(self.counts[part]).number(self.share(part));
            csv.number(self.trade_share(part).unwrap_or(f64::NAN)).end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let part = |(part, (_, name)): (usize, &(&str, &str))| {
            let trade = self.trade_share(part);
            let trade = trade.map_or(String::new(), |t| format!(", {} of the trade", percent(t)));
            let n = count(self.counts[part]);
            format!("{}: {n} ({}{trade})", name.to_lowercase(), percent(self.share(part)))
        };
        let parts: Vec<String> = PARTS.iter().enumerate().map(part).collect();
        format!(
            "A bow-tie of {} by where they are, seen from the largest strong component. {}.",
            counted(self.counts.iter().sum(), "firm", "firms"),
            parts.join("; ")
        )
    }
}

/// Room for the shapes: wings at the sides of the core, boxes below.
struct Plan {
    wings: Rect,
    boxes: Rect,
    /// Square units of the sheet for the whole network.
    scale: f64,
}

impl Plan {
    fn of(points: &Points, area: Rect, line: f64) -> Self {
        let heads = line * 3.4;
        let box_side = (area.height * 0.16).min(area.width * 0.2);
        let boxes = area.bottom() - heads - box_side;
        let wings = Rect::between(area.x, area.y + heads, area.right(), boxes - line);
        let boxes = Rect::between(area.x, boxes, area.right(), boxes + box_side);
        // As large as the first part allows that would leave its room.
        let radius = (wings.height / 2.0).min(wings.width * 0.17);
        let rooms = [
            Self::length(&wings) * wings.height / 2.0,
            PI * radius * radius,
            Self::length(&wings) * wings.height / 2.0,
            box_side * box_side,
            box_side * box_side,
            box_side * box_side,
        ];
        let fits = |(part, room): (usize, f64)| room / points.share(part).max(1e-12);
        let scale = rooms.into_iter().enumerate().map(fits).fold(f64::INFINITY, f64::min);
        Self { wings, boxes, scale }
    }

    /// How far a wing reaches, whatever its area.
    fn length(wings: &Rect) -> f64 {
        wings.width * 0.3
    }

    fn radius(&self, share: f64) -> f64 {
        (self.scale * share / PI).sqrt()
    }

    /// A triangle whose tip touches the core.
    fn wing(&self, share: f64, tip: Point, base: f64) -> Outline {
        let half = self.scale * share / (tip.0 - base).abs();
        Outline::through([tip, (base, tip.1 - half), (base, tip.1 + half)]).closed()
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: "Areas are numbers of firms. Trade is sales and purchases.".to_owned(),
        alt: points.alt(),
        csv: points.csv(),
        view: None,
    };
    let sheet = Sheet::of(style);
    let line = Sheet::line_height(sheet.label);
    let mut figure = Figure::new(words, style, line * 22.0);
    let area = figure.area();
    let plan = Plan::of(points, area, line);
    let colour = |part: usize| match part {
        0 => group_colour(1, &sheet.ink),
        1 => group_colour(0, &sheet.ink),
        2 => group_colour(2, &sheet.ink),
        _ => group_colour(0, &sheet.ink).towards(sheet.ink.ground, 0.55),
    };
    let (x, y) = plan.wings.centre();
    let radius = plan.radius(points.share(1));
    let reach = radius + Plan::length(&plan.wings);
    let shapes = [
        Element::path(plan.wing(points.share(0), (x - radius, y), x - reach)),
        Element::circle((x, y), radius),
        Element::path(plan.wing(points.share(2), (x + radius, y), x + reach)),
    ];
    let thirds = plan.wings.width / 3.0;
    for (part, shape) in shapes.into_iter().enumerate() {
        let tip = points.tip(part);
        figure.push(figure.rim(shape.fill(colour(part))).tooltip(&tip));
        let at = (area.x + thirds * (part as f64 + 0.5), area.y + line);
        head(&mut figure, points, part, at, thirds);
    }
    for (place, part) in (3..PARTS.len()).enumerate() {
        let side = (plan.scale * points.share(part)).sqrt();
        let x = plan.boxes.x + thirds * (place as f64 + 0.5);
        if side > 0.0 {
            let block = Rect::new(x - side / 2.0, plan.boxes.bottom() - side, side, side);
            let tip = points.tip(part);
            let mark = Element::rect(&block).fill(colour(part));
            figure.push(figure.rim(mark).tooltip(&tip));
        }
        head(&mut figure, points, part, (x, plan.boxes.bottom() + line * 1.1), thirds);
    }
    figure.finish()
}

/// The name of a part, and below how many are in it.
fn head(figure: &mut Figure, points: &Points, part: usize, (x, y): Point, room: f64) {
    let size = figure.sheet.label;
    let line = Sheet::line_height(size);
    let name = fit(PARTS[part].1, size, Weight::Bold, room);
    figure.push(figure.label((x, y), &name, Anchor::Middle).weight(Weight::Bold));
    for (i, text) in (1..).zip(points.lines(part)) {
        let text = fit(&text, size, Weight::Regular, room);
        figure.push(figure.label((x, y + line * f64::from(i)), &text, Anchor::Middle));
    }
}

impl Chart for BowTie {
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
