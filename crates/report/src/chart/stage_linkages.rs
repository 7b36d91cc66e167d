//! The heatmap of flows between groups: stages, roles or regions.

use super::heatmap::{Columns, Heatmap, Ramp, spans_much};
use super::input::{Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::Words;
use crate::number::{count, grouped, percent, short};
use crate::text::{label, uncapitalised};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The heatmap of flows between groups.
#[derive(Debug)]
pub(super) struct StageLinkages;

static SPEC: ChartSpec = ChartSpec {
    name: "stage_linkages",
    summary: "Who sells to whom between groups, as a matrix with a colour bar.",
    reading: "A row sells to the columns. Along the chain, flows lie right of the diagonal; left of it goods go \
              back, on it they stay in the group. Affinity 1 is what the sizes of seller and buyer let expect.",
    needs: &[TableId::StageLinkages],
    needs_network: false,
    options: &[
        ("value", "flow", "what the colour shows: `flow`, `share` or `affinity`"),
        (
            "scale",
            "auto",
            "`linear`, `log`, or `auto`: by logarithm where values span more than 100 to 1",
        ),
        ("grouping", "", "the grouping; the first of the table if not given"),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// More groups than this make no legible matrix.
const MAX_ROWS: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Flow,
    Share,
    Affinity,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    groups: Vec<String>,
    /// Row by row, `None` where undefined or not in the table.
    cells: Vec<Option<f64>>,
    measure: Measure,
    log: bool,
    grouping: String,
    unit: String,
    title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::StageLinkages)?;
    let column = options.choice("value", &["flow", "share", "affinity"])?;
    numeric(table, column)?;
    let measure = match column {
        "flow" => Measure::Flow,
        "share" => Measure::Share,
        _ => Measure::Affinity,
    };
    let period = period(table, options)?;
    let of_row = |row| table.text("grouping", row).unwrap_or_default();
    let first = rows_of(table, &period).next().map(of_row).unwrap_or_default();
    let grouping = options.text("grouping").unwrap_or(first).to_owned();
    let rows: Vec<usize> = rows_of(table, &period).filter(|r| of_row(*r) == grouping).collect();
    if rows.is_empty() {
        let why = format!("`{}` has no rows of grouping `{grouping}`", TableId::StageLinkages);
        return Err(ReportError::Empty { why });
    }
    let pair = |row| {
        let group = |name| table.text(name, row).unwrap_or_default();
        (group("from_group"), group("to_group"))
    };
    let mut groups: Vec<&str> = Vec::new();
    for group in rows.iter().map(|r| pair(*r).0).chain(rows.iter().map(|r| pair(*r).1)) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    if groups.len() > MAX_ROWS {
        let n = count(groups.len());
        return Err(ReportError::Option(format!(
            "`{grouping}` has {n} groups; a legible matrix has at most {MAX_ROWS}: group more coarsely"
        )));
    }
    let mut cells = vec![None; groups.len() * groups.len()];
    for row in rows {
        let (from, to) = pair(row);
        let place = |group| groups.iter().position(|g| *g == group).unwrap_or_default();
        cells[place(from) * groups.len() + place(to)] = table.number(column, row);
    }
    let log = match options.choice("scale", &["auto", "linear", "log"])? {
        "linear" => false,
        "log" => true,
        _ => spans_much(&cells),
    };
    let what = match measure {
        Measure::Flow => "Flow",
        Measure::Share => "Share of all flow",
        Measure::Affinity => "Affinity",
    };
    let title = format!(
        "{what} between {} {}{}",
        count(groups.len()),
        plural(&grouping),
        in_period(&period)
    );
    let currency = input.panel.and_then(|panel| panel.last().unit()).unwrap_or_default();
    Ok(Points {
        groups: groups.into_iter().map(str::to_owned).collect(),
        cells,
        measure,
        log: log || measure == Measure::Affinity,
        unit: if measure == Measure::Flow { currency.to_owned() } else { String::new() },
        grouping,
        title: options.title(title),
        period,
    })
}

pub(super) fn plural(grouping: &str) -> String {
    match grouping {
        "" => "groups".to_owned(),
        "community" => "communities".to_owned(),
        other => format!("{}s", label(other)),
    }
}

impl Points {
    fn n(&self) -> usize {
        self.groups.len()
    }

    /// Row, column and value of every cell.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, Option<f64>)> {
        self.cells.iter().enumerate().map(|(i, value)| (i / self.n(), i % self.n(), *value))
    }

    fn number(&self, value: f64) -> String {
        match self.measure {
            Measure::Share => percent(value),
            Measure::Flow | Measure::Affinity => short(value),
        }
    }

    /// As short as it may stand in a cell, where the unit is clear.
    fn cell_text(&self, value: f64) -> String {
        match self.measure {
            Measure::Share if value < 0.0005 => "<0.1".to_owned(),
            Measure::Share => grouped(value * 100.0, usize::from(value < 0.0995)),
            Measure::Affinity if value < 0.05 => "<0.1".to_owned(),
            Measure::Affinity => grouped(value, usize::from(value < 9.95)),
            Measure::Flow => short(value),
        }
    }

    fn quantity(&self) -> String {
        match self.measure {
            Measure::Flow if self.unit.is_empty() => "Flow".to_owned(),
            Measure::Flow => format!("Flow ({})", self.unit),
            Measure::Share => "Share of all flow (%)".to_owned(),
            Measure::Affinity => "Affinity (1: as expected)".to_owned(),
        }
    }

    fn column(&self) -> &'static str {
        match self.measure {
            Measure::Flow => "flow",
            Measure::Share => "share",
            Measure::Affinity => "affinity",
        }
    }

    fn scale_note(&self) -> String {
        match self.measure {
            Measure::Flow if self.unit.is_empty() => String::new(),
            Measure::Flow => format!(" In {}.", self.unit),
            Measure::Share => " In % of all flow.".to_owned(),
            Measure::Affinity => " At 1, as much as the sizes of both let expect.".to_owned(),
        }
    }

    fn csv(&self) -> Csv {
        let header = ["period", "grouping", "from_group", "to_group", self.column()];
        let mut csv = Csv::with_header(&header);
        for (from, to, value) in self.cells() {
            csv.text(&self.period).text(&self.grouping);
            csv.text(&self.groups[from]).text(&self.groups[to]).number(value).end_row();
        }
        csv
    }

    fn view(&self) -> serde_json::Value {
        let column = self.column();
        match self.measure {
            Measure::Affinity => vega::affinity_matrix(column, &self.groups, &self.quantity()),
            _ => vega::flow_matrix(column, &self.groups, &self.quantity(), self.log),
        }
    }

    fn alt(&self) -> String {
        let mut said = vec![format!(
            "Heatmap of {} between {} {}{}, sellers in rows and buyers in columns.",
            uncapitalised(&self.quantity()),
            count(self.n()),
            plural(&self.grouping),
            in_period(&self.period)
        )];
        let positive =
            || self.cells().filter_map(|(i, j, v)| Some((i, j, v?))).filter(|c| c.2 > 0.0);
        if let Some((from, to, value)) = positive().max_by(|a, b| a.2.total_cmp(&b.2)) {
            said.push(format!(
                "The largest cell is {} to {} with {}.",
                label(&self.groups[from]),
                label(&self.groups[to]),
                self.number(value)
            ));
        }
        let total: f64 = positive().map(|c| c.2).sum();
        if self.measure != Measure::Affinity && total > 0.0 && total.is_finite() {
            let forward: f64 = positive().filter(|(i, j, _)| j > i).map(|c| c.2).sum();
            let inside: f64 = positive().filter(|(i, j, _)| i == j).map(|c| c.2).sum();
            said.push(format!(
                "{} of it lies right of the diagonal, {} on it; {} of {} cells have none.",
                percent(forward / total),
                percent(inside / total),
                count(self.cells.len() - positive().count()),
                count(self.cells.len())
            ));
        }
        said.join(" ")
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle: format!(
            "Rows sell to columns; an empty cell has no flow.{}",
            points.scale_note()
        ),
        alt: points.alt(),
        csv: points.csv(),
        view: Some(points.view()),
    };
    let ramp = match points.measure {
        Measure::Affinity => Ramp::around_one(&points.cells, style.theme),
        _ => Ramp::sequential(&points.cells, points.log, style.theme),
    };
    let heatmap = Heatmap {
        names: &points.groups,
        columns: Columns::OfRows(&(0..points.n()).collect::<Vec<_>>()),
        cells: &points.cells,
        framed: &[],
        ramp,
        number: &|value| points.number(value),
        cell_text: &|value| points.cell_text(value),
        tick_text: &|value, label| match points.measure {
            Measure::Share => percent(value),
            _ => label,
        },
    };
    heatmap.draw(words, style)
}

impl Chart for StageLinkages {
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
