//! A simulated shock over time: what is left of production, of all firms and of those that lose most.

use super::input::{Names, Options, in_period, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, axes_of_counts};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::number::{counted, percent};
use crate::scale::Range;
use crate::style::{Sheet, dash, group_colour};
use crate::svg::{Element, Outline};
use crate::text::label;
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The path of a shock.
#[derive(Debug)]
pub(super) struct ShockPath;

static SPEC: ChartSpec = ChartSpec {
    name: "shock_path",
    summary: "A simulated shock step by step: what is left of production, of all firms and of those that lose most.",
    reading: "1 is production before the shock. A line that comes back recovers; one that goes on falling after the shock is over is a \
              collapse. Read it with shock_summary, which says how often it recovers under other parameters.",
    needs: &[TableId::ShockPath],
    needs_network: false,
    options: &[
        ("model", "", "`ario`, `diim` or `esri`; the first in the table if not given"),
        ("scenario", "", "the scenario; the first of the model if not given"),
        (
            "top",
            "5",
            "how many lines are drawn, those of firms that lose most first; firms that go the same way are one",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

#[derive(Debug)]
struct Path {
    id: String,
    name: String,
    /// Firms that go the same way, this one included.
    n_firms: usize,
    /// Step and share of production that is left.
    steps: Vec<(f64, f64)>,
}

impl Path {
    /// A path of `rows`, from production before the shock to step `last`. A model may leave out steps at which nothing
    /// changes: what is left stays.
    fn through(id: &str, name: String, rows: &[(f64, f64)], last: f64) -> Self {
        let mut steps = Vec::with_capacity(rows.len() + 2);
        if rows.first().is_none_or(|&(step, _)| step > 0.0) {
            steps.push((0.0, 1.0));
        }
        for &(step, left) in rows {
            if let Some(&(before, stays)) = steps.last()
                && before < step - 1.0
            {
                steps.push((step - 1.0, stays));
            }
            steps.push((step, left));
        }
        if let Some(&(before, stays)) = steps.last()
            && before < last
        {
            steps.push((last, stays));
        }
        Self { id: id.to_owned(), name, n_firms: 1, steps }
    }

    fn lowest(&self) -> f64 {
        self.steps.iter().map(|step| step.1).fold(f64::INFINITY, f64::min)
    }
}

/// The plotted data; the whole network first, where the model gives it.
#[derive(Debug)]
struct Points {
    model: String,
    scenario: String,
    paths: Vec<Path>,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::ShockPath)?;
    let period = period(table, options)?;
    let names = Names::of(input);
    let text = |name: &str, row: usize| table.text(name, row).unwrap_or_default();
    let asked = |name: &str, row: usize| options.text(name).is_none_or(|a| a == text(name, row));
    let is_asked = |row: &usize| asked("model", *row) && asked("scenario", *row);
    let rows: Vec<usize> = rows_of(table, &period).filter(is_asked).collect();
    let Some(&first) = rows.first() else {
        return Err(ReportError::Empty {
            why: "no simulated shock is of that model and scenario".into(),
        });
    };
    let (model, scenario) = (text("model", first), text("scenario", first));
    let mut paths: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    let is_same =
        |row: &&usize| (text("model", **row), text("scenario", **row)) == (model, scenario);
    for &row in rows.iter().filter(is_same) {
        let step = table.number("step", row);
        if let Some((step, lost)) = step.zip(table.number("inoperability", row)) {
            paths.entry(text("node_id", row)).or_default().push((step, 1.0 - lost));
        }
    }
    // One that falls at once stays down for a step, to be seen.
    let last = paths.values().flatten().map(|&(step, _)| step).fold(1.0, f64::max);
    let mut paths: Vec<Path> = paths
        .iter_mut()
        .map(|(id, rows)| {
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            let name = if id.is_empty() { "All firms".to_owned() } else { names.shown(id) };
            Path::through(id, name, rows, last)
        })
        .collect();
    // The whole first, then those that fall deepest, and of them those that fall first; ties by id.
    paths.sort_by(|a, b| {
        let key = |path: &Path| (!path.id.is_empty(), path.lowest());
        let ((a_node, a_low), (b_node, b_low)) = (key(a), key(b));
        let steps =
            || a.steps.iter().map(|step| step.1).partial_cmp(b.steps.iter().map(|step| step.1));
        a_node
            .cmp(&b_node)
            .then(a_low.total_cmp(&b_low))
            .then_with(|| steps().unwrap_or(Ordering::Equal))
    });
    // Lines that lie on each other are one.
    paths.dedup_by(|next, path| {
        let is_same = path.steps == next.steps && !path.id.is_empty();
        path.n_firms += usize::from(is_same);
        is_same
    });
    for path in paths.iter_mut().filter(|path| path.n_firms > 1) {
        path.name = format!("{} and {}", path.name, counted(path.n_firms - 1, "other", "others"));
    }
    let has_all = paths.first().is_some_and(|path| path.id.is_empty());
    paths.truncate(options.number("top", 1, 6)? + usize::from(has_all));
    if paths.is_empty() {
        return Err(ReportError::Empty { why: "no step says how much production is lost".into() });
    }
    let title = format!("Production after the shock “{}”{}", label(scenario), in_period(&period));
    Ok(Points {
        model: model.to_owned(),
        scenario: scenario.to_owned(),
        paths,
        title: options.title(title),
        period,
    })
}

impl Points {
    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&[
            "period", "model", "scenario", "node_id", "n_firms", "step", "left",
        ]);
        for path in &self.paths {
            for (step, left) in &path.steps {
                csv.text(&self.period).text(&self.model).text(&self.scenario).text(&path.id);
                csv.count(path.n_firms).number(*step).number(*left).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let told = self.paths.iter().map(|path| {
            let last = path.steps.last().map_or(1.0, |step| step.1);
            format!(
                "{} falls to {} and ends at {}",
                path.name,
                percent(path.lowest()),
                percent(last)
            )
        });
        format!(
            "Production left after a shock, {}, by {}: {}.",
            counted(self.paths.len(), "line", "lines"),
            if self.model == "esri" { "step of the cascade" } else { "period" },
            told.collect::<Vec<_>>().join("; ")
        )
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let x_title = if points.model == "esri" { "Step of the cascade" } else { "Period" };
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: "Share of production before. The firms are those that fall deepest.".to_owned(),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::shock_path(x_title)),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 20.0);
    let sheet = figure.sheet;
    let entries = points
        .paths
        .iter()
        .enumerate()
        .map(|(i, path)| (Sample::Line(group_colour(i, &sheet.ink), i), path.name.clone()));
    figure.legend(&entries.collect::<Vec<_>>());
    let steps = || points.paths.iter().flat_map(|path| &path.steps);
    let last = steps().map(|step| step.0).fold(1.0, f64::max);
    let highest = steps().map(|step| step.1).fold(1.0, f64::max);
    let plot = axes_of_counts(
        &mut figure,
        &Axis { range: Range { low: 0.0, high: last }, log: false, title: x_title },
        &Axis {
            range: Range { low: 0.0, high: highest },
            log: false,
            title: "Production, share of before",
        },
    );
    for (i, path) in points.paths.iter().enumerate().rev() {
        let line = path.steps.iter().map(|(step, left)| (plot.x.place(*step), plot.y.place(*left)));
        let pattern: Vec<f64> = dash(i).iter().map(|d| d * sheet.stroke).collect();
        let width = if path.id.is_empty() { sheet.stroke * 1.5 } else { sheet.stroke };
        let line = Element::path(Outline::through(line));
        let line = line.no_fill().stroke(group_colour(i, &sheet.ink), width);
        figure.push(line.set("stroke-linejoin", "round").dash(&pattern).tooltip(&path.name));
    }
    figure.finish()
}

impl Chart for ShockPath {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_firm_that_falls_once_has_a_line_to_the_end() {
        let steps = |rows: &[(f64, f64)]| Path::through("a", String::new(), rows, 4.0).steps;
        assert_eq!(steps(&[(0.0, 0.3)]), [(0.0, 0.3), (4.0, 0.3)]);
        assert_eq!(steps(&[(1.0, 0.5)]), [(0.0, 1.0), (1.0, 0.5), (4.0, 0.5)]);
        let twice = [(0.0, 1.0), (1.0, 1.0), (2.0, 0.5), (4.0, 0.2)];
        let held = [(0.0, 1.0), (1.0, 1.0), (2.0, 0.5), (3.0, 0.5), (4.0, 0.2)];
        assert_eq!(steps(&twice), held);
    }
}
