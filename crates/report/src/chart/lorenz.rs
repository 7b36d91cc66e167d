//! The Lorenz curve: which share of a total the smallest have together.

use super::input::{Options, PositiveGroups, in_period, numeric, period, quantity, words};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, axes};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::number::{count, counted, percent};
use crate::scale::Range;
use crate::style::{Colour, MAX_GROUPS, Shape, Sheet, group_colour};
use crate::svg::{Element, Outline};
use crate::text::label;
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The Lorenz curve.
#[derive(Debug)]
pub(super) struct Lorenz;

static SPEC: ChartSpec = ChartSpec {
    name: "lorenz",
    summary: "Which share of a total the smallest nodes have together, with the Gini coefficient.",
    reading: "On the dotted diagonal all nodes are equal; the farther a curve hangs below it, the more the largest have. Gini is twice \
              the area between the two: 0 = all equal. Zeros are left out, as in the table `concentration`.",
    needs: &[TableId::NodeMetrics],
    needs_network: false,
    options: &[
        ("column", "output", "the column whose total is shared out"),
        ("by", "", "a column of groups, such as `stage`: one curve for each of the six largest"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

#[derive(Debug)]
struct Group {
    name: String,
    /// Shares of nodes and of the total, in ascending order, from zero to one.
    steps: Vec<(f64, f64)>,
    gini: f64,
    n: usize,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    groups: Vec<Group>,
    n_more: usize,
    n_left_out: usize,
    title: String,
    quantity: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::NodeMetrics)?;
    let spec = numeric(table, options.text("column").unwrap_or_default())?;
    let period = period(table, options)?;
    let found = PositiveGroups::of(table, spec.name, &period, options)?;
    let n_left_out = found.n_zero + found.n_undefined;
    let mut groups = found.groups;
    let n_more = groups.len().saturating_sub(MAX_GROUPS);
    groups.truncate(MAX_GROUPS);
    let title =
        format!("Concentration of {}{}", words(spec.name).to_lowercase(), in_period(&period));
    Ok(Points {
        groups: groups.into_iter().map(|(name, values)| group(&name, values)).collect(),
        n_more,
        n_left_out,
        title: options.title(title),
        quantity: quantity(spec, input),
        period,
    })
}

fn group(name: &str, mut values: Vec<f64>) -> Group {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let total: f64 = values.iter().sum();
    let mut steps = vec![(0.0, 0.0)];
    let (mut sum, mut ranked) = (0.0, 0.0);
    for (i, value) in values.iter().enumerate() {
        sum += value;
        ranked += (2.0 * (i + 1) as f64 - n as f64 - 1.0) * value;
        steps.push(((i + 1) as f64 / n as f64, if i + 1 == n { 1.0 } else { sum / total }));
    }
    Group { name: label(name), steps, gini: ranked / (n as f64 * total), n }
}

impl Group {
    /// The share of the total that the largest tenth of nodes has, of at least ten.
    fn top_tenth(&self) -> Option<f64> {
        let below = self.n - self.n.div_ceil(10);
        (self.n >= 10).then(|| 1.0 - self.steps[below].1)
    }
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&["period", "group", "share_of_nodes", "share_of_total"]);
        for group in &self.groups {
            for (nodes, total) in &group.steps {
                csv.text(&self.period).text(&group.name).number(*nodes).number(*total).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "Lorenz curve of {} over {}{}.",
            self.quantity,
            counted(self.groups.iter().map(|group| group.n).sum(), "node", "nodes"),
            in_period(&self.period)
        )];
        for group in &self.groups {
            let name = if group.name.is_empty() { "All" } else { &*group.name };
            let tenth = group.top_tenth().map(percent);
            let tenth =
                tenth.map_or(String::new(), |share| format!(", the largest tenth has {share}"));
            said.push(format!("{name}: Gini {:.2}{tenth}.", group.gini));
        }
        said.extend(self.left_out());
        said.join(" ")
    }

    fn left_out(&self) -> Option<String> {
        let mut said = Vec::new();
        if self.n_left_out > 0 {
            let nodes = counted(self.n_left_out, "node", "nodes");
            said.push(format!("Left out: {nodes} with zero or no value."));
        }
        if self.n_more > 0 {
            said.push(format!(
                "{} not drawn.",
                counted(self.n_more, "smaller group", "smaller groups")
            ));
        }
        (!said.is_empty()).then(|| said.join(" "))
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let mut subtitle = vec!["Dotted: all equal.".to_owned()];
    if let [group] = &*points.groups {
        subtitle.push(format!("Gini {:.2}.", group.gini));
        if let Some(share) = group.top_tenth() {
            subtitle.push(format!("The largest tenth has {}.", percent(share)));
        }
    }
    subtitle.extend(points.left_out());
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: subtitle.join(" "),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::lorenz(points.groups.len() > 1)),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 24.0);
    let sheet = figure.sheet;
    let colour = |i: usize| -> Colour { group_colour(i, &sheet.ink) };
    if points.groups.len() > 1 {
        let entries = points.groups.iter().enumerate().map(|(i, group)| {
            let sample = Sample::Point(Shape::of(i), colour(i), false);
            (sample, format!("{} ({}): Gini {:.2}", group.name, count(group.n), group.gini))
        });
        figure.legend(&entries.collect::<Vec<_>>());
    }
    let share = Range { low: 0.0, high: 1.0 };
    let plot = axes(
        &mut figure,
        &Axis { range: share, log: false, title: "Share of nodes, smallest first" },
        &Axis { range: share, log: false, title: "Share of the total" },
    );
    let at = |(x, y): (f64, f64)| (plot.x.place(x), plot.y.place(y));
    let equal = Outline::through([at((0.0, 0.0)), at((1.0, 1.0))]);
    let equal = Element::path(equal).no_fill().stroke(sheet.ink.neutral, sheet.line);
    figure.push(equal.set("stroke-dasharray", "2 3"));
    for (i, group) in points.groups.iter().enumerate().rev() {
        let mut line: Vec<(f64, f64)> = Vec::new();
        for place in group.steps.iter().map(|step| at(*step)) {
            // Of points that cannot be told apart, one.
            if line.last().is_none_or(|last| crate::geometry::distance(*last, place) > sheet.line) {
                line.push(place);
            }
        }
        let path = Element::path(Outline::through(line)).no_fill().stroke(colour(i), sheet.stroke);
        figure.push(path.set("stroke-linejoin", "round"));
        if points.groups.len() > 1 {
            // Doubled by shape, each at another place, so that they do not hide each other.
            for k in [0.0, 1.0, 2.0] {
                let share = (k + (i as f64 + 1.0) / (points.groups.len() + 1) as f64) / 3.4;
                let step = group.steps.iter().find(|step| step.0 >= share).unwrap_or(&(1.0, 1.0));
                let mark = Shape::of(i).at(at(*step), sheet.point * 0.8).fill(colour(i));
                figure.push(mark.tooltip(&format!("{}: Gini {:.2}", group.name, group.gini)));
            }
        }
    }
    figure.finish()
}

impl Chart for Lorenz {
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
