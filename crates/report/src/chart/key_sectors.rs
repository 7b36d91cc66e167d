//! The key-sector quadrant: who pulls on suppliers and who pushes customers more than the average.

mod panels;
mod paths;
mod scatter;

use super::input::{Names, Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::csv::Csv;
use crate::figure::Words;
use crate::number::{count, counted, short};
use crate::scale::{Range, axis_range};
use crate::text::label;
use crate::{ReportError, Style, vega};
use palenque_graph::{Table, TableId};
use std::collections::BTreeMap;

/// The key-sector quadrant.
#[derive(Debug)]
pub(super) struct KeySectors;

static SPEC: ChartSpec = ChartSpec {
    name: "key_sectors",
    summary: "Backward against forward linkages, with lines at the average and the outermost nodes named.",
    reading: "Above the horizontal line a node pulls more on its suppliers than the average node does, right of \
              the vertical line it pushes more into its customers; key sectors do both. Of an arrow, the head is the last \
              period.",
    needs: &[TableId::Linkages],
    needs_network: false,
    options: &[
        ("x", "sensitivity_ghosh", "the column of forward linkages, 1 being the average"),
        ("y", "power_of_dispersion", "the column of backward linkages, 1 being the average"),
        ("labels", "12", "how many of the outermost nodes to name, 0 to 60"),
        (
            "view",
            "period",
            "`period`, one period; `paths`, where nodes come from, as arrows from the first period on; `panels`, up to \
             nine periods side by side",
        ),
        ("period", "", "the period; the last one if not given"),
        ("title", "", "another title"),
    ],
};

/// The four classes (`methods.md` C5), in the order of the legend.
const CLASSES: [(&str, &str); 4] =
    [("key", "Key"), ("backward", "Backward only"), ("forward", "Forward only"), ("weak", "Weak")];

#[derive(Debug)]
struct Point {
    id: String,
    name: String,
    x: f64,
    y: f64,
    output: Option<f64>,
    class: usize,
}

/// The nodes of a period.
#[derive(Debug)]
struct Frame {
    period: String,
    nodes: Vec<Point>,
    n_undefined: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Period,
    Paths,
    Panels,
}

/// The plotted data.
#[derive(Debug)]
struct Points {
    view: View,
    /// In the order of the table; one for [`View::Period`], two or more otherwise.
    frames: Vec<Frame>,
    n_labels: usize,
    title: String,
    x_title: String,
    y_title: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::Linkages)?;
    let x = numeric(table, options.text("x").unwrap_or_default())?.name;
    let y = numeric(table, options.text("y").unwrap_or_default())?.name;
    let view = match options.choice("view", &["period", "paths", "panels"])? {
        "paths" => View::Paths,
        "panels" => View::Panels,
        _ => View::Period,
    };
    let period = period(table, options)?;
    let names = Names::of(input);
    let periods = if view == View::Period { vec![&*period] } else { periods_to(table, &period) };
    let frames = periods.into_iter().map(|period| frame(table, period, [x, y], &names));
    let frames: Vec<Frame> = frames.filter(|frame| !frame.nodes.is_empty()).collect();
    let Some(last) = frames.last() else {
        return Err(ReportError::Empty { why: format!("no node has both `{x}` and `{y}`") });
    };
    if view != View::Period && frames.len() < 2 {
        let view = options.text("view").unwrap_or_default();
        return Err(ReportError::Option(format!(
            "`view` is `{view}`, which needs nodes of two periods or more up to the one that is shown; there is one"
        )));
    }
    let when = if view == View::Period {
        in_period(&period)
    } else {
        format!(", {} to {}", label(&frames[0].period), label(&last.period))
    };
    let title =
        format!("Key sectors: {} of {} nodes{when}", count(last.n_of(0)), count(last.nodes.len()));
    Ok(Points {
        view,
        n_labels: options.number("labels", 0, 60)?,
        title: options.title(title),
        x_title: axis_title(x, "Forward linkage"),
        y_title: axis_title(y, "Backward linkage"),
        frames,
    })
}

/// The periods of a table up to one, each once.
fn periods_to<'a>(table: &'a Table, last: &str) -> Vec<&'a str> {
    let mut periods: Vec<&str> = Vec::new();
    for row in 0..table.n_rows() {
        let period = table.text("period", row).unwrap_or_default();
        if periods.last() != Some(&period) && !periods.contains(&period) {
            periods.push(period);
        }
    }
    let end = periods.iter().position(|period| *period == last).map_or(periods.len(), |i| i + 1);
    periods.truncate(end);
    periods
}

fn frame(table: &Table, period: &str, [x, y]: [&str; 2], names: &Names<'_>) -> Frame {
    let (mut nodes, mut n_undefined) = (Vec::new(), 0);
    for row in rows_of(table, period) {
        let (Some(forward), Some(backward)) = (table.number(x, row), table.number(y, row)) else {
            n_undefined += 1;
            continue;
        };
        let id = table.text("node_id", row).unwrap_or_default();
        nodes.push(Point {
            id: id.to_owned(),
            name: names.shown(id),
            x: forward,
            y: backward,
            output: table.number("output", row).filter(|output| *output > 0.0),
            class: class(forward, backward),
        });
    }
    Frame { period: period.to_owned(), nodes, n_undefined }
}

