//! Passive and active collective efficiency of each unit, side by side.

use super::input::{Names, Options, in_period, period, rows_of};
use super::rows::{Aside, Rows, needed_height};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::number::{counted, short};
use crate::scale::{Scale, axis_range};
use crate::style::{Shape, Sheet, group_colour};
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};

/// Sub-indices and the index of both, by unit.
#[derive(Debug)]
pub(super) struct CollectiveEfficiency;

static SPEC: ChartSpec = ChartSpec {
    name: "collective_efficiency",
    summary: "External economies and joint action of every unit, with the index of both and its rank.",
    reading: "A row is a cluster, a region or a period. A long line between its two marks tells that one half is far ahead of the other. The \
              index of both is by geometric means of the indicators: far below its halves it tells of a weak indicator, for which the \
              others do not make up. Ranks in brackets are those that 90 % of other choices of weights and methods give: where they \
              overlap, do not say that one unit is ahead.",
    needs: &[TableId::CompositeIndex],
    needs_network: false,
    options: &[
        ("top", "40", "how many units to show, the best first, 1 to 100"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// Columns with what they are called.
const PARTS: [(&str, &str); 3] = [
    ("passive_subindex", "External economies (passive)"),
    ("active_subindex", "Joint action (active)"),
    ("cei_geometric", "Both (geometric throughout)"),
];

#[derive(Debug)]
struct Unit {
    id: String,
    name: String,
    /// In the order of the parts.
    values: [Option<f64>; 3],
    rank: Option<f64>,
    /// 5 % and 95 % quantiles of the rank.
    ranks: Option<(f64, f64)>,
}

/// The plotted data, the best first.
#[derive(Debug)]
struct Points {
    units: Vec<Unit>,
    n_known: usize,
    n_undefined: usize,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::CompositeIndex)?;
    let top = options.number("top", 1, 100)?;
    let period = period(table, options)?;
    let names = Names::of(input);
    let (mut units, without): (Vec<Unit>, Vec<Unit>) = rows_of(table, &period)
        .map(|row| unit(table, row, &names))
        .partition(|unit| unit.values.iter().any(Option::is_some));
    if units.is_empty() {
        let why = "no unit has a value of the index or of one of its halves".to_owned();
        return Err(ReportError::Empty { why });
    }
    let rank = |unit: &Unit| unit.rank.unwrap_or(f64::INFINITY);
    units.sort_by(|a, b| rank(a).total_cmp(&rank(b))); // stable: ties in table order
    let n_known = units.len();
    units.truncate(top);
    let title = options.title(format!("Collective efficiency{}", in_period(&period)));
    Ok(Points { units, n_known, n_undefined: without.len(), title, period })
}

fn unit(table: &Table, row: usize, names: &Names<'_>) -> Unit {
    let id = table.text("unit", row).unwrap_or_default();
    let number = |name: &str| table.number(name, row);
    Unit {
        id: id.to_owned(),
        name: names.shown(id),
        values: PARTS.map(|(column, _)| number(column)),
        rank: number("rank"),
        ranks: number("rank_p05").zip(number("rank_p95")),
    }
}

impl Unit {
    fn rank_in_words(&self) -> String {
        match (self.rank, self.ranks) {
            (Some(rank), Some((low, high))) if low < high => {
                format!("rank {} ({} to {})", short(rank), short(low), short(high))
            }
            (Some(rank), _) => format!("rank {}", short(rank)),
            (None, _) => "no rank".to_owned(),
        }
    }
}

impl Points {
    fn csv(&self) -> Csv {
        let mut header = vec!["period", "rank", "unit"];
        header.extend(PARTS.map(|(column, _)| column));
        header.extend(["rank_p05", "rank_p95"]);
        let mut csv = Csv::with_header(&header);
        for unit in &self.units {
            csv.text(&self.period);
            #[expect(clippy::cast_sign_loss, reason = "a rank is a count")]
            match unit.rank {
                Some(rank) => csv.count(rank as usize),
                None => csv.number(None),
            };
            csv.text(&unit.id);
            for value in unit.values {
                csv.number(value);
            }
            csv.number(unit.ranks.map(|r| r.0)).number(unit.ranks.map(|r| r.1)).end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let told = |unit: &Unit| {
            let [passive, active, both] =
                unit.values.map(|value| value.map_or("unknown".to_owned(), short));
            format!(
                "{}, {}: passive {passive}, active {active}, both {both}",
                unit.name,
                unit.rank_in_words()
            )
        };
        let best = &self.units[0];
        let mut said = vec![format!(
            "Passive and active collective efficiency of {}{}. First is {}.",
            counted(self.units.len(), "unit", "units"),
            in_period(&self.period),
            told(best)
        )];
        if let [_, .., last] = self.units.as_slice() {
            said.push(format!("Last shown is {}.", told(last)));
        }
        let is_ahead = |unit: &&Unit| matches!(unit.values, [Some(p), Some(a), _] if a > p);
        let ahead = self.units.iter().filter(is_ahead).count();
        said.push(format!("Joint action is ahead in {}.", counted(ahead, "unit", "units")));
        said.join(" ")
    }

    fn subtitle(&self) -> String {
        let mut said = Vec::new();
        if self.units.iter().any(|unit| unit.ranks.is_some()) {
            said.push(
                "In brackets: ranks under 90 % of other choices of weights and methods.".into(),
            );
        }
        if self.units.len() < self.n_known {
            said.push(format!("The first {} of {} units.", self.units.len(), self.n_known));
        }
        if self.n_undefined > 0 {
            let units = counted(self.n_undefined, "unit", "units");
            said.push(format!("Not drawn: {units} without a value."));
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
        view: Some(vega::collective_efficiency(&PARTS)),
    };
    let sheet = Sheet::of(style);
    let full = |unit: &Unit| {
        if unit.id == unit.name {
            unit.name.clone()
        } else {
            format!("{} ({})", unit.name, unit.id)
        }
    };
    let names: Vec<(&str, String)> =
        points.units.iter().map(|unit| (unit.name.as_str(), full(unit))).collect();
    let legend_height = 2.0 * Sheet::line_height(sheet.label) + sheet.gap();
    let needed = needed_height(&names, &sheet) + legend_height;
    let mut figure = Figure::new(words, style, needed);
    let legend = PARTS.iter().enumerate().map(|(part, (_, name))| {
        let sample = Sample::Point(Shape::of(part), group_colour(part, &sheet.ink), false);
        (sample, (*name).to_owned())
    });
    figure.legend(&legend.collect::<Vec<_>>());
    let ranks = points.units.iter().map(Unit::rank_in_words).collect();
    let mut rows = Rows::new(&mut figure, &names, &[Aside { head: "", texts: ranks }]);
    let values: Vec<f64> = points.units.iter().flat_map(|unit| unit.values).flatten().collect();
    let range = axis_range(&values).padded(0.04);
    let scale = Scale::linear(range, (rows.inside.x, rows.inside.right()));
    rows.axis(&mut figure, &scale, "Value of the index, more is better");
    let radius = rows.radius(&sheet);
    for (i, unit) in points.units.iter().enumerate() {
        let y = rows.middle(i);
        figure.push(figure.grid((rows.inside.x, y), (rows.inside.right(), y)));
        if let [Some(passive), Some(active), _] = unit.values {
            let ends = (scale.place(passive), scale.place(active));
            let line = crate::svg::Element::line((ends.0, y), (ends.1, y));
            figure.push(line.stroke(sheet.ink.axis, sheet.stroke).class("axis"));
        }
        // Marks that would hide each other part a little upwards and downwards.
        let places = unit.values.map(|value| value.map(|value| scale.place(value)));
        let hides = |part: usize| {
            let near = |other: usize| matches!((places[part], places[other]), (Some(a), Some(b)) if (a - b).abs() < radius * 2.2);
            (0..PARTS.len()).any(|other| other != part && near(other))
        };
        for (part, value) in unit.values.into_iter().enumerate().rev() {
            let Some(value) = value else { continue };
            let shift = if hides(part) { [-0.7, 0.7, 0.0][part] * radius } else { 0.0 };
            let at = (scale.place(value), y + shift);
            let mark = Shape::of(part).at(at, radius).fill(group_colour(part, &sheet.ink));
            let tip = format!("{}, {}: {}", unit.name, PARTS[part].1, short(value));
            figure.push(figure.rim(mark).class("edge").tooltip(&tip));
        }
    }
    figure.finish()
}

impl Chart for CollectiveEfficiency {
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
