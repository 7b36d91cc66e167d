//! Participation in global value chains: whose value is in the exports of each country, as stacked bars.

use super::input::{Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::Rect;
use crate::number::{count, counted, grouped, percent, short};
use crate::scale::{Range, Scale};
use crate::style::{Colour, Neutrals, Sheet, group_colour};
use crate::svg::{Anchor, Element};
use crate::text::{Weight, fit, label, width};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;
use std::collections::BTreeMap;

/// Stacked bars of countries.
#[derive(Debug)]
pub(super) struct GvcParticipation;

static SPEC: ChartSpec = ChartSpec {
    name: "gvc_participation",
    summary: "Foreign value in the exports of each country, and its own value in the exports of others.",
    reading: "The longer a bar, the more a country takes part in production that crosses borders more than once. A long \
              first part buys from far away (downstream), a long second part supplies others' exports (upstream). \
              With `view=terms` the nine terms of Koopman, Wang and Wei (2014), which add up to the exports.",
    needs: &[TableId::GvcDecomposition],
    needs_network: false,
    options: &[
        (
            "view",
            "participation",
            "`participation`, backward and forward, or `terms`, the nine terms of gross exports",
        ),
        ("top", "30", "how many countries to show, 1 to 100"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// A part of a bar: name in the data, name in the legend, group of colours and how far it fades towards the ground.
type Part = (&'static str, &'static str, usize, f64);

const PARTICIPATION: [Part; 2] = [
    ("backward", "Backward: foreign value in own exports", 1, 0.0),
    ("forward", "Forward: own value in others' exports", 0, 0.0),
];

/// The nine terms, what leaves for good first, what is counted twice last in its family.
const TERMS: [Part; 9] = [
    ("dva_fin", "Own, final goods", 0, 0.0),
    ("dva_int", "Own, inputs used by buyer", 0, 0.3),
    ("dva_intrex", "Own, inputs passed on", 0, 0.55),
    ("rdv_fin", "Own, back in final goods", 2, 0.0),
    ("rdv_int", "Own, back in inputs", 2, 0.35),
    ("ddc", "Own, counted twice", 2, 0.6),
    ("fva_fin", "Foreign, final goods", 1, 0.0),
    ("fva_int", "Foreign, inputs", 1, 0.35),
    ("fdc", "Foreign, counted twice", 1, 0.6),
];

/// The terms of foreign content.
const FOREIGN: [&str; 3] = ["fva_fin", "fva_int", "fdc"];

#[derive(Debug)]
struct Bar {
    country: String,
    /// In the order of the parts; values in the unit of the flows.
    values: Vec<f64>,
    exports: f64,
}

impl Bar {
    fn shares(&self) -> impl Iterator<Item = f64> {
        self.values.iter().map(|value| value / self.exports)
    }

    /// The length: what is negative takes nothing off.
    fn length(&self) -> f64 {
        self.shares().map(|share| share.max(0.0)).sum()
    }
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    parts: &'static [Part],
    bars: Vec<Bar>,
    n_defined: usize,
    n_undefined: usize,
    n_negative: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::GvcDecomposition)?;
    let is_terms = options.choice("view", &["participation", "terms"])? == "terms";
    let top = options.number("top", 1, 100)?;
    numeric(table, "value")?;
    let period = period(table, options)?;
    let mut countries: Vec<&str> = Vec::new();
    let mut values: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for row in rows_of(table, &period) {
        let country = table.text("country", row).unwrap_or_default();
        if countries.last() != Some(&country) && !countries.contains(&country) {
            countries.push(country);
        }
        if let (Some(term), Some(value)) = (table.text("term", row), table.number("value", row)) {
            values.insert((country, term), value);
        }
    }
    if countries.is_empty() {
        return Err(ReportError::Empty { why: format!("`{}` has no rows", table.id()) });
    }
    if !is_terms && !values.keys().any(|(_, term)| *term == "vs1") {
        return Err(ReportError::InputMissing {
            what: "term `vs1` in `gvc_decomposition`, for forward participation; `view=terms` does without"
                .to_owned(),
        });
    }
    let value = |country, term| values.get(&(country, term)).copied();
    let sum = |country, terms: &[&'static str]| -> Option<f64> {
        terms.iter().map(|term| value(country, term)).sum()
    };
    let all_terms = TERMS.map(|(name, ..)| name);
    let bar = |country| {
        let exports = value(country, "exports").or_else(|| sum(country, &all_terms));
        let values = if is_terms {
            all_terms.iter().map(|term| value(country, term)).collect::<Option<Vec<f64>>>()?
        } else {
            let backward = sum(country, &FOREIGN).or_else(|| value(country, "vs"))?;
            vec![backward, value(country, "vs1")?]
        };
        let exports = exports.filter(|exports| *exports > 0.0)?;
        Some(Bar { country: str::to_owned(country), values, exports })
    };
    let mut bars: Vec<Bar> = countries.iter().copied().filter_map(bar).collect();
    if bars.is_empty() {
        let why = "no country has exports and all the terms it needs".to_owned();
        return Err(ReportError::Empty { why });
    }
    let (n_defined, n_undefined) = (bars.len(), countries.len() - bars.len());
    let foreign = |bar: &Bar| bar.shares().skip(6).sum::<f64>();
    let key = |bar: &Bar| if is_terms { foreign(bar) } else { bar.length() };
    bars.sort_by(|a, b| key(b).total_cmp(&key(a))); // stable: ties stay in the order of the table
    bars.truncate(top);
    let what = if is_terms { "Value in gross exports" } else { "Participation in value chains" };
    let of = match bars.len() {
        n if n == n_defined => counted(n, "country", "countries"),
        n => format!("the top {} of {} countries", count(n), count(n_defined)),
    };
    Ok(Points {
        parts: if is_terms { &TERMS } else { &PARTICIPATION },
        n_negative: bars.iter().flat_map(|bar| &bar.values).filter(|value| **value < 0.0).count(),
        bars,
        n_defined,
        n_undefined,
        title: options.title(format!("{what}: {of}{}", in_period(&period))),
        period,
    })
}

impl Points {
    fn is_terms(&self) -> bool {
        self.parts.len() == TERMS.len()
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "rank", "country", "part", "value", "share"]);
        for (rank, bar) in (1..).zip(&self.bars) {
            for ((part, ..), value) in self.parts.iter().zip(&bar.values) {
                csv.text(&self.period).count(rank).text(&bar.country).text(part);
                csv.number(*value).number(value / bar.exports).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let first = &self.bars[0];
        let what = if self.is_terms() {
            "the nine terms of gross exports (Koopman, Wang and Wei 2014)"
        } else {
            "backward and forward participation in global value chains"
        };
        let shares: Vec<f64> = first.shares().collect();
        let of_first = if self.is_terms() {
            let foreign = percent(shares[6..].iter().sum());
            let returned = percent(shares[3..6].iter().sum());
            format!(
                "{foreign} foreign value, {returned} own value that returns or is counted twice"
            )
        } else {
            format!("{} backward, {} forward", percent(shares[0]), percent(shares[1]))
        };
        let sorted = if self.is_terms() { "foreign value" } else { "both together" };
        let mut said = vec![format!(
            "Stacked bars of {what} as a share of exports for {} of {}{}, sorted by {sorted}. The first is {}: \
             {of_first}.",
            count(self.bars.len()),
            counted(self.n_defined, "country", "countries"),
            in_period(&self.period),
            label(&first.country),
        )];
        said.extend(self.notes());
        said.join(" ")
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.n_undefined > 0 {
            let countries = counted(self.n_undefined, "country", "countries");
            notes.push(format!("Not drawn, without exports or terms: {countries}."));
        }
        if self.n_negative > 0 {
            let parts = counted(self.n_negative, "negative part", "negative parts");
            notes.push(format!("Not drawn: {parts}."));
        }
        notes
    }

    fn subtitle(&self) -> String {
        let what = if self.is_terms() {
            "Nine terms that add up to exports (Koopman, Wang and Wei 2014). At the right: foreign value, in %."
        } else {
            "At the right: both together, in %."
        };
        [vec![what.to_owned()], self.notes()].concat().join(" ")
    }

    fn colour(&self, part: usize, ink: &Neutrals) -> Colour {
        let (_, _, group, fade) = self.parts[part];
        group_colour(group, ink).towards(ink.ground, fade)
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let light = Neutrals::of(crate::Theme::Light);
    let colour = |part: usize| points.colour(part, &light).to_string();
    let parts: Vec<(&str, String)> =
        points.parts.iter().enumerate().map(|(i, (name, ..))| (*name, colour(i))).collect();
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: points.subtitle(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::stacked_shares(&parts, "Share of exports")),
    };
    let sheet = Sheet::of(style);
    let n = points.bars.len() as f64;
    let (size, gap) = (sheet.label, sheet.gap());
    let axis_height = Sheet::line_height(sheet.tick) + Sheet::line_height(size) + gap;
    let legend_rows = if points.is_terms() { 5.0 } else { 2.0 };
    let legend_height = legend_rows * Sheet::line_height(size) * 1.1 + gap;
    let needed = n * Sheet::line_height(size) * 1.15 + axis_height + legend_height;
    let mut figure = Figure::new(words, style, needed);
    let legend = points.parts.iter().enumerate().map(|(part, (_, name, ..))| {
        (Sample::Box(points.colour(part, &sheet.ink)), (*name).to_owned())
    });
    figure.legend(&legend.collect::<Vec<_>>());
    let area = figure.area();

    let wide = |text: &str| width(text, size, Weight::Regular);
    let in_total = |bar: &Bar| {
        let share = if points.is_terms() { bar.shares().skip(6).sum() } else { bar.length() };
        grouped(share * 100.0, 1)
    };
    let numbers: Vec<String> = points.bars.iter().map(in_total).collect();
    let number_room = numbers.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let shown = |bar: &Bar| fit(&label(&bar.country), size, Weight::Regular, area.width * 0.3);
    let names: Vec<String> = points.bars.iter().map(shown).collect();
    let name_room = names.iter().map(|text| wide(text)).fold(0.0, f64::max);
    let inside = Rect::between(
        area.x + name_room + gap * 1.2,
        area.y,
        area.right() - number_room - gap * 1.5,
        area.bottom() - axis_height,
    );
    let longest = points.bars.iter().map(Bar::length).fold(0.0, f64::max);
    let range = Range { low: 0.0, high: (longest * 100.0).max(1e-9) };
    let scale = Scale::linear(range, (inside.x, inside.right()));
    let room = inside.width / (size * 4.5);
    #[expect(clippy::cast_sign_loss, reason = "clamped to 2..10")]
    for (value, label) in scale.ticks(room.clamp(2.0, 10.0) as usize) {
        let x = scale.place(value);
        figure.push(figure.grid((x, inside.y), (x, inside.bottom())));
        let baseline = inside.bottom() + gap * 0.4 + sheet.tick;
        figure.push(figure.note((x, baseline), &label, Anchor::Middle));
    }
    let title = fit("Share of gross exports (%)", size, Weight::Regular, area.width);
    let half = wide(&title) / 2.0;
    let centre = inside.centre().0.clamp(area.x + half, (area.right() - half).max(area.x + half));
    figure.push(figure.label((centre, area.bottom() - size * 0.3), &title, Anchor::Middle));

    let row_height = inside.height / n;
    let thick = (row_height * 0.72).min(size * 2.2);
    for (i, bar) in points.bars.iter().enumerate() {
        let y = inside.y + row_height * (i as f64 + 0.5);
        let baseline = y + size * 0.36;
        let name = figure.label((inside.x - gap * 0.8, baseline), &names[i], Anchor::End);
        figure.push(name.tooltip(&bar.country));
        let mut used = 0.0;
        for (part, share) in bar.shares().enumerate().filter(|(_, share)| *share > 0.0) {
            let (left, right) = (scale.place(used * 100.0), scale.place((used + share) * 100.0));
            used += share;
            let colour = points.colour(part, &sheet.ink);
            let block = Rect::new(left, y - thick / 2.0, right - left, thick);
            let mark = Element::rect(&block).fill(colour);
            // A rim would cover a thin block.
            let is_thin = block.width < 4.0 * sheet.line;
            let mark = if is_thin { mark } else { figure.rim(mark).class("edge") };
            let (_, part_name, ..) = points.parts[part];
            let amount = short(bar.values[part]);
            let tip = format!("{}, {part_name}: {} ({amount})", bar.country, percent(share));
            figure.push(mark.tooltip(&tip));
            let text = grouped(share * 100.0, 0);
            let text_size = sheet.tick.min(thick * 0.72);
            let fits = width(&text, text_size, Weight::Regular) < block.width - text_size * 0.5;
            if fits && text_size >= sheet.caption * 0.98 {
                let at = (block.centre().0, y + text_size * 0.36);
                let number = Element::text(at, &text, text_size).anchor(Anchor::Middle);
                figure.push(number.fill(colour.readable_on()));
            }
        }
        figure.push(figure.label((area.right(), baseline), &numbers[i], Anchor::End));
    }
    figure.push(figure.rule((inside.x, inside.y), (inside.x, inside.bottom())));
    figure.finish()
}

impl Chart for GvcParticipation {
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