/// Strictly above 1 on both sides, one or none; within 1e-12 of 1 is not above.
fn class(forward: f64, backward: f64) -> usize {
    let above = |x: f64| x > 1.0 + 1e-12;
    match (above(backward), above(forward)) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

fn axis_title(column: &str, side: &str) -> String {
    let what = match column {
        "power_of_dispersion" => "power of dispersion",
        "sensitivity_ghosh" => "Ghosh sensitivity",
        "sensitivity_of_dispersion" => "sensitivity of dispersion",
        other => return format!("{side} ({})", super::input::words(other).to_lowercase()),
    };
    format!("{side} ({what})")
}

impl Frame {
    fn of_class(&self, class: usize) -> impl Iterator<Item = &Point> {
        self.nodes.iter().filter(move |node| node.class == class)
    }

    fn n_of(&self, class: usize) -> usize {
        self.of_class(class).count()
    }
}

impl Points {
    /// The last period, or the only one.
    fn last(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    /// The range of all periods, with the average in it.
    fn range(&self, value: fn(&Point) -> f64) -> Range {
        let values = self.frames.iter().flat_map(|frame| &frame.nodes).map(value);
        axis_range(&values.chain([1.0]).collect::<Vec<_>>()).padded(0.06)
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&[
            "period", "node_id", "label", "forward", "backward", "output", "class",
        ]);
        for frame in &self.frames {
            for node in &frame.nodes {
                csv.text(&frame.period).text(&node.id).text(&node.name);
                csv.number(node.x).number(node.y).number(node.output);
                csv.text(CLASSES[node.class].0).end_row();
            }
        }
        csv
    }

    fn alt(&self) -> String {
        let last = self.last();
        let n = |class| count(last.n_of(class));
        let picture = match self.view {
            View::Period => "Scatter",
            View::Paths => "Scatter with paths over time",
            View::Panels => "Scatters side by side, one a period,",
        };
        let mut said = vec![format!(
            "{picture} of {} nodes by forward and backward linkage{}: {} are key sectors, {} stand out backward \
             only, {} forward only, {} neither.",
            count(last.nodes.len()),
            in_period(&last.period),
            n(0),
            n(1),
            n(2),
            n(3),
        )];
        let strongest = last.of_class(0).max_by(|a, b| (a.x * a.y).total_cmp(&(b.x * b.y)));
        if let Some(node) = strongest {
            said.push(format!(
                "The strongest key sector is {} (forward {}, backward {}).",
                node.name,
                short(node.x),
                short(node.y)
            ));
        }
        said.extend(self.changes());
        if last.n_undefined > 0 {
            said.push(format!("Not drawn, because undefined: {}.", count(last.n_undefined)));
        }
        said.join(" ")
    }

    /// Who became a key sector, and who ceased to be one.
    fn changes(&self) -> Option<String> {
        let (first, last) = (self.frames.first()?, self.last());
        if self.view == View::Period {
            return None;
        }
        let before: BTreeMap<&str, usize> =
            first.nodes.iter().map(|node| (node.id.as_str(), node.class)).collect();
        let pairs = || {
            let nodes = last.nodes.iter();
            nodes.filter_map(|node| Some((*before.get(node.id.as_str())? == 0, node.class == 0)))
        };
        let n = |was: bool, is: bool| pairs().filter(|pair| *pair == (was, is)).count();
        Some(format!(
            "Since {}, {} became key, {} ceased to be, {} stayed.",
            label(&first.period),
            counted(n(false, true), "node", "nodes"),
            count(n(true, false)),
            count(n(true, true))
        ))
    }

    fn words(&self) -> Words {
        let sized = self.frames.iter().flat_map(|f| &f.nodes).any(|node| node.output.is_some());
        let size_note = if sized { "Area of a mark: output. " } else { "" };
        let how = match self.view {
            View::Paths => " An arrow leads from the first period to the last.",
            View::Period | View::Panels => "",
        };
        let (x, y) = (&self.x_title, &self.y_title);
        Words {
            chart: SPEC.name,
            title: self.title.clone(),
            subtitle: format!("{size_note}The lines mark the average, 1.{how}"),
            alt: self.alt(),
            csv: self.csv(),
            view: Some(match self.view {
                View::Period => vega::key_sectors(x, y),
                View::Paths => vega::key_sector_paths(x, y),
                View::Panels => vega::key_sector_panels(x, y),
            }),
        }
    }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    match points.view {
        View::Period => scatter::draw(points, style),
        View::Paths => paths::draw(points, style),
        View::Panels => panels::draw(points, style),
    }
}

impl Chart for KeySectors {
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
