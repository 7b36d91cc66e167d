//! The key-sector quadrant: who pulls on suppliers and who pushes customers more than the average.

use super::input::{Names, Options, in_period, numeric, period, rows_of};
use super::{Chart, ChartInput, ChartOptions, ChartSpec, Drawing};
use crate::axis::{Axis, Plot, axes};
use crate::csv::Csv;
use crate::figure::{Figure, Sample, Words};
use crate::geometry::{Rect, distance};
use crate::number::{count, short};
use crate::place::{Obstacles, Wish, place};
use crate::scale::axis_range;
use crate::style::{Colour, Shape, Sheet, group_colour};
use crate::svg::{Anchor, Element};
use crate::text::{Weight, fit, width};
use crate::{ReportError, Style, vega};
use palenque_graph::TableId;

/// The key-sector quadrant.
#[derive(Debug)]
pub(super) struct KeySectors;

static SPEC: ChartSpec = ChartSpec {
    name: "key_sectors",
    summary: "Backward against forward linkages, with lines at the average and the outermost nodes named.",
    reading: "Above the horizontal line a node pulls more on its suppliers than the average node does, right of \
              the vertical line it pushes more into its customers; key sectors do both.",
    needs: &[TableId::Linkages],
    needs_network: false,
    options: &[
        ("x", "sensitivity_ghosh", "the column of forward linkages, 1 being the average"),
        ("y", "power_of_dispersion", "the column of backward linkages, 1 being the average"),
        ("labels", "12", "how many of the outermost nodes to name, 0 to 60"),
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

/// The plotted data.
#[derive(Debug)]
struct Points {
    nodes: Vec<Point>,
    n_undefined: usize,
    n_labels: usize,
    title: String,
    x_title: String,
    y_title: String,
    period: String,
}

fn points(input: &ChartInput<'_>, options: &Options<'_>) -> Result<Points, ReportError> {
    let table = input.table(TableId::Linkages)?;
    let x = numeric(table, options.text("x").unwrap_or_default())?.name;
    let y = numeric(table, options.text("y").unwrap_or_default())?.name;
    let period = period(table, options)?;
    let names = Names::of(input);
    let (mut nodes, mut n_undefined) = (Vec::new(), 0);
    for row in rows_of(table, &period) {
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
    if nodes.is_empty() {
        return Err(ReportError::Empty { why: format!("no node has both `{x}` and `{y}`") });
    }
    let n_key = nodes.iter().filter(|node| node.class == 0).count();
    let title = format!(
        "Key sectors: {} of {} nodes{}",
        count(n_key),
        count(nodes.len()),
        in_period(&period)
    );
    Ok(Points {
        nodes,
        n_undefined,
        n_labels: options.number("labels", 0, 60)?,
        title: options.title(title),
        x_title: axis_title(x, "Forward linkage"),
        y_title: axis_title(y, "Backward linkage"),
        period,
    })
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

impl Points {
    fn of_class(&self, class: usize) -> impl Iterator<Item = &Point> {
        self.nodes.iter().filter(move |node| node.class == class)
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::with_header(&[
            "period", "node_id", "label", "forward", "backward", "output", "class",
        ]);
        for node in &self.nodes {
            csv.text(&self.period).text(&node.id).text(&node.name).number(node.x).number(node.y);
            csv.number(node.output).text(CLASSES[node.class].0).end_row();
        }
        csv
    }

    fn alt(&self) -> String {
        let n = |class| count(self.of_class(class).count());
        let mut said = vec![format!(
            "Scatter of {} nodes by forward and backward linkage{}: {} are key sectors, {} stand out backward \
             only, {} forward only, {} neither.",
            count(self.nodes.len()),
            in_period(&self.period),
            n(0),
            n(1),
            n(2),
            n(3),
        )];
        let strongest = self.of_class(0).max_by(|a, b| (a.x * a.y).total_cmp(&(b.x * b.y)));
        if let Some(node) = strongest {
            said.push(format!(
                "The strongest key sector is {} (forward {}, backward {}).",
                node.name,
                short(node.x),
                short(node.y)
            ));
        }
        if self.n_undefined > 0 {
            said.push(format!("Not drawn, because undefined: {}.", count(self.n_undefined)));
        }
        said.join(" ")
    }

    fn size_note(&self) -> &'static str {
        let sized = self.nodes.iter().any(|node| node.output.is_some());
        if sized { "Area of a mark: output. " } else { "" }
    }

    /// Radii by output: area is proportional, within bounds that stay visible.
    fn radii(&self, sheet: &Sheet) -> Vec<f64> {
        let largest = self.nodes.iter().filter_map(|node| node.output).fold(0.0, f64::max);
        let bound =
            (sheet.point * 2.4, sheet.point * if self.nodes.len() > 200 { 0.45 } else { 0.65 });
        let radius = |node: &Point| match node.output {
            Some(output) if largest > 0.0 => (bound.0 * (output / largest).sqrt()).max(bound.1),
            _ if largest > 0.0 => bound.1,
            _ => sheet.point * 0.9,
        };
        self.nodes.iter().map(radius).collect()
    }
}

fn colour(class: usize, sheet: &Sheet) -> Colour {
    if class == 3 { sheet.ink.neutral } else { group_colour(class, &sheet.ink) }
}

fn draw(points: &Points, style: &Style) -> Drawing {
    let subtitle = format!("{}The lines mark the average, 1.", points.size_note());
    let words = Words {
        chart: SPEC.name,
        title: points.title.clone(),
        subtitle,
        alt: points.alt(),
        csv: points.csv(),
        view: Some(vega::key_sectors(&points.x_title, &points.y_title)),
    };
    let mut figure = Figure::new(words, style, Sheet::of(style).label * 23.0);
    let sheet = figure.sheet;
    let entries = CLASSES.iter().enumerate().map(|(class, (_, name))| {
        let sample = Sample::Point(Shape::of(class), colour(class, &sheet), class == 3);
        (sample, format!("{name} ({})", count(points.of_class(class).count())))
    });
    figure.legend(&entries.collect::<Vec<_>>());
    let range = |value: fn(&Point) -> f64| {
        let values: Vec<f64> = points.nodes.iter().map(value).chain([1.0]).collect();
        axis_range(&values).padded(0.06)
    };
    let plot = axes(
        &mut figure,
        &Axis { range: range(|node| node.x), log: false, title: &points.x_title },
        &Axis { range: range(|node| node.y), log: false, title: &points.y_title },
    );
    let inside = plot.inside;
    let (one_x, one_y) = (plot.x.place(1.0), plot.y.place(1.0));
    for (from, to) in [
        ((one_x, inside.y), (one_x, inside.bottom())),
        ((inside.x, one_y), (inside.right(), one_y)),
    ] {
        let guide = Element::line(from, to).stroke(sheet.ink.axis, sheet.line * 1.5);
        figure.push(guide.class("axis"));
    }
    let radii = points.radii(&sheet);
    let mut order: Vec<usize> = (0..points.nodes.len()).collect();
    order.sort_by(|a, b| radii[*b].total_cmp(&radii[*a])); // small marks on top
    for &i in &order {
        let node = &points.nodes[i];
        let at = (plot.x.place(node.x), plot.y.place(node.y));
        let mark = Shape::of(node.class).at(at, radii[i]).fill(colour(node.class, &sheet));
        let class = if node.class == 3 { "neutral edge" } else { "edge" };
        let mark = figure.rim(mark.set("fill-opacity", "0.85")).class(class);
        let values = format!("forward {}, backward {}", short(node.x), short(node.y));
        figure.push(mark.tooltip(&format!("{}: {values}", node.name)));
    }
    draw_labels(points, &mut figure, &plot, &radii);
    figure.finish()
}

fn draw_labels(points: &Points, figure: &mut Figure, plot: &Plot, radii: &[f64]) {
    let sheet = figure.sheet;
    let inside = plot.inside;
    let at = |node: &Point| (plot.x.place(node.x), plot.y.place(node.y));
    let middle = (plot.x.place(1.0), plot.y.place(1.0));
    let mut outer: Vec<usize> = (0..points.nodes.len()).collect();
    let reach = |i: usize| distance(at(&points.nodes[i]), middle);
    outer.sort_by(|a, b| reach(*b).total_cmp(&reach(*a)));
    outer.truncate(points.n_labels);
    let size = sheet.tick;
    let limit = inside.width * 0.3;
    let name = |i: &usize| fit(&points.nodes[*i].name, size, Weight::Regular, limit);
    let names: Vec<String> = outer.iter().map(name).collect();
    let wishes: Vec<Wish> = outer
        .iter()
        .zip(&names)
        .map(|(&i, name)| Wish {
            point: at(&points.nodes[i]),
            radius: radii[i] * 1.25,
            width: width(name, size, Weight::Regular) + size * 0.3,
            height: size * 1.2,
        })
        .collect();
    let thin = sheet.line * 2.0;
    let obstacles = Obstacles {
        discs: points.nodes.iter().zip(radii).map(|(node, r)| (at(node), r * 1.25)).collect(),
        boxes: vec![
            Rect::new(middle.0 - thin / 2.0, inside.y, thin, inside.height),
            Rect::new(inside.x, middle.1 - thin / 2.0, inside.width, thin),
        ],
    };
    for (found, name) in place(&wishes, &obstacles, &inside).into_iter().zip(&names) {
        let Some(place) = found else { continue };
        if let Some((from, to)) = place.leader {
            figure.push(figure.rule(from, to));
        }
        let (x, y) = place.area.centre();
        figure.push(figure.label_on_marks((x, y + size * 0.36), name, size, Anchor::Middle));
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
