//! The complementary distribution on two logarithmic axes: how heavy the tail is.

use super::input::{Options, PositiveGroups, in_period, numeric, period, quantity, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, axes};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::number::{count, counted, percent, short};
use crate::scale::{Range, axis_range};
use crate::style::{Colour, MAX_GROUPS, Shape, Sheet, group_colour};
use crate::text::label;
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The complementary distribution.
#[derive(Debug)]
pub(super) struct Ccdf;

static SPEC: ChartSpec = ChartSpec {
    name: "ccdf",
    summary: "The share of nodes with at least a value, on two logarithmic axes.",
    reading: "A point says which share of the nodes has this value or more. A nearly straight fall is a heavy \
              tail: a few very large nodes; a curve that bends down sharply has none. A straight line alone does \
              not prove a power law.",
    needs: &[TableId::NodeMetrics],
    needs_network: false,
    options: &[
        ("column", "in_strength", "the column whose distribution is drawn"),
        (
            "by",
            "",
            "a column of groups, such as `stage`: one distribution for each of the six largest",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

#[derive(Debug)]
struct Group {
    name: String,
    /// Value and share of the group's nodes that have it or more, in ascending order.
    steps: Vec<(f64, f64)>,
    n: usize,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    groups: Vec<Group>,
    /// Whether the last group is what the six largest left.
    has_rest: bool,
    n_zero: usize,
    n_undefined: usize,
    title: String,
    quantity: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::NodeMetrics)?;
    let spec = numeric(table, options.text("column").unwrap_or_default())?;
    let period = period(table, options)?;
    let PositiveGroups { mut groups, n_zero, n_undefined } =
        PositiveGroups::of(table, spec.name, &period, options)?;
    let has_rest = groups.len() > MAX_GROUPS;
    if has_rest {
        let rest = groups.split_off(MAX_GROUPS);
        let name = counted(rest.len(), "other group", "other groups");
        groups.push((name, rest.into_iter().flat_map(|(_, values)| values).collect()));
    }
    let title =
        format!("Distribution of {}{}", words(spec.name).to_lowercase(), in_period(&period));
    Ok(Points {
        groups: groups.into_iter().map(|(name, values)| group(&name, values)).collect(),
        has_rest,
        n_zero,
        n_undefined,
        title: options.title(title),
        quantity: quantity(spec, input),
        period,
    })
}

fn group(name: &str, mut values: Vec<f64>) -> Group {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for (below, value) in values.into_iter().enumerate() {
        if steps.last().is_none_or(|(last, _)| *last < value) {
            steps.push((value, (n - below) as f64 / n as f64));
        }
    }
    Group { name: label(name), steps, n }
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "group", "value", "share_at_least"]);
        for group in &self.groups {
            for (value, share) in &group.steps {
                csv.text(&self.period).text(&group.name).number(*value).number(*share).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let n: usize = self.groups.iter().map(|group| group.n).sum();
        let steps = || self.groups.iter().flat_map(|group| &group.steps).map(|step| step.0);
        let least = steps().fold(f64::INFINITY, f64::min);
        let most = steps().fold(0.0, f64::max);
        let mut said = vec![format!(
            "Complementary distribution of {} for {}{}, on logarithmic axes: values run from {} to {}.",
            self.quantity,
            counted(n, "node", "nodes"),
            in_period(&self.period),
            short(least),
            short(most)
        )];
        if let [group] = &*self.groups {
            let tenth = group.steps.iter().find(|(_, share)| *share <= 0.1);
            if let Some((value, share)) = tenth {
                let (share, value) = (percent(*share), short(*value));
                said.push(format!("{share} of the nodes have at least {value}."));
            }
        } else {
            let names: Vec<&str> = self.groups.iter().map(|group| &*group.name).collect();
            said.push(format!("Groups: {}.", names.join(", ")));
        }
        said.extend(self.left_out());
        said.join(" ")
    }

    /// What two logarithmic axes cannot show.
    fn left_out(&self) -> Vec<String> {
        let nodes = |n| counted(n, "node", "nodes");
        let mut said = Vec::new();
        if self.n_zero > 0 {
            said.push(format!("Not drawn: {} with zero or less.", nodes(self.n_zero)));
        }
        if self.n_undefined > 0 {
            said.push(format!("Undefined: {}.", nodes(self.n_undefined)));
        }
        said
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let mut subtitle = vec!["Share of nodes with at least this value.".to_owned()];
    subtitle.extend(points.left_out());
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: subtitle.join(" "),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::ccdf(&points.quantity, points.groups.len() > 1)),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 20.0);
    let sheet = figure.sheet;
    let is_rest = |i: usize| points.has_rest && i + 1 == points.groups.len();
    let colour = |i: usize| -> Colour {
        if is_rest(i) { sheet.ink.neutral } else { group_colour(i, &sheet.ink) }
    };
    if points.groups.len() > 1 {
        let entries = points.groups.iter().enumerate().map(|(i, group)| {
            let sample = Sample::Point(Shape::of(i), colour(i), is_rest(i));
            (sample, format!("{} ({})", group.name, count(group.n)))
        });
        figure.legend(&entries.collect::<Vec<_>>());
    }
    let steps = || points.groups.iter().flat_map(|group| &group.steps);
    let values = axis_range(&steps().map(|step| step.0).collect::<Vec<_>>());
    let lowest = steps().map(|step| step.1).fold(0.5, f64::min);
    let plot = axes(
        &mut figure,
        &Axis { range: whole_decades(values), log: true, title: &points.quantity },
        &Axis {
            range: Range { low: lowest * 0.7, high: 1.0 },
            log: true,
            title: "Share of nodes at or above",
        },
    );
    let radius = sheet.point * if steps().count() > 200 { 0.5 } else { 0.7 };
    for (i, group) in points.groups.iter().enumerate().rev() {
        let mut last = (f64::NEG_INFINITY, 0.0);
        for (value, share) in &group.steps {
            let at = (plot.x.place(*value), plot.y.place(*share));
            // Where a million points lie on top of each other, those that cannot be told apart are drawn once.
            if crate::geometry::distance(last, at) < sheet.line * 0.8 {
                continue;
            }
            last = at;
            let mark = Shape::of(i).at(at, radius).fill(colour(i));
            let mark = if is_rest(i) { mark.class("neutral") } else { mark };
            figure.push(mark.set("fill-opacity", "0.8"));
        }
    }
    figure.finish()
}

/// A little wider than the values, and out to whole decades where that adds little.
fn whole_decades(values: Range) -> Range {
    let low = if values.low > 0.0 { values.low } else { values.high * 1e-3 };
    let (down, up) = (10_f64.powf(low.log10().floor()), 10_f64.powf(values.high.log10().ceil()));
    Range {
        low: if low / down < 3.0 { down } else { low * 0.8 },
        high: if up / values.high < 3.0 { up } else { values.high * 1.25 },
    }
}

impl Chart for Ccdf {
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
